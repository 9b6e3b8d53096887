"""The workbooks that left this notebook, kept to recognise them when they come back without their hidden sheet.

Local, never exchanged. `base` holds ids and no value (exchange.blob writes and reads it): the value of a cell is read
back from the log by the id of its head, so that nothing here outlives the erasure of a person.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from app.notebook import database
from app.notebook.store import Store

_COLUMNS = "export_id, code4, at, profile, scope, path, base"


@dataclass(frozen=True, slots=True)
class ExportBase:
    """One export: its 16-byte id and the four letters people see, a stamp, JSON of the scope, where it was written."""

    export_id: bytes
    code4: str
    at: int
    profile: str
    scope: str
    path: str
    base: bytes


def record_export(store: Store, export: ExportBase) -> None:
    """Remember a workbook that has just been written."""
    db = store.writer()
    with database.explained(store.path), database.transaction(db):
        _make_table(db)
        db.execute(
            f"INSERT OR REPLACE INTO export_base ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (export.export_id, export.code4, export.at, export.profile, export.scope, export.path, export.base),
        )


def exports_called(connection: Connection, code4: str) -> Sequence[ExportBase]:
    """The exports whose four letters are these, latest first: four letters may serve twice."""
    if not connection.exec_driver_sql("SELECT 1 FROM sqlite_master WHERE name = 'export_base'").first():
        return ()
    found = connection.exec_driver_sql(f"SELECT {_COLUMNS} FROM export_base WHERE code4 = ? ORDER BY at DESC", (code4,))
    return tuple(ExportBase(*row) for row in found)


def every_export(connection: Connection) -> Sequence[ExportBase]:
    """Every workbook that left this notebook, latest first."""
    if not connection.exec_driver_sql("SELECT 1 FROM sqlite_master WHERE name = 'export_base'").first():
        return ()
    found = connection.exec_driver_sql(f"SELECT {_COLUMNS} FROM export_base ORDER BY at DESC, export_id")
    return tuple(ExportBase(*row) for row in found)


def _make_table(db: sqlite3.Connection) -> None:
    """Notebooks begun before workbooks existed do not have it: it holds nothing of the log, no upgrade is needed."""
    db.execute(
        "CREATE TABLE IF NOT EXISTS export_base (export_id BLOB PRIMARY KEY, code4 TEXT, at INTEGER, profile TEXT,"
        " scope TEXT, path TEXT, base BLOB) WITHOUT ROWID"
    )
