"""Records as plain data for scripts: what `--json` prints.

Keys are the English code names. Dates are ISO texts, amounts texts with two decimals, decimals texts, percentages
numbers (in points: 60 is 60 %), choices their code, a link `{"id", "label"}`, many links a list of these, an absent
value None.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import Connection

from app.models import registry
from app.models.fields import Field, Kind, Value
from app.services.action_partners import Partner, partners_of
from app.services.names import labels
from app.services.records import Record

Json = str | int | float | bool | None | list[Any] | dict[str, Any]


class LinkLabels:
    """The labels of the rows that some values lead to, asked for in one go per entity."""

    def __init__(self, connection: Connection, values: Iterable[tuple[Field, Value]]) -> None:
        wanted: dict[str, set[str]] = defaultdict(set)
        for field, value in values:
            wanted[field.target].update(_targets(field, value))
        self._labels = {
            target: labels(connection, target, sorted(rows), whole=True) for target, rows in wanted.items() if rows
        }

    def __call__(self, entity: str, row: str) -> str:
        return self._labels[entity][row]

    def linked(self, field: Field, row: str) -> dict[str, Any]:
        """`{"id", "label"}` of the row a link leads to."""
        return {"id": row, "label": self(field.target, row)}


def records_json(connection: Connection, records: Sequence[Record]) -> list[dict[str, Json]]:
    """Records of one entity with their id, every field and their stamps; actions with their partners."""
    if not records:
        return []
    fields = registry.entity(records[0].entity).fields
    link_labels = LinkLabels(
        connection, ((fields[key], value) for record in records for key, value in record.values.items())
    )
    partners: Mapping[str, Sequence[Partner]] = {}
    if records[0].entity == "action":
        partners = partners_of(connection, [record.id for record in records])
    found = []
    for record in records:
        row: dict[str, Json] = {"id": record.id}
        row |= {key: value_json(field, record.values[key], link_labels) for key, field in fields.items()}
        if record.entity == "action":
            row["partners"] = [partner_json(partner) for partner in partners.get(record.id, ())]
        row |= {
            "created_at": record.created_at,
            "updated_at": record.updated_at,
            "updated_by": record.updated_by,
            "deleted": record.deleted,
        }
        found.append(row)
    return found


def partner_json(partner: Partner) -> dict[str, Json]:
    return {"id": partner.organisation, "label": partner.label, "role": partner.role}


def value_json(field: Field, value: Value, link_labels: LinkLabels) -> Json:
    """One value of `field` as data."""
    if value is None:
        return [] if field.kind is Kind.LINKS else None
    return _JSON[field.kind](field, value, link_labels)


def field_json(field: Field) -> dict[str, Json]:
    """The declaration of a field, as `carnet champs` gives it."""
    return {
        "key": field.key,
        "label": field.label,
        "type": field.kind.value,
        "required": field.required,
        "choices": [{"code": choice.code, "label": choice.label} for choice in field.choices],
        "help": field.help,
        "unit": field.unit,
        "target": field.target or None,
    }


def _targets(field: Field, value: Value) -> Sequence[str]:
    if not field.target or value is None:
        return ()
    return cast(Sequence[str], value) if field.kind is Kind.LINKS else (cast(str, value),)


def _percent(value: Decimal) -> Json:
    return int(value) if value == value.to_integral_value() else float(value)


def _date(value: date) -> str:
    return value.isoformat()


_JSON: dict[Kind, Callable[[Field, Any, LinkLabels], Json]] = {
    Kind.TEXT: lambda field, value, link_labels: str(value),
    Kind.LONG_TEXT: lambda field, value, link_labels: str(value),
    Kind.INTEGER: lambda field, value, link_labels: int(value),
    Kind.DECIMAL: lambda field, value, link_labels: f"{value:f}",
    Kind.MONEY: lambda field, value, link_labels: f"{value:.2f}",
    Kind.PERCENT: lambda field, value, link_labels: _percent(value),
    Kind.DATE: lambda field, value, link_labels: _date(value),
    Kind.YEAR: lambda field, value, link_labels: int(value),
    Kind.BOOLEAN: lambda field, value, link_labels: bool(value),
    Kind.CHOICE: lambda field, value, link_labels: str(value),
    Kind.LINK: lambda field, value, link_labels: link_labels.linked(field, value),
    Kind.LINKS: lambda field, value, link_labels: [link_labels.linked(field, target) for target in value],
    Kind.TERRITORY: lambda field, value, link_labels: link_labels.linked(field, value),
}
