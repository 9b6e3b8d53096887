"""The application: one window on one notebook, and what goes between them.

It gives the window what the notebook says (undo, save state, badges, search) and the notebook what the window asks.
Pages are given a context and nothing else.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer

from app import paths
from app.errors import Cancelled, KnownError, NothingToUndo, UnknownField, UnknownRecord
from app.formatting import NBSP, counted
from app.ui.context import Context
from app.ui.crash import CrashNet
from app.ui.main_window import MainWindow
from app.ui.navigation import PageEntry
from app.ui.pages import PAGES, RECORDS, exchanges_window
from app.ui.widgets.search_field import Hit

if TYPE_CHECKING:
    from app.ui.drafts import Draft

ICONS = {
    "action": "list-details",
    "step": "list-check",
    "follow_up": "note",
    "objective": "target",
    "organisation": "building-community",
    "contact": "user",
    "indicator": "chart-bar",
    "measurement": "chart-bar",
    "target": "target",
}

#: Badges follow a gesture this late, once for several in a row.
BADGES_AFTER_MS = 150

#: Records offered by the search at once.
MOST_HITS = 14

#: Later than the paint of a page that was just shown, which a timer of zero would come before.
AFTER_PAINT_MS = 50

#: Gestures told at the bottom of the window even when they touch one row: what was there is no longer seen.
_TOLD = ("Supprimer", "Restaurer", "Dupliquer", "Retirer", "Reporter")


class Application(QObject):
    """Binds a window to an open notebook. `pages` and `records` are the tables of app.ui.pages by default."""

    def __init__(
        self,
        context: Context,
        *,
        pages: Sequence[PageEntry] = PAGES,
        records: dict[str, str] | None = None,
    ) -> None:
        super().__init__()
        self.context = context
        self.window = MainWindow(context, pages, records=RECORDS if records is None else records, search=self.find)
        self.net = CrashNet(self._preserve, parent=self.window)
        # Counts wait until what was changed is painted: nobody looks at them first.
        self._badges = QTimer(self.window, singleShot=True, interval=BADGES_AFTER_MS)
        self._badges.timeout.connect(self._show_badges)
        self._connect()

    # -- opening --------------------------------------------------------------------------------------------------

    def open(self, store: Any, *, page: str = "home") -> None:
        """Show the notebook: its quartier, its page, what was being typed last time."""
        from app.ui.drafts import Drafts

        context = self.context
        context.store = store
        # Each notebook its own: "" is a choice too, the whole town.
        kept = context.preferences.value("quarters", {}).get(store.meta("notebook"))
        context.quarter = kept if kept == "" or self._is_district(kept) else store.meta("district") or ""
        context.drafts = Drafts(_drafts_file(store), context.clock, parent=self)
        context.drafts.quiet.connect(self.window.keep_typing)
        context.bus.listen(store)
        left = context.drafts.load()
        self._show_quarter()
        self._show_history()
        self.window.navigator.go(page)
        # The page first: what follows adds up the whole plan and copies the file.
        QTimer.singleShot(AFTER_PAINT_MS, self.window, self._complete)
        self.window.show_saved(context.clock())
        if left:
            self._offer(left)
        if store.told:
            self.window.tell(" ".join(store.told), undoable=False)

    def close(self) -> None:
        """Keep what is typed, stop the tasks, let the notebook go."""
        self.context.jobs.stop_all()
        self.context.jobs.let_go()
        if self.context.drafts is not None:
            self.context.drafts.flush()
        if self.context.store is not None:
            self.context.store.close()
            self.context.store = None

    # -- gestures -------------------------------------------------------------------------------------------------

    def undo(self) -> None:
        self._take_back("undo")

    def redo(self) -> None:
        self._take_back("redo")

    def choose_quarter(self, quarter: str) -> None:
        """Filter every page on a quartier, "" for the town."""
        context = self.context
        if quarter == context.quarter or not self.window.keep_typing():
            return
        context.quarter = quarter
        kept = context.preferences.value("quarters", {})
        context.preferences.keep("quarters", {**kept, context.store.meta("notebook"): quarter})
        self._show_quarter()
        self.window.reload_pages()
        self._show_badges()

    def find(self, text: str) -> list[Hit]:
        """The records that answer to what is typed in the search."""
        if self.context.store is None or not text.strip():
            return []
        from app.models.registry import ENTITIES
        from app.services.queries import finder
        from app.services.records import owners

        with self.context.store.read() as connection:
            found = finder.find(connection, text, limit=MOST_HITS)
            parts = {hit.entity for hit in found} - RECORDS.keys()
            above = {part: owners(connection, part, [hit.id for hit in found if hit.entity == part]) for part in parts}
        hits = []
        for hit in found:
            entity, id = above[hit.entity].get(hit.id, ("", "")) if hit.entity in above else (hit.entity, hit.id)
            if entity in RECORDS:
                word = ENTITIES[hit.entity].label
                hits.append(Hit(hit.label, word, ICONS.get(hit.entity, "file-text"), entity, id))
        return hits

    # -- inside ---------------------------------------------------------------------------------------------------

    def _connect(self) -> None:
        window, context = self.window, self.context
        window.undo_asked.connect(self.undo)
        window.redo_asked.connect(self.redo)
        window.quarter_chosen.connect(self.choose_quarter)
        window.help_asked.connect(self._help)
        window.settings_asked.connect(self._settings)
        window.closing.connect(self.close)
        window.destroyed.connect(context.jobs.let_go)
        context.bus.committed.connect(self._after_commit)
        context.bus.failed.connect(window.show_failed)
        window.may_close = self._may_close
        context.jobs.crashed.connect(self.net.catch_error)
        exchanges_window.bind(self)

    def _after_commit(self, changes: Any) -> None:
        from app.services.queries.gestures import said

        self.window.show_saved(self.context.clock())
        self._show_history()
        self._badges.start()
        rows = sum(len(ids) for ids in changes.rows.values())
        if changes.kind in ("undo", "redo"):
            self.window.tell(" ".join([said(changes.label, changes.kind), *changes.notes]), undoable=False)
        elif changes.kind == "edit" and (rows > 1 or changes.label.startswith(_TOLD)):
            self.window.tell(said(changes.label))

    def _take_back(self, kind: str) -> None:
        from app.services import taking_back

        if self.context.store is None or not self.window.keep_typing():
            return
        gesture = taking_back.undo if kind == "undo" else taking_back.redo
        try:
            gesture(self.context.store)
        except NothingToUndo as error:
            self.window.tell(error.message, undoable=False)
        except KnownError as error:
            self.window.tell(str(error), undoable=False)

    def _show_history(self) -> None:
        from app.services import taking_back

        self.window.show_history(*taking_back.labels(self.context.store))

    def _complete(self) -> None:
        if self.context.store is not None:
            self._show_badges()
            self._copy_of_the_day()

    def _show_badges(self) -> None:
        if self.context.store is None:  # closed meanwhile
            return
        from app.services.queries import home, plan

        context = self.context
        with context.store.read() as connection:
            kept = plan.PlanFilter(today=context.clock().date(), district=context.quarter)
            late = plan.summary(connection, kept).late
            example = home.has_example(connection)
        if any(entry.key == "plan" for entry in PAGES):
            self.window.show_badge("plan", late, meaning=f"{counted(late, 'action')} en retard")
        self.window.top_bar.example.setVisible(example)

    def _show_quarter(self) -> None:
        from app.services.queries import scope
        from app.services.records import listing

        with self.context.store.read() as connection:
            found = scope.districts(connection)
            contract = next(iter(listing(connection, "contract")), None)
        names = dict(found)
        start, end = (contract.values.get("start"), contract.values.get("end")) if contract else (None, None)
        period = f"{start}–{end}" if start and end else ""
        quarter = self.context.quarter
        name = f"Quartier{NBSP}{names[quarter]}" if quarter in names else "Toute la ville"
        bar = self.window.top_bar.quarter
        bar.show_quarter(name, period)
        bar.set_choices([*found, ("", "Toute la ville")], quarter)

    def _is_district(self, quarter: str) -> bool:
        from app.services.queries import scope

        if not quarter:
            return False
        with self.context.store.read() as connection:
            return any(quarter == district for district, _ in scope.districts(connection))

    def _offer(self, left: "Sequence[Draft]") -> None:
        """Open the record that was being typed: its fields show what was typed, nothing is written yet."""
        homes = [(draft, self._home_of(draft)) for draft in left]
        for draft, home in homes:
            if home is None:
                self.context.drafts.drop(draft.entity, draft.id, draft.field)
        found = [home for _, home in homes if home is not None]
        if not found:
            return
        entity, id, _ = found[-1]
        from app.ui.pages import indicators_drafts

        cell = indicators_drafts.place_of(next(draft for draft, home in reversed(homes) if home is not None))
        if cell is not None:
            self.window.navigator.go("indicators", **cell)
        elif entity in RECORDS:
            self.window.navigator.open_record(entity, id, stay=False)
        names = ", ".join(f"«{NBSP}{name}{NBSP}»" for name in dict.fromkeys(name for _, _, name in found))
        count = len(found)
        if count == 1:
            said = f"Une saisie interrompue a été retrouvée dans {names}{NBSP}: elle n’est pas encore enregistrée."
        else:
            said = f"{count} saisies interrompues ont été retrouvées dans {names}{NBSP}: pas encore enregistrées."
        self.window.tell(said, undoable=False)

    def _home_of(self, draft: "Draft") -> tuple[str, str, str] | None:
        """(entity, id, name) of the record that shows a draft; None when its row is not in the notebook."""
        from app.services import records

        entity, id = draft.entity, draft.id
        try:
            with self.context.store.read() as connection:
                records.fetch(connection, entity, id)
                if entity not in RECORDS:
                    entity, id = records.owners(connection, entity, [id]).get(id, (entity, id))
                return entity, id, records.labels(connection, entity, [id])[id]
        except (UnknownField, UnknownRecord):
            return None

    def _copy_of_the_day(self) -> None:
        from app.notebook import backup

        store = self.context.store

        def failed(error: BaseException) -> None:
            if isinstance(error, Cancelled):  # the window is closing
                return
            if isinstance(error, KnownError):
                self.window.tell(f"La sauvegarde du jour n’a pas pu être faite. {error}", undoable=False)
            else:
                self.net.catch_error(error)

        if not store.is_read_only:
            self.context.jobs.run(
                "Sauvegarde du jour",
                lambda _job: backup.save_daily(store.path, now=store.now),
                lambda _path: None,
                failed,
            )

    def _preserve(self) -> None:
        if self.context.drafts is not None:
            self.context.drafts.flush()

    def _may_close(self) -> bool:
        """True unless something that is typed, decided or being written would be lost: the person is asked."""
        if self.context.store is None:
            return True
        if self.window.is_writing():
            self.window.tell("Un import s’écrit dans le carnet. Fermez une fois qu’il est fini.", undoable=False)
            return False
        if waiting := self.window.waiting():
            from app.ui.dialogs.closing import ask_to_leave

            if not ask_to_leave(self.window, waiting):
                return False
        drafts = self.context.drafts
        if drafts is None or drafts.flush() or not drafts.are_left():
            return True
        from app.ui.dialogs.closing import ask_to_lose

        return ask_to_lose(self.window)

    def _help(self, page: str) -> None:
        from app.ui.dialogs.help import show_help

        show_help(self.context, self.window, page)

    def _settings(self) -> None:
        from app.ui.dialogs.settings import show_settings

        if self.context.store is not None:
            show_settings(self.context, self.window)


def _drafts_file(store: Any) -> Path:
    return paths.data_dir() / "brouillons" / f"{store.meta('notebook')}.json"


def local_now() -> datetime:
    """Now, on the wall clock of this place."""
    return datetime.now().astimezone()
