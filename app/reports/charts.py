"""Charts, drawn once for the screen and for paper.

Each function takes plain values and a palette and returns a reportlab `Drawing`: `blocks.Figure` puts it in a report,
`to_svg` makes it an SVG that Qt draws. Bars begin at zero and show both ends of their scale; series differ by
lightness first, so that a grey print reads the same. Values are floats or Decimals; a missing one is None, never zero.
"""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.graphics import renderSVG
from reportlab.graphics.shapes import Drawing

from app.formatting import NBSP
from app.reports.chart_parts import (
    SIZE,
    SMALL,
    Number,
    Series,
    Target,
    chart_font,
    disc,
    draw_comparison,
    draw_legend,
    draw_scale,
    draw_targets,
    draw_values,
    figure,
    label_at,
    legend_places,
    lozenge,
    nice_ceiling,
    nice_range,
    rectangle,
    segment,
    series_bar,
    spread,
    stack_labels,
    with_unit,
    wrapped,
)
from app.reports.pen import text_width
from app.reports.theme import A4, PAPER, Palette, register_fonts

__all__ = ["ProgressLine", "Series", "Target", "gauge", "grouped_bars", "progress_bars", "to_svg", "trend"]


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
    labels = [wrapped(group, label_width - 6, SIZE) for group in groups]
    bar, pitch = 8.5, 10.8
    block = [max(len(series) * pitch, len(lines) * 10.5) + 9 for lines in labels]
    legend_lines = legend_places(series, width)
    legend_height = 14.0 * (1 + max((line for line, _ in legend_lines), default=0)) + 8
    height = legend_height + sum(block) + 20
    drawing = Drawing(width, height)
    draw_legend(drawing, series, legend_lines, height, hue, palette)

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
        drawing.add(segment(x, lower, x, upper, palette.border))
        mark = figure(top * step / 4)
        drawing.add(label_at(x, 6, f"{mark}{NBSP}{unit}" if step == 4 and unit else mark, palette.text_muted, "middle"))
    y = upper
    for rank, lines in enumerate(labels):
        tall = len(series) * pitch
        middle = y - 4 - tall / 2
        stack_labels(drawing, lines, 0, middle + (len(lines) - 1) * 10.5 / 2 - 3, palette.text)
        for order, one in enumerate(series):
            value = one.values[rank]
            bottom = y - 4 - order * pitch - bar
            if value is None:
                drawing.add(label_at(left + 4, bottom + 1.5, "n.d.", palette.text_muted, size=SMALL))
                continue
            extent = max(float(value) * scale, 0.0)
            drawing.add(series_bar(left, bottom, extent, bar, one.look, hue, palette))
            drawing.add(label_at(left + extent + 4, bottom + 1.5, with_unit(value, unit), palette.text, size=SMALL))
        y -= block[rank]
    return drawing


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
        drawing.add(label_at(0, height / 2, "Aucune valeur n’est saisie.", palette.text_muted))
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

    draw_scale(drawing, low, high, step, up, (left, right), unit, palette)
    for year in spread(first, last, (right - left) / 26):
        drawing.add(label_at(across(year), 6, str(year), palette.text_muted, "middle"))
    draw_comparison(drawing, comparison, comparison_label, across, up, palette)
    draw_targets(drawing, points, targets, across, up, unit, palette)
    draw_values(drawing, points, across, up, palette)
    shown = [(year, value) for year, value in points if value is not None]
    if shown:
        year, value = shown[-1]
        x, y, anchor = across(year), up(value) + 6, "middle"
        if any(target.year == year for target in targets):
            # The target of that year writes its own figure above it.
            x, y, anchor = x - 14, up(value) + 3, "end"
        elif y + SIZE > height:
            y = up(value) - 6 - SIZE
        drawing.add(label_at(x, y, with_unit(value, unit), palette.text, anchor, SIZE, bold=True))
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
    wanted = max((text_width(line.label, chart_font(), SIZE) for line in lines), default=0.0) + 44
    label_width = min(max(wanted, 120.0), width * 0.5)
    note_width = max((text_width(line.note, chart_font(), SIZE) for line in lines), default=0) + (
        12 if any(line.note for line in lines) else 0
    )
    left, right = label_width, width - 38 - note_width
    for rank, line in enumerate(lines):
        y = drawing.height - (rank + 1) * pitch + 6
        colours = palette.priority(line.priority) if line.priority else None
        x = 0.0
        if colours:
            chip = text_width(line.priority, chart_font(bold=True), SIZE) + 9
            drawing.add(rectangle(0, y - 3.5, chip, 13, fill=colours.bg, radius=2))
            drawing.add(label_at(4.5, y, line.priority, colours.fg, size=SIZE, bold=True))
            x = chip + 6
        label = wrapped(line.label, label_width - x - 8, SIZE)
        words = label[0] if len(label) < 2 else f"{label[0][:-1]}…"
        drawing.add(label_at(x, y, words, palette.text))
        drawing.add(rectangle(left, y - 0.5, right - left, 7, fill=palette.track, edge=palette.border_control))
        if line.progress is not None:
            share = min(max(float(line.progress), 0), 100) / 100
            drawing.add(
                rectangle(left, y - 0.5, (right - left) * share, 7, fill=colours.strong if colours else palette.accent)
            )
        percent = "–" if line.progress is None else with_unit(line.progress, "%")
        drawing.add(label_at(right + 34, y, percent, palette.text, "end"))
        if line.note:
            drawing.add(label_at(width, y, line.note, palette.text_muted, "end"))
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

    drawing.add(rectangle(left, y, right - left, thick, fill=palette.track))
    if value is not None:
        drawing.add(rectangle(left, y, across(value) - left, thick, fill=palette.accent))
    if base is not None:
        drawing.add(disc(across(base), y + thick / 2, 2.2, fill=palette.surface, edge=palette.text))
    if target is not None and target_high is not None:
        frame = rectangle(across(target), y - 3, across(target_high) - across(target), thick + 6, edge=palette.text)
        frame.strokeWidth = 1.2
        drawing.add(frame)
    elif target is not None:
        drawing.add(segment(across(target), y - 3.5, across(target), y + thick + 3.5, palette.text, width=1.8))
    if comparison is not None:
        drawing.add(lozenge(across(comparison), y + thick / 2, 4.2, palette))
    drawing.add(label_at(left, 3, "0", palette.text_muted, size=SMALL))
    drawing.add(label_at(right, 3, with_unit(maximum, unit), palette.text_muted, "end", SMALL))
    if value is None:
        drawing.add(label_at((left + right) / 2, 3, "à saisir", palette.text_muted, "middle", SMALL))
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


_FAMILIES = {"DejaVuSans": "DejaVu Sans", "DejaVuSansCondensed": "DejaVu Sans Condensed"}


def _family(match: "re.Match[str]") -> str:
    """A registered font name as the family and weight that Qt knows."""
    face, _, variant = match[1].partition("-")
    family = _FAMILIES.get(face)
    if family is None:
        return match[0]
    weight = " font-weight: bold;" if "Bold" in variant else ""
    return f"font-family: '{family}';{weight}"
