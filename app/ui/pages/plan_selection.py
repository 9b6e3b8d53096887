"""The bar of what is done to several actions at once; it takes the place of the filters while some are chosen."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu

from app.errors import KnownError
from app.formatting import counted
from app.models import registry
from app.models.fields import Value
from app.services import plan_gestures, records
from app.services.queries.plan_index import PlanIndex
from app.ui.context import Context
from app.ui.pages.plan_popups import ValuePopup, ask_end, ask_territory, place_menu
from app.ui.widgets.buttons import button, icon_button
from app.ui.widgets.labels import label

ACTION = registry.entity("action")


class SelectionBar(QFrame):
    """« 12 actions choisies » and the gestures; each is one gesture of the log, told by `refused` when it fails."""

    cleared = Signal()
    refused = Signal(str, str)
    #: The ids of fresh copies.
    copied = Signal(list)

    def __init__(self, context: Context, index: Callable[[], PlanIndex]) -> None:
        super().__init__()
        self._context = context
        self._index = index
        self._ids: tuple[str, ...] = ()
        theme = context.theme
        self.setProperty("role", "filter_bar")
        self.setFixedHeight(theme.px("height.filter_bar"))
        self.count = label("", "strong")
        self.status = button(theme, "État", small=True, clicked=self._open_status)
        self.end = button(theme, "Échéance", small=True, clicked=self._ask_end)
        self.promoter = button(theme, "Porteur", small=True, clicked=self._ask_promoter)
        self.territory = button(theme, "Territoire", small=True, clicked=self._ask_territory)
        self.other = button(theme, "Autre…", small=True, clicked=self._open_other)
        self.copy = icon_button(theme, "copy", "Dupliquer", shortcut="Ctrl+D", clicked=self.duplicate)
        self.bin = icon_button(theme, "trash", "Supprimer", shortcut="Del", clicked=self.delete)
        self.close_all = icon_button(theme, "x", "Ne plus rien choisir", clicked=self.cleared.emit)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px("space.page"), 0, theme.px("space.gap"), theme.px(2))
        row.setSpacing(theme.px("space.unit"))
        row.addWidget(self.count)
        row.addSpacing(theme.px("space.unit"))
        for part in (self.status, self.end, self.promoter, self.territory, self.other):
            row.addWidget(part)
        row.addStretch(1)
        for part in (self.copy, self.bin, self.close_all):
            row.addWidget(part)
        self.hide()

    def show_ids(self, ids: Sequence[str]) -> None:
        """What the gestures are about; hidden when empty."""
        self._ids = tuple(ids)
        words = "choisies" if len(ids) > 1 else "choisie"
        self.count.setText(f"{counted(len(ids), 'action')} {words}")
        self.setAccessibleName(self.count.text())
        self.setVisible(bool(ids))

    # -- gestures -----------------------------------------------------------------------------------------------------

    def give(self, **values: Value) -> None:
        """Give every chosen action these values."""
        self._do(lambda: records.update_many(self._context.store, "action", self._ids, values))

    def postpone(self, end: object) -> None:
        self._do(lambda: plan_gestures.postpone(self._context.store, self._ids, end))  # type: ignore[arg-type]

    def move(self, home: str) -> None:
        self._do(lambda: plan_gestures.move_actions(self._context.store, self._ids, home))

    def add_territory(self, territory: str) -> None:
        if territory:
            self._do(lambda: plan_gestures.link_many(self._context.store, self._ids, "territories", territory))

    def duplicate(self) -> None:
        copies: list[str] = []
        context = self._context

        def copy() -> None:
            copies.extend(plan_gestures.duplicate_actions(context.store, self._ids, district=context.quarter))

        if self._do(copy):
            self.copied.emit(copies)

    def delete(self) -> None:
        if self._ids:
            self._do(lambda: records.delete(self._context.store, "action", self._ids))

    # -- inside -------------------------------------------------------------------------------------------------------

    def _do(self, gesture: Callable[[], object]) -> bool:
        try:
            gesture()
        except KnownError as error:
            self.refused.emit(error.message, error.advice)
            return False
        return True

    def _open_status(self) -> None:
        menu = QMenu(self)
        for choice in ACTION.fields["status"].choices:
            action = menu.addAction(choice.label)
            action.setIcon(self._context.theme.icon(self._context.theme.status(choice.code).icon))
            action.triggered.connect(lambda _checked=False, code=choice.code: self.give(status=code))
        self._popup(menu, self.status)

    def _ask_end(self) -> None:
        ask_end(self._context, self, self.end, None, self.postpone)

    def _ask_promoter(self) -> None:
        self._ask("promoter", "Porteur des actions choisies", self.promoter)

    def _ask_territory(self) -> None:
        ask_territory(self._context, self, self.territory, ACTION.fields["territories"], self.add_territory)

    def _open_other(self) -> None:
        menu = QMenu(self)
        menu.addMenu(place_menu(menu, self._index(), self.move))
        for key in ("progress", "kind", "lead", "participation"):
            word = ACTION.fields[key].label
            menu.addAction(f"{word}…").triggered.connect(
                lambda _checked=False, key=key, word=word: self._ask(key, word, self.other)
            )
        self._popup(menu, self.other)

    def _ask(self, key: str, title: str, under: object) -> None:
        popup = ValuePopup(self._context, self, title, ACTION.fields[key])
        popup.chosen.connect(lambda value: self.give(**{key: value}))
        popup.open_under(under)

    def _popup(self, menu: QMenu, under: object) -> None:
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(under.mapToGlobal(QPoint(0, under.height() + 2)))
