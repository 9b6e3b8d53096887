"""Notebooks that reports are made from, planted once for all the tests of a session."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

from app.notebook.store import Store
from app.services import notebooks, records

TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 14, 3).astimezone()


def plant(path: Path, *, example: bool) -> Store:
    """A notebook of the quartier Est, with the example or bare."""
    return notebooks.start(path, district="Est", example=example, now=lambda: NOW)


@contextmanager
def reading(store: Store) -> Iterator[Any]:
    with store.read() as connection:
        yield connection


def add_action(store: Store, **values: Any) -> str:
    """One more action, under the first priority unless told otherwise."""
    with store.read() as connection:
        first = records.resolve(connection, "priority", "1")
    return records.create(store, "action", {"priority": first, "title": "Une action", **values})
