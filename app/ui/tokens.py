"""The design tokens: colours of both palettes, sizes, text levels, the words and icons of a status.

They live in `resources/theme/tokens.json`, the only place where a colour or a size is written; screen, PDF and
workbook read the same file.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app import paths

PALETTES = ("light", "dark")


@dataclass(frozen=True, slots=True)
class StatusLook:
    """How one status is told: always a word and an icon; a chip only when somebody must act."""

    word: str
    icon: str
    tone: str
    chip: bool


class Tokens:
    """Read access to the token file by dotted path: `colour("light", "priority.P1.fg")`, `number("height.row")`."""

    def __init__(self, content: dict[str, Any]) -> None:
        self._content = content

    @classmethod
    def load(cls, path: Path | None = None) -> "Tokens":
        path = path or paths.resource("theme", "tokens.json")
        return cls(json.loads(path.read_text(encoding="utf-8")))

    def colour(self, palette: str, path: str) -> str:
        """The `#RRGGBB` of a colour of one palette; KeyError for a name that is not a token."""
        found = self._at(f"{palette}.{path}")
        if not isinstance(found, str):
            raise KeyError(path)
        return found

    def number(self, path: str) -> float:
        """A size in logical pixels at 100 %."""
        return self._at(path)

    def family(self, *, dense: bool = False) -> str:
        """The font family of running text, or of tables and chips."""
        return self._at("type.family_dense" if dense else "type.family")

    def text(self, level: str) -> dict[str, Any]:
        """`px`, `weight` and `line` of a text level of the screen."""
        return self._at(f"type.screen.{level}")

    def status(self, code: str) -> StatusLook:
        """The look of a status code (`planned`, `running`, `late`…); a code unknown here keeps its name."""
        found = self._content["status"].get(code)
        if found is None:
            return StatusLook(code, "circle-dotted", "neutral", chip=False)
        return StatusLook(found["word"], found["icon"], found["tone"], chip=found["chip"])

    def priority_word(self, code: str) -> str:
        """The short word shown beside `P3` in a chip; empty for a priority without one."""
        return self._content["priorities"].get(code, {}).get("short", "")

    def pairs(self) -> list[dict[str, Any]]:
        """The colour pairs whose contrast is promised."""
        return self._content["pairs"]

    def _at(self, path: str) -> Any:
        found: Any = self._content
        for step in path.split("."):
            found = found[step]
        return found
