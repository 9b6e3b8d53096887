"""Start of the window, in numbered phases: the frame is painted before the notebook is read."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from app import paths
from app.errors import KnownError
from app.logs import keep_log
from app.ui.first_imports import plain_imports

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from app.ui.application import Application
    from app.ui.dialogs.first_start import FirstStart, StartChoice


def run(notebook: Path | None = None) -> int:
    """Open the window on `notebook` (the default one when None); returns the exit code of the application."""
    # Nothing is collected while what stays is loaded: see app.ui.collector, which takes it over.
    gc.disable()
    # 1. Qt, the look, the language.
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    plain_imports()
    from app.ui.preferences import Preferences
    from app.ui.theme import Theme

    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    application.setApplicationName(paths.APP_NAME)
    application.setDesktopFileName("carnet-de-quartier")
    _speak_french(application)
    preferences = Preferences.local()
    theme = Theme.load(mode=preferences.value("look", "light"), scale=preferences.value("scale", 1.0))
    theme.install(application)

    # 2. The frame, empty, on the screen.
    from app.ui.application import Application, local_now
    from app.ui.collector import Collector
    from app.ui.context import Context
    from app.ui.first_paint import after_first_paint

    context = Context(theme, preferences, local_now)
    frame = Application(context)
    frame.net.install()
    path = notebook or Path(preferences.value("notebook", "") or paths.default_notebook())
    collector = Collector(application, context.jobs)
    session = Session(frame, path, named=notebook is not None, opened=collector.set_apart)
    # 3. The notebook, once the frame is painted.
    if session.has_notebook():
        frame.window.show()
        after_first_paint(frame.window, session.start)
    else:
        QTimer.singleShot(0, session.start)
    code = application.exec()
    frame.close()
    return code


class Session:
    """From a path to an open notebook: asks what it must, says what went wrong.

    `named`: the person asked for this very file. `opened` is called each time a notebook has its first page shown.
    """

    def __init__(
        self, frame: Application, path: Path, *, named: bool, opened: Callable[[], object] = lambda: None
    ) -> None:
        self._frame = frame
        self._path = path
        self._opened = opened
        self._named = named
        self._first: FirstStart | None = None

    def has_notebook(self) -> bool:
        """True when a notebook is expected at the path, there or not: one that has gone is said to have gone."""
        return self._path.exists() or self._named or self._is_known()

    def start(self) -> None:
        """Open the notebook, or ask how to begin when there never was one."""
        keep_log()
        if self.has_notebook():
            self.open(self._path)
        else:
            self.begin()

    def open(self, path: Path) -> None:
        """Open an existing notebook in the window; on failure, say why and offer another."""
        from app.services.notebooks import open_existing
        from app.services.queries import plan_index  # noqa: F401 (the badges and most pages need it)

        try:
            store = open_existing(path)
        except KnownError as error:
            from app.ui.dialogs.opening import ask_after_failure

            choice = ask_after_failure(self._frame.window, self._frame.context, error, path)
            if choice.path is not None:
                self.open(choice.path)
            elif choice.begin:
                self.begin()
            else:
                self._frame.window.close()
            return
        self._remember(path)
        self._frame.window.show()
        self._frame.open(store)
        self._opened()

    def begin(self) -> None:
        """The first start: whose notebook, which quartier, from what."""
        from app.ui.dialogs.first_start import FirstStart

        self._frame.window.hide()
        first = FirstStart(self._frame.context.theme, self._frame.context.preferences, default=self._path)
        self._first = first
        first.chosen.connect(self._create)
        first.existing_chosen.connect(self._open_instead)
        first.show()

    def _create(self, choice: StartChoice) -> None:
        from app.services.notebooks import start

        first = self._first
        assert first is not None
        try:
            store = start(
                choice.path, district=choice.district, reference_name=choice.reference, example=choice.example,
                author=choice.author, town=choice.town,
            )  # fmt: skip
        except KnownError as error:
            first.show_error(str(error))
            return
        self._remember(choice.path)
        self._frame.window.show()
        self._frame.open(store)
        self._opened()
        first.close()
        if choice.table is not None:
            self._frame.window.navigator.go("exchanges", files=(choice.table,))

    def _open_instead(self, path: Path) -> None:
        first = self._first
        self.open(path)
        if first is not None and self._frame.context.store is not None:
            first.close()

    def _is_known(self) -> bool:
        """Opened here before: remembered as the last one, or the usual one with copies of it."""
        from app.notebook import backup

        if self._path != paths.default_notebook():
            return bool(self._frame.context.preferences.value("notebook", ""))
        return bool(backup.copies(self._path))

    def _remember(self, path: Path) -> None:
        usual = paths.default_notebook()
        self._frame.context.preferences.keep("notebook", "" if path == usual else str(path.resolve()))


def _speak_french(application: QApplication) -> None:
    """Qt's own words (Enregistrer, Annuler…) in French; French dates and numbers."""
    from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator

    QLocale.setDefault(QLocale(QLocale.Language.French, QLocale.Country.France))
    translator = QTranslator(application)
    if translator.load("qtbase_fr", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        application.installTranslator(translator)
    from app.ui.qt_french import MissingFrench

    application.installTranslator(MissingFrench(application))
