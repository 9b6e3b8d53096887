"""Dates of cells: typed ones, written ones, and the serial numbers that a lost format leaves."""

import re
from datetime import date, datetime

from app.errors import BadValue
from app.exchange.cell_values import Fault, Guess, Reason, Scope
from app.exchange.number_formats import day_of
from app.exchange.workbook import Cell, CellKind
from app.formatting import NBSP, WEEKDAYS, fold, format_date, parse_date

#: Serial numbers that may be a date of the trade: from 1954 to 2119.
_SERIALS = range(20_000, 80_001)
_USUAL_YEARS = range(1900, 2201)
_WITH_HOUR = re.compile(r"(.*\d)(?:T|,? (?:à )?)(\d{1,2})[:hH](\d{2})?(?::\d{2}(?:\.\d+)?)?Z?")
_WEEKDAY = re.compile(rf"(?:{'|'.join(WEEKDAYS)}|{'|'.join(day[:3] for day in WEEKDAYS)})\.?,? +", re.IGNORECASE)
_INVERTED = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4}|\d{2})")


def understand_date(cell: Cell, scope: Scope) -> Guess:
    """A cell of a DATE field."""
    if isinstance(cell.value, datetime):
        return _with_warning(cell.value.date(), "L’heure de la cellule n’a pas été gardée.")
    if isinstance(cell.value, date):
        return _usual(cell.value)
    if cell.kind is CellKind.NUMBER:
        return _serial(str(cell.value), scope)
    if cell.kind is CellKind.TEXT:
        return _written(str(cell.value), scope)
    return Guess(fault=_fault("n’est pas une date"))


def _written(text: str, scope: Scope) -> Guess:
    text = _WEEKDAY.sub("", " ".join(text.split()), count=1)
    if text.isdecimal():
        return _serial(text, scope)
    hour = _WITH_HOUR.fullmatch(text)
    day = hour[1] if hour else text
    try:
        found = _iso(day) or parse_date(day)
    except BadValue as error:
        return Guess(fault=_fault(_why(text, error)))
    if hour and (int(hour[2]) or int(hour[3] or 0)):
        return _with_warning(found, "L’heure n’a pas été gardée.")
    return _usual(found)


def _iso(text: str) -> date | None:
    """A date as this application writes the oldest ones, whose year may begin with zeros."""
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def _why(text: str, error: BadValue) -> str:
    parts = _INVERTED.fullmatch(text)
    if parts and 12 < int(parts[2]) <= 31 and 1 <= int(parts[1]) <= 12:
        day, month = int(parts[2]), int(parts[1])
        return f"n’existe pas{NBSP}: le mois et le jour sont-ils inversés (le {day:02d}/{month:02d}/{parts[3]}){NBSP}?"
    if "n’existe pas" in error.message:
        return "n’existe pas"
    if re.search(r"\d{4}", text) and (re.match(r"[tTsS]\d\b", text) or fold(text)[:1].isalpha()):
        return "est une période, alors qu’un jour est attendu"
    return "n’est pas une date"


def _serial(digits: str, scope: Scope) -> Guess:
    number = digits.partition(".")[0]
    if not digits.replace(".", "", 1).isdecimal() or len(number) != 5 or int(number) not in _SERIALS:
        return Guess(fault=_fault("n’est pas une date"))
    found = day_of(int(number), date1904=scope.date1904)
    if found is None:
        return Guess(fault=_fault("n’est pas une date"))
    return Guess(
        (found.isoformat(),),
        warning=f"Le nombre {number} a été lu comme la date du {format_date(found)}, dont le format s’est perdu.",
    )


def _usual(found: date) -> Guess:
    if found.year in _USUAL_YEARS:
        return Guess((found.isoformat(),))
    return Guess((found.isoformat(),), warning=f"L’année {found.year} est inhabituelle.", reason=Reason.OUT_OF_RANGE)


def _with_warning(found: date, warning: str) -> Guess:
    return Guess((found.isoformat(),), warning=warning, reason=Reason.ROUNDED)


def _fault(message: str) -> Fault:
    return Fault(message, "une date", "31/12/2026")
