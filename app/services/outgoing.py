"""What leaves in a workbook: the rows of a scope as they are stored, their heads, and the log in columns.

Nothing here knows Excel. Rows are read whole and raw (100,000 at a time), never as records: making an object of each
would cost more than writing the workbook.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, cast

from sqlalchemy import Connection

from app.models import registry
from app.models.declare import EntityType
from app.models.fields import Kind, Stored
from app.notebook.log import Gesture, Replica, chunks, marks, row_bytes, row_text
from app.notebook.merge import ERASED, LINK_PREFIX
from app.services.queries.scope import scope_of

#: A connection of `store.read()`, for rooms that pass it on and write no SQL.
Door = Connection

# Pseudo-fields `link:<field>:<id>` lie between these two in the order of SQLite.
_IS_LINK = "field >= 'link:' AND field < 'link;'"


class RowHeads(NamedTuple):
    """The heads of one row. `fields` names them, a field as many times as it has heads; `ids` are aligned with it.

    A row written once, the ordinary case, has a single id for all of its fields. `links` holds (field, target, id) for
    each element of a many-to-many field, removed ones included.
    """

    fields: tuple[str, ...]
    ids: tuple[bytes, ...]
    links: tuple[tuple[str, str, bytes], ...]


class Line(NamedTuple):
    """One modification of the log, its writes as text: making each an object costs more than all the rest.

    `fields` are keys joined by commas, `values` the JSON list of what they write, `parents` hexadecimal ids end to end,
    a comma between fields (None when nothing is replaced). `links` is `field:target=value=parents` joined by commas.
    """

    op_id: bytes
    gesture: bytes
    entity: str
    row: bytes
    stamp: int
    replica: bytes
    source: str
    export_id: bytes | None
    seen: bytes | None
    fields: str
    values: str
    parents: str | None
    links: str | None


@dataclass(frozen=True, slots=True)
class LogColumns:
    """A log that leaves: lines sorted by (stamp, id), with the gestures and replicas they name."""

    replicas: Sequence[Replica]
    gestures: Sequence[Gesture]
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Table:
    """The live rows of one entity, in the order people read them: ids, stored values by field, targets by link field.

    `values[key][i]` and `links[key].get(ids[i], ())` belong to the row `ids[i]`.
    """

    entity: EntityType
    ids: Sequence[str]
    values: Mapping[str, Sequence[Stored]]
    links: Mapping[str, Mapping[str, Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Scope:
    """Which rows leave. Without `outside`, all of them; else every row but those it lists, by entity."""

    territories: frozenset[str] = frozenset()
    outside: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def holds(self, entity: str, row: str) -> bool:
        return row not in self.outside.get(entity, ())


# -- the scope ----------------------------------------------------------------------------------------------------


def load_scope(connection: Connection, district: str) -> Scope:
    """The rows of a quartier ("" for the town), by the registry alone.

    A row belongs elsewhere when every territory it names does; when it names none, it follows what it is linked to.
    What it is a part of, or joined to, always counts.
    """
    places = scope_of(connection, district)
    if not places:
        return Scope()
    db = raw(connection)
    outside: dict[str, set[str]] = defaultdict(set)
    followed: list[tuple[str, str, list[tuple[str, str]]]] = []
    for declared in registry.ENTITIES.values():
        # A territory is not placed by itself: those that may touch the quartier leave with it.
        rank = dict.fromkeys(places.places, 1).get if declared.key == "territory" else places.rank
        ranks: dict[str, int] = {}
        for row, territory in _named_territories(db, declared):
            ranks[row] = max(ranks.get(row, 0), rank(territory) or 0)
        placed = {row: best % 2 == 1 for row, best in ranks.items()}
        outside[declared.key] |= {row for row, inside in placed.items() if not inside}
        owner = declared.owner
        for one in declared.columns:
            if one.kind is not Kind.LINK:
                continue
            query = f'SELECT id, "{one.key}" FROM "{declared.table.name}" WHERE "{one.key}" IS NOT NULL'
            links = [(row, target) for row, target in db.execute(query) if one is owner or not placed.get(row)]
            followed.append((declared.key, one.target, links))
        followed += [(declared.key, target, links) for target, links in _records(db, declared).items()]
    grown = True
    while grown:
        grown = False
        for entity, target_entity, links in followed:
            gone = outside[target_entity]
            more = {row for row, target in links if target in gone} - outside[entity] if gone else set()
            outside[entity] |= more
            grown = grown or bool(more)
    return Scope(places.places, {entity: frozenset(rows) for entity, rows in outside.items() if rows})


def _named_territories(db: sqlite3.Connection, declared: EntityType) -> Iterator[tuple[str, str]]:
    """(row, territory) for every territory that a row names, or is."""
    table = declared.table.name
    if declared.key == "territory":
        yield from db.execute(f'SELECT id, id FROM "{table}"')
        return
    for one in declared.fields.values():
        if one.kind is Kind.TERRITORY:
            yield from db.execute(f'SELECT id, "{one.key}" FROM "{table}" WHERE "{one.key}" IS NOT NULL')
        elif one.kind is Kind.LINKS and one.target == "territory":
            yield from db.execute(f'SELECT row, target FROM "{declared.link_tables[one.key].name}"')


def _records(db: sqlite3.Connection, declared: EntityType) -> dict[str, list[tuple[str, str]]]:
    """(row, record) of the rows that belong to a record of any entity, by the key of that entity."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    if declared.of_record is not None:
        entity, record = declared.of_record
        query = f'SELECT id, "{entity}", "{record}" FROM "{declared.table.name}" WHERE "{record}" IS NOT NULL'
        for row, of_entity, of_row in db.execute(query):
            found[of_entity].append((row, of_row))
    return found


def linked_rows(connection: Connection, scope: Scope, entities: Iterable[str]) -> frozenset[bytes]:
    """Every row of these entities in the scope, deleted ones too, and every row that they lead to, however far."""
    db = raw(connection)
    targets: dict[str, set[str]] = defaultdict(set)
    wanted: set[str] = set()
    for declared in registry.ENTITIES.values():
        table = declared.table.name
        if declared.key in entities:
            wanted.update(row for (row,) in db.execute(f'SELECT id FROM "{table}"') if scope.holds(declared.key, row))
        for one in declared.columns:
            if one.is_link:
                query = f'SELECT id, "{one.key}" FROM "{table}" WHERE "{one.key}" IS NOT NULL'
                for row, target in db.execute(query):
                    targets[row].add(target)
        for pairs in _records(db, declared).values():
            for row, target in pairs:
                targets[row].add(target)
        for links in declared.link_tables.values():
            for row, target in db.execute(f'SELECT row, target FROM "{links.name}"'):
                targets[row].add(target)
    waiting = list(wanted)
    while waiting:
        for target in targets.get(waiting.pop(), ()):
            if target not in wanted:
                wanted.add(target)
                waiting.append(target)
    return frozenset(map(row_bytes, wanted))


# -- rows ---------------------------------------------------------------------------------------------------------


def load_table(
    connection: Connection,
    declared: EntityType,
    scope: Scope,
    *,
    places: Mapping[str, Mapping[str, int]],
    erased: frozenset[str] = frozenset(),
) -> Table:
    """The live rows of the scope. `places` gives, by entity, the place of rows already read: parts follow their owner.

    `erased` rows do not leave: they have nothing to say and cannot be filled again.
    """
    db = raw(connection)
    columns = [one.key for one in declared.columns]
    names = ", ".join(f'"{key}"' for key in columns)
    found = [
        row
        for row in db.execute(f'SELECT id, {names} FROM "{declared.table.name}" WHERE deleted = 0')
        if row[0] not in erased and scope.holds(declared.key, row[0])
    ]
    _sort(found, declared, columns, places)
    links: dict[str, dict[str, list[str]]] = {}
    for key, table in declared.link_tables.items():
        of_row: dict[str, list[str]] = defaultdict(list)
        for row, target in db.execute(f'SELECT row, target FROM "{table.name}"'):
            of_row[row].append(target)
        links[key] = of_row
    turned = list(zip(*found, strict=True)) or [()] * (len(columns) + 1)
    return Table(declared, cast(Sequence[str], turned[0]), dict(zip(columns, turned[1:], strict=True)), links)


def _sort(
    rows: list[tuple[Stored, ...]],
    declared: EntityType,
    columns: Sequence[str],
    places: Mapping[str, Mapping[str, int]],
) -> None:
    """Owners first, then what orders the entity, then its code and its title."""
    owner = declared.owner
    of_owner = places.get(owner.target, {}) if owner and owner.target != declared.key else {}
    keys = [key for key in ("number", "order", "year", "date", "due") if key in declared.fields]
    if declared.code:
        keys = ["number", declared.code] if "number" in declared.fields else [declared.code, *keys]
    by = [1 + columns.index(key) for key in dict.fromkeys((*keys, declared.title))]
    # Column by column: empty values last, each kind compared with itself.
    ranks: list[Iterable[object]] = []
    if owner and of_owner:
        owned = 1 + columns.index(owner.key)
        ranks.append([of_owner.get(str(row[owned]), len(of_owner)) for row in rows])
    for place in by:
        ranks.append([row[place] is None for row in rows])
        ranks.append(["" if row[place] is None else row[place] for row in rows])
    ranks.append([row[0] for row in rows])
    ordered = sorted(zip(*ranks, range(len(rows)), strict=True))
    rows[:] = [rows[rank[-1]] for rank in ordered]


def erased_rows(connection: Connection) -> frozenset[str]:
    """The people who were erased (sync.md §3b)."""
    query = "SELECT row FROM head WHERE field = ?"
    return frozenset(row_text(row) for (row,) in raw(connection).execute(query, (ERASED,)))


def replica_id(connection: Connection) -> bytes:
    """The 16 bytes of this notebook on this machine."""
    found = raw(connection).execute("SELECT value FROM meta WHERE key = 'replica'").fetchone()
    return bytes(found[0]) if found else bytes(16)


def live_ids(connection: Connection, entity: str) -> frozenset[str]:
    """The ids of the live rows of an entity."""
    table = registry.entity(entity).table.name
    return frozenset(row for (row,) in raw(connection).execute(f'SELECT id FROM "{table}" WHERE deleted = 0'))


# -- heads --------------------------------------------------------------------------------------------------------


def load_heads(connection: Connection, wanted: frozenset[bytes] | set[bytes]) -> dict[bytes, RowHeads]:
    """The heads of every field and element of these rows (16-byte ids)."""
    db = raw(connection)
    found: dict[bytes, RowHeads] = {}
    shapes: dict[str, tuple[tuple[str, ...], tuple[tuple[str, str], ...]]] = {}
    several: list[bytes] = []
    # Most rows were written once: their heads all have one id, and need no listing.
    query = "SELECT row, min(op_id), max(op_id), group_concat(field) FROM head GROUP BY row"
    for row, first, last, fields in db.execute(query):
        if row not in wanted:
            continue
        if first != last:
            several.append(row)
            continue
        named = shapes.get(fields)
        if named is None:
            named = shapes[fields] = _shape(fields)
        plain, elements = named
        found[row] = RowHeads(
            plain, (first,), tuple((key, target, first) for key, target in elements) if elements else ()
        )
    listed: dict[bytes, list[tuple[str, bytes]]] = defaultdict(list)
    for some in chunks(several):
        query = f"SELECT row, field, op_id FROM head WHERE row IN ({marks(some)})"
        for row, key, op_id in db.execute(query, some):
            listed[row].append((key, op_id))
    for row, heads in listed.items():
        written = [(key, op_id) for key, op_id in heads if not key.startswith(LINK_PREFIX)]
        linked = [(*_element(key), op_id) for key, op_id in heads if key.startswith(LINK_PREFIX)]
        found[row] = RowHeads(tuple(key for key, _ in written), tuple(op_id for _, op_id in written), tuple(linked))
    return found


def _shape(fields: str) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    keys = fields.split(",")
    plain = tuple(key for key in keys if not key.startswith(LINK_PREFIX))
    return plain, tuple(_element(key) for key in keys if key.startswith(LINK_PREFIX))


def _element(key: str) -> tuple[str, str]:
    """(field, target) of `link:<field>:<target>`."""
    _, name, target = key.split(":", 2)
    return name, target


# -- the log ------------------------------------------------------------------------------------------------------


def load_log(connection: Connection, wanted: frozenset[bytes] | None) -> LogColumns:
    """The whole history of these rows (None: of all), deletes included, with who and when."""
    db = raw(connection)
    entities = dict(db.execute("SELECT n, key FROM entity"))
    replicas = {n: Replica(id, label or "") for n, id, label in db.execute("SELECT n, id, label FROM replica")}
    heads = [
        modif
        for modif in db.execute(
            "SELECT op_id, gesture, entity, row, stamp, replica, source, export_id, seen FROM modif"
            " ORDER BY stamp, op_id"
        )
        if wanted is None or modif[3] in wanted
    ]
    writes = _writes(db, None if wanted is None else {modif[0] for modif in heads})
    nothing: tuple[str, str, None, None] = ("", "[]", None, None)
    lines = [
        Line(op_id, gesture, entities[entity], row, stamp, replicas[replica].id, source, export, seen,
             *writes.get(op_id, nothing))
        for op_id, gesture, entity, row, stamp, replica, source, export, seen in heads
    ]  # fmt: skip
    done = {line.gesture for line in lines}
    gestures = [
        Gesture(id, label, kind, at, replicas[replica].id, undoes)
        for id, label, kind, at, replica, undoes in db.execute(
            "SELECT id, label, kind, at, replica, undoes FROM gesture ORDER BY at, id"
        )
        if wanted is None or id in done
    ]
    signed = {line.replica for line in lines} | {gesture.replica for gesture in gestures}
    kept = sorted((one for one in replicas.values() if wanted is None or one.id in signed), key=lambda one: one.id)
    return LogColumns(kept, gestures, lines)


def _writes(db: sqlite3.Connection, wanted: set[bytes] | None) -> dict[bytes, tuple[str, str, str | None, str | None]]:
    # SQLite writes the JSON itself: a Python object for each of a million and a half writes takes ten seconds.
    plain = f"FROM modif_field WHERE NOT ({_IS_LINK})"
    parents = dict(
        db.execute(
            f"SELECT op_id, group_concat(coalesce(hex(parents), '')) {plain} GROUP BY op_id HAVING count(parents) > 0"
        )
    )
    links = dict(
        db.execute(
            "SELECT op_id, group_concat("
            "substr(field, 6) || '=' || coalesce(value, '') || '=' || coalesce(hex(parents), ''))"
            f" FROM modif_field WHERE {_IS_LINK} GROUP BY op_id"
        )
    )
    found: dict[bytes, tuple[str, str, str | None, str | None]] = {
        op_id: (fields, values, parents.get(op_id), links.get(op_id))
        for op_id, fields, values in db.execute(
            f"SELECT op_id, group_concat(field), json_group_array(value) {plain} GROUP BY op_id"
        )
        if wanted is None or op_id in wanted
    }
    for op_id in links.keys() - found.keys():
        if wanted is None or op_id in wanted:
            found[op_id] = ("", "[]", None, links[op_id])
    return found


def own_label(connection: Connection) -> str:
    """How this laptop signs."""
    found = raw(connection).execute("SELECT value FROM meta WHERE key = 'author'").fetchone()
    return str(found[0] or "") if found else ""


def raw(connection: Connection) -> sqlite3.Connection:
    """The driver's own connection: rows as plain tuples."""
    return cast(sqlite3.Connection, connection.connection.driver_connection)


# -- conflicts ----------------------------------------------------------------------------------------------------


class Rival(NamedTuple):
    """One of the values in conflict of a field: who wrote it, and the stamp."""

    value: Stored
    author: str
    stamp: int


def load_rivals(connection: Connection) -> dict[str, dict[str, tuple[Rival, ...]]]:
    """The fields in conflict by row, each with its distinct values, latest first.

    The state of rows and the elements of many links are left out: no cell shows them.
    """
    query = """
        SELECT c.row, c.field, f.value, r.label, m.stamp FROM contested c
        CROSS JOIN head h ON h.row = c.row AND h.field = c.field
        CROSS JOIN modif m ON m.op_id = h.op_id CROSS JOIN modif_field f ON f.op_id = h.op_id AND f.field = h.field
        LEFT JOIN replica r ON r.n = m.replica ORDER BY m.stamp DESC, m.op_id DESC"""
    found: dict[str, dict[str, dict[Stored, Rival]]] = {}
    for row, key, value, author, stamp in raw(connection).execute(query):
        if not key.startswith(("_", LINK_PREFIX)):
            of_field = found.setdefault(row_text(row), {}).setdefault(key, {})
            of_field.setdefault(value, Rival(value, author or "", stamp))
    return {row: {key: tuple(of_key.values()) for key, of_key in of_row.items()} for row, of_row in found.items()}


# -- names --------------------------------------------------------------------------------------------------------


def column_of(connection: Connection, declared: EntityType, key: str, rows: Iterable[str]) -> dict[str, Stored]:
    """What one field holds for these rows; those where it is empty are left out."""
    wanted = set(rows)
    query = f'SELECT id, "{key}" FROM "{declared.table.name}" WHERE "{key}" IS NOT NULL'
    return {row: value for row, value in raw(connection).execute(query) if row in wanted}


def short_names_of(connection: Connection, entity: str) -> dict[str, str]:
    """The short names of the rows that have one: what people say, and what holds in a cell."""
    declared = registry.entity(entity)
    key = next((key for key in ("short_title", "short_name") if key in declared.fields), None)
    if key is None:
        return {}
    query = f'SELECT id, "{key}" FROM "{declared.table.name}" WHERE coalesce("{key}", \'\') <> \'\''
    return dict(raw(connection).execute(query).fetchall())


def numbers_of(connection: Connection, entity: str) -> dict[str, int]:
    """The numbers of the rows of an entity that has a field « number »."""
    declared = registry.entity(entity)
    if "number" not in declared.fields or declared.fields["number"].kind is not Kind.INTEGER:
        return {}
    query = f'SELECT id, number FROM "{declared.table.name}" WHERE number IS NOT NULL'
    return dict(raw(connection).execute(query).fetchall())
