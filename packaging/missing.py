"""What this machine still lacks, one name a line: read by setup.sh, nothing is changed here.

`missing.py system run|test` prints Debian packages, found missing by trying to load the library or the command they
bring, so that it answers well on a system that is not Debian too. `missing.py packages run|test` prints the Python
distributions declared in pyproject.toml that the interpreter running this file does not have.
"""

import re
import shutil
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

# Without the libraries of a real X window: enough for Qt's « offscreen » platform, which the checks use.
LIBRARIES = {
    "libegl1": "libEGL.so.1",
    "libgl1": "libGL.so.1",
    "libglib2.0-0": "libgthread-2.0.so.0",
    "libdbus-1-3": "libdbus-1.so.3",
    "libfontconfig1": "libfontconfig.so.1",
    "libxkbcommon0": "libxkbcommon.so.0",
}
WINDOW_LIBRARIES = {
    "libxcb-cursor0": "libxcb-cursor.so.0",
    "libxcb-icccm4": "libxcb-icccm.so.4",
    "libxcb-keysyms1": "libxcb-keysyms.so.1",
    "libxcb-shape0": "libxcb-shape.so.0",
    "libxkbcommon-x11-0": "libxkbcommon-x11.so.0",
}
# The tests read the printed documents back.
COMMANDS = {"poppler-utils": ("pdftotext", "pdfinfo", "pdftoppm")}

_NAME = re.compile(r"[A-Za-z0-9._-]+")


def system_packages(level: str) -> list[str]:
    """Debian packages that `run` or `test` needs and this machine lacks; none elsewhere than on Linux."""
    if not sys.platform.startswith("linux"):
        return []
    libraries = LIBRARIES | (WINDOW_LIBRARIES if level == "run" else {})
    missing = [package for package, library in libraries.items() if not _loads(library)]
    if level == "test":
        missing += [package for package, names in COMMANDS.items() if not all(map(shutil.which, names))]
    return missing


def declared(level: str) -> list[str]:
    """Names of the distributions of pyproject.toml: those of the application, and for `test` those of the checks."""
    import tomllib

    project = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    requirements = [project["name"], *project["dependencies"]]
    if level == "test":
        requirements += project["optional-dependencies"]["dev"]
    return [match.group() for match in map(_NAME.match, requirements) if match]


def python_packages(level: str) -> list[str]:
    """The declared distributions that are not installed."""
    return [name for name in declared(level) if not _installed(name)]


def _loads(library: str) -> bool:
    try:
        import ctypes

        ctypes.CDLL(library)
    except (ImportError, OSError):
        return False
    return True


def _installed(name: str) -> bool:
    try:
        version(name)
    except PackageNotFoundError:
        return False
    return True


if __name__ == "__main__":
    what, level = sys.argv[1:]
    for name in {"system": system_packages, "packages": python_packages}[what](level):
        print(name)
