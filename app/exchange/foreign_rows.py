"""The lines of a foreign table as rows of the notebook: what their cells mean, those that repeat another one.

A line may hold a row and one that stands beside it (a structure and its contact); a table with a column for each year
gives a row for each filled year. Nothing is compared with the notebook here.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from app.exchange.cell_values import Base as CellBase
from app.exchange.cell_values import Outcome, Reason, Scope
from app.exchange.cells import is_blank, read_cell, shown
from app.exchange.foreign_cells import parts_of, prepared, scope_of
from app.exchange.foreign_mapping import ForeignMapping, ForeignRefused, path_field, used_columns
from app.exchange.foreign_match import apart_by, identity_of
from app.exchange.foreign_people import split_name
from app.exchange.foreign_tables import ForeignTable, year_of
from app.exchange.foreign_words import CREATED_BY_NAME
from app.exchange.hand_edits import checked_value, fault_of
from app.exchange.new_rows import identity_fields
from app.exchange.preview import CellFault
from app.exchange.references import Names
from app.exchange.workbook import Cell, CellKind
from app.formatting import NBSP, counted
from app.models import registry
from app.models.declare import EntityType
from app.models.fields import Field, Kind


@dataclass(frozen=True, slots=True)
class Wanted:
    """A row that a cell names and that is not known yet: it could be created."""

    field: Field
    text: str
    cell: str


@dataclass
class Record:
    """One row that a line gives. `first` is its first filled cell; `beside` the rows that stand on the same line."""

    declared: EntityType
    number: int
    first: Cell
    cells: dict[str, CellBase] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    wanted: list[Wanted] = field(default_factory=list)
    beside: list["Record"] = field(default_factory=list)

    @property
    def title(self) -> CellBase:
        return self.cells.get(self.declared.title)

    @property
    def identity(self) -> tuple[str, ...]:
        """What it is named by, in its table."""
        keys = [*identity_fields(self.declared), *(one.key for one in apart_by(self.declared))]
        return (self.declared.key, *identity_of(keys, self.cells))

    def takes_in(self, other: "Record") -> bool:
        """Complete this row by one that repeats it; False, and nothing done, when they contradict each other."""
        if any(key in self.cells and self.cells[key] != value for key, value in other.cells.items()):
            return False
        self.cells |= {key: value for key, value in other.cells.items() if key not in self.cells}
        self.addresses = other.addresses | self.addresses
        known = {(one.field.key, one.text) for one in self.wanted}
        self.wanted += [one for one in other.wanted if (one.field.key, one.text) not in known]
        return True


class ForeignRows:
    """Reads a table with a mapping; `faults` and `infos` fill up as it goes."""

    def __init__(self, table: ForeignTable, mapping: ForeignMapping, names: Names, *, date1904: bool) -> None:
        self._table = table
        self._names = names
        self._declared = registry.entity(mapping.entity)
        self._mapping = mapping
        self._scope = Scope(table.sheet.name, names, date1904)
        self._columns: dict[str, list[int]] = defaultdict(list)
        for column, path in used_columns(table, mapping).items():
            self._columns[path].append(column)
        self._scopes: dict[int, Scope] = {}
        self._formulas: Counter[int] = Counter()
        self._split = 0
        self.faults: list[CellFault] = []
        self.infos: list[str] = list(table.said())
        self._defaults = self._read_defaults()

    def read(self) -> list[Record]:
        """Every row of the table, those that repeat one put together with it."""
        found: list[Record] = []
        named: dict[tuple[str, ...], Record] = {}
        repeated = 0
        for number in self._table.rows:
            for record in self._records(number):
                earlier = named.get(record.identity) if any(record.identity[1:]) else None
                if earlier is not None and earlier.takes_in(record):
                    earlier.beside += record.beside
                    repeated += 1
                    continue
                named.setdefault(record.identity, record)
                found.append(record)
        self._say(repeated)
        return found

    # -- lines ----------------------------------------------------------------------------------------------------

    def _records(self, number: int) -> Iterator[Record]:
        """The rows of one line: one, or one for each year."""
        wide = {
            path: columns
            for path, columns in self._columns.items()
            if all(year_of(self._table.headings[column]) for column in columns)
        }
        plain = {path: columns[0] for path, columns in self._columns.items() if path not in wide}
        main = self._record(self._declared, number, {path: col for path, col in plain.items() if "." not in path})
        if main is None:
            return
        for owner in dict.fromkeys(path.partition(".")[0] for path in plain if "." in path):
            of_owner = {path.partition(".")[2]: col for path, col in plain.items() if path.startswith(f"{owner}.")}
            beside = self._record(registry.entity(owner), number, of_owner)
            if beside is not None:
                main.beside.append(beside)
        if not wide:
            self._complete(main)
            yield main
            return
        for path, columns in wide.items():
            for column in columns:
                one = replace_lists(main)
                one.first = self._table.cell(number, column)
                # A value that could not be read is a fault of its cell, and no row.
                if self._take(one, path, column) and path not in one.refused:
                    one.cells["year"] = year_of(self._table.headings[column])
                    self._complete(one)
                    yield one

    def _record(self, declared: EntityType, number: int, columns: Mapping[str, int]) -> Record | None:
        cells = {key: self._table.cell(number, column) for key, column in columns.items()}
        filled = [cell for cell in cells.values() if not is_blank(cell) or cell.formula]
        if not filled:
            return None
        record = Record(declared, number, min(filled, key=lambda cell: cell.column))
        for key, column in columns.items():
            self._take(record, key, column)
        self._tell_names_apart(record, columns)
        return record

    def _tell_names_apart(self, record: Record, columns: Mapping[str, int]) -> None:
        """A whole name in the one column of names is a last and a first name, when it is written so."""
        text = record.cells.get("last_name")
        if "first_name" in columns or "first_name" not in record.declared.fields or not isinstance(text, str):
            return
        names = split_name(text)
        if names is not None:
            record.cells["last_name"], first = names
            if first:
                record.cells["first_name"] = first
                self._split += 1

    def _complete(self, record: Record) -> None:
        """What every row is when its line does not say."""
        said = {one.field.key for one in record.wanted}
        for key, value in self._defaults.items():
            if key not in record.cells and key not in record.refused and key not in said:
                record.cells[key] = value

    # -- cells ----------------------------------------------------------------------------------------------------

    def _take(self, record: Record, key: str, column: int) -> bool:
        """Read one cell into a row; False when it says nothing."""
        one = record.declared.fields[key]
        raw = self._table.cell(record.number, column)
        cell = prepared(one, raw, self._names)
        if is_blank(cell) and not cell.formula:
            return False
        record.addresses[key] = raw.address
        if one.target in CREATED_BY_NAME and cell.kind is CellKind.TEXT:
            cell = self._without_unknown(record, one, cell)
            if is_blank(cell):
                return True
        reading = read_cell(one, cell, scope=self._scope_of(one, column))
        for note in reading.notes:
            if note.reason is Reason.FORMULA:
                self._formulas[column] += 1
            else:
                self.faults.append(replace(fault_of(note), value=shown(raw)))
        if reading.outcome not in (Outcome.VALUE, Outcome.PROPOSED) or reading.value is None:
            record.refused |= {key} if reading.outcome is Outcome.ERROR else set()
            return True
        value, fault = checked_value(record.declared.key, one, reading, cell, self._table.sheet.name)
        if fault is None:
            record.cells[key] = value
        else:
            self.faults.append(fault)
            record.refused.add(key)
        return True

    def _without_unknown(self, record: Record, one: Field, cell: Cell) -> Cell:
        """The cell without the names that nobody knows here, which wait to be created."""
        text = str(cell.value)
        parts = parts_of(one, text, self._names)
        if one.kind is not Kind.LINKS and len(parts) > 1:
            return cell  # several names where one is awaited: an error of its own
        kept = []
        for part in parts:
            if self._names.find(one.target, part):
                kept.append(part)
            else:
                record.wanted.append(Wanted(one, " ".join(part.split()), cell.address))
        return cell._replace(value=";".join(kept)) if len(kept) < len(parts) else cell

    def _scope_of(self, one: Field, column: int) -> Scope:
        if column not in self._scopes:
            cells = self._table.samples(column, len(self._table.rows)) if one.kind is Kind.PERCENT else []
            self._scopes[column] = scope_of(one, cells, self._scope)
        return self._scopes[column]

    def _read_defaults(self) -> dict[str, CellBase]:
        """The values given to rows that do not say. Raises ForeignRefused."""
        found: dict[str, CellBase] = {}
        for path, text in self._mapping.defaults.items():
            if not text.strip():
                continue
            declared, one = path_field(self._mapping.entity, path)
            cell = prepared(one, Cell(0, 1, CellKind.TEXT, text), self._names)
            reading = read_cell(one, cell, scope=self._scope)
            value, fault = checked_value(declared.key, one, reading, cell, "")
            if reading.outcome is not Outcome.VALUE or fault is not None:
                said = fault.message if fault else " ".join(note.message for note in reading.notes)
                raise ForeignRefused(
                    f"La valeur donnée à toutes les lignes pour «{NBSP}{one.label}{NBSP}» n’est pas comprise. {said}",
                    advice="Corrigez-la, ou videz-la.",
                )
            found[path] = value
        return found

    def _say(self, repeated: int) -> None:
        name = self._table.sheet.name
        if shared := self._shared_with_a_person():
            headings = " et ".join(f"«{NBSP}{heading}{NBSP}»" for heading in shared)
            kind, goes = self._declared.label.lower(), "va" if len(shared) == 1 else "vont"
            self.infos.append(
                f"Feuille «{NBSP}{name}{NBSP}»{NBSP}: {headings} {goes} à la fiche {kind}, non à la personne que nomme"
                " la même ligne. Si c’est à elle, choisissez son champ pour ces colonnes."
            )
        if self._split:
            names = counted(self._split, "nom entier est lu", "noms entiers sont lus")
            said = f"{names} en nom et prénom, d’après leurs capitales."
            self.infos.append(f"Feuille «{NBSP}{name}{NBSP}»{NBSP}: {said}")
        if repeated:
            lines = counted(repeated, "ligne répète", "lignes répètent")
            self.infos.append(f"Feuille «{NBSP}{name}{NBSP}»{NBSP}: {lines} une ligne du dessus, et s’y ajoute.")
        for column, count in self._formulas.items():
            cells = counted(count, "valeur est issue d’une formule", "valeurs sont issues de formules")
            heading = self._table.headings[column]
            self.infos.append(f"Feuille «{NBSP}{name}{NBSP}», colonne «{NBSP}{heading}{NBSP}»{NBSP}: {cells}.")

    def _shared_with_a_person(self) -> list[str]:
        """The headings of the columns that the row takes, and that the person beside it could have."""
        people = {path.partition(".")[0] for path in self._columns if "." in path}
        fields = {key for one in people if registry.entity(one).person for key in registry.entity(one).fields}
        return [
            self._table.headings[columns[0]]
            for path, columns in self._columns.items()
            if path in fields and not any(f"{one}.{path}" in self._columns for one in people)
        ]


def replace_lists(record: Record) -> Record:
    """A copy that can be completed by itself."""
    return replace(
        record, cells=dict(record.cells), addresses=dict(record.addresses), refused=set(record.refused),
        wanted=list(record.wanted), beside=[],
    )  # fmt: skip


__all__ = ["ForeignRows", "Record", "Wanted"]
