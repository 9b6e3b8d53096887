"""A title typed where it stands: it wraps like a heading, Enter keeps it."""

from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QKeyEvent

from app.formatting import clean_text
from app.models.fields import Field
from app.ui.forms.editors import Editor, Sources
from app.ui.forms.inputs import TextInput
from app.ui.theme import Theme


class TitleInput(TextInput):
    """Several lines for the eye, one for the value: Enter leaves the field."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.left.emit()
        else:
            super().keyPressEvent(event)


class TitleEditor(Editor):
    """Looks like text until hovered; long, it takes the lines it needs. `level` is that of its text."""

    def __init__(self, theme: Theme, field: Field, sources: Sources | None = None, *, level: str = "heading") -> None:
        super().__init__(theme, field, sources, quiet=True)
        self.input = TitleInput(theme, least=1, most=4)
        self.input.setFont(theme.font(level))
        self.input.document().setDocumentMargin(0)
        # Its text stands where the lines above and below begin.
        self.input.setStyleSheet("QPlainTextEdit { padding: 3px 1px; } QPlainTextEdit:focus { padding: 2px 0; }")
        self._put(self.input)
        self.input.textChanged.connect(self._hear)
        self.input.left.connect(self.commit)

    def draft(self) -> str:
        return self.input.toPlainText()

    def set_draft(self, draft: str) -> None:
        with QSignalBlocker(self.input):
            self.input.setPlainText(draft)

    def select_all(self) -> None:
        """Ready to be replaced."""
        self.input.setFocus()
        self.input.selectAll()

    def _read(self) -> Any:
        return " ".join(clean_text(self.input.toPlainText()).split()) or None

    def _write(self, value: Any) -> None:
        text = value or ""
        if text != self.input.toPlainText():
            with QSignalBlocker(self.input):
                self.input.setPlainText(text)
