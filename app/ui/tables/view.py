"""The table view: head, hover, folding, ticking, columns that give way, selection kept by id."""

from collections.abc import Callable, Iterable, Mapping

from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, QModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QApplication, QHeaderView, QTableView, QWidget

from app.ui import painting
from app.ui.tables.columns import Look
from app.ui.tables.delegate import TableDelegate
from app.ui.tables.rows_model import GroupedRowsModel, RowsModel
from app.ui.theme import Theme


class TableHead(QHeaderView):
    """Head 12 bold muted; a click sorts, an arrow tells by what."""

    sorted_by = Signal(str, bool)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._theme = theme
        self.sorted_key = ""
        self.descending = False
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setMinimumSectionSize(theme.px(20))
        self.setAccessibleName("Colonnes")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.sectionClicked.connect(self._sort)

    def sizeHint(self) -> QSize:
        return QSize(0, self._theme.px("height.table_head"))

    def show_order(self, key: str, descending: bool) -> None:
        """Show by what the rows are sorted, without asking for it."""
        self.sorted_key, self.descending = key, descending
        self.viewport().update()

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        theme = self._theme
        column = self.model().columns[section]
        painter.fillRect(rect, theme.colour("surface_alt"))
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), theme.colour("border"))
        if not column.title:
            return
        inside = rect.adjusted(theme.px(6 if column.look is Look.TITLE else 8), 0, -theme.px(8), -1)
        font = theme.font("cell_small_strong")
        sorted_here = column.key == self.sorted_key
        arrow = theme.px(18) if sorted_here else 0
        text = painting.elided(column.title, font, inside.width() - arrow)
        width = painting.metrics(font).horizontalAdvance(text)
        painter.setFont(font)
        painter.setPen(theme.colour("text_muted"))
        if column.right:
            painter.drawText(inside.adjusted(0, 0, -arrow, 0), painting.RIGHT, text)
            left = inside.right() - theme.px(14)
        else:
            painter.drawText(inside, painting.LEFT, text)
            left = inside.left() + width + theme.px(4)
        if sorted_here:
            icon = theme.pixmap("arrow-down" if self.descending else "arrow-up", "text_muted", 14)
            painter.drawPixmap(left, rect.center().y() - theme.px(7), icon)

    def _sort(self, section: int) -> None:
        column = self.model().columns[section]
        if column.sortable and column.look is not Look.CHECK:
            self.show_order(column.key, self.sorted_key == column.key and not self.descending)
            self.sorted_by.emit(self.sorted_key, self.descending)


class TableView(QTableView):
    """Rows of a `RowsModel`; says which row is current, opened, pasted upon; keeps the place by id over a reset."""

    current_changed = Signal(str)
    opened = Signal(str)
    sorted_by = Signal(str, bool)
    pasted = Signal(str)
    delete_asked = Signal(list)
    #: (row, column key, text, what is wrong) typed in a cell and not taken; no text once it is taken or given up.
    draft_kept = Signal(str, str, str, str)

    def __init__(
        self, theme: Theme, model: RowsModel, *, name: str, row: str = "height.row", code_width: int = 40
    ) -> None:
        """`name` is read aloud; `row` is the height token (`height.row`, `height.row_comfort`, `height.row_dense`)."""
        super().__init__()
        self._theme = theme
        self._rows = model
        self._hidden_by_choice: frozenset[str] = frozenset()
        self._kept: tuple[str, list[str], int, int] = ("", [], 0, -1)
        self._had_editor = False
        self._drafts: Callable[[str], Mapping[str, str]] = lambda _id: {}
        self.head = TableHead(theme, self)
        self._delegate = TableDelegate(theme, self, code_width=code_width)
        self.setHorizontalHeader(self.head)
        self.setModel(model)
        self.setItemDelegate(self._delegate)
        self.setAccessibleName(name)
        self.setShowGrid(False)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.EditKeyPressed
            | QAbstractItemView.EditTrigger.DoubleClicked
            | QAbstractItemView.EditTrigger.AnyKeyPressed
        )
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setMouseTracking(True)
        self.setDragDropOverwriteMode(True)
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setMinimumSectionSize(theme.px(20))
        rows.setDefaultSectionSize(theme.px(row))
        self._connect()
        self.fit_columns()

    def _connect(self) -> None:
        self.head.sorted_by.connect(self.sorted_by)
        self._rows.modelAboutToBeReset.connect(self._keep_place)
        self._rows.modelReset.connect(self._find_place)
        self.doubleClicked.connect(self._open_unless_editable)
        self._theme.changed.connect(self.viewport().update)

    # -- what pages call ------------------------------------------------------------------------------------------

    def current_id(self) -> str:
        """The row the keyboard is on; "" on a group or nowhere."""
        return self._rows.id_at(self.currentIndex().row())

    def selected_ids(self) -> list[str]:
        """The rows selected, in the order of the list, groups left out."""
        lines = sorted({index.row() for index in self.selectionModel().selectedRows()})
        return [id for id in map(self._rows.id_at, lines) if id]

    def go_to(self, id: str) -> bool:
        """Make a row current and visible; False when it is not listed."""
        line = self._rows.line_of(id)
        if line < 0:
            return False
        section = (
            max(0, self.head.logicalIndexAt(0)) if self.currentIndex().column() < 0 else self.currentIndex().column()
        )
        index = self._rows.index(line, section)
        self.setCurrentIndex(index)
        self.scrollTo(index)
        return True

    def step(self, by: int) -> None:
        """Go to the next (1) or previous (-1) row, over groups."""
        line = self.currentIndex().row() + by
        while 0 <= line < self._rows.rowCount():
            if self._rows.id_at(line):
                self.go_to(self._rows.id_at(line))
                return
            line += by

    def position(self) -> tuple[int, int]:
        """Place of the current row from 1 (0: none), and how many rows are listed."""
        ids = self._rows.ids()
        current = self.current_id()
        return (ids.index(current) + 1 if current else 0), len(ids)

    def hide_columns(self, keys: Iterable[str]) -> None:
        """Hide these columns by choice; the others follow the room."""
        self._hidden_by_choice = frozenset(keys)
        self.fit_columns()

    def read_drafts(self, drafts: Callable[[str], Mapping[str, str]]) -> None:
        """`drafts(row)` gives what was typed in its cells and not taken, by column key: their editors open with it."""
        self._drafts = drafts

    def draft_of(self, index: QModelIndex) -> str:
        """What was typed in a cell and not taken; "" when nothing was."""
        if not index.isValid():
            return ""
        return self._drafts(self._rows.id_at(index.row())).get(self._rows.columns[index.column()].key, "")

    def keep_draft(self, index: QModelIndex, text: str, wrong: str = "") -> None:
        """Say that `text` was typed in a cell and not taken, for a reason; "" when nothing is left to keep."""
        if text or self.draft_of(index):
            self.draft_kept.emit(self._rows.id_at(index.row()), self._rows.columns[index.column()].key, text, wrong)

    def fit_columns(self) -> None:
        """Give the room to columns: those that give way hide first, the stretch column takes what is left."""
        theme, columns = self._theme, self._rows.columns
        room = self.viewport().width()
        shown = [place for place, column in enumerate(columns) if column.key not in self._hidden_by_choice]
        width = {place: theme.px(columns[place].width) for place in shown}
        for place in sorted(shown, key=lambda place: -columns[place].gives_way):
            if columns[place].gives_way and sum(width.values()) > room:
                del width[place]
        rest = room - sum(width.values())
        stretches = [place for place in width if columns[place].stretch]
        for place, column in enumerate(columns):
            self.setColumnHidden(place, place not in width)
            if place in width:
                # Half of the spare room stays between the columns only when nobody wants it.
                extra = rest // len(stretches) if rest > 0 and column.stretch else 0
                self.setColumnWidth(place, width[place] + extra)

    # -- Qt ---------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.state() == QAbstractItemView.State.DraggingState:
            # Qt draws where the rows would fall.
            super().paintEvent(event)
            return
        model, selection, current = self._rows, self.selectionModel(), self.currentIndex()
        painter = QPainter(self.viewport())
        sections = [
            (section, self.columnViewportPosition(section), self.columnWidth(section))
            for section in range(len(model.columns))
            if not self.isColumnHidden(section)
        ]
        left = sections[0][1] if sections else 0
        width = sum(width for _section, _left, width in sections)
        area = event.rect()
        line = self.rowAt(area.top())
        focused = current.row() if self.hasFocus() else -1
        chosen, nothing = selection.hasSelection(), QModelIndex()
        while 0 <= line < model.rowCount():
            top = self.rowViewportPosition(line)
            if top > area.bottom():
                break
            self._delegate.paint_row(
                painter,
                line,
                QRect(left, top, width, self.rowHeight(line)),
                sections,
                selected=chosen and selection.isRowSelected(line, nothing),
                focused=current.column() if line == focused else -1,
            )
            line += 1
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit_columns()

    def currentChanged(self, current: QModelIndex, previous: QModelIndex) -> None:
        super().currentChanged(current, previous)
        if current.row() != previous.row() and current.isValid():
            self.current_changed.emit(self._rows.id_at(current.row()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover(self.rowAt(event.position().toPoint().y()))
        super().mouseMoveEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._hover(-1)
        super().leaveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and event.button() == Qt.MouseButton.LeftButton:
            if self._rows.columns[index.column()].look is Look.CHECK and self._rows.id_at(index.row()):
                self._tick_line(index.row())
                return
            if self._fold(index.row()):
                return
        super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, line = event.key(), self.currentIndex().row()
        group = isinstance(self._rows, GroupedRowsModel) and self._rows.group_at(line) is not None
        if group and key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._rows.fold(line, key == Qt.Key.Key_Left)
        elif group and key in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._fold(line)
        elif key == Qt.Key.Key_Space:
            self._tick_line(line)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.state() != QAbstractItemView.State.EditingState:
            if self.current_id():
                self.opened.emit(self.current_id())
        elif key == Qt.Key.Key_Delete:
            self.delete_asked.emit(self.selected_ids())
        elif event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self.selected_text())
        elif event.matches(QKeySequence.StandardKey.Paste):
            self.pasted.emit(QGuiApplication.clipboard().text())
        else:
            super().keyPressEvent(event)

    def selected_text(self) -> str:
        """The selected rows as tab-separated text, for Excel."""
        sections = [
            place
            for place, column in enumerate(self._rows.columns)
            if not self.isColumnHidden(place) and column.look is not Look.CHECK
        ]
        lines = (self._rows.line_of(id) for id in self.selected_ids())
        return "\n".join(
            "\t".join(str(self._rows.index(line, place).data() or "") for place in sections) for line in lines
        )

    # -- inside ---------------------------------------------------------------------------------------------------

    def _hover(self, line: int) -> None:
        before = self._delegate.hovered_line
        if line == before:
            return
        self._delegate.hovered_line = line
        for changed in (before, line):
            if changed >= 0:
                top = self.rowViewportPosition(changed)
                self.viewport().update(0, top, self.viewport().width(), self.rowHeight(changed))

    def _fold(self, line: int) -> bool:
        if isinstance(self._rows, GroupedRowsModel):
            group = self._rows.group_at(line)
            if group is not None:
                self._rows.fold(line, self._rows.is_open(group.key))
                return True
        return False

    def _tick_line(self, line: int) -> None:
        id = self._rows.id_at(line)
        if id and any(column.look is Look.CHECK for column in self._rows.columns):
            self._rows.tick([id], id not in self._rows.ticked_ids())

    def _open_unless_editable(self, index: QModelIndex) -> None:
        id = self._rows.id_at(index.row())
        if id and self._rows.columns[index.column()].editor is None:
            self.opened.emit(id)

    def _keep_place(self) -> None:
        scroll, section = self.verticalScrollBar().value(), self.currentIndex().column()
        self._kept = (self.current_id(), self.selected_ids(), scroll, section)
        # A cell being left is written while its editor still has the keyboard, and the reset takes the editor away.
        focused = QApplication.focusWidget()
        self._had_editor = focused is not None and focused is not self and self.isAncestorOf(focused)

    def _find_place(self) -> None:
        current, selected, scroll, section = self._kept
        model, chosen = self.selectionModel(), QItemSelection()
        for id in selected:
            line = self._rows.line_of(id)
            if line >= 0:
                chosen.select(self._rows.index(line, 0), self._rows.index(line, 0))
        if not chosen.isEmpty():
            flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
            model.select(chosen, flags)
        line = self._rows.line_of(current) if current else -1
        if line >= 0:
            if section < 0 or self.isColumnHidden(section):
                section = next((p for p in range(len(self._rows.columns)) if not self.isColumnHidden(p)), 0)
            index = self._rows.index(line, section)
            model.setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)
        self.verticalScrollBar().setValue(scroll)
        if self._had_editor:
            self.setFocus()
