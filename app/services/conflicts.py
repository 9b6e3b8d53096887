"""Conflicts: the fields that hold several values nobody has chosen between, and choosing one.

A conflict is named by a stable text, `entity:row:field`, the same on every laptop. Its field is one of the registry,
« deleted » when one deleted what another kept or changed, or `link:<field>:<id>` for one element that one added and
another removed. Choosing is an ordinary gesture, which colleagues receive and which can be taken back.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from sqlalchemy import Connection

from app.errors import BadValue, UnknownRecord
from app.formatting import NBSP, counted
from app.models import registry
from app.models.fields import Field, Kind, Stored, Value, load
from app.models.fields import store as stored_value
from app.notebook.changes import ChangeSet
from app.notebook.clock import iso_of
from app.notebook.log import modifications_of_rows, row_bytes, row_text
from app.notebook.materialise import auto_fields
from app.notebook.merge import DELETED, LINK_PREFIX, LIVE, STATE, Modification, common_ground, heads, worked_on
from app.notebook.recorder import Recorder
from app.notebook.store import Store
from app.services.history import DELETED_KEY
from app.services.json_values import LinkLabels
from app.services.names import labels
from app.services.outgoing import raw
from app.services.values import display

#: The source of a write made by hand in a workbook (sync.md §2).
HAND = "hand"


@dataclass(frozen=True, slots=True)
class ConflictValue:
    """One of the values in conflict. `at` is ISO UTC; `mine` says that it was written on this laptop."""

    op_id: bytes
    value: Value
    display: str
    author: str
    at: str
    mine: bool


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field in conflict, its distinct values latest first; `origin` is what it was before they parted, in words.

    `key` is what the log calls the field; `field` and `field_label` what people and scripts call it.
    """

    id: str
    entity: str
    row: str
    label: str
    key: str
    field: str
    field_label: str
    values: tuple[ConflictValue, ...]
    origin: str = ""


class Rule(Enum):
    """How every conflict is settled at once."""

    MINE = "mine"
    THEIRS = "theirs"
    LATEST = "latest"


# -- reading ------------------------------------------------------------------------------------------------------


def count(connection: Connection) -> int:
    """How many conflicts wait."""
    return int(connection.exec_driver_sql("SELECT count(*) FROM contested").scalar_one())


def conflicts(connection: Connection, *, rows: Iterable[str] | None = None) -> list[Conflict]:
    """Every conflict that waits, or those of `rows`, by entity and label of the row."""
    db = raw(connection)
    query = "SELECT e.key, c.row, c.field FROM contested c JOIN entity e ON e.n = c.entity"
    wanted = None if rows is None else set(rows)
    places: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for entity, row, key in db.execute(query):
        # What a newer version wrote and this one does not know cannot be shown, nor chosen.
        if _is_known(entity, key) and (wanted is None or row_text(row) in wanted):
            places[entity][row_text(row)].append(key)
    found: list[Conflict] = []
    for entity in registry.ENTITIES:
        of_entity = places.get(entity, {})
        named = labels(connection, entity, of_entity)
        for row in sorted(of_entity, key=lambda row: (named[row].casefold(), row)):
            found.extend(_of_row(connection, entity, row, named[row], of_entity[row]))
    return found


def conflict(connection: Connection, id: str) -> Conflict:
    """The conflict called `id`; raises UnknownRecord when there is none of that name (any more)."""
    parts = id.split(":", 2)
    if len(parts) == 3:
        try:
            found = conflicts(connection, rows=[parts[1]]) if len(row_bytes(parts[1])) == 16 else []
        except ValueError:
            found = []
        for one in found:
            if one.id == id:
                return one
    raise UnknownRecord(
        f"Aucun conflit ne porte l’identifiant «{NBSP}{id}{NBSP}».",
        advice=f"«{NBSP}carnet conflits{NBSP}» donne la liste de ceux qui attendent.",
    )


def field_of(one: Conflict) -> Field | None:
    """The declaration of the field in conflict; None for the deletion of a row."""
    return None if one.key == STATE else registry.entity(one.entity).fields[one.field]


def _of_row(connection: Connection, entity: str, row: str, label: str, keys: Sequence[str]) -> Iterator[Conflict]:
    db = raw(connection)
    log = next(modifications_of_rows(db, [row]), [])
    own = db.execute("SELECT value FROM meta WHERE key = 'replica'").fetchone()
    own_replica = bytes(own[0]) if own else b""
    authors = authors_of(connection, log)
    order = {key: place for place, key in enumerate((STATE, *registry.entity(entity).fields))}
    for key in sorted(keys, key=lambda key: (order.get(_name(key), len(order)), key)):
        declared = None if key == STATE else registry.entity(entity).fields[_name(key)]
        rivals = _deletion_rivals(log, entity) if key == STATE else _rivals(log, key, own_replica)
        values = tuple(
            ConflictValue(
                m.op_id, _value(declared, key, stored), words(connection, declared, key, stored), authors[m.op_id],
                iso_of(m.stamp), _is_own(m, own_replica),
            )
            for m, stored in rivals
        )  # fmt: skip
        name = DELETED_KEY if key == STATE else _name(key)
        yield Conflict(
            f"{entity}:{row}:{DELETED_KEY if key == STATE else key}", entity, row, label, key, name,
            declared.label if declared else "Suppression", values, _origin(connection, declared, key, log),
        )  # fmt: skip


def _is_own(m: Modification, own: bytes) -> bool:
    # A hand edit bears the replica of the laptop that exported the workbook, whoever typed it.
    return m.replica == own and m.source != HAND


def _rivals(log: Sequence[Modification], key: str, own: bytes) -> list[tuple[Modification, Stored]]:
    """The distinct values of a field, latest first, each with the write that says it (mine rather than another's)."""
    by_id = {m.op_id: m for m in log}
    found: dict[Stored, Modification] = {}
    for head in heads(log, key):
        m = by_id[head.op_id]
        if head.value not in found or _is_own(m, own):
            found[head.value] = m
    return [(m, value) for value, m in found.items()]


def _deletion_rivals(log: Sequence[Modification], entity: str) -> list[tuple[Modification, Stored]]:
    """Who deleted the row, and who kept it: by restoring it, or by writing what the deleter had not seen."""
    by_id = {m.op_id: m for m in log}
    states = heads(log, STATE)
    found = [(by_id[head.op_id], head.value) for head in states]
    if all(head.value == DELETED for head in states):
        seen = {head.op_id for head in states}.union(*(by_id[head.op_id].seen for head in states))
        for key in worked_on(log) - auto_fields(entity):
            found += [(by_id[head.op_id], LIVE) for head in heads(log, key) if head.op_id not in seen]
    found.sort(key=lambda pair: (pair[0].stamp, pair[0].op_id), reverse=True)
    distinct: dict[Stored, Modification] = {}
    for m, value in found:
        distinct.setdefault(value, m)
    return [(m, value) for value, m in distinct.items()]


def _origin(connection: Connection, declared: Field | None, key: str, log: Sequence[Modification]) -> str:
    """What the field was before its values parted, as people read it; "" for none."""
    ground = None if key == STATE else common_ground(log, key)
    return words(connection, declared, key, ground.writes[key].value) if ground else ""


# -- in words -----------------------------------------------------------------------------------------------------


def words(connection: Connection, declared: Field | None, key: str, stored: Stored) -> str:
    """What a write says, as people read it; `declared` is None for the state of a row."""
    if declared is None:
        return "supprimée" if stored == DELETED else "gardée"
    if key.startswith(LINK_PREFIX):
        target = key.split(":", 2)[2]
        name = labels(connection, declared.target, [target], whole=True)[target]
        return f"avec «{NBSP}{name}{NBSP}»" if stored else f"sans «{NBSP}{name}{NBSP}»"
    value = load(declared, stored)
    return display(declared, value, LinkLabels(connection, [(declared, value)])) or "(vide)"


def authors_of(connection: Connection, log: Iterable[Modification]) -> dict[bytes, str]:
    """Who signs each modification: the author of its laptop, or the workbook it was typed in."""
    db = raw(connection)
    names = dict(db.execute("SELECT id, coalesce(label, '') FROM replica"))
    codes = dict(db.execute("SELECT export_id, code4 FROM export_base"))
    found: dict[bytes, str] = {}
    for m in log:
        if m.source == HAND:
            found[m.op_id] = f"classeur {codes.get(m.export_id, '')}".strip()
        else:
            found[m.op_id] = names.get(m.replica, "")
    return found


def _value(declared: Field | None, key: str, stored: Stored) -> Value:
    if declared is None:
        return stored == DELETED
    if key.startswith(LINK_PREFIX):
        return (key.split(":", 2)[2],) if stored else ()
    return load(declared, stored)


def _name(key: str) -> str:
    return key.split(":", 2)[1] if key.startswith(LINK_PREFIX) else key


def _is_known(entity: str, key: str) -> bool:
    declared = registry.ENTITIES.get(entity)
    return declared is not None and (key == STATE or _name(key) in declared.fields)


# -- choosing -----------------------------------------------------------------------------------------------------


def resolve(store: Store, id: str, keep: bytes | Value) -> ChangeSet:
    """Settle one conflict: `keep` is the op_id of one of its values, or another value of the field.

    For a deletion the value is True (delete) or False (keep the row); for an element, a tuple with it or an empty one.
    Raises UnknownRecord, or BadValue when `keep` is none of its values.
    """
    with store.read() as connection:
        one = conflict(connection, id)
    chosen = _chosen(one, keep)
    with store.write("Résoudre un conflit", kind="resolution", source="resolution") as write:
        _settle(write, one, chosen)
    assert write.changes is not None
    return write.changes


def resolve_all(store: Store, rule: Rule, *, ids: Sequence[str] | None = None) -> tuple[ChangeSet | None, int]:
    """Settle by one rule every conflict, or those of `ids`, in one gesture; returns it and how many are left.

    A conflict stays when the rule does not tell: not exactly one value of this laptop, or several of others.
    """
    with store.read() as connection:
        every = [one for one in conflicts(connection) if ids is None or one.id in ids]
    told = [(one, value) for one in every if (value := by_rule(one, rule)) is not None]
    if not told:
        return None, len(every)
    label = f"Résoudre {counted(len(told), 'conflit')}"
    with store.write(label, kind="resolution", source="resolution") as write:
        for one, value in told:
            _settle(write, one, value.value)
    return write.changes, len(every) - len(told)


def by_rule(one: Conflict, rule: Rule) -> ConflictValue | None:
    """The value that a rule keeps; None when it does not tell."""
    if rule is Rule.LATEST:
        return max(one.values, key=lambda value: (value.at, value.op_id), default=None)
    mine = [value for value in one.values if value.mine]
    others = [value for value in one.values if not value.mine]
    if len(mine) != 1 or len(others) != 1:
        return None
    return mine[0] if rule is Rule.MINE else others[0]


def _chosen(one: Conflict, keep: bytes | Value) -> Value:
    if isinstance(keep, bytes):
        for value in one.values:
            if value.op_id == keep:
                return value.value
        raise BadValue(
            "Cette valeur n’est plus l’une de celles du conflit.", advice="Relisez le conflit, puis choisissez."
        )
    if one.key == STATE and not isinstance(keep, bool):
        raise BadValue("Ce conflit demande s’il faut supprimer la ligne ou la garder.", advice="Répondez oui ou non.")
    return keep


def _settle(write: Recorder, one: Conflict, chosen: Value) -> None:
    if one.key == STATE:
        if chosen:
            write.delete(one.entity, one.row)
        else:
            write.restore(one.entity, one.row)
        return
    declared = registry.field(one.entity, one.field)
    if one.key.startswith(LINK_PREFIX):
        write.put(one.entity, one.row, one.key, int(bool(chosen)))
    elif declared.kind is not Kind.LINKS:
        write.put(one.entity, one.row, one.key, stored_value(declared, chosen))
