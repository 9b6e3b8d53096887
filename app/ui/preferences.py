"""Local preferences: how this person likes the window. Never exchanged, never in the notebook.

One small JSON file in the configuration folder, replaced whole at each change. A file that cannot be read is put
aside, and the preferences start afresh: they are never worth a refusal to start.
"""

import contextlib
import json
import os
from pathlib import Path
from typing import Any

from app import paths

FILE = "preferences.json"


class Preferences:
    """Values by key, kept on disk: `value("look", "light")`, `keep("look", "dark")`. Only JSON values."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._values: dict[str, Any] = self._read()

    @classmethod
    def local(cls) -> "Preferences":
        """The preferences of this person on this computer."""
        return cls(paths.config_dir() / FILE)

    def value(self, key: str, default: Any = None) -> Any:
        """What was kept under `key`; `default` when nothing was, or something of another type."""
        found = self._values.get(key, default)
        if default is not None and not isinstance(found, type(default)):
            return default
        return found

    def keep(self, key: str, value: Any) -> None:
        """Keep a value, on disk at once; a disk that refuses loses the preference, not the work."""
        if self._values.get(key) != value:
            self._values[key] = value
            with contextlib.suppress(OSError):
                self._write()

    def _read(self) -> dict[str, Any]:
        try:
            found = json.loads(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError):
            found = None
        if isinstance(found, dict):
            return found
        with contextlib.suppress(OSError):
            os.replace(self._path, self._path.with_suffix(".illisible"))
        return {}

    def _write(self) -> None:
        import tempfile

        self._path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self._path.parent, prefix=".preferences-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(self._values, file, ensure_ascii=False, indent=1, sort_keys=True)
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, self._path)
        except OSError:
            with contextlib.suppress(OSError):
                os.unlink(name)
            raise
