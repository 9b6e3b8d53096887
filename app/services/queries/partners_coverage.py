"""Who covers which quartier and which QPV: what the coverage of the partners is counted from."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from app.formatting import fold
from app.models.registry import ENTITIES
from app.services.coverage import CoverageLine, Located, coverage

_ORGANISATION = ENTITIES["organisation"]
_O = _ORGANISATION.table
_T = ENTITIES["territory"].table

#: The places whose coverage is shown: the quartiers, then the QPV in force.
PLACE_KINDS = ("district", "qpv_2024")


@dataclass(frozen=True, slots=True)
class Place:
    """A territory of the coverage; `detail` is its kind and code, said aloud and in tips."""

    id: str
    name: str
    detail: str
    kind: str


@dataclass(frozen=True, slots=True)
class CoverageTable:
    places: tuple[Place, ...]
    lines: tuple[CoverageLine, ...]

    @property
    def unplaced(self) -> int:
        return sum(line.unplaced for line in self.lines)


def load_places(connection: Connection) -> tuple[Place, ...]:
    """The places whose coverage is shown, quartiers first."""
    kinds = ENTITIES["territory"].fields["kind"]
    query = select(_T.c.id, func.coalesce(_T.c.short_name, _T.c.name), _T.c.name, _T.c.code, _T.c.kind).where(
        _T.c.deleted == 0, _T.c.kind.in_(PLACE_KINDS)
    )
    rows = sorted(connection.execute(query), key=lambda row: (PLACE_KINDS.index(row[4]), fold(row[1] or "")))
    return tuple(
        Place(row, short or "", " ".join(part for part in (kinds.choice_label(kind), code, name) if part), kind)
        for row, short, name, code, kind in rows
    )


def load_coverage(connection: Connection) -> CoverageTable:
    """How many structures of each category cover each quartier and each QPV."""
    links = _ORGANISATION.link_tables["territories"]
    covered: dict[str, set[str]] = defaultdict(set)
    for row, target in connection.execute(select(links.c.row, links.c.target)):
        covered[row].add(target)
    query = select(_O.c.id, func.coalesce(_O.c.category, "")).where(_O.c.deleted == 0)
    structures = [
        Located(row, category, frozenset(covered.get(row, ()))) for row, category in connection.execute(query)
    ]
    places = load_places(connection)
    lines = coverage(
        structures,
        categories=[choice.code for choice in _ORGANISATION.fields["category"].choices],
        places=[place.id for place in places],
        parents=load_parents(connection),
    )
    return CoverageTable(places, lines)


def load_parents(connection: Connection) -> Mapping[str, list[str]]:
    """The territories each territory is contained in: id → ids."""
    links = ENTITIES["territory"].link_tables["parents"]
    found: dict[str, list[str]] = defaultdict(list)
    for row, target in connection.execute(select(links.c.row, links.c.target)):
        found[row].append(target)
    return found
