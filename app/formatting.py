"""Values and the French text people read: dates, numbers, euros, plurals, accent-free keys.

Text becomes a value at the door (`parse_…`, which raise `BadValue` with a French sentence) and a value becomes a
text again at the window (`format_…`). Spaces inside figures and before `: ; ? ! % €` are no-break spaces (U+00A0).
"""

import re
import unicodedata
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from app.errors import BadValue

NBSP = "\u00a0"
MINUS = "\u2212"
ELLIPSIS = "…"

MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)
WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")

CENT = Decimal("0.01")
_SPACES = re.compile(r"[\s\u00a0\u202f\u2009]+")
_NUMBER = re.compile(r"-?\d+(,\d+)?|-?\d+\.\d{1,2}|-?\d+\.\d{4,}")
_GROUPED = re.compile(r"-?\d{1,3}(\.\d{3})+,\d+")
_AMBIGUOUS = re.compile(r"-?\d{1,3}([.,]\d{3})+")


# -- values to text -----------------------------------------------------------------------------------------------


def format_date(value: date | None) -> str:
    """`12/03/2026`; empty for None."""
    return f"{value.day:02d}/{value.month:02d}/{value.year:04d}" if value else ""


def format_long_date(value: date) -> str:
    """`mardi 24 novembre 2026`; the first of a month is `1er`."""
    day = "1er" if value.day == 1 else str(value.day)
    return f"{WEEKDAYS[value.weekday()]}{NBSP}{day}{NBSP}{MONTHS[value.month - 1]}{NBSP}{value.year}"


def format_time(value: datetime) -> str:
    """`14:03`, the form of the save state."""
    return f"{value.hour:02d}:{value.minute:02d}"


def format_number(value: Decimal | int | None, *, decimals: int | None = None) -> str:
    """`12 890`, `17,1`: no-break thousands, decimal comma, `decimals` digits or as many as the value has."""
    if value is None:
        return ""
    number = Decimal(value)
    if decimals is not None:
        number = number.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    sign = MINUS if number < 0 else ""
    whole, _, fraction = f"{abs(number):f}".partition(".")
    if decimals is None:
        fraction = fraction.rstrip("0")
    grouped = f"{int(whole):,}".replace(",", NBSP)
    return f"{sign}{grouped},{fraction}" if fraction else f"{sign}{grouped}"


def format_money(value: Decimal | None, *, cents: bool = True) -> str:
    """`4 525,85 €`; without cents in dense columns."""
    return f"{format_number(value, decimals=2 if cents else 0)}{NBSP}€" if value is not None else ""


def format_percent(value: Decimal | int | None) -> str:
    """`60 %`; the value is in points of percent (60 means 60 %)."""
    return f"{format_number(value)}{NBSP}%" if value is not None else ""


def to_whole(mean: Decimal | float) -> Decimal:
    """A mean in whole points, a half upwards as people round it: 52,5 gives 53."""
    return Decimal(str(mean)).quantize(Decimal(1), rounding=ROUND_HALF_UP)


def format_gap(value: Decimal) -> str:
    """`+ 42 points`, `− 0,1 point`: a difference between two percentages is in points, singular under 2."""
    sign = "+" if value >= 0 else MINUS
    return f"{sign}{NBSP}{format_number(abs(value))}{NBSP}{plural(value, 'point')}"


def plural(count: Decimal | int, singular: str, several: str | None = None) -> str:
    """The word that goes with `count`: French keeps the singular under 2 (`1,5 point`)."""
    return singular if -2 < count < 2 else (several or f"{singular}s")


def counted(count: int, singular: str, several: str | None = None) -> str:
    """`3 actions`, `1 action`, `0 action`."""
    return f"{format_number(count)}{NBSP}{plural(count, singular, several)}"


def format_boolean(value: bool | None) -> str:
    return "" if value is None else ("Oui" if value else "Non")


def shorten(text: str, length: int) -> str:
    """`text` on one line, cut with an ellipsis past `length` characters."""
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1].rstrip() + ELLIPSIS


# -- keys ---------------------------------------------------------------------------------------------------------


def fold(text: str) -> str:
    """Accent-free, case-free form of `text`, for sorting, filtering and comparing: `Énergie` and `energie` meet."""
    # Sorting 20,000 titles folds them all: plain letters need no table, the others are worked out once each.
    return text.casefold() if text.isascii() else text.translate(_FOLDED)


class _Folding(dict[int, str]):
    """Code point → its folded form. Character by character is enough: marks are dropped, whatever their order."""

    def __missing__(self, code: int) -> str:
        lowered = chr(code).casefold().replace("œ", "oe").replace("æ", "ae").replace("’", "'")
        folded = "".join(c for c in unicodedata.normalize("NFKD", lowered) if not unicodedata.combining(c))
        return self.setdefault(code, folded)


_FOLDED = _Folding()


# What Unicode calls controls (Cc), line ends apart, and halves of characters (Cs).
_CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def clean_text(text: str) -> str:
    """Canonical text: NFC, LF line ends, tabs and odd spaces as plain spaces, no control characters, lines trimmed.

    The same value typed, pasted or read back from a workbook then compares equal (sync.md §5).
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = text.replace("\t", " ").replace("\u00a0", " ").replace("\u202f", " ")
    text = _CONTROLS.sub("", text)
    # Last, since a control character dropped between a letter and its accent brings them together.
    text = unicodedata.normalize("NFC", text)
    return "\n".join(line.rstrip() for line in text.split("\n")).strip("\n")


# -- text to values -----------------------------------------------------------------------------------------------


def parse_date(text: str) -> date:
    """`31/12/2026`, `2026-12-31`, `31.12.26` or `1er mars 2026`."""
    cleaned = _SPACES.sub(" ", text.strip())
    for pattern, order in (
        (r"(\d{4})-(\d{1,2})-(\d{1,2})", "ymd"),
        (r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4}|\d{2})", "dmy"),
    ):
        found = re.fullmatch(pattern, cleaned)
        if found:
            parts: dict[str, int] = dict(zip(order, map(int, found.groups()), strict=True))
            return _date(text, _full_year(parts["y"]), parts["m"], parts["d"])
    written = re.fullmatch(r"(\d{1,2})(?:er)? ([^\d\s.]+)\.? (\d{4})", cleaned)
    if written:
        return _date(text, int(written[3]), _month(text, written[2]), int(written[1]))
    raise BadValue(f"«{NBSP}{text}{NBSP}» n’est pas une date.", advice="Écrivez-la ainsi : 31/12/2026.")


def parse_year(text: str) -> int:
    """A year of four digits between 1900 and 2200."""
    cleaned = text.strip()
    if re.fullmatch(r"\d{4}", cleaned) and 1900 <= int(cleaned) <= 2200:
        return int(cleaned)
    raise BadValue(f"«{NBSP}{text}{NBSP}» n’est pas une année.", advice="Écrivez quatre chiffres, par exemple 2026.")


def parse_integer(text: str) -> int:
    number = parse_decimal(text)
    if number != number.to_integral_value():
        raise BadValue(f"«{NBSP}{text}{NBSP}» n’est pas un nombre entier.", advice="Écrivez-le sans virgule.")
    return int(number)


def parse_decimal(text: str) -> Decimal:
    """`1 234,5`, `1234.5`, `−12`, `(12)`; `1.234` and `1,234,567` are ambiguous and refused."""
    cleaned = _SPACES.sub("", text.strip()).replace(MINUS, "-").replace("–", "-")
    if re.fullmatch(r"\(.+\)", cleaned):
        cleaned = f"-{cleaned[1:-1]}"
    cleaned = cleaned.removeprefix("+")
    if _GROUPED.fullmatch(cleaned):
        cleaned = cleaned.replace(".", "")
    elif not re.fullmatch(r"-?\d+,\d{3}", cleaned) and _AMBIGUOUS.fullmatch(cleaned):
        raise BadValue(
            f"«{NBSP}{text}{NBSP}» peut se lire de deux façons.",
            advice="Écrivez 1234 pour mille deux cent trente-quatre, 1,234 pour un et quelques millièmes.",
        )
    if not _NUMBER.fullmatch(cleaned):
        raise BadValue(f"«{NBSP}{text}{NBSP}» n’est pas un nombre.", advice="Écrivez-le ainsi : 1 234,5.")
    try:
        return plain(Decimal(cleaned.replace(",", ".")))
    except InvalidOperation:  # a number of thousands of digits
        raise BadValue(
            f"«{NBSP}{shorten(text, 40)}{NBSP}» est un nombre trop long.", advice="Vérifiez la saisie."
        ) from None


def parse_money(text: str) -> Decimal:
    """An amount in euros, `1 250,00 €`, rounded to nothing: more than two decimals are refused."""
    cleaned = re.sub(r"(€|euros?|eur)\s*$", "", text.strip(), flags=re.IGNORECASE)
    try:
        amount = parse_decimal(cleaned)
    except BadValue as error:
        if "deux façons" in error.message:
            raise
        raise BadValue(
            f"«{NBSP}{text}{NBSP}» n’est pas un montant.", advice="Écrivez-le en euros, ainsi : 1 250,50."
        ) from None
    if amount != amount.quantize(CENT):
        raise BadValue(f"«{NBSP}{text}{NBSP}» a plus de deux décimales.", advice="Arrondissez au centime.")
    if abs(amount) >= Decimal("1e13"):
        raise BadValue(f"«{NBSP}{text}{NBSP}» dépasse ce qu’un montant peut valoir.", advice="Vérifiez la saisie.")
    return amount.quantize(CENT)


def parse_percent(text: str) -> Decimal:
    """`12,5 %` or `12,5`: points of percent."""
    try:
        return parse_decimal(text.strip().removesuffix("%"))
    except BadValue as error:
        if "deux façons" in error.message:
            raise
        raise BadValue(f"«{NBSP}{text}{NBSP}» n’est pas un pourcentage.", advice="Écrivez-le ainsi : 12,5 %.") from None


def parse_boolean(text: str) -> bool:
    known = {"oui": True, "o": True, "vrai": True, "true": True, "1": True, "x": True}
    known |= {"non": False, "n": False, "faux": False, "false": False, "0": False}
    try:
        return known[fold(text.strip())]
    except KeyError:
        raise BadValue(f"«{NBSP}{text}{NBSP}» n’est ni oui ni non.", advice="Écrivez oui ou non.") from None


def plain(number: Decimal) -> Decimal:
    """The shortest writing of the same number: no exponent, no trailing zero, no negative zero."""
    if number == 0:
        return Decimal(0)
    number = number.normalize()
    return number.quantize(Decimal(1)) if int(number.as_tuple().exponent) > 0 else number


def _date(text: str, year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        hint = " Le mois et le jour sont-ils inversés ?" if 12 < month <= 31 and day <= 12 else ""
        raise BadValue(
            f"La date «{NBSP}{text}{NBSP}» n’existe pas.", advice=f"Vérifiez le jour et le mois.{hint}"
        ) from None


def _full_year(year: int) -> int:
    """Two digits fall between 80 years back and 19 ahead of 2026."""
    return year if year > 99 else (2000 + year if year < 46 else 1900 + year)


def _month(text: str, word: str) -> int:
    key = fold(word)
    found = [i for i, name in enumerate(MONTHS, start=1) if fold(name).startswith(key)] if len(key) >= 3 else []
    if len(found) != 1:
        raise BadValue(f"«{NBSP}{text}{NBSP}» n’est pas une date.", advice="Écrivez-la ainsi : 31/12/2026.")
    return found[0]
