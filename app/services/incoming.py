"""What an import must know of the notebook before it writes anything: what the log holds, what rows are called."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from sqlalchemy import Connection

from app.models import registry
from app.models.fields import Kind, Stored
from app.notebook import blobs, emptying, log
from app.notebook.emptying import Emptied
from app.notebook.log import Batch, chunks, marks, row_bytes, row_text
from app.notebook.merge import LINK_PREFIX, Modification
from app.services.names import is_numbered, labels
from app.services.outgoing import raw


@dataclass(frozen=True, slots=True)
class Called:
    """A live row and what it answers to: its label first, then its other names, its code."""

    id: str
    names: tuple[str, ...]
    code: str


def log_mark(connection: Connection) -> bytes:
    """Sixteen bytes that change when the log does."""
    summary = blake2b(digest_size=16)
    for (op_id,) in raw(connection).execute("SELECT op_id FROM modif ORDER BY op_id"):
        summary.update(op_id)
    return summary.digest()


def own_replica(connection: Connection) -> bytes:
    """The 16-byte id of this laptop; empty on a file that never had one."""
    found = raw(connection).execute("SELECT value FROM meta WHERE key = 'replica'").fetchone()
    return bytes(found[0]) if found else b""


def known_replicas(connection: Connection) -> dict[bytes, str]:
    """Id → name of every laptop the notebook has heard of."""
    return {id: label or "" for id, label in raw(connection).execute("SELECT id, label FROM replica")}


def emptied(connection: Connection, batches: Sequence[Batch]) -> Emptied:
    """What erasures took from the rows of these logs, here or in one of them."""
    return emptying.emptied(raw(connection), *(batch.modifications for batch in batches))


def unknown_part(connection: Connection, batch: Batch, *, taken: Emptied) -> tuple[Batch, bool]:
    """The modifications of `batch` that the log does not hold; and whether one it holds comes back changed.

    What is told of what erasures have `taken` may be empty, here or there, and proves nothing.
    """
    known = log.known_ids(raw(connection), (m.op_id for m in batch.modifications))
    changed = any(
        known[m.op_id] is not None and known[m.op_id] != m.digest()
        for m in batch.modifications
        if m.op_id in known and not taken.proves_nothing(m)
    )
    new = tuple(m for m in batch.modifications if m.op_id not in known)
    return Batch(batch.replicas, batch.gestures, new), changed


def awaited_files(connection: Connection, batch: Batch) -> frozenset[str]:
    """The sha256 of every file that a row names, here or in `batch`, and that this notebook does not hold."""
    db = raw(connection)
    named = {digest for _, _, digest in blobs.missing(db)}
    fields = {declared.key: declared.bytes_field for declared in blobs.with_bytes()}
    named |= {
        str(m.writes[key].value)
        for m in batch.modifications
        if (key := fields.get(m.entity)) and key in m.writes and m.writes[key].value
    }
    return frozenset(named - {digest for (digest,) in db.execute("SELECT sha256 FROM attachment_blob")})


def histories(connection: Connection, rows: Iterable[str]) -> dict[str, list[Modification]]:
    """Every modification of each of these rows that the log knows."""
    return {of_row[0].row: of_row for of_row in log.modifications_of_rows(raw(connection), rows)}


def entities_of(connection: Connection, rows: Iterable[str]) -> dict[str, str]:
    """The entity of each row that the log knows."""
    db = raw(connection)
    return {
        row_text(row): entity
        for some in chunks(rows)
        for row, entity in db.execute(
            f"SELECT m.row, e.key FROM modif m JOIN entity e ON e.n = m.entity WHERE m.row IN ({marks(some)})"
            " GROUP BY m.row",
            list(map(row_bytes, some)),
        )
    }


def known_ids(connection: Connection, op_ids: Collection[bytes]) -> frozenset[bytes]:
    """Those of `op_ids` that the log holds."""
    return frozenset(log.known_ids(raw(connection), op_ids))


def hand_written(connection: Connection, export_id: bytes) -> dict[str, frozenset[str]]:
    """Row → the fields (without their elements) that workbooks of one export have changed by hand."""
    found: dict[str, set[str]] = defaultdict(set)
    query = (
        "SELECT m.row, f.field FROM modif m JOIN modif_field f ON f.op_id = m.op_id"
        " WHERE m.source = 'hand' AND m.export_id = ?"
    )
    for row, key in raw(connection).execute(query, (export_id,)):
        found[row_text(row)].add(key.split(":")[1] if key.startswith(LINK_PREFIX) else key)
    return {row: frozenset(keys) for row, keys in found.items()}


def every_refusal(connection: Connection) -> frozenset[bytes]:
    """The ids of all that was refused on this laptop."""
    return frozenset(found for (found,) in raw(connection).execute("SELECT op_id FROM refusal"))


def recall(connection: Connection) -> Callable[[bytes, str], Stored]:
    """A function that tells what the write `op_id` gave to a field; None when it is unknown here."""
    db = raw(connection)

    def value(op_id: bytes, key: str) -> Stored:
        query = "SELECT value FROM modif_field WHERE op_id = ? AND field = ?"
        found: tuple[Stored] | None = db.execute(query, (op_id, key)).fetchone()
        return found[0] if found else None

    return value


def called(connection: Connection, entity: str, *, deleted: bool = False) -> list[Called]:
    """The live rows of an entity, or (`deleted`) those of its bin, with all that they answer to."""
    declared = registry.entity(entity)
    keys = [key for key in (declared.title, "short_title", "short_name", "acronym") if key in declared.fields]
    keys = [key for key in keys if not declared.fields[key].target and declared.fields[key].kind is not Kind.LINKS]
    code = f'"{declared.code}"' if declared.code else "NULL"
    numbers = ['"number"', f"'{declared.label[0]}' || \"number\""] if is_numbered(declared) else []
    columns = ", ".join([*(f'"{key}"' for key in keys), *numbers]) or "NULL"
    query = f'SELECT id, {code}, {columns} FROM "{declared.table.name}" WHERE deleted = ?'
    rows = raw(connection).execute(query, (int(deleted),)).fetchall()
    named = labels(connection, entity, (row[0] for row in rows), whole=True)
    return [
        Called(row[0], tuple(dict.fromkeys([named[row[0]], *(str(name) for name in row[2:] if name)])), row[1] or "")
        for row in rows
    ]


def current_rows(
    connection: Connection, entity: str, rows: Iterable[str]
) -> dict[str, tuple[Mapping[str, Stored], Mapping[str, tuple[str, ...]]]]:
    """What the tables hold of these rows: stored values by field, and the targets of each field of many links."""
    declared = registry.entity(entity)
    db = raw(connection)
    keys = [one.key for one in declared.columns]
    names = ", ".join(f'"{key}"' for key in keys)
    wanted = list(rows)
    values: dict[str, dict[str, Stored]] = {}
    links: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for some in chunks(wanted):
        for row, *stored in db.execute(
            f'SELECT id, {names} FROM "{declared.table.name}" WHERE id IN ({marks(some)})', some
        ):
            values[row] = dict(zip(keys, stored, strict=True))
        for key, table in declared.link_tables.items():
            for row, target in db.execute(
                f'SELECT row, target FROM "{table.name}" WHERE row IN ({marks(some)}) ORDER BY target', some
            ):
                links[row][key].append(target)
    return {row: (values[row], {key: tuple(found) for key, found in links[row].items()}) for row in values}
