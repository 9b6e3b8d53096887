"""Writing what was decided on a preview: one gesture, after a restore point, whole or not at all."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from app.exchange.plan import Progress, Reader, prepare
from app.exchange.preview import Applied, Change, Decisions, ImportPlan, Kind, PlanStale, Source
from app.exchange.questions import Answers, lasting
from app.exchange.reader import read_workbook
from app.formatting import counted
from app.notebook.importing import Fresh, Incoming
from app.notebook.log import Replica
from app.notebook.merge import Modification
from app.notebook.store import Store
from app.services import conflicts, imports, incoming


def apply_plan(
    store: Store,
    plan: ImportPlan,
    decisions: Decisions,
    *,
    read: Reader = read_workbook,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Applied:
    """Write the logs of a preview and the proposals accepted; remember the refusals.

    Raises PlanStale when the notebook changed since the preview: nothing is written, and the error carries a new one.
    `progress` and `cancelled` are those of that new preview, which raises as `prepare` does; writing is never stopped.
    """
    with store.read() as connection:
        mark = incoming.log_mark(connection)
    if mark != plan.log_mark:
        mapping = {path: one.mapping for path, one in plan.foreign.items()}
        paths = [one.path for one in plan.sources]
        again = prepare(
            store, paths, now=store.now(), read=read, mapping=mapping, answers=plan.answers, progress=progress,
            cancelled=cancelled,
        )  # fmt: skip
        raise PlanStale(again)
    accepted = _with_their_needs(plan, decisions.accepted - decisions.keep_mine)
    kept = [plan.mine[key] for key in decisions.keep_mine if key in plan.mine]
    hand = _hand(plan, accepted)
    fresh = [one for key in accepted for one in plan.proposals[key].fresh] + [
        Fresh(one.entity, one.row, one.key, one.value, "resolution") for of_key in kept for one in of_key
    ]
    refused = _refused(plan, decisions, accepted)
    if not (plan.batch.modifications or hand or fresh):
        if refused or plan.batch.blobs:
            _write(store, plan, [], [], refused, None)
        return Applied("", 0, _conflicts_left(store))
    point = imports.save_restore_point(store)
    import_id = _write(store, plan, hand, fresh, refused, point)
    written = sum(1 for change in plan.changes if not change.lockable and change.kind is not Kind.STALE) + len(accepted)
    return Applied(import_id, written, _conflicts_left(store), point)


def _write(
    store: Store,
    plan: ImportPlan,
    hand: list[Modification],
    fresh: list[Fresh],
    refused: list[bytes],
    point: Path | None,
) -> str:
    brings = bool(hand or fresh or plan.batch.modifications)
    files = [_file(one, plan.answers) for one in plan.sources] if brings else []
    import_id, _ = imports.write(
        store,
        Incoming(
            plan.batch, hand, [Replica(one, "") for one in dict.fromkeys(m.replica for m in hand)], fresh, refused,
            _label(plan), files, plan.counts(), str(point or ""),
        ),
    )  # fmt: skip
    return import_id


def _with_their_needs(plan: ImportPlan, wanted: Iterable[str]) -> tuple[str, ...]:
    """The accepted keys, without those that lead to a row that is not accepted; in the order of the preview."""
    accepted = {key for key in wanted if key in plan.proposals}
    while True:
        alone = {key for key in accepted if plan.proposals[key].needs - accepted}
        if not alone:
            break
        accepted -= alone
    return tuple(dict.fromkeys(change.key for change in plan.changes if change.key in accepted))


def _hand(plan: ImportPlan, accepted: Iterable[str]) -> list[Modification]:
    found = {m.op_id: m for key in accepted for m in plan.proposals[key].modifications}
    return list(found.values())


def _refused(plan: ImportPlan, decisions: Decisions, accepted: Iterable[str]) -> list[bytes]:
    taken = set(accepted)
    keys = (decisions.refused | (decisions.keep_mine & plan.proposals.keys())) - taken
    by_key: dict[str, Change] = {change.key: change for change in plan.changes}
    return sorted({op_id for key in keys if key in by_key for op_id in by_key[key].op_ids})


def _file(source: Source, answers: Answers) -> dict[str, Any]:
    """What the journal keeps of a file: ids and names, no value."""
    kept = lasting(answers)
    return ({"answers": kept} if kept else {}) | {
        "path": str(source.path),
        "sha256": source.sha256,
        "mode": source.mode,
        "code4": source.code4,
        "export_id": source.export_id.hex() if source.export_id else "",
        "author": source.author,
        "modified": source.modified,
        "modified_by": source.modified_by,
    }


def _label(plan: ImportPlan) -> str:
    if len(plan.sources) == 1:
        code = plan.sources[0].code4
        return f"Importer le classeur {code}" if code else "Importer un classeur"
    return f"Importer {counted(len(plan.sources), 'classeur')}"


def _conflicts_left(store: Store) -> int:
    with store.read() as connection:
        return conflicts.count(connection)
