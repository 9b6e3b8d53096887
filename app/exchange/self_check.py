"""The workbook just written, read back: every cell must say what it was given.

Our own file needs no guard, so python-calamine reads it, ten times as fast as openpyxl; the cells on which it differs
are read again by openpyxl, which unfolds `_x0041_` as Excel does.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from app.exchange.book import Book, SheetContent
from app.exchange.layout import FIRST_ROW, KEYS_ROW, SYNC
from app.exchange.rendering import Written


@dataclass(frozen=True, slots=True)
class Difference:
    """A cell that does not come back: the place of its sheet in the book, its row and column below the headings."""

    sheet: int
    row: int
    column: int
    is_text: bool


class SelfCheckFailed(Exception):
    """The file does not say what it was given: a fault of ours. The message names cells, never what they hold."""


def differences(path: Path, book: Book, *, tick: Callable[[float], None] = lambda share: None) -> list[Difference]:
    """The cells of `path` that differ from `book`, and that openpyxl does not read well either.

    Raises SelfCheckFailed when the sheets themselves, their keys or the hidden sheet are not there as written.
    """
    with path.open("rb") as file:
        workbook = CalamineWorkbook.from_filelike(file)
        if read_pairs(workbook) != list(book.hidden):
            raise SelfCheckFailed("the hidden sheet does not come back")
        found: list[Difference] = []
        for number, content in enumerate(book.sheets):
            tick(number / len(book.sheets))
            rows = workbook.get_sheet_by_name(content.layout.name).to_python(skip_empty_area=False)
            found += _differing(number, content, rows)
    return _confirmed(path, book, found) if found else []


def read_pairs(workbook: CalamineWorkbook) -> list[tuple[str, str]]:
    """The lines of the hidden sheet."""
    rows = workbook.get_sheet_by_name(SYNC).to_python(skip_empty_area=False)
    return [(str(row[0]), str(row[1])) for row in rows]


def _differing(number: int, content: SheetContent, rows: Sequence[Sequence[Any]]) -> Iterator[Difference]:
    layout = content.layout
    if list(rows[KEYS_ROW][: len(layout.columns)]) != [column.key for column in layout.columns]:
        raise SelfCheckFailed(f"the keys of {layout.name} do not come back")
    data = rows[FIRST_ROW : FIRST_ROW + content.rows]
    if len(data) < content.rows:
        raise SelfCheckFailed(f"rows of {layout.name} are missing")
    turned = zip(*data, strict=True) if data else [()] * len(layout.columns)
    for place, (read, written) in enumerate(zip(turned, content.columns, strict=False)):
        # Most columns compare in one go; the cells are looked at one by one only where they differ.
        expected = tuple(["" if value is None else value for value in written])
        if read == expected:
            continue
        for row, (one, other) in enumerate(zip(read, expected, strict=True)):
            if one != other:
                yield Difference(number, row, place, isinstance(other, str))


def _confirmed(path: Path, book: Book, found: Sequence[Difference]) -> list[Difference]:
    """Those that openpyxl reads differently too."""
    kept: list[Difference] = []
    with path.open("rb") as file:
        workbook = load_workbook(file, read_only=True)
        for number, content in enumerate(book.sheets):
            by_row: dict[int, list[Difference]] = {}
            for one in found:
                if one.sheet == number:
                    by_row.setdefault(one.row, []).append(one)
            if not by_row:
                continue
            last = FIRST_ROW + max(by_row) + 1
            sheet = workbook[content.layout.name]
            for row, cells in enumerate(sheet.iter_rows(FIRST_ROW + 1, last, values_only=True)):
                for one in by_row.get(row, ()):
                    if not _same(cells[one.column], content.columns[one.column][row]):
                        kept.append(one)
        workbook.close()
    return kept


def _same(read: Any, written: Written) -> bool:
    if isinstance(read, datetime) and isinstance(written, date):
        return read.date() == written and read.time() == datetime.min.time()
    return bool(read == written)
