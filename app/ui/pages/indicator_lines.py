"""Lines of the fiche of an indicator: what was measured, what is aimed at; each opens its fields in place."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.formatting import NBSP
from app.models import registry
from app.models.fields import Field, Kind
from app.services.readings import Scale, read, reading_words
from app.services.scorecard import Goal, Measure, goal_words, short_period
from app.ui import painting
from app.ui.context import Context
from app.ui.editing import sources_of
from app.ui.forms.editors import Editor, Sources
from app.ui.forms.form import make_editor
from app.ui.theme import Theme
from app.ui.widgets.buttons import button
from app.ui.widgets.form_row import FormRow
from app.ui.widgets.labels import label

#: Lines shown before « Afficher les … autres ».
SHOWN = 12


class FactLine(QAbstractButton):
    """« 2026   104 parents   Est »: when, what, where, a second line; a click opens its fields beneath."""

    def __init__(
        self, theme: Theme, *, when: str, what: str, where: str = "", second: str = "", muted: bool = False,
        unsure: bool = False,
    ) -> None:  # fmt: skip
        super().__init__()
        self._theme = theme
        self._when, self._what, self._where, self._second = when, what, where, second
        self._muted, self._unsure = muted, unsure
        self.setText(what)
        said = (when, what or "sans valeur", where, second, "à confirmer" if unsure else "")
        self.setAccessibleName(", ".join(part for part in said if part))
        self.setAccessibleDescription("Modifier ou supprimer")
        self.setToolTip("\n".join(part for part in (f"{when}{NBSP}: {what}", where, second) if part))
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(0, self._theme.px(48 if self._second else 34))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, rect = self._theme, self.rect()
        painter = QPainter(self)
        if self.isChecked() or self.underMouse():
            painter.fillRect(rect, theme.colour("selection" if self.isChecked() else "hover"))
        painter.fillRect(QRect(0, rect.bottom(), rect.width(), 1), theme.colour("border"))
        line = rect.adjusted(theme.px(4), 0, -theme.px(22), -1)
        if self._second:
            line.setHeight(theme.px(26))
            line.translate(0, theme.px(2))
        when = min(theme.px(132), line.width() // 3)
        self._write(painter, QRect(line.left(), line.top(), when, line.height()), self._when, "text_muted", "cell")
        left = line.left() + when + theme.px(8)
        font = theme.font("cell")
        room = min(painting.metrics(font).horizontalAdvance(self._where) + 2, theme.px(120))
        where = QRect(line.right() - room, line.top(), room, line.height())
        self._write(painter, where, self._where, "text_muted", "cell", painting.RIGHT)
        what = QRect(left, line.top(), where.left() - left - theme.px(10), line.height())
        ink = "text_muted" if self._muted or not self._what else "text"
        self._write(painter, what, self._what or "à saisir", ink, "body")
        if self._second:
            below = QRect(left, line.bottom() - theme.px(2), rect.width() - left - theme.px(22), theme.px(18))
            self._write(painter, below, self._second, "text_muted", "cell_small")
        icon = "help" if self._unsure else ("chevron-up" if self.isChecked() else "chevron-down")
        ink = "warning.fg" if self._unsure else "text_muted"
        painter.drawPixmap(rect.right() - theme.px(16), line.center().y() - theme.px(6), theme.pixmap(icon, ink, 14))
        if self.hasFocus():
            painting.paint_focus(painter, theme, rect)

    def _write(
        self, painter: QPainter, rect: QRect, text: str, ink: str, level: str, side: Any = painting.LEFT
    ) -> None:
        font = self._theme.font(level)
        painter.setFont(font)
        painter.setPen(self._theme.colour(ink))
        painter.drawText(rect, side, painting.elided(text, font, rect.width()))


def measure_line(theme: Theme, measure: Measure, scale: Scale, comment: str) -> FactLine:
    """The line of a measurement; its territory stands in the heading of its group."""
    second = " · ".join(part for part in (measure.source, comment) if part)
    words = reading_words(measure.reading, scale)
    return FactLine(
        theme, when=short_period(measure), what=words, second=second, muted=measure.reading.masked,
        unsure=measure.to_confirm,
    )  # fmt: skip


def goal_fact(theme: Theme, goal: Goal, scale: Scale, *, where: str = "", reason: str = "") -> FactLine:
    """The line of a target."""
    when = str(goal.year) if goal.year is not None else "sans échéance"
    second = f"Motif{NBSP}: {reason}" if reason else (goal.text if goal.is_measured else "")
    return FactLine(theme, when=when, what=goal_words(goal, scale), where=where, second=second, unsure=goal.to_confirm)


def reading_field(scale: Scale) -> Field:
    """What one types a value in: the same writing as in the entry grid."""
    unit = f" en {scale.unit}" if scale.unit and scale.unit != "%" else (f" en{NBSP}%" if scale.unit else "")
    helps = {
        "check": "Oui ou non.",
        "list": "Quelques mots ou une liste.",
    }
    text = helps.get(
        scale.kind, f"Un nombre{unit}, «{NBSP}15 à 18{NBSP}», «{NBSP}plus de 50{NBSP}» ou «{NBSP}masquée{NBSP}»."
    )
    return Field("reading", Kind.LONG_TEXT if scale.is_text else Kind.TEXT, "Valeur", help=text)


def reading_sources(scale: Scale) -> Sources:
    """The rule of entry of a value."""
    return Sources(check=lambda text: read(str(text), scale))


class StagedForm(QFrame):
    """A few fields filled together, then one gesture: `done(values)`; Esc or « Annuler » gives up."""

    done = Signal(dict)
    given_up = Signal()
    delete_asked = Signal()

    def __init__(
        self, context: Context, entity: str, keys: Sequence[str], *, word: str,
        extra: Mapping[str, Editor] | None = None, delete: str = "", hints: Sequence[str] = (),
    ) -> None:  # fmt: skip
        """`extra` are editors beside those of the registry, placed by `keys`; `delete` is the word of that gesture."""
        super().__init__()
        theme = context.theme
        declared = registry.entity(entity)
        self.editors: dict[str, Editor] = dict(extra or {})
        for key in keys:
            if key not in self.editors:
                field = declared.fields[key]
                self.editors[key] = make_editor(theme, field, sources_of(context, field))
        self._fault = label("", "small", "danger", wrap=True)
        self._fault.hide()
        self.setProperty("role", "surface_alt")
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(10), theme.px(8), theme.px(10), theme.px(10))
        column.setSpacing(theme.px(4))
        for key in keys:
            editor = self.editors[key]
            hint = editor.field.help if key in hints else ""
            column.addWidget(FormRow(theme, editor.field.label, editor, hint=hint))
        column.addWidget(self._fault)
        line = QHBoxLayout()
        if delete:
            line.addWidget(button(theme, delete, kind="link", icon="trash", clicked=self.delete_asked.emit))
        line.addStretch(1)
        line.addWidget(button(theme, "Annuler", small=True, clicked=self.given_up.emit))
        self.main = button(theme, word, small=True, clicked=self.ask)
        line.addWidget(self.main)
        column.addLayout(line)

    def show_values(self, values: Mapping[str, Any]) -> None:
        for key, editor in self.editors.items():
            editor.set_value(values.get(key))

    def values(self) -> dict[str, Any]:
        return {key: editor.value() for key, editor in self.editors.items()}

    def is_changed(self) -> bool:
        """True when something typed is not what was shown."""
        return any(editor.is_changed() for editor in self.editors.values())

    def ask(self) -> None:
        """Say `done` when every field is right; else the first wrong one gets the keyboard."""
        wrong = [editor for editor in self.editors.values() if not editor.is_valid()]
        if wrong:
            wrong[0].setFocus()
            return
        self.done.emit(self.values())

    def refuse(self, sentence: str) -> None:
        """Say why it was not kept, beside the gesture."""
        self._fault.setText(sentence)
        self._fault.show()

    def take_focus(self) -> None:
        next(iter(self.editors.values())).setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.given_up.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.ask()
        else:
            super().keyPressEvent(event)


class FactList(QWidget):
    """Lines of one section, grouped under small headings; at most one is open, its form beneath it."""

    opened = Signal(str)
    closed = Signal()

    def __init__(self, theme: Theme, nothing: str) -> None:
        super().__init__()
        self._theme = theme
        self._nothing = nothing
        self._whole = False
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._groups: Sequence[tuple[str, Sequence[tuple[str, Callable[[], FactLine]]]]] = ()
        self._open = ""
        self._form: QWidget | None = None
        self._lines: dict[str, FactLine] = {}

    def open_id(self) -> str:
        """The line whose form is shown; "" for none, « new » for the one being added."""
        return self._open

    def form(self) -> QWidget | None:
        return self._form

    def line(self, id: str) -> FactLine | None:
        return self._lines.get(id)

    def show_groups(self, groups: Sequence[tuple[str, Sequence[tuple[str, Callable[[], FactLine]]]]]) -> None:
        """Show these lines, (heading, [(id, make)]); an open form stays, with its typing, if its line is there."""
        self._groups = groups
        known = {id for _heading, lines in groups for id, _make in lines}
        if self._open not in known and self._open != "new":
            self._drop_form()
        self._fill()

    def show_form(self, id: str, form: QWidget) -> None:
        """Put a form under a line, or on top for « new »."""
        self._drop_form()
        self._open, self._form = id, form
        self._fill()

    def close_form(self) -> None:
        back = self._lines.get(self._open)
        self._drop_form()
        self._fill()
        if back is not None and self._open == "":
            self.closed.emit()

    def _drop_form(self) -> None:
        if self._form is not None:
            self._form.hide()
            self._form.deleteLater()
        self._form, self._open = None, ""

    def _fill(self) -> None:
        while self._column.count():
            widget = self._column.takeAt(0).widget()
            if widget is not None and widget is not self._form:
                widget.hide()
                widget.deleteLater()
        self._lines = {}
        if self._form is not None and self._open == "new":
            self._column.addWidget(self._form)
        count = sum(len(lines) for _heading, lines in self._groups)
        left = count if self._whole else SHOWN
        if not count and self._form is None:
            self._column.addWidget(label(self._nothing, "body", "muted", wrap=True))
        for heading, lines in self._groups:
            shown = [pair for place, pair in enumerate(lines) if place < left or pair[0] == self._open]
            left -= len(shown)
            if shown and heading:
                title = label(heading, "small", "muted")
                title.setContentsMargins(self._theme.px(4), self._theme.px(8), 0, self._theme.px(2))
                self._column.addWidget(title)
            for id, make in shown:
                self._add_line(id, make())
        hidden = count - len(self._lines)
        if hidden > 0:
            more = button(self._theme, f"Afficher les {hidden}{NBSP}autres", kind="link", clicked=self._show_whole)
            self._column.addWidget(more)

    def _add_line(self, id: str, line: FactLine) -> None:
        line.setChecked(id == self._open)
        line.clicked.connect(lambda _checked=False: self._toggle(id))
        self._lines[id] = line
        self._column.addWidget(line)
        if id == self._open and self._form is not None:
            self._column.addWidget(self._form)
            self._form.show()

    def _toggle(self, id: str) -> None:
        if id == self._open:
            self.close_form()
        else:
            self.opened.emit(id)

    def _show_whole(self) -> None:
        self._whole = True
        self._fill()
