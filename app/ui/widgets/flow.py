"""A layout that flows its parts on as many lines as they need: chips, checks, small buttons."""

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget


class FlowLayout(QLayout):
    """Parts from left to right, then on the next line; parts of one line are centred on it."""

    def __init__(self, parent: QWidget | None = None, *, spacing: int = 6) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._gap = spacing
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._arrange(QRect(0, 0, width, 0), apply=False)

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._arrange(rect, apply=True)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        size = QSize()
        for item in self._items:
            size = size.expandedTo(item.minimumSize())
        margins = self.contentsMargins()
        return size + QSize(margins.left() + margins.right(), margins.top() + margins.bottom())

    def _arrange(self, rect: QRect, *, apply: bool) -> int:
        """Place the parts in `rect` when `apply`; returns the height they need."""
        margins = self.contentsMargins()
        inside = rect.marginsRemoved(margins)
        x, y, line = inside.x(), inside.y(), 0
        # Walked backwards first: what a part must leave on its line to the one that stretches after it.
        held = [0] * (len(self._items) + 1)
        for place, item in reversed(list(enumerate(self._items))):
            if item.isEmpty():
                held[place] = held[place + 1]
            elif _stretches(item):
                held[place] = self._gap + item.minimumSize().width()
        for place, item in enumerate(self._items):
            if item.isEmpty():
                continue
            # A part that can stretch is content with little and takes what is left of its line…
            stretches = _stretches(item)
            size = item.minimumSize() if stretches else item.sizeHint()
            # … that of the part before it: alone on the next one, a mere « + » would look lost.
            kept = held[place + 1]
            if line and x + size.width() + kept > inside.right() + 1:
                x, y, line = inside.x(), y + line + self._gap, 0
            width = inside.right() + 1 - x if stretches else min(size.width(), max(0, inside.width() - kept))
            if apply:
                item.setGeometry(QRect(QPoint(x, y), QSize(width, size.height())))
            x += width + self._gap
            line = max(line, size.height())
        return y + line - rect.y() + margins.bottom()


def _stretches(item: QLayoutItem) -> bool:
    return bool(item.expandingDirections() & Qt.Orientation.Horizontal)
