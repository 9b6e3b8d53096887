"""Structures at work in several quartiers, and the categories that each quartier can count on."""

from collections import Counter, defaultdict
from dataclasses import dataclass

from sqlalchemy import Connection, func, select, union

from app.formatting import fold
from app.models.registry import ENTITIES
from app.services.queries.partners_coverage import load_coverage
from app.services.queries.quarters import Quarters

_O = ENTITIES["organisation"].table
_A = ENTITIES["action"].table
_AP = ENTITIES["action_partner"].table
_LINKS = ENTITIES["action"].link_tables["territories"]


@dataclass(frozen=True, slots=True)
class Structure:
    """A structure that carries or helps actions: in which quartiers (their order), how many actions, each once."""

    id: str
    name: str
    category: str
    quarters: tuple[str, ...]
    actions: int


@dataclass(frozen=True, slots=True)
class Cover:
    """How many categories of structures somebody covers a quartier for, of how many."""

    covered: int
    categories: int


def structures_at_work(connection: Connection, quarters: Quarters) -> tuple[Structure, ...]:
    """The structures that take part in an action, those of most quartiers first, then those of most actions."""
    carried = select(_A.c.promoter.label("organisation"), _A.c.id.label("action")).where(
        _A.c.promoter.is_not(None), _A.c.deleted == 0
    )
    # Few actions are in the bin: looking there costs less than looking each live one up.
    binned = select(_A.c.id).where(_A.c.deleted == 1)
    helped = select(_AP.c.organisation, _AP.c.action).where(
        _AP.c.organisation.is_not(None), _AP.c.action.not_in(binned), _AP.c.deleted == 0
    )
    parts = union(carried, helped).subquery()
    masks = quarters.masks(_LINKS).subquery()
    query = (
        select(parts.c.organisation, func.coalesce(masks.c.mask, 0), func.count())
        .outerjoin(masks, masks.c.row == parts.c.action)
        .group_by(parts.c.organisation, masks.c.mask)
    )
    at_work: dict[str, int] = defaultdict(int)
    actions: Counter[str] = Counter()
    for row, mask, count in connection.execute(query):
        at_work[row] |= mask
        actions[row] += count
    named = select(_O.c.id, _O.c.name, _O.c.category).where(_O.c.deleted == 0)
    found = [
        Structure(row, name or "", category or "", quarters.of(at_work[row]), actions[row])
        for row, name, category in connection.execute(named)
        if row in at_work
    ]
    return tuple(sorted(found, key=lambda one: (-len(one.quarters), -one.actions, fold(one.name), one.id)))


def cover_by_quarter(connection: Connection) -> dict[str, Cover]:
    """By quartier: the categories in which at least one structure covers it (the rule of services.coverage)."""
    table = load_coverage(connection)
    lines = [line for line in table.lines if line.category]
    return {
        place.id: Cover(sum(bool(line.counts[number].total) for line in lines), len(lines))
        for number, place in enumerate(table.places)
        if place.kind == "district"
    }
