"""What a preview cannot decide alone, and asks a person.

Which row a line without a Réf. is, which of two copies is the original, whether a sheet sorted without its Réf. is put
back together. A question that has no answer changes nothing; what was suggested is only shown first.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.formatting import NBSP

#: Key of a question → key of the choice made.
Answers = Mapping[str, str]

#: Keys of choices; those that end with a colon are followed by the id of a row, or by a rank.
LINK, RESTORE, ORIGINAL = "link:", "restore:", "original:"
CREATE, JOIN, LEAVE = "create", "join", "leave"

#: Beginning of the keys of questions about one row: their answers are ids alone, and hold from one import to the next.
OF_ROW, OF_REFERENCE = "row:", "ref:"


class Asked(StrEnum):
    """What a question is about."""

    SORTED = "sorted"
    RESEMBLES = "resembles"
    DAMAGED = "damaged"
    COPIED = "copied"


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer: what is done, to what, and what that means."""

    key: str
    verb: str
    what: str
    second: str = ""

    @property
    def label(self) -> str:
        """`Rattacher à : Busabiclou`."""
        return f"{self.verb}{NBSP}: {self.what}"


@dataclass(frozen=True, slots=True)
class Question:
    """One question. `row` is the row it is told with ("" for a whole sheet).

    `suggested` is the choice shown first, `answer` the one made; `details` say line by line what it would do.
    """

    key: str
    about: Asked
    entity: str
    row: str
    label: str
    sentence: str
    choices: tuple[Choice, ...]
    suggested: str = ""
    answer: str = ""
    sheet: str = ""
    cell: str = ""
    details: tuple[str, ...] = ()


def target_of(answer: str) -> str:
    """The row that an answer leads to; "" for another answer."""
    for start in (LINK, RESTORE):
        if answer.startswith(start):
            return answer.removeprefix(start)
    return ""


def link_choice(row: str, label: str, *, deleted: bool = False) -> Choice:
    """« Rattacher à … », or « Restaurer … » when the row is in the bin."""
    if deleted:
        return Choice(f"{RESTORE}{row}", "Restaurer", label, "dans la corbeille")
    return Choice(f"{LINK}{row}", "Rattacher à", label, "complète la fiche")


CREATE_CHOICE = Choice(CREATE, "Créer quand même", "une fiche de plus", "aucune n’est la même")
LEAVE_CHOICE = Choice(LEAVE, "Ne pas lire", "ces lignes restent de côté", "rien n’en est écrit")


def lasting(answers: Answers) -> dict[str, str]:
    """The answers that hold for the next import of the same workbook: ids, no value."""
    return {key: answer for key, answer in answers.items() if key.startswith((OF_ROW, OF_REFERENCE))}


__all__ = [
    "CREATE", "CREATE_CHOICE", "JOIN", "LEAVE", "LEAVE_CHOICE", "LINK", "OF_REFERENCE", "OF_ROW", "ORIGINAL",
    "RESTORE", "Answers", "Asked", "Choice", "Question", "lasting", "link_choice", "target_of",
]  # fmt: skip
