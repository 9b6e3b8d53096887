"""The technical log: what went wrong inside, for whoever repairs it.

A rotating file in the folder of logs. Never a personal datum in it: a fault is told by its type and the places of the
code it went through, and the words of an exception, which may quote a value, are kept only for the types that quote
nothing but code.
"""

import logging
import os
import traceback
from datetime import datetime
from pathlib import Path

from app import __version__, paths
from app.formatting import NBSP

NAME = "carnet"
FILE = "carnet.log"
MAX_BYTES = 512 * 1024
KEPT_FILES = 3

#: Exceptions whose message names code, never a value somebody typed.
_ABOUT_CODE = (AttributeError, NameError, ImportError, NotImplementedError, RecursionError, MemoryError)


def log_path() -> Path:
    """Where the technical log is."""
    return paths.log_dir() / FILE


def keep_log() -> None:
    """Send what the logger « carnet » and its children say to the file, once; without one if the folder refuses."""
    # Loads sockets and pickles: not before the first window.
    from logging.handlers import RotatingFileHandler

    logger = logging.getLogger(NAME)
    wanted = os.path.abspath(log_path())
    for handler in list(logger.handlers):
        if getattr(handler, "baseFilename", None) == wanted:
            return
        logger.removeHandler(handler)
        handler.close()
    try:
        log_path().parent.mkdir(parents=True, exist_ok=True)
        kept: logging.Handler = RotatingFileHandler(
            wanted, maxBytes=MAX_BYTES, backupCount=KEPT_FILES, encoding="utf-8", errors="backslashreplace"
        )
    except OSError:
        kept = logging.NullHandler()
    kept.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logger.addHandler(kept)
    logger.setLevel(logging.INFO)
    logger.propagate = False


def record_fault(fault: BaseException, *, doing: str, at: datetime) -> Path:
    """Write a fault of ours to the log; returns the file. `doing` names the command or the page, nothing typed."""
    import platform

    keep_log()
    where = f"{at.astimezone():%Y-%m-%d %H:%M:%S}, version {__version__}, Python {platform.python_version()}"
    logging.getLogger(NAME).error("Faute inattendue (%s, %s)\n%s", doing, where, described(fault))
    return log_path()


def described(fault: BaseException) -> str:
    """The stack of a fault and of those it comes from, oldest first, without a value in it."""
    chain: list[BaseException] = []
    link: BaseException | None = fault
    while link is not None and link not in chain:
        chain.append(link)
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
    parts = []
    for one in reversed(chain):
        words = f"{NBSP}: {one}" if isinstance(one, _ABOUT_CODE) else ""
        frames = "".join(f"  {_place(frame)}\n" for frame in traceback.extract_tb(one.__traceback__))
        parts.append(f"{frames}{type(one).__module__}.{type(one).__qualname__}{words}\n")
    return "\n".join(parts)


def _place(frame: traceback.FrameSummary) -> str:
    """`app/cli/commands.py:42 in search`: from the package on, since folders may bear a person's name."""
    parts = Path(frame.filename).parts
    starts = [place for place, part in enumerate(parts) if part in ("app", "site-packages")] or [len(parts) - 1]
    return f"{'/'.join(parts[starts[-1] :])}:{frame.lineno} in {frame.name}"
