"""Seeds: notebooks made apart hold the same reference rows, and a later version arrives like a colleague's work."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.errors import BadReference, NothingToUndo, UnknownRecord
from app.models.registry import ENTITIES
from app.notebook import log
from app.notebook.undo import undo
from app.notebook.verify import verify
from app.services import attachments, notebooks, records, reference
from app.services.json_values import records_json
from app.services.reference import Frame
from app.services.reference_file import read_versions
from tests.factories import WallClock

TOWN = Path(__file__).parents[1] / "data" / "reference" / "villeneuve-sur-lys"
#: After every seed: what people do comes later than what was published.
LATER = datetime(2027, 1, 4, 9, 0, tzinfo=UTC)
KEY = "villeneuve-sur-lys-2024-2030"


def frame(folder: Path, *versions: str) -> Frame:
    """The made-up town's référentiel, with these versions only."""
    folder.mkdir(parents=True)
    for version in versions:
        shutil.copy(TOWN / f"{version}.jsonl", folder)
    files = read_versions(folder)
    return Frame(files[-1].key, files)


@pytest.fixture
def first(tmp_path):
    return frame(tmp_path / "reference" / "1", "1.0.0")


@pytest.fixture
def both(tmp_path):
    return frame(tmp_path / "reference" / "2", "1.0.0", "1.1.0")


@pytest.fixture
def start(tmp_path, request):
    """Makes a notebook: start("est", folder or name of a référentiel, district)."""

    def made(name, folder, district, **options):
        path = tmp_path / name / "essai.carnet"
        store = notebooks.start(path, district=district, reference_name=str(folder), now=WallClock(LATER), **options)
        request.addfinalizer(store.close)
        return store

    return made


def rows(store, entity, *, whole=True):
    with store.read() as connection:
        found = records_json(connection, records.listing(connection, entity))
    if not whole:
        found = [{key: row[key] for key in row if not key.startswith("updated")} for row in found]
    return {row["id"]: row for row in found}


def everything(store, *, whole=True):
    return {entity: rows(store, entity, whole=whole) for entity in ENTITIES}


def contested(store):
    with store.read() as connection:
        return connection.exec_driver_sql("SELECT field FROM contested ORDER BY field").scalars().all()


def row(store, local, entity):
    with store.read() as connection:
        return records.fetch(connection, entity, reference.row_id(KEY, local))


def give(source, receiver):
    return receiver.apply(log.everything(source.writer()), "Importer", kind="import")


# -- made apart ---------------------------------------------------------------------------------------------------


def test_two_notebooks_made_apart_have_the_same_reference_rows(start):
    east = start("est", "roubaix-2024-2030", "Est", author="Une personne")
    west = start("ouest", "roubaix-2024-2030", "Ouest", author="Une autre")
    ours, theirs = everything(east), everything(west)
    assert ours.pop("project").keys() != theirs.pop("project").keys()
    assert ours == theirs
    assert sum(map(len, ours.values())) > 600


def test_the_same_quartier_made_twice_is_the_same_to_the_last_modification(start):
    one = start("a", "roubaix-2024-2030", "Est", example=True)
    two = start("b", "roubaix-2024-2030", "Est", example=True)
    assert everything(one) == everything(two)
    assert notebooks.identity(one).fingerprint == notebooks.identity(two).fingerprint
    assert not give(one, two)


def test_the_town_holds_the_project_of_each_quartier(start):
    town = start("tous", "roubaix-2024-2030", "tous")
    east = start("est", "roubaix-2024-2030", "est")
    assert len(rows(town, "project")) == 5
    assert rows(east, "project").items() <= rows(town, "project").items()


def test_what_is_planted_is_sound_and_without_conflict(start):
    store = start("est", "roubaix-2024-2030", "Est", example=True)
    assert contested(store) == []
    report = verify(store.path)
    assert (report.faults, report.remarks) == ((), ())


def test_a_town_without_a_referentiel_names_its_quartier(start):
    store = start("nord", "aucun", "Nord")
    assert [one["name"] for one in rows(store, "territory").values()] == ["Nord"]
    assert len(rows(store, "priority")) == 6
    assert verify(store.path).faults == ()


def test_seeds_cannot_be_undone(start):
    with pytest.raises(NothingToUndo):
        undo(start("est", TOWN, "Rive droite"))


def test_the_example_goes_in_one_gesture_and_comes_back(start):
    store = start("est", "roubaix-2024-2030", "Est", example=True)
    before = everything(store, whole=False)
    assert reference.remove_example(store) > 400
    assert rows(store, "action") == {}
    assert rows(store, "attachment") == {}
    assert len(rows(store, "priority")) == 6
    undo(store)
    with store.read() as connection:
        for id in rows(store, "attachment"):
            assert attachments.read_bytes(connection, attachments.fetch(connection, id))
    assert everything(store, whole=False) == before


# -- refused ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("folder", "district", "options", "error"),
    [
        ("nulle-part", "Est", {}, BadReference),
        ("roubaix-2024-2030", "Nulle part", {}, UnknownRecord),
        ("aucun", "tous", {}, UnknownRecord),
        ("aucun", "Nord", {"example": True}, BadReference),
        (TOWN, "Rive droite", {"example": True}, BadReference),
    ],
)
def test_a_refused_start_leaves_nothing(start, tmp_path, folder, district, options, error):
    with pytest.raises(error):
        start("est", folder, district, **options)
    assert not (tmp_path / "est").exists()


# -- the next version ---------------------------------------------------------------------------------------------


def test_what_nobody_touched_follows_the_new_version(start, first, both):
    store = start("droite", first.last.path.parent, "Rive droite")
    assert row(store, "P1", "priority").values["title"] == "Grandir et apprendre"
    store.apply(reference.frame_batch(both), "Mettre à jour le référentiel", kind="seed")
    assert contested(store) == []
    assert row(store, "P1", "priority").values["title"] == "Grandir, apprendre et s’épanouir"
    assert row(store, "P4", "priority").values["number"] == 4
    assert row(store, "P3", "priority").values["note"] is None
    assert row(store, "RG", "territory").values["to_confirm"] is None
    assert row(store, "O4", "organisation").deleted
    assert row(store, "D2", "scheme").values["priorities"] == tuple(
        sorted(reference.row_id(KEY, local) for local in ("P2", "P3"))
    )
    assert row(store, "P1", "priority").updated_by == "référentiel 1.1.0"


def test_what_a_person_changed_becomes_a_conflict_and_nothing_is_lost(start, first, both):
    store = start("droite", first.last.path.parent, "Rive droite")
    records.update(store, "priority", reference.row_id(KEY, "P1"), {"title": "Notre intitulé", "note": "À nous"})
    store.apply(reference.frame_batch(both), "Mettre à jour le référentiel", kind="seed")
    assert contested(store) == ["title"]
    shown = row(store, "P1", "priority").values
    assert shown["title"] == "Notre intitulé"
    assert shown["note"] == "À nous"


def test_what_the_version_drops_but_a_person_changed_stays_visible(start, first, both):
    store = start("droite", first.last.path.parent, "Rive droite")
    records.update(store, "organisation", reference.row_id(KEY, "O4"), {"phone": "03 20 00 00 00"})
    store.apply(reference.frame_batch(both), "Mettre à jour le référentiel", kind="seed")
    kept = row(store, "O4", "organisation")
    assert not kept.deleted
    assert kept.values["phone"] == "03 20 00 00 00"
    assert contested(store) == ["_state"]


def test_laptops_on_two_versions_converge_without_a_word(start, first, both):
    old = start("ancien", first.last.path.parent, "Rive droite")
    new = start("nouveau", both.last.path.parent, "Rive droite")
    give(new, old)
    give(old, new)
    assert everything(old) == everything(new)
    assert contested(old) == contested(new) == []
    assert notebooks.identity(old).fingerprint == notebooks.identity(new).fingerprint


def test_a_version_planted_twice_brings_nothing(start, both):
    store = start("droite", both.last.path.parent, "Rive droite")
    assert reference.unknown_part(store, reference.frame_batch(both)).modifications == ()
    assert not store.apply(reference.frame_batch(both), "Mettre à jour le référentiel", kind="seed")


def test_the_project_follows_the_years_of_the_contract(start, first, tmp_path):
    """A contract prolonged by a later version: the project of a laptop on each version stays one, without conflict."""
    folder = tmp_path / "reference" / "prolongé"
    folder.mkdir()
    text = (TOWN / "1.0.0.jsonl").read_text(encoding="utf-8")
    (folder / "1.0.0.jsonl").write_text(text, encoding="utf-8")
    later = text.replace('"version": "1.0.0", "date": "2024-06-30"', '"version": "1.2.0", "date": "2026-01-01"')
    assert '"end": 2030' in later
    (folder / "1.2.0.jsonl").write_text(later.replace('"end": 2030', '"end": 2031'), encoding="utf-8")
    old = start("ancien", first.last.path.parent, "Rive droite")
    new = start("nouveau", folder, "Rive droite")
    give(new, old)
    assert [one["end"] for one in rows(old, "project").values()] == [2031]
    assert contested(old) == []
