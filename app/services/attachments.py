"""The files joined to a record: listing, joining, opening a copy, saving elsewhere.

Rows are shared like any others; their bytes travel with a team workbook when there is room, else they stay on the
laptop of whoever joined them. Deleting is `records.delete`: the bytes stay, so that undo and the bin give them back.
"""

import os
import re
import stat
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import UUID, uuid5

from sqlalchemy import Connection, select

from app.errors import BadValue, KnownError, PlaceFails, reason_of
from app.formatting import NBSP, counted
from app.models import registry
from app.models.attachments import ATTACHMENT
from app.notebook.blobs import digest_of
from app.notebook.files import replacing
from app.notebook.log import chunks, marks, row_bytes, row_text
from app.notebook.store import Store
from app.services import records
from app.services.joined_files import JoinedFile, extension_of, is_allowed, read_file, safe_name
from app.services.names import unknown

_TABLE = ATTACHMENT.table
#: Ids of joined files live under this name.
_JOINED = UUID("0b6c8a52-5a0e-5d6b-9a57-7d2f6a0e3c4d")


@dataclass(frozen=True, slots=True)
class Attachment:
    """One file of a record. `is_here` says that its bytes are in this notebook; `whose` signed its row ("" if unknown).

    `name` is safe on every system, whatever was received.
    """

    id: str
    entity: str
    row: str
    name: str
    media_type: str
    size: int
    sha256: str
    added_on: date | None
    note: str
    is_here: bool
    whose: str
    deleted: bool

    @property
    def where_words(self) -> str:
        """« restée sur l’ordinateur de Nord », "" when the file is here."""
        return "" if self.is_here else stayed_words(self.whose)


class StayedElsewhere(KnownError):
    """The bytes of an attachment are not in this notebook."""


def stayed_words(whose: str) -> str:
    """Where a file is that did not come with its row."""
    if not whose:
        return "restée sur un autre ordinateur"
    elided = "d’" if whose[0].lower() in "aeiouyâàéèêëîïôöûüœ" else f"de{NBSP}"
    return f"restée sur l’ordinateur {elided}{whose}"


# -- reading ------------------------------------------------------------------------------------------------------


def of_record(connection: Connection, entity: str, row: str, *, deleted: bool | None = False) -> list[Attachment]:
    """The files of a record, the latest first; those of the bin with `deleted`, all of them with None."""
    known = (_TABLE.c.record_entity == entity, _TABLE.c.record == row)
    state = () if deleted is None else (_TABLE.c.deleted == int(deleted),)
    query = select(_TABLE.c.id).where(*known, *state).order_by(_TABLE.c.created_at.desc(), _TABLE.c.id)
    return _fetch(connection, connection.scalars(query).all())


def fetch(connection: Connection, id: str) -> Attachment:
    """One attachment, in the bin or not; raises UnknownRecord."""
    found = _fetch(connection, [id])
    if not found:
        raise unknown(ATTACHMENT, id)
    return found[0]


def _fetch(connection: Connection, ids: Sequence[str]) -> list[Attachment]:
    """Those of these attachments that exist, in this order: three readings, whatever their number."""
    by_id = {record.id: record for record in records.fetch_many(connection, ATTACHMENT.key, ids)}
    named = [str(record.values["sha256"] or "") for record in by_id.values()]
    here = {
        sha256
        for some in chunks(named)
        for (sha256,) in connection.exec_driver_sql(
            f"SELECT sha256 FROM attachment_blob WHERE sha256 IN ({marks(some)})", tuple(some)
        )
    }
    whose = _signed(connection, ids)
    return [_attachment(by_id[id], here, whose.get(id, "")) for id in ids if id in by_id]


def _attachment(record: records.Record, here: Collection[str], whose: str) -> Attachment:
    values = record.values
    added_on, size, sha256 = values["added_on"], values["size"], str(values["sha256"] or "")
    return Attachment(
        record.id, str(values["record_entity"] or ""), str(values["record"] or ""),
        safe_name(str(values["name"] or "")), str(values["media_type"] or ""), size if isinstance(size, int) else 0,
        sha256, added_on if isinstance(added_on, date) else None, str(values["note"] or ""), sha256 in here, whose,
        record.deleted,
    )  # fmt: skip


def read_bytes(connection: Connection, found: Attachment) -> bytes:
    """The bytes of an attachment; raises StayedElsewhere when they did not come."""
    query = "SELECT bytes FROM attachment_blob WHERE sha256 = ?"
    kept = connection.exec_driver_sql(query, (found.sha256,)).first()
    if kept is None:
        raise StayedElsewhere(
            f"«{NBSP}{found.name}{NBSP}» est {stayed_words(found.whose)}.",
            advice="Demandez-lui un classeur de l’équipe plus récent, ou le fichier lui-même.",
        )
    data = bytes(kept[0])
    if digest_of(data) != found.sha256:
        raise BadValue(
            f"«{NBSP}{found.name}{NBSP}» est abîmée{NBSP}: ce n’est plus ce qui avait été joint.",
            advice=f"«{NBSP}carnet verifier{NBSP}» en dit plus{NBSP}; une sauvegarde plus ancienne la porte peut-être.",
        )
    return data


def _signed(connection: Connection, ids: Sequence[str]) -> dict[str, str]:
    """Who joined each file: the author of the first modification of its row."""
    found: dict[str, str] = {}
    for some in chunks(ids):
        query = f"""SELECT m.row, r.label FROM modif m JOIN replica r ON r.n = m.replica WHERE m.row IN ({marks(some)})
            ORDER BY m.stamp DESC, m.op_id DESC"""
        rows = connection.exec_driver_sql(query, tuple(map(row_bytes, some)))
        found.update((row_text(row), label or "") for row, label in rows)
    return found


# -- joining ------------------------------------------------------------------------------------------------------


def attach(store: Store, entity: str, row: str, path: Path, *, note: str = "") -> str:
    """Join the file at `path` to a record; returns the id of the attachment. Raises NotJoined, PlaceFails, BadValue."""
    return join(store, entity, row, [read_file(path)], note=note)[0]


def join(store: Store, entity: str, row: str, files: Sequence[JoinedFile], *, note: str = "") -> list[str]:
    """Join files that were read to a record, in one gesture; returns their ids.

    Raises BadValue when the record is in the bin, or when one of the files is joined to it already.
    """
    fresh, refused = sort_out(store, entity, row, files)
    if refused:
        raise refused[0]
    if not fresh:
        return []
    today = store.now().astimezone().date()
    label = f"Ajouter {ATTACHMENT.one}"
    if len(fresh) > 1:
        label = f"Ajouter {counted(len(fresh), ATTACHMENT.label.lower(), ATTACHMENT.plural.lower())}"
    # A file that lies in the bin comes back, with its remark unless another is given.
    said = {"note": note} if note else {}
    with store.write(label) as write:
        return [
            write.create(
                ATTACHMENT.key, _id_of(row, file.data), name=file.name, media_type=file.media_type,
                size=len(file.data), added_on=today, sha256=write.keep_bytes(file.data), record_entity=entity,
                record=row, **said,
            )
            for file in fresh
        ]  # fmt: skip


def _id_of(record: str, data: bytes) -> str:
    """The id of a file joined to a record: the same on every laptop, so that joined twice it is one."""
    return str(uuid5(_JOINED, f"{record}\x1f{digest_of(data)}"))


def sort_out(
    store: Store, entity: str, row: str, files: Sequence[JoinedFile]
) -> tuple[list[JoinedFile], list[BadValue]]:
    """The files that can be joined to a record, and why the others cannot. Raises BadValue when none could ever be."""
    declared = registry.entity(entity)
    with store.read() as connection:
        record = records.fetch(connection, entity, row)
        present = {one.sha256: one.name for one in of_record(connection, entity, row)}
    if record.deleted:
        raise BadValue("Cette fiche est dans la corbeille.", advice="Restaurez-la, puis joignez le fichier.")
    if declared is ATTACHMENT:
        raise BadValue("Une pièce jointe n’en porte pas d’autres.", advice="Joignez le fichier à la fiche elle-même.")
    fresh: list[JoinedFile] = []
    refused: list[BadValue] = []
    for file in files:
        digest = digest_of(file.data)
        if digest in present:
            name = present[digest]
            same = "" if name == file.name else f", sous le nom «{NBSP}{name}{NBSP}»"
            said = f"«{NBSP}{file.name}{NBSP}» est déjà joint à cette fiche{same}."
            refused.append(BadValue(said, advice="Rien n’a été ajouté."))
        else:
            present[digest] = file.name
            fresh.append(file)
    return fresh, refused


# -- leaving ------------------------------------------------------------------------------------------------------


def save_as(store: Store, id: str, target: Path, *, replace: bool = False) -> Path:
    """Write the file of an attachment at `target`, or under its own name in the folder `target`; returns where.

    A file that was there stays, and is said, unless `replace`; the notebook always stays. In a folder, another name is
    found. Raises PlaceFails, or StayedElsewhere.
    """
    with store.read() as connection:
        found = fetch(connection, id)
        data = read_bytes(connection, found)
    # Not `Path.is_dir`: it raises for a folder that is closed to us, or a name too long.
    place = _free(target / found.name) if os.path.isdir(target) else target
    if os.path.realpath(place) == os.path.realpath(store.path):
        raise PlaceFails("La pièce jointe prendrait la place du carnet.", advice="Choisissez un autre fichier.")
    try:
        with replacing(place, new=not replace) as temporary:
            temporary.write_bytes(data)
    except OSError as error:
        raise PlaceFails(
            f"«{NBSP}{place.name}{NBSP}» n’a pas pu être écrit{NBSP}: {reason_of(error)}.",
            advice="Choisissez un autre dossier, ou fermez le fichier s’il est ouvert.",
        ) from error
    return place


def save_temporary_copy(store: Store, id: str, folder: Path) -> Path:
    """A copy to be opened, which cannot be written, in a folder of its own under `folder`.

    Raises StayedElsewhere; BadValue when a file of that kind is never opened, whoever sent it.
    """
    with store.read() as connection:
        found = fetch(connection, id)
        if not is_allowed(found.name):
            raise BadValue(
                f"Un fichier .{extension_of(found.name)} ne s’ouvre pas depuis le carnet{NBSP}:"
                f" «{NBSP}{found.name}{NBSP}».",
                advice="Si vous savez ce qu’il est, enregistrez-le, puis ouvrez-le vous-même.",
            )
        data = read_bytes(connection, found)
    home = folder / found.sha256[:12]
    path = home / found.name
    if path.exists() and path.stat().st_size == len(data):
        return path
    try:
        home.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        os.chmod(path, stat.S_IREAD)
    except OSError as error:
        raise PlaceFails(
            f"«{NBSP}{found.name}{NBSP}» n’a pas pu être copié{NBSP}: {reason_of(error)}.",
            advice="Libérez de la place, puis réessayez.",
        ) from error
    return path


def _free(path: Path) -> Path:
    """`path`, or the same with a number when a file is there."""
    number = 2
    found = path
    while os.path.lexists(found):
        stem = re.sub(r" \(\d+\)$", "", path.stem)
        found = path.with_name(f"{stem} ({number}){path.suffix}")
        number += 1
    return found
