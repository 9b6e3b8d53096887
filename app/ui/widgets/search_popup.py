"""The answers of the search, in a list under its field; the keyboard stays in the field."""

from collections.abc import Sequence

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QFrame,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
)

from app.ui import painting
from app.ui.theme import Theme
from app.ui.widgets.labels import label
from app.ui.widgets.search_field import Hit


class HitPopup(QFrame):
    """The answers under the field; the keyboard stays in the field."""

    chosen = Signal(object)

    def __init__(self, theme: Theme, field: QLineEdit) -> None:
        super().__init__(field.window())
        self._theme = theme
        self._field = field
        self.model = HitModel(self)
        self._view = QListView()
        self._view.setModel(self.model)
        self._view.setItemDelegate(HitDelegate(theme, self._view))
        self._view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._view.setMouseTracking(True)
        self._view.setUniformItemSizes(True)
        self._view.setAccessibleName("Réponses")
        self._nothing = label("Rien ne correspond.", "body", "muted")
        self._nothing.setContentsMargins(12, 8, 12, 8)
        self.setProperty("role", "popup")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, 4, 1, 4)
        layout.addWidget(self._view)
        layout.addWidget(self._nothing)
        self._view.clicked.connect(lambda index: self.chosen.emit(self.model.hit(index.row())))
        self.hide()

    def show_hits(self, hits: Sequence[Hit]) -> None:
        self.model.show_hits(hits)
        self._view.setVisible(bool(hits))
        self._nothing.setVisible(not hits)
        if hits:
            self._view.setCurrentIndex(self.model.index(0))
        rows = min(len(hits), 10) * self._theme.px(34) if hits else self._theme.px(36)
        below = self._field.mapTo(self.window(), QPoint(0, self._field.height() + 4))
        self.setGeometry(QRect(below, QSize(max(self._field.width(), self._theme.px(480)), rows + 10)))
        self.show()
        self.raise_()

    def move_by(self, step: int) -> None:
        count = self.model.rowCount()
        if count:
            row = (self._view.currentIndex().row() + step) % count
            self._view.setCurrentIndex(self.model.index(row))

    def choose_current(self) -> None:
        index = self._view.currentIndex()
        if index.isValid():
            self.chosen.emit(self.model.hit(index.row()))


class HitModel(QAbstractListModel):
    """The answers of the moment."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._hits: tuple[Hit, ...] = ()

    def show_hits(self, hits: Sequence[Hit]) -> None:
        self.beginResetModel()
        self._hits = tuple(hits)
        self.endResetModel()

    def hit(self, row: int) -> Hit:
        return self._hits[row]

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._hits)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        hit = self._hits[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return hit.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{hit.title}, {hit.detail}" if hit.detail else hit.title
        if role == Qt.ItemDataRole.UserRole:
            return hit
        return None


class HitDelegate(QStyledItemDelegate):
    """Icon, title, and what it is on the right."""

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        return QSize(0, self._theme.px(34))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        theme, rect = self._theme, option.rect
        hit: Hit = index.data(Qt.ItemDataRole.UserRole)
        state = option.state
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, theme.colour("selection"))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, theme.colour("hover"))
        size = theme.px("icon.inline")
        middle = rect.center().y() + 1
        painter.drawPixmap(rect.left() + theme.px(12), middle - size // 2, theme.pixmap(hit.icon))
        font = theme.font("cell_small")
        width = min(painting.metrics(font).horizontalAdvance(hit.detail) + 2, rect.width() // 2)
        painter.setFont(font)
        painter.setPen(theme.colour("text_muted"))
        right = QRect(rect.right() - width - theme.px(12), rect.top(), width, rect.height())
        painter.drawText(right, painting.RIGHT, painting.elided(hit.detail, font, width))
        painter.setFont(theme.font("body"))
        painter.setPen(theme.colour("text"))
        left = rect.left() + theme.px(38)
        room = right.left() - left - theme.px(12)
        text = painting.elided(hit.title, theme.font("body"), room)
        painter.drawText(QRect(left, rect.top(), room, rect.height()), painting.LEFT, text)
