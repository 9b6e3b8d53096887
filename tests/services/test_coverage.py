"""Who covers which place: the rules."""

from app.services.coverage import Count, Located, above, coverage, nearby, reach

PARENTS = {
    "pile": ["qpv"],
    "qpv": ["roubaix", "tourcoing"],
    "est": ["roubaix"],
    "sud": ["roubaix"],
    "nouveau-roubaix": ["sud", "roubaix"],
    "roubaix": ["mel"],
    "tourcoing": ["mel"],
}
PLACES = ("est", "sud", "qpv", "nouveau-roubaix")


def counts(*structures: Located) -> dict[str, tuple[Count, ...]]:
    lines = coverage(structures, categories=("health", "social_centre"), places=PLACES, parents=PARENTS)
    return {line.category: line.counts for line in lines}


def located(*territories: str, category: str = "health") -> Located:
    return Located("-".join(territories) or "nowhere", category, frozenset(territories))


def test_a_structure_covers_the_place_it_names() -> None:
    assert counts(located("est"))["health"] == (Count(1), Count(), Count(), Count())


def test_a_part_of_a_place_is_in_it() -> None:
    assert counts(located("pile"))["health"] == (Count(), Count(), Count(1), Count())


def test_the_whole_town_serves_each_of_its_places_and_is_told_apart() -> None:
    assert counts(located("roubaix"))["health"] == (Count(1, 1), Count(1, 1), Count(1, 1), Count(1, 1))


def test_a_structure_counts_once_in_a_place_it_names_twice() -> None:
    assert counts(located("sud", "nouveau-roubaix", "roubaix"))["health"][1] == Count(1, 0)


def test_neighbours_are_not_covered() -> None:
    assert counts(located("sud"))["health"] == (Count(), Count(1), Count(), Count(1, 1))


def test_without_territory_nothing_is_guessed() -> None:
    (line, *_others) = coverage(
        [located(category="social_centre")], categories=("health", "social_centre"), places=PLACES, parents=PARENTS
    )

    assert line.category == "social_centre"
    assert (line.unplaced, line.total, line.gaps) == (1, 1, 4)


def test_centres_sociaux_come_first_and_empty_categories_stay() -> None:
    lines = coverage([], categories=("state", "health", "social_centre"), places=PLACES, parents=PARENTS)

    assert [line.category for line in lines] == ["social_centre", "state", "health"]
    assert all(line.gaps == len(PLACES) for line in lines)


def test_an_unknown_or_missing_category_makes_one_line_more() -> None:
    lines = coverage(
        [located("est", category=""), located("sud", category="newer")],
        categories=("health",), places=PLACES, parents=PARENTS,
    )  # fmt: skip

    assert [(line.category, line.total) for line in lines] == [("health", 0), ("", 2)]


def test_what_reaches_a_place_is_below_and_above_it() -> None:
    assert nearby("qpv", PARENTS) == {"qpv", "pile"}
    assert above("qpv", PARENTS) == {"roubaix", "tourcoing", "mel"}
    assert reach("est", PARENTS) == {"est", "roubaix", "mel"}


def test_a_loop_of_territories_is_walked_once() -> None:
    loop = {"a": ["b"], "b": ["a"]}

    assert reach("a", loop) == {"a", "b"}
