"""The page Indicateurs and its fiche, as somebody uses them, on the example notebook."""

import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QGuiApplication, QInputMethodEvent
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication, QWidget

from app.formatting import NBSP
from app.notebook.store import Store
from app.notebook.undo import undo
from app.services import notebooks, records
from app.services.queries import indicators
from app.services.scorecard import Standing
from app.ui.context import Context
from app.ui.main_window import MainWindow
from app.ui.navigation import PageEntry
from app.ui.pages.indicator_record import IndicatorRecord
from app.ui.pages.indicators import BOARD, ENTRY, FRAME, LIST, IndicatorsPage
from app.ui.pages.indicators_card import Card, scale_top
from app.ui.pages.indicators_cards import CardsModel, two_lines
from app.ui.pages.indicators_dashboard import CardSection, Dashboard
from app.ui.preferences import Preferences
from app.ui.theme import Theme
from tests.ui import gallery
from tests.ui.accessibility import nameless_controls

PAGE = PageEntry(
    "indicators", "Indicateurs", "chart-bar", "app.ui.pages.indicators:IndicatorsPage",
    ("indicator", "measurement", "target"),
)  # fmt: skip
OTHER = PageEntry("other", "Autre", "home", "app.ui.navigation:Page")
RECORDS = {
    "indicator": "app.ui.pages.indicator_record:IndicatorRecord",
    "measurement": "app.ui.pages.indicator_record:MeasurementRecord",
    "target": "app.ui.pages.indicator_record:TargetRecord",
}


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example notebook, made once."""
    path = tmp_path_factory.mktemp("exemple") / "exemple.carnet"
    notebooks.start(path, district="Est", example=True).close()
    return path


@pytest.fixture
def store(example: Path, tmp_path: Path) -> Iterator[Store]:
    copy = tmp_path / "essai.carnet"
    shutil.copy(example, copy)
    with notebooks.open_existing(copy) as opened:
        yield opened


@pytest.fixture
def window(qtbot, theme: Theme, store: Store, tmp_path: Path) -> MainWindow:
    context = Context(
        theme, Preferences(tmp_path / "preferences.json"), clock=lambda: gallery.NOW, store=store,
        quarter=store.meta("district") or "",
    )  # fmt: skip
    context.bus.listen(store)
    made = MainWindow(context, (PAGE, OTHER), records=RECORDS)
    qtbot.addWidget(made)
    made.resize(1366, 697)
    made.show()
    made.navigator.go("indicators")
    return made


def page(window: MainWindow) -> IndicatorsPage:
    return window.page()


def grid(window: MainWindow):
    window.navigator.go("indicators", view=ENTRY)
    return page(window)._entry


def cell(window: MainWindow, title: str, year: int) -> QModelIndex:
    model = page(window)._entry.model
    line = next(line for line, row in enumerate(model.rows()) if row.title == title)
    return model.index(line, 2 + model.years().index(year))


def find(store: Store, title: str) -> str:
    with store.read() as connection:
        return records.resolve(connection, "indicator", title)


def record(window: MainWindow, title: str) -> IndicatorRecord:
    window.navigator.open_record("indicator", find(window.context.store, title))
    return window._view


def last_value(store: Store, title: str) -> object:
    row = find(store, title)
    with store.read() as connection:
        (found,) = indicators.fetch_rows(
            connection, [row], today=gallery.NOW.date(), district=store.meta("district") or ""
        )
    return found.series.last.reading.value if found.series.last else None


def write(editor: QWidget, text: str) -> None:
    """Type a text, accents included."""
    event = QInputMethodEvent()
    event.setCommitString(text)
    QApplication.sendEvent(editor, event)


# -- the dashboard ------------------------------------------------------------------------------------------------


def test_the_dashboard_shows_what_is_followed(window: MainWindow) -> None:
    cards = {card.title: card for card in page(window)._board.cards()}

    parents = cards["Parents accueillis à l’espace ressources"]
    assert (parents.priority, parents.nature, parents.figure, parents.unit) == ("P1", "réalisation", "104", "parents")
    assert (parents.period, parents.verdict, parents.aim) == (
        "janv.–oct. 2026", "Cible dépassée de 4", f"cible 2026{NBSP}: 100",
    )  # fmt: skip
    assert cards["Participation au dépistage du cancer du sein"].age == "2026 masquée"
    assert cards["Vélos remis en circulation"].age == f"2026{NBSP}à saisir"
    assert cards["Part d’élèves boursiers"].verdict == f"+{NBSP}42{NBSP}points"
    assert cards["Part de retard scolaire"].period == "année non précisée"


def test_context_has_no_verdict_colour(window: MainWindow) -> None:
    context = [card for card in page(window)._board.cards() if card.standing is Standing.CONTEXT]
    assert context
    assert {card.verdict_tone for card in context} == {""}


def test_a_counter_keeps_only_its_cards(window: MainWindow) -> None:
    board = page(window)._board
    chip = board._chips[Standing.OFF.value]
    count = int(chip.text().split(NBSP)[0])

    chip.click()

    assert len(board.cards()) == count
    assert {card.standing for card in board.cards()} == {Standing.OFF}
    chip.click()
    assert len(board.cards()) > count


def test_the_filter_ignores_accents(window: MainWindow, qtbot) -> None:
    page(window)._text.setText("depistage")
    qtbot.waitUntil(lambda: len(page(window)._board.cards()) < 10)
    assert "Participation au dépistage du cancer du sein" in [card.title for card in page(window)._board.cards()]


def test_filtered_to_nothing_offers_to_clear(window: MainWindow, qtbot) -> None:
    page(window)._text.setText("zzz")
    board = page(window)._board
    qtbot.waitUntil(board._filtered.isVisible)
    qtbot.mouseClick(board._filtered.main, Qt.MouseButton.LeftButton)
    assert page(window)._text.text() == ""
    assert board.cards()


def test_a_card_opens_its_fiche_from_the_keyboard(window: MainWindow, qtbot) -> None:
    cards = page(window)._board._sections["project"][1]
    cards.setCurrentIndex(cards.model().index(1, 0))
    QTest.keyClick(cards, Qt.Key.Key_Return)
    assert window.navigator.place.entity == "indicator"
    assert window.panel.title.text() == "Élèves de CM2 repérés et accompagnés vers la 6e"


def test_four_cards_stand_side_by_side_at_1366(window: MainWindow, qtbot) -> None:
    cards = page(window)._board._sections["project"][1]
    qtbot.waitUntil(lambda: cards.visualRect(cards.model().index(3, 0)).y() == 0)
    assert cards.visualRect(cards.model().index(4, 0)).y() > 0


def test_an_empty_notebook_invites(qtbot, theme: Theme) -> None:
    asked: list[str] = []
    board = Dashboard(theme, create=lambda: asked.append("create"), clear=lambda: asked.append("clear"))
    qtbot.addWidget(board)
    board.show()
    board.show_cards([CardSection("project", "Suivis", [])], narrow=False)
    assert board._empty.isVisible()
    qtbot.mouseClick(board._empty.main, Qt.MouseButton.LeftButton)
    assert asked == ["create"]


def test_cards_model_follows_the_rules_of_models(window: MainWindow) -> None:
    cards: list[Card] = page(window)._board.cards()
    model = CardsModel()
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.show_cards(cards)
    model.show_cards(cards[:2])
    model.show_cards([])


def test_a_card_says_everything_aloud(window: MainWindow) -> None:
    card = next(card for card in page(window)._board.cards() if card.title.startswith("Étapes du plan"))
    assert card.said == (
        f"P4, processus, Étapes du plan tenues à temps, 78 %, 3e trim. 2026, à jour, −{NBSP}7{NBSP}points, "
        f"cible 2026{NBSP}: 85{NBSP}%"
    )


@pytest.mark.parametrize(
    ("highest", "percent", "top"),
    [
        (73, True, 100),
        (17.1, True, 20),
        (30, True, 40),
        (8, False, 10),
        (1.2, True, 2),
        (158, False, 200),
        (0, False, 1),
    ],
)
def test_scales_end_on_a_round_number(highest: float, percent: bool, top: float) -> None:
    assert scale_top(highest, percent=percent) == top


def test_a_long_title_takes_two_lines(theme: Theme) -> None:
    lines = two_lines("Collégiens à risque de décrochage accompagnés pour le passage au lycée", theme.font("body"), 250)
    assert len(lines) == 2
    assert lines[1].endswith("…")
    assert two_lines("Court", theme.font("body"), 250) == ["Court"]


def test_a_record_opened_leaves_the_view_one_chose(window: MainWindow, store: Store) -> None:
    window.navigator.go("indicators", view=ENTRY)
    page(window)._views._group.button(3).click()
    assert page(window).view() == LIST
    record(window, "Vélos remis en circulation")
    assert page(window).view() == LIST
    window.navigator.go("indicators", view=ENTRY)
    assert page(window).view() == ENTRY


def test_coming_back_with_another_view_reads_it(window: MainWindow) -> None:
    window.navigator.go("other")
    window.navigator.go("indicators", view=ENTRY)
    assert page(window)._entry.model.rowCount() > 0


def test_walking_along_the_cards_keeps_the_fiche(window: MainWindow) -> None:
    view = record(window, "Vélos remis en circulation")
    chart = view._chart
    record(window, "Sorties positives à six mois")
    assert view._chart is chart
    assert window.panel.title.text() == "Sorties positives à six mois"


# -- the list -----------------------------------------------------------------------------------------------------


def test_the_list_has_every_indicator(window: MainWindow, store: Store) -> None:
    window.navigator.go("indicators", view=LIST)
    with store.read() as connection:
        count = records.counts(connection)["indicator"]
    assert len(page(window).record_ids()) == count
    assert page(window).status_text()[0] == f"{count}{NBSP}indicateurs"


def test_deleting_then_restoring_from_the_bin(window: MainWindow, store: Store) -> None:
    window.navigator.go("indicators", view=LIST)
    row = find(store, "Vélos remis en circulation")
    page(window)._table.view.go_to(row)
    QTest.keyClick(page(window)._table.view, Qt.Key.Key_Delete)
    assert row not in page(window).record_ids()

    page(window)._bin.set_keys(("bin",))
    assert page(window).record_ids() == [row]
    window.navigator.open_record("indicator", row)
    assert window.panel.banner.isVisible()
    window.panel.banner.acted.emit()
    assert page(window).record_ids() == []
    page(window)._bin.set_keys(("",))
    assert row in page(window).record_ids()


def test_creating_opens_the_fiche_on_its_title(window: MainWindow, store: Store) -> None:
    window.action("create").trigger()
    assert window.panel.title.text() == "Nouvel indicateur"
    assert window.navigator.place.id in page(window).record_ids()


# -- the entry grid -----------------------------------------------------------------------------------------------


def test_a_value_typed_in_the_grid_is_kept(window: MainWindow, store: Store, qtbot) -> None:
    view = grid(window).grid
    view.setCurrentIndex(cell(window, "Vélos remis en circulation", 2026))
    QTest.keyClick(view, "6")
    QTest.keyClick(QApplication.focusWidget(), "1")
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)

    assert last_value(store, "Vélos remis en circulation") == 61
    assert view.currentIndex().row() == cell(window, "Vélos remis en circulation", 2026).row() + 1
    assert cell(window, "Vélos remis en circulation", 2026).data() == "61"


def test_leaving_the_page_keeps_the_cell_being_typed(window: MainWindow, store: Store) -> None:
    view = grid(window).grid
    view.setCurrentIndex(cell(window, "Vélos remis en circulation", 2026))
    QTest.keyClick(view, "7")
    window.navigator.go("other")
    assert last_value(store, "Vélos remis en circulation") == 7


def test_a_pasted_column_is_one_gesture_and_keeps_what_is_wrong(window: MainWindow, store: Store, qtbot) -> None:
    entry = grid(window)
    start = cell(window, "Points relevés en marchant et réglés", 2026)
    titles = [entry.model.rows()[start.row() + down].title for down in range(3)]
    before = [last_value(store, title) for title in titles]
    QGuiApplication.clipboard().setText("12,5\n13\nx")
    entry.grid.setFocus()
    entry.grid.setCurrentIndex(start)

    QTest.keyClick(entry.grid, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)

    assert [last_value(store, title) for title in titles] == [Decimal("12.5"), 13, before[2]]
    wrong = entry.model.index(start.row() + 2, start.column())
    assert wrong.data() == "x"
    assert "n’est pas un nombre" in wrong.data(Qt.ItemDataRole.AccessibleDescriptionRole)
    assert entry._banner.isVisible()
    assert "1\u00a0valeur n’est pas enregistrée." in entry._banner.accessibleName()

    undo(store)
    assert [last_value(store, title) for title in titles] == before
    assert wrong.data() == "x"
    entry.grid.setCurrentIndex(wrong)
    QTest.keyClick(entry.grid, Qt.Key.Key_Escape)
    assert not entry.model.faults()
    assert not entry._banner.isVisible()


def test_mending_a_refused_cell_saves_it(window: MainWindow, store: Store) -> None:
    entry = grid(window)
    index = cell(window, "Vélos remis en circulation", 2026)
    entry.model.setData(index, "beaucoup")
    assert entry.model.fault_at(index) is not None
    entry.model.setData(index, "40")
    assert not entry.model.faults()
    assert last_value(store, "Vélos remis en circulation") == 40


def test_one_value_pasted_fills_the_selection(window: MainWindow, store: Store) -> None:
    entry = grid(window)
    entry.grid.setCurrentIndex(entry.model.index(0, 2))
    for line in range(3):
        entry.grid.selectionModel().select(entry.model.index(line, 2), entry.grid.selectionModel().SelectionFlag.Select)
    entry.grid.paste("7")
    assert [entry.model.index(line, 2).data() for line in range(3)] == ["7", "7", "7"]


def test_what_falls_outside_the_grid_is_told(window: MainWindow) -> None:
    entry = grid(window)
    last = entry.model.index(entry.model.rowCount() - 1, 1 + len(entry.model.years()))
    entry.grid.setCurrentIndex(last)
    entry.grid.paste("1\t2\n3\t4")
    assert "3\u00a0valeurs sont tombées hors de la grille" in entry._banner.accessibleName()


def test_erasing_cells_is_one_gesture(window: MainWindow, store: Store) -> None:
    entry = grid(window)
    index = cell(window, "Vélos remis en circulation", 2025)
    entry.grid.setFocus()
    entry.grid.setCurrentIndex(index)
    QTest.keyClick(entry.grid, Qt.Key.Key_Delete)
    assert index.data() == ""
    undo(store)
    assert index.data() == "24"


def test_what_is_copied_can_be_pasted_back(window: MainWindow) -> None:
    entry = grid(window)
    top = cell(window, "Attente d’un premier rendez-vous psychologique", 2025)
    entry.grid.setCurrentIndex(top)
    entry.grid.selectionModel().select(
        entry.model.index(top.row(), top.column() + 1), entry.grid.selectionModel().SelectionFlag.Select
    )
    copied = entry.grid.selected_text()
    assert copied == "environ 19\t15 à 18"
    entry.grid.clearSelection()
    entry.grid.setCurrentIndex(top)
    entry.grid.paste(copied)
    assert not entry.model.faults()


def test_tab_leaves_the_grid_after_its_last_cell(window: MainWindow) -> None:
    entry = grid(window)
    entry.grid.setFocus()
    entry.grid.setCurrentIndex(entry.model.index(entry.model.rowCount() - 1, 1 + len(entry.model.years())))
    QTest.keyClick(entry.grid, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is not entry.grid


def test_grid_model_follows_the_rules_of_models(window: MainWindow) -> None:
    model = grid(window).model
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    rows = model.rows()
    model.show_rows(rows[:3], (2025, 2026))
    model.setData(model.index(0, 2), "x")
    model.show_rows(rows[:3], (2025, 2026))
    model.show_rows((), (2025, 2026))
    assert not model.faults()


def test_years_can_be_walked(window: MainWindow) -> None:
    entry = grid(window)
    assert entry.model.years()[-1] == 2026
    entry.years_moved.emit(-1)
    assert entry.model.years()[-1] == 2025


def test_without_a_quartier_values_are_typed_for_the_town(window: MainWindow, store: Store) -> None:
    window.context.quarter = ""
    entry = grid(window)
    assert entry.territory.text() == f"Saisir pour{NBSP}: Roubaix"
    index = cell(window, "Vélos remis en circulation", 2026)
    entry.model.setData(index, "300")
    with store.read() as connection:
        (found,) = [
            one
            for one in indicators.load_measures(connection, find(store, index.siblingAtColumn(0).data()))
            if one.reading.value == 300
        ]
    assert found.territory_name == "Roubaix"


# -- the logframe -------------------------------------------------------------------------------------------------


def test_the_logframe_of_the_health_workshop_merges_its_objectives(window: MainWindow, qtbot) -> None:
    window.navigator.go("indicators", view=FRAME)
    frame = page(window)._frame
    lines = frame.model.lines()
    assert frame.scheme.text() == f"Dispositif{NBSP}: Atelier Santé Ville"
    first = [line for line in lines if line.general == lines[0].general]
    assert frame.view.rowSpan(0, 0) == frame.view.rowSpan(0, 5) == len(first)
    qtbot.waitUntil(lambda: frame.view.rowHeight(0) > 60)
    assert page(window).status_text()[0].startswith(f"47{NBSP}objectifs opérationnels")


def test_an_indicator_of_the_logframe_opens(window: MainWindow) -> None:
    window.navigator.go("indicators", view=FRAME)
    frame = page(window)._frame
    named = frame.model.lines()[0].results
    frame.view.setCurrentIndex(frame.model.index(0, 2))
    QTest.keyClick(frame.view, Qt.Key.Key_Return)
    assert len(named) == 1
    assert window.navigator.place.id == named[0].id
    menu = frame.view.menu_of(frame.model.lines()[0].processes)
    assert [action.text() for action in menu.actions()] == [one.title for one in frame.model.lines()[0].processes]
    menu.actions()[1].trigger()
    assert window.navigator.place.id == frame.model.lines()[0].processes[1].id


def test_logframe_model_follows_the_rules_of_models(window: MainWindow) -> None:
    window.navigator.go("indicators", view=FRAME)
    model = page(window)._frame.model
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    lines = model.lines()
    model.show_lines(lines[:4])
    model.show_lines(())
    model.show_lines(lines)


# -- the fiche ----------------------------------------------------------------------------------------------------


def test_the_fiche_says_where_the_indicator_stands(window: MainWindow) -> None:
    view = record(window, "Participation au dépistage du cancer du sein")
    assert window.panel.title.text() == "Participation au dépistage du cancer du sein"
    assert "masquée (secret statistique), ce n’est pas zéro." in view._told.text()
    assert f"Source{NBSP}: Exemple inventé pour l’essai" in view._told.text()
    assert "cible 2027" in view._chart.accessibleName()


def test_the_chart_is_made_when_it_is_seen(window: MainWindow, qtbot) -> None:
    view = record(window, "Participation au dépistage du cancer du sein")
    assert not view._chart.is_drawn()
    qtbot.waitUntil(view._chart.is_drawn)


def test_a_value_added_in_the_fiche(window: MainWindow, store: Store) -> None:
    view = record(window, "Vélos remis en circulation")
    view.add_measure()
    form = view._measures.list.form()
    assert form.editors["year"].value() == 2026
    write(form.editors["reading"].focusProxy(), "48")
    form.main.click()
    assert last_value(store, "Vélos remis en circulation") == 48
    assert view._measures.list.form() is None


def test_a_value_without_figure_is_asked_for(window: MainWindow) -> None:
    view = record(window, "Vélos remis en circulation")
    view.add_measure()
    form = view._measures.list.form()
    form.main.click()
    assert "La valeur manque" in form._fault.text()
    assert view.leave()


def test_a_value_changed_in_place(window: MainWindow, store: Store) -> None:
    view = record(window, "Vélos remis en circulation")
    newest = next(one for one in view._all if one.year == 2025)
    view._measures.list.line(newest.id).click()
    editor = view._measures._reading
    editor.set_draft("15 à 18")
    editor.commit()
    with store.read() as connection:
        values = records.fetch(connection, "measurement", newest.id).values
    assert (values["value"], values["low"], values["high"]) == (None, 15, 18)
    assert view._measures.list.open_id() == newest.id


def test_a_wrong_value_holds_the_fiche_and_says_why(window: MainWindow) -> None:
    view = record(window, "Vélos remis en circulation")
    view._measures.list.line(view._all[0].id).click()
    view._measures._reading.set_draft("x")
    assert not view.leave()
    assert "n’est pas un nombre" in view._measures._reading.fault()
    view._measures._reading.set_draft("24")
    assert view.leave()


def test_a_revised_target_asks_for_its_reason(window: MainWindow, store: Store) -> None:
    view = record(window, "Vélos remis en circulation")
    goal = view._row.goals[0]
    view._goals.list.line(goal.id).click()
    form = view._goals.list.form()
    form.editors["low"].set_draft("50")
    form.main.click()
    assert "motif" in form._fault.text()

    form.editors["reason"].set_draft("L’atelier ouvre en avril.")
    form.main.click()
    with store.read() as connection:
        values = records.fetch(connection, "target", goal.id).values
    assert (values["low"], values["reason"]) == (50, "L’atelier ouvre en avril.")
    assert view._goals.list.form() is None


@pytest.mark.parametrize("entity", ["measurement", "target"])
def test_a_part_found_by_the_search_opens_its_indicator(window: MainWindow, store: Store, entity: str) -> None:
    row = find(store, "Vélos remis en circulation")
    with store.read() as connection:
        parts = {
            "measurement": indicators.load_measures(connection, row)[0].id,
            "target": indicators.load_goals(connection, [row])[row][0].id,
        }
    window.navigator.go("other")
    window.navigator.open_record(entity, parts[entity], stay=False)
    assert (window.navigator.place.page, window.navigator.place.entity, window.navigator.place.id) == (
        "indicators", "indicator", row,
    )  # fmt: skip
    assert window.panel.title.text() == "Vélos remis en circulation"


def test_following_and_leaving_the_dashboard(window: MainWindow, store: Store) -> None:
    view = record(window, "Part d’élèves boursiers")
    view._set(on_dashboard=True)
    assert view.record_id in page(window)._followed.project
    view._set(on_dashboard=False)
    assert view.record_id not in page(window)._followed.ids


def test_a_duplicate_takes_no_measure_with_it(window: MainWindow) -> None:
    view = record(window, "Vélos remis en circulation")
    view._duplicate()
    assert window.panel.title.text() == "Vélos remis en circulation (copie)"
    assert view._all == ()
    assert len(view._row.goals) == 2


# -- names --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("view", [BOARD, FRAME, ENTRY, LIST])
def test_every_control_has_a_name(window: MainWindow, view: str) -> None:
    window.navigator.go("indicators", view=view)
    record(window, "Vélos remis en circulation")
    assert nameless_controls(window) == []


def test_the_forms_of_the_fiche_have_names(window: MainWindow) -> None:
    view = record(window, "Vélos remis en circulation")
    view._measures.open(view._all[0].id)
    view._goals.open(view._row.goals[0].id)
    assert nameless_controls(window) == []
