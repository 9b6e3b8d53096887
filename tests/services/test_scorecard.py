"""Rules of the scorecard: verdicts, gaps, comparisons, ages."""

from datetime import date
from decimal import Decimal

import pytest

from app.formatting import MINUS, NBSP
from app.services.readings import Reading, Scale
from app.services.scorecard import (
    Age,
    Goal,
    Measure,
    Series,
    Standing,
    amount,
    comparison_words,
    freshness,
    generations_apart,
    goal_line,
    goal_of,
    goal_words,
    is_due,
    is_reached,
    judge,
    period_words,
    series_of,
    short_period,
    signed,
    trend_of,
)

D = Decimal
TODAY = date(2026, 11, 24)
PEOPLE = Scale("count", "personnes", "up")
SHARE = Scale("rate", "%", "up")
WEEKS = Scale("count", "semaines", "down")
FALLING = Scale("rate", "%", "down")
BETWEEN = Goal(comparator="between", low=D(50), high=D(80))
LESS_3 = f"{MINUS}{NBSP}3{NBSP}personnes"
LESS_7 = f"{MINUS}{NBSP}7{NBSP}points"
MORE_6 = f"+{NBSP}6{NBSP}semaines"


def measure(
    value: str | None, year: int | None = 2026, *, period: str = "", kind: str = "district", **said: object
) -> Measure:
    reading = Reading(D(value)) if value is not None else Reading(**said)  # type: ignore[arg-type]
    return Measure(f"{year}{period}{value}", reading, year, period, "est", "Est", kind)


def series(*values: tuple[str, int]) -> Series:
    return series_of(measure(value, year) for value, year in values)


def verdict(scale: Scale, goal: Goal, *values: tuple[str, int], base: D | None = None) -> tuple[Standing, str]:
    found = judge(series(*values), goal, scale, today=TODAY, base=base)
    return found.standing, found.words


# -- values in time -----------------------------------------------------------------------------------------------


def test_measures_are_put_in_the_order_of_time() -> None:
    found = series_of([measure("3", 2026), measure("9", None), measure("1", 2024), measure("2", 2025)])
    assert [one.reading.value for one in found.measures] == [9, 1, 2, 3]
    assert found.last is not None
    assert found.before is not None
    assert (found.last.reading.value, found.before.reading.value) == (3, 2)


def test_quarters_and_months_come_before_the_whole_year() -> None:
    periods = ["", "3e trimestre 2026", "janvier à mars 2026", "1er semestre 2026", "janvier à octobre 2026"]
    found = series_of(measure("1", 2026, period=period) for period in periods)
    assert [one.period for one in found.measures] == [
        "janvier à mars 2026", "1er semestre 2026", "3e trimestre 2026", "janvier à octobre 2026", "",
    ]  # fmt: skip


def test_a_measure_announced_but_not_filled_is_not_the_last_value() -> None:
    found = series_of([measure("57", 2025), measure(None, 2026)])
    assert found.last is not None
    assert found.last.year == 2025
    assert found.hidden is None


def test_a_masked_value_hides_nothing_of_the_last_known_one() -> None:
    found = series_of([measure("49.2", 2025), measure(None, 2026, masked=True)])
    assert found.last is not None
    assert found.hidden is not None
    assert (found.last.year, found.hidden.year) == (2025, 2026)
    assert not is_due(found, followed=True, today=TODAY)


def test_a_year_is_never_invented() -> None:
    assert period_words(measure("1", None)) == "année non précisée"
    assert period_words(measure("1", None, period="fin 2021")) == "fin 2021"
    assert measure("1", None, period="2023-2024").dated == 2024
    assert measure("1", None).dated is None


def test_a_period_is_shortened_where_room_lacks() -> None:
    assert short_period(measure("1", period="janvier à octobre 2026")) == "janv.–oct. 2026"
    assert short_period(measure("1", period="3e trimestre 2026")) == "3e trim. 2026"
    assert short_period(measure("1", None)) == "année non précisée"


@pytest.mark.parametrize(
    ("year", "frequency", "age", "words"),
    [
        (2026, "", Age.FRESH, "à jour"),
        (2025, "", Age.FRESH, f"il y a 1{NBSP}an"),
        (2024, "yearly", Age.FRESH, f"il y a 2{NBSP}ans"),
        (2023, "yearly", Age.OLD, f"il y a 3{NBSP}ans"),
        (2024, "quarterly", Age.OLD, f"il y a 2{NBSP}ans"),
        (None, "", Age.UNDATED, "sans année"),
    ],
)
def test_how_old_a_value_is(year: int | None, frequency: str, age: Age, words: str) -> None:
    found = freshness(measure("1", year), frequency=frequency, today=TODAY)
    assert (found.age, found.words) == (age, words)


def test_what_has_no_value_is_to_fill() -> None:
    assert freshness(None, today=TODAY).words == "à saisir"
    assert freshness(measure("1", 2025), today=TODAY, due=True).words == f"2026{NBSP}à saisir"


def test_a_followed_indicator_awaits_its_year_from_october() -> None:
    old = series(("1", 2025))
    assert is_due(old, followed=True, today=TODAY)
    assert not is_due(old, followed=False, today=TODAY)
    assert not is_due(old, followed=True, today=date(2026, 9, 30))
    assert not is_due(series(("1", 2026)), followed=True, today=TODAY)
    assert is_due(series_of([]), followed=True, today=TODAY)


def test_qpv_of_two_generations_are_never_on_one_line() -> None:
    found = generations_apart([measure("50", 2019, kind="qpv_2015"), measure("48", 2026, kind="qpv_2024")])
    assert found.apart
    assert [len(line) for line in found.lines] == [1, 1]
    assert not generations_apart([measure("50", 2019), measure("48", 2026)]).apart


def test_no_trend_from_one_generation_to_the_other() -> None:
    old, new = measure("50", 2019, kind="qpv_2015"), measure("48", 2026, kind="qpv_2024")
    assert trend_of(Series((old, new), new, old), FALLING) == ""
    assert trend_of(series(("50", 2019), ("48", 2026)), FALLING) == "better"
    assert trend_of(series(("50", 2019), ("48", 2026)), SHARE) == "worse"
    assert trend_of(series(("50", 2019), ("50", 2026)), SHARE) == "same"
    assert trend_of(series(("50", 2019), ("48", 2026)), Scale("rate", "%", "none")) == ""


# -- the target in force ------------------------------------------------------------------------------------------


def test_the_nearest_target_to_come_is_in_force() -> None:
    goals = [Goal("c", 2030, low=D(3)), Goal("a", 2025, low=D(1)), Goal("b", 2027, low=D(2)), Goal("d", None, low=D(4))]
    found = goal_of(goals, TODAY)
    assert found is not None
    assert found.id == "b"
    later = goal_of(goals, date(2031, 1, 1))
    assert later is not None
    assert later.id == "d"
    assert goal_of([], TODAY) is None


def test_a_measured_target_comes_before_words() -> None:
    found = goal_of([Goal("words", 2027, "qualitative", text="Mieux"), Goal("number", 2030, low=D(3))], TODAY)
    assert found is not None
    assert found.id == "number"


@pytest.mark.parametrize(
    ("goal", "scale", "words"),
    [
        (Goal(low=D(65)), SHARE, f"65{NBSP}%"),
        (Goal(low=D(18), high=D(30)), SHARE, f"18 à 30{NBSP}%"),
        (Goal(comparator="at_most", low=D(300)), PEOPLE, f"au plus 300{NBSP}personnes"),
        (Goal(comparator="at_least", low=D(1)), PEOPLE, f"au moins 1{NBSP}personne"),
        (Goal(comparator="more", low=D(50)), SHARE, f"plus de 50{NBSP}%"),
        (Goal(comparator="parity"), SHARE, f"50{NBSP}%"),
        (Goal(low=D(80), high=D(80)), SHARE, f"80{NBSP}%"),
        (Goal(comparator="qualitative", text="Utilisés massivement"), SHARE, "Utilisés massivement"),
        (Goal(low=D(1)), Scale("check"), "fait"),
        (Goal(low=D("0.3333"), text="un tiers"), Scale("rate", "part"), "un tiers"),
    ],
)
def test_a_target_is_said_in_words(goal: Goal, scale: Scale, words: str) -> None:
    assert goal_words(goal, scale) == words


def test_the_line_of_a_target_says_its_year_when_it_has_one() -> None:
    assert goal_line(Goal(year=2030, low=D(65)), SHARE) == f"cible 2030{NBSP}: 65{NBSP}%"
    assert goal_line(Goal(low=D(65)), SHARE) == f"cible{NBSP}: 65{NBSP}%"
    assert goal_line(Goal(year=2027, comparator="at_most", low=D(12)), WEEKS, short=True) == f"cible 2027{NBSP}: 12"


# -- reached or not -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("level", "goal", "scale", "reached"),
    [
        ("10", Goal(low=D(10)), PEOPLE, True),
        ("9", Goal(low=D(10)), PEOPLE, False),
        ("11", Goal(low=D(10)), PEOPLE, True),
        ("9", Goal(low=D(10)), WEEKS, True),
        ("11", Goal(low=D(10)), WEEKS, False),
        ("11", Goal(low=D(10)), Scale("count", "lieux", "none"), False),
        ("10", Goal(comparator="at_least", low=D(10)), PEOPLE, True),
        ("10", Goal(comparator="more", low=D(10)), PEOPLE, False),
        ("10.1", Goal(comparator="more", low=D(10)), PEOPLE, True),
        ("10", Goal(comparator="at_most", low=D(10)), WEEKS, True),
        ("10.5", Goal(comparator="at_most", low=D(10)), WEEKS, False),
        ("10", Goal(comparator="at_most", high=D(10)), WEEKS, True),
        ("60", Goal(comparator="between", low=D(50), high=D(80)), SHARE, True),
        ("49", Goal(comparator="between", low=D(50), high=D(80)), SHARE, False),
        ("85", Goal(comparator="between", low=D(50), high=D(80)), SHARE, True),
        ("85", Goal(comparator="between", low=D(50), high=D(80)), FALLING, False),
        ("30", Goal(comparator="towards", low=D(18), high=D(30)), FALLING, False),
        ("18", Goal(comparator="towards", low=D(18), high=D(30)), FALLING, True),
        ("30", Goal(comparator="towards", low=D(18), high=D(30)), SHARE, True),
        ("50", Goal(comparator="parity"), SHARE, True),
        ("44", Goal(comparator="parity"), SHARE, False),
    ],
)
def test_when_a_target_is_reached(level: str, goal: Goal, scale: Scale, reached: bool) -> None:
    assert is_reached(D(level), goal, scale) is reached


def test_without_a_target_there_is_no_verdict() -> None:
    found = judge(series(("73", 2022)), None, SHARE, today=TODAY)
    assert (found.standing, found.words, found.tone) == (Standing.CONTEXT, "", "")


def test_without_a_value_it_is_to_fill() -> None:
    assert judge(series_of([]), Goal(low=D(1)), SHARE, today=TODAY).standing is Standing.TO_FILL


def test_a_target_in_words_is_judged_by_somebody() -> None:
    assert verdict(SHARE, Goal(comparator="qualitative", text="Mieux"), ("5", 2026))[0] is Standing.TO_JUDGE


def test_only_masked_values_are_judged_by_nobody() -> None:
    found = judge(series_of([measure(None, 2026, masked=True)]), Goal(low=D(1)), SHARE, today=TODAY)
    assert found.standing is Standing.TO_JUDGE


@pytest.mark.parametrize(
    ("scale", "goal", "values", "standing", "words"),
    [
        (PEOPLE, Goal(year=2022, low=D(150)), [("158", 2022)], Standing.ACHIEVED, "Cible dépassée de 8"),
        (PEOPLE, Goal(year=2026, low=D(3)), [("3", 2026)], Standing.ACHIEVED, "Cible atteinte"),
        (SHARE, Goal(year=2027, low=D(60)), [("61.5", 2026)], Standing.ACHIEVED, f"Cible dépassée de 1,5{NBSP}point"),
        (WEEKS, Goal(year=2027, comparator="at_most", low=D(12)), [("10", 2026)], Standing.ACHIEVED, "Cible atteinte"),
        (SHARE, BETWEEN, [("60", 2026)], Standing.ACHIEVED, "Dans la fourchette"),
        (PEOPLE, Goal(year=2027, low=D(10)), [("6", 2022), ("8", 2024)], Standing.PROGRESS, "Encore 2 pour la cible"),
        (SHARE, Goal(year=2027, low=D(70)), [("55", 2025), ("61", 2026)], Standing.PROGRESS, f"Encore 9{NBSP}points"),
        (SHARE, Goal(year=2027, low=D(62)), [("55", 2025), ("61", 2026)], Standing.PROGRESS, f"Encore 1{NBSP}point"),
        (
            WEEKS, Goal(year=2027, comparator="at_most", low=D(12)), [("22", 2025), ("18", 2026)],
            Standing.PROGRESS, f"Encore 6{NBSP}semaines de trop",
        ),
        (SHARE, Goal(year=2026, low=D(85)), [("76", 2025), ("78", 2026)], Standing.OFF, LESS_7),
        (SHARE, Goal(year=2025, low=D(85)), [("76", 2024), ("78", 2025)], Standing.OFF, LESS_7),
        (PEOPLE, Goal(year=2027, low=D(10)), [("8", 2025), ("7", 2026)], Standing.OFF, LESS_3),
        (PEOPLE, Goal(year=2027, low=D(10)), [("9", 2026)], Standing.OFF, f"{MINUS}{NBSP}1{NBSP}personne"),
        (WEEKS, Goal(year=2026, comparator="at_most", low=D(12)), [("18", 2026)], Standing.OFF, MORE_6),
        (
            FALLING, Goal(year=2030, comparator="towards", low=D(18), high=D(30)), [("30", 2021)],
            Standing.OFF, "Haut de la fourchette",
        ),
        (
            FALLING, Goal(year=2030, comparator="towards", low=D(18), high=D(30)), [("30", 2021), ("25", 2025)],
            Standing.PROGRESS, f"Encore 7{NBSP}points de trop",
        ),
        (Scale("check"), Goal(year=2027, low=D(1)), [("1", 2026)], Standing.ACHIEVED, "Fait"),
        (Scale("check"), Goal(year=2027, low=D(1)), [("0", 2026)], Standing.PROGRESS, "Pas encore fait"),
        (Scale("check"), Goal(year=2026, low=D(1)), [("0", 2026)], Standing.OFF, "Pas encore fait"),
    ],
)  # fmt: skip
def test_verdicts(scale: Scale, goal: Goal, values: list[tuple[str, int]], standing: Standing, words: str) -> None:
    assert verdict(scale, goal, *values) == (standing, words)


def test_the_starting_value_tells_progress_when_there_is_one_measure() -> None:
    goal = Goal(year=2027, low=D(70))
    assert verdict(SHARE, goal, ("61", 2026), base=D(42))[0] is Standing.PROGRESS
    assert verdict(SHARE, goal, ("61", 2026), base=D(61))[0] is Standing.OFF


def test_a_range_measured_against_a_ceiling_is_judged_on_its_top() -> None:
    between = series_of([measure("22", 2025), measure(None, 2026, low=D(15), high=D(18))])
    found = judge(between, Goal(year=2027, comparator="at_most", low=D(12)), WEEKS, today=TODAY)
    assert found.words == f"Encore 6{NBSP}semaines de trop"


# -- differences --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("gap", "scale", "words"),
    [
        ("42", SHARE, f"+{NBSP}42{NBSP}points"),
        ("0.1", SHARE, f"+{NBSP}0,1{NBSP}point"),
        ("-1.9", SHARE, f"{MINUS}{NBSP}1,9{NBSP}point"),
        ("-2", SHARE, f"{MINUS}{NBSP}2{NBSP}points"),
        ("-2", PEOPLE, f"{MINUS}{NBSP}2{NBSP}personnes"),
        ("1", PEOPLE, f"+{NBSP}1{NBSP}personne"),
        ("3", Scale("gap", "points", "down"), f"+{NBSP}3{NBSP}points"),
        ("0", SHARE, "identique"),
    ],
)
def test_differences_are_signed_and_agree(gap: str, scale: Scale, words: str) -> None:
    assert signed(D(gap), scale) == words


def test_a_long_unit_is_left_out_of_a_difference() -> None:
    assert amount(D(2), Scale("count", "actions collectives par an", "up")) == "2"


@pytest.mark.parametrize(
    ("level", "other", "words"),
    [
        ("73", "31", f"+{NBSP}42{NBSP}points"),
        ("17.1", "5.4", f"3,2{NBSP}fois"),
        ("35", "28.1", f"+{NBSP}6,9{NBSP}points"),
        ("50.3", "50.2", f"+{NBSP}0,1{NBSP}point"),
        ("1.2", "19.5", f"{MINUS}{NBSP}18,3{NBSP}points"),
        ("5", "0", f"+{NBSP}5{NBSP}points"),
    ],
)
def test_shares_compare_in_points_or_in_times(level: str, other: str, words: str) -> None:
    assert comparison_words(D(level), D(other), SHARE) == words


def test_numbers_of_people_of_two_territories_are_not_compared() -> None:
    assert comparison_words(D(158), D(4000), PEOPLE) == ""
