"""Texts: the four levels, an elided line, and the badge-free chip."""

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from app.ui import painting
from app.ui.theme import Theme, tell


def label(text: str = "", level: str = "body", tone: str = "", *, wrap: bool = False) -> QLabel:
    """A plain text label: level title, heading, strong, body, small or figure; tone muted, accent, warning…"""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setProperty("level", level)
    made.setProperty("tone", tone)
    if wrap:
        made.setWordWrap(True)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        made.setSizePolicy(policy)
    return made


def set_tone(made: QLabel, tone: str) -> None:
    """Change the tone of a label made by `label`."""
    tell(made, tone=tone)


class ElidedLabel(QWidget):
    """One line that gives way: cut on the right, whole in the tooltip and for a screen reader."""

    def __init__(
        self, theme: Theme, text: str = "", level: str = "body", colour: str = "text", *, shorter: str = ""
    ) -> None:
        """`shorter` is written, whole, where `text` does not hold and it does."""
        super().__init__()
        self._theme = theme
        self._level = level
        self._shorter = shorter
        self._colour = colour
        self._text = ""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.set_text(text)

    def text(self) -> str:
        return self._text

    def set_text(self, text: str) -> None:
        self._text = text
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def set_colour(self, colour: str) -> None:
        self._colour = colour
        self.update()

    def sizeHint(self) -> QSize:
        measure = painting.metrics(self._theme.font(self._level))
        # A pixel more than the advance, which is rounded: a text that fits must not be cut.
        return QSize(measure.horizontalAdvance(self._text) + 2, measure.height() + 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        font = self._theme.font(self._level)
        painter.setFont(font)
        painter.setPen(self._theme.colour(self._colour))
        shown = painting.elided(self._text, font, self.width())
        if (
            shown != self._text
            and self._shorter
            and painting.elided(self._shorter, font, self.width()) == self._shorter
        ):
            shown = self._shorter
        self.setToolTip(self._text if shown != self._text else "")
        painter.drawText(self.rect(), painting.LEFT, shown)


class Chip(QWidget):
    """A small tinted label; `tone` is neutral, info, success, warning, danger or a priority (P1…P6)."""

    def __init__(
        self, theme: Theme, text: str = "", *, tone: str = "neutral", icon: str = "", bold: bool = False
    ) -> None:
        super().__init__()
        self._theme = theme
        self._bold = bold
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.show_value(text, tone=tone, icon=icon)

    def show_value(self, text: str, *, tone: str = "neutral", icon: str = "") -> None:
        """Change what the chip says."""
        self._text, self._tone, self._icon = text, tone, icon
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def text(self) -> str:
        return self._text

    def sizeHint(self) -> QSize:
        width = painting.chip_width(self._theme, self._text, icon=self._icon, bold=self._bold)
        return QSize(width, self._theme.px("height.chip"))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        middle = self.height() // 2
        painting.paint_chip(
            painter, self._theme, 0, middle, self._text, tone=self._tone, icon=self._icon, bold=self._bold
        )


def status_chip(theme: Theme, status: str) -> Chip:
    """The chip of an action status (`late`, `blocked`, `running`…): word, icon and tint."""
    look = theme.status(status)
    return Chip(theme, look.word, tone=look.tone, icon=look.icon)


def priority_chip(theme: Theme, code: str, *, word: bool = False) -> Chip:
    """`P3`, or `P3 Santé` with `word`."""
    short = theme.tokens.priority_word(code) if word else ""
    return Chip(theme, f"{code}  {short}".strip(), tone=code, bold=True)


class StatusWord(QWidget):
    """Icon and word of a state, without a tint: the icon takes the tone, the word stays in the text colour."""

    def __init__(self, theme: Theme, text: str = "", *, icon: str = "circle-check", tone: str = "success") -> None:
        super().__init__()
        self._theme = theme
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.show_value(text, icon=icon, tone=tone)

    def show_value(self, text: str, *, icon: str, tone: str, strong: bool = False) -> None:
        """`strong` gives the tone to the word too (warning, danger)."""
        self._text, self._icon, self._tone, self._strong = text, icon, tone, strong
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def text(self) -> str:
        return self._text

    def sizeHint(self) -> QSize:
        measure = painting.metrics(self._theme.font("cell"))
        width = self._theme.px("icon.inline") + self._theme.px(6) + measure.horizontalAdvance(self._text)
        return QSize(width + 2, self._theme.px(20))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        size = self._theme.px("icon.inline")
        foreground, _ = painting.tone_colours(self._theme, self._tone)
        painter.drawPixmap(0, (self.height() - size) // 2, self._theme.pixmap(self._icon, foreground))
        painter.setFont(self._theme.font("cell"))
        painter.setPen(self._theme.colour(foreground if self._strong else "text_muted"))
        left = size + self._theme.px(6)
        painter.drawText(QRect(left, 0, self.width() - left, self.height()), painting.LEFT, self._text)
