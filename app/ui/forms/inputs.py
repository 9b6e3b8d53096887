"""Bare inputs under the editors: they leave Ctrl+Z to the window when nothing was typed, and say when they are left."""

from PySide6.QtCore import QEvent, QMimeData, QPoint, QSize, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QFocusEvent,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QComboBox, QLineEdit, QPlainTextEdit, QSizePolicy, QStyle, QStyleOptionFrame

from app.ui.theme import Theme


def _holds_files(data: QMimeData) -> bool:
    """Whether files of this machine are dragged or pasted: they are no text, whatever path comes with them."""
    return any(url.isLocalFile() for url in data.urls())


def _is_history_key(event: QEvent) -> bool:
    return isinstance(event, QKeyEvent) and (
        event.matches(QKeySequence.StandardKey.Undo) or event.matches(QKeySequence.StandardKey.Redo)
    )


class LineInput(QLineEdit):
    """One line of text."""

    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.editingFinished.connect(self.left)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and _is_history_key(event) and not self.isUndoAvailable():
            # The field has no typing of its own: the key belongs to the notebook's history.
            event.ignore()
            return False
        return super().event(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _holds_files(event.mimeData()):
            # What is around takes it: a record, the window.
            event.ignore()
        else:
            super().dragEnterEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """At rest, a text too long ends with « … » instead of being cut in the middle of a letter."""
        option = QStyleOptionFrame()
        self.initStyleOption(option)
        inside = self.style().subElementRect(QStyle.SubElement.SE_LineEditContents, option, self).adjusted(2, 0, -2, 0)
        text = self.text()
        if self.hasFocus() or not text or self.fontMetrics().horizontalAdvance(text) <= inside.width():
            super().paintEvent(event)
            return
        painter = QPainter(self)
        self.style().drawPrimitive(QStyle.PrimitiveElement.PE_PanelLineEdit, option, painter, self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        shown = self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, inside.width())
        painter.drawText(inside, self.alignment() | Qt.AlignmentFlag.AlignVCenter, shown)


class TextInput(QPlainTextEdit):
    """Several lines of Markdown, growing with what is typed. Ctrl+B and Ctrl+I mark, Enter continues a list."""

    left = Signal()

    def __init__(self, theme: Theme, *, least: int = 2, most: int = 14) -> None:
        """Between `least` and `most` lines high."""
        super().__init__()
        self._theme = theme
        self._least, self._most = least, most
        self._following = False
        self.setTabChangesFocus(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.document().documentLayout().documentSizeChanged.connect(lambda _size: self._follow_text())

    def sizeHint(self) -> QSize:
        line = self.fontMetrics().lineSpacing()
        # The document of a plain text edit counts its height in lines.
        lines = max(self._least, min(self._most, round(self.document().size().height())))
        return QSize(
            self._theme.px(200), lines * line + 2 * round(self.document().documentMargin()) + self._theme.px(8)
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._follow_text()

    def _follow_text(self) -> None:
        if self._following:
            return
        # Lines are laid out when they are painted: out of sight, they would keep the number they had.
        self._following = True
        block, layout = self.document().begin(), self.document().documentLayout()
        while block.isValid():
            layout.blockBoundingRect(block)
            block = block.next()
        self._following = False
        tall = self.document().size().height() > self._most
        policy = Qt.ScrollBarPolicy.ScrollBarAsNeeded if tall else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.setVerticalScrollBarPolicy(policy)
        # Fixed, because a hint that changes inside a scroll area while it is laid out is not asked again.
        self.setFixedHeight(self.sizeHint().height())

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return not _holds_files(source) and super().canInsertFromMimeData(source)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def event(self, event: QEvent) -> bool:
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and _is_history_key(event)
            and not self.document().isUndoAvailable()
        ):
            event.ignore()
            return False
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        control = event.modifiers() == Qt.KeyboardModifier.ControlModifier
        if control and event.key() == Qt.Key.Key_B:
            self._surround("**")
        elif control and event.key() == Qt.Key.Key_I:
            self._surround("*")
        elif event.key() == Qt.Key.Key_Return and self._continue_list():
            return
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.left.emit()

    def _surround(self, mark: str) -> None:
        cursor = self.textCursor()
        cursor.insertText(f"{mark}{cursor.selectedText()}{mark}")
        if not cursor.selectedText():
            cursor.movePosition(cursor.MoveOperation.Left, n=len(mark))
            self.setTextCursor(cursor)

    def _continue_list(self) -> bool:
        cursor = self.textCursor()
        line = cursor.block().text()
        if not line.startswith("- ") or not cursor.atBlockEnd():
            return False
        if line.strip() == "-":
            cursor.select(cursor.SelectionType.BlockUnderCursor)
            cursor.removeSelectedText()
            cursor.insertBlock()
        else:
            cursor.insertText("\n- ")
        return True


class ChoiceInput(QComboBox):
    """A choice among a few words; the wheel scrolls the page, never the choice."""

    left = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumContentsLength(8)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.left.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self.property("quiet") or self.underMouse() or self.hasFocus():
            size = self._theme.px(14)
            place = QPoint(self.width() - size - self._theme.px(8), (self.height() - size) // 2)
            QPainter(self).drawPixmap(place, self._theme.pixmap("chevron-down", "text_muted", 14))
