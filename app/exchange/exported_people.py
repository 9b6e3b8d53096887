"""Which workbooks left this notebook with given rows in them: they are out of reach of an erasure, and are told."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from app.exchange.blob_reading import DamagedSync, unpack
from app.exchange.layout import Profile
from app.notebook.clock import moment_of
from app.notebook.exports import ExportBase, every_export
from app.notebook.store import Store


@dataclass(frozen=True, slots=True)
class Exported:
    """One workbook that left: where it was written, when (UTC), for whom."""

    path: Path
    at: datetime
    profile: Profile
    code4: str

    @property
    def for_whom(self) -> str:
        return "équipe" if self.profile is Profile.TEAM else "partenaire"


def workbooks_with(store: Store, entity: str, rows: Collection[str]) -> list[Exported]:
    """The workbooks exported with one of these rows, latest first."""
    with store.read() as connection:
        exports = every_export(connection)
    return [
        Exported(Path(one.path), moment_of(one.at), Profile(one.profile), one.code4)
        for one in exports
        if _holds(one, entity, rows)
    ]


def _holds(export: ExportBase, entity: str, rows: Collection[str]) -> bool:
    """By its base; the log of a team also carries what lies in the bin, so any team workbook of that day may."""
    try:
        base = unpack(export.base, recall=lambda _op_id, _key: None).base
    except DamagedSync:
        return True
    table = base.get(entity)
    if table is not None and any(row in table for row in rows):
        return True
    born = min((UUID(row).int >> 80 for row in rows if UUID(row).version == 7), default=0)
    return export.profile == Profile.TEAM.value and export.at >> 16 >= born
