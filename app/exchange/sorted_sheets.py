"""Sheets sorted without their Réf.: known as such, and put back together line by line when a person agrees.

The values of a column that have only changed lines are the sign. A line is then the exported row that has its code or
its exact name; its unchanged cells decide between several. What cannot be told stays unread.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from app.exchange.preview import CellFault
from app.exchange.questions import JOIN, LEAVE_CHOICE, Asked, Choice, Question
from app.exchange.references import name_key
from app.exchange.sheet_reading import Edit
from app.exchange.tokens import Token
from app.formatting import NBSP, counted
from app.models.declare import EntityType

#: Part of the cells changed in a column that hold the value of another line, from which the column was sorted apart.
MOVED_PART = 0.75


@dataclass(frozen=True, slots=True)
class Rejoined:
    """The lines put back with their row, and those that no row can be told for."""

    rows: tuple[tuple[int, Token], ...]
    moved: tuple[tuple[int, str, str], ...]
    lost: tuple[int, ...]


def torn_columns(edits: Mapping[str, Sequence[Edit]]) -> list[str]:
    """The keys of the columns whose values have only changed lines, three lines at least.

    Where every value is another, a part of them is enough: a sort does not keep people from typing afterwards.
    """
    torn = []
    for key, of_column in edits.items():
        before = Counter(edit.before for edit in of_column)
        after = Counter(edit.value for edit in of_column)
        filled = sum(1 for edit in of_column if edit.value not in (None, ()))
        same = sum((before & after).values())
        most = len(of_column) if len(before) < len(of_column) else ceil(MOVED_PART * len(of_column))
        if len(of_column) >= 3 and len(before) >= 3 and filled >= 2 and same >= max(3, most):
            torn.append(key)
    return torn


def swaps(edits: Mapping[str, Sequence[Edit]], declared: EntityType, sheet: str) -> list[CellFault]:
    """A warning for each column where two cells have exchanged their values."""
    found = []
    for key, of_column in edits.items():
        if len(of_column) != 2:
            continue
        first, second = of_column
        values = {first.value, second.value}
        if len(values) == 2 and (first.before, second.before) == (second.value, first.value) and None not in values:
            label = declared.fields[key].label
            found.append(
                CellFault(sheet, second.cell, "", "",
                    f"«{NBSP}{label}{NBSP}»{NBSP}: les valeurs de {first.cell} et {second.cell} ont été échangées."
                    " Vérifiez que c’est voulu.", "warning")
            )  # fmt: skip
    return found


def rejoin(
    rows: Sequence[tuple[int, Token]],
    *,
    exported: Sequence[Mapping[str, str]],
    read: Sequence[Callable[[int], str]],
    agreement: Callable[[int, str], int],
) -> Rejoined:
    """Give each line the row that it is.

    `exported` holds, for the code then the title, what each row (by id) said when it left; `read` what a line says now;
    `agreement` counts the cells of a line that say what was exported of a row.
    """
    tokens = {token.row: token for _, token in rows}
    indexes: list[dict[str, list[str]]] = []
    for of_key in exported:
        index: dict[str, list[str]] = defaultdict(list)
        for row in tokens:
            if name := name_key(of_key.get(row, "")):
                index[name].append(row)
        indexes.append(index)
    chosen: dict[int, str] = {}
    for number, _ in rows:
        named = [index.get(name_key(of_line(number)), []) for index, of_line in zip(indexes, read, strict=True)]
        found = [set(some) for some in named if some]
        common = set.intersection(*found) if found else set()
        row = next(iter(common)) if len(common) == 1 else _nearest(number, common, agreement)
        if row:
            chosen[number] = row
    times = Counter(chosen.values())
    chosen = {number: row for number, row in chosen.items() if times[row] == 1}
    return Rejoined(
        tuple((number, tokens[chosen[number]]) for number, _ in rows if number in chosen),
        tuple((number, t.row, chosen[number]) for number, t in rows if chosen.get(number, t.row) != t.row),
        tuple(number for number, _ in rows if number not in chosen),
    )  # fmt: skip


def _nearest(number: int, among: set[str], agreement: Callable[[int, str], int]) -> str:
    """Of several rows of one name, the only one that most cells agree with; "" when none stands out."""
    scores = sorted(((agreement(number, row), row) for row in among), reverse=True)
    return scores[0][1] if len(scores) > 1 and scores[0][0] > scores[1][0] else ""


def join_question(
    key: str, sheet: str, entity: str, columns: str, rejoined: Rejoined, *, label: Callable[[str], str], answer: str
) -> Question:
    """Whether the sheet is read with its lines put back together."""
    details = [
        f"Ligne {number}{NBSP}: «{NBSP}{label(row)}{NBSP}», à côté de la Réf. de «{NBSP}{label(was)}{NBSP}»"
        for number, was, row in rejoined.moved
    ]
    lost = len(rejoined.lost)
    second = (
        f"{counted(lost, 'autre reste non lue', 'autres restent non lues')}" if lost else "chaque ligne est reconnue"
    )
    return Question(
        key, Asked.SORTED, entity, "", f"Feuille triée{NBSP}: {sheet}",
        f"Les valeurs de «{NBSP}{columns}{NBSP}» ont changé de ligne sans leur Réf. Chaque ligne peut être ré-associée"
        " à sa fiche par son code ou son intitulé exact.",
        (Choice(JOIN, "Ré-associer", counted(len(rejoined.moved), "ligne"), second), LEAVE_CHOICE),
        answer=answer, sheet=sheet, details=tuple(details),
    )  # fmt: skip


__all__ = ["Rejoined", "join_question", "rejoin", "swaps", "torn_columns"]
