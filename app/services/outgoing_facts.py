"""What a workbook tells beside the fields, to be read and never taken back: numbers of actions, partners, last values.

A *fact* is named by the entity and a key of its own; an entity without facts has none here.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import Connection

from app.formatting import fold
from app.models import registry
from app.services.names import labels
from app.services.outgoing import Scope, raw
from app.services.queries.indicators import fetch_rows
from app.services.queries.plan_index import load_index
from app.services.readings import reading_words
from app.services.scorecard import period_words

#: Text by row id.
Facts = Mapping[str, str]


def load_facts(
    connection: Connection,
    entity: str,
    ids: Sequence[str],
    *,
    district: str,
    scope: Scope,
    strict: bool,
    today: date,
) -> dict[str, Facts]:
    """The facts of these rows, by key. With `strict`, nothing that lies outside the scope is named."""
    if not ids:
        return {}
    if entity == "action":
        index = load_index(connection, district, today)
        return {"number": {row: index.number(row) for row in ids}, "partners": _partners(connection, scope, strict)}
    if entity == "indicator":
        return {"last": _last_values(connection, ids, district=district, scope=scope, strict=strict, today=today)}
    return {}


def _partners(connection: Connection, scope: Scope, strict: bool) -> Facts:
    """« CAF; MEL » for each action, by name."""
    table = registry.entity("action_partner").table.name
    query = f'SELECT action, organisation FROM "{table}" WHERE deleted = 0 AND organisation IS NOT NULL'
    pairs = raw(connection).execute(query).fetchall()
    live = {row for (row,) in raw(connection).execute("SELECT id FROM organisation WHERE deleted = 0")}
    shown = {one for _, one in pairs if not strict or (one in live and scope.holds("organisation", one))}
    called = labels(connection, "organisation", sorted(shown), whole=True)
    of_action: dict[str, set[str]] = defaultdict(set)
    for action, organisation in pairs:
        if organisation in shown:
            of_action[action].add(called[organisation])
    return {action: "; ".join(sorted(names, key=fold)) for action, names in of_action.items()}


def _last_values(
    connection: Connection, ids: Sequence[str], *, district: str, scope: Scope, strict: bool, today: date
) -> Facts:
    """« 17,1 % – Est, 2024 » for each indicator that has been measured."""
    allowed = scope.territories if strict else frozenset()
    found: dict[str, str] = {}
    for row in fetch_rows(connection, ids, today=today, district=district, territories=allowed):
        if row.last is None:
            continue
        where = [row.last.territory_name] if row.last.territory_name else []
        found[row.id] = f"{reading_words(row.last.reading, row.scale)} – {', '.join([*where, period_words(row.last)])}"
    return found
