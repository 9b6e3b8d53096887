"""`carnet conflits` and `carnet resoudre`: what waits for a choice, and choosing."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from app.cli.output import emit_json
from app.cli.session import Session
from app.cli.streams import emit
from app.errors import BadValue
from app.formatting import NBSP, counted, fold, format_date, format_time, parse_boolean
from app.models import registry
from app.models.fields import Kind, Value
from app.notebook.merge import LINK_PREFIX, STATE
from app.services import conflicts as waiting
from app.services.conflicts import Conflict, ConflictValue, Rule
from app.services.entry import live_row
from app.services.json_values import LinkLabels, value_json
from app.services.values import parse

_RULES = {"mien": Rule.MINE, "leur": Rule.THEIRS}


def list_conflicts(session: Session) -> int:
    with session.reading() as store, store.read() as connection:
        found = waiting.conflicts(connection)
        if session.wants_json:
            emit_json(conflicts_json(connection, found))
            return 0
    for one in found:
        emit(f"{registry.entity(one.entity).label} «{NBSP}{one.label}{NBSP}» – {one.field_label}")
        for value in one.values:
            emit(f"  {_said(value)}")
        emit(f"  {one.id}\n")
    emit(f"{counted(len(found), 'conflit attend', 'conflits attendent')} un choix." if found else "Aucun conflit.")
    return 0


def resolve_conflict(session: Session) -> int:
    keep = session.asked.option("--garder") or ""
    with session.writing() as store:
        with store.read() as connection:
            one = waiting.conflict(connection, session.asked.words["ID"])
            chosen: bytes | Value
            if rule := _RULES.get(fold(keep)):
                kept = waiting.by_rule(one, rule)
                if kept is None:
                    raise _unclear(one, keep)
                chosen = kept.op_id
            else:
                chosen = _value(connection, one, keep)
        waiting.resolve(store, one.id, chosen)
        with store.read() as connection:
            left = waiting.count(connection)
    emit(f"Conflit tranché{NBSP}: {one.label} – {one.field_label}.")
    if left:
        emit(f"{counted(left, 'conflit attend', 'conflits attendent')} encore un choix.")
    return 0


def conflicts_json(connection: Any, found: Sequence[Conflict]) -> list[dict[str, Any]]:
    """`[{"id", "entity", "row", "field", "values": [{"value", "author", "at"}]}]`."""
    fields = [(waiting.field_of(one), value.value) for one in found for value in one.values]
    label = LinkLabels(connection, [(field, value) for field, value in fields if field is not None])
    document = []
    for one in found:
        field = waiting.field_of(one)
        document.append(
            {
                "id": one.id,
                "entity": one.entity,
                "row": one.row,
                "field": one.field,
                "values": [
                    {
                        "value": value.value if field is None else value_json(field, value.value, label),
                        "author": value.author,
                        "at": value.at,
                    }
                    for value in one.values
                ],
            }
        )
    return document


def _value(connection: Any, one: Conflict, text: str) -> Value:
    """The value that --garder writes out; for a deletion, oui or non; for an element, its name or nothing."""
    if one.key == STATE:
        return parse_boolean(text)
    field = registry.field(one.entity, one.field)
    value = parse(field, text, lambda entity, reference: live_row(connection, entity, reference))
    if one.key.startswith(LINK_PREFIX):
        element = one.key.split(":", 2)[2]
        if value not in ((), (element,)):
            raise BadValue(
                f"Ce conflit porte sur un seul élément de «{NBSP}{field.label}{NBSP}».",
                advice="Donnez-le pour le garder, ou rien pour le retirer.",
            )
    elif value is None and field.required:
        raise BadValue(f"«{NBSP}{field.label}{NBSP}» ne peut pas rester vide.", advice="Donnez une valeur.")
    return () if value is None and field.kind is Kind.LINKS else value


def _unclear(one: Conflict, keep: str) -> BadValue:
    said = "\n".join(f"  {_said(value)}" for value in one.values)
    return BadValue(
        f"«{NBSP}{keep}{NBSP}» ne désigne pas une seule valeur de ce conflit. Rien n’a été changé.",
        advice=f"Écrivez la valeur à garder{NBSP}:\n{said}",
    )


def _said(value: ConflictValue) -> str:
    moment = datetime.fromisoformat(value.at.replace("Z", "+00:00")).astimezone()
    whose = " (ce poste)" if value.mine else ""
    author = value.author or "auteur inconnu"
    return f"– {value.display} – {author}{whose}, {format_date(moment.date())} {format_time(moment)}"
