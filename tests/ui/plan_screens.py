"""A window on the plan of the example, for the tests of its page and of its fiche. Today is 24 November 2026."""

import shutil
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from app.services import notebooks, records
from app.ui.application import Application
from app.ui.context import Context
from app.ui.navigation import Page, PageEntry
from app.ui.pages.plan import PlanPage
from app.ui.preferences import Preferences
from app.ui.theme import Theme
from tests.ui.desk import without_room_to_spare

NOW = datetime(2026, 11, 24, 14, 3, tzinfo=UTC)


class ReportsPage(Page):
    """Stands for the page of the reports: keeps what it was asked for."""

    asked: dict[str, Any] = {}

    def show_filter(self, **filter: Any) -> None:
        type(self).asked = filter


PAGES = (
    PageEntry("plan", "Plan d’actions", "list-details", "app.ui.pages.plan:PlanPage", ("action",)),
    PageEntry("reports", "Rapports", "file-text", "tests.ui.plan_screens:ReportsPage"),
)


class Screen:
    """The application on a notebook, and what a person does with it."""

    def __init__(self, theme: Theme, folder: Path, *, example: bool = True) -> None:
        preferences = Preferences(folder / "preferences.json")
        context = Context(theme, preferences, clock=lambda: NOW)
        self.frame = Application(context, pages=PAGES, records={"action": "app.ui.pages.action_record:ActionRecord"})
        self.context = context
        self.window = self.frame.window
        shutil.copy(_notebook(example), folder / "essai.carnet")
        store = notebooks.open_existing(folder / "essai.carnet", now=lambda: NOW)
        self.window.resize(1366, 768)
        self.window.show()
        self.frame.open(store, page="plan")
        QTest.qWait(1)

    @property
    def page(self) -> PlanPage:
        return self.window.page()

    @property
    def store(self) -> Any:
        return self.context.store

    @property
    def panel(self) -> Any:
        return self.window.panel

    @property
    def fiche(self) -> Any:
        return self.window._view

    def id_of(self, code: str, entity: str = "action") -> str:
        with self.store.read() as connection:
            return records.resolve(connection, entity, code)

    def values(self, id: str, entity: str = "action") -> Any:
        with self.store.read() as connection:
            return records.fetch(connection, entity, id).values

    def gestures(self) -> int:
        """How many gestures the log holds."""
        with self.store.read() as connection:
            return connection.exec_driver_sql("SELECT count(*) FROM gesture").scalar()

    def titles(self) -> list[str]:
        """The titles listed, in order."""
        return [self.page.model.row(id).action.title for id in self.page.model.ids()]

    def groups(self) -> list[str]:
        """The groups listed, as they are said."""
        model = self.page.model
        found = (model.group_at(line) for line in range(model.rowCount()))
        return [" ".join(part for part in (group.chip, group.label) if part) for group in found if group is not None]

    def open(self, code: str) -> Any:
        """Open the fiche of an action."""
        self.context.navigator.open_record("action", self.id_of(code))
        QTest.qWait(1)
        return self.fiche

    def type(self, text: str) -> None:
        """Type in the filter."""
        self.page.filters.field.setText(text)
        QTest.qWait(5)

    def editor(self) -> Any:
        """The editor of the cell being edited."""
        table = self.page.table
        return table.indexWidget(table.currentIndex())

    def edit(self, code: str, column: str, text: str) -> Any:
        """Type `text` in a cell, without leaving it; returns the editor."""
        self.page.table.edit_cell(self.id_of(code), column)
        editor = self.editor()
        editor.input.setText(text)
        return editor


@cache
def _notebook(example: bool) -> Path:
    """The notebook every test starts from, made once."""
    path = Path(tempfile.mkdtemp()) / "depart.carnet"
    notebooks.start(path, district="Est", example=example, now=lambda: NOW).close()
    without_room_to_spare(path)
    return path


def wait_for(condition: Callable[[], bool]) -> None:
    """Let the events run until `condition` holds."""
    assert QTest.qWaitFor(condition, 3000)


def close(screen: Screen, qtbot: Any) -> None:
    """Leave no timer, task nor file behind, even when the window stays for what is typed in it."""
    screen.window.close()
    screen.frame.close()


def named(root: QWidget, name: str) -> QWidget:
    """The visible control read aloud as `name`."""
    found = [part for part in root.findChildren(QWidget) if part.accessibleName() == name and part.isVisible()]
    assert found, name
    return found[0]
