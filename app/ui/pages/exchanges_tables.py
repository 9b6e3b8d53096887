"""What the mapping step asks: how a table that never was ours could be read, what reading it so would do.

The workbooks just read are held here until the import is over, so that a choice is answered without reading them again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app import paths
from app.exchange.workbook import Workbook
from app.ui.context import Context

if TYPE_CHECKING:
    from app.exchange.foreign import ForeignMapping, ForeignReading, Recognition
    from app.ui.jobs import Job


@dataclass(frozen=True, slots=True)
class Seen:
    """A table as it could be read, the sheets of its workbook, the rows that may be its headings."""

    recognition: Recognition
    sheets: tuple[str, ...]
    heads: tuple[tuple[int, int], ...]


class Tables:
    """The foreign tables of the import at hand."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._books: dict[Path, Workbook] = {}

    def read(self, path: Path, job: Job, *, again: bool) -> Workbook:
        """The workbook of a file, read once unless asked `again`."""
        from app.exchange.reader import read_workbook

        if again or path not in self._books:
            self._books[path] = read_workbook(path, cancelled=lambda: job.is_stopped)
        return self._books[path]

    def hold(self, kept: Mapping[Path, object]) -> None:
        """Let go of the workbooks that are not foreign tables."""
        self._books = {path: book for path, book in self._books.items() if path in kept}

    def look(self, path: Path, *, sheet: str = "", rows: tuple[int, int] | None = None, entity: str = "") -> Seen:
        """How the table could be read, within what was chosen. Raises ForeignRefused."""
        from app.exchange.foreign import MappingMemory, Surroundings, look
        from app.exchange.foreign_tables import heading_rows

        book = self._books[path]
        memory = MappingMemory(paths.config_dir())
        with self._context.store.read() as connection:
            found = look(book, Surroundings(connection), memory, sheet=sheet, rows=rows, entity=entity)
        table = found.table
        heads = dict.fromkeys([*heading_rows(table.sheet), (table.first, table.last)])
        return Seen(found, tuple(one.name for one in book.sheets if one.rows), tuple(sorted(heads)))

    def count(self, path: Path, mapping: ForeignMapping, job: Job) -> ForeignReading:
        """How the lines would fare. Raises ForeignRefused."""
        from app.exchange.plan import prepare

        plan = prepare(
            self._context.store, [path], now=self._context.clock().astimezone(), mapping={path: mapping},
            read=self._books.__getitem__, cancelled=lambda: job.is_stopped,
        )  # fmt: skip
        return plan.foreign[path]

    def entities(self) -> list[tuple[str, str]]:
        """(key, plural) of what the lines of a table may be, the likeliest first."""
        from app.exchange.foreign_words import LIKELIER
        from app.exchange.layout import exported_entities

        every = {one.key: one.plural for one in exported_entities()}
        return [(key, every.pop(key)) for key in LIKELIER if key in every] + list(every.items())

    def offers(self, entity: str) -> list[str]:
        """The names of the rows of an entity, those of the quartiers first."""
        from app.services.incoming import called
        from app.services.queries.scope import districts

        with self._context.store.read() as connection:
            names = [row.names[0] for row in called(connection, entity) if row.names]
            first = [name for _, name in districts(connection)] if entity == "territory" else []
        return list(dict.fromkeys([*first, *sorted(names, key=str.casefold)]))

    def own_district(self) -> str:
        """The name of the quartier of this notebook, "" for a whole town."""
        from app.services.queries.scope import districts

        with self._context.store.read() as connection:
            return dict(districts(connection)).get(self._context.quarter, "")

    def keep(self, mapping: ForeignMapping) -> bool:
        """Remember a mapping under its name."""
        from app.exchange.foreign import MappingMemory

        return MappingMemory(paths.config_dir()).keep(mapping)
