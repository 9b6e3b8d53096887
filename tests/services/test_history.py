"""The history of a record: oldest first, in French and as data."""

from datetime import UTC
from decimal import Decimal

import pytest

from app.formatting import NBSP
from app.models.registry import ENTITIES
from app.notebook.undo import redo, undo
from app.services import entry, records
from app.services.history import history, history_json, history_lines
from tests.factories import WallClock, notebook


@pytest.fixture
def store(tmp_path):
    with notebook(tmp_path / "essai.carnet", author="Chef de projet Est", clock=WallClock()) as store:
        yield store


@pytest.fixture
def action(store):
    records.create(store, "priority", {"number": 2, "title": "Emploi"})
    records.create(store, "territory", {"name": "Est", "kind": "district"})
    records.create(store, "organisation", {"name": "CAF", "acronym": "CAF"})
    return change(store, None, "title=Repair café", "priority=Emploi")


def change(store, row, *words):
    declared = ENTITIES["action"]
    assignments = entry.understood(declared, words)
    if row is None:
        return entry.add(store, declared, assignments)
    entry.change(store, declared, row, assignments)
    return row


def told(store, row, entity="action"):
    with store.read() as connection:
        return history_json(connection, history(connection, entity, row))


def lines(store, row, entity="action"):
    with store.read() as connection:
        return history_lines(connection, history(connection, entity, row), zone=UTC)


def test_creation_comes_first_then_each_field_in_the_order_of_the_entity(store, action):
    found = told(store, action)
    assert [one["field"] for one in found] == ["deleted", "title", "status", "priority"]
    assert found[0].pop("at").startswith("2026-03-02T09:00:")
    assert found[0] == {
        "author": "Chef de projet Est",
        "gesture": "Ajouter une action",
        "field": "deleted",
        "before": None,
        "after": False,
    }
    assert found[1]["before"] is None
    assert found[3]["after"]["label"] == "Emploi"


def test_a_change_says_before_and_after_as_the_row_does(store, action):
    change(store, action, "progress=12,5", "start=2026-09-01", "status=terminée")
    change(store, action, "progress=60")
    found = [(one["field"], one["before"], one["after"]) for one in told(store, action)[4:]]
    assert found == [
        ("status", "planned", "done"),
        ("progress", None, 12.5),
        ("start", None, "2026-09-01"),
        ("progress", 12.5, 60),
    ]


def test_elements_of_a_list_are_told_one_by_one(store, action):
    change(store, action, "territories+=Est")
    change(store, action, "territories-=Est")
    added, removed = told(store, action)[4:]
    assert (added["field"], added["before"], added["after"]["label"]) == ("territories", None, "Est")
    assert (removed["field"], removed["before"]["label"], removed["after"]) == ("territories", "Est", None)


def test_partners_are_told_with_their_action(store, action):
    change(store, action, "partners+=CAF")
    change(store, action, "partners-=CAF")
    added, removed = told(store, action)[4:]
    assert added["field"] == removed["field"] == "partners"
    assert added["after"] == removed["before"]
    assert (added["after"]["label"], added["after"]["role"]) == ("CAF", "partenaire")


def test_deletion_restoration_and_what_was_taken_back(store, action):
    records.delete(store, "action", [action])
    records.restore(store, "action", [action])
    change(store, action, "title=Repair")
    undo(store)
    redo(store)
    found = [(one["gesture"], one["field"], one["before"], one["after"]) for one in told(store, action)[4:]]
    assert found == [
        ("Supprimer une action", "deleted", False, True),
        ("Restaurer une action", "deleted", True, False),
        ("Modifier une action", "title", "Repair café", "Repair"),
        (f"Annuler{NBSP}: Modifier une action", "title", "Repair", "Repair café"),
        (f"Rétablir{NBSP}: Modifier une action", "title", "Repair café", "Repair"),
    ]


def test_values_are_whole(store, action):
    text = "Un long texte.\n" * 200
    change(store, action, f"description={text}")
    assert told(store, action)[-1]["after"] == text.strip("\n")


def test_the_history_reads_in_french(store, action):
    change(store, action, "status=running", "territories=Est", "partners+=CAF")
    change(store, action, "status=done", "territories=")
    change(store, action, "start=2026-09-01")
    change(store, action, "start=")
    records.delete(store, "action", [action])
    found = lines(store, action)
    # One heading per gesture of a minute.
    assert found[0] == "02/03/2026 09:00 – Chef de projet Est – Ajouter une action"
    changes = [line.strip() for line in found if line.startswith("  ")]
    n = NBSP
    assert changes == [
        "Création",
        f"Intitulé{n}: «{n}Repair café{n}»",
        f"État{n}: «{n}À lancer{n}»",
        f"Priorité{n}: «{n}Emploi{n}»",
        f"État{n}: «{n}À lancer{n}» → «{n}En cours{n}»",
        f"Territoires{n}: ajout de «{n}Est{n}»",
        f"Partenaires{n}: ajout de «{n}CAF{n}» (partenaire)",
        f"État{n}: «{n}En cours{n}» → «{n}Terminée{n}»",
        f"Territoires{n}: retrait de «{n}Est{n}»",
        f"Début{n}: «{n}01/09/2026{n}»",
        f"Début{n}: «{n}01/09/2026{n}» → (vide)",
        "Suppression",
        f"Partenaires{n}: retrait de «{n}CAF{n}» (partenaire)",
    ]


def test_every_kind_of_value_is_told(store):
    indicator = records.create(
        store, "indicator", {"title": "Visites", "nature": "result", "base_value": Decimal("17.1")}
    )
    records.update(store, "indicator", indicator, {"base_year": 2024, "summable": True})
    found = {one["field"]: one["after"] for one in told(store, indicator, "indicator")}
    assert found["base_value"] == "17.1"
    assert found["base_year"] == 2024
    assert found["summable"] is True


def test_a_field_of_a_newer_version_is_told_by_its_key(store, action):
    with store.write("Modifier une action") as write:
        write.put("action", action, "colour_of_tomorrow", "bleu")
    assert told(store, action)[-1]["field"] == "colour_of_tomorrow"
    assert lines(store, action)[-1].endswith(f"colour_of_tomorrow{NBSP}: «{NBSP}bleu{NBSP}»")
