"""The blob taken back from a workbook, and not believed: sizes, places and values are all checked before use.

A workbook went through hands and mail. Whatever is wrong, the log is refused whole, with one sentence that says what;
nothing of a damaged blob is ever used. Source of the bounds: sync.md §8.
"""

import base64
import binascii
import json
import re
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from itertools import accumulate
from typing import Any
from uuid import UUID

from app.exchange.errors import WorkbookRefused
from app.exchange.payload import BaseCell, BaseRow, BaseTable, Payload
from app.formatting import NBSP
from app.models import registry
from app.models.fields import Field, Kind, Stored
from app.notebook import masks
from app.notebook.log import Batch, Gesture, Replica, row_text
from app.notebook.merge import DELETED, ERASED, LINK_PREFIX, LIVE, STATE, Modification, Write

#: Characters of base64, bytes once unfolded, places of one list, parents of one write.
LONGEST_TEXT = 120_000_000
LARGEST = 400_000_000
MOST_PLACES = 8_000_000
MOST_PARENTS = 100_000
DEEPEST = 20
_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_WORD = re.compile(r"[a-z_]{1,32}")
_CELL_KEY = re.compile(r"b(\d{4,})")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_INTEGERS = frozenset({int})
_DECIMAL = re.compile(r"-?\d{1,60}(\.\d{1,60})?")

#: Gives the value that the write `op_id` gave to a field.
Recall = Callable[[bytes, str], Stored]


class DamagedSync(WorkbookRefused):
    """The hidden sheet was altered: nothing of it can be believed."""


def damaged(what: str) -> DamagedSync:
    return DamagedSync(
        f"Les données cachées de ce classeur sont altérées{NBSP}: {what}.",
        advice="Demandez un nouvel envoi. Les cellules saisies à la main peuvent encore être lues.",
    )


def packed_of(cells: Iterable[tuple[str, str]], *, count: int, digest: str) -> bytes:
    """The packed bytes laid over the cells (key, text), in whatever order; raises DamagedSync."""
    pieces: dict[int, str] = {}
    length = 0
    for key, text in cells:
        found = _CELL_KEY.fullmatch(key)
        if found is None:
            raise damaged(f"«{NBSP}{key[:20]}{NBSP}» n’est pas un morceau")
        place = int(found[1])
        if place in pieces:
            raise damaged(f"le morceau {place} y est deux fois")
        length += len(text)
        if length > LONGEST_TEXT:
            raise damaged("elles sont démesurées")
        pieces[place] = text
    if len(pieces) != count or sorted(pieces) != list(range(1, count + 1)):
        raise damaged(f"il y a {len(pieces)} morceaux au lieu de {count}, ou l’un manque")
    try:
        packed = base64.b64decode("".join(pieces[place] for place in sorted(pieces)), validate=True)
    except (binascii.Error, ValueError):
        raise damaged("un morceau a été retouché") from None
    if sha256(packed).hexdigest() != digest:
        raise damaged("leur somme de contrôle ne correspond pas")
    return packed


def unpack(packed: bytes, *, recall: Recall | None = None) -> Payload:
    """The payload of packed bytes. `recall` finds the values that neither the base nor the log of the file hold.

    Raises DamagedSync, whatever the bytes are.
    """
    try:
        return _Reading(_unfolded(packed)).payload(recall)
    except DamagedSync:
        raise
    # Each is a shape that nobody writes; what they say would mean nothing to a person.
    except (KeyError, IndexError, TypeError, ValueError, OverflowError, AttributeError, RecursionError) as error:
        raise damaged("leur forme n’est pas celle attendue") from error


def _unfolded(packed: bytes) -> dict[str, Any]:
    unpacker = zlib.decompressobj()
    try:
        raw = unpacker.decompress(packed, LARGEST)
    except zlib.error:
        raise damaged("elles ne se déplient pas") from None
    if unpacker.unconsumed_tail:
        raise damaged("elles se déplient sans fin")
    if not unpacker.eof or unpacker.unused_data:
        raise damaged("elles sont coupées, ou suivies d’autre chose")
    _check_depth(raw)
    try:
        content = json.loads(raw.decode("utf-8"), parse_constant=_refuse, parse_float=_refuse)
    except (ValueError, RecursionError):
        raise damaged("elles ne se lisent pas") from None
    if not isinstance(content, dict) or content.get("format") != 1:
        raise damaged("leur forme n’est pas celle attendue")
    return content


def _check_depth(raw: bytes) -> None:
    """Refuse what is nested deeper than anything written here, before building it."""
    # A run of more brackets than the deepest place is enough to tell: ours close as soon as they open.
    if re.search(rb"[\[{\s]{%d}" % (2 * DEEPEST), raw):
        text = re.sub(rb'"(?:[^"\\]|\\.)*"', b"", raw)
        if re.search(rb"(?:[\[{]\s*){%d}" % DEEPEST, text):
            raise damaged("elles sont emboîtées sans fin")


def _refuse(text: str) -> Any:
    raise ValueError(text)


class _Reading:
    """One payload being read."""

    def __init__(self, content: dict[str, Any]) -> None:
        self._content = content
        self._ops = _ids(content["ops"])
        self._rows = [row_text(row) for row in _ids(content["rows"])]
        if len(set(self._ops)) != len(self._ops) or len(set(self._rows)) != len(self._rows):
            raise damaged("un identifiant y est deux fois")
        self._written: list[Modification] = []

    def payload(self, recall: Recall | None) -> Payload:
        log = None
        if self._content["log"] is not None:
            log = self._log(self._content["log"], self._content["values"])
        elif self._content["values"]:
            raise damaged("un journal y manque")
        labels = {
            _key(entity): dict(zip(self._rows_at(one["rows"]), _texts(one["texts"]), strict=True))
            for entity, one in _mapping(self._content["labels"]).items()
        }
        base = {_key(entity): self._base(one, recall) for entity, one in _mapping(self._content["base"]).items()}
        return Payload(base, labels, log)

    # -- the base -------------------------------------------------------------------------------------------------

    def _base(self, one: dict[str, Any], recall: Recall | None) -> BaseTable:
        rows = self._rows_at(one["rows"])
        places = {row: place for place, row in enumerate(rows)}
        if len(places) != len(rows):
            raise damaged("une ligne y est deux fois")
        size = len(rows)
        shapes = [[_field_key(key) for key in _list(shape)] for shape in _list(one["shapes"])]
        shape = _numbers(one["shape"], size, len(shapes))
        counts = _numbers(one["counts"], size, MOST_PARENTS)
        ops = _numbers(list(accumulate(_list(one["ops"]))), sum(counts), len(self._ops))
        ends = list(accumulate(counts, initial=0))
        several = _sparse(one["places"], size)
        links = _sparse(one["links"], size)
        locked = {place: frozenset(_texts(keys)) for place, keys in _sparse(one["locked"], size).items()}
        values = one["values"]
        if values is not None:
            values = {_field_key(key): _values(of_key) for key, of_key in _mapping(values).items()}
            if any(len(of_key) != size for of_key in values.values()):
                raise damaged("il y manque des valeurs")
        for place, named in enumerate(shape):
            if place in several:
                _numbers(several[place], len(shapes[named]), counts[place])
            elif counts[place] > 1 and shapes[named]:
                raise damaged("il y manque des places")
            elif not counts[place] and shapes[named]:
                raise damaged("une ligne n’a pas d’origine")
        for place, elements in links.items():
            for element in _list(elements):
                key, target, op, on = _list(element)
                _field_key(key)
                _numbers([target, op, on], 3, MOST_PLACES)
                if target >= len(self._rows) or op >= counts[place] or on > 1:
                    raise damaged("un lien y est faux")
        finder = _Finder(self._ops, self._written, recall)

        def make(place: int) -> BaseRow:
            own = [self._ops[op] for op in ops[ends[place] : ends[place + 1]]]
            at = several.get(place)
            heads: dict[str, list[bytes]] = {}
            for number, key in enumerate(shapes[shape[place]]):
                heads.setdefault(key, []).append(own[at[number] if at is not None else 0])
            kept = locked.get(place, frozenset())
            cells = {
                key: BaseCell(
                    values[key][place] if values is not None and key in values else finder.value(of_key, key),
                    tuple(of_key),
                    key in kept,
                )
                for key, of_key in heads.items()
            }
            if values is not None:
                for key, of_key in values.items():
                    if key not in cells:
                        cells[key] = BaseCell(of_key[place], (), key in kept)
            elements: dict[str, tuple[int, list[bytes]]] = {}
            for key, target, op, on in links.get(place, ()):
                elements.setdefault(f"{LINK_PREFIX}{key}:{self._rows[target]}", (on, []))[1].append(own[op])
            for key, (on, of_element) in elements.items():
                cells[key] = BaseCell(on, tuple(of_element), key.split(":")[1] in kept)
            for key in kept - cells.keys():
                cells[key] = BaseCell(None, (), True)
            return BaseRow(cells, frozenset(own))

        return BaseTable(places, make)

    # -- the log --------------------------------------------------------------------------------------------------

    def _log(self, one: dict[str, Any], every: Any) -> Batch:
        values = _list(every)
        size = len(values)
        if size > len(self._ops):
            raise damaged("il y manque des identifiants")
        replicas = [(_id(id), label) for id, label in map(_list, _list(one["replicas"]))]
        if any(not isinstance(label, str | None) for _, label in replicas):
            raise damaged("un auteur n’a pas de nom")
        gesture_ids = _ids(one["gesture_ids"])
        gestures = self._gestures(one["gestures"], gesture_ids, [id for id, _ in replicas])
        gesture = _numbers(list(accumulate(_list(one["gesture"]))), size, len(gesture_ids))
        entities = [_key(key) for key in _list(one["entities"])]
        entity = _numbers(one["entity"], size, len(entities))
        rows = _numbers(list(accumulate(_list(one["row"]))), size, len(self._rows))
        stamps = _numbers(list(accumulate(_list(one["stamp"]))), size, 2**63)
        replica = _numbers(one["replica"], size, len(replicas))
        sources = [_word(word) for word in _list(one["sources"])]
        source = _numbers(one["source"], size, len(sources))
        exports = {place: _id(id) for place, id in _sparse(one["export"], size).items()}
        seen = {place: frozenset(self._named(ids, None)) for place, ids in _sparse(one["seen"], size).items()}
        shapes = [tuple(_field_key(key) for key in _list(shape)) for shape in _list(one["shapes"])]
        shape = _numbers(one["shape"], size, len(shapes))
        parents, links = _sparse(one["parents"], size), _sparse(one["links"], size)
        _check_values(values, [shapes[place] for place in shape], [entities[place] for place in entity])
        none = frozenset[bytes]()
        for place in range(size):
            named, of_line = shapes[shape[place]], values[place]
            if place in parents:
                replaced = _list(parents[place])
                if len(replaced) != len(named):
                    raise damaged("une modification ne dit pas ce qu’elle remplace")
                writes = {
                    key: Write(value, self._parents(before, place))
                    for key, value, before in zip(named, of_line, replaced, strict=True)
                }
            else:
                writes = {key: Write(value, none) for key, value in zip(named, of_line, strict=True)}
            for element in links.get(place, ()):
                key, target, value, before = _list(element)
                if value not in (0, 1, None) or isinstance(value, bool):
                    raise damaged("un lien y est faux")
                _numbers([target], 1, len(self._rows))
                written = Write(value, self._parents(before, place))
                writes[f"{LINK_PREFIX}{_field_key(key)}:{self._rows[target]}"] = written
            if not writes:
                raise damaged("une modification n’écrit rien")
            self._written.append(
                Modification(
                    self._ops[place], gesture_ids[gesture[place]], entities[entity[place]], self._rows[rows[place]],
                    stamps[place], replicas[replica[place]][0], sources[source[place]], writes,
                    seen.get(place, none), exports.get(place),
                )
            )  # fmt: skip
        known = tuple(Replica(id, label) for id, label in replicas if label is not None)
        return Batch(known, tuple(gestures), tuple(self._written))

    def _gestures(self, one: dict[str, Any], ids: Sequence[bytes], replicas: Sequence[bytes]) -> list[Gesture]:
        labels, kinds = _texts(one["labels"]), [_word(word) for word in _list(one["kinds"])]
        label = _numbers(one["label"], len(_list(one["label"])), len(labels))
        kind = _numbers(one["kind"], len(label), len(kinds))
        at = _numbers(list(accumulate(_list(one["at"]))), len(label), 2**63)
        replica = _numbers(one["replica"], len(label), len(replicas))
        undoes = {place: _id(id) for place, id in _sparse(one["undoes"], len(label)).items()}
        return [
            Gesture(ids[n], labels[label[n]], kinds[kind[n]], at[n], replicas[replica[n]], undoes.get(n))
            for n in range(len(label))
        ]

    def _parents(self, before: Any, place: int) -> frozenset[bytes]:
        if before == 0 and type(before) is int:
            return frozenset()
        return frozenset(self._named([before] if isinstance(before, int) else before, place))

    def _named(self, ids: Any, place: int | None) -> list[bytes]:
        """Ids by their place (counted back from `place` when given), or written whole."""
        found = []
        if len(_list(ids)) > MOST_PARENTS:
            raise damaged("une modification en remplace trop")
        for one in ids:
            if isinstance(one, str):
                found.append(_id(one))
                continue
            at = one if place is None else place - one
            if isinstance(one, bool) or not 0 <= at < len(self._ops) or (place is not None and one == 0):
                raise damaged("une modification en remplace une qui n’existe pas")
            found.append(self._ops[at])
        if place is not None and self._ops[place] in found:
            raise damaged("une modification se remplace elle-même")
        return found

    # -- ids ------------------------------------------------------------------------------------------------------

    def _rows_at(self, steps: Any) -> list[str]:
        places = list(accumulate(_list(steps)))
        return [self._rows[place] for place in _numbers(places, len(places), len(self._rows))]


class _Finder:
    """The value of a field by the ids of its heads: from the log of the file, else from what recalls it."""

    def __init__(self, ops: Sequence[bytes], written: Sequence[Modification], recall: Recall | None) -> None:
        self._written = {m.op_id: m for m in written}
        self._recall = recall

    def value(self, heads: Sequence[bytes], key: str) -> Stored:
        """The displayed one: that of the latest head."""
        if len(heads) == 1 and (only := self._written.get(heads[0])) is not None and key in only.writes:
            return only.writes[key].value
        known = [m for op_id in heads if (m := self._written.get(op_id)) is not None and key in m.writes]
        if known:
            return max(known, key=lambda m: (m.stamp, m.op_id)).writes[key].value
        return self._recall(heads[0], key) if self._recall is not None else (LIVE if key == STATE else None)


# -- checks -------------------------------------------------------------------------------------------------------


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list) or len(value) > MOST_PLACES:
        raise damaged("une liste y manque, ou n’en finit pas")
    return value


def _mapping(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise damaged("leur forme n’est pas celle attendue")
    return value


def _numbers(value: Any, size: int, limit: int) -> list[int]:
    """`size` integers from 0 to `limit`, not included."""
    numbers = _list(value)
    if len(numbers) != size or not _INTEGERS.issuperset(map(type, numbers)):
        raise damaged("les colonnes n’ont pas la même longueur")
    if numbers and (min(numbers) < 0 or max(numbers) >= limit):
        raise damaged("un numéro y est hors de portée")
    return numbers


def _texts(value: Any) -> list[str]:
    texts = _list(value)
    if not all(isinstance(text, str) for text in texts):
        raise damaged("un texte y manque")
    return texts


def _sparse(value: Any, size: int) -> dict[int, Any]:
    found: dict[int, Any] = {}
    for item in _list(value):
        place, one = _list(item)
        if type(place) is not int or not 0 <= place < size or place in found:
            raise damaged("un numéro y est hors de portée")
        found[place] = one
    return found


def _ids(value: Any) -> list[bytes]:
    if not isinstance(value, str):
        raise damaged("les identifiants y manquent")
    raw = base64.b64decode(value, validate=True)
    if len(raw) % 16 or len(raw) // 16 > MOST_PLACES:
        raise damaged("un identifiant y est coupé")
    return [raw[start : start + 16] for start in range(0, len(raw), 16)]


def _id(value: Any) -> bytes:
    if not isinstance(value, str) or len(value) != 32:
        raise damaged("un identifiant y est coupé")
    return bytes.fromhex(value)


def _matching(pattern: re.Pattern[str], value: Any) -> str:
    if not isinstance(value, str) or pattern.fullmatch(value) is None:
        raise damaged("un nom y est faux")
    return value


def _key(value: Any) -> str:
    return _matching(_KEY, value)


def _field_key(value: Any) -> str:
    if isinstance(value, str) and masks.place_of(value) is not None:
        return value
    return _matching(_KEY, value)


def _word(value: Any) -> str:
    return _matching(_WORD, value)


def _values(value: Any) -> list[Stored]:
    values = _list(value)
    for kind in set(map(type, values)):
        if kind not in (str, int, type(None)):
            raise damaged("une valeur n’est ni un texte ni un nombre entier")
    return values


def _check_values(values: list[Any], shapes: Sequence[Sequence[str]], entities: Sequence[str]) -> None:
    """Each line writes as many values as fields, and each is one that its field can hold."""
    checks: dict[tuple[str, str], Callable[[Any], bool]] = {}
    for of_line, shape, entity in zip(values, shapes, entities, strict=True):
        if not isinstance(of_line, list) or len(of_line) != len(shape):
            raise damaged("une modification n’a pas toutes ses valeurs")
        for key, value in zip(shape, of_line, strict=True):
            if value is None:
                continue
            sound = checks.get((entity, key))
            if sound is None:
                sound = checks[entity, key] = _check_of(entity, key)
            if not sound(value):
                raise damaged(f"une valeur de «{NBSP}{key}{NBSP}» n’est pas de son genre")


def _check_of(entity: str, key: str) -> Callable[[Any], bool]:
    if key == STATE:
        return lambda value: type(value) is int and value in (LIVE, DELETED)
    if key == ERASED:
        return lambda value: type(value) is int and value == 1
    if masks.is_mask(key):
        return lambda value: masks.place_of(key) is not None and bool(masks.read(value))
    declared = registry.ENTITIES.get(entity)
    field: Field | None = declared.fields.get(key) if declared else None
    # Written by a newer version: kept in the log, not shown.
    return _KINDS.get(field.kind, _is_stored) if field else _is_stored


def _is_text(value: Any) -> bool:
    # A lone surrogate has no UTF-8, SQLite would cut at a null character.
    return isinstance(value, str) and (value.isascii() or _is_utf8(value)) and "\x00" not in value


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_integer(value: Any) -> bool:
    return type(value) is int and -(2**63) <= value < 2**63


def _is_stored(value: Any) -> bool:
    return _is_text(value) or _is_integer(value)


def _is_date(value: Any) -> bool:
    if not isinstance(value, str) or _DATE.fullmatch(value) is None:
        return False
    date.fromisoformat(value)
    return True


def _is_decimal(value: Any) -> bool:
    try:
        return isinstance(value, str) and _DECIMAL.fullmatch(value) is not None and Decimal(value).is_finite()
    except InvalidOperation:
        return False


def _is_row(value: Any) -> bool:
    return isinstance(value, str) and len(value) == 36 and str(UUID(value)) == value


_KINDS: Mapping[Kind, Callable[[Any], bool]] = {
    Kind.TEXT: _is_text,
    Kind.LONG_TEXT: _is_text,
    Kind.CHOICE: _is_text,
    Kind.INTEGER: _is_integer,
    Kind.MONEY: _is_integer,
    Kind.YEAR: _is_integer,
    Kind.BOOLEAN: lambda value: type(value) is int and value in (0, 1),
    Kind.DECIMAL: _is_decimal,
    Kind.PERCENT: _is_decimal,
    Kind.DATE: _is_date,
    Kind.LINK: _is_row,
    Kind.TERRITORY: _is_row,
}
