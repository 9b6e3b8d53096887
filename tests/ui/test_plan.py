"""The page « Plan d’actions », through what a person sees and does."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QMenu

from app.notebook import undo
from app.services import records
from app.ui.pages import plan_menus
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


@pytest.fixture
def blank(qtbot, theme: Theme, tmp_path: Path) -> Iterator[Screen]:
    made = Screen(theme, tmp_path, example=False)
    qtbot.addWidget(made.window)
    yield made
    close(made, qtbot)


# -- listing ----------------------------------------------------------------------------------------------------------


def test_the_table_gathers_by_priority_with_its_sums(screen: Screen) -> None:
    assert screen.groups() == [
        "P1 Réussite éducative", "P2 Emploi", "P3 Santé", "P4 Vivre ensemble", "P5 Transition écologique",
        "P6 Accès aux droits, numérique, discriminations",
    ]  # fmt: skip
    model = screen.page.model
    assert model.index(0, model.column_of("progress")).data() == "52\u00a0%"
    assert screen.window.status.left.text() == "46\u00a0actions   ·   4\u00a0en retard   ·   2\u00a0bloquées"


def test_a_progress_is_shown_as_it_was_typed_and_a_mean_rounded_to_the_point(screen: Screen) -> None:
    id = screen.id_of("EST-001")
    records.update(screen.store, "action", id, {"progress": Decimal("52.5")})
    QTest.qWait(5)

    model = screen.page.model
    cell = model.index(model.line_of(id), model.column_of("progress"))
    assert cell.data() == "52,5\u00a0%"
    records.update(screen.store, "action", id, {"progress": Decimal("64.5")})
    QTest.qWait(5)
    # 52,5: half a point goes up, in the tables as in the documents.
    assert model.index(0, model.column_of("progress")).data() == "53\u00a0%"


def test_the_tree_shows_objectives_between_priorities_and_actions(screen: Screen) -> None:
    screen.page.show_view("tree")

    assert screen.groups()[:3] == [
        "P1 Réussite éducative",
        "1.1\u00a0 Associer les parents à la réussite de leurs enfants",
        "1.2\u00a0 Prévenir le décrochage aux passages de cycle",
    ]
    assert len(screen.titles()) == 46


def test_filtering_forgets_accents_and_says_what_is_left(screen: Screen) -> None:
    screen.type("mediation sante")

    assert screen.titles() == ["Médiation santé et dépistage des cancers"]
    assert screen.window.status.left.text().startswith("1\u00a0action sur 46")


def test_a_porteur_is_found_by_typing_too(screen: Screen) -> None:
    screen.type("busabiclou")

    assert screen.titles() == ["Atelier vélo et remise en selle"]


def test_nothing_found_offers_to_clear_the_filters(screen: Screen, qtbot) -> None:
    screen.type("zzz")
    assert screen.page.lists.currentWidget() is screen.page.nothing

    qtbot.mouseClick(screen.page.nothing.second, Qt.MouseButton.LeftButton)
    QTest.qWait(5)

    assert len(screen.titles()) == 46


def test_lists_filter_and_show_their_own_cross(screen: Screen) -> None:
    states = screen.page.filters.lists["states"]
    states.set_keys(("late", "blocked"))

    assert len(screen.titles()) == 6
    assert "Suppr pour l’effacer" in states.accessibleName()
    states.set_keys(())
    assert len(screen.titles()) == 46


def test_a_link_from_elsewhere_filters_the_page(screen: Screen) -> None:
    screen.context.navigator.go("reports")
    screen.context.navigator.go("plan", states=("late",))
    QTest.qWait(5)

    assert len(screen.titles()) == 4


@pytest.mark.parametrize(
    ("by", "first"),
    [
        ("state", "En retard"),
        ("promoter", "AEP"),
        ("objective", "1.1\u00a0 Associer les parents à la réussite"),
        ("", ""),
    ],
)
def test_rows_are_gathered_as_asked(screen: Screen, by: str, first: str) -> None:
    screen.page.grouping.set_keys((by,))

    groups = screen.groups()
    assert len(screen.titles()) == 46
    if by == "promoter":
        assert groups == sorted(groups, key=str.casefold)
    else:
        assert (groups[0] if groups else "").startswith(first)


def test_a_head_sorts_turns_then_gives_the_order_of_the_plan_back(screen: Screen) -> None:
    page = screen.page
    page.grouping.set_keys(("",))
    plan = screen.titles()
    section = page.model.column_of("progress")

    page.table.head.sectionClicked.emit(section)
    assert page.model.row(page.model.ids()[0]).action.progress == 0
    page.table.head.sectionClicked.emit(section)
    assert page.model.row(page.model.ids()[0]).action.progress == 100
    page.table.head.sectionClicked.emit(section)
    assert screen.titles() == plan


def test_the_selection_is_kept_over_a_change(screen: Screen) -> None:
    id = screen.id_of("EST-019")
    screen.page.table.go_to(id)

    records.update(screen.store, "action", screen.id_of("EST-001"), {"title": "Un autre nom"})

    assert screen.page.table.current_id() == id


def test_the_models_follow_the_rules_of_models(screen: Screen) -> None:
    page = screen.page
    QAbstractItemModelTester(page.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    QAbstractItemModelTester(page.bin.model, QAbstractItemModelTester.FailureReportingMode.Fatal)

    page.show_view("tree")
    screen.type("sante")
    screen.type("")
    page.show_view("table")
    page.grouping.set_keys(("",))
    records.delete(screen.store, "action", [screen.id_of("EST-001")])
    page.show_bin()


# -- editing in a cell ------------------------------------------------------------------------------------------------


def test_a_title_typed_in_its_cell_is_one_gesture_that_undo_takes_back(screen: Screen, qtbot) -> None:
    id, before = screen.id_of("EST-001"), screen.gestures()
    editor = screen.edit("EST-001", "title", "Maison des parents")

    qtbot.keyClick(editor.input, Qt.Key.Key_Return)

    assert screen.values(id)["title"] == "Maison des parents"
    assert screen.gestures() == before + 1
    assert "Maison des parents" in screen.titles()
    undo.undo(screen.store)
    assert screen.values(id)["title"] == "Espace ressources parents du quartier"
    assert "Maison des parents" not in screen.titles()


def test_a_wrong_date_stays_typed_with_its_reason_under_the_cell(screen: Screen, qtbot) -> None:
    id = screen.id_of("EST-001")
    editor = screen.edit("EST-001", "end", "31/02/2027")

    qtbot.keyClick(editor.input, Qt.Key.Key_Return)

    assert editor.isVisible()
    assert editor.input.text() == "31/02/2027"
    assert "n’existe pas" in editor.fault()
    assert screen.values(id)["end"] == date(2027, 6, 30)


def test_an_end_before_the_start_is_refused_under_the_cell(screen: Screen, qtbot) -> None:
    editor = screen.edit("EST-001", "end", "01/01/2001")

    qtbot.keyClick(editor.input, Qt.Key.Key_Return)

    assert "vient après" in editor.fault()


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Tab])
def test_a_cell_that_the_disk_refuses_keeps_what_was_typed(screen: Screen, qtbot, key) -> None:
    id = screen.id_of("EST-001")
    before = screen.values(id)["title"]
    editor = screen.edit("EST-001", "title", "Titre tapé pour rien ?")
    with refusing(screen.store):
        qtbot.keyClick(editor.input, key)

        assert editor.isVisible()
        assert editor.input.text() == "Titre tapé pour rien ?"
        assert "disque est plein" in editor.fault()
        assert screen.values(id)["title"] == before
        assert screen.context.drafts.of("action", id) == {"title": "Titre tapé pour rien ?"}

    qtbot.keyClick(editor.input, Qt.Key.Key_Return)

    assert screen.values(id)["title"] == "Titre tapé pour rien ?"
    assert not screen.context.drafts.are_left()
    assert screen.page.banner.isHidden()


def test_a_cell_left_while_it_is_refused_opens_again_with_what_was_typed(screen: Screen, qtbot) -> None:
    id = screen.id_of("EST-001")
    editor = screen.edit("EST-001", "end", "31/02/2027")
    screen.page.table.go_to(screen.id_of("EST-005"))

    assert screen.editor() is not editor
    assert "31/02/2027" in screen.page.banner.accessibleName()
    screen.page.table.edit_cell(id, "end")
    again = screen.editor()
    assert again.input.text() == "31/02/2027"
    again.input.setText("28/02/2027")
    qtbot.keyClick(again.input, Qt.Key.Key_Return)

    assert screen.values(id)["end"] == date(2027, 2, 28)
    assert not screen.context.drafts.are_left()


def test_escape_gives_up_what_was_refused(screen: Screen, qtbot) -> None:
    id = screen.id_of("EST-001")
    editor = screen.edit("EST-001", "title", "Un autre titre")
    with refusing(screen.store):
        qtbot.keyClick(editor.input, Qt.Key.Key_Return)

    qtbot.keyClick(editor.input, Qt.Key.Key_Escape)

    assert not screen.context.drafts.are_left()
    screen.page.table.edit_cell(id, "title")
    assert screen.editor().input.text() == "Espace ressources parents du quartier"


def test_a_state_is_chosen_in_its_cell(screen: Screen, qtbot) -> None:
    id = screen.id_of("EST-003")
    screen.page.table.edit_cell(id, "status")
    editor = screen.editor()
    place = editor.input.findData("running")

    editor.input.setCurrentIndex(place)
    editor.input.activated.emit(place)

    assert screen.values(id)["status"] == "running"


def test_a_progress_beyond_a_hundred_is_refused(screen: Screen, qtbot) -> None:
    id = screen.id_of("EST-001")
    editor = screen.edit("EST-001", "progress", "120")
    qtbot.keyClick(editor.input, Qt.Key.Key_Return)
    assert "100" in editor.fault()

    editor.input.setText("85")
    qtbot.keyClick(editor.input, Qt.Key.Key_Return)

    assert screen.values(id)["progress"] == Decimal(85)


def test_tab_goes_to_the_next_cell_to_edit(screen: Screen, qtbot) -> None:
    id = screen.id_of("EST-001")
    editor = screen.edit("EST-001", "progress", "65")

    qtbot.keyClick(editor.input, Qt.Key.Key_Tab)

    table, model = screen.page.table, screen.page.model
    assert screen.values(id)["progress"] == Decimal(65)
    assert model.columns[table.currentIndex().column()].key in ("promoter", "end")
    assert table.state() == table.State.EditingState
    qtbot.keyClick(screen.editor(), Qt.Key.Key_Escape)


# -- adding, copying, throwing away -----------------------------------------------------------------------------------


def test_a_new_action_takes_the_place_and_the_code_one_expects(screen: Screen, qtbot) -> None:
    screen.page.table.go_to(screen.id_of("EST-019"))

    screen.window.action("create").trigger()
    editor = screen.editor()
    editor.input.setText("Bus santé")
    qtbot.keyClick(editor.input, Qt.Key.Key_Return)

    values = screen.values(screen.id_of("EST-047"))
    assert values["title"] == "Bus santé"
    assert values["objective"] == screen.values(screen.id_of("EST-019"))["objective"]
    assert values["priority"] == screen.values(screen.id_of("EST-019"))["priority"]
    assert values["territories"] == (screen.context.quarter,)
    assert screen.page.table.current_id() == screen.id_of("EST-047")


def test_on_a_group_a_new_action_goes_into_it(screen: Screen) -> None:
    page = screen.page
    page.table.setCurrentIndex(page.model.index(0, 1))
    priority = page.model.group_at(0).key

    page.create()

    assert screen.values(screen.id_of("EST-047"))["priority"] == priority


def test_a_new_action_that_the_filter_hides_opens_beside(screen: Screen) -> None:
    screen.type("zzz")

    screen.page.create()

    assert screen.context.navigator.place.id == screen.id_of("EST-047")
    assert not screen.panel.isHidden()


def test_an_empty_plan_says_what_to_do(blank: Screen, qtbot) -> None:
    page = blank.page
    assert page.lists.currentWidget() is page.empty
    assert blank.window.status.left.text() == "0\u00a0action"

    qtbot.mouseClick(page.empty.main, Qt.MouseButton.LeftButton)

    assert blank.titles() == ["Nouvelle action"]
    assert page.lists.currentWidget() is page.table


def test_ctrl_d_copies_with_steps_and_partners(screen: Screen, qtbot) -> None:
    original = screen.id_of("EST-019")
    screen.page.table.go_to(original)
    screen.page.table.setFocus()

    screen.page.duplicate()

    copy = screen.id_of("EST-047")
    assert screen.values(copy)["title"] == "Médiation santé et dépistage des cancers (copie)"
    with screen.store.read() as connection:
        steps = records.listing(connection, "step", [records.Filter("action", copy)])
        partners = records.listing(connection, "action_partner", [records.Filter("action", copy)])
        notes = records.listing(connection, "follow_up", [records.Filter("action", copy)])
    assert len(steps) == 5
    assert all(step.values["done"] is None for step in steps)
    assert len(partners) == 4
    assert not notes
    titles = screen.titles()
    place = titles.index("Médiation santé et dépistage des cancers")
    assert titles[place + 1].endswith("(copie)")


def test_suppr_throws_away_without_a_question_and_the_bin_gives_back(screen: Screen, qtbot) -> None:
    page, id = screen.page, screen.id_of("EST-002")
    page.table.go_to(id)
    before = screen.gestures()

    qtbot.keyClick(page.table, Qt.Key.Key_Delete)

    assert len(screen.titles()) == 45
    assert screen.gestures() == before + 1
    assert page.table.current_id() == screen.id_of("EST-003")
    page.show_bin()
    assert page.bin.model.ids() == [id]
    assert screen.window.status.left.text() == "1\u00a0action dans la corbeille"
    page.bin.table.go_to(id)
    qtbot.mouseClick(page.bin.restore, Qt.MouseButton.LeftButton)
    assert page.bin.lists.currentWidget() is page.bin.empty
    qtbot.mouseClick(page.bin.empty.second, Qt.MouseButton.LeftButton)
    assert len(screen.titles()) == 46


# -- several at once --------------------------------------------------------------------------------------------------


def test_rows_ticked_bring_the_gestures_for_them(screen: Screen, qtbot) -> None:
    page = screen.page
    page.table.go_to(screen.id_of("EST-001"))
    qtbot.keyClick(page.table, Qt.Key.Key_Space)
    page.model.tick([screen.id_of("EST-002")])

    assert page.bars.currentWidget() is page.selection
    assert page.selection.count.text() == "2\u00a0actions choisies"
    assert screen.window.status.right.text() == "Sélection\u00a0: 2"
    qtbot.mouseClick(page.selection.close_all, Qt.MouseButton.LeftButton)
    assert page.bars.currentWidget() is page.filters


def test_changing_several_actions_is_one_gesture(screen: Screen) -> None:
    page, ids = screen.page, [screen.id_of(code) for code in ("EST-001", "EST-002", "EST-003")]
    page.model.tick(ids)
    before = screen.gestures()

    page.selection.give(status="suspended")

    assert screen.gestures() == before + 1
    assert {screen.values(id)["status"] for id in ids} == {"suspended"}
    assert page.model.ticked_ids() == ids
    undo.undo(screen.store)
    assert screen.values(ids[2])["status"] == "planned"


def test_rows_selected_are_chosen_too(screen: Screen) -> None:
    page = screen.page
    line = page.model.line_of(screen.id_of("EST-001"))
    page.table.setCurrentIndex(page.model.index(line, 1))
    flags = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
    page.table.selectionModel().select(page.model.index(line + 1, 0), flags)

    assert page.chosen_ids() == [screen.id_of("EST-001"), screen.id_of("EST-002")]
    page.selection.postpone(date(2027, 9, 30))
    assert screen.values(screen.id_of("EST-002"))["end"] == date(2027, 9, 30)


def test_a_refused_change_says_why_and_changes_nothing(screen: Screen) -> None:
    page, id = screen.page, screen.id_of("EST-001")
    page.model.tick([id])

    page.selection.postpone(date(2001, 1, 1))

    assert page.banner.isVisible()
    assert "vient après" in page.banner.accessibleName()
    assert screen.values(id)["end"] == date(2027, 6, 30)


def test_a_territory_is_added_to_those_there_were(screen: Screen) -> None:
    page, id = screen.page, screen.id_of("EST-004")
    before = screen.values(id)["territories"]
    other = next(one for one in screen.values(screen.id_of("EST-006"))["territories"] if one not in before)
    page.model.tick([id])

    page.selection.add_territory(other)

    assert set(screen.values(id)["territories"]) == {*before, other}


def test_selected_rows_are_copied_for_excel(screen: Screen, qtbot) -> None:
    screen.page.table.go_to(screen.id_of("EST-001"))

    qtbot.keyClick(screen.page.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)

    cells = QGuiApplication.clipboard().text().split("\t")
    assert cells[:3] == ["1.1.1 Espace ressources parents du quartier", "En cours", "60\u00a0%"]


# -- moving -----------------------------------------------------------------------------------------------------------


def drop(screen: Screen, code: str, target: str) -> None:
    """Drag an action and let it fall on a line."""
    model = screen.page.model
    data = model.mimeData([model.index(model.line_of(screen.id_of(code)), 1)])
    line = model.line_of(target)
    if line < 0:
        line = next(at for at in range(model.rowCount()) if getattr(model.group_at(at), "key", "") == target)
    model.dropMimeData(data, Qt.DropAction.MoveAction, -1, -1, model.index(line, 1))


def test_dragging_onto_an_objective_is_one_gesture(screen: Screen) -> None:
    screen.page.show_view("tree")
    objective = screen.values(screen.id_of("EST-019"))["objective"]
    before = screen.gestures()

    drop(screen, "EST-001", objective)

    values = screen.values(screen.id_of("EST-001"))
    assert screen.gestures() == before + 1
    assert values["objective"] == objective
    assert values["priority"] == screen.values(screen.id_of("EST-019"))["priority"]
    undo.undo(screen.store)
    assert screen.values(screen.id_of("EST-001"))["objective"] != objective


def test_dragging_onto_an_action_takes_its_place(screen: Screen) -> None:
    screen.page.show_view("tree")
    assert screen.titles()[6:9] == ["Mercredis culture", "Sport et réussite scolaire", "Mentorat des collégiens"]

    drop(screen, "EST-009", screen.id_of("EST-007"))
    assert screen.titles()[6:9] == ["Mentorat des collégiens", "Mercredis culture", "Sport et réussite scolaire"]

    drop(screen, "EST-009", screen.id_of("EST-008"))
    assert screen.titles()[6:9] == ["Mercredis culture", "Sport et réussite scolaire", "Mentorat des collégiens"]


def test_the_keyboard_moves_an_action_too(screen: Screen, qtbot) -> None:
    page = screen.page
    page.table.go_to(screen.id_of("EST-008"))
    both = Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ShiftModifier

    qtbot.keyClick(page.table, Qt.Key.Key_Up, both)

    assert screen.titles()[6:8] == ["Sport et réussite scolaire", "Mercredis culture"]
    assert page.table.current_id() == screen.id_of("EST-008")


def test_a_sorted_list_cannot_be_dragged(screen: Screen) -> None:
    page = screen.page
    assert page.table.dragEnabled()

    page.table.head.sectionClicked.emit(page.model.column_of("progress"))

    assert not page.table.dragEnabled()


# -- keyboard, printing, names ----------------------------------------------------------------------------------------


def test_the_keyboard_walks_opens_and_the_panel_follows(screen: Screen, qtbot) -> None:
    page = screen.page
    page.table.go_to(screen.id_of("EST-001"))
    page.table.setFocus()

    qtbot.keyClick(page.table, Qt.Key.Key_Return)
    assert screen.context.navigator.place.id == screen.id_of("EST-001")
    qtbot.keyClick(page.table, Qt.Key.Key_Down)
    QTest.qWait(200)

    assert screen.context.navigator.place.id == screen.id_of("EST-002")


def test_a_double_click_on_a_title_opens_elsewhere_it_edits(screen: Screen, qtbot) -> None:
    page, id = screen.page, screen.id_of("EST-001")
    line = page.model.line_of(id)

    page.table.doubleClicked.emit(page.model.index(line, page.model.column_of("title")))
    assert screen.context.navigator.place.id == id
    page.table.setCurrentIndex(page.model.index(line, page.model.column_of("progress")))
    page.table.doubleClicked.emit(page.table.currentIndex())

    assert page.table.state() == page.table.State.EditingState
    qtbot.keyClick(screen.editor(), Qt.Key.Key_Escape)


def test_printing_goes_to_the_reports(screen: Screen) -> None:
    screen.page.print_page()

    assert ReportsPage.asked == {"report": "projet-de-quartier"}


@pytest.mark.parametrize("view", ["table", "tree"])
@pytest.mark.parametrize("mode", ["light", "dark"])
def test_every_control_has_a_name_in_every_state(screen: Screen, theme: Theme, view: str, mode: str) -> None:
    theme.use(mode)
    screen.page.show_view(view)
    assert nameless_controls(screen.window) == []
    screen.page.model.tick([screen.id_of("EST-001")])
    assert nameless_controls(screen.window) == []
    screen.page.show_bin()
    assert nameless_controls(screen.window) == []
    assert not screen.window.grab().isNull()


def test_columns_give_way_when_the_fiche_opens(screen: Screen) -> None:
    page = screen.page
    table = page.table
    assert not table.isColumnHidden(page.model.column_of("promoter"))

    screen.open("EST-001")
    QTest.qWait(20)

    assert table.isColumnHidden(page.model.column_of("promoter"))
    assert not table.isColumnHidden(page.model.column_of("end"))
    assert table.selectionModel().isRowSelected(table.currentIndex().row(), QModelIndex())


def test_menus_open_and_columns_are_hidden_by_choice(screen: Screen) -> None:
    page = screen.page
    page.table.go_to(screen.id_of("EST-001"))
    plan_menus.open_row_menu(page, page.mapToGlobal(page.rect().center()))
    menu = page.findChildren(QMenu, options=Qt.FindChildOption.FindDirectChildrenOnly)[-1]
    words = [action.text().split("\t")[0] for action in menu.actions() if action.text()]
    assert words == [
        "Ajouter une action ici", "Ouvrir la fiche", "Modifier l’intitulé", "Déplacer vers", "Monter", "Descendre",
        "Dupliquer", "Supprimer",
    ]  # fmt: skip
    menu.close()

    columns = plan_menus.open_columns(page)
    promoter = next(action for action in columns.actions() if action.data() == "promoter")
    promoter.setChecked(False)
    columns.ticked.emit()
    columns.close()

    assert page.table.isColumnHidden(page.model.column_of("promoter"))
    assert screen.context.preferences.value("plan_hidden", []) == ["promoter", "lead"]
