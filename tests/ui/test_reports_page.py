"""Rapports: from a choice to a printed or saved document, through what a person sees."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtPdf import QPdfDocument
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QApplication

from app.services import notebooks, records
from app.ui.context import Context
from app.ui.pages.reports import FOLDER, ReportsPage
from app.ui.pages.reports_preview import print_pages
from app.ui.preferences import Preferences
from app.ui.theme import Theme
from tests.ui.accessibility import nameless_controls

NOW = datetime(2026, 11, 24, 14, 3).astimezone()


@pytest.fixture
def context(theme: Theme, tmp_path: Path) -> Iterator[Context]:
    store = notebooks.start(tmp_path / "e.carnet", district="Est", example=True, now=lambda: NOW)
    made = Context(
        theme, Preferences(tmp_path / "preferences.json"), lambda: NOW, store=store,
        quarter=store.meta("district") or "",
    )  # fmt: skip
    yield made
    made.jobs.stop_all()
    store.close()


@pytest.fixture
def page(qtbot, context: Context) -> ReportsPage:
    made = ReportsPage(context)
    qtbot.addWidget(made)
    made.resize(1190, 649)
    made.build()
    made.show()
    return made


def ready(qtbot, page: ReportsPage) -> None:
    qtbot.waitUntil(lambda: page._print.isEnabled(), timeout=20_000)


def action_of(context: Context, code: str) -> str:
    with context.store.read() as connection:
        return records.resolve(connection, "action", code)


def test_the_page_opens_on_the_projet_de_quartier_ready_to_print(qtbot, page):
    page.reload()
    ready(qtbot, page)
    assert page.preview.title() == "Projet de quartier Est"
    assert page.preview.document.pageCount() > 30
    assert page._header.note.text() == f"Projet de quartier Est · {page.preview.document.pageCount()}\u00a0pages"
    assert page.gallery.tile("projet-de-quartier").isChecked()
    assert page.gallery.tile("projet-de-quartier")._picture is not None
    assert page.gallery.tile("fiche-action")._picture is None


def test_a_link_opens_straight_on_the_fiche_of_an_action(qtbot, page, context):
    page.show_filter(report="fiche-action", record=action_of(context, "EST-013"))
    page.reload()
    ready(qtbot, page)
    assert page.preview.title().startswith("Fiche action EST-013")
    page.show_filter(report="fiche-action", action=action_of(context, "EST-001"))
    qtbot.waitUntil(lambda: page.preview.title().startswith("Fiche action EST-001"), timeout=20_000)
    assert page.options.values()["action"] == action_of(context, "EST-001")


def test_without_its_record_a_report_says_which_one_it_waits_for(qtbot, page):
    page.reload()
    ready(qtbot, page)
    qtbot.mouseClick(page.gallery.tile("fiche-action"), Qt.MouseButton.LeftButton)
    assert page._stack.currentWidget().accessibleName() == "De quelle action s’agit-il\u00a0?"
    assert not page._print.isEnabled()
    assert not page._save.isEnabled()


def test_an_option_changed_makes_the_document_again(qtbot, page):
    page.reload()
    ready(qtbot, page)
    box = page.options.editor("public").input
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton)
    assert page.options.values()["public"] == "oui"
    qtbot.waitUntil(lambda: page._job is not None or page._patience.isActive(), timeout=2_000)
    qtbot.waitUntil(lambda: page._print.isEnabled() and not page._patience.isActive(), timeout=20_000)
    pages = range(page.preview.document.pageCount())
    assert not any("Points de blocage" in page.preview.document.getAllText(one).text() for one in pages)


def test_the_quartier_of_the_top_bar_is_the_one_proposed(qtbot, page, context):
    page.reload()
    ready(qtbot, page)
    assert page.options.values()["district"] == context.quarter
    context.quarter = ""
    page.reload()
    qtbot.waitUntil(lambda: page.preview.title() == "Projets de quartier de Roubaix", timeout=20_000)


def test_a_document_is_saved_under_a_clear_name_and_the_folder_remembered(qtbot, page, context, tmp_path):
    page.reload()
    ready(qtbot, page)
    assert page.file_name() == "Projet de quartier Est 2026-11-24.pdf"
    folder = tmp_path / "Documents à moi"
    folder.mkdir()
    assert page.save_to(folder / page.file_name())
    assert (folder / "Projet de quartier Est 2026-11-24.pdf").read_bytes().startswith(b"%PDF")
    assert context.preferences.value(FOLDER) == str(folder)
    assert page.folder() == folder
    assert "Document enregistré." in page._banner.accessibleName()


def test_a_folder_that_refuses_is_told_in_a_banner(qtbot, page, tmp_path):
    page.reload()
    ready(qtbot, page)
    assert not page.save_to(tmp_path / "nulle part" / "p.pdf")
    assert "n’a pas pu être enregistré" in page._banner.accessibleName()


def test_the_name_of_a_fiche_holds_no_character_that_files_refuse(qtbot, page, context):
    page.show_filter(report="fiche-action", record=action_of(context, "EST-013"))
    page.reload()
    ready(qtbot, page)
    assert page.file_name() == "Fiche action EST-013 Garde d’enfants et retour à l’emploi 2026-11-24.pdf"


def test_stopping_says_so_and_offers_to_do_it_again(qtbot, page):
    page.reload()
    ready(qtbot, page)
    page.make()
    page._job.stop()
    qtbot.waitUntil(lambda: page._banner.isVisibleTo(page), timeout=20_000)
    assert "Vous l’avez arrêté." in page._banner.accessibleName()
    page._banner.acted.emit()
    ready(qtbot, page)


def test_a_refusal_is_told_in_a_banner(qtbot, page):
    page.reload()
    ready(qtbot, page)
    page.options.show_options(
        page._catalogue["projet-de-quartier"].options, {"from": "2026-06-01", "to": "2026-05-01"}
    )  # fmt: skip
    page.make()
    qtbot.waitUntil(lambda: page._banner.isVisibleTo(page), timeout=20_000)
    assert "est à l’envers" in page._banner.accessibleName()


def test_a_change_of_the_notebook_makes_the_document_again(qtbot, page, context):
    page.show_filter(report="fiche-action", record=action_of(context, "EST-001"))
    page.reload()
    ready(qtbot, page)
    changes = records.update(context.store, "action", action_of(context, "EST-001"), {"title": "Un autre titre"})
    page.reload(changes)
    qtbot.waitUntil(lambda: page.preview.title().endswith("Un autre titre"), timeout=20_000)


def test_pages_are_printed_whole(qtbot, page, context, tmp_path):
    page.show_filter(report="fiche-action", record=action_of(context, "EST-013"))
    page.reload()
    ready(qtbot, page)
    printer = QPrinter()
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "imprime.pdf"))
    print_pages(page.preview.document, printer)
    printed = QPdfDocument()
    printed.load(str(tmp_path / "imprime.pdf"))
    assert printed.pageCount() == page.preview.document.pageCount()
    size = printed.pagePointSize(0)
    assert (round(size.width()), round(size.height())) == (595, 842)


def test_the_arrows_walk_along_the_gallery(qtbot, page):
    page.reload()
    ready(qtbot, page)
    tile = page.gallery.tile("projet-de-quartier")
    tile.setFocus()
    qtbot.keyClick(tile, Qt.Key.Key_Down)
    assert page.gallery.tile("fiche-action").isChecked()


def test_zoom_and_pages_follow_the_buttons(qtbot, page):
    page.reload()
    ready(qtbot, page)
    qtbot.mouseClick(page.preview._after, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.preview._place.text().startswith("page\u00a02"), timeout=2_000)
    before = page.preview.view.zoomFactor()
    qtbot.mouseClick(page.preview._more, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(page.preview._more, Qt.MouseButton.LeftButton)
    assert page.preview.view.zoomFactor() > before
    qtbot.mouseClick(page.preview._whole, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(page.preview._wide, Qt.MouseButton.LeftButton)


def test_every_control_has_a_name(qtbot, page):
    page.reload()
    ready(qtbot, page)
    assert nameless_controls(page) == []
    page.gallery.tile("fiche-action").click()
    QApplication.processEvents()
    assert nameless_controls(page) == []
