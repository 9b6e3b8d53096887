"""Two versions of a text that come from one: what they make together, when nobody wrote over the other.

By lines, then by sentences within the lines that both changed. What is made is only a suggestion: nothing applies it.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher

_SENTENCE_END = re.compile(r"(?<=[.!?…;])[ \u00a0]+")


def together(origin: str, mine: str, theirs: str) -> str | None:
    """A text that holds the changes of both; None when they meet in one sentence, or when one holds the other.

    Two additions at the same place are both kept, mine first.
    """
    found = _lines(origin, mine, theirs)
    return found if found not in (None, mine, theirs) else None


def _lines(origin: str, mine: str, theirs: str) -> str | None:
    def meet(pieces: Sequence[Sequence[str]]) -> list[str] | None:
        found = _sentences(*("\n".join(one) for one in pieces))
        return None if found is None else found.split("\n")

    made = _merged(*(text.split("\n") for text in (origin, mine, theirs)), meet=meet)
    return None if made is None else "\n".join(made)


def _sentences(origin: str, mine: str, theirs: str) -> str | None:
    made = _merged(*(_SENTENCE_END.split(text) for text in (origin, mine, theirs)), meet=lambda _pieces: None)
    return None if made is None else " ".join(made)


def _merged(
    origin: Sequence[str],
    mine: Sequence[str],
    theirs: Sequence[str],
    *,
    meet: Callable[[Sequence[Sequence[str]]], list[str] | None],
) -> list[str] | None:
    """The pieces of both; where both changed the same ones, what `meet` makes of them, None to give up."""
    made: list[str] = []
    for old, one, other in _regions(origin, mine, theirs):
        if one in (old, other):
            made += other
        elif other == old:
            made += one
        elif not old:
            made += [*one, *other]
        else:
            met = meet((old, one, other))
            if met is None:
                return None
            made += met
    return made


def _regions(
    origin: Sequence[str], mine: Sequence[str], theirs: Sequence[str]
) -> Iterator[tuple[Sequence[str], Sequence[str], Sequence[str]]]:
    """The three texts cut at the pieces that all of them have, and between these."""
    place, one, other = 0, 0, 0
    for start, length, in_mine, in_theirs in (*_common(origin, mine, theirs), (len(origin), 0, len(mine), len(theirs))):
        yield origin[place:start], mine[one:in_mine], theirs[other:in_theirs]
        kept = origin[start : start + length]
        if length:
            yield kept, kept, kept
        place, one, other = start + length, in_mine + length, in_theirs + length


def _common(origin: Sequence[str], mine: Sequence[str], theirs: Sequence[str]) -> Iterator[tuple[int, int, int, int]]:
    """(place in the origin, length, place in mine, in theirs) of the runs that all three have, in order."""
    with_mine, with_theirs = (
        SequenceMatcher(None, origin, text, autojunk=False).get_matching_blocks() for text in (mine, theirs)
    )
    for a in with_mine:
        for b in with_theirs:
            start, end = max(a.a, b.a), min(a.a + a.size, b.a + b.size)
            if start < end:
                yield start, end - start, a.b + start - a.a, b.b + start - b.a
