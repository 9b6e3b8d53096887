"""Copies that can be trusted: made by SQLite's own backup, checked, then put in place.

A live database is never copied as a file. A copy is kept each day, before each migration and before each import; the
last ten are kept, and one a month for a year, never more than 2 GB, never dropping the last one.
"""

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

from app import paths
from app.errors import NotANotebook, PlaceFails
from app.formatting import NBSP
from app.notebook import database, files
from app.notebook.clock import Now

LAST_KEPT = 10
MONTHS_KEPT = 12
BYTES_KEPT = 2 * 1024**3
DAILY = "quotidienne"
_NO_MARK = "0" * 8

_NAME = re.compile(
    r"(?P<stem>.+)_(?P<mark>[0-9a-f]{8})_(?P<at>\d{4}-\d{2}-\d{2}_\d{2}-\d{2}-\d{2})_(?P<reason>[\w-]+)\.carnet"
)


def save(source: Path, target: Path) -> Path:
    """Write a verified copy of the notebook `source` at `target`; an existing `target` is replaced only by a good copy.

    Raises NotANotebook when the source, or the copy, fails SQLite's integrity check; PlaceFails when the place does.
    """
    database.check_file(source)
    if target.exists() and target.resolve() == source.resolve():
        raise PlaceFails("La sauvegarde porterait le nom du carnet lui-même.", advice="Choisissez un autre fichier.")
    if target.is_dir():
        raise PlaceFails(f"«{NBSP}{target}{NBSP}» est un dossier.", advice="Donnez le nom du fichier de sauvegarde.")
    with database.explained(target), files.replacing(target) as temporary:
        copy(source, temporary)
        with closing(database.connect(temporary, read_only=True)) as db:
            check(db, source)
    return target


def copy(source: Path, target: Path) -> None:
    """Copy a notebook by SQLite's backup, whole even while it is being used."""
    target.touch()
    with (
        closing(database.connect(source, read_only=True)) as origin,
        closing(sqlite3.connect(target, isolation_level=None)) as made,
    ):
        origin.backup(made)


def check(db: sqlite3.Connection, path: Path) -> None:
    """Raise NotANotebook when SQLite finds `db` damaged; `path` names it in the sentence."""
    found = db.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if found != "ok":
        raise NotANotebook(
            f"Le carnet «{NBSP}{path.name}{NBSP}» est endommagé{NBSP}: la copie n’a pas été gardée.",
            advice="Restaurez une sauvegarde plus ancienne.",
        )


def restore(
    source: Path, target: Path, *, now: Now, before: Callable[[sqlite3.Connection], object] | None = None
) -> Path | None:
    """Put the backup `source` in the place of the notebook `target`, keeping a copy of what was there.

    Returns where the former notebook was kept, or None when there was none. The caller holds the writer's lock. The
    restored file takes a new replica at its next opening: its later writes never meet those it had made before.
    `before` is given the restored file before it is put in place.
    """
    database.check_file(source)
    kept = None
    if target.exists():
        kept = destination(target, now(), reason="avant-restauration")
        try:
            save(target, kept)
        except NotANotebook:
            # A damaged notebook is kept as it is: somebody may still read something in it.
            with files.replacing(kept) as temporary:
                temporary.write_bytes(target.read_bytes())
    with database.explained(target), files.replacing(target) as temporary:
        copy(source, temporary)
        with closing(database.connect(temporary)) as db:
            check(db, source)
            db.execute("DELETE FROM meta WHERE key = 'replica'")
            if before is not None:
                before(db)
    return kept


def destination(notebook: Path, at: datetime, *, reason: str) -> Path:
    """Where a copy of `notebook` goes in the folder of backups."""
    when = f"{at.astimezone():%Y-%m-%d_%H-%M-%S}"
    return paths.backup_dir() / f"{notebook.stem}_{_mark(notebook) or _NO_MARK}_{when}_{reason}.carnet"


def save_daily(notebook: Path, *, now: Now) -> Path | None:
    """Make today's copy of `notebook` when there is none yet, and let go of the copies past keeping."""
    today = f"{now().astimezone():%Y-%m-%d}"
    if any(at.startswith(today) and reason == DAILY for _, at, reason in _copies(notebook)):
        return None
    made = save(notebook, destination(notebook, now(), reason=DAILY))
    forget_old(notebook, now=now)
    return made


def copies(notebook: Path) -> list[Path]:
    """The copies kept of `notebook`, the latest first."""
    return [path for path, _, _ in _copies(notebook)]


def forget_old(notebook: Path, *, now: Now) -> list[Path]:
    """Remove the copies past keeping; returns them. Nothing goes when the notebook cannot say which it is."""
    every = _copies(notebook) if _mark(notebook) else []
    oldest = f"{now().astimezone() - timedelta(days=31 * MONTHS_KEPT):%Y-%m}"
    months: set[str] = set()
    kept: list[Path] = []
    total = 0
    for place, (path, at, _) in enumerate(every):
        month = at[:7]
        monthly = month not in months and month >= oldest
        months.add(month)
        size = path.stat().st_size
        if place == 0 or ((place < LAST_KEPT or monthly) and total + size <= BYTES_KEPT):
            kept.append(path)
            total += size
    gone = [path for path, _, _ in every if path not in kept]
    for path in gone:
        path.unlink(missing_ok=True)
    return gone


def _copies(notebook: Path) -> list[tuple[Path, str, str]]:
    """(copy, when, why), the latest first. A notebook too damaged to say which it is finds copies by its name."""
    mark = _mark(notebook)
    found = []
    for path in paths.backup_dir().glob("*.carnet"):
        named = _NAME.fullmatch(path.name)
        if named and (named["mark"] == mark if mark else named["stem"] == notebook.stem):
            found.append((path, named["at"], named["reason"]))
    return sorted(found, key=lambda copy: copy[1], reverse=True)


def _mark(notebook: Path) -> str:
    """Eight characters that tell two notebooks of one name apart; "" when the file cannot say."""
    try:
        with closing(database.connect(notebook, read_only=True)) as db:
            found = db.execute("SELECT value FROM meta WHERE key = 'notebook'").fetchone()
    except sqlite3.Error:
        return ""
    return str(found[0])[:8] if found else ""
