"""Processes that are killed at a numbered step of an import or of an erasure; run as a module by test_killed.

A step is a statement of the writing connection, or a file opened, renamed or removed: the child counts them with
SQLite's trace and Python's audit, and kills itself at the one it was given. Inside a commit, where nothing is counted,
it dies of a limit on the size of its files, in the middle of a write. The product knows nothing of all this.

    python -m tests.exchange.killing FOLDER import|erasure HOW_MANY|all
"""

import json
import os
import resource
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.exchange.apply import apply_plan
from app.exchange.plan import prepare
from app.exchange.preview import usual
from app.exchange.reader import read_here
from app.notebook import backup
from app.notebook.store import Store
from app.notebook.verify import verify
from app.services import erasure, mentions, notebooks
from tests.factories import WallClock
from tests.notebook.tables import picture

NEVER = 10**9
SECRET = b"Zwingelstein"
#: File operations that count as steps.
_FILE_EVENTS = {"open", "os.rename", "os.remove", "sqlite3.connect", "os.truncate"}


class Steps:
    """Counts, and kills at `last`."""

    def __init__(self, last: int) -> None:
        self.count = 0
        self.last = last

    def take(self, *_: object) -> None:
        self.count += 1
        if self.count >= self.last:
            os.kill(os.getpid(), signal.SIGKILL)

    def audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in _FILE_EVENTS and not str(arguments[0] if arguments else "").endswith((".py", ".pyc")):
            self.take()


def work(store: Store, job: str, book: Path, row: str) -> None:
    if job == "erasure":
        with store.read() as connection:
            found = mentions.mentions(connection, "contact", [row])
        assert found
        erasure.erase(store, "contact", [row], masking=found)
        return
    plan = prepare(store, [book], now=store.now(), read=read_here)
    apply_plan(store, plan, usual(plan, everything=True), read=read_here)


def in_a_child(action: Callable[[], None]) -> int:
    """The signal that ended the child that did `action`, 0 when it ended by itself."""
    child = os.fork()
    if child == 0:
        code = 70
        try:
            action()
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return os.WTERMSIG(status)
    if os.WEXITSTATUS(status):
        raise AssertionError(f"the child failed ({os.WEXITSTATUS(status)})")
    return 0


class Killing:
    def __init__(self, folder: Path, job: str) -> None:
        self.folder, self.job = folder, job
        self.book = folder / "classeur.xlsx"
        self.row = (folder / "row").read_text()
        self.path = folder / "essai.carnet"
        self.home = folder / "home"
        os.environ["CARNET_HOME"] = str(self.home)

    def reset(self) -> None:
        shutil.rmtree(self.home, ignore_errors=True)
        shutil.copytree(self.folder / "home-depart", self.home)
        for left in self.folder.glob("*essai.carnet*"):
            left.unlink()
        shutil.copy(self.folder / "depart.carnet", self.path)

    def run(self, steps: Steps, *, limit: int = 0) -> int:
        """Do the work in a child that dies at a step, or when a file grows past `limit` bytes; returns the signal."""

        def action() -> None:
            store = notebooks.open_existing(self.path, now=WallClock())
            if limit:
                signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
                resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
                resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
            else:
                sys.addaudithook(steps.audit)
                store.writer().set_trace_callback(steps.take)
            work(store, self.job, self.book, self.row)
            (self.folder / "steps").write_text(str(steps.count)) if steps.last == NEVER else None

        return in_a_child(action)

    def look(self) -> dict[str, Any]:
        """Open again as anybody would, and say what is there."""
        with notebooks.open_existing(self.path, now=WallClock()) as store:
            seen = picture(store.writer())
        faults = verify(self.path).faults
        assert faults == (), faults
        return seen

    def again(self) -> None:
        with notebooks.open_existing(self.path, now=WallClock()) as store:
            work(store, self.job, self.book, self.row)

    def whole(self) -> tuple[Any, Any, int]:
        """What is seen before, what is seen after, and how many steps lie between."""
        self.reset()
        before = self.look()
        assert self.run(Steps(NEVER)) == 0
        return before, self.look(), int((self.folder / "steps").read_text())

    def check(self, name: str, ended: int, before: Any, after: Any, counts: dict[str, int]) -> None:
        seen = self.look()
        which = "old" if alike(seen, before) else "new" if alike(seen, after) else "between"
        assert which != "between", f"{self.job}: neither old nor new after {name} (signal {ended})"
        counts[which] += 1
        if which == "old":
            self.again()
            assert alike(self.look(), after), f"{self.job}: cannot be done again after {name}"
        if self.job == "erasure":
            for path in (self.path, *backup.copies(self.path)):
                assert SECRET not in path.read_bytes(), f"{path.name} holds the name after {name}"


def alike(one: Any, other: Any) -> bool:
    """The same rows and values: ids and clocks of what this laptop wrote itself differ from one run to the next."""
    return _said(one) == _said(other)


def _said(seen: Any) -> Any:
    rows = {key: (deleted, stored) for key, (deleted, _, _, _, stored) in seen["rows"].items()}
    places = {place: len(ids) for place, ids in seen["heads"].items()}
    return rows, seen["links"], seen["search"], seen["contested"].keys(), places


def main(folder: str, job: str, how_many: str) -> None:
    killing = Killing(Path(folder), job)
    before, after, total = killing.whole()
    chosen = range(1, total + 1)
    if how_many != "all":
        wanted = int(how_many)
        chosen = sorted({1 + round(place * (total - 1) / (wanted - 1)) for place in range(wanted)})  # type: ignore
    counts = {"old": 0, "new": 0}
    for step in chosen:
        killing.reset()
        ended = killing.run(Steps(step))
        # The last steps may fall beyond the end: reading a clock is not the same work twice.
        assert ended == signal.SIGKILL or step > 0.9 * total, step
        killing.check(f"step {step} of {total}", ended, before, after, counts)
    killed = 0
    size = killing.path.stat().st_size
    for place in range(4 if how_many != "all" else 60):
        killing.reset()
        ended = killing.run(Steps(NEVER), limit=max(4096, size * (place + 1) // (5 if how_many != "all" else 58)))
        killed += ended == signal.SIGXFSZ
        killing.check(f"limit {place}", ended, before, after, counts)
    print(json.dumps({"steps": total, "tried": len(chosen), "mid_write": killed, **counts}))


if __name__ == "__main__":
    main(*sys.argv[1:])
