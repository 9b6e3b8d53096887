"""Notebooks for tests, in six lines:

    clock = WallClock()
    store = notebook(tmp_path / "essai.carnet", clock=clock)
    with store.write("Créer") as write:
        row = action(write, title="Repair café")
    clock.advance(days=1)
    assert values(store, "action", row)["title"] == "Repair café"

Factories set only what matters; `laptops` gives notebooks in memory, for the tests that need many.
"""

import sqlite3
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

from app.models.fields import Value, load
from app.models.registry import ENTITIES
from app.notebook import database, log
from app.notebook.changes import ChangeSet
from app.notebook.recorder import Recorder
from app.notebook.store import Store, create_notebook

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class WallClock:
    """A wall clock that tests move; each reading is a second after the one before."""

    def __init__(self, start: datetime = START) -> None:
        self.time = start

    def __call__(self) -> datetime:
        self.time += timedelta(seconds=1)
        return self.time

    def advance(self, **delta: float) -> None:
        self.time += timedelta(**delta)


def notebook(path: Path, *, author: str = "Équipe", clock: WallClock | None = None, **options: str) -> Store:
    """A new notebook file, open for writing; close it, or use it in a `with`."""
    return create_notebook(path, author=author, now=clock or WallClock(), **options)


def memory_notebook(author: str = "Équipe", *, clock: WallClock | None = None) -> Store:
    """A notebook without a file: everything but `read()` works on it."""
    db = sqlite3.connect(":memory:", isolation_level=None)
    db.deserialize(_empty_notebook())
    replica = uuid4().bytes
    db.executemany("INSERT INTO meta (key, value) VALUES (?, ?)", [("replica", replica), ("author", author)])
    db.execute("INSERT INTO replica (id, label) VALUES (?, ?)", (replica, author))
    return Store(Path("memoire.carnet"), writer=db, lock=None, now=clock or WallClock())


def laptops(*names: str) -> tuple[Store, ...]:
    """One notebook in memory per name, each with a clock of its own."""
    return tuple(memory_notebook(name) for name in names)


def exchange(source: Store, *receivers: Store) -> list[ChangeSet]:
    """Give everything `source` knows to each of the receivers."""
    batch = log.everything(source.writer())
    return [receiver.apply(batch, "Importer", kind="import") for receiver in receivers]


def meet(*stores: Store) -> None:
    """Two rounds, after which everybody has everything."""
    for _ in range(2):
        for source in stores:
            exchange(source, *(store for store in stores if store is not source))


def action(write: Recorder, **given: Value) -> str:
    return write.create("action", **({"title": "Action"} | given))


def objective(write: Recorder, **given: Value) -> str:
    return write.create("objective", **({"level": "general", "title": "Objectif"} | given))


def contact(write: Recorder, **given: Value) -> str:
    return write.create("contact", **({"last_name": "Nom"} | given))


def values(store: Store, entity: str, row: str) -> dict[str, Any]:
    """The Python values of a row, its many links included, and `deleted`; KeyError when there is no such row."""
    declared = ENTITIES[entity]
    db = store.writer()
    columns = [field.key for field in declared.columns]
    names = ", ".join(f'"{key}"' for key in columns)
    found = db.execute(f'SELECT deleted, {names} FROM "{declared.table.name}" WHERE id = ?', (row,)).fetchone()
    if found is None:
        raise KeyError(row)
    known: dict[str, Any] = {"deleted": bool(found[0])}
    known |= {key: load(declared.fields[key], stored) for key, stored in zip(columns, found[1:], strict=True)}
    for key, table in declared.link_tables.items():
        targets = db.execute(f'SELECT target FROM "{table.name}" WHERE row = ? ORDER BY target', (row,))
        known[key] = tuple(target for (target,) in targets)
    return known


def conflicts(store: Store, row: str) -> set[str]:
    """The fields of a row in conflict."""
    found = store.writer().execute("SELECT field FROM contested WHERE row = ?", (log.row_bytes(row),))
    return {key for (key,) in found}


@cache
def _empty_notebook() -> bytes:
    db = sqlite3.connect(":memory:", isolation_level=None)
    database.create_schema(db)
    return db.serialize()
