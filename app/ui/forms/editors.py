"""One editor for each kind of field: shows a value, keeps what is typed even when it is wrong, says when it changed.

`edited` at each keystroke (the page keeps a draft); `committed(value)` when the field is left with another, valid
value; `left` in every case. An invalid text stays as typed, with a red edge and a French sentence beneath.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QDate, QEvent, QLocale, QPoint, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QEnterEvent, QTextCharFormat
from PySide6.QtWidgets import QCalendarWidget, QFrame, QHBoxLayout, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from app.errors import BadValue
from app.formatting import (
    clean_text,
    format_date,
    format_number,
    parse_date,
    parse_decimal,
    parse_integer,
    parse_money,
    parse_percent,
    parse_year,
)
from app.models.fields import Field
from app.ui.forms.inputs import ChoiceInput, LineInput, TextInput
from app.ui.theme import Theme, tell
from app.ui.widgets.buttons import CheckBox, icon_button
from app.ui.widgets.labels import label

#: (id, label) of a record that can be linked.
Option = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Node:
    """A territory in the tree: `detail` is small and muted (« QPV QN05980M »)."""

    id: str
    label: str
    detail: str = ""
    children: Sequence["Node"] = ()


def _no_options(_text: str) -> Sequence[Option]:
    return ()


def _no_name(id: str) -> str:
    return id


def _no_tree() -> Sequence[Node]:
    return ()


def _no_check(_value: Any) -> None:
    return None


@dataclass(frozen=True)
class Sources:
    """What an editor asks for: `search(text)` the options of a link, `name(id)` the label of one, `tree()` the
    territories, `check(value)` the rules of entry (raises BadValue)."""

    search: Callable[[str], Sequence[Option]] = _no_options
    name: Callable[[str], str] = _no_name
    tree: Callable[[], Sequence[Node]] = _no_tree
    check: Callable[[Any], object] = _no_check


class Editor(QWidget):
    """Base of the editors. `field` is the registry's declaration; `quiet` looks like text until hovered."""

    edited = Signal()
    committed = Signal(object)
    left = Signal()

    def __init__(self, theme: Theme, field: Field, sources: Sources | None = None, *, quiet: bool = False) -> None:
        super().__init__()
        self.theme = theme
        self.field = field
        self.sources = sources or Sources()
        self.quiet = quiet
        self._kept: Any = None
        self._fault = label("", "small", "danger", wrap=True)
        self._fault.hide()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.px(2))
        self.setAccessibleName(field.label)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)

    # -- to write in each editor ----------------------------------------------------------------------------------

    def draft(self) -> str:
        """What is typed, as text, valid or not: what a local draft keeps."""
        raise NotImplementedError

    def set_draft(self, draft: str) -> None:
        """Put back what was being typed; nothing is committed."""
        raise NotImplementedError

    def _read(self) -> Any:
        """The value of what is typed; raises BadValue."""
        raise NotImplementedError

    def _write(self, value: Any) -> None:
        """Show a value."""
        raise NotImplementedError

    # -- what pages call ------------------------------------------------------------------------------------------

    def value(self) -> Any:
        """The value typed when it is valid, else the last one that was."""
        try:
            return self._checked()
        except BadValue:
            return self._kept

    def set_value(self, value: Any) -> None:
        """Show a value as kept; says nothing."""
        self._kept = value
        with QSignalBlocker(self):
            self._write(value)
        self.show_fault("")

    def is_valid(self) -> bool:
        """True when what is typed is a value; shows what is wrong otherwise."""
        try:
            self._checked()
        except BadValue as error:
            self.show_fault(str(error))
            return False
        self.show_fault("")
        return True

    def is_changed(self) -> bool:
        """True when what is typed is not the kept value (an invalid text included)."""
        try:
            return self._checked() != self._kept
        except BadValue:
            return True

    def commit(self) -> bool:
        """What leaving the field does: says `committed` when a valid value changed; False when it is invalid."""
        valid = self.is_valid()
        if valid:
            value = self._checked()
            if value != self._kept:
                self._kept = value
                with QSignalBlocker(self):
                    self._write(value)
                self.committed.emit(value)
        self.left.emit()
        return valid

    def refuse(self, kept: Any, sentence: str) -> None:
        """The notebook did not take what was committed: it stays typed, changed from `kept`, with the reason why."""
        self._kept = kept
        self.show_fault(sentence)

    def show_fault(self, sentence: str) -> None:
        """A red edge and a sentence beneath; "" takes them away."""
        self._fault.setText(sentence)
        self._fault.setVisible(bool(sentence))
        for part in self._edges():
            tell(part, invalid=bool(sentence))
        self.setAccessibleDescription(sentence or self.field.help)

    def fault(self) -> str:
        """The sentence shown; "" when nothing is wrong."""
        return self._fault.text() if not self._fault.isHidden() else ""

    # -- for the editors ------------------------------------------------------------------------------------------

    def _checked(self) -> Any:
        value = self._read()
        if value in (None, "", ()):
            if self.field.required:
                raise BadValue(f"«\u00a0{self.field.label}\u00a0» ne peut pas rester vide.")
            return value
        self.sources.check(value)
        return value

    def _put(self, part: QWidget) -> None:
        """Make `part` the input: named like the field, focus goes to it."""
        part.setAccessibleName(self.field.label)
        part.setAccessibleDescription(self.field.help)
        if self.field.help:
            part.setToolTip(self.field.help)
        part.setProperty("quiet", self.quiet)
        self._column.addWidget(part)
        self._column.addWidget(self._fault)
        self.setFocusProxy(part)

    def _edges(self) -> Sequence[QWidget]:
        """What turns red."""
        proxy = self.focusProxy()
        return (proxy,) if proxy is not None else ()

    def _hear(self, *_anything: object) -> None:
        """Typing goes on: the fault told before may be mended, it is read again when the field is left."""
        if not self._fault.isHidden():
            self.show_fault("")
        self.edited.emit()


class TextEditor(Editor):
    """One line of text."""

    def __init__(self, theme: Theme, field: Field, sources: Sources | None = None, *, quiet: bool = False) -> None:
        super().__init__(theme, field, sources, quiet=quiet)
        self.input = LineInput()
        self._put(self.input)
        self.input.textEdited.connect(self._hear)
        self.input.left.connect(self.commit)

    def draft(self) -> str:
        return self.input.text()

    def set_draft(self, draft: str) -> None:
        self.input.setText(draft)

    def _read(self) -> Any:
        return " ".join(clean_text(self.input.text()).split()) or None

    def _write(self, value: Any) -> None:
        text = self._shown(value)
        if text != self.input.text():
            self.input.setText(text)
            # A long title shows its beginning.
            self.input.setCursorPosition(0)

    def _shown(self, value: Any) -> str:
        return "" if value is None else str(value)


class ParsedEditor(TextEditor):
    """A figure or a date: text in the French manner, a value behind."""

    parse: Callable[[str], Any] = staticmethod(parse_decimal)
    right = False

    def _read(self) -> Any:
        text = self.input.text().strip()
        return type(self).parse(text) if text else None


class IntegerEditor(ParsedEditor):
    parse = staticmethod(parse_integer)

    def _shown(self, value: Any) -> str:
        return format_number(value)


class DecimalEditor(ParsedEditor):
    parse = staticmethod(parse_decimal)

    def _shown(self, value: Any) -> str:
        return format_number(value)


class MoneyEditor(ParsedEditor):
    parse = staticmethod(parse_money)

    def _shown(self, value: Any) -> str:
        return "" if value is None else f"{format_number(value, decimals=2)}\u00a0€"


class PercentEditor(ParsedEditor):
    parse = staticmethod(parse_percent)

    def _shown(self, value: Any) -> str:
        return "" if value is None else f"{format_number(value)}\u00a0%"


class YearEditor(ParsedEditor):
    parse = staticmethod(parse_year)

    def _shown(self, value: Any) -> str:
        return "" if value is None else str(value)


class DateEditor(ParsedEditor):
    """A date typed in any French writing, or picked in a calendar (Alt+↓)."""

    parse = staticmethod(parse_date)

    def __init__(self, theme: Theme, field: Field, sources: Sources | None = None, *, quiet: bool = False) -> None:
        super().__init__(theme, field, sources, quiet=quiet)
        self._narrow = False
        self._button = icon_button(
            theme, "calendar", f"Choisir dans un calendrier\u00a0: {field.label}", clicked=self.open_calendar
        )
        line = QHBoxLayout()
        line.setSpacing(theme.px(2))
        self._column.removeWidget(self.input)
        line.addWidget(self.input)
        line.addWidget(self._button)
        line.addStretch(1)
        self.input.setFixedWidth(theme.px(120))
        self._column.insertLayout(0, line)
        self.input.installEventFilter(self)
        policy = self._button.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._button.setSizePolicy(policy)
        self._show_button()

    def keep_narrow(self) -> None:
        """In a line that has little room: the date alone, at the right; Alt+↓ still opens the calendar."""
        self._narrow = True
        policy = self._button.sizePolicy()
        policy.setRetainSizeWhenHidden(False)
        self._button.setSizePolicy(policy)
        self._button.hide()
        self.input.setFont(self.theme.font("cell"))
        self.input.setFixedWidth(self.theme.px(88))
        self.input.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Minimum)

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self._show_button(near=True)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._show_button()

    def _show_button(self, *, near: bool = False) -> None:
        """A quiet date is text alone until the mouse or the keyboard comes near."""
        self._button.setVisible(
            not self._narrow and (near or not self.quiet or self.input.hasFocus() or self._button.hasFocus())
        )

    def eventFilter(self, watched: Any, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self._show_button(near=self.underMouse() or event.type() == QEvent.Type.FocusIn)
        elif event.type() == QEvent.Type.KeyPress:
            opens = event.key() == Qt.Key.Key_Down and event.modifiers() == Qt.KeyboardModifier.AltModifier
            if opens:
                self.open_calendar()
                return True
        return False

    def open_calendar(self) -> None:
        """Show the month of the value."""
        popup = QFrame(self, Qt.WindowType.Popup)
        popup.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        popup.setProperty("role", "popup")
        calendar = self._make_calendar()
        column = QVBoxLayout(popup)
        column.setContentsMargins(4, 4, 4, 4)
        column.addWidget(calendar)
        calendar.clicked.connect(lambda day: self._pick(day, popup))
        calendar.activated.connect(lambda day: self._pick(day, popup))
        popup.resize(self.theme.px(320), self.theme.px(250))
        popup.move(self.mapToGlobal(QPoint(0, self.input.height() + 2)))
        popup.show()
        calendar.setFocus()

    def _make_calendar(self) -> QCalendarWidget:
        """A French month with its ISO weeks, in the colours of the palette."""
        calendar = QCalendarWidget()
        calendar.setLocale(QLocale(QLocale.Language.French, QLocale.Country.France))
        calendar.setFirstDayOfWeek(Qt.DayOfWeek.Monday)
        calendar.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.ISOWeekNumbers)
        calendar.setAccessibleName(self.field.label)
        weekend = QTextCharFormat()
        weekend.setForeground(self.theme.colour("text_muted"))
        for day in (Qt.DayOfWeek.Saturday, Qt.DayOfWeek.Sunday):
            calendar.setWeekdayTextFormat(day, weekend)
        for name, icon, word in (
            ("qt_calendar_prevmonth", "chevron-left", "Mois précédent"),
            ("qt_calendar_nextmonth", "chevron-right", "Mois suivant"),
        ):
            arrow = calendar.findChild(QToolButton, name)
            if arrow is not None:
                self.theme.dress(arrow, icon)
                arrow.setAccessibleName(word)
        value = self.value()
        if value is not None:
            calendar.setSelectedDate(QDate(value.year, value.month, value.day))
        return calendar

    def _pick(self, day: QDate, popup: QFrame) -> None:
        popup.close()
        self.input.setText(format_date(day.toPython()))
        self.edited.emit()
        self.commit()

    def _shown(self, value: Any) -> str:
        return format_date(value)


class LongTextEditor(Editor):
    """Several lines of Markdown."""

    def __init__(self, theme: Theme, field: Field, sources: Sources | None = None, *, quiet: bool = False) -> None:
        super().__init__(theme, field, sources, quiet=quiet)
        self.input = TextInput(theme)
        self._put(self.input)
        self.input.textChanged.connect(self._hear)
        self.input.left.connect(self.commit)

    def draft(self) -> str:
        return self.input.toPlainText()

    def set_draft(self, draft: str) -> None:
        with QSignalBlocker(self.input):
            self.input.setPlainText(draft)

    def _read(self) -> Any:
        return clean_text(self.input.toPlainText()) or None

    def _write(self, value: Any) -> None:
        text = value or ""
        if text != self.input.toPlainText():
            with QSignalBlocker(self.input):
                self.input.setPlainText(text)


class BooleanEditor(Editor):
    """A box whose word tells its state: Oui, Non, Non renseigné."""

    def __init__(self, theme: Theme, field: Field, sources: Sources | None = None, *, quiet: bool = False) -> None:
        super().__init__(theme, field, sources, quiet=quiet)
        self.input = CheckBox(theme)
        self._put(self.input)
        # The box stands where the texts of the other fields begin.
        self._column.setContentsMargins(theme.px(9 if quiet else 0), theme.px(3), 0, theme.px(3))
        self._write(None)
        self.input.clicked.connect(self._change)

    def draft(self) -> str:
        return {True: "oui", False: "non", None: ""}[self._read()]

    def set_draft(self, draft: str) -> None:
        self._write({"oui": True, "non": False}.get(draft))

    def _read(self) -> Any:
        state = self.input.checkState()
        return None if state == Qt.CheckState.PartiallyChecked else state == Qt.CheckState.Checked

    def _write(self, value: Any) -> None:
        states = {True: Qt.CheckState.Checked, False: Qt.CheckState.Unchecked, None: Qt.CheckState.PartiallyChecked}
        self.input.setCheckState(states[value])
        # Only « not told yet » is a third state: one never goes back to it by clicking.
        self.input.setTristate(value is None)
        self.input.setText({True: "Oui", False: "Non", None: "Non renseigné"}[value])
        self.input.updateGeometry()

    def _change(self) -> None:
        self._write(self.input.checkState() != Qt.CheckState.Unchecked if self._kept is not None else True)
        self.edited.emit()
        self.commit()


class ChoiceEditor(Editor):
    """One code among the choices of the field; a code unknown here (newer version) stays and is shown."""

    def __init__(self, theme: Theme, field: Field, sources: Sources | None = None, *, quiet: bool = False) -> None:
        super().__init__(theme, field, sources, quiet=quiet)
        self.input = ChoiceInput(theme)
        if not field.required:
            self.input.addItem("—", None)
        for choice in field.choices:
            self.input.addItem(choice.label, choice.code)
        self._put(self.input)
        self._write(None)
        self.input.activated.connect(self._change)

    def draft(self) -> str:
        return self._read() or ""

    def set_draft(self, draft: str) -> None:
        self._write(draft or None)

    def _read(self) -> Any:
        return self.input.currentData()

    def _write(self, value: Any) -> None:
        place = self.input.findData(value)
        if place < 0 and value is not None:
            self.input.addItem(str(value), value)
            place = self.input.count() - 1
        self.input.setCurrentIndex(place)

    def _change(self, _place: int) -> None:
        self.edited.emit()
        self.commit()
