"""Opening, starting and copying a notebook: what the window and the command line both need."""

import secrets
from contextlib import closing
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from sqlalchemy import Connection

from app import paths
from app.errors import KnownError, PlaceFails
from app.formatting import NBSP
from app.notebook import backup, database
from app.notebook import erasure as physical_erasure
from app.notebook.clock import Now, utc_now
from app.notebook.lock import WriterLock
from app.notebook.log import Batch
from app.notebook.store import Store, create_notebook, open_notebook
from app.notebook.verify import Report
from app.notebook.verify import verify as check_notebook
from app.services import erasure
from app.services.records import counts, listing

DEFAULT_REFERENCE = "roubaix-2024-2030"

# Letters that are not taken for one another on the phone.
_SPOKEN = "ABCDEFGHJKLMNPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Restored:
    """What came of putting a backup back: where the former notebook is kept (None when there was none), and what must
    be said."""

    kept: Path | None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Identity:
    """What a notebook says of itself."""

    schema: int
    district: str
    author: str
    replica: str
    fingerprint: str
    counts: dict[str, int]


def start(
    path: Path,
    *,
    district: str,
    reference_name: str = DEFAULT_REFERENCE,
    example: bool = False,
    author: str = "",
    town: str = "",
    now: Now = utc_now,
) -> Store:
    """Create a notebook for the quartier `district` (« tous » for the town) and plant its référentiel.

    `town` names the commune of an empty frame; a référentiel names its own.

    What is to be planted is read and checked before the file is created. Raises BadReference, UnknownRecord or
    PlaceFails.
    """
    # Reading a référentiel is for new notebooks: opening one goes without.
    from app.services import reference

    frame = reference.load_frame(reference_name)
    districts = reference.find_districts(frame, district)
    seeds = reference.planting(frame, districts, example=example)
    whole_town = len(districts) > 1
    store = create_notebook(
        path,
        author=author or ("Coordination" if whole_town else f"Chef de projet {districts[0].name}"),
        district="" if whole_town else districts[0].id,
        installation=installation(),
        now=now,
    )
    try:
        reference.plant(store, seeds)
        if town and not frame.versions:
            _name_town(store, town)
    except BaseException:
        store.close()
        path.unlink(missing_ok=True)
        raise
    return store


def _name_town(store: Store, town: str) -> None:
    with store.read() as connection:
        rows = [(entity, row.id) for entity in ("contract", "town_settings") for row in listing(connection, entity)]
    with store.write("Nommer la commune") as write:
        for entity, row in rows:
            write.set(entity, row, town=town)


def open_existing(path: Path, *, read_only: bool = False, now: Now = utc_now) -> Store:
    """Open a notebook on this machine; the people erased since it was copied are erased again, and `told` says so."""
    store = open_notebook(path, installation=installation(), read_only=read_only, now=now)
    if not read_only:
        try:
            erasure.replay(store)
        except BaseException:
            store.close()
            raise
    return store


def save_copy(source: Path, target: Path) -> Path:
    """Write a verified copy of a notebook; an existing `target` is replaced only if it is a copy of the same one.

    Raises PlaceFails when `target` is something else: another notebook, a document.
    """
    if target.is_file() and _notebook_id(target) != _notebook_id(source):
        raise PlaceFails(
            f"Le fichier «{NBSP}{target.name}{NBSP}» existe déjà, et n’est pas une sauvegarde de ce carnet.",
            advice="Il n’a pas été changé. Choisissez un autre nom.",
        )
    return backup.save(source, target)


def save_daily(path: Path, *, now: Now = utc_now) -> Path | None:
    """Make today's copy of a notebook when there is none yet."""
    return backup.save_daily(path, now=now)


def verify(path: Path) -> Report:
    """Check that a file is sound and that its tables say what its log says; nothing is changed."""
    return check_notebook(path)


def _notebook_id(path: Path) -> str | None:
    try:
        with open_notebook(path, read_only=True) as store:
            return store.meta("notebook")
    except KnownError:
        return None


def restore_backup(source: Path, target: Path, *, now: Now = utc_now) -> Restored:
    """Put a backup in the place of a notebook. People erased since it was made do not come back."""
    if source.exists() and target.exists() and source.samefile(target):
        raise PlaceFails("La sauvegarde est le carnet lui-même.", advice="Donnez un autre fichier.")
    # Said of the backup itself, before the notebook is touched or copied.
    database.check_file(source)
    with database.explained(source), closing(database.connect(source, read_only=True)) as db:
        backup.check(db, source)
    with database.explained(target):
        target.parent.mkdir(parents=True, exist_ok=True)
    with WriterLock(target):
        known = physical_erasure.remembered()
        emptied: list[Batch | None] = []
        kept = backup.restore(
            source, target, now=now, before=lambda db: emptied.append(physical_erasure.empty(db, known))
        )
        again = next(filter(None, emptied), None)
        if again:
            physical_erasure.sweep_copies(target, known)
    return Restored(kept, erasure.said_again(again))


def identity(store: Store) -> Identity:
    """Version, quartier, author, replica, fingerprint and counts of an open notebook."""
    with store.read() as connection:
        settings: dict[str, object] = {
            row.key: row.value for row in connection.exec_driver_sql("SELECT key, value FROM meta")
        }
        schema = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
        replica = settings.get("replica")
        return Identity(
            schema,
            district_name(connection, str(settings.get("district") or "")),
            str(settings.get("author") or ""),
            replica.hex() if isinstance(replica, bytes) else "",
            fingerprint(connection),
            counts(connection),
        )


def district_name(connection: Connection, district: str) -> str:
    """The name of a quartier; « tous » for the town."""
    from app.services import reference

    found = connection.exec_driver_sql("SELECT name FROM territory WHERE id = ?", (district,)).first()
    return found[0] if found else reference.EVERY_DISTRICT


def fingerprint(connection: Connection) -> str:
    """Eight letters that two colleagues compare by phone: equal when both hold the same modifications."""
    summary = blake2b(digest_size=8)
    for (op_id,) in connection.exec_driver_sql("SELECT op_id FROM modif ORDER BY op_id"):
        summary.update(op_id)
    number = int.from_bytes(summary.digest(), "big")
    letters = ""
    for _ in range(8):
        number, place = divmod(number, len(_SPOKEN))
        letters += _SPOKEN[place]
    return f"{letters[:4]}-{letters[4:]}"


def installation() -> str:
    """The identity of this machine, made once: a notebook that comes from another takes a name of its own here."""
    path = paths.config_dir() / "installation"
    try:
        return path.read_text(encoding="ascii").strip()
    except OSError:
        made = secrets.token_hex(16)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(made, encoding="ascii")
        except OSError:  # a machine whose folders cannot be written: a new name each time is safe
            return made
        return made
