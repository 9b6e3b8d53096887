"""Screens under test: no screen needed, the real theme, a folder of its own, a clock that is passed in."""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from app.ui.context import Context
from app.ui.main_window import MainWindow
from app.ui.preferences import Preferences
from app.ui.theme import Theme
from tests.ui import gallery


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The offscreen plugin says at each window what it cannot do without a screen: that is no warning of ours."""
    for item in items:
        item.add_marker(pytest.mark.qt_log_ignore("^This plugin does not support "))


@pytest.fixture(autouse=True)
def nothing_outlives_its_test(qapp: QApplication) -> Iterator[None]:
    """Windows left behind would be dressed again at each change of palette, by every test to come.

    Nor may a test end the application: the last window closed asks for it, and from then on each event loop returns
    at once (no timer, no awaited signal).
    """
    qapp.setQuitOnLastWindowClosed(False)
    # A window that several tests share was there before; a menu goes with the window it belongs to.
    shared = qapp.topLevelWidgets()
    yield
    for left in qapp.topLevelWidgets():
        if left.parent() is None and left not in shared:
            left.hide()
            left.deleteLater()
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    loop = QEventLoop()
    QTimer.singleShot(0, loop.quit)
    assert loop.exec() == 0, "this test asked the application to quit"


@pytest.fixture(autouse=True)
def windows_close(monkeypatch: pytest.MonkeyPatch) -> None:
    """At the end of a test its window closes with whatever waits in it: nobody is there to answer."""
    monkeypatch.setattr("app.ui.dialogs.closing.ask_to_leave", lambda _window, _waiting: True)


@pytest.fixture(scope="session")
def installed_theme(qapp: QApplication) -> Theme:
    """Fonts and style sheet cost: once for all."""
    theme = Theme.load()
    theme.install(qapp)
    return theme


@pytest.fixture
def theme(installed_theme: Theme) -> Iterator[Theme]:
    yield installed_theme
    installed_theme.use("light")


@pytest.fixture
def context(theme: Theme, tmp_path: Path) -> Context:
    return Context(theme, Preferences(tmp_path / "preferences.json"), clock=lambda: gallery.NOW)


@pytest.fixture
def window(qtbot, theme: Theme, tmp_path: Path) -> MainWindow:
    made = gallery.make_window(theme, tmp_path)
    qtbot.addWidget(made)
    made.resize(1366, 697)
    made.show()
    return made
