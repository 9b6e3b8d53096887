"""The five quartiers side by side, and the town they make: what a coordinator looks at once everything has met.

An action of several quartiers counts in each of them and once in the town. Rules are those of the plan (state, mean
progress); SQL does the sums, in one reading of the actions.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from app.models.registry import ENTITIES
from app.services.queries.plan import (
    ACTION,
    STATE_ORDER,
    ActionRow,
    PriorityNode,
    Summary,
    fetch_rows,
    load_priorities,
    state_column,
)
from app.services.queries.quarters import Quarters, is_shared, load_quarters
from app.services.queries.town_colleagues import Received, conflicts_by_quarter, last_received
from app.services.queries.town_indicators import IndicatorLine, Kept, indicator_lines, kept_by_quarter
from app.services.queries.town_partners import Cover, Structure, cover_by_quarter, structures_at_work
from app.services.schedule import State

_A = ACTION.table
_LINKS = ACTION.link_tables["territories"]
#: Shared actions read at most: the plan lists them all.
MOST_SHARED = 200


@dataclass(frozen=True, slots=True)
class Actions:
    """The actions of a quartier, of a priority in it, of the town: their sums and how many are in each state."""

    summary: Summary
    states: Mapping[State, int]


@dataclass(frozen=True, slots=True)
class QuarterLine:
    """One quartier. `shared` of its actions are also another's; `structures` are at work in it."""

    id: str
    name: str
    actions: Actions
    shared: int
    structures: int
    cover: Cover
    kept: Kept
    conflicts: int
    received: Received | None


@dataclass(frozen=True, slots=True)
class SharedAction:
    """An action of several quartiers, named in their order."""

    row: ActionRow
    quarters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Town:
    """All that the view, the command line and the document show.

    `matrix` holds the actions of (priority, quartier), "" for no priority and for the whole town; no key, no action.
    `shared` and `unplaced` count actions once each. `conflicts` are those of the whole notebook.
    """

    quarters: tuple[QuarterLine, ...]
    actions: Actions
    shared: int
    unplaced: Actions
    priorities: tuple[PriorityNode, ...]
    matrix: Mapping[tuple[str, str], Actions]
    shared_actions: tuple[SharedAction, ...]
    structures: tuple[Structure, ...]
    kept: Kept
    indicators: tuple[IndicatorLine, ...]
    conflicts: int

    @property
    def held(self) -> int:
        """How many quartiers have actions here."""
        return sum(bool(line.actions.summary.count) for line in self.quarters)


NO_ACTIONS = Actions(Summary(0, None, 0, 0, 0), {})


def load_town(connection: Connection, *, today: date) -> Town:
    """The quartiers and the town, as things stand on `today`."""
    quarters = load_quarters(connection)
    groups = _groups(connection, quarters, today)
    structures = structures_at_work(connection, quarters)
    covers = cover_by_quarter(connection)
    indicators = indicator_lines(connection, quarters, today=today)
    kept = kept_by_quarter(indicators, quarters)
    received = last_received(connection, quarters)
    conflicts, waiting = conflicts_by_quarter(connection, quarters)
    lines = tuple(
        QuarterLine(
            row,
            name,
            _added(group for group in groups if group.mask >> place & 1),
            sum(group.actions for group in groups if group.mask >> place & 1 and group.mask & (group.mask - 1)),
            sum(row in structure.quarters for structure in structures),
            covers.get(row, Cover(0, 0)),
            kept[row],
            conflicts.get(row, 0),
            received.get(row),
        )
        for place, (row, name) in enumerate(zip(quarters.ids, quarters.names, strict=True))
    )
    priorities = load_priorities(connection)
    return Town(
        lines,
        _added(groups),
        sum(group.actions for group in groups if group.mask & (group.mask - 1)),
        _added(group for group in groups if not group.mask),
        priorities,
        _matrix(groups, quarters, {node.id for node in priorities}),
        _shared(connection, quarters, today),
        structures,
        kept[""],
        indicators,
        waiting,
    )


# -- actions ----------------------------------------------------------------------------------------------------------


class _Group(NamedTuple):
    """Actions of the same quartiers, priority and state: how many, how many have a progress, the sum of these."""

    mask: int
    priority: str
    state: str
    actions: int
    known: int
    progress: float


def _groups(connection: Connection, quarters: Quarters, today: date) -> list[_Group]:
    masks = quarters.masks(_LINKS).subquery()
    mask = func.coalesce(masks.c.mask, 0)
    state = state_column(today)
    query = (
        select(
            mask, func.coalesce(_A.c.priority, ""), state, func.count(), func.count(_A.c.progress),
            func.coalesce(func.sum(_A.c.progress + 0.0), 0.0),
        )
        .outerjoin(masks, masks.c.row == _A.c.id)
        .where(_A.c.deleted == 0)
        .group_by(mask, _A.c.priority, state)
    )  # fmt: skip
    return [_Group(*row) for row in connection.execute(query)]


def _added(groups: Iterable[_Group]) -> Actions:
    states: Counter[str] = Counter()
    known, total = 0, 0.0
    for group in groups:
        states[group.state] += group.actions
        known += group.known
        total += group.progress
    mean = Decimal(round(total / known)) if known else None
    summary = Summary(sum(states.values()), mean, states[State.LATE], states[State.BLOCKED], states[State.DONE])
    return Actions(summary, {state: states[state] for state in STATE_ORDER if states[state]})


def _matrix(groups: Iterable[_Group], quarters: Quarters, known: set[str]) -> dict[tuple[str, str], Actions]:
    cells: dict[tuple[str, str], list[_Group]] = defaultdict(list)
    for group in groups:
        priority = group.priority if group.priority in known else ""
        for row in (*quarters.of(group.mask), ""):
            cells[priority, row].append(group)
    return {cell: _added(of_cell) for cell, of_cell in cells.items()}


def _shared(connection: Connection, quarters: Quarters, today: date) -> tuple[SharedAction, ...]:
    """The first actions of several quartiers, in the order of the priorities."""
    priority = ENTITIES["priority"].table
    masks = quarters.masks(_LINKS).subquery()
    query = (
        select(_A.c.id, masks.c.mask)
        .join(masks, masks.c.row == _A.c.id)
        .outerjoin(priority, priority.c.id == _A.c.priority)
        .where(_A.c.deleted == 0, is_shared(masks.c.mask))
        .order_by(func.coalesce(priority.c.number, 99), _A.c.code, func.fold(_A.c.title), _A.c.id)
        .limit(MOST_SHARED)
    )
    found: dict[str, int] = dict(connection.execute(query).all())
    return tuple(SharedAction(row, quarters.of(found[row.id])) for row in fetch_rows(connection, list(found), today))
