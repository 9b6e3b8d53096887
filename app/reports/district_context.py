"""The context of a quartier in figures: comparative table, chart of a priority, map of the QPV. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import cos, radians
from typing import Any

from reportlab.graphics.shapes import FILL_EVEN_ODD, Circle, Drawing, Line, Path, String
from reportlab.lib.colors import HexColor

from app.formatting import NBSP, counted
from app.reports import blocks, charts
from app.reports.cells import Cell, Column, Row
from app.reports.layout import Block
from app.reports.theme import DENSE, PAPER, font_name, register_fonts
from app.reports.wording import cited, gap_words, source_words, value_words
from app.services.queries.context_report import QPV_KINDS, ContextIndicator, Outline, Ring
from app.services.readings import Scale, reading_words
from app.services.scorecard import Measure, period_words

#: Rows of the table of the portrait, indicators and bars of a chart.
PORTRAIT_ROWS = 11
CHART_GROUPS = 4
CHART_SERIES = 3

_GENERATION = {"qpv_2024": "génération 2024", "qpv_2015": "génération 2015"}


# -- comparative table --------------------------------------------------------------------------------------------


def comparison_table(context: Sequence[ContextIndicator]) -> list[Block]:
    """The values of the QPV of the quartier beside those of larger territories, generation by generation."""
    generations = [kind for kind in QPV_KINDS if any(one.of_kinds([kind]) for one in context)]
    if not generations:
        return [blocks.empty_sentence("Aucune valeur n’est connue pour les QPV du quartier.")]
    columns = [
        Column("Indicateur", share=1),
        Column("QPV", 82),
        Column("Valeur", 42, align="right"),
        Column("À comparer à", 78),
        Column("Écart", 58),
        Column("Source et année", share=1.35),
    ]
    rows: list[Row] = []
    for kind in generations:
        lines = [(one, measure) for one in context for measure in one.of_kinds([kind])]
        # What can be compared first, then shares of people: within the room of a page, the rest is in the annexe.
        lines.sort(key=lambda pair: (pair[0].comparison(pair[1]) is None, pair[0].scale.kind != "rate"))
        kept = lines[:PORTRAIT_ROWS]
        rows.append(Row((Cell(f"QPV de {_GENERATION[kind]}", span=len(columns)),), "group"))
        before = ""
        for one, measure in kept:
            rows.append(_comparison_row(one, measure, joined=one.id == before))
            before = one.id
    table = blocks.data_table(columns, rows, row_head=0, align_top=True)
    table.space_after = 3
    return [table, blocks.caption(_generations_note(generations))]


def _comparison_row(one: ContextIndicator, measure: Measure, *, joined: bool) -> Row:
    other = one.comparison(measure)
    against: str | Cell = "–"
    if other is not None:
        note = period_words(other) if other.dated != measure.dated else ""
        against = Cell(f"{other.territory_name}{NBSP}: {_bare(other, one.scale)}", note=note)
    gap = gap_words(measure.reading.level, other.reading.level if other else None, one.scale)
    name = measure.territory_name.removesuffix(" 2015")
    return Row(
        (
            Cell("", joined=True) if joined else _title_with_unit(one),
            name,
            Cell(_bare(measure, one.scale), bold=True, note="à confirmer" if measure.to_confirm else ""),
            against,
            gap or "–",
            Cell(source_words(measure), colour=PAPER.text_muted),
        )
    )


def _bare(measure: Measure, scale: Scale) -> str:
    """The value; « points » is said once, with the indicator."""
    return reading_words(measure.reading, scale, unit=scale.unit == "%")


def _title_with_unit(one: ContextIndicator) -> str:
    return f"{one.title}, en points" if one.scale.unit == "points" else one.title


def _generations_note(generations: Sequence[str]) -> str:
    if list(generations) == ["qpv_2015"]:
        return (
            "Les études citées portent sur les QPV de génération 2015. Ceux de 2024 ont d’autres limites"
            f"{NBSP}: ces valeurs ne disent rien de leur évolution. Les écarts entre parts sont en points."
        )
    if len(generations) > 1:
        return (
            "Les QPV de génération 2015 et de génération 2024 sont deux géographies"
            f"{NBSP}: leurs valeurs ne se suivent pas. Les écarts entre parts sont en points."
        )
    return "Les écarts entre parts sont en points, les rapports en nombre de fois."


# -- chart of a priority ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Chosen:
    """Indicators of a chart and the territories they are compared over."""

    indicators: tuple[ContextIndicator, ...]
    territories: tuple[str, ...]

    def measure(self, one: ContextIndicator, territory: str) -> Measure:
        return next(found for found in one.measures if found.territory == territory)

    @property
    def measures(self) -> list[Measure]:
        return [self.measure(one, territory) for one in self.indicators for territory in self.territories]


def context_chart(context: Sequence[ContextIndicator], code: str, *, width: float = 269) -> list[Block]:
    """Bars of the shares known for a priority over the same territories, source and widest gap; empty without any."""
    chosen = _choose([one for one in context if one.priority == code])
    if chosen is None:
        return []
    looks = ("strong", "colour", "open")
    series = []
    for rank, territory in enumerate(chosen.territories):
        measures = [chosen.measure(one, territory) for one in chosen.indicators]
        last = rank == len(chosen.territories) - 1
        look = "open" if last else looks[rank]
        series.append(charts.Series(measures[0].territory_name, [one.reading.level for one in measures], look))
    labels = [_dated_title(one, chosen) for one in chosen.indicators]
    drawing = charts.grouped_bars(labels, series, priority=code, width=width)
    return [
        blocks.Figure(drawing, _heard(chosen)),
        blocks.source(cited(chosen.measures), note=_widest_gap(chosen)),
    ]


def _choose(candidates: Sequence[ContextIndicator]) -> _Chosen | None:
    """The set of territories that the most shares are known for, nearest first, at most three."""
    over: dict[str, tuple[str, ...]] = {}
    for one in candidates:
        if one.scale.kind != "rate" or one.scale.unit != "%":
            continue
        known = dict.fromkeys(found.territory for found in one.measures if _is_share(found))
        if len(known) > 1:
            kept = list(known)
            # The last is the widest: it is what the others are read against.
            over[one.id] = tuple([*kept[: CHART_SERIES - 1], kept[-1]] if len(kept) > CHART_SERIES else kept)
    if not over:
        return None
    (territories, _), *_ = Counter(over.values()).most_common(1)
    shown = tuple(one for one in candidates if over.get(one.id) == territories)[:CHART_GROUPS]
    return _Chosen(shown, territories)


def _dated_title(one: ContextIndicator, chosen: _Chosen) -> str:
    years = {found.year for found in (chosen.measure(one, place) for place in chosen.territories)}
    year = next(iter(years)) if len(years) == 1 else None
    return f"{one.title} ({year})" if year else one.title


def _heard(chosen: _Chosen) -> str:
    """The bars in words."""
    parts = []
    for one in chosen.indicators:
        values = (chosen.measure(one, place) for place in chosen.territories)
        said = ", ".join(f"{found.territory_name} {value_words(found, one.scale)}" for found in values)
        parts.append(f"{one.title}{NBSP}: {said}")
    return f"Barres. {'. '.join(parts)}."


def _widest_gap(chosen: _Chosen) -> str:
    """« Part d’élèves boursiers : 73 % contre 31 % (Collèges du département), + 42 points (2,4 fois). »"""
    pairs = [
        (chosen.measure(one, place), chosen.measure(one, chosen.territories[-1]), one)
        for one in chosen.indicators
        for place in chosen.territories[:-1]
    ]
    measure, other, one = max(pairs, key=lambda pair: abs(_level(pair[0]) - _level(pair[1])))
    gap = gap_words(measure.reading.level, other.reading.level, one.scale)
    values = f"{value_words(measure, one.scale)} contre {value_words(other, one.scale)}"
    return f"{one.title}{NBSP}: {values} ({other.territory_name}), {gap}."


def _is_share(measure: Measure) -> bool:
    """A bar begins at zero: a negative « share » is a difference."""
    return measure.reading.level is not None and measure.reading.level >= 0


def _level(measure: Measure) -> Decimal:
    return measure.reading.level or Decimal(0)


# -- map ----------------------------------------------------------------------------------------------------------


def qpv_map(outlines: Sequence[Outline], *, width: float = 220, height: float = 190) -> list[Block]:
    """The outlines of the QPV, those of the quartier tinted, numbered, with their scale and source."""
    if not outlines:
        return []
    ordered = sorted(outlines, key=lambda one: not one.inside)
    figure = blocks.Figure(_map(ordered, width, height), _map_words(ordered), after=2)
    legend = [
        f"{rank}. {one.code} {one.name}{'' if one.inside else ' (hors du quartier)'}"
        for rank, one in enumerate(ordered, start=1)
    ]
    sources = sorted({one.source for one in ordered if one.source})
    words: list[Block] = [blocks.caption("\n".join(legend), after=2)]
    if sources:
        words.append(blocks.source(f"{NBSP}; ".join(sources)))
    return [figure, *words]


def _map_words(outlines: Sequence[Outline]) -> str:
    inside = [one for one in outlines if one.inside]
    names = ", ".join(f"{one.name} ({one.code})" for one in inside)
    return f"Carte des contours de {counted(len(outlines), 'QPV', 'QPV')}. Dans le quartier{NBSP}: {names or 'aucun'}."


def _map(outlines: Sequence[Outline], width: float, height: float) -> Drawing:
    """Degrees on a plane: a town is small enough for the length of a degree to be one and the same."""
    register_fonts()
    points = [point for one in outlines for ring in one.rings for point in ring]
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    squeeze = cos(radians((south + north) / 2))
    margin = 14.0
    scale = min(
        (width - 2 * margin) / ((east - west) * squeeze or 1e-6), (height - 2 * margin - 10) / (north - south or 1e-6)
    )
    tall = (north - south) * scale + 2 * margin + 10
    drawing = Drawing(width, tall)
    left = (width - (east - west) * squeeze * scale) / 2

    def place(x: float, y: float) -> tuple[float, float]:
        return left + (x - west) * squeeze * scale, margin + 10 + (y - south) * scale

    for one in reversed(outlines):
        drawing.add(_shape(one, place))
    for rank, one in enumerate(outlines, start=1):
        x, y = place(*_heart(max(one.rings, key=_area)))
        drawing.add(
            Circle(x, y, 6.5, fillColor=HexColor(PAPER.surface), strokeColor=HexColor(PAPER.text), strokeWidth=0.6)
        )
        drawing.add(_words(x, y - 2.6, str(rank), bold=True))
    _add_scale(drawing, scale / 111.32, width)
    return drawing


def _shape(one: Outline, place: Any) -> Path:
    path = Path(
        fillColor=HexColor(PAPER.accent_soft if one.inside else PAPER.surface),
        strokeColor=HexColor(PAPER.accent if one.inside else PAPER.text_muted),
        strokeWidth=1.1 if one.inside else 0.7,
        strokeLineJoin=1,
        fillMode=FILL_EVEN_ODD,
    )
    if not one.inside:
        path.strokeDashArray = [2.5, 1.8]
    for ring in one.rings:
        path.moveTo(*place(*ring[0]))
        for point in ring[1:]:
            path.lineTo(*place(*point))
        path.closePath()
    return path


def _add_scale(drawing: Drawing, kilometre: float, width: float) -> None:
    """One kilometre (or less on a large scale), and the north."""
    length, word = (kilometre, f"1{NBSP}km") if kilometre < width * 0.5 else (kilometre / 2, f"500{NBSP}m")
    colour = HexColor(PAPER.text_muted)
    drawing.add(Line(4, 4, 4 + length, 4, strokeColor=colour, strokeWidth=1))
    for x in (4, 4 + length):
        drawing.add(Line(x, 2, x, 6, strokeColor=colour, strokeWidth=1))
    drawing.add(_words(4 + length + 5, 1.5, word, anchor="start", colour=PAPER.text_muted))
    drawing.add(_words(width - 8, 1.5, "↑ nord", anchor="end", colour=PAPER.text_muted))


def _words(x: float, y: float, text: str, *, anchor: str = "middle", bold: bool = False, colour: str = "") -> String:
    return String(
        x, y, text, fontName=font_name(DENSE, bold=bold), fontSize=7.5, textAnchor=anchor,
        fillColor=HexColor(colour or PAPER.text),
    )  # fmt: skip


def _area(ring: Ring) -> float:
    pairs = zip(ring, (*ring[1:], ring[0]), strict=True)
    return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairs)) / 2


def _heart(ring: Ring) -> tuple[float, float]:
    """A point well inside the ring: the middle of its widest chord among a few heights."""
    south, north = min(y for _, y in ring), max(y for _, y in ring)
    best = (0.0, ring[0])
    for step in range(3, 18):
        y = south + (north - south) * step / 20
        crossed = sorted(
            x1 + (y - y1) * (x2 - x1) / (y2 - y1)
            for (x1, y1), (x2, y2) in zip(ring, (*ring[1:], ring[0]), strict=True)
            if (y1 > y) != (y2 > y)
        )
        for start, end in zip(crossed[::2], crossed[1::2], strict=False):
            best = max(best, (end - start, ((start + end) / 2, y)))
    return best[1]
