"""Rules of entry: what they refuse, what they tidy."""

from datetime import date
from decimal import Decimal

import pytest

from app.errors import BadValue
from app.models.fields import Field, Kind, Rule
from app.models.registry import ENTITIES
from app.services import validation

ACTION = ENTITIES["action"]


def rule(one):
    kind = Kind.DECIMAL if one in (Rule.PERCENTAGE, Rule.POSITIVE) else Kind.TEXT
    return Field("one", kind, "Champ", rule=one)


GOOD = [
    (Rule.SIRET, "732 829 320 00074", "73282932000074"),
    (Rule.SIRET, "35600000000048", "35600000000048"),
    (Rule.RNA, "w59 1234567", "W591234567"),
    (Rule.RNA, "W9R1234567", "W9R1234567"),
    (Rule.EMAIL, " accueil@exemple.fr ", "accueil@exemple.fr"),
    (Rule.QPV_CODE, "qn05980m", "QN05980M"),
    (Rule.QPV_CODE, "QP059071", "QP059071"),
    (Rule.PERCENTAGE, Decimal(100), Decimal(100)),
    (Rule.POSITIVE, Decimal(0), Decimal(0)),
]
BAD = [
    (Rule.SIRET, "73282932000075"),
    (Rule.SIRET, "732829320"),
    (Rule.RNA, "591234567"),
    (Rule.EMAIL, "accueil chez exemple.fr"),
    (Rule.EMAIL, "a@b"),
    (Rule.QPV_CODE, "QPV 1"),
    (Rule.PERCENTAGE, Decimal("100.1")),
    (Rule.PERCENTAGE, Decimal(-1)),
    (Rule.POSITIVE, Decimal("-0.01")),
]


def test_every_rule_has_its_cases():
    assert {one for one, *_ in GOOD} == {one for one, *_ in BAD} == set(Rule) == validation._RULES.keys()


@pytest.mark.parametrize(("one", "given", "kept"), GOOD)
def test_a_good_value_is_tidied(one, given, kept):
    assert validation.check(rule(one), given) == kept


@pytest.mark.parametrize(("one", "given"), BAD)
def test_a_bad_value_is_refused_with_an_advice(one, given):
    with pytest.raises(BadValue) as refused:
        validation.check(rule(one), given)
    assert refused.value.advice


def test_nothing_is_asked_of_an_empty_field():
    assert all(validation.check(rule(one), None) is None for one in Rule)


def test_what_misses_is_named_all_at_once():
    with pytest.raises(BadValue, match=r"Il manque .+Intitulé.+Priorité.+ pour créer une action\."):
        validation.check_required(ACTION, {"status": "done"})
    with pytest.raises(BadValue, match=r"le champ .*Priorité.*Donnez-lui"):
        validation.check_required(ACTION, {"title": "Repair café"})
    validation.check_required(ACTION, {"title": "Repair café", "priority": "…"})


def test_a_required_field_cannot_be_emptied():
    with pytest.raises(BadValue, match=r"Intitulé.*L’ancienne valeur est gardée"):
        validation.check_kept(ACTION, ACTION.fields["title"], None)
    validation.check_kept(ACTION, ACTION.fields["title"], "Repair café")
    validation.check_kept(ACTION, ACTION.fields["code"], None)


def test_an_end_before_its_start_is_refused():
    days = {"start": date(2026, 9, 1), "end": date(2026, 8, 31)}
    with pytest.raises(BadValue, match="01/09/2026"):
        validation.check_together(ACTION, days)
    validation.check_together(ACTION, {**days, "end": days["start"]})
    validation.check_together(ACTION, {**days, "end": None})


def test_a_range_is_the_right_way_round():
    with pytest.raises(BadValue, match="Bas de la fourchette"):
        validation.check_together(ENTITIES["measurement"], {"low": Decimal(3), "high": Decimal(2)})
