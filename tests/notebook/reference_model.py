"""What the notebook should say, computed slowly from the whole log.

Written from the text of sync.md §3 and §3b, sentence by sentence, without looking at the code it judges. A log is a
list of modifications (any order, no repetition); nothing is kept from one question to the next.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from app.models.registry import ENTITIES


@dataclass
class Row:
    """One row as people should see it."""

    entity: str
    shown: dict = field(default_factory=dict)  # field → value of its latest head
    heads: dict = field(default_factory=dict)  # field → set of ids
    conflicts: dict = field(default_factory=dict)  # field → set of values
    deleted: bool = False


def rows(log: Iterable) -> dict[str, Row]:
    of_row = defaultdict(list)
    for modification in log:
        of_row[modification.row].append(modification)
    return {row: _row(some) for row, some in of_row.items()}


def _row(log: list) -> Row:
    row = Row(log[0].entity)
    worth = _values(log)
    for key in {key for m in log for key in m.writes}:
        # têtes(r,c) = { m touches (r,c) } − ⋃ parents(m',c)
        touching = [m for m in log if key in m.writes]
        replaced = {parent for m in touching for parent in m.writes[key].parents}
        heads = [m for m in touching if m.op_id not in replaced]
        row.heads[key] = {m.op_id for m in heads}
        # affichée = value of the head with max (hlc, op_id)
        latest = max(heads, key=lambda m: (m.stamp, m.op_id), default=None)
        row.shown[key] = worth[latest.op_id, key] if latest else None
        # conflit = several distinct values; a field declared auto never opens one
        distinct = {worth[m.op_id, key] for m in heads}
        if len(distinct) > 1 and not _is_auto(row.entity, key) and not key.startswith("_mask:"):
            row.conflicts[key] = distinct
    _judge_deletion(row, log, worth)
    return row


def _judge_deletion(row: Row, log: list, worth: dict) -> None:
    """{1} live; {0,1} conflict, visible; {0} deleted, unless a head was not seen and differs from what was seen."""
    states = {worth[op_id, "_state"] for op_id in row.heads.get("_state", ())}
    if states != {0}:
        return
    # a delete has seen what it writes itself
    seen = {op_id for m in log if m.op_id in row.heads["_state"] for op_id in (*m.seen, m.op_id)}
    for key, heads in row.heads.items():
        if key in ("_state", "_erased") or key.startswith("_mask:") or _is_auto(row.entity, key):
            continue
        covered = with_ancestors(log, key, seen)
        saw = {worth[op_id, key] for op_id in seen if (op_id, key) in worth} or {_empty(key)}
        if any(head not in covered and worth[head, key] not in saw for head in heads):
            row.conflicts["_state"] = states
            return
    row.deleted = True


def _values(log: list) -> dict:
    """The value of every write; NULL in an erased row, but for its state and its many links; masks on texts."""
    erased = any("_erased" in m.writes for m in log)
    worth = {
        (m.op_id, key): None if erased and not key.startswith(("_", "link:")) else write.value
        for m in log
        for key, write in m.writes.items()
    }
    for m in log:
        for key, write in m.writes.items():
            if key.startswith("_mask:"):
                _, name, of_op = key.split(":")
                place = (bytes.fromhex(of_op), name)
                if isinstance(worth.get(place), str) and _is_text(m.entity, name):
                    worth[place] = _without(worth[place], write.value)
    return worth


def _without(text: str, spans: str) -> str:
    """`3-5 8-9`: the fourth and fifth characters and the ninth are hidden, spaces are not."""
    hidden = {place for span in spans.split(" ") for place in range(*map(int, span.split("-")))}
    return "".join("█" if place in hidden and not letter.isspace() else letter for place, letter in enumerate(text))


def _is_text(entity: str, key: str) -> bool:
    declared = ENTITIES.get(entity)
    if not declared or key not in declared.fields:
        return True
    return declared.fields[key].kind.name in ("TEXT", "LONG_TEXT") and not declared.fields[key].technical


def with_ancestors(log: list, key: str, start: set) -> set:
    parents = {m.op_id: m.writes[key].parents for m in log if key in m.writes}
    reached = start & parents.keys()
    while True:
        further = {parent for op_id in reached for parent in parents.get(op_id, ())} | reached
        if further == reached:
            return reached
        reached = further


def _empty(key: str) -> int | None:
    """What somebody sees in a field nobody wrote: nothing, or no link."""
    return 0 if key.startswith("link:") else None


def _is_auto(entity: str, key: str) -> bool:
    declared = ENTITIES.get(entity)
    return bool(declared and key in declared.fields and declared.fields[key].auto)
