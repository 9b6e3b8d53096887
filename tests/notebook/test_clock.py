"""Stamps never go back here, and believe a colleague within reason."""

from datetime import UTC, datetime, timedelta
from uuid import RFC_4122

from hypothesis import given
from hypothesis import strategies as st

from app.notebook.clock import MAX_DRIFT_MS, HybridClock, iso_of, moment_of, new_id, stamp_of
from tests.factories import START, WallClock

MOMENTS = st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(9999, 12, 31), timezones=st.just(UTC))


@given(MOMENTS)
def test_stamp_keeps_the_millisecond(moment):
    whole = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    assert moment_of(stamp_of(moment)) == whole
    assert iso_of(stamp_of(moment)) == whole.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@given(st.integers(-(2**63), 2**63 - 1))
def test_any_stamp_has_a_moment_and_an_id(stamp):
    assert iso_of(stamp).endswith("Z")
    assert (new_id(stamp).version, new_id(stamp).variant) == (7, RFC_4122)


@given(st.lists(st.one_of(st.none(), st.integers(-5 * 365, 5 * 365)), max_size=20))
def test_stamps_never_go_back_whatever_the_wall_clock_does(jumps):
    wall = WallClock()
    clock = HybridClock(wall)
    given_out = []
    for days in jumps:
        if days is not None:
            wall.advance(days=days)
        given_out.append(clock.next())
    assert given_out == sorted(set(given_out))


def test_stamp_of_a_colleague_is_followed_within_two_days():
    clock = HybridClock(lambda: START)
    near, far = (stamp_of(START + timedelta(milliseconds=MAX_DRIFT_MS + ms)) for ms in (0, 1000))
    assert clock.receive(near)
    assert clock.next() == near + 1
    assert not clock.receive(far)
    assert clock.next() == near + 2


def test_ids_made_later_sort_later():
    assert new_id(stamp_of(START)).int >> 80 < new_id(stamp_of(START + timedelta(milliseconds=1))).int >> 80
