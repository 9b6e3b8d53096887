"""The logframe of a scheme, line by line, as annexe 3 of the contract sets it out in six columns.

Objectif général › objectif spécifique and its palier › indicateurs de résultat › objectif opérationnel › indicateurs
de processus › méthodes et outils. Source: contrat de ville 2024-2030, annexe 3.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from app.models.registry import ENTITIES

_O = ENTITIES["objective"].table
_M = ENTITIES["milestone"].table
_I = ENTITIES["indicator"].table
_S = ENTITIES["scheme"].table
_LAST = "~"


@dataclass(frozen=True, slots=True)
class Named:
    """An indicator as the logframe lists it."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class LogframeLine:
    """One operational objective (or none) within a block; lines of one `general` and of one `block` merge."""

    general: str
    general_title: str
    block: str
    specific_title: str
    milestone: str
    results: tuple[Named, ...]
    operational: str
    operational_title: str
    processes: tuple[Named, ...]
    tools: str
    operational_tools: str


def schemes_with_logframe(connection: Connection) -> list[tuple[str, str]]:
    """(id, title) of the schemes that have objectives of their own, the fullest first."""
    count = func.count(_O.c.id)
    query = (
        select(_S.c.id, _S.c.title)
        .join(_O, _O.c.scheme == _S.c.id)
        .where(_S.c.deleted == 0, _O.c.deleted == 0)
        .group_by(_S.c.id)
        .order_by(count.desc(), func.fold(_S.c.title))
    )
    return [(row, title or "") for row, title in connection.execute(query)]


def load_logframe(connection: Connection, scheme: str) -> list[LogframeLine]:
    """The lines of the logframe of `scheme`, in order. What hangs under nothing known comes under an empty title."""
    objectives = [
        dict(row)
        for row in connection.execute(
            select(_O.c.id, _O.c.level, _O.c.title, _O.c.parent, _O.c.milestone, _O.c.tools)
            .where(_O.c.scheme == scheme, _O.c.deleted == 0)
            .order_by(func.coalesce(_O.c.order, _LAST), _O.c.title, _O.c.id)
        ).mappings()
    ]
    ids = [row["id"] for row in objectives]
    milestones: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row, objective, year, title in connection.execute(
        select(_M.c.id, _M.c.objective, _M.c.year, _M.c.title)
        .where(_M.c.objective.in_(ids), _M.c.deleted == 0)
        .order_by(_M.c.year, _M.c.title)
    ):
        milestones[objective].append((row, f"{year or ''}\u00a0: {title or ''}".strip("\u00a0: ")))
    indicators: dict[tuple[str, str], list[Named]] = defaultdict(list)
    for row, objective, milestone, title in connection.execute(
        select(_I.c.id, _I.c.objective, _I.c.milestone, _I.c.title)
        .where(_I.c.objective.in_(ids), _I.c.deleted == 0)
        .order_by(func.coalesce(_I.c.order, _LAST), _I.c.title)
    ):
        indicators[objective, milestone or ""].append(Named(row, title or ""))
    known = {row["id"] for row in objectives}
    under: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in objectives:
        under[row["parent"] if row["parent"] in known else ""].append(row)
    lines: list[LogframeLine] = []
    for general in [row for row in objectives if row["level"] == "general"]:
        for specific in [row for row in under[general["id"]] if row["level"] == "specific"]:
            lines += _block_lines(general, specific, under[specific["id"]], milestones[specific["id"]], indicators)
    return lines


def _block_lines(
    general: dict[str, Any], specific: dict[str, Any], operational: list[dict[str, Any]],
    milestones: list[tuple[str, str]], indicators: dict[tuple[str, str], list[Named]],
) -> list[LogframeLine]:  # fmt: skip
    """The lines of one specific objective: a block for each of its paliers, or one without."""
    lines: list[LogframeLine] = []
    dated = {key for key, _words in milestones}
    blocks = [*milestones]
    loose = [row for row in operational if row["milestone"] not in dated]
    if loose or not blocks or indicators.get((specific["id"], "")):
        blocks.insert(0, ("", ""))
    for key, words in blocks:
        results = tuple(indicators.get((specific["id"], key), ()))
        rows: list[dict[str, Any]] = [row for row in operational if row["milestone"] == key] if key else loose
        for row in rows or [{"id": "", "title": "", "tools": "", "milestone": ""}]:
            found = [named for (owner, _m), several in indicators.items() if owner == row["id"] for named in several]
            lines.append(
                LogframeLine(
                    general["id"], general["title"] or "", f"{specific['id']}/{key}", specific["title"] or "", words,
                    results, row["id"], row["title"] or "", tuple(found), general["tools"] or "", row["tools"] or "",
                )
            )  # fmt: skip
    return lines
