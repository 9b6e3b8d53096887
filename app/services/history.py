"""The history of a record: who changed what, when, from what to what; a reading of the log.

One entry per field and per modification, oldest first. The elements of a list are told one by one under the field's
key; creation, deletion and restoration are changes of `deleted`; the partners of an action are told with it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import Connection, select

from app.formatting import NBSP, format_date, format_time
from app.models import registry
from app.models.declare import EntityType
from app.models.fields import Field, Kind, Stored, Value, load
from app.notebook.clock import iso_of, moment_of
from app.notebook.log import modifications_of_rows, row_bytes
from app.notebook.masks import is_mask, place_of
from app.notebook.merge import DELETED, ERASED, LINK_PREFIX, STATE, Modification
from app.services import values
from app.services.action_partners import DEFAULT_ROLE, PARTNERS
from app.services.json_values import Json, LinkLabels, value_json

#: The pseudo-field under which creation, deletion and restoration are told.
DELETED_KEY = "deleted"

# Stamp of the gesture, 0 for the record itself and 1 for its partners, stamp and id of the modification: what was done
# together stays together, the record first.
_Place = tuple[int, int, int, bytes]

#: The pseudo-field under which a name masked by an erasure is told.
MASKED_KEY = "masked"

_TAKEN_BACK = {"undo": f"Annuler{NBSP}: ", "redo": f"Rétablir{NBSP}: "}


@dataclass(frozen=True, slots=True)
class Change:
    """One field changed by one modification.

    `field` is None for what has no field of the registry: `key` is then « deleted » (values are booleans), or the key
    of a field unknown to this version. `is_element` marks one element of a list, added (before None) or removed
    (after None). `moment` is UTC.
    Of a name masked, `after` is the key of the text it was in.
    """

    moment: datetime
    at: str
    author: str
    gesture: str
    key: str
    field: Field | None
    before: Value
    after: Value
    is_element: bool = False
    role: str = ""


def history(connection: Connection, entity: str, row: str) -> tuple[Change, ...]:
    """Every change of the record `row`, oldest first."""
    declared = registry.entity(entity)
    raw = _raw(connection)
    found = list(_changes(connection, declared, row))
    if entity == "action":
        partners = registry.entity("action_partner").table
        links = connection.execute(select(partners.c.id, partners.c.organisation).where(partners.c.action == row)).all()
        for link, organisation in links:
            found.extend(_partner_changes(connection, link, organisation, _role_of(raw, link)))
    # The sort is stable: the fields of one modification keep the order of the declaration.
    return tuple(change for _, change in sorted(found, key=lambda pair: pair[0]))


def history_json(connection: Connection, changes: Sequence[Change]) -> list[dict[str, Json]]:
    """The history as data: `[{"at", "author", "gesture", "field", "before", "after"}]`, values as in the row."""
    label = LinkLabels(connection, _linked(changes))
    return [
        {
            "at": change.at,
            "author": change.author,
            "gesture": change.gesture,
            "field": change.key,
            "before": _json(change, change.before, label),
            "after": _json(change, change.after, label),
        }
        for change in changes
    ]


def history_lines(connection: Connection, changes: Sequence[Change], *, zone: tzinfo | None = None) -> list[str]:
    """The history in French, one line per change, a heading per gesture; hours in `zone` (the machine's by default)."""
    label = LinkLabels(connection, _linked(changes))
    lines: list[str] = []
    heading = ""
    for change in changes:
        moment = change.moment.astimezone(zone)
        said = f"{format_date(moment.date())} {format_time(moment)} – {change.author or 'auteur inconnu'}"
        said = f"{said} – {change.gesture}" if change.gesture else said
        if said != heading:
            lines.append(said)
            heading = said
        lines.append(f"  {sentence(change, label)}")
    return lines


def sentence(change: Change, label: Callable[[str, str], str]) -> str:
    """`État : « À lancer » → « En cours »`: one change as people read it."""
    if change.key == DELETED_KEY:
        if change.before is None:
            return "Création"
        return "Suppression" if change.after else "Restauration"
    if change.key == ERASED:
        return "Effacement des données de la personne"
    if change.key == MASKED_KEY:
        where = change.field.label if change.field else change.after
        return f"{where}{NBSP}: un nom y a été masqué, à la demande de la personne"
    name = change.field.label if change.field else change.key
    if change.is_element:
        role = f" ({change.role})" if change.role else ""
        if change.before is None:
            return f"{name}{NBSP}: ajout de {_quoted(change, change.after, label)}{role}"
        return f"{name}{NBSP}: retrait de {_quoted(change, change.before, label)}{role}"
    before = _quoted(change, change.before, label)
    after = _quoted(change, change.after, label)
    if change.before is None:
        return f"{name}{NBSP}: {after}"
    return f"{name}{NBSP}: {before} → {after}"


# -- from the log -------------------------------------------------------------------------------------------------


def _changes(connection: Connection, declared: EntityType, row: str) -> Iterator[tuple[_Place, Change]]:
    order = {key: place for place, key in enumerate([STATE, *declared.fields])}
    for modification, by_id, told in _modifications(connection, row):
        hidden = {place.field for key in modification.writes if (place := place_of(key))}
        for name in sorted(hidden, key=lambda name: order.get(name, len(order))):
            yield (told.order, 0, modification.stamp, modification.op_id), told.masked(declared, name)
        worked = [key for key in modification.writes if not is_mask(key)]
        for key in sorted(worked, key=lambda key: (order.get(_field_key(key), len(order)), key)):
            write = modification.writes[key]
            parents = sorted((by_id[p].stamp, p) for p in write.parents if p in by_id and key in by_id[p].writes)
            before = by_id[parents[-1][1]].writes[key].value if parents else None
            change = told.of(declared, key, before, write.value, is_first=not write.parents)
            if change is not None:
                yield (told.order, 0, modification.stamp, modification.op_id), change


def _partner_changes(
    connection: Connection, link: str, organisation: str | None, role: str
) -> Iterator[tuple[_Place, Change]]:
    """The comings and goings of one partner, told as elements of the list of partners."""
    if organisation is None:
        return
    for modification, _, told in _modifications(connection, link):
        if STATE in modification.writes:
            gone = modification.writes[STATE].value == DELETED
            before, after = (organisation, None) if gone else (None, organisation)
            change = Change(
                told.moment, told.at, told.author, told.gesture, PARTNERS.key, PARTNERS, before, after,
                is_element=True, role=role,
            )  # fmt: skip
            yield (told.order, 1, modification.stamp, modification.op_id), change


@dataclass(frozen=True, slots=True)
class _Told:
    """Who, when and by what gesture: what the changes of one modification share."""

    order: int
    moment: datetime
    at: str
    author: str
    gesture: str

    def masked(self, declared: EntityType, name: str) -> Change:
        """That a name was masked in a text, whichever of its versions held it."""
        who = (self.moment, self.at, self.author, self.gesture)
        return Change(*who, MASKED_KEY, declared.fields.get(name), None, name)

    def of(self, declared: EntityType, key: str, before: Stored, after: Stored, *, is_first: bool) -> Change | None:
        who = (self.moment, self.at, self.author, self.gesture)
        if key == STATE:
            # A later version of a référentiel may write the state a row already has.
            if not is_first and before == after:
                return None
            return Change(*who, DELETED_KEY, None, None if is_first else before == DELETED, after == DELETED)
        field = declared.fields.get(_field_key(key))
        if key.startswith(LINK_PREFIX):
            target = key.split(":", 2)[2]
            if is_first and not after:
                return None
            removed = not after
            return Change(
                *who, _field_key(key), field, target if removed else None, None if removed else target, is_element=True
            )
        if field is None or field.kind is Kind.LINKS:
            return Change(*who, key, None, before, after)
        return Change(*who, key, field, load(field, before), load(field, after))


def _modifications(
    connection: Connection, row: str
) -> Iterator[tuple[Modification, Mapping[bytes, Modification], _Told]]:
    raw = _raw(connection)
    for log in modifications_of_rows(raw, [row]):
        by_id = {modification.op_id: modification for modification in log}
        said = _gestures(raw, row)
        for modification in log:
            order, label, author = said.get(modification.op_id, (modification.stamp, "", ""))
            moment = moment_of(modification.stamp)
            yield modification, by_id, _Told(order, moment, iso_of(modification.stamp), author, label)


def _gestures(raw: Any, row: str) -> dict[bytes, tuple[int, str, str]]:
    """For each modification of a row: the stamp and the words of its gesture, and who signed it."""
    query = """
        SELECT m.op_id, coalesce(g.at, m.stamp), g.label, g.kind, r.label FROM modif m
        LEFT JOIN gesture g ON g.id = m.gesture LEFT JOIN replica r ON r.n = m.replica WHERE m.row = ?"""
    return {
        op_id: (at, f"{_TAKEN_BACK.get(kind or '', '')}{label or ''}", author or "")
        for op_id, at, label, kind, author in raw.execute(query, (row_bytes(row),))
    }


def _role_of(raw: Any, link: str) -> str:
    found = raw.execute("SELECT role FROM action_partner WHERE id = ?", (link,)).fetchone()
    return found[0] if found and found[0] else DEFAULT_ROLE


def _raw(connection: Connection) -> Any:
    raw = connection.connection.driver_connection
    assert raw is not None
    return raw


def _field_key(key: str) -> str:
    return key.split(":", 2)[1] if key.startswith(LINK_PREFIX) else key


# -- values -------------------------------------------------------------------------------------------------------


def _linked(changes: Sequence[Change]) -> Iterator[tuple[Field, Value]]:
    """The links that the labels of a history need: elements count as lists of one."""
    for change in changes:
        if change.field is not None:
            for value in (change.before, change.after):
                yield change.field, (str(value),) if change.is_element and value is not None else value


def _json(change: Change, value: Value, label: LinkLabels) -> Json:
    if value is None:
        return None
    if change.field is None or change.key == MASKED_KEY:
        return value if isinstance(value, bool | int | str) else str(value)
    if change.is_element:
        linked = label.linked(change.field, str(value))
        return {**linked, "role": change.role} if change.role else linked
    return value_json(change.field, value, label)


def _quoted(change: Change, value: Value, label: Callable[[str, str], str]) -> str:
    if value is None:
        return "(vide)"
    if change.field is None:
        text = str(value)
    elif change.is_element:
        text = label(change.field.target, str(value))
    else:
        text = values.display(change.field, value, label)
    return f"«{NBSP}{text}{NBSP}»"
