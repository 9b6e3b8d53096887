"""The « Réf. » of a row in a workbook: which row it is, and from which export it comes.

    ACT.AGB3Q2…(26).K7QD.X4
    entity, id of the row, code of the export, check

The check is made of the three others: a token that was cut, retyped or half pasted over is known as such and never
taken for another row. It also tells apart two entities whose three letters would be the same, so that the letters
can follow from the key of the entity alone, and an entity added later changes no other's.
"""

import base64
import re
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from hashlib import blake2b
from operator import mul
from uuid import UUID

from app.models import registry

#: The letters and figures of the code of an export: none that looks like another.
CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_CODE = re.compile(f"[{CODE_LETTERS}]{{4}}")
_WHOLE = re.compile(r"([A-Z]{3})\.([A-Z2-7]{26})\.([A-Z2-9]{4})\.([A-Z2-7]{2})")
# What is left of one: a dot, and a good piece of the row.
_LIKE_ONE = re.compile(r"(?=.*\.)[A-Z0-9.]*[A-Z2-7]{10}[A-Z0-9.]*")
_BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
# A prime under 32 × 32, and a base whose first powers all differ: what makes the check sure and not only likely.
_PRIME, _BASE = 1021, 10
_VOWELS = frozenset("AEIOUY")


@dataclass(frozen=True, slots=True)
class Token:
    """A token that is whole: the entity's key, the id of the row, the code of the export."""

    entity: str
    row: str
    code: str


class TokenFault(Enum):
    """Why a text is not a whole token."""

    ABSENT = "absent"  # empty, or nothing like a token
    CUT = "cut"  # its beginning, or its end, is missing
    ALTERED = "altered"  # its check does not hold
    UNKNOWN_ENTITY = "unknown_entity"  # whole, but of no entity known here


def make_token(entity: str, row: str, code: str) -> str:
    """The token of the row `row` (an id) of `entity` in the export `code` (four of CODE_LETTERS)."""
    if not _CODE.fullmatch(code):
        raise ValueError(code)
    spelled = base64.b32encode(UUID(row).bytes).decode().rstrip("=")
    return f"{prefix(entity)}.{spelled}.{code}.{_check(entity, spelled, code)}"


def read_token(text: str) -> Token | TokenFault:
    """The token that a cell holds, or what is wrong with it. Case and spaces around do not matter."""
    found = _WHOLE.fullmatch(text := "".join(text.split()).upper())
    if found is None:
        return TokenFault.CUT if _LIKE_ONE.fullmatch(text) else TokenFault.ABSENT
    letters, spelled, code, check = found.groups()
    row = base64.b32decode(spelled + "======")
    if base64.b32encode(row).decode().rstrip("=") != spelled:  # the last letter carries two bits that say nothing
        return TokenFault.ALTERED
    entities = _entities(tuple(registry.ENTITIES))
    for entity in entities.get(letters, ()):
        if check == _check(entity, spelled, code):
            return Token(entity, str(UUID(bytes=row)), code)
    return TokenFault.ALTERED if letters in entities else TokenFault.UNKNOWN_ENTITY


@lru_cache
def prefix(entity: str) -> str:
    """Three letters for an entity: `PRJ` for project, `ACP` for action_partner.

    The first letter, then its consonants, then its vowels; of two words, two letters of the first and one of the last.
    """
    words = [word.upper() for word in entity.split("_")]
    spelled = [word[0] + "".join(sorted(word[1:], key=lambda letter: letter in _VOWELS)) for word in words]
    letters = spelled[0] if len(words) == 1 else spelled[0][:2] + spelled[-1][0]
    return re.sub("[^A-Z]", "X", letters)[:3].ljust(3, "X")


@lru_cache(maxsize=4)
def _entities(keys: tuple[str, ...]) -> dict[str, list[str]]:
    """Three letters → the entities that have them, one as a rule."""
    found: dict[str, list[str]] = {}
    for key in keys:
        found.setdefault(prefix(key), []).append(key)
    return found


def _check(entity: str, spelled: str, code: str) -> str:
    """Two letters that any one letter changed, or any two swapped, make wrong."""
    letters = (spelled + code).encode()
    total = (_start(entity) * _BASE ** len(letters) + sum(map(mul, letters, _weights(len(letters))))) % _PRIME
    high, low = divmod(total, len(_BASE32))
    return _BASE32[high] + _BASE32[low]


@lru_cache
def _weights(count: int) -> tuple[int, ...]:
    """What each of `count` letters weighs, the first the most."""
    return tuple(_BASE**place % _PRIME for place in reversed(range(count)))


@lru_cache
def _start(entity: str) -> int:
    return int.from_bytes(blake2b(entity.encode(), digest_size=8).digest(), "big") % _PRIME
