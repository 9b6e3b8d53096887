"""Places between neighbours."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.order_keys import between, inserted, numbered


@pytest.mark.parametrize(
    ("low", "high"), [("0010", "0020"), ("0010", "0011"), ("1", "2"), ("1", "11"), ("z", None), ("0460", None)]
)
def test_a_key_stands_between_its_neighbours(low: str, high: str | None) -> None:
    key = between(low, high)

    assert key is not None
    assert low < key
    assert high is None or key < high


def test_a_key_before_the_first() -> None:
    key = between(None, "0010")

    assert key is not None
    assert key < "0010"


def test_no_key_exists_between_neighbours_that_touch() -> None:
    assert between("001", "0010") is None
    assert between("2", "1") is None
    assert between("1", "1") is None


@given(st.lists(st.integers(0, 30), max_size=60))
def test_rows_put_anywhere_keep_their_order(places: list[int]) -> None:
    keys = numbered(3)
    for wanted in places:
        place = wanted % (len(keys) + 1)
        made = inserted(keys, place, 1)
        assert made is not None
        keys[place:place] = made

    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys)


def test_neighbours_without_a_key_are_numbered_anew() -> None:
    assert inserted(["0010", None], 2, 1) is None
    assert inserted([], 0, 2) is not None
