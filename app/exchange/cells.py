"""From a cell to a canonical value, field by field: what is unchanged, what is another value, what is not understood.

What the cell may mean is compared with its base first: a cell that still means what was exported is unchanged, however
a spreadsheet has rewritten it, and raises no error. Every error has its own French sentence and names its cell.
Source: sync.md §5.
"""

from collections.abc import Callable

from app.exchange.cell_dates import understand_date
from app.exchange.cell_numbers import understand_number, understand_percent, understand_year
from app.exchange.cell_texts import understand_boolean, understand_choice, understand_text
from app.exchange.cell_values import (
    MISSING,
    Base,
    CellError,
    Fault,
    Guess,
    Missing,
    Outcome,
    Reading,
    Reason,
    Scope,
    Severity,
)
from app.exchange.references import name_key
from app.exchange.tokens import Token, read_token
from app.exchange.workbook import Cell, CellKind
from app.formatting import MINUS, NBSP, format_boolean, format_date, shorten
from app.models.fields import Field, Kind

_LONGEST_VALUE = 200
_TEXTS = frozenset((Kind.TEXT, Kind.LONG_TEXT))
_NUMBERS = frozenset((Kind.INTEGER, Kind.DECIMAL, Kind.YEAR))


def read_cell(
    field: Field,
    cell: Cell,
    base: Base | Missing = MISSING,
    *,
    scope: Scope,
    reference: str = "",
    covered: bool = False,
) -> Reading:
    """What `cell` says of `field`, compared with what was exported in its place.

    `reference` is the token of its row, for the notes; `covered` says that a merged range hides it. Many links are
    ids in order, in `base` as in the value. Nothing is raised whatever the cell holds.
    """
    if not covered and is_same(field, cell, base):
        return Reading(Outcome.UNCHANGED, base if not isinstance(base, Missing) else None, formula=cell.formula)
    notes = _Notes(cell, scope.sheet, reference)
    if covered:
        return Reading(Outcome.UNKNOWN, notes=(notes.merged(),))
    if isinstance(base, tuple):
        base = tuple(sorted(base)) or None
    if fault := _without_value(cell):
        return Reading(Outcome.ERROR, notes=(notes.of(fault),), formula=cell.formula)
    if is_blank(cell):
        return _emptied(cell, base, notes)
    if field.kind is Kind.LINKS:
        return _links(field, cell, base, scope, notes)
    guess = _UNDERSTAND[field.kind](field, cell, base, scope)
    return _judged(guess, cell, base, notes)


def is_same(field: Field, cell: Cell, base: Base | Missing) -> bool:
    """A quick look that settles most cells of an untouched workbook: True when the cell is as it was written.

    False says nothing: `read_cell` decides.
    """
    kind, value = cell.kind, cell.value
    if kind is CellKind.TEXT:
        return value == base and field.kind in _TEXTS
    if kind is CellKind.DATE:
        return field.kind is Kind.DATE and isinstance(base, str) and value.isoformat() == base  # type: ignore[union-attr]
    if kind is CellKind.NUMBER and "%" not in cell.number_format:
        if field.kind is Kind.MONEY:
            return isinstance(base, int) and value == (str(base // 100) if base % 100 == 0 else repr(base / 100))
        return field.kind in _NUMBERS and value == str(base)
    return False


def is_blank(cell: Cell) -> bool:
    """True for a cell that holds nothing but spaces."""
    return cell.kind is CellKind.EMPTY or (isinstance(cell.value, str) and not cell.value.strip())


def shown(cell: Cell) -> str:
    """What a cell holds, for a note: as people read it, 200 characters at most."""
    if isinstance(cell.value, bool):
        return format_boolean(cell.value)
    if cell.kind in (CellKind.DATE, CellKind.DATETIME):
        hour = f"{cell.value:%H:%M}" if cell.kind is CellKind.DATETIME else ""
        return f"{format_date(cell.value)} {hour}".strip()  # type: ignore[arg-type]
    if cell.kind is CellKind.NUMBER:
        return str(cell.value).replace(".", ",").replace("-", MINUS)[:_LONGEST_VALUE]
    return str(cell.value or "")[:_LONGEST_VALUE]


# -- from guesses to readings --------------------------------------------------------------------------------------


def _without_value(cell: Cell) -> Fault | None:
    if cell.kind is CellKind.EMPTY and cell.formula:
        return Fault(
            "La formule n’a pas de résultat enregistré.",
            "une valeur, ou un classeur ouvert puis enregistré dans un tableur",
            reason=Reason.FORMULA_ERROR,
        )
    if cell.kind is CellKind.ERROR:
        return Fault(
            f"La cellule contient l’erreur {shown(cell)}.", "une valeur à la place", reason=Reason.FORMULA_ERROR
        )
    return None


def _emptied(cell: Cell, base: Base | Missing, notes: "_Notes") -> Reading:
    if base is None:
        return Reading(Outcome.UNCHANGED, formula=cell.formula)
    if base is MISSING:
        return Reading(Outcome.VALUE, formula=cell.formula)
    if cell.formula:
        return Reading(Outcome.PROPOSED, notes=(notes.formula(),), formula=True, erased=True)
    return Reading(Outcome.VALUE, erased=True)


def _judged(guess: Guess, cell: Cell, base: Base | Missing, notes: "_Notes") -> Reading:
    if base is not None and base in guess.candidates:
        return Reading(Outcome.UNCHANGED, base if not isinstance(base, Missing) else None, formula=cell.formula)
    if guess.fault is not None:
        candidates = guess.candidates if guess.fault.question else ()
        return Reading(Outcome.ERROR, notes=(notes.of(guess.fault),), candidates=candidates, formula=cell.formula)
    value = guess.candidates[0]
    if value is None:
        return _emptied(cell, base, notes)
    warnings = [notes.warning(guess.warning, guess.reason)] if guess.warning else []
    if cell.formula:
        warnings.append(notes.formula())
    outcome = Outcome.PROPOSED if warnings else Outcome.VALUE
    return Reading(outcome, value, tuple(warnings), formula=cell.formula)


class _Notes:
    """Makes the notes of one cell."""

    def __init__(self, cell: Cell, sheet: str, reference: str) -> None:
        self._cell = cell
        self._sheet = sheet
        self._reference = reference

    def of(self, fault: Fault, value: str | None = None) -> CellError:
        """The error or the question; the sentence of a fault that begins small follows the value."""
        value = shown(self._cell) if value is None else value[:_LONGEST_VALUE]
        message = fault.message
        if message[:1].islower():
            message = f"«{NBSP}{shorten(value, 60)}{NBSP}» {message}"
            message += "" if message.endswith("?") else "."
        severity = Severity.QUESTION if fault.question else Severity.ERROR
        return self._note(value, fault.expected, fault.example, severity, fault.reason, message)

    def warning(self, message: str, reason: Reason) -> CellError:
        return self._note(shown(self._cell), "", "", Severity.WARNING, reason, message)

    def formula(self) -> CellError:
        return self.warning("Cette valeur est issue d’une formule.", Reason.FORMULA)

    def merged(self) -> CellError:
        return self.warning(
            "Cette cellule est fusionnée avec une autre : sa valeur n’est pas connue et rien n’est effacé.",
            Reason.MERGED,
        )

    def _note(
        self, value: str, expected: str, example: str, severity: Severity, reason: Reason, message: str
    ) -> CellError:
        address = self._cell.address
        return CellError(self._sheet, address, self._reference, value, expected, example, severity, reason, message)


# -- links --------------------------------------------------------------------------------------------------------


def _link(field: Field, cell: Cell, base: Base | Missing, scope: Scope) -> Guess:
    text = _reference_text(cell)
    # The label as it was exported is the row it was, even if its target is called otherwise since.
    if isinstance(base, str) and name_key(text) == name_key(scope.names.shown(field.target, base)):
        return Guess((base,))
    found = scope.names.find(field.target, text)
    return Guess(found) if len(found) == 1 else Guess(fault=_unresolved(field, text, found, scope))


def _links(field: Field, cell: Cell, base: Base | Missing, scope: Scope, notes: _Notes) -> Reading:
    labels = {name_key(scope.names.shown(field.target, row)): row for row in base} if isinstance(base, tuple) else {}
    rows: set[str] = set()
    errors: list[CellError] = []
    for part in _reference_text(cell).replace("\n", ";").split(";"):
        if not (text := part.strip()):
            continue
        if row := labels.get(name_key(text)):
            rows.add(row)
        elif len(found := scope.names.find(field.target, text)) == 1:
            rows.add(found[0])
        else:
            errors.append(notes.of(_unresolved(field, text, found, scope), text))
    value = tuple(sorted(rows)) or None
    if errors:
        return Reading(Outcome.ERROR, notes=tuple(errors), formula=cell.formula)
    if value == base:
        return Reading(Outcome.UNCHANGED, value, formula=cell.formula)
    if value is None:
        return _emptied(cell, base, notes)
    if cell.formula:
        return Reading(Outcome.PROPOSED, value, (notes.formula(),), formula=True)
    return Reading(Outcome.VALUE, value)


def _reference_text(cell: Cell) -> str:
    """Numbers are codes here: 12 and not 12.0."""
    return str(cell.value) if cell.kind is CellKind.TEXT else shown(cell)


def _unresolved(field: Field, text: str, found: tuple[str, ...], scope: Scope) -> Fault:
    token = read_token(text)
    if isinstance(token, Token) and token.entity != field.target:
        return Fault(
            "est la référence d’une ligne d’un autre genre", field.label.lower(), reason=Reason.UNKNOWN_REFERENCE
        )
    if found:
        named = ", ".join(scope.names.shown(field.target, row) for row in found[:5])
        return Fault(
            f"désigne {len(found)} lignes{NBSP}: {named}",
            "une seule, par son code",
            reason=Reason.SEVERAL_REFERENCES,
        )
    near = scope.names.nearest(field.target, text)
    hint = f"{NBSP}; le plus proche{NBSP}: {' ou '.join(near)}" if near else ""
    return Fault(
        f"n’est pas connu ici{hint}",
        "un nom ou un code de la liste",
        near[0] if near else "",
        Reason.UNKNOWN_REFERENCE,
    )


_Understand = Callable[[Field, Cell, Base | Missing, Scope], Guess]

_UNDERSTAND: dict[Kind, _Understand] = {
    Kind.TEXT: lambda field, cell, base, scope: understand_text(field, cell, base),
    Kind.LONG_TEXT: lambda field, cell, base, scope: understand_text(field, cell, base),
    Kind.INTEGER: lambda field, cell, base, scope: understand_number(field, cell, scope),
    Kind.DECIMAL: lambda field, cell, base, scope: understand_number(field, cell, scope),
    Kind.MONEY: lambda field, cell, base, scope: understand_number(field, cell, scope),
    Kind.PERCENT: lambda field, cell, base, scope: understand_percent(field, cell, scope),
    Kind.DATE: lambda field, cell, base, scope: understand_date(cell, scope),
    Kind.YEAR: lambda field, cell, base, scope: understand_year(field, cell, scope),
    Kind.BOOLEAN: lambda field, cell, base, scope: understand_boolean(field, cell),
    Kind.CHOICE: lambda field, cell, base, scope: understand_choice(field, cell, base),
    Kind.LINK: _link,
    Kind.LINKS: lambda field, cell, base, scope: Guess(),  # read element by element
    Kind.TERRITORY: _link,
}
