"""Names masked in texts, without a workbook: whatever comes first, the same characters go, and nothing else moves."""

from dataclasses import replace
from itertools import permutations

import pytest

from app.notebook import log, masks
from app.notebook.log import Batch
from app.notebook.merge import Modification, Write
from app.notebook.verify import verify
from tests.factories import action, conflicts, laptops, meet, memory_notebook, notebook, values
from tests.notebook.logs import ACTION, GESTURE, OBJECTIVE, REPLICAS, TARGETS
from tests.notebook.tables import picture, rebuilt


def change(op: str, writes: dict, *, entity: str = "action", row: str = ACTION, stamp: int = 1) -> Modification:
    """A modification named by one letter; parents are letters."""
    made = {key: Write(value, frozenset(ord(p).to_bytes(16, "big") for p in parents)) for key, value, parents in writes}
    return Modification(id_of(op), GESTURE.id, entity, row, stamp, REPLICAS[0].id, "app", made)


def id_of(op: str) -> bytes:
    return ord(op).to_bytes(16, "big")


def mask(op: str, of: str, spans: str, *, field: str = "title", **place) -> Modification:
    return change(op, [(masks.key_of(field, id_of(of)), spans, "")], **place)


def taken_in(*files: tuple[Modification, ...]):
    store = memory_notebook()
    for file in files:
        store.apply(Batch(REPLICAS, (GESTURE,), file), "Importer", kind="import")
    assert picture(store.writer()) == rebuilt(store.writer())
    return store


def written(store, op: str, key: str = "title"):
    query = "SELECT value FROM modif_field WHERE op_id = ? AND field = ?"
    return store.writer().execute(query, (id_of(op), key)).fetchone()[0]


BORN = change("a", [("_state", 1, ""), ("title", "Vu Ada hier", "")])
LATER = change("b", [("title", "Ada rappelle", "a")], stamp=2)
RIVAL = change("c", [("title", "Merci Ada", "a")], stamp=2)
MASKS = (mask("m", "a", "3-6"), mask("n", "b", "0-3"), mask("o", "c", "6-9"))


@pytest.mark.parametrize("order", list(permutations(range(4))), ids=lambda order: "".join(map(str, order)))
def test_in_any_order_the_same_letters_go(order):
    pieces = ((BORN,), (LATER,), (RIVAL,), MASKS)
    store = taken_in(*(pieces[place] for place in order))
    assert [written(store, op) for op in "abc"] == ["Vu ███ hier", "███ rappelle", "Merci ███"]
    assert conflicts(store, ACTION) == {"title"}
    assert values(store, "action", ACTION)["title"] == "Merci ███"


def test_all_at_once_is_the_same_as_one_by_one():
    together, apart = (
        taken_in((BORN, LATER, RIVAL, *MASKS)),
        taken_in(*((one,) for one in (*MASKS, RIVAL, LATER, BORN))),
    )
    assert picture(together.writer()) == picture(apart.writer())


def test_a_text_that_comes_back_whole_or_masked_is_no_forgery():
    store = taken_in((BORN,), MASKS[:1], (BORN,))
    back = log.everything(store.writer())
    whole = taken_in((BORN,))
    whole.apply(back, "Importer", kind="import")
    assert written(store, "a") == written(whole, "a") == "Vu ███ hier"
    assert store.writer().execute("SELECT digest FROM modif WHERE op_id = ?", (id_of("a"),)).fetchone()[0] is None


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=lambda order: "".join(map(str, order)))
def test_masks_of_one_write_add_up_and_are_no_conflict(order):
    pieces = ((BORN,), (mask("m", "a", "3-4"),), (mask("n", "a", "4-6 7-11"),))
    store = taken_in(*(pieces[place] for place in order))
    assert written(store, "a") == "Vu ███ ████"
    assert conflicts(store, ACTION) == set()


def test_an_erased_row_keeps_its_many_links_whatever_comes_after():
    link = f"link:territories:{TARGETS[0]}"
    store = taken_in((change("e", [("_erased", 1, "")]),), (change("a", [("title", "Ada", ""), (link, 1, "")]),))
    assert written(store, "a") is None
    assert written(store, "a", link) == 1


def test_an_erasure_that_a_forged_file_leaves_without_head_holds_all_the_same():
    ring = change("e", [("_erased", 1, "e"), ("_state", 0, "")])
    store = taken_in((ring, BORN), (BORN,), (LATER,))
    assert written(store, "a") is None
    assert written(store, "b") is None


def test_values_that_masks_make_alike_are_no_conflict_any_more():
    store = taken_in((BORN, LATER, change("c", [("title", "Eva rappelle", "a")], stamp=2)))
    assert conflicts(store, ACTION) == {"title"}
    store.apply(Batch(REPLICAS, (GESTURE,), (mask("m", "b", "0-3"), mask("n", "c", "0-3"))), "x", kind="erasure")
    assert conflicts(store, ACTION) == set()


def test_a_mask_covers_its_own_row_and_no_other():
    other = change("d", [("_state", 1, ""), ("title", "Vu Ada hier", "")], entity="objective", row=OBJECTIVE)
    store = taken_in((BORN, other), (mask("m", "d", "3-6"),))
    assert written(store, "d") == written(store, "a") == "Vu Ada hier"


@pytest.mark.parametrize(
    ("key", "value"),
    [("objective", TARGETS[0]), ("status", "planned"), ("start", "2026-01-01"), ("order", "a0"), ("_state", 1)],
)
def test_only_a_text_is_masked(key, value):
    store = taken_in((change("a", [(key, value, "")]),), (mask("m", "a", "0-4", field=key),))
    assert written(store, "a", key) == value


def test_the_text_of_a_newer_version_is_masked():
    store = taken_in((change("a", [("unborn", "Vu Ada", "")]),), (mask("m", "a", "3-6", field="unborn"),))
    assert written(store, "a", "unborn") == "Vu ███"


def test_what_is_not_made_of_spans_masks_nothing():
    odd = [mask(op, "a", spans) for op, spans in zip("mnop", ("", "x", "3", "6-3"), strict=True)]
    store = taken_in((BORN,), tuple(odd))
    assert written(store, "a") == "Vu Ada hier"


def test_a_deleted_row_stays_deleted_and_its_text_is_masked():
    gone = replace(change("d", [("_state", 0, "a")], stamp=3), seen=frozenset({id_of("a")}))
    store = taken_in((BORN, gone), MASKS[:1])
    assert values(store, "action", ACTION)["deleted"]
    assert written(store, "a") == "Vu ███ hier"


def test_a_mask_is_no_work_that_a_deleter_had_to_see():
    a, b = laptops("A", "B")
    with a.write("Créer") as write:
        row = action(write, title="Vu Ada hier")
    meet(a, b)
    (made,) = next(log.modifications_of_rows(a.writer(), [row]))
    with a.write("Effacer une personne", kind="erasure") as write:
        write.put("action", row, masks.key_of("title", made.op_id), "3-6")
    with b.write("Supprimer") as write:
        write.delete("action", row)
    meet(a, b)
    assert values(a, "action", row)["deleted"]
    assert values(b, "action", row)["deleted"]
    assert conflicts(a, row) == set()


def test_the_notebook_proves_itself_after(tmp_path):
    with notebook(tmp_path / "est.carnet") as store:
        with store.write("Créer") as write:
            row = action(write, title="Vu Ada hier")
        (made,) = next(log.modifications_of_rows(store.writer(), [row]))
        with store.write("Effacer une personne", kind="erasure") as write:
            write.put("action", row, masks.key_of("title", made.op_id), "3-6")
            write.put("action", row, masks.key_of("title", made.op_id), "3-6")
        assert store.swept.left == ()
    assert verify(tmp_path / "est.carnet").faults == ()


@pytest.mark.parametrize(
    ("text", "spans", "left"),
    [
        ("Ada", ((0, 3),), "███"),
        ("Ada.", ((0, 3),), "███."),
        ("Ada Lo", ((0, 6),), "███ ██"),
        ("A\nB", ((0, 3),), "█\n█"),
        ("Ada", ((1, 99),), "A██"),
        ("", ((0, 3),), ""),
        ("Ada", (), "Ada"),
        ("███ Lo", ((0, 3), (4, 6)), "███ ██"),
    ],
)
def test_letters_go_and_spaces_stay(text, spans, left):
    assert masks.masked(text, spans) == left
    assert masks.masked(left, spans) == left
    assert masks.covers(left, text)
    assert masks.read(masks.written(spans)) == tuple(sorted(spans))
