"""What one measurement says, typed and shown."""

from decimal import Decimal

import pytest

from app.errors import BadValue
from app.formatting import NBSP
from app.services.readings import NOTHING, Reading, Scale, figure, read, reading_words, singular_unit

COUNT = Scale("count", "personnes", "up")
RATE = Scale("rate", "%", "up")


@pytest.mark.parametrize(
    ("typed", "reading"),
    [
        ("12,5", Reading(Decimal("12.5"))),
        (" 1 234 ", Reading(Decimal(1234))),
        ("1 234", Reading(Decimal(1234))),
        ("−15", Reading(Decimal(-15))),
        ("plus de 50", Reading(Decimal(50), qualifier="plus de")),
        ("> 50", Reading(Decimal(50), qualifier="plus de")),
        ("env. 12", Reading(Decimal(12), qualifier="environ")),
        ("Environ 12,4", Reading(Decimal("12.4"), qualifier="environ")),
        ("15 à 18", Reading(low=Decimal(15), high=Decimal(18))),
        ("15-18", Reading(low=Decimal(15), high=Decimal(18))),
        ("entre 150 et 200", Reading(low=Decimal(150), high=Decimal(200))),
        ("masquée", Reading(masked=True)),
        ("s", Reading(masked=True)),
        ("Secret statistique", Reading(masked=True)),
        ("158 personnes", Reading(Decimal(158))),
        ("1 personne", Reading(Decimal(1))),
    ],
)
def test_a_count_is_read_as_people_write_it(typed: str, reading: Reading) -> None:
    assert read(typed, COUNT) == reading


@pytest.mark.parametrize("blank", ["", "  ", "-", "n.d.", "ND", "–"])
def test_what_stands_for_nothing_says_nothing(blank: str) -> None:
    assert read(blank, COUNT) is NOTHING
    assert NOTHING.is_empty


def test_a_percentage_may_carry_its_sign() -> None:
    assert read(f"12,5{NBSP}%", RATE) == Reading(Decimal("12.5"))
    assert read("50 % à 80 %", RATE) == Reading(low=Decimal(50), high=Decimal(80))


def test_a_percentage_where_people_are_counted_is_refused() -> None:
    with pytest.raises(BadValue, match="se compte en personnes"):
        read("12 %", COUNT)


@pytest.mark.parametrize(
    ("typed", "said"), [("x", "n’est pas un nombre"), ("1.234", "deux façons"), ("18 à 15", "à l’envers")]
)
def test_what_is_wrong_is_said(typed: str, said: str) -> None:
    with pytest.raises(BadValue, match=said):
        read(typed, COUNT)


def test_a_check_is_yes_or_no() -> None:
    scale = Scale("check")
    assert read("oui", scale).value == 1
    assert read("Non", scale).value == 0
    assert reading_words(read("oui", scale), scale) == "Oui"
    with pytest.raises(BadValue, match="ni oui ni non"):
        read("12", scale)


def test_a_list_keeps_its_words() -> None:
    assert read("12 courriers, 3 dossiers", Scale("list")).text == "12 courriers, 3 dossiers"


@pytest.mark.parametrize(
    "typed", ["12,5", "plus de 318", "15 à 18", "masquée (secret statistique)", "−4", "au moins 3"]
)
def test_what_is_shown_can_be_typed_again(typed: str) -> None:
    assert reading_words(read(typed, COUNT), COUNT, unit=False).replace(NBSP, " ") == typed


def test_masked_is_not_zero() -> None:
    masked = Reading(masked=True)
    assert masked.level is None
    assert not masked.is_empty
    assert reading_words(masked, RATE) == "masquée (secret statistique)"
    assert figure(masked, RATE) == ("Masquée", "secret statistique")
    assert figure(Reading(Decimal(0)), RATE) == ("0", "%")


def test_a_range_is_judged_on_its_less_favourable_end() -> None:
    between = Reading(low=Decimal(15), high=Decimal(18))
    assert between.level == Decimal("16.5")
    assert between.bound("down") == 18
    assert between.bound("up") == 15
    assert figure(between, Scale("count", "semaines", "down")) == ("15–18", "semaines")


@pytest.mark.parametrize(
    ("several", "one"),
    [
        ("espaces", "espace"), ("réseaux", "réseau"), ("sessions par an", "session par an"), ("fois", "fois"),
        ("%", "%"), ("m²", "m²"), ("demi-journées", "demi-journée"),
        ("actions collectives par an", "action collective par an"),
        ("ans", "an"), ("JEP par an", "JEP par an"),
    ],
)  # fmt: skip
def test_units_take_the_singular(several: str, one: str) -> None:
    assert singular_unit(several) == one


def test_french_keeps_the_singular_under_two() -> None:
    scale = Scale("count", "espaces", "up")
    assert reading_words(Reading(Decimal("1.5")), scale) == f"1,5{NBSP}espace"
    assert reading_words(Reading(Decimal(2)), scale) == f"2{NBSP}espaces"
    assert reading_words(Reading(Decimal(0)), scale) == f"0{NBSP}espace"
