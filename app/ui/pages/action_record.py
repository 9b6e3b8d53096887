"""The fiche of an action, in the panel: identity, steps, partners, indicators, follow-up and history."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QMenu

from app.errors import KnownError, UnknownRecord
from app.formatting import counted
from app.models import registry
from app.services import history, plan_gestures, records
from app.services.queries import action, plan_index
from app.services.queries.action import ActionDetail
from app.services.schedule import State
from app.ui.navigation import RecordView
from app.ui.pages.action_identity import ActionEditing, Identity
from app.ui.pages.action_indicators import Indicators
from app.ui.pages.action_notes import Notes
from app.ui.pages.action_partners import Partners
from app.ui.pages.action_state import StateLine
from app.ui.pages.action_steps import Steps
from app.ui.pages.action_title import TitleEditor
from app.ui.pages.plan_popups import ask_end, place_menu
from app.ui.pages.record_attachments import Attachments
from app.ui.pages.record_lines import HistoryList, add_button, last_change
from app.ui.widgets.side_panel import Section

#: The history is read once one stays on a fiche.
HISTORY_MS = 150


class ActionRecord(RecordView):
    """Fills the panel with an action. The widgets stay from one action to the next while the panel is this fiche's."""

    entity = "action"

    def __init__(self, context: Any, panel: Any) -> None:
        super().__init__(context, panel)
        self._built = False
        self._detail: ActionDetail | None = None
        self._late = QTimer(self, singleShot=True, interval=HISTORY_MS)
        self._late.timeout.connect(self._read_history)
        panel.banner.acted.connect(self._act)
        self.theme.changed.connect(self._dress)

    # -- the contract of a record view --------------------------------------------------------------------------------

    def show_record(self, id: str) -> None:
        self.record_id = id
        if not self._built:
            self._build()
        self._read(fresh=True)

    def reload(self, changes: Any) -> None:
        if self._built and changes.touches(
            "action", "step", "follow_up", "action_partner", "organisation", "indicator", "measurement", "target",
            "objective", "priority", "territory", "theme", "ambition", "scheme", "attachment",
        ):  # fmt: skip
            self._read(fresh=False)

    def leave(self) -> bool:
        if not self._built:
            return True
        kept = [part.leave() for part in (self._editing, self._steps, self._partners, self._notes)]
        return all(kept)

    def print_record(self) -> None:
        self.context.navigator.go("reports", report="fiche-action", record=self.record_id)

    # -- making -------------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        theme, context = self.theme, self.context
        self._editing = ActionEditing(context, self)
        self._editing.refused.connect(self._refuse)
        title = registry.field("action", "title")
        self.title = TitleEditor(theme, title, self._editing.sources(title))
        self._editing.form.adopt("title", self.title)
        self._identity = Identity(context, self._editing)
        self._steps = Steps(context, self._try)
        self._partners = Partners(context, self._try)
        self._indicators = Indicators(context, self._try)
        self._notes = Notes(context, self._try)
        self._files = Attachments(context, self.panel, self.entity, self._refuse)
        self._history = HistoryList(theme)
        self._steps.added.connect(self.panel.follow_focus)
        self._partners.opened.connect(lambda id: context.navigator.open_record("organisation", id))
        self._indicators.opened.connect(lambda id: context.navigator.open_record("indicator", id))
        self.panel.show_sections(
            (
                Section("identity", "Identité", self._identity, titled=False),
                Section(
                    "steps", "Étapes", self._steps,
                    gesture=add_button(theme, self._steps.ask, "Ajouter une étape"),
                ),
                Section(
                    "partners", "Partenaires", self._partners,
                    gesture=add_button(theme, self._partners.ask, "Ajouter une structure partenaire"),
                ),
                Section(
                    "indicators", "Indicateurs", self._indicators,
                    gesture=add_button(theme, self._indicators.ask, "Relier un indicateur"),
                ),
                Section("notes", "Suivi", self._notes, gesture=add_button(theme, self._notes.ask, "Écrire une note")),
                self._files.section(),
                Section("history", "Historique", self._history),
            )
        )  # fmt: skip
        self.panel.set_menu(self._fill_menu)
        self._built = True
        # Another record view takes the panel by deleting what it held.
        self._identity.destroyed.connect(self._forget)

    def _forget(self) -> None:
        self._built = False
        self._late.stop()

    def _dress(self) -> None:
        if self._built and self._detail is not None and self.context.store is not None:
            self._read(fresh=False)

    # -- reading ------------------------------------------------------------------------------------------------------

    def _read(self, *, fresh: bool) -> None:
        today, district = self.context.clock().date(), self.context.quarter
        was_live = not fresh and self._detail is not None and not self._detail.record.deleted
        try:
            with self.context.store.read() as connection:
                detail = action.load_action(connection, self.record_id, today=today, district=district)
                number = plan_index.number_of(connection, self.record_id, district)
        except UnknownRecord:
            self.context.navigator.close_record()
            return
        self._detail = detail
        if was_live and detail.record.deleted:
            # Thrown away, or its creation taken back: nothing is left to show here.
            self.context.navigator.close_record()
            return
        values = detail.record.values
        self._editing.show(self.record_id, values, keep_typing=not fresh)
        self._identity.show_values(values, fresh=fresh)
        self._steps.show_steps(self.record_id, detail.steps)
        self._partners.show_partners(self.record_id, detail.partners)
        self._indicators.show_indicators(self.record_id, detail.indicators)
        self._notes.show_notes(self.record_id, detail.notes)
        self._files.show_record(self.record_id, deleted=detail.record.deleted)
        self._show_heading(number or str(values["code"] or ""))
        self._show_counts()
        self._show_banner()
        self.panel.show_footer(last_change("Modifiée", detail.record))
        if fresh:
            self._history.show_lines(())
        self._late.start()

    def _show_heading(self, number: str) -> None:
        detail = self._detail
        priority = detail.priority
        word = ""
        if priority is not None:
            short = self.theme.tokens.priority_word(priority.key) or priority.short_title.split(",")[0]
            word = f"{priority.key}  {short}"
        self.panel.show_heading(
            str(detail.record.values["title"] or "Action sans intitulé"), chip=word,
            chip_tone=priority.key if priority else "neutral", code=number, editor=self.title,
        )  # fmt: skip
        line = StateLine(self.context, detail)
        line.given.connect(self._give)
        line.postponed.connect(self._postpone)
        self.panel.show_state((line,))

    def _show_counts(self) -> None:
        detail, panel = self._detail, self.panel
        total, done = len(detail.steps), detail.steps_done
        note = f"{done} sur {total} {'terminées' if done > 1 else 'terminée'}" if total else ""
        panel.show_count("steps", f"{done}/{total}" if total else "", note)
        partners = len({partner.organisation for partner in detail.partners})
        panel.show_count("partners", str(partners or ""), counted(partners, "structure") if partners else "")
        for key, count in (("indicators", len(detail.indicators)), ("notes", len(detail.notes))):
            panel.show_count(key, str(count or ""))

    def _show_banner(self) -> None:
        detail, banner = self._detail, self.panel.banner
        if detail.record.deleted:
            banner.tell("Dans la corbeille.", "Restaurez-la pour la modifier.", action="Restaurer")
        elif detail.state is State.BLOCKED:
            reason = " ".join(str(detail.record.values["blocking_point"]).split())
            banner.tell("Bloquée.", reason, tone="danger", action="Lever", icon="hand-stop")
        elif detail.state is State.LATE:
            strong, sentence = action.lateness(detail, self.context.clock().date())
            banner.tell(strong, sentence, tone="warning", action="Reporter")
        else:
            banner.clear()

    def _read_history(self) -> None:
        # The notebook may have been closed meanwhile.
        if self._built and self.context.store is not None:
            with self.context.store.read() as connection:
                found = history.history(connection, "action", self.record_id)
                self._history.show_lines(history.history_lines(connection, found))

    # -- gestures -----------------------------------------------------------------------------------------------------

    def _act(self) -> None:
        """The gesture of the banner, which every record shares: only the one that is open answers."""
        if self.context.navigator.place.entity != self.entity or self._detail is None:
            return
        store, id = self.context.store, self.record_id
        if self._detail.record.deleted:
            self._try(lambda: records.restore(store, "action", [id]))
        elif self._detail.state is State.BLOCKED:
            self._try(lambda: plan_gestures.lift_blocking_point(store, id))
        elif self._detail.state is State.LATE:
            ask_end(self.context, self.panel, self.panel.banner, self._detail.record.values["end"], self._postpone)

    def _give(self, key: str, value: Any) -> None:
        self._try(lambda: records.update(self.context.store, "action", self.record_id, {key: value}))

    def _postpone(self, end: Any) -> None:
        late = next((step.id for step in self._detail.steps if step.is_late), "")
        self._try(lambda: plan_gestures.postpone(self.context.store, [self.record_id], end, step=late))

    def _fill_menu(self, menu: QMenu) -> None:
        context, id = self.context, self.record_id
        if self._detail is not None and self._detail.record.deleted:
            menu.addAction("Restaurer").triggered.connect(
                lambda _checked=False: self._try(lambda: records.restore(context.store, "action", [id]))
            )
            return
        menu.addAction("Imprimer la fiche\tCtrl+P").triggered.connect(lambda _checked=False: self.print_record())
        menu.addAction("Dupliquer avec ses étapes et partenaires").triggered.connect(
            lambda _checked=False: self._duplicate()
        )
        with context.store.read() as connection:
            index = plan_index.load_index(connection, context.quarter, context.clock().date())
        menu.addMenu(
            place_menu(
                menu, index, lambda home: self._try(lambda: plan_gestures.move_actions(context.store, [id], home))
            )
        )
        if self._detail is not None and self._detail.state is not State.BLOCKED:
            menu.addAction("Signaler un point de blocage").triggered.connect(
                lambda _checked=False: self._identity.ask("blocking_point")
            )
        menu.addSeparator()
        menu.addAction("Supprimer l’action").triggered.connect(lambda _checked=False: self._delete())

    def _duplicate(self) -> None:
        context = self.context
        made = self._try(
            lambda: plan_gestures.duplicate_actions(context.store, [self.record_id], district=context.quarter)
        )
        if made:
            context.navigator.open_record("action", made[0])

    def _delete(self) -> None:
        if self.leave():
            self._try(lambda: records.delete(self.context.store, "action", [self.record_id]))

    def _try(self, gesture: Callable[[], Any]) -> Any:
        try:
            return gesture()
        except KnownError as error:
            self._refuse(error.message, error.advice)
            return None

    def _refuse(self, message: str, advice: str) -> None:
        self.panel.banner.tell(message, advice, tone="danger")
