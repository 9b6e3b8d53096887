"""Erasing a person from their record: asked, done, said; the record is then empty and cannot be filled."""

from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QMenu

from app.services import notebooks, records
from app.services.erasure import erase
from app.ui.dialogs import erasing
from tests.exchange.test_erasure import holds
from tests.ui.desk import Desk, words_of

NAME = "Zwingelstein"


@pytest.fixture
def desk(theme, tmp_path, qtbot):
    made = Desk(theme, tmp_path, page="partners")
    made.person = records.create(made.store, "contact", {"last_name": NAME, "first_name": "Ada", "phone": "0612345678"})
    made.window.navigator.open_record("contact", made.person, stay=False)
    made.settle()
    yield made
    made.close()


def choose(desk, word):
    menu = QMenu()
    desk.view._fill_menu(menu)
    next(action for action in menu.actions() if action.text() == word).trigger()
    desk.settle()


def test_what_is_out_of_reach_is_told_before(desk, monkeypatch):
    asked = []

    def refuse(dialog):
        asked.append(words_of(dialog))
        return QDialog.DialogCode.Rejected

    monkeypatch.setattr(erasing.ErasingQuestion, "exec", refuse)
    records.create(
        desk.store, "follow_up", {"action": desk.id_of("EST-001"), "date": date(2026, 11, 3), "text": f"Vu Ada {NAME}."}
    )
    choose(desk, "Effacer cette personne…")

    assert f"Effacer Ada {NAME}\u00a0?" in asked[0]
    assert "Cela ne s’annule pas." in asked[0]
    assert any("1\u00a0texte perdra son nom" in line for line in asked[0])
    assert desk.values(desk.person, "contact")["last_name"] == NAME


def test_the_person_goes_and_the_record_says_so(desk, monkeypatch):
    monkeypatch.setattr(erasing.ErasingQuestion, "exec", lambda _dialog: QDialog.DialogCode.Accepted)
    editor = desk.type("function", "Mediatrice")
    assert editor.draft()

    choose(desk, "Effacer cette personne…")
    desk.settle()

    assert desk.values(desk.person, "contact")["last_name"] is None
    said = words_of(desk.window.panel)
    assert "Personne effacée" in said
    assert desk.window.panel.banner.accessibleName().startswith("Effacée à sa demande.")
    assert not holds(desk.path, NAME, "Mediatrice")
    assert desk.context.drafts.of("contact", desk.person) == {}
    menu = QMenu()
    desk.view._fill_menu(menu)
    assert [action.text() for action in menu.actions()] == ["Mettre à la corbeille"]
    assert desk.crashes == []


def test_a_restored_copy_tells_in_the_window_who_was_erased_again(theme, tmp_path, desk):
    copy = notebooks.save_copy(desk.store.path, tmp_path / "copie.carnet")
    erase(desk.store, "contact", [desk.person])
    desk.close()
    desk.path.write_bytes(copy.read_bytes())

    again = Desk(theme, tmp_path)

    assert "avait été effacée depuis cette copie" in again.told
    again.close()


@pytest.fixture
def named(desk):
    """Two texts: one names the person for certain, the other may be a street."""
    rows = {}
    for code, text in (("EST-001", f"Vu Ada {NAME} en mars"), ("EST-002", f"Impasse {NAME}")):
        rows[code] = desk.id_of(code)
        with desk.store.write("Modifier") as write:
            write.set("action", rows[code], description=text)
    return rows


def asked_with(monkeypatch, act):
    """Answer the question by `act(dialog)`, then « Effacer pour toujours »."""

    def accept(dialog):
        act(dialog)
        return QDialog.DialogCode.Accepted

    monkeypatch.setattr(erasing.ErasingQuestion, "exec", accept)


def test_texts_that_surely_name_the_person_are_ticked_and_lose_the_name(desk, monkeypatch, named):
    seen = []
    asked_with(monkeypatch, lambda dialog: seen.extend(words_of(dialog)))

    choose(desk, "Effacer cette personne…")
    desk.settle()

    assert "1\u00a0texte perdra son nom, sur 2" in seen
    assert desk.values(named["EST-001"], "action")["description"] == f"Vu ███ {'█' * len(NAME)} en mars"
    assert desk.values(named["EST-002"], "action")["description"] == f"Impasse {NAME}"
    assert desk.crashes == []


@pytest.mark.parametrize("gesture", ["click", "space", "all"])
def test_a_text_is_ticked_by_a_click_by_the_space_bar_or_with_all_of_them(desk, monkeypatch, named, gesture):
    def tick(dialog):
        texts = dialog.texts
        dialog.show()
        if gesture == "all":
            QTest.mouseClick(texts.all, Qt.MouseButton.LeftButton)
            return
        item = texts.list.item(1)
        if gesture == "click":
            where = texts.list.visualItemRect(item).center()
            QTest.mouseClick(texts.list.viewport(), Qt.MouseButton.LeftButton, pos=where)
        else:
            texts.list.setFocus()
            texts.list.setCurrentItem(item)
            QTest.keyClick(texts.list, Qt.Key.Key_Space)

    asked_with(monkeypatch, tick)

    choose(desk, "Effacer cette personne…")
    desk.settle()

    assert desk.values(named["EST-002"], "action")["description"] == f"Impasse {'█' * len(NAME)}"
    assert not holds(desk.path, NAME)


def test_no_text_ticked_leaves_them_all(desk, monkeypatch, named):
    asked_with(monkeypatch, lambda dialog: dialog.texts.tick(False))

    choose(desk, "Effacer cette personne…")
    desk.settle()

    assert desk.values(named["EST-001"], "action")["description"] == f"Vu Ada {NAME} en mars"


def test_nothing_is_erased_when_one_gives_up(desk, monkeypatch, named):
    monkeypatch.setattr(erasing.ErasingQuestion, "exec", lambda _dialog: QDialog.DialogCode.Rejected)

    choose(desk, "Effacer cette personne…")
    desk.settle()

    assert desk.values(desk.person, "contact")["last_name"] == NAME
    assert desk.values(named["EST-001"], "action")["description"] == f"Vu Ada {NAME} en mars"
