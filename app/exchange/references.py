"""Which row a cell names: by its token, its code, « Nom (CODE) », its name, or the label it had when exported.

A pure index, filled by who reads the notebook. Accents and case aside, a name must be exact: what is only near is
shown to the person, never taken.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz, process

from app.exchange.tokens import Token, read_token
from app.formatting import clean_text, fold

_NAME_AND_CODE = re.compile(r"(.+?)\s*\(([^()]+)\)")


@dataclass(frozen=True, slots=True)
class Known:
    """A row that can be named: its id, its code if any, the names it answers to, the first being the one shown."""

    id: str
    names: tuple[str, ...]
    code: str = ""


class Names:
    """The rows of every entity that cells may name.

    `exported` gives, by entity and id, the labels as the workbook showed them: a target renamed since is still known
    by the label that stands in the workbook.
    """

    def __init__(
        self,
        known: Mapping[str, Iterable[Known]],
        *,
        exported: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        self._exported = exported or {}
        self._rows = {entity: {row.id: row for row in rows} for entity, rows in known.items()}
        self._by_code: dict[str, dict[str, list[str]]] = {}
        self._by_name: dict[str, dict[str, list[str]]] = {}
        self._by_label: dict[str, dict[str, list[str]]] = {}
        for entity, rows in self._rows.items():
            self._index(entity, rows.values())

    def _index(self, entity: str, rows: Iterable[Known]) -> None:
        codes = self._by_code.setdefault(entity, {})
        names = self._by_name.setdefault(entity, {})
        for row in rows:
            if row.code:
                codes.setdefault(name_key(row.code), []).append(row.id)
            for key in dict.fromkeys(map(name_key, row.names)):
                if key:
                    names.setdefault(key, []).append(row.id)
        labels = self._by_label.setdefault(entity, {})
        for row_id, label in self._exported.get(entity, {}).items():
            labels.setdefault(name_key(label), []).append(row_id)

    def find(self, entity: str, text: str) -> tuple[str, ...]:
        """The rows of `entity` that `text` names: none, one, or several that cannot be told apart."""
        token = read_token(text)
        if isinstance(token, Token):
            return (token.row,) if token.entity == entity and token.row in self._rows.get(entity, {}) else ()
        key = name_key(text)
        by_name = self._by_name.get(entity, {})
        found = self._by_code.get(entity, {}).get(key) or by_name.get(key) or self._by_label.get(entity, {}).get(key)
        if found:
            return tuple(found)
        both = _NAME_AND_CODE.fullmatch(key)
        if both:
            coded = self._by_code.get(entity, {}).get(both[2].strip(), [])
            return tuple(row for row in coded if row in by_name.get(both[1].strip(), []))
        return ()

    def shown(self, entity: str, row: str) -> str:
        """The label of a row as its workbook showed it, or as it is called here; empty when it is unknown."""
        exported = self._exported.get(entity, {}).get(row)
        if exported is not None:
            return exported
        known = self._rows.get(entity, {}).get(row)
        return link_label(known.names[0], known.code) if known and known.names else ""

    def nearest(self, entity: str, text: str, count: int = 3) -> tuple[str, ...]:
        """The labels that look most like `text`, the nearest first."""
        labels = [link_label(row.names[0], row.code) for row in self._rows.get(entity, {}).values() if row.names]
        return nearest(text, labels, count)


def link_label(name: str, code: str = "") -> str:
    """How a linked row is written in a cell: `Nom (CODE)`, on one line and without the `;` that parts several."""
    whole = f"{name} ({code})" if code else name
    return " ".join(whole.replace(";", ",").split())


@lru_cache(maxsize=65_536)
def name_key(text: str) -> str:
    """What two writings of one name share: accents, case, spaces and `;` aside."""
    return " ".join(fold(clean_text(text)).replace(";", ",").split())


#: Likeness (0 to 100) from which a name is worth offering: below, the hand meant something else.
NEAR = 70


def nearest(text: str, among: Iterable[str], count: int = 3) -> tuple[str, ...]:
    """The `count` texts that look most like `text`; those that only share a few letters with it are left out."""
    found = process.extract(text, list(dict.fromkeys(among)), scorer=fuzz.WRatio, processor=name_key, limit=count)
    return tuple(label for label, score, _ in found if score >= NEAR)
