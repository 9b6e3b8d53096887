"""How the reports say things of the trade: states, dates of an action, values with their year and source."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from app.formatting import NBSP, format_date, format_percent
from app.reports.plan_blocks import PlanGroup, PlanLine
from app.reports.text import Run
from app.reports.theme import PAPER, STATUS, StatusSign
from app.services.queries.action_report import ActionSheet, SheetStep
from app.services.queries.indicators import IndicatorRow
from app.services.queries.project_report import Group
from app.services.readings import Scale, reading_words
from app.services.schedule import STATE_WORDS, State
from app.services.scorecard import UNDATED, Goal, Measure, goal_words, period_words, signed


def status_of(state: State) -> str:
    """The key of `STATUS` under which a state is printed."""
    return "abandoned" if state is State.DROPPED else state.value


def sign_of(state: State) -> StatusSign:
    return STATUS[status_of(state)]


def plan_line(action: ActionSheet) -> PlanLine:
    """The action as a line of the plan table."""
    return PlanLine(
        action.number, action.title, action.promoter, status_of(action.state), action.progress, action.end
    )  # fmt: skip


def plan_groups(groups: Iterable[Group]) -> list[PlanGroup]:
    return [PlanGroup(group.number, group.title, tuple(map(plan_line, group.actions))) for group in groups]


def state_runs(action: ActionSheet) -> list[Run]:
    """« ◐ En cours · 60 % · 01/09/2025 – 30/06/2027 · CPOM pluriannuelle »."""
    sign = sign_of(action.state)
    colour = PAPER.tone(sign.tone).fg
    runs = [Run(f"{sign.sign}{NBSP}", colour=colour)]
    word = STATE_WORDS[action.state].replace(" ", NBSP)
    runs.append(Run(word, bold=sign.alert, colour=colour if sign.alert else PAPER.text))
    facts = [format_percent(action.progress) if action.progress is not None else "avancement à saisir"]
    facts += [dates for dates in (period_of(action.start, action.end),) if dates]
    facts += [action.kind_label] if action.kind_label else []
    runs.append(Run("".join(f" · {fact}" for fact in facts)))
    return runs


def period_of(start: date | None, end: date | None) -> str:
    """« 01/09/2025 – 30/06/2027 », « jusqu’au 30/06/2027 », « depuis le 01/09/2025 »."""
    if start and end:
        return f"{format_date(start)}{NBSP}–{NBSP}{format_date(end)}"
    if end:
        return f"jusqu’au {format_date(end)}"
    return f"depuis le {format_date(start)}" if start else ""


def steps_runs(steps: Sequence[SheetStep]) -> list[Run]:
    """The steps one after the other: « ● Convention signée (15/01/2026) · ○ Bilan (30/06/2027) »."""
    runs: list[Run] = []
    for rank, step in enumerate(steps):
        sign = STATUS["done" if step.done else "late" if step.late else "planned"]
        colour = PAPER.tone(sign.tone).fg
        day = step.done or step.due
        when = f"{'attendue le ' if step.late else ''}{format_date(day)}" if day else "sans date"
        runs.append(Run(f"{' · ' if rank else ''}{sign.sign}{NBSP}", colour=colour))
        runs.append(Run(f"{step.title} "))
        runs.append(
            Run(f"({when.replace(' ', NBSP)})", bold=step.late, colour=colour if step.late else PAPER.text_muted)
        )
    return runs


def partners_words(action: ActionSheet) -> str:
    """« Mission Locale (accueil des permanences) ; CAF »."""
    said = (
        f"{partner.name} ({partner.role})" if partner.role and partner.role != "partenaire" else partner.name
        for partner in action.partners
    )  # fmt: skip
    return f"{NBSP}; ".join(said)


def capital(text: str) -> str:
    """The text with a capital: titles of the source sometimes begin without."""
    return text[:1].upper() + text[1:]


# -- values -------------------------------------------------------------------------------------------------------


def value_words(measure: Measure, scale: Scale) -> str:
    """« 50,3 % », « plus de 160 actions », « masquée (secret statistique) »."""
    return reading_words(measure.reading, scale)


def source_words(measure: Measure) -> str:
    """« ADULM, étude juin 2023 ; 2019 », « … ; année non précisée »."""
    source = measure.source or "source non précisée"
    return f"{source}{NBSP}; {period_words(measure)}"


def gap_words(level: Decimal | None, other: Decimal | None, scale: Scale) -> str:
    """« + 25,8 points (2,4 fois) », « + 12 »: counts and ranks of two territories are not compared."""
    if level is None or other is None or scale.kind not in ("rate", "gap", "index"):
        return ""
    gap = signed(level - other, scale)
    if scale.kind == "rate" and other > 0 and level > other:
        times = (level / other).quantize(Decimal("0.1"))
        if times > 1:
            gap = f"{gap} ({str(times).removesuffix('.0').replace('.', ',')}{NBSP}fois)"
    return gap


def aim_words(goal: Goal, scale: Scale) -> tuple[str, bool]:
    """The target, and whether it is told in its own words: numbers would betray a third, or a path."""
    if goal.text and (not goal.is_measured or (goal.comparator == "towards" and goal.is_range) or scale.unit == "part"):
        return goal.text, True
    return goal_words(goal, scale) or "–", not goal.is_measured


def last_words(row: IndicatorRow) -> str:
    """The last value of an indicator, "" when it is to be entered."""
    return value_words(row.last, row.scale) if row.last else ""


def cited(measures: Iterable[Measure]) -> str:
    """The sources of values, each once with its years: « ADULM, étude juin 2023 (2017, 2019) »."""
    years: dict[str, list[str]] = {}
    for one in measures:
        words = years.setdefault(one.source or "source non précisée", [])
        when = period_words(one)
        if when not in words:
            words.append(when)
    parts = []
    for source, words in years.items():
        dated = sorted(when for when in words if when != UNDATED)
        dated += [UNDATED] if UNDATED in words else []
        parts.append(f"{source} ({', '.join(dated)})")
    return f"{NBSP}; ".join(parts)
