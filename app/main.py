"""The way in: the window when there is a screen, a sentence when there is none."""

import os
import sys
from pathlib import Path

from app.errors import PlaceFails
from app.formatting import NBSP


def run(notebook: Path | None = None) -> int:
    """Open the window on `notebook` (the default one when None); returns the exit code of the application.

    Raises PlaceFails when there is no screen.
    """
    _require_screen()
    from app.ui import startup

    return startup.run(notebook)


def _require_screen() -> None:
    """Qt aborts the process when there is no screen: say it before."""
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM"):
        return
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        raise PlaceFails(
            "Il n’y a pas d’écran ici.",
            advice=f"La ligne de commande fonctionne sans écran{NBSP}: «{NBSP}carnet --help{NBSP}».",
        )
