"""Gestures of the plan d'actions on a real notebook."""

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from app.errors import BadValue
from app.notebook import undo
from app.notebook.store import Store
from app.services import notebooks, plan_gestures, records
from app.services.queries import action, plan, plan_index

TODAY = date(2026, 11, 24)


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The notebook every test starts from, made once."""
    path = tmp_path_factory.mktemp("plan") / "depart.carnet"
    notebooks.start(path, district="Est", example=True).close()
    return path


@pytest.fixture
def store(tmp_path: Path, example: Path) -> Iterator[Store]:
    shutil.copy(example, tmp_path / "essai.carnet")
    with notebooks.open_existing(tmp_path / "essai.carnet") as made:
        yield made


def id_of(store: Store, code: str) -> str:
    with store.read() as connection:
        return records.resolve(connection, "action", code)


def under(store: Store, home: str) -> list[str]:
    with store.read() as connection:
        index = plan_index.load_index(connection, "", TODAY)
        return [str(records.fetch(connection, "action", id).values["code"]) for id in index.neighbours(home)]


def objective_of(store: Store, code: str) -> str:
    with store.read() as connection:
        return str(records.fetch(connection, "action", id_of(store, code)).values["objective"])


def test_codes_follow_the_last_one_of_the_quartier(store: Store) -> None:
    with store.read() as connection:
        assert plan_gestures.propose_codes(connection, store.meta("district") or "", 2) == ["EST-047", "EST-048"]
        assert plan_gestures.propose_codes(connection, "") == ["ACT-001"]


def test_a_code_in_the_bin_is_not_given_again(store: Store) -> None:
    records.delete(store, "action", [id_of(store, "EST-046")])

    with store.read() as connection:
        assert plan_gestures.propose_codes(connection, store.meta("district") or "") == ["EST-047"]


def test_an_action_needs_a_priority_to_hang_under(store: Store) -> None:
    with pytest.raises(BadValue, match="n’a pas de priorité"):
        plan_gestures.add_action(store, "")


def test_actions_are_moved_before_another_in_one_gesture(store: Store) -> None:
    home = objective_of(store, "EST-007")
    assert under(store, home) == ["EST-007", "EST-008", "EST-009"]

    plan_gestures.move_actions(
        store, [id_of(store, "EST-001"), id_of(store, "EST-019")], home, before=id_of(store, "EST-008")
    )

    assert under(store, home) == ["EST-007", "EST-001", "EST-019", "EST-008", "EST-009"]
    undo.undo(store)
    assert under(store, home) == ["EST-007", "EST-008", "EST-009"]


def test_actions_without_keys_are_numbered_when_one_comes_among_them(store: Store) -> None:
    home = objective_of(store, "EST-007")
    with store.write("Vider") as write:
        for code in ("EST-007", "EST-008", "EST-009"):
            write.set("action", id_of(store, code), order=None)

    plan_gestures.move_actions(store, [id_of(store, "EST-009")], home, before=id_of(store, "EST-007"))

    assert under(store, home) == ["EST-009", "EST-007", "EST-008"]


def test_moving_again_and_again_keeps_the_order(store: Store) -> None:
    home = objective_of(store, "EST-007")
    ids = {code: id_of(store, code) for code in ("EST-007", "EST-008", "EST-009")}
    expected = list(ids)
    for turn in range(40):
        code = expected.pop(turn % 3)
        expected.insert(0, code)
        plan_gestures.move_actions(store, [ids[code]], home, before=ids[expected[1]])

    assert under(store, home) == expected


def test_putting_off_an_end_before_its_start_is_refused(store: Store) -> None:
    with pytest.raises(BadValue, match="vient après"):
        plan_gestures.postpone(store, [id_of(store, "EST-001")], date(2001, 1, 1))


def test_copies_leave_behind_what_has_happened(store: Store) -> None:
    (copy,) = plan_gestures.duplicate_actions(store, [id_of(store, "EST-019")], district=store.meta("district") or "")

    with store.read() as connection:
        detail = action.load_action(connection, copy, today=TODAY)
    assert detail.record.values["code"] == "EST-047"
    assert len(detail.steps) == 5
    assert detail.steps_done == 0
    assert len(detail.partners) == 4
    assert detail.notes == ()
    assert not detail.is_example


def test_steps_are_put_in_order(store: Store) -> None:
    row = id_of(store, "EST-019")

    def titles() -> list[str]:
        with store.read() as connection:
            return [step.title for step in action.load_steps(connection, row, TODAY)]

    before = titles()
    added = plan_gestures.add_step(store, row, "Dernière", date(2027, 1, 1))
    assert titles() == [*before, "Dernière"]

    assert plan_gestures.move_step(store, row, added, -1)
    assert titles() == [*before[:-1], "Dernière", before[-1]]
    assert plan_gestures.move_step(store, row, added, 1)
    assert not plan_gestures.move_step(store, row, added, 1)


def test_the_same_partner_twice_makes_one_row(store: Store) -> None:
    row = id_of(store, "EST-019")
    with store.read() as connection:
        organisation = records.resolve(connection, "organisation", "Busabiclou")

    first = plan_gestures.add_partner(store, row, organisation)

    assert plan_gestures.add_partner(store, row, organisation) == first
    plan_gestures.change_role(store, first, "prêt de vélos")
    with store.read() as connection:
        partners = action.load_action(connection, row, today=TODAY).partners
    assert [one.role for one in partners if one.organisation == organisation] == ["prêt de vélos"]


# -- the plan in memory says what SQL says ----------------------------------------------------------------------------


@pytest.mark.parametrize("town", [False, True])
def test_the_index_has_the_order_numbers_and_sums_of_the_plan(store: Store, town: bool) -> None:
    district = "" if town else store.meta("district") or ""
    with store.read() as connection:
        known = plan.load_plan(connection, district)
        index = plan_index.load_index(connection, district, TODAY)
        kept = plan.PlanFilter(TODAY, district=district)
        sums = plan.summaries(connection, kept)
        whole = plan.summary(connection, kept)
        numbers = {entry.id: plan_index.number_of(connection, entry.id, district) for entry in known.entries}

    assert index.ids() == [entry.id for entry in known.entries]
    assert {id: index.number(id) for id in index.ids()} == dict(known.numbers) == numbers
    assert {group.key: group.summary for group in index.groups("priority")} == sums
    assert index.summary() == whole
    assert sum(group.summary.count for group in index.tree()) == whole.count


@pytest.mark.parametrize("typed", ["sante", "Énergie", "busabiclou", "zzz", "a"])
def test_words_keep_what_the_filter_of_the_plan_keeps(store: Store, typed: str) -> None:
    district = store.meta("district") or ""
    with store.read() as connection:
        index = plan_index.load_index(connection, district, TODAY)
        found = plan_index.kept_by_words(connection, index, typed)
        expected = plan.matching(connection, plan.PlanFilter(TODAY, district=district, text=typed))

    assert found is not None
    assert set(found) & set(index.ids()) == set(expected)


def test_the_bin_is_searched_by_title_and_code(store: Store) -> None:
    row = id_of(store, "EST-019")
    records.delete(store, "action", [row])

    with store.read() as connection:
        assert plan_index.deleted_ids(connection) == [row]
        assert plan_index.deleted_ids(connection, "mediation est-019") == [row]
        assert plan_index.deleted_ids(connection, "vélo") == []


def test_a_plan_already_read_follows_changes_that_move_nothing(store: Store) -> None:
    district, rows = store.meta("district") or "", [id_of(store, "EST-003"), id_of(store, "EST-019")]
    with store.read() as connection:
        index = plan_index.load_index(connection, district, TODAY)

    records.update_many(store, "action", rows, {"status": "done", "promoter": None})

    with store.read() as connection:
        assert plan_index.follow(connection, index, rows, district, TODAY)
        fresh = plan_index.load_index(connection, district, TODAY)
    assert index.groups("state") == fresh.groups("state")
    assert index.tree() == fresh.tree()


def test_every_action_of_the_plan_may_change_at_once_and_others_beside(store: Store) -> None:
    district = store.meta("district") or ""
    with store.read() as connection:
        index = plan_index.load_index(connection, district, TODAY)
        every = plan_index.load_index(connection, "", TODAY).ids()
        west = connection.exec_driver_sql("SELECT id FROM territory WHERE name = 'Ouest'").scalar_one()
        priority = plan.load_priorities(connection)[0].id
    inside = [row for row in every if row not in index.ids()[:1]]
    values = {"title": "Ailleurs", "territories": (west,), "priority": priority}
    elsewhere = records.create(store, "action", values)
    assert elsewhere not in index.ids()

    records.update_many(store, "action", [*inside, elsewhere], {"status": "running", "progress": 40})

    with store.read() as connection:
        assert plan_index.follow(connection, index, [*inside, elsewhere], district, TODAY)
        fresh = plan_index.load_index(connection, district, TODAY)
    assert index.tree() == fresh.tree()
    assert index.summary() == fresh.summary()


@pytest.mark.parametrize("gesture", ["move", "delete", "leave", "create"])
def test_a_plan_is_read_again_when_an_action_comes_leaves_or_moves(store: Store, gesture: str) -> None:
    district, row = store.meta("district") or "", id_of(store, "EST-003")
    with store.read() as connection:
        index = plan_index.load_index(connection, district, TODAY)
        other = connection.exec_driver_sql(
            "SELECT id FROM territory WHERE kind = 'district' AND id <> ?", (district,)
        ).scalar()

    if gesture == "move":
        plan_gestures.move_actions(store, [row], objective_of(store, "EST-019"))
    elif gesture == "delete":
        records.delete(store, "action", [row])
    elif gesture == "leave":
        records.update(store, "action", row, {"territories": (other,)})
    else:
        row = plan_gestures.add_action(store, objective_of(store, "EST-019"), district=district)

    with store.read() as connection:
        assert not plan_index.follow(connection, index, [row], district, TODAY)
