"""The named cases of workbooks edited by hand (D33–D70), through real files."""

import shutil

import pytest

from app.exchange.preview import Decisions, Kind, nothing
from app.notebook.verify import verify
from app.services.imports import journal, undo_import
from tests.exchange.laptops import (
    PARTNER,
    TEAM,
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


@pytest.mark.parametrize("profile", [TEAM, PARTNER])
def test_d33_an_export_that_comes_back_unchanged_proposes_nothing(a, row, profile):
    a.add(title="Jardin partagé", start=None, status="running")
    before = a.state

    plan = a.preview(a.export(profile))

    assert kinds(plan) == {}
    assert not plan.batch.modifications
    assert a.state == before


def test_d33_the_same_once_saved_by_a_spreadsheet(a, row):
    assert kinds(a.preview(rework(a.export(), lambda book: None))) == {}


def test_d36_one_cell_changed_by_a_partner_is_one_change(a, row):
    book = edit(a.export(), "action", row, description="Tous les samedis")

    plan = a.preview(book)
    one = change(plan, Kind.UPDATED)
    assert (one.field, one.before, one.after) == ("description", "Deux samedis par mois", "Tous les samedis")
    assert one.sheet == "Actions"
    assert one.cell
    assert one.ticked

    applied = a.take(plan)
    assert a.of(row)["description"] == "Tous les samedis"
    assert applied.changes == 1
    db = a.store.writer()
    assert db.execute("SELECT count(*) FROM modif WHERE source = 'hand'").fetchone() == (1,)


def test_d36_on_the_workbook_of_a_team(a, b, row):
    book = edit(a.export(TEAM), "action", row, description="Tous les samedis")

    plan = b.preview(book)

    assert kinds(plan) == {"new": 1, "updated": 1}
    b.take(plan)
    assert b.of(row)["description"] == "Tous les samedis"


def test_d37_the_same_cell_changed_here_meanwhile_is_a_conflict(a, row):
    book = a.export()
    a.set(row, description="Le dimanche")
    edit(book, "action", row, description="Tous les samedis")

    plan = a.preview(book)
    one = change(plan, Kind.CONFLICT)
    assert (one.mine, one.theirs, one.origin) == ("Le dimanche", "Tous les samedis", "Deux samedis par mois")

    a.take(plan)
    assert a.of(row)["description"] == "Le dimanche"
    assert a.conflicts == []
    a.take_all(a.preview(book))
    assert [one.field for one in a.conflicts] == ["description"]
    assert {value.mine for value in a.conflicts[0].values} == {True, False}


def test_d38_another_cell_changed_here_meanwhile_is_a_silent_merge(a, row):
    book = a.export()
    a.set(row, title="Café des bricoleurs")

    plan = a.preview(edit(book, "action", row, description="Tous les samedis"))

    assert kinds(plan) == {"merged": 1}
    a.take(plan)
    assert (a.of(row)["title"], a.of(row)["description"]) == ("Café des bricoleurs", "Tous les samedis")


def test_d39_an_old_workbook_undoes_nothing(a, row):
    book = a.export()
    a.set(row, title="Autre", description="Autre", status="running", code="X")

    assert kinds(a.preview(book)) == {}


def test_d40_the_same_workbook_taken_in_by_two_laptops_is_one_edit(a, b, row):
    b.receive(a)
    book = edit(a.export(), "action", row, description="Tous les samedis")
    for one in (a, b):
        one.take(one.preview(book))

    a.receive(b)
    b.receive(a)

    assert a.fingerprint == b.fingerprint
    assert a.conflicts == b.conflicts == []
    assert a.state["action"][0][:5] == b.state["action"][0][:5]


def test_d41_the_same_workbook_twice_proposes_nothing_the_second_time(a, row):
    book = edit(a.export(), "action", row, description="Tous les samedis")
    append(book, "action", title="Fête du quartier")
    a.take(a.preview(book))
    before = a.state

    assert kinds(a.preview(book)) == {}
    assert a.state == before


def test_d42_a_workbook_worked_on_after_it_was_taken_in_is_one_question(a, row, tmp_path):
    book = edit(a.export(), "action", row, description="v1", title="Titre v1")
    first = tmp_path / "v1.xlsx"
    shutil.copy(book, first)
    a.take(a.preview(first))
    saved_later(edit(book, "action", row, description="v2", code="EST-009", status="En cours"), 2030)

    plan = a.preview(book)

    assert kinds(plan) == {"updated": 2, "conflicts": 1}
    again = change(plan, Kind.CONFLICT)
    assert "Suite du même classeur" in again.note
    a.take_all(plan)
    assert a.of(row)["description"] == "v2"
    assert a.conflicts == []
    assert kinds(a.preview(first)) == {}
    assert kinds(a.preview(book)) == {}


def test_d43_two_partners_who_change_the_same_cell_are_a_conflict_in_any_order(a, row, tmp_path):
    book = a.export()
    one, other = tmp_path / "p1.xlsx", tmp_path / "p2.xlsx"
    shutil.copy(book, one)
    shutil.copy(book, other)
    edit(one, "action", row, description="P1")
    edit(other, "action", row, description="P2")

    plan = a.preview(one, other)

    assert kinds(plan) == {"conflicts": 2}
    a.take_all(plan)
    assert [{value.display for value in found.values} for found in a.conflicts] == [{"P1", "P2"}]
    assert kinds(a.preview(other, one)) == {}


def test_d44_what_is_moved_and_renamed_is_no_edit(a, row):
    a.add(title="Autre action")
    a.add(title="Encore une")

    def move(book):
        sheet = sheet_of(book, "action")
        sheet.title = "Mes actions"
        lines = [[cell.value for cell in line] for line in sheet.iter_rows(min_row=3)]
        heads = [[cell.value for cell in line] for line in sheet.iter_rows(max_row=2)]
        order = [0, *reversed(range(1, len(heads[0])))]
        for number, line in enumerate([*heads, *reversed(lines)], start=1):
            for column, place in enumerate(order, start=1):
                sheet.cell(number, column).value = line[place]
        sheet.tables.clear()
        book.move_sheet(sheet, 3)

    assert kinds(a.preview(rework(a.export(), move))) == {}


def test_d45_a_sheet_sorted_without_its_ref_is_stopped(a):
    for number in range(6):
        a.add(title=f"Action {number}", code=f"EST-{number:03d}", description=f"Texte {number}")

    def sort(book):
        sheet = sheet_of(book, "action")
        lines = [[cell.value for cell in line][1:] for line in sheet.iter_rows(min_row=3)]
        for number, line in enumerate(reversed(lines), start=3):
            for column, value in enumerate(line, start=2):
                sheet.cell(number, column).value = value

    plan = a.preview(rework(a.export(), sort))

    assert kinds(plan) == {"errors": 1}
    assert "Tri partiel suspecté" in plan.errors[0].message


def test_d46_two_names_swapped_on_purpose_only_warn(a):
    one, other = a.add(title="Un"), a.add(title="Deux")
    book = edit(edit(a.export(), "action", one, title="Deux"), "action", other, title="Un")

    plan = a.preview(book)

    assert kinds(plan) == {"updated": 2}
    assert "échangées" in plan.warnings[0].message


def test_d47_a_row_that_is_gone_from_a_complete_workbook_is_only_suggested(a, row):
    other = a.add(title="Autre action")
    book = rework(
        a.export(), lambda found: sheet_of(found, "action").delete_rows(row_of(sheet_of(found, "action"), row))
    )

    plan = a.preview(book)

    one = change(plan, Kind.SUGGESTION)
    assert (one.row, one.ticked, kinds(plan)) == (row, False, {"suggestions": 1})
    a.take(plan)
    assert not a.of(row)["deleted"]
    a.take_all(a.preview(book))
    assert a.of(row)["deleted"]
    assert not a.of(other)["deleted"]


def test_d48_a_row_that_is_gone_from_a_filtered_workbook_is_nothing(a, row):
    book = a.export(entities=["action"])
    rework(book, lambda found: sheet_of(found, "action").delete_rows(row_of(sheet_of(found, "action"), row)))

    assert kinds(a.preview(book)) == {}


def test_d49_a_row_marked_is_deleted_once_accepted_with_its_parts(a, row):
    step = a.add("step", action=row, title="Première étape")
    book = edit(a.export(), "action", row, deleted="supprimer")
    plan = a.preview(book)

    assert kinds(plan) == {"deleted": 1}
    assert change(plan, Kind.DELETED).note == "Avec 1\xa0ligne qui en fait partie."
    a.take(plan)
    assert a.of(row)["deleted"]
    assert a.of(step, "step")["deleted"]
    assert kinds(a.preview(book)) == {}


@pytest.mark.parametrize("came", ["apart", "since"])
def test_d49_parts_that_the_workbook_did_not_hold_go_only_once_it_is_agreed(a, b, row, came):
    follow_up = a.add("follow_up", action=row, text="Comité du 3 mars") if came == "apart" else None
    step = a.add("step", action=row, title="Première étape")
    b.receive(a)
    book = edit(a.export(entities=["action", "step"]), "action", row, deleted="supprimer")
    if follow_up is None:
        follow_up = a.add("follow_up", action=row, text="Comité du 3 mars")
        b.receive(a)

    plan = a.preview(book)

    assert kinds(plan) == {"suggestions": 1}
    asked = change(plan, Kind.SUGGESTION)
    assert (
        asked.note
        == "Avec 2\xa0lignes qui en font partie, que le classeur ne montrait pas toutes\xa0: 1\xa0note de suivi."
    )
    before = a.state
    a.take(plan)
    assert a.state == before
    for one in (a, b):
        one.take_all(one.preview(book))
        assert [one.of(part, key)["deleted"] for part, key in ((row, "action"), (step, "step"))] == [1, 1]
        assert one.of(follow_up, "follow_up")["deleted"]
        assert verify(one.store.path).faults == verify(one.store.path).remarks == ()
    a.receive(b)
    b.receive(a)
    assert a.fingerprint == b.fingerprint
    assert a.conflicts == b.conflicts == []


def test_d49_a_part_that_arrives_with_the_workbook_is_seen_too(a, b, row):
    b.receive(a)
    book = edit(a.export(), "action", row, deleted="supprimer")
    b.add("step", action=row, title="Chez B")

    plan = a.preview(book, b.export(TEAM))

    assert "1\xa0étape" in change(plan, Kind.SUGGESTION).note
    a.take_all(plan)
    assert a.of(row)["deleted"]
    assert verify(a.store.path).faults == verify(a.store.path).remarks == ()


def test_d49_what_is_under_a_part_goes_too(a, row):
    priority = a.add("priority", number=1, title="Santé")
    a.set(row, priority=priority)
    step = a.add("step", action=row, title="Première étape")
    plan = a.preview(edit(a.export(), "priority", priority, deleted="supprimer"))

    assert change(plan, Kind.DELETED).note == "Avec 2\xa0lignes qui en font partie."
    a.take(plan)
    assert [a.of(*part)["deleted"] for part in ((priority, "priority"), (row, "action"), (step, "step"))] == [1, 1, 1]
    assert verify(a.store.path).faults == verify(a.store.path).remarks == ()


def test_d50_a_row_marked_that_was_worked_on_since_is_a_conflict(a, row):
    book = edit(a.export(), "action", row, deleted="supprimer")
    a.set(row, title="Encore utile")

    plan = a.preview(book)

    assert kinds(plan) == {"conflicts": 1}
    a.take(plan)
    assert not a.of(row)["deleted"]
    a.take_all(a.preview(book))
    assert not a.of(row)["deleted"]
    assert [one.field for one in a.conflicts] == ["deleted"]


@pytest.mark.parametrize("typed", ["2", 2, "P2", "p2", "Emploi"])
def test_a_priority_is_called_by_its_number_as_everywhere(a, row, typed):
    first = a.add("priority", number=1, title="Santé")
    second = a.add("priority", number=2, title="Emploi")
    a.set(row, priority=first)

    plan = a.preview(edit(a.export(), "action", row, priority=typed))

    assert kinds(plan) == {"updated": 1}
    a.take(plan)
    assert a.of(row)["priority"] == second


def test_d51_a_sheet_that_is_gone_deletes_nothing(a, row):
    plan = a.preview(rework(a.export(), lambda book: book.remove(sheet_of(book, "action"))))

    assert kinds(plan) == {}
    assert any("n’est plus dans le classeur" in info for info in plan.infos)


def test_d52_a_row_without_ref_is_one_creation_the_same_everywhere(a, b, row):
    b.receive(a)
    book = append(a.export(), "action", title="Fête du quartier", status="En cours", description="Juin")

    plan = a.preview(book)
    assert kinds(plan) == {"new": 1}
    new = change(plan, Kind.NEW)
    a.take(plan)
    b.take(b.preview(book))

    assert a.of(new.row)["title"] == b.of(new.row)["title"] == "Fête du quartier"
    assert a.of(new.row)["status"] == "running"
    assert kinds(a.preview(book)) == {}
    a.receive(b)
    b.receive(a)
    assert a.fingerprint == b.fingerprint
    assert a.conflicts == []


def test_d52_its_other_cells_may_change_afterwards(a, row):
    book = append(a.export(), "action", title="Fête du quartier", description="Juin")
    a.take(a.preview(book))

    def change_it(found):
        sheet = sheet_of(found, "action")
        sheet.cell(sheet.max_row, column_of(sheet, "code")).value = "EST-100"

    plan = a.preview(rework(book, change_it))

    assert kinds(plan) == {"updated": 1}
    a.take(plan)
    assert kinds(a.preview(book)) == {}


def test_d53_a_row_that_looks_like_another_is_not_created_by_itself(a):
    a.add("organisation", name="Association Leo Lagrange")

    plan = a.preview(append(a.export(), "organisation", name="Asso. Léo Lagrange"))

    one = change(plan, Kind.SUGGESTION)
    assert "Doublon probable" in one.note
    assert not one.ticked


def test_d54_a_copied_row_with_another_name_is_a_new_row(a, row):
    def copy(book):
        sheet = sheet_of(book, "action")
        number, last = row_of(sheet, row), sheet.max_row + 1
        for cell in sheet[number]:
            sheet.cell(last, cell.column).value = cell.value
        sheet.cell(last, column_of(sheet, "title")).value = "Fête de l’hiver"
        sheet.cell(last, column_of(sheet, "code")).value = "EST-777"

    plan = a.preview(rework(a.export(), copy))

    assert kinds(plan) == {"new": 1}
    a.take(plan)
    assert a.of(row)["title"] == "Repair café"


def test_d55_a_copied_row_when_both_changed_is_a_question(a, row):
    def copy(book):
        sheet = sheet_of(book, "action")
        number, last = row_of(sheet, row), sheet.max_row + 1
        for cell in sheet[number]:
            sheet.cell(last, cell.column).value = cell.value
        sheet.cell(number, column_of(sheet, "title")).value = "Un"
        sheet.cell(last, column_of(sheet, "title")).value = "Deux"

    plan = a.preview(rework(a.export(), copy))

    assert kinds(plan) == {"errors": 1}
    assert plan.errors[0].severity == "question"


@pytest.mark.parametrize(
    "damage", [lambda text: text[:-4], lambda text: text.replace(text[6], "A" if text[6] != "A" else "B", 1)]
)
def test_d56_a_damaged_ref_is_recognised_by_its_title_and_deletes_nothing(a, row, damage):
    def spoil(book):
        cell = sheet_of(book, "action").cell(3, 1)
        cell.value = damage(cell.value)

    plan = a.preview(rework(a.export(), spoil))

    assert kinds(plan) == {}
    assert any("reconnue" in info for info in plan.infos)


@pytest.mark.parametrize("edited_here", [False, True])
def test_d57_without_its_hidden_sheet_our_own_export_is_recognised(a, row, edited_here):
    book = edit(a.export(), "action", row, description="Tous les samedis")
    rework(book, lambda found: found.remove(found["_sync"]))
    if edited_here:
        a.set(row, description="Le dimanche")

    plan = a.preview(book)

    assert plan.sources[0].mode == "C"
    assert kinds(plan) == ({"conflicts": 1} if edited_here else {"updated": 1})


def test_d57_makes_the_same_edit_as_with_the_hidden_sheet(a, row, tmp_path):
    book = edit(a.export(), "action", row, description="Tous les samedis")
    bare = rework(book, lambda found: found.remove(found["_sync"]), save_as=tmp_path / "nu.xlsx")
    a.take(a.preview(book))

    assert kinds(a.preview(bare)) == {}


def test_d58_without_any_base_old_values_are_stale_and_new_ones_unticked(a, b, row):
    b.receive(a)
    book = a.export()
    a.set(row, title="Nouveau titre")
    b.receive(a)
    edit(book, "action", row, description="Inconnu jusqu’ici")
    rework(book, lambda found: found.remove(found["_sync"]))

    plan = b.preview(book)

    assert plan.sources[0].mode == "D"
    assert kinds(plan) == {"stale": 1, "suggestions": 1}
    assert not change(plan, Kind.SUGGESTION).ticked
    b.take(plan)
    assert b.of(row)["title"] == "Nouveau titre"
    b.take_all(b.preview(book))
    assert (b.of(row)["title"], b.of(row)["description"]) == ("Nouveau titre", "Inconnu jusqu’ici")


def test_d59_one_character_changed_in_the_blob_refuses_the_log(a, b, row):
    book = a.export(TEAM)
    a.set(row, title="Autre")

    def spoil(found):
        for line in found["_sync"].iter_rows():
            if line[0].value == "b0001":
                text = line[1].value
                line[1].value = text[:100] + ("A" if text[100] != "A" else "B") + text[101:]

    edit(book, "action", row, description="Tous les samedis")
    rework(book, spoil)

    at_a, at_b = a.preview(book), b.preview(book)

    assert (at_a.sources[0].mode, kinds(at_a)) == ("C", {"merged": 1})
    assert "altéré" in at_a.sources[0].banner
    assert not at_b.batch.modifications
    assert at_b.sources[0].mode == "D"


def test_d60_an_erased_cell_is_told_and_taken_when_accepted(a, row):
    plan = a.preview(edit(a.export(), "action", row, description=None))

    one = change(plan, Kind.UPDATED)
    assert (one.erases, one.after) == (True, "")
    assert a.of(row)["description"]
    a.take(plan)
    assert a.of(row)["description"] is None


def test_d61_a_column_half_erased_is_unticked(a):
    rows = [a.add(title=f"Action {number}", description="Texte") for number in range(10)]
    book = a.export()
    for row in rows[:3]:
        edit(book, "action", row, description=None)

    plan = a.preview(book)

    assert [one.ticked for one in plan.changes] == [False] * 3
    a.take(plan)
    assert all(a.of(row)["description"] for row in rows)


def test_d62_merged_cells_are_unknown_not_erased(a):
    for number in range(4):
        a.add(title=f"Action {number}", code=f"C{number}", description=f"Texte {number}")

    def merge(book):
        sheet = sheet_of(book, "action")
        sheet.tables.clear()
        letter = sheet.cell(1, column_of(sheet, "description")).column_letter
        sheet.merge_cells(f"{letter}3:{letter}6")

    plan = a.preview(rework(a.export(), merge))

    assert kinds(plan) == {}
    assert len(plan.warnings) == 3


def test_d65_a_cell_in_conflict_may_be_settled_by_hand(a, b, row):
    b.receive(a)
    a.set(row, description="Chez A")
    b.set(row, description="Chez B")
    a.receive(b)
    assert len(a.conflicts) == 1

    plan = a.preview(edit(a.export(), "action", row, description="Ensemble"))

    one = change(plan, Kind.UPDATED)
    assert "Tranche un conflit" in one.note
    a.take(plan)
    assert a.conflicts == []
    assert a.of(row)["description"] == "Ensemble"


def test_d66_the_old_name_of_a_linked_row_is_no_edit(a, row):
    lead = a.add("organisation", name="CAF du Nord")
    a.set(row, promoter=lead)
    book = a.export()
    a.set(lead, "organisation", name="Caisse d’allocations familiales")

    assert kinds(a.preview(book)) == {}


def test_d67_many_links_change_by_element(a, row):
    caf, mel, cpam = (a.add("theme", title=title) for title in ("CAF", "MEL", "CPAM"))
    a.set(row, themes=(caf, mel))
    book = a.export()

    assert kinds(a.preview(edit(book, "action", row, themes="MEL ; CAF;"))) == {}
    plan = a.preview(edit(book, "action", row, themes="MEL; CPAM"))

    assert kinds(plan) == {"updated": 1}
    a.set(row, themes=(caf, mel, a.add("theme", title="ARS")))
    a.take(a.preview(book))
    assert cpam in a.of(row)["themes"]
    assert caf not in a.of(row)["themes"]
    assert len(a.of(row)["themes"]) == 3


def test_d68_a_refused_edit_is_not_asked_again(a, row):
    book = edit(a.export(), "action", row, description="Tous les samedis")
    plan = a.preview(book)
    a.take(plan, nothing(plan))

    again = a.preview(book)

    assert kinds(again) == {}
    assert any("déjà refusée" in info for info in again.infos)
    assert a.of(row)["description"] == "Deux samedis par mois"


def test_d69_keeping_mine_is_a_write_that_the_colleague_sees(a, b, row):
    b.receive(a)
    a.set(row, description="Chez A")
    b.set(row, description="Chez B")

    plan = b.preview(a.export(TEAM))
    one = change(plan, Kind.CONFLICT)
    assert not one.lockable
    b.take(plan, Decisions(keep_mine=frozenset({one.key})))

    assert b.of(row)["description"] == "Chez B"
    assert b.conflicts == []
    a.receive(b)
    assert a.of(row)["description"] == "Chez B"
    assert a.conflicts == []


def test_d84_an_import_taken_back_is_told_as_such_to_the_colleague(a, b, row):
    b.receive(a)
    a.set(row, description="Chez A")
    b.receive(a)
    undo_import(b.store, journal(b.store)[0].id)
    assert b.of(row)["description"] == "Deux samedis par mois"

    plan = a.preview(b.export(TEAM))

    assert "Annulé par Poste B" in change(plan, Kind.UPDATED).note
