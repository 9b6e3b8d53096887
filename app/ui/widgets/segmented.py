"""Segmented control: the views of one page side by side."""

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QSizePolicy

from app.ui.theme import Theme
from app.ui.widgets.buttons import SegmentButton


class Segmented(QFrame):
    """One choice among a few words; arrows move, `chosen(key)` says which."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, choices: Sequence[tuple[str, str]], *, name: str, current: str = "") -> None:
        """`choices` are (key, word); `name` is read aloud for the group."""
        super().__init__()
        self._keys = [key for key, _word in choices]
        self._group = QButtonGroup(self)
        self.setProperty("role", "segmented")
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        layout = QHBoxLayout(self)
        inset = theme.px(3)
        layout.setContentsMargins(inset, inset, inset, inset)
        layout.setSpacing(0)
        for number, (_key, word) in enumerate(choices):
            segment = SegmentButton(theme, word)
            segment.moved.connect(lambda step, number=number: self._move(number, step))
            self._group.addButton(segment, number)
            layout.addWidget(segment)
        self.choose(current or self._keys[0])
        self._group.idToggled.connect(self._tell)

    def current(self) -> str:
        return self._keys[max(0, self._group.checkedId())]

    def choose(self, key: str) -> None:
        """Show `key` as the current view, without saying so."""
        with QSignalBlocker(self._group):
            self._group.button(self._keys.index(key)).setChecked(True)

    def _move(self, number: int, step: int) -> None:
        segment = self._group.button((number + step) % len(self._keys))
        segment.setFocus(Qt.FocusReason.TabFocusReason)
        segment.click()

    def _tell(self, number: int, checked: bool) -> None:
        if checked:
            self.chosen.emit(self._keys[number])
