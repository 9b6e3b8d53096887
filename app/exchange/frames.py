"""How a workbook travels from the process that reads it to the application: small JSON objects, one after the other.

    {"sheet": {"name", "visible"}}, {"rows": [[row, [column, code, value, format, column, …]], …]}…,
    {"sheet_end": {"merged", "tables"}}, …, {"table": [sheet, name, area]} (.ods names them last)…,
    {"end": {"properties", "names", "date1904", "warnings"}}

JSON and not pickle: the reading process has parsed foreign bytes, so what it says is only data, checked again here.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from app.exchange.workbook import Area, Cell, CellKind, Properties, Sheet, Table, Workbook

#: (row, [column, code, value, format, column, code, …]); flat, because lists cost more than what they hold.
Row = tuple[int, list[Any]]
Frame = dict[str, Any]
Emit = Callable[[Frame], None]

_KINDS: dict[str, tuple[CellKind, Callable[[str], Any] | None]] = {
    "s": (CellKind.TEXT, None),
    "n": (CellKind.NUMBER, None),
    "b": (CellKind.BOOLEAN, lambda text: text == "1"),
    "d": (CellKind.DATE, date.fromisoformat),
    "t": (CellKind.DATETIME, datetime.fromisoformat),
    "h": (CellKind.TIME, None),
    "e": (CellKind.ERROR, None),
    "-": (CellKind.EMPTY, lambda text: None),
}
#: Code → kind, conversion, formula. Capitals say that the value comes from a formula.
_CODES = {code: (*kind, False) for code, kind in _KINDS.items()} | {
    code.upper(): (*kind, True) for code, kind in _KINDS.items()
}


def emit_sheet(emit: Emit, name: str, *, visible: bool) -> None:
    """A sheet begins."""
    emit({"sheet": {"name": name, "visible": visible}})


def line(frame: Frame) -> bytes:
    """One frame as a line of bytes."""
    return json.dumps(frame, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace") + b"\n"


class Assembler:
    """Puts the frames of one workbook together. What it is given may be wrong: raises ValueError or the like."""

    def __init__(self) -> None:
        self._sheets: list[Sheet] = []
        self._rows: dict[int, tuple[Cell, ...]] = {}
        self._name = ""
        self._visible = True
        self._end: Mapping[str, Any] | None = None
        #: Rows received so far, all sheets together.
        self.received = 0

    def add(self, frame: Frame) -> None:
        """Take the next frame."""
        if "rows" in frame:
            self._add_rows(frame["rows"])
        elif "sheet" in frame:
            self._name = str(frame["sheet"]["name"])
            self._visible = bool(frame["sheet"]["visible"])
            self._rows = {}
        elif "sheet_end" in frame:
            self._add_sheet(frame["sheet_end"])
        elif "table" in frame:
            self._add_table(*frame["table"])
        elif "end" in frame:
            self._end = frame["end"]

    def workbook(self, path: Path, sha256: str, kind: str) -> Workbook:
        """The whole workbook; raises ValueError when its end has not come."""
        if self._end is None:
            raise ValueError("the end is missing")
        said = self._end["properties"]
        properties = Properties(
            creator=str(said.get("creator", "")),
            created=str(said.get("created", "")),
            last_modified_by=str(said.get("last_modified_by", "")),
            modified=str(said.get("modified", "")),
            custom=MappingProxyType({str(key): str(value) for key, value in said.get("custom", {}).items()}),
        )
        return Workbook(
            path=path,
            sha256=sha256,
            kind=kind,
            sheets=tuple(self._sheets),
            properties=properties,
            defined_names=MappingProxyType({str(key): str(value) for key, value in self._end["names"].items()}),
            date1904=bool(self._end["date1904"]),
            warnings=tuple(str(warning) for warning in self._end["warnings"]),
        )

    def _add_rows(self, rows: Iterable[Row]) -> None:
        make, codes = Cell._make, _CODES
        for row, flat in rows:
            cells = []
            # The same iterator four times: four by four.
            four = iter(flat)
            for column, code, value, number_format in zip(four, four, four, four, strict=True):
                kind, convert, formula = codes[code]
                if convert:
                    value = convert(value)
                cells.append(make((row, column, kind, value, number_format, formula)))
            if row in self._rows:
                raise ValueError(row)
            self._rows[row] = tuple(cells)
            self.received += 1

    def _add_sheet(self, end: Mapping[str, Any]) -> None:
        merged = tuple(Area(*area) for area in end["merged"])
        tables = tuple(
            Table(str(name), Area(*area), tuple(str(heading) for heading in headings), int(totals))
            for name, area, headings, totals in end["tables"]
        )
        rows = dict(sorted(self._rows.items()))
        self._sheets.append(Sheet(self._name, self._visible, MappingProxyType(rows), merged, tables))
        self._rows = {}

    def _add_table(self, sheet: str, name: str, area: list[int]) -> None:
        """A table named after its sheet; its headings are the cells of its first row."""
        for rank, found in enumerate(self._sheets):
            if found.name == sheet:
                whole = Area(*area)
                cells = (found.cell(whole.top, column) for column in range(whole.left, whole.right + 1))
                headings = tuple("" if cell.value is None else str(cell.value) for cell in cells)
                self._sheets[rank] = replace(found, tables=(*found.tables, Table(str(name), whole, headings)))
