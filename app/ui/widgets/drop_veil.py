"""What covers a part of the window while files are dragged over it, and says what dropping them there would do."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QDropEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app.ui import painting
from app.ui.theme import Theme


class DropVeil(QWidget):
    """Lies over `home` while files are there; `dropped(paths)`. It takes what `home` and the parts inside refuse."""

    dropped = Signal(list)

    def __init__(self, theme: Theme, home: QWidget, title: str, *, hint: Callable[[list[Path]], str]) -> None:
        """`hint(paths)` gives a second line, "" for none: what to do for something else."""
        super().__init__(home)
        self._theme = theme
        self._home = home
        self._title = title
        self._hint = hint
        self._second = ""
        #: False while nothing can be dropped there (a record in the bin).
        self.takes = True
        # The part below stays the target: the veil is only looked at.
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()
        home.setAcceptDrops(True)
        home.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind in (QEvent.Type.DragEnter, QEvent.Type.DragMove):
            paths = local_files(event) if self.takes else []
            if paths:
                event.setDropAction(Qt.DropAction.CopyAction)
                event.accept()
                self._cover(paths)
                return True
        elif kind == QEvent.Type.DragLeave:
            self.hide()
        elif kind == QEvent.Type.Drop:
            self.hide()
            paths = local_files(event) if self.takes else []
            if paths:
                event.setDropAction(Qt.DropAction.CopyAction)
                event.accept()
                self.dropped.emit(paths)
                return True
        elif kind == QEvent.Type.Resize and self.isVisible():
            self.setGeometry(self._home.rect())
        return False

    def _cover(self, paths: list[Path]) -> None:
        self._second = self._hint(paths)
        if self.isHidden():
            self.setGeometry(self._home.rect())
            self.show()
            self.raise_()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        painter = QPainter(self)
        ground = theme.colour("surface")
        ground.setAlphaF(0.93)
        painter.fillRect(self.rect(), ground)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.colour("accent"), 2, Qt.PenStyle.DashLine))
        painter.setBrush(theme.colour("accent_soft"))
        edge, radius = theme.px(12), theme.px("radius.card")
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(edge, edge, -edge, -edge), radius, radius)
        side = theme.px("icon.empty")
        middle = self.rect().center()
        top = middle.y() - side - theme.px(8)
        painter.drawPixmap(middle.x() - side // 2, top, theme.pixmap("paperclip", "accent", "icon.empty"))
        line = QRect(edge * 2, middle.y() + theme.px(4), self.width() - edge * 4, theme.px(26))
        painter.setPen(theme.colour("text"))
        painter.setFont(theme.font("heading"))
        painter.drawText(line, painting.CENTRE, self._title)
        if self._second:
            line.translate(0, theme.px(26))
            line.setHeight(theme.px(44))
            painter.setPen(theme.colour("text_muted"))
            painter.setFont(theme.font("body"))
            painter.drawText(line, int(Qt.AlignmentFlag.AlignHCenter) | int(Qt.TextFlag.TextWordWrap), self._second)


def local_files(event: QDropEvent) -> list[Path]:
    """The files of this machine being dragged; none when something else is among them."""
    urls = event.mimeData().urls()
    paths = [Path(url.toLocalFile()) for url in urls if url.isLocalFile()]
    return paths if len(paths) == len(urls) else []
