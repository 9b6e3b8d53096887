"""Segmented control: the views of one page side by side, folded into one button where room lacks."""

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QMenu, QSizePolicy

from app.ui.theme import Theme, tell
from app.ui.widgets.buttons import SegmentButton, button


class Segmented(QFrame):
    """One choice among a few words; arrows move, `chosen(key)` says which."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, choices: Sequence[tuple[str, str]], *, name: str, current: str = "") -> None:
        """`choices` are (key, word); `name` is read aloud for the group."""
        super().__init__()
        self._theme = theme
        self._name = name
        self._choices = tuple(choices)
        self._keys = [key for key, _word in choices]
        self._group = QButtonGroup(self)
        self._fold = button(theme, "", small=True, icon="chevron-down", clicked=self._open)
        self._fold.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        self._fold.hide()
        self.setProperty("role", "segmented")
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        layout = QHBoxLayout(self)
        inset = theme.px(3)
        layout.setContentsMargins(inset, inset, inset, inset)
        layout.setSpacing(0)
        widths = []
        for number, (_key, word) in enumerate(choices):
            segment = SegmentButton(theme, word)
            segment.moved.connect(lambda step, number=number: self._move(number, step))
            self._group.addButton(segment, number)
            layout.addWidget(segment)
            widths.append(segment.sizeHint().width())
        layout.addWidget(self._fold)
        layout.addStretch(1)
        # Said once and for all: what is hidden must not change what is asked for.
        height = theme.px("height.control_small") + 2 * inset
        self._full = QSize(sum(widths) + 2 * inset, height)
        self._least = QSize(max(widths) + theme.px(30), height)
        self.choose(current or self._keys[0])
        self._group.idToggled.connect(self._tell)

    def current(self) -> str:
        return self._keys[max(0, self._group.checkedId())]

    def choose(self, key: str) -> None:
        """Show `key` as the current view, without saying so."""
        with QSignalBlocker(self._group):
            self._group.button(self._keys.index(key)).setChecked(True)
        self._write_fold()

    def sizeHint(self) -> QSize:
        return self._full

    def minimumSizeHint(self) -> QSize:
        return self._least

    def resizeEvent(self, event: QResizeEvent) -> None:
        folded = self.width() < self._full.width()
        for segment in self._group.buttons():
            segment.setVisible(not folded)
        self._fold.setVisible(folded)
        # Folded, it is a button like another: no ground behind it.
        tell(self, role="plain" if folded else "segmented")

    def menu(self) -> QMenu:
        """The views, when they are folded."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for number, (key, word) in enumerate(self._choices):
            action = menu.addAction(word)
            if key == self.current():
                action.setIcon(self._theme.icon("check", "accent"))
            action.triggered.connect(lambda _checked=False, number=number: self._group.button(number).click())
        return menu

    def _open(self) -> None:
        self.menu().popup(self._fold.mapToGlobal(QPoint(0, self._fold.height() + 2)))

    def _write_fold(self) -> None:
        word = dict(self._choices)[self.current()]
        self._fold.setText(word)
        self._fold.setAccessibleName(f"{self._name}\u00a0: {word}")

    def _move(self, number: int, step: int) -> None:
        segment = self._group.button((number + step) % len(self._keys))
        segment.setFocus(Qt.FocusReason.TabFocusReason)
        segment.click()

    def _tell(self, number: int, checked: bool) -> None:
        if checked:
            self._write_fold()
            self.chosen.emit(self._keys[number])
