"""The look of the application: palette, fonts, style sheet and icons, switched live between light and dark.

Widgets receive the theme and ask it for colours when they paint; what Qt paints itself follows the application's
palette and style sheet. `changed` says that everything must be painted again.
"""

from PySide6.QtCore import QObject, QSize, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QPalette, QPixmap
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from app import paths
from app.ui import stylesheet
from app.ui.icons import IconStore
from app.ui.tokens import StatusLook, Tokens

_FONT_FILES = (
    "DejaVuSans.ttf",
    "DejaVuSans-Bold.ttf",
    "DejaVuSansCondensed.ttf",
    "DejaVuSansCondensed-Bold.ttf",
)

#: Text levels that use the condensed family: table cells, chips, chart labels.
_DENSE = {
    "cell": ("body", False),
    "cell_strong": ("body", True),
    "cell_small": ("small", False),
    "cell_small_strong": ("small", True),
    "axis": ("axis", False),
}

_ROLES = {
    QPalette.ColorRole.Window: "window",
    QPalette.ColorRole.WindowText: "text",
    QPalette.ColorRole.Base: "surface",
    QPalette.ColorRole.AlternateBase: "surface_alt",
    QPalette.ColorRole.Text: "text",
    QPalette.ColorRole.Button: "surface",
    QPalette.ColorRole.ButtonText: "text",
    QPalette.ColorRole.BrightText: "danger.fg",
    QPalette.ColorRole.Highlight: "selection",
    QPalette.ColorRole.HighlightedText: "text",
    QPalette.ColorRole.ToolTipBase: "surface",
    QPalette.ColorRole.ToolTipText: "text",
    QPalette.ColorRole.PlaceholderText: "text_muted",
    QPalette.ColorRole.Link: "accent",
    QPalette.ColorRole.LinkVisited: "accent",
    QPalette.ColorRole.Light: "surface",
    QPalette.ColorRole.Midlight: "surface_alt",
    QPalette.ColorRole.Mid: "border",
    QPalette.ColorRole.Dark: "border_control",
    QPalette.ColorRole.Shadow: "border_control",
    QPalette.ColorRole.Accent: "accent",
}


class LevelFont(QFont):
    """The font of a text level. Asking Qt for the key of a font costs more than the drawing it serves: it is kept."""

    own_key = ""


class Theme(QObject):
    """Colours, sizes, fonts and icons of the current palette; `scale` is the text zoom (1.0 to 2.0)."""

    changed = Signal()

    def __init__(self, tokens: Tokens, icons: IconStore, *, mode: str = "light", scale: float = 1.0) -> None:
        super().__init__()
        self.tokens = tokens
        self.icons = icons
        self.scale = scale
        self._mode = mode
        self._colours: dict[str, QColor] = {}
        self._fonts: dict[str, QFont] = {}
        self._pixels: dict[float | str, int] = {}

    @classmethod
    def load(cls, *, mode: str = "light", scale: float = 1.0) -> "Theme":
        """The theme of the shipped tokens, fonts and icons."""
        return cls(Tokens.load(), IconStore(paths.resource("icons")), mode=mode, scale=scale)

    # -- application ----------------------------------------------------------------------------------------------

    @property
    def mode(self) -> str:
        """`light` or `dark`."""
        return self._mode

    def install(self, application: QApplication) -> None:
        """Give the application its style, fonts, palette and style sheet; once, before the first window."""
        for name in _FONT_FILES:
            QFontDatabase.addApplicationFont(str(paths.resource("fonts", name)))
        application.setStyle("Fusion")
        application.setFont(self.font("body"))
        self._dress_application(application)

    def use(self, mode: str) -> None:
        """Switch to `light` or `dark`, live."""
        if mode == self._mode:
            return
        self._mode = mode
        self._colours.clear()
        application = QApplication.instance()
        if isinstance(application, QApplication):
            self._dress_application(application)
            for widget in application.allWidgets():
                self._redress(widget)
        self.changed.emit()

    # -- values ---------------------------------------------------------------------------------------------------

    def hex(self, path: str) -> str:
        """`#RRGGBB` of a token of the current palette (`accent`, `priority.P3.bg`, `warning.fg`)."""
        return self.tokens.colour(self._mode, path)

    def colour(self, path: str) -> QColor:
        """The same as a QColor; do not change the object returned, it is shared."""
        found = self._colours.get(path)
        if found is None:
            found = self._colours[path] = QColor(self.hex(path))
        return found

    def px(self, size: float | str) -> int:
        """Pixels at the current zoom of a size token (`height.row`) or of a number of pixels at 100 %."""
        found = self._pixels.get(size)
        if found is None:
            base = self.tokens.number(size) if isinstance(size, str) else size
            found = self._pixels[size] = round(base * self.scale)
        return found

    def font(self, level: str) -> QFont:
        """Font of a text level: title, heading, body, strong, small, figure; condensed: cell, cell_strong,
        cell_small, cell_small_strong, axis."""
        found = self._fonts.get(level)
        if found is None:
            found = self._fonts[level] = self._make_font(level)
        return found

    def status(self, code: str) -> StatusLook:
        """Word, icon and tone of an action status (`late` included)."""
        return self.tokens.status(code)

    def priority_colour(self, code: str, part: str) -> str:
        """Token path of `strong`, `fg` or `bg` of a priority; a priority beyond the six is neutral."""
        try:
            self.hex(f"priority.{code}.{part}")
        except KeyError:
            return {"strong": "border_control", "fg": "neutral.fg", "bg": "neutral.bg"}[part]
        return f"priority.{code}.{part}"

    # -- icons ----------------------------------------------------------------------------------------------------

    def pixmap(self, name: str, colour: str = "text_muted", size: int | str = "icon.inline") -> QPixmap:
        """An icon as a picture, at the highest ratio of the screens."""
        ratio = QApplication.instance().devicePixelRatio()
        return self.icons.pixmap(name, self.hex(colour), self.px(size), ratio)

    def icon(self, name: str, colour: str = "text_muted", size: int | str = "icon.button") -> QIcon:
        """An icon with its disabled state. It keeps its colours: prefer `dress`, which follows the palette."""
        icon = QIcon(self.pixmap(name, colour, size))
        # A filled button at rest has the colour of the track.
        disabled = "text_muted" if colour == "accent_text" else "track"
        icon.addPixmap(self.pixmap(name, disabled, size), QIcon.Mode.Disabled)
        return icon

    def dress(
        self, button: QAbstractButton, name: str, colour: str = "text_muted", size: int | str = "icon.button"
    ) -> None:
        """Put an icon on a button and keep it right when the palette changes."""
        button.setProperty("icon_dress", [name, colour, size])
        self._redress(button)

    # -- inside ---------------------------------------------------------------------------------------------------

    def _redress(self, widget: QWidget) -> None:
        dressed = widget.property("icon_dress")
        if dressed and isinstance(widget, QAbstractButton):
            name, colour, size = dressed
            widget.setIcon(self.icon(name, colour, size))
            widget.setIconSize(QSize(self.px(size), self.px(size)))

    def _make_font(self, level: str) -> LevelFont:
        base, bold = _DENSE.get(level, (level, None))
        look = self.tokens.text(base)
        font = LevelFont(self.tokens.family(dense=level in _DENSE))
        font.setPixelSize(self.px(look["px"]))
        font.setBold(look["weight"] >= 700 if bold is None else bold)
        font.setHintingPreference(QFont.HintingPreference.PreferVerticalHinting)
        font.own_key = font.key()
        return font

    def _dress_application(self, application: QApplication) -> None:
        palette = QPalette()
        for role, name in _ROLES.items():
            palette.setColor(role, self.colour(name))
        for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
            palette.setColor(QPalette.ColorGroup.Disabled, role, self.colour("text_muted"))
        application.setPalette(palette)
        application.setStyleSheet(stylesheet.render(self.hex, self.px))


def restyle(widget: QWidget) -> None:
    """Have the style sheet read the dynamic properties of a widget again, after one changed."""
    style = widget.style()
    style.unpolish(widget)
    style.polish(widget)
    widget.update()


def tell(widget: QWidget, **properties: object) -> None:
    """Set dynamic properties that the style sheet reads; does nothing when they already hold."""
    changed = False
    for name, value in properties.items():
        if widget.property(name) != value:
            widget.setProperty(name, value)
            changed = True
    if changed:
        restyle(widget)
