"""The search of the top bar: any record or command, from the keyboard."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QLineEdit

from app.ui.theme import Theme
from app.ui.widgets.labels import label

if TYPE_CHECKING:
    from app.ui.widgets.search_popup import HitPopup


@dataclass(frozen=True, slots=True)
class Hit:
    """One answer: a record (`entity`, `id`) or a command (`command`, the key of an action)."""

    title: str
    detail: str = ""
    icon: str = "file-text"
    entity: str = ""
    id: str = ""
    command: str = ""


class SearchField(QLineEdit):
    """Type to find; arrows and Enter to open. `search(text)` gives the answers, `chosen(Hit)` says which."""

    chosen = Signal(object)

    def __init__(self, theme: Theme, search: Callable[[str], Sequence[Hit]]) -> None:
        super().__init__()
        self._theme = theme
        self._search = search
        self._icon = QLabel(self)
        self._keys = label("Ctrl+K", "small", "key")
        self._keys.setParent(self)
        self._popup: HitPopup | None = None
        self.setPlaceholderText("Rechercher une fiche ou une commande")
        self.setAccessibleName("Rechercher une fiche ou une commande")
        self.setToolTip("Rechercher (Ctrl+K)")
        self.setTextMargins(theme.px(28), 0, theme.px(60), 0)
        self.textEdited.connect(self._ask)
        theme.changed.connect(self._draw_icon)
        self._draw_icon()

    def popup(self) -> "HitPopup":
        if self._popup is None:
            # At the first search: the list costs ten milliseconds that the first window does not have.
            from app.ui.widgets.search_popup import HitPopup

            self._popup = HitPopup(self._theme, self)
            self._popup.chosen.connect(self._choose)
        return self._popup

    def ask_focus(self) -> None:
        """The gesture of Ctrl+K."""
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.selectAll()

    def _ask(self, text: str) -> None:
        if text.strip():
            self.popup().show_hits(self._search(text.strip()))
        else:
            self.popup().hide()

    def _choose(self, hit: Hit) -> None:
        self.popup().hide()
        self.clear()
        self.clearFocus()
        self.chosen.emit(hit)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        popup = self._popup
        key = event.key()
        if key == Qt.Key.Key_Escape:
            if popup is not None and popup.isVisible():
                popup.hide()
            else:
                self.clear()
                self.clearFocus()
        elif popup is not None and popup.isVisible() and key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            popup.move_by(-1 if key == Qt.Key.Key_Up else 1)
        elif popup is not None and popup.isVisible() and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            popup.choose_current()
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusOut and self._popup is not None:
            self._popup.hide()
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        size = self._keys.sizeHint()
        self._keys.setGeometry(
            self.width() - size.width() - self._theme.px(6),
            (self.height() - size.height()) // 2,
            size.width(),
            size.height(),
        )
        self._icon.setGeometry(self._theme.px(8), 0, self._theme.px(18), self.height())

    def _draw_icon(self) -> None:
        self._icon.setPixmap(self._theme.pixmap("search"))
