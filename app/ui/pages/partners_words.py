"""What the page Partenaires says when there is nothing to list, and in its one quiet line."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.formatting import NBSP, counted, plural
from app.services.likeness import Alike


@dataclass(frozen=True, slots=True)
class Notice:
    """A fact, the rest of the sentence, the word of the gesture, an icon."""

    strong: str
    sentence: str
    action: str
    icon: str


def notice(*, in_bin: bool, people: bool, to_see: bool, twins: Sequence[Alike], unplaced: int) -> Notice | None:
    """The bin, the probable duplicates (shown, or to see), or what the coverage cannot know; None for nothing."""
    if in_bin:
        word = "contacts supprimés" if people else "structures supprimées"
        return Notice(
            f"Corbeille{NBSP}: {word}.", "Choisissez des lignes pour les restaurer.", "Revenir à la liste", "trash"
        )
    if to_see:
        sentence = "Même nom ou même SIRET. Supprimez celle qui est de trop."
        return Notice("Doublons probables.", sentence, "Tout afficher", "copy")
    if twins:
        count = sum(len(twin.ids) for twin in twins)
        alike = counted(count, "structure se ressemble", "structures se ressemblent")
        return Notice(f"{alike}.", f"Sont-elles saisies deux fois{NBSP}?", "Les voir", "copy")
    if unplaced:
        silent = counted(unplaced, "structure ne dit pas", "structures ne disent pas")
        where = plural(unplaced, "elle intervient", "elles interviennent")
        sentence = "Tant que ce n’est pas précisé, un tiret peut être un oubli."
        return Notice(f"{silent} où {where}.", sentence, "Les voir", "map-pin")
    return None


_ADD_STRUCTURE = {"main": "Ajouter une structure", "main_icon": "plus"}
_ADD_CONTACT = {"main": "Ajouter un contact", "main_icon": "plus"}
_CLEAR = {"icon": "search", "second": "Effacer les filtres"}

#: Words of the empty states, by kind and by view (True: structures).
EMPTY: dict[tuple[str, bool], dict[str, str]] = {
    ("nothing", True): {
        "icon": "building-community", "title": "Aucune structure",
        "sentence": "L’annuaire réunit les partenaires. On les retrouve dans les actions et les rapports.",
        **_ADD_STRUCTURE,
    },
    ("nothing", False): {
        "icon": "users", "title": "Aucun contact",
        "sentence": "Notez les personnes avec qui vous travaillez, leur fonction, et comment les joindre.",
        **_ADD_CONTACT,
    },
    ("filtered", True): {**_CLEAR, "title": "Aucune structure ne correspond."},
    ("filtered", False): {**_CLEAR, "title": "Aucun contact ne correspond."},
    ("gap", True): {
        **_CLEAR, "icon": "building-community", "title": "Aucune structure connue ici",
        "sentence": "Ajoutez-en une, ou précisez les territoires de celles que vous connaissez déjà.", **_ADD_STRUCTURE,
    },
    ("bin", True): {"icon": "trash", "title": "La corbeille est vide.", "second": "Revenir à la liste"},
    ("bin", False): {"icon": "trash", "title": "La corbeille est vide.", "second": "Revenir à la liste"},
}  # fmt: skip
