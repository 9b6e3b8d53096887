"""The follow-up of an action: what happened, the newest first; written and corrected in place."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.formatting import clean_text
from app.services import plan_gestures, records
from app.services.queries.action import Note
from app.ui.context import Context
from app.ui.editing import RecordEditing
from app.ui.forms.inputs import TextInput
from app.ui.pages.action_parts import Part, keep_quiet
from app.ui.widgets.buttons import button, icon_button
from app.ui.widgets.labels import ElidedLabel
from app.ui.widgets.top_bar import hairline

Try = Callable[[Callable[[], Any]], Any]


class NoteLine(QWidget):
    """A date, who wrote it, and the text."""

    def __init__(self, context: Context, do: Try) -> None:
        super().__init__()
        theme = context.theme
        self._context, self._do = context, do
        self._id = ""
        self.editing = RecordEditing(context, "follow_up", self)
        self.date = self.editing.form.editor("date")
        self.date.keep_narrow()
        self.date.input.setAlignment(Qt.AlignmentFlag.AlignLeft)
        self.text = self.editing.form.editor("text")
        self.author = ElidedLabel(theme, "", "cell_small", "text_muted")
        self.remove = icon_button(theme, "trash", "Supprimer la note", size=14, clicked=self._delete)
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 0, 0)
        head.setSpacing(theme.px(4))
        head.addWidget(self.date)
        head.addWidget(self.author, 1)
        head.addWidget(self.remove)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, theme.px(2))
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.text)
        column.addWidget(hairline(theme))
        keep_quiet(self, self.remove)

    def show_note(self, note: Note) -> None:
        self._id = note.id
        self.author.set_text(note.author)
        self.editing.show(note.id, {"date": note.day, "text": note.text}, keep_typing=True)

    def _delete(self) -> None:
        self._do(lambda: records.delete(self._context.store, "follow_up", [self._id]))


class NewNote(TextInput):
    """Where the next note is typed; Ctrl+Enter keeps it."""

    def __init__(self, context: Context, send: Callable[[], object]) -> None:
        super().__init__(context.theme, least=1, most=10)
        self._send = send
        self.setPlaceholderText("Écrire une note de suivi…")
        self.setAccessibleName("Nouvelle note de suivi, Ctrl+Entrée pour l’enregistrer")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        control = event.modifiers() == Qt.KeyboardModifier.ControlModifier
        if control and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._send()
        else:
            super().keyPressEvent(event)


class Notes(Part):
    """The line of the next note, then the notes."""

    def __init__(self, context: Context, do: Try) -> None:
        super().__init__()
        theme = context.theme
        self._context, self._do = context, do
        self._action = ""
        self._lines: dict[str, NoteLine] = {}
        self.add = NewNote(context, self.send)
        self.keep = button(theme, "Ajouter la note", small=True, clicked=self.send, description="Ctrl+Entrée")
        self.keep.hide()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.px(4))
        self._column.addWidget(self.add)
        self._column.addWidget(self.keep, 0, Qt.AlignmentFlag.AlignRight)
        self.add.textChanged.connect(self._follow_typing)

    def show_notes(self, action: str, notes: tuple[Note, ...]) -> None:
        """Show the notes of an action, the newest first; the note being typed stays."""
        if action != self._action:
            self._action = ""
            drafts = self._context.drafts
            self.add.setPlainText(drafts.of("action", action).get("+note", "") if drafts is not None else "")
        self._action = action
        for gone in self._lines.keys() - {note.id for note in notes}:
            line = self._lines.pop(gone)
            self._column.removeWidget(line)
            line.hide()
            line.deleteLater()
        for place, note in enumerate(notes, start=2):
            line = self._lines.get(note.id)
            if line is None:
                line = self._lines[note.id] = NoteLine(self._context, self._do)
            if self._column.indexOf(line) != place:
                self._column.removeWidget(line)
                self._column.insertWidget(place, line)
            line.show_note(note)

    def leave(self) -> bool:
        """Keep what is typed: corrections, and the note not yet sent."""
        kept = [line.editing.leave() for line in self._lines.values()]
        self.send()
        return all(kept)

    def ask(self) -> None:
        self.add.setFocus()

    def send(self) -> None:
        """Make a note of what is typed, dated today."""
        text = clean_text(self.add.toPlainText()).strip()
        if not text or not self._action:
            return
        today = self._context.clock().date()
        if self._do(lambda: plan_gestures.add_note(self._context.store, self._action, text, today)):
            self.add.clear()

    def _follow_typing(self) -> None:
        text = self.add.toPlainText()
        self.keep.setVisible(bool(text.strip()))
        drafts = self._context.drafts
        if drafts is not None and self._action:
            if text.strip():
                drafts.keep("action", self._action, "+note", text)
            else:
                drafts.drop("action", self._action, "+note")
