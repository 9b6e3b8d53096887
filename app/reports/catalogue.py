"""The reports that can be made: the one list that the gallery, the command line and the tests read.

A report is declared here and nowhere else: see docs/ajouter-un-rapport.md.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

from app.errors import BadValue, Cancelled, UnknownRecord
from app.formatting import NBSP, shorten
from app.reports.action_sheet import write_action_sheet
from app.reports.district_project import write_district_project
from app.reports.document import Built, Progress
from app.reports.request import COMMON, Option, Request, read_request
from app.reports.theme import register_fonts
from app.reports.town_summary import write_town_summary
from app.services.queries.project_report import author_of_notebook

#: Makes the document: (connection, request, path, *, today, author, progress, cancelled) → Built.
Write = Callable[..., Built]


@dataclass(frozen=True, slots=True)
class ReportType:
    """A report: `name` for scripts, `title` and `summary` for people, what it asks, what writes it."""

    name: str
    title: str
    summary: str
    write: Write
    formats: tuple[str, ...] = ("pdf",)
    options: tuple[Option, ...] = COMMON

    def build(
        self,
        connection: Any,
        options: Mapping[str, str],
        path: Path,
        *,
        today: date,
        author: str = "",
        progress: Progress | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> Built:
        """Write the document to `path`, whose extension decides the format; nothing is left behind on a refusal.

        `connection` reads a notebook, whose author signs unless `author` is given. Raises WrongUsage (option unknown
        or missing), BadValue, UnknownRecord, AmbiguousRecord, PlaceFails or Cancelled.
        """
        self.check_format(path)
        if cancelled is not None and cancelled():
            raise Cancelled("Le document n’a pas été fait.", advice="Rien n’a été changé.")
        # A story measures its words before any page exists.
        register_fonts()
        request = self.read(connection, options, today=today)
        author = author or author_of_notebook(connection)
        return self.write(connection, request, path, today=today, author=author, progress=progress, cancelled=cancelled)

    def read(self, connection: Any, options: Mapping[str, str], *, today: date) -> Request:
        """The values of the options."""
        return read_request(connection, self.title, self.options, options, today=today)

    def check_format(self, path: Path) -> None:
        """Raise BadValue when the report does not exist in the format of this file."""
        if path.suffix.lower().lstrip(".") not in self.formats:
            known = " ou ".join(f".{form}" for form in self.formats)
            raise BadValue(
                f"«{NBSP}{self.title}{NBSP}» ne s’écrit pas dans «{NBSP}{path.name}{NBSP}».",
                advice=f"Donnez un fichier en {known}.",
            )


def record_option(entity: str, label: str) -> Option:
    """The record a document is about: its option bears the key of the entity."""
    return Option(entity, label, True, "record")


#: Every report by name, in the order of the gallery.
CATALOGUE: Mapping[str, ReportType] = MappingProxyType(
    {
        report.name: report
        for report in (
            ReportType(
                "projet-de-quartier",
                "Projet de quartier",
                f"Le document complet{NBSP}: équipe, portrait, enjeux, plan par priorité, calendrier, indicateurs.",
                write_district_project,
            ),
            ReportType(
                "fiche-action",
                "Fiche action",
                "Une action sur une ou deux pages, à joindre à un dossier ou à distribuer en réunion.",
                write_action_sheet,
                options=(record_option("action", "Action"), *COMMON),
            ),
            ReportType(
                "synthese-ville",
                "Synthèse de la ville",
                f"Les quartiers côte à côte{NBSP}: avancement, priorités, actions communes, structures, indicateurs.",
                write_town_summary,
            ),
        )
    }
)


def report_named(name: str) -> ReportType:
    """The report of that name; raises UnknownRecord with those that exist."""
    if name in CATALOGUE:
        return CATALOGUE[name]
    raise UnknownRecord(
        f"Aucun document ne s’appelle «{NBSP}{shorten(name, 40)}{NBSP}».",
        advice=f"Documents{NBSP}: {', '.join(CATALOGUE)}.",
    )


def build(
    connection: Any,
    name: str,
    options: Mapping[str, str],
    path: Path,
    *,
    today: date,
    author: str = "",
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Built:
    """Write the report `name`; see `ReportType.build`."""
    return report_named(name).build(
        connection, options, path, today=today, author=author, progress=progress, cancelled=cancelled
    )


__all__ = ["CATALOGUE", "Option", "ReportType", "build", "record_option", "report_named"]
