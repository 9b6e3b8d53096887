"""Small manners of the fiche action: gestures that show when one is there, texts in another colour."""

from PySide6.QtCore import QEvent, QObject, QTimer
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
        self._opacity = part
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
