"""Rules of the scorecard: what was last measured, how far the target is, how it compares, how old it is. Pure.

Values are Decimals in the indicator's own unit. A difference between two percentages is in *points*, never in « % »;
a masked value is unknown, never zero; QPV of generation 2015 and 2024 are two geographies.
Source: design/documents.md, « Statistics »; contrat de ville 2024-2030, partie 5 (targets, single or range).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from app.formatting import MINUS, MONTHS, NBSP, fold, format_number, plural
from app.services.readings import Reading, Scale

#: What a source without a year is said to be.
UNDATED = "année non précisée"
#: Years after which a value is old; sooner when it is asked for several times a year.
OLD_AFTER = 2
OLD_AFTER_WHEN_FREQUENT = 1
#: From this ratio on, two shares are compared in « fois », which says more than points.
TIMES_FROM = Decimal(3)
#: A unit longer than this is left out of a verdict.
_SHORT_UNIT = 16

_FREQUENT = ("monthly", "quarterly", "half_yearly")
_SHORT_MONTHS = (
    "janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.",
)  # fmt: skip
_GENERATIONS = {"qpv_2015": 2015, "qpv_2024": 2024}


class Standing(StrEnum):
    """Where an indicator stands."""

    ACHIEVED = "achieved"
    PROGRESS = "progress"
    OFF = "off"
    TO_FILL = "to_fill"
    TO_JUDGE = "to_judge"
    CONTEXT = "context"


class Age(StrEnum):
    """How old the last value is."""

    FRESH = "fresh"
    OLD = "old"
    UNDATED = "undated"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Measure:
    """One measurement. `territory` and `kind` name where (`kind` as in TERRITORY_KIND)."""

    id: str
    reading: Reading
    year: int | None = None
    period: str = ""
    territory: str = ""
    territory_name: str = ""
    kind: str = ""
    source: str = ""
    to_confirm: bool = False

    @property
    def dated(self) -> int | None:
        """The year, or the last one its period names (« 2023-2024 »)."""
        if self.year is not None:
            return self.year
        named = re.findall(r"(?:19|20)\d\d", self.period)
        return int(named[-1]) if named else None


@dataclass(frozen=True, slots=True)
class Goal:
    """A target: `low` alone, or a range with `high`. `comparator` as in COMPARATOR; `territory` whose target it is, ""
    when it holds for every one."""

    id: str = ""
    year: int | None = None
    comparator: str = "equal"
    low: Decimal | None = None
    high: Decimal | None = None
    text: str = ""
    to_confirm: bool = False
    territory: str = ""

    @property
    def is_range(self) -> bool:
        return self.low is not None and self.high is not None and self.low != self.high

    @property
    def is_measured(self) -> bool:
        """False for a target in words."""
        known = self.low is not None or self.high is not None or self.comparator == "parity"
        return self.comparator != "qualitative" and known


@dataclass(frozen=True, slots=True)
class Verdict:
    """Where one stands, in words: tone success, warning or "" (plain text)."""

    standing: Standing
    words: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """The measures of one territory, oldest first: the last known one, the one before, a later masked one."""

    measures: tuple[Measure, ...] = ()
    last: Measure | None = None
    before: Measure | None = None
    hidden: Measure | None = None


@dataclass(frozen=True, slots=True)
class Freshness:
    """How old a value is, in words, with the icon and tone that go with it."""

    age: Age
    words: str
    icon: str
    tone: str


@dataclass(frozen=True, slots=True)
class Generations:
    """Values of QPV by generation: never on one line."""

    lines: tuple[tuple[Measure, ...], ...] = field(default_factory=tuple)
    apart: bool = False


# -- values in time -----------------------------------------------------------------------------------------------


def series_of(measures: Iterable[Measure]) -> Series:
    """Put measures in the order of time; what says nothing (announced, not filled) is left out."""
    said = sorted((one for one in measures if not one.reading.is_empty), key=_when)
    known = [one for one in said if not one.reading.masked]
    last = known[-1] if known else None
    before = next((one for one in reversed(known[:-1]) if one.reading.level is not None), None)
    hidden = said[-1] if said and said[-1].reading.masked else None
    return Series(tuple(said), last, before, hidden)


def period_words(measure: Measure) -> str:
    """« 3e trimestre 2026 », « 2024 », or « année non précisée » when the source gives none: never invented."""
    return measure.period or (str(measure.year) if measure.year is not None else UNDATED)


def short_period(measure: Measure) -> str:
    """The same where room lacks: « janv.–oct. 2026 », « 3e trim. 2026 »."""
    words = period_words(measure).replace("trimestre", "trim.").replace("semestre", "sem.")
    for month, short in zip(MONTHS, _SHORT_MONTHS, strict=True):
        words = re.sub(rf"\b{month}\b", short, words)
    return re.sub(r"(\.|mai|mars|juin|août) à ", r"\1–", words)


def freshness(last: Measure | None, *, frequency: str = "", today: date, due: bool = False) -> Freshness:
    """How old the last value is, in whole years. `due`: a value of this year is awaited."""
    if last is None:
        return Freshness(Age.MISSING, "à saisir", "pencil", "info")
    year = last.dated
    if due and year is not None and year < today.year:
        return Freshness(_age(year, frequency, today), f"{today.year}{NBSP}à saisir", "pencil", "info")
    if year is None:
        return Freshness(Age.UNDATED, "sans année", "clock-exclamation", "warning")
    years = max(0, today.year - year)
    words = f"il y a {years}{NBSP}{plural(years, 'an')}" if years else "à jour"
    if _age(year, frequency, today) is Age.OLD:
        return Freshness(Age.OLD, words, "clock-exclamation", "warning")
    return Freshness(Age.FRESH, words, "circle-check", "success")


def is_due(series: Series, *, followed: bool, today: date) -> bool:
    """True when the dashboard awaits a value of this year: from October on, as on the home page. Masked is a value."""
    if not followed or today.month < 10:
        return False
    newest = series.hidden or series.last
    return newest is None or (newest.dated or 0) < today.year


def generations_apart(measures: Sequence[Measure]) -> Generations:
    """The lines one may draw: values of a QPV of 2015 and of one of 2024 never join (two geographies)."""
    lines: dict[int, list[Measure]] = {}
    for one in measures:
        lines.setdefault(_GENERATIONS.get(one.kind, 0), []).append(one)
    told = {key for key in lines if key}
    return Generations(tuple(tuple(lines[key]) for key in sorted(lines)), apart=len(told) > 1)


# -- targets ------------------------------------------------------------------------------------------------------


def goal_of(goals: Sequence[Goal], today: date) -> Goal | None:
    """The target in force: the nearest to come, else one without a year, else the last one past."""
    coming = sorted((one for one in goals if one.year is not None and one.year >= today.year), key=_goal_year)
    undated = [one for one in goals if one.year is None]
    past = sorted((one for one in goals if one.year is not None and one.year < today.year), key=_goal_year)
    measured = [one for one in (*coming, *undated, *reversed(past)) if one.is_measured]
    return next(iter(measured or [*coming, *undated, *reversed(past)]), None)


def goals_for(goals: Sequence[Goal], territory: str) -> list[Goal]:
    """The targets that hold for a territory: its own, and those that name none. The target of a quartier says nothing
    of the town, nor the other way round."""
    return [goal for goal in goals if goal.territory in ("", territory)]


def goal_words(goal: Goal, scale: Scale, *, unit: bool = True) -> str:
    """« 65 % », « 18 à 30 % », « au plus 300 signalements », « plus de 50 % »; the words of a target in words.

    Without `unit` only « % » is written: the unit stands beside the value already.
    """
    said = scale if unit or scale.unit == "%" else replace(scale, unit="")
    if not goal.is_measured:
        return goal.text
    if scale.is_check:
        return "fait" if goal.low else "à éviter"
    if goal.text and scale.unit == "part":
        return goal.text  # « un tiers » reads better than 0,3333
    if goal.is_range:
        assert goal.low is not None
        assert goal.high is not None
        ending = said.unit_of(goal.high)
        return f"{format_number(goal.low)} à {format_number(goal.high)}{NBSP}{ending}".rstrip(NBSP)
    aim = _aim(goal, scale)
    before = {"at_most": "au plus ", "at_least": "au moins ", "more": "plus de "}.get(goal.comparator, "")
    return f"{before}{format_number(aim)}{NBSP}{said.unit_of(aim)}".rstrip(NBSP)


def goal_line(goal: Goal, scale: Scale, *, short: bool = False) -> str:
    """« cible 2030 : 65 % »; without its direction and its unit when `short`."""
    words = goal_words(goal, scale, unit=not short)
    if short:
        for lead in ("au plus ", "au moins "):
            words = words.removeprefix(lead)
    when = f"cible {goal.year}" if goal.year is not None else "cible"
    return f"{when}{NBSP}: {words}" if words else when


def is_reached(level: Decimal, goal: Goal, scale: Scale) -> bool:
    """True when `level` satisfies the target, whatever its form."""
    low, high = goal.low, goal.high
    if goal.is_range:
        assert low is not None
        assert high is not None
        if goal.comparator == "towards":
            # A path from one end to the other: it is done at the far end.
            return level <= low if scale.direction == "down" else level >= high
        if scale.direction == "down":
            return level <= high
        return level >= low if scale.direction != "none" else low <= level <= high
    aim = _aim(goal, scale)
    if goal.comparator == "at_most":
        return level <= aim
    if goal.comparator == "more":
        return level > aim
    if goal.comparator == "at_least":
        return level >= aim
    if scale.direction == "none":
        return level == aim
    return level <= aim if scale.direction == "down" else level >= aim


def gap_to(level: Decimal, goal: Goal, scale: Scale) -> Decimal:
    """`level` minus the nearest value that would satisfy the target: negative when something is missing upwards."""
    low, high = goal.low, goal.high
    if goal.is_range and goal.comparator != "towards":
        assert low is not None
        assert high is not None
        return level - low if level < low else (level - high if level > high else Decimal(0))
    return level - _aim(goal, scale)


def judge(series: Series, goal: Goal | None, scale: Scale, *, today: date, base: Decimal | None = None) -> Verdict:
    """The verdict of a card: only for an indicator with a target.

    Missed is « en écart » once the year of the target is measured or over, or when the last move was not towards it;
    « en progrès » while there is time and it comes nearer. `base` is the starting value, used without an earlier one.
    """
    last = series.last
    if last is None and series.hidden is None:
        return Verdict(Standing.TO_FILL, "Aucune mesure", "")
    if goal is None:
        return Verdict(Standing.CONTEXT, "")
    if last is None:
        return Verdict(Standing.TO_JUDGE, "Masquée, à apprécier")
    level = last.reading.bound(_wanted(goal, scale))
    if level is None or not goal.is_measured:
        return Verdict(Standing.TO_JUDGE, "À apprécier")
    if is_reached(level, goal, scale):
        return Verdict(Standing.ACHIEVED, _reached_words(level, goal, scale), "success")
    if scale.is_check:
        late = goal.year is not None and goal.year <= today.year
        return Verdict(Standing.OFF if late else Standing.PROGRESS, "Pas encore fait", "warning" if late else "")
    earlier = series.before.reading.level if series.before else base
    decided = goal.year is not None and (today.year > goal.year or (last.dated or 0) >= goal.year)
    gap = gap_to(level, goal, scale)
    nearer = earlier is not None and abs(gap) < abs(gap_to(earlier, goal, scale))
    if nearer and not decided:
        return Verdict(Standing.PROGRESS, _missing_words(gap, scale))
    return Verdict(Standing.OFF, _off_words(level, goal, gap, scale), "warning")


# -- comparison ---------------------------------------------------------------------------------------------------


def comparison_words(level: Decimal, other: Decimal, scale: Scale) -> str:
    """How a value differs from the comparison territory's: « + 42 points », « 3,2 fois », « − 1,5 ».

    Shares are told in points, or as a ratio from three times on. Numbers of people or places of two territories are
    not compared: a town has more of everything than its quartier.
    """
    if scale.kind not in ("rate", "gap", "index"):
        return ""
    if scale.kind == "rate" and other > 0 and level / other >= TIMES_FROM:
        return f"{format_number((level / other).quantize(Decimal('0.1'), ROUND_HALF_UP))}{NBSP}fois"
    return signed(level - other, scale)


def signed(gap: Decimal, scale: Scale) -> str:
    """« + 42 points », « − 0,1 point », « − 2 espaces »: a signed difference, in points for percentages."""
    if not gap:
        return "identique"
    sign = MINUS if gap < 0 else "+"
    return f"{sign}{NBSP}{amount(abs(gap), scale)}"


def amount(size: Decimal, scale: Scale) -> str:
    """An unsigned difference with its word: « 7 points », « 1,5 point », « 2 espaces », « 8 »."""
    if scale.unit == "%" or scale.kind == "rate" or fold(scale.unit) in ("point", "points"):
        return f"{format_number(size)}{NBSP}{plural(size, 'point')}"
    unit = scale.unit_of(size)
    return f"{format_number(size)}{NBSP}{unit}" if 0 < len(unit) <= _SHORT_UNIT else format_number(size)


def trend_of(series: Series, scale: Scale) -> str:
    """`better`, `worse`, `same`, or "" when it cannot be told (one value, no direction, other geography)."""
    last, before = series.last, series.before
    if last is None or before is None or last.reading.level is None or before.reading.level is None:
        return ""
    if scale.direction not in ("up", "down") or _GENERATIONS.get(last.kind) != _GENERATIONS.get(before.kind):
        return ""
    move = last.reading.level - before.reading.level
    if not move:
        return "same"
    return "better" if (move > 0) == (scale.direction == "up") else "worse"


# -- inside -------------------------------------------------------------------------------------------------------


def _aim(goal: Goal, scale: Scale) -> Decimal:
    """The one value aimed at; of a path, its far end."""
    if goal.is_range and goal.low is not None and goal.high is not None:
        return goal.low if scale.direction == "down" else goal.high
    # « Au plus » may be written in either field.
    aim = goal.low if goal.low is not None else goal.high
    if aim is None:
        aim = Decimal(50) if goal.comparator == "parity" and scale.unit == "%" else Decimal(0)
    return aim


def _wanted(goal: Goal, scale: Scale) -> str:
    if goal.comparator == "at_most":
        return "down"
    if goal.comparator in ("at_least", "more"):
        return "up"
    return scale.direction or "up"


def _reached_words(level: Decimal, goal: Goal, scale: Scale) -> str:
    if scale.is_check:
        return "Fait"
    if goal.is_range and goal.comparator != "towards":
        assert goal.low is not None
        assert goal.high is not None
        if goal.low <= level <= goal.high:
            return "Dans la fourchette"
    over = gap_to(level, goal, scale)
    if over > 0 and _wanted(goal, scale) == "up":
        more = amount(over, scale) if scale.unit == "%" else format_number(over)
        return f"Cible dépassée de {more}"
    return "Cible atteinte"


def _missing_words(gap: Decimal, scale: Scale) -> str:
    if gap > 0:
        return f"Encore {amount(gap, scale)} de trop"
    if scale.unit == "%" or scale.kind in ("rate", "gap"):
        return f"Encore {amount(-gap, scale)}"
    return f"Encore {format_number(-gap)} pour la cible"


def _off_words(level: Decimal, goal: Goal, gap: Decimal, scale: Scale) -> str:
    if goal.is_range and goal.comparator == "towards":
        far = goal.high if scale.direction == "down" else goal.low
        if level == far:
            return "Haut de la fourchette" if scale.direction == "down" else "Bas de la fourchette"
    return signed(gap, scale)


def _age(year: int, frequency: str, today: date) -> Age:
    limit = OLD_AFTER_WHEN_FREQUENT if frequency in _FREQUENT else OLD_AFTER
    return Age.OLD if today.year - year > limit else Age.FRESH


def _goal_year(goal: Goal) -> int:
    return goal.year or 0


def _when(measure: Measure) -> tuple[int, int, str]:
    return (measure.dated or 0, _rank_in_year(measure.period), measure.id)


def _rank_in_year(period: str) -> int:
    """Place of a period in its year, in months: a quarter ends at 3, 6, 9 or 12; a whole year comes last."""
    key = fold(period)
    for word, months in (("trim", 3), ("semestre", 6)):
        found = re.search(rf"(\d)\s*(?:er|e|eme|re)?\s*{word}", key)
        if found:
            return int(found[1]) * months
    named = [place for place, month in enumerate(MONTHS, start=1) if fold(month) in key]
    return max(named) if named else 13
