"""Kinds of fields, and the declaration of one field.

A field is declared once, beside the column that keeps it; every reader (form, table, workbook, PDF, command line,
validation, merge) goes by this declaration. What is stored is *canonical*: two equal values have one writing, so
that the merge compares by equality.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Context, Decimal
from enum import Enum
from typing import TypeVar
from uuid import UUID

from app.formatting import CENT, clean_text, plain

T = TypeVar("T")

# Enough digits for any number a person may type: an amount is never rounded by its length.
_WIDE = Context(prec=100)

#: What a field holds in Python: None, or a value of its kind (see `Kind`).
Value = str | int | Decimal | bool | date | tuple[str, ...] | None
#: What SQLite keeps: text or integer, never a float.
Stored = str | int | None


class Kind(Enum):
    """The kinds of fields, with the Python value of each."""

    TEXT = "text"  # str, one line
    LONG_TEXT = "long_text"  # str, Markdown
    INTEGER = "integer"  # int
    DECIMAL = "decimal"  # Decimal
    MONEY = "money"  # Decimal, euros with two decimals; stored in cents
    PERCENT = "percent"  # Decimal, points of percent: 60 means 60 %
    DATE = "date"  # date
    YEAR = "year"  # int, four digits
    BOOLEAN = "boolean"  # bool
    CHOICE = "choice"  # str, the English code of one choice
    LINK = "link"  # str, the id of one row
    LINKS = "links"  # tuple of ids, without order
    TERRITORY = "territory"  # str, the id of one territory


class Privacy(Enum):
    """Who may read a field outside this laptop: the team, or the team but no partner."""

    SHARED = "shared"
    CONFIDENTIAL = "confidential"


class Rule(Enum):
    """Rules of entry that a value must satisfy beyond its kind (applied by services.validation)."""

    SIRET = "siret"
    RNA = "rna"
    EMAIL = "email"
    QPV_CODE = "qpv_code"
    PERCENTAGE = "percentage"  # from 0 to 100
    POSITIVE = "positive"


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a choice: the code that is stored, the label people read."""

    code: str
    label: str


@dataclass(frozen=True, slots=True)
class Field:
    """One field of one entity.

    `target` is the entity a link leads to. `auto` fields (order, colour) never open a conflict: the shown value stands.
    `technical` fields live and merge like the others but no form, workbook or document shows them. `retired` fields are
    kept, hidden and still merged. `fixed` fields are written once by a gesture of the application (the size of a file):
    shown everywhere, typed nowhere.
    """

    key: str
    kind: Kind
    label: str
    help: str = ""
    unit: str = ""
    required: bool = False
    privacy: Privacy = Privacy.SHARED
    choices: tuple[Choice, ...] = ()
    target: str = ""
    default: Stored = None
    rule: Rule | None = None
    auto: bool = False
    technical: bool = False
    retired: bool = False
    fixed: bool = False

    @property
    def is_link(self) -> bool:
        """True for one link (`LINK`, `TERRITORY`), False for many."""
        return self.kind in (Kind.LINK, Kind.TERRITORY)

    @property
    def is_shown(self) -> bool:
        return not (self.technical or self.retired)

    def choice_label(self, code: str | None) -> str:
        """The French label of a code; the code itself when a newer version wrote one unknown here."""
        return next((choice.label for choice in self.choices if choice.code == code), code or "")


def store(field: Field, value: Value) -> Stored:
    """The canonical stored writing of `value`; raises TypeError when it is not a value of the field's kind.

    Links (`LINKS`) are not stored in a column: each element is a pseudo-field of its own.
    """
    if value is None or value == "":
        return None
    return _STORE[field.kind](value)


def load(field: Field, stored: Stored) -> Value:
    """The Python value of what SQLite keeps (the inverse of `store`)."""
    return None if stored is None else _LOAD[field.kind](stored)


def _text(value: Value) -> Stored:
    return clean_text(_only(str, value)) or None


def _line(value: Value) -> Stored:
    return " ".join(clean_text(_only(str, value)).split("\n")).strip() or None


def _integer(value: Value) -> Stored:
    if isinstance(value, bool):
        raise TypeError(value)
    return _within_reach(_only(int, value))


def _decimal(value: Value) -> Stored:
    return f"{plain(_number(value)):f}"


def _money(value: Value) -> Stored:
    return _within_reach(int(_number(value).quantize(CENT, context=_WIDE) * 100))


def _number(value: Value) -> Decimal:
    number = Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else _only(Decimal, value)
    if not number.is_finite():
        raise TypeError(f"{value!r} is not a number")
    return number


def _within_reach(number: int) -> int:
    """`number` when SQLite can keep it exactly."""
    if not -(2**63) <= number < 2**63:
        raise TypeError(f"{number} does not fit in 64 bits")
    return number


def _date(value: Value) -> Stored:
    if isinstance(value, datetime):
        raise TypeError(f"{value!r} holds a time")
    return _only(date, value).isoformat()


def _boolean(value: Value) -> Stored:
    return int(_only(bool, value))


def _id(value: Value) -> Stored:
    try:
        return str(UUID(_only(str, value)))
    except ValueError:
        raise TypeError(f"{value!r} is not an id") from None


def _many(value: Value) -> Stored:
    raise TypeError("many links have one pseudo-field per element")


def _only(kind: type[T], value: object) -> T:
    if not isinstance(value, kind):
        raise TypeError(f"{value!r} is not a {kind.__name__}")
    return value


_STORE: dict[Kind, Callable[[Value], Stored]] = {
    Kind.TEXT: _line,
    Kind.LONG_TEXT: _text,
    Kind.INTEGER: _integer,
    Kind.DECIMAL: _decimal,
    Kind.MONEY: _money,
    Kind.PERCENT: _decimal,
    Kind.DATE: _date,
    Kind.YEAR: _integer,
    Kind.BOOLEAN: _boolean,
    Kind.CHOICE: _line,
    Kind.LINK: _id,
    Kind.LINKS: _many,
    Kind.TERRITORY: _id,
}

_LOAD: dict[Kind, Callable[[Stored], Value]] = {
    Kind.TEXT: str,
    Kind.LONG_TEXT: str,
    Kind.INTEGER: lambda stored: int(stored or 0),
    Kind.DECIMAL: lambda stored: Decimal(str(stored)),
    Kind.MONEY: lambda stored: (Decimal(stored or 0) / 100).quantize(CENT),
    Kind.PERCENT: lambda stored: Decimal(str(stored)),
    Kind.DATE: lambda stored: date.fromisoformat(str(stored)),
    Kind.YEAR: lambda stored: int(stored or 0),
    Kind.BOOLEAN: bool,
    Kind.CHOICE: str,
    Kind.LINK: str,
    Kind.LINKS: _many,  # never stored in a column
    Kind.TERRITORY: str,
}
