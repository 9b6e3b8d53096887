"""What holds the project together: versions, resources, licences, the pages and the commands people read of."""

import os
import re
import subprocess
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest

import app
from app import paths
from app.formatting import NBSP

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def run(*command: str | Path, **environment: str) -> str:
    """The output of a command that must succeed, run outside the checkout."""
    done = subprocess.run(
        [str(part) for part in command], cwd=Path.home(), env=os.environ | environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


# -- versions ----------------------------------------------------------------------------------------------------


def test_every_page_tells_the_same_version() -> None:
    assert PROJECT["version"] == app.__version__
    newest = re.search(r"^## (\S+)", page("CHANGELOG.md"), re.MULTILINE)
    assert newest is not None
    assert newest.group(1) == app.__version__


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="True and None cannot be lost from Python 3.12 on")
def test_pyside_is_older_than_the_one_that_aborts_python_311() -> None:
    installed = tuple(int(part) for part in version("PySide6-Essentials").split(".")[:2])
    assert (6, 10) <= installed < (6, 12)


def test_signals_and_texts_do_not_wear_true_and_none_out() -> None:
    """PySide6 6.12 aborts here on Python 3.11: in a process of its own, so that it takes no other test with it."""
    left = run(
        sys.executable,
        "-c",
        """if True:
        import sys
        from PySide6.QtCore import QObject, Signal
        from PySide6.QtWidgets import QApplication, QLineEdit
        class Bell(QObject):
            rung = Signal(object)
        application = QApplication([])
        bell, line = Bell(), QLineEdit()
        bell.rung.connect(lambda value: None)
        before = [sys.getrefcount(value) for value in (True, None)]
        for _ in range(20_000):
            bell.rung.emit(True)
            bell.rung.emit(None)
            line.setText("x")
            line.clear()
        print(max(start - sys.getrefcount(value) for start, value in zip(before, (True, None))))
        """,
        QT_QPA_PLATFORM="offscreen",
    )
    assert int(left) < 1000, "references to True or None are being lost"


# -- resources ---------------------------------------------------------------------------------------------------

LIST_RESOURCES = """
from pathlib import Path
import app
from app import paths
from app.formatting import NBSP
folder = paths.resource()
print(Path(app.__file__).parent.parent)
for path in sorted(folder.rglob("*")):
    if path.is_file():
        print(path.relative_to(folder).as_posix(), paths.resource(*path.relative_to(folder).parts).exists())
"""


def shipped() -> list[str]:
    folder = ROOT / "resources"
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_resources_are_found_in_a_checkout() -> None:
    assert paths.resource() == ROOT / "resources"
    assert shipped()
    assert all(paths.resource(*name.split("/")).is_file() for name in shipped())


def test_resources_are_found_in_an_installed_wheel(tmp_path: Path) -> None:
    pip = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check")
    wheels, installed = tmp_path / "wheels", tmp_path / "installed"
    run(*pip, "wheel", ROOT, "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", wheels)
    (wheel,) = wheels.glob("*.whl")
    run(*pip, "install", wheel, "--no-deps", "--no-index", "--target", installed)

    place, *found = run(sys.executable, "-c", LIST_RESOURCES, PYTHONPATH=str(installed)).splitlines()

    assert Path(place) == installed
    assert sorted(found) == sorted(f"{name} True" for name in shipped())
    sources = {path.relative_to(ROOT) for path in (ROOT / "app").rglob("*.py")}
    assert sources == {path.relative_to(installed) for path in (installed / "app").rglob("*.py")}
    assert (installed / "bin" / "carnet").exists()


# -- licences ----------------------------------------------------------------------------------------------------


def test_every_dependency_says_its_licence_and_its_use() -> None:
    rows = {
        cells[0].strip("`"): cells[1:]
        for line in page("docs/dependances.md").splitlines()
        if len(cells := [cell.strip() for cell in line.strip("| ").split("|")]) == 3
    }
    extras = [name for names in PROJECT["optional-dependencies"].values() for name in names]
    for requirement in [*PROJECT["dependencies"], *extras]:
        match = re.match(r"[A-Za-z0-9._-]+", requirement)
        assert match is not None
        assert all(rows.get(match.group(), [""])), f"docs/dependances.md does not tell of {match.group()}"


# -- what people read --------------------------------------------------------------------------------------------


def test_every_command_readme_speaks_of_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", page("Makefile"), re.MULTILINE))
    for name in ("README.md", "CONTRIBUTING.md"):
        assert set(re.findall(r"make ([a-z]+)", page(name))) <= targets, name


def test_make_alone_tells_every_target() -> None:
    makefile = page("Makefile")
    told = set(re.findall(r'echo "make ([a-z]+)', makefile))
    assert told == set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE)) - {"help"}


PAGES = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "docs/dependances.md")


@pytest.mark.parametrize("name", PAGES)
def test_pages_are_in_careful_french(name: str) -> None:
    prose = re.sub(r"```.*?```|`[^`\n]*`|\]\([^)]*\)|https?://\S+|<!--.*?-->", "", page(name), flags=re.DOTALL)
    assert not {"'", '"'} & set(prose), "typographic apostrophes and quotation marks"
    # Letters must be before: `:` also draws the tables of Markdown.
    assert re.findall(rf".{{0,20}}(?:\w|\u0020)[:;?!%€»](?=[\s*]|$)|«[^{NBSP}].{{0,20}}", prose) == []


@pytest.mark.parametrize("name", PAGES)
def test_pages_point_to_files_that_exist(name: str) -> None:
    here = (ROOT / name).parent
    shown = re.sub(r"<!--.*?-->", "", page(name), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", shown):
        assert (here / target).exists(), f"{name} points to {target}"


def test_the_page_of_the_command_line_names_every_command_and_option():
    from app.cli.parser import COMMANDS

    page = (ROOT / "docs" / "ligne-de-commande.md").read_text(encoding="utf-8")
    wanted = [one.name for one in COMMANDS] + [option.name for one in COMMANDS for option in one.options]
    assert [
        word for word in dict.fromkeys(wanted) if not re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", page)
    ] == []
