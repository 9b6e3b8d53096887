"""Editing the fields of a record in place: the form, its drafts, and the gestures of the log.

One `RecordEditing` serves any entity: pages and panels lay its rows out; it reads, keeps drafts, writes one
modification when a field is left, and says in French what was refused.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.errors import KnownError
from app.models import registry
from app.models.fields import Field, Kind
from app.services import choices_of, records, validation
from app.ui.context import Context
from app.ui.forms.editors import Node, Sources
from app.ui.forms.form import RecordForm
from app.ui.widgets.form_row import FormRow


class RecordEditing(QObject):
    """The form of one entity, bound to one record at a time.

    `refused(message, advice)` when a commit broke a rule or the place failed: what was typed stays in its field, as a
    draft.
    """

    refused = Signal(str, str)

    def __init__(self, context: Context, entity: str, parent: QObject | None = None, *, quiet: bool = True) -> None:
        super().__init__(parent)
        self._context = context
        self.entity = entity
        self.id = ""
        self._values: Mapping[str, Any] = {}
        declared = registry.entity(entity)
        self.form = RecordForm(context.theme, declared.fields, self.sources, quiet=quiet, parent=self)
        self.form.drafted.connect(self._keep_draft)
        self.form.committed.connect(self._commit)

    def row(self, key: str, *, wide: bool = False, hint: bool = False) -> FormRow:
        """The row of a field, to lay out where the page wants."""
        return self.form.row(key, wide=wide, hint=hint)

    def show(self, id: str, values: Mapping[str, Any], *, keep_typing: bool = False) -> None:
        """Show a record; what was typed in it and could not be saved comes back in its fields."""
        fresh = id != self.id
        self.id, self._values = id, dict(values)
        keep_typing = keep_typing and not fresh
        self.form.show_values(values, keep_typing=keep_typing)
        if not keep_typing:
            self.form.show_drafts(drafts_of(self._context, self.entity, id))

    def leave(self) -> bool:
        """Commit what is typed; False when a field refuses (it keeps the focus and says why)."""
        return self.form.commit()

    def sources(self, field: Field) -> Sources:
        """What the editor of a field may ask: options, names, the tree of territories, the rules of entry."""
        return sources_of(self._context, field)

    def _keep_draft(self, key: str, text: str) -> None:
        if self._context.drafts is not None and self.id:
            self._context.drafts.keep(self.entity, self.id, key, text)

    def _write(self, key: str, value: Any) -> None:
        """The gesture of the log that gives a field its value."""
        records.update(self._context.store, self.entity, self.id, {key: value})

    def _commit(self, key: str, value: Any) -> None:
        try:
            self._write(key, value)
        except KnownError as error:
            # What was typed stays, on the screen and as a draft: leaving the field again tries again.
            editor = self.form.editor(key)
            editor.refuse(self._values.get(key), error.message)
            self._keep_draft(key, editor.draft())
            self.refused.emit(error.message, error.advice)
            return
        if self._context.drafts is not None:
            self._context.drafts.drop(self.entity, self.id, key)


def drafts_of(context: Context, entity: str, id: str) -> dict[str, str]:
    """What was typed in the fields of a record and could not be saved: field → text."""
    return context.drafts.of(entity, id) if context.drafts is not None else {}


def keep_draft(context: Context, entity: str, id: str, key: str, text: str) -> None:
    """Keep beside the notebook what is typed in a field and not taken; no text: nothing is left to keep."""
    if context.drafts is not None:
        if text:
            context.drafts.keep(entity, id, key, text)
        else:
            context.drafts.drop(entity, id, key)


def sources_of(context: Context, field: Field) -> Sources:
    """The sources of an editor for `field`, reading the open notebook when asked."""

    def check(value: Any) -> object:
        return validation.check(field, value)

    if not field.target:
        return Sources(check=check)
    if field.kind is Kind.TERRITORY or field.target == "territory":
        return Sources(_searching(context, "territory"), _naming(context, "territory"), _tree(context), check)
    return Sources(_searching(context, field.target), _naming(context, field.target), check=check)


def _searching(context: Context, entity: str) -> Callable[[str], Sequence[tuple[str, str]]]:
    def search(text: str) -> Sequence[tuple[str, str]]:
        with context.store.read() as connection:
            return choices_of.options(connection, entity, text)

    return search


def _naming(context: Context, entity: str) -> Callable[[str], str]:
    def name(id: str) -> str:
        with context.store.read() as connection:
            return records.labels(connection, entity, [id])[id]

    return name


def _tree(context: Context) -> Callable[[], Sequence[Node]]:
    def tree() -> Sequence[Node]:
        with context.store.read() as connection:
            return [_node(found) for found in choices_of.territory_tree(connection)]

    return tree


def _node(found: choices_of.TerritoryNode) -> Node:
    return Node(found.id, found.label, found.detail, [_node(child) for child in found.children])
