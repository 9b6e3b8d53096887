"""Cards: a titled surface, and the key figure with its trend."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from app.ui import painting
from app.ui.charts.sparkline import Sparkline
from app.ui.theme import Theme
from app.ui.widgets.labels import ElidedLabel, label, set_tone


class Card(QFrame):
    """A surface with a heading on the left and one fact or gesture on the right; fill `body`."""

    def __init__(self, theme: Theme, title: str = "", fact: QWidget | str | None = None, *, fill: bool = False) -> None:
        """`fill`: the body takes the height left (a list); otherwise it stays under the heading."""
        super().__init__()
        self.setProperty("role", "card")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        layout = QVBoxLayout(self)
        inset = theme.px("space.gap") - 2
        layout.setContentsMargins(inset, theme.px("space.inset"), inset, theme.px("space.inset"))
        layout.setSpacing(theme.px(6))
        self.heading: QLabel | None = None
        self.fact: QWidget | None = None
        if title:
            line = QHBoxLayout()
            self.heading = label(title, "heading")
            line.addWidget(self.heading)
            line.addStretch(1)
            if fact is not None:
                self.fact = label(fact, "small", "muted") if isinstance(fact, str) else fact
                line.addWidget(self.fact)
            layout.addLayout(line)
            self.setAccessibleName(title)
        self.body = QVBoxLayout()
        self.body.setSpacing(theme.px("space.unit"))
        layout.addLayout(self.body, 1 if fill else 0)
        if not fill:
            layout.addStretch(1)


@dataclass(frozen=True, slots=True)
class Figure:
    """What a key figure says: `trend` its earlier values; `gap` a short text of tone `tone`; `note` the rest."""

    title: str
    value: str
    gap: str = ""
    note: str = ""
    tone: str = ""
    icon: str = ""
    trend: Sequence[float] = ()


class KeyFigure(QFrame):
    """A figure one understands at a glance; `opened` when it is clicked or Enter is pressed."""

    opened = Signal()

    def __init__(self, theme: Theme, figure: Figure) -> None:
        super().__init__()
        self._theme = theme
        self.setProperty("role", "card")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(theme.px(88))
        self._title = ElidedLabel(theme, "", "cell_small", "text_muted")
        self._value = label("", "figure")
        self._mark = QLabel()
        self._gap = label("", "small")
        self._note = ElidedLabel(theme, "", "cell_small", "text_muted")
        self._trend = Sparkline(theme)
        self._gap.setFont(theme.font("cell_small"))
        self._arrange()
        theme.changed.connect(self._draw_mark)
        self.show_figure(figure)

    def _arrange(self) -> None:
        theme = self._theme
        left = QVBoxLayout()
        left.setSpacing(0)
        left.addWidget(self._value)
        top = QHBoxLayout()
        top.addLayout(left, 1)
        top.addWidget(self._trend, 0, Qt.AlignmentFlag.AlignBottom)
        bottom = QHBoxLayout()
        bottom.setSpacing(theme.px(5))
        bottom.addWidget(self._mark)
        bottom.addWidget(self._gap)
        bottom.addWidget(self._note, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.px(12), theme.px(9), theme.px(13), theme.px(8))
        layout.setSpacing(0)
        layout.addWidget(self._title)
        layout.addLayout(top)
        layout.addLayout(bottom)
        layout.addStretch(1)
        for part, height in ((self._title, 18), (self._value, 32), (self._gap, 18)):
            part.setFixedHeight(theme.px(height))

    def show_figure(self, figure: Figure) -> None:
        self._figure = figure
        self._title.set_text(figure.title)
        self._value.setText(figure.value)
        self._gap.setText(figure.gap)
        # Nothing to say must not keep a place between the mark and the note.
        self._gap.setVisible(bool(figure.gap))
        self._note.set_text(figure.note)
        set_tone(self._gap, figure.tone)
        self._trend.show_values(figure.trend)
        self._draw_mark()
        parts = (figure.title, figure.value, figure.gap, figure.note)
        self.setAccessibleName(", ".join(part for part in parts if part))

    def _draw_mark(self) -> None:
        figure = self._figure
        self._mark.setVisible(bool(figure.icon))
        if figure.icon:
            colour = f"{figure.tone}.fg" if figure.tone and figure.tone != "muted" else "text_muted"
            self._mark.setPixmap(self._theme.pixmap(figure.icon, colour, 14))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.rect().contains(event.position().toPoint()):
            self.opened.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.opened.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.hasFocus():
            painting.paint_focus(QPainter(self), self._theme, self.rect(), self._theme.px("radius.card"))
