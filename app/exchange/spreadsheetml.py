"""The .xlsx format: one pass over each sheet, cell by cell, from the zip.

Read here rather than with openpyxl for three reasons, each measured (see the tests): numbers keep the digits of the
file, a formula and its kept result come together, and a lone cell at XFD1048576 costs nothing; 20,000 rows of 30
columns take a fifth of the time. Small parts (names, styles) are parsed whole by defusedxml.
"""

import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any
from xml.etree.ElementTree import Element, ParseError
from xml.parsers import expat

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from app.exchange.errors import quoted
from app.exchange.frames import Emit, Row, emit_sheet
from app.exchange.limits import Meter
from app.exchange.number_formats import BUILT_IN, GENERAL, Shape, moment, shape_of
from app.exchange.package import Package, damaged, parser_for
from app.exchange.workbook import LAST_COLUMN, LAST_ROW, Area, area_of, column_number

_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,4})?", re.ASCII)


@dataclass(slots=True)
class _Place:
    """One sheet as workbook.xml names it."""

    name: str
    visible: bool
    part: str


@dataclass(slots=True)
class _Book:
    places: list[_Place] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    date1904: bool = False
    strings: list[str] = field(default_factory=list)
    #: Style of a cell, as the file numbers it → number format, and what it makes of a number.
    styles: dict[str, tuple[str, Shape]] = field(default_factory=lambda: {"0": (GENERAL, Shape.PLAIN)})


def read(package: Package, meter: Meter, emit: Emit) -> None:
    """Emit the sheets of a checked package, then what it says of itself. Raises WorkbookRefused."""
    try:
        book = _book(package, meter)
        for place in book.places:
            _read_sheet(package, book, place, meter, emit)
        emit(
            {
                "end": {
                    "properties": _properties(package),
                    "names": book.names,
                    "date1904": book.date1904,
                    "warnings": _warnings(package),
                }
            }
        )
    except (expat.ExpatError, ParseError, DefusedXmlException, LookupError, ValueError) as error:
        raise damaged(package.name) from error


# -- the parts around the sheets -----------------------------------------------------------------------------------


def _book(package: Package, meter: Meter) -> _Book:
    main = next((target for kind, target in _relations(package, "").values() if kind == "officeDocument"), None)
    if main is None:
        raise damaged(package.name)
    relations = _relations(package, main)
    book = _Book()
    for element in _parse(package, main).iter():
        tag = _local(element.tag)
        if tag == "workbookPr":
            book.date1904 = element.get("date1904", "0") in ("1", "true")
        elif tag == "sheet":
            relation = next((value for key, value in element.items() if _local(key) == "id"), "")
            kind, target = relations[relation]
            if kind == "worksheet":  # sheets that are one chart have no cell
                book.places.append(
                    _Place(_text(element.get("name", "")), element.get("state", "") in ("", "visible"), target)
                )
        elif tag == "definedName" and element.get("name"):
            book.names[_text(element.get("name", ""))] = element.text or ""
    by_kind = dict(relations.values())
    if "styles" in by_kind and by_kind["styles"] in package:
        book.styles = _styles(_parse(package, by_kind["styles"]))
    if "sharedStrings" in by_kind and by_kind["sharedStrings"] in package:
        book.strings = _SharedStrings(package, meter).read(by_kind["sharedStrings"])
    return book


def _relations(package: Package, part: str) -> dict[str, tuple[str, str]]:
    """The parts that `part` leads to: id → (kind, path in the zip); those outside the file are left out."""
    folder, name = posixpath.split(part)
    path = posixpath.join(folder, "_rels", f"{name}.rels")
    if path not in package:
        return {}
    found = {}
    for element in _parse(package, path):
        if element.get("TargetMode") != "External":
            target = element.get("Target", "")
            whole = target if target.startswith("/") else posixpath.join("/", folder, target)
            kind = element.get("Type", "").rpartition("/")[2]
            found[element.get("Id", "")] = (kind, posixpath.normpath(whole).lstrip("/"))
    return found


def _styles(styles: Element) -> dict[str, tuple[str, Shape]]:
    own: dict[str, str] = {}
    cells: list[str] = []
    for element in styles:
        tag = _local(element.tag)
        if tag == "numFmts":
            own = {one.get("numFmtId", ""): one.get("formatCode", GENERAL) for one in element}
        elif tag == "cellXfs":
            cells = [one.get("numFmtId", "0") for one in element]
    codes = [own.get(number) or BUILT_IN.get(number, GENERAL) for number in cells] or [GENERAL]
    shapes = {code: shape_of(code) for code in set(codes)}
    return {str(rank): (code, shapes[code]) for rank, code in enumerate(codes)}


def _tables(package: Package, part: str, wanted: list[str], meter: Meter) -> list[Any]:
    relations = _relations(package, part)
    found = []
    for relation in wanted:
        table = _parse(package, relations[relation][1])
        meter.pass_cells(1)
        headings = [_text(one.get("name") or "") for one in table.iter() if _local(one.tag) == "tableColumn"]
        area = _area(table.get("ref", ""), package.name)
        totals = int(table.get("totalsRowCount", "0") == "1")
        found.append([_text(table.get("displayName") or table.get("name") or ""), area, headings, totals])
    return found


def _properties(package: Package) -> dict[str, Any]:
    found: dict[str, Any] = {"custom": {}}
    keys = {"creator": "creator", "created": "created", "lastModifiedBy": "last_modified_by", "modified": "modified"}
    if "docProps/core.xml" in package:
        for element in _parse(package, "docProps/core.xml"):
            if key := keys.get(_local(element.tag)):
                found[key] = element.text or ""
    if "docProps/custom.xml" in package:
        for element in _parse(package, "docProps/custom.xml"):
            found["custom"][element.get("name", "")] = "".join(element.itertext())
    return found


def _warnings(package: Package) -> list[str]:
    warnings = []
    if any(part.startswith("xl/externallinks/") for part in package.names()):
        warnings.append(
            f"{quoted(package.name)} est lié à d’autres classeurs : leurs valeurs ont été prises telles qu’elles"
            " étaient au dernier enregistrement."
        )
    if "xl/connections.xml" in package:
        warnings.append(f"{quoted(package.name)} a des connexions à des données extérieures : elles ont été ignorées.")
    return warnings


def _parse(package: Package, part: str) -> Element:
    root: Element = fromstring(package.read(part), forbid_dtd=True)
    return root


def _local(name: object) -> str:
    """The name without its namespace: transitional and strict files differ by that alone."""
    return str(name).rpartition("}")[2]


def _text(text: str) -> str:
    """A text of the format: `_x000D_` stands for a character that XML cannot carry."""
    if "_x" in text:
        text = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
        # Half characters left by an escape cannot be written anywhere.
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def _area(reference: str, name: str) -> Area:
    try:
        return area_of(reference)
    except ValueError:
        raise damaged(name) from None


class _SharedStrings:
    """The texts that cells name by their rank; the parts of rich texts are joined, readings of ideograms left out."""

    def __init__(self, package: Package, meter: Meter) -> None:
        self._package = package
        self._meter = meter
        self._found: list[str] = []
        self._pieces: list[str] = []
        self._kept = 0

    def read(self, part: str) -> list[str]:
        self._parser = parser_for(self._package.name)
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        with self._package.open(part) as reader:
            for piece in reader:
                self._parser.Parse(piece, False)
        self._parser.Parse(b"", True)
        return self._found

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(":")[2]
        if tag == "t" and not self._reading:
            self._parser.CharacterDataHandler = self._pieces.append
        elif tag == "rPh":
            self._reading = True

    def _end(self, name: str) -> None:
        tag = name.rpartition(":")[2]
        if tag == "t":
            self._parser.CharacterDataHandler = None
        elif tag == "rPh":
            self._reading = False
        elif tag == "si":
            text = _text("".join(self._pieces))
            self._pieces.clear()
            self._meter.keep_text(len(text))
            self._kept += len(text)
            if self._kept > self._meter.limits.characters:
                raise self._meter.too_much_text()
            self._found.append(text)

    _reading = False


# -- one sheet ----------------------------------------------------------------------------------------------------


def _read_sheet(package: Package, book: _Book, place: _Place, meter: Meter, emit: Emit) -> None:
    meter.begin(place.name)
    emit_sheet(emit, place.name, visible=place.visible)
    parser = _SheetParser(package.name, book, meter, emit)
    with package.open(place.part) as reader:
        parser.read(reader)
    tables = _tables(package, place.part, parser.tables, meter)
    emit({"sheet_end": {"merged": parser.merged, "tables": tables}})


class _SheetParser:
    """Reacts to the elements of one sheet; everything else in it (drawings, rules, widths) passes unseen."""

    def __init__(self, name: str, book: _Book, meter: Meter, emit: Emit) -> None:
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

    def read(self, pieces: Iterator[bytes] | Any) -> None:
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
        area = _area(attributes.get("ref", ""), self._name)
        self._meter.pass_cells(1)
        self._meter.keep_merged(area)
        self.merged.append(area)

    def _keep_table(self, attributes: dict[str, str]) -> None:
        self.tables.append(next((value for key, value in attributes.items() if key.rpartition(":")[2] == "id"), ""))


def _shared(book: _Book, text: str, shape: Shape) -> tuple[str, str]:
    rank = int(text)
    if rank < 0:
        raise IndexError(rank)
    return "s", book.strings[rank]


def _number(book: _Book, text: str, shape: Shape) -> tuple[str, str]:
    digits = text.strip()
    if not _NUMBER.fullmatch(digits):
        return ("e", digits[:200]) if digits else ("s", "")
    if shape is not Shape.PLAIN:
        return moment(digits, shape, date1904=book.date1904) or ("n", digits)
    return "n", digits


def _written(book: _Book, text: str, shape: Shape) -> tuple[str, str]:
    return "s", _text(text)


def _iso(book: _Book, text: str, shape: Shape) -> tuple[str, str]:
    try:
        found = datetime.fromisoformat(text.strip().rstrip("Z")).replace(microsecond=0, tzinfo=None)
    except ValueError:
        return "e", text[:200]
    return ("t", found.isoformat()) if found.time() != time() else ("d", found.date().isoformat())


#: The `t` of a cell → its kind and value, see frames.
_CONVERT: dict[str, Callable[[_Book, str, Shape], tuple[str, str]]] = {
    "s": _shared,
    "n": _number,
    "str": _written,
    "inlineStr": _written,
    "b": lambda book, text, shape: ("b", "1" if text.strip() in ("1", "true") else "0"),
    "e": lambda book, text, style: ("e", text.strip()[:200] or "#N/A"),
    "d": _iso,
}
