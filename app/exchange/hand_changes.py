"""What each hand edit would do here: the line people read, and what accepting it writes."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from app.exchange.bases import Base
from app.exchange.cell_values import Base as CellBase
from app.exchange.hand_edits import Deletion, Edit
from app.exchange.hand_writes import (
    HAND,
    creation_write,
    deletion_of,
    deletion_write,
    edit_writes,
    hand_id,
    later_write,
)
from app.exchange.log_changes import DELETED_KEY
from app.exchange.new_rows import NewRow
from app.exchange.payload import BaseRow
from app.exchange.preview import CellFault, Change, Kind, Proposal
from app.exchange.sheet_reading import Back
from app.exchange.world import Words, World, field_value, value_of
from app.formatting import NBSP, counted
from app.models import registry
from app.models.fields import Field, Stored
from app.models.fields import Kind as FieldKind
from app.notebook.importing import Fresh
from app.notebook.merge import DELETED, ERASED, LINK_PREFIX, LIVE, STATE, Modification, RowView, heads

_ERASED = "Cette personne a été effacée à sa demande, sa ligne ne se remplit plus."
_SUITE = f"Suite du même classeur, déjà importé{NBSP}: remplacer la valeur qu’il avait donnée."
_HOME = f"Revenue à l’origine{NBSP}: annuler l’ancienne modification{NBSP}?"


@dataclass(frozen=True, slots=True)
class File:
    """What signs the hand edits of one workbook. `continues` says that it was taken in before, then worked on again."""

    export_id: bytes
    code4: str
    stamp: int
    replica: bytes
    at: str = ""
    continues: bool = False
    was_imported: bool = False

    @property
    def who(self) -> str:
        return f"classeur {self.code4}".strip()


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A proposal to be judged once every other is known."""

    change: Change
    keys: tuple[str, ...]
    seen: frozenset[bytes]
    is_suite: bool = False


@dataclass
class HandChanges:
    """Gathers the proposals of every file, then judges them together: two files may contradict each other."""

    world: World
    words: Words
    refused: frozenset[bytes]
    changes: list[Change] = field(default_factory=list)
    proposals: dict[str, Proposal] = field(default_factory=dict)
    faults: list[CellFault] = field(default_factory=list)
    already_refused: int = 0
    _waiting: list[_Waiting] = field(default_factory=list)
    _new: dict[str, str] = field(default_factory=dict)

    # -- cells ----------------------------------------------------------------------------------------------------

    def edit(self, edit: Edit, file: File) -> None:
        """One cell changed by hand."""
        world = self.world
        if ERASED in world.view(edit.row).values:
            self.faults.append(CellFault(edit.sheet, edit.cell, "", "", _ERASED))
            return
        writes = [m for m in edit_writes(edit) if not self._is_known(m, edit)]
        here = field_value(world.view(edit.row), edit.field)
        if not writes:
            self._taken_back(edit, file, here)
            return
        if all(m.op_id in self.refused for m in writes):
            self.already_refused += 1
            return
        if self._is_here(writes, edit.row):
            return
        suite = self._is_suite(edit, file)
        note = edit.note
        fresh: tuple[Fresh, ...] = ()
        ticked = edit.ticked
        if suite:
            note = f"{note} {_SUITE}".strip()
            fresh = tuple(
                Fresh(edit.entity, edit.row, key, write.value, "resolution")
                for m in writes
                for key, write in m.writes.items()
            )
            ticked = file.continues
        change = self.line(
            edit.entity, edit.row, edit.field, here, edit.value, file, edit.sheet, edit.cell, ticked=ticked, note=note,
            origin=self.words.stored(edit.field, edit.before), key=_key(writes),
        )  # fmt: skip
        keys = tuple(key for m in writes for key in m.writes)
        self._propose(change, Proposal(tuple(writes), fresh), keys, edit.base_row.seen, is_suite=suite)

    def _is_known(self, m: Modification, edit: Edit) -> bool:
        """Whether this workbook already gave this value here: taken in before, or an older copy of it."""
        return any(
            known.op_id == m.op_id
            or (
                known.source == HAND
                and known.export_id == m.export_id
                and all(
                    key in known.writes and known.writes[key].value == write.value for key, write in m.writes.items()
                )
            )
            for known in self.world.here(edit.row)
        )

    def _is_here(self, writes: Iterable[Modification], row: str) -> bool:
        """Whether the row already says all this, without a conflict: somebody typed the same."""
        log = self.world.here(row)
        if self.world.view(row).deleted:
            return False
        return all(
            {head.value for head in heads(log, key)} == {write.value} for m in writes for key, write in m.writes.items()
        )

    def _is_suite(self, edit: Edit, file: File) -> bool:
        """Whether the value here is one that an earlier state of the same workbook gave."""
        log = self.world.here(edit.row)
        for m in edit_writes(edit):
            for key, write in m.writes.items():
                by_id = {one.op_id: one for one in log}
                found = heads(log, key)
                if found and all(
                    by_id[head.op_id].export_id == file.export_id and by_id[head.op_id].source == HAND for head in found
                ):
                    return any(head.value != write.value for head in found)
        return False

    def _taken_back(self, edit: Edit, file: File, here: CellBase) -> None:
        """An edit taken in once, then undone: it is offered again, as a new write of this laptop."""
        log = self.world.here(edit.row)
        by_id = {m.op_id: m for m in log}
        fresh: list[Fresh] = []
        for m in edit_writes(edit):
            for key, write in m.writes.items():
                found = heads(log, key)
                if any(head.value == write.value for head in found) or not found:
                    continue
                if all(by_id[head.op_id].source == "undo" for head in found):
                    fresh.append(Fresh(edit.entity, edit.row, key, write.value))
        if not fresh:
            return
        refusal = fresh_id(file.export_id, fresh)
        if refusal in self.refused:
            self.already_refused += 1
            return
        change = self.line(
            edit.entity, edit.row, edit.field, here, edit.value, file, edit.sheet, edit.cell, ticked=False,
            note="Annulé précédemment.", kind=Kind.SUGGESTION, key=refusal.hex(), op_ids=(refusal,),
        )  # fmt: skip
        self.changes.append(change)
        self.proposals[change.key] = Proposal(fresh=tuple(fresh))

    def taken_home(self, back: Back, file: File) -> None:
        """A cell that this workbook had changed, and that says again what it said when it left: offered, unticked."""
        world, one, row = self.world, back.field, back.row
        log = world.here(row)
        if world.view(row).deleted or ERASED in world.view(row).values:
            return
        by_id = {m.op_id: m for m in log}
        here = field_value(world.view(row), one)
        own = []
        for write in fresh_writes(back.entity, row, one, here, back.value):
            found = [by_id[head.op_id] for head in heads(log, write.key)]
            if found and all(m.source == HAND and m.export_id == file.export_id for m in found):
                own.append(replace(write, source="resolution"))
        if not own:
            return
        refusal = fresh_id(file.export_id, own)
        if refusal in self.refused:
            self.already_refused += 1
            return
        change = self.line(
            back.entity, row, one, here, back.value, file, back.sheet, back.cell, ticked=False, note=_HOME,
            kind=Kind.SUGGESTION, key=refusal.hex(), op_ids=(refusal,),
        )  # fmt: skip
        self.changes.append(change)
        self.proposals[change.key] = Proposal(fresh=tuple(own))

    # -- whole rows -----------------------------------------------------------------------------------------------

    def deletion(self, deletion: Deletion, file: File, base: Base) -> None:
        """A row marked to be deleted, with the rows that are parts of it.

        Parts that the workbook did not hold (their sheet was not exported, or they came since) go with it too, once
        somebody has agreed: who marked the row could not see them.
        """
        parts = tuple(_parts(base, deletion.entity, deletion.row))
        writes = (deletion_of(deletion), *(deletion_write(*part[:2], base, part[2]) for part in parts))
        known = {part for _, part, _ in parts}
        unseen = [part for part in self.world.parts(deletion.entity, deletion.row) if part[1] not in known]
        self._delete(
            deletion.entity, deletion.row, writes, file, deletion.sheet, deletion.cell, deletion.base_row,
            note=_goes_with(len(parts), unseen), kind=Kind.SUGGESTION if unseen else None,
            fresh=tuple(Fresh(key, part, STATE, DELETED) for key, part in unseen),
        )  # fmt: skip

    def absent(self, entity: str, row: str, base: Base, base_row: BaseRow, file: File, sheet: str) -> None:
        """A row of a complete workbook that is no longer in it: never more than a suggestion."""
        write = deletion_write(entity, row, base, base_row)
        self._delete(
            entity, row, (write,), file, sheet, "", base_row, note="Ligne absente du classeur.", kind=Kind.SUGGESTION
        )

    def _delete(
        self,
        entity: str,
        row: str,
        writes: tuple[Modification, ...],
        file: File,
        sheet: str,
        cell: str,
        base_row: BaseRow,
        *,
        note: str,
        kind: Kind | None = None,
        fresh: tuple[Fresh, ...] = (),
    ) -> None:
        known = {m.op_id for m in self.world.here(row)}
        view = self.world.view(row)
        if view.deleted or writes[0].op_id in known or not self.world.here(row):
            return
        if writes[0].op_id in self.refused:
            self.already_refused += 1
            return
        key = f"{writes[0].op_id.hex()}{':asked' if kind else ''}"
        change = Change(
            key, kind or Kind.DELETED, entity, row, self.words.row(entity, row), "", self.words.row(entity, row),
            "supprimée", who=file.who, at=file.at, sheet=sheet, cell=cell, ticked=kind is None, note=note,
            op_ids=(writes[0].op_id,),
        )  # fmt: skip
        self._propose(change, Proposal(writes, fresh), (STATE,), base_row.seen, judged=kind is None)

    def new_row(self, new: NewRow, file: File) -> None:
        """A row without Réf."""
        log = self.world.here(new.row)
        if log:
            self._known_row(new, log, file)
            return
        write = creation_write(file.export_id, new.entity, new.row, new.writes, stamp=file.stamp, replica=file.replica)
        if write.op_id in self.refused:
            self.already_refused += 1
            return
        self.words.name(new.entity, new.row, new.label)
        key = write.op_id.hex()
        self._new[new.row] = key
        kind = Kind.NEW if new.ticked else Kind.SUGGESTION
        after = self.words.filled(new.entity, new.cells)
        self.changes.append(
            Change(
                key, kind, new.entity, new.row, new.label, "", "", after, who=file.who, at=file.at,
                sheet=new.sheet, cell=new.cell, ticked=new.ticked, note=new.note, op_ids=(write.op_id,),
            )
        )  # fmt: skip
        self.proposals[key] = Proposal((write,))

    def _known_row(self, new: NewRow, log: list[Modification], file: File) -> None:
        """A row without Réf. that was taken in before: its cells may have changed since, or it was taken away."""
        view = self.world.view(new.row)
        if view.erased:
            self.faults.append(CellFault(new.sheet, new.cell, "", "", _ERASED))
            return
        own = any(m.source == HAND and m.export_id == file.export_id for m in log)
        if view.deleted:
            states = heads(log, STATE)
            undone = {m.op_id for m in log if m.source == "undo"}
            if not own or all(head.op_id in undone for head in states):
                self._restoration(new, file, "Annulé précédemment." if own else "Cette ligne est dans la corbeille.")
            return
        declared = registry.entity(new.entity)
        for key, value in new.cells.items():
            one = declared.fields[key]
            here = field_value(view, one)
            if here == (value or (() if one.kind is FieldKind.LINKS else None)):
                continue
            writes = tuple(self._later_writes(new, one, value, here, file))
            if not writes or (not own and here not in (None, ())):
                continue
            if all(m.op_id in self.refused for m in writes):
                self.already_refused += 1
                continue
            fresh = tuple(
                Fresh(new.entity, new.row, name, write.value, "resolution")
                for m in writes
                for name, write in m.writes.items()
            )
            suite = here not in (None, ())
            change = self.line(
                new.entity, new.row, one, here, value, file, new.sheet, new.addresses.get(key, new.cell),
                ticked=file.continues or not suite, key=_key(writes),
                note=_SUITE if suite else "",
            )  # fmt: skip
            names = tuple(name for m in writes for name in m.writes)
            seen = frozenset(m.op_id for m in log)
            self._propose(change, Proposal(writes, fresh if suite else ()), names, seen, is_suite=suite)

    def _later_writes(
        self, new: NewRow, one: Field, value: CellBase, here: CellBase, file: File
    ) -> Iterator[Modification]:
        given: dict[str, Stored] = {}
        if one.kind is FieldKind.LINKS:
            before = set(here) if isinstance(here, tuple) else set()
            after = set(value) if isinstance(value, tuple) else set()
            given = {f"{LINK_PREFIX}{one.key}:{target}": int(target in after) for target in sorted(before ^ after)}
        elif not isinstance(value, tuple):
            given = {one.key: value}
        for key, stored in given.items():
            taken = any(
                m.source == HAND and m.export_id == file.export_id and key in m.writes and m.writes[key].value == stored
                for m in self.world.here(new.row)
            )
            if not taken:
                yield later_write(
                    file.export_id, new.entity, new.row, key, stored, stamp=file.stamp, replica=file.replica
                )

    def _restoration(self, new: NewRow, file: File, note: str) -> None:
        fresh = [Fresh(new.entity, new.row, STATE, LIVE)]
        refusal = fresh_id(file.export_id, fresh)
        if refusal in self.refused:
            self.already_refused += 1
            return
        label = self.words.row(new.entity, new.row)
        self.changes.append(
            Change(
                refusal.hex(), Kind.SUGGESTION, new.entity, new.row, label, DELETED_KEY, "supprimée", "restaurée",
                who=file.who, sheet=new.sheet, cell=new.cell, ticked=False, note=note, op_ids=(refusal,),
            )
        )  # fmt: skip
        self.proposals[refusal.hex()] = Proposal(fresh=tuple(fresh))

    # -- judging --------------------------------------------------------------------------------------------------

    def judge(self) -> None:
        """Say what each proposal would do, all of them being accepted."""
        views: dict[str, RowView] = {}
        for waiting in self._waiting:
            change = waiting.change
            if change.row not in views:
                views[change.row] = self.world.with_proposals(change.row)
            self.changes.append(self._judged(waiting, views[change.row]))
        self._say_needs()

    def _judged(self, waiting: _Waiting, after: RowView) -> Change:
        change, before = waiting.change, self.world.view(waiting.change.row)
        if change.kind is Kind.SUGGESTION:
            return change
        contested = [key for key in waiting.keys if key in after.conflicts]
        if waiting.is_suite:
            return _with(change, Kind.CONFLICT)
        if STATE in after.conflicts and STATE not in before.conflicts:
            return _with(change, Kind.CONFLICT, "Supprimée d’un côté, modifiée de l’autre.")
        if contested:
            return _with(change, Kind.CONFLICT)
        if change.kind is Kind.DELETED:
            return change
        if any(key in before.conflicts for key in waiting.keys):
            return _with(change, Kind.UPDATED, "Tranche un conflit.")
        writes = self.proposals[change.key].modifications
        merged = self.world.worked_on_since(change.row, waiting.seen, waiting.keys, writes[0].export_id)
        return _with(change, Kind.MERGED if merged else Kind.UPDATED)

    def _say_needs(self) -> None:
        """Tie what leads to a new row to the creation of that row."""
        if not self._new:
            return
        for key, proposal in self.proposals.items():
            named = {
                self._new[target]
                for name, value in _writes(proposal)
                for target in (name.rpartition(":")[2], str(value))
                if target in self._new
            }
            if named - {key}:
                self.proposals[key] = replace(proposal, needs=proposal.needs | named - {key})

    def _propose(
        self,
        change: Change,
        proposal: Proposal,
        keys: tuple[str, ...],
        seen: frozenset[bytes],
        *,
        judged: bool = True,
        is_suite: bool = False,
    ) -> None:
        if change.key in self.proposals:
            return  # the same workbook twice, or two copies that say the same
        self.proposals[change.key] = proposal
        if judged:
            self.world.propose(m for m in proposal.modifications if m.row == change.row)
        self._waiting.append(_Waiting(change, keys, seen, is_suite))

    def line(
        self,
        entity: str,
        row: str,
        one: Field,
        here: CellBase,
        value: CellBase,
        file: File,
        sheet: str,
        cell: str,
        *,
        ticked: bool,
        key: str,
        note: str = "",
        origin: str = "",
        kind: Kind = Kind.UPDATED,
        op_ids: tuple[bytes, ...] = (),
    ) -> Change:
        """A line about one field: `here` is what it holds, `value` what it would."""
        mine, theirs = self.words.stored(one, here), self.words.stored(one, value)
        return Change(
            key, kind, entity, row, self.words.row(entity, row), one.key, mine, theirs, mine=mine, theirs=theirs,
            origin=origin, who=file.who, at=file.at, sheet=sheet, cell=cell, ticked=ticked, note=note,
            op_ids=op_ids or tuple(bytes.fromhex(part) for part in key.split("+")),
            before_value=value_of(one, here), after_value=value_of(one, value), erases=value in (None, ()),
        )  # fmt: skip


def _writes(proposal: Proposal) -> Iterator[tuple[str, Stored]]:
    yield from ((name, write.value) for m in proposal.modifications for name, write in m.writes.items())
    yield from ((one.key, one.value) for one in proposal.fresh)


def _key(writes: Iterable[Modification]) -> str:
    return "+".join(m.op_id.hex() for m in writes)


def _with(change: Change, kind: Kind, note: str = "") -> Change:
    return replace(change, kind=kind, note=f"{change.note} {note}".strip())


def fresh_writes(entity: str, row: str, one: Field, here: CellBase, value: CellBase) -> Iterator[Fresh]:
    """The writes of this laptop that make a field hold `value` instead of `here`."""
    if one.kind is FieldKind.LINKS:
        before = set(here) if isinstance(here, tuple) else set()
        after = set(value) if isinstance(value, tuple) else set()
        for target in sorted(before ^ after):
            yield Fresh(entity, row, f"{LINK_PREFIX}{one.key}:{target}", int(target in after))
    elif not isinstance(value, tuple):
        yield Fresh(entity, row, one.key, value)


def fresh_id(export_id: bytes, fresh: Iterable[Fresh]) -> bytes:
    """What a refusal of these writes is remembered by."""
    writes = [(one.key, one.value) for one in fresh]
    first = next(iter(fresh))
    return hand_id(export_id, first.entity, first.row, "fresh", frozenset(), writes)


def _goes_with(parts: int, unseen: Sequence[tuple[str, str]]) -> str:
    """What goes to the bin with a row: `parts` that its workbook held, `unseen` (entity, id) that it did not."""
    if not parts and not unseen:
        return ""
    total = parts + len(unseen)
    said = f"Avec {counted(total, 'ligne')} qui en {'fait' if total == 1 else 'font'} partie"
    if not unseen:
        return f"{said}."
    kinds = Counter(key for key, _ in unseen)
    named = ", ".join(
        counted(number, registry.entity(key).label.lower(), registry.entity(key).plural.lower())
        for key, number in kinds.items()
    )
    return f"{said}, que le classeur ne montrait pas toutes{NBSP}: {named}."


def _parts(base: Base, entity: str, row: str) -> Iterator[tuple[str, str, BaseRow]]:
    """(entity, id, base) of the exported rows that are parts of `row`, or of its parts."""
    for declared in registry.ENTITIES.values():
        owner = declared.owner
        if owner is None or owner.target != entity or declared.key == entity or declared.key not in base.tables:
            continue
        for part, base_row in base.tables[declared.key].items():
            cell = base_row.cells.get(owner.key)
            if cell is not None and cell.value == row:
                yield declared.key, part, base_row
                yield from _parts(base, declared.key, part)


__all__ = ["File", "HandChanges", "fresh_id", "fresh_writes"]
