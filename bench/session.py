"""One run of the bench: copies of the notebooks to work on, and the application open on the large one."""

from __future__ import annotations

import gc
import importlib.util
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import large, notebooks
from bench.verdict import NotThere

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from app.notebook.store import Store
    from app.ui.application import Application

#: The window that everything is measured in.
WIDTH, HEIGHT = 1366, 768
MOMENT = datetime(large.TODAY.year, large.TODAY.month, large.TODAY.day, 14, 3).astimezone()


@dataclass
class Session:
    """`actions` rows in the notebook, `small` in the one that growth compares with; `folder` is ours to fill.

    `shared` keeps what one row finds and another tells (the freezes, the times at each size).
    """

    actions: int
    small: int
    folder: Path
    tell: Callable[[str], None]
    shared: dict[str, Any] = field(default_factory=dict)
    _stores: dict[str, Store] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.home = self.folder / "home"
        self.home.mkdir(parents=True, exist_ok=True)
        os.environ["CARNET_HOME"] = str(self.home)
        self.notebook = self.copy(self.actions, "carnet")

    def copy(self, actions: int, name: str) -> Path:
        """A fresh copy of the notebook of that many actions; an older one of the same name is overwritten."""
        source = notebooks.large_notebook(actions, tell=self.tell)
        return notebooks.copied(source, self.folder / f"{name}-{actions}.carnet")

    def opened(self, actions: int, name: str) -> Store:
        """A fresh copy open for writing; the one opened before under this name is closed, the last with the session."""
        from app.notebook.store import open_notebook

        key = f"{name}-{actions}"
        if key in self._stores:
            self._stores.pop(key).close()
        store = open_notebook(self.copy(actions, name), installation="bench", now=lambda: MOMENT)
        self._stores[key] = store
        return store

    def frame(self, actions: int) -> Application:
        """The application, shown, on a copy of the notebook of that many actions; collections are at its pace."""
        from app.ui.collector import PACE

        key = f"frame-{actions}"
        if key not in self.shared:
            self.shared[key] = _frame(self.folder / f"preferences-{actions}.json", self.opened(actions, "fenetre"))
        frame: Application = self.shared[key]
        gc.set_threshold(*PACE)
        return frame

    def close(self) -> None:
        for key, kept in self.shared.items():
            if key.startswith("frame-"):
                kept.window.close()
        for store in self._stores.values():
            store.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    # -- what exists ----------------------------------------------------------------------------------------------

    def needs_plan(self) -> None:
        needs("app.ui.pages.plan", "la page Plan d’actions n’existe pas encore.")


def needs(module: str, otherwise: str) -> None:
    """Raise NotThere, with the sentence to print, when a module of the application is not written yet."""
    try:
        found = importlib.util.find_spec(module)
    except ModuleNotFoundError:
        found = None
    if found is None:
        raise NotThere(otherwise)


def qt_application() -> QApplication:
    """The one QApplication of the process."""
    from PySide6.QtCore import qInstallMessageHandler
    from PySide6.QtWidgets import QApplication

    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    qInstallMessageHandler(_without_chatter)
    found = QApplication.instance() or QApplication(["bench"])
    assert isinstance(found, QApplication)
    return found


def _without_chatter(_kind: object, _context: object, message: str) -> None:
    # The « offscreen » platform says at each window that it takes no size hints.
    if "propagateSizeHints" not in message:
        print(message, file=sys.stderr)


def _frame(preferences: Path, store: Store) -> Application:
    application = qt_application()
    from app.ui.application import Application
    from app.ui.collector import Collector
    from app.ui.context import Context
    from app.ui.preferences import Preferences
    from app.ui.theme import Theme

    theme = Theme.load()
    theme.install(application)
    frame = Application(Context(theme, Preferences(preferences), lambda: MOMENT))
    frame.window.resize(WIDTH, HEIGHT)
    frame.window.show()
    # As app.ui.startup opens it.
    collector = Collector(application, frame.context.jobs)
    frame.open(store)
    collector.set_apart()
    frame.context.jobs.stop_all()
    application.processEvents()
    return frame
