"""D80, P15: killed at any step, or with no room left, an import (or an erasure) leaves the old state or the new one.

Real processes, killed by SIGKILL at numbered steps and in the middle of writes; real disks without room.
`make faults` tries every step.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app.errors import PlaceFails
from app.notebook import backup
from app.notebook.verify import verify
from app.services import imports
from tests.exchange.laptops import TEAM, edit, kinds, laptop
from tests.rights import small_disk, without_right_to_write

ROOT = Path(__file__).parents[2]
HOW_MANY = os.environ.get("CARNET_KILLS", "12")

posix = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="processes and disks of Linux")


@pytest.fixture
def start(tmp_path, carnet_home):
    """A notebook with a copy of the day, and a workbook that brings edits, creations and a colleague's log."""
    with laptop(tmp_path, "depart") as a, laptop(tmp_path, "b") as b:
        rows = [a.add(title=f"Action {number}", description="Texte " * 30) for number in range(30)]
        person = a.add("contact", last_name="Zwingelstein", phone="06 12 34 56 78")
        a.set(rows[5], description="Vu Mme Zwingelstein hier")
        a.set(rows[5], description="Mme Zwingelstein rappellera")
        b.receive(a)
        for row in rows[::2]:
            b.set(row, title="Chez B", description="Autre texte " * 60)
        for number in range(20):
            b.add(title=f"Nouvelle {number}", description="Texte " * 60)
        b.delete(rows[1])
        a.set(rows[0], title="Chez A")
        book = edit(b.export(TEAM), "action", rows[3], description="À la main")
        backup.save_daily(a.store.path, now=a.clock)
    shutil.copy(book, tmp_path / "classeur.xlsx")
    (tmp_path / "row").write_text(person)
    shutil.copytree(carnet_home, tmp_path / "home-depart")
    # The copies kept of a notebook go by its identity, not by the name of its file.
    return tmp_path


@posix
@pytest.mark.parametrize("job", ["import", "erasure"])
def test_d80_killed_at_any_step_the_notebook_is_old_or_new(start, job):
    done = subprocess.run(
        [sys.executable, "-m", "tests.exchange.killing", str(start), job, HOW_MANY],
        cwd=ROOT, capture_output=True, text=True, timeout=3000, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    counts = json.loads(done.stdout.splitlines()[-1])
    print(job, counts)
    assert counts["steps"] > 20
    assert counts["old"]
    assert counts["new"]
    assert counts["mid_write"]


@posix
def test_d80_a_disk_full_during_the_restore_point_stops_everything(tmp_path, monkeypatch):
    with laptop(tmp_path, "a") as a, small_disk(tmp_path / "petit", 300) as disk:
        row = a.add(title="Repair café", description="Texte " * 20_000)
        book = edit(a.export(), "action", row, title="Autre")
        plan = a.preview(book)
        before = a.state
        monkeypatch.setenv("CARNET_HOME", str(disk))

        with pytest.raises(PlaceFails) as refusal:
            a.take(plan)

        assert "plein" in str(refusal.value)
        assert a.state == before
        assert imports.journal(a.store) == []
        assert not [path for path in disk.rglob("*") if path.is_file()]
        monkeypatch.setenv("CARNET_HOME", str(tmp_path / "ailleurs"))
        a.take(a.preview(book))
        assert a.of(row)["title"] == "Autre"


@posix
def test_d80_a_disk_full_during_the_commit_leaves_the_old_state(tmp_path):
    with laptop(tmp_path, "b") as b, small_disk(tmp_path / "petit", 1600) as disk:
        with laptop(disk, "a") as a:
            row = a.add(title="Repair café")
            b.receive(a)
            for number in range(200):
                b.add(title=f"Action {number}", description=f"{number} texte " * 900)
            b.set(row, title="Chez B")
            book = b.export(TEAM)
            plan = a.preview(book)
            before = a.state

            with pytest.raises(PlaceFails) as refusal:
                a.take(plan)

            assert "plein" in str(refusal.value)
            assert a.state == before
            assert imports.journal(a.store) == []
            assert verify(a.store.path).faults == ()
            a.set(row, title="Toujours vivant")
        shutil.copy(disk / "a.carnet", tmp_path / "c.carnet")


@posix
def test_a_limit_on_the_size_of_files_is_said_and_changes_nothing(tmp_path):
    """Some disks refuse a file that grows before they are full."""
    import resource

    with laptop(tmp_path, "a") as a:
        row = a.add(title="Repair café")
        book = edit(a.export(), "action", row, description="Texte " * 3000)
        plan = a.preview(book)
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (8192, hard))
        try:
            with pytest.raises(PlaceFails):
                a.take(plan)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert a.of(row)["description"] is None
        a.take(a.preview(book))
        assert a.of(row)["description"]


@posix
def test_an_import_in_a_folder_that_may_not_be_written_is_refused_and_changes_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("CARNET_HOME", str(tmp_path / "home"))
    with laptop(tmp_path, "a") as a:
        row = a.add(title="Repair café")
        book = edit(a.export(), "action", row, title="Autre")
        plan = a.preview(book)
        before = a.store.path.read_bytes()
        with without_right_to_write(tmp_path), pytest.raises(PlaceFails):
            a.take(plan)
        assert a.store.path.read_bytes() == before
        assert kinds(a.preview(book)) == {"updated": 1}
