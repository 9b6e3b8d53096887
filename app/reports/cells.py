"""What a table is given: columns, rows, cells, and how widths are shared."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.reports.text import RichText
from app.reports.theme import PAPER

# White between a rule and the text of a cell.
GUTTER = 4.0


@dataclass(frozen=True, slots=True)
class Column:
    """A column: `width` in points, or 0 to take its `share` of what the others leave.

    `scale` spreads its own heads over the width (the months of a year) and rules the rows accordingly.
    """

    title: str
    width: float = 0
    share: float = 1
    align: str = "left"
    scale: tuple[str, ...] = ()
    colour: str = PAPER.text


@dataclass(frozen=True, slots=True)
class TimeBar:
    """A bar across a scaled column: `start` and `end` between 0 and 1; `done` is the filled share of the bar.

    An empty `end` (equal to `start`) is a milestone, drawn as a diamond.
    """

    start: float
    end: float
    done: float = 0
    colour: str = PAPER.accent
    fill: str = PAPER.accent_soft


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a cell beyond a plain string.

    `note` is a second line, smaller in importance; `sign` precedes the text; `progress` (0 to 100) draws a bar before
    it; `span` counts columns; `joined` merges the cell with the one above (no rule between, no text).
    """

    text: RichText = ""
    bold: bool = False
    colour: str = ""
    note: str = ""
    sign: str = ""
    sign_colour: str = PAPER.text_muted
    progress: float | None = None
    bars: tuple[TimeBar, ...] = ()
    span: int = 1
    joined: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """Cells from left to right; `kind` is line, group or total; a `stripe` colours the left edge."""

    cells: Sequence[str | Cell]
    kind: str = "line"
    stripe: str = ""


def column_widths(columns: Sequence[Column], width: float) -> list[float]:
    """Widths in points that fill `width`; fixed ones are reduced in proportion when they exceed it."""
    fixed = sum(column.width for column in columns)
    shares = sum(column.share for column in columns if not column.width)
    # A shared column keeps a readable minimum: the fixed ones give way.
    free = max(width - fixed, 40.0 * sum(1 for column in columns if not column.width)) if shares else 0.0
    scale = (width - free) / fixed if fixed else 1.0
    if fixed and not shares:
        return [column.width * scale for column in columns]
    scale = min(scale, 1.0)
    return [column.width * scale or free * column.share / shares for column in columns]
