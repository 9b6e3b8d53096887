"""One conflict, side by side: what it was, mine, theirs; the whole tile is the target.

The words added and removed since the origin are tinted, and underlined or struck, so that they read without colour.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
    QTextDocument,
)
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.formatting import NBSP
from app.models.fields import Kind
from app.services.three_texts import together
from app.ui import painting
from app.ui.forms.editors import Editor
from app.ui.pages.exchanges_words import as_html, difference
from app.ui.theme import Theme
from app.ui.widgets.buttons import button
from app.ui.widgets.labels import StatusWord, label

#: A tile is never narrower, in pixels at 100 %: past that they go on the next line.
LEAST_TILE = 148
EMPTY_WORD = "(vide)"
#: When the origin of two colleagues' versions was.
PARTED = "avant que les valeurs divergent"


@dataclass(frozen=True, slots=True)
class Side:
    """One value of a conflict: `second` says when and who; `key` is what choosing it says, if it can be chosen."""

    key: str
    title: str
    second: str
    text: str
    choosable: bool = True


@dataclass(frozen=True, slots=True)
class Dispute:
    """A field in conflict: the origin (None when it is not known) and the values between which to choose."""

    id: str
    title: str
    origin: Side | None
    sides: tuple[Side, ...]
    chosen: str = ""
    written: str = ""
    can_write: bool = True
    note: str = ""
    #: What two versions of a text make together, to start a third one from; "" for nothing.
    suggested: str = ""


def suggested(kind: Kind, origin: str, values: Sequence[str]) -> str:
    """What two versions of a long text make together; "" when they say no more together than apart."""
    if kind is not Kind.LONG_TEXT or len(values) != 2 or not origin:
        return ""
    return together(origin, *values) or ""


class Tile(QAbstractButton):
    """A value to choose, or the origin, which is only read."""

    moved = Signal(int)

    def __init__(self, theme: Theme, side: Side, origin: str, *, choosable: bool = True) -> None:
        super().__init__()
        self._theme = theme
        self.side = side
        self._origin = origin
        self._choosable = choosable
        self._document = QTextDocument(self)
        self._document.setDocumentMargin(0)
        self.setText(side.title)
        spoken = ", ".join(part for part in (side.title, side.second) if part)
        self.setAccessibleName(f"{spoken}{NBSP}: {side.text or EMPTY_WORD}")
        self.setCheckable(choosable)
        # A group takes « by Tab » away from all but one: the arrows still need somewhere to go.
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if choosable else Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        if choosable:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
            self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        theme.changed.connect(self._write)
        self._write()

    def height_for(self, width: int) -> int:
        """The height a tile of that width needs."""
        self._document.setTextWidth(width - 2 * self._theme.px(13))
        return self._theme.px(46) + round(self._document.size().height()) + self._theme.px(11)

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(LEAST_TILE), self._theme.px(74))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {
            Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1,
        }.get(Qt.Key(event.key()))  # fmt: skip
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
        radius, edge = theme.px("radius.control"), 2 if self.isChecked() else 1
        ground = "surface_alt" if not self._choosable else ("surface" if not self.isChecked() else "accent_soft")
        if self._choosable and not self.isChecked() and self.underMouse():
            ground = "hover"
        pen = painter.pen()
        pen.setColor(theme.colour("accent" if self.isChecked() else "border"))
        pen.setWidth(edge)
        painter.setPen(pen)
        painter.setBrush(theme.colour(ground))
        painter.drawRoundedRect(QRectF(rect).adjusted(edge / 2, edge / 2, -edge / 2, -edge / 2), radius, radius)
        left = theme.px(13)
        if self._choosable:
            self._paint_radio(painter, left + theme.px(7), theme.px(17))
        words = rect.adjusted(left + (theme.px(24) if self._choosable else 0), theme.px(7), -left, 0)
        words.setHeight(theme.px(20))
        painter.setFont(theme.font("strong"))
        painter.setPen(theme.colour("text" if self._choosable else "text_muted"))
        painter.drawText(words, painting.LEFT, painting.elided(self.side.title, theme.font("strong"), words.width()))
        words = rect.adjusted(left, theme.px(26), -left, 0)
        words.setHeight(theme.px(18))
        small = theme.font("cell_small")
        painter.setFont(small)
        painter.setPen(theme.colour("text_muted"))
        painter.drawText(words, painting.LEFT, painting.elided(self.side.second, small, words.width()))
        painter.translate(left, theme.px(46))
        context = QAbstractTextDocumentLayout.PaintContext()
        context.palette.setColor(QPalette.ColorRole.Text, theme.colour("text" if self.side.text else "text_muted"))
        self._document.documentLayout().draw(painter, context)
        painter.resetTransform()
        if self.hasFocus():
            painting.paint_focus(painter, theme, rect)

    def _paint_radio(self, painter: QPainter, x: int, y: int) -> None:
        theme, checked = self._theme, self.isChecked()
        outer = theme.px(14) / 2
        pen = painter.pen()
        pen.setColor(theme.colour("accent" if checked else "border_control"))
        pen.setWidthF(1.5)
        painter.setPen(pen)
        painter.setBrush(theme.colour("surface"))
        painter.drawEllipse(QRectF(x - outer, y - outer, 2 * outer, 2 * outer))
        if checked:
            inner = theme.px(7) / 2
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("accent"))
            painter.drawEllipse(QRectF(x - inner, y - inner, 2 * inner, 2 * inner))

    def _write(self) -> None:
        self._document.setDefaultFont(self._theme.font("body"))
        text = self.side.text or EMPTY_WORD
        html = difference(self._origin, text, self._theme.hex) if self._origin else as_html(text)
        self._document.setHtml(html)
        self.update()


class TileRow(QWidget):
    """Tiles of equal width and height, on as many lines as they need."""

    def __init__(self, theme: Theme, tiles: Sequence[Tile]) -> None:
        super().__init__()
        self._theme = theme
        self._tiles = tuple(tiles)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(theme.px(LEAST_TILE))
        for tile in tiles:
            tile.setParent(self)
        self.setFixedHeight(theme.px(74))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        theme, gap = self._theme, self._theme.px("space.unit")
        count = len(self._tiles)
        across = max(1, min(count, (self.width() + gap) // (theme.px(LEAST_TILE) + gap), 3 if count != 4 else 2))
        width = (self.width() - (across - 1) * gap) // across
        top = 0
        for first in range(0, count, across):
            line = self._tiles[first : first + across]
            height = max(theme.px(74), *(tile.height_for(width) for tile in line), 0)
            for place, tile in enumerate(line):
                tile.setGeometry(place * (width + gap), top, width, height)
            top += height + gap
        self.setFixedHeight(max(0, top - gap))


class DisputeBlock(QWidget):
    """The title of a field in conflict, its state, its tiles, and a third version to write."""

    #: The key of a side.
    chosen = Signal(str)
    #: (value, as people read it).
    written = Signal(object, str)

    def __init__(self, theme: Theme, dispute: Dispute, editor: Editor | None = None, *, typed: str = "") -> None:
        """`editor` of the field, for a third version; None when there cannot be one. `typed`: what was begun of it."""
        super().__init__()
        self._theme = theme
        self.dispute = dispute
        self._editor = editor if dispute.can_write else None
        self._begun = self._editor.draft() if self._editor is not None else ""
        origin = dispute.origin.text if dispute.origin else ""
        shown = [Tile(theme, side, origin, choosable=side.choosable) for side in dispute.sides]
        self.tiles = [tile for tile in shown if tile.side.choosable]
        self._group = QButtonGroup(self)
        if dispute.origin is not None:
            shown.insert(0, Tile(theme, dispute.origin, "", choosable=False))
        self._row = TileRow(theme, shown)
        self._state = StatusWord(theme)
        self._write = button(theme, "Écrire une troisième version", kind="link", icon="pencil", clicked=self._begin)
        self._gather = button(
            theme, "Réunir les deux", kind="link", icon="git-merge", clicked=self._begin_together,
            description="Ouvrir une troisième version qui porte les changements des deux, à relire avant de la garder.",
        )  # fmt: skip
        self._arrange()
        # Once they stand in the block: shown before, they would be windows.
        self._write.setVisible(self._editor is not None)
        self._gather.setVisible(self._editor is not None and bool(dispute.suggested))
        for place, tile in enumerate(self.tiles):
            self._group.addButton(tile)
            tile.moved.connect(lambda step, place=place: self._move(place, step))
            tile.clicked.connect(lambda _checked=False, tile=tile: self._choose(tile))
        self.show_chosen(dispute.chosen)
        if typed and self._editor is not None:
            self._open(self._editor)
            self._editor.set_draft(typed)

    def typed(self) -> str:
        """A third version begun and not kept yet; "" for none."""
        editor = self._editor
        is_open = editor is not None and editor.parentWidget() is self
        return editor.draft() if editor is not None and is_open and editor.draft() != self._begun else ""

    def show_chosen(self, key: str) -> None:
        """Mark the side chosen, the third version for « written », or none."""
        self._group.setExclusive(False)
        for tile in self.tiles:
            tile.setChecked(tile.side.key == key)
        self._group.setExclusive(True)
        if key:
            self._state.show_value("tranché", icon="circle-check", tone="success")
        else:
            self._state.show_value("à trancher", icon="alert-triangle", tone="warning", strong=True)
        title = f"{self.dispute.title}, {self._state.text()}"
        self.setAccessibleName(title)

    def take_focus(self) -> None:
        tile = next((tile for tile in self.tiles if tile.isChecked()), self.tiles[0] if self.tiles else None)
        if tile is not None:
            tile.setFocus(Qt.FocusReason.TabFocusReason)

    def _arrange(self) -> None:
        theme = self._theme
        head = QHBoxLayout()
        head.setSpacing(theme.px("space.unit"))
        head.addWidget(label(self.dispute.title, "strong"))
        head.addWidget(self._state)
        head.addStretch(1)
        head.addWidget(self._gather)
        head.addWidget(self._write)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(4))
        column.addLayout(head)
        if self.dispute.note:
            column.addWidget(label(self.dispute.note, "small", "muted", wrap=True))
        column.addWidget(self._row)
        self._own = QWidget()
        self._own.hide()
        column.addWidget(self._own)
        if self.dispute.written:
            self._show_own(self.dispute.written)

    def _show_own(self, text: str) -> None:
        """The third version already written, as one more tile."""
        side = Side("written", "La troisième version", "écrite ici", text)
        tile = Tile(self._theme, side, self.dispute.origin.text if self.dispute.origin else "")
        self.tiles.append(tile)
        row = TileRow(self._theme, [tile])
        column = QVBoxLayout(self._own)
        column.setContentsMargins(0, self._theme.px(4), 0, 0)
        column.addWidget(row)
        self._own.show()

    def _begin(self) -> None:
        """Open the editor, filled with what one would start from."""
        editor = self._editor
        if editor is not None and editor.parentWidget() is not self:
            self._open(editor)
            editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def _begin_together(self) -> None:
        """Open the editor, filled with what the two versions make together."""
        if self._editor is not None:
            self._begin()
            self._editor.set_draft(self.dispute.suggested)

    def _open(self, editor: Editor) -> None:
        self._write.setEnabled(False)
        self.layout().addWidget(editor)
        keep = button(self._theme, "Garder cette version", small=True, clicked=self._keep)
        line = QHBoxLayout()
        line.addStretch(1)
        line.addWidget(keep)
        self.layout().addLayout(line)

    def _keep(self) -> None:
        editor = self._editor
        if editor is not None and editor.is_valid():
            self._begun = editor.draft()
            self.written.emit(editor.value(), _shown(editor))

    def _choose(self, tile: Tile) -> None:
        self.show_chosen(tile.side.key)
        self.chosen.emit(tile.side.key)

    def _move(self, place: int, step: int) -> None:
        self.tiles[(place + step) % len(self.tiles)].setFocus(Qt.FocusReason.TabFocusReason)


def _shown(editor: Editor) -> str:
    """What was typed or chosen, as people read it."""
    value, field = editor.value(), editor.field
    if field.kind is Kind.CHOICE:
        return field.choice_label(value)
    if field.is_link and value:
        return editor.sources.name(value)
    return editor.draft()
