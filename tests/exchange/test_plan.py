"""What a workbook may go through before it comes back: headings, formulas, other programs, other files."""

import csv

import pytest

from app.errors import Cancelled
from app.exchange.plan import prepare
from app.exchange.preview import Kind
from app.notebook.store import open_notebook
from tests.exchange.laptops import (
    TEAM,
    append,
    change,
    column_of,
    edit,
    kinds,
    laptop,
    opened,
    rework,
    row_of,
    sheet_of,
)
from tests.exchange.libreoffice import needs_libreoffice, saved_as


@pytest.fixture
def a(tmp_path):
    with laptop(tmp_path, "a") as found:
        yield found


@pytest.fixture
def b(tmp_path):
    with laptop(tmp_path, "b") as found:
        yield found


@pytest.fixture
def row(a):
    return a.add(title="Repair café", description="Deux samedis par mois", code="00123")


def as_csv(path, entity, target, *, encoding="utf-8-sig", separator=";"):
    """What « Enregistrer sous » makes of one sheet."""
    with opened(path) as book, target.open("w", newline="", encoding=encoding) as file:
        writer = csv.writer(file, delimiter=separator)
        for line in sheet_of(book, entity).iter_rows(values_only=True):
            writer.writerow(["" if value is None else value for value in line])
    return target


# -- D34, D35: other programs ------------------------------------------------------------------------------------


@needs_libreoffice
@pytest.mark.parametrize("way", [("xlsx",), ("ods",), ("ods", "xlsx")], ids="-".join)
def test_d34_d35_a_workbook_saved_by_libreoffice_brings_exactly_its_edits(a, row, tmp_path, way):
    a.add(title="=1+1", description="Une ligne\nune autre\tet « l’œuvre » – 12 €", start=None)
    theme = a.add("theme", title="Égalité")
    a.set(row, themes=(theme,), status="running")
    untouched, touched = a.export(TEAM), edit(a.export(), "action", row, description="Tous les samedis")

    for place, path in enumerate((untouched, touched)):
        folder = tmp_path / f"lo-{place}"
        plan = a.preview(saved_as(path, *way, folder=folder))
        assert kinds(plan) == ({"updated": 1} if place else {})


# -- D58, mode D: a sheet alone -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("encoding", "separator"), [("utf-8-sig", ";"), ("cp1252", ";"), ("utf-8", ",")])
def test_a_sheet_saved_as_csv_is_known_by_its_refs(a, row, tmp_path, encoding, separator):
    book = edit(a.export(), "action", row, title="Café des bricoleurs")
    sheet = as_csv(book, "action", tmp_path / "actions.csv", encoding=encoding, separator=separator)

    plan = a.preview(sheet)

    assert plan.sources[0].mode == "C"
    one = change(plan, Kind.UPDATED)
    assert (one.field, one.after, kinds(plan)) == ("title", "Café des bricoleurs", {"updated": 1})


def test_d58_a_sheet_exported_by_someone_else_gives_suggestions(a, b, row, tmp_path):
    b.receive(a)
    sheet = as_csv(edit(a.export(), "action", row, title="Autre titre"), "action", tmp_path / "actions.csv")

    plan = b.preview(sheet)

    assert (plan.sources[0].mode, kinds(plan)) == ("D", {"suggestions": 1})


def test_a_table_that_never_was_ours_is_mode_e(a, tmp_path):
    path = tmp_path / "liste.csv"
    path.write_text("Nom;Téléphone\nDupont;0320000000\n", encoding="utf-8")

    plan = a.preview(path)

    assert (plan.sources[0].mode, kinds(plan)) == ("E", {})


# -- D63, D64: formulas --------------------------------------------------------------------------------------------


def test_d64_a_formula_without_result_is_an_error_of_its_cell_alone(a, row):
    book = edit(a.export(), "action", row, title='="Repair"&" café"', description="Tous les samedis")

    plan = a.preview(book)

    assert kinds(plan) == {"updated": 1, "errors": 1}
    assert plan.errors[0].cell
    assert plan.errors[0].sheet == "Actions"


# -- columns -------------------------------------------------------------------------------------------------------


def test_a_heading_renamed_is_followed_by_its_key(a, row):
    def rename(book):
        sheet = sheet_of(book, "action")
        sheet.tables.clear()
        sheet.cell(2, column_of(sheet, "title")).value = "Nom de l’action"

    plan = a.preview(edit(rework(a.export(), rename), "action", row, title="Autre"))

    assert kinds(plan) == {"updated": 1}


def test_a_known_heading_pasted_over_a_column_wins_and_is_said(a, row):
    def paste(book):
        sheet = sheet_of(book, "action")
        sheet.tables.clear()
        title, description = column_of(sheet, "title"), column_of(sheet, "description")
        heads = sheet.cell(2, title).value, sheet.cell(2, description).value
        for number in range(2, sheet.max_row + 1):
            first, second = sheet.cell(number, title), sheet.cell(number, description)
            first.value, second.value = second.value, first.value
        assert (sheet.cell(2, description).value, sheet.cell(2, title).value) == heads

    plan = a.preview(rework(a.export(), paste))

    assert kinds(plan) == {}
    assert len([fault for fault in plan.warnings if "l’en-tête qui est suivi" in fault.message]) == 2


def test_two_columns_of_one_name_are_not_read(a, row):
    def double(book):
        sheet = sheet_of(book, "action")
        sheet.tables.clear()
        last = sheet.max_column + 1
        for number in range(1, sheet.max_row + 1):
            sheet.cell(number, last).value = sheet.cell(number, column_of(sheet, "title")).value
        sheet.cell(3, last).value = "Autre"

    plan = a.preview(rework(a.export(), double))

    assert kinds(plan) == {"errors": 1}
    assert "Deux colonnes" in plan.errors[0].message


def test_keys_and_headings_deleted_the_table_still_tells(a, row):
    def strip(book):
        sheet = sheet_of(book, "action")
        sheet.tables.clear()
        sheet.delete_rows(1)

    plan = a.preview(rework(edit(a.export(), "action", row, title="Autre"), strip))

    assert kinds(plan) == {"updated": 1}


def test_information_columns_are_not_read_back(a, row):
    book = edit(a.export(), "action", row, **{"info.number": "9.9"})

    assert kinds(a.preview(book)) == {}


# -- rows ----------------------------------------------------------------------------------------------------------


def test_totals_and_blank_rows_are_left_aside(a, row):
    book = append(a.export(), "action", title="Total", code="12")

    plan = a.preview(book)

    assert kinds(plan) == {}
    assert any("total" in info for info in plan.infos)


def test_a_new_row_without_its_name_is_an_error(a, row):
    plan = a.preview(append(a.export(), "action", description="Sans titre"))

    assert kinds(plan) == {"errors": 1}
    assert "Intitulé" in plan.errors[0].message


def test_the_ref_of_another_sheet_is_an_error_of_its_row(a, row):
    theme = a.add("theme", title="Égalité")

    def swap(book):
        token = sheet_of(book, "theme").cell(row_of(sheet_of(book, "theme"), theme), 1).value
        sheet_of(book, "action").cell(3, 1).value = token

    plan = a.preview(rework(a.export(entities=["action", "theme"]), swap))

    assert kinds(plan) == {"errors": 1}


def test_rows_of_two_exports_in_one_sheet_are_compared_each_with_its_own(a, row):
    other = a.add(title="Jardin")
    old = a.export()
    a.set(row, title="Nouveau nom")
    new = a.export()
    with opened(old) as source:
        line = [cell.value for cell in sheet_of(source, "action")[row_of(sheet_of(source, "action"), other)]]

    def mix(book):
        sheet = sheet_of(book, "action")
        for column, value in enumerate(line, start=1):
            sheet.cell(row_of(sheet, other) if column == 1 else number, column).value = value

    with opened(new) as book:
        number = row_of(sheet_of(book, "action"), other)
    plan = a.preview(rework(new, mix))

    assert kinds(plan) == {}


def test_what_is_typed_names_rows_that_are_new_in_the_same_workbook(a, row):
    book = append(edit(a.export(), "action", row, promoter="Les Bricoleurs"), "organisation", name="Les Bricoleurs")

    plan = a.preview(book)

    assert kinds(plan) == {"new": 1, "updated": 1}
    a.take(plan)
    assert a.of(row)["promoter"] == change(plan, Kind.NEW).row


def test_a_rule_of_entry_refuses_a_cell(a):
    caf = a.add("organisation", name="CAF")

    plan = a.preview(edit(a.export(), "organisation", caf, siret="123", name=None))

    assert kinds(plan) == {"errors": 2}


def test_reading_may_be_stopped(a, row):
    book = a.export()
    with pytest.raises(Cancelled):
        prepare(a.store, [book], now=a.clock(), cancelled=lambda: True)


def test_a_preview_may_be_made_beside_the_window(a, row):
    book = edit(a.export(), "action", row, title="Autre")
    with open_notebook(a.store.path, read_only=True) as reader:
        assert kinds(prepare(reader, [book], now=a.clock())) == {"updated": 1}


def test_a_row_marked_in_a_sheet_nobody_remembers_is_a_suggestion(a, b, row, tmp_path):
    b.receive(a)
    sheet = as_csv(edit(a.export(), "action", row, deleted="supprimer"), "action", tmp_path / "actions.csv")

    plan = b.preview(sheet)

    assert kinds(plan) == {"suggestions": 1}
    b.take_all(plan)
    assert b.of(row)["deleted"]


def test_a_workbook_of_one_sheet_names_the_rows_of_those_it_leaves_out(a, row):
    youth = a.add("theme", kind="theme", title="Jeunes")
    work = a.add("theme", kind="theme", title="Emploi")
    book = append(a.export(entities=("action",)), "action", title="Forum", themes="Jeunes; Emploi")

    plan = a.preview(edit(book, "action", row, themes="Emploi"))

    assert plan.errors == ()
    a.take_all(plan)
    new = next(one.row for one in plan.changes if one.kind is Kind.NEW)
    assert set(a.of(new)["themes"]) == {youth, work}
    assert list(a.of(row)["themes"]) == [work]
