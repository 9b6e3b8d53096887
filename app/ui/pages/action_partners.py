"""The partners of an action: who, in which role; added by typing a name, opened by a click."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.formatting import NBSP
from app.models import registry
from app.services import plan_gestures, records
from app.services.action_partners import DEFAULT_ROLE, Partner
from app.ui import painting
from app.ui.context import Context
from app.ui.editing import sources_of
from app.ui.forms.inputs import LineInput
from app.ui.forms.link_editors import OptionInput
from app.ui.pages.action_parts import Part, ink, keep_quiet
from app.ui.theme import Theme
from app.ui.widgets.buttons import button, icon_button
from app.ui.widgets.labels import label
from app.ui.widgets.top_bar import hairline

Try = Callable[[Callable[[], Any]], Any]


class NameLink(QAbstractButton):
    """The name of a record one opens, cut on the right when room lacks."""

    def __init__(self, theme: Theme, text: str) -> None:
        super().__init__()
        self._theme = theme
        self.setText(text)
        self.setAccessibleName(f"Ouvrir {text}")
        self.setToolTip(f"Ouvrir {text}")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        width = painting.metrics(self._theme.font("body")).horizontalAdvance(self.text())
        return QSize(width + self._theme.px(6), self._theme.px("height.control"))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint().boundedTo(QSize(self._theme.px(120), self.sizeHint().height()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, rect = self._theme, self.rect()
        painter = QPainter(self)
        font = QFont(theme.font("body"))
        font.setUnderline(self.underMouse())
        painter.setFont(font)
        painter.setPen(theme.colour("accent"))
        inside = rect.adjusted(theme.px(2), 0, -theme.px(2), 0)
        painter.drawText(inside, painting.LEFT, painting.elided(self.text(), theme.font("body"), inside.width()))
        if self.hasFocus():
            painting.paint_focus(painter, theme, rect)


class PartnerLine(QWidget):
    """A structure one opens, the role it has, and the way to take it out."""

    opened = Signal(str)

    def __init__(self, context: Context, partner: Partner, do: Try) -> None:
        super().__init__()
        theme = context.theme
        self._context, self._do = context, do
        self.partner = partner
        self.name = NameLink(theme, partner.label)
        self.name.clicked.connect(lambda _checked=False: self.opened.emit(partner.organisation))
        self.role = LineInput()
        self.role.setProperty("quiet", True)
        self.role.setText(partner.role)
        self.role.setCursorPosition(0)
        self.role.setToolTip(partner.role)
        self.role.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.role.setAccessibleName(f"Rôle de {partner.label}")
        self.remove = icon_button(theme, "x", f"Retirer {partner.label}", size=14, clicked=self._remove)
        line = QHBoxLayout()
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme.px(4))
        line.addWidget(self.name)
        line.addWidget(self.role, 1)
        line.addWidget(self.remove)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(line)
        column.addWidget(hairline(theme))
        self.role.setFont(theme.font("cell"))
        ink(theme, self.role, "text_muted")
        keep_quiet(self, self.remove)
        self.role.left.connect(self._change_role)

    def leave(self) -> None:
        self._change_role()

    def _change_role(self) -> None:
        role = " ".join(self.role.text().split()) or DEFAULT_ROLE
        if role != self.partner.role:
            self._do(lambda: plan_gestures.change_role(self._context.store, self.partner.row, role))

    def _remove(self) -> None:
        self._do(lambda: records.delete(self._context.store, "action_partner", [self.partner.row]))


class Partners(Part):
    """The partners by name, then the line in which the next one is typed."""

    opened = Signal(str)

    def __init__(self, context: Context, do: Try) -> None:
        super().__init__()
        theme = context.theme
        self._context, self._do = context, do
        self._action = ""
        self._lines: dict[str, PartnerLine] = {}
        self.add = OptionInput(sources_of(context, registry.field("action_partner", "organisation")))
        self.add.setProperty("quiet", True)
        self.add.setPlaceholderText("Ajouter une structure…")
        self.add.setAccessibleName("Ajouter une structure partenaire")
        self.unknown = label("", "small", "muted", wrap=True)
        self.make = button(theme, "L’ajouter à l’annuaire", kind="link", small=True, clicked=self._create)
        for part in (self.unknown, self.make):
            part.hide()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        line = QHBoxLayout()
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(0)
        plus = icon_button(theme, "plus", "Écrire le nom d’une structure", clicked=self.add.setFocus)
        plus.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        line.addWidget(plus)
        line.addWidget(self.add, 1)
        self._column.addLayout(line)
        help_line = QHBoxLayout()
        help_line.addWidget(self.unknown, 1)
        help_line.addWidget(self.make)
        self._column.addLayout(help_line)
        self.add.picked.connect(lambda id, _word: self._join(id))
        self.add.returnPressed.connect(self._look)
        self.add.textEdited.connect(lambda _text: self._forget_unknown())

    def show_partners(self, action: str, partners: tuple[Partner, ...]) -> None:
        """Show the partners of an action."""
        if action != self._action:
            self.add.clear()
            self._forget_unknown()
        self._action = action
        for gone in [row for row, line in self._lines.items() if line.partner not in partners]:
            line = self._lines.pop(gone)
            self._column.removeWidget(line)
            line.hide()
            line.deleteLater()
        for place, partner in enumerate(partners):
            line = self._lines.get(partner.row)
            if line is None:
                line = self._lines[partner.row] = PartnerLine(self._context, partner, self._do)
                line.opened.connect(self.opened)
            if self._column.indexOf(line) != place:
                self._column.removeWidget(line)
                self._column.insertWidget(place, line)

    def leave(self) -> bool:
        """Keep the roles typed."""
        for line in list(self._lines.values()):
            line.leave()
        return True

    def ask(self) -> None:
        """Ready to type a name."""
        self.add.setFocus()

    def lines(self) -> list[PartnerLine]:
        return list(self._lines.values())

    def _join(self, organisation: str) -> None:
        made = self._do(lambda: plan_gestures.add_partner(self._context.store, self._action, organisation))
        # The completer writes the word after this signal: clear it when it has.
        self.add.clear()
        self._forget_unknown()
        if made in self._lines:
            self._lines[made].role.setFocus()
            self._lines[made].role.selectAll()

    def _look(self) -> None:
        text = self.add.text().strip()
        found = self.add.exact(text) if text else None
        if found is not None:
            self._join(found[0])
        elif text:
            self.unknown.setText(f"Aucune structure ne s’appelle «{NBSP}{text}{NBSP}».")
            self.unknown.show()
            self.make.show()

    def _create(self) -> None:
        name = " ".join(self.add.text().split())
        if self._do(lambda: plan_gestures.add_organisation(self._context.store, self._action, name)):
            self.add.clear()
            self._forget_unknown()

    def _forget_unknown(self) -> None:
        self.unknown.hide()
        self.make.hide()
