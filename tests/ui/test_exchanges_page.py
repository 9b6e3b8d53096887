"""Échanges as a person uses it, on an engine that answers at once and keeps what it is asked."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QItemSelectionModel, QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QMessageBox

from app.errors import PlaceFails
from app.exchange.preview import Kind, PlanStale
from app.formatting import NBSP
from app.services import notebooks
from app.ui.context import Context
from app.ui.pages.exchanges import CONFLICTS, EXPORT, HISTORY, IMPORT, RESTORE, ExchangesPage
from app.ui.pages.exchanges_list import ReviewModel
from app.ui.pages.exchanges_parts import dropped_paths
from app.ui.preferences import Preferences
from app.ui.theme import Theme
from tests.ui.accessibility import nameless_controls
from tests.ui.exchanges_sample import (
    NOW,
    PLAN,
    SOURCE,
    SampleEngine,
    answer,
    conflicts,
    past_imports,
    plan_of,
    restore_points,
)

BOOK = [SOURCE.path]
PLAN_KINDS = [
    kind.value
    for kind in (
        Kind.CONFLICT, Kind.NEW, Kind.UPDATED, Kind.MERGED, Kind.DELETED, Kind.SUGGESTION, Kind.ERROR,
    )
]  # fmt: skip


@pytest.fixture
def context(theme: Theme, tmp_path: Path) -> Iterator[Context]:
    store = notebooks.start(tmp_path / "e.carnet", district="Est", example=False, now=lambda: NOW)
    made = Context(
        theme, Preferences(tmp_path / "preferences.json"), lambda: NOW, store=store,
        quarter=store.meta("district") or "",
    )  # fmt: skip
    yield made
    made.jobs.stop_all()
    store.close()


@pytest.fixture
def engine() -> SampleEngine:
    return SampleEngine()


@pytest.fixture
def page(qtbot, context: Context, engine: SampleEngine) -> ExchangesPage:
    made = ExchangesPage(context, engine)  # type: ignore[arg-type]
    qtbot.addWidget(made)
    made.resize(1190, 649)
    made.build()
    made.show()
    made.reload()
    return made


def previewed(qtbot, page: ExchangesPage):
    """The preview of the made-up workbook."""
    page.import_files(BOOK)
    qtbot.waitUntil(page.import_view.is_reviewing, timeout=5_000)
    return page.import_view.preview


def question(page: ExchangesPage) -> QMessageBox | None:
    return next((box for box in page.findChildren(QMessageBox) if box.isVisible()), None)


# -- importing --------------------------------------------------------------------------------------------------------


def test_a_workbook_is_read_and_shown_before_anything_is_written(qtbot, page, engine):
    preview = previewed(qtbot, page)
    assert engine.asked == [tuple(BOOK)]
    assert preview.source.name.text() == "Carnet-Roubaix-equipe.xlsx"
    assert preview.source.second.text() == "Chef de projet Nord · exporté le 12/11/2026 (code K7QD)"
    assert preview.accept.accessibleName() == f"Importer 12{NBSP}changements"
    assert preview.list.current_id() == "action:velo", "the first conflict is on screen"


def test_the_filters_say_how_many_and_keep_what_they_say(qtbot, page):
    preview = previewed(qtbot, page)
    assert preview.pills.keys() == ["", *PLAN_KINDS]
    assert preview.pills.pill(Kind.ERROR.value).accessibleName() == "Erreurs, 2"
    qtbot.mouseClick(preview.pills.pill(Kind.ERROR.value), Qt.MouseButton.LeftButton)
    assert preview.model.ids() == ["measurement:rencontres", "fault:0"]
    qtbot.keyClick(preview.pills.pill(Kind.ERROR.value), Qt.Key.Key_Right)
    assert len(preview.model.ids()) == 11, "after the last comes the first: all"


def test_a_conflict_is_settled_by_a_click_on_its_tile(qtbot, page, engine):
    preview = previewed(qtbot, page)
    block = preview.detail.blocks["action:velo:end"]
    assert block.accessibleName() == "Échéance, à trancher"
    theirs = block.tiles[1]
    assert theirs.accessibleName() == f"La leur, 22/11/2026, chef de projet Nord{NBSP}: 30/04/2027"
    qtbot.mouseClick(theirs, Qt.MouseButton.LeftButton)
    assert block.accessibleName() == "Échéance, tranché"
    assert f"2{NBSP}conflits resteront à trancher" in preview.foot.sentence.text()
    preview.accept.click()
    qtbot.waitUntil(lambda: page.import_view.done.isVisible(), timeout=5_000)
    decisions, plan = engine.asked[1], engine.asked[2]
    (closing,) = [key for key in decisions.keep_mine if key not in PLAN.mine]
    assert plan.mine[closing][0].value == "2027-04-30"


def test_tiles_are_walked_and_chosen_by_the_keyboard(qtbot, page):
    preview = previewed(qtbot, page)
    block = preview.detail.blocks["action:velo:end"]
    block.take_focus()
    qtbot.keyClick(block.tiles[0], Qt.Key.Key_Right)
    assert block.tiles[1].hasFocus()
    qtbot.keyClick(block.tiles[1], Qt.Key.Key_Return)
    assert block.tiles[1].isChecked()
    qtbot.keyClick(block.tiles[1], Qt.Key.Key_F8)
    assert preview.detail.blocks["action:velo:description"].tiles[0].hasFocus()
    qtbot.keyClick(block.tiles[1], Qt.Key.Key_F8)
    assert preview.list.current_id() == "action:mediation"


def test_a_third_version_is_written_in_the_editor_of_the_field(qtbot, page, engine):
    preview = previewed(qtbot, page)
    block = preview.detail.blocks["action:velo:end"]
    qtbot.mouseClick(block._write, Qt.MouseButton.LeftButton)
    block._editor.set_draft("15/01/2027")
    block._keep()
    block = preview.detail.blocks["action:velo:end"]
    assert block.accessibleName() == "Échéance, tranché"
    assert block.tiles[-1].accessibleName() == f"La troisième version, écrite ici{NBSP}: 15/01/2027"
    assert block.tiles[-1].isChecked()


def test_a_third_version_begun_waits_while_one_looks_elsewhere(qtbot, page, engine):
    preview = previewed(qtbot, page)
    preview.list.go_to("action:velo")
    block = preview.detail.blocks["action:velo:description"]
    block._write.click()
    block._editor.set_draft("Entre les deux")
    preview.list.go_to("action:fle")
    preview.detail.lines["action:fle:progress"].box.click()

    preview.list.go_to("action:velo")

    block = preview.detail.blocks["action:velo:description"]
    assert block.typed() == "Entre les deux"
    qtbot.waitUntil(block._editor.isVisible)
    assert page.waiting() == "Un aperçu d’import attend, avec vos choix."
    block._keep()
    assert preview.review.written("action:velo:description")[1] == "Entre les deux"
    assert preview.review.begun("action:velo:description") == ""


def test_a_third_version_begun_among_the_conflicts_waits_too(qtbot, page, engine):
    engine.waiting = conflicts()
    page.go_to_view(CONFLICTS)
    view = page.conflicts_view
    first = view.model.ids()[0]
    block = view.blocks["action:velo:description"]
    block._write.click()
    block._editor.set_draft("Entre les deux")
    assert "troisième version" in page.waiting()

    view.step(1)
    view.list.go_to(first)

    assert view.blocks["action:velo:description"].typed() == "Entre les deux"


def test_the_preview_made_again_at_importing_can_be_stopped(qtbot, page, engine):
    view, preview = page.import_view, previewed(qtbot, page)
    engine.hold = threading.Event()
    engine.fault = PlanStale(replace(PLAN, log_mark=b"2"))
    preview.accept.click()
    assert not view.progress.stop.isEnabled()

    qtbot.waitUntil(view.progress.stop.isEnabled, timeout=5_000)
    assert view.progress.title.text() == "Le carnet a changé entre-temps"
    view.progress.stop.click()
    engine.hold.set()

    qtbot.waitUntil(view.is_reviewing, timeout=5_000)
    assert preview.banner.accessibleName().startswith("Arrêté. Rien n’a été écrit.")


def test_a_wrong_third_version_stays_as_typed(qtbot, page):
    preview = previewed(qtbot, page)
    block = preview.detail.blocks["action:velo:end"]
    block._begin()
    block._editor.set_draft("31/02/2027")
    block._keep()
    assert block._editor.fault()
    assert block.accessibleName() == "Échéance, à trancher"


def test_boxes_are_ticked_by_mouse_and_keyboard(qtbot, page):
    preview = previewed(qtbot, page)
    preview.list.go_to("action:ecrivains")
    preview.list.setFocus()
    qtbot.keyClick(preview.list, Qt.Key.Key_Space)
    assert preview.accept.accessibleName() == f"Importer 10{NBSP}changements"
    row = preview.list.visualRect(preview.list.currentIndex())
    position = row.topLeft()
    position.setX(20)
    position.setY(row.center().y())
    qtbot.mouseClick(preview.list.viewport(), Qt.MouseButton.LeftButton, pos=position)
    assert preview.accept.accessibleName() == f"Importer 12{NBSP}changements"


def test_one_field_of_a_row_can_be_left(qtbot, page):
    preview = previewed(qtbot, page)
    preview.list.go_to("action:ecrivains")
    line = preview.detail.lines["action:ecrivains:progress"]
    assert line.accessibleName() == f"Avancement{NBSP}: 10{NBSP}% → 20{NBSP}%"
    line.box.click()
    assert preview.accept.accessibleName() == f"Importer 11{NBSP}changements"
    index = preview.list.currentIndex()
    assert index.data(Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.PartiallyChecked
    assert "en partie coché" in index.data(Qt.ItemDataRole.AccessibleTextRole)


def test_arrows_walk_over_the_names_of_groups(qtbot, page):
    preview = previewed(qtbot, page)
    preview.list.go_to("action:compost")
    preview.list.setFocus()
    qtbot.keyClick(preview.list, Qt.Key.Key_Down)
    assert preview.list.current_id() == "step:lancement"
    qtbot.keyClick(preview.list, Qt.Key.Key_Up)
    assert preview.list.current_id() == "action:compost"
    qtbot.keyClick(preview.list, Qt.Key.Key_Home)
    assert preview.list.current_id() == "action:velo"
    qtbot.keyClick(preview.list, Qt.Key.Key_Up)
    assert preview.list.current_id() == "action:velo"


def test_an_error_tells_its_cell_and_what_was_expected(qtbot, page):
    preview = previewed(qtbot, page)
    preview.list.go_to("measurement:rencontres")
    texts = [label.text() for label in preview.detail.widget().findChildren(type(page.import_view.progress.title))]
    assert "un nombre, par exemple 150" in texts
    assert any("laissée de côté" in text for text in texts)


def test_erasing_values_is_asked_first(qtbot, page, engine):
    preview = previewed(qtbot, page)
    preview.list.go_to("action:fle")
    preview.detail.lines["action:fle:description"].box.click()
    preview.accept.click()
    box = question(page)
    assert box is not None
    assert box.text() == f"1{NBSP}valeur sera effacée."
    answer(page, "Annuler")
    assert engine.asked == [tuple(BOOK)]
    preview.accept.click()
    answer(page, "Importer quand même")
    qtbot.waitUntil(lambda: page.import_view.done.isVisible(), timeout=5_000)
    assert "action:fle:description" in engine.asked[1].accepted


def test_after_the_import_one_says_how_much_and_can_undo(qtbot, page, engine):
    previewed(qtbot, page).accept.click()
    done = page.import_view.done
    qtbot.waitUntil(done.isVisible, timeout=5_000)
    assert done.accessibleName().startswith(f"10{NBSP}changements importés. Carnet-Roubaix-equipe.xlsx.")
    assert f"2{NBSP}conflits restent à trancher" in done.accessibleName()
    qtbot.mouseClick(done.undo, Qt.MouseButton.LeftButton)
    assert engine.asked[-1] == ("undo", "i1")
    assert done.sentence.text() == "Import annulé."
    assert not done.undo.isVisible()


def test_abandoning_writes_nothing(qtbot, page, engine):
    preview = previewed(qtbot, page)
    qtbot.mouseClick(preview.leave, Qt.MouseButton.LeftButton)
    assert not page.import_view.is_reviewing()
    assert engine.asked == [tuple(BOOK)]
    assert preview.model.ids() == []


def test_a_notebook_that_changed_meanwhile_shows_the_preview_as_it_is_now(qtbot, page, engine):
    preview = previewed(qtbot, page)
    preview.list.go_to("action:ecrivains")
    preview.model.toggle(preview.list.currentIndex().row())
    engine.fault = PlanStale(replace(PLAN, log_mark=b"2"))
    preview.accept.click()
    qtbot.waitUntil(lambda: preview.banner.isVisible(), timeout=5_000)
    assert "Le carnet a changé entre-temps." in preview.banner.accessibleName()
    assert preview.accept.accessibleName() == f"Importer 10{NBSP}changements", "decisions are kept"


def test_reading_can_be_stopped(qtbot, page, engine):
    engine.hold = threading.Event()
    page.import_files(BOOK)
    qtbot.waitUntil(
        lambda: page.import_view.progress._sentence.text().startswith("Lecture de la feuille"), timeout=5_000
    )
    assert page.import_view.progress.title.text() == "Lecture de Carnet-Roubaix-equipe.xlsx"
    qtbot.mouseClick(page.import_view.progress.stop, Qt.MouseButton.LeftButton)
    engine.hold.set()
    qtbot.waitUntil(page.import_view.banner.isVisible, timeout=5_000)
    assert page.import_view.banner.accessibleName().startswith("Arrêté.")


def test_a_workbook_refused_says_why_and_can_be_tried_again(qtbot, page, engine):
    engine.fault = PlaceFails("Le classeur est ouvert ailleurs. Rien n’a été changé.", advice="Fermez-le dans Excel.")
    page.import_files(BOOK)
    banner = page.import_view.banner
    qtbot.waitUntil(banner.isVisible, timeout=5_000)
    assert "Fermez-le dans Excel." in banner.accessibleName()
    banner.acted.emit()
    qtbot.waitUntil(page.import_view.is_reviewing, timeout=5_000)


def test_a_new_origin_is_confirmed_before_importing(qtbot, page, engine):
    engine.plan = replace(PLAN, sources=(replace(SOURCE, is_new_replica=True),))
    preview = previewed(qtbot, page)
    assert not preview.accept.isEnabled()
    assert "Nouvelle origine." in preview.origin.accessibleName()
    preview.origin.acted.emit()
    assert preview.accept.isEnabled()


def test_what_the_reading_noticed_is_told_above(qtbot, page, engine):
    engine.plan = replace(PLAN, sources=(replace(SOURCE, banner="Fichier altéré : le journal est laissé de côté."),))
    assert "Fichier altéré" in previewed(qtbot, page).banner.accessibleName()


def test_a_workbook_that_changes_nothing_says_so(qtbot, page, engine):
    engine.plan = replace(PLAN, changes=(), errors=(), infos=())
    preview = previewed(qtbot, page)
    assert preview._nothing.accessibleName() == "Ce classeur ne change rien"
    assert not preview.accept.isEnabled()


def test_beyond_two_thousand_changes_totals_come_first(qtbot, page, engine):
    engine.plan = plan_of(2_500)
    preview = previewed(qtbot, page)
    assert preview._right.currentWidget() is preview.totals
    assert preview.accept.accessibleName() == f"Importer 2{NBSP}500{NBSP}changements"
    preview.list.go_to("action:2400")
    assert preview._right.currentWidget() is preview.detail


def test_several_workbooks_make_one_preview(qtbot, page, engine):
    second = replace(SOURCE, path=Path("/partage/Ouest.xlsx"), code4="B2XM")
    engine.plan = replace(PLAN, sources=(SOURCE, second))
    preview = previewed(qtbot, page)
    assert preview.source.name.text() == f"2{NBSP}classeurs"
    assert "Ouest.xlsx" in preview.source.second.text()


def test_a_notebook_edited_during_a_preview_has_it_made_again(qtbot, page, engine):
    preview = previewed(qtbot, page)
    preview.list.go_to("action:ecrivains")
    preview.model.toggle(preview.list.currentIndex().row())
    page.hear(object())
    qtbot.waitUntil(lambda: page.import_view.is_reviewing() and len(engine.asked) == 2, timeout=5_000)
    assert preview.accept.accessibleName() == f"Importer 10{NBSP}changements"


def test_a_workbook_is_dropped_on_the_page(qtbot, page, engine, tmp_path):
    book = tmp_path / "Retour.xlsx"
    book.write_bytes(b"")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(book))])
    zone = page.import_view.zone
    enter = QDragEnterEvent(
        zone.rect().center(), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    zone.dragEnterEvent(enter)
    assert enter.isAccepted()
    drop = QDropEvent(
        QPointF(zone.rect().center()), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    zone.dropEvent(drop)
    qtbot.waitUntil(page.import_view.is_reviewing, timeout=5_000)
    assert engine.asked == [(book,)]
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "photo.png"))])
    assert dropped_paths(drop) == []


def test_the_list_is_a_sound_model(qtbot, qapp):
    from app.ui.pages.exchanges_review import Review

    model = ReviewModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    review = Review(PLAN)
    model.show(review, review.groups())
    model.show(review, review.groups(Kind.CONFLICT))
    assert model.setData(model.index(1, 0), Qt.CheckState.Unchecked, Qt.ItemDataRole.CheckStateRole)
    assert not model.setData(model.index(0, 0), Qt.CheckState.Checked, Qt.ItemDataRole.CheckStateRole)
    model.clear()
    assert model.rowCount() == 0
    del tester


def test_a_value_that_cannot_be_written_yet_is_shown_all_the_same(qtbot, page, engine):
    links = replace(PLAN.changes[0], field="territories", key="t", mine="Est", theirs="Est, Nord", after="Est, Nord")
    engine.plan = replace(PLAN, changes=(links,), errors=(), mine={"t": ()})
    (block,) = previewed(qtbot, page).detail.blocks.values()
    assert [tile.side.title for tile in block.tiles] == ["La mienne"]
    assert [side.text for side in block.dispute.sides] == ["Est", "Est, Nord"]
    assert "une fois l’import fait" in block.dispute.note


# -- exporting --------------------------------------------------------------------------------------------------------


def test_two_tiles_say_what_is_in_and_what_is_not(qtbot, page):
    page.go_to_view(EXPORT)
    team, partner = page.export_view.tiles.values()
    assert team.hasFocus()
    assert team.isChecked()
    assert "Rien de confidentiel" in partner.accessibleDescription()
    qtbot.keyClick(team, Qt.Key.Key_Right)
    assert partner.isChecked()
    assert page.export_view.profile() == "partner"


def test_what_stays_in_the_team_is_not_offered_for_a_partner(page):
    page.go_to_view(EXPORT)
    view = page.export_view
    view.parts.set_keys(("step", "attachment"))
    assert ("attachment", "Pièces jointes") in view._parts_offered()

    view.choose("partner")

    assert view.parts.keys() == ("step",)
    assert "attachment" not in dict(view._parts_offered())


def test_a_workbook_for_the_team_is_written_in_the_chosen_folder(qtbot, page, engine, tmp_path):
    page.go_to_view(EXPORT)
    view = page.export_view
    view.use_folder(tmp_path)
    assert view.name.text() == "Projets_Ville_2026-11-24"
    qtbot.mouseClick(view.gesture, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(view.banner.isVisible, timeout=5_000)
    (order,) = engine.asked
    assert (order.for_team, order.district, order.entities, order.path) == (True, "", (), tmp_path)
    told = view.banner.accessibleName()
    assert told.startswith("Projets_Est_2026-11-24_K7QD.xlsx est écrit, et relu sans différence.")
    assert f"216{NBSP}lignes, dont 112{NBSP}lignes dans «{NBSP}Étapes{NBSP}»" in told


def test_a_name_typed_by_hand_is_kept_and_replacing_is_asked(qtbot, page, engine, tmp_path):
    page.go_to_view(EXPORT)
    view = page.export_view
    view.use_folder(tmp_path)
    (tmp_path / "Pour la CAF.xlsx").write_bytes(b"")
    view.name.clear()
    qtbot.keyClicks(view.name, "Pour la CAF")
    view.export()
    assert question(page).text() == f"Remplacer «{NBSP}Pour la CAF.xlsx{NBSP}»{NBSP}?"
    answer(page, "Annuler")
    assert engine.asked == []
    view.export()
    answer(page, "Remplacer")
    qtbot.waitUntil(view.banner.isVisible, timeout=5_000)
    assert engine.asked[0].path == tmp_path / "Pour la CAF.xlsx"


def test_an_export_shows_its_progress_and_stops(qtbot, page, engine):
    page.go_to_view(EXPORT)
    view = page.export_view
    engine.hold = threading.Event()
    view.export()
    qtbot.waitUntil(view.progress.isVisible, timeout=5_000)
    assert not view.gesture.isEnabled()
    qtbot.mouseClick(view.progress.stop, Qt.MouseButton.LeftButton)
    engine.hold.set()
    qtbot.waitUntil(view.banner.isVisible, timeout=5_000)
    assert view.banner.accessibleName() == "L’export a été arrêté. Aucun classeur n’a été écrit."
    assert view.gesture.isEnabled()


def test_a_folder_that_refuses_is_explained(qtbot, page, engine):
    page.go_to_view(EXPORT)
    engine.fault = PlaceFails("Le disque est plein.", advice="Faites de la place.")
    page.export_view.export()
    qtbot.waitUntil(page.export_view.banner.isVisible, timeout=5_000)
    assert page.export_view.banner.accessibleName() == "Le disque est plein. Faites de la place."


def test_the_state_mark_is_shown_and_copied(qtbot, page):
    page.go_to_view(EXPORT)
    mark = page.export_view.mark
    assert mark.value.text() == "KTRV-BXQM"
    qtbot.mouseClick(mark._copy, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "KTRV-BXQM"


# -- conflicts --------------------------------------------------------------------------------------------------------


def test_conflicts_that_wait_are_told_where_one_imports(qtbot, page, engine):
    engine.waiting = conflicts()
    page.reload()
    waiting = page.import_view.conflicts
    assert waiting.accessibleName().startswith(f"3{NBSP}conflits attendent.")
    waiting.acted.emit()
    assert page.view() == CONFLICTS
    assert page.conflicts_view.list.hasFocus()


def test_a_conflict_of_the_notebook_is_settled_at_once_and_taken_back(qtbot, page, engine):
    engine.waiting = conflicts()
    page.go_to_view(CONFLICTS)
    view = page.conflicts_view
    assert list(view.blocks) == ["action:velo:end", "action:velo:description"]
    assert [tile.side.title for tile in view.blocks["action:velo:description"].tiles] == [
        "La mienne", "La leur, 1", "La leur, 2",
    ]  # fmt: skip
    qtbot.mouseClick(view.blocks["action:velo:end"].tiles[1], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(engine.asked), timeout=2_000)
    assert engine.asked == [("action:velo:end", bytes([2]) * 16)]
    assert "30/04/2027" in view.banner.accessibleName()
    page.hear(object())
    assert list(view.blocks) == ["action:velo:description"]
    view.banner.acted.emit()
    assert engine.asked[-1] == "undo"


def test_a_deletion_in_conflict_has_no_third_version(qtbot, page, engine):
    engine.waiting = conflicts()
    page.go_to_view(CONFLICTS)
    page.conflicts_view.step(1)
    (block,) = page.conflicts_view.blocks.values()
    assert [tile.side.text for tile in block.tiles] == ["gardée", "supprimée"]
    assert not block._write.isVisible()


def test_a_rule_settles_all_in_one_gesture_after_a_question(qtbot, page, engine):
    engine.waiting = conflicts()
    page.go_to_view(CONFLICTS)
    view = page.conflicts_view
    qtbot.mouseClick(view.rules["mine"], Qt.MouseButton.LeftButton)
    assert question(page).text() == f"Garder les miens, pour les 3{NBSP}conflits{NBSP}?"
    answer(page, "Garder les miens")
    assert engine.asked == ["mine"]
    assert view.banner.accessibleName() == (f"2{NBSP}conflits tranchés. Il en reste que cette règle ne départage pas.")


def test_no_conflict_is_a_state_of_its_own(qtbot, page):
    page.go_to_view(CONFLICTS)
    view = page.conflicts_view
    assert view._empty.isVisible()
    qtbot.mouseClick(view._empty.second, Qt.MouseButton.LeftButton)
    assert page.view() == IMPORT


# -- journal and copies -----------------------------------------------------------------------------------------------


def test_an_import_is_undone_after_saying_how_many_values_go_back(qtbot, page, engine):
    engine.past = past_imports()
    page.go_to_view(HISTORY)
    view = page.history_view
    assert [line.gesture is not None for line in view.lines] == [True, True, False]
    qtbot.mouseClick(view.lines[0].gesture, Qt.MouseButton.LeftButton)
    assert question(page).informativeText().startswith(f"20{NBSP}valeurs reviendront")
    answer(page, "Annuler l’import")
    assert engine.asked == [("undo", "i3")]
    assert "2 champs ont été modifiés depuis" in view.banner.accessibleName()


def test_a_copy_is_restored_only_after_a_question(qtbot, page, engine):
    engine.points = restore_points()
    page.go_to_view(RESTORE)
    view = page.restore_view
    assert view.lines[0].accessibleName() == f"Aujourd’hui à 09:14. avant un import · 3,2{NBSP}Mo"
    with qtbot.assertNotEmitted(page.restore_asked):
        qtbot.mouseClick(view.lines[2].gesture, Qt.MouseButton.LeftButton)
        assert "21/11/2026 à 14:03" in question(page).text()
        answer(page, "Annuler")
    with qtbot.waitSignal(page.restore_asked) as asked:
        qtbot.mouseClick(view.lines[2].gesture, Qt.MouseButton.LeftButton)
        answer(page, "Restaurer")
    assert asked.args == [Path("/copies/c.carnet")]


def test_nothing_imported_yet_says_what_will_come_here(qtbot, page):
    page.go_to_view(HISTORY)
    assert page.history_view.empty.isVisible()
    qtbot.mouseClick(page.history_view.empty.second, Qt.MouseButton.LeftButton)
    assert page.view() == IMPORT


# -- all --------------------------------------------------------------------------------------------------------------


def test_every_control_has_a_name(qtbot, page, engine):
    engine.waiting, engine.past, engine.points = conflicts(), past_imports(), restore_points()
    page.reload()
    for view in (EXPORT, IMPORT, CONFLICTS, HISTORY, RESTORE):
        page.go_to_view(view)
        assert nameless_controls(page) == [], view
    previewed(qtbot, page)
    for row in page.import_view.preview.model.ids():
        page.import_view.preview.list.go_to(row)
        assert nameless_controls(page) == [], row


def test_the_palette_changes_live(qtbot, page, engine, theme):
    engine.waiting = conflicts()
    previewed(qtbot, page)
    theme.use("dark")
    page.grab()
    page.go_to_view(CONFLICTS)
    page.grab()


def test_a_link_opens_a_view_or_a_workbook(qtbot, page, engine):
    page.show_filter(view="history")
    assert page.view() == HISTORY
    page.show_filter(files=BOOK)
    qtbot.waitUntil(page.import_view.is_reviewing, timeout=5_000)
    assert page.view() == IMPORT


def test_the_row_on_screen_stays_when_a_filter_keeps_it(qtbot, page):
    preview = previewed(qtbot, page)
    preview.list.go_to("action:mediation")
    preview.show_kind(Kind.CONFLICT.value)
    assert preview.list.current_id() == "action:mediation"
    preview.list.selectionModel().clear()
    preview.list.selectionModel().setCurrentIndex(preview.model.index(1, 0), QItemSelectionModel.SelectionFlag.Select)
    assert preview.list.current_id() == "action:velo"


def test_two_versions_of_a_text_are_put_together_to_be_read_and_kept(qtbot, page, engine):
    preview = previewed(qtbot, page)
    preview.list.go_to("action:velo")
    block = preview.detail.blocks["action:velo:description"]
    assert not block._gather.isVisible(), "both changed the same sentence"
    assert not preview.detail.blocks["action:velo:end"]._gather.isVisible(), "a date is no text"

    block.dispute = replace(block.dispute, suggested="Les deux ensemble.")
    block._begin_together()

    qtbot.waitUntil(block._editor.isVisible)
    assert block.typed() == "Les deux ensemble."
    assert preview.review.written("action:velo:description") is None
    block._keep()
    assert preview.review.written("action:velo:description")[1] == "Les deux ensemble."


def test_changes_are_filtered_as_one_types_and_the_filter_goes(qtbot, page, engine):
    preview = previewed(qtbot, page)
    every = preview.model.ids()

    preview.pills.field.setText("ECRIVAIN")
    qtbot.waitUntil(lambda: preview.model.ids() == ["action:ecrivains"])
    assert preview.list.current_id() == "action:ecrivains"
    preview.pills.field.setText("rien de tel")
    qtbot.waitUntil(lambda: preview._nothing is not None and preview._nothing.isVisible())
    assert preview.model.ids() == []
    assert preview.accept.accessibleName() == f"Importer 12{NBSP}changements", "a filter takes nothing away"

    preview.step_conflict(1)

    assert preview.model.ids() == every
    assert preview.pills.field.text() == ""
