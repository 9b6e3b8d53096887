"""The words with which an entity is declared: one line per field, the table follows.

    ACTION = entity("action", "Action", "Actions", "f", text("title", "Intitulé", required=True), …)

Each column carries its field in `Column.info["field"]`. Business tables have no NOT NULL, UNIQUE or CHECK but the key:
modifications arrive in any order and from newer versions; « required » is a rule of entry.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sqlalchemy import Column, Index, Integer, MetaData, Table, Text

from app.models.fields import Choice, Field, Kind, Privacy

metadata = MetaData()

_COLUMN_TYPES: dict[Kind, type[Text] | type[Integer] | None] = {
    Kind.TEXT: Text,
    Kind.LONG_TEXT: Text,
    Kind.INTEGER: Integer,
    Kind.DECIMAL: Text,
    Kind.MONEY: Integer,
    Kind.PERCENT: Text,
    Kind.DATE: Text,
    Kind.YEAR: Integer,
    Kind.BOOLEAN: Integer,
    Kind.CHOICE: Text,
    Kind.LINK: Text,
    Kind.LINKS: None,  # a table of its own
    Kind.TERRITORY: Text,
}


@dataclass(frozen=True, slots=True, eq=False)
class EntityType:
    """What an entity is: its key, its French words, its fields and its tables.

    `gender` is "f" or "m" (« une action », « un indicateur »). `title` names the field people know a row by, `code` the
    short one if any. `identity` lists the fields a deterministic id is made of, for links that carry an attribute: two
    people adding the same make one row. `searched` lists the fields the search reads. The rows of a `person` entity are
    people, who may be erased. A confidential entity is absent, rows and all, from what partners receive. `of_record`
    names the two fields (key of an entity, id of a row) by which a row belongs to a record of any entity, `bytes_field`
    the one that holds the sha256 of bytes kept beside the log.
    """

    key: str
    label: str
    plural: str
    gender: str
    fields: Mapping[str, Field]
    table: Table
    link_tables: Mapping[str, Table]
    title: str
    code: str | None
    identity: tuple[str, ...]
    searched: tuple[str, ...]
    privacy: Privacy = Privacy.SHARED
    of_record: tuple[str, str] | None = None
    bytes_field: str | None = None
    person: bool = False

    @property
    def erasable(self) -> bool:
        """Whether its rows may be emptied for ever: people, and the files joined to them."""
        return self.person or self.bytes_field is not None

    @property
    def one(self) -> str:
        """`une action`, `un indicateur`."""
        return f"{'une' if self.gender == 'f' else 'un'} {self.label[0].lower()}{self.label[1:]}"

    @property
    def owner(self) -> Field | None:
        """The link to the row this one is a part of (the action of a step), deleted and copied with it."""
        return next((field for field in self.fields.values() if field.is_link and field.required), None)

    @property
    def is_typed(self) -> bool:
        """False when rows are made by a gesture of their own (joining a file), never by filling a form or a sheet."""
        return not self.fields[self.title].fixed

    @property
    def shown_fields(self) -> tuple[Field, ...]:
        return tuple(field for field in self.fields.values() if field.is_shown)

    @property
    def columns(self) -> tuple[Field, ...]:
        """Fields kept in a column of the table, that is all but the many links."""
        return tuple(field for field in self.fields.values() if field.kind is not Kind.LINKS)


def entity(
    key: str,
    label: str,
    plural: str,
    gender: str,
    *fields: Field,
    title: str = "title",
    code: str | None = None,
    identity: tuple[str, ...] = (),
    searched: tuple[str, ...] | None = None,
    privacy: Privacy = Privacy.SHARED,
    of_record: tuple[str, str] | None = None,
    bytes_field: str | None = None,
    person: bool = False,
    listed: tuple[str, ...] = (),
) -> EntityType:
    """Declare an entity: its table `key`, and one table `key_field` for each field of many links.

    `listed` names the fields by which all its rows are gone through at once, to be gathered, sorted and added up: an
    index holds them, so that a large notebook is listed without reading its long texts.
    """
    every = (*fields, boolean("example", "Exemple", help="Ligne inventée pour l’exemple, à supprimer.", technical=True))
    by_key = {field.key: field for field in every}
    table = Table(
        key,
        metadata,
        Column("id", Text, primary_key=True),
        *(_column(field) for field in every if field.kind is not Kind.LINKS),
        # Hybrid stamps of the first and last modification (see notebook.clock).
        Column("created_at", Integer),
        Column("updated_at", Integer),
        Column("updated_by", Integer),
        Column("deleted", Integer),
        *(Index(f"ix_{key}_{field.key}", field.key) for field in every if field.is_link),
        *(Index(f"ix_{key}_{one}", one) for one in (*(of_record or ())[1:], bytes_field) if one),
        # « deleted » last: at the front, SQLite would take it for a choice that leaves few rows.
        *([Index(f"ix_{key}_listed", *listed, "deleted", "id")] if listed else []),
        sqlite_with_rowid=True,
    )
    links = {
        field.key: Table(
            f"{key}_{field.key}",
            metadata,
            Column("row", Text, primary_key=True),
            Column("target", Text, primary_key=True),
            Index(f"ix_{key}_{field.key}_target", "target"),
            sqlite_with_rowid=False,
        )
        for field in every
        if field.kind is Kind.LINKS
    }
    if searched is None:
        searched = tuple(
            field.key for field in every if field.kind in (Kind.TEXT, Kind.LONG_TEXT) and not field.technical
        )
    return EntityType(
        key, label, plural, gender, MappingProxyType(by_key), table, MappingProxyType(links), title, code,
        identity, searched, privacy, of_record, bytes_field, person,
    )  # fmt: skip


def text(key: str, label: str, **options: Any) -> Field:
    return Field(key, Kind.TEXT, label, **options)


def long_text(key: str, label: str, **options: Any) -> Field:
    return Field(key, Kind.LONG_TEXT, label, **options)


def integer(key: str, label: str, **options: Any) -> Field:
    return Field(key, Kind.INTEGER, label, **options)


def decimal(key: str, label: str, **options: Any) -> Field:
    return Field(key, Kind.DECIMAL, label, **options)


def money(key: str, label: str, **options: Any) -> Field:
    return Field(key, Kind.MONEY, label, unit="€", **options)


def percent(key: str, label: str, **options: Any) -> Field:
    return Field(key, Kind.PERCENT, label, unit="%", **options)


def day(key: str, label: str, **options: Any) -> Field:
    return Field(key, Kind.DATE, label, **options)


def year(key: str, label: str, **options: Any) -> Field:
    return Field(key, Kind.YEAR, label, **options)


def boolean(key: str, label: str, **options: Any) -> Field:
    return Field(key, Kind.BOOLEAN, label, **options)


def choice(key: str, label: str, choices: tuple[Choice, ...], **options: Any) -> Field:
    return Field(key, Kind.CHOICE, label, choices=choices, **options)


def link(key: str, label: str, target: str, **options: Any) -> Field:
    return Field(key, Kind.LINK, label, target=target, **options)


def links(key: str, label: str, target: str, **options: Any) -> Field:
    return Field(key, Kind.LINKS, label, target=target, **options)


def territory(key: str, label: str, **options: Any) -> Field:
    return Field(key, Kind.TERRITORY, label, target="territory", **options)


def choices(**labels: str) -> tuple[Choice, ...]:
    """Choices in the order they are offered: `choices(idea="Idée", planned="À lancer")`."""
    return tuple(Choice(code, label) for code, label in labels.items())


def order_key() -> Field:
    """Place among neighbours, a fractional key: one modification a move, never a conflict."""
    return text("order", "Ordre", auto=True, technical=True)


def sourced() -> tuple[Field, ...]:
    """Where a reference row comes from, and whether the source really says it."""
    return (
        text("source", "Source", help="Document et endroit d’où vient cette ligne."),
        long_text("note", "Remarque"),
        boolean("to_confirm", "À confirmer", help="Déduit du document, qui ne l’écrit pas tel quel."),
    )


def _column(field: Field) -> Column[Any]:
    kind = _COLUMN_TYPES[field.kind]
    assert kind is not None
    return Column(field.key, kind, info={"field": field})
