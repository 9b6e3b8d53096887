"""One delegate paints every cell, by its look, from tokens; pages declare columns and never paint.

The view hands it whole rows: asking Qt to draw each cell costs twice as much as drawing it.
"""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QModelIndex, QPoint, QRect, QSize
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem, QWidget

from app.ui import painting
from app.ui.tables.cell_editing import CellEditing
from app.ui.tables.columns import Cell, Look
from app.ui.tables.rows_model import CELL_ROLE, Group
from app.ui.theme import Theme

CODE_WIDTH = 40
PADDING = 8
#: Pixels between two levels of a tree.
INDENT = 20
#: Pictures of cells kept: some 10 MB.
PICTURES = 800
_PICTURED = frozenset({Look.STATUS, Look.PROGRESS, Look.CHIPS, Look.PRIORITY, Look.CHECK})
_NONE: frozenset[Look] = frozenset()


class TableDelegate(CellEditing):
    """Paints cells and groups; how a cell is edited comes from `CellEditing`."""

    def __init__(self, theme: Theme, parent: QWidget, *, code_width: int = CODE_WIDTH) -> None:
        super().__init__(theme, parent)
        self._code_width = theme.px(code_width)
        self._padding = theme.px(PADDING)
        self.hovered_line = -1
        #: What is left of a text once cut, by text, level and width: measuring costs as much as drawing.
        self._shown: dict[tuple[str, str, int], str] = {}
        #: Cells already drawn, on the ground they were drawn on; forgotten when the palette or the screen changes.
        self._pictures: dict[tuple[Cell, str, int, int], QPixmap] = {}
        self._ratio = 1.0
        theme.changed.connect(self._pictures.clear)
        self._paints: dict[Look, Callable[[QPainter, QRect, Cell], None]] = {
            Look.TEXT: self._paint_text,
            Look.MUTED: self._paint_muted,
            Look.TITLE: self._paint_title,
            Look.STATUS: self._paint_status,
            Look.PROGRESS: self._paint_progress,
            Look.DATE: self._paint_text,
            Look.MONEY: self._paint_right,
            Look.NUMBER: self._paint_right,
            Look.PERCENT: self._paint_right,
            Look.CHIPS: self._paint_chips,
            Look.PRIORITY: self._paint_priority,
            Look.CHECK: self._paint_check,
            Look.BOOLEAN: self._paint_text,
            Look.ICON: self._paint_icon,
        }

    # -- Qt ---------------------------------------------------------------------------------------------------

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        cell: Cell | None = index.data(CELL_ROLE)
        width = painting.metrics(self._theme.font("cell")).horizontalAdvance(cell.text if cell else "")
        return QSize(width + 2 * self._padding, self._theme.px("height.row"))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        """One cell, for Qt's own drawing (while rows are dragged); the view otherwise calls `paint_row`."""
        rect: QRect = option.rect
        line, section = index.row(), index.column()
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        focused = section if option.state & QStyle.StateFlag.State_HasFocus else -1
        self.paint_row(painter, line, rect, ((section, rect.left(), rect.width()),), selected=selected, focused=focused)

    def paint_row(
        self,
        painter: QPainter,
        line: int,
        row: QRect,
        sections: Sequence[tuple[int, int, int]],
        *,
        selected: bool,
        focused: int = -1,
    ) -> None:
        """A whole row in `row`; `sections` are (column, left, width) of the visible ones, `focused` the column that
        has the keyboard."""
        theme = self._theme
        model = self.parent().model()
        group = model.group_at(line)
        if selected:
            ground = "selection"
        elif line == self.hovered_line:
            ground = "hover"
        else:
            ground = "surface_alt" if group is not None and group.level == 0 else "surface"
        top, height = row.top(), row.height()
        painter.fillRect(row, theme.colour(ground))
        painter.fillRect(row.left(), row.bottom(), row.width(), 1, theme.colour("border"))
        cells = model.cells(line)
        paints = self._paints
        pictured = self._pictured_on(painter)
        for section, left, width in sections:
            rect = QRect(left, top, width, height)
            cell = cells[section]
            if group is not None:
                self._paint_group(painter, rect, line, section, group, cells)
            elif cell.look in pictured:
                painter.drawPixmap(left, top, self._picture(cell, ground, width, height))
            else:
                paints[cell.look](painter, rect, cell)
            if section == 0:
                self._paint_stripe(painter, rect, model.stripe_of(line))
            if section == focused:
                painting.paint_focus(painter, theme, rect.adjusted(0, 0, 0, -1), 2)

    # -- rows -----------------------------------------------------------------------------------------------------

    def _paint_stripe(self, painter: QPainter, rect: QRect, stripe: str | None) -> None:
        if stripe:
            theme = self._theme
            colour = theme.colour(theme.priority_colour(stripe, "strong"))
            # A hairline above keeps the groups apart without breaking the line of colour.
            painter.fillRect(QRect(rect.left(), rect.top(), theme.px("line.stripe"), rect.height() - 1), colour)

    def _paint_group(
        self, painter: QPainter, rect: QRect, line: int, section: int, group: Group, cells: Sequence[Cell]
    ) -> None:
        theme = self._theme
        model = self.parent().model()
        named = model.name_column
        if section > named and cells[section].text:
            self._paints[cells[section].look](painter, rect, cells[section])
            return
        name = self._name_rect(rect, named, cells)
        if section > named and not name.intersects(rect):
            return
        indent = theme.px(INDENT) * group.level
        middle = rect.center().y() + 1
        if section == 0:
            icon = "chevron-down" if model.is_open(group.key) else "chevron-right"
            left = rect.left() + theme.px(12) + (indent if named == 0 else 0)
            painter.drawPixmap(left, middle - theme.px(8), theme.pixmap(icon))
        if section < named:
            return
        painter.save()
        painter.setClipRect(rect.adjusted(0, 0, 0, -1))
        self._paint_group_name(painter, name, group, indent + (theme.px(34) if named == 0 else 0), padded=named != 0)
        painter.restore()

    def _name_rect(self, rect: QRect, named: int, cells: Sequence[Cell]) -> QRect:
        """Where the name of a group may stand: its column and the empty ones after it."""
        view = self.parent()
        left = view.columnViewportPosition(named)
        right = left + view.columnWidth(named)
        for section in range(named + 1, len(cells)):
            if not view.isColumnHidden(section):
                if cells[section].text:
                    break
                right += view.columnWidth(section)
        return QRect(left, rect.top(), right - left, rect.height())

    def _paint_group_name(self, painter: QPainter, rect: QRect, group: Group, indent: int, *, padded: bool) -> None:
        theme = self._theme
        middle = rect.center().y() + 1
        left = rect.left() + indent
        if group.chip:
            left = painting.paint_chip(painter, theme, left, middle, group.chip, tone=group.tone, bold=True)
            left += theme.px(8)
        elif padded:
            left += theme.px(6)
        font = theme.font("cell_strong")
        painter.setFont(font)
        painter.setPen(theme.colour("text"))
        small = theme.font("cell_small")
        room = rect.right() - left - theme.px(4)
        name = painting.elided(group.label, font, room)
        width = painting.metrics(font).horizontalAdvance(name)
        painter.drawText(QRect(left, rect.top(), room, rect.height()), painting.LEFT, name)
        left += width + theme.px(10)
        if group.count and painting.metrics(small).horizontalAdvance(group.count) < rect.right() - left:
            painter.setFont(small)
            painter.setPen(theme.colour("text_muted"))
            painter.drawText(QRect(left, rect.top(), rect.right() - left, rect.height()), painting.LEFT, group.count)

    # -- pictures -------------------------------------------------------------------------------------------------

    def _pictured_on(self, painter: QPainter) -> frozenset[Look]:
        """The looks drawn once and shown as pictures: few different ones, each dearer than a text. None when a pixel
        of ours is not a whole number of the screen's (150 %): a picture would fall between two of them."""
        ratio = painter.device().devicePixelRatioF()
        if ratio != self._ratio:
            self._ratio = ratio
            self._pictures.clear()
        return _PICTURED if ratio.is_integer() else _NONE

    def _picture(self, cell: Cell, ground: str, width: int, height: int) -> QPixmap:
        """The whole cell on its ground, hairline included."""
        key = (cell, ground, width, height)
        found = self._pictures.get(key)
        if found is None:
            if len(self._pictures) >= PICTURES:
                self._pictures.clear()
            found = QPixmap(round(width * self._ratio), round(height * self._ratio))
            found.setDevicePixelRatio(self._ratio)
            found.fill(self._theme.colour(ground))
            painter = QPainter(found)
            painter.fillRect(0, height - 1, width, 1, self._theme.colour("border"))
            self._paints[cell.look](painter, QRect(0, 0, width, height), cell)
            painter.end()
            self._pictures[key] = found
        return found

    # -- cells ----------------------------------------------------------------------------------------------------

    def _ink(self, tone: str) -> str:
        if not tone:
            return "text"
        return "text_muted" if tone == "muted" else painting.tone_colours(self._theme, tone)[0]

    def _write(
        self, painter: QPainter, rect: QRect, text: str, colour: str, level: str, *, right: bool = False
    ) -> None:
        font = self._theme.font(level)
        painter.setFont(font)
        painter.setPen(self._theme.colour(colour))
        key = (text, level, rect.width())
        shown = self._shown.get(key)
        if shown is None:
            if len(self._shown) > 20_000:
                self._shown.clear()
            shown = self._shown[key] = painting.elided(text, font, rect.width())
        painting.write_line(painter, rect, shown, font, right=right)

    def _inside(self, rect: QRect) -> QRect:
        return rect.adjusted(self._padding, 0, -self._padding, -1)

    def _paint_text(self, painter: QPainter, rect: QRect, cell: Cell) -> None:
        level = "cell_strong" if cell.strong else "cell"
        if cell.second:
            self._paint_two_lines(painter, self._inside(rect), cell)
        elif cell.text:
            self._write(painter, self._inside(rect), cell.text, self._ink(cell.tone), level)

    def _paint_muted(self, painter: QPainter, rect: QRect, cell: Cell) -> None:
        self._write(painter, self._inside(rect), cell.text, self._ink(cell.tone or "muted"), "cell")

    def _paint_right(self, painter: QPainter, rect: QRect, cell: Cell) -> None:
        level = "cell_strong" if cell.strong else "cell"
        self._write(painter, self._inside(rect), cell.text, self._ink(cell.tone), level, right=True)

    def _paint_title(self, painter: QPainter, rect: QRect, cell: Cell) -> None:
        inside = rect.adjusted(self._theme.px(6 + INDENT * cell.indent), 0, -self._padding, -1)
        if cell.code:
            code = QRect(inside.left(), inside.top(), self._code_width - 2, inside.height())
            self._write(painter, code, cell.code, "text_muted", "cell_small")
            inside.setLeft(inside.left() + self._code_width)
        if cell.second:
            self._paint_two_lines(painter, inside, cell)
        else:
            self._write(painter, inside, cell.text, self._ink(cell.tone), "cell")

    def _paint_two_lines(self, painter: QPainter, inside: QRect, cell: Cell) -> None:
        middle = inside.center().y()
        line = self._theme.px(18)
        first = QRect(inside.left(), middle - line + 1, inside.width(), line)
        self._write(painter, first, cell.text, self._ink(cell.tone), "cell")
        second = QRect(inside.left(), middle + 1, inside.width(), line)
        self._write(painter, second, cell.second, "text_muted", "cell_small")

    def _paint_status(self, painter: QPainter, rect: QRect, cell: Cell) -> None:
        if not cell.text:
            return
        theme = self._theme
        middle = rect.center().y()
        left = rect.left() + self._padding
        if cell.chip:
            tint = left - theme.px(5)
            painting.paint_chip(painter, theme, tint, middle, cell.text, tone=cell.tone, icon=cell.icon)
            return
        size = theme.px("icon.inline")
        ink = painting.tone_colours(theme, cell.tone or "neutral")[0]
        painter.drawPixmap(left, middle - size // 2, theme.pixmap(cell.icon, ink))
        left += size + theme.px(3)
        text = QRect(left, rect.top(), rect.right() - left, rect.height() - 1)
        self._write(painter, text, cell.text, "text", "cell")

    def _paint_progress(self, painter: QPainter, rect: QRect, cell: Cell) -> None:
        theme = self._theme
        inside = self._inside(rect)
        number = theme.px(44)
        bar = QRect(inside.left(), inside.top(), min(theme.px(46), inside.width() - number), inside.height())
        colour = theme.priority_colour(cell.tone, "strong") if cell.tone[:1] == "P" else "accent"
        painting.paint_progress(painter, theme, bar, cell.value or 0, colour)
        right = QRect(bar.right() + 1, inside.top(), inside.right() - bar.right(), inside.height())
        right.setWidth(min(right.width(), number))
        self._write(painter, right, cell.text, "text", "cell", right=True)

    def _paint_chips(self, painter: QPainter, rect: QRect, cell: Cell) -> None:
        theme = self._theme
        left, middle = rect.left() + self._padding, rect.center().y()
        words = cell.value or ()
        for place, word in enumerate(words):
            rest = len(words) - place
            more = painting.chip_width(theme, f"+{rest}") + theme.px(4) if rest > 1 else 0
            if left + painting.chip_width(theme, word) + more > rect.right() - theme.px(2) and place:
                painting.paint_chip(painter, theme, left, middle, f"+{rest}")
                return
            left = painting.paint_chip(painter, theme, left, middle, word, tone=cell.tone or "neutral") + theme.px(4)

    def _paint_priority(self, painter: QPainter, rect: QRect, cell: Cell) -> None:
        if cell.text:
            middle = rect.center().y()
            painting.paint_chip(
                painter, self._theme, rect.left() + self._padding, middle, cell.text, tone=cell.text, bold=True
            )

    def _paint_check(self, painter: QPainter, rect: QRect, cell: Cell) -> None:
        centre = QPoint(rect.left() + self._theme.px(22), rect.center().y())
        painting.paint_check(painter, self._theme, centre, checked=bool(cell.value))

    def _paint_icon(self, painter: QPainter, rect: QRect, cell: Cell) -> None:
        if cell.icon:
            size = self._theme.px("icon.inline")
            ink = self._ink(cell.tone or "muted")
            painter.drawPixmap(
                rect.left() + self._padding, rect.center().y() - size // 2, self._theme.pixmap(cell.icon, ink)
            )
