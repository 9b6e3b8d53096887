"""A workbook as a file: what signs its hand edits, whether it goes on from an earlier one, whose work it relays."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from app.exchange.bases import Identified
from app.exchange.hand_changes import File
from app.exchange.workbook import Workbook
from app.notebook.clock import stamp_of
from app.notebook.log import Batch

#: When nothing in a file says when it was written.
_LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def file_of(workbook: Workbook, found: Identified, earlier: Sequence[Mapping[str, Any]]) -> File:
    """What signs the hand edits: the export, or the file itself when nobody remembers one."""
    export_id = found.source.export_id
    base = found.bases.get(found.source.code4)
    others = [one for one in earlier if one.get("sha256") != workbook.sha256]
    same = len(others) < len(earlier)
    continues = bool(others) and not same and _goes_on(workbook, others)
    modified = workbook.properties.modified
    if base is None or export_id is None:
        stamp = stamp_of(_written(workbook))
        return File(bytes.fromhex(workbook.sha256[:32]), "", stamp, bytes.fromhex(workbook.sha256[32:]), modified)
    header = base.header
    return File(
        export_id, found.source.code4, header.stamp + 1, header.replica, modified, continues, bool(earlier)
    )  # fmt: skip


def with_new_replicas(found: Identified, log: Batch, unknown: Batch, met: Mapping[bytes, str]) -> Identified:
    """Name the laptops never met whose work a workbook relays; who made it is told apart.

    A référentiel or the example project is nobody's work: every laptop plants the same, and a newer one may bring it.
    """
    header = found.bases.get(found.source.code4)
    maker = header.header.replica if header is not None else b""
    writers = {m.replica for m in unknown.modifications if m.source != "seed"} - met.keys() - {maker}
    labels = {one.id: one.label for one in log.replicas}
    names = tuple(sorted({labels.get(one, "") or "un poste sans nom" for one in writers}))
    return replace(found, source=replace(found.source, new_replicas=names)) if names else found


def _goes_on(workbook: Workbook, earlier: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a workbook was worked on after its earlier states were taken in, by the same person."""
    own = workbook.properties
    return bool(own.modified) and all(
        own.modified > str(one.get("modified", "")) and own.last_modified_by == one.get("modified_by")
        for one in earlier
    )


def _written(workbook: Workbook) -> datetime:
    """When a file says it was written; the same answer on every laptop."""
    for text in (workbook.properties.modified, workbook.properties.created):
        try:
            found = datetime.fromisoformat(text.replace("Z", "+00:00"))
        except ValueError:
            continue
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    return _LONG_AGO


__all__ = ["file_of", "with_new_replicas"]
