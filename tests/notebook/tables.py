"""What a notebook’s tables say, in a form by which two laptops, or a notebook and the model, can be compared."""

import sqlite3
from collections.abc import Iterable
from typing import Any

from app.models.registry import ENTITIES
from app.notebook import log, materialise, search
from app.notebook.merge import Modification
from tests.notebook import reference_model

#: (row, field) → ids or values, and so on: one dict per table.
Picture = dict[str, dict[Any, Any]]


def picture(db: sqlite3.Connection) -> Picture:
    """Every derived table, free of what differs from laptop to laptop (numbers of replicas, of entities, of search)."""
    replicas = dict(db.execute("SELECT n, id FROM replica"))
    seen: Picture = {"rows": {}, "links": {}, "search": {}}
    for declared in ENTITIES.values():
        names = ", ".join(f'"{field.key}"' for field in declared.columns)
        query = f'SELECT id, deleted, created_at, updated_at, updated_by, {names} FROM "{declared.table.name}"'
        for row, deleted, created, updated, by, *stored in db.execute(query):
            keys = [field.key for field in declared.columns]
            seen["rows"][declared.key, row] = (
                deleted,
                created,
                updated,
                replicas[by],
                dict(zip(keys, stored, strict=True)),
            )
        for key, table in declared.link_tables.items():
            for row, target in db.execute(f'SELECT row, target FROM "{table.name}"'):
                seen["links"].setdefault((declared.key, row, key), set()).add(target)
    seen["heads"] = _grouped(db.execute("SELECT row, field, op_id FROM head"))
    seen["contested"] = {
        (row, key): entity
        for row, key, entity in db.execute(
            "SELECT c.row, c.field, e.key FROM contested c JOIN entity e ON e.n = c.entity"
        )
    }
    seen["awaited"] = dict.fromkeys(db.execute("SELECT op_id, field FROM awaited"))
    texts = db.execute("SELECT r.row, r.entity, s.title, s.body FROM search_row r JOIN search s ON s.rowid = r.n")
    for row, entity, title, body in texts:
        seen["search"][row] = (entity, title, body)
    return seen


def expected(log_of_all: Iterable[Modification]) -> Picture:
    """What the reference model makes of a log, in the words of `judged`."""
    known = list(log_of_all)
    seen: Picture = {"rows": {}, "links": {}, "heads": {}, "contested": {}}
    for row, model in reference_model.rows(known).items():
        raw = log.row_bytes(row)
        for key, heads in model.heads.items():
            if heads:
                seen["heads"][raw, key] = heads
        for key in model.conflicts:
            seen["contested"][raw, key] = model.entity
        declared = ENTITIES.get(model.entity)
        if declared is None:
            continue
        columns = {field.key: model.shown.get(field.key) for field in declared.columns}
        seen["rows"][model.entity, row] = (int(model.deleted), columns)
        for key, value in model.shown.items():
            if key.startswith("link:") and value == 1:
                _, name, target = key.split(":")
                if name in declared.link_tables:
                    seen["links"].setdefault((model.entity, row, name), set()).add(target)
    return seen


def judged(db: sqlite3.Connection) -> Picture:
    """The part of a picture that the reference model speaks of."""
    seen = picture(db)
    rows = {place: (deleted, stored) for place, (deleted, _, _, _, stored) in seen["rows"].items()}
    return {"rows": rows, **{name: seen[name] for name in ("links", "heads", "contested")}}


def rebuilt(db: sqlite3.Connection) -> Picture:
    """The picture that a rebuild from the log makes; the tables are put back."""
    db.execute("BEGIN")
    try:
        materialise.rebuild(db)
        return picture(db)
    finally:
        db.execute("ROLLBACK")


def found(db: sqlite3.Connection, typed: str) -> set[str]:
    """The rows a search for `typed` finds."""
    expression = search.match_expression(typed)
    query = "SELECT r.row FROM search s JOIN search_row r ON r.n = s.rowid WHERE search MATCH ?"
    return {row for (row,) in db.execute(query, (expression,))} if expression else set()


def _grouped(rows: Iterable[tuple[bytes, str, bytes]]) -> dict[tuple[bytes, str], set[bytes]]:
    grouped: dict[tuple[bytes, str], set[bytes]] = {}
    for row, key, op_id in rows:
        grouped.setdefault((row, key), set()).add(op_id)
    return grouped
