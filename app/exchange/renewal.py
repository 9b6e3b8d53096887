"""The workbook that takes the place of one that was just taken in: the same content, as it is now.

Its new rows have their Réf., and its base is what the notebook holds: what is typed in it next is compared with that.
"""

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from app.errors import KnownError, PlaceFails
from app.exchange.export import Export, Progress, export_workbook
from app.exchange.layout import Profile
from app.exchange.preview import Source
from app.formatting import NBSP
from app.notebook.store import Store

#: What an export adds to the name of a workbook: its day, its code.
_DATED = re.compile(r"_\d{4}-\d\d-\d\d_[A-Z2-9]{4}$")


class NotRenewable(KnownError):
    """Nobody remembers what the workbook was made with."""


def can_renew(source: Source) -> bool:
    """Whether one knows with what profile, scope and entities a workbook was made."""
    return bool(source.profile)


def stem_of(source: Source) -> str:
    """The name of a workbook without its day and its code: `Projets_Est`."""
    return _DATED.sub("", source.path.stem) or source.path.stem


def check_place(source: Source, target: Path) -> None:
    """Raise NotRenewable, or PlaceFails when `target` (a file, or a folder) would replace something."""
    if not can_renew(source):
        raise NotRenewable(
            f"«{NBSP}{source.path.name}{NBSP}» ne dit plus avec quel contenu il avait été exporté.",
            advice="Exportez plutôt un nouveau classeur.",
        )
    if target.is_file():
        raise PlaceFails(
            f"«{NBSP}{target.name}{NBSP}» existe déjà, il n’est pas remplacé.", advice="Donnez un autre nom."
        )
    if not target.is_dir() and (target.suffix.lower() != ".xlsx" or not target.parent.is_dir()):
        raise PlaceFails(
            f"«{NBSP}{target}{NBSP}» n’est ni un dossier, ni un nom de classeur.",
            advice="Nommez un fichier .xlsx dans un dossier qui existe.",
        )


def renew(
    store: Store,
    source: Source,
    target: Path,
    *,
    now: datetime,
    progress: Progress = lambda share, sentence: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Export:
    """Write the workbook of `source` as it is now, at `target` (a .xlsx file that is not there, or a folder).

    In a folder it keeps its name, with the new day and code. Raises NotRenewable, PlaceFails, Cancelled.
    """
    check_place(source, target)
    return export_workbook(
        store, target, profile=Profile(source.profile), now=now, district=source.district, entities=source.entities,
        stem=stem_of(source), progress=progress, cancelled=cancelled,
    )  # fmt: skip


__all__ = ["NotRenewable", "can_renew", "check_place", "renew", "stem_of"]
