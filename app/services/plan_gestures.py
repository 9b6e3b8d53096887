"""Gestures of the plan d'actions that are more than giving fields new values: each is one gesture of the log.

Adding an action where one stands, moving it, putting off its échéance, its steps, its partners, its notes; and what is
done to several actions at once.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import cast

from sqlalchemy import Connection, func, select

from app.errors import BadValue
from app.formatting import NBSP, counted
from app.models.fields import Value
from app.models.registry import ENTITIES
from app.notebook.recorder import Recorder
from app.notebook.store import Store
from app.services import action_partners, order_keys, records, validation

_ACTION = ENTITIES["action"]
_A = _ACTION.table
NEW_TITLE = "Nouvelle action"

#: Parts of an action that its copy takes along; what has happened to it (notes) stays behind.
_COPIED = ("step", "action_partner")


# -- actions ------------------------------------------------------------------------------------------------------


def propose_codes(connection: Connection, district: str, count: int = 1) -> list[str]:
    """The next free codes of a quartier (EST-047, EST-048…); those of the town when `district` is ""."""
    territory = ENTITIES["territory"].table
    name = connection.scalar(select(territory.c.name).where(territory.c.id == district)) if district else None
    # Loads the reading of a référentiel: not to show the plan.
    from app.services.reference import code_of

    letters = code_of(name or "")
    taken = connection.scalars(select(_A.c.code).where(_A.c.code.like(f"{letters}-%")))
    numbers = [int(found[1]) for code in taken if (found := re.fullmatch(rf"{letters}-(\d{{1,6}})", code))]
    first = max(numbers, default=0) + 1
    return [f"{letters}-{number:03d}" for number in range(first, first + count)]


def add_action(
    store: Store, home: str, *, district: str = "", title: str = NEW_TITLE, values: Mapping[str, Value] | None = None
) -> str:
    """Add an action at the end of an objective or a priority; returns its id.

    It receives a proposed code and the quartier as territory. Raises BadValue without a priority to hang it under.
    """
    with store.read() as connection:
        placed = _placed(connection, home)
        known: dict[str, Value] = {
            "title": title,
            "code": propose_codes(connection, district)[0],
            "order": order_keys.between(_last_key(connection, home), None),
            **placed,
            **(values or {}),
        }
    if district:
        known.setdefault("territories", (district,))
    return records.create(store, "action", known)


def move_actions(store: Store, actions: Sequence[str], home: str, *, before: str = "") -> None:
    """Put actions under an objective or a priority, before one of its actions or at the end; one gesture."""
    with store.read() as connection:
        placed = _placed(connection, home)
        around = [(row, key) for row, key in _under(connection, home) if row not in actions]
    place = next((at for at, (row, _) in enumerate(around) if row == before), len(around))
    keys = order_keys.inserted([key for _, key in around], place, len(actions))
    with store.write(_label("Déplacer", len(actions))) as write:
        if keys is None:
            whole = [row for row, _ in around[:place]] + list(actions) + [row for row, _ in around[place:]]
            fresh = dict(zip(whole, order_keys.numbered(len(whole)), strict=True))
            for row, _ in around:
                write.set("action", row, order=fresh[row])
            keys = [fresh[row] for row in actions]
        for row, key in zip(actions, keys, strict=True):
            write.set("action", row, order=key, **placed)


def postpone(store: Store, actions: Sequence[str], end: date | None, *, step: str = "") -> None:
    """Put off the échéance of actions; the late `step` of one of them, if given, is put off with it."""
    with store.read() as connection:
        for record in records.fetch_many(connection, "action", actions):
            validation.check_together(_ACTION, {**record.values, "end": end})
    what = "Reporter une échéance" if len(actions) == 1 else f"Reporter {counted(len(actions), 'échéance')}"
    with store.write(what) as write:
        for row in actions:
            write.set("action", row, end=end)
        if step:
            write.set("step", step, due=end)


def lift_blocking_point(store: Store, action: str) -> None:
    """Say that nothing blocks an action any more; what blocked it stays readable in its history."""
    with store.write("Lever un point de blocage") as write:
        write.set("action", action, blocking_point=None)


def link_many(store: Store, actions: Sequence[str], field: str, target: str) -> None:
    """Add one element (a territory, a theme) to a list of several actions; what they had stays."""
    with store.write(_label("Modifier", len(actions))) as write:
        for row in actions:
            write.link("action", row, field, target)


def duplicate_actions(store: Store, actions: Sequence[str], *, district: str = "") -> list[str]:
    """Copy actions with their steps (none of them done) and their partners, each after its original."""
    with store.read() as connection:
        originals = records.fetch_many(connection, "action", actions)
        codes = propose_codes(connection, district, len(originals))
        parts = {key: _parts(connection, key, actions) for key in _COPIED}
        following = {record.id: _key_after(connection, record) for record in originals}
    copies = []
    with store.write(_label("Dupliquer", len(originals))) as write:
        for record, code in zip(originals, codes, strict=True):
            values = {
                **record.values,
                "title": f"{record.values['title']} (copie)",
                "code": code,
                "order": following[record.id],
                "example": None,
            }
            copy = write.create("action", **values)
            for key, rows in parts.items():
                for part in rows:
                    if part.values["action"] == record.id:
                        fresh = {**part.values, "action": copy, "example": None}
                        write.create(key, **fresh | ({"done": None} if key == "step" else {}))
            copies.append(copy)
    return copies


# -- steps --------------------------------------------------------------------------------------------------------


def add_step(store: Store, action: str, title: str, due: date | None = None) -> str:
    """Add a step at the end of an action; returns its id."""
    with store.read() as connection:
        keys = [key for _, key in _steps(connection, action)]
    key = order_keys.between(keys[-1] if keys else None, None) if not keys or keys[-1] else None
    return records.create(store, "step", {"action": action, "title": title, "due": due, "order": key})


def tick_step(store: Store, step: str, done: date | None) -> None:
    """Say that a step was done that day; None: it is not done after all."""
    with store.write("Terminer une étape" if done else "Rouvrir une étape") as write:
        write.set("step", step, done=done)


def move_step(store: Store, action: str, step: str, by: int) -> bool:
    """Put a step one place higher (-1) or lower (1); False at either end."""
    with store.read() as connection:
        steps = _steps(connection, action)
    rows = [row for row, _ in steps]
    place = rows.index(step) + by
    if not 0 <= place < len(rows):
        return False
    others = [(row, key) for row, key in steps if row != step]
    keys = order_keys.inserted([key for _, key in others], place, 1)
    with store.write("Déplacer une étape") as write:
        if keys is None:
            whole = [row for row, _ in others]
            whole.insert(place, step)
            for row, key in zip(whole, order_keys.numbered(len(whole)), strict=True):
                write.set("step", row, order=key)
        else:
            write.set("step", step, order=keys[0])
    return True


# -- partners and notes -------------------------------------------------------------------------------------------


def add_partner(store: Store, action: str, organisation: str, role: str = "") -> str:
    """Give a structure a role in an action (« partenaire » by default); the same one twice makes one row."""
    return records.create(
        store,
        "action_partner",
        {"action": action, "organisation": organisation, "role": role or action_partners.DEFAULT_ROLE},
    )


def change_role(store: Store, partner: str, role: str) -> None:
    """Give a partner of an action another role, in one gesture: a role is part of what a partner is."""
    with store.read() as connection:
        values = records.fetch(connection, "action_partner", partner).values
    wanted = role.strip() or action_partners.DEFAULT_ROLE
    if wanted == values["role"]:
        return
    with store.write("Modifier le rôle d’un partenaire") as write:
        write.delete("action_partner", partner)
        write.create("action_partner", action=values["action"], organisation=values["organisation"], role=wanted)


def add_organisation(store: Store, action: str, name: str, role: str = "") -> str:
    """Make a structure that was not in the directory, and a partner of it; returns the id of the structure."""
    if not name.strip():
        raise BadValue("Une structure a besoin d’un nom.", advice="Écrivez-le, puis ajoutez-la.")

    def join(write: Recorder, organisation: str) -> None:
        write.create(
            "action_partner", action=action, organisation=organisation, role=role or action_partners.DEFAULT_ROLE
        )

    return records.create(store, "organisation", {"name": name.strip()}, also=join)


def link_indicator(store: Store, action: str, indicator: str) -> None:
    """Say that an action feeds an indicator; its other actions stay."""
    with store.write("Relier un indicateur à une action") as write:
        write.link("indicator", indicator, "actions", action)


def unlink_indicator(store: Store, action: str, indicator: str) -> None:
    """Say that an action does not feed an indicator any more; its values stay."""
    with store.write("Retirer un indicateur d’une action") as write:
        write.unlink("indicator", indicator, "actions", action)


def add_note(store: Store, action: str, text: str, day: date) -> str:
    """Add a note to the follow-up of an action; returns its id."""
    return records.create(store, "follow_up", {"action": action, "text": text, "date": day})


# -- inside -------------------------------------------------------------------------------------------------------


def _placed(connection: Connection, home: str) -> dict[str, Value]:
    """Priority and objective of what hangs under `home`."""
    objective = ENTITIES["objective"].table
    parent: str | None = home
    for _ in range(20):  # objectives that contain each other after a merge must not hold us
        found = connection.execute(
            select(objective.c.priority, objective.c.parent).where(objective.c.id == parent)
        ).first()
        if found is None:
            break
        if found.priority:
            return {"priority": found.priority, "objective": home}
        parent = found.parent
    priority = ENTITIES["priority"].table
    if connection.execute(select(priority.c.id).where(priority.c.id == home)).first() is None:
        raise BadValue(
            "Cette place du plan n’a pas de priorité.",
            advice=f"Choisissez une priorité ou un objectif qui en a une{NBSP}; rien n’a été changé.",
        )
    return {"priority": home, "objective": None}


def _under(connection: Connection, home: str) -> list[tuple[str, str | None]]:
    """The live actions directly under an objective or a priority, in the order of the plan, with their keys."""
    under = _A.c.objective == home
    direct = (_A.c.priority == home) & _A.c.objective.is_(None)
    query = select(_A.c.id, _A.c.order).where(_A.c.deleted == 0, under | direct)
    query = query.order_by(func.coalesce(_A.c.order, "~"), _A.c.code, _A.c.title, _A.c.id)
    return [(row, key) for row, key in connection.execute(query)]


def _last_key(connection: Connection, home: str) -> str | None:
    keys = [key for _, key in _under(connection, home) if key]
    return max(keys, default=None)


def _key_after(connection: Connection, record: records.Record) -> str | None:
    """A place just after an action; None (the end) when its neighbours leave none."""
    home = cast(str | None, record.values["objective"]) or cast(str | None, record.values["priority"])
    around = _under(connection, home) if home else []
    place = next((at for at, (row, _) in enumerate(around) if row == record.id), -1)
    keys = order_keys.inserted([key for _, key in around], place + 1, 1) if place >= 0 else None
    return keys[0] if keys else cast(str | None, record.values["order"])


def _parts(connection: Connection, entity: str, actions: Sequence[str]) -> list[records.Record]:
    table = ENTITIES[entity].table
    query = select(table.c.id).where(table.c.action.in_(actions), table.c.deleted == 0).order_by(table.c.id)
    return records.fetch_many(connection, entity, list(connection.scalars(query)))


def _steps(connection: Connection, action: str) -> list[tuple[str, str | None]]:
    table = ENTITIES["step"].table
    query = select(table.c.id, table.c.order).where(table.c.action == action, table.c.deleted == 0)
    query = query.order_by(func.coalesce(table.c.order, "~"), table.c.due, table.c.id)
    return [(row, key) for row, key in connection.execute(query)]


def _label(verb: str, count: int) -> str:
    return f"{verb} une action" if count == 1 else f"{verb} {counted(count, 'action')}"
