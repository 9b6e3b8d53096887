"""The bin of the plan: actions thrown away, to be restored with their steps and partners."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QStackedWidget, QVBoxLayout

from app.errors import KnownError
from app.formatting import counted
from app.services import records
from app.services.queries import plan, plan_index
from app.ui.context import Context
from app.ui.pages.plan_columns import Line
from app.ui.tables.columns import Column, Look
from app.ui.tables.rows_model import RowsModel
from app.ui.tables.view import TableView
from app.ui.widgets.banner import Banner
from app.ui.widgets.buttons import button
from app.ui.widgets.empty_state import EmptyState
from app.ui.widgets.page_header import PageHeader
from app.ui.widgets.top_bar import hairline


class PlanBin(QFrame):
    """Deleted actions, the last one first; `left` goes back to the plan."""

    left = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        theme = context.theme
        self.setProperty("role", "surface")
        self.header = PageHeader(theme, "Corbeille")
        self.back = button(theme, "Revenir au plan", icon="arrow-left", clicked=self.left.emit)
        self.restore = button(theme, "Restaurer", kind="primary", icon="restore", clicked=self.restore_chosen)
        self.header.add_right(self.back)
        self.header.add_right(self.restore)
        self.banner = Banner(theme)
        self.model = RowsModel(_COLUMNS, self._fetch, stripe=lambda line: line.priority, parent=self)
        self.table = TableView(theme, self.model, name="Actions supprimées")
        self.empty = EmptyState(
            theme, icon="trash", title="La corbeille est vide.",
            sentence="Les actions supprimées attendent ici, avec leurs étapes et leurs partenaires.",
            second="Revenir au plan",
        )  # fmt: skip
        self.lists = QStackedWidget()
        self.lists.addWidget(self.table)
        self.lists.addWidget(self.empty)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for part in (self.header, self.banner, hairline(theme)):
            column.addWidget(part)
        column.addWidget(self.lists, 1)
        self.empty.second_asked.connect(self.left)
        self.table.opened.connect(lambda id: context.navigator.open_record("action", id))
        self.model.ticked.connect(self._follow_choice)
        self.table.selectionModel().selectionChanged.connect(lambda *_changed: self._follow_choice())

    def reload(self) -> None:
        """List what is in the bin."""
        with self._context.store.read() as connection:
            ids = plan_index.deleted_ids(connection)
        self.model.show_ids(ids)
        self.lists.setCurrentWidget(self.table if ids else self.empty)
        self._follow_choice()

    def status_text(self) -> str:
        return f"{counted(len(self.model.ids()), 'action')} dans la corbeille"

    def take_focus(self) -> None:
        if self.model.ids():
            if not self.table.currentIndex().isValid():
                self.table.setCurrentIndex(self.model.index(0, 1))
            self.table.setFocus()
        else:
            self.back.setFocus()

    def restore_chosen(self) -> None:
        """Bring back the actions ticked or selected, in one gesture."""
        ids = self._chosen()
        if not ids:
            return
        try:
            records.restore(self._context.store, "action", ids)
        except KnownError as error:
            self.banner.tell(error.message, error.advice, tone="danger")

    # -- inside -------------------------------------------------------------------------------------------------------

    def _chosen(self) -> list[str]:
        return self.model.ticked_ids() or self.table.selected_ids()

    def _follow_choice(self) -> None:
        self.restore.setEnabled(bool(self._chosen()))

    def _fetch(self, ids: Sequence[str]) -> Mapping[str, Any]:
        with self._context.store.read() as connection:
            rows = plan.fetch_rows(connection, ids, self._context.clock().date())
            keys = {node.id: node.key for node in plan.load_priorities(connection)}
        return {row.id: Line(row, row.code, keys.get(row.priority, "")) for row in rows}


def _deleted_on(line: Line) -> Any:
    stamp = line.action.updated_at
    return datetime.fromisoformat(stamp).astimezone().date() if stamp else None


_COLUMNS = (
    Column("check", "", Look.CHECK, 34, sortable=False),
    Column("title", "Action", Look.TEXT, 320, lambda line: line.action.title, stretch=True, sortable=False),
    Column("code", "Code", Look.MUTED, 100, lambda line: line.number, sortable=False),
    Column("priority", "Priorité", Look.PRIORITY, 80, lambda line: line.priority, sortable=False),
    Column("promoter", "Porteur", width=200, value=lambda line: line.action.promoter_name, gives_way=1, sortable=False),
    Column("updated_at", "Supprimée le", Look.DATE, 110, _deleted_on, tone=lambda _line: "muted", sortable=False),
)
