"""Taking back and doing again: compensating modifications, never a removal.

Undo takes back the last whole gesture of this laptop, across pages and restarts. What was changed since by another
gesture is kept and said. Undo is itself in the log, and can be taken back (that is redo).
"""

import sqlite3

from app.errors import NothingToUndo
from app.formatting import counted
from app.models.fields import Stored
from app.notebook.changes import ChangeSet
from app.notebook.log import Gesture, marks, modifications_of_gesture, split_ids
from app.notebook.merge import DELETED, ERASED, LINK_PREFIX, STATE, Modification
from app.notebook.recorder import Recorder
from app.notebook.store import Store

#: Gestures that a person did and may take back.
UNDOABLE = ("edit", "import", "resolution", "merge", "redo")
_SQL_UNDOABLE = ", ".join(f"'{kind}'" for kind in UNDOABLE)


def next_undo(store: Store) -> Gesture | None:
    """The gesture that undo would take back: the last of this laptop that still stands."""
    return _gesture(
        store,
        f"""SELECT g.id, g.label, g.kind, g.at, r.id, g.undoes FROM gesture g JOIN replica r ON r.n = g.replica
        WHERE r.id = ?1 AND g.kind IN ({_SQL_UNDOABLE})
          AND NOT EXISTS (SELECT 1 FROM gesture u WHERE u.undoes = g.id)
        ORDER BY g.at DESC LIMIT 1""",
    )


def next_redo(store: Store) -> Gesture | None:
    """The undo that redo would take back: the last one, when nothing else was done since."""
    return _gesture(
        store,
        """SELECT g.id, g.label, g.kind, g.at, r.id, g.undoes FROM gesture g JOIN replica r ON r.n = g.replica
        WHERE r.id = ?1 AND g.kind = 'undo'
          AND NOT EXISTS (SELECT 1 FROM gesture u WHERE u.undoes = g.id)
          AND NOT EXISTS (SELECT 1 FROM gesture later WHERE later.replica = g.replica AND later.at > g.at
                          AND later.kind NOT IN ('undo', 'redo'))
        ORDER BY g.at DESC LIMIT 1""",
    )


def undo(store: Store) -> ChangeSet:
    """Take back the last gesture of this laptop; raises NothingToUndo. `notes` of the result say what was kept."""
    gesture = next_undo(store)
    if gesture is None:
        raise NothingToUndo("Il n’y a rien à annuler.")
    return take_back(store, gesture, kind="undo")


def redo(store: Store) -> ChangeSet:
    """Do again what undo took back; raises NothingToUndo."""
    gesture = next_redo(store)
    if gesture is None:
        raise NothingToUndo("Il n’y a rien à rétablir.")
    return take_back(store, gesture, kind="redo")


def take_back(store: Store, gesture: Gesture, *, kind: str) -> ChangeSet:
    """Write what makes `gesture` as if it had not been, field by field, where nothing else came after it."""
    with store.write(gesture.label, kind=kind, source="undo") as write:
        write.undoes = gesture.id
        db = store.writer()
        kept = sum(_take_back_row(db, write, m) for m in modifications_of_gesture(db, gesture.id))
        if kept:
            words = "ont été modifiés depuis et sont gardés" if kept > 1 else "a été modifié depuis et est gardé"
            write.notes.append(f"{counted(kept, 'champ')} {words}.")
    assert write.changes is not None
    return write.changes


def _take_back_row(db: sqlite3.Connection, write: Recorder, modification: Modification) -> int:
    """Compensate one modification; returns how many of its fields were kept because something came after."""
    if ERASED in modification.writes:
        return len(modification.writes)
    kept = 0
    created = STATE in modification.writes and not modification.writes[STATE].parents
    # A row that did not exist is deleted whole: its fields stay readable in the bin, and come back with it.
    for key in [STATE] if created else list(modification.writes):
        if not _still_stands(db, write, modification, key):
            kept += 1
            continue
        before = _values(db, modification.writes[key].parents, key)
        if not before:
            before = [DELETED if key == STATE else (0 if key.startswith(LINK_PREFIX) else None)]
        write.put(modification.entity, modification.row, key, before[0], rivals=tuple(before[1:]))
    return kept


def _still_stands(db: sqlite3.Connection, write: Recorder, modification: Modification, key: str) -> bool:
    """True when the field is worth what this modification made it, directly or by later gestures taken back."""
    heads = frozenset(write.heads(modification.row, key))
    own = frozenset({modification.op_id})
    return heads == own or _origins(db, heads, key) == _origins(db, own, key)


def _origins(db: sqlite3.Connection, op_ids: frozenset[bytes], key: str) -> frozenset[bytes]:
    """The writes that `op_ids` stand for: what an undo wrote stands for what the gesture it undid had replaced."""
    settled: set[bytes] = set()
    waiting = set(op_ids)
    while waiting:
        op_id = waiting.pop()
        undone = db.execute(
            """SELECT f.parents FROM modif m JOIN gesture g ON g.id = m.gesture
            JOIN modif before ON before.gesture = g.undoes AND before.row = m.row
            JOIN modif_field f ON f.op_id = before.op_id AND f.field = ?2
            WHERE m.op_id = ?1 AND g.kind IN ('undo', 'redo')""",
            (op_id, key),
        ).fetchone()
        if undone is None:
            settled.add(op_id)
        else:
            waiting |= split_ids(undone[0])
    return frozenset(settled)


def _values(db: sqlite3.Connection, op_ids: frozenset[bytes], key: str) -> list[Stored]:
    """The distinct values that `op_ids` gave to a field, the latest first."""
    ids = sorted(op_ids)
    found = db.execute(
        "SELECT f.value FROM modif_field f JOIN modif m USING (op_id)"
        f" WHERE f.field = ? AND f.op_id IN ({marks(ids)}) ORDER BY m.stamp DESC, m.op_id DESC",
        [key, *ids],
    )
    return list(dict.fromkeys(value for (value,) in found))


def _gesture(store: Store, query: str) -> Gesture | None:
    found = store.writer().execute(query, (store.replica().id,)).fetchone()
    return Gesture(*found) if found else None
