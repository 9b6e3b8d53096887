"""What the columns of a foreign table mean, as a person agreed to: kept by name, known again by its headings.

A mapping names columns by their headings, so that it still fits when a column was moved. The memory is one local JSON
file beside the preferences: never exchanged, never in the notebook.
"""

import contextlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from hashlib import blake2b
from pathlib import Path
from typing import Any

from app.errors import PlaceFails
from app.exchange.errors import WorkbookRefused, quoted
from app.exchange.foreign_tables import ForeignTable, heading_rows, table_at, year_of
from app.exchange.references import name_key
from app.exchange.workbook import Workbook
from app.formatting import NBSP, fold
from app.models import registry
from app.models.declare import EntityType
from app.models.fields import Field, Kind
from app.notebook.files import replacing

FILE = "correspondances.json"
#: Mappings remembered; the oldest ones go.
MOST_KEPT = 200


class ForeignRefused(WorkbookRefused):
    """A table that cannot be read as one was asked to: no table, unknown field, two columns for one field."""


@dataclass(frozen=True, slots=True)
class ForeignMapping:
    """How to read a table. `columns`: heading → field of `entity` (`contact.phone` for who stands beside), "" for none.

    `defaults`: field → what it is for rows that do not say, as one would type it. `creates` takes the structures that
    rows name and nobody knows yet. `first` and `last` are the rows of the headings, from 1.
    """

    sheet: str
    first: int
    last: int
    entity: str
    columns: Mapping[str, str]
    defaults: Mapping[str, str] = field(default_factory=dict)
    creates: bool = False
    name: str = ""

    @property
    def fingerprint(self) -> str:
        """What its headings are known by, whatever their order; years come and go."""
        return fingerprint(self.columns)

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"columns": dict(self.columns), "defaults": dict(self.defaults)}

    @classmethod
    def from_json(cls, said: Any) -> "ForeignMapping":
        """The mapping that a JSON object describes; raises ValueError when it describes none."""
        try:
            columns, defaults = dict(said["columns"]), dict(said.get("defaults") or {})
            every = [*columns, *columns.values(), *defaults, *defaults.values()]
            if not all(isinstance(text, str) for text in every) or said["entity"] not in registry.ENTITIES:
                raise ValueError(said["entity"])
            return cls(
                str(said["sheet"]), int(said["first"]), int(said["last"]), said["entity"], columns, defaults,
                bool(said.get("creates")), str(said.get("name") or ""),
            )  # fmt: skip
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError("no mapping") from error


def fingerprint(headings: Iterable[str]) -> str:
    """What a set of headings is known by."""
    words = sorted({name_key(heading) for heading in headings if year_of(heading) is None})
    return blake2b("\x1f".join(words).encode(), digest_size=8).hexdigest()


def heading_keys(table: ForeignTable) -> dict[int, str]:
    """Column → the text that names it: its heading, « Commentaire (2) » for the second of that name."""
    found: dict[int, str] = {}
    times: dict[str, int] = {}
    for column, heading in table.headings.items():
        key = name_key(heading)
        times[key] = times.get(key, 0) + 1
        found[column] = heading if times[key] == 1 else f"{heading} ({times[key]})"
    return found


def used_columns(table: ForeignTable, mapping: ForeignMapping) -> dict[int, str]:
    """Column → field, for the columns that are read."""
    by_key = {name_key(heading): path for heading, path in mapping.columns.items()}
    of_years = {path for heading, path in mapping.columns.items() if path and year_of(heading)}
    found = {}
    for column, key in heading_keys(table).items():
        # A year that came since is read as those before it.
        later = next(iter(of_years)) if len(of_years) == 1 and year_of(key) else ""
        if path := by_key.get(name_key(key), later):
            found[column] = path
    return found


def path_field(entity: str, path: str) -> tuple[EntityType, Field]:
    """The entity and the field that `title` or `contact.phone` name. Raises ForeignRefused."""
    owner, dot, key = path.rpartition(".")
    declared = registry.ENTITIES.get(owner if dot else entity)
    one = declared.fields.get(key) if declared is not None else None
    if declared is None or one is None or not one.is_shown or (dot and link_to(declared, entity) is None):
        asked = registry.entity(entity)
        known = ", ".join(f.key for f in asked.shown_fields)
        raise ForeignRefused(
            f"«{NBSP}{path}{NBSP}» n’est pas un champ de «{NBSP}{asked.label}{NBSP}».",
            advice=f"Champs connus{NBSP}: {known}.",
        )
    return declared, one


def link_to(declared: EntityType, entity: str) -> Field | None:
    """The field by which rows of `declared` lead to a row of `entity`."""
    return next((one for one in declared.fields.values() if one.is_link and one.target == entity), None)


def is_wide(entity: str, path: str, headings: Iterable[str]) -> bool:
    """Whether several columns, one a year, give one field."""
    year = registry.entity(entity).fields.get("year")
    return year is not None and year.kind is Kind.YEAR and "." not in path and all(map(year_of, headings))


def check(mapping: ForeignMapping, table: ForeignTable) -> None:
    """Raise ForeignRefused when a mapping says what cannot be: an unknown field, two columns for one field, no name."""
    used = used_columns(table, mapping)
    headings: dict[str, list[str]] = {}
    for column, path in used.items():
        path_field(mapping.entity, path)
        headings.setdefault(path, []).append(table.headings[column])
    for path, of_path in headings.items():
        if len(of_path) > 1 and not is_wide(mapping.entity, path, of_path):
            label = path_field(mapping.entity, path)[1].label
            raise ForeignRefused(
                f"Deux colonnes ({', '.join(map(quoted, of_path))}) donnent le même champ «{NBSP}{label}{NBSP}».",
                advice="Gardez-en une, l’autre ne sera pas importée.",
            )
    for path in mapping.defaults:
        path_field(mapping.entity, path)
    missing = [one for one in needed(mapping.entity) if one.key not in headings and one.key not in mapping.defaults]
    if missing:
        names = ", ".join(f"«{NBSP}{one.label}{NBSP}»" for one in missing)
        raise ForeignRefused(
            f"Aucune colonne ne donne {names}{NBSP}: sans cela, aucune ligne ne peut être reconnue ni créée.",
            advice=f"Dites quelle colonne c’est (champ {missing[0].key}).",
        )


def needed(entity: str) -> list[Field]:
    """The fields without which a row is nothing: what names it, what it is a part of."""
    declared = registry.entity(entity)
    keys = [*declared.identity] if declared.identity else [declared.title]
    owner = declared.owner
    if owner is not None and declared.code is None:
        keys.append(owner.key)
    fields = [declared.fields[key] for key in dict.fromkeys(keys)]
    return [one for one in fields if one.required and one.default is None]


def locate(workbook: Workbook, mapping: ForeignMapping) -> ForeignTable:
    """The table of a workbook that a mapping speaks of. Raises ForeignRefused when there is none."""
    named = [sheet for sheet in workbook.sheets if fold(sheet.name) == fold(mapping.sheet)]
    others = [sheet for sheet in workbook.sheets if sheet not in named]
    for sheet in named:
        if mapping.first in sheet.rows:
            table = table_at(sheet, mapping.first, mapping.last)
            if _fits(table, mapping):
                return table
    best: tuple[int, ForeignTable | None] = (0, None)
    wanted = {name_key(heading) for heading, path in mapping.columns.items() if path}
    for sheet in [*named, *others]:
        for first, last in heading_rows(sheet):
            table = table_at(sheet, first, last)
            met = len(wanted & {name_key(key) for key in heading_keys(table).values()})
            if met > best[0]:
                best = (met, table)
    if best[1] is None or 2 * best[0] < len(wanted):
        raise ForeignRefused(
            f"Aucun tableau de {quoted(workbook.path.name)} n’a les colonnes attendues.",
            advice="Choisissez la feuille et ses colonnes, ou laissez-les reconnaître.",
        )
    return best[1]


def _fits(table: ForeignTable, mapping: ForeignMapping) -> bool:
    keys = {name_key(key) for key in heading_keys(table).values()}
    return all(name_key(heading) in keys for heading, path in mapping.columns.items() if path and not year_of(heading))


class MappingMemory:
    """The mappings kept in a folder, by name."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE

    def every(self) -> dict[str, ForeignMapping]:
        """Name → mapping, the last kept at the end; what cannot be read is not there."""
        try:
            said = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        found = {}
        for name, one in said.items() if isinstance(said, dict) else ():
            with contextlib.suppress(ValueError):
                found[str(name)] = replace(ForeignMapping.from_json(one), name=str(name))
        return found

    def called(self, name: str) -> ForeignMapping | None:
        """The mapping of this name, accents and case aside."""
        return next((one for key, one in self.every().items() if name_key(key) == name_key(name)), None)

    def recognise(self, headings: Iterable[str]) -> ForeignMapping | None:
        """The last mapping kept for a table that has exactly these headings."""
        wanted = fingerprint(headings)
        return next((one for one in reversed(self.every().values()) if one.fingerprint == wanted), None)

    def keep(self, mapping: ForeignMapping) -> bool:
        """Remember a mapping under its name; False when the disk refuses: the import itself does not need it."""
        every = {name: one for name, one in self.every().items() if name_key(name) != name_key(mapping.name)}
        every[mapping.name] = mapping
        kept = dict(list(every.items())[-MOST_KEPT:])
        text = json.dumps({name: one.as_json() for name, one in kept.items()}, ensure_ascii=False, indent=1)
        try:
            with replacing(self._path) as file:
                file.write_text(text, encoding="utf-8")
        except (OSError, PlaceFails):
            return False
        return True


__all__ = [
    "ForeignMapping", "ForeignRefused", "MappingMemory", "check", "heading_keys", "link_to", "locate", "needed",
    "path_field", "used_columns",
]  # fmt: skip
