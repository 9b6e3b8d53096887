"""The one way in which screens hear about data: a commit, told once, on the window's thread."""

from typing import Any, Protocol

from PySide6.QtCore import QObject, Signal


class Committing(Protocol):
    """The part of the store that the bus listens to."""

    def on_commit(self, callback: Any) -> Any: ...

    def on_failure(self, callback: Any) -> Any: ...


class Bus(QObject):
    """`committed(changes)` after every gesture: edit, undo, import. A page asks `changes.touches("action")`.

    A commit made by a worker is delivered on the thread of the bus, through the event queue.
    """

    committed = Signal(object)
    #: The disk refused a gesture (a PlaceFails): whoever asked says so beside it, the window says it is not saved.
    failed = Signal(object)
    _heard = Signal(object)
    _heard_failing = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._heard.connect(self.committed)
        self._heard_failing.connect(self.failed)

    def listen(self, store: Committing) -> None:
        """Tell the commits of this store, and what its disk refuses."""
        store.on_commit(self._heard.emit)
        store.on_failure(self._heard_failing.emit)
