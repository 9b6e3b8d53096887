"""« Effacer cette personne… »: what to tell is gathered in a task, the question asked, then it is done in another."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.errors import KnownError
from app.formatting import NBSP, counted, format_date
from app.models import registry
from app.notebook.store import Store
from app.services import erasure, mentions, records
from app.ui.context import Context
from app.ui.dialogs import erasing
from app.ui.dialogs.erasing_texts import NamedText


def erase_person(context: Context, panel: Any, entity: str, row: str, *, done: Callable[[], object]) -> None:
    """Ask, then erase the person `row`; `done()` once it is over. What happened is said in the banner of the panel."""
    # Every text of the notebook and of its past is read: seconds, in a large one.
    context.jobs.run(
        "Textes où une personne est nommée",
        lambda _job: _gathered(context.store, entity, row),
        lambda found: _ask(context, panel, entity, row, found, done),
        lambda fault: _tell_fault(context, panel, fault),
    )


@dataclass(frozen=True, slots=True)
class _Gathered:
    """What the question tells: who, the workbooks that left with them, the texts of other rows that name them."""

    name: str
    workbooks: tuple[str, ...]
    texts: tuple[NamedText, ...]


def _gathered(store: Store, entity: str, row: str) -> _Gathered:
    from app.exchange.exported_people import workbooks_with

    with store.read() as connection:
        name = records.labels(connection, entity, [row])[row]
        found = mentions.mentions(connection, entity, [row])
        texts = tuple(map(NamedText, found, mentions.words(connection, found)))
    workbooks = tuple(
        f"Le classeur {one.code4} ({one.for_whom}), exporté le {format_date(one.at.astimezone().date())}{NBSP}:"
        f" {one.path.name}"
        for one in workbooks_with(store, entity, [row])
    )
    return _Gathered(name, workbooks, texts)


def _ask(context: Context, panel: Any, entity: str, row: str, found: _Gathered, done: Callable[[], object]) -> None:
    if context.navigator.place.id != row:  # one went elsewhere meanwhile
        return
    masking = erasing.ask_to_erase(context, found.name, panel.window(), workbooks=found.workbooks, texts=found.texts)
    if masking is None:
        return
    if context.drafts is not None:
        for key in registry.entity(entity).fields:
            context.drafts.drop(entity, row, key)
    panel.banner.tell("Effacement en cours…", "Les sauvegardes sont vidées aussi.")

    def finished(result: erasure.Erased) -> None:
        done()
        if result.left:
            count = counted(len(result.left), "fichier n’a", "fichiers n’ont")
            panel.banner.tell(
                "Personne effacée.",
                f"{count} pas pu être vidé{'s' if len(result.left) > 1 else ''}{NBSP}:"
                f" {', '.join(path.name for path, _ in result.left)}. Ce sera refait à la prochaine ouverture.",
                tone="warning",
            )

    context.jobs.run(
        "Effacement d’une personne",
        lambda _job: erasure.erase(context.store, entity, [row], masking=masking),
        finished,
        lambda fault: _tell_fault(context, panel, fault),
    )


def _tell_fault(context: Context, panel: Any, fault: BaseException) -> None:
    if isinstance(fault, KnownError):
        panel.banner.tell(fault.message, fault.advice, tone="danger")
    else:
        context.jobs.crashed.emit(fault)
