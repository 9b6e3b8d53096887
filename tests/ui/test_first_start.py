"""The first start: from a name to a notebook, by the keyboard alone."""

import time
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from app.services import notebooks
from app.services.start_choices import load_choices
from app.ui.dialogs.first_start import DISTRICT, NAME, ORIGIN, READY, FirstStart, StartChoice
from app.ui.preferences import Preferences
from app.ui.theme import Theme
from tests.ui.accessibility import nameless_controls

ENTER, DOWN = Qt.Key.Key_Return, Qt.Key.Key_Down


@pytest.fixture
def first(qtbot, theme: Theme, tmp_path: Path) -> FirstStart:
    made = FirstStart(theme, Preferences(tmp_path / "preferences.json"), default=tmp_path / "carnet.carnet")
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    return made


def press(first: FirstStart, key: Qt.Key, times: int = 1) -> None:
    """Keys go where the keyboard is."""
    for _ in range(times):
        QTest.keyClick(first.focusWidget(), key)


def choices(first: FirstStart) -> list[StartChoice]:
    found: list[StartChoice] = []
    first.chosen.connect(found.append)
    return found


def to_the_end(first: FirstStart) -> None:
    while first.step() < READY:
        first.go_on()


def test_the_whole_way_by_keyboard_makes_a_notebook(first: FirstStart, tmp_path: Path) -> None:
    found = choices(first)

    QTest.keyClicks(first.focusWidget(), "Cheffe de projet")
    press(first, ENTER)
    assert first.step() == DISTRICT
    press(first, DOWN, 2)
    assert first.districts.current() == "Est"
    press(first, ENTER)
    assert first.step() == ORIGIN
    press(first, DOWN)
    press(first, ENTER)
    assert first.step() == READY
    assert not list(tmp_path.glob("*.carnet"))
    press(first, ENTER)

    assert found == [
        StartChoice(tmp_path / "carnet.carnet", "Est", "roubaix-2024-2030", True, "Cheffe de projet"),
    ]
    (choice,) = found
    with notebooks.start(
        choice.path, district=choice.district, reference_name=choice.reference, example=choice.example,
        author=choice.author,
    ) as store:  # fmt: skip
        assert store.meta("author") == "Cheffe de projet"


def test_alt_left_comes_back_and_answers_stay(first: FirstStart) -> None:
    first.name.setText("Coordination")
    first.go_on()
    first.districts.choose("Sud")
    first.go_on()

    QTest.keyClick(first.focusWidget(), Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)

    assert first.step() == DISTRICT
    assert (first.districts.current(), first.name.text()) == ("Sud", "Coordination")


def test_a_coordinator_takes_the_whole_town(first: FirstStart) -> None:
    found = choices(first)
    first.go_on()
    first.districts.choose("*")
    to_the_end(first)

    first.go_on()

    assert (found[0].district, found[0].reference) == ("tous", "roubaix-2024-2030")


def test_another_commune_starts_from_an_empty_frame(first: FirstStart, tmp_path: Path) -> None:
    found = choices(first)
    first.go_on()
    first.districts.choose("+")
    first.go_on()
    assert first.banner.accessibleName() == "Il manque le nom de la commune."
    assert first.focusWidget() is first.town
    first.town.setText("Villeneuve")
    first.go_on()
    assert first.banner.accessibleName() == "Il manque le nom du quartier."
    first.quarter.setText("Les Tilleuls")
    to_the_end(first)
    first.go_on()

    assert found == [StartChoice(tmp_path / "carnet.carnet", "Les Tilleuls", "aucun", False, "", "Villeneuve")]
    with notebooks.start(found[0].path, district=found[0].district, reference_name=found[0].reference) as store:
        assert store.meta("author") == "Chef de projet Les Tilleuls"


def test_a_file_already_there_is_left_as_it_is(first: FirstStart, tmp_path: Path) -> None:
    found = choices(first)
    (tmp_path / "carnet.carnet").write_text("déjà là", encoding="utf-8")
    to_the_end(first)

    first.go_on()

    assert found == []
    assert first.banner.accessibleName().startswith("Il y a déjà un fichier «\u00a0carnet.carnet\u00a0»")
    assert (tmp_path / "carnet.carnet").read_text(encoding="utf-8") == "déjà là"
    assert first.step() == READY


def test_what_the_application_refuses_is_said_and_can_be_tried_again(first: FirstStart) -> None:
    found = choices(first)
    to_the_end(first)
    first.go_on()
    assert not first.next.isEnabled()

    first.show_error("Le disque est plein. Libérez de la place.")
    first.go_on()

    assert len(found) == 2


def test_the_map_names_the_three_qpv_and_its_source(first: FirstStart) -> None:
    first.go_on()

    assert [outline.code for outline in load_choices().outlines] == ["QN05969M", "QN05980M", "QN05981M"]
    assert "Nouveau Roubaix (QN05981M)" in first.map.accessibleName()
    texts = [part.text() for part in first.findChildren(QWidget) if hasattr(part, "text") and part.isVisible()]
    assert "Source\u00a0: ANCT, QPV génération 2024 – Licence Ouverte 2.0" in texts


def test_the_choices_are_read_fast_enough_to_need_no_waiting() -> None:
    best = min(_seconds(load_choices) for _ in range(3))

    assert best < 0.15


def test_every_control_has_a_name_at_each_step(first: FirstStart) -> None:
    for step in (NAME, DISTRICT, ORIGIN, READY):
        assert first.step() == step
        assert nameless_controls(first) == []
        first.go_on()
    first.go_back()
    first.go_back()
    first.districts.choose("+")
    assert nameless_controls(first) == []


def test_an_existing_notebook_is_opened_instead(first: FirstStart, tmp_path: Path, monkeypatch) -> None:
    opened: list[Path] = []
    first.existing_chosen.connect(opened.append)
    monkeypatch.setattr("app.ui.dialogs.first_start.choose_notebook", lambda *_: tmp_path / "ancien.carnet")

    first.open_existing.click()

    assert opened == [tmp_path / "ancien.carnet"]


def test_the_wizard_is_drawn_in_both_palettes(first: FirstStart, theme: Theme) -> None:
    for mode in ("dark", "light"):
        theme.use(mode)
        for step in (NAME, DISTRICT, ORIGIN, READY):
            first._go(step)
            assert not first.grab().isNull()


def _seconds(work) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def test_a_table_one_already_has_is_chosen_before_going_on(first: FirstStart, tmp_path: Path) -> None:
    found = choices(first)
    first.go_on()
    first.go_on()
    first.origins.choose("table")

    first.go_on()
    assert first.step() == ORIGIN
    assert "Choisissez le tableau" in first.banner.accessibleName()

    first.table.show_path(tmp_path / "Plan.xlsx")
    first.go_on()
    first.go_on()
    assert [one.table for one in found] == [tmp_path / "Plan.xlsx"]
    assert not found[0].example


def test_a_table_chosen_then_left_for_the_example_is_not_imported(first: FirstStart, tmp_path: Path) -> None:
    first.origins.choose("table")
    first.table.show_path(tmp_path / "Plan.xlsx")

    first.origins.choose("example")

    assert first.choice().table is None
