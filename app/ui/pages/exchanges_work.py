"""The import at hand, from the files dropped to the changes written: what a person gave, answered and decided.

Its tasks run here, one at a time, and end by a signal; what is on screen meanwhile is `exchanges_import`. Nothing given
is let go before the import is written or left: a task that fails or is stopped finds it as it was.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.exchange.preview import Applied, ImportPlan, PlanStale, Source
from app.ui.context import Context
from app.ui.jobs import Job
from app.ui.pages.exchanges_engine import Engine
from app.ui.pages.exchanges_review import Review


class ImportWork(QObject):
    """Files, the columns of those that are foreign tables, the review of what they would change, and the task."""

    #: What these tables hold is to be said before they are read: paths.
    columns_asked = Signal(list)
    #: `review` is a new one.
    previewed = Signal()
    #: `review` is a new one, made with an answer: the key of its question.
    answered = Signal(str)
    #: The notebook had changed: nothing was written, `review` is made again.
    stale = Signal()
    #: What was written, and the review it came from.
    applied = Signal(object, object)
    #: Workbooks written again as they are now: their paths.
    renewed = Signal(list)
    #: Reading, answering, writing, renewing did not come to their end: the exception.
    reading_failed = Signal(object)
    answering_failed = Signal(object)
    writing_failed = Signal(object)
    renewing_failed = Signal(object)
    advanced = Signal(object)
    #: No task is under way any more.
    idle = Signal()

    def __init__(self, context: Context, engine: Engine) -> None:
        super().__init__()
        self._context = context
        self._engine = engine
        self.paths: list[Path] = []
        #: When each file was last written, in seconds since 1970.
        self.received: dict[Path, float] = {}
        #: How the foreign tables are read, once agreed to.
        self.mappings: dict[Path, Any] = {}
        self.review: Review | None = None
        self.is_writing = self.is_reading = False
        self._job: Job | None = None
        context.jobs.advanced.connect(self._pass_on)

    @property
    def is_busy(self) -> bool:
        return self._job is not None

    def has_work(self) -> bool:
        """Whether leaving would lose something that a person did."""
        return bool(self.mappings) or (self.review is not None and self.review.has_work())

    # -- reading ------------------------------------------------------------------------------------------------------

    def begin(self, paths: Sequence[Path]) -> None:
        """Read these workbooks, and nothing else."""
        self.forget()
        self.paths = list(paths)
        self.read()

    def add(self, paths: Sequence[Path]) -> None:
        """Read these workbooks with those that are there; what was decided on those is kept."""
        self.paths = list(dict.fromkeys([*self.paths, *paths]))
        self.read()

    def read(self, *, again: bool = False) -> None:
        """Make the preview, with all that was given and decided. `again`: from the files as they are now.

        A reading under way is replaced by this one.
        """
        paths, mappings, earlier = list(self.paths), dict(self.mappings), self.review
        answers = earlier.plan.answers if earlier is not None else {}
        if self._job is not None:
            self._job.stop()
        self.is_reading = True
        self._run(
            "Lecture des classeurs",
            # Thousands of changes take a while to gather: here rather than in the window's thread.
            lambda job: (Review(self._prepare(paths, job, mappings, answers, again), earlier), _received(paths)),
            self._show,
            self.reading_failed.emit,
        )

    def read_columns(self, mappings: Mapping[Path, Any]) -> None:
        """Read the foreign tables as it was agreed to."""
        self.mappings |= mappings
        self.read()

    def answer(self, answers: Mapping[str, str]) -> None:
        """Make the preview again with these answers; what was decided is kept."""
        review, paths, mappings = self.review, list(self.paths), dict(self.mappings)
        if review is None or self._job is not None:
            return
        given = {**review.plan.answers, **answers}
        self._run(
            "Aperçu",
            lambda job: Review(self._prepare(paths, job, mappings, given), review),
            lambda found: self._show_answered(found, next(iter(answers), "")),
            self.answering_failed.emit,
        )

    def _prepare(
        self,
        paths: Sequence[Path],
        job: Job,
        mappings: Mapping[Path, Any],
        answers: Mapping[str, str],
        again: bool = False,
    ) -> ImportPlan:
        given = {"mapping": mappings, "answers": answers, "again": again}
        return self._engine.prepare(paths, job, **{name: one for name, one in given.items() if one})

    def _show(self, found: tuple[Review, dict[Path, float]]) -> None:
        review, self.received = found
        tables = [source.path for source in review.plan.sources if source.mode == "E"]
        if asked := [path for path in tables if path not in self.mappings]:
            self.columns_asked.emit(asked)
            return
        self.review = review
        self.previewed.emit()

    def _show_answered(self, review: Review, key: str) -> None:
        self.review = review
        self.answered.emit(key)

    # -- writing ------------------------------------------------------------------------------------------------------

    def apply(self) -> None:
        """Write what is decided."""
        review = self.review
        if review is None or self._job is not None:
            return
        plan, decisions = review.settled_plan(), review.decisions()

        def write(job: Job) -> Applied | Review:
            try:
                return self._engine.apply(plan, decisions, job)
            except PlanStale as stale:
                return Review(stale.plan, review)

        self.is_writing = True
        self._run("Import", write, lambda done: self._finish(review, done), self.writing_failed.emit)

    def _finish(self, review: Review, done: Applied | Review) -> None:
        if isinstance(done, Review):
            self.review = done
            self.stale.emit()
            return
        self.forget()
        self.applied.emit(done, review)

    def renew(self, sources: Sequence[Source], target: Path) -> bool:
        """Write these workbooks as they are now, in a file or a folder; False when another task is under way."""
        if self._job is not None:
            return False
        self._run(
            "Classeur à jour",
            lambda job: [self._engine.renew(source, target, job).path for source in sources],
            self.renewed.emit,
            self.renewing_failed.emit,
        )
        return True

    # -- the end ------------------------------------------------------------------------------------------------------

    def stop(self) -> None:
        """Stop what can be; writing goes to its end."""
        if self._job is not None:
            self._job.stop()

    def forget(self) -> None:
        """Let the import go, and what was read for it."""
        if self._job is not None:
            self._job.stop()
            self._job, self.is_writing, self.is_reading = None, False, False
        self.paths, self.received, self.mappings, self.review = [], {}, {}, None
        self._engine.forget()

    # -- the task -----------------------------------------------------------------------------------------------------

    def _run(
        self,
        label: str,
        work: Callable[[Job], Any],
        done: Callable[[Any], object],
        failed: Callable[[BaseException], object],
    ) -> None:
        self._job = job = self._context.jobs.run(
            label,
            work,
            lambda result: self._end(job, lambda: done(result)),
            lambda fault: self._end(job, lambda: failed(fault)),
        )

    def _end(self, job: Job, tell: Callable[[], object]) -> None:
        """Tell how a task ended, unless another one took its place."""
        if job is self._job:
            self._job, self.is_writing, self.is_reading = None, False, False
            tell()
            if self._job is None:
                self.idle.emit()

    def _pass_on(self, job: Job) -> None:
        if job is self._job:
            self.advanced.emit(job)


def _received(paths: Sequence[Path]) -> dict[Path, float]:
    """When each file was last written, in seconds since 1970: a share may be slow, so not in the window's thread."""
    found = {}
    for path in paths:
        try:
            found[path] = path.stat().st_mtime
        except OSError:
            continue
    return found
