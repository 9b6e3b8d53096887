"""Waiting for the first paint of a window, so that what is long begins once there is something to see."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QWidget

#: A window that is never exposed (opened minimised, on another desktop) must not keep what follows from beginning.
PATIENCE_MS = 500


def after_first_paint(window: QWidget, then: Callable[[], object]) -> None:
    """Call `then` once, when `window`, already shown, has been painted; soon in any case.

    A timer of zero would not do: it is served before the window system says that the window is on the screen.
    """
    _FirstPaint(window, then)


class _FirstPaint(QObject):
    def __init__(self, window: QWidget, then: Callable[[], object]) -> None:
        super().__init__(window)
        self._then = then
        self._handle = window.windowHandle()
        self._handle.installEventFilter(self)
        QTimer.singleShot(PATIENCE_MS, self, self._begin)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Expose and self._handle is not None and self._handle.isExposed():
            # The exposure paints when this filter has let it through: the next turn comes after.
            QTimer.singleShot(0, self, self._begin)
        return False

    def _begin(self) -> None:
        if self._handle is not None:
            self._handle.removeEventFilter(self)
            self._handle = None
            self.deleteLater()
            self._then()
