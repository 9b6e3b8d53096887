"""The log on disk: tables of gestures and modifications, and how they are read and inserted.

The value of a write is kept in `modif_field` and nowhere else (tables and search are readings of it), so that a person
can be erased. `head`, `contested` and `awaited` are derived: `materialise` keeps them, `rebuild` makes them anew.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from app.errors import Tampered
from app.formatting import NBSP
from app.notebook.merge import ERASED, Modification, Write

T = TypeVar("T")

#: How many values go in one `IN (…)`.
CHUNK = 500

SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE replica (n INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, label TEXT, stamp INTEGER NOT NULL DEFAULT 0);
CREATE TABLE entity (n INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE);
CREATE TABLE gesture (
    id BLOB PRIMARY KEY, label TEXT, kind TEXT, at INTEGER, replica INTEGER, undoes BLOB
) WITHOUT ROWID;
CREATE INDEX ix_gesture_undoes ON gesture (undoes);
CREATE INDEX ix_gesture_replica ON gesture (replica, at);
CREATE TABLE modif (
    op_id BLOB PRIMARY KEY, gesture BLOB, entity INTEGER, row BLOB, stamp INTEGER, replica INTEGER, source TEXT,
    export_id BLOB, seen BLOB, digest BLOB
) WITHOUT ROWID;
CREATE INDEX ix_modif_row ON modif (row, stamp);
CREATE INDEX ix_modif_gesture ON modif (gesture);
CREATE TABLE modif_field (op_id BLOB, field TEXT, value, parents BLOB, PRIMARY KEY (op_id, field)) WITHOUT ROWID;
CREATE TABLE head (row BLOB, field TEXT, op_id BLOB, PRIMARY KEY (row, field, op_id)) WITHOUT ROWID;
CREATE TABLE contested (row BLOB, field TEXT, entity INTEGER, PRIMARY KEY (row, field)) WITHOUT ROWID;
CREATE TABLE awaited (op_id BLOB, field TEXT, PRIMARY KEY (op_id, field)) WITHOUT ROWID;
CREATE TABLE search_row (n INTEGER PRIMARY KEY, row TEXT NOT NULL UNIQUE, entity TEXT NOT NULL);
CREATE TABLE export_base (
    export_id BLOB PRIMARY KEY, code4 TEXT, at INTEGER, profile TEXT, scope TEXT, path TEXT, base BLOB
) WITHOUT ROWID;
CREATE TABLE refusal (op_id BLOB PRIMARY KEY, at INTEGER) WITHOUT ROWID;
CREATE TABLE import_record (
    id BLOB PRIMARY KEY, at INTEGER, label TEXT, files TEXT, counts TEXT, restore_point TEXT, ops BLOB
) WITHOUT ROWID;
CREATE TABLE attachment_blob (sha256 TEXT PRIMARY KEY, bytes BLOB);
CREATE VIRTUAL TABLE search USING fts5 (title, body, tokenize = 'unicode61 remove_diacritics 2', prefix = '1 2 3');
"""

#: Tables made from the log alone: emptied and filled again by a rebuild.
DERIVED = ("head", "contested", "awaited")


@dataclass(frozen=True, slots=True)
class Replica:
    """One notebook file on one machine: 16 bytes, and the name its gestures are signed with."""

    id: bytes
    label: str


@dataclass(frozen=True, slots=True)
class Gesture:
    """What one person did in one go; `at` is a stamp, `undoes` the gesture taken back or done again.

    Kinds: edit, import, undo, redo, resolution, merge, seed, migration, erasure. The label names the kind of gesture,
    never a person.
    """

    id: bytes
    label: str
    kind: str
    at: int
    replica: bytes
    undoes: bytes | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """What arrives together: modifications with the gestures and replicas they name, bytes that their rows speak of."""

    replicas: tuple[Replica, ...]
    gestures: tuple[Gesture, ...]
    modifications: tuple[Modification, ...]
    blobs: tuple[bytes, ...] = ()


def create_tables(db: sqlite3.Connection) -> None:
    for statement in SCHEMA.split(";\n"):
        if statement.strip():
            db.execute(statement)


def chunks(items: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """Lists of at most `size` items, in order."""
    pending: list[T] = []
    for item in items:
        pending.append(item)
        if len(pending) == size:
            yield pending
            pending = []
    if pending:
        yield pending


def marks(items: Sequence[object]) -> str:
    """`?,?,?`: as many as there are items."""
    return ",".join("?" * len(items))


def row_bytes(row: str) -> bytes:
    """The 16 bytes of a row id."""
    return bytes.fromhex(row.replace("-", ""))


def row_text(row: bytes) -> str:
    """The uuid text of a row's 16 bytes."""
    h = row.hex()
    return f"{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:]}"


def split_ids(joined: bytes | None) -> frozenset[bytes]:
    """The 16-byte ids laid end to end in `joined`."""
    return frozenset(joined[i : i + 16] for i in range(0, len(joined), 16)) if joined else frozenset()


def join_ids(ids: Iterable[bytes]) -> bytes | None:
    return b"".join(sorted(ids)) or None


# -- reading ------------------------------------------------------------------------------------------------------


def modifications_of_rows(db: sqlite3.Connection, rows: Iterable[str]) -> Iterator[list[Modification]]:
    """For each row, every modification of it."""
    for some in chunks(rows):
        found = _modifications(db, f"m.row IN ({marks(some)})", [row_bytes(row) for row in some])
        by_row: dict[str, list[Modification]] = defaultdict(list)
        for modification in found:
            by_row[modification.row].append(modification)
        yield from by_row.values()


def modifications_of(db: sqlite3.Connection, op_ids: Iterable[bytes]) -> list[Modification]:
    """Those of these modifications that the log holds."""
    return [m for some in chunks(op_ids) for m in _modifications(db, f"m.op_id IN ({marks(some)})", some)]


def modifications_of_gesture(db: sqlite3.Connection, gesture: bytes) -> list[Modification]:
    return _modifications(db, "m.gesture = ?", [gesture])


def every_row(db: sqlite3.Connection) -> list[str]:
    """Every row the log knows, grouped by entity."""
    return [row_text(row) for (row,) in db.execute("SELECT row FROM modif GROUP BY row ORDER BY min(entity), row")]


def everything(db: sqlite3.Connection) -> Batch:
    """All that the notebook knows, oldest stamp first: what a colleague needs to know as much."""
    replicas = db.execute("SELECT id, label FROM replica ORDER BY id").fetchall()
    gestures = db.execute(
        "SELECT g.id, g.label, g.kind, g.at, r.id, g.undoes FROM gesture g JOIN replica r ON r.n = g.replica"
        " ORDER BY g.at, g.id"
    ).fetchall()
    modifications = sorted(_modifications(db, "true", ()), key=lambda m: (m.stamp, m.op_id))
    return Batch(
        tuple(Replica(id, label or "") for id, label in replicas),
        tuple(Gesture(*gesture) for gesture in gestures),
        tuple(modifications),
    )


def known_ids(db: sqlite3.Connection, op_ids: Iterable[bytes]) -> dict[bytes, bytes | None]:
    """The digests of those of `op_ids` that the log holds."""
    known: dict[bytes, bytes | None] = {}
    for some in chunks(op_ids):
        known.update(db.execute(f"SELECT op_id, digest FROM modif WHERE op_id IN ({marks(some)})", some))
    return known


def erased_among(db: sqlite3.Connection, rows: Iterable[str]) -> frozenset[str]:
    """Those of `rows` that were erased (sync.md §3b)."""
    return frozenset(
        row_text(row)
        for some in chunks(rows)
        for (row,) in db.execute(
            # Any write, even one that a forged file leaves without head: nobody comes back.
            "SELECT DISTINCT m.row FROM modif m JOIN modif_field f ON f.op_id = m.op_id AND f.field = ?"
            f" WHERE m.row IN ({marks(some)})",
            [ERASED, *map(row_bytes, some)],
        )
    )


def _modifications(db: sqlite3.Connection, condition: str, parameters: Sequence[object]) -> list[Modification]:
    writes: dict[bytes, dict[str, Write]] = defaultdict(dict)
    query = (
        f"SELECT f.op_id, f.field, f.value, f.parents FROM modif m JOIN modif_field f USING (op_id) WHERE {condition}"
    )
    for op_id, field, value, parents in db.execute(query, parameters):
        writes[op_id][field] = Write(value, split_ids(parents))
    query = f"""
        SELECT m.op_id, m.gesture, e.key, m.row, m.stamp, r.id, m.source, m.seen, m.export_id
        FROM modif m JOIN entity e ON e.n = m.entity JOIN replica r ON r.n = m.replica WHERE {condition}"""
    return [
        Modification(
            op_id, gesture, entity, row_text(row), stamp, replica, source, writes[op_id], split_ids(seen), export
        )
        for op_id, gesture, entity, row, stamp, replica, source, seen, export in db.execute(query, parameters)
    ]


# -- inserting ----------------------------------------------------------------------------------------------------


def insert(db: sqlite3.Connection, batch: Batch) -> list[Modification]:
    """Insert what is not known yet and return it; inserting twice changes nothing.

    Raises Tampered when a known id comes back with another content (an erased row's digest is NULL and matches all).
    """
    known = known_ids(db, (m.op_id for m in batch.modifications))
    new = []
    for modification in batch.modifications:
        digest = known.get(modification.op_id, b"")
        if digest == b"":
            new.append(modification)
            known[modification.op_id] = modification.digest()
        elif digest is not None and digest != modification.digest():
            raise Tampered(
                f"Une modification reçue porte l’identifiant d’une autre{NBSP}: le fichier est altéré.",
                advice="Rien n’a été changé. Demandez un nouvel envoi.",
            )
    replicas = _replica_numbers(db, batch, new)
    entities = _entity_numbers(db, {m.entity for m in new})
    db.executemany(
        "INSERT OR IGNORE INTO gesture (id, label, kind, at, replica, undoes) VALUES (?, ?, ?, ?, ?, ?)",
        [(g.id, g.label, g.kind, g.at, replicas[g.replica], g.undoes) for g in batch.gestures],
    )
    db.executemany(
        "INSERT INTO modif (op_id, gesture, entity, row, stamp, replica, source, export_id, seen, digest)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (m.op_id, m.gesture, entities[m.entity], row_bytes(m.row), m.stamp, replicas[m.replica], m.source,
             m.export_id, join_ids(m.seen), known[m.op_id])
            for m in new
        ],
    )  # fmt: skip
    db.executemany(
        "INSERT INTO modif_field (op_id, field, value, parents) VALUES (?, ?, ?, ?)",
        [(m.op_id, key, write.value, join_ids(write.parents)) for m in new for key, write in m.writes.items()],
    )
    return new


def _replica_numbers(db: sqlite3.Connection, batch: Batch, new: Iterable[Modification]) -> dict[bytes, int]:
    """The local number of every replica, those that the batch names included, their last stamps brought up to date."""
    latest: dict[bytes, int] = {replica.id: 0 for replica in batch.replicas}
    stamped = [(gesture.replica, gesture.at) for gesture in batch.gestures] + [(m.replica, m.stamp) for m in new]
    for replica, stamp in stamped:
        latest[replica] = max(latest.get(replica, 0), stamp)
    labels = {replica.id: replica.label or None for replica in batch.replicas}
    for replica, stamp in latest.items():
        db.execute(
            "INSERT INTO replica (id, label, stamp) VALUES (?1, ?2, ?3) ON CONFLICT (id) DO UPDATE SET"
            " label = coalesce(label, excluded.label), stamp = max(stamp, excluded.stamp)",
            (replica, labels.get(replica), stamp),
        )
    return dict(db.execute("SELECT id, n FROM replica"))


def _entity_numbers(db: sqlite3.Connection, keys: Iterable[str]) -> dict[str, int]:
    db.executemany("INSERT OR IGNORE INTO entity (key) VALUES (?)", [(key,) for key in sorted(keys)])
    return dict(db.execute("SELECT key, n FROM entity"))
