"""The collector of cycles goes through the whole memory when nobody waits for the window, and only then."""

import gc
import weakref

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication

from app.ui import collector as module
from app.ui.collector import Collector
from app.ui.jobs import Jobs


class Ring:
    """Something that only the collector takes away."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def jobs(qtbot):
    made = Jobs()
    yield made
    made.stop_all()


@pytest.fixture
def collector(qapp: QApplication, jobs: Jobs):
    pace = gc.get_threshold()
    made = Collector(qapp, jobs)
    yield made
    made.deleteLater()
    gc.set_threshold(*pace)
    gc.unfreeze()
    gc.enable()


@pytest.fixture
def old(collector):
    """A ring that the collections of what is new no longer meet; answers None once it is gone."""
    collector.set_apart()
    ring = Ring()
    gone = weakref.ref(ring)
    gc.collect()
    return gone


def work(rounds: int) -> None:
    """As many collections of what is new as a person's gestures would bring."""
    for _ in range(rounds):
        gc.collect(1)


def leave(qapp: QApplication) -> None:
    qapp.applicationStateChanged.emit(Qt.ApplicationState.ApplicationInactive)


def test_it_stays_still_until_the_first_page_is_there(collector):
    assert not gc.isenabled()
    collector.set_apart()
    assert gc.isenabled()


def test_what_is_new_and_dropped_goes_by_itself(collector):
    collector.set_apart()
    gone = weakref.ref(Ring())
    kept = [[] for _ in range(20_000)]
    assert kept
    assert gone() is None


def test_what_is_old_goes_once_the_window_is_left(old, qapp):
    work(module.WORTH_IT)
    qapp.applicationStateChanged.emit(Qt.ApplicationState.ApplicationActive)
    assert old() is not None
    leave(qapp)
    assert old() is None


def test_little_is_not_worth_the_trouble(old, qapp):
    work(module.WORTH_IT - 1)
    leave(qapp)
    assert old() is not None


def test_a_task_at_work_is_not_stopped(old, jobs, qapp, qtbot):
    ended = []
    jobs.run("Essai", lambda job: None, ended.append)
    work(module.WORTH_IT)
    leave(qapp)
    assert old() is not None
    qtbot.waitUntil(lambda: bool(ended))
    leave(qapp)
    assert old() is None


def test_what_is_old_goes_also_in_a_window_that_is_never_left(old, collector, qtbot):
    work(module.TOO_MANY)
    timer = collector.findChild(QTimer)
    assert old() is not None
    timer.setInterval(1)
    qtbot.waitUntil(lambda: old() is None)
