"""« Effacer cette personne… »: what is out of reach is gathered, the person is asked, then it is done in a worker."""

from collections.abc import Callable
from typing import Any

from app.errors import KnownError
from app.formatting import NBSP, counted, format_date
from app.models import registry
from app.services import erasure, mentions, records
from app.ui.context import Context
from app.ui.dialogs import erasing
from app.ui.dialogs.erasing_texts import NamedText


def erase_person(context: Context, panel: Any, entity: str, row: str, *, done: Callable[[], object]) -> None:
    """Ask, then erase the person `row`; `done()` once it is over. What happened is said in the banner of the panel."""
    from app.exchange.exported_people import workbooks_with

    with context.store.read() as connection:
        name = records.labels(connection, entity, [row])[row]
        found = mentions.mentions(connection, entity, [row])
        texts = [NamedText(one, mentions.words(connection, one)) for one in found]
    workbooks = [
        f"Le classeur {one.code4} ({one.for_whom}), exporté le {format_date(one.at.astimezone().date())}{NBSP}:"
        f" {one.path.name}"
        for one in workbooks_with(context.store, entity, [row])
    ]
    masking = erasing.ask_to_erase(context, name, panel.window(), workbooks=workbooks, texts=texts)
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

    def failed(error: BaseException) -> None:
        if isinstance(error, KnownError):
            panel.banner.tell(error.message, error.advice, tone="danger")
        else:
            context.jobs.crashed.emit(error)

    context.jobs.run(
        "Effacement d’une personne",
        lambda _job: erasure.erase(context.store, entity, [row], masking=masking),
        finished,
        failed,
    )
