"""The file: what makes a SQLite file a notebook, how it is opened, created and checked.

`journal_mode=DELETE` and `synchronous=FULL`: a copy of the file alone is always whole. `user_version` is the number of
the last revision and the only thing read at opening; the migrations are loaded only when it is lower.
"""

import sqlite3
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

from app.errors import KnownError, NotANotebook, NotebookBusy, PlaceFails, TooNew, reason_of
from app.formatting import NBSP, fold
from app.models.registry import metadata
from app.notebook import log

APPLICATION_ID = int.from_bytes(b"CdQ1", "big")
#: Number of the last revision of `migrations/versions`.
SCHEMA_VERSION = 3

#: Pages a connection keeps, in kB. Reading walks whole tables: one that does not fit is read from the disk each time.
WRITING_CACHE, READING_CACHE = 16_000, 48_000

_HEADER = b"SQLite format 3\x00"
_BACKUP_ADVICE = "Rien n’a été changé. Restaurez la dernière sauvegarde, ou choisissez un autre fichier."


def check_file(path: Path) -> int:
    """The schema number of the notebook at `path`, read from its first 100 bytes.

    Raises NotANotebook (absent, empty, foreign file) or TooNew.
    """
    name = f"«{NBSP}{path.name}{NBSP}»"
    try:
        with path.open("rb") as file:
            head = file.read(100)
    except FileNotFoundError:
        raise NotANotebook(
            f"Le carnet {name} est introuvable.",
            advice="Vérifiez le chemin, ou créez un carnet avec « carnet nouveau ».",
        ) from None
    except IsADirectoryError:
        raise NotANotebook(f"{name} est un dossier.", advice="Choisissez un fichier .carnet.") from None
    except OSError as error:
        raise PlaceFails(
            f"Le fichier {name} ne peut pas être lu{NBSP}: {reason_of(error)}.",
            advice="Vérifiez vos droits sur ce fichier.",
        ) from None
    if not head:
        raise NotANotebook(f"Le fichier {name} est vide.", advice=_BACKUP_ADVICE)
    if len(head) < 100 or not head.startswith(_HEADER):
        raise NotANotebook(f"Le fichier {name} n’est pas un carnet.", advice="Choisissez un fichier .carnet.")
    version, application = struct.unpack(">I", head[60:64])[0], struct.unpack(">I", head[68:72])[0]
    if application != APPLICATION_ID:
        raise NotANotebook(
            f"Le fichier {name} est une base de données, mais pas un carnet.", advice="Choisissez un fichier .carnet."
        )
    if version > SCHEMA_VERSION:
        raise TooNew(
            f"Le carnet {name} a été écrit par une version plus récente de l’application.",
            advice="Il n’a pas été changé. Mettez l’application à jour, puis ouvrez-le de nouveau.",
        )
    return int(version)


def connect(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
    """A connection with the notebook's settings; transactions are begun by hand.

    A reading connection refuses to write, yet opens the file as a writer would: after a power cut, SQLite must be able
    to take back what was half written. In a read-only folder it settles for reading.
    """
    uri = f"{path.resolve().as_uri()}?mode=rw"
    db = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=5, check_same_thread=False)
    cache = READING_CACHE if read_only else WRITING_CACHE
    for pragma in ("synchronous = FULL", "foreign_keys = ON", "secure_delete = ON", f"cache_size = -{cache}"):
        db.execute(f"PRAGMA {pragma}")
    if read_only:
        db.execute("PRAGMA query_only = ON")
    # Accent-free comparison and order in SQL, the same as in Python.
    db.create_function("fold", 1, _fold, deterministic=True)
    return db


# Enough for every title of a large plan, so that sorting the other way folds nothing again.
@lru_cache(maxsize=32_768)
def _fold(text: str | None) -> str | None:
    return None if text is None else fold(str(text))


def read_engine(path: Path) -> Engine:
    """The engine of every reading connection: none of them can write."""
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        creator=lambda: connect(path, read_only=True),
        poolclass=QueuePool,
        pool_size=4,
        # The connection used last has the pages that will be asked for again.
        pool_use_lifo=True,
        pool_reset_on_return=None,
    )

    @event.listens_for(engine, "begin")
    def begin(_: object) -> None:
        """Reads are single statements: no transaction is opened, so no lock outlives them."""

    return engine


def create_schema(db: sqlite3.Connection) -> None:
    """Make every table of the current schema in an empty file and sign it as a notebook."""
    from sqlalchemy.dialects import sqlite
    from sqlalchemy.schema import CreateIndex, CreateTable

    log.create_tables(db)
    dialect = sqlite.dialect()
    for table in metadata.sorted_tables:
        db.execute(str(CreateTable(table).compile(dialect=dialect)))
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            db.execute(str(CreateIndex(index).compile(dialect=dialect)))
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """All or nothing: begun at once as a writer, committed at the end, rolled back on any error."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


@contextmanager
def explained(path: Path, *, files: bool = True) -> Iterator[None]:
    """Turn what SQLite and (with `files`) the disk raise into known errors about the notebook at `path`."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise explain(error, path) from error
    except DBAPIError as error:
        # Reading connections are SQLAlchemy's: it wraps what SQLite raises.
        if not isinstance(error.orig, sqlite3.DatabaseError):
            raise
        raise explain(error.orig, path) from error
    except UnicodeDecodeError as error:
        # The driver stumbles on the words in which SQLite tells of a damaged schema.
        if not files:
            raise
        raise _damaged(path) from error
    except OSError as error:
        if not files:
            raise
        raise PlaceFails(
            f"Le fichier «{NBSP}{path.name}{NBSP}» n’a pas pu être écrit{NBSP}: {reason_of(error)}.",
            advice="L’ancien fichier est intact. Vérifiez la place et vos droits, puis réessayez.",
        ) from error


def explain(error: sqlite3.DatabaseError, path: Path) -> KnownError:
    """The known error that says what SQLite's message means."""
    name = f"«{NBSP}{path.name}{NBSP}»"
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return PlaceFails(
            "Le disque est plein.",
            advice=f"Le carnet {name} est intact, sans cette modification. Libérez de la place.",
            reason="disque plein",
        )
    if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_READONLY_DBMOVED:
        return PlaceFails(
            f"Le carnet {name} a été déplacé ou renommé pendant qu’il était ouvert.",
            advice="Il est intact, sans cette modification. Remettez-le à sa place, puis réessayez.",
            reason="carnet déplacé",
        )
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return PlaceFails(
            f"Le carnet {name} est en lecture seule.",
            advice="Il est intact, sans cette modification. Copiez-le dans un dossier à vous, puis réessayez.",
            reason="lecture seule",
        )
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return NotebookBusy(f"Le carnet {name} est occupé.", advice="Rien n’a été changé. Réessayez dans un instant.")
    if code == sqlite3.SQLITE_IOERR:
        return PlaceFails(
            f"Le disque ne répond plus pendant l’écriture du carnet {name}.",
            advice="L’ancien état est intact. Vérifiez le disque ou la clé, puis réessayez.",
            reason="disque absent",
        )
    # Bytes that are no longer text carry no code: the driver raises by itself.
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB) or "decode to UTF-8" in str(error):
        return _damaged(path)
    raise error


def _damaged(path: Path) -> NotANotebook:
    return NotANotebook(f"Le carnet «{NBSP}{path.name}{NBSP}» est endommagé.", advice=_BACKUP_ADVICE)
