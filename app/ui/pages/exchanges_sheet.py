"""The first lines of a foreign table, as they stand in its sheet: the headings are told apart, a click chooses them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView

from app.exchange.cells import shown
from app.exchange.foreign_tables import ForeignTable
from app.exchange.workbook import column_letters
from app.formatting import shorten
from app.ui.theme import Theme

#: Lines shown above the headings, and below.
ABOVE, BELOW = 2, 4
_LONGEST = 60

Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One line of a sheet: `role` is heading, data or aside."""

    number: int
    texts: tuple[str, ...]
    role: str


class SheetModel(QAbstractTableModel):
    """Some lines of a sheet, under the letters of its columns."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._lines: Sequence[SheetLine] = ()
        self._columns: Sequence[int] = ()

    def show_table(self, table: ForeignTable) -> None:
        """Two lines above the headings, the headings, the first lines below."""
        self.beginResetModel()
        self._columns = tuple(table.headings)
        numbers = list(table.sheet.rows)
        above = [number for number in numbers if number < table.first][-ABOVE:]
        heads = list(range(table.first, table.last + 1))
        below = [number for number in numbers if number > table.last][:BELOW]
        data = set(table.rows)
        self._lines = [
            SheetLine(
                number,
                tuple(shorten(shown(table.sheet.cell(number, column)), _LONGEST) for column in self._columns),
                "heading" if number in heads else "data" if number in data else "aside",
            )
            for number in (*above, *heads, *below)
        ]
        self.endResetModel()

    def line(self, row: int) -> SheetLine:
        return self._lines[row]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._lines)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        line = self._lines[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return line.texts[index.column()]
        if role == Qt.ItemDataRole.ForegroundRole:
            return self._theme.colour("text_muted" if line.role == "aside" else "text")
        if role == Qt.ItemDataRole.BackgroundRole and line.role == "heading":
            return self._theme.colour("accent_soft")
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        if orientation == Qt.Orientation.Vertical:
            return str(self._lines[section].number) if section < len(self._lines) else None
        return column_letters(self._columns[section]) if section < len(self._columns) else None


class SheetGrid(QTableView):
    """The grid; `row_chosen(number)` when a line is taken for the headings."""

    row_chosen = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.sheet = SheetModel(theme)
        self.setModel(self.sheet)
        self.setProperty("role", "sheet")
        self.setFont(theme.font("cell_small"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName("Premières lignes du tableau")
        self.setToolTip("Cliquez une ligne pour en faire la ligne d’en-têtes.")
        self.setWordWrap(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        for header in (self.horizontalHeader(), self.verticalHeader()):
            header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
            header.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.horizontalHeader().setFixedHeight(theme.px(22))
        self.verticalHeader().setDefaultSectionSize(theme.px(24))
        self.verticalHeader().setFixedWidth(theme.px(44))
        self.verticalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignCenter)
        self.verticalHeader().sectionClicked.connect(self._choose)
        self.clicked.connect(lambda index: self._choose(index.row()))
        theme.changed.connect(self.viewport().update)

    def show_table(self, table: ForeignTable) -> None:
        self.sheet.show_table(table)
        for column in range(self.sheet.columnCount()):
            texts = [self.sheet.line(row).texts[column] for row in range(self.sheet.rowCount())]
            self.setColumnWidth(column, self._theme.px(max(70, min(210, 16 + 7 * max(map(len, texts))))))
        rows = self.sheet.rowCount()
        self.setFixedHeight(self._theme.px(22 + 24 * rows) + self.horizontalScrollBar().sizeHint().height())

    def _choose(self, row: int) -> None:
        self.row_chosen.emit(self.sheet.line(row).number)
