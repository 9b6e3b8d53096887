"""`carnet joindre`, `carnet extraire`: files that are joined to a row, and those that come out again."""

from pathlib import Path
from typing import Any

from app.cli.session import Session
from app.cli.streams import emit, say
from app.formatting import NBSP
from app.models import registry
from app.services import attachments, entry, records
from app.services.joined_files import read_file, size_words


def join_file(session: Session) -> int:
    declared = session.entity
    file = read_file(Path(session.asked.words["FICHIER"]))
    with session.writing() as store:
        with store.read() as connection:
            row = entry.live_row(connection, declared.key, session.reference)
            name = records.labels(connection, declared.key, [row])[row]
        note = session.asked.option("--remarque") or ""
        (made,) = attachments.join(store, declared.key, row, [file], note=note)
    shrunk = ", photo réduite" if file.shrunk else ""
    say(f"«{NBSP}{file.name}{NBSP}» ({size_words(len(file.data))}{shrunk}) est joint à {name}.")
    emit(made)
    return 0


def belongs_to(connection: Any, entity: str, row: str) -> str:
    """« Action : Atelier vélo »: the record that a row is joined to, "" when there is none."""
    home = records.owners(connection, entity, [row]).get(row)
    if home is None:
        return ""
    return f"{registry.entity(home[0]).label}{NBSP}: {records.labels(connection, home[0], [home[1]])[home[1]]}"


def extract_file(session: Session) -> int:
    with session.reading() as store:
        with store.read() as connection:
            row = entry.any_row(connection, registry.entity("attachment"), session.asked.words["PIÈCE"])
        place = attachments.save_as(store, row, Path(session.asked.words["DEST"]))
    emit(f"Fichier écrit{NBSP}: {place.absolute()}")
    return 0
