"""What an erasure does beyond the log: nothing is left in the file, in the copies of our folders, in what is restored.

`materialise` empties the rows and masks the names. Here the file is written whole again, the same is done in every
copy kept of the notebook, and `erasures.json`, beside the copies, remembers which rows were erased and where names were
masked (ids, dates, places of characters, no value): whatever is restored or opened later is emptied again. Bytes that
no row names any more go with `materialise`.
"""

import json
import logging
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path

from app import paths
from app.errors import KnownError
from app.models.fields import Stored
from app.notebook import backup, database, files, log, masks
from app.notebook.clock import iso_of
from app.notebook.emptying import empty_older
from app.notebook.log import Batch, Gesture, Replica, chunks, marks, row_bytes, row_text
from app.notebook.materialise import materialise
from app.notebook.merge import ERASED, Modification, Write

KIND = "erasure"

logger = logging.getLogger("carnet.erasure")


@dataclass(frozen=True, slots=True)
class Erasure:
    """What one modification erased, as it is written in `erasures.json`: ids in hexadecimal, stamps, the date in ISO.

    `writes` are its pseudo-fields: `_erased` of a person, the masks of another row.
    """

    notebook: str
    entity: str
    row: str
    op_id: str
    gesture: str
    label: str
    replica: str
    stamp: int
    gesture_at: int
    date: str
    writes: dict[str, Stored] = field(default_factory=lambda: {ERASED: 1})

    @property
    def modification(self) -> Modification:
        return Modification(
            bytes.fromhex(self.op_id), bytes.fromhex(self.gesture), self.entity, self.row, self.stamp,
            bytes.fromhex(self.replica), "app", {key: Write(value) for key, value in self.writes.items()},
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Swept:
    """What was emptied beside the notebook, and the copies that could not be, each with the reason."""

    copies: tuple[Path, ...] = ()
    left: tuple[tuple[Path, str], ...] = ()


def register() -> Path:
    """Where erasures are remembered."""
    return paths.backup_dir() / "erasures.json"


def remembered() -> list[Erasure]:
    """Every erasure this machine knows of."""
    return list(_read()[0])


def sweep(db: sqlite3.Connection, path: Path, rows: Iterable[str]) -> Swept:
    """After the commit that emptied something of `rows`: compact the file, remember, and empty every copy kept of it.

    `db` is the writing connection of the notebook at `path`. Nothing is raised for a copy: what is left is returned,
    and tried again when the notebook is next opened.
    """
    known, waiting = _read()
    ids = {one.op_id for one in known}
    every = (*known, *(one for one in erasures_in(db, rows) if one.op_id not in ids))
    left: list[tuple[Path, str]] = []
    try:
        # Everything is emptied already; this gives back the pages, and leaves no shadow in them.
        db.execute("VACUUM")
    except sqlite3.DatabaseError as error:
        left.append((path, database.explain(error, path).message))
    swept = sweep_copies(path, every)
    left += swept.left
    try:
        _write(every, {*waiting, *(str(copy) for copy, _ in swept.left)} - set(map(str, swept.copies)))
    except (KnownError, OSError) as error:
        left.append((register(), str(error)))
    return Swept(swept.copies, tuple(left))


def sweep_again(notebook: Path) -> Swept:
    """Empty the copies that could not be emptied the day it was asked, when there are some."""
    known, waiting = _read()
    if not waiting:
        return Swept()
    swept = sweep_copies(notebook, known)
    still = {str(copy) for copy, _ in swept.left}
    ours = {str(copy) for copy in backup.copies(notebook)}
    left = {path for path in waiting if Path(path).exists() and (path not in ours or path in still)}
    if left != waiting:
        try:
            _write(known, left)
        except (KnownError, OSError):
            logger.exception("the register of erasures cannot be written")
    return swept


def _read() -> tuple[tuple[Erasure, ...], set[str]]:
    """The erasures, and the copies left to empty. An unreadable register is set aside, never written over."""
    path = register()
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        return tuple(Erasure(**raw) for raw in kept["erasures"]), set(map(str, kept["left"]))
    except FileNotFoundError:
        return (), set()
    except (OSError, ValueError, TypeError, KeyError):
        logger.exception("the register of erasures cannot be read")
        try:
            path.replace(path.with_suffix(".illisible"))
        except OSError:
            logger.exception("the register of erasures cannot be set aside")
        return (), set()


def _write(erasures: Iterable[Erasure], left: Iterable[str]) -> None:
    kept = {"erasures": [asdict(one) for one in erasures], "left": sorted(left)}
    with files.replacing(register()) as temporary:
        temporary.write_text(json.dumps(kept, ensure_ascii=False, indent=1), encoding="utf-8")


def sweep_copies(notebook: Path, erasures: Sequence[Erasure]) -> Swept:
    """Replay erasures on every copy kept of a notebook."""
    emptied: list[Path] = []
    left: list[tuple[Path, str]] = []
    for copy in backup.copies(notebook):
        try:
            if replay_in(copy, erasures):
                emptied.append(copy)
        except (KnownError, OSError) as error:
            left.append((copy, str(error)))
    return Swept(tuple(emptied), tuple(left))


def replay_in(copy: Path, erasures: Sequence[Erasure]) -> Batch | None:
    """Empty what was erased in the file `copy`, in place; returns what it lacked.

    In place, so that the bytes are written over. Raises KnownError when the file is damaged, newer, or cannot be
    written.
    """
    if not erasures:
        return None
    database.check_file(copy)
    with database.explained(copy), closing(database.connect(copy)) as db:
        emptied = empty(db, erasures)
        if emptied:
            db.execute("VACUUM")
    return emptied


def empty(db: sqlite3.Connection, erasures: Sequence[Erasure]) -> Batch | None:
    """Replay on an open file the erasures it lacks, in one transaction; returns them."""
    batch = missing(db, erasures)
    if batch is None:
        return None
    with database.transaction(db):
        version = db.execute("PRAGMA user_version").fetchone()[0]
        if version == database.SCHEMA_VERSION:
            materialise(db, batch)
        else:
            empty_older(db, batch)
    return batch


def missing(db: sqlite3.Connection, erasures: Sequence[Erasure]) -> Batch | None:
    """The erasures that concern a file and that it does not hold: those of its own notebook, and those of its rows.

    A row that the file does not know yet is erased all the same: a workbook written before would bring it back.
    """
    found = db.execute("SELECT value FROM meta WHERE key = 'notebook'").fetchone()
    own = found[0] if found else ""
    known_rows = _known_rows(db, {one.row for one in erasures})
    known = log.known_ids(db, (bytes.fromhex(one.op_id) for one in erasures))
    lacking = [
        one
        for one in erasures
        if bytes.fromhex(one.op_id) not in known and (one.notebook == own or one.row in known_rows)
    ]
    if not lacking:
        return None
    replicas = {one.replica: Replica(bytes.fromhex(one.replica), "") for one in lacking}
    gestures = {
        one.gesture: Gesture(
            bytes.fromhex(one.gesture), one.label, KIND, one.gesture_at, bytes.fromhex(one.replica)
        )
        for one in lacking
    }  # fmt: skip
    return Batch(tuple(replicas.values()), tuple(gestures.values()), tuple(one.modification for one in lacking))


def erasures_in(db: sqlite3.Connection, rows: Iterable[str] | None = None) -> list[Erasure]:
    """The erasures that a file holds: of these rows, or of every gesture of erasure."""
    if rows is None:
        gestures = [id for (id,) in db.execute("SELECT id FROM gesture WHERE kind = ?", (KIND,))]
        return [one for some in chunks(gestures) for one in _erasures(db, "m.gesture", some)]
    return [one for some in chunks(rows) for one in _erasures(db, "m.row", list(map(row_bytes, some)))]


def _erasures(db: sqlite3.Connection, column: str, values: Sequence[bytes]) -> Iterator[Erasure]:
    found = db.execute("SELECT value FROM meta WHERE key = 'notebook'").fetchone()
    apart = f"(f.field = '{ERASED}' OR {masks.IS_MASK})"
    query = f"""
        SELECT e.key, m.row, m.op_id, m.gesture, g.label, r.id, m.stamp, g.at, json_group_object(f.field, f.value)
        FROM modif m JOIN modif_field f ON f.op_id = m.op_id AND {apart} JOIN entity e ON e.n = m.entity
        JOIN replica r ON r.n = m.replica LEFT JOIN gesture g ON g.id = m.gesture
        WHERE {column} IN ({marks(values)}) GROUP BY m.op_id"""
    for entity, row, op_id, gesture, label, replica, stamp, at, writes in db.execute(query, values):
        yield Erasure(
            str(found[0]) if found else "", entity, row_text(row), op_id.hex(), gesture.hex(), label or "",
            replica.hex(), stamp, at or stamp, iso_of(stamp), json.loads(writes),
        )  # fmt: skip


def _known_rows(db: sqlite3.Connection, rows: Iterable[str]) -> set[str]:
    return {
        row_text(row)
        for some in chunks(rows)
        for (row,) in db.execute(
            f"SELECT DISTINCT row FROM modif WHERE row IN ({marks(some)})", list(map(row_bytes, some))
        )
    }
