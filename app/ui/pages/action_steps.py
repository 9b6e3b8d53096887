"""The steps of an action: ticked, retitled, dated, ordered and added in place."""

from collections.abc import Callable
from datetime import date
from typing import Any

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from app.formatting import NBSP, format_date
from app.models import registry
from app.services import plan_gestures, records
from app.services.queries.action import Step
from app.ui.context import Context
from app.ui.editing import RecordEditing
from app.ui.forms.inputs import LineInput
from app.ui.pages.action_parts import Part, ink, keep_quiet
from app.ui.pages.action_title import TitleEditor
from app.ui.widgets.buttons import icon_button
from app.ui.widgets.top_bar import hairline

#: Runs a gesture and says why it was refused.
Try = Callable[[Callable[[], Any]], Any]


class StepLine(QWidget):
    """One step: a mark that ticks it, its title, its date, and « Autres gestes »."""

    moved = Signal(int)

    def __init__(self, context: Context, do: Try) -> None:
        super().__init__()
        self._context = context
        theme = self._theme = context.theme
        self._do = do
        self._step: Step | None = None
        self.editing = RecordEditing(context, "step", self)
        self.mark = icon_button(theme, "circle-dotted", "Terminer l’étape", clicked=self.tick)
        self.mark.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        field = registry.field("step", "title")
        self.title = TitleEditor(theme, field, self.editing.sources(field), level="body")
        self.editing.form.adopt("title", self.title)
        self.due = self.editing.form.editor("due")
        self.done = self.editing.form.editor("done")
        self.more = icon_button(theme, "dots", "Autres gestes de l’étape", size=14, clicked=self._open_more)
        for editor in (self.due, self.done):
            editor.keep_narrow()
        line = QHBoxLayout()
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(0)
        line.addWidget(self.mark, 0, Qt.AlignmentFlag.AlignTop)
        line.addSpacing(theme.px(2))
        line.addWidget(self.title, 1)
        for part in (self.more, self.due, self.done):
            line.addWidget(part, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(line)
        column.addWidget(hairline(theme))
        keep_quiet(self, self.more)

    def show_step(self, step: Step) -> None:
        """Show a step; what is being typed stays."""
        self._step = step
        values = {"title": step.title, "due": step.due, "done": step.done, "responsible": step.responsible}
        self.editing.show(step.id, values, keep_typing=True)
        icon, tone = ("circle-check", "success.fg") if step.done else ("circle-dotted", "text_muted")
        if step.is_late:
            icon, tone = "clock-exclamation", "warning.fg"
        self._theme.dress(self.mark, icon, tone)
        gesture = "Rouvrir" if step.done else "Terminer"
        self.mark.setAccessibleName(f"{gesture} l’étape{NBSP}: {step.title}")
        late = f" (devait finir le {format_date(step.due)})" if step.is_late else ""
        self.mark.setToolTip(f"{gesture} l’étape{late}")
        self.more.setAccessibleName(f"Autres gestes de l’étape{NBSP}: {step.title}")
        self.due.setVisible(step.done is None)
        self.done.setVisible(step.done is not None)
        tint = "text_muted" if step.done else ("warning.fg" if step.is_late else "text")
        self.due.input.setFont(self._theme.font("cell_strong" if step.is_late else "cell"))
        ink(self._theme, self.due.input, tint)
        ink(self._theme, self.done.input, "text_muted")
        ink(self._theme, self.title.input, "text_muted" if step.done else "text")

    def tick(self) -> None:
        """Done today; or not done after all."""
        step = self._step
        if step is not None:
            done: date | None = None if step.done else self._context.clock().date()
            self._do(lambda: plan_gestures.tick_step(self._context.store, step.id, done))

    def _open_more(self) -> None:
        menu = QMenu(self)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.addAction("Monter\tAlt+Maj+↑").triggered.connect(lambda _checked=False: self.moved.emit(-1))
        menu.addAction("Descendre\tAlt+Maj+↓").triggered.connect(lambda _checked=False: self.moved.emit(1))
        menu.addSeparator()
        menu.addAction("Supprimer l’étape").triggered.connect(lambda _checked=False: self.delete())
        menu.popup(self.more.mapToGlobal(QPoint(0, self.more.height())))

    def delete(self) -> None:
        step = self._step
        if step is not None:
            self._do(lambda: records.delete(self._context.store, "step", [step.id]))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        moved = Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ShiftModifier
        if event.modifiers() == moved and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.moved.emit(-1 if event.key() == Qt.Key.Key_Up else 1)
        else:
            super().keyPressEvent(event)


class Steps(Part):
    """The steps in order, then the line in which the next one is typed."""

    #: A step was added: the line of the next one went down.
    added = Signal()

    def __init__(self, context: Context, do: Try) -> None:
        super().__init__()
        self._context = context
        self._do = do
        self._action = ""
        self._lines: dict[str, StepLine] = {}
        theme = context.theme
        self.add = LineInput()
        self.add.setProperty("quiet", True)
        self.add.setPlaceholderText("Ajouter une étape…")
        self.add.setAccessibleName("Ajouter une étape, Entrée pour l’enregistrer")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        line = QHBoxLayout()
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(0)
        plus = icon_button(theme, "plus", "Écrire une nouvelle étape", clicked=self.add.setFocus)
        plus.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        line.addWidget(plus)
        line.addWidget(self.add, 1)
        self._column.addLayout(line)
        self.add.returnPressed.connect(self._create)
        self.add.textEdited.connect(self._keep)

    def show_steps(self, action: str, steps: tuple[Step, ...]) -> None:
        """Show the steps of an action; lines of steps that stay keep what is typed in them."""
        if action != self._action:
            drafts = self._context.drafts
            self.add.setText(drafts.of("action", action).get("+step", "") if drafts is not None else "")
        self._action = action
        for gone in self._lines.keys() - {step.id for step in steps}:
            line = self._lines.pop(gone)
            self._column.removeWidget(line)
            line.hide()
            line.deleteLater()
        for place, step in enumerate(steps):
            line = self._lines.get(step.id)
            if line is None:
                line = self._lines[step.id] = StepLine(self._context, self._do)
                line.moved.connect(lambda by, id=step.id: self._move(id, by))
            if self._column.indexOf(line) != place:
                self._column.removeWidget(line)
                self._column.insertWidget(place, line)
            line.show_step(step)
        self._follow_tabs()

    def leave(self) -> bool:
        """Commit what is typed in every line."""
        kept = [line.editing.leave() for line in self._lines.values()]
        return all(kept)

    def line(self, step: str) -> StepLine:
        return self._lines[step]

    def ask(self) -> None:
        """Ready to type the next step."""
        self.add.setFocus()

    def _create(self) -> None:
        title = " ".join(self.add.text().split())
        if title:
            made = self._do(lambda: plan_gestures.add_step(self._context.store, self._action, title))
            if made:
                self.add.clear()
                self._keep("")
                self.add.setFocus()
                self.added.emit()

    def _keep(self, text: str) -> None:
        drafts = self._context.drafts
        if drafts is not None and self._action:
            if text:
                drafts.keep("action", self._action, "+step", text)
            else:
                drafts.drop("action", self._action, "+step")

    def _move(self, step: str, by: int) -> None:
        self._do(lambda: plan_gestures.move_step(self._context.store, self._action, step, by))

    def _follow_tabs(self) -> None:
        """The keyboard walks the lines in the order one sees."""
        before: QWidget | None = None
        for place in range(len(self._lines)):
            line = self._column.itemAt(place).widget()
            for part in (line.mark, line.title.input, line.due.input, line.done.input, line.more):
                if before is not None:
                    QWidget.setTabOrder(before, part)
                before = part
        if before is not None:
            QWidget.setTabOrder(before, self.add)
