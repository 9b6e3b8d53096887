"""Tables: columns, rows and cells, their heads repeated on each page, tagged cell by cell.

Texts are strings laid at given column widths, a row is one text object: a long table costs about what its bare
strings cost. A row stays on one page unless it is very tall; a group row is never the last of a page and a total
never the first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from app.reports.cells import GUTTER, Cell, Column, Row, column_widths
from app.reports.layout import Block
from app.reports.pen import Pen, Piece
from app.reports.tagging import Element
from app.reports.text import Line, baseline, line_pieces, wrap
from app.reports.theme import PAPER, TABLE, TABLE_HEAD, TextStyle

_BAR_WIDTH, _BAR_HEIGHT = 26.0, 4.0
_SIGN_WIDTH = 11.0
_TALL = 160.0


class _Laid(NamedTuple):
    """A cell laid out: first column, span, left and width of its inside, lines, lines of the note, style, cell."""

    column: int
    span: int
    x: float
    width: float
    lines: list[Line]
    note: list[Line]
    style: TextStyle
    cell: Cell


_PLAIN = Cell()


@dataclass(slots=True)
class _LaidRow:
    row: Row
    cells: list[_Laid]
    height: float
    elements: list[Element]


class Table(Block):
    """Rows under a head.

    `row_head` is the rank of the column whose cells name their row (TH), `align_top` sets cells at the top instead of
    the middle, `row_height` is a minimum (signatures), `grid` rules the columns too, `ruled` the rows. `quiet` is for
    a small table beside something else: a head without tint, texts flush with the edges. There is no head when no
    column is titled.
    """

    def __init__(
        self,
        columns: Sequence[Column],
        rows: Sequence[Row],
        *,
        style: TextStyle = TABLE,
        summary: str = "",
        row_head: int | None = None,
        align_top: bool = False,
        row_height: float = 0,
        grid: bool = False,
        quiet: bool = False,
        ruled: bool = True,
        before: float = 0,
        after: float = 6,
    ) -> None:
        self.columns = list(columns)
        self.rows = rows
        self.style = style
        self.row_head = row_head
        self.align_top = align_top
        self.row_height = row_height
        self.grid = grid
        self.quiet = quiet
        self.ruled = ruled
        self.space_before, self.space_after = before, after
        self.element = Element("Table", attributes={"O": "Table", "Summary": summary} if summary else {})
        self.continued = False
        self._laid: list[_LaidRow] = []
        self._head: _LaidRow | None = None
        self._width = -1.0
        self._rows_height = 0.0
        self._widths: list[float] = []

    # -- block ------------------------------------------------------------------------------------------------------

    def height(self, width: float) -> float:
        self._lay(width)
        return self._head_height() + self._rows_height

    def least(self, width: float) -> float:
        self._lay(width)
        needed = self._head_height()
        for laid in self._laid:
            needed += laid.height if laid.height <= _TALL else _TALL / 2
            if laid.row.kind != "group":
                break
        return needed

    def split(self, width: float, room: float) -> tuple[Block, Block] | None:
        self._lay(width)
        left = room - self._head_height() + 0.01
        count = 0
        while count < len(self._laid) and self._laid[count].height <= left:
            left -= self._laid[count].height
            count += 1
        if count < len(self._laid) and self._laid[count].height > _TALL and left >= _TALL / 2:
            first, rest = self._cut_row(self._laid[count], left)
            # Two margins more than the row had.
            self._rows_height += first.height + rest.height - self._laid[count].height
            return self._parts([*self._laid[:count], first], [rest, *self._laid[count + 1 :]])
        # A row alone at the top of a page is read as a mistake; a total belongs with what it adds up.
        if 1 < count < len(self._laid) and (count == len(self._laid) - 1 or self._laid[count].row.kind == "total"):
            count -= 1
        while count and self._laid[count - 1].row.kind == "group":
            count -= 1
        if not 0 < count < len(self._laid):
            return None
        return self._parts(self._laid[:count], self._laid[count:])

    def draw(self, pen: Pen, x: float, top: float, width: float) -> None:
        self._lay(width)
        self._draw_frame(pen, x, top, width)
        pen.structure.hang(self.element)
        y = top
        if self._head:
            self._draw_row(pen, self._head, x, y, repeated=self.continued)
            y -= self._head.height
        for laid in self._laid:
            self._draw_row(pen, laid, x, y)
            y -= laid.height

    # -- laying out ---------------------------------------------------------------------------------------------------

    def _lay(self, width: float) -> None:
        if self._width == width:
            return
        self._width = width
        self._widths = column_widths(self.columns, width)
        titled = any(column.title or column.scale for column in self.columns)
        self._head = self._lay_row(Row([column.title for column in self.columns], "head")) if titled else None
        self._laid = [self._lay_row(row) for row in self.rows]
        self._rows_height = sum(row.height for row in self._laid)

    def _lay_row(self, row: Row) -> _LaidRow:
        cells: list[_Laid] = []
        height = 0.0
        column = 0
        x = 0.0
        strong = row.kind != "line"
        base = TABLE_HEAD.but(size=self.style.size) if row.kind == "head" else self.style
        for value in row.cells:
            cell = value if isinstance(value, Cell) else _PLAIN
            text = value if isinstance(value, str) else cell.text
            spec = self.columns[column]
            extent = sum(self._widths[column : column + cell.span])
            style = base
            if row.kind != "head":
                colour = cell.colour or (PAPER.text if strong else spec.colour)
                bar = cell.progress is not None
                bold = (strong or cell.bold) and not bar
                style = _variant(self.style, bold=bold, colour=colour, align="right" if bar else spec.align)
            elif spec.align != "left":
                style = base.but(align=spec.align)
            start, inside = self._inside(column, cell.span, x, extent)
            room = inside - (_SIGN_WIDTH if cell.sign else 0)
            room -= _BAR_WIDTH + GUTTER if cell.progress is not None else 0
            lines = wrap(text, style, room) if text else []
            note = wrap(cell.note, self._note_style(style), room) if cell.note else []
            cells.append(_Laid(column, cell.span, start, inside, lines, note, style, cell))
            height = max(height, (len(lines) + len(note)) * style.leading)
            column += cell.span
            x += extent
        margin = {"line": 3.5, "group": 4.4}.get(row.kind, 3.9)
        minimum = 0 if row.kind == "head" else self.row_height
        return _LaidRow(row, cells, max(height or self.style.leading, minimum) + 2 * margin, [])

    def _inside(self, column: int, span: int, x: float, extent: float) -> tuple[float, float]:
        """Left edge and width of the text of a cell."""
        first, last = column == 0, column + span == len(self.columns)
        before = 0 if self.quiet and first else GUTTER
        after = 0 if self.quiet and last else GUTTER
        return x + before, extent - before - after

    def _note_style(self, style: TextStyle) -> TextStyle:
        return _variant(style, bold=False, colour=PAPER.text_muted, align=style.align)

    def _head_height(self) -> float:
        return self._head.height if self._head else 0

    def _parts(self, above: list[_LaidRow], below: list[_LaidRow]) -> "tuple[Table, Table]":
        """Two tables of the same element; heights are not summed again over thousands of rows."""
        below = [self._with_merged(below[0], above), *below[1:]]
        used = sum(row.height for row in above)
        return self._part(above, used), self._part(below, self._rows_height - used, continued=True)

    def _with_merged(self, first: _LaidRow, above: list[_LaidRow]) -> _LaidRow:
        """The first row of a page, saying again what its merged cells hold."""
        if not any(cell.cell.joined for cell in first.cells):
            return first
        cells = []
        for cell in first.cells:
            if cell.cell.joined:
                source = _holder(above, cell.column)
                if source:
                    cell = cell._replace(lines=source.lines, note=source.note, style=source.style, cell=_PLAIN)
            cells.append(cell)
        tall = max((len(cell.lines) + len(cell.note)) * cell.style.leading for cell in cells)
        height = max(first.height, tall + 7)
        self._rows_height += height - first.height
        return _LaidRow(first.row, cells, height, first.elements)

    def _part(self, laid: list[_LaidRow], height: float, *, continued: bool = False) -> "Table":
        part = Table(
            self.columns,
            (),
            style=self.style,
            row_head=self.row_head,
            align_top=self.align_top,
            grid=self.grid,
            quiet=self.quiet,
            ruled=self.ruled,
            after=self.space_after,
        )
        part.element = self.element
        part.continued = continued or self.continued
        part._rows_height = height
        part._laid, part._head, part._width, part._widths = laid, self._head, self._width, self._widths
        return part

    def _cut_row(self, laid: _LaidRow, room: float) -> tuple[_LaidRow, _LaidRow]:
        """A row too tall for what remains of the page, cut between two lines."""
        tall = max(len(cell.lines) + len(cell.note) for cell in laid.cells)
        count = max(1, min(int((room - 8) // self.style.leading), tall - 1))
        firsts, rests = [], []
        for cell in laid.cells:
            firsts.append(cell._replace(lines=cell.lines[:count], note=cell.note[: max(0, count - len(cell.lines))]))
            rests.append(
                cell._replace(lines=cell.lines[count:], note=cell.note[max(0, count - len(cell.lines)) :], cell=_PLAIN)
            )
        elements = self._elements(laid)
        most = max(len(cell.lines) + len(cell.note) for cell in rests)
        return (
            _LaidRow(laid.row, firsts, count * self.style.leading + 8, elements),
            _LaidRow(laid.row, rests, most * self.style.leading + 8, elements),
        )

    # -- drawing ------------------------------------------------------------------------------------------------------

    def _draw_frame(self, pen: Pen, x: float, top: float, width: float) -> None:
        """Fills, rules and stripes, drawn under the texts."""
        strong, faint = PAPER.text_muted, PAPER.border
        with pen.artifact():
            y = top
            if self._head:
                if not self.quiet:
                    pen.box(x, y - self._head.height, width, self._head.height, fill=PAPER.surface_alt)
                    pen.rule(x, x + width, y, colour=strong, width=0.7)
                y -= self._head.height
                pen.rule(x, x + width, y, colour=strong, width=0.7)
            else:
                pen.rule(x, x + width, y, colour=faint)
            for rank, laid in enumerate(self._laid):
                if rank and self.ruled:
                    self._rule_above(pen, laid, x, y, width)
                y -= laid.height
                for cell in laid.cells:
                    if self.columns[cell.column].scale and cell.span == 1:
                        self._draw_scale(pen, cell, x, y, laid.height)
            closing = bool(self._head) and not self.quiet
            pen.rule(x, x + width, y, colour=strong if closing else faint, width=0.7 if closing else 0.5)
            if self.grid:
                self._rule_columns(pen, x, top, y)
            self._draw_stripes(pen, x, top - self._head_height())

    def _rule_above(self, pen: Pen, laid: _LaidRow, x: float, y: float, width: float) -> None:
        if laid.row.kind == "total":
            pen.rule(x, x + width, y, colour=PAPER.text_muted, width=0.7)
        elif any(cell.cell.joined for cell in laid.cells):
            for cell in laid.cells:
                if not cell.cell.joined:
                    pen.rule(x + cell.x - GUTTER, x + cell.x + cell.width + GUTTER, y, colour=PAPER.border)
        else:
            pen.rule(x, x + width, y, colour=PAPER.border)

    def _rule_columns(self, pen: Pen, x: float, top: float, bottom: float) -> None:
        edge = x
        for width in (0.0, *self._widths):
            edge += width
            pen.vertical_rule(edge, bottom, top, colour=PAPER.border)

    def _draw_stripes(self, pen: Pen, x: float, top: float) -> None:
        for laid in self._laid:
            if laid.row.stripe:
                pen.box(x - 1.5, top - laid.height, 2.5, laid.height, fill=laid.row.stripe)
            top -= laid.height

    def _draw_scale(self, pen: Pen, cell: _Laid, x: float, bottom: float, height: float) -> None:
        steps = len(self.columns[cell.column].scale)
        left, extent = x + cell.x, cell.width
        for step in range(steps + 1):
            pen.vertical_rule(left + extent * step / steps, bottom, bottom + height, colour=PAPER.border, width=0.4)

    def _draw_row(self, pen: Pen, laid: _LaidRow, x: float, top: float, *, repeated: bool = False) -> None:
        elements = self._elements(laid)
        written: list[tuple[Element | None, list[Piece]]] = []
        drawn = False
        for cell, element in zip(laid.cells, elements, strict=True):
            pieces = self._pieces(cell, laid.height, x, top)
            if laid is self._head and self.columns[cell.column].scale:
                pieces += self._scale_pieces(cell, x, top)
            if pieces:
                written.append((None if repeated else element, pieces))
                if not repeated and not element.hung:
                    self._hang_before(pen, elements, element)
            drawn = drawn or cell.cell.progress is not None or bool(cell.cell.bars)
        if not repeated:
            for element in elements:
                pen.structure.hang(element)
        if written:
            pen.write_cells(written)
        if drawn:
            with pen.artifact():
                for cell in laid.cells:
                    self._draw_bars(pen, cell, x, top, laid.height)

    def _hang_before(self, pen: Pen, elements: list[Element], last: Element) -> None:
        """Cells take their place in the row even when the ones before them are empty."""
        for element in elements:
            pen.structure.hang(element)
            if element is last:
                return

    def _elements(self, laid: _LaidRow) -> list[Element]:
        """One element per cell, made once for a row even when it is drawn in two parts."""
        if not laid.elements:
            row = Element("TR", self.element)
            for cell in laid.cells:
                head = laid.row.kind == "head"
                named = head or laid.row.kind == "group" or cell.column == self.row_head
                attributes: dict[str, object] = {}
                if named and (cell.lines or head):
                    attributes = {"O": "Table", "Scope": "Column" if head else "Row"}
                role = "TH" if attributes else "TD"
                if cell.span > 1:
                    attributes |= {"O": "Table", "ColSpan": cell.span}
                laid.elements.append(Element(role, row, attributes=attributes))
        return laid.elements

    def _pieces(self, laid: _Laid, height: float, x: float, top: float) -> list[Piece]:
        cell, style = laid.cell, laid.style
        tall = (len(laid.lines) + len(laid.note)) * style.leading
        start = top - (3.5 if self.align_top else (height - tall) / 2)
        left, width = x + laid.x, laid.width
        pieces: list[Piece] = []
        if cell.sign:
            y = baseline(start, style)
            pieces.append(Piece(left, y, style.but(bold=False).font, style.size, cell.sign_colour, cell.sign))
            left, width = left + _SIGN_WIDTH, width - _SIGN_WIDTH
        pieces += line_pieces(laid.lines, style, left, start, width)
        if laid.note:
            start -= len(laid.lines) * style.leading
            pieces += line_pieces(laid.note, self._note_style(style), left, start, width)
        return pieces

    def _scale_pieces(self, laid: _Laid, x: float, top: float) -> list[Piece]:
        """The heads of a scaled column, each at the beginning of its step."""
        heads = self.columns[laid.column].scale
        extent = laid.width / len(heads)
        pieces: list[Piece] = []
        style = laid.style.but(align="centre", bold=False)
        height = self._head_height()
        for step, head in enumerate(heads):
            lines = [line for line in wrap(head, style, 1000) if head]
            left = x + laid.x + step * extent
            pieces += line_pieces(lines, style, left, top - (height - style.leading) / 2, extent)
        return pieces

    def _draw_bars(self, pen: Pen, laid: _Laid, x: float, top: float, height: float) -> None:
        left, middle = x + laid.x, top - height / 2
        cell = laid.cell
        if cell.progress is not None:
            share = min(max(float(cell.progress), 0), 100) / 100
            bottom = middle - _BAR_HEIGHT / 2
            pen.box(left, bottom, _BAR_WIDTH, _BAR_HEIGHT, fill=PAPER.track, edge=PAPER.border_control)
            if share:
                pen.box(left, bottom, _BAR_WIDTH * share, _BAR_HEIGHT, fill=PAPER.text)
        extent = laid.width
        for bar in cell.bars:
            start, end = (left + extent * min(max(edge, 0), 1) for edge in (bar.start, bar.end))
            if bar.end <= bar.start:
                pen.diamond(start, middle, 3.2, fill=bar.colour)
                continue
            pen.box(start, middle - 3.5, end - start, 7, fill=bar.fill, edge=bar.colour, line=0.7)
            if bar.done:
                done = (end - start) * min(bar.done, 1)
                pen.box(start, middle - 3.5, done, 2.6, fill=bar.colour)


def _holder(rows: list[_LaidRow], column: int) -> _Laid | None:
    """The last cell of `column` that is not merged with the one above it."""
    for laid in reversed(rows):
        for cell in laid.cells:
            if cell.column == column and not cell.cell.joined:
                return cell
    return None


_variants: dict[tuple[TextStyle, bool, str, str], TextStyle] = {}


def _variant(style: TextStyle, *, bold: bool, colour: str, align: str) -> TextStyle:
    """The style with other values, remembered: a table asks for the same few thousands of times."""
    key = (style, bold, colour, align)
    found = _variants.get(key)
    if found is None:
        found = _variants[key] = style.but(bold=bold, colour=colour, align=align)
    return found
