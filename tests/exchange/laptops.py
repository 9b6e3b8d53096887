"""Laptops that exchange workbooks, in six lines:

    a, b = laptop(tmp_path, "a"), laptop(tmp_path, "b")
    row = a.add(title="Repair café")
    book = a.export()
    edit(book, "action", row, title="Café des bricoleurs")
    plan = b.preview(book)
    b.take(plan)

Workbooks are written by the real export, changed by openpyxl as a person would, and read in this process.
"""

import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from app.exchange.apply import apply_plan
from app.exchange.export import export_workbook
from app.exchange.layout import Profile
from app.exchange.plan import prepare
from app.exchange.preview import Applied, Decisions, ImportPlan, Kind, usual
from app.exchange.reader import read_here
from app.exchange.tokens import Token, read_token
from app.models.registry import ENTITIES
from app.notebook.store import Store
from app.services import notebooks
from app.services.conflicts import Conflict, conflicts
from tests.factories import WallClock, notebook, values

TEAM, PARTNER = Profile.TEAM, Profile.PARTNER


@dataclass
class Laptop:
    """One notebook on one laptop."""

    store: Store
    clock: WallClock
    folder: Path
    exports: int = 0

    def add(self, entity: str = "action", **given: Any) -> str:
        with self.store.write(f"Ajouter ({entity})") as write:
            return write.create(entity, **given)

    def set(self, row: str, entity: str = "action", **given: Any) -> None:
        with self.store.write(f"Modifier ({entity})") as write:
            write.set(entity, row, **given)

    def delete(self, row: str, entity: str = "action") -> None:
        with self.store.write(f"Supprimer ({entity})") as write:
            write.delete(entity, row)

    def of(self, row: str, entity: str = "action") -> dict[str, Any]:
        return values(self.store, entity, row)

    def export(self, profile: Profile = PARTNER, **options: Any) -> Path:
        self.exports += 1
        path = self.folder / f"{self.store.path.stem}-{self.exports}.xlsx"
        export_workbook(self.store, path, profile=profile, now=self.clock(), **options)
        return path

    def preview(self, *paths: Path, answers: Mapping[str, str] | None = None) -> ImportPlan:
        return prepare(self.store, list(paths), now=self.clock(), read=read_here, answers=answers)

    def take(self, plan: ImportPlan, decisions: Decisions | None = None) -> Applied:
        return apply_plan(self.store, plan, usual(plan) if decisions is None else decisions, read=read_here)

    def take_all(self, plan: ImportPlan) -> Applied:
        return self.take(plan, usual(plan, everything=True))

    def receive(self, *others: "Laptop") -> None:
        """Take in the team workbooks of the others."""
        for other in others:
            self.take(self.preview(other.export(TEAM)), Decisions())

    @property
    def fingerprint(self) -> str:
        with self.store.read() as connection:
            return notebooks.fingerprint(connection)

    @property
    def conflicts(self) -> list[Conflict]:
        with self.store.read() as connection:
            return conflicts(connection)

    @property
    def state(self) -> dict[str, list[Any]]:
        """Every business table, whole."""
        db = self.store.writer()
        return {
            key: db.execute(f'SELECT * FROM "{one.table.name}" ORDER BY id').fetchall() for key, one in ENTITIES.items()
        }


@contextmanager
def laptop(folder: Path, name: str, author: str = "") -> Iterator[Laptop]:
    clock = WallClock()
    with notebook(folder / f"{name}.carnet", author=author or f"Poste {name.upper()}", clock=clock) as store:
        yield Laptop(store, clock, folder)


def kinds(plan: ImportPlan) -> dict[str, int]:
    """What a preview counts, zeros left out."""
    for fault in plan.errors:
        print(fault)
    return {kind: count for kind, count in plan.counts().items() if count}


def change(plan: ImportPlan, kind: Kind) -> Any:
    """The only change of a kind."""
    (found,) = [one for one in plan.changes if one.kind is kind]
    return found


# -- by hand in a workbook ----------------------------------------------------------------------------------------


def saved_later(book: Path, year: int) -> Path:
    """The workbook as if saved that year: in its bytes, since openpyxl writes the time of its own saving."""
    with zipfile.ZipFile(book) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    core = parts["docProps/core.xml"]
    parts["docProps/core.xml"] = re.sub(rb"(<dcterms:modified[^>]*>)\d{4}", rb"\g<1>%d" % year, core)
    assert parts["docProps/core.xml"] != core
    with zipfile.ZipFile(book, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return book


@contextmanager
def opened(path: Path, *, save_as: Path | None = None) -> Iterator[Any]:
    """A workbook in openpyxl's hands, saved at the end."""
    book = load_workbook(path)
    yield book
    book.save(save_as or path)


def sheet_of(book: Any, entity: str) -> Worksheet:
    return next(sheet for sheet in book.worksheets if f"#{entity}.id" in [cell.value for cell in sheet[1]])


def column_of(sheet: Worksheet, key: str) -> int:
    return next(cell.column for cell in sheet[1] if str(cell.value).endswith(f".{key}"))


def row_of(sheet: Worksheet, row: str) -> int:
    for (cell,) in sheet.iter_rows(min_row=3, max_col=1):
        token = read_token(str(cell.value or ""))
        if isinstance(token, Token) and token.row == row:
            return int(cell.row)
    raise KeyError(row)


def edit(path: Path, entity: str, row: str, **texts: Any) -> Path:
    """Type in cells of one row, by the keys of their columns (`deleted` for « Supprimer ? »)."""
    with opened(path) as book:
        sheet = sheet_of(book, entity)
        for key, text in texts.items():
            sheet.cell(row_of(sheet, row), column_of(sheet, key)).value = text
    return path


def append(path: Path, entity: str, **texts: Any) -> Path:
    """Type a row below the others, without Réf."""
    with opened(path) as book:
        sheet = sheet_of(book, entity)
        number = sheet.max_row + 1
        for key, text in texts.items():
            sheet.cell(number, column_of(sheet, key)).value = text
    return path


def rework(path: Path, change: Callable[[Any], None], *, save_as: Path | None = None) -> Path:
    """Do what one wants with a workbook."""
    with opened(path, save_as=save_as) as book:
        change(book)
    return save_as or path
