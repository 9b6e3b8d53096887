"""One sheet of an .xlsx, cell by cell, while its XML passes: nothing of it is kept but rows ready to leave."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any

from app.exchange.frames import Emit, Row
from app.exchange.limits import Meter
from app.exchange.number_formats import GENERAL, Shape, moment
from app.exchange.package import damaged, parser_for
from app.exchange.workbook import LAST_COLUMN, LAST_ROW, Area, area_of, column_number

_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,4})?", re.ASCII)


@dataclass(slots=True)
class Place:
    """One sheet as workbook.xml names it."""

    name: str
    visible: bool
    part: str


@dataclass(slots=True)
class Book:
    places: list[Place] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    date1904: bool = False
    strings: list[str] = field(default_factory=list)
    #: Style of a cell, as the file numbers it → number format, and what it makes of a number.
    styles: dict[str, tuple[str, Shape]] = field(default_factory=lambda: {"0": (GENERAL, Shape.PLAIN)})


class SheetParser:
    """Reacts to the elements of one sheet; everything else in it (drawings, rules, widths) passes unseen."""

    def __init__(self, name: str, book: Book, meter: Meter, emit: Emit) -> None:
        self._name = name
        self._book = book
        self._meter = meter
        self._emit = emit
        self._chunk: list[Row] = []
        self._seen: set[int] = set()
        self.merged: list[Area] = []
        self.tables: list[str] = []
        # The row and the cell under way.
        self._row = 0
        self._cells: list[Any] = []
        self._column = self._characters = self._met = 0
        self._row_name = "0"
        self._kind = self._style = ""
        self._formula = self._valued = self._spelling = False
        self._pieces: list[str] = []

    def read(self, pieces: Iterable[bytes]) -> None:
        """Parse the whole sheet; its last rows leave with the end."""
        self._parser = parser_for(self._name)
        self._parser.StartElementHandler = self._first
        for piece in pieces:
            self._parser.Parse(piece, False)
        self._parser.Parse(b"", True)
        self._flush()

    def _first(self, name: str, attributes: dict[str, str]) -> None:
        """The root tells how this file writes the names of the format: `row` or `x:row`."""
        prefix, colon, _ = name.rpartition(":")
        before = prefix + colon
        self._cell_tag, self._value_tag = f"{before}c", f"{before}v"
        starts = {
            "row": self._begin_row,
            "t": self._begin_text,
            "f": self._begin_formula,
            "rPh": self._begin_spelling,
            "mergeCell": self._keep_merged,
            "tablePart": self._keep_table,
        }
        ends = {"t": self._end_value, "row": self._end_row, "rPh": self._end_spelling}
        self._starts = {before + tag: act for tag, act in starts.items()}
        self._ends = {before + tag: act for tag, act in ends.items()}
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end

    # Cells and values first: they are nearly all there is.

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == self._cell_tag:
            self._begin_cell(attributes)
        elif name == self._value_tag:
            self._valued = True
            self._parser.CharacterDataHandler = self._pieces.append
        elif name in self._starts:
            self._starts[name](attributes)

    def _end(self, name: str) -> None:
        if name == self._value_tag:
            self._parser.CharacterDataHandler = None
        elif name == self._cell_tag:
            if self._valued or self._formula:
                self._end_cell()
        elif name in self._ends:
            self._ends[name]()

    def _begin_row(self, attributes: dict[str, str]) -> None:
        self._meter.pass_cells(1)
        number = attributes.get("r")
        self._row = self._row + 1 if number is None else int(number) if number.isdecimal() else 0
        if not 1 <= self._row <= LAST_ROW or self._row in self._seen:
            raise damaged(self._name)
        self._row_name = str(self._row)
        self._cells = []
        self._column = self._characters = self._met = 0

    def _end_row(self) -> None:
        cells = self._cells
        self._meter.pass_cells(self._met)
        if cells:
            self._seen.add(self._row)
            self._meter.keep_row(self._row, cells[-4], filled=len(cells) // 4, characters=self._characters)
            self._chunk.append((self._row, cells))
            if len(self._chunk) >= 500:
                self._flush()

    def _flush(self) -> None:
        if self._chunk:
            self._emit({"rows": self._chunk})
            self._chunk = []

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        reference = attributes.get("r")
        column = self._column + 1
        if reference is not None:
            # What is left is no column when the number is not that of the row.
            column = column_number(reference.removesuffix(self._row_name))
        if not self._column < column <= LAST_COLUMN:  # cells come in order, each once
            raise damaged(self._name)
        self._column = column
        self._met += 1
        self._kind = attributes.get("t", "n")
        self._style = attributes.get("s", "0")
        self._formula = self._valued = False
        self._pieces.clear()

    def _begin_text(self, attributes: dict[str, str]) -> None:
        if self._kind == "inlineStr" and not self._spelling:
            self._valued = True
            self._parser.CharacterDataHandler = self._pieces.append

    def _end_value(self) -> None:
        self._parser.CharacterDataHandler = None

    def _begin_formula(self, attributes: dict[str, str]) -> None:
        self._formula = True

    def _begin_spelling(self, attributes: dict[str, str]) -> None:
        self._spelling = True

    def _end_spelling(self) -> None:
        self._spelling = False

    def _end_cell(self) -> None:
        text = "".join(self._pieces)
        number_format, shape = self._book.styles[self._style]
        code, value = _CONVERT[self._kind](self._book, text, shape) if self._valued else ("-", "")
        if code == "s":
            self._meter.keep_text(len(value))
            if not self._formula and not value.strip():
                return
        self._characters += len(value)
        self._cells += (self._column, code.upper() if self._formula else code, value, number_format)

    def _keep_merged(self, attributes: dict[str, str]) -> None:
        area = area_in(attributes.get("ref", ""), self._name)
        self._meter.pass_cells(1)
        self._meter.keep_merged(area)
        self.merged.append(area)

    def _keep_table(self, attributes: dict[str, str]) -> None:
        self.tables.append(next((value for key, value in attributes.items() if key.rpartition(":")[2] == "id"), ""))


def _shared(book: Book, text: str, shape: Shape) -> tuple[str, str]:
    rank = int(text)
    if rank < 0:
        raise IndexError(rank)
    return "s", book.strings[rank]


def _number(book: Book, text: str, shape: Shape) -> tuple[str, str]:
    digits = text.strip()
    if not _NUMBER.fullmatch(digits):
        return ("e", digits[:200]) if digits else ("s", "")
    if shape is not Shape.PLAIN:
        return moment(digits, shape, date1904=book.date1904) or ("n", digits)
    return "n", digits


def _written(book: Book, text: str, shape: Shape) -> tuple[str, str]:
    return "s", text_of(text)


def _iso(book: Book, text: str, shape: Shape) -> tuple[str, str]:
    try:
        found = datetime.fromisoformat(text.strip().rstrip("Z")).replace(microsecond=0, tzinfo=None)
    except ValueError:
        return "e", text[:200]
    return ("t", found.isoformat()) if found.time() != time() else ("d", found.date().isoformat())


#: The `t` of a cell → its kind and value, see frames.
_CONVERT: dict[str, Callable[[Book, str, Shape], tuple[str, str]]] = {
    "s": _shared,
    "n": _number,
    "str": _written,
    "inlineStr": _written,
    "b": lambda book, text, shape: ("b", "1" if text.strip() in ("1", "true") else "0"),
    "e": lambda book, text, style: ("e", text.strip()[:200] or "#N/A"),
    "d": _iso,
}


def text_of(text: str) -> str:
    """A text of the format: `_x000D_` stands for a character that XML cannot carry."""
    if "_x" in text:
        text = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
        # Half characters left by an escape cannot be written anywhere.
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def area_in(reference: str, name: str) -> Area:
    try:
        return area_of(reference)
    except ValueError:
        raise damaged(name) from None
