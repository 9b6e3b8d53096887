"""What one measurement says, and the way it is written: « 12,5 % », « 15 à 18 semaines », « masquée », « oui ».

The same writing is shown, typed in the entry grid and pasted from Excel: `read` takes back what `reading_words` gives.
"""

import re
from dataclasses import dataclass
from decimal import Decimal

from app.errors import BadValue
from app.formatting import NBSP, fold, format_number, parse_decimal

MASKED_WORDS = "masquée (secret statistique)"

# « s » is how INSEE writes a value under statistical secrecy.
_MASKED = frozenset({"masquee", "masque", "secret", "secret statistique", "masquee (secret statistique)", "s", "ss"})
_BLANK = frozenset({"", "-", "–", "—", "nd", "n.d.", "n.d", "n/a", "na"})
_YES = frozenset({"oui", "o", "fait", "realise", "realisee", "1", "x", "vrai"})
_NO = frozenset({"non", "n", "pas encore", "pas fait", "0", "faux"})
_QUALIFIERS = {
    "plus de": "plus de", ">": "plus de", "moins de": "moins de", "<": "moins de", "au moins": "au moins",
    "≥": "au moins", ">=": "au moins", "au plus": "au plus", "≤": "au plus", "<=": "au plus", "environ": "environ",
    "env.": "environ", "env": "environ", "~": "environ", "≈": "environ", "près de": "près de",
}  # fmt: skip
_QUALIFIED = re.compile(
    "(" + "|".join(re.escape(word) for word in sorted(_QUALIFIERS, key=len, reverse=True)) + r")\s*(?=[\d(−-])(.+)",
    re.IGNORECASE | re.DOTALL,
)
_RANGE = re.compile(r"(?:entre\s+)?([\d][\d\s\u00a0\u202f.,]*?)\s*%?\s*(?:à|et|-|–|—)\s*([\d][\d\s\u00a0\u202f.,]*)")
#: Words that end in s or x in the singular too.
_SAME = frozenset({"fois", "mois", "temps", "pays", "avis", "cours", "repas", "accès", "cas", "puits"})


@dataclass(frozen=True, slots=True)
class Reading:
    """One measured value: a number, a range, words, or masked. `qualifier` is « plus de », « environ »."""

    value: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    qualifier: str = ""
    text: str = ""
    masked: bool = False

    @property
    def is_empty(self) -> bool:
        """True when nothing is said: announced, not filled."""
        return not self.masked and not self.text and all(one is None for one in (self.value, self.low, self.high))

    @property
    def level(self) -> Decimal | None:
        """The number to draw: the value, or the middle of a range; None when masked or in words."""
        if self.masked:
            return None
        if self.value is not None or self.low is None or self.high is None:
            return self.value if self.value is not None else (self.low if self.low is not None else self.high)
        return (self.low + self.high) / 2

    def bound(self, wanted: str) -> Decimal | None:
        """The number to judge: the less favourable end of a range (`wanted` is up or down)."""
        if self.masked or self.value is not None or self.low is None or self.high is None:
            return self.level
        return self.high if wanted == "down" else self.low


NOTHING = Reading()


@dataclass(frozen=True, slots=True)
class Scale:
    """How an indicator counts: its form (INDICATOR_KIND), its unit, the direction hoped for (up, down, none, "")."""

    kind: str = "count"
    unit: str = ""
    direction: str = ""

    @property
    def is_check(self) -> bool:
        return self.kind == "check"

    @property
    def is_text(self) -> bool:
        return self.kind == "list"

    def unit_of(self, size: Decimal) -> str:
        """The unit as it is said of this number: « 1 espace », « 8 espaces »."""
        return singular_unit(self.unit) if -2 < size < 2 else self.unit


def singular_unit(unit: str) -> str:
    """« espaces » → « espace », « sessions par an » → « session par an »; % and m² stay."""
    counted, joint, rest = unit.partition(" par ")
    return " ".join(_singular(word) for word in counted.split(" ")) + joint + rest


def figure(reading: Reading, scale: Scale) -> tuple[str, str]:
    """The large figure of a card and what follows it: (« 17,1 », « % »), (« 15–18 », « semaines »), (« Oui », "")."""
    if reading.masked:
        return "Masquée", "secret statistique"
    if reading.value is not None:
        if scale.is_check:
            return ("Oui" if reading.value else "Non"), ""
        return format_number(reading.value), scale.unit_of(reading.value)
    if reading.low is not None and reading.high is not None:
        return f"{format_number(reading.low)}–{format_number(reading.high)}", scale.unit
    if reading.level is not None:
        return format_number(reading.level), scale.unit_of(reading.level)
    return "", reading.text


def reading_words(reading: Reading, scale: Scale, *, unit: bool = True) -> str:
    """The reading on one line: « plus de 50 % », « 15 à 18 semaines », « masquée (secret statistique) »."""
    if reading.masked:
        return MASKED_WORDS
    if reading.value is None and reading.low is not None and reading.high is not None:
        words, top = f"{format_number(reading.low)} à {format_number(reading.high)}", reading.high
    elif reading.level is not None:
        if scale.is_check:
            return "Oui" if reading.level else "Non"
        words, top = format_number(reading.level), reading.level
    else:
        return reading.text
    after = scale.unit_of(top) if unit else ""
    lead = f"{reading.qualifier} " if reading.qualifier else ""
    return f"{lead}{words}{NBSP}{after}".rstrip(NBSP)


def read(text: str, scale: Scale) -> Reading:
    """The reading someone typed or pasted; raises BadValue with a French sentence. Blank says nothing (NOTHING)."""
    typed = " ".join(text.replace(NBSP, " ").replace("\u202f", " ").split())
    key = fold(typed)
    if key in _BLANK:
        return NOTHING
    if key in _MASKED:
        return Reading(masked=True)
    if scale.is_check:
        return _read_check(typed, key)
    if scale.is_text:
        return Reading(text=text.strip())
    lead = _QUALIFIED.fullmatch(typed)
    qualifier, number = (_QUALIFIERS[lead[1].lower()], lead[2]) if lead else ("", typed)
    number = _without_unit(number, scale)
    between = _RANGE.fullmatch(number)
    if between:
        low, high = parse_decimal(between[1]), parse_decimal(between[2])
        if low > high:
            raise BadValue(
                f"La fourchette «{NBSP}{typed}{NBSP}» est à l’envers.", advice="Écrivez le plus petit d’abord."
            )
        return Reading(low=low, high=high, qualifier=qualifier)
    return Reading(value=parse_decimal(number), qualifier=qualifier)


def _read_check(typed: str, key: str) -> Reading:
    if key in _YES or key in _NO:
        return Reading(value=Decimal(int(key in _YES)))
    raise BadValue(f"«{NBSP}{typed}{NBSP}» n’est ni oui ni non.", advice="Écrivez oui ou non.")


def _without_unit(text: str, scale: Scale) -> str:
    """The number without the unit written after it; raises BadValue for a % where the unit is something else."""
    number = text.strip()
    if number.endswith("%"):
        if scale.unit != "%":
            said = f"se compte en {scale.unit}" if scale.unit else "n’est pas un pourcentage"
            raise BadValue(f"«{NBSP}{text}{NBSP}»{NBSP}: cet indicateur {said}.", advice="Écrivez le nombre seul.")
        return number[:-1].strip()
    for word in (scale.unit, singular_unit(scale.unit)):
        if word and fold(number).endswith(f" {fold(word)}"):
            return number[: -len(word)].strip()
    return number


def _singular(word: str) -> str:
    if word in _SAME or len(word) < 3:
        return word
    if word.endswith("eaux"):
        return word[:-1]
    if word.endswith("s") or word == "lieux":
        return word[:-1]
    if "-" in word:
        return "-".join(_singular(part) for part in word.split("-"))
    return word
