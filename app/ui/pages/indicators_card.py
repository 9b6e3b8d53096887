"""What one card of the dashboard writes and draws, from the numbers of the queries and the rules of the scorecard."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from app.formatting import format_number
from app.models.choices import INDICATOR_NATURE
from app.services.queries.indicators import IndicatorRow
from app.services.readings import figure
from app.services.scorecard import (
    Standing,
    comparison_words,
    freshness,
    goal_line,
    is_due,
    period_words,
    short_period,
)
from app.ui.charts.gauge import Gauge, History

_NATURES = {choice.code: choice.label.lower() for choice in INDICATOR_NATURE}
_STEPS = (1.0, 2.0, 2.5, 4.0, 5.0, 10.0)


@dataclass(frozen=True, slots=True)
class Card:
    """Everything a card writes and draws; `place` is the territory when it is not the quartier's."""

    id: str
    priority: str
    nature: str
    place: str
    age: str
    age_icon: str
    age_tone: str
    title: str
    figure: str
    unit: str
    qualifier: str
    period: str
    drawing: Gauge | History | None
    verdict: str
    verdict_tone: str
    aim: str
    standing: Standing
    to_fill: bool
    source: str
    generation: int = 0
    year: str = ""

    @property
    def said(self) -> str:
        """The whole card, for a screen reader."""
        value = " ".join(part for part in (self.qualifier, self.figure, self.unit) if part)
        parts = (
            self.priority,
            self.nature,
            self.title,
            self.place,
            value,
            self.period,
            self.age,
            self.verdict,
            self.aim,
        )
        return ", ".join(part for part in parts if part)


def card_of(row: IndicatorRow, *, district: str, today: date) -> Card:
    """The card of an indicator."""
    series, scale = row.series, row.scale
    last = row.last
    due = is_due(series, followed=bool(row.on_dashboard), today=today)
    age = freshness(series.last or series.hidden, frequency=row.frequency, today=today, due=due)
    words, icon, tone = age.words, age.icon, age.tone
    if series.hidden is not None and series.last is not None:
        words, icon, tone = f"{period_words(series.hidden)} masquée", "lock", "neutral"
    number, unit = figure(last.reading, scale) if last is not None else ("", "")
    place = last.territory_name if last is not None and last.territory != district else ""
    level = last.reading.level if last is not None else None
    verdict, verdict_tone, aim = row.verdict.words, row.verdict.tone, ""
    if row.goal is not None:
        aim = goal_line(row.goal, scale, short=True)
    elif row.other is not None and level is not None and row.other.reading.level is not None:
        other, _ = figure(row.other.reading, scale)
        same_year = last is not None and row.other.dated == last.dated
        verdict = comparison_words(level, row.other.reading.level, scale) if same_year else ""
        shown = f"{other}\u00a0%" if scale.unit == "%" else other
        when = "" if same_year else f" ({period_words(row.other)})"
        aim = f"{row.other.territory_name}\u00a0: {shown}{when}"
    elif last is None:
        aim = "sans cible"
    return Card(
        row.id, row.priority, _NATURES.get(row.nature, row.nature), place, words, icon, tone, row.title, number, unit,
        last.reading.qualifier if last is not None else "", short_period(last) if last is not None else "",
        drawing_of(row), verdict, verdict_tone, aim, row.verdict.standing,
        last is None or words.endswith("à saisir"), last.source if last is not None else "",
        {"qpv_2015": 2015, "qpv_2024": 2024}.get(last.kind if last is not None else "", 0),
        str(last.dated) if last is not None and last.dated is not None else "",
    )  # fmt: skip


def drawing_of(row: IndicatorRow) -> Gauge | History | None:
    """A line when there are two dated values or more, else a scale from zero; nothing when a scale would lie."""
    goal = row.goal if row.goal is not None and row.goal.is_measured and not row.scale.is_check else None
    span = (float(goal.low), float(goal.high)) if goal is not None and goal.is_range else None  # type: ignore[arg-type]
    aim = None if goal is None or span else (goal.low if goal.low is not None else goal.high)
    target = float(aim) if aim is not None else None
    other = _float(row.other.reading.level) if row.other is not None else None
    dated = [one for one in row.series.measures if one.dated is not None and one.reading.level is not None]
    if row.scale.is_check or row.scale.is_text or row.scale.kind == "rank":
        return None
    if len({one.dated for one in dated}) > 1:
        values = [float(one.reading.level) for one in dated]
        same_year = row.other is not None and row.other.dated == dated[-1].dated
        return History(
            values, str(dated[0].dated), str(dated[-1].dated), target, at=_spread(dated), span=span,
            other=other if same_year else None,
        )  # fmt: skip
    last = row.series.last
    value = _float(last.reading.level) if last is not None else None
    known = [one for one in (value, target, other, *(span or ())) if one is not None]
    if not known or min(known) < 0:
        return None
    top = scale_top(max(known), percent=row.scale.unit == "%")
    end = format_number(Decimal(str(top)))
    return Gauge(value, top, target, span, other, "0", f"{end}\u00a0%" if row.scale.unit == "%" else end)


def scale_top(highest: float, *, percent: bool = False) -> float:
    """A round end of scale above `highest`; a share that passes half is read against the whole."""
    if percent and 50 < highest <= 100:
        return 100.0
    size = 1.0
    while size * 10 < highest:
        size *= 10
    while size > highest and highest > 0:
        size /= 10
    return next(step * size for step in (*_STEPS, 20.0) if step * size >= highest * 1.05 or step == 20.0)


def _spread(dated: Sequence[Any]) -> list[float]:
    """Years as places; several measures of one year share it evenly."""
    years = [one.dated for one in dated]
    return [year + 0.8 * years[:place].count(year) / years.count(year) for place, year in enumerate(years)]


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
