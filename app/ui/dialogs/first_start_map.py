"""The QPV of the référentiel, drawn from their outlines: somebody recognises their town."""

import math
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.formatting import NBSP
from app.services.start_choices import Outline
from app.ui import painting
from app.ui.theme import Theme

#: Squares of the background, in pixels at 100 %.
GRID = 70


class OutlineMap(QWidget):
    """Outlines on a quiet grid, each with its name and code; nothing to click."""

    def __init__(self, theme: Theme, outlines: Sequence[Outline]) -> None:
        super().__init__()
        self._theme = theme
        self._outlines = tuple(outlines)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        names = ", ".join(f"{outline.name} ({outline.code})" for outline in outlines)
        self.setAccessibleName(f"Carte des quartiers prioritaires{NBSP}: {names}")
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(420), self._theme.px(420))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(theme.colour("border"), 1))
        painter.setBrush(theme.colour("surface_alt"))
        painter.drawRoundedRect(frame, theme.px("radius.card"), theme.px("radius.card"))
        step = theme.px(GRID)
        for x in range(step, self.width(), step):
            painter.drawLine(QPointF(x + 0.5, 1), QPointF(x + 0.5, self.height() - 1))
        for y in range(step, self.height(), step):
            painter.drawLine(QPointF(1, y + 0.5), QPointF(self.width() - 1, y + 0.5))
        paths = self._paths(frame.adjusted(*(sign * theme.px(32) for sign in (1, 1, -1, -1))))
        painter.setPen(QPen(theme.colour("accent"), 1.5))
        painter.setBrush(theme.colour("accent_soft"))
        for path in paths:
            painter.drawPath(path)
        self._paint_labels(painter, paths, frame)

    def _paths(self, room: QRectF) -> list[QPainterPath]:
        """The outlines fitted in `room`; a degree of longitude is shortened by the latitude."""
        points = [point for outline in self._outlines for ring in outline.rings for point in ring]
        if not points:
            return []
        middle = math.cos(math.radians(sum(latitude for _, latitude in points) / len(points)))
        west, east = (limit(longitude for longitude, _ in points) * middle for limit in (min, max))
        south, north = (limit(latitude for _, latitude in points) for limit in (min, max))
        scale = min(room.width() / (east - west), room.height() / (north - south))
        left = room.center().x() - (east - west) * scale / 2
        top = room.center().y() - (north - south) * scale / 2
        paths = []
        for outline in self._outlines:
            path = QPainterPath()
            for ring in outline.rings:
                line = [
                    QPointF(left + (longitude * middle - west) * scale, top + (north - latitude) * scale)
                    for longitude, latitude in ring
                ]
                path.addPolygon(QPolygonF(line))
                path.closeSubpath()
            paths.append(path)
        return paths

    def _paint_labels(self, painter: QPainter, paths: Sequence[QPainterPath], frame: QRectF) -> None:
        """A label stands inside a large outline; beside a small one, with a line to it."""
        theme = self._theme
        strong, small = theme.font("cell_small_strong"), theme.font("cell_small")
        height = theme.px(36)
        lowest = frame.top()
        order = sorted(range(len(paths)), key=lambda place: paths[place].boundingRect().center().y())
        for place in order:
            outline, box = self._outlines[place], paths[place].boundingRect()
            width = max(
                painting.metrics(strong).horizontalAdvance(outline.name),
                painting.metrics(small).horizontalAdvance(outline.code),
            ) + theme.px(16)
            target = _inner_point(paths[place])
            label = QRectF(0, 0, width, height)
            label.moveCenter(target)
            if width > box.width() * 0.6:
                label.moveRight(box.left() - theme.px(20))
                label.moveLeft(max(label.left(), frame.left() + theme.px(8)))
                label.moveTop(max(label.top(), lowest + theme.px(8)))
                painter.setPen(QPen(theme.colour("accent"), 1))
                painter.drawLine(QPointF(label.right(), label.center().y()), target)
            lowest = label.bottom()
            painter.setPen(QPen(theme.colour("border"), 1))
            painter.setBrush(theme.colour("surface"))
            painter.drawRoundedRect(label, 3, 3)
            upper = QRectF(label.left(), label.top() + theme.px(2), label.width(), height / 2)
            painter.setFont(strong)
            painter.setPen(theme.colour("accent"))
            painter.drawText(upper, Qt.AlignmentFlag.AlignCenter, outline.name)
            painter.setFont(small)
            painter.setPen(theme.colour("text_muted"))
            painter.drawText(upper.translated(0, height / 2 - theme.px(3)), Qt.AlignmentFlag.AlignCenter, outline.code)


def _inner_point(path: QPainterPath) -> QPointF:
    """A point well inside: the middle of the widest stretch on the lines across the outline."""
    box = path.boundingRect()
    best, width = box.center(), 0.0
    for part in range(2, 9):
        y = box.top() + box.height() * part / 10
        start: float | None = None
        for step in range(101):
            x = box.left() + box.width() * step / 100
            inside = step < 100 and path.contains(QPointF(x, y))
            if inside and start is None:
                start = x
            elif not inside and start is not None:
                if x - start > width:
                    best, width = QPointF((start + x) / 2, y), x - start
                start = None
    return best
