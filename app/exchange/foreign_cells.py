"""Cells and names as strangers write them: « Terminé » for Terminée, « Pilier 2 », « Quartier Est », « CAF, MEL ».

What is rewritten here is then read by `cells` like any other cell. Only writings of one and the same thing are brought
together; what merely looks like something is left to be refused with its own sentence.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation

from app.exchange.cell_numbers import exact
from app.exchange.cell_values import Percents, Scope
from app.exchange.foreign_words import BEFORE_NAMES, CHOICES, NUMBERED
from app.exchange.references import Known, Names, name_key
from app.exchange.workbook import Cell, CellKind
from app.formatting import fold, plain
from app.models.fields import Field, Kind, Rule
from app.services.likeness import name_key as likeness_key

#: What stands in a cell to say that there is nothing to say.
_NOTHING = frozenset(("-", "–", "—", "/", "nd", "n.d", "n.d.", "nc", "n.c", "n.c.", "n/a", "so", "s.o.", "sans objet"))
_SEPARATORS = re.compile(r"\s*(?:[;\n]|,|/|\+|(?<=\s)et(?=\s)|(?<=\s)&(?=\s))\s*")
_NUMBER = re.compile(r"([a-z°]*) ?0*(\d{1,3})\.?")
_LEADING_NUMBER = re.compile(r"(?:[a-z°]+ )?\d{1,3}(?:\.\d+)*\s*[-–:.)]\s*(?=\D)")


class ForeignNames(Names):
    """The rows that cells may name, found also by their number, without the words before it, or legal words aside."""

    def __init__(self, known: Mapping[str, Iterable[Known]], numbers: Mapping[str, Mapping[str, int]]) -> None:
        rows = {entity: list(of_entity) for entity, of_entity in known.items()}
        super().__init__(rows)
        self._titles: dict[str, dict[str, list[str]]] = {}
        self._alike: dict[str, dict[str, list[str]]] = {}
        self._numbers = {
            entity: {str(number): row for row, number in of_entity.items()} for entity, of_entity in numbers.items()
        }
        for entity, of_entity in rows.items():
            titles = self._titles.setdefault(entity, {})
            alike = self._alike.setdefault(entity, {})
            for row in of_entity:
                if row.names:
                    titles.setdefault(name_key(row.names[0]), []).append(row.id)
                for key in dict.fromkeys(map(likeness_key, row.names)):
                    if key:
                        alike.setdefault(key, []).append(row.id)

    def find(self, entity: str, text: str) -> tuple[str, ...]:
        several: tuple[str, ...] = ()
        for writing in _writings(text):
            found = super().find(entity, writing)
            if len(found) > 1:
                # Its own name comes before the short name of another.
                titled = self._titles.get(entity, {}).get(name_key(writing), [])
                found, several = (tuple(titled) if len(titled) == 1 else ()), several or found
            if found:
                return found
        numbered = _NUMBER.fullmatch(name_key(text))
        if numbered and numbered[1] in NUMBERED and (row := self._numbers.get(entity, {}).get(numbered[2])):
            return (row,)
        if not several and (key := likeness_key(text)):
            several = tuple(self._alike.get(entity, {}).get(key, ()))
        return several


def _writings(text: str) -> list[str]:
    """A name as it is written, then without its number, then without the words before it."""
    key = name_key(text)
    found = [text, _LEADING_NUMBER.sub("", key, count=1)]
    words = found[-1].split()
    while len(words) > 1 and words[0] in BEFORE_NAMES:
        words = words[1:]
        found.append(" ".join(words))
    return list(dict.fromkeys(found))


def parts_of(field: Field, text: str, names: Names) -> list[str]:
    """The elements of a cell of many links: parted by `;`, and by `,`, `/` or « et » when no name holds them."""
    found: list[str] = []
    for piece in text.replace("\n", ";").split(";"):
        if not (piece := piece.strip(" -–•*·")):
            continue
        smaller = [part.strip() for part in _SEPARATORS.split(piece) if part.strip()]
        is_name = len(smaller) < 2 or bool(names.find(field.target, piece))
        if not is_name and any(names.find(field.target, part) for part in smaller):
            found += smaller
        else:
            found.append(piece)
    return found


def prepared(field: Field, cell: Cell, names: Names) -> Cell:
    """The same cell, written as the workbooks of the application write it."""
    if cell.kind is CellKind.TEXT and field.kind not in (Kind.TEXT, Kind.LONG_TEXT):
        text = str(cell.value).strip()
        if fold(text) in _NOTHING:
            return cell._replace(kind=CellKind.EMPTY, value=None, formula=False)
        if field.kind is Kind.CHOICE and (code := choice_of(field, text)):
            return cell._replace(value=code)
        if field.kind is Kind.LINKS:
            return cell._replace(value=";".join(parts_of(field, text, names)))
        if field.kind is Kind.DECIMAL and text.endswith("%"):
            return cell._replace(value=text[:-1].strip())
    if cell.kind is CellKind.NUMBER:
        if field.kind is Kind.DECIMAL and "%" in cell.number_format:
            return cell._replace(value=_hundredfold(str(cell.value)), number_format="General")
        if field.key == "phone":
            return cell._replace(kind=CellKind.TEXT, value=_phone(str(cell.value)))
    if field.rule is Rule.SIRET and cell.kind in (CellKind.TEXT, CellKind.NUMBER):
        return cell._replace(kind=CellKind.TEXT, value=_siret(str(cell.value)))
    return cell


def scope_of(field: Field, cells: Sequence[Cell], scope: Scope) -> Scope:
    """How the plain numbers of a column of percentages read: 0,6 is 60 % when none of them goes beyond 1."""
    if field.kind is not Kind.PERCENT:
        return scope
    numbers = [number for cell in cells if cell.kind is CellKind.NUMBER and (number := _decimal(cell)) is not None]
    fractions = bool(numbers) and max(numbers) <= 1 and any(0 < number < 1 for number in numbers)
    return replace(scope, percents=Percents.FRACTIONS if fractions else Percents.POINTS)


def choice_of(field: Field, text: str) -> str:
    """The code of the choice that `text` writes, its gender, its number and usual synonyms aside; "" for none."""
    wanted = _loose(text)
    found = {
        choice.code
        for choice in field.choices
        if wanted in (_loose(choice.label), _loose(choice.code), *map(_loose, CHOICES.get(choice.code, ())))
    }
    return found.pop() if len(found) == 1 else ""


def _loose(text: str) -> str:
    """Words without their feminine and plural endings: « Terminées » and « terminé » meet."""
    words = re.findall(r"\w+", fold(text))
    return " ".join(word.rstrip("s").rstrip("e") if len(word) > 3 else word for word in words)


def _decimal(cell: Cell) -> Decimal | None:
    try:
        return Decimal(str(cell.value))
    except InvalidOperation:
        return None


def _hundredfold(text: str) -> str:
    number = exact(text)
    return text if number is None else f"{plain(number * 100):f}"


def _phone(text: str) -> str:
    """A telephone that a spreadsheet took for a number has lost its first zero."""
    digits = text.removesuffix(".0")
    return f"0{digits}" if re.fullmatch(r"[1-9]\d{8}", digits) else digits


def _siret(text: str) -> str:
    """Without spaces and « .0 », its first zeros put back. Source: cleanings seen in real subsidy files."""
    digits = re.sub(r"\s", "", text).removesuffix(".0")
    return digits.zfill(14) if re.fullmatch(r"\d{10,13}", digits) else digits


__all__ = ["ForeignNames", "choice_of", "parts_of", "prepared", "scope_of"]
