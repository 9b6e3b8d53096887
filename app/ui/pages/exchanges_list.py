"""The list of a preview: rows under their entity, a box to take each, the icon of what happens.

A flat model over what the review says: thousands of rows cost their list, what is painted costs what the eye sees.
"""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from app.exchange.preview import Kind
from app.formatting import NBSP, counted
from app.ui import painting
from app.ui.pages.exchanges_review import Review
from app.ui.pages.exchanges_rows import ReviewGroup, ReviewRow
from app.ui.pages.exchanges_words import LOOKS, kind_word
from app.ui.theme import Theme

ROW_ROLE = Qt.ItemDataRole.UserRole + 1
ID_ROLE = Qt.ItemDataRole.UserRole + 2

#: Heights at 100 %, and where things stand in a row.
ROW_HEIGHT, GROUP_HEIGHT = 42, 28
CHECK_MIDDLE, ICON_LEFT, TEXT_LEFT, CHECK_ROOM = 32, 50, 76, 46

Index = QModelIndex | QPersistentModelIndex


class ReviewModel(QAbstractTableModel):
    """One column; `lines` are groups and rows. `ticked` when a box was changed."""

    ticked = Signal()

    def __init__(self, *, boxes: bool = True) -> None:
        """`boxes` False: rows are shown, not taken or left."""
        super().__init__()
        self.boxes = boxes
        self._review: Review | None = None
        self._lines: list[ReviewGroup | ReviewRow] = []
        self._places: dict[str, int] = {}

    def show(self, review: Review | None, groups: Sequence[ReviewGroup]) -> None:
        """List these groups with their rows; without a review nothing is ticked nor settled."""
        self.beginResetModel()
        self._review = review
        self._lines = [line for group in groups for line in (group, *group.rows)]
        self._places = {line.id: place for place, line in enumerate(self._lines) if isinstance(line, ReviewRow)}
        self.endResetModel()

    def clear(self) -> None:
        """List nothing."""
        self.beginResetModel()
        self._review, self._lines, self._places = None, [], {}
        self.endResetModel()

    def repaint_all(self) -> None:
        """Boxes and marks changed elsewhere."""
        if self._lines:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._lines) - 1, 0))

    def row_at(self, line: int) -> ReviewRow | None:
        found = self._lines[line] if 0 <= line < len(self._lines) else None
        return found if isinstance(found, ReviewRow) else None

    def line_of(self, id: str) -> int:
        return self._places.get(id, -1)

    def ids(self) -> list[str]:
        return list(self._places)

    def group_lines(self) -> list[int]:
        return [place for place, line in enumerate(self._lines) if isinstance(line, ReviewGroup)]

    def state(self, row: ReviewRow) -> tuple[bool, bool, bool]:
        """(ticked, partly, can be ticked)."""
        assert self._review is not None
        return self._review.row_state(row)

    def has_box(self, row: ReviewRow) -> bool:
        return self.boxes and bool(row.changes)

    def toggle(self, line: int) -> None:
        """Take or leave all that a row holds."""
        row = self.row_at(line)
        if row is None or self._review is None or not self.boxes or not self.state(row)[2]:
            return
        self._review.tick_row(row)
        self.dataChanged.emit(self.index(line, 0), self.index(line, 0))
        self.ticked.emit()

    def is_settled(self, row: ReviewRow) -> bool:
        """True for a row in conflict when each of its conflicts is settled."""
        review = self._review
        conflicts = row.of(Kind.CONFLICT)
        return review is not None and bool(conflicts) and all(review.settled(change.key) for change in conflicts)

    # -- Qt -----------------------------------------------------------------------------------------------------------

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._lines)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else 1

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        line = self._lines[index.row()]
        if role == ROW_ROLE:
            return line
        if isinstance(line, ReviewGroup):
            if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
                return f"{line.title}, {counted(len(line.rows), 'ligne')}"
            return None
        if role == ID_ROLE:
            return line.id
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return f"{line.label}\n{line.second}"
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{line.label}, {kind_word(line.kind, 1).lower()}{NBSP}: {line.second}{self._box_words(line)}"
        if role == Qt.ItemDataRole.CheckStateRole and self.has_box(line):
            ticked, partly, _ = self.state(line)
            if partly:
                return Qt.CheckState.PartiallyChecked
            return Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        row = self.row_at(index.row())
        if role != Qt.ItemDataRole.CheckStateRole or row is None or self._review is None or not self.state(row)[2]:
            return False
        self._review.tick([change.key for change in row.changes], Qt.CheckState(value) == Qt.CheckState.Checked)
        self.dataChanged.emit(index, index)
        self.ticked.emit()
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        row = self.row_at(index.row())
        if row is None:
            return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemNeverHasChildren
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren
        return flags | Qt.ItemFlag.ItemIsUserCheckable if self.has_box(row) and self.state(row)[2] else flags

    def _box_words(self, row: ReviewRow) -> str:
        if not self.has_box(row):
            return ""
        ticked, partly, free = self.state(row)
        word = "en partie coché" if partly else ("coché" if ticked else "non coché")
        return f", {word}" if free else f", {word}, ne se refuse pas"


class ReviewDelegate(QStyledItemDelegate):
    """Paints a group or a row."""

    def __init__(self, theme: Theme, parent: "ReviewList") -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        row = isinstance(index.data(ROW_ROLE), ReviewRow)
        return QSize(self._theme.px(200), self._theme.px(ROW_HEIGHT if row else GROUP_HEIGHT))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        line, rect = index.data(ROW_ROLE), QRect(option.rect)
        painter.save()
        if isinstance(line, ReviewGroup):
            self._paint_group(painter, rect, line)
        else:
            self._paint_row(painter, rect, option, index, line)
        painter.restore()

    def _paint_group(self, painter: QPainter, rect: QRect, group: ReviewGroup) -> None:
        theme = self._theme
        painter.fillRect(rect, theme.colour("surface_alt"))
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), theme.colour("border"))
        inside = rect.adjusted(theme.px("space.page"), 0, -theme.px(8), -1)
        font = theme.font("cell_strong")
        count = str(len(group.rows))
        room = painting.metrics(theme.font("cell")).horizontalAdvance(count) + theme.px(8)
        title = painting.elided(group.title, font, inside.width() - room)
        painter.setFont(font)
        painter.setPen(theme.colour("text"))
        painter.drawText(inside, painting.LEFT, title)
        inside.setLeft(inside.left() + painting.metrics(font).horizontalAdvance(title) + theme.px(8))
        painter.setFont(theme.font("cell"))
        painter.setPen(theme.colour("text_muted"))
        painter.drawText(inside, painting.LEFT, count)

    def _paint_row(
        self, painter: QPainter, rect: QRect, option: QStyleOptionViewItem, index: QModelIndex, row: ReviewRow
    ) -> None:
        theme, model, view = self._theme, index.model(), self.parent()
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        ground = "selection" if selected else ("hover" if hovered else "surface")
        painter.fillRect(rect, theme.colour(ground))
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), theme.colour("border"))
        middle = rect.center().y()
        shift = 0 if model.boxes else theme.px(ICON_LEFT - 24)
        if model.has_box(row):
            ticked, partly, free = model.state(row)
            centre = QPoint(rect.left() + theme.px(CHECK_MIDDLE), middle)
            painting.paint_check(painter, theme, centre, checked=ticked, partial=partly, enabled=free)
        look = LOOKS[row.kind]
        settled = row.kind is Kind.CONFLICT and model.is_settled(row)
        icon, ink = ("circle-check", "success.fg") if settled else (look.icon, f"{look.tone}.fg")
        size = theme.px("icon.inline")
        painter.drawPixmap(rect.left() + theme.px(ICON_LEFT) - shift, middle - size // 2, theme.pixmap(icon, ink))
        left = rect.left() + theme.px(TEXT_LEFT) - shift
        width = rect.right() - left - theme.px(10)
        font = theme.font("cell")
        painter.setFont(font)
        painter.setPen(theme.colour("text"))
        half = theme.px(18)
        first = QRect(left, middle - half + 1, width, half)
        painter.drawText(first, painting.LEFT, painting.elided(row.label, font, width))
        font = theme.font("cell_small")
        second = f"{row.second}, tranché" if settled else row.second
        painter.setFont(font)
        painter.setPen(theme.colour(f"{look.tone}.fg" if look.alerts and not settled else "text_muted"))
        painter.drawText(first.translated(0, half - 1), painting.LEFT, painting.elided(second, font, width))
        if selected and view.hasFocus() and view.currentIndex() == index:
            painting.paint_focus(painter, theme, rect.adjusted(0, 0, 0, -1), 2)


class ReviewList(QTableView):
    """The list; `chosen(id)` when another row is current. Space takes or leaves the row."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, model: ReviewModel) -> None:
        super().__init__()
        self._theme = theme
        self._model = model
        self.setModel(model)
        self.setItemDelegate(ReviewDelegate(theme, self))
        self.setAccessibleName("Changements du classeur")
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setShowGrid(False)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        columns, rows = self.horizontalHeader(), self.verticalHeader()
        columns.hide()
        columns.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setMinimumSectionSize(theme.px(20))
        rows.setDefaultSectionSize(theme.px(ROW_HEIGHT))
        model.modelReset.connect(self._size_groups)
        theme.changed.connect(self.viewport().update)

    def current_id(self) -> str:
        row = self._model.row_at(self.currentIndex().row())
        return row.id if row else ""

    def go_to(self, id: str) -> bool:
        """Make a row current and visible; False when it is not listed."""
        line = self._model.line_of(id)
        if line < 0:
            return False
        self.setCurrentIndex(self._model.index(line, 0))
        self.scrollTo(self._model.index(line, 0))
        return True

    def go_to_first(self) -> None:
        if ids := self._model.ids():
            self.go_to(ids[0])

    def _size_groups(self) -> None:
        height = self._theme.px(GROUP_HEIGHT)
        for line in self._model.group_lines():
            self.verticalHeader().resizeSection(line, height)

    # -- Qt -----------------------------------------------------------------------------------------------------------

    def currentChanged(self, current: QModelIndex, previous: QModelIndex) -> None:
        super().currentChanged(current, previous)
        row = self._model.row_at(current.row())
        if row is not None:
            self.chosen.emit(row.id)

    def moveCursor(
        self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier
    ) -> QModelIndex | QPersistentModelIndex:
        index = super().moveCursor(action, modifiers)
        back = action in (
            QAbstractItemView.CursorAction.MoveUp, QAbstractItemView.CursorAction.MovePageUp,
            QAbstractItemView.CursorAction.MovePrevious,
        )  # fmt: skip
        line = index.row()
        while 0 <= line < self._model.rowCount() and self._model.row_at(line) is None:
            line += -1 if back and line else 1
            back = back and line > 0
        return self._model.index(line, 0) if self._model.row_at(line) is not None else self.currentIndex()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        row = self._model.row_at(index.row())
        inside = event.position().x() < self._theme.px(CHECK_ROOM)
        if row is not None and inside and self._model.has_box(row) and event.button() == Qt.MouseButton.LeftButton:
            self._model.toggle(index.row())
            return
        super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            self._model.toggle(self.currentIndex().row())
        elif event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End) and (ids := self._model.ids()):
            self.go_to(ids[0 if event.key() == Qt.Key.Key_Home else -1])
        else:
            super().keyPressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self.viewport().update()
        super().leaveEvent(event)
