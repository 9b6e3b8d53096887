"""What the window rows share: finding the list of a page, waiting until it is painted, a plain view for the floors."""

import time
from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QAbstractTableModel, QEvent, QModelIndex, QObject, Qt
from PySide6.QtWidgets import QAbstractItemView, QApplication, QTableView, QVBoxLayout, QWidget

#: Longer than any gesture may take: past it the bench stops with a fault instead of waiting for ever.
PATIENCE = 30.0


class Painted(QObject):
    """Waits for the paint that follows a change of the model of `view`."""

    def __init__(self, view: QAbstractItemView) -> None:
        super().__init__(view)
        self._view = view
        self._changed = False
        self._painted = False
        view.viewport().installEventFilter(self)
        model = view.model()
        for signal in (model.modelReset, model.layoutChanged, model.rowsRemoved, model.rowsInserted):
            signal.connect(self._change)

    def after(self, gesture: Callable[[], object], *, change: bool = True) -> float:
        """Do `gesture` and wait for the paint it brings; returns milliseconds. Without `change`, any paint will do."""
        self._changed = not change
        self._painted = False
        application = QApplication.instance()
        assert application is not None
        begun = time.perf_counter()
        gesture()
        while not self._painted:
            application.processEvents()
            if time.perf_counter() - begun > PATIENCE:
                raise RuntimeError("the list was never painted again")
        return (time.perf_counter() - begun) * 1000

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and self._changed:
            # The filter comes before the paint itself, which ends within the same turn of the event loop.
            self._painted = True
        return False

    def _change(self, *_: object) -> None:
        self._changed = True


def view_of(page: QWidget, rows: int) -> QAbstractItemView:
    """The visible view of a page that lists at least `rows` rows."""
    for view in page.findChildren(QAbstractItemView):
        if view.isVisible() and view.model() is not None and view.model().rowCount() >= rows:
            return view
    raise RuntimeError(f"no visible view of {type(page).__name__} lists {rows} rows")


def hosted(widget: QWidget, width: int, height: int) -> QWidget:
    """A bare window of this size that holds `widget`, shown."""
    host = QWidget()
    column = QVBoxLayout(host)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(widget)
    host.resize(width, height)
    host.show()
    return host


def plain_view(model: QAbstractItemModel, like: QTableView) -> QTableView:
    """Qt's own view and delegate on `model`, with the sizes, font and scrolling of one of ours."""
    view = QTableView()
    view.setModel(model)
    view.setFont(like.font())
    view.setShowGrid(False)
    view.setWordWrap(False)
    view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    view.verticalHeader().hide()
    view.verticalHeader().setDefaultSectionSize(like.verticalHeader().defaultSectionSize())
    widths = shown_widths(like)
    for place in range(model.columnCount()):
        view.setColumnWidth(place, widths[place % len(widths)])
    return view


def shown_widths(view: QTableView) -> list[int]:
    """The widths of the columns that are shown."""
    sections = range(view.model().columnCount())
    return [view.columnWidth(place) for place in sections if not view.isColumnHidden(place)]


class PlainModel(QAbstractTableModel):
    """Ids, and texts fetched a screen at a time: the least that a list filtered by ids can be in Python."""

    WINDOW = 50

    def __init__(self, columns: int, fetch: Callable[[Sequence[str]], dict[str, tuple[Any, ...]]]) -> None:
        super().__init__()
        self._columns = columns
        self._fetch = fetch
        self._ids: list[str] = []
        self._rows: dict[str, tuple[Any, ...]] = {}

    def show_ids(self, ids: list[str]) -> None:
        self.beginResetModel()
        self._ids = ids
        self._rows = {}
        self.endResetModel()

    def rowCount(self, parent: Any = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._ids)

    def columnCount(self, parent: Any = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else self._columns

    def data(self, index: Any, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        row = self._ids[index.row()]
        if row not in self._rows:
            self._rows |= self._fetch(self._ids[index.row() : index.row() + self.WINDOW])
        return self._rows[row][index.column()]
