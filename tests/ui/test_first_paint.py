"""What is long begins after the first paint, and begins even when there is none."""

from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QWidget

from app.ui.first_paint import after_first_paint


class Painted(QWidget):
    def __init__(self, told: list[str]) -> None:
        super().__init__()
        self._told = told

    def paintEvent(self, _event: QPaintEvent) -> None:
        self._told.append("painted")


def test_what_is_long_begins_once_the_window_is_painted(qtbot):
    told: list[str] = []
    window = Painted(told)
    qtbot.addWidget(window)
    window.show()
    after_first_paint(window, lambda: told.append("begun"))
    qtbot.waitUntil(lambda: "begun" in told)
    assert told[0] == "painted"
    window.repaint()
    qtbot.wait(600)
    assert told.count("begun") == 1


def test_a_window_that_is_never_painted_keeps_nothing_waiting(qtbot):
    told: list[str] = []
    window = QWidget()
    qtbot.addWidget(window)
    window.winId()
    after_first_paint(window, lambda: told.append("begun"))
    qtbot.waitUntil(lambda: told == ["begun"], timeout=3000)
