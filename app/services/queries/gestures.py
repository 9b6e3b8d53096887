"""What was done lately, by whom: the gestures of the log as a page tells them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from app.models.registry import ENTITIES
from app.notebook.clock import moment_of
from app.notebook.log import row_text
from app.services.names import labels
from app.services.records import owners

_VERBS = {
    "Ajouter": "ajouté",
    "Modifier": "modifié",
    "Supprimer": "supprimé",
    "Restaurer": "restauré",
    "Dupliquer": "dupliqué",
    "Retirer": "retiré",
    "Déplacer": "déplacé",
    "Reporter": "reporté",
    "Terminer": "terminé",
    "Rouvrir": "rouvert",
    "Lever": "levé",
    "Saisir": "saisi",
    "Effacer": "effacé",
    "Réviser": "révisé",
    "Confirmer": "confirmé",
    "Résoudre": "résolu",
}

#: Feminine words of the labels that name no entity.
_FEMININE = ("échéances", "valeurs")


@dataclass(frozen=True, slots=True)
class Done:
    """One gesture: when (aware, UTC), by whom, what; `entity` and `row` of one record it touched, `count` of them.

    `name` is what people call that record, or the one it is a part of: (`home`, `home_id`).
    """

    at: datetime
    author: str
    label: str
    kind: str
    entity: str
    row: str
    count: int
    name: str
    home: str
    home_id: str


def latest(connection: Connection, most: int = 20, *, homes: Collection[str] = ()) -> list[Done]:
    """The last gestures that people did, the latest first; seeds are left out.

    `homes` are the entities whose records are opened by themselves; the others lead to the record they are a part of.
    """
    gestures = connection.exec_driver_sql(
        """SELECT g.at, r.label, g.label, g.kind, g.id FROM gesture g LEFT JOIN replica r ON r.n = g.replica
        WHERE g.kind NOT IN ('seed', 'migration') ORDER BY g.at DESC LIMIT ?""",
        (most,),
    ).all()
    found = []
    for at, author, label, kind, gesture in gestures:
        rows = connection.exec_driver_sql(
            "SELECT e.key, m.row, count(*) OVER () FROM modif m JOIN entity e ON e.n = m.entity WHERE m.gesture = ?"
            " ORDER BY m.stamp LIMIT 1",
            (gesture,),
        ).first()
        if rows:
            entity, row, count = rows[0], row_text(rows[1]), rows[2]
            home, home_id = entity, row
            if entity not in homes:
                home, home_id = owners(connection, entity, [row]).get(row, (entity, row))
            name = labels(connection, home, [home_id])[home_id]
            found.append(Done(moment_of(at), author or "", label, kind, entity, row, count, name, home, home_id))
    return found


def told(done: Done) -> str:
    """The line that tells a gesture: « Action modifiée : Atelier du samedi », « 3 actions supprimées »."""
    what = said(done.label, done.kind).removesuffix(".")
    first, _, rest = what.partition(" ")
    if first in ("Une", "Un") and rest:
        what = rest[:1].upper() + rest[1:]
    several = any(word.isdigit() for word in done.label.replace("\u00a0", " ").split())
    return what if several else f"{what}\u00a0: {done.name}"


def said(label: str, kind: str = "edit") -> str:
    """The sentence that tells a gesture once done: « Supprimer 3 actions » becomes « 3 actions supprimées. »."""
    if kind in ("undo", "redo"):
        word = "Annulé" if kind == "undo" else "Rétabli"
        return f"{word}\u00a0: {label[:1].lower()}{label[1:]}."
    verb, _, what = label.partition(" ")
    if verb not in _VERBS or not what:
        return f"{label}."
    return f"{what[:1].upper()}{what[1:]} {_VERBS[verb]}{_ending(what)}."


def _ending(what: str) -> str:
    """The agreement of a past participle with « une action », « 3 indicateurs », « l’exemple »."""
    first, _, rest = what.replace("\u00a0", " ").partition(" ")
    if first in ("une", "la"):
        return "e"
    if first.isdigit():
        several = {declared.plural.lower(): declared.gender for declared in ENTITIES.values()}
        return "es" if several.get(rest) == "f" or rest in _FEMININE else "s"
    return ""
