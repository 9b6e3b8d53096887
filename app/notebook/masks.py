"""Masks: the characters of one write that an erasure hides for ever, in a text that belongs to somebody else.

A name met in the minutes of a meeting is no reason to lose the minutes. The pseudo-field `_mask:<field>:<op_id>` of a
row holds *spans*, `3-9 12-20`: the characters, counted in the value that `op_id` wrote, that become `█`. Every
character keeps its place, so that masks may meet the text in any order, twice, or already masked by others: the result
is the same everywhere, the heads do not move and no conflict is born.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

PREFIX = "_mask:"
#: Masks among the fields `f.field`: a range between two keys, which SQLite can walk.
IS_MASK = "(f.field >= '_mask:' AND f.field < '_mask;')"
MASK = "█"

#: From a character to the one before the next, counted in code points.
Span = tuple[int, int]

_KEY = re.compile(r"_mask:([^:]+):([0-9a-f]{32})")
_SPANS = re.compile(r"\d{1,9}-\d{1,9}(?: \d{1,9}-\d{1,9})*")


@dataclass(frozen=True, slots=True)
class Place:
    """The write that a mask covers."""

    field: str
    op_id: bytes


def key_of(field: str, op_id: bytes) -> str:
    """The pseudo-field of the masks of one write."""
    return f"{PREFIX}{field}:{op_id.hex()}"


def is_mask(key: str) -> bool:
    return key.startswith(PREFIX)


def place_of(key: str) -> Place | None:
    """The write that a pseudo-field covers; None when it is no mask that this version understands."""
    found = _KEY.fullmatch(key)
    return Place(found[1], bytes.fromhex(found[2])) if found else None


def written(spans: Iterable[Span]) -> str:
    """Spans as they are kept, in order."""
    return " ".join(f"{start}-{end}" for start, end in sorted(set(spans)))


def read(value: object) -> tuple[Span, ...]:
    """The spans of a kept value; none when it is not made of spans."""
    if not isinstance(value, str) or not _SPANS.fullmatch(value):
        return ()
    pairs = (pair.split("-") for pair in value.split(" "))
    return tuple((int(start), int(end)) for start, end in pairs)


def masked(value: str, spans: Iterable[Span]) -> str:
    """`value` without the characters of `spans`; spaces stay."""
    letters = list(value)
    for place in _places(spans, len(letters)):
        if not letters[place].isspace():
            letters[place] = MASK
    return "".join(letters)


def covers(kept: object, whole: object) -> bool:
    """True when `kept` is `whole` but for characters that were masked since."""
    return (
        isinstance(kept, str)
        and isinstance(whole, str)
        and len(kept) == len(whole)
        and all(mine in (theirs, MASK) for mine, theirs in zip(kept, whole, strict=True))
    )


def _places(spans: Iterable[Span], length: int) -> Iterator[int]:
    for start, end in spans:
        yield from range(start, min(end, length))
