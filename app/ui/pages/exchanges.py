"""Échanges: workbooks that leave and come back, what contradicts itself, and the ways back.

One page, five views. A workbook dropped anywhere on the window arrives here.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout

from app.ui.context import Context
from app.ui.navigation import Page
from app.ui.pages.exchanges_conflicts import ConflictsView
from app.ui.pages.exchanges_engine import Engine
from app.ui.pages.exchanges_export import ExportView
from app.ui.pages.exchanges_history import HistoryView, RestoreView
from app.ui.pages.exchanges_import import ImportView
from app.ui.widgets.page_header import PageHeader
from app.ui.widgets.segmented import Segmented

EXPORT, IMPORT, CONFLICTS, HISTORY, RESTORE = "export", "import", "conflicts", "history", "restore"
VIEWS = (
    (EXPORT, "Exporter"),
    (IMPORT, "Importer"),
    (CONFLICTS, "Conflits"),
    (HISTORY, "Historique"),
    (RESTORE, "Points de restauration"),
)


class ExchangesPage(Page):
    """The header and the views; each is read when it is first shown, and again when the notebook changes."""

    #: Put this copy in the place of the notebook: the application closes and opens it.
    restore_asked = Signal(Path)

    def __init__(self, context: Context, engine: Engine | None = None) -> None:
        super().__init__(context)
        self._engine = engine or Engine(context)
        self._read: set[str] = set()
        self._view = IMPORT

    def build(self) -> None:
        theme, context, engine = self.theme, self.context, self._engine
        header = PageHeader(theme, "Échanges")
        self.views = Segmented(theme, VIEWS, name="Vue", current=IMPORT)
        header.add(self.views)
        self.export_view = ExportView(context, engine)
        self.import_view = ImportView(context, engine)
        self.conflicts_view = ConflictsView(context, engine)
        self.history_view = HistoryView(context, engine)
        self.restore_view = RestoreView(context, engine)
        self._widgets: dict[str, Any] = {
            EXPORT: self.export_view,
            IMPORT: self.import_view,
            CONFLICTS: self.conflicts_view,
            HISTORY: self.history_view,
            RESTORE: self.restore_view,
        }
        self._stack = QStackedWidget()
        for widget in self._widgets.values():
            self._stack.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(header)
        column.addWidget(self._stack, 1)
        self.views.chosen.connect(self.show_view)
        self.import_view.conflicts_asked.connect(lambda: self.go_to_view(CONFLICTS))
        self.import_view.journal_asked.connect(lambda: self.go_to_view(HISTORY))
        self.import_view.changed.connect(self.status_changed)
        self.conflicts_view.import_asked.connect(lambda: self.go_to_view(IMPORT))
        self.conflicts_view.opened.connect(lambda entity, id: context.navigator.open_record(entity, id))
        self.history_view.import_asked.connect(lambda: self.go_to_view(IMPORT))
        self.restore_view.restore_asked.connect(self.restore_asked)
        self.show_view(IMPORT)

    # -- views --------------------------------------------------------------------------------------------------------

    def view(self) -> str:
        return self._view

    def go_to_view(self, key: str) -> None:
        """Show a view and put the keyboard in it."""
        self.views.choose(key)
        self.show_view(key)
        self._widgets[key].take_focus()

    def show_view(self, key: str) -> None:
        self._view = key
        self._read_view(key)
        self._stack.setCurrentWidget(self._widgets[key])
        self.status_changed.emit()

    def import_files(self, paths: Sequence[Path]) -> None:
        """Read workbooks dropped or named elsewhere."""
        self.views.choose(IMPORT)
        self.show_view(IMPORT)
        self.import_view.read(paths)

    def _read_view(self, key: str) -> None:
        if key in self._read or self.context.store is None:
            return
        self._read.add(key)
        if key == IMPORT:
            self.import_view.show_waiting(self._engine.count_conflicts())
        else:
            self._widgets[key].reload()

    # -- the frame ----------------------------------------------------------------------------------------------------

    def show_filter(self, view: str = "", files: Sequence[Path] = (), **_others: Any) -> None:
        """Open on a view (`view="conflicts"`) or on workbooks to read (`files=`)."""
        if files:
            self.import_files(files)
        elif view in self._widgets:
            self.views.choose(view)
            self.show_view(view)

    def reload(self, changes: Any = None) -> None:
        """Read the view shown; the others when they are next shown."""
        self._read.clear()
        self._read_view(self._view)
        self.import_view.notebook_changed(changes)

    def take_focus(self) -> None:
        self._widgets[self._view].take_focus()

    def is_writing(self) -> bool:
        return self.import_view.work.is_writing

    def waiting(self) -> str:
        return self.import_view.waiting() or self.conflicts_view.waiting()

    def create(self) -> None:
        """Ctrl+N: choose workbooks to import."""
        self.go_to_view(IMPORT)
        self.import_view.choose_files()
