"""Lines of the cards of Accueil that open a record: what it is, and under it or beside it what there is to know."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QVBoxLayout, QWidget

from app.ui import painting
from app.ui.theme import Theme
from app.ui.widgets.labels import label

#: From the edge of the card to the words, below its heading.
EDGE = 13


@dataclass(frozen=True, slots=True)
class Line:
    """What a line says: `side` on the right, `detail` under the text, `priority` (`P3`) in a chip before it.

    `entity` and `id` are the record it opens.
    """

    text: str
    entity: str
    id: str
    side: str = ""
    detail: str = ""
    priority: str = ""


class LineButton(QAbstractButton):
    """One line: read as a whole, opened by a click, Enter or Space."""

    def __init__(self, theme: Theme, line: Line) -> None:
        super().__init__()
        self._theme = theme
        self.line = line
        said = ", ".join(part for part in (line.priority, line.text, line.detail, line.side) if part)
        self.setAccessibleName(said)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(200, self._theme.px(44 if self.line.detail else 26))

    def keyPressEvent(self, event) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, rect, line = self._theme, self.rect(), self.line
        painter = QPainter(self)
        if self.underMouse():
            painter.fillRect(rect, theme.colour("hover"))
        edge = theme.px(EDGE)
        left, right = edge, rect.width() - edge
        first = QRect(left, 0, right - left, rect.height())
        if line.detail:
            first = QRect(left, theme.px(5), right - left, theme.px(17))
        if line.priority:
            after = painting.paint_chip(
                painter, theme, left, first.center().y() + 1, line.priority, tone=line.priority, bold=True
            )
            first.setLeft(after + theme.px(8))
        small = theme.font("cell_small")
        cut = painting.elided(line.side, small, first.width() // 2)
        taken = painting.metrics(small).horizontalAdvance(cut)
        painter.setFont(small)
        painter.setPen(theme.colour("text_muted"))
        painter.drawText(first, painting.RIGHT, cut)
        if taken:
            first.setRight(first.right() - taken - theme.px(10))
        shown = [self._write(painter, first, line.text, "cell", "text")]
        if line.detail:
            under = QRect(first.left(), theme.px(22), first.width(), theme.px(17))
            shown.append(self._write(painter, under, line.detail, "cell_small", "text_muted"))
        cut_somewhere = shown != [part for part in (line.text, line.detail) if part] or cut != line.side
        self.setToolTip(self.accessibleName() if cut_somewhere else "")
        if self.hasFocus():
            painting.paint_focus(painter, theme, rect)

    def _write(self, painter: QPainter, rect: QRect, text: str, level: str, colour: str) -> str:
        font = self._theme.font(level)
        painter.setFont(font)
        painter.setPen(self._theme.colour(colour))
        shown = painting.elided(text, font, rect.width())
        painter.drawText(rect, painting.LEFT, shown)
        return shown


class LineList(QWidget):
    """Lines one under the other, or a sentence when there is none; `opened(entity, id)`."""

    opened = Signal(str, str)

    def __init__(self, theme: Theme, empty: str) -> None:
        super().__init__()
        self._theme = theme
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._empty = label(empty, "small", "muted", wrap=True)
        edge = theme.px(EDGE)
        self._empty.setContentsMargins(edge, 0, edge, theme.px(4))
        self._column.addWidget(self._empty)
        self._made: list[LineButton] = []

    def show_lines(self, lines: Sequence[Line]) -> None:
        """Show these lines; those that say the same stay, with the keyboard that may be on one of them."""
        if [made.line for made in self._made] == list(lines):
            return
        focused = next((place for place, made in enumerate(self._made) if made.hasFocus()), -1)
        for made in self._made:
            self._column.removeWidget(made)
            made.hide()
            made.deleteLater()
        self._made = [LineButton(self._theme, line) for line in lines]
        for made in self._made:
            made.clicked.connect(lambda _checked=False, line=made.line: self.opened.emit(line.entity, line.id))
            self._column.addWidget(made)
            made.show()
        self._empty.setVisible(not lines)
        if focused >= 0 and self._made:
            self._made[min(focused, len(self._made) - 1)].setFocus()

    def lines(self) -> list[Line]:
        return [made.line for made in self._made]
