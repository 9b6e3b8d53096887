"""Properties of exchanges through real workbooks (sync.md §9): whatever people do, in whatever order."""

import tempfile
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.exchange.preview import usual
from app.notebook.verify import verify
from tests.exchange.examples import few
from tests.exchange.laptops import PARTNER, TEAM, append, edit, kinds, laptop

TEXTS = st.sampled_from(["", "Un", "Deux", "=1+1", "Été « œuvre »", "00123"])
GESTURES = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from(["title", "description", "code", "delete"]), TEXTS), max_size=6
)
FEW = few(5)


def do(one, rows, gestures):
    for place, key, text in gestures:
        row = rows[place]
        if one.of(row)["deleted"]:
            continue
        if key == "delete":
            one.delete(row)
        else:
            one.set(row, **{key: text or ("Sans nom" if key == "title" else None)})


def type_in(book, rows, gestures):
    for place, key, text in gestures:
        value = "supprimer" if key == "delete" else text or ("Sans nom" if key == "title" else None)
        edit(book, "action", rows[place], **{"deleted" if key == "delete" else key: value})
    return book


@FEW
@given(here=GESTURES, there=GESTURES, profile=st.sampled_from([TEAM, PARTNER]))
def test_a_preview_is_exact_and_a_second_import_is_nothing(here, there, profile):
    """P2, P8, P13: what is announced is what happens; nothing written here is lost; twice is once."""
    with tempfile.TemporaryDirectory() as folder, laptop(Path(folder), "a") as a:
        rows = [a.add(title=f"Action {number}", description="Texte") for number in range(3)]
        book = type_in(a.export(profile), rows, there)
        do(a, rows, here)
        before = {row: a.of(row) for row in rows}
        plan = a.preview(book)
        decisions = usual(plan)
        a.take(plan, decisions)

        accepted = [one for one in plan.changes if one.key in decisions.accepted]
        for row in rows:
            expected = dict(before[row])
            for one in accepted:
                if one.row == row and one.field:
                    expected[one.field] = one.after_value
                elif one.row == row:
                    expected["deleted"] = True
            assert a.of(row) == expected
        again = a.preview(book)
        left = {one.key for one in plan.changes} - decisions.accepted
        assert {one.key for one in again.changes} <= left
        a.take(again, usual(again, everything=True))
        after = a.state
        assert [one for one in a.preview(book).changes if one.kind != "suggestion"] == []
        a.take(a.preview(book), usual(a.preview(book)))
        assert a.state == after
        assert verify(a.store.path).faults == ()


@FEW
@given(at_a=GESTURES, at_b=GESTURES, by_hand=GESTURES)
def test_two_laptops_that_take_in_the_same_workbook_converge(at_a, at_b, by_hand):
    """P4, P6, P18: the same hand edits on both sides are one; everybody ends with the same."""
    with tempfile.TemporaryDirectory() as folder, laptop(Path(folder), "a") as a, laptop(Path(folder), "b") as b:
        rows = [a.add(title=f"Action {number}", description="Texte") for number in range(3)]
        b.receive(a)
        book = append(type_in(a.export(), rows, by_hand), "action", title="Nouvelle", code="N")
        do(a, rows, at_a)
        do(b, rows, at_b)
        for one in (a, b):
            one.take_all(one.preview(book))
        a.receive(b)
        b.receive(a)
        a.receive(b)

        assert a.fingerprint == b.fingerprint
        assert [one.id for one in a.conflicts] == [one.id for one in b.conflicts]
        assert a.state.keys() == b.state.keys()
        assert len(a.state["action"]) == len(b.state["action"]) == 4
        assert kinds(a.preview(b.export(TEAM))) == {}


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=lambda order: "".join(map(str, order)))
def test_files_taken_in_any_order_and_twice_give_one_state(tmp_path, order):
    """P1: three laptops, each takes the three files in its own order, then again."""
    with (
        laptop(tmp_path, "a") as a,
        laptop(tmp_path, "b") as b,
        laptop(tmp_path, "c") as c,
        laptop(tmp_path, "d") as d,
    ):
        row, other = a.add(title="Repair café"), a.add(title="Jardin")
        for one in (b, c):
            one.receive(a)
        a.set(row, title="Chez A")
        b.set(row, title="Chez B", description="Chez B")
        c.delete(row)
        c.set(other, title="Chez C")
        books = [one.export(TEAM) for one in (a, b, c)]

        for place in (*order, *order):
            d.take(d.preview(books[place]))

        told = [(one.id, sorted(value.display for value in one.values)) for one in d.conflicts]
        assert told == [
            (f"action:{row}:deleted", ["gardée", "supprimée"]),
            (f"action:{row}:title", ["Chez A", "Chez B"]),
        ]
        assert d.of(other)["title"] == "Chez C"
        assert not any(d.preview(book).changes for book in books)
