"""Erasing a person from their record: asked, done, said; the record is then empty and cannot be filled."""

from datetime import date

import pytest
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
    assert any("Note de suivi" in line and "texte" in line for line in asked[0])
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
