"""What the source of the figures leaves open: doubts, inconsistencies, documents cited."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from app.models.registry import ENTITIES
from app.notebook.log import chunks
from app.services.queries import indicators


@dataclass(frozen=True, slots=True)
class Doubt:
    """Rows of one entity that the source does not say as such: their names, and the remark they share."""

    plural: str
    names: tuple[str, ...]
    remark: str


@dataclass(frozen=True, slots=True)
class Inconsistency:
    """Two things that the source says and that cannot both be true."""

    title: str
    text: str
    source: str


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A document that values come from: how many, of which years."""

    title: str
    values: int
    years: tuple[int, ...]
    undated: int


def load_doubts(connection: Connection) -> tuple[Doubt, ...]:
    """The rows marked « à confirmer », those of one entity with the same remark together."""
    found: list[Doubt] = []
    for declared in ENTITIES.values():
        table = declared.table
        if "to_confirm" not in declared.fields:
            continue
        remark = table.c.note if "note" in declared.fields else table.c.comment
        of: dict[str, list[str]] = defaultdict(list)
        query = select(table.c.id, remark).where(table.c.to_confirm == 1, table.c.deleted == 0).order_by(table.c.id)
        rows = connection.execute(query).all()
        names = _names(connection, declared.key, [row for row, _ in rows])
        for row, said in rows:
            of[said or ""].append(names.get(row, ""))
        found += [Doubt(declared.plural, tuple(sorted(set(many))), said) for said, many in sorted(of.items())]
    return tuple(found)


def _names(connection: Connection, entity: str, ids: Sequence[str]) -> dict[str, str]:
    """What rows are called; a target or a measurement by its indicator."""
    declared = ENTITIES[entity]
    if entity in ("target", "measurement"):
        indicator = ENTITIES["indicator"].table
        query = select(declared.table.c.id, indicator.c.title).join(
            indicator, indicator.c.id == declared.table.c.indicator
        )
    else:
        query = select(declared.table.c.id, declared.table.c[declared.title])
    named: dict[str, str] = {}
    for some in chunks(ids):
        rows = connection.execute(query.where(declared.table.c.id.in_(some)))
        named.update({row: title or "" for row, title in rows})
    return named


def load_inconsistencies(connection: Connection) -> tuple[Inconsistency, ...]:
    table = ENTITIES["contract_item"].table
    query = (
        select(table.c.title, table.c.text, table.c.source)
        .where(table.c.kind == "inconsistency", table.c.deleted == 0)
        .order_by(table.c.order, table.c.title)
    )
    return tuple(Inconsistency(*(value or "" for value in row)) for row in connection.execute(query))


def load_sources(connection: Connection) -> tuple[SourceLine, ...]:
    """The documents that measured values come from, the most used first."""
    table = ENTITIES["measurement"].table
    query = (
        select(table.c.source, table.c.year, func.count())
        .where(table.c.deleted == 0, table.c.source.is_not(None), indicators.said())
        .group_by(table.c.source, table.c.year)
    )
    years: dict[str, Counter[int | None]] = defaultdict(Counter)
    for source, year, count in connection.execute(query):
        years[source][year] += count
    lines = [
        SourceLine(source, sum(of.values()), tuple(sorted(year for year in of if year is not None)), of[None])
        for source, of in years.items()
    ]
    return tuple(sorted(lines, key=lambda line: (-line.values, line.title)))
