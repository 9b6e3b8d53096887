"""Which territories a quartier stands for: the filter that every page and report starts from."""

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import ColumnElement, Connection, Table, select

from app.models.declare import EntityType
from app.models.registry import ENTITIES

_TERRITORY = ENTITIES["territory"]

# Territories that hold a whole quartier: what is done for them is done for it.
_LARGER = ("municipality", "epci", "department", "region", "country")


def scope_of(connection: Connection, district: str) -> frozenset[str]:
    """The ids of the territories that concern a quartier; empty when `district` is (that is the whole town).

    Those it contains, itself, those that hold it whole, and the QPV that may touch it: a QPV is left out only when all
    its known quartiers vécus lie in other grands quartiers.
    """
    if not district:
        return frozenset()
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
    return frozenset({district} | _reached(down, [district]) | larger | touching)


def districts(connection: Connection) -> list[tuple[str, str]]:
    """The grands quartiers of the notebook: (id, name), by name as the contract lists them."""
    table = _TERRITORY.table
    query = select(table.c.id, table.c.name).where(table.c.kind == "district", table.c.deleted == 0)
    return [(row, name or "") for row, name in connection.execute(query.order_by(table.c.name))]


def within(declared: EntityType, scope: frozenset[str], field: str = "territories") -> ColumnElement[bool] | None:
    """The condition that keeps the rows of a quartier: those of its scope, and those that name no territory at all."""
    if not scope:
        return None
    links: Table = declared.link_tables[field]
    # Said by what is left out, few rows as a rule: half the time of « in it, or linked to nothing ».
    elsewhere = select(links.c.row).where(links.c.target.not_in(scope))
    return declared.table.c.id.not_in(elsewhere.except_(select(links.c.row).where(links.c.target.in_(scope))))


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
