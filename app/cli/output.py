"""What the command line prints: one JSON document for scripts, aligned French text for people."""

import json
import shutil
import sys
import textwrap
from collections.abc import Sequence
from datetime import datetime

from app.cli.streams import emit
from app.formatting import NBSP, format_date, format_time, shorten
from app.models.declare import EntityType
from app.models.fields import Field, Kind, Privacy
from app.services.json_values import LinkLabels
from app.services.names import label_fields
from app.services.records import Record
from app.services.values import display

#: Columns of a list, and the least a squeezed one keeps.
MOST_COLUMNS = 6
LEAST_WIDTH = 12
CELL = 80

#: Where a row comes from says little in a list.
_NOT_IN_LISTS = ("source", "note", "to_confirm", "outline_source", "website")


def emit_json(document: object) -> None:
    """One JSON document, accents as they are."""
    emit(json.dumps(document, ensure_ascii=False, indent=2))


def emit_table(heads: Sequence[str], rows: Sequence[Sequence[str]], *, whole_last: bool = False) -> None:
    """Print aligned columns; with `whole_last`, the last one is never cut."""
    if not whole_last:
        lines = table_lines(heads, rows, width=terminal_width())
    else:
        tails = [heads[-1], "─" * len(heads[-1]), *(row[-1] for row in rows)]
        fronts = table_lines(heads[:-1], [row[:-1] for row in rows], width=terminal_width())
        width = max(map(len, fronts))
        lines = [f"{front:<{width}}  {tail}".rstrip() for front, tail in zip(fronts, tails, strict=True)]
    for line in lines:
        emit(line)


def terminal_width() -> int:
    """Columns to fill: those of the terminal, plenty when the output goes to a file or a pipe."""
    return shutil.get_terminal_size((100, 24)).columns if is_terminal() else 160


def is_terminal() -> bool:
    return sys.stdout is not None and sys.stdout.isatty()


def table_lines(heads: Sequence[str], rows: Sequence[Sequence[str]], *, width: int) -> list[str]:
    """Aligned columns under their heads, cells cut so that a line holds in `width`."""
    cells = [[shorten(cell, CELL) for cell in row] for row in rows]
    widths = [max(len(head), *(len(row[place]) for row in cells), 1) for place, head in enumerate(heads)]
    while sum(widths) + 2 * (len(widths) - 1) > width and max(widths) > LEAST_WIDTH:
        widths[widths.index(max(widths))] -= 1
    lines = [_line(heads, widths), "  ".join("─" * width_ for width_ in widths)]
    return lines + [_line(row, widths) for row in cells]


def listing_lines(declared: EntityType, records: Sequence[Record], label: LinkLabels, *, width: int) -> list[str]:
    """Records as a table of the entity's main columns."""
    fields = main_fields(declared, records)
    rows = [[display(field, record.values[field.key], label) for field in fields] for record in records]
    return table_lines([field.label for field in fields], rows, width=width)


def main_fields(declared: EntityType, records: Sequence[Record]) -> list[Field]:
    """The columns of a list: the code, what names the row, then the first short fields that say something."""
    first = [declared.code, *label_fields(declared)]
    short = [
        field.key
        for field in declared.shown_fields
        if field.kind not in (Kind.LONG_TEXT, Kind.LINKS)
        and field.privacy is Privacy.SHARED
        and field.key not in _NOT_IN_LISTS
    ]
    keys = dict.fromkeys(key for key in [*first, *short] if key)
    told = [key for key in keys if any(record.values[key] not in (None, "", ()) for record in records)]
    return [declared.fields[key] for key in told[:MOST_COLUMNS]]


def record_lines(
    declared: EntityType, record: Record, label: LinkLabels, *, more: Sequence[tuple[str, str]]
) -> list[str]:
    """One record in full: its filled fields, then `more` (label, text), then where it comes from."""
    pairs = [(field.label, display(field, record.values[field.key], label)) for field in declared.shown_fields]
    pairs = [(name, text) for name, text in [*pairs, *more] if text]
    width = max((len(name) for name, _ in pairs), default=0)
    lines = []
    for name, text in pairs:
        head, *others = _wrapped(text, room=terminal_width() - width - 4)
        lines.append(f"  {name:<{width}}  {head}".rstrip())
        lines.extend(f"  {'':<{width}}  {other}".rstrip() for other in others)
    lines += ["", f"Identifiant{NBSP}: {record.id}", f"Modifié le {_moment(record.updated_at)} par {record.updated_by}"]
    if record.deleted:
        lines.append(f"Dans la corbeille{NBSP}: «{NBSP}carnet restaurer {declared.key} {record.id}{NBSP}».")
    return lines


def _wrapped(text: str, *, room: int) -> list[str]:
    """The lines of a text; folded to `room` columns on a terminal, as they are in a file or a pipe."""
    lines = text.split("\n")
    if not is_terminal():
        return lines
    return [part for line in lines for part in textwrap.wrap(line, max(room, 30)) or [""]]


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(f"{shorten(cell, width):<{width}}" for cell, width in zip(cells, widths, strict=True)).rstrip()


def _moment(iso: str) -> str:
    moment = datetime.fromisoformat(iso).astimezone()
    return f"{format_date(moment.date())} {format_time(moment)}"
