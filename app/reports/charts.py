"""Charts, drawn once for the screen and for paper.

Each function takes plain values and a palette and returns a reportlab `Drawing`: `blocks.Figure` puts it in a report,
`to_svg` makes it an SVG that Qt draws. Bars begin at zero and show both ends of their scale; series differ by
lightness first, so that a grey print reads the same. Values are floats or Decimals; a missing one is None, never zero.
"""

import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

from reportlab.graphics import renderSVG
from reportlab.graphics.shapes import Circle, Drawing, Line, Polygon, Rect, String
from reportlab.lib.colors import HexColor

from app.formatting import NBSP, format_number
from app.reports.pen import text_width
from app.reports.text import wrap
from app.reports.theme import A4, DENSE, PAPER, Palette, TextStyle, font_name, register_fonts

Number = Decimal | float | int

_SIZE = 8.0
_SMALL = 7.5


@dataclass(frozen=True, slots=True)
class Series:
    """One bar of each group: `look` is strong (dark), colour (the hue of the chart) or open (white with an edge)."""

    label: str
    values: Sequence[Number | None]
    look: str = "strong"


def grouped_bars(
    groups: Sequence[str],
    series: Sequence[Series],
    *,
    width: float = 269,
    unit: str = "%",
    maximum: Number | None = None,
    priority: str = "",
    palette: Palette = PAPER,
) -> Drawing:
    """Horizontal bars compared within each group, each with its value; a missing value says « n.d. »."""
    register_fonts()
    hue = palette.priority(priority).strong if priority else palette.accent
    label_width = min(92.0, width * 0.36)
    labels = [_wrapped(group, label_width - 6, _SIZE) for group in groups]
    bar, pitch = 8.5, 10.8
    block = [max(len(series) * pitch, len(lines) * 10.5) + 9 for lines in labels]
    legend_lines = _legend_places(series, width)
    legend_height = 14.0 * (1 + max((line for line, _ in legend_lines), default=0)) + 8
    height = legend_height + sum(block) + 20
    drawing = Drawing(width, height)
    _draw_legend(drawing, series, legend_lines, height, hue, palette)

    values = [float(value) for one in series for value in one.values if value is not None]
    highest = max(values, default=0)
    # A share of a whole is read against the whole as soon as it is not small.
    whole = unit == "%" and 50 < highest <= 100
    top = float(maximum) if maximum is not None else 100.0 if whole else nice_ceiling(highest)
    left, right = label_width, width - 34.0
    scale = (right - left) / top
    upper, lower = height - legend_height, 18.0
    for step in range(5):
        x = left + (right - left) * step / 4
        drawing.add(_line(x, lower, x, upper, palette.border))
        mark = _number(top * step / 4)
        drawing.add(_string(x, 6, f"{mark}{NBSP}{unit}" if step == 4 and unit else mark, palette.text_muted, "middle"))
    y = upper
    for rank, lines in enumerate(labels):
        tall = len(series) * pitch
        middle = y - 4 - tall / 2
        _stacked(drawing, lines, 0, middle + (len(lines) - 1) * 10.5 / 2 - 3, palette.text)
        for order, one in enumerate(series):
            value = one.values[rank]
            bottom = y - 4 - order * pitch - bar
            if value is None:
                drawing.add(_string(left + 4, bottom + 1.5, "n.d.", palette.text_muted, size=_SMALL))
                continue
            extent = max(float(value) * scale, 0.0)
            drawing.add(_bar(left, bottom, extent, bar, one.look, hue, palette))
            drawing.add(_string(left + extent + 4, bottom + 1.5, _with_unit(value, unit), palette.text, size=_SMALL))
        y -= block[rank]
    return drawing


@dataclass(frozen=True, slots=True)
class Target:
    """What a value should reach in `year`: a value, or a range when `high` is given."""

    year: int
    value: Number
    high: Number | None = None


def trend(
    points: Sequence[tuple[int, Number | None]],
    *,
    targets: Sequence[Target] = (),
    comparison: Sequence[tuple[int, Number | None]] = (),
    comparison_label: str = "",
    width: float = 269,
    height: float = 130,
    unit: str = "%",
    palette: Palette = PAPER,
) -> Drawing:
    """Values over the years: a line with dots, the target as a tick at the end of a dashed line, a range as a frame.

    A year without a value breaks the line: nothing is made up between two measures.
    """
    register_fonts()
    drawing = Drawing(width, height)
    years = [year for year, _ in points] + [target.year for target in targets] + [year for year, _ in comparison]
    known = [float(value) for _, value in points if value is not None]
    if not years or not (known or targets):
        drawing.add(_string(0, height / 2, "Aucune valeur n’est saisie.", palette.text_muted))
        return drawing
    aims = [float(value) for target in targets for value in (target.value, target.high) if value is not None]
    others = [float(value) for _, value in comparison if value is not None]
    low, high, step = nice_range([*known, *aims, *others])
    left, right, lower, upper = 30.0, width - 40.0, 20.0, height - 10.0
    first, last = min(years), max(years)

    def across(year: float) -> float:
        return left + (right - left) * ((year - first) / (last - first) if last > first else 0.5)

    def up(value: Number) -> float:
        return lower + (upper - lower) * (float(value) - low) / (high - low)

    _draw_scale(drawing, low, high, step, up, (left, right), unit, palette)
    for year in _spread(first, last, (right - left) / 26):
        drawing.add(_string(across(year), 6, str(year), palette.text_muted, "middle"))
    _draw_comparison(drawing, comparison, comparison_label, across, up, palette)
    _draw_targets(drawing, points, targets, across, up, unit, palette)
    _draw_values(drawing, points, across, up, palette)
    shown = [(year, value) for year, value in points if value is not None]
    if shown:
        year, value = shown[-1]
        drawing.add(
            _string(across(year), up(value) + 6, _with_unit(value, unit), palette.text, "middle", _SIZE, bold=True)
        )
    return drawing


@dataclass(frozen=True, slots=True)
class ProgressLine:
    """A priority (or anything else) and how far it is, in points of percent; None when nothing was entered."""

    label: str
    progress: Number | None
    priority: str = ""
    note: str = ""


def progress_bars(lines: Sequence[ProgressLine], *, width: float = A4.room_width, palette: Palette = PAPER) -> Drawing:
    """One bar a line, its percentage and a note (« 9 actions »)."""
    register_fonts()
    pitch = 19.0
    drawing = Drawing(width, max(pitch * len(lines), pitch))
    label_width = min(190.0, width * 0.42)
    note_width = max((text_width(line.note, _font(), _SIZE) for line in lines), default=0) + (
        12 if any(line.note for line in lines) else 0
    )
    left, right = label_width, width - 38 - note_width
    for rank, line in enumerate(lines):
        y = drawing.height - (rank + 1) * pitch + 6
        colours = palette.priority(line.priority) if line.priority else None
        x = 0.0
        if colours:
            chip = text_width(line.priority, _font(bold=True), _SIZE) + 9
            drawing.add(_box(0, y - 3.5, chip, 13, fill=colours.bg, radius=2))
            drawing.add(_string(4.5, y, line.priority, colours.fg, size=_SIZE, bold=True))
            x = chip + 6
        label = _wrapped(line.label, label_width - x - 8, _SIZE)
        words = label[0] if len(label) < 2 else f"{label[0][:-1]}…"
        drawing.add(_string(x, y, words, palette.text))
        drawing.add(_box(left, y - 0.5, right - left, 7, fill=palette.track, edge=palette.border_control))
        if line.progress is not None:
            share = min(max(float(line.progress), 0), 100) / 100
            drawing.add(
                _box(left, y - 0.5, (right - left) * share, 7, fill=colours.strong if colours else palette.accent)
            )
        percent = "–" if line.progress is None else _with_unit(round(line.progress), "%")
        drawing.add(_string(right + 34, y, percent, palette.text, "end"))
        if line.note:
            drawing.add(_string(width, y, line.note, palette.text_muted, "end"))
    return drawing


def gauge(
    value: Number | None,
    *,
    maximum: Number = 100,
    target: Number | None = None,
    target_high: Number | None = None,
    comparison: Number | None = None,
    base: Number | None = None,
    width: float = 160,
    unit: str = "%",
    palette: Palette = PAPER,
) -> Drawing:
    """A bar on its scale: target as a black tick (a range as an open frame), comparison as a diamond, base as a dot."""
    register_fonts()
    drawing = Drawing(width, 34)
    y, thick = 18.0, 8.0
    left, right = 3.0, width - 3.0

    def across(number: Number) -> float:
        return left + (right - left) * min(max(float(number) / float(maximum), 0), 1)

    drawing.add(_box(left, y, right - left, thick, fill=palette.track))
    if value is not None:
        drawing.add(_box(left, y, across(value) - left, thick, fill=palette.accent))
    if base is not None:
        drawing.add(_dot(across(base), y + thick / 2, 2.2, fill=palette.surface, edge=palette.text))
    if target is not None and target_high is not None:
        frame = _box(across(target), y - 3, across(target_high) - across(target), thick + 6, edge=palette.text)
        frame.strokeWidth = 1.2
        drawing.add(frame)
    elif target is not None:
        drawing.add(_line(across(target), y - 3.5, across(target), y + thick + 3.5, palette.text, width=1.8))
    if comparison is not None:
        drawing.add(_diamond(across(comparison), y + thick / 2, 4.2, palette))
    drawing.add(_string(left, 3, "0", palette.text_muted, size=_SMALL))
    drawing.add(_string(right, 3, _with_unit(maximum, unit), palette.text_muted, "end", _SMALL))
    if value is None:
        drawing.add(_string((left + right) / 2, 3, "à saisir", palette.text_muted, "middle", _SMALL))
    return drawing


def to_svg(drawing: Drawing) -> str:
    """The drawing as SVG text that QSvgRenderer draws as it is on paper, in the shipped fonts."""
    written = io.StringIO()
    renderSVG.drawToFile(drawing, written)
    svg = written.getvalue()
    svg = re.sub(r"<title>.*?</title>|<desc>.*?</desc>", "", svg, flags=re.DOTALL)
    # Qt's renderer paints what is clipped by reportlab's paths in black.
    svg = re.sub(r"<clipPath\b.*?</clipPath>", "", svg, flags=re.DOTALL)
    svg = re.sub(r"\s*clip-path:\s*[^;\"]+;?", "", svg)
    svg = re.sub(r"\s+clip-path=\"[^\"]*\"", "", svg)
    return re.sub(r"font-family:\s*([\w\-]+);?", _family, svg)


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


def _spread(first: int, last: int, room: float) -> list[int]:
    """Years to write, the last included, no more than there is room for."""
    every = max(1, -(-(last - first + 1) // max(int(room), 1)))
    return sorted(range(last, first - 1, -every))


# -- parts --------------------------------------------------------------------------------------------------------

Place = Callable[[float], float]


def _draw_scale(
    drawing: Any, low: float, high: float, step: float, up: Callable[[Number], float], sides: tuple[float, float],
    unit: str, palette: Palette,
) -> None:  # fmt: skip
    mark = low
    while mark <= high + step * 1e-6:
        drawing.add(_line(sides[0], up(mark), sides[1], up(mark), palette.border))
        last = mark + step > high + step * 1e-6
        words = _with_unit(mark, unit) if last else _number(mark)
        drawing.add(_string(sides[0] - 4, up(mark) - 2.6, words, palette.text_muted, "end", _SMALL))
        mark += step


def _draw_values(
    drawing: Any, points: Sequence[tuple[int, Number | None]], across: Place, up: Callable[[Number], float],
    palette: Palette,
) -> None:  # fmt: skip
    # Separate lines: Qt fills a polyline of the SVG.
    for (year, value), (next_year, next_value) in pairwise(points):
        if value is not None and next_value is not None:
            line = _line(across(year), up(value), across(next_year), up(next_value), palette.accent, width=1.75)
            line.strokeLineCap = 1
            drawing.add(line)
    for year, value in points:
        if value is not None:
            drawing.add(_dot(across(year), up(value), 2.6, fill=palette.accent, edge=palette.surface))


def _draw_targets(
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
            frame = _box(x - 5, low, 10, high - low, edge=palette.text)
            frame.strokeWidth = 1.2
            drawing.add(frame)
            words = f"{_number(target.value)}–{_with_unit(target.high, unit)}"
            middle = (low + high) / 2
        else:
            drawing.add(_line(x - 6, low, x + 6, low, palette.text, width=2))
            words, middle = _with_unit(target.value, unit), low
        # Beside the last target nothing follows; at the others the dashed line goes on.
        last = target.year == max(one.year for one in targets)
        drawing.add(
            _string(x + 9, middle - 2.8, words, palette.text)
            if last
            else _string(x, middle + 6, words, palette.text, "middle")
        )
        path.append((x, middle))
    for (x1, y1), (x2, y2) in pairwise(path):
        dashed = _line(x1, y1, x2, y2, palette.text_muted, width=0.9)
        dashed.strokeDashArray = [3, 2.5]
        drawing.add(dashed)


def _draw_comparison(
    drawing: Any, points: Sequence[tuple[int, Number | None]], label: str, across: Place,
    up: Callable[[Number], float], palette: Palette,
) -> None:  # fmt: skip
    shown = [(across(year), up(value)) for year, value in points if value is not None]
    for (x1, y1), (x2, y2) in pairwise(shown):
        drawing.add(_line(x1, y1, x2, y2, palette.border_control, width=0.8))
    for x, y in shown:
        drawing.add(_diamond(x, y, 3.4, palette))
    if shown and label:
        drawing.add(_string(shown[0][0], shown[0][1] + 6, label, palette.text_muted, size=_SMALL))


def _legend_places(series: Sequence[Series], width: float) -> list[tuple[int, float]]:
    """Line and left edge of each entry of the legend."""
    places: list[tuple[int, float]] = []
    line, x = 0, 0.0
    for one in series:
        extent = 10 + text_width(one.label, _font(), _SIZE) + 9
        if x and x + extent - 9 > width:
            line, x = line + 1, 0.0
        places.append((line, x))
        x += extent
    return places


def _draw_legend(
    drawing: Any, series: Sequence[Series], places: list[tuple[int, float]], height: float, hue: str, palette: Palette
) -> None:
    for one, (line, x) in zip(series, places, strict=True):
        y = height - 9 - 14 * line
        drawing.add(_bar(x + 0.5, y - 1, 6.5, 6.5, one.look, hue, palette))
        drawing.add(_string(x + 10, y - 0.5, one.label, palette.text_muted))


def _bar(x: float, y: float, width: float, height: float, look: str, hue: str, palette: Palette) -> Any:
    if look == "open":
        return _box(x + 0.4, y + 0.4, max(width - 0.8, 0.4), height - 0.8, fill=palette.surface, edge=palette.text)
    return _box(x, y, width, height, fill=hue if look == "colour" else palette.text)


def _box(x: float, y: float, width: float, height: float, *, fill: str = "", edge: str = "", radius: float = 0) -> Any:
    return Rect(
        x, y, width, height, rx=radius, ry=radius,
        fillColor=HexColor(fill) if fill else None,
        strokeColor=HexColor(edge) if edge else None,
        strokeWidth=0.7 if edge else 0,
    )  # fmt: skip


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, width: float = 0.5) -> Any:
    return Line(x1, y1, x2, y2, strokeColor=HexColor(colour), strokeWidth=width)


def _dot(x: float, y: float, radius: float, *, fill: str, edge: str) -> Any:
    return Circle(x, y, radius, fillColor=HexColor(fill), strokeColor=HexColor(edge), strokeWidth=0.8)


def _diamond(x: float, y: float, half: float, palette: Palette) -> Any:
    corners = [x - half, y, x, y + half, x + half, y, x, y - half]
    return Polygon(corners, fillColor=HexColor(palette.surface), strokeColor=HexColor(palette.text), strokeWidth=1)


def _string(
    x: float, y: float, text: str, colour: str, anchor: str = "start", size: float = _SIZE, *, bold: bool = False
) -> Any:
    return String(x, y, text, fontName=_font(bold=bold), fontSize=size, fillColor=HexColor(colour), textAnchor=anchor)


def _stacked(drawing: Any, lines: Sequence[str], x: float, y: float, colour: str) -> None:
    for rank, line in enumerate(lines):
        drawing.add(_string(x, y - rank * 10.5, line, colour))


def _wrapped(text: str, width: float, size: float) -> list[str]:
    return ["".join(span.text for span in line.spans) for line in wrap(text, TextStyle(DENSE, size), width)]


def _font(*, bold: bool = False) -> str:
    return font_name(DENSE, bold=bold)


def _number(value: Number) -> str:
    """At most two decimals, without the noise of binary fractions."""
    return format_number(Decimal(str(round(float(value), 2))))


def _with_unit(value: Number, unit: str) -> str:
    return f"{_number(value)}{NBSP}{unit}" if unit else _number(value)


_FAMILIES = {"DejaVuSans": "DejaVu Sans", "DejaVuSansCondensed": "DejaVu Sans Condensed"}


def _family(match: "re.Match[str]") -> str:
    """A registered font name as the family and weight that Qt knows."""
    face, _, variant = match[1].partition("-")
    family = _FAMILIES.get(face)
    if family is None:
        return match[0]
    weight = " font-weight: bold;" if "Bold" in variant else ""
    return f"font-family: '{family}';{weight}"
