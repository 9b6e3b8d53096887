"""The list of every indicator: its filter, its orders, what its filters offer.

The last measure of each is found by SQL, only when a filter or an order needs it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Subquery, bindparam, case, func, select, text

from app.models.registry import ENTITIES
from app.notebook.search import match_expression
from app.services.queries.indicators import NEARNESS, PARTS, said, usual_order
from app.services.queries.scope import scope_of
from app.services.scorecard import OLD_AFTER, OLD_AFTER_WHEN_FREQUENT, Age

_I = ENTITIES["indicator"].table
_M = ENTITIES["measurement"].table
_T = ENTITIES["territory"].table
_G = ENTITIES["target"].table
_P = ENTITIES["priority"].table


@dataclass(frozen=True, slots=True)
class IndicatorFilter:
    """What the list keeps. Empty sets keep everything; `ages` are those of scorecard.Age."""

    today: date
    district: str = ""
    text: str = ""
    priorities: frozenset[str] = frozenset()
    natures: frozenset[str] = frozenset()
    territories: frozenset[str] = frozenset()
    ages: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()

    @property
    def is_narrow(self) -> bool:
        return bool(
            self.text.strip() or self.priorities or self.natures or self.territories or self.ages or self.sources
        )


def listed(
    connection: Connection,
    kept: IndicatorFilter,
    column: str = "priority",
    *,
    descending: bool = False,
    deleted: bool = False,
) -> list[str]:
    """The ids the filter keeps, sorted by a column of `SORTS`; empty values come last. `deleted`: those of the bin."""
    conditions: list[ColumnElement[bool]] = [_I.c.deleted == int(deleted)]
    if kept.priorities:
        conditions.append(_I.c.priority.in_(kept.priorities))
    if kept.natures:
        conditions.append(_I.c.nature.in_(kept.natures))
    if (typed := match_expression(kept.text)) != "":
        conditions.append(_I.c.id.in_(_searched(typed)))
    measured = select(_M.c.indicator).where(_M.c.deleted == 0)
    if kept.territories:
        conditions.append(_I.c.id.in_(measured.where(_M.c.territory.in_(kept.territories))))
    if kept.sources:
        conditions.append(_I.c.id.in_(measured.where(_M.c.source.in_(kept.sources))))
    query = select(_I.c.id).outerjoin(_P, _P.c.id == _I.c.priority)
    if kept.ages or column in _NEED_LAST:
        last = _last_measures(connection, kept)
        query = query.outerjoin(last, last.c.indicator == _I.c.id)
        if kept.ages:
            conditions.append(_age(last, kept.today).in_(kept.ages))
        key = _LAST_SORTS[column](last) if column in _NEED_LAST else SORTS[column]()
    else:
        key = SORTS[column]()
    order = [key.is_(None), key.desc() if descending else key.asc(), *usual_order()]
    return list(connection.scalars(query.where(*conditions).order_by(*order)))


def territories_measured(connection: Connection) -> list[tuple[str, str]]:
    """(id, name) of the territories that have values, the narrowest first."""
    rank = case({kind: place for place, kind in enumerate(NEARNESS)}, value=_T.c.kind, else_=99)
    query = (
        select(_T.c.id, func.coalesce(_T.c.short_name, _T.c.name))
        .where(_T.c.id.in_(select(_M.c.territory).where(_M.c.deleted == 0)))
        .order_by(rank, func.fold(_T.c.name))
    )
    return [(row, name or "") for row, name in connection.execute(query)]


def towns(connection: Connection) -> list[tuple[str, str]]:
    """(id, name) of the communes, the town of the contract first."""
    table, contract = ENTITIES["territory"].table, ENTITIES["contract"].table
    own = select(contract.c.town).where(contract.c.deleted == 0).limit(1).scalar_subquery()
    query = (
        select(table.c.id, table.c.name)
        .where(table.c.kind == "municipality", table.c.deleted == 0)
        .order_by(table.c.name != own, func.fold(table.c.name))
    )
    return [(row, name or "") for row, name in connection.execute(query)]


def sources_known(connection: Connection, limit: int = 40) -> list[str]:
    """The sources that measurements name, the most used first."""
    query = (
        select(_M.c.source)
        .where(_M.c.deleted == 0, _M.c.source.is_not(None))
        .group_by(_M.c.source)
        .order_by(func.count().desc(), _M.c.source)
        .limit(limit)
    )
    return [source for source in connection.scalars(query) if source]


def count_indicators(connection: Connection) -> int:
    """How many live indicators there are."""
    return connection.execute(select(func.count()).select_from(_I).where(_I.c.deleted == 0)).scalar_one()


# -- inside -----------------------------------------------------------------------------------------------------------


def _last_measures(connection: Connection, kept: IndicatorFilter) -> Subquery:
    """One row per indicator: the last measure said for the territory it is read for, as fetch_rows reads it."""
    scope = scope_of(connection, kept.district)
    kinds = {kind: place for place, kind in enumerate(NEARNESS)}
    nearness: dict[str, int] = {}
    for key, kind in connection.execute(select(_T.c.id, _T.c.kind)):
        rank = 100 + kinds.get(kind or "", 99)
        if kept.territories and key not in kept.territories:
            rank += 1000
        if scope and kind in PARTS and key not in scope:
            rank += 400
        if key == kept.district or (not kept.district and kind == "municipality"):
            rank = rank if rank >= 1000 else 0
        nearness[key] = rank
    # SQLite gives the other columns of the row that holds the max() or the min(): one pass, then one row a territory.
    newest = func.max(func.coalesce(_M.c.year, 0) + case((_M.c.period.is_not(None), 0.5), else_=0.0))
    by_place = (
        select(_M.c.indicator, _M.c.year, _M.c.period, _M.c.territory, _M.c.value, _M.c.low, newest.label("newest"))
        .where(_M.c.deleted == 0, said())
        .group_by(_M.c.indicator, _M.c.territory)
        .subquery()
    )
    near = case(nearness, value=by_place.c.territory, else_=100 + kinds["municipality"])
    found = by_place.c
    return (
        select(
            found.indicator, found.year, found.period, found.territory, found.value, found.low,
            func.min(near * 10_000 - found.newest).label("nearest"),
        )
        .group_by(found.indicator)
        .subquery()
    )  # fmt: skip


def _age(last: Subquery, today: date) -> ColumnElement[str]:
    """The SQL of scorecard.freshness: fresh, old, undated or missing."""
    # The year a period ends with (« fin 2021 », « 2023-2024 ») counts when no year is given.
    named = case((last.c.period.op("GLOB")("*[12][0-9][0-9][0-9]"), func.substr(last.c.period, -4) + 0))
    year = func.coalesce(last.c.year, named)
    limit = case(
        (_I.c.frequency.in_(["monthly", "quarterly", "half_yearly"]), OLD_AFTER_WHEN_FREQUENT), else_=OLD_AFTER
    )
    return case(
        (last.c.indicator.is_(None), Age.MISSING.value),
        (year.is_(None), Age.UNDATED.value),
        (today.year - year > limit, Age.OLD.value),
        else_=Age.FRESH.value,
    )


#: What the list can be sorted by.
SORTS: dict[str, Callable[[], Any]] = {
    "priority": lambda: _P.c.number,
    "title": lambda: func.fold(_I.c.title),
    "nature": lambda: _I.c.nature,
    "source": lambda: func.fold(_I.c.source),
    "to_confirm": lambda: case((_I.c.to_confirm == 1, 0)),
    "target": lambda: select(func.min(_G.c.year)).where(_G.c.indicator == _I.c.id, _G.c.deleted == 0).scalar_subquery(),
}
_LAST_SORTS: dict[str, Callable[[Subquery], Any]] = {
    "year": lambda last: last.c.year,
    "value": lambda last: func.coalesce(last.c.value, last.c.low) + 0.0,
    "territory": lambda last: select(func.fold(_T.c.name)).where(_T.c.id == last.c.territory).scalar_subquery(),
}
_NEED_LAST = frozenset(_LAST_SORTS)


def _searched(typed: str) -> Any:
    """The ids of the indicators in which every word typed is found."""
    return text(
        "SELECT r.row FROM search s JOIN search_row r ON r.n = s.rowid WHERE search MATCH :typed AND r.entity = :kind"
    ).bindparams(bindparam("typed", typed, unique=True), bindparam("kind", "indicator", unique=True))
