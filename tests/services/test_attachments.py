"""Files joined to records: listed, opened, taken back, thrown away with their record, kept once."""

import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from app.errors import BadValue, PlaceFails, UnknownRecord
from app.notebook import backup, undo
from app.notebook.log import Batch, Gesture
from app.notebook.merge import ERASED, Modification, Write
from app.notebook.store import open_notebook
from app.notebook.verify import verify
from app.services import attachments, records
from app.services.attachments import StayedElsewhere, attach, fetch, of_record, read_bytes
from app.services.joined_files import NotJoined
from tests.factories import WallClock, action, contact, notebook


@pytest.fixture
def store(tmp_path):
    with notebook(tmp_path / "a.carnet", author="Nord") as made:
        yield made


@pytest.fixture
def row(store):
    with store.write("Créer") as write:
        return action(write, title="Repair café")


@pytest.fixture
def note(tmp_path) -> Path:
    path = tmp_path / "Note.txt"
    path.write_text("Deux samedis par mois.", encoding="utf-8")
    return path


def listed(store, row, entity="action", **options):
    with store.read() as connection:
        return of_record(connection, entity, row, **options)


def blobs(store) -> int:
    return store.writer().execute("SELECT count(*) FROM attachment_blob").fetchone()[0]


def test_a_file_is_joined_and_read_back(store, row, note):
    id = attach(store, "action", row, note, note="À relire")

    (found,) = listed(store, row)
    assert (found.id, found.name, found.media_type, found.size) == (id, "Note.txt", "text/plain", 22)
    assert (found.added_on.isoformat(), found.note, found.whose) == ("2026-03-02", "À relire", "Nord")
    assert found.is_here
    assert found.where_words == ""
    with store.read() as connection:
        assert read_bytes(connection, found) == note.read_bytes()


def test_the_latest_file_comes_first_and_each_record_has_its_own(store, row, note, tmp_path):
    with store.write("Créer") as write:
        other = action(write, title="Jardin")
    attach(store, "action", row, note)
    later = note.with_name("Ensuite.txt")
    later.write_text("autre")
    attach(store, "action", row, later)
    attach(store, "action", other, note)

    assert [one.name for one in listed(store, row)] == ["Ensuite.txt", "Note.txt"]
    assert [one.name for one in listed(store, other)] == ["Note.txt"]


def test_bytes_joined_twice_are_kept_once(store, row, note):
    with store.write("Créer") as write:
        person = contact(write)
    attach(store, "action", row, note)
    attach(store, "contact", person, note)

    assert blobs(store) == 1


def test_a_file_already_there_is_not_joined_again_under_any_name(store, row, note):
    attach(store, "action", row, note)
    again = note.with_name("Copie.txt")
    again.write_bytes(note.read_bytes())

    with pytest.raises(BadValue, match=r"déjà joint à cette fiche, sous le nom «\s*Note\.txt"):
        attach(store, "action", row, again)
    assert len(listed(store, row)) == 1


def test_what_is_refused_leaves_nothing(store, row, tmp_path):
    bad = tmp_path / "virus.exe"
    bad.write_bytes(b"MZ")
    with pytest.raises(NotJoined):
        attach(store, "action", row, bad)

    assert listed(store, row) == []
    assert blobs(store) == 0


def test_nothing_is_joined_to_a_record_that_is_in_the_bin_or_unknown(store, row, note):
    records.delete(store, "action", [row])

    with pytest.raises(BadValue, match="dans la corbeille"):
        attach(store, "action", row, note)
    with pytest.raises(UnknownRecord):
        attach(store, "action", "00000000-0000-4000-8000-000000000000", note)
    records.restore(store, "action", [row])
    id = attach(store, "action", row, note)
    with pytest.raises(BadValue, match="n’en porte pas"):
        attach(store, "attachment", id, note)


def test_joining_is_undone_and_done_again_with_its_bytes(store, row, note):
    attach(store, "action", row, note)

    undo.undo(store)
    assert listed(store, row) == []
    assert blobs(store) == 1
    undo.redo(store)

    (found,) = listed(store, row)
    with store.read() as connection:
        assert read_bytes(connection, found) == note.read_bytes()


def test_a_file_goes_to_the_bin_and_comes_back(store, row, note):
    id = attach(store, "action", row, note)

    records.delete(store, "attachment", [id])
    assert listed(store, row) == []
    assert [one.id for one in listed(store, row, deleted=True)] == [id]
    records.restore(store, "attachment", [id])

    assert listed(store, row)[0].is_here


def test_files_follow_their_record_to_the_bin_and_back(store, row, note):
    id = attach(store, "action", row, note)

    changes = records.delete(store, "action", [row])
    assert changes.of("attachment") == {id}
    assert listed(store, row) == []
    records.restore(store, "action", [row])

    assert [one.id for one in listed(store, row)] == [id]


def test_a_copy_of_a_record_has_no_files(store, row, note):
    attach(store, "action", row, note)

    copy = records.duplicate(store, "action", row)

    assert listed(store, copy) == []


def test_a_copy_to_open_is_apart_has_the_safe_name_and_cannot_be_written(store, row, note, tmp_path):
    id = attach(store, "action", row, note)

    path = attachments.save_temporary_copy(store, id, tmp_path / "copies")

    assert path.name == "Note.txt"
    assert path.read_bytes() == note.read_bytes()
    assert not path.stat().st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH)
    assert attachments.save_temporary_copy(store, id, tmp_path / "copies") == path


def test_a_row_received_with_a_dangerous_name_is_never_opened(store, row, note, tmp_path):
    id = attach(store, "action", row, note)
    with store.write("Reçu") as write:
        write.put("attachment", id, "name", "..\\..\\Facture.pdf.exe")

    with pytest.raises(BadValue, match=r"Un fichier \.exe ne s’ouvre pas"):
        attachments.save_temporary_copy(store, id, tmp_path)
    assert listed(store, row)[0].name == "Facture.pdf.exe"


def test_a_file_is_saved_under_a_name_or_in_a_folder_without_taking_a_place(store, row, note, tmp_path):
    id = attach(store, "action", row, note)
    folder = tmp_path / "sortie"
    folder.mkdir()

    places = [attachments.save_as(store, id, target) for target in (folder, folder, folder / "Autre.txt")]

    assert [place.name for place in places] == ["Note.txt", "Note (2).txt", "Autre.txt"]
    assert {place.read_bytes() for place in places} == {note.read_bytes()}
    with pytest.raises(PlaceFails, match="existe déjà"):
        attachments.save_as(store, id, folder / "Autre.txt")
    assert attachments.save_as(store, id, folder / "Autre.txt", replace=True).read_bytes() == note.read_bytes()
    with pytest.raises(PlaceFails, match="la place du carnet"):
        attachments.save_as(store, id, store.path)


def test_a_file_that_did_not_come_says_whose_laptop_it_is_on(store, row, note, tmp_path):
    id = attach(store, "action", row, note)
    store.writer().execute("DELETE FROM attachment_blob")

    (found,) = listed(store, row)
    assert found.where_words == "restée sur l’ordinateur de\u00a0Nord"
    with pytest.raises(StayedElsewhere, match="restée sur l’ordinateur de\u00a0Nord"):
        attachments.save_as(store, id, tmp_path)
    report = verify(store.path)
    assert report.is_sound
    assert report.remarks == ("1\u00a0pièce jointe est restée sur l’ordinateur d’un collègue.",)


def test_words_of_a_laptop_agree_with_its_name():
    assert attachments.stayed_words("Est") == "restée sur l’ordinateur d’Est"
    assert attachments.stayed_words("") == "restée sur un autre ordinateur"


def test_bytes_that_changed_in_the_file_are_found_and_not_given(store, row, note, tmp_path):
    id = attach(store, "action", row, note)
    store.writer().execute("UPDATE attachment_blob SET bytes = ?", (b"autre chose",))

    with pytest.raises(BadValue, match="abîmée"):
        attachments.save_as(store, id, tmp_path)
    assert verify(store.path).faults == (
        "Pièce jointe «\u00a0Note.txt\u00a0»\u00a0: le fichier gardé n’est plus celui qui a été joint.",
    )


def test_a_backup_holds_the_files(store, row, note, tmp_path):
    id = attach(store, "action", row, note)

    copy = backup.save(store.path, tmp_path / "copie.carnet")

    with open_notebook(copy, now=WallClock()) as other:
        assert attachments.save_as(other, id, tmp_path / "retour.txt").read_bytes() == note.read_bytes()


def test_the_notebook_grows_by_what_is_joined(store, row, tmp_path):
    before = store.path.stat().st_size
    path = tmp_path / "rapport.pdf"
    path.write_bytes(b"%PDF-1.7" + bytes(3_000_000))

    attach(store, "action", row, path)

    assert 3_000_000 <= store.path.stat().st_size - before < 3_100_000


# -- erasure ----------------------------------------------------------------------------------------------------------


def erase(store, *rows: str) -> None:
    """What an erasure writes, as it arrives from anywhere."""
    replica, stamp = store.replica(), store.clock().next()
    gesture = Gesture(stamp.to_bytes(16, "big"), "Effacer une personne", "erasure", stamp, replica.id)
    erasures = tuple(
        Modification(
            bytes([n]) + gesture.id[1:], gesture.id, "attachment", row, stamp, replica.id, "app",
            {ERASED: Write(1, frozenset())},
        )
        for n, row in enumerate(rows, start=1)
    )  # fmt: skip
    store.apply(Batch((replica,), (gesture,), erasures), "Effacer", kind="erasure")


def test_erasing_a_row_drops_the_bytes_that_nothing_else_names(store, row, tmp_path):
    path = tmp_path / "Fiche.txt"
    path.write_text("Secret de la personne")
    with store.write("Créer") as write:
        person = contact(write)
    first = attach(store, "action", row, path)
    second = attach(store, "contact", person, path)

    erase(store, first)
    assert blobs(store) == 1
    erase(store, second)

    assert blobs(store) == 0
    assert b"Secret de la personne" not in store.path.read_bytes()
    assert b"Fiche.txt" not in store.path.read_bytes()
    assert verify(store.path).faults == ()


def test_bytes_of_an_erased_row_that_come_again_are_not_kept(store, row, note):
    id = attach(store, "action", row, note)
    erase(store, id)

    store.apply(Batch((), (), (), (note.read_bytes(),)), "Importer", kind="import")

    assert blobs(store) == 0


def test_bytes_that_no_row_names_are_not_kept(store, note):
    store.apply(Batch((), (), (), (note.read_bytes(),)), "Importer", kind="import")

    assert blobs(store) == 0


# -- an older notebook ------------------------------------------------------------------------------------------------


def test_an_older_notebook_gains_attachments_and_what_a_newer_one_had_sent(tmp_path, note):
    path = tmp_path / "ancien.carnet"
    old = Path(__file__).parents[1] / "old" / "schema-1.carnet"
    path.write_bytes(old.read_bytes())

    with open_notebook(path, now=WallClock()) as store:
        with store.read() as connection:
            row = records.resolve(connection, "action", "Médiation santé")
        id = attach(store, "action", row, note)
        with store.read() as connection:
            assert fetch(connection, id).is_here

    assert verify(path).faults == ()
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA user_version").fetchone()[0] >= 2


def test_a_target_whose_name_is_too_long_is_a_place_that_fails(store, row, note, tmp_path):
    id = attach(store, "action", row, note)

    with pytest.raises(PlaceFails, match="n’a pas pu être écrit"):
        attachments.save_as(store, id, tmp_path / f"{'b' * 300}.txt")


def test_fifty_files_are_listed_in_as_many_readings_as_one(store, tmp_path):
    with store.write("Créer") as write:
        row = write.create("action", title="Jardin")
    read: list[str] = []

    def joined(count: int) -> int:
        for number in range(count):
            file = tmp_path / f"{count}-{number}.txt"
            file.write_text(f"{count} {number}", encoding="utf-8")
            attachments.attach(store, "action", row, file)
        read.clear()
        with store.read() as connection:
            connection.connection.driver_connection.set_trace_callback(read.append)
            attachments.of_record(connection, "action", row)
            connection.connection.driver_connection.set_trace_callback(None)
        return len(read)

    assert joined(1) == joined(20)


def test_a_file_that_is_not_there_is_said(store):
    with store.read() as connection, pytest.raises(UnknownRecord):
        attachments.fetch(connection, "00000000-0000-7000-8000-0000000000a1")
