"""Lines that records share: a linked record one opens, a person added in place, the history."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.formatting import NBSP, format_date
from app.models.fields import Field
from app.services.records import Record
from app.services.reference import EXAMPLE
from app.ui import painting
from app.ui.forms.editors import Editor, Sources
from app.ui.forms.form import make_editor
from app.ui.theme import Theme
from app.ui.widgets.buttons import button
from app.ui.widgets.form_row import FormRow
from app.ui.widgets.labels import Chip, label

#: Gestures of the history shown before « Tout afficher ».
SHORT_HISTORY = 6


@dataclass(frozen=True, slots=True)
class Linked:
    """A record one can open: its name, what it is here (at the right), a second line, a chip before the name."""

    entity: str
    id: str
    title: str
    detail: str = ""
    second: str = ""
    chip: str = ""


class LinkLine(QAbstractButton):
    """One linked record, in the colour of links, on one or two lines; a click or Enter opens it."""

    def __init__(self, theme: Theme, linked: Linked) -> None:
        super().__init__()
        self._theme = theme
        self._linked = linked
        self.setText(linked.title)
        said = (linked.chip, linked.title, linked.detail, linked.second)
        self.setAccessibleName(", ".join(part for part in said if part))
        self.setToolTip(f"Ouvrir {linked.title}")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(0, self._theme.px(48 if self._linked.second else 34))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, rect, linked = self._theme, self.rect(), self._linked
        painter = QPainter(self)
        if self.underMouse():
            painter.fillRect(rect, theme.colour("hover"))
        painter.fillRect(QRect(0, rect.bottom(), rect.width(), 1), theme.colour("border"))
        line = rect.adjusted(theme.px(4), 0, -theme.px(4), -1)
        if linked.second:
            line.setHeight(theme.px(26))
            line.translate(0, theme.px(2))
        small = theme.font("cell")
        if linked.chip:
            left = painting.paint_chip(
                painter, theme, line.left(), line.center().y() + 1, linked.chip, tone=linked.chip, bold=True
            )
            line.setLeft(left + theme.px(8))
        room = min(painting.metrics(small).horizontalAdvance(linked.detail) + 2, line.width() * 2 // 5)
        painter.setFont(small)
        painter.setPen(theme.colour("text_muted"))
        right = QRect(line.right() - room, line.top(), room, line.height())
        painter.drawText(right, painting.RIGHT, painting.elided(linked.detail, small, room))
        font = theme.font("body")
        painter.setFont(font)
        painter.setPen(theme.colour("accent"))
        line.setRight(right.left() - theme.px(10))
        painter.drawText(line, painting.LEFT, painting.elided(linked.title, font, line.width()))
        if linked.second:
            below = QRect(line.left(), line.bottom() - theme.px(2), rect.right() - line.left(), theme.px(18))
            painter.setFont(theme.font("cell_small"))
            painter.setPen(theme.colour("text_muted"))
            painter.drawText(below, painting.LEFT, painting.elided(linked.second, painter.font(), below.width()))
        if self.hasFocus():
            painting.paint_focus(painter, theme, rect)


class LinkList(QWidget):
    """Linked records under one another; `opened(entity, id)`. A sentence when there is none."""

    opened = Signal(str, str)

    def __init__(self, theme: Theme, nothing: str) -> None:
        super().__init__()
        self._theme = theme
        self._nothing = nothing
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)

    def show_links(self, links: Sequence[Linked]) -> None:
        clear(self._column)
        if not links:
            self._column.addWidget(label(self._nothing, "body", "muted", wrap=True))
        for linked in links:
            line = LinkLine(self._theme, linked)
            line.clicked.connect(lambda _checked=False, linked=linked: self.opened.emit(linked.entity, linked.id))
            self._column.addWidget(line)


class QuickAdd(QFrame):
    """A few fields in place, then Enter: `added(values)`. Esc gives up. Hidden until asked."""

    added = Signal(dict)

    def __init__(self, theme: Theme, fields: Sequence[Field], word: str, sources: Callable[[Field], Sources]) -> None:
        """`sources(field)` gives the rules of entry; `word` is that of the button."""
        super().__init__()
        self.editors: dict[str, Editor] = {field.key: make_editor(theme, field, sources(field)) for field in fields}
        self.add = button(theme, word, kind="primary", small=True, clicked=self._ask)
        self.setProperty("role", "surface_alt")
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(10), theme.px(8), theme.px(10), theme.px(10))
        column.setSpacing(theme.px(4))
        for field in fields:
            column.addWidget(FormRow(theme, field.label, self.editors[field.key]))
        line = QHBoxLayout()
        line.addStretch(1)
        line.addWidget(button(theme, "Annuler", small=True, clicked=self.give_up))
        line.addWidget(self.add)
        column.addLayout(line)
        for editor in self.editors.values():
            editor.focusProxy().installEventFilter(self)
        self.hide()

    def open(self) -> None:
        """Show the fields, empty, the keyboard in the first."""
        for editor in self.editors.values():
            editor.set_value(None)
        self.show()
        next(iter(self.editors.values())).setFocus()

    def give_up(self) -> None:
        self.hide()

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() == Qt.Key.Key_Escape:
                self.give_up()
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._ask()
                return True
        return False

    def _ask(self) -> None:
        wrong = [editor for editor in self.editors.values() if not editor.is_valid()]
        if wrong:
            wrong[0].setFocus()
            return
        values = {key: editor.value() for key, editor in self.editors.items()}
        self.hide()
        self.added.emit(values)


class HistoryList(QWidget):
    """The lines of `services.history.history_lines`, the last gesture first; the oldest ones on demand."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._lines: Sequence[str] = ()
        self._whole = False
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.px(2))

    def show_lines(self, lines: Sequence[str]) -> None:
        """A heading per gesture, its changes indented by two spaces."""
        self._lines = lines
        self._fill()

    def _fill(self) -> None:
        clear(self._column)
        gestures: list[list[str]] = []
        for line in self._lines:
            if line.startswith("  ") and gestures:
                gestures[-1].append(line.strip())
            else:
                gestures.append([line])
        recent = list(reversed(gestures))
        shown = recent if self._whole else recent[:SHORT_HISTORY]
        for heading, *changes in shown:
            self._column.addWidget(label(heading, "small", "muted", wrap=True))
            more = len(changes) - SHORT_HISTORY
            kept = changes if self._whole or more <= 0 else changes[:SHORT_HISTORY]
            for change in kept:
                told = label(change, "body", wrap=True)
                told.setContentsMargins(self._theme.px(12), 0, 0, 0)
                self._column.addWidget(told)
            self._column.addSpacing(self._theme.px(6))
        hidden = len(recent) > SHORT_HISTORY or any(len(changes) > SHORT_HISTORY + 1 for changes in shown)
        if hidden and not self._whole:
            everything = button(self._theme, "Tout afficher", kind="link", clicked=self._show_whole)
            self._column.addWidget(everything)

    def _show_whole(self) -> None:
        self._whole = True
        self._fill()


def confidential_chip(theme: Theme) -> Chip:
    """Says that what follows leaves the team in no document and no exchange."""
    chip = Chip(theme, "Confidentiel", icon="lock")
    chip.setToolTip(f"Reste dans l’équipe{NBSP}: absent des documents et des échanges avec les partenaires.")
    return chip


def gather(theme: Theme, parts: Sequence[QWidget]) -> QWidget:
    """Parts of a section under one another."""
    home = QWidget()
    column = QVBoxLayout(home)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(theme.px(2))
    for part in parts:
        column.addWidget(part)
    return home


def last_change(word: str, record: Record) -> str:
    """« Modifiée par le chef de projet Est le 22/10/2026 », « Exemple du 20/11/2026 »."""
    day = format_date(datetime.fromisoformat(record.updated_at).astimezone().date())
    if record.updated_by == EXAMPLE:
        return f"{EXAMPLE.capitalize()} du {day}"
    by = f" par {record.updated_by}" if record.updated_by else ""
    return f"{word}{by} le {day}"


def add_button(theme: Theme, clicked: Callable[[], object], description: str) -> QWidget:
    """« + Ajouter », at the right of a section."""
    return button(theme, "Ajouter", kind="link", icon="plus", clicked=clicked, description=description)


def clear(column: QVBoxLayout) -> None:
    """Take everything out of a layout."""
    while column.count():
        item = column.takeAt(0)
        if item.widget() is not None:
            item.widget().hide()
            item.widget().deleteLater()
