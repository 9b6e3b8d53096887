"""What a column shows, and what one cell says: the vocabulary between pages, models and the delegate.

A page declares its columns once; a column turns a row (a frozen dataclass or tuple from the queries) into a `Cell`,
which is all that the delegate knows.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto
from operator import attrgetter
from typing import Any, NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from app.formatting import format_boolean, format_date, format_money, format_number, format_percent


class Look(Enum):
    """How a cell is painted."""

    TEXT = auto()  # one line
    MUTED = auto()  # one line, secondary
    TITLE = auto()  # number, then title; a second line in comfortable rows
    STATUS = auto()  # icon and word; a chip when somebody must act
    PROGRESS = auto()  # thin bar and percentage
    DATE = auto()  # 31/12/2026; tone when late
    MONEY = auto()  # right, without cents
    NUMBER = auto()  # right
    PERCENT = auto()  # right
    CHIPS = auto()  # neutral chips side by side
    PRIORITY = auto()  # P3
    CHECK = auto()  # a box to tick the row
    BOOLEAN = auto()  # Oui, Non
    ICON = auto()  # an icon with a spoken name


RIGHT_LOOKS = frozenset({Look.MONEY, Look.NUMBER, Look.PERCENT})


class Cell(NamedTuple):
    """What one cell says. `tone` colours the text (warning, danger, muted) or, for a chip, its tint; `value` is the
    share of a progress (0 to 1), the ticked state, or the chips of a row; `code` stands muted before a title, both
    moved right by `indent` levels of a tree."""

    text: str = ""
    look: Look = Look.TEXT
    tone: str = ""
    value: Any = None
    code: str = ""
    second: str = ""
    icon: str = ""
    chip: bool = False
    strong: bool = False
    indent: int = 0


EMPTY = Cell()


def _nothing(_row: Any) -> str:
    return ""


@dataclass(frozen=True)
class Column:
    """One column. `value(row)` defaults to the attribute `key`; `cell(row)` replaces everything.

    `width` in pixels at 100 %; the `stretch` column takes what is left. `gives_way` > 0: hidden when room lacks, the
    highest first. `editor(parent, row)` makes the cell editable with an editor of `app.ui.forms`.
    """

    key: str
    title: str
    look: Look = Look.TEXT
    width: int = 120
    value: Callable[[Any], Any] | None = None
    cell: Callable[[Any], Cell] | None = None
    tone: Callable[[Any], str] = _nothing
    code: Callable[[Any], str] = _nothing
    second: Callable[[Any], str] = _nothing
    stretch: bool = False
    gives_way: int = 0
    sortable: bool = True
    editor: Callable[[QWidget, Any], QWidget] | None = None
    help: str = ""
    _read: Callable[[Any], Any] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_read", self.value or attrgetter(self.key))

    @property
    def right(self) -> bool:
        return self.look in RIGHT_LOOKS

    @property
    def alignment(self) -> Qt.AlignmentFlag:
        side = Qt.AlignmentFlag.AlignRight if self.right else Qt.AlignmentFlag.AlignLeft
        return side | Qt.AlignmentFlag.AlignVCenter

    def raw(self, row: Any) -> Any:
        """The value to edit or copy."""
        return None if self.look is Look.CHECK else self._read(row)

    def make(self, row: Any) -> Cell:
        """The cell of a row."""
        if self.cell is not None:
            return self.cell(row)
        if self.look is Look.CHECK:
            return Cell(look=Look.CHECK)
        value = self._read(row)
        if self.look is Look.PROGRESS:
            return Cell(format_percent(value or 0), self.look, self.tone(row), float(value or 0) / 100)
        if self.look is Look.CHIPS:
            return Cell(", ".join(value), self.look, value=tuple(value))
        return Cell(
            _TEXTS.get(self.look, _text)(value), self.look, self.tone(row), value, self.code(row), self.second(row)
        )


def _text(value: Any) -> str:
    return "" if value is None else str(value)


_TEXTS: dict[Look, Callable[[Any], str]] = {
    Look.DATE: format_date,
    Look.MONEY: lambda value: format_money(value, cents=False),
    Look.NUMBER: format_number,
    Look.PERCENT: format_percent,
    Look.BOOLEAN: format_boolean,
}


def status_cell(look: Any) -> Cell:
    """The cell of a `StatusLook` (`theme.status(code)`)."""
    return Cell(look.word, Look.STATUS, look.tone, icon=look.icon, chip=look.chip)
