"""Random logs: modifications that follow one another in any causal shape, more twisted than laptops would make."""

from dataclasses import replace

from hypothesis import strategies as st

from app.notebook import masks
from app.notebook.log import Batch, Gesture, Replica
from app.notebook.merge import Modification, Write

REPLICAS = tuple(Replica(bytes([n]) * 16, f"Poste {n}") for n in (1, 2, 3))
GESTURE = Gesture(bytes(16), "Essai", "edit", 1, REPLICAS[0].id)

OBJECTIVE = "00000000-0000-7000-8000-0000000000a1"
ACTION = "00000000-0000-7000-8000-0000000000b1"
CONTACT = "00000000-0000-7000-8000-0000000000c1"
LATER = "00000000-0000-7000-8000-0000000000d1"
TARGETS = tuple(f"00000000-0000-7000-8000-0000000000e{n}" for n in (1, 2))

#: Row → its entity and the values each of its fields may take.
PLACES = {
    OBJECTIVE: ("objective", {"title": ("X", "Y", None), "order": ("a", "b", "c"), "parent": (*TARGETS, None)}),
    ACTION: (
        "action",
        {
            "title": ("Vu X.", "Vu Y.", "Vu X et Y"),
            "progress": ("10", "60"),
            "unborn_field": ("n", "m"),  # a field of a newer version
            **{f"link:territories:{target}": (0, 1) for target in TARGETS},
        },
    ),
    CONTACT: ("contact", {"last_name": ("Dupont", "Durand"), "organisation": TARGETS, "_erased": (1,)}),
    LATER: ("unborn_entity", {"title": ("X", "Y")}),  # an entity of a newer version
}


@st.composite
def logs(draw: st.DrawFn, *, most: int = 12) -> list[Modification]:
    """Up to `most` modifications, each naming parents and seen heads among those made before it."""
    made: list[Modification] = []
    for n in range(draw(st.integers(1, most))):
        row = draw(st.sampled_from(tuple(PLACES)))
        entity, fields = PLACES[row]
        of_row = [m for m in made if m.row == row]
        keys = draw(st.sets(st.sampled_from(("_state", *fields)), min_size=1, max_size=3))
        writes = {}
        for key in keys:
            value = draw(st.sampled_from((0, 1) if key == "_state" else fields[key]))
            before = [m.op_id for m in of_row if key in m.writes]
            parents = draw(st.sets(st.sampled_from(before), max_size=3)) if before else set()
            writes[key] = Write(value, frozenset(parents))
        if made and draw(st.integers(0, 4)) == 4:
            # Of this row or of another, of a text or not: only a text of its own row loses anything.
            hidden = draw(st.sampled_from(of_row or made) | st.sampled_from(made))
            key = draw(st.sampled_from(sorted(hidden.writes)))
            if ":" not in key:
                spans = draw(st.sampled_from(("3-4", "3-4 8-9", "0-30")))
                writes[masks.key_of(key, hidden.op_id)] = Write(spans)
        seen = frozenset[bytes]()
        if of_row and "_state" in writes and writes["_state"].value == 0:
            seen = frozenset(draw(st.sets(st.sampled_from([m.op_id for m in of_row]))))
        stamp = draw(st.integers(1, 6))  # often equal: the id decides
        op_id = draw(st.integers(0, 255)).to_bytes(1, "big") + n.to_bytes(15, "big")
        replica = draw(st.sampled_from(REPLICAS)).id
        made.append(Modification(op_id, GESTURE.id, entity, row, stamp, replica, "app", writes, seen))
    if draw(st.integers(0, 9)) == 9:
        made = _with_a_ring(draw, made)
    return made


def _with_a_ring(draw: st.DrawFn, made: list[Modification]) -> list[Modification]:
    """Forged: one write names a later one, or itself, as its parent."""
    place = draw(st.integers(0, len(made) - 1))
    forged = made[place]
    key = draw(st.sampled_from(sorted(forged.writes)))
    later = draw(st.sampled_from([m.op_id for m in made[place:] if m.row == forged.row and key in m.writes]))
    earlier = {m.op_id for m in made[:place] if m.row == forged.row and key in m.writes}
    write = Write(forged.writes[key].value, frozenset(earlier | {later}))
    return [*made[:place], replace(forged, writes={**forged.writes, key: write}), *made[place + 1 :]]


@st.composite
def deliveries(draw: st.DrawFn, made: list[Modification]) -> list[list[Modification]]:
    """The modifications in any order, some twice, cut into files anywhere: children may come before their parents."""
    order = draw(st.permutations(made + draw(st.lists(st.sampled_from(made), max_size=4))))
    cuts = sorted(draw(st.sets(st.integers(1, len(order)), max_size=4)))
    return [order[start:end] for start, end in zip([0, *cuts], [*cuts, len(order)], strict=True) if start < end]


def batch(modifications: list[Modification]) -> Batch:
    return Batch(REPLICAS, (GESTURE,), tuple(modifications))
