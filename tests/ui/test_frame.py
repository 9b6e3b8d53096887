"""Bus, jobs, preferences, crash net, navigator."""

import json
import threading
from pathlib import Path

import pytest

from app.errors import Cancelled
from app.ui.bus import Bus
from app.ui.crash import CrashNet
from app.ui.jobs import Job, Jobs
from app.ui.navigation import Navigator, Place
from app.ui.preferences import Preferences


class Store:
    """What the bus listens to."""

    def on_commit(self, callback) -> None:
        self.tell = callback

    def on_failure(self, callback) -> None:
        self.tell_failure = callback


def test_a_commit_of_a_worker_is_heard_in_the_windows_thread(qtbot) -> None:
    bus, store, threads = Bus(), Store(), []
    bus.listen(store)
    bus.committed.connect(lambda _changes: threads.append(threading.current_thread()))

    with qtbot.waitSignal(bus.committed) as heard:
        worker = threading.Thread(target=lambda: store.tell("changes"))
        worker.start()
        worker.join()

    assert heard.args == ["changes"]
    assert threads == [threading.main_thread()]


def test_a_job_delivers_its_result_here(qtbot) -> None:
    jobs, results = Jobs(), []

    with qtbot.waitSignal(jobs.ended):
        jobs.run("Exporter", lambda job: threading.current_thread(), results.append)

    assert results[0] is not threading.main_thread()
    assert jobs.running() == ()


def test_a_job_tells_its_progress(qtbot) -> None:
    jobs = Jobs()

    def work(job: Job) -> None:
        job.advance(0.5, "Feuille Actions")

    told = []
    jobs.advanced.connect(lambda job: told.append((job.share, job.sentence)))
    with qtbot.waitSignal(jobs.ended):
        jobs.run("Exporter", work, lambda _result: None)

    assert told == [(0.5, "Feuille Actions")]


def test_a_stopped_job_says_cancelled(qtbot) -> None:
    jobs, faults = Jobs(), []
    reached = threading.Event()

    def work(job: Job) -> None:
        reached.set()
        while True:
            job.check()

    job = jobs.run("Exporter", work, lambda _result: None, faults.append)
    assert reached.wait(5)
    with qtbot.waitSignal(jobs.ended):
        job.stop()

    assert isinstance(faults[0], Cancelled)


def test_a_fault_of_a_job_is_never_swallowed(qtbot) -> None:
    jobs = Jobs()

    def work(_job: Job) -> None:
        raise ZeroDivisionError

    with qtbot.waitSignal(jobs.crashed) as crashed:
        jobs.run("Exporter", work, lambda _result: None)

    assert isinstance(crashed.args[0], ZeroDivisionError)


def test_closing_stops_the_jobs(qtbot) -> None:
    jobs = Jobs()

    def work(job: Job) -> None:
        while True:
            job.check()

    jobs.run("Exporter", work, lambda _result: None, lambda _fault: None)

    assert jobs.stop_all()


def test_preferences_are_found_again(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "preferences.json"
    Preferences(path).keep("look", "dark")

    assert Preferences(path).value("look", "light") == "dark"
    assert [found.name for found in path.parent.iterdir()] == ["preferences.json"]


def test_a_preference_of_another_type_is_not_believed(tmp_path: Path) -> None:
    path = tmp_path / "preferences.json"
    path.write_text(json.dumps({"zoom": "énorme"}), encoding="utf-8")

    assert Preferences(path).value("zoom", 1.0) == 1.0


@pytest.mark.parametrize("content", ["{", "[1]", ""])
def test_unreadable_preferences_are_put_aside(tmp_path: Path, content: str) -> None:
    path = tmp_path / "preferences.json"
    path.write_text(content, encoding="utf-8")

    preferences = Preferences(path)

    assert preferences.value("look", "light") == "light"
    assert (tmp_path / "preferences.illisible").exists()


def test_a_disk_that_refuses_does_not_stop_the_gesture(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    preferences = Preferences(tmp_path / "file" / "preferences.json")

    preferences.keep("look", "dark")

    assert preferences.value("look", "light") == "dark"


def test_a_fault_is_told_once_after_the_work_is_kept(qtbot, caplog: pytest.LogCaptureFixture) -> None:
    told = []
    net = CrashNet(lambda: told.append("gardé"), show=told.append)

    def paint() -> None:
        raise RuntimeError("cellule")

    for _ in range(7):
        try:
            paint()
        except RuntimeError as fault:
            net.catch_error(fault)
    qtbot.waitUntil(lambda: len(told) == 2)

    assert told[0] == "gardé"
    assert "RuntimeError: cellule" in told[1]
    assert len(caplog.records) == 1


def test_a_fault_while_keeping_the_work_is_logged(qtbot, caplog: pytest.LogCaptureFixture) -> None:
    told = []

    def broken() -> None:
        raise OSError("disque plein")

    net = CrashNet(broken, show=told.append)
    net.catch_error(ValueError("x"))
    qtbot.waitUntil(lambda: bool(told))

    assert any("n’a pas pu être gardé" in record.message for record in caplog.records)


def test_back_and_forward_walk_the_places(qtbot) -> None:
    navigator = Navigator()
    navigator.set_homes({"action": "plan"})
    navigator.go("home")
    navigator.open_record("action", "a", stay=False)
    navigator.open_record("action", "b")
    assert navigator.place == Place("plan", {}, "action", "b")

    navigator.back()
    assert navigator.place.page == "home"
    navigator.forward()
    assert navigator.place.id == "b"
    navigator.close_record()
    assert navigator.place == Place("plan")


def test_going_back_forgets_what_was_ahead(qtbot) -> None:
    navigator = Navigator()
    for page in ("home", "plan", "partners"):
        navigator.go(page)
    navigator.back()
    navigator.go("reports")

    assert not navigator.can_go_forward()
    navigator.back()
    assert navigator.place.page == "plan"
