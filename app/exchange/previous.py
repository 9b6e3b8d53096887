"""A workbook about to be written over: what somebody worked on since it was exported is kept beside it."""

import re
import zipfile
from datetime import datetime
from pathlib import Path

from app.formatting import NBSP
from app.paths import APP_NAME

_CORE = "docProps/core.xml"
_MOST = 65_536
_DATES = re.compile(rb"<dcterms:(created|modified)[^>]*>([^<]+)<")


def set_aside(path: Path, now: datetime) -> str:
    """Move the file at `path` beside, unless it is a workbook of ours that nobody saved since; "" or what was done.

    Raises OSError when the folder refuses it.
    """
    if not path.is_file() or _is_as_exported(path):
        return ""
    name = f"{path.stem} (remplacé le {now:%Y-%m-%d} à {now:%Hh%M}){path.suffix}"
    kept, number = path.with_name(name), 1
    while kept.exists():
        number += 1
        kept = path.with_name(f"{Path(name).stem} {number}{path.suffix}")
    path.rename(kept)
    return (
        f"«{NBSP}{path.name}{NBSP}» existait déjà, et n’était pas un classeur tel qu’il avait été exporté{NBSP}:"
        f" il est gardé sous le nom «{NBSP}{kept.name}{NBSP}»."
    )


def _is_as_exported(path: Path) -> bool:
    """Whether these bytes can be made again: every spreadsheet that saves a workbook writes when it did."""
    try:
        with zipfile.ZipFile(path) as archive, archive.open(_CORE) as part:
            core = part.read(_MOST)
    except (OSError, KeyError, ValueError, RuntimeError, NotImplementedError, zipfile.BadZipFile):
        return False
    dates = dict(_DATES.findall(core))
    return APP_NAME.encode() in core and len(dates) == 2 and len(set(dates.values())) == 1
