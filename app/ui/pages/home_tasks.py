"""The list « À faire »: late first, then this week, then later; one line a task, two lines of text."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from PySide6.QtCore import QAbstractListModel, QModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QFrame,
    QListView,
    QStackedLayout,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from app.formatting import format_date, format_number
from app.services.queries.home import Task, by_moment
from app.services.schedule import in_words
from app.ui import painting
from app.ui.theme import Theme
from app.ui.widgets.empty_state import EmptyState

#: Lines given to the view at once, then at each end of the scrolling: Qt measures every line it is given.
AT_ONCE = 200
_GROUPS = {"late": "En retard", "week": "Cette semaine", "later": "Plus tard"}
_ICONS = {"step": "list-check", "action": "list-details", "indicator": "chart-bar"}
_KINDS = {"step": "Étape", "action": "Action", "indicator": "Indicateur"}


class Heading(NamedTuple):
    """The title of a group and how many tasks it has, shown or not."""

    title: str
    count: int


class TaskModel(QAbstractListModel):
    """Headings and tasks, in order; given to the view a part at a time."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[Heading | Task] = []
        self._given = 0
        self.today = date.min

    def show_tasks(self, tasks: Sequence[Task], today: date) -> None:
        self.beginResetModel()
        self.today = today
        self._lines = []
        for key, found in by_moment(tasks, today).items():
            if found:
                self._lines.append(Heading(_GROUPS[key], len(found)))
                self._lines.extend(found)
        self._given = min(AT_ONCE, len(self._lines))
        self.endResetModel()

    def line(self, row: int) -> Heading | Task:
        return self._lines[row]

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else self._given

    def canFetchMore(self, parent: QModelIndex) -> bool:
        return not parent.isValid() and self._given < len(self._lines)

    def fetchMore(self, parent: QModelIndex) -> None:
        last = min(self._given + AT_ONCE, len(self._lines))
        self.beginInsertRows(parent, self._given, last - 1)
        self._given = last
        self.endInsertRows()

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        line = self._lines[index.row()]
        if isinstance(line, Heading):
            return f"{line.title} {line.count}" if role == Qt.ItemDataRole.DisplayRole else None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return line.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            when = f"{format_date(line.due)}, {in_words(line.due, self.today)}" if line.due else ""
            return ", ".join(part for part in (_KINDS[line.kind], line.title, line.detail, when) if part)
        return None

    def flags(self, index: QModelIndex) -> Qt.ItemFlag:
        if index.isValid() and isinstance(self._lines[index.row()], Heading):
            return Qt.ItemFlag.ItemIsEnabled
        return super().flags(index)


class TaskDelegate(QStyledItemDelegate):
    """Icon, title over detail, priority chip, date over how far it is."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        line = index.model().line(index.row())
        return QSize(100, self._theme.px(26 if isinstance(line, Heading) else 44))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        theme, rect = self._theme, option.rect
        line = index.model().line(index.row())
        if isinstance(line, Heading):
            self._paint_group(painter, rect, *line)
            return
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if chosen or hovered:
            painter.fillRect(rect, theme.colour("selection" if chosen else "hover"))
        painter.setPen(theme.colour("border"))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        self._paint_task(painter, rect, line, index.model().today)
        if option.state & QStyle.StateFlag.State_HasFocus:
            painting.paint_focus(painter, theme, rect)

    def _paint_group(self, painter: QPainter, rect: QRect, title: str, count: int) -> None:
        theme = self._theme
        painter.fillRect(rect, theme.colour("surface_alt"))
        painter.setPen(theme.colour("border"))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        font = theme.font("cell_small_strong")
        painter.setFont(font)
        painter.setPen(theme.colour("warning.fg" if title == _GROUPS["late"] else "text"))
        inner = rect.adjusted(theme.px(16), 0, 0, 0)
        painter.drawText(inner, painting.LEFT, title)
        inner.setLeft(inner.left() + painting.metrics(font).horizontalAdvance(title) + theme.px(7))
        painter.setFont(theme.font("cell_small"))
        painter.setPen(theme.colour("text_muted"))
        painter.drawText(inner, painting.LEFT, format_number(count))

    def _paint_task(self, painter: QPainter, rect: QRect, task: Task, today: date) -> None:
        theme = self._theme
        late = task.due is not None and task.due < today
        size = theme.px(18)
        middle = rect.center().y()
        icon = theme.pixmap(_ICONS[task.kind], "warning.fg" if late else "text_muted", 18)
        painter.drawPixmap(rect.left() + theme.px(16), middle - size // 2, icon)
        right = rect.right() - theme.px(16)
        dates = QRect(right - theme.px(104), rect.top() + theme.px(5), theme.px(104), theme.px(17))
        if task.due is not None:
            painter.setFont(theme.font("cell_strong" if late else "cell"))
            painter.setPen(theme.colour("warning.fg" if late else "text"))
            painter.drawText(dates, painting.RIGHT, format_date(task.due))
            painter.setFont(theme.font("cell_small"))
            painter.setPen(theme.colour("text_muted"))
            painter.drawText(dates.translated(0, theme.px(17)), painting.RIGHT, in_words(task.due, today))
        chip_left = right - theme.px(150)
        if task.priority:
            tone = f"P{task.priority}"
            painting.paint_chip(painter, theme, chip_left, middle, tone, tone=tone, bold=True)
        left = rect.left() + theme.px(46)
        text = QRect(left, rect.top() + theme.px(5), chip_left - theme.px(8) - left, theme.px(17))
        for words, level, colour in ((task.title, "cell", "text"), (task.detail, "cell_small", "text_muted")):
            font = theme.font(level)
            painter.setFont(font)
            painter.setPen(theme.colour(colour))
            painter.drawText(text, painting.LEFT, painting.elided(words, font, text.width()))
            text.translate(0, theme.px(17))


class TaskList(QWidget):
    """The list, or what is said when there is nothing to do; `opened(task)` on click or Enter."""

    opened = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._model = TaskModel()
        self._view = QListView()
        self._view.setModel(self._model)
        self._view.setItemDelegate(TaskDelegate(theme, self._view))
        self._view.setFrameShape(QFrame.Shape.NoFrame)
        self._view.setMouseTracking(True)
        self._view.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self._view.setAccessibleName("À faire")
        self._view.setMinimumHeight(theme.px(300))
        self._view.clicked.connect(self._open)
        self._view.activated.connect(self._open)
        self._empty = EmptyState(
            theme,
            icon="circle-check",
            title="Rien à faire pour l’instant",
            sentence="Les étapes et les échéances des trente prochains jours apparaîtront ici.",
        )
        self._layout = QStackedLayout(self)
        self._layout.addWidget(self._view)
        self._layout.addWidget(self._empty)

    def show_tasks(self, tasks: Sequence[Task], today: date) -> None:
        self._model.show_tasks(tasks, today)
        self._layout.setCurrentWidget(self._view if tasks else self._empty)

    def _open(self, index: QModelIndex) -> None:
        line = self._model.line(index.row())
        if isinstance(line, Task):
            self.opened.emit(line)
