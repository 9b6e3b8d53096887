"""Exporting a workbook: gather, write beside, read back, put in place, remember.

The file appears whole and proved, or not at all.
"""

import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2b
from pathlib import Path

from app import __version__
from app.cycles import collector_paused
from app.errors import BadValue, Cancelled, KnownError, PlaceFails, reason_of
from app.exchange import blob, previous, self_check
from app.exchange.attached_bytes import CARRIED
from app.exchange.book import Book
from app.exchange.gathering import Gathered, Wanted, gather
from app.exchange.hidden_sheet import pairs_of
from app.exchange.layout import Profile, exported_entities, schema_hash
from app.exchange.limits import Limits
from app.exchange.payload import Header, ScopeEntry, SheetEntry
from app.exchange.rendering import fitting
from app.exchange.self_check import SelfCheckFailed
from app.exchange.tokens import CODE_LETTERS
from app.exchange.writer import write_book
from app.formatting import NBSP, counted, fold, format_number
from app.models import registry
from app.notebook.clock import new_id, stamp_of
from app.notebook.exports import ExportBase, exports_called, record_export
from app.notebook.files import replacing
from app.notebook.store import Store
from app.services import outgoing
from app.services.names import labels
from app.services.outgoing import Door, LogColumns, Scope
from app.services.outgoing_files import load_files

#: Told the part done (0 to 1) and what is being done; may raise Cancelled.
Progress = Callable[[float, str], None]
#: Rows of one sheet above which a spreadsheet becomes slow.
COMFORTABLE = 20_000

COMPLETE = "COMPLET"


@dataclass(frozen=True, slots=True)
class Export:
    """A workbook that was written: the four letters people name it by, the rows of each entity, where it is.

    `notes` are French sentences about what the reader should know (a long sheet, a text that was cut).
    """

    code4: str
    counts: Mapping[str, int]
    path: Path
    export_id: bytes
    notes: tuple[str, ...] = ()


class TooMuchForWorkbook(KnownError):
    """What was asked for would not be accepted back."""


class TooHeavy(TooMuchForWorkbook):
    """The file would weigh too much to be accepted back."""


def export_workbook(
    store: Store,
    path: Path,
    *,
    profile: Profile,
    now: datetime,
    district: str = "",
    entities: Sequence[str] = (),
    stem: str = "",
    progress: Progress = lambda share, sentence: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Export:
    """Write the rows of a quartier ("" for the town) at `path`, a .xlsx file or a folder where it is named for us.

    There, `stem` takes the place of « Projets_Quartier » before the day and the code. `district` is the id of a
    territory, `now` an aware datetime, `entities` the keys to keep (none: all). A file that was there is replaced, at
    the end; one that somebody saved since its export is kept beside, and a note says so. On a notebook opened to be
    read the export is not remembered. Raises Cancelled, PlaceFails, UnknownField or TooMuchForWorkbook;
    SelfCheckFailed is a fault of ours, and no file is left.
    """

    def tell(share: float, sentence: str) -> None:
        if cancelled():
            raise Cancelled("L’export a été arrêté.", advice="Aucun classeur n’a été écrit.")
        progress(share, sentence)

    keys = _keys(entities, profile)
    room = CARRIED if profile is Profile.TEAM else 0
    with collector_paused():
        try:
            return _export(store, path, Wanted(profile, district, keys, "", now.date(), room), now, tell, stem)
        except TooHeavy:
            # The rows matter more than the files that are joined to them.
            if not room:
                raise
            return _export(store, path, Wanted(profile, district, keys, "", now.date(), 0), now, tell, stem)


def _export(store: Store, path: Path, asked: Wanted, now: datetime, tell: Progress, stem: str) -> Export:
    with store.read() as connection:
        export_id, code4 = _new_code(connection, now)
        wanted = replace(asked, code4=code4)
        entry = _scope_entry(connection, wanted)
        tell(0, "Lecture du carnet")
        gathered = gather(connection, wanted, advance=lambda share: tell(0.25 * share, "Lecture du carnet"))
        log = _log(connection, wanted, gathered.scope) if wanted.profile is Profile.TEAM else None
        tell(0.35, "Préparation du classeur")
        replica, stamp = outgoing.replica_id(connection), stamp_of(now)
        files = [data for leaving in gathered.files.values() for data in load_files(connection, leaving.digests)]
    target = _target(path, entry, now, code4, stem)
    _check_size(gathered)
    maker = _Maker(gathered, log, files, wanted, entry, Header(
        export_id, code4, replica, now.astimezone().isoformat(timespec="seconds"), stamp, wanted.profile.value, entry,
        _sheet_entries(gathered), schema_hash(), __version__,
    ), now, tell)  # fmt: skip
    with _explained(target), replacing(target) as temporary, tempfile.TemporaryDirectory() as folder:
        maker.write_and_prove(temporary, Path(folder))
        if temporary.stat().st_size > Limits().file_bytes:
            raise _too_much(TooHeavy, f"pèserait {format_number(temporary.stat().st_size // 1_000_000)}{NBSP}Mo")
        aside = previous.set_aside(target, now)
    if not store.is_read_only:
        base = blob.pack(gathered.base(values=False), {})
        record_export(
            store, ExportBase(export_id, code4, stamp, wanted.profile.value, entry.as_json(), str(target), base)
        )
    tell(1, "Classeur écrit")
    counts = {key: len(table.ids) for key, table in gathered.tables.items()}
    notes = [aside] if aside else []
    return Export(code4, counts, target, export_id, (*notes, *_notes(gathered)))


def _keys(entities: Sequence[str], profile: Profile) -> tuple[str, ...]:
    """The entities asked for, none for all of them; a partner is refused those that stay in the team."""
    if not entities:
        return ()
    keys = tuple(declared.key for declared in exported_entities(entities, profile))
    kept_back = [one.plural for one in exported_entities(entities) if one.key not in keys]
    if kept_back:
        raise BadValue(
            f"«{NBSP}{kept_back[0]}{NBSP}» reste dans l’équipe{NBSP}: un classeur de partenaire n’en porte pas.",
            advice="Enlevez-la de ce qui est demandé, ou choisissez le profil équipe.",
        )
    return keys


def suggested_name(title: str, day: datetime, code4: str) -> str:
    """`Projets_Est_2026-11-24_K7QD.xlsx`."""
    place = re.sub(r"[^a-z0-9]+", "-", fold(title)).strip("-")
    return f"Projets_{place.capitalize() or 'Ville'}_{day:%Y-%m-%d}_{code4}.xlsx"


# -- the two passes -----------------------------------------------------------------------------------------------


class _Maker:
    """Writes the book and reads it back; a second time when some texts must be locked."""

    def __init__(
        self,
        gathered: Gathered,
        log: LogColumns | None,
        files: Sequence[bytes],
        wanted: Wanted,
        entry: ScopeEntry,
        header: Header,
        now: datetime,
        tell: Progress,
    ) -> None:
        self._gathered = gathered
        self._log = log
        self._files = files
        self._header = header
        self._tell = tell
        self._book = Book(
            wanted.code4, header.export_id.hex(), now, wanted.profile, fitting(scope_words(entry)), gathered.sheets,
            gathered.offered, gathered.priorities, gathered.clashes, (),
        )  # fmt: skip

    def write_and_prove(self, path: Path, folder: Path) -> None:
        self._write(path, folder)
        found = self_check.differences(path, self._book, tick=lambda share: self._tell(0.9 + 0.1 * share, "Relecture"))
        if not found:
            return
        for one in found:
            self._lock(one)
        path.unlink()
        self._write(path, folder)
        known = {(one.sheet, one.row, one.column) for one in found}
        again = self_check.differences(path, self._book)
        if left := [one for one in again if (one.sheet, one.row, one.column) not in known]:
            raise SelfCheckFailed(f"{len(left)} cells differ after the second writing")

    def _write(self, path: Path, folder: Path) -> None:
        packed = blob.pack(
            self._gathered.base(values=self._log is None),
            self._gathered.labels,
            self._log,
            check=lambda: self._tell(0.4, "Préparation du classeur"),
        )
        self._book = replace(self._book, hidden=pairs_of(self._header, packed, self._files))
        write_book(self._book, path, folder, tick=lambda share: self._tell(0.45 + 0.45 * share, "Écriture du classeur"))

    def _lock(self, one: self_check.Difference) -> None:
        content = self._book.sheets[one.sheet]
        column = content.layout.columns[one.column]
        if not one.is_text or column.field is None:
            raise SelfCheckFailed(f"{content.layout.name}, column {one.column + 1}, row {one.row + 3}")
        table = self._gathered.tables[content.layout.entity]
        first = sum(
            before.rows for before in self._book.sheets[: one.sheet] if before.layout.entity == content.layout.entity
        )
        self._gathered.lock(content.layout.entity, table.ids[first + one.row], column.field.key)


# -- what it is ---------------------------------------------------------------------------------------------------


def scope_words(entry: ScopeEntry) -> str:
    """`COMPLET`, or `FILTRÉ : quartier Est – Actions, Étapes`."""
    if entry.complete:
        return COMPLETE
    said = [f"quartier {entry.title}"] if entry.district else []
    said += [", ".join(registry.entity(key).plural for key in entry.entities)] if entry.entities else []
    return f"FILTRÉ{NBSP}: {' – '.join(said)}"


def _scope_entry(connection: Door, wanted: Wanted) -> ScopeEntry:
    title = ""
    if wanted.district:
        title = labels(connection, "territory", [wanted.district], whole=True)[wanted.district]
    return ScopeEntry(not wanted.district and not wanted.entities, wanted.district, title, wanted.entities)


def _log(connection: Door, wanted: Wanted, scope: Scope) -> LogColumns:
    """The history that goes with the rows: all of it, or that of the scope and of what it leads to."""
    if not wanted.district and not wanted.entities:
        return outgoing.load_log(connection, None)
    keys = wanted.entities or tuple(registry.ENTITIES)
    return outgoing.load_log(connection, outgoing.linked_rows(connection, scope, keys))


def _new_code(connection: Door, now: datetime) -> tuple[bytes, str]:
    """A new export id, and its four letters, that no other export of this notebook has."""
    while True:
        export_id = new_id(stamp_of(now)).bytes
        digest = int.from_bytes(blake2b(export_id, digest_size=4).digest(), "big")
        code4 = "".join(CODE_LETTERS[(digest >> 5 * place) % len(CODE_LETTERS)] for place in range(4))
        if not exports_called(connection, code4):
            return export_id, code4


def _target(path: Path, entry: ScopeEntry, now: datetime, code4: str, stem: str) -> Path:
    if path.is_dir() and stem:
        return path / f"{stem}_{now:%Y-%m-%d}_{code4}.xlsx"
    if path.is_dir():
        return path / suggested_name(entry.title or "Ville", now, code4)
    if path.suffix.lower() != ".xlsx":
        raise PlaceFails(
            f"«{NBSP}{path.name}{NBSP}» n’est pas un nom de classeur.", advice="Donnez-lui l’extension .xlsx."
        )
    return path


def _sheet_entries(gathered: Gathered) -> tuple[SheetEntry, ...]:
    return tuple(
        SheetEntry(
            content.layout.name, content.layout.entity, content.layout.table,
            tuple(column.key for column in content.layout.columns), content.rows,
        )
        for content in gathered.sheets
    )  # fmt: skip


# -- limits -------------------------------------------------------------------------------------------------------


def _check_size(gathered: Gathered) -> None:
    """Refuse before writing what could not be read back."""
    cells = sum(len(cells) - cells.count(None) for one in gathered.sheets for cells in map(list, one.columns))
    limit = Limits().cells
    if cells > limit * 0.95:
        raise _too_much(TooMuchForWorkbook, f"aurait {format_number(cells)} cellules (au plus {format_number(limit)})")


def _too_much(kind: type[TooMuchForWorkbook], said: str) -> TooMuchForWorkbook:
    return kind(
        f"Ce classeur {said}{NBSP}: il ne pourrait pas être relu. Aucun classeur n’a été écrit.",
        advice="Exportez un quartier à la fois, ou quelques feuilles seulement.",
    )


def _notes(gathered: Gathered) -> Iterator[str]:
    for leaving in gathered.files.values():
        if leaving.stayed:
            stayed = counted(leaving.stayed, "pièce jointe n’est pas", "pièces jointes ne sont pas")
            yield f"{stayed} dans ce classeur{NBSP}: la feuille des pièces jointes dit sur quel ordinateur."
    for key, table in gathered.tables.items():
        if len(table.ids) > COMFORTABLE:
            plural = registry.entity(key).plural
            yield (
                f"La feuille «{NBSP}{plural}{NBSP}» a {format_number(len(table.ids))} lignes{NBSP}:"
                " un export par quartier s’ouvrira plus vite."
            )
    cut = sum(len(keys) for of_row in gathered.locked.values() for keys in of_row.values())
    if cut:
        yield (
            f"{counted(cut, 'cellule n’est pas relue', 'cellules ne sont pas relues')} dans ce classeur"
            " (texte trop long, ou valeur non transmise)."
        )


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Say in French why the place refuses."""
    try:
        yield
    except OSError as error:
        raise PlaceFails(
            f"Le classeur «{NBSP}{path.name}{NBSP}» n’a pas pu être écrit{NBSP}: {reason_of(error)}.",
            advice="S’il est ouvert dans un tableur, fermez-le. Vérifiez la place et vos droits, puis réessayez.",
        ) from error
