"""A table that never came from a notebook: its columns are asked, then it is previewed and imported."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtTest import QAbstractItemModelTester

from app import paths
from app.errors import PlaceFails
from app.exchange.foreign import MappingMemory
from app.formatting import NBSP
from app.notebook.store import Store
from app.services import notebooks
from app.ui.application import Application
from app.ui.context import Context
from app.ui.pages.exchanges_import import ImportView
from app.ui.pages.exchanges_mapping import MappingPane
from app.ui.preferences import Preferences
from app.ui.theme import Theme
from tests.exchange.tables import as_csv, book, programme
from tests.ui.accessibility import nameless_controls
from tests.ui.exchanges_sample import NOW, answer


@pytest.fixture(scope="module")
def original(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("original") / "est.carnet"
    notebooks.start(path, district="Est", example=False, author="Est", now=lambda: NOW).close()
    return path


@pytest.fixture
def frame(qtbot, theme: Theme, tmp_path: Path, original: Path) -> Iterator[Application]:
    """A window on a notebook of Est without any action."""
    made = Application(Context(theme, Preferences(tmp_path / "preferences.json"), lambda: NOW))
    qtbot.addWidget(made.window)
    made.window.resize(1366, 697)
    made.window.show()
    path = tmp_path / "est.carnet"
    path.write_bytes(original.read_bytes())
    made.open(notebooks.open_existing(path, now=lambda: NOW))
    yield made
    made.close()


def drop(qtbot, frame: Application, *tables: Path, answering: str = "") -> MappingPane:
    """Drop tables on the page and wait for their columns to be asked and their lines counted.

    `answering`: what is said to the question that a preview on screen brings.
    """
    frame.window.navigator.go("exchanges", files=tables)
    if answering:
        answer(frame.window.page(), answering)
    view = view_of(frame)
    qtbot.waitUntil(lambda: view.mapping is not None and view._stack.currentWidget() is view.mapping, timeout=60_000)
    return counted(qtbot, view.mapping)


def counted(qtbot, pane: MappingPane) -> MappingPane:
    qtbot.waitUntil(lambda: pane._job is None and not pane._later.isActive(), timeout=60_000)
    return pane


def view_of(frame: Application) -> ImportView:
    return frame.window.page().import_view


def choose(box, value) -> None:
    box.setCurrentIndex(box.findData(value))


def actions(store: Store) -> dict[str, str]:
    with store.read() as connection:
        return dict(connection.exec_driver_sql("SELECT title, lead FROM action WHERE deleted = 0").fetchall())


def said(pane: MappingPane) -> str:
    return pane.foot.sentence.text().replace(NBSP, " ")


def test_a_programme_is_read_its_columns_agreed_to_and_imported(qtbot, frame, tmp_path):
    store = frame.context.store
    pane = drop(qtbot, frame, programme(tmp_path / "Plan.xlsx"))

    assert (pane.sheet.currentText(), pane.heads.currentText(), pane.entity.currentText()) == (
        "Programme 2026", "lignes 3 et 4", "Actions",
    )  # fmt: skip
    states = {line.guess.key: line.state.text() for line in pane.columns.lines.values()}
    assert (states["N°"], states["Porteur"], states["Budget 2026"]) == ("à vérifier", "reconnue", "non importée")
    assert said(pane) == "3 lignes : 3 nouvelles, 1 erreur."
    assert actions(store) == {}, "nothing is written before"

    pane.go.click()
    view = view_of(frame)
    qtbot.waitUntil(view.is_reviewing, timeout=60_000)
    assert view.preview.accept.accessibleName() == f"Importer 3{NBSP}changements"
    view.preview.accept.click()
    qtbot.waitUntil(view.done.isVisible, timeout=60_000)
    assert set(actions(store)) == {"Repair café", "Café des aidants", "Forum des métiers"}


def test_one_comes_back_from_the_preview_to_the_columns(qtbot, frame, tmp_path):
    pane = drop(qtbot, frame, programme(tmp_path / "Plan.xlsx"))
    pane.create.setChecked(True)
    counted(qtbot, pane).go.click()
    view = view_of(frame)
    qtbot.waitUntil(view.is_reviewing, timeout=60_000)
    assert view.preview.accept.accessibleName() == f"Importer 4{NBSP}changements", "the structure comes with its link"

    assert view.preview.leave.text() == "Revenir aux colonnes"
    view.preview.leave.click()

    assert view._stack.currentWidget() is pane
    assert pane.create.isChecked()
    pane.leave.click()
    answer(frame.window.page(), "Annuler")
    assert view._stack.currentWidget() is pane
    pane.leave.click()
    answer(frame.window.page(), "Abandonner")
    assert view.zone.isVisible()


def test_the_columns_can_be_asked_again_after_the_import_was_refused(qtbot, frame, tmp_path, monkeypatch):
    def full(store):
        raise PlaceFails("Le disque est plein.", advice="Faites de la place.")

    pane = drop(qtbot, frame, programme(tmp_path / "Plan.xlsx"))
    pane.go.click()
    view = view_of(frame)
    qtbot.waitUntil(view.is_reviewing, timeout=60_000)
    monkeypatch.setattr("app.services.imports.save_restore_point", full)
    view.preview.accept.click()
    qtbot.waitUntil(lambda: view.is_reviewing() and not view.is_busy(), timeout=60_000)

    view.preview.leave.click()
    pane.create.setChecked(True)
    counted(qtbot, pane)

    assert pane.go.isEnabled()
    assert said(pane).startswith("3 lignes")
    assert actions(frame.context.store) == {}


def test_a_field_is_given_by_one_column_and_the_count_follows(qtbot, frame, tmp_path):
    pane = drop(qtbot, frame, as_csv(tmp_path / "t.csv", [["Action", "Sujet"], ["A", "Jardin"], ["", "Fête"]]))
    assert said(pane) == "1 ligne : 1 nouvelle."
    first, second = pane.columns.lines.values()

    choose(second.box, "title")
    counted(qtbot, pane)

    assert first.path == ""
    assert second.state.text() == "choisie"
    assert said(pane) == "2 lignes : 2 nouvelles."


def test_a_mapping_that_cannot_be_says_why_and_leads_nowhere(qtbot, frame, tmp_path):
    pane = drop(qtbot, frame, as_csv(tmp_path / "t.csv", [["Action", "Pilote"], ["A", "Paul"]]))
    title = next(line for line in pane.columns.lines.values() if line.path == "title")

    choose(title.box, "")
    counted(qtbot, pane)

    assert "Aucune colonne ne donne" in pane.banner.accessibleName()
    assert not pane.go.isEnabled()
    choose(title.box, "title")
    counted(qtbot, pane)
    assert pane.banner.isHidden()
    assert pane.go.isEnabled()


def test_another_sheet_another_heading_row_another_entity(qtbot, frame, tmp_path):
    sheets = {
        "Actions": [["Action", "Pilote"], ["Jardin", "Paul"]],
        "Acteurs": [["Liste"], ["Structure", "Mail"], ["Les Voisins", "v@exemple.fr"]],
    }
    pane = drop(qtbot, frame, book(tmp_path / "t.xlsx", sheets))

    choose(pane.sheet, "Acteurs")
    counted(qtbot, pane)
    assert (pane.entity.currentData(), pane.heads.currentText()) == ("organisation", "ligne 2")

    choose(pane.entity, "contact")
    counted(qtbot, pane)
    assert "contact" in pane.mapping().entity
    pane.grid.row_chosen.emit(3)
    assert "Aucun tableau" in pane.banner.accessibleName(), "the last line heads nothing"
    assert pane.heads.currentText() == "ligne 2"


def test_the_quartier_of_the_notebook_is_given_to_lines_that_say_none(qtbot, frame, tmp_path):
    pane = drop(qtbot, frame, as_csv(tmp_path / "t.csv", [["Action", "Pilote"], ["Jardin", "Paul"]]))

    assert pane.defaults["territories"].currentText() == "Est"
    assert pane.mapping().defaults == {"territories": "Est"}


def test_a_reading_is_remembered_and_comes_back_by_itself(qtbot, frame, tmp_path):
    pane = drop(qtbot, frame, as_csv(tmp_path / "t.csv", [["Truc", "Qui"], ["Jardin", "Paul"]]))
    choose(pane.entity, "action")
    counted(qtbot, pane)
    for line, path in zip(pane.columns.lines.values(), ("title", "lead"), strict=True):
        choose(line.box, path)
    pane.kept_name.setText("Tableau de Paul")
    counted(qtbot, pane).go.click()
    qtbot.waitUntil(view_of(frame).is_reviewing, timeout=60_000)
    assert list(MappingMemory(paths.config_dir()).every()) == ["Tableau de Paul"]

    other = as_csv(tmp_path / "u.csv", [["Qui", "Truc"], ["Ali", "Fête"]])
    pane = drop(qtbot, frame, other, answering="Commencer un autre aperçu")

    assert "Tableau de Paul" in pane.banner.accessibleName()
    assert pane.mapping().columns == {"Qui": "lead", "Truc": "title"}
    assert pane.kept_name.text() == "Tableau de Paul"


def test_several_tables_are_asked_one_after_the_other(qtbot, frame, tmp_path):
    first = as_csv(tmp_path / "a.csv", [["Action", "Pilote"], ["Jardin", "Paul"]])
    second = as_csv(tmp_path / "b.csv", [["Action", "Pilote"], ["Fête", "Ali"]])
    pane = drop(qtbot, frame, first, second)
    assert "1 sur 2" in pane.second.text()

    pane.go.click()
    assert "2 sur 2" in counted(qtbot, pane).second.text()
    pane.go.click()

    view = view_of(frame)
    qtbot.waitUntil(view.is_reviewing, timeout=60_000)
    view.preview.accept.click()
    qtbot.waitUntil(view.done.isVisible, timeout=60_000)
    assert actions(frame.context.store) == {"Jardin": "Paul", "Fête": "Ali"}


def test_a_workbook_without_a_table_says_so_and_another_may_be_chosen(qtbot, frame, tmp_path):
    pane = drop(qtbot, frame, book(tmp_path / "t.xlsx", {"Feuil1": [["Bonjour"], ["Une phrase."]]}))

    assert "Aucun tableau n’a été reconnu" in pane.banner.accessibleName()
    assert not pane.go.isEnabled()
    assert pane.another.isEnabled()


def test_the_step_is_named_for_a_screen_reader_and_its_grid_is_a_sound_model(qtbot, frame, tmp_path):
    pane = drop(qtbot, frame, programme(tmp_path / "Plan.xlsx"))

    assert nameless_controls(pane) == []
    QAbstractItemModelTester(pane.grid.sheet, QAbstractItemModelTester.FailureReportingMode.Fatal)
    pane.grid.show_table(pane._seen.recognition.table)
    assert [pane.grid.sheet.line(row).role for row in range(5)] == ["aside", "heading", "heading", "aside", "data"]
