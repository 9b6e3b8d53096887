"""P14 and P20 through real workbooks: what is taken back goes back, and every cell typed is told once."""

import tempfile
from collections import Counter
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from app.exchange.preview import Decisions, Kind, usual
from app.notebook.verify import verify
from app.services import taking_back
from app.services.imports import journal, undo_import
from tests.exchange.examples import few
from tests.exchange.laptops import PARTNER, TEAM, append, column_of, laptop, opened, row_of, sheet_of

FEW = few(5)

KEYS = ("title", "description", "code", "start")
#: Typed in a cell: values, nothing, and what no cell may hold.
TYPED = {
    "title": st.sampled_from(["Un", "Deux", "Été « œuvre »"]),
    "description": st.sampled_from(["Un", "Deux\nlignes", None]),
    "code": st.sampled_from(["EST-9", "00123", None]),
    "start": st.sampled_from(["01/03/2027", "31/02/2026", "bientôt", None]),
}
CELL = st.sampled_from(KEYS).flatmap(lambda key: st.tuples(st.integers(0, 2), st.just(key), TYPED[key]))
CELLS = st.lists(CELL, max_size=7, unique_by=lambda cell: cell[:2])
HERE = st.lists(
    st.tuples(
        st.integers(0, 2), st.sampled_from(["title", "description", "code"]), st.sampled_from(["Ici", "Là", "Un"])
    ),
    max_size=4,
)


def fill(a):
    return [a.add(title=f"Action {n}", description="Texte", code=f"C{n}") for n in range(3)]


def type_in(book, rows, cells):
    """Type these values; returns the cells whose content is no longer what it was, as `(row, field)` by address."""
    changed = {}
    with opened(book) as found:
        sheet = sheet_of(found, "action")
        for place, key, value in cells:
            cell = sheet.cell(row_of(sheet, rows[place]), column_of(sheet, key))
            if (cell.value or None) != value:
                changed[cell.coordinate] = (rows[place], key)
            cell.value = value
    return changed


def told_once(plan, changed):
    """How many times the preview tells each cell typed, by address."""
    lines = [(one.sheet, one.cell) for one in plan.changes if one.field] + [
        (fault.sheet, fault.cell) for fault in plan.errors
    ]
    return Counter(cell for sheet, cell in lines if sheet == "Actions" and cell in changed)


@FEW
@given(typed=CELLS, here=HERE, profile=st.sampled_from([TEAM, PARTNER]), refuses=st.booleans())
def test_every_cell_typed_is_applied_or_in_conflict_or_refused_or_in_error(typed, here, profile, refuses):
    """P20, and that a refusal or an application is not asked again."""
    with tempfile.TemporaryDirectory() as folder, laptop(Path(folder), "a") as a:
        rows = fill(a)
        book = a.export(profile)
        changed = type_in(book, rows, typed)
        for place, key, value in here:
            a.set(rows[place], **{key: value})

        plan = a.preview(book)

        # The same value typed on both sides has nothing to say any more.
        same = {
            cell
            for cell, (row, key) in changed.items()
            if a.of(row)[key] == next(value for place, k, value in typed if (rows[place], k) == (row, key))
        }
        told = told_once(plan, changed)
        assert set(told) | same == set(changed)
        assert all(times == 1 for times in told.values())
        counts = plan.counts()
        assert sum(counts.values()) == len(plan.changes) + len(plan.errors) == sum(told.values())

        conflicts = {one.key for one in plan.changes if one.kind is Kind.CONFLICT}
        proposed = {one.key for one in plan.changes} & plan.proposals.keys()
        refused = frozenset(proposed - conflicts) if refuses else frozenset()
        accepted = usual(plan).accepted - refused
        applied = a.take(plan, Decisions(accepted, refused))
        assert applied.changes == len(accepted)
        assert len(accepted) + len(conflicts) + len(refused) + counts["errors"] == sum(told.values())
        again = a.preview(book)
        assert {one.key for one in again.changes} == conflicts
        assert len(again.errors) == len(plan.errors)


@FEW
@given(typed=CELLS, since=HERE, adds=st.booleans())
def test_an_import_taken_back_leaves_what_was_there_but_for_what_was_done_since(typed, since, adds):
    """P14: taking back gives the state before, save fields edited since; taking that back gives the state after."""
    with tempfile.TemporaryDirectory() as folder, laptop(Path(folder), "a") as a:
        rows = fill(a)
        book = a.export()
        type_in(book, rows, typed)
        if adds:
            append(book, "action", title="Ajoutée à la main")
        before = {row: a.of(row) for row in rows}
        plan = a.preview(book)
        decisions = usual(plan)
        a.take(plan, decisions)
        brought = {(one.row, one.field) for one in plan.changes if one.key in decisions.accepted}
        new = {row for row, field in brought if not field}
        edited = {}
        for place, key, value in since:
            if a.of(rows[place])[key] != value:
                a.set(rows[place], **{key: value})
                edited[rows[place], key] = value
        after = {row: a.of(row) for row in (*rows, *new)}
        if not brought:
            assert journal(a.store) == []
            return
        left = {(row, field) for row, field in brought if (row, field) not in edited}
        if not left:
            assert journal(a.store)[0].values == 0
            return

        undo_import(a.store, journal(a.store)[0].id)

        for row in rows:
            held = a.of(row)
            for key in KEYS:
                expected = edited.get((row, key), before[row][key])
                assert held[key] == expected, (key, brought, edited)
        assert all(a.of(row)["deleted"] for row in new)
        # Read again, it gives nothing by itself: what was taken back is offered, unticked.
        assert not any(one.ticked for one in a.preview(book).changes if (one.row, one.field) in left)
        assert verify(a.store.path).faults == ()

        taking_back.redo(a.store)

        assert {row: a.of(row) for row in (*rows, *new)} == after
        assert not journal(a.store)[0].undone
