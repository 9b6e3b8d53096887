"""Which table of a foreign workbook is data, what it speaks of, and what each of its columns means: a proposal.

Headings are compared with the labels of the registry and the words of `foreign_words`; what columns hold confirms, or
tells by itself a SIRET, an e-mail, the names of known rows. Nothing is certain: a person agrees, column by column.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import lru_cache

from rapidfuzz import fuzz, process

from app.errors import BadValue
from app.exchange.cell_values import Outcome, Scope
from app.exchange.cells import read_cell, shown
from app.exchange.errors import quoted
from app.exchange.foreign_cells import prepared, scope_of
from app.exchange.foreign_mapping import ForeignMapping, ForeignRefused, heading_keys, needed, path_field
from app.exchange.foreign_tables import ForeignTable, heading_rows, table_at, year_of
from app.exchange.foreign_words import BESIDE, CREATED_BY_NAME, HEADINGS, LIKELIER, SMALL_WORDS, SPOKEN_OF
from app.exchange.layout import exported_entities
from app.exchange.references import Names
from app.exchange.workbook import Cell, CellKind, Sheet, Workbook
from app.formatting import NBSP, fold
from app.models import registry
from app.models.fields import Field, Kind, Rule
from app.services import validation

#: Likeness of a heading to a name of a field, out of a hundred: from there it is sure, or worth proposing.
SURE, WORTH = 92, 72
_SAMPLES = 40
#: How much less two writings of the same headings may score.
_REPEATED = 0.75


class State(Enum):
    """How far a proposal for a column can be believed."""

    SURE = "sure"
    CHECK = "check"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ColumnGuess:
    """One column: the text that names it, the field proposed ("" for none), and how sure that is."""

    column: int
    key: str
    path: str
    state: State
    samples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Recognition:
    """A table found in a workbook with the proposal for each of its columns. `score` compares it with others."""

    table: ForeignTable
    mapping: ForeignMapping
    guesses: tuple[ColumnGuess, ...]
    score: float


def recognise(
    workbook: Workbook, names: Names, *, sheet: str = "", rows: tuple[int, int] | None = None, entity: str = ""
) -> Recognition:
    """The likeliest table of a workbook, within the sheet, the heading rows and the entity asked for if any.

    Raises ForeignRefused when nothing in it is a table.
    """
    sheets = [one for one in workbook.sheets if one.visible or sheet]
    if sheet:
        sheets = [one for one in sheets if fold(one.name) == fold(sheet)]
        if not sheets:
            every = ", ".join(quoted(one.name) for one in workbook.sheets)
            raise ForeignRefused(
                f"{quoted(workbook.path.name)} n’a pas de feuille {quoted(sheet)}.",
                advice=f"Ses feuilles{NBSP}: {every}.",
            )
    best: tuple[float, ForeignTable | None, str] = (0, None, "")
    for one in sheets:
        scored = [
            (*_table_score(workbook, one, *place, entity), place) for place in ([rows] if rows else heading_rows(one))
        ]
        most = max((score for score, _, _ in scored), default=0)
        # Headings repeated further down are those of the same table: the first of them is its beginning.
        score, found, place = next(((*kept,) for kept in scored if kept[0] >= most - _REPEATED), (0, "", (0, 0)))
        if score > best[0]:
            best = (most, table_at(one, *place), found)
    score, table, found = best
    if table is None or not table.rows:
        table = _largest(sheets, rows)
        found = entity
    if table is None:
        raise ForeignRefused(
            f"Aucun tableau n’a été reconnu dans {quoted(workbook.path.name)}.",
            advice="Il faut une ligne d’en-têtes, au moins deux colonnes, et des lignes en dessous.",
        )
    return read_columns(table, found or entity or next(iter(LIKELIER)), names, score=score)


def read_columns(table: ForeignTable, entity: str, names: Names, *, score: float = 0) -> Recognition:
    """The proposal for each column of a table that speaks of `entity`."""
    keys = heading_keys(table)
    assigned = _assigned(table.headings, entity)
    by_words = {column: (path, like) for column, (path, like) in assigned.items()}
    guesses: list[ColumnGuess] = []
    taken = {path for path, _ in by_words.values()}
    for column, heading in table.headings.items():
        cells = table.samples(column, _SAMPLES)
        path, like = by_words.get(column, ("", 0.0))
        state = State.SURE if like >= SURE else State.CHECK
        if path:
            understood = _understood(path_field(entity, path)[1], cells, names)
            if understood < 0.5 or (path == registry.entity(entity).code and all(map(_is_number, cells))):
                state = State.CHECK
            if understood < 0.2 and like < SURE and cells:
                taken.discard(path)
                path = ""
        if not path and cells and year_of(heading) is None:
            path = _by_content(entity, cells, names, taken)
            state = State.CHECK
            taken.add(path)
        samples = tuple(shown(cell).replace("\n", " ") for cell in cells[:4])
        guesses.append(ColumnGuess(column, keys[column], path, state if path else State.UNKNOWN, samples))
    guesses = _without_widow(guesses, entity)
    columns = {guess.key: guess.path for guess in guesses}
    mapping = ForeignMapping(table.sheet.name, table.first, table.last, entity, columns)
    return Recognition(table, mapping, tuple(guesses), score)


def states_of(recognition: Recognition, mapping: ForeignMapping) -> Recognition:
    """The same table read with a mapping that a person agreed to: what they chose is sure."""
    chosen = {fold(key): path for key, path in mapping.columns.items()}
    guesses = []
    for guess in recognition.guesses:
        path = chosen.get(fold(guess.key), "")
        state = guess.state if path == guess.path else State.SURE
        guesses.append(replace(guess, path=path, state=state if path else State.UNKNOWN))
    return replace(recognition, mapping=mapping, guesses=tuple(guesses))


# -- which table ----------------------------------------------------------------------------------------------------


def _table_score(workbook: Workbook, sheet: Sheet, first: int, last: int, entity: str) -> tuple[float, str]:
    """How much the rows of headings look like those of an entity, and which; 0 when no data follows."""
    headings = table_headings(sheet, first, last)
    if not any(row > last for row in sheet.rows):
        return 0, ""
    best: tuple[float, str] = (0, "")
    for key in [entity] if entity else [one.key for one in exported_entities()]:
        assigned = _assigned(headings, key)
        if not assigned:
            continue
        paths = {path for path, _ in assigned.values()}
        score = sum(like / 100 for _, like in assigned.values())
        missing = [one for one in needed(key) if one.key not in paths]
        if key == "measurement" and "value" not in paths and "text" not in paths:
            score /= 2
        score = score / 2 if missing else score + 1
        score += LIKELIER.get(key, -0.5) + _spoken_of(workbook, sheet, first, key)
        # Two rows are one heading only when they say more together than apart.
        score -= 0.2 * (last - first) + 0.01 * first
        if score > best[0]:
            best = (score, key)
    return best


def table_headings(sheet: Sheet, first: int, last: int) -> Mapping[int, str]:
    """The headings alone: cheaper than the table."""
    short = Sheet(sheet.name, sheet.visible, {row: sheet.rows[row] for row in sheet.rows if row <= last}, sheet.merged)
    return table_at(short, first, last).headings


def _spoken_of(workbook: Workbook, sheet: Sheet, first: int, entity: str) -> float:
    declared = registry.entity(entity)
    above = " ".join(
        str(cell.value) for row in sheet.rows if row < first for cell in sheet.rows[row] if cell.kind is CellKind.TEXT
    )
    said = f" {_plain(f'{sheet.name} {above[:400]}')} "
    words = {_plain(word) for word in (*SPOKEN_OF.get(entity, ()), declared.plural)}
    if any(f" {word} " in said for word in words):
        return 1.0
    return 0.5 if any(f" {word} " in f" {_plain(workbook.path.stem)} " for word in words) else 0.0


def _largest(sheets: Sequence[Sheet], rows: tuple[int, int] | None) -> ForeignTable | None:
    """The table with most columns when no heading is known; the first of them."""
    places = [(one, place) for one in sheets for place in ([rows] if rows else list(heading_rows(one))[:8])]
    found = [table_at(one, *place) for one, place in places]
    found = [one for one in found if one.rows and len(one.headings) >= 2]
    return max(found, key=lambda one: (len(one.headings), -one.first), default=None)


# -- which column -------------------------------------------------------------------------------------------------


def _assigned(headings: Mapping[int, str], entity: str) -> dict[int, tuple[str, float]]:
    """Column → (field, likeness): each field given once, to the heading that looks most like one of its names."""
    wide = _years(headings, entity)
    pairs = []
    for column, heading in headings.items():
        if column in wide:
            continue
        for path, like in _likenesses(heading, entity):
            pairs.append((like, -column, column, path))
    found: dict[int, tuple[str, float]] = dict.fromkeys(wide, ("value", 100.0))
    taken = {"value"} if wide else set()
    taken |= {"year"} if wide else set()
    for like, _, column, path in sorted(pairs, reverse=True):
        if column not in found and path not in taken:
            found[column] = (path, like)
            taken.add(path)
    return found


def _years(headings: Mapping[int, str], entity: str) -> list[int]:
    """The columns that are years, where a row of `entity` has a value and a year."""
    fields = registry.entity(entity).fields
    if "year" not in fields or "value" not in fields:
        return []
    return [column for column, heading in headings.items() if year_of(heading) is not None]


@lru_cache(maxsize=50_000)
def _likenesses(heading: str, entity: str) -> tuple[tuple[str, float], ...]:
    """(field, likeness) of the fields whose names a heading looks like, the likeliest first."""
    terms = _terms(entity)
    found: dict[str, float] = {}
    for text in dict.fromkeys(_variants(heading)):
        like = process.extract(text, terms.keys(), scorer=fuzz.token_sort_ratio, score_cutoff=WORTH, limit=None)
        for term, score, _ in like:
            if score < 100 and not _same_words(term, text):
                continue
            for path in terms[term]:
                found[path] = max(found.get(path, 0), float(score))
        for path, score in _within(text, terms):
            found[path] = max(found.get(path, 0), score)
    return tuple(sorted(found.items(), key=lambda pair: -pair[1]))


def _same_words(term: str, text: str) -> bool:
    """Whether each word of a name is met in a heading, slips of the pen aside: « début » is not « fin »."""
    words = text.split()
    return all(any(fuzz.ratio(word, other) >= 75 for other in words) for word in term.split())


def _within(text: str, terms: Mapping[str, Sequence[str]]) -> Iterable[tuple[str, float]]:
    """Names that stand whole within a longer heading: « Porteur (association ou service) »."""
    words = text.split()
    for term, paths in terms.items():
        parts = term.split()
        if len(term) > 3 and len(parts) < len(words) and set(parts) <= set(words):
            share = 68 + 24 * sum(map(len, parts)) / sum(map(len, words))
            # What a heading begins with is what it speaks of.
            share += 4 if words[: len(parts)] == parts else 0
            if share >= WORTH:
                yield from ((path, min(share, SURE - 1)) for path in paths)


@lru_cache
def _terms(entity: str) -> dict[str, list[str]]:
    """Plain name → the fields it names."""
    declared = registry.entity(entity)
    found: dict[str, list[str]] = {}
    said = HEADINGS.get(entity, {})
    for one in declared.shown_fields:
        for name in (one.label, f"{one.label} {declared.label}", *said.get(one.key, ())):
            found.setdefault(_plain(name), []).append(one.key)
    for beside in BESIDE.get(entity, ()):
        for path, names in said.items():
            if path.startswith(f"{beside}."):
                for name in names:
                    found.setdefault(_plain(name), []).append(path)
    return {name: list(dict.fromkeys(paths)) for name, paths in found.items() if name}


def _variants(heading: str) -> list[str]:
    """A heading as it is, without what stands between brackets, and each of its two rows."""
    whole = _plain(heading)
    found = [whole, _plain(re.sub(r"\([^)]*\)|\[[^]]*\]", " ", heading))]
    if " – " in heading:
        found += [_plain(part) for part in heading.split(" – ")[1:]]
    return [text for text in found if text]


@lru_cache(maxsize=50_000)
def _plain(text: str) -> str:
    """A heading without accents, case, marks, small words and plurals."""
    words = re.findall(r"\w+|%", re.sub(r"n°", "numero ", fold(text)))
    kept = [word for word in words if word not in SMALL_WORDS] or words
    return " ".join(word[:-1] if len(word) > 3 and word[-1] in "sx" else word for word in kept)


# -- what columns hold --------------------------------------------------------------------------------------------


def _understood(field: Field, cells: Sequence[Cell], names: Names) -> float:
    """The part of these cells that the field understands; a structure to be created is understood."""
    if not cells or (field.target in CREATED_BY_NAME):
        return 1.0
    scope = scope_of(field, cells, Scope("", names))
    good = 0
    for cell in cells:
        reading = read_cell(field, prepared(field, cell, names), scope=scope)
        good += reading.outcome in (Outcome.VALUE, Outcome.PROPOSED)
    return good / len(cells)


def _by_content(entity: str, cells: Sequence[Cell], names: Names, taken: set[str]) -> str:
    """The field that a column without a known heading can only be; "" as a rule."""
    if len(cells) < 2:
        return ""
    for one in registry.entity(entity).shown_fields:
        if one.key in taken:
            continue
        if one.rule in (Rule.SIRET, Rule.RNA, Rule.EMAIL):
            if sum(_obeys(one, cell) for cell in cells) >= 0.7 * len(cells):
                return one.key
        elif one.target and one.target != entity and one.kind in (Kind.LINK, Kind.LINKS, Kind.TERRITORY):
            texts = {shown(cell) for cell in cells if cell.kind is CellKind.TEXT}
            known = [text for text in texts if names.find(one.target, text)]
            if len(texts) >= 2 and len(known) >= 0.6 * len(texts):
                return one.key
    return ""


def _is_number(cell: Cell) -> bool:
    return shown(cell).strip().isdecimal()


def _obeys(field: Field, cell: Cell) -> bool:
    try:
        return bool(validation.check(field, shown(cell).strip()))
    except BadValue:
        return False


def _without_widow(guesses: list[ColumnGuess], entity: str) -> list[ColumnGuess]:
    """Without the columns of a person beside a structure when none gives their name."""
    for beside in BESIDE.get(entity, ()):
        title = f"{beside}.{registry.entity(beside).title}"
        if not any(guess.path == title for guess in guesses):
            guesses = [
                replace(guess, path="", state=State.UNKNOWN) if guess.path.startswith(f"{beside}.") else guess
                for guess in guesses
            ]
    return guesses


__all__ = ["ColumnGuess", "Recognition", "State", "read_columns", "recognise", "states_of"]
