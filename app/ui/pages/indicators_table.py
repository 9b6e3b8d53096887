"""The list of every indicator: its columns, its states, its bin."""

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QStackedWidget, QVBoxLayout

from app.models.choices import INDICATOR_NATURE
from app.services.queries.indicators import IndicatorRow
from app.services.readings import reading_words
from app.services.scorecard import Standing, goal_words, short_period
from app.ui.tables.columns import EMPTY, Cell, Column, Look
from app.ui.tables.rows_model import RowsModel
from app.ui.tables.view import TableView
from app.ui.theme import Theme
from app.ui.widgets.empty_state import EmptyState

_NATURES = {choice.code: choice.label for choice in INDICATOR_NATURE}
_STANDINGS = {
    Standing.ACHIEVED: Cell("Atteint", Look.STATUS, "success", icon="circle-check"),
    Standing.PROGRESS: Cell("En progrès", Look.STATUS, "neutral", icon="trending-up"),
    Standing.OFF: Cell("En écart", Look.STATUS, "warning", icon="alert-triangle", chip=True),
    Standing.TO_FILL: Cell("À saisir", Look.STATUS, "info", icon="pencil"),
    Standing.TO_JUDGE: Cell("À apprécier", Look.STATUS, "neutral", icon="eye"),
    Standing.CONTEXT: EMPTY,
}


def columns() -> tuple[Column, ...]:
    """The columns of the list, the first to give way last."""
    return (
        Column("priority", "Priorité", Look.PRIORITY, 86),
        Column("title", "Indicateur", Look.TITLE, 400, stretch=True),
        Column("nature", "Nature", Look.MUTED, 96, value=lambda row: _NATURES.get(row.nature, row.nature), gives_way=3),
        Column("value", "Dernière valeur", cell=_value, width=142, look=Look.NUMBER),
        Column("year", "Année", cell=_period, width=116),
        Column("target", "Cible", cell=_target, width=150, gives_way=1),
        Column(
            "standing", "Situation", Look.STATUS, 112, cell=lambda row: _STANDINGS[row.verdict.standing],
            gives_way=4, sortable=False,
        ),
        Column("territory", "Territoire", Look.MUTED, 132, value=_territory, gives_way=2),
        Column("source", "Source", Look.MUTED, 200, value=_source, gives_way=6),
        Column("to_confirm", "À confirmer", cell=_unsure, width=104, gives_way=5),
    )  # fmt: skip


def _value(row: IndicatorRow) -> Cell:
    last = row.last
    if last is None:
        return EMPTY
    return Cell(reading_words(last.reading, row.scale), Look.NUMBER, "muted" if last.reading.masked else "")


def _period(row: IndicatorRow) -> Cell:
    last = row.last
    if last is None:
        return EMPTY
    if last.year is None and not last.period:
        return Cell("non précisée", Look.TEXT, "warning")
    return Cell(short_period(last), Look.TEXT)


def _target(row: IndicatorRow) -> Cell:
    if row.goal is None:
        return EMPTY
    words = goal_words(row.goal, row.scale, unit=False)
    return Cell(f"{words} ({row.goal.year})" if row.goal.year is not None else words, Look.TEXT)


def _territory(row: IndicatorRow) -> str:
    return row.last.territory_name if row.last is not None else ""


def _source(row: IndicatorRow) -> str:
    return row.last.source if row.last is not None and row.last.source else row.source


def _unsure(row: IndicatorRow) -> Cell:
    unsure = row.to_confirm or (row.last is not None and row.last.to_confirm)
    unsure = unsure or (row.goal is not None and row.goal.to_confirm)
    return Cell("à confirmer", Look.STATUS, "warning", icon="help", chip=True) if unsure else EMPTY


class IndicatorTable(QFrame):
    """The table, or what is said when it has no line."""

    opened = Signal(str)
    sorted_by = Signal(str, bool)
    delete_asked = Signal(list)

    def __init__(
        self, theme: Theme, fetch: Callable[[Sequence[str]], Any], *, create: Callable[[], object],
        clear: Callable[[], object],
    ) -> None:  # fmt: skip
        super().__init__()
        self.setProperty("role", "surface")
        self.model = RowsModel(columns(), fetch, stripe=lambda row: row.priority)
        self.view = TableView(theme, self.model, name="Indicateurs")
        self.view.head.show_order("priority", False)
        self._empty = EmptyState(
            theme, icon="chart-bar", title="Aucun indicateur",
            sentence="Un indicateur dit comment on saura que l’action a servi\u00a0: ce qu’on compte, la cible, et les "
            "valeurs année après année.",
            main="Ajouter un indicateur", main_icon="plus",
        )  # fmt: skip
        self._filtered = EmptyState(
            theme, icon="filter", title="Aucun indicateur ne correspond.", main="Effacer les filtres"
        )
        self._bin = EmptyState(theme, icon="trash", title="La corbeille est vide.")
        self._stack = QStackedWidget()
        for part in (self.view, self._empty, self._filtered, self._bin):
            self._stack.addWidget(part)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._stack)
        self._empty.main_asked.connect(create)
        self._filtered.main_asked.connect(clear)
        self.view.opened.connect(self.opened)
        self.view.clicked.connect(self._open_clicked)
        self.view.sorted_by.connect(self.sorted_by)
        self.view.delete_asked.connect(self.delete_asked)

    def show_ids(self, ids: Sequence[str], *, narrow: bool, deleted: bool = False) -> None:
        """List these indicators; `deleted` says that they are those of the bin."""
        if list(ids) == self.model.ids() and ids:
            self.model.refresh()
        else:
            self.model.show_ids(ids)
        nothing = self._filtered if narrow else (self._bin if deleted else self._empty)
        self._stack.setCurrentWidget(self.view if ids else nothing)

    def take_focus(self) -> None:
        self._stack.currentWidget().setFocus()
        if self._stack.currentWidget() is self.view and not self.view.currentIndex().isValid() and self.model.ids():
            self.view.go_to(self.model.ids()[0])

    def _open_clicked(self, index: Any) -> None:
        id = self.model.id_at(index.row())
        if id:
            self.opened.emit(id)
