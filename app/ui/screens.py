"""`make screens`: a picture of each page, light and dark, at two sizes, from the example notebook.

python -m app.ui.screens FOLDER [page…]
"""

import os
import sys
import tempfile
from datetime import datetime
from pathlib import Path

SIZES = ((1366, 768), (1920, 1080))
#: The day of the example, so that two runs give the same pictures.
MOMENT = datetime(2026, 11, 24, 14, 3).astimezone()


def main(arguments: list[str]) -> int:
    """Write the pictures in the folder named first; only the pages named after it, if any."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    folder = Path(arguments[0] if arguments else "ecrans")
    folder.mkdir(parents=True, exist_ok=True)
    faults: list[BaseException | None] = []
    sys.excepthook = lambda kind, fault, trace: (faults.append(fault), sys.__excepthook__(kind, fault, trace))[0]
    with tempfile.TemporaryDirectory() as home:
        os.environ["CARNET_HOME"] = home
        for mode in ("light", "dark"):
            for path in _shoot(folder, Path(home) / f"{mode}.carnet", mode, arguments[1:]):
                print(path)
    return 1 if faults else 0


def _shoot(folder: Path, notebook: Path, mode: str, wanted: list[str]) -> list[Path]:
    from PySide6.QtWidgets import QApplication

    from app.services.notebooks import start
    from app.ui.application import Application
    from app.ui.context import Context
    from app.ui.pages import PAGES
    from app.ui.preferences import Preferences
    from app.ui.theme import Theme

    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    theme = Theme.load(mode=mode)
    theme.install(application)
    context = Context(theme, Preferences(notebook.with_suffix(".json")), lambda: MOMENT)
    frame = Application(context)
    frame.window.show()
    frame.open(start(notebook, district="Est", example=True, now=lambda: MOMENT))
    made = []
    for entry in PAGES:
        if wanted and entry.key not in wanted:
            continue
        for width, height in SIZES:
            frame.window.resize(width, height)
            frame.window.navigator.go(entry.key)
            _settle(application, context)
            made.append(_save(frame, folder / f"{entry.key}-{mode}-{width}.png"))
        if ids := list(frame.window.page().record_ids()):
            frame.window.resize(*SIZES[0])
            entity = entry.gathers[0]
            context.navigator.open_record(entity, ids[min(8, len(ids) - 1)])
            _settle(application, context)
            made.append(_save(frame, folder / f"{entry.key}-fiche-{mode}.png"))
            context.navigator.close_record()
    frame.window.close()
    return made


def _settle(application: object, context: object) -> None:
    """Let layouts, repaints and tasks end."""
    import time

    from PySide6.QtWidgets import QApplication

    from app.ui.context import Context

    assert isinstance(application, QApplication)
    assert isinstance(context, Context)
    until = time.monotonic() + 10
    quiet = 0
    while quiet < 4 and time.monotonic() < until:
        application.processEvents()
        time.sleep(0.02)
        quiet = 0 if context.jobs.running() else quiet + 1


def _save(frame: object, path: Path) -> Path:
    from app.ui.application import Application

    assert isinstance(frame, Application)
    frame.window.grab().save(str(path))
    return path


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
