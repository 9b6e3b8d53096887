"""Which attachments leave with a team workbook: the latest first, within the room there is; the rest is listed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from app.formatting import NBSP
from app.models import registry
from app.models.declare import EntityType
from app.models.fields import Stored
from app.notebook.log import chunks, marks, row_bytes
from app.services.attachments import stayed_words
from app.services.joined_files import size_words
from app.services.names import labels
from app.services.outgoing import Table, raw

IN_WORKBOOK = "dans ce classeur"


@dataclass(frozen=True, slots=True)
class LeavingFiles:
    """The files of one entity that leave: their sha256, the latest first; what is told of each row, by column."""

    entity: str
    digests: tuple[str, ...]
    facts: Mapping[str, Mapping[str, str]]
    #: How many rows leave without their file.
    stayed: int


def choose_files(connection: Connection, table: Table, *, room: int, own: str) -> LeavingFiles:
    """What leaves of the files that the rows of `table` name, within `room` bytes. `own` is how this laptop signs."""
    declared = table.entity
    assert declared.bytes_field is not None
    named = dict(zip(table.ids, map(_text, table.values[declared.bytes_field]), strict=True))
    sizes = dict(raw(connection).execute("SELECT sha256, length(bytes) FROM attachment_blob").fetchall())
    stamps, signed = _made(connection, table.ids)
    chosen: dict[str, None] = {}
    for row in sorted(table.ids, key=lambda row: (-stamps.get(row, 0), row)):
        size = sizes.get(named[row])
        if named[row] not in chosen and size is not None and size <= room:
            chosen[named[row]] = None
            room -= size
    where = {
        row: IN_WORKBOOK if digest in chosen else stayed_words(own if digest in sizes else signed.get(row, ""))
        for row, digest in named.items()
    }
    facts: dict[str, Mapping[str, str]] = {"file": where, "record": _records(connection, declared, table)}
    if "size" in table.values:
        facts["size"] = {
            row: size_words(_size(size)) for row, size in zip(table.ids, table.values["size"], strict=True)
        }
    return LeavingFiles(declared.key, tuple(chosen), facts, sum(said != IN_WORKBOOK for said in where.values()))


def load_files(connection: Connection, digests: Sequence[str]) -> list[bytes]:
    """The bytes of these files, in this order."""
    db = raw(connection)
    return [db.execute("SELECT bytes FROM attachment_blob WHERE sha256 = ?", (one,)).fetchone()[0] for one in digests]


def _made(connection: Connection, rows: Sequence[str]) -> tuple[dict[str, int], dict[str, str]]:
    """When each row was made, as a stamp, and how the laptop that made it signs."""
    stamps: dict[str, int] = {}
    signed: dict[str, str] = {}
    by_bytes = {row_bytes(row): row for row in rows}
    for some in chunks(by_bytes):
        query = f"""SELECT m.row, min(m.stamp), r.label FROM modif m JOIN replica r ON r.n = m.replica
            WHERE m.row IN ({marks(some)}) GROUP BY m.row"""
        for row, stamp, label in raw(connection).execute(query, some):
            stamps[by_bytes[row]], signed[by_bytes[row]] = stamp, label or ""
    return stamps, signed


def _records(connection: Connection, declared: EntityType, table: Table) -> dict[str, str]:
    """« Action : Atelier vélo » for each row: the record it is joined to."""
    if declared.of_record is None:
        return {}
    entities, records = (table.values[key] for key in declared.of_record)
    by_entity: dict[str, set[str]] = {}
    for entity, record in zip(entities, records, strict=True):
        if entity in registry.ENTITIES and record is not None:
            by_entity.setdefault(str(entity), set()).add(str(record))
    called = {entity: labels(connection, entity, sorted(rows)) for entity, rows in by_entity.items()}
    return {
        row: f"{registry.entity(str(entity)).label}{NBSP}: {called[str(entity)][str(record)]}"
        for row, entity, record in zip(table.ids, entities, records, strict=True)
        if entity in called and record is not None
    }


def _text(value: Stored) -> str:
    return "" if value is None else str(value)


def _size(value: Stored) -> int:
    return value if isinstance(value, int) else 0
