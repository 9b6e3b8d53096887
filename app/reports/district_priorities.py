"""The plan of the projet de quartier: what waits for somebody, then each priority on its own pages."""

from collections.abc import Sequence
from decimal import Decimal

from app.formatting import NBSP, counted, format_date, format_number, plural, shorten
from app.reports import blocks, charts
from app.reports.blocks import KeyFigure
from app.reports.cells import Cell, Column, Row
from app.reports.district_context import context_chart
from app.reports.district_frame import part_title, summary_figures
from app.reports.layout import Block, Columns, Room, Space
from app.reports.plan_blocks import (
    PlanGroup,
    PlanTotal,
    plan_table,
    priority_reference,
    progress_cell,
    status_cell,
    status_legend,
)
from app.reports.request import Request
from app.reports.text import Heading, RichText, Run, Text
from app.reports.theme import BODY, HEADING, PAPER
from app.reports.wording import aim_words, capital, cited, last_words, plan_groups, plan_line, status_of, value_words
from app.services.queries.action_report import ActionSheet
from app.services.queries.indicators import IndicatorRow
from app.services.queries.plan import Summary
from app.services.queries.project_report import AmbitionLine, PriorityPart, ProjectReport
from app.services.schedule import State
from app.services.scorecard import Measure, goal_words

#: Room left under a priority for the next one to begin there.
PRIORITY_ROOM = 270
#: Late and blocked actions told at the front.
WAITING = 12
#: Notes of the year told by priority; a longer one is cut, the fiches are elsewhere.
NOTES = 6
NOTE_LENGTH = 230
_BLOCKED = (State.LATE, State.BLOCKED)


def overview(report: ProjectReport) -> list[Block]:
    """The plan by priority in figures."""
    return [*part_title("Plan d’actions"), _priorities_table(report)]


def waiting(report: ProjectReport, request: Request) -> list[Block]:
    """What is late or blocked, and what each action waits for; not for inhabitants."""
    if request.public or not report.actions:
        return []
    found = [action for action in report.actions if action.state in _BLOCKED]
    story: list[Block] = [
        blocks.heading("Ce qui attend une décision", note=counted(len(found), "action") if found else ""),
        _waiting_table(found[:WAITING]),
    ]
    left = len(found) - WAITING
    if left > 0:
        story.append(blocks.caption(f"Et {counted(left, 'autre action', 'autres actions')}, dites avec leur priorité."))
    return story


def _priorities_table(report: ProjectReport) -> Block:
    columns = [
        Column("Priorité", share=1), Column("Actions", 46, align="right"), Column("Avancement", 66),
        Column("En cours", 50, align="right"), Column("Terminées", 56, align="right"),
        Column("En retard", 52, align="right"), Column("Bloquées", 52, align="right"),
    ]  # fmt: skip
    rows = []
    for part in report.priorities:
        label = [Run(part.node.key, bold=True, colour=PAPER.priority(part.node.key).fg)]
        label.append(Run(f" {part.node.short_title}"))
        running = sum(action.state is State.RUNNING for action in part.actions)
        rows.append(Row(_figures_row(label, part.summary, running)))
    running = sum(action.state is State.RUNNING for action in report.actions)
    rows.append(Row(_figures_row("Ensemble du plan", report.summary, running), "total"))
    table = blocks.data_table(columns, rows, row_head=0, summary="Le plan par priorité")
    table.space_after = 10
    return table


def _figures_row(label: RichText, summary: Summary, running: int) -> list[str | Cell]:
    late, blocked = summary.late, summary.blocked
    return [
        Cell(label),
        format_number(summary.count),
        progress_cell(summary.progress),
        format_number(running) if running else "–",
        format_number(summary.done) if summary.done else "–",
        Cell(f"▲{NBSP}{late}", bold=True, colour=PAPER.warning.fg) if late else "–",
        Cell(f"■{NBSP}{blocked}", bold=True, colour=PAPER.danger.fg) if blocked else "–",
    ]


def _waiting_table(waiting: Sequence[ActionSheet]) -> Block:
    columns = [
        Column("N°", 44), Column("Action", share=1), Column("État", 66), Column("Échéance", 57),
        Column("Ce qui attend", share=1.3),
    ]  # fmt: skip
    rows = []
    for action in waiting:
        code = action.priority.key if action.priority else ""
        status = status_of(action.state)
        due: str | Cell = format_date(action.end) or "–"
        if status == "late":
            due = Cell(str(due), bold=True)
        rows.append(
            Row((priority_reference(code, action.number), action.title, status_cell(status), due, _why(action)))
        )
    table = blocks.data_table(
        columns, rows, empty="Aucune action n’est en retard ni bloquée.", row_head=1, align_top=True
    )
    table.space_after = 8
    return table


def _why(action: ActionSheet) -> str:
    """The blocking point, or the step that is awaited."""
    if action.blocking_point:
        return shorten(action.blocking_point, NOTE_LENGTH)
    late = next((step for step in action.steps if step.late), None)
    if late:
        return f"L’étape «{NBSP}{late.title}{NBSP}» était attendue pour le {format_date(late.due)}."
    return f"L’échéance est passée depuis le {format_date(action.end)}."


# -- one priority -------------------------------------------------------------------------------------------------


def priority_pages(part: PriorityPart, report: ProjectReport, request: Request) -> list[Block]:
    """A priority, from the top of a page: figures, plan, context, ambitions, what was done, what blocks."""
    node = part.node
    late = [action for action in part.actions if action.state is State.LATE]
    figures = summary_figures(part.summary)
    cpom = sum(action.kind == "cpom" for action in part.actions)
    if cpom:
        figures[0] = KeyFigure(figures[0].value, f"dont {format_number(cpom)} CPOM sur trois ans")
    if len(late) == 1:
        figures[2] = KeyFigure("1 en retard", shorten(late[0].title, 46))
    description = node.title if node.title != node.short_title else ""
    story: list[Block] = [
        Room(PRIORITY_ROOM),
        Space(18),
        blocks.PriorityHeading(node.key, node.short_title, description, level=2),
        blocks.KeyFigures(figures),
        _heading("Plan d’actions"),
        *_plan(part),
    ]
    story += _ambitions(part.ambitions, report)
    chart = _chart(part, report)
    stuck = [] if request.public or not part.actions else _stuck(part)
    if chart and stuck:
        story.append(blocks.side_by_side(chart, stuck, shares=(1.25, 1)))
    else:
        story += chart or stuck
    if part.actions:
        story += _done(part, request)
    return story


def other_pages(actions: Sequence[ActionSheet]) -> list[Block]:
    """The actions whose priority is none of the contract's."""
    if not actions:
        return []
    lines = tuple(plan_line(action) for action in actions)
    return [
        Room(160),
        Space(18),
        Heading("Autres actions", HEADING.but(size=18, leading=23, bold=False), level=2, after=8),
        blocks.paragraph("Ces actions ne sont rattachées à aucune des priorités du contrat de ville."),
        *plan_table([PlanGroup("", "", lines)], budget=False),
        status_legend(),
    ]


def _heading(text: str) -> Heading:
    """A heading under the one of a priority: it looks like the others, one level below."""
    return Heading(text, HEADING, level=3, before=14, after=4, bookmark=False)


def _plan(part: PriorityPart) -> list[Block]:
    table = plan_table(
        plan_groups(part.groups),
        priority=part.node.key,
        total=PlanTotal("Ensemble de la priorité", part.summary.progress),
        budget=False,
    )
    story: list[Block] = list(table)
    if part.actions:
        story.append(status_legend())
    if part.unused:
        names = f"{NBSP}; ".join(f"{one.number} {one.title}".strip() for one in part.unused)
        story.append(blocks.caption(f"Sans action à ce jour{NBSP}: {names}."))
    return story


def _chart(part: PriorityPart, report: ProjectReport) -> list[Block]:
    """The context compared; without any, the followed indicator that has the most to tell."""
    compared = context_chart(report.context, part.node.key)
    if compared:
        return [_heading("Le contexte en chiffres"), *compared]
    own = [row for row in report.followed if row.priority == part.node.key and len(_levels(row)) > 1]
    if not own:
        return []
    row = max(own, key=lambda one: (len(_levels(one)), one.goal is not None))
    return [_heading("Ce qui se mesure"), Text(row.title, BODY, after=2, keep_with_next=True), *trend_figure(row)]


def trend_figure(row: IndicatorRow, *, width: float = 269, height: float = 120) -> list[Block]:
    """The curve of an indicator with its targets, and the sources of its values."""
    points = _levels(row)
    targets = []
    for goal in row.goals:
        aim = goal.low if goal.low is not None else goal.high
        # A target of the very year of the last value would be written over it; it is said in words elsewhere.
        if goal.year is not None and goal.year > points[-1][0] and goal.is_measured and aim is not None:
            targets.append(charts.Target(goal.year, aim, goal.high if goal.is_range else None))
    unit = row.scale.unit if len(row.scale.unit) < 3 else ""
    drawing = charts.trend(points, targets=targets, width=width, height=height, unit=unit)
    said = ", ".join(f"{value_words(one, row.scale)} ({one.dated})" for one in row.series.measures if one.dated)
    aims = ", ".join(f"{goal_words(goal, row.scale)} en {goal.year}" for goal in row.goals if goal.year)
    words = f"Courbe. {row.title}{NBSP}: {said}.{f' Cible{NBSP}: {aims}.' if aims else ''}"
    return [blocks.Figure(drawing, words, after=2), blocks.source(cited(row.series.measures))]


def _levels(row: IndicatorRow) -> list[tuple[int, Decimal | None]]:
    """The value of each year from the first to the last, the newest of a year; None where nothing is known."""
    known = {one.dated: one.reading.level for one in row.series.measures if one.dated and one.reading.level is not None}
    if not known:
        return []
    return [(year, known.get(year)) for year in range(min(known), max(known) + 1)]


def _ambitions(lines: Sequence[AmbitionLine], report: ProjectReport) -> list[Block]:
    """What the metropolis aims at, and where one stands: a missing measure says so."""
    if not lines:
        return []
    columns = [
        Column("Ambition et ce qui la mesure", share=1),
        Column("Cible", 132),
        Column("Dernière mesure", 88, align="right"),
    ]
    rows: list[Row] = []
    measures: list[Measure] = []
    for line in lines:
        rows.append(Row((Cell(capital(line.title), span=len(columns)),), "group"))
        if not line.indicators:
            rows.append(Row((Cell("Aucun indicateur n’est défini.", colour=PAPER.text_muted), "–", "–")))
        for row in line.indicators:
            rows.append(_ambition_row(row))
            measures += [row.last] if row.last else []
    contract = f"contrat de ville {report.frame.period}".strip()
    note = f"Mesures{NBSP}: {cited(measures)}." if measures else ""
    horizons = {line.horizon for line in lines if line.horizon}
    table = blocks.data_table(columns, rows, row_head=0)
    table.space_after = 3
    return [
        _heading(f"Ambitions pour {max(horizons) if horizons else report.frame.end or 2030}"),
        table,
        blocks.source(f"{contract}, ambitions métropolitaines", note=note),
    ]


def _ambition_row(row: IndicatorRow) -> Row:
    """An indicator with its last target: the earlier ones are steps on the way."""
    undated = [goal for goal in row.goals if goal.year is None]
    goal = undated[0] if undated else row.goals[-1]
    aim, in_words = aim_words(goal, row.scale)
    return Row(
        (
            capital(row.title),
            Cell([Run(aim, bold=not in_words), Run(f" · {goal.year or 'sans échéance'}", colour=PAPER.text_muted)]),
            last_words(row) or Cell(blocks.TO_ENTER, colour=PAPER.text_muted),
        )
    )


def _done(part: PriorityPart, request: Request) -> list[Block]:
    """The last note of each action over the period, the newest first."""
    notes = [
        (note.day, action, note.text)
        for action in part.actions
        for note in [next((one for one in action.notes if request.covers(one.day)), None)]
        if note is not None and note.day is not None
    ]
    notes.sort(key=lambda found: found[0], reverse=True)
    title = "Réalisations de l’année" if request.period_words == str(request.year) else "Réalisations"
    items = [
        [Run(action.title, bold=True), Run(f"{NBSP}: {shorten(text, NOTE_LENGTH)} "),
         Run(f"({format_date(day)})", colour=PAPER.text_muted)]
        for day, action, text in notes[:NOTES]
    ]  # fmt: skip
    head = Heading(title, HEADING, level=3, before=14, after=4, bookmark=False, note=request.period_words)
    if not items:
        return [head, blocks.empty_sentence("Aucune note de suivi sur la période.")]
    half = (len(items) + 1) // 2
    story: list[Block] = [head]
    if len(items) > 2:
        columns = Columns([blocks.bullets(items[:half]), blocks.bullets(items[half:])], after=6)
        story.append(columns)
    else:
        story += blocks.bullets(items)
    left = len(notes) - NOTES
    if left > 0:
        story.append(blocks.caption(f"Et {counted(left, 'autre action suivie', 'autres actions suivies')}."))
    return story


def _stuck(part: PriorityPart) -> list[Block]:
    """What blocks, then what is late, each with what is awaited."""
    waiting = sorted(
        (action for action in part.actions if action.state in _BLOCKED), key=lambda one: one.state is State.LATE
    )
    head = _heading("Points de blocage et suites")
    if not waiting:
        return [head, blocks.empty_sentence("Aucune action n’est en retard ni bloquée.")]
    items = [[Run(action.title, bold=True), Run(f"{NBSP}: {_lowered(_why(action))}")] for action in waiting]
    coming = [
        step
        for action in waiting
        for step in action.steps
        if step.done is None and not step.late and step.due is not None
    ]  # fmt: skip
    story: list[Block] = [head, *blocks.bullets(items)]
    if coming:
        said = f"{NBSP}; ".join(f"{step.title} ({format_date(step.due)})" for step in coming[:3])
        story.append(blocks.caption(f"{plural(len(coming[:3]), 'Suite prévue', 'Suites prévues')}{NBSP}: {said}."))
    return story


def _lowered(text: str) -> str:
    """After a colon: a sentence begins small, save when its first word is a sigle."""
    return text[:1].lower() + text[1:] if text[1:2].islower() or text[1:2] in "’' " else text
