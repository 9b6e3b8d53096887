"""Parts of the first start: whole tiles as radio buttons, and the list of the steps."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QFrame, QSizePolicy, QVBoxLayout, QWidget

from app.formatting import NBSP
from app.ui import painting
from app.ui.theme import Theme
from app.ui.widgets.labels import label

#: Room around a tile for the ring of the keyboard.
RING = 5


class RadioTile(QAbstractButton):
    """A choice that is a whole tile: a radio mark, a name, what it means."""

    def __init__(self, theme: Theme, key: str, title: str, detail: str) -> None:
        super().__init__()
        self._theme = theme
        self.key = key
        self._detail = detail
        self.setText(title)
        self.setCheckable(True)
        self.setAccessibleName(f"{title}, {detail}")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(300), self._theme.px(52 + 2 * RING))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.px(160), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ring = theme.px(RING)
        tile = QRectF(self.rect()).adjusted(ring + 0.5, ring + 0.5, -ring - 0.5, -ring - 0.5)
        chosen = self.isChecked()
        painter.setPen(QPen(theme.colour("accent" if chosen else "border_control"), 1))
        ground = "accent_soft" if chosen else ("hover" if self.underMouse() else "surface")
        painter.setBrush(theme.colour(ground))
        painter.drawRoundedRect(tile, theme.px("radius.control"), theme.px("radius.control"))
        self._paint_mark(painter, QPointF(tile.left() + theme.px(24), tile.center().y()), chosen)
        left = round(tile.left()) + theme.px(45)
        width = round(tile.right()) - left - theme.px(8)
        middle = round(tile.center().y())
        for text, level, colour, top in (
            (self.text(), "strong", "text", middle - theme.px(19)),
            (self._detail, "cell_small", "text_muted", middle),
        ):
            font = theme.font(level)
            painter.setFont(font)
            painter.setPen(theme.colour(colour))
            painter.drawText(QRect(left, top, width, theme.px(19)), painting.LEFT, painting.elided(text, font, width))
        if self.hasFocus():
            painting.paint_focus(painter, theme, self.rect(), theme.px("radius.card"))

    def _paint_mark(self, painter: QPainter, centre: QPointF, chosen: bool) -> None:
        theme = self._theme
        radius = theme.px(8)
        painter.setPen(QPen(theme.colour("accent" if chosen else "border_control"), 1.6 if chosen else 1.2))
        painter.setBrush(theme.colour("surface"))
        painter.drawEllipse(centre, radius, radius)
        if chosen:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("accent"))
            painter.drawEllipse(centre, radius * 0.45, radius * 0.45)


class Tiles(QWidget):
    """One choice among tiles; arrows choose, `chosen(key)` says which."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, choices: Sequence[tuple[str, str, str]], *, name: str) -> None:
        """`choices` are (key, name, what it means)."""
        super().__init__()
        self._theme = theme
        self._group = QButtonGroup(self)
        self._tiles: dict[str, RadioTile] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.px(2))
        self.setAccessibleName(name)
        self.show_choices(choices)
        self._group.buttonToggled.connect(lambda tile, on: self.chosen.emit(tile.key) if on else None)

    def show_choices(self, choices: Sequence[tuple[str, str, str]]) -> None:
        """Replace the choices; the first one is chosen."""
        for tile in self._tiles.values():
            self._group.removeButton(tile)
            self._column.removeWidget(tile)
            tile.hide()
            tile.deleteLater()
        self._tiles = {}
        for key, title, detail in choices:
            tile = self._tiles[key] = RadioTile(self._theme, key, title, detail)
            self._group.addButton(tile)
            self._column.addWidget(tile)
        first = next(iter(self._tiles.values()))
        first.setChecked(True)
        self.setFocusProxy(first)

    def offers(self, key: str) -> bool:
        """True when `key` is one of the choices."""
        return key in self._tiles

    def current(self) -> str:
        tile = self._group.checkedButton()
        return tile.key if isinstance(tile, RadioTile) else ""

    def tile(self, key: str) -> RadioTile:
        return self._tiles[key]

    def choose(self, key: str) -> None:
        self._tiles[key].setChecked(True)

    def take_focus(self) -> None:
        """Receive the keyboard on the tile that is chosen."""
        self._tiles[self.current()].setFocus(Qt.FocusReason.TabFocusReason)


class StepList(QFrame):
    """Where one is: the steps at the left, those done with a tick and what was answered."""

    def __init__(self, theme: Theme, steps: Sequence[tuple[str, str]]) -> None:
        """`steps` are (name, what it is about until it is answered)."""
        super().__init__()
        self._theme = theme
        self._steps = tuple(steps)
        self._answers = [detail for _, detail in steps]
        self._now = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(theme.px(56) * len(steps))
        theme.changed.connect(self.update)
        self._say()

    def show_step(self, now: int, answers: Sequence[str]) -> None:
        """Mark the step one is at; an empty answer leaves what the step is about."""
        self._now = now
        self._answers = [answer or detail for answer, (_, detail) in zip(answers, self._steps, strict=True)]
        self._say()
        self.update()

    def _say(self) -> None:
        name = self._steps[self._now][0]
        self.setAccessibleName(f"Étape {self._now + 1} sur {len(self._steps)}{NBSP}: {name}")

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        step, radius = theme.px(56), theme.px(12)
        for number, (name, _detail) in enumerate(self._steps):
            top = number * step
            centre = QPointF(radius + 0.5, top + theme.px(18) + 0.5)
            done, here = number < self._now, number == self._now
            painter.setPen(QPen(theme.colour("accent" if done or here else "border_control"), 1.2))
            painter.setBrush(theme.colour("accent" if here else ("accent_soft" if done else "surface")))
            painter.drawEllipse(centre, radius, radius)
            mark = QRect(0, top + theme.px(6), 2 * radius, 2 * radius)
            if done:
                size = theme.px(14)
                painter.drawPixmap(mark.center().x() - size // 2 + 1, mark.center().y() - size // 2 + 1,
                                   theme.pixmap("check", "accent", 14))  # fmt: skip
            else:
                painter.setFont(theme.font("cell_small_strong"))
                painter.setPen(theme.colour("accent_text" if here else "text"))
                painter.drawText(mark, painting.CENTRE, str(number + 1))
            left = 2 * radius + theme.px(12)
            width = self.width() - left
            for text, level, colour, offset in (
                (name, "strong" if here else "body", "text" if done or here else "text_muted", 0),
                (self._answers[number], "cell_small", "text_muted", 18),
            ):
                font = theme.font(level)
                painter.setFont(font)
                painter.setPen(theme.colour(colour))
                rect = QRect(left, top + theme.px(offset), width, theme.px(20))
                painter.drawText(rect, painting.LEFT, painting.elided(text, font, width))


class Recap(QWidget):
    """Lines of what was chosen: what it is, muted, and what was answered."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.px(12))

    def show_lines(self, lines: Sequence[tuple[str, str]]) -> None:
        while self._column.count():
            item = self._column.takeAt(0)
            if item.widget() is not None:
                item.widget().hide()
                item.widget().deleteLater()
        for name, answer in lines:
            home = QWidget()
            column = QVBoxLayout(home)
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(self._theme.px(2))
            column.addWidget(label(name, "small", "muted"))
            column.addWidget(label(answer, "body", wrap=True))
            self._column.addWidget(home)
