"""What ties the page Échanges to the window: workbooks dropped anywhere, the badge of the rail, a copy to restore."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer

from app.errors import KnownError
from app.formatting import counted

if TYPE_CHECKING:
    from app.ui.application import Application

PAGE = "exchanges"
BADGE_AFTER_MS = 300


def bind(application: Application) -> None:
    """Lead a workbook dropped on the window to the page, the page's « Restaurer » to the application, and keep the
    badge of the rail. Does nothing in a window without the page."""
    window, context = application.window, application.context
    try:
        window.rail.item(PAGE)
    except KeyError:
        return
    # Counts wait until what is on screen is painted.
    later = QTimer(window, singleShot=True, interval=BADGE_AFTER_MS)
    later.timeout.connect(lambda: show_badge(application))

    def shown(key: str) -> None:
        later.start()
        page = window.page()
        if key == PAGE and not page.property("bound"):
            page.setProperty("bound", True)
            # The page that asks goes on with its own signal: the notebook closes once it is over.
            page.restore_asked.connect(lambda path: QTimer.singleShot(0, window, lambda: restore(application, path)))

    window.page_shown.connect(shown)
    window.workbooks_dropped.connect(lambda paths: window.navigator.go(PAGE, files=tuple(paths)))
    context.bus.committed.connect(lambda _changes: later.start())


def show_badge(application: Application) -> None:
    """How many fields wait for a choice."""
    if application.context.store is None:  # closed meanwhile
        return
    from app.services import conflicts

    with application.context.store.read() as connection:
        count = conflicts.count(connection)
    meaning = counted(count, "conflit à trancher", "conflits à trancher")
    application.window.show_badge(PAGE, count, tone="info", meaning=meaning)


def restore(application: Application, copy: Path) -> None:
    """Put a copy in the place of the open notebook, then open it; the notebook stays as it is when that fails."""
    from app.services.notebooks import open_existing, restore_backup

    context, window = application.context, application.window
    if not window.keep_typing():
        return
    path: Path = context.store.path
    application.close()
    said: Any = "Le carnet est revenu à la copie choisie. L’état d’avant est dans les points de restauration."
    try:
        said = " ".join([said, *restore_backup(copy, path, now=context.clock).notes])
    except KnownError as error:
        said = str(error)
    application.open(open_existing(path), page=PAGE)
    window.reload_pages()
    window.tell(said, undoable=False)
