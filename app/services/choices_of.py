"""What a person may choose when a field links to another row: options by what they type, the tree of territories."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, or_, select

from app.formatting import fold
from app.models import registry

#: Options offered at once.
MOST = 50

# Territories in the order people think of them: the quartiers first.
_KIND_ORDER = (
    "district", "lived", "qpv_2024", "npnru", "qpv_2015", "school", "municipality", "group", "epci", "department",
    "region", "country",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class TerritoryNode:
    """A territory and those it contains; one that touches several appears under each."""

    id: str
    label: str
    detail: str
    children: tuple["TerritoryNode", ...] = ()


def options(connection: Connection, entity: str, text: str = "") -> list[tuple[str, str]]:
    """(id, label) of the live rows of `entity` whose title, code or short name holds every word of `text`."""
    declared = registry.entity(entity)
    table = declared.table
    keys = [key for key in (declared.title, declared.code, "short_title", "short_name", "first_name") if key]
    columns = [table.c[key] for key in keys if key in declared.fields]
    conditions = [
        or_(*(func.fold(column).like(f"%{_escaped(word)}%", escape="\\") for column in columns))
        for word in fold(text).split()
    ]
    order = [table.c[key] for key in ("number", "order") if key in declared.fields]
    shown: list[ColumnElement[Any]] = [
        table.c.id,
        table.c[declared.title],
        *([table.c[declared.code]] if declared.code else []),
    ]
    if entity == "contact":
        shown = [
            table.c.id,
            func.trim(func.coalesce(table.c.first_name, "") + " " + func.coalesce(table.c.last_name, "")),
        ]
    if declared.person:
        # An erased person has no name left to be chosen by.
        conditions.append(table.c[declared.title].is_not(None))
    query = select(*shown).where(table.c.deleted == 0, *conditions)
    rows = connection.execute(query.order_by(*order, func.fold(table.c[declared.title])).limit(MOST))
    return [(row[0], _label(row[1], row[2] if len(row) > 2 else None)) for row in rows]


def territory_tree(connection: Connection) -> tuple[TerritoryNode, ...]:
    """The territories people work on (quartiers, vécus, QPV, NPNRU, commune), from the largest to the smallest."""
    declared = registry.entity("territory")
    table, parents = declared.table, declared.link_tables["parents"]
    rows = connection.execute(
        select(table.c.id, table.c.name, table.c.short_name, table.c.kind, table.c.code).where(table.c.deleted == 0)
    ).all()
    rank = {kind: place for place, kind in enumerate(_KIND_ORDER)}
    known = {row.id: row for row in rows}
    under: dict[str, list[str]] = defaultdict(list)
    homes: dict[str, list[str]] = defaultdict(list)
    for row, target in connection.execute(select(parents.c.row, parents.c.target)):
        if row in known and target in known:
            under[target].append(row)
            homes[row].append(target)
    kinds = declared.fields["kind"]

    def place(row: str) -> tuple[int, str]:
        return (rank.get(known[row].kind, 99), fold(known[row].name or ""))

    def node(row: str, above: frozenset[str]) -> TerritoryNode:
        found = known[row]
        children = [child for child in sorted(under[row], key=place) if child not in above]
        detail = " ".join(part for part in (kinds.choice_label(found.kind), found.code) if part)
        return TerritoryNode(
            row, found.short_name or found.name or "", detail, tuple(node(child, above | {row}) for child in children)
        )

    roots = [row for row in known if not homes[row]]
    return tuple(node(row, frozenset()) for row in sorted(roots, key=place))


def _label(title: str | None, code: str | None) -> str:
    return f"{title} ({code})" if code and code != title else title or ""


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
