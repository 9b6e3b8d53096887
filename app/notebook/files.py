"""Files that are whole or absent: everything is written beside, checked, then put in place in one step."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.errors import PlaceFails, reason_of
from app.formatting import NBSP


@contextmanager
def replacing(path: Path, *, new: bool = False) -> Iterator[Path]:
    """Give a temporary path in the same folder; at the end of the block it is flushed and takes the place of `path`.

    On any error the temporary file goes and `path` stays as it was. With `new`, an existing `path` is refused.
    """
    if new and path.exists():
        raise already_there(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PlaceFails(
            f"Le dossier «{NBSP}{path.parent}{NBSP}» ne peut pas être créé{NBSP}: {reason_of(error)}.",
            advice="Choisissez un autre dossier.",
        ) from None
    temporary = path.with_name(f".{path.name}.{os.urandom(4).hex()}.tmp")
    try:
        yield temporary
        flush(temporary)
        if new and path.exists():
            raise already_there(path)
        os.replace(temporary, path)
        flush_folder(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def flush(path: Path) -> None:
    """Make sure that the bytes of `path` are on the disk."""
    # Windows flushes only a handle opened for writing.
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def flush_folder(folder: Path) -> None:
    """Make sure that the names in `folder` are on the disk (Windows does it by itself)."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def already_there(path: Path) -> PlaceFails:
    return PlaceFails(
        f"Le fichier «{NBSP}{path.name}{NBSP}» existe déjà.",
        advice="Il n’a pas été changé. Choisissez un autre nom.",
    )
