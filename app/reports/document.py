"""A report as a file: pages, running head and foot, cover, contents, properties, and a safe delivery.

`write_document` pours a story (blocks) down tagged A4 pages and replaces the target file only once the new one is
complete on disk: a full disk leaves the old document as it was.
"""

import io
import os
import tempfile
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pikepdf
from reportlab.lib.utils import ImageReader

from app.cycles import collector_paused
from app.errors import Cancelled, PlaceFails
from app.formatting import NBSP, format_date
from app.reports.layout import Block, NewPage, Space, gap_between, least_of
from app.reports.pen import Pen
from app.reports.tagging import Element, write_structure
from app.reports.text import Heading, Line, Text, baseline, wrap
from app.reports.theme import A4, BODY, COVER, LABEL, PAPER, RUNNING, SUBTITLE, TITLE, Sheet

APPLICATION = "Carnet de quartier"
LANGUAGE = "fr"


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a document says of itself.

    `place` stands at the top left (« Ville de Roubaix · Service Politique de la ville »), `scope` at the top right
    (« Projet de quartier Est · 2024–2030 »); `edited_on` is passed in, never read from the machine's clock.
    """

    title: str
    place: str
    scope: str
    edited_on: date
    author: str = ""
    subject: str = ""
    keywords: str = ""


@dataclass(frozen=True, slots=True)
class Cover:
    """The first page of a long document: title, subtitle, and lines of facts at its foot."""

    title: str
    subtitle: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    mention: str = ""
    logo: Path | None = None


@dataclass(frozen=True, slots=True)
class Built:
    """A document that was written: where, how many pages, its headings as (level, title, page from 1)."""

    path: Path
    pages: int
    headings: tuple[tuple[int, str, int], ...]


Progress = Callable[[int, int], None]


def write_document(
    target: Path,
    metadata: Metadata,
    story: Sequence[Block],
    *,
    sheet: Sheet = A4,
    cover: Cover | None = None,
    contents: bool = False,
    contents_depth: int = 2,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Built:
    """Write the report to `target`, replacing it in one go.

    `progress(done, total)` counts blocks; `cancelled()` is asked at every block and page. Raises `Cancelled` (nothing
    was changed) or `PlaceFails` when the folder refuses the file.
    """
    data, pen = render(
        metadata,
        story,
        sheet=sheet,
        cover=cover,
        contents=contents,
        contents_depth=contents_depth,
        progress=progress,
        cancelled=cancelled,
    )
    deliver(target, data)
    headings = tuple((entry.level, entry.title, entry.page + 1) for entry in pen.entries)
    return Built(target, pen.page_count, headings)


def render(
    metadata: Metadata,
    story: Sequence[Block],
    *,
    sheet: Sheet = A4,
    cover: Cover | None = None,
    contents: bool = False,
    contents_depth: int = 2,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> tuple[bytes, Pen]:
    """The finished, tagged document in memory, for a preview; see `write_document`."""
    with collector_paused():
        return _render(metadata, list(story), sheet, cover, contents_depth if contents else 0, progress, cancelled)


def _render(
    metadata: Metadata,
    blocks: list[Block],
    sheet: Sheet,
    cover: Cover | None,
    contents_depth: int,
    progress: Progress | None,
    cancelled: Callable[[], bool] | None,
) -> tuple[bytes, Pen]:
    if contents_depth:
        blocks = [*_contents(blocks, contents_depth), NewPage(), *blocks]
    raw = io.BytesIO()
    pen = Pen(raw, language=LANGUAGE)
    flow = _Flow(pen, metadata, sheet, progress, cancelled)
    if cover:
        flow.draw_cover(cover)
    flow.pour(blocks)
    pen.finish(
        title=metadata.title, author=metadata.author, subject=metadata.subject or metadata.scope,
        keywords=metadata.keywords,
    )  # fmt: skip
    flow.check()
    return _tagged(raw, pen, metadata), pen


def deliver(target: Path, data: bytes) -> None:
    """Put `data` in place of `target`: written beside it, flushed to the disk, then renamed over it."""
    temporary: str | None = None
    try:
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=".carnet-", suffix=".pdf")
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        if os.path.getsize(temporary) != len(data):
            raise OSError("short write")
        # mkstemp keeps the file to its owner; a report is shared like any other document.
        os.chmod(temporary, 0o644)
        os.replace(temporary, target)
    except OSError as error:
        kept = " Le document précédent est intact." if target.exists() else ""
        raise PlaceFails(
            f"Le document «{NBSP}{target.name}{NBSP}» n’a pas pu être enregistré.{kept}",
            advice="Fermez-le s’il est ouvert, vérifiez la place et les droits du dossier, ou choisissez-en un autre.",
        ) from error
    finally:
        if temporary and os.path.exists(temporary):
            os.unlink(temporary)


def _tagged(raw: io.BytesIO, pen: Pen, metadata: Metadata) -> bytes:
    raw.seek(0)
    with pikepdf.open(raw) as pdf:
        write_structure(pdf, pen.structure, language=LANGUAGE)
        with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as described:
            described["dc:title"] = metadata.title
            described["dc:language"] = {LANGUAGE}
            if metadata.author:
                described["dc:creator"] = [metadata.author]
            if metadata.subject or metadata.scope:
                described["dc:description"] = metadata.subject or metadata.scope
            described["xmp:CreatorTool"] = APPLICATION
        done = io.BytesIO()
        # Without Python code to run now and then, the writer would hold the interpreter and freeze the window.
        pdf.save(done, object_stream_mode=pikepdf.ObjectStreamMode.generate, progress=lambda percent: None)
    return done.getvalue()


class _Flow:
    """Pours blocks down pages."""

    def __init__(
        self,
        pen: Pen,
        metadata: Metadata,
        sheet: Sheet,
        progress: Progress | None,
        cancelled: Callable[[], bool] | None,
    ) -> None:
        self._pen = pen
        self._metadata = metadata
        self._sheet = sheet
        self._progress = progress
        self._cancelled = cancelled
        self._top = 0.0
        self._above: Block | None = None
        self._open = False

    def check(self) -> None:
        if self._cancelled and self._cancelled():
            raise Cancelled("Le document n’a pas été fait.", advice="Rien n’a été changé.")

    def pour(self, story: Sequence[Block]) -> None:
        waiting = deque(story)
        total = len(waiting)
        while waiting:
            self.check()
            if self._progress:
                self._progress(total - len(waiting), total)
            self._place(waiting)
        if not self._open and not self._pen.page_count:
            self._start_page()
        if self._open:
            self._end_page()
        if self._progress:
            self._progress(total, total)

    def _place(self, waiting: deque[Block]) -> None:
        """Draw the first block, or its first part, or go to a new page and leave it waiting."""
        block = waiting[0]
        if isinstance(block, NewPage):
            waiting.popleft()
            if self._open:
                self._end_page()
            self._sheet = block.sheet or self._sheet
            return
        if isinstance(block, Space) and self._above is None:
            waiting.popleft()
            return
        if not self._open:
            self._start_page()
        width = self._sheet.room_width
        gap = gap_between(self._above, block)
        room = self._top - gap - self._sheet.bottom
        fresh = self._above is None
        # Enough of what follows to hold the headings at the front with their text.
        if not fresh and least_of(_front(waiting), width) > room + 0.01:
            self._end_page()
            return
        height = block.height(width)
        if height > room + 0.01:
            parts = block.split(width, room)
            if parts is None and not fresh:
                self._end_page()
                return
            if parts is not None:
                waiting.popleft()
                waiting.appendleft(parts[1])
                parts[0].draw(self._pen, self._sheet.left, self._top - gap, width)
                self._end_page()
                return
        waiting.popleft()
        block.draw(self._pen, self._sheet.left, self._top - gap, width)
        self._top -= gap + height
        self._above = block if height else self._above

    def _start_page(self, *, running: bool = True) -> None:
        sheet, pen = self._sheet, self._pen
        pen.start_page(sheet)
        self._open, self._above = True, None
        self._top = sheet.height - sheet.top
        if running:
            self._draw_running()

    def _end_page(self) -> None:
        self._pen.end_page()
        self._open, self._above = False, None

    def _draw_running(self) -> None:
        sheet, pen, metadata = self._sheet, self._pen, self._metadata
        right = sheet.width - sheet.right
        number = pen.page_count
        with pen.artifact("Header"):
            y = sheet.height - 40
            pen.text(sheet.left, y, metadata.place, RUNNING)
            pen.text(right, y, metadata.scope, RUNNING.but(align="right"))
            pen.rule(sheet.left, right, y - 5, colour=PAPER.border)
        with pen.artifact("Footer"):
            y = 33.0
            pen.rule(sheet.left, right, y + 10, colour=PAPER.border)
            pen.text(sheet.left, y, f"Édité le {format_date(metadata.edited_on)} · {APPLICATION}", RUNNING)
            pen.text_later(
                right, y, lambda: f"page {number} / {pen.page_count}".replace(" ", NBSP), RUNNING.but(align="right")
            )

    def draw_cover(self, cover: Cover) -> None:
        """A page of its own, without running head: the town, the title, then the facts at the foot."""
        self._start_page(running=False)
        sheet, pen, metadata = self._sheet, self._pen, self._metadata
        width = sheet.room_width
        left, right = sheet.left, sheet.width - sheet.right
        y = sheet.height - sheet.top
        if cover.logo:
            y = self._draw_logo(cover.logo, y)
        with pen.mark(Element("P")):
            pen.text(left, y - 12, metadata.place, SUBTITLE.but(colour=PAPER.text_muted))
        y = sheet.height * 0.62
        with pen.artifact():
            pen.box(left, y + 12, 54, 4, fill=PAPER.accent)
        for text, style, role in ((cover.title, COVER, "H1"), (cover.subtitle, TITLE, "P")):
            block = Text(text, style, role=role)
            if role == "H1":
                pen.bookmark("couverture", cover.title, 1, y)
            block.draw(pen, left, y, width)
            y -= block.height(width) + 8
        y = sheet.bottom + 12 + 17 * len(cover.facts)
        with pen.artifact():
            pen.rule(left, right, y + 8, colour=PAPER.border)
        for label, value in cover.facts:
            with pen.mark(Element("P")):
                pen.text(left, baseline(y, BODY), label, LABEL.but(size=9, leading=13))
                pen.text(left + 120, baseline(y, BODY), value, BODY)
            y -= 17
        if cover.mention:
            with pen.mark(Element("P")):
                pen.text(left, 33, cover.mention, RUNNING)
        self._end_page()

    def _draw_logo(self, logo: Path, top: float) -> float:
        image = ImageReader(str(logo))
        width, height = image.getSize()
        scale = min(140 / width, 56 / height)
        with self._pen.mark(Element("Figure", alt="Logo de la collectivité")):
            self._pen.image(image, self._sheet.left, top - height * scale, width * scale, height * scale)
        return float(top - height * scale - 14)


def _front(waiting: deque[Block]) -> list[Block]:
    """The first block, with all that must stay with it."""
    front = []
    for block in waiting:
        front.append(block)
        if not block.keep_with_next:
            break
    return front


# -- contents -----------------------------------------------------------------------------------------------------


def _contents(story: Sequence[Block], depth: int) -> list[Block]:
    """« Sommaire » and one line for each heading of the story down to `depth`."""
    headings = [heading for heading in _headings(story) if heading.bookmarked and heading.level <= depth]
    if not headings:
        return []
    toc = Element("TOC")
    title = Heading("Sommaire", TITLE, level=1, after=10, bookmark=False)
    return [title, *(_ContentsLine(heading, toc) for heading in headings)]


def _headings(blocks: Sequence[Block]) -> list[Heading]:
    found: list[Heading] = []
    for block in blocks:
        if isinstance(block, Heading):
            found.append(block)
        found += _headings(block.children())
    return found


class _ContentsLine(Block):
    """A heading and its page number, known once all is drawn; the whole line is a link."""

    def __init__(self, heading: Heading, toc: Element) -> None:
        self._heading = heading
        item = Element("TOCI", toc)
        self._link = Element("Link", item)
        top = heading.level == 1
        self._style = BODY.but(bold=top)
        self.space_before = 6 if top else 1
        self._indent = 14.0 * (heading.level - 1)

    def height(self, width: float) -> float:
        return len(self._lines(width)) * self._style.leading

    def draw(self, pen: Pen, x: float, top: float, width: float) -> None:
        lines = self._lines(width)
        style, key = self._style, self._heading.key
        height = self.height(width)
        y = baseline(top, style)
        with pen.mark(self._link):
            for rank, line in enumerate(lines):
                pen.text(x + self._indent, y - rank * style.leading, line.spans[0].text, style)
            last = y - (len(lines) - 1) * style.leading
            number = BODY.but(align="right")
            pen.text_later(x + width, last, lambda: _page_of(pen, key), number)
        start, end = x + self._indent + lines[-1].width + 6, x + width - 22
        if end > start:
            with pen.artifact():
                pen.dots(start, end, last, colour=PAPER.border_control)
        pen.link(key, x, top - height, width, height, element=self._link, words=self._heading.title)

    def _lines(self, width: float) -> list[Line]:
        return wrap(self._heading.title, self._style, width - self._indent - 30)


def _page_of(pen: Pen, key: str) -> str:
    return next((str(entry.page + 1) for entry in pen.entries if entry.key == key), "")
