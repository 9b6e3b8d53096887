"""The one function that writes: from modifications to heads, tables and search.

Edits, undo, import, seeds, data migrations and rebuild all go through here; no other statement writes a business table.
The tables are a function of the log: the same modifications, in any order, any number of times, make the same tables.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b

from app.models.declare import EntityType
from app.models.fields import Kind, Stored
from app.models.registry import ENTITIES
from app.notebook import blobs, emptying, log, masks, merge, search
from app.notebook.log import Batch, chunks, marks, row_bytes, row_text
from app.notebook.merge import DELETED, ERASED, LINK_PREFIX, STATE, Head, Modification, Write

#: Rows whose tables are written together.
ROWS_AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class Touched:
    """Which rows a batch changed, by entity key; `emptied` are those of which something went for ever."""

    rows: Mapping[str, frozenset[str]] = field(default_factory=dict)
    emptied: frozenset[str] = frozenset()


def materialise(db: sqlite3.Connection, batch: Batch) -> Touched:
    """Insert a batch into the log and bring heads, tables and search up to date, inside the caller's transaction.

    Raises Tampered (and must then be rolled back) when a known modification comes back changed.
    """
    named = {m.row for m in batch.modifications if ERASED in m.writes}
    before = log.erased_among(db, named)
    taken = emptying.emptied(db, batch.modifications)
    for row in named:
        emptying.blank_row(db, row)
    # Before anything is compared: a known modification may come back masked.
    lost = emptying.mask_writes(db, taken.masked) if any(map(emptying.has_masks, batch.modifications)) else []
    emptying.forget_digests(db, taken)
    new = log.insert(db, taken.left_of_batch(batch))
    masked = {m.row for m in new if emptying.has_masks(m)}
    touched = _project(db, [*new, *emptying.heads_among(db, lost)])
    arrived = blobs.keep(db, batch.blobs)
    if masked or named - before:
        search.forget(db)
        blobs.drop_unnamed(db)
    erased_too = _files_of_erased(db, new, named)
    followed = materialise(db, Batch((), (), erased_too)) if erased_too else Touched()
    every = (touched.rows, arrived, followed.rows)
    rows = {
        entity: frozenset[str]().union(*(some.get(entity, frozenset()) for some in every))
        for entity in dict.fromkeys(entity for some in every for entity in some)
    }
    return Touched(rows, frozenset(named - before) | masked | followed.emptied)


def rebuild(db: sqlite3.Connection) -> None:
    """Make heads, tables and search anew from the log alone."""
    for table in log.DERIVED:
        db.execute(f"DELETE FROM {table}")
    for entity in ENTITIES.values():
        db.execute(f'DELETE FROM "{entity.table.name}"')
        for links in entity.link_tables.values():
            db.execute(f'DELETE FROM "{links.name}"')
    search.clear(db)
    for rows in chunks(log.every_row(db), ROWS_AT_ONCE):
        _project(db, [m for of_row in log.modifications_of_rows(db, rows) for m in of_row])


# -- erased rows --------------------------------------------------------------------------------------------------


def _files_of_erased(
    db: sqlite3.Connection, new: Iterable[Modification], erased: Collection[str]
) -> tuple[Modification, ...]:
    """What erases the files joined to erased people: those of `erased`, and those that `new` joins to one.

    A colleague who did not know yet may join one afterwards. Each laptop makes the same modification, of hashed id.
    """
    touched: dict[str, list[str]] = defaultdict(list)
    for m in new:
        touched[m.entity].append(m.row)
    found: list[Modification] = []
    for declared in ENTITIES.values():
        if declared.of_record is None or not (erased or touched[declared.key]):
            continue
        record = declared.of_record[1]
        homes: dict[str, str] = {}
        for column, wanted in (("id", touched[declared.key]), (record, erased)):
            for some in chunks(wanted):
                query = f'SELECT id, "{record}" FROM "{declared.table.name}" WHERE "{column}" IN ({marks(some)})'
                homes |= {row: home for row, home in db.execute(query, some) if home}
        gone = log.erased_among(db, set(homes.values()))
        done = log.erased_among(db, [row for row, home in homes.items() if home in gone])
        found += [
            _erased_with(db, declared.key, row, home)
            for row, home in sorted(homes.items())
            if home in gone and row not in done
        ]
    return tuple(found)


def _erased_with(db: sqlite3.Connection, entity: str, row: str, home: str) -> Modification:
    """The erasure of a row, in the gesture that erased the record it belongs to."""
    gesture, stamp, replica = db.execute(
        """SELECT m.gesture, m.stamp, r.id FROM modif m JOIN replica r ON r.n = m.replica
        JOIN modif_field f ON f.op_id = m.op_id AND f.field = ? WHERE m.row = ? ORDER BY m.stamp, m.op_id LIMIT 1""",
        (ERASED, row_bytes(home)),
    ).fetchone()
    op_id = blake2b(repr(("erased with", row, home)).encode(), digest_size=16).digest()
    return Modification(op_id, gesture, entity, row, stamp, replica, "app", {ERASED: Write(1)})


# -- heads --------------------------------------------------------------------------------------------------------


def _project(db: sqlite3.Connection, new: Sequence[Modification]) -> Touched:
    rows: dict[str, set[str]] = defaultdict(set)
    for modification in new:
        rows[modification.entity].add(modification.row)
    for some in _by_rows(new):
        shown = _update_heads(db, some)
        _write_tables(db, some, shown)
    return Touched({entity: frozenset(touched) for entity, touched in rows.items()})


def _by_rows(new: Sequence[Modification]) -> Iterable[list[Modification]]:
    """The modifications in lots that hold whole rows."""
    of_row: dict[str, list[Modification]] = defaultdict(list)
    for modification in new:
        of_row[modification.row].append(modification)
    for rows in chunks(of_row, ROWS_AT_ONCE):
        yield [m for row in rows for m in of_row[row]]


def _update_heads(db: sqlite3.Connection, new: Sequence[Modification]) -> dict[tuple[str, str], Head | None]:
    """Recompute the heads of every (row, field) that `new` touches; return the displayed head of each.

    A head is a write nobody names as a parent. Those named before they arrive wait in `awaited`. A field whose parents
    form a ring (a forged file) has no head: it shows nothing.
    """
    entity_of = {m.row: m.entity for m in new}
    written: dict[tuple[str, str], dict[bytes, Head]] = defaultdict(dict)
    replaced: dict[tuple[str, str], set[bytes]] = defaultdict(set)
    for m in new:
        for key, write in m.writes.items():
            written[m.row, key][m.op_id] = Head(m.op_id, m.stamp, write.value)
            replaced[m.row, key].update(write.parents)
    before = _stored_heads(db, entity_of, written.keys())
    awaited = _awaited(db, [m.op_id for m in new])
    missing = _missing_parents(db, written, replaced, before)

    gone: list[tuple[bytes, str, bytes]] = []
    come: list[tuple[bytes, str, bytes]] = []
    contested: list[tuple[bytes, str, int]] = []
    calm: list[tuple[bytes, str]] = []
    shown: dict[tuple[str, str], Head | None] = {}
    entities: dict[str, int] = dict(db.execute("SELECT key, n FROM entity"))
    for place, arrived in written.items():
        row, key = place
        old = before.get(place, {})
        found = {
            op_id: head
            for op_id, head in (old | arrived).items()
            if op_id not in replaced[place] and (op_id, key) not in awaited
        }
        raw = row_bytes(row)
        gone.extend((raw, key, op_id) for op_id in old.keys() - found.keys())
        come.extend((raw, key, op_id) for op_id in found.keys() - old.keys())
        if len(found) > 1 and _may_differ(entity_of[row], key) and merge.is_contested(found.values()):
            contested.append((raw, key, entities[entity_of[row]]))
        elif len(old) > 1:
            calm.append((raw, key))
        shown[place] = max(found.values(), key=lambda head: head.rank, default=None)
    db.executemany("DELETE FROM head WHERE row = ? AND field = ? AND op_id = ?", gone)
    db.executemany("INSERT INTO head (row, field, op_id) VALUES (?, ?, ?)", come)
    db.executemany("DELETE FROM contested WHERE row = ? AND field = ?", calm)
    db.executemany("INSERT OR REPLACE INTO contested (row, field, entity) VALUES (?, ?, ?)", contested)
    db.executemany("DELETE FROM awaited WHERE op_id = ? AND field = ?", sorted(awaited))
    db.executemany("INSERT OR IGNORE INTO awaited (op_id, field) VALUES (?, ?)", sorted(missing))
    return shown


def _stored_heads(
    db: sqlite3.Connection, rows: Iterable[str], wanted: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], dict[bytes, Head]]:
    wanted = frozenset(wanted)
    found: dict[tuple[str, str], dict[bytes, Head]] = defaultdict(dict)
    for some in chunks(rows):
        query = f"""
            SELECT h.row, h.field, h.op_id, m.stamp, f.value FROM head h
            JOIN modif m ON m.op_id = h.op_id JOIN modif_field f ON f.op_id = h.op_id AND f.field = h.field
            WHERE h.row IN ({marks(some)})"""
        for raw, key, op_id, stamp, value in db.execute(query, list(map(row_bytes, some))):
            place = (row_text(raw), key)
            if place in wanted:
                found[place][op_id] = Head(op_id, stamp, value)
    return found


def _awaited(db: sqlite3.Connection, op_ids: Sequence[bytes]) -> set[tuple[bytes, str]]:
    if not db.execute("SELECT 1 FROM awaited LIMIT 1").fetchone():
        return set()
    return {
        place
        for some in chunks(op_ids)
        for place in db.execute(f"SELECT op_id, field FROM awaited WHERE op_id IN ({marks(some)})", some)
    }


def _missing_parents(
    db: sqlite3.Connection,
    written: Mapping[tuple[str, str], Mapping[bytes, Head]],
    replaced: Mapping[tuple[str, str], set[bytes]],
    before: Mapping[tuple[str, str], Mapping[bytes, Head]],
) -> set[tuple[bytes, str]]:
    """Parents that are neither heads, nor in this lot, nor anywhere in the log: an incomplete file named them."""
    unknown = {
        (parent, place[1])
        for place, parents in replaced.items()
        for parent in parents
        if parent not in written[place] and parent not in before.get(place, ())
    }
    for some in chunks(sorted({op_id for op_id, _ in unknown})):
        query = f"SELECT op_id, field FROM modif_field WHERE op_id IN ({marks(some)})"
        unknown.difference_update(db.execute(query, some).fetchall())
    return unknown


def _may_differ(entity: str, key: str) -> bool:
    """Whether distinct values of a field are a conflict: masks add up, and an `auto` field takes the latest."""
    return not masks.is_mask(key) and key not in auto_fields(entity)


@cache
def auto_fields(entity: str) -> frozenset[str]:
    """The fields of an entity that never open a conflict; none of an entity unknown here."""
    declared = ENTITIES.get(entity)
    return frozenset(key for key, of_key in declared.fields.items() if of_key.auto) if declared else frozenset()


# -- tables -------------------------------------------------------------------------------------------------------


def _write_tables(
    db: sqlite3.Connection, new: Sequence[Modification], shown: Mapping[tuple[str, str], Head | None]
) -> None:
    values: dict[str, dict[str, Stored]] = defaultdict(dict)
    elements: dict[tuple[str, str], list[tuple[str, str, bool]]] = defaultdict(list)
    entity_of = {m.row: m.entity for m in new}
    for (row, key), head in shown.items():
        declared = ENTITIES.get(entity_of[row])
        if declared is None:  # written by a newer version: kept in the log
            continue
        if key.startswith(LINK_PREFIX):
            _, name, target = key.split(":", 2)
            if name in declared.link_tables:
                elements[declared.key, name].append((row, target, head is not None and head.value == 1))
        elif key in declared.fields and declared.fields[key].kind is not Kind.LINKS:
            values[row][key] = head.value if head else None
    deleted = _deleted_rows(db, new)
    by_entity: dict[str, list[str]] = defaultdict(list)
    for row, entity in entity_of.items():
        if entity in ENTITIES:
            by_entity[entity].append(row)
    for entity, rows in by_entity.items():
        _write_rows(db, ENTITIES[entity], rows, values, deleted)
    for (entity, name), changes in elements.items():
        _write_elements(db, ENTITIES[entity].link_tables[name].name, changes)
    for entity, rows in by_entity.items():
        search.index(db, ENTITIES[entity], rows)


def _deleted_rows(db: sqlite3.Connection, new: Sequence[Modification]) -> dict[str, bool]:
    """Whether each touched row is deleted; a row deleted without being seen whole is contested and stays visible."""
    rows = list(dict.fromkeys(m.row for m in new))
    suspects = {
        row_text(raw)
        for some in chunks(rows)
        for (raw,) in db.execute(
            f"SELECT h.row FROM head h JOIN modif_field f ON f.op_id = h.op_id AND f.field = h.field"
            f" WHERE h.field = '{STATE}' AND f.value = {DELETED} AND h.row IN ({marks(some)})",
            list(map(row_bytes, some)),
        )
    }
    deleted = dict.fromkeys(rows, False)
    for of_row in log.modifications_of_rows(db, sorted(suspects)):
        row = of_row[0].row
        view = merge.view(of_row, auto=auto_fields(of_row[0].entity))
        deleted[row] = view.deleted
        if STATE in view.conflicts:
            db.execute(
                "INSERT OR REPLACE INTO contested (row, field, entity) SELECT ?, ?, n FROM entity WHERE key = ?",
                [row_bytes(row), STATE, of_row[0].entity],
            )
        else:
            db.execute("DELETE FROM contested WHERE row = ? AND field = ?", [row_bytes(row), STATE])
    restored = [(row_bytes(row), STATE) for row in rows if row not in suspects]
    db.executemany("DELETE FROM contested WHERE row = ? AND field = ?", restored)
    return deleted


def _write_rows(
    db: sqlite3.Connection,
    declared: EntityType,
    rows: Sequence[str],
    values: Mapping[str, Mapping[str, Stored]],
    deleted: Mapping[str, bool],
) -> None:
    lots: dict[tuple[str, ...], list[list[Stored | bytes]]] = defaultdict(list)
    for row in rows:
        written = values.get(row, {})
        keys = tuple(sorted(written))
        raw = row_bytes(row)
        lots[keys].append([row, *(written[key] for key in keys), int(deleted[row]), raw, raw, raw])
    for keys, lot in lots.items():
        columns = [*keys, "deleted", "created_at", "updated_at", "updated_by"]
        names = ", ".join(f'"{name}"' for name in columns)
        updates = ", ".join(f'"{name}" = excluded."{name}"' for name in columns)
        db.executemany(
            f"""INSERT INTO "{declared.table.name}" (id, {names}) VALUES (?, {"?, " * len(keys)} ?,
                (SELECT min(stamp) FROM modif WHERE row = ?), (SELECT max(stamp) FROM modif WHERE row = ?),
                (SELECT replica FROM modif WHERE row = ? ORDER BY stamp DESC, op_id DESC LIMIT 1))
            ON CONFLICT (id) DO UPDATE SET {updates}""",
            lot,
        )


def _write_elements(db: sqlite3.Connection, table: str, changes: Iterable[tuple[str, str, bool]]) -> None:
    present: list[tuple[str, str]] = []
    absent: list[tuple[str, str]] = []
    for row, target, linked in changes:
        (present if linked else absent).append((row, target))
    db.executemany(f'DELETE FROM "{table}" WHERE row = ? AND target = ?', absent)
    db.executemany(f'INSERT OR IGNORE INTO "{table}" (row, target) VALUES (?, ?)', present)
