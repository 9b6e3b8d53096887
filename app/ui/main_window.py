"""The frame: rail, top bar, pages, record panel, status bar. Driven by a table of pages and a table of actions.

It shows what the navigator says and passes gestures on; it neither reads nor writes the notebook.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QByteArray, QSize, QTimer, Signal
from PySide6.QtGui import QAction, QCloseEvent, QDragEnterEvent, QDropEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from app.errors import PlaceFails
from app.formatting import fold
from app.ui.actions import ActionEntry, frame_actions
from app.ui.context import Context
from app.ui.dropped import dropped_paths
from app.ui.navigation import Page, PageEntry, Place, RecordView, is_inside, load_class
from app.ui.widgets.labels import ElidedLabel
from app.ui.widgets.lines import LoadingLine, UndoLine
from app.ui.widgets.rail import Rail, RailEntry
from app.ui.widgets.search_field import Hit
from app.ui.widgets.top_bar import TopBar

if TYPE_CHECKING:
    from app.ui.widgets.side_panel import SidePanel

#: From this width on, the panel takes more room (visual rules).
WIDE_WINDOW = 1600
WIDE_PANEL = 560


class StatusBar(QFrame):
    """Counts on the left, selection on the right."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        theme = context.theme
        self.left = ElidedLabel(theme, "", "cell_small", "text_muted")
        self.right = ElidedLabel(theme, "", "cell_small", "text_muted")
        self.right.setSizePolicy(self.right.sizePolicy().Policy.Preferred, self.right.sizePolicy().Policy.Fixed)
        self.setProperty("role", "status_bar")
        self.setFixedHeight(theme.px("height.status_bar"))
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px("space.page"), 0, theme.px("space.gap"), 0)
        row.addWidget(self.left, 1)
        row.addWidget(self.right)

    def show_texts(self, left: str, right: str) -> None:
        self.left.set_text(left)
        self.right.set_text(right)


class Body(QWidget):
    """The page and, beside it or over it, the record panel."""

    def __init__(self, context: Context, page_side: QWidget) -> None:
        super().__init__()
        self._theme = context.theme
        self._page_side = page_side
        self._panel: QWidget | None = None
        self.chosen_width = context.preferences.value("panel_width", 0)
        page_side.setParent(self)

    def add_panel(self, panel: QWidget) -> None:
        """Take the record panel, hidden."""
        self._panel = panel
        panel.setParent(self)
        panel.hide()

    def panel_width(self) -> int:
        """Width of the panel: the person's choice, else that of the rules."""
        theme, window = self._theme, self.window().width()
        usual = theme.px(WIDE_PANEL) if window >= theme.px(WIDE_WINDOW) else theme.px("width.panel")
        width = self.chosen_width or usual
        return max(theme.px("width.panel_min"), min(width, theme.px("width.panel_max"), self.width() - 64))

    def arrange(self) -> None:
        """Place both; below 1180 the panel floats over the page, whose width then stays."""
        whole = self.rect()
        shown = self._panel is not None and not self._panel.isHidden()
        width = self.panel_width()
        floats = self.window().width() < self._theme.px("width.float_panel_below")
        taken = width if shown and not floats else 0
        self._page_side.setGeometry(0, 0, whole.width() - taken, whole.height())
        if shown:
            self._panel.setGeometry(whole.width() - width, 0, width, whole.height())
            self._panel.raise_()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.arrange()


class MainWindow(QMainWindow):
    """The window. Signals are gestures it passes on; methods are what it can be told to show."""

    undo_asked = Signal()
    redo_asked = Signal()
    help_asked = Signal(str)
    settings_asked = Signal()
    quarter_chosen = Signal(str)
    workbooks_dropped = Signal(list)
    page_shown = Signal(str)
    closing = Signal()

    def __init__(
        self,
        context: Context,
        pages: Sequence[PageEntry],
        *,
        records: Mapping[str, str] | None = None,
        actions: Sequence[ActionEntry] = (),
        search: Callable[[str], Sequence[Hit]] = lambda _text: (),
    ) -> None:
        """`records` maps an entity to the `module:Class` of its RecordView; `search` finds records for Ctrl+K."""
        super().__init__()
        self.context = context
        self.navigator = context.navigator
        self._entries = {entry.key: entry for entry in pages}
        self._records = dict(records or {})
        self._search = search
        #: Asked before closing, once what is typed is left: False keeps the window.
        self.may_close: Callable[[], bool] = lambda: True
        self._pages: dict[str, Page] = {}
        self._views: dict[str, RecordView] = {}
        self._view: RecordView | None = None
        self._actions: dict[str, QAction] = {}
        self._action_entries = (*frame_actions(), *actions)

        theme = context.theme
        tools = (
            RailEntry("settings", "Réglages", "settings", is_page=False),
            RailEntry("help", "Aide", "help", hint="F1", is_page=False),
        )
        listed = [RailEntry(entry.key, entry.word, entry.icon) for entry in pages if entry.in_rail]
        self.rail = Rail(theme, listed, tools)
        self.top_bar = TopBar(theme, self._find)
        self.loading = LoadingLine(theme)
        self.stack = QStackedWidget()
        self.status = StatusBar(context)
        self._panel: SidePanel | None = None
        self._arrange()
        self.undo_line = UndoLine(theme, self.body)
        self._add_actions()
        self._connect()
        self.setWindowTitle("Carnet de quartier")
        self.setMinimumSize(
            int(theme.tokens.number("width.window_min")), int(theme.tokens.number("width.window_min_height"))
        )
        self.setAcceptDrops(True)
        self._restore_geometry()

    # -- what the application tells -------------------------------------------------------------------------------

    def page(self) -> Page:
        """The page shown."""
        return self.stack.currentWidget() or Page(self.context)

    def action(self, key: str) -> QAction:
        return self._actions[key]

    def show_saved(self, at: datetime) -> None:
        self.top_bar.save_state.show_saved(at)
        self.top_bar.save_state.setToolTip("")

    def show_failed(self, error: PlaceFails) -> None:
        """The disk refused a gesture: why in the top bar, and the whole sentence at the bottom."""
        self.top_bar.save_state.show_failed(error.reason)
        self.top_bar.save_state.setToolTip(str(error))
        self.tell(str(error), undoable=False)

    def show_history(self, undo: str, redo: str) -> None:
        """Labels of the gestures that Ctrl+Z takes back and Ctrl+Y does again; "" for none."""
        self.top_bar.set_history(undo, redo)
        self._actions["undo"].setEnabled(bool(undo))
        self._actions["redo"].setEnabled(bool(redo))

    def tell(self, sentence: str, *, undoable: bool = True) -> None:
        """Say what was done, at the bottom left, with « Annuler » when it can be taken back."""
        self.undo_line.tell(sentence, undoable=undoable)
        self._place_undo_line()

    def reload_pages(self) -> None:
        """Read everything again: the quartier changed."""
        for page in self._pages.values():
            page.hear(None)
        if self._view is not None:
            self._view.show_record(self._view.record_id)
        self._show_position()
        self._show_status()

    def show_badge(self, page: str, count: int, *, tone: str = "warning", meaning: str = "") -> None:
        """The number on a rail entry: « 3 en retard »."""
        self.rail.item(page).set_badge(count, tone=tone, meaning=meaning)

    @property
    def panel(self) -> "SidePanel":
        """The record panel, made when the first record opens: the first window does not wait for it."""
        if self._panel is None:
            from app.ui.widgets.side_panel import SidePanel

            self._panel = SidePanel(self.context.theme)
            self.body.add_panel(self._panel)
            self._panel.previous_asked.connect(lambda: self.step_record(-1))
            self._panel.next_asked.connect(lambda: self.step_record(1))
            self._panel.close_asked.connect(self.navigator.close_record)
            self._panel.print_asked.connect(self.print_what_is_open)
            self._panel.width_asked.connect(self._resize_panel)
        return self._panel

    def has_panel_open(self) -> bool:
        return self._panel is not None and not self._panel.isHidden()

    # -- gestures of the action table -----------------------------------------------------------------------------

    def is_writing(self) -> bool:
        """True while a task writes in the notebook."""
        return any(page.is_writing() for page in self._pages.values())

    def waiting(self) -> str:
        """What closing now would lose on a page, in a sentence; "" for nothing."""
        return next(filter(None, (page.waiting() for page in self._pages.values())), "")

    def keep_typing(self) -> bool:
        """Commit what is being typed; False when something refuses (its reason is shown beside it)."""
        focused = QApplication.focusWidget()
        if is_inside(focused, self) and hasattr(focused, "clearFocus"):
            focused.clearFocus()
            focused.setFocus()
        kept = self._view is None or self._view.leave()
        return self.page().leave() and kept

    def step_record(self, by: int) -> None:
        """Open the next or previous record of the page's list."""
        ids, place = list(self.page().record_ids()), self.navigator.place
        if place.id in ids and 0 <= ids.index(place.id) + by < len(ids):
            self.navigator.open_record(place.entity, ids[ids.index(place.id) + by])

    def print_what_is_open(self) -> None:
        if self._view is not None and self.has_panel_open():
            self._view.print_record()
        else:
            self.page().print_page()

    def switch_side(self) -> None:
        """From the page to the record, and back."""
        if self.has_panel_open() and not is_inside(QApplication.focusWidget(), self.panel):
            self.panel.take_focus()
        else:
            self.page().take_focus()

    def switch_look(self) -> None:
        """Light or dark, kept as a preference."""
        theme = self.context.theme
        theme.use("light" if theme.mode == "dark" else "dark")
        self.context.preferences.keep("look", theme.mode)

    # -- showing --------------------------------------------------------------------------------------------------

    def _show_place(self, place: Place) -> None:
        if self.stack.count() and not self._leave_for(place):
            self.rail.set_current(self._shown_key())
            return
        page = self._pages.get(place.page)
        fresh = page is None
        if page is None:
            page = self._make_page(place.page)
        if fresh or self.stack.currentWidget() is not page or place.filter:
            page.show_filter(**place.filter)
        if fresh:
            page.reload(None)
        self.stack.setCurrentWidget(page)
        page.catch_up()
        if not is_inside(QApplication.focusWidget(), self.rail):
            page.take_focus()
        self.rail.set_current(place.page)
        self._show_status()
        if place.entity:
            self._show_record(place.entity, place.id)
        else:
            self._hide_panel()
        self.page_shown.emit(place.page)

    def _leave_for(self, place: Place) -> bool:
        """Commit what is typed on what is left behind."""
        page, view = self.page(), self._view
        if view is not None and (place.entity, place.id) != (view.entity, view.record_id) and not view.leave():
            return False
        return self._pages.get(place.page) is page or page.leave()

    def _make_page(self, key: str) -> Page:
        page = self._pages[key] = self._entries[key].make(self.context)
        page.build()
        page.setAccessibleName(self._entries[key].word)
        page.status_changed.connect(self._show_status)
        page.rows_changed.connect(self._show_position)
        self.stack.addWidget(page)
        return page

    def _show_record(self, entity: str, id: str) -> None:
        view = self._views.get(entity)
        if view is None:
            view = self._views[entity] = load_class(self._records[entity])(self.context, self.panel)
        self._view, view.record_id = view, id
        # A view that does not say how it prints has no button that does nothing.
        self.panel.set_printable(type(view).print_record is not RecordView.print_record)
        self.panel.show()
        self.body.arrange()
        view.show_record(id)
        self.page().show_record(entity, id)
        self._show_position()

    def _hide_panel(self) -> None:
        self._view = None
        if self.has_panel_open():
            inside = is_inside(QApplication.focusWidget(), self.panel)
            self.panel.hide()
            self.body.arrange()
            if inside:
                self.page().take_focus()

    def _close_record(self) -> None:
        if self._view is None or self._view.leave():
            self._hide_panel()

    def _show_position(self) -> None:
        if self.panel.isHidden():
            return
        if not self.has_panel_open():
            return
        ids, id = list(self.page().record_ids()), self.navigator.place.id
        self.panel.show_position(ids.index(id) + 1 if id in ids else 0, len(ids))

    def _show_status(self) -> None:
        left, right = self.page().status_text()
        self.status.show_texts(left, right)
        self.status.setVisible(bool(left or right))

    def _shown_key(self) -> str:
        return next((key for key, page in self._pages.items() if page is self.stack.currentWidget()), "")

    def _hear(self, changes: Any) -> None:
        for page in self._pages.values():
            page.hear(changes)
        if self._view is not None:
            self._view.reload(changes)
        self._show_position()

    # -- search ---------------------------------------------------------------------------------------------------

    def _find(self, text: str) -> Sequence[Hit]:
        """Records first, then pages and commands whose words match."""
        key = fold(text)
        pages = [
            Hit(entry.word, "page", entry.icon, command=f"page:{entry.key}")
            for entry in self._entries.values()
            if key in fold(entry.word)
        ]
        commands = [
            Hit(entry.text, " ".join(entry.shortcuts[:1]) or "commande", entry.icon or "arrow-right", command=entry.key)
            for entry in self._action_entries
            if entry.found and key in fold(entry.text)
        ]
        return (*self._search(text), *pages, *commands)

    def _open_hit(self, hit: Hit) -> None:
        if hit.command.startswith("page:"):
            self.navigator.go(hit.command.removeprefix("page:"))
        elif hit.command:
            self._actions[hit.command].trigger()
        else:
            self.navigator.open_record(hit.entity, hit.id, stay=False)

    # -- making ---------------------------------------------------------------------------------------------------

    def _arrange(self) -> None:
        page_side = QWidget()
        column = QVBoxLayout(page_side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.stack, 1)
        column.addWidget(self.status)
        self.body = Body(self.context, page_side)
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.top_bar)
        column.addWidget(self.body, 1)
        self.loading.setParent(right)
        whole = QWidget()
        row = QHBoxLayout(whole)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.rail)
        row.addWidget(right, 1)
        self.setCentralWidget(whole)

    def _add_actions(self) -> None:
        for entry in self._action_entries:
            action = QAction(entry.text, self)
            action.setShortcuts(entry.keys())
            action.triggered.connect(lambda _checked=False, entry=entry: entry.run(self))
            self.addAction(action)
            self._actions[entry.key] = action
        for number, key in enumerate(list(self._entries)[:10], start=1):
            action = QAction(self._entries[key].word, self)
            action.setShortcut(QKeySequence(f"Ctrl+{number % 10}"))
            action.triggered.connect(lambda _checked=False, key=key: self.navigator.go(key))
            self.addAction(action)
            self._actions[f"page:{key}"] = action
        self.show_history("", "")

    def _connect(self) -> None:
        self.rail.chosen.connect(self._choose_in_rail)
        self.top_bar.search.chosen.connect(self._open_hit)
        self.top_bar.quarter.chosen.connect(self.quarter_chosen)
        self.top_bar.undo.clicked.connect(lambda _checked=False: self.undo_asked.emit())
        self.top_bar.redo.clicked.connect(lambda _checked=False: self.redo_asked.emit())
        self.undo_line.undo_asked.connect(self.undo_asked)
        self.navigator.moved.connect(self._show_place)
        self.navigator.closed.connect(self._close_record)
        self.navigator.set_homes({entity: entry.key for entry in self._entries.values() for entity in entry.gathers})
        self.context.bus.committed.connect(self._hear)
        jobs = self.context.jobs
        jobs.started.connect(lambda _job: self.loading.begin())
        jobs.advanced.connect(lambda job: self.loading.advance(job.share))
        # A method, not a lambda: a task that ends after the window has gone must find nobody to tell.
        jobs.ended.connect(self._end_loading)

    def _end_loading(self, _job: object) -> None:
        if not self.context.jobs.running():
            self.loading.end()

    def _choose_in_rail(self, key: str) -> None:
        if key == "settings":
            self.settings_asked.emit()
        elif key == "help":
            self.help_asked.emit(self.navigator.place.page)
        else:
            self.navigator.go(key)

    def _resize_panel(self, width: int) -> None:
        self.body.chosen_width = width
        self.body.arrange()
        self.context.preferences.keep("panel_width", self.body.panel_width())

    def _place_undo_line(self) -> None:
        edge = self.context.theme.px("space.gap")
        size = self.undo_line.sizeHint()
        top = self.body.height() - self.context.theme.px("height.status_bar") - size.height() - edge // 2
        self.undo_line.setGeometry(edge, top, min(size.width(), self.body.width() - 2 * edge), size.height())

    def _restore_geometry(self) -> None:
        self.resize(QSize(1366, 697))
        kept = self.context.preferences.value("window", "")
        if kept:
            self.restoreGeometry(QByteArray.fromBase64(kept.encode()))

    # -- Qt ---------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.rail.set_folded(self.width() < self.context.theme.px("width.collapse_rail_below"))
        # Layouts settle after this event: the line and the panel follow them.
        QTimer.singleShot(0, self, self._follow_size)

    def _follow_size(self) -> None:
        self.body.arrange()
        self.loading.setGeometry(0, self.top_bar.height() - 1, self.top_bar.width(), 2)
        self.loading.raise_()
        self._place_undo_line()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_paths(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        if paths := dropped_paths(event):
            event.acceptProposedAction()
            self.workbooks_dropped.emit(paths)

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.stack.count() and not (self.keep_typing() and self.may_close()):
            event.ignore()
            return
        self.context.preferences.keep("window", bytes(self.saveGeometry().toBase64()).decode())
        self.closing.emit()
        event.accept()
