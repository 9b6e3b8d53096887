"""The child processes of the start rows: `python bench/probe.py floor|window|plan [notebook]`.

Each prints one JSON line when what it waits for is painted, then ends. The application is started as `carnet` starts
it; only what happens once it is painted is added. This file is run by path, so that nothing of `bench` is imported
before the application.
"""

import json
import os
import sys
import time
from collections.abc import Callable

#: Rows from which the plan is said to be there.
ENOUGH = int(os.environ.get("CARNET_BENCH_ROWS", "20000"))
PATIENCE_MS = 60_000


def tell(**facts: object) -> None:
    """One line for the parent, then the end: a process that is timed does not tidy up."""
    print(json.dumps({"at": time.monotonic(), **facts}), flush=True)
    os._exit(0)


def floor() -> None:
    """A process showing an empty QMainWindow."""
    from PySide6.QtWidgets import QApplication, QMainWindow

    application = QApplication(sys.argv[:1])
    window = QMainWindow()
    window.resize(1366, 697)
    window.show()
    once_painted(window, tell)
    application.exec()


def ours(notebook: str, seen: Callable[[], None]) -> None:
    """The application on a notebook; `seen()` is called just before its event loop begins."""

    class Patch:
        """Wraps QApplication.exec when the application's window is imported, Qt being there by then."""

        @staticmethod
        def find_spec(name: str, *_: object) -> None:
            if name == "app.ui.application":
                from PySide6.QtWidgets import QApplication

                loop = QApplication.exec
                QApplication.exec = lambda *_: (seen(), loop())[1]  # type: ignore[method-assign, assignment]

    sys.meta_path.insert(0, Patch)  # type: ignore[arg-type]
    from app.cli import main as answer

    answer(["ouvrir", "--carnet", notebook])


def once_painted(window: object, then: Callable[[], None]) -> None:
    """Call `then` when the first exposure of `window` has been painted whole."""
    from PySide6.QtCore import QCoreApplication, QEvent, QObject

    handle = window.windowHandle()  # type: ignore[attr-defined]

    class Watch(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Expose and handle.isExposed():
                # The exposure paints before it returns.
                handle.removeEventFilter(self)
                QCoreApplication.sendEvent(watched, event)
                then()
                return True
            return False

    watch = Watch(handle)
    handle.installEventFilter(watch)


def main_window() -> object:
    from PySide6.QtWidgets import QApplication, QMainWindow

    return next(w for w in QApplication.topLevelWidgets() if isinstance(w, QMainWindow) and w.isVisible())


def watch_window() -> None:
    once_painted(main_window(), tell)


def watch_plan() -> None:
    """Go to the plan as soon as the notebook is open; tell when a view that lists every row has been painted."""
    from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer
    from PySide6.QtWidgets import QAbstractItemView, QApplication

    from app.ui.application import Application

    first: list[float] = []
    once_painted(main_window(), lambda: first.append(time.monotonic()))
    opened = Application.open
    Application.open = lambda self, store: opened(self, store, page="plan")  # type: ignore[method-assign]

    class Watch(QObject):
        inside = False
        painted = False

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.UpdateRequest and not self.inside:
                # Painting happens inside this event: tell once it is whole, before anything that comes after.
                self.inside = True
                QCoreApplication.sendEvent(watched, event)
                self.inside = False
                if self.painted:
                    tell(window=first[0] if first else None, **memory())
                return True
            if event.type() == QEvent.Type.Paint:
                view = watched.parent()
                if isinstance(view, QAbstractItemView) and view.viewport() is watched:
                    model = view.model()
                    self.painted |= model is not None and model.rowCount() >= ENOUGH
            return False

    application = QApplication.instance()
    watch = Watch(application)
    application.installEventFilter(watch)
    QTimer.singleShot(PATIENCE_MS, lambda: tell(missing=True))


def memory() -> dict[str, float]:
    """Resident memory of this process, in MB, where the system tells."""
    try:
        with open("/proc/self/status", encoding="utf-8") as status:
            line = next(line for line in status if line.startswith("VmRSS"))
        return {"rss": int(line.split()[1]) / 1000 * 1.024}
    except OSError:
        return {}


if __name__ == "__main__":
    sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    what = sys.argv[1]
    if what == "floor":
        floor()
    else:
        ours(sys.argv[2], watch_window if what == "window" else watch_plan)
