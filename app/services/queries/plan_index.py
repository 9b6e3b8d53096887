"""The plan d'actions held in memory as its page walks it: the place, the state and the progress of every action.

One select reads six narrow columns of each action in order; filtering, grouping and adding up then cost no query but
that of the words typed. Rows themselves are read by `plan.fetch_rows`, a screen at a time.
"""

from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, func, select

from app.formatting import fold, to_whole
from app.models.registry import ENTITIES
from app.notebook.log import chunks
from app.notebook.search import match_expression
from app.services.queries.plan import (
    ObjectiveNode,
    PlanFilter,
    PriorityNode,
    Summary,
    driver_rows,
    load_priorities,
    load_tree,
    matching,
    narrow,
    state_column,
)
from app.services.queries.scope import Scope, rows_elsewhere, scope_of, within
from app.services.schedule import State

_ACTION = ENTITIES["action"]
_A = _ACTION.table

#: What the rows can be gathered by.
GROUPINGS = ("priority", "objective", "state", "promoter")

#: Past so many actions changed at once, reading the plan again costs less than following each.
MOST_FOLLOWED = 4_000

_first = itemgetter(0)

# Actions and structures in one reading of the index: two would cost twice.
_NAMED = """
SELECT r.row FROM search s JOIN search_row r ON r.n = s.rowid
WHERE search MATCH ? AND r.entity IN ('action', 'organisation')"""

#: (id, priority, objective, promoter, state, progress in points of percent or None, order key)
Line = tuple[str, str | None, str | None, str | None, str, float | None, str]
_PRIORITY, _OBJECTIVE, _PROMOTER, _STATE, _PROGRESS, _ORDER = 1, 2, 3, 4, 5, 6


@dataclass(frozen=True, slots=True)
class Gathered:
    """Actions that share a priority, an objective, a state or a promoter: `key` is its id or code, "" for none."""

    key: str
    ids: tuple[str, ...]
    summary: Summary
    children: tuple["Gathered", ...] = ()


class PlanIndex:
    """Every live action of a quartier in the order of the plan. Made by `load_index`, kept up to date by `follow`."""

    def __init__(
        self, priorities: Sequence[PriorityNode], objectives: Sequence[ObjectiveNode], lines: Iterable[Line]
    ) -> None:
        """`lines` come in the order of their keys; an action whose priority or objective is unknown stands last."""
        self.priorities = {node.id: node for node in priorities}
        self.objectives = {node.id: node for node in objectives}
        self._under: dict[str, list[ObjectiveNode]] = defaultdict(list)
        for node in objectives:
            self._under[node.parent or node.priority].append(node)
        self._of: dict[str, list[Line]] = defaultdict(list)
        known = self.objectives.keys() | self.priorities.keys()
        for line in lines:
            home = line[_OBJECTIVE] if line[_OBJECTIVE] in self.objectives else line[_PRIORITY]
            self._of[home if home in known and home else ""].append(line)
        self._places: dict[str, dict[str, str]] = {}
        # Action → what it hangs under, its place there. Made when first asked.
        self._homes: dict[str, tuple[str, int]] = {}
        self._branches: dict[str, list[Line]] = {}
        self._walked: list[Line] = []
        # Asked several times for what is listed: by the status bar, the groups, the badge.
        self._summed: tuple[Container[str] | None, Summary] | None = None
        # Made at the first words typed: structure → actions it carries; every action.
        self._carried: dict[str, list[str]] = {}
        self._known: frozenset[str] = frozenset()
        self._walk()

    def __len__(self) -> int:
        return sum(map(len, self._of.values()))

    def ids(self) -> list[str]:
        """Every action, in the order of the plan."""
        return _ids(self._walked)

    def follow(self, rows: Iterable[str], fresh: Mapping[str, Line]) -> bool:
        """Take in what changed in some actions; False, and nothing is taken, when one came, left or moved."""
        places: list[tuple[str, int, Line]] = []
        for row in rows:
            line, known = fresh.get(row), self._place_of(row)
            if line is None and known is None:  # of another quartier, before and after
                continue
            if line is None or known is None or _place(line) != _place(self._of[known[0]][known[1]]):
                return False
            places.append((*known, line))
        for home, at, line in places:
            self._of[home][at] = line
        self._walk()
        return True

    def home(self, action: str) -> str:
        """The objective or the priority an action hangs under; "" when it hangs nowhere."""
        return (self._place_of(action) or ("", 0))[0]

    def _place_of(self, action: str) -> tuple[str, int] | None:
        if not self._homes:
            self._homes = {line[0]: (home, at) for home, lines in self._of.items() for at, line in enumerate(lines)}
        return self._homes.get(action)

    def number(self, action: str) -> str:
        """The place of an action in the tree (2.3.1); "" when it is unknown."""
        home = self.home(action)
        if home not in self._places:
            node = self.objectives.get(home)
            prefix = node.number if node else (str(self.priorities[home].number) if home in self.priorities else "")
            first = len(self._under.get(home, ())) + 1
            self._places[home] = {
                line[0]: f"{prefix}.{place}" if prefix else str(place)
                for place, line in enumerate(self._of.get(home, ()), start=first)
            }
        return self._places[home].get(action, "")

    def neighbours(self, home: str) -> list[str]:
        """The actions directly under an objective or a priority, in order."""
        return [line[0] for line in self._of.get(home, ())]

    def priority_of(self, home: str) -> str:
        """The priority an objective belongs to; the priority itself; "" otherwise."""
        node = self.objectives.get(home)
        return node.priority if node else (home if home in self.priorities else "")

    def named_by(self, rows: Set[str]) -> frozenset[str]:
        """The actions that are among `rows`, themselves or the structure that carries them."""
        if not self._carried:
            for line in self._walked:
                self._carried.setdefault(str(line[_PROMOTER]), []).append(line[0])
            self._known = frozenset(_ids(self._walked))
        carriers = self._carried.keys() & rows
        return (self._known & rows).union(*(self._carried[row] for row in carriers))

    def summary(self, kept: Container[str] | None = None) -> Summary:
        """The sums of the actions kept (None: all)."""
        if self._summed is None or self._summed[0] is not kept:
            self._summed = kept, _summary(self._kept(self._walked, kept))
        return self._summed[1]

    def tree(self, kept: Container[str] | None = None, *, whole: bool = False) -> list[Gathered]:
        """priorité › objectif › action, each with its sums; `whole` shows what holds no action too."""
        found = [self._gather(node.id, kept, whole=whole) for node in self.priorities.values()]
        found.append(self._gather("", kept, whole=False))
        return [group for group in found if group.summary.count or (whole and group.key)]

    def groups(
        self, by: str, kept: Container[str] | None = None, *, order: Mapping[str, int] | None = None
    ) -> list[Gathered]:
        """The actions gathered by one of GROUPINGS ("" for a single group), in the order of the plan.

        `order` (id → rank) sorts the actions inside each group.
        """
        buckets: dict[str, list[Line]] = {}
        if by == "":
            buckets = {"": list(self._kept(self._walked, kept))}
        elif by == "objective":
            buckets = {home: list(self._kept(self._of.get(home, ()), kept)) for home in self._every_home()}
        elif by == "priority":
            buckets = {home: list(self._kept(branch, kept)) for home, branch in self._branches.items()}
        else:
            column = {"state": _STATE, "promoter": _PROMOTER}[by]
            for line in self._kept(self._walked, kept):
                buckets.setdefault(str(line[column] or ""), []).append(line)
        sums = {key: _sums(found) for key, found in buckets.items() if found}
        # Every action is in one group and one only: their sums are the sums of what is listed.
        self._summed = kept, _said(sums.values())
        # Adding up comes before sorting: lines met in another order than that of the memory cost three times as much.
        rank = _Ranks(order or {}).__getitem__
        found = {key: _ids(buckets[key]) for key in sums}
        for ids in found.values() if order is not None else ():
            ids.sort(key=rank)
        return [Gathered(key, tuple(found[key]), _said([of])) for key, of in sums.items()]

    # -- inside -------------------------------------------------------------------------------------------------------

    def _every_home(self) -> list[str]:
        homes: list[str] = []

        def walk(home: str) -> None:
            for node in self._under.get(home, ()):
                homes.append(node.id)
                walk(node.id)

        for priority in self.priorities:
            walk(priority)
            homes.append(priority)
        walk("")
        return [*homes, ""]

    def _walk(self) -> None:
        """Keep every action in the order one walks the plan; forget what was worked out of the former lines."""
        self._branches = {home: self._branch(home) for home in (*self.priorities, "")}
        self._walked = [line for branch in self._branches.values() for line in branch]
        self._summed, self._carried, self._known = None, {}, frozenset()

    def _branch(self, home: str) -> list[Line]:
        """The actions under a priority or an objective, those of its objectives first."""
        found: list[Line] = []
        for node in self._under.get(home, ()):
            found += self._branch(node.id)
        return found + self._of[home] if home in self._of else found

    def _gather(self, home: str, kept: Container[str] | None, *, whole: bool) -> Gathered:
        children = [self._gather(node.id, kept, whole=whole) for node in self._under.get(home, ())]
        own = self._kept(self._of.get(home, ()), kept)
        shown = tuple(child for child in children if whole or child.summary.count)
        summary = _summary(self._kept(self._branch(home), kept)) if children else _summary(own)
        return Gathered(home, tuple(_ids(own)), summary, shown)

    @staticmethod
    def _kept(lines: Sequence[Line], kept: Container[str] | None) -> Sequence[Line]:
        return lines if kept is None else [line for line in lines if line[0] in kept]


def load_index(connection: Connection, district: str, today: date) -> PlanIndex:
    """Read the plan of a quartier ("" for the town); states are those of `today`."""
    links = _ACTION.link_tables["territories"]
    scope = scope_of(connection, district)
    query = _lines(today).order_by(func.coalesce(_A.c.order, "~"), _A.c.code, _A.c.title, _A.c.id)
    lines: list[Line] = narrow(connection, query)
    if scope:
        # Read apart: as a condition of the query above it costs twice as much as both.
        elsewhere = set(narrow(connection, rows_elsewhere(links, scope), _first))
        lines = [line for line in lines if line[0] not in elsewhere]
    used = {line[2] for line in lines if line[2]}
    return PlanIndex(load_priorities(connection), load_tree(connection, used), lines)


def follow(connection: Connection, index: PlanIndex, rows: Sequence[str], district: str, today: date) -> bool:
    """Bring a plan already read up to date with changes of some actions; False when it must be read again."""
    if not rows or len(rows) > MOST_FOLLOWED:
        return not rows
    lines: list[Line] = []
    for some in chunks(rows):
        lines += narrow(connection, _lines(today).where(_A.c.id.in_(some)))
    inside = set(_inside(connection, [line[0] for line in lines], scope_of(connection, district)))
    return index.follow(rows, {line[0]: line for line in lines if line[0] in inside})


def kept_by_choices(connection: Connection, kept: PlanFilter) -> frozenset[str] | None:
    """The actions that the filter keeps whatever is typed; None when nothing but words filters."""
    ticked = replace(kept, text="")
    return frozenset(matching(connection, ticked)) if ticked.is_narrow else None


def kept_by_words(connection: Connection, index: PlanIndex, typed: str) -> frozenset[str] | None:
    """The actions in which, or in the promoter of which, every word typed is found; None when nothing is typed."""
    words = match_expression(typed)
    if not words:
        return None
    return index.named_by(set(map(_first, driver_rows(connection, _NAMED, [words]))))


def promoter_names(connection: Connection, promoters: Iterable[str]) -> dict[str, str]:
    """The names of these organisations."""
    table = ENTITIES["organisation"].table
    query = select(table.c.id, table.c.name).where(table.c.id.in_(list(promoters)))
    return {row: name or "" for row, name in connection.execute(query)}


def objective_options(connection: Connection, typed: str, district: str) -> list[tuple[str, str]]:
    """(id, « 3.2 Renforcer la prévention ») of the objectives of the plan in which every word typed is found."""
    words = fold(typed).split()
    nodes = load_tree(connection, _used_of_schemes(connection, scope_of(connection, district)))
    named = [(node.id, f"{node.number} {node.title}") for node in nodes]
    return [(row, label) for row, label in named if all(word in fold(label) for word in words)]


def number_of(connection: Connection, action: str, district: str) -> str:
    """The place of one action in the tree (2.3.1), without reading the plan; "" when it is not in it."""
    found = connection.execute(select(_A.c.priority, _A.c.objective).where(_A.c.id == action)).first()
    if found is None:
        return ""
    scope = scope_of(connection, district)
    nodes = {node.id: node for node in load_tree(connection, _used_of_schemes(connection, scope))}
    priority = next((node for node in load_priorities(connection) if node.id == found.priority), None)
    if found.objective in nodes:
        prefix, home, beside = nodes[found.objective].number, found.objective, _A.c.objective == found.objective
    elif priority is not None:
        prefix, home = str(priority.number), priority.id
        beside = (_A.c.priority == priority.id) & func.coalesce(_A.c.objective, "").not_in(nodes)
    else:
        return ""
    query = select(_A.c.id).where(_A.c.deleted == 0, beside)
    order = (func.coalesce(_A.c.order, "~"), _A.c.code, _A.c.title, _A.c.id)
    ids = _inside(connection, list(connection.scalars(query.order_by(*order))), scope)
    children = sum((node.parent or node.priority) == home for node in nodes.values())
    return f"{prefix}.{children + ids.index(action) + 1}" if action in ids else ""


def promoters_used(connection: Connection, district: str) -> list[tuple[str, str]]:
    """(id, name) of the structures that carry a live action of the quartier, by name."""
    table = ENTITIES["organisation"].table
    carriers = select(_A.c.promoter).where(*_live(connection, district))
    query = select(table.c.id, table.c.name).where(table.c.id.in_(carriers)).order_by(func.fold(table.c.name))
    return [(row, name or "") for row, name in connection.execute(query)]


def territories_used(connection: Connection, district: str) -> list[tuple[str, str]]:
    """(id, name) of the territories that the live actions of the quartier name, the most named first."""
    table, links = ENTITIES["territory"].table, _ACTION.link_tables["territories"]
    query = (
        select(table.c.id, func.coalesce(table.c.short_name, table.c.name))
        .join(links, links.c.target == table.c.id)
        .where(links.c.row.in_(select(_A.c.id).where(*_live(connection, district))))
        .group_by(table.c.id)
        .order_by(func.count().desc(), func.fold(table.c.name))
    )
    return [(row, name or "") for row, name in connection.execute(query)]


def deleted_ids(connection: Connection, typed: str = "") -> list[str]:
    """The actions of the bin whose title or code holds what is typed, the last deleted first."""
    conditions = [_A.c.deleted == 1]
    for word in typed.split():
        text = func.fold(func.coalesce(_A.c.title, "") + " " + func.coalesce(_A.c.code, ""))
        conditions.append(text.contains(func.fold(word), autoescape=False))
    return list(connection.scalars(select(_A.c.id).where(*conditions).order_by(_A.c.updated_at.desc(), _A.c.id)))


def _live(connection: Connection, district: str) -> list[ColumnElement[bool]]:
    inside = within(_ACTION, scope_of(connection, district))
    return [_A.c.deleted == 0] + ([inside] if inside is not None else [])


def _lines(today: date) -> Select[Any]:
    columns = (_A.c.id, _A.c.priority, _A.c.objective, _A.c.promoter, state_column(today), _A.c.progress + 0.0)
    return select(*columns, func.coalesce(_A.c.order, "~")).where(_A.c.deleted == 0)


def _place(line: Line) -> tuple[object, ...]:
    return line[_PRIORITY], line[_OBJECTIVE], line[_ORDER]


def _used_of_schemes(connection: Connection, scope: Scope) -> list[str]:
    """The objectives of logframes that a live action of the quartier hangs under: the others always show."""
    objective = ENTITIES["objective"].table
    logframes = select(objective.c.id).where(objective.c.scheme.is_not(None))
    hanging = connection.execute(
        select(_A.c.id, _A.c.objective).where(_A.c.objective.in_(logframes), _A.c.deleted == 0)
    ).all()
    inside = set(_inside(connection, [row for row, _ in hanging], scope))
    return list({home for row, home in hanging if row in inside})


def _inside(connection: Connection, ids: Sequence[str], scope: Scope) -> list[str]:
    """Those of a few actions that concern a quartier: as `within`, without looking at all the others."""
    if not scope:
        return list(ids)
    links = _ACTION.link_tables["territories"]
    named: dict[str, list[str]] = defaultdict(list)
    for some in chunks(ids):
        for row, target in connection.execute(select(links.c.row, links.c.target).where(links.c.row.in_(some))):
            named[row].append(target)
    return [row for row in ids if scope.holds(named.get(row, ()))]


def _ids(lines: Iterable[Line]) -> list[str]:
    return [line[0] for line in lines]


def _summary(lines: Sequence[Line]) -> Summary:
    return _said([_sums(lines)])


class _Ranks(dict[str, int]):
    """Id → rank; what is unknown comes last."""

    def __missing__(self, _row: str) -> int:
        return len(self)


class _Sums(NamedTuple):
    """What can be added up: how many have a progress, the sum of these, how many are in each state."""

    actions: int
    known: int
    progress: float
    late: int
    blocked: int
    done: int


_NOTHING = _Sums(0, 0, 0, 0, 0, 0)


def _sums(lines: Sequence[Line]) -> _Sums:
    states = Counter([line[_STATE] for line in lines])
    known = [line[_PROGRESS] for line in lines if line[_PROGRESS] is not None]
    total = sum(known)  # type: ignore[arg-type]
    return _Sums(len(lines), len(known), total, states[State.LATE], states[State.BLOCKED], states[State.DONE])


def _said(sums: Iterable[_Sums]) -> Summary:
    count, known, progress, late, blocked, done = (sum(column) for column in zip(_NOTHING, *sums, strict=True))
    return Summary(count, to_whole(progress / known) if known else None, late, blocked, done)
