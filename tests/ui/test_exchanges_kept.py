"""What a person answered, ticked and mapped is kept: after a fault, another reading, a notebook that changed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from app.errors import PlaceFails
from app.exchange.preview import Kind
from app.services import records
from app.ui.application import Application
from app.ui.context import Context
from app.ui.preferences import Preferences
from app.ui.theme import Theme
from tests.exchange.laptops import append
from tests.ui.exchanges_sample import NOW, answer
from tests.ui.test_exchanges_foreign import counted, programme
from tests.ui.test_exchanges_foreign import drop as columns_of
from tests.ui.test_exchanges_real import drop, edit, export_of, notebook, row_of, take_in, value_of


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


def settled(qtbot, page) -> None:
    qtbot.waitUntil(lambda: not page.import_view.is_busy(), timeout=60_000)


def left_out(page) -> list[str]:
    """The changes that could be taken and are not."""
    review = page.import_view.preview.review
    taken = review.decisions().accepted
    return [one.label for one in review.plan.changes if review.can_tick(one) and one.key not in taken]


def untick(page, code: str, store) -> None:
    preview = page.import_view.preview
    preview.list.go_to(f"action:{row_of(store, code)}")
    preview.model.toggle(preview.list.currentIndex().row())


def another(frame, tmp_path) -> Path:
    """The workbook of another partner, who changed another action."""
    (tmp_path / "autre").mkdir()
    book = export_of(frame.context.store, tmp_path / "autre", team=False)
    edit(book, "EST-005", "lead", "Troisième")
    return book


@pytest.fixture
def decided(qtbot, frame, tmp_path):
    """A preview of two actions changed by a partner, one of which is left out."""
    store = frame.context.store
    book = export_of(store, tmp_path, team=False)
    edit(book, "EST-003", "lead", "Pilote du partenaire")
    edit(book, "EST-004", "lead", "Autre pilote")
    page = drop(qtbot, frame, book)
    untick(page, "EST-004", store)
    assert len(left_out(page)) == 1
    return page, book


def test_a_file_that_cannot_be_read_for_a_moment_loses_nothing(qtbot, frame, decided):
    page, book = decided
    view, chosen = page.import_view, left_out(page)
    content = book.read_bytes()
    book.write_bytes(b"abcd")
    view._try_again()
    qtbot.waitUntil(view.banner.isVisible, timeout=60_000)
    assert "Vos choix sont gardés." in view.banner.accessibleName()

    book.write_bytes(content)
    view.banner.acted.emit()
    qtbot.waitUntil(view.is_reviewing, timeout=60_000)

    assert left_out(page) == chosen
    take_in(qtbot, page)
    store = frame.context.store
    assert value_of(store, "lead", row_of(store, "EST-003")) == "Pilote du partenaire"
    assert value_of(store, "lead", row_of(store, "EST-004")) != "Autre pilote"


def test_more_files_join_the_preview_and_choices_stay(qtbot, frame, tmp_path, decided):
    page, _book = decided
    chosen = left_out(page)
    other = another(frame, tmp_path)

    page.import_files([other])
    answer(page, "Les ajouter à l’aperçu")
    settled(qtbot, page)

    assert len(page.import_view.preview.review.plan.sources) == 2
    assert left_out(page) == chosen


def test_another_preview_takes_its_place_only_once_it_is_said(qtbot, frame, tmp_path, decided):
    page, _book = decided
    other = another(frame, tmp_path)

    page.import_files([other])
    answer(page, "Annuler")
    assert page.import_view.is_reviewing()
    assert len(left_out(page)) == 1

    page.import_files([other])
    answer(page, "Commencer un autre aperçu")
    settled(qtbot, page)
    assert [source.path for source in page.import_view.preview.review.plan.sources] == [other]
    assert left_out(page) == []


def test_what_is_decided_waits_while_one_works_on_another_page(qtbot, frame, decided):
    page, _book = decided
    chosen, store = left_out(page), frame.context.store
    frame.window.navigator.go("plan")
    records.update(store, "action", row_of(store, "EST-010"), {"lead": "Moi"})
    frame.window.navigator.go("exchanges")
    settled(qtbot, page)

    assert page.import_view.is_reviewing()
    assert left_out(page) == chosen


def test_a_choice_whose_row_changed_meanwhile_is_told(qtbot, frame, decided):
    page, _book = decided
    store = frame.context.store
    records.update(store, "action", row_of(store, "EST-004"), {"lead": "Moi"})
    settled(qtbot, page)

    assert "n’a pas pu être repris" in page.import_view.preview.banner.accessibleName()


def test_an_answer_is_kept_when_the_files_are_read_again(qtbot, frame, tmp_path):
    store = frame.context.store
    records.create(store, "organisation", {"name": "Association Leo Lagrange"})
    page = drop(qtbot, frame, append(export_of(store, tmp_path, team=False), "organisation", name="Asso. Léo Lagrange"))
    view = page.import_view
    view.preview.go_to_question()
    (block,) = view.preview.detail.questions.values()
    qtbot.mouseClick(block.tiles[1], Qt.MouseButton.LeftButton)
    settled(qtbot, page)
    assert Kind.NEW in {one.kind for one in view.preview.review.plan.changes}

    view._try_again()
    settled(qtbot, page)

    assert Kind.NEW in {one.kind for one in view.preview.review.plan.changes}
    assert not view.preview.questions.isVisible()


# -- what waits is not lost by a gesture beside it --------------------------------------------------------------------


def test_leaving_a_preview_with_choices_is_asked(frame, decided):
    page, _book = decided
    page.import_view.preview.leave.click()
    answer(page, "Annuler")
    assert page.import_view.is_reviewing()
    assert len(left_out(page)) == 1

    page.import_view.preview.leave.click()
    answer(page, "Abandonner")

    assert not page.import_view.is_reviewing()


@pytest.mark.parametrize("agreed", [False, True])
def test_closing_the_window_on_a_preview_with_choices_is_asked(frame, decided, monkeypatch, agreed):
    asked = []
    monkeypatch.setattr("app.ui.dialogs.closing.ask_to_leave", lambda _window, said: asked.append(said) or agreed)

    assert frame.window.close() == agreed

    assert asked == ["Un aperçu d’import attend, avec vos choix."]
    assert (frame.context.store is None) == agreed


def test_a_preview_in_which_nothing_was_decided_lets_the_window_close(qtbot, frame, tmp_path, monkeypatch):
    book = export_of(frame.context.store, tmp_path, team=False)
    edit(book, "EST-003", "lead", "Pilote du partenaire")
    drop(qtbot, frame, book)
    monkeypatch.setattr("app.ui.dialogs.closing.ask_to_leave", lambda _window, _said: pytest.fail("asked"))

    assert frame.window.close()


def test_the_window_stays_while_an_import_is_written(qtbot, frame, decided):
    page, _book = decided
    page.import_view.preview.accept.click()
    assert page.is_writing()

    assert not frame.window.close()

    assert "Un import s’écrit" in frame.window.undo_line.accessibleName() + frame.window.undo_line._text.text()
    qtbot.waitUntil(page.import_view.done.isVisible, timeout=60_000)
    assert frame.window.close()


def test_files_dropped_while_others_are_read_are_read_with_them(qtbot, frame, tmp_path):
    store = frame.context.store
    book = export_of(store, tmp_path, team=False)
    edit(book, "EST-003", "lead", "Pilote du partenaire")
    other = another(frame, tmp_path)
    frame.window.workbooks_dropped.emit([book])
    page = frame.window.page()
    assert page.import_view.work.is_reading

    frame.window.workbooks_dropped.emit([other])
    qtbot.waitUntil(page.import_view.is_reviewing, timeout=60_000)

    assert [one.path for one in page.import_view.preview.review.plan.sources] == [book, other]


def test_files_dropped_while_an_import_is_written_are_read_after_it(qtbot, frame, tmp_path, decided):
    page, _book = decided
    other = another(frame, tmp_path)
    page.import_view.preview.accept.click()

    frame.window.workbooks_dropped.emit([other])
    qtbot.waitUntil(page.import_view.is_reviewing, timeout=60_000)

    assert [one.path for one in page.import_view.preview.review.plan.sources] == [other]
    store = frame.context.store
    assert value_of(store, "lead", row_of(store, "EST-003")) == "Pilote du partenaire"


def test_a_preview_made_again_stays_where_one_was(qtbot, frame, decided):
    page, _book = decided
    store, preview = frame.context.store, page.import_view.preview
    preview.pills.pill(Kind.UPDATED.value).click()
    row = f"action:{row_of(store, 'EST-004')}"
    preview.list.go_to(row)

    records.update(store, "action", row_of(store, "EST-010"), {"lead": "Moi"})
    settled(qtbot, page)

    assert preview.list.current_id() == row
    assert preview.pills.pill(Kind.UPDATED.value).isChecked()
    assert preview.detail._row.id == row


def test_columns_agreed_to_are_there_when_the_reading_fails(qtbot, frame, tmp_path, monkeypatch):
    pane = columns_of(qtbot, frame, programme(tmp_path / "Plan.xlsx"))
    view = frame.window.page().import_view
    whole = view._engine.prepare

    def refuse(*_given, **_options):
        raise PlaceFails("Le carnet ne se lit pas.", advice="Réessayez.")

    monkeypatch.setattr(view._engine, "prepare", refuse)
    pane.create.setChecked(True)
    counted(qtbot, pane).go.click()
    settled(qtbot, frame.window.page())

    assert view._stack.currentWidget() is pane
    assert "Le carnet ne se lit pas." in pane.banner.accessibleName()
    assert pane.create.isChecked()
    monkeypatch.setattr(view._engine, "prepare", whole)
    pane.go.click()
    qtbot.waitUntil(view.is_reviewing, timeout=60_000)
