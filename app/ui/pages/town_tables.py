"""The two tables of the town: priorities × quartiers, and the indicators side by side. A click on a cell opens it."""

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QModelIndex, QRect, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from app.formatting import NBSP, counted, format_number, format_percent
from app.services.queries.plan import PriorityNode, Summary
from app.services.queries.town import NO_ACTIONS, Town
from app.services.queries.town_indicators import IndicatorCell, IndicatorLine, total_words
from app.services.readings import Reading, Scale, reading_words
from app.services.scorecard import period_words, short_period
from app.ui import painting
from app.ui.tables.columns import Cell, Column, Look
from app.ui.tables.delegate import TableDelegate
from app.ui.tables.rows_model import Index, RowsModel
from app.ui.tables.view import TableView
from app.ui.theme import Theme

#: Key of the column of the whole town.
TOWN = "town"
NAME = "name"


class CellTable(TableView):
    """One cell at a time: arrows go in all directions, Enter or a click asks for it; as high as its rows."""

    asked = Signal(str, str)

    def __init__(self, theme: Theme, model: RowsModel, delegate: TableDelegate, *, name: str, row: str) -> None:
        super().__init__(theme, model, name=name, row=row)
        self._delegate = delegate
        delegate.setParent(self)
        self.setItemDelegate(delegate)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSelectionMode(TableView.SelectionMode.SingleSelection)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.clicked.connect(self._ask)

    def fit_height(self) -> None:
        """Show every row: the page scrolls, not the table."""
        self.setFixedHeight(self.head.sizeHint().height() + self.verticalHeader().length() + 2)

    def keyPressEvent(self, event: Any) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self.currentIndex().isValid():
            self._ask(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: Any) -> None:
        event.ignore()  # the page scrolls

    def _ask(self, index: QModelIndex) -> None:
        self.asked.emit(self._rows.id_at(index.row()), self._rows.columns[index.column()].key)


class _SpokenModel(RowsModel):
    """Says aloud and in tips what `said(row, column)` makes of a cell."""

    def said(self, row: Any, key: str) -> str:
        raise NotImplementedError

    def column_key(self, index: Index) -> str:
        return self.columns[index.column()].key

    def _data(self, line: int, section: int, role: int) -> Any:
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            row = self.row(self.id_at(line))
            if row is not None and (words := self.said(row, self.columns[section].key)):
                return words
        return super()._data(line, section, role)


# -- priorities × quartiers -------------------------------------------------------------------------------------------


class MatrixModel(_SpokenModel):
    """A row per priority; a cell is a `Summary` of the plan."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self._names = {line.id: line.name for line in town.quarters} | {TOWN: "Ville"}
        nodes = {node.id: node for node in town.priorities}
        columns = (
            Column(NAME, "Priorité", width=172, stretch=True, sortable=False, cell=_priority_cell),
            *(
                Column(key, name, Look.NUMBER, 80, sortable=False, cell=lambda node, key=key: self._cell(node, key))
                for key, name in self._names.items()
            ),
        )
        super().__init__(columns, lambda ids: {id: nodes[id] for id in ids if id in nodes})
        self.show_ids(list(nodes))

    def said(self, row: PriorityNode, key: str) -> str:
        if key == NAME:
            return f"{row.key} {row.title}"
        summary = self._summary(row, key)
        parts = [counted(summary.count, "action") if summary.count else "aucune action"]
        if summary.progress is not None:
            parts.append(f"avancement {format_percent(summary.progress)}")
        if summary.late:
            parts.append(f"{summary.late} en retard")
        if summary.blocked:
            parts.append(counted(summary.blocked, "bloquée"))
        return f"{row.short_title}, {self._names[key]}{NBSP}: {', '.join(parts)}"

    def _summary(self, node: PriorityNode, key: str) -> Summary:
        return self._town.matrix.get((node.id, "" if key == TOWN else key), NO_ACTIONS).summary

    def _cell(self, node: PriorityNode, key: str) -> Cell:
        summary = self._summary(node, key)
        if not summary.count:
            return Cell("–", Look.NUMBER, "muted", chip=True)
        progress = "" if summary.progress is None else format_percent(summary.progress)
        share = float(summary.progress or 0) / 100
        return Cell(format_number(summary.count), Look.NUMBER, node.key, share, second=progress, chip=True)


class MatrixDelegate(TableDelegate):
    """A cell with actions is a tile of its priority: how many, how far, and the part done along its base."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self._paints[Look.NUMBER] = self._paint_tile

    def _paint_tile(self, painter: QPainter, rect: QRect, cell: Cell) -> None:
        theme = self._theme
        tile = rect.adjusted(theme.px(2), theme.px(2), -theme.px(2), -theme.px(3))
        inside = tile.adjusted(theme.px(7), 0, -theme.px(7), -theme.px(2))
        if cell.value is None:
            self._write(painter, inside, cell.text, "text_muted", "cell", right=True)
            return
        painting.fill_rounded(painter, tile, theme, theme.priority_colour(cell.tone, "bg"), theme.px("radius.chip"))
        base = QRect(tile.left(), tile.bottom() - theme.px(3) + 1, round(tile.width() * cell.value), theme.px(3))
        painter.fillRect(base, theme.colour(theme.priority_colour(cell.tone, "strong")))
        ink = theme.priority_colour(cell.tone, "fg")
        self._write(painter, inside, cell.text, ink, "cell_strong")
        self._write(painter, inside, cell.second, ink, "cell_small", right=True)


def _priority_cell(node: PriorityNode) -> Cell:
    return Cell(node.short_title, Look.TITLE, code=node.key)


def matrix(theme: Theme, town: Town, parent: QWidget) -> CellTable:
    """The table of priorities × quartiers."""
    made = CellTable(
        theme, MatrixModel(town), MatrixDelegate(theme, parent), name="Actions par priorité et par quartier",
        row="height.row_dense",
    )  # fmt: skip
    made.fit_height()
    return made


# -- indicators -------------------------------------------------------------------------------------------------------


class SideBySideModel(_SpokenModel):
    """A row per indicator; a cell is the last value of a quartier, or what is awaited of it."""

    def __init__(self, town: Town, lines: Sequence[IndicatorLine]) -> None:
        self._names = {line.id: line.name for line in town.quarters} | {TOWN: "Ville"}
        by_id: Mapping[str, IndicatorLine] = {line.ids[0]: line for line in lines}
        columns = (
            Column(NAME, "Indicateur", width=250, stretch=True, sortable=False, cell=_title_cell),
            *(
                Column(key, name, Look.NUMBER, 108, sortable=False, cell=lambda line, key=key: _value_cell(line, key))
                for key, name in self._names.items()
            ),
        )
        super().__init__(
            columns, lambda ids: {id: by_id[id] for id in ids if id in by_id}, stripe=lambda line: line.priority
        )
        self.show_ids(list(by_id))

    def said(self, row: IndicatorLine, key: str) -> str:
        if key == NAME:
            return row.title
        where = f"{row.title}, {self._names[key]}{NBSP}: "
        if key == TOWN:
            return f"{where}{_town_words(row)}"
        cell = row.cells.get(key)
        return f"{where}{_whole_words(row, cell)}" if cell else f"{where}ne le suit pas"


def _title_cell(line: IndicatorLine) -> Cell:
    unit = line.scale.unit
    title = line.title if unit in ("", "%") else f"{line.title} ({unit})"
    return Cell(title, Look.TITLE, code=line.priority)


def _short_words(reading: Reading, scale: Scale) -> str:
    """The value without its unit, which stands beside the title; « % » stays."""
    return reading_words(reading, scale, unit=scale.unit == "%")


def _value_cell(line: IndicatorLine, key: str) -> Cell:
    if key == TOWN:
        if line.town is not None:
            return Cell(_short_words(line.town.reading, line.scale), Look.NUMBER)
        total = line.total
        short = line.scale.unit == "%"
        return Cell(f"Σ{NBSP}{total_words(total, line.scale, unit=short)}" if total else "", Look.NUMBER)
    cell = line.cells.get(key)
    if cell is None:
        return Cell("", Look.NUMBER)
    if cell.measure is None:
        return Cell("à saisir", Look.NUMBER, "info")
    words = "masquée" if cell.measure.reading.masked else _short_words(cell.measure.reading, line.scale)
    year = f" ({cell.measure.dated})" if cell.missing and cell.measure.dated else ""
    return Cell(f"{words}{year}", Look.NUMBER, "info" if cell.missing else "")


def _whole_words(line: IndicatorLine, cell: IndicatorCell) -> str:
    if cell.measure is None:
        return "à saisir"
    words = f"{reading_words(cell.measure.reading, line.scale)}, {period_words(cell.measure)}"
    return f"{words}, {cell.freshness.words}"


def _town_words(line: IndicatorLine) -> str:
    if line.town is not None:
        return f"{reading_words(line.town.reading, line.scale)}, {short_period(line.town)}"
    if line.total is None:
        return "pas de valeur"
    return (
        f"{total_words(line.total, line.scale)}, somme de {counted(line.total.quarters, 'quartier')},"
        f" {line.total.period}"
    )


def side_by_side(theme: Theme, town: Town, lines: Sequence[IndicatorLine], parent: QWidget) -> CellTable:
    """The table of the indicators of the quartiers."""
    made = CellTable(
        theme, SideBySideModel(town, lines), TableDelegate(theme, parent), name="Indicateurs par quartier",
        row="height.row_dense",
    )  # fmt: skip
    made.fit_height()
    return made
