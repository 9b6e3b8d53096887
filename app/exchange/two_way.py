"""Rows compared with what they are here and nothing else: no base tells what a person saw.

Those that nobody remembers having exported (mode D), and new rows that a person said are rows of this notebook. What
was true once is told and left; nothing is ticked that would replace what a field holds.
"""

from dataclasses import replace

from app.exchange.cell_values import Base as CellBase
from app.exchange.cell_values import Outcome, Scope
from app.exchange.cells import read_cell
from app.exchange.hand_changes import File, HandChanges, fresh_id, fresh_writes
from app.exchange.hand_edits import checked_value, fault_of
from app.exchange.layout import DELETE_WORD
from app.exchange.log_changes import DELETED_KEY
from app.exchange.matching import DataSheet
from app.exchange.new_rows import NewRow
from app.exchange.preview import CellFault, Change, Kind, Proposal
from app.exchange.references import name_key
from app.exchange.workbook import Cell, CellKind
from app.exchange.world import field_value
from app.formatting import NBSP
from app.models import registry
from app.models.fields import Field
from app.models.fields import Kind as FieldKind
from app.notebook.importing import Fresh
from app.notebook.merge import DELETED, LIVE, STATE, RowView


class TwoWay:
    """Adds to the proposals of a preview (`sink`) those of rows without a base."""

    def __init__(self, sink: HandChanges) -> None:
        self._sink = sink
        self._world = sink.world
        self._words = sink.words

    def linked(self, new: NewRow, file: File) -> None:
        """A new row that a person said is one of this notebook, deleted or not: its cells complete it."""
        entity, row = new.entity, new.link
        view = self._world.view(row)
        if self._world.entity_of(row) != entity or view.erased:
            return
        needs: frozenset[str] = frozenset()
        if view.deleted:
            back = self._restored(new, file)
            if back is None:
                return
            needs = frozenset((back,))
        declared = registry.entity(entity)
        for key, value in new.cells.items():
            one = declared.fields[key]
            here = field_value(view, one)
            value = tuple(sorted({*_links(here), *_links(value)})) if one.kind is FieldKind.LINKS else value
            if value == here or value in (None, ()):
                continue
            fresh = tuple(fresh_writes(entity, row, one, here, value))
            op_id = fresh_id(file.export_id, fresh)
            fills = here in (None, ())
            line = self._sink.line(
                entity, row, one, here, value, file, new.sheet, new.addresses.get(key, new.cell), ticked=fills,
                kind=Kind.UPDATED if fills else Kind.SUGGESTION, note="" if fills else "Le champ est déjà rempli ici.",
                key=op_id.hex(), op_ids=(op_id,),
            )  # fmt: skip
            if self._was_once(row, one, value):
                self._stale(line)
            elif op_id in self._sink.refused:
                self._sink.already_refused += 1
            elif line.key not in self._sink.proposals:
                self._sink.changes.append(line)
                self._sink.proposals[line.key] = Proposal(fresh=fresh, needs=needs)

    def _restored(self, new: NewRow, file: File) -> str | None:
        """The key of the line that brings a deleted row back; None when that was refused."""
        fresh = (Fresh(new.entity, new.link, STATE, LIVE),)
        refusal = fresh_id(file.export_id, fresh)
        if refusal in self._sink.refused:
            self._sink.already_refused += 1
            return None
        label = self._words.row(new.entity, new.link)
        change = Change(
            refusal.hex(), Kind.UPDATED, new.entity, new.link, label, DELETED_KEY, "supprimée", "restaurée",
            who=file.who, at=file.at, sheet=new.sheet, cell=new.cell, op_ids=(refusal,), before_value=True,
            after_value=False,
        )  # fmt: skip
        self._sink.changes.append(change)
        self._sink.proposals[change.key] = Proposal(fresh=fresh)
        return change.key

    def unbased(self, sheet: DataSheet, number: int, row: str, file: File, scope: Scope) -> None:
        """A row that nobody remembers having exported: cell by cell, what is not known to be old is a suggestion."""
        entity = sheet.entity
        if self._world.entity_of(row) != entity:
            address = sheet.sheet.cell(number, sheet.reference or 1).address
            self._sink.faults.append(
                CellFault(sheet.name, address, "", "une Réf. de ce carnet",
                    f"Cette Réf. est inconnue ici{NBSP}: la ligne n’est pas lue.")
            )  # fmt: skip
            return
        view = self._world.view(row)
        if view.erased:
            return
        if view.deleted:
            fresh = [Fresh(entity, row, STATE, LIVE)]
            refusal = fresh_id(file.export_id, fresh)
            label = self._words.row(entity, row)
            change = Change(
                refusal.hex(), Kind.SUGGESTION, entity, row, label, DELETED_KEY, "supprimée", "restaurée",
                who=file.who, sheet=sheet.name, cell=sheet.sheet.cell(number, sheet.reference or 1).address,
                ticked=False, note="Cette ligne est dans la corbeille.", op_ids=(refusal,),
            )  # fmt: skip
            if refusal not in self._sink.refused:
                self._sink.changes.append(change)
                self._sink.proposals[change.key] = Proposal(fresh=tuple(fresh))
            return
        mark = sheet.sheet.cell(number, sheet.delete) if sheet.delete else None
        if mark is not None and name_key(str(mark.value or "")) == DELETE_WORD:
            self._unbased_deletion(sheet, row, mark, file)
            return
        for column, one in sheet.fields.items():
            cell = sheet.sheet.cell(number, column)
            self._unbased_cell(sheet, row, one, cell, view, file, scope, covered=sheet.sheet.is_covered(number, column))

    def _unbased_deletion(self, sheet: DataSheet, row: str, mark: Cell, file: File) -> None:
        fresh = (Fresh(sheet.entity, row, STATE, DELETED),)
        refusal = fresh_id(file.export_id, fresh)
        if refusal in self._sink.refused:
            self._sink.already_refused += 1
            return
        label = self._words.row(sheet.entity, row)
        self._sink.changes.append(
            Change(
                refusal.hex(), Kind.SUGGESTION, sheet.entity, row, label, "", label, "supprimée", who=file.who,
                sheet=sheet.name, cell=mark.address, ticked=False, op_ids=(refusal,),
                note="Sans la base de ce classeur, rien ne dit ce qui a été vu de la ligne.",
            )
        )  # fmt: skip
        self._sink.proposals[refusal.hex()] = Proposal(fresh=fresh)

    def _unbased_cell(
        self,
        sheet: DataSheet,
        row: str,
        one: Field,
        cell: Cell,
        view: RowView,
        file: File,
        scope: Scope,
        *,
        covered: bool,
    ) -> None:
        here = field_value(view, one)
        # What is not in the table of a stranger is not known to have been emptied.
        if cell.kind is CellKind.EMPTY and not cell.formula:
            return
        reading = read_cell(one, cell, here, scope=scope, reference=row, covered=covered)
        self._sink.faults += [fault_of(note) for note in reading.notes]
        if reading.outcome not in (Outcome.VALUE, Outcome.PROPOSED):
            return
        value, fault = checked_value(sheet.entity, one, reading, cell, sheet.name)
        if fault is not None:
            self._sink.faults.append(fault)
            return
        if value == here or (value in (None, ()) and here in (None, ())):
            return
        fresh = tuple(fresh_writes(sheet.entity, row, one, here, value))
        op_id = fresh_id(file.export_id, fresh)
        line = self._sink.line(
            sheet.entity, row, one, here, value, file, sheet.name, cell.address, ticked=False, kind=Kind.SUGGESTION,
            note="Sans la base de ce classeur, rien ne dit qui a changé quoi.", key=op_id.hex(), op_ids=(op_id,),
        )  # fmt: skip
        if self._was_once(row, one, value):
            self._stale(line)
        elif op_id in self._sink.refused:
            self._sink.already_refused += 1
        else:
            self._sink.changes.append(line)
            self._sink.proposals[line.key] = Proposal(fresh=fresh)

    def _was_once(self, row: str, one: Field, value: CellBase) -> bool:
        """Whether the log knows that the field was worth this, before."""
        if isinstance(value, tuple):
            return False
        return any(one.key in m.writes and m.writes[one.key].value == value for m in self._world.here(row))

    def _stale(self, line: Change) -> None:
        """What the field was once is told, never written."""
        self._sink.changes.append(
            replace(line, kind=Kind.STALE, ticked=False, lockable=False, note="Valeur périmée, ignorée.", op_ids=())
        )


def _links(value: CellBase) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()


__all__ = ["TwoWay"]
