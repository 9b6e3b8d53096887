"""Taking back and doing again: exactly one's own gesture, whatever came since."""

from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import NothingToUndo
from app.notebook import undo
from app.notebook.merge import ERASED, STATE
from app.notebook.store import open_notebook
from tests.factories import (
    WallClock,
    action,
    conflicts,
    contact,
    exchange,
    laptops,
    meet,
    memory_notebook,
    notebook,
    objective,
    values,
)
from tests.notebook.tables import judged, picture, rebuilt

TERRITORIES = tuple(sorted(str(uuid4()) for _ in range(3)))


@pytest.fixture
def store():
    return memory_notebook()


@pytest.fixture
def row(store):
    with store.write("Créer") as write:
        return action(write, title="Jardin", progress=Decimal(10), territories=TERRITORIES[:1])


def shown(store):
    """What people see: values, links, conflicts (their fields), the bin; not the ids of the heads."""
    seen = judged(store.writer())
    links = {place: targets for place, targets in seen["links"].items() if targets}
    return seen["rows"], links, set(seen["contested"])


def title(store, row):
    return values(store, "action", row)["title"]


def retitle(store, row, text):
    with store.write("Modifier") as write:
        write.set("action", row, title=text)


# -- one gesture --------------------------------------------------------------------------------------------------

GESTURES = {
    "set": lambda write, row: write.set("action", row, title="Potager", progress=None),
    "link": lambda write, row: write.set("action", row, territories=TERRITORIES[1:]),
    "delete": lambda write, row: write.delete("action", row),
    "create": lambda write, row: action(write, title="Autre", territories=TERRITORIES),
    "many": lambda write, row: (
        write.delete("action", row),
        [objective(write, title=f"Objectif {n}") for n in range(50)],
    ),
}


@pytest.mark.parametrize("gesture", GESTURES.values(), ids=GESTURES)
def test_undo_brings_back_what_was_shown_and_redo_what_was_done(store, row, gesture):
    before = shown(store)
    with store.write("Geste") as write:
        gesture(write, row)
    after = shown(store)
    for _ in range(3):
        undo.undo(store)
        rows, links, contested = shown(store)
        # A row that did not exist goes to the bin, its fields readable.
        born = {place: stored for place, (_, stored) in after[0].items() if place not in before[0]}
        assert {place: stored for place, (deleted, stored) in rows.items() if place in born and deleted} == born
        assert {place: found for place, found in rows.items() if place not in born} == before[0]
        assert {place: t for place, t in links.items() if place[:2] not in born} == before[1]
        assert contested == before[2]
        undo.redo(store)
        assert shown(store) == after
    assert picture(store.writer()) == rebuilt(store.writer())


def test_undo_of_a_restore_puts_back_in_the_bin(store, row):
    with store.write("Supprimer") as write:
        write.delete("action", row)
    with store.write("Reprendre") as write:
        write.restore("action", row)
        write.set("action", row, title="Potager", lead="Jeunesse")
    undo.undo(store)
    assert values(store, "action", row)["deleted"]
    assert title(store, row) == "Jardin"
    assert conflicts(store, row) == set()
    undo.redo(store)
    assert (title(store, row), values(store, "action", row)["deleted"]) == ("Potager", False)


def test_undone_creation_lies_in_the_bin_with_its_fields(store, row):
    undo.undo(store)
    known = values(store, "action", row)
    assert (known["deleted"], known["title"], known["territories"]) == (True, "Jardin", TERRITORIES[:1])


def test_nothing_to_undo_is_said(store):
    with pytest.raises(NothingToUndo, match="rien à annuler"):
        undo.undo(store)
    with pytest.raises(NothingToUndo, match="rien à rétablir"):
        undo.redo(store)
    assert undo.next_undo(store) is undo.next_redo(store) is None


def test_undo_is_named_by_its_gesture(store, row):
    retitle(store, row, "Potager")
    assert undo.next_undo(store).label == "Modifier"
    changes = undo.undo(store)
    assert (changes.label, changes.kind, changes.of("action")) == ("Modifier", "undo", {row})
    assert undo.next_redo(store).label == "Modifier"
    assert undo.next_undo(store).label == "Créer"


# -- chains -------------------------------------------------------------------------------------------------------


def test_gestures_are_taken_back_one_by_one_and_done_again_in_order(store, row):
    for text in ("B", "C", "D"):
        retitle(store, row, text)
    seen = []
    for step in (undo.undo, undo.undo, undo.redo, undo.undo, undo.undo, undo.redo, undo.redo, undo.redo):
        step(store)
        seen.append(title(store, row))
    assert seen == ["C", "B", "C", "B", "Jardin", "B", "C", "D"]
    with pytest.raises(NothingToUndo):
        undo.redo(store)


def test_edit_after_an_undo_ends_what_could_be_done_again(store, row):
    retitle(store, row, "B")
    undo.undo(store)
    retitle(store, row, "C")
    with pytest.raises(NothingToUndo):
        undo.redo(store)
    undo.undo(store)
    assert title(store, row) == "Jardin"
    undo.redo(store)
    assert title(store, row) == "C"


def test_undo_undo_redo_edit_undo(store, row):
    retitle(store, row, "B")
    retitle(store, row, "C")
    undo.undo(store)
    undo.undo(store)
    undo.redo(store)
    retitle(store, row, "E")
    seen = [title(store, row)]
    for _ in range(2):
        undo.undo(store)
        seen.append(title(store, row))
    assert seen == ["E", "B", "Jardin"]
    undo.undo(store)
    assert values(store, "action", row)["deleted"]
    with pytest.raises(NothingToUndo):
        undo.undo(store)


def test_undo_after_a_restart(tmp_path):
    clock = WallClock()
    path = tmp_path / "essai.carnet"
    with notebook(path, clock=clock) as store:
        with store.write("Créer") as write:
            row = action(write, title="Jardin")
        retitle(store, row, "Potager")
    clock.advance(days=-400)
    with open_notebook(path, now=clock) as store:
        undo.undo(store)
        assert title(store, row) == "Jardin"
    with open_notebook(path, now=clock) as store:
        undo.redo(store)
        assert title(store, row) == "Potager"


def test_seeds_and_the_gestures_of_others_are_not_ours_to_undo():
    ours, theirs = laptops("Est", "Ouest")
    with theirs.write("Créer") as write:
        action(write)
    exchange(theirs, ours)
    with ours.write("Semer", kind="seed") as write:
        action(write)
    with pytest.raises(NothingToUndo):
        undo.undo(ours)


# -- what came since ----------------------------------------------------------------------------------------------


@pytest.fixture
def shared():
    """Two laptops that share one action."""
    ours, theirs = laptops("Est", "Ouest")
    with theirs.write("Créer") as write:
        row = action(write, title="Jardin", territories=TERRITORIES[:1])
    meet(ours, theirs)
    return ours, theirs, row


def test_field_changed_since_by_a_colleague_is_kept_and_said(shared):
    ours, theirs, row = shared
    with ours.write("Modifier") as write:
        write.set("action", row, title="Potager", lead="Jeunesse")
    meet(ours, theirs)
    retitle(theirs, row, "Verger")
    meet(ours, theirs)
    changes = undo.undo(ours)
    known = values(ours, "action", row)
    assert (known["title"], known["lead"]) == ("Verger", None)
    assert changes.notes == ("1\u00a0champ a été modifié depuis et est gardé.",)
    undo.redo(ours)
    known = values(ours, "action", row)
    assert (known["title"], known["lead"]) == ("Verger", "Jeunesse")


def test_same_value_written_apart_by_a_colleague_is_theirs(shared):
    ours, theirs, row = shared
    for store in (ours, theirs):
        retitle(store, row, "Potager")
    meet(ours, theirs)
    assert undo.undo(ours).notes
    assert title(ours, row) == "Potager"
    assert conflicts(ours, row) == set()


def test_undo_when_everything_was_changed_since_goes_on_to_the_gesture_before(shared):
    ours, theirs, row = shared
    with ours.write("Modifier") as write:
        write.set("action", row, lead="Jeunesse")
    retitle(ours, row, "Potager")
    meet(ours, theirs)
    retitle(theirs, row, "Verger")
    meet(ours, theirs)
    assert undo.undo(ours).notes
    assert title(ours, row) == "Verger"
    undo.undo(ours)
    assert values(ours, "action", row)["lead"] is None


def test_creation_that_a_colleague_worked_on_is_kept():
    ours, theirs = laptops("Est", "Ouest")
    with ours.write("Créer") as write:
        row = action(write, title="Jardin")
    meet(ours, theirs)
    with theirs.write("Modifier") as write:
        write.set("action", row, lead="Jeunesse")
    meet(ours, theirs)
    changes = undo.undo(ours)
    known = values(ours, "action", row)
    assert (known["deleted"], known["lead"]) == (False, "Jeunesse")
    assert changes.notes == ("1\u00a0champ a été modifié depuis et est gardé.",)
    meet(ours, theirs)
    assert shown(ours) == shown(theirs)
    assert conflicts(ours, row) == set()


def test_creation_that_a_colleague_only_moved_goes_to_the_bin():
    ours, theirs = laptops("Est", "Ouest")
    with ours.write("Créer") as write:
        row = action(write, title="Jardin", order="a")
    meet(ours, theirs)
    with theirs.write("Déplacer") as write:
        write.set("action", row, order="b")
    meet(ours, theirs)
    undo.undo(ours)
    assert values(ours, "action", row)["deleted"]


def test_undo_of_a_restore_never_hides_what_a_colleague_wrote_since(shared):
    ours, theirs, row = shared
    with ours.write("Supprimer") as write:
        write.delete("action", row)
    with ours.write("Restaurer") as write:
        write.restore("action", row)
    meet(ours, theirs)
    retitle(theirs, row, "Verger")
    meet(ours, theirs)
    undo.undo(ours)
    assert not values(ours, "action", row)["deleted"]
    assert title(ours, row) == "Verger"


def test_undo_leaves_a_restored_row_that_a_colleague_deleted_again(shared):
    ours, theirs, row = shared
    retitle(ours, row, "Potager")
    meet(ours, theirs)
    with theirs.write("Supprimer") as write:
        write.delete("action", row)
    meet(ours, theirs)
    undo.undo(ours)
    assert values(ours, "action", row)["deleted"] or conflicts(ours, row) == {STATE}


# -- conflicts ----------------------------------------------------------------------------------------------------


def test_undo_of_a_resolution_opens_the_conflict_again(shared):
    ours, theirs, row = shared
    retitle(ours, row, "Potager")
    retitle(theirs, row, "Verger")
    meet(ours, theirs)
    before = shown(ours)
    with ours.write("Trancher", kind="resolution", source="resolution") as write:
        write.set("action", row, title="Verger partagé")
    assert conflicts(ours, row) == set()
    undo.undo(ours)
    assert shown(ours) == before
    assert conflicts(ours, row) == {"title"}
    undo.redo(ours)
    assert (title(ours, row), conflicts(ours, row)) == ("Verger partagé", set())
    undo.undo(ours)
    meet(ours, theirs)
    assert shown(ours) == shown(theirs)
    assert conflicts(theirs, row) == {"title"}


@pytest.mark.parametrize("settle", ["restore", "delete"])
def test_undo_of_a_settled_deletion_opens_the_question_again(shared, settle):
    ours, theirs, row = shared
    with ours.write("Supprimer") as write:
        write.delete("action", row)
    retitle(theirs, row, "Verger")
    meet(ours, theirs)
    before = shown(ours)
    assert conflicts(ours, row) == {STATE}
    with ours.write("Trancher", kind="resolution") as write:
        getattr(write, settle)("action", row)
    assert conflicts(ours, row) == set()
    assert values(ours, "action", row)["deleted"] == (settle == "delete")
    after = shown(ours)
    undo.undo(ours)
    assert shown(ours) == before
    undo.redo(ours)
    assert shown(ours) == after


def test_undo_of_a_row_kept_and_rewritten_at_once_opens_the_question_again(shared):
    ours, theirs, row = shared
    with ours.write("Supprimer") as write:
        write.delete("action", row)
    retitle(theirs, row, "Verger")
    meet(ours, theirs)
    before = shown(ours)
    with ours.write("Trancher", kind="resolution") as write:
        write.restore("action", row)
        write.set("action", row, title="Verger partagé")
    undo.undo(ours)
    assert shown(ours) == before
    assert conflicts(ours, row) == {STATE}


def test_undo_of_a_link_in_conflict_opens_it_again(shared):
    ours, theirs, row = shared
    with theirs.write("Modifier") as write:
        write.unlink("action", row, "territories", TERRITORIES[0])
    with theirs.write("Modifier") as write:
        write.link("action", row, "territories", TERRITORIES[0])
    with ours.write("Modifier") as write:
        write.unlink("action", row, "territories", TERRITORIES[0])
    meet(ours, theirs)
    before = shown(ours)
    assert len(before[2]) == 1
    with ours.write("Trancher") as write:
        write.link("action", row, "territories", TERRITORIES[0])
    undo.undo(ours)
    assert shown(ours) == before


def test_undo_of_a_move_shows_the_former_place_again(shared):
    ours, theirs, row = shared
    for store, place in ((ours, "a"), (theirs, "b"), (ours, "c")):
        with store.write("Déplacer") as write:
            write.set("action", row, order=place)
    meet(ours, theirs)
    before = values(ours, "action", row)["order"]
    with ours.write("Déplacer") as write:
        write.set("action", row, order="z")
    undo.undo(ours)
    assert values(ours, "action", row)["order"] == before


# -- erasure ------------------------------------------------------------------------------------------------------


def test_undo_skips_an_erased_row_and_says_so(store):
    with store.write("Créer") as write:
        person, row = contact(write, last_name="Dupont"), action(write, title="Jardin")
    with store.write("Modifier") as write:
        write.set("contact", person, last_name="Durand")
        write.set("action", row, title="Potager")
    with store.write("Effacer", kind="erasure") as write:
        write.put("contact", person, ERASED, 1)
    changes = undo.undo(store)
    assert changes.of("contact") == frozenset()
    assert title(store, row) == "Jardin"
    assert values(store, "contact", person)["last_name"] is None
    assert "effacée" in changes.notes[0]


# -- any sequence -------------------------------------------------------------------------------------------------

STEPS = st.lists(
    st.lists(
        st.tuples(
            st.sampled_from(("set", "order", "delete", "restore", "link", "unlink", "create")),
            st.integers(0, 3),
            st.sampled_from(("X", "Y", "Z")),
        ),
        min_size=1,
        max_size=4,
    ),
    min_size=1,
    max_size=5,
)


def perform(store, rows, steps):
    """One gesture; writes to the bin are left out."""
    born = []
    with store.write("Geste") as write:
        for verb, place, text in steps:
            row = rows[place % len(rows)]
            if verb == "create":
                born.append(action(write, title=text))
            elif verb in ("delete", "restore"):
                getattr(write, verb)("action", row)
            elif not write.is_deleted(row):
                if verb in ("link", "unlink"):
                    getattr(write, verb)("action", row, "territories", TERRITORIES[place % 3])
                else:
                    write.set("action", row, **{"title" if verb == "set" else "order": text})
    rows += born
    return bool(write.changes)


@given(STEPS, STEPS)
def test_any_sequence_is_taken_back_to_its_beginning_and_done_again(theirs_do, ours_do):
    ours, theirs = laptops("Est", "Ouest")
    with ours.write("Semer", kind="seed") as write:
        rows = [action(write, title="A", territories=TERRITORIES[:1]), action(write, title="B", order="a")]
    meet(ours, theirs)
    with ours.write("Avant", kind="seed") as write:
        write.delete("action", rows[0])
        write.set("action", rows[1], title="C", order="b")
    for steps in theirs_do:
        perform(theirs, list(rows), steps)
    meet(ours, theirs)  # conflicts, as random as they come
    states = [shown(ours)]
    for steps in ours_do:
        if perform(ours, rows, steps):
            states.append(shown(ours))
    born = set(states[-1][0]) - set(states[0][0])
    for state in reversed(states[:-1]):
        undo.undo(ours)
        assert _but(shown(ours), born) == _but(state, born)
    for state in states[1:]:
        undo.redo(ours)
        unborn = born - set(state[0])
        assert _but(shown(ours), unborn) == _but(state, unborn)
    assert picture(ours.writer()) == rebuilt(ours.writer())


def _but(seen, born):
    """The picture without the rows that the gestures made: once undone they lie in the bin."""
    rows, links, contested = seen
    return (
        {place: row for place, row in rows.items() if place not in born or not row[0]},
        {place: targets for place, targets in links.items() if place[:2] not in born},
        contested,
    )
