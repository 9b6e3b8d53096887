"""What a workbook was worth when it left: from its hidden sheet, or from what this notebook remembers of its exports.

The modes are those of sync.md §4: A team, B partner, C the hidden sheet is lost or altered and the export was ours,
D nobody remembers it, E the table never was ours.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from app.exchange.blob_reading import DamagedSync, unpack
from app.exchange.hidden_sheet import read_header, read_hidden
from app.exchange.layout import SYNC, Profile
from app.exchange.matching import Matched
from app.exchange.payload import FORMAT, BaseTable, CarriedFiles, Header, Hidden, Payload, ScopeEntry
from app.exchange.preview import Source
from app.exchange.workbook import Workbook
from app.exchange.writer import PROPERTY_CODE
from app.formatting import NBSP
from app.models.fields import Stored
from app.notebook.clock import iso_of
from app.notebook.exports import ExportBase
from app.notebook.log import Batch

#: Finds the exports of this notebook by their four letters.
Remembered = Callable[[str], "tuple[ExportBase, ...]"]


@dataclass(frozen=True, slots=True)
class Base:
    """One export as it left: what hand edits are compared with, and what they are signed by."""

    header: Header
    tables: Mapping[str, BaseTable]
    labels: Mapping[str, Mapping[str, str]]

    @property
    def code4(self) -> str:
        return self.header.code4


@dataclass(frozen=True, slots=True)
class Identified:
    """A workbook and what stands behind it: its bases by code, the log it carries."""

    source: Source
    bases: Mapping[str, Base]
    log: Batch | None
    carried: CarriedFiles = field(default_factory=CarriedFiles)
    complete: str = ""  # the code of the export whose absent rows mean something


class Identifier:
    """Says what workbooks are, by this notebook's own memory when they have lost theirs."""

    def __init__(
        self,
        *,
        remembered: Remembered,
        recall: Callable[[bytes, str], Stored],
        replicas: Mapping[bytes, str],
        own: bytes,
    ) -> None:
        self._remembered = remembered
        self._recall = recall
        self._replicas = replicas
        self._own = own

    def identify(self, workbook: Workbook, matched: Matched) -> Identified:
        """The mode and the bases of a workbook. Raises NewerWorkbook."""
        hidden, header, damage = self._hidden(workbook)
        codes = _codes(matched)
        bases: dict[str, Base] = {}
        if hidden is not None:
            bases[hidden.header.code4] = Base(hidden.header, hidden.payload.base, hidden.payload.labels)
        for code in dict.fromkeys([*codes, *([header.code4] if header else []), *_code_property(workbook)]):
            if code not in bases and (known := self._ours(code, header)) is not None:
                bases[code] = known
        main = hidden.header if hidden else header
        if main is None and bases:
            main = next(iter(bases.values())).header
        mode = self._mode(hidden, bases, codes)
        source = Source(workbook.path, workbook.sha256, mode, modified=workbook.properties.modified,
                        modified_by=workbook.properties.last_modified_by, banner=damage)  # fmt: skip
        if main is not None:
            labels = {one.id: one.label for one in hidden.payload.log.replicas} if hidden and hidden.payload.log else {}
            source = replace(
                source, code4=main.code4, exported_at=main.created, export_id=main.export_id,
                author=self._replicas.get(main.replica) or labels.get(main.replica, ""), scope=scope_words(main.scope),
                is_new_replica=main.replica not in self._replicas, profile=main.profile, district=main.scope.district,
                entities=() if main.scope.complete else tuple(main.scope.entities),
            )  # fmt: skip
        if source.is_new_replica and not damage:
            source = replace(
                source, banner=f"Nouvelle origine{NBSP}: ce classeur vient d’un poste jamais rencontré jusqu’ici."
            )
        if mode == "C" and not damage:
            source = replace(source, banner="Les données cachées manquent, elles ont été retrouvées dans ce carnet.")
        complete = hidden.header.code4 if hidden is not None and hidden.header.scope.complete else ""
        log = hidden.payload.log if hidden is not None else None
        carried = hidden.carried if hidden is not None and log is not None else CarriedFiles()
        return Identified(source, bases, log, carried, complete)

    def _hidden(self, workbook: Workbook) -> tuple[Hidden | None, Header | None, str]:
        pairs = _pairs(workbook)
        if not pairs:
            return None, None, ""
        try:
            hidden = read_hidden(pairs, recall=self._recall)
            return hidden, hidden.header, ""
        except DamagedSync as damage:
            said = f"Fichier altéré{NBSP}: le journal qu’il porte est refusé en entier. {damage.message}"
            try:
                return None, read_header(pairs), said
            except DamagedSync:
                return None, None, said

    def _ours(self, code: str, header: Header | None) -> Base | None:
        """The base of an export of this notebook; of two exports of one code, the one that the file names."""
        found = self._remembered(code)
        if not found:
            return None
        export = found[0]
        if header is not None and header.code4 == code:
            # Another laptop may have drawn the same four letters.
            named = [one for one in found if one.export_id == header.export_id]
            if not named:
                return None
            export = named[0]
        try:
            payload: Payload = unpack(export.base, recall=self._recall)
        except DamagedSync:
            return None
        scope = json.loads(export.scope)
        entry = ScopeEntry(bool(scope["complete"]), scope["district"], scope["title"], tuple(scope["entities"]))
        own = Header(export.export_id, export.code4, self._own, iso_of(export.at), export.at, export.profile, entry, ())
        return Base(own, payload.base, payload.labels)

    def _mode(self, hidden: Hidden | None, bases: Mapping[str, Base], codes: list[str]) -> str:
        if hidden is not None:
            return "A" if hidden.header.profile == Profile.TEAM.value and hidden.payload.log is not None else "B"
        if bases:
            return "C"
        return "D" if codes else "E"


def without_log(found: Identified, identifier: Identifier, said: str) -> Identified:
    """The workbook once its log has been refused: nothing of its hidden sheet is believed any more."""
    bases = {code: base for code in found.bases if (base := identifier._ours(code, None)) is not None}
    mode = "C" if bases else "D"
    return Identified(replace(found.source, mode=mode, banner=said), bases, None, found.carried)


def scope_words(scope: ScopeEntry) -> str:
    """`COMPLET`, or what was kept."""
    if scope.complete:
        return "COMPLET"
    kept = [f"quartier {scope.title}"] if scope.title else []
    return f"FILTRÉ{NBSP}: {', '.join([*kept, *scope.entities])}"


def _pairs(workbook: Workbook) -> list[tuple[str, str]]:
    """The lines of the hidden sheet, under whatever name it is."""
    for sheet in workbook.sheets:
        first = [str(cells[0].value) for cells in list(sheet.rows.values())[:3] if cells]
        if sheet.name == SYNC or (first[:1] == ["format"] and FORMAT in str(sheet.cell(1, 2).value)):
            return [
                (str(cells[0].value), "" if len(cells) < 2 or cells[1].value is None else str(cells[1].value))
                for cells in sheet.rows.values()
                if cells and cells[0].column == 1
            ]
    return []


def _codes(matched: Matched) -> list[str]:
    """The codes of export that the Réf. of a workbook bear, the most frequent first."""
    found: dict[str, int] = {}
    for one in matched.sheets:
        if one.reference is None:
            continue
        for row in one.rows:
            parts = str(one.sheet.cell(row, one.reference).value or "").strip().split(".")
            # Whether the whole is believed is judged row by row; a wrong code is simply not remembered.
            if len(parts) == 4:
                found[parts[2].upper()] = found.get(parts[2].upper(), 0) + 1
    return sorted(found, key=lambda code: -found[code])


def _code_property(workbook: Workbook) -> list[str]:
    value = workbook.properties.custom.get(PROPERTY_CODE, "")
    return [value] if len(value) == 4 else []


__all__ = ["Base", "Identified", "Identifier", "scope_words", "without_log"]
