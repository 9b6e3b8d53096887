"""What one gesture records: nothing useless, nothing by halves, nothing in the bin."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest

from app.errors import BadValue, KnownError, NotebookBusy, UnknownField, UnknownRecord
from app.notebook import log
from app.notebook.merge import ERASED, STATE
from tests.factories import action, conflicts, contact, exchange, laptops, meet, memory_notebook, objective, values
from tests.notebook.tables import picture

TERRITORIES = tuple(sorted(str(uuid4()) for _ in range(3)))


@pytest.fixture
def store():
    return memory_notebook()


@pytest.fixture
def row(store):
    with store.write("Créer") as write:
        return action(write, title="Jardin partagé", progress=Decimal(10), territories=TERRITORIES[:1])


def count(store, table="modif"):
    return store.writer().execute(f"SELECT count(*) FROM {table}").fetchone()[0]


def test_creation_writes_values_defaults_and_links(store, row):
    known = values(store, "action", row)
    assert (known["title"], known["progress"], known["status"]) == ("Jardin partagé", Decimal(10), "planned")
    assert known["territories"] == TERRITORIES[:1]
    assert not known["deleted"]
    assert count(store) == 1


def test_one_gesture_makes_one_modification_a_row(store, row):
    with store.write("Modifier") as write:
        write.set("action", row, title="Un")
        write.set("action", row, title="Deux", progress=Decimal(20))
        write.link("action", row, "territories", TERRITORIES[1])
    assert count(store) == 2
    assert values(store, "action", row)["title"] == "Deux"


@pytest.mark.parametrize(
    "gesture",
    [
        lambda write, row: write.set("action", row, title="Jardin partagé"),
        lambda write, row: write.set("action", row, title="  Jardin partagé \t"),
        lambda write, row: write.set("action", row, progress=Decimal("10.0")),
        lambda write, row: write.set("action", row, description=None),
        lambda write, row: write.set("action", row, description=""),
        lambda write, row: write.set("action", row, territories=TERRITORIES[:1]),
        lambda write, row: write.link("action", row, "territories", TERRITORIES[0]),
        lambda write, row: write.link("action", row, "territories", TERRITORIES[0].upper()),
        lambda write, row: write.unlink("action", row, "territories", TERRITORIES[2]),
        lambda write, row: (write.set("action", row, title="Autre"), write.set("action", row, title="Jardin partagé")),
        lambda write, row: (
            write.link("action", row, "territories", TERRITORIES[1]),
            write.unlink("action", row, "territories", TERRITORIES[1]),
        ),
        lambda write, row: write.restore("action", row),
        lambda write, row: (write.delete("action", row), write.restore("action", row)),
        lambda write, row: write.delete("action", action(write)),
    ],
)
def test_write_that_changes_nothing_is_not_recorded(store, row, gesture):
    told = []
    store.on_commit(told.append)
    before = picture(store.writer()), count(store), count(store, "gesture")
    with store.write("Rien") as write:
        gesture(write, row)
    assert (picture(store.writer()), count(store), count(store, "gesture")) == before
    assert told == []
    assert not write.changes


def test_deleting_twice_is_recorded_once(store, row):
    for _ in range(2):
        with store.write("Supprimer") as write:
            write.delete("action", row)
    assert count(store, "gesture") == 2


def test_many_links_are_set_as_a_whole(store, row):
    with store.write("Modifier") as write:
        write.set("action", row, territories=TERRITORIES[1:])
    assert values(store, "action", row)["territories"] == TERRITORIES[1:]
    with store.write("Vider") as write:
        write.set("action", row, territories=None)
    assert values(store, "action", row)["territories"] == ()


def test_link_taken_off_then_set_again_in_one_gesture_stays(store, row):
    with store.write("Modifier") as write:
        write.unlink("action", row, "territories", TERRITORIES[0])
        write.set("action", row, territories=TERRITORIES[:2])
    assert values(store, "action", row)["territories"] == TERRITORIES[:2]


def test_new_row_given_links_twice_keeps_the_last(store):
    with store.write("Créer") as write:
        row = action(write, territories=TERRITORIES[:2])
        write.set("action", row, territories=TERRITORIES[1:])
    assert values(store, "action", row)["territories"] == TERRITORIES[1:]


# -- the bin ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "gesture",
    [
        lambda write, row: write.set("action", row, title="Autre"),
        lambda write, row: write.link("action", row, "territories", TERRITORIES[2]),
        lambda write, row: write.unlink("action", row, "territories", TERRITORIES[0]),
    ],
)
def test_row_in_the_bin_refuses_writes(store, row, gesture):
    with store.write("Supprimer") as write:
        write.delete("action", row)
    before = picture(store.writer())
    with pytest.raises(BadValue, match="corbeille") as refusal, store.write("Modifier") as write:
        gesture(write, row)
    assert "Restaurez-la" in refusal.value.advice
    assert picture(store.writer()) == before


def test_row_restored_in_the_gesture_takes_writes(store, row):
    with store.write("Supprimer") as write:
        write.delete("action", row)
    with store.write("Reprendre") as write:
        write.restore("action", row)
        write.set("action", row, title="Autre")
    known = values(store, "action", row)
    assert (known["title"], known["deleted"]) == ("Autre", False)
    assert known["territories"] == TERRITORIES[:1]


def test_row_visible_because_of_an_unseen_edit_takes_writes():
    ours, theirs = laptops("Est", "Ouest")
    with ours.write("Créer") as write:
        row = action(write)
    meet(ours, theirs)
    with ours.write("Supprimer") as write:
        write.delete("action", row)
    with theirs.write("Modifier") as write:
        write.set("action", row, lead="Direction de la jeunesse")
    meet(ours, theirs)
    with ours.write("Modifier") as write:
        write.set("action", row, title="Autre")
    assert values(ours, "action", row)["title"] == "Autre"
    assert conflicts(ours, row) == {STATE}
    with ours.write("Garder") as write:
        write.restore("action", row)
    assert conflicts(ours, row) == set()
    assert not values(ours, "action", row)["deleted"]


def test_deleting_again_a_row_kept_visible_by_a_conflict_hides_it():
    ours, theirs = laptops("Est", "Ouest")
    with ours.write("Créer") as write:
        row = action(write)
    meet(ours, theirs)
    with ours.write("Supprimer") as write:
        write.delete("action", row)
    with theirs.write("Modifier") as write:
        write.set("action", row, lead="Direction de la jeunesse")
    meet(ours, theirs)
    with theirs.write("Supprimer") as write:
        write.delete("action", row)
    meet(ours, theirs)
    assert all(values(store, "action", row)["deleted"] for store in (ours, theirs))
    assert all(conflicts(store, row) == set() for store in (ours, theirs))


def test_erased_row_refuses_writes(store):
    with store.write("Créer") as write:
        row = contact(write, last_name="Dupont")
    with store.write("Effacer", kind="erasure") as write:
        write.put("contact", row, ERASED, 1)
    with pytest.raises(BadValue, match="effacée"), store.write("Modifier") as write:
        write.set("contact", row, last_name="Durand")


# -- identities ---------------------------------------------------------------------------------------------------


def test_same_partner_added_on_two_laptops_is_one_row():
    ours, theirs = laptops("Est", "Ouest")
    with ours.write("Créer") as write:
        row, partner = action(write), write.create("organisation", name="Centre social")
    exchange(ours, theirs)
    ids = set()
    for store in (ours, theirs):
        with store.write("Ajouter un partenaire") as write:
            ids.add(write.create("action_partner", action=row, organisation=partner.upper()))
    meet(ours, theirs)
    assert len(ids) == 1
    assert ours.writer().execute("SELECT count(*) FROM action_partner").fetchone() == (1,)
    assert conflicts(ours, ids.pop()) == set()


def test_partner_added_again_is_found_and_restored(store):
    with store.write("Créer") as write:
        given = {"action": action(write), "organisation": write.create("organisation", name="Centre social")}
        first = write.create("action_partner", **given)
    with store.write("Ajouter") as write:
        assert write.create("action_partner", **given) == first
    assert not write.changes
    with store.write("Retirer") as write:
        write.delete("action_partner", first)
    with store.write("Ajouter") as write:
        assert write.create("action_partner", **given, role="partenaire") == first
        assert write.create("action_partner", **given, role="financeur") != first
    assert not values(store, "action_partner", first)["deleted"]


def test_given_id_is_written_in_one_way(store):
    given = uuid4()
    with store.write("Créer") as write:
        assert write.create("action", str(given).upper(), title="Jardin") == str(given)
    with store.write("Modifier") as write:
        write.set("action", str(given).upper(), title="Potager")
    assert values(store, "action", str(given))["title"] == "Potager"


# -- what is refused ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("gesture", "error"),
    [
        (lambda write, row: write.create("atelier"), UnknownField),
        (lambda write, row: write.create("action", prix=1), UnknownField),
        (lambda write, row: write.set("action", row, prix=1), UnknownField),
        (lambda write, row: write.link("action", row, "prix", TERRITORIES[0]), UnknownField),
        (lambda write, row: write.link("action", row, "title", TERRITORIES[0]), UnknownField),
        (lambda write, row: write.set("action", str(uuid4()), title="X"), UnknownRecord),
        (lambda write, row: write.delete("action", str(uuid4())), UnknownRecord),
        (lambda write, row: write.restore("action", str(uuid4())), UnknownRecord),
        (lambda write, row: write.link("action", str(uuid4()), "territories", TERRITORIES[0]), UnknownRecord),
        (lambda write, row: write.set("action", "EST-042", title="X"), UnknownRecord),
        (lambda write, row: write.set("project", row, title="X"), UnknownRecord),
        (lambda write, row: write.delete("project", row), UnknownRecord),
        (lambda write, row: write.create("project", row, title="X"), UnknownRecord),
    ],
)
def test_unknown_entity_field_or_row_is_said(store, row, gesture, error):
    before = picture(store.writer())
    with pytest.raises(error) as refusal, store.write("Modifier") as write:  # noqa: PT012
        write.set("action", row, title="Avant l’erreur")
        gesture(write, row)
    assert refusal.value.message
    assert picture(store.writer()) == before


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": 3},
        {"title": date(2026, 1, 1)},
        {"progress": "10"},
        {"progress": 0.5},
        {"progress": True},
        {"start": "2026-01-01"},
        {"status": 1},
        {"territories": TERRITORIES[0]},
        {"territories": list(TERRITORIES)},
        {"priority": 12},
    ],
)
def test_value_of_the_wrong_kind_is_our_fault(store, row, wrong):
    with pytest.raises(TypeError), store.write("Modifier") as write:
        write.set("action", row, **wrong)
    assert values(store, "action", row)["title"] == "Jardin partagé"


def test_row_refused_at_creation_leaves_nothing_of_itself(store):
    """An import goes on after a bad line: what it had begun is not written."""
    with store.write("Importer") as write:
        with pytest.raises(KnownError):
            action(write, title="Mauvaise ligne", prix=3)
        good = action(write, title="Bonne ligne")
    assert store.writer().execute("SELECT id FROM action").fetchall() == [(good,)]


def test_refused_set_leaves_nothing_of_itself(store, row):
    with store.write("Modifier plusieurs") as write:
        with pytest.raises(KnownError):
            write.set("action", row, title="Autre", prix=3)
        write.set("action", row, progress=Decimal(50))
    assert values(store, "action", row)["title"] == "Jardin partagé"


def test_gesture_within_a_gesture_is_refused_and_the_first_goes_on(store, row):
    with store.write("Modifier") as write:
        write.set("action", row, title="Autre")
        with pytest.raises(NotebookBusy), store.write("Encore"):
            pass
        write.set("action", row, progress=Decimal(50))
    assert values(store, "action", row)["progress"] == Decimal(50)


def test_error_in_the_block_leaves_the_notebook_as_it_was(store, row):
    before = picture(store.writer()), count(store)
    with pytest.raises(ZeroDivisionError), store.write("Modifier") as write:  # noqa: PT012
        write.set("action", row, title="Autre")
        objective(write)
        1 / 0  # noqa: B018
    assert (picture(store.writer()), count(store)) == before
    with store.write("Modifier") as write:
        write.set("action", row, title="Autre")
    assert values(store, "action", row)["title"] == "Autre"


# -- what is said -------------------------------------------------------------------------------------------------


def test_changes_name_the_rows_the_label_and_the_gesture(store, row):
    told = []
    store.on_commit(told.append)
    with store.write("Modifier une action") as write:
        write.set("action", row, title="Autre")
        goal = objective(write)
    (changes,) = told
    assert changes is write.changes
    assert (changes.label, changes.kind) == ("Modifier une action", "edit")
    assert changes.of("action") == {row}
    assert changes.of("objective") == {goal}
    assert changes.touches("objective", "contact")
    assert not changes.touches("contact")
    assert {m.gesture for m in log.modifications_of_gesture(store.writer(), changes.gesture)} == {changes.gesture}


def test_nothing_is_told_when_the_gesture_fails(store, row):
    told = []
    store.on_commit(told.append)
    with pytest.raises(ZeroDivisionError), store.write("Modifier") as write:  # noqa: PT012
        write.set("action", row, title="Autre")
        1 / 0  # noqa: B018
    assert told == []


def test_writing_a_field_in_conflict_settles_it():
    ours, theirs = laptops("Est", "Ouest")
    with ours.write("Créer") as write:
        row = action(write, title="X")
    meet(ours, theirs)
    for store, title in ((ours, "Y"), (theirs, "Z")):
        with store.write("Modifier") as write:
            write.set("action", row, title=title)
    meet(ours, theirs)
    assert conflicts(ours, row) == {"title"}
    shown = values(ours, "action", row)["title"]
    with ours.write("Trancher") as write:
        write.set("action", row, title=shown)  # the displayed value is a choice too
    meet(ours, theirs)
    assert conflicts(ours, row) == conflicts(theirs, row) == set()
    assert values(theirs, "action", row)["title"] == shown
