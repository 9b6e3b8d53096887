"""The same indicators side by side, a quartier a column, and which values of the year are missing.

Each laptop may have made its own row for one indicator: those of the same title, form and unit stand on one line. What
can be added up is, over one period: adding the values of two years would say nothing.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import Connection, RowMapping, case, func, select

from app.formatting import fold
from app.models.registry import ENTITIES
from app.notebook.log import chunks
from app.services.queries.indicator_list import towns
from app.services.queries.indicators import INDICATOR, measure_of, measures_query, priority_of, said, scale_of
from app.services.queries.quarters import Quarters
from app.services.readings import Reading, Scale, reading_words
from app.services.scorecard import Freshness, Measure, freshness, period_words

_I = INDICATOR.table
_M = ENTITIES["measurement"].table
_G = ENTITIES["target"].table
_A = ENTITIES["action"].table
_P = ENTITIES["priority"].table
_ACTIONS = INDICATOR.link_tables["actions"]
_PLACES = ENTITIES["action"].link_tables["territories"]


@dataclass(frozen=True, slots=True)
class IndicatorCell:
    """What one quartier says of an indicator: the row to open, its last value and how old it is.

    `awaited`: on its dashboard, which awaits a value of each year; `missing` when this year has none.
    """

    indicator: str
    measure: Measure | None
    freshness: Freshness
    awaited: bool
    missing: bool


@dataclass(frozen=True, slots=True)
class Total:
    """The sum of what `quarters` quartiers measured over one period, given in words; « plus de » when each says so."""

    value: Decimal
    period: str
    quarters: int
    qualifier: str = ""


@dataclass(frozen=True, slots=True)
class IndicatorLine:
    """One indicator across the quartiers. `cells` has those that follow it; `town` is the commune's own value."""

    ids: tuple[str, ...]
    title: str
    priority: str
    scale: Scale
    cells: Mapping[str, IndicatorCell]
    town: Measure | None
    total: Total | None


@dataclass(frozen=True, slots=True)
class Kept:
    """Indicators of the dashboard that are followed, and those that have a value for this year."""

    followed: int
    filled: int

    @property
    def missing(self) -> int:
        return self.followed - self.filled


def indicator_lines(connection: Connection, quarters: Quarters, *, today: date) -> tuple[IndicatorLine, ...]:
    """The indicators that a quartier measures, aims at or ties to its actions, in the order of the priorities."""
    town = next((row for row, _ in towns(connection)), "")
    places = [*quarters.ids, *([town] if town else [])]
    last = _last_measures(connection, places)
    followed = _followed(connection, quarters, last)
    groups: dict[tuple[str, ...], list[RowMapping]] = defaultdict(list)
    for row in _rows(connection, followed):
        groups[fold(row["title"] or ""), row["kind"] or "", fold(row["unit"] or "")].append(row)
    return tuple(_line(of_title, quarters, town, followed, last, today) for of_title in groups.values())


def total_words(total: Total, scale: Scale, *, unit: bool = True) -> str:
    """`plus de 1 590 personnes`."""
    return reading_words(Reading(value=total.value, qualifier=total.qualifier), scale, unit=unit)


def kept_by_quarter(lines: Iterable[IndicatorLine], quarters: Quarters) -> dict[str, Kept]:
    """By quartier, and for the town under "": each value that a quartier awaits counts."""
    awaited: Counter[str] = Counter()
    missing: Counter[str] = Counter()
    for line in lines:
        for row, cell in line.cells.items():
            for key in (row, ""):
                awaited[key] += cell.awaited
                missing[key] += cell.missing
    return {key: Kept(awaited[key], awaited[key] - missing[key]) for key in (*quarters.ids, "")}


# -- inside -----------------------------------------------------------------------------------------------------------


def _line(
    rows: Sequence[RowMapping],
    quarters: Quarters,
    town: str,
    followed: Mapping[str, int],
    last: Mapping[tuple[str, str], Measure],
    today: date,
) -> IndicatorLine:
    cells: dict[str, IndicatorCell] = {}
    for row in quarters.ids:
        mine = [one for one in rows if row in quarters.of(followed[one["id"]])]
        if mine:
            # Two rows of one title in a quartier: the one that was measured last speaks for it.
            best = max(mine, key=lambda one: _dated(last.get((one["id"], row))))
            cells[row] = _cell(best, last.get((best["id"], row)), today)
    first = rows[0]
    own = [last[one["id"], town] for one in rows if (one["id"], town) in last]
    return IndicatorLine(
        tuple(one["id"] for one in rows), first["title"] or "", priority_of(first), scale_of(first), cells,
        max(own, key=_dated, default=None), _total(cells.values()) if all(one["summable"] for one in rows) else None,
    )  # fmt: skip


def _cell(row: RowMapping, measure: Measure | None, today: date) -> IndicatorCell:
    awaited = bool(row["on_dashboard"])
    missing = awaited and (measure is None or (measure.dated or 0) < today.year)
    age = freshness(measure, frequency=row["frequency"] or "", today=today, due=missing)
    return IndicatorCell(row["id"], measure, age, awaited, missing)


def _total(cells: Iterable[IndicatorCell]) -> Total | None:
    """The sum over the last period that two quartiers at least have a number for."""
    by_period: dict[tuple[int, str, str], list[Decimal]] = defaultdict(list)
    for cell in cells:
        measure = cell.measure
        if measure is not None and measure.dated is not None and measure.reading.value is not None:
            by_period[measure.dated, period_words(measure), measure.reading.qualifier].append(measure.reading.value)
    several = [key for key, values in by_period.items() if len(values) > 1]
    if not several:
        return None
    _, period, qualifier = key = max(several, key=lambda key: (key[0], len(by_period[key]), key))
    return Total(sum(by_period[key], Decimal(0)), period, len(by_period[key]), qualifier)


def _dated(measure: Measure | None) -> int:
    return -1 if measure is None else measure.dated or 0


def _last_measures(connection: Connection, places: Sequence[str]) -> dict[tuple[str, str], Measure]:
    """(indicator, territory) → its last measure that says something."""
    # SQLite gives the other columns of the row that holds the max().
    newest = func.max(func.coalesce(_M.c.year, 0) + case((_M.c.period.is_not(None), 0.5), else_=0.0))
    ids = (
        select(_M.c.id, newest)
        .where(_M.c.territory.in_(places), _M.c.deleted == 0, said())
        .group_by(_M.c.indicator, _M.c.territory)
    )
    found: dict[tuple[str, str], Measure] = {}
    for some in chunks([row for row, _ in connection.execute(ids)]):
        for *row, indicator in connection.execute(
            measures_query().add_columns(_M.c.indicator).where(_M.c.id.in_(some))
        ):
            measure = measure_of(row)
            found[indicator, measure.territory] = measure
    return found


def _followed(connection: Connection, quarters: Quarters, last: Mapping[tuple[str, str], Measure]) -> dict[str, int]:
    """indicator → the quartiers that measure it, aim at something by it, or tie it to one of their actions."""
    found: dict[str, int] = defaultdict(int)
    for indicator, place in last:
        found[indicator] |= quarters.mask_of([place])
    aimed = select(_G.c.indicator, _G.c.territory).where(_G.c.territory.in_(quarters.ids), _G.c.deleted == 0).distinct()
    for indicator, place in connection.execute(aimed):
        found[indicator] |= quarters.mask_of([place])
    masks = quarters.masks(_PLACES).subquery()
    tied = (
        select(_ACTIONS.c.row, masks.c.mask)
        .join(masks, masks.c.row == _ACTIONS.c.target)
        .join(_A, _A.c.id == _ACTIONS.c.target)
        .where(_A.c.deleted == 0)
        .distinct()
    )
    for indicator, mask in connection.execute(tied):
        found[indicator] |= mask
    return {indicator: mask for indicator, mask in found.items() if mask}


def _rows(connection: Connection, ids: Iterable[str]) -> list[RowMapping]:
    """The live indicators of `ids` by priority, then by title: those of one title follow each other."""
    found: list[RowMapping] = []
    for some in chunks(ids):
        query = select(_I, _P.c.number).outerjoin(_P, _P.c.id == _I.c.priority)
        found += connection.execute(query.where(_I.c.id.in_(some), _I.c.deleted == 0)).mappings().all()
    return sorted(found, key=lambda row: (row["number"] or 99, fold(row["title"] or ""), row["code"] or "", row["id"]))
