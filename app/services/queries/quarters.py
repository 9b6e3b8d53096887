"""Which quartiers each row is of, all of them at once: what the town counts its actions by.

The rule is that of `scope.Scope`: the quartiers a row names; naming none, those in which the places it names lie. A row
that names two is of both, and counts once in the town. One that names none (the town, a QPV that several share,
nothing) is of no quartier.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Connection, Table, case, func, literal, or_, select

from app.models.declare import EntityType
from app.models.registry import ENTITIES
from app.services.coverage import nearby
from app.services.queries.scope import districts

#: Beside the ids of territories in a filter: the rows of several quartiers, and those of none.
SHARED = "shared"
NO_QUARTER = "none"


@dataclass(frozen=True, slots=True)
class Quarters:
    """The grands quartiers in their order, and the places inside each. A set of them is a mask: bit n is `ids[n]`."""

    ids: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    parts: tuple[frozenset[str], ...] = ()

    def of(self, mask: int) -> tuple[str, ...]:
        """The ids of the quartiers of a mask."""
        return tuple(row for place, row in enumerate(self.ids) if mask >> place & 1)

    def mask_of(self, territories: Iterable[str]) -> int:
        """The quartiers of a row that names these territories."""
        named = set(territories)
        mask = sum(1 << place for place, row in enumerate(self.ids) if row in named)
        return mask or sum(1 << place for place, inside in enumerate(self.parts) if not inside.isdisjoint(named))

    def masks(self, links: Table) -> CompoundSelect[Any]:
        """(row, mask) for every row of a table of links to territories that is of a quartier: the SQL of `mask_of`."""
        row, target = links.c.row, links.c.target
        # A territory is named once: adding the bits up joins them.
        bit = case({one: 1 << place for place, one in enumerate(self.ids)}, value=target, else_=0)
        named = select(row, func.sum(bit).label("mask")).where(target.in_(self.ids)).group_by(row)
        lying: ColumnElement[int] = literal(0)
        for place, inside in enumerate(self.parts):
            if inside:
                lying = lying + func.max(case((target.in_(inside), 1 << place), else_=0))
        every = frozenset[str]().union(*self.parts)
        names_one = select(row).where(target.in_(self.ids))
        return named.union_all(select(row, lying).where(target.in_(every), row.not_in(names_one)).group_by(row))


def load_quarters(connection: Connection) -> Quarters:
    """The quartiers of the notebook."""
    links = ENTITIES["territory"].link_tables["parents"]
    parents: dict[str, list[str]] = defaultdict(list)
    for row, target in connection.execute(select(links.c.row, links.c.target)):
        parents[row].append(target)
    found = districts(connection)
    return Quarters(
        tuple(row for row, _ in found),
        tuple(name for _, name in found),
        tuple(nearby(row, parents) - {row} for row, _ in found),
    )


def named_by(connection: Connection, declared: EntityType, wanted: Collection[str]) -> ColumnElement[bool]:
    """The condition that keeps the rows of these territories: by the rule for a quartier, by name for another place."""
    links, row = declared.link_tables["territories"], declared.table.c.id
    found = [row.in_(select(links.c.row).where(links.c.target.in_(wanted)))]
    quarters = load_quarters(connection)
    chosen = sum(1 << place for place, one in enumerate(quarters.ids) if one in wanted)
    if chosen or SHARED in wanted or NO_QUARTER in wanted:
        masks = quarters.masks(links).subquery()
        found = [row.in_(select(links.c.row).where(links.c.target.in_(set(wanted) - set(quarters.ids))))]
        if chosen:
            found.append(row.in_(select(masks.c.row).where(masks.c.mask.op("&")(chosen) != 0)))
        if SHARED in wanted:
            found.append(row.in_(select(masks.c.row).where(is_shared(masks.c.mask))))
        if NO_QUARTER in wanted:
            found.append(row.not_in(select(masks.c.row).where(masks.c.mask != 0)))
    return or_(*found)


def is_shared(mask: ColumnElement[int]) -> ColumnElement[bool]:
    """True for a mask of several quartiers."""
    return mask.op("&")(mask - 1) != 0
