"""Erasing people: at their request, all that is held about them goes, joined files included, and never comes back.

One gesture of kind erasure, which nobody can undo nor refuse; colleagues receive it with the next exchange. The row
stays, called « Personne effacée », so that attendance and links still count. The texts of other rows lose the name
alone (app.notebook.masks), where a person has said so. What cannot be reached is told.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Connection

from app.errors import BadValue
from app.formatting import NBSP, counted
from app.models import registry
from app.models.declare import EntityType
from app.notebook import erasure, masks
from app.notebook.log import Batch, erased_among
from app.notebook.materialise import Touched
from app.notebook.merge import ERASED
from app.notebook.store import Store
from app.services.mentions import Mention, mentions
from app.services.names import erased, erased_label
from app.services.outgoing import raw
from app.services.records import Record


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure did: rows emptied, copies emptied too, what could not be, texts masked and texts left alone."""

    rows: int
    copies: tuple[Path, ...]
    left: tuple[tuple[Path, str], ...]
    masked: tuple[Mention, ...] = ()
    unmasked: tuple[Mention, ...] = ()


def erase(store: Store, entity: str, rows: Sequence[str], *, masking: Collection[Mention] = ()) -> Erased:
    """Erase people, for ever, and mask their names in the texts that `masking` gives (see `mentions`).

    A text changed since it was given is masked in all its versions, the last one included. Raises BadValue when they
    are no people, or were erased already.
    """
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
    accepted = {(one.entity, one.row, one.field) for one in masking}
    masked = tuple(one for one in told if (one.entity, one.row, one.field) in accepted)
    unmasked = tuple(one for one in told if (one.entity, one.row, one.field) not in accepted)
    label = "Effacer une personne" if len(wanted) == 1 else "Effacer des personnes"
    with store.write(label, kind=erasure.KIND) as write:
        for row in wanted:
            write.put(entity, row, ERASED, 1)
        for one in masked:
            for op_id, spans in one.places.items():
                write.put(one.entity, one.row, masks.key_of(one.field, op_id), masks.written(spans))
    return Erased(len(wanted), store.swept.copies, store.swept.left, masked, unmasked)


def replay(store: Store) -> None:
    """Erase again, in a notebook just opened, the people erased since it was copied; `store.told` says so."""
    known = erasure.remembered()
    batch = erasure.missing(store.writer(), known) if known else None
    if batch is not None:
        store.apply(batch, "Effacer une personne", kind=erasure.KIND)
        store.told = (*store.told, *said_again(batch))
        return
    ids = {one.op_id for one in known}
    fresh = [one.row for one in erasure.erasures_in(store.writer()) if one.op_id not in ids]
    if fresh:
        # Committed, then stopped before the copies were emptied; or a notebook that comes from another machine.
        store.forget(Touched(emptied=frozenset(fresh)))
    elif known:
        erasure.sweep_again(store.path)


def named(connection: Connection, declared: EntityType, found: Sequence[Record]) -> list[Record]:
    """The records as a list shows them: an erased row has a name to be called by."""
    gone = erased(connection, [one.id for one in found if not one.values[declared.title]])
    name = {declared.title: erased_label(declared)}
    return [replace(one, values={**one.values, **name}) if one.id in gone else one for one in found]


def said_again(batch: Batch | None) -> tuple[str, ...]:
    """What is said when an older copy came back with what had been erased since."""
    people = {m.row for m in batch.modifications if ERASED in m.writes} if batch else set()
    texts = {m.row for m in batch.modifications} - people if batch else set()
    said = _people_again(len(people))
    if texts:
        said += (f"Les noms masqués depuis dans {counted(len(texts), 'fiche')} le sont de nouveau.",)
    return said


def _people_again(count: int) -> tuple[str, ...]:
    if not count:
        return ()
    verb, again = ("avait été effacée", "elle l’est") if count == 1 else ("avaient été effacées", "elles le sont")
    return (f"{counted(count, 'personne')} {verb} depuis cette copie{NBSP}: {again} de nouveau.",)
