"""Texts, yes or no, and choices of cells; and what spreadsheets do to codes that look like numbers."""

import re
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from app.errors import BadValue
from app.exchange.cell_numbers import exact
from app.exchange.cell_values import Base, Fault, Guess, Missing, Reason
from app.exchange.number_formats import bare
from app.exchange.references import name_key, nearest
from app.exchange.rendering import CUT_MENTION
from app.exchange.workbook import Cell, CellKind
from app.formatting import NBSP, format_boolean, format_date, format_number, parse_boolean
from app.models.fields import Field, store

#: What a formula that fails leaves in a .csv, in English, in French and in LibreOffice.
ERROR_TEXTS = re.compile(
    r"#(N/A|N/D|REF!|DIV/0!|VALUE!|VALEUR!|NAME\?|NOM\?|NUM!|NOMBRE!|NULL!|NUL!|SPILL!|CALC!)|Err:5\d\d", re.IGNORECASE
)
_CUT = CUT_MENTION.strip()
_SCIENTIFIC = re.compile(r"-?\d([.,]\d+)?E\+?\d{1,3}", re.IGNORECASE)
# Codes that a spreadsheet takes for a date: 2-3, 1/5/25, 03.2025.
_LIKE_DATE = re.compile(r"\d{1,4}[-/.]\d{1,4}([-/.]\d{1,4})?")


def understand_text(field: Field, cell: Cell, base: Base | Missing) -> Guess:
    """A cell of a TEXT or LONG_TEXT field; `base` tells what a number was before a spreadsheet took it for one."""
    if cell.kind is CellKind.TEXT:
        return _text(field, str(cell.value), base)
    if cell.kind is CellKind.NUMBER:
        return _number(field, cell, base)
    if isinstance(cell.value, bool):
        return Guess((format_boolean(cell.value),))
    if isinstance(cell.value, date):
        return _date(cell.value, base)
    return Guess((store(field, str(cell.value)),))  # an hour


def understand_boolean(field: Field, cell: Cell) -> Guess:
    """A cell of a BOOLEAN field."""
    fault = Fault("n’est ni oui ni non", "oui ou non", "Oui")
    if isinstance(cell.value, bool):
        return Guess((int(cell.value),))
    if cell.kind is CellKind.NUMBER:
        number = exact(str(cell.value))
        return Guess((int(number),)) if number in (0, 1) else Guess(fault=fault)
    try:
        return Guess((int(parse_boolean(str(cell.value))),))
    except BadValue:
        return Guess(fault=fault)


def understand_choice(field: Field, cell: Cell, base: Base | Missing) -> Guess:
    """A cell of a CHOICE field: a label or a code, accents and case aside."""
    text = str(store(field, str(cell.value)) or "")
    # A code that a newer version wrote is shown as it is, and comes back as it is.
    if isinstance(base, str) and text == field.choice_label(base):
        return Guess((base,))
    key = name_key(text)
    for choice in field.choices:
        if key in (name_key(choice.label), name_key(choice.code)):
            return Guess((choice.code,))
    labels = [choice.label for choice in field.choices]
    near = nearest(text, labels)
    example = " ou ".join(near) if near else ", ".join(labels[:3])
    return Guess(
        fault=Fault("n’est pas un choix possible", "l’un des choix de la liste", example, Reason.UNKNOWN_CHOICE)
    )


def _text(field: Field, text: str, base: Base | Missing) -> Guess:
    found = store(field, text)
    cut = text.strip().endswith(_CUT)
    if isinstance(base, str):
        if found == base or _same_code(base, text) or (text.startswith("'") and store(field, text[1:]) == base):
            return Guess((base,))
        if cut and base.startswith(text.strip().removesuffix(_CUT).rstrip()):
            return Guess((base,))
    if cut:
        return Guess(
            fault=Fault(
                "est le début d’un texte trop long pour une cellule",
                "le texte entier, modifié dans l’application",
                reason=Reason.CUT_TEXT,
            )
        )
    if _SCIENTIFIC.fullmatch(text.strip()) and "+" in text:
        return Guess(fault=_digits_lost())
    if ERROR_TEXTS.fullmatch(text.strip()):
        return Guess(fault=Fault("est l’erreur d’une formule", "un texte", reason=Reason.FORMULA_ERROR))
    return Guess((found,))


def _number(field: Field, cell: Cell, base: Base | Missing) -> Guess:
    number = exact(str(cell.value))
    if isinstance(base, str) and number is not None and _same_number(base, number):
        return Guess((base,))
    if number is None or abs(number) >= 10**15:
        return Guess(fault=_digits_lost())
    whole = number == number.to_integral_value()
    # SIRET, telephone and card numbers do not end in five zeros: their end was lost in scientific notation.
    if whole and abs(number) >= 10**11 and number % 10**5 == 0:
        return Guess(fault=_digits_lost())
    places = _places(cell.number_format)
    if whole and number >= 0 and places:
        return Guess((f"{int(number):0{places}d}",))
    return Guess((f"{int(number)}" if whole else format_number(number).replace(NBSP, "").replace("−", "-"),))


def _date(found: date, base: Base | Missing) -> Guess:
    shown = format_date(found)
    if isinstance(found, datetime):
        shown = f"{shown} {found:%H:%M}"
    if isinstance(base, str):
        if base in (shown, found.isoformat()):
            return Guess((base,))
        if _LIKE_DATE.fullmatch(base):
            return Guess(
                fault=Fault(
                    f"a remplacé «{NBSP}{base}{NBSP}»{NBSP}: le tableur l’a pris pour une date",
                    "un texte, dans une cellule au format Texte",
                    base,
                    Reason.TURNED_INTO_DATE,
                )
            )
    return Guess((shown,), warning="Une date a été lue là où un texte est attendu.")


def _same_code(base: str, text: str) -> bool:
    """The same figures, but for the zeros before them: what a .csv loses."""
    digits = "".join(text.split())
    return (
        digits.isdecimal()
        and digits.isascii()
        and base != digits
        and base.replace(" ", "").isdecimal()
        and base.startswith("0")
        and base.replace(" ", "").lstrip("0") == digits.lstrip("0")
    )


def _same_number(base: str, number: Decimal) -> bool:
    """Whether `base` is what the spreadsheet took for this number: `00123`, `+333…`, `2.10`, `1E5`."""
    written = base.replace(" ", "").replace(",", ".").removeprefix("+")
    if not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?(E[0-9]{1,2})?", written, re.IGNORECASE):
        return False
    try:
        return exact(written) == number
    except InvalidOperation:
        return False


def _places(number_format: str) -> int:
    """How many figures a format such as `00000` or `0# ## ## ## ##` shows; 0 for every other."""
    figures = bare(number_format).replace(" ", "")
    return len(figures) if re.fullmatch(r"0[0#]+", figures) else 0


def _digits_lost() -> Fault:
    return Fault(
        "a perdu des chiffres dans le tableur",
        "tous les chiffres, dans une cellule au format Texte",
        "78753212300015",
        Reason.DIGITS_LOST,
    )
