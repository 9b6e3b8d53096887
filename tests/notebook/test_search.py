"""The search finds words as people write them, and nothing that is in the bin."""

import pytest

from app.notebook import search
from tests.factories import action, contact, exchange, laptops, memory_notebook
from tests.notebook.tables import found, picture, rebuilt


@pytest.fixture
def store():
    return memory_notebook()


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("Sobriété énergétique", "energ"),
        ("Sobriété énergétique", "ENERGETIQUE"),
        ("Énergie", "energie"),
        ("energie", "Énergie"),
        ("Chantier d’insertion", "insertion"),
        ("Chantier d’insertion", "d’insertion"),
        ("Chantier d’insertion", "d'insertion"),
        ("Cœur de quartier", "coeur"),
        ("Cœur de quartier", "cœur"),
        ("Coeur de quartier", "cœur"),
        ("Main-d’ŒUVRE", "oeuvre"),
        ("Curriculum vitæ", "vitae"),
        ("Jardin partagé", "part jar"),
        ("Quartier n° 3", "n° 3"),
        ("Action EST-042", "est-042"),
        ("Cité éducative", "cite\u0301"),
        ("foot_ball", "foot_ball"),
        ("Coexister à l’école", "coexist ecole"),
    ],
)
def test_word_is_found_without_its_accents(store, written, typed):
    with store.write("Créer") as write:
        row, other = action(write, title=written), action(write, title="Autre chose")
    assert found(store.writer(), typed) == {row}
    assert other not in found(store.writer(), typed)


@pytest.mark.parametrize(
    "typed",
    ["", "   ", "«»", '"', "*", "' OR 1=1", 'a" OR "b', "NEAR(", "title:x", "_", "-", "(", "^a", "œ", "日本", "\x00"],
)
def test_anything_may_be_typed(store, typed):
    with store.write("Créer") as write:
        action(write, title="Jardin")
    assert found(store.writer(), typed) == set()


def test_every_text_of_a_row_is_searched_and_follows_its_edits(store):
    with store.write("Créer") as write:
        row = action(write, title="Jardin", lead="Direction de la jeunesse")
    assert found(store.writer(), "jeunesse jardin") == {row}
    with store.write("Modifier") as write:
        write.set("action", row, lead="Santé")
    assert found(store.writer(), "jeunesse") == set()
    assert found(store.writer(), "sante") == {row}
    with store.write("Supprimer") as write:
        write.delete("action", row)
    assert found(store.writer(), "jardin") == set()
    with store.write("Restaurer") as write:
        write.restore("action", row)
    assert found(store.writer(), "jardin") == {row}
    assert picture(store.writer()) == rebuilt(store.writer())


def test_row_kept_visible_by_a_conflict_is_found():
    ours, theirs = laptops("Est", "Ouest")
    with ours.write("Créer") as write:
        row = contact(write, last_name="Dupont")
    exchange(ours, theirs)
    with ours.write("Supprimer") as write:
        write.delete("contact", row)
    with theirs.write("Modifier") as write:
        write.set("contact", row, function="Directrice")
    exchange(theirs, ours)
    assert found(ours.writer(), "dupont directrice") == {row}


def test_expression_of_nothing_is_empty():
    assert search.match_expression(" … ") == ""
