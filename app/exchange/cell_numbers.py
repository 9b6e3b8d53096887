"""Numbers, amounts, percentages and years of cells.

A spreadsheet computes with 15 significant digits: a number of more is rounded to them, so that 0.1 + 0.2 is 0.3.
"""

import re
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation

from app.errors import BadValue
from app.exchange.cell_values import Fault, Guess, Percents, Reason, Scope
from app.exchange.number_formats import bare, is_percent, serial_of
from app.exchange.workbook import Cell, CellKind
from app.formatting import CENT, NBSP, format_number, format_percent, parse_decimal, parse_year, plain
from app.models.fields import Field, Kind, Stored, Value, store

_FIFTEEN = Context(prec=15)
_SPACES = re.compile(r"[\s\u00a0\u202f\u2009]+")
_SPACED = re.compile(r"[-−–+(]*\d{1,3}( \d{3})+([.,]\d+)?\)?")
_AMBIGUOUS = re.compile(r"(-?)(\d{1,3}(?:[.,]\d{3})+)")
# No thousands are grouped after a zero, nor after four digits.
_POINTED = re.compile(r"-?(?:0|\d{4,})\.\d+", re.ASCII)
_LARGEST = 10**15
_LARGEST_AMOUNT = 10**13
# Decimals are computed with 28 figures: past them they would be rounded unseen.
_LARGEST_POWER, _MOST_FIGURES = 24, 28
_EURO = re.compile(r"(€|\beuros?|\beur)\s*$", re.IGNORECASE)

_EXPECTED = {
    Kind.INTEGER: ("un nombre entier", "1 250"),
    Kind.DECIMAL: ("un nombre", "1 234,5"),
    Kind.MONEY: ("un montant en euros", "1 250,50 €"),
    Kind.PERCENT: ("un pourcentage", "12,5 %"),
    Kind.YEAR: ("une année", "2026"),
}


def exact(digits: str) -> Decimal | None:
    """The number of a cell from its digits, to 15 significant ones; None when it is beyond measure."""
    try:
        number = Decimal(digits)
    except InvalidOperation:
        return None
    if number and not -30 <= number.adjusted() <= _LARGEST_POWER:
        return Decimal(0) if number.adjusted() < 0 else None
    return plain(_FIFTEEN.plus(number))


def understand_number(field: Field, cell: Cell, scope: Scope) -> Guess:
    """A cell of an INTEGER, DECIMAL or MONEY field."""
    if cell.kind is CellKind.NUMBER:
        number = exact(str(cell.value))
        if number is None:
            return Guess(fault=_too_large(field))
        if is_percent(cell.number_format) and field.unit != "%":
            return _percent_elsewhere(field, number)
        if is_percent(cell.number_format):
            number = plain(number * 100)
        return _kept(field, number)
    if cell.kind is CellKind.TEXT:
        return _written(field, str(cell.value))
    return _no_number(field, cell)


def understand_percent(field: Field, cell: Cell, scope: Scope) -> Guess:
    """A cell of a PERCENT field: points, unless it is formatted as a percentage."""
    if cell.kind is CellKind.NUMBER:
        number = exact(str(cell.value))
        if number is None:
            return Guess(fault=_too_large(field))
        points = plain(number * 100)
        if is_percent(cell.number_format) or scope.percents is Percents.FRACTIONS:
            return _kept(field, points)
        if scope.percents is Percents.POINTS or number == 0:
            return _kept(field, number)
        return Guess(
            (store(field, number), store(field, points)),
            fault=_either(field, format_percent(number), format_percent(points)),
        )
    if cell.kind is CellKind.TEXT:
        text = str(cell.value).strip()
        return _written(field, text.removesuffix("%"))
    return _no_number(field, cell)


def understand_year(field: Field, cell: Cell, scope: Scope) -> Guess:
    """A cell of a YEAR field."""
    if cell.kind is CellKind.NUMBER:
        number = exact(str(cell.value))
        if number is not None and number == int(number) and 1900 <= number <= 2200:
            return Guess((int(number),))
        return Guess(fault=_fault(field, "n’est pas une année"))
    if cell.kind is CellKind.TEXT:
        try:
            return Guess((parse_year(str(cell.value)),))
        except BadValue:
            return Guess(fault=_fault(field, "n’est pas une année"))
    if cell.kind is CellKind.DATE:
        serial = serial_of(cell.value)  # type: ignore[arg-type]
        if 1900 <= serial <= 2200:
            return Guess(
                (serial,),
                warning=f"La cellule est au format date{NBSP}: l’année {serial} y a été lue.",
            )
        if set(bare(cell.number_format)) <= {"y", "a"}:
            return Guess((cell.value.year,), warning="La cellule contient une date, dont seule l’année a été lue.")  # type: ignore[union-attr]
    return _no_number(field, cell)


def number_of(text: str) -> Decimal:
    """The number that a text writes; raises BadValue when there is none, or more than one."""
    spaced = _SPACES.sub(" ", text.strip())
    spaced = re.sub(r"(?<=^[-−–+(]) | (?=\)$)", "", spaced)
    if " " in spaced and not _SPACED.fullmatch(spaced):
        raise BadValue("n’est pas un nombre")
    cleaned = spaced.replace(" ", "").replace("−", "-").replace("–", "-")
    if sum(map(str.isdecimal, cleaned)) > _MOST_FIGURES:
        raise BadValue("a trop de chiffres")
    if _POINTED.fullmatch(cleaned):
        return plain(Decimal(cleaned))
    return parse_decimal(cleaned)


def _written(field: Field, text: str) -> Guess:
    text = text.strip()
    if field.kind is Kind.MONEY:
        text = _EURO.sub("", text).strip()
    elif field.unit and text.lower().endswith(field.unit.lower()):
        text = text[: -len(field.unit)].strip()
    try:
        return _kept(field, number_of(text))
    except BadValue:
        pass
    both = _AMBIGUOUS.fullmatch(_SPACES.sub("", text).replace("−", "-"))
    if both is None:
        word = "n’est pas un montant" if field.kind is Kind.MONEY else f"n’est pas {_EXPECTED[field.kind][0]}"
        return Guess(fault=_fault(field, word))
    grouped = Decimal(both[1] + re.sub("[.,]", "", both[2]))
    if len(re.findall("[.,]", both[2])) > 1:
        return Guess(_stored(field, grouped), fault=_either(field, format_number(grouped)))
    pointed = plain(Decimal(both[1] + both[2].replace(",", ".")))
    candidates = (*_stored(field, grouped), *_stored(field, pointed))
    return Guess(candidates, fault=_either(field, format_number(grouped), format_number(pointed)))


def _kept(field: Field, number: Decimal) -> Guess:
    """The number in the field, rounded to cents for an amount, whole for a count."""
    if field.kind is Kind.MONEY:
        rounded = number.quantize(CENT, ROUND_HALF_UP) if abs(number) < _LARGEST else number
        found = _stored(field, rounded)
        if not found or abs(rounded) >= _LARGEST_AMOUNT:
            return Guess(found, fault=_too_large(field))
        if rounded != number:
            return Guess(
                found, warning=f"Arrondi au centime{NBSP}: {format_number(rounded)}{NBSP}€.", reason=Reason.ROUNDED
            )
        return Guess(found)
    if field.kind is Kind.INTEGER and number != number.to_integral_value():
        return Guess(fault=_fault(field, "n’est pas un nombre entier"))
    found = _stored(field, number)
    # Past 15 figures no spreadsheet keeps them all: only a base that was so large is still so.
    if not found or (field.kind is Kind.INTEGER and abs(number) >= _LARGEST):
        return Guess(found, fault=_too_large(field))
    return Guess(found)


def _stored(field: Field, number: Decimal) -> tuple[Stored, ...]:
    """The stored writing of the number, alone; empty when the field cannot hold it."""
    if field.kind is Kind.INTEGER and number != number.to_integral_value():
        return ()
    value: Value = int(number) if field.kind is Kind.INTEGER else number
    try:
        return (store(field, value),)
    except TypeError:
        return ()


def _percent_elsewhere(field: Field, number: Decimal) -> Guess:
    points = plain(number * 100)
    candidates = (*_stored(field, points), *_stored(field, number))
    return Guess(candidates, fault=_either(field, format_number(points), format_number(number)))


def _no_number(field: Field, cell: Cell) -> Guess:
    """Dates in the place of numbers: the spreadsheet made them of `1/5` or `2-3`, or the format is wrong."""
    candidates: tuple[Stored, ...] = ()
    if cell.kind is CellKind.DATE:
        candidates = _stored(field, Decimal(serial_of(cell.value)))  # type: ignore[arg-type]
        return Guess(
            candidates,
            fault=_fault(field, "est une date, alors qu’un nombre est attendu ici", reason=Reason.TURNED_INTO_DATE),
        )
    return Guess(fault=_fault(field, f"n’est pas {_EXPECTED[field.kind][0]}"))


def _either(field: Field, *readings: str) -> Fault:
    several = " ou ".join(readings) if len(readings) > 1 else f"{readings[0]}, ou autre chose"
    expected, example = _EXPECTED[field.kind]
    return Fault(f"peut se lire de deux façons{NBSP}: {several}", expected, example, Reason.AMBIGUOUS, question=True)


def _too_large(field: Field) -> Fault:
    return _fault(field, "dépasse ce que ce champ peut contenir", reason=Reason.OUT_OF_RANGE)


def _fault(field: Field, message: str, reason: Reason = Reason.NOT_UNDERSTOOD) -> Fault:
    return Fault(message, *_EXPECTED[field.kind], reason=reason)
