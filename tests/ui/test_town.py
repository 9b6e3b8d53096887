"""« Ville » of Accueil, through what a coordinator sees and does."""

import shutil
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from app.formatting import NBSP
from app.services import notebooks, records
from app.services.queries.plan import load_priorities
from app.ui.pages.town_view import TownView
from app.ui.theme import Theme
from tests.ui.accessibility import nameless_controls
from tests.ui.desk import NOW, Desk, words_of

QUARTERS = ("Nord", "Est", "Sud", "Ouest", "Centre")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A notebook of the town in which two quartiers, and both together, have actions."""
    path = tmp_path_factory.mktemp("ville") / "essai.carnet"
    with notebooks.start(path, district="tous", now=lambda: NOW) as store:
        with store.read() as connection:
            first, second = [node.id for node in load_priorities(connection)][:2]
            query = "SELECT name, id FROM territory WHERE kind = 'district'"
            places = dict(connection.exec_driver_sql(query).all())
        structure = records.create(store, "organisation", {"name": "Maison des jeux", "category": "social_centre"})

        def action(title: str, *names: str, **given: object) -> str:
            known = {
                "title": title, "priority": first, "status": "running", "promoter": structure,
                "territories": tuple(places[name] for name in names),
            }  # fmt: skip
            return records.create(store, "action", {**known, **given})

        action("Navette", "Nord", progress=Decimal(20), end=date(2026, 1, 1))
        action("Jardin", "Nord", priority=second, progress=Decimal(60))
        action("Repair café", "Est", blocking_point="Local")
        action("Fête", "Nord", "Est", progress=Decimal(40))
        action("Lettre")
        kept = {"nature": "output", "unit": "parents", "on_dashboard": True, "summable": True}
        row = records.create(store, "indicator", {"title": "Parents accueillis", **kept})
        for name, year, value in (("Nord", 2026, 40), ("Est", 2025, 30)):
            given = {"indicator": row, "territory": places[name], "year": year, "value": Decimal(value)}
            records.create(store, "measurement", given)
    return path


@pytest.fixture
def desk(qtbot, theme: Theme, tmp_path: Path, made: Path) -> Iterator[Desk]:
    shutil.copy(made, tmp_path / "essai.carnet")
    started = Desk(theme, tmp_path)
    qtbot.addWidget(started.window)
    yield started
    started.frame.close()


def view(desk: Desk) -> TownView:
    return desk.page.town


def place(desk: Desk, name: str) -> str:
    return next(line.id for line in view(desk).town.quarters if line.name == name)


def facts(desk: Desk, name: str) -> dict[str, str]:
    card = view(desk).cards[place(desk, name) if name else ""]
    return {line.fact.words: line.fact.value for line in card.lines}


def press(desk: Desk, qtbot, name: str, words: str) -> None:
    card = view(desk).cards[place(desk, name) if name else ""]
    (line,) = (line for line in card.lines if line.fact.words == words)
    qtbot.keyClick(line, Qt.Key.Key_Return)
    desk.settle()


def titles(desk: Desk) -> set[str]:
    return {desk.values(id)["title"] for id in desk.page.record_ids()}


def test_a_notebook_of_the_town_opens_on_its_quartiers(desk: Desk) -> None:
    assert desk.page._header.title.text() == "La ville"
    assert [card.heading.text() for card in view(desk).cards.values()] == [*sorted(QUARTERS), "La ville"]
    assert facts(desk, "Nord") | {"Couverture": ""} == {
        "Actions": "3", "En retard": "1", "Bloquées": "0", "Structures à l’œuvre": "1", "Couverture": "",
        "Indicateurs à saisir": "0",
    }  # fmt: skip
    assert facts(desk, "Est")["Indicateurs à saisir"] == "1"
    assert facts(desk, "") == {
        "Actions": "5", "En retard": "1", "Bloquées": "1", "Communes": "1", "Sans quartier": "1",
        "Structures à l’œuvre": "1",
    }  # fmt: skip
    assert [line.text for line in view(desk).shared.lines()] == ["Fête"]


@pytest.mark.parametrize(
    ("name", "words", "expected"),
    [
        ("Nord", "Actions", {"Navette", "Jardin", "Fête"}),
        ("Nord", "En retard", {"Navette"}),
        ("Est", "Bloquées", {"Repair café"}),
        ("", "Actions", {"Navette", "Jardin", "Fête", "Repair café", "Lettre"}),
        ("", "Communes", {"Fête"}),
        ("", "Sans quartier", {"Lettre"}),
    ],
)
def test_a_figure_leads_to_what_it_counts(desk: Desk, qtbot, name: str, words: str, expected: set[str]) -> None:
    assert facts(desk, name)[words] == str(len(expected))

    press(desk, qtbot, name, words)

    assert desk.context.navigator.place.page == "plan"
    assert titles(desk) == expected


def test_the_other_figures_lead_to_their_pages(desk: Desk, qtbot) -> None:
    press(desk, qtbot, "Nord", "Structures à l’œuvre")
    assert desk.context.navigator.place.page == "partners"
    (structure,) = desk.page.kept().only
    assert desk.values(structure, "organisation")["name"] == "Maison des jeux"
    assert desk.page.status_text()[0].startswith(f"1{NBSP}structure ")
    desk.context.navigator.go("home")
    est = place(desk, "Est")
    press(desk, qtbot, "Est", "Indicateurs à saisir")
    assert desk.context.navigator.place.page == "indicators"
    assert (desk.page.view(), desk.page._territory()) == ("entry", est)
    desk.context.navigator.go("home")
    press(desk, qtbot, "Est", "Couverture")
    assert desk.page.views.current() == "coverage"


def test_a_cell_of_the_matrix_is_told_and_opens_its_actions(desk: Desk, qtbot) -> None:
    table = view(desk).matrix
    model = table.model()
    column = next(at for at, one in enumerate(model.columns) if one.key == place(desk, "Nord"))
    index = model.index(0, column)
    said = index.data(Qt.ItemDataRole.AccessibleTextRole)
    assert said == f"Réussite éducative, Nord{NBSP}: 2{NBSP}actions, avancement 30{NBSP}%, 1 en retard"

    table.setCurrentIndex(index)
    qtbot.keyClick(table, Qt.Key.Key_Return)
    desk.settle()

    assert titles(desk) == {"Navette", "Fête"}


def test_the_indicators_stand_side_by_side(desk: Desk) -> None:
    model = view(desk).indicators.model()
    words = {
        one.title: model.index(0, at).data(Qt.ItemDataRole.AccessibleTextRole) for at, one in enumerate(model.columns)
    }
    assert words["Nord"] == f"Parents accueillis, Nord{NBSP}: 40{NBSP}parents, 2026, à jour"
    assert words["Est"] == f"Parents accueillis, Est{NBSP}: 30{NBSP}parents, 2025, 2026{NBSP}à saisir"
    assert words["Sud"] == f"Parents accueillis, Sud{NBSP}: ne le suit pas"


def test_what_changes_is_shown_at_once(desk: Desk) -> None:
    (line,) = view(desk).shared.lines()
    records.update(desk.store, "action", line.id, {"territories": (place(desk, "Nord"),)})
    desk.settle()

    assert facts(desk, "")["Communes"] == "0"
    assert facts(desk, "Est")["Actions"] == "1"


def test_the_view_goes_with_the_whole_town_and_is_kept(desk: Desk) -> None:
    desk.frame.choose_quarter(place(desk, "Nord"))
    desk.settle()
    assert not view(desk).isVisible()
    assert not desk.page._views.isVisible()

    desk.frame.choose_quarter("")
    desk.settle()
    assert view(desk).isVisible()
    desk.page.choose_view("today")
    desk.settle()
    assert not view(desk).isVisible()
    assert desk.page._header.title.text() == f"Mardi{NBSP}24{NBSP}novembre{NBSP}2026"
    desk.frame.close()

    again = Desk(desk.context.theme, desk.path.parent)
    assert not again.page.town.isVisible()
    again.frame.close()


def test_workbooks_are_chosen_together_and_read_in_echanges(desk: Desk, monkeypatch, tmp_path: Path) -> None:
    names = [str(tmp_path / f"{name}.xlsx") for name in QUARTERS]
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: (names, ""))

    view(desk).choose_workbooks()

    assert desk.context.navigator.place.page == "exchanges"
    assert desk.context.navigator.place.filter["files"] == [Path(name) for name in names]


def test_the_export_for_the_five_is_the_team_s_and_whole(desk: Desk) -> None:
    view(desk).go_to_export()
    desk.settle()

    assert desk.page.view() == "export"
    order = desk.page.export_view.order()
    assert (order.for_team, order.district) == (True, "")


def test_one_quartier_alone_is_told_how_to_bring_the_others(qtbot, theme: Theme, tmp_path: Path) -> None:
    desk = Desk(theme, tmp_path)  # Est and its example
    qtbot.addWidget(desk.window)
    desk.frame.choose_quarter("")
    desk.page.choose_view("town")
    desk.settle()

    assert view(desk).empty.isVisible()
    assert "Un seul quartier dans ce carnet" in words_of(view(desk).empty)
    assert not any(gesture.isVisible() for gesture in desk.page._gestures)
    view(desk).empty.second.click()
    assert desk.page.view() == "export"
    desk.frame.close()


@pytest.mark.parametrize("palette", ["light", "dark"])
@pytest.mark.parametrize("size", [(1024, 520), (1366, 697), (1920, 1080)])
def test_nothing_is_without_a_name_or_cut(desk: Desk, palette: str, size: tuple[int, int]) -> None:
    desk.context.theme.use(palette)
    desk.window.resize(*size)
    desk.settle()
    try:
        assert nameless_controls(desk.window) == []
        table = view(desk).matrix
        assert sum(table.columnWidth(at) for at in range(table.model().columnCount())) <= table.viewport().width()
    finally:
        desk.context.theme.use("light")
