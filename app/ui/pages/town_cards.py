"""The cards of the town: one for each quartier, one for the whole, every figure of them a way to what it counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy

from app.formatting import NBSP, counted, format_date, format_number, format_percent
from app.services.queries.town import Actions, QuarterLine, Town
from app.services.queries.town_colleagues import Received
from app.ui import painting
from app.ui.theme import Theme
from app.ui.widgets.cards import Card
from app.ui.widgets.labels import label
from app.ui.widgets.lines import ProgressBar

#: What a figure leads to: the card says which, the view goes there.
ACTIONS, LATE, BLOCKED, SHARED, NOWHERE = "actions", "late", "blocked", "shared", "nowhere"
STRUCTURES, COVER, INDICATORS, CONFLICTS, RECEIVED = "structures", "cover", "indicators", "conflicts", "received"


@dataclass(frozen=True, slots=True)
class Fact:
    """A figure of a card: its words, its value as written, a tone when somebody must act."""

    key: str
    words: str
    value: str
    tone: str = ""


class FactLine(QAbstractButton):
    """One figure on one line, read as a whole; a click, Enter or Space asks for what it counts."""

    def __init__(self, theme: Theme, fact: Fact) -> None:
        super().__init__()
        self._theme = theme
        self.fact = fact
        self.setAccessibleName(f"{fact.words}{NBSP}: {fact.value}")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(150, self._theme.px(22))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, rect, fact = self._theme, self.rect(), self.fact
        painter = QPainter(self)
        if self.underMouse():
            painter.fillRect(rect, theme.colour("hover"))
        inside = rect.adjusted(theme.px(13), 0, -theme.px(13), 0)
        strong = theme.font("cell_strong")
        painter.setFont(strong)
        painter.setPen(theme.colour(f"{fact.tone}.fg" if fact.tone else "text"))
        painter.drawText(inside, painting.RIGHT, fact.value)
        taken = painting.metrics(strong).horizontalAdvance(fact.value) + theme.px(8)
        words = QRect(inside.left(), 0, inside.width() - taken, inside.height())
        font = theme.font("cell")
        painter.setFont(font)
        painter.setPen(theme.colour("text_muted"))
        shown = painting.elided(fact.words, font, words.width())
        self.setToolTip(self.accessibleName() if shown != fact.words else "")
        painter.drawText(words, painting.LEFT, shown)
        if self.hasFocus():
            painting.paint_focus(painter, theme, rect)


class PlaceCard(Card):
    """A quartier or the town: how many actions, how far they are, what waits, when it was last received."""

    asked = Signal(str)

    def __init__(self, theme: Theme, name: str, actions: Actions, facts: Sequence[Fact], foot: str) -> None:
        super().__init__(theme, name)
        inset = theme.px(13)
        layout = self.layout()
        layout.setContentsMargins(1, theme.px("space.inset"), 1, theme.px(8))
        layout.itemAt(0).layout().setContentsMargins(inset, 0, inset, 0)
        self.body.setSpacing(0)
        progress = actions.summary.progress
        row = QHBoxLayout()
        row.setContentsMargins(inset, 0, inset, theme.px(6))
        row.setSpacing(theme.px(8))
        row.addWidget(ProgressBar(theme, float(progress or 0) / 100, width=0), 1)
        row.addWidget(label(format_percent(progress) if progress is not None else "–", "small", "muted"))
        self.body.addLayout(row)
        self.lines = [FactLine(theme, fact) for fact in facts]
        for line in self.lines:
            line.clicked.connect(lambda _checked=False, key=line.fact.key: self.asked.emit(key))
            self.body.addWidget(line)
        self.foot = label(foot, "small", "muted", wrap=True)
        self.foot.setContentsMargins(inset, theme.px(6), inset, 0)
        self.body.addWidget(self.foot)
        said = f"{name}{NBSP}: {counted(actions.summary.count, 'action')}"
        self.setAccessibleName(said if progress is None else f"{said}, avancement {format_percent(progress)}")


def quarter_card(theme: Theme, line: QuarterLine, today: datetime) -> PlaceCard:
    summary = line.actions.summary
    facts = [
        Fact(ACTIONS, "Actions", format_number(summary.count)),
        Fact(LATE, "En retard", format_number(summary.late), "warning" if summary.late else ""),
        Fact(BLOCKED, "Bloquées", format_number(summary.blocked), "warning" if summary.blocked else ""),
        Fact(STRUCTURES, "Structures à l’œuvre", format_number(line.structures)),
        Fact(COVER, "Couverture", f"{line.cover.covered}{NBSP}/{NBSP}{line.cover.categories}"),
        Fact(INDICATORS, "Indicateurs à saisir", format_number(line.kept.missing), "info" if line.kept.missing else ""),
    ]
    if line.conflicts:
        facts.append(Fact(CONFLICTS, "Conflits à trancher", format_number(line.conflicts), "warning"))
    shared = f"Dont {counted(line.shared, 'commune')}.\n" if line.shared else ""
    return PlaceCard(theme, line.name, line.actions, facts, f"{shared}{received_words(line.received, today)}")


def town_card(theme: Theme, town: Town) -> PlaceCard:
    summary = town.actions.summary
    facts = [
        Fact(ACTIONS, "Actions", format_number(summary.count)),
        Fact(LATE, "En retard", format_number(summary.late), "warning" if summary.late else ""),
        Fact(BLOCKED, "Bloquées", format_number(summary.blocked), "warning" if summary.blocked else ""),
        Fact(SHARED, "Communes", format_number(town.shared)),
        Fact(NOWHERE, "Sans quartier", format_number(town.unplaced.summary.count)),
        Fact(STRUCTURES, "Structures à l’œuvre", format_number(len(town.structures))),
    ]
    if town.conflicts:
        facts.append(Fact(CONFLICTS, "Conflits à trancher", format_number(town.conflicts), "warning"))
    foot = "Une action commune à plusieurs quartiers compte une fois." if town.shared else ""
    return PlaceCard(theme, "La ville", town.actions, facts, foot)


def received_words(received: Received | None, today: datetime) -> str:
    """`Reçu le 12/11/2026 : 14 changements, Chef de projet Nord`."""
    if received is None:
        return "Rien reçu par classeur."
    day = format_date(received.at.astimezone(today.tzinfo).date())
    who = f", {received.who}" if received.who else ""
    return f"Reçu le {day}{NBSP}: {counted(received.changes, 'changement')}{who}."
