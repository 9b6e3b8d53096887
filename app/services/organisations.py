"""Gestures on structures beyond the fields of one record."""

from collections.abc import Sequence

from app.formatting import NBSP
from app.models.fields import Value
from app.notebook.store import Store
from app.services import records


def add_territory(store: Store, rows: Sequence[str], territory: str) -> None:
    """Say that each of these structures covers `territory`, beside those it already covers; one gesture."""
    with store.read() as connection:
        found = records.fetch_many(connection, "organisation", rows)
    lacking = [record.id for record in found if territory not in _ids(record.values["territories"])]
    with store.write(
        f"Ajouter un territoire à {len(rows)}{NBSP}structures" if len(rows) > 1 else "Ajouter un territoire"
    ) as write:
        for row in lacking:
            write.link("organisation", row, "territories", territory)


def confirm(store: Store, rows: Sequence[str]) -> None:
    """Say that what was deduced from the document is right."""
    with store.write(
        "Confirmer une structure" if len(rows) == 1 else f"Confirmer {len(rows)}{NBSP}structures"
    ) as write:
        for row in rows:
            write.set("organisation", row, to_confirm=False)


def _ids(value: Value) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()
