"""The fiche action read back."""

import re
from pathlib import Path

import pikepdf
import pytest

from app.notebook.store import Store
from app.reports.catalogue import build
from app.services import records
from tests.reports.notebooks import TODAY, add_action, plant
from tests.reports.reading import text_of


@pytest.fixture(scope="module")
def example(tmp_path_factory) -> Store:
    with plant(tmp_path_factory.mktemp("carnet") / "e.carnet", example=True) as made:
        yield made


def make(store: Store, path: Path, action: str, **options: str) -> str:
    with store.read() as connection:
        build(connection, "fiche-action", {"action": action, **options}, path, today=TODAY)
    return re.sub(r"\s+", " ", text_of(path))


def test_a_fiche_says_what_the_action_is(example, tmp_path):
    told = make(example, tmp_path / "f.pdf", "EST-001")
    for said in (
        "Espace ressources parents du quartier", "Fiche action EST-001", "Réussite éducative", "En cours", "60 %",
        "Centre social du quartier Est", "Description", "Contexte", "Publics visés", "Droit commun mobilisé",
        "Réponse aux besoins des habitants", "Étapes", "3 sur 5", "Partenaires", "Caisse d’Allocations Familiales",
        "Indicateurs", "Parents accueillis", "Suivi", "fiche mise à jour le", "exemple inventé", "page 1 / 1",
    ):  # fmt: skip
        assert said in told, said
    assert "None" not in told


def test_a_blocked_or_late_action_says_why(example, tmp_path):
    assert "Action bloquée" in make(example, tmp_path / "f.pdf", "EST-013")
    late = make(example, tmp_path / "f.pdf", "EST-030")
    assert "55 jours de retard" in late
    assert "était attendue pour le" in late


def test_every_fiche_of_the_example_holds_on_two_pages(example, tmp_path):
    with example.read() as connection:
        actions = records.listing(connection, "action")
        pages = [
            build(connection, "fiche-action", {"action": one.id}, tmp_path / "f.pdf", today=TODAY).pages
            for one in actions
        ]
    assert max(pages) <= 2
    assert pages.count(1) > len(pages) * 0.8


def test_inhabitants_read_no_name_nor_blocking_point(example, tmp_path):
    inside, outside = (
        make(example, tmp_path / "f.pdf", "EST-013", **options) for options in ({}, {"public": "oui"})
    )  # fmt: skip
    assert "Directrice de la crèche, Direction" in inside
    assert "Directrice de la crèche, Direction" not in outside
    assert "Action bloquée" not in outside


def test_the_period_chooses_the_notes(example, tmp_path):
    every = make(example, tmp_path / "f.pdf", "EST-001")
    some = make(example, tmp_path / "f.pdf", "EST-001", **{"from": "01/11/2026", "to": "30/11/2026"})
    assert "12/06/2026" in every
    assert "12/06/2026" not in some
    assert "Suivi du 01/11/2026" in some


def test_an_action_with_only_a_title_is_still_a_fiche(example, tmp_path):
    row = add_action(example, title="Juste un <b>titre</b>")
    told = make(example, tmp_path / "f.pdf", row)
    assert "Juste un <b>titre</b>" in told
    for sentence in (
        "L’action n’est pas encore décrite.", "Aucune étape n’est inscrite.", "Aucun partenaire n’est inscrit.",
        "Aucun indicateur n’est lié à cette action.", "Aucune note de suivi.",
    ):  # fmt: skip
        assert sentence in told
    assert "None" not in told


def test_a_fiche_made_first_is_tagged(example, tmp_path):
    make(example, tmp_path / "f.pdf", "EST-002")
    with pikepdf.open(tmp_path / "f.pdf") as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert "StructTreeRoot" in str(list(pdf.Root.keys()))
        assert "EST-002" in str(pdf.docinfo["/Title"])
