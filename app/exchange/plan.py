"""Reading workbooks and comparing them with the notebook: `prepare` gives the preview, and writes nothing.

Several files make one preview. Logs are put together first; hand edits are then judged on what the notebook will hold.
Modes A to D of sync.md §4; a table that never was ours (mode E) belongs to `foreign`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from app.errors import Cancelled
from app.exchange.bases import Identified, Identifier, without_log
from app.exchange.cell_values import Scope
from app.exchange.duplicates import Duplicates
from app.exchange.foreign import ForeignMapping, ForeignReading, Surroundings, read_table
from app.exchange.hand_changes import File, HandChanges
from app.exchange.hand_edits import SheetReading, read_sheet
from app.exchange.log_changes import LogChanges
from app.exchange.matching import DataSheet, Matched, match
from app.exchange.new_rows import NamesWithNew, NewRow, NewRows, in_order
from app.exchange.preview import ORDER, CellFault, Change, ImportPlan
from app.exchange.questions import Answers, Question
from app.exchange.reader import read_workbook
from app.exchange.references import Known, Names
from app.exchange.sheet_reading import Back
from app.exchange.two_way import TwoWay
from app.exchange.workbook import Workbook
from app.exchange.workbook_file import file_of, with_new_replicas
from app.exchange.world import Words, World
from app.formatting import NBSP, counted
from app.models import registry
from app.models.fields import Stored
from app.notebook.exports import exports_called
from app.notebook.log import Batch, Gesture, Replica
from app.notebook.merge import Modification
from app.notebook.store import Store
from app.services import imports, incoming
from app.services.incoming import Called
from app.services.joined_files import size_words

#: Told the part done (0 to 1) and what is being done.
Progress = Callable[[float, str], None]
#: Reads a file; tests read in this process.
Reader = Callable[..., Workbook]


def prepare(
    store: Store,
    paths: Sequence[Path],
    *,
    now: datetime,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    mapping: Mapping[Path, ForeignMapping] | None = None,
    read: Reader = read_workbook,
    answers: Answers | None = None,
) -> ImportPlan:
    """The preview of importing these files together; `answers` are those given to the questions of an earlier one.

    `mapping` says how to read those that never were ours.

    Raises Cancelled, or WorkbookRefused: one file refused, none is taken.
    """
    with store.read() as connection:
        return _Preparation(
            connection,
            progress or (lambda share, sentence: None),
            cancelled or (lambda: False),
            mapping or {},
            answers or {},
        ).run(list(paths), read)


@dataclass
class _Opened:
    """One workbook, understood."""

    workbook: Workbook
    matched: Matched
    found: Identified
    file: File
    earlier: Answers
    readings: list[SheetReading] = field(default_factory=list)
    new: list[NewRow] = field(default_factory=list)


class _Preparation:
    """One preview in the making."""

    def __init__(
        self,
        connection: Any,
        progress: Progress,
        cancelled: Callable[[], bool],
        mapping: Mapping[Path, ForeignMapping],
        answers: Answers,
    ) -> None:
        self._connection = connection
        self._mapping = mapping
        self._foreign: dict[Path, ForeignReading] = {}
        self._progress = progress
        self._cancelled = cancelled
        self._infos: list[str] = []
        self._faults: list[CellFault] = []
        self._called: dict[tuple[str, bool], dict[str, Called]] = {}
        self._answers = answers
        self._questions: list[Question] = []

    def run(self, paths: Sequence[Path], read: Reader) -> ImportPlan:
        connection = self._connection
        mark = incoming.log_mark(connection)
        own = incoming.own_replica(connection)
        identifier = Identifier(
            remembered=lambda code: tuple(exports_called(connection, code)),
            recall=incoming.recall(connection),
            replicas=incoming.known_replicas(connection),
            own=own,
        )
        opened = []
        for place, path in enumerate(paths):
            self._tell(0.6 * place / len(paths), f"Lecture de {path.name}")
            workbook = read(path, cancelled=self._cancelled) if read is read_workbook else read(path)
            opened.append(self._open(workbook, identifier))
        self._tell(0.6, "Comparaison")
        batch, sent = self._logs(opened, identifier)
        batch = replace(batch, blobs=self._files(opened, batch))
        world = World(connection, batch, sent)
        words = Words(connection, [labels for one in opened for labels in self._labels(one)], world)
        self._read_sheets(opened)
        self._tell(0.8, "Comparaison")
        codes = {one.file.export_id: one.file.code4 for one in opened}
        of_logs = LogChanges(world, words, codes)
        changes = list(of_logs.changes())
        by_hand = self._by_hand(opened, world, words)
        self._infos += of_logs.infos
        if by_hand.already_refused:
            refused = counted(
                by_hand.already_refused, "proposition déjà refusée n’est", "propositions déjà refusées ne sont"
            )
            self._infos.append(f"{refused} pas reposée{'s' if by_hand.already_refused > 1 else ''}.")
        self._tell(1, "Aperçu prêt")
        faults = [*self._faults, *by_hand.faults]
        return ImportPlan(
            tuple(one.found.source for one in opened),
            tuple(_sorted([*changes, *by_hand.changes])),
            tuple(dict.fromkeys(one for one in faults if one.severity != "warning")),
            tuple(dict.fromkeys(self._infos)),
            batch,
            by_hand.proposals,
            of_logs.mine,
            mark,
            tuple(dict.fromkeys(one for one in faults if one.severity == "warning")),
            tuple({one.key: one for one in self._questions}.values()),
            self._answers,
            self._foreign,
        )

    # -- files ----------------------------------------------------------------------------------------------------

    def _open(self, workbook: Workbook, identifier: Identifier) -> _Opened:
        matched = match(workbook)
        found = identifier.identify(workbook, matched)
        name = f"«{NBSP}{workbook.path.name}{NBSP}»"
        of_sheets = () if found.source.mode == "E" else matched.infos
        self._infos += [f"{name}{NBSP}: {said}" for said in (*workbook.warnings, *of_sheets)]
        self._faults += matched.faults
        if found.source.banner:
            self._infos.append(f"{name}{NBSP}: {found.source.banner}")
        export_id = found.source.export_id
        earlier = imports.files_of(self._connection, export_id.hex()) if export_id else []
        if earlier:
            found = replace(found, source=replace(found.source, imported_at=str(earlier[-1]["at"])))
        answers = {key: answer for one in earlier for key, answer in one.get("answers", {}).items()}
        return _Opened(workbook, matched, found, file_of(workbook, found, earlier), answers)

    def _logs(self, opened: list[_Opened], identifier: Identifier) -> tuple[Batch, frozenset[bytes]]:
        """The logs of all the files as one, without what is known; and all that their senders knew."""
        new: dict[bytes, Modification] = {}
        gestures: dict[bytes, Gesture] = {}
        replicas: dict[bytes, Replica] = {}
        sent: set[bytes] = set()
        digests: dict[bytes, bytes] = {}
        taken = incoming.emptied(self._connection, [one.found.log for one in opened if one.found.log])
        for one in opened:
            if one.found.log is None:
                continue
            log = taken.left_of_batch(one.found.log)
            unknown, changed = incoming.unknown_part(self._connection, log, taken=taken)
            twice = any(
                digests.get(m.op_id, digest) != digest for m in unknown.modifications for digest in [m.digest()]
            )
            if changed or twice:
                said = (
                    f"Fichier altéré{NBSP}: une modification y porte l’identifiant d’une autre. Le journal qu’il porte"
                    " est refusé en entier."
                )
                one.found = without_log(one.found, identifier, said)
                self._infos.append(f"«{NBSP}{one.workbook.path.name}{NBSP}»{NBSP}: {said}")
                continue
            one.found = with_new_replicas(one.found, log, unknown, incoming.known_replicas(self._connection))
            digests |= {m.op_id: m.digest() for m in unknown.modifications}
            new |= {m.op_id: m for m in unknown.modifications}
            replicas |= {replica.id: replica for replica in log.replicas if replica.label or replica.id not in replicas}
            named = {m.gesture for m in unknown.modifications}
            gestures |= {gesture.id: gesture for gesture in log.gestures if gesture.id in named}
            sent |= {m.op_id for m in log.modifications}
            if relayed := one.found.source.new_replicas:
                whose = ", ".join(relayed)
                self._infos.append(
                    f"Nouvelle origine{NBSP}: ce classeur relaie le travail de {whose}, jamais reçu ici."
                )
        self._say_incomplete(new, sent)
        ordered = tuple(sorted(new.values(), key=lambda m: (m.stamp, m.op_id)))
        batch = Batch(tuple(replicas.values()) if ordered else (), tuple(gestures.values()), ordered)
        return batch, frozenset(sent)

    def _files(self, opened: Sequence[_Opened], batch: Batch) -> tuple[bytes, ...]:
        """The files that rows wait for, among those that the workbooks carry; and what is said of them."""
        awaited = incoming.awaited_files(self._connection, batch)
        found: dict[str, bytes] = {}
        for one in opened:
            carried = one.found.carried
            found |= {digest: data for digest, data in carried.files.items() if digest in awaited}
            if carried.fault:
                self._infos.append(f"«{NBSP}{one.workbook.path.name}{NBSP}»{NBSP}: {carried.fault}")
        if found:
            said = counted(len(found), "pièce jointe arrive", "pièces jointes arrivent")
            whose = "son fichier" if len(found) == 1 else "leurs fichiers"
            self._infos.append(f"{said} avec {whose} ({size_words(sum(map(len, found.values())))}).")
        return tuple(found.values())

    def _say_incomplete(self, new: Mapping[bytes, Modification], sent: set[bytes]) -> None:
        parents = {parent for m in new.values() for write in m.writes.values() for parent in write.parents} - sent
        if parents - incoming.known_ids(self._connection, parents):
            self._infos.append(
                f"Fichier incomplet{NBSP}: il s’appuie sur des modifications qu’il ne porte pas. Elles prendront"
                " leur place quand elles arriveront."
            )

    # -- sheets ---------------------------------------------------------------------------------------------------

    def _read_sheets(self, opened: Iterable[_Opened]) -> None:
        for one in opened:
            if one.found.source.mode == "E":
                if one.workbook.path not in self._mapping:
                    self._infos.append(
                        f"«{NBSP}{one.workbook.path.name}{NBSP}»{NBSP}: ce classeur ne vient pas d’un carnet."
                        " Dites ce que contiennent ses colonnes pour l’importer."
                    )
                continue
            self._read_one(one)
            for reading in one.readings:
                self._faults += reading.faults
                self._infos += reading.infos
                self._questions += (asked for asked in reading.questions if self._is_asked(asked, one))

    def _read_one(self, one: _Opened) -> None:
        by_entity = self._known(one.matched.sheets)
        plain = Names(by_entity)
        of_export = {code: Names(by_entity, exported=base.labels) for code, base in one.found.bases.items()}
        main = of_export.get(one.found.source.code4, plain)
        one.readings = self._compare(one, plain, of_export)
        growing = NamesWithNew(main)
        answers = {**one.earlier, **self._answers}
        duplicates = Duplicates(self._live, self._in_bin, self._values_of, answers)
        news = NewRows(one.file.export_id, duplicates)
        date1904 = one.workbook.date1904
        for reading in in_order(one.readings):
            one.new += news.read(reading, Scope(reading.sheet.name, main, date1904), growing)
        if one.new and any(reading.faults for reading in one.readings):
            # Cells may name rows that are new in this same workbook.
            one.readings = self._compare(
                one, growing, {code: _grown(names, growing) for code, names in of_export.items()}
            )
        self._faults += news.faults
        self._infos += news.infos
        self._questions += (asked for asked in duplicates.questions if self._is_asked(asked, one))

    def _is_asked(self, question: Question, one: _Opened) -> bool:
        """Whether a question is put again: not one that was answered by an import that stands."""
        return question.key in self._answers or question.key not in one.earlier

    def _compare(self, one: _Opened, names: Names, of_export: Mapping[str, Names]) -> list[SheetReading]:
        found = []
        answers = {**one.earlier, **self._answers}
        for sheet in one.matched.sheets:
            self._tell(0.7, f"Comparaison de {sheet.name}")
            found.append(
                read_sheet(
                    sheet,
                    one.found.bases,
                    names,
                    date1904=one.workbook.date1904,
                    file_names=of_export,
                    answers=answers,
                )
            )
        return found

    def _known(self, sheets: Iterable[DataSheet]) -> dict[str, list[Known]]:
        """What cells may name: the rows of the entities that fields lead to, by one link or by many."""
        entities = {sheet.entity for sheet in sheets}
        fields = [one for entity in entities for one in registry.entity(entity).fields.values()]
        wanted = entities | {one.target for one in fields if one.target}
        return {
            entity: [Known(row.id, row.names, row.code) for row in self._live(entity).values()] for entity in wanted
        }  # fmt: skip

    def _live(self, entity: str) -> Mapping[str, Called]:
        return self._rows_called(entity, deleted=False)

    def _in_bin(self, entity: str) -> Mapping[str, Called]:
        return self._rows_called(entity, deleted=True)

    def _rows_called(self, entity: str, *, deleted: bool) -> Mapping[str, Called]:
        key = (entity, deleted)
        if key not in self._called:
            self._called[key] = {
                row.id: row for row in incoming.called(self._connection, entity, deleted=deleted)
            }  # fmt: skip
        return self._called[key]

    def _values_of(self, entity: str, row: str) -> Mapping[str, Stored]:
        return incoming.current_rows(self._connection, entity, [row]).get(row, ({}, {}))[0]

    def _labels(self, one: _Opened) -> list[Mapping[str, Mapping[str, str]]]:
        return [base.labels for base in one.found.bases.values()]

    # -- edits ----------------------------------------------------------------------------------------------------

    def _by_hand(self, opened: Sequence[_Opened], world: World, words: Words) -> HandChanges:
        rows = {edit.row for one in opened for reading in one.readings for edit in reading.edits}
        rows |= {row.link or row.row for one in opened for row in one.new}
        rows |= {deletion.row for one in opened for reading in one.readings for deletion in reading.deletions}
        rows |= {unbased.row for one in opened for reading in one.readings for unbased in reading.unbased}
        world.load(rows)
        by_hand = HandChanges(world, words, incoming.every_refusal(self._connection))
        two_way = TwoWay(by_hand)
        for one in opened:
            backs = self._backs(one)
            for back in backs if one.file.continues else ():
                by_hand.taken_home(back, one.file)
            main = replace(one.file, continues=one.file.continues and not backs)
            for new in one.new:
                if new.link:
                    two_way.linked(new, main)
                else:
                    by_hand.new_row(new, main)
            for reading in one.readings:
                for edit in reading.edits:
                    by_hand.edit(edit, self._signed(main, edit.base.header.export_id, edit.base.code4))
                for deletion in reading.deletions:
                    base = deletion.base
                    by_hand.deletion(deletion, self._signed(main, base.header.export_id, base.code4), base)
                scope = Scope(reading.sheet.name, reading.scope.names, one.workbook.date1904)
                for unbased in reading.unbased:
                    two_way.unbased(reading.sheet, unbased.number, unbased.row, main, scope)
            self._absent(one, by_hand, world)
            self._read_table(one, by_hand)
        by_hand.judge()
        return by_hand

    def _backs(self, one: _Opened) -> list[Back]:
        """The cells that an earlier state of this workbook changed, and that it leaves as they were exported."""
        if not one.file.was_imported:
            return []
        written = incoming.hand_written(self._connection, one.file.export_id)
        return [
            back for reading in one.readings for back in reading.untouched(written, one.found.bases, one.file.code4)
        ]

    def _read_table(self, one: _Opened, by_hand: HandChanges) -> None:
        """A table that never was ours, once somebody said how to read it."""
        mapping = self._mapping.get(one.workbook.path)
        if mapping is None or one.found.source.mode != "E":
            return
        around = Surroundings(self._connection)
        reading, faults, infos = read_table(one.workbook, mapping, around, by_hand, one.file)
        self._foreign[one.workbook.path] = reading
        self._faults += faults
        self._infos += infos

    def _signed(self, main: File, export_id: bytes, code4: str) -> File:
        """What signs the rows of another export, when a sheet mixes two."""
        return main if main.export_id == export_id else replace(main, export_id=export_id, code4=code4, continues=False)

    def _absent(self, one: _Opened, by_hand: HandChanges, world: World) -> None:
        base = one.found.bases.get(one.found.complete)
        if base is None:
            return
        for entity, table in base.tables.items():
            readings = [reading for reading in one.readings if reading.sheet.entity == entity]
            if not readings:
                if len(table) and entity in registry.ENTITIES:
                    plural = registry.entity(entity).plural
                    self._infos.append(
                        f"La feuille «{NBSP}{plural}{NBSP}» n’est plus dans le classeur{NBSP}: rien n’en est supprimé."
                    )
                continue
            if any(reading.sheet.reference is None for reading in readings):
                continue
            present = {row for reading in readings for row in reading.present}
            absent = [row for row in table if row not in present]
            world.load(absent)
            for row in absent:
                by_hand.absent(entity, row, base, table[row], one.file, readings[0].sheet.name)

    def _tell(self, share: float, sentence: str) -> None:
        if self._cancelled():
            raise Cancelled("L’import a été arrêté.", advice="Rien n’a été changé.")
        self._progress(share, sentence)


def _grown(names: Names, growing: NamesWithNew) -> Names:
    return growing.beside(names)


def _sorted(changes: Iterable[Change]) -> list[Change]:
    """By kind as people read them, then by entity; the order of the workbook inside."""
    kinds = {kind: place for place, kind in enumerate(ORDER)}
    entities = {entity: place for place, entity in enumerate(registry.ENTITIES)}
    return sorted(changes, key=lambda one: (kinds[one.kind], entities.get(one.entity, len(entities))))


__all__ = ["prepare"]
