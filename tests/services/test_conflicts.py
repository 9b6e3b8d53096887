"""Conflicts: told whole, settled for everybody."""

import pytest

from app.errors import BadValue, UnknownRecord
from app.notebook import undo
from app.services.conflicts import Rule, conflict, conflicts, count, resolve, resolve_all
from tests.factories import WallClock, action, exchange, notebook, values


@pytest.fixture
def two(tmp_path):
    """Two laptops that share an action."""
    with (
        notebook(tmp_path / "a.carnet", author="Est", clock=WallClock()) as a,
        notebook(tmp_path / "b.carnet", author="Nord", clock=WallClock()) as b,
    ):
        with a.write("Créer") as write:
            row = action(write, title="Repair café")
        exchange(a, b)
        yield a, b, row


def set_value(store, row, **given):
    with store.write("Modifier une action") as write:
        write.set("action", row, **given)


def told(store):
    with store.read() as connection:
        return conflicts(connection)


def test_two_titles_are_told_with_their_authors_and_what_the_title_was(two):
    a, b, row = two
    set_value(a, row, title="Café des bricoleurs")
    set_value(b, row, title="Atelier réparation")
    exchange(b, a)

    (one,) = told(a)

    assert (one.id, one.label, one.field_label) == (f"action:{row}:title", one.label, "Intitulé")
    assert {(value.display, value.author, value.mine) for value in one.values} == {
        ("Café des bricoleurs", "Est", True),
        ("Atelier réparation", "Nord", False),
    }
    assert one.origin == "Repair café"


@pytest.mark.parametrize(("rule", "kept"), [(Rule.MINE, "Chez A"), (Rule.THEIRS, "Chez B")])
def test_a_rule_settles_and_the_colleague_receives_it(two, rule, kept):
    a, b, row = two
    set_value(a, row, title="Chez A")
    set_value(b, row, title="Chez B")
    exchange(b, a)
    exchange(a, b)

    changes, left = resolve_all(a, rule)
    exchange(a, b)

    assert left == 0
    assert changes.kind == "resolution"
    assert values(a, "action", row)["title"] == values(b, "action", row)["title"] == kept
    assert told(a) == told(b) == []


def test_one_value_or_another_still_may_be_kept(two):
    a, b, row = two
    set_value(a, row, title="Chez A")
    set_value(b, row, title="Chez B")
    exchange(b, a)
    (one,) = told(a)
    theirs = next(value for value in one.values if not value.mine)

    resolve(a, one.id, theirs.op_id)
    assert values(a, "action", row)["title"] == "Chez B"

    undo.undo(a)
    assert [again.id for again in told(a)] == [one.id]
    resolve(a, one.id, "Ni l’un ni l’autre")
    assert values(a, "action", row)["title"] == "Ni l’un ni l’autre"


def test_a_deletion_unseen_by_who_edited_asks(two):
    a, b, row = two
    with a.write("Supprimer") as write:
        write.delete("action", row)
    set_value(b, row, title="Encore utile")
    exchange(b, a)

    (one,) = told(a)
    assert (one.field, {(value.value, value.author) for value in one.values}) == (
        "deleted",
        {(True, "Est"), (False, "Nord")},
    )

    resolve(a, one.id, True)
    exchange(a, b)
    assert values(b, "action", row)["deleted"]
    assert told(b) == []


def test_a_deleted_row_may_be_kept(two):
    a, b, row = two
    with a.write("Supprimer") as write:
        write.delete("action", row)
    set_value(b, row, title="Encore utile")
    exchange(b, a)

    resolve(a, told(a)[0].id, False)

    assert not values(a, "action", row)["deleted"]
    assert told(a) == []


def test_an_element_added_here_and_removed_there(two):
    a, b, row = two
    with a.write("Créer") as write:
        theme = write.create("theme", title="Égalité")
        write.link("action", row, "themes", theme)
    exchange(a, b)
    with a.write("Retirer") as write:
        write.unlink("action", row, "themes", theme)
    with b.write("Retirer puis remettre") as write:
        write.unlink("action", row, "themes", theme)
    with b.write("Remettre") as write:
        write.link("action", row, "themes", theme)
    exchange(b, a)

    (one,) = told(a)
    assert one.field == "themes"
    assert {value.value for value in one.values} == {(theme,), ()}
    resolve(a, one.id, (theme,))
    assert values(a, "action", row)["themes"] == (theme,)
    with a.read() as connection:
        assert count(connection) == 0


def test_what_is_no_conflict_any_more_is_said(two):
    a, _, row = two
    with a.read() as connection, pytest.raises(UnknownRecord):
        conflict(connection, f"action:{row}:title")
    with a.read() as connection, pytest.raises(UnknownRecord):
        conflict(connection, "n’importe:quoi:là")


def test_a_value_that_is_none_of_the_conflict_is_refused(two):
    a, b, row = two
    set_value(a, row, title="Chez A")
    set_value(b, row, title="Chez B")
    exchange(b, a)
    with pytest.raises(BadValue):
        resolve(a, f"action:{row}:title", bytes(16))
