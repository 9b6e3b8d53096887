"""Échanges on the real engines, from the window: what leaves one notebook arrives in another, and goes back."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from app.notebook.store import Store
from app.services import notebooks, records
from app.ui.application import Application
from app.ui.context import Context
from app.ui.pages.exchanges import ExchangesPage
from app.ui.preferences import Preferences
from app.ui.theme import Theme
from tests.ui.exchanges_sample import NOW, answer


def notebook(path: Path, author: str) -> Store:
    return notebooks.start(path, district="Est", example=True, author=author, now=lambda: NOW)


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
    """A colleague who began with the same référentiel."""
    with notebook(tmp_path / "nord.carnet", "chef de projet Nord") as store:
        yield store


def page_of(frame: Application) -> ExchangesPage:
    page = frame.window.page()
    assert isinstance(page, ExchangesPage)
    return page


def row_of(store: Store, code: str = "EST-001") -> str:
    with store.read() as connection:
        return records.resolve(connection, "action", code)


def value_of(store: Store, field: str, code: str = "EST-001") -> Any:
    with store.read() as connection:
        return records.fetch(connection, "action", row_of(store, code)).values[field]


def change(store: Store, code: str = "EST-001", **values: Any) -> None:
    records.update(store, "action", row_of(store, code), values)


def export_of(store: Store, folder: Path, *, team: bool = True) -> Path:
    from app.exchange.export import export_workbook
    from app.exchange.layout import Profile

    profile = Profile.TEAM if team else Profile.PARTNER
    return export_workbook(store, folder, profile=profile, now=NOW).path


def drop(qtbot, frame: Application, book: Path) -> ExchangesPage:
    """Drop a workbook on the window and wait for its preview."""
    frame.window.workbooks_dropped.emit([book])
    page = page_of(frame)
    qtbot.waitUntil(page.import_view.is_reviewing, timeout=60_000)
    return page


def take_in(qtbot, page: ExchangesPage) -> None:
    page.import_view.preview.accept.click()
    qtbot.waitUntil(lambda: page.import_view.done.isVisible(), timeout=60_000)


def edit(book: Path, code: str, field: str, value: Any) -> None:
    """Change one cell as a partner would."""
    workbook = load_workbook(book)
    for sheet in workbook.worksheets:
        keys = [str(cell.value or "") for cell in sheet[1]]
        if f"#action.{field}" in keys:
            row = next(
                cells for cells in sheet.iter_rows(min_row=3) if code in [str(cell.value or "") for cell in cells]
            )
            row[keys.index(f"#action.{field}")].value = value
    workbook.save(book)


def test_the_window_exports_what_it_can_import_back_without_a_change(qtbot, frame, tmp_path):
    frame.window.navigator.go("exchanges", view="export")
    page = page_of(frame)
    view = page.export_view
    view.use_folder(tmp_path)
    view.gesture.click()
    qtbot.waitUntil(view.banner.isVisible, timeout=60_000)
    assert "relu sans différence" in view.banner.accessibleName()
    (book,) = tmp_path.glob("Projets_*.xlsx")
    page = drop(qtbot, frame, book)
    assert page.import_view.preview._nothing is not None
    assert not page.import_view.preview.accept.isEnabled()


def test_a_partner_s_cell_arrives_and_the_import_is_taken_back(qtbot, frame, tmp_path):
    store = frame.context.store
    before = value_of(store, "description")
    book = export_of(store, tmp_path, team=False)
    edit(book, "EST-001", "description", "Décrite par le partenaire.")
    page = drop(qtbot, frame, book)
    assert page.import_view.preview.accept.accessibleName() == "Importer 1\u00a0changement"
    assert value_of(store, "description") == before, "nothing is written before"
    take_in(qtbot, page)
    assert value_of(store, "description") == "Décrite par le partenaire."
    page.go_to_view("history")
    (line,) = page.history_view.lines
    line.gesture.click()
    answer(page, "Annuler l’import")
    assert value_of(store, "description") == before
    assert "Import annulé." in page.history_view.banner.accessibleName()


def test_a_colleague_s_work_arrives_and_a_conflict_is_settled_with_it(qtbot, frame, nord, tmp_path):
    store = frame.context.store
    change(nord, title="Vu du Nord", description="Décrite au Nord.")
    change(store, title="Vu de l’Est")
    page = drop(qtbot, frame, export_of(nord, tmp_path))
    preview = page.import_view.preview
    assert "Nouvelle origine." in preview.origin.accessibleName()
    assert not preview.accept.isEnabled()
    preview.origin.acted.emit()
    (conflict,) = preview.review.conflicts()
    block = preview.detail.blocks[conflict.key]
    assert [tile.side.text for tile in block.tiles] == ["Vu de l’Est", "Vu du Nord"]
    block.tiles[1].click()
    take_in(qtbot, page)
    assert value_of(store, "title") == "Vu du Nord"
    assert value_of(store, "description") == "Décrite au Nord."
    assert page.import_view.done.settle.isHidden(), "no conflict is left"
    assert frame.context.bus is not None


def test_a_third_version_is_written_with_the_import(qtbot, frame, nord, tmp_path):
    store = frame.context.store
    change(nord, title="Vu du Nord")
    change(store, title="Vu de l’Est")
    page = drop(qtbot, frame, export_of(nord, tmp_path))
    preview = page.import_view.preview
    preview.origin.acted.emit()
    (conflict,) = preview.review.conflicts()
    preview.detail.blocks[conflict.key].written.emit("Vu des deux", "Vu des deux")
    take_in(qtbot, page)
    assert value_of(store, "title") == "Vu des deux"
    page.go_to_view("conflicts")
    assert page.conflicts_view._empty.isVisible()


def test_a_conflict_left_open_waits_in_the_notebook_and_is_settled_there(qtbot, frame, nord, tmp_path):
    store = frame.context.store
    change(nord, title="Vu du Nord")
    change(store, title="Vu de l’Est")
    page = drop(qtbot, frame, export_of(nord, tmp_path))
    page.import_view.preview.origin.acted.emit()
    take_in(qtbot, page)
    page.import_view.done.settle.click()
    view = page.conflicts_view
    (block,) = view.blocks.values()
    mine = next(tile for tile in block.tiles if tile.side.title == "La mienne")
    assert mine.side.text == "Vu de l’Est"
    mine.click()
    qtbot.waitUntil(lambda: view._empty.isVisible(), timeout=5_000)
    assert value_of(store, "title") == "Vu de l’Est"
    view.banner.acted.emit()
    qtbot.waitUntil(lambda: bool(view.blocks) and not view._empty.isVisible(), timeout=5_000)


def test_keeping_mine_against_a_colleague_leaves_no_conflict(qtbot, frame, nord, tmp_path):
    store = frame.context.store
    change(nord, title="Vu du Nord")
    change(store, title="Vu de l’Est")
    page = drop(qtbot, frame, export_of(nord, tmp_path))
    preview = page.import_view.preview
    preview.origin.acted.emit()
    (conflict,) = preview.review.conflicts()
    preview.detail.blocks[conflict.key].tiles[0].click()
    take_in(qtbot, page)
    assert value_of(store, "title") == "Vu de l’Est"
    assert page.import_view.done.settle.isHidden()


def test_a_file_that_is_no_workbook_is_refused_and_the_notebook_stays(qtbot, frame, tmp_path):
    book = tmp_path / "Faux.xlsx"
    book.write_bytes(b"not a workbook")
    before = notebooks.identity(frame.context.store).fingerprint
    frame.window.workbooks_dropped.emit([book])
    banner = page_of(frame).import_view.banner
    qtbot.waitUntil(banner.isVisible, timeout=60_000)
    assert "Rien n’a été changé." in banner.accessibleName()
    assert notebooks.identity(frame.context.store).fingerprint == before


def test_the_copy_made_before_an_import_is_restored(qtbot, frame, tmp_path):
    store = frame.context.store
    before = value_of(store, "description")
    book = export_of(store, tmp_path, team=False)
    edit(book, "EST-001", "description", "Décrite par le partenaire.")
    page = drop(qtbot, frame, book)
    take_in(qtbot, page)
    page.go_to_view("restore")
    line = next(line for line in page.restore_view.lines if "avant un import" in line.accessibleName())
    line.gesture.click()
    answer(page, "Restaurer")
    qtbot.waitUntil(lambda: frame.context.store is not None and frame.context.store is not store, timeout=10_000)
    assert value_of(frame.context.store, "description") == before


def test_the_rail_says_how_many_conflicts_wait(qtbot, frame, nord, tmp_path):
    change(nord, title="Vu du Nord")
    change(frame.context.store, title="Vu de l’Est")
    page = drop(qtbot, frame, export_of(nord, tmp_path))
    page.import_view.preview.origin.acted.emit()
    take_in(qtbot, page)
    said = "Échanges\u00a0: 1\u00a0conflit à trancher"
    qtbot.waitUntil(lambda: frame.window.rail.item("exchanges").accessibleName() == said, timeout=5_000)


def test_ctrl_z_takes_back_what_came_from_a_partner(qtbot, frame, tmp_path):
    store = frame.context.store
    before = value_of(store, "description")
    book = export_of(store, tmp_path, team=False)
    edit(book, "EST-001", "description", "Décrite par le partenaire.")
    page = drop(qtbot, frame, book)
    assert page.import_view.preview.foot.sentence.text().endswith("L’import entier s’annule avec Ctrl+Z.")
    take_in(qtbot, page)
    frame.undo()
    assert value_of(store, "description") == before
    assert page.import_view.done.isHidden(), "what was imported is no longer there"


def test_a_colleague_s_log_is_undone_from_the_line_and_done_again(qtbot, frame, nord, tmp_path):
    store = frame.context.store
    before = value_of(store, "title")
    change(nord, title="Vu du Nord")
    page = drop(qtbot, frame, export_of(nord, tmp_path))
    page.import_view.preview.origin.acted.emit()
    assert "d’un geste" in page.import_view.preview.foot.sentence.text()
    take_in(qtbot, page)
    page.import_view.done.undo.click()
    assert value_of(store, "title") == before
    assert page.import_view.done.sentence.text() == "Import annulé."
    assert page.import_view.done.isVisible()
    frame.redo()
    assert value_of(store, "title") == "Vu du Nord"


def test_a_conflict_of_a_colleague_shows_where_it_comes_from_and_what_both_make(qtbot, frame, nord, tmp_path):
    store = frame.context.store
    origin = value_of(store, "description")
    change(store, description=f"{origin}\nPrévoir un goûter.")
    change(nord, description=f"Avec l’école.\n{origin}")

    page = drop(qtbot, frame, export_of(nord, tmp_path))
    page.import_view.preview.origin.acted.emit()
    page.import_view.preview.list.go_to(f"action:{row_of(store)}")
    block = next(iter(page.import_view.preview.detail.blocks.values()))

    assert block.dispute.origin.text == origin
    assert block._gather.isVisible()
    block._gather.click()
    block._keep()
    take_in(qtbot, page)
    assert value_of(store, "description") == f"Avec l’école.\n{origin}\nPrévoir un goûter."
