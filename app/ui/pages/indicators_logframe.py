"""The logframe of a scheme in six columns, as annexe 3 sets it out; read here, changed in the fiches."""

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QMenu,
    QStackedWidget,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
)

from app.services.queries.indicator_logframe import LogframeLine, Named
from app.ui import painting
from app.ui.pages.indicators_grid_view import GridHead
from app.ui.theme import Theme
from app.ui.widgets.empty_state import EmptyState
from app.ui.widgets.filters import FilterButton
from app.ui.widgets.labels import label

TITLES = (
    "Objectif général", "Objectif spécifique et palier", "Indicateurs de résultat", "Objectif opérationnel",
    "Indicateurs de processus", "Méthodes / outils",
)  # fmt: skip
#: Shares of the width.
_SHARES = (15, 19, 19, 18, 19, 10)
#: Columns whose cells merge over an objective, and over a block.
_BY_GENERAL, _BY_BLOCK = (0, 5), (1, 2)
_WRAP = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
NAMED_ROLE = Qt.ItemDataRole.UserRole + 1
BELOW_ROLE = Qt.ItemDataRole.UserRole + 2
Index = QModelIndex | QPersistentModelIndex


class LogframeModel(QAbstractTableModel):
    """The lines of one logframe."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: tuple[LogframeLine, ...] = ()

    def show_lines(self, lines: Sequence[LogframeLine]) -> None:
        self.beginResetModel()
        self._lines = tuple(lines)
        self.endResetModel()

    def lines(self) -> tuple[LogframeLine, ...]:
        return self._lines

    def year_of(self, section: int) -> None:
        """No column of a year: every head is written on the left."""

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._lines)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(TITLES)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        wanted = role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole)
        return TITLES[section] if wanted and orientation == Qt.Orientation.Horizontal else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        line, section = self._lines[index.row()], index.column()
        if role == NAMED_ROLE:
            return {2: line.results, 4: line.processes}.get(section, ())
        if role == BELOW_ROLE:
            return line.milestone if section == 1 else ""
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(line, section)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            below = f", palier {line.milestone}" if section == 1 and line.milestone else ""
            return f"{TITLES[section]}\u00a0: {self._text(line, section) or 'vide'}{below}"
        return None

    def _text(self, line: LogframeLine, section: int) -> str:
        return (
            line.general_title, line.specific_title, _listed(line.results), line.operational_title,
            _listed(line.processes), line.tools or line.operational_tools,
        )[section]  # fmt: skip


def _listed(named: Sequence[Named]) -> str:
    return "\n".join(f"– {one.title}" for one in named)


class LogframeDelegate(QStyledItemDelegate):
    """Wraps the texts; indicators are written as links."""

    def __init__(self, theme: Theme, parent: QTableView) -> None:
        super().__init__(parent)
        self._theme = theme

    def height_of(self, index: QModelIndex, width: int) -> int:
        """The height a cell needs at a width."""
        theme = self._theme
        text, below = index.data() or "", index.data(BELOW_ROLE) or ""
        inner = width - 2 * theme.px(8)
        height = self._measure(text, self._level(index), inner)
        if below:
            height += theme.px(4) + self._measure(below, "cell", inner)
        return height + 2 * theme.px(7)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        theme, rect = self._theme, option.rect
        chosen = option.state & QStyle.StateFlag.State_Selected
        ground = "selection" if chosen else ("surface_alt" if index.column() == 0 else "surface")
        painter.fillRect(rect, theme.colour(ground))
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), theme.colour("border"))
        painter.fillRect(QRect(rect.right(), rect.top(), 1, rect.height()), theme.colour("border"))
        inside = rect.adjusted(theme.px(8), theme.px(7), -theme.px(8), -theme.px(4))
        text, below = index.data() or "", index.data(BELOW_ROLE) or ""
        painter.setFont(theme.font(self._level(index)))
        painter.setPen(theme.colour("accent" if index.data(NAMED_ROLE) else "text"))
        painter.drawText(inside, _WRAP, text)
        if below:
            top = self._measure(text, self._level(index), inside.width()) + theme.px(4)
            painter.setFont(theme.font("cell"))
            painter.setPen(theme.colour("text_muted"))
            painter.drawText(inside.adjusted(0, top, 0, 0), _WRAP, below)
        if option.state & QStyle.StateFlag.State_HasFocus:
            painting.paint_focus(painter, theme, rect.adjusted(0, 0, 0, -1), 2)

    def _level(self, index: QModelIndex) -> str:
        return "cell_strong" if index.column() == 0 else "cell"

    def _measure(self, text: str, level: str, width: int) -> int:
        if not text:
            return 0
        return painting.metrics(self._theme.font(level)).boundingRect(QRect(0, 0, width, 100_000), _WRAP, text).height()


class LogframeView(QTableView):
    """The six columns, merged where one objective has several lines."""

    opened = Signal(str)

    def __init__(self, theme: Theme, model: LogframeModel) -> None:
        super().__init__()
        self._theme = theme
        self._frame = model
        self.setModel(model)
        self.setHorizontalHeader(GridHead(theme, self))
        self._delegate = LogframeDelegate(theme, self)
        self.setItemDelegate(self._delegate)
        self.setAccessibleName("Cadre logique")
        self.setShowGrid(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setCornerButtonEnabled(False)
        self.setTabKeyNavigation(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setMinimumSectionSize(1)
        self._wait = QTimer(self, singleShot=True, interval=0)
        self._wait.timeout.connect(self.fit)
        model.modelReset.connect(self._merge)
        self.clicked.connect(self._open)
        theme.changed.connect(self.viewport().update)

    def fit(self) -> None:
        """Give the columns their shares, and the lines the height of their texts."""
        room = self.viewport().width()
        for section, share in enumerate(_SHARES):
            self.setColumnWidth(section, room * share // sum(_SHARES))
        lines = self._frame.lines()
        heights = [0] * len(lines)
        for line in range(len(lines)):
            heights[line] = max(self._needed(line, section) for section in (3, 4))
        for sections, key in ((_BY_BLOCK, lambda one: one.block), (_BY_GENERAL, lambda one: one.general)):
            for first, count in _runs(lines, key):
                needed = max(self._needed(first, section) for section in sections)
                # What a merged cell needs beyond its lines is given to the last of them.
                heights[first + count - 1] += max(0, needed - sum(heights[first : first + count]))
        for line, height in enumerate(heights):
            self.setRowHeight(line, max(height, self._theme.px("height.row")))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._wait.start()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._open(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def menu_of(self, named: Sequence[Named]) -> QMenu:
        """The indicators of a cell, to choose which fiche to open."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for one in named:
            menu.addAction(one.title).triggered.connect(lambda _checked=False, one=one: self.opened.emit(one.id))
        return menu

    def _open(self, index: QModelIndex) -> None:
        named = index.data(NAMED_ROLE) if index.isValid() else ()
        if len(named or ()) == 1:
            self.opened.emit(named[0].id)
        elif named:
            place = self.visualRect(index)
            self.menu_of(named).popup(self.viewport().mapToGlobal(place.bottomLeft()))

    def _merge(self) -> None:
        self.clearSpans()
        lines = self._frame.lines()
        for sections, key in ((_BY_GENERAL, lambda one: one.general), (_BY_BLOCK, lambda one: one.block)):
            for first, count in _runs(lines, key):
                for section in sections if count > 1 else ():
                    self.setSpan(first, section, count, 1)
        self._wait.start()

    def _needed(self, line: int, section: int) -> int:
        return self._delegate.height_of(self._frame.index(line, section), self.columnWidth(section))


def _runs(lines: Sequence[LogframeLine], key: Callable[[LogframeLine], str]) -> list[tuple[int, int]]:
    """(first line, how many) of the lines that share a key."""
    found: list[tuple[int, int]] = []
    for place, line in enumerate(lines):
        if place and key(line) == key(lines[place - 1]):
            found[-1] = (found[-1][0], found[-1][1] + 1)
        else:
            found.append((place, 1))
    return found


class Logframe(QFrame):
    """The logframe of the scheme chosen above it."""

    opened = Signal(str)
    scheme_chosen = Signal(str)

    def __init__(self, theme: Theme, *, schemes: Callable[[], Sequence[tuple[str, str]]]) -> None:
        super().__init__()
        self.setProperty("role", "surface")
        self.model = LogframeModel()
        self.view = LogframeView(theme, self.model)
        self.scheme = FilterButton(theme, "Dispositif", schemes, exclusive=True)
        self._source = label("Six colonnes, comme à l’annexe 3 du contrat de ville.", "small", "muted")
        self._empty = EmptyState(
            theme, icon="list-tree", title="Aucun cadre logique",
            sentence="Le cadre logique d’un dispositif (l’Atelier Santé Ville par exemple) relie ses objectifs à ses "
            "indicateurs. Il vient du référentiel.",
        )  # fmt: skip
        self._stack = QStackedWidget()
        for part in (self.view, self._empty):
            self._stack.addWidget(part)
        bar = QFrame()
        bar.setProperty("role", "surface")
        line = QHBoxLayout(bar)
        line.setContentsMargins(theme.px("space.page"), theme.px(6), theme.px("space.gap"), theme.px(6))
        line.setSpacing(theme.px("space.gap"))
        line.addWidget(self.scheme)
        line.addWidget(self._source)
        line.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(bar)
        layout.addWidget(self._stack, 1)
        self.view.opened.connect(self.opened)
        self.scheme.filtered.connect(lambda keys: self.scheme_chosen.emit(keys[0] if keys else ""))

    def show_lines(self, lines: Sequence[LogframeLine]) -> None:
        if tuple(lines) != self.model.lines():
            self.model.show_lines(lines)
        self._stack.setCurrentWidget(self.view if lines else self._empty)

    def take_focus(self) -> None:
        self._stack.currentWidget().setFocus()

    def sizeHint(self) -> QSize:
        return QSize(800, 500)
