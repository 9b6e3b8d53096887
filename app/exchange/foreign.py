"""Mode E: a table that never came from a notebook becomes the same preview as a workbook of ours.

`Surroundings` is what the notebook gives a table to be understood with; `look` proposes how to read one; `read_table`
puts what it says among the proposals of an import. Source: sync.md §4 to §8.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from app.exchange.duplicates import Duplicates
from app.exchange.foreign_cells import ForeignNames
from app.exchange.foreign_changes import ForeignChanges, Tally
from app.exchange.foreign_guess import Recognition, recognise, states_of
from app.exchange.foreign_mapping import (
    ForeignMapping,
    ForeignRefused,
    MappingMemory,
    check,
    heading_keys,
    locate,
    path_field,
    used_columns,
)
from app.exchange.foreign_match import Existing
from app.exchange.foreign_rows import ForeignRows
from app.exchange.foreign_tables import ForeignTable, column_name
from app.exchange.foreign_words import BESIDE
from app.exchange.hand_changes import File, HandChanges
from app.exchange.new_rows import NewRows
from app.exchange.preview import CellFault
from app.exchange.references import Known
from app.exchange.workbook import Workbook
from app.formatting import NBSP
from app.models import registry
from app.models.fields import Stored
from app.services import incoming
from app.services.incoming import Called
from app.services.outgoing import numbers_of


@dataclass(frozen=True, slots=True)
class ForeignReading:
    """How a table was read: its mapping, how its lines fare, how many of its cells could not be understood."""

    mapping: ForeignMapping
    tally: Tally
    faults: int
    ignored: tuple[str, ...]


class Surroundings:
    """The rows of the notebook that the cells and the lines of foreign tables may name. Read once, when needed."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._called: dict[str, list[Called]] = {}

    def called(self, entity: str) -> list[Called]:
        if entity not in self._called:
            self._called[entity] = incoming.called(self._connection, entity)
        return self._called[entity]

    @cached_property
    def names(self) -> ForeignNames:
        """What cells may name: every row of every entity that a link leads to."""
        targets = dict.fromkeys(
            one.target for declared in registry.ENTITIES.values() for one in declared.fields.values() if one.target
        )
        known = {entity: [Known(row.id, row.names, row.code) for row in self.called(entity)] for entity in targets}
        return ForeignNames(known, {entity: numbers_of(self._connection, entity) for entity in targets})

    def values(self, entity: str, row: str) -> Mapping[str, Stored]:
        """What a row holds."""
        return incoming.current_rows(self._connection, entity, [row]).get(row, ({}, {}))[0]

    def existing(self, entity: str) -> Existing:
        """The rows of an entity, to know those that lines speak of."""
        declared = registry.entity(entity)
        called = self.called(entity)
        values = incoming.current_rows(self._connection, entity, [row.id for row in called])
        return Existing(declared, called, {row: of_row for row, (of_row, _) in values.items()})


def look(
    workbook: Workbook,
    around: Surroundings,
    memory: MappingMemory | None = None,
    *,
    sheet: str = "",
    rows: tuple[int, int] | None = None,
    entity: str = "",
) -> Recognition:
    """How to read a workbook: as it was read the last time a table had these headings, else as it looks.

    Raises ForeignRefused when it holds no table.
    """
    found = recognise(workbook, around.names, sheet=sheet, rows=rows, entity=entity)
    kept = memory.recognise(heading_keys(found.table).values()) if memory is not None else None
    if kept is None or (entity and kept.entity != entity):
        return found
    if kept.entity != found.mapping.entity:
        found = recognise(
            workbook, around.names, sheet=found.table.sheet.name, rows=(found.table.first, found.table.last),
            entity=kept.entity,
        )  # fmt: skip
    return states_of(found, fitted(kept, found.table))


def fitted(mapping: ForeignMapping, table: ForeignTable) -> ForeignMapping:
    """The same mapping for a table that stands elsewhere."""
    keys = heading_keys(table)
    used = used_columns(table, mapping)
    columns = {key: used.get(column, "") for column, key in keys.items()}
    return ForeignMapping(
        table.sheet.name, table.first, table.last, mapping.entity, columns, mapping.defaults, mapping.creates,
        mapping.name,
    )  # fmt: skip


def read_table(
    workbook: Workbook, mapping: ForeignMapping, around: Surroundings, by_hand: HandChanges, file: File
) -> tuple[ForeignReading, list[CellFault], list[str]]:
    """Put what a table says among the proposals; returns how it was read, its faults, and what is to be said.

    Raises ForeignRefused when the mapping cannot be.
    """
    table = locate(workbook, mapping)
    check(mapping, table)
    rows = ForeignRows(table, mapping, around.names, date1904=workbook.date1904)
    records = rows.read()
    entities = dict.fromkeys((mapping.entity, *BESIDE.get(mapping.entity, ())))
    existing = {entity: around.existing(entity) for entity in entities}
    # What these rows are is decided by the rules of foreign tables: duplicates are only told.
    duplicates = Duplicates(
        lambda entity: {one.id: one for one in around.called(entity)}, lambda entity: {}, around.values, {},
        numbers_tell=False,
    )  # fmt: skip
    news = NewRows(file.export_id, duplicates)
    changes = ForeignChanges(by_hand, file, table.sheet.name, around.names, news, existing, mapping.creates)
    for record in records:
        changes.add(record)
    faults = list(dict.fromkeys((*rows.faults, *news.faults, *changes.faults)))
    used = used_columns(table, mapping)
    ignored = tuple(column_name(table, column) for column in table.headings if column not in used)
    errors = sum(1 for fault in faults if fault.severity != "warning")
    return ForeignReading(mapping, changes.tally, errors, ignored), faults, [*rows.infos, *_said(table, ignored)]


def told(table: ForeignTable, mapping: ForeignMapping) -> Iterable[str]:
    """How a table is read, for who cannot see it: sheet, headings, entity, columns."""
    used = used_columns(table, mapping)
    rows = f"ligne {table.first}" if table.first == table.last else f"lignes {table.first} et {table.last}"
    name = f", correspondance «{NBSP}{mapping.name}{NBSP}»" if mapping.name else ""
    yield (
        f"Feuille «{NBSP}{table.sheet.name}{NBSP}», en-têtes {rows}{NBSP}:"
        f" {registry.entity(mapping.entity).plural.lower()}{name}."
    )
    read = [
        f"{column_name(table, column)} → {path} ({path_field(mapping.entity, path)[1].label})"
        for column, path in used.items()
    ]
    yield f"Colonnes lues{NBSP}: {' ; '.join(read)}."
    for path, text in mapping.defaults.items():
        if text:
            yield f"Pour toutes les lignes qui ne le disent pas{NBSP}: {path} = {text}."


def _said(table: ForeignTable, ignored: Iterable[str]) -> list[str]:
    names = ", ".join(ignored)
    return [f"Colonnes non importées{NBSP}: {names}."] if names else []


__all__ = [
    "ForeignMapping", "ForeignReading", "ForeignRefused", "MappingMemory", "Recognition", "Surroundings", "check",
    "fitted", "look", "read_table", "told",
]  # fmt: skip
