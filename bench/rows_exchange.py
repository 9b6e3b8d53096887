"""The team workbook, out and back: writing it against XlsxWriter alone, its preview against openpyxl alone."""

import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from app.formatting import format_number
from app.notebook.store import Store
from bench.session import MOMENT, Session
from bench.timing import Timed, alternate
from bench.verdict import Measured

#: What leaves: the 20,000 actions with all their fields, and their history.
ENTITIES = ("action",)
ROUNDS = 3


@dataclass(frozen=True, slots=True)
class _Cells:
    """What one export writes: its sheets, column after column, and the pairs of its hidden sheet."""

    sheets: tuple[tuple[str, tuple[tuple[Any, ...], ...]], ...]
    hidden: tuple[tuple[str, str], ...]

    @property
    def count(self) -> int:
        columns = [cells for _, of_sheet in self.sheets for cells in of_sheet]
        return sum(len(cells) - cells.count(None) for cells in columns) + 2 * len(self.hidden)


# -- leaving ------------------------------------------------------------------------------------------------------


def export_row(session: Session) -> Measured:
    """The whole gesture: reading the notebook, writing, reading back, putting in place, remembering."""
    store = session.opened(session.actions, "export")
    cells = _cells_of(store, session.folder / "noté.xlsx")
    floor = _plain(cells, session.folder / "plancher.xlsx")
    pair = alternate(floor, export(store, session.folder / "export.xlsx"), rounds=ROUNDS)
    return Measured(
        "export", pair.floor_ms, pair.ours_ms, spread=pair.spread, note=f"{format_number(cells.count)} cellules"
    )


def export(store: Store, target: Path) -> Timed:
    from app.exchange.export import export_workbook
    from app.exchange.layout import Profile

    def run() -> float:
        target.unlink(missing_ok=True)
        begun = time.perf_counter()
        export_workbook(store, target, profile=Profile.TEAM, now=MOMENT, entities=ENTITIES)
        return (time.perf_counter() - begun) * 1000

    return run


def _cells_of(store: Store, target: Path) -> _Cells:
    """What the export writes, noted while it is made once."""
    from app.exchange import export as module

    noted: list[Any] = []
    written = module.write_book

    def note(book: Any, *arguments: Any, **options: Any) -> None:
        noted.append(book)
        written(book, *arguments, **options)

    module.write_book = note
    try:
        export(store, target)()
    finally:
        module.write_book = written
    book = noted[-1]
    sheets = ((one.layout.name, tuple(tuple(column) for column in one.columns)) for one in book.sheets)
    return _Cells(tuple(sheets), tuple(book.hidden))


def _plain(cells: _Cells, target: Path) -> Timed:
    """The same values in the same places, by XlsxWriter as its manual shows it: no table, no rule, no look."""
    from xlsxwriter import Workbook

    def run() -> float:
        target.unlink(missing_ok=True)
        begun = time.perf_counter()
        workbook = Workbook(str(target))
        day = workbook.add_format({"num_format": "dd/mm/yyyy"})
        for name, columns in cells.sheets:
            sheet = workbook.add_worksheet(name)
            for place, column in enumerate(columns):
                for row, value in enumerate(column):
                    if isinstance(value, str):
                        sheet.write_string(row, place, value)
                    elif isinstance(value, float):
                        sheet.write_number(row, place, value)
                    elif isinstance(value, date):
                        sheet.write_datetime(row, place, value, day)
        sheet = workbook.add_worksheet("_sync")
        for row, pair in enumerate(cells.hidden):
            for place, text in enumerate(pair):
                sheet.write_string(row, place, text)
        workbook.close()
        return (time.perf_counter() - begun) * 1000

    return run


# -- coming back --------------------------------------------------------------------------------------------------


def import_row(session: Session) -> Measured:
    """The preview of a workbook that comes back as it left: read apart, its history checked, every cell compared."""
    store = session.opened(session.actions, "import")
    source = session.folder / "retour.xlsx"
    export(store, source)()
    pair = alternate(_openpyxl(source), preview(store, source), rounds=ROUNDS)
    return Measured("import", pair.floor_ms, pair.ours_ms, spread=pair.spread)


def preview(store: Store, source: Path) -> Timed:
    from app.exchange.plan import prepare

    def run() -> float:
        begun = time.perf_counter()
        plan = prepare(store, [source], now=MOMENT)
        taken = (time.perf_counter() - begun) * 1000
        if plan.changes or plan.errors:
            raise RuntimeError(f"{len(plan.changes)} changes and {len(plan.errors)} faults in what nobody touched")
        return taken

    return run


def _openpyxl(source: Path) -> Timed:
    from openpyxl import load_workbook

    def run() -> float:
        begun = time.perf_counter()
        workbook = load_workbook(source, read_only=True)
        for sheet in workbook.worksheets:
            for _ in sheet.iter_rows(values_only=True):
                pass
        workbook.close()
        return (time.perf_counter() - begun) * 1000

    return run
