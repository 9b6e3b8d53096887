"""The net under our own faults: logged, told once in one dialog, work preserved.

Known errors never come here: they are told near the gesture. What arrives is a bug; the window stays open, what was
typed is kept first, and the same fault is not told again at each repaint.
"""

import logging
import sys
import threading
import traceback
from collections.abc import Callable
from types import TracebackType

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QApplication, QMessageBox, QWidget

from app.logs import described

log = logging.getLogger("carnet.crash")


class CrashNet(QObject):
    """Catches what nobody caught, in the window's thread or a worker's."""

    _caught = Signal(object)

    def __init__(
        self,
        preserve: Callable[[], object],
        *,
        show: Callable[[str], object] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """`preserve()` keeps what is being typed (drafts); `show(details)` tells the person, a dialog by default."""
        super().__init__()
        self._preserve = preserve
        self._window = parent
        self._show = show or self._show_dialog
        self._told: set[tuple[str, str, int]] = set()
        self._showing = False
        # Queued: a fault inside a repaint must not open a dialog inside that repaint.
        self._caught.connect(self._tell, Qt.ConnectionType.QueuedConnection)

    def install(self) -> None:
        """Become the hook of uncaught exceptions."""
        sys.excepthook = self.catch
        threading.excepthook = lambda args: self.catch(args.exc_type, args.exc_value, args.exc_traceback)

    def catch(self, kind: type[BaseException], fault: BaseException | None, trace: TracebackType | None = None) -> None:
        """Log a fault and tell it, once per place in the code."""
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, fault or kind(), trace)
            return
        frames = traceback.extract_tb(trace)
        place = (frames[-1].filename, frames[-1].lineno or 0) if frames else ("", 0)
        signature = (kind.__name__, *place)
        if signature in self._told:
            return
        self._told.add(signature)
        details = "".join(traceback.format_exception(kind, fault, trace))
        # The log goes to whoever repairs: no value somebody typed may be in it.
        log.error("Faute inattendue\n%s", described(fault) if fault else kind.__name__)
        self._caught.emit(details)

    def catch_error(self, fault: BaseException) -> None:
        """The same for an exception in hand (jobs, models)."""
        self.catch(type(fault), fault, fault.__traceback__)

    def _tell(self, details: str) -> None:
        try:
            self._preserve()
        except Exception:
            log.exception("Le travail en cours n’a pas pu être gardé")
        if not self._showing:
            self._showing = True
            try:
                self._show(details)
            finally:
                self._showing = False

    def _show_dialog(self, details: str) -> None:
        box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.Warning)
        box.setWindowTitle("Carnet de quartier")
        box.setText("Quelque chose ne s’est pas passé comme prévu.")
        box.setInformativeText(
            "Votre travail est gardé. Vous pouvez continuer ; si cela se reproduit, fermez puis rouvrez le carnet, "
            "et transmettez le détail ci-dessous.".replace(" ;", "\u00a0;")
        )
        box.setDetailedText(details)
        copy = box.addButton("Copier le détail", QMessageBox.ButtonRole.ActionRole)
        box.addButton("Continuer", QMessageBox.ButtonRole.AcceptRole)
        box.exec()
        if box.clickedButton() is copy:
            QApplication.clipboard().setText(details)
