"""The columns of a foreign table, one line each: what it holds, the field it gives, and how sure that is."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QVBoxLayout

from app.exchange.foreign_guess import ColumnGuess, State
from app.exchange.foreign_mapping import is_wide
from app.exchange.foreign_words import BESIDE
from app.exchange.workbook import column_letters
from app.formatting import NBSP
from app.models import registry
from app.ui.forms.inputs import ChoiceInput
from app.ui.theme import Theme
from app.ui.widgets.labels import ElidedLabel, StatusWord, label

NOT_READ = "Ne pas importer"
_STATES = {
    State.SURE: ("reconnue", "circle-check", "success"),
    State.CHECK: ("à vérifier", "alert-triangle", "warning"),
    State.UNKNOWN: ("non importée", "minus", "neutral"),
}
_CHOSEN = ("choisie", "user-check", "success")


class ColumnLine(QObject):
    """The parts of the line of one column. `chosen(column)` when its field changes."""

    chosen = Signal(int)

    def __init__(self, theme: Theme, guess: ColumnGuess, fields: Sequence[tuple[str, str]], parent: QObject) -> None:
        super().__init__(parent)
        self.guess = guess
        self.letter = label(column_letters(guess.column), "small", "muted")
        self.name = ElidedLabel(theme, guess.key, "cell_strong")
        self.samples = ElidedLabel(theme, " · ".join(guess.samples) or "(vide)", "cell_small", "text_muted")
        self.box = ChoiceInput(theme)
        self.box.setProperty("small", True)
        self.box.setAccessibleName(f"Champ que donne la colonne {guess.key}")
        self.box.addItem(NOT_READ, "")
        for path, words in fields:
            self.box.addItem(words, path)
        self.state = StatusWord(theme)
        self.show_path(guess.path)
        self.box.currentIndexChanged.connect(self._choose)

    @property
    def path(self) -> str:
        return str(self.box.currentData() or "")

    def show_path(self, path: str) -> None:
        """Give the column a field without telling anyone."""
        self.box.blockSignals(True)
        self.box.setCurrentIndex(max(0, self.box.findData(path)))
        self.box.blockSignals(False)
        self._show_state()

    def _choose(self, _place: int) -> None:
        self._show_state()
        self.chosen.emit(self.guess.column)

    def _show_state(self) -> None:
        if not self.path:
            word, icon, tone = _STATES[State.UNKNOWN]
        elif self.path == self.guess.path:
            word, icon, tone = _STATES[self.guess.state]
        else:
            word, icon, tone = _CHOSEN
        self.state.show_value(word, icon=icon, tone=tone, strong=tone == "warning")


class ColumnList(QScrollArea):
    """Every column of a table. `changed()` when one gives another field."""

    changed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.lines: dict[int, ColumnLine] = {}
        self._entity = ""
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def show_guesses(self, guesses: Sequence[ColumnGuess], entity: str) -> None:
        theme = self._theme
        self._entity = entity
        fields = fields_of(entity)
        ground = QFrame()
        ground.setProperty("role", "surface")
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.px(12))
        grid.setVerticalSpacing(theme.px(6))
        for place, (words, stretch) in enumerate(
            (("", 0), ("Colonne", 3), ("Ce qu’elle contient", 4), ("Champ", 3), ("", 0))
        ):
            grid.addWidget(label(words, "small", "muted"), 0, place)
            grid.setColumnStretch(place, stretch)
        self.lines = {}
        for row, guess in enumerate(guesses, start=1):
            line = ColumnLine(theme, guess, fields, ground)
            line.chosen.connect(self._hear)
            for place, part in enumerate((line.letter, line.name, line.samples, line.box, line.state)):
                grid.addWidget(part, row, place)
            line.state.setMinimumWidth(theme.px(112))
            self.lines[guess.column] = line
        column = QVBoxLayout(ground)
        column.setContentsMargins(theme.px("space.page"), theme.px(8), theme.px("space.gap"), theme.px(12))
        column.addLayout(grid)
        column.addStretch(1)
        self.setWidget(ground)

    def columns(self) -> dict[str, str]:
        """Heading → field, as chosen."""
        return {line.guess.key: line.path for line in self.lines.values()}

    def _hear(self, column: int) -> None:
        """A field is given by one column, unless they are years: the other one gives it up."""
        chosen = self.lines[column]
        same = [one for one in self.lines.values() if one.path and one.path == chosen.path]
        if len(same) > 1 and not is_wide(self._entity, chosen.path, [one.guess.key for one in same]):
            for line in same:
                if line is not chosen:
                    line.show_path("")
        self.changed.emit()


def fields_of(entity: str) -> list[tuple[str, str]]:
    """(path, words) of the fields that a column may give."""
    declared = registry.entity(entity)
    found = [(one.key, one.label) for one in declared.shown_fields]
    for beside in BESIDE.get(entity, ()):
        other = registry.entity(beside)
        found += [
            (f"{beside}.{one.key}", f"{other.label}{NBSP}: {one.label[:1].lower()}{one.label[1:]}")
            for one in other.shown_fields
            if one.target != entity
        ]
    return found
