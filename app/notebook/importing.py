"""Taking an import in: one transaction, proved before it is committed.

What colleagues wrote keeps its own gestures; what was accepted by hand, and what this laptop writes with it, make one
gesture of kind import. The journal (`import_record`) and the refusals are local: they hold ids, never values.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from app.models.fields import Stored
from app.notebook import database, merge
from app.notebook.changes import ChangeSet
from app.notebook.clock import new_id, stamp_of
from app.notebook.log import Batch, Gesture, Replica, chunks, join_ids, marks, modifications_of_rows, row_bytes
from app.notebook.materialise import Touched, materialise
from app.notebook.merge import DELETED, LIVE, STATE, Modification
from app.notebook.recorder import Recorder
from app.notebook.store import Store


@dataclass(frozen=True, slots=True)
class Fresh:
    """A write of this laptop, made on what the row holds at that moment: a field, an element or `_state`."""

    entity: str
    row: str
    key: str
    value: Stored
    source: str = "app"


@dataclass(frozen=True, slots=True)
class Incoming:
    """All that one import writes. `files` and `counts` go to the journal as JSON."""

    batch: Batch
    hand: Sequence[Modification]
    replicas: Sequence[Replica]
    fresh: Sequence[Fresh]
    refused: Iterable[bytes]
    label: str
    files: Sequence[Mapping[str, Any]]
    counts: Mapping[str, int]
    restore_point: str


class Unproved(Exception):
    """What was written is not what it should be: rolled back, and a fault of ours."""


def take_in(store: Store, incoming: Incoming) -> tuple[bytes, ChangeSet]:
    """Write an import; returns its 16-byte id in the journal, and what changed. Nothing is written on any error."""
    with store._alone() as db:
        with database.explained(store.path):
            # The lock is then exclusive only while committing: pages keep reading.
            db.execute("PRAGMA cache_spill = OFF")
            try:
                with database.transaction(db):
                    import_id, gesture, touched = _write(store, db, incoming)
            finally:
                db.execute("PRAGMA cache_spill = ON")
        store.forget(touched)
    for modification in (*incoming.batch.modifications, *incoming.hand):
        store.clock().receive(modification.stamp)
    changes = ChangeSet(incoming.label, "import", touched.rows, gesture)
    if changes:
        store.announce(changes)
    return import_id, changes


def _write(store: Store, db: sqlite3.Connection, incoming: Incoming) -> tuple[bytes, bytes | None, Touched]:
    clock = store.clock()
    import_id = new_id(clock.next()).bytes
    gesture = Gesture(import_id, incoming.label, "import", clock.next(), store.replica().id)
    known = _known(db, (m.op_id for m in (*incoming.batch.modifications, *incoming.hand)))
    touched = [materialise(db, incoming.batch)]
    hand = [replace(m, gesture=gesture.id) for m in incoming.hand]
    gestures = (gesture,) if hand or incoming.fresh else ()
    touched.append(materialise(db, Batch((store.replica(), *incoming.replicas), gestures, tuple(hand))))
    fresh = _fresh(store, db, incoming.fresh, gesture.id)
    touched.append(materialise(db, Batch((store.replica(),), (), tuple(fresh))))
    every = [*incoming.batch.modifications, *hand, *fresh]
    _prove(db, every)
    brought = [m.op_id for m in every if m.op_id not in known]
    now = stamp_of(store.now())
    db.executemany("INSERT OR IGNORE INTO refusal (op_id, at) VALUES (?, ?)", [(one, now) for one in incoming.refused])
    if not brought:
        # The bytes of attachments known already may be all that came.
        return import_id, None, _together(touched)
    db.execute(
        "INSERT INTO import_record (id, at, label, files, counts, restore_point, ops) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            import_id, now, incoming.label, json.dumps(list(incoming.files), ensure_ascii=False),
            json.dumps(dict(incoming.counts)), incoming.restore_point, join_ids(brought),
        ),
    )  # fmt: skip
    return import_id, gesture.id if gestures else None, _together(touched)


def _fresh(store: Store, db: sqlite3.Connection, writes: Sequence[Fresh], gesture: bytes) -> list[Modification]:
    """The modifications of this laptop, by source, on what the rows hold now."""
    found: list[Modification] = []
    for source in dict.fromkeys(one.source for one in writes):
        recorder = Recorder(db, clock=store.clock(), replica=store.replica())
        for one in writes:
            if one.source != source:
                continue
            if one.key == STATE and one.value == DELETED:
                recorder.delete(one.entity, one.row)
            elif one.key == STATE and one.value == LIVE:
                recorder.restore(one.entity, one.row)
            else:
                recorder.put(one.entity, one.row, one.key, one.value)
        batch = recorder.batch("", kind="import", source=source)
        found += [replace(m, gesture=gesture) for m in (batch.modifications if batch else ())]
    return found


def _known(db: sqlite3.Connection, op_ids: Iterable[bytes]) -> set[bytes]:
    return {
        found
        for some in chunks(op_ids)
        for (found,) in db.execute(f"SELECT op_id FROM modif WHERE op_id IN ({marks(some)})", some)
    }


def _prove(db: sqlite3.Connection, written: Sequence[Modification]) -> None:
    """Raise Unproved unless every modification is there and the heads of its row are those that the log makes."""
    missing = {m.op_id for m in written} - _known(db, (m.op_id for m in written))
    if missing:
        raise Unproved(f"{len(missing)} modifications are not in the log")
    for of_row in modifications_of_rows(db, sorted({m.row for m in written})):
        row = of_row[0].row
        keys = {key for m in of_row for key in m.writes}
        awaited = {
            (op_id, key)
            for some in chunks([m.op_id for m in of_row])
            for op_id, key in db.execute(f"SELECT op_id, field FROM awaited WHERE op_id IN ({marks(some)})", some)
        }
        made = {
            (key, head.op_id) for key in keys for head in merge.heads(of_row, key) if (head.op_id, key) not in awaited
        }
        kept = set(db.execute("SELECT field, op_id FROM head WHERE row = ?", (row_bytes(row),)))
        if made != kept:
            raise Unproved(f"the heads of {row} are not those of its log")
    if db.execute("PRAGMA foreign_key_check").fetchone():
        raise Unproved("a foreign key leads nowhere")


def _together(touched: Sequence[Touched]) -> Touched:
    found: dict[str, frozenset[str]] = {}
    for one in touched:
        for entity, rows in one.rows.items():
            found[entity] = found.get(entity, frozenset()) | rows
    return Touched(found, frozenset[str]().union(*(one.emptied for one in touched)))
