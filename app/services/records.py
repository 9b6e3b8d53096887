"""Reading and changing records of any entity, by the registry alone.

Reading takes a connection of `store.read()`; each gesture takes the store and is one gesture of the log.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Table, func, or_, select

from app.errors import AmbiguousRecord, UnknownRecord
from app.formatting import NBSP, fold, shorten
from app.models import registry
from app.models.declare import EntityType
from app.models.fields import Field, Kind, Value, load
from app.models.registry import ENTITIES
from app.notebook.clock import iso_of
from app.notebook.log import chunks
from app.notebook.recorder import Recorder
from app.notebook.store import Store
from app.services import validation


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
        raise _unknown(registry.entity(entity), row)
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
    conditions += [_condition(declared, registry.field(entity, one.field), one.text) for one in filters]
    return _select(connection, declared, *conditions)


def resolve(connection: Connection, entity: str, reference: str) -> str:
    """The id of the only row that `reference` names: an id, a code, or a title.

    Raises UnknownRecord, or AmbiguousRecord with the rows found.
    """
    declared = registry.entity(entity)
    table = declared.table
    if _is_id(reference):
        row = str(UUID(reference))
        if connection.execute(select(table.c.id).where(table.c.id == row)).first() is None:
            raise _unknown(declared, reference)
        return row
    wanted = fold(reference.strip())
    for keys in ([declared.code] if declared.code else [], [declared.title, *_other_names(declared)]):
        if not keys:
            continue
        query = select(table.c.id).where(
            or_(*(func.fold(table.c[key]) == wanted for key in keys if key)), table.c.deleted == 0
        )
        found = list(dict.fromkeys(connection.scalars(query)))
        if len(found) == 1:
            return str(found[0])
        if found:
            names = labels(connection, entity, found)
            several = ", ".join(f"{names[row]} ({row})" for row in found[:5])
            raise AmbiguousRecord(
                f"«{NBSP}{reference}{NBSP}» désigne {len(found)} lignes ({declared.plural.lower()}).",
                advice=f"Donnez l’identifiant{NBSP}: {several}.",
            )
    raise _unknown(declared, reference)


def labels(connection: Connection, entity: str, rows: Iterable[str]) -> dict[str, str]:
    """What people call these rows, by id; a row unknown here is « élément inconnu »."""
    declared = registry.entity(entity)
    wanted = list(dict.fromkeys(rows))
    named = dict.fromkeys(wanted, "élément inconnu")
    keys = _label_fields(declared)
    columns = [declared.table.c[key] for key in keys]
    linked: dict[str, dict[str, str]] = {}
    for some in chunks(wanted):
        found = connection.execute(select(declared.table.c.id, *columns).where(declared.table.c.id.in_(some))).all()
        for key in keys:
            target = declared.fields[key].target
            if target and target != entity:
                place = 1 + keys.index(key)
                linked[key] = labels(connection, target, (row[place] for row in found if row[place]))
        for row, *stored in found:
            values: dict[str, Value] = {
                key: linked[key].get(value, value) if key in linked and value else load(declared.fields[key], value)
                for key, value in zip(keys, stored, strict=True)
            }
            named[row] = row_label(declared, values)
    return named


def row_label(declared: EntityType, values: Mapping[str, Value]) -> str:
    """The label of a row of `values` (links given as labels)."""
    parts = [str(values[key]) for key in _label_fields(declared) if values.get(key) not in (None, "")]
    if declared.key == "contact":
        return " ".join(reversed(parts))
    if declared.identity or declared.owner:
        return " – ".join(shorten(part, 80) for part in parts) or declared.label
    return shorten(parts[0], 120) if parts else f"({declared.label.lower()} sans nom)"


def counts(connection: Connection) -> dict[str, int]:
    """How many live rows each entity has."""
    return {
        key: connection.execute(
            select(func.count()).select_from(declared.table).where(declared.table.c.deleted == 0)
        ).scalar_one()
        for key, declared in ENTITIES.items()
    }


# -- gestures -----------------------------------------------------------------------------------------------------


def create(store: Store, entity: str, values: Mapping[str, Value]) -> str:
    """Create a row; returns its id. Raises BadValue when a rule of entry is broken."""
    declared = registry.entity(entity)
    checked = _checked(declared, values)
    validation.check_required(declared, checked)
    validation.check_together(declared, checked)
    with store.write(f"Ajouter {declared.one}") as write:
        return write.create(entity, **checked)


def update(store: Store, entity: str, row: str, values: Mapping[str, Value]) -> None:
    """Change the named fields of a row and no other."""
    update_many(store, entity, [row], values)


def update_many(store: Store, entity: str, rows: Sequence[str], values: Mapping[str, Value]) -> None:
    """Give the same fields the same values in several rows, in one gesture."""
    declared = registry.entity(entity)
    checked = _checked(declared, values)
    for key, value in checked.items():
        if declared.fields[key].required and value in (None, "", ()):
            validation.check_required(declared, {**dict.fromkeys(declared.fields, "-"), key: None})
    with store.read() as connection:
        for record in fetch_many(connection, entity, rows):
            validation.check_together(declared, {**record.values, **checked})
    with store.write(_said_label("Modifier", declared, len(rows))) as write:
        for row in rows:
            write.set(entity, row, **checked)


def delete(store: Store, entity: str, rows: Sequence[str]) -> None:
    """Put rows in the bin, with the rows that are parts of them."""
    declared = registry.entity(entity)
    with store.read() as connection:
        parts = _parts(connection, entity, rows)
    with store.write(_said_label("Supprimer", declared, len(rows))) as write:
        for part_entity, part in parts:
            write.delete(part_entity, part)
        for row in rows:
            write.delete(entity, row)


def restore(store: Store, entity: str, rows: Sequence[str]) -> None:
    """Bring rows back from the bin, with the parts that went with them."""
    declared = registry.entity(entity)
    with store.read() as connection:
        parts = [part for row in rows for part in _parts_deleted_with(connection, entity, row)]
    with store.write(_said_label("Restaurer", declared, len(rows))) as write:
        for row in rows:
            write.restore(entity, row)
        for part_entity, part in parts:
            write.restore(part_entity, part)


def duplicate(store: Store, entity: str, row: str, **changed: Value) -> str:
    """Copy a row with its parts (steps, partners…); returns the id of the copy. History is not copied."""
    declared = registry.entity(entity)
    with store.read() as connection:
        record = fetch(connection, entity, row)
        parts = [(key, fetch(connection, key, part)) for key, part in _parts(connection, entity, [row])]
    with store.write(f"Dupliquer {declared.one}") as write:
        return _copy(write, declared, record, parts, changed)


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
    if declared.code and not keys:
        keys = [declared.code] if declared.key == "action" else []
    return [*(table.c[key] for key in keys), func.fold(table.c[declared.title]), table.c.id]


def _condition(declared: EntityType, one: Field, text: str) -> Any:
    """The SQL condition of a filter."""
    if one.kind is Kind.LINKS:
        links = declared.link_tables[one.key]
        return declared.table.c.id.in_(select(links.c.row).where(links.c.target.in_(_named(one.target, text))))
    column = declared.table.c[one.key]
    if not text.strip():
        return column.is_(None)
    if one.is_link:
        return column.in_(_named(one.target, text))
    if one.kind in (Kind.TEXT, Kind.LONG_TEXT):
        return func.fold(column) == fold(text)
    from app.models.fields import store as stored
    from app.services.values import parse

    return column == stored(one, parse(one, text, lambda entity, reference: reference))


def _named(entity: str, text: str) -> Any:
    """A select of the ids that `text` names in `entity`: as an id, a code or a title, however many."""
    declared = registry.entity(entity)
    table = declared.table
    keys = [key for key in (declared.code, declared.title, *_other_names(declared)) if key]
    return select(table.c.id).where(or_(table.c.id == text, *(func.fold(table.c[key]) == fold(text) for key in keys)))


@lru_cache
def _label_fields(declared: EntityType) -> tuple[str, ...]:
    if declared.key == "contact":
        return ("last_name", "first_name")
    if declared.key in ("measurement", "target"):
        return ("indicator", "year")
    if declared.identity:
        return tuple(key for key in declared.identity if declared.fields[key].target)
    return (declared.title,)


def _other_names(declared: EntityType) -> list[str]:
    return [key for key in ("short_title", "short_name") if key in declared.fields]


def _checked(declared: EntityType, values: Mapping[str, Value]) -> dict[str, Value]:
    return {key: validation.check(registry.field(declared.key, key), value) for key, value in values.items()}


def _parts(connection: Connection, entity: str, rows: Sequence[str], *, deleted: bool = False) -> list[tuple[str, str]]:
    """The rows that are parts of `rows`: (entity, id), nearest first."""
    found: list[tuple[str, str]] = []
    for declared in ENTITIES.values():
        owner = declared.owner
        if owner is None or owner.target != entity or declared.key == entity:
            continue
        for some in chunks(rows):
            query = select(declared.table.c.id).where(
                declared.table.c[owner.key].in_(some), declared.table.c.deleted == int(deleted)
            )
            found.extend((declared.key, row) for row in connection.scalars(query))
    return found


def _parts_deleted_with(connection: Connection, entity: str, row: str) -> list[tuple[str, str]]:
    """The parts that the gesture that deleted `row` deleted too."""
    gesture = _deleting_gesture(connection, row)
    return [
        (key, part)
        for key, part in _parts(connection, entity, [row], deleted=True)
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


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _unknown(declared: EntityType, reference: str) -> UnknownRecord:
    word = "Aucune" if declared.gender == "f" else "Aucun"
    return UnknownRecord(
        f"{word} {declared.label.lower()} ne répond à «{NBSP}{reference}{NBSP}».",
        advice=f"«{NBSP}carnet lister {declared.key}{NBSP}» donne la liste.",
    )
