"""Structures that are probably the same one, entered twice. Pure: rows in, groups out.

Two structures are alike when they have the same SIRET, or the same name once accents, case, punctuation and legal words
are left out. It only hints: people decide.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from app.formatting import fold

# What a name may carry or not without naming another structure.
_LEGAL_WORDS = frozenset(
    (
        "association", "asso", "loi", "1901", "a1901", "sarl", "sas", "sasu", "sa", "scic", "scop", "gip", "epic",
        "eurl", "sci", "l", "le", "la", "les", "d", "de", "du", "des", "et", "en", "un", "une", "au", "aux",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Named:
    id: str
    name: str
    siret: str


@dataclass(frozen=True, slots=True)
class Alike:
    """Structures that look like one; `reason` is « même SIRET » or « même nom »."""

    reason: str
    ids: tuple[str, ...]


SAME_SIRET = "même SIRET"
SAME_NAME = "même nom"


def alike(structures: Iterable[Named]) -> tuple[Alike, ...]:
    """The groups of structures that are alike, in the order given; each structure in one group at most."""
    rows = list(structures)
    groups: list[Alike] = []
    taken: set[str] = set()
    for reason, key in ((SAME_SIRET, lambda row: row.siret), (SAME_NAME, lambda row: name_key(row.name))):
        found: dict[str, list[str]] = defaultdict(list)
        for row in rows:
            if row.id not in taken and key(row):
                found[key(row)].append(row.id)
        for ids in found.values():
            if len(ids) > 1:
                groups.append(Alike(reason, tuple(ids)))
                taken.update(ids)
    return tuple(groups)


def name_key(name: str) -> str:
    """A name without accents, case, punctuation and legal words; empty when nothing else is left."""
    words = re.findall(r"\w+", fold(name))
    return " ".join(word for word in words if word not in _LEGAL_WORDS)
