"""What reading a cell gives: a value, a question or an error, with the words to say it."""

from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from app.exchange.references import Names
from app.models.fields import Stored

#: A stored value, or the ids of many links.
Base = Stored | tuple[str, ...]


class Missing(Enum):
    """`MISSING`: no base is known for the cell (a new row, a foreign table)."""

    MISSING = "missing"


MISSING = Missing.MISSING


class Outcome(Enum):
    """What a cell says compared with what it was when exported."""

    UNCHANGED = "unchanged"
    VALUE = "value"  # another value, understood
    PROPOSED = "proposed"  # another value, to be looked at: a note says why
    ERROR = "error"  # not understood, or one question to answer: nothing is taken
    UNKNOWN = "unknown"  # under a merged range: neither read nor erased


class Severity(Enum):
    """How a note weighs: an error takes nothing, a question waits for an answer, a warning goes with a value."""

    ERROR = "error"
    QUESTION = "question"
    WARNING = "warning"


class Reason(Enum):
    """Why there is a note, for what reacts to it."""

    NOT_UNDERSTOOD = "not_understood"
    AMBIGUOUS = "ambiguous"
    DIGITS_LOST = "digits_lost"
    TURNED_INTO_DATE = "turned_into_date"
    OUT_OF_RANGE = "out_of_range"
    ROUNDED = "rounded"
    GUESSED = "guessed"
    FORMULA = "formula"
    FORMULA_ERROR = "formula_error"
    UNKNOWN_CHOICE = "unknown_choice"
    UNKNOWN_REFERENCE = "unknown_reference"  # a row that could be created
    SEVERAL_REFERENCES = "several_references"
    CUT_TEXT = "cut_text"
    MERGED = "merged"


@dataclass(frozen=True, slots=True)
class CellError:
    """A note on one cell: where, what was read (200 characters at most), what was expected, and a sentence."""

    sheet: str
    address: str
    reference: str
    value: str
    expected: str
    example: str
    severity: Severity
    reason: Reason
    message: str

    @property
    def place(self) -> str:
        """`Actions!D14`."""
        return f"{self.sheet}!{self.address}"


@dataclass(frozen=True, slots=True)
class Reading:
    """What one cell says.

    `value` is canonical and stored (ids in order for many links), meaningful for VALUE and PROPOSED, and the base
    itself for UNCHANGED. `candidates` are the values one may choose from when a question is asked. `erased` tells a
    cell emptied from a value.
    """

    outcome: Outcome
    value: Base = None
    notes: tuple[CellError, ...] = ()
    candidates: tuple[Stored, ...] = ()
    formula: bool = False
    erased: bool = False


class Percents(Enum):
    """How the plain numbers of a column of percentages read, once someone has said it."""

    POINTS = "points"  # 12 is 12 %
    FRACTIONS = "fractions"  # 0,12 is 12 %


@dataclass(frozen=True, slots=True)
class Scope:
    """What the cells of one sheet share."""

    sheet: str
    names: Names = field(default_factory=lambda: Names({}))
    date1904: bool = False
    percents: Percents | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a cell has no sure value; `question` when one answer among the candidates settles it."""

    message: str
    expected: str
    example: str = ""
    reason: Reason = Reason.NOT_UNDERSTOOD
    question: bool = False


@dataclass(frozen=True, slots=True)
class Guess:
    """The values a cell may mean, likeliest first. Without fault the first is meant; `warning` then comes with it."""

    candidates: tuple[Any, ...] = ()
    fault: Fault | None = None
    warning: str = ""
    reason: Reason = Reason.GUESSED
