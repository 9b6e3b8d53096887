"""Erasing people: at their request, all that is held about them goes, joined files included, and never comes back.

One gesture of kind erasure, which nobody can undo nor refuse; colleagues receive it with the next exchange. The row
stays, called « Personne effacée », so that attendance and links still count. What cannot be reached is told.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Connection

from app.errors import BadValue
from app.formatting import NBSP, counted, fold
from app.models import registry
from app.models.declare import EntityType
from app.models.fields import Kind
from app.notebook import erasure
from app.notebook.log import chunks, erased_among, marks, row_bytes, row_text
from app.notebook.materialise import Touched
from app.notebook.merge import ERASED
from app.notebook.store import Store
from app.services.names import erased, erased_label
from app.services.outgoing import raw
from app.services.records import Record

#: Texts that name the person, told at most.
MOST_MENTIONS = 50


@dataclass(frozen=True, slots=True)
class Mention:
    """A text that holds the name of an erased person: it belongs to another row, and is not emptied."""

    entity: str
    row: str
    field: str
    current: bool


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure did: rows emptied, copies emptied too, what could not be, and the texts that still name them."""

    rows: int
    copies: tuple[Path, ...]
    left: tuple[tuple[Path, str], ...]
    mentions: tuple[Mention, ...]


def erase(store: Store, entity: str, rows: Sequence[str]) -> Erased:
    """Erase people, for ever. Raises BadValue when they are no people, or were erased already."""
    declared = registry.entity(entity)
    if not declared.person:
        raise BadValue(
            f"Seule une personne s’efface{NBSP}: {declared.one} va à la corbeille.",
            advice="Rien n’a été changé.",
        )
    with store.read() as connection:
        gone = erased_among(raw(connection), rows)
        wanted = [row for row in dict.fromkeys(rows) if row not in gone]
        if not wanted:
            raise BadValue("Cette personne est déjà effacée.", advice="Rien n’a été changé.")
        told = mentions(connection, entity, wanted)
    label = "Effacer une personne" if len(wanted) == 1 else "Effacer des personnes"
    with store.write(label, kind=erasure.KIND) as write:
        for row in wanted:
            write.put(entity, row, ERASED, 1)
    return Erased(len(wanted), store.swept.copies, store.swept.left, told)


def replay(store: Store) -> None:
    """Erase again, in a notebook just opened, the people erased since it was copied; `store.told` says so."""
    known = erasure.remembered()
    batch = erasure.missing(store.writer(), known) if known else None
    if batch is not None:
        store.apply(batch, "Effacer une personne", kind=erasure.KIND)
        store.told = (*store.told, *said_again(len({m.row for m in batch.modifications})))
        return
    ids = {one.op_id for one in known}
    fresh = [one.row for one in erasure.erasures_in(store.writer()) if one.op_id not in ids]
    if fresh:
        # Committed, then stopped before the copies were emptied; or a notebook that comes from another machine.
        store.forget(Touched(erased=frozenset(fresh)))
    elif known:
        erasure.sweep_again(store.path)


def named(connection: Connection, declared: EntityType, found: Sequence[Record]) -> list[Record]:
    """The records as a list shows them: an erased row has a name to be called by."""
    gone = erased(connection, [one.id for one in found if not one.values[declared.title]])
    name = {declared.title: erased_label(declared)}
    return [replace(one, values={**one.values, **name}) if one.id in gone else one for one in found]


def said_again(count: int) -> tuple[str, ...]:
    """What is said when an older copy came back with people who had been erased since."""
    if not count:
        return ()
    verb, again = ("avait été effacée", "elle l’est") if count == 1 else ("avaient été effacées", "elles le sont")
    return (f"{counted(count, 'personne')} {verb} depuis cette copie{NBSP}: {again} de nouveau.",)


def mentions(connection: Connection, entity: str, rows: Sequence[str]) -> tuple[Mention, ...]:
    """The texts of other rows, current or past, in which the name of one of these people is found.

    Both their names must be there, accents and case aside; a person of one name is looked for by it.
    """
    declared = registry.entity(entity)
    db = raw(connection)
    names: list[tuple[str, ...]] = []
    keys = [key for key in ("last_name", "first_name") if key in declared.fields] or [declared.title]
    columns = ", ".join(f'"{key}"' for key in keys)
    for some in chunks(rows):
        query = f'SELECT {columns} FROM "{declared.table.name}" WHERE id IN ({marks(some)})'
        names += [tuple(fold(part) for part in found if part) for found in db.execute(query, some)]
    texts = {
        one.key
        for of_entity in registry.ENTITIES.values()
        for one in of_entity.fields.values()
        if one.kind in (Kind.TEXT, Kind.LONG_TEXT) and not one.technical
    }
    own = {row_bytes(row) for row in rows}
    found: dict[tuple[str, str, str], bool] = {}
    for parts in names:
        if not parts:
            continue
        holding = " AND ".join("instr(fold(f.value), ?)" for _ in parts)
        query = f"""
            SELECT e.key, m.row, f.field, EXISTS (
                SELECT 1 FROM head h WHERE h.row = m.row AND h.field = f.field AND h.op_id = f.op_id)
            FROM modif_field f JOIN modif m ON m.op_id = f.op_id JOIN entity e ON e.n = m.entity
            WHERE typeof(f.value) = 'text' AND f.field IN ({marks(list(texts))}) AND {holding} LIMIT 500"""
        given = [*texts, *parts]
        for of_entity, row, key, current in db.execute(query, given):
            if row not in own:
                place = (of_entity, row_text(row), key)
                found[place] = found.get(place, False) or bool(current)
    told = [Mention(*place, current) for place, current in found.items()]
    return tuple(sorted(told, key=lambda one: (not one.current, one.entity, one.row))[:MOST_MENTIONS])
