"""Rules of the merge told one by one, on modifications written by hand."""

from dataclasses import replace

import pytest

from app.notebook import merge
from app.notebook.merge import DELETED, ERASED, LIVE, STATE, Modification, Write
from tests.factories import memory_notebook
from tests.notebook.logs import GESTURE, OBJECTIVE, REPLICAS, TARGETS, batch
from tests.notebook.tables import expected, judged


def modification(name: str, stamp: int = 1, *, seen: str = "", **writes: tuple) -> Modification:
    """`modification("b", title=("X", "a"))`: b wrote X over a; ids are one letter."""
    return Modification(
        _id(name), GESTURE.id, "objective", OBJECTIVE, stamp, REPLICAS[0].id, "app",
        {key: Write(value, frozenset(map(_id, parents))) for key, (value, parents) in writes.items()},
        frozenset(map(_id, seen)),
    )  # fmt: skip


def _id(name: str) -> bytes:
    return name.encode() * 16


def born(**writes: object) -> Modification:
    return modification("a", _state=(LIVE, ""), **{key: (value, "") for key, value in writes.items()})


def test_move_unseen_by_a_delete_does_not_keep_the_row():
    log = [born(order="a"), modification("b", order=("b", "a")), modification("d", seen="a", _state=(DELETED, "a"))]
    assert merge.view(log, auto=frozenset({"order"})).deleted
    assert STATE in merge.view(log).conflicts


def test_erasure_unseen_by_a_delete_does_not_keep_the_row():
    log = [born(), modification("e", _erased=(1, "")), modification("d", seen="a", _state=(DELETED, "a"))]
    assert merge.view(log).deleted


def test_field_written_then_emptied_unseen_by_a_delete_does_not_keep_the_row():
    emptied = [modification("b", title=("X", "")), modification("c", title=(None, "b"))]
    unlinked = [
        modification("l", **{f"link:x:{TARGETS[0]}": (1, "")}),
        modification("m", **{f"link:x:{TARGETS[0]}": (0, "l")}),
    ]
    delete = modification("d", seen="a", _state=(DELETED, "a"))
    assert merge.view([born(), *emptied, *unlinked, delete]).deleted
    assert not merge.view([born(), emptied[0], delete]).deleted
    assert not merge.view([born(), unlinked[0], delete]).deleted


def test_delete_has_seen_what_it_writes_itself():
    delete = modification("d", seen="a", _state=(DELETED, "a"), title=("Y", "a"))
    assert merge.view([born(title="X"), delete]).deleted


def test_two_deletes_cover_together_what_each_saw():
    edits = [modification("b", title=("X", "")), modification("c", tools=("Y", ""))]
    deletes = [modification("d", seen="ab", _state=(DELETED, "a")), modification("e", seen="ac", _state=(DELETED, "a"))]
    assert merge.view([born(), *edits, *deletes]).deleted
    assert not merge.view([born(), *edits, deletes[0]]).deleted


def test_what_an_earlier_delete_saw_does_not_count_for_a_later_one():
    edit = modification("b", title=("X", ""))
    deleted = modification("d", seen="ab", _state=(DELETED, "a"))
    restored = modification("e", _state=(LIVE, "d"))
    blind = modification("f", seen="a", _state=(DELETED, "e"))
    assert merge.view([born(), edit, deleted]).deleted
    assert not merge.view([born(), edit, deleted, restored, blind]).deleted


def test_field_whose_parents_form_a_ring_shows_nothing_and_breaks_nothing():
    first = born(title="X")
    ring = modification("b", 2, title=("Y", "ab"))
    store = memory_notebook()
    for one in (first, ring):
        store.apply(batch([one]), "Importer", kind="import")
    assert merge.view([first, ring]).values["title"] is None
    assert judged(store.writer()) == expected([first, ring])


def test_latest_head_is_shown_and_the_id_decides_between_equal_stamps():
    assert merge.view([modification("b", 5, title=("X", "")), modification("c", 4, title=("Y", ""))]).values == {
        "title": "X"
    }
    assert merge.view([modification("b", 5, title=("X", "")), modification("c", 5, title=("Y", ""))]).values == {
        "title": "Y"
    }


def test_digest_tells_every_part_of_the_content_and_nothing_local():
    one = modification("b", 1, title=("X", "a"))
    same_work = [
        Modification(one.op_id, b"g" * 16, one.entity, one.row, one.stamp, b"r" * 16, one.source, one.writes),
    ]
    others = [
        modification("b", 2, title=("X", "a")),
        modification("b", 1, title=("Y", "a")),
        modification("b", 1, title=("X", "")),
        modification("b", 1, title=(None, "a")),
        modification("b", 1, tools=("X", "a")),
        modification("b", 1, title=("X", "a"), tools=("Z", "")),
        modification("b", 1, seen="a", title=("X", "a")),
        replace(one, source="excel"),
        replace(one, export_id=b"x" * 16),
    ]
    assert all(other.digest() == one.digest() for other in same_work)
    assert all(other.digest() != one.digest() for other in others)


@pytest.mark.parametrize(
    ("parents", "roots"),
    [
        ({}, set()),
        ({"x": ("y", 1), "y": ("z", 2)}, set()),
        ({"x": ("y", 1), "y": ("x", 2)}, {"y"}),
        ({"x": ("y", 2), "y": ("x", 1)}, {"x"}),
        ({"x": ("x", 1)}, {"x"}),
        ({"v": ("w", 9), "w": ("x", 8), "x": ("y", 1), "y": ("z", 3), "z": ("x", 2)}, {"y"}),
        ({"a": ("b", 1), "b": ("a", 2), "c": ("d", 4), "d": ("c", 3), "e": ("a", 9)}, {"b", "c"}),
    ],
)
def test_latest_link_of_each_loop_gives_way(parents, roots):
    ranked = {row: (parent, (stamp, row.encode())) for row, (parent, stamp) in parents.items()}
    assert merge.roots_of_loops(ranked) == roots


def test_erased_row_keeps_its_state_for_the_merge():
    log = [born(title=None), modification("e", _erased=(1, "")), modification("d", seen="ae", _state=(DELETED, "a"))]
    view = merge.view(log)
    assert view.erased
    assert view.deleted
    assert view.values[ERASED] == 1
