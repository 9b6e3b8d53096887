"""The charts of an indicator card: a gauge with its target or comparison, and a short history."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.ui import painting
from app.ui.theme import Theme


@dataclass(frozen=True, slots=True)
class Gauge:
    """A value on a scale that starts at zero. `target` is a tick, `span` a range aimed at, `other` the comparison
    territory; `low` and `high` are the written ends. `value` None: nothing measured yet."""

    value: float | None
    top: float
    target: float | None = None
    span: tuple[float, float] | None = None
    other: float | None = None
    low: str = "0"
    high: str = ""


@dataclass(frozen=True, slots=True)
class History:
    """Measured values in order, the first and last period's names, and the target as a dashed line.

    `at` are the years of the values, for years that are not evenly spaced; `span` a range aimed at, `other` the
    comparison territory, at the last value.
    """

    values: Sequence[float]
    first: str = ""
    last: str = ""
    target: float | None = None
    at: Sequence[float] = ()
    span: tuple[float, float] | None = None
    other: float | None = None


def paint_gauge(painter: QPainter, theme: Theme, rect: QRectF, gauge: Gauge) -> None:
    """The gauge in the upper part of `rect`, its two ends written below."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    bar = QRectF(rect.left() + 4, rect.top() + 13, rect.width() - 8, 6)
    painting.fill_rounded(painter, bar, theme, "track", 3)

    def place(value: float) -> float:
        return bar.left() + bar.width() * min(1.0, max(0.0, value / gauge.top if gauge.top else 0.0))

    if gauge.value is not None:
        done = QRectF(bar.left(), bar.top(), max(6.0, place(gauge.value) - bar.left()), bar.height())
        painting.fill_rounded(painter, done, theme, "accent", 3)
    dark = QPen(theme.colour("text"), 1.5)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(dark)
    middle = bar.center().y()
    if gauge.span is not None:
        left, right = place(gauge.span[0]), place(gauge.span[1])
        painter.drawRect(QRectF(left, middle - 7, right - left, 14))
    if gauge.target is not None:
        painter.setPen(QPen(theme.colour("text"), 2))
        painter.drawLine(QPointF(place(gauge.target), middle - 8), QPointF(place(gauge.target), middle + 8))
    if gauge.other is not None:
        paint_diamond(painter, theme, QPointF(place(gauge.other), middle))
    painter.setFont(theme.font("axis"))
    painter.setPen(theme.colour("text_muted"))
    foot = QRectF(rect.left() + 4, rect.bottom() - theme.px(15), rect.width() - 8, theme.px(15))
    painter.drawText(foot, painting.LEFT, gauge.low)
    painter.drawText(foot, painting.RIGHT, gauge.high)
    painter.restore()


def paint_diamond(painter: QPainter, theme: Theme, centre: QPointF, radius: float = 6) -> None:
    """White diamond with a dark edge: the comparison territory, everywhere."""
    painter.setPen(QPen(theme.colour("text"), 1.4))
    painter.setBrush(theme.colour("surface"))
    x, y = centre.x(), centre.y()
    painter.drawPolygon(
        QPolygonF([QPointF(x, y - radius), QPointF(x + radius, y), QPointF(x, y + radius), QPointF(x - radius, y)])
    )


def paint_history(painter: QPainter, theme: Theme, rect: QRectF, history: History) -> None:
    """Earlier values as a line 1.75 wide with dots, the target dashed, first and last period below."""
    if not history.values:
        return
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    foot = QRectF(rect.left(), rect.bottom() - theme.px(15), rect.width(), theme.px(15))
    plot = QRectF(rect.left() + 6, rect.top() + 5, rect.width() - 12, rect.height() - theme.px(15) - 10)
    aims = (history.target, history.other, *(history.span or ()))
    levels = [*history.values, *(aim for aim in aims if aim is not None)]
    low, high = min(levels), max(levels)
    spread = (high - low) or 1.0

    def height(value: float) -> float:
        return plot.bottom() - (value - low) / spread * plot.height()

    painter.setPen(QPen(theme.colour("border"), 1))
    painter.drawLine(foot.topLeft(), foot.topRight())
    if history.target is not None:
        painter.setPen(QPen(theme.colour("text"), 1, Qt.PenStyle.DashLine))
        painter.drawLine(
            QPointF(rect.left() + 2, height(history.target)), QPointF(rect.right() - 2, height(history.target))
        )
    if history.span is not None:
        painter.setPen(QPen(theme.colour("text"), 1.2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        bottom, top = height(history.span[0]), height(history.span[1])
        painter.drawRect(QRectF(plot.right() - 5, top, 10, max(3.0, bottom - top)))
    at = history.at or range(len(history.values))
    step = plot.width() / ((max(at) - min(at)) or 1)
    points = [
        QPointF(plot.left() + (place - min(at)) * step, height(value))
        for place, value in zip(at, history.values, strict=True)
    ]
    painter.setPen(QPen(theme.colour("accent"), 1.75, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPolyline(QPolygonF(points))
    painter.setPen(QPen(theme.colour("surface"), 1))
    painter.setBrush(theme.colour("accent"))
    for point in points:
        painter.drawEllipse(point, 3, 3)
    if history.other is not None:
        paint_diamond(painter, theme, QPointF(points[-1].x(), height(history.other)), 5)
    painter.setFont(theme.font("axis"))
    painter.setPen(theme.colour("text_muted"))
    painter.drawText(foot, painting.LEFT, history.first)
    painter.drawText(foot, painting.RIGHT, history.last)
    painter.restore()


class IndicatorChart(QWidget):
    """A gauge or a history, 50 px high; the numbers are written beside it, so it is silent for a screen reader."""

    def __init__(self, theme: Theme, drawing: Gauge | History) -> None:
        super().__init__()
        self._theme = theme
        self._drawing = drawing
        self.setFixedHeight(theme.px(50))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def show_drawing(self, drawing: Gauge | History) -> None:
        self._drawing = drawing
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(220), self._theme.px(50))

    def paintEvent(self, event: QPaintEvent) -> None:
        paint = paint_gauge if isinstance(self._drawing, Gauge) else paint_history
        paint(QPainter(self), self._theme, QRectF(self.rect()), self._drawing)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a stacked bar: its value and the fill it takes (`accent`, `accent_soft`, `surface`)."""

    value: float
    fill: str


class StackedBar(QWidget):
    """Parts of a whole side by side, told apart by lightness first so that a grey print keeps them."""

    def __init__(self, theme: Theme, parts: Sequence[Part] = ()) -> None:
        super().__init__()
        self._theme = theme
        self._parts = tuple(parts)
        self.setFixedHeight(theme.px(12))

    def show_parts(self, parts: Sequence[Part]) -> None:
        self._parts = tuple(parts)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        total = sum(part.value for part in self._parts)
        if not total:
            painter.fillRect(self.rect(), self._theme.colour("track"))
            return
        left, width = 0.0, self.width() - 1
        painter.setPen(QPen(self._theme.colour("accent"), 1))
        for part in self._parts:
            right = left + part.value / total * width
            painter.setBrush(self._theme.colour(part.fill))
            painter.drawRect(QRectF(round(left), 0, round(right) - round(left), self.height() - 1))
            left = right
