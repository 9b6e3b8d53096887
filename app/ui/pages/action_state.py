"""The line under the title of an action: its state, its progress and its échéance, each changed by a click."""

from decimal import Decimal
from typing import Any

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QMenu, QSizePolicy, QWidget

from app.formatting import NBSP, format_date, format_percent
from app.models import registry
from app.services.queries.action import ActionDetail
from app.services.schedule import State
from app.ui import painting
from app.ui.context import Context
from app.ui.pages.plan_popups import ValuePopup, ask_end
from app.ui.theme import Theme
from app.ui.widgets.labels import Chip

ACTION = registry.entity("action")
#: Width of the bar: what is left of the narrowest panel beside « Échéance 05/11/2026 » and « Exemple ».
BAR = 36


class StatePart(QAbstractButton):
    """A part of the line that one clicks: a chip or a word, a bar, a date. Drawn from its three properties."""

    def __init__(self, theme: Theme, name: str, text: str, *, icon: str = "", tone: str = "", chip: bool = False,
                 share: float | None = None) -> None:  # fmt: skip
        super().__init__()
        self._theme = theme
        self._icon, self._tone, self._chip, self._share = icon, tone, chip, share
        self.setText(text)
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def _level(self) -> str:
        return "strong" if self._share is not None else "body"

    def sizeHint(self) -> QSize:
        theme = self._theme
        if self._chip:
            return QSize(painting.chip_width(theme, self.text(), icon=self._icon), theme.px(24))
        width = painting.metrics(theme.font(self._level())).horizontalAdvance(self.text()) + theme.px(4)
        if self._icon:
            width += theme.px("icon.inline") + theme.px(5)
        if self._share is not None:
            width += theme.px(8 + BAR)
        return QSize(width, theme.px(24))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, rect = self._theme, self.rect()
        painter = QPainter(self)
        middle = rect.center().y() + 1
        if self.underMouse() and not self._chip:
            painting.fill_rounded(painter, rect, theme, "hover", theme.px("radius.control"))
        if self._chip:
            painting.paint_chip(painter, theme, 0, middle, self.text(), tone=self._tone, icon=self._icon)
        else:
            left = theme.px(2)
            if self._icon:
                size = theme.px("icon.inline")
                ink = painting.tone_colours(theme, self._tone or "neutral")[0]
                painter.drawPixmap(left, middle - size // 2, theme.pixmap(self._icon, ink))
                left += size + theme.px(5)
            font = theme.font(self._level())
            painter.setFont(font)
            warned = self._tone == "warning" and not self._icon
            painter.setPen(theme.colour("warning.fg" if warned else ("text" if self._icon or self._share is not None
                                                                     else "text_muted")))  # fmt: skip
            painter.drawText(QRect(left, 0, rect.width() - left, rect.height()), painting.LEFT, self.text())
            if self._share is not None:
                left += painting.metrics(font).horizontalAdvance(self.text()) + theme.px(7)
                painting.paint_progress(painter, theme, QRect(left, 0, theme.px(BAR), rect.height()), self._share)
        if self.hasFocus():
            painting.paint_focus(painter, theme, rect)


class StateLine(QWidget):
    """`given(field, value)` when a state or a progress is chosen; `postponed(date)` for an échéance."""

    given = Signal(str, object)
    postponed = Signal(object)

    def __init__(self, context: Context, detail: ActionDetail) -> None:
        super().__init__()
        self._context, self._detail = context, detail
        theme, values = context.theme, detail.record.values
        look = theme.status(detail.state)
        self.state = StatePart(
            theme, f"État{NBSP}: {look.word}. Changer l’état", look.word, icon=look.icon, tone=look.tone, chip=look.chip
        )
        progress = values["progress"]
        assert progress is None or isinstance(progress, Decimal)
        said = format_percent(progress) if progress is not None else "–"
        share = float(progress or 0) / 100
        self.progress = StatePart(theme, f"Avancement{NBSP}: {said}. Changer l’avancement", said, share=share)
        end: Any = values["end"]
        late = "warning" if detail.state is State.LATE else ""
        word = f"Échéance {format_date(end)}" if end else "Sans échéance"
        self.end = StatePart(theme, f"{word}. Changer l’échéance", word, tone=late)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(6))
        parts: list[QWidget] = [self.state, self.progress, self.end]
        if detail.is_example:
            chip = Chip(theme, "Exemple")
            chip.setToolTip("Ligne inventée pour l’exemple, à retirer avec lui.")
            parts.append(chip)
        for part in parts:
            row.addWidget(part)
        row.addStretch(1)
        self.state.clicked.connect(lambda _checked=False: self._open_states())
        self.progress.clicked.connect(lambda _checked=False: self._ask_progress())
        self.end.clicked.connect(lambda _checked=False: ask_end(context, self, self.end, end, self.postponed.emit))

    def _open_states(self) -> None:
        theme, now = self._context.theme, self._detail.record.values["status"]
        menu = QMenu(self)
        menu.aboutToHide.connect(menu.deleteLater)
        for choice in ACTION.fields["status"].choices:
            action = menu.addAction(choice.label)
            look = theme.status(choice.code)
            action.setIcon(theme.icon("check", "accent") if choice.code == now else theme.icon(look.icon))
            action.triggered.connect(lambda _checked=False, code=choice.code: self.given.emit("status", code))
        menu.popup(self.state.mapToGlobal(QPoint(0, self.state.height())))

    def _ask_progress(self) -> None:
        quick = [(f"{points}{NBSP}%", Decimal(points)) for points in (0, 25, 50, 75, 100)]
        popup = ValuePopup(
            self._context, self, "Avancement", ACTION.fields["progress"],
            value=self._detail.record.values["progress"], quick=quick,
        )  # fmt: skip
        popup.chosen.connect(lambda value: self.given.emit("progress", value))
        popup.open_under(self.progress)
