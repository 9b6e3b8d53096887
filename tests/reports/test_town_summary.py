"""The document « Synthèse de la ville » read back."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pikepdf
import pytest

from app.formatting import NBSP
from app.notebook.store import Store
from app.reports.catalogue import build
from app.services import notebooks, records
from app.services.queries.scope import districts
from tests.reports.notebooks import NOW, TODAY, add_action, plant
from tests.reports.reading import text_of


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    path = tmp_path_factory.mktemp("ville") / "v.carnet"
    with notebooks.start(path, district="tous", now=lambda: NOW) as store:
        with store.read() as connection:
            places = {name: row for row, name in districts(connection)}
        structure = records.create(store, "organisation", {"name": "Maison <des> jeux"})
        for title, names, given in (
            ("Navette", ("Nord", "Est"), {"status": "running", "progress": Decimal(30), "promoter": structure}),
            ("Jardin", ("Nord",), {"status": "running", "end": date(2026, 1, 1)}),
            ("Lettre", (), {"status": "done", "progress": Decimal(100)}),
            ("Composteurs", ("Est",), {"status": "running", "blocking_point": "Le local"}),
        ):
            add_action(store, title=title, territories=tuple(places[name] for name in names), **given)
        row = records.create(
            store, "indicator",
            {"title": "Parents accueillis", "nature": "output", "unit": "parents", "on_dashboard": True,
             "summable": True},
        )  # fmt: skip
        for name, value in (("Nord", 40), ("Est", 35)):
            given = {"indicator": row, "territory": places[name], "year": 2026, "value": Decimal(value)}
            records.create(store, "measurement", given)
        yield store


def make(store: Store, path: Path, **options: str) -> str:
    with store.read() as connection:
        build(connection, "synthese-ville", options, path, today=TODAY)
    return re.sub(r"[^\S\u00a0]+", " ", text_of(path)).replace(NBSP, " ")


def test_the_figures_are_those_of_the_town(town: Store, tmp_path: Path) -> None:
    told = make(town, tmp_path / "v.pdf")

    for said in (
        "Synthèse de la ville", "état au mardi 24 novembre 2026", "Nord 2 1 30 % ▲1 – 1 0",
        "Est 2 1 30 % – ■1 1 0", "Aucun quartier 1", "Ville 4 1 65 % ▲1 ■1 1 0",
        "1 action commune compte dans chacun de ses quartiers, et une seule fois dans la ville.",
        "Navette", "Est, Nord", "Maison <des> jeux", "Parents accueillis", "Σ 75", "2/2",
    ):  # fmt: skip
        assert said in told, said
    assert "None" not in told
    with pikepdf.open(tmp_path / "v.pdf") as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert len(pdf.pages) <= 2


def test_inhabitants_read_neither_what_blocks_nor_who_sent_what(town: Store, tmp_path: Path) -> None:
    told = make(town, tmp_path / "v.pdf", public="oui")

    assert "Bloquées" not in told
    assert "Reçu le" not in told
    assert "Bloquée" not in told
    assert "Composteurs" not in told


def test_the_quartier_of_the_notebook_does_not_narrow_it(town: Store, tmp_path: Path) -> None:
    assert make(town, tmp_path / "v.pdf", district="Nord") == make(town, tmp_path / "t.pdf", district="tous")


def test_a_notebook_of_one_quartier_has_its_document_too(tmp_path: Path) -> None:
    with plant(tmp_path / "e.carnet", example=False) as store:
        told = make(store, tmp_path / "v.pdf")

    assert "Aucune action n’est commune à plusieurs quartiers." in told
    assert "Aucun indicateur n’est suivi au tableau de bord." in told
