"""One writer at a time: the lock beside the notebook.

Reading needs no lock: the command line lists and prints beside an open window.
"""

from pathlib import Path
from types import TracebackType

from filelock import FileLock, Timeout

from app.errors import NotebookBusy, PlaceFails, reason_of
from app.formatting import NBSP


class WriterLock:
    """Held by the one process that may write a notebook; raises NotebookBusy when somebody else has it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        # The file stays after the release: removing it would let two processes lock two different files.
        self._lock = FileLock(path.with_name(f".{path.name}.lock"), timeout=0)

    def acquire(self) -> None:
        try:
            self._lock.acquire()
        except Timeout:
            raise NotebookBusy(
                f"Le carnet «{NBSP}{self._path.name}{NBSP}» est déjà ouvert ailleurs.",
                advice="Fermez l’autre fenêtre ou l’autre commande, puis réessayez. Rien n’a été changé.",
            ) from None
        except OSError as error:
            raise PlaceFails(
                f"Le dossier «{NBSP}{self._path.parent}{NBSP}» n’accepte pas d’écriture{NBSP}: {reason_of(error)}.",
                advice="Le carnet n’a pas été changé. Copiez-le dans un dossier à vous, puis réessayez.",
            ) from None

    def release(self) -> None:
        self._lock.release()

    def __enter__(self) -> "WriterLock":
        self.acquire()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.release()
