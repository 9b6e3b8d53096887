"""How a row is called, and the row that a name means: ids, codes, titles and labels.

A *reference* is what a person or a script writes to name a row: its id, its code, its title, or the label shown in
lists; accents and case aside, provided that one row answers.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Connection, func, or_, select, true

from app.errors import AmbiguousRecord, UnknownRecord
from app.formatting import NBSP, fold, shorten
from app.models import registry
from app.models.declare import EntityType
from app.models.fields import Kind, Value, load
from app.notebook.log import chunks, erased_among

#: What an erased person is called, everywhere.
ERASED_PERSON = "Personne effacée"
#: What is left of a file that was joined to one.
ERASED_FILE = "Pièce jointe effacée"


def resolve(connection: Connection, entity: str, reference: str, *, deleted: bool = False) -> str:
    """The id of the only row that `reference` names: an id, a code, a title or a label.

    Names are looked for among the live rows, or among those of the bin with `deleted`; an id is taken wherever it is.
    Raises UnknownRecord, or AmbiguousRecord with the rows found.
    """
    declared = registry.entity(entity)
    table = declared.table
    if _is_id(reference):
        row = str(UUID(reference))
        if connection.execute(select(table.c.id).where(table.c.id == row)).first() is None:
            raise unknown(declared, reference)
        return row
    for found in _rows_called(connection, declared, reference, table.c.deleted == int(deleted)):
        if len(found) == 1:
            return found[0]
        if found:
            names = labels(connection, entity, found)
            several = ", ".join(f"{names[row]} ({row})" for row in found[:5])
            raise AmbiguousRecord(
                f"«{NBSP}{reference}{NBSP}» désigne {len(found)} lignes ({declared.plural.lower()}).",
                advice=f"Donnez l’identifiant{NBSP}: {several}.",
            )
    raise unknown(declared, reference, deleted=deleted)


def labels(connection: Connection, entity: str, rows: Iterable[str], *, whole: bool = False) -> dict[str, str]:
    """What people call these rows, by id; a row unknown here is « élément inconnu ». Long ones are cut, or `whole`."""
    declared = registry.entity(entity)
    wanted = list(dict.fromkeys(rows))
    named = dict.fromkeys(wanted, "élément inconnu")
    nameless: list[str] = []
    keys = label_fields(declared)
    columns = [declared.table.c[key] for key in keys]
    linked: dict[str, dict[str, str]] = {}
    for some in chunks(wanted):
        found = connection.execute(select(declared.table.c.id, *columns).where(declared.table.c.id.in_(some))).all()
        for key in keys:
            target = declared.fields[key].target
            if target and target != entity:
                place = 1 + keys.index(key)
                wanted_there = (row[place] for row in found if row[place])
                linked[key] = labels(connection, target, wanted_there, whole=whole)
        for row, *stored in found:
            values: dict[str, Value] = {
                key: linked[key].get(value, value) if key in linked and value else load(declared.fields[key], value)
                for key, value in zip(keys, stored, strict=True)
            }
            named[row] = row_label(declared, values, whole=whole)
            if declared.erasable and not any(stored):
                nameless.append(row)
    return named | dict.fromkeys(erased(connection, nameless), erased_label(declared))


def erased_label(declared: EntityType) -> str:
    """What an erased row of this entity is called."""
    return ERASED_PERSON if declared.person else ERASED_FILE


def erased(connection: Connection, rows: Iterable[str]) -> frozenset[str]:
    """Those of `rows` that were erased."""
    return erased_among(cast(sqlite3.Connection, connection.connection.driver_connection), rows)


def row_label(declared: EntityType, values: Mapping[str, Value], *, whole: bool = False) -> str:
    """The label of a row of `values` (links given as labels), its parts cut when they are long unless `whole`."""
    parts = [" ".join(str(values[key]).split()) for key in label_fields(declared) if values.get(key) not in (None, "")]
    if declared.key == "contact":
        return " ".join(reversed(parts)) or "(contact sans nom)"
    if declared.identity or declared.owner:
        return " – ".join(part if whole else shorten(part, 80) for part in parts) or declared.label
    if not parts:
        return f"({declared.label.lower()} sans nom)"
    return parts[0] if whole else shorten(parts[0], 120)


def named(connection: Connection, entity: str, text: str) -> list[str]:
    """The rows that `text` names in `entity`, live or not, however many."""
    declared = registry.entity(entity)
    if _is_id(text):
        return [str(UUID(text))]
    return [row for found in _rows_called(connection, declared, text, true()) for row in found]


def _rows_called(connection: Connection, declared: EntityType, text: str, condition: Any) -> Iterator[list[str]]:
    """The rows whose code is `text`, then those whose title is, then those whose label is; accents and case aside."""
    table = declared.table
    wanted = fold(text.strip())
    codes = [func.fold(table.c[declared.code]) == wanted] if declared.code else []
    number = wanted.removeprefix(fold(declared.label[0]))
    if is_numbered(declared) and number.isdecimal() and len(number) < 10:
        codes.append(table.c.number == int(number))
    titles = [func.fold(table.c[key]) == wanted for key in (declared.title, *_other_names(declared))]
    for names in (codes, titles):
        if names:
            query = select(table.c.id).where(or_(*names), condition).order_by(table.c.id)
            yield list(connection.scalars(query))
    if label_fields(declared) != (declared.title,):
        every = labels(connection, declared.key, connection.scalars(select(table.c.id).where(condition)), whole=True)
        yield [row for row, label in every.items() if fold(label) == wanted]


def is_numbered(declared: EntityType) -> bool:
    """Whether rows are called by a number, with the letter that screens and documents put before it or without: the
    priority « 2 » or « P2 »."""
    return "number" in declared.fields and declared.fields["number"].kind is Kind.INTEGER


def unknown(declared: EntityType, reference: str, *, deleted: bool = False) -> UnknownRecord:
    word = "Aucune" if declared.gender == "f" else "Aucun"
    return UnknownRecord(
        f"{word} {declared.label.lower()}{' de la corbeille' if deleted else ''} ne répond à"
        f" «{NBSP}{shorten(reference, 80)}{NBSP}».",
        advice=f"«{NBSP}carnet lister {declared.key}{' --corbeille' if deleted else ''}{NBSP}» donne la liste.",
    )


@lru_cache
def label_fields(declared: EntityType) -> tuple[str, ...]:
    if declared.key == "contact":
        return ("last_name", "first_name")
    if declared.key in ("measurement", "target"):
        return ("indicator", "year")
    if declared.identity:
        return tuple(key for key in declared.identity if declared.fields[key].target)
    return (declared.title,)


def _other_names(declared: EntityType) -> list[str]:
    return [key for key in ("short_title", "short_name") if key in declared.fields]


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
