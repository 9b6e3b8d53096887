"""The shell on a real notebook: what the window says of it, what it keeps, what it takes back."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app import paths
from app.errors import PlaceFails
from app.formatting import NBSP
from app.notebook import backup
from app.services import records
from app.ui.theme import Theme
from tests.ui.desk import Desk, refusing, words_of

LONG = " ".join(["à garder"] * 4000)


@pytest.fixture
def start(qtbot, theme: Theme, tmp_path: Path) -> Iterator[Callable[..., Desk]]:
    """Starts the application on the notebook of the test; the last one is closed at the end."""
    made: list[Desk] = []

    def begin(**given: str) -> Desk:
        made.append(Desk(theme, tmp_path, **given))
        qtbot.addWidget(made[-1].window)
        return made[-1]

    yield begin
    for desk in made:
        desk.frame.close()


@pytest.fixture
def desk(start: Callable[..., Desk]) -> Desk:
    return start()


def kill(desk: Desk) -> None:
    """The process is killed: nothing of what leaving a field or closing does is done."""
    desk.view._editing.form.committed.disconnect()
    desk.context.drafts._late.stop()
    desk.store.close()


def district(desk: Desk, name: str) -> str:
    bar = desk.window.top_bar.quarter
    return next(id for id, word in bar._choices if word == name)


# -- opening ----------------------------------------------------------------------------------------------------------


def test_the_window_says_whose_quartier_which_years_and_that_it_is_saved(desk: Desk) -> None:
    assert desk.window.top_bar.quarter.accessibleName() == f"Quartier suivi{NBSP}: Quartier{NBSP}Est 2024–2030"
    assert desk.saved == "Enregistré à 14:03"
    assert desk.page.accessibleName() == "Accueil"
    assert desk.told == ""


def test_the_badge_counts_what_is_late_and_follows(desk: Desk) -> None:
    badge = desk.window.rail.item("plan")
    assert f"4{NBSP}actions en retard" in badge.accessibleName()

    records.update(desk.store, "action", desk.id_of("EST-019"), {"status": "done"})
    desk.settle()

    assert f"3{NBSP}actions en retard" in badge.accessibleName()


def test_the_example_says_so_until_it_is_removed(desk: Desk) -> None:
    from app.services import reference

    assert not desk.window.top_bar.example.isHidden()

    reference.remove_example(desk.store)
    desk.settle()
    assert desk.window.top_bar.example.isHidden()

    desk.frame.undo()
    desk.settle()
    assert not desk.window.top_bar.example.isHidden()


def test_the_copy_of_the_day_is_made_once(start: Callable[..., Desk]) -> None:
    first = start()
    assert len(backup.copies(first.path)) == 1
    first.close()

    second = start()

    assert len(backup.copies(second.path)) == 1
    assert second.told == ""


def test_a_copy_that_cannot_be_made_is_said_and_stops_nothing(start: Callable[..., Desk], monkeypatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PlaceFails("Le disque est plein.", advice="Libérez de la place.")

    monkeypatch.setattr(backup, "save_daily", refuse)

    desk = start()

    assert desk.told == "La sauvegarde du jour n’a pas pu être faite. Le disque est plein. Libérez de la place."


# -- undo and redo ----------------------------------------------------------------------------------------------------


def test_undo_says_what_it_takes_back_whatever_the_page(desk: Desk) -> None:
    row = desk.id_of("EST-001")
    before = desk.values(row)["title"]
    assert not desk.window.action("undo").isEnabled()
    records.update(desk.store, "action", row, {"title": "Atelier vélo"})
    assert "Modifier une action" in desk.window.top_bar.undo.toolTip()
    desk.context.navigator.go("partners")

    desk.window.action("undo").trigger()

    assert desk.values(row)["title"] == before
    assert desk.told == f"Annulé{NBSP}: modifier une action."
    assert "Modifier une action" in desk.window.top_bar.redo.toolTip()

    desk.window.action("redo").trigger()

    assert desk.values(row)["title"] == "Atelier vélo"
    assert desk.told == f"Rétabli{NBSP}: modifier une action."


def test_undo_crosses_a_restart(start: Callable[..., Desk]) -> None:
    first = start()
    row = first.id_of("EST-001")
    before = first.values(row)["title"]
    records.update(first.store, "action", row, {"title": "Atelier vélo"})
    first.close()

    second = start()
    assert second.window.action("undo").isEnabled()
    second.frame.undo()

    assert second.values(row)["title"] == before


def test_undo_first_keeps_what_is_being_typed_then_takes_it_back(desk: Desk) -> None:
    row = desk.id_of("EST-001")
    desk.open("EST-001")
    desk.view._give("progress", 10)
    before = desk.values(row)["description"]
    desk.type("description", " Et le samedi.")

    desk.window.top_bar.undo.click()

    assert desk.values(row)["description"] == before
    assert desk.window.action("redo").isEnabled()


def test_the_line_at_the_bottom_offers_to_take_back_what_it_tells(desk: Desk) -> None:
    row = desk.id_of("EST-001")
    records.delete(desk.store, "action", [row])
    assert desk.told == "Une action supprimée."

    desk.window.undo_line._undo.click()

    with desk.store.read() as connection:
        assert not records.fetch(connection, "action", row).deleted


# -- quartier ---------------------------------------------------------------------------------------------------------


def test_another_quartier_filters_every_page_and_is_kept(start: Callable[..., Desk]) -> None:
    first = start(page="plan")
    assert f"46{NBSP}actions" in first.window.status.left.text()
    nord = district(first, "Nord")

    first.frame.choose_quarter(nord)
    first.settle()

    assert first.context.quarter == nord
    assert f"46{NBSP}actions" not in first.window.status.left.text()
    assert first.window.top_bar.quarter.accessibleName().endswith(f"Quartier{NBSP}Nord 2024–2030")
    first.close()

    assert start().context.quarter == nord


def test_the_whole_town_is_a_choice_that_is_kept(start: Callable[..., Desk]) -> None:
    first = start()
    first.frame.choose_quarter("")
    first.close()

    second = start()

    assert second.context.quarter == ""
    assert "Toute la ville" in second.window.top_bar.quarter.accessibleName()


def test_the_quartier_chosen_in_a_notebook_is_not_that_of_another(start: Callable[..., Desk], tmp_path: Path) -> None:
    first = start()
    first.frame.choose_quarter(district(first, "Nord"))
    first.store.set_meta("notebook", "un autre carnet")
    first.close()

    second = start()

    assert second.context.quarter == second.store.meta("district")


@pytest.mark.parametrize(("entity", "code"), [("action", "EST-001"), ("organisation", "CCAS de Roubaix")])
def test_the_quartier_changes_while_a_record_is_open(desk: Desk, entity: str, code: str) -> None:
    desk.open(code, entity)

    desk.frame.choose_quarter(district(desk, "Nord"))

    assert desk.window.has_panel_open()
    assert desk.view.record_id == desk.id_of(code, entity)


def test_the_quartier_changes_while_an_indicator_is_open(desk: Desk) -> None:
    desk.context.navigator.go("indicators")
    row = desk.page.record_ids()[0]
    desk.context.navigator.open_record("indicator", row)

    desk.frame.choose_quarter(district(desk, "Nord"))

    assert desk.view.record_id == row


# -- search -----------------------------------------------------------------------------------------------------------


def test_the_search_opens_a_record_without_accents(desk: Desk) -> None:
    (hit, *_) = [hit for hit in desk.frame.find("mediation sante") if hit.entity == "action"]

    desk.window._open_hit(hit)

    assert desk.context.navigator.place.page == "plan"
    assert desk.view.record_id == desk.id_of("EST-019")


def test_a_step_found_opens_its_action(desk: Desk) -> None:
    (hit, *_) = desk.frame.find("Bilan avec le CRCDC")

    assert (hit.detail, hit.entity, hit.id) == ("Étape", "action", desk.id_of("EST-019"))


def test_the_search_is_walked_by_the_keyboard(desk: Desk, qtbot) -> None:
    desk.window.activateWindow()
    field = desk.window.top_bar.search
    field.ask_focus()
    qtbot.keyClicks(field, "ccas")

    qtbot.keyClick(field, Qt.Key.Key_Return)

    assert desk.view.record_id == desk.id_of("CCAS de Roubaix", "organisation")


@pytest.mark.parametrize("typed", ["", "   ", '"', "*", "(", "a OR", "😀", "é" * 500, "NEAR(", "-", "'; DROP"])
def test_nothing_that_is_typed_breaks_the_search(desk: Desk, typed: str) -> None:
    assert isinstance(desk.window._find(typed) if typed.strip() else desk.frame.find(typed), list | tuple)


# -- the disk refuses -------------------------------------------------------------------------------------------------


def test_a_full_disk_is_said_and_what_was_typed_stays(desk: Desk) -> None:
    row = desk.id_of("EST-001")
    desk.open("EST-001")
    before = desk.values(row)["description"]
    with refusing(desk.store):
        editor = desk.view._editing.form.editor("description")
        editor.set_draft(LONG)
        assert editor.commit()

        assert desk.saved == f"Non enregistré{NBSP}: disque plein"
        assert desk.told.startswith("Le disque est plein.")
        assert desk.values(row)["description"] == before
        assert editor.draft() == LONG
        assert editor.is_changed()

    desk.window.action("save").trigger()

    assert desk.values(row)["description"] == LONG
    assert desk.saved == "Enregistré à 14:03"
    assert not desk.context.drafts.are_left()


def test_what_a_full_disk_refused_is_found_again_in_its_record(desk: Desk) -> None:
    desk.open("EST-001")
    with refusing(desk.store):
        desk.view._editing.form.editor("description").set_draft(LONG)
        desk.open("EST-002")
        desk.open("EST-001")

        assert desk.view._editing.form.editor("description").draft() == LONG
        desk.context.navigator.close_record()
        desk.open("EST-001")

        assert desk.view._editing.form.editor("description").draft() == LONG


def test_a_notebook_become_read_only_is_said(desk: Desk) -> None:
    desk.open("EST-001")
    with refusing(desk.store, "query_only = ON", "query_only = OFF"):
        desk.view._give("progress", 10)

        assert desk.saved == f"Non enregistré{NBSP}: lecture seule"
        assert desk.window.panel.banner.accessibleName().startswith("Le carnet")


def test_a_notebook_moved_while_open_is_said_to_have_moved(desk: Desk) -> None:
    desk.path.rename(desk.path.with_name("ailleurs.carnet"))

    with pytest.raises(PlaceFails, match="a été déplacé ou renommé"):
        records.create(desk.store, "organisation", {"name": "Essai"})

    assert desk.saved == f"Non enregistré{NBSP}: carnet déplacé"


def test_closing_keeps_as_a_draft_what_the_disk_refused(start: Callable[..., Desk]) -> None:
    first = start()
    first.open("EST-001")
    with refusing(first.store):
        first.view._editing.form.editor("description").set_draft(LONG)
        assert first.close()

    second = start()

    assert second.view._editing.form.editor("description").draft() == LONG


def test_closing_asks_when_what_is_typed_would_be_lost(desk: Desk, monkeypatch) -> None:
    answers = [False, True]
    monkeypatch.setattr("app.ui.dialogs.closing.ask_to_lose", lambda _window: answers.pop(0))
    desk.open("EST-001")
    paths.data_dir().mkdir(parents=True, exist_ok=True)
    (paths.data_dir() / "brouillons").write_text("un fichier à la place du dossier")
    with refusing(desk.store):
        desk.view._editing.form.editor("description").set_draft(LONG)

        assert not desk.close()
        assert desk.window.isVisible()
        assert desk.close()


def test_a_cell_of_the_grid_that_is_refused_is_found_again_at_the_next_start(start: Callable[..., Desk]) -> None:
    first = start()
    first.context.navigator.go("indicators", view="entry")
    wheels, garden = (first.id_of(code, "indicator") for code in ("EST-I14", "EST-I15"))
    type_value(first, wheels, "beaucoup")
    with refusing(first.store):
        type_value(first, garden, "41")
        assert value_typed(first, garden) == "41"
        first.page.clear_filters()
        assert value_typed(first, garden) == "41"
    assert first.context.drafts.are_left()
    first.close()

    second = start()

    assert second.page.view() == "entry"
    assert value_typed(second, wheels) == "beaucoup"
    assert value_typed(second, garden) == "41"
    assert "2\u00a0valeurs ne sont pas enregistrées." in second.page._entry._banner.accessibleName()
    type_value(second, wheels, "40")
    type_value(second, garden, "41")
    assert not second.page._entry.model.faults()
    assert not second.context.drafts.are_left()


def test_each_territory_has_its_own_refused_cells(desk: Desk) -> None:
    desk.context.navigator.go("indicators", view="entry")
    wheels = desk.id_of("EST-I14", "indicator")
    type_value(desk, wheels, "beaucoup")
    entry = desk.page._entry
    other = next(id for id, name in desk.page._entry_places() if name == "Nord")

    entry.territory_chosen.emit(other)
    assert not entry.model.faults()
    entry.territory_chosen.emit(desk.context.quarter)

    assert value_typed(desk, wheels) == "beaucoup"


def place_typed(desk: Desk, indicator: str) -> Any:
    model = desk.page._entry.model
    line = next(line for line, row in enumerate(model.rows()) if row.id == indicator)
    return model.index(line, 1 + len(model.years()))


def type_value(desk: Desk, indicator: str, text: str) -> None:
    """Type in the cell of an indicator for the last year shown."""
    desk.page._entry.model.setData(place_typed(desk, indicator), text)


def value_typed(desk: Desk, indicator: str) -> str:
    return place_typed(desk, indicator).data()


# -- drafts -----------------------------------------------------------------------------------------------------------


def test_typing_is_kept_within_a_second_and_offered_at_the_next_start(start: Callable[..., Desk]) -> None:
    first = start()
    row = first.id_of("EST-001")
    first.open("EST-001")
    before = first.values(row)["description"]
    first.type("description", " Et le samedi")
    QTest.qWait(1000)
    kill(first)

    second = start()

    assert second.told == (
        f"Une saisie interrompue a été retrouvée dans «{NBSP}{second.values(row)['title']}{NBSP}»{NBSP}:"
        " elle n’est pas encore enregistrée."
    )
    editor = second.view._editing.form.editor("description")
    assert editor.draft() == f"{before} Et le samedi"
    assert second.values(row)["description"] == before
    assert second.window.focusWidget() is editor.input

    second.close()
    third = start()

    assert third.values(row)["description"] == f"{before} Et le samedi"
    assert third.told == ""


def test_a_draft_of_a_row_that_is_no_more_is_forgotten(start: Callable[..., Desk]) -> None:
    first = start()
    first.context.drafts.keep("action", "0" * 32, "title", "Perdu")
    first.context.drafts.keep("planète", "0" * 32, "title", "Perdu")
    first.close()

    second = start()
    assert second.told == ""
    assert not second.window.has_panel_open()
    second.close()

    assert not list((paths.data_dir() / "brouillons").glob("*.json"))


def test_the_draft_of_a_step_opens_its_action(start: Callable[..., Desk]) -> None:
    first = start()
    (hit, *_) = first.frame.find("Bilan avec le CRCDC")
    with first.store.read() as connection:
        step = records.listing(connection, "step", [records.Filter("action", hit.id)])[0]
    first.context.drafts.keep("step", step.id, "title", "Bilan avec le CRCDC et la ville")
    first.close()

    second = start()

    assert second.view.record_id == second.id_of("EST-019")
    assert second.view._steps.line(step.id).editing.form.editor("title").draft() == "Bilan avec le CRCDC et la ville"


def test_closing_the_window_makes_a_modification_of_what_is_typed(start: Callable[..., Desk]) -> None:
    first = start()
    row = first.id_of("EST-001")
    first.open("EST-001")
    before = first.values(row)["description"]
    first.type("description", " Fin.")

    assert first.close()

    second = start()
    assert second.values(row)["description"] == f"{before} Fin."


def test_closing_stays_on_what_cannot_be_understood(desk: Desk) -> None:
    desk.open("EST-001")
    desk.view._identity.ask("start")
    editor = desk.view._editing.form.editor("start")
    editor.input.setText("31/02/2026")

    assert not desk.close()

    assert desk.window.isVisible()
    assert "31/02/2026" in editor.fault()
    assert desk.window.focusWidget() is editor.input


def test_changing_page_makes_one_modification_of_what_was_typed(desk: Desk) -> None:
    row = desk.id_of("EST-001")
    desk.open("EST-001")
    count = desk.gestures()
    desk.type("description", " Fin.")
    assert desk.gestures() == count

    desk.context.navigator.go("home")

    assert desk.gestures() == count + 1
    assert desk.values(row)["description"].endswith(" Fin.")


def test_the_keyboard_stays_in_the_table_when_a_cell_is_written(start: Callable[..., Desk]) -> None:
    desk = start(page="plan")
    desk.window.activateWindow()
    row, table = desk.id_of("EST-002"), desk.page.table
    table.go_to(row)
    table.edit_cell(row, "progress")
    editor = desk.window.focusWidget()
    editor.selectAll()
    QTest.keyClicks(editor, "35")

    QTest.keyClick(editor, Qt.Key.Key_Return)
    QTest.qWait(10)

    assert desk.values(row)["progress"] == 35
    assert desk.window.focusWidget() is table
    assert table.current_id() == row


# -- odd input --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        "👩🏽‍🌾 Jardin 🌱",
        "مرحبا بالعالم",
        "שלום",
        "a\tb\tc",
        "x" * 40_000,
        "é" * 3,
        "\u200b\u200fz",
        "a\r\nb",
        "\ufeff1",
    ],
    ids=["emoji", "arabic", "hebrew", "tabs", "40000", "accents", "invisible", "lines", "bom"],
)
@pytest.mark.parametrize("field", ["title", "description"])
def test_odd_texts_are_kept_shown_and_found_again(desk: Desk, field: str, typed: str) -> None:
    row = desk.id_of("EST-001")
    desk.open("EST-001")
    editor = desk.view._editing.form.editor(field)
    editor.set_draft(typed)

    kept = editor.commit()
    desk.window.grab()
    desk.context.navigator.go("home")
    desk.window.grab()

    if kept:
        assert desk.values(row)[field]
    else:
        assert editor.fault()


# -- our own faults ---------------------------------------------------------------------------------------------------


def test_a_fault_of_ours_is_told_once_and_what_was_typed_is_kept(desk: Desk, monkeypatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(desk.frame.net, "_show", told.append)
    desk.open("EST-001")
    desk.type("description", " En cours")
    fault = ZeroDivisionError("essai")

    desk.frame.net.catch_error(fault)
    desk.frame.net.catch_error(fault)
    QTest.qWait(10)

    assert len(told) == 1
    assert any("En cours" in file.read_text("utf-8") for file in (paths.data_dir() / "brouillons").glob("*.json"))
    assert desk.window.isVisible()


def test_the_window_without_a_notebook_takes_gestures_without_a_fault(qtbot, context) -> None:
    from app.ui.application import Application

    frame = Application(context)
    qtbot.addWidget(frame.window)
    frame.undo()
    frame.redo()
    frame._settings()

    assert frame.find("atelier") == []
    assert "Enregistré" in words_of(frame.window.top_bar)[-1]


def test_a_task_that_ends_after_its_window_finds_nobody_to_tell(theme: Theme, tmp_path: Path, qtbot) -> None:
    desk = Desk(theme, tmp_path)
    going = threading.Event()
    told: list[BaseException] = []
    desk.context.jobs.run("Longue tâche", lambda _job: going.wait(5) and 1 / 0, told.append, told.append)

    shiboken6.delete(desk.window)
    going.set()
    desk.context.jobs.stop_all()
    QTest.qWait(50)

    assert told == []
    desk.frame.close()
