"""From a path to an open notebook: the first start, the window, or why it cannot be and the ways out."""

import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QLocale, QTimer, QTranslator
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox

from app import paths
from app.notebook import backup
from app.services import erasure, notebooks, records
from app.ui import startup
from app.ui.application import Application
from app.ui.context import Context
from app.ui.dialogs.first_start import StartChoice
from app.ui.preferences import Preferences
from app.ui.startup import Session
from app.ui.theme import Theme
from tests.ui.desk import NOW, example_notebook


class Answers:
    """Stands for the person before a message box: presses the buttons of these words, one box after the other."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *words: str) -> None:
        self.words = list(words)
        self.boxes: list[tuple[str, str, list[str], str]] = []
        monkeypatch.setattr(QMessageBox, "exec", lambda box: self.answer(box))

    def answer(self, box: QMessageBox) -> None:
        buttons = {button.text().replace("&", ""): button for button in box.buttons()}
        default = box.defaultButton().text().replace("&", "")
        self.boxes.append((box.text(), box.informativeText(), list(buttons), default))
        buttons[self.words.pop(0)].click()


@pytest.fixture
def begin(qtbot, theme: Theme, tmp_path: Path) -> Iterator[Callable[..., Session]]:
    frames: list[Application] = []

    def make(path: Path | None = None, *, named: bool = False) -> Session:
        context = Context(theme, Preferences(tmp_path / "preferences.json"), clock=lambda: NOW)
        frames.append(Application(context))
        qtbot.addWidget(frames[-1].window)
        return Session(frames[-1], path or paths.default_notebook(), named=named)

    yield make
    for frame in frames:
        frame.close()


def copy_example(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(example_notebook().read_bytes())
    return path


@pytest.fixture
def whole(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[QApplication]:
    """The application of the process, given back as it was: language, hooks."""
    locale = QLocale()
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    yield qapp
    for translator in qapp.findChildren(QTranslator):
        qapp.removeTranslator(translator)
        translator.deleteLater()
    QLocale.setDefault(locale)


def test_without_a_notebook_the_first_start_asks_and_makes_one(begin, qtbot) -> None:
    session = begin()
    assert not session.has_notebook()
    session.start()
    first = session._first
    assert first.isVisible()
    assert not session._frame.window.isVisible()

    first.chosen.emit(StartChoice(first.path, "Est", "roubaix-2024-2030", False, "Cheffe de projet"))
    QTest.qWait(1)

    assert session._frame.window.isVisible()
    assert not first.isVisible()
    assert session._frame.context.store.meta("author") == "Cheffe de projet"
    assert first.path == paths.default_notebook()


def test_the_table_chosen_at_the_first_start_is_read_once_the_notebook_is_there(begin, qtbot, tmp_path: Path) -> None:
    table = tmp_path / "plan.csv"
    table.write_text("Intitulé de l’action;Pilote\nJardin;Paul\n", encoding="utf-8")
    session = begin()
    session.start()
    first = session._first

    first.chosen.emit(StartChoice(first.path, "Est", "roubaix-2024-2030", False, "", table=table))

    view = session._frame.window.page().import_view
    qtbot.waitUntil(lambda: view.mapping is not None and view.mapping._job is None, timeout=60_000)
    assert view.mapping.entity.currentText() == "Actions"


def test_what_the_first_start_cannot_make_is_said_there(begin) -> None:
    session = begin()
    session.start()
    first = session._first
    paths.data_dir().parent.mkdir(parents=True, exist_ok=True)
    paths.data_dir().write_text("un fichier à la place du dossier")

    first.chosen.emit(StartChoice(first.path, "Est", "roubaix-2024-2030", False, ""))

    assert first.isVisible()
    assert "ne peut pas être créé" in first.banner.accessibleName()
    first.close()


def test_a_notebook_there_is_opened_and_remembered(begin, tmp_path: Path) -> None:
    path = copy_example(tmp_path / "est.carnet")
    session = begin(path, named=True)

    session.start()

    assert session._frame.window.isVisible()
    assert session._frame.context.preferences.value("notebook", "") == str(path)


def test_a_damaged_notebook_says_so_and_a_backup_is_put_back(begin, tmp_path: Path, monkeypatch) -> None:
    path = copy_example(tmp_path / "est.carnet")
    kept = backup.save_daily(path, now=lambda: NOW)
    path.write_bytes(b"SQLite format 3\x00 mais plus rien de lisible")
    answers = Answers(monkeypatch, "Restaurer une sauvegarde…")
    monkeypatch.setattr("app.ui.dialogs.opening.choose_backup", lambda *_: kept)
    session = begin(path, named=True)

    session.start()

    ((said, advice, buttons, default),) = answers.boxes
    assert "n’est pas un carnet" in said
    assert advice
    assert set(buttons) == {
        "Choisir un autre carnet…", "Restaurer une sauvegarde…", "Commencer un carnet…", "Quitter",
    }  # fmt: skip
    assert default == "Restaurer une sauvegarde…"
    assert session._frame.context.store is not None


def test_people_erased_since_the_backup_are_told_when_it_is_put_back(begin, tmp_path: Path, monkeypatch) -> None:
    path = copy_example(tmp_path / "est.carnet")
    kept = backup.save_daily(path, now=lambda: NOW)
    copy = kept.read_bytes()
    with notebooks.open_existing(path) as store:
        with store.read() as connection:
            person = records.listing(connection, "contact")[0].id
        erasure.erase(store, "contact", [person])
    elsewhere = tmp_path / "vieille copie.carnet"
    elsewhere.write_bytes(copy)
    path.write_bytes(b"SQLite format 3\x00 mais plus rien de lisible")
    Answers(monkeypatch, "Restaurer une sauvegarde…")
    monkeypatch.setattr("app.ui.dialogs.opening.choose_backup", lambda *_: elsewhere)
    told: list[str] = []
    monkeypatch.setattr(QMessageBox, "information", lambda _window, _title, text: told.append(text))

    begin(path, named=True).start()

    assert told == ["1\xa0personne avait été effacée depuis cette copie\xa0: elle l’est de nouveau."]


@pytest.mark.parametrize("content", [b"", b"du texte", b"PK\x03\x04" + bytes(200)])
def test_a_file_that_is_no_notebook_is_left_as_it_is(begin, tmp_path: Path, monkeypatch, content: bytes) -> None:
    path = tmp_path / "est.carnet"
    path.write_bytes(content)
    answers = Answers(monkeypatch, "Quitter")
    session = begin(path, named=True)

    session.start()

    assert len(answers.boxes) == 1
    assert path.read_bytes() == content
    assert not session._frame.window.isVisible()
    assert session._frame.context.store is None


def test_giving_up_in_the_file_dialog_asks_again(begin, tmp_path: Path, monkeypatch) -> None:
    path = tmp_path / "est.carnet"
    path.write_bytes(b"du texte")
    answers = Answers(monkeypatch, "Choisir un autre carnet…", "Choisir un autre carnet…")
    found = [None, copy_example(tmp_path / "bon.carnet")]
    monkeypatch.setattr("app.ui.dialogs.opening.choose_notebook", lambda *_: found.pop(0))
    session = begin(path, named=True)

    session.start()

    assert len(answers.boxes) == 2
    assert session._frame.context.store.path == tmp_path / "bon.carnet"


def test_a_notebook_open_elsewhere_is_tried_again(begin, tmp_path: Path, monkeypatch) -> None:
    path = copy_example(tmp_path / "est.carnet")
    other = notebooks.open_existing(path)
    answers = Answers(monkeypatch, "Réessayer")
    answers.answer = _closing_first(other, answers.answer)
    session = begin(path, named=True)

    session.start()

    ((said, _, buttons, default),) = answers.boxes
    assert said == "Le carnet «\u00a0est.carnet\u00a0» est déjà ouvert ailleurs."
    assert default == "Réessayer"
    assert "Restaurer une sauvegarde…" not in buttons
    assert session._frame.context.store is not None


def _closing_first(other, answer):
    def close_then_answer(box: QMessageBox) -> None:
        other.close()
        answer(box)

    return close_then_answer


def test_a_notebook_that_has_gone_is_said_to_have_gone(begin, tmp_path: Path, monkeypatch) -> None:
    path = copy_example(tmp_path / "cle" / "est.carnet")
    first = begin(path, named=True)
    first.start()
    first._frame.close()
    path.rename(tmp_path / "ailleurs.carnet")
    answers = Answers(monkeypatch, "Commencer un carnet…")
    second = begin(path)
    assert second.has_notebook()

    second.start()

    ((said, advice, _, default),) = answers.boxes
    assert "est introuvable" in said
    assert advice.startswith("Il a peut-être été déplacé")
    assert default == "Choisir un autre carnet…"
    assert second._first.isVisible()
    second._first.close()


def test_the_usual_notebook_that_has_gone_is_known_by_its_copies(begin, monkeypatch) -> None:
    path = copy_example(paths.default_notebook())
    backup.save_daily(path, now=lambda: NOW)
    path.unlink()
    answers = Answers(monkeypatch, "Quitter")
    session = begin()

    session.start()

    assert "est introuvable" in answers.boxes[0][0]
    assert "Restaurer une sauvegarde…" in answers.boxes[0][2]


def test_a_first_start_with_an_existing_notebook_opens_it(begin, tmp_path: Path) -> None:
    session = begin()
    session.start()

    session._first.existing_chosen.emit(copy_example(tmp_path / "est.carnet"))

    assert session._frame.window.isVisible()
    assert not session._first.isVisible()


def test_qt_speaks_french(whole: QApplication) -> None:
    startup._speak_french(whole)

    words = [("QPlatformTheme", "Cancel"), ("QFileDialog", "&Look in:"), ("QFileDialog", "Files of &type:")]
    assert [QCoreApplication.translate(*word) for word in words] == [
        "Annuler",
        "&Dans\u00a0:",
        "&Type de fichier\u00a0:",
    ]


def test_the_application_runs_and_leaves_with_zero(whole: QApplication, tmp_path: Path) -> None:
    path = copy_example(tmp_path / "est.carnet")
    closed: list[str] = []

    def close_when_open() -> None:
        for window in QApplication.topLevelWidgets():
            if window.objectName() != "first_start" and hasattr(window, "top_bar"):
                closed.append(window.top_bar.save_state.text())
                window.close()
        QApplication.quit()

    QTimer.singleShot(1500, close_when_open)

    assert startup.run(path) == 0
    assert any(word.startswith("Enregistré à") for word in closed)
    with notebooks.open_existing(path) as store:
        assert store.meta("district")
