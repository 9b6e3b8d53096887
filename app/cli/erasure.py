"""`carnet effacer`: erasing a person for ever, then telling what was done and what could not be reached."""

from typing import Any

from app.cli.session import Session
from app.cli.streams import emit, say
from app.errors import WrongUsage
from app.formatting import NBSP, counted, format_date
from app.models import registry
from app.services import entry, erasure, records
from app.services.erasure import Mention


def erase(session: Session) -> int:
    from app.exchange.exported_people import workbooks_with

    declared = session.entity
    if declared.person and not session.asked.has("--confirmer"):
        raise WrongUsage(
            "Effacer une personne ne s’annule pas, ni ici ni chez les collègues. Rien n’a été effacé.",
            advice=f"Pour le faire{NBSP}: carnet effacer {declared.key} {session.reference} --confirmer.",
        )
    with session.writing() as store:
        with store.read() as connection:
            row = entry.any_row(connection, declared, session.reference)
        workbooks = workbooks_with(store, declared.key, [row])
        done = erasure.erase(store, declared.key, [row])
        with store.read() as connection:
            named = [_told(connection, mention) for mention in done.mentions]
    emit(f"Personne effacée du carnet, de son historique et de la recherche{NBSP}: {row}.")
    if done.copies:
        verb = "a été vidée" if len(done.copies) == 1 else "ont été vidées"
        emit(f"{counted(len(done.copies), 'sauvegarde', 'sauvegardes')} du carnet {verb} d’elle aussi.")
    emit(f"Les collègues la perdront au prochain échange. Ce qui ne peut pas être atteint d’ici{NBSP}:")
    for one in workbooks:
        day = format_date(one.at.astimezone().date())
        emit(f"– le classeur {one.code4} ({one.for_whom}), exporté le {day}{NBSP}: {one.path}")
    emit("– les copies du carnet faites ailleurs, les documents imprimés ou envoyés.")
    for path, reason in done.left:
        say(f"Pas vidé{NBSP}: {path}. {reason} Ce sera refait à la prochaine ouverture.")
    if named:
        say(f"Son nom reste écrit dans {counted(len(named), 'texte', 'textes')}, à corriger à la main{NBSP}:")
        for line in named:
            say(f"– {line}")
    return 0


def _told(connection: Any, mention: Mention) -> str:
    declared = registry.entity(mention.entity)
    name = records.labels(connection, mention.entity, [mention.row])[mention.row]
    past = "" if mention.current else ", dans une version passée"
    return f"{declared.label} «{NBSP}{name}{NBSP}», {declared.fields[mention.field].label.lower()}{past}"
