"""What the lines of a foreign table would do here: a row found is completed, one that nobody knows is created.

Nobody saw our values when the table was written: what would replace one is never ticked; what fills a blank is. The
ids are made of the file alone, so that two laptops that take it in write the same rows.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from app.exchange.cell_values import Base as CellBase
from app.exchange.foreign_match import Existing, tells_alone
from app.exchange.foreign_rows import Record, Wanted
from app.exchange.hand_changes import File, HandChanges
from app.exchange.hand_writes import HAND, creation_write, hand_id, later_write
from app.exchange.new_rows import NewRow, NewRows
from app.exchange.preview import CellFault, Change, Kind, Proposal
from app.exchange.references import Names
from app.exchange.workbook import Cell, CellKind
from app.exchange.world import field_value, value_of
from app.formatting import NBSP
from app.models import registry
from app.models.fields import Field, Stored
from app.models.fields import Kind as FieldKind
from app.notebook.importing import Fresh
from app.notebook.merge import LINK_PREFIX, Modification, RowView, heads

_FILLED = "Le carnet dit autre chose."
_TO_CREATE = "Structure à créer."


@dataclass
class Tally:
    """How the lines of a table fare: recognised, new, probable duplicates, without what names them."""

    lines: int = 0
    new: int = 0
    known: int = 0
    doubtful: int = 0
    unread: int = 0


@dataclass
class ForeignChanges:
    """Turns the rows of one table into proposals, put with those of the other files in `by_hand`."""

    by_hand: HandChanges
    file: File
    sheet: str
    names: Names
    news: NewRows
    existing: Mapping[str, Existing]
    creates: bool
    tally: Tally = field(default_factory=Tally)
    faults: list[CellFault] = field(default_factory=list)
    _taken: set[str] = field(default_factory=set)
    _created: dict[str, NewRow | None] = field(default_factory=dict)

    def add(self, record: Record) -> None:
        """Propose what one row says, and those beside it."""
        self.tally.lines += 1
        row = self._row(record)
        if not row:
            self.tally.unread += 1
            return
        for beside in record.beside:
            link = next(one for one in beside.declared.fields.values() if one.target == record.declared.key)
            beside.cells[link.key] = row
            self._row(beside, counted=False)

    # -- rows -----------------------------------------------------------------------------------------------------

    def _row(self, record: Record, *, counted: bool = True) -> str:
        """The id of the row of a record; "" when nothing names it."""
        declared, world = record.declared, self.by_hand.world
        match = self.existing[declared.key].match(record.cells)
        new = self.news.make(
            declared, record.cells, record.refused, self.names, addresses=record.addresses, sheet=self.sheet,
            cell=record.first.address, first=record.first,
        )  # fmt: skip
        if new is None:
            return ""
        world.load([new.row])
        if world.here(new.row) and not (match.row and world.view(new.row).deleted):
            # Taken in before, from this very file.
            if world.view(new.row).deleted:
                self.by_hand.new_row(new, self.file)
            else:
                self._complete(record, new.row)
            self._taken.add(new.row)
            self.tally.known += counted
            self._links_to_create(record, new.row, needs="")
            return new.row
        if match.row and match.row not in self._taken:
            self._taken.add(match.row)
            self.tally.known += counted
            world.load([match.row])
            self._complete(record, match.row)
            self._links_to_create(record, match.row, needs="")
            return match.row
        if match.row or match.doubt:
            doubt = match.doubt or "Une ligne plus haut parle déjà de cette fiche."
            new = replace(new, ticked=False, note=f"{doubt} {new.note}".strip())
        self.news.rows.append(new)
        self.tally.new += counted and new.ticked
        self.tally.doubtful += counted and not new.ticked
        self.by_hand.new_row(new, self.file)
        write = self._creation(new)
        self._links_to_create(record, new.row, needs=write.op_id.hex())
        return new.row

    def _creation(self, new: NewRow) -> Modification:
        file = self.file
        return creation_write(
            file.export_id, new.entity, new.row, new.writes, stamp=file.stamp, replica=file.replica
        )  # fmt: skip

    # -- cells of a row that is here ------------------------------------------------------------------------------

    def _complete(self, record: Record, row: str) -> None:
        view = self.by_hand.world.view(row)
        if view.erased:
            return
        for key, value in record.cells.items():
            one = record.declared.fields[key]
            here = field_value(view, one)
            if value in (None, ()) or here == value:
                continue
            if key == record.declared.title and self.existing[record.declared.key].is_called(row, str(value)):
                continue
            if key == record.declared.code and here and not tells_alone(record.declared, str(value)):
                continue  # the number of a line in its table
            if isinstance(value, tuple) and isinstance(here, tuple):
                value = tuple(sorted({*here, *value}))
                if value == here:
                    continue
            self._cell(record, row, one, here, value)

    def _cell(self, record: Record, row: str, one: Field, here: CellBase, value: CellBase) -> None:
        fills = here in (None, ())
        modifications, fresh = self._writes(record.declared.key, row, one, here, value)
        if not modifications and not fresh:
            return  # this file said it once: it was changed here since
        op_ids = tuple(m.op_id for m in modifications) or (self._fresh_id(fresh),)
        if self._is_refused(op_ids):
            return
        change = self._line(record.declared.key, row, one, here, value, record.addresses.get(one.key, ""), op_ids)
        if not fills and not isinstance(value, tuple) and self._was_once(row, one.key, value):
            stale = replace(change, kind=Kind.STALE, ticked=False, lockable=False, note="Valeur périmée, ignorée.")
            self.by_hand.changes.append(stale)
            return
        if not fills:
            change = replace(change, kind=Kind.SUGGESTION, ticked=False, note=_FILLED)
        self._propose(change, Proposal(modifications, fresh))

    def _writes(
        self, entity: str, row: str, one: Field, here: CellBase, value: CellBase
    ) -> tuple[tuple[Modification, ...], tuple[Fresh, ...]]:
        """What accepting a cell writes: named by the file where nothing was ever written, else on what stands here."""
        log = self.by_hand.world.here(row)
        modifications: list[Modification] = []
        fresh: list[Fresh] = []
        for key, stored in _elements(one, here, value):
            if self._was_given(log, key, stored):
                continue
            if here in (None, ()) and not heads(log, key):
                modifications.append(self._later(entity, row, key, stored))
            else:
                fresh.append(Fresh(entity, row, key, stored))
        return tuple(modifications), tuple(fresh)

    def _later(self, entity: str, row: str, key: str, stored: Stored) -> Modification:
        file = self.file
        return later_write(file.export_id, entity, row, key, stored, stamp=file.stamp, replica=file.replica)

    def _was_given(self, log: list[Modification], key: str, stored: Stored) -> bool:
        return any(
            m.source == HAND
            and m.export_id == self.file.export_id
            and key in m.writes
            and m.writes[key].value == stored
            for m in log
        )

    def _was_once(self, row: str, key: str, value: Stored) -> bool:
        return any(key in m.writes and m.writes[key].value == value for m in self.by_hand.world.here(row))

    # -- rows that a cell names and that nobody knows -------------------------------------------------------------

    def _links_to_create(self, record: Record, row: str, *, needs: str) -> None:
        view: RowView | None = self.by_hand.world.view(row) if not needs else None
        for wanted in record.wanted:
            one = wanted.field
            new = self._created_for(wanted)
            here = field_value(view, one) if view is not None else None
            if new is None or (here not in (None, ()) and one.kind is not FieldKind.LINKS):
                self.faults.append(self._unknown(wanted))
                continue
            key = f"{LINK_PREFIX}{one.key}:{new.row}" if one.kind is FieldKind.LINKS else one.key
            stored: Stored = 1 if one.kind is FieldKind.LINKS else new.row
            link = self._later(record.declared.key, row, key, stored)
            if self._is_refused((link.op_id,)):
                continue
            creation = self._creation(new)
            self.by_hand.words.name(new.entity, new.row, new.label)
            value: CellBase = (*(here if isinstance(here, tuple) else ()), new.row) if key != one.key else new.row
            change = self._line(record.declared.key, row, one, here, value, wanted.cell, (link.op_id,))
            ticked = self.creates and new.ticked
            kind = Kind.UPDATED if ticked else Kind.SUGGESTION
            note = " ".join(filter(None, (_TO_CREATE, new.note)))
            if needs:
                change = replace(change, label=self.by_hand.words.row(record.declared.key, row))
            self._propose(
                replace(change, kind=kind, ticked=ticked, note=note),
                Proposal((creation, link), needs=frozenset({needs} if needs else ())),
            )

    def _created_for(self, wanted: Wanted) -> NewRow | None:
        """The row that a name would create, one for all the cells that bear it."""
        declared = registry.entity(wanted.field.target)
        known = f"{declared.key}:{wanted.text.casefold()}"
        if known not in self._created:
            place = Cell(0, 1, CellKind.TEXT, wanted.text)
            new = self.news.make(
                declared, {declared.title: wanted.text}, set(), self.names, addresses={declared.title: wanted.cell},
                sheet=self.sheet, cell=wanted.cell, first=place,
            )  # fmt: skip
            if new is not None:
                self.by_hand.world.load([new.row])
            # One that was created and is gone is not brought back by its name.
            self._created[known] = None if new is None or self.by_hand.world.here(new.row) else new
        return self._created[known]

    def _unknown(self, wanted: Wanted) -> CellFault:
        near = self.names.nearest(wanted.field.target, wanted.text)
        hint = f"{NBSP}; le plus proche{NBSP}: {' ou '.join(near)}" if near else ""
        return CellFault(
            self.sheet, wanted.cell, wanted.text, "un nom ou un code de la liste",
            f"«{NBSP}{wanted.text}{NBSP}» n’est pas connu ici{hint}.",
        )  # fmt: skip

    # -- lines ----------------------------------------------------------------------------------------------------

    def _line(
        self, entity: str, row: str, one: Field, here: CellBase, value: CellBase, cell: str, op_ids: tuple[bytes, ...]
    ) -> Change:
        words = self.by_hand.words
        before, after = words.stored(one, here), words.stored(one, value)
        return Change(
            "+".join(op_id.hex() for op_id in op_ids), Kind.UPDATED, entity, row, words.row(entity, row), one.key,
            before, after, mine=before, theirs=after, who=self.file.who, at=self.file.at, sheet=self.sheet, cell=cell,
            op_ids=op_ids, before_value=value_of(one, here), after_value=value_of(one, value),
        )  # fmt: skip

    def _propose(self, change: Change, proposal: Proposal) -> None:
        if change.key not in self.by_hand.proposals:
            self.by_hand.changes.append(change)
            self.by_hand.proposals[change.key] = proposal

    def _is_refused(self, op_ids: tuple[bytes, ...]) -> bool:
        refused = all(op_id in self.by_hand.refused for op_id in op_ids)
        self.by_hand.already_refused += refused
        return refused

    def _fresh_id(self, fresh: tuple[Fresh, ...]) -> bytes:
        writes = [(one.key, one.value) for one in fresh]
        return hand_id(self.file.export_id, fresh[0].entity, fresh[0].row, "fresh", frozenset(), writes)


def _elements(one: Field, here: CellBase, value: CellBase) -> Iterator[tuple[str, Stored]]:
    """What is written for a value: the field, or each element that it adds."""
    if one.kind is FieldKind.LINKS:
        before = set(here) if isinstance(here, tuple) else set()
        for target in sorted(set(value if isinstance(value, tuple) else ()) - before):
            yield f"{LINK_PREFIX}{one.key}:{target}", 1
    elif not isinstance(value, tuple):
        yield one.key, value


__all__ = ["ForeignChanges", "Tally"]
