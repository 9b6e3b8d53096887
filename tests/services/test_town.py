"""The quartiers side by side and the town they make: what counts where, and what counts once."""

import shutil
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from app.notebook.store import Store
from app.services import notebooks, records
from app.services.queries import plan, quarters, town_colleagues
from app.services.queries.plan import PlanFilter
from app.services.queries.quarters import NO_QUARTER, SHARED
from app.services.queries.town import NO_ACTIONS, QuarterLine, Town, load_town
from app.services.schedule import State
from tests.factories import WallClock, exchange

TODAY = date(2026, 9, 16)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ville") / "ville.carnet"
    notebooks.start(path, district="tous", now=WallClock()).close()
    return path


@pytest.fixture
def store(empty: Path, tmp_path: Path) -> Iterator[Store]:
    shutil.copy(empty, tmp_path / "ville.carnet")
    with notebooks.open_existing(tmp_path / "ville.carnet", now=WallClock()) as made:
        yield made


def place(store: Store, name: str, kind: str = "district") -> str:
    with store.read() as connection:
        query = "SELECT id FROM territory WHERE (name = ? OR short_name = ?) AND kind = ?"
        return connection.exec_driver_sql(query, (name, name, kind)).scalar_one()


def priority(store: Store, number: int = 1) -> str:
    with store.read() as connection:
        return next(node.id for node in plan.load_priorities(connection) if node.number == number)


def action(store: Store, title: str, *places: str, number: int = 1, **given: object) -> str:
    known = {"title": title, "priority": priority(store, number), "status": "running", "territories": places}
    return records.create(store, "action", {**known, **given})


def load(store: Store) -> Town:
    with store.read() as connection:
        return load_town(connection, today=TODAY)


def line(town: Town, name: str) -> QuarterLine:
    return next(one for one in town.quarters if one.name == name)


def kept(store: Store, *territories: str, district: str = "") -> set[str]:
    with store.read() as connection:
        asked = PlanFilter(today=TODAY, district=district, territories=frozenset(territories))
        ids = plan.matching(connection, asked)
        return {row.title for row in plan.fetch_rows(connection, ids, TODAY)}


# -- which quartier an action is of -----------------------------------------------------------------------------------


def test_an_action_of_two_quartiers_counts_in_each_and_once_in_the_town(store: Store) -> None:
    nord, est = place(store, "Nord"), place(store, "Est")
    action(store, "À Nord", nord, progress=Decimal(20))
    action(store, "Aux deux", nord, est, progress=Decimal(60))

    town = load(store)

    assert [(one.name, one.actions.summary.count, one.shared) for one in town.quarters] == [
        ("Centre", 0, 0), ("Est", 1, 1), ("Nord", 2, 1), ("Ouest", 0, 0), ("Sud", 0, 0),
    ]  # fmt: skip
    assert (town.actions.summary.count, town.actions.summary.progress, town.shared) == (2, Decimal(40), 1)
    assert line(town, "Nord").actions.summary.progress == Decimal(40)
    assert [(one.row.title, one.quarters) for one in town.shared_actions] == [("Aux deux", (est, nord))]
    assert town.held == 2


def test_an_action_that_names_its_quartier_and_a_qpv_is_not_the_others(store: Store) -> None:
    qpv, commune = place(store, "Roubaix-Tourcoing", "qpv_2024"), place(store, "Roubaix", "municipality")
    nord = place(store, "Nord")
    action(store, "À Nord", nord, qpv, commune)
    action(store, "Dans le QPV", qpv)
    action(store, "Partout")

    town = load(store)

    assert line(town, "Nord").actions.summary.count == 1
    assert town.unplaced.summary.count == 2
    # Each quartier keeps what says no more than the QPV or the town, never what another names for itself.
    assert kept(store, district=place(store, "Est")) == {"Dans le QPV", "Partout"}
    assert kept(store, district=nord) == {"À Nord", "Dans le QPV", "Partout"}


def test_a_place_inside_a_quartier_says_the_quartier(store: Store) -> None:
    school, sud = place(store, "Cité éducative Sud", "school"), place(store, "Sud")
    inside = place(store, "Nouveau Roubaix", "qpv_2024")
    action(store, "Au Nouveau Roubaix", inside)
    records.update(
        store, "territory", school, {"parents": (place(store, "Est"), place(store, "Roubaix", "municipality"))}
    )
    action(store, "À l’école", sud, school)

    town = load(store)

    assert line(town, "Sud").actions.summary.count == 2
    assert line(town, "Est").actions.summary.count == 0
    assert kept(store, sud) == {"Au Nouveau Roubaix", "À l’école"}


def test_what_is_shared_and_what_is_of_no_quartier_can_be_listed(store: Store) -> None:
    nord, est = place(store, "Nord"), place(store, "Est")
    action(store, "À Nord", nord)
    action(store, "Aux deux", nord, est)
    action(store, "À la ville", place(store, "Roubaix", "municipality"))
    action(store, "Nulle part")

    assert kept(store, SHARED) == {"Aux deux"}
    assert kept(store, NO_QUARTER) == {"À la ville", "Nulle part"}
    assert kept(store, SHARED, NO_QUARTER) == {"Aux deux", "À la ville", "Nulle part"}
    assert kept(store, est) == {"Aux deux"}


def test_sql_and_python_place_a_row_alike(store: Store) -> None:
    with store.read() as connection:
        known = quarters.load_quarters(connection)
        territories = [row.id for row in records.listing(connection, "territory")]
    named = [tuple(territories[first::step]) for step in (7, 11, 19) for first in range(0, step, 3)]
    made = {action(store, f"Action {number}", *places): places for number, places in enumerate(named)}
    with store.read() as connection:
        links = plan.ACTION.link_tables["territories"]
        found = dict(connection.execute(known.masks(links)).all())
        for row, places in made.items():
            assert found.get(row, 0) == known.mask_of(places)
    for number, district in enumerate(known.ids):
        mine = {f"Action {at}" for at, places in enumerate(named) if known.mask_of(places) >> number & 1}
        assert kept(store, district) == mine
        assert mine <= kept(store, district=district)


# -- sums -------------------------------------------------------------------------------------------------------------


def test_the_matrix_and_the_states_are_those_of_the_plan(store: Store) -> None:
    nord, est = place(store, "Nord"), place(store, "Est")
    action(store, "Passée", nord, est, end=date(2026, 9, 1))
    action(store, "Bloquée", nord, blocking_point="Attend le bailleur")
    action(store, "Finie", nord, number=3, status="done", progress=Decimal(100))

    town = load(store)
    first, third = priority(store), priority(store, 3)

    assert dict(line(town, "Nord").actions.states) == {State.LATE: 1, State.BLOCKED: 1, State.DONE: 1}
    for quarter in (nord, est, ""):
        with store.read() as connection:
            sums = plan.summaries(connection, PlanFilter(today=TODAY, district=quarter))
        for number in (first, third):
            cell = town.matrix.get((number, quarter), NO_ACTIONS).summary
            assert cell == sums.get(number, NO_ACTIONS.summary)


def test_an_action_in_the_bin_counts_nowhere(store: Store) -> None:
    nord, est = place(store, "Nord"), place(store, "Est")
    structure = records.create(store, "organisation", {"name": "Maison des jeux"})
    row = action(store, "Aux deux", nord, est, promoter=structure)
    records.delete(store, "action", [row])

    town = load(store)

    assert (town.actions, town.shared, town.structures) == (NO_ACTIONS, 0, ())


# -- structures -------------------------------------------------------------------------------------------------------


def test_a_structure_is_at_work_where_its_actions_are(store: Store) -> None:
    nord, est = place(store, "Nord"), place(store, "Est")
    structure = records.create(store, "organisation", {"name": "Maison des jeux", "territories": (est,)})
    other = records.create(store, "organisation", {"name": "Atelier"})
    carried = action(store, "À Nord", nord, promoter=structure)
    helped = action(store, "À Est", est, promoter=other)
    for row in (carried, helped):
        records.create(store, "action_partner", {"action": row, "organisation": structure, "role": "animation"})

    town = load(store)

    assert [(one.name, one.quarters, one.actions) for one in town.structures] == [
        ("Maison des jeux", (est, nord), 2), ("Atelier", (est,), 1),
    ]  # fmt: skip
    assert (line(town, "Est").structures, line(town, "Nord").structures) == (2, 1)


# -- indicators -------------------------------------------------------------------------------------------------------


def indicator(store: Store, **given: object) -> str:
    known = {
        "title": "Parents accueillis",
        "nature": "output",
        "unit": "parents",
        "summable": True,
        "on_dashboard": True,
    }
    return records.create(store, "indicator", {**known, **given})


def measure(store: Store, of: str, where: str, value: int, year: int = 2026, **given: object) -> None:
    known = {"indicator": of, "territory": where, "year": year, "value": Decimal(value)}
    records.create(store, "measurement", {**known, **given})


def test_indicators_of_one_title_stand_on_one_line_and_add_up(store: Store) -> None:
    nord, est, sud = (place(store, name) for name in ("Nord", "Est", "Sud"))
    mine, theirs = indicator(store), indicator(store, title="parents accueillis ")
    measure(store, mine, nord, 40)
    measure(store, mine, sud, 15, year=2025)
    measure(store, theirs, est, 30, year=2024)
    measure(store, theirs, est, 35)
    other = indicator(store, unit="familles")
    measure(store, other, est, 12)

    first, second = load(store).indicators

    assert set(first.cells) == {nord, est, sud}
    assert {key: cell.measure.reading.value for key, cell in first.cells.items()} == {nord: 40, est: 35, sud: 15}
    assert (first.total.value, first.total.period, first.total.quarters) == (75, "2026", 2)
    assert first.cells[est].indicator == theirs
    assert second.ids == (other,)
    assert second.total is None


def test_what_does_not_add_up_is_not_added(store: Store) -> None:
    nord, est = place(store, "Nord"), place(store, "Est")
    share = indicator(store, summable=False)
    for where in (nord, est):
        measure(store, share, where, 40)
    quarters_ = indicator(store, title="Visites")
    measure(store, quarters_, nord, 4, period="1er trimestre 2026")
    measure(store, quarters_, est, 4)

    assert [one.total for one in load(store).indicators] == [None, None]


def test_the_value_of_the_commune_stands_beside_the_quartiers(store: Store) -> None:
    row = indicator(store)
    measure(store, row, place(store, "Nord"), 40)
    measure(store, row, place(store, "Roubaix", "municipality"), 900, year=2024)

    (found,) = load(store).indicators

    assert found.town is not None
    assert found.town.reading.value == 900


def test_an_indicator_is_awaited_where_it_is_measured_aimed_at_or_tied_to_an_action(store: Store) -> None:
    nord, est, sud = (place(store, name) for name in ("Nord", "Est", "Sud"))
    row = indicator(store, actions=(action(store, "À Sud", sud),))
    measure(store, row, nord, 40, year=2025)
    records.create(store, "target", {"indicator": row, "territory": est, "year": 2030, "low": Decimal(50)})
    aside = indicator(store, title="Hors du tableau de bord", on_dashboard=False)
    measure(store, aside, nord, 1, year=2020)

    town = load(store)

    kept_ = {name: line(town, name).kept for name in ("Nord", "Est", "Sud")}
    assert {name: (one.followed, one.missing) for name, one in kept_.items()} == dict.fromkeys(kept_, (1, 1))
    measure(store, row, sud, 12)
    town = load(store)
    assert (line(town, "Sud").kept.missing, town.kept.followed, town.kept.filled) == (0, 3, 1)


# -- what was received ------------------------------------------------------------------------------------------------


def test_conflicts_are_counted_where_they_wait(store: Store, tmp_path: Path) -> None:
    nord, est = place(store, "Nord"), place(store, "Est")
    row = action(store, "À Nord", nord)
    step = records.create(store, "step", {"action": row, "title": "Inviter"})
    both = action(store, "Aux deux", nord, est)
    with notebooks.start(tmp_path / "b.carnet", district="Nord", now=WallClock()) as other:
        exchange(store, other)
        for one, words in ((store, "ici"), (other, "là-bas")):
            records.update(one, "step", step, {"title": f"Inviter {words}"})
            records.update(one, "action", both, {"title": f"Aux deux, {words}"})
        exchange(other, store)

    town = load(store)

    assert (line(town, "Nord").conflicts, line(town, "Est").conflicts, line(town, "Sud").conflicts) == (2, 1, 0)
    assert town.conflicts == 2


def test_those_who_wrote_are_told_with_their_last_day(store: Store, tmp_path: Path) -> None:
    clock = WallClock()
    with notebooks.start(tmp_path / "b.carnet", district="Nord", now=clock) as other:
        action(other, "À Nord", place(other, "Nord"))
        clock.advance(days=3)
        last = action(other, "Encore", place(other, "Nord"))
        assert last
        exchange(other, store)
    action(store, "À Est", place(store, "Est"))

    with store.read() as connection:
        known = town_colleagues.colleagues(connection)
        received = town_colleagues.last_received(connection, quarters.load_quarters(connection))

    assert [(one.label, one.last.day, one.gestures, one.mine) for one in known] == [
        ("Chef de projet Nord", 5, 2, False), ("Coordination", 2, 1, True),
    ]  # fmt: skip
    assert received == {}


# -- examples ---------------------------------------------------------------------------------------------------------


def test_two_examples_meet_without_a_conflict_and_keep_to_their_quartier(store: Store, tmp_path: Path) -> None:
    for name in ("Est", "Sud"):
        path = tmp_path / f"{name}.carnet"
        with notebooks.start(path, district=name, example=True, now=WallClock()) as made:
            exchange(made, store)

    town = load(store)

    assert [(one.name, one.actions.summary.count) for one in town.quarters] == [
        ("Centre", 0), ("Est", 46), ("Nord", 0), ("Ouest", 0), ("Sud", 46),
    ]  # fmt: skip
    assert (town.actions.summary.count, town.shared, town.conflicts) == (92, 0, 0)
    named = [one.name for one in town.structures if "exemple" in one.name]
    assert len(named) == len(set(named)) > 10
    (line_,) = (one for one in town.indicators if one.title == "Personnes reçues aux permanences emploi")
    assert len(line_.cells) == 2
    assert line_.total is not None
    assert (line_.total.value, line_.total.qualifier, line_.total.quarters) == (636, "plus de", 2)
