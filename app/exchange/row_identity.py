"""Which row each line of a sheet is: by its Réf., whole, damaged or borne by several lines.

What can only be one thing is taken for it; the rest is asked. Nothing is compared here.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from itertools import takewhile

from app.exchange.bases import Base
from app.exchange.matching import DataSheet
from app.exchange.payload import BaseRow
from app.exchange.preview import CellFault
from app.exchange.questions import (
    CREATE,
    CREATE_CHOICE,
    LEAVE_CHOICE,
    OF_REFERENCE,
    ORIGINAL,
    Answers,
    Asked,
    Choice,
    Question,
    link_choice,
    target_of,
)
from app.exchange.references import name_key
from app.exchange.sheet_reading import SheetReading, Unnumbered, cell_at, row_fault
from app.exchange.tokens import Token, TokenFault, make_token, read_token
from app.formatting import NBSP
from app.models import registry

#: Whether a line still says, cell for cell, what was exported of the row it is taken for.
IsUntouched = Callable[[int, Token], bool]
#: A damaged Réf. that keeps this many of the letters of the whole one can be no other's.
_LETTERS_KEPT = 24


def rows_by_token(sheet: DataSheet, found: SheetReading) -> tuple[list[tuple[int, Token]], list[int]]:
    """The rows with a whole Réf.; and those whose Réf. is damaged. Those without are put aside as new."""
    numbered: list[tuple[int, Token]] = []
    altered: list[int] = []
    for number in sheet.rows:
        cell = cell_at(sheet, number, sheet.reference) if sheet.reference else None
        text = "" if cell is None or cell.value is None else str(cell.value)
        token = read_token(text)
        if isinstance(token, Token):
            if token.entity == sheet.entity:
                numbered.append((number, token))
            else:
                kind = registry.entity(token.entity).label.lower()
                found.faults.append(row_fault(sheet, number, sheet.reference, text, "une Réf. de cette feuille",
                    f"Cette Réf. est celle d’une ligne d’un autre genre ({kind}){NBSP}: rien n’y est lu."))  # fmt: skip
        elif token is TokenFault.UNKNOWN_ENTITY:
            found.faults.append(row_fault(sheet, number, sheet.reference, text, "une Réf. de cette feuille",
                "Cette Réf. vient d’une version plus récente, la ligne n’est pas lue."))  # fmt: skip
        elif token in (TokenFault.CUT, TokenFault.ALTERED):
            altered.append(number)
        else:
            found.unnumbered.append(Unnumbered(sheet.entity, number))
    return numbered, altered


def without_copies(
    sheet: DataSheet,
    numbered: Sequence[tuple[int, Token]],
    found: SheetReading,
    answers: Answers,
    is_untouched: IsUntouched,
) -> list[tuple[int, Token]]:
    """One line for each Réf.: the copy that still says what was exported. The others are new rows, or a question."""
    times = Counter(token.row for _, token in numbered)
    if not times or max(times.values()) == 1:
        return list(numbered)
    kept = [(number, token) for number, token in numbered if times[token.row] == 1]
    for row in [row for row, count in times.items() if count > 1]:
        copies = [(number, token) for number, token in numbered if token.row == row]
        same = [copy for copy in copies if is_untouched(*copy)]
        key = f"copy:{sheet.entity}:{row}"
        if len(same) == 1:
            chosen = same[0]
        else:
            found.questions.append(_which_copy(sheet, copies, key, answers.get(key, ""), is_any_same=bool(same)))
            chosen = next(
                (one for rank, one in enumerate(copies) if answers.get(key) == f"{ORIGINAL}{rank}"), (0, copies[0][1])
            )
        if not chosen[0]:
            found.present.add(row)
            found.faults.append(_undecided(sheet, copies, found.questions[-1]))
            continue
        kept.append(chosen)
        found.unnumbered += [
            Unnumbered(sheet.entity, number, note=f"Copie de la ligne {chosen[0]}, avec sa Réf.")
            for number, _ in copies
            if number != chosen[0]
        ]
    return sorted(kept, key=lambda pair: pair[0])


def _which_copy(
    sheet: DataSheet, copies: Sequence[tuple[int, Token]], key: str, answer: str, *, is_any_same: bool
) -> Question:
    why = "plusieurs sont restées comme elles étaient" if is_any_same else "aucune n’est restée comme elle était"
    numbers = ", ".join(str(number) for number, _ in copies)
    choices = tuple(
        Choice(
            f"{ORIGINAL}{rank}", f"La ligne {number} est l’originale", _title(sheet, number) or f"ligne {number}",
            "l’autre devient une fiche de plus" if len(copies) == 2 else "les autres deviennent des fiches de plus",
        )
        for rank, (number, _) in enumerate(copies)
    )  # fmt: skip
    return Question(
        key, Asked.COPIED, sheet.entity, copies[0][1].row, _title(sheet, copies[0][0]),
        f"Les lignes {numbers} ont la même Réf. et {why}{NBSP}: laquelle est la fiche d’origine{NBSP}?",
        (*choices, LEAVE_CHOICE),
        answer=answer, sheet=sheet.name, cell=cell_at(sheet, copies[-1][0], sheet.reference).address,
    )  # fmt: skip


def _undecided(sheet: DataSheet, copies: Sequence[tuple[int, Token]], question: Question) -> CellFault:
    return row_fault(
        sheet, copies[-1][0], sheet.reference, str(cell_at(sheet, copies[-1][0], sheet.reference).value),
        "une Réf. par ligne",
        f"{question.sentence} Tant que rien n’est choisi, rien n’y est lu.",
        severity="question",
    )  # fmt: skip


# -- damaged ------------------------------------------------------------------------------------------------------


def recognised(
    sheet: DataSheet,
    altered: Sequence[int],
    bases: Mapping[str, Base],
    found: SheetReading,
    answers: Answers,
    is_untouched: IsUntouched,
) -> list[tuple[int, Token]]:
    """The lines whose Réf. is damaged and that are known to be a row: nothing in them changed, or a person said so.

    The others are put aside, with the rows that they may be.
    """
    if not altered:
        return []
    search = _Search(sheet, bases, found.present)
    times: Counter[str] = Counter()
    taken: list[tuple[int, Token]] = []
    for number in altered:
        text = "".join(str(cell_at(sheet, number, sheet.reference).value).split()).upper()[:60]
        key = f"{OF_REFERENCE}{sheet.entity}:{text}:{times[text]}"
        times[text] += 1
        candidates, is_sure = search.candidates(number, text)
        candidates = [one for one in candidates if one.row not in found.present]
        answer = answers.get(key, "")
        chosen = next((one for one in candidates if one.row == target_of(answer)), None)
        if chosen is None and not answer and is_sure and candidates and is_untouched(number, candidates[0]):
            chosen = candidates[0]
            found.infos.append(
                f"Feuille «{NBSP}{sheet.name}{NBSP}», ligne {number}{NBSP}: sa Réf. est abîmée, elle a été reconnue"
                " et rien n’y a changé."
            )
        elif chosen is not None:
            choices = (*(link_choice(one.row, search.label(one)) for one in candidates), CREATE_CHOICE)
            found.questions.append(
                Question(
                    key, Asked.DAMAGED, sheet.entity, chosen.row, search.label(chosen), damaged_sentence(number),
                    choices, answer=answer, sheet=sheet.name,
                    cell=cell_at(sheet, number, sheet.reference).address,
                )
            )  # fmt: skip
        if chosen is not None:
            found.present.add(chosen.row)
            taken.append((number, chosen))
            continue
        # What may be this line is not missing from the workbook.
        found.present.update(one.row for one in candidates[:1] if is_sure)
        found.unnumbered.append(
            Unnumbered(
                sheet.entity, number, "La Réf. de cette ligne est abîmée.", answer == CREATE, key,
                tuple(one.row for one in candidates), candidates[0].row if is_sure and candidates else "",
            )
        )  # fmt: skip
    return taken


def damaged_sentence(number: int) -> str:
    return f"La Réf. de la ligne {number} est abîmée{NBSP}: quelle fiche est-ce{NBSP}?"


class _Search:
    """The exported rows that are no longer in the sheet, by their names and by their Réf."""

    def __init__(self, sheet: DataSheet, bases: Mapping[str, Base], present: set[str]) -> None:
        self._sheet = sheet
        self._bases = bases
        declared = registry.entity(sheet.entity)
        self._title = declared.title
        keys = [key for key in (declared.code, declared.title) if key]
        self._columns = {one.key: column for column, one in sheet.fields.items() if one.key in keys}
        self._by_name: dict[tuple[str, ...], list[Token]] = defaultdict(list)
        self._by_reference: dict[str, Token] = {}
        for code, base in bases.items():
            for row, base_row in base.tables.get(sheet.entity, {}).items():
                if row in present:
                    continue
                token = Token(sheet.entity, row, code)
                named = tuple(name_key(str(_stored(base_row, key) or "")) for key in self._columns)
                self._by_name[named].append(token)
                self._by_reference[make_token(sheet.entity, row, code)] = token

    def candidates(self, number: int, text: str) -> tuple[list[Token], bool]:
        """The rows that a line may be, the surest first; and whether that one is sure."""
        read = tuple(
            name_key(str(cell_at(self._sheet, number, column).value or "")) for column in self._columns.values()
        )
        same = self._by_name.get(read, []) if any(read) else []
        near = [token for whole, token in self._by_reference.items() if _letters_kept(whole, text) >= _LETTERS_KEPT]
        # What is left of a Réf. tells more than a name, which may have been changed for that of another row.
        every = list(dict.fromkeys([*near, *same]))
        return every[:4], len(near) == 1 or (not near and len(same) == 1)

    def label(self, token: Token) -> str:
        base_row = self._bases[token.code].tables[self._sheet.entity][token.row]
        return str(_stored(base_row, self._title) or "")


def _letters_kept(whole: str, text: str) -> int:
    """How many letters of a Réf. are left: in their place from its beginning or from its end, or around what was lost
    or added in the middle."""
    ahead = [one == other for one, other in zip(whole, text, strict=False)]
    behind = [one == other for one, other in zip(reversed(whole), reversed(text), strict=False)]
    around = sum(1 for _ in takewhile(bool, ahead)) + sum(1 for _ in takewhile(bool, behind))
    return max(sum(ahead), sum(behind), min(around, len(text)))


def _stored(base_row: BaseRow, key: str) -> object:
    cell = base_row.cells.get(key)
    return cell.value if cell is not None else None


def _title(sheet: DataSheet, number: int) -> str:
    title = registry.entity(sheet.entity).title
    column = next((column for column, one in sheet.fields.items() if one.key == title), None)
    return str(cell_at(sheet, number, column).value or "") if column else ""


__all__ = ["damaged_sentence", "recognised", "rows_by_token", "without_copies"]
