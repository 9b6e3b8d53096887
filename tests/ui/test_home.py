"""Accueil, through what a person sees and does."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtTest import QTest

from app.formatting import NBSP
from app.services import records, reference
from app.services.queries.home import Task
from app.ui.pages.home import HomePage
from app.ui.pages.home_tasks import TaskModel
from app.ui.theme import Theme
from tests.ui.desk import Desk, words_of


@pytest.fixture
def desk(qtbot, theme: Theme, tmp_path: Path) -> Iterator[Desk]:
    made = Desk(theme, tmp_path)
    qtbot.addWidget(made.window)
    yield made
    made.frame.close()


def home(desk: Desk) -> HomePage:
    return desk.page


def figures(desk: Desk) -> list[str]:
    return [figure.accessibleName() for figure in home(desk)._figures]


def test_the_day_says_what_waits(desk: Desk) -> None:
    words = words_of(home(desk)._header)

    assert f"Mardi{NBSP}24{NBSP}novembre{NBSP}2026" in words
    assert f"4{NBSP}actions en retard, 2 bloquées" in words


def test_the_four_figures_are_read_whole(desk: Desk) -> None:
    plan, steps, running, indicators = figures(desk)

    assert plan == f"Avancement du plan, 46{NBSP}%, 7{NBSP}actions terminées sur 46"
    assert steps.startswith(f"Étapes tenues à temps, 76{NBSP}%")
    assert running == f"Actions en cours, 28, 4{NBSP}en retard, 2 bloquées"
    assert indicators == "Indicateurs renseignés en 2026, 14 / 17, 3 à saisir"


@pytest.mark.parametrize(("place", "page"), [(0, "plan"), (1, "plan"), (2, "plan"), (3, "indicators")])
def test_a_figure_leads_to_what_it_counts(desk: Desk, qtbot, place: int, page: str) -> None:
    qtbot.keyClick(home(desk)._figures[place], Qt.Key.Key_Return)

    assert desk.context.navigator.place.page == page


def test_a_task_opens_the_action_it_is_a_step_of(desk: Desk, qtbot) -> None:
    view = home(desk)._tasks._view
    index = view.model().index(1, 0)
    step = index.data()

    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.visualRect(index).center())

    with desk.store.read() as connection:
        (found,) = (row for row in records.listing(connection, "step") if row.values["title"] == step)
    assert desk.view.record_id == found.values["action"]


def test_the_tasks_are_walked_and_opened_by_the_keyboard(desk: Desk, qtbot) -> None:
    view = home(desk)._tasks._view
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_Down)
    while not view.model().flags(view.currentIndex()) & Qt.ItemFlag.ItemIsSelectable:
        qtbot.keyClick(view, Qt.Key.Key_Down)

    qtbot.keyClick(view, Qt.Key.Key_Return)

    assert desk.context.navigator.place.entity == "action"


def test_a_step_done_leaves_the_list_at_once(desk: Desk) -> None:
    before = home(desk)._todo.heading.text()
    with desk.store.read() as connection:
        step = next(row for row in records.listing(connection, "step") if row.values["title"] == "Poser le fléchage")

    records.update(desk.store, "step", step.id, {"done": date(2026, 11, 24)})
    desk.settle()

    assert (before, home(desk)._todo.heading.text()) == (f"À faire{NBSP}{NBSP}37", f"À faire{NBSP}{NBSP}36")


# -- what blocks ------------------------------------------------------------------------------------------------------


def test_what_blocks_is_listed_and_opened(desk: Desk, qtbot) -> None:
    first, second = home(desk)._blocked_lines._made
    assert first.accessibleName().startswith("P2, Garde d’enfants et retour à l’emploi, L’autorisation d’ouvrir")
    assert second.line.priority == "P4"

    qtbot.mouseClick(second, Qt.MouseButton.LeftButton, pos=QPoint(20, 10))

    assert desk.view.record_id == second.line.id
    assert desk.context.navigator.place.page == "plan"


def test_a_block_that_is_lifted_goes_and_the_empty_card_says_so(desk: Desk) -> None:
    for line in home(desk)._blocked_lines.lines():
        records.update(desk.store, "action", line.id, {"blocking_point": None})
    desk.settle()

    words = words_of(home(desk)._blocked)
    assert home(desk)._blocked_lines.lines() == []
    assert "Ce qui bloque" in words
    assert "Rien n’est bloqué. Un point de blocage écrit dans la fiche d’une action apparaîtra ici." in words


def test_more_than_four_blocks_lead_to_the_plan(desk: Desk, qtbot) -> None:
    for code in ("EST-001", "EST-002", "EST-003"):
        records.update(desk.store, "action", desk.id_of(code), {"blocking_point": "- Attente du bailleur\n\nSuite"})
    desk.settle()

    assert len(home(desk)._blocked_lines.lines()) == 4
    assert home(desk)._blocked.heading.text() == f"Ce qui bloque{NBSP}{NBSP}5"
    home(desk)._see_blocked.click()

    assert desk.context.navigator.place.page == "plan"
    assert len(desk.page.record_ids()) == 5


# -- what was done ----------------------------------------------------------------------------------------------------


def test_what_was_done_names_its_record_and_opens_it(desk: Desk, qtbot) -> None:
    assert home(desk)._recent_lines.lines() == []
    row = desk.id_of("EST-001")
    records.update(desk.store, "action", row, {"title": "Atelier vélo"})
    desk.settle()
    (made,) = home(desk)._recent_lines._made

    assert made.line.text == f"Action modifiée{NBSP}: Atelier vélo"
    assert made.line.side == f"Chef de projet Est, {desk.context.clock():%H:%M}"
    qtbot.keyClick(made, Qt.Key.Key_Return)

    assert desk.view.record_id == row


def test_the_keyboard_stays_on_a_line_when_the_card_changes(desk: Desk, qtbot) -> None:
    records.update(desk.store, "action", desk.id_of("EST-001"), {"title": "Un"})
    desk.settle()
    home(desk)._recent_lines._made[0].setFocus()

    records.update(desk.store, "action", desk.id_of("EST-002"), {"title": "Deux"})
    desk.settle()

    assert home(desk)._recent_lines._made[0].hasFocus()
    assert home(desk)._recent_lines._made[0].line.text.endswith("Deux")


# -- empty ------------------------------------------------------------------------------------------------------------


def test_without_the_example_every_part_says_what_it_waits_for(desk: Desk) -> None:
    reference.remove_example(desk.store)
    desk.settle()

    words = words_of(home(desk))
    assert "Rien à faire pour l’instant" in words
    assert figures(desk)[0] == f"Avancement du plan, –, 0{NBSP}action terminée sur 0"
    assert figures(desk)[1] == "Étapes tenues à temps, –, aucune étape échue"


def test_printing_goes_to_the_document_of_the_quartier(desk: Desk) -> None:
    desk.window.action("print").trigger()

    assert desk.context.navigator.place.page == "reports"


def test_the_cards_stay_inside_a_small_window_with_large_letters(desk: Desk, theme: Theme) -> None:
    desk.window.resize(1024, 520)
    QTest.qWait(10)

    for card in (home(desk)._progress, home(desk)._recent, home(desk)._blocked, home(desk)._todo):
        right = card.mapTo(home(desk), QPoint(card.width(), 0)).x()
        assert right <= home(desk).width()


def test_a_long_list_of_tasks_is_given_as_one_goes_down_it(qtmodeltester) -> None:
    due = [Task("step", "step", f"{number}", f"Étape {number}", "", None, date(2026, 11, 1)) for number in range(500)]
    model = TaskModel()
    model.show_tasks(due, date(2026, 11, 24))
    assert model.index(0, 0).data() == "En retard 500"
    assert model.rowCount() < 500
    # The tester goes on fetching: it ends with every line given.
    qtmodeltester.check(model)
    while model.canFetchMore(QModelIndex()):
        model.fetchMore(QModelIndex())

    assert model.rowCount() == 501
    assert model.index(500, 0).data() == "Étape 499"
