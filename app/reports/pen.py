"""The hand that draws on the pages: text, rules, bars, marked content, links and bookmarks.

A thin layer over reportlab's canvas. It writes text operators itself, many pieces in one text object: a table of two
hundred pages then costs little more than its bare strings. Whatever is drawn is either content of an `Element`
(`mark`) or an artifact (`artifact`); text outside both is a fault of ours and raises.

Lengths are points, the origin is the lower left corner of the sheet, colours are `#RRGGBB`.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any, NamedTuple

from reportlab.graphics import renderPDF
from reportlab.lib.rl_accel import escapePDF
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas

from app.reports.tagging import Element, Structure
from app.reports.theme import SANS, Sheet, TextStyle, register_fonts


class Piece(NamedTuple):
    """A run of text in one font: left edge, baseline, registered font name, size, colour, text."""

    x: float
    y: float
    font: str
    size: float
    colour: str
    text: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A heading met while drawing: what bookmarks and contents point to. `page` counts from 0."""

    key: str
    title: str
    level: int
    page: int


class Pen:
    """Draws one document; `finish` must be called once, after the last page."""

    def __init__(self, target: IO[bytes], *, language: str) -> None:
        register_fonts()
        self.structure = Structure()
        self.entries: list[Entry] = []
        self.page_count = 0
        self._canvas: Any = Canvas(target, pageCompression=1, lang=language, initialFontName=SANS)
        self._later: list[Callable[[], str]] = []
        self._links: list[int] = []
        self._tag = ""
        self._encoded: dict[tuple[str, str], list[tuple[str, str]]] = {}

    # -- pages ----------------------------------------------------------------------------------------------------

    def start_page(self, sheet: Sheet) -> None:
        self._canvas.setPageSize((sheet.width, sheet.height))
        self.structure.start_page()
        self._links.append(0)
        self.page_count += 1

    def end_page(self) -> None:
        self._canvas.showPage()

    def finish(self, *, title: str, author: str, subject: str, keywords: str) -> None:
        """Fill what was left for later (page numbers), then write the file to the target."""
        self._fill_later()
        canvas = self._canvas
        canvas.setTitle(title)
        canvas.setAuthor(author)
        canvas.setSubject(subject)
        canvas.setKeywords(keywords)
        canvas.setCreator("Carnet de quartier")
        canvas.save()

    # -- marked content -------------------------------------------------------------------------------------------

    @contextmanager
    def mark(self, element: Element) -> Iterator[None]:
        """What is drawn inside is content of `element`."""
        self._open(f"/{element.role} <</MCID {self.structure.mark(element)}>> BDC", element.role)
        try:
            yield
        finally:
            self._close()

    @contextmanager
    def artifact(self, kind: str = "") -> Iterator[None]:
        """What is drawn inside is decoration; `kind` is Header or Footer for running heads."""
        detail = f"/Artifact <</Type /Pagination /Subtype /{kind}>> BDC" if kind else "/Artifact BMC"
        self._open(detail, "Artifact")
        try:
            yield
        finally:
            self._close()

    def _open(self, operator: str, tag: str) -> None:
        if self._tag:
            raise RuntimeError(f"marked content {tag} opened inside {self._tag}")
        self._tag = tag
        self._canvas.addLiteral(operator)

    def _close(self) -> None:
        self._tag = ""
        self._canvas.addLiteral("EMC")

    # -- text -----------------------------------------------------------------------------------------------------

    def write(self, pieces: Iterable[Piece]) -> None:
        """Draw the pieces as content of what is open."""
        if not self._tag:
            raise RuntimeError("text drawn outside marked content")
        self._canvas.addLiteral(f"BT\n{self._operators(pieces)}\nET")

    def write_cells(self, cells: Sequence[tuple[Element | None, Sequence[Piece]]]) -> None:
        """Draw several marked contents in one text object; without an element the pieces are an artifact."""
        if self._tag:
            raise RuntimeError(f"cells drawn inside {self._tag}")
        parts = ["BT"]
        for element, pieces in cells:
            if element is None:
                parts.append("/Artifact BMC")
            else:
                parts.append(f"/{element.role} <</MCID {self.structure.mark(element)}>> BDC")
            parts.append(self._operators(pieces))
            parts.append("EMC")
        parts.append("ET")
        self._canvas.addLiteral("\n".join(parts))

    def text(self, x: float, y: float, text: str, style: TextStyle) -> None:
        """One line; `x` is its left, middle or right according to the alignment of the style."""
        if style.align != "left":
            width = text_width(text, style.font, style.size)
            x -= width if style.align == "right" else width / 2
        self.write([Piece(x, y, style.font, style.size, style.colour, text)])

    def text_later(self, x: float, y: float, text: Callable[[], str], style: TextStyle) -> None:
        """Like `text`, with words known only once every page is drawn (a number of pages)."""

        def operators() -> str:
            words = text()
            width = text_width(words, style.font, style.size)
            left = {"left": x, "right": x - width, "centre": x - width / 2}[style.align]
            return f"BT\n{self._operators([Piece(left, y, style.font, style.size, style.colour, words)])}\nET"

        self._canvas.addLiteral(_hole(len(self._later)))
        self._later.append(operators)

    def _operators(self, pieces: Iterable[Piece]) -> str:
        parts: list[str] = []
        last_font: tuple[str, float] | None = None
        last_colour = ""
        last_subset = ""
        for x, y, font, size, colour, text in pieces:
            if colour != last_colour:
                parts.append(fill_operator(colour))
                last_colour = colour
            if (font, size) != last_font:
                last_font, last_subset = (font, size), ""
            parts.append(f"1 0 0 1 {x:.2f} {y:.2f} Tm")
            for subset, shown in self._encode(font, text):
                if subset != last_subset:
                    parts.append(f"{subset} {size:g} Tf")
                    last_subset = subset
                parts.append(shown)
        return "\n".join(parts)

    def _encode(self, font: str, text: str) -> list[tuple[str, str]]:
        """The text as (subset of the embedded font, show operator); short texts come back often."""
        found = self._encoded.get((font, text))
        if found is None:
            face = pdfmetrics.getFont(font)
            document = self._canvas._doc
            found = [
                (face.getSubsetInternalName(subset, document), f"({escapePDF(codes)}) Tj")
                for subset, codes in face.splitString(text, document)
            ]
            if len(text) < 32:
                self._encoded[font, text] = found
        return found

    def _fill_later(self) -> None:
        if not self._later:
            return
        # reportlab joins the operators of a page when it ends and encodes them when the file is saved: between the
        # two, a page is text in which the holes can still be filled.
        filled = {_hole(rank): operators() for rank, operators in enumerate(self._later)}
        for page in self._canvas._doc.Pages.pages:
            lines = page.stream.split("\n")
            page.stream = "\n".join(filled.get(line, line) if line.startswith(_HOLE) else line for line in lines)

    # -- shapes ---------------------------------------------------------------------------------------------------

    def rule(self, x1: float, x2: float, y: float, *, colour: str, width: float = 0.5) -> None:
        """A horizontal line."""
        self._canvas.addLiteral(f"{stroke_operator(colour)} {width:g} w {x1:.2f} {y:.2f} m {x2:.2f} {y:.2f} l S")

    def dots(self, x1: float, x2: float, y: float, *, colour: str) -> None:
        """A line of dots that leads the eye."""
        self._canvas.addLiteral(
            f"q {stroke_operator(colour)} 0.8 w 1 J [0 3] 0 d {x1:.2f} {y:.2f} m {x2:.2f} {y:.2f} l S Q"
        )

    def vertical_rule(self, x: float, y1: float, y2: float, *, colour: str, width: float = 0.5) -> None:
        self._canvas.addLiteral(f"{stroke_operator(colour)} {width:g} w {x:.2f} {y1:.2f} m {x:.2f} {y2:.2f} l S")

    def box(
        self, x: float, y: float, width: float, height: float, *, fill: str = "", edge: str = "", line: float = 0.5
    ) -> None:
        """A rectangle with its lower left corner at (x, y)."""
        colours = (f"{fill_operator(fill)} " if fill else "") + (f"{stroke_operator(edge)} {line:g} w " if edge else "")
        paint = "B" if fill and edge else "f" if fill else "S"
        self._canvas.addLiteral(f"{colours}{x:.2f} {y:.2f} {width:.2f} {height:.2f} re {paint}")

    def diamond(self, x: float, y: float, half: float, *, fill: str) -> None:
        """A square standing on its corner, centred on (x, y)."""
        corners = f"{x - half:.2f} {y:.2f} m {x:.2f} {y + half:.2f} l {x + half:.2f} {y:.2f} l {x:.2f} {y - half:.2f} l"
        self._canvas.addLiteral(f"{fill_operator(fill)} {corners} h f")

    def round_box(
        self, x: float, y: float, width: float, height: float, *, radius: float, fill: str = "", edge: str = ""
    ) -> None:
        canvas = self._canvas
        canvas.addLiteral((f"{fill_operator(fill)} " if fill else "") + (stroke_operator(edge) if edge else ""))
        canvas.setLineWidth(0.5)
        canvas.roundRect(x, y, width, height, radius, stroke=int(bool(edge)), fill=int(bool(fill)))

    def drawing(self, drawing: Any, x: float, y: float) -> None:
        """A reportlab drawing, its lower left corner at (x, y)."""
        self._canvas.saveState()
        renderPDF.draw(drawing, self._canvas, x, y)
        self._canvas.restoreState()

    def image(self, source: Any, x: float, y: float, width: float, height: float) -> None:
        """A picture: path or reportlab ImageReader."""
        self._canvas.drawImage(source, x, y, width, height, mask="auto")

    # -- places ---------------------------------------------------------------------------------------------------

    def bookmark(self, key: str, title: str, level: int, y: float) -> None:
        """Remember a heading of `level` 1, 2…: bookmark at height `y`, entry of the contents."""
        deepest = self.entries[-1].level + 1 if self.entries else 1
        self._canvas.bookmarkPage(key, fit="XYZ", left=0, top=y + 8)
        self._canvas.addOutlineEntry(title, key, level=min(level, deepest) - 1, closed=level > 1)
        self.entries.append(Entry(key, title, min(level, deepest), self.page_count - 1))

    def link(self, key: str, x: float, y: float, width: float, height: float, *, element: Element, words: str) -> None:
        """A rectangle that leads to the bookmark `key`; `words` is what a reader says of it."""
        self._canvas.linkRect(words, key, (x, y, x + width, y + height))
        self.structure.note(element, self._links[-1])
        self._links[-1] += 1


# -- measures and operators -----------------------------------------------------------------------------------------

_HOLE = "%hole "


def _hole(rank: int) -> str:
    return f"{_HOLE}{rank}"


def text_width(text: str, font: str, size: float) -> float:
    """Width of `text` in points."""
    width: float = pdfmetrics.stringWidth(text, font, size)
    return width


_fills: dict[str, str] = {}


def fill_operator(colour: str) -> str:
    found = _fills.get(colour)
    if found is None:
        found = _fills[colour] = f"{_channels(colour)} rg"
    return found


def stroke_operator(colour: str) -> str:
    return f"{_channels(colour)} RG"


def _channels(colour: str) -> str:
    return " ".join(f"{int(colour[i : i + 2], 16) / 255:.4g}" for i in (1, 3, 5))
