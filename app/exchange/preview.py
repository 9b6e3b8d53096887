"""What an import would change, before anything is written: the words between reading, screen, command line and writing.

`prepare` makes an `ImportPlan`, a person makes `Decisions` from it, `apply_plan` writes them as one gesture. Nothing
here reads or writes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from app.models.fields import Value


class Kind(StrEnum):
    """What happens to one field of one row, or to a whole row."""

    NEW = "new"  # a row that is not in the notebook
    UPDATED = "updated"  # changed there, not here
    MERGED = "merged"  # changed on both sides, in ways that meet without a choice
    CONFLICT = "conflict"  # two values, a person chooses
    DELETED = "deleted"
    STALE = "stale"  # an older value of ours comes back: told, never taken
    SUGGESTION = "suggestion"  # may be meant, may be not: never ticked beforehand
    ERROR = "error"  # cannot be read


@dataclass(frozen=True, slots=True)
class Change:
    """One change. `key` names it for `Decisions`, the same from one computing to the next.

    `field` is the key of a field, "" for a whole row; `before`, `after`, `mine`, `theirs` and `origin` are texts as
    people read them, the last three for a conflict. `who` and `at` (ISO) tell the other side. `sheet` and `cell` say
    where a hand edit was read. `lockable` is False for what cannot be refused: a colleague's log.
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


@dataclass(frozen=True, slots=True)
class CellFault:
    """A cell that could not be understood; `severity` is « error » or « warning »."""

    sheet: str
    cell: str
    value: str
    expected: str
    message: str
    severity: str = "error"


@dataclass(frozen=True, slots=True)
class Source:
    """A file that was read. `mode` is one of A, B, C, D, E (sync.md §4); `exported_at` is ISO; `banner` says what the
    person must know before anything else (altered, base found again…), "" for nothing.

    `is_new_replica`: modifications come from a notebook never met before, which the person confirms once.
    """

    path: str
    sha256: str
    mode: str
    code4: str = ""
    exported_at: str = ""
    author: str = ""
    scope: str = ""
    is_new_replica: bool = False
    banner: str = ""


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """Everything the files would change. `infos` are French sentences; `batch` the part of the log to take in and
    `proposals` the hand edits, for `apply_plan` alone; `log_mark` the fingerprint of the log it was computed on."""

    sources: tuple[Source, ...]
    changes: tuple[Change, ...]
    errors: tuple[CellFault, ...] = ()
    infos: tuple[str, ...] = ()
    batch: Any = None
    proposals: Any = None
    log_mark: bytes = b""

    def counts(self) -> dict[str, int]:
        """How many changes of each kind, under the keys of the contract."""
        found = dict.fromkeys(_COUNTED.values(), 0)
        for change in self.changes:
            if change.kind is not Kind.ERROR:
                found[_COUNTED[change.kind]] += 1
        found["errors"] = len(self.errors)
        return found


_COUNTED = {
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
class Decisions:
    """What the person decided, by key of change.

    `accepted` are taken in (a conflict among them stays open unless it is settled below); `refused` were proposed
    ticked and were unticked: remembered, not asked again. `keep_mine` and `keep_theirs` settle a conflict in the same
    gesture; `written` settles it by a third value.
    """

    accepted: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()
    keep_mine: frozenset[str] = frozenset()
    keep_theirs: frozenset[str] = frozenset()
    written: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Applied:
    """What an import did: its name in the journal, how many changes it made, how many conflicts it leaves open."""

    import_id: str
    changes: int
    conflicts_left: int


class PlanStale(Exception):
    """The notebook changed since the preview: `plan` is the preview as it is now. Nothing was written."""

    def __init__(self, plan: ImportPlan) -> None:
        super().__init__("the log changed since the preview")
        self.plan = plan
