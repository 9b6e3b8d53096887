"""Files that are not notebooks, places that fail, power cuts: a French sentence, and nothing changed."""

import os
import signal
import sqlite3
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import KnownError, NotANotebook, NotebookBusy, PlaceFails, TooNew
from app.notebook import database, files
from app.notebook.store import create_notebook, open_notebook
from tests.factories import WallClock, action, notebook, values
from tests.notebook.tables import picture, rebuilt
from tests.rights import without_right_to_write


@pytest.fixture
def path(tmp_path):
    return tmp_path / "essai.carnet"


@pytest.fixture
def row(path):
    with notebook(path) as store, store.write("Créer") as write:
        return action(write, title="Jardin")


def is_french(error: KnownError) -> bool:
    return error.message.endswith(".") and error.advice.endswith(".") and "'" not in str(error)


# -- what is not a notebook ---------------------------------------------------------------------------------------


def _foreign_database(path):
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE t (x)")
    db.close()


NOT_NOTEBOOKS = {
    "empty": (lambda path: path.write_bytes(b""), "est vide"),
    "text": (lambda path: path.write_text("Bonjour, " * 50, encoding="utf-8"), "n’est pas un carnet"),
    "short": (lambda path: path.write_bytes(b"SQLite format 3\x00"), "n’est pas un carnet"),
    "zip": (lambda path: path.write_bytes(b"PK\x03\x04" + bytes(200)), "n’est pas un carnet"),
    "folder": (lambda path: path.mkdir(), "est un dossier"),
    "absent": (lambda path: None, "introuvable"),
    "foreign": (_foreign_database, "mais pas un carnet"),
}


@pytest.mark.parametrize(("make", "said"), NOT_NOTEBOOKS.values(), ids=NOT_NOTEBOOKS)
@pytest.mark.parametrize("read_only", [False, True])
def test_what_is_not_a_notebook_is_said_and_left(tmp_path, make, said, read_only):
    path = tmp_path / "autre.carnet"
    make(path)
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(NotANotebook, match=said) as refusal:
        open_notebook(path, read_only=read_only)
    assert is_french(refusal.value)
    assert refusal.value.exit_code == 1
    assert (path.read_bytes() if path.is_file() else None) == before
    assert {file.name for file in tmp_path.iterdir()} <= {"autre.carnet"}


def test_newer_schema_is_refused_untouched(path, row):
    with path.open("rb+") as file:
        file.seek(60)
        file.write(struct.pack(">I", database.SCHEMA_VERSION + 1))
    before = path.read_bytes()
    for read_only in (False, True):
        with pytest.raises(TooNew, match="plus récente") as refusal:
            open_notebook(path, read_only=read_only)
        assert is_french(refusal.value)
    assert path.read_bytes() == before


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    path = tmp_path_factory.mktemp("sain") / "sain.carnet"
    with notebook(path) as store, store.write("Créer") as write:
        for n in range(40):
            action(write, title=f"Action {n}", description="Texte de l’action. " * 40)
    return path.read_bytes()


@settings(max_examples=40)
@given(
    patches=st.lists(st.tuples(st.integers(0, 2**24), st.binary(min_size=64, max_size=64)), min_size=1, max_size=8),
    cut=st.none() | st.integers(1, 2**24),
)
def test_damaged_pages_raise_known_errors_only(sound, patches, cut):
    damaged = bytearray(sound)
    for place, noise in patches:
        start = place % (len(sound) - 64)
        damaged[start : start + 64] = noise
    if cut is not None:
        damaged = damaged[: 1 + cut % len(damaged)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "abime.carnet"
        path.write_bytes(bytes(damaged))
        for read_only in (True, False):
            try:
                with open_notebook(path, read_only=read_only, now=WallClock()) as store:
                    with store.read() as connection:
                        connection.exec_driver_sql("SELECT * FROM action ORDER BY title").fetchall()
                    if not read_only:
                        with store.write("Créer") as write:
                            action(write)
            except KnownError as error:
                assert is_french(error), error  # noqa: PT017
            except sqlite3.OperationalError as error:
                assert "decode" in str(error), error  # noqa: PT017  (see the test below)


def test_text_that_is_no_longer_text_is_said(path, row):
    path.write_bytes(path.read_bytes().replace(b"Jardin", b"Jar\xff\xfe\xfd"))
    with (
        open_notebook(path, read_only=True) as store,
        pytest.raises(NotANotebook, match="endommagé"),
        store.read() as connection,
    ):
        connection.exec_driver_sql("SELECT title FROM action").fetchall()


# -- places that fail ---------------------------------------------------------------------------------------------


@pytest.mark.skipif(os.name != "posix", reason="rights of POSIX")
def test_read_only_folder_is_said_and_can_still_be_read(tmp_path):
    path = tmp_path / "essai.carnet"
    with notebook(path) as store, store.write("Créer") as write:
        action(write, title="Jardin")
    path.chmod(0o444)
    (tmp_path / ".essai.carnet.lock").unlink(missing_ok=True)
    before = path.read_bytes()
    with without_right_to_write(tmp_path):
        with pytest.raises(PlaceFails) as refusal:
            open_notebook(path, now=WallClock())
        assert is_french(refusal.value)
        with pytest.raises(PlaceFails) as refusal:
            create_notebook(tmp_path / "nouveau.carnet", now=WallClock())
        assert is_french(refusal.value)
        with open_notebook(path, read_only=True) as store, store.read() as connection:
            assert connection.exec_driver_sql("SELECT title FROM action").scalar() == "Jardin"
    assert path.read_bytes() == before
    assert {file.name for file in tmp_path.iterdir()} == {"essai.carnet"}


def test_full_disk_leaves_the_notebook_as_it_was(path, row):
    with open_notebook(path, now=WallClock()) as store:
        before = picture(store.writer())
        pages = store.writer().execute("PRAGMA page_count").fetchone()[0]
        store.writer().execute(f"PRAGMA max_page_count = {pages + 2}")
        with pytest.raises(PlaceFails, match="disque est plein") as refusal, store.write("Importer") as write:  # noqa: PT012
            for n in range(200):
                action(write, title=f"Action {n}", description="Texte. " * 100)
        assert is_french(refusal.value)
        assert picture(store.writer()) == before
        store.writer().execute("PRAGMA max_page_count = 1000000")
        with store.write("Modifier") as write:
            write.set("action", row, title="Potager")
        assert values(store, "action", row)["title"] == "Potager"
        assert picture(store.writer()) == rebuilt(store.writer())


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a small disk of Linux")
def test_full_disk_for_real(tmp_path):
    disk = tmp_path / "petit"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", disk], check=False, capture_output=True)
    if mounted.returncode:
        pytest.skip("no right to mount a small disk")
    try:
        path = disk / "essai.carnet"
        with notebook(path) as store:
            with store.write("Créer") as write:
                row = action(write, title="Jardin")
            before = picture(store.writer())
            with pytest.raises(PlaceFails) as refusal, store.write("Importer") as write:  # noqa: PT012
                for n in range(600):
                    action(write, title=f"Action {n}", description="Texte. " * 800)
            assert is_french(refusal.value)
            assert picture(store.writer()) == before
            with store.write("Modifier") as write:
                write.set("action", row, title="Potager")
        (disk / "bouchon").write_bytes(bytes(os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize))
        with pytest.raises(PlaceFails) as refusal:
            create_notebook(disk / "nouveau.carnet", now=WallClock())
        assert is_french(refusal.value)
        assert {file.name for file in disk.iterdir()} == {"essai.carnet", ".essai.carnet.lock", "bouchon"}
        with open_notebook(path, now=WallClock()) as store:
            assert values(store, "action", row)["title"] == "Potager"
    finally:
        subprocess.run(["umount", disk], check=True)


def test_interrupted_creation_leaves_nothing(path, monkeypatch):
    def cut(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(database, "create_schema", cut)
    with pytest.raises(KeyboardInterrupt):
        create_notebook(path)
    assert list(path.parent.iterdir()) == []
    monkeypatch.undo()
    monkeypatch.setattr(files.os, "fsync", lambda handle: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(PlaceFails) as refusal:
        create_notebook(path)
    assert list(path.parent.iterdir()) == []
    assert "No space" not in str(refusal.value) or is_french(refusal.value)


def test_file_taken_by_another_program_is_said(path, row):
    with open_notebook(path, now=WallClock()) as store:
        store.writer().execute("PRAGMA busy_timeout = 50")
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(NotebookBusy, match="occupé") as refusal, store.write("Modifier") as write:
            write.set("action", row, title="Potager")
        assert refusal.value.exit_code == 4
        other.close()
        with store.write("Modifier") as write:
            write.set("action", row, title="Potager")


# -- power cuts ---------------------------------------------------------------------------------------------------

_CUT = """
import os, signal, sys
from app.notebook import search, materialise
from app.notebook.store import open_notebook
from pathlib import Path
from tests.factories import action

store = open_notebook(Path(sys.argv[1]))
store.writer().execute("PRAGMA cache_size = 5")  # pages reach the file before the commit
left = int(sys.argv[2])
index = search.index

def cut(*given):
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    index(*given)

search.index = cut
with store.write("Importer") as write:
    for row in [r for (r,) in store.writer().execute("SELECT id FROM action")]:
        write.set("action", row, title="Après")
    for n in range(300):
        action(write, title=f"Action {n}", description="Texte. " * 50)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
@pytest.mark.parametrize("moment", [0, 9], ids=["before the commit", "after the commit"])
@pytest.mark.parametrize("read_only", [True, False], ids=["reader first", "writer first"])
def test_power_cut_leaves_the_old_state_or_the_new(path, row, moment, read_only):
    ended = subprocess.run(
        [sys.executable, "-c", _CUT, path, str(moment)], check=False, cwd=Path(__file__).parent.parent.parent
    )
    assert ended.returncode == -signal.SIGKILL
    if read_only:
        with open_notebook(path, read_only=True) as store, store.read() as connection:
            titles = connection.exec_driver_sql("SELECT count(*), max(title) FROM action").one()
            assert tuple(titles) == ((301, "Après") if moment else (1, "Jardin"))
    with open_notebook(path, now=WallClock()) as store:
        assert values(store, "action", row)["title"] == ("Après" if moment else "Jardin")
        assert store.writer().execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert picture(store.writer()) == rebuilt(store.writer())
