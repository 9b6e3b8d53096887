"""A report of about 200 pages, against a reportlab canvas that writes the same words at the same places."""

import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from app.notebook.store import Store, open_notebook
from bench import large
from bench.session import MOMENT, Session, needs
from bench.timing import Timed, alternate
from bench.verdict import Measured, NotThere

REPORT = "projet-de-quartier"
#: Actions whose report makes some 200 pages.
ACTIONS = 400

#: x and y in points from the bottom left, font, size, text.
Words = tuple[float, float, str, float, str]


def pdf_row(session: Session) -> Measured:
    """The whole gesture: reading the notebook, composing, tagging, writing the file."""
    needs("app.reports.catalogue", "les rapports ne sont pas encore au catalogue.")
    from app.reports import catalogue

    if REPORT not in catalogue.CATALOGUE:
        raise NotThere("le rapport « Projet de quartier » n’existe pas encore.")
    target = session.folder / "rapport.pdf"
    with open_notebook(session.copy(ACTIONS, "rapport"), read_only=True, now=lambda: MOMENT) as store:
        pages = _words_of(store, target)
        pair = alternate(_canvas(pages, session.folder / "plancher.pdf"), _report(store, target), rounds=5)
    return Measured("pdf", pair.floor_ms, pair.ours_ms, spread=pair.spread, note=f"{len(pages)} pages")


def _report(store: Store, target: Path) -> Timed:
    def run() -> float:
        begun = time.perf_counter()
        build_report(store, target)
        return (time.perf_counter() - begun) * 1000

    return run


def build_report(store: Store, target: Path, **options: Any) -> None:
    from app.reports import catalogue

    with store.read() as connection:
        catalogue.build(connection, REPORT, {}, target, today=large.TODAY, **options)


def _words_of(store: Store, target: Path) -> list[list[Words]]:
    """Every text the report draws, page by page, noted while it is made once."""
    from app.reports.pen import Pen

    pages: list[list[Words]] = []
    operators, start = Pen._operators, Pen.start_page

    def note(pen: Pen, pieces: Iterable[Any]) -> str:
        kept = list(pieces)
        if pages:
            pages[-1].extend((x, y, font, size, text) for x, y, font, size, _colour, text in kept)
        return operators(pen, kept)

    def turn(pen: Pen, *arguments: Any, **options: Any) -> Any:
        pages.append([])
        return start(pen, *arguments, **options)

    Pen._operators, Pen.start_page = note, turn  # type: ignore[method-assign]
    try:
        build_report(store, target)
    finally:
        Pen._operators, Pen.start_page = operators, start  # type: ignore[method-assign]
    return pages


def _canvas(pages: list[list[Words]], target: Path) -> Timed:
    from reportlab.pdfgen.canvas import Canvas

    def run() -> float:
        begun = time.perf_counter()
        canvas = Canvas(str(target), pageCompression=1)
        for page in pages:
            for x, y, font, size, text in page:
                canvas.setFont(font, size)
                canvas.drawString(x, y, text)
            canvas.showPage()
        canvas.save()
        return (time.perf_counter() - begun) * 1000

    return run
