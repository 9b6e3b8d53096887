"""Small parts of the exchanges: filter pills, drop zone, progress of a task, foot bar, a question."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMessageBox,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.formatting import format_number
from app.ui import painting
from app.ui.dropped import dropped_paths
from app.ui.jobs import Job
from app.ui.theme import Theme
from app.ui.widgets.buttons import button
from app.ui.widgets.filters import FilterField
from app.ui.widgets.labels import ElidedLabel, label
from app.ui.widgets.lines import ProgressBar

FILE_FILTER = "Classeurs (*.xlsx *.ods *.csv);;Tous les fichiers (*)"


class Pill(QAbstractButton):
    """« ⚠ Conflits 2 »: a filter with its count."""

    moved = Signal(int)

    def __init__(self, theme: Theme, key: str, word: str, count: int, *, icon: str = "", tone: str = "") -> None:
        super().__init__()
        self._theme = theme
        self.key = key
        self._count = format_number(count)
        self._icon, self._tone = icon, tone
        self.setText(word)
        self.setAccessibleName(f"{word}, {self._count}")
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        theme = self._theme
        word = painting.metrics(theme.font("cell")).horizontalAdvance(self.text())
        count = painting.metrics(theme.font("cell_strong")).horizontalAdvance(self._count)
        icon = theme.px("icon.inline") + theme.px(7) if self._icon else 0
        return QSize(icon + word + count + theme.px(28), theme.px("height.control_small"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is not None:
            self.moved.emit(step)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, rect, checked = self._theme, self.rect(), self.isChecked()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.colour("accent" if checked else "border"), 1))
        painter.setBrush(theme.colour("selection" if checked else ("hover" if self.underMouse() else "surface")))
        radius = theme.px("radius.control")
        painter.drawRoundedRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        inside = rect.adjusted(theme.px(10), 0, -theme.px(10), 0)
        if self._icon:
            size = theme.px("icon.inline")
            ink = f"{self._tone}.fg"
            painter.drawPixmap(inside.left(), inside.center().y() - size // 2 + 1, theme.pixmap(self._icon, ink))
            inside.setLeft(inside.left() + size + theme.px(7))
        painter.setFont(theme.font("cell"))
        painter.setPen(theme.colour("accent" if checked else "text"))
        painter.drawText(inside, painting.LEFT, self.text())
        painter.setFont(theme.font("cell_strong"))
        painter.setPen(theme.colour("text" if checked else "text_muted"))
        painter.drawText(inside, painting.RIGHT, self._count)
        if self.hasFocus():
            painting.paint_focus(painter, theme, rect)


class PillBar(QFrame):
    """The filters of a preview, one chosen; what is typed, and a sentence, at the right. `chosen(key)`, "" for all."""

    chosen = Signal(str)
    typed = Signal(str)

    def __init__(self, theme: Theme, sentence: str = "") -> None:
        super().__init__()
        self._theme = theme
        self._group = QButtonGroup(self)
        self.setProperty("role", "filter_bar")
        self.setFixedHeight(theme.px("height.filter_bar"))
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(theme.px("space.page"), 0, theme.px("space.gap"), theme.px(2))
        self._row.setSpacing(theme.px("space.unit"))
        self.field = FilterField(theme, "Filtrer", width=150)
        self.field.filtered.connect(self.typed)
        self._row.addSpacing(theme.px("space.unit"))
        self._row.addWidget(self.field)
        self._row.addStretch(1)
        self.sentence = ElidedLabel(theme, sentence, "cell", "text_muted")
        policy = QSizePolicy.Policy.Preferred
        self.sentence.setSizePolicy(policy, QSizePolicy.Policy.Fixed)
        self.sentence.setMinimumWidth(0)
        self._row.addWidget(self.sentence)
        self._group.buttonClicked.connect(lambda pill: self.chosen.emit(pill.key))

    def show_pills(self, pills: Sequence[tuple[str, str, int, str, str]], current: str) -> None:
        """(key, word, count, icon, tone) of each."""
        for old in self._group.buttons():
            self._group.removeButton(old)
            self._row.removeWidget(old)
            old.hide()
            old.deleteLater()
        for place, (key, word, count, icon, tone) in enumerate(pills):
            pill = Pill(self._theme, key, word, count, icon=icon, tone=tone)
            pill.setChecked(key == current)
            pill.moved.connect(lambda step, place=place: self._move(place, step))
            self._group.addButton(pill, place)
            self._row.insertWidget(place, pill)

    def pill(self, key: str) -> Pill:
        return next(pill for pill in self._group.buttons() if pill.key == key)

    def keys(self) -> list[str]:
        return [pill.key for pill in self._group.buttons()]

    def _move(self, place: int, step: int) -> None:
        pills = self._group.buttons()
        pill = pills[(place + step) % len(pills)]
        pill.setFocus(Qt.FocusReason.TabFocusReason)
        pill.click()


class DropZone(QFrame):
    """Where a workbook is dropped: icon, title, sentence, a button to choose files. `dropped(paths)`, `asked()`."""

    dropped = Signal(list)
    asked = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._over = False
        self._icon = QLabel()
        self._icon.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setAcceptDrops(True)
        self.setAccessibleName("Déposer un classeur ici")
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(24), theme.px(28), theme.px(24), theme.px(28))
        column.setSpacing(theme.px("space.unit"))
        column.addWidget(self._icon)
        column.addSpacing(theme.px(4))
        title = label("Déposez un classeur ici", "heading")
        text = label(
            "Celui d’un collègue, d’un partenaire, ou un tableau à vous. Rien n’est écrit avant que vous ayez vu et"
            " accepté ce qu’il change.",
            "body", "muted", wrap=True,
        )  # fmt: skip
        text.setFixedWidth(theme.px(440))
        text.setFixedHeight(text.heightForWidth(theme.px(440)))
        for part in (title, text):
            part.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            column.addWidget(part, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(theme.px(6))
        self.choose = button(
            theme, "Choisir des classeurs…", kind="primary", icon="folder-open", clicked=self.asked.emit
        )
        column.addWidget(self.choose, 0, Qt.AlignmentFlag.AlignHCenter)
        hint = label(".xlsx, .ods ou .csv, plusieurs à la fois si vous voulez", "small", "muted")
        column.addWidget(hint, 0, Qt.AlignmentFlag.AlignHCenter)
        theme.changed.connect(self._draw_icon)
        self._draw_icon()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_paths(event):
            event.acceptProposedAction()
            self._over = True
            self.update()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._over = False
        self.update()

    def dropEvent(self, event: QDropEvent) -> None:
        self._over = False
        self.update()
        if paths := dropped_paths(event):
            event.acceptProposedAction()
            self.dropped.emit(paths)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(theme.colour("accent" if self._over else "border_control"), 2 if self._over else 1)
        pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(theme.colour("accent_soft" if self._over else "surface"))
        radius = theme.px("radius.card")
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), radius, radius)

    def _draw_icon(self) -> None:
        self._icon.setPixmap(self._theme.pixmap("drag-drop", "text_muted", "icon.empty"))


class Progress(QFrame):
    """A task that lasts: what is being done, how far, « Arrêter »."""

    stopped = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.title = label("", "heading")
        self._sentence = label("", "small", "muted")
        self._bar = ProgressBar(theme, width=0)
        self.stop = button(theme, "Arrêter", clicked=self.stopped.emit)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px("space.unit"))
        column.addWidget(self.title)
        row = QHBoxLayout()
        row.setSpacing(theme.px("space.gap"))
        row.addWidget(self._bar, 1)
        row.addWidget(self.stop)
        column.addLayout(row)
        column.addWidget(self._sentence)

    def begin(self, title: str, sentence: str = "") -> None:
        self.title.setText(title)
        self._sentence.setText(sentence)
        self._bar.show_share(0)
        self.stop.setEnabled(True)

    def show_job(self, job: Job) -> None:
        if job.share is not None:
            self._bar.show_share(job.share)
        if job.sentence:
            self._sentence.setText(f"{job.sentence}…" if not job.sentence.endswith(("…", ".")) else job.sentence)


class FootBar(QFrame):
    """The foot of a view: an icon and a sentence at the left, gestures at the right, the filled one last."""

    def __init__(self, theme: Theme, icon: str, sentence: str) -> None:
        super().__init__()
        self._theme = theme
        self._icon_name = icon
        self._icon = QLabel()
        self.sentence = ElidedLabel(theme, sentence, "cell", "text_muted")
        self.setProperty("role", "status_bar")
        self.setFixedHeight(theme.px(52))
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(theme.px("space.page"), 0, theme.px("space.gap"), 0)
        self._row.setSpacing(theme.px("space.unit"))
        self._row.addWidget(self._icon)
        self._row.addWidget(self.sentence, 1)
        theme.changed.connect(self._draw_icon)
        self._draw_icon()

    def add(self, part: QWidget) -> None:
        self._row.addWidget(part)

    def _draw_icon(self) -> None:
        self._icon.setPixmap(self._theme.pixmap(self._icon_name))


def ask(
    parent: QWidget,
    question: str,
    explanation: str,
    gesture: str,
    agreed: Callable[[], object],
    *,
    second: str = "",
    otherwise: Callable[[], object] = lambda: None,
) -> QMessageBox:
    """Ask before what may lose data; `gesture` is the infinitive of the button. Does not block: `agreed` is called.

    `second` names another gesture, which calls `otherwise`.
    """
    box = QMessageBox(parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setIcon(QMessageBox.Icon.Question)
    box.setWindowTitle("Carnet de quartier")
    box.setText(question)
    box.setInformativeText(explanation)
    yes = box.addButton(gesture, QMessageBox.ButtonRole.AcceptRole)
    other = box.addButton(second, QMessageBox.ButtonRole.DestructiveRole) if second else None
    no = box.addButton("Annuler", QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(no)
    box.setEscapeButton(no)

    def tell(_result: int) -> None:
        clicked = box.clickedButton()
        if clicked is yes:
            agreed()
        elif other is not None and clicked is other:
            otherwise()

    box.finished.connect(tell)
    box.open()
    return box
