"""The calendar of a year on paper: months across, a bar for each period, diamonds for single days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from app.formatting import NBSP, format_date
from app.reports.blocks import data_table
from app.reports.cells import Cell, Column, Row, TimeBar
from app.reports.tables import Table
from app.reports.text import Text
from app.reports.theme import PAPER


@dataclass(frozen=True, slots=True)
class Period:
    """A line of the calendar: `done` in points of percent; without an end it is a milestone."""

    label: str
    start: date | None
    end: date | None = None
    done: int | Decimal = 0
    priority: str = ""
    milestones: tuple[date, ...] = ()


def year_calendar(periods: Sequence[Period], *, year: int) -> Table | Text:
    """The months of `year`, a bar for each period; the dates are also written, for readers who do not see."""
    kept = [period for period in periods if _touches(period, year)]
    months = ("J", "F", "M", "A", "M", "J", "J", "A", "S", "O", "N", "D")
    columns = [Column("Action", share=1), Column("Période", 114), Column("", 216, scale=months)]
    rows = [Row((period.label, _period_words(period), Cell(bars=tuple(_bars(period, year))))) for period in kept]
    return data_table(columns, rows, empty=f"Rien n’est prévu en {year}.", row_head=0)


def _touches(period: Period, year: int) -> bool:
    days = [day for day in (period.start, period.end, *period.milestones) if day]
    return bool(days) and min(days).year <= year <= max(days).year


def _period_words(period: Period) -> str:
    if period.start and period.end:
        return f"{format_date(period.start)} – {format_date(period.end)}".replace(" ", NBSP)
    return ", ".join(format_date(day) for day in (period.start or period.end, *period.milestones) if day)


def _bars(period: Period, year: int) -> list[TimeBar]:
    """The part of the period within the year; the done share is counted on the whole period."""
    colours = PAPER.priority(period.priority)
    bars = []
    first = date(year, 1, 1)
    length = (date(year, 12, 31) - first).days + 1

    def place(day: date) -> float:
        return min(max((day - first).days / length, 0), 1)

    if period.start and period.end:
        start, end = period.start, period.end + timedelta(days=1)
        reached = start + (end - start) * float(period.done) / 100
        seen = place(end) - place(start)
        done = (place(reached) - place(start)) / seen if seen > 0 else 0
        bars.append(TimeBar(place(start), place(end), done, colours.strong, colours.bg))
    milestones = period.milestones if period.start and period.end else (period.start or period.end, *period.milestones)
    bars += [TimeBar(place(day), place(day), colour=colours.strong) for day in milestones if day and day.year == year]
    return bars
