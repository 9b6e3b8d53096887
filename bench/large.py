"""The rows of the large notebook: invented, the same for the same size and seed, as a colleague's log would bring them.

A hundred times what one quartier holds: 20,000 actions with all their fields, 40,000 steps, 100,000 measurements, 5,000
structures, 5,000 contacts; a smaller `Size` keeps the proportions. Rows hang on the référentiel's (priorities, themes,
territories, indicators), which must be in the notebook that receives them. Nothing is written here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from uuid import UUID

from app.models.choices import ACTION_KIND, ACTION_STATUS, LEGAL_FORM, ORGANISATION_CATEGORY, PARTICIPATION
from app.models.fields import Kind, Stored, Value, store
from app.models.registry import ENTITIES
from app.notebook.clock import stamp_of
from app.notebook.log import Batch, Gesture, Replica
from app.notebook.merge import LINK_PREFIX, LIVE, STATE, Modification, Write
from app.notebook.recorder import identity_of
from app.services import reference
from bench import words

REFERENCE = "roubaix-2024-2030"
DISTRICT = "Est"
SEED = 20261124
#: The day on which everything is measured: late actions are late on that day, whenever the bench runs.
TODAY = date(2026, 11, 24)
#: Rows of a colleague's gesture, and modifications of one batch.
ROWS_A_GESTURE = 20
BATCH = 20_000
#: One row in this many is changed again after its creation.
CHANGED_AGAIN = 8

_START = datetime(2025, 1, 6, 8, 0, tzinfo=UTC)
_AUTHORS = ("Chef de projet Est", "Chargée de mission Est", "Coordination", "Stagiaire du quartier")


@dataclass(frozen=True, slots=True)
class Size:
    """How many rows of each entity. `of(20_000)` is the large notebook."""

    actions: int
    steps: int
    measurements: int
    organisations: int
    contacts: int
    objectives: int
    follow_ups: int
    partners: int

    @classmethod
    def of(cls, actions: int) -> "Size":
        return cls(
            actions=actions,
            steps=2 * actions,
            measurements=5 * actions,
            organisations=max(1, actions // 4),
            contacts=max(1, actions // 4),
            objectives=max(6, actions // 50),
            follow_ups=actions // 2,
            partners=actions,
        )


@dataclass(frozen=True, slots=True)
class _Frame:
    """Ids of the référentiel that rows hang on."""

    priorities: tuple[str, ...]
    themes: tuple[str, ...]
    ambitions: tuple[str, ...]
    schemes: tuple[str, ...]
    indicators: tuple[str, ...]
    territories: tuple[str, ...]  # the quartier of the notebook, then the QPV


def batches(size: Size, *, seed: int = SEED) -> Iterator[Batch]:
    """Everything to apply, in order, in batches of about BATCH modifications."""
    log = _Log(seed)
    pending: list[Modification] = []
    for entity, values in _rows(size, Random(seed), log):
        pending += log.writes_of(entity, values)
        if len(pending) >= BATCH:
            yield log.batch(pending)
            pending = []
    if pending:
        yield log.batch(pending)


class _Log:
    """Turns rows into the modifications of a few colleagues: a creation each, and for some a later change."""

    def __init__(self, seed: int) -> None:
        # A draw of its own: adding a field to a row does not move every id.
        self._draw = Random(seed + 1)
        self._clock = stamp_of(_START)
        self._replicas = tuple(Replica(self._draw.randbytes(16), author) for author in _AUTHORS)
        self._gestures: list[Gesture] = []
        self._rows = 0

    def new_row(self) -> str:
        """The id of a row to come: a UUIDv7, as the recorder makes them."""
        return str(UUID(bytes=self._new_id()))

    def writes_of(self, entity: str, values: Mapping[str, Value]) -> list[Modification]:
        """The modifications of one row; `values["id"]` is its id."""
        row = str(values["id"])
        if self._rows % ROWS_A_GESTURE == 0:
            self._begin(f"Ajouter {ENTITIES[entity].one}")
        self._rows += 1
        created = self._modification(entity, row, {STATE: Write(LIVE), **_canonical(entity, values)})
        declared = ENTITIES[entity]
        key = declared.title
        if self._rows % CHANGED_AGAIN or declared.identity or key not in created.writes:
            return [created]
        again = Write(f"{created.writes[key].value or ''} – revu", frozenset({created.op_id}))
        return [created, self._modification(entity, row, {key: again})]

    def batch(self, modifications: list[Modification]) -> Batch:
        gestures, self._gestures = self._gestures, self._gestures[-1:]
        return Batch(self._replicas, tuple(gestures), tuple(modifications))

    def _begin(self, label: str) -> None:
        replica = self._replicas[self._draw.randrange(len(self._replicas))]
        self._gestures.append(Gesture(self._new_id(), label, "edit", self._tick(), replica.id))

    def _modification(self, entity: str, row: str, writes: Mapping[str, Write]) -> Modification:
        gesture = self._gestures[-1]
        return Modification(self._new_id(), gesture.id, entity, row, self._tick(), gesture.replica, "app", writes)

    def _tick(self) -> int:
        # Some 300,000 modifications over less than two years.
        self._clock += 120_000 << 16
        return self._clock

    def _new_id(self) -> bytes:
        milliseconds = ((self._clock >> 16) & ((1 << 48) - 1)).to_bytes(6, "big")
        tail = bytearray(self._draw.randbytes(10))
        tail[0] = 0x70 | tail[0] & 0x0F
        tail[2] = 0x80 | tail[2] & 0x3F
        return milliseconds + bytes(tail)


def _canonical(entity: str, values: Mapping[str, Value]) -> dict[str, Write]:
    declared = ENTITIES[entity]
    stored: dict[str, Stored] = {}
    for key, value in values.items():
        if key == "id" or value is None:
            continue
        if declared.fields[key].kind is Kind.LINKS:
            assert isinstance(value, tuple)
            stored.update({f"{LINK_PREFIX}{key}:{target}": 1 for target in value})
        else:
            stored[key] = store(declared.fields[key], value)
    return {key: Write(value) for key, value in stored.items()}


# -- rows ---------------------------------------------------------------------------------------------------------

Row = tuple[str, dict[str, Value]]


def _rows(size: Size, draw: Random, log: _Log) -> Iterator[Row]:
    frame = _frame()
    organisations = [log.new_row() for _ in range(size.organisations)]
    for number, row in enumerate(organisations, start=1):
        yield "organisation", {"id": row} | _organisation(draw, frame, number)
    for number in range(1, size.contacts + 1):
        yield "contact", {"id": log.new_row()} | _contact(draw, draw.choice(organisations), number)
    objectives = []
    for number in range(size.objectives):
        row, priority = log.new_row(), frame.priorities[number % len(frame.priorities)]
        objectives.append((row, priority))
        yield "objective", {"id": row} | _objective(draw, priority, number)
    actions = [log.new_row() for _ in range(size.actions)]
    for number, row in enumerate(actions, start=1):
        objective, priority = draw.choice(objectives)
        promoter = draw.choice(organisations)
        yield (
            "action",
            {"id": row, "objective": objective, "priority": priority, "promoter": promoter}
            | _action(draw, frame, number),
        )
    for number in range(size.steps):
        yield "step", {"id": log.new_row(), "action": actions[number % len(actions)]} | _step(draw, number)
    for _ in range(size.follow_ups):
        day = TODAY - timedelta(days=draw.randrange(600))
        text = words.sentences(draw, 2)
        yield "follow_up", {"id": log.new_row(), "action": draw.choice(actions), "date": day, "text": text}
    yield from _partners(draw, size.partners, actions, organisations)
    for _ in range(size.measurements):
        yield "measurement", {"id": log.new_row()} | _measurement(draw, frame)


def _frame() -> _Frame:
    frame = reference.load_frame(REFERENCE)
    assert frame.last is not None
    last = frame.last

    def ids(entity: str) -> tuple[str, ...]:
        return tuple(reference.row_id(frame.key, row.id) for row in last.of(entity))

    district = reference.find_districts(frame, DISTRICT)[0].id
    areas = (row for row in last.of("territory") if row.values.get("kind") == "qpv_2024")
    return _Frame(
        ids("priority"), ids("theme"), ids("ambition"), ids("scheme"), ids("indicator"),
        (district, *(reference.row_id(frame.key, row.id) for row in areas)),
    )  # fmt: skip


def _organisation(draw: Random, frame: _Frame, number: int) -> dict[str, Value]:
    return {
        "name": words.structure(draw, number),
        "acronym": f"S{number}",
        "category": draw.choice(ORGANISATION_CATEGORY).code,
        "legal_form": draw.choice(LEGAL_FORM).code,
        "rna": f"W{number:09d}",
        "address": f"{draw.randrange(1, 200)} rue des Essais, 59100 Roubaix",
        "email": f"structure{number}@exemple.invalid",
        "phone": f"03 20 {number % 100:02d} {number // 100 % 100:02d} 00",
        "description": words.sentences(draw, 2),
        "territories": _somewhere(draw, frame),
        "priorities": (draw.choice(frame.priorities),),
    }


def _contact(draw: Random, organisation: str, number: int) -> dict[str, Value]:
    return {
        "last_name": f"Contact {number:04d}",
        "function": words.function(draw),
        "organisation": organisation,
        "email": f"contact{number}@exemple.invalid",
        "phone": f"06 00 {number % 100:02d} {number // 100 % 100:02d} 00",
    }


def _objective(draw: Random, priority: str, number: int) -> dict[str, Value]:
    return {
        "level": "general",
        "title": f"Développer {draw.choice(words.SUBJECTS)} ({number + 1})",
        "priority": priority,
        "order": f"{number:05d}5",
    }


def _action(draw: Random, frame: _Frame, number: int) -> dict[str, Value]:
    start = date(2024, 1, 1) + timedelta(days=draw.randrange(1000))
    return {
        "code": f"EST-{number:05d}",
        "title": words.title(draw, number),
        "status": draw.choice(ACTION_STATUS).code,
        "progress": draw.randrange(0, 101, 5),
        "start": start,
        "end": start + timedelta(days=draw.randrange(60, 900)),
        "kind": draw.choice(ACTION_KIND).code,
        "description": words.sentences(draw, 4),
        "context": words.sentences(draw, 3),
        "publics": draw.choice(words.PUBLICS),
        "needs": words.sentences(draw, 2),
        "participation": draw.choice(PARTICIPATION).code,
        "territories": _somewhere(draw, frame),
        "themes": tuple(draw.sample(frame.themes, 2)),
        "ambitions": (draw.choice(frame.ambitions),),
        "schemes": (draw.choice(frame.schemes),),
        "lead": draw.choice(words.SERVICES),
        "elected": f"Délégation {draw.choice(words.SUBJECTS)}",
        "common_law": words.sentences(draw, 1),
        "blocking_point": words.sentences(draw, 1) if number % 20 == 0 else None,
        "internal_note": words.sentences(draw, 1),
        "order": f"{number:06d}5",
    }


def _somewhere(draw: Random, frame: _Frame) -> tuple[str, ...]:
    """The quartier, and one time in three a QPV with it: whatever the filter on the quartier is, the row is kept."""
    return (frame.territories[0], *draw.sample(frame.territories[1:], draw.choice((0, 0, 1))))


def _step(draw: Random, number: int) -> dict[str, Value]:
    due = TODAY + timedelta(days=draw.randrange(-500, 300))
    return {
        "title": draw.choice(words.STEPS),
        "due": due,
        "done": due + timedelta(days=draw.randrange(-5, 20)) if due < TODAY and number % 6 else None,
        "responsible": draw.choice(words.SERVICES),
        "order": f"{number:06d}5",
    }


def _partners(draw: Random, count: int, actions: list[str], organisations: list[str]) -> Iterator[Row]:
    known: set[str] = set()
    for _ in range(count):
        values: dict[str, Value] = {
            "action": draw.choice(actions),
            "organisation": draw.choice(organisations),
            "role": draw.choice(("partenaire", "financeur", "lieu d’accueil")),
        }
        row = identity_of("action_partner", values)
        if row not in known:
            known.add(row)
            yield "action_partner", {"id": row} | values


def _measurement(draw: Random, frame: _Frame) -> dict[str, Value]:
    return {
        "indicator": draw.choice(frame.indicators),
        "territory": draw.choice(frame.territories),
        "year": draw.randrange(2015, 2027),
        "value": draw.randrange(0, 10_000),
        "source": f"Relevé {draw.randrange(1, 40)}",
        "comment": words.sentences(draw, 1) if draw.random() < 0.2 else None,
    }
