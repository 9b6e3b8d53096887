"""`make screens`: a picture of each view, light and dark, at two sizes, from the example notebook.

python -m app.ui.screens FOLDER [scene…]
"""

import os
import sys
import tempfile
from pathlib import Path

SIZES = ((1366, 768), (1920, 1080))


def main(arguments: list[str]) -> int:
    """Write the pictures in the folder named first; only the scenes whose names begin as one named after it, if any."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    folder = Path(arguments[0] if arguments else "ecrans")
    folder.mkdir(parents=True, exist_ok=True)
    faults: list[BaseException | None] = []
    sys.excepthook = lambda kind, fault, trace: (faults.append(fault), sys.__excepthook__(kind, fault, trace))[0]
    with tempfile.TemporaryDirectory() as home:
        os.environ["CARNET_HOME"] = home
        alike = [
            pair for mode in ("light", "dark") for pair in _shoot(folder, Path(home) / mode, mode, tuple(arguments[1:]))
        ]
    for one, other in alike:
        print(f"{one} et {other} sont la même image : l’une des deux scènes ne montre pas ce qu’elle dit.")
    return 1 if faults or alike else 0


def _shoot(folder: Path, home: Path, mode: str, wanted: tuple[str, ...]) -> list[tuple[str, str]]:
    """Write the pictures of a palette; returns the names of those that are alike, two by two."""
    from app.ui.screen_scenes import SCENES, Stage

    home.mkdir()
    stage = Stage(home, mode)
    drawn: dict[bytes, str] = {}
    alike: list[tuple[str, str]] = []
    for name, scene in SCENES.items():
        if wanted and not name.startswith(wanted):
            continue
        for width, height in SIZES:
            stage.window.resize(width, height)
            shown = scene(stage)
            stage.settle()
            path = folder / f"{name}-{mode}-{width}.png"
            shown.grab().save(str(path))
            print(path)
            content = path.read_bytes()
            other = drawn.setdefault(content, name)
            if other != name:
                alike.append((other, name))
            stage.clear(shown)
    stage.close()
    return alike


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
