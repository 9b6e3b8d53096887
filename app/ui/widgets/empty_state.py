"""Empty state: what is missing, why it helps, and the next gesture."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout

from app.ui.theme import Theme
from app.ui.widgets.buttons import button
from app.ui.widgets.labels import label


class EmptyState(QFrame):
    """Never an empty grid: icon, title, one sentence, a main gesture, a second one, a hint."""

    main_asked = Signal()
    second_asked = Signal()

    def __init__(
        self,
        theme: Theme,
        *,
        icon: str,
        title: str,
        sentence: str = "",
        main: str = "",
        main_icon: str = "",
        second: str = "",
        hint: str = "",
    ) -> None:
        super().__init__()
        self._theme = theme
        self._icon_name = icon
        self._icon = QLabel()
        self._icon.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setProperty("role", "surface")
        self.setAccessibleName(title)
        column = QVBoxLayout(self)
        column.setSpacing(theme.px("space.unit"))
        column.addStretch(4)
        column.addWidget(self._icon)
        column.addSpacing(theme.px(6))
        self.title = _centred(label(title, "heading", wrap=True))
        column.addWidget(self.title)
        if sentence:
            text = _centred(label(sentence, "body", "muted", wrap=True))
            text.setFixedWidth(theme.px(420))
            # Centred, a wrapped label would be given the height of its hint, one line short.
            text.setFixedHeight(text.heightForWidth(theme.px(420)))
            column.addWidget(text, 0, Qt.AlignmentFlag.AlignHCenter)
        gestures = QHBoxLayout()
        gestures.setSpacing(theme.px("space.unit"))
        gestures.addStretch(1)
        self.main = button(theme, main, kind="primary", icon=main_icon, clicked=self.main_asked.emit) if main else None
        self.second = button(theme, second, clicked=self.second_asked.emit) if second else None
        for gesture in (self.main, self.second):
            if gesture is not None:
                gestures.addWidget(gesture)
        gestures.addStretch(1)
        column.addSpacing(theme.px(6))
        column.addLayout(gestures)
        if hint:
            column.addSpacing(theme.px(4))
            column.addWidget(_centred(label(hint, "small", "muted")))
        column.addStretch(5)
        theme.changed.connect(self._draw_icon)
        self._draw_icon()

    def _draw_icon(self) -> None:
        self._icon.setPixmap(self._theme.pixmap(self._icon_name, "text_muted", "icon.empty"))


def _centred(made: QLabel) -> QLabel:
    made.setAlignment(Qt.AlignmentFlag.AlignHCenter)
    return made
