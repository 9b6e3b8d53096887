"""Where a person is named in the texts of other rows, now or in the past: what an erasure may mask (sync.md §3b).

Accents and case aside, whole words only. A text that holds a last and a first name, an e-mail address or a telephone
number names the person for certain; a last name alone may be somebody else's, or a street's: a person judges.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from app.formatting import NBSP, counted, fold
from app.models import registry
from app.models.fields import Rule
from app.notebook.emptying import holds_names
from app.notebook.log import chunks, erased_among, marks, row_bytes, row_text
from app.notebook.masks import Span
from app.services.names import labels
from app.services.outgoing import raw

#: Fields that hold a telephone number; addresses have their rule of entry.
_PHONES = ("phone", "private_phone")
#: A number is looked for by as many last digits: what comes before is written in many ways (0, +33, 0033).
_DIGITS = 9
_BEFORE = r"(?<!\d)(?:(?:\+|00)\d{2,3}[ .()/-]{0,2}(?:\(?0\)?)?[ .-]{0,2}|0[ .-]{0,2})?"
#: How much of a text is shown around a name, in characters.
_AROUND = 60


@dataclass(frozen=True, slots=True)
class Mention:
    """A text of another row in which the person is named. `places` gives, for each version (its id), where.

    `current` when the text as it stands is one of these versions; `sure` when a whole name, an address or a number is
    met. `excerpt` comes from the present version, or else the latest, and `shown` are the names in it.
    """

    entity: str
    row: str
    field: str
    current: bool
    sure: bool
    excerpt: str
    shown: tuple[Span, ...]
    places: Mapping[bytes, tuple[Span, ...]]


def mentions(connection: Connection, entity: str, rows: Sequence[str]) -> tuple[Mention, ...]:
    """Every text of another row that names one of these people: the surest first, the present before the past."""
    declared = registry.entity(entity)
    db = raw(connection)
    own = set(rows)
    found: dict[tuple[str, str, str], list[_Version]] = {}
    for needles in _needles(db, declared.key, rows):
        for of_entity, row, key, version in _versions(db, needles):
            if row not in own:
                found.setdefault((of_entity, row, key), []).append(version)
    hidden = _going_with(db, own, {(entity, row) for entity, row, _ in found})
    told = [_mention(place, versions) for place, versions in found.items() if place[1] not in hidden]
    return tuple(sorted(told, key=lambda one: (not one.sure, not one.current, one.entity, one.row, one.field)))


def words(connection: Connection, found: Sequence[Mention]) -> list[str]:
    """« Action « Jardin », description (version passée) »: which text each of these is."""
    rows: dict[str, list[str]] = {}
    for one in found:
        rows.setdefault(one.entity, []).append(one.row)
    named = {entity: labels(connection, entity, of_entity, whole=True) for entity, of_entity in rows.items()}
    return [_words_of(one, named[one.entity][one.row]) for one in found]


def _words_of(mention: Mention, name: str) -> str:
    declared = registry.entity(mention.entity)
    versions = len(mention.places)
    if not mention.current:
        said = f" ({'version passée' if versions == 1 else counted(versions, 'version passée', 'versions passées')})"
    else:
        said = f" (et {counted(versions - 1, 'version passée', 'versions passées')})" if versions > 1 else ""
    return f"{declared.label} «{NBSP}{name}{NBSP}», {declared.fields[mention.field].label.lower()}{said}"


# -- what is looked for -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Needles:
    """What names one person: patterns on folded text, and words that a text must hold to be worth reading."""

    names: tuple[re.Pattern[str], ...]
    first_names: tuple[re.Pattern[str], ...]
    contacts: tuple[re.Pattern[str], ...]
    words: tuple[str, ...]
    digits: tuple[str, ...]


def _needles(db: Any, entity: str, rows: Sequence[str]) -> Iterator[_Needles]:
    """One for each row, of all that it ever held: a person may have changed names."""
    declared = registry.entity(entity)
    last, first = ("last_name", "first_name") if "last_name" in declared.fields else (declared.title, "")
    addresses = [one.key for one in declared.fields.values() if one.rule is Rule.EMAIL]
    phones = [key for key in _PHONES if key in declared.fields]
    for row in rows:
        held: dict[str, list[str]] = {}
        query = """
            SELECT DISTINCT f.field, f.value FROM modif m JOIN modif_field f ON f.op_id = m.op_id
            WHERE m.row = ? AND typeof(f.value) = 'text'"""
        for key, value in db.execute(query, (row_bytes(row),)):
            held.setdefault(key, []).append(value)
        names = [name for name in map(_words, held.get(last, ())) if name]
        mails = [fold(value) for key in addresses for value in held.get(key, ()) if "@" in value]
        numbers = [re.sub(r"\D", "", value) for key in phones for value in held.get(key, ())]
        numbers = [number[-_DIGITS:] for number in numbers if len(number) >= _DIGITS]
        yield _Needles(
            tuple(map(_whole, names)),
            tuple(_whole(name) for name in map(_words, held.get(first, ())) if name),
            (*(re.compile(re.escape(mail)) for mail in mails), *map(_number, numbers)),
            (*(max(name, key=len) for name in names), *mails),
            tuple(numbers),
        )


def _words(name: str) -> list[str]:
    return re.findall(r"\w+", fold(name))


def _whole(words: Iterable[str]) -> re.Pattern[str]:
    """The words of a name, one after the other: « Le Gall » is met in « LE-GALL », not in « Legallois »."""
    return re.compile(r"(?<!\w)" + r"\W{1,3}".join(map(re.escape, words)) + r"(?!\w)")


def _number(digits: str) -> re.Pattern[str]:
    """A telephone number by its last digits, however they are grouped, with what is written of its beginning."""
    return re.compile(_BEFORE + r"[ ./-]{0,2}".join(digits) + r"(?!\d)")


# -- where it is met --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Version:
    """One write of a text, and where it names the person."""

    op_id: bytes
    rank: tuple[bool, int]
    text: str
    spans: tuple[Span, ...]
    sure: bool


def _versions(db: Any, needles: _Needles) -> Iterator[tuple[str, str, str, _Version]]:
    keys = sorted({
        one.key
        for declared in registry.ENTITIES.values()
        for one in declared.fields.values()
        if holds_names(one)
    })  # fmt: skip
    bare = "f.value"
    for between in (" ", ".", "-", "/", "\u00a0", "\u202f"):
        bare = f"replace({bare}, '{between}', '')"
    wanted = [*("instr(fold(f.value), ?)" for _ in needles.words), *(f"instr({bare}, ?)" for _ in needles.digits)]
    if not wanted:
        return
    query = f"""
        SELECT e.key, m.row, f.field, m.op_id, m.stamp, f.value, EXISTS (
            SELECT 1 FROM head h WHERE h.row = m.row AND h.field = f.field AND h.op_id = f.op_id)
        FROM modif_field f JOIN modif m ON m.op_id = f.op_id JOIN entity e ON e.n = m.entity
        WHERE typeof(f.value) = 'text' AND f.field IN ({marks(keys)}) AND ({" OR ".join(wanted)})"""
    for entity, row, key, op_id, stamp, text, current in db.execute(query, [*keys, *needles.words, *needles.digits]):
        declared = registry.ENTITIES.get(entity)
        if declared is None or key not in declared.fields or not holds_names(declared.fields[key]):
            continue
        spans, sure = _spans(text, needles)
        if spans:
            yield entity, row_text(row), key, _Version(op_id, (bool(current), stamp), text, spans, sure)


def _spans(text: str, needles: _Needles) -> tuple[tuple[Span, ...], bool]:
    """Where a text names the person; and whether it is surely them."""
    folded, places = _folded(text)
    names = _met(needles.names, folded)
    first_names = _met(needles.first_names, folded) if names else []
    contacts = _met(needles.contacts, folded)
    sure = bool(contacts or first_names or (names and not needles.first_names))
    found = {(places[start], places[end - 1] + 1) for start, end in (*names, *first_names, *contacts)}
    return tuple(sorted(found)), sure


def _met(patterns: Iterable[re.Pattern[str]], folded: str) -> list[Span]:
    return [one.span() for pattern in patterns for one in pattern.finditer(folded)]


def _folded(text: str) -> tuple[str, Sequence[int]]:
    """A text folded, and for each of its characters the place of the one it comes from."""
    if text.isascii():
        return fold(text), range(len(text))
    letters: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(text):
        folded = fold(letter)
        letters.append(folded)
        places += [place] * len(folded)
    return "".join(letters), places


# -- what is told -----------------------------------------------------------------------------------------------------


def _mention(place: tuple[str, str, str], versions: Sequence[_Version]) -> Mention:
    shown = max(versions, key=lambda one: one.rank)
    places: dict[bytes, tuple[Span, ...]] = {}
    for one in versions:
        places[one.op_id] = tuple(sorted({*places.get(one.op_id, ()), *one.spans}))
    excerpt, names = _excerpt(shown.text, places[shown.op_id])
    return Mention(*place, shown.rank[0], any(one.sure for one in versions), excerpt, names, places)


def _excerpt(text: str, spans: Sequence[Span]) -> tuple[str, tuple[Span, ...]]:
    """The text around its first name, on one line, and the names in it."""
    start = max(0, spans[0][0] - _AROUND)
    end = min(len(text), max(spans[0][1], start) + _AROUND)
    while 0 < start < spans[0][0] and not text[start - 1].isspace():
        start += 1
    while spans[0][1] < end < len(text) and not text[end].isspace():
        end -= 1
    before, after = "…" if start else "", "…" if end < len(text) else ""
    line = "".join(" " if letter.isspace() else letter for letter in text[start:end])
    shift = len(before) - start
    names = tuple((max(a, start) + shift, min(b, end) + shift) for a, b in spans if a < end and b > start)
    return f"{before}{line}{after}", names


def _going_with(db: Any, people: set[str], rows: set[tuple[str, str]]) -> frozenset[str]:
    """Those of `rows` that are erased, or that the erasure of these people takes away: the files joined to them."""
    gone: set[str] = set(erased_among(db, [row for _, row in rows]))
    for declared in registry.ENTITIES.values():
        if declared.of_record is None:
            continue
        for some in chunks([row for entity, row in rows if entity == declared.key]):
            query = f'SELECT id, "{declared.of_record[1]}" FROM "{declared.table.name}" WHERE id IN ({marks(some)})'
            gone |= {row for row, home in db.execute(query, some) if home in people}
    return frozenset(gone)
