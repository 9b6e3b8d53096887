"""One change on one line: its field, before and after, its cell, who, and a box to leave it out."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout

from app.exchange.preview import Change
from app.formatting import NBSP
from app.ui.pages.exchanges_review import is_erasure
from app.ui.pages.exchanges_tiles import EMPTY_WORD
from app.ui.pages.exchanges_words import cell_place, field_word
from app.ui.theme import Theme
from app.ui.widgets.buttons import CheckBox
from app.ui.widgets.labels import label

#: Column of the names of fields, in pixels at 100 %.
NAME_WIDTH = 128
#: What unticking a value of a colleague's log does.
LEFT_WORDS = f"Décochée, votre valeur est gardée{NBSP}: votre collègue le verra au prochain échange."


class ChangeLine(QFrame):
    """Before → after of one field, its cell, who; a box to leave it out when it can be refused."""

    ticked = Signal(bool)

    def __init__(self, theme: Theme, change: Change, *, box: bool, ticked: bool) -> None:
        super().__init__()
        name = field_word(change.entity, change.field)
        said = f"{name}{NBSP}: {change.before or EMPTY_WORD} → {change.after or EMPTY_WORD}"
        self.setAccessibleName(said)
        self.box: CheckBox | None = None
        row = QHBoxLayout()
        row.setContentsMargins(0, theme.px(5), 0, theme.px(5))
        row.setSpacing(theme.px("space.unit"))
        if box:
            self.box = CheckBox(theme)
            self.box.setChecked(ticked)
            self.box.setAccessibleName(f"Prendre {said}")
            self.box.toggled.connect(self.ticked)
            self.box.setFixedSize(theme.px(22), theme.px(18))
            if not change.lockable:
                self.box.setToolTip(LEFT_WORDS)
            row.addWidget(self.box, 0, Qt.AlignmentFlag.AlignTop)
        title = _top(label(name, "small", "muted", wrap=True))
        title.setFixedWidth(theme.px(NAME_WIDTH - (30 if box else 0)))
        row.addWidget(title, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(_passage(theme, change), 1)
        beside = "\n".join(part for part in (cell_place(change.sheet, change.cell), change.who) if part)
        told = label(beside, "small", "muted")
        told.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        row.addWidget(told, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        if change.note:
            note = label(change.note, "small", "muted", wrap=True)
            note.setContentsMargins(theme.px(NAME_WIDTH + 8), 0, 0, theme.px(6))
            column.addWidget(note)
        line = QFrame()
        line.setProperty("role", "line")
        line.setFixedHeight(1)
        column.addWidget(line)


def _passage(theme: Theme, change: Change) -> QHBoxLayout:
    """`before → after`, long texts on as many lines as they need."""
    row = QHBoxLayout()
    row.setSpacing(theme.px(8))
    erased = is_erasure(change)
    after = "effacé" if erased else (change.after or EMPTY_WORD)
    if change.before:
        row.addWidget(_value(change.before, "muted"), 1 if _is_long(change.before) else 0)
        arrow = QLabel()
        arrow.setPixmap(theme.pixmap("arrow-right", "text_muted", 14))
        arrow.setContentsMargins(0, theme.px(2), 0, 0)
        row.addWidget(arrow, 0, Qt.AlignmentFlag.AlignTop)
    row.addWidget(_value(after, "danger" if erased else ""), 1 if _is_long(after) else 0)
    if not _is_long(after):
        row.addStretch(1)
    return row


def _is_long(text: str) -> bool:
    return len(text) > 24 or "\n" in text


def _value(text: str, tone: str) -> QLabel:
    return _top(label(text, "body", tone, wrap=_is_long(text)))


def _top(made: QLabel) -> QLabel:
    made.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
    return made
