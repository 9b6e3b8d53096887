"""Chips on as many lines as they need, and the sign that adds one never alone under them."""

import pytest
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from app.ui.widgets.flow import FlowLayout


class Chip(QLabel):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.setMinimumSize(10, 20)
        self._width = width

    def sizeHint(self):
        return self.minimumSize().expandedTo(type(self.minimumSize())(self._width, 20))


@pytest.fixture
def flow(qtbot):
    boxes = []

    def make(width: int, *chips: int) -> list[QWidget]:
        box = QWidget()
        qtbot.addWidget(box)
        boxes.append(box)
        layout = FlowLayout(box, spacing=4)
        parts = [Chip(one) for one in chips]
        plus = QLabel()
        plus.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        plus.setMinimumSize(24, 20)
        for part in (*parts, plus):
            layout.addWidget(part)
        box.resize(width, layout.heightForWidth(width))
        layout.setGeometry(box.rect())
        return [*parts, plus]

    yield make
    boxes.clear()


def test_what_holds_stays_on_one_line_and_the_sign_takes_the_rest(flow):
    one, two, plus = flow(300, 100, 100)
    assert one.y() == two.y() == plus.y()
    assert (plus.x(), plus.width()) == (208, 92)


def test_the_last_chip_goes_down_with_the_sign(flow):
    one, two, plus = flow(220, 100, 100)
    assert two.y() > one.y()
    assert two.y() == plus.y()


def test_a_chip_as_wide_as_the_line_leaves_room_for_the_sign(flow):
    one, plus = flow(200, 400)
    assert one.y() == plus.y()
    assert one.width() == 200 - 4 - 24


def test_nothing_to_show_takes_no_room(flow):
    (plus,) = flow(200)
    plus.hide()
    assert plus.parentWidget().layout().heightForWidth(200) == 0
