"""The record of a structure: who they are, how to reach them, where and on what, with whom, in which actions."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from app.models import registry
from app.models.fields import Field
from app.services import history, organisations, records
from app.services.queries import partners
from app.ui.editing import RecordEditing
from app.ui.forms.editors import Sources
from app.ui.pages.partner_record import PartnerRecord
from app.ui.pages.record_attachments import Attachments
from app.ui.pages.record_lines import (
    HistoryList,
    Linked,
    LinkList,
    QuickAdd,
    add_button,
    confidential_chip,
    gather,
    last_change,
)
from app.ui.widgets.labels import Chip, label
from app.ui.widgets.side_panel import Section

#: Letters of a role that stand beside a title in the narrowest panel.
SHORT_ROLE = 12

_IDENTITY = ("name", "acronym", "category", "legal_form", "siret", "rna", "generic")
_REACH = ("address", "phone", "email", "website")
_WHERE = ("territories", "priorities")
_SOURCE = ("source", "note")


class _Editing(RecordEditing):
    """Chips say territories and priorities in two words."""

    def sources(self, field: Field) -> Sources:
        found = super().sources(field)
        return replace(found, name=self._short_name(field.target)) if field.key in _WHERE else found

    def _short_name(self, entity: str) -> Callable[[str], str]:
        def name(id: str) -> str:
            with self._context.store.read() as connection:
                return partners.short_names(connection, entity, [id]).get(id, "élément inconnu")

        return name


class OrganisationRecord(PartnerRecord):
    """Fills the panel with a structure."""

    entity = "organisation"
    write_word = "Écrire à la structure"

    def __init__(self, context: Any, panel: Any) -> None:
        super().__init__(context, panel)
        self._editing: RecordEditing | None = None
        self._deleted = False
        panel.banner.acted.connect(self._act)

    def show_record(self, id: str) -> None:
        self.record_id = id
        self._build()
        self._read(fresh=True)

    def reload(self, changes: Any) -> None:
        shown = ("organisation", "contact", "action", "action_partner", "territory", "priority", "attachment")
        if changes is None or changes.touches(*shown):
            self._read(fresh=False)

    def leave(self) -> bool:
        return self._editing is None or self._editing.leave()

    # -- making ---------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        theme, context = self.theme, self.context
        self._editing = editing = _Editing(context, self.entity)
        editing.refused.connect(self._refuse)
        contact = registry.entity("contact").fields
        self._people = LinkList(theme, "Aucun contact dans cette structure.")
        self._add = QuickAdd(
            theme,
            [contact[key] for key in ("last_name", "first_name", "function", "email", "phone")],
            "Ajouter",
            editing.sources,
        )
        self._actions = LinkList(theme, "Cette structure ne prend part à aucune action.")
        self._files = Attachments(context, self.panel, self.entity, self._refuse)
        self._history = HistoryList(theme)
        self._people.opened.connect(context.navigator.open_record)
        self._actions.opened.connect(context.navigator.open_record)
        self._add.added.connect(self._create_contact)
        identity = [*(editing.row(key) for key in _IDENTITY), editing.row("description", wide=True)]
        private = [editing.row("representative"), editing.row("internal_note", wide=True)]
        self.panel.show_sections(
            (
                Section("identity", "Identité", gather(theme, identity), titled=False),
                Section("reach", "Coordonnées", gather(theme, [editing.row(key) for key in _REACH])),
                Section(
                    "people", "Contacts", gather(theme, [self._add, self._people]),
                    gesture=add_button(theme, self._add.open, "Ajouter une personne à cette structure"),
                ),
                Section("actions", "Actions", self._actions),
                Section("where", "Territoires", gather(theme, [editing.row(key, wide=True) for key in _WHERE])),
                Section("private", "Note interne", gather(theme, private), gesture=confidential_chip(theme)),
                Section("source", "Source", gather(theme, [editing.row(key, wide=key == "note") for key in _SOURCE])),
                self._files.section(),
                Section("history", "Historique", self._history),
            )
        )  # fmt: skip
        self.panel.set_menu(self._fill_menu)

    # -- reading --------------------------------------------------------------------------------------------------

    def _read(self, *, fresh: bool) -> None:
        with self.context.store.read() as connection:
            record = records.fetch(connection, self.entity, self.record_id)
            people = partners.people_of(connection, self.record_id)
            parts = partners.parts_of(connection, self.record_id)
            told = history.history_lines(connection, history.history(connection, self.entity, self.record_id))
        values = record.values
        self._deleted = record.deleted
        # A structure is one structure unless somebody says otherwise.
        shown = {**values, "generic": bool(values["generic"])}
        self._editing.show(record.id, shown, keep_typing=not fresh)
        self._people.show_links([_person(row) for row in people])
        self._actions.show_links([_part(part) for part in parts])
        self._files.show_record(self.record_id, deleted=record.deleted)
        self._history.show_lines(told)
        for key, count in (("people", len(people)), ("actions", len(parts))):
            self.panel.anchors.anchor(key).set_count(str(count) if count else "")
        self.panel.anchors._arrange()
        self._show_heading(values)
        self._show_banner(values)
        self.panel.show_footer(last_change("Modifiée", record))

    def _show_heading(self, values: Any) -> None:
        category = registry.field("organisation", "category")
        self.panel.show_heading(values["name"] or "Structure sans nom", code=values["acronym"] or "")
        state = [Chip(self.theme, category.choice_label(values["category"]))] if values["category"] else []
        if values["generic"]:
            state.append(label("Famille de structures", "body", "muted"))
        if values["example"]:
            state.append(Chip(self.theme, "Exemple"))
        self.panel.show_state(state)

    def _show_banner(self, values: Any) -> None:
        banner = self.panel.banner
        if self._deleted:
            banner.tell("Dans la corbeille.", "Restaurez-la pour la modifier.", tone="info", action="Restaurer")
        elif values["to_confirm"]:
            banner.tell(
                "À confirmer.", "Déduite du document, qui ne l’écrit pas telle quelle.", tone="warning",
                action="Confirmer", icon="user-question",
            )  # fmt: skip
        else:
            banner.clear()

    # -- gestures -------------------------------------------------------------------------------------------------

    def _act(self) -> None:
        """The gesture of the banner, which every record shares: only the one that is open answers."""
        if self.context.navigator.place.entity != self.entity or not self.record_id:
            return
        if self._deleted:
            self._try(lambda: records.restore(self.context.store, self.entity, [self.record_id]))
        else:
            self._try(lambda: organisations.confirm(self.context.store, [self.record_id]))

    def _create_contact(self, values: dict[str, Any]) -> None:
        given = {key: value for key, value in values.items() if value} | {"organisation": self.record_id}
        self._try(lambda: records.create(self.context.store, "contact", given))


def _person(row: partners.ContactRow) -> Linked:
    second = "   ·   ".join(part for part in (row.function, row.email) if part)
    return Linked("contact", row.id, row.name, row.phone, second=second)


def _part(part: partners.Part) -> Linked:
    """A short role stands at the right, a long one under the title."""
    short = len(part.role) <= SHORT_ROLE
    return Linked(
        "action", part.action, part.title, part.role if short else "", second="" if short else part.role,
        chip=part.priority,
    )  # fmt: skip
