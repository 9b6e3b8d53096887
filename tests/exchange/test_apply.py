"""Applying a preview: exact, whole or not at all, undone, and stale when the notebook moved."""

import sqlite3

import pytest

from app.errors import NothingToUndo
from app.exchange.preview import Decisions, Kind, PlanStale, nothing, usual
from app.notebook import backup, importing, undo
from app.notebook.verify import verify
from app.services.imports import journal, restore_points, undo_import
from tests.exchange.laptops import TEAM, append, change, edit, kinds, laptop


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
    return a.add(title="Repair café", description="Deux samedis par mois")


def test_a_preview_leaves_the_bytes_of_the_notebook_alone(a, row):
    book = edit(a.export(), "action", row, title="Autre")
    before = a.store.path.read_bytes()

    a.preview(book)

    assert a.store.path.read_bytes() == before


def test_an_import_is_one_gesture_after_a_restore_point(a, row):
    book = append(edit(a.export(), "action", row, title="Autre", description="Nouveau"), "action", title="Fête")

    applied = a.take(a.preview(book))

    gestures = a.store.writer().execute("SELECT kind FROM gesture ORDER BY at").fetchall()
    assert gestures == [("edit",), ("import",)]
    assert applied.restore_point.exists()
    assert restore_points(a.store)[0].reason == "avant-import"
    assert verify(a.store.path).faults == ()
    undo.undo(a.store)
    assert a.of(row)["title"] == "Repair café"


def test_only_what_was_accepted_is_written(a, row):
    plan = a.preview(edit(a.export(), "action", row, title="Autre", description="Nouveau"))
    title = next(one.key for one in plan.changes if one.field == "title")

    a.take(plan, Decisions(accepted=frozenset({title})))

    assert (a.of(row)["title"], a.of(row)["description"]) == ("Autre", "Deux samedis par mois")


def test_a_notebook_that_moved_since_the_preview_is_previewed_again(a, row):
    plan = a.preview(edit(a.export(), "action", row, title="Autre"))
    a.set(row, title="Entre-temps")

    with pytest.raises(PlanStale) as stale:
        a.take(plan)

    assert a.of(row)["title"] == "Entre-temps"
    assert kinds(stale.value.plan) == {"conflicts": 1}


@pytest.mark.parametrize("step", ["_prove", "_fresh", "materialise"])
def test_d80_a_failure_at_any_step_leaves_the_notebook_as_it_was(a, row, monkeypatch, step):
    plan = a.preview(edit(a.export(), "action", row, title="Autre"))
    before = a.state

    def fail(*_):
        raise RuntimeError("kill")

    monkeypatch.setattr(importing, step, fail)
    with pytest.raises(RuntimeError):
        a.take(plan)
    monkeypatch.undo()

    assert a.state == before
    assert journal(a.store) == []
    a.take(a.preview(a.store.path.parent / "a-1.xlsx"))
    assert a.of(row)["title"] == "Autre"


def test_d80_a_restore_point_that_cannot_be_made_stops_everything(a, row, monkeypatch):
    plan = a.preview(edit(a.export(), "action", row, title="Autre"))

    def full(*_):
        raise sqlite3.OperationalError("disk full")

    monkeypatch.setattr(backup, "save", full)
    with pytest.raises(sqlite3.OperationalError):
        a.take(plan)

    assert a.of(row)["title"] == "Repair café"


def test_taking_back_gives_the_state_before_but_for_what_was_changed_since(a, row):
    other = a.add(title="Jardin")
    book = edit(edit(a.export(), "action", row, title="Par P"), "action", other, title="Par P")
    append(book, "action", title="Fête")
    plan = a.preview(book)
    new = change(plan, Kind.NEW).row
    applied = a.take(plan)
    a.set(other, title="Depuis")

    changes = undo_import(a.store, applied.import_id)

    assert a.of(row)["title"] == "Repair café"
    assert a.of(other)["title"] == "Depuis"
    assert a.of(new)["deleted"]
    assert changes.notes == ("1 champ a été modifié depuis et est gardé.".replace("1 champ", "1\u00a0champ"),)
    assert journal(a.store)[0].undone
    undo.redo(a.store)
    assert (a.of(row)["title"], a.of(new)["deleted"]) == ("Par P", False)


def test_what_was_undone_is_offered_again_unticked(a, row):
    book = append(edit(a.export(), "action", row, title="Par P"), "action", title="Fête")
    undo_import(a.store, a.take(a.preview(book)).import_id)

    plan = a.preview(book)

    assert kinds(plan) == {"suggestions": 2}
    assert {one.note for one in plan.changes} == {"Annulé précédemment."}
    a.take(plan)
    assert a.of(row)["title"] == "Repair café"
    a.take_all(a.preview(book))
    assert a.of(row)["title"] == "Par P"
    assert kinds(a.preview(book)) == {}


def test_a_team_import_is_taken_back_whole(a, b, row):
    b.receive(a)
    a.set(row, title="Un")
    a.set(row, title="Deux")
    a.delete(a.add(title="Passagère"))
    b.receive(a)
    assert b.of(row)["title"] == "Deux"

    undo_import(b.store, journal(b.store)[0].id)

    assert b.of(row)["title"] == "Repair café"
    assert verify(b.store.path).faults == ()


def test_taking_back_what_opened_a_conflict_closes_it(a, b, row):
    b.receive(a)
    a.set(row, title="Chez A")
    b.set(row, title="Chez B")
    b.receive(a)
    assert len(b.conflicts) == 1

    undo_import(b.store, journal(b.store)[0].id)

    assert b.conflicts == []
    assert b.of(row)["title"] == "Chez B"


def test_a_step_does_not_come_without_its_new_action(a, row):
    book = append(a.export(), "action", title="Fête du quartier")
    append(book, "step", title="Réserver la place", action="Fête du quartier")
    plan = a.preview(book)
    assert kinds(plan) == {"new": 2}
    step = next(one for one in plan.changes if one.entity == "step")

    assert a.take(plan, Decisions(accepted=frozenset({step.key}))).changes == 0
    a.take(a.preview(book))
    assert a.of(step.row, "step")["title"] == "Réserver la place"


def test_several_files_are_one_preview_and_one_gesture(a, b, row, tmp_path):
    with laptop(tmp_path, "c") as c:
        for one in (b, c):
            one.receive(a)
        b.set(row, title="Chez B")
        c.set(row, description="Chez C")
        plan = a.preview(b.export(TEAM), c.export(TEAM))

        assert kinds(plan) == {"updated": 2}
        a.take(plan)
        assert (a.of(row)["title"], a.of(row)["description"]) == ("Chez B", "Chez C")
        assert len(journal(a.store)) == 1
        assert journal(a.store)[0].who == "Poste B, Poste C"


def test_refusing_everything_writes_no_row_and_no_line_of_the_journal(a, row):
    plan = a.preview(edit(a.export(), "action", row, title="Autre"))
    before = a.state

    a.take(plan, nothing(plan))

    assert a.state == before
    assert journal(a.store) == []


def test_an_erased_person_is_not_filled_again(a):
    organisation = a.add("organisation", name="CAF")
    person = a.add("contact", last_name="Nom", organisation=organisation)
    book = edit(a.export(TEAM), "contact", person, last_name="Retrouvé")
    with a.store.write("Effacer", kind="erasure") as write:
        write.put("contact", person, "_erased", 1)

    plan = a.preview(book)

    assert kinds(plan) == {"errors": 1}
    assert a.take(plan, usual(plan, everything=True)).changes == 0


def test_an_import_taken_back_done_again_and_taken_back(a, row):
    applied = a.take(a.preview(edit(a.export(), "action", row, title="Par P")))
    undo_import(a.store, applied.import_id)
    assert (journal(a.store)[0].undone, journal(a.store)[0].values) == (True, 0)
    with pytest.raises(NothingToUndo):
        undo_import(a.store, applied.import_id)

    undo.redo(a.store)
    assert not journal(a.store)[0].undone
    undo.undo(a.store)
    assert journal(a.store)[0].undone
    assert a.of(row)["title"] == "Repair café"
