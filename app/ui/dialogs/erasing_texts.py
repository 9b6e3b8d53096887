"""The texts of other rows that name a person about to be erased: each with its sentence, ticked to lose the name."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QAbstractItemModel, QEvent, QModelIndex, QObject, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from app.formatting import NBSP, counted
from app.services.mentions import Mention
from app.ui import painting
from app.ui.theme import Theme
from app.ui.widgets.buttons import button
from app.ui.widgets.labels import label

_ALONE = f"nom de famille seul{NBSP}: peut-être quelqu’un d’autre"


#: The height of a text in the list, in pixels at 100 %, and how many are seen at once.
_LINE, _SEEN = 46, 4


@dataclass(frozen=True, slots=True)
class NamedText:
    """A text as it is shown: which it is, and what it says."""

    mention: Mention
    words: str


class ErasingTexts(QWidget):
    """A list of texts to tick; those that surely name the person are ticked at first. `changed` follows the boxes."""

    changed = Signal()

    def __init__(self, theme: Theme, texts: Sequence[NamedText], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._texts = texts
        self._count = label("", "small", "muted")
        self.all = button(theme, "Tout cocher", kind="link", clicked=lambda: self.tick(True))
        self.none = button(theme, "Tout décocher", kind="link", clicked=lambda: self.tick(False))
        self.list = QListWidget()
        self.list.setAccessibleName("Textes où son nom est écrit")
        self.list.setFrameShape(QFrame.Shape.StyledPanel)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setItemDelegate(_TextDelegate(theme, self.list))
        for text in texts:
            item = QListWidgetItem()
            item.setData(Qt.ItemDataRole.UserRole, text)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{text.words}. {text.mention.excerpt}")
            item.setToolTip(text.mention.excerpt)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked if text.mention.sure else Qt.CheckState.Unchecked)
            self.list.addItem(item)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.list.setFixedHeight(theme.px(_LINE) * min(max(len(texts), 2), _SEEN) + 2)
        self.list.itemChanged.connect(self._tell)
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 0, 0)
        head.addWidget(self._count, 1)
        head.addWidget(self.all)
        head.addWidget(self.none)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(4))
        column.addLayout(head)
        column.addWidget(self.list, 1)
        self._tell()

    def chosen(self) -> list[Mention]:
        """The texts that lose the name."""
        items = (self.list.item(place) for place in range(self.list.count()))
        pairs = zip(items, self._texts, strict=True)
        return [text.mention for item, text in pairs if item.checkState() == Qt.CheckState.Checked]

    def tick(self, on: bool) -> None:
        """Tick every box, or none."""
        self.list.blockSignals(True)
        for place in range(self.list.count()):
            self.list.item(place).setCheckState(Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)
        self.list.blockSignals(False)
        self.list.viewport().update()
        self._tell()

    def _tell(self) -> None:
        chosen = len(self.chosen())
        said = counted(chosen, "texte perdra son nom", "textes perdront son nom")
        self._count.setText(f"{said}, sur {len(self._texts)}" if len(self._texts) > 1 else said)
        self.changed.emit()


class _TextDelegate(QStyledItemDelegate):
    """A box, which text it is, and its sentence with the name in it."""

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        return QSize(0, self._theme.px(_LINE))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        theme, rect = self._theme, option.rect
        text: NamedText = index.data(Qt.ItemDataRole.UserRole)
        if option.state & QStyle.StateFlag.State_HasFocus:
            painting.paint_focus(painter, theme, rect)
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, theme.colour("hover"))
        ticked = Qt.CheckState(index.data(Qt.ItemDataRole.CheckStateRole)) == Qt.CheckState.Checked
        centre = QPoint(rect.left() + theme.px(18), rect.top() + theme.px(15))
        painting.paint_check(painter, theme, centre, checked=ticked)
        left = centre.x() + theme.px(16)
        room = rect.right() - theme.px(10) - left
        top, line = rect.top() + theme.px(5), theme.px(19)
        painter.setPen(theme.colour("text"))
        strong = theme.font("strong")
        first = QRect(left, top, room, line)
        painter.setFont(strong)
        painting.write_line(painter, first, painting.elided(text.words, strong, room), strong)
        if not text.mention.sure:
            start = left + painting.advance(text.words, strong) + theme.px(8)
            painter.setPen(theme.colour(painting.tone_colours(theme, "warning")[0]))
            small, rest = theme.font("small"), rect.right() - theme.px(10) - start
            if rest > theme.px(60):
                painter.setFont(small)
                painting.write_line(painter, QRect(start, top, rest, line), painting.elided(_ALONE, small, rest), small)
        self._sentence(painter, QRect(left, top + line, room, line), text.mention)

    def _sentence(self, painter: QPainter, rect: QRect, mention: Mention) -> None:
        """The excerpt on one line, moved so that its first name is seen, the names stronger than the rest."""
        theme = self._theme
        body, strong = theme.font("body"), theme.font("strong")
        excerpt, shown = mention.excerpt, mention.shown
        cut = 0
        while cut < shown[0][0] and painting.advance(excerpt[cut : shown[0][1]], body) > rect.width() * 0.7:
            cut += 1
        if cut:
            excerpt, shown = f"…{excerpt[cut:]}", tuple((a - cut + 1, b - cut + 1) for a, b in shown)
        left, place = rect.left(), 0
        for start, end in (*shown, (len(excerpt), len(excerpt))):
            for piece, font, colour in (
                (excerpt[place:start], body, "text_muted"),
                (excerpt[start:end], strong, "text"),
            ):
                room = rect.right() - left
                if not piece or room <= 0:
                    continue
                painter.setPen(theme.colour(colour))
                painter.setFont(font)
                written = painting.elided(piece, font, room)
                painting.write_line(painter, QRect(left, rect.top(), room, rect.height()), written, font)
                left += painting.advance(written, font)
            place = max(place, end)

    def editorEvent(
        self, event: QEvent, model: QAbstractItemModel, option: QStyleOptionViewItem, index: QModelIndex
    ) -> bool:
        """A click anywhere on the line, or the space bar, ticks it."""
        if event.type() == QEvent.Type.MouseButtonRelease and isinstance(event, QMouseEvent):
            state = Qt.CheckState(index.data(Qt.ItemDataRole.CheckStateRole))
            other = Qt.CheckState.Unchecked if state == Qt.CheckState.Checked else Qt.CheckState.Checked
            return model.setData(index, other, Qt.ItemDataRole.CheckStateRole)
        if event.type() in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick):
            return False
        return super().editorEvent(event, model, option, index)
