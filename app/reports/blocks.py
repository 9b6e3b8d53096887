"""The parts a report is made of: headings, figures, tables, forms, lists, boxes, legends.

Each function takes plain values or small frozen dataclasses and returns blocks; none knows a query or an entity.
Texts are printed as given; the caller formats dates and amounts (`app.formatting`). The plan of actions and the
calendar have their own modules.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reportlab.lib.utils import ImageReader

from app.formatting import NBSP
from app.reports.cells import Cell, Column, Row
from app.reports.layout import Block, Columns, Stack
from app.reports.markdown import rich_text
from app.reports.pen import Pen, text_width
from app.reports.tables import Table
from app.reports.tagging import Element
from app.reports.text import Heading, Line, ListItem, RichText, Run, Text, line_pieces, list_element, wrap
from app.reports.theme import (
    BODY,
    CAPTION,
    DENSE_BODY,
    FIGURE,
    HEADING,
    LABEL,
    LEAD,
    MINOR,
    PAPER,
    SUBHEADING,
    SUBTITLE,
    TABLE,
    TITLE,
    TextStyle,
)

TO_ENTER = "à saisir"
TO_CONFIRM = "à confirmer"


# -- headings -----------------------------------------------------------------------------------------------------


def title(text: str, subtitle: str = "", *, bookmark: bool = True) -> list[Block]:
    """The title of a document or of a part, level 1."""
    blocks: list[Block] = [Heading(text, TITLE, level=1, before=16, after=2 if subtitle else 8, bookmark=bookmark)]
    if subtitle:
        blocks.append(Text(subtitle, SUBTITLE, after=10, keep_with_next=True))
    return blocks


def heading(text: str, level: int = 2, *, note: str = "", bookmark: bool = True) -> Heading:
    """A heading of level 2 or 3; `note` stands beside it, muted (« 3 sur 14 »)."""
    if level >= 3:
        return Heading(text, SUBHEADING, level=level, before=10, after=3, bookmark=bookmark, note=note)
    return Heading(text, HEADING, level=level, before=14, after=4, bookmark=bookmark, note=note)


class PriorityHeading(Heading):
    """A level 1 heading with the stripe and the chip of a priority, its sentence under it."""

    def __init__(self, code: str, label: str, description: str = "", *, level: int = 1) -> None:
        super().__init__(label, TITLE, level=level, before=16, after=10)
        self.title = f"{code} · {label}"
        self.code = code
        self.description = description
        self._chip = BODY.but(size=8.5, leading=12, bold=True, colour=PAPER.priority(code).fg)
        self._chip_width = text_width(code, self._chip.font, self._chip.size) + 11
        self.indent = 10 + self._chip_width + 8
        self._sentence = Element("P")

    def height(self, width: float) -> float:
        return super().height(width) + len(self._description_lines(width)) * LEAD.leading + 3

    def least(self, width: float) -> float:
        return self.height(width)

    def draw(self, pen: Pen, x: float, top: float, width: float) -> None:
        colours = PAPER.priority(self.code)
        height = self.height(width)
        chip_top = top - 4.5
        with pen.artifact():
            pen.box(x, top - height, 2.5, height - 2, fill=colours.strong)
            pen.round_box(x + 10, chip_top - 14, self._chip_width, 14, radius=2.5, fill=colours.bg)
        pen.bookmark(self.key, self.title, self.level, top)
        lines = line_pieces(self.lines(width), self.style, x + self.indent, top, width - self.indent)
        chip = line_pieces(wrap(self.code, self._chip, 100), self._chip, x + 15.5, chip_top - 1, 100)
        with pen.mark(self.element):
            pen.write([*chip, *lines])
        description = self._description_lines(width)
        if description:
            y = top - len(self.lines(width)) * self.style.leading - 1
            with pen.mark(self._sentence):
                pen.write(line_pieces(description, LEAD, x + 10, y, width - 10))

    def _description_lines(self, width: float) -> list[Line]:
        return wrap(self.description, LEAD, width - 10)


# -- figures ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """A number that sums up, already written (« 52 % »), and what it counts."""

    value: str
    label: str


class KeyFigures(Block):
    """Figures side by side, a hairline between them."""

    space_before = 4
    space_after = 10

    def __init__(self, figures: Sequence[KeyFigure]) -> None:
        self.figures = list(figures)
        self.elements = [Element("P") for _ in self.figures]

    def height(self, width: float) -> float:
        return FIGURE.leading + max((len(lines) for lines in self._labels(width)), default=1) * LABEL.leading + 2

    def draw(self, pen: Pen, x: float, top: float, width: float) -> None:
        extent = width / max(len(self.figures), 1)
        height = self.height(width)
        with pen.artifact():
            for rank in range(1, len(self.figures)):
                pen.vertical_rule(x + rank * extent - 7, top - height, top, colour=PAPER.border)
        for rank, (figure, lines) in enumerate(zip(self.figures, self._labels(width), strict=True)):
            left = x + rank * extent + (1 if rank else 0)
            with pen.mark(self.elements[rank]):
                value = wrap(figure.value, FIGURE, extent - 12)[:1]
                pen.write(line_pieces(value, FIGURE, left, top, extent))
                pen.write(line_pieces(lines, LABEL, left, top - FIGURE.leading, extent))

    def _labels(self, width: float) -> list[list[Line]]:
        extent = width / max(len(self.figures), 1) - 16
        return [wrap(figure.label, LABEL, extent) for figure in self.figures]


# -- tables and forms ---------------------------------------------------------------------------------------------


def data_table(
    columns: Sequence[Column],
    rows: Sequence[Row | Sequence[str | Cell]],
    *,
    empty: str = "Rien n’est inscrit.",
    **options: Any,
) -> Table | Text:
    """Any table (see `tables.Table` for the options); the sentence `empty` when it has no row."""
    if not rows:
        return empty_sentence(empty)
    return Table(columns, [row if isinstance(row, Row) else Row(row) for row in rows], **options)


@dataclass(frozen=True, slots=True)
class TargetLine:
    """What is aimed at: words, value of the target, last value measured (empty: still to be entered)."""

    label: str
    target: str
    measured: str = ""


def targets_table(lines: Sequence[TargetLine], *, year: str = "2030", measured: str = "Mesure") -> Table | Text:
    """Targets and where one stands; a missing value says so."""
    columns = [
        Column("Cible", share=1),
        Column(year, 54, align="right"),
        Column(measured, 36, align="right"),
    ]
    rows = [
        Row((line.label, Cell(line.target, bold=True), line.measured or Cell(TO_ENTER, colour=PAPER.text_muted)))
        for line in lines
    ]
    return data_table(columns, rows, empty="Aucune cible n’est fixée.", row_head=0, quiet=True)


def definitions(
    pairs: Sequence[tuple[str, RichText]],
    *,
    columns: int = 1,
    label_width: float = 96,
    skip_empty: bool = False,
    ruled: bool = True,
) -> Table | Text:
    """Labels and values, as in a form; an empty value is a dash, or skipped. `ruled` draws a line between rows."""
    kept = [(label, value) for label, value in pairs if value or not skip_empty]
    if not kept:
        return empty_sentence("Rien n’est inscrit.")
    specs = [Column("", label_width, colour=PAPER.text_muted), Column("", share=1)] * columns
    rows = []
    for start in range(0, len(kept), columns):
        cells: list[str | Cell] = []
        for label, value in kept[start : start + columns]:
            cells += [label, Cell(value or "–")]
        rows.append(Row([*cells, *[""] * (len(specs) - len(cells))]))
    style = TABLE.but(size=8.5, leading=11.5)
    return Table(specs, rows, style=style, row_head=0, align_top=True, quiet=True, ruled=ruled, after=10)


# -- text ---------------------------------------------------------------------------------------------------------


def paragraph(text: RichText, style: TextStyle = BODY) -> Text:
    return Text(text, style)


def long_text(text: str, *, empty: str = "") -> list[Block]:
    """A text written by people (see `markdown`); the sentence `empty` when there is none."""
    if not text.strip():
        return [empty_sentence(empty)] if empty else []
    return rich_text(text)


def bullets(items: Sequence[RichText], *, style: TextStyle = DENSE_BODY, numbered: bool = False) -> list[Block]:
    """A list; items are tagged as such."""
    whole = list_element(numbered=numbered)
    blocks: list[Block] = [
        ListItem(item, style, of=whole, sign=f"{rank}." if numbered else "–", after=3)
        for rank, item in enumerate(items, start=1)
    ]
    if blocks:
        blocks[-1].space_after = 6
    return blocks


def caption(text: RichText, *, after: float = 8) -> Text:
    """Small muted words under a table or a chart."""
    return Text(text, CAPTION, role="P", after=after)


def source(text: str, *, note: str = "") -> Text:
    """« Source : … », with a sentence after it."""
    words = text.rstrip(".")
    return caption(f"Source{NBSP}: {words}. {note}".rstrip())


def empty_sentence(text: str) -> Text:
    """What is said where there is nothing."""
    return Text(text, BODY.but(colour=PAPER.text_muted, italic=True), after=8)


def to_confirm(text: str) -> list[Run]:
    """A value nobody has checked yet, marked in words."""
    return [Run(text), Run(f" ({TO_CONFIRM})", italic=True, colour=PAPER.warning.fg)]


# -- boxes and places ---------------------------------------------------------------------------------------------


def callout(tone: str, heading_text: str, text: RichText = "") -> Stack:
    """A banner: `tone` is warning (late), danger (blocked), info, success or neutral; the sign speaks in grey."""
    colours = PAPER.tone(tone)
    sign = {"warning": "▲", "danger": "■", "success": "●"}.get(tone, "")
    words = [Run(f"{sign} {heading_text}" if sign else heading_text, bold=True, colour=colours.fg)]
    blocks: list[Block] = [Text(words, BODY, after=1)]
    if text:
        blocks.append(Text(text, BODY, after=0))
    return Stack(blocks, padding=8, fill=colours.bg, stripe=colours.fg, before=4, after=10)


def card(heading_text: str, blocks: Sequence[Block]) -> Stack:
    """A framed box with its own small heading."""
    head = Text(heading_text, MINOR, after=2, keep_with_next=True)
    return Stack([head, *blocks], padding=10, fill=PAPER.surface_alt, edge=PAPER.border, before=8, after=12)


def side_by_side(*columns: Sequence[Block], shares: Sequence[float] = ()) -> Columns:
    """Columns read one after the other."""
    return Columns(columns, shares=shares, before=12, after=8)


class Figure(Block):
    """A chart or another drawing, with the words that stand for it when it is heard rather than seen."""

    def __init__(self, drawing: Any, alt: str, *, before: float = 0, after: float = 4) -> None:
        self.drawing = drawing
        self.element = Element("Figure", alt=alt)
        self.space_before, self.space_after = before, after

    def height(self, width: float) -> float:
        return float(self.drawing.height) * self._scale(width)

    def draw(self, pen: Pen, x: float, top: float, width: float) -> None:
        scale = self._scale(width)
        drawing = self.drawing
        if scale < 1:
            drawing = drawing.copy()
            drawing.renderScale = scale
        bottom = top - self.height(width)
        extent = float(self.drawing.width) * scale
        box = [round(value, 1) for value in (x, bottom, x + extent, top)]
        self.element.attributes = {"O": "Layout", "Placement": "Block", "BBox": box}
        with pen.mark(self.element):
            pen.drawing(drawing, x, bottom)

    def _scale(self, width: float) -> float:
        return min(1.0, width / float(self.drawing.width))


class Picture(Block):
    """An image file at most `width` × `height` points."""

    def __init__(self, path: Path, alt: str, *, width: float, height: float, after: float = 6) -> None:
        self.image = ImageReader(str(path))
        pixels_across, pixels_down = self.image.getSize()
        scale = min(width / pixels_across, height / pixels_down)
        self.size = (pixels_across * scale, pixels_down * scale)
        self.element = Element("Figure", alt=alt)
        self.space_after = after

    def height(self, width: float) -> float:
        return float(self.size[1])

    def draw(self, pen: Pen, x: float, top: float, width: float) -> None:
        with pen.mark(self.element):
            pen.image(self.image, x, top - self.size[1], *self.size)
