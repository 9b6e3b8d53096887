"""What the sheets of a workbook look like, by the registry alone: which columns, under which headings, how wide.

An entity or a field added to the registry has its sheet or its column without a line here. The only words of the trade
are the information columns (`INFORMATION`), which are looked up by key and simply absent elsewhere.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from hashlib import blake2b

from app.formatting import fold
from app.models import registry
from app.models.declare import EntityType
from app.models.fields import Field, Kind, Privacy

#: Rows of one data sheet. More rows go on in a second sheet: what is written must be accepted back.
ROWS_A_SHEET = 90_000
#: Row of the technical keys, of the headings, of the first data (from 0, as XlsxWriter counts).
KEYS_ROW, HEADINGS_ROW, FIRST_ROW = 0, 1, 2

README, LISTS, CONFLICTS, SYNC = "Lisez-moi", "Listes", "Conflits", "_sync"
#: Sheet names are theirs; « Historique » is Excel's own.
RESERVED = (README, LISTS, CONFLICTS, SYNC, "Historique", "History")
LONGEST_NAME = 31
#: Characters across a landscape A3 that can still be read.
WIDEST_PRINT = 330

REFERENCE_HEADING = "Réf. (ne pas modifier)"
DELETE_HEADING = "Supprimer ?"
DELETE_WORD = "supprimer"
READ_ONLY = "(lecture seule)"
#: Keys of the columns that are no field: `#action.id`, `#action.deleted`, `#action.info.number`.
ID, DELETED, INFO_PREFIX = "id", "deleted", "info."


class Profile(Enum):
    """Whom the workbook is for: the team (with the log), or a partner (nothing confidential, no history)."""

    TEAM = "equipe"
    PARTNER = "partenaire"


class Role(Enum):
    """What a column is for."""

    REFERENCE = "reference"
    FIELD = "field"
    INFORMATION = "information"
    DELETE = "delete"


class Style(Enum):
    """How the cells of a column are written and aligned."""

    REFERENCE = "reference"
    CODE = "code"  # text kept as typed: codes, SIRET, telephones
    TEXT = "text"
    LONG = "long"
    NUMBER = "number"
    DECIMAL = "decimal"
    MONEY = "money"
    PERCENT = "percent"
    DATE = "date"
    YEAR = "year"
    CENTRED = "centred"  # yes or no
    LABEL = "label"  # a choice, a link
    INFORMATION = "information"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `width` counts characters; `words` are the fixed values offered; `target` the entity offered."""

    key: str
    heading: str
    role: Role
    style: Style
    width: float
    field: Field | None = None
    help: str = ""
    words: tuple[str, ...] = ()
    target: str = ""


@dataclass(frozen=True, slots=True)
class SheetLayout:
    """The sheet of an entity, or one `part` (from 1) of it. `table` is the name of its Excel Table."""

    entity: str
    name: str
    table: str
    columns: tuple[Column, ...]
    part: int = 1

    @property
    def printed(self) -> int:
        """How many columns from the second on go on paper: those that a sheet of A3 leaves readable."""
        width = 0.0
        for place, column in enumerate(self.columns[1:-1]):
            width += column.width
            if width > WIDEST_PRINT:
                return max(place, 1)
        return len(self.columns) - 2

    @property
    def printed_width(self) -> float:
        """The width of the printed columns, in characters."""
        return sum(column.width for column in self.columns[1 : 1 + self.printed])

    def place(self, field: str) -> int | None:
        """The place of the column of a field, from 0."""
        for place, column in enumerate(self.columns):
            if column.role is Role.FIELD and column.field is not None and column.field.key == field:
                return place
        return None


@dataclass(frozen=True, slots=True)
class Information:
    """A column that is computed and never read back."""

    key: str
    label: str
    width: float
    after: str  # the key of the field it follows


#: Information columns by entity; services.outgoing_facts and services.outgoing_files compute them.
INFORMATION: Mapping[str, tuple[Information, ...]] = {
    "action": (Information("number", "Numéro", 11, ID), Information("partners", "Partenaires", 30, "promoter")),
    "indicator": (Information("last", "Dernière mesure", 26, "unit"),),
    "attachment": (Information("record", "Fiche", 44, "name"), Information("file", "Fichier", 34, "added_on")),
}


# -- sheets -------------------------------------------------------------------------------------------------------


#: Sheets of everyday work, first; those of the frame follow in the order of the registry.
WORKED_ON = (
    "action", "step", "follow_up", "action_partner", "objective", "milestone", "project", "organisation", "contact",
    "indicator", "measurement", "target",
)  # fmt: skip


def exported_entities(entities: Iterable[str] = (), profile: Profile = Profile.TEAM) -> tuple[EntityType, ...]:
    """The entities that have a sheet, in the order of the sheets; those of `entities` when some are named.

    Partners receive no confidential entity. Raises UnknownField for a key that is no entity.
    """
    wanted = [registry.entity(key).key for key in entities]
    rank = {key: place for place, key in enumerate(WORKED_ON)}
    every = sorted(registry.ENTITIES.values(), key=lambda one: rank.get(one.key, len(rank)))
    return tuple(one for one in every if (not wanted or one.key in wanted) and _is_for(one, profile))


def _is_for(readers: EntityType | Field, profile: Profile) -> bool:
    return profile is Profile.TEAM or readers.privacy is not Privacy.CONFIDENTIAL


def layouts(counts: Mapping[str, int], profile: Profile) -> tuple[SheetLayout, ...]:
    """The data sheets of a workbook, in order; `counts` gives the rows of each entity, by key."""
    found: list[SheetLayout] = []
    names = {fold(name) for name in RESERVED}
    for key, count in counts.items():
        declared = registry.entity(key)
        columns = columns_of(declared, profile)
        for part in range(1, max(1, -(-count // ROWS_A_SHEET)) + 1):
            name = _sheet_name(declared.plural, part, names)
            names.add(fold(name))
            found.append(SheetLayout(key, name, table_name(key, part), columns, part))
    return tuple(found)


def columns_of(declared: EntityType, profile: Profile) -> tuple[Column, ...]:
    """The columns of an entity: Réf., its fields and what is known of it, « Supprimer ? »."""
    columns = [
        Column(
            technical_key(declared.key, ID), REFERENCE_HEADING, Role.REFERENCE, Style.REFERENCE, 11,
            help="Le fil qui relie cette ligne au carnet. Laissez la cellule vide pour une ligne nouvelle.",
        )
    ]  # fmt: skip
    known = [*_fixed(declared, profile), *INFORMATION.get(declared.key, ())]
    columns += _following(declared, known, ID)
    for field in shown_fields(declared, profile):
        columns.append(_column(declared, field))
        columns += _following(declared, known, field.key)
    columns.append(
        Column(
            technical_key(declared.key, DELETED), DELETE_HEADING, Role.DELETE, Style.DELETE, 12,
            help="Choisissez « supprimer » pour proposer d’enlever la ligne. Effacer la ligne ne suffit pas.",
            words=(DELETE_WORD,),
        )
    )  # fmt: skip
    return _with_unique_headings(columns)


def _fixed(declared: EntityType, profile: Profile) -> list[Information]:
    """The fields that only the application writes: shown at the head of the sheet, each after the one before."""
    found: list[Information] = []
    for field in declared.fields.values():
        if field.fixed and field.is_shown and _is_for(field, profile):
            width = _TITLE_WIDTH if field.key == declared.title else _WIDTHS[field.kind]
            found.append(Information(field.key, field.label, width, found[-1].key if found else ID))
    return found


def _following(declared: EntityType, known: Sequence[Information], key: str) -> list[Column]:
    """The information columns that follow the column `key`, each with those that follow it in turn."""
    columns: list[Column] = []
    # What is computed of a field stands closer to it than the next field.
    for one in reversed([one for one in known if one.after == key]):
        columns += [_information(declared, one), *_following(declared, known, one.key)]
    return columns


def shown_fields(declared: EntityType, profile: Profile) -> tuple[Field, ...]:
    """The fields that can be typed in a column for these readers, in the order of the columns."""
    shown = [
        field for field in declared.fields.values() if field.is_shown and not field.fixed and _is_for(field, profile)
    ]
    # Long texts last: what is looked up and sorted stays together, and fits on paper.
    return tuple(sorted(shown, key=lambda field: field.kind is Kind.LONG_TEXT and field.key != declared.title))


def technical_key(entity: str, key: str) -> str:
    """`#action.title`: what row 1 says of a column."""
    return f"#{entity}.{key}"


def table_name(entity: str, part: int = 1) -> str:
    """The name of an entity's Excel Table: `T_action`, then `T_action_2`."""
    return f"T_{entity}" if part == 1 else f"T_{entity}_{part}"


def schema_hash() -> str:
    """Sixteen characters that change when the registry does."""
    summary = blake2b(digest_size=8)
    for declared in registry.ENTITIES.values():
        for field in declared.fields.values():
            words = (declared.key, field.key, field.kind.value, field.target, *(one.code for one in field.choices))
            summary.update(repr(words).encode())
    return summary.hexdigest()


# -- columns ------------------------------------------------------------------------------------------------------

_STYLES = {
    Kind.TEXT: Style.CODE,
    Kind.LONG_TEXT: Style.LONG,
    Kind.INTEGER: Style.NUMBER,
    Kind.DECIMAL: Style.DECIMAL,
    Kind.MONEY: Style.MONEY,
    Kind.PERCENT: Style.PERCENT,
    Kind.DATE: Style.DATE,
    Kind.YEAR: Style.YEAR,
    Kind.BOOLEAN: Style.CENTRED,
    Kind.CHOICE: Style.LABEL,
    Kind.LINK: Style.LABEL,
    Kind.LINKS: Style.LABEL,
    Kind.TERRITORY: Style.LABEL,
}
_WIDTHS = {
    Kind.TEXT: 24,
    Kind.LONG_TEXT: 50,
    Kind.INTEGER: 10,
    Kind.DECIMAL: 12,
    Kind.MONEY: 14,
    Kind.PERCENT: 12,
    Kind.DATE: 12,
    Kind.YEAR: 9,
    Kind.BOOLEAN: 11,
    Kind.CHOICE: 16,
    Kind.LINK: 32,
    Kind.LINKS: 32,
    Kind.TERRITORY: 22,
}
#: Texts known to be short, whatever the entity.
_CODE_WIDTH, _TITLE_WIDTH = 13, 46
#: The heading may take this many lines.
_HEADING_LINES = 2


def _column(declared: EntityType, field: Field) -> Column:
    style = _STYLES[field.kind]
    width: float = _WIDTHS[field.kind]
    if field.kind is Kind.TEXT:
        if field.key == declared.code:
            width = _CODE_WIDTH
        elif field.key == declared.title:
            width, style = _TITLE_WIDTH, Style.TEXT
    elif field.kind is Kind.CHOICE:
        width = min(34, max((len(choice.label) for choice in field.choices), default=10) + 3)
    words: tuple[str, ...] = ()
    if field.kind is Kind.BOOLEAN:
        words = ("Oui", "Non")
    elif field.kind is Kind.CHOICE:
        words = tuple(choice.label for choice in field.choices)
    heading = f"{field.label} ({field.unit})" if field.unit and field.unit not in ("€", "%") else field.label
    return Column(
        technical_key(declared.key, field.key), heading, Role.FIELD, style, max(width, _heading_width(heading)), field,
        _help(field), words, field.target if field.is_link else "",
    )  # fmt: skip


def _information(declared: EntityType, one: Information) -> Column:
    heading = f"{one.label} {READ_ONLY}"
    return Column(
        technical_key(declared.key, INFO_PREFIX + one.key), heading, Role.INFORMATION, Style.INFORMATION,
        max(one.width, _heading_width(heading)),
        help="Calculé par l’application : ce qui est écrit ici n’est pas relu.",
    )  # fmt: skip


def _help(field: Field) -> str:
    said = [field.help] if field.help else []
    if field.required:
        said.append("Obligatoire.")
    if field.kind is Kind.LINKS:
        said.append("Plusieurs réponses possibles, séparées par un point-virgule.")
    return " ".join(said)


def _heading_width(heading: str) -> float:
    """Wide enough for the longest word, and for the heading on two lines; the filter's arrow counts."""
    words = [len(word) for word in heading.split()]
    return max(max(words, default=0) + 4, len(heading) / _HEADING_LINES + 5)


def _with_unique_headings(columns: Sequence[Column]) -> tuple[Column, ...]:
    """Excel refuses a Table with two headings alike, case aside."""
    seen: dict[str, int] = {}
    found = []
    for column in columns:
        key = column.heading.lower()
        seen[key] = seen.get(key, 0) + 1
        if seen[key] > 1:
            heading = f"{column.heading} ({seen[key]})"
            column = Column(
                column.key, heading, column.role, column.style, column.width, column.field, column.help, column.words,
                column.target,
            )  # fmt: skip
        found.append(column)
    return tuple(found)


def _sheet_name(plural: str, part: int, taken: set[str]) -> str:
    """A name Excel accepts: 31 characters, none of `[]:*?/\\`, no apostrophe at the ends, nobody else's."""
    clean = " ".join(re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", plural).split()).strip("'") or "Feuille"
    number = part
    while True:
        end = f" ({number})" if number > 1 else ""
        name = clean[: LONGEST_NAME - len(end)].rstrip(" '") + end
        if fold(name) not in taken:
            return name
        number += 1
