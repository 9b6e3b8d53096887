"""Which structures cover which places, by category. Pure: rows in, counts out.

A structure covers a place when a territory it names is that place, lies in it, or contains it: somebody at work in a
quartier vécu is at work in its QPV, and what serves the whole town serves each of its quartiers. A structure that names
no territory covers nothing that is known: it is counted apart, never guessed.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

#: The ten centres sociaux come first: their coverage is to be extended (contrat de ville 2024-2030, partie 2).
FIRST = ("social_centre",)


@dataclass(frozen=True, slots=True)
class Located:
    """A structure: its category (a code, "" for none) and the ids of the territories it names."""

    id: str
    category: str
    territories: frozenset[str]


@dataclass(frozen=True, slots=True)
class Count:
    """The structures of a category that cover a place; `wide` of them only through a territory that contains it."""

    total: int = 0
    wide: int = 0


@dataclass(frozen=True, slots=True)
class CoverageLine:
    """One category: its count in each place, in the order given, how many name no territory, how many there are."""

    category: str
    counts: tuple[Count, ...]
    unplaced: int
    total: int

    @property
    def gaps(self) -> int:
        """In how many places nobody is known."""
        return sum(not count.total for count in self.counts)


def coverage(
    structures: Iterable[Located],
    *,
    categories: Sequence[str],
    places: Sequence[str],
    parents: Mapping[str, Iterable[str]],
) -> tuple[CoverageLine, ...]:
    """A line for each of `categories`, those of `FIRST` before the others; one more, "", when some have no category.

    `parents` gives the territories that each territory is contained in.
    """
    by_category: dict[str, list[Located]] = defaultdict(list)
    for structure in structures:
        by_category[structure.category if structure.category in categories else ""].append(structure)
    order = [key for key in categories if key in FIRST] + [key for key in categories if key not in FIRST]
    if by_category[""]:
        order.append("")
    near = [nearby(place, parents) for place in places]
    around = [above(place, parents) for place in places]
    return tuple(
        CoverageLine(
            key,
            tuple(_count(by_category[key], inside, larger) for inside, larger in zip(near, around, strict=True)),
            sum(not structure.territories for structure in by_category[key]),
            len(by_category[key]),
        )
        for key in order
    )


def reach(place: str, parents: Mapping[str, Iterable[str]]) -> frozenset[str]:
    """Every territory whose structures cover `place`: itself, what it contains and what contains it."""
    return nearby(place, parents) | above(place, parents)


def nearby(place: str, parents: Mapping[str, Iterable[str]]) -> frozenset[str]:
    """`place` and the territories it contains, at any depth."""
    children: dict[str, list[str]] = defaultdict(list)
    for row, homes in parents.items():
        for home in homes:
            children[home].append(row)
    return frozenset(_walk(place, children))


def above(place: str, parents: Mapping[str, Iterable[str]]) -> frozenset[str]:
    """The territories that contain `place`, at any height."""
    return frozenset(_walk(place, parents)) - {place}


def _count(structures: Sequence[Located], near: frozenset[str], around: frozenset[str]) -> Count:
    named = sum(not structure.territories.isdisjoint(near) for structure in structures)
    wide = sum(
        structure.territories.isdisjoint(near) and not structure.territories.isdisjoint(around)
        for structure in structures
    )
    return Count(named + wide, wide)


def _walk(start: str, links: Mapping[str, Iterable[str]]) -> set[str]:
    """What `links` lead to from `start`, itself included; a loop (two entries that met) is walked once."""
    found = {start}
    waiting = [start]
    while waiting:
        for row in links.get(waiting.pop(), ()):
            if row not in found:
                found.add(row)
                waiting.append(row)
    return found
