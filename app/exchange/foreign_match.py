"""Which row of the notebook a line of a foreign table speaks of: by its SIRET or RNA, its code, or its name.

Only what leaves no doubt is joined; a likeness is a note for the person, never a link.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from app.exchange.cell_values import Base as CellBase
from app.exchange.new_rows import identity_fields
from app.exchange.references import name_key
from app.models.declare import EntityType
from app.models.fields import Field, Kind, Rule, Stored
from app.services.incoming import Called
from app.services.likeness import name_key as likeness_key

#: Likeness of names, out of a hundred, under which a shared code means nothing.
_SAME_CODE = 60


@dataclass(frozen=True, slots=True)
class Match:
    """The row found, "" for none; `doubt` is a sentence when several could be."""

    row: str = ""
    doubt: str = ""


class Existing:
    """The live rows of an entity, by all that a line may know them by."""

    def __init__(
        self, declared: EntityType, called: Sequence[Called], values: Mapping[str, Mapping[str, Stored]]
    ) -> None:
        self._declared = declared
        self._called = {one.id: one for one in called}
        self._values = values
        self._keys = identity_fields(declared)
        self._numbers = [one for one in declared.fields.values() if one.rule in (Rule.SIRET, Rule.RNA)]
        self._apart = apart_by(declared)
        self._by_number: dict[tuple[str, Stored], list[str]] = defaultdict(list)
        self._by_code: dict[str, list[str]] = defaultdict(list)
        self._by_identity: dict[tuple[str, ...], list[str]] = defaultdict(list)
        self._by_name: dict[str, list[str]] = defaultdict(list)
        self._alike: dict[str, list[str]] = defaultdict(list)
        for row in called:
            self._index(row)

    def _index(self, row: Called) -> None:
        of_row = self._values.get(row.id, {})
        for one in self._numbers:
            if of_row.get(one.key):
                self._by_number[one.key, of_row[one.key]].append(row.id)
        if row.code:
            self._by_code[name_key(row.code)].append(row.id)
        self._by_identity[identity_of(self._keys, of_row)].append(row.id)
        for index, key in ((self._by_name, name_key), (self._alike, likeness_key)):
            for name in dict.fromkeys(map(key, row.names)):
                if name:
                    index[name].append(row.id)

    def match(self, cells: Mapping[str, CellBase]) -> Match:
        """The row that a line with these cells speaks of."""
        for one in self._numbers:
            found = self._by_number.get((one.key, _plain(cells.get(one.key))), []) if cells.get(one.key) else []
            if len(found) == 1:
                return Match(found[0])
        code = str(cells.get(self._declared.code or "") or "")
        title = str(cells.get(self._declared.title) or "")
        coded = self._by_code.get(name_key(code), []) if code else []
        if len(coded) == 1 and (tells_alone(self._declared, code) or self._likeness(coded[0], title) >= _SAME_CODE):
            return Match(coded[0])
        if self._keys != (self._declared.title,):
            return self._one_of(self._by_identity.get(identity_of(self._keys, cells), []), cells)
        for index, key in ((self._by_name, name_key), (self._alike, likeness_key)):
            if title and (named := self._one_of(index.get(key(title), []), cells)) != Match():
                return named
        return Match()

    def is_called(self, row: str, text: str) -> bool:
        """Whether a text is one of the names of a row, legal words aside."""
        called = self._called.get(row)
        return called is not None and any(likeness_key(text) == likeness_key(name) for name in called.names)

    def _one_of(self, found: Sequence[str], cells: Mapping[str, CellBase]) -> Match:
        """The only row of `found` that nothing tells from the line."""
        left = [row for row in found if not self._differs(self._values.get(row, {}), cells)]
        if len(left) > 1:
            word = "Plusieurs lignes du carnet portent" if left else ""
            return Match("", f"{word} déjà ce nom.")
        return Match(left[0]) if left else Match()

    def _differs(self, of_row: Mapping[str, Stored], cells: Mapping[str, CellBase]) -> bool:
        keys = [one.key for one in (*self._numbers, *self._apart)]
        code = self._declared.code
        if code and all(tells_alone(self._declared, str(one.get(code) or "")) for one in (of_row, cells)):
            keys.append(code)
        for key in keys:
            here, there = of_row.get(key), _plain(cells.get(key))
            if here and there and name_key(str(here)) != name_key(str(there)):
                return True
        return False

    def _likeness(self, row: str, title: str) -> float:
        names = self._called[row].names if title else ()
        return max((fuzz.token_sort_ratio(likeness_key(title), likeness_key(name)) for name in names), default=100.0)


def identity_of(keys: Sequence[str], cells: Mapping[str, CellBase]) -> tuple[str, ...]:
    """The values that name a row, as they are compared."""
    return tuple(name_key("" if cells.get(key) is None else str(cells.get(key))) for key in keys)


def apart_by(declared: EntityType) -> list[Field]:
    """The links that tell two rows of one name apart: the structure of a person."""
    if declared.code is not None or declared.owner is not None:
        return []
    return [one for one in declared.fields.values() if one.kind is Kind.LINK and not one.technical]


def tells_alone(declared: EntityType, code: str) -> bool:
    """Whether a code names a row whatever its title: EST-042 does, not 12, nor an acronym."""
    return declared.code == "code" and any(map(str.isalpha, code)) and any(map(str.isdigit, code))


def _plain(value: CellBase | None) -> Stored:
    return None if isinstance(value, tuple) else value


__all__ = ["Existing", "Match", "apart_by", "identity_of", "tells_alone"]
