"""The document « Projet de quartier »: cover, contents, and its parts in the order of the trade.

Source: the printed documents of the trade (projet de quartier, décret 2023-1314): équipe, portrait, enjeux, plan by
priority, calendar, dashboard, partners, annexes. Money comes with the financements.
"""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from app.formatting import NBSP, counted, format_long_date
from app.reports.district_annexes import annexes
from app.reports.district_board import calendar, dashboard, partners
from app.reports.district_frame import governance, issues, perspectives, portrait, presentation
from app.reports.district_priorities import other_pages, overview, priority_pages, waiting
from app.reports.document import Built, Cover, Metadata, Progress, write_document
from app.reports.layout import Block
from app.reports.request import Request
from app.services.queries.project_report import ProjectReport, load_project_report


def write_district_project(
    connection: Any,
    request: Request,
    path: Path,
    *,
    today: date,
    author: str = "",
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Built:
    """Write the projet de quartier as things stand on `today`; see `document.write_document` for what is raised."""
    report = load_project_report(connection, district=request.district, today=today)
    return write_document(
        path,
        metadata(report, today=today, author=author),
        story(report, request, today=today),
        cover=cover(report, request, today=today, author=author),
        contents=True,
        progress=progress,
        cancelled=cancelled,
    )


def title_of(report: ProjectReport) -> str:
    """« Projet de quartier Est », or « Projets de quartier de Roubaix » for the whole town."""
    if report.quarter:
        return f"Projet de quartier {report.quarter}"
    town = report.frame.town
    link = "d’" if town[:1] in "AEIOUYÉÈÂÎ" else "de "
    return f"Projets de quartier {link}{town}" if town else "Projets de quartier"


def metadata(report: ProjectReport, *, today: date, author: str) -> Metadata:
    title = title_of(report)
    return Metadata(
        title=title,
        place=report.frame.place or "Politique de la ville",
        scope=" · ".join(part for part in (title, report.frame.period) if part),
        edited_on=today,
        author=author or report.frame.place,
        subject=f"{title}, contrat de ville {report.frame.period}".rstrip(),
        keywords=", ".join(part for part in ("politique de la ville", report.frame.town, report.quarter) if part),
    )


def cover(report: ProjectReport, request: Request, *, today: date, author: str) -> Cover:
    plan = f"{counted(report.summary.count, 'action')} sur {counted(len(report.priorities), 'priorité')}"
    facts = [
        *_qpv_lines(report),
        ("Plan d’actions", plan),
        ("Bilan", f"année {request.year}" if request.period_words == str(request.year) else request.period_words),
        ("État au", format_long_date(today)),
        ("Rédaction", author),
    ]  # fmt: skip
    mention = ""
    if report.example:
        mention = f"Exemple{NBSP}: les actions, les structures et les mesures de ce document sont en partie inventées."
    elif request.public:
        mention = "Version destinée aux habitants."
    subtitle = f"Contrat de ville {report.frame.period}".rstrip()
    return Cover(
        title_of(report), subtitle, facts=tuple((label, words) for label, words in facts if words), mention=mention
    )


def _qpv_lines(report: ProjectReport) -> list[tuple[str, str]]:
    """The QPV two a line: a line of the cover does not wrap."""
    names = [f"{qpv.short_name} ({qpv.code})" if qpv.code else qpv.short_name for qpv in report.qpv]
    lines = [", ".join(names[start : start + 2]) for start in range(0, len(names), 2)]
    return [("Quartiers prioritaires" if not rank else " ", line) for rank, line in enumerate(lines)]


def story(report: ProjectReport, request: Request, *, today: date) -> list[Block]:
    """Every part, in order."""
    blocks: list[Block] = [
        *presentation(report),
        *waiting(report, request),
        *governance(report),
        *portrait(report),
        *issues(report),
        *overview(report),
    ]
    for part in report.priorities:
        blocks += priority_pages(part, report, request)
    blocks += other_pages(report.other_actions)
    blocks += calendar(report, request)
    blocks += dashboard(report, today=today)
    blocks += partners(report)
    blocks += perspectives(report)
    blocks += annexes(report, request)
    return blocks
