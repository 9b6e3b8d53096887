"""What the document « Projet de quartier » prints, gathered in one reading of the notebook."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, func, select

from app.models.registry import ENTITIES
from app.notebook.log import chunks
from app.services.queries import indicators
from app.services.queries.action_report import ActionSheet, load_sheets
from app.services.queries.context_report import (
    ContextIndicator,
    Outline,
    Qpv,
    load_context,
    load_outlines,
    load_qpv,
)
from app.services.queries.home import has_example
from app.services.queries.indicators import IndicatorRow
from app.services.queries.plan import ObjectiveNode, Plan, PlanFilter, PriorityNode, Summary, load_plan, summaries
from app.services.queries.plan import summary as plan_summary
from app.services.queries.source_report import (
    Doubt,
    Inconsistency,
    SourceLine,
    load_doubts,
    load_inconsistencies,
    load_sources,
)

_PROJECT = ENTITIES["project"].table
_TERRITORY = ENTITIES["territory"].table
_NOTHING = Summary(0, None, 0, 0, 0)

_TEXTS = ("presentation", "team", "portrait", "issues", "perspectives")


@dataclass(frozen=True, slots=True)
class Frame:
    """Whose document this is: the town, its service, its contract and the years it covers."""

    town: str
    service: str
    contract: str
    start: int | None
    end: int | None

    @property
    def place(self) -> str:
        """« Ville de Roubaix · Service Politique de la ville »."""
        town = f"Ville de {self.town}" if self.town else ""
        service = f"Service {self.service}" if self.service else ""
        return " · ".join(part for part in (town, service) if part)

    @property
    def period(self) -> str:
        """« 2024–2030 »."""
        return "–".join(str(year) for year in (self.start, self.end) if year is not None)


@dataclass(frozen=True, slots=True)
class Texts:
    """What was written of the project of one quartier; Markdown, "" when nothing was."""

    quarter: str
    presentation: str
    team: str
    portrait: str
    issues: str
    perspectives: str


@dataclass(frozen=True, slots=True)
class BodyLine:
    """An instance of governance. `kind` is the French label of its type; `members` are functions."""

    name: str
    kind: str
    cadence: str
    lead: str
    purpose: str
    members: tuple[str, ...]
    to_create: bool
    to_confirm: bool


@dataclass(frozen=True, slots=True)
class ThemeLine:
    """A transversal theme and how many actions carry it."""

    kind: str
    kind_label: str
    title: str
    description: str
    actions: int


@dataclass(frozen=True, slots=True)
class Group:
    """An objective and its actions; `number` and `title` are "" for those under no objective."""

    number: str
    title: str
    actions: tuple[ActionSheet, ...]


@dataclass(frozen=True, slots=True)
class AmbitionLine:
    """An ambition and what measures it; without indicator when nobody has defined one."""

    title: str
    horizon: int | None
    indicators: tuple[IndicatorRow, ...]


@dataclass(frozen=True, slots=True)
class PriorityPart:
    """A priority of the contract and all that is told of it. Objectives without action are apart."""

    node: PriorityNode
    summary: Summary
    groups: tuple[Group, ...]
    unused: tuple[ObjectiveNode, ...]
    ambitions: tuple[AmbitionLine, ...]

    @property
    def actions(self) -> tuple[ActionSheet, ...]:
        return tuple(action for group in self.groups for action in group.actions)


@dataclass(frozen=True, slots=True)
class PartnerLine:
    """A structure, its category in French, its parts in the actions: (role, number of the action)."""

    name: str
    acronym: str
    category: str
    parts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ProjectReport:
    """All that the document prints. `quarter` is the name of the quartier, "" for the whole town."""

    frame: Frame
    quarter: str
    texts: tuple[Texts, ...]
    qpv: tuple[Qpv, ...]
    outlines: tuple[Outline, ...]
    bodies: tuple[BodyLine, ...]
    themes: tuple[ThemeLine, ...]
    summary: Summary
    priorities: tuple[PriorityPart, ...]
    other_actions: tuple[ActionSheet, ...]
    context: tuple[ContextIndicator, ...]
    followed: tuple[IndicatorRow, ...]
    partners: tuple[PartnerLine, ...]
    doubts: tuple[Doubt, ...]
    inconsistencies: tuple[Inconsistency, ...]
    sources: tuple[SourceLine, ...]
    acronyms: tuple[tuple[str, str], ...]
    example: bool

    @property
    def actions(self) -> tuple[ActionSheet, ...]:
        """Every action, in the order of the plan."""
        return (*(action for part in self.priorities for action in part.actions), *self.other_actions)


def load_project_report(connection: Connection, *, district: str, today: date) -> ProjectReport:
    """Gather the document of a quartier ("" for the whole town) as things stand on `today`."""
    plan = load_plan(connection, district)
    ids = [entry.id for entry in plan.entries]
    sheets = {sheet.id: sheet for sheet in load_sheets(connection, ids, today=today, district=district)}
    kept = PlanFilter(today=today, district=district)
    sums = summaries(connection, kept)
    ambitions = _ambitions(connection, today, district)
    followed = indicators.followed(connection, district).project
    actions = [sheets[row] for row in ids if row in sheets]
    return ProjectReport(
        frame=load_frame(connection),
        quarter=quarter_name(connection, district),
        texts=_texts(connection, district),
        qpv=load_qpv(connection, district),
        outlines=load_outlines(connection, district),
        bodies=_bodies(connection),
        themes=_themes(connection, ids),
        summary=plan_summary(connection, kept),
        priorities=tuple(
            _priority(node, plan, sheets, sums.get(node.id, _NOTHING), ambitions.get(node.id, ()))
            for node in plan.priorities
        ),
        other_actions=_others(plan, sheets),
        context=load_context(connection, district),
        followed=tuple(indicators.fetch_rows(connection, followed, today=today, district=district)),
        partners=_partners(connection, actions),
        doubts=load_doubts(connection),
        inconsistencies=load_inconsistencies(connection),
        sources=load_sources(connection),
        acronyms=_acronyms(connection, actions),
        example=has_example(connection),
    )


def load_frame(connection: Connection) -> Frame:
    """The town and its contract, as the notebook knows them."""
    town, contract = ENTITIES["town_settings"].table, ENTITIES["contract"].table
    settings = connection.execute(
        select(town.c.town, town.c.service).where(town.c.deleted == 0).order_by(town.c.id)
    ).first()
    signed = connection.execute(
        select(contract.c.title, contract.c.town, contract.c.start, contract.c.end)
        .where(contract.c.deleted == 0)
        .order_by(contract.c.start.desc(), contract.c.id)
    ).first()
    name, service = settings if settings else ("", "")
    title, town_name, start, end = signed if signed else ("", "", None, None)
    return Frame(name or town_name or "", service or "", title or "", start, end)


def quarter_name(connection: Connection, district: str) -> str:
    """The name of a quartier; "" for the whole town."""
    query = select(_TERRITORY.c.name).where(_TERRITORY.c.id == district)
    return connection.execute(query).scalar() or "" if district else ""


def district_of_notebook(connection: Connection) -> str:
    """The id of the quartier a notebook was made for; "" when it is the town's."""
    found = connection.exec_driver_sql("SELECT value FROM meta WHERE key = 'district'").scalar()
    return found if isinstance(found, str) else ""


def author_of_notebook(connection: Connection) -> str:
    """Who this notebook is: « Chef de projet Est »."""
    found = connection.exec_driver_sql("SELECT value FROM meta WHERE key = 'author'").scalar()
    return found if isinstance(found, str) else ""


# -- the plan -----------------------------------------------------------------------------------------------------


def _priority(
    node: PriorityNode,
    plan: Plan,
    sheets: Mapping[str, ActionSheet],
    summary: Summary,
    ambitions: Sequence[AmbitionLine],
) -> PriorityPart:
    """The objectives of a priority from the top down, each with its actions; then those under none."""
    own = [entry for entry in plan.entries if entry.priority == node.id and entry.id in sheets]
    objectives = [objective for objective in plan.objectives if objective.priority == node.id]
    under: dict[str, list[ActionSheet]] = defaultdict(list)
    known = {objective.id for objective in objectives}
    for entry in own:
        under[entry.objective if entry.objective in known else ""].append(sheets[entry.id])
    above = {objective.id: objective.parent for objective in objectives}
    used: set[str] = set()
    for row in under:
        while row and row not in used:
            used.add(row)
            row = above.get(row) or ""
    groups = [
        Group(objective.number, objective.title, tuple(under.get(objective.id, ())))
        for objective in objectives
        if objective.id in used
    ]
    if under.get(""):
        # Under a heading of their own, or one would take them for actions of the last objective.
        groups.append(Group("", "Sans objectif" if groups else "", tuple(under[""])))
    unused = tuple(objective for objective in objectives if objective.id not in used)
    return PriorityPart(node, summary, tuple(groups), unused, tuple(ambitions))


def _others(plan: Plan, sheets: Mapping[str, ActionSheet]) -> tuple[ActionSheet, ...]:
    """The actions whose priority is not known: another référentiel, or one that was removed."""
    known = {node.id for node in plan.priorities}
    return tuple(sheets[entry.id] for entry in plan.entries if entry.priority not in known and entry.id in sheets)


def _ambitions(connection: Connection, today: date, district: str) -> dict[str, tuple[AmbitionLine, ...]]:
    """The ambitions of each priority, with the indicators that have a target for 2030 or without a year."""
    ambition, indicator, target = (ENTITIES[key].table for key in ("ambition", "indicator", "target"))
    aimed = (
        select(target.c.indicator)
        .join(indicator, indicator.c.id == target.c.indicator)
        .join(ambition, ambition.c.id == indicator.c.ambition)
        .where(target.c.deleted == 0)
        .where((target.c.year.is_(None)) | (target.c.year >= func.coalesce(ambition.c.horizon, 2030)))
    )
    rows = connection.execute(
        select(ambition.c.id, ambition.c.title, ambition.c.horizon, ambition.c.priority)
        .where(ambition.c.deleted == 0)
        .order_by(func.coalesce(ambition.c.order, "~"), ambition.c.title)
    ).all()
    linked = connection.execute(
        select(indicator.c.ambition, indicator.c.id)
        .where(indicator.c.deleted == 0, indicator.c.ambition.is_not(None), indicator.c.id.in_(aimed))
        .order_by(func.coalesce(indicator.c.order, "~"), indicator.c.title)
    ).all()
    of: dict[str, list[str]] = defaultdict(list)
    for home, row in linked:
        of[home].append(row)
    known = {
        row.id: row
        for row in indicators.fetch_rows(connection, [row for _, row in linked], today=today, district=district)
    }
    found: dict[str, list[AmbitionLine]] = defaultdict(list)
    for row, title, horizon, priority in rows:
        measured = tuple(known[one] for one in of[row] if one in known)
        found[priority or ""].append(AmbitionLine(title or "", horizon, measured))
    return {priority: tuple(lines) for priority, lines in found.items()}


# -- around the plan ----------------------------------------------------------------------------------------------


def _texts(connection: Connection, district: str) -> tuple[Texts, ...]:
    """The texts of the project of the quartier, or of every project of the town."""
    columns = [_PROJECT.c[key] for key in _TEXTS]
    query = (
        select(_TERRITORY.c.name, *columns)
        .outerjoin(_TERRITORY, _TERRITORY.c.id == _PROJECT.c.territory)
        .where(_PROJECT.c.deleted == 0)
        .order_by(_TERRITORY.c.name, _PROJECT.c.start, _PROJECT.c.id)
    )
    if district:
        query = query.where(_PROJECT.c.territory == district)
    return tuple(Texts(*(value or "" for value in row)) for row in connection.execute(query))


def _bodies(connection: Connection) -> tuple[BodyLine, ...]:
    declared = ENTITIES["body"]
    table, kinds = declared.table, declared.fields["kind"]
    order = {choice.code: place for place, choice in enumerate(kinds.choices)}
    query = (
        select(table).where(table.c.deleted == 0, func.coalesce(table.c.status, "") != "ended").order_by(table.c.order)
    )
    rows = sorted(connection.execute(query).mappings(), key=lambda row: order.get(row["kind"], 99))
    return tuple(
        BodyLine(
            row["name"] or "", kinds.choice_label(row["kind"]), row["cadence"] or "", row["lead"] or "",
            row["purpose"] or "", _items(row["members"] or ""), row["status"] == "to_create", bool(row["to_confirm"]),
        )
        for row in rows
    )  # fmt: skip


def _items(text: str) -> tuple[str, ...]:
    """The items of a Markdown list, or its lines."""
    lines = (line.strip().removeprefix("- ").strip() for line in text.split("\n"))
    return tuple(line for line in lines if line)


def _themes(connection: Connection, ids: Sequence[str]) -> tuple[ThemeLine, ...]:
    declared = ENTITIES["theme"]
    table, kinds = declared.table, declared.fields["kind"]
    links = ENTITIES["action"].link_tables["themes"]
    carried: Counter[str] = Counter()
    for some in chunks(ids):
        query = select(links.c.target, func.count()).where(links.c.row.in_(some)).group_by(links.c.target)
        for theme, count in connection.execute(query):
            carried[theme] += count
    order = {choice.code: place for place, choice in enumerate(kinds.choices)}
    rows = connection.execute(select(table).where(table.c.deleted == 0).order_by(table.c.order)).mappings()
    found = [
        ThemeLine(
            row["kind"] or "", kinds.choice_label(row["kind"]), row["title"] or "", row["description"] or "",
            carried[row["id"]],
        )
        for row in rows
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda line: order.get(line.kind, 99)))


def _partners(connection: Connection, actions: Sequence[ActionSheet]) -> tuple[PartnerLine, ...]:
    """The structures that carry or help an action, by category then name."""
    parts: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for action in actions:
        if action.promoter_id:
            parts[action.promoter_id].append(("porteur", action.number))
        for partner in action.partners:
            parts[partner.organisation].append((partner.role, action.number))
    declared = ENTITIES["organisation"]
    table, categories = declared.table, declared.fields["category"]
    order = {choice.code: place for place, choice in enumerate(categories.choices)}
    found: list[tuple[int, PartnerLine]] = []
    for some in chunks(list(parts)):
        query = (
            select(table.c.id, table.c.name, table.c.acronym, table.c.category)
            .where(table.c.id.in_(some))
            .order_by(func.fold(table.c.name))
        )
        for row, name, acronym, category in connection.execute(query):
            line = PartnerLine(name or "", acronym or "", categories.choice_label(category), tuple(parts[row]))
            found.append((order.get(category, 99), line))
    return tuple(line for _, line in sorted(found, key=lambda pair: pair[0]))


def _acronyms(connection: Connection, actions: Sequence[ActionSheet]) -> tuple[tuple[str, str], ...]:
    """The sigles of the dispositifs and of the structures of the plan: (sigle, whole name)."""
    used = {row for action in actions for row in (action.promoter_id, *(one.organisation for one in action.partners))}
    found: dict[str, str] = {}
    for key, title in (("scheme", "title"), ("organisation", "name")):
        table = ENTITIES[key].table
        query = select(table.c.id, table.c.acronym, table.c[title]).where(
            table.c.deleted == 0, table.c.acronym.is_not(None)
        )
        for row, acronym, name in connection.execute(query):
            if name and acronym != name and (key == "scheme" or row in used):
                found.setdefault(acronym, name)
    return tuple(sorted(found.items()))
