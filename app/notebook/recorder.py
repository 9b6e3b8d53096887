"""The recorder of one gesture: what `store.write(label)` gives.

It gathers canonical values row by row and makes, at the end, one modification per row whose parents are the heads of
this moment. A write that changes nothing is not recorded; a write to a deleted row must restore it first.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from uuid import UUID, uuid5

from app.errors import BadValue, UnknownField, UnknownRecord
from app.formatting import NBSP, fold
from app.models import registry
from app.models.fields import Kind, Stored, Value, store
from app.notebook import blobs
from app.notebook.changes import ChangeSet
from app.notebook.clock import HybridClock, new_id
from app.notebook.log import Batch, Gesture, Replica, row_bytes
from app.notebook.masks import is_mask
from app.notebook.merge import DELETED, ERASED, LINK_PREFIX, LIVE, STATE, Modification, Write

#: Rows whose id is made from their content (`EntityType.identity`) live under this name.
_IDENTITY = UUID("6f0d1c0a-3c57-5a0f-9a55-9d0f6c1f5c11")


@dataclass(slots=True)
class _Pending:
    """What the gesture will write to one row; `rivals` are further values that reopen a conflict beside the first.

    `seen` goes with a delete. One that comes back with what it had seen in its time goes `apart`: what a modification
    writes beside its delete counts as seen.
    """

    entity: str
    is_new: bool = False
    values: dict[str, Stored] = field(default_factory=dict)
    rivals: dict[str, tuple[Stored, ...]] = field(default_factory=dict)
    seen: frozenset[bytes] = frozenset()
    apart: bool = False


class Recorder:
    """Records the writes of one gesture. Values are Python values of the field's kind (app.models.fields)."""

    def __init__(self, db: sqlite3.Connection, *, clock: HybridClock, replica: Replica) -> None:
        self._db = db
        self._clock = clock
        self._replica = replica
        self._pending: dict[str, _Pending] = {}
        self._blobs: list[bytes] = []
        self._row_heads: dict[str, dict[str, dict[bytes, Stored]]] = {}
        #: What the gesture changed, known once the block has ended.
        self.changes: ChangeSet | None = None
        self.notes: list[str] = []
        self.undoes: bytes | None = None

    # -- what a gesture can do ------------------------------------------------------------------------------------

    def create(self, entity: str, known_id: str | None = None, /, **values: Value) -> str:
        """A new row with these values and the defaults of the others; returns its id.

        `known_id` gives a row made elsewhere (a workbook) the id it has there. Entities with an `identity` take the id
        made from it: creating the same again finds the row (restored if it was deleted) and writes what differs.
        """
        declared = registry.entity(entity)
        written = _canonical(entity, values)
        row = _id(known_id) if known_id else identity_of(entity, values) if declared.identity else ""
        if row and self._entity_of(row):
            self.restore(entity, row)
            self._write(self._known(entity, row), written)
            return row
        row = row or str(new_id(self._clock.next()))
        pending = self._pending[row] = _Pending(entity, is_new=True)
        pending.values[STATE] = LIVE
        for key, declared_field in declared.fields.items():
            if declared_field.default is not None and key not in values:
                pending.values[key] = declared_field.default
        self._write(row, written)
        return row

    def set(self, entity: str, row: str, /, **values: Value) -> None:
        """Give fields of a row new values; a value equal to the present one is no write."""
        # What is wrong is said before anything is kept: the gesture may go on without this row.
        written = _canonical(entity, values)
        self._write(self._known(entity, row), written)

    def link(self, entity: str, row: str, field: str, target: str) -> None:
        """Add one element to a many-to-many field."""
        self._write(self._known(entity, row), {_element(entity, field, target): 1})

    def unlink(self, entity: str, row: str, field: str, target: str) -> None:
        """Remove one element of a many-to-many field."""
        self._write(self._known(entity, row), {_element(entity, field, target): 0})

    def delete(self, entity: str, row: str) -> None:
        """Hide a row; it stays in the log with what was seen of it, and can be restored."""
        row = self._known(entity, row)
        pending = self._pending[row]
        if pending.is_new:
            del self._pending[row]
            return
        pending.rivals = {}
        pending.values = {} if self._lies_in_bin(row) else {STATE: DELETED}
        pending.seen, pending.apart = self.every_head(row), False

    def restore(self, entity: str, row: str) -> None:
        """Bring a deleted row back, or settle that a row somebody deleted is kept."""
        row = self._known(entity, row)
        pending = self._pending[row]
        pending.values[STATE] = LIVE
        if set(self.heads(row, STATE).values()) == {LIVE}:
            del pending.values[STATE]

    def put(
        self,
        entity: str,
        row: str,
        key: str,
        value: Stored,
        *,
        rivals: tuple[Stored, ...] = (),
        seen: frozenset[bytes] | None = None,
    ) -> None:
        """Write a canonical value to a field or pseudo-field as it is, even to a deleted row (undo, import, merge).

        With `rivals`, the field is left in conflict between `value`, displayed, and each of them. `seen` is what a
        delete is deemed to have seen; without it, all that is there.
        """
        row = self._known(entity, row)
        pending = self._pending[row]
        pending.values[key] = value
        pending.rivals[key] = rivals
        if key == STATE and DELETED in (value, *rivals):
            pending.seen = self.every_head(row) if seen is None else seen
            pending.apart = seen is not None

    def keep_bytes(self, data: bytes) -> str:
        """Keep the bytes of an attachment with the row that names them; returns their sha256."""
        self._blobs.append(data)
        return blobs.digest_of(data)

    # -- what it knows --------------------------------------------------------------------------------------------

    def is_deleted(self, row: str) -> bool:
        """True when the row is in the bin, this gesture included; a row in conflict over its deletion is not."""
        pending = self._pending.get(row)
        if pending and STATE in pending.values:
            return pending.values[STATE] == DELETED
        return self._lies_in_bin(row)

    def every_head(self, row: str) -> frozenset[bytes]:
        """The heads of all the fields of a row."""
        self.heads(row, STATE)
        return frozenset(op_id for of_field in self._row_heads[row].values() for op_id in of_field)

    def written_keys(self, row: str) -> frozenset[str]:
        """The fields and pseudo-fields of a row that the log has a value for."""
        self.heads(row, STATE)
        return frozenset(self._row_heads[row])

    def heads(self, row: str, key: str) -> dict[bytes, Stored]:
        """The heads in the log, this gesture left out: id → value."""
        if row not in self._row_heads:
            found: dict[str, dict[bytes, Stored]] = {}
            query = """
                SELECT h.field, h.op_id, f.value FROM head h
                JOIN modif_field f ON f.op_id = h.op_id AND f.field = h.field WHERE h.row = ?"""
            for field_key, op_id, value in self._db.execute(query, (row_bytes(row),)):
                found.setdefault(field_key, {})[op_id] = value
            self._row_heads[row] = found
        return self._row_heads[row].get(key, {})

    # -- the end --------------------------------------------------------------------------------------------------

    def batch(self, label: str, *, kind: str, source: str) -> Batch | None:
        """The modifications of the gesture, or None when it changed nothing (an undo is remembered all the same)."""
        gesture = new_id(self._clock.next()).bytes
        modifications = [
            self._modification(row, pending, writes, gesture=gesture, source=source)
            for row, pending in self._pending.items()
            for lot in self._lots(row, pending)
            for writes in _apart(lot, pending)
        ]
        if not modifications and self.undoes is None:
            return None
        done = Gesture(gesture, label, kind, self._clock.next(), self._replica.id, self.undoes)
        return Batch((self._replica,), (done,), tuple(modifications), tuple(self._blobs))

    def _lots(self, row: str, pending: _Pending) -> Iterator[dict[str, Write]]:
        """The writes of one modification for each rival value, then of the one that holds what is displayed."""
        # Masks add up, none replaces another.
        apart = {key for key in pending.values if pending.is_new or is_mask(key)}
        parents = {key: frozenset() if key in apart else frozenset(self.heads(row, key)) for key in pending.values}
        for place in range(max((len(values) for values in pending.rivals.values()), default=0)):
            yield {
                key: Write(values[place], parents[key]) for key, values in pending.rivals.items() if place < len(values)
            }
        last = {
            key: Write(value, parents[key])
            for key, value in pending.values.items()
            if not (pending.is_new and value is None)
        }
        if last:
            yield last

    def _modification(
        self, row: str, pending: _Pending, writes: dict[str, Write], *, gesture: bytes, source: str
    ) -> Modification:
        stamp = self._clock.next()
        return Modification(
            new_id(stamp).bytes, gesture, pending.entity, row, stamp, self._replica.id, source, writes,
            pending.seen if STATE in writes and writes[STATE].value == DELETED else frozenset(),
        )  # fmt: skip

    # -- inside ---------------------------------------------------------------------------------------------------

    def _write(self, row: str, written: Mapping[str, Stored | frozenset[str]]) -> None:
        """Keep canonical values of a known row; a set is the whole of a many-to-many field."""
        pending = self._pending[row]
        if not pending.is_new:
            self._refuse_when_closed(row, pending.entity)
        for key, value in written.items():
            if isinstance(value, frozenset):
                linked = self._linked(row, key)
                for target in sorted(value ^ linked):
                    self._keep(row, f"{LINK_PREFIX}{key}:{target}", int(target in value))
            else:
                self._keep(row, key, value)

    def _keep(self, row: str, key: str, value: Stored) -> None:
        pending = self._pending[row]
        present = set() if pending.is_new else set(self.heads(row, key).values())
        pending.rivals.pop(key, None)
        pending.values[key] = value
        if (present or {_empty(key)}) == {value}:
            del pending.values[key]

    def _linked(self, row: str, key: str) -> frozenset[str]:
        """What a many-to-many field holds, this gesture included."""
        pending = self._pending[row]
        prefix = f"{LINK_PREFIX}{key}:"
        linked = set() if pending.is_new else _linked(self._db, pending.entity, row, key)
        for written, on in pending.values.items():
            if written.startswith(prefix):
                (linked.add if on else linked.discard)(written.removeprefix(prefix))
        return frozenset(linked)

    def _refuse_when_closed(self, row: str, entity: str) -> None:
        label = registry.entity(entity).label.lower()
        if self.heads(row, ERASED):
            raise BadValue(f"Cette ligne ({label}) a été effacée{NBSP}: elle ne se remplit plus.")
        if self.is_deleted(row):
            raise BadValue(f"Cette ligne ({label}) est dans la corbeille.", advice="Restaurez-la, puis modifiez-la.")

    def _lies_in_bin(self, row: str) -> bool:
        """True when the log says deleted, and nobody had written what the deleter could not see."""
        states = set(self.heads(row, STATE).values())
        query = "SELECT 1 FROM contested WHERE row = ? AND field = ?"
        return states == {DELETED} and not self._db.execute(query, (row_bytes(row), STATE)).fetchone()

    def _known(self, entity: str, row: str) -> str:
        """The id of a row of this entity in its one writing, ready to be written; raises UnknownRecord."""
        label = registry.entity(entity).label.lower()
        try:
            known = _id(row)
        except TypeError:
            known = ""
        if not known or self._entity_of(known) != entity:
            raise UnknownRecord(f"Aucune ligne ({label}) ne porte l’identifiant{NBSP}{row}.")
        self._pending.setdefault(known, _Pending(entity))
        return known

    def _entity_of(self, row: str) -> str | None:
        if row in self._pending:
            return self._pending[row].entity
        query = "SELECT e.key FROM modif m JOIN entity e ON e.n = m.entity WHERE m.row = ? LIMIT 1"
        found = self._db.execute(query, (row_bytes(row),)).fetchone()
        return found[0] if found else None


def _apart(writes: dict[str, Write], pending: _Pending) -> Iterator[dict[str, Write]]:
    """The delete and the rest, when they must not be one modification."""
    if pending.apart and STATE in writes and writes[STATE].value == DELETED and len(writes) > 1:
        yield {STATE: writes.pop(STATE)}
    yield writes


def _linked(db: sqlite3.Connection, entity: str, row: str, key: str) -> set[str]:
    table = registry.entity(entity).link_tables[key].name
    return {target for (target,) in db.execute(f'SELECT target FROM "{table}" WHERE row = ?', (row,))}


def identity_of(entity: str, values: dict[str, Value]) -> str:
    """The id of a row made from its identity fields: the same wherever and whenever it is made."""
    declared = registry.entity(entity)
    parts = []
    for key in declared.identity:
        stored = store(declared.fields[key], values.get(key)) or declared.fields[key].default or ""
        parts.append(fold(str(stored)))
    return str(uuid5(_IDENTITY, "\x1f".join((entity, *parts))))


def _canonical(entity: str, values: Mapping[str, Value]) -> dict[str, Stored | frozenset[str]]:
    """Values as they are stored, many links as sets of ids; raises UnknownField or TypeError."""
    written: dict[str, Stored | frozenset[str]] = {}
    for key, value in values.items():
        declared = registry.field(entity, key)
        if declared.kind is not Kind.LINKS:
            written[key] = store(declared, value)
        elif value is None or isinstance(value, tuple):
            written[key] = frozenset(map(_id, value or ()))
        else:
            raise TypeError(f"{value!r} is not a tuple of ids")
    return written


def _element(entity: str, key: str, target: str) -> str:
    if registry.field(entity, key).kind is not Kind.LINKS:
        raise UnknownField(f"«{NBSP}{key}{NBSP}» ne porte pas plusieurs liens.")
    return f"{LINK_PREFIX}{key}:{_id(target)}"


def _id(value: object) -> str:
    """The one writing of an id; raises TypeError."""
    try:
        return str(UUID(str(value)))
    except ValueError:
        raise TypeError(f"{value!r} is not an id") from None


def _empty(key: str) -> Stored:
    """What a field holds that nobody wrote."""
    return 0 if key.startswith(LINK_PREFIX) else None
