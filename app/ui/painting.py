"""Small drawings shared by widgets, delegates and charts: chips, bars, check boxes, focus rings, elided text.

Everything is drawn with QPainter from tokens; a tone is `neutral`, `info`, `success`, `warning`, `danger` or a
priority (`P3`).
"""

from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPen

from app.ui.theme import LevelFont, Theme

LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
CENTRE = Qt.AlignmentFlag.AlignCenter

_metrics: dict[str, QFontMetrics] = {}
_elided: dict[tuple[str, str, int], str] = {}
_advances: dict[tuple[str, str], int] = {}


def metrics(font: QFont) -> QFontMetrics:
    """The metrics of a font, kept: making them costs more than drawing a cell."""
    key = _key(font)
    found = _metrics.get(key)
    if found is None:
        found = _metrics[key] = QFontMetrics(font)
    return found


def advance(text: str, font: QFont) -> int:
    """Width of a short text that comes back often (a chip, a number); kept."""
    key = (text, _key(font))
    found = _advances.get(key)
    if found is None:
        if len(_advances) > 5_000:
            _advances.clear()
        found = _advances[key] = metrics(font).horizontalAdvance(text)
    return found


def _key(font: QFont) -> str:
    return (isinstance(font, LevelFont) and font.own_key) or font.key()


def elided(text: str, font: QFont, width: int) -> str:
    """`text` cut on the right to `width` pixels; kept, because the same cells are drawn again and again."""
    if len(text) * font.pixelSize() < width:
        return text  # no character is wider than it is high
    key = (text, _key(font), width)
    found = _elided.get(key)
    if found is None:
        if len(_elided) > 20_000:
            _elided.clear()
        found = metrics(font).elidedText(text.replace("\n", " "), Qt.TextElideMode.ElideRight, width)
        _elided[key] = found
    return found


def write_line(painter: QPainter, rect: QRect, text: str, font: QFont, *, right: bool = False) -> None:
    """One line of text in the middle of `rect`, in the painter's font, which is `font`: half the cost of having Qt lay
    out the rectangle. What does not fit must have been elided."""
    of_font = metrics(font)
    left = rect.left() + rect.width() - advance(text, font) if right else rect.left()
    painter.drawText(left, rect.top() + (rect.height() - of_font.height()) // 2 + of_font.ascent(), text)


def tone_colours(theme: Theme, tone: str) -> tuple[str, str]:
    """Token paths (text, background) of a chip or banner of that tone."""
    if len(tone) >= 2 and tone[0] == "P" and tone[1:].isdigit():
        return theme.priority_colour(tone, "fg"), theme.priority_colour(tone, "bg")
    return f"{tone}.fg", f"{tone}.bg"


def chip_width(theme: Theme, text: str, *, icon: str = "", bold: bool = False) -> int:
    """Width of the chip that `paint_chip` draws."""
    font = theme.font("cell_small_strong" if bold else "cell_small")
    width = advance(text, font) + 2 * theme.px(6)
    return width + theme.px("icon.inline") + theme.px(3) if icon else width


def paint_chip(
    painter: QPainter,
    theme: Theme,
    left: int,
    middle: int,
    text: str,
    *,
    tone: str = "neutral",
    icon: str = "",
    bold: bool = False,
    height: int = 0,
) -> int:
    """Draw a chip whose left edge is `left`, centred on the line `middle`; returns the x just after it."""
    foreground, background = tone_colours(theme, tone)
    width = chip_width(theme, text, icon=icon, bold=bold)
    height = height or theme.px("height.chip")
    rect = QRect(left, middle - height // 2, width, height)
    fill_rounded(painter, rect, theme, background, theme.px("radius.chip"))
    inner = rect.adjusted(theme.px(6), 0, -theme.px(6), 0)
    if icon:
        size = theme.px("icon.inline")
        painter.drawPixmap(inner.left() - theme.px(1), middle - size // 2, theme.pixmap(icon, foreground))
        inner.setLeft(inner.left() + size + theme.px(3))
    font = theme.font("cell_small_strong" if bold else "cell_small")
    painter.setFont(font)
    painter.setPen(theme.colour(foreground))
    write_line(painter, inner, text, font)
    return left + width


def paint_progress(painter: QPainter, theme: Theme, rect: QRect, share: float, colour: str = "accent") -> None:
    """A thin bar centred in `rect`: the track, and the part done (`share` from 0 to 1)."""
    thickness = theme.px("line.progress")
    bar = QRect(rect.left(), rect.center().y() - thickness // 2 + 1, rect.width(), thickness)
    fill_rounded(painter, bar, theme, "track", thickness / 2)
    done = round(bar.width() * min(1.0, max(0.0, share)))
    if done > 0:
        fill_rounded(
            painter, QRect(bar.left(), bar.top(), max(done, thickness), thickness), theme, colour, thickness / 2
        )


def paint_check(
    painter: QPainter, theme: Theme, centre: QPoint, *, checked: bool, partial: bool = False, enabled: bool = True
) -> None:
    """A 16 px check box around `centre`."""
    side = theme.px(16)
    rect = QRectF(centre.x() - side / 2 + 0.5, centre.y() - side / 2 + 0.5, side - 1, side - 1)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    filled = checked or partial
    edge = ("accent" if filled else "border_control") if enabled else "track"
    painter.setPen(QPen(theme.colour(edge), 1.3))
    painter.setBrush(theme.colour(edge if filled else "surface"))
    painter.drawRoundedRect(rect, 4, 4)
    if filled:
        mark = theme.px(14)
        picture = theme.pixmap("minus" if partial else "check", "accent_text", 14)
        painter.drawPixmap(round(centre.x() - mark / 2), round(centre.y() - mark / 2), picture)


def paint_focus(painter: QPainter, theme: Theme, rect: QRect, radius: float = 4) -> None:
    """The keyboard's ring, 2 px, inside `rect`."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.colour("focus"), theme.px("line.focus")))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(QRectF(rect).adjusted(1, 1, -1, -1), radius, radius)
    painter.restore()


def fill_rounded(painter: QPainter, rect: QRect | QRectF, theme: Theme, colour: str, radius: float) -> None:
    """A filled rounded rectangle without edge. Leaves the painter antialiased, without pen: set one before drawing on
    (saving and restoring costs more than the drawing)."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.colour(colour))
    painter.drawRoundedRect(rect, radius, radius)
