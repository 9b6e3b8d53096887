"""Records of any entity: found, listed, created, changed, deleted with their parts, copied."""

from datetime import date
from decimal import Decimal

import pytest

from app.errors import AmbiguousRecord, BadValue, UnknownField, UnknownRecord
from app.notebook.undo import undo
from app.notebook.verify import verify
from app.services import records
from app.services.records import Filter
from tests.factories import WallClock, notebook


@pytest.fixture
def store(tmp_path):
    with notebook(tmp_path / "essai.carnet", clock=WallClock()) as store:
        yield store


@pytest.fixture
def priority(store):
    return records.create(store, "priority", {"number": 2, "title": "Emploi", "short_title": "Travail"})


@pytest.fixture
def action(store, priority):
    return records.create(store, "action", {"title": "Fête de l’été", "code": "EST-001", "priority": priority})


def fetch(store, entity, row):
    with store.read() as connection:
        return records.fetch(connection, entity, row)


def listing(store, entity, *filters, deleted=False):
    with store.read() as connection:
        found = records.listing(connection, entity, [Filter(*one) for one in filters], deleted=deleted)
    return [record.id for record in found]


def resolve(store, entity, reference, **options):
    with store.read() as connection:
        return records.resolve(connection, entity, reference, **options)


# -- names --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reference", ["EST-001", "est-001", "Fête de l’été", "fete de l'ete", " FÊTE DE L’ÉTÉ "])
def test_a_row_answers_to_its_code_and_title_without_accents(store, action, reference):
    assert resolve(store, "action", reference) == action
    assert resolve(store, "action", action.upper()) == action


@pytest.mark.parametrize("reference", ["2", "P2", "p2", "Emploi", "travail"])
def test_a_priority_answers_to_its_number_and_short_title(store, priority, reference):
    assert resolve(store, "priority", reference) == priority


def test_a_contact_answers_to_the_name_people_read(store):
    contact = records.create(store, "contact", {"last_name": "Responsable", "first_name": "Accueil"})
    assert resolve(store, "contact", "accueil responsable") == contact
    with store.read() as connection:
        assert records.labels(connection, "contact", [contact]) == {contact: "Accueil Responsable"}


def test_a_name_shared_by_several_rows_is_refused_with_their_ids(store, priority, action):
    other = records.create(store, "action", {"title": "fête de l’été", "priority": priority})
    with pytest.raises(AmbiguousRecord) as refused:
        resolve(store, "action", "Fête de l’été")
    assert action in refused.value.advice
    assert other in refused.value.advice


@pytest.mark.parametrize("reference", ["Rien", "", "00000000-0000-4000-8000-000000000000", "9" * 40])
def test_what_nobody_is_called_is_refused(store, action, reference):
    with pytest.raises(UnknownRecord):
        resolve(store, "action", reference)


def test_the_bin_is_looked_in_only_when_asked(store, action):
    records.delete(store, "action", [action])
    with pytest.raises(UnknownRecord):
        resolve(store, "action", "EST-001")
    assert resolve(store, "action", "EST-001", deleted=True) == action


def test_a_label_unknown_here_says_so(store):
    with store.read() as connection:
        assert records.labels(connection, "action", ["x"]) == {"x": "élément inconnu"}


def test_a_long_title_is_cut_unless_asked_whole(store, priority):
    title = "Très long intitulé " * 20
    action = records.create(store, "action", {"title": title, "priority": priority})
    with store.read() as connection:
        assert len(records.labels(connection, "action", [action])[action]) <= 120
        assert records.labels(connection, "action", [action], whole=True)[action] == title.strip()


# -- lists --------------------------------------------------------------------------------------------------------


def test_filters_compare_values_labels_and_codes_and_add_up(store, priority, action):
    other = records.create(
        store, "action", {"title": "Repair café", "priority": priority, "status": "done", "progress": Decimal(50)}
    )
    assert listing(store, "action") == [action, other]
    assert listing(store, "action", ("status", "Terminée")) == [other]
    assert listing(store, "action", ("status", "done"), ("priority", "Emploi")) == [other]
    assert listing(store, "action", ("progress", "50 %")) == [other]
    assert listing(store, "action", ("title", "REPAIR CAFE")) == [other]
    assert listing(store, "action", ("priority", "2"), ("status", "planned")) == [action]
    assert listing(store, "action", ("priority", "Personne")) == []


def test_an_empty_filter_finds_what_is_empty(store, priority, action):
    east = records.create(store, "territory", {"name": "Est", "kind": "district"})
    linked = records.create(store, "action", {"title": "Ailleurs", "priority": priority, "territories": (east,)})
    assert listing(store, "action", ("code", "")) == [linked]
    assert listing(store, "action", ("territories", "")) == [action]
    assert listing(store, "action", ("territories", "est")) == [linked]


def test_a_filter_that_means_nothing_is_refused(store):
    with pytest.raises(BadValue):
        listing(store, "action", ("status", "presque"))
    with pytest.raises(UnknownField):
        listing(store, "action", ("statut", "done"))


# -- gestures -----------------------------------------------------------------------------------------------------


def test_a_record_says_when_and_by_whom(store, action):
    record = fetch(store, "action", action)
    assert record.values["status"] == "planned"
    assert record.created_at == record.updated_at
    assert record.created_at.startswith("2026-03-02T09:0")
    assert record.updated_by == "Équipe"
    assert not record.deleted


def test_only_named_fields_change(store, action):
    before = fetch(store, "action", action).values
    assert records.update(store, "action", action, {"status": "running"})
    after = fetch(store, "action", action).values
    assert {key for key in before if before[key] != after[key]} == {"status"}
    assert not records.update(store, "action", action, {"status": "running"})


def test_the_same_change_to_several_rows_is_one_gesture(store, priority, action):
    other = records.create(store, "action", {"title": "Repair café", "priority": priority})
    records.update_many(store, "action", [action, other], {"lead": "Direction"})
    undo(store)
    assert [fetch(store, "action", row).values["lead"] for row in (action, other)] == [None, None]


def test_a_required_field_cannot_be_emptied(store, action):
    with pytest.raises(BadValue, match="Intitulé"):
        records.update(store, "action", action, {"title": None})
    assert fetch(store, "action", action).values["title"] == "Fête de l’été"


def test_nothing_contains_itself(store):
    top = records.create(store, "objective", {"title": "Haut", "level": "general"})
    middle = records.create(store, "objective", {"title": "Milieu", "level": "specific", "parent": top})
    with pytest.raises(BadValue, match="se contenir"):
        records.update(store, "objective", top, {"parent": middle})
    with pytest.raises(BadValue, match="se contenir"):
        records.update(store, "objective", top, {"parent": top})
    town = records.create(store, "territory", {"name": "Ville", "kind": "municipality"})
    east = records.create(store, "territory", {"name": "Est", "kind": "district", "parents": (town,)})
    with pytest.raises(BadValue, match="se contenir"):
        records.update(store, "territory", town, {"parents": (east,)})


def test_parts_go_to_the_bin_and_come_back_with_their_whole(store, action):
    kept = records.create(store, "step", {"title": "Déjà retirée", "action": action})
    step = records.create(store, "step", {"title": "Réserver", "action": action})
    records.delete(store, "step", [kept])
    changes = records.delete(store, "action", [action])
    assert changes.of("step") == {step}
    assert listing(store, "step") == []
    records.restore(store, "action", [action])
    assert listing(store, "step") == [step]


def test_parts_of_parts_go_and_come_back_with_it(store, priority, action, tmp_path):
    step = records.create(store, "step", {"title": "Réserver", "action": action})
    note = records.create(store, "follow_up", {"text": "Fait", "action": action, "date": date(2026, 3, 1)})
    gone = records.create(store, "step", {"title": "Déjà retirée", "action": action})
    records.delete(store, "step", [gone])

    changes = records.delete(store, "priority", [priority])

    assert (changes.of("action"), changes.of("step"), changes.of("follow_up")) == ({action}, {step}, {note})
    assert verify(store.path).remarks == ()
    records.restore(store, "priority", [priority])
    assert (listing(store, "action"), listing(store, "step"), listing(store, "follow_up")) == ([action], [step], [note])
    assert verify(store.path).faults == verify(store.path).remarks == ()


def test_a_copy_takes_the_parts_but_not_what_happened(store, action):
    records.create(store, "step", {"title": "Réserver", "action": action, "done": date(2026, 3, 1)})
    records.create(store, "follow_up", {"text": "Fait", "action": action, "date": date(2026, 3, 1)})
    copy = records.duplicate(store, "action", action)
    values = fetch(store, "action", copy).values
    assert (values["title"], values["code"]) == ("Fête de l’été (copie)", None)
    steps = [fetch(store, "step", row) for row in listing(store, "step", ("action", copy))]
    assert [(step.values["title"], step.values["done"]) for step in steps] == [("Réserver", None)]
    assert listing(store, "follow_up", ("action", copy)) == []


def test_a_partner_added_twice_is_one(store, action):
    caf = records.create(store, "organisation", {"name": "CAF"})
    partner = {"action": action, "organisation": caf, "role": "partenaire"}
    assert records.create(store, "action_partner", partner) == records.create(store, "action_partner", partner)


def test_counts_are_of_live_rows(store, action):
    with store.read() as connection:
        assert records.counts(connection)["action"] == 1
    records.delete(store, "action", [action])
    with store.read() as connection:
        assert records.counts(connection)["action"] == 0
