"""From what a person types to a value of a field, and back: one table per direction, complete for every kind."""

from collections.abc import Callable
from typing import Any, cast

from app.errors import BadValue
from app.formatting import (
    NBSP,
    fold,
    format_boolean,
    format_date,
    format_money,
    format_number,
    format_percent,
    parse_boolean,
    parse_date,
    parse_decimal,
    parse_integer,
    parse_money,
    parse_percent,
    parse_year,
    shorten,
)
from app.models.fields import Field, Kind, Value

#: Past this SQLite could not keep an integer; no count of the trade comes near.
LARGEST_INTEGER = 10**15

#: Finds the row a text names: (entity key, text) → id; raises UnknownRecord or AmbiguousRecord.
Resolver = Callable[[str, str], str]
#: Gives the label of a row: (entity key, id) → text.
Labeller = Callable[[str, str], str]


def parse(field: Field, text: str, resolve: Resolver) -> Value:
    """The value of `field` that `text` means; None when it is blank. Raises BadValue with the field's name."""
    if not text.strip():
        return () if field.kind is Kind.LINKS else None
    try:
        return _PARSE[field.kind](field, text, resolve)
    except BadValue as error:
        raise type(error)(f"{field.label}{NBSP}: {_lowered(error.message)}", advice=error.advice) from None


def display(field: Field, value: Value, label: Labeller) -> str:
    """The French text of a value, as a form, a table or a document shows it."""
    return "" if value is None else _DISPLAY[field.kind](field, value, label)


def parse_choice(field: Field, text: str) -> str:
    """The code of a choice typed as its code or its French label, accents and case aside."""
    wanted = fold(text.strip())
    for choice in field.choices:
        if wanted in (fold(choice.code), fold(choice.label)):
            return choice.code
    known = ", ".join(f"{choice.label} ({choice.code})" for choice in field.choices)
    raise BadValue(f"«{NBSP}{text}{NBSP}» n’est pas un choix possible.", advice=f"Choix{NBSP}: {known}.")


def _parse_links(field: Field, text: str, resolve: Resolver) -> Value:
    named = [part.strip() for part in text.replace("\n", ";").split(";")]
    return tuple(dict.fromkeys(resolve(field.target, part) for part in named if part))


def _parse_integer(field: Field, text: str, resolve: Resolver) -> Value:
    number = parse_integer(text)
    if abs(number) >= LARGEST_INTEGER:
        raise BadValue(f"«{NBSP}{shorten(text, 40)}{NBSP}» est un nombre trop grand.", advice="Vérifiez la saisie.")
    return number


def _lowered(message: str) -> str:
    return message[:1].lower() + message[1:]


def _unit(field: Field, text: str) -> str:
    return f"{text}{NBSP}{field.unit}" if field.unit else text


_PARSE: dict[Kind, Callable[[Field, str, Resolver], Value]] = {
    Kind.TEXT: lambda field, text, resolve: text.strip(),
    Kind.LONG_TEXT: lambda field, text, resolve: text,
    Kind.INTEGER: _parse_integer,
    Kind.DECIMAL: lambda field, text, resolve: parse_decimal(text),
    Kind.MONEY: lambda field, text, resolve: parse_money(text),
    Kind.PERCENT: lambda field, text, resolve: parse_percent(text),
    Kind.DATE: lambda field, text, resolve: parse_date(text),
    Kind.YEAR: lambda field, text, resolve: parse_year(text),
    Kind.BOOLEAN: lambda field, text, resolve: parse_boolean(text),
    Kind.CHOICE: lambda field, text, resolve: parse_choice(field, text),
    Kind.LINK: lambda field, text, resolve: resolve(field.target, text.strip()),
    Kind.LINKS: _parse_links,
    Kind.TERRITORY: lambda field, text, resolve: resolve("territory", text.strip()),
}

_DISPLAY: dict[Kind, Callable[[Field, Any, Labeller], str]] = {
    Kind.TEXT: lambda field, value, label: str(value),
    Kind.LONG_TEXT: lambda field, value, label: str(value),
    Kind.INTEGER: lambda field, value, label: _unit(field, format_number(value)),
    Kind.DECIMAL: lambda field, value, label: _unit(field, format_number(value)),
    Kind.MONEY: lambda field, value, label: format_money(value),
    Kind.PERCENT: lambda field, value, label: format_percent(value),
    Kind.DATE: lambda field, value, label: format_date(value),
    Kind.YEAR: lambda field, value, label: str(value),
    Kind.BOOLEAN: lambda field, value, label: format_boolean(value),
    Kind.CHOICE: lambda field, value, label: field.choice_label(value),
    Kind.LINK: lambda field, value, label: label(field.target, value),
    Kind.LINKS: lambda field, value, label: ", ".join(label(field.target, target) for target in cast(list[str], value)),
    Kind.TERRITORY: lambda field, value, label: label("territory", value),
}
