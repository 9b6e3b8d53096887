"""The longest time the window answers nothing, while the gestures of the other rows are made in it.

What the application does in a task (backup, report, union) is done in a task here too: its modules then share the
interpreter with the window, and what they take from it shows.
"""

import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from app.errors import KnownError
from app.notebook import backup
from app.services import records
from bench import rows_notebook
from bench.rows_window import TYPED
from bench.screen import view_of
from bench.session import Session
from bench.verdict import Measured

ROUNDS = 3
#: Nothing more happens once the window has been idle this long, in ms.
QUIET = 60


def freeze_row(session: Session) -> Measured:
    """The gesture whose median freeze over three rounds is the longest; the others are told beside it."""
    session.needs_plan()
    found: dict[str, list[float]] = {}
    for number in range(ROUNDS + 1):
        for name, longest in _gestures(session):
            # The first round loads modules and makes pages: that is the start's own row.
            if number:
                found.setdefault(name, []).append(longest)
    worst = sorted(((statistics.median(times), name) for name, times in found.items()), reverse=True)
    return Measured("freeze", value=worst[0][0], note=", ".join(f"{name} {longest:.0f} ms" for longest, name in worst))


def _gestures(session: Session) -> Iterator[tuple[str, float]]:
    """Each gesture, and the longest silence of the event loop during it, in ms."""
    frame = session.frame(session.actions)
    window, context = frame.window, frame.context
    store = context.store
    window.activateWindow()
    yield "Accueil", _watch(lambda: window.navigator.go("home"))
    yield "ouverture du plan", _watch(lambda: window.navigator.go("plan", view="table"))
    view: Any = view_of(window.page(), session.actions)
    bar = view.verticalScrollBar()
    for _ in range(5):
        yield "défilement", _watch(lambda: bar.setValue(bar.value() + bar.pageStep()))
    window.page().focus_filter()
    field = QApplication.focusWidget()
    assert isinstance(field, QLineEdit)
    for letter in TYPED:
        yield "frappe", _watch(lambda letter=letter: QTest.keyClick(field, letter))
    yield "filtre effacé", _watch(field.clear)
    section = view.model().column_of("title")
    for _ in range(3):
        yield "tri", _watch(lambda: view.horizontalHeader().sectionClicked.emit(section))
    row = view.model().ids()[10]
    title = f"Relecture {time.monotonic_ns()}"
    yield "modification", _watch(lambda: records.update(store, "action", row, {"title": title}))
    copy = session.folder / "gel.carnet"
    yield "sauvegarde", _watch_job(context, lambda _job: backup.save(store.path, copy))
    yield from _union(session, context)
    yield from _report(session, context)


def _union(session: Session, context: Any) -> Iterator[tuple[str, float]]:
    """A colleague's log, new each time, taken in by a task; the pages then read again."""
    received = rows_notebook.colleague(session, session.actions)
    apply = context.store.apply
    yield "union", _watch_job(context, lambda _job: apply(received, "Recevoir le journal", kind="import"))


def _report(session: Session, context: Any) -> Iterator[tuple[str, float]]:
    try:
        from bench import rows_pdf

        source = session.opened(rows_pdf.ACTIONS, "gel-rapport")
        target = session.folder / "gel.pdf"
        yield "rapport", _watch_job(context, lambda _job: rows_pdf.build_report(source, target))
    except (ImportError, KnownError):
        return


# -- the watch ----------------------------------------------------------------------------------------------------


class _Watch:
    """A timer of one millisecond: the longest wait between two of its ticks is the longest freeze."""

    def __init__(self, *, until: Callable[[], bool]) -> None:
        self._until = until
        self._loop = QEventLoop()
        self._timer = QTimer(timerType=Qt.TimerType.PreciseTimer, interval=1)
        self._timer.timeout.connect(self._tick)
        self._last = self._busy = 0.0
        self.longest = 0.0

    def run(self, gesture: Callable[[], object]) -> float:
        """Make the gesture inside the event loop; returns the longest freeze in ms."""
        self._last = self._busy = time.perf_counter()
        self._timer.start()
        QTimer.singleShot(0, gesture)
        QTimer.singleShot(QUIET, lambda: None)
        self._loop.exec()
        self._timer.stop()
        return self.longest

    def _tick(self) -> None:
        now = time.perf_counter()
        silence = (now - self._last) * 1000
        self.longest = max(self.longest, silence)
        self._last = now
        if silence > 5 or not self._until():
            self._busy = now
        elif (now - self._busy) * 1000 > QUIET:
            self._loop.quit()


def _watch(gesture: Callable[[], object]) -> float:
    return _Watch(until=lambda: True).run(gesture)


def _watch_job(context: Any, work: Callable[[Any], object]) -> float:
    ended: list[object] = []
    faults: list[BaseException] = []

    def gesture() -> None:
        context.jobs.run("Mesure", work, ended.append, lambda fault: (faults.append(fault), ended.append(None)))

    longest = _Watch(until=lambda: bool(ended)).run(gesture)
    if faults:
        raise faults[0]
    return longest
