"""Small manners of the fiche action: gestures that show when one is there, texts that wrap, inks."""

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QWidget

from app.ui.navigation import is_inside
from app.ui.theme import Theme


class _Quiet(QObject):
    """Shows `part` while the mouse or the keyboard is in `line`."""

    def __init__(self, line: QWidget, part: QWidget) -> None:
        super().__init__(line)
        self._line, self._part = line, part
        line.installEventFilter(self)
        policy = part.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        part.setSizePolicy(policy)
        application = QApplication.instance()
        application.focusChanged.connect(self._follow)
        self._follow()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Enter, QEvent.Type.Leave):
            QTimer.singleShot(0, self, self._follow)
        return False

    def _follow(self, *_focus: object) -> None:
        here = self._line.underMouse() or is_inside(QApplication.focusWidget(), self._line)
        self._part.setVisible(here)


class Part(QWidget):
    """A section whose texts take more or fewer lines with the width of the panel."""

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            # The texts find their height while the layouts above work and do not listen: asked again after.
            QTimer.singleShot(0, self, self.updateGeometry)


def keep_quiet(line: QWidget, part: QWidget) -> None:
    """Hide a gesture of a line until the mouse or the keyboard is in the line; its place stays."""
    _Quiet(line, part)


def ink(theme: Theme, field: QWidget, colour: str) -> None:
    """Colour the text of one field; the style sheet of its class gives the rest."""
    sheet = f"color: {theme.hex(colour)};"
    if field.property("ink") == sheet:
        return
    field.setProperty("ink", sheet)
    if isinstance(field, QPlainTextEdit):
        kept = field.property("kept_sheet")
        if kept is None:
            kept = field.styleSheet()
            field.setProperty("kept_sheet", kept)
        field.setStyleSheet(f"{kept} QPlainTextEdit {{ {sheet} }}")
    else:
        field.setStyleSheet(f"QLineEdit {{ {sheet} }}")
