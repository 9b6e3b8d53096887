"""The workbook written again after an import; work that a colleague took back; laptops met for the first time."""

from datetime import date

import pytest

from app.errors import PlaceFails
from app.exchange.preview import Decisions, Kind, usual
from app.exchange.renewal import NotRenewable, renew, stem_of
from app.services.imports import journal, undo_import
from app.services.reference import plant
from app.services.seeds import Seeder, SeedRow, row_id
from tests.exchange.laptops import PARTNER, TEAM, append, change, edit, kinds, laptop, rework


@pytest.fixture
def a(tmp_path):
    with laptop(tmp_path, "a", "Équipe Est") as found:
        yield found


@pytest.fixture
def b(tmp_path):
    with laptop(tmp_path, "b", "Équipe Nord") as found:
        yield found


@pytest.fixture
def row(a):
    return a.add(title="Repair café", description="Deux samedis par mois")


# -- the workbook written again -----------------------------------------------------------------------------------


@pytest.mark.parametrize("profile", [TEAM, PARTNER])
def test_a_workbook_written_again_gives_new_rows_their_ref_and_a_new_base(a, row, tmp_path, profile):
    book = append(edit(a.export(profile), "action", row, description="Tous les samedis"), "action", title="Fête")
    plan = a.preview(book)
    a.take(plan)
    new = next(one.row for one in plan.changes if one.kind is Kind.NEW)

    made = renew(a.store, plan.sources[0], tmp_path / "retour.xlsx", now=a.clock())

    plan = a.preview(made.path)
    assert (kinds(plan), plan.sources[0].profile) == ({}, profile.value)
    plan = a.preview(edit(made.path, "action", new, description="En juin"))
    assert kinds(plan) == {"updated": 1}
    assert change(plan, Kind.UPDATED).row == new
    a.take(plan)
    assert a.of(new)["description"] == "En juin"


def test_it_keeps_what_had_been_asked_for(a, row, tmp_path):
    a.add("organisation", name="Busabiclou")
    book = edit(a.export(entities=("action",)), "action", row, description="Tous les samedis")
    plan = a.preview(book)
    a.take(plan)

    made = renew(a.store, plan.sources[0], tmp_path, now=a.clock())

    assert set(made.counts) == {"action"}
    assert made.path.parent == tmp_path
    assert made.path.name == f"{stem_of(plan.sources[0])}_{a.clock():%Y-%m-%d}_{made.code4}.xlsx"


def test_the_day_and_code_of_a_name_are_replaced(a, row, tmp_path):
    book = a.export().rename(tmp_path / "Projets_Est_2026-11-02_B2XM.xlsx")

    assert stem_of(a.preview(book).sources[0]) == "Projets_Est"


def test_nothing_is_ever_replaced(a, row):
    book = a.export()
    before = book.read_bytes()

    with pytest.raises(PlaceFails, match="existe déjà"):
        renew(a.store, a.preview(book).sources[0], book, now=a.clock())

    assert book.read_bytes() == before


def test_a_workbook_nobody_remembers_is_not_written_again(a, b, row, tmp_path):
    b.receive(a)
    book = rework(a.export(), lambda found: found.remove(found["_sync"]))
    source = b.preview(book).sources[0]

    with pytest.raises(NotRenewable):
        renew(b.store, source, tmp_path / "x.xlsx", now=b.clock())

    assert not (tmp_path / "x.xlsx").exists()


# -- work taken back ----------------------------------------------------------------------------------------------


def test_d84_what_a_colleague_took_back_is_a_group_put_back_at_once(a, b, row):
    b.receive(a)
    other = a.add(title="Jardin")
    a.set(row, description="Chez A")
    b.receive(a)
    (last, _) = journal(b.store)
    assert last.theirs == last.values > 1
    undo_import(b.store, last.id)

    plan = a.preview(b.export(TEAM))

    assert {one.undone_by for one in plan.changes} == {"Équipe Nord"}
    assert {one.row for one in plan.changes} == {row, other}
    a.take(plan, Decisions(keep_mine=frozenset(one.key for one in plan.changes)))
    assert a.of(row)["description"] == "Chez A"
    assert not a.of(other)["deleted"]
    b.receive(a)
    assert b.of(row)["description"] == "Chez A"
    assert not b.of(other)["deleted"]
    assert a.fingerprint == b.fingerprint


def test_what_was_accepted_by_hand_is_not_said_to_be_a_colleague_s(a, row):
    a.take(a.preview(edit(a.export(), "action", row, description="Tous les samedis")))

    assert [(one.values, one.theirs) for one in journal(a.store)] == [(1, 0)]


# -- laptops met for the first time -------------------------------------------------------------------------------


def test_a_laptop_is_new_once(a, b, row):
    plan = b.preview(a.export(TEAM))
    assert plan.sources[0].is_new_replica
    assert "Nouvelle origine" in plan.sources[0].banner
    b.take(plan)
    a.set(row, title="Autre")

    assert not b.preview(a.export(TEAM)).sources[0].is_new_replica


def test_who_is_met_through_a_colleague_is_new_too(a, b, row, tmp_path):
    b.receive(a)
    with laptop(tmp_path, "c", "Équipe Ouest") as c:
        c.add(title="Chez C")
        b.receive(c)
    a.set(row, title="Autre")
    b.receive(a)
    first = b.export(TEAM)

    plan = a.preview(first)

    assert plan.sources[0].new_replicas == ("Équipe Ouest",)
    assert any("relaie le travail de Équipe Ouest" in info for info in plan.infos)
    a.take(plan, usual(plan))
    assert a.preview(b.export(TEAM)).sources[0].new_replicas == ()


def test_a_damaged_workbook_of_somebody_new_says_both(a, b, row):
    def spoil(found):
        sheet = found["_sync"]
        cell = next(cells[1] for cells in sheet.iter_rows() if str(cells[0].value) == "b0001")
        cell.value = cell.value[:50] + ("A" if cell.value[50] != "A" else "B") + cell.value[51:]

    plan = b.preview(rework(a.export(TEAM), spoil))

    assert "Fichier altéré" in plan.sources[0].banner


def test_a_referentiel_that_a_workbook_brings_is_nobody_met_for_the_first_time(a, b):
    seeder = Seeder("exemple")
    planted = SeedRow("organisation", row_id("exemple", "caf"), {"name": "Caisse des familles"})
    seeder.plant("1", date(2026, 1, 1), [planted], author="exemple", label="Projet d’exemple")
    plant(a.store, seeder.batch())

    plan = b.preview(a.export(TEAM))

    assert kinds(plan) == {"new": 1}
    assert plan.sources[0].new_replicas == ()
    assert not any("relaie" in info for info in plan.infos)
