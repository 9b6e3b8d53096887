"""The entry grid: indicators × years for one territory."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Connection, select

from app.models.registry import ENTITIES
from app.notebook.log import chunks
from app.services.queries.indicators import load_goals, priority_of, reading_of, scale_of
from app.services.readings import Reading, Scale
from app.services.scorecard import Goal, goal_of, goals_for

_I = ENTITIES["indicator"].table
_M = ENTITIES["measurement"].table
_P = ENTITIES["priority"].table


@dataclass(frozen=True, slots=True)
class GridCell:
    """One cell of the entry grid. `count` measures lie in it: past one, the fiche is where they are changed."""

    measurement: str
    reading: Reading
    period: str = ""
    comment: str = ""
    count: int = 1


@dataclass(frozen=True, slots=True)
class GridRow:
    """One line of the entry grid: an indicator, its cells by year, its target."""

    id: str
    title: str
    scale: Scale
    priority: str
    goal: Goal | None
    cells: Mapping[int, GridCell]


def load_grid(
    connection: Connection, ids: Sequence[str], *, territory: str, years: Sequence[int], today: date
) -> list[GridRow]:
    """The lines of the entry grid: the measures of one territory (or of none, when "") in those years."""
    cells: dict[str, dict[int, list[GridCell]]] = defaultdict(lambda: defaultdict(list))
    place = _M.c.territory == territory if territory else _M.c.territory.is_(None)
    found: dict[str, GridRow] = {}
    for some in chunks(ids):
        query = (
            select(_M)
            .where(_M.c.indicator.in_(some), place, _M.c.year.in_(list(years)), _M.c.deleted == 0)
            .order_by(_M.c.period, _M.c.updated_at)
        )
        for row in connection.execute(query).mappings():
            cell = GridCell(row["id"], reading_of(row), row["period"] or "", row["comment"] or "")
            cells[row["indicator"]][row["year"]].append(cell)
        goals = load_goals(connection, some)
        rows = connection.execute(
            select(_I, _P.c.number).outerjoin(_P, _P.c.id == _I.c.priority).where(_I.c.id.in_(some))
        )
        for row in rows.mappings():
            key = row["id"]
            goal = goal_of(goals_for(goals.get(key, ()), territory), today)
            found[key] = GridRow(
                key, row["title"] or "", scale_of(row), priority_of(row), goal,
                {year: replace(several[-1], count=len(several)) for year, several in cells[key].items()},
            )  # fmt: skip
    return [found[key] for key in ids if key in found]
