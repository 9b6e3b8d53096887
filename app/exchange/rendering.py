"""From stored values to what is written in cells, a column at a time: texts, numbers, dates.

The inverse of `cells`, which reads them: numbers of at most 15 significant digits are numbers, the others texts; dates
before March 1900, which Excel misplaces, are ISO texts.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from app.models.fields import Field, Kind, Stored

#: What a cell is given: None leaves it empty.
Written = str | float | date | None

#: UTF-16 units that a cell holds, and what is left of a longer text.
LONGEST, KEPT = 32_767, 32_000
CUT_MENTION = "\n… [texte complet dans l’application]"
_FIRST_DATE = "1900-03-01"
_LARGEST = 10**15
# Characters that XML cannot hold.
_UNWRITABLE = re.compile("[\ufffe\uffff]")


def render(field: Field, values: Sequence[Stored], labels: Mapping[str, str]) -> list[Written]:
    """The cells of a column; `labels` gives the text of each row a link leads to."""
    if field.kind is Kind.CHOICE:
        words = {choice.code: choice.label for choice in field.choices}
        return [None if value is None else words.get(str(value), str(value)) for value in values]
    if field.is_link:
        return [None if value is None else labels.get(str(value)) for value in values]
    one = _RENDER[field.kind]
    return [None if value is None else one(value) for value in values]


def render_links(ids: Sequence[str], links: Mapping[str, Sequence[str]], labels: Mapping[str, str]) -> list[Written]:
    """`CAF; MEL` for each row, in the order of the labels; None when nothing is linked."""
    known: dict[tuple[str, ...], Written] = {}
    cells: list[Written] = []
    for row in ids:
        targets = links.get(row)
        if not targets:
            cells.append(None)
            continue
        key = tuple(targets)
        if key not in known:
            known[key] = "; ".join(sorted(labels[target] for target in targets if target in labels)) or None
        cells.append(known[key])
    return cells


def shorten(text: str) -> str | None:
    """The text a cell can hold in the place of one that it cannot; None when it can."""
    # A character of the other planes counts for two.
    if len(text) > LONGEST // 2 and len(text.encode("utf-16-le")) // 2 > LONGEST:
        kept = text.encode("utf-16-le")[: 2 * (KEPT - len(CUT_MENTION))].decode("utf-16-le", errors="ignore")
        return _UNWRITABLE.sub("", kept) + CUT_MENTION
    # Looked for one by one: in a text of plain letters, neither costs a pass.
    return _UNWRITABLE.sub("", text) if "\ufffe" in text or "\uffff" in text else None


def fitting(text: str) -> str:
    """The text, or what a cell can hold in its place."""
    return text if (cut := shorten(text)) is None else cut


def _number(value: Stored) -> Written:
    number = int(value or 0)
    return float(number) if abs(number) < _LARGEST else str(number)


def _decimal(value: Stored) -> Written:
    return _exact(Decimal(str(value)))


def _percent(value: Stored) -> Written:
    return _exact(Decimal(str(value)).scaleb(-2), said=f"{value} %".replace(".", ","))


def _money(value: Stored) -> Written:
    return _exact(Decimal(int(value or 0)).scaleb(-2))


def _exact(number: Decimal, said: str = "") -> Written:
    """The number when a spreadsheet keeps all its digits, else its French writing."""
    digits = "".join(map(str, number.as_tuple().digits)).strip("0")
    if len(digits) <= 15 and (not number or -15 <= number.adjusted() < 15):
        return float(number)
    return said or f"{number:f}".replace(".", ",")


def _date(value: Stored) -> Written:
    text = str(value)
    return text if text < _FIRST_DATE else date.fromisoformat(text)


_RENDER: Mapping[Kind, Callable[[Any], Written]] = {
    Kind.TEXT: str,
    Kind.LONG_TEXT: str,
    Kind.INTEGER: _number,
    Kind.DECIMAL: _decimal,
    Kind.MONEY: _money,
    Kind.PERCENT: _percent,
    Kind.DATE: _date,
    Kind.YEAR: _number,
    Kind.BOOLEAN: lambda value: "Oui" if value else "Non",
}
