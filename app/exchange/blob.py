"""The blob of the hidden sheet: JSON in columns, packed by zlib, written in base64 over cells of 30,000 characters.

One text rather than a table of ids: sorting, converting or replacing cells cannot damage half of it, and one hash
proves it whole. Ids are laid end to end once (`ops`, `rows`) and named by their place elsewhere; places and stamps are
written as differences. The values of a team workbook are in its log, and not written twice.
"""

import base64
import json
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import pairwise
from typing import Any

from app.models.fields import Stored
from app.notebook.log import Batch, join_ids, row_bytes
from app.notebook.merge import LINK_PREFIX, Modification
from app.services.outgoing import Line, LogColumns, RowHeads

#: Characters of one cell: Excel's own limit is 32,767.
CELL = 30_000
# Half of it is ids that nothing packs: a higher level takes longer and gains a few hundredths.
_LEVEL = 1

Check = Callable[[], None]


@dataclass(frozen=True, slots=True)
class BaseColumns:
    """One entity of a base that leaves: rows, their heads, what is shown of them.

    `heads` is aligned with `ids`, as are the lists of `values`, by shown field; without `values` they are found in the
    log. `links` gives the elements that are on. Elements to rows of `hidden`, and fields that are not `shown`, count
    among what was seen and are not named. `locked` lists the fields of a row that are not read back.
    """

    ids: Sequence[str]
    heads: Sequence[RowHeads]
    shown: frozenset[str]
    values: Mapping[str, Sequence[Stored]] | None = None
    links: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)
    hidden: Mapping[str, frozenset[str]] = field(default_factory=dict)
    locked: Mapping[str, frozenset[str]] = field(default_factory=dict)


def pack(
    base: Mapping[str, BaseColumns],
    labels: Mapping[str, Mapping[str, str]],
    log: LogColumns | None = None,
    *,
    check: Check = lambda: None,
) -> bytes:
    """The packed bytes of a payload; `check` is called now and then, and may raise to stop."""
    ids = _Ids(base, labels, log)
    content: dict[str, Any] = {
        "format": 1,
        "ops": _joined(ids.ops),
        "rows": _joined(ids.rows),
        "base": {entity: _base_json(columns, ids) for entity, columns in base.items()},
        "labels": {
            entity: {"rows": _steps(ids.named_place[row] for row in of_entity), "texts": [*of_entity.values()]}
            for entity, of_entity in labels.items()
        },
        "log": None if log is None else _log_json(log, ids),
    }
    check()
    packer = zlib.compressobj(_LEVEL)
    pieces = [packer.compress(_json(content)[:-1].encode() + b',"values":[')]
    # The values come from SQLite as JSON: they are not read, only passed on.
    lines = log.lines if log is not None else ()
    for start in range(0, len(lines), 5_000):
        check()
        text = ",".join([line.values for line in lines[start : start + 5_000]])
        pieces.append(packer.compress(("," * bool(start) + text).encode()))
    pieces += [packer.compress(b"]}"), packer.flush()]
    return b"".join(pieces)


def cells_of(packed: bytes) -> tuple[str, ...]:
    """The texts of the cells b0001, b0002…"""
    text = base64.b64encode(packed).decode("ascii")
    return tuple(text[start : start + CELL] for start in range(0, len(text), CELL))


def cell_key(place: int) -> str:
    """`b0001` for 0."""
    return f"b{place + 1:04d}"


def digest_of(packed: bytes) -> str:
    return sha256(packed).hexdigest()


def columns_of(batch: Batch) -> LogColumns:
    """A batch as it leaves."""
    lines = [_line(m) for m in sorted(batch.modifications, key=lambda m: (m.stamp, m.op_id))]
    return LogColumns(batch.replicas, batch.gestures, lines)


def _line(m: Modification) -> Line:
    plain = {key: write for key, write in m.writes.items() if not key.startswith(LINK_PREFIX)}
    parents = ",".join((join_ids(write.parents) or b"").hex() for write in plain.values())
    links = ",".join(
        f"{key.removeprefix(LINK_PREFIX)}={'' if write.value is None else write.value}="
        + (join_ids(write.parents) or b"").hex()
        for key, write in m.writes.items()
        if key.startswith(LINK_PREFIX)
    )
    return Line(
        m.op_id, m.gesture, m.entity, row_bytes(m.row), m.stamp, m.replica, m.source, m.export_id, join_ids(m.seen),
        ",".join(plain), _json([write.value for write in plain.values()]),
        parents if parents.strip(",") else None, links or None,
    )  # fmt: skip


# -- ids ----------------------------------------------------------------------------------------------------------


class _Ids:
    """Every id named in a payload, and its place. The ids of the lines of the log come first, in their order."""

    def __init__(
        self,
        base: Mapping[str, BaseColumns],
        labels: Mapping[str, Mapping[str, str]],
        log: LogColumns | None,
    ) -> None:
        lines = log.lines if log is not None else ()
        own = [line.op_id for line in lines]
        others: set[bytes] = set()
        rows = {line.row for line in lines}
        named: set[str] = set()
        for columns in base.values():
            named.update(columns.ids)
            for heads in columns.heads:
                others.update(heads.ids)
                for key, target, op_id in heads.links:
                    others.add(op_id)
                    if key in columns.shown and target not in columns.hidden.get(key, ()):
                        named.add(target)
        for of_entity in labels.values():
            named.update(of_entity)
        for line in lines:
            if line.links:
                named.update([item[item.index(":") + 1 : item.index("=")] for item in line.links.split(",")])
        rows_named = {row: row_bytes(row) for row in named}
        rows.update(rows_named.values())
        self.ops = [*own, *sorted(others.difference(own))]
        self.op_place = {op_id: place for place, op_id in enumerate(self.ops)}
        self.rows = sorted(rows)
        self.row_place = {row: place for place, row in enumerate(self.rows)}
        #: The place of a row by the text of its id.
        self.named_place = {row: self.row_place[raw] for row, raw in rows_named.items()}

    def parents(self, text: str, place: int) -> int | list[int | str]:
        """Hexadecimal ids end to end, as offsets back from `place`; an id unknown here stays itself. 0 for none."""
        found: list[int | str] = []
        for start in range(0, len(text), 32):
            known = self.op_place.get(bytes.fromhex(text[start : start + 32]))
            # Ids that no line of this file carries have no place to be counted from.
            found.append(place - known if known is not None and known != place else text[start : start + 32].lower())
        if not found:
            return 0
        return found[0] if len(found) == 1 and isinstance(found[0], int) else found


# -- the base -----------------------------------------------------------------------------------------------------


def _base_json(columns: BaseColumns, ids: _Ids) -> dict[str, Any]:
    shapes: dict[tuple[str, ...], int] = {}
    shape: list[int] = []
    counts: list[int] = []
    ops: list[int] = []
    places: dict[int, list[int]] = {}
    links: dict[int, list[list[Any]]] = {}
    kept_of: dict[tuple[str, ...], tuple[int, tuple[int, ...]]] = {}
    for number, heads in enumerate(columns.heads):
        known = kept_of.get(heads.fields)
        if known is None:
            kept = tuple(place for place, key in enumerate(heads.fields) if key in columns.shown or key == "_state")
            named = tuple(heads.fields[place] for place in kept)
            known = kept_of[heads.fields] = (shapes.setdefault(named, len(shapes)), kept)
        shape.append(known[0])
        if len(heads.ids) == 1 and not heads.links:
            counts.append(1)
            ops.append(ids.op_place[heads.ids[0]])
            continue
        own = dict.fromkeys([*heads.ids, *(op_id for _, _, op_id in heads.links)])
        place_of = {op_id: place for place, op_id in enumerate(own)}
        counts.append(len(own))
        ops += [ids.op_place[op_id] for op_id in own]
        if len(own) > 1:
            every = heads.ids if len(heads.ids) > 1 else heads.ids * len(heads.fields)
            places[number] = [place_of[every[place]] for place in known[1]]
        if heads.links:
            on = columns.links
            row = columns.ids[number]
            links[number] = [
                [key, ids.named_place[target], place_of[op_id], int(target in on.get(key, {}).get(row, ()))]
                for key, target, op_id in heads.links
                if key in columns.shown and target not in columns.hidden.get(key, ())
            ]
    return {
        "rows": _steps(ids.named_place[row] for row in columns.ids),
        "shapes": [list(one) for one in shapes],
        "shape": shape,
        "counts": counts,
        "ops": _steps(ops),
        "places": _sparse(places),
        "links": _sparse(links),
        "locked": _sparse(
            {n: sorted(columns.locked[row]) for n, row in enumerate(columns.ids) if row in columns.locked}
        ),
        "values": None if columns.values is None else {key: list(values) for key, values in columns.values.items()},
    }


# -- the log ------------------------------------------------------------------------------------------------------


def _log_json(log: LogColumns, ids: _Ids) -> dict[str, Any]:
    gestures = {gesture.id: place for place, gesture in enumerate(log.gestures)}
    for line in log.lines:
        gestures.setdefault(line.gesture, len(gestures))
    replicas = {replica.id: place for place, replica in enumerate(log.replicas)}
    signed = [line.replica for line in log.lines] + [gesture.replica for gesture in log.gestures]
    for replica in sorted(set(signed) - replicas.keys()):
        replicas[replica] = len(replicas)
    kinds, labels, entities, sources = _Index(), _Index(), _Index(), _Index()
    shapes: dict[str, int] = {}
    parents: dict[int, list[Any]] = {}
    links: dict[int, list[list[Any]]] = {}
    for place, line in enumerate(log.lines):
        shapes.setdefault(line.fields, len(shapes))
        if line.parents is not None:
            parents[place] = [ids.parents(part, place) for part in line.parents.split(",")]
        if line.links:
            links[place] = [_link_json(item, place, ids) for item in line.links.split(",")]
    return {
        "replicas": [
            [id.hex(), log.replicas[n].label if n < len(log.replicas) else None] for id, n in replicas.items()
        ],
        "gesture_ids": _joined(gestures),
        "gestures": {
            "label": [labels.place(gesture.label) for gesture in log.gestures],
            "kind": [kinds.place(gesture.kind) for gesture in log.gestures],
            "at": _steps(gesture.at for gesture in log.gestures),
            "replica": [replicas[gesture.replica] for gesture in log.gestures],
            "undoes": _sparse({n: one.undoes.hex() for n, one in enumerate(log.gestures) if one.undoes}),
            "labels": labels.words,
            "kinds": kinds.words,
        },
        "gesture": _steps(gestures[line.gesture] for line in log.lines),
        "entity": [entities.place(line.entity) for line in log.lines],
        "entities": entities.words,
        "row": _steps(ids.row_place[line.row] for line in log.lines),
        "stamp": _steps(line.stamp for line in log.lines),
        "replica": [replicas[line.replica] for line in log.lines],
        "source": [sources.place(line.source) for line in log.lines],
        "sources": sources.words,
        "export": _sparse({n: line.export_id.hex() for n, line in enumerate(log.lines) if line.export_id}),
        "seen": _sparse({n: _seen_json(line.seen, ids) for n, line in enumerate(log.lines) if line.seen}),
        "shapes": [shape.split(",") if shape else [] for shape in shapes],
        "shape": [shapes[line.fields] for line in log.lines],
        "parents": _sparse(parents),
        "links": _sparse(links),
    }


def _link_json(item: str, place: int, ids: _Ids) -> list[Any]:
    element, value, parents = item.split("=")
    key, _, target = element.partition(":")
    return [key, ids.named_place[target], int(value) if value else None, ids.parents(parents, place)]


def _seen_json(seen: bytes, ids: _Ids) -> list[int | str]:
    every = [seen[start : start + 16] for start in range(0, len(seen), 16)]
    return [ids.op_place[op_id] if op_id in ids.op_place else op_id.hex() for op_id in every]


class _Index:
    """Words named by their place."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}

    def place(self, word: str) -> int:
        return self._places.setdefault(word or "", len(self._places))

    @property
    def words(self) -> list[str]:
        return list(self._places)


# -- writing ------------------------------------------------------------------------------------------------------


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), check_circular=False)


def _joined(ids: Iterable[bytes]) -> str:
    return base64.b64encode(b"".join(ids)).decode("ascii")


def _steps(numbers: Iterable[int]) -> list[int]:
    """Each number as its difference from the one before: [5, 6, 9] is [5, 1, 3]."""
    every = [0, *numbers]
    return [following - before for before, following in pairwise(every)]


def _sparse(places: Mapping[int, Any]) -> list[list[Any]]:
    return [[place, value] for place, value in places.items()]
