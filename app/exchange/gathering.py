"""From a notebook to a book: the rows of a scope as cells, and the base that says what they were worth.

What a partner must not see is left out here, before anything is written: confidential fields, rows of other
territories and deleted rows, even as the text of a link.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from app.exchange.blob import BaseColumns
from app.exchange.book import Clash, SheetContent
from app.exchange.layout import ROWS_A_SHEET, Profile, Role, SheetLayout, exported_entities, layouts, shown_fields
from app.exchange.references import link_label
from app.exchange.rendering import Written, fitting, render, render_links, shorten
from app.exchange.tokens import make_token
from app.formatting import NBSP, fold, format_long_date
from app.models import registry
from app.models.declare import EntityType
from app.models.fields import Field, Kind, Stored
from app.notebook.clock import moment_of
from app.notebook.log import row_bytes
from app.services import outgoing
from app.services.names import labels as names_of
from app.services.names import row_label
from app.services.outgoing import Door, RowHeads, Scope, Table
from app.services.outgoing_facts import Facts, load_facts
from app.services.outgoing_files import LeavingFiles, choose_files

#: What a partner reads in the place of a value that is not theirs to see.
KEPT_FROM_PARTNERS = "(valeur non transmise)"

Advance = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to export, and for whom."""

    profile: Profile
    district: str
    entities: tuple[str, ...]
    code4: str
    today: date
    #: Bytes of attachments that may leave with it.
    room: int = 0


@dataclass
class Gathered:
    """The content of a book before its hidden sheet. `locked` lists the fields not read back, by entity and row."""

    scope: Scope
    sheets: tuple[SheetContent, ...]
    tables: Mapping[str, Table]
    heads: Mapping[str, Sequence[RowHeads]]
    labels: Mapping[str, Mapping[str, str]]
    offered: Mapping[str, Sequence[str]]
    priorities: Mapping[str, str]
    clashes: tuple[Clash, ...]
    hidden: Mapping[str, frozenset[str]]
    profile: Profile
    files: Mapping[str, LeavingFiles] = field(default_factory=dict)
    locked: dict[str, dict[str, set[str]]] = field(default_factory=dict)

    def lock(self, entity: str, row: str, key: str) -> None:
        """Say that a cell is not read back."""
        self.locked.setdefault(entity, {}).setdefault(row, set()).add(key)

    def base(self, *, values: bool) -> dict[str, BaseColumns]:
        """What each entity was worth, with its values or with the ids of its heads alone."""
        return {key: self._base_of(table, values=values) for key, table in self.tables.items()}

    def _base_of(self, table: Table, *, values: bool) -> BaseColumns:
        declared = table.entity
        shown = shown_fields(declared, self.profile)
        locked = self.locked.get(declared.key, {})
        written: dict[str, Sequence[Stored]] | None = None
        if values:
            written = {}
            for one in shown:
                if one.kind is not Kind.LINKS:
                    written[one.key] = _without(table, one, self.hidden.get(one.target, frozenset()))
        return BaseColumns(
            table.ids,
            self.heads[declared.key],
            frozenset(one.key for one in shown),
            written,
            table.links,
            {one.key: self.hidden[one.target] for one in shown if one.target in self.hidden},
            {row: frozenset(keys) for row, keys in locked.items()},
        )


def gather(connection: Door, wanted: Wanted, *, advance: Advance) -> Gathered:
    """Read what leaves and turn it into cells; `advance` is told the part done and may raise to stop."""
    scope = outgoing.load_scope(connection, wanted.district)
    advance(0.05)
    tables = _tables(connection, wanted, scope, advance)
    heads = _heads(connection, tables)
    advance(0.5)
    hidden = _hidden_rows(connection, tables, scope) if wanted.profile is Profile.PARTNER else {}
    every = _targets(tables, wanted.profile)
    offered_ids = {key: outgoing.live_ids(connection, key) - scope.outside.get(key, frozenset()) for key in every}
    labels = {
        key: _labels(connection, key, (targets | offered_ids[key]) - hidden.get(key, frozenset()))
        for key, targets in every.items()
    }
    advance(0.7)
    gathered = Gathered(
        scope, (), tables, heads, labels,
        {key: _in_order(connection, key, offered_ids[key], labels[key]) for key in every},
        _priority_codes(connection, labels.get("priority", {})), (), hidden, wanted.profile,
        _files(connection, tables, wanted.room),
    )  # fmt: skip
    rivals = outgoing.load_rivals(connection)
    sheets: list[SheetContent] = []
    clashes: list[Clash] = []
    every_layout = layouts({key: len(table.ids) for key, table in tables.items()}, wanted.profile)
    for number, layout in enumerate(every_layout):
        table = tables[layout.entity]
        facts = load_facts(
            connection, layout.entity, table.ids, district=wanted.district, scope=scope,
            strict=wanted.profile is Profile.PARTNER, today=wanted.today,
        )  # fmt: skip
        if table.entity.key in gathered.files:
            facts = {**facts, **gathered.files[table.entity.key].facts}
        sheets.append(_sheet(layout, table, facts, gathered, wanted, rivals, clashes))
        advance(0.7 + 0.3 * (number + 1) / len(every_layout))
    gathered.sheets, gathered.clashes = tuple(sheets), tuple(clashes)
    return gathered


# -- rows ---------------------------------------------------------------------------------------------------------


def _tables(connection: Door, wanted: Wanted, scope: Scope, advance: Advance) -> dict[str, Table]:
    """The rows of each entity. Owners are read before their parts, whatever the order of the sheets."""
    erased = outgoing.erased_rows(connection)
    entities = exported_entities(wanted.entities, wanted.profile)
    places: dict[str, dict[str, int]] = {}
    found: dict[str, Table] = {}
    for number, declared in enumerate(_owners_first(entities)):
        table = outgoing.load_table(connection, declared, scope, places=places, erased=erased)
        places[declared.key] = {row: place for place, row in enumerate(table.ids)}
        found[declared.key] = table
        advance(0.05 + 0.35 * (number + 1) / len(entities))
    return {declared.key: found[declared.key] for declared in entities}


def _files(connection: Door, tables: Mapping[str, Table], room: int) -> dict[str, LeavingFiles]:
    """The files that leave with the rows that name bytes, by entity."""
    own = outgoing.own_label(connection)
    return {
        key: choose_files(connection, table, room=room, own=own)
        for key, table in tables.items()
        if table.entity.bytes_field
    }


def _heads(connection: Door, tables: Mapping[str, Table]) -> dict[str, list[RowHeads]]:
    """The heads of each row, in the order of its table."""
    raw = {key: [row_bytes(row) for row in table.ids] for key, table in tables.items()}
    found = outgoing.load_heads(connection, {row for rows in raw.values() for row in rows})
    nothing = RowHeads((), (), ())
    return {key: [found.get(row, nothing) for row in rows] for key, rows in raw.items()}


def _owners_first(entities: Sequence[EntityType]) -> list[EntityType]:
    every = {declared.key: declared for declared in entities}
    found: dict[str, EntityType] = {}

    def take(declared: EntityType, above: frozenset[str]) -> None:
        owner = declared.owner
        if owner is not None and owner.target in every and owner.target not in above:
            take(every[owner.target], above | {declared.key})
        found.setdefault(declared.key, declared)

    for declared in entities:
        take(declared, frozenset())
    return list(found.values())


def _hidden_rows(connection: Door, tables: Mapping[str, Table], scope: Scope) -> dict[str, frozenset[str]]:
    """The rows that links lead to and a partner must not hear of: those of elsewhere, and those in the bin."""
    found = {}
    for key, targets in _targets(tables, Profile.PARTNER).items():
        live = outgoing.live_ids(connection, key)
        found[key] = frozenset(row for row in targets if row not in live or not scope.holds(key, row))
    return found


def _targets(tables: Mapping[str, Table], profile: Profile) -> dict[str, set[str]]:
    """The rows that shown links lead to, by entity."""
    found: dict[str, set[str]] = defaultdict(set)
    for table in tables.values():
        rows = set(table.ids)
        for one in shown_fields(table.entity, profile):
            if one.is_link:
                found[one.target].update(str(value) for value in table.values[one.key] if value is not None)
            elif one.kind is Kind.LINKS:
                links = table.links[one.key]
                found[one.target].update(t for row, targets in links.items() if row in rows for t in targets)
    return found


def _without(table: Table, one: Field, hidden: frozenset[str]) -> Sequence[Stored]:
    """A column without the links to rows that are hidden."""
    values = table.values[one.key]
    return [None if value in hidden else value for value in values] if hidden and one.is_link else values


# -- texts of links -----------------------------------------------------------------------------------------------


def _labels(connection: Door, entity: str, rows: Iterable[str]) -> dict[str, str]:
    """The text by which each row is written in cells: its (short) name, with its code or a number if two share it."""
    declared = registry.entity(entity)
    short = outgoing.short_names_of(connection, entity)
    whole = names_of(connection, entity, sorted(rows), whole=True)
    named = {row: link_label(short.get(row, name)) for row, name in whole.items()}
    by_name: dict[str, list[str]] = defaultdict(list)
    for row, name in named.items():
        by_name[fold(name)].append(row)
    twins = [sorted(same) for same in by_name.values() if len(same) > 1]
    if not twins:
        return named
    tellers = _tellers(connection, declared, [row for same in twins for row in same])
    taken = {fold(name) for name in named.values()}
    for same in twins:
        for row, label in zip(same, _told_apart(same, named[same[0]], whole, tellers, taken), strict=True):
            taken.add(fold(label))
            named[row] = label
    return named


def _tellers(connection: Door, declared: EntityType, rows: Sequence[str]) -> list[dict[str, str]]:
    """What may tell rows of one name apart: what kind of row they are, then their code."""
    found = []
    for one in declared.fields.values():
        if one.kind is Kind.CHOICE and one.required:
            values = outgoing.column_of(connection, declared, one.key, rows)
            found.append({row: one.choice_label(str(value)) for row, value in values.items()})
            break
    if declared.code:
        found.append({row: str(v) for row, v in outgoing.column_of(connection, declared, declared.code, rows).items()})
    return found


def _told_apart(
    same: Sequence[str],
    name: str,
    whole: Mapping[str, str],
    tellers: Sequence[Mapping[str, str]],
    taken: set[str],
) -> list[str]:
    """A text for each row called `name`: its long name, « Alma (QPV 2024) », « Alma (EST-012) » or « Alma (2) »."""
    proposed = [[link_label(whole[row]) for row in same]]
    proposed += [[link_label(name, said.get(row, "")) for row in same] for said in tellers]
    for labels in proposed:
        folded = {fold(label) for label in labels}
        if len(folded) == len(same) and not folded & taken:
            return labels
    found: list[str] = []
    number = 1
    for _ in same:
        while fold(f"{name} ({number})") in taken:
            number += 1
        found.append(f"{name} ({number})")
        number += 1
    return found


def _in_order(connection: Door, entity: str, rows: Iterable[str], labels: Mapping[str, str]) -> list[str]:
    """The texts offered in a list: by number when rows have one, else in alphabetical order."""
    numbers = outgoing.numbers_of(connection, entity)
    return [
        labels[row]
        for row in sorted(rows, key=lambda row: (numbers.get(row, 0), fold(labels.get(row, "")), row))
        # What no cell can hold whole cannot be chosen either.
        if row in labels and shorten(labels[row]) is None
    ]


def _priority_codes(connection: Door, labels: Mapping[str, str]) -> dict[str, str]:
    numbers = outgoing.numbers_of(connection, "priority") if "priority" in registry.ENTITIES else {}
    return {label: f"P{numbers[row]}" for row, label in labels.items() if row in numbers}


# -- cells --------------------------------------------------------------------------------------------------------


def _sheet(
    layout: SheetLayout,
    table: Table,
    facts: Mapping[str, Facts],
    gathered: Gathered,
    wanted: Wanted,
    rivals: Mapping[str, Mapping[str, Sequence[outgoing.Rival]]],
    clashes: list[Clash],
) -> SheetContent:
    """The cells of one sheet, a part of the table when it is long."""
    part = slice((layout.part - 1) * ROWS_A_SHEET, layout.part * ROWS_A_SHEET)
    ids = table.ids[part]
    columns: list[Sequence[Written]] = []
    for column in layout.columns:
        one = column.field
        if column.role is Role.REFERENCE:
            columns.append([make_token(layout.entity, row, wanted.code4) for row in ids])
        elif column.role is Role.INFORMATION:
            key = column.key.rpartition(".")[2]
            if key in facts or key not in table.entity.fields:
                columns.append([_fitting(facts.get(key, {}).get(row)) for row in ids])
            else:
                columns.append(render(table.entity.fields[key], table.values[key][part], {}))
        elif one is None:
            columns.append([None] * len(ids))
        else:
            columns.append(_cells(layout.entity, one, ids, part, table, gathered))
    conflicts = _conflicts(layout, ids, gathered, rivals, clashes, table, part.start)
    return SheetContent(layout, columns, conflicts)


def _cells(
    entity: str, one: Field, ids: Sequence[str], part: slice, table: Table, gathered: Gathered
) -> Sequence[Written]:
    labels = gathered.labels.get(one.target, {})
    if one.kind is Kind.LINKS:
        cells = render_links(ids, table.links[one.key], labels)
    else:
        values = table.values[one.key][part]
        cells = render(one, values, labels)
        if one.is_link and gathered.hidden.get(one.target):
            hidden = gathered.hidden[one.target]
            for place, value in enumerate(values):
                if value in hidden:
                    cells[place] = KEPT_FROM_PARTNERS
                    gathered.lock(entity, ids[place], one.key)
    for place, cell in enumerate(cells):
        if isinstance(cell, str) and (cut := shorten(cell)) is not None:
            cells[place] = cut
            gathered.lock(entity, ids[place], one.key)
    return cells


def _fitting(text: str | None) -> Written:
    return fitting(text) if text else None


def _conflicts(
    layout: SheetLayout,
    ids: Sequence[str],
    gathered: Gathered,
    rivals: Mapping[str, Mapping[str, Sequence[outgoing.Rival]]],
    clashes: list[Clash],
    table: Table,
    start: int,
) -> dict[tuple[int, int], str]:
    found: dict[tuple[int, int], str] = {}
    if not rivals:
        return found
    for place, row in enumerate(ids):
        for key, values in rivals.get(row, {}).items():
            column = layout.place(key)
            if column is None:
                continue
            one = table.entity.fields[key]
            lines = tuple(_rival_words(one, rival, gathered) for rival in values)
            found[place, column] = "Valeurs en conflit, écrivez la bonne :\n" + "\n".join(f"• {line}" for line in lines)
            if gathered.profile is Profile.TEAM:
                title = {table.entity.title: table.values[table.entity.title][start + place]}
                clashes.append(
                    Clash(layout.name, row_label(table.entity, title), layout.columns[column].heading, lines)
                )
    return found


def _rival_words(one: Field, rival: outgoing.Rival, gathered: Gathered) -> str:
    """« 12/03/2026 – Équipe Est, 24 novembre » for the team; the value alone for a partner."""
    labels = gathered.labels.get(one.target, {})
    if one.is_link and rival.value is not None and str(rival.value) not in labels:
        words = KEPT_FROM_PARTNERS if gathered.profile is Profile.PARTNER else "élément inconnu"
    else:
        words = _words(one, rival.value, labels)
    if gathered.profile is Profile.PARTNER:
        return words
    day = format_long_date(moment_of(rival.stamp).date())
    return f"{words} – {rival.author or 'auteur inconnu'}, {day}"


def _words(one: Field, value: Stored, labels: Mapping[str, str]) -> str:
    written = render(one, [value], labels)[0]
    if written is None:
        return "(vide)"
    if isinstance(written, date):
        return f"{written:%d/%m/%Y}"
    if isinstance(written, float):
        shown = written * 100 if one.kind is Kind.PERCENT else written
        return f"{shown:.15g}".replace(".", ",") + (f"{NBSP}{one.unit}" if one.unit else "")
    return f"«{NBSP}{written}{NBSP}»"
