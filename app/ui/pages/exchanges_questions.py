"""What a preview asks: which row a new line is, which copy is the original, whether a sorted sheet is put together.

An answer is a click; the preview is then made again with it. What is suggested is shown first, never taken by itself.
"""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.exchange.questions import Asked, Question
from app.formatting import NBSP, counted
from app.ui.context import Context
from app.ui.pages.exchanges_tiles import Side, Tile, TileRow
from app.ui.pages.exchanges_words import cell_place
from app.ui.theme import Theme
from app.ui.widgets.buttons import button
from app.ui.widgets.labels import StatusWord, label

#: Lines of what an answer would do, shown at once.
MOST_DETAILS = 60


class QuestionBlock(QWidget):
    """One question and its choices, each a tile. `answered(question, choice)`."""

    answered = Signal(str, str)

    def __init__(self, theme: Theme, question: Question) -> None:
        super().__init__()
        self._theme = theme
        self.question = question
        self._shown = question.answer or question.suggested
        self._state = StatusWord(theme)
        self.tiles = [
            Tile(theme, Side(choice.key, choice.verb, self._second(choice.key, choice.second), choice.what), "")
            for choice in question.choices
        ]
        self.confirm = button(
            theme, "Confirmer", kind="primary", small=True, clicked=lambda: self._answer(question.suggested)
        )
        self._group = QButtonGroup(self)
        self._arrange()
        self.confirm.setVisible(bool(question.suggested) and not question.answer)
        for place, tile in enumerate(self.tiles):
            self._group.addButton(tile)
            tile.setChecked(tile.side.key == self._shown)
            tile.moved.connect(lambda step, place=place: self._move(place, step))
            tile.clicked.connect(lambda _checked=False, tile=tile: self._answer(tile.side.key))
        self._say()

    def _second(self, key: str, second: str) -> str:
        return f"proposé{', ' if second else ''}{second}" if key == self.question.suggested else second

    def take_focus(self) -> None:
        tile = next((tile for tile in self.tiles if tile.isChecked()), self.tiles[0])
        tile.setFocus(Qt.FocusReason.TabFocusReason)

    def _arrange(self) -> None:
        theme, question = self._theme, self.question
        head = QHBoxLayout()
        head.setSpacing(theme.px("space.unit"))
        head.addWidget(label("À répondre" if not question.answer else "Répondu", "strong"))
        head.addWidget(self._state)
        head.addStretch(1)
        head.addWidget(label(cell_place(question.sheet, question.cell), "small", "muted"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, theme.px(4))
        column.setSpacing(theme.px(6))
        column.addLayout(head)
        column.addWidget(label(question.sentence, wrap=True))
        column.addWidget(TileRow(theme, self.tiles))
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self.confirm)
        column.addLayout(foot)
        for line in question.details[:MOST_DETAILS]:
            column.addWidget(label(line, "small", "muted", wrap=True))
        if len(question.details) > MOST_DETAILS:
            rest = counted(len(question.details) - MOST_DETAILS, "autre ligne", "autres lignes")
            column.addWidget(label(f"et {rest}", "small", "muted"))

    def _say(self) -> None:
        question = self.question
        if question.answer:
            self._state.show_value("l’aperçu en tient compte", icon="circle-check", tone="success")
        elif question.about in (Asked.SORTED, Asked.COPIED):
            self._state.show_value("sans réponse, rien n’en est lu", icon="help", tone="warning")
        else:
            self._state.show_value("rien n’est rattaché sans vous", icon="help", tone="warning")
        self.setAccessibleName(f"{question.label}, {question.sentence}")

    def _answer(self, key: str) -> None:
        if key != self.question.answer:
            self.answered.emit(self.question.key, key)

    def _move(self, place: int, step: int) -> None:
        self.tiles[(place + step) % len(self.tiles)].setFocus(Qt.FocusReason.TabFocusReason)


class QuestionBar(QFrame):
    """How many questions wait. `suggestions_taken`, or `next_asked` to go to the next one."""

    suggestions_taken = Signal()
    next_asked = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        theme = context.theme
        self._said = label("", "small", wrap=True)
        self.take = button(theme, "Répondre comme proposé", small=True, clicked=self.suggestions_taken.emit)
        self.next = button(theme, "Voir la question", small=True, clicked=self.next_asked.emit)
        self.setProperty("role", "banner")
        self.setProperty("tone", "info")
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(12), theme.px(6), theme.px(11), theme.px(6))
        row.setSpacing(theme.px(10))
        row.addWidget(self._said, 1)
        row.addWidget(self.take)
        row.addWidget(self.next)
        self.hide()

    def show_waiting(self, waiting: list[Question]) -> None:
        """None hides the bar."""
        questions = counted(len(waiting), "question attend une réponse", "questions attendent une réponse")
        said = f"{questions}. Rien n’est rattaché sans vous."
        self._said.setText(said)
        self.setAccessibleName(said)
        suggested = sum(1 for one in waiting if one.suggested)
        self.take.setVisible(suggested > 1)
        self.take.setText(f"Répondre aux {suggested} comme proposé")
        self.next.setText("Voir la question" if len(waiting) == 1 else "Voir la suivante")
        self.setVisible(bool(waiting))


class UndoneBar(QFrame):
    """What colleagues took back, told as a whole, with one gesture to put it back. `restored`, or `let_go`."""

    restored = Signal()
    let_go = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        theme = context.theme
        self._said = label("", "small", wrap=True)
        self.put_back = button(theme, "Tout rétablir", small=True, clicked=self.restored.emit)
        self.accept = button(theme, "Accepter l’annulation", small=True, clicked=self.let_go.emit)
        self.setProperty("role", "banner")
        self.setProperty("tone", "warning")
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(12), theme.px(6), theme.px(11), theme.px(6))
        row.setSpacing(theme.px(10))
        row.addWidget(self._said, 1)
        row.addWidget(self.put_back)
        row.addWidget(self.accept)
        self.hide()

    def show_undone(self, who: str, count: int, kept: int) -> None:
        """`kept` of the `count` values are to be put back; 0 values hide the bar."""
        goes = counted(count, "valeur d’ici serait remise", "valeurs d’ici seraient remises")
        said = f"Annulé par {who}{NBSP}: {goes} à ce qu’{'elle était' if count == 1 else 'elles étaient'}."
        if kept == count:
            back = "Elle sera rétablie" if count == 1 else "Elles seront toutes rétablies"
            said = f"Annulé par {who}. {back} par cet import, {who} le verra au prochain échange."
        self._said.setText(said)
        self.setAccessibleName(said)
        self.put_back.setVisible(kept < count)
        self.accept.setVisible(kept > 0)
        self.setVisible(bool(count))
