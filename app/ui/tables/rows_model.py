"""Models that list rows lazily: ids in order, rows fetched by windows when the view asks for them.

20,000 rows cost a list of ids; what the eye sees costs one query. A model never queries by itself: it is given
`fetch(ids)`, and a fault in it is told once through `failed` instead of at each repaint.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QMimeData, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from app.ui.tables.columns import EMPTY, Cell, Column, Look

CELL_ROLE = Qt.ItemDataRole.UserRole + 1
STRIPE_ROLE = Qt.ItemDataRole.UserRole + 2
ID_ROLE = Qt.ItemDataRole.UserRole + 3
GROUP_ROLE = Qt.ItemDataRole.UserRole + 4

#: Rows fetched at once: more than a tall screen shows, few enough to be read in a millisecond.
WINDOW = 200
#: Rows fetched for the first paint after a reset: what a screen shows. One types faster than one scrolls.
FIRST = 50
#: Rows kept; past it the oldest go.
KEPT = 6_000
#: Places looked for one by one before a table of all of them is worth making.
FEW_LOOKS = 4
MIME = "application/x-carnet-lignes"

Fetch = Callable[[Sequence[str]], Mapping[str, Any]]
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class Group:
    """A group of rows: its name, chip and count, its own cells in the columns they add up, its rows and sub-groups."""

    key: str
    label: str
    chip: str = ""
    tone: str = "neutral"
    count: str = ""
    cells: Mapping[str, Cell] = field(default_factory=dict)
    ids: Sequence[str] = ()
    children: Sequence["Group"] = ()
    level: int = 0


class RowsModel(QAbstractTableModel):
    """A flat list of rows. `columns` are fixed; `stripe(row)` gives the priority of the stripe at the far left."""

    edited = Signal(str, str, object)
    ticked = Signal()
    dropped = Signal(list, str)
    failed = Signal(object)

    def __init__(
        self,
        columns: Sequence[Column],
        fetch: Fetch,
        *,
        stripe: Callable[[Any], str] | None = None,
        movable: bool = False,
        parent: QObject | None = None,
    ) -> None:
        """`fetch(ids)` returns id → row; a missing id is shown empty. `movable` rows can be dragged.

        Signals: `edited(id, column key, value)` when a cell was changed by hand (the page writes, the commit
        refreshes); `ticked()`; `dropped(ids, id or group key of the line they were dropped on)`; `failed(exception)`.
        """
        super().__init__(parent)
        self.columns = tuple(columns)
        self._fetch = fetch
        self._stripe = stripe
        self._movable = movable
        self._lines: list[Any] = []
        self._rows: dict[str, Any] = {}
        self._places: dict[str, int] | None = None
        self._ids: list[str] | None = None
        self._looks = 0
        self._ticked: set[str] = set()
        self._told = False
        #: Why the value just given by hand was not taken; "" when it was.
        self.refusal = ""
        # Flags are asked for at each cell and combining them is slow: combined once.
        self._group_flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren
        if movable:
            self._group_flags |= Qt.ItemFlag.ItemIsDropEnabled
        row_flags = self._group_flags | Qt.ItemFlag.ItemIsDragEnabled if movable else self._group_flags
        editable = row_flags | Qt.ItemFlag.ItemIsEditable
        self._row_flags = tuple(editable if column.editor is not None else row_flags for column in self.columns)
        self._blank = (EMPTY,) * len(self.columns)
        #: The column that carries the name of a group.
        self.name_column = next((n for n, column in enumerate(self.columns) if column.look is not Look.CHECK), 0)

    # -- what pages call ------------------------------------------------------------------------------------------

    def show_ids(self, ids: Sequence[str]) -> None:
        """List these rows, in this order. Rows already read are read again."""
        self.beginResetModel()
        self._lines = list(ids)
        self._forget()
        self.endResetModel()

    def refresh(self, ids: Sequence[str] | None = None) -> None:
        """Read these rows again (all of them by default), without moving anything."""
        if ids is None:
            self._rows.clear()
            if self._lines:
                self.dataChanged.emit(self.index(0, 0), self.index(len(self._lines) - 1, len(self.columns) - 1))
            return
        for id in ids:
            if self._rows.pop(id, None) is not None:
                line = self.line_of(id)
                if line >= 0:
                    self.dataChanged.emit(self.index(line, 0), self.index(line, len(self.columns) - 1))

    def ids(self) -> list[str]:
        """Every row listed, in order, folded ones left out."""
        if self._ids is None:
            self._ids = [line for line in self._lines if isinstance(line, str)]
        return list(self._ids)

    def id_at(self, line: int) -> str:
        """The id of a line; "" for a group or no line."""
        found = self._lines[line] if 0 <= line < len(self._lines) else ""
        return found if isinstance(found, str) else ""

    def line_of(self, id: str) -> int:
        """The line of a row; -1 when it is not listed."""
        if self._places is None:
            # A few looks along the list cost less than the table of every place.
            self._looks += 1
            if self._looks <= FEW_LOOKS:
                return self._lines.index(id) if id in self._lines else -1
            self._places = {line: place for place, line in enumerate(self._lines) if isinstance(line, str)}
        return self._places.get(id, -1)

    def row(self, id: str) -> Any:
        """The row of an id; None when it is gone."""
        found = self._rows.get(id)
        if found is None and id not in self._rows:
            line = self.line_of(id)
            self._read_window(max(0, line))
            found = self._rows.get(id)
        return found

    def cells(self, line: int) -> Sequence[Cell]:
        """The cells of a line, one a column; empty ones for a row that is gone or could not be read."""
        try:
            return self._cells(line)
        except Exception as fault:
            self._tell(fault)
            return self._blank

    def stripe_of(self, line: int) -> str:
        """The priority of the stripe of a line, "" for none."""
        row = self._rows.get(self.id_at(line))
        return self._stripe(row) if self._stripe is not None and row is not None else ""

    def group_at(self, line: int) -> Group | None:
        """The group of a line; None for a row."""
        return None

    def column_of(self, key: str) -> int:
        return next(place for place, column in enumerate(self.columns) if column.key == key)

    def ticked_ids(self) -> list[str]:
        """The rows ticked, in the order of the list."""
        if not self._ticked:
            return []
        return [id for id in self.ids() if id in self._ticked] if self._ticked else []

    def tick(self, ids: Sequence[str], on: bool = True) -> None:
        """Tick or untick rows."""
        self._ticked = self._ticked | set(ids) if on else self._ticked - set(ids)
        if self._lines:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._lines) - 1, 0))
        self.ticked.emit()

    def refuse(self, sentence: str) -> None:
        """Said by whoever hears `edited` and could not write: the editor of the cell keeps what was typed."""
        self.refusal = sentence

    # -- Qt ---------------------------------------------------------------------------------------------------

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._lines)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        column = self.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return column.title or "Cocher"
        if role == Qt.ItemDataRole.ToolTipRole:
            return column.help or None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return column.alignment
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        try:
            return self._data(index.row(), index.column(), role)
        except Exception as fault:
            self._tell(fault)
            return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.ItemIsDropEnabled if self._movable else Qt.ItemFlag.NoItemFlags
        if self.id_at(index.row()):
            return self._row_flags[index.column()]
        return self._group_flags

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        id = self.id_at(index.row())
        if not id:
            return False
        column = self.columns[index.column()]
        if role == Qt.ItemDataRole.CheckStateRole and column.look is Look.CHECK:
            self.tick([id], Qt.CheckState(value) == Qt.CheckState.Checked)
            return True
        if role == Qt.ItemDataRole.EditRole and column.editor is not None:
            self.refusal = ""
            if value != column.raw(self.row(id)):
                self.edited.emit(id, column.key, value)
            return not self.refusal
        return False

    def mimeTypes(self) -> list[str]:
        return [MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        ids = dict.fromkeys(self.id_at(index.row()) for index in indexes)
        data = QMimeData()
        data.setData(MIME, "\n".join(id for id in ids if id).encode())
        return data

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction

    def dropMimeData(self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index) -> bool:
        if not self._movable or not data.hasFormat(MIME):
            return False
        line = parent.row() if parent.isValid() else row
        if not 0 <= line < len(self._lines):
            return False
        target = self._lines[line]
        self.dropped.emit(
            bytes(data.data(MIME)).decode().split("\n"), target if isinstance(target, str) else target.key
        )
        # The page writes and the commit moves the rows: the view must not remove them itself.
        return False

    # -- inside ---------------------------------------------------------------------------------------------------

    def _tell(self, fault: Exception) -> None:
        # A fault while painting would come back at each repaint: say it once, keep the window alive.
        if not self._told:
            self._told = True
            self.failed.emit(fault)

    def _cells(self, line: int) -> Sequence[Cell]:
        id = self._lines[line]
        row = self._row_at(line)
        if row is None:
            return self._blank
        ticked = id in self._ticked
        return [
            Cell(look=Look.CHECK, value=ticked) if column.look is Look.CHECK else column.make(row)
            for column in self.columns
        ]

    def _data(self, line: int, section: int, role: int) -> Any:
        id = self._lines[line]
        column = self.columns[section]
        if role == ID_ROLE:
            return id
        row = self._row_at(line)
        if row is None:
            return EMPTY if role == CELL_ROLE else None
        if role == CELL_ROLE:
            return Cell(look=Look.CHECK, value=id in self._ticked) if column.look is Look.CHECK else column.make(row)
        if role == STRIPE_ROLE:
            return self.stripe_of(line)
        if role == Qt.ItemDataRole.CheckStateRole:
            if column.look is not Look.CHECK:
                return None
            return Qt.CheckState.Checked if id in self._ticked else Qt.CheckState.Unchecked
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return _said(column.make(row))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            said = _said(column.make(row))
            return f"{column.title}\u00a0: {said}" if said and column.title else said
        if role == Qt.ItemDataRole.EditRole:
            return column.raw(row)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return column.alignment
        return None

    def _row_at(self, line: int) -> Any:
        """The row of a line. Painting goes by lines: it never needs the place of every id."""
        id = self._lines[line]
        if id not in self._rows:
            self._read_window(line)
        return self._rows.get(id)

    def _read_window(self, line: int) -> None:
        """Read the rows around `line`: most of them below, where one scrolls."""
        size = WINDOW if self._rows else FIRST
        first = max(0, line - size // 4)
        wanted = [id for id in self._lines[first : first + size] if isinstance(id, str) and id not in self._rows]
        if len(self._rows) > KEPT:
            self._rows.clear()
        found = self._fetch(wanted)
        for id in wanted:
            # A row that is gone is kept as None, so that it is not asked for again at each repaint.
            self._rows[id] = found.get(id)

    def _moved(self) -> None:
        """Lines changed their places: what was known of places is forgotten."""
        self._places = self._ids = None
        self._looks = 0

    def _forget(self) -> None:
        self._rows.clear()
        self._moved()
        self._told = False
        # Only ticks on rows still listed hold.
        if self._ticked:
            self._ticked &= {line for line in self._lines if isinstance(line, str)}


class GroupedRowsModel(RowsModel):
    """Rows under groups that fold, at any depth; one flat list, so that it stays as fast as the plain one."""

    folded = Signal(str, bool)

    def __init__(self, columns: Sequence[Column], fetch: Fetch, **options: Any) -> None:
        super().__init__(columns, fetch, **options)
        self._groups: tuple[Group, ...] = ()
        self._closed: set[str] = set()
        self._stripes: dict[str, str] = {}

    def show_groups(self, groups: Sequence[Group]) -> None:
        """List these groups with their rows; what was folded stays folded."""
        self.beginResetModel()
        self._groups = tuple(_levelled(group, 0) for group in groups)
        self._stripes = {}
        for group in self._groups:
            self._keep_stripes(group, group.tone)
        self._lines = [line for group in self._groups for line in self._lines_of(group)]
        self._forget()
        self.endResetModel()

    def show_ids(self, ids: Sequence[str]) -> None:
        """List these rows without any group."""
        self._groups, self._stripes = (), {}
        super().show_ids(ids)

    def stripe_of(self, line: int) -> str:
        found = self._lines[line]
        tone = self._stripes.get(found if isinstance(found, str) else found.key, "")
        if tone not in ("", "neutral"):
            return tone
        # Where the group has no colour (groups by state, no groups), a row keeps its own.
        return super().stripe_of(line) if isinstance(found, str) else ""

    def group_at(self, line: int) -> Group | None:
        found = self._lines[line] if 0 <= line < len(self._lines) else None
        return found if isinstance(found, Group) else None

    def is_open(self, key: str) -> bool:
        return key not in self._closed

    def closed_keys(self) -> frozenset[str]:
        """The groups folded, to be kept with the view."""
        return frozenset(self._closed)

    def fold(self, line: int, closed: bool) -> None:
        """Fold or unfold the group of a line; nothing for a row."""
        group = self.group_at(line)
        if group is None or (group.key in self._closed) == closed:
            return
        if closed:
            inside = len(self._lines_of(group)) - 1
            self._closed.add(group.key)
            if inside:
                self.beginRemoveRows(QModelIndex(), line + 1, line + inside)
                del self._lines[line + 1 : line + 1 + inside]
                self._moved()
                self.endRemoveRows()
        else:
            self._closed.discard(group.key)
            lines = self._lines_of(group)[1:]
            if lines:
                self.beginInsertRows(QModelIndex(), line + 1, line + len(lines))
                self._lines[line + 1 : line + 1] = lines
                self._moved()
                self.endInsertRows()
        self.dataChanged.emit(self.index(line, 0), self.index(line, len(self.columns) - 1))
        self.folded.emit(group.key, closed)

    def fold_all(self, closed: bool, *, level: int = 0) -> None:
        """Fold or unfold every group from `level` down."""
        self.beginResetModel()
        keys = {group.key for group in self._every_group(self._groups) if group.level >= level}
        self._closed = self._closed | keys if closed else self._closed - keys
        self._lines = [line for group in self._groups for line in self._lines_of(group)]
        self._moved()
        self.endResetModel()

    def _cells(self, line: int) -> Sequence[Cell]:
        group = self._lines[line]
        if isinstance(group, str):
            return super()._cells(line)
        return [group.cells.get(column.key, EMPTY) for column in self.columns]

    def _data(self, line: int, section: int, role: int) -> Any:
        group = self._lines[line]
        if isinstance(group, str):
            return super()._data(line, section, role)
        column = self.columns[section]
        if role == GROUP_ROLE:
            return group
        if role == STRIPE_ROLE:
            return self.stripe_of(line)
        cell = group.cells.get(column.key, EMPTY)
        if role == CELL_ROLE:
            return cell
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            if section == self.name_column:
                state = "déplié" if self.is_open(group.key) else "replié"
                named = " ".join(part for part in (group.chip, group.label) if part)
                if role == Qt.ItemDataRole.DisplayRole:
                    return named
                return ", ".join(part for part in (named, group.count, state) if part)
            return cell.text
        return None

    def _lines_of(self, group: Group) -> list[Any]:
        lines: list[Any] = [group]
        if group.key not in self._closed:
            for child in group.children:
                lines += self._lines_of(child)
            lines += group.ids
        return lines

    def _keep_stripes(self, group: Group, tone: str) -> None:
        tone = group.tone if group.tone != "neutral" else tone
        self._stripes[group.key] = tone
        if self._stripe is None:
            for id in group.ids:
                self._stripes[id] = tone
        for child in group.children:
            self._keep_stripes(child, tone)

    def _every_group(self, groups: Sequence[Group]) -> list[Group]:
        return [found for group in groups for found in (group, *self._every_group(group.children))]


def _levelled(group: Group, level: int) -> Group:
    children = tuple(_levelled(child, level + 1) for child in group.children)
    return Group(
        group.key, group.label, group.chip, group.tone, group.count, group.cells, tuple(group.ids), children, level
    )


def _said(cell: Cell) -> str:
    return f"{cell.code} {cell.text}".strip()
