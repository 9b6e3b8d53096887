"""Small windows that ask for one value: a new échéance, a porteur, a territory, a place in the plan."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QVBoxLayout, QWidget

from app.formatting import NBSP, format_date
from app.models.fields import Field, Kind
from app.services.queries.plan_index import PlanIndex
from app.ui.context import Context
from app.ui.editing import sources_of
from app.ui.forms.form import make_editor
from app.ui.forms.link_editors import TreePopup
from app.ui.widgets.buttons import button
from app.ui.widgets.labels import label


class ValuePopup(QFrame):
    """One editor, « Appliquer », and shortcuts; `chosen(value)` once, then it closes."""

    chosen = Signal(object)

    def __init__(
        self, context: Context, parent: QWidget, title: str, field: Field, *, value: Any = None,
        quick: Sequence[tuple[str, Any]] = (),
    ) -> None:  # fmt: skip
        """`quick` are (word, value) that one click chooses."""
        super().__init__(parent, Qt.WindowType.Popup)
        theme = context.theme
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setProperty("role", "popup")
        self.setAccessibleName(title)
        self.editor = make_editor(theme, field, sources_of(context, field))
        self.editor.set_value(value)
        self.apply = button(theme, "Appliquer", kind="primary", clicked=self._apply)
        column = QVBoxLayout(self)
        inset = theme.px("space.inset")
        column.setContentsMargins(inset, inset, inset, inset)
        column.setSpacing(theme.px("space.unit"))
        column.addWidget(label(title, "strong"))
        if quick:
            line = QHBoxLayout()
            line.setSpacing(theme.px(4))
            for word, known in quick:
                line.addWidget(button(theme, word, small=True, clicked=lambda known=known: self._choose(known)))
            line.addStretch(1)
            column.addLayout(line)
        row = QHBoxLayout()
        row.setSpacing(theme.px("space.unit"))
        row.addWidget(self.editor, 1)
        row.addWidget(self.apply, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(row)
        self.setMinimumWidth(theme.px(320))

    def open_under(self, part: QWidget) -> None:
        """Show it under `part`, ready to type."""
        self.adjustSize()
        place = part.mapToGlobal(QPoint(0, part.height() + 2))
        screen = part.screen().availableGeometry()
        place.setX(max(screen.left(), min(place.x(), screen.right() - self.width())))
        if place.y() + self.height() > screen.bottom():
            place.setY(part.mapToGlobal(QPoint(0, 0)).y() - self.height() - 2)
        self.move(place)
        self.show()
        self.editor.setFocus()

    def keyPressEvent(self, event: Any) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._apply()
        else:
            super().keyPressEvent(event)

    def _apply(self) -> None:
        if self.editor.is_valid():
            self._choose(self.editor.value())

    def _choose(self, value: Any) -> None:
        self.close()
        self.chosen.emit(value)


def ask_end(
    context: Context, parent: QWidget, under: QWidget, end: date | None, then: Callable[[date], None]
) -> ValuePopup:
    """Ask for a new échéance; the shortcuts count from today when the one known is past."""
    today = context.clock().date()
    start = max(end or today, today)
    quick = [
        ("+ 15 jours", start + timedelta(days=15)),
        ("+ 1 mois", _months_later(start, 1)),
        ("+ 3 mois", _months_later(start, 3)),
        ("Fin d’année", date(start.year, 12, 31)),
    ]
    field = Field("end", Kind.DATE, "Nouvelle échéance", required=True)
    title = f"Reporter l’échéance{f' du {format_date(end)}' if end else ''}"
    popup = ValuePopup(context, parent, title, field, value=end, quick=quick)
    popup.chosen.connect(then)
    popup.open_under(under)
    return popup


def ask_territory(
    context: Context, parent: QWidget, under: QWidget, field: Field, then: Callable[[str], None]
) -> TreePopup:
    """Ask for a territory, in the tree of territories."""
    popup = TreePopup(context.theme, parent, sources_of(context, field).tree(), None, clearable=False)
    popup.picked.connect(then)
    popup.move(under.mapToGlobal(QPoint(0, under.height() + 2)))
    popup.show()
    popup.filter.setFocus()
    return popup


def place_menu(parent: QWidget, index: PlanIndex, then: Callable[[str], None]) -> QMenu:
    """The priorities and their objectives, to move actions to."""
    menu = QMenu("Déplacer vers", parent)
    for priority in index.priorities.values():
        below = menu.addMenu(f"{priority.key}  {priority.short_title}")
        below.addAction("Sans objectif").triggered.connect(lambda _checked=False, key=priority.id: then(key))
        below.addSeparator()
        for node in index.objectives.values():
            if node.priority == priority.id:
                text = f"{node.number}{NBSP} {node.title}"
                below.addAction(text).triggered.connect(lambda _checked=False, key=node.id: then(key))
    return menu


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    return day
