"""The merge and its tables against the slow reference model, on random logs in random orders."""

from hypothesis import given
from hypothesis import strategies as st

from app.notebook import log, merge
from app.notebook.emptying import of_log
from app.notebook.masks import is_mask
from app.notebook.materialise import auto_fields
from tests.factories import memory_notebook
from tests.notebook import reference_model
from tests.notebook.logs import batch, deliveries, logs
from tests.notebook.tables import expected, judged, picture, rebuilt


@given(logs())
def test_view_of_a_row_is_what_the_model_says(made):
    taken = of_log(made)  # what the log never keeps
    for row, model in reference_model.rows(made).items():
        of_row = [taken.left_of(m) for m in made if m.row == row]
        auto = auto_fields(model.entity)
        view = merge.view(of_row, auto=auto)
        shown = {key: value for key, value in model.shown.items() if key != merge.STATE and not is_mask(key)}
        assert (dict(view.values), view.deleted) == (shown, model.deleted)
        assert {key: {head.value for head in heads} for key, heads in view.conflicts.items()} == model.conflicts
        for key, heads in model.heads.items():
            assert {head.op_id for head in merge.heads(of_row, key)} == heads


@given(st.data())
def test_tables_are_what_the_model_says_after_every_file(data):
    made = data.draw(logs())
    store = memory_notebook()
    arrived: dict[bytes, merge.Modification] = {}
    for file in data.draw(deliveries(made)):
        store.apply(batch(file), "Importer", kind="import")
        arrived |= {m.op_id: m for m in file}
        assert judged(store.writer()) == expected(arrived.values())
    assert picture(store.writer()) == rebuilt(store.writer())


@given(st.data())
def test_two_orders_of_arrival_make_the_same_tables(data):
    made = data.draw(logs())
    pictures = []
    for _ in range(2):
        store = memory_notebook()
        for file in data.draw(deliveries(made)):
            store.apply(batch(file), "Importer", kind="import")
        pictures.append(picture(store.writer()))
    assert pictures[0] == pictures[1]


@given(st.data())
def test_what_is_awaited_is_named_and_not_there(data):
    made = data.draw(logs())
    store = memory_notebook()
    arrived: dict[bytes, merge.Modification] = {}
    for file in data.draw(deliveries(made)):
        store.apply(batch(file), "Importer", kind="import")
        arrived |= {m.op_id: m for m in file}
        named = {(p, key) for m in arrived.values() for key, write in m.writes.items() for p in write.parents}
        there = {(m.op_id, key) for m in arrived.values() for key in m.writes}
        assert set(picture(store.writer())["awaited"]) == named - there


@given(logs())
def test_log_reads_back_what_it_was_given(made):
    store = memory_notebook()
    store.apply(batch(made), "Importer", kind="import")
    back = {m.op_id: m for m in log.everything(store.writer()).modifications}
    assert back == {m.op_id: of_log(made).left_of(m) for m in made}
