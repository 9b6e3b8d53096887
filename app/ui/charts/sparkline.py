"""A trend in a few pixels: a line and its last point."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.ui.theme import Theme


class Sparkline(QWidget):
    """Earlier values as a line, today's as a dot. Says nothing by itself: the figure beside it does."""

    def __init__(self, theme: Theme, values: Sequence[float] = ()) -> None:
        super().__init__()
        self._theme = theme
        self._values = tuple(values)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def show_values(self, values: Sequence[float]) -> None:
        self._values = tuple(values)
        self.setVisible(len(self._values) > 1)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(66), self._theme.px(28))

    def paintEvent(self, event: QPaintEvent) -> None:
        paint_sparkline(QPainter(self), self._theme, QRectF(self.rect()), self._values)


def paint_sparkline(
    painter: QPainter, theme: Theme, rect: QRectF, values: Sequence[float], *, dots: bool = False
) -> None:
    """Draw `values`, evenly spaced, over the whole of `rect`; `dots` marks each of them."""
    if len(values) < 2:
        return
    low, high = min(values), max(values)
    inside = rect.adjusted(3, 4, -4, -4)
    spread = (high - low) or 1.0
    step = inside.width() / (len(values) - 1)
    points = [
        QPointF(inside.left() + i * step, inside.bottom() - (value - low) / spread * inside.height())
        for i, value in enumerate(values)
    ]
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.colour("accent"), 1.5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPolyline(QPolygonF(points))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.colour("accent"))
    for point in points if dots else points[-1:]:
        painter.drawEllipse(point, 2.5, 2.5)
    painter.restore()
