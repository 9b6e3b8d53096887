"""What a number format of Excel makes of a number: a plain number, a date, or an hour."""

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from functools import lru_cache

GENERAL = "General"
_DATE, _TIME = "dd/mm/yyyy", "hh:mm"
#: The formats that are known by a number alone.
BUILT_IN = {
    "1": "0", "2": "0.00", "3": "#,##0", "4": "#,##0.00", "9": "0%", "10": "0.00%", "11": "0.00E+00", "49": "@",
    **dict.fromkeys(("14", "15", "16", "17", "30", "31", "36", "50", "57"), _DATE),
    **dict.fromkeys(("27", "28", "29", "51", "52", "53", "54", "55", "56", "58"), _DATE),
    **dict.fromkeys(("18", "19", "20", "21", "32", "33", "34", "35"), _TIME),
    "22": "dd/mm/yyyy hh:mm", "45": "mm:ss", "46": "[h]:mm:ss", "47": "mm:ss.0",
}  # fmt: skip

# Texts in quotes, escaped characters, paddings, and brackets (colours, currencies, conditions).
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!(?:h+|m+|s+)\])[^\]]*\]', re.IGNORECASE)
_FRENCH_DATE = re.compile(r"j{1,4}[^a-z]*m{1,4}[^a-z]*a{2,4}")
_FIRST_1900 = date(1899, 12, 31)
_AFTER_LEAP = date(1899, 12, 30)  # Excel believes that 1900 had a 29th of February, its day 60
_FIRST_1904 = date(1904, 1, 1)
_SECONDS = 86_400


class Shape(Enum):
    """How a number with a format reads."""

    PLAIN = "plain"
    DATE = "date"
    TIME = "time"


def shape_of(number_format: str) -> Shape:
    """Whether `number_format` shows dates, hours or plain numbers."""
    code = bare(number_format)
    if code in ("general", "standard", "@"):
        return Shape.PLAIN
    if _FRENCH_DATE.fullmatch(code):
        return Shape.DATE
    hours = re.search(r"h|s|\[m", code) is not None
    if re.search(r"d|y", code) or ("m" in code and not hours):
        return Shape.DATE
    return Shape.TIME if hours else Shape.PLAIN


def is_percent(number_format: str) -> bool:
    """True when the format shows hundredths: 0.12 as 12 %."""
    return "%" in bare(number_format)


def bare(number_format: str) -> str:
    """The first section of a format in small letters, without its texts, colours and currencies."""
    return _LITERAL.sub("", number_format).partition(";")[0].strip().lower()


@lru_cache(maxsize=8192)
def moment(digits: str, shape: Shape, *, date1904: bool) -> tuple[str, str] | None:
    """A serial number as a date (`d`), a date and hour (`t`) or an hour (`h`); None when it is none of them."""
    serial = Decimal(digits)
    if not 0 <= serial < 2_958_466:
        return None
    days = int(serial)
    seconds = round((serial - days) * _SECONDS)
    if seconds == _SECONDS:
        days, seconds = days + 1, 0
    if shape is Shape.TIME or (days == 0 and seconds):
        return "h", _hours(days * _SECONDS + seconds)
    day = day_of(days, date1904=date1904)
    if day is None:
        return None
    if not seconds:
        return "d", day.isoformat()
    return "t", (datetime(day.year, day.month, day.day) + timedelta(seconds=seconds)).isoformat()


def day_of(serial: int, *, date1904: bool) -> date | None:
    """The date of a whole serial number; None when no date has it."""
    if date1904:
        first = _FIRST_1904
    elif serial in (0, 60) or serial < 0:
        return None
    else:
        first = _FIRST_1900 if serial < 60 else _AFTER_LEAP
    try:
        return first + timedelta(days=serial)
    except OverflowError:
        return None


def serial_of(day: date) -> int:
    """The serial number of a date of 1900-03-01 or later in the common system."""
    return (day - _AFTER_LEAP).days


def _hours(seconds: int) -> str:
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{hours:02d}:{minutes:02d}" + (f":{seconds:02d}" if seconds else "")
