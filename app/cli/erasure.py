"""`carnet effacer`: erasing a person for ever, then telling what was done and what could not be reached."""

from collections.abc import Sequence
from typing import Any

from app.cli.session import Session
from app.cli.streams import emit, say
from app.errors import WrongUsage
from app.formatting import NBSP, counted, fold, format_date
from app.models.declare import EntityType
from app.services import entry, erasure, mentions
from app.services.mentions import Mention

#: What `--textes` may say: which texts of other rows lose the name.
_ALL, _SURE, _NONE = "tous", "surs", "aucun"


def erase(session: Session) -> int:
    from app.exchange.exported_people import workbooks_with

    declared = session.entity
    with session.reading() as store, store.read() as connection:
        row = entry.any_row(connection, declared, session.reference)
        found = mentions.mentions(connection, declared.key, [row]) if declared.person else ()
        masking = _chosen(session, connection, declared, found) if declared.person else ()
    with session.writing() as store:
        workbooks = workbooks_with(store, declared.key, [row])
        done = erasure.erase(store, declared.key, [row], masking=masking)
        with store.read() as connection:
            left = _lines(connection, done.unmasked)
    emit(f"Personne effacée du carnet, de son historique et de la recherche{NBSP}: {row}.")
    if done.masked:
        emit(f"Son nom est masqué (███) dans {counted(len(done.masked), 'texte', 'textes')} d’autres fiches.")
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
    if left:
        count = counted(len(left), "texte laissé tel quel", "textes laissés tels quels")
        say(f"Son nom reste écrit dans {count}{NBSP}:")
        for line in left:
            say(line)
    return 0


def _chosen(session: Session, connection: Any, declared: EntityType, found: Sequence[Mention]) -> Sequence[Mention]:
    """The texts that lose the name. Raises WrongUsage, and shows them, while nobody has said."""
    texts = fold(session.asked.option("--textes") or "")
    if texts and texts not in (_ALL, _SURE, _NONE):
        raise WrongUsage(
            f"«{NBSP}--textes {texts}{NBSP}» n’est pas connu. Rien n’a été effacé.",
            advice="Dites tous, surs ou aucun.",
        )
    confirmed = session.asked.has("--confirmer")
    if not confirmed or (found and not texts):
        for line in _lines(connection, found):
            say(line)
        named = f'"{session.reference}"' if " " in session.reference else session.reference
        ask = f"carnet effacer {declared.key} {named} --confirmer"
        choice = " --textes tous (ou surs, ou aucun)" if found else ""
        said = (
            "Effacer une personne ne s’annule pas, ni ici ni chez les collègues."
            if not confirmed
            else f"Son nom est écrit dans {counted(len(found), 'texte', 'textes')} d’autres fiches, ci-dessus."
        )
        raise WrongUsage(f"{said} Rien n’a été effacé.", advice=f"Pour le faire{NBSP}: {ask}{choice}.")
    return [one for one in found if texts == _ALL or (texts == _SURE and one.sure)]


def _lines(connection: Any, found: Sequence[Mention]) -> list[str]:
    """A line for each text: which it is, and what it says."""
    return [
        f"– {words}{NBSP}: «{NBSP}{one.excerpt}{NBSP}»" + ("" if one.sure else " (nom de famille seul)")
        for one, words in zip(found, mentions.words(connection, found), strict=True)
    ]
