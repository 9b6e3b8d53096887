"""What the page asks of the exchanges of the open notebook: one door, so that a view never knows which module answers.

Long gestures are given a `Job` and run in its thread; the others are short and run in the window's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.exchange.preview import Applied, Decisions, ImportPlan, Source
from app.ui.context import Context
from app.ui.jobs import Job
from app.ui.pages.exchanges_tables import Tables

if TYPE_CHECKING:
    from app.exchange.foreign import ForeignMapping
    from app.services.imports import ImportRecord, RestorePoint


@dataclass(frozen=True, slots=True)
class ExportOrder:
    """What to export: for the team or for a partner, a quartier ("" for the town), entities (none: all), where.

    `path` is a .xlsx file, or a folder in which the workbook is named for us.
    """

    for_team: bool
    district: str
    entities: tuple[str, ...]
    path: Path


class Engine:
    """The exchanges of the notebook of a context."""

    def __init__(self, context: Context) -> None:
        self._context = context
        #: The tables of the import at hand that never came from a notebook.
        self.tables = Tables(context)

    # -- leaving ------------------------------------------------------------------------------------------------------

    def entities(self, *, for_team: bool = True) -> list[tuple[str, str]]:
        """(key, plural) of what can be exported for these readers, in the order of the sheets."""
        from app.exchange.layout import Profile, exported_entities

        profile = Profile.TEAM if for_team else Profile.PARTNER
        return [(declared.key, declared.plural) for declared in exported_entities(profile=profile)]

    def districts(self) -> list[tuple[str, str]]:
        from app.services.queries.scope import districts

        with self._context.store.read() as connection:
            return districts(connection)

    def fingerprint(self) -> str:
        """The eight letters two colleagues compare."""
        from app.services.notebooks import fingerprint

        with self._context.store.read() as connection:
            return fingerprint(connection)

    def export(self, order: ExportOrder, job: Job) -> Any:
        """Write a workbook; returns what was written (code4, counts, path, notes). Raises KnownError."""
        from app.exchange.export import export_workbook
        from app.exchange.layout import Profile

        return export_workbook(
            self._context.store,
            order.path,
            profile=Profile.TEAM if order.for_team else Profile.PARTNER,
            now=self._context.clock().astimezone(),
            district=order.district,
            entities=order.entities,
            progress=job.advance,
            cancelled=lambda: job.is_stopped,
        )

    # -- arriving -----------------------------------------------------------------------------------------------------

    def prepare(
        self,
        paths: Sequence[Path],
        job: Job,
        mapping: Mapping[Path, ForeignMapping] | None = None,
        answers: Mapping[str, str] | None = None,
        again: bool = False,
    ) -> ImportPlan:
        """Read the workbooks and say what they would change; nothing is written. Raises KnownError.

        `mapping` says how to read those that are foreign tables; `answers` are given to the questions of the preview on
        screen. What was read for it then serves again, unless asked to read every file `again`.
        """
        from app.exchange.plan import prepare

        plan = prepare(
            self._context.store,
            list(paths),
            now=self._context.clock().astimezone(),
            progress=job.advance,
            cancelled=lambda: job.is_stopped,
            mapping=mapping,
            answers=answers,
            read=lambda path: self.tables.read(path, job, again=again or not (answers or path in (mapping or {}))),
        )
        self._hold(plan)
        return plan

    def _hold(self, plan: ImportPlan) -> None:
        """Keep at hand what a preview may read again: what asks, and what never was ours."""
        asks = bool(plan.questions)
        self.tables.hold({source.path: source for source in plan.sources if asks or source.mode == "E"})

    def forget(self) -> None:
        """Let go of what was read for the preview on screen."""
        self.tables.hold({})

    def apply(self, plan: ImportPlan, decisions: Decisions, job: Job) -> Applied:
        """Write what was decided, as one gesture. Raises KnownError with nothing written: PlanStale when the notebook
        changed since, with a preview made again of what was read; that may be stopped, and tells where it is.

        What was read is kept: a preview refused comes back, and its columns may be asked again.
        """
        from app.exchange.apply import apply_plan
        from app.exchange.preview import PlanStale

        try:
            return apply_plan(
                self._context.store,
                plan,
                decisions,
                read=lambda path: self.tables.read(path, job, again=False),
                progress=job.advance,
                cancelled=lambda: job.is_stopped,
            )
        except PlanStale as stale:
            self._hold(stale.plan)
            raise

    def renew(self, source: Source, target: Path, job: Job) -> Any:
        """Write a workbook that was taken in as it is now, at a file that is not there or in a folder; as `export`."""
        from app.exchange.renewal import renew

        return renew(
            self._context.store,
            source,
            target,
            now=self._context.clock().astimezone(),
            progress=job.advance,
            cancelled=lambda: job.is_stopped,
        )

    # -- conflicts of the notebook ------------------------------------------------------------------------------------

    def count_conflicts(self) -> int:
        from app.services import conflicts

        with self._context.store.read() as connection:
            return conflicts.count(connection)

    def conflicts(self) -> list[Any]:
        """Every `services.conflicts.Conflict` that waits."""
        from app.services import conflicts

        with self._context.store.read() as connection:
            return conflicts.conflicts(connection)

    def resolve(self, id: str, keep: Any) -> None:
        """Settle one conflict by the op_id of one of its values, or by another value."""
        from app.services import conflicts

        conflicts.resolve(self._context.store, id, keep)

    def resolve_all(self, rule: str) -> int:
        """Settle by `mine`, `theirs` or `latest` every conflict where the rule tells; returns how many are left."""
        from app.services import conflicts

        _, left = conflicts.resolve_all(self._context.store, conflicts.Rule(rule))
        return left

    def undo(self) -> None:
        """Take back the last gesture of this laptop."""
        from app.services import taking_back

        taking_back.undo(self._context.store)

    # -- the journal --------------------------------------------------------------------------------------------------

    def imports(self) -> list[ImportRecord]:
        """The imports of this notebook, the latest first."""
        from app.services import imports

        return imports.journal(self._context.store)

    def undo_import(self, id: str) -> Sequence[str]:
        """Put back what an import changed and nobody changed since; returns what is said of the rest."""
        from app.services import imports

        return imports.undo_import(self._context.store, id).notes

    def restore_points(self) -> list[RestorePoint]:
        """The copies kept of this notebook, the latest first."""
        from app.services import imports

        return imports.restore_points(self._context.store)
