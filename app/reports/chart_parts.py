"""What charts are drawn with: their series and targets, scales, marks, labels."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

from reportlab.graphics.shapes import Circle, Line, Polygon, Rect, String
from reportlab.lib.colors import HexColor

from app.formatting import NBSP, format_number
from app.reports.pen import text_width
from app.reports.text import wrap
from app.reports.theme import DENSE, Palette, TextStyle, font_name

Number = Decimal | float | int

SIZE = 8.0
SMALL = 7.5


@dataclass(frozen=True, slots=True)
class Series:
    """One bar of each group: `look` is strong (dark), colour (the hue of the chart) or open (white with an edge)."""

    label: str
    values: Sequence[Number | None]
    look: str = "strong"


@dataclass(frozen=True, slots=True)
class Target:
    """What a value should reach in `year`: a value, or a range when `high` is given."""

    year: int
    value: Number
    high: Number | None = None


# -- scales -------------------------------------------------------------------------------------------------------


def nice_ceiling(value: float) -> float:
    """The end of a scale that begins at zero: a number that four steps divide well, not below `value`."""
    if value <= 0:
        return 1.0
    size: float = 10.0 ** (len(str(int(value))) - 1 if value >= 1 else -1)
    for factor in (1, 2, 4, 6, 8, 10, 12):
        if value <= factor * size:
            return factor * size
    return 20 * size


def nice_range(values: Sequence[float]) -> tuple[float, float, float]:
    """Both ends and the step of a scale around `values`; it goes down to zero when zero is not far."""
    low, high = min(values), max(values)
    if 0 <= low < high * 0.5 or low == high:
        low = min(0.0, low)
    span = (high - low) or 1.0
    step = next(size for size in _STEPS if size * 4.5 >= span)
    first = step * (low // step)
    last = first
    while last < high - step * 1e-9 or last == first:
        last += step
    return first, last, step


_STEPS: Sequence[float] = [factor * 10.0**power for power in range(-3, 13) for factor in (1, 2, 2.5, 5)]


def spread(first: int, last: int, room: float) -> list[int]:
    """Years to write, the last included, no more than there is room for."""
    every = max(1, -(-(last - first + 1) // max(int(room), 1)))
    return sorted(range(last, first - 1, -every))


# -- parts --------------------------------------------------------------------------------------------------------

Place = Callable[[float], float]


def draw_scale(
    drawing: Any, low: float, high: float, step: float, up: Callable[[Number], float], sides: tuple[float, float],
    unit: str, palette: Palette,
) -> None:  # fmt: skip
    mark = low
    while mark <= high + step * 1e-6:
        drawing.add(segment(sides[0], up(mark), sides[1], up(mark), palette.border))
        last = mark + step > high + step * 1e-6
        words = with_unit(mark, unit) if last else figure(mark)
        drawing.add(label_at(sides[0] - 4, up(mark) - 2.6, words, palette.text_muted, "end", SMALL))
        mark += step


def draw_values(
    drawing: Any, points: Sequence[tuple[int, Number | None]], across: Place, up: Callable[[Number], float],
    palette: Palette,
) -> None:  # fmt: skip
    # Separate lines: Qt fills a polyline of the SVG.
    for (year, value), (next_year, next_value) in pairwise(points):
        if value is not None and next_value is not None:
            line = segment(across(year), up(value), across(next_year), up(next_value), palette.accent, width=1.75)
            line.strokeLineCap = 1
            drawing.add(line)
    for year, value in points:
        if value is not None:
            drawing.add(disc(across(year), up(value), 2.6, fill=palette.accent, edge=palette.surface))


def draw_targets(
    drawing: Any, points: Sequence[tuple[int, Number | None]], targets: Sequence[Target], across: Place,
    up: Callable[[Number], float], unit: str, palette: Palette,
) -> None:  # fmt: skip
    """A dashed line from the last value through the targets, a tick or an open frame at each."""
    known = [(across(year), up(value)) for year, value in points if value is not None]
    path = known[-1:]
    for target in sorted(targets, key=lambda one: one.year):
        x, low = across(target.year), up(target.value)
        if target.high is not None:
            high = up(target.high)
            frame = rectangle(x - 5, low, 10, high - low, edge=palette.text)
            frame.strokeWidth = 1.2
            drawing.add(frame)
            words = f"{figure(target.value)}–{with_unit(target.high, unit)}"
            middle = (low + high) / 2
        else:
            drawing.add(segment(x - 6, low, x + 6, low, palette.text, width=2))
            words, middle = with_unit(target.value, unit), low
        # Beside the last target nothing follows; at the others the dashed line goes on.
        last = target.year == max(one.year for one in targets)
        drawing.add(
            label_at(x + 9, middle - 2.8, words, palette.text)
            if last
            else label_at(x, middle + 6, words, palette.text, "middle")
        )
        path.append((x, middle))
    for (x1, y1), (x2, y2) in pairwise(path):
        dashed = segment(x1, y1, x2, y2, palette.text_muted, width=0.9)
        dashed.strokeDashArray = [3, 2.5]
        drawing.add(dashed)


def draw_comparison(
    drawing: Any, points: Sequence[tuple[int, Number | None]], label: str, across: Place,
    up: Callable[[Number], float], palette: Palette,
) -> None:  # fmt: skip
    shown = [(across(year), up(value)) for year, value in points if value is not None]
    for (x1, y1), (x2, y2) in pairwise(shown):
        drawing.add(segment(x1, y1, x2, y2, palette.border_control, width=0.8))
    for x, y in shown:
        drawing.add(lozenge(x, y, 3.4, palette))
    if shown and label:
        drawing.add(label_at(shown[0][0], shown[0][1] + 6, label, palette.text_muted, size=SMALL))


def legend_places(series: Sequence[Series], width: float) -> list[tuple[int, float]]:
    """Line and left edge of each entry of the legend."""
    places: list[tuple[int, float]] = []
    line, x = 0, 0.0
    for one in series:
        extent = 10 + text_width(one.label, chart_font(), SIZE) + 9
        if x and x + extent - 9 > width:
            line, x = line + 1, 0.0
        places.append((line, x))
        x += extent
    return places


def draw_legend(
    drawing: Any, series: Sequence[Series], places: list[tuple[int, float]], height: float, hue: str, palette: Palette
) -> None:
    for one, (line, x) in zip(series, places, strict=True):
        y = height - 9 - 14 * line
        drawing.add(series_bar(x + 0.5, y - 1, 6.5, 6.5, one.look, hue, palette))
        drawing.add(label_at(x + 10, y - 0.5, one.label, palette.text_muted))


def series_bar(x: float, y: float, width: float, height: float, look: str, hue: str, palette: Palette) -> Any:
    if look == "open":
        return rectangle(x + 0.4, y + 0.4, max(width - 0.8, 0.4), height - 0.8, fill=palette.surface, edge=palette.text)
    return rectangle(x, y, width, height, fill=hue if look == "colour" else palette.text)


def rectangle(
    x: float, y: float, width: float, height: float, *, fill: str = "", edge: str = "", radius: float = 0
) -> Any:
    return Rect(
        x, y, width, height, rx=radius, ry=radius,
        fillColor=HexColor(fill) if fill else None,
        strokeColor=HexColor(edge) if edge else None,
        strokeWidth=0.7 if edge else 0,
    )  # fmt: skip


def segment(x1: float, y1: float, x2: float, y2: float, colour: str, width: float = 0.5) -> Any:
    return Line(x1, y1, x2, y2, strokeColor=HexColor(colour), strokeWidth=width)


def disc(x: float, y: float, radius: float, *, fill: str, edge: str) -> Any:
    return Circle(x, y, radius, fillColor=HexColor(fill), strokeColor=HexColor(edge), strokeWidth=0.8)


def lozenge(x: float, y: float, half: float, palette: Palette) -> Any:
    corners = [x - half, y, x, y + half, x + half, y, x, y - half]
    return Polygon(corners, fillColor=HexColor(palette.surface), strokeColor=HexColor(palette.text), strokeWidth=1)


def label_at(
    x: float, y: float, text: str, colour: str, anchor: str = "start", size: float = SIZE, *, bold: bool = False
) -> Any:
    return String(
        x, y, text, fontName=chart_font(bold=bold), fontSize=size, fillColor=HexColor(colour), textAnchor=anchor
    )


def stack_labels(drawing: Any, lines: Sequence[str], x: float, y: float, colour: str) -> None:
    for rank, line in enumerate(lines):
        drawing.add(label_at(x, y - rank * 10.5, line, colour))


def wrapped(text: str, width: float, size: float) -> list[str]:
    return ["".join(span.text for span in line.spans) for line in wrap(text, TextStyle(DENSE, size), width)]


def chart_font(*, bold: bool = False) -> str:
    return font_name(DENSE, bold=bold)


def figure(value: Number) -> str:
    """At most two decimals, without the noise of binary fractions."""
    return format_number(Decimal(str(round(float(value), 2))))


def with_unit(value: Number, unit: str) -> str:
    return f"{figure(value)}{NBSP}{unit}" if unit else figure(value)
