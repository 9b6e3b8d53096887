"""What Accueil counts and lists."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from app.notebook.store import Store
from app.services import notebooks, records
from app.services.queries import home
from app.services.queries.home import Task
from tests.factories import WallClock

TODAY = date(2026, 9, 16)  # a Wednesday


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with notebooks.start(tmp_path / "essai.carnet", district="Est", now=WallClock()) as made:
        yield made


def first_priority(store: Store) -> str:
    with store.read() as connection:
        return min(records.listing(connection, "priority"), key=lambda one: one.values["number"]).id


def territory(store: Store, name: str) -> str:
    with store.read() as connection:
        query = "SELECT id FROM territory WHERE name = ? AND kind = 'district'"
        return connection.exec_driver_sql(query, (name,)).scalar_one()


def action(store: Store, title: str, **given: object) -> str:
    known = {"title": title, "priority": first_priority(store), "status": "running"}
    return records.create(store, "action", {**known, **given})


def step(store: Store, of: str, title: str, due: date | None, done: date | None = None) -> str:
    return records.create(store, "step", {"action": of, "title": title, "due": due, "done": done})


def tasks(store: Store, *, today: date = TODAY, district: str = "") -> list[Task]:
    with store.read() as connection:
        return home.tasks(connection, district=district, today=today)


def figures(store: Store, *, today: date = TODAY, district: str = "") -> home.Figures:
    with store.read() as connection:
        return home.figures(connection, district=district, today=today)


def blocked(store: Store, *, district: str = "") -> list[home.Blocked]:
    with store.read() as connection:
        return home.blocked(connection, district=district)


# -- à faire ----------------------------------------------------------------------------------------------------------


def test_a_new_notebook_asks_for_nothing(store: Store) -> None:
    assert tasks(store) == []


def test_the_oldest_comes_first_and_what_is_far_waits(store: Store) -> None:
    garden = action(store, "Jardin")
    step(store, garden, "Bientôt", date(2026, 9, 30))
    step(store, garden, "En retard", date(2026, 8, 1))
    step(store, garden, "Dans trente jours", date(2026, 10, 16))
    step(store, garden, "Plus loin", date(2026, 10, 17))
    step(store, garden, "Sans date", None)
    step(store, garden, "Faite", date(2026, 8, 1), date(2026, 8, 1))

    found = tasks(store)

    assert [task.title for task in found] == ["En retard", "Bientôt", "Dans trente jours"]
    assert {(task.kind, task.detail, task.priority, task.owner) for task in found} == {("step", "Jardin", 1, garden)}


def test_an_action_at_its_term_is_listed_unless_a_step_says_it(store: Store) -> None:
    alone = action(store, "Sans étape", end=date(2026, 9, 1))
    told = action(store, "Avec étape", end=date(2026, 9, 1))
    step(store, told, "Bilan", date(2026, 9, 2))

    assert [(task.kind, task.title, task.owner) for task in tasks(store)] == [
        ("action", "Sans étape", alone),
        ("step", "Bilan", told),
    ]


@pytest.mark.parametrize("status", ["done", "dropped"])
def test_nothing_is_asked_of_what_is_closed_or_thrown_away(store: Store, status: str) -> None:
    closed = action(store, "Close", status=status, end=date(2026, 9, 1))
    step(store, closed, "Étape", date(2026, 9, 1))
    gone = action(store, "Jetée", end=date(2026, 9, 1))
    step(store, gone, "Étape", date(2026, 9, 1))
    records.delete(store, "action", [gone])

    assert tasks(store) == []


def test_only_the_quartier_is_asked_about(store: Store) -> None:
    est, nord = territory(store, "Est"), territory(store, "Nord")
    action(store, "Ici", territories=(est,), end=date(2026, 9, 1))
    action(store, "Là", territories=(nord,), end=date(2026, 9, 1))

    assert [task.title for task in tasks(store, district=nord)] == ["Là"]
    assert len(tasks(store)) == 2


def test_the_groups_end_on_sunday(store: Store) -> None:
    def due(day: date) -> Task:
        return Task("step", "step", "x", day.isoformat(), "", None, day)

    days = [date(2026, 9, 15), TODAY, date(2026, 9, 20), date(2026, 9, 21)]
    without = Task("indicator", "indicator", "x", "", "", None, None)

    groups = home.by_moment([*map(due, days), without], TODAY)

    assert [task.due for task in groups["late"]] == [date(2026, 9, 15)]
    assert [task.due for task in groups["week"]] == [TODAY, date(2026, 9, 20)]
    assert [task.due for task in groups["later"]] == [date(2026, 9, 21), None]


def test_values_of_the_year_are_asked_for_in_autumn(store: Store) -> None:
    row = records.create(
        store, "indicator", {"title": "Parents accueillis", "nature": "output", "kind": "number", "on_dashboard": True}
    )
    autumn = date(2026, 10, 1)
    assert tasks(store) == []
    assert [(task.id, task.due) for task in tasks(store, today=autumn) if task.id == row] == [(row, date(2026, 12, 31))]

    records.create(store, "measurement", {"indicator": row, "year": 2026, "value": 12})

    assert [task for task in tasks(store, today=autumn) if task.id == row] == []


# -- figures ----------------------------------------------------------------------------------------------------------


def test_an_empty_plan_has_no_share(store: Store) -> None:
    found = figures(store)

    assert (found.plan.count, found.plan.progress, found.running) == (0, None, 0)
    assert found.punctuality.share is None
    assert found.punctual.change is None
    assert len(found.punctual.months) == 12
    assert found.punctual.months[-1] == TODAY


def test_steps_on_time_are_those_done_by_their_day(store: Store) -> None:
    garden = action(store, "Jardin")
    step(store, garden, "À temps", date(2026, 6, 1), date(2026, 6, 1))
    step(store, garden, "Tard", date(2026, 6, 1), date(2026, 6, 2))
    step(store, garden, "Pas faite", date(2026, 6, 1))
    step(store, garden, "À venir", date(2026, 12, 1), date(2026, 6, 1))
    step(store, garden, "Trop ancienne", date(2025, 9, 16), date(2025, 9, 16))

    found = figures(store).punctuality

    assert (found.on_time, found.due, found.share) == (1, 3, 33)


def test_the_running_ones_are_counted_in_the_quartier(store: Store) -> None:
    est, nord = territory(store, "Est"), territory(store, "Nord")
    action(store, "Ici", territories=(est,))
    action(store, "Là", territories=(nord,))
    action(store, "Finie", territories=(nord,), status="done")

    assert figures(store, district=nord).running == 1
    assert figures(store).running == 2


def test_the_months_begin_a_year_ago_whatever_the_day(store: Store) -> None:
    months = figures(store, today=date(2024, 2, 29)).punctual.months

    assert (months[0], months[-2], months[-1]) == (date(2023, 3, 31), date(2024, 1, 31), date(2024, 2, 29))


def test_progress_is_told_of_every_priority_even_empty(store: Store) -> None:
    action(store, "Un", progress=40)
    action(store, "Deux", progress=60)

    with store.read() as connection:
        found = home.progress_by_priority(connection, district="", today=TODAY)

    assert [line.number for line in found] == [1, 2, 3, 4, 5, 6]
    assert (found[0].summary.count, found[0].summary.progress) == (2, 50)
    assert (found[1].summary.count, found[1].summary.progress) == (0, None)


# -- what blocks ------------------------------------------------------------------------------------------------------


def test_what_blocks_is_told_by_its_first_line(store: Store) -> None:
    row = action(store, "Jardin", blocking_point="\n## **Terrain** pollué\n\nÉtude demandée en mai.")

    assert blocked(store) == [home.Blocked(row, "Jardin", 1, "Terrain pollué")]


def test_what_is_closed_thrown_away_or_free_blocks_nothing(store: Store) -> None:
    action(store, "Finie", blocking_point="Oui", status="done")
    records.delete(store, "action", [action(store, "Jetée", blocking_point="Oui")])
    action(store, "Libre")

    assert blocked(store) == []


def test_what_blocks_follows_the_priorities_then_the_titles(store: Store) -> None:
    with store.read() as connection:
        second = sorted(records.listing(connection, "priority"), key=lambda one: one.values["number"])[1].id
    action(store, "C", blocking_point="x", priority=second)
    action(store, "B", blocking_point="x")
    action(store, "A", blocking_point="x")

    assert [one.title for one in blocked(store)] == ["A", "B", "C"]


def test_what_blocks_elsewhere_is_not_shown(store: Store) -> None:
    est, nord = territory(store, "Est"), territory(store, "Nord")
    action(store, "Ici", blocking_point="x", territories=(est,))

    assert [one.title for one in blocked(store, district=est)] == ["Ici"]
    assert blocked(store, district=nord) == []


# -- example ----------------------------------------------------------------------------------------------------------


def test_a_notebook_without_example_says_so(store: Store) -> None:
    with store.read() as connection:
        assert not home.has_example(connection)


def test_the_figures_are_the_same_whatever_is_read_at_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    garden = action(store, "Jardin")
    for day in range(1, 8):
        done = date(2026, 9, day + day % 3)
        step(store, garden, f"Étape {day}", date(2026, 9, day), done)
    at_once = figures(store)

    monkeypatch.setattr(home, "STEPS_AT_ONCE", 2)

    assert figures(store) == at_once
    assert (at_once.punctuality.on_time, at_once.punctuality.due) == (2, 7)
