"""Python's collector of cycles, sent through the whole memory when nobody waits for the window.

Left to itself it does so when it pleases, and everything stops meanwhile: a tenth of a second in a large notebook.
"""

import gc

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication

from app.ui.jobs import Jobs

#: Python's own pace for what was made lately, a millisecond at a time; never, by itself, for all the rest.
PACE = (700, 10, 1_000_000)
#: Collections of what was made lately after which leaving the window for another is the moment to go through the rest,
#: and after which it is done in any case. Each follows some thousands of new objects.
WORTH_IT, TOO_MANY = 20, 2_000
#: How often their number is looked at.
EVERY_MS = 60_000


class Collector(QObject):
    """Takes the collector over, still until `set_apart` is called, for as long as the application lives."""

    def __init__(self, application: QGuiApplication, jobs: Jobs) -> None:
        super().__init__(application)
        gc.disable()
        gc.set_threshold(*PACE)
        self._jobs = jobs
        timer = QTimer(self, interval=EVERY_MS)
        timer.timeout.connect(lambda: self._go_through(TOO_MANY))
        timer.start()
        application.applicationStateChanged.connect(self._leave)

    def set_apart(self) -> None:
        """What is in memory now stays (modules, declarations, the first page): no collection walks through it again."""
        gc.freeze()
        gc.enable()

    def _leave(self, state: Qt.ApplicationState) -> None:
        if state != Qt.ApplicationState.ApplicationActive:
            self._go_through(WORTH_IT)

    def _go_through(self, least: int) -> None:
        if gc.get_count()[2] >= least and not self._jobs.running():
            gc.collect()
