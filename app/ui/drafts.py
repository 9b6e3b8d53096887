"""What is being typed and not yet left: kept beside the notebook at most one second later, offered at the next start.

A draft is local: never exchanged, gone when its field is left. One small JSON file a notebook, replaced whole.
"""

import json
import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from app.notebook.files import replacing

#: Typing reaches the disk at most this late.
KEEP_AFTER_MS = 800
#: After this long without a key, what is typed becomes a modification by itself.
QUIET_MS = 10 * 60 * 1000

log = logging.getLogger("carnet.drafts")


@dataclass(frozen=True, slots=True)
class Draft:
    """One field of one record being typed; `at` is ISO local time, `text` what the editor showed."""

    entity: str
    id: str
    field: str
    text: str
    at: str


class Drafts(QObject):
    """The drafts of one notebook. `quiet` is told after ten minutes without a key: commit what is typed."""

    quiet = Signal()

    def __init__(self, path: Path, clock: Callable[[], datetime], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path = path
        self._clock = clock
        self._drafts: dict[tuple[str, str, str], Draft] = {}
        self._late = QTimer(self, singleShot=True, interval=KEEP_AFTER_MS)
        self._late.timeout.connect(self.flush)
        self._calm = QTimer(self, singleShot=True, interval=QUIET_MS)
        self._calm.timeout.connect(self.quiet)

    def load(self) -> tuple[Draft, ...]:
        """The drafts left by the last session, oldest first; an unreadable file is set aside, never lost."""
        try:
            kept = [Draft(**raw) for raw in json.loads(self._path.read_text(encoding="utf-8"))]
        except FileNotFoundError:
            return ()
        except (OSError, ValueError, TypeError):
            log.warning("drafts could not be read, set aside")
            try:
                self._path.replace(self._path.with_suffix(".illisible"))
            except OSError:
                log.warning("drafts could not be set aside")
            return ()
        self._drafts = {(draft.entity, draft.id, draft.field): draft for draft in kept}
        return tuple(kept)

    def keep(self, entity: str, id: str, field: str, text: str) -> None:
        """Remember what is typed; on the disk within a second."""
        now = self._clock().isoformat(timespec="seconds")
        self._drafts[entity, id, field] = Draft(entity, id, field, text, now)
        # Not restarted at each key: somebody who types without a pause is kept too.
        if not self._late.isActive():
            self._late.start()
        self._calm.start()

    def drop(self, entity: str, id: str, field: str) -> None:
        """Forget a draft: its field was left."""
        if self._drafts.pop((entity, id, field), None) is not None and not self._late.isActive():
            self._late.start()
        if not self._drafts:
            self._calm.stop()

    def of(self, entity: str, id: str) -> dict[str, str]:
        """The drafts of one record: field → text."""
        return {draft.field: draft.text for draft in self._drafts.values() if (draft.entity, draft.id) == (entity, id)}

    def kept(self) -> tuple[Draft, ...]:
        """Every draft, oldest first."""
        return tuple(self._drafts.values())

    def are_left(self) -> bool:
        """True while something typed is not a modification yet."""
        return bool(self._drafts)

    def forget_all(self) -> None:
        """Give up every draft (the person said so)."""
        self._drafts.clear()
        self.flush()

    def flush(self) -> bool:
        """Write the file now, no file when there is no draft; False when the disk refuses."""
        self._late.stop()
        try:
            if not self._drafts:
                self._path.unlink(missing_ok=True)
                return True
            with replacing(self._path) as temporary:
                text = json.dumps([asdict(draft) for draft in self._drafts.values()], ensure_ascii=False, indent=1)
                temporary.write_text(text, encoding="utf-8")
        except Exception:  # a full disk must not stop the typing; the next key tries again
            log.exception("drafts could not be written")
            return False
        return True
