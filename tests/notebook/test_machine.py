"""Laptops that write, delete, undo, erase, meet and jump in time, in any order: the properties of the merge.

After every step the tables of the laptop that moved say what the reference model says of its log. In the end everybody
meets, and everything that was ever written is still in the log of everybody.
"""

import re
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, multiple, rule

from app.errors import NothingToUndo
from app.notebook import log, masks, merge, undo
from app.notebook.emptying import of_log
from app.notebook.log import Batch
from app.notebook.merge import ERASED, Modification
from tests.factories import laptops, meet
from tests.notebook import reference_model
from tests.notebook.tables import expected, found, judged, picture, rebuilt

NAMES = ("Nord", "Est", "Sud", "Ouest")
TEXTS = st.sampled_from(("Potager", "Verger", "Jardin", None))
TARGETS = tuple(f"00000000-0000-7000-8000-0000000000e{n}" for n in (1, 2))
PLACES = st.integers(0, len(NAMES) - 1)
SECRET = "Zwingelstein"
NAMED = st.sampled_from(("Potager", f"Vu {SECRET} et {SECRET}", f"{SECRET}, hier"))

#: Entity → how each of its fields may be filled.
FIELDS = {
    "action": {
        "title": st.sampled_from(("Potager", f"Vu {SECRET}", None)),
        "description": NAMED,
        "order": st.sampled_from(("a", "b", "c")),
    },
    "objective": {"title": TEXTS, "tools": TEXTS, "order": st.sampled_from(("a", "b", "c"))},
    "contact": {"last_name": st.sampled_from((SECRET, "Durand")), "function": TEXTS},
}


def has_masks(modification):
    return any(map(masks.is_mask, modification.writes))


def heads_of(judgement):
    """The heads of what people wrote."""
    return {place: ids for place, ids in judgement["heads"].items() if not masks.is_mask(place[1])}


class Laptops(RuleBasedStateMachine):
    rows = Bundle("rows")
    files = Bundle("files")

    @initialize(target=rows)
    def begin(self):
        self.stores = laptops(*NAMES)
        #: Every modification ever made, as its maker wrote it.
        self.made: dict[bytes, Modification] = {}
        born = []
        with self.stores[0].write("Créer") as write:
            for entity in FIELDS:
                born.append((entity, write.create(entity)))
        meet(*self.stores)
        self.remember(self.stores[0])
        return multiple(*born)

    # -- what people do -------------------------------------------------------------------------------------------

    @rule(target=rows, place=PLACES, entity=st.sampled_from(tuple(FIELDS)), data=st.data())
    def create(self, place, entity, data):
        key = data.draw(st.sampled_from(tuple(FIELDS[entity])))
        with self.stores[place].write("Créer") as write:
            row = write.create(entity, **{key: data.draw(FIELDS[entity][key])})
        self.check(place)
        return entity, row

    @rule(place=PLACES, row=rows, data=st.data())
    def edit(self, place, row, data):
        entity, row = row
        keys = data.draw(st.sets(st.sampled_from(tuple(FIELDS[entity])), min_size=1, max_size=2))
        given = {key: data.draw(FIELDS[entity][key]) for key in sorted(keys)}
        with self.stores[place].write("Modifier") as write:
            if self.is_open(write, row):
                write.set(entity, row, **given)
        self.check(place)

    @rule(place=PLACES, row=rows, to=st.sampled_from(TARGETS), verb=st.sampled_from(("link", "unlink")))
    def connect(self, place, row, to, verb):
        entity, row = row
        with self.stores[place].write("Relier") as write:
            if entity == "action" and self.is_open(write, row):
                getattr(write, verb)("action", row, "territories", to)
        self.check(place)

    @rule(place=PLACES, row=rows)
    def delete(self, place, row):
        entity, row = row
        store = self.stores[place]
        with store.write("Supprimer") as write:
            if self.knows(store, row):
                write.delete(entity, row)
        if self.knows(store, row):  # deleting what one sees always hides it
            assert picture(store.writer())["rows"][entity, row][0] == 1
        self.check(place)

    @rule(place=PLACES, row=rows)
    def restore(self, place, row):
        entity, row = row
        store = self.stores[place]
        with store.write("Restaurer") as write:
            if self.knows(store, row):
                write.restore(entity, row)
        if self.knows(store, row):
            assert picture(store.writer())["rows"][entity, row][0] == 0
        self.check(place)

    @rule(place=PLACES, step=st.sampled_from((undo.undo, undo.redo)))
    def take_back(self, place, step):
        store = self.stores[place]
        theirs = self.heads_of_others(store)
        try:
            step(store)
        except NothingToUndo:
            return
        assert self.heads_of_others(store) >= theirs
        self.check(place)

    @rule(place=PLACES, row=rows)
    def erase(self, place, row):
        entity, row = row
        store = self.stores[place]
        if entity == "contact" and self.knows(store, row):
            before = judged(store.writer())
            with store.write("Effacer une personne", kind="erasure") as write:
                if not write.heads(row, ERASED):
                    write.put(entity, row, ERASED, 1)
            after = judged(store.writer())
            raw = log.row_bytes(row)
            assert {p: h for p, h in before["heads"].items() if p[1] != ERASED} == {
                p: h for p, h in after["heads"].items() if p[1] != ERASED
            }
            assert {p for p in after["contested"] if p[0] == raw} <= {p for p in before["contested"] if p[0] == raw}
        self.check(place)

    # -- how work travels -----------------------------------------------------------------------------------------

    @rule(place=PLACES, row=rows)
    def mask(self, place, row):
        """Hide the name in every text of an action, the present ones and those of before."""
        entity, row = row
        store = self.stores[place]
        if entity == "action" and self.knows(store, row):
            before = judged(store.writer())
            with store.write("Effacer une personne", kind="erasure") as write:
                for m in next(log.modifications_of_rows(store.writer(), [row])):
                    for key, one in m.writes.items():
                        if spans := [found.span() for found in re.finditer(SECRET, str(one.value))]:
                            write.put(entity, row, masks.key_of(key, m.op_id), masks.written(spans))
            assert row not in found(store.writer(), SECRET)
            assert heads_of(judged(store.writer())) == heads_of(before)
        self.check(place)

    @rule(target=files, place=PLACES)
    def export(self, place):
        return log.everything(self.stores[place].writer())

    @rule(place=PLACES, file=files)
    def import_file(self, place, file):
        self.receive(place, file)

    @rule(place=PLACES, file=files, data=st.data())
    def import_half_a_file(self, place, file, data):
        """An incomplete file; erasures always travel, since they empty what comes with them."""
        kept = data.draw(st.sets(st.sampled_from([m.op_id for m in file.modifications]), max_size=8))
        erased = {m.row for m in file.modifications if ERASED in m.writes}
        some = tuple(m for m in file.modifications if m.op_id in kept or m.row in erased or has_masks(m))
        self.receive(place, Batch(file.replicas, file.gestures, some))

    @rule(source=PLACES, place=PLACES)
    def meet_one(self, source, place):
        self.receive(place, log.everything(self.stores[source].writer()))

    @rule(file=consumes(files))
    def lose_a_file(self, file):
        pass

    @rule(place=PLACES, years=st.integers(-5, 5))
    def jump(self, place, years):
        self.stores[place].now.time += timedelta(days=365 * years)

    # -- what must hold -------------------------------------------------------------------------------------------

    def receive(self, place, file):
        store = self.stores[place]
        visible = self.visible_edits(store)
        store.apply(file, "Importer", kind="import")
        before = picture(store.writer())
        assert not store.apply(file, "Importer", kind="import")  # a file imported twice changes nothing
        assert picture(store.writer()) == before
        # Nothing that this laptop has written and the deleters had not seen is hidden (P9).
        received = {m.op_id: m for m in log.everything(store.writer()).modifications}
        seen = {op_id for m in received.values() for op_id in m.seen}
        for entity, row, key, op_id in visible:
            still = op_id in before["heads"].get((log.row_bytes(row), key), ())
            if still and op_id not in seen and self.differs(received, row, key, op_id):
                assert before["rows"][entity, row][0] == 0
        self.check(place)

    def check(self, place):
        store = self.stores[place]
        self.remember(store)
        known = log.everything(store.writer()).modifications
        assert judged(store.writer()) == expected(known)
        clocks = [m.stamp for m in known if m.replica == store.replica().id]
        assert store.clock().last >= max(clocks, default=0)

    def teardown(self):
        if not hasattr(self, "stores"):
            return
        meet(*self.stores)
        pictures = [picture(store.writer()) for store in self.stores]
        assert all(one == pictures[0] for one in pictures)
        assert not pictures[0]["awaited"]
        assert all(rebuilt(store.writer()) == pictures[0] for store in self.stores)
        known = {m.op_id: m for m in log.everything(self.stores[0].writer()).modifications}
        erased = {m.row for m in known.values() if ERASED in m.writes}
        left_of = of_log(known.values()).left_of
        assert known.keys() == self.made.keys()
        for op_id, original in self.made.items():  # no value ever written disappears (P5)
            if original.row not in erased:
                assert known[op_id] == left_of(original)
        self.every_write_leads_to_a_head(list(known.values()))
        for store in self.stores:
            in_log = {str(value) for (value,) in store.writer().execute("SELECT value FROM modif_field")}
            assert any(SECRET in value for value in in_log) == any(
                m.row not in erased and any(SECRET in str(left_of(m).writes[key].value) for key in m.writes)
                for m in self.made.values()
            )
            assert not erased & found(store.writer(), SECRET)

    def remember(self, store):
        for m in log.everything(store.writer()).modifications:
            self.made.setdefault(m.op_id, m)

    # -- readings -------------------------------------------------------------------------------------------------

    @staticmethod
    def knows(store, row):
        return bool(store.writer().execute("SELECT 1 FROM modif WHERE row = ?", (log.row_bytes(row),)).fetchone())

    def is_open(self, write, row):
        store = next(store for store in self.stores if store.writer() is write._db)
        return self.knows(store, row) and not write.is_deleted(row) and not write.heads(row, ERASED)

    def visible_edits(self, store):
        """The heads of live rows: (entity, row, field, id)."""
        models = reference_model.rows(log.everything(store.writer()).modifications)
        return [
            (model.entity, row, key, op_id)
            for row, model in models.items()
            for key, heads in model.heads.items()
            for op_id in heads
            if not model.deleted and key != "order" and merge.is_work(key)
        ]

    @staticmethod
    def differs(received, row, key, op_id):
        """True when no deleter of the row saw, or wrote, the same value there; nothing is worth an erased row."""
        of_row = [m for m in received.values() if m.row == row]
        if any(ERASED in m.writes for m in of_row):
            return False
        seen = {one for m in of_row for one in m.seen}
        empty = 0 if key.startswith("link:") else None
        saw = {m.writes[key].value for m in of_row if key in m.writes and (m.op_id in seen or "_state" in m.writes)}
        return received[op_id].writes[key].value not in saw | {empty}

    @staticmethod
    def heads_of_others(store):
        """What others wrote and stands, but for what they took back."""
        own = store.replica().id
        known = log.everything(store.writer()).modifications
        theirs = {m.op_id for m in known if m.replica != own and m.source != "undo"}
        heads = judged(store.writer())["heads"]
        return {(place, op_id) for place, ids in heads.items() for op_id in ids if op_id in theirs}

    @staticmethod
    def every_write_leads_to_a_head(known):
        for row in {m.row for m in known}:
            of_row = [m for m in known if m.row == row]
            for key in {key for m in of_row for key in m.writes}:
                heads = {head.op_id for head in merge.heads(of_row, key)}
                assert reference_model.with_ancestors(of_row, key, heads) == {
                    m.op_id for m in of_row if key in m.writes
                }


TestLaptops = Laptops.TestCase
