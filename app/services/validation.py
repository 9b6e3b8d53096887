"""Rules of entry: what a value must satisfy beyond its kind.

A rule refuses an entry with a French sentence; it never blocks a merge (two correct entries may together break a rule:
`services.anomalies` reports that).
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import cast

from app.errors import BadValue
from app.formatting import NBSP, format_date
from app.models.declare import EntityType
from app.models.fields import Field, Rule, Value

#: SIREN of La Poste, whose establishments are numbered by another key.
_LA_POSTE = "356000000"

# Pairs (first, last) that must not be the wrong way round.
_ORDERED = (("start", "end"), ("low", "high"))


def check(field: Field, value: Value) -> Value:
    """The value, tidied where its rule tidies (a SIRET loses its spaces); raises BadValue when it breaks the rule."""
    if value is None or field.rule is None:
        return value
    return _RULES[field.rule](field, value)


def check_required(declared: EntityType, values: Mapping[str, Value]) -> None:
    """Raise BadValue when a required field of a new row has no value."""
    missing = [
        field.label
        for field in declared.fields.values()
        if field.required and field.default is None and values.get(field.key) in (None, "", ())
    ]
    if missing:
        what = "Il manque" if len(missing) > 1 else "Il manque le champ"
        names = ", ".join(f"«{NBSP}{label}{NBSP}»" for label in missing)
        raise BadValue(
            f"{what} {names} pour créer {declared.one}.",
            advice=f"Donnez-{'leur' if len(missing) > 1 else 'lui'} une valeur.",
        )


def check_kept(declared: EntityType, field: Field, value: Value) -> None:
    """Raise BadValue when `value` would empty a required field of an existing row."""
    if field.required and value in (None, "", ()):
        raise BadValue(
            f"«{NBSP}{field.label}{NBSP}» ne peut pas rester vide{NBSP}: {declared.one} en a besoin.",
            advice="L’ancienne valeur est gardée.",
        )


def check_together(declared: EntityType, values: Mapping[str, Value]) -> None:
    """Raise BadValue when two fields contradict each other; `values` is the whole row as it would be."""
    for first, last in _ORDERED:
        low, high = values.get(first), values.get(last)
        if low is None or high is None or first not in declared.fields:
            continue
        if cast(Decimal, low) > cast(Decimal, high):
            one, other = declared.fields[first], declared.fields[last]
            raise BadValue(
                f"«{NBSP}{one.label}{NBSP}» ({_said(low)}) vient après «{NBSP}{other.label}{NBSP}» ({_said(high)}).",
                advice="Corrigez l’un des deux. L’ancienne valeur est gardée.",
            )


def is_luhn(digits: str) -> bool:
    """The key of a SIREN or SIRET. Source: INSEE, as recalled by the SCDL schema « subventions » 2.1."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        number = int(digit) * (2 if place % 2 else 1)
        total += number - 9 if number > 9 else number
    return total % 10 == 0


def _siret(field: Field, value: Value) -> Value:
    digits = re.sub(r"[\s\u00a0\u202f.]", "", str(value))
    if not re.fullmatch(r"\d{14}", digits):
        raise BadValue(
            f"«{NBSP}{value}{NBSP}» n’est pas un SIRET{NBSP}: il en faut 14 chiffres.", advice="Recopiez-le en entier."
        )
    by_sum = digits.startswith(_LA_POSTE) and sum(map(int, digits)) % 5 == 0
    if not (is_luhn(digits) or by_sum):
        raise BadValue(
            f"Le SIRET «{NBSP}{value}{NBSP}» comporte une erreur de frappe.", advice="Vérifiez ses chiffres."
        )
    return digits


def _rna(field: Field, value: Value) -> Value:
    code = re.sub(r"\s", "", str(value)).upper()
    # Corsica and overseas have a letter in third place.
    if not re.fullmatch(r"W\d[A-Z\d]\d{7}", code):
        raise BadValue(f"«{NBSP}{value}{NBSP}» n’est pas un numéro RNA.", advice="Écrivez W suivi de 9 chiffres.")
    return code


def _email(field: Field, value: Value) -> Value:
    address = str(value).strip()
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s.]{2,}", address):
        raise BadValue(
            f"«{NBSP}{value}{NBSP}» n’est pas une adresse de courriel.", advice="Exemple : accueil@exemple.fr."
        )
    return address


def _qpv_code(field: Field, value: Value) -> Value:
    code = str(value).strip().upper()
    if not re.fullmatch(r"QN\d[\dA-Z]{2}\d{2}[A-Z]|QP\d[\dA-Z]{2}\d{3}", code):
        raise BadValue(f"«{NBSP}{value}{NBSP}» n’est pas un code de QPV.", advice="Exemple : QN05980M.")
    return code


def _percentage(field: Field, value: Value) -> Value:
    if not Decimal(0) <= cast(Decimal, value) <= Decimal(100):
        raise BadValue(f"«{NBSP}{field.label}{NBSP}» va de 0 à 100{NBSP}%.", advice="Corrigez la valeur.")
    return value


def _positive(field: Field, value: Value) -> Value:
    if cast(Decimal, value) < 0:
        raise BadValue(f"«{NBSP}{field.label}{NBSP}» ne peut pas être négatif.", advice="Corrigez la valeur.")
    return value


def _said(value: Value) -> str:
    return format_date(value) if isinstance(value, date) else str(value)


_RULES: dict[Rule, Callable[[Field, Value], Value]] = {
    Rule.SIRET: _siret,
    Rule.RNA: _rna,
    Rule.EMAIL: _email,
    Rule.QPV_CODE: _qpv_code,
    Rule.PERCENTAGE: _percentage,
    Rule.POSITIVE: _positive,
}
