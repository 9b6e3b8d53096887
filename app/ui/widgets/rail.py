"""The rail: pages by icon and word, folded to icons when the window is narrow."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QFrame, QSizePolicy, QVBoxLayout

from app.formatting import NBSP
from app.ui import painting
from app.ui.theme import Theme


@dataclass(frozen=True, slots=True)
class RailEntry:
    """A line of the rail. `hint` is written at the right (F1) and told in the tooltip; `is_page` can be current."""

    key: str
    word: str
    icon: str
    hint: str = ""
    is_page: bool = True


class RailItem(QAbstractButton):
    """One entry: mark when current, badge with a count and a tone."""

    moved = Signal(int)

    def __init__(self, theme: Theme, entry: RailEntry) -> None:
        super().__init__()
        self.entry = entry
        self._theme = theme
        self._folded = False
        self._badge = ""
        self._badge_tone = "warning"
        self.setText(entry.word)
        self.setCheckable(entry.is_page)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._name()

    def set_folded(self, folded: bool) -> None:
        self._folded = folded
        self._name()
        self.update()

    def set_badge(self, count: int, *, tone: str = "warning", meaning: str = "") -> None:
        """A number that waits for somebody; `meaning` is read aloud and shown (« 3 en retard »). 0 hides it."""
        self._badge = str(count) if count else ""
        self._badge_tone = tone
        self._name(meaning if count else "")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(160), self._theme.px("height.rail_item"))

    def _name(self, meaning: str = "") -> None:
        told = f"{self.entry.word}{NBSP}: {meaning}" if meaning else self.entry.word
        self.setAccessibleName(told)
        hint = f"{NBSP}({self.entry.hint})" if self.entry.hint else ""
        self.setToolTip(f"{told}{hint}" if self._folded or meaning or hint else "")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if step is not None:
            self.moved.emit(step)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, rect = self._theme, self.rect()
        painter = QPainter(self)
        radius = theme.px("radius.control")
        if self.isChecked():
            painting.fill_rounded(painter, rect, theme, "selection", radius)
            mark = QRect(0, (rect.height() - theme.px(20)) // 2, theme.px("line.stripe"), theme.px(20))
            painter.fillRect(mark, theme.colour("accent"))
        elif self.underMouse():
            painting.fill_rounded(painter, rect, theme, "hover", radius)
        size = theme.px("icon.rail")
        middle = rect.height() // 2
        left = (rect.width() - size) // 2 if self._folded else theme.px(10)
        colour = "accent" if self.isChecked() else "text_muted"
        painter.drawPixmap(left, middle - size // 2, theme.pixmap(self.entry.icon, colour, "icon.rail"))
        if not self._folded:
            self._paint_words(painter, rect)
        if self._badge:
            self._paint_badge(painter, rect)
        if self.hasFocus():
            painting.paint_focus(painter, theme, rect)

    def _paint_words(self, painter: QPainter, rect: QRect) -> None:
        theme = self._theme
        painter.setFont(theme.font("body"))
        painter.setPen(theme.colour("accent" if self.isChecked() else "text"))
        painter.drawText(rect.adjusted(theme.px(37), 0, 0, 0), painting.LEFT, self.entry.word)
        if self.entry.hint:
            painter.setFont(theme.font("cell_small"))
            painter.setPen(theme.colour("text_muted"))
            painter.drawText(rect.adjusted(0, 0, -theme.px(10), 0), painting.RIGHT, self.entry.hint)

    def _paint_badge(self, painter: QPainter, rect: QRect) -> None:
        theme = self._theme
        width = painting.chip_width(theme, self._badge, bold=True)
        middle = theme.px(10) if self._folded else rect.height() // 2
        left = rect.width() - width - (0 if self._folded else theme.px(6))
        height = theme.px(16 if self._folded else 18)
        painting.paint_chip(painter, theme, left, middle, self._badge, tone=self._badge_tone, bold=True, height=height)


class Rail(QFrame):
    """The column of pages; `chosen(key)` when one is asked for. Arrows move along it."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, pages: Sequence[RailEntry], tools: Sequence[RailEntry] = ()) -> None:
        """`pages` stand at the top, `tools` (settings, help) at the bottom."""
        super().__init__()
        self._theme = theme
        self._items: dict[str, RailItem] = {}
        self.setProperty("role", "rail")
        self.setAccessibleName("Pages du carnet")
        layout = QVBoxLayout(self)
        edge = theme.px("space.unit")
        layout.setContentsMargins(edge, theme.px("space.inset"), edge, theme.px("space.unit"))
        layout.setSpacing(2)
        for entry in pages:
            layout.addWidget(self._add(entry))
        layout.addStretch(1)
        for entry in tools:
            layout.addWidget(self._add(entry))
        self.set_folded(False)

    def set_current(self, key: str) -> None:
        """Mark the page `key`; no mark when it is not in the rail."""
        for name, item in self._items.items():
            item.setChecked(name == key)

    def set_folded(self, folded: bool) -> None:
        """Icons alone (56 px), their word in the tooltip."""
        self.setFixedWidth(self._theme.px("width.rail_collapsed" if folded else "width.rail"))
        for item in self._items.values():
            item.set_folded(folded)

    def item(self, key: str) -> RailItem:
        return self._items[key]

    def _add(self, entry: RailEntry) -> RailItem:
        item = self._items[entry.key] = RailItem(self._theme, entry)
        item.clicked.connect(lambda _checked=False: self._choose(item))
        item.moved.connect(lambda step: self._move(item, step))
        return item

    def _choose(self, item: RailItem) -> None:
        # The mark follows the page that is shown, not the click: the page may refuse to leave.
        item.setChecked(not item.isChecked())
        self.chosen.emit(item.entry.key)

    def _move(self, item: RailItem, step: int) -> None:
        items = list(self._items.values())
        items[(items.index(item) + step) % len(items)].setFocus(Qt.FocusReason.TabFocusReason)
