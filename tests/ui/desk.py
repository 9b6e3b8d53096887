"""The whole application on the example notebook, with its real pages. Today is 24 November 2026."""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from app.notebook.store import Store
from app.services import notebooks, records
from app.ui.application import Application
from app.ui.context import Context
from app.ui.navigation import Page
from app.ui.preferences import Preferences
from app.ui.theme import Theme

NOW = datetime(2026, 11, 24, 14, 3, tzinfo=UTC)


class Desk:
    """One start of the application: `Desk(theme, folder)` twice on one folder is a restart."""

    def __init__(self, theme: Theme, folder: Path, *, page: str = "home") -> None:
        self.path = folder / "essai.carnet"
        if not self.path.exists():
            shutil.copy(example_notebook(), self.path)
        self.context = Context(theme, Preferences(folder / "preferences.json"), clock=lambda: NOW)
        self.frame = Application(self.context)
        self.window = self.frame.window
        #: Our faults, as the dialog would detail them.
        self.crashes: list[str] = []
        self.frame.net._show = self.crashes.append
        self.store: Store = notebooks.open_existing(self.path, now=lambda: NOW)
        self.window.resize(1366, 697)
        self.window.show()
        self.frame.open(self.store, page=page)
        self.settle()

    def settle(self) -> None:
        """Let the badges, the copy of the day and the layouts be made."""
        QTest.qWait(250)
        for _ in range(2000):
            if not self.context.jobs.running() and self.page.is_current():
                break
            QTest.qWait(10)
        QTest.qWait(20)

    @property
    def page(self) -> Page:
        return self.window.page()

    @property
    def view(self) -> Any:
        return self.window._view

    @property
    def told(self) -> str:
        """What is said at the bottom of the window; "" when nothing is."""
        return "" if self.window.undo_line.isHidden() else self.window.undo_line.text()

    @property
    def saved(self) -> str:
        return self.window.top_bar.save_state.text()

    def id_of(self, code: str, entity: str = "action") -> str:
        with self.store.read() as connection:
            return records.resolve(connection, entity, code)

    def values(self, id: str, entity: str = "action") -> Any:
        with self.store.read() as connection:
            return records.fetch(connection, entity, id).values

    def gestures(self) -> int:
        with self.store.read() as connection:
            return connection.exec_driver_sql("SELECT count(*) FROM gesture").scalar_one()

    def open(self, code: str, entity: str = "action") -> Any:
        """Open a record beside its page; returns its view."""
        self.context.navigator.open_record(entity, self.id_of(code, entity), stay=False)
        QTest.qWait(1)
        return self.view

    def type(self, key: str, text: str) -> Any:
        """Type `text` at the end of a field of the record that is open; returns its editor, not left."""
        editor = self.view._editing.form.editor(key)
        editor.setFocus()
        QTest.keyClick(editor.input, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
        QTest.keyClicks(editor.input, text)
        return editor

    def close(self) -> bool:
        return self.window.close()


@contextmanager
def refusing(
    store: Store, pragma: str = "max_page_count = 1", back: str = "max_page_count = 1073741823"
) -> Iterator[None]:
    """In the block, the disk has no room left for the notebook."""
    store.writer().execute(f"PRAGMA {pragma}")
    try:
        yield
    finally:
        with suppress(sqlite3.ProgrammingError):  # closed meanwhile
            store.writer().execute(f"PRAGMA {back}")


def words_of(root: QWidget) -> list[str]:
    """The texts that labels and buttons show under `root`."""
    return [part.text() for part in root.findChildren(QWidget) if hasattr(part, "text") and part.isVisibleTo(root)]


@cache
def example_notebook() -> Path:
    """The notebook every desk starts from, made once."""
    path = Path(tempfile.mkdtemp()) / "depart.carnet"
    notebooks.start(path, district="Est", example=True, now=lambda: NOW).close()
    without_room_to_spare(path)
    return path


def without_room_to_spare(path: Path) -> None:
    """No page free in a notebook: what is added asks the disk for room."""
    with closing(sqlite3.connect(path)) as db:
        db.execute("VACUUM")
