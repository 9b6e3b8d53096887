"""What is missing here, one name a line: read by setup.sh, nothing is changed.

`missing.py libraries PACKAGE=LIBRARY…` prints the packages whose library cannot be loaded, which answers well on a
system that is not Debian too. `missing.py packages run|test` prints the Python distributions declared in
pyproject.toml that the interpreter running this file does not have.
"""

import ctypes
import re
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_NAME = re.compile(r"[A-Za-z0-9._-]+")


def main(what: str, arguments: list[str]) -> None:
    """Print what is missing of the `arguments`, see the module."""
    if what == "libraries":
        libraries = dict(argument.split("=") for argument in arguments)
        missing = [package for package, library in libraries.items() if not _loads(library)]
    else:
        missing = [name for name in _declared(arguments[0]) if not _installed(name)]
    for name in missing:
        print(name)


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _declared(level: str) -> list[str]:
    project = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    requirements = [project["name"], *project["dependencies"]]
    if level == "test":
        requirements += project["optional-dependencies"]["dev"]
    return [match.group() for match in map(_NAME.match, requirements) if match]


def _installed(name: str) -> bool:
    try:
        version(name)
    except PackageNotFoundError:
        return False
    return True


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
