"""The files of a record through what a person does: seen, joined, dropped, opened, saved, thrown away."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog

from app.notebook import undo
from app.services import attachments, records
from app.ui.forms.inputs import LineInput
from app.ui.opened_copies import OpenedCopies, opened_copies
from app.ui.pages.record_attachments import FileButton, NoFile, kind_icon
from app.ui.theme import Theme
from tests.ui.accessibility import nameless_controls
from tests.ui.desk import Desk

RECORDS = (
    ("action", "EST-001"),
    ("organisation", "Association des locataires, Est (exemple)"),
    ("contact", "Référente parents"),
    ("indicator", "EST-I01"),
)


@pytest.fixture
def desk(qtbot, theme: Theme, tmp_path: Path, monkeypatch) -> Iterator[Desk]:
    monkeypatch.setenv("CARNET_HOME", str(tmp_path / "home"))
    made = Desk(theme, tmp_path, page="plan")
    qtbot.addWidget(made.window)
    yield made
    made.context.jobs.stop_all()
    made.close()


@pytest.fixture
def note(tmp_path: Path) -> Path:
    path = tmp_path / "Note.txt"
    path.write_text("Deux samedis par mois.", encoding="utf-8")
    return path


def files(desk: Desk) -> list[FileButton]:
    return [one for one in desk.view._files.findChildren(FileButton) if one.isVisibleTo(desk.view._files)]


def names(desk: Desk) -> list[str]:
    return [one.text() for one in files(desk)]


def take(desk: Desk, *paths: Path) -> None:
    desk.view._files.take(paths)
    desk.settle()


def drag(kind: type, *paths: Path, at: QPoint | None = None) -> QDropEvent:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    data.setText("\n".join(str(path) for path in paths))
    where = at or QPoint(60, 300)
    # Qt keeps the data no longer than this event lives.
    drag.data = data
    place = where if kind is QDragEnterEvent else QPointF(where)
    return kind(place, Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)


# -- the list ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("entity", "code"), RECORDS, ids=[entity for entity, _ in RECORDS])
def test_every_record_shows_its_files_and_takes_others(desk: Desk, note: Path, entity: str, code: str) -> None:
    view = desk.open(code, entity)
    (nothing,) = view._files.findChildren(NoFile)
    assert nothing.accessibleName().startswith("Aucune pièce jointe.")

    take(desk, note)

    (shown,) = files(desk)
    assert shown.accessibleName() == "Note.txt, 22\u00a0octets   ·   24/11/2026"
    assert view.panel._notes["files"].text() == "1"
    assert view.panel.banner.isHidden() or "Note" not in view.panel.banner.accessibleName()
    assert nameless_controls(view._files) == []


def test_a_file_of_the_example_says_weight_day_and_remark(desk: Desk) -> None:
    desk.open("EST-019")

    (shown,) = files(desk)

    assert shown.text() == "Lieux de permanence.png"
    assert shown.told == "11\u00a0Ko   ·   10/02/2026   ·   Affiché aussi dans les halls."


def test_a_file_that_stayed_elsewhere_says_where_and_is_only_told(desk: Desk, monkeypatch) -> None:
    desk.store.writer().execute("DELETE FROM attachment_blob")
    desk.store.writer().execute("UPDATE replica SET label = 'Nord' WHERE label = 'exemple'")
    opened = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: bool(opened.append(url)))
    view = desk.open("EST-019")

    (shown,) = files(desk)
    assert shown.told.startswith("Restée sur l’ordinateur de\u00a0Nord   ·   11\u00a0Ko")
    shown.click()

    assert opened == []
    assert view.panel.banner.accessibleName().startswith(
        "«\u00a0Lieux de permanence.png\u00a0» est restée sur l’ordinateur de\u00a0Nord."
    )


def test_kinds_have_their_icons(theme: Theme) -> None:
    kinds = ("image/png", "application/pdf", "text/csv", "text/plain", "text/vcard")

    icons = [kind_icon(kind) for kind in kinds]

    assert icons == ["photo", "file-type-pdf", "file-spreadsheet", "file-text", "id-badge"]
    assert set(icons) <= set(theme.icons.names())


# -- joining ----------------------------------------------------------------------------------------------------------


def test_files_are_chosen_by_the_button_and_from_the_empty_state(desk: Desk, note: Path, monkeypatch) -> None:
    view = desk.open("EST-001")
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: ([str(note)], ""))

    QTest.keyClick(view._files.findChildren(NoFile)[0], Qt.Key.Key_Return)
    desk.settle()
    assert names(desk) == ["Note.txt"]
    other = note.with_name("Autre.txt")
    other.write_text("autre")
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: ([str(other)], ""))
    view._files.add.click()
    desk.settle()

    assert names(desk) == ["Autre.txt", "Note.txt"]


def test_several_files_are_one_gesture_and_the_refused_are_told(desk: Desk, note: Path) -> None:
    desk.open("EST-001")
    before = desk.gestures()
    bad, other = note.with_name("programme.exe"), note.with_name("Autre.txt")
    bad.write_bytes(b"MZ")
    other.write_text("autre")

    take(desk, note, bad, other, note)

    assert desk.gestures() == before + 1
    assert sorted(names(desk)) == ["Autre.txt", "Note.txt"]
    said = desk.view.panel.banner.accessibleName()
    assert said.startswith("2\u00a0fichiers ne sont pas joints.")
    assert "programme.exe" in said
    undo.undo(desk.store)
    desk.settle()
    assert names(desk) == []


def test_one_refusal_is_told_with_its_way_out(desk: Desk, note: Path) -> None:
    desk.open("EST-001")
    old = note.with_name("lettre.doc")
    old.write_bytes(b"\xd0\xcf\x11\xe0")

    take(desk, old)

    assert desk.view.panel.banner.accessibleName() == (
        "Un fichier .doc ne peut pas être joint\u00a0: «\u00a0lettre.doc\u00a0».  Enregistrez-le en .docx, puis"
        " réessayez."
    ).replace("  ", " ")


def test_files_go_to_the_record_they_were_given_to_even_when_another_is_open(desk: Desk, note: Path) -> None:
    view = desk.open("EST-001")
    view._files.take([note])
    desk.open("EST-002")
    desk.settle()

    assert names(desk) == []
    with desk.store.read() as connection:
        assert len(attachments.of_record(connection, "action", desk.id_of("EST-001"))) == 1


# -- dropping ---------------------------------------------------------------------------------------------------------


def test_a_file_dropped_on_the_record_is_joined_to_it(desk: Desk, note: Path) -> None:
    view = desk.open("EST-001")
    veil = view._files.veil

    entering = drag(QDragEnterEvent, note)
    QApplication.sendEvent(view.panel, entering)
    assert entering.isAccepted()
    assert veil.isVisible()
    assert veil._second == "Note.txt"
    QApplication.sendEvent(view.panel, drag(QDropEvent, note))
    desk.settle()

    assert veil.isHidden()
    assert names(desk) == ["Note.txt"]


def test_a_workbook_dropped_on_a_record_is_joined_and_beside_it_is_imported(desk: Desk, tmp_path: Path, qtbot) -> None:
    book = tmp_path / "Projets_Est.xlsx"
    with zipfile.ZipFile(book, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
    view = desk.open("EST-001")
    heard = []
    desk.window.workbooks_dropped.disconnect()
    desk.window.workbooks_dropped.connect(heard.append)

    QApplication.sendEvent(view.panel, drag(QDragEnterEvent, book))
    assert view._files.veil._second == "Pour importer un classeur, déposez-le hors de la fiche."
    QApplication.sendEvent(view.panel, drag(QDropEvent, book))
    desk.settle()
    assert (names(desk), heard) == (["Projets_Est.xlsx"], [])
    desk.window.dropEvent(drag(QDropEvent, book))

    assert heard == [[book]]
    assert names(desk) == ["Projets_Est.xlsx"]


def test_leaving_the_record_lifts_the_veil_and_a_text_is_no_file(desk: Desk, note: Path) -> None:
    view = desk.open("EST-001")
    QApplication.sendEvent(view.panel, drag(QDragEnterEvent, note))
    QApplication.sendEvent(view.panel, QDragLeaveEvent())
    assert view._files.veil.isHidden()
    data = QMimeData()
    data.setText("des mots")
    words = QDragEnterEvent(
        QPoint(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )

    QApplication.sendEvent(view.panel, words)

    assert view._files.veil.isHidden()


def test_a_file_over_a_text_field_is_for_the_record_not_for_the_text(desk: Desk, note: Path) -> None:
    view = desk.open("EST-001")
    line = view._editing.form.editor("lead").input
    text = view._editing.form.editor("description").input
    before = (line.text(), text.toPlainText())

    entering = drag(QDragEnterEvent, note, at=QPoint(5, 5))
    entering.ignore()
    line.dragEnterEvent(entering)
    assert not entering.isAccepted()
    assert not text.canInsertFromMimeData(drag.data)
    data = QMimeData()
    data.setUrls([QUrl("https://www.ville-roubaix.fr")])
    data.setText("https://www.ville-roubaix.fr")

    assert text.canInsertFromMimeData(data)
    assert (line.text(), text.toPlainText()) == before


def test_a_record_in_the_bin_takes_no_file(desk: Desk, note: Path) -> None:
    id = desk.id_of("EST-001")
    records.delete(desk.store, "action", [id])
    desk.page.show_bin()
    desk.page.bin.table.opened.emit(id)
    QTest.qWait(5)
    view = desk.view

    QApplication.sendEvent(view.panel, drag(QDragEnterEvent, note))

    assert view._files.veil.isHidden()
    assert view._files.add.isHidden()
    assert not view._files.findChildren(NoFile)[0].isEnabled()


# -- opening, saving, throwing away -----------------------------------------------------------------------------------


def test_a_click_opens_a_copy_that_goes_with_the_application(desk: Desk, monkeypatch) -> None:
    opened: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url) or True)
    desk.open("EST-019")

    QTest.mouseClick(files(desk)[0], Qt.MouseButton.LeftButton)

    path = Path(opened[0].toLocalFile())
    assert path.name == "Lieux de permanence.png"
    assert path.is_file()
    opened_copies().remove()
    assert not path.exists()
    assert len(QApplication.instance().findChildren(OpenedCopies)) == 1


def test_a_file_that_no_program_opens_is_said(desk: Desk, monkeypatch) -> None:
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda _url: False)
    view = desk.open("EST-019")

    files(desk)[0].click()

    assert "ne s’est pas ouvert" in view.panel.banner.accessibleName()
    opened_copies().remove()


def test_a_file_is_saved_elsewhere(desk: Desk, tmp_path: Path, monkeypatch) -> None:
    desk.open("EST-019")
    target = tmp_path / "plan.png"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))

    files(desk)[0].save_asked.emit()

    assert target.read_bytes().startswith(b"\x89PNG")


def remark(desk: Desk) -> LineInput:
    """The line opened where the remark of the first file is read."""
    QTest.keyClick(files(desk)[0], Qt.Key.Key_F2)
    return files(desk)[0].findChild(LineInput)


def test_what_should_be_known_of_a_file_is_written_in_its_place_and_taken_back(desk: Desk) -> None:
    desk.open("EST-019")
    before = files(desk)[0].file.note
    line = remark(desk)
    assert line.hasFocus()
    assert line.text() == before

    QTest.keyClick(line, Qt.Key.Key_End)
    QTest.keyClicks(line, " Vu le 3 mars ")
    QTest.keyClick(line, Qt.Key.Key_Return)
    desk.settle()
    assert files(desk)[0].file.note == f"{before} Vu le 3 mars".strip()
    assert "Vu le 3 mars" in files(desk)[0].told
    undo.undo(desk.store)
    desk.settle()

    assert files(desk)[0].file.note == before


def test_leaving_the_line_of_a_remark_keeps_it(desk: Desk) -> None:
    desk.open("EST-019")
    QTest.keyClicks(remark(desk), "Vu")

    desk.window.setFocus()
    desk.settle()

    assert files(desk)[0].file.note == "Vu"


def test_a_remark_given_up_changes_nothing(desk: Desk) -> None:
    desk.open("EST-019")
    before = files(desk)[0].file.note
    line = remark(desk)
    QTest.keyClicks(line, "autre")

    QTest.keyClick(line, Qt.Key.Key_Escape)
    desk.settle()

    assert files(desk)[0].file.note == before
    assert files(desk)[0].hasFocus()
    assert desk.window.has_panel_open()


def test_a_file_is_thrown_away_by_the_keyboard_and_comes_back(desk: Desk) -> None:
    desk.open("EST-019")

    files(desk)[0].setFocus()
    QTest.keyClick(files(desk)[0], Qt.Key.Key_Delete)
    desk.settle()
    assert names(desk) == []
    assert isinstance(QApplication.focusWidget(), NoFile)
    assert "pièce jointe supprimée" in desk.told
    undo.undo(desk.store)
    desk.settle()

    assert names(desk) == ["Lieux de permanence.png"]
    assert files(desk)[0].file.is_here


def test_another_change_of_the_record_leaves_the_lines_as_they_are(desk: Desk) -> None:
    view = desk.open("EST-019")
    (line,) = files(desk)
    line.setFocus()

    records.update(desk.store, "action", view.record_id, {"lead": "Service santé"})
    desk.settle()

    assert files(desk) == [line]
    assert line.hasFocus()


def test_a_file_found_by_the_search_opens_its_record(desk: Desk) -> None:
    (hit,) = [one for one in desk.frame.find("lieux permanence png") if one.id]

    assert (hit.entity, hit.id) == ("action", desk.id_of("EST-019"))


def test_the_list_is_drawn_in_the_other_palette(desk: Desk, theme: Theme) -> None:
    desk.open("EST-019")

    theme.use("dark")
    QTest.qWait(20)

    assert names(desk) == ["Lieux de permanence.png"]
    desk.window.grab()
