"""Erasing a person, through real files: D81, D82, D83, and P21. Nothing of them is left anywhere we can reach."""

import shutil
import zipfile
from contextlib import closing
from itertools import permutations
from pathlib import Path

import pytest

from app import paths
from app.errors import BadValue
from app.exchange.exported_people import workbooks_with
from app.notebook import backup, database, erasure, undo
from app.notebook.verify import verify
from app.services import attachments, imports, names, notebooks, records
from app.services.erasure import erase
from tests.exchange.laptops import PARTNER, TEAM, append, edit, kinds, laptop
from tests.factories import WallClock

NAME = "Zwingelstein"
PHONE = "06 12 34 56 78"


@pytest.fixture
def a(tmp_path):
    with laptop(tmp_path, "a") as found:
        yield found


@pytest.fixture
def b(tmp_path):
    with laptop(tmp_path, "b") as found:
        yield found


@pytest.fixture
def person(a):
    return a.add("contact", last_name=NAME, first_name="Ada", phone=PHONE)


def holds(path: Path, *texts: str) -> bool:
    """True when the bytes of a file hold one of these texts; a workbook is unzipped first."""
    content = path.read_bytes()
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            content = b"".join(archive.read(name) for name in archive.namelist())
    return any(text.encode() in content for text in texts)


def erase_at(one, row):
    return erase(one.store, "contact", [row])


def test_nothing_is_left_in_the_file_nor_in_its_copies(a, person):
    a.set(person, "contact", phone="07 99 99 99 99")
    daily = notebooks.save_daily(a.store.path, now=a.clock)
    point = imports.save_restore_point(a.store)
    assert all(holds(path, NAME) for path in (a.store.path, daily, point))

    done = erase_at(a, person)

    assert set(done.copies) == {daily, point}
    for path in (a.store.path, daily, point):
        assert not holds(path, NAME, "zwingelstein", PHONE, "99 99", "Ada")
        assert verify(path).faults == ()
    assert not holds(erasure.register(), NAME, PHONE)
    with a.store.read() as connection:
        assert names.labels(connection, "contact", [person]) == {person: "Personne effacée"}
    assert not a.of(person, "contact")["deleted"]


def test_the_files_of_a_person_go_with_them_and_stay_gone_at_a_colleague(a, b, person, tmp_path):
    letter = tmp_path / "Lettre de Zwingelstein.txt"
    letter.write_text("Je demande l’effacement de mes données, Zwingelstein.", encoding="utf-8")
    file = attachments.attach(a.store, "contact", person, letter)
    before = a.export(profile=TEAM)
    b.take(b.preview(before))
    daily = notebooks.save_daily(a.store.path, now=a.clock)

    erase_at(a, person)
    b.receive(a)
    b.take(b.preview(before))

    for one in (a, b):
        assert not holds(one.store.path, NAME, "demande l’effacement")
        with one.store.read() as connection:
            assert attachments.of_record(connection, "contact", person, deleted=None) == []
            assert names.labels(connection, "attachment", [file]) == {file: "Pièce jointe effacée"}
    assert not holds(daily, NAME, "demande l’effacement")


def test_a_file_joined_by_who_did_not_know_yet_goes_too(a, b, person, tmp_path):
    b.receive(a)
    letter = tmp_path / "Lettre de Zwingelstein.txt"
    letter.write_text("Bonjour, Zwingelstein.", encoding="utf-8")
    file = attachments.attach(b.store, "contact", person, letter)
    before = b.export(profile=TEAM)

    erase_at(a, person)
    b.receive(a)
    a.receive(b)
    a.take(a.preview(before))

    assert a.fingerprint == b.fingerprint
    for one in (a, b):
        assert not holds(one.store.path, NAME, "Bonjour")
        assert verify(one.store.path).faults == ()
        with one.store.read() as connection:
            assert names.labels(connection, "attachment", [file]) == {file: "Pièce jointe effacée"}


def test_an_erasure_is_neither_undone_nor_filled_again(a, person):
    a.set(person, "contact", function="Médiatrice")
    erase_at(a, person)

    with pytest.raises(BadValue, match="effacée"):
        a.set(person, "contact", function="Directrice")
    with pytest.raises(BadValue, match="déjà effacée"):
        erase_at(a, person)
    changes = undo.undo(a.store)

    assert changes.notes == ("1\u00a0ligne a été effacée et reste vide.",)
    assert a.of(person, "contact")["function"] is None
    assert not holds(a.store.path, NAME, "Médiatrice")


def test_only_people_are_erased(a):
    row = a.add(title="Repair café")
    with pytest.raises(BadValue, match="une action va à la corbeille"):
        erase(a.store, "action", [row])
    assert a.of(row)["title"] == "Repair café"


@pytest.mark.parametrize("later", [False, True])
def test_d81_an_old_workbook_of_the_team_brings_nothing_back(a, b, person, later):
    b.receive(a)
    old = b.export(TEAM)
    erase_at(a, person)
    if later:
        a.add(title="Autre travail")

    plan = a.preview(old)

    assert kinds(plan) == {}
    a.take(plan)
    assert not holds(a.store.path, NAME, PHONE)
    assert a.conflicts == []
    b.receive(a)
    a.receive(b)
    assert not holds(b.store.path, NAME, PHONE)
    assert (a.fingerprint, a.state) == (b.fingerprint, b.state) or a.fingerprint == b.fingerprint
    assert b.conflicts == []


def test_d81_the_workbook_of_who_erased_is_not_taken_for_a_forgery(a, b, person):
    b.receive(a)
    b.add(title="Travail de B")
    erase_at(a, person)

    plan = b.preview(a.export(TEAM), a.export(TEAM))

    assert plan.sources[0].banner == ""
    assert any("effacée par un collègue" in info for info in plan.infos)
    b.take(plan)
    assert not holds(b.store.path, NAME, PHONE)
    assert verify(b.store.path).faults == ()


def test_d81_workbooks_of_before_and_after_are_taken_in_together(a, b, person, tmp_path):
    b.receive(a)
    b.set(person, "contact", phone="07 99 99 99 99")
    before = b.export(TEAM)
    erase_at(a, person)
    after = a.export(TEAM)

    with laptop(tmp_path, "c") as c:
        c.take(c.preview(before, after))
        assert not holds(c.store.path, NAME, PHONE, "99 99")
        assert verify(c.store.path).faults == ()


def test_d82_what_is_restored_is_erased_again_and_it_is_said(a, person, tmp_path):
    elsewhere = tmp_path / "cle-usb" / "copie.carnet"
    elsewhere.parent.mkdir()
    notebooks.save_copy(a.store.path, elsewhere)
    erase_at(a, person)
    path = a.store.path
    a.store.close()
    assert holds(elsewhere, NAME)

    restored = notebooks.restore_backup(elsewhere, path, now=a.clock)

    assert restored.notes == ("1\u00a0personne avait été effacée depuis cette copie\u00a0: elle l’est de nouveau.",)
    assert not holds(path, NAME, PHONE)
    assert verify(path).faults == ()
    assert not any(holds(copy, NAME, PHONE) for copy in backup.copies(path))


def test_d82_a_copy_put_back_by_hand_is_erased_when_it_is_opened(a, person, tmp_path):
    elsewhere = tmp_path / "copie.carnet"
    notebooks.save_copy(a.store.path, elsewhere)
    erase_at(a, person)
    path = a.store.path
    a.store.close()
    shutil.copy(elsewhere, path)

    with notebooks.open_existing(path, now=WallClock()) as store:
        assert "effacée depuis cette copie" in store.told[0]
    assert not holds(path, NAME, PHONE)
    with notebooks.open_existing(path, now=WallClock()) as store:
        assert store.told == ()


def test_d82_a_copy_older_than_the_person_does_not_let_them_back_in(a, tmp_path):
    elsewhere = tmp_path / "copie.carnet"
    notebooks.save_copy(a.store.path, elsewhere)
    person = a.add("contact", last_name=NAME)
    book = a.export(TEAM)
    erase_at(a, person)
    path = a.store.path
    a.store.close()
    notebooks.restore_backup(elsewhere, path, now=a.clock)

    with notebooks.open_existing(path, now=a.clock) as store:
        a.store = store
        a.take(a.preview(book))
        assert not holds(path, NAME)


def test_d83_an_edit_made_meanwhile_is_dropped_without_conflict(a, b, person):
    b.receive(a)
    b.set(person, "contact", phone="07 99 99 99 99")
    erase_at(a, person)

    a.receive(b)
    b.receive(a)

    for one in (a, b):
        assert one.conflicts == []
        assert one.of(person, "contact")["phone"] is None
        assert not holds(one.store.path, NAME, PHONE, "99 99")
    assert a.fingerprint == b.fingerprint


def test_an_edit_by_hand_of_an_erased_person_is_refused_with_a_sentence(a, person):
    book = edit(a.export(PARTNER), "contact", person, function="Directrice")
    erase_at(a, person)

    plan = a.preview(book)

    assert kinds(plan) == {"errors": 1}
    assert "effacée à sa demande" in plan.errors[0].message
    assert plan.errors[0].cell
    a.take_all(plan)
    assert a.of(person, "contact")["function"] is None


def test_a_person_added_in_a_workbook_does_not_come_back_with_it(a):
    book = append(a.export(PARTNER), "contact", last_name=NAME, phone=PHONE)
    applied = a.preview(book)
    person = applied.changes[0].row
    a.take(applied)
    erase_at(a, person)

    plan = a.preview(book)

    assert kinds(plan) == {"errors": 1}
    a.take_all(plan)
    assert not holds(a.store.path, NAME, PHONE)


def test_an_erased_person_leaves_in_no_workbook(a, person):
    erase_at(a, person)
    for profile in (TEAM, PARTNER):
        assert not holds(a.export(profile), NAME, PHONE)


def test_workbooks_out_of_reach_are_listed(a, person, tmp_path):
    partner, team = a.export(PARTNER), a.export(TEAM)
    without = a.export(PARTNER, entities=["action"])
    done = erase_at(a, person)

    found = {one.path: one.for_whom for one in workbooks_with(a.store, "contact", [person])}

    assert found == {partner: "partenaire", team: "équipe"}
    assert without not in found
    assert done.left == ()


def test_a_copy_that_cannot_be_emptied_is_told_and_emptied_later(a, person):
    copy = notebooks.save_daily(a.store.path, now=a.clock)
    whole = copy.read_bytes()
    copy.write_bytes(b"illisible" * 20)

    done = erase_at(a, person)

    assert [path for path, _ in done.left] == [copy]
    copy.write_bytes(whole)
    path = a.store.path
    a.store.close()
    with notebooks.open_existing(path, now=a.clock):
        assert not holds(copy, NAME, PHONE)


def test_an_unreadable_register_is_set_aside(a, person):
    erasure.register().parent.mkdir(parents=True, exist_ok=True)
    erasure.register().write_text("{", encoding="utf-8")

    erase_at(a, person)

    assert erasure.register().with_suffix(".illisible").exists()
    assert [one.row for one in erasure.remembered()] == [person]
    assert erasure.register().parent == paths.backup_dir()


def test_a_copy_of_an_older_schema_is_emptied_too(a, person, monkeypatch):
    copy = notebooks.save_daily(a.store.path, now=a.clock)
    with closing(database.connect(copy)) as db:
        db.execute("ALTER TABLE contact DROP COLUMN private_phone")
        db.execute("PRAGMA user_version = 0")

    erase_at(a, person)

    assert not holds(copy, NAME, PHONE)


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=lambda order: "".join(map(str, order)))
def test_p21_whatever_the_order_nobody_holds_it_any_more(tmp_path, order):
    """A edits, B erases, C still has a workbook of before: everybody takes everything, in any order."""
    with laptop(tmp_path, "a") as a, laptop(tmp_path, "b") as b, laptop(tmp_path, "c") as c:
        person = a.add("contact", last_name=NAME, phone=PHONE)
        for one in (b, c):
            one.receive(a)
        a.set(person, "contact", phone="07 99 99 99 99")
        c.set(person, "contact", phone="07 99 99 99 98")
        books = [a.export(TEAM), b.export(TEAM), c.export(TEAM)]
        erase_at(b, person)
        books[1] = b.export(TEAM)
        for one in (a, b, c):
            for place in (*order, order[0]):
                one.take(one.preview(books[place]))

        for one in (a, b, c):
            assert not holds(one.store.path, NAME, PHONE, "99 99")
            assert not any(holds(copy, NAME, PHONE, "99 99") for copy in backup.copies(one.store.path))
            assert one.conflicts == []
            assert verify(one.store.path).faults == ()
        assert a.fingerprint == b.fingerprint == c.fingerprint


def test_a_person_in_the_bin_can_be_erased_and_stays_there(a, b, person):
    b.receive(a)
    records.delete(a.store, "contact", [person])
    erase_at(a, person)
    b.set(person, "contact", function="Directrice")
    b.receive(a)
    a.receive(b)
    assert a.of(person, "contact")["deleted"]
    assert b.of(person, "contact")["deleted"]
