"""Long tasks: one worker thread at a time, with progress, a way to stop, and delivery on the window's thread.

A fault of the worker is delivered like a result: it never disappears, and it never shows a dialog from a thread that
must not touch the screen.
"""

import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QRunnable, Qt, QThreadPool, Signal

from app.errors import Cancelled

#: Progress is told at most this often, in seconds.
PROGRESS_EVERY = 0.05
#: How long a task may keep the interpreter while the window waits for it, in seconds. The window asks for it back many
#: times a gesture: with Python's own 5 ms, one gesture waits a tenth of a second beside a task.
SWITCH_EVERY = 0.0005


class Job:
    """One long task, seen from both sides: the window stops it, the worker tells where it is.

    The worker receives it as only argument and calls `advance` and `check`.
    """

    def __init__(self, label: str, tell: Callable[["Job"], None]) -> None:
        self.label = label
        self.share: float | None = None
        self.sentence = ""
        self._stop = threading.Event()
        self._tell = tell
        self._told = 0.0

    def stop(self) -> None:
        """Ask the worker to stop; it does at its next `check`."""
        self._stop.set()

    @property
    def is_stopped(self) -> bool:
        return self._stop.is_set()

    def check(self) -> None:
        """In the worker: raises Cancelled when the person asked to stop."""
        if self._stop.is_set():
            raise Cancelled("La tâche a été arrêtée.", advice="Rien n’a été changé.")

    def advance(self, share: float | None, sentence: str = "") -> None:
        """In the worker: the part done (0 to 1, None when unknown) and what is being done. Also checks."""
        self.check()
        self.share, self.sentence = share, sentence or self.sentence
        now = time.monotonic()
        if now - self._told >= PROGRESS_EVERY:
            self._told = now
            self._tell(self)


class _Run(QRunnable):
    """Carries a task to a thread and its end back."""

    def __init__(self, job: Job, work: Callable[[Job], Any], end: Callable[[Any], None]) -> None:
        super().__init__()
        self._job, self._work, self._end = job, work, end

    def run(self) -> None:
        try:
            self._job.check()
            result, fault = self._work(self._job), None
        except BaseException as error:
            result, fault = None, error
        self._end((self._job, result, fault))


class Jobs(QObject):
    """Runs long tasks one after the other; `started`, `advanced` and `ended` carry the Job."""

    started = Signal(object)
    advanced = Signal(object)
    ended = Signal(object)
    #: A fault nobody asked for: the crash net shows it.
    crashed = Signal(object)
    _delivered = Signal(object)
    _progressed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        sys.setswitchinterval(SWITCH_EVERY)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._waiting: dict[Job, tuple[Callable[[Any], object], Callable[[BaseException], object] | None]] = {}
        self._delivered.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._progressed.connect(self.advanced, Qt.ConnectionType.QueuedConnection)

    def run(
        self,
        label: str,
        work: Callable[[Job], Any],
        done: Callable[[Any], object],
        failed: Callable[[BaseException], object] | None = None,
    ) -> Job:
        """Do `work(job)` in a thread, then `done(result)` or `failed(exception)` here.

        A stop arrives in `failed` as `Cancelled`. Without `failed`, `Cancelled` is dropped and any other fault goes to
        `crashed`.
        """
        job = Job(label, self._progressed.emit)
        self._waiting[job] = (done, failed)
        self._pool.start(_Run(job, work, self._delivered.emit))
        self.started.emit(job)
        return job

    def running(self) -> tuple[Job, ...]:
        """The tasks not yet delivered, oldest first."""
        return tuple(self._waiting)

    def stop_all(self, wait_ms: int = 5_000) -> bool:
        """Before closing: ask every task to stop and wait; False when one still runs."""
        for job in self._waiting:
            job.stop()
        return self._pool.waitForDone(wait_ms)

    def let_go(self) -> None:
        """The notebook is closed: what still arrives finds nobody to tell."""
        self._waiting.clear()

    def _deliver(self, outcome: tuple[Job, Any, BaseException | None]) -> None:
        job, result, fault = outcome
        if job not in self._waiting:
            return
        done, failed = self._waiting.pop(job)
        self.ended.emit(job)
        if fault is None:
            done(result)
        elif failed is not None:
            failed(fault)
        elif not isinstance(fault, Cancelled):
            self.crashed.emit(fault)
