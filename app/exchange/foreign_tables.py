"""The tables that stand in a foreign workbook: where their headings are, which rows are data, which are left out.

People put a title above, merge headings, write them on two rows, repeat them at each page, part the rows by a line in
capitals and add a total. Nothing here knows what a column means: `foreign_guess` tells.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from app.exchange.cells import is_blank, shown
from app.exchange.workbook import Area, Cell, CellKind, Sheet, column_letters
from app.formatting import NBSP, counted, fold, shorten

#: Rows among which headings are looked for.
FIRST_ROWS = 60
#: Longer texts head no column.
LONGEST_HEADING = 90
#: Columns beyond which nobody reads a table.
MOST_COLUMNS = 120
_TOTAL = re.compile(r"(sous[- ]?)?tota(l|ux)\b.*")
_NOTE = re.compile(r"(source|sources|note|notes|legende|mise a jour|maj|nb|n\.b|lecture|champ|edite le|\*)\b.*|\*.*")
_PART = re.compile(r"(pilier|axe|priorite|volet|thematique|theme|partie|objectif|annexe)s? ?(n°)? ?([0-9]|[ivx]+\b)")
_YEAR = re.compile(
    r"(?:(?:annee|valeurs?|realises?|resultats?|mesures?|donnees?|en|exercice|an) ?)*((?:19|20)\d\d)(?:\.0)?"
)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row that is no data: `reason` says what it is."""

    row: int
    reason: str
    text: str


TOTAL, REPEATED, SECTION, NOTE, CONTINUED = (
    "ligne de total",
    "en-tête répété",
    "titre de partie",
    "note sous le tableau",
    "suite de la ligne du dessus",
)


@dataclass(frozen=True)
class ForeignTable:
    """One table: its headings (on rows `first` to `last`) by column, the rows of its data, those left out."""

    sheet: Sheet
    first: int
    last: int
    headings: Mapping[int, str]
    rows: tuple[int, ...]
    left_out: tuple[LeftOut, ...]

    def cell(self, row: int, column: int) -> Cell:
        """A cell as it is read by a person: what a merged range says stands in each of its cells."""
        area = self._merged.get((row, column))
        if area is None:
            return self._cells.get((row, column)) or Cell(row, column, CellKind.EMPTY, None)
        top = self._cells.get((area.top, area.left))
        if top is None or area.top <= self.last:
            return Cell(row, column, CellKind.EMPTY, None)
        return top._replace(row=row, column=column)

    def samples(self, column: int, count: int) -> list[Cell]:
        """The first filled cells of a column."""
        found: list[Cell] = []
        for row in self.rows:
            cell = self.cell(row, column)
            if not is_blank(cell):
                found.append(cell)
                if len(found) == count:
                    break
        return found

    @property
    def title(self) -> str:
        """What stands above the headings, on one line."""
        above = (cell for row in self.sheet.rows if row < self.first for cell in self.sheet.rows[row])
        return " ".join(str(cell.value) for cell in above if cell.kind is CellKind.TEXT)[:400]

    def said(self) -> list[str]:
        """What was left out, a line for each reason."""
        found = []
        for reason in dict.fromkeys(one.reason for one in self.left_out):
            rows = [one for one in self.left_out if one.reason == reason]
            where = ", ".join(str(one.row) for one in rows[:8]) + ("…" if len(rows) > 8 else "")
            text = f" «{NBSP}{shorten(rows[0].text, 40)}{NBSP}»" if len(rows) == 1 else ""
            lines = f"ligne{NBSP}{where}" if len(rows) == 1 else f"{counted(len(rows), 'ligne')} ({where})"
            verb = "laissée" if len(rows) == 1 else "laissées"
            found.append(f"Feuille «{NBSP}{self.sheet.name}{NBSP}», {lines}{text}{NBSP}: {reason}, {verb} de côté.")
        return found

    @cached_property
    def _cells(self) -> dict[tuple[int, int], Cell]:
        return {
            (row, cell.column): cell
            for row, cells in self.sheet.rows.items()
            if row >= self.first
            for cell in cells
            if cell.column in self.headings
        }

    @cached_property
    def _merged(self) -> dict[tuple[int, int], Area]:
        wanted = set(self.rows)
        return {
            (row, column): area
            for area in self.sheet.merged
            for row in range(area.top, min(area.bottom, self.rows[-1] if self.rows else 0) + 1)
            if row in wanted
            for column in range(area.left, min(area.right, MOST_COLUMNS) + 1)
        }


def heading_rows(sheet: Sheet) -> Iterator[tuple[int, int]]:
    """The (first, last) rows that may hold the headings of a table, one row or two, from the top."""
    first = [row for row in sheet.rows if not all(map(is_blank, sheet.rows[row]))][:FIRST_ROWS]
    for place, row in enumerate(first):
        if _may_head(sheet.rows[row]):
            yield row, row
            following = first[place + 1] if place + 1 < len(first) else 0
            if following == row + 1 and _are_double(sheet, row, following):
                yield row, following


def table_at(sheet: Sheet, first: int, last: int) -> ForeignTable:
    """The table whose headings stand on these rows."""
    headings = _headings(sheet, first, last)
    totals = {
        row for table in sheet.tables for row in range(table.area.bottom - table.totals + 1, table.area.bottom + 1)
    }
    of_headings: dict[int, set[str]] = {}
    for column, heading in headings.items():
        of_headings[column] = {fold(text) for text in (heading, *heading.split(" – "))}
    rows: list[int] = []
    left: list[LeftOut] = []
    for row, cells in sheet.rows.items():
        if row <= last:
            continue
        filled = [cell for cell in cells if cell.column in headings and not is_blank(cell)]
        if not filled:
            continue
        reason = TOTAL if row in totals else _reason(sheet, row, filled, headings, of_headings)
        if reason:
            left.append(LeftOut(row, reason, shown(filled[0])))
        else:
            rows.append(row)
    # A lone line is a part's title when rows follow it, a note when none does.
    end = rows[-1] if rows else 0
    left = [
        LeftOut(one.row, NOTE, one.text) if one.reason == SECTION and one.row > end else one
        for one in left
    ]  # fmt: skip
    return ForeignTable(sheet, first, last, headings, tuple(rows), tuple(left))


def year_of(heading: str) -> int | None:
    """The year that a heading is: « 2024 », « Année 2024 », « Valeur 2024 »; None for « Budget 2024 »."""
    found = _YEAR.fullmatch(" ".join(re.sub(r"[^\w.]+", " ", fold(heading)).split()))
    return int(found[1]) if found else None


# -- headings -----------------------------------------------------------------------------------------------------


def _may_head(cells: Sequence[Cell]) -> bool:
    filled = [cell for cell in cells if not is_blank(cell)]
    if not 2 <= len(filled) <= MOST_COLUMNS:
        return False
    texts = [cell for cell in filled if _is_heading(cell)]
    words = [cell for cell in texts if cell.kind is CellKind.TEXT]
    return len(texts) >= 0.8 * len(filled) and bool(words)


def _is_heading(cell: Cell) -> bool:
    if cell.kind is CellKind.TEXT:
        return 0 < len(str(cell.value).strip()) <= LONGEST_HEADING
    return cell.kind is CellKind.NUMBER and year_of(str(cell.value)) is not None


def _are_double(sheet: Sheet, top: int, bottom: int) -> bool:
    """Whether two rows may be one heading: the upper one is merged down or across, or what one lacks the other has."""
    if not _all_headings(sheet.rows[bottom]):
        return False
    if any(area.top == top and (area.bottom == bottom or area.right > area.left) for area in sheet.merged):
        return True
    above = {cell.column for cell in sheet.rows[top] if not is_blank(cell)}
    below = {cell.column for cell in sheet.rows[bottom] if not is_blank(cell)}
    return bool(below - above) and len(below) < len(above | below)


def _all_headings(cells: Sequence[Cell]) -> bool:
    return all(_is_heading(cell) for cell in cells if not is_blank(cell))


def _headings(sheet: Sheet, first: int, last: int) -> dict[int, str]:
    """Column → its heading on one line, the upper row before the lower one: « Calendrier – Fin »."""
    found: dict[int, list[str]] = {}
    for row in range(first, last + 1):
        texts = {cell.column: _one_line(cell) for cell in sheet.rows.get(row, ()) if not is_blank(cell)}
        if row < last:
            texts = _spread(sheet, row, texts, sheet.rows.get(last, ()))
        for column, text in texts.items():
            if column <= MOST_COLUMNS and text not in found.setdefault(column, []):
                found[column].append(text)
    return {column: " – ".join(parts) for column, parts in sorted(found.items())}


def _spread(sheet: Sheet, row: int, texts: dict[int, str], below: Sequence[Cell]) -> dict[int, str]:
    """The headings of an upper row over all the columns that each stands above."""
    spread = dict(texts)
    for area in sheet.merged:
        if area.top <= row <= area.bottom and area.left in texts:
            for column in range(area.left, min(area.right, MOST_COLUMNS) + 1):
                spread[column] = texts[area.left]
    if not any(area.top == row and area.right > area.left for area in sheet.merged):
        # Not merged (a .csv): a blank at the right of a heading is its own when something stands below it.
        for cell in sorted(below):
            if cell.column not in spread and (left := spread.get(cell.column - 1)):
                spread[cell.column] = left
    return spread


def _one_line(cell: Cell) -> str:
    text = " ".join(shown(cell).split())
    return text.removesuffix(",0") if cell.kind is CellKind.NUMBER else text


# -- rows ---------------------------------------------------------------------------------------------------------


def _reason(
    sheet: Sheet, row: int, filled: Sequence[Cell], headings: Mapping[int, str], of_headings: Mapping[int, set[str]]
) -> str:
    """Why a row is no data; "" when it is."""
    same = sum(" ".join(fold(shown(cell)).split()) in of_headings[cell.column] for cell in filled)
    if same >= 0.8 * len(filled):
        return REPEATED
    texts = [fold(shown(cell)).strip(" :") for cell in filled if cell.kind is CellKind.TEXT]
    if texts and any(map(_TOTAL.fullmatch, texts)) and len(texts) <= 2:
        return TOTAL
    if len(filled) == 1 and len(headings) > 2:
        wide = any(area.top == row and area.right > area.left for area in sheet.merged)
        text = texts[0] if texts else ""
        if _NOTE.fullmatch(text):
            return NOTE
        first = filled[0].column == min(headings)
        if text and (wide or (first and _is_title_like(str(filled[0].value)))):
            return SECTION
    return ""


def _is_title_like(text: str) -> bool:
    """« PILIER 1 : COHÉSION SOCIALE », « Axe 2 – Emploi »."""
    folded = fold(text).strip()
    if _PART.match(folded):
        return True
    letters = [letter for letter in text if letter.isalpha()]
    return len(letters) > 3 and all(letter.isupper() for letter in letters)


def column_name(table: ForeignTable, column: int) -> str:
    """`C « Porteur »`."""
    return f"{column_letters(column)} «{NBSP}{shorten(table.headings[column], 60)}{NBSP}»"


__all__ = ["ForeignTable", "LeftOut", "column_name", "heading_rows", "table_at", "year_of"]
