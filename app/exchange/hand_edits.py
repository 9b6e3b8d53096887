"""What was done by hand in a sheet: cells that no longer say what was exported, rows marked, added, copied or lost.

A cell is compared with what it was when the workbook left, never with what it is here now: an old workbook undoes
nothing. Nothing is judged here; `simulation` says what each edit would do.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from app.errors import BadValue
from app.exchange.bases import Base
from app.exchange.cell_values import Base as CellBase
from app.exchange.cell_values import CellError, Outcome, Reading, Reason, Scope, Severity
from app.exchange.cells import is_blank, read_cell, shown
from app.exchange.layout import DELETE_WORD
from app.exchange.matching import DataSheet
from app.exchange.payload import BaseRow
from app.exchange.preview import CellFault
from app.exchange.questions import JOIN, Answers
from app.exchange.references import Names, name_key
from app.exchange.rendering import Written, render, render_links
from app.exchange.row_identity import recognised, rows_by_token, without_copies
from app.exchange.sheet_reading import (
    Deletion,
    Edit,
    SheetReading,
    Unbased,
    Unnumbered,
    cell_at,
    row_fault,
    value_of_base,
)
from app.exchange.sorted_sheets import join_question, rejoin, swaps, torn_columns
from app.exchange.tokens import Token
from app.exchange.workbook import Cell, CellKind
from app.formatting import NBSP, counted
from app.models import registry
from app.models.fields import Field, Kind, load, store
from app.notebook import masks
from app.notebook.merge import ERASED
from app.services import validation

#: More cells emptied in a column, or a larger part of it, are not taken without being looked at.
MOST_ERASED, ERASED_PART = 20, 0.2


def read_sheet(
    sheet: DataSheet,
    bases: Mapping[str, Base],
    names: Names,
    *,
    date1904: bool,
    file_names: Mapping[str, Names],
    answers: Answers,
) -> SheetReading:
    """What was done in `sheet`. `file_names` gives, by code, the index that knows the labels of that export."""
    found = SheetReading(sheet, Scope(sheet.name, names, date1904))

    def is_untouched(number: int, token: Token) -> bool:
        base = bases.get(token.code)
        if base is None or token.row not in base.tables.get(sheet.entity, ()):
            return False
        scope = replace(found.scope, names=file_names.get(token.code, names))
        trial = _Comparison(sheet, base, scope, found).trial([(number, token)])
        return not any(trial.by_column.values()) and not trial.deletions and not trial.faults

    numbered, altered = rows_by_token(sheet, found)
    numbered = without_copies(sheet, numbered, found, answers, is_untouched)
    by_code: dict[str, list[tuple[int, Token]]] = defaultdict(list)
    for number, token in numbered:
        found.present.add(token.row)
        base = bases.get(token.code)
        if base is not None and token.row in base.tables.get(sheet.entity, ()):
            by_code[token.code].append((number, token))
        else:
            found.unbased.append(Unbased(sheet.entity, token.row, number))
    for number, token in recognised(sheet, altered, bases, found, answers, is_untouched):
        by_code[token.code].append((number, token))
    for code, rows in by_code.items():
        scope = replace(found.scope, names=file_names.get(code, names))
        _Comparison(sheet, bases[code], scope, found).run(rows, answers)
    _warn_of_erasures(found, bases)
    return found


# -- cells --------------------------------------------------------------------------------------------------------


class _Comparison:
    """Compares rows with one base, a column at a time: most cells are exactly what was written."""

    def __init__(self, sheet: DataSheet, base: Base, scope: Scope, found: SheetReading) -> None:
        self._sheet = sheet
        self._base = base
        self._scope = scope
        self._found = found
        self._declared = registry.entity(sheet.entity)
        #: The rows last asked for, and what their cells were worth by field.
        self._columns: tuple[Sequence[str], dict[str, list[CellBase]]] | None = None

    def run(self, rows: Sequence[tuple[int, Token]], answers: Answers) -> None:
        """Add to the reading what these lines say; nothing of them when their columns were sorted apart."""
        trial = self.trial(rows)
        if torn := torn_columns(trial.by_column):
            again = self._put_together(rows, torn, answers)
            if again is None:
                return
            rows, trial = again
        found = self._found
        found.compared |= {token.row: number for number, token in rows}
        found.deletions += trial.deletions
        found.faults += [*trial.faults, *swaps(trial.by_column, self._declared, self._sheet.name)]
        marked = {_line(deletion.cell) for deletion in trial.deletions}
        ignored = sum(1 for of_column in trial.by_column.values() for one in of_column if _line(one.cell) in marked)
        if ignored:
            found.infos.append(
                f"Feuille «{NBSP}{self._sheet.name}{NBSP}»{NBSP}: {counted(ignored, 'cellule modifiée')} sur des"
                " lignes à supprimer."
            )
        for of_column in trial.by_column.values():
            found.edits += [one for one in of_column if _line(one.cell) not in marked]

    def trial(self, rows: Sequence[tuple[int, Token]]) -> "_Trial":
        """What these lines say, added to nothing."""
        trial = self._trial = _Trial({}, [], [])
        table = self._base.tables[self._sheet.entity]
        known = [(number, token, table[token.row]) for number, token in rows]
        for number, token, base_row in known:
            self._deletion(number, token, base_row)
        cells = [self._cells_of(number) for number, _, _ in known]
        for column, one in self._fields().items():
            trial.by_column[one.key] = list(self._column(column, one, known, cells))
        return trial

    def _put_together(
        self, rows: Sequence[tuple[int, Token]], torn: Sequence[str], answers: Answers
    ) -> "tuple[Sequence[tuple[int, Token]], _Trial] | None":
        """The lines with their true row, once a person agreed; else None, and the sheet is not read."""
        sheet, declared = self._sheet, self._declared
        columns = ", ".join(declared.fields[key].label for key in torn)
        texts = _Texts(self, rows)
        rejoined = rejoin(rows, exported=texts.exported, read=texts.read, agreement=texts.agreement)
        trial = self.trial(rejoined.rows)
        key = f"sort:{sheet.name}:{self._base.code4}"
        possible = bool(rejoined.moved) and not torn_columns(trial.by_column)
        if possible:
            self._found.questions.append(
                join_question(
                    key, sheet.name, sheet.entity, columns, rejoined, label=texts.label, answer=answers.get(key, "")
                )
            )
        advice = "Ré-associez ses lignes, ou annulez" if possible else "Annulez"
        if not possible or answers.get(key) != JOIN:
            self._found.faults.append(
                CellFault(sheet.name, "", columns, "des lignes triées en entier, Réf. comprise",
                    f"Tri partiel suspecté{NBSP}: les valeurs de «{NBSP}{columns}{NBSP}» ont changé de ligne sans leur"
                    f" Réf. Rien n’est lu dans cette feuille. {advice} le tri, ou triez par le tableau entier.")
            )  # fmt: skip
            return None
        for number in rejoined.lost:
            self._found.faults.append(
                row_fault(sheet, number, sheet.reference, texts.of_line(number), "un code ou un intitulé exporté",
                    f"Tri partiel{NBSP}: cette ligne n’a pu être ré-associée à aucune fiche, elle n’est pas lue.")
            )  # fmt: skip
        return rejoined.rows, trial

    def _fields(self) -> dict[int, Field]:
        """The columns that are compared: those of fields that had one when the workbook left."""
        exported = self._exported_fields()
        return {
            column: one for column, one in self._sheet.fields.items() if exported is None or one.key in exported
        }  # fmt: skip

    def _cells_of(self, number: int) -> dict[int, Cell]:
        return {cell.column: cell for cell in self._sheet.sheet.rows.get(number, ())}

    def expected(self, one: Field, rows: Sequence[str]) -> tuple[list[CellBase], Sequence[Written]]:
        """What the cells of a column were worth for these rows, and what was written in them."""
        values = self._bases(rows, one)
        labels = self._base.labels.get(one.target, {})
        if one.kind is Kind.LINKS:
            linked = {row: value for row, value in zip(rows, values, strict=True) if isinstance(value, tuple)}
            return values, render_links(rows, linked, labels)
        return values, render(one, [None if isinstance(value, tuple) else value for value in values], labels)

    def _bases(self, rows: Sequence[str], one: Field) -> list[CellBase]:
        """A column of what these rows were worth. A row is dear to make: each is made once for all its columns."""
        kept = self._columns
        if kept is None or kept[0] != rows or one.key not in kept[1]:
            table = self._base.tables[self._sheet.entity]
            fields = {of_key.key: of_key for of_key in (*self._fields().values(), one)}
            columns: dict[str, list[CellBase]] = {key: [] for key in fields}
            for row in rows:
                base_row = table[row]
                for key, of_key in fields.items():
                    columns[key].append(value_of_base(base_row, key, many=of_key.kind is Kind.LINKS))
            kept = self._columns = (rows, columns)
        return kept[1][one.key]

    def _exported_fields(self) -> frozenset[str] | None:
        """The fields that had a column when the workbook left; None when nobody remembers."""
        keys = [key for one in self._base.header.sheets if one.entity == self._sheet.entity for key in one.keys]
        return frozenset(key.partition(".")[2] for key in keys) if keys else None

    def _deletion(self, number: int, token: Token, base_row: BaseRow) -> None:
        if self._sheet.delete is None:
            return
        cell = cell_at(self._sheet, number, self._sheet.delete)
        if is_blank(cell):
            return
        if name_key(str(cell.value)) in (DELETE_WORD, "oui", "x"):
            self._trial.deletions.append(
                Deletion(self._sheet.entity, token.row, self._base, base_row, self._sheet.name, cell.address)
            )
            return
        self._trial.faults.append(
            row_fault(self._sheet, number, self._sheet.delete, shown(cell), f"«{NBSP}{DELETE_WORD}{NBSP}», ou rien",
                   "Cette colonne ne dit que s’il faut supprimer la ligne.")
        )  # fmt: skip

    def _column(
        self,
        column: int,
        one: Field,
        known: Sequence[tuple[int, Token, BaseRow]],
        cells: Sequence[Mapping[int, Cell]],
    ) -> Iterator[Edit]:
        values, written = self.expected(one, [token.row for _, token, _ in known])
        merged = bool(self._sheet.sheet.merged)
        for (number, token, base_row), value, expected, of_row in zip(known, values, written, cells, strict=True):
            cell = of_row.get(column)
            if not merged and _says(cell, expected, value):
                continue
            if (locked := base_row.cells.get(one.key)) is not None and locked.locked:
                continue
            read = cell if cell is not None else Cell(number, column, CellKind.EMPTY, None)
            covered = merged and self._sheet.sheet.is_covered(number, column)
            yield from self._edit(one, read, value, token, base_row, covered=covered)

    def _edit(
        self, one: Field, cell: Cell, value: CellBase, token: Token, base_row: BaseRow, *, covered: bool
    ) -> Iterator[Edit]:
        reading = read_cell(one, cell, value, scope=self._scope, reference=token.row, covered=covered)
        self._trial.faults += [fault_of(note) for note in reading.notes]
        if reading.outcome not in (Outcome.VALUE, Outcome.PROPOSED):
            return
        if base_row.cells.get(ERASED) is not None:
            return
        checked, fault = checked_value(self._declared.key, one, reading, cell, self._sheet.name)
        if fault is not None:
            self._trial.faults.append(fault)
            return
        if checked == value or _was_masked(one, base_row, value, checked):
            return
        guessed = any(note.reason is Reason.GUESSED for note in reading.notes)
        yield Edit(
            self._sheet.entity, token.row, one, self._base, base_row, value, checked, self._sheet.name, cell.address,
            ticked=not guessed, note=" ".join(note.message for note in reading.notes), erased=checked in (None, ()),
        )  # fmt: skip


@dataclass
class _Trial:
    """What some lines say: their edits by column, the rows they mark, the cells that cannot be read."""

    by_column: dict[str, list[Edit]]
    deletions: list[Deletion]
    faults: list[CellFault]


class _Texts:
    """What lines and exported rows say of themselves, to put a sorted sheet back together."""

    def __init__(self, comparison: _Comparison, rows: Sequence[tuple[int, Token]]) -> None:
        self._sheet, declared = comparison._sheet, comparison._declared
        ids = [token.row for _, token in rows]
        self._columns = comparison._fields()
        self._values: dict[int, dict[str, tuple[Written, CellBase]]] = {}
        for column, one in self._columns.items():
            values, written = comparison.expected(one, ids)
            self._values[column] = dict(zip(ids, zip(written, values, strict=True), strict=True))
        places = {one.key: column for column, one in self._columns.items()}
        self._named = [places[key] for key in (declared.code, declared.title) if key in places]
        self._title = places.get(declared.title)
        self.exported = [
            {row: str(written or "") for row, (written, _) in self._values[column].items()} for column in self._named
        ]
        self.read = [partial(self._text, column) for column in self._named]

    def agreement(self, number: int, row: str) -> int:
        return sum(
            1
            for column, of_column in self._values.items()
            if _says(self._sheet.sheet.cell(number, column), *of_column[row]) and of_column[row][0] is not None
        )

    def label(self, row: str) -> str:
        return str(self._values[self._title][row][0] or "") if self._title else ""

    def of_line(self, number: int) -> str:
        return self._text(self._title, number) if self._title else ""

    def _text(self, column: int, number: int) -> str:
        return str(self._sheet.sheet.cell(number, column).value or "")


def checked_value(
    entity: str, one: Field, reading: Reading, cell: Cell, sheet: str
) -> tuple[CellBase, CellFault | None]:
    """The value once the rules of entry have been applied to it; or why they refuse it."""
    value = reading.value
    if one.kind is Kind.LINKS:
        return value or (), None
    assert not isinstance(value, tuple)
    try:
        checked = validation.check(one, load(one, value))
        validation.check_kept(registry.entity(entity), one, checked)
    except BadValue as error:
        return value, CellFault(sheet, cell.address, shown(cell), error.advice, error.message)
    return store(one, checked), None


def fault_of(note: CellError) -> CellFault:
    severity = {Severity.ERROR: "error", Severity.QUESTION: "question", Severity.WARNING: "warning"}[note.severity]
    return CellFault(note.sheet, note.address, note.value, note.expected, note.message, severity)


def _says(cell: Cell | None, expected: Written, value: CellBase) -> bool:
    """Whether a cell is, to the letter, what was written for this value."""
    if cell is None:
        return expected is None and value in (None, ())
    if cell.formula or expected is None:
        return False
    if isinstance(expected, str):
        return cell.kind is CellKind.TEXT and cell.value == expected
    if isinstance(expected, date):
        return cell.kind is CellKind.DATE and cell.value == expected
    # A percentage or a number in a cell of another format is read with care.
    return cell.kind is CellKind.NUMBER and _number(cell) == expected


def _number(cell: Cell) -> float | None:
    try:
        return float(str(cell.value))
    except ValueError:
        return None


def _warn_of_erasures(found: SheetReading, bases: Mapping[str, Base]) -> None:
    """Untick the cells emptied of a column when they are too many to be meant."""
    by_column: dict[str, list[Edit]] = defaultdict(list)
    for edit in found.edits:
        if edit.erased:
            by_column[edit.field.key].append(edit)
    for key, erased in by_column.items():
        base = erased[0].base
        filled = sum(
            1 for row in base.tables[found.sheet.entity].values()
            if value_of_base(row, key, many=erased[0].field.kind is Kind.LINKS) not in (None, ())
        )  # fmt: skip
        if len(erased) > MOST_ERASED or (len(erased) >= 3 and len(erased) > ERASED_PART * filled):
            label = erased[0].field.label
            emptied = counted(len(erased), "cellule vidée", "cellules vidées")
            note = f"{emptied} dans «{NBSP}{label}{NBSP}»{NBSP}: à confirmer."
            found.infos.append(f"Feuille «{NBSP}{found.sheet.name}{NBSP}»{NBSP}: {note}")
            doubtful = set(map(id, erased))
            found.edits = [replace(one, ticked=False, note=note) if id(one) in doubtful else one for one in found.edits]


def _was_masked(one: Field, base_row: BaseRow, value: CellBase, checked: CellBase) -> bool:
    """True when the cell says what the text said before an erasure, later than the workbook, masked a name in it."""
    known = any(key.startswith(f"{masks.PREFIX}{one.key}:") for key in base_row.cells)
    return not known and masks.covers(value, checked)


def _line(address: str) -> int:
    return int(address.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))


__all__ = ["Deletion", "Edit", "SheetReading", "Unbased", "Unnumbered", "checked_value", "fault_of", "read_sheet"]
