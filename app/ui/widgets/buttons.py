"""Buttons: outlined, primary, link, icon alone, and the check box drawn from the tokens."""

from collections.abc import Callable

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QPushButton, QSizePolicy, QToolButton

from app.ui import painting
from app.ui.theme import Theme

_ICON_COLOURS = {"primary": "accent_text", "link": "accent", "": "text_muted"}


def button(
    theme: Theme,
    text: str,
    *,
    kind: str = "",
    icon: str = "",
    small: bool = False,
    clicked: Callable[[], object] | None = None,
    description: str = "",
) -> QPushButton:
    """A text button: kind `primary` (one per page), `link`, or outlined; an infinitive for text."""
    made = QPushButton(text)
    made.setProperty("kind", kind)
    made.setProperty("small", small)
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    made.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    if icon:
        made.setText(f" {text}")
        made.setAccessibleName(text.replace("&", ""))
        theme.dress(made, icon, _ICON_COLOURS[kind], "icon.inline" if small or kind == "link" else "icon.button")
    if description:
        made.setToolTip(description)
        made.setAccessibleDescription(description)
    if clicked is not None:
        made.clicked.connect(lambda _checked=False: clicked())
    return made


def icon_button(
    theme: Theme,
    icon: str,
    name: str,
    *,
    shortcut: str = "",
    outlined: bool = False,
    colour: str = "text_muted",
    size: int | str = "icon.button",
    clicked: Callable[[], object] | None = None,
) -> QAbstractButton:
    """A button that is an icon alone: its name and shortcut are the tooltip, its name is read aloud.

    `shortcut` is only told; the action table owns the key itself.
    """
    made: QAbstractButton = QPushButton() if outlined else QToolButton()
    if outlined:
        made.setProperty("icon_only", True)
    keys = QKeySequence(shortcut).toString(QKeySequence.SequenceFormat.NativeText) if shortcut else ""
    made.setToolTip(f"{name} ({keys})" if keys else name)
    made.setAccessibleName(name)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    theme.dress(made, icon, colour, size)
    if clicked is not None:
        made.clicked.connect(lambda _checked=False: clicked())
    return made


class CheckBox(QCheckBox):
    """A check box drawn from the tokens, with its word beside it."""

    def __init__(self, theme: Theme, text: str = "") -> None:
        super().__init__(text)
        self._theme = theme
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        width = painting.metrics(self.font()).horizontalAdvance(self.text())
        return QSize(self._theme.px(28) + width + 4, self._theme.px("height.control_small"))

    def hitButton(self, position: QPoint) -> bool:
        return self.rect().contains(position)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = self._theme
        centre = QPoint(theme.px(9), self.height() // 2)
        state = self.checkState()
        painting.paint_check(
            painter,
            theme,
            centre,
            checked=state == Qt.CheckState.Checked,
            partial=state == Qt.CheckState.PartiallyChecked,
            enabled=self.isEnabled(),
        )
        painter.setFont(self.font())
        painter.setPen(theme.colour("text" if self.isEnabled() else "text_muted"))
        left = theme.px(24)
        painter.drawText(QRect(left, 0, self.width() - left, self.height()), painting.LEFT, self.text())
        if self.hasFocus():
            painting.paint_focus(painter, theme, self.rect())


class SegmentButton(QAbstractButton):
    """One view of a segmented control; the arrows ask for its neighbours."""

    moved = Signal(int)

    def __init__(self, theme: Theme, text: str) -> None:
        super().__init__()
        self._theme = theme
        self.setText(text)
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        width = painting.metrics(self._theme.font("cell")).horizontalAdvance(self.text())
        return QSize(width + self._theme.px(21), self._theme.px("height.control_small"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is not None:
            self.moved.emit(step)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = self._theme
        rect = self.rect()
        if self.isChecked():
            painting.fill_rounded(painter, rect, theme, "border", theme.px("radius.control"))
            inside = rect.adjusted(1, 1, -1, -1)
            painting.fill_rounded(painter, inside, theme, "surface", theme.px("radius.control") - 1)
        colour = "accent" if self.isChecked() else ("text" if self.underMouse() else "neutral.fg")
        painter.setFont(theme.font("cell"))
        painter.setPen(theme.colour(colour))
        painter.drawText(rect, painting.CENTRE, self.text())
        if self.hasFocus():
            painting.paint_focus(painter, theme, rect)
