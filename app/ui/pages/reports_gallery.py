"""The gallery of reports: one tile each, with the first page of the document last made."""

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QFrame, QSizePolicy, QVBoxLayout

from app.ui import painting
from app.ui.theme import Theme
from app.ui.widgets.labels import label

#: The page drawn on a tile, in pixels at 100 %: the proportions of A4.
THUMBNAIL = (60, 85)


class Tile(QAbstractButton):
    """A report to choose: the whole tile is the target; the chosen one has an accent edge and a mark."""

    #: The arrows ask for the tile before (-1) or after (1).
    moved = Signal(int)

    def __init__(self, theme: Theme, name: str, title: str, summary: str) -> None:
        super().__init__()
        self._theme = theme
        self.name = name
        self._summary = summary
        self._picture: QPixmap | None = None
        self.setText(title)
        self.setAccessibleName(title)
        self.setAccessibleDescription(summary)
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_picture(self, picture: QPixmap) -> None:
        """The first page of the document, already at the size of the tile."""
        self._picture = picture
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(280), self._theme.px(THUMBNAIL[1] + 24))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if step is not None:
            self.moved.emit(step)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, rect = self._theme, self.rect()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = "selection" if self.isChecked() else ("hover" if self.underMouse() else "surface")
        painter.setPen(theme.colour("accent" if self.isChecked() else "border"))
        painter.setBrush(theme.colour(ground))
        radius = theme.px("radius.card")
        painter.drawRoundedRect(rect.toRectF().adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        page = QRect(theme.px(12), theme.px(12), theme.px(THUMBNAIL[0]), theme.px(THUMBNAIL[1]))
        self._paint_page(painter, page)
        left = page.right() + theme.px(13)
        words = QRect(left, page.top(), rect.right() - left - theme.px(10), page.height())
        painter.setFont(theme.font("strong"))
        painter.setPen(theme.colour("text"))
        painter.drawText(words, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, self.text())
        words.setTop(words.top() + theme.px(21))
        painter.setFont(theme.font("cell_small"))
        painter.setPen(theme.colour("text" if self.isChecked() else "text_muted"))
        painter.drawText(words, int(Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap), self._summary)
        if self.hasFocus():
            painting.paint_focus(painter, theme, rect, radius)

    def _paint_page(self, painter: QPainter, page: QRect) -> None:
        """The page, or the icon of a document until one was made; paper is white in both palettes."""
        theme = self._theme
        if self._picture is not None:
            painter.drawPixmap(page, self._picture)
            painter.setBrush(Qt.BrushStyle.NoBrush)
        else:
            painter.setBrush(theme.colour("surface_alt"))
        painter.setPen(theme.colour("border_control"))
        painter.drawRect(page.toRectF().adjusted(0.5, 0.5, -0.5, -0.5))
        if self._picture is None:
            icon = theme.pixmap("file-text", "text_muted", 24)
            side = theme.px(24)
            centre = page.center()
            painter.drawPixmap(QRect(centre.x() - side // 2, centre.y() - side // 2, side, side), icon)


class Gallery(QFrame):
    """The tiles, one under the other; `chosen(name)` when another one is."""

    chosen = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._tiles: dict[str, Tile] = {}
        self._group = QButtonGroup(self)
        self.setProperty("role", "surface")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.px(8))
        self._column.addWidget(label("Documents", "heading"))
        self._group.buttonClicked.connect(lambda tile: self.chosen.emit(tile.name))

    def add(self, name: str, title: str, summary: str) -> Tile:
        """Add a report at the end."""
        tile = Tile(self._theme, name, title, summary)
        tile.moved.connect(lambda step: self._move(tile, step))
        self._tiles[name] = tile
        self._group.addButton(tile)
        self._column.addWidget(tile)
        return tile

    def tile(self, name: str) -> Tile:
        return self._tiles[name]

    def choose(self, name: str) -> None:
        """Mark a report as the chosen one; says nothing."""
        self._tiles[name].setChecked(True)

    def _move(self, tile: Tile, step: int) -> None:
        tiles = list(self._tiles.values())
        place = tiles.index(tile) + step
        if 0 <= place < len(tiles):
            tiles[place].setFocus(Qt.FocusReason.TabFocusReason)
            tiles[place].click()
