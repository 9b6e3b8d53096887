"""The cards of the dashboard: their model, their painting, the grid they stand in.

A card keeps its places whatever it says: stripe, chip and age, title on two lines, figure, chart, verdict.
"""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPen, QResizeEvent, QTextLayout, QTextOption
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.services.scorecard import Standing
from app.ui import painting
from app.ui.charts.gauge import Gauge, History, paint_gauge, paint_history
from app.ui.pages.indicators_card import Card
from app.ui.theme import Theme

# A page shown by a shortcut gives the focus for « another » reason.
_KEYBOARD = (
    Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.ShortcutFocusReason,
    Qt.FocusReason.OtherFocusReason,
)  # fmt: skip
CARD_ROLE = Qt.ItemDataRole.UserRole + 1
ID_ROLE = Qt.ItemDataRole.UserRole + 2

HEIGHT = 180
GAP = 12
#: A card is never narrower: four stand side by side at 1366.
LEAST_WIDTH = 260

Index = QModelIndex | QPersistentModelIndex


class CardsModel(QAbstractListModel):
    """The cards of one section."""

    def __init__(self) -> None:
        super().__init__()
        self._cards: tuple[Card, ...] = ()

    def show_cards(self, cards: Sequence[Card]) -> None:
        self.beginResetModel()
        self._cards = tuple(cards)
        self.endResetModel()

    def cards(self) -> tuple[Card, ...]:
        return self._cards

    def line_of(self, id: str) -> int:
        return next((line for line, card in enumerate(self._cards) if card.id == id), -1)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._cards)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        card = self._cards[index.row()]
        if role == CARD_ROLE:
            return card
        if role == ID_ROLE:
            return card.id
        if role == Qt.ItemDataRole.DisplayRole:
            return card.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return card.said
        if role == Qt.ItemDataRole.ToolTipRole:
            return "\n".join(part for part in (card.title, card.place, card.source) if part)
        return None


class CardDelegate(QStyledItemDelegate):
    """Paints one card."""

    def __init__(self, theme: Theme, parent: QListView) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        return self.parent().gridSize()

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        theme, card = self._theme, index.data(CARD_ROLE)
        gap = theme.px(GAP)
        rect = QRect(option.rect).adjusted(0, 0, -gap, -gap)
        state = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        edge = "accent" if chosen else ("border_control" if hovered else "border")
        painter.setPen(QPen(theme.colour(edge), 1))
        painter.setBrush(theme.colour("surface"))
        radius = theme.px("radius.card")
        painter.drawRoundedRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        stripe = QRect(rect.left(), rect.top(), rect.width(), theme.px("line.stripe"))
        painter.setClipRect(stripe)
        colour = theme.priority_colour(card.priority, "strong") if card.priority else "border_control"
        painting.fill_rounded(
            painter, QRect(stripe.topLeft(), QSize(stripe.width(), radius * 3)), theme, colour, radius
        )
        painter.setClipping(False)
        inside = rect.adjusted(theme.px(13), theme.px(10), -theme.px(13), -theme.px(7))
        self._paint_head(painter, inside, card)
        self._paint_title(painter, inside, card)
        self._paint_figure(painter, inside, card)
        chart = QRectF(inside.left() - 2, inside.top() + theme.px(94), inside.width() + 4, theme.px(50))
        if isinstance(card.drawing, Gauge):
            paint_gauge(painter, theme, chart, card.drawing)
        elif isinstance(card.drawing, History):
            paint_history(painter, theme, chart, card.drawing)
        self._paint_foot(painter, inside, card)
        painter.restore()
        if state & QStyle.StateFlag.State_HasFocus and self.parent().hasFocus() and self.parent().by_keyboard:
            painting.paint_focus(painter, theme, rect, radius)

    def _paint_head(self, painter: QPainter, inside: QRect, card: Card) -> None:
        theme = self._theme
        middle = inside.top() + theme.px(10)
        left = inside.left()
        if card.priority:
            left = painting.paint_chip(painter, theme, left, middle, card.priority, tone=card.priority, bold=True)
            left += theme.px(8)
        font = theme.font("cell_small")
        width = painting.metrics(font).horizontalAdvance(card.age)
        right = inside.right() + 1 - width
        line = QRect(right, middle - theme.px(9), width + 2, theme.px(18))
        ink = "text_muted" if card.age_tone in ("success", "neutral") else f"{card.age_tone}.fg"
        self._write(painter, line, card.age, ink, "cell_small")
        size = theme.px("icon.inline")
        icon_ink = f"{card.age_tone}.fg"
        painter.drawPixmap(right - size - theme.px(4), middle - size // 2, theme.pixmap(card.age_icon, icon_ink))
        nature = " · ".join(part for part in (card.nature, card.place) if part)
        room = right - size - theme.px(10) - left
        self._write(painter, QRect(left, line.top(), room, line.height()), nature, "text_muted", "cell_small")

    def _paint_title(self, painter: QPainter, inside: QRect, card: Card) -> None:
        theme = self._theme
        rect = QRect(inside.left(), inside.top() + theme.px(24), inside.width(), theme.px(34))
        font = theme.font("body")
        painter.setFont(font)
        painter.setPen(theme.colour("text"))
        for place, line in enumerate(two_lines(card.title, font, rect.width())):
            painter.drawText(
                QRect(rect.left(), rect.top() + place * theme.px(17), rect.width(), theme.px(17)), painting.LEFT, line
            )

    def _paint_figure(self, painter: QPainter, inside: QRect, card: Card) -> None:
        theme = self._theme
        rect = QRect(inside.left(), inside.top() + theme.px(62), inside.width(), theme.px(32))
        if not card.figure:
            words = card.unit or "Valeur à saisir"
            self._write(painter, rect, words, "text_muted", "body")
            return
        small, big = theme.font("cell"), theme.font("figure")
        base = rect.top() + theme.px(26)
        left = rect.left()
        measure = painting.metrics(theme.font("cell_small"))
        taken = painting.metrics(big).horizontalAdvance(card.figure) + painting.metrics(small).horizontalAdvance(
            card.unit
        )
        taken += measure.horizontalAdvance(card.qualifier) + theme.px(24)
        # A long period gives way to its year before the unit is cut; the fiche says it whole.
        whole = taken + measure.horizontalAdvance(card.period) <= rect.width()
        written = card.period if whole or not card.year else card.year
        period = measure.horizontalAdvance(written)
        limit = rect.right() - period - theme.px(8)
        painter.setPen(theme.colour("text_muted"))
        if card.qualifier:
            painter.setFont(theme.font("cell_small"))
            painter.drawText(left, base, card.qualifier)
            left += painting.metrics(theme.font("cell_small")).horizontalAdvance(card.qualifier) + theme.px(6)
        painter.setFont(big)
        painter.setPen(theme.colour("text"))
        painter.drawText(left, base, card.figure)
        left += painting.metrics(big).horizontalAdvance(card.figure) + theme.px(7)
        painter.setFont(small)
        painter.setPen(theme.colour("text_muted"))
        painter.drawText(left, base, painting.elided(card.unit, small, max(0, limit - left)))
        painter.setFont(theme.font("cell_small"))
        painter.drawText(rect.right() + 1 - period, base, written)

    def _paint_foot(self, painter: QPainter, inside: QRect, card: Card) -> None:
        theme = self._theme
        line = QRect(inside.left(), inside.bottom() - theme.px(17), inside.width(), theme.px(18))
        font = theme.font("cell_small")
        tone = card.verdict_tone
        ink = f"{tone}.fg" if tone else ("text_muted" if card.standing is Standing.TO_FILL else "text")
        width = painting.metrics(font).horizontalAdvance(card.verdict)
        self._write(painter, line, card.verdict, ink, "cell_small")
        right = line.adjusted(min(width + theme.px(8), line.width() // 2 if not card.verdict else width + 8), 0, 0, 0)
        painter.setPen(theme.colour("text_muted"))
        painter.drawText(right, painting.RIGHT, painting.elided(card.aim, font, max(0, right.width())))

    def _write(self, painter: QPainter, rect: QRect, text: str, ink: str, level: str) -> None:
        font = self._theme.font(level)
        painter.setFont(font)
        painter.setPen(self._theme.colour(ink))
        painter.drawText(rect, painting.LEFT, painting.elided(text, font, rect.width()))


def two_lines(text: str, font: Any, width: int) -> list[str]:
    """`text` broken at words into at most two lines, the second one elided."""
    layout = QTextLayout(text, font)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    layout.beginLayout()
    first = layout.createLine()
    if not first.isValid():
        layout.endLayout()
        return [text]
    first.setLineWidth(width)
    cut = first.textStart() + first.textLength()
    layout.endLayout()
    rest = text[cut:].strip()
    return [text[:cut].rstrip(), painting.elided(rest, font, width)] if rest else [text]


class CardList(QListView):
    """The cards of a section, as many columns as there is room for; as high as its cards, its owner scrolls."""

    opened = Signal(str)

    def __init__(self, theme: Theme, model: CardsModel, *, name: str) -> None:
        super().__init__()
        self._theme = theme
        self._cards = model
        #: The ring tells where the keyboard is; somebody who clicks sees the edge of the card chosen.
        self.by_keyboard = False
        self.setModel(model)
        self.setItemDelegate(CardDelegate(theme, self))
        self.setAccessibleName(name)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(True)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.viewport().setAutoFillBackground(False)
        self.setStyleSheet("QListView { background: transparent; }")
        model.modelReset.connect(self.fit)
        self.clicked.connect(lambda index: self.opened.emit(index.data(ID_ROLE)))
        theme.changed.connect(self.viewport().update)

    def columns(self) -> int:
        """How many cards stand side by side; each is followed by its gap, the last one too."""
        return max(1, self.width() // self._theme.px(LEAST_WIDTH + GAP))

    def fit(self) -> None:
        """Give the cards the width there is, and take the height they need."""
        gap, columns = self._theme.px(GAP), self.columns()
        # A line that fills the view to the last pixel would lose its last card.
        width = (self.width() - 1) // columns
        height = self._theme.px(HEIGHT) + gap
        if self.gridSize() != QSize(width, height):
            self.setGridSize(QSize(width, height))
        lines = -(-self._cards.rowCount() // columns)
        if self.height() != lines * height:
            self.setFixedHeight(max(1, lines * height))

    def mark(self, id: str) -> QRect | None:
        """Select a card; returns where it is, None when it is not here."""
        line = self._cards.line_of(id)
        if line < 0:
            self.clearSelection()
            return None
        index = self._cards.index(line, 0)
        self.setCurrentIndex(index)
        return self.visualRect(index)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.fit()
        super().resizeEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.by_keyboard = event.reason() in _KEYBOARD
        super().focusInEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.by_keyboard = False
        super().mousePressEvent(event)

    def wheelEvent(self, event: Any) -> None:
        event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self.by_keyboard = True
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self.currentIndex().isValid():
            self.opened.emit(self.currentIndex().data(ID_ROLE))
        else:
            super().keyPressEvent(event)
