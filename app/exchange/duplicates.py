"""The rows that a new one may already be: those of the notebook, those in its bin, those above it in the workbook.

Names are compared without accents, case, punctuation and legal words. An equal name is suggested, a near one is told;
another code, SIRET or place makes it only something to look at. Nothing is joined without a person's answer.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from rapidfuzz import fuzz, process

from app.exchange.cell_values import Base as CellBase
from app.exchange.questions import (
    CREATE,
    CREATE_CHOICE,
    LINK,
    OF_ROW,
    RESTORE,
    Answers,
    Asked,
    Choice,
    Question,
    link_choice,
    target_of,
)
from app.exchange.row_identity import damaged_sentence
from app.exchange.sheet_reading import Unnumbered
from app.formatting import NBSP, fold
from app.models import registry
from app.models.fields import Stored
from app.services.incoming import Called
from app.services.likeness import name_key

#: Likeness of names, out of a hundred, from which a row is a probable duplicate, or to be looked at.
PROBABLE, TO_CHECK = 92, 80
_NUMBER = re.compile(r"\d+")
#: Rows proposed at most.
MOST = 3
#: Fields that tell two rows of one name apart.
_TELLING = ("siret", "rna", "territory")


@dataclass(frozen=True, slots=True)
class Typed:
    """A new row as it was typed."""

    entity: str
    row: str
    label: str
    code: str
    sheet: str
    cell: str
    cells: Mapping[str, CellBase]

    @property
    def names(self) -> tuple[str, ...]:
        """What it is called: its label, and its title alone."""
        title = self.cells.get(registry.entity(self.entity).title)
        return tuple(dict.fromkeys((self.label, *((title,) if isinstance(title, str) else ()))))


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a new row is: `link` the row it was said to be; `tick` None when it stays as it was."""

    link: str = ""
    note: str = ""
    tick: bool | None = None

    def is_ticked(self, before: bool) -> bool:
        return before if self.tick is None else self.tick


@dataclass(frozen=True, slots=True)
class _Near:
    called: Called
    score: float
    deleted: bool = False
    new: bool = False


@dataclass
class _Index:
    """Rows beside the keys of their names, a key for each name."""

    keys: list[str] = field(default_factory=list)
    rows: list[_Near] = field(default_factory=list)

    def add(self, one: _Near) -> None:
        for name in one.called.names:
            if key := name_key(name):
                self.keys.append(key)
                self.rows.append(one)


@dataclass
class Duplicates:
    """`live` and `deleted` give the rows of an entity, `values` what a row holds of some fields.

    `numbers_tell`: whether codes that are plain numbers tell two rows apart; in a foreign table they number its lines.
    """

    live: Callable[[str], Mapping[str, Called]]
    deleted: Callable[[str], Mapping[str, Called]]
    values: Callable[[str, str], Mapping[str, Stored]]
    answers: Answers
    numbers_tell: bool = True
    questions: list[Question] = field(default_factory=list)
    _above: dict[str, _Index] = field(default_factory=dict)
    _indexes: dict[str, _Index] = field(default_factory=dict)

    def judge(self, typed: Typed, unnumbered: Unnumbered, *, by_name: bool = True) -> Verdict:
        """Compare a new row with the others; asks when it may be one of them.

        `by_name` False: only what is left of its Réf. is looked at.
        """
        live, deleted = self.live(typed.entity), self.deleted(typed.entity)
        above = self._above.setdefault(typed.entity, _Index())
        mine = _Near(Called(typed.row, typed.names, typed.code), 0, new=True)
        if typed.row in live or typed.row in deleted:
            above.add(mine)
            return Verdict()  # taken in before
        found = self._near(typed, unnumbered, by_name=by_name)
        above.add(mine)
        if not found:
            return Verdict()
        key = unnumbered.key or f"{OF_ROW}{typed.row}"
        choices = (*(_choice(one) for one in found if not one.new), CREATE_CHOICE)
        best = found[0]
        suggested = ""
        if not best.new and (best.called.id == unnumbered.suggested or self._is_same(typed, best)):
            suggested = f"{RESTORE if best.deleted else LINK}{best.called.id}"
        answer = self.answers.get(key, "")
        answer = answer if any(one.key == answer for one in choices) else ""
        target = target_of(answer)
        if len(choices) > 1:
            name = f"«{NBSP}{best.called.names[0]}{NBSP}»"
            sentence = (
                damaged_sentence(unnumbered.number)
                if unnumbered.key
                else f"Cette ligne nouvelle ressemble à {name}{'' if not best.deleted else ', dans la corbeille'}."
                f" Est-ce la même fiche{NBSP}?"
            )
            self.questions.append(
                Question(
                    key, Asked.DAMAGED if unnumbered.key else Asked.RESEMBLES, typed.entity, target or typed.row,
                    typed.label, sentence, choices, suggested, answer, typed.sheet, typed.cell,
                )
            )  # fmt: skip
        if target:
            return Verdict(target)
        if answer == CREATE:
            return Verdict(tick=True)
        return self._told(typed, best)

    def _told(self, typed: Typed, best: _Near) -> Verdict:
        name = f"«{NBSP}{best.called.names[0]}{NBSP}»"
        if best.score >= PROBABLE and not self._is_apart(typed, best):
            return Verdict(note=f"Doublon probable de {name}.", tick=False)
        return Verdict(note=f"À vérifier{NBSP}: ressemble à {name}.")

    def _near(self, typed: Typed, unnumbered: Unnumbered, *, by_name: bool) -> list[_Near]:
        """The nearest rows, those that a damaged Réf. tells first."""
        live = self.live(typed.entity)
        told = [_Near(live[row], 100) for row in unnumbered.candidates if row in live]
        if not by_name:
            return told[:MOST]
        kept = self._kept(typed.entity)
        apart = {typed.row, *unnumbered.candidates}
        best: dict[str, _Near] = {}
        for wanted in filter(None, map(name_key, typed.names)):
            for index in (kept, self._above[typed.entity]):
                found = process.extract(
                    wanted, index.keys, scorer=fuzz.token_sort_ratio, score_cutoff=TO_CHECK, limit=2 * MOST
                )
                for _, score, place in found:
                    one = replace(index.rows[place], score=score)
                    row = one.called.id
                    if row not in apart and (row not in best or best[row].score < score):
                        best[row] = one
        near = sorted(best.values(), key=lambda one: (-one.score, one.new, one.deleted))
        return [*told, *near][:MOST]

    def _kept(self, entity: str) -> _Index:
        """The rows of the notebook, by their names."""
        if entity not in self._indexes:
            index = self._indexes[entity] = _Index()
            for one in self.live(entity).values():
                index.add(_Near(one, 0))
            for one in self.deleted(entity).values():
                index.add(_Near(one, 0, deleted=True))
        return self._indexes[entity]

    def _is_same(self, typed: Typed, near: _Near) -> bool:
        wanted = set(map(name_key, typed.names)) - {""}
        return bool(wanted & set(map(name_key, near.called.names))) and not self._is_apart(typed, near)

    def _is_apart(self, typed: Typed, near: _Near) -> bool:
        """Whether a code, a SIRET, a place or the figures of their names tell the two rows apart."""
        if typed.names and _figures(typed.names[0]) not in map(_figures, near.called.names):
            return True
        told = self.numbers_tell or not typed.code.isdecimal()
        if told and typed.code and near.called.code and fold(typed.code) != fold(near.called.code):
            return True
        given = {key: typed.cells[key] for key in _TELLING if typed.cells.get(key)}
        if not given or near.new:
            return False
        held = self.values(typed.entity, near.called.id)
        return any(held.get(key) not in (None, "", value) for key, value in given.items())


def _figures(name: str) -> tuple[str, ...]:
    """The numbers in a name: « Atelier 1 » and « Atelier 2 » are no misspelling of each other."""
    return tuple(number.lstrip("0") for number in _NUMBER.findall(name))


def _choice(near: _Near) -> Choice:
    label = " ".join(filter(None, (near.called.code, near.called.names[0])))
    return link_choice(near.called.id, label, deleted=near.deleted)


__all__ = ["PROBABLE", "TO_CHECK", "Duplicates", "Typed", "Verdict"]
