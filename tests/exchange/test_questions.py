"""What a preview asks: rows that may exist already, copies, damaged Réf., sheets sorted apart. Through real files."""

import shutil

import pytest

from app.exchange.preview import Kind, usual
from app.exchange.questions import CREATE, JOIN, LEAVE, LINK, ORIGINAL, RESTORE, Asked
from app.services.imports import journal, undo_import
from tests.exchange.laptops import (
    append,
    change,
    column_of,
    edit,
    kinds,
    laptop,
    rework,
    row_of,
    saved_later,
    sheet_of,
)


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
    return a.add(title="Repair café", description="Deux samedis par mois", code="EST-001")


def asked(plan, about):
    (found,) = [one for one in plan.questions if one.about is about]
    return found


def said(question, start):
    return next(one.key for one in question.choices if one.key.startswith(start))


def answered(one, book, plan, question, choice):
    """The preview once a question has its answer."""
    return one.preview(book, answers={**plan.answers, question.key: choice})


# -- sheets sorted without their Réf. -----------------------------------------------------------------------------


def sort_apart(book, order, keys=None):
    """Sort the cells of the actions, some columns or all but the Réf."""
    sheet = sheet_of(book, "action")
    columns = [column_of(sheet, key) for key in keys] if keys else range(2, sheet.max_column + 1)
    lines = [[cell.value for cell in line] for line in sheet.iter_rows(min_row=3)]
    for number, place in enumerate(order, start=3):
        for column in columns:
            sheet.cell(number, column).value = lines[place][column - 1]


def test_d45_a_sheet_sorted_apart_is_put_back_together_by_codes_and_names(a):
    rows = [a.add(title=f"Action {n}", code=f"EST-{n:03d}", description=f"Texte {n}") for n in range(5)]
    a.add(title="Sans code")
    book = edit(a.export(), "action", rows[1], description="Réécrite à la main")
    rework(book, lambda found: sort_apart(found, [4, 3, 2, 1, 0, 5]))

    plan = a.preview(book)
    question = asked(plan, Asked.SORTED)
    assert kinds(plan) == {"errors": 1}
    assert "Ré-associez" in plan.errors[0].message
    assert len(question.details) == 4, "the middle one and the last have kept their place"
    assert "Action 4" in question.details[0]
    assert "Action 0" in question.details[0]

    plan = answered(a, book, plan, question, JOIN)

    assert kinds(plan) == {"updated": 1}
    one = change(plan, Kind.UPDATED)
    assert (one.row, one.after) == (rows[1], "Réécrite à la main")
    a.take(plan)
    assert a.of(rows[1])["description"] == "Réécrite à la main"
    assert a.of(rows[0])["description"] == "Texte 0"


def test_d45_what_no_row_can_be_told_for_stays_unread_and_is_listed(a):
    rows = [a.add(title=f"Action {n}", code=f"EST-{n:03d}", description=f"Texte {n}") for n in range(5)]
    book = a.export()

    def spoil(found):
        sort_apart(found, [4, 3, 2, 1, 0])
        sheet = sheet_of(found, "action")
        sheet.cell(3, column_of(sheet, "title")).value = "Inconnue au bataillon"
        sheet.cell(3, column_of(sheet, "code")).value = "ZZZ-1"
        sheet.cell(4, column_of(sheet, "description")).value = "Réécrite"

    rework(book, spoil)
    plan = a.preview(book)
    plan = answered(a, book, plan, asked(plan, Asked.SORTED), JOIN)

    assert kinds(plan) == {"updated": 1, "errors": 1}
    assert plan.errors[0].cell == "A3"
    assert "n’a pu être ré-associée" in plan.errors[0].message
    assert change(plan, Kind.UPDATED).row == rows[3]


def test_d45_columns_sorted_apart_from_the_names_are_not_put_back(a):
    for n in range(5):
        a.add(title=f"Action {n}", code=f"EST-{n:03d}", description=f"Texte {n}")
    book = rework(a.export(), lambda found: sort_apart(found, [4, 3, 2, 1, 0], ["description"]))

    plan = a.preview(book)

    assert kinds(plan) == {"errors": 1}
    assert plan.questions == ()
    assert "Annulez le tri" in plan.errors[0].message


# -- new rows that may exist --------------------------------------------------------------------------------------


def test_d53_a_new_row_is_joined_by_a_click_and_fills_without_replacing(a):
    known = a.add("organisation", name="Association Leo Lagrange", description="Ici")
    book = append(a.export(), "organisation", name="Asso. Léo Lagrange", description="Là", siret="78467169500087")

    plan = a.preview(book)
    question = asked(plan, Asked.RESEMBLES)
    assert question.suggested == f"{LINK}{known}"
    assert question.answer == ""
    a.take(plan)
    assert a.of(known, "organisation")["siret"] is None, "suggested is not joined"

    plan = answered(a, book, plan, question, question.suggested)
    assert {(one.field, one.kind, one.ticked) for one in plan.changes} == {
        ("siret", Kind.UPDATED, True),
        ("name", Kind.SUGGESTION, False),
        ("description", Kind.SUGGESTION, False),
    }
    a.take(plan)
    held = a.of(known, "organisation")
    assert (held["name"], held["description"], held["siret"]) == ("Association Leo Lagrange", "Ici", "78467169500087")
    assert len(a.state["organisation"]) == 1

    again = a.preview(book)
    assert again.questions == (), "the answer holds"
    assert {one.kind for one in again.changes} == {Kind.SUGGESTION}
    undo_import(a.store, journal(a.store)[0].id)
    assert asked(a.preview(book), Asked.RESEMBLES).answer == "", "an import taken back takes its answers with it"


def test_d53_creating_all_the_same_makes_one_more(a):
    a.add("organisation", name="Association Leo Lagrange")
    book = append(a.export(), "organisation", name="Asso. Léo Lagrange")

    plan = a.preview(book)
    plan = answered(a, book, plan, asked(plan, Asked.RESEMBLES), CREATE)

    assert kinds(plan) == {"new": 1}
    assert change(plan, Kind.NEW).ticked
    a.take(plan)
    assert len(a.state["organisation"]) == 2
    assert kinds(a.preview(book)) == {}
    assert a.preview(book).questions == ()


def test_d53_a_row_of_the_bin_is_restored_by_a_click(a):
    gone = a.add("organisation", name="Busabiclou")
    a.delete(gone, "organisation")
    book = append(a.export(), "organisation", name="Busabiclou", acronym="BBC")

    plan = a.preview(book)
    question = asked(plan, Asked.RESEMBLES)
    assert question.suggested == f"{RESTORE}{gone}"
    plan = answered(a, book, plan, question, question.suggested)

    assert kinds(plan) == {"updated": 2}
    a.take(plan)
    held = a.of(gone, "organisation")
    assert (held["deleted"], held["acronym"]) == (False, "BBC")


def test_d53_what_fills_a_row_of_the_bin_does_not_come_without_its_return(a):
    gone = a.add("organisation", name="Busabiclou")
    a.delete(gone, "organisation")
    book = append(a.export(), "organisation", name="Busabiclou", acronym="BBC")
    plan = a.preview(book)
    question = asked(plan, Asked.RESEMBLES)
    plan = answered(a, book, plan, question, question.suggested)
    decisions = usual(plan)
    back = next(one.key for one in plan.changes if one.field == "deleted")

    applied = a.take(plan, type(decisions)(decisions.accepted - {back}))

    assert applied.changes == 0
    assert a.of(gone, "organisation")["deleted"]


@pytest.mark.parametrize("other", [{"siret": "19590255700012"}, {"siret": None}])
def test_d53_another_siret_makes_it_only_something_to_look_at(a, other):
    a.add("organisation", name="Association Leo Lagrange", siret=other["siret"])
    book = append(a.export(), "organisation", name="Léo Lagrange", siret="78467169500087")

    plan = a.preview(book)

    question = asked(plan, Asked.RESEMBLES)
    assert bool(question.suggested) == (other["siret"] is None)
    told = "Doublon probable" if other["siret"] is None else "À vérifier"
    assert told in plan.changes[0].note


def test_d53_what_names_the_new_row_follows_it(a):
    known = a.add("organisation", name="Association Leo Lagrange")
    book = append(a.export(), "organisation", name="Asso. Léo Lagrange")
    append(book, "contact", last_name="Martin", first_name="Zoé", organisation="Asso. Léo Lagrange")

    plan = a.preview(book)
    plan = answered(a, book, plan, asked(plan, Asked.RESEMBLES), f"{LINK}{known}")

    contact = next(one for one in plan.changes if one.entity == "contact")
    assert contact.kind is Kind.NEW
    a.take(plan)
    assert str(a.of(contact.row, "contact")["organisation"]) == known


def test_d53_two_laptops_that_join_the_same_row_agree(a, b):
    known = a.add("organisation", name="Association Leo Lagrange")
    b.receive(a)
    book = append(a.export(), "organisation", name="Asso. Léo Lagrange", siret="78467169500087")
    for one in (a, b):
        plan = one.preview(book)
        one.take(answered(one, book, plan, asked(plan, Asked.RESEMBLES), f"{LINK}{known}"))

    a.receive(b)
    b.receive(a)

    assert a.fingerprint == b.fingerprint
    assert a.conflicts == []
    assert a.of(known, "organisation") == b.of(known, "organisation")


# -- copies and damaged Réf. --------------------------------------------------------------------------------------


def test_d55_of_two_copies_the_original_is_chosen_by_a_person(a, row):
    def copy(book):
        sheet = sheet_of(book, "action")
        number, last = row_of(sheet, row), sheet.max_row + 1
        for cell in sheet[number]:
            sheet.cell(last, cell.column).value = cell.value
        sheet.cell(number, column_of(sheet, "title")).value = "Fête de l’hiver"
        sheet.cell(number, column_of(sheet, "code")).value = "EST-777"
        sheet.cell(last, column_of(sheet, "title")).value = "Repair café de l’Alma"

    book = rework(a.export(), copy)
    plan = a.preview(book)
    question = asked(plan, Asked.COPIED)
    assert [one.key for one in question.choices] == [f"{ORIGINAL}0", f"{ORIGINAL}1", LEAVE]
    assert "Repair café de l’Alma" in question.choices[1].label

    plan = answered(a, book, plan, question, f"{ORIGINAL}1")

    assert kinds(plan) == {"new": 1, "updated": 1}
    a.take(plan)
    assert a.of(row)["title"] == "Repair café de l’Alma"
    assert {one["title"] for one in map(a.of, (line[0] for line in a.state["action"]))} == {
        "Repair café de l’Alma", "Fête de l’hiver",
    }  # fmt: skip


def test_d56_a_damaged_ref_whose_row_changed_is_a_question(a, row):
    other = a.add(title="Jardin", code="EST-002")

    def spoil(book):
        sheet = sheet_of(book, "action")
        number = row_of(sheet, row)
        sheet.cell(number, column_of(sheet, "description")).value = "Tous les samedis"
        sheet.cell(number, 1).value = sheet.cell(number, 1).value[:-4]

    book = rework(a.export(), spoil)
    plan = a.preview(book)
    question = asked(plan, Asked.DAMAGED)
    assert question.suggested == f"{LINK}{row}"
    assert not any(one.ticked or one.row in (row, other) for one in plan.changes), "nothing by itself, nothing deleted"

    plan = answered(a, book, plan, question, question.suggested)

    assert kinds(plan) == {"updated": 1}
    one = change(plan, Kind.UPDATED)
    assert (one.row, one.before, one.after) == (row, "Deux samedis par mois", "Tous les samedis")
    a.take(plan)
    assert kinds(a.preview(book)) == {}
    assert a.preview(book).questions == ()


SPOILED_REFS = {
    "cut": lambda ref: ref[:-6],
    "without its beginning": lambda ref: ref[8:],
    "a letter missing": lambda ref: ref[:17] + ref[18:],
    "three letters missing": lambda ref: ref[:12] + ref[15:],
    "a letter more": lambda ref: f"{ref[:20]}X{ref[20:]}",
    "two letters exchanged": lambda ref: ref[:14] + ref[15] + ref[14] + ref[16:],
}


@pytest.mark.parametrize("how", SPOILED_REFS)
def test_d56_a_row_renamed_is_still_known_by_what_is_left_of_its_ref(a, row, how):
    def spoil(book):
        sheet = sheet_of(book, "action")
        sheet.cell(3, column_of(sheet, "title")).value = "Café des bricoleurs"
        sheet.cell(3, column_of(sheet, "code")).value = "EST-900"
        sheet.cell(3, 1).value = SPOILED_REFS[how](sheet.cell(3, 1).value)

    book = rework(a.export(), spoil)
    plan = a.preview(book)
    question = asked(plan, Asked.DAMAGED)

    assert said(question, LINK) == f"{LINK}{row}"
    plan = answered(a, book, plan, question, f"{LINK}{row}")
    assert {one.field for one in plan.changes} == {"title", "code"}


def test_d56_a_part_with_a_damaged_ref_is_asked_too(a, row):
    step = a.add("step", action=row, title="Réunion de lancement")

    def spoil(book):
        sheet = sheet_of(book, "step")
        number = row_of(sheet, step)
        sheet.cell(number, column_of(sheet, "title")).value = "Réunion de rentrée"
        sheet.cell(number, 1).value = sheet.cell(number, 1).value[:-3]

    book = rework(a.export(), spoil)
    plan = a.preview(book)
    question = asked(plan, Asked.DAMAGED)
    plan = answered(a, book, plan, question, question.suggested)

    one = change(plan, Kind.UPDATED)
    assert (one.row, one.after) == (step, "Réunion de rentrée")


# -- back to the origin -------------------------------------------------------------------------------------------


def test_a_cell_back_at_its_origin_offers_to_take_the_edit_back(a, row, tmp_path):
    book = edit(a.export(), "action", row, description="v1", title="Titre v1")
    shutil.copy(book, tmp_path / "v1.xlsx")
    a.take(a.preview(tmp_path / "v1.xlsx"))
    saved_later(edit(book, "action", row, description="Deux samedis par mois", title="Titre v2"), 2030)

    plan = a.preview(book)

    back = next(one for one in plan.changes if one.field == "description")
    assert (back.kind, back.ticked, back.before, back.after) == (
        Kind.SUGGESTION, False, "v1", "Deux samedis par mois",
    )  # fmt: skip
    assert "Revenue à l’origine" in back.note
    suite = change(plan, Kind.CONFLICT)
    assert not suite.ticked, "a value that has gone back makes the order doubtful"
    a.take(plan)
    assert a.of(row)["description"] == "v1"

    plan = a.preview(book)
    accepted = frozenset(one.key for one in plan.changes if one.field == "description")
    a.take(plan, type(usual(plan))(accepted))
    assert a.of(row)["description"] == "Deux samedis par mois"
    assert a.conflicts == []
    assert not [one for one in a.preview(book, tmp_path / "v1.xlsx").changes if one.field == "description"]


def test_a_cell_changed_here_since_is_not_said_to_be_back(a, row, tmp_path):
    book = edit(a.export(), "action", row, description="v1")
    shutil.copy(book, tmp_path / "v1.xlsx")
    a.take(a.preview(tmp_path / "v1.xlsx"))
    a.set(row, description="Ici depuis")
    saved_later(edit(book, "action", row, description="Deux samedis par mois"), 2030)

    assert kinds(a.preview(book)) == {}


def test_another_copy_of_the_export_says_nothing_of_it(a, row, tmp_path):
    untouched = a.export()
    shutil.copy(untouched, tmp_path / "p1.xlsx")
    edit(tmp_path / "p1.xlsx", "action", row, description="P1")
    a.take(a.preview(tmp_path / "p1.xlsx"))

    assert kinds(a.preview(untouched)) == {}


def test_d42_an_older_copy_taken_in_last_undoes_nothing(a, row, tmp_path):
    book = edit(a.export(), "action", row, description="v1")
    first = tmp_path / "v1.xlsx"
    shutil.copy(book, first)
    saved_later(edit(book, "action", row, description="v2"), 2030)
    a.take(a.preview(book))

    plan = a.preview(first)

    suite = change(plan, Kind.CONFLICT)
    assert not suite.ticked
    assert plan.sources[0].imported_at
    a.take_all(plan)
    assert a.of(row)["description"] == "v2"


def test_d42_a_workbook_saved_by_somebody_else_is_not_replaced_by_itself(a, row, tmp_path):
    book = edit(a.export(), "action", row, description="v1")
    shutil.copy(book, tmp_path / "v1.xlsx")
    a.take(a.preview(tmp_path / "v1.xlsx"))
    saved_later(edit(book, "action", row, description="v2"), 2030)
    rework(book, lambda found: setattr(found.properties, "lastModifiedBy", "Quelqu’un d’autre"))

    assert not change(a.preview(book), Kind.CONFLICT).ticked
