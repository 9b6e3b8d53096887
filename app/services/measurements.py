"""Writing what was measured and what is aimed at: a typed cell, a pasted block, a revised target.

Each gesture is one gesture of the log, whatever the number of cells.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from app.errors import BadValue
from app.formatting import NBSP, counted, format_number
from app.models import registry
from app.models.fields import Value
from app.models.registry import ENTITIES
from app.notebook.recorder import Recorder
from app.notebook.store import Store
from app.services import records, validation
from app.services.readings import Reading

_M = ENTITIES["measurement"].table
#: What a measurement may still say once its value is emptied.
_KEPT_WORDS = ("source", "comment", "place")


@dataclass(frozen=True, slots=True)
class Entry:
    """What one cell of the entry grid says: `measurement` is the row that holds it, "" when there is none yet."""

    indicator: str
    year: int | None
    reading: Reading
    measurement: str = ""


def fill(store: Store, entries: Sequence[Entry], *, territory: str) -> None:
    """Write these values for a territory, in one gesture. An emptied cell deletes its measurement, unless it still
    says something (source, comment): only its value goes then."""
    if not entries:
        return
    with store.read() as connection:
        kept = _worded(connection, [entry.measurement for entry in entries if entry.measurement])
    count = len(entries)
    emptied = all(entry.reading.is_empty for entry in entries)
    label = f"{'Effacer' if emptied else 'Saisir'} {counted(count, 'valeur')}" if count > 1 else _one_label(entries[0])
    with store.write(label) as write:
        for entry in entries:
            _fill(write, entry, territory=territory, kept=kept)


def revise(store: Store, target: str, values: Mapping[str, Value], *, reason: str) -> None:
    """Give a target other values, with the reason why, in one gesture. Raises BadValue without a reason."""
    if not reason.strip():
        raise BadValue(
            "Le motif de la révision manque.",
            advice="Dites en quelques mots pourquoi la cible change : l’historique et les rapports le montrent.",
        )
    declared = registry.entity("target")
    checked = {key: validation.check(declared.fields[key], value) for key, value in values.items()}
    with store.read() as connection:
        record = records.fetch(connection, "target", target)
    validation.check_together(declared, {**record.values, **checked})
    with store.write("Réviser une cible") as write:
        write.set("target", target, **checked, reason=reason.strip())


def _fill(write: Recorder, entry: Entry, *, territory: str, kept: frozenset[str]) -> None:
    values = reading_values(entry.reading)
    if not entry.measurement:
        if not entry.reading.is_empty:
            write.create(
                "measurement", indicator=entry.indicator, territory=territory or None, year=entry.year, **values
            )
    elif entry.reading.is_empty and entry.measurement not in kept:
        write.delete("measurement", entry.measurement)
    else:
        write.set("measurement", entry.measurement, **values)


def reading_values(reading: Reading) -> dict[str, Value]:
    """The fields of a measurement that a reading fills; those it does not say are emptied."""
    return {
        "value": reading.value,
        "low": reading.low,
        "high": reading.high,
        "qualifier": reading.qualifier or None,
        "text": reading.text or None,
        "masked": True if reading.masked else None,
    }


def reading_of(values: Mapping[str, Any]) -> Reading:
    """The reading of the fields of a measurement."""
    return Reading(
        values.get("value"), values.get("low"), values.get("high"), values.get("qualifier") or "",
        values.get("text") or "", bool(values.get("masked")),
    )  # fmt: skip


def _one_label(entry: Entry) -> str:
    if entry.reading.is_empty:
        return "Effacer une valeur"
    value = entry.reading.value
    said = f" ({format_number(value)}{NBSP}en {entry.year})" if value is not None and entry.year else ""
    return f"Saisir une valeur{said}"


def _worded(connection: Connection, rows: Sequence[str]) -> frozenset[str]:
    """The measurements that say more than their value."""
    found: set[str] = set()
    columns = [_M.c[key] for key in _KEPT_WORDS]
    for start in range(0, len(rows), 500):
        query = select(_M.c.id, *columns).where(_M.c.id.in_(rows[start : start + 500]))
        found.update(row[0] for row in connection.execute(query) if any(row[1:]))
    return frozenset(found)
