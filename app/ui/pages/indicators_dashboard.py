"""The dashboard: counters that filter, and the cards of the project, of the ambitions and of the context."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QFrame, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from app.formatting import NBSP, format_number, plural
from app.services.scorecard import Standing
from app.ui import painting
from app.ui.charts.gauge import paint_diamond
from app.ui.pages.indicators_card import Card
from app.ui.pages.indicators_cards import GAP, CardList, CardsModel
from app.ui.theme import Theme
from app.ui.widgets.empty_state import EmptyState
from app.ui.widgets.flow import FlowLayout
from app.ui.widgets.labels import label

GENERATIONS = "Deux générations de QPV (2015 et 2024)\u00a0: pas de tendance de l’une à l’autre."

#: (code, one, several, tone, icon) in the order of the counters.
_COUNTERS = (
    (Standing.ACHIEVED.value, "atteint", "atteints", "success", "circle-check"),
    (Standing.PROGRESS.value, "en progrès", "en progrès", "neutral", "trending-up"),
    (Standing.OFF.value, "en écart", "en écart", "warning", "alert-triangle"),
    (Standing.TO_FILL.value, "à saisir", "à saisir", "info", "pencil"),
    (Standing.TO_JUDGE.value, "à apprécier", "à apprécier", "neutral", "eye"),
    (Standing.CONTEXT.value, "de contexte, sans cible", "de contexte, sans cible", "neutral", "info-circle"),
)


@dataclass(frozen=True, slots=True)
class CardSection:
    """One block of the dashboard."""

    key: str
    title: str
    cards: Sequence[Card]


class CounterChip(QAbstractButton):
    """« 3 atteints »: a chip that keeps only these cards while it is pressed in."""

    def __init__(self, theme: Theme, tone: str, icon: str) -> None:
        super().__init__()
        self._theme, self._tone, self._icon = theme, tone, icon
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.toggled.connect(lambda _on: self._name())

    def show_text(self, text: str) -> None:
        self.setText(text)
        self._name()
        self.updateGeometry()
        self.update()

    def _name(self) -> None:
        self.setAccessibleName(f"{self.text()}{' (filtre actif)' if self.isChecked() else ''}")
        self.setToolTip("Tout montrer" if self.isChecked() else "Ne montrer que ceux-là")

    def sizeHint(self) -> QSize:
        width = painting.chip_width(self._theme, self.text(), icon=self._icon)
        return QSize(width + (self._theme.px(18) if self.isChecked() else 0) + 2, self._theme.px(24))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, rect = self._theme, self.rect()
        painter = QPainter(self)
        ink, ground = painting.tone_colours(theme, self._tone)
        radius = theme.px("radius.chip")
        painting.fill_rounded(painter, rect.adjusted(0, 1, 0, -1), theme, ground, radius)
        if self.isChecked() or self.underMouse():
            painter.save()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(theme.colour(ink if self.isChecked() else "border_control"), 1))
            painter.drawRoundedRect(rect.toRectF().adjusted(0.5, 1.5, -0.5, -1.5), radius, radius)
            painter.restore()
        middle, size, left = rect.height() // 2, theme.px("icon.inline"), theme.px(6)
        painter.drawPixmap(left, middle - size // 2, theme.pixmap(self._icon, ink))
        painter.setFont(theme.font("cell_small"))
        painter.setPen(theme.colour(ink))
        left += size + theme.px(3)
        painter.drawText(rect.adjusted(left, 0, 0, 0), painting.LEFT, self.text())
        if self.isChecked():
            cross = theme.pixmap("x", ink, 14)
            painter.drawPixmap(rect.right() - theme.px(18), middle - theme.px(7), cross)
        if self.hasFocus():
            painting.paint_focus(painter, theme, rect)


class Legend(QWidget):
    """« ┃ cible ◇ territoire de comparaison »."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._words = ("cible", "territoire de comparaison")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Légende\u00a0: trait noir, la cible\u00a0; losange, le territoire de comparaison")

    def sizeHint(self) -> QSize:
        measure = painting.metrics(self._theme.font("cell_small"))
        width = sum(measure.horizontalAdvance(word) for word in self._words)
        return QSize(width + self._theme.px(58), self._theme.px(20))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font("cell_small"))
        measure = painting.metrics(theme.font("cell_small"))
        middle, left = self.height() / 2, theme.px(4)
        painter.setPen(QPen(theme.colour("text"), 2))
        painter.drawLine(QPointF(left, middle - 6), QPointF(left, middle + 6))
        left += theme.px(9)
        painter.setPen(theme.colour("text_muted"))
        painter.drawText(QRect(left, 0, 400, self.height()), painting.LEFT, self._words[0])
        left += measure.horizontalAdvance(self._words[0]) + theme.px(20)
        paint_diamond(painter, theme, QPointF(left, middle), 6)
        left += theme.px(10)
        painter.setPen(theme.colour("text_muted"))
        painter.drawText(QRect(left, 0, 400, self.height()), painting.LEFT, self._words[1])


class Dashboard(QFrame):
    """Counters, then one block of cards per section, in one scroll."""

    opened = Signal(str)
    filtered = Signal()

    def __init__(self, theme: Theme, *, create: Callable[[], object], clear: Callable[[], object]) -> None:
        super().__init__()
        self._theme = theme
        self.setProperty("role", "window")
        self._chips = {code: CounterChip(theme, tone, icon) for code, _one, _many, tone, icon in _COUNTERS}
        self._note = label("", "small", "muted", wrap=True)
        self._note.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._note.setFont(theme.font("cell_small"))
        self._sources = label("", "small", "muted", wrap=True)
        self._sections: dict[str, tuple[QWidget, CardList, CardsModel]] = {}
        self._blocks = QVBoxLayout()
        self._empty = EmptyState(
            theme,
            icon="chart-bar",
            title="Le tableau de bord est vide",
            sentence="Un indicateur suivi montre ici sa dernière valeur, l’écart à sa cible et son âge. Cochez "
            "«\u00a0Au tableau de bord\u00a0» sur une fiche, ou créez le premier.",
            main="Ajouter un indicateur",
            main_icon="plus",
        )
        self._filtered = EmptyState(
            theme, icon="filter", title="Aucun indicateur ne correspond.", main="Effacer les filtres"
        )
        self._empty.setProperty("role", "window")
        self._filtered.setProperty("role", "window")
        self._empty.main_asked.connect(create)
        self._filtered.main_asked.connect(clear)
        self._arrange()
        for code, chip in self._chips.items():
            chip.clicked.connect(lambda _checked=False, code=code: self._choose(code))

    def standing(self) -> str:
        """The counter pressed in; "" for all."""
        return next((code for code, chip in self._chips.items() if chip.isChecked()), "")

    def choose(self, standing: str) -> None:
        """Press a counter in; "" releases them all."""
        for code, chip in self._chips.items():
            chip.setChecked(code == standing)

    def clear_counter(self) -> None:
        for chip in self._chips.values():
            chip.setChecked(False)

    def show_cards(self, sections: Sequence[CardSection], *, narrow: bool) -> None:
        """Show these cards; the counters tell them all, the blocks those of the counter pressed in. `narrow`: the
        filters of the page left some out."""
        every = [card for section in sections for card in section.cards]
        self._count(every)
        standing = self.standing()
        shown = 0
        for section in sections:
            cards = [card for card in section.cards if not standing or belongs(card, standing)]
            block, _list, model = self._block(section)
            model.show_cards(cards)
            title = block.findChild(QWidget, "count")
            title.setText(format_number(len(cards)))
            block.setVisible(bool(cards))
            shown += len(cards)
        self._empty.setVisible(not every and not narrow)
        self._filtered.setVisible(not shown and (bool(every) or narrow))
        self._chips_row.setVisible(bool(every))
        self._note.setText(GENERATIONS if any(card.generation for card in every) else "")
        sources = list(dict.fromkeys(card.source for card in every if card.source))
        more = f" et {len(sources) - 6} autres" if len(sources) > 7 else ""
        told = sources if len(sources) <= 7 else sources[:6]
        self._sources.setText(f"Sources{NBSP}: {' · '.join(told)}{more}." if sources else "")
        self._sources.setVisible(bool(sources and shown))

    def cards(self) -> list[Card]:
        """The cards shown, in order."""
        return [card for _block, _list, model in self._sections.values() for card in model.cards()]

    def mark(self, id: str) -> None:
        """Select a card and bring it in view."""
        for block, cards, _model in self._sections.values():
            place = cards.mark(id)
            if place is not None and block.isVisible():
                top = cards.mapTo(self._inside, place.topLeft()).y()
                self._scroll.ensureVisible(0, top + place.height() // 2, 0, place.height() // 2 + self._theme.px(16))

    def take_focus(self) -> None:
        for block, cards, model in self._sections.values():
            if not block.isHidden() and model.rowCount():
                cards.setFocus(Qt.FocusReason.OtherFocusReason)
                if not cards.currentIndex().isValid():
                    cards.selectionModel().setCurrentIndex(
                        model.index(0, 0), cards.selectionModel().SelectionFlag.NoUpdate
                    )
                return

    # -- inside ---------------------------------------------------------------------------------------------------

    def _choose(self, code: str) -> None:
        for other, chip in self._chips.items():
            if other != code:
                chip.setChecked(False)
        for chip in self._chips.values():
            chip.updateGeometry()
        self.filtered.emit()

    def _count(self, cards: Sequence[Card]) -> None:
        for code, one, several, _tone, _icon in _COUNTERS:
            count = sum(belongs(card, code) for card in cards)
            chip = self._chips[code]
            chip.show_text(f"{format_number(count)}{NBSP}{plural(count, one, several)}")
            if not count:
                chip.setChecked(False)
            chip.setVisible(count > 0)

    def _block(self, section: CardSection) -> tuple[QWidget, CardList, CardsModel]:
        found = self._sections.get(section.key)
        if found is not None:
            return found
        theme = self._theme
        model = CardsModel()
        cards = CardList(theme, model, name=section.title)
        cards.opened.connect(self.opened)
        block = QWidget()
        column = QVBoxLayout(block)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(6))
        line = QHBoxLayout()
        line.setSpacing(theme.px("space.unit"))
        line.addWidget(label(section.title, "heading"))
        count = label("", "body", "muted")
        count.setObjectName("count")
        line.addWidget(count)
        line.addStretch(1)
        column.addLayout(line)
        column.addWidget(cards)
        self._blocks.addWidget(block)
        self._sections[section.key] = (block, cards, model)
        return self._sections[section.key]

    def _arrange(self) -> None:
        theme = self._theme
        self._chips_row = QWidget()
        row = QHBoxLayout(self._chips_row)
        row.setContentsMargins(0, 0, theme.px(GAP), 0)
        row.setSpacing(theme.px(16))
        chips = QWidget()
        flow = FlowLayout(chips, spacing=theme.px(6))
        for chip in self._chips.values():
            flow.addWidget(chip)
        row.addWidget(chips, 3)
        row.addWidget(self._note, 2)
        self._inside = QFrame()
        self._inside.setProperty("role", "window")
        column = QVBoxLayout(self._inside)
        edge = theme.px("space.page")
        # Each card is followed by its gap: the last one of a line leaves it in the margin.
        column.setContentsMargins(edge, theme.px(2), edge - theme.px(GAP), theme.px(10))
        column.setSpacing(theme.px(10))
        column.addWidget(self._chips_row)
        self._blocks.setSpacing(theme.px(8))
        column.addLayout(self._blocks)
        column.addWidget(self._empty, 1)
        column.addWidget(self._filtered, 1)
        column.addWidget(self._sources)
        column.addStretch(0)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.verticalScrollBar().setSingleStep(theme.px(64))
        self._scroll.setWidget(self._inside)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._scroll)


def belongs(card: Card, counter: str) -> bool:
    """Whether a counter counts this card: « à saisir » also tells those whose value of the year is awaited."""
    if counter == Standing.TO_FILL.value:
        return card.to_fill
    return card.standing.value == counter
