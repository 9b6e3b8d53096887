"""How fresh what each quartier sent is: the last import that brought something of it, by whom, and what still waits.

Read from the journal of imports and the log: what an import brought is placed in a quartier by the rows it touched (an
action, its parts, a value of a territory), never by the name of a person or of a file.
"""

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from app.models.declare import EntityType
from app.models.fields import Kind
from app.models.registry import ENTITIES
from app.notebook.clock import moment_of
from app.notebook.log import chunks, marks, row_text, split_ids
from app.services.outgoing import raw
from app.services.queries.quarters import Quarters

#: Imports looked at, the latest first: a quartier that none of them touched is told « rien reçu ».
MOST_IMPORTS = 60
_SEEDS = "('seed', 'migration')"


@dataclass(frozen=True, slots=True)
class Received:
    """The last import that brought something of a quartier: `changes` writes, most of them by `who` ("": unknown)."""

    at: datetime
    who: str
    changes: int


@dataclass(frozen=True, slots=True)
class Colleague:
    """A laptop that the notebook has heard of, and when it last wrote, by its own clock; `mine` is this one."""

    label: str
    last: datetime
    gestures: int
    mine: bool


def colleagues(connection: Connection) -> tuple[Colleague, ...]:
    """Those who wrote something, the latest first. A laptop restored from a copy counts with the name it signs with."""
    db = raw(connection)
    own = db.execute("SELECT value FROM meta WHERE key = 'replica'").fetchone()
    query = f"""SELECT r.label, max(g.at), count(*), max(r.id = ?) FROM gesture g JOIN replica r ON r.n = g.replica
        WHERE g.kind NOT IN {_SEEDS} GROUP BY r.label ORDER BY max(g.at) DESC, r.label"""
    return tuple(
        Colleague(label or "", moment_of(at), count, bool(mine))
        for label, at, count, mine in db.execute(query, (own[0] if own else b"",))
    )


def last_received(connection: Connection, quarters: Quarters) -> dict[str, Received]:
    """By quartier: the last import that brought something of it."""
    db = raw(connection)
    found: dict[str, Received] = {}
    query = "SELECT at, ops FROM import_record ORDER BY at DESC, id DESC LIMIT ?"
    for at, ops in db.execute(query, (MOST_IMPORTS,)).fetchall():
        for row, authors in _brought(connection, db, quarters, ops).items():
            if row not in found:
                # Seeds come with a colleague's workbook: their author is a source, not a person.
                people = Counter({who: count for (who, seeded), count in authors.items() if not seeded})
                who = people.most_common(1)[0][0] if people else ""
                found[row] = Received(moment_of(at), who, sum(authors.values()))
        if len(found) == len(quarters.ids):
            break
    return found


def conflicts_by_quarter(connection: Connection, quarters: Quarters) -> tuple[dict[str, int], int]:
    """How many conflicts wait in each quartier, and in the whole notebook."""
    rows: dict[str, Counter[str]] = defaultdict(Counter)
    query = "SELECT e.key, c.row FROM contested c JOIN entity e ON e.n = c.entity"
    for entity, row in raw(connection).execute(query):
        rows[entity][row_text(row)] += 1
    found: Counter[str] = Counter()
    for entity, of_entity in rows.items():
        for row, mask in _places(connection, quarters, entity, of_entity).items():
            for quarter in quarters.of(mask):
                found[quarter] += of_entity[row]
    return dict(found), sum(sum(of_entity.values()) for of_entity in rows.values())


def _brought(
    connection: Connection, db: sqlite3.Connection, quarters: Quarters, ops: bytes | None
) -> dict[str, Counter[tuple[str, bool]]]:
    """By quartier: (author, whether it is a seed) → how many writes an import brought."""
    rows: dict[str, dict[str, list[tuple[str, bool]]]] = defaultdict(lambda: defaultdict(list))
    for some in chunks(sorted(split_ids(ops))):
        query = f"""SELECT e.key, m.row, r.label, m.source IN {_SEEDS} FROM modif m JOIN entity e ON e.n = m.entity
            JOIN replica r ON r.n = m.replica WHERE m.op_id IN ({marks(some)})"""
        for entity, row, label, seeded in db.execute(query, some):
            rows[entity][row_text(row)].append((label or "", bool(seeded)))
    found: dict[str, Counter[tuple[str, bool]]] = defaultdict(Counter)
    for entity, of_entity in rows.items():
        for row, mask in _places(connection, quarters, entity, of_entity).items():
            for quarter in quarters.of(mask):
                found[quarter].update(of_entity[row])
    return found


def _places(connection: Connection, quarters: Quarters, entity: str, rows: Iterable[str]) -> Mapping[str, int]:
    """row → its quartiers: by the territories it names, else by those of what it is a part of."""
    declared = ENTITIES.get(entity)
    if declared is None or entity == "territory":  # of a newer version, or the frame itself
        return {}
    wanted = list(rows)
    named = _named(connection, declared, wanted)
    found = {row: quarters.mask_of(places) for row, places in named.items()}
    owner = declared.owner
    if owner is not None and owner.target in ENTITIES:
        query = (
            f'SELECT id, "{owner.key}" FROM "{declared.table.name}" WHERE "{owner.key}" IS NOT NULL AND id IN ({{}})'
        )
        owners = dict(_read(connection, query, [row for row in wanted if not found.get(row)]))
        homes = _places(connection, quarters, owner.target, set(owners.values())) if owners else {}
        found |= {row: homes.get(home, 0) for row, home in owners.items()}
    return found


def _named(connection: Connection, declared: EntityType, rows: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for one in declared.fields.values():
        if one.kind is Kind.TERRITORY:
            query = f'SELECT id, "{one.key}" FROM "{declared.table.name}" WHERE id IN ({{}})'
        elif one.kind is Kind.LINKS and one.target == "territory":
            query = f'SELECT row, target FROM "{declared.link_tables[one.key].name}" WHERE row IN ({{}})'
        else:
            continue
        for row, target in _read(connection, query, rows):
            found[row].append(target)
    return found


def _read(connection: Connection, query: str, rows: list[str]) -> list[tuple[str, str]]:
    db = raw(connection)
    return [found for some in chunks(rows) for found in db.execute(query.format(marks(some)), some)]
