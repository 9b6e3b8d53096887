"""The journal of imports: what was taken in, from which files, and taking it back.

The journal is local. Taking an import back writes what makes it as if it had not been, field by field, where nothing
came after it; colleagues receive it as any other gesture, and it can itself be taken back.
"""

import json
import re
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from app.errors import NothingToUndo, UnknownRecord
from app.formatting import NBSP, counted, plural
from app.models.fields import Stored
from app.notebook import backup
from app.notebook.changes import ChangeSet
from app.notebook.clock import iso_of, moment_of
from app.notebook.importing import Incoming, take_in
from app.notebook.log import chunks, marks, modifications_of_rows, row_text, split_ids
from app.notebook.masks import is_mask
from app.notebook.materialise import auto_fields
from app.notebook.merge import DELETED, ERASED, LINK_PREFIX, STATE, Modification, heads, worked_on
from app.notebook.recorder import Recorder
from app.notebook.store import Store
from app.services.outgoing import raw

#: Why a restore point was made, in the name of its file.
BEFORE_IMPORT = "avant-import"
_COPY = re.compile(r"_(?P<at>\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d)_(?P<reason>[\w-]+)\.carnet$")


@dataclass(frozen=True, slots=True)
class ImportRecord:
    """One import of the journal. `files` are JSON objects (path, sha256, mode, code4…), `at` is aware, in UTC.

    `counts` says what it did, in French; `values` counts what taking it back would put back, 0 when nothing is left;
    `theirs`, among these, are values that colleagues wrote in their notebooks.
    """

    id: str
    at: datetime
    title: str
    who: str
    counts: str
    values: int
    undone: bool
    files: tuple[Mapping[str, Any], ...] = ()
    restore_point: Path | None = None
    theirs: int = 0


@dataclass(frozen=True, slots=True)
class RestorePoint:
    """A copy of the notebook, kept before something; `size` in bytes."""

    path: Path
    at: datetime
    reason: str
    size: int


# -- reading ------------------------------------------------------------------------------------------------------


def journal(store: Store) -> list[ImportRecord]:
    """Every import, the latest first."""
    query = "SELECT id, at, label, files, counts, restore_point, ops FROM import_record ORDER BY at DESC, id DESC"
    found: list[ImportRecord] = []
    with store.read() as connection:
        db = raw(connection)
        for id, at, label, files, counts, point, ops in db.execute(query).fetchall():
            known, stands = tuple(json.loads(files)), _stands(db, id)
            values, theirs = _left(db, id, ops) if stands else (0, 0)
            found.append(
                ImportRecord(
                    str(UUID(bytes=id)), moment_of(at), _title(label, known), _authors(known),
                    _counts_words(json.loads(counts)), values, not stands, known,
                    Path(point) if point else None, theirs,
                )
            )  # fmt: skip
    return found


_COUNTED = {
    "new": ("création", "créations"),
    "updated": ("modification", "modifications"),
    "merged": ("fusion", "fusions"),
    "conflicts": ("conflit", "conflits"),
    "deleted": ("suppression", "suppressions"),
    "suggestions": ("suggestion", "suggestions"),
}


def _counts_words(counts: Mapping[str, int]) -> str:
    """`3 créations, 12 modifications`."""
    said = [counted(counts[key], one, several) for key, (one, several) in _COUNTED.items() if counts.get(key)]
    return ", ".join(said) or "rien de nouveau"


def _title(label: str, files: Sequence[Mapping[str, Any]]) -> str:
    names = [Path(str(one.get("path", ""))).name for one in files]
    return ", ".join(filter(None, names)) or label


def _authors(files: Sequence[Mapping[str, Any]]) -> str:
    return ", ".join(dict.fromkeys(str(one["author"]) for one in files if one.get("author")))


def files_of(connection: Connection, export_id: str) -> list[Mapping[str, Any]]:
    """The files of one export (hexadecimal id) that were taken in, and not taken back; `at` says when, in ISO."""
    found: list[Mapping[str, Any]] = []
    db = raw(connection)
    for id, at, files in db.execute("SELECT id, at, files FROM import_record ORDER BY at").fetchall():
        named = [{**one, "at": iso_of(at)} for one in json.loads(files) if one.get("export_id") == export_id]
        found += named if named and _stands(db, id) else []
    return found


def restore_points(store: Store) -> list[RestorePoint]:
    """The copies kept of the notebook, the latest first."""
    found = []
    for path in backup.copies(store.path):
        named = _COPY.search(path.name)
        at = datetime.strptime(named["at"], "%Y-%m-%d_%H-%M-%S").astimezone() if named else store.now()
        found.append(RestorePoint(path, at, named["reason"] if named else "", path.stat().st_size))
    return found


# -- writing ------------------------------------------------------------------------------------------------------


def write(store: Store, incoming: Incoming) -> tuple[str, ChangeSet]:
    """Take an import in; returns its id in the journal."""
    import_id, changes = take_in(store, incoming)
    return str(UUID(bytes=import_id)), changes


def save_restore_point(store: Store) -> Path:
    """A verified copy of the notebook before an import. Raises PlaceFails when the place does."""
    made = backup.save(store.path, backup.destination(store.path, store.now(), reason=BEFORE_IMPORT))
    backup.forget_old(store.path, now=store.now)
    return made


def undo_import(store: Store, id: str) -> ChangeSet:
    """Take an import back; `notes` of the result say what was changed since and is kept.

    Raises UnknownRecord, or NothingToUndo when it was taken back already.
    """
    raw_id, label, ops = _record(store, id)
    with store.write(f"Annuler l’import{NBSP}: {label}", kind="undo", source="undo") as recorder:
        db = store.writer()
        recorder.undoes = raw_id
        rows = {
            row_text(row)
            for some in chunks(sorted(split_ids(ops)))
            for (row,) in db.execute(f"SELECT DISTINCT row FROM modif WHERE op_id IN ({marks(some)})", some)
        }
        taking = _TakingBack(recorder, split_ids(ops))
        for log in modifications_of_rows(db, sorted(rows)):
            taking.row(log)
        taking.note()
        if not taking.wrote:
            raise NothingToUndo("Il ne reste rien à annuler de cet import.", advice="Rien n’a été changé.")
    assert recorder.changes is not None
    return recorder.changes


def _stands(db: sqlite3.Connection, gesture: bytes) -> bool:
    """Whether a gesture was not taken back, or was done again since."""
    later = db.execute("SELECT id FROM gesture WHERE undoes = ?", (gesture,)).fetchall()
    return not any(_stands(db, undoing) for (undoing,) in later)


def _left(db: sqlite3.Connection, gesture: bytes, ops: bytes | None) -> tuple[int, int]:
    """How many fields still hold what an import gave them; how many of these values came in a colleague's log."""
    left = theirs = 0
    for some in chunks(sorted(split_ids(ops))):
        # What was accepted by hand, or written here with it, bears the gesture of the import itself.
        query = (
            "SELECT count(*), count(*) FILTER (WHERE m.gesture <> ?) FROM head h JOIN modif m ON m.op_id = h.op_id"
            f" WHERE h.op_id IN ({marks(some)})"
        )
        found = db.execute(query, (gesture, *some)).fetchone()
        left, theirs = left + found[0], theirs + found[1]
    return left, theirs


def _record(store: Store, id: str) -> tuple[bytes, str, bytes | None]:
    try:
        raw_id = UUID(id).bytes
    except ValueError:
        raw_id = b""
    query = "SELECT id, label, ops FROM import_record WHERE id = ?"
    found = store.writer().execute(query, (raw_id,)).fetchone()
    if found is None:
        raise UnknownRecord(
            f"Aucun import ne porte l’identifiant «{NBSP}{id}{NBSP}».",
            advice="Le journal des imports donne ceux qui ont été faits.",
        )
    known: tuple[bytes, str, bytes | None] = found
    return known


class _TakingBack:
    """Writes what each field of a row was without the modifications `brought`."""

    def __init__(self, write: Recorder, brought: frozenset[bytes]) -> None:
        self._write = write
        self._brought = brought
        self._kept = 0
        self._erased = 0
        self.wrote = False

    def row(self, log: Sequence[Modification]) -> None:
        """Take back what one row was given; `log` is all that is known of it."""
        entity, row = log[0].entity, log[0].row
        if any(ERASED in m.writes for m in log):
            self._erased += 1
            return
        without = [m for m in log if m.op_id not in self._brought]
        keys = {key for m in log if m.op_id in self._brought for key in m.writes if not is_mask(key)}
        if not any(STATE in m.writes and not m.writes[STATE].parents for m in without):
            self._remove(entity, row, log, without)
            return
        for key in sorted(keys):
            self._field(entity, row, key, log, without)

    def _remove(self, entity: str, row: str, log: Sequence[Modification], without: Sequence[Modification]) -> None:
        """A row that the import made goes, unless somebody worked on it since."""
        if worked_on(without) - auto_fields(entity):
            self._kept += 1
        elif any(head.value != DELETED for head in heads(log, STATE)):
            self._put(entity, row, STATE, DELETED)

    def _field(
        self, entity: str, row: str, key: str, log: Sequence[Modification], without: Sequence[Modification]
    ) -> None:
        touching = [m for m in log if m.op_id in self._brought and key in m.writes]
        ids = {m.op_id for m in touching}
        if any(m.writes[key].parents & ids for m in without if key in m.writes):
            self._kept += 1  # written since, knowing of it
            return
        now, before = heads(log, key), heads(without, key)
        if [head.op_id for head in now] == [head.op_id for head in before]:
            return
        values = list(dict.fromkeys(head.value for head in before))
        values = values or [0 if key.startswith(LINK_PREFIX) else None]
        seen = None
        if key == STATE and DELETED in values:
            deletes = {head.op_id for head in before if head.value == DELETED}
            seen = frozenset(deletes).union(*(m.seen for m in without if m.op_id in deletes))
        self._put(entity, row, key, values[0], rivals=tuple(values[1:]), seen=seen)

    def _put(
        self,
        entity: str,
        row: str,
        key: str,
        value: Stored,
        *,
        rivals: tuple[Stored, ...] = (),
        seen: frozenset[bytes] | None = None,
    ) -> None:
        self._write.put(entity, row, key, value, rivals=rivals, seen=seen)
        self.wrote = True

    def note(self) -> None:
        """Say what is left as it is."""
        if self._kept:
            said = plural(self._kept, "a été modifié depuis et est gardé", "ont été modifiés depuis et sont gardés")
            self._write.notes.append(f"{counted(self._kept, 'champ')} {said}.")
        if self._erased:
            said = plural(self._erased, "a été effacée et reste vide", "ont été effacées et restent vides")
            self._write.notes.append(f"{counted(self._erased, 'ligne')} {said}.")
