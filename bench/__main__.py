"""`python -m bench [ligne…]`: measure, print the table, and write the results when every row was asked for."""

import argparse
import gc
import os
import sys
import tempfile
import traceback
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from app.formatting import NBSP
from bench import notebooks, report
from bench.session import Session
from bench.verdict import ALARM, BUDGETS, Measured, NotThere, Skipped, verdict

#: Row → the function that measures it. Imported when run: Qt is not needed to measure the notebook.
ROWS = {
    "window": "bench.rows_start:window",
    "start": "bench.rows_start:start",
    "memory": "bench.rows_start:memory",
    "open": "bench.rows_window:open_row",
    "scroll": "bench.rows_window:scroll_row",
    "key": "bench.rows_window:key_row",
    "sort": "bench.rows_window:sort_row",
    "edit": "bench.rows_notebook:edit_row",
    "union": "bench.rows_notebook:union_row",
    "backup": "bench.rows_notebook:backup_row",
    "export": "bench.rows_exchange:export_row",
    "import": "bench.rows_exchange:import_row",
    "pdf": "bench.rows_pdf:pdf_row",
    "freeze": "bench.rows_freeze:freeze_row",
    "growth": "bench.rows_growth:growth_row",
}
FAILED = "la mesure a échoué (voir la pile ci-dessus)."


def main(arguments: list[str]) -> int:
    """Exit code 1 when a row is in alarm or its measure failed."""
    asked = _asked(arguments)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    cache = notebooks.cache_folder()
    cache.mkdir(parents=True, exist_ok=True)
    outcomes: dict[str, Measured | Skipped] = {}
    # On the same disk as the cache: copies are quick and a disk in memory would flatter the commits.
    with tempfile.TemporaryDirectory(prefix="mesure-", dir=cache) as folder:
        session = Session(asked.actions, asked.small, Path(folder), _tell)
        try:
            for key in ROWS:
                if not asked.rows or key in asked.rows:
                    outcomes[key] = _measure(key, session)
        finally:
            session.close()
    ordered = [outcomes[budget.key] for budget in BUDGETS if budget.key in outcomes]
    print(report.markdown(ordered) if asked.markdown else report.table(ordered))
    failed = any(isinstance(outcome, Skipped) and outcome.reason == FAILED for outcome in ordered)
    if not asked.rows and asked.actions == 20_000 and not failed:
        report.write(ordered)
        report.write_page(ordered)
        _tell(f"Résultats écrits dans {report.RESULTS.parent.name}/{report.RESULTS.name}.")
    return int(any(_is_bad(outcome) for outcome in ordered))


def _is_bad(outcome: Measured | Skipped) -> bool:
    if isinstance(outcome, Skipped):
        return outcome.reason == FAILED
    return verdict(outcome) == ALARM


#: Python's own pace of collections: the window changes it for itself, and no other row is to profit from it.
_PACE = gc.get_threshold()


def _measure(key: str, session: Session) -> Measured | Skipped:
    _tell(f"{next(budget.what for budget in BUDGETS if budget.key == key)}…")
    module, _, name = ROWS[key].partition(":")
    gc.set_threshold(*_PACE)
    try:
        measure: Callable[[Session], Measured] = getattr(import_module(module), name)
        return measure(session)
    except NotThere as reason:
        return Skipped(key, str(reason))
    except Exception:
        # The minutes spent on the other rows are not lost.
        traceback.print_exc()
        return Skipped(key, FAILED)


def _asked(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Mesure les vitesses et la mémoire.")
    keys = list(ROWS)
    parser.add_argument("rows", nargs="*", metavar="ligne", help=f"parmi{NBSP}: {', '.join(keys)} (toutes si rien)")
    parser.add_argument("--actions", type=int, default=20_000, help="lignes du grand carnet")
    parser.add_argument("--small", type=int, default=2_000, help="lignes du carnet de comparaison")
    parser.add_argument("--markdown", action="store_true", help="le tableau en Markdown")
    asked = parser.parse_args(arguments)
    unknown = sorted(set(asked.rows) - set(keys))
    if unknown:
        parser.error(f"ligne inconnue{NBSP}: {', '.join(unknown)}. Lignes{NBSP}: {', '.join(keys)}")
    return asked


def _tell(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
