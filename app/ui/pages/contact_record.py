"""The record of a person: their function, their structure, how to reach them; private data apart."""

from typing import Any

from PySide6.QtWidgets import QMenu

from app.services import history, names, records
from app.services.queries import partners
from app.ui.editing import RecordEditing
from app.ui.pages.contact_erasing import erase_person
from app.ui.pages.partner_record import PartnerRecord
from app.ui.pages.record_attachments import Attachments
from app.ui.pages.record_lines import HistoryList, Linked, LinkList, confidential_chip, gather, last_change
from app.ui.widgets.labels import Chip, label
from app.ui.widgets.side_panel import Section

_IDENTITY = ("last_name", "first_name", "function", "organisation", "email", "phone")
_PRIVATE = ("private_email", "private_phone")


class ContactRecord(PartnerRecord):
    """Fills the panel with a person."""

    entity = "contact"
    write_word = "Écrire à cette personne"

    def __init__(self, context: Any, panel: Any) -> None:
        super().__init__(context, panel)
        self._editing: RecordEditing | None = None
        self._deleted = False
        self._erased = False
        panel.banner.acted.connect(self._act)

    def show_record(self, id: str) -> None:
        self.record_id = id
        with self.context.store.read() as connection:
            self._erased = bool(names.erased(connection, [id]))
        self._build()
        self._read(fresh=True)

    def reload(self, changes: Any) -> None:
        if changes is None or changes.touches("contact", "organisation", "attachment"):
            self._read(fresh=False)

    def leave(self) -> bool:
        return self._editing is None or self._editing.leave()

    # -- making ---------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        theme, context = self.theme, self.context
        self._editing = editing = RecordEditing(context, self.entity)
        editing.refused.connect(self._refuse)
        self._structure = LinkList(theme, "Cette personne n’est rattachée à aucune structure.")
        self._files = Attachments(context, self.panel, self.entity, self._refuse)
        self._history = HistoryList(theme)
        self._structure.opened.connect(context.navigator.open_record)
        past = Section("history", "Historique", self._history)
        self.panel.set_menu(self._fill_menu)
        if self._erased:
            # Nothing can be written in it any more: no field is shown.
            self.panel.show_sections((past,))
            return
        private = [*(editing.row(key) for key in _PRIVATE), editing.row("internal_note", wide=True)]
        self.panel.show_sections(
            (
                Section("identity", "Identité", gather(theme, [editing.row(key) for key in _IDENTITY]), titled=False),
                Section("structure", "Structure", self._structure),
                Section("private", "Données personnelles", gather(theme, private), gesture=confidential_chip(theme)),
                self._files.section(),
                past,
            )
        )

    # -- reading --------------------------------------------------------------------------------------------------

    def _read(self, *, fresh: bool) -> None:
        with self.context.store.read() as connection:
            record = records.fetch(connection, self.entity, self.record_id)
            told = history.history_lines(connection, history.history(connection, self.entity, self.record_id))
            home = record.values["organisation"]
            structures = partners.fetch_organisations(connection, [home] if isinstance(home, str) else [])
            erased = bool(names.erased(connection, [self.record_id]))
        if erased and not self._erased:
            self._erased = True
            self._build()
        values = record.values
        self._deleted = record.deleted
        self._editing.show(record.id, values, keep_typing=not fresh)
        self._structure.show_links([_structure(row) for row in structures.values()])
        self._files.show_record(self.record_id, deleted=record.deleted or erased)
        self._history.show_lines(told)
        name = " ".join(str(values[key]) for key in ("first_name", "last_name") if values[key])
        self.panel.show_heading(names.ERASED_PERSON if erased else name or "Contact sans nom")
        state = [label(values["function"], "body", "muted")] if values["function"] else []
        if values["example"]:
            state.append(Chip(self.theme, "Exemple"))
        self.panel.show_state(state)
        if self._deleted:
            self.panel.banner.tell("Dans la corbeille.", "Restaurez cette fiche pour la modifier.", action="Restaurer")
        elif erased:
            self.panel.banner.tell("Effacée à sa demande.", "Cette fiche ne se remplit plus.", icon="user-x")
        else:
            self.panel.banner.clear()
        self.panel.show_footer(last_change("Modifié", record))

    # -- gestures -------------------------------------------------------------------------------------------------

    def _fill_menu(self, menu: QMenu) -> None:
        if self._erased and not self._deleted:
            menu.addAction("Mettre à la corbeille", self._delete)
            return
        super()._fill_menu(menu)
        if not self._erased:
            menu.addSeparator()
            menu.addAction("Effacer cette personne…", self._erase)

    def _erase(self) -> None:
        if self.leave():
            done = self.record_id
            erase_person(self.context, self.panel, self.entity, done, done=lambda: self._reload_erased(done))

    def _reload_erased(self, row: str) -> None:
        if row == self.record_id:
            self._read(fresh=True)

    def _act(self) -> None:
        """The gesture of the banner, which every record shares: only the one that is open answers."""
        if self.context.navigator.place.entity == self.entity and self.record_id and self._deleted:
            self._try(lambda: records.restore(self.context.store, self.entity, [self.record_id]))


def _structure(row: partners.OrganisationRow) -> Linked:
    reach = "   ·   ".join(part for part in (row.email, row.phone) if part)
    return Linked("organisation", row.id, row.name, row.acronym, second=reach)
