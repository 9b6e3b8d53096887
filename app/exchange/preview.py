"""What an import would do, as values: nothing here reads a workbook or writes a notebook.

A `Change` is one line of the preview; a `Proposal`, known by the same key, is what accepting that line writes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from app.errors import KnownError
from app.exchange.questions import Answers, Question
from app.models.fields import Value
from app.notebook.importing import Fresh
from app.notebook.log import Batch
from app.notebook.merge import Modification

if TYPE_CHECKING:
    from app.exchange.foreign import ForeignReading


class Kind(StrEnum):
    """What a line of the preview is, as `--json` says it."""

    NEW = "new"
    UPDATED = "updated"
    MERGED = "merged"  # both sides changed the row, not the same field
    CONFLICT = "conflict"
    DELETED = "deleted"
    STALE = "stale"  # a value of long ago: told, never written
    SUGGESTION = "suggestion"  # unticked: to be chosen by a person
    ERROR = "error"


#: The kinds in the order people read them.
ORDER = (Kind.NEW, Kind.UPDATED, Kind.MERGED, Kind.CONFLICT, Kind.DELETED, Kind.SUGGESTION, Kind.STALE, Kind.ERROR)

#: Kind → the key it is counted under.
COUNTED = {
    Kind.NEW: "new",
    Kind.UPDATED: "updated",
    Kind.MERGED: "merged",
    Kind.CONFLICT: "conflicts",
    Kind.DELETED: "deleted",
    Kind.STALE: "stale",
    Kind.ERROR: "errors",
    Kind.SUGGESTION: "suggestions",
}


@dataclass(frozen=True, slots=True)
class Change:
    """One line. `field` is "" for a whole row; `before` is what stands here, `after` what would.

    Texts are those people read; `before_value` and `after_value` the values behind them. `mine`, `theirs` and `origin`
    tell the sides of a conflict. `lockable` is False when the line cannot be refused: a colleague's log is taken whole.
    `undone_by` names who took back, elsewhere, what stands here.
    """

    key: str
    kind: Kind
    entity: str
    row: str
    label: str
    field: str = ""
    before: str = ""
    after: str = ""
    mine: str = ""
    theirs: str = ""
    origin: str = ""
    who: str = ""
    at: str = ""
    sheet: str = ""
    cell: str = ""
    ticked: bool = True
    lockable: bool = True
    note: str = ""
    op_ids: tuple[bytes, ...] = ()
    before_value: Value = None
    after_value: Value = None
    erases: bool = False
    undone_by: str = ""


@dataclass(frozen=True, slots=True)
class CellFault:
    """What is wrong with one cell ("" for a whole sheet); `severity` is error, question or warning."""

    sheet: str
    cell: str
    value: str
    expected: str
    message: str
    severity: str = "error"


@dataclass(frozen=True, slots=True)
class Source:
    """One file, and what it turned out to be (modes of sync.md §4). `banner` is "" when there is nothing to say.

    `imported_at` is when a workbook of this export was last taken in (ISO, "" for never). `profile`, `district` and
    `entities` are what it was made with. `new_replicas` names the laptops never met whose work it relays.
    """

    path: Path
    sha256: str
    mode: str
    code4: str = ""
    exported_at: str = ""
    author: str = ""
    scope: str = ""
    is_new_replica: bool = False
    banner: str = ""
    export_id: bytes | None = None
    modified: str = ""
    modified_by: str = ""
    imported_at: str = ""
    profile: str = ""
    district: str = ""
    entities: tuple[str, ...] = ()
    new_replicas: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """What accepting a change writes: hand edits as they are named everywhere, then writes of this laptop.

    `needs` are the keys of the proposals without which this one means nothing (the new action of a new step).
    """

    modifications: tuple[Modification, ...] = ()
    fresh: tuple[Fresh, ...] = ()
    needs: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """A whole preview. `batch` is the part of colleagues' logs unknown here; `log_mark` what it was computed on.

    `mine` gives what each field that `batch` changes holds here: what keeping mine writes back. `questions` wait for a
    person; `answers` are those already given, by which the rest was computed. `foreign` says how the tables that never
    were ours were read.
    """

    sources: tuple[Source, ...]
    changes: tuple[Change, ...]
    errors: tuple[CellFault, ...]
    infos: tuple[str, ...]
    batch: Batch
    proposals: Mapping[str, Proposal]
    mine: Mapping[str, tuple[Fresh, ...]]
    log_mark: bytes
    warnings: tuple[CellFault, ...] = ()
    questions: tuple[Question, ...] = ()
    answers: Answers = field(default_factory=dict)
    foreign: Mapping[Path, "ForeignReading"] = field(default_factory=dict)

    def counts(self) -> dict[str, int]:
        """How many of each kind, by the keys of `--json`."""
        found = dict.fromkeys(COUNTED.values(), 0)
        for change in self.changes:
            found[COUNTED[change.kind]] += 1
        found[COUNTED[Kind.ERROR]] += len(self.errors)
        return found


@dataclass(frozen=True, slots=True)
class Decisions:
    """Keys of changes: accepted, refused (and remembered), kept as they are here against a colleague's value."""

    accepted: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()
    keep_mine: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Applied:
    """What an import did. `import_id` is its place in the journal, "" when there was nothing to write."""

    import_id: str
    changes: int
    conflicts_left: int
    restore_point: Path | None = None


class PlanStale(KnownError):
    """The notebook changed since the preview; `plan` is the preview made again."""

    def __init__(self, plan: ImportPlan) -> None:
        super().__init__(
            "Le carnet a changé depuis l’aperçu. Rien n’a été écrit.", advice="Relisez l’aperçu, puis appliquez."
        )
        self.plan = plan


def usual(plan: ImportPlan, *, everything: bool = False) -> Decisions:
    """The decisions of someone who applies the preview as it stands, or (`everything`) with all that it offers."""
    accepted = {
        change.key
        for change in plan.changes
        if change.lockable
        and change.key in plan.proposals
        and ((change.ticked and change.kind is not Kind.CONFLICT) or (everything and not _undoes(plan, change)))
    }
    return Decisions(frozenset(accepted))


def _undoes(plan: ImportPlan, change: Change) -> bool:
    """Whether a line would put a value of an earlier state of a workbook in the place of a later one, as far as one
    can tell: never taken without being pointed at."""
    return change.kind is Kind.CONFLICT and not change.ticked and bool(plan.proposals[change.key].fresh)


def nothing(plan: ImportPlan) -> Decisions:
    """The decisions of someone who refuses every proposal."""
    return Decisions(refused=frozenset(change.key for change in plan.changes if change.key in plan.proposals))


__all__ = [
    "COUNTED", "ORDER", "Applied", "CellFault", "Change", "Decisions", "Fresh", "ImportPlan", "Kind", "PlanStale",
    "Proposal", "Source", "nothing", "usual",
]  # fmt: skip
