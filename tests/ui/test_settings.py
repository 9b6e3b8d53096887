"""Réglages: each change is kept at once, and said."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from shiboken6 import isValid

from app.notebook import backup, verify
from app.services import records
from app.ui.dialogs.settings import Settings
from app.ui.theme import Theme
from app.ui.widgets.buttons import QPushButton
from tests.ui.accessibility import nameless_controls
from tests.ui.desk import Desk, refusing, words_of


@pytest.fixture
def desk(qapp, theme: Theme, tmp_path: Path) -> Iterator[Desk]:
    # Not given to qtbot, which would close the window before its dialog.
    made = Desk(theme, tmp_path)
    yield made
    made.close()
    made.window.deleteLater()


@pytest.fixture
def settings(desk: Desk) -> Iterator[Settings]:
    made = Settings(desk.context, desk.window)
    made.show()
    yield made
    if isValid(made):
        made.accept()
        forget(made)


def forget(settings: Settings) -> None:
    """What closing the dialog ends with."""
    settings.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def press(settings: Settings, word: str) -> None:
    (found,) = (part for part in settings.findChildren(QPushButton) if part.text().strip() == word)
    found.click()


def said(settings: Settings) -> str:
    return "" if settings._banner.isHidden() else settings._banner.accessibleName()


def choose(settings: Settings, name: str, word: str) -> None:
    from PySide6.QtWidgets import QComboBox

    (box,) = (part for part in settings.findChildren(QComboBox) if part.accessibleName() == name)
    place = box.findText(word)
    box.setCurrentIndex(place)
    box.activated.emit(place)


def town(desk: Desk) -> records.Record:
    with desk.store.read() as connection:
        return records.listing(connection, "town_settings")[0]


def test_every_control_has_a_name(settings: Settings) -> None:
    assert nameless_controls(settings) == []


def test_the_signature_is_that_of_the_next_gestures(desk: Desk, settings: Settings) -> None:
    settings._author.setText("  Cheffe\u00a0de   projet ")
    settings._author.editingFinished.emit()

    assert desk.store.meta("author") == "Cheffe de projet"
    assert said(settings) == "Signature changée."
    records.update(desk.store, "action", desk.id_of("EST-001"), {"title": "Signé"})
    with desk.store.read() as connection:
        assert records.fetch(connection, "action", desk.id_of("EST-001")).updated_by.startswith("Cheffe")


def test_an_empty_signature_leaves_the_former_one(desk: Desk, settings: Settings) -> None:
    settings._author.setText("   ")
    settings._author.editingFinished.emit()

    assert desk.store.meta("author") == "Chef de projet Est"
    assert settings._author.text() == "Chef de projet Est"
    assert said(settings) == ""


def test_a_disk_that_refuses_the_signature_is_said_here(desk: Desk, settings: Settings) -> None:
    settings._author.setText("Autre")
    with refusing(desk.store, "query_only = ON", "query_only = OFF"):
        settings._author.editingFinished.emit()

    assert said(settings).startswith("Le carnet")
    assert settings._author.text() == "Chef de projet Est"


def test_the_palette_changes_at_once_and_is_kept(desk: Desk, settings: Settings, theme: Theme) -> None:
    choose(settings, "Couleurs", "Sombre")

    assert theme.mode == "dark"
    assert desk.context.preferences.value("look", "") == "dark"


def test_the_size_of_letters_is_kept_for_the_next_opening(desk: Desk, settings: Settings) -> None:
    choose(settings, "Taille du texte", "150\u00a0%")

    assert desk.context.preferences.value("scale", 1.0) == 1.5
    assert "prochaine ouverture" in said(settings)


def test_the_town_is_written_as_a_gesture_when_the_dialog_closes(desk: Desk, settings: Settings) -> None:
    count = desk.gestures()
    editor = settings._town.form.editor("service")
    editor.input.setText("Direction de la cohésion")

    settings.accept()

    assert town(desk).values["service"] == "Direction de la cohésion"
    assert desk.gestures() == count + 1
    assert settings.isHidden()


def test_what_cannot_be_kept_keeps_the_dialog_open(settings: Settings) -> None:
    editor = settings._town.form.editor("town")
    editor.input.setText("")
    if editor.is_valid():
        pytest.skip("the town may stay empty")

    QTest.keyClick(settings, Qt.Key.Key_Escape)

    assert settings.isVisible()


def test_the_notebook_says_where_it_is_and_its_copies(desk: Desk, settings: Settings) -> None:
    words = words_of(settings)

    assert str(desk.path) in words
    assert any(word.startswith("1\u00a0copie, la dernière\u00a0: ") for word in words)


def test_a_copy_is_saved_where_one_says(desk: Desk, settings: Settings, tmp_path: Path, monkeypatch) -> None:
    target = tmp_path / "copie.carnet"
    monkeypatch.setattr(
        "app.ui.dialogs.settings.QFileDialog.getSaveFileName", lambda *_args, **_given: (str(target), "")
    )
    press(settings, "Sauvegarder…")

    assert target.exists()
    assert said(settings) == "Copie vérifiée\u00a0: copie.carnet."


def test_giving_up_in_the_file_dialog_does_nothing(settings: Settings, monkeypatch) -> None:
    monkeypatch.setattr("app.ui.dialogs.settings.QFileDialog.getSaveFileName", lambda *_args, **_given: ("", ""))
    press(settings, "Sauvegarder…")

    assert said(settings) == ""


def test_a_document_is_never_replaced_by_a_copy(settings: Settings, tmp_path: Path, monkeypatch) -> None:
    target = tmp_path / "lettre.carnet"
    target.write_text("une lettre", encoding="utf-8")
    monkeypatch.setattr(
        "app.ui.dialogs.settings.QFileDialog.getSaveFileName", lambda *_args, **_given: (str(target), "")
    )
    press(settings, "Sauvegarder…")

    assert target.read_text("utf-8") == "une lettre"
    assert "n’est pas une sauvegarde" in said(settings)


def test_the_check_says_that_the_notebook_is_sound(desk: Desk, settings: Settings, monkeypatch) -> None:
    monkeypatch.setattr(verify, "verify", lambda _path: verify.Report((), (), 12, 3))
    press(settings, "Vérifier le carnet")
    desk.settle()

    assert said(settings).startswith("Le carnet est sain.")


def test_a_check_that_ends_after_the_dialog_finds_nobody_to_tell(desk: Desk, settings: Settings, monkeypatch) -> None:
    monkeypatch.setattr(verify, "verify", lambda _path: verify.Report(("Faute",), (), 12, 3))
    press(settings, "Vérifier le carnet")
    settings.accept()
    forget(settings)
    assert not isValid(settings)
    desk.settle()

    assert not desk.context.jobs.running()


def test_the_example_goes_in_one_gesture_that_undo_gives_back(desk: Desk, settings: Settings) -> None:
    press(settings, "Retirer l’exemple")

    assert "Exemple retiré" in said(settings)
    with desk.store.read() as connection:
        assert records.listing(connection, "action") == []
    desk.frame.undo()
    with desk.store.read() as connection:
        assert len(records.listing(connection, "action")) == 46


def test_the_copies_are_those_of_this_notebook(desk: Desk, tmp_path: Path) -> None:
    assert len(backup.copies(desk.path)) == 1
