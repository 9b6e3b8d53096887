"""How times grow: the same gestures on ten times more rows."""

import statistics
from collections.abc import Callable

from bench import rows_notebook, rows_window
from bench.session import Session
from bench.timing import Timed, median_of
from bench.verdict import Measured

Make = Callable[[Session, int], Timed]


def growth_row(session: Session) -> Measured:
    """The gesture that grows most; the others are told beside it."""
    session.needs_plan()
    found: list[tuple[float, str, float, float]] = []
    for name, make in _GESTURES:
        small, big = (median_of(make(session, size), rounds=7) for size in (session.small, session.actions))
        found.append((big / small, name, small, big))
    found.sort(reverse=True)
    _, name, small, big = found[0]
    others = ", ".join(f"{name} {ratio:.1f}".replace(".", ",") for ratio, name, _, _ in found)
    return Measured("growth", small, big, note=f"{name} croît le plus ; {others}")


def _keys(session: Session, actions: int) -> Timed:
    typed = rows_window.keys(session, actions)
    return lambda: statistics.fmean(typed())


_GESTURES: tuple[tuple[str, Make], ...] = (
    ("ouverture", rows_window.open_page),
    ("frappe", _keys),
    ("tri", rows_window.sort),
    ("modification", rows_notebook.edit),
    ("sauvegarde", rows_notebook.save),
)
