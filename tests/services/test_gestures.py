"""What was done lately, in words."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from app.formatting import NBSP
from app.notebook import undo
from app.notebook.store import Store
from app.services import notebooks, plan_gestures, records
from app.services.queries import gestures
from tests.factories import WallClock


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with notebooks.start(tmp_path / "essai.carnet", district="Est", author="Cheffe de projet", now=WallClock()) as made:
        yield made


def priority(store: Store) -> str:
    with store.read() as connection:
        return records.listing(connection, "priority")[0].id


def action(store: Store, title: str) -> str:
    return records.create(store, "action", {"title": title, "priority": priority(store)})


def latest(store: Store, most: int = 20) -> list[gestures.Done]:
    with store.read() as connection:
        return gestures.latest(connection, most, homes=("action", "organisation", "indicator"))


def lines(store: Store) -> list[str]:
    return [gestures.told(done) for done in latest(store)]


def test_what_the_notebook_came_with_was_done_by_nobody(store: Store) -> None:
    assert latest(store) == []


def test_the_latest_comes_first_signed_and_dated(store: Store) -> None:
    row = action(store, "Jardin partagé")
    records.update(store, "action", row, {"progress": 40})

    last, first = latest(store)

    assert (last.label, first.label) == ("Modifier une action", "Ajouter une action")
    assert last.at > first.at
    assert last.at.utcoffset() is not None
    assert last.author == "Cheffe de projet"
    assert (last.entity, last.row, last.name) == ("action", row, "Jardin partagé")


def test_no_more_than_asked(store: Store) -> None:
    for number in range(4):
        action(store, f"Action {number}")

    assert [done.name for done in latest(store, 2)] == ["Action 3", "Action 2"]


def test_a_part_leads_to_what_it_is_a_part_of(store: Store) -> None:
    row = action(store, "Jardin partagé")
    plan_gestures.add_step(store, row, "Trouver le terrain")

    done = latest(store)[0]

    assert (done.entity, done.home, done.home_id, done.name) == ("step", "action", row, "Jardin partagé")
    assert gestures.told(done) == f"Étape ajoutée{NBSP}: Jardin partagé"


def test_several_rows_are_counted_and_not_named(store: Store) -> None:
    rows = [action(store, "Un"), action(store, "Deux")]
    records.delete(store, "action", rows)

    assert lines(store)[0] == f"2{NBSP}actions supprimées"


def test_undo_says_what_it_took_back(store: Store) -> None:
    row = action(store, "Jardin partagé")
    records.update(store, "action", row, {"end": date(2026, 12, 31)})
    undo.undo(store)

    assert lines(store)[0] == f"Annulé{NBSP}: modifier une action{NBSP}: Jardin partagé"


def test_a_row_without_a_title_is_still_told(store: Store) -> None:
    row = action(store, "Jardin partagé")
    records.delete(store, "action", [row])

    assert lines(store)[0] == f"Action supprimée{NBSP}: Jardin partagé"


@pytest.mark.parametrize(
    ("label", "said"),
    [
        ("Ajouter une action", "Une action ajoutée."),
        ("Ajouter un contact", "Un contact ajouté."),
        (f"Supprimer 3{NBSP}actions", f"3{NBSP}actions supprimées."),
        (f"Supprimer 3{NBSP}indicateurs", f"3{NBSP}indicateurs supprimés."),
        (f"Reporter 12{NBSP}échéances", f"12{NBSP}échéances reportées."),
        (f"Saisir 5{NBSP}valeurs", f"5{NBSP}valeurs saisies."),
        ("Reporter une échéance", "Une échéance reportée."),
        ("Lever un point de blocage", "Un point de blocage levé."),
        ("Terminer une étape", "Une étape terminée."),
        ("Rouvrir une étape", "Une étape rouverte."),
        ("Confirmer une structure", "Une structure confirmée."),
        ("Résoudre un conflit", "Un conflit résolu."),
        ("Retirer l’exemple", "L’exemple retiré."),
        ("Importer", "Importer."),
    ],
)
def test_a_gesture_is_said_once_done(label: str, said: str) -> None:
    assert gestures.said(label) == said


@pytest.mark.parametrize(("kind", "word"), [("undo", "Annulé"), ("redo", "Rétabli")])
def test_what_is_taken_back_keeps_its_infinitive(kind: str, word: str) -> None:
    assert gestures.said("Supprimer une action", kind) == f"{word}{NBSP}: supprimer une action."
