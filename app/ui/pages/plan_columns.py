"""What the plan d'actions shows of each action, and which of its cells can be edited in place."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from PySide6.QtWidgets import QWidget

from app.formatting import format_percent
from app.models import registry
from app.services import records, validation
from app.services.queries.plan import ActionRow
from app.services.schedule import State
from app.ui.context import Context
from app.ui.editing import sources_of
from app.ui.forms.editors import Sources
from app.ui.forms.form import make_editor
from app.ui.tables.columns import EMPTY, Cell, Column, Look, status_cell

ACTION = registry.entity("action")

#: Column → what `plan.ordered` sorts by.
SORTS = {
    "title": "title", "status": "state", "progress": "progress", "promoter": "promoter", "lead": "lead", "end": "end",
    "updated_at": "updated_at",
}  # fmt: skip
#: Columns one may hide, by the word of the menu.
OPTIONAL = (
    ("promoter", "Porteur"),
    ("lead", "Pilote Ville"),
    ("territories", "Territoires"),
    ("updated_at", "Mise à jour"),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the page: the action, its number in the plan, the key of its priority (`P3`), its
    depth when the page is a tree."""

    action: ActionRow
    number: str
    priority: str
    depth: int = 0

    @property
    def id(self) -> str:
        return self.action.id


def columns(context: Context) -> tuple[Column, ...]:
    """The columns of the table and of the tree."""
    theme = context.theme

    def editing(key: str) -> Callable[[QWidget, Any], QWidget]:
        return lambda parent, line: _cell_editor(context, parent, key, line)

    def field(key: str) -> Callable[[Line], Any]:
        return lambda line: getattr(line.action, key)

    return (
        Column("check", "", Look.CHECK, 34, sortable=False),
        Column(
            "title", "Action", Look.TITLE, 316, field("title"),
            lambda line: Cell(line.action.title, Look.TITLE, code=line.number, indent=line.depth), stretch=True,
            editor=editing("title"),
        ),
        Column(
            "status", "État", Look.STATUS, 108, field("status"),
            cell=lambda line: status_cell(theme.status(line.action.state)), editor=editing("status"),
        ),
        Column("progress", "Avancement", Look.PROGRESS, 106, field("progress"), _progress, editor=editing("progress")),
        Column(
            "promoter", "Porteur", width=176, value=field("promoter"),
            cell=lambda line: Cell(line.action.promoter_name), gives_way=2, editor=editing("promoter"),
        ),
        Column("lead", "Pilote Ville", width=150, value=field("lead"), gives_way=5, editor=editing("lead")),
        Column("territories", "Territoires", Look.CHIPS, 132, field("territories"), gives_way=3, sortable=False),
        Column("end", "Échéance", Look.DATE, 94, field("end"), tone=_lateness, editor=editing("end")),
        Column("updated_at", "Mise à jour", Look.DATE, 100, _updated, tone=lambda _line: "muted", gives_way=4),
    )  # fmt: skip


def lines(
    rows: Sequence[ActionRow], number: Callable[[str], str], keys: Mapping[str, str], *, deep: bool = False
) -> dict[str, Line]:
    """Rows as the table takes them; `keys` gives P3 for the id of a priority; `deep` moves them under their group."""
    found = {}
    for row in rows:
        place = number(row.id)
        found[row.id] = Line(row, place, keys.get(row.priority, ""), max(0, place.count(".") - 1) if deep else 0)
    return found


def progress_cell(progress: Decimal | None, tone: str = "") -> Cell:
    """The bar and percentage of an action, or of a group in the colour of its priority."""
    if progress is None:
        return EMPTY
    return Cell(format_percent(progress), Look.PROGRESS, tone, float(progress) / 100)


def _progress(line: Line) -> Cell:
    return progress_cell(line.action.progress)


def _lateness(line: Line) -> str:
    return "warning" if line.action.state is State.LATE else ""


def _updated(line: Line) -> date | None:
    stamp = line.action.updated_at
    return datetime.fromisoformat(stamp).astimezone().date() if stamp else None


def _cell_editor(context: Context, parent: QWidget, key: str, line: Line) -> QWidget:
    """The editor of a field, which also refuses what contradicts the rest of the action (an end before its start)."""
    declared = ACTION.fields[key]
    base = sources_of(context, declared)

    def check(value: Any) -> None:
        base.check(value)
        with context.store.read() as connection:
            values = records.fetch(connection, "action", line.id).values
        validation.check_together(ACTION, {**values, key: value})

    made = make_editor(context.theme, declared, Sources(base.search, base.name, base.tree, check))
    made.setParent(parent)
    return made
