"""Seeds: the modifications that a référentiel is, a pure function of its files.

Reference data is a colleague like another: its rows have ids made from the référentiel's key and their local id (never
the version), its modifications ids made from what they say. Two laptops that load the same files hold the same rows,
and a later version is only more modifications, whose parents are those of the version before (sync.md, « Decided »).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from hashlib import blake2b
from uuid import UUID, uuid5

from app.models.fields import Field, Kind, Stored, Value, store
from app.models.registry import ENTITIES
from app.notebook.clock import stamp_of
from app.notebook.log import Batch, Gesture, Replica
from app.notebook.merge import DELETED, LINK_PREFIX, LIVE, STATE, Modification, Write
from app.notebook.recorder import identity_of

NAMESPACE = UUID("0c1f8a52-57c6-5b43-9f0e-3d5a8f7f7a10")

#: Turns a local id into the id of a row.
Locate = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class SeedRow:
    """One row to plant: its final id and its values, links already resolved to final ids.

    `completes` marks a row that another source brings to life: only its fields are written.
    """

    entity: str
    id: str
    values: Mapping[str, Value]
    completes: bool = False


@dataclass(slots=True)
class _Planted:
    """What the versions so far wrote to one row: field → (value, id of the modification)."""

    entity: str
    writes: dict[str, tuple[Stored, bytes]] = field(default_factory=dict)


class Seeder:
    """Plants successive versions of one source of reference rows; `batch` is what they amount to.

    `key` names the source (« roubaix-2024-2030 », « exemple »); versions are planted in order.
    """

    def __init__(self, key: str) -> None:
        self._key = key
        self._rows: dict[str, _Planted] = {}
        self._replicas: list[Replica] = []
        self._gestures: list[Gesture] = []
        self._modifications: list[Modification] = []

    def plant(self, version: str, day: date, rows: Iterable[SeedRow], *, author: str, label: str) -> None:
        """Plant one complete version: rows that are new, fields that changed, rows that are gone."""
        stamp = stamp_of(datetime(day.year, day.month, day.day, tzinfo=UTC))
        replica = Replica(uuid5(NAMESPACE, f"{self._key}@{version}").bytes, author)
        gesture = Gesture(_hash("gesture", self._key, version), label, "seed", stamp, replica.id)
        self._replicas.append(replica)
        self._gestures.append(gesture)
        seen: set[str] = set()
        for row in rows:
            seen.add(row.id)
            self._write(row.entity, row.id, _canonical(row), gesture, stamp)
        for gone in [row for row, planted in self._rows.items() if row not in seen and _is_live(planted)]:
            self._write(self._rows[gone].entity, gone, {STATE: DELETED}, gesture, stamp)

    def batch(self) -> Batch:
        """Everything planted so far."""
        return Batch(tuple(self._replicas), tuple(self._gestures), tuple(self._modifications))

    def _write(self, entity: str, row: str, values: dict[str, Stored], gesture: Gesture, stamp: int) -> None:
        planted = self._rows.setdefault(row, _Planted(entity))
        deleting = values.get(STATE) == DELETED
        wanted: dict[str, Stored] = dict(values)
        if not deleting:
            # A field that the new version leaves out is emptied; an element it leaves out is unlinked.
            for key in planted.writes:
                wanted.setdefault(key, 0 if key.startswith(LINK_PREFIX) else None)
        writes: dict[str, Write] = {}
        for key in sorted(wanted):
            before = planted.writes.get(key)
            if (before is None and wanted[key] is None) or (before is not None and before[0] == wanted[key]):
                continue
            writes[key] = Write(wanted[key], frozenset({before[1]} if before else ()))
        if not writes:
            return
        seen = frozenset(op_id for _, op_id in planted.writes.values()) if deleting else frozenset()
        said = [(key, write.value, sorted(write.parents)) for key, write in writes.items()]
        op_id = _hash("seed", self._key, row, repr(said))
        self._modifications.append(
            Modification(op_id, gesture.id, entity, row, stamp, gesture.replica, "seed", writes, seen)
        )
        for key, write in writes.items():
            planted.writes[key] = (write.value, op_id)


def row_id(key: str, local: str) -> str:
    """The id of a reference row: the same in every notebook and for every version."""
    return str(uuid5(NAMESPACE, f"{key}\x1f{local}"))


def located(entity: str, local: str, values: Mapping[str, Value], locate: Locate) -> SeedRow:
    """The row of a file, its links resolved; a row with an identity takes the id made from it."""
    declared = ENTITIES[entity]
    final = {key: _resolved(declared.fields[key], value, locate) for key, value in values.items()}
    if declared.of_record is not None:
        record = declared.of_record[1]
        final[record] = locate(str(final[record]))
    row = identity_of(entity, dict(final)) if declared.identity else locate(local)
    return SeedRow(entity, row, final, completes=local.startswith("@"))


def _resolved(one: Field, value: Value, locate: Locate) -> Value:
    if one.is_link and isinstance(value, str):
        return locate(value)
    if one.kind is Kind.LINKS and isinstance(value, tuple):
        return tuple(locate(target) for target in value)
    return value


def _canonical(row: SeedRow) -> dict[str, Stored]:
    declared = ENTITIES[row.entity]
    values: dict[str, Stored] = {} if row.completes else {STATE: LIVE}
    for key, value in row.values.items():
        if declared.fields[key].kind is Kind.LINKS:
            targets: Sequence[str] = value if isinstance(value, tuple) else ()
            values.update({f"{LINK_PREFIX}{key}:{target}": 1 for target in targets})
        else:
            values[key] = store(declared.fields[key], value)
    return values


def _is_live(planted: _Planted) -> bool:
    return planted.writes.get(STATE, (DELETED, b""))[0] == LIVE


def _hash(*parts: str) -> bytes:
    return blake2b("\x1f".join(parts).encode(), digest_size=16).digest()
