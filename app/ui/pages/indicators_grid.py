"""The entry grid: indicators × years, typed like a spreadsheet.

The model keeps what was typed wrong, with its sentence, until it is mended; it never writes: `entered` says what was
typed or pasted, the page writes one gesture and the commit brings the rows back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from app.errors import BadValue
from app.formatting import NBSP, shorten
from app.services.measurements import Entry
from app.services.queries.indicator_grid import GridCell, GridRow
from app.services.readings import NOTHING, Reading, read, reading_words
from app.services.scorecard import goal_line

FAULT_ROLE = Qt.ItemDataRole.UserRole + 1
ROW_ROLE = Qt.ItemDataRole.UserRole + 2
CELL_ROLE = Qt.ItemDataRole.UserRole + 3

#: Columns before the years and after them.
TITLE, UNIT, AIM = "title", "unit", "aim"
Index = QModelIndex | QPersistentModelIndex
_SEVERAL = "Plusieurs mesures sont saisies pour cette année."


@dataclass(frozen=True, slots=True)
class Fault:
    """What was typed and why it was not kept."""

    text: str
    sentence: str


class GridModel(QAbstractTableModel):
    """Title, unit, one column a year, target."""

    #: The entries of one gesture: a typed cell, a pasted block, erased cells.
    entered = Signal(list)
    #: Cells refused appeared or went.
    faults_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._rows: tuple[GridRow, ...] = ()
        self._years: tuple[int, ...] = ()
        self._faults: dict[tuple[str, int], Fault] = {}

    # -- what the view and the page call --------------------------------------------------------------------------

    def show_rows(
        self, rows: Sequence[GridRow], years: Sequence[int], typed: Mapping[tuple[str, int], str] | None = None
    ) -> None:
        """Show these lines; what was refused stays, unless its line is gone. `typed`: what waits in these cells."""
        same = [row.id for row in rows] == [row.id for row in self._rows] and tuple(years) == self._years
        known = {row.id: row for row in rows}
        if same:
            # The place of the keyboard stays where it is.
            self._rows = tuple(rows)
            if rows:
                self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, self.columnCount() - 1))
        else:
            self.beginResetModel()
            self._rows, self._years = tuple(rows), tuple(years)
            self.endResetModel()
        faults = {key: fault for key, fault in self._faults.items() if key[0] in known}
        if typed is not None:
            waiting = {key: text for key, text in typed.items() if key[0] in known}
            faults = {
                key: faults[key]
                if key in faults and faults[key].text == text
                else _waiting(known[key[0]], key[1], text)
                for key, text in waiting.items()
            }
        self._set_faults(faults)

    def refuse(self, entries: Sequence[Entry], sentence: str) -> None:
        """The place failed: what was typed stays in its cells, and each one tells why."""
        rows = {row.id: row for row in self._rows}
        faults = dict(self._faults)
        for entry in entries:
            row = rows.get(entry.indicator)
            if row is not None and entry.year is not None and not entry.reading.is_empty:
                faults[entry.indicator, entry.year] = Fault(_words(row, entry.reading).replace(NBSP, " "), sentence)
        self._set_faults(faults)

    def rows(self) -> tuple[GridRow, ...]:
        return self._rows

    def years(self) -> tuple[int, ...]:
        return self._years

    def faults(self) -> Mapping[tuple[str, int], Fault]:
        """What was refused, by (indicator, year)."""
        return self._faults

    def fault_at(self, index: Index) -> Fault | None:
        year = self.year_of(index.column())
        return self._faults.get((self._rows[index.row()].id, year)) if index.isValid() and year is not None else None

    def first_fault(self) -> QModelIndex:
        """The place of the first refused cell shown."""
        for line, row in enumerate(self._rows):
            for place, year in enumerate(self._years):
                if (row.id, year) in self._faults:
                    return self.index(line, place + 2)
        return QModelIndex()

    def year_of(self, section: int) -> int | None:
        place = section - 2
        return self._years[place] if 0 <= place < len(self._years) else None

    def put_block(self, top: QModelIndex, lines: Sequence[Sequence[str]]) -> int:
        """Type a block of texts from a cell on, in one gesture; returns how many texts fell outside the grid."""
        entries: list[Entry] = []
        faults = dict(self._faults)
        outside = 0
        for down, line in enumerate(lines):
            for right, text in enumerate(line):
                row_at, section = top.row() + down, top.column() + right
                year = self.year_of(section)
                if row_at >= len(self._rows) or year is None:
                    outside += bool(text.strip())
                    continue
                self._put(self._rows[row_at], year, text, entries, faults)
        self._set_faults(faults)
        if entries:
            self.entered.emit(entries)
        return outside

    def erase(self, indexes: Sequence[QModelIndex]) -> None:
        """Empty these cells, in one gesture; a refused text there is forgotten."""
        entries: list[Entry] = []
        faults = dict(self._faults)
        for index in indexes:
            year = self.year_of(index.column())
            if year is not None:
                self._put(self._rows[index.row()], year, "", entries, faults)
        self._set_faults(faults)
        if entries:
            self.entered.emit(entries)

    def forget(self, index: Index) -> None:
        """Give up the refused text of a cell."""
        year = self.year_of(index.column())
        if index.isValid() and year is not None:
            key = (self._rows[index.row()].id, year)
            self._set_faults({other: fault for other, fault in self._faults.items() if other != key})

    # -- Qt ---------------------------------------------------------------------------------------------------

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._years) + 3

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or role not in (
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.AccessibleTextRole,
        ):
            return None
        year = self.year_of(section)
        if year is not None:
            return str(year)
        return ("Indicateur", "Unité")[section] if section < 2 else "Cible"

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        year = self.year_of(index.column())
        if role == ROW_ROLE:
            return row
        if year is None:
            return self._side(row, index.column(), role)
        fault = self._faults.get((row.id, year))
        cell = row.cells.get(year)
        if role == FAULT_ROLE:
            return fault
        if role == CELL_ROLE:
            return cell
        if role == Qt.ItemDataRole.DisplayRole:
            return fault.text if fault else _shown(row, cell)
        if role == Qt.ItemDataRole.EditRole:
            return fault.text if fault else _typed(row, cell)
        if role == Qt.ItemDataRole.ToolTipRole:
            return fault.sentence if fault else _told(cell)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            said = fault.text if fault else _shown(row, cell) or "vide"
            return f"{row.title}, {year}{NBSP}: {said}"
        if role == Qt.ItemDataRole.AccessibleDescriptionRole:
            return fault.sentence if fault else (_told(cell) or "")
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        year = self.year_of(index.column()) if index.isValid() else None
        if year is not None:
            cell = self._rows[index.row()].cells.get(year)
            if cell is None or cell.count == 1:
                flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        year = self.year_of(index.column()) if index.isValid() else None
        if year is None or role != Qt.ItemDataRole.EditRole:
            return False
        row = self._rows[index.row()]
        if value == _typed(row, row.cells.get(year)) and (row.id, year) not in self._faults:
            return True
        entries: list[Entry] = []
        faults = dict(self._faults)
        self._put(row, year, str(value), entries, faults)
        self._set_faults(faults)
        if entries:
            self.entered.emit(entries)
        return True

    # -- inside ---------------------------------------------------------------------------------------------------

    def _side(self, row: GridRow, section: int, role: int) -> Any:
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return None
        if section == 0:
            if role == Qt.ItemDataRole.AccessibleTextRole:
                return f"{row.priority} {row.title}".strip()
            return row.title
        if section == 1:
            return {"check": "oui / non", "list": "texte"}.get(row.scale.kind, row.scale.unit)
        return goal_line(row.goal, row.scale, short=True).removeprefix("cible").strip(f" {NBSP}:") if row.goal else ""

    def _put(
        self, row: GridRow, year: int, text: str, entries: list[Entry], faults: dict[tuple[str, int], Fault]
    ) -> None:
        """Read one text into an entry, or into a fault."""
        key, cell = (row.id, year), row.cells.get(year)
        faults.pop(key, None)
        before = cell.reading if cell is not None else NOTHING
        if cell is not None and cell.count > 1:
            if text.strip():
                faults[key] = Fault(text, f"{_SEVERAL} Ouvrez la fiche pour choisir laquelle changer.")
            return
        try:
            reading = read(text, row.scale)
        except BadValue as error:
            faults[key] = Fault(shorten(text, 60), str(error))
            return
        if reading != before:
            entries.append(Entry(row.id, year, reading, cell.measurement if cell is not None else ""))

    def _set_faults(self, faults: dict[tuple[str, int], Fault]) -> None:
        if faults == self._faults:
            return
        self._faults = faults
        if self._rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._rows) - 1, self.columnCount() - 1))
        self.faults_changed.emit()


def _shown(row: GridRow, cell: GridCell | None) -> str:
    return _words(row, cell.reading) if cell is not None else ""


def _typed(row: GridRow, cell: GridCell | None) -> str:
    """The text an editor opens with: what `read` takes back."""
    return _shown(row, cell).replace(NBSP, " ")


def _words(row: GridRow, reading: Reading) -> str:
    return "masquée" if reading.masked else reading_words(reading, row.scale, unit=False)


def _waiting(row: GridRow, year: int, text: str) -> Fault:
    """What is said of a text typed before: why it is refused, or that it is only to be written."""
    cell = row.cells.get(year)
    if cell is not None and cell.count > 1:
        return Fault(text, f"{_SEVERAL} Ouvrez la fiche pour choisir laquelle changer.")
    try:
        read(text, row.scale)
    except BadValue as error:
        return Fault(text, str(error))
    return Fault(text, "Cette valeur n’est pas encore enregistrée. Ouvrez la case, puis validez par Entrée.")


def _told(cell: GridCell | None) -> str | None:
    if cell is None:
        return None
    several = f"{_SEVERAL} Ouvrez la fiche." if cell.count > 1 else ""
    masked = "Secret statistique\u00a0: ce n’est pas zéro." if cell.reading.masked else ""
    return "\n".join(part for part in (cell.period, several, masked, cell.comment) if part) or None
