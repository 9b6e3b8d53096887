"""The merge: pure functions over modifications, without disk and without SQLAlchemy.

The notebook is a grow-only set of immutable *modifications*. Each writes some fields of one row and names, field by
field, the modifications it replaces (its *parents*). Merging is the union of two sets; what a field is worth is what
nobody replaced (its *heads*). One distinct value among the heads is the ordinary case; two or more are a conflict that
a person will settle. Clocks never decide.

Pseudo-fields share the machinery: `_state` (1 live, 0 deleted), `_erased` (1, for ever), `_mask:<field>:<op_id>` (what
an erasure hides of one write: app.notebook.masks), `link:<field>:<id>` (1 or 0, one per element of a many-to-many
field).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b

from app.models.fields import Stored
from app.notebook.masks import is_mask

STATE = "_state"
ERASED = "_erased"
LINK_PREFIX = "link:"
LIVE, DELETED = 1, 0


@dataclass(frozen=True, slots=True)
class Write:
    """What one modification does to one field: the canonical value, and the ids (16 bytes) it replaces."""

    value: Stored
    parents: frozenset[bytes] = frozenset()


@dataclass(frozen=True, slots=True)
class Modification:
    """One write to one row, immutable, known everywhere by its id.

    `row` is the uuid text of the row; `gesture`, `replica`, `op_id` and `export_id` are 16 bytes. `seen` matters only
    for a delete: the heads, over every field of the row, that the deleter could see.
    """

    op_id: bytes
    gesture: bytes
    entity: str
    row: str
    stamp: int
    replica: bytes
    source: str
    writes: Mapping[str, Write]
    seen: frozenset[bytes] = frozenset()
    export_id: bytes | None = None

    def digest(self) -> bytes:
        """8 bytes that differ when the content differs; never what varies from laptop to laptop."""
        said = [
            f"{self.entity!r}{self.row!r}{self.stamp!r}{self.source!r}{self.export_id!r}{sorted(self.seen)!r}",
            *(f"({key!r}, {write.value!r}, {sorted(write.parents)!r})" for key, write in sorted(self.writes.items())),
        ]
        # In one go: a piece hashed at a time took most of the reading of a colleague's log.
        return blake2b("".join(said).encode(), digest_size=8).digest()


@dataclass(frozen=True, slots=True)
class Head:
    """A value nobody replaced."""

    op_id: bytes
    stamp: int
    value: Stored

    @property
    def rank(self) -> tuple[int, bytes]:
        return (self.stamp, self.op_id)


@dataclass(frozen=True, slots=True)
class RowView:
    """What a row is, by its modifications.

    `values` are the displayed ones; `conflicts` the fields with several distinct values, each with its heads, latest
    first (`_state` among them when one deleted what another restored, or changed without being seen). A row in conflict
    over its deletion stays visible.
    """

    values: Mapping[str, Stored]
    conflicts: Mapping[str, tuple[Head, ...]] = field(default_factory=dict)
    deleted: bool = False
    erased: bool = False


def heads(modifications: Iterable[Modification], key: str) -> tuple[Head, ...]:
    """The heads of the field `key` among the modifications of one row, latest first."""
    touching = [m for m in modifications if key in m.writes]
    replaced = frozenset[bytes]().union(*(m.writes[key].parents for m in touching))
    found = [Head(m.op_id, m.stamp, m.writes[key].value) for m in touching if m.op_id not in replaced]
    return latest_first(found)


def common_ground(modifications: Iterable[Modification], key: str) -> Modification | None:
    """The latest write of `key` that all its heads replaced, directly or not: what it was before its values parted."""
    by_id = {m.op_id: m for m in modifications if key in m.writes}
    common: set[bytes] | None = None
    for head in heads(by_id.values(), key):
        above: set[bytes] = set()
        waiting = [head.op_id]
        while waiting:
            for parent in by_id[waiting.pop()].writes[key].parents:
                if parent in by_id and parent not in above:
                    above.add(parent)
                    waiting.append(parent)
        common = above if common is None else common & above
    shared = [by_id[op_id] for op_id in common or ()]
    return max(shared, key=lambda m: (m.stamp, m.op_id), default=None)


def latest_first(found: Iterable[Head]) -> tuple[Head, ...]:
    return tuple(sorted(found, key=lambda head: head.rank, reverse=True))


def is_contested(found: Iterable[Head]) -> bool:
    """True when the heads hold several distinct values; equal values written apart are no conflict."""
    return len({head.value for head in found}) > 1


def view(modifications: Iterable[Modification], *, auto: frozenset[str] = frozenset()) -> RowView:
    """The row that `modifications` (all of one row) make; fields of `auto` never conflict."""
    log = list(modifications)
    by_field = {key: heads(log, key) for key in {key for m in log for key in m.writes} if not is_mask(key)}
    deleted, unseen = _state(log, auto)
    conflicts = {key: found for key, found in by_field.items() if key not in auto and is_contested(found)}
    if unseen:
        conflicts[STATE] = by_field[STATE]
    # Parents in a ring, which only a forged file holds, leave a field without head.
    values = {key: found[0].value if found else None for key, found in by_field.items() if key != STATE}
    return RowView(values, conflicts, deleted, erased=bool(values.get(ERASED)))


def _state(log: list[Modification], auto: frozenset[str]) -> tuple[bool, bool]:
    """(deleted, deleted by someone who had not seen everything): never both."""
    states = heads(log, STATE)
    if not states or any(head.value == LIVE for head in states):
        return False, False
    deleters = {head.op_id for head in states}
    # What a modification writes beside its delete, it has seen.
    seen = frozenset(deleters).union(*(m.seen for m in log if m.op_id in deleters))
    # An erasure is no edit, and where an `auto` field stands is nobody's work to lose.
    judged = worked_on(log) - auto
    unseen = any(_has_unseen(log, key, seen) for key in judged)
    return not unseen, unseen


def worked_on(log: Iterable[Modification]) -> frozenset[str]:
    """The fields and elements that people wrote in a row: its deletions, and what erasures took away, are no work."""
    return frozenset(key for m in log for key in m.writes if is_work(key))


def is_work(key: str) -> bool:
    return key not in (STATE, ERASED) and not is_mask(key)


def _has_unseen(log: list[Modification], key: str, seen: frozenset[bytes]) -> bool:
    """True when a head of `key` is worth something else than what the deleters saw.

    What the seen writes had replaced needs no search: a replaced write is no head.
    """
    known = {m.writes[key].value for m in log if m.op_id in seen and key in m.writes}
    known = known or {0 if key.startswith(LINK_PREFIX) else None}
    return any(head.value not in known for head in heads(log, key))


def roots_of_loops(parents: Mapping[str, tuple[str, tuple[int, bytes]]]) -> frozenset[str]:
    """Rows to show as roots so that no loop remains in a tree of parents.

    `parents` gives, for each row, its parent and the rank (stamp, id) of the write that says so. In each loop the
    latest link gives way; nothing is rewritten.
    """
    cut: set[str] = set()
    settled: set[str] = set()
    for start in parents:
        path: list[str] = []
        row = start
        while row in parents and row not in settled and row not in path:
            path.append(row)
            row = parents[row][0]
        if row in path:
            loop = path[path.index(row) :]
            cut.add(max(loop, key=lambda member: parents[member][1]))
        settled.update(path)
    return frozenset(cut)
