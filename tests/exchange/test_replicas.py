"""Five laptops that pass workbooks to one another, in any order: P1–P9, P18, P19 and P21.

What a workbook carries hidden (base and log) is packed and read back by the real code, hand edits take their real
names, and what arrives goes through the real door; only the sheets are left out, which other tests go through.
The reference model, written apart, says after each step what the notebook must show.
"""

import os
import random
import shutil
import tempfile
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, multiple, rule

from app.errors import NothingToUndo
from app.exchange import blob
from app.exchange.bases import Base
from app.exchange.blob_reading import unpack
from app.exchange.gathering import Wanted, gather
from app.exchange.hand_edits import Deletion, Edit
from app.exchange.hand_writes import deletion_of, edit_writes
from app.exchange.layout import Profile
from app.exchange.payload import Header, ScopeEntry
from app.models.registry import ENTITIES
from app.notebook import log, undo
from app.notebook.clock import stamp_of
from app.notebook.database import connect, create_schema, transaction
from app.notebook.importing import Incoming, take_in
from app.notebook.log import Batch, Replica
from app.notebook.merge import ERASED, Modification
from app.notebook.store import open_notebook
from app.services import incoming, notebooks, outgoing
from app.services.erasure import erase
from tests.exchange.examples import DEEP
from tests.factories import WallClock
from tests.notebook.tables import expected, judged, picture, rebuilt

NAMES = ("Nord", "Est", "Sud", "Ouest", "Coord")
PLACES = st.integers(0, len(NAMES) - 1)
TEXTS = st.sampled_from(("Potager", "Verger", "Jardin", None))
SECRET = "Zwingelstein"
#: Entity → fields people write, and what they write there.
FIELDS = {
    "action": {"title": TEXTS, "description": TEXTS},
    "contact": {"last_name": st.sampled_from((SECRET, "Durand")), "function": TEXTS},
}
TARGETS = tuple(f"00000000-0000-7000-8000-0000000000e{n}" for n in (1, 2))
FAST = Path("/dev/shm") if os.path.isdir("/dev/shm") else None


@dataclass(frozen=True)
class Paper:
    """A workbook: its header, its packed hidden sheet, and what people typed in it."""

    header: Header
    packed: bytes
    hand: tuple[Modification, ...] = ()


@cache
def empty_file() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "vide.carnet")
        path.touch()
        db = connect(path)
        with transaction(db):
            create_schema(db)
        db.close()
        return path.read_bytes()


class Replicas(RuleBasedStateMachine):
    rows = Bundle("rows")
    papers = Bundle("papers")

    @initialize(target=rows)
    def begin(self):
        self.folder = Path(tempfile.mkdtemp(prefix="carnet-", dir=FAST))
        self.stores = []
        #: Every modification ever made, as its maker wrote it.
        self.made = {}
        self.numbers = random.Random(7)
        for name in NAMES:
            path = self.folder / f"{name}.carnet"
            path.write_bytes(empty_file())
            store = open_notebook(path, installation=name, now=WallClock())
            store.writer().execute("PRAGMA synchronous = OFF")
            self.stores.append(store)
        with self.stores[0].write("Créer") as write:
            born = [(entity, write.create(entity)) for entity in FIELDS]
        for place in range(1, len(NAMES)):
            self.take(place, self.paper(0))
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
        key = data.draw(st.sampled_from(tuple(FIELDS[entity])))
        with self.stores[place].write("Modifier") as write:
            if self.is_open(place, write, row):
                write.set(entity, row, **{key: data.draw(FIELDS[entity][key])})
        self.check(place)

    @rule(place=PLACES, row=rows, to=st.sampled_from(TARGETS), verb=st.sampled_from(("link", "unlink")))
    def connect(self, place, row, to, verb):
        entity, row = row
        with self.stores[place].write("Relier") as write:
            if entity == "action" and self.is_open(place, write, row):
                getattr(write, verb)("action", row, "territories", to)
        self.check(place)

    @rule(place=PLACES, row=rows, verb=st.sampled_from(("delete", "restore")))
    def delete_or_restore(self, place, row, verb):
        entity, row = row
        with self.stores[place].write("Supprimer") as write:
            if self.knows(place, row):
                getattr(write, verb)(entity, row)
        if self.knows(place, row):  # deleting what one sees always hides it (P9)
            assert picture(self.stores[place].writer())["rows"][entity, row][0] == (verb == "delete")
        self.check(place)

    @rule(place=PLACES, step=st.sampled_from((undo.undo, undo.redo)))
    def take_back(self, place, step):
        try:
            step(self.stores[place])
        except NothingToUndo:
            return
        self.check(place)

    @rule(place=PLACES, row=rows)
    def erase(self, place, row):
        entity, row = row
        if entity == "contact" and self.knows(place, row):
            before = self.contested(place)
            with self.stores[place].read() as connection:
                gone = row in outgoing.erased_rows(connection)
            if not gone:
                erase(self.stores[place], "contact", [row])
            assert self.contested(place) <= before  # no conflict is born from it
        self.check(place)

    @rule(place=PLACES)
    def settle(self, place):
        """Settle every conflict of this laptop by the value that is displayed."""
        self.resolve(place)
        assert not self.contested(place)
        self.check(place)

    @rule(place=PLACES, years=st.integers(-5, 5))
    def jump(self, place, years):
        self.stores[place].now.time += timedelta(days=365 * years)

    # -- workbooks ------------------------------------------------------------------------------------------------

    @rule(target=papers, place=PLACES, profile=st.sampled_from(tuple(Profile)))
    def export(self, place, profile):
        return self.paper(place, profile)

    @rule(target=papers, paper=papers, entity=st.sampled_from(tuple(FIELDS)), data=st.data())
    def type_in_it(self, paper, entity, data):
        """Somebody changes a cell, or marks a row, in a copy of a workbook."""
        base = self.base(paper)
        table = base.tables.get(entity)
        if not table:
            return paper
        row = data.draw(st.sampled_from(sorted(table)))
        if data.draw(st.integers(0, 4)) == 0:
            typed = (deletion_of(Deletion(entity, row, base, table[row], "Feuille", "A3")),)
        else:
            key = data.draw(st.sampled_from(tuple(FIELDS[entity])))
            cell = table[row].cells.get(key)
            value = data.draw(FIELDS[entity][key])
            if value == (cell.value if cell else None):
                return paper
            before = cell.value if cell else None
            field = ENTITIES[entity].fields[key]
            typed = edit_writes(Edit(entity, row, field, base, table[row], before, value, "Feuille", "A3"))
        known = {(m.row, *m.writes) for m in typed}
        kept = tuple(m for m in paper.hand if (m.row, *m.writes) not in known)
        return Paper(paper.header, paper.packed, kept + typed)

    @rule(place=PLACES, paper=papers)
    def import_it(self, place, paper):
        self.take(place, paper)

    @rule(source=PLACES, place=PLACES)
    def meet(self, source, place):
        if source != place:
            self.take(place, self.paper(source))

    # -- what must hold -------------------------------------------------------------------------------------------

    def take(self, place, paper):
        store = self.stores[place]
        heads = judged(store.writer())["heads"]
        hand = self.give(place, paper)
        after = picture(store.writer())
        for m in hand:  # a hand edit replaces what had been exported, nothing written since (P8)
            for key, write in m.writes.items():
                spot = (log.row_bytes(m.row), key)
                kept = after["heads"].get(spot, set())
                others = self.replaced(place, m.row, key, but=m.op_id)
                assert heads.get(spot, set()) - write.parents <= kept | others
        before = picture(store.writer())
        self.give(place, paper)  # a file taken in twice changes nothing (P2)
        assert picture(store.writer()) == before
        self.check(place)

    def give(self, place, paper):
        """Take a workbook in, everything accepted, as the preview would let it; returns the hand edits written."""
        store = self.stores[place]
        payload = unpack(paper.packed)
        batch = payload.log or Batch((), (), ())
        with store.read() as connection:
            taken = incoming.emptied(connection, [batch])
            new, changed = incoming.unknown_part(connection, taken.left_of_batch(batch), taken=taken)
            gone = outgoing.erased_rows(connection) | taken.rows
        assert not changed
        known = {m.row for m in batch.modifications}
        hand = [m for m in paper.hand if m.row not in gone and (self.knows(place, m.row) or m.row in known)]
        replicas = [Replica(m.replica, "") for m in hand]
        take_in(store, Incoming(new, hand, replicas, [], [], "Importer", [{"path": "x"}], {}, ""))
        for m in hand:
            self.made.setdefault(m.op_id, m)
        return hand

    def replaced(self, place, row, key, *, but):
        of_row = next(iter(log.modifications_of_rows(self.stores[place].writer(), [row])), [])
        return {parent for m in of_row if key in m.writes and m.op_id != but for parent in m.writes[key].parents}

    def check(self, place):
        """P6, P7, P9, P15: the tables say what the reference model makes of the log."""
        db = self.stores[place].writer()
        known = log.everything(db).modifications
        for m in known:
            self.made.setdefault(m.op_id, m)
        assert judged(db) == expected(known)

    def teardown(self):
        if not hasattr(self, "stores"):
            return
        try:
            self.everybody_ends_alike()
        finally:
            for store in self.stores:
                store.close()
            shutil.rmtree(self.folder)

    def everybody_ends_alike(self):
        self.relay()
        pictures = [picture(store.writer()) for store in self.stores]
        assert all(one == pictures[0] for one in pictures)  # P1, P4, P18
        assert not pictures[0]["awaited"]
        assert len({self.fingerprint(place) for place in range(len(NAMES))}) == 1
        assert rebuilt(self.stores[-1].writer()) == pictures[-1]
        known = {m.op_id: m for m in log.everything(self.stores[0].writer()).modifications}
        erased = {m.row for m in known.values() if ERASED in m.writes}
        assert known.keys() == self.made.keys()
        for op_id, m in self.made.items():  # P5
            if m.row not in erased:
                assert known[op_id].digest() == m.digest()
        lives = any(
            m.row not in erased and "last_name" in m.writes and m.writes["last_name"].value == SECRET
            for m in known.values()
        )
        if erased and not lives:
            assert not any(SECRET.encode() in store.path.read_bytes() for store in self.stores)  # P21
        self.resolve(0)
        self.relay()
        assert not any(self.contested(place) for place in range(len(NAMES)))  # P19

    def relay(self):
        """Everybody gets everything; Coord hears of the others only through their neighbours."""
        for _ in range(2):
            for place in range(len(NAMES)):
                self.give((place + 1) % len(NAMES), self.paper(place))

    # -- readings -------------------------------------------------------------------------------------------------

    def paper(self, place, profile=Profile.TEAM):
        store = self.stores[place]
        moment = store.now()
        with store.read() as connection:
            gathered = gather(
                connection, Wanted(profile, "", tuple(FIELDS), "TEST", moment.date()), advance=lambda share: None
            )
            lines = outgoing.load_log(connection, None) if profile is Profile.TEAM else None
        packed = blob.pack(gathered.base(values=True), gathered.labels, lines)
        scope = ScopeEntry(False, "", "", tuple(FIELDS))
        id = self.numbers.randbytes(16)
        header = Header(id, "TEST", store.replica().id, "", stamp_of(moment), profile.value, scope, ())
        return Paper(header, packed)

    @staticmethod
    def base(paper):
        payload = unpack(paper.packed)
        return Base(paper.header, payload.base, payload.labels)

    def fingerprint(self, place):
        with self.stores[place].read() as connection:
            return notebooks.fingerprint(connection)

    def resolve(self, place):
        store = self.stores[place]
        entities = dict(store.writer().execute("SELECT n, key FROM entity"))
        found = store.writer().execute("SELECT row, field, entity FROM contested").fetchall()
        with store.write("Trancher", kind="resolution", source="resolution") as write:
            for raw, key, entity in found:
                row = log.row_text(raw)
                if key == "_state":
                    write.restore(entities[entity], row)
                else:
                    heads = write.heads(row, key)
                    write.put(entities[entity], row, key, heads[max(heads)])

    def contested(self, place):
        return set(self.stores[place].writer().execute("SELECT row, field FROM contested"))

    def knows(self, place, row):
        query = "SELECT 1 FROM modif WHERE row = ?"
        return bool(self.stores[place].writer().execute(query, (log.row_bytes(row),)).fetchone())

    def is_open(self, place, write, row):
        return self.knows(place, row) and not write.is_deleted(row) and not write.heads(row, ERASED)


TestReplicas = Replicas.TestCase
TestReplicas.settings = settings(
    max_examples=1000 if DEEP else 8, stateful_step_count=40 if DEEP else 20, deadline=None
)
