"""The frame with made-up pages: sizes, keyboard, panel, search, accessibility, commits."""

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication

from app.ui.main_window import MainWindow
from app.ui.theme import Theme
from tests.ui import gallery
from tests.ui.accessibility import nameless_controls


def settle(window: MainWindow) -> None:
    for _ in range(4):
        QApplication.processEvents()


class Changes:
    def touches(self, entity: str) -> bool:
        return entity == "action"


@pytest.mark.parametrize("page", ["home", "plan", "meetings"])
@pytest.mark.parametrize("record", ["", "3.2.1"])
def test_no_control_is_without_a_name(window: MainWindow, page: str, record: str) -> None:
    window.navigator.go(page)
    if record:
        window.navigator.open_record("action", record)
    window.tell("12 échéances reportées.")
    settle(window)

    assert nameless_controls(window) == []


@pytest.mark.parametrize(
    ("width", "rail", "beside"), [(1024, 56, False), (1179, 56, False), (1180, 56, True), (1280, 176, True)]
)
def test_the_window_folds_by_size(window: MainWindow, width: int, rail: int, beside: bool) -> None:
    window.navigator.open_record("action", "3.2.1")
    window.resize(width, 600)
    settle(window)

    assert window.rail.width() == rail
    free = window.body.width() - (424 if beside else 0)
    assert window.stack.width() == free
    assert window.panel.width() == 424


def test_a_wide_window_gives_a_wider_panel(window: MainWindow) -> None:
    window.navigator.open_record("action", "3.2.1")
    window.resize(1920, 1000)
    settle(window)

    assert window.panel.width() == 560


def test_pages_are_made_at_the_first_visit(window: MainWindow) -> None:
    assert window.stack.count() == 1

    window.navigator.go("home")
    window.navigator.go("plan")

    assert window.stack.count() == 2
    assert window.page().accessibleName() == "Plan d’actions"


def test_ctrl_and_a_digit_go_to_a_page(qtbot, window: MainWindow) -> None:
    window.activateWindow()
    qtbot.keyClick(window, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)

    assert window.navigator.place.page == "home"
    assert window.rail.item("home").isChecked()


def test_alt_arrows_walk_the_records(qtbot, window: MainWindow) -> None:
    window.navigator.open_record("action", "1.1.1")
    qtbot.keyClick(window, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)

    assert window.navigator.place.id == "1.1.2"
    assert window.panel._position.text() == "2 / 17"
    assert window.page().table.current_id() == "1.1.2"
    qtbot.keyClick(window, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert window.navigator.place.id == "1.1.1"


def test_escape_closes_the_record_and_gives_the_room_back(qtbot, window: MainWindow) -> None:
    window.navigator.open_record("action", "1.1.1")
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    settle(window)

    assert not window.has_panel_open()
    assert window.stack.width() == window.body.width()


def test_undo_is_passed_on_and_disabled_when_there_is_none(qtbot, window: MainWindow) -> None:
    with qtbot.waitSignal(window.undo_asked):
        window.action("undo").trigger()
    window.show_history("", "Modifier une action")

    assert not window.action("undo").isEnabled()
    with qtbot.waitSignal(window.redo_asked):
        window.top_bar.redo.click()


def test_help_knows_the_page(qtbot, window: MainWindow) -> None:
    with qtbot.waitSignal(window.help_asked) as asked:
        qtbot.keyClick(window, Qt.Key.Key_F1)

    assert asked.args == ["plan"]


def test_the_search_finds_records_pages_and_commands_without_accents(window: MainWindow) -> None:
    titles = [hit.title for hit in window._find("reunions")]
    assert titles == ["Réunions"]
    assert "Imprimer" in [hit.title for hit in window._find("impri")]

    window.navigator.go("home")
    window._open_hit(next(hit for hit in window._find("nutrition")))
    assert (window.navigator.place.page, window.navigator.place.id) == ("plan", "3.2.2")


def test_a_hidden_page_reloads_when_it_comes_back(window: MainWindow) -> None:
    plan, seen = window.page(), []
    plan.reload = seen.append
    window.navigator.go("home")
    changes = Changes()
    window.context.bus.committed.emit(changes)
    assert seen == []

    window.navigator.go("plan")
    assert seen == [changes]
    window.context.bus.committed.emit(changes)
    assert seen == [changes, changes]


def test_a_page_that_refuses_to_be_left_stays(window: MainWindow) -> None:
    window.page().leave = lambda: False

    window.navigator.go("home")

    assert window.stack.currentWidget().accessibleName() == "Plan d’actions"
    assert window.rail.item("plan").isChecked()


def test_the_look_is_switched_and_kept(window: MainWindow, theme: Theme) -> None:
    window.action("look").trigger()

    assert theme.mode == "dark"
    assert window.context.preferences.value("look", "light") == "dark"


@pytest.mark.parametrize("names", [("Carnet.xlsx",), ("Est.xlsx", "Nord.ods"), ("Annuaire.csv",)])
def test_workbooks_dropped_anywhere_are_told(qtbot, window: MainWindow, tmp_path, names) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / name)) for name in names])
    event = QDropEvent(
        QPointF(300, 300), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )

    with qtbot.waitSignal(window.workbooks_dropped) as dropped:
        window.dropEvent(event)

    assert [path.name for path in dropped.args[0]] == list(names)


def test_closing_keeps_the_place_of_the_window(qtbot, window: MainWindow) -> None:
    with qtbot.waitSignal(window.closing):
        window.close()

    assert window.context.preferences.value("window", "")


def test_the_status_bar_follows_the_page(window: MainWindow) -> None:
    assert "46 actions" in window.status.left.text()

    window.navigator.go("meetings")

    assert window.status.isHidden()


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("size", [(1024, 520), (1366, 697), (1920, 1080)])
def test_the_window_paints(window: MainWindow, theme: Theme, mode: str, size: tuple[int, int]) -> None:
    theme.use(mode)
    window.resize(*size)
    window.navigator.open_record("action", "3.2.1")
    settle(window)

    image = window.grab().toImage()

    assert image.pixelColor(window.rail.width() // 2, window.height() - 100) == theme.colour("rail")


def test_every_page_entry_loads(context) -> None:
    for entry in gallery.PAGES:
        assert entry.make(context).role in ("surface", "window")
