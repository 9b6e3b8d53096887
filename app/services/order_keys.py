"""Fractional keys: a place between two neighbours, so that one move is one modification and never a conflict.

Keys are compared as text (ASCII). What comes between « 0010 » and « 0020 » is « 0015 »-like; keys grow by a character
only when neighbours touch.
"""

from collections.abc import Sequence

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_STEP = 10


def between(low: str | None, high: str | None) -> str | None:
    """A key after `low` and before `high` (None: no neighbour there); None when none exists between them."""
    if high is None:
        return _after(low or "")
    low = low or ""
    if not low < high or any(character not in _DIGITS for character in low + high):
        return None
    found = _middle(low, high)
    return found if found is not None and low < found < high else None


def inserted(keys: Sequence[str | None], place: int, count: int) -> list[str] | None:
    """Keys for `count` rows put at `place` among neighbours of `keys`; None when these must be numbered anew."""
    low = keys[place - 1] if place > 0 else None
    high = keys[place] if place < len(keys) else None
    if (place > 0 and low is None) or (place < len(keys) and high is None):
        return None
    made: list[str] = []
    for _ in range(count):
        key = between(low, high)
        if key is None:
            return None
        made.append(key)
        low = key
    return made


def numbered(count: int) -> list[str]:
    """Keys for `count` rows from the first one on, with room between them."""
    width = max(4, len(str(count * _STEP)))
    return [f"{(place + 1) * _STEP:0{width}d}" for place in range(count)]


def _after(low: str) -> str:
    head = low.rstrip(_DIGITS[-1])
    tail = low[len(head) :]
    if not head:
        return f"{tail}{_DIGITS[len(_DIGITS) // 2]}"
    last = _DIGITS.find(head[-1])
    return f"{head[:-1]}{_DIGITS[last + 1]}"


def _middle(low: str, high: str) -> str | None:
    """The shortest text between two; `high` beginning with zeros only leaves no room."""
    made = ""
    place = 0
    bounded = True
    while place <= len(low) + len(high):
        first = _DIGITS.find(low[place]) if place < len(low) else 0
        last = (_DIGITS.find(high[place]) if place < len(high) else -1) if bounded else len(_DIGITS)
        if last < 0:
            return None
        if last - first > 1:
            return made + _DIGITS[(first + last) // 2]
        if last - first == 1:
            # Anything longer than `low` that begins like it is below `high`.
            bounded = False
        made += _DIGITS[first]
        place += 1
    return None
