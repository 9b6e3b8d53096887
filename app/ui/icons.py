"""Icons: Tabler outlines recoloured from the palette, drawn at the screen's own ratio, kept once drawn.

The drawings are plain SVG files whose strokes say `currentColor`. The image plugin draws them, so that no SVG module
has to be imported before the first window is painted.
"""

import re
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt
from PySide6.QtGui import QImageReader, QPixmap

_STROKE = re.compile(r'stroke-width="[\d.]+"')

#: Strokes get thinner as icons grow, so that lines keep the same weight on screen (visual rules, « Icons »).
_STROKES = ((18, "2"), (24, "1.75"), (1000, "1.25"))


class IconStore:
    """Draws the icons of one folder; keeps each drawing by name, colour, size and ratio."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._sources: dict[str, str] = {}
        self._pixmaps: dict[tuple[str, str, int, float], QPixmap] = {}

    def names(self) -> list[str]:
        """The names that can be asked for."""
        return sorted(path.stem for path in self._folder.glob("*.svg"))

    def pixmap(self, name: str, colour: str, size: int, ratio: float = 1.0) -> QPixmap:
        """The icon in `colour` (#RRGGBB), `size` logical pixels wide, for a screen of that ratio.

        Raises FileNotFoundError for a name the folder does not have: a misspelt icon is a fault of ours.
        """
        key = (name, colour, size, ratio)
        found = self._pixmaps.get(key)
        if found is None:
            found = self._pixmaps[key] = self._draw(name, colour, size, ratio)
        return found

    def _draw(self, name: str, colour: str, size: int, ratio: float) -> QPixmap:
        stroke = next(width for limit, width in _STROKES if size <= limit)
        svg = _STROKE.sub(f'stroke-width="{stroke}"', self._source(name)).replace("currentColor", colour)
        data = QByteArray(svg.encode())
        buffer = QBuffer(data)
        buffer.open(QIODevice.OpenModeFlag.ReadOnly)
        reader = QImageReader(buffer, QByteArray(b"svg"))
        side = round(size * ratio)
        reader.setScaledSize(QSize(side, side))
        pixmap = QPixmap.fromImageReader(reader, Qt.ImageConversionFlag.AutoColor)
        pixmap.setDevicePixelRatio(ratio)
        return pixmap

    def _source(self, name: str) -> str:
        if name not in self._sources:
            self._sources[name] = (self._folder / f"{name}.svg").read_text(encoding="utf-8")
        return self._sources[name]
