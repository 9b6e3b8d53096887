"""Search over every live row: the words of a person, the rows that hold them, the best first."""

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import Connection

from app.notebook.search import match_expression
from app.services.names import labels

#: Rows given at once.
MOST = 50

# A word in the title says more than the same word in a long text.
_QUERY = """
SELECT r.entity, r.row, snippet(search, -1, '', '', '…', 14) FROM search JOIN search_row r ON r.n = search.rowid
WHERE search MATCH ? ORDER BY bm25(search, 8.0, 1.0), r.n LIMIT ?"""


@dataclass(frozen=True, slots=True)
class Found:
    """One row that answers: what people call it, and the words around what was found, on one line."""

    entity: str
    id: str
    label: str
    excerpt: str


def find(connection: Connection, typed: str, *, limit: int = MOST) -> tuple[Found, ...]:
    """The live rows that hold every word of `typed` (from its beginning, accents and case aside), the best first."""
    expression = match_expression(typed)
    if not expression:
        return ()
    rows = connection.exec_driver_sql(_QUERY, (expression, limit)).all()
    by_entity: dict[str, list[str]] = defaultdict(list)
    for entity, row, _ in rows:
        by_entity[entity].append(row)
    called = {entity: labels(connection, entity, found) for entity, found in by_entity.items()}
    return tuple(Found(entity, row, called[entity][row], " ".join(excerpt.split())) for entity, row, excerpt in rows)
