"""The lines of a preview: one for each record with its changes, or for each cell that could not be read, by entity.

What a person decides about them is `exchanges_review`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.exchange.preview import CellFault, Change, ImportPlan, Kind
from app.exchange.questions import Question
from app.formatting import NBSP, shorten
from app.models import registry
from app.ui.pages.exchanges_words import cell_place, row_words

#: Group of the faults that belong to no record.
FAULTS = "fault:"
#: Group of what a colleague took back of this laptop's work.
UNDONE = "undone:"


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """One line of the list: a record with its changes, or one cell that could not be read."""

    id: str
    entity: str
    label: str
    second: str
    kind: Kind
    changes: tuple[Change, ...] = ()
    fault: CellFault | None = None
    questions: tuple[Question, ...] = ()
    undone_by: str = ""

    def of(self, *kinds: Kind) -> list[Change]:
        return [change for change in self.changes if change.kind in kinds]


@dataclass(frozen=True, slots=True)
class ReviewGroup:
    """The rows of one entity, or of one sheet for the faults."""

    key: str
    title: str
    rows: tuple[ReviewRow, ...]


def rows_of(plan: ImportPlan) -> list[ReviewRow]:
    found: dict[tuple[str, str], list[Change]] = {}
    for change in plan.changes:
        # What has no record yet is told by its cell.
        found.setdefault((change.entity, change.row or f"{change.sheet}!{change.cell}"), []).append(change)
    rows = []
    asking: dict[tuple[str, str], list[Question]] = {}
    for question in plan.questions:
        asking.setdefault((question.entity, question.row), []).append(question)
    for (entity, row), changes in found.items():
        second, kind = row_words(changes)
        label = changes[0].label or cell_place(changes[0].sheet, changes[0].cell)
        undone_by = changes[0].undone_by if all(change.undone_by for change in changes) else ""
        asked = tuple(asking.pop((entity, row), ()))
        rows.append(ReviewRow(f"{entity}:{row}", entity, label, second, kind, tuple(changes), None, asked, undone_by))
    told = {(change.sheet, change.cell) for change in plan.changes if change.kind is Kind.ERROR}
    faults: Sequence[CellFault] = [fault for fault in plan.errors if (fault.sheet, fault.cell) not in told]
    for place, fault in enumerate(faults):
        where = cell_place(fault.sheet, fault.cell) or "Classeur"
        asked = _asked_of(fault, asking)
        rows.append(
            ReviewRow(f"{FAULTS}{place}", f"{FAULTS}{fault.sheet}", where, fault.message, Kind.ERROR, (), fault, asked)
        )
    return [*rows, *(_asking_row(question) for left in asking.values() for question in left)]


def _asked_of(fault: CellFault, asking: dict[tuple[str, str], list[Question]]) -> tuple[Question, ...]:
    """The questions told with a fault: those of its sheet, or of its cell."""
    found = [one for some in asking.values() for one in some if (one.sheet, one.cell) == (fault.sheet, fault.cell)]
    for question in found:
        asking[question.entity, question.row].remove(question)
    return tuple(found)


def _asking_row(question: Question) -> ReviewRow:
    """A question that no change and no fault tells."""
    done = next((choice.label for choice in question.choices if choice.key == question.answer), "")
    second = shorten(done or "à répondre", 46)
    return ReviewRow(
        f"{question.entity}:{question.key}", question.entity, question.label, second, Kind.SUGGESTION,
        questions=(question,),
    )  # fmt: skip


def holds(row: ReviewRow, kind: Kind | None) -> bool:
    return kind is None or row.kind is kind or any(change.kind is kind for change in row.changes)


def gathered(rows: Iterable[ReviewRow]) -> list[ReviewGroup]:
    found: dict[str, list[ReviewRow]] = {}
    for row in rows:
        found.setdefault(f"{UNDONE}{row.undone_by}" if row.undone_by else row.entity, []).append(row)
    return [ReviewGroup(key, _group_title(key), tuple(found[key])) for key in sorted(found, key=_group_rank)]


def _group_title(key: str) -> str:
    if key.startswith(FAULTS):
        sheet = key.removeprefix(FAULTS)
        return f"Cellules illisibles{NBSP}: {sheet}" if sheet else "Cellules illisibles"
    if key.startswith(UNDONE):
        return f"Annulé par {key.removeprefix(UNDONE)}"
    declared = registry.ENTITIES.get(key)
    return declared.plural if declared else key


_PLACES: Mapping[str, int] = {key: place for place, key in enumerate(registry.ENTITIES)}
#: What people work on comes before the frame of the contract.
_FIRST = ("action", "step", "follow_up", "objective", "action_partner", "indicator", "measurement", "target",
          "organisation", "contact")  # fmt: skip


def _group_rank(key: str) -> tuple[int, int, str]:
    if key.startswith(FAULTS):
        return 2, 0, key
    if key.startswith(UNDONE):
        return -1, 0, key
    if key in _FIRST:
        return 0, _FIRST.index(key), key
    return 1, _PLACES.get(key, len(_PLACES)), key
