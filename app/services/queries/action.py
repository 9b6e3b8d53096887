"""Everything the fiche of one action shows, read together when it is opened."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, func, select

from app.formatting import NBSP, format_date, plural
from app.models.registry import ENTITIES
from app.services import records
from app.services.action_partners import Partner, partners_of
from app.services.queries import indicators
from app.services.queries.plan import PriorityNode, load_priorities
from app.services.readings import reading_words
from app.services.records import Record
from app.services.schedule import State, is_late_step, state_of
from app.services.scorecard import goal_line, period_words

_STEP = ENTITIES["step"].table
_NOTE = ENTITIES["follow_up"].table


@dataclass(frozen=True, slots=True)
class Step:
    """A step in its order; `is_late` when its échéance is past and it is not done."""

    id: str
    title: str
    due: date | None
    done: date | None
    responsible: str
    is_late: bool


@dataclass(frozen=True, slots=True)
class Note:
    """One note of the follow-up."""

    id: str
    day: date | None
    text: str
    author: str


@dataclass(frozen=True, slots=True)
class LinkedIndicator:
    """An indicator fed by the action: what it was worth last, and what is aimed at, both in words."""

    id: str
    title: str
    last: str
    aim: str


@dataclass(frozen=True, slots=True)
class ActionDetail:
    """The action with its parts. `priority` is None when its link leads nowhere."""

    record: Record
    state: State
    priority: PriorityNode | None
    steps: tuple[Step, ...]
    partners: tuple[Partner, ...]
    indicators: tuple[LinkedIndicator, ...]
    notes: tuple[Note, ...]

    @property
    def is_example(self) -> bool:
        return bool(self.record.values.get("example"))

    @property
    def steps_done(self) -> int:
        return sum(step.done is not None for step in self.steps)


def load_action(connection: Connection, action: str, *, today: date, district: str = "") -> ActionDetail:
    """The fiche of an action, deleted or not; raises UnknownRecord."""
    record = records.fetch(connection, "action", action)
    values = record.values
    end, blocked = values["end"], values["blocking_point"]
    assert end is None or isinstance(end, date)
    state = state_of(str(values["status"] or ""), end, str(blocked or ""), today)
    priority = next((node for node in load_priorities(connection) if node.id == values["priority"]), None)
    return ActionDetail(
        record,
        state,
        priority,
        load_steps(connection, action, today),
        partners_of(connection, [action]).get(action, ()),
        _indicators(connection, action, today, district),
        _notes(connection, action),
    )


def load_steps(connection: Connection, action: str, today: date) -> tuple[Step, ...]:
    """The live steps of an action, in their order."""
    query = (
        select(_STEP.c.id, _STEP.c.title, _STEP.c.due, _STEP.c.done, _STEP.c.responsible)
        .where(_STEP.c.action == action, _STEP.c.deleted == 0)
        .order_by(func.coalesce(_STEP.c.order, "~"), _STEP.c.due, _STEP.c.id)
    )
    found = []
    for row, title, due, done, responsible in connection.execute(query):
        day, done_day = _day(due), _day(done)
        late = is_late_step(day, done_day, today)
        found.append(Step(row, title or "", day, done_day, responsible or "", late))
    return tuple(found)


def lateness(detail: ActionDetail, today: date) -> tuple[str, str]:
    """What the banner of a late action says: « En retard de 19 jours. » and the step or the date that is past."""
    end = detail.record.values["end"]
    assert isinstance(end, date)
    days = (today - end).days
    step = next((step for step in detail.steps if step.is_late), None)
    if step is not None and step.due is not None:
        what = f"L’étape «{NBSP}{step.title}{NBSP}» devait finir le {format_date(step.due)}."
    else:
        what = f"L’échéance était le {format_date(end)}."
    return f"En retard de {days}{NBSP}{plural(days, 'jour')}.", what


def _indicators(connection: Connection, action: str, today: date, district: str) -> tuple[LinkedIndicator, ...]:
    links = ENTITIES["indicator"].link_tables["actions"]
    ids = list(connection.scalars(select(links.c.row).where(links.c.target == action).order_by(links.c.row)))
    found = []
    for row in indicators.fetch_rows(connection, ids, today=today, district=district):
        last = row.series.last
        said = f"{reading_words(last.reading, row.scale)} ({period_words(last)})" if last is not None else "à saisir"
        found.append(LinkedIndicator(row.id, row.title, said, goal_line(row.goal, row.scale) if row.goal else ""))
    return tuple(found)


def _notes(connection: Connection, action: str) -> tuple[Note, ...]:
    query = (
        select(_NOTE.c.id, _NOTE.c.date, _NOTE.c.text, _NOTE.c.updated_by)
        .where(_NOTE.c.action == action, _NOTE.c.deleted == 0)
        .order_by(_NOTE.c.date.desc(), _NOTE.c.created_at.desc(), _NOTE.c.id.desc())
    )
    authors = {n: label or "" for n, label in connection.exec_driver_sql("SELECT n, label FROM replica")}
    return tuple(
        Note(row, _day(day), text or "", authors.get(by, "")) for row, day, text, by in connection.execute(query)
    )


def _day(stored: str | None) -> date | None:
    return date.fromisoformat(stored) if stored else None
