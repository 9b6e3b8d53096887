"""`champ=valeur`: records changed and filtered by written words, as the command line does.

A word names a field by its key, then says what to do: `=` gives a value (empty clears; a list is separated by `;`),
`+=` adds one element to a list, `-=` removes one. The partners of an action are written the same way.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import cast

from sqlalchemy import Connection

from app.errors import BadValue, UnknownField, UnknownRecord, WrongUsage
from app.formatting import NBSP, fold, shorten
from app.models.declare import EntityType
from app.models.fields import Field, Kind, Value
from app.models.registry import ENTITIES
from app.notebook.changes import ChangeSet
from app.notebook.recorder import Recorder
from app.notebook.store import Store
from app.services import action_partners, records
from app.services.action_partners import PARTNERS, Partner, partners_of
from app.services.names import named, resolve
from app.services.records import Filter, Record
from app.services.values import parse

SET, ADD, REMOVE = "=", "+=", "-="
_WORD = re.compile(r"\s*([^=]+?)\s*(\+=|-=|=)(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Assignment:
    """One word understood: the field, one of SET, ADD and REMOVE, and the text of the value."""

    field: Field
    sign: str
    text: str


def known_entity(key: str) -> EntityType:
    """The declaration of the entity `key`; raises UnknownField with the nearest ones."""
    if key in ENTITIES:
        return ENTITIES[key]
    said = {fold(word): declared.key for declared in ENTITIES.values() for word in (declared.plural, declared.label)}
    raise UnknownField(
        f"«{NBSP}{shorten(key, 40)}{NBSP}» n’est pas une entité.",
        advice=f"{nearest(key, ENTITIES, said)}«{NBSP}carnet champs{NBSP}» donne la liste des entités.",
    )


def known_field(declared: EntityType, key: str) -> Field:
    """The declaration of one field, the partners of an action included; raises UnknownField with the nearest ones."""
    fields = entry_fields(declared)
    if key in fields:
        return fields[key]
    said = {fold(field.label): field.key for field in fields.values()}
    raise UnknownField(
        f"«{NBSP}{shorten(key, 40)}{NBSP}» n’est pas un champ de «{NBSP}{declared.label}{NBSP}».",
        advice=f"{nearest(key, fields, said)}«{NBSP}carnet champs {declared.key}{NBSP}» donne la liste des champs.",
    )


def entry_fields(declared: EntityType) -> dict[str, Field]:
    """The fields that can be written, by key: those of the registry, and the partners of an action."""
    virtual = {PARTNERS.key: PARTNERS} if declared.key == "action" else {}
    return {**{key: field for key, field in declared.fields.items() if not field.retired}, **virtual}


def nearest(written: str, known: Iterable[str], said: Mapping[str, str] | None = None) -> str:
    """`Vouliez-vous dire status ? ` with a space after it, or nothing; `said` gives the key of French words."""
    words = {fold(key): key for key in known} | dict(said or {})
    found = get_close_matches(fold(written), words, n=3, cutoff=0.6)
    keys = list(dict.fromkeys(words[word] for word in found))
    return f"Vouliez-vous dire {' ou '.join(keys)}{NBSP}? " if keys else ""


def understood(declared: EntityType, words: Sequence[str]) -> tuple[Assignment, ...]:
    """The assignments that `words` write; raises WrongUsage, UnknownField, or BadValue when a sign does not fit."""
    found: list[Assignment] = []
    for word in words:
        parts = _WORD.fullmatch(word)
        if parts is None:
            raise WrongUsage(
                f"«{NBSP}{shorten(word, 60)}{NBSP}» n’est pas de la forme champ=valeur.",
                advice=f'Exemple{NBSP}: "title=Fête du quartier".',
            )
        field = known_field(declared, parts[1])
        if field.kind is not Kind.LINKS:
            if parts[2] != SET:
                raise BadValue(
                    f"«{NBSP}{field.label}{NBSP}» n’a qu’une valeur{NBSP}: {parts[2]} ne s’y applique pas.",
                    advice=f"Écrivez {field.key}=valeur.",
                )
            if any(one.field is field for one in found):
                raise BadValue(f"«{NBSP}{field.label}{NBSP}» est donné deux fois.", advice="Gardez une seule valeur.")
        found.append(Assignment(field, parts[2], parts[3]))
    return tuple(found)


def add(store: Store, declared: EntityType, assignments: Sequence[Assignment]) -> str:
    """Create a row; returns its id. Raises BadValue for an entity whose rows have a gesture of their own."""
    if not declared.is_typed:
        raise BadValue(
            f"{declared.one[0].upper()}{declared.one[1:]} ne s’écrit pas à la main.",
            advice=f"«{NBSP}carnet joindre ENTITÉ RÉF FICHIER{NBSP}» joint un fichier à une fiche.",
        )
    with store.read() as connection:
        values = _values(connection, declared, assignments, present=None)
        partners = _partners(connection, assignments, present=())
    return records.create(store, declared.key, values, also=partners)


def change(store: Store, declared: EntityType, row: str, assignments: Sequence[Assignment]) -> ChangeSet:
    """Change the named fields of a row and no other; what is returned is false when nothing changed."""
    with store.read() as connection:
        present = records.fetch(connection, declared.key, row)
        values = _values(connection, declared, assignments, present=present)
        known: Sequence[Partner] = ()
        if any(one.field is PARTNERS for one in assignments):
            if present.deleted:
                raise BadValue("Cette action est dans la corbeille.", advice="Restaurez-la, puis modifiez-la.")
            known = partners_of(connection, [row]).get(row, ())
        partners = _partners(connection, assignments, present=known)
    return records.update(store, declared.key, row, values, also=partners)


def listed(
    connection: Connection, declared: EntityType, words: Sequence[str], *, deleted: bool = False
) -> list[Record]:
    """The records that satisfy every filter `champ=valeur` of `words`, in the entity's usual order."""
    wanted = understood(declared, words)
    for one in wanted:
        if one.sign != SET:
            raise WrongUsage(f"Un filtre s’écrit champ=valeur, sans {one.sign}.")
    filters = [Filter(one.field.key, one.text) for one in wanted if one.field is not PARTNERS]
    found = records.listing(connection, declared.key, filters, deleted=deleted)
    by_partner = [one.text for one in wanted if one.field is PARTNERS]
    if by_partner:
        partners = partners_of(connection, [record.id for record in found])
        for text in by_partner:
            organisations = frozenset(named(connection, "organisation", text)) if text.strip() else None
            found = [record for record in found if _takes_part(partners.get(record.id, ()), organisations)]
    return found


def live_row(connection: Connection, entity: str, reference: str) -> str:
    """The row that `reference` names, to be linked to; raises BadValue when it is in the bin."""
    row = resolve(connection, entity, reference)
    if records.fetch(connection, entity, row).deleted:
        raise BadValue(
            f"«{NBSP}{reference}{NBSP}» est dans la corbeille.",
            advice="Restaurez cette ligne, ou choisissez-en une autre.",
        )
    return row


def any_row(connection: Connection, declared: EntityType, reference: str) -> str:
    """The row that `reference` names, live if there is one, else in the bin."""
    try:
        return resolve(connection, declared.key, reference)
    except UnknownRecord:
        try:
            return resolve(connection, declared.key, reference, deleted=True)
        except UnknownRecord:
            pass
        raise


def deleted_row(connection: Connection, declared: EntityType, reference: str) -> str:
    """The row of the bin that `reference` names; raises BadValue when it is live."""
    try:
        row = resolve(connection, declared.key, reference, deleted=True)
    except UnknownRecord as unknown:
        try:
            row = resolve(connection, declared.key, reference)
        except UnknownRecord:
            raise unknown from None
    if not records.fetch(connection, declared.key, row).deleted:
        raise BadValue(
            f"«{NBSP}{reference}{NBSP}» n’est pas dans la corbeille{NBSP}: il n’y a rien à restaurer.",
            advice=f"«{NBSP}carnet lister {declared.key} --corbeille{NBSP}» dit ce qui s’y trouve.",
        )
    return row


def _takes_part(partners: Sequence[Partner], organisations: frozenset[str] | None) -> bool:
    if organisations is None:
        return not partners
    return any(partner.organisation in organisations for partner in partners)


def _values(
    connection: Connection, declared: EntityType, assignments: Sequence[Assignment], *, present: Record | None
) -> dict[str, Value]:
    values: dict[str, Value] = {}
    for one in assignments:
        if one.field is PARTNERS:
            continue
        if one.field.fixed:
            raise BadValue(
                f"«{NBSP}{one.field.label}{NBSP}» est écrit par l’application et ne se change pas.",
                advice="L’ancienne valeur est gardée.",
            )
        if one.field.kind is Kind.LINKS:
            before = values.get(one.field.key, present.values[one.field.key] if present else ())
            values[one.field.key] = _elements(connection, one, cast(tuple[str, ...], before))
        else:
            values[one.field.key] = parse(one.field, one.text, _live(connection))
    return values


def _partners(
    connection: Connection, assignments: Sequence[Assignment], *, present: Sequence[Partner]
) -> records.Also | None:
    """What to write beside the action, or None when no word is about its partners."""
    known = tuple(dict.fromkeys(partner.organisation for partner in present))
    wanted = known
    words = [one for one in assignments if one.field is PARTNERS]
    for one in words:
        wanted = _elements(connection, one, wanted)
    if not words:
        return None

    def write_partners(write: Recorder, action: str) -> None:
        action_partners.remove(write, [partner for partner in present if partner.organisation not in wanted])
        action_partners.add(write, action, [organisation for organisation in wanted if organisation not in known])

    return write_partners


def _elements(connection: Connection, one: Assignment, before: tuple[str, ...]) -> tuple[str, ...]:
    """The elements of a list after an assignment to it."""
    if one.sign == SET:
        return cast(tuple[str, ...], parse(one.field, one.text, _live(connection)))
    # What is removed may be in the bin.
    find = _live(connection) if one.sign == ADD else _any(connection)
    if not one.text.strip():
        raise BadValue(
            f"«{NBSP}{one.field.label}{NBSP}»{NBSP}: rien n’est nommé après {one.sign}.",
            advice="Donnez l’élément, ou écrivez = pour vider la liste.",
        )
    try:
        named_rows: tuple[str, ...] = (find(one.field.target, one.text.strip()),)
    except UnknownRecord:
        if ";" not in one.text:
            raise
        named_rows = cast(tuple[str, ...], parse(one.field, one.text, find))
    if one.sign == ADD:
        return tuple(dict.fromkeys((*before, *named_rows)))
    return tuple(row for row in before if row not in named_rows)


def _live(connection: Connection) -> Callable[[str, str], str]:
    return lambda entity, reference: live_row(connection, entity, reference)


def _any(connection: Connection) -> Callable[[str, str], str]:
    return lambda entity, reference: resolve(connection, entity, reference)
