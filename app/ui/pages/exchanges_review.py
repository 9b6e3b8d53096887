"""The state of a preview: what is listed, what is ticked, how each conflict is settled. Nothing here draws or writes.

A *row* gathers the changes of one record; a fault of a cell that belongs to no record is a row of its own. What will
be imported is counted here, so that the button, the filters and the list always say the same number.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from app.exchange.preview import Change, Decisions, Fresh, ImportPlan, Kind
from app.exchange.questions import Question
from app.formatting import NBSP, counted, fold
from app.models.fields import Kind as FieldKind
from app.models.fields import load, store
from app.ui.pages.exchanges_rows import ReviewGroup, ReviewRow, gathered, holds, rows_of
from app.ui.pages.exchanges_words import LOOKS, field_of

#: More values erased than this, and the person is asked (workbook rules).
ERASED_UNASKED = 20
#: Lines named in a sentence.
MOST_NAMED = 3

MINE, THEIRS, WRITTEN = "mine", "theirs", "written"
#: The pseudo-field of deletions, its name in previews, and its word.
STATE, DELETED, GONE = "_state", "deleted", "supprimée"
#: A field written on one side, its row deleted on the other: no value of the field closes that.
STATE_NOTE = "Supprimée d’un côté"
CLOSING, RESOLUTION = "closing:", "resolution"
_UNKNOWN = object()


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person decided of one change: it alone is carried to the next preview, what nobody touched is not."""

    change: Change
    ticked: bool
    side: str = ""
    written: tuple[Any, str] | None = None

    def holds_for(self, change: Change) -> bool:
        """Whether it was made on the same values. A new row may have been completed meanwhile: it is the same row."""
        if self.change.kind is change.kind is Kind.NEW and not change.field:
            return True
        was = self.change
        return (was.mine, was.theirs, was.after) == (change.mine, change.theirs, change.after)


class Review:
    """What a person decides about an `ImportPlan`."""

    def __init__(self, plan: ImportPlan, earlier: "Review | None" = None) -> None:
        """`earlier`: a review of the same workbooks, read otherwise or of a notebook that changed since.

        What was decided there is kept wherever it still means the same; what does not is remembered all the same.
        """
        self.plan = plan
        self._changes = {change.key: change for change in plan.changes}
        self._ticked = {change.key for change in plan.changes if _is_taken(change)}
        self._settled: dict[str, str] = {}
        self._written: dict[str, tuple[Any, str]] = {}
        #: Third versions begun and not kept, as typed.
        self._begun: dict[str, str] = {}
        self._chosen: dict[str, Choice] = {}
        # Those of an earlier preview that have no place in this one.
        self._idle: set[str] = set()
        self._asked = {question.key: question for question in plan.questions}
        self._lost: tuple[str, ...] = ()
        for change in self.suites():
            if change.key in self._ticked:
                self._settled[change.key] = THEIRS
        if earlier is not None:
            self._keep(earlier)
        self._rows = rows_of(plan)
        self._by_id = {row.id: row for row in self._rows}
        self._row_of = {change.key: row for row in self._rows for change in row.changes}
        # Said once and for all: what is ticked changes neither.
        self._counts = self._counted()
        self._groups = gathered(self._rows)
        found = (row for group in self.groups(Kind.CONFLICT) for row in group.rows)
        self._conflicts = [change for row in found for change in row.of(Kind.CONFLICT)]

    # -- what is shown ------------------------------------------------------------------------------------------------

    def counts(self) -> dict[Kind, int]:
        """How many changes of each kind there are, faults among the errors; kinds without any are absent."""
        return dict(self._counts)

    def _counted(self) -> dict[Kind, int]:
        found = Counter(change.kind for change in self.plan.changes)
        found[Kind.ERROR] += sum(1 for row in self._rows if row.fault is not None)
        return {kind: found[kind] for kind in LOOKS if found[kind]}

    def total(self) -> int:
        return sum(self._counts.values())

    def groups(self, kind: Kind | None = None, text: str = "") -> list[ReviewGroup]:
        """The rows that hold a change of `kind` (None: any) and whose words match `text`, by entity."""
        if kind is None and not text:
            return list(self._groups)
        wanted = fold(text)
        return gathered(
            row
            for row in self._rows
            if holds(row, kind) and (not wanted or wanted in fold(f"{row.label} {row.second}"))
        )

    def row(self, id: str) -> ReviewRow | None:
        return self._by_id.get(id)

    def row_of(self, key: str) -> ReviewRow:
        """The row of a change."""
        return self._row_of[key]

    def conflicts(self) -> list[Change]:
        """The conflicts, in the order of the list."""
        return [
            change for group in self.groups(Kind.CONFLICT) for row in group.rows for change in row.of(Kind.CONFLICT)
        ]

    def suites(self) -> list[Change]:
        """What a workbook taken in before says anew of the same cells: to replace, or to keep as it is."""
        proposals = self.plan.proposals
        return [
            change
            for change in self.plan.changes
            if change.kind is Kind.CONFLICT and change.key in proposals and proposals[change.key].fresh
        ]

    def waiting(self) -> list[Question]:
        """The questions without an answer, in the order of the list."""
        every = [asked for group in self._groups for row in group.rows for asked in row.questions]
        return [asked for asked in every if not asked.answer]

    def row_asking(self, key: str) -> ReviewRow | None:
        """The row of a question."""
        return next((row for row in self._rows if any(asked.key == key for asked in row.questions)), None)

    def undone(self) -> list[Change]:
        """What a colleague took back, that this laptop can put back."""
        return [change for change in self.plan.changes if change.undone_by and self.can_tick(change)]

    def settle_suites(self, side: str) -> None:
        """Answer for all of them at once."""
        for change in self.suites():
            self.settle(change.key, side)

    def to_settle(self) -> int:
        """Conflicts that will be taken in and left open."""
        return sum(1 for change in self.conflicts() if change.key in self._ticked and not self.settled(change.key))

    # -- ticking ------------------------------------------------------------------------------------------------------

    def is_ticked(self, key: str) -> bool:
        return key in self._ticked

    def can_tick(self, change: Change) -> bool:
        """False for what cannot be taken (an error, a stale value) and for what cannot be left.

        A colleague's log is taken whole: to leave one of its values is to write mine again over it.
        """
        if change.kind in (Kind.ERROR, Kind.STALE):
            return False
        return change.key in (self.plan.proposals if change.lockable else self.plan.mine)

    def row_state(self, row: ReviewRow) -> tuple[bool, bool, bool]:
        """(ticked, partly, can be ticked) of a row."""
        takable = [change for change in row.changes if change.kind not in (Kind.ERROR, Kind.STALE)]
        ticked = sum(1 for change in takable if change.key in self._ticked)
        free = any(self.can_tick(change) for change in takable)
        return bool(takable) and ticked == len(takable), 0 < ticked < len(takable), free

    def tick(self, keys: Iterable[str], on: bool) -> None:
        """Take or leave changes; those that cannot be are let alone."""
        free = {key for key in keys if self.can_tick(self._changes[key])}
        self._ticked = self._ticked | free if on else self._ticked - free
        self._remember(free)

    def tick_row(self, row: ReviewRow) -> None:
        """Take all the row has, or leave it when all is taken."""
        ticked, _, _ = self.row_state(row)
        self.tick([change.key for change in row.changes], not ticked)

    # -- settling -----------------------------------------------------------------------------------------------------

    def settled(self, key: str) -> str:
        """How a conflict is settled: `mine`, `theirs`, `written`, or ""."""
        return self._settled.get(key, "")

    def written(self, key: str) -> tuple[Any, str] | None:
        """The third version of a conflict: its value and its display."""
        return self._written.get(key)

    def settle(self, key: str, side: str) -> None:
        """Settle a conflict; "" leaves it open. To settle is to take it."""
        if side:
            self._settled[key] = side
            self._ticked.add(key)
        else:
            self._settled.pop(key, None)
        self._remember([key])

    def write(self, key: str, value: Any, display: str) -> None:
        """Settle a conflict by a third version."""
        self._written[key] = (value, display)
        self._begun.pop(key, None)
        self.settle(key, WRITTEN)

    def begin(self, key: str, typed: str) -> None:
        """A third version is being typed, which nobody keeps yet; "" for none."""
        if key in self._changes and typed:
            self._begun[key] = typed
        else:
            self._begun.pop(key, None)

    def begun(self, key: str) -> str:
        return self._begun.get(key, "")

    def settle_all(self, side: str) -> None:
        """Settle every conflict that waits in one way."""
        for change in self.conflicts():
            if not self.settled(change.key):
                self.settle(change.key, side)

    # -- the end ------------------------------------------------------------------------------------------------------

    def accepted(self) -> int:
        """How many changes will be imported: a colleague's log whole, and the proposals taken that make sense."""
        logged = sum(1 for change in self.plan.changes if not change.lockable and change.kind is not Kind.STALE)
        return logged + len(self._proposed())

    def _proposed(self) -> set[str]:
        """The proposals taken, without those that lead to a new row that is not."""
        proposals = self.plan.proposals
        found = {key for key in self._ticked if key in proposals and self.settled(key) != MINE}
        while alone := {key for key in found if proposals[key].needs - found}:
            found -= alone
        return found

    def erasures(self) -> int:
        """Values that would be erased and that deserve a question: many, or left out by the workbook's rules."""
        erased = [self._changes[key] for key in self._ticked if is_erasure(self._changes[key])]
        return len(erased) if len(erased) > ERASED_UNASKED or any(not change.ticked for change in erased) else 0

    def deletions(self) -> int:
        """Rows that would be deleted."""
        return sum(1 for key in self._ticked if self._changes[key].kind is Kind.DELETED)

    def decisions(self) -> Decisions:
        """What to apply. What was proposed ticked and left by the person is refused; the rest is only not taken."""
        left = {key for key, change in self._changes.items() if _is_taken(change) and key not in self._ticked}
        own = {key for key in left if not self._changes[key].lockable}
        mine = {key for key in self._ticked if self.settled(key) == MINE}
        return Decisions(
            accepted=frozenset(self._proposed()),
            refused=frozenset(left - own),
            keep_mine=frozenset(mine | own | self._closings().keys()),
        )

    def settled_plan(self) -> ImportPlan:
        """The plan, with what closes the conflicts settled here: written after the rest, in the same gesture."""
        closings = self._closings()
        return replace(self.plan, mine={**self.plan.mine, **closings}) if closings else self.plan

    def can_settle(self, change: Change, side: str) -> bool:
        """False for a side that has no single value to write: the conflict is then settled once imported."""
        if side == MINE:
            return change.lockable or change.key in self.plan.mine or change.field == DELETED
        if change.key in self.plan.proposals and self.plan.proposals[change.key].fresh:
            return True
        return bool(self._closing(change, side))

    def _closings(self) -> dict[str, tuple[Fresh, ...]]:
        """What this laptop writes to close each settled conflict, under a key of its own."""
        found = {}
        for key in self._ticked & self._settled.keys():
            change, side = self._changes[key], self._settled[key]
            done = side == MINE and (change.lockable or key in self.plan.mine)
            suite = side == THEIRS and key in self.plan.proposals and self.plan.proposals[key].fresh
            if not done and not suite and (writes := self._closing(change, side)):
                found[f"{CLOSING}{key}"] = writes
        return found

    def _closing(self, change: Change, side: str) -> tuple[Fresh, ...]:
        field = field_of(change.entity, change.field)
        if change.field in ("", DELETED):
            gone = (change.mine if side == MINE else change.theirs or change.after) == GONE
            return (Fresh(change.entity, change.row, STATE, 0 if gone else 1, RESOLUTION),)
        if field is None or field.kind is FieldKind.LINKS or STATE_NOTE in change.note:
            return ()
        value = self._written[change.key][0] if side == WRITTEN and change.key in self._written else change.after_value
        if side == THEIRS and not change.lockable:
            # The value shown while a conflict is open may be mine: theirs is found by its words.
            value = change.after_value if change.theirs == change.after else self._their_value(change)
            if value is _UNKNOWN:
                return ()
        return (Fresh(change.entity, change.row, change.field, store(field, value), RESOLUTION),)

    def _their_value(self, change: Change) -> Any:
        """The value that the colleagues' log gives a field, when it gives one only."""
        key = change.field
        touching = [m for m in self.plan.batch.modifications if m.row == change.row and key in m.writes]
        replaced = {parent for m in touching for parent in m.writes[key].parents}
        found = {m.writes[key].value for m in touching if m.op_id not in replaced}
        field = field_of(change.entity, key)
        return load(field, found.pop()) if len(found) == 1 and field is not None else _UNKNOWN

    # -- from one preview to the next ---------------------------------------------------------------------------------

    def has_work(self) -> bool:
        """Whether a person decided, answered or began to write anything here."""
        return bool(self._chosen or self.plan.answers or self._begun)

    def told_lost(self) -> str:
        """What the earlier preview held of a person's work and this one cannot, in a sentence; "" for nothing."""
        lost = self._lost
        if not lost:
            return ""
        names = [f"«{NBSP}{name}{NBSP}»" for name in list(dict.fromkeys(lost))[:MOST_NAMED]]
        many = len(names) > 1
        listed = f"{', '.join(names[:-1])} et {names[-1]}" if many else names[0]
        said = counted(len(lost), "choix n’a pas pu être repris", "choix n’ont pas pu être repris")
        more = "" if len(set(lost)) <= MOST_NAMED else ", entre autres"
        now = "ont changé ou ne sont plus là" if many else "a changé ou n’est plus là"
        return f"{said}{NBSP}: {listed}{more} {now}."

    def _remember(self, keys: Iterable[str]) -> None:
        for key in keys:
            self._chosen[key] = Choice(
                self._changes[key], key in self._ticked, self.settled(key), self._written.get(key)
            )

    def _keep(self, earlier: "Review") -> None:
        """Take over what was decided; what has no place here waits for a preview where it has one."""
        places = _by_place(self.plan)
        lost = []
        for key, choice in earlier._chosen.items():
            change = self._changes.get(key) or places.get(_place(choice.change))
            if change is not None and choice.holds_for(change) and self._take_over(choice, change):
                continue
            self._chosen[key] = choice
            self._idle.add(key)
            if key not in earlier._idle:
                lost.append(choice.change.label)
        for key, answer in earlier.plan.answers.items():
            was = earlier._asked.get(key)
            if was is not None and was.answer and not self._is_answered(key, answer):
                lost.append(was.label)
        self._lost = tuple(lost)
        self._begun = {key: typed for key, typed in earlier._begun.items() if key in self._changes}

    def _is_answered(self, key: str, answer: str) -> bool:
        return key in self._asked and self._asked[key].answer == answer

    def _take_over(self, choice: Choice, change: Change) -> bool:
        """Decide as it was decided; False when this change cannot be decided so."""
        if choice.side and change.kind is not Kind.CONFLICT:
            return False
        if self.can_tick(change):
            (self._ticked.add if choice.ticked else self._ticked.discard)(change.key)
        elif not choice.side:
            return False
        if change.kind is Kind.CONFLICT:
            self._settled.pop(change.key, None)
            if choice.side:
                self._settled[change.key] = choice.side
            if choice.written is not None:
                self._written[change.key] = choice.written
        self._remember([change.key])
        return True


def _place(change: Change) -> tuple[str, str, str, str]:
    """Where a change stands, whatever value it carries: the name of a hand edit is made of its value."""
    return change.entity, change.row or f"{change.sheet}!{change.cell}", change.field, change.sheet


def _by_place(plan: ImportPlan) -> dict[tuple[str, str, str, str], Change]:
    """The change of each place where there is only one."""
    counts = Counter(map(_place, plan.changes))
    return {_place(change): change for change in plan.changes if counts[_place(change)] == 1}


def is_erasure(change: Change) -> bool:
    """True when a value would go and nothing would take its place."""
    return change.erases and change.kind not in (Kind.ERROR, Kind.STALE, Kind.DELETED)


def _is_taken(change: Change) -> bool:
    if change.kind in (Kind.ERROR, Kind.STALE):
        return False
    return change.ticked or not change.lockable
