"""What was done by hand in a sheet: cells that no longer say what was exported, rows marked, added, copied or lost.

A cell is compared with what it was when the workbook left, never with what it is here now: an old workbook undoes
nothing. Nothing is judged here; `simulation` says what each edit would do.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from app.errors import BadValue
from app.exchange.bases import Base
from app.exchange.cell_values import Base as CellBase
from app.exchange.cell_values import CellError, Outcome, Reading, Reason, Scope, Severity
from app.exchange.cells import is_blank, read_cell, shown
from app.exchange.layout import DELETE_WORD
from app.exchange.matching import DataSheet
from app.exchange.payload import BaseRow
from app.exchange.preview import CellFault
from app.exchange.references import Names, name_key
from app.exchange.rendering import Written, render, render_links
from app.exchange.tokens import Token, TokenFault, read_token
from app.exchange.workbook import Cell, CellKind, column_letters
from app.formatting import NBSP, counted
from app.models import registry
from app.models.fields import Field, Kind, load, store
from app.notebook.merge import ERASED, LINK_PREFIX
from app.services import validation

#: More cells emptied in a column, or a larger part of it, are not taken without being looked at.
MOST_ERASED, ERASED_PART = 20, 0.2


@dataclass(frozen=True, slots=True)
class Edit:
    """One cell that says something else than when it left. Many links are sorted ids, in `before` as in `value`."""

    entity: str
    row: str
    field: Field
    base: Base
    base_row: BaseRow
    before: CellBase
    value: CellBase
    sheet: str
    cell: str
    ticked: bool = True
    note: str = ""
    erased: bool = False


@dataclass(frozen=True, slots=True)
class Deletion:
    """A row marked « supprimer »."""

    entity: str
    row: str
    base: Base
    base_row: BaseRow
    sheet: str
    cell: str


@dataclass(frozen=True, slots=True)
class Unnumbered:
    """A row without a Réf. that can be believed: a new one, as far as one can tell."""

    entity: str
    number: int
    note: str = ""
    ticked: bool = True


@dataclass(frozen=True, slots=True)
class Unbased:
    """A row known by its Réf. that nobody remembers having exported (mode D)."""

    entity: str
    row: str
    number: int


@dataclass
class SheetReading:
    """Everything one sheet says; `present` are the rows whose Réf. is in it."""

    sheet: DataSheet
    scope: Scope
    edits: list[Edit] = field(default_factory=list)
    deletions: list[Deletion] = field(default_factory=list)
    unnumbered: list[Unnumbered] = field(default_factory=list)
    unbased: list[Unbased] = field(default_factory=list)
    faults: list[CellFault] = field(default_factory=list)
    infos: list[str] = field(default_factory=list)
    present: set[str] = field(default_factory=set)


def read_sheet(
    sheet: DataSheet, bases: Mapping[str, Base], names: Names, *, date1904: bool, file_names: Mapping[str, Names]
) -> SheetReading:
    """What was done in `sheet`. `file_names` gives, by code, the index that knows the labels of that export."""
    found = SheetReading(sheet, Scope(sheet.name, names, date1904))
    numbered, altered = _rows_by_token(sheet, found)
    numbered = _without_copies(sheet, numbered, bases, found, file_names)
    by_code: dict[str, list[tuple[int, Token]]] = defaultdict(list)
    for number, token in numbered:
        found.present.add(token.row)
        base = bases.get(token.code)
        if base is not None and token.row in base.tables.get(sheet.entity, ()):
            by_code[token.code].append((number, token))
        else:
            found.unbased.append(Unbased(sheet.entity, token.row, number))
    for number, token_row, code in _recognised(sheet, altered, bases, found):
        by_code[code].append((number, Token(sheet.entity, token_row, code)))
    for code, rows in by_code.items():
        scope = replace(found.scope, names=file_names.get(code, names))
        _Comparison(sheet, bases[code], scope, found).run(rows)
    _warn_of_erasures(found, bases)
    return found


# -- rows ---------------------------------------------------------------------------------------------------------


def _rows_by_token(sheet: DataSheet, found: SheetReading) -> tuple[list[tuple[int, Token]], list[int]]:
    """The rows with a whole Réf.; and those whose Réf. is damaged. Those without are put aside as new."""
    numbered: list[tuple[int, Token]] = []
    altered: list[int] = []
    for number in sheet.rows:
        cell = _cell(sheet, number, sheet.reference) if sheet.reference else None
        text = "" if cell is None or cell.value is None else str(cell.value)
        token = read_token(text)
        if isinstance(token, Token):
            if token.entity == sheet.entity:
                numbered.append((number, token))
            else:
                kind = registry.entity(token.entity).label.lower()
                found.faults.append(_fault(sheet, number, sheet.reference, text, "une Réf. de cette feuille",
                    f"Cette Réf. est celle d’une ligne d’un autre genre ({kind}){NBSP}: rien n’y est lu."))  # fmt: skip
        elif token is TokenFault.UNKNOWN_ENTITY:
            found.faults.append(_fault(sheet, number, sheet.reference, text, "une Réf. de cette feuille",
                "Cette Réf. vient d’une version plus récente, la ligne n’est pas lue."))  # fmt: skip
        elif token in (TokenFault.CUT, TokenFault.ALTERED):
            altered.append(number)
        else:
            found.unnumbered.append(Unnumbered(sheet.entity, number))
    return numbered, altered


def _without_copies(
    sheet: DataSheet,
    numbered: Sequence[tuple[int, Token]],
    bases: Mapping[str, Base],
    found: SheetReading,
    file_names: Mapping[str, Names],
) -> list[tuple[int, Token]]:
    """One row for each Réf.: the copy that still says what was exported. The others are new rows, or a question."""
    times = Counter(token.row for _, token in numbered)
    if not times or max(times.values()) == 1:
        return list(numbered)
    kept = [(number, token) for number, token in numbered if times[token.row] == 1]
    for row in [row for row, count in times.items() if count > 1]:
        copies = [(number, token) for number, token in numbered if token.row == row]
        same = [(n, t) for n, t in copies if _is_untouched(sheet, n, t, bases, found.scope, file_names)]
        numbers = ", ".join(str(number) for number, _ in copies)
        if len(same) == 1:
            kept.append(same[0])
            found.unnumbered += [
                Unnumbered(sheet.entity, number, note=f"Copie de la ligne {same[0][0]}, avec sa Réf.")
                for number, _ in copies
                if number != same[0][0]
            ]
            continue
        found.present.add(row)
        asked = "aucune n’est restée comme elle était" if not same else "plusieurs sont identiques"
        found.faults.append(
            _fault(sheet, copies[-1][0], sheet.reference, str(_cell(sheet, copies[-1][0], sheet.reference).value),
                "une Réf. par ligne",
                f"Les lignes {numbers} ont la même Réf. et {asked}{NBSP}: rien n’y est lu. Videz la Réf. des copies.",
                severity="question")
        )  # fmt: skip
    return sorted(kept, key=lambda pair: pair[0])


def _is_untouched(
    sheet: DataSheet,
    number: int,
    token: Token,
    bases: Mapping[str, Base],
    scope: Scope,
    file_names: Mapping[str, Names],
) -> bool:
    base = bases.get(token.code)
    if base is None or token.row not in base.tables.get(sheet.entity, ()):
        return False
    trial = SheetReading(sheet, replace(scope, names=file_names.get(token.code, scope.names)))
    _Comparison(sheet, base, trial.scope, trial).run([(number, token)])
    return not trial.edits and not trial.deletions and not trial.faults


def _recognised(
    sheet: DataSheet, altered: Sequence[int], bases: Mapping[str, Base], found: SheetReading
) -> Iterator[tuple[int, str, str]]:
    """Rows whose damaged Réf. can only have been one: the same names as one exported row that is no longer there."""
    if not altered:
        return
    declared = registry.entity(sheet.entity)
    keys = [key for key in (declared.code, declared.title) if key]
    columns = {one.key: column for column, one in sheet.fields.items() if one.key in keys}
    by_name: dict[tuple[str, ...], list[tuple[str, str]]] = defaultdict(list)
    for code, base in bases.items():
        for row, base_row in base.tables.get(sheet.entity, {}).items():
            if row not in found.present:
                by_name[tuple(name_key(str(_value(base_row, key) or "")) for key in columns)].append((row, code))
    for number in altered:
        read = tuple(name_key(str(_cell(sheet, number, column).value or "")) for column in columns.values())
        same = by_name.get(read, []) if any(read) else []
        if len(same) == 1:
            row, code = same[0]
            found.present.add(row)
            found.infos.append(
                f"Feuille «{NBSP}{sheet.name}{NBSP}», ligne {number}{NBSP}: sa Réf. est abîmée, elle a été reconnue"
                " à son intitulé."
            )
            yield number, row, code
        else:
            found.unnumbered.append(
                Unnumbered(sheet.entity, number, note="La Réf. de cette ligne est abîmée.", ticked=False)
            )


# -- cells --------------------------------------------------------------------------------------------------------


class _Comparison:
    """Compares rows with one base, a column at a time: most cells are exactly what was written."""

    def __init__(self, sheet: DataSheet, base: Base, scope: Scope, found: SheetReading) -> None:
        self._sheet = sheet
        self._base = base
        self._scope = scope
        self._found = found
        self._declared = registry.entity(sheet.entity)

    def run(self, rows: Sequence[tuple[int, Token]]) -> None:
        table = self._base.tables[self._sheet.entity]
        known = [(number, token, table[token.row]) for number, token in rows]
        marked = {number for number, token, base_row in known if self._deletion(number, token, base_row)}
        cells = [{cell.column: cell for cell in self._sheet.sheet.rows.get(number, ())} for number, _, _ in known]
        exported = self._exported_fields()
        edits: dict[str, list[Edit]] = {}
        for column, one in self._sheet.fields.items():
            if exported is not None and one.key not in exported:
                continue
            of_column = list(self._column(column, one, known, cells))
            edits[one.key] = of_column
        if self._is_torn(edits):
            return
        ignored = sum(1 for of_column in edits.values() for one in of_column if int(_digits(one.cell)) in marked)
        if ignored:
            self._found.infos.append(
                f"Feuille «{NBSP}{self._sheet.name}{NBSP}»{NBSP}: {counted(ignored, 'cellule modifiée')} sur des"
                " lignes à supprimer."
            )
        for of_column in edits.values():
            self._found.edits += [one for one in of_column if int(_digits(one.cell)) not in marked]

    def _exported_fields(self) -> frozenset[str] | None:
        """The fields that had a column when the workbook left; None when nobody remembers."""
        keys = [key for one in self._base.header.sheets if one.entity == self._sheet.entity for key in one.keys]
        return frozenset(key.partition(".")[2] for key in keys) if keys else None

    def _deletion(self, number: int, token: Token, base_row: BaseRow) -> bool:
        if self._sheet.delete is None:
            return False
        cell = _cell(self._sheet, number, self._sheet.delete)
        if is_blank(cell):
            return False
        if name_key(str(cell.value)) in (DELETE_WORD, "oui", "x"):
            self._found.deletions.append(
                Deletion(self._sheet.entity, token.row, self._base, base_row, self._sheet.name, cell.address)
            )
            return True
        self._found.faults.append(
            _fault(self._sheet, number, self._sheet.delete, shown(cell), f"«{NBSP}{DELETE_WORD}{NBSP}», ou rien",
                   "Cette colonne ne dit que s’il faut supprimer la ligne.")
        )  # fmt: skip
        return False

    def _column(
        self,
        column: int,
        one: Field,
        known: Sequence[tuple[int, Token, BaseRow]],
        cells: Sequence[Mapping[int, Cell]],
    ) -> Iterator[Edit]:
        values = [_value(base_row, one.key, many=one.kind is Kind.LINKS) for _, _, base_row in known]
        labels = self._base.labels.get(one.target, {})
        if one.kind is Kind.LINKS:
            ids = [token.row for _, token, _ in known]
            linked = {row: value for row, value in zip(ids, values, strict=True) if isinstance(value, tuple)}
            written = render_links(ids, linked, labels)
        else:
            written = render(one, [None if isinstance(value, tuple) else value for value in values], labels)
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
        self._found.faults += [fault_of(note) for note in reading.notes]
        if reading.outcome not in (Outcome.VALUE, Outcome.PROPOSED):
            return
        if base_row.cells.get(ERASED) is not None:
            return
        checked, fault = checked_value(self._declared.key, one, reading, cell, self._sheet.name)
        if fault is not None:
            self._found.faults.append(fault)
            return
        if checked == value:
            return
        guessed = any(note.reason is Reason.GUESSED for note in reading.notes)
        yield Edit(
            self._sheet.entity, token.row, one, self._base, base_row, value, checked, self._sheet.name, cell.address,
            ticked=not guessed, note=" ".join(note.message for note in reading.notes), erased=checked in (None, ()),
        )  # fmt: skip

    def _is_torn(self, edits: Mapping[str, Sequence[Edit]]) -> bool:
        """Whether the values of a column have only changed rows: sorted without its Réf. Stops the sheet."""
        torn: list[str] = []
        for key, of_column in edits.items():
            changed = [edit for edit in of_column if edit.value not in (None, ())]
            before = Counter(edit.before for edit in of_column)
            after = Counter(edit.value for edit in of_column)
            label = self._declared.fields[key].label
            if len(of_column) < 2 or before != after or len(changed) < 2:
                continue
            if len(of_column) >= 3 and len(before) >= 3:
                torn.append(label)
            elif len(of_column) == 2:
                first, second = of_column
                self._found.faults.append(
                    CellFault(self._sheet.name, second.cell, "", "",
                        f"«{NBSP}{label}{NBSP}»{NBSP}: les valeurs de {first.cell} et {second.cell} ont été échangées."
                        " Vérifiez que c’est voulu.", "warning")
                )  # fmt: skip
        if not torn:
            return False
        names = ", ".join(torn)
        self._found.deletions.clear()
        self._found.faults.append(
            CellFault(self._sheet.name, "", names, "des lignes triées en entier, Réf. comprise",
                f"Tri partiel suspecté{NBSP}: les valeurs de «{NBSP}{names}{NBSP}» ont changé de ligne sans leur Réf."
                " Rien n’est lu dans cette feuille. Annulez le tri, ou triez par le tableau entier.")
        )  # fmt: skip
        return True


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


def _value(base_row: BaseRow, key: str, *, many: bool = False) -> CellBase:
    """What a cell was worth: a stored value, or the ids of many links in order (empty tuple for none)."""
    if many:
        prefix = f"{LINK_PREFIX}{key}:"
        return tuple(
            sorted(
                name.removeprefix(prefix)
                for name, cell in base_row.cells.items()
                if name.startswith(prefix) and cell.value
            )
        )
    cell = base_row.cells.get(key)
    return cell.value if cell is not None else None


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
            if _value(row, key, many=erased[0].field.kind is Kind.LINKS) not in (None, ())
        )  # fmt: skip
        if len(erased) > MOST_ERASED or (len(erased) >= 3 and len(erased) > ERASED_PART * filled):
            label = erased[0].field.label
            emptied = counted(len(erased), "cellule vidée", "cellules vidées")
            note = f"{emptied} dans «{NBSP}{label}{NBSP}»{NBSP}: à confirmer."
            found.infos.append(f"Feuille «{NBSP}{found.sheet.name}{NBSP}»{NBSP}: {note}")
            doubtful = set(map(id, erased))
            found.edits = [replace(one, ticked=False, note=note) if id(one) in doubtful else one for one in found.edits]


def _cell(sheet: DataSheet, number: int, column: int | None) -> Cell:
    return sheet.sheet.cell(number, column or 1)


def _digits(address: str) -> str:
    return address.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def _fault(
    sheet: DataSheet,
    number: int,
    column: int | None,
    value: str,
    expected: str,
    message: str,
    *,
    severity: str = "error",
) -> CellFault:
    return CellFault(sheet.name, f"{column_letters(column or 1)}{number}", value[:200], expected, message, severity)


__all__ = [
    "Deletion", "Edit", "SheetReading", "Unbased", "Unnumbered", "checked_value", "fault_of", "read_sheet",
]  # fmt: skip
