"""Workbooks dragged from the file manager, wherever they are dropped."""

from pathlib import Path

from PySide6.QtGui import QDragEnterEvent, QDropEvent

#: What can be dropped or chosen.
SUFFIXES = (".xlsx", ".xlsm", ".xls", ".ods", ".csv")


def dropped_paths(event: QDragEnterEvent | QDropEvent) -> list[Path]:
    """The workbooks being dragged; none when something else is among them."""
    urls = event.mimeData().urls()
    paths = [Path(url.toLocalFile()) for url in urls if url.isLocalFile()]
    return paths if paths and len(paths) == len(urls) and all(p.suffix.lower() in SUFFIXES for p in paths) else []
