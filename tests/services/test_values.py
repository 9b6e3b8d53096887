"""Values typed and shown: one case at least for every kind, both ways."""

from datetime import date
from decimal import Decimal

import pytest

from app.errors import BadValue
from app.formatting import NBSP
from app.models.fields import Choice, Field, Kind, load, store
from app.services import values

PLACE = "11111111-1111-4111-8111-111111111111"
OTHER = "22222222-2222-4222-8222-222222222222"
NAMED = {"Est": PLACE, "Ouest": OTHER}


def resolve(entity, text):
    return NAMED[text]


def label(entity, row):
    return next(name for name, known in NAMED.items() if known == row)


def field(kind, **options):
    if kind is Kind.CHOICE:
        options.setdefault("choices", (Choice("done", "Terminée"), Choice("running", "En cours")))
    if kind in (Kind.LINK, Kind.LINKS, Kind.TERRITORY):
        options.setdefault("target", "territory")
    return Field("one", kind, "Champ", **options)


CASES = {
    Kind.TEXT: [(" Fête du quartier ", "Fête du quartier", "Fête du quartier")],
    Kind.LONG_TEXT: [("une\ndeux", "une\ndeux", "une\ndeux")],
    Kind.INTEGER: [("12 890", 12890, f"12{NBSP}890"), ("-3", -3, "−3")],
    Kind.DECIMAL: [("17,1", Decimal("17.1"), "17,1"), ("1234.5", Decimal("1234.5"), f"1{NBSP}234,5")],
    Kind.MONEY: [("4 525,85 €", Decimal("4525.85"), f"4{NBSP}525,85{NBSP}€"), ("0", Decimal("0.00"), f"0,00{NBSP}€")],
    Kind.PERCENT: [("12,5 %", Decimal("12.5"), f"12,5{NBSP}%"), ("60", Decimal(60), f"60{NBSP}%")],
    Kind.DATE: [("31/12/2026", date(2026, 12, 31), "31/12/2026"), ("1er mars 2027", date(2027, 3, 1), "01/03/2027")],
    Kind.YEAR: [("2026", 2026, "2026")],
    Kind.BOOLEAN: [("oui", True, "Oui"), ("NON", False, "Non"), ("x", True, "Oui")],
    Kind.CHOICE: [("done", "done", "Terminée"), ("terminee", "done", "Terminée"), ("En cours", "running", "En cours")],
    Kind.LINK: [("Est", PLACE, "Est")],
    Kind.LINKS: [("Est; Ouest ;Est", (PLACE, OTHER), "Est, Ouest")],
    Kind.TERRITORY: [("Ouest", OTHER, "Ouest")],
}


def test_every_kind_has_its_cases():
    assert CASES.keys() == set(Kind)
    assert values._PARSE.keys() == values._DISPLAY.keys() == set(Kind)


@pytest.mark.parametrize(
    ("kind", "typed", "value", "shown"), [(kind, *case) for kind, cases in CASES.items() for case in cases]
)
def test_what_is_typed_is_understood_and_shown(kind, typed, value, shown):
    one = field(kind)
    assert values.parse(one, typed, resolve) == value
    assert values.display(one, value, label) == shown
    if kind is not Kind.LINKS:
        assert load(one, store(one, value)) == value


@pytest.mark.parametrize("kind", list(Kind))
def test_a_blank_is_no_value(kind):
    assert values.parse(field(kind), "  ", resolve) == (() if kind is Kind.LINKS else None)
    assert values.display(field(kind), None, label) == ""


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        (Kind.INTEGER, "1,5"),
        (Kind.INTEGER, "beaucoup"),
        (Kind.INTEGER, "9" * 30),
        (Kind.DECIMAL, "1,234,567"),
        (Kind.MONEY, "12,345 €"),
        (Kind.MONEY, "1e9"),
        (Kind.PERCENT, "la moitié"),
        (Kind.DATE, "31/02/2026"),
        (Kind.DATE, "bientôt"),
        (Kind.YEAR, "26"),
        (Kind.BOOLEAN, "peut-être"),
        (Kind.CHOICE, "fini"),
    ],
)
def test_what_cannot_be_understood_is_refused_with_the_name_of_the_field(kind, typed):
    with pytest.raises(BadValue) as refused:
        values.parse(field(kind), typed, resolve)
    assert refused.value.message.startswith(f"Champ{NBSP}: ")
    assert refused.value.advice


def test_a_choice_of_a_newer_version_shows_its_code():
    assert values.display(field(Kind.CHOICE), "frozen", label) == "frozen"


def test_a_unit_follows_the_number():
    assert values.display(field(Kind.DECIMAL, unit="ha"), Decimal("41.5"), label) == f"41,5{NBSP}ha"
