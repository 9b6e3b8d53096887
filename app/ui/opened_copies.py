"""Where copies of attachments are put to be opened by other programs, and how they go when the application ends."""

import os
import shutil
import stat
import tempfile
import time
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

_PREFIX = "carnet-pieces-"
#: Left by an application that did not end as it should, in seconds.
_OLD = 24 * 3600


class OpenedCopies(QObject):
    """A temporary folder of this session, made when it is first asked for."""

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        self._folder: Path | None = None
        application.aboutToQuit.connect(self.remove)

    def folder(self) -> Path:
        """The folder; what older sessions left behind goes first."""
        if self._folder is None or not self._folder.is_dir():
            for left in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
                try:
                    is_old = time.time() - left.stat().st_mtime > _OLD
                except OSError:
                    continue
                if is_old:
                    _remove(left)
            self._folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
        return self._folder

    def remove(self) -> None:
        """Take the copies away; those another program still holds stay until the next session."""
        if self._folder is not None:
            _remove(self._folder)
            self._folder = None


def opened_copies() -> OpenedCopies:
    """Those of the application that runs."""
    application = QApplication.instance()
    found = application.findChild(OpenedCopies)
    return found if found is not None else OpenedCopies(application)


def _remove(folder: Path) -> None:
    for path in folder.rglob("*"):
        try:
            # Copies are read-only, which Windows takes for a refusal to remove them.
            os.chmod(path, stat.S_IRWXU)
        except OSError:
            continue
    shutil.rmtree(folder, ignore_errors=True)
