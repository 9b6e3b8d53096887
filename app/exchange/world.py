"""The notebook as it would be: its log with what arrives, row by row, and the words for it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from app.formatting import NBSP
from app.models import registry
from app.models.fields import Field, Kind, Stored, Value, load
from app.notebook import merge
from app.notebook.emptying import has_masks, of_log
from app.notebook.log import Batch
from app.notebook.materialise import auto_fields
from app.notebook.merge import LINK_PREFIX, Modification, RowView
from app.services import incoming, records
from app.services.names import erased_label, label_fields, labels, row_label
from app.services.values import display

UNKNOWN = "élément inconnu"


class World:
    """Histories of rows: what the notebook holds (`local`), what arrives in logs (`arriving`), what is proposed."""

    def __init__(self, connection: Any, batch: Batch, known: frozenset[bytes]) -> None:
        self._connection = connection
        self.local: dict[str, list[Modification]] = {}
        self.arriving: dict[str, list[Modification]] = defaultdict(list)
        self.proposed: dict[str, list[Modification]] = defaultdict(list)
        for modification in batch.modifications:
            self.arriving[modification.row].append(modification)
        #: Rows of which an arriving erasure masks a name.
        self._masked = {m.row for m in batch.modifications if has_masks(m)}
        #: Everything the senders knew, arrived or not.
        self.sent = known
        self._gestures = {gesture.id: gesture for gesture in batch.gestures}
        self._authors = incoming.known_replicas(connection) | {one.id: one.label for one in batch.replicas if one.label}
        self._views: dict[tuple[str, bool], RowView] = {}

    def load(self, rows: Iterable[str]) -> None:
        """Read the histories of these rows."""
        wanted = [row for row in dict.fromkeys(rows) if row not in self.local]
        found = incoming.histories(self._connection, wanted)
        for row in wanted:
            self.local[row] = found.get(row, [])

    def propose(self, modifications: Iterable[Modification]) -> None:
        """Count these hand edits among what may come."""
        for modification in modifications:
            self.proposed[modification.row].append(modification)

    def here(self, row: str) -> list[Modification]:
        """What will be known once the logs have been taken in."""
        known = [*self.local.get(row, ()), *self.arriving.get(row, ())]
        return [*map(of_log(known).left_of, known)] if row in self._masked else known

    def entity_of(self, row: str) -> str | None:
        """The entity of a row, None when nobody knows it."""
        found = self.here(row)
        return found[0].entity if found else None

    def view(self, row: str, *, local: bool = False) -> RowView:
        """What a row is: here now (`local`), or once the logs have been taken in."""
        key = (row, local)
        if key not in self._views:
            log = self.local.get(row, []) if local else self.here(row)
            entity = log[0].entity if log else ""
            self._views[key] = merge.view(log, auto=auto_fields(entity))
        return self._views[key]

    def with_proposals(self, row: str) -> RowView:
        """What a row would be if everything proposed were accepted."""
        log = [*self.here(row), *self.proposed.get(row, ())]
        return merge.view(log, auto=auto_fields(log[0].entity if log else ""))

    def worked_on_since(self, row: str, seen: frozenset[bytes], keys: Iterable[str], export_id: bytes | None) -> bool:
        """Whether the row holds writes, on other fields than `keys`, that who edited the export could not see."""
        apart = frozenset(keys)
        own = {m.op_id for m in self.here(row) if export_id is not None and m.export_id == export_id}
        return any(
            head.op_id not in seen and head.op_id not in own
            for key in merge.worked_on(self.here(row)) - apart
            for head in merge.heads(self.here(row), key)
        )

    def parts(self, entity: str, row: str) -> Iterator[tuple[str, str]]:
        """(entity, id) of the live rows that are parts of a row, or of its parts, once the logs have been taken in."""
        found = set(records.parts(self._connection, entity, [row]))
        waiting = [row, *(part for _, part in found)]
        while waiting:
            arriving = set(self._arriving_parts.get(waiting.pop(), ())) - found
            found |= arriving
            waiting += [part for _, part in arriving]
        self.load(part for _, part in found)
        homes = {row, *(part for _, part in found)}
        for kind, part in sorted(found):
            if not self.view(part).deleted and self._above(kind, part) in homes:
                yield kind, part

    @cached_property
    def _arriving_parts(self) -> dict[str, list[tuple[str, str]]]:
        found: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for row, log in self.arriving.items():
            if above := self._above(log[0].entity, row):
                found[above].append((log[0].entity, row))
        return found

    def _above(self, entity: str, row: str) -> str:
        """The row that one is a part of; "" for none."""
        declared = registry.ENTITIES.get(entity)
        if declared is None:
            return ""
        key = declared.of_record[1] if declared.of_record else declared.owner.key if declared.owner else ""
        return str(self.view(row).values.get(key) or "")

    def author(self, modification: Modification, codes: Mapping[bytes, str]) -> str:
        """Who signs a modification."""
        if modification.source == "hand":
            return f"classeur {codes.get(modification.export_id or b'', '')}".strip()
        return self._authors.get(modification.replica, "") or "auteur inconnu"

    def is_undo(self, modification: Modification) -> bool:
        gesture = self._gestures.get(modification.gesture)
        return gesture is not None and gesture.kind == "undo"


class Words:
    """What rows and values are called: here, in the workbooks, or in what arrives."""

    def __init__(self, connection: Any, exported: Sequence[Mapping[str, Mapping[str, str]]], world: World) -> None:
        self._connection = connection
        self._exported = exported
        self._world = world
        self._known: dict[tuple[str, str], str] = {}

    def prepare(self, entity: str, rows: Iterable[str]) -> None:
        """Ask for many labels in one go."""
        wanted = [row for row in dict.fromkeys(rows) if (entity, row) not in self._known]
        if wanted and entity in registry.ENTITIES:
            found = labels(self._connection, entity, wanted, whole=True)
            self._known.update({(entity, row): label for row, label in found.items() if label != UNKNOWN})

    def name(self, entity: str, row: str, label: str) -> None:
        """Say what a row that is not here yet is called."""
        self._known.setdefault((entity, row), label)

    def row(self, entity: str, row: str) -> str:
        """What a row is called."""
        self.prepare(entity, [row])
        if (entity, row) not in self._known:
            self._known[entity, row] = self._elsewhere(entity, row)
        return self._known[entity, row]

    def value(self, field: Field, value: Value) -> str:
        """A value as people read it; "" for none."""
        return "" if value in (None, "", ()) else display(field, value, self.row)

    def stored(self, field: Field, stored: Stored | tuple[str, ...]) -> str:
        """The same for what SQLite keeps."""
        return self.value(field, value_of(field, stored))

    def filled(self, entity: str, values: Mapping[str, Stored | tuple[str, ...]]) -> str:
        """`Code : EST-047`, a line for each field that says something, the title apart."""
        declared = registry.entity(entity)
        lines = [
            f"{one.label}{NBSP}: {text}"
            for key, one in declared.fields.items()
            if one.is_shown and key != declared.title and (text := self.stored(one, values.get(key)))
        ]
        return "\n".join(lines)

    def _elsewhere(self, entity: str, row: str) -> str:
        for labels_of in self._exported:
            if label := labels_of.get(entity, {}).get(row):
                return label
        declared = registry.ENTITIES.get(entity)
        if declared is None or not self._world.here(row):
            return UNKNOWN
        view = self._world.view(row)
        if view.erased:
            return erased_label(declared)
        stored = view.values
        self._known[entity, row] = UNKNOWN  # a loop of links ends here
        values: dict[str, Value] = {}
        for key in label_fields(declared):
            one = declared.fields[key]
            text = stored.get(key)
            values[key] = self.row(one.target, str(text)) if one.target and text else value_of(one, text)
        return row_label(declared, values)


def value_of(field: Field, stored: Stored | tuple[str, ...]) -> Value:
    """The Python value of what a cell or a write holds."""
    if field.kind is Kind.LINKS:
        return stored if isinstance(stored, tuple) else ()
    return None if isinstance(stored, tuple) else load(field, stored)


def linked(view: RowView, key: str) -> tuple[str, ...]:
    """The targets of a field of many links in a view."""
    prefix = f"{LINK_PREFIX}{key}:"
    return tuple(
        sorted(name.removeprefix(prefix) for name, on in view.values.items() if name.startswith(prefix) and on)
    )


def field_value(view: RowView, field: Field) -> Stored | tuple[str, ...]:
    """What a field holds in a view."""
    return linked(view, field.key) if field.kind is Kind.LINKS else view.values.get(field.key)
