"""`carnet verifier`: proves that the file is sound and that its tables say what its log says."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from app.formatting import NBSP, counted
from app.models.fields import Kind
from app.models.registry import ENTITIES
from app.notebook import blobs, database, log
from app.notebook.materialise import rebuild

#: Tables of the log itself: copied, never recomputed.
_LOG_TABLES = ("meta", "replica", "entity", "gesture", "modif", "modif_field")


@dataclass(frozen=True, slots=True)
class Report:
    """What was found: `faults` are wrong, `remarks` are anomalies of content that need nobody's repair."""

    faults: tuple[str, ...]
    remarks: tuple[str, ...]
    modifications: int
    rows: int

    @property
    def is_sound(self) -> bool:
        return not self.faults


def verify(path: Path) -> Report:
    """Check the notebook at `path` without changing it: SQLite's integrity, dangling links, log == tables."""
    database.check_file(path)
    with database.explained(path), closing(database.connect(path, read_only=True)) as db:
        integrity = [str(line) for (line,) in db.execute("PRAGMA integrity_check(20)")]
        if integrity != ["ok"]:
            return Report(tuple(f"SQLite signale{NBSP}: {line}" for line in integrity), (), 0, 0)
        modifications = db.execute("SELECT count(*) FROM modif").fetchone()[0]
        rows = db.execute("SELECT count(DISTINCT row) FROM modif").fetchone()[0]
        faults = (*_differences(db, path), *_damaged_bytes(db))
        return Report(faults, (*_dangling(db), *_absent_bytes(db)), modifications, rows)


def _differences(db: sqlite3.Connection, path: Path) -> Iterator[str]:
    """Sentences about each table that is not what its log makes; digests that no longer match their content."""
    with closing(sqlite3.connect("file::memory:", uri=True, isolation_level=None)) as fresh:
        database.create_schema(fresh)
        fresh.execute("ATTACH ? AS file", (f"{path.resolve().as_uri()}?mode=ro",))
        for table in _LOG_TABLES:
            fresh.execute(f"INSERT INTO main.{table} SELECT * FROM file.{table}")
        rebuild(fresh)
        for table in (*log.DERIVED, *_business_tables()):
            # Named one by one: a migrated file has its columns in another order.
            columns = ", ".join(f'"{row[1]}"' for row in fresh.execute(f'PRAGMA main.table_info("{table}")'))
            made, kept = (f'SELECT {columns} FROM {where}."{table}"' for where in ("main", "file"))
            missing = fresh.execute(f"SELECT count(*) FROM ({made} EXCEPT {kept})").fetchone()[0]
            extra = fresh.execute(f"SELECT count(*) FROM ({kept} EXCEPT {made})").fetchone()[0]
            if missing or extra:
                yield f"La table {table} ne dit pas ce que dit le journal ({counted(max(missing, extra), 'ligne')})."
        yield from _search_differences(fresh)
        for row in log.chunks(log.every_row(fresh)):
            for modifications in log.modifications_of_rows(fresh, row):
                known = log.known_ids(fresh, [m.op_id for m in modifications])
                if any(known[m.op_id] not in (None, m.digest()) for m in modifications):
                    yield f"Une modification de la ligne {modifications[0].row} n’est plus celle qui a été écrite."


def _search_differences(fresh: sqlite3.Connection) -> Iterator[str]:
    query = "SELECT r.row, s.title, s.body FROM {0}.search_row r JOIN {0}.search s ON s.rowid = r.n"
    mine, theirs = query.format("main"), query.format("file")
    differing = fresh.execute(f"SELECT count(*) FROM ({mine} EXCEPT {theirs})").fetchone()[0]
    differing += fresh.execute(f"SELECT count(*) FROM ({theirs} EXCEPT {mine})").fetchone()[0]
    if differing:
        yield f"La recherche n’est pas à jour ({counted(differing, 'ligne')})."


def _business_tables() -> Iterator[str]:
    for declared in ENTITIES.values():
        yield declared.table.name
        for links in declared.link_tables.values():
            yield links.name


def _damaged_bytes(db: sqlite3.Connection) -> Iterator[str]:
    """Bytes that are not those their sha256 names."""
    for sha256 in blobs.damaged(db):
        for declared in blobs.with_bytes():
            query = f'SELECT "{declared.title}" FROM "{declared.table.name}" WHERE "{declared.bytes_field}" = ? LIMIT 1'
            for (name,) in db.execute(query, (sha256,)):
                yield f"{declared.label} «{NBSP}{name}{NBSP}»{NBSP}: le fichier gardé n’est plus celui qui a été joint."


def _absent_bytes(db: sqlite3.Connection) -> Iterator[str]:
    """What stayed on the laptop of a colleague is no fault: it comes with a workbook, or never."""
    absent = list(blobs.missing(db))
    if absent:
        said = counted(len(absent), "pièce jointe est restée", "pièces jointes sont restées")
        yield f"{said} sur l’ordinateur d’un collègue."


def _dangling(db: sqlite3.Connection) -> Iterator[str]:
    """Live rows that point to a row deleted or unknown here: kept and shown, worth saying."""
    for declared in ENTITIES.values():
        for field in declared.fields.values():
            if not field.target:
                continue
            own, target = declared.table.name, ENTITIES[field.target].table.name
            if field.kind is Kind.LINKS:
                source = f'"{own}_{field.key}" l JOIN "{own}" o ON o.id = l.row'
                column = "l.target"
            else:
                source, column = f'"{own}" o', f'o."{field.key}"'
            count = db.execute(
                f'SELECT count(*) FROM {source} LEFT JOIN "{target}" t ON t.id = {column}'
                f" WHERE o.deleted = 0 AND {column} IS NOT NULL AND (t.id IS NULL OR t.deleted = 1)"
            ).fetchone()[0]
            if count:
                said = counted(count, "ligne utilise", "lignes utilisent")
                yield f"{declared.plural}, {field.label.lower()}{NBSP}: {said} un élément supprimé ou inconnu."
