"""The section « Identité » of a fiche action: what is always shown, what shows once filled, and the way to fill it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.models import registry
from app.models.fields import Field
from app.services import plan_gestures, records
from app.services.queries import partners, plan_index
from app.ui.context import Context
from app.ui.editing import RecordEditing
from app.ui.forms.editors import Sources
from app.ui.pages.action_parts import Part
from app.ui.widgets.buttons import button
from app.ui.widgets.flow import FlowLayout
from app.ui.widgets.form_row import FormRow

#: Always there, in this order; state, progress and échéance stand above, in the state line.
FIRST = ("objective", "territories", "promoter", "lead", "description")
#: There once filled or asked for.
LATER = (
    "themes", "ambitions", "schemes", "elected", "kind", "participation", "start", "context", "publics", "needs",
    "common_law", "blocking_point", "internal_note", "code", "priority",
)  # fmt: skip
#: Texts: their label stands above.
_WIDE = (
    "description", "context", "publics", "needs", "common_law", "blocking_point", "internal_note",
)  # fmt: skip


class ActionEditing(RecordEditing):
    """The form of an action: its objective brings its priority along, and says its number."""

    def __init__(self, context: Context, parent: Any = None) -> None:
        super().__init__(context, "action", parent)

    def sources(self, field: Field) -> Sources:
        found = super().sources(field)
        if field.key == "objective":
            return replace(found, search=self._objectives, name=self._objective)
        if field.key in ("territories", "priority"):
            return replace(found, name=lambda id: self._short(field.target, id))
        return found

    def _objectives(self, text: str) -> Sequence[tuple[str, str]]:
        with self._context.store.read() as connection:
            return plan_index.objective_options(connection, text, self._context.quarter)

    def _objective(self, id: str) -> str:
        with self._context.store.read() as connection:
            known = dict(plan_index.objective_options(connection, "", self._context.quarter))
            return known.get(id) or records.labels(connection, "objective", [id])[id]

    def _short(self, entity: str, id: str) -> str:
        with self._context.store.read() as connection:
            return partners.short_names(connection, entity, [id]).get(id, "élément inconnu")

    def _write(self, key: str, value: Any) -> None:
        if key in ("objective", "priority") and value:
            plan_gestures.move_actions(self._context.store, [self.id], value)
        else:
            super()._write(key, value)


class Identity(Part):
    """The rows, and under them « + Contexte », « + Publics visés »… for what is still empty."""

    def __init__(self, context: Context, editing: RecordEditing) -> None:
        super().__init__()
        theme = context.theme
        self._editing = editing
        self._asked: set[str] = set()
        fields = registry.entity("action").fields
        self._rows: dict[str, FormRow] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for key in (*FIRST, *LATER):
            row = self._rows[key] = editing.row(key, wide=key in _WIDE)
            column.addWidget(row)
        more = QWidget()
        self._flow = FlowLayout(more, spacing=theme.px(2))
        self._offers = {}
        for key in LATER:
            offer = button(theme, fields[key].label, kind="link", icon="plus", small=True)
            offer.clicked.connect(lambda _checked=False, key=key: self.ask(key))
            self._offers[key] = offer
            self._flow.addWidget(offer)
        column.addWidget(more)

    def show_values(self, values: Mapping[str, Any], *, fresh: bool) -> None:
        """Show the rows that say something."""
        if fresh:
            self._asked.clear()
        for key, offer in self._offers.items():
            shown = bool(values.get(key)) or key in self._asked or self._editing.form.editor(key).is_changed()
            self._rows[key].setVisible(shown)
            offer.setVisible(not shown)

    def ask(self, key: str) -> None:
        """Show a row that was empty, ready to be filled."""
        self._asked.add(key)
        self._rows[key].show()
        if key in self._offers:
            self._offers[key].hide()
        self._editing.form.editor(key).setFocus()
