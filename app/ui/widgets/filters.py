"""Filters of a page: a text field that filters as one types, and buttons that open a list to tick."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPoint, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QFrame, QHBoxLayout, QLabel, QLineEdit, QMenu, QSizePolicy, QWidget

from app.formatting import NBSP
from app.ui import painting
from app.ui.theme import Theme
from app.ui.widgets.buttons import icon_button


class FilterField(QLineEdit):
    """Type to keep what matches, without accents. `filtered(text)` at each keystroke, Esc clears."""

    filtered = Signal(str)

    def __init__(self, theme: Theme, text: str = "Filtrer", *, width: int = 184) -> None:
        super().__init__()
        self._theme = theme
        self._icon = QLabel(self)
        self._clear = icon_button(theme, "x", "Effacer le filtre", clicked=self.clear)
        self._clear.setParent(self)
        self._clear.hide()
        self.setPlaceholderText(text)
        self.setAccessibleName(text)
        self.setProperty("small", True)
        self.setTextMargins(theme.px(26), 0, theme.px(22), 0)
        self.setFixedWidth(theme.px(width))
        self._wait = QTimer(self, singleShot=True, interval=0)
        # The key is painted first; a burst of keys asks once.
        self._wait.timeout.connect(lambda: self.filtered.emit(self.text().strip()))
        self.textChanged.connect(self._hear)
        theme.changed.connect(self._draw_icon)
        self._draw_icon()

    def _hear(self, text: str) -> None:
        self._clear.setVisible(bool(text))
        self._wait.start()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        side = self.height() - 6
        self._icon.setGeometry(self._theme.px(8), 0, self._theme.px(18), self.height())
        self._clear.setGeometry(self.width() - side - 3, 3, side, side)

    def _draw_icon(self) -> None:
        self._icon.setPixmap(self._theme.pixmap("filter"))


class CheckMenu(QMenu):
    """A menu that stays open while one ticks several lines."""

    ticked = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

    def add_line(self, key: str, word: str, ticked: bool) -> None:
        action = self.addAction(word)
        action.setData(key)
        action.setCheckable(True)
        action.setChecked(ticked)

    def ticked_keys(self) -> tuple[str, ...]:
        return tuple(action.data() for action in self.actions() if action.isChecked())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if not self._tick(self.actionAt(event.position().toPoint())):
            super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        wanted = event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if not (wanted and self._tick(self.activeAction())):
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        for action in self.actions():
            if action.isCheckable():
                rect = self.actionGeometry(action)
                centre = QPoint(rect.left() + self._theme.px(16), rect.center().y() + 1)
                painting.paint_check(painter, self._theme, centre, checked=action.isChecked())

    def _tick(self, action: object) -> bool:
        if action is None or not action.isCheckable():
            return False
        action.setChecked(not action.isChecked())
        self.ticked.emit()
        self.update()
        return True


class FilterButton(QAbstractButton):
    """« Priorité ⌄ »; once active « Statut : 5 ✕ », with soft fill and its own ✕ (Suppr on the keyboard)."""

    filtered = Signal(tuple)

    def __init__(
        self,
        theme: Theme,
        word: str,
        choices: Callable[[], Sequence[tuple[str, str]]] | Sequence[tuple[str, str]] = (),
        *,
        exclusive: bool = False,
    ) -> None:
        """`choices` are (key, word), or a callable asked when the list opens. `exclusive`: one at most, and it is
        written (« Grouper : priorité »)."""
        super().__init__()
        self._theme = theme
        self._word = word
        self._choices = choices
        self._exclusive = exclusive
        self._keys: tuple[str, ...] = ()
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.clicked.connect(lambda _checked=False: self._open())
        self._name()

    def keys(self) -> tuple[str, ...]:
        """What is ticked; empty: no filter."""
        return self._keys

    def set_keys(self, keys: Sequence[str], *, silent: bool = False) -> None:
        """Tick exactly `keys`; says `filtered` unless silent."""
        if tuple(keys) != self._keys:
            self._keys = tuple(keys)
            self._name()
            if not silent:
                self.filtered.emit(self._keys)

    def _pairs(self) -> Sequence[tuple[str, str]]:
        return self._choices() if callable(self._choices) else self._choices

    def _shown(self) -> str:
        if not self._keys:
            return self._word
        if self._exclusive or len(self._keys) == 1:
            words = dict(self._pairs())
            return f"{self._word}{NBSP}: {words.get(self._keys[0], self._keys[0])}"
        return f"{self._word}{NBSP}: {len(self._keys)}"

    def _name(self) -> None:
        active = " (filtre actif, Suppr pour l’effacer)" if self._keys and not self._exclusive else ""
        self.setAccessibleName(f"{self._shown()}{active}")
        self.setText(self._shown())
        self.updateGeometry()
        self.update()

    def menu(self) -> CheckMenu:
        """The list to tick, made when asked for."""
        menu = CheckMenu(self._theme, self)
        if self._exclusive:
            for key, word in self._pairs():
                action = menu.addAction(word)
                if key in self._keys:
                    action.setIcon(self._theme.icon("check", "accent"))
                action.triggered.connect(lambda _checked=False, key=key: self.set_keys((key,)))
            return menu
        for key, word in self._pairs():
            menu.add_line(key, word, key in self._keys)
        menu.ticked.connect(lambda: self.set_keys(menu.ticked_keys()))
        return menu

    def _open(self) -> None:
        if self._cross().contains(self.mapFromGlobal(self.cursor().pos())) and self.underMouse():
            self.set_keys(())
            return
        self.menu().popup(self.mapToGlobal(QPoint(0, self.height() + 2)))

    def _cross(self) -> QRect:
        """Where the ✕ is; nowhere without an active filter."""
        if not self._keys or self._exclusive:
            return QRect()
        side = self._theme.px(26)
        return QRect(self.width() - side, 0, side, self.height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and not self._cross().isNull():
            self.set_keys(())
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        width = painting.metrics(self._theme.font("cell")).horizontalAdvance(self._shown())
        return QSize(width + self._theme.px(46), self._theme.px("height.control_small"))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, rect = self._theme, self.rect()
        active = bool(self._keys) and not self._exclusive
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.colour("accent" if active else "border"), 1))
        painter.setBrush(theme.colour("accent_soft" if active else ("hover" if self.underMouse() else "surface")))
        radius = theme.px("radius.control")
        painter.drawRoundedRect(rect.toRectF().adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        painter.setFont(theme.font("cell"))
        painter.setPen(theme.colour("accent" if active else "text"))
        painter.drawText(rect.adjusted(theme.px(15), 0, 0, 0), painting.LEFT, self._shown())
        icon = theme.pixmap("x" if active else "chevron-down", "accent" if active else "text_muted", 14)
        painter.drawPixmap(rect.right() - theme.px(23), rect.center().y() - theme.px(6), icon)
        if self.hasFocus():
            painting.paint_focus(painter, theme, rect)


class FilterBar(QFrame):
    """The line of filters under the page header: fields on the left, arrangement on the right.

    Filters that do not fit wait behind « Autres filtres ».
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._parts: list[QWidget] = []
        self._rights: list[QWidget] = []
        self._more = icon_button(theme, "adjustments", "Autres filtres", clicked=self._open)
        self._more.hide()
        self.setProperty("role", "filter_bar")
        self.setFixedHeight(theme.px("height.filter_bar"))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(theme.px("space.page"), 0, theme.px("space.gap"), theme.px(2))
        self._row.setSpacing(theme.px("space.unit"))
        self._row.addWidget(self._more)
        self._row.addStretch(1)

    def add(self, part: QWidget) -> None:
        """Append on the left."""
        self._row.insertWidget(len(self._parts), part)
        self._parts.append(part)
        if isinstance(part, FilterButton):
            part.filtered.connect(lambda _keys: self.fit())

    def add_right(self, part: QWidget) -> None:
        """Append on the right."""
        self._row.addWidget(part)
        self._rights.append(part)

    def hidden_filters(self) -> list[FilterButton]:
        """The filters behind « Autres filtres »."""
        return [part for part in self._parts if isinstance(part, FilterButton) and part.isHidden()]

    def fit(self) -> None:
        """Show the filters that fit; active ones are the last to hide."""
        gap = self._theme.px("space.unit")
        fixed = [part for part in (*self._parts, *self._rights) if not isinstance(part, FilterButton)]
        fixed += [part for part in self._rights if isinstance(part, FilterButton)]
        # « Effacer les filtres » takes room only while there is something to clear.
        fixed = [part for part in fixed if not part.isHidden()]
        margins = self._row.contentsMargins()
        taken = sum(max(part.sizeHint().width(), part.minimumWidth()) + gap for part in fixed)
        room = self.width() - margins.left() - margins.right() - taken
        filters = [part for part in self._parts if isinstance(part, FilterButton)]
        if sum(part.sizeHint().width() + gap for part in filters) > room:
            room -= self._more.sizeHint().width() + gap
        shown = set()
        for part in sorted(filters, key=lambda part: not part.keys()):
            room -= part.sizeHint().width() + gap
            if room < 0:
                break
            shown.add(part)
        for part in filters:
            part.setVisible(part in shown)
        self._more.setVisible(len(shown) < len(filters))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    def _open(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for part in self.hidden_filters():
            choices = part.menu()
            choices.setTitle(part.text())
            menu.addMenu(choices)
        menu.popup(self._more.mapToGlobal(QPoint(0, self._more.height())))
