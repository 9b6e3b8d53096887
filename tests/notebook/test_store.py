"""The two doors of a notebook file: who may write, who may only read, and that nothing else writes."""

import re
import sqlite3
import sys
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from app.errors import KnownError, NotebookBusy
from app.models.registry import metadata
from app.notebook import database, log
from app.notebook.materialise import materialise
from app.notebook.store import create_notebook, open_notebook
from tests.factories import WallClock, action, notebook, values
from tests.notebook.tables import picture, rebuilt

APP = Path(__file__).parent.parent.parent / "app"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "essai.carnet"


@pytest.fixture
def row(path):
    with notebook(path) as store, store.write("Créer") as write:
        return action(write, title="Jardin")


# -- who may write ------------------------------------------------------------------------------------------------


def test_second_writer_is_told_the_notebook_is_open_elsewhere(path, row):
    with open_notebook(path, now=WallClock()):
        with pytest.raises(NotebookBusy, match="déjà ouvert ailleurs") as refusal:
            open_notebook(path, now=WallClock())
        assert refusal.value.exit_code == 4
    open_notebook(path, now=WallClock()).close()


def test_reader_beside_the_writer_sees_each_gesture(path, row):
    with open_notebook(path, now=WallClock()) as store, open_notebook(path, read_only=True) as reader:
        with store.write("Modifier") as write:
            write.set("action", row, title="Potager")
        with reader.read() as connection:
            assert connection.exec_driver_sql("SELECT title FROM action").scalar() == "Potager"
        with pytest.raises(NotebookBusy, match="lecture seule"), reader.write("Modifier"):
            pass


def test_reading_connection_cannot_write(path, row):
    with open_notebook(path, now=WallClock()) as store:
        for statement in (
            "DELETE FROM action",
            "UPDATE meta SET value = 1",
            "CREATE TABLE t (x)",
            "PRAGMA user_version = 9",
        ):
            try:
                with store.read() as connection:
                    connection.exec_driver_sql(statement)
            except (KnownError, DBAPIError, sqlite3.Error):
                pass
        with store.read() as connection:
            assert connection.exec_driver_sql("SELECT count(*) FROM action").scalar() == 1
            assert connection.exec_driver_sql("PRAGMA user_version").scalar() == database.SCHEMA_VERSION
            assert connection.exec_driver_sql("PRAGMA query_only").scalar() == 1


def test_gesture_waits_for_no_reader(path, row):
    with open_notebook(path, now=WallClock()) as store, store.read() as connection:
        assert connection.exec_driver_sql("SELECT title FROM action").scalar() == "Jardin"
        with store.write("Modifier") as write:
            write.set("action", row, title="Potager")
        assert connection.exec_driver_sql("SELECT title FROM action").scalar() == "Potager"


def test_error_in_the_block_leaves_the_file_byte_for_byte(path, row):
    with open_notebook(path, now=WallClock()) as store:
        before = path.read_bytes()
        with pytest.raises(ZeroDivisionError), store.write("Modifier") as write:  # noqa: PT012
            write.set("action", row, title="Potager")
            1 / 0  # noqa: B018
        assert path.read_bytes() == before
        with store.write("Rien") as write:
            write.set("action", row, title="Jardin")
        assert path.read_bytes() == before


def test_error_while_tables_are_written_rolls_everything_back(path, row, monkeypatch):
    """The error falls at each statement in turn: before or after, never between."""
    with open_notebook(path, now=WallClock()) as store:
        before = picture(store.writer())
        batch = None
        with pytest.raises(ZeroDivisionError), store.write("Modifier") as write:  # noqa: PT012
            write.set("action", row, title="Potager", lead="Jeunesse")
            write.delete("action", action(write))
            batch = write.batch("Modifier", kind="edit", source="app")
            1 / 0  # noqa: B018
        for failing in range(1, 60):
            db = _FailsAt(store.writer(), failing)
            store.writer().execute("BEGIN IMMEDIATE")
            try:
                materialise(db, batch)
                done = True
            except _Cut:
                done = False
            store.writer().execute("ROLLBACK")
            assert picture(store.writer()) == before
            if done:
                break
        assert done
        store.apply(batch, "Importer", kind="import")
        assert values(store, "action", row)["title"] == "Potager"
        assert picture(store.writer()) == rebuilt(store.writer())


class _Cut(Exception):
    pass


class _FailsAt:
    """A connection that breaks at its n-th statement."""

    def __init__(self, db, left):
        self._db, self._left = db, left

    def __getattr__(self, name):
        def run(*given):
            self._left -= 1
            if not self._left:
                raise _Cut
            return getattr(self._db, name)(*given)

        return run


# -- what a file keeps --------------------------------------------------------------------------------------------


def test_notebook_is_the_same_after_a_restart(path, row):
    with open_notebook(path, now=WallClock()) as store:
        before, log_before = picture(store.writer()), log.everything(store.writer())
    with open_notebook(path, now=WallClock()) as store:
        assert picture(store.writer()) == before
        assert log.everything(store.writer()) == log_before


def test_other_machine_writes_under_another_name(path):
    with notebook(path, installation="un") as store:
        first = store.replica().id
    with open_notebook(path, installation="un", now=WallClock()) as store:
        assert store.replica().id == first
    with open_notebook(path, installation="deux", now=WallClock()) as store:
        assert store.replica().id != first


def test_own_clock_survives_an_old_file_and_a_restart_in_the_past(path, row):
    clock = WallClock()
    with open_notebook(path, now=clock) as store:
        old = log.everything(store.writer())
        clock.advance(days=400)
        with store.write("Modifier") as write:
            write.set("action", row, title="Potager")
        last = store.clock().last
        store.apply(old, "Importer", kind="import")
    clock.advance(days=-800)
    with open_notebook(path, now=clock) as store:
        assert store.clock().next() > last


def test_author_signs_from_now_on(path):
    with notebook(path, author="Est") as store:
        store.sign_as("Quartier Est")
        assert store.replica().label == "Quartier Est"


def test_label_of_a_replica_arrives_after_its_work(path, tmp_path):
    with notebook(path, author="Est") as ours, notebook(tmp_path / "b.carnet") as theirs:
        with ours.write("Créer") as write:
            action(write)
        whole = log.everything(ours.writer())
        theirs.apply(log.Batch((), whole.gestures, whole.modifications), "Importer", kind="import")
        relayed = log.everything(theirs.writer())
        with notebook(tmp_path / "c.carnet") as third:
            third.apply(relayed, "Importer", kind="import")
            third.apply(whole, "Importer", kind="import")
            labels = {one.id: one.label for one in log.everything(third.writer()).replicas}
            assert labels[ours.replica().id] == "Est"


def test_create_refuses_to_replace(path, row):
    before = path.read_bytes()
    with pytest.raises(KnownError, match="existe déjà"):
        create_notebook(path)
    assert path.read_bytes() == before


# -- one door -----------------------------------------------------------------------------------------------------

#: What may write tables: the one function, the search it keeps, and the files that make, carry or check a notebook.
WRITERS = {
    "notebook/materialise.py",
    "notebook/emptying.py",
    "notebook/search.py",
    "notebook/log.py",
    "notebook/blobs.py",
    "notebook/database.py",
    "notebook/exports.py",
    "notebook/importing.py",
    "notebook/store.py",
    "notebook/verify.py",
    "notebook/backup.py",
    "notebook/upgrade.py",
}
#: Of those, the ones that may name a business table in a writing statement.
BUSINESS_WRITERS = {"notebook/materialise.py", "notebook/emptying.py"}

_WRITES = re.compile(r"\b(INSERT\s+(OR\s+\w+\s+)?INTO|REPLACE\s+INTO|DELETE\s+FROM|UPDATE\s+(OR\s+\w+\s+)?)\s*(\S+)")
_ORM_WRITES = re.compile(
    r"\bfrom sqlalchemy(\.\w+)* import [^\n]*\b(insert|update|delete|Session)\b|\.table\.(insert|update|delete)\("
)
#: Tables of the log, of the search and of this laptop: no business in them.
OWN_TABLES = {"meta", "replica", "gesture", "modif", "modif_field", "entity", "head", "contested", "awaited"}
OWN_TABLES |= {"search", "search_row", "export_base", "import_record", "refusal", "attachment_blob", "SET"}


def test_no_other_statement_writes_a_table():
    """Names that are not known (`{…}`) count as business tables."""
    assert _WRITES.search('db.execute(f"DELETE FROM {table}")')
    faults = []
    for path in sorted(APP.rglob("*.py")):
        name = path.relative_to(APP).as_posix()
        text = path.read_text(encoding="utf-8")
        if "migrations/" in name:
            continue
        for found in _WRITES.finditer(text):
            table = found[4].strip("\"'()`.,")
            own = table in OWN_TABLES
            if name not in WRITERS or not (own or name in BUSINESS_WRITERS | {"notebook/verify.py"}):
                faults.append(f"{name}: {found[0]}")
        faults += [f"{name}: {found[0]}" for found in _ORM_WRITES.finditer(text)]
    assert faults == []


def test_schema_has_no_trigger_and_no_constraint(path, row):
    with open_notebook(path, now=WallClock()) as store:
        db = store.writer()
        assert db.execute("SELECT name FROM sqlite_master WHERE type IN ('trigger', 'view')").fetchall() == []
        for table in metadata.tables:
            for _, name, _, required, default, key in db.execute(f'PRAGMA table_info("{table}")'):
                assert key or (not required and default is None), (table, name)


def test_a_second_writing_door_is_closed_while_a_gesture_is_written(tmp_path):
    with notebook(tmp_path / "est.carnet") as store, store.write("Créer") as write:
        action(write, title="Jardin")
        for gesture in (
            lambda: store.apply(log.everything(store.writer()), "Importer", kind="import"),
            lambda: store.set_meta("district", "x"),
            lambda: store.sign_as("Autre"),
        ):
            with pytest.raises(NotebookBusy):
                gesture()


def test_a_listener_that_fails_leaves_the_gesture_done_and_the_others_told(tmp_path, monkeypatch):
    told, caught = [], []
    monkeypatch.setattr(sys, "excepthook", lambda kind, fault, trace: caught.append(kind))

    def failing(changes):
        raise RuntimeError("listener")

    with notebook(tmp_path / "est.carnet") as store:
        store.on_commit(failing)
        store.on_commit(told.append)
        with store.write("Créer") as write:
            row = action(write, title="Jardin")
        assert values(store, "action", row)["title"] == "Jardin"

    assert caught == [RuntimeError]
    assert len(told) == 1


def test_what_fails_in_the_block_is_not_blamed_on_the_notebook(tmp_path):
    def read_what_is_not_there(store):
        with store.write("Créer") as write:
            action(write, title="Jardin")
            (tmp_path / "absent").read_bytes()

    with notebook(tmp_path / "est.carnet") as store, pytest.raises(FileNotFoundError):
        read_what_is_not_there(store)


def test_a_copy_beside_its_original_takes_a_replica_and_a_moved_file_keeps_its_own(tmp_path):
    here, copy, moved = (tmp_path / f"{name}.carnet" for name in ("est", "copie", "ailleurs"))
    with notebook(here) as store:
        own = store.replica().id
    copy.write_bytes(here.read_bytes())
    with open_notebook(copy) as store:
        assert store.replica().id != own
    here.rename(moved)
    with open_notebook(moved) as store:
        assert store.replica().id == own
