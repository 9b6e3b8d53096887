"""The command line: `main(argv)` does what is asked and answers with an exit code (0, 1, 2, 3, 4; 130 interrupted).

Results go to stdout, in French or as one JSON document; messages go to stderr. An error is one sentence, with what to
do next. Nothing here, nor below, needs a screen: the window is loaded only when it is asked for.
"""

import os
import re
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

from app import __version__
from app.cli.parser import NOTEBOOK, OPEN, Asked, help_text, read_words
from app.cli.streams import ReaderLeft, emit, finish, say, silence, speak_utf8
from app.errors import KnownError, PlaceFails, WrongUsage
from app.formatting import NBSP

INTERRUPTED = 130


_SAYS_WHAT_IS_KEPT = re.compile(r"n’(a|ont)( pas)? été|intact|n’(a|ont) pas changé|n’est pas remplacé", re.IGNORECASE)


def main(argv: Sequence[str]) -> int:
    """Do what the words of a command line (without the program's name) ask; returns the exit code."""
    speak_utf8()
    asked: Asked | None = None
    try:
        asked = read_words(argv)
        code = _answer(asked)
        finish()
    except ReaderLeft:
        silence(sys.stdout)
        return 0
    except KnownError as error:
        say(_refusal(error, asked))
        return error.exit_code
    except KeyboardInterrupt:
        say("Interrompu. Ce qui n’était pas terminé n’a pas été écrit.")
        return INTERRUPTED
    except Exception as fault:
        return _confess(fault, asked)
    return code


def _refusal(error: KnownError, asked: Asked | None) -> str:
    """What is wrong, what to do and, of a command that writes, what was kept: everything, since a gesture is whole."""
    said = str(error)
    if asked is None or not asked.command.writes or error.exit_code != 1 or _SAYS_WHAT_IS_KEPT.search(said):
        return said
    return f"{said} Rien n’a été changé."


def _answer(asked: Asked) -> int:
    if asked.wants_version:
        emit(f"Carnet de quartier {__version__}")
        return 0
    if asked.wants_help:
        general = asked.command.name == OPEN and not asked.rest
        emit(help_text(None if general else asked.command))
        return 0
    if asked.command.name == OPEN:
        return _open_window(asked)
    commands = import_module("app.cli.commands")
    return int(commands.run(asked))


def _open_window(asked: Asked) -> int:
    named = asked.words.get("FICHIER"), asked.option(NOTEBOOK.name)
    if all(named):
        raise WrongUsage("Le carnet à ouvrir est donné deux fois.", advice="Gardez un seul fichier.")
    path = named[0] or named[1]
    try:
        window = import_module("app.main")
    except ImportError as error:
        if not (error.name or "").startswith(("PySide6", "shiboken6")):
            raise
        raise PlaceFails(
            f"La fenêtre ne peut pas s’ouvrir ici{NBSP}: Qt, ou une bibliothèque du système, manque.",
            advice=f"La ligne de commande fonctionne sans{NBSP}: «{NBSP}carnet --aide{NBSP}».",
        ) from error
    return int(window.run(Path(path) if path else None) or 0)


def _confess(fault: Exception, asked: Asked | None) -> int:
    """A fault of ours: the stack goes to the technical log, the person is told where."""
    from app import logs

    path = logs.record_fault(fault, doing=f"carnet {asked.command.name}" if asked else "carnet", at=datetime.now(UTC))
    say(
        f"Quelque chose ne s’est pas passé comme prévu. Le détail est dans le journal technique{NBSP}: {path}."
        " Transmettez ce fichier à qui s’occupe de l’application."
    )
    if os.environ.get("CARNET_DEBUG"):
        import traceback

        traceback.print_exception(fault)
    return 1
