"""The view of the entry grid: keyboard of a spreadsheet, paste from Excel, refused cells edged in red."""

from typing import Any

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QPainter, QPen, QPolygon, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from app.services.queries.indicator_grid import GridRow
from app.ui import painting
from app.ui.pages.indicators_grid import CELL_ROLE, FAULT_ROLE, ROW_ROLE, GridModel
from app.ui.theme import Theme

UNIT_WIDTH = 132
YEAR_WIDTH = 104
AIM_WIDTH = 176
_MOVES = {
    Qt.Key.Key_Return: (1, 0),
    Qt.Key.Key_Enter: (1, 0),
    Qt.Key.Key_Tab: (0, 1),
    Qt.Key.Key_Backtab: (0, -1),
}


class GridHead(QHeaderView):
    """Head 12 bold muted, like every table."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._theme = theme
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setAccessibleName("Colonnes")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def sizeHint(self) -> QSize:
        return QSize(0, self._theme.px("height.table_head"))

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        theme = self._theme
        painter.fillRect(rect, theme.colour("surface_alt"))
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), theme.colour("border"))
        painter.setFont(theme.font("cell_small_strong"))
        painter.setPen(theme.colour("text_muted"))
        right = self.model().year_of(section) is not None
        inside = rect.adjusted(theme.px(12 if section == 0 else 8), 0, -theme.px(8), -1)
        painter.drawText(
            inside,
            painting.RIGHT if right else painting.LEFT,
            self.model().headerData(section, Qt.Orientation.Horizontal),
        )


class GridDelegate(QStyledItemDelegate):
    """Paints the cells; Enter, Tab and the arrows of an editor go to the next cell."""

    moved = Signal(int, int)

    def __init__(self, theme: Theme, parent: QTableView) -> None:
        super().__init__(parent)
        self._theme = theme

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        theme, rect, state = self._theme, option.rect, option.state
        row: GridRow = index.data(ROW_ROLE)
        year = index.model().year_of(index.column())
        fault = index.data(FAULT_ROLE) if year is not None else None
        ground = "surface" if year is not None else "surface_alt"
        if state & QStyle.StateFlag.State_Selected:
            ground = "selection"
        elif fault is not None:
            ground = "danger.bg"
        painter.fillRect(rect, theme.colour(ground))
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), theme.colour("border"))
        if year is not None:
            painter.fillRect(QRect(rect.right(), rect.top(), 1, rect.height()), theme.colour("border"))
        inside = rect.adjusted(theme.px(8), 0, -theme.px(9), -1)
        if index.column() == 0:
            self._paint_title(painter, rect, row)
        elif year is None:
            self._write(painter, inside, index.data() or "", "text_muted", painting.LEFT)
        else:
            cell = index.data(CELL_ROLE)
            muted = cell is not None and (cell.reading.masked or cell.count > 1)
            ink = "danger.fg" if fault is not None else ("text_muted" if muted else "text")
            side = painting.LEFT if row.scale.is_text else painting.RIGHT
            self._write(painter, inside, index.data() or "", ink, side)
            if cell is not None and (cell.period or cell.comment or cell.count > 1):
                self._paint_corner(painter, rect)
        if fault is not None:
            painter.setPen(QPen(theme.colour("danger.fg"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(rect.adjusted(0, 0, -1, -1))
        if state & QStyle.StateFlag.State_HasFocus:
            painting.paint_focus(painter, theme, rect.adjusted(0, 0, 0, -1), 2)

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: QModelIndex) -> QWidget:
        editor = QLineEdit(parent)
        editor.setProperty("cell", True)
        editor.setFont(self._theme.font("cell"))
        row: GridRow = index.data(ROW_ROLE)
        editor.setAlignment(painting.LEFT if row.scale.is_text else painting.RIGHT)
        editor.setAccessibleName(index.data(Qt.ItemDataRole.AccessibleTextRole))
        return editor

    def setEditorData(self, editor: QLineEdit, index: QModelIndex) -> None:
        editor.setText(index.data(Qt.ItemDataRole.EditRole) or "")
        editor.selectAll()

    def setModelData(self, editor: QLineEdit, model: Any, index: QModelIndex) -> None:
        model.setData(index, editor.text(), Qt.ItemDataRole.EditRole)

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        editor.setGeometry(option.rect.adjusted(0, 0, 0, -1))

    def eventFilter(self, editor: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            step = _MOVES.get(Qt.Key(event.key()))
            if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
                step = (1 if event.key() == Qt.Key.Key_Down else -1, 0)
            if step is not None:
                if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and event.key() != Qt.Key.Key_Backtab:
                    step = (-step[0], -step[1])
                self.commitData.emit(editor)
                self.closeEditor.emit(editor, QAbstractItemDelegate.EndEditHint.NoHint)
                self.moved.emit(*step)
                return True
        return super().eventFilter(editor, event)

    def _paint_title(self, painter: QPainter, rect: QRect, row: GridRow) -> None:
        theme = self._theme
        if row.priority:
            stripe = QRect(rect.left(), rect.top(), theme.px("line.stripe"), rect.height() - 1)
            painter.fillRect(stripe, theme.colour(theme.priority_colour(row.priority, "strong")))
        left = rect.left() + theme.px(12)
        if row.priority:
            painting.paint_chip(painter, theme, left, rect.center().y(), row.priority, tone=row.priority, bold=True)
        left += theme.px(36)
        self._write(
            painter, QRect(left, rect.top(), rect.right() - left - theme.px(6), rect.height() - 1), row.title, "text",
            painting.LEFT,
        )  # fmt: skip

    def _paint_corner(self, painter: QPainter, rect: QRect) -> None:
        """A small mark: the tooltip says more (a period, a comment)."""
        side, right, top = self._theme.px(6), rect.right(), rect.top()
        painter.save()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour("accent"))
        painter.drawPolygon(QPolygon([QPoint(right - side, top), QPoint(right, top), QPoint(right, top + side)]))
        painter.restore()

    def _write(self, painter: QPainter, rect: QRect, text: str, ink: str, side: Any) -> None:
        font = self._theme.font("cell")
        painter.setFont(font)
        painter.setPen(self._theme.colour(ink))
        painter.drawText(rect, side, painting.elided(text, font, rect.width()))


class GridView(QTableView):
    """The grid itself."""

    opened = Signal(str)
    left_over = Signal(int)

    def __init__(self, theme: Theme, model: GridModel) -> None:
        super().__init__()
        self._theme = theme
        self._grid = model
        self.setModel(model)
        self.setHorizontalHeader(GridHead(theme, self))
        delegate = GridDelegate(theme, self)
        self.setItemDelegate(delegate)
        self.setAccessibleName("Saisie des valeurs, un indicateur par ligne, une année par colonne")
        self.setShowGrid(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setCornerButtonEnabled(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.EditKeyPressed
            | QAbstractItemView.EditTrigger.DoubleClicked
            | QAbstractItemView.EditTrigger.AnyKeyPressed
        )
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(theme.px("height.row"))
        delegate.moved.connect(self.move)
        model.modelReset.connect(self.fit_columns)
        self.doubleClicked.connect(self._open_title)
        theme.changed.connect(self.viewport().update)

    def move(self, down: int, right: int) -> bool:
        """Go to the next cell one can fill; False past the end of the grid."""
        line, section = self.currentIndex().row() + down, self.currentIndex().column() + right
        first, last = 2, 1 + len(self._grid.years())
        if section > last:
            line, section = line + 1, first
        elif section < first:
            line, section = (line - 1, last) if right < 0 else (line, first)
        if not 0 <= line < self._grid.rowCount():
            return False
        index = self._grid.index(line, section)
        self.setCurrentIndex(index)
        self.scrollTo(index)
        return True

    def go_to(self, id: str) -> None:
        """Put the keyboard on the last year of an indicator."""
        for line, row in enumerate(self._grid.rows()):
            if row.id == id:
                self.setCurrentIndex(self._grid.index(line, 1 + len(self._grid.years())))

    def fit_columns(self) -> None:
        theme, years = self._theme, len(self._grid.years())
        widths = [0, theme.px(UNIT_WIDTH), *[theme.px(YEAR_WIDTH)] * years, theme.px(AIM_WIDTH)]
        widths[0] = max(theme.px(280), self.viewport().width() - sum(widths))
        for section, width in enumerate(widths):
            self.setColumnWidth(section, width)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit_columns()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        current = self.currentIndex()
        if event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self.selected_text())
        elif event.matches(QKeySequence.StandardKey.Paste):
            self.paste(QGuiApplication.clipboard().text())
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._grid.erase(self.selectedIndexes())
        elif key == Qt.Key.Key_Escape and self._grid.fault_at(current) is not None:
            self._grid.forget(current)
        elif key in _MOVES:
            down, right = _MOVES[key]
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and key != Qt.Key.Key_Backtab:
                down, right = -down, -right
            # Past the last cell Tab leaves the grid: nobody is shut in.
            if not self.move(down, right) and key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
                self.focusNextPrevChild(key == Qt.Key.Key_Tab)
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        escaping = event.type() == QEvent.Type.ShortcutOverride and event.key() == Qt.Key.Key_Escape
        if escaping and self._grid.fault_at(self.currentIndex()) is not None:
            # Esc gives up a refused text before it closes the fiche.
            event.accept()
            return True
        # Qt gives Tab to the focus chain before the key handler sees it.
        if event.type() == QEvent.Type.KeyPress and event.key() in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            self.keyPressEvent(event)
            return True
        return super().event(event)

    def paste(self, text: str) -> None:
        """A block copied from Excel, from the current cell on; one text over several selected cells fills them."""
        lines = [line.split("\t") for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
        if len(lines) > 1 and lines[-1] == [""]:
            lines.pop()
        chosen = self.selectedIndexes()
        top = self.currentIndex()
        if not top.isValid():
            return
        if chosen:
            top = self._grid.index(min(one.row() for one in chosen), min(one.column() for one in chosen))
            if len(lines) == 1 and len(lines[0]) == 1:
                height = max(one.row() for one in chosen) - top.row() + 1
                width = max(one.column() for one in chosen) - top.column() + 1
                lines = [lines[0] * width for _ in range(height)]
        self.left_over.emit(self._grid.put_block(top, lines))
        self._choose_block(top, len(lines), max(len(line) for line in lines))

    def _choose_block(self, top: QModelIndex, height: int, width: int) -> None:
        """Select what was pasted: one sees where it went."""
        last = self._grid.index(
            min(top.row() + height, self._grid.rowCount()) - 1,
            min(top.column() + width - 1, 1 + len(self._grid.years())),
        )
        if last.isValid():
            self.selectionModel().select(QItemSelection(top, last), QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def selected_text(self) -> str:
        """The selected cells as tab-separated lines, for Excel."""
        chosen = sorted((one.row(), one.column()) for one in self.selectedIndexes())
        lines: dict[int, list[str]] = {}
        for row, section in chosen:
            index = self._grid.index(row, section)
            lines.setdefault(row, []).append(str(index.data(Qt.ItemDataRole.EditRole) or index.data() or ""))
        return "\n".join("\t".join(line) for line in lines.values())

    def _open_title(self, index: QModelIndex) -> None:
        if self._grid.year_of(index.column()) is None:
            self.opened.emit(self._grid.rows()[index.row()].id)
