"""Indicators: the cards of the dashboard, the list, the entry grid, the fiche.

Last values come from SQL by window functions; the 100,000 measurements of a large notebook are never all loaded.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, and_, case, func, or_, select

from app.models.registry import ENTITIES
from app.notebook.log import chunks
from app.services.queries.scope import Scope, scope_of
from app.services.readings import Reading, Scale
from app.services.scorecard import (
    Goal,
    Measure,
    Series,
    Verdict,
    goal_of,
    goals_for,
    judge,
    series_of,
)

INDICATOR = ENTITIES["indicator"]
_I = INDICATOR.table
_M = ENTITIES["measurement"].table
_T = ENTITIES["territory"].table
_G = ENTITIES["target"].table
_P = ENTITIES["priority"].table
_LAST = "~"  # sorts after every fractional key

# The territory a value is read for: the quartier first, then the narrowest that concern it, then the larger ones.
NEARNESS = (
    "district", "qpv_2024", "lived", "npnru", "qpv_2015", "school", "municipality", "group", "epci", "department",
    "region", "country",
)  # fmt: skip
#: Parts of a town: those of other quartiers do not speak for this one.
PARTS = ("district", "lived", "qpv_2024", "qpv_2015", "npnru")
#: What a value may be compared with, the nearest first.
COMPARED = ("municipality", "group", "epci", "department", "region", "country")
#: Measures of one territory that a card draws at most; a line of the list needs the last known, the one before, and
#: a masked one after them.
DRAWN = 12
LISTED = 3
#: Cards of context at most: the others are in the list.
CONTEXT_CARDS = 24


@dataclass(frozen=True, slots=True)
class IndicatorRow:
    """An indicator with its last value, as a line or a card shows it. `priority` is « P3 », "" without one."""

    id: str
    code: str
    title: str
    nature: str
    scale: Scale
    priority: str
    frequency: str
    on_dashboard: bool | None
    to_confirm: bool
    example: bool
    source: str
    base: Decimal | None
    series: Series
    other: Measure | None
    goals: tuple[Goal, ...]
    goal: Goal | None
    verdict: Verdict
    both_generations: bool = False

    @property
    def last(self) -> Measure | None:
        return self.series.last or self.series.hidden


@dataclass(frozen=True, slots=True)
class Followed:
    """The indicators of the dashboard by section: those of the project, of the ambitions, of the context."""

    project: tuple[str, ...]
    ambitions: tuple[str, ...]
    context: tuple[str, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        return (*self.project, *self.ambitions, *self.context)


# -- the dashboard ------------------------------------------------------------------------------------------------


def followed(connection: Connection, district: str = "") -> Followed:
    """What the dashboard shows: marked indicators, ambitions with a target, context that can be compared.

    « Au tableau de bord » wins both ways: an indicator marked « non » is left out.
    """
    undecided = and_(_I.c.deleted == 0, _I.c.on_dashboard.is_(None))
    aimed = select(_G.c.indicator).where(_G.c.deleted == 0)
    scope = scope_of(connection, district)
    near: list[ColumnElement[bool]] = [_T.c.kind.in_([*PARTS, "school"])]
    if scope:
        near.append(or_(_M.c.territory.in_(scope.places), _T.c.kind == "school"))
    return Followed(
        _ordered(connection, _I.c.deleted == 0, _I.c.on_dashboard == 1),
        _ordered(connection, undecided, _I.c.ambition.is_not(None), _I.c.id.in_(aimed)),
        _ordered(
            connection, undecided, _I.c.nature == "context", _I.c.ambition.is_(None),
            _measured(*near), _measured(_T.c.kind.in_(COMPARED)), limit=CONTEXT_CARDS,
        ),
    )  # fmt: skip


def fetch_rows(
    connection: Connection,
    ids: Sequence[str],
    *,
    today: date,
    district: str = "",
    territories: frozenset[str] = frozenset(),
    drawn: int = DRAWN,
) -> list[IndicatorRow]:
    """The indicators of `ids` in that order, each with the recent measures of the territory it is read for, the
    comparison, the targets and the verdict. `territories` restricts where a value may come from; `drawn`
    is how many measures of each territory are read."""
    scope = scope_of(connection, district)
    found: dict[str, IndicatorRow] = {}
    for some in chunks(ids):
        measures = _recent_measures(connection, some, drawn)
        goals = load_goals(connection, some)
        query = select(_I, _P.c.number).outerjoin(_P, _P.c.id == _I.c.priority).where(_I.c.id.in_(some))
        for row in connection.execute(query).mappings():
            key = row["id"]
            found[key] = _row(row, measures.get(key, {}), goals.get(key, ()), scope, district, territories, today)
    return [found[key] for key in ids if key in found]


def load_goals(connection: Connection, ids: Sequence[str]) -> dict[str, tuple[Goal, ...]]:
    """The live targets of these indicators, the nearest first."""
    found: dict[str, list[Goal]] = defaultdict(list)
    for some in chunks(ids):
        query = (
            select(
                _G.c.indicator, _G.c.id, _G.c.year, _G.c.comparator, _G.c.low, _G.c.high, _G.c.text, _G.c.to_confirm,
                _G.c.territory,
            )
            .where(_G.c.indicator.in_(some), _G.c.deleted == 0)
            .order_by(_G.c.year.is_(None), _G.c.year, _G.c.created_at)
        )  # fmt: skip
        for indicator, key, year, comparator, low, high, words, unsure, place in connection.execute(query):
            found[indicator].append(
                Goal(
                    key, year, comparator or "equal", _number(low), _number(high), words or "", bool(unsure),
                    place or "",
                )
            )  # fmt: skip
    return {key: tuple(goals) for key, goals in found.items()}


# -- the fiche ----------------------------------------------------------------------------------------------------


def load_measures(connection: Connection, indicator: str) -> tuple[Measure, ...]:
    """Every live measure of one indicator, by territory, the newest first in each."""
    rank = case({kind: place for place, kind in enumerate(NEARNESS)}, value=_T.c.kind, else_=99)
    query = (
        measures_query()
        .where(_M.c.indicator == indicator, _M.c.deleted == 0)
        .order_by(rank, func.fold(_T.c.name), _M.c.year.is_(None), _M.c.year.desc(), _M.c.period.desc(), _M.c.id)
    )
    return tuple(measure_of(row) for row in connection.execute(query))


@dataclass(frozen=True, slots=True)
class Notes:
    """What the lines of a fiche add: comments by measurement, reasons and names of territories by target."""

    comments: Mapping[str, str]
    reasons: Mapping[str, str]
    places: Mapping[str, str]


def load_notes(connection: Connection, indicator: str) -> Notes:
    """The words beside the measures and the targets of one indicator."""
    comments = connection.execute(
        select(_M.c.id, _M.c.comment).where(_M.c.indicator == indicator, _M.c.deleted == 0, _M.c.comment.is_not(None))
    )
    goals = connection.execute(
        select(_G.c.id, _G.c.reason, func.coalesce(_T.c.short_name, _T.c.name))
        .outerjoin(_T, _T.c.id == _G.c.territory)
        .where(_G.c.indicator == indicator, _G.c.deleted == 0)
    ).all()
    return Notes(
        {row.id: row.comment for row in comments},
        {row: reason for row, reason, _place in goals if reason},
        {row: place for row, _reason, place in goals if place},
    )


def indicator_of(connection: Connection, entity: str, row: str) -> str:
    """The indicator of a measurement or of a target; "" when the row is unknown."""
    table = ENTITIES[entity].table
    found: str | None = connection.execute(select(table.c.indicator).where(table.c.id == row)).scalar()
    return found or ""


def subject_of(measures: Sequence[Measure], scope: Scope, district: str) -> str:
    """The territory an indicator is read for; "" when it has no measure."""
    best = min(measures, key=lambda one: _nearness(one, scope, district), default=None)
    return best.territory if best is not None else ""


# -- inside -------------------------------------------------------------------------------------------------------


def _row(
    row: RowMapping, by_place: Mapping[str, list[Measure]], goals: Sequence[Goal], scope: Scope,
    district: str, territories: frozenset[str], today: date,
) -> IndicatorRow:  # fmt: skip
    every = [one for measures in by_place.values() for one in measures]
    near = [one for one in every if not territories or one.territory in territories]
    subject = subject_of(near, scope, district)
    series = series_of(by_place.get(subject, ()) if near else ())
    scale = scale_of(row)
    # Nothing measured yet: what is aimed at is shown, whoever's it is.
    goal = goal_of(goals_for(goals, subject), today) if series.measures else _first_goal(goals, district, today)
    base = _number(row["base_value"])
    kinds = {one.kind for one in every}
    return IndicatorRow(
        row["id"], row["code"] or "", row["title"] or "", row["nature"] or "", scale, priority_of(row),
        row["frequency"] or "", None if row["on_dashboard"] is None else bool(row["on_dashboard"]),
        bool(row["to_confirm"]), bool(row["example"]), row["source"] or "", base, series,
        _compared(series.last, every), tuple(goals), goal, judge(series, goal, scale, today=today, base=base),
        {"qpv_2015", "qpv_2024"} <= kinds,
    )  # fmt: skip


def _first_goal(goals: Sequence[Goal], district: str, today: date) -> Goal | None:
    own = [goal for goal in goals if goal.territory == district and district]
    return goal_of(own or goals, today)


def _compared(last: Measure | None, every: Sequence[Measure]) -> Measure | None:
    """The measure of a larger territory to set beside the last value: of the same year, else the newest."""
    if last is None or last.kind == "country":
        return None
    larger = COMPARED[COMPARED.index(last.kind) + 1 :] if last.kind in COMPARED else COMPARED
    others = [one for one in every if one.kind in larger and one.reading.level is not None]
    return min(
        others,
        key=lambda one: (one.dated != last.dated, larger.index(one.kind), -(one.dated or 0), one.id),
        default=None,
    )


def _nearness(one: Measure, scope: Scope, district: str) -> tuple[int, int, int]:
    """What comes first when one value must be shown: said, of this quartier, narrow, recent."""
    kind = NEARNESS.index(one.kind) if one.kind in NEARNESS else 99
    if not one.kind:
        kind = NEARNESS.index("municipality")
    foreign = bool(scope) and one.kind in PARTS and one.territory not in scope
    if not district and one.kind == "municipality":
        kind = -1
    own = bool(district) and one.territory == district
    return (one.reading.is_empty, 0 if own else (2 if foreign else 1), kind * 10_000 - (one.dated or 0))


def _recent_measures(connection: Connection, ids: Sequence[str], drawn: int) -> dict[str, dict[str, list[Measure]]]:
    """indicator → territory → its newest measures, at most `drawn` each."""
    place = (
        func.row_number()
        .over(
            partition_by=(_M.c.indicator, _M.c.territory),
            order_by=(_M.c.year.is_(None), _M.c.year.desc(), _M.c.period.desc(), _M.c.updated_at.desc()),
        )
        .label("place")
    )
    ranked = select(_M.c.id, place).where(_M.c.indicator.in_(ids), _M.c.deleted == 0).subquery()
    query = measures_query().add_columns(_M.c.indicator).join(ranked, ranked.c.id == _M.c.id)
    found: dict[str, dict[str, list[Measure]]] = defaultdict(lambda: defaultdict(list))
    for *row, indicator in connection.execute(query.where(ranked.c.place <= drawn)):
        measure = measure_of(row)
        found[indicator][measure.territory].append(measure)
    return found


def usual_order() -> list[Any]:
    """By priority, then in their own order."""
    return [_P.c.number.is_(None), _P.c.number, func.coalesce(_I.c.order, _LAST), func.fold(_I.c.title), _I.c.id]


def _ordered(connection: Connection, *conditions: ColumnElement[bool], limit: int | None = None) -> tuple[str, ...]:
    query = select(_I.c.id).outerjoin(_P, _P.c.id == _I.c.priority).where(*conditions)
    return tuple(connection.scalars(query.order_by(*usual_order()).limit(limit)))


def _measured(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """True for an indicator with a value in a territory of these conditions."""
    query = select(_M.c.id).join(_T, _T.c.id == _M.c.territory)
    return query.where(_M.c.indicator == _I.c.id, _M.c.deleted == 0, said(), *conditions).exists()


def said() -> ColumnElement[bool]:
    """A measurement that says something: announced and not filled does not count."""
    columns = (_M.c.value, _M.c.low, _M.c.high, _M.c.text)
    return or_(*(column.is_not(None) for column in columns), _M.c.masked == 1)


def measures_query() -> Select[Any]:
    """Measurements with the name and kind of their territory, in the order that `_measure` reads."""
    columns = (
        _M.c.id, _M.c.value, _M.c.low, _M.c.high, _M.c.qualifier, _M.c.text, _M.c.masked, _M.c.year, _M.c.period,
        _M.c.territory, func.coalesce(_T.c.short_name, _T.c.name), _T.c.kind, _M.c.source, _M.c.to_confirm,
    )  # fmt: skip
    return select(*columns).outerjoin(_T, _T.c.id == _M.c.territory)


def measure_of(row: Sequence[Any]) -> Measure:
    key, value, low, high, qualifier, words, masked, year, period, place, name, kind, source, unsure = row
    reading = Reading(
        None if value is None else Decimal(value), None if low is None else Decimal(low),
        None if high is None else Decimal(high), qualifier or "", words or "", bool(masked),
    )  # fmt: skip
    return Measure(key, reading, year, period or "", place or "", name or "", kind or "", source or "", bool(unsure))


def reading_of(row: RowMapping) -> Reading:
    """The reading of a row of the measurement table."""
    return Reading(
        _number(row["value"]), _number(row["low"]), _number(row["high"]), row["qualifier"] or "", row["text"] or "",
        bool(row["masked"]),
    )  # fmt: skip


def scale_of(row: RowMapping) -> Scale:
    """The scale of a row of the indicator table."""
    return Scale(row["kind"] or "count", row["unit"] or "", row["direction"] or "")


def priority_of(row: RowMapping) -> str:
    """`P3` of a row joined with its priority; "" without one."""
    return f"P{row['number']}" if row["number"] else ""


def _number(stored: str | None) -> Decimal | None:
    return None if stored is None else Decimal(stored)
