"""The town as one JSON document: what `carnet consolider --json` prints. Keys are English, links are {id, label}."""

from collections.abc import Iterable, Sequence
from typing import Any

from app.services.queries.town import NO_ACTIONS, Actions, QuarterLine, SharedAction, Town
from app.services.queries.town_colleagues import Colleague, Received
from app.services.queries.town_indicators import IndicatorCell, IndicatorLine, Kept
from app.services.queries.town_partners import Structure
from app.services.readings import Scale, reading_words
from app.services.scorecard import Measure, period_words

Json = dict[str, Any]


def town_json(town: Town, colleagues: Sequence[Colleague]) -> Json:
    """Figures by quartier, then of the town, where an action of several quartiers counts once."""
    names = {line.id: line.name for line in town.quarters}
    return {
        "districts": [_quarter(line, town) for line in town.quarters],
        "town": {
            **_actions(town.actions),
            "shared": town.shared,
            "without_district": _actions(town.unplaced),
            "by_priority": _by_priority(town, ""),
            "organisations": len(town.structures),
            "indicators": _kept(town.kept),
            "conflicts": town.conflicts,
        },
        "shared_actions": [_shared(one, names) for one in town.shared_actions],
        "organisations": [_structure(one, names) for one in town.structures],
        "indicators": [_indicator(line, names) for line in town.indicators],
        "colleagues": [
            {"author": one.label, "last_change": _moment(one.last), "gestures": one.gestures, "mine": one.mine}
            for one in colleagues
        ],
    }


def _quarter(line: QuarterLine, town: Town) -> Json:
    return {
        "id": line.id,
        "name": line.name,
        **_actions(line.actions),
        "shared": line.shared,
        "by_priority": _by_priority(town, line.id),
        "organisations": line.structures,
        "categories_covered": line.cover.covered,
        "categories": line.cover.categories,
        "indicators": _kept(line.kept),
        "conflicts": line.conflicts,
        "received": _received(line.received),
    }


def _actions(actions: Actions) -> Json:
    summary = actions.summary
    return {
        "actions": summary.count,
        "progress": None if summary.progress is None else int(summary.progress),
        "late": summary.late,
        "blocked": summary.blocked,
        "done": summary.done,
        "states": {state.value: count for state, count in actions.states.items()},
    }


def _by_priority(town: Town, quarter: str) -> list[Json]:
    found = [
        {"priority": {"id": node.id, "label": node.title}, "number": node.number}
        | _actions(town.matrix.get((node.id, quarter), NO_ACTIONS))
        for node in town.priorities
    ]
    return [*found, {"priority": None, "number": None} | _actions(town.matrix.get(("", quarter), NO_ACTIONS))]


def _kept(kept: Kept) -> Json:
    return {"awaited": kept.followed, "filled": kept.filled, "missing": kept.missing}


def _received(received: Received | None) -> Json | None:
    if received is None:
        return None
    return {"at": _moment(received.at), "author": received.who or None, "changes": received.changes}


def _shared(one: SharedAction, names: dict[str, str]) -> Json:
    row = one.row
    return {
        "id": row.id,
        "code": row.code or None,
        "title": row.title,
        "state": row.state.value,
        "progress": None if row.progress is None else int(row.progress),
        "districts": _links(one.quarters, names),
    }


def _structure(one: Structure, names: dict[str, str]) -> Json:
    return {
        "id": one.id,
        "name": one.name,
        "category": one.category or None,
        "actions": one.actions,
        "districts": _links(one.quarters, names),
    }


def _indicator(line: IndicatorLine, names: dict[str, str]) -> Json:
    total = line.total
    return {
        "ids": list(line.ids),
        "title": line.title,
        "unit": line.scale.unit or None,
        "districts": [{"id": row, "label": names[row], **_cell(cell, line.scale)} for row, cell in line.cells.items()],
        "town": None if line.town is None else _measure(line.town, line.scale),
        "total": None
        if total is None
        else {
            "value": f"{total.value:f}",
            "qualifier": total.qualifier or None,
            "period": total.period,
            "districts": total.quarters,
        },
    }


def _cell(cell: IndicatorCell, scale: Scale) -> Json:
    measure = None if cell.measure is None else _measure(cell.measure, scale)
    return {"indicator": cell.indicator, "last": measure, "missing": cell.missing, "age": cell.freshness.age.value}


def _measure(measure: Measure, scale: Scale) -> Json:
    value = measure.reading.value
    return {
        "value": None if value is None else f"{value:f}",
        "text": reading_words(measure.reading, scale),
        "period": period_words(measure),
        "year": measure.year,
    }


def _links(ids: Iterable[str], names: dict[str, str]) -> list[Json]:
    return [{"id": row, "label": names[row]} for row in ids]


def _moment(at: Any) -> str:
    return str(at.isoformat(timespec="seconds").replace("+00:00", "Z"))
