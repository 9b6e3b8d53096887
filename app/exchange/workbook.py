"""What a workbook holds, once read: plain values that know nothing of the trade.

Cells are sparse: what is empty and has no formula is not there. Rows and columns count from 1, as people see them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from functools import cached_property, lru_cache
from pathlib import Path
from typing import NamedTuple

#: The sheets of the spreadsheets of today end at XFD1048576.
LAST_ROW = 1_048_576
LAST_COLUMN = 16_384


class CellKind(Enum):
    """What a cell holds, with the Python value of each."""

    EMPTY = "empty"  # None
    TEXT = "text"  # str, as displayed
    NUMBER = "number"  # str, the digits as the file writes them: `0.30000000000000004`, `7.87532E+13`
    BOOLEAN = "boolean"  # bool
    DATE = "date"  # date
    DATETIME = "datetime"  # datetime, to the second
    TIME = "time"  # str, `14:30` or `36:30:05`
    ERROR = "error"  # str, `#REF!`


class Cell(NamedTuple):
    """One cell. `formula` says that the value is the result last computed; EMPTY then means that none was kept.

    A tuple rather than a dataclass: a workbook has 600,000 of them, made four times faster.
    """

    row: int
    column: int
    kind: CellKind
    value: str | bool | date | datetime | None
    number_format: str = "General"
    formula: bool = False

    @property
    def address(self) -> str:
        """`D14`."""
        return f"{column_letters(self.column)}{self.row}"


class Area(NamedTuple):
    """A rectangle of cells, corners included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class Table:
    """An Excel Table (a database range in .ods): its name, its place, its headings; `totals` rows close it."""

    name: str
    area: Area
    headings: tuple[str, ...] = ()
    totals: int = 0


@dataclass(frozen=True)
class Sheet:
    """One sheet. `rows` maps the number of a row to its cells in column order; rows without cells are absent."""

    name: str
    visible: bool
    rows: Mapping[int, tuple[Cell, ...]]
    merged: tuple[Area, ...] = ()
    tables: tuple[Table, ...] = ()

    def cell(self, row: int, column: int) -> Cell:
        """The cell at this place, an EMPTY one when nothing is there."""
        for cell in self.rows.get(row, ()):
            if cell.column == column:
                return cell
        return Cell(row, column, CellKind.EMPTY, None)

    def is_covered(self, row: int, column: int) -> bool:
        """True under a merged range, its first cell apart: what is there is unknown, not empty."""
        return any(
            area.left <= column <= area.right and (row, column) != (area.top, area.left)
            for area in self._merged_by_row.get(row, ())
        )

    @cached_property
    def _merged_by_row(self) -> dict[int, list[Area]]:
        found: dict[int, list[Area]] = {}
        last = max(self.rows, default=0)
        for area in self.merged:
            for row in range(area.top, min(area.bottom, last) + 1):
                found.setdefault(row, []).append(area)
        return found


@dataclass(frozen=True, slots=True)
class Properties:
    """What the file says of itself; dates as it writes them (ISO, UTC), empty when it says nothing."""

    creator: str = ""
    created: str = ""
    last_modified_by: str = ""
    modified: str = ""
    custom: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Workbook:
    """A workbook read from `path`, whose bytes have this `sha256`. `kind` is xlsx, ods or csv.

    `warnings` are French sentences on what was left aside (links to other workbooks, data connections).
    """

    path: Path
    sha256: str
    kind: str
    sheets: tuple[Sheet, ...]
    properties: Properties = Properties()
    defined_names: Mapping[str, str] = field(default_factory=dict)
    date1904: bool = False
    warnings: tuple[str, ...] = ()


@lru_cache(maxsize=LAST_COLUMN)
def column_letters(column: int) -> str:
    """`A` for 1, `XFD` for 16,384."""
    letters = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


@lru_cache(maxsize=LAST_COLUMN)
def column_number(letters: str) -> int:
    """1 for `A`; raises ValueError when it is not a column of a spreadsheet."""
    number = 0
    for letter in letters:
        if not "A" <= letter <= "Z":
            raise ValueError(f"{letters!r} is no column")
        number = number * 26 + ord(letter) - 64
        if number > LAST_COLUMN:
            raise ValueError(f"{letters!r} is no column")
    if not number:
        raise ValueError(f"{letters!r} is no column")
    return number


def area_of(reference: str) -> Area:
    """The rectangle that `A1:C4`, `$A$1:$C$4` or `B2` names; raises ValueError when it names none."""
    first, _, last = reference.replace("$", "").partition(":")
    top, left = _place(first)
    bottom, right = _place(last or first)
    return Area(min(top, bottom), min(left, right), max(top, bottom), max(left, right))


def _place(address: str) -> tuple[int, int]:
    letters = address.rstrip("0123456789")
    digits = address[len(letters) :]
    if not digits or len(digits) > 7 or not 1 <= int(digits) <= LAST_ROW:
        raise ValueError(f"{address!r} is no cell")
    return int(digits), column_number(letters)
