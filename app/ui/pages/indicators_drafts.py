"""What was typed in the entry grid and not taken, kept as drafts: one a cell, by indicator, year and territory."""

import re
from collections.abc import Collection, Mapping
from typing import Any

from app.ui.context import Context
from app.ui.drafts import Draft
from app.ui.editing import keep_draft

#: (indicator, year)
CellKey = tuple[str, int]
#: A cell is no field of its indicator: the sign keeps it apart from them.
_FIELD = re.compile(r"\+(\d{4})@(.*)")


def typed_for(context: Context, territory: str) -> dict[CellKey, str] | None:
    """The texts that wait in the cells of a territory; None when nothing is kept here."""
    if context.drafts is None:
        return None
    found = ((draft, _FIELD.fullmatch(draft.field)) for draft in context.drafts.kept() if draft.entity == "indicator")
    return {(draft.id, int(cell[1])): draft.text for draft, cell in found if cell and cell[2] == territory}


def keep_typed(context: Context, territory: str, texts: Mapping[CellKey, str], shown: Collection[str]) -> None:
    """Keep the texts of the cells that are refused; those of `shown` indicators that are not any more are forgotten."""
    before = typed_for(context, territory) or {}
    for key in before.keys() | texts.keys():
        text = texts.get(key, "")
        if text != before.get(key, "") and (text or key[0] in shown):
            keep_draft(context, "indicator", key[0], f"+{key[1]}@{territory}", text)


def place_of(draft: Draft) -> dict[str, Any] | None:
    """What the page is asked to show the cell of a draft; None for the draft of a field."""
    cell = _FIELD.fullmatch(draft.field) if draft.entity == "indicator" else None
    return {"view": "entry", "year": int(cell[1]), "territory": cell[2]} if cell else None
