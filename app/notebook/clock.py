"""Hybrid clock and identities of modifications.

A *stamp* is a hybrid logical clock reading: 48 bits of milliseconds since 1970 (UTC) and 16 bits of counter, in one
integer. Stamps order the journal and choose which value is displayed while a conflict is open; they never decide who
wins, so a wrong clock loses nothing.
"""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

COUNTER_BITS = 16
#: A received stamp further ahead than this does not advance our clock (and is shown as « horloge suspecte »).
MAX_DRIFT_MS = 48 * 3600 * 1000

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

#: Tells the present time, aware, in UTC.
Now = Callable[[], datetime]


def utc_now() -> datetime:
    return datetime.now(UTC)


def stamp_of(moment: datetime, counter: int = 0) -> int:
    """The stamp of an aware datetime."""
    return ((moment - _EPOCH) // timedelta(milliseconds=1) << COUNTER_BITS) | counter


def moment_of(stamp: int) -> datetime:
    """The aware UTC datetime of a stamp, to the millisecond; a nonsense stamp is brought back into the calendar."""
    milliseconds = min(max(stamp >> COUNTER_BITS, 0), 253402300799999)
    return _EPOCH + timedelta(milliseconds=milliseconds)


def iso_of(stamp: int) -> str:
    """`2026-11-24T14:03:07.120Z`."""
    return moment_of(stamp).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class HybridClock:
    """Gives stamps that never go back on this laptop, whatever its wall clock does."""

    def __init__(self, now: Now, last: int = 0) -> None:
        self._now = now
        self.last = last

    def next(self) -> int:
        """A stamp above every one given or received."""
        self.last = max(stamp_of(self._now()), self.last + 1)
        return self.last

    def receive(self, stamp: int) -> bool:
        """Take a colleague's stamp into account; False when it is too far ahead to be believed."""
        if stamp > stamp_of(self._now()) + (MAX_DRIFT_MS << COUNTER_BITS):
            return False
        self.last = max(self.last, stamp)
        return True


def new_id(stamp: int) -> UUID:
    """A UUIDv7: 48 bits of the stamp's milliseconds, the rest random, so that ids made together lie together."""
    bits = ((stamp >> COUNTER_BITS) & ((1 << 48) - 1)) << 80 | secrets.randbits(80)
    bits = bits & ~(0xF << 76) | (0x7 << 76)
    bits = bits & ~(0x3 << 62) | (0x2 << 62)
    return UUID(int=bits)
