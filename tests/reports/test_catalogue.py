"""The catalogue: what is declared, what is refused, what is left behind."""

from datetime import date
from pathlib import Path

import pytest

from app.errors import AmbiguousRecord, BadValue, Cancelled, UnknownRecord, WrongUsage
from app.notebook.store import Store
from app.reports.catalogue import CATALOGUE, build
from tests.reports.notebooks import TODAY, add_action, plant
from tests.reports.reading import text_of


@pytest.fixture(scope="module")
def store(tmp_path_factory) -> Store:
    with plant(tmp_path_factory.mktemp("carnet") / "e.carnet", example=True) as made:
        yield made


def make(store: Store, name: str, options: dict[str, str], path: Path, **more: object) -> object:
    with store.read() as connection:
        return build(connection, name, options, path, today=TODAY, **more)


def test_every_report_tells_its_name_formats_and_options():
    assert list(CATALOGUE) == ["projet-de-quartier", "fiche-action", "synthese-ville"]
    for name, report in CATALOGUE.items():
        assert report.name == name
        assert report.formats == ("pdf",)
        assert report.title
        assert report.summary.endswith(".")
        assert {"district", "year", "from", "to", "public"} <= {key for key, *_ in report.options}
    assert [tuple(option) for option in CATALOGUE["fiche-action"].options if option.required] == [
        ("action", "Action", True, "record")
    ]


def test_an_unknown_option_is_refused_with_the_known_ones(store, tmp_path):
    with pytest.raises(WrongUsage, match="pas d’option") as refused:
        make(store, "projet-de-quartier", {"couleur": "bleu"}, tmp_path / "p.pdf")
    assert refused.value.exit_code == 2
    assert "district, year, from, to, public" in refused.value.advice


def test_a_missing_record_is_a_wrong_usage(store, tmp_path):
    with pytest.raises(WrongUsage, match=r"il manque action= \(Action\)"):
        make(store, "fiche-action", {"action": " "}, tmp_path / "f.pdf")


@pytest.mark.parametrize(
    ("name", "options", "error"),
    [
        ("fiche-action", {"action": "Une action qui n’existe pas"}, UnknownRecord),
        ("projet-de-quartier", {"district": "Ailleurs"}, UnknownRecord),
        ("projet-de-quartier", {"year": "vingt"}, BadValue),
        ("projet-de-quartier", {"from": "31/02/2026"}, BadValue),
        ("projet-de-quartier", {"from": "01/06/2026", "to": "01/05/2026"}, BadValue),
        ("projet-de-quartier", {"public": "peut-être"}, BadValue),
        ("releve", {}, UnknownRecord),
    ],
)
def test_a_bad_option_is_refused_and_nothing_is_written(store, tmp_path, name, options, error):
    with pytest.raises(error) as refused:
        make(store, name, options, tmp_path / "p.pdf")
    assert refused.value.message.endswith(".")
    assert list(tmp_path.iterdir()) == []


def test_the_extension_decides_the_format(store, tmp_path):
    with pytest.raises(BadValue, match=r"p\.docx"):
        make(store, "projet-de-quartier", {}, tmp_path / "p.docx")
    make(store, "fiche-action", {"action": "EST-001"}, tmp_path / "F.PDF")
    assert (tmp_path / "F.PDF").read_bytes().startswith(b"%PDF")


def test_a_reference_that_names_two_rows_is_refused(store, tmp_path):
    for _ in range(2):
        add_action(store, title="Deux fois la même")
    with pytest.raises(AmbiguousRecord):
        make(store, "fiche-action", {"action": "deux fois la meme"}, tmp_path / "f.pdf")


def test_stopping_leaves_no_file_and_the_former_one_whole(store, tmp_path):
    path = tmp_path / "p.pdf"
    path.write_bytes(b"avant")
    seen: list[int] = []

    def stop() -> bool:
        seen.append(1)
        return len(seen) > 30

    with pytest.raises(Cancelled):
        make(store, "projet-de-quartier", {}, path, cancelled=stop)
    assert path.read_bytes() == b"avant"
    assert [one.name for one in tmp_path.iterdir()] == ["p.pdf"]


def test_progress_goes_from_the_first_block_to_the_last(store, tmp_path):
    told: list[tuple[int, int]] = []
    make(store, "projet-de-quartier", {}, tmp_path / "p.pdf", progress=lambda done, total: told.append((done, total)))
    assert told[-1][0] == told[-1][1]
    assert len(told) > 50


def test_the_period_bounds_what_is_told_of_the_follow_up(store, tmp_path):
    options = {"from": "01/01/2025", "to": "2025-12-31"}
    with store.read() as connection:
        request = CATALOGUE["projet-de-quartier"].read(connection, options, today=TODAY)
    assert (request.year, request.since, request.until) == (2025, date(2025, 1, 1), date(2025, 12, 31))
    assert request.covers(date(2025, 6, 1))
    assert not request.covers(TODAY)
    make(store, "projet-de-quartier", options, tmp_path / "p.pdf")
    assert "Calendrier 2025" in text_of(tmp_path / "p.pdf")


def test_the_author_of_the_notebook_signs(store, tmp_path):
    make(store, "projet-de-quartier", {}, tmp_path / "p.pdf")
    assert "Chef de projet Est" in text_of(tmp_path / "p.pdf", 1)
    make(store, "projet-de-quartier", {}, tmp_path / "p.pdf", author="Mairie de quartier")
    assert "Mairie de quartier" in text_of(tmp_path / "p.pdf", 1)


def test_the_whole_town_is_a_quartier_like_another(store, tmp_path):
    make(store, "projet-de-quartier", {"district": "tous"}, tmp_path / "t.pdf")
    assert "Projets de quartier de Roubaix" in text_of(tmp_path / "t.pdf", 1)
    make(store, "projet-de-quartier", {"district": "sud"}, tmp_path / "s.pdf")
    assert "Projet de quartier Sud" in text_of(tmp_path / "s.pdf", 1)
