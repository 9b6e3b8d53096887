"""The recorder of one gesture: what `store.write(label)` gives.

It gathers canonical values row by row and makes, at the end, one modification per row whose parents are the heads of
this moment. A write that changes nothing is not recorded; a write to a deleted row must restore it first.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from uuid import UUID, uuid5

from app.errors import BadValue, UnknownRecord
from app.formatting import NBSP, fold
from app.models import registry
from app.models.fields import Field, Kind, Stored, Value, store
from app.notebook.changes import ChangeSet
from app.notebook.clock import HybridClock, new_id
from app.notebook.log import Batch, Gesture, Replica, row_bytes
from app.notebook.merge import DELETED, LINK_PREFIX, LIVE, STATE, Modification, Write

#: Rows whose id is made from their content (`EntityType.identity`) live under this name.
_IDENTITY = UUID("6f0d1c0a-3c57-5a0f-9a55-9d0f6c1f5c11")


@dataclass(slots=True)
class _Pending:
    """What the gesture will write to one row; `rivals` are further values that reopen a conflict beside the first."""

    entity: str
    is_new: bool = False
    values: dict[str, Stored] = field(default_factory=dict)
    rivals: dict[str, tuple[Stored, ...]] = field(default_factory=dict)
    seen: frozenset[bytes] = frozenset()


class Recorder:
    """Records the writes of one gesture. Values are Python values of the field's kind (app.models.fields)."""

    def __init__(self, db: sqlite3.Connection, *, clock: HybridClock, replica: Replica) -> None:
        self._db = db
        self._clock = clock
        self._replica = replica
        self._pending: dict[str, _Pending] = {}
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
        row = known_id or (identity_of(entity, values) if declared.identity else str(new_id(self._clock.next())))
        if row in self._pending or ((known_id or declared.identity) and self._exists(row)):
            if self.is_deleted(row):
                self.restore(entity, row)
            self.set(entity, row, **values)
            return row
        pending = self._pending[row] = _Pending(entity, is_new=True)
        pending.values[STATE] = LIVE
        for key, declared_field in declared.fields.items():
            if declared_field.default is not None and key not in values:
                pending.values[key] = declared_field.default
        self.set(entity, row, **values)
        return row

    def set(self, entity: str, row: str, /, **values: Value) -> None:
        """Give fields of a row new values; a value equal to the present one is no write."""
        for key, value in values.items():
            declared = registry.field(entity, key)
            if declared.kind is Kind.LINKS:
                self._set_links(entity, row, declared, value)
            else:
                self._put(entity, row, key, store(declared, value))

    def link(self, entity: str, row: str, field: str, target: str) -> None:
        """Add one element to a many-to-many field."""
        self._put(entity, row, _element(entity, field, target), 1)

    def unlink(self, entity: str, row: str, field: str, target: str) -> None:
        """Remove one element of a many-to-many field."""
        self._put(entity, row, _element(entity, field, target), 0)

    def delete(self, entity: str, row: str) -> None:
        """Hide a row; it stays in the log with what was seen of it, and can be restored."""
        pending = self._touch(entity, row)
        if pending.is_new:
            del self._pending[row]
            return
        pending.values = {STATE: DELETED}
        pending.seen = self._every_head(row)

    def restore(self, entity: str, row: str) -> None:
        """Bring a deleted row back."""
        self._touch(entity, row).values[STATE] = LIVE

    def put(self, entity: str, row: str, key: str, value: Stored, *, rivals: tuple[Stored, ...] = ()) -> None:
        """Write a canonical value to a field or pseudo-field as it is, even to a deleted row (undo, import, merge).

        With `rivals`, the field is left in conflict between `value` and each of them.
        """
        pending = self._touch(entity, row)
        pending.values[key] = value
        if rivals:
            pending.rivals[key] = rivals
        if key == STATE and value == DELETED:
            pending.seen = self._every_head(row)

    # -- what it knows --------------------------------------------------------------------------------------------

    def is_deleted(self, row: str) -> bool:
        pending = self._pending.get(row)
        if pending and STATE in pending.values:
            return pending.values[STATE] == DELETED
        states = self.heads(row, STATE).values()
        return bool(states) and all(value == DELETED for value in states)

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
            for writes in self._lots(row, pending)
        ]
        if not modifications and self.undoes is None:
            return None
        done = Gesture(gesture, label, kind, self._clock.next(), self._replica.id, self.undoes)
        return Batch((self._replica,), (done,), tuple(modifications))

    def _lots(self, row: str, pending: _Pending) -> Iterator[dict[str, Write]]:
        """The writes of one modification, then those of one more for each rival value."""
        parents = {key: frozenset() if pending.is_new else frozenset(self.heads(row, key)) for key in pending.values}
        first = {
            key: Write(value, parents[key])
            for key, value in pending.values.items()
            if not (pending.is_new and value is None)
        }
        if first:
            yield first
        for place in range(max((len(values) for values in pending.rivals.values()), default=0)):
            yield {
                key: Write(values[place], parents[key]) for key, values in pending.rivals.items() if place < len(values)
            }

    def _modification(
        self, row: str, pending: _Pending, writes: dict[str, Write], *, gesture: bytes, source: str
    ) -> Modification:
        stamp = self._clock.next()
        return Modification(
            new_id(stamp).bytes, gesture, pending.entity, row, stamp, self._replica.id, source, writes,
            pending.seen if STATE in writes else frozenset(),
        )  # fmt: skip

    # -- inside ---------------------------------------------------------------------------------------------------

    def _put(self, entity: str, row: str, key: str, value: Stored) -> None:
        pending = self._touch(entity, row)
        if not pending.is_new and self.is_deleted(row):
            raise BadValue(
                f"Cette ligne ({registry.entity(entity).label.lower()}) est dans la corbeille.",
                advice="Restaurez-la, puis modifiez-la.",
            )
        if not pending.is_new:
            present = set(self.heads(row, key).values()) or {0 if key.startswith(LINK_PREFIX) else None}
            if present == {value}:
                pending.values.pop(key, None)
                return
        elif value is None or (key.startswith(LINK_PREFIX) and value == 0):
            pending.values.pop(key, None)
            return
        pending.values[key] = value

    def _set_links(self, entity: str, row: str, declared: Field, value: Value) -> None:
        wanted = {str(UUID(str(target))) for target in _elements(value)}
        pending = self._touch(entity, row)
        present = set() if pending.is_new else _linked(self._db, entity, row, declared.key)
        prefix = f"{LINK_PREFIX}{declared.key}:"
        present |= {key.removeprefix(prefix) for key, on in pending.values.items() if key.startswith(prefix) and on}
        for target in sorted(wanted - present):
            self.link(entity, row, declared.key, target)
        for target in sorted(present - wanted):
            self.unlink(entity, row, declared.key, target)

    def _touch(self, entity: str, row: str) -> _Pending:
        if row not in self._pending:
            if not self._exists(row):
                raise UnknownRecord(
                    f"Aucune ligne ({registry.entity(entity).label.lower()}) ne porte l’identifiant{NBSP}{row}."
                )
            self._pending[row] = _Pending(entity)
        return self._pending[row]

    def _exists(self, row: str) -> bool:
        found = self._db.execute("SELECT 1 FROM modif WHERE row = ? LIMIT 1", (row_bytes(row),)).fetchone()
        return found is not None

    def _every_head(self, row: str) -> frozenset[bytes]:
        self.heads(row, STATE)
        return frozenset(op_id for of_field in self._row_heads[row].values() for op_id in of_field)


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


def _element(entity: str, key: str, target: str) -> str:
    registry.field(entity, key)
    return f"{LINK_PREFIX}{key}:{UUID(target)}"


def _elements(value: Value) -> Iterable[object]:
    if value is None:
        return ()
    if not isinstance(value, tuple):
        raise TypeError(f"{value!r} is not a tuple of ids")
    return value
