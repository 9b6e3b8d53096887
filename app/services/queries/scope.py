"""Which territories a quartier stands for: the filter that every page and report starts from."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, case, func, select

from app.models.declare import EntityType
from app.models.registry import ENTITIES

_TERRITORY = ENTITIES["territory"]

# Territories that hold a whole quartier: what is done for them is done for it.
_LARGER = ("municipality", "epci", "department", "region", "country")


@dataclass(frozen=True, slots=True)
class Scope:
    """The territories that concern a quartier, by id; none for the whole town.

    A row is of the quartiers it names; naming none, of those in which the places it names lie. A QPV that several
    quartiers share, or the town, only places a row that says no more: else each would show the actions of the others.
    """

    #: Every one of them: the quartier, what it contains, what holds it whole, the QPV that may touch it.
    places: frozenset[str] = frozenset()
    #: The quartier, and the other quartiers; what it contains, and what the others contain.
    own: frozenset[str] = frozenset()
    others: frozenset[str] = frozenset()
    parts: frozenset[str] = frozenset()
    other_parts: frozenset[str] = frozenset()
    #: Those that hold it whole.
    larger: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.places)

    def __contains__(self, territory: str) -> bool:
        return territory in self.places

    def rank(self, territory: str) -> int:
        """How much a territory says of where a row belongs: the highest decides, odd for this quartier."""
        for rank, places in self._ranked():
            if territory in places:
                return rank
        return 0

    def holds(self, territories: Iterable[str]) -> bool:
        """True when a row that names these territories concerns the quartier; it does when it names none."""
        ranks = [self.rank(one) for one in territories]
        return not self or not ranks or max(ranks) % 2 == 1

    def rank_column(self, territory: ColumnElement[Any]) -> ColumnElement[int]:
        """The SQL of `rank`."""
        return case(*((territory.in_(places), rank) for rank, places in self._ranked() if places), else_=0)

    def _ranked(self) -> tuple[tuple[int, frozenset[str]], ...]:
        return ((5, self.own), (4, self.others), (3, self.parts), (2, self.other_parts), (1, self.places))


def scope_of(connection: Connection, district: str) -> Scope:
    """The territories that concern a quartier; empty when `district` is (that is the whole town).

    Those it contains, itself, those that hold it whole, and the QPV that may touch it: a QPV is left out only when all
    its known quartiers vécus lie in other grands quartiers.
    """
    if not district:
        return Scope()
    parents = _TERRITORY.link_tables["parents"]
    up: dict[str, set[str]] = defaultdict(set)
    down: dict[str, set[str]] = defaultdict(set)
    for row, target in connection.execute(select(parents.c.row, parents.c.target)):
        up[row].add(target)
        down[target].add(row)
    kinds = dict(
        connection.execute(
            select(_TERRITORY.table.c.id, _TERRITORY.table.c.kind).where(_TERRITORY.table.c.deleted == 0)
        ).all()
    )
    larger = {row for row in _reached(up, [district]) if kinds.get(row) in _LARGER}
    touching = {
        row
        for row, kind in kinds.items()
        if kind in ("qpv_2024", "qpv_2015") and _may_touch(row, district, up, down, kinds)
    }
    parts = _reached(down, [district])
    others = frozenset(row for row, kind in kinds.items() if kind == "district" and row != district)
    return Scope(
        places=frozenset({district, *parts, *larger, *touching}),
        own=frozenset([district]),
        others=others,
        parts=frozenset(parts),
        other_parts=frozenset(_reached(down, others) - parts),
        larger=frozenset(larger),
    )


def districts(connection: Connection) -> list[tuple[str, str]]:
    """The grands quartiers of the notebook: (id, name), by name as the contract lists them."""
    table = _TERRITORY.table
    query = select(table.c.id, table.c.name).where(table.c.kind == "district", table.c.deleted == 0)
    return [(row, name or "") for row, name in connection.execute(query.order_by(table.c.name))]


def within(
    declared: EntityType, scope: Scope, field: str = "territories", *, wide: bool = False
) -> ColumnElement[bool] | None:
    """The condition that keeps the rows of a quartier: those of its scope, and those that name no territory at all.

    `wide`: what names a territory that holds the quartier whole serves it too, whatever else it names (structures).
    """
    if not scope:
        return None
    links: Table = declared.link_tables[field]
    kept = declared.table.c.id.not_in(rows_elsewhere(links, scope))
    return kept | declared.table.c.id.in_(select(links.c.row).where(links.c.target.in_(scope.larger))) if wide else kept


def rows_elsewhere(links: Table, scope: Scope) -> Select[Any]:
    """The rows of a table of links that another place than the quartier has: the SQL of `not scope.holds`."""
    rank = func.max(scope.rank_column(links.c.target))
    return select(links.c.row).group_by(links.c.row).having(rank.in_([0, 2, 4]))


def _may_touch(
    qpv: str, district: str, up: dict[str, set[str]], down: dict[str, set[str]], kinds: dict[str, str]
) -> bool:
    lived = [row for row in down.get(qpv, ()) if kinds.get(row) == "lived"]
    homes = [{target for target in up[row] if kinds.get(target) == "district"} for row in lived]
    return not homes or any(not home or district in home for home in homes)


def _reached(links: dict[str, set[str]], start: Iterable[str]) -> set[str]:
    found: set[str] = set()
    waiting = list(start)
    while waiting:
        for row in links.get(waiting.pop(), ()):
            if row not in found:
                found.add(row)
                waiting.append(row)
    return found
