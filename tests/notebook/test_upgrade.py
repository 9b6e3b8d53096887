"""Every notebook ever written opens: whole and checked, or left as it was."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

from app.errors import KnownError, TooNew
from app.models.declare import integer
from app.models.registry import ENTITIES
from app.notebook import backup, database, upgrade
from app.notebook.log import row_bytes
from app.notebook.store import open_notebook
from app.notebook.verify import verify
from tests.factories import WallClock, action, notebook, values

OLD = Path(__file__).parents[1] / "old"
NEXT = database.SCHEMA_VERSION + 1
MADE_UP = f'''
"""A made-up revision, one ahead of the last: the number of participants of an action."""

import sqlalchemy as sa
from alembic import op

revision = "{NEXT:04d}"
down_revision = "{database.SCHEMA_VERSION:04d}"


def upgrade() -> None:
    op.add_column("action", sa.Column("participants", sa.Integer))
'''


def schema(db: sqlite3.Connection) -> dict[str, str]:
    """name → SQL of every table and index, white space aside; columns in any order."""
    rows = db.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
    return {name: "".join(sql.split()) for name, sql in rows}


@pytest.fixture
def newer_application(tmp_path_factory, monkeypatch):
    """An application one revision ahead: actions have participants."""
    revisions = tmp_path_factory.mktemp("revisions")
    shutil.copytree(upgrade.REVISIONS / "versions", revisions / "versions")
    (revisions / "versions" / f"{NEXT:04d}_participants.py").write_text(MADE_UP, encoding="utf-8")
    monkeypatch.setattr(database, "SCHEMA_VERSION", NEXT)
    monkeypatch.setattr(upgrade.upgrade, "__kwdefaults__", {"revisions": revisions})
    fields = dict(ENTITIES["action"].fields)
    object.__setattr__(ENTITIES["action"], "fields", fields | {"participants": integer("participants", "Participants")})
    yield
    object.__setattr__(ENTITIES["action"], "fields", fields)


def test_revisions_make_the_schema_that_models_declare():
    with (
        closing(sqlite3.connect(":memory:", isolation_level=None)) as migrated,
        closing(sqlite3.connect(":memory:", isolation_level=None)) as declared,
    ):
        upgrade.run(migrated, upgrade.pending(0))
        database.create_schema(declared)

        assert schema(migrated) == schema(declared)
        assert migrated.execute("PRAGMA user_version").fetchone() == (database.SCHEMA_VERSION,)


def test_revisions_have_one_head_and_its_number_is_the_schema():
    heads = ScriptDirectory(str(upgrade.REVISIONS)).get_heads()

    assert [int(head) for head in heads] == [database.SCHEMA_VERSION]


@pytest.mark.parametrize("old", sorted(OLD.glob("*.carnet")), ids=lambda path: path.stem)
def test_a_notebook_of_each_version_opens_and_is_sound(old, tmp_path):
    path = tmp_path / old.name
    shutil.copy(old, path)

    with open_notebook(path, now=WallClock()) as store, store.read() as connection:
        titles = list(connection.exec_driver_sql("SELECT title FROM action ORDER BY title").scalars())

    assert titles == ["Atelier vélo", "Médiation santé"]
    report = verify(path)
    assert report.faults == ()
    assert report.modifications > 0


def test_an_older_notebook_gains_the_new_column_and_what_a_newer_version_had_written(tmp_path, newer_application):
    path = tmp_path / "ancien.carnet"
    shutil.copy(OLD / "schema-1.carnet", path)
    with closing(sqlite3.connect(path)) as db:
        row, op_id = db.execute(
            "SELECT m.row, m.op_id FROM modif m JOIN modif_field f USING (op_id) WHERE f.value = 'Atelier vélo'"
        ).fetchone()
        # What a colleague on a newer version sent: kept in the log, not shown yet.
        db.execute("INSERT INTO modif_field (op_id, field, value) VALUES (?, 'participants', 42)", (op_id,))
        db.execute("UPDATE modif SET digest = NULL WHERE op_id = ?", (op_id,))
        db.commit()

    with open_notebook(path, now=WallClock()) as store, store.read() as connection:
        found = connection.exec_driver_sql(
            "SELECT title, participants FROM action WHERE participants IS NOT NULL"
        ).all()

    assert found == [("Atelier vélo", 42)]
    assert row is not None


def test_an_upgrade_keeps_the_bytes_of_attachments(tmp_path, newer_application):
    path = tmp_path / "ancien.carnet"
    shutil.copy(OLD / "schema-2.carnet", path)

    with open_notebook(path, now=WallClock()) as store, store.read() as connection:
        found = connection.exec_driver_sql(
            "SELECT a.name, b.bytes FROM attachment a JOIN attachment_blob b USING (sha256) WHERE a.deleted = 0"
        ).all()

    assert found == [("Note.txt", b"Note")]
    assert verify(path).faults == ()


def test_a_verified_copy_is_kept_before_an_upgrade(tmp_path, newer_application):
    path = tmp_path / "ancien.carnet"
    shutil.copy(OLD / "schema-1.carnet", path)
    before = path.read_bytes()

    open_notebook(path, now=WallClock()).close()

    kept = backup.copies(path)
    assert len(kept) == 1
    assert f"avant-version-{NEXT}" in kept[0].name
    with closing(sqlite3.connect(kept[0])) as copy, closing(sqlite3.connect(":memory:")) as original:
        original.deserialize(before)
        assert list(copy.iterdump()) == list(original.iterdump())


def test_an_upgrade_that_fails_leaves_the_old_file(tmp_path, newer_application, monkeypatch):
    path = tmp_path / "ancien.carnet"
    shutil.copy(OLD / "schema-1.carnet", path)
    before = path.read_bytes()

    def fail(db):
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(upgrade, "rebuild", fail)
    with pytest.raises((KnownError, sqlite3.OperationalError)):
        open_notebook(path, now=WallClock())

    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir() if file.suffix == ".tmp"] == []


def test_alembic_is_not_loaded_when_nothing_is_to_upgrade(tmp_path):
    import subprocess
    import sys

    path = tmp_path / "present.carnet"
    notebook(path).close()
    code = (
        "import sys, pathlib; from app.notebook.store import open_notebook;"
        "open_notebook(pathlib.Path(sys.argv[1])).close(); print('alembic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False"


def test_a_notebook_of_a_later_version_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "futur.carnet"
    with notebook(path) as store, store.write("Créer") as write:
        row = action(write, title="Demain")
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA user_version = {database.SCHEMA_VERSION + 1}")
    before = path.read_bytes()

    with pytest.raises(TooNew, match="plus récente"):
        open_notebook(path)

    assert path.read_bytes() == before
    assert row_bytes(row)


def test_an_upgraded_notebook_is_written_like_any_other(tmp_path, newer_application):
    path = tmp_path / "ancien.carnet"
    shutil.copy(OLD / "schema-1.carnet", path)

    with open_notebook(path, now=WallClock()) as store:
        with store.write("Créer") as write:
            row = action(write, title="Après")
        assert values(store, "action", row)["title"] == "Après"

    assert verify(path).faults == ()
