"""Pages and the way between them: the contract of a page, of a record view, and the navigator.

Requests go up through the navigator; pages never know each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFrame, QWidget

if TYPE_CHECKING:
    from app.ui.context import Context
    from app.ui.widgets.side_panel import SidePanel


@dataclass(frozen=True, slots=True)
class PageEntry:
    """A line of the table of pages. `load` is `module:Class`, imported at the first visit.

    `gathers` are the entities whose records this page lists: `open_record` goes there first.
    """

    key: str
    word: str
    icon: str
    load: str
    gathers: tuple[str, ...] = ()
    in_rail: bool = True

    def make(self, context: Context) -> Page:
        return load_class(self.load)(context)


@dataclass(frozen=True, slots=True)
class Place:
    """Where one is: a page, its filter, and the record open beside it."""

    page: str
    filter: Mapping[str, Any] = field(default_factory=dict)
    entity: str = ""
    id: str = ""


class Page(QFrame):
    """Base of a page. The frame makes it at the first visit, then calls `build`, `show_filter` and `reload`.

    `role` is the background: `surface` for one tool, `window` for a set of cards.
    """

    role = "surface"

    #: The texts of the status bar changed.
    status_changed = Signal()
    #: The rows listed changed, or their order: the panel's « 9 / 46 » follows.
    rows_changed = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.context = context
        self.theme = context.theme
        self.setProperty("role", self.role)
        # A click beside the fields leaves them, which commits what was typed.
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._stale: list[Any] = []

    # -- to write in each page ------------------------------------------------------------------------------------

    def build(self) -> None:
        """Make the widgets; called once, before the first showing."""

    def show_filter(self, **filter: Any) -> None:
        """Show what a link asked for (`status="late"`, `view="gantt"`); called before `reload`."""

    def reload(self, changes: Any = None) -> None:
        """Read again what `changes` touch (a ChangeSet), everything when None."""

    def waiting(self) -> str:
        """What closing the window now would lose and nothing else keeps, in a sentence; "" for nothing."""
        return ""

    def is_writing(self) -> bool:
        """True while a task of this page writes in the notebook: the window stays open."""
        return False

    def is_current(self) -> bool:
        """False while a page that reads in several turns is not done: what it shows may be older than the notebook."""
        return True

    def status_text(self) -> tuple[str, str]:
        """Left and right of the status bar: « 46 actions · 3 en retard », « Sélection : 1 »."""
        return "", ""

    def record_ids(self) -> Sequence[str]:
        """The records listed, in order: next and previous of the panel walk along them."""
        return ()

    def show_record(self, entity: str, id: str) -> None:
        """Mark the record that was opened, when it is listed here."""

    def create(self) -> None:
        """The main gesture of the page (Ctrl+N)."""

    def focus_filter(self) -> None:
        """Put the keyboard in the filter (Ctrl+F)."""

    def print_page(self) -> None:
        """Print or preview what the page shows (Ctrl+P without an open record)."""

    def take_focus(self) -> None:
        """Receive the keyboard when the page is shown: its list, or the page itself."""
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def leave(self) -> bool:
        """Before another page or closing: commit drafts. False refuses to leave (never without a reason shown)."""
        return True

    # -- used by the frame ----------------------------------------------------------------------------------------

    def hear(self, changes: Any) -> None:
        """Reload now when visible, at the next showing otherwise."""
        if self.isVisible():
            self.reload(changes)
            self.status_changed.emit()
        else:
            self._stale.append(changes)

    def catch_up(self) -> None:
        """Reload what changed while the page was hidden."""
        if self._stale:
            # Several changes at once: reading everything costs less than each in turn.
            changes = self._stale[0] if len(self._stale) == 1 else None
            self._stale.clear()
            self.reload(changes)
            self.status_changed.emit()


class RecordView(QObject):
    """Base of what fills the side panel for one entity (fiche action, fiche partenaire…)."""

    entity = ""

    def __init__(self, context: Context, panel: SidePanel) -> None:
        super().__init__()
        self.context = context
        self.theme = context.theme
        self.panel = panel
        self.record_id = ""

    def show_record(self, id: str) -> None:
        """Fill the panel with this record."""

    def reload(self, changes: Any) -> None:
        """Read the shown record again when `changes` touch it."""

    def leave(self) -> bool:
        """Before another record: commit drafts. False refuses."""
        return True

    def print_record(self) -> None:
        """Print this record (Ctrl+P)."""


class Navigator(QObject):
    """Where one is and was. Pages ask; the main window shows."""

    #: The window must show this place.
    moved = Signal(object)
    #: The record panel must close.
    closed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._places: list[Place] = []
        self._now = -1
        self._homes: dict[str, str] = {}

    def set_homes(self, homes: Mapping[str, str]) -> None:
        """entity → key of the page that lists it."""
        self._homes = dict(homes)

    @property
    def place(self) -> Place:
        """Where one is."""
        return self._places[self._now] if self._places else Place("")

    def go(self, page: str, **filter: Any) -> None:
        """Go to a page, with what it must show."""
        self._move(Place(page, filter))

    def open_record(self, entity: str, id: str, *, stay: bool = True) -> None:
        """Open a record beside the page; with `stay` False, first go to the page that lists it."""
        here = self.place
        page = here.page if stay and here.page else self._homes.get(entity, here.page)
        kept = here.filter if page == here.page else {}
        if here.page == page and here.entity:
            # Walking along a list is one place: « back » leaves the list, not each row.
            self._places[self._now] = Place(page, kept, entity, id)
            self.moved.emit(self.place)
        else:
            self._move(Place(page, kept, entity, id))

    def close_record(self) -> None:
        """Close the panel, stay on the page."""
        here = self.place
        if here.entity:
            self._places[self._now] = Place(here.page, here.filter)
            self.closed.emit()

    def can_go_back(self) -> bool:
        return self._now > 0

    def can_go_forward(self) -> bool:
        return self._now < len(self._places) - 1

    def back(self) -> None:
        """Alt+Left."""
        if self.can_go_back():
            self._now -= 1
            self.moved.emit(self.place)

    def forward(self) -> None:
        """Alt+Right."""
        if self.can_go_forward():
            self._now += 1
            self.moved.emit(self.place)

    def _move(self, place: Place) -> None:
        if place == self.place:
            self.moved.emit(place)
            return
        self._places = [*self._places[: self._now + 1], place][-100:]
        self._now = len(self._places) - 1
        self.moved.emit(place)


def load_class(name: str) -> Any:
    """The class named `module:Class`."""
    module, _, word = name.partition(":")
    return getattr(import_module(module), word)


def is_inside(part: QWidget | None, whole: QWidget) -> bool:
    """True when `part` is `whole` or one of its descendants."""
    return part is not None and (part is whole or whole.isAncestorOf(part))
