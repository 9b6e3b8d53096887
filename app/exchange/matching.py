"""Which sheet is which entity, which column is which field, which rows are data; whatever was moved or renamed.

A sheet is known by its Table, else by its technical keys, else by the Réf. of its rows, else by its headings. A column
is known by its technical key; a heading of another column pasted over it wins, and is said.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from app.exchange.layout import (
    CONFLICTS,
    DELETED,
    ID,
    INFO_PREFIX,
    LISTS,
    README,
    SYNC,
    Column,
    Profile,
    columns_of,
)
from app.exchange.preview import CellFault
from app.exchange.references import name_key
from app.exchange.tokens import Token, TokenFault, read_token
from app.exchange.workbook import Cell, CellKind, Sheet, Workbook, column_letters
from app.formatting import NBSP
from app.models import registry
from app.models.declare import EntityType
from app.models.fields import Field

_KEY = re.compile(r"#([a-z][a-z0-9_]*)\.([a-z][a-z0-9_.]*)")
_TABLE = re.compile(r"T_([a-z][a-z0-9_]*?)(?:_(\d+))?")
#: Rows among which keys and headings are looked for: a sort may have moved them down.
_FIRST_ROWS = 50
_ASIDE = {README, LISTS, CONFLICTS, SYNC}


@dataclass(frozen=True, slots=True)
class DataSheet:
    """A sheet understood: columns from 1; `rows` are the numbers of its rows of data, in order."""

    sheet: Sheet
    entity: str
    reference: int | None
    delete: int | None
    fields: Mapping[int, Field]
    rows: tuple[int, ...]

    @property
    def name(self) -> str:
        return self.sheet.name


@dataclass(frozen=True, slots=True)
class Matched:
    """The data sheets of a workbook, and what is to be said of the others."""

    sheets: tuple[DataSheet, ...]
    faults: tuple[CellFault, ...]
    infos: tuple[str, ...]


def match(workbook: Workbook) -> Matched:
    """The sheets of `workbook` that speak of entities known here."""
    sheets: list[DataSheet] = []
    faults: list[CellFault] = []
    infos: list[str] = []
    for sheet in workbook.sheets:
        if sheet.name in _ASIDE or not sheet.rows:
            continue
        entity = _entity(sheet)
        if entity is None:
            infos.append(f"Feuille «{NBSP}{sheet.name}{NBSP}»{NBSP}: elle ne vient pas d’un carnet, elle est ignorée.")
            continue
        found, of_sheet, said = _understood(sheet, entity)
        sheets.append(found)
        faults += of_sheet
        infos += said
    return Matched(tuple(sheets), tuple(faults), tuple(infos))


# -- the entity ---------------------------------------------------------------------------------------------------


def _entity(sheet: Sheet) -> str | None:
    for table in sheet.tables:
        named = _TABLE.fullmatch(table.name)
        if named and named[1] in registry.ENTITIES:
            return named[1]
    keys = Counter(entity for _, _, entity, _ in _keys(sheet))
    for entity, _ in keys.most_common():
        if entity in registry.ENTITIES:
            return entity
    tokens = Counter(token.entity for _, _, token in _tokens(sheet, rows=200))
    if tokens:
        return tokens.most_common(1)[0][0]
    return _entity_by_headings(sheet)


def _entity_by_headings(sheet: Sheet) -> str | None:
    """The entity most of whose headings are found on one row; at least three of them and half of the row."""
    best, most = None, 2
    for row in list(sheet.rows)[:_FIRST_ROWS]:
        words = {name_key(str(cell.value)) for cell in sheet.rows[row] if cell.kind is CellKind.TEXT}
        for entity in registry.ENTITIES:
            count = len(words & _headings(entity).keys())
            if count > most and 2 * count >= len(words) and name_key(columns_of_entity(entity)[0].heading) in words:
                best, most = entity, count
    return best


def _keys(sheet: Sheet) -> Iterator[tuple[int, int, str, str]]:
    """(row, column, entity, key) of every technical key among the first rows."""
    for row in list(sheet.rows)[:_FIRST_ROWS]:
        for cell in sheet.rows[row]:
            if cell.kind is CellKind.TEXT and str(cell.value).startswith("#"):
                named = _KEY.fullmatch(str(cell.value).strip())
                if named:
                    yield row, cell.column, named[1], named[2]


def _tokens(sheet: Sheet, *, rows: int) -> Iterator[tuple[int, int, Token]]:
    for row in list(sheet.rows)[:rows]:
        for cell in sheet.rows[row]:
            if cell.kind is CellKind.TEXT and "." in str(cell.value):
                token = read_token(str(cell.value))
                if isinstance(token, Token):
                    yield row, cell.column, token


# -- columns ------------------------------------------------------------------------------------------------------


def columns_of_entity(entity: str) -> tuple[Column, ...]:
    """Every column an entity may have in a workbook."""
    return _columns(registry.entity(entity))


def _headings(entity: str) -> Mapping[str, str]:
    """Folded heading → key of the column."""
    return _by_heading(registry.entity(entity))


@lru_cache
def _columns(declared: EntityType) -> tuple[Column, ...]:
    return columns_of(declared, Profile.TEAM)


@lru_cache
def _by_heading(declared: EntityType) -> Mapping[str, str]:
    return {name_key(column.heading): column.key.partition(".")[2] for column in _columns(declared)}


def _understood(sheet: Sheet, entity: str) -> tuple[DataSheet, list[CellFault], list[str]]:
    keyed = [(row, column, key) for row, column, owner, key in _keys(sheet) if owner == entity]
    key_row = Counter(row for row, _, _ in keyed).most_common(1)[0][0] if keyed else None
    by_key = {column: key for row, column, key in keyed if row == key_row}
    heading_row, by_heading = _heading_row(sheet, entity, key_row)
    faults: list[CellFault] = []
    infos: list[str] = []
    chosen: dict[int, str] = {}
    for column in sorted(by_key.keys() | by_heading.keys()):
        heading, key = by_heading.get(column), by_key.get(column)
        known = heading if heading in _known_keys(entity) else None
        if known and key and known != key:
            faults.append(
                CellFault(
                    sheet.name, f"{column_letters(column)}{heading_row}", _label(entity, known), _label(entity, key),
                    f"L’en-tête «{NBSP}{_label(entity, known)}{NBSP}» est posé sur la colonne"
                    f" «{NBSP}{_label(entity, key)}{NBSP}»{NBSP}: c’est l’en-tête qui est suivi.", "warning",
                )
            )  # fmt: skip
        meant = known or key
        if meant in _known_keys(entity):
            chosen[column] = str(meant)
    if key_row is None and heading_row is None:
        found = next(((column, row) for row, column, _ in _tokens(sheet, rows=200)), None)
        if found:
            chosen[found[0]] = ID
    infos += _ignored(sheet, entity, heading_row, chosen)
    twice = [key for key, count in Counter(chosen.values()).items() if count > 1]
    for key in twice:
        columns = [column for column, one in chosen.items() if one == key]
        faults.append(
            CellFault(
                sheet.name, f"{column_letters(columns[-1])}{heading_row or key_row or 1}", _label(entity, key),
                "une seule colonne de ce nom",
                f"Deux colonnes s’appellent «{NBSP}{_label(entity, key)}{NBSP}»{NBSP}: rien n’y est lu.",
            )
        )  # fmt: skip
        for column in columns:
            del chosen[column]
    fields = {
        column: registry.entity(entity).fields[key] for column, key in chosen.items() if key in _field_keys(entity)
    }
    places = {key: column for column, key in chosen.items()}
    reference = places.get(ID)
    rows = _data_rows(sheet, key_row, heading_row, reference)
    return DataSheet(sheet, entity, reference, places.get(DELETED), fields, rows), faults, infos


def _heading_row(sheet: Sheet, entity: str, key_row: int | None) -> tuple[int | None, dict[int, str]]:
    """The row of headings, and the key that each of its cells means ("" for an unknown one)."""
    best: tuple[int, int | None, dict[int, str]] = (0, None, {})
    for row in list(sheet.rows)[:_FIRST_ROWS]:
        if row == key_row:
            continue
        words = {
            cell.column: _headings(entity).get(name_key(str(cell.value)), "")
            for cell in sheet.rows[row]
            if cell.kind is CellKind.TEXT
        }
        count = sum(1 for key in words.values() if key)
        if count > best[0]:
            best = (count, row, words)
    count, found, words = best
    if count >= 3 or (count and found is not None and found == (key_row or 0) + 1):
        return found, words
    # Every heading was renamed: the row that follows the keys is still theirs.
    if key_row is not None and key_row + 1 in sheet.rows and not _has_token(sheet.rows[key_row + 1]):
        return key_row + 1, {}
    return None, {}


def _ignored(sheet: Sheet, entity: str, heading_row: int | None, chosen: Mapping[int, str]) -> list[str]:
    if heading_row is None:
        return []
    names = [
        f"«{NBSP}{str(cell.value)[:40]}{NBSP}»"
        for cell in sheet.rows[heading_row]
        if cell.column not in chosen and cell.kind is CellKind.TEXT and str(cell.value).strip()
    ]
    if not names:
        return []
    word = "une colonne inconnue est ignorée" if len(names) == 1 else "des colonnes inconnues sont ignorées"
    return [f"Feuille «{NBSP}{sheet.name}{NBSP}»{NBSP}: {word} ({', '.join(names)})."]


def _data_rows(sheet: Sheet, key_row: int | None, heading_row: int | None, reference: int | None) -> tuple[int, ...]:
    """Rows below the headings, or that bear a Réf. wherever they stand; the totals of a Table left out."""
    first = max(key_row or 0, heading_row or 0)
    totals = {
        row for table in sheet.tables for row in range(table.area.bottom - table.totals + 1, table.area.bottom + 1)
    }
    found = []
    for row in sheet.rows:
        if row in (key_row, heading_row):
            continue
        if (row > first and row not in totals) or (reference is not None and _has_token(sheet.rows[row], reference)):
            found.append(row)
    return tuple(sorted(found))


def _has_token(cells: Sequence[Cell], reference: int | None = None) -> bool:
    return any(
        cell.kind is CellKind.TEXT
        and (reference is None or cell.column == reference)
        and read_token(str(cell.value)) is not TokenFault.ABSENT
        for cell in cells
    )


def _known_keys(entity: str) -> frozenset[str]:
    return frozenset(column.key.partition(".")[2] for column in columns_of_entity(entity))


def _field_keys(entity: str) -> frozenset[str]:
    return frozenset(key for key in _known_keys(entity) if key not in (ID, DELETED) and not key.startswith(INFO_PREFIX))


def _label(entity: str, key: str) -> str:
    return next((column.heading for column in columns_of_entity(entity) if column.key.partition(".")[2] == key), key)


__all__ = ["DataSheet", "Matched", "columns_of_entity", "match"]
