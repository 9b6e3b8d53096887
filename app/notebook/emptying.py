"""What erasures take away for ever (sync.md §3b): every value of an erased row, and the names masked in other texts.

*The value of any modification of an erased row is NULL; the value of a masked write has lost its masked characters*:
in the log, in exports and on arrival, whatever comes first. Ids, parents, clocks and many links stay, so that heads,
counts and the summary of the state do not move. The digest of what was known whole is NULL and matches anything.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from app.models.fields import Field, Kind, Stored
from app.models.registry import ENTITIES
from app.notebook import log, masks, search
from app.notebook.log import Batch, chunks, marks, row_bytes, row_text
from app.notebook.masks import Span
from app.notebook.merge import ERASED, LINK_PREFIX, STATE, Modification, Write

#: By write (its row, its id, then its field), what is masked of it. A mask covers no other row than its own.
Masked = Mapping[tuple[str, bytes], Mapping[str, tuple[Span, ...]]]

_Found = dict[tuple[str, bytes], dict[str, tuple[Span, ...]]]


def holds_names(field: Field) -> bool:
    """Whether people write texts in a field, where a name may be met."""
    return field.kind in (Kind.TEXT, Kind.LONG_TEXT) and not field.technical


@dataclass(frozen=True, slots=True)
class Emptied:
    """The rows erased, and the writes masked, among those that somebody asked about."""

    rows: frozenset[str] = frozenset()
    masked: Masked = field(default_factory=dict)

    def proves_nothing(self, modification: Modification) -> bool:
        """True when the modification may come whole or emptied: its digest is not to be compared."""
        return modification.row in self.rows or (modification.row, modification.op_id) in self.masked

    def left_of(self, modification: Modification) -> Modification:
        """The modification as erasures leave it."""
        if modification.row in self.rows:
            writes = {
                key: write if _stays(key) else Write(None, write.parents) for key, write in modification.writes.items()
            }
        elif spans := self.masked.get((modification.row, modification.op_id)):
            writes = {
                key: Write(_left(modification.entity, key, write.value, spans.get(key, ())), write.parents)
                for key, write in modification.writes.items()
            }
        else:
            return modification
        return replace(modification, writes=writes)

    def left_of_batch(self, batch: Batch) -> Batch:
        if not self.rows and not self.masked:
            return batch
        return replace(batch, modifications=tuple(self.left_of(m) for m in batch.modifications))


def emptied(db: sqlite3.Connection, *arriving: Iterable[Modification]) -> Emptied:
    """What is emptied of the rows of these modifications: by what the file knows already, or by them."""
    every = [m for some in arriving for m in some]
    rows = {m.row for m in every}
    erased = {m.row for m in every if ERASED in m.writes}
    found: _Found = {}
    for some in chunks(rows):
        query = f"""
            SELECT m.row, f.field, f.value FROM modif m JOIN modif_field f ON f.op_id = m.op_id
            WHERE m.row IN ({marks(some)}) AND {masks.IS_MASK}"""
        for row, key, value in db.execute(query, list(map(row_bytes, some))):
            _add(found, row_text(row), key, value)
    _add_all(found, every)
    return Emptied(log.erased_among(db, rows) | erased, found)


def has_masks(modification: Modification) -> bool:
    return any(map(masks.is_mask, modification.writes))


def of_log(modifications: Iterable[Modification]) -> Emptied:
    """What is emptied by these modifications alone."""
    every = list(modifications)
    found: _Found = {}
    _add_all(found, every)
    return Emptied(frozenset(m.row for m in every if ERASED in m.writes), found)


def _add_all(found: _Found, modifications: Iterable[Modification]) -> None:
    for m in modifications:
        for key, write in m.writes.items():
            _add(found, m.row, key, write.value)


def _add(found: _Found, row: str, key: str, value: Stored) -> None:
    place = masks.place_of(key) if masks.is_mask(key) else None
    if place is not None:
        of_write = found.setdefault((row, place.op_id), {})
        of_write[place.field] = (*of_write.get(place.field, ()), *masks.read(value))


def _left(entity: str, key: str, value: Stored, spans: Iterable[Span]) -> Stored:
    """What masks leave of a value: a text loses characters, an id, a choice or a date does not."""
    declared = ENTITIES.get(entity)
    field = declared.fields.get(key) if declared else None
    # What a newer version alone knows is masked as it says.
    if isinstance(value, str) and (field is None or holds_names(field)):
        return masks.masked(value, spans)
    return value


def _stays(key: str) -> bool:
    return key in (STATE, ERASED) or key.startswith(LINK_PREFIX) or masks.is_mask(key)


# -- in the file --------------------------------------------------------------------------------------------------


def blank_row(db: sqlite3.Connection, row: str) -> None:
    """Empty every value of a row, in the log and in its table; ids, parents, clocks and many links stay."""
    of_row = "op_id IN (SELECT op_id FROM modif WHERE row = ?)"
    db.execute(
        f"UPDATE modif_field AS f SET value = NULL WHERE {of_row} AND field NOT IN (?, ?)"
        f" AND field NOT LIKE 'link:%' AND NOT {masks.IS_MASK}",
        [row_bytes(row), STATE, ERASED],
    )
    db.execute("UPDATE modif SET digest = NULL WHERE row = ?", [row_bytes(row)])
    db.execute(
        "DELETE FROM contested WHERE row = ? AND field <> ? AND field NOT LIKE 'link:%'", [row_bytes(row), STATE]
    )
    _clear_cells(db, row)


def mask_writes(db: sqlite3.Connection, masked: Masked) -> list[tuple[bytes, str]]:
    """Mask what the log holds of these writes; returns those (id, field) that lost something."""
    lost: list[tuple[bytes, str]] = []
    query = """
        SELECT e.key, f.value FROM modif m JOIN entity e ON e.n = m.entity JOIN modif_field f ON f.op_id = m.op_id
        WHERE m.op_id = ? AND m.row = ? AND f.field = ?"""
    for (row, op_id), of_write in masked.items():
        for key, spans in of_write.items():
            for entity, value in db.execute(query, (op_id, row_bytes(row), key)).fetchall():
                left = _left(entity, key, value, spans)
                if left != value:
                    db.execute("UPDATE modif_field SET value = ? WHERE op_id = ? AND field = ?", (left, op_id, key))
                    lost.append((op_id, key))
    return lost


def forget_digests(db: sqlite3.Connection, taken: Emptied) -> None:
    """The digest of what is known whole, and may come back emptied, proves nothing any more."""
    db.executemany("UPDATE modif SET digest = NULL WHERE row = ?", [(row_bytes(row),) for row in taken.rows])
    masked = [(op_id, row_bytes(row)) for row, op_id in taken.masked]
    db.executemany("UPDATE modif SET digest = NULL WHERE op_id = ? AND row = ?", masked)


def heads_among(db: sqlite3.Connection, places: Sequence[tuple[bytes, str]]) -> list[Modification]:
    """Of these writes (id, field), those that are heads, as modifications that write nothing else."""
    wanted: dict[bytes, set[str]] = defaultdict(set)
    for op_id, key in places:
        wanted[op_id].add(key)
    found: list[Modification] = []
    for m in log.modifications_of(db, wanted):
        query = "SELECT field FROM head WHERE row = ? AND op_id = ?"
        heads = {key for (key,) in db.execute(query, (row_bytes(m.row), m.op_id))} & wanted[m.op_id]
        if heads:
            found.append(replace(m, writes={key: m.writes[key] for key in heads}))
    return found


def empty_older(db: sqlite3.Connection, batch: Batch) -> None:
    """Take erasures in, in a file of an older schema: its log and its search; opening it makes its tables anew."""
    taken = of_log(batch.modifications)
    for row in sorted({m.row for m in batch.modifications}):
        if row in taken.rows:
            blank_row(db, row)
        else:
            _clear_cells(db, row)
        db.execute("DELETE FROM search WHERE rowid IN (SELECT n FROM search_row WHERE row = ?)", (row,))
        db.execute("DELETE FROM search_row WHERE row = ?", (row,))
    mask_writes(db, taken.masked)
    log.insert(db, batch)
    forget_digests(db, taken)
    db.executemany(
        "INSERT OR IGNORE INTO head (row, field, op_id) VALUES (?, ?, ?)",
        [(row_bytes(m.row), key, m.op_id) for m in batch.modifications for key in m.writes],
    )
    search.forget(db)


def _clear_cells(db: sqlite3.Connection, row: str) -> None:
    """Empty the cells of a row in the table of its entity."""
    entity = db.execute(
        "SELECT e.key FROM modif m JOIN entity e ON e.n = m.entity WHERE m.row = ? LIMIT 1", [row_bytes(row)]
    ).fetchone()
    if entity and entity[0] in ENTITIES:
        declared = ENTITIES[entity[0]]
        # A copy of an older schema lacks the columns that came since.
        present = {name for _, name, *_ in db.execute(f'PRAGMA table_info("{declared.table.name}")')}
        cleared = ", ".join(f'"{column.key}" = NULL' for column in declared.columns if column.key in present)
        db.execute(f'UPDATE "{declared.table.name}" SET {cleared} WHERE id = ?', [row])
