"""The search of the top bar: any record or command, from the keyboard."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QObject, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
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


@dataclass(frozen=True, slots=True)
class Hit:
    """One answer: a record (`entity`, `id`) or a command (`command`, the key of an action)."""

    title: str
    detail: str = ""
    icon: str = "file-text"
    entity: str = ""
    id: str = ""
    command: str = ""


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
        width = min(painting.metrics(font).horizontalAdvance(hit.detail), rect.width() // 2)
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


class SearchField(QLineEdit):
    """Type to find; arrows and Enter to open. `search(text)` gives the answers, `chosen(Hit)` says which."""

    chosen = Signal(object)

    def __init__(self, theme: Theme, search: Callable[[str], Sequence[Hit]]) -> None:
        super().__init__()
        self._theme = theme
        self._search = search
        self._icon = QLabel(self)
        self._keys = label("Ctrl+K", "small", "key")
        self._keys.setParent(self)
        self._popup: HitPopup | None = None
        self.setPlaceholderText("Rechercher une fiche ou une commande")
        self.setAccessibleName("Rechercher une fiche ou une commande")
        self.setToolTip("Rechercher (Ctrl+K)")
        self.setTextMargins(theme.px(28), 0, theme.px(60), 0)
        self.textEdited.connect(self._ask)
        theme.changed.connect(self._draw_icon)
        self._draw_icon()

    def popup(self) -> "HitPopup":
        if self._popup is None:
            self._popup = HitPopup(self._theme, self)
            self._popup.chosen.connect(self._choose)
        return self._popup

    def ask_focus(self) -> None:
        """The gesture of Ctrl+K."""
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.selectAll()

    def _ask(self, text: str) -> None:
        if text.strip():
            self.popup().show_hits(self._search(text.strip()))
        else:
            self.popup().hide()

    def _choose(self, hit: Hit) -> None:
        self.popup().hide()
        self.clear()
        self.clearFocus()
        self.chosen.emit(hit)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        popup = self._popup
        key = event.key()
        if key == Qt.Key.Key_Escape:
            if popup is not None and popup.isVisible():
                popup.hide()
            else:
                self.clear()
                self.clearFocus()
        elif popup is not None and popup.isVisible() and key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            popup.move_by(-1 if key == Qt.Key.Key_Up else 1)
        elif popup is not None and popup.isVisible() and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            popup.choose_current()
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusOut and self._popup is not None:
            self._popup.hide()
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        size = self._keys.sizeHint()
        self._keys.setGeometry(
            self.width() - size.width() - self._theme.px(6),
            (self.height() - size.height()) // 2,
            size.width(),
            size.height(),
        )
        self._icon.setGeometry(self._theme.px(8), 0, self._theme.px(18), self.height())

    def _draw_icon(self) -> None:
        self._icon.setPixmap(self._theme.pixmap("search"))


class HitPopup(QFrame):
    """The answers under the field; the keyboard stays in the field."""

    chosen = Signal(object)

    def __init__(self, theme: Theme, field: SearchField) -> None:
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
