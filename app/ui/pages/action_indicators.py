"""The indicators that an action feeds: opened by a click, linked by typing a name, taken out by a cross."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.formatting import NBSP
from app.models import registry
from app.services import plan_gestures
from app.services.queries.action import LinkedIndicator
from app.ui.context import Context
from app.ui.editing import sources_of
from app.ui.forms.link_editors import OptionInput
from app.ui.pages.action_parts import Part, keep_quiet
from app.ui.pages.record_lines import Linked, LinkLine
from app.ui.widgets.buttons import icon_button
from app.ui.widgets.labels import label

Try = Callable[[Callable[[], Any]], Any]


class IndicatorLine(QWidget):
    """An indicator with its last value and what is aimed at, and the way to take it out."""

    def __init__(self, context: Context, shown: LinkedIndicator) -> None:
        super().__init__()
        self.shown = shown
        self.link = LinkLine(context.theme, Linked("indicator", shown.id, shown.title, shown.last, shown.aim))
        self.remove = icon_button(context.theme, "x", f"Retirer {shown.title}", size=14)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(0)
        line.addWidget(self.link, 1)
        line.addWidget(self.remove, 0, Qt.AlignmentFlag.AlignTop)
        keep_quiet(self, self.remove)


class Indicators(Part):
    """The indicators linked, then the line in which the next one is found by typing."""

    opened = Signal(str)

    def __init__(self, context: Context, do: Try) -> None:
        super().__init__()
        self._context, self._do = context, do
        self._action = ""
        self._lines: list[IndicatorLine] = []
        self.add = OptionInput(sources_of(context, registry.field("measurement", "indicator")))
        self.add.setProperty("quiet", True)
        self.add.setPlaceholderText("Relier un indicateur…")
        self.add.setAccessibleName("Relier un indicateur, chercher par son intitulé ou son code")
        self.unknown = label("", "small", "muted", wrap=True)
        self.unknown.hide()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        line = QHBoxLayout()
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(0)
        plus = icon_button(context.theme, "plus", "Écrire le nom d’un indicateur", clicked=self.add.setFocus)
        plus.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        line.addWidget(plus)
        line.addWidget(self.add, 1)
        self._column.addLayout(line)
        self._column.addWidget(self.unknown)
        self.add.picked.connect(lambda id, _word: self._link(id))
        self.add.returnPressed.connect(self._look)
        self.add.textEdited.connect(lambda _text: self.unknown.hide())

    def show_indicators(self, action: str, indicators: tuple[LinkedIndicator, ...]) -> None:
        """Show the indicators of an action."""
        if action != self._action:
            self.add.clear()
            self.unknown.hide()
        self._action = action
        if [line.shown for line in self._lines] == list(indicators):
            return
        for line in self._lines:
            self._column.removeWidget(line)
            line.hide()
            line.deleteLater()
        self._lines = [IndicatorLine(self._context, one) for one in indicators]
        for place, line in enumerate(self._lines):
            line.link.clicked.connect(lambda _checked=False, id=line.shown.id: self.opened.emit(id))
            line.remove.clicked.connect(lambda _checked=False, id=line.shown.id: self._unlink(id))
            self._column.insertWidget(place, line)

    def ask(self) -> None:
        """Ready to type a name."""
        self.add.setFocus()

    def lines(self) -> list[IndicatorLine]:
        return self._lines

    def _link(self, indicator: str) -> None:
        self._do(lambda: plan_gestures.link_indicator(self._context.store, self._action, indicator))
        # The completer writes the word after this signal: clear it when it has.
        self.add.clear()
        self.unknown.hide()

    def _unlink(self, indicator: str) -> None:
        self._do(lambda: plan_gestures.unlink_indicator(self._context.store, self._action, indicator))
        self.add.setFocus()

    def _look(self) -> None:
        """Enter: the one indicator that answers to what is typed; which one is asked when they are several."""
        text = self.add.text().strip()
        found = self.add.look_up(text) if text else ()
        if len(found) == 1:
            self._link(found[0][0])
        elif text:
            wrong = "Plusieurs indicateurs répondent" if found else "Aucun indicateur ne répond"
            self.unknown.setText(f"{wrong} à «{NBSP}{text}{NBSP}»{NBSP}: choisissez dans la liste.")
            self.unknown.show()
