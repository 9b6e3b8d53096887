"""What the bench says: the table in French, the file of results."""

import json
import os
import platform
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from app.formatting import NBSP
from bench.verdict import ALARM, BUDGET, EXCELLENT, GOOD, Measured, Skipped, as_json, figure, verdict

RESULTS = Path(__file__).with_name("results.json")
PAGE = Path(__file__).parents[1] / "docs" / "performances.md"
#: The last section of the page, written by each full run.
LAST_RUN = "## Dernier passage\n"
_WORDS = {EXCELLENT: "excellent", GOOD: "bon", ALARM: "ALERTE"}
_HEAD = ("Mesure", "Plancher", "Carnet", "Rapport", "Excellent", "Alerte", "Verdict")


def table(outcomes: Sequence[Measured | Skipped]) -> str:
    """The outcomes as aligned text, one row a line; the rows that were not measured say why below."""
    lines = [_HEAD, *(_line(outcome) for outcome in outcomes if isinstance(outcome, Measured))]
    widths = [max(len(line[place]) for line in lines) for place in range(len(_HEAD))]
    drawn = [
        "  ".join(_aligned(text, widths[place], place) for place, text in enumerate(line)).rstrip() for line in lines
    ]
    drawn.insert(1, "  ".join("─" * width for width in widths))
    notes = [f"  {BUDGET[o.key].what}{NBSP}: {o.note}" for o in outcomes if isinstance(o, Measured) and o.note]
    skipped = [f"  {BUDGET[o.key].what}{NBSP}: {o.reason}" for o in outcomes if isinstance(o, Skipped)]
    if notes:
        drawn += ["", "Précisions", *notes]
    if skipped:
        drawn += ["", "Pas mesuré", *skipped]
    return "\n".join(drawn)


def markdown(outcomes: Sequence[Measured | Skipped]) -> str:
    """The same table for docs/performances.md."""
    lines = ["| " + " | ".join(_HEAD) + " |", "|---|---:|---:|---:|---:|---:|---|"]
    lines += ["| " + " | ".join(_line(o)) + " |" for o in outcomes if isinstance(o, Measured)]
    return "\n".join(lines)


def write(outcomes: Sequence[Measured | Skipped], path: Path = RESULTS) -> None:
    """Write the results; nothing in them tells whose machine it was."""
    kept: dict[str, Any] = {
        "machine": machine(),
        "rows": [as_json(outcome) for outcome in outcomes if isinstance(outcome, Measured)],
        "skipped": [
            {"what": BUDGET[outcome.key].what, "reason": outcome.reason}
            for outcome in outcomes
            if isinstance(outcome, Skipped)
        ],
    }
    path.write_text(json.dumps(kept, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def write_page(outcomes: Sequence[Measured | Skipped], path: Path = PAGE) -> None:
    """Put the table of this run at the end of the page that explains it; nothing when there is no such page."""
    if not path.exists():
        return
    explained, section, _ = path.read_text(encoding="utf-8").partition(LAST_RUN)
    if not section:
        return
    known = machine()
    said = (
        f"{known['processor']} ({known['cores']} cœurs), {known['system']}, Python {known['python']}, Qt {known['qt']}"
    )
    notes = [f"- {BUDGET[o.key].what}{NBSP}: {o.note}." for o in outcomes if isinstance(o, Measured) and o.note]
    skipped = [f"- {BUDGET[o.key].what}{NBSP}: {o.reason}" for o in outcomes if isinstance(o, Skipped)]
    parts = [f"{said}.\n", markdown(outcomes), "", *notes, *skipped]
    path.write_text(f"{explained}{LAST_RUN}\n" + "\n".join(parts).rstrip() + "\n", encoding="utf-8")


def machine() -> dict[str, Any]:
    """The machine in general words: system, processors, versions. No name, no folder."""
    from PySide6 import __version__ as qt

    return {
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "qt": qt,
        "sqlite": sqlite3.sqlite_version,
        "platform": os.environ.get("QT_QPA_PLATFORM", ""),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")


def _line(measured: Measured) -> tuple[str, ...]:
    budget = BUDGET[measured.key]
    unit = f"{NBSP}{budget.unit}" if budget.unit else ""
    return (
        budget.what,
        milliseconds(measured.floor_ms),
        milliseconds(measured.ours_ms) if measured.ours_ms is not None else f"{number(measured.value, 0)}{unit}",
        "" if budget.unit else number(figure(measured), 2),
        f"≤{NBSP}{number(budget.excellent)}{unit}",
        f">{NBSP}{number(budget.alarm)}{unit}",
        _WORDS[verdict(measured)],
    )


def milliseconds(time: float | None) -> str:
    """`0,84 ms`, `12,3 ms`, `1 240 ms`; empty for None."""
    if time is None:
        return ""
    return f"{number(time, 2 if time < 10 else 1 if time < 100 else 0)}{NBSP}ms"


def number(value: float | None, digits: int | None = None) -> str:
    """French writing: decimal comma, no-break thousands."""
    if value is None:
        return ""
    written = f"{value:,.{digits}f}" if digits is not None else f"{value:,g}"
    return written.replace(",", NBSP).replace(".", ",")


def _aligned(text: str, width: int, place: int) -> str:
    return text.ljust(width) if place in (0, len(_HEAD) - 1) else text.rjust(width)
