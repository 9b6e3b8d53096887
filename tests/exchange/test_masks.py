"""Names masked in the texts of other rows, through real files: nothing of the person is left, nothing else is lost."""

from contextlib import closing
from itertools import permutations

import pytest

from app.exchange.layout import Profile
from app.notebook import backup, database, erasure, undo
from app.notebook.verify import verify
from app.services import history, notebooks
from app.services.erasure import erase
from app.services.mentions import mentions
from tests.exchange.laptops import PARTNER, TEAM, edit, kinds, laptop
from tests.exchange.test_erasure import holds

NAME = "Zwingelstein"
PHONE = "06 12 34 56 78"
VISIT = f"Vu Ada {NAME} hier, très contente."
HIDDEN = f"Vu ███ {'█' * len(NAME)} hier, très contente."


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


@pytest.fixture
def visit(a):
    return a.add(title="Jardin", description=VISIT)


def named_at(one, person):
    with one.store.read() as connection:
        return mentions(connection, "contact", [person])


def mask_at(one, person):
    """Erase a person and mask every text that names them."""
    return erase(one.store, "contact", [person], masking=named_at(one, person))


def told(one, row):
    with one.store.read() as connection:
        return history.history_lines(connection, history.history(connection, "action", row))


def test_the_name_goes_from_the_text_and_the_text_stays(a, person, visit):
    a.set(visit, description=f"Rappeler Ada {NAME} au {PHONE}")
    a.set(visit, description=f"Merci à Ada {NAME}")
    daily = notebooks.save_daily(a.store.path, now=a.clock)
    assert all(holds(path, NAME) for path in (a.store.path, daily))

    done = mask_at(a, person)

    assert a.of(visit)["description"] == f"Merci à ███ {'█' * len(NAME)}"
    assert [one.row for one in done.masked] == [visit]
    assert done.unmasked == ()
    for path in (a.store.path, daily, erasure.register()):
        assert not holds(path, NAME, "zwingelstein", PHONE, "Ada", "12 34")
    assert verify(a.store.path).faults == verify(daily).faults == ()
    lines = "\n".join(told(a, visit))
    assert "Rappeler ███" in lines
    assert HIDDEN in lines
    assert "un nom y a été masqué" in lines


def test_a_text_left_as_it_is_stays_and_is_told(a, person, visit):
    other = a.add(title=f"Fête d’Ada {NAME}")
    kept = next(one for one in named_at(a, person) if one.row == visit)

    done = erase(a.store, "contact", [person], masking=[kept])

    assert a.of(visit)["description"] == HIDDEN
    assert a.of(other)["title"] == f"Fête d’Ada {NAME}"
    assert [one.row for one in done.unmasked] == [other]


def test_what_was_written_since_the_question_was_asked_is_masked_too(a, person, visit):
    asked = named_at(a, person)
    a.set(visit, description=f"{VISIT} Ada {NAME} rappellera.")

    erase(a.store, "contact", [person], masking=asked)

    assert not holds(a.store.path, NAME)


def test_no_undo_brings_a_masked_name_back(a, person, visit):
    a.set(visit, description="Rien à signaler")
    mask_at(a, person)

    undo.undo(a.store)

    assert a.of(visit)["description"] == HIDDEN
    undo.undo(a.store)
    assert a.of(visit)["deleted"]
    undo.redo(a.store)
    assert a.of(visit)["description"] == HIDDEN
    assert not holds(a.store.path, NAME)


def test_two_people_in_one_text_are_masked_one_after_the_other(a, person):
    second = a.add("contact", last_name="Olmedo", first_name="Inès")
    row = a.add(title="Jardin", description=f"Ada {NAME} et Inès Olmedo")

    mask_at(a, person)
    mask_at(a, second)

    assert a.of(row)["description"] == f"███ {'█' * len(NAME)} et ████ ██████"
    assert verify(a.store.path).faults == ()


def test_two_laptops_that_mask_apart_meet_without_conflict(a, b, person, visit):
    second = a.add("contact", last_name="Olmedo", first_name="Inès")
    a.set(visit, description=f"Ada {NAME} et Inès Olmedo")
    b.receive(a)

    mask_at(a, person)
    mask_at(b, second)
    b.receive(a)
    a.receive(b)

    assert a.of(visit)["description"] == b.of(visit)["description"] == f"███ {'█' * len(NAME)} et ████ ██████"
    assert a.fingerprint == b.fingerprint
    assert a.conflicts == b.conflicts == []


@pytest.mark.parametrize("later", [False, True])
def test_an_old_workbook_of_the_team_brings_nothing_back(a, b, person, visit, later):
    b.receive(a)
    old = b.export(TEAM)
    mask_at(a, person)
    if later:
        b.receive(a)
        assert not holds(b.store.path, NAME)
        old_plan = b.preview(old)
        assert kinds(old_plan) == {}
        b.take(old_plan)

    plan = a.preview(old)

    assert kinds(plan) == {}
    a.take(plan)
    assert a.of(visit)["description"] == HIDDEN
    assert not holds(a.store.path, NAME)
    assert verify(a.store.path).faults == ()


def test_the_colleague_is_told_before_and_keeps_working(a, b, person, visit):
    b.receive(a)
    b.set(visit, description=f"{VISIT} À suivre.")
    mask_at(a, person)

    plan = b.preview(a.export(TEAM))

    assert any("1\u00a0fiche perd un nom" in info for info in plan.infos)
    b.take(plan)
    assert b.of(visit)["description"] == f"{VISIT} À suivre."  # written apart: the name is met again, and listed
    assert [info for info in plan.infos if "altéré" in info] == []
    a.receive(b)
    assert a.fingerprint == b.fingerprint


@pytest.mark.parametrize("profile", [PARTNER, TEAM])
def test_a_workbook_of_before_gives_no_edit_that_nobody_made(a, person, visit, profile):
    book = a.export(profile)
    mask_at(a, person)

    assert kinds(a.preview(book)) == {}
    edit(book, "action", visit, title="Jardin partagé")
    plan = a.preview(book)

    assert kinds(plan) == {"updated": 1}
    a.take(plan)
    assert a.of(visit)["description"] == HIDDEN


@pytest.mark.parametrize("profile", list(Profile))
def test_a_workbook_of_after_can_be_edited_where_it_is_masked(a, person, visit, profile):
    mask_at(a, person)
    book = a.export(profile)
    assert not holds(book, NAME)
    edit(book, "action", visit, description=HIDDEN.replace("███ " + "█" * len(NAME), "une habitante"))

    a.take_all(a.preview(book))

    assert a.of(visit)["description"] == "Vu une habitante hier, très contente."


def test_what_is_restored_is_masked_again_and_it_is_said(a, person, visit, tmp_path):
    copy = notebooks.save_copy(a.store.path, tmp_path / "copie.carnet")
    mask_at(a, person)
    path = a.store.path
    a.store.close()

    done = notebooks.restore_backup(copy, path, now=a.clock)

    assert "1\u00a0personne avait été effacée" in done.notes[0]
    assert "masqués" in done.notes[1]
    assert not holds(path, NAME)
    with notebooks.open_existing(path, now=a.clock) as store, store.read() as connection:
        found = connection.exec_driver_sql("SELECT description FROM action WHERE id = ?", (visit,)).scalar_one()
    assert found == HIDDEN
    assert verify(path).faults == ()


def test_a_copy_of_an_older_schema_is_masked_too(a, person, visit):
    copy = notebooks.save_daily(a.store.path, now=a.clock)
    with closing(database.connect(copy)) as db:
        db.execute("ALTER TABLE contact DROP COLUMN private_phone")
        db.execute("PRAGMA user_version = 0")

    mask_at(a, person)

    assert not holds(copy, NAME, PHONE)
    with closing(database.connect(copy)) as db:
        assert db.execute("SELECT count(*) FROM modif_field WHERE value = ?", (HIDDEN,)).fetchone()[0] == 1


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=lambda order: "".join(map(str, order)))
def test_p21_whatever_the_order_nobody_holds_the_name_any_more(tmp_path, order):
    """A writes, B erases and masks, C still has a workbook of before: everybody takes everything, in any order."""
    with laptop(tmp_path, "a") as a, laptop(tmp_path, "b") as b, laptop(tmp_path, "c") as c:
        person = a.add("contact", last_name=NAME, first_name="Ada")
        row = a.add(title="Jardin", description=VISIT)
        for one in (b, c):
            one.receive(a)
        a.set(row, title="Jardin partagé")
        c.set(row, progress=40)
        books = [a.export(TEAM), b.export(TEAM), c.export(TEAM)]
        mask_at(b, person)
        books[1] = b.export(TEAM)
        for one in (a, b, c):
            for place in (*order, order[0]):
                one.take(one.preview(books[place]))

        for one in (a, b, c):
            assert not holds(one.store.path, NAME)
            assert not any(holds(copy, NAME) for copy in backup.copies(one.store.path))
            assert one.conflicts == []
            assert one.of(row)["description"] == HIDDEN
            assert verify(one.store.path).faults == ()
        assert a.fingerprint == b.fingerprint == c.fingerprint


# -- where a name is met ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Vu ADA ZWINGELSTEIN.", f"Vu ███ {'█' * 12}."),
        ("Zwingelstein (Ada), 12 ans", f"{'█' * 12} (███), 12 ans"),
        ("Ada\nZwingelstein", f"███\n{'█' * 12}"),
        ("Àda Zwíngelstein", f"███ {'█' * 12}"),
        (f"Ada Zwingelstein {'x' * 200} Ada", f"███ {'█' * 12} {'x' * 200} ███"),
        ("Rappeler le 06.12.34.56.78.", f"Rappeler le {'█' * 14}."),
        ("Le +33 (0)6 12 34 56 78, ou 0033612345678", f"Le ███ ████ ██ ██ ██ ██, ou {'█' * 13}"),
        ("Écrire à ada.z@exemple.fr.", f"Écrire à {'█' * 16}."),
    ],
)
def test_a_name_is_met_however_it_is_written(a, text, left):
    person = a.add("contact", last_name=NAME, first_name="Ada", phone=PHONE, email="Ada.Z@exemple.fr")
    row = a.add(title="Jardin", description=text)

    (found,) = named_at(a, person)
    mask_at(a, person)

    assert found.sure
    assert a.of(row)["description"] == left


@pytest.mark.parametrize("text", ["Ada est venue", "Zwingelsteinbach", "le 06 12 34 56 79", "rue Ada"])
def test_what_names_somebody_else_is_not_listed(a, person, text):
    a.add(title="Jardin", description=text)
    assert named_at(a, person) == ()


def test_a_last_name_alone_is_listed_last_and_unsure(a, person, visit):
    street = a.add(title=f"Fête de la rue {NAME}")

    first, second = named_at(a, person)

    assert (first.row, first.sure) == (visit, True)
    assert (second.row, second.sure) == (street, False)
    assert [second.excerpt[start:end] for start, end in second.shown] == [NAME]


def test_a_name_of_several_words_and_one_of_before_are_met(a):
    person = a.add("contact", last_name="Le Gall", first_name="Anne-Lise")
    row = a.add(title="Jardin", description="Anne Lise LE-GALL, puis Anne-Lise Dupré")
    a.set(person, "contact", last_name="Dupré")

    mask_at(a, person)

    assert a.of(row)["description"] == "████ ████ ███████, puis █████████ █████"


def test_every_version_and_every_text_is_listed_once(a, person):
    rows = [a.add(title=f"Action {n}", description=f"Ada {NAME} {n}") for n in range(120)]
    for n in range(3):
        a.set(rows[0], description=f"Ada {NAME}, version {n}")

    found = named_at(a, person)

    assert {one.row for one in found} == set(rows)
    assert len(found) == 120
    assert len(next(one for one in found if one.row == rows[0]).places) == 4


def test_an_excerpt_shows_the_name_in_its_sentence(a, person):
    a.add(title="Jardin", description=f"{'Avant lui. ' * 30}Vu Ada {NAME} hier.{' Après elle.' * 30}")

    (found,) = named_at(a, person)

    assert found.excerpt.startswith("…")
    assert found.excerpt.endswith("…")
    assert [found.excerpt[start:end] for start, end in found.shown] == ["Ada", NAME]
    assert len(found.excerpt) < 150


def test_the_files_of_the_person_go_and_are_not_listed(a, person, tmp_path):
    from app.services import attachments

    letter = tmp_path / f"Ada {NAME}.txt"
    letter.write_text("x", encoding="utf-8")
    attachments.attach(a.store, "contact", person, letter)

    assert named_at(a, person) == ()
