"""What travels hidden in a workbook, as values: its header, what each cell was worth when it left, and the log.

`blob` turns it into text and back. A base is read row by row: nobody needs the million cells of a town at once.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from app.models.fields import Stored
from app.notebook.log import Batch

#: Version of the layout of the hidden sheet. A higher one is refused, a lower one read as it was.
VERSION = 1
FORMAT = "carnet-de-quartier"


@dataclass(frozen=True, slots=True)
class SheetEntry:
    """A data sheet as it left: its entity, its Table, the technical keys of its columns, its rows."""

    name: str
    entity: str
    table: str
    keys: tuple[str, ...]
    rows: int


@dataclass(frozen=True, slots=True)
class ScopeEntry:
    """What left. `complete` says that nothing was filtered: only then does an absent row mean something."""

    complete: bool
    district: str = ""
    title: str = ""
    entities: tuple[str, ...] = ()

    def as_json(self) -> str:
        return json.dumps(
            {"complete": self.complete, "district": self.district, "title": self.title, "entities": self.entities},
            ensure_ascii=False,
        )


@dataclass(frozen=True, slots=True)
class Header:
    """Who wrote the workbook, when and for whom. Ids are 16 bytes, `stamp` a hybrid clock reading."""

    export_id: bytes
    code4: str
    replica: bytes
    created: str
    stamp: int
    profile: str
    scope: ScopeEntry
    sheets: tuple[SheetEntry, ...]
    schema_hash: str = ""
    app: str = ""
    version: int = VERSION


class BaseCell(NamedTuple):
    """What a cell was worth when it left, and the ids of the writes that made it so: the parents of a hand edit.

    A locked cell shows something else than the value (cut, or kept from these readers): it is not read back.
    """

    value: Stored
    heads: tuple[bytes, ...]
    locked: bool = False


@dataclass(frozen=True, slots=True)
class BaseRow:
    """One row as it left: shown fields, `_state` and `link:<field>:<id>` elements; `seen` are the heads of them all."""

    cells: Mapping[str, BaseCell]
    seen: frozenset[bytes]


class BaseTable(Mapping[str, BaseRow]):
    """The rows of one entity by id, each made when it is asked for."""

    def __init__(self, places: Mapping[str, int], make: Callable[[int], BaseRow]) -> None:
        self._places = places
        self._make = make

    def __getitem__(self, row: str) -> BaseRow:
        return self._make(self._places[row])

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, row: object) -> bool:
        return row in self._places


@dataclass(frozen=True, slots=True)
class Payload:
    """The content of the blob: the base by entity, the texts links were written with, the log (team profile)."""

    base: Mapping[str, BaseTable] = field(default_factory=dict)
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    log: Batch | None = None


@dataclass(frozen=True, slots=True)
class CarriedFiles:
    """The bytes of attachments by sha256, each proved; `fault` is a sentence when some were not believed."""

    files: Mapping[str, bytes] = field(default_factory=dict)
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Hidden:
    """The hidden sheet, read back."""

    header: Header
    payload: Payload
    carried: CarriedFiles = field(default_factory=CarriedFiles)


#: (key, value) of each line of the hidden sheet.
Pairs = Sequence[tuple[str, str]]
