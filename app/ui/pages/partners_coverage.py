"""Coverage: categories × quartiers and QPV. A filled cell counts structures, an empty one is a gap; a click filters."""

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QModelIndex, QRect, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.formatting import NBSP, counted, format_number
from app.models import registry
from app.services.coverage import FIRST, CoverageLine
from app.services.queries.partners import UNPLACED
from app.services.queries.partners_coverage import CoverageTable, Place
from app.ui import painting
from app.ui.context import Context
from app.ui.tables.columns import Cell, Column, Look
from app.ui.tables.delegate import TableDelegate
from app.ui.tables.rows_model import Index, RowsModel
from app.ui.tables.view import TableView
from app.ui.theme import Theme
from app.ui.widgets.labels import label

GAP = "—"
#: Columns that are not places.
_CATEGORY, _UNPLACED, _TOTAL = "category", "unplaced", "total"


class CoverageModel(RowsModel):
    """A row per category; says aloud and in tips what a cell means."""

    def __init__(self, places: Sequence[Place], own: str, lines: Mapping[str, CoverageLine], theme: Theme) -> None:
        self._numbered = {place.id: (number, place) for number, place in enumerate(places)}
        self._own = own
        columns = (
            Column(_CATEGORY, "Catégorie", width=212, stretch=True, sortable=False, cell=_category_cell),
            *(
                Column(
                    place.id, _place_title(place), Look.NUMBER, _place_width(theme, place), sortable=False,
                    stretch=True,
                    cell=lambda line, place=place: self._cell(line, place.id), help=place.detail,
                )
                for place in places
            ),
            Column(_UNPLACED, "Non précisé", Look.NUMBER, 98, sortable=False, cell=lambda line: _plain(line.unplaced),
                   help="Structures qui ne disent pas quel territoire elles couvrent"),
            Column(_TOTAL, "Total", Look.NUMBER, 66, gives_way=1, sortable=False, cell=lambda line: _plain(line.total)),
        )  # fmt: skip
        super().__init__(columns, lambda ids: {id: lines[id] for id in ids if id in lines})

    def column_key(self, index: Index) -> str:
        return self.columns[index.column()].key

    def _cell(self, line: CoverageLine, place: str) -> Cell:
        """A gap asks for attention where it matters: in one's own quartier, and for the centres sociaux."""
        total = line.counts[self._numbered[place][0]].total
        if total:
            return Cell(format_number(total), Look.NUMBER, value=total, chip=True)
        matters = place == self._own or line.category in FIRST
        return Cell(GAP, Look.NUMBER, "warning" if matters else "muted", value=0, chip=True)

    def _data(self, line: int, section: int, role: int) -> Any:
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            row, key = self.row(self.id_at(line)), self.columns[section].key
            if row is not None and key in self._numbered:
                return self._said(row, *self._numbered[key])
        return super()._data(line, section, role)

    def _said(self, line: CoverageLine, number: int, place: Place) -> str:
        count = line.counts[number]
        where = f"{_category_word(line)}, {_place_title(place)}{NBSP}: "
        if not count.total:
            unknown = f", {line.unplaced} sans territoire précisé" if line.unplaced else ""
            return f"{where}aucune structure connue{unknown}"
        wide = f", dont {count.wide} par un territoire plus large" if count.wide else ""
        return f"{where}{counted(count.total, 'structure')}{wide}"


class CoverageDelegate(TableDelegate):
    """Cells of places as tinted tiles: the tint says full or empty before the figure is read."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self._paints[Look.NUMBER] = self._paint_tile

    def _paint_tile(self, painter: QPainter, rect: QRect, cell: Cell) -> None:
        if not cell.chip:
            self._paint_right(painter, rect, cell)
            return
        theme = self._theme
        tile = rect.adjusted(theme.px(2), theme.px(2), -theme.px(2), -theme.px(3))
        level = "cell"
        if cell.value:
            painting.fill_rounded(painter, tile, theme, "accent_soft", theme.px("radius.chip"))
            ink, level = "accent", "cell_strong"
        elif cell.tone == "warning":
            painting.fill_rounded(painter, tile, theme, "warning.bg", theme.px("radius.chip"))
            ink = "warning.fg"
        else:
            ink = "text_muted"
        self._write(painter, tile.adjusted(0, 0, -theme.px(6), 0), cell.text, ink, level, right=True)


class CoverageView(QFrame):
    """The matrix and what its tints mean; `asked(category, territory)` when a cell is clicked ("*" for all)."""

    asked = Signal(str, str)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.context = context
        self.table: TableView | None = None
        self.model: CoverageModel | None = None
        self._lines: dict[str, CoverageLine] = {}
        self._shape: tuple[object, ...] = ()
        self.setProperty("role", "surface")
        self._column = QVBoxLayout(self)
        # The names of the categories stand under the title of the page.
        self._column.setContentsMargins(context.theme.px("space.page") - context.theme.px(8), 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self._legend())

    def show_coverage(self, found: CoverageTable) -> None:
        """Show these counts; the columns are made again when the places or the quartier followed changed."""
        self._lines.clear()
        self._lines.update({line.category or "none": line for line in found.lines})
        shape = (found.places, self.context.quarter)
        if shape != self._shape:
            self._shape = shape
            self._make_table(found.places)
        self.model.show_ids(list(self._lines))

    def gaps(self) -> int:
        """Gaps of the quartier followed; of the whole matrix without one."""
        places = self._shape[0] if self._shape else ()
        wanted = [number for number, place in enumerate(places) if self.context.quarter in ("", place.id)]
        return sum(not line.counts[number].total for line in self._lines.values() for number in wanted)

    def _make_table(self, places: Sequence[Place]) -> None:
        if self.table is not None:
            self._column.removeWidget(self.table)
            self.table.hide()
            self.table.deleteLater()
        theme = self.context.theme
        self.model = CoverageModel(places, self.context.quarter, self._lines, theme)
        self.table = MatrixTable(theme, self.model)
        self._column.insertWidget(0, self.table, 1)
        self.setFocusProxy(self.table)
        self.table.clicked.connect(self._ask)
        self.table.cell_opened.connect(self._ask)

    def _ask(self, index: QModelIndex) -> None:
        line = self._lines.get(self.model.id_at(index.row()))
        if line is None:
            return
        key = self.model.column_key(index)
        territory = {_CATEGORY: "*", _TOTAL: "*", _UNPLACED: UNPLACED}.get(key, key)
        self.asked.emit(line.category, territory)

    def _legend(self) -> QWidget:
        theme = self.context.theme
        line = QFrame()
        line.setProperty("role", "surface")
        row = QHBoxLayout(line)
        row.setContentsMargins(theme.px(8), theme.px(6), theme.px("space.gap"), theme.px(6))
        row.setSpacing(theme.px("space.gap"))
        texts = (
            "Nombre de structures qui citent ce territoire, une partie de lui, ou un territoire qui le contient.",
            f"«{NBSP}{GAP}{NBSP}»{NBSP}: personne de connu.",
        )
        for text in texts:
            row.addWidget(label(text, "small", "muted"))
        row.addStretch(1)
        return line


class MatrixTable(TableView):
    """One cell at a time: arrows go in all directions, Enter or a click opens its structures."""

    cell_opened = Signal(QModelIndex)

    def __init__(self, theme: Theme, model: CoverageModel) -> None:
        super().__init__(theme, model, name="Couverture par catégorie et par territoire", row="height.row_dense")
        self._delegate = CoverageDelegate(theme, self)
        self.setItemDelegate(self._delegate)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSelectionMode(TableView.SelectionMode.SingleSelection)

    def keyPressEvent(self, event: Any) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self.currentIndex().isValid():
            self.cell_opened.emit(self.currentIndex())
        else:
            super().keyPressEvent(event)


def _category_word(line: CoverageLine) -> str:
    return registry.field("organisation", "category").choice_label(line.category) or "Sans catégorie"


def _category_cell(line: CoverageLine) -> Cell:
    return Cell(_category_word(line), strong=line.category in FIRST)


def _plain(number: int) -> Cell:
    return Cell(format_number(number) if number else "", Look.NUMBER, "muted", value=number)


def _place_title(place: Place) -> str:
    return place.name if place.kind == "district" else f"QPV {place.name}"


def _place_width(theme: Theme, place: Place) -> int:
    """Wide enough for its head, in pixels at 100 %."""
    width = painting.metrics(theme.font("cell_small_strong")).horizontalAdvance(_place_title(place))
    return max(64, round(width / theme.scale) + 20)
