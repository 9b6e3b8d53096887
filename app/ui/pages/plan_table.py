"""The table of the plan: what it adds to the usual one (choice of rows, editing a named cell, dragging, menus)."""

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView

from app.ui.tables.rows_model import GroupedRowsModel
from app.ui.tables.view import TableView
from app.ui.theme import Theme


class PlanTable(TableView):
    """Double click on a title opens the fiche, elsewhere it edits the cell, as F2 does."""

    #: Other rows are selected.
    chosen_changed = Signal()
    #: A menu is asked for the current row, at this place of the screen.
    menu_asked = Signal(QPoint)
    #: The current row must go one place up (-1) or down (1).
    step_asked = Signal(int)

    def __init__(self, theme: Theme, model: GroupedRowsModel, *, name: str) -> None:
        super().__init__(theme, model, name=name, code_width=50)
        self.is_draggable = False
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed | QAbstractItemView.EditTrigger.AnyKeyPressed)
        self.setDropIndicatorShown(True)
        self.doubleClicked.connect(self._open_or_edit)
        self.selectionModel().selectionChanged.connect(lambda *_changed: self.chosen_changed.emit())

    # -- what the page calls ------------------------------------------------------------------------------------------

    def go_to(self, id: str) -> bool:
        """Make a row current and visible, on its title when no other column is."""
        line = self._rows.line_of(id)
        if line < 0:
            return False
        section = self.currentIndex().column()
        index = self._rows.index(line, section if section > 0 else self._rows.column_of("title"))
        self.setCurrentIndex(index)
        self.scrollTo(index)
        return True

    def stand_somewhere(self) -> None:
        """Put the keyboard on the first row when it is nowhere; nothing is selected by that."""
        ids = self._rows.ids()
        if ids and not self.currentIndex().isValid():
            index = self._rows.index(self._rows.line_of(ids[0]), self._rows.column_of("title"))
            self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)

    def several_ids(self) -> list[str]:
        """The rows selected when they are several."""
        ids = self.selected_ids()
        return ids if len(ids) > 1 else []

    def select_current_only(self) -> None:
        index = self.currentIndex()
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        self.selectionModel().select(index, flags)

    def select_ids(self, ids: Iterable[str]) -> None:
        """Select these rows, the first one current."""
        chosen = QItemSelection()
        for id in ids:
            line = self._rows.line_of(id)
            if line >= 0:
                chosen.select(self._rows.index(line, 0), self._rows.index(line, 0))
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        self.selectionModel().select(chosen, flags)

    def neighbour_of(self, ids: Sequence[str]) -> str:
        """The row to stand on once `ids` are gone: the next one, else the one before; "" when none is left."""
        listed = self._rows.ids()
        gone = set(ids)
        last = max((place for place, id in enumerate(listed) if id in gone), default=-1)
        after = [id for id in listed[last + 1 :] if id not in gone]
        before = [id for id in listed[: last + 1] if id not in gone]
        return after[0] if after else (before[-1] if before else "")

    def edit_cell(self, id: str, key: str) -> None:
        """Go to a cell and edit it."""
        line, section = self._rows.line_of(id), self._rows.column_of(key)
        if line >= 0 and not self.isColumnHidden(section):
            index = self._rows.index(line, section)
            self.setCurrentIndex(index)
            self.scrollTo(index)
            self.edit(index)

    def finish_editing(self) -> bool:
        """Commit the cell being edited; False when it refuses what is typed."""
        if self.state() != QAbstractItemView.State.EditingState:
            return True
        editor = self.indexWidget(self.currentIndex())
        if editor is None or not hasattr(editor, "commit"):
            return True
        return bool(editor.commit())

    def set_draggable(self, on: bool) -> None:
        """Rows can be dragged onto another group or between others; not when a sort hides their order."""
        self.is_draggable = on
        self.setDragEnabled(on)
        self.setAcceptDrops(on)
        mode = QAbstractItemView.DragDropMode
        self.setDragDropMode(mode.InternalMove if on else mode.NoDragDrop)

    # -- Qt -----------------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        moved = Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ShiftModifier
        if event.modifiers() == moved and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.step_asked.emit(-1 if event.key() == Qt.Key.Key_Up else 1)
        elif event.key() == Qt.Key.Key_Menu:
            self._ask_menu(self.visualRect(self.currentIndex()).bottomLeft())
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        index = self.indexAt(event.pos())
        if index.isValid() and not self.selectionModel().isRowSelected(index.row(), QModelIndex()):
            self.setCurrentIndex(index)
        self._ask_menu(event.pos())

    # -- inside -------------------------------------------------------------------------------------------------------

    def _ask_menu(self, place: QPoint) -> None:
        self.menu_asked.emit(self.viewport().mapToGlobal(place))

    def _open_or_edit(self, index: QModelIndex) -> None:
        id = self._rows.id_at(index.row())
        column = self._rows.columns[index.column()]
        if not id or column.editor is None:
            return
        if column.key == "title":
            self.opened.emit(id)
        else:
            self.edit(index)
