"""The bytes of attachments, beside the log: one copy by content, whatever the number of rows that name it.

A row names bytes by their sha256 (`EntityType.bytes_field`). They are never removed while a row names them, even one in
the bin; those of a colleague may not have come with their row.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from hashlib import sha256

from app.models.declare import EntityType
from app.models.registry import ENTITIES


def digest_of(data: bytes) -> str:
    """The name of bytes: their sha256, in hexadecimal."""
    return sha256(data).hexdigest()


def keep(db: sqlite3.Connection, blobs: Iterable[bytes]) -> dict[str, frozenset[str]]:
    """Keep the bytes that a row names and that are not there yet; returns the rows that had been waiting, by entity."""
    found: dict[str, frozenset[str]] = {}
    for data in blobs:
        name = digest_of(data)
        rows = _rows_naming(db, name)
        if not rows or db.execute("SELECT 1 FROM attachment_blob WHERE sha256 = ?", (name,)).fetchone():
            continue
        db.execute("INSERT INTO attachment_blob (sha256, bytes) VALUES (?, ?)", (name, data))
        for entity, row in rows:
            found[entity] = found.get(entity, frozenset()) | {row}
    return found


def drop_unnamed(db: sqlite3.Connection) -> int:
    """Remove the bytes that no row names any more, live or in the bin (a row was erased); returns how many."""
    return db.execute(f"DELETE FROM attachment_blob WHERE sha256 NOT IN ({_every_name()})").rowcount


def missing(db: sqlite3.Connection) -> Iterator[tuple[str, str, str]]:
    """(entity, row, sha256) of every row whose bytes are not in this file, those of the bin included."""
    for declared in with_bytes():
        yield from db.execute(
            f"""SELECT '{declared.key}', id, "{declared.bytes_field}" FROM "{declared.table.name}" t
            WHERE "{declared.bytes_field}" IS NOT NULL
              AND NOT EXISTS (SELECT 1 FROM attachment_blob b WHERE b.sha256 = t."{declared.bytes_field}")"""
        )


def damaged(db: sqlite3.Connection) -> list[str]:
    """The sha256 of bytes that are no longer those that were kept."""
    names = [name for (name,) in db.execute("SELECT sha256 FROM attachment_blob")]
    return [
        name
        for name in names
        if digest_of(db.execute("SELECT bytes FROM attachment_blob WHERE sha256 = ?", (name,)).fetchone()[0]) != name
    ]


def with_bytes() -> list[EntityType]:
    """The entities whose rows name bytes."""
    return [declared for declared in ENTITIES.values() if declared.bytes_field]


def _rows_naming(db: sqlite3.Connection, name: str) -> list[tuple[str, str]]:
    return [
        (declared.key, row)
        for declared in with_bytes()
        for (row,) in db.execute(f'SELECT id FROM "{declared.table.name}" WHERE "{declared.bytes_field}" = ?', (name,))
    ]


def _every_name() -> str:
    return " UNION ".join(
        f'SELECT "{declared.bytes_field}" FROM "{declared.table.name}" WHERE "{declared.bytes_field}" IS NOT NULL'
        for declared in with_bytes()
    )
