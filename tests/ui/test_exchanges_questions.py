"""What the page asks, on the real engines: rows to join, sorted sheets, work taken back, the workbook written again."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QMessageBox

from app.exchange.preview import Kind
from app.notebook.store import Store
from app.services import records
from app.services.imports import journal, undo_import
from app.ui.application import Application
from app.ui.context import Context
from app.ui.preferences import Preferences
from app.ui.theme import Theme
from tests.exchange.books import PARTS
from tests.exchange.laptops import append, rework, sheet_of
from tests.ui.exchanges_sample import NOW
from tests.ui.test_exchanges_real import (
    answer,
    change,
    drop,
    edit,
    export_of,
    notebook,
    page_of,
    row_of,
    take_in,
    value_of,
)


@pytest.fixture
def frame(qtbot, theme: Theme, tmp_path: Path) -> Iterator[Application]:
    """A window on the notebook of Est, example loaded."""
    made = Application(Context(theme, Preferences(tmp_path / "preferences.json"), lambda: NOW))
    qtbot.addWidget(made.window)
    made.window.resize(1366, 697)
    made.window.show()
    made.open(notebook(tmp_path / "est.carnet", "chef de projet Est"))
    yield made
    made.close()


@pytest.fixture
def nord(tmp_path: Path) -> Iterator[Store]:
    with notebook(tmp_path / "nord.carnet", "chef de projet Nord") as store:
        yield store


def answered(qtbot, page) -> None:
    """Wait for the preview made again."""
    qtbot.waitUntil(lambda: not page.import_view.is_busy(), timeout=60_000)


def known(store: Store, name: str = "Association Leo Lagrange") -> str:
    return records.create(store, "organisation", {"name": name})


def organisation(store: Store, row: str):
    with store.read() as connection:
        return records.fetch(connection, "organisation", row).values


def test_a_new_row_is_joined_to_the_one_it_resembles_by_a_click(qtbot, frame, tmp_path):
    store = frame.context.store
    row = known(store)
    book = append(
        export_of(store, tmp_path, team=False), "organisation", name="Asso. Léo Lagrange", siret="78467169500087"
    )
    page = drop(qtbot, frame, book)
    preview = page.import_view.preview
    assert preview.questions.isVisible()
    assert "1 question attend" in preview.questions.accessibleName().replace("\u00a0", " ")
    assert not preview.accept.isEnabled(), "suggested, nothing is joined"

    qtbot.mouseClick(preview.questions.next, Qt.MouseButton.LeftButton)
    (block,) = preview.detail.questions.values()
    assert [tile.side.title for tile in block.tiles] == ["Rattacher à", "Créer quand même"]
    assert block.tiles[0].isChecked()
    assert block.confirm.isVisible()
    assert block.tiles[0].side.second.startswith("proposé")
    qtbot.mouseClick(block.confirm, Qt.MouseButton.LeftButton)
    answered(qtbot, page)

    assert not preview.questions.isVisible()
    (block,) = preview.detail.questions.values()
    assert not block.confirm.isVisible()
    assert preview.accept.accessibleName() == "Importer 1\u00a0changement"
    take_in(qtbot, page)
    held = organisation(store, row)
    assert (held["name"], held["siret"]) == ("Association Leo Lagrange", "78467169500087")


def test_an_answer_is_changed_as_long_as_nothing_is_written(qtbot, frame, tmp_path):
    store = frame.context.store
    known(store)
    book = append(export_of(store, tmp_path, team=False), "organisation", name="Asso. Léo Lagrange")
    page = drop(qtbot, frame, book)
    preview = page.import_view.preview
    preview.go_to_question()
    for place, created in ((0, False), (1, True)):
        (block,) = preview.detail.questions.values()
        qtbot.mouseClick(block.tiles[place], Qt.MouseButton.LeftButton)
        answered(qtbot, page)
        kinds = {one.kind for one in preview.review.plan.changes}
        assert (Kind.NEW in kinds) is created
    assert preview.accept.accessibleName() == "Importer 1\u00a0changement"


def test_several_questions_are_answered_as_suggested_at_once(qtbot, frame, tmp_path):
    store = frame.context.store
    known(store)
    known(store, "Busabiclou du Pile")
    book = append(export_of(store, tmp_path, team=False), "organisation", name="Asso. Léo Lagrange")
    append(book, "organisation", name="Busabiclou du Pile", phone="03 20 00 00 00")
    page = drop(qtbot, frame, book)
    preview = page.import_view.preview
    assert preview.questions.take.text() == "Répondre aux 2 comme proposé"

    qtbot.mouseClick(preview.questions.take, Qt.MouseButton.LeftButton)
    answered(qtbot, page)

    assert not preview.questions.isVisible()
    assert all(one.answer for one in preview.review.plan.questions)


def test_a_sheet_sorted_apart_is_put_back_together(qtbot, frame, tmp_path):
    store = frame.context.store
    book = export_of(store, tmp_path, team=False)

    def sort(found):
        sheet = sheet_of(found, "action")
        lines = [[cell.value for cell in line][1:] for line in sheet.iter_rows(min_row=3)]
        for number, line in enumerate(reversed(lines), start=3):
            for column, value in enumerate(line, start=2):
                sheet.cell(number, column).value = value

    rework(book, sort)
    edit(book, "EST-001", "description", "Réécrite après le tri.")
    page = drop(qtbot, frame, book)
    preview = page.import_view.preview
    assert not preview.accept.isEnabled()
    preview.go_to_question()
    (block,) = preview.detail.questions.values()
    assert block.tiles[0].side.title == "Ré-associer"
    assert block.question.details[0].startswith("Ligne 3")
    qtbot.mouseClick(block.tiles[0], Qt.MouseButton.LeftButton)
    answered(qtbot, page)

    assert preview.accept.accessibleName() == "Importer 1\u00a0changement"
    take_in(qtbot, page)
    assert value_of(store, "description") == "Réécrite après le tri."


def test_d84_what_a_colleague_took_back_is_told_apart_and_put_back_by_a_click(qtbot, frame, nord, tmp_path):
    from app.exchange.apply import apply_plan
    from app.exchange.plan import prepare
    from app.exchange.preview import Decisions

    store = frame.context.store
    change(store, description="Écrite à l’Est.", title="Titre de l’Est")
    plan = prepare(nord, [export_of(store, tmp_path)], now=NOW)
    apply_plan(nord, plan, Decisions())
    undo_import(nord, journal(nord)[0].id)

    page = drop(qtbot, frame, export_of(nord, tmp_path))
    preview = page.import_view.preview
    preview.origin.acted.emit()
    assert preview.undone.isVisible()
    assert "Annulé par chef de projet Nord" in preview.undone.accessibleName()
    assert "2 valeurs d’ici" in preview.undone.accessibleName().replace("\u00a0", " ")
    assert preview.review.groups()[0].title == "Annulé par chef de projet Nord"
    qtbot.mouseClick(preview.undone.put_back, Qt.MouseButton.LeftButton)
    assert not preview.undone.put_back.isVisible()
    take_in(qtbot, page)
    assert (value_of(store, "description"), value_of(store, "title")) == ("Écrite à l’Est.", "Titre de l’Est")

    apply_plan(nord, prepare(nord, [export_of(store, tmp_path)], now=NOW), Decisions())
    assert value_of(nord, "title") == "Titre de l’Est"


def test_undoing_a_team_import_says_how_many_values_of_colleagues_go_back(qtbot, frame, nord, tmp_path):
    change(nord, description="Écrite au Nord.", title="Titre du Nord")
    page = drop(qtbot, frame, export_of(nord, tmp_path))
    page.import_view.preview.origin.acted.emit()
    take_in(qtbot, page)
    page.go_to_view("history")
    page.history_view.lines[0].gesture.click()
    box = next(box for box in page.findChildren(QMessageBox) if box.isVisible())
    said = box.informativeText().replace("\u00a0", " ")
    assert said.startswith(
        "2 valeurs reviendront à ce que le carnet contenait avant : elles viennent du travail de vos"
    )
    assert "Ils le verront à leur prochain échange" in said
    answer(page, "Annuler")


def test_the_workbook_is_written_again_beside_it_and_nothing_is_replaced(qtbot, frame, tmp_path, monkeypatch):
    store = frame.context.store
    book = append(export_of(store, tmp_path, team=False), "organisation", name="Une structure toute nouvelle")
    page = drop(qtbot, frame, book)
    take_in(qtbot, page)
    done = page.import_view.done
    assert done.renew.isVisible()
    proposed = []

    def choose(_parent, _title, path, *_others, **_options):
        proposed.append(Path(path))
        return (str(book if len(proposed) == 1 else path), "")

    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
    before = book.read_bytes()
    qtbot.mouseClick(done.renew, Qt.MouseButton.LeftButton)
    answered(qtbot, page)
    assert "existe déjà" in done.accessibleName()
    assert book.read_bytes() == before

    qtbot.mouseClick(done.renew, Qt.MouseButton.LeftButton)
    answered(qtbot, page)
    assert "Classeur à jour enregistré" in done.accessibleName()
    assert not done.renew.isVisible()
    made = proposed[1]
    assert made.parent == book.parent
    assert f"{NOW:%Y-%m-%d}" in made.name
    sheet = sheet_of(load_workbook(made), "organisation")
    line = next(cells for cells in sheet.iter_rows(min_row=3) if "Une structure toute nouvelle" in map(_value, cells))
    assert str(line[0].value).count(".") == 3, "it has its Réf."


def _value(cell):
    return cell.value


def test_a_workbook_taken_in_again_is_one_question_with_its_date(qtbot, frame, tmp_path):
    store = frame.context.store
    book = export_of(store, tmp_path, team=False)
    edit(book, "EST-001", "description", "Première")
    page = drop(qtbot, frame, book)
    take_in(qtbot, page)
    edit(book, "EST-001", "description", "Deuxième")
    rework(book, lambda found: setattr(found.properties, "modified", found.properties.modified.replace(year=2031)))
    page = drop(qtbot, frame, book)
    suite = page.import_view.preview.suite
    assert suite.isVisible()
    assert "aujourd’hui à" in suite.accessibleName()
    review = page.import_view.preview.review
    (one,) = review.suites()
    assert review.settled(one.key) == "theirs", "replacing is suggested"
    qtbot.mouseClick(suite.each, Qt.MouseButton.LeftButton)
    assert review.settled(one.key) == ""
    qtbot.mouseClick(suite.keep, Qt.MouseButton.LeftButton)
    assert review.settled(one.key) == "mine"
    qtbot.mouseClick(suite.replace, Qt.MouseButton.LeftButton)
    take_in(qtbot, page)
    assert value_of(store, "description") == "Deuxième"


def test_d76_a_bomb_is_refused_by_the_page_and_the_notebook_stays(qtbot, frame, tmp_path):
    path = tmp_path / "Bombe.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in PARTS.items():
            archive.writestr(name, content)
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            part.write(b'<worksheet><sheetData><row r="1"><c r="A1" t="str"><v>')
            for _ in range(300):
                part.write(b"A" * 1_000_000)
            part.write(b"</v></c></row></sheetData></worksheet>")
    store = frame.context.store
    with store.read() as connection:
        before = records.fetch(connection, "action", row_of(store)).values
    frame.window.workbooks_dropped.emit([path])
    view = page_of(frame).import_view
    qtbot.waitUntil(view.banner.isVisible, timeout=60_000)

    assert "Bombe.xlsx" in view.banner.accessibleName() or "classeur" in view.banner.accessibleName().lower()
    assert not view.is_reviewing()
    with store.read() as connection:
        assert records.fetch(connection, "action", row_of(store)).values == before
    assert journal(store) == []
