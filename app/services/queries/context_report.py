"""What the portrait prints: the context values of a quartier, what they compare with, the outlines of its QPV."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Connection, RowMapping, case, func, or_, select

from app.formatting import fold
from app.models.registry import ENTITIES
from app.notebook.log import chunks
from app.services.queries.indicators import COMPARED, PARTS, priority_of, said, scale_of, usual_order
from app.services.queries.scope import scope_of
from app.services.readings import Reading, Scale
from app.services.scorecard import Measure

_I = ENTITIES["indicator"].table
_M = ENTITIES["measurement"].table
_P = ENTITIES["priority"].table
_T = ENTITIES["territory"].table

# « Nord » is a quartier before it is a département.
_PLACE = case((_T.c.kind == "department", _T.c.name), else_=func.coalesce(_T.c.short_name, _T.c.name))

#: Values of one territory that the annexe lists at most, the newest first.
LISTED = 4
QPV_KINDS = ("qpv_2024", "qpv_2015")

#: A ring of (longitude, latitude).
Ring = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class ContextIndicator:
    """An indicator with the values that say something of the quartier: newest first in each territory.

    `priority` is « P3 », "" without one.
    """

    id: str
    title: str
    nature: str
    scale: Scale
    priority: str
    measures: tuple[Measure, ...]

    def of_kinds(self, kinds: Sequence[str]) -> list[Measure]:
        """The newest value of each territory of these kinds."""
        found: dict[str, Measure] = {}
        for one in self.measures:
            if one.kind in kinds:
                found.setdefault(one.territory, one)
        return list(found.values())

    def comparison(self, measure: Measure) -> Measure | None:
        """The value of a larger territory to set beside `measure`: everybody first, then a group of territories."""
        order = ("municipality", "epci", "department", "region", "country", "group")
        others = [
            one
            for one in self.measures
            if one.kind in COMPARED and one.territory != measure.territory and one.reading.level is not None
        ]
        return min(others, key=lambda one: (order.index(one.kind), one.dated != measure.dated), default=None)


@dataclass(frozen=True, slots=True)
class Outline:
    """The outline of a QPV: outer and inner rings in WGS 84; `inside` when it may touch the quartier."""

    name: str
    code: str
    source: str
    rings: tuple[Ring, ...]
    inside: bool


@dataclass(frozen=True, slots=True)
class Qpv:
    """A QPV that may touch the quartier, or that holds it."""

    name: str
    short_name: str
    code: str


def load_context(connection: Connection, district: str) -> tuple[ContextIndicator, ...]:
    """Every indicator that is not of the dashboard and has a value, in the usual order.

    Values of the other quartiers and of their QPV are left out; those of larger territories and of schools stay.
    """
    foreign = _foreign(connection, district)
    rank = (
        func.row_number()
        .over(
            partition_by=(_M.c.indicator, _M.c.territory),
            order_by=(_M.c.year.is_(None), _M.c.year.desc(), _M.c.period.desc(), _M.c.id),
        )
        .label("place")
    )
    kept = select(_I.c.id).where(_I.c.deleted == 0, or_(_I.c.on_dashboard.is_(None), _I.c.on_dashboard == 0))
    ranked = select(_M.c.id, rank).where(_M.c.deleted == 0, _M.c.indicator.in_(kept), said()).subquery()
    query = (
        select(
            _M, _PLACE.label("place_name"), _T.c.kind.label("place_kind"),
        )
        .join(ranked, ranked.c.id == _M.c.id)
        .outerjoin(_T, _T.c.id == _M.c.territory)
        .where(ranked.c.place <= LISTED)
        .order_by(_M.c.indicator, ranked.c.place)
    )  # fmt: skip
    found: dict[str, list[Measure]] = defaultdict(list)
    for row in connection.execute(query).mappings():
        if row["territory"] not in foreign:
            found[row["indicator"]].append(_measure(row))
    described = []
    for some in chunks(list(found)):
        heads = (
            select(_I, _P.c.number)
            .outerjoin(_P, _P.c.id == _I.c.priority)
            .where(_I.c.id.in_(some))
            .order_by(*usual_order())
        )
        for row in connection.execute(heads).mappings():
            described.append(
                ContextIndicator(
                    row["id"], row["title"] or "", row["nature"] or "", scale_of(row), priority_of(row),
                    tuple(sorted(found[row["id"]], key=_width)),
                )
            )  # fmt: skip
    return tuple(described)


def load_outlines(connection: Connection, district: str) -> tuple[Outline, ...]:
    """The outlines of the QPV of generation 2024 that have one."""
    scope = scope_of(connection, district)
    query = (
        select(_T.c.id, _T.c.name, _T.c.short_name, _T.c.code, _T.c.outline, _T.c.outline_source)
        .where(_T.c.kind == "qpv_2024", _T.c.deleted == 0, _T.c.outline.is_not(None))
        .order_by(_T.c.code, _T.c.name)
    )
    found = []
    for row, name, short, code, geometry, source in connection.execute(query):
        rings = _rings(geometry)
        if rings:
            found.append(Outline(short or name or "", code or "", source or "", rings, not scope or row in scope))
    return tuple(found)


def load_qpv(connection: Connection, district: str) -> tuple[Qpv, ...]:
    """The QPV of generation 2024 of the quartier, by code."""
    scope = scope_of(connection, district)
    query = (
        select(_T.c.id, _T.c.name, _T.c.short_name, _T.c.code)
        .where(_T.c.kind == "qpv_2024", _T.c.deleted == 0)
        .order_by(_T.c.code, _T.c.name)
    )
    return tuple(
        Qpv(name or "", short or name or "", code or "")
        for row, name, short, code in connection.execute(query)
        if not scope or row in scope
    )


def _measure(row: RowMapping) -> Measure:
    value, low, high = (None if row[key] is None else Decimal(row[key]) for key in ("value", "low", "high"))
    reading = Reading(value, low, high, row["qualifier"] or "", row["text"] or "", bool(row["masked"]))
    return Measure(
        row["id"], reading, row["year"], row["period"] or "", row["territory"] or "", row["place_name"] or "",
        row["place_kind"] or "", row["source"] or "", bool(row["to_confirm"]),
    )  # fmt: skip


def _foreign(connection: Connection, district: str) -> frozenset[str]:
    """The parts of the town that are not of this quartier.

    A QPV of generation 2015 follows the one of 2024 that bears its name: nothing else in the frame says where it lay.
    """
    scope = scope_of(connection, district)
    if not scope:
        return frozenset()
    query = select(_T.c.id, _T.c.kind, _T.c.short_name, _T.c.name).where(_T.c.deleted == 0)
    parts = [(row, kind, fold(short or name or "")) for row, kind, short, name in connection.execute(query)]
    outside = {row for row, kind, _ in parts if kind in PARTS and row not in scope}
    away = {name for row, kind, name in parts if kind == "qpv_2024" and row in outside}
    older = {row for row, kind, name in parts if kind == "qpv_2015" and name.removesuffix(" 2015") in away}
    return frozenset(outside | older)


def _width(measure: Measure) -> int:
    """The nearest territory first; the order of the values of one territory is kept."""
    order = (*PARTS, "school", "group", "municipality", "epci", "department", "region", "country")
    return order.index(measure.kind) if measure.kind in order else len(order)


def _rings(geometry: str) -> tuple[Ring, ...]:
    """The rings of a GeoJSON polygon or set of polygons; none when the text is not one."""
    try:
        read = json.loads(geometry)
        polygons = {"Polygon": [read["coordinates"]], "MultiPolygon": read["coordinates"]}.get(read["type"], [])
        return tuple(tuple((float(x), float(y)) for x, y, *_ in ring) for polygon in polygons for ring in polygon)
    except (ValueError, TypeError, KeyError):
        return ()
