"""Search: the FTS5 index of every live row, and the words people type.

Accents and case do not matter (« energie » finds « Énergie », « coeur » finds « Cœur »); a word matches from its
beginning. The index is kept by `materialise` and may be made anew from the tables.
"""

import re
import sqlite3
from collections.abc import Iterable, Sequence

from app.formatting import fold
from app.models.declare import EntityType
from app.models.fields import Kind
from app.notebook.log import chunks, marks


def match_expression(typed: str) -> str:
    """The FTS5 expression of what a person typed: every word, from its beginning; empty when there is none."""
    return " AND ".join(_either(word) for word in re.findall(r"[^\W_]+", fold(typed)))


def _either(word: str) -> str:
    """`word` in both spellings: FTS5 folds accents and case, but leaves œ and æ as they were written."""
    bound = word.replace("oe", "œ").replace("ae", "æ")
    return f'"{word}"*' if bound == word else f'("{word}"* OR "{bound}"*)'


def clear(db: sqlite3.Connection) -> None:
    db.execute("DELETE FROM search_row")
    db.execute("DELETE FROM search")


def forget(db: sqlite3.Connection) -> None:
    """Write the index whole again: words of rows emptied since would stay in its pages until it merges them."""
    db.execute("INSERT INTO search (search) VALUES ('rebuild')")


def index(db: sqlite3.Connection, declared: EntityType, rows: Iterable[str]) -> None:
    """Bring the index of `rows`, all of one entity, up to date with its table."""
    keys = [key for key in declared.searched if declared.fields[key].kind is not Kind.LINKS]
    if not keys:
        return
    columns = ", ".join(f't."{key}"' for key in keys)
    title = keys.index(declared.title) if declared.title in keys else 0
    for some in chunks(rows):
        found = db.execute(
            f'SELECT t.id, t.deleted, s.n, {columns} FROM "{declared.table.name}" t'
            f" LEFT JOIN search_row s ON s.row = t.id WHERE t.id IN ({marks(some)})",
            some,
        ).fetchall()
        _write(db, declared.key, [(row, n, None if deleted else texts, title) for row, deleted, n, *texts in found])


def _write(
    db: sqlite3.Connection, entity: str, rows: Sequence[tuple[str, int | None, list[object] | None, int]]
) -> None:
    db.executemany("DELETE FROM search WHERE rowid = ?", [(n,) for _, n, _, _ in rows if n is not None])
    hidden = [(row,) for row, n, texts, _ in rows if texts is None and n is not None]
    db.executemany("DELETE FROM search_row WHERE row = ?", hidden)
    fresh = [(row, entity) for row, n, texts, _ in rows if texts is not None and n is None]
    db.executemany("INSERT INTO search_row (row, entity) VALUES (?, ?)", fresh)
    db.executemany(
        "INSERT INTO search (rowid, title, body) SELECT n, ?, ? FROM search_row WHERE row = ?",
        [
            (
                str(texts[title] or ""),
                "\n".join(str(text) for place, text in enumerate(texts) if place != title and text is not None),
                row,
            )
            for row, _, texts, title in rows
            if texts is not None
        ],
    )
