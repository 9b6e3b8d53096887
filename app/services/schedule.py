"""Rules of time on the plan: what is late, blocked, on time. Pure: dates and codes in, words out.

Source of « en retard »: an action whose échéance is past while it is still to launch or running (design tokens).
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from app.formatting import NBSP, plural

#: Statuses under which an action still waits for its échéance.
WAITING = ("planned", "running")
#: Statuses under which nothing more is expected.
CLOSED = ("done", "dropped")


class State(StrEnum):
    """What an action is shown as: its status, unless it is late or blocked."""

    IDEA = "idea"
    PLANNED = "planned"
    RUNNING = "running"
    SUSPENDED = "suspended"
    DONE = "done"
    DROPPED = "dropped"
    LATE = "late"
    BLOCKED = "blocked"


#: The French word of each state, as printed and shown.
STATE_WORDS = {
    State.IDEA: "Idée",
    State.PLANNED: "À lancer",
    State.RUNNING: "En cours",
    State.SUSPENDED: "Suspendue",
    State.DONE: "Terminée",
    State.DROPPED: "Abandonnée",
    State.LATE: "En retard",
    State.BLOCKED: "Bloquée",
}


def state_of(status: str | None, end: date | None, blocking_point: str | None, today: date) -> State:
    """The state an action is shown in; a blocking point weighs more than a late échéance."""
    if status in CLOSED:
        return State(status)
    if blocking_point:
        return State.BLOCKED
    if end is not None and end < today and (status or "planned") in WAITING:
        return State.LATE
    try:
        return State(status or "planned")
    except ValueError:  # a status written by a newer version
        return State.PLANNED


def is_late_step(due: date | None, done: date | None, today: date) -> bool:
    """True for a step whose échéance is past and which is not done."""
    return due is not None and done is None and due < today


@dataclass(frozen=True, slots=True)
class Punctuality:
    """Steps due over a period: how many were done on time, of how many."""

    on_time: int
    due: int

    @property
    def share(self) -> int | None:
        """Percent, rounded; None when nothing was due."""
        return round(100 * self.on_time / self.due) if self.due else None


def week_end(today: date) -> date:
    """The Sunday that closes the week of `today`."""
    return today + timedelta(days=6 - today.weekday())


def in_words(due: date, today: date) -> str:
    """How far a date is, as one says it: `aujourd’hui`, `demain`, `dans 14 jours`, `19 jours de retard`."""
    days = (due - today).days
    if days < 0:
        return f"{-days}{NBSP}{plural(-days, 'jour')} de retard"
    return {0: "aujourd’hui", 1: "demain"}.get(days, f"dans {days}{NBSP}jours")
