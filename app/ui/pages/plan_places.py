"""Where an action goes among its neighbours: dropped on another one, or moved one place up or down."""

from collections.abc import Sequence

from app.services.queries.plan_index import PlanIndex

#: The objective or priority it goes under, and the action it goes before ("": the last place).
Place = tuple[str, str]


def where_dropped(index: PlanIndex, ids: Sequence[str], target: str, *, below: bool) -> Place:
    """The place of actions dropped on `target`: its own place, the others make room. `below`: they come from above."""
    home = index.home(target)
    around = [id for id in index.neighbours(home) if id not in ids]
    at = around.index(target)
    if below and ids[0] in index.neighbours(home):
        return home, around[at + 1] if at + 1 < len(around) else ""
    return home, target


def beside(index: PlanIndex, id: str, by: int) -> Place | None:
    """One place higher (-1) or lower (1) among its neighbours; None past the first and the last."""
    home = index.home(id)
    around = index.neighbours(home)
    if id not in around or not 0 <= around.index(id) + by < len(around):
        return None
    at = around.index(id) + by
    others = [other for other in around if other != id]
    return home, others[at] if at < len(others) else ""
