"""Banner: what happened, what was kept, what to do, at the place of the gesture."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy

from app.ui.theme import Theme, tell
from app.ui.widgets.buttons import button
from app.ui.widgets.labels import label

_ICONS = {
    "info": "info-circle",
    "warning": "clock-exclamation",
    "danger": "alert-circle",
    "success": "circle-check",
}


class Banner(QFrame):
    """A tinted line with an icon, a strong beginning, a sentence and at most one gesture. Hidden until told."""

    acted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._tone = "info"
        self._icon_name = ""
        self._icon = QLabel()
        self._text = label(level="small", wrap=True)
        self._text.setTextFormat(Qt.TextFormat.RichText)
        self._action = button(theme, "", small=True)
        self.setProperty("role", "banner")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(theme.px(12), theme.px(6), theme.px(11), theme.px(6))
        layout.setSpacing(theme.px(10))
        layout.addWidget(self._icon)
        layout.addWidget(self._text, 1)
        layout.addWidget(self._action)
        self._action.clicked.connect(lambda _checked=False: self.acted.emit())
        theme.changed.connect(self._draw_icon)
        self.hide()

    def tell(self, strong: str, sentence: str = "", *, tone: str = "info", action: str = "", icon: str = "") -> None:
        """Show the banner: `strong` is the fact, `sentence` the rest, `action` the word of the gesture."""
        self._tone, self._icon_name = tone, icon or _ICONS[tone]
        # Their fonts must be known before the height is asked for: a line would be cut.
        for part in (self._text, self._action):
            part.ensurePolished()
        self._text.setText(f"<b>{_plain(strong)}</b> {_plain(sentence)}")
        self._action.setText(action)
        self._action.setVisible(bool(action))
        self.setAccessibleName(f"{strong} {sentence}".strip())
        tell(self, tone=tone)
        self._draw_icon()
        self.show()

    def clear(self) -> None:
        self.hide()

    def _draw_icon(self) -> None:
        if self._icon_name:
            self._icon.setPixmap(self._theme.pixmap(self._icon_name, f"{self._tone}.fg", 18))


def _plain(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")
