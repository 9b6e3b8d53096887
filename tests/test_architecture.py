"""The house of docs and code: imports only go down, and each library stays in its room.

The sources are read, not imported, so that an import inside a function or under TYPE_CHECKING counts as well.
"""

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# From the ground up. Rooms of one floor do not know each other, save on the ground and at the door.
FLOORS = (
    {"cycles", "errors", "paths", "formatting", "logs"},
    {"models"},
    {"notebook"},
    {"services"},
    {"exchange", "reports"},
    {"ui"},
    {"main", "cli", "__main__"},
)
FLOOR_OF = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
OPEN_FLOORS = {0, len(FLOORS) - 1}

ROOMS_OF_LIBRARY = {
    "PySide6": {"ui"},
    "shiboken6": {"ui"},
    "sqlalchemy": {"models", "notebook", "services"},
    "sqlite3": {"models", "notebook", "services"},
    "alembic": {"notebook"},
    "filelock": {"notebook"},
    "PIL": {"services"},
    "openpyxl": {"exchange"},
    "xlsxwriter": {"exchange"},
    "python_calamine": {"exchange"},
    "defusedxml": {"exchange"},
    "rapidfuzz": {"exchange"},
    "reportlab": {"reports"},
    "pikepdf": {"reports"},
    "docx": {"reports"},
    "platformdirs": {"paths"},
}

# What pages and forms may know of the trade: its declarations, never the tables; and of the notebook: its doors.
DECLARATIONS = {"app.models.choices", "app.models.fields", "app.models.registry"}
CLOSED_TO_WINDOW = ("database", "journal", "log", "materialise", "merge", "migrations", "recorder", "search", "undo")


@dataclass(frozen=True, slots=True)
class Import:
    """One imported name: `target` is dotted (`app.models.fields.Field`), `where` is `file:line`."""

    importer: str
    target: str
    where: str

    @property
    def room(self) -> str:
        """The room of the importer: `ui` for `app.ui.theme`."""
        return room_of(self.importer)


def room_of(module: str) -> str:
    """`ui` for `app.ui.theme`, empty for `app` itself."""
    return module.partition(".")[2].partition(".")[0]


def imports_below(root: Path) -> Iterator[Import]:
    """Every import of the package `app` that stands in the folder `root`."""
    for path in sorted((root / "app").rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        module = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        package = ".".join(parts[:-1])
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for target in _targets(node, package):
                yield Import(module, target, f"{path.relative_to(root)}:{node.lineno}")


def _targets(node: ast.AST, package: str) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
        source = ".".join([*above, *([node.module] if node.module else [])])
        return [f"{source}.{alias.name}" for alias in node.names]
    return []


def climbing(imports: list[Import]) -> list[str]:
    """Sentences about the imports that go up, or into the room next door."""
    faults = []
    for one in imports:
        target = room_of(one.target)
        if not one.target.startswith("app.") or target not in FLOOR_OF or not one.room or target == one.room:
            continue
        here, there = FLOOR_OF[one.room], FLOOR_OF[target]
        if there > here or (there == here and here not in OPEN_FLOORS):
            faults.append(f"{one.where}: {one.room} may not import {one.target}")
    return faults


def strayed(imports: list[Import]) -> list[str]:
    """Sentences about the libraries imported outside their rooms, or that no room is known for."""
    faults = []
    for one in imports:
        library = one.target.partition(".")[0]
        if library == "app" or (library in sys.stdlib_module_names and library not in ROOMS_OF_LIBRARY):
            continue
        rooms = ROOMS_OF_LIBRARY.get(library)
        if rooms is None:
            faults.append(f"{one.where}: say in ROOMS_OF_LIBRARY which room may import {library}")
        elif one.room not in rooms:
            faults.append(f"{one.where}: {library} belongs to {', '.join(sorted(rooms))}, not to {one.room or 'app'}")
    return faults


def seeing_tables(imports: list[Import]) -> list[str]:
    """Sentences about the window importing entity modules or the inside of the notebook."""
    faults = []
    for one in imports:
        if one.room != "ui":
            continue
        if room_of(one.target) == "models" and not any(
            f"{one.target}.".startswith(f"{module}.") for module in DECLARATIONS
        ):
            faults.append(f"{one.where}: the window reads the registry and the fields, not {one.target}")
        if any(f"{one.target}.".startswith(f"app.notebook.{inside}.") for inside in CLOSED_TO_WINDOW):
            faults.append(f"{one.where}: the window goes through the store and the services, not {one.target}")
    return faults


@pytest.fixture(scope="module")
def imports() -> list[Import]:
    return list(imports_below(ROOT))


def report(faults: list[str]) -> str:
    return "\n".join(["", *faults])


def test_every_room_has_its_floor() -> None:
    rooms = {path.stem for path in (ROOT / "app").iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert rooms - {"__init__"} <= FLOOR_OF.keys(), "say in FLOORS where the new room stands"


def test_imports_only_go_down(imports: list[Import]) -> None:
    faults = climbing(imports)
    assert not faults, report(faults)


def test_libraries_stay_in_their_rooms(imports: list[Import]) -> None:
    faults = strayed(imports)
    assert not faults, report(faults)


def test_the_window_knows_neither_tables_nor_the_inside_of_the_notebook(imports: list[Import]) -> None:
    faults = seeing_tables(imports)
    assert not faults, report(faults)


@pytest.mark.parametrize(
    ("module", "line", "expected"),
    [
        ("models/plan.py", "from app.notebook.store import Store", "models may not import app.notebook.store.Store"),
        ("models/plan.py", "from app import ui", "models may not import app.ui"),
        ("models/plan.py", "from ..services import records", "models may not import app.services.records"),
        ("exchange/writer.py", "import app.reports.theme", "exchange may not import app.reports.theme"),
        ("errors.py", "def late():\n    import app.models", "errors may not import app.models"),
        ("services/records.py", "from PySide6.QtCore import QObject", "PySide6 belongs to ui, not to services"),
        ("ui/page.py", "import sqlalchemy.orm", "sqlalchemy belongs to models, notebook, services, not to ui"),
        ("ui/page.py", "import requests", "which room may import requests"),
        ("ui/page.py", "from app.models import plan", "not app.models.plan"),
        ("ui/page.py", "from app.notebook import log", "not app.notebook.log"),
    ],
)
def test_a_wrong_import_is_named(tmp_path: Path, module: str, line: str, expected: str) -> None:
    path = tmp_path / "app" / module
    path.parent.mkdir(parents=True)
    path.write_text(f"{line}\n", encoding="utf-8")
    found = list(imports_below(tmp_path))
    faults = [*climbing(found), *strayed(found), *seeing_tables(found)]
    assert [fault for fault in faults if expected in fault and fault.startswith(f"app/{module}:")], faults


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("ui/page.py", "from app.models.registry import entity"),
        ("ui/page.py", "from app.models import fields"),
        ("ui/page.py", "from app.notebook.store import Store"),
        ("ui/page.py", "from .theme import Theme"),
        ("cli.py", "from app.main import run"),
        ("reports/theme.py", "from app import __version__"),
        ("notebook/log.py", "import json, sqlite3"),
    ],
)
def test_a_right_import_passes(tmp_path: Path, module: str, line: str) -> None:
    path = tmp_path / "app" / module
    path.parent.mkdir(parents=True)
    path.write_text(f"{line}\n", encoding="utf-8")
    found = list(imports_below(tmp_path))
    assert [*climbing(found), *strayed(found), *seeing_tables(found)] == []


def test_the_command_line_starts_without_qt() -> None:
    seen = subprocess.run(
        [sys.executable, "-c", "import sys, app.cli, app.__main__; print(sorted(set(sys.modules) & {'PySide6'}))"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert seen.stdout.strip() == "[]"
