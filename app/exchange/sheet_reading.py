"""What a sheet said once it was read: cells that changed, rows marked, added or lost, and what is asked about them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from app.exchange.bases import Base
from app.exchange.cell_values import Base as CellBase
from app.exchange.cell_values import Scope
from app.exchange.matching import DataSheet
from app.exchange.payload import BaseRow
from app.exchange.preview import CellFault
from app.exchange.questions import Question
from app.exchange.workbook import Cell, column_letters
from app.models.fields import Field, Kind
from app.notebook.merge import LINK_PREFIX


@dataclass(frozen=True, slots=True)
class Edit:
    """One cell that says something else than when it left. Many links are sorted ids, in `before` as in `value`."""

    entity: str
    row: str
    field: Field
    base: Base
    base_row: BaseRow
    before: CellBase
    value: CellBase
    sheet: str
    cell: str
    ticked: bool = True
    note: str = ""
    erased: bool = False


@dataclass(frozen=True, slots=True)
class Deletion:
    """A row marked « supprimer »."""

    entity: str
    row: str
    base: Base
    base_row: BaseRow
    sheet: str
    cell: str


@dataclass(frozen=True, slots=True)
class Unnumbered:
    """A row without a Réf. that can be believed: a new one, as far as one can tell.

    `key` names the question asked about it when its Réf. is damaged, `candidates` (ids) the rows it may be, `suggested`
    the one it most certainly is.
    """

    entity: str
    number: int
    note: str = ""
    ticked: bool = True
    key: str = ""
    candidates: tuple[str, ...] = ()
    suggested: str = ""


@dataclass(frozen=True, slots=True)
class Unbased:
    """A row known by its Réf. that nobody remembers having exported (mode D)."""

    entity: str
    row: str
    number: int


@dataclass(frozen=True, slots=True)
class Back:
    """A cell that an earlier state of the workbook had changed, and that says again what it said when it left."""

    entity: str
    row: str
    field: Field
    value: CellBase
    sheet: str
    cell: str


@dataclass
class SheetReading:
    """Everything one sheet says.

    `present` are the rows whose Réf. is in it, `compared` those whose cells were compared with what was exported, with
    the number of their line.
    """

    sheet: DataSheet
    scope: Scope
    edits: list[Edit] = field(default_factory=list)
    deletions: list[Deletion] = field(default_factory=list)
    unnumbered: list[Unnumbered] = field(default_factory=list)
    unbased: list[Unbased] = field(default_factory=list)
    faults: list[CellFault] = field(default_factory=list)
    infos: list[str] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    present: set[str] = field(default_factory=set)
    compared: dict[str, int] = field(default_factory=dict)

    def untouched(self, written: Mapping[str, frozenset[str]], bases: Mapping[str, Base], code: str) -> Iterator[Back]:
        """The cells that say what was exported among the fields `written` (by row) by an earlier state of the file."""
        base = bases.get(code)
        rows = written.keys() & self.compared.keys()
        if base is None or not rows:
            return
        table: Mapping[str, BaseRow] = base.tables.get(self.sheet.entity, {})
        told = {(edit.row, edit.field.key) for edit in self.edits}
        faults = {fault.cell for fault in self.faults}
        for row in sorted(rows & set(table), key=self.compared.__getitem__):
            for column, one in self.sheet.fields.items():
                cell = self.sheet.sheet.cell(self.compared[row], column)
                locked = table[row].cells.get(one.key)
                if one.key not in written[row] or (row, one.key) in told or cell.address in faults:
                    continue
                if self.sheet.sheet.is_covered(cell.row, column) or (locked is not None and locked.locked):
                    continue
                value = value_of_base(table[row], one.key, many=one.kind is Kind.LINKS)
                yield Back(self.sheet.entity, row, one, value, self.sheet.name, cell.address)


def value_of_base(base_row: BaseRow, key: str, *, many: bool = False) -> CellBase:
    """What a cell was worth: a stored value, or the ids of many links in order (empty tuple for none)."""
    if many:
        prefix = f"{LINK_PREFIX}{key}:"
        return tuple(
            sorted(
                name.removeprefix(prefix)
                for name, cell in base_row.cells.items()
                if name.startswith(prefix) and cell.value
            )
        )
    cell = base_row.cells.get(key)
    return cell.value if cell is not None else None


def cell_at(sheet: DataSheet, number: int, column: int | None) -> Cell:
    """A cell of a line; that of the first column when the one asked for is not there."""
    return sheet.sheet.cell(number, column or 1)


def row_fault(
    sheet: DataSheet,
    number: int,
    column: int | None,
    value: str,
    expected: str,
    message: str,
    *,
    severity: str = "error",
) -> CellFault:
    """What is wrong with a cell of a line."""
    return CellFault(sheet.name, f"{column_letters(column or 1)}{number}", value[:200], expected, message, severity)


__all__ = ["Back", "Deletion", "Edit", "SheetReading", "Unbased", "Unnumbered", "cell_at", "row_fault", "value_of_base"]
