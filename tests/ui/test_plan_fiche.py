"""The fiche of an action, in the panel, through what a person sees and does."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from app.notebook import undo
from app.services import records
from app.ui.pages.plan_popups import ValuePopup
from app.ui.theme import Theme
from tests.ui.accessibility import nameless_controls
from tests.ui.desk import refusing
from tests.ui.plan_screens import ReportsPage, Screen, close


@pytest.fixture
def screen(qtbot, theme: Theme, tmp_path: Path) -> Iterator[Screen]:
    made = Screen(theme, tmp_path)
    qtbot.addWidget(made.window)
    yield made
    close(made, qtbot)


def is_seen(screen: Screen, part) -> bool:
    """True when the whole of a part of the fiche is in sight."""
    scroll = screen.panel._scroll.viewport()
    return scroll.rect().contains(part.rect().translated(part.mapTo(scroll, part.rect().topLeft())))


@pytest.mark.parametrize(
    ("gesture", "part"),
    [
        ("Ajouter une étape", "_steps"),
        ("Ajouter une structure partenaire", "_partners"),
        ("Relier un indicateur", "_indicators"),
        ("Écrire une note", "_notes"),
    ],
)
def test_what_one_adds_is_typed_where_one_sees_it(screen: Screen, qtbot, gesture: str, part: str) -> None:
    screen.window.resize(1366, 560)
    fiche = screen.open("EST-001")
    screen.panel.anchors.anchor("steps").click()

    add = next(one for one in screen.panel.findChildren(QAbstractButton) if one.accessibleDescription() == gesture)
    qtbot.mouseClick(add, Qt.MouseButton.LeftButton)

    field = getattr(fiche, part).add
    qtbot.waitUntil(lambda: is_seen(screen, field))
    assert field.hasFocus()


def test_step_after_step_the_line_of_the_next_one_stays_in_sight(screen: Screen, qtbot) -> None:
    screen.window.resize(1366, 560)
    fiche = screen.open("EST-001")
    fiche._steps.ask()
    for number in range(6):
        qtbot.keyClicks(fiche._steps.add, f"etape {number}")
        qtbot.keyClick(fiche._steps.add, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: is_seen(screen, fiche._steps.add))


def test_an_objective_that_the_disk_refuses_is_still_to_be_saved(screen: Screen) -> None:
    id = screen.id_of("EST-001")
    fiche = screen.open("EST-001")
    before = screen.values(id)["objective"]
    editor = fiche._editing.form.editor("objective")
    other, word = next(option for option in editor.sources.search("") if option[0] != before)
    with refusing(screen.store):
        editor._pick(other, word)

        assert screen.values(id)["objective"] == before
        assert editor.is_changed()
        assert "disque est plein" in editor.fault()
        assert screen.context.drafts.of("action", id) == {"objective": word}

    assert fiche.leave()

    assert screen.values(id)["objective"] == other
    assert editor.fault() == ""
    assert not screen.context.drafts.are_left()


def steps_of(screen: Screen, code: str) -> list[records.Record]:
    with screen.store.read() as connection:
        return records.listing(connection, "step", [records.Filter("action", screen.id_of(code))])


# -- heading, state and banner ----------------------------------------------------------------------------------------


def test_the_heading_says_priority_number_and_place(screen: Screen) -> None:
    screen.open("EST-019")

    assert screen.panel._chip.text() == "P3  Santé"
    assert screen.panel._code.text() == "3.2.1.1"
    assert screen.panel._position.text() == "19 / 46"
    assert screen.fiche.title.input.toPlainText() == "Médiation santé et dépistage des cancers"


def test_a_title_typed_in_the_heading_is_kept_by_enter(screen: Screen, qtbot) -> None:
    fiche = screen.open("EST-019")
    fiche.title.select_all()
    fiche.title.input.insertPlainText("Médiation santé")

    qtbot.keyClick(fiche.title.input, Qt.Key.Key_Return)

    assert screen.values(screen.id_of("EST-019"))["title"] == "Médiation santé"
    assert "Médiation santé" in screen.titles()


def test_a_late_action_says_by_how_much_and_offers_to_put_it_off(screen: Screen, qtbot) -> None:
    fiche = screen.open("EST-019")
    banner = screen.panel.banner
    assert banner.accessibleName() == (
        "En retard de 19\u00a0jours. L’étape «\u00a0Bilan avec le CRCDC\u00a0» devait finir le 05/11/2026."
    )

    qtbot.mouseClick(banner._action, Qt.MouseButton.LeftButton)
    popup = _popup(screen)
    popup.editor.input.setText("31/01/2027")
    qtbot.mouseClick(popup.apply, Qt.MouseButton.LeftButton)

    assert screen.values(screen.id_of("EST-019"))["end"] == date(2027, 1, 31)
    late = next(step for step in steps_of(screen, "EST-019") if step.values["done"] is None)
    assert late.values["due"] == date(2027, 1, 31)
    assert banner.isHidden()
    assert fiche._detail.state == "running"


def _popup(screen: Screen) -> ValuePopup:
    return screen.panel.findChildren(ValuePopup)[-1]


def test_a_blocked_action_says_why_and_the_block_is_lifted(screen: Screen, qtbot) -> None:
    screen.open("EST-013")
    banner = screen.panel.banner
    assert banner.accessibleName().startswith("Bloquée. L’autorisation d’ouvrir")

    qtbot.mouseClick(banner._action, Qt.MouseButton.LeftButton)

    assert screen.values(screen.id_of("EST-013"))["blocking_point"] is None
    assert banner.isHidden()


def test_the_state_line_gives_state_and_progress(screen: Screen) -> None:
    fiche = screen.open("EST-003")

    fiche._give("status", "running")
    fiche._give("progress", 40)

    assert screen.values(screen.id_of("EST-003"))["status"] == "running"


def test_an_example_says_so_quietly(screen: Screen) -> None:
    screen.open("EST-019")

    said = [chip.accessibleName() for chip in screen.panel._state.findChildren(type(screen.panel._chip))]
    assert said == ["Exemple"]


# -- identity ---------------------------------------------------------------------------------------------------------


def test_an_objective_brings_its_priority_along(screen: Screen) -> None:
    fiche = screen.open("EST-001")
    target = screen.values(screen.id_of("EST-019"))
    editor = fiche._editing.form.editor("objective")
    before = screen.gestures()

    editor.input.setText("3.2.1 Accompagner jusqu’au rendez-vous de dépistage")
    editor.commit()

    values = screen.values(screen.id_of("EST-001"))
    assert (values["objective"], values["priority"]) == (target["objective"], target["priority"])
    assert screen.gestures() == before + 1
    assert screen.panel._chip.text() == "P3  Santé"


def test_what_is_empty_waits_behind_its_word(screen: Screen, qtbot) -> None:
    fiche = screen.open("EST-019")
    identity = fiche._identity
    assert identity._rows["internal_note"].isHidden()

    qtbot.mouseClick(identity._offers["internal_note"], Qt.MouseButton.LeftButton)
    editor = fiche._editing.form.editor("internal_note")
    editor.input.setPlainText("À revoir avec le CRCDC.")
    editor.commit()

    assert screen.values(screen.id_of("EST-019"))["internal_note"] == "À revoir avec le CRCDC."
    assert not identity._rows["internal_note"].isHidden()


def test_typing_survives_a_change_made_elsewhere(screen: Screen) -> None:
    fiche = screen.open("EST-019")
    editor = fiche._editing.form.editor("description")
    editor.input.setPlainText("Une phrase à moitié")
    step = fiche._steps.line(steps_of(screen, "EST-019")[-1].id)
    step.title.input.setPlainText("Bilan à moitié")
    fiche._notes.add.setPlainText("Une note à moitié")

    records.update(screen.store, "action", screen.id_of("EST-019"), {"lead": "Autre service"})

    assert editor.input.toPlainText() == "Une phrase à moitié"
    assert step.title.input.toPlainText() == "Bilan à moitié"
    assert fiche._notes.add.toPlainText() == "Une note à moitié"
    assert fiche._editing.form.editor("lead").input.text() == "Autre service"


def test_going_to_the_next_action_keeps_what_was_typed(screen: Screen) -> None:
    fiche = screen.open("EST-001")
    fiche._editing.form.editor("description").input.setPlainText("Tout neuf.")

    screen.window.step_record(1)

    assert screen.context.navigator.place.id == screen.id_of("EST-002")
    assert screen.values(screen.id_of("EST-001"))["description"] == "Tout neuf."
    assert screen.page.table.current_id() == screen.id_of("EST-002")


def test_a_wrong_value_holds_one_on_the_fiche(screen: Screen) -> None:
    fiche = screen.open("EST-001")
    fiche._identity.ask("start")
    editor = fiche._editing.form.editor("start")
    editor.input.setText("31/02/2026")

    screen.window.step_record(1)

    assert fiche._editing.id == screen.id_of("EST-001")
    assert "n’existe pas" in editor.fault()
    editor.set_value(date(2026, 2, 1))


# -- steps ------------------------------------------------------------------------------------------------------------


def test_ticking_a_step_says_it_was_done_today(screen: Screen, qtbot) -> None:
    fiche = screen.open("EST-019")
    last = steps_of(screen, "EST-019")[-1]
    assert screen.panel.anchors.anchor("steps").accessibleName() == "Étapes 4/5"

    qtbot.mouseClick(fiche._steps.line(last.id).mark, Qt.MouseButton.LeftButton)

    assert screen.values(last.id, "step")["done"] == date(2026, 11, 24)
    assert screen.panel.anchors.anchor("steps").accessibleName() == "Étapes 5/5"
    qtbot.mouseClick(fiche._steps.line(last.id).mark, Qt.MouseButton.LeftButton)
    assert screen.values(last.id, "step")["done"] is None


def test_steps_are_added_one_after_the_other_by_typing(screen: Screen, qtbot) -> None:
    fiche = screen.open("EST-019")
    for title in ("Relancer le CRCDC", "Écrire le bilan"):
        fiche._steps.add.setText(title)
        qtbot.keyClick(fiche._steps.add, Qt.Key.Key_Return)

    titles = [step.title for step in fiche._detail.steps]
    assert titles[-2:] == ["Relancer le CRCDC", "Écrire le bilan"]
    assert fiche._steps.add.text() == ""


def test_a_step_is_retitled_dated_moved_and_thrown_away(screen: Screen) -> None:
    fiche = screen.open("EST-019")
    first, second = (step.id for step in fiche._detail.steps[:2])
    line = fiche._steps.line(first)

    line.title.input.setPlainText("Convention signée")
    line.title.commit()
    line.done.input.setText("16/01/2026")
    line.done.commit()
    line.moved.emit(1)

    assert screen.values(first, "step")["title"] == "Convention signée"
    assert screen.values(first, "step")["done"] == date(2026, 1, 16)
    assert [step.id for step in fiche._detail.steps[:2]] == [second, first]
    line.delete()
    assert len(fiche._detail.steps) == 4
    undo.undo(screen.store)
    assert len(fiche._detail.steps) == 5


# -- partners, indicators, notes, history -----------------------------------------------------------------------------


def test_a_structure_is_added_with_its_role_then_taken_out(screen: Screen, qtbot) -> None:
    fiche = screen.open("EST-019")
    fiche._partners.add.setText("Busabiclou")
    qtbot.keyClick(fiche._partners.add, Qt.Key.Key_Return)
    line = next(line for line in fiche._partners.lines() if line.partner.label == "Busabiclou")
    assert line.partner.role == "partenaire"

    line.role.setText("prêt de vélos")
    qtbot.keyClick(line.role, Qt.Key.Key_Return)

    line = next(line for line in fiche._partners.lines() if line.partner.label == "Busabiclou")
    assert line.partner.role == "prêt de vélos"
    line._remove()
    assert all(line.partner.label != "Busabiclou" for line in fiche._partners.lines())
    assert len(fiche._partners.lines()) == 4


def test_an_unknown_structure_is_offered_to_the_directory(screen: Screen, qtbot) -> None:
    fiche = screen.open("EST-019")
    fiche._partners.add.setText("Maison des aînés")
    qtbot.keyClick(fiche._partners.add, Qt.Key.Key_Return)
    assert "Maison des aînés" in fiche._partners.unknown.text()

    qtbot.mouseClick(fiche._partners.make, Qt.MouseButton.LeftButton)

    assert any(line.partner.label == "Maison des aînés" for line in fiche._partners.lines())


def test_notes_come_newest_first_and_are_corrected_in_place(screen: Screen, qtbot) -> None:
    fiche = screen.open("EST-019")
    fiche._notes.add.setPlainText("Le bilan est écrit.")
    qtbot.keyClick(fiche._notes.add, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)

    newest = fiche._detail.notes[0]
    assert (newest.text, newest.day) == ("Le bilan est écrit.", date(2026, 11, 24))
    line = fiche._notes._lines[newest.id]
    line.text.input.setPlainText("Le bilan est signé.")
    line.text.commit()
    assert fiche._detail.notes[0].text == "Le bilan est signé."


def test_linked_indicators_say_their_last_value_and_aim(screen: Screen) -> None:
    fiche = screen.open("EST-019")

    assert len(fiche._detail.indicators) == 2
    assert any("%" in one.last for one in fiche._detail.indicators)
    assert any("cible" in one.aim for one in fiche._detail.indicators)


def test_an_indicator_is_linked_by_typing_its_name_and_taken_out_again(screen: Screen, qtbot) -> None:
    fiche = screen.open("EST-019")
    before = [one.title for one in fiche._detail.indicators]
    id = screen.id_of("EST-019")

    screen.panel.anchors.anchor("indicators").click()
    fiche._indicators.ask()
    fiche._indicators.add.setText("vélos remis en CIRCULATION")
    qtbot.keyClick(fiche._indicators.add, Qt.Key.Key_Return)

    now = [line.shown.title for line in fiche._indicators.lines()]
    assert sorted(now) == sorted([*before, "Vélos remis en circulation"])
    assert fiche._indicators.add.text() == ""
    line = next(line for line in fiche._indicators.lines() if line.shown.title == "Vélos remis en circulation")
    assert id in screen.values(line.shown.id, "indicator")["actions"]
    assert nameless_controls(screen.panel) == []

    line.remove.click()

    assert [line.shown.title for line in fiche._indicators.lines()] == before
    undo.undo(screen.store)
    assert len(fiche._indicators.lines()) == len(before) + 1


def test_an_indicator_nobody_knows_is_said_and_what_was_typed_stays(screen: Screen, qtbot) -> None:
    fiche = screen.open("EST-019")
    fiche._indicators.add.setText("licornes")

    qtbot.keyClick(fiche._indicators.add, Qt.Key.Key_Return)

    assert "«\u00a0licornes\u00a0»" in fiche._indicators.unknown.text()
    assert fiche._indicators.add.text() == "licornes"
    with refusing(screen.store, "query_only = ON", "query_only = OFF"):
        fiche._indicators._link(screen.id_of("EST-I09", "indicator"))
        assert screen.panel.banner.isVisible()


def test_the_history_tells_what_changed_in_french(screen: Screen) -> None:
    fiche = screen.open("EST-003")
    records.update(screen.store, "action", screen.id_of("EST-003"), {"status": "running"})
    QTest.qWait(300)

    said = [label.text() for label in fiche._history.findChildren(type(screen.panel.title))]
    assert "État\u00a0: «\u00a0À lancer\u00a0» → «\u00a0En cours\u00a0»" in said


# -- the life of a fiche ----------------------------------------------------------------------------------------------


def test_throwing_the_action_away_closes_its_fiche(screen: Screen) -> None:
    fiche = screen.open("EST-019")

    fiche._delete()

    assert screen.panel.isHidden()
    assert len(screen.titles()) == 45


def test_from_the_bin_a_fiche_offers_to_restore(screen: Screen, qtbot) -> None:
    id = screen.id_of("EST-019")
    records.delete(screen.store, "action", [id])
    screen.page.show_bin()
    screen.page.bin.table.opened.emit(id)

    assert screen.panel.banner.accessibleName().startswith("Dans la corbeille.")
    qtbot.mouseClick(screen.panel.banner._action, Qt.MouseButton.LeftButton)

    with screen.store.read() as connection:
        assert not records.fetch(connection, "action", id).deleted


def test_copying_from_the_fiche_opens_the_copy(screen: Screen) -> None:
    fiche = screen.open("EST-019")

    fiche._duplicate()

    assert screen.context.navigator.place.id == screen.id_of("EST-047")


def test_printing_the_fiche_goes_to_its_report(screen: Screen) -> None:
    screen.open("EST-019")

    screen.window.print_what_is_open()

    assert ReportsPage.asked == {"report": "fiche-action", "record": screen.id_of("EST-019")}


def test_a_draft_found_at_start_is_offered_as_it_was(screen: Screen) -> None:
    screen.context.drafts.keep("action", screen.id_of("EST-002"), "description", "Une saisie coupée")
    screen.context.drafts.keep("action", screen.id_of("EST-002"), "+note", "Une note coupée")

    fiche = screen.open("EST-002")

    assert fiche._editing.form.editor("description").input.toPlainText() == "Une saisie coupée"
    assert fiche._notes.add.toPlainText() == "Une note coupée"


@pytest.mark.parametrize("code", ["EST-019", "EST-013", "EST-036"])
@pytest.mark.parametrize("mode", ["light", "dark"])
def test_every_control_of_the_fiche_has_a_name(screen: Screen, theme: Theme, mode: str, code: str) -> None:
    theme.use(mode)
    screen.open(code)
    QTest.qWait(20)

    assert nameless_controls(screen.window) == []


def test_the_fiche_never_grows_wider_than_its_panel(screen: Screen) -> None:
    for code in ("EST-019", "EST-024", "EST-016", "EST-029"):
        screen.open(code)
        QTest.qWait(30)
        scroll = screen.panel._scroll
        assert scroll.widget().width() <= scroll.viewport().width(), code


def test_no_line_of_a_text_is_cut_when_the_panel_narrows(screen: Screen, qtbot: QtBot) -> None:
    screen.window.resize(1920, 1080)
    fiche = screen.open("EST-013")
    QTest.qWait(30)

    screen.window.resize(1366, 768)

    for key in ("description", "context", "needs", "blocking_point"):
        editor = fiche._editing.form.editor(key)
        # The layouts settle over several turns of the event loop.
        qtbot.waitUntil(lambda editor=editor: editor.height() >= editor.input.minimumHeight(), timeout=3000)
