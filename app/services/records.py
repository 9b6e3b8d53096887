"""Reading and changing records of any entity, by the registry alone.

Reading takes a connection of `store.read()`; each gesture takes the store and is one gesture of the log.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Connection, Table, func, select, true

from app.errors import BadValue
from app.formatting import NBSP, clean_text, fold
from app.models import registry
from app.models.declare import EntityType
from app.models.fields import Field, Kind, Value, load
from app.models.fields import store as stored_value
from app.models.registry import ENTITIES
from app.notebook.changes import ChangeSet
from app.notebook.clock import iso_of
from app.notebook.log import chunks
from app.notebook.recorder import Recorder, identity_of
from app.notebook.store import Store
from app.services import validation
from app.services.names import labels, named, resolve, row_label, unknown
from app.services.values import parse

#: Writes more in the gesture that creates or changes a row: (recorder, id of the row).
Also = Callable[[Recorder, str], None]


@dataclass(frozen=True, slots=True)
class Record:
    """One row: `values` has every field of the entity, many links as tuples of ids. Stamps are ISO UTC texts."""

    entity: str
    id: str
    values: Mapping[str, Value]
    created_at: str
    updated_at: str
    updated_by: str
    deleted: bool


@dataclass(frozen=True, slots=True)
class Filter:
    """Rows whose field is equal to `text`: as a value, a label or a code, accents and case aside."""

    field: str
    text: str


# -- reading ------------------------------------------------------------------------------------------------------


def fetch(connection: Connection, entity: str, row: str) -> Record:
    """The record `row`, deleted or not; raises UnknownRecord."""
    found = fetch_many(connection, entity, [row])
    if not found:
        raise unknown(registry.entity(entity), row)
    return found[0]


def fetch_many(connection: Connection, entity: str, rows: Sequence[str]) -> list[Record]:
    """The records of `rows`, in the order given; those that do not exist are left out."""
    declared = registry.entity(entity)
    found: dict[str, Record] = {}
    for some in chunks(rows):
        for record in _select(connection, declared, declared.table.c.id.in_(some)):
            found[record.id] = record
    return [found[row] for row in rows if row in found]


def listing(
    connection: Connection, entity: str, filters: Sequence[Filter] = (), *, deleted: bool = False
) -> list[Record]:
    """Every live record (or every deleted one) that satisfies all the filters, in the entity's usual order."""
    declared = registry.entity(entity)
    conditions = [declared.table.c.deleted == int(deleted)]
    conditions += [_condition(connection, declared, registry.field(entity, one.field), one.text) for one in filters]
    return _select(connection, declared, *conditions)


def owners(connection: Connection, entity: str, rows: Iterable[str]) -> dict[str, tuple[str, str]]:
    """The (entity, id) of the row that each of `rows` is a part of; nothing for rows that stand by themselves."""
    declared = registry.entity(entity)
    owner = declared.owner
    if declared.of_record is not None:
        entity_of, record = (declared.table.c[key] for key in declared.of_record)
        query = select(declared.table.c.id, entity_of, record).where(declared.table.c.id.in_(list(rows)))
        return {row: (key, above) for row, key, above in connection.execute(query) if above and key in ENTITIES}
    if owner is None:
        return {}
    column = declared.table.c[owner.key]
    found = connection.execute(select(declared.table.c.id, column).where(declared.table.c.id.in_(list(rows))))
    return {row: (owner.target, above) for row, above in found if above}


def counts(connection: Connection) -> dict[str, int]:
    """How many live rows each entity has."""
    return {
        key: connection.execute(
            select(func.count()).select_from(declared.table).where(declared.table.c.deleted == 0)
        ).scalar_one()
        for key, declared in ENTITIES.items()
    }


# -- gestures -----------------------------------------------------------------------------------------------------


def create(store: Store, entity: str, values: Mapping[str, Value], *, also: Also | None = None) -> str:
    """Create a row; returns its id. Raises BadValue when a rule of entry is broken. `also` writes more with it."""
    declared = registry.entity(entity)
    checked = _checked(declared, values)
    validation.check_required(declared, checked)
    validation.check_together(declared, checked)
    with store.write(f"Ajouter {declared.one}") as write:
        row = write.create(entity, **checked)
        if also is not None:
            also(write, row)
    return row


def update(store: Store, entity: str, row: str, values: Mapping[str, Value], *, also: Also | None = None) -> ChangeSet:
    """Change the named fields of a row and no other; what is returned is false when nothing changed."""
    return update_many(store, entity, [row], values, also=also)


def update_many(
    store: Store, entity: str, rows: Sequence[str], values: Mapping[str, Value], *, also: Also | None = None
) -> ChangeSet:
    """Give the same fields the same values in several rows, in one gesture."""
    declared = registry.entity(entity)
    checked = _checked(declared, values)
    for key, value in checked.items():
        validation.check_kept(declared, declared.fields[key], value)
    with store.read() as connection:
        found = {record.id: record for record in fetch_many(connection, entity, rows)}
        for record in found.values():
            validation.check_together(declared, {**record.values, **checked})
            _check_no_loop(connection, declared, record.id, checked)
    with store.write(_said_label("Modifier", declared, len(rows))) as write:
        for row in rows:
            if checked.keys() & set(declared.identity):
                _replace(write, declared, found[row], checked)
            else:
                write.set(entity, row, **checked)
            if also is not None:
                also(write, row)
    assert write.changes is not None
    return write.changes


def _replace(write: Recorder, declared: EntityType, record: Record, changed: Mapping[str, Value]) -> None:
    """Change what a row's id is made from: the row goes, the one that says the new thing comes (or comes back)."""
    values = {**record.values, **changed}
    if identity_of(declared.key, values) == record.id:
        write.set(declared.key, record.id, **changed)
        return
    write.delete(declared.key, record.id)
    write.create(declared.key, **values)


def delete(store: Store, entity: str, rows: Sequence[str]) -> ChangeSet:
    """Put rows in the bin, with the rows that are parts of them."""
    declared = registry.entity(entity)
    with store.read() as connection:
        found = parts(connection, entity, rows)
    with store.write(_said_label("Supprimer", declared, len(rows))) as write:
        for part_entity, part in found:
            write.delete(part_entity, part)
        for row in rows:
            write.delete(entity, row)
    assert write.changes is not None
    return write.changes


def restore(store: Store, entity: str, rows: Sequence[str]) -> ChangeSet:
    """Bring rows back from the bin, with the parts that went with them."""
    declared = registry.entity(entity)
    with store.read() as connection:
        found = [part for row in rows for part in _parts_deleted_with(connection, entity, row)]
    with store.write(_said_label("Restaurer", declared, len(rows))) as write:
        for row in rows:
            write.restore(entity, row)
        for part_entity, part in found:
            write.restore(part_entity, part)
    assert write.changes is not None
    return write.changes


def duplicate(store: Store, entity: str, row: str, **changed: Value) -> str:
    """Copy a row with its parts (steps, partners…); returns the id of the copy. History is not copied."""
    declared = registry.entity(entity)
    with store.read() as connection:
        record = fetch(connection, entity, row)
        found = [(key, fetch(connection, key, part)) for key, part in _own_parts(connection, entity, [row])]
    with store.write(f"Dupliquer {declared.one}") as write:
        return _copy(write, declared, record, found, changed)


def _copy(
    write: Recorder,
    declared: EntityType,
    record: Record,
    parts: Sequence[tuple[str, Record]],
    changed: Mapping[str, Value],
) -> str:
    title = record.values.get(declared.title)
    values = {**record.values, declared.title: f"{title} (copie)" if title else None, **changed}
    if declared.code and declared.code not in changed:
        values[declared.code] = None
    copy = write.create(declared.key, **values)
    for key, part in parts:
        owner = ENTITIES[key].owner
        # What has happened to the original has not happened to its copy.
        if owner is not None and key not in ("follow_up", "measurement"):
            fresh = {**part.values, owner.key: copy}
            if key == "step":
                fresh["done"] = None
            write.create(key, **fresh)
    return copy


# -- inside -------------------------------------------------------------------------------------------------------


def _select(connection: Connection, declared: EntityType, *conditions: Any) -> list[Record]:
    table = declared.table
    query = select(table).where(*conditions).order_by(*_usual_order(declared))
    rows = connection.execute(query).all()
    linked = {
        key: _elements(connection, links, [row.id for row in rows]) for key, links in declared.link_tables.items()
    }
    authors = _authors(connection)
    records = []
    for row in rows:
        stored = row._mapping
        values: dict[str, Value] = {
            key: tuple(linked[key].get(row.id, ())) if one.kind is Kind.LINKS else load(one, stored[key])
            for key, one in declared.fields.items()
        }
        records.append(
            Record(
                declared.key, row.id, values, iso_of(row.created_at), iso_of(row.updated_at),
                authors.get(row.updated_by, ""), bool(row.deleted),
            )
        )  # fmt: skip
    return records


def _elements(connection: Connection, links: Table, rows: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for some in chunks(rows):
        query = select(links.c.row, links.c.target).where(links.c.row.in_(some)).order_by(links.c.target)
        for row, target in connection.execute(query):
            found[row].append(target)
    return found


def _authors(connection: Connection) -> dict[int, str]:
    return {n: label or "" for n, label in connection.exec_driver_sql("SELECT n, label FROM replica")}


def _usual_order(declared: EntityType) -> list[Any]:
    table = declared.table
    keys = [key for key in ("number", "order", "year", "date", "due") if key in declared.fields]
    if declared.key == "action":
        # `order` is a place among the actions of one objective: across a whole plan the code reads better.
        keys = ["code", "order"]
    first = [column for key in keys for column in (table.c[key].is_(None), table.c[key])]
    return [*first, func.fold(table.c[declared.title]), table.c.id]


def _condition(connection: Connection, declared: EntityType, one: Field, text: str) -> Any:
    """The SQL condition of a filter; a blank text asks for the rows where the field is empty."""
    table = declared.table
    if one.kind is Kind.LINKS:
        links = declared.link_tables[one.key]
        if not text.strip():
            return table.c.id.not_in(select(links.c.row))
        return table.c.id.in_(select(links.c.row).where(links.c.target.in_(named(connection, one.target, text))))
    column = table.c[one.key]
    if not text.strip():
        return column.is_(None)
    if one.is_link:
        return column.in_(named(connection, one.target, text))
    if one.kind in (Kind.TEXT, Kind.LONG_TEXT):
        return func.fold(column) == fold(clean_text(text).strip())
    return column == stored_value(one, parse(one, text, lambda entity, reference: reference))


def _checked(declared: EntityType, values: Mapping[str, Value]) -> dict[str, Value]:
    return {key: validation.check(registry.field(declared.key, key), value) for key, value in values.items()}


def _check_no_loop(connection: Connection, declared: EntityType, row: str, values: Mapping[str, Value]) -> None:
    """Raise BadValue when a link to the same entity (the parent of an objective) would make `row` contain itself."""
    for key, value in values.items():
        one = declared.fields[key]
        if one.target != declared.key or not value:
            continue
        seen: set[str] = set()
        above = {str(value)} if one.is_link else set(cast(tuple[str, ...], value))
        while above:
            if row in above:
                raise BadValue(
                    f"«{NBSP}{one.label}{NBSP}»{NBSP}: {declared.one} ne peut pas se contenir, même de loin.",
                    advice="Choisissez une autre ligne. L’ancienne valeur est gardée.",
                )
            seen |= above
            above = _linked_from(connection, declared, one, above) - seen


def _linked_from(connection: Connection, declared: EntityType, one: Field, rows: set[str]) -> set[str]:
    found: set[str] = set()
    for some in chunks(sorted(rows)):
        if one.is_link:
            query = select(declared.table.c[one.key]).where(declared.table.c.id.in_(some))
        else:
            links = declared.link_tables[one.key]
            query = select(links.c.target).where(links.c.row.in_(some))
        found.update(target for target in connection.scalars(query) if target)
    return found


def parts(connection: Connection, entity: str, rows: Sequence[str], *, deleted: bool = False) -> list[tuple[str, str]]:
    """The rows that are parts of `rows`, and the parts of those (priority, action, step): (entity, id), nearest first.

    Live ones, or (`deleted`) those in the bin.
    """
    found: dict[tuple[str, str], None] = {}
    waiting: list[tuple[str, Sequence[str]]] = [(entity, rows)]
    while waiting:
        below: dict[str, list[str]] = {}
        for part in _own_parts(connection, *waiting.pop(0), deleted=deleted):
            if part not in found:
                found[part] = None
                below.setdefault(part[0], []).append(part[1])
        waiting += below.items()
    return list(found)


def _own_parts(
    connection: Connection, entity: str, rows: Sequence[str], *, deleted: bool = False
) -> list[tuple[str, str]]:
    """The rows that are parts of `rows` themselves."""
    found: list[tuple[str, str]] = []
    for declared in ENTITIES.values():
        owner, table = declared.owner, declared.table
        if declared.of_record is not None:
            of_entity, above = declared.of_record
            own = table.c[of_entity] == entity
        elif owner is not None and owner.target == entity and declared.key != entity:
            above, own = owner.key, true()
        else:
            continue
        for some in chunks(rows):
            query = select(table.c.id).where(own, table.c[above].in_(some), table.c.deleted == int(deleted))
            found.extend((declared.key, row) for row in connection.scalars(query))
    return found


def _parts_deleted_with(connection: Connection, entity: str, row: str) -> list[tuple[str, str]]:
    """The parts that the gesture that deleted `row` deleted too."""
    gesture = _deleting_gesture(connection, row)
    return [
        (key, part)
        for key, part in parts(connection, entity, [row], deleted=True)
        if _deleting_gesture(connection, part) == gesture
    ]


def _deleting_gesture(connection: Connection, row: str) -> bytes | None:
    found = connection.exec_driver_sql(
        "SELECT m.gesture FROM head h JOIN modif m ON m.op_id = h.op_id WHERE h.row = ? AND h.field = '_state'"
        " ORDER BY m.stamp DESC LIMIT 1",
        (UUID(row).bytes,),
    ).first()
    return found[0] if found else None


def _said_label(verb: str, declared: EntityType, count: int) -> str:
    return f"{verb} {declared.one}" if count == 1 else f"{verb} {count}{NBSP}{declared.plural.lower()}"


__all__ = [
    "Also", "Filter", "Record", "counts", "create", "delete", "duplicate", "fetch", "fetch_many", "labels", "listing",
    "parts", "resolve", "restore", "row_label", "update", "update_many",
]  # fmt: skip
