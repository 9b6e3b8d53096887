"""How long before there is something to see, in fresh processes; and what memory the notebook takes once open."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from app.notebook import backup
from app.notebook.clock import utc_now
from bench.session import Session
from bench.timing import alternate
from bench.verdict import Measured, NotThere

PROBE = Path(__file__).with_name("probe.py")
ROUNDS = 9


def window(session: Session) -> Measured:
    """To the first painted window, on an existing notebook."""
    pair = alternate(lambda: _child(session, "floor"), lambda: _child(session, "window"), rounds=ROUNDS, warm_up=2)
    return Measured("window", pair.floor_ms, pair.ours_ms, spread=pair.spread)


def start(session: Session) -> Measured:
    """To the plan of every action on the screen."""
    session.needs_plan()
    pair = alternate(lambda: _child(session, "floor"), lambda: _child(session, "plan"), rounds=ROUNDS, warm_up=2)
    return Measured("start", pair.floor_ms, pair.ours_ms, spread=pair.spread)


def memory(session: Session) -> Measured:
    """Resident memory once the plan is on the screen, the highest of three processes."""
    session.needs_plan()
    found = [facts["rss"] for facts in (_facts(session, "plan")[1] for _ in range(3)) if "rss" in facts]
    if not found:
        raise NotThere("ce système ne dit pas la mémoire d’un processus.")
    return Measured("memory", value=max(found))


def _child(session: Session, what: str) -> float:
    begun, facts = _facts(session, what)
    return (float(facts["at"]) - begun) * 1000


def _facts(session: Session, what: str) -> tuple[float, dict[str, Any]]:
    # The copy of the day is made once a day, not at each start.
    backup.save_daily(session.notebook, now=utc_now)
    environment = os.environ | {"CARNET_BENCH_ROWS": str(session.actions), "CARNET_HOME": str(session.home)}
    # As on a person's laptop, where the program is compiled once: the warm-up writes what the rounds read.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    begun = time.monotonic()
    ended = subprocess.run(
        [sys.executable, str(PROBE), what, str(session.notebook)],
        capture_output=True, text=True, env=environment, cwd=PROBE.parent.parent, check=False,
    )  # fmt: skip
    lines = [line for line in ended.stdout.splitlines() if line.startswith("{")]
    facts = json.loads(lines[-1]) if lines else {"missing": True}
    if facts.get("missing"):
        raise RuntimeError(f"the process « {what} » never showed what was waited for\n{ended.stdout}{ended.stderr}")
    return begun, facts
