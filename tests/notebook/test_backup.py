"""Copies that can be trusted, and what becomes of them."""

import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest

from app.errors import KnownError, NotANotebook
from app.notebook import backup
from app.notebook.store import open_notebook
from app.notebook.verify import verify
from tests.factories import WallClock, action, notebook


@pytest.fixture
def clock():
    return WallClock()


@pytest.fixture
def path(tmp_path, clock):
    place = tmp_path / "est.carnet"
    with notebook(place, clock=clock) as store, store.write("Créer") as write:
        action(write, title="Repair café")
    return place


def test_a_copy_made_while_the_notebook_is_open_is_whole(path, clock, tmp_path):
    with open_notebook(path, now=clock):
        made = backup.save(path, tmp_path / "copie.carnet")

    assert verify(made).faults == ()


def test_a_damaged_notebook_is_not_copied_over_a_good_copy(path, tmp_path):
    good = backup.save(path, tmp_path / "copie.carnet")
    before = good.read_bytes()
    damaged = bytearray(path.read_bytes())
    damaged[9000:40000] = b"\xff" * 31000
    path.write_bytes(bytes(damaged))

    with pytest.raises(KnownError, match="endommagé"):
        backup.save(path, good)

    assert good.read_bytes() == before


def test_one_copy_a_day(path, clock):
    assert backup.save_daily(path, now=clock) is not None
    assert backup.save_daily(path, now=clock) is None
    clock.advance(days=1)
    assert backup.save_daily(path, now=clock) is not None

    assert len(backup.copies(path)) == 2


def test_ten_last_copies_are_kept_and_one_a_month_for_a_year(path, clock):
    for _ in range(100):
        backup.save_daily(path, now=clock)
        clock.advance(days=4)

    kept = backup.copies(path)
    months = {copy.name.split("_")[2][:7] for copy in kept[backup.LAST_KEPT :]}
    assert len(kept) <= backup.LAST_KEPT + backup.MONTHS_KEPT + 1
    assert len(months) == len(kept) - backup.LAST_KEPT
    assert len(months) >= 11


def test_two_notebooks_of_one_name_keep_their_own_copies(tmp_path, clock):
    places = []
    for folder in ("ici", "ailleurs"):
        (tmp_path / folder).mkdir()
        place = tmp_path / folder / "est.carnet"
        notebook(place, clock=clock).close()
        places.append(place)

    made = [backup.save_daily(place, now=clock) for place in places]

    assert None not in made
    assert [backup.copies(place) for place in places] == [[copy] for copy in made]


def test_the_copies_of_a_notebook_too_damaged_to_open_are_found_by_its_name(path, clock):
    made = backup.save_daily(path, now=clock)
    path.write_bytes(b"")

    assert backup.copies(path) == [made]
    assert backup.forget_old(path, now=clock) == []


def test_restoring_gives_the_old_state_and_keeps_the_other_aside(path, clock, tmp_path):
    copy = backup.save(path, tmp_path / "copie.carnet")
    with open_notebook(path, now=clock) as store:
        before = store.replica().id
        with store.write("Ajouter") as write:
            later = action(write, title="Après")

    kept = backup.restore(copy, path, now=clock)

    with open_notebook(path, now=clock) as store, store.read() as connection:
        titles = list(connection.exec_driver_sql("SELECT title FROM action").scalars())
        assert store.replica().id != before
    assert titles == ["Repair café"]
    with open_notebook(kept, now=clock, read_only=True) as store, store.read() as connection:
        assert connection.exec_driver_sql("SELECT title FROM action WHERE id = ?", (later,)).scalar() == "Après"


def test_a_file_that_is_no_notebook_is_not_restored(path, clock, tmp_path):
    foreign = tmp_path / "autre.db"
    with closing(sqlite3.connect(foreign)) as db:
        db.execute("CREATE TABLE t (x)")
    before = path.read_bytes()

    with pytest.raises(NotANotebook):
        backup.restore(foreign, path, now=clock)

    assert path.read_bytes() == before
    assert backup.copies(path) == []


def test_a_copy_never_takes_the_place_of_its_notebook(path):
    with pytest.raises(KnownError):
        backup.save(path, path)


def test_months_are_counted_from_the_present(path, clock):
    backup.save_daily(path, now=clock)
    clock.advance(days=500)

    backup.save_daily(path, now=clock)

    assert len(backup.copies(path)) == 2  # among the ten last, however old
    assert timedelta(days=31 * backup.MONTHS_KEPT) < timedelta(days=500)
