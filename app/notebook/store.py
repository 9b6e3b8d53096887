"""The doors of a notebook: `read()` to look, `write(label)` to change.

    with store.write("Modifier une action") as write:
        write.set("action", row, title="…")

`write` is a *recorder*: it gathers what the gesture changes and, when the block ends, makes one modification per row
and hands them to `materialise` in one transaction. An error in the block leaves the notebook as it was. After the
commit the store calls its listeners with a `ChangeSet`.
"""

import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from uuid import uuid4

from sqlalchemy import Connection

from app.errors import KnownError, NotebookBusy, PlaceFails
from app.formatting import NBSP
from app.notebook import database, erasure, files
from app.notebook.changes import ChangeSet
from app.notebook.clock import HybridClock, Now, utc_now
from app.notebook.erasure import Swept
from app.notebook.lock import WriterLock
from app.notebook.log import Batch, Replica
from app.notebook.materialise import Touched, materialise
from app.notebook.recorder import Recorder

Listener = Callable[[ChangeSet], None]
FailureListener = Callable[[PlaceFails], None]


class Store:
    """One open notebook. Made by `open_notebook` and `create_notebook`; closed by `close` or a `with` block."""

    def __init__(
        self, path: Path, *, writer: sqlite3.Connection | None, lock: WriterLock | None, now: Now = utc_now
    ) -> None:
        self.path = path
        self.now = now
        self._writer = writer
        self._lock = lock
        self._engine = database.read_engine(path)
        self._listeners: list[Listener] = []
        self._failure_listeners: list[FailureListener] = []
        self._writing = False
        self._closed = False
        self._clock: HybridClock | None = None
        #: What the last erasure reached beside this file, and what it could not.
        self.swept = Swept()
        #: French sentences about what was done while opening, to be said once.
        self.told: tuple[str, ...] = ()

    # -- reading --------------------------------------------------------------------------------------------------

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that can only read; any thread may ask for one."""
        with database.explained(self.path), self._engine.connect() as connection:
            yield connection

    def meta(self, key: str) -> str | None:
        """A local setting of this file (author, district, replica…), never exchanged."""
        with self.read() as connection:
            found = connection.exec_driver_sql("SELECT value FROM meta WHERE key = ?", (key,)).first()
        return found[0] if found else None

    @property
    def is_read_only(self) -> bool:
        return self._writer is None

    # -- writing --------------------------------------------------------------------------------------------------

    @contextmanager
    def write(self, label: str, *, kind: str = "edit", source: str = "app") -> Iterator[Recorder]:
        """Record one gesture; everything in the block is written together, or nothing.

        Raises NotebookBusy when the notebook is only being read, or when a gesture is already being written.
        """
        with self._alone() as db:
            try:
                with database.explained(self.path):
                    db.execute("BEGIN IMMEDIATE")
                    recorder = Recorder(db, clock=self.clock(), replica=self.replica())
                # What fails in the block is its own affair, but for what SQLite says while it reads.
                with database.explained(self.path, files=False):
                    yield recorder
                with database.explained(self.path):
                    batch = recorder.batch(label, kind=kind, source=source)
                    touched = materialise(db, batch) if batch else Touched()
                    db.execute("COMMIT")
            except BaseException:
                if db.in_transaction:
                    db.execute("ROLLBACK")
                raise
            self.forget(touched)
        gesture = batch.gestures[0].id if batch else None
        recorder.changes = ChangeSet(label, kind, touched.rows, gesture, tuple(recorder.notes))
        if batch:
            self.announce(recorder.changes)

    def apply(self, batch: Batch, label: str, *, kind: str) -> ChangeSet:
        """Take in modifications made elsewhere (seeds, a colleague's log) in one transaction."""
        with self._alone() as db:
            with database.explained(self.path), database.transaction(db):
                touched = materialise(db, batch)
                for modification in batch.modifications:
                    self.clock().receive(modification.stamp)
            self.forget(touched)
        changes = ChangeSet(label, kind, touched.rows)
        if changes:
            self.announce(changes)
        return changes

    def forget(self, touched: Touched) -> None:
        """Once rows were emptied for ever: leave nothing of them in the file nor in its copies."""
        if touched.emptied and self.path.is_file():
            self.swept = erasure.sweep(self.writer(), self.path, touched.emptied)

    def set_meta(self, key: str, value: str) -> None:
        """Change a local setting of this file, outside the log."""
        with self._alone() as db, database.explained(self.path), database.transaction(db):
            db.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (key, value))

    def sign_as(self, author: str) -> None:
        """Change the name this laptop's gestures are signed with."""
        with self._alone() as db, database.explained(self.path), database.transaction(db):
            db.execute("INSERT OR REPLACE INTO meta (key, value) VALUES ('author', ?)", (author,))
            db.execute("UPDATE replica SET label = ? WHERE id = ?", (author, self.replica().id))

    @contextmanager
    def _alone(self) -> Iterator[sqlite3.Connection]:
        """The writing connection for one gesture; a second one meanwhile gets NotebookBusy."""
        db = self.writer()
        if self._writing:
            raise NotebookBusy(
                "Le carnet termine une écriture en cours.", advice="Votre saisie est gardée. Réessayez dans un instant."
            )
        self._writing = True
        try:
            yield db
        except PlaceFails as error:
            for listener in list(self._failure_listeners):
                listener(error)
            raise
        finally:
            self._writing = False

    # -- who and when ---------------------------------------------------------------------------------------------

    def replica(self) -> Replica:
        """This file on this machine, and the name it signs with."""
        row = dict(self.writer().execute("SELECT key, value FROM meta WHERE key IN ('replica', 'author')").fetchall())
        return Replica(row["replica"], row.get("author") or "")

    def clock(self) -> HybridClock:
        if self._clock is None:
            last = self.writer().execute("SELECT max(stamp) FROM modif").fetchone()[0] or 0
            clock = HybridClock(self.now)
            clock.receive(last)
            own = self.writer().execute("SELECT stamp FROM replica WHERE id = ?", (self.replica().id,)).fetchone()
            clock.last = max(clock.last, own[0] if own else 0)
            self._clock = clock
        return self._clock

    # -- telling --------------------------------------------------------------------------------------------------

    def on_commit(self, listener: Listener) -> None:
        """Call `listener` with the ChangeSet of every gesture committed from now on."""
        self._listeners.append(listener)

    def on_failure(self, listener: FailureListener) -> None:
        """Call `listener` when the disk refuses a gesture, before whoever asked for it hears of it."""
        self._failure_listeners.append(listener)

    def announce(self, changes: ChangeSet) -> None:
        for listener in list(self._listeners):
            try:
                listener(changes)
            except Exception:
                # The gesture is committed: a listener that fails is told apart, and stops nobody.
                sys.excepthook(*sys.exc_info())

    # -- the end --------------------------------------------------------------------------------------------------

    def writer(self) -> sqlite3.Connection:
        """The one writing connection, for this package only; raises NotebookBusy on a notebook opened to be read."""
        if self._writer is None:
            raise NotebookBusy(
                f"Le carnet «{NBSP}{self.path.name}{NBSP}» est ouvert en lecture seule.",
                advice="Fermez l’autre fenêtre qui l’utilise, puis ouvrez-le de nouveau.",
            )
        return self._writer

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._engine.dispose()
        if self._writer is not None:
            self._writer.close()
        if self._lock is not None:
            self._lock.release()

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_notebook(path: Path, *, installation: str = "", read_only: bool = False, now: Now = utc_now) -> Store:
    """Open an existing notebook, bringing an older one up to date first (on a copy, after a verified backup).

    `installation` identifies this machine: a notebook that comes from another one takes a new replica. Raises
    NotANotebook, TooNew, NotebookBusy (open elsewhere) or PlaceFails.
    """
    version = database.check_file(path)
    lock = None
    writer = None
    if not read_only or version < database.SCHEMA_VERSION:
        lock = WriterLock(path)
        lock.acquire()
    try:
        with database.explained(path):
            if version < database.SCHEMA_VERSION:
                from app.notebook.upgrade import upgrade

                upgrade(path, version, now=now)
            if read_only:
                if lock is not None:
                    lock.release()
                    lock = None
            else:
                writer = database.connect(path)
                writer.execute("SELECT count(*) FROM modif").fetchone()
            store = Store(path, writer=writer, lock=lock, now=now)
            if not read_only:
                _take_identity(store, installation)
            return store
    except BaseException:
        if writer is not None:
            writer.close()
        if lock is not None:
            lock.release()
        raise


def create_notebook(
    path: Path, *, author: str = "", district: str = "", installation: str = "", now: Now = utc_now
) -> Store:
    """Create an empty notebook; it appears at `path` only once whole. Raises PlaceFails when the file exists."""
    with database.explained(path), files.replacing(path, new=True) as temporary:
        temporary.touch()
        db = database.connect(temporary)
        try:
            with database.transaction(db):
                database.create_schema(db)
                settings = {"notebook": str(uuid4()), "author": author, "district": district}
                db.executemany("INSERT INTO meta (key, value) VALUES (?, ?)", settings.items())
        finally:
            db.close()
    return open_notebook(path, installation=installation, now=now)


def _take_identity(store: Store, installation: str) -> None:
    """Give the file a replica of its own on this machine: two copies never write under one name.

    A file that came from another machine, or that is a copy of one still beside it, takes a new replica; one that was
    moved keeps its own.
    """
    db = store.writer()
    known = dict(
        db.execute("SELECT key, value FROM meta WHERE key IN ('replica', 'installation', 'author', 'path')").fetchall()
    )
    path = str(store.path.resolve())
    replica = known.get("replica")
    keeps = replica is not None and known.get("installation") == installation
    if keeps and known.get("path") not in (None, path):
        keeps = _replica_of(Path(known["path"])) != replica
    if keeps and known.get("path") == path:
        return
    with database.transaction(db):
        if not keeps:
            replica = uuid4().bytes
            db.execute("INSERT INTO replica (id, label) VALUES (?, ?)", (replica, known.get("author") or ""))
        db.executemany(
            "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)",
            [("replica", replica), ("installation", installation), ("path", path)],
        )


def _replica_of(path: Path) -> bytes | None:
    """The replica of the notebook at `path`; None when there is none there any more."""
    try:
        database.check_file(path)
        with closing(database.connect(path, read_only=True)) as db:
            found = db.execute("SELECT value FROM meta WHERE key = 'replica'").fetchone()
    except (KnownError, sqlite3.Error, OSError):
        return None
    return found[0] if found else None


__all__ = ["ChangeSet", "Store", "create_notebook", "open_notebook"]
