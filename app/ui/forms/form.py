"""The form of one record: editors by field, drafts at each keystroke, one modification when a field is left."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.models.fields import Field, Kind
from app.ui.forms.editors import (
    BooleanEditor,
    ChoiceEditor,
    DateEditor,
    DecimalEditor,
    Editor,
    IntegerEditor,
    LongTextEditor,
    MoneyEditor,
    PercentEditor,
    Sources,
    TextEditor,
    YearEditor,
)
from app.ui.forms.link_editors import LinkEditor, LinksEditor, TerritoryEditor
from app.ui.theme import Theme
from app.ui.widgets.form_row import FormRow

#: Every kind of field has its editor (a test proves it).
EDITORS: dict[Kind, type[Editor]] = {
    Kind.TEXT: TextEditor,
    Kind.LONG_TEXT: LongTextEditor,
    Kind.INTEGER: IntegerEditor,
    Kind.DECIMAL: DecimalEditor,
    Kind.MONEY: MoneyEditor,
    Kind.PERCENT: PercentEditor,
    Kind.DATE: DateEditor,
    Kind.YEAR: YearEditor,
    Kind.BOOLEAN: BooleanEditor,
    Kind.CHOICE: ChoiceEditor,
    Kind.LINK: LinkEditor,
    Kind.LINKS: LinksEditor,
    Kind.TERRITORY: TerritoryEditor,
}


def make_editor(theme: Theme, field: Field, sources: Sources | None = None, *, quiet: bool = False) -> Editor:
    """The editor of a field's kind."""
    return EDITORS[field.kind](theme, field, sources, quiet=quiet)


class RecordForm(QObject):
    """The editors of one record, whatever their place on the screen.

    The page lays out `row(key)` where it wants; the form gathers drafts and commits.
    """

    #: (field key, text as typed) at each keystroke: keep it as a local draft.
    drafted = Signal(str, str)
    #: (field key, value) when a field is left changed and valid: one modification.
    committed = Signal(str, object)

    def __init__(
        self,
        theme: Theme,
        fields: Mapping[str, Field],
        sources: Callable[[Field], Sources] = lambda _field: Sources(),
        *,
        quiet: bool = True,
        parent: QObject | None = None,
    ) -> None:
        """`sources(field)` gives what the editors of links and rules need; `quiet` values look like text."""
        super().__init__(parent)
        self._theme = theme
        self._fields = fields
        self._sources = sources
        self._quiet = quiet
        self._editors: dict[str, Editor] = {}

    def editor(self, key: str) -> Editor:
        """The editor of a field, made at the first call."""
        found = self._editors.get(key)
        if found is None:
            field = self._fields[key]
            found = make_editor(self._theme, field, self._sources(field), quiet=self._quiet)
            self.adopt(key, found)
        return found

    def adopt(self, key: str, editor: Editor) -> None:
        """Take `editor`, made elsewhere, for a field: its typing and its commits are those of the form."""
        self._editors[key] = editor
        editor.edited.connect(lambda: self.drafted.emit(key, editor.draft()))
        editor.committed.connect(lambda value: self.committed.emit(key, value))
        # Its row may be deleted with the screen it stood on: the form must not speak to it any more.
        editor.destroyed.connect(partial(self._forget, key, id(editor)))

    def _forget(self, key: str, number: int, *_destroyed: object) -> None:
        if id(self._editors.get(key)) == number:
            del self._editors[key]

    def row(self, key: str, *, wide: bool = False, hint: bool = False) -> FormRow:
        """The editor with its label; `wide` puts the label above, `hint` writes the field's help below."""
        field = self._fields[key]
        return FormRow(self._theme, field.label, self.editor(key), hint=field.help if hint else "", wide=wide)

    def show_values(self, values: Mapping[str, Any], *, keep_typing: bool = False) -> None:
        """Show these values. With `keep_typing` (a commit came meanwhile), what is being typed stays."""
        for key, editor in self._editors.items():
            if key in values and not (keep_typing and editor.is_changed()):
                editor.set_value(values[key])

    def show_drafts(self, drafts: Mapping[str, str]) -> None:
        """Put back what was being typed when the window closed, and the keyboard where it was."""
        shown = [self._editors[key] for key in drafts if key in self._editors]
        for editor in shown:
            editor.set_draft(drafts[editor.field.key])
        if shown:
            shown[-1].setFocus()

    def commit(self) -> bool:
        """Before leaving: commit every field; False when one is invalid (it gets the focus)."""
        for editor in self._editors.values():
            if editor.is_changed() and not editor.commit():
                editor.setFocus()
                return False
        return True
