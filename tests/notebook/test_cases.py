"""The named cases of sync-cases.md, part 1A, that the core can tell without a workbook."""

import shutil
from datetime import timedelta
from itertools import permutations

import pytest

from app.errors import Tampered
from app.notebook import log, merge
from app.notebook.clock import stamp_of
from app.notebook.log import Batch
from app.notebook.merge import ERASED, STATE, Modification, Write
from app.notebook.store import open_notebook
from tests.factories import (
    START,
    WallClock,
    action,
    conflicts,
    contact,
    exchange,
    laptops,
    meet,
    memory_notebook,
    notebook,
    objective,
    values,
)
from tests.notebook.tables import found, judged, picture

CAF, CPAM, ARS = (f"00000000-0000-7000-8000-0000000000f{n}" for n in (1, 2, 3))


@pytest.fixture
def trio():
    """Three laptops that share an objective and, under it, an action: (A, B, C, project, action)."""
    a, b, c = laptops("A", "B", "C")
    with a.write("Créer") as write:
        project = objective(write, title="Mieux se nourrir")
        row = action(write, title="Jardin", objective=project, territories=(CAF,))
    meet(a, b, c)
    return a, b, c, project, row


def edit(store, row, entity="action", **given):
    with store.write("Modifier") as write:
        write.set(entity, row, **given)


def gesture(store, verb, row, entity="action"):
    with store.write(verb) as write:
        getattr(write, verb)(entity, row)


def alike(*stores):
    """Everybody has everything: same log, same tables."""
    first, *others = stores
    ids = {m.op_id for m in log.everything(first.writer()).modifications}
    for store in others:
        assert {m.op_id for m in log.everything(store.writer()).modifications} == ids
        assert picture(store.writer()) == picture(first.writer())
    return True


def seen(store, row):
    known = values(store, "action", row)
    return known["title"], known["deleted"], conflicts(store, row)


def test_d01_merge_into_an_empty_notebook(trio):
    a, *_, row = trio
    edit(a, row, title="Potager")
    empty = memory_notebook()
    exchange(a, empty)
    assert alike(a, empty)
    assert len(log.modifications_of_gesture(empty.writer(), log.everything(a.writer()).gestures[-1].id)) == 1


def test_d02_merge_of_two_identical_notebooks_changes_nothing(trio):
    a, b, *_ = trio
    before = picture(b.writer())
    (changes,) = exchange(a, b)
    assert not changes
    assert picture(b.writer()) == before


def test_d03_edit_of_one_arrives_silently_and_is_listed(trio):
    a, b, _, _, row = trio
    edit(a, row, title="Potager")
    (changes,) = exchange(a, b)
    assert changes.rows == {"action": {row}}
    assert seen(b, row) == ("Potager", False, set())


def test_d04_old_file_undoes_nothing(trio):
    a, b, _, _, row = trio
    edit(a, row, title="Potager")
    old = log.everything(a.writer())
    exchange(a, b)
    edit(b, row, title="Verger")
    assert not b.apply(old, "Importer", kind="import")
    assert seen(b, row) == ("Verger", False, set())


def test_d05_two_fields_of_one_row(trio):
    a, b, _, _, row = trio
    edit(a, row, title="Potager")
    edit(b, row, lead="Jeunesse")
    meet(a, b)
    assert alike(a, b)
    assert values(a, "action", row)["lead"] == "Jeunesse"
    assert seen(a, row) == ("Potager", False, set())


def test_d06_same_field_two_values(trio):
    a, b, _, _, row = trio
    edit(a, row, title="X", lead="Jeunesse")
    edit(b, row, title="Y")
    meet(a, b)
    assert alike(a, b)
    assert seen(a, row) == seen(b, row)
    assert conflicts(a, row) == {"title"}


def test_d07_same_field_same_value(trio):
    a, b, _, _, row = trio
    edit(a, row, title="Z")
    edit(b, row, title="Z")
    meet(a, b)
    assert alike(a, b)
    assert seen(a, row) == ("Z", False, set())


@pytest.mark.parametrize("ours", [(row, key) for row in (0, 1) for key in ("title", "lead")])
@pytest.mark.parametrize("theirs", [(row, key) for row in (0, 1) for key in ("title", "lead")])
def test_d08_every_pair_of_cells_of_a_table(ours, theirs):
    a, b = laptops("A", "B")
    with a.write("Créer") as write:
        rows = [action(write), action(write)]
    meet(a, b)
    edit(a, rows[ours[0]], **{ours[1]: "X"})
    edit(b, rows[theirs[0]], **{theirs[1]: "Y"})
    meet(a, b)
    opened = {(place, key) for place, row in enumerate(rows) for key in conflicts(a, row)}
    assert opened == ({ours} if ours == theirs else set())


def test_d09_three_edits_offline_make_one_conflict_with_the_last(trio):
    a, b, _, _, row = trio
    for title in ("1", "2", "3"):
        edit(a, row, title=title)
    edit(b, row, title="Y")
    meet(a, b)
    (of_row,) = log.modifications_of_rows(b.writer(), [row])
    assert {head.value for head in merge.view(of_row).conflicts["title"]} == {"3", "Y"}
    assert {"1", "2"} <= {m.writes["title"].value for m in of_row if "title" in m.writes}


def test_d10_delete_of_one_reaches_the_bin_of_the_other(trio):
    a, b, _, _, row = trio
    gesture(a, "delete", row)
    meet(a, b)
    assert seen(b, row) == ("Jardin", True, set())


@pytest.mark.parametrize("days", [-1, 1], ids=["d11", "d12"])
def test_d11_d12_delete_and_unseen_edit_whatever_the_clocks(trio, days):
    a, b, _, _, row = trio
    a.now.advance(days=days)
    gesture(a, "delete", row)
    edit(b, row, lead="Jeunesse")
    meet(a, b)
    assert alike(a, b)
    assert seen(a, row) == ("Jardin", False, {STATE})


def test_d13_both_delete(trio):
    a, b, _, _, row = trio
    gesture(a, "delete", row)
    gesture(b, "delete", row)
    meet(a, b)
    assert alike(a, b)
    assert seen(a, row) == ("Jardin", True, set())


def test_d14_delete_after_having_seen_the_edit(trio):
    a, b, _, _, row = trio
    edit(b, row, lead="Jeunesse")
    exchange(b, a)
    gesture(a, "delete", row)
    meet(a, b)
    assert seen(b, row) == ("Jardin", True, set())


def test_d15_restored_row_is_live_for_who_never_knew(trio):
    a, b, _, _, row = trio
    gesture(a, "delete", row)
    gesture(a, "restore", row)
    meet(a, b)
    assert seen(b, row) == ("Jardin", False, set())


def test_d16_one_deletes_while_the_other_restores(trio):
    a, b, _, _, row = trio
    gesture(b, "delete", row)
    gesture(b, "restore", row)
    gesture(a, "delete", row)
    meet(a, b)
    assert alike(a, b)
    assert seen(a, row) == ("Jardin", False, {STATE})


def test_d17_row_added_under_a_deleted_one_is_kept(trio):
    a, b, _, project, _ = trio
    gesture(a, "delete", project, "objective")
    with b.write("Créer") as write:
        row = action(write, title="Nouvelle", objective=project)
    meet(a, b)
    assert alike(a, b)
    assert values(a, "action", row)["objective"] == project
    assert not values(a, "action", row)["deleted"]
    assert values(a, "objective", project)["deleted"]  # hidden, kept, restorable; the reports say what uses it


def test_d18_tree_deleted_while_one_leaf_is_edited():
    a, b = laptops("A", "B")
    with a.write("Créer") as write:
        project = objective(write)
        edited, other = action(write, objective=project), action(write, objective=project)
    meet(a, b)
    with a.write("Supprimer") as write:
        write.delete("objective", project)
        write.delete("action", edited)
        write.delete("action", other)
    edit(b, edited, title="Y")
    meet(a, b)
    assert alike(a, b)
    assert conflicts(a, edited) == {STATE}
    assert not values(a, "action", edited)["deleted"]
    assert values(a, "action", other)["deleted"]


def test_d19_elements_added_apart(trio):
    a, b, _, _, row = trio
    edit(a, row, territories=(CAF, CPAM))
    edit(b, row, territories=(CAF, ARS))
    meet(a, b)
    assert alike(a, b)
    assert values(a, "action", row)["territories"] == (CAF, CPAM, ARS)
    assert conflicts(a, row) == set()


def test_d20_element_removed_here_another_added_there(trio):
    a, b, _, _, row = trio
    edit(a, row, territories=())
    edit(b, row, territories=(CAF, ARS))
    meet(a, b)
    assert values(a, "action", row)["territories"] == (ARS,)
    assert conflicts(a, row) == set()


def test_d21_three_values_settled_once_for_all(trio):
    a, b, c, _, row = trio
    for store, title in zip((a, b, c), "XYZ", strict=True):
        edit(store, row, title=title)
    meet(a, b, c)
    (of_row,) = log.modifications_of_rows(b.writer(), [row])
    assert {head.value for head in merge.view(of_row).conflicts["title"]} == {"X", "Y", "Z"}
    edit(b, row, title="Y")
    meet(a, b, c)
    assert alike(a, b, c)
    assert seen(c, row) == ("Y", False, set())


@pytest.mark.parametrize("choices", ["XY", "XX"], ids=["d22", "d23"])
def test_d22_d23_resolved_apart(trio, choices):
    a, b, _, _, row = trio
    edit(a, row, title="X")
    edit(b, row, title="Y")
    meet(a, b)
    for store, title in zip((a, b), choices, strict=True):
        edit(store, row, title=title)
    meet(a, b)
    assert alike(a, b)
    assert conflicts(a, row) == ({"title"} if choices == "XY" else set())


def test_d24_relayed_then_met_again(trio):
    a, b, c, _, row = trio
    edit(a, row, title="Potager")
    exchange(a, c)
    exchange(c, b)
    before = picture(b.writer())
    (changes,) = exchange(a, b)
    assert not changes
    assert picture(b.writer()) == before


def test_d25_five_files_in_all_orders():
    stores = laptops(*"ABCDE")
    with stores[0].write("Créer") as write:
        row, other = action(write, territories=(CAF,)), action(write)
    meet(*stores)
    a, b, c, d, e = stores
    edit(a, row, title="X", territories=(CAF, CPAM))
    edit(b, row, title="Y")
    gesture(c, "delete", row)
    gesture(c, "delete", other)
    edit(d, row, title="X", territories=())
    gesture(e, "delete", row)
    gesture(e, "restore", row)
    files = [log.everything(store.writer()) for store in stores]
    pictures = []
    for order in permutations(files):
        store = memory_notebook()
        for file in order:
            store.apply(file, "Importer", kind="import")
        pictures.append(picture(store.writer()))
    assert len(pictures) == 120
    assert all(one == pictures[0] for one in pictures)


@pytest.mark.parametrize("days", [-1095, 1095])
def test_d26_wrong_clock_changes_no_value_and_no_conflict(days):
    outcomes = []
    for wrong in (0, days):
        a, b = laptops("A", "B")
        with b.write("Créer") as write:
            row, calm = action(write, title="Jardin"), action(write, title="Calme")
        meet(a, b)
        a.now.advance(days=wrong)
        edit(a, row, title="X")
        edit(a, calm, title="Vu")
        exchange(a, b)
        edit(b, calm, title="Revu")  # having seen what the wrong clock wrote
        edit(b, row, lead="Jeunesse")
        with a.write("Modifier") as write:
            write.set("action", row, description="Texte")
        meet(a, b)
        assert alike(a, b)
        outcomes.append([seen(store, one) for store in (a, b) for one in (row, calm)])
        assert all(m.stamp <= stamp_of(b.now() + timedelta(hours=49)) or m.replica == a.replica().id
                   for m in log.everything(b.writer()).modifications)  # fmt: skip
    assert outcomes[0] == outcomes[1]


def test_d27_restored_backup_gets_its_lost_week_back(tmp_path):
    clock = WallClock()
    with notebook(tmp_path / "a.carnet", clock=clock, installation="poste") as a, a.write("Créer") as write:
        row = action(write, title="Jardin")
    shutil.copy(tmp_path / "a.carnet", tmp_path / "sauvegarde.carnet")
    b = memory_notebook("B")
    with open_notebook(tmp_path / "a.carnet", now=clock, installation="poste") as a:
        edit(a, row, title="Potager")
        exchange(a, b)
        first = a.replica().id
    edit(b, row, lead="Jeunesse")
    # A restored file is another replica: services.backup gives it a name of its own.
    with open_notebook(tmp_path / "sauvegarde.carnet", now=clock, installation="poste, restauré") as a:
        assert a.replica().id != first
        edit(a, row, description="Après la restauration")
        exchange(b, a)
        exchange(a, b)
        assert alike(a, b)
        assert seen(a, row) == ("Potager", False, set())


def test_d28_copied_file_is_two_replicas(tmp_path):
    clock = WallClock()
    with notebook(tmp_path / "a.carnet", clock=clock, installation="un") as a, a.write("Créer") as write:
        row = action(write, title="Jardin")
    shutil.copy(tmp_path / "a.carnet", tmp_path / "b.carnet")
    with (
        open_notebook(tmp_path / "a.carnet", now=clock, installation="un") as a,
        open_notebook(tmp_path / "b.carnet", now=clock, installation="deux") as b,
    ):
        assert a.replica().id != b.replica().id
        edit(a, row, title="X")
        edit(b, row, title="Y")
        meet(a, b)
        assert alike(a, b)
        assert conflicts(b, row) == {"title"}


def test_d29_same_code_made_twice_stays_two_rows():
    a, b = laptops("A", "B")
    rows = []
    for store in (a, b):
        with store.write("Créer") as write:
            rows.append(action(write, code="EST-012"))
    meet(a, b)
    assert alike(a, b)
    assert [values(a, "action", row)["code"] for row in rows] == ["EST-012"] * 2


def test_d31_incomplete_file_is_kept_and_right_once_its_parents_come(trio):
    a, b, _, _, row = trio
    edit(a, row, title="1")
    edit(a, row, title="2")
    whole = log.everything(a.writer())
    partial = Batch(whole.replicas, whole.gestures, tuple(m for m in whole.modifications if not _writes(m, "1")))
    b.apply(partial, "Importer", kind="import")
    assert b.writer().execute("SELECT count(*) FROM awaited").fetchone() == (1,)
    b.apply(whole, "Importer", kind="import")
    assert b.writer().execute("SELECT count(*) FROM awaited").fetchone() == (0,)
    assert alike(a, b)
    assert seen(b, row) == ("2", False, set())


def test_d32_known_id_with_another_content_refuses_the_whole_file(trio):
    a, b, _, _, row = trio
    edit(a, row, title="Potager")
    good = log.everything(a.writer())
    exchange(a, b)
    known = next(m for m in good.modifications if _writes(m, "Potager"))
    forged = Modification(
        known.op_id, known.gesture, known.entity, known.row, known.stamp, known.replica, known.source,
        {"title": Write("Autre", known.writes["title"].parents)},
    )  # fmt: skip
    edit(a, row, lead="Jeunesse")
    more = [m for m in log.everything(a.writer()).modifications if m.op_id not in {g.op_id for g in good.modifications}]
    before = picture(b.writer())
    with pytest.raises(Tampered, match="altéré"):
        b.apply(Batch(good.replicas, good.gestures, (*more, forged)), "Importer", kind="import")
    assert picture(b.writer()) == before
    with pytest.raises(Tampered):
        memory_notebook().apply(Batch(good.replicas, good.gestures, (known, forged)), "Importer", kind="import")


# -- erasure ------------------------------------------------------------------------------------------------------


def erase(store, row):
    with store.write("Effacer une personne", kind="erasure") as write:
        write.put("contact", row, ERASED, 1)


def holds(store, text):
    """True when a value of the log, a table or the search still holds `text`."""
    return any(text.encode() in line for line in "\n".join(store.writer().iterdump()).encode().splitlines())


def test_d81_values_of_an_erased_person_are_dropped_on_arrival():
    a, b, c = laptops("A", "B", "C")
    with a.write("Créer") as write:
        row = contact(write, last_name="Zwingelstein", email="z@exemple.fr")
    old = log.everything(a.writer())
    meet(a, b)
    erase(a, row)
    assert not holds(a, "Zwingelstein")
    a.apply(old, "Importer", kind="import")
    assert not holds(a, "Zwingelstein")
    # The erasure first, the old file after; and the other way round.
    exchange(a, c)
    c.apply(old, "Importer", kind="import")
    exchange(a, b)
    assert alike(a, b, c)
    for store in (a, b, c):
        assert not holds(store, "Zwingelstein")
        assert found(store.writer(), "zwing") == set()
        assert conflicts(store, row) == set()
        assert values(store, "contact", row)["last_name"] is None


def test_d83_edit_concurrent_with_the_erasure_is_dropped():
    a, b = laptops("A", "B")
    with a.write("Créer") as write:
        row = contact(write, last_name="Zwingelstein")
    meet(a, b)
    edit(a, row, "contact", phone="03 20 00 00 00")
    edit(b, row, "contact", phone="06 12 34 56 78")
    meet(a, b)
    assert conflicts(a, row) == {"phone"}
    heads = judged(a.writer())["heads"]
    erase(a, row)
    assert conflicts(a, row) == set()
    after = judged(a.writer())["heads"]
    assert {place: ids for place, ids in after.items() if place[1] != ERASED} == heads
    edit(b, row, "contact", phone="07 99 99 99 99", last_name="Zwingelstein-Roux")
    meet(a, b)
    assert alike(a, b)
    assert conflicts(b, row) == set()
    assert not any(holds(store, text) for store in (a, b) for text in ("Zwingel", "99 99", "12 34"))


def test_erased_person_keeps_attendance_and_bin():
    a, b = laptops("A", "B")
    with a.write("Créer") as write:
        row = contact(write, last_name="Zwingelstein")
    meet(a, b)
    edit(b, row, "contact", phone="06 12 34 56 78")
    erase(a, row)
    gesture(a, "delete", row, "contact")
    meet(a, b)
    assert alike(a, b)
    assert values(b, "contact", row)["deleted"]


# -- trees, lists, rules ------------------------------------------------------------------------------------------


def test_d85_loop_is_the_same_picture_on_both():
    a, b = laptops("A", "B")
    with a.write("Créer") as write:
        x, y = objective(write, title="X"), objective(write, title="Y")
    meet(a, b)
    edit(a, x, "objective", parent=y)
    edit(b, y, "objective", parent=x)
    meet(a, b)
    assert alike(a, b)
    roots = []
    for store in (a, b):
        parents = {}
        for row in (x, y):
            (of_row,) = log.modifications_of_rows(store.writer(), [row])
            head = merge.heads(of_row, "parent")[0]
            parents[row] = (head.value, head.rank)
        assert {parent for parent, _ in parents.values()} == {x, y}
        roots.append(merge.roots_of_loops(parents))
    assert roots[0] == roots[1]
    assert len(roots[0]) == 1


def test_d86_list_reordered_on_both_sides(trio):
    a, b, _, _, row = trio
    edit(a, row, order="k")
    edit(b, row, order="c")
    gesture(b, "delete", row)
    gesture(b, "restore", row)
    meet(a, b)
    assert alike(a, b)
    assert conflicts(a, row) == set()
    assert values(a, "action", row)["order"] == values(b, "action", row)["order"] in ("c", "k")


def test_d87_correct_edits_that_together_break_a_rule_are_both_kept():
    a, b = laptops("A", "B")
    with a.write("Créer") as write:
        row = action(write, start=START.date(), end=START.date() + timedelta(days=30))
    meet(a, b)
    edit(a, row, start=START.date() + timedelta(days=20))
    edit(b, row, end=START.date() + timedelta(days=10))
    meet(a, b)
    known = values(a, "action", row)
    assert known["start"] > known["end"]
    assert conflicts(a, row) == set()


def _writes(modification: Modification, title: str) -> bool:
    return "title" in modification.writes and modification.writes["title"].value == title
