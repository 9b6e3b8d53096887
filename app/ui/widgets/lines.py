"""Thin lines that tell what goes on: progress, loading, and what can be taken back."""

from PySide6.QtCore import QElapsedTimer, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QWidget

from app.formatting import NBSP
from app.ui import painting
from app.ui.theme import Theme
from app.ui.widgets.buttons import button, icon_button
from app.ui.widgets.labels import label

UNDO_SECONDS = 8
LOADING_AFTER_MS = 150
SENTENCE_AFTER_MS = 1000


class ProgressBar(QWidget):
    """A thin bar; `share` from 0 to 1. Its number stands beside it, written by the page."""

    def __init__(self, theme: Theme, share: float = 0.0, *, colour: str = "accent", width: int = 72) -> None:
        """`width` in pixels at 100 %; 0: all the room there is."""
        super().__init__()
        self._theme = theme
        self._colour = colour
        self._width = width
        self._share = share
        policy = QSizePolicy.Policy.Fixed if width else QSizePolicy.Policy.Expanding
        self.setSizePolicy(policy, QSizePolicy.Policy.Fixed)
        self.show_share(share)

    def show_share(self, share: float, *, colour: str = "") -> None:
        self._share = share
        self._colour = colour or self._colour
        self.setAccessibleName(f"Avancement{NBSP}: {round(share * 100)}{NBSP}%")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(self._width), self._theme.px(12))

    def paintEvent(self, event: QPaintEvent) -> None:
        painting.paint_progress(QPainter(self), self._theme, self.rect(), self._share, self._colour)


class LoadingLine(QWidget):
    """Two pixels of accent under the top bar: nothing before 150 ms, then the part done, or a moving piece."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._share: float | None = None
        self._busy = False
        self._since = QElapsedTimer()
        self._timer = QTimer(self, interval=40)
        self._timer.timeout.connect(self.update)
        self.setFixedHeight(2)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def begin(self) -> None:
        self._busy, self._share = True, None
        self._since.start()
        self._timer.start()

    def advance(self, share: float | None) -> None:
        """The part done, 0 to 1; None when it is not known."""
        self._share = share

    def end(self) -> None:
        self._busy = False
        self._timer.stop()
        self.update()

    def is_busy(self) -> bool:
        return self._busy

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._busy or self._since.elapsed() < LOADING_AFTER_MS:
            return
        painter = QPainter(self)
        width = self.width()
        if self._share is not None:
            painter.fillRect(QRect(0, 0, round(width * self._share), 2), self._theme.colour("accent"))
            return
        piece = width // 4
        left = (self._since.elapsed() * width // 1500) % (width + piece) - piece
        painter.fillRect(QRect(left, 0, piece, 2), self._theme.colour("accent"))


class UndoLine(QFrame):
    """« 12 échéances reportées. Annuler », at the bottom left, for eight seconds (longer while it has the focus)."""

    undo_asked = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = label()
        self._undo = button(theme, "Annuler", kind="link", clicked=self._ask)
        self._close = icon_button(theme, "x", "Fermer ce message", clicked=self.hide)
        self._timer = QTimer(self, singleShot=True, interval=UNDO_SECONDS * 1000)
        self.setProperty("role", "popup")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(theme.px(14), theme.px(4), theme.px(4), theme.px(4))
        layout.setSpacing(theme.px(8))
        for part in (self._text, self._undo, self._close):
            layout.addWidget(part)
        self._timer.timeout.connect(self._leave)
        self.hide()

    def tell(self, sentence: str, *, undoable: bool = True) -> None:
        """Say what was done (« 12 échéances reportées. »)."""
        self._text.setText(sentence)
        self.setAccessibleName(sentence)
        self._undo.setVisible(undoable)
        self.adjustSize()
        self.show()
        self.raise_()
        self._timer.start()

    def text(self) -> str:
        return self._text.text()

    def _ask(self) -> None:
        self.hide()
        self.undo_asked.emit()

    def _leave(self) -> None:
        if self._undo.hasFocus() or self._close.hasFocus() or self.underMouse():
            self._timer.start()
        else:
            self.hide()
