"""Editing a cell in place: its editor over the table, what is wrong said under it, nothing typed lost.

A value that breaks a rule, or that the disk refuses, stays in its editor with the sentence that says why. When the
editor must close all the same, the view says what was typed (`draft_kept`), and the cell opens again with it.
"""

from typing import Any

from PySide6.QtCore import QEvent, QModelIndex, QObject, QRect, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QComboBox,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from app.ui.theme import Theme

#: Room for the sentence that says what is wrong in a cell, in pixels at 100 %.
FAULT_WIDTH = 240


class CellEditing(QStyledItemDelegate):
    """Opens the editors of the columns, writes what they hold when they are left, keeps those that are refused."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: QModelIndex) -> QWidget | None:
        model = index.model()
        column = model.columns[index.column()]
        if column.editor is None:
            return None
        editor = column.editor(parent, model.row(model.id_at(index.row())))
        editor.setAutoFillBackground(True)
        editor.left.connect(lambda: self._finish(editor))
        inside = editor.focusProxy()
        if inside is not None:
            inside.installEventFilter(self)
        if isinstance(inside, QComboBox):
            # One came to choose: show the choices at once.
            QTimer.singleShot(0, inside, inside.showPopup)
        return editor

    def setEditorData(self, editor: QWidget, index: QModelIndex) -> None:
        editor.set_value(index.data(Qt.ItemDataRole.EditRole))
        if draft := self.parent().draft_of(index):
            editor.set_draft(draft)

    def setModelData(self, editor: QWidget, model: Any, index: QModelIndex) -> None:
        if not editor.is_valid():
            # Another cell is gone to: this one closes, and shows again what was typed when it is opened.
            self.parent().keep_draft(index, editor.draft(), editor.fault())
            return
        kept = index.data(Qt.ItemDataRole.EditRole)
        model.setData(index, editor.value(), Qt.ItemDataRole.EditRole)
        editor.setProperty("refused", bool(model.refusal))
        if model.refusal:
            # What was typed stays under the eyes, and beside the notebook: leaving the cell again tries again.
            editor.refuse(kept, model.refusal)
            self._give_room(editor)
            self.parent().keep_draft(index, editor.draft())
        else:
            self.parent().keep_draft(index, "")

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        editor.setProperty("cell", QRect(option.rect))
        self._fit(editor)

    def _fit(self, editor: QWidget) -> None:
        """Lay an editor over its cell; what it needs beyond (a calendar, a fault written under it) covers the
        neighbours, inside the view."""
        cell: QRect = editor.property("cell")
        told = bool(editor.fault())
        width = max(cell.width(), editor.minimumSizeHint().width(), self._theme.px(FAULT_WIDTH) if told else 0)
        needed = editor.layout().heightForWidth(width) if editor.layout().hasHeightForWidth() else 0
        height = max(cell.height() - 1, needed, editor.sizeHint().height() if not told else 0)
        room = editor.parentWidget().width() if editor.parentWidget() is not None else width
        left = max(0, min(cell.left(), room - width))
        editor.setGeometry(left, cell.top(), min(width, room), height)
        editor.raise_()

    def eventFilter(self, editor: QObject, event: QEvent) -> bool:
        """Keep the editor and what was typed when Enter or Tab meets an invalid value."""
        if not hasattr(editor, "is_valid"):
            return self._go_on(editor, event)
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() == Qt.Key.Key_Escape:
                # Given up: what leaving the field would write is not written.
                editor.setProperty("finished", True)
                self.parent().keep_draft(self.parent().indexAt(editor.property("cell").center()), "")
            leaving = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab, Qt.Key.Key_Backtab)
            if leaving and (editor.property("finished") or editor.property("refused") or not self._is_right(editor)):
                return True
        return super().eventFilter(editor, event)

    def _finish(self, editor: QWidget) -> None:
        """The field of a cell was left: write its value and close it, unless it is invalid."""
        # A list or a calendar of the field took the keyboard: it has not been left.
        if QApplication.activePopupWidget() is not None:
            return
        if not editor.property("finished") and self._is_right(editor):
            editor.setProperty("finished", True)
            self.commitData.emit(editor)
            if editor.property("refused"):
                editor.setProperty("finished", False)
                return
            self.closeEditor.emit(editor, QStyledItemDelegate.EndEditHint.NoHint)

    def _is_right(self, editor: QWidget) -> bool:
        """True when what is typed is a value; otherwise the sentence that says why is given its room, in the table."""
        if editor.is_valid():
            return True
        self._give_room(editor)
        return False

    def _give_room(self, editor: QWidget) -> None:
        """The sentence under an editor is read whole, inside the table."""
        room = editor.parentWidget().rect()
        width = min(max(editor.width(), self._theme.px(FAULT_WIDTH)), room.width())
        height = max(editor.heightForWidth(width), editor.sizeHint().height())
        left, top = min(editor.x(), room.right() + 1 - width), min(editor.y(), room.bottom() + 1 - height)
        editor.setGeometry(max(0, left), max(0, top), width, height)
        editor.raise_()

    def _go_on(self, inside: QObject, event: QEvent) -> bool:
        """Tab in a field: write it and edit the next cell of the row (Maj+Tab: the one before)."""
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        if event.key() not in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            return False
        editor = inside.parent()
        while editor is not None and not hasattr(editor, "is_valid"):
            editor = editor.parent()
        if editor is not None and self._is_right(editor):
            view, section = self.parent(), self.parent().currentIndex().column()
            self._finish(editor)
            if editor.property("refused"):
                return True
            _edit_beside(view, 1 if event.key() == Qt.Key.Key_Tab else -1, section)
        return True


def _edit_beside(view: QAbstractItemView, by: int, section: int) -> None:
    """Edit the next cell of the current row that can be, if any."""
    model, line = view.model(), view.currentIndex().row()
    section += by
    while 0 <= section < model.columnCount():
        index = model.index(line, section)
        if not view.isColumnHidden(section) and model.flags(index) & Qt.ItemFlag.ItemIsEditable:
            view.setCurrentIndex(index)
            view.edit(index)
            return
        section += by
