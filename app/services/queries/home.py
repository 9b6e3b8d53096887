"""The page Accueil: what waits for somebody, how the plan goes, what was done lately."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Integer, Join, and_, case, func, literal_column, or_, select

from app.models.registry import ENTITIES
from app.services.queries.plan import ACTION, PlanFilter, Summary, load_priorities, narrow, summaries, summary
from app.services.queries.scope import scope_of, within
from app.services.schedule import CLOSED, WAITING, Punctuality, week_end

_A = ACTION.table
_STEP = ENTITIES["step"].table
_INDICATOR = ENTITIES["indicator"].table
_MEASUREMENT = ENTITIES["measurement"].table

#: How far ahead « Plus tard » looks, in days.
HORIZON = 30
TREND_MONTHS = 12
#: Steps read in one go: a few hundredths of a second.
STEPS_AT_ONCE = 10_000


class Task(NamedTuple):
    """A thing to do: what, on which record, by when. `kind`: step, action, indicator.

    A tuple rather than a dataclass: a large notebook has thousands of them, made four times faster.
    """

    kind: str
    entity: str
    id: str
    title: str
    detail: str
    priority: int | None
    due: date | None
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Blocked:
    """An action that something blocks; `point` is the first line of what was written of it."""

    id: str
    title: str
    priority: int | None
    point: str


@dataclass(frozen=True, slots=True)
class PriorityProgress:
    id: str
    number: int
    title: str
    summary: Summary


@dataclass(frozen=True, slots=True)
class Trend:
    """A figure month after month, oldest first; None where nothing can be said."""

    months: tuple[date, ...]
    values: tuple[int | None, ...]

    @property
    def change(self) -> int | None:
        """Points between the first and the last month that have a value."""
        known = [value for value in self.values if value is not None]
        return known[-1] - known[0] if len(known) > 1 else None


@dataclass(frozen=True, slots=True)
class Figures:
    """The four figures at the top. Shares in percent."""

    plan: Summary
    steps_done: Trend
    punctuality: Punctuality
    punctual: Trend
    running: int
    indicators_filled: int
    indicators_followed: int


class StepsOfDay(NamedTuple):
    """`steps` due on the same day and done on the same day: `settled` is when both had come, None when not done."""

    due: str
    settled: str | None
    on_time: bool
    steps: int


def tasks(connection: Connection, *, district: str, today: date, horizon: int = HORIZON) -> list[Task]:
    """Everything late, due this week or within `horizon` days, the oldest first; indicators to fill come last."""
    until = today + timedelta(days=horizon)
    return in_order(
        step_tasks(connection, district=district, until=until),
        action_tasks(connection, district=district, until=until),
        indicator_tasks(connection, today),
    )


def in_order(steps: Sequence[Task], actions: Sequence[Task], indicators: Sequence[Task]) -> list[Task]:
    """The tasks as a list is read. An action whose late step is listed already says what to do about it."""
    with_step = {task.owner for task in steps}
    found = [*steps, *(task for task in actions if task.owner not in with_step)]
    found.sort(key=lambda task: (task.due or date.max, task.title))
    return [*found, *indicators]


def step_tasks(connection: Connection, *, district: str, until: date) -> list[Task]:
    """The steps not done and due by `until`, on actions that still wait for something."""
    priority = ENTITIES["priority"].table
    rows = narrow(
        connection,
        select(_STEP.c.id, _STEP.c.title, _STEP.c.due, _A.c.id, _A.c.title, priority.c.number)
        .join(_A, _A.c.id == _STEP.c.action)
        .outerjoin(priority, priority.c.id == _A.c.priority)
        .where(
            _STEP.c.deleted == 0, _STEP.c.done.is_(None), _STEP.c.due.is_not(None), _STEP.c.due <= until.isoformat(),
            _A.c.deleted == 0, func.coalesce(_A.c.status, "").not_in(CLOSED), *_inside(connection, district),
        ),
    )  # fmt: skip
    return [
        Task("step", "step", row, title or "", action_title or "", number, date.fromisoformat(due), action)
        for row, title, due, action, action_title, number in rows
    ]


def action_tasks(connection: Connection, *, district: str, until: date) -> list[Task]:
    """The actions to launch or running whose échéance comes by `until`."""
    priority = ENTITIES["priority"].table
    rows = narrow(
        connection,
        select(_A.c.id, _A.c.title, _A.c.end, priority.c.number)
        .outerjoin(priority, priority.c.id == _A.c.priority)
        .where(
            _A.c.deleted == 0, _A.c.end.is_not(None), _A.c.end <= until.isoformat(),
            func.coalesce(_A.c.status, "planned").in_(WAITING), *_inside(connection, district),
        ),
    )  # fmt: skip
    return [
        Task("action", "action", row, title or "", "Échéance de l’action", number, date.fromisoformat(end), row)
        for row, title, end, number in rows
    ]


def blocked(connection: Connection, *, district: str) -> list[Blocked]:
    """The actions that a blocking point holds, in the order of the priorities."""
    priority = ENTITIES["priority"].table
    rows = connection.execute(
        select(_A.c.id, _A.c.title, priority.c.number, _A.c.blocking_point)
        .outerjoin(priority, priority.c.id == _A.c.priority)
        .where(
            _A.c.deleted == 0, func.coalesce(_A.c.blocking_point, "") != "",
            func.coalesce(_A.c.status, "").not_in(CLOSED), *_inside(connection, district),
        )
        .order_by(func.coalesce(priority.c.number, 99), _A.c.title, _A.c.id)
    )  # fmt: skip
    return [Blocked(row, title or "", number, _first_line(point)) for row, title, number, point in rows]


def progress_by_priority(connection: Connection, *, district: str, today: date) -> list[PriorityProgress]:
    """Mean progress of the actions of each priority, in the order of the contract."""
    sums = summaries(connection, PlanFilter(today=today, district=district))
    empty = Summary(0, None, 0, 0, 0)
    return [
        PriorityProgress(node.id, node.number, node.short_title, sums.get(node.id, empty))
        for node in load_priorities(connection)
    ]


def figures(connection: Connection, *, district: str, today: date) -> Figures:
    """The four figures and their trends over the last twelve months."""
    plan = summary(connection, PlanFilter(today=today, district=district))
    steps: list[StepsOfDay] = []
    start: int | None = 0
    while start is not None:
        found, start = steps_by_day(connection, district=district, start=start)
        steps += found
    return figures_of(connection, plan, steps, district=district, today=today)


def figures_of(
    connection: Connection, plan: Summary, steps: Sequence[StepsOfDay], *, district: str, today: date
) -> Figures:
    """The figures, from the sums of the plan and its steps by day."""
    months = _months(today)
    due = _Calendar((of.due, of.steps) for of in steps)
    settled = _Calendar((of.settled, of.steps) for of in steps if of.settled is not None)
    on_time = _Calendar((of.due, of.steps) for of in steps if of.on_time)
    followed, filled = _followed(connection, today)
    running = select(func.count()).select_from(_A).where(_A.c.deleted == 0, _A.c.status == "running")
    return Figures(
        plan,
        _steps_done(due, settled, months),
        _punctuality(due, on_time, today - timedelta(days=365), today),
        Trend(months, tuple(_punctuality(due, on_time, end - timedelta(days=92), end).share for end in months)),
        connection.execute(running.where(*_inside(connection, district))).scalar_one(),
        filled,
        followed,
    )


def horizon_of(today: date) -> date:
    """The last day that « Plus tard » looks at."""
    return today + timedelta(days=HORIZON)


def has_example(connection: Connection) -> bool:
    """True while rows of the example are left."""
    return any(
        connection.execute(
            select(declared.table.c.id).where(declared.table.c.example == 1, declared.table.c.deleted == 0).limit(1)
        ).first()
        for declared in (ENTITIES["action"], ENTITIES["organisation"], ENTITIES["indicator"])
    )


def by_moment(found: Sequence[Task], today: date) -> dict[str, list[Task]]:
    """The tasks in groups: « late », « week », « later »."""
    groups: dict[str, list[Task]] = {"late": [], "week": [], "later": []}
    for task in found:
        if task.due is None:
            groups["later"].append(task)
        elif task.due < today:
            groups["late"].append(task)
        else:
            groups["week" if task.due <= week_end(today) else "later"].append(task)
    return groups


def _first_line(text: str) -> str:
    """The first line of a Markdown text that says something, without its marks."""
    lines = (line.strip().lstrip("#>-*").replace("**", "").strip() for line in text.splitlines())
    return next((line for line in lines if line), "")


def _inside(connection: Connection, district: str) -> list[ColumnElement[bool]]:
    condition = within(ACTION, scope_of(connection, district))
    return [] if condition is None else [condition]


def _months(today: date) -> tuple[date, ...]:
    """The last day of each of the twelve last months, then today."""
    found = [today]
    first = today.replace(day=1)
    for _ in range(TREND_MONTHS - 1):
        last = first - timedelta(days=1)
        found.append(last)
        first = last.replace(day=1)
    return tuple(reversed(found))


def steps_by_day(connection: Connection, *, district: str, start: int) -> tuple[list[StepsOfDay], int | None]:
    """The live steps that have an échéance, added up, from the place `start` in the table (0: its beginning).

    Read once for all the months of the trends, a part at a time: answers also where the next begins, None at the end.
    """
    place = literal_column("step.rowid", Integer)
    last = connection.execute(select(func.max(place)).select_from(_STEP)).scalar_one() or 0
    settled = case((_STEP.c.done.is_not(None), func.max(_STEP.c.due, _STEP.c.done)))
    on_time = func.coalesce(_STEP.c.done <= _STEP.c.due, False)
    rows = connection.execute(
        select(_STEP.c.due, settled, on_time, func.count())
        .select_from(_live_steps())
        .where(
            place.between(start, start + STEPS_AT_ONCE - 1),
            _STEP.c.deleted == 0, _STEP.c.due.is_not(None), *_inside(connection, district),
        )
        .group_by(_STEP.c.due, settled, on_time)
    )  # fmt: skip
    found = [StepsOfDay(due, settled, bool(on_time), count) for due, settled, on_time, count in rows]
    return found, start + STEPS_AT_ONCE if start + STEPS_AT_ONCE <= last else None


class _Calendar:
    """Counts by day (ISO), asked how many there were up to a date: added up once, however many dates are asked."""

    def __init__(self, counts: Iterable[tuple[str, int]]) -> None:
        by_day: dict[str, int] = defaultdict(int)
        for day, count in counts:
            by_day[day] += count
        self._days = sorted(by_day)
        self._sums = list(accumulate((by_day[day] for day in self._days), initial=0))

    def until(self, day: date) -> int:
        return self._sums[bisect_right(self._days, day.isoformat())]


def _steps_done(due: _Calendar, settled: _Calendar, months: Sequence[date]) -> Trend:
    """The share of the steps due at the end of each month that were done by then."""
    shares = [(settled.until(end), due.until(end)) for end in months]
    return Trend(tuple(months), tuple(round(100 * done / known) if known else None for done, known in shares))


def _punctuality(due: _Calendar, on_time: _Calendar, start: date, end: date) -> Punctuality:
    """Of the steps due between `start` and `end`, how many were done by their date."""
    return Punctuality(on_time.until(end) - on_time.until(start), due.until(end) - due.until(start))


def _live_steps() -> Join:
    return _STEP.join(_A, and_(_A.c.id == _STEP.c.action, _A.c.deleted == 0, _A.c.status.is_not("dropped")))


def _followed(connection: Connection, today: date) -> tuple[int, int]:
    """Indicators of the dashboard, and those of them that have a value for this year."""
    filled = (
        select(_MEASUREMENT.c.indicator)
        .where(_MEASUREMENT.c.deleted == 0, _MEASUREMENT.c.year == today.year, _has_value())
        .distinct()
    )
    on_dashboard = and_(_INDICATOR.c.deleted == 0, _INDICATOR.c.on_dashboard == 1)
    row = connection.execute(
        select(func.count(), func.coalesce(func.sum(case((_INDICATOR.c.id.in_(filled), 1), else_=0)), 0))
        .select_from(_INDICATOR)
        .where(on_dashboard)
    ).one()
    return row[0], row[1]


def indicator_tasks(connection: Connection, today: date) -> list[Task]:
    """Indicators of the dashboard without a value for this year, once the year is well begun."""
    if today.month < 10:
        return []
    priority = ENTITIES["priority"].table
    filled = select(_MEASUREMENT.c.indicator).where(
        _MEASUREMENT.c.deleted == 0, _MEASUREMENT.c.year == today.year, _has_value()
    )
    rows = connection.execute(
        select(_INDICATOR.c.id, _INDICATOR.c.title, _INDICATOR.c.responsible, priority.c.number)
        .outerjoin(priority, priority.c.id == _INDICATOR.c.priority)
        .where(_INDICATOR.c.deleted == 0, _INDICATOR.c.on_dashboard == 1, _INDICATOR.c.id.not_in(filled))
        .order_by(priority.c.number, _INDICATOR.c.title)
    )
    due = date(today.year, 12, 31)
    return [
        Task("indicator", "indicator", row, title or "", responsible or "Valeur de l’année à saisir", number, due, row)
        for row, title, responsible, number in rows
    ]


def _has_value() -> ColumnElement[bool]:
    columns = (_MEASUREMENT.c.value, _MEASUREMENT.c.low, _MEASUREMENT.c.text)
    return or_(*(column.is_not(None) for column in columns), _MEASUREMENT.c.masked == 1)
