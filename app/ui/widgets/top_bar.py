"""The top bar: quartier and period, search, undo and redo, save state."""

from collections.abc import Callable, Sequence
from datetime import datetime

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QFrame, QHBoxLayout, QMenu, QSizePolicy, QWidget

from app.formatting import NBSP, format_time
from app.ui import painting
from app.ui.theme import Theme
from app.ui.widgets.buttons import icon_button
from app.ui.widgets.labels import Chip, StatusWord
from app.ui.widgets.search_field import Hit, SearchField

#: Room of the save state and its neighbours, in pixels at 100 %.
SIDE = 268


class QuarterButton(QAbstractButton):
    """« Quartier Est 2024–2030 »: opens the list of quartiers that every page and report starts from."""

    chosen = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._name = ""
        self._period = ""
        self._choices: tuple[tuple[str, str], ...] = ()
        self._current = ""
        self._brief = False
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.clicked.connect(lambda _checked=False: self._open())
        self.show_quarter("", "")

    def show_quarter(self, name: str, period: str) -> None:
        """What is shown: « Quartier Est », « 2024–2030 »."""
        self._name, self._period = name or "Tous les quartiers", period
        self.setAccessibleName(f"Quartier suivi{NBSP}: {self._name} {period}".strip())
        self.setToolTip(f"Changer de quartier ({self._name} {period})".replace(" )", ")"))
        self.updateGeometry()
        self.update()

    def set_brief(self, brief: bool) -> None:
        """Leave the period out where there is no room for it: it is read whole or not at all."""
        if brief != self._brief:
            self._brief = brief
            self.updateGeometry()
            self.update()

    def width_with(self, *, period: bool) -> int:
        """The room it takes, with its period or without."""
        return self._width(self._period if period else "")

    def set_choices(self, choices: Sequence[tuple[str, str]], current: str) -> None:
        """The quartiers one may follow, as (id, name); "" for all of them."""
        self._choices, self._current = tuple(choices), current

    def menu(self) -> QMenu:
        """The list, made when asked for."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for key, word in self._choices:
            action = menu.addAction(word)
            if key == self._current:
                action.setIcon(self._theme.icon("check", "accent"))
            action.triggered.connect(lambda _checked=False, key=key: self.chosen.emit(key))
        return menu

    def _open(self) -> None:
        if self._choices:
            self.menu().popup(self.mapToGlobal(self.rect().bottomLeft()))

    def sizeHint(self) -> QSize:
        return QSize(self._width("" if self._brief else self._period), self._theme.px("height.control"))

    def _width(self, period: str) -> int:
        theme = self._theme
        strong = painting.metrics(theme.font("strong")).horizontalAdvance(self._name)
        after = painting.metrics(theme.font("body")).horizontalAdvance(period)
        return theme.px(34) + strong + theme.px(8) + after + theme.px(34)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, rect = self._theme, self.rect()
        painter = QPainter(self)
        if self.underMouse():
            painting.fill_rounded(painter, rect, theme, "hover", theme.px("radius.control"))
        middle = rect.height() // 2
        size = theme.px(18)
        painter.drawPixmap(theme.px(8), middle - size // 2, theme.pixmap("map-pin", "accent", 18))
        left = theme.px(34)
        painter.setPen(theme.colour("text"))
        for text, level in ((self._name, "strong"), ("" if self._brief else self._period, "body")):
            font = theme.font(level)
            painter.setFont(font)
            width = painting.metrics(font).horizontalAdvance(text)
            painter.drawText(QRect(left, 0, width + 2, rect.height()), painting.LEFT, text)
            left += width + theme.px(8)
        painter.drawPixmap(left, middle - theme.px(8), theme.pixmap("chevron-down"))
        if self.hasFocus():
            painting.paint_focus(painter, theme, rect)


class SaveState(StatusWord):
    """« Enregistré à 14:03 », « Enregistrement… », « Non enregistré : disque plein »."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "Enregistré")

    def show_saved(self, at: datetime) -> None:
        self.show_value(f"Enregistré à {format_time(at)}", icon="circle-check", tone="success")

    def show_saving(self) -> None:
        self.show_value("Enregistrement…", icon="device-floppy", tone="neutral")

    def show_failed(self, reason: str) -> None:
        """`reason` as a few words: « disque plein »."""
        self.show_value(f"Non enregistré{NBSP}: {reason}", icon="alert-circle", tone="danger", strong=True)


class TopBar(QFrame):
    """Where one is, what one looks for, what can be taken back, and whether it is saved."""

    def __init__(self, theme: Theme, search: Callable[[str], Sequence[Hit]]) -> None:
        super().__init__()
        self._theme = theme
        self.quarter = QuarterButton(theme)
        self.example = Chip(theme, "Exemple")
        self.search = SearchField(theme, search)
        self.undo = icon_button(theme, "arrow-back-up", "Annuler", shortcut="Ctrl+Z", size="icon.inline")
        self.redo = icon_button(theme, "arrow-forward-up", "Rétablir", shortcut="Ctrl+Y", size="icon.inline")
        self.save_state = SaveState(theme)
        self.example.hide()
        self.setProperty("role", "top_bar")
        self.setFixedHeight(theme.px("height.top_bar"))
        self._arrange()
        self.set_history("", "")

    def set_history(self, undo: str, redo: str) -> None:
        """Labels of the gestures that can be taken back and done again; "" when there is none."""
        for made, word, keys, label in (
            (self.undo, "Annuler", "Ctrl+Z", undo),
            (self.redo, "Rétablir", "Ctrl+Y", redo),
        ):
            made.setEnabled(bool(label))
            told = f"{word}{NBSP}: {label}" if label else word
            made.setToolTip(f"{told} ({keys})")
            made.setAccessibleName(told)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    def minimumSizeHint(self) -> QSize:
        return QSize(self._others() + self.quarter.width_with(period=False), self.height())

    def fit(self) -> None:
        """The quartier keeps its period as long as the search has its least room."""
        whole = self.quarter.width_with(period=True)
        self.quarter.set_brief(self._others() + whole > self.width())

    def _others(self) -> int:
        """The least room of all that is not the quartier."""
        theme = self._theme
        chip = 0 if self.example.isHidden() else self.example.sizeHint().width() + theme.px(6)
        return chip + 3 * theme.px(16) + theme.px(SIDE) + self.search.minimumWidth()

    def _arrange(self) -> None:
        theme = self._theme
        left = QWidget()
        row = QHBoxLayout(left)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(6))
        for part in (self.quarter, self.example):
            row.addWidget(part)
        row.addStretch(1)
        right = QWidget()
        row = QHBoxLayout(right)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(8))
        row.addStretch(1)
        for part in (self.undo, self.redo, separator(theme), self.save_state):
            row.addWidget(part)
        # Equal sides keep the search in the middle as long as they hold what is in them.
        right.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        right.setMinimumWidth(theme.px(SIDE))
        self.search.setMaximumWidth(theme.px(520))
        self.search.setMinimumWidth(theme.px(160))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(theme.px(9), 0, theme.px(15), 0)
        layout.setSpacing(theme.px(12))
        layout.addWidget(left, 10)
        layout.addWidget(self.search, 11)
        layout.addWidget(right, 10)


def separator(theme: Theme, height: int = 20) -> QFrame:
    """A short vertical hairline between gestures."""
    line = QFrame()
    line.setProperty("role", "line")
    line.setFixedSize(1, theme.px(height))
    return line


def hairline(theme: Theme) -> QFrame:
    """A horizontal hairline across its container."""
    line = QFrame()
    line.setProperty("role", "line")
    line.setFixedHeight(1)
    return line
