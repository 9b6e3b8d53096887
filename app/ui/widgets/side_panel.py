"""The panel at the right: the open record, with its neighbours, its state, its sections in one scroll."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.ui import painting
from app.ui.theme import Theme
from app.ui.widgets.banner import Banner
from app.ui.widgets.buttons import icon_button
from app.ui.widgets.labels import Chip, ElidedLabel, label
from app.ui.widgets.top_bar import separator


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a record: its anchor word and count, and its content. `titled` False: no heading above it."""

    key: str
    title: str
    content: QWidget
    count: str = ""
    note: str = ""
    gesture: QWidget | None = None
    titled: bool = True


class AnchorButton(QAbstractButton):
    """An anchor: looks like a tab, scrolls to its section."""

    def __init__(self, theme: Theme, word: str, count: str = "") -> None:
        super().__init__()
        self._theme = theme
        self._count = count
        self.setText(word)
        self.setAccessibleName(f"{word} {count}".strip())
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_count(self, count: str) -> None:
        self._count = count
        self.setAccessibleName(f"{self.text()} {count}".strip())
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        theme = self._theme
        width = painting.metrics(theme.font("cell_strong")).horizontalAdvance(self.text())
        if self._count:
            width += painting.metrics(theme.font("cell_small")).horizontalAdvance(self._count) + theme.px(5)
        return QSize(width + theme.px(12), theme.px("height.tab"))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, rect = self._theme, self.rect()
        painter = QPainter(self)
        checked = self.isChecked()
        font = theme.font("cell_strong" if checked else "cell")
        painter.setFont(font)
        painter.setPen(theme.colour("accent" if checked else ("text" if self.underMouse() else "text_muted")))
        inner = rect.adjusted(theme.px(6), 0, 0, 0)
        painter.drawText(inner, painting.LEFT, self.text())
        if self._count:
            inner.setLeft(inner.left() + painting.metrics(font).horizontalAdvance(self.text()) + theme.px(5))
            painter.setFont(theme.font("cell_small"))
            painter.drawText(inner, painting.LEFT, self._count)
        if checked:
            painter.fillRect(QRect(0, rect.height() - 2, rect.width(), 2), theme.colour("accent"))
        if self.hasFocus():
            painting.paint_focus(painter, theme, rect)


class AnchorBar(QFrame):
    """Anchors side by side; « Plus » takes what does not fit."""

    chosen = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._anchors: dict[str, AnchorButton] = {}
        self._hidden: list[str] = []
        self._group = QButtonGroup(self)
        self._more = icon_button(theme, "chevron-down", "Plus de parties", size=14, clicked=self._open_more)
        self._more.setText("Plus")
        self._more.setFont(theme.font("cell"))
        self._more.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        # The chevron stands after the word.
        self._more.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        self._more.setParent(self)
        self.setFixedHeight(theme.px("height.tab") + 1)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def show_sections(self, sections: Sequence[Section]) -> None:
        for anchor in self._anchors.values():
            self._group.removeButton(anchor)
            anchor.setParent(None)
            anchor.deleteLater()
        self._anchors = {}
        for section in sections:
            anchor = AnchorButton(self._theme, section.title, section.count)
            anchor.setParent(self)
            anchor.clicked.connect(lambda _checked=False, key=section.key: self.chosen.emit(key))
            self._group.addButton(anchor)
            self._anchors[section.key] = anchor
        if sections:
            self.mark(sections[0].key)
        self._arrange()

    def mark(self, key: str) -> None:
        """Show which section is in view."""
        if key in self._anchors:
            self._anchors[key].setChecked(True)

    def set_count(self, key: str, count: str) -> None:
        """The small count beside an anchor."""
        if key in self._anchors:
            self._anchors[key].set_count(count)
            self._arrange()

    def anchor(self, key: str) -> AnchorButton:
        return self._anchors[key]

    def event(self, event: QEvent) -> bool:
        # An anchor whose count changed asks for another width.
        if event.type() == QEvent.Type.LayoutRequest:
            self._arrange()
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(QRect(0, self.height() - 1, self.width(), 1), self._theme.colour("border"))

    def _arrange(self) -> None:
        edge = self._theme.px(10)
        room = self.width() - 2 * edge
        widths = {key: anchor.sizeHint().width() for key, anchor in self._anchors.items()}
        fits = sum(widths.values()) <= room
        left, limit = edge, edge + room - (0 if fits else self._more_width())
        self._hidden = []
        for key, anchor in self._anchors.items():
            shown = not self._hidden and left + widths[key] <= limit
            anchor.setVisible(shown)
            if shown:
                anchor.setGeometry(left, 1, widths[key], self.height() - 1)
                left += widths[key]
            else:
                self._hidden.append(key)
        self._more.setVisible(bool(self._hidden))
        self._more.setGeometry(left, 4, self._more_width(), self._theme.px(26))

    def _more_width(self) -> int:
        word = painting.metrics(self._more.font()).horizontalAdvance(self._more.text())
        return word + self._theme.px(28)

    def _open_more(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for key in self._hidden:
            menu.addAction(self._anchors[key].text()).triggered.connect(
                lambda _checked=False, key=key: self.chosen.emit(key)
            )
        menu.popup(self._more.mapToGlobal(QPoint(0, self._more.height())))


class PanelGrip(QWidget):
    """The left edge of the panel: drag it, or use the arrows, to change the width."""

    dragged = Signal(int)

    def __init__(self, panel: QWidget) -> None:
        super().__init__(panel)
        self.setCursor(Qt.CursorShape.SizeHorCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        panel = self.parentWidget()
        self.dragged.emit(panel.width() - panel.mapFromGlobal(event.globalPosition().toPoint()).x())


class SidePanel(QFrame):
    """Shell of the open record; record views fill it (heading, state line, sections, footer)."""

    previous_asked = Signal()
    next_asked = Signal()
    print_asked = Signal()
    close_asked = Signal()
    width_asked = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._sections: tuple[Section, ...] = ()
        self._homes: dict[str, QWidget] = {}
        self._notes: dict[str, QLabel] = {}
        self._title_editor: QWidget | None = None
        self._chip = Chip(theme, bold=True)
        self._code = label("", "body", "muted")
        self._previous = icon_button(theme, "chevron-up", "Fiche précédente", shortcut="Alt+Up", size="icon.inline")
        self._position = label("", "small", "muted")
        self._next = icon_button(theme, "chevron-down", "Fiche suivante", shortcut="Alt+Down", size="icon.inline")
        self._print = icon_button(theme, "printer", "Imprimer cette fiche", shortcut="Ctrl+P", size="icon.inline")
        self._more = icon_button(theme, "dots", "Autres gestes", size="icon.inline", clicked=self._open_more)
        self._close = icon_button(theme, "x", "Fermer la fiche", shortcut="Esc", size="icon.inline")
        self.title = label("", "heading", wrap=True)
        self._state = QWidget()
        self.banner = Banner(theme)
        self.anchors = AnchorBar(theme)
        self._scroll = QScrollArea()
        self._foot_left = ElidedLabel(theme, "", "cell_small", "text_muted")
        self._foot_right = label("Alt+↓ suivante", "small", "muted")
        self._menu_lines: Callable[[QMenu], None] | None = None
        self._grip = PanelGrip(self)
        self.setProperty("role", "panel")
        self.setAccessibleName("Fiche ouverte")
        self._arrange()
        self._connect()

    # -- what record views call -----------------------------------------------------------------------------------

    def show_heading(
        self,
        title: str,
        *,
        chip: str = "",
        chip_tone: str = "neutral",
        code: str = "",
        editor: QWidget | None = None,
    ) -> None:
        """`editor` takes the place of the title where it can be typed; it stays its owner's."""
        self.title.setText(title)
        self._put_title(editor)
        self._chip.show_value(chip, tone=chip_tone)
        self._chip.setVisible(bool(chip))
        self._code.setText(code)
        self.setAccessibleName(f"Fiche ouverte{chr(0xA0)}: {title}")

    def show_state(self, parts: Sequence[QWidget]) -> None:
        """The line under the title: status chip, progress, deadline."""
        row = self._state.layout()
        while row.count():
            item = row.takeAt(0)
            if item.widget() is not None:
                # Hidden now: it is deleted later, and would show through until then.
                item.widget().hide()
                item.widget().deleteLater()
        for part in parts:
            row.addWidget(part)
        row.addStretch(1)
        self._state.setVisible(bool(parts))

    def show_sections(self, sections: Sequence[Section]) -> None:
        """Replace the whole content; the old widgets are deleted."""
        self._sections = tuple(sections)
        page = QFrame()
        page.setProperty("role", "surface")
        column = QVBoxLayout(page)
        column.setContentsMargins(self._theme.px("space.gap"), self._theme.px(10), self._theme.px("space.gap"), 16)
        column.setSpacing(self._theme.px("space.unit"))
        self._homes, self._notes = {}, {}
        for section in sections:
            self._homes[section.key] = home = self._home(section)
            column.addWidget(home)
        column.addStretch(1)
        self._scroll.setWidget(page)
        self.anchors.show_sections(sections)
        self.anchors.setVisible(len(sections) > 1)

    def show_count(self, key: str, count: str, note: str = "") -> None:
        """Change what is said beside the title of a section, and in its anchor (`4/5`, « 4 sur 5 terminées »)."""
        if key in self._notes:
            self._notes[key].setText(note or count)
        self.anchors.set_count(key, count)

    def show_position(self, place: int, count: int) -> None:
        """`9 / 46`: place from 1 among the rows of the page; 0 hides it."""
        self._position.setText(f"{place} / {count}" if place else "")
        self._previous.setEnabled(place > 1)
        self._next.setEnabled(0 < place < count)

    def show_footer(self, text: str) -> None:
        """« Modifiée par … le 22/10/2026 »."""
        self._foot_left.set_text(text)

    def set_printable(self, printable: bool) -> None:
        """Hide the printer when the record has nothing to print."""
        self._print.setVisible(printable)

    def set_menu(self, fill: Callable[[QMenu], None] | None) -> None:
        """What fills « Autres gestes » when it opens; None hides the button."""
        self._menu_lines = fill
        self._more.setVisible(fill is not None)

    def go_to_section(self, key: str) -> None:
        """Scroll to a section and mark its anchor."""
        if key in self._homes:
            self._scroll.verticalScrollBar().setValue(self._homes[key].y() - self._theme.px(6))
            self.anchors.mark(key)

    def follow_focus(self) -> None:
        """Scroll to what has the keyboard, once the layouts that made room for it have worked."""
        QTimer.singleShot(0, self, self._show_focus)

    def take_focus(self) -> None:
        """Receive the keyboard: the first part of the record."""
        inside = self._scroll.widget()
        first = inside.nextInFocusChain() if inside is not None else None
        while first is not None and first is not inside:
            if inside.isAncestorOf(first) and first.focusPolicy() & Qt.FocusPolicy.TabFocus and first.isVisible():
                first.setFocus(Qt.FocusReason.TabFocusReason)
                return
            first = first.nextInFocusChain()
        self._close.setFocus(Qt.FocusReason.TabFocusReason)

    # -- inside ---------------------------------------------------------------------------------------------------

    def _hear_focus(self, _before: QWidget | None, now: QWidget | None) -> None:
        # A click goes to what one sees already: moving it under the mouse would be a surprise.
        if now is not None and self._scroll.isAncestorOf(now) and not QApplication.mouseButtons():
            self.follow_focus()

    def _show_focus(self) -> None:
        now, inside = QApplication.focusWidget(), self._scroll.widget()
        if now is not None and inside is not None and inside.isAncestorOf(now):
            self._scroll.ensureWidgetVisible(now, 0, self._theme.px("space.page"))

    def _put_title(self, editor: QWidget | None) -> None:
        if editor is not self._title_editor:
            if self._title_editor is not None:
                self._title_place.removeWidget(self._title_editor)
                self._title_editor.hide()
            if editor is not None:
                self._title_place.insertWidget(0, editor)
            self._title_editor = editor
        if editor is not None:
            editor.show()
        self.title.setVisible(editor is None)

    def _home(self, section: Section) -> QWidget:
        home = QWidget()
        column = QVBoxLayout(home)
        column.setContentsMargins(0, 0, 0, self._theme.px(6))
        column.setSpacing(self._theme.px(4))
        if section.titled:
            line = QHBoxLayout()
            line.setSpacing(self._theme.px("space.unit"))
            line.addWidget(label(section.title, "heading"))
            note = self._notes[section.key] = label(section.note or section.count, "body", "muted")
            line.addWidget(note)
            line.addStretch(1)
            if section.gesture is not None:
                line.addWidget(section.gesture)
            column.addLayout(line)
        column.addWidget(section.content)
        return home

    def _arrange(self) -> None:
        theme = self._theme
        navigation = QHBoxLayout()
        navigation.setSpacing(theme.px(6))
        for part in (self._chip, self._code):
            navigation.addWidget(part)
        navigation.addStretch(1)
        for part in (
            self._previous,
            self._position,
            self._next,
            separator(theme),
            self._print,
            self._more,
            self._close,
        ):
            navigation.addWidget(part)
        row = QHBoxLayout(self._state)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px("space.unit"))
        self._state.setMinimumHeight(theme.px(22))
        head = QVBoxLayout()
        head.setContentsMargins(theme.px("space.gap"), theme.px(6), theme.px("space.unit"), 0)
        head.setSpacing(theme.px(5))
        head.addLayout(navigation)
        inner = QVBoxLayout()
        inner.setContentsMargins(0, 0, theme.px("space.unit"), theme.px(4))
        inner.setSpacing(theme.px("space.unit"))
        for part in (self.title, self._state, self.banner):
            inner.addWidget(part)
        self._title_place = inner
        head.addLayout(inner)
        foot = QFrame()
        foot.setProperty("role", "status_bar")
        foot.setFixedHeight(theme.px("height.status_bar"))
        line = QHBoxLayout(foot)
        line.setContentsMargins(theme.px("space.gap"), 0, theme.px("space.gap"), 0)
        line.addWidget(self._foot_left, 1)
        line.addWidget(self._foot_right)
        self._foot_right.setFont(theme.font("cell_small"))
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(self.anchors)
        layout.addWidget(self._scroll, 1)
        layout.addWidget(foot)
        self._chip.hide()
        self._more.hide()

    def _connect(self) -> None:
        for part, signal in (
            (self._previous, self.previous_asked),
            (self._next, self.next_asked),
            (self._print, self.print_asked),
            (self._close, self.close_asked),
        ):
            part.clicked.connect(lambda _checked=False, signal=signal: signal.emit())
        self.anchors.chosen.connect(self.go_to_section)
        self._grip.dragged.connect(self.width_asked)
        self._scroll.verticalScrollBar().valueChanged.connect(self._mark_section_in_view)
        QApplication.instance().focusChanged.connect(self._hear_focus)

    def _mark_section_in_view(self, top: int) -> None:
        reached = [key for key, home in self._homes.items() if home.y() <= top + self._theme.px(24)]
        if reached:
            self.anchors.mark(reached[-1])

    def _open_more(self) -> None:
        if self._menu_lines is not None:
            menu = QMenu(self)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            self._menu_lines(menu)
            menu.popup(self._more.mapToGlobal(QPoint(0, self._more.height())))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._grip.setGeometry(0, 0, 5, self.height())
        self._grip.raise_()
