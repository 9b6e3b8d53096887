"""What a colleague's log would change here, told row by row and field by field. It is taken whole, or not at all."""

from collections.abc import Iterator, Mapping
from typing import Any

from app.exchange.preview import Change, Kind
from app.exchange.world import Words, World, field_value, value_of
from app.formatting import NBSP, counted
from app.models import registry
from app.models.declare import EntityType
from app.models.fields import Field, Stored
from app.models.fields import Kind as FieldKind
from app.notebook.clock import iso_of
from app.notebook.emptying import has_masks
from app.notebook.importing import Fresh
from app.notebook.merge import DELETED, LINK_PREFIX, LIVE, STATE, Modification, RowView, common_ground, heads, worked_on

#: The name of the deletion of a row in a preview, as in the history.
DELETED_KEY = "deleted"


class LogChanges:
    """The lines of the preview that the logs make, and what keeping mine would write back, by key."""

    def __init__(self, world: World, words: Words, codes: Mapping[bytes, str]) -> None:
        self._world = world
        self._words = words
        self._codes = codes
        self.mine: dict[str, tuple[Fresh, ...]] = {}
        self.infos: list[str] = []

    def changes(self) -> Iterator[Change]:
        rows = {row: new[0].entity for row, new in self._world.arriving.items()}
        self._world.load(rows)
        for entity in dict.fromkeys([*registry.ENTITIES, *rows.values()]):
            declared = registry.ENTITIES.get(entity)
            of_entity = [row for row, key in rows.items() if key == entity]
            if declared is None:
                if of_entity:
                    self.infos.append("Des lignes d’une version plus récente sont gardées, sans être montrées.")
                continue
            self._words.prepare(entity, of_entity)
            for row in of_entity:
                yield from self._row(declared, row)
        masked = sum(1 for new in self._world.arriving.values() if any(map(has_masks, new)))
        if masked:
            said = counted(masked, "fiche perd un nom", "fiches perdent un nom")
            self.infos.append(f"{said} qu’un collègue a masqué à la demande de la personne.")

    def _row(self, declared: EntityType, row: str) -> Iterator[Change]:
        world = self._world
        before, after = world.view(row, local=True), world.view(row)
        last = max(world.arriving[row], key=lambda m: (m.stamp, m.op_id))
        if after.erased and not before.erased:
            self.infos.append(
                f"Une ligne ({declared.label.lower()}) a été effacée par un collègue{NBSP}: ses valeurs s’en vont."
            )
            return
        if not world.local[row]:
            if not after.deleted:
                filled = {key: field_value(after, one) for key, one in declared.fields.items()}
                yield self._line(declared, row, Kind.NEW, "", last, after_text=self._words.filled(declared.key, filled))
            return
        yield from self._state(declared, row, before, after)
        if after.deleted or after.erased:
            return
        keys = worked_on(world.arriving[row])
        named = {key.split(":", 2)[1] if key.startswith(LINK_PREFIX) else key for key in keys}
        for key, one in declared.fields.items():
            if key in named and one.is_shown:
                yield from self._field(declared, row, one, before, after)

    def _state(self, declared: EntityType, row: str, before: RowView, after: RowView) -> Iterator[Change]:
        new = self._last(row, STATE)
        was, will = STATE in before.conflicts, STATE in after.conflicts
        last = new or max(self._world.arriving[row], key=lambda m: (m.stamp, m.op_id))
        if will and not was:
            yield self._line(
                declared, row, Kind.CONFLICT, DELETED_KEY, last, before=_state_words(before), after_text="à trancher",
                before_value=before.deleted,
                mine="supprimée" if before.deleted else "gardée", theirs="gardée" if before.deleted else "supprimée",
                note="Supprimée d’un côté, gardée ou modifiée de l’autre.",
            )  # fmt: skip
        elif after.deleted and not before.deleted:
            yield self._line(
                declared, row, Kind.DELETED, "", last, before=self._words.row(declared.key, row), after_text="supprimée"
            )
            self.mine[_key(row, "")] = (Fresh(declared.key, row, STATE, LIVE),)
        elif before.deleted and not after.deleted:
            yield self._line(
                declared, row, Kind.UPDATED, DELETED_KEY, last, before="supprimée", after_text="restaurée",
                before_value=True, after_value=False,
            )  # fmt: skip
            self.mine[_key(row, DELETED_KEY)] = (Fresh(declared.key, row, STATE, DELETED),)
        elif was and not will:
            yield self._line(
                declared, row, Kind.UPDATED, DELETED_KEY, last, before="en conflit", after_text=_state_words(after),
                note="Tranche un conflit.",
            )  # fmt: skip

    def _field(self, declared: EntityType, row: str, one: Field, before: RowView, after: RowView) -> Iterator[Change]:
        prefix = f"{LINK_PREFIX}{one.key}:"
        was = _values_in_conflict(before, one)
        will = _values_in_conflict(after, one)
        old, new = field_value(before, one), field_value(after, one)
        last = self._last(row, one.key, prefix if one.kind is FieldKind.LINKS else "")
        if last is None or (was == will and old == new):
            return
        opened = will.keys() - was.keys() or any(will[key] != was.get(key) for key in will)
        key = _key(row, one.key)
        told: dict[str, Any] = {
            "before": self._words.stored(one, old), "after_text": self._words.stored(one, new),
            "before_value": value_of(one, old), "after_value": value_of(one, new),
        }  # fmt: skip
        if opened:
            theirs = self._theirs(row, one)
            yield self._line(
                declared, row, Kind.CONFLICT, one.key, last, mine=self._words.stored(one, old), theirs=theirs,
                origin=self._origin(row, one), **told,
            )  # fmt: skip
        else:
            settled = bool(was) and not will
            kind = Kind.MERGED if self._has_own_work(row) and not settled else Kind.UPDATED
            note = "Tranche un conflit." if settled else ""
            yield self._line(declared, row, kind, one.key, last, note=note, **told)
        if one.kind is FieldKind.LINKS:
            was_on, is_on = set(old or ()), set(new or ())  # type: ignore[arg-type]
            touched = sorted(was_on ^ is_on)
            self.mine[key] = tuple(Fresh(declared.key, row, prefix + t, int(t in was_on)) for t in touched)
        else:
            assert not isinstance(old, tuple)
            self.mine[key] = (Fresh(declared.key, row, one.key, old),)

    def _theirs(self, row: str, one: Field) -> str:
        """What the colleagues' side says of a field in conflict."""
        if one.kind is FieldKind.LINKS:
            return ""
        arriving = {m.op_id for m in self._world.arriving[row]}
        found = [head.value for head in heads(self._world.here(row), one.key) if head.op_id in arriving]
        return " / ".join(dict.fromkeys(self._words.stored(one, value) for value in found))

    def _origin(self, row: str, one: Field) -> str:
        """What a field was before its values parted; "" for many links, whose elements part one by one."""
        ground = None if one.kind is FieldKind.LINKS else common_ground(self._world.here(row), one.key)
        return self._words.stored(one, ground.writes[one.key].value) if ground else ""

    def _has_own_work(self, row: str) -> bool:
        """Whether this notebook knows of the row what the senders did not."""
        return any(m.op_id not in self._world.sent for m in self._world.local[row])

    def _last(self, row: str, key: str, prefix: str = "") -> Modification | None:
        found = [
            m
            for m in self._world.arriving[row]
            if key in m.writes or (prefix and any(name.startswith(prefix) for name in m.writes))
        ]
        return max(found, key=lambda m: (m.stamp, m.op_id), default=None)

    def _line(
        self,
        declared: EntityType,
        row: str,
        kind: Kind,
        key: str,
        last: Modification,
        *,
        before: str = "",
        after_text: str = "",
        note: str = "",
        mine: str = "",
        theirs: str = "",
        origin: str = "",
        before_value: Any = None,
        after_value: Any = None,
    ) -> Change:
        who = self._world.author(last, self._codes)
        undone = self._world.is_undo(last)
        if undone:
            note = f"{note} Annulé par {who}.".strip()
        return Change(
            _key(row, key), kind, declared.key, row, self._words.row(declared.key, row), key, before, after_text,
            mine=mine, theirs=theirs, origin=origin, who=who, at=iso_of(last.stamp), lockable=False, note=note,
            before_value=before_value, after_value=after_value, undone_by=who if undone else "",
        )  # fmt: skip


def _values_in_conflict(view: RowView, one: Field) -> dict[str, frozenset[Stored]]:
    """The values of a field in conflict, by field or element."""
    prefix = f"{LINK_PREFIX}{one.key}:"
    return {
        key: frozenset(head.value for head in found)
        for key, found in view.conflicts.items()
        if (key.startswith(prefix) if one.kind is FieldKind.LINKS else key == one.key)
    }


def _key(row: str, field: str) -> str:
    return f"log:{row}:{field}"


def _state_words(view: RowView) -> str:
    return "supprimée" if view.deleted else "gardée"
