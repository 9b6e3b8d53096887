"""The notebook alone, without a window: one edit, the union of a colleague's log, a verified backup."""

import os
import shutil
import sqlite3
import time
from pathlib import Path
from typing import Any

from app.models.registry import ENTITIES
from app.notebook import backup, database
from app.notebook.log import Batch, join_ids, modifications_of_gesture, row_bytes
from app.notebook.store import Store, open_notebook
from app.services import records
from bench.session import MOMENT, Session
from bench.timing import Timed, alternate, timed
from bench.verdict import Measured

CHANGED_ROWS = 1_200
#: Rows a colleague changed in each of his gestures.
ROWS_A_GESTURE = 20


# -- one edit -----------------------------------------------------------------------------------------------------


def edit_row(session: Session) -> Measured:
    ours = edit(session, session.actions)
    floor = _raw_update(session)
    pair = alternate(floor, ours, rounds=31, warm_up=3)
    return Measured("edit", pair.floor_ms, pair.ours_ms, spread=pair.spread)


def edit(session: Session, actions: int) -> Timed:
    """Change the title of one action after another, as the window does."""
    store = session.opened(actions, "modification")
    rows = _action_ids(store.path)
    turn = iter(range(10**9))

    def work() -> None:
        number = next(turn)
        row = rows[number * 7919 % len(rows)]
        records.update(store, "action", row, {"title": f"Énergie partagée, version {number}"})

    return timed(work)


def _raw_update(session: Session) -> Timed:
    path = session.copy(session.actions, "plancher")
    db = _raw(path)
    rows = _action_ids(path)
    turn = iter(range(10**9))

    def work() -> None:
        number = next(turn)
        db.execute("BEGIN IMMEDIATE")
        db.execute(
            "UPDATE action SET title = ? WHERE id = ?", (f"Énergie partagée, {number}", rows[number * 7919 % len(rows)])
        )
        db.execute("COMMIT")

    return timed(work)


# -- union --------------------------------------------------------------------------------------------------------


def union_row(session: Session) -> Measured:
    received = colleague(session, session.actions)
    pair = alternate(_raw_rows(session, received), union(session, session.actions, received), rounds=5)
    return Measured("union", pair.floor_ms, pair.ours_ms, spread=pair.spread)


def union(session: Session, actions: int, received: Batch) -> Timed:
    """Take in a colleague's modifications, each time into a fresh copy."""

    def run() -> float:
        path = session.copy(actions, "union")
        with open_notebook(path, installation="bench", now=lambda: MOMENT) as store:
            store.clock()
            begun = time.perf_counter()
            store.apply(received, "Recevoir le journal", kind="import")
            return (time.perf_counter() - begun) * 1000

    return run


def colleague(session: Session, actions: int) -> Batch:
    """What a colleague changed on a copy: two fields of 1,200 actions, in 60 gestures."""
    path = session.copy(actions, "collegue")
    with open_notebook(path, installation="colleague", now=lambda: MOMENT) as store:
        rows = _action_ids(path)[: CHANGED_ROWS * max(1, actions // CHANGED_ROWS) : max(1, actions // CHANGED_ROWS)]
        heard: list[bytes] = []
        store.on_commit(lambda changes: heard.append(changes.gesture or b""))
        for start in range(0, CHANGED_ROWS, ROWS_A_GESTURE):
            with store.write("Modifier des actions") as write:
                for row in rows[start : start + ROWS_A_GESTURE]:
                    write.set("action", row, blocking_point=f"En attente d’un accord ({start}).", lead="Mission santé")
        db = store.writer()
        modifications = [m for gesture in heard for m in modifications_of_gesture(db, gesture)]
        return Batch((store.replica(),), _gestures(db, heard, store), tuple(modifications))


def _gestures(db: sqlite3.Connection, heard: list[bytes], store: Store) -> tuple[Any, ...]:
    from app.notebook.log import Gesture

    query = "SELECT id, label, kind, at FROM gesture WHERE id = ?"
    return tuple(Gesture(*db.execute(query, (gesture,)).fetchone(), store.replica().id) for gesture in heard)


def _raw_rows(session: Session, received: Batch) -> Timed:
    """The same modifications and the same rows, written by executemany in the same tables with the same indexes."""
    columns = [column.name for column in ENTITIES["action"].table.columns]
    modifs = [
        (m.op_id, m.gesture, row_bytes(m.row), m.stamp, m.source, m.export_id, join_ids(m.seen), m.digest())
        for m in received.modifications
    ]
    fields = [
        (m.op_id, key, write.value, join_ids(write.parents))
        for m in received.modifications
        for key, write in m.writes.items()
    ]
    changed = {m.row: {key: write.value for key, write in m.writes.items()} for m in received.modifications}

    def run() -> float:
        path = session.copy(session.actions, "plancher-union")
        db = _raw(path)
        names = ", ".join(f'"{name}"' for name in columns)
        rows = []
        for row, values in changed.items():
            before = db.execute(f"SELECT {names} FROM action WHERE id = ?", (row,)).fetchone()
            rows.append([values.get(name, value) for name, value in zip(columns, before, strict=True)])
        entity, replica = db.execute(
            "SELECT (SELECT n FROM entity WHERE key = 'action'), max(n) FROM replica"
        ).fetchone()
        begun = time.perf_counter()
        db.execute("BEGIN IMMEDIATE")
        db.executemany(
            "INSERT INTO modif (op_id, gesture, row, stamp, source, export_id, seen, digest, entity, replica)"
            f" VALUES (?, ?, ?, ?, ?, ?, ?, ?, {entity}, {replica})",
            modifs,
        )
        db.executemany("INSERT INTO modif_field (op_id, field, value, parents) VALUES (?, ?, ?, ?)", fields)
        db.executemany(f"INSERT OR REPLACE INTO action ({names}) VALUES ({','.join('?' * len(columns))})", rows)
        db.execute("COMMIT")
        taken = (time.perf_counter() - begun) * 1000
        db.close()
        return taken

    return run


# -- backup -------------------------------------------------------------------------------------------------------


def backup_row(session: Session) -> Measured:
    ours, floor = save(session, session.actions), _copy_and_flush(session)
    pair = alternate(floor, ours, rounds=5)
    return Measured("backup", pair.floor_ms, pair.ours_ms, spread=pair.spread)


def save(session: Session, actions: int) -> Timed:
    source = session.copy(actions, "a-sauver")
    return timed(lambda: backup.save(source, session.folder / "sauvegarde.carnet"))


def _copy_and_flush(session: Session) -> Timed:
    source, target = session.copy(session.actions, "a-sauver"), session.folder / "copie.carnet"

    def work() -> None:
        shutil.copyfile(source, target)
        with target.open("rb+") as file:
            os.fsync(file.fileno())

    return timed(work)


# -- shared -------------------------------------------------------------------------------------------------------


def _raw(path: Path) -> sqlite3.Connection:
    """sqlite3 with the journal mode of a notebook, and nothing else of it."""
    db = sqlite3.connect(path, isolation_level=None)
    assert db.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    db.execute("PRAGMA synchronous = FULL")
    return db


def _action_ids(path: Path) -> list[str]:
    db = database.connect(path, read_only=True)
    try:
        return [row for (row,) in db.execute('SELECT id FROM action WHERE deleted = 0 ORDER BY "order"')]
    finally:
        db.close()
