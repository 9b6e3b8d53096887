"""Rows added by hand: the row each one is, whoever reads the workbook, and the rows it may already be.

The id of a new row is made of the workbook and of what names the row, so that two laptops, or one laptop twice, make
the same one; its other cells may change afterwards. Nothing is ever joined to an existing row without a click.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field, replace
from uuid import UUID, uuid5

from app.exchange.cell_values import Base as CellBase
from app.exchange.cell_values import Outcome, Scope
from app.exchange.cells import is_blank, read_cell, shown
from app.exchange.duplicates import Duplicates, Typed
from app.exchange.hand_edits import SheetReading, Unnumbered, checked_value, fault_of
from app.exchange.matching import DataSheet
from app.exchange.preview import CellFault
from app.exchange.references import Known, Names, link_label, name_key
from app.exchange.workbook import Cell, CellKind, column_letters
from app.formatting import NBSP, fold
from app.models import registry
from app.models.declare import EntityType
from app.models.fields import Kind, Stored, Value, load
from app.notebook.merge import LINK_PREFIX
from app.notebook.recorder import identity_of
from app.services.names import label_fields, row_label

_TOTAL = re.compile(r"(sous[- ])?tota(l|ux)\b( general)?")


@dataclass(frozen=True, slots=True)
class NewRow:
    """A row without Réf.: `cells` holds what was understood, many links as ids; `writes` the same as the log does.

    `link` is the row of this notebook that a person said it is, "" for a row of its own.
    """

    entity: str
    row: str
    label: str
    cells: Mapping[str, CellBase]
    addresses: Mapping[str, str]
    sheet: str
    cell: str
    note: str = ""
    ticked: bool = True
    link: str = ""

    @property
    def writes(self) -> dict[str, Stored]:
        """Field or element → stored value, defaults included."""
        declared = registry.entity(self.entity)
        found: dict[str, Stored] = {
            key: one.default
            for key, one in declared.fields.items()
            if one.default is not None and key not in self.cells
        }
        for key, value in self.cells.items():
            if isinstance(value, tuple):
                found |= {f"{LINK_PREFIX}{key}:{target}": 1 for target in value}
            elif value is not None:
                found[key] = value
        return found


class NamesWithNew(Names):
    """An index that also knows the rows this import would create."""

    def __init__(self, known: Names) -> None:
        self._before = known
        self._new: dict[str, dict[str, list[str]]] = {}
        self._labels: dict[tuple[str, str], str] = {}

    def add(self, entity: str, row: Known) -> None:
        """Make a new row known by its names and its code."""
        self._labels[entity, row.id] = link_label(row.names[0], row.code)
        for name in dict.fromkeys([*map(name_key, row.names), *([name_key(row.code)] if row.code else [])]):
            if name:
                self._new.setdefault(entity, {}).setdefault(name, []).append(row.id)

    def find(self, entity: str, text: str) -> tuple[str, ...]:
        return self._before.find(entity, text) or tuple(self._new.get(entity, {}).get(name_key(text), ()))

    def shown(self, entity: str, row: str) -> str:
        return self._before.shown(entity, row) or self._labels.get((entity, row), "")

    def nearest(self, entity: str, text: str, count: int = 3) -> tuple[str, ...]:
        return self._before.nearest(entity, text, count)

    def beside(self, known: Names) -> "NamesWithNew":
        """The same new rows, beside another index."""
        other = NamesWithNew(known)
        other._new, other._labels = self._new, self._labels
        return other


@dataclass
class NewRows:
    """The new rows of one workbook: `namespace` is the export they were typed in, or the file itself.

    `duplicates` finds the rows that each may already be, and knows what a person answered.
    """

    namespace: bytes
    duplicates: Duplicates
    rows: list[NewRow] = field(default_factory=list)
    faults: list[CellFault] = field(default_factory=list)
    infos: list[str] = field(default_factory=list)
    _ranks: Counter[tuple[str, ...]] = field(default_factory=Counter)

    def read(self, reading: SheetReading, scope: Scope, names: NamesWithNew) -> list[NewRow]:
        """The new rows of one sheet; each is known to `names` as soon as it is read, for those below it."""
        found = []
        for unnumbered in sorted(reading.unnumbered, key=lambda one: one.number):
            new = self._row(reading.sheet, unnumbered, replace(scope, names=names))
            if new is not None:
                code = str(new.cells.get(registry.entity(new.entity).code or "") or "")
                names.add(new.entity, Known(new.link or new.row, (new.label,), code))
                found.append(new)
                self.rows.append(new)
        return found

    def _row(self, sheet: DataSheet, unnumbered: Unnumbered, scope: Scope) -> NewRow | None:
        declared = registry.entity(sheet.entity)
        if not declared.is_typed:
            if all(map(is_blank, sheet.sheet.rows.get(unnumbered.number, ()))):
                return None
            self.infos.append(
                f"Feuille «{NBSP}{sheet.name}{NBSP}», ligne {unnumbered.number}{NBSP}: {declared.one} s’ajoute dans"
                " l’application, cette ligne est ignorée."
            )
            return None
        given = {
            column: cell
            for cell in sheet.sheet.rows.get(unnumbered.number, ())
            if (column := cell.column) in sheet.fields and not is_blank(cell)
        }
        if not given:
            return None
        first = next(iter(sorted(given)))
        titles = [cell for column, cell in given.items() if sheet.fields[column].key == declared.title]
        alone = [fold(shown(cell)).strip(" :") for cell in titles]
        if _TOTAL.match(fold(shown(given[first])).strip()) or any(map(_TOTAL.fullmatch, alone)):
            self.infos.append(
                f"Feuille «{NBSP}{sheet.name}{NBSP}», ligne {unnumbered.number}{NBSP}: une ligne de total est ignorée."
            )
            return None
        cells, refused = self._cells(sheet, unnumbered.number, given, scope)
        return self.make(
            declared, cells, refused, scope.names,
            addresses={sheet.fields[column].key: cell.address for column, cell in given.items()}, sheet=sheet.name,
            cell=f"{column_letters(sheet.reference or first)}{unnumbered.number}", first=given[first],
            unnumbered=unnumbered,
        )  # fmt: skip

    def make(
        self,
        declared: EntityType,
        cells: Mapping[str, CellBase],
        refused: Set[str],
        names: Names,
        *,
        addresses: Mapping[str, str],
        sheet: str,
        cell: str,
        first: Cell,
        unnumbered: Unnumbered | None = None,
    ) -> NewRow | None:
        """The new row that these cells are, with its id; None, and a fault at its `first` cell, when they name none."""
        if missing := _missing(declared, cells):
            if not refused & {one.key for one in missing}:
                named = ", ".join(f"«{NBSP}{one.label}{NBSP}»" for one in missing)
                self.faults.append(
                    CellFault(sheet, first.address, shown(first), named,
                        f"Cette ligne nouvelle n’a pas ce qu’il lui faut{NBSP}: {named}. Elle n’est pas créée.")
                )  # fmt: skip
            return None
        line = unnumbered or Unnumbered(declared.key, 0)
        row = self._id(declared, cells)
        note = " ".join(filter(None, (line.note, _to_complete(declared, cells))))
        new = NewRow(
            declared.key, row, _label(declared, cells, names), cells, addresses, sheet, cell, note, line.ticked
        )  # fmt: skip
        by_name = not declared.identity and (not _is_part(declared) or declared.key == "contact")
        if not by_name and not line.key:
            return new
        code = str(cells.get(declared.code or "") or "")
        typed = Typed(new.entity, row, new.label, code, new.sheet, new.cell, cells)
        found = self.duplicates.judge(typed, line, by_name=by_name)
        note = " ".join(filter(None, (note, found.note)))
        return replace(new, link=found.link, note=note, ticked=found.is_ticked(new.ticked))

    def _cells(
        self, sheet: DataSheet, number: int, given: Mapping[int, Cell], scope: Scope
    ) -> tuple[dict[str, CellBase], set[str]]:
        """What the cells of a row mean, by field; and the fields that could not be understood."""
        cells: dict[str, CellBase] = {}
        refused: set[str] = set()
        for column, one in sheet.fields.items():
            cell = given.get(column, Cell(number, column, CellKind.EMPTY, None))
            if column not in given and not cell.formula:
                continue
            reading = read_cell(one, cell, scope=scope, covered=sheet.sheet.is_covered(number, column))
            self.faults += [fault_of(note) for note in reading.notes]
            if reading.outcome not in (Outcome.VALUE, Outcome.PROPOSED) or reading.value is None:
                refused |= {one.key} if reading.outcome is Outcome.ERROR else set()
                continue
            value, fault = checked_value(sheet.entity, one, reading, cell, sheet.name)
            if fault is None:
                cells[one.key] = value
            else:
                self.faults.append(fault)
                refused.add(one.key)
        return cells, refused

    def _id(self, declared: EntityType, cells: Mapping[str, CellBase]) -> str:
        if declared.identity:
            values: dict[str, Value] = {
                key: load(declared.fields[key], stored)
                for key, stored in cells.items()
                if key in declared.identity and not isinstance(stored, tuple)
            }
            return identity_of(declared.key, values)
        named = (declared.key, *(name_key(str(cells.get(key) or "")) for key in identity_fields(declared)))
        rank = self._ranks[named]
        self._ranks[named] += 1
        return str(uuid5(UUID(bytes=self.namespace), "\x1f".join((*named, str(rank)))))


def identity_fields(declared: EntityType) -> tuple[str, ...]:
    """The fields that name a new row: its title, what tells it from its like, what it is a part of.

    Its code is not among them: it is often given later.
    """
    owner = declared.owner
    keys = [owner.key] if owner is not None and _is_part(declared) else []
    keys += [declared.title, *(key for key in ("first_name", "territory", "year", "date") if key in declared.fields)]
    return tuple(dict.fromkeys(keys))


def in_order(readings: Iterable[SheetReading]) -> list[SheetReading]:
    """The sheets whose rows others are parts of, or lead to, before these."""
    waiting = list(readings)
    found: list[SheetReading] = []
    while waiting:
        left = {one.sheet.entity for one in waiting}
        ready = [one for one in waiting if not (_leads_to(one.sheet.entity) & left - {one.sheet.entity})] or waiting[:1]
        found += ready
        waiting = [one for one in waiting if one not in ready]
    return found


def _leads_to(entity: str) -> set[str]:
    return {one.target for one in registry.entity(entity).fields.values() if one.target}


def _is_part(declared: EntityType) -> bool:
    """Whether a row means nothing without the one it is a part of: a step, a measurement, not an action."""
    return declared.owner is not None and declared.code is None


def _missing(declared: EntityType, cells: Mapping[str, CellBase]) -> list[registry.Field]:
    """What a row cannot be without: what names it, and what it is a part of."""
    keys = {declared.title, *declared.identity}
    if _is_part(declared) and declared.owner is not None:
        keys.add(declared.owner.key)
    return [one for one in _required(declared, cells) if one.key in keys]


def _to_complete(declared: EntityType, cells: Mapping[str, CellBase]) -> str:
    names = ", ".join(one.label for one in _required(declared, cells))
    return f"À compléter{NBSP}: {names}." if names else ""


def _required(declared: EntityType, cells: Mapping[str, CellBase]) -> list[registry.Field]:
    return [
        one
        for one in declared.fields.values()
        if one.required and one.default is None and cells.get(one.key) in (None, "", ())
    ]


def _label(declared: EntityType, cells: Mapping[str, CellBase], names: Names) -> str:
    values: dict[str, Value] = {}
    for key in label_fields(declared):
        stored = cells.get(key)
        one = declared.fields[key]
        if one.target and isinstance(stored, str):
            values[key] = names.shown(one.target, stored)
        elif one.kind is not Kind.LINKS and not isinstance(stored, tuple):
            values[key] = load(one, stored)
    return row_label(declared, values, whole=True)


__all__ = ["NamesWithNew", "NewRow", "NewRows", "identity_fields", "in_order"]
