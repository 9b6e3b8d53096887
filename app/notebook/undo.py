"""Taking back and doing again: compensating modifications, never a removal.

Undo takes back the last whole gesture of this laptop, across pages and restarts. What was changed since by another
gesture is kept and said. Undo is itself in the log, and can be taken back (that is redo).
"""

import sqlite3

from app.errors import NothingToUndo
from app.formatting import counted, plural
from app.models.fields import Stored
from app.notebook.changes import ChangeSet
from app.notebook.log import Gesture, marks, modifications_of_gesture, split_ids
from app.notebook.materialise import auto_fields
from app.notebook.merge import DELETED, ERASED, LINK_PREFIX, STATE, Modification, is_work
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
        _TakingBack(store.writer(), write, gesture.id).run()
    assert write.changes is not None
    return write.changes


class _TakingBack:
    """Compensates the modifications of one gesture; notes what it leaves as it is."""

    def __init__(self, db: sqlite3.Connection, write: Recorder, gesture: bytes) -> None:
        self._db = db
        self._write = write
        self._done = modifications_of_gesture(db, gesture)
        self._ids = frozenset(m.op_id for m in self._done)
        #: Fields that something came after: (row, field).
        self._kept: set[tuple[str, str]] = set()
        self._erased: set[str] = set()

    def run(self) -> None:
        for modification in self._done:
            if self._write.heads(modification.row, ERASED):
                self._erased.add(modification.row)
            elif STATE in modification.writes and not modification.writes[STATE].parents:
                self._remove(modification)
            else:
                for key in modification.writes:
                    self._put_back(modification, key)
        self._note(
            len(self._kept), "champ", "a été modifié depuis et est gardé", "ont été modifiés depuis et sont gardés"
        )
        self._note(len(self._erased), "ligne", "a été effacée et reste vide", "ont été effacées et restent vides")

    def _remove(self, modification: Modification) -> None:
        """Delete the row that `modification` made: its fields stay readable in the bin, and come back with it.

        A row that somebody else has worked on since is no longer only ours to remove.
        """
        row = modification.row
        later = self._later_work(row, modification.entity, self._ids)
        if later or not self._still_stands(modification, STATE):
            self._kept.update((row, key) for key in later or {STATE})
        else:
            self._write.put(modification.entity, row, STATE, DELETED)

    def _put_back(self, modification: Modification, key: str) -> None:
        """Give a field the values it had; several were a conflict, which is open again."""
        row, replaced = modification.row, modification.writes[key].parents
        if not self._still_stands(modification, key):
            self._kept.add((row, key))
            return
        before = _values(self._db, replaced, key) or [0 if key.startswith(LINK_PREFIX) else None]
        seen = self._seen_by(replaced) if key == STATE and DELETED in before else None
        self._write.put(modification.entity, row, key, before[0], rivals=tuple(before[1:]), seen=seen)

    def _seen_by(self, replaced: frozenset[bytes]) -> frozenset[bytes]:
        """What the deletes that come back had seen, no more: what others wrote unseen or since stays unseen."""
        ids = sorted(replaced)
        joined = self._db.execute(f"SELECT seen FROM modif WHERE op_id IN ({marks(ids)})", ids)
        return replaced.union(*(split_ids(of_one) for (of_one,) in joined))

    def _later_work(self, row: str, entity: str, known: frozenset[bytes]) -> set[str]:
        """The fields of a row that hold something else than the writes `known`; its place in a list is no work."""
        heads = {
            key: frozenset(self._write.heads(row, key))
            for key in filter(is_work, self._write.written_keys(row) - auto_fields(entity))
        }
        return {key for key, found in heads.items() if not (found <= known or _origins(self._db, found, key) <= known)}

    def _still_stands(self, modification: Modification, key: str) -> bool:
        """True when the field is worth what this modification made it, directly or by later gestures taken back."""
        heads = frozenset(self._write.heads(modification.row, key))
        own = frozenset({modification.op_id})
        return heads == own or _origins(self._db, heads, key) == _origins(self._db, own, key)

    def _note(self, count: int, noun: str, one: str, several: str) -> None:
        if count:
            self._write.notes.append(f"{counted(count, noun)} {plural(count, one, several)}.")


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
