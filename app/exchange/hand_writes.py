"""The modifications that hand edits are, named the same on every laptop that reads the same workbook.

An id is made of the export, the row, the field, what the cell replaced when it left, and the value; no clock and no
chance in it. Two people who take in the same workbook write the same thing once.
"""

import json
from collections.abc import Mapping
from hashlib import blake2b

from app.exchange.bases import Base
from app.exchange.hand_edits import Deletion, Edit
from app.exchange.payload import BaseRow
from app.models.fields import Kind, Stored
from app.notebook.merge import DELETED, LINK_PREFIX, LIVE, STATE, Modification, Write

HAND = "hand"
#: Hand edits wait for their gesture: the import that takes them in.
NO_GESTURE = bytes(16)


def hand_id(export_id: bytes, entity: str, row: str, key: str, parents: frozenset[bytes], value: object) -> bytes:
    """The 16-byte id of a hand edit."""
    said = [export_id.hex(), entity, row, key, [parent.hex() for parent in sorted(parents)], value]
    return blake2b(json.dumps(said, ensure_ascii=False).encode(), digest_size=16, person=b"main").digest()


def edit_writes(edit: Edit) -> tuple[Modification, ...]:
    """One modification for the field, or for each element added or removed."""
    if edit.field.kind is not Kind.LINKS:
        assert not isinstance(edit.value, tuple)
        return (_write(edit, edit.field.key, edit.value),)
    before = frozenset(edit.before) if isinstance(edit.before, tuple) else frozenset()
    after = frozenset(edit.value) if isinstance(edit.value, tuple) else frozenset()
    return tuple(
        _write(edit, f"{LINK_PREFIX}{edit.field.key}:{target}", int(target in after))
        for target in sorted(before ^ after)
    )


def deletion_write(entity: str, row: str, base: Base, base_row: BaseRow) -> Modification:
    """The delete of a row that saw what had been exported of it, no more."""
    parents = _heads(base_row, STATE)
    op_id = hand_id(base.header.export_id, entity, row, STATE, base_row.seen, DELETED)
    return _modification(base, op_id, entity, row, {STATE: Write(DELETED, parents)}, base_row.seen)


def deletion_of(deletion: Deletion) -> Modification:
    return deletion_write(deletion.entity, deletion.row, deletion.base, deletion.base_row)


def creation_write(
    export_id: bytes, entity: str, row: str, values: Mapping[str, Stored], *, stamp: int, replica: bytes
) -> Modification:
    """The first write of a new row: `values` by field or element."""
    writes = {STATE: Write(LIVE)} | {key: Write(value) for key, value in values.items()}
    op_id = hand_id(export_id, entity, row, "", frozenset(), sorted(values.items()))
    return Modification(
        op_id, NO_GESTURE, entity, row, stamp, replica, HAND, writes, frozenset(), export_id
    )  # fmt: skip


def later_write(
    export_id: bytes, entity: str, row: str, key: str, value: Stored, *, stamp: int, replica: bytes
) -> Modification:
    """A cell of a row without Réf. changed after that row was taken in: it replaces nothing that had been exported."""
    op_id = hand_id(export_id, entity, row, key, frozenset(), value)
    return Modification(
        op_id, NO_GESTURE, entity, row, stamp, replica, HAND, {key: Write(value)}, frozenset(), export_id
    )  # fmt: skip


def _write(edit: Edit, key: str, value: Stored) -> Modification:
    parents = _heads(edit.base_row, key)
    op_id = hand_id(edit.base.header.export_id, edit.entity, edit.row, key, parents, value)
    return _modification(edit.base, op_id, edit.entity, edit.row, {key: Write(value, parents)})


def _heads(base_row: BaseRow, key: str) -> frozenset[bytes]:
    cell = base_row.cells.get(key)
    return frozenset(cell.heads) if cell is not None else frozenset()


def _modification(
    base: Base, op_id: bytes, entity: str, row: str, writes: Mapping[str, Write], seen: frozenset[bytes] = frozenset()
) -> Modification:
    header = base.header
    return Modification(
        op_id, NO_GESTURE, entity, row, header.stamp + 1, header.replica, HAND, writes, seen, header.export_id
    )  # fmt: skip
