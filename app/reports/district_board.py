"""The projet de quartier in time and in figures: calendar of the year, dashboard, partners."""

from collections.abc import Sequence
from datetime import date

from app.formatting import NBSP, counted, format_number
from app.reports import blocks
from app.reports.calendar_blocks import Period, year_calendar
from app.reports.cells import Cell, Column, Row
from app.reports.district_frame import part_title
from app.reports.district_priorities import trend_figure
from app.reports.layout import Block, Columns, Stack
from app.reports.request import Request
from app.reports.text import RichText, Run, Text
from app.reports.theme import FIGURE, LABEL, MINOR, PAPER
from app.reports.wording import source_words, value_words
from app.services.queries.action_report import ActionSheet
from app.services.queries.indicators import IndicatorRow
from app.services.queries.project_report import PartnerLine, ProjectReport
from app.services.schedule import State
from app.services.scorecard import Standing, freshness, goal_line, goal_words, period_words

_STANDING_SIGNS = {Standing.ACHIEVED: "●", Standing.PROGRESS: "◐", Standing.OFF: "▲"}


# -- calendar -----------------------------------------------------------------------------------------------------


def calendar(report: ProjectReport, request: Request) -> list[Block]:
    """The year of every action that is not given up: its period, the share done, its steps."""
    periods = [_period(action, request.year) for action in report.actions if action.state is not State.DROPPED]
    story: list[Block] = [
        *part_title(f"Calendrier {request.year}"),
        year_calendar(periods, year=request.year),
    ]
    if periods:
        story.append(blocks.caption(f"Barre{NBSP}: durée de l’action, part faite à sa base. ◆ étape de l’année."))
    return story


def _period(action: ActionSheet, year: int) -> Period:
    days = [day for step in action.steps for day in [step.done or step.due] if day is not None and day.year == year]
    return Period(
        f"{action.number} {action.title}", action.start, action.end or _open_end(action, year),
        action.progress or 0, action.priority.key if action.priority else "", tuple(days),
    )  # fmt: skip


def _open_end(action: ActionSheet, year: int) -> date | None:
    """An action begun and without an échéance runs to the end of the year shown."""
    return date(max(year, action.start.year), 12, 31) if action.start else None


# -- dashboard ----------------------------------------------------------------------------------------------------


def dashboard(report: ProjectReport, *, today: date) -> list[Block]:
    """The indicators that are followed: a table to compare them, then a card each."""
    story: list[Block] = part_title("Tableau de bord")
    if not report.followed:
        return [
            *story,
            blocks.empty_sentence("Aucun indicateur n’est suivi au tableau de bord."),
            blocks.paragraph(f"Un indicateur y vient quand sa fiche dit «{NBSP}Au tableau de bord{NBSP}: oui{NBSP}»."),
        ]
    story.append(_board_table(report.followed))
    signs = f"●{NBSP}cible atteinte   ◐{NBSP}en progrès   ▲{NBSP}en écart"
    story.append(blocks.caption(f"{signs} · La cible est celle de l’échéance la plus proche."))
    cards = [_card(row, today) for row in report.followed]
    story.append(blocks.heading("Les indicateurs un par un", note=counted(len(cards), "indicateur")))
    for start in range(0, len(cards), 2):
        pair = cards[start : start + 2]
        for one in pair:
            one.peers = pair
        columns: list[Sequence[Block]] = [[one] for one in pair]
        story.append(Columns([*columns, *[[]] * (2 - len(pair))], gap=12, before=0, after=12))
    return story


def _board_table(rows: Sequence[IndicatorRow]) -> Block:
    columns = [
        Column("", 22), Column("Indicateur", share=1.3), Column("Départ", 44, align="right"),
        Column("Dernière valeur", 106, align="right"), Column("Cible", share=1), Column("Où l’on en est", share=0.9),
    ]  # fmt: skip
    lines = []
    for row in rows:
        last = row.last
        base = format_number(row.base) if row.base is not None else "–"
        value = (
            Cell(value_words(last, row.scale), bold=True, note=period_words(last))
            if last
            else Cell(blocks.TO_ENTER, colour=PAPER.text_muted)
        )
        goal = goal_words(row.goal, row.scale) if row.goal else ""
        aim = Cell(goal or "–", note=str(row.goal.year) if row.goal and row.goal.year else "")
        chip = Cell(row.priority, bold=True, colour=PAPER.priority(row.priority).fg)
        lines.append(Row((chip, row.title, base, value, aim, Cell(_standing(row)))))
    return blocks.data_table(columns, lines, row_head=1)


def _standing(row: IndicatorRow) -> RichText:
    sign = _STANDING_SIGNS.get(row.verdict.standing, "")
    colour = PAPER.tone(row.verdict.tone).fg if row.verdict.tone else PAPER.text
    words = row.verdict.words or "–"
    return [Run(f"{sign}{NBSP}{words}" if sign else words, bold=row.verdict.tone == "warning", colour=colour)]


class _Card(Stack):
    """A framed indicator, as tall as the one beside it."""

    def __init__(self, blocks_inside: Sequence[Block]) -> None:
        super().__init__(blocks_inside, padding=9, edge=PAPER.border, fill=PAPER.surface)
        self.peers: list[_Card] = [self]

    def height(self, width: float) -> float:
        return max(Stack.height(one, width) for one in self.peers)


def _card(row: IndicatorRow, today: date) -> _Card:
    heading: list[Run] = []
    if row.priority:
        heading.append(Run(f"{row.priority} ", bold=True, colour=PAPER.priority(row.priority).fg))
    heading.append(Run(row.title, bold=True))
    inside: list[Block] = [Text(heading, MINOR, after=1, keep_with_next=True)]
    last = row.last
    if last is None:
        words = "Aucune mesure n’est saisie."
        inside += [Text(blocks.TO_ENTER, FIGURE.but(colour=PAPER.text_muted), after=0), Text(words, LABEL, after=2)]
        return _Card([*inside, *_aims(row)])
    age = freshness(row.series.last, frequency=row.frequency, today=today)
    facts = [period_words(last), last.territory_name, age.words, "à confirmer" if last.to_confirm else ""]
    inside.append(Text(value_words(last, row.scale), FIGURE, after=0))
    inside.append(Text(" · ".join(fact for fact in facts if fact), LABEL, after=3))
    if len([one for one in row.series.measures if one.reading.level is not None and one.dated]) > 1:
        figure, source = trend_figure(row, width=222, height=82)
        return _Card([*inside, figure, *_aims(row), source])
    return _Card([*inside, *_aims(row), blocks.source(source_words(last))])


def _aims(row: IndicatorRow) -> list[Block]:
    """The targets, then where one stands."""
    words = [goal_line(goal, row.scale) for goal in row.goals]
    aims = f"{NBSP}; ".join(word[:1].upper() + word[1:] if not rank else word for rank, word in enumerate(words))
    found: list[Block] = [Text(aims or "Aucune cible n’est fixée.", LABEL.but(colour=PAPER.text), after=0)]
    if row.verdict.words:
        found.append(Text(_standing(row), LABEL, after=3))
    return found


# -- partners -----------------------------------------------------------------------------------------------------


def partners(report: ProjectReport) -> list[Block]:
    """The structures of the plan by category, each with its parts in the actions."""
    columns = [Column("Structure", share=1), Column("Rôle dans les actions", share=1.9), Column("Actions", 46,
               align="right")]  # fmt: skip
    rows: list[Row] = []
    category = ""
    for line in report.partners:
        if (line.category or "Autres structures") != category:
            category = line.category or "Autres structures"
            rows.append(Row((Cell(category, span=3),), "group"))
        acronym = line.acronym if line.acronym and line.acronym not in line.name else ""
        actions = len({number for _, number in line.parts})
        rows.append(Row((Cell(line.name, note=acronym), Cell(_parts(line)), format_number(actions))))
    story: list[Block] = part_title("Partenaires")
    if report.partners:
        many = len(report.partners)
        story.append(
            blocks.paragraph(
                f"{counted(many, 'structure')} {'prennent' if many > 1 else 'prend'} part aux actions du plan."
                " Les numéros sont ceux du plan d’actions."
            )
        )
    empty = "Aucune structure n’est encore liée à une action."
    return [*story, blocks.data_table(columns, rows, empty=empty, row_head=0, align_top=True)]


def _parts(line: PartnerLine) -> list[Run]:
    """« **porteur** 1.1.1, 2.3.1 ; accueil des permanences 2.1.1 »."""
    numbers: dict[str, list[str]] = {}
    for role, number in line.parts:
        numbers.setdefault(role, []).append(number)
    runs: list[Run] = []
    for rank, (role, found) in enumerate(numbers.items()):
        if rank:
            runs.append(Run(f"{NBSP}; "))
        runs.append(Run(role, bold=role == "porteur"))
        runs.append(Run(f" {', '.join(found)}", colour=PAPER.text_muted))
    return runs
