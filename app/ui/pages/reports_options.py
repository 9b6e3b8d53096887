"""The options of a report as a form: one editor for each kind, the quartier of the top bar to begin with."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QLayout, QVBoxLayout

from app.formatting import NBSP
from app.models.fields import Choice, Field, Kind
from app.services.queries.scope import districts
from app.ui.context import Context
from app.ui.editing import sources_of
from app.ui.forms.editors import BooleanEditor, Editor
from app.ui.forms.form import make_editor
from app.ui.theme import Theme
from app.ui.widgets.form_row import FormRow
from app.ui.widgets.labels import label

#: The word of the option that means every quartier.
WHOLE_TOWN = "tous"

_HINTS = {
    "year": f"Celle du calendrier et des réalisations{NBSP}; cette année si rien n’est choisi.",
    "public": "Sans nom de personne, ni point de blocage, ni remarque à confirmer.",
}
#: What an empty year means in a document about one record.
_ANY_YEAR = f"Celle du suivi{NBSP}; les dernières notes si rien n’est choisi."


class OptionsForm(QFrame):
    """The editors of the options of one report; `changed` when a value that counts was given."""

    changed = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._editors: dict[str, Editor] = {}
        self.setProperty("role", "surface")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(context.theme.px(8))

    def show_options(self, options: Sequence[Any], given: Mapping[str, str]) -> None:
        """Lay out `options` (key, label, required, kind), records first; `given` are the values to begin with."""
        _empty(self._column)
        self._editors.clear()
        self._column.addWidget(label("Options", "heading"))
        one_record = any(option.kind == "record" for option in options)
        for option in sorted(options, key=lambda one: one.kind != "record"):
            editor = self._make(option)
            self._editors[option.key] = editor
            editor.set_value(_value(option, given.get(option.key, "")))
            editor.committed.connect(lambda _value: self.changed.emit())
            hint = _ANY_YEAR if one_record and option.key == "year" else _HINTS.get(option.key, "")
            row = FormRow(self._context.theme, option.label, editor, hint=hint, wide=True)
            self._column.addWidget(row)

    def values(self) -> dict[str, str]:
        """What is asked, as the texts a report reads; what was left empty is absent."""
        texts = {key: _text(editor.value()) for key, editor in self._editors.items()}
        return {key: text for key, text in texts.items() if text}

    def focus_option(self, key: str) -> None:
        """Put the keyboard in an option."""
        if key in self._editors:
            self._editors[key].setFocus()

    def editor(self, key: str) -> Editor:
        return self._editors[key]

    def _make(self, option: Any) -> Editor:
        if option.kind == "record":
            field = Field(option.key, Kind.LINK, option.label, target=option.key)
            return make_editor(self._context.theme, field, sources_of(self._context, field))
        if option.kind == "boolean":
            return _YesEditor(self._context.theme, Field(option.key, Kind.BOOLEAN, option.label))
        return make_editor(self._context.theme, _FIELDS[option.kind](self._context, option))


class _YesEditor(BooleanEditor):
    """A box that is ticked or not: an option is never « not told »."""

    def __init__(self, theme: Theme, field: Field) -> None:
        super().__init__(theme, field)
        self.input.setAccessibleName(field.label)

    def _write(self, value: Any) -> None:
        super()._write(bool(value))

    def _change(self) -> None:
        self._write(self.input.isChecked())
        self.edited.emit()
        self.commit()


def _district(context: Context, option: Any) -> Field:
    with context.store.read() as connection:
        found = districts(connection)
    choices = (*(Choice(row, name) for row, name in found), Choice(WHOLE_TOWN, "Toute la ville"))
    return Field(option.key, Kind.CHOICE, option.label, required=True, choices=choices)


def _year(context: Context, option: Any) -> Field:
    this = context.clock().date().year
    choices = tuple(Choice(str(year), str(year)) for year in range(this + 1, this - 5, -1))
    return Field(option.key, Kind.CHOICE, option.label, choices=choices)


def _day(context: Context, option: Any) -> Field:
    return Field(option.key, Kind.DATE, option.label)


_FIELDS: dict[str, Callable[[Context, Any], Field]] = {"district": _district, "year": _year, "date": _day}


def _value(option: Any, text: str) -> Any:
    """The value of an editor that a text of option means."""
    if option.kind == "boolean":
        return text == "oui"
    if option.kind == "date":
        return date.fromisoformat(text) if text else None
    return text or None


def _text(value: Any) -> str:
    if value is None or value is False:
        return ""
    return "oui" if value is True else (value.isoformat() if isinstance(value, date) else str(value))


def _empty(layout: QLayout) -> None:
    while layout.count():
        item = layout.takeAt(0)
        if item is not None and item.widget() is not None:
            item.widget().hide()
            item.widget().deleteLater()
