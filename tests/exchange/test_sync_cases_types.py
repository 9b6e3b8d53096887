"""The named cases of formulas, limits and failures (D63, D64, D74, D75, D80) through real files, from end to end."""

import re
import signal
import subprocess
import sys
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest

from app.exchange.preview import Kind
from app.exchange.reader import read_workbook
from app.notebook.verify import verify
from app.services import notebooks
from app.services.imports import journal
from tests.exchange.books import altered
from tests.exchange.laptops import TEAM, Laptop, change, column_of, edit, kinds, laptop, opened, row_of, sheet_of
from tests.exchange.test_plan import as_csv
from tests.factories import WallClock


@pytest.fixture
def a(tmp_path):
    with laptop(tmp_path, "a") as found:
        yield found


@pytest.fixture
def row(a):
    return a.add(title="Repair café", description="Deux samedis par mois", code="EST-001", progress=Decimal(40))


def address(book, row, key):
    with opened(book, save_as=book.with_name("vide.xlsx")) as found:
        sheet = sheet_of(found, "action")
        return sheet.cell(row_of(sheet, row), column_of(sheet, key)).coordinate, sheet.title


def with_formula(book, target, cell, formula, value, kind=""):
    """A copy in which a cell of the actions holds a formula and the result that a spreadsheet kept of it."""
    result = f"<v>{value}</v>" if value is not None else ""
    actions = sheet_file(book, "Actions")

    def put(name, content):
        if name != actions:
            return content
        text = content.decode("utf-8")
        found = re.search(rf'<c r="{cell}"([^>]*?)(?: t="\w+")?>.*?</c>', text)
        style = re.sub(r' t="\w+"', "", found[1])
        return text.replace(found[0], f'<c r="{cell}"{style}{kind}><f>{formula}</f>{result}</c>').encode()

    return altered(book, target, put)


def sheet_file(book, title):
    with zipfile.ZipFile(book) as archive:
        names = re.findall(r'<sheet [^>]*?name="([^"]+)"', archive.read("xl/workbook.xml").decode())
    place = names.index(title) + 1
    return f"xl/worksheets/sheet{place}.xml"


@pytest.mark.parametrize(
    ("key", "formula", "value", "kind"),
    [
        ("progress", "1-0.6", "0.4", ""),
        ("title", '"Repair"&amp;" café"', "Repair café", ' t="str"'),
    ],
)
def test_d63_a_formula_whose_kept_result_is_the_base_proposes_nothing(a, row, tmp_path, key, formula, value, kind):
    book = a.export()
    cell, _ = address(book, row, key)

    plan = a.preview(with_formula(book, tmp_path / "formule.xlsx", cell, formula, value, kind))

    assert kinds(plan) == {}
    assert a.take(plan).changes == 0


def test_d63_another_result_is_proposed_and_said_to_come_from_a_formula(a, row, tmp_path):
    book = a.export()
    cell, _ = address(book, row, "title")

    plan = a.preview(with_formula(book, tmp_path / "f.xlsx", cell, 'UPPER("x")', "REPAIR CAFÉ", ' t="str"'))

    one = change(plan, Kind.UPDATED)
    assert one.after == "REPAIR CAFÉ"
    assert "formule" in one.note


@pytest.mark.parametrize(
    ("value", "kind"), [(None, ""), ("#REF!", ' t="e"'), ("#N/A", ' t="e"')], ids=["no result", "ref", "na"]
)
def test_d64_a_formula_without_result_is_told_by_its_cell_and_the_rest_is_taken(a, row, tmp_path, value, kind):
    book = edit(a.export(), "action", row, description="Tous les samedis")
    with opened(book):
        pass
    cell, _ = address(book, row, "progress")

    plan = a.preview(with_formula(book, tmp_path / "f.xlsx", cell, "Feuil9!A1", value, kind))

    assert kinds(plan) == {"updated": 1, "errors": 1}
    assert (plan.errors[0].sheet, plan.errors[0].cell) == ("Actions", cell)
    a.take(plan)
    assert (a.of(row)["description"], a.of(row)["progress"]) == ("Tous les samedis", Decimal(40))


def test_d74_a_text_that_is_a_command_leaves_and_comes_back_as_a_text(a, tmp_path):
    command = "=cmd|'/c calc'!A1"
    row = a.add(title="Action", description=command, code="@SUM(A1)")
    book = a.export()

    with opened(book, save_as=tmp_path / "b.xlsx") as found:
        sheet = sheet_of(found, "action")
        cell = sheet.cell(row_of(sheet, row), column_of(sheet, "description"))
        assert (cell.value, cell.data_type) == (command, "s")
    assert all(
        not cell.formula for sheet in read_workbook(book).sheets for cells in sheet.rows.values() for cell in cells
    )
    assert kinds(a.preview(book)) == {}
    csv = as_csv(book, "action", tmp_path / "actions.csv")
    assert kinds(a.preview(csv)) == {}
    assert a.of(row)["description"] == command


def test_d75_a_text_too_long_for_a_cell_is_cut_there_only(a, tmp_path):
    text = "Une très longue histoire. " * 1_600
    row = a.add(title="Action", description=text)
    book = a.export(TEAM)
    held = a.of(row)["description"]
    assert len(held) > 40_000
    edit(book, "action", row, description="Écrite dans la cellule coupée", title="Renommée")

    plan = a.preview(book)

    assert {one.field for one in plan.changes} == {"title"}
    a.take(plan)
    assert a.of(row)["description"] == held
    with laptop(tmp_path, "b") as b:
        b.take(b.preview(book))
        assert b.of(row)["description"] == held, "the log carries it whole"


KILLED = """
import os, signal, sys
from pathlib import Path
from app.exchange.apply import apply_plan
from app.exchange.plan import prepare
from app.exchange.preview import usual
from app.exchange.reader import read_here
from app.notebook import importing
from app.services import notebooks

setattr(importing, sys.argv[3], lambda *_: os.kill(os.getpid(), signal.SIGKILL))
store = notebooks.open_existing(Path(sys.argv[1]))
plan = prepare(store, [Path(sys.argv[2])], now=store.now(), read=read_here)
apply_plan(store, plan, usual(plan), read=read_here)
"""


@pytest.mark.parametrize("step", ["_fresh", "_prove", "_together"])
def test_d80_killed_in_the_middle_of_an_import_the_old_state_stands(tmp_path, step):
    with laptop(tmp_path, "a") as a:
        row = a.add(title="Repair café")
        book = edit(a.export(), "action", row, title="Autre")
        before, path = a.state, a.store.path
    ended = subprocess.run([sys.executable, "-c", KILLED, path, book, step], cwd=Path(__file__).parents[2], check=False)
    assert ended.returncode == -signal.SIGKILL

    with notebooks.open_existing(path, now=WallClock()) as store:
        a = Laptop(store, WallClock(), tmp_path)
        assert a.state == before
        assert journal(a.store) == []
        assert verify(path).faults == ()
        a.take(a.preview(book))
        assert a.of(row)["title"] == "Autre"
