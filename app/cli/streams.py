"""The three streams of a command: results out, messages beside, whatever the locale, the console or the pipe."""

import errno
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

from app.errors import PlaceFails, reason_of
from app.formatting import NBSP


class ReaderLeft(Exception):
    """Whoever read our results has closed the pipe (« | head »): they have what they wanted."""


def speak_utf8() -> None:
    """French and JSON come out whole whatever the locale or the console."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            with suppress(OSError, ValueError):
                reconfigure(encoding="utf-8", errors="backslashreplace")


def emit(text: str) -> None:
    """Write a result to stdout; raises ReaderLeft, or PlaceFails when it cannot be written."""
    _guarded(lambda: print(text))


def finish() -> None:
    """Make sure that the results have left; raises like `emit`."""
    _guarded(lambda: sys.stdout.flush() if sys.stdout is not None else None)


def say(message: str) -> None:
    """One message to stderr; nobody being there to read it is no fault."""
    with suppress(OSError, ValueError):
        print(message, file=sys.stderr, flush=True)


@contextmanager
def progress_on_stderr() -> Iterator[Callable[[int, int], None] | None]:
    """A function (done, total) that shows how far a long task is, or None when nobody looks at stderr."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield None
        return
    shown = False

    def show(done: int, total: int) -> None:
        nonlocal shown
        shown = True
        with suppress(OSError, ValueError):
            print(f"\r{done}/{total}", end="", file=sys.stderr, flush=True)

    try:
        yield show
    finally:
        if shown:
            say("\r\033[K" if os.name != "nt" else "")


def silence(stream: TextIO | None) -> None:
    """Let the interpreter's last flush of `stream` go nowhere."""
    with suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())  # type: ignore[union-attr]
        os.close(nowhere)


def _guarded(write: Callable[[], None]) -> None:
    try:
        write()
    except BrokenPipeError as error:
        raise ReaderLeft from error
    except OSError as error:
        silence(sys.stdout)
        # A closed pipe has this name on Windows.
        if os.name == "nt" and error.errno == errno.EINVAL:
            raise ReaderLeft from error
        raise PlaceFails(
            f"La réponse n’a pas pu être écrite{NBSP}: {reason_of(error)}.",
            advice="Vérifiez la place et vos droits.",
        ) from error
