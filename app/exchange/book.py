"""A workbook before it is written: what each cell will hold, already text, number or date."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from app.exchange.layout import Profile, SheetLayout
from app.exchange.payload import Pairs
from app.exchange.rendering import Written


@dataclass(frozen=True, slots=True)
class SheetContent:
    """A data sheet: `columns[c][r]` goes in the column c of its layout, r rows below the headings.

    `conflicts` gives, by (row, column), what the comment of a cell in conflict says.
    """

    layout: SheetLayout
    columns: Sequence[Sequence[Written]]
    conflicts: Mapping[tuple[int, int], str] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        return len(self.columns[0])


@dataclass(frozen=True, slots=True)
class Clash:
    """A line of the sheet of conflicts: where, which row, which field, the values with who wrote each and when."""

    sheet: str
    row: str
    field: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Book:
    """A workbook to write. `scope` is « COMPLET » or « FILTRÉ : quartier Est »; `offered` the texts of each list.

    `priorities` gives the colour code (P1…) of each text by which a priority is named.
    """

    code4: str
    export_id: str
    created: datetime
    profile: Profile
    scope: str
    sheets: tuple[SheetContent, ...]
    offered: Mapping[str, Sequence[str]]
    priorities: Mapping[str, str]
    clashes: tuple[Clash, ...]
    hidden: Pairs
