"""What the fiches print of actions: everything said of each, gathered for many at once."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import Connection, func, or_, select

from app.models.registry import ENTITIES
from app.notebook.log import chunks
from app.services import records
from app.services.action_partners import partners_of
from app.services.queries import indicators
from app.services.queries.indicators import IndicatorRow
from app.services.queries.plan import Entry, ObjectiveNode, PriorityNode, load_plan, load_priorities
from app.services.records import Record
from app.services.schedule import State, is_late_step, state_of

_ACTION = ENTITIES["action"]
_STEP = ENTITIES["step"].table
_NOTE = ENTITIES["follow_up"].table
_CONTACT = ENTITIES["contact"].table
_TERRITORY = ENTITIES["territory"].table


@dataclass(frozen=True, slots=True)
class SheetStep:
    """A step of an action; `late` when its échéance is past and it is not done."""

    title: str
    due: date | None
    done: date | None
    responsible: str
    late: bool


@dataclass(frozen=True, slots=True)
class SheetNote:
    """A note of follow-up."""

    day: date | None
    text: str


@dataclass(frozen=True, slots=True)
class SheetPartner:
    """A structure and the part it takes in the action."""

    name: str
    role: str
    organisation: str = ""


@dataclass(frozen=True, slots=True)
class ActionSheet:
    """All that a fiche prints of one action. Texts are as typed, "" when absent; `progress` in points of percent.

    `number` is its place in the plan (2.3.1), `kind` and `participation` are the French labels of their choices,
    `contact` is the function and the name of the promoter's contact.
    """

    id: str
    number: str
    code: str
    title: str
    state: State
    progress: Decimal | None
    start: date | None
    end: date | None
    kind: str
    kind_label: str
    priority: PriorityNode | None
    objectives: tuple[str, ...]
    ambitions: tuple[str, ...]
    themes: tuple[str, ...]
    schemes: tuple[str, ...]
    territories: tuple[str, ...]
    promoter: str
    promoter_id: str
    contact: str
    lead: str
    elected: str
    context: str
    description: str
    publics: str
    needs: str
    participation: str
    common_law: str
    blocking_point: str
    partners: tuple[SheetPartner, ...]
    steps: tuple[SheetStep, ...]
    notes: tuple[SheetNote, ...]
    indicators: tuple[IndicatorRow, ...]
    updated_at: str
    example: bool

    @property
    def next_step(self) -> SheetStep | None:
        """The first step not yet done."""
        return next((step for step in self.steps if step.done is None), None)


def load_sheets(
    connection: Connection, ids: Sequence[str], *, today: date, district: str = "", measured: bool = False
) -> list[ActionSheet]:
    """The fiches of `ids`, in that order; with `measured`, each with its indicators.

    Numbers are those of the plan of `district` ("" for the town).
    """
    plan = load_plan(connection, district)
    entries = {entry.id: entry for entry in plan.entries}
    objectives = {node.id: node for node in plan.objectives}
    priorities = {node.id: node for node in load_priorities(connection)}
    found = records.fetch_many(connection, "action", ids)
    named = _Names(connection, found)
    partners, steps, notes = partners_of(connection, ids), _steps(connection, ids, today), _notes(connection, ids)
    measures = _indicators(connection, ids, today, district) if measured else {}
    sheets = []
    for record in found:
        values = record.values
        state = state_of(_text(record, "status"), _day(values["end"]), _text(record, "blocking_point"), today)
        progress = values["progress"]
        promoter = _text(record, "promoter")
        sheets.append(
            ActionSheet(
                id=record.id,
                number=entries[record.id].number if record.id in entries else "",
                code=_text(record, "code"),
                title=_text(record, "title"),
                state=state,
                progress=progress if isinstance(progress, Decimal) else None,
                start=_day(values["start"]),
                end=_day(values["end"]),
                kind=_text(record, "kind"),
                kind_label=_choice(record, "kind"),
                priority=priorities.get(_text(record, "priority")),
                objectives=_path(entries.get(record.id), _text(record, "objective"), objectives),
                ambitions=named.many(record, "ambitions"),
                themes=named.many(record, "themes"),
                schemes=named.many(record, "schemes"),
                territories=named.many(record, "territories"),
                promoter=named.one(record, "promoter"),
                promoter_id=promoter,
                contact=named.contacts.get(promoter, ""),
                lead=_text(record, "lead"),
                elected=_text(record, "elected"),
                context=_text(record, "context"),
                description=_text(record, "description"),
                publics=_text(record, "publics"),
                needs=_text(record, "needs"),
                participation=_choice(record, "participation"),
                common_law=_text(record, "common_law"),
                blocking_point=_text(record, "blocking_point"),
                partners=tuple(
                    SheetPartner(one.label, one.role, one.organisation) for one in partners.get(record.id, ())
                ),
                steps=tuple(steps.get(record.id, ())),
                notes=tuple(notes.get(record.id, ())),
                indicators=tuple(measures.get(record.id, ())),
                updated_at=record.updated_at,
                example=bool(values["example"]),
            )
        )
    return sheets


class _Names:
    """What the links of a set of actions are called, asked once for all."""

    def __init__(self, connection: Connection, found: Sequence[Record]) -> None:
        self._labels: dict[str, Mapping[str, str]] = {}
        for key in ("ambitions", "themes", "schemes", "territories", "promoter"):
            field = _ACTION.fields[key]
            wanted = {target for record in found for target in _targets(record, key)}
            self._labels[key] = records.labels(connection, field.target, sorted(wanted), whole=True)
        wanted = {target for record in found for target in _targets(record, "territories")}
        self._labels["territories"] = _territory_names(connection, sorted(wanted)) if wanted else {}
        self.contacts = _contacts(connection, sorted(self._labels["promoter"]))

    def one(self, record: Record, key: str) -> str:
        return self._labels[key].get(_text(record, key), "")

    def many(self, record: Record, key: str) -> tuple[str, ...]:
        labels = self._labels[key]
        return tuple(sorted(labels[target] for target in _targets(record, key) if target in labels))


def _targets(record: Record, key: str) -> tuple[str, ...]:
    value = record.values.get(key)
    if isinstance(value, tuple):
        return value
    return (str(value),) if value else ()


def _territory_names(connection: Connection, ids: Sequence[str]) -> dict[str, str]:
    """« Quartier Est », « Pile », « QPV QN05980M Roubaix-Tourcoing »: what tells a territory from its namesakes."""
    named: dict[str, str] = {}
    for some in chunks(ids):
        query = select(
            _TERRITORY.c.id, _TERRITORY.c.name, _TERRITORY.c.short_name, _TERRITORY.c.kind, _TERRITORY.c.code
        ).where(_TERRITORY.c.id.in_(some))
        for row, name, short, kind, code in connection.execute(query):
            word = short or name or ""
            if kind == "district":
                word = f"Quartier {word}"
            elif kind in ("qpv_2024", "qpv_2015"):
                word = " ".join(part for part in ("QPV", code, word) if part)
            named[row] = word
    return named


def _contacts(connection: Connection, organisations: Sequence[str]) -> dict[str, str]:
    """The first contact of each structure: « Directrice, direction »."""
    named: dict[str, str] = {}
    for some in chunks(organisations):
        query = (
            select(_CONTACT.c.organisation, _CONTACT.c.first_name, _CONTACT.c.last_name, _CONTACT.c.function)
            .where(_CONTACT.c.organisation.in_(some), _CONTACT.c.deleted == 0)
            .order_by(func.fold(_CONTACT.c.last_name), _CONTACT.c.id)
        )
        for organisation, first, last, function in connection.execute(query):
            person = " ".join(part for part in (first, last) if part)
            named.setdefault(organisation, ", ".join(part for part in (person, function) if part))
    return named


def _steps(connection: Connection, ids: Sequence[str], today: date) -> dict[str, list[SheetStep]]:
    found: dict[str, list[SheetStep]] = defaultdict(list)
    for some in chunks(ids):
        query = (
            select(_STEP.c.action, _STEP.c.title, _STEP.c.due, _STEP.c.done, _STEP.c.responsible)
            .where(_STEP.c.action.in_(some), _STEP.c.deleted == 0)
            .order_by(func.coalesce(_STEP.c.due, _STEP.c.done).is_(None), func.coalesce(_STEP.c.due, _STEP.c.done),
                      _STEP.c.order, _STEP.c.title)
        )  # fmt: skip
        for action, title, due, done, responsible in connection.execute(query):
            when, made = _day(due), _day(done)
            found[action].append(SheetStep(title or "", when, made, responsible or "", is_late_step(when, made, today)))
    return found


def _notes(connection: Connection, ids: Sequence[str]) -> dict[str, list[SheetNote]]:
    """The notes of follow-up of each action, the newest first."""
    found: dict[str, list[SheetNote]] = defaultdict(list)
    for some in chunks(ids):
        query = (
            select(_NOTE.c.action, _NOTE.c.date, _NOTE.c.text)
            .where(_NOTE.c.action.in_(some), _NOTE.c.deleted == 0)
            .order_by(_NOTE.c.date.desc(), _NOTE.c.created_at.desc(), _NOTE.c.id)
        )
        for action, day, text in connection.execute(query):
            found[action].append(SheetNote(_day(day), text or ""))
    return found


def _indicators(
    connection: Connection, ids: Sequence[str], today: date, district: str
) -> dict[str, list[IndicatorRow]]:
    """The indicators linked to each action."""
    links, table = ENTITIES["indicator"].link_tables["actions"], ENTITIES["indicator"].table
    of: dict[str, list[str]] = defaultdict(list)
    for some in chunks(ids):
        query = (
            select(links.c.target, links.c.row)
            .join(table, table.c.id == links.c.row)
            .where(links.c.target.in_(some), or_(table.c.deleted == 0, table.c.deleted.is_(None)))
            .order_by(table.c.order, table.c.title)
        )
        for action, indicator in connection.execute(query):
            of[action].append(indicator)
    wanted = list(dict.fromkeys(one for many in of.values() for one in many))
    rows = {row.id: row for row in indicators.fetch_rows(connection, wanted, today=today, district=district)}
    return {action: [rows[one] for one in many if one in rows] for action, many in of.items()}


def _path(entry: Entry | None, objective: str, nodes: Mapping[str, ObjectiveNode]) -> tuple[str, ...]:
    """The objectives above an action, from the top: « 1.1 Associer les parents »."""
    found: list[str] = []
    row: str | None = entry.objective if entry else objective
    while row is not None and row in nodes:
        node = nodes[row]
        found.append(f"{node.number} {node.title}".strip())
        row = node.parent
    return tuple(reversed(found))


def _choice(record: Record, key: str) -> str:
    return _ACTION.fields[key].choice_label(_text(record, key))


def _text(record: Record, key: str) -> str:
    value = record.values.get(key)
    return value if isinstance(value, str) else ""


def _day(value: object) -> date | None:
    if isinstance(value, date):
        return value
    return date.fromisoformat(value) if isinstance(value, str) else None
