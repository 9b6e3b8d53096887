"""The .ods format: one pass over content.xml, which holds every sheet.

Read here rather than with python-calamine, which gives values alone: here a percentage stays one, numbers keep their
digits, formulas and merged cells are known. A repeated cell counts as many times as it is repeated, if it is filled.
"""

import re
from collections.abc import Callable
from datetime import datetime, time
from typing import Any
from xml.etree.ElementTree import Element, ParseError
from xml.parsers import expat

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from app.exchange.frames import Emit, Row, emit_sheet
from app.exchange.limits import Meter
from app.exchange.number_formats import GENERAL
from app.exchange.package import Package, damaged, parser_for
from app.exchange.workbook import LAST_COLUMN, LAST_ROW, Area, area_of

_ODF = "urn:oasis:names:tc:opendocument:xmlns:"
_TABLE, _TEXT, _OFFICE, _STYLE = f"{_ODF}table:1.0 ", f"{_ODF}text:1.0 ", f"{_ODF}office:1.0 ", f"{_ODF}style:1.0 "
_ERROR = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0 value-type"
_DURATION = re.compile(r"(-?)PT(\d{1,6})H(\d{1,2})M(\d{1,2})(?:[.,]\d+)?S")
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,4})?", re.ASCII)
# 'Plan d''actions'.A2:'Plan d''actions'.T40
_ADDRESS = re.compile(r"(?:\$?'((?:[^']|'')*)'|\$?([^'.]*))\.(\$?[A-Z]+\$?[0-9]+)(?::(?:.*\.)?(\$?[A-Z]+\$?[0-9]+))?")
#: The number format that tells what the type of a value tells.
_FORMATS = {"percentage": "0%", "currency": '#,##0.00 "€"', "date": "dd/mm/yyyy", "time": "[h]:mm:ss"}


def read(package: Package, meter: Meter, emit: Emit) -> None:
    """Emit the sheets of a checked package, then what it says of itself. Raises WorkbookRefused."""
    try:
        parser = _ContentParser(package.name, meter, emit)
        with package.open("content.xml") as reader:
            for piece in reader:
                parser.feed(piece)
        parser.close()
        emit({"end": {"properties": _properties(package), "names": parser.names, "date1904": False, "warnings": []}})
    except (expat.ExpatError, ParseError, DefusedXmlException, LookupError, ValueError) as error:
        raise damaged(package.name) from error


def _properties(package: Package) -> dict[str, Any]:
    found: dict[str, Any] = {"custom": {}}
    keys = {"initial-creator": "creator", "creation-date": "created", "creator": "last_modified_by", "date": "modified"}
    if "meta.xml" in package:
        root: Element = fromstring(package.read("meta.xml"), forbid_dtd=True)
        for element in root.iter():
            tag = str(element.tag).rpartition("}")[2]
            if tag in keys:
                found[keys[tag]] = element.text or ""
            elif tag == "user-defined":
                name = next((value for key, value in element.items() if key.endswith("}name")), "")
                found["custom"][name] = element.text or ""
    return found


class _ContentParser:
    """Reacts to the elements of content.xml. Cells hold paragraphs, which hold spans, spaces and line breaks."""

    def __init__(self, name: str, meter: Meter, emit: Emit) -> None:
        self._name = name
        self._meter = meter
        self._emit = emit
        self.names: dict[str, str] = {}
        self._parser = parser_for(name, namespaces=True)
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._hidden: set[str] = set()
        self._style = ""
        # The sheet, the row and the cell under way.
        self._sheets: list[tuple[str, list[Area]]] = []
        self._areas: list[tuple[str, str]] = []
        self._row = self._row_repeats = self._column = 0
        self._chunk: list[Row] = []
        self._cells: list[Any] = []
        self._cell: dict[str, str] | None = None
        self._paragraphs: list[str] = []
        self._pieces: list[str] | None = None
        self._aside = 0
        self._inner_tables = 0
        self._starts: dict[str, Callable[[dict[str, str]], None]] = {
            f"{_STYLE}style": self._begin_style,
            f"{_STYLE}table-properties": self._begin_table_properties,
            f"{_TABLE}table": self._begin_table,
            f"{_TABLE}table-row": self._begin_row,
            f"{_TABLE}table-cell": self._begin_cell,
            f"{_TABLE}covered-table-cell": self._begin_cell,
            f"{_TABLE}named-range": self._keep_name,
            f"{_TABLE}database-range": self._keep_area,
            f"{_OFFICE}annotation": self._begin_aside,
            f"{_TEXT}p": self._begin_paragraph,
            f"{_TEXT}s": self._keep_spaces,
            f"{_TEXT}tab": lambda attributes: self._keep("\t"),
            f"{_TEXT}line-break": lambda attributes: self._keep("\n"),
        }
        self._ends = {
            f"{_TABLE}table": self._end_table,
            f"{_TABLE}table-row": self._end_row,
            f"{_TABLE}table-cell": self._end_cell,
            f"{_TABLE}covered-table-cell": self._end_cell,
            f"{_OFFICE}annotation": self._end_aside,
            f"{_OFFICE}spreadsheet": self._end_all,
            f"{_TEXT}p": self._end_paragraph,
        }

    def feed(self, piece: bytes) -> None:
        self._parser.Parse(piece, False)

    def close(self) -> None:
        self._parser.Parse(b"", True)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        act = self._starts.get(name)
        if act is not None:
            act(attributes)

    def _end(self, name: str) -> None:
        act = self._ends.get(name)
        if act is not None:
            act()

    # -- sheets and rows

    def _begin_style(self, attributes: dict[str, str]) -> None:
        self._style = attributes.get(f"{_STYLE}name", "")

    def _begin_table_properties(self, attributes: dict[str, str]) -> None:
        if attributes.get(f"{_TABLE}display") == "false":
            self._hidden.add(self._style)

    def _begin_table(self, attributes: dict[str, str]) -> None:
        if self._cell is not None or self._inner_tables:  # a table inside a cell or an object is none of ours
            self._inner_tables += 1
            return
        name = attributes.get(f"{_TABLE}name", "")
        self._sheets.append((name, []))
        self._meter.begin(name)
        emit_sheet(self._emit, name, visible=attributes.get(f"{_TABLE}style-name", "") not in self._hidden)
        self._row = 0

    def _end_table(self) -> None:
        if self._inner_tables:
            self._inner_tables -= 1
            return
        self._flush()
        self._emit({"sheet_end": {"merged": self._sheets[-1][1], "tables": []}})

    def _begin_row(self, attributes: dict[str, str]) -> None:
        if self._inner_tables:
            return
        self._meter.pass_cells(1)
        self._row += 1
        self._row_repeats = _count(attributes, "number-rows-repeated", LAST_ROW)
        self._cells = []
        self._column = 0

    def _end_row(self) -> None:
        if self._inner_tables:
            return
        if self._cells:
            filled = len(self._cells) // 4
            self._meter.pass_cells(filled * (self._row_repeats - 1))
            length = sum(map(len, self._cells[2::4]))
            last = self._cells[-4]
            for row in range(self._row, self._row + self._row_repeats):
                self._meter.keep_row(row, last, filled=filled, characters=length)
                self._chunk.append((row, self._cells))
                if len(self._chunk) >= 500:
                    self._flush()
        self._row += self._row_repeats - 1

    def _flush(self) -> None:
        if self._chunk:
            self._emit({"rows": self._chunk})
            self._chunk = []

    # -- cells

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        if self._inner_tables:
            return
        self._meter.pass_cells(1)
        self._cell = attributes
        self._paragraphs = []

    def _end_cell(self) -> None:
        if self._inner_tables or self._cell is None:
            return
        attributes, self._cell = self._cell, None
        repeats = _count(attributes, "number-columns-repeated", LAST_COLUMN)
        first = self._column + 1
        self._column += repeats
        height = _count(attributes, "number-rows-spanned", LAST_ROW)
        width = _count(attributes, "number-columns-spanned", LAST_COLUMN)
        if (height > 1 or width > 1) and self._sheets:
            area = Area(self._row, first, self._row + height - 1, first + width - 1)
            self._meter.keep_merged(area)
            self._sheets[-1][1].append(area)
        found = _value(attributes, "\n".join(self._paragraphs))
        if found is None:
            return
        code, value, number_format = found
        self._meter.keep_text(len(value))
        self._meter.pass_cells(repeats - 1)
        for column in range(first, first + repeats):
            self._cells += (column, code, value, number_format)

    # -- the text of cells

    def _begin_aside(self, attributes: dict[str, str]) -> None:
        self._aside += 1

    def _end_aside(self) -> None:
        self._aside -= 1

    def _begin_paragraph(self, attributes: dict[str, str]) -> None:
        if self._cell is not None and not self._aside and not self._inner_tables:
            self._pieces = []
            self._parser.CharacterDataHandler = self._keep_data

    def _end_paragraph(self) -> None:
        if self._pieces is not None and not self._aside and not self._inner_tables:
            self._paragraphs.append("".join(self._pieces))
            self._pieces = None
            self._parser.CharacterDataHandler = None

    def _keep_data(self, data: str) -> None:
        # The format counts spaces by an element of its own: runs of them, and line ends, are only layout.
        if not self._aside and not self._inner_tables:
            self._keep(re.sub(r"[ \t\r\n]+", " ", data))

    def _keep_spaces(self, attributes: dict[str, str]) -> None:
        count = attributes.get(f"{_TEXT}c", "1")
        self._meter.keep_text(int(count))
        self._keep(" " * int(count))

    def _keep(self, text: str) -> None:
        if self._pieces is not None and not self._aside:
            self._pieces.append(text)

    # -- names

    def _keep_name(self, attributes: dict[str, str]) -> None:
        self.names[attributes.get(f"{_TABLE}name", "")] = attributes.get(f"{_TABLE}cell-range-address", "")

    def _keep_area(self, attributes: dict[str, str]) -> None:
        self._areas.append((attributes.get(f"{_TABLE}name", ""), attributes.get(f"{_TABLE}target-range-address", "")))

    def _end_all(self) -> None:
        for name, address in self._areas:
            found = _ADDRESS.fullmatch(address)
            if found and not name.startswith("__"):
                sheet = found[1].replace("''", "'") if found[1] is not None else found[2]
                self._emit({"table": [sheet, name, area_of(":".join(filter(None, found.groups()[2:])))]})


def _count(attributes: dict[str, str], key: str, most: int) -> int:
    count = int(attributes.get(f"{_TABLE}{key}", "1"))
    if not 1 <= count <= most:
        raise ValueError(key)
    return count


def _value(attributes: dict[str, str], text: str) -> tuple[str, str, str] | None:
    """Code, value and number format of a cell (see frames); None when it is empty."""
    formula = f"{_TABLE}formula" in attributes
    kind = attributes.get(f"{_OFFICE}value-type")
    number_format = _FORMATS.get(kind or "", GENERAL)
    if kind is None:
        # The format has no other way to keep the empty text that a formula gave.
        return ("S", "", GENERAL) if formula else None
    if attributes.get(_ERROR) == "error":
        code, value = "e", text[:200] or "#N/A"
    elif kind in ("float", "percentage", "currency"):
        digits = attributes.get(f"{_OFFICE}value", "").strip()
        code, value = ("n", digits) if _NUMBER.fullmatch(digits) else ("e", digits[:200])
    elif kind == "boolean":
        code, value = "b", "1" if attributes.get(f"{_OFFICE}boolean-value") == "true" else "0"
    elif kind == "date":
        code, value = _moment(attributes.get(f"{_OFFICE}date-value", ""))
    elif kind == "time":
        found = _DURATION.fullmatch(attributes.get(f"{_OFFICE}time-value", ""))
        code, value = ("h", _hours(*found.groups())) if found else ("e", text[:200])
    else:
        code, value = "s", text or attributes.get(f"{_OFFICE}string-value", "")
        if not formula and not value.strip():
            return None
    return code.upper() if formula else code, value, number_format


def _moment(text: str) -> tuple[str, str]:
    try:
        found = datetime.fromisoformat(text[:19])
    except ValueError:
        return "e", text[:200]
    return ("t", found.isoformat()) if found.time() != time() else ("d", found.date().isoformat())


def _hours(sign: str, hours: str, minutes: str, seconds: str) -> str:
    return f"{sign}{int(hours):02d}:{int(minutes):02d}" + (f":{int(seconds):02d}" if int(seconds) else "")
