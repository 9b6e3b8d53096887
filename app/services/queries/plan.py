"""The plan d'actions: its order, its numbers, its filters, its rows and its sums.

The page asks for the order of ids once, then for the rows it shows; SQL does the sums.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, bindparam, case, func, literal, or_, select, text

from app.formatting import to_whole
from app.models.registry import ENTITIES
from app.notebook.clock import iso_of
from app.notebook.log import chunks, marks
from app.notebook.merge import roots_of_loops
from app.notebook.search import match_expression
from app.services.queries.quarters import named_by
from app.services.queries.scope import scope_of, within
from app.services.schedule import CLOSED, WAITING, State, state_of

ACTION = ENTITIES["action"]
OBJECTIVE = ENTITIES["objective"]
PRIORITY = ENTITIES["priority"]
_A = ACTION.table
_LAST = "~"  # sorts after every fractional key
# Plain SQL: a screen of rows is read at every key of the filter, and composing these selects took half of its time.
_SHOWN = """
SELECT a.id, a.code, a.title, a.status, a.progress, a.start, a."end", a.kind, a.priority, a.objective, a.promoter,
    a.lead, a.updated_at, a.example, a.blocking_point, o.name
FROM action a LEFT JOIN organisation o ON o.id = a.promoter WHERE a.id IN ({})"""
_STEPS_OF = "SELECT action, count(done), count(*) FROM step WHERE deleted = 0 AND action IN ({}) GROUP BY action"
_TERRITORIES_OF = """
SELECT l.row, coalesce(t.short_name, t.name) FROM action_territories l JOIN territory t ON t.id = l.target
WHERE l.row IN ({}) ORDER BY t.kind, t.name"""

#: States in the order they ask for attention.
STATE_ORDER = (
    State.LATE, State.BLOCKED, State.RUNNING, State.PLANNED, State.SUSPENDED, State.IDEA, State.DONE, State.DROPPED,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PlanFilter:
    """Empty sets keep everything. `states`: schedule.State; `territories`: ids, quarters.SHARED or NO_QUARTER."""

    today: date
    district: str = ""
    text: str = ""
    priorities: frozenset[str] = frozenset()
    states: frozenset[str] = frozenset()
    territories: frozenset[str] = frozenset()
    promoters: frozenset[str] = frozenset()
    themes: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    deleted: bool = False

    @property
    def is_narrow(self) -> bool:
        """True when something beyond the quartier is filtered."""
        return bool(
            self.text.strip() or self.priorities or self.states or self.territories or self.promoters or self.themes
            or self.kinds
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class PriorityNode:
    id: str
    number: int
    title: str
    short_title: str

    @property
    def key(self) -> str:
        """`P3`: the key of its colours."""
        return f"P{self.number}"


@dataclass(frozen=True, slots=True)
class ObjectiveNode:
    id: str
    title: str
    number: str
    level: str
    parent: str | None
    priority: str


@dataclass(frozen=True, slots=True)
class Entry:
    """An action in the order of the plan; `number` is its place in the tree (2.3.1)."""

    id: str
    priority: str
    objective: str | None
    number: str


@dataclass(frozen=True, slots=True)
class Plan:
    """The skeleton of the plan of a quartier: every live action in order, and the tree above them."""

    priorities: tuple[PriorityNode, ...]
    objectives: tuple[ObjectiveNode, ...]
    entries: tuple[Entry, ...]
    numbers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ActionRow:
    """What a table, a card or a bar shows of an action."""

    id: str
    code: str
    title: str
    status: str
    state: State
    progress: Decimal | None
    start: date | None
    end: date | None
    kind: str
    priority: str
    objective: str
    promoter: str
    promoter_name: str
    lead: str
    territories: tuple[str, ...]
    steps_done: int
    steps_total: int
    updated_at: str
    example: bool


@dataclass(frozen=True, slots=True)
class Summary:
    """The sums of a group: how many actions, their mean progress (points of percent), how many wait for somebody."""

    count: int
    progress: Decimal | None
    late: int
    blocked: int
    done: int


def load_plan(connection: Connection, district: str = "") -> Plan:
    """The skeleton of the plan of a quartier (or of the town), numbered.

    Objectives that belong to the logframe of a scheme show only when an action hangs under them.
    """
    scope = scope_of(connection, district)
    priorities = load_priorities(connection)
    conditions = [_A.c.deleted == 0]
    if (inside := within(ACTION, scope)) is not None:
        conditions.append(inside)
    rows = connection.execute(
        select(_A.c.id, _A.c.priority, _A.c.objective)
        .where(*conditions)
        .order_by(func.coalesce(_A.c.order, _LAST), _A.c.code, _A.c.title, _A.c.id)
    ).all()
    return _numbered(priorities, _load_objectives(connection), [tuple(row) for row in rows])


def load_priorities(connection: Connection) -> tuple[PriorityNode, ...]:
    """The thematic priorities in their order."""
    table = PRIORITY.table
    rows = connection.execute(
        select(table.c.id, table.c.number, table.c.title, table.c.short_title)
        .where(table.c.deleted == 0)
        .order_by(table.c.number, table.c.title)
    )
    return tuple(
        PriorityNode(row, number or 0, title or "", short or title or "") for row, number, title, short in rows
    )


def load_tree(connection: Connection, used: Iterable[str]) -> tuple[ObjectiveNode, ...]:
    """The objectives of the plan, numbered, from the top down; `used` are those that actions hang under."""
    hanging = [("", None, objective) for objective in used]
    return _numbered(load_priorities(connection), _load_objectives(connection), hanging).objectives


def matching(connection: Connection, kept: PlanFilter) -> list[str]:
    """The ids of the actions the filter keeps, in no order."""
    return list(connection.scalars(select(_A.c.id).where(*conditions(connection, kept))))


def ordered(connection: Connection, kept: PlanFilter, column: str, *, descending: bool = False) -> list[str]:
    """The ids of the actions the filter keeps, sorted by a column of `SORTS`; empty values come last."""
    key = SORTS[column](kept)
    query = select(_A.c.id).where(*conditions(connection, kept))
    # « IS NULL » beside the key would have SQLite work the key out twice a row.
    sorted_key = (key.desc() if descending else key.asc()).nulls_last()
    return [row for (row,) in narrow(connection, query.order_by(sorted_key, func.coalesce(_A.c.order, _LAST), _A.c.id))]


def fetch_rows(connection: Connection, ids: Sequence[str], today: date) -> list[ActionRow]:
    """The rows of `ids`, in that order; those that no longer exist are left out."""
    found: dict[str, ActionRow] = {}
    for some in chunks(ids):
        territories: dict[str, list[str]] = defaultdict(list)
        for row, name in driver_rows(connection, _TERRITORIES_OF.format(marks(some)), some):
            territories[row].append(name or "")
        steps = {row: counts for row, *counts in driver_rows(connection, _STEPS_OF.format(marks(some)), some)}
        for row, code, title, status, *rest in driver_rows(connection, _SHOWN.format(marks(some)), some):
            progress, start, end, kind, priority, objective, promoter, lead, updated, example, blocked, name = rest
            done, total = steps.get(row, (0, 0))
            last = _day(end)
            found[row] = ActionRow(
                row, code or "", title or "", status or "", state_of(status, last, blocked, today),
                None if progress is None else Decimal(progress), _day(start), last, kind or "", priority or "",
                objective or "", promoter or "", name or "", lead or "", tuple(territories.get(row, ())), done, total,
                iso_of(updated), bool(example),
            )  # fmt: skip
    return [found[row] for row in ids if row in found]


def summaries(connection: Connection, kept: PlanFilter, by: str = "priority") -> dict[str, Summary]:
    """The sums of the actions the filter keeps, by `priority`, `objective` or `status`; "" for those without."""
    # Not the bare column: by its index, rows are met in the disorder of the file, at half the speed.
    key = func.coalesce(_A.c[by], "")
    query = select(key, *_sums(kept.today)).where(*conditions(connection, kept)).group_by(key)
    return {group: _summary(sums) for group, *sums in connection.execute(query)}


def summary(connection: Connection, kept: PlanFilter) -> Summary:
    """The sums of all the actions the filter keeps."""
    sums = connection.execute(select(*_sums(kept.today)).where(*conditions(connection, kept))).one()
    return _summary(list(sums))


def state_column(today: date) -> ColumnElement[str]:
    """The SQL of schedule.state_of."""
    return case(
        (_A.c.status.in_(CLOSED), _A.c.status),
        (func.coalesce(_A.c.blocking_point, "") != "", literal(State.BLOCKED.value)),
        (and_(func.coalesce(_A.c.status, "planned").in_(WAITING), _A.c.end < today.isoformat()), State.LATE.value),
        (_A.c.status.in_([state.value for state in State]), _A.c.status),
        else_=State.PLANNED.value,
    )


def conditions(connection: Connection, kept: PlanFilter) -> list[ColumnElement[bool]]:
    """The SQL conditions of a filter."""
    found: list[ColumnElement[bool]] = [_A.c.deleted == int(kept.deleted)]
    inside = within(ACTION, scope_of(connection, kept.district))
    if inside is not None:
        found.append(inside)
    if (typed := match_expression(kept.text)) != "":
        found.append(or_(_A.c.id.in_(searched("action", typed)), _A.c.promoter.in_(searched("organisation", typed))))
    for column, wanted in ((_A.c.priority, kept.priorities), (_A.c.promoter, kept.promoters), (_A.c.kind, kept.kinds)):
        if wanted:
            found.append(column.in_(wanted))
    if kept.states:
        found.append(state_column(kept.today).in_(kept.states))
    if kept.territories:
        found.append(named_by(connection, ACTION, kept.territories))
    if kept.themes:
        links = ACTION.link_tables["themes"]
        found.append(_A.c.id.in_(select(links.c.row).where(links.c.target.in_(kept.themes))))
    return found


def _promoter_name(kept: PlanFilter) -> Any:
    organisation = ENTITIES["organisation"].table
    return select(func.fold(organisation.c.name)).where(organisation.c.id == _A.c.promoter).scalar_subquery()


def _state_rank(kept: PlanFilter) -> Any:
    ranks = {state.value: rank for rank, state in enumerate(STATE_ORDER)}
    return case(ranks, value=state_column(kept.today), else_=len(ranks))


#: What a table can be sorted by.
SORTS: dict[str, Callable[[PlanFilter], Any]] = {
    "title": lambda kept: func.fold(_A.c.title),
    "code": lambda kept: _A.c.code,
    "state": _state_rank,
    "progress": lambda kept: _A.c.progress + 0.0,
    "start": lambda kept: _A.c.start,
    "end": lambda kept: _A.c.end,
    "kind": lambda kept: _A.c.kind,
    "lead": lambda kept: func.fold(_A.c.lead),
    "promoter": _promoter_name,
    "updated_at": lambda kept: _A.c.updated_at,
}


def searched(entity: str, typed: str) -> Any:
    """A select of the ids of the rows of `entity` in which every word typed is found."""
    return text(
        "SELECT r.row FROM search s JOIN search_row r ON r.n = s.rowid WHERE search MATCH :typed AND r.entity = :kind"
    ).bindparams(bindparam("typed", typed, unique=True), bindparam("kind", entity, unique=True))


def narrow(connection: Connection, query: Any, made: Callable[[Any], Any] | None = None) -> list[Any]:
    """The rows of a select as the driver gives them: on 20,000 narrow rows, making each a Row costs half the time."""
    compiled = query.compile(connection, compile_kwargs={"render_postcompile": True})
    rows = driver_rows(connection, str(compiled), [compiled.params[key] for key in compiled.positiontup or ()])
    return rows if made is None else list(map(made, rows))


def driver_rows(connection: Connection, query: str, parameters: Sequence[Any]) -> list[Any]:
    cursor = connection.connection.cursor()
    try:
        cursor.execute(query, parameters)
        return list(cursor.fetchall())
    finally:
        cursor.close()


def _sums(today: date) -> list[Any]:
    state = state_column(today)

    def count(wanted: State) -> Any:
        return func.coalesce(func.sum(case((state == wanted.value, 1), else_=0)), 0)

    return [func.count(), func.avg(_A.c.progress + 0.0), count(State.LATE), count(State.BLOCKED), count(State.DONE)]


def _summary(sums: Sequence[Any]) -> Summary:
    count, progress, late, blocked, done = sums
    return Summary(count, None if progress is None else to_whole(progress), late, blocked, done)


def _load_objectives(connection: Connection) -> list[dict[str, Any]]:
    table = OBJECTIVE.table
    query = (
        select(
            table.c.id,
            table.c.title,
            table.c.level,
            table.c.parent,
            table.c.priority,
            table.c.scheme,
            table.c.updated_at,
        )
        .where(table.c.deleted == 0)
        .order_by(func.coalesce(table.c.order, _LAST), table.c.title, table.c.id)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def _numbered(
    priorities: Sequence[PriorityNode], objectives: list[dict[str, Any]], actions: list[tuple[Any, ...]]
) -> Plan:
    """Give each shown objective and each action its place in the tree."""
    by_id = {row["id"]: row for row in objectives}
    links = {
        row["id"]: (row["parent"], (row["updated_at"], row["id"].encode()))
        for row in objectives
        if row["parent"] in by_id
    }
    roots = roots_of_loops(links)
    parents = {row: parent for row, (parent, _) in links.items() if row not in roots}
    used = _with_ancestors({objective for _, _, objective in actions if objective in by_id}, parents)
    shown = [row for row in objectives if row["id"] in used or not row["scheme"]]

    under: dict[str, list[dict[str, Any]]] = defaultdict(list)
    known = {priority.id for priority in priorities}
    for row in shown:
        home = parents.get(row["id"]) or (row["priority"] if row["priority"] in known else "")
        under[home].append(row)
    of: dict[str, list[tuple[str, str, str | None]]] = defaultdict(list)
    for action, priority, objective in actions:
        home = objective if objective in used else (priority if priority in known else "")
        of[home].append((action, priority or "", objective))

    nodes: list[ObjectiveNode] = []
    entries: list[Entry] = []

    def walk(home: str, number: str, priority: str) -> None:
        prefix = f"{number}." if number else ""
        place = 0
        for row in under.get(home, ()):
            place += 1
            own = f"{prefix}{place}"
            nodes.append(
                ObjectiveNode(row["id"], row["title"] or "", own, row["level"] or "", parents.get(row["id"]), priority)
            )
            walk(row["id"], own, priority)
        for action, own_priority, objective in of.get(home, ()):
            place += 1
            entries.append(Entry(action, priority or own_priority, objective, f"{prefix}{place}"))

    for node in priorities:
        walk(node.id, str(node.number), node.id)
    walk("", "", "")
    return Plan(tuple(priorities), tuple(nodes), tuple(entries), {entry.id: entry.number for entry in entries})


def _with_ancestors(rows: set[str], parents: Mapping[str, str]) -> set[str]:
    found: set[str] = set()
    for start in rows:
        row: str | None = start
        while row is not None and row not in found:
            found.add(row)
            row = parents.get(row)
    return found


def _day(stored: str | None) -> date | None:
    return date.fromisoformat(stored) if stored else None
