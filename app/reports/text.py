"""Words on lines: wrapping of plain and emphasised text, and the blocks made of it.

Text typed by people is never parsed as markup here: what they wrote is what is printed. Emphasis comes as `Run`s,
made by the code or by `markdown.py`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import NamedTuple

from app.reports.layout import Block
from app.reports.pen import Pen, Piece, text_width
from app.reports.tagging import Element
from app.reports.theme import BODY, LABEL, TextStyle, font_name, has_glyph


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text with its emphasis; an empty colour means the one of the style."""

    text: str
    bold: bool = False
    italic: bool = False
    colour: str = ""


RichText = str | Sequence[Run]


class Span(NamedTuple):
    """A piece of a line: offset from the left of the line, font, colour (empty: the style's), text."""

    offset: float
    font: str
    colour: str
    text: str


class Line(NamedTuple):
    spans: tuple[Span, ...]
    width: float


def plain_text(text: RichText) -> str:
    """The words without their emphasis."""
    return text if isinstance(text, str) else "".join(run.text for run in text)


_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b\u2028\u2029\ufe0e\ufe0f\ufeff]")
# Where the shipped fonts have gaps: scripts of Asia, emoji.
_RARE = re.compile(r"[\u0700-\u0dff\u1000-\u1cff\u2e80-\uf6ff\U00010000-\U0010ffff]")


def wrap(text: RichText, style: TextStyle, width: float) -> list[Line]:
    """Lines no wider than `width`; a word wider than that is cut. A line feed starts a new line.

    No-break spaces hold. An empty text has no line.
    """
    lines: list[Line] = []
    if isinstance(text, str):
        for paragraph in _printable(text).split("\n") if text else ():
            lines += _wrap_plain(paragraph, style.font, style.size, width)
        return lines
    for runs in _paragraphs(text):
        lines += _wrap_runs(runs, style, width)
    return lines


# The notebook keeps ordinary spaces; on paper a line never begins with these signs.
_FRENCH_SPACE = re.compile(r" (?=[:;?!»](?!\S))|(?<=«) |(?<=\d) (?=[%€](?!\w))")


def _printable(text: str) -> str:
    """Without control characters, with French spaces; a character that the fonts lack is a visible □, not nothing."""
    text = _CONTROL.sub("", text).replace("\t", " ").replace("\u202f", "\u00a0")
    text = _FRENCH_SPACE.sub("\u00a0", text)
    return _RARE.sub(lambda found: found[0] if has_glyph(found[0]) else "□", text)


def _wrap_plain(text: str, font: str, size: float, width: float) -> list[Line]:
    full = text_width(text, font, size)
    if full <= width:
        return [Line((Span(0, font, "", text),), full)]
    lines: list[Line] = []
    space = text_width(" ", font, size)
    line: list[str] = []
    reached = 0.0
    for word in text.split(" "):
        extent = text_width(word, font, size)
        if line and reached + space + extent > width:
            lines.append(_plain_line(line, font, reached))
            line = []
        if not line:
            while extent > width and len(word) > 1:
                cut = _fitting(word, font, size, width)
                lines.append(_plain_line([word[:cut]], font, text_width(word[:cut], font, size)))
                word = word[cut:]
                extent = text_width(word, font, size)
            line, reached = [word], extent
        else:
            line.append(word)
            reached += space + extent
    if line:
        lines.append(_plain_line(line, font, reached))
    return lines


def _plain_line(words: list[str], font: str, width: float) -> Line:
    return Line((Span(0, font, "", " ".join(words)),), width)


def _fitting(word: str, font: str, size: float, width: float) -> int:
    """How many leading characters of `word` hold in `width`: at least one, up to a joint when there is one."""
    low, high = 1, len(word)
    while low < high:
        middle = (low + high + 1) // 2
        if text_width(word[:middle], font, size) <= width:
            low = middle
        else:
            high = middle - 1
    joint = max(word.rfind(sign, 0, low) for sign in _JOINTS) + 1
    return joint if joint > low / 2 else low


# Where a word too wide for its line is best cut: addresses of the web, e-mails, compound names.
_JOINTS = "-–/@._\u00a0"


def _paragraphs(runs: Sequence[Run]) -> list[list[Run]]:
    """The runs cut at line feeds."""
    paragraphs: list[list[Run]] = [[]]
    for run in runs:
        first, *others = _printable(run.text).split("\n")
        paragraphs[-1].append(Run(first, run.bold, run.italic, run.colour))
        paragraphs += [[Run(other, run.bold, run.italic, run.colour)] for other in others]
    return paragraphs if any(run.text for run in runs) else []


def _wrap_runs(runs: Sequence[Run], style: TextStyle, width: float) -> list[Line]:
    """Greedy filling; a word may be made of several runs and is not broken between them."""
    words: list[list[tuple[str, str, str]]] = [[]]
    spaces: list[float] = [0.0]
    for run in runs:
        font = font_name(style.face, bold=run.bold or style.bold, italic=run.italic or style.italic)
        for rank, text in enumerate(run.text.split(" ")):
            if rank:
                words.append([])
                spaces.append(text_width(" ", font, style.size))
            if text:
                words[-1].append((font, run.colour, text))
    lines: list[Line] = []
    spans: list[Span] = []
    reached = 0.0
    for word, space in zip(words, spaces, strict=True):
        extent = sum(text_width(text, font, style.size) for font, _, text in word)
        if spans and reached + space + extent > width:
            lines.append(Line(tuple(spans), reached))
            spans, reached = [], 0.0
        # The space belongs to the word it comes before: who hears or copies the line needs it.
        joint = " " if spans else ""
        for font, colour, text in word:
            while not spans and text_width(text, font, style.size) > width and len(text) > 1:
                cut = _fitting(text, font, style.size, width)
                lines.append(Line((Span(0, font, colour, text[:cut]),), width))
                text = text[cut:]
            text, joint = joint + text, ""
            previous = spans[-1] if spans else None
            if previous and (previous.font, previous.colour) == (font, colour):
                spans[-1] = Span(previous.offset, font, colour, previous.text + text)
            else:
                spans.append(Span(reached, font, colour, text))
            reached += text_width(text, font, style.size)
    lines.append(Line(tuple(spans), reached))
    return lines


def baseline(top: float, style: TextStyle) -> float:
    """Baseline of a line whose box begins at `top`: capitals stand in the middle of the line height."""
    return top - style.leading / 2 - 0.36 * style.size


def line_pieces(lines: Sequence[Line], style: TextStyle, x: float, top: float, width: float) -> list[Piece]:
    """The lines as pieces to draw in a column of `width` that begins at (x, top)."""
    pieces = []
    y = baseline(top, style)
    for line in lines:
        left = x
        if style.align == "right":
            left += width - line.width
        elif style.align == "centre":
            left += (width - line.width) / 2
        for offset, font, colour, text in line.spans:
            if text:
                pieces.append(Piece(left + offset, y, font, style.size, colour or style.colour, text))
        y -= style.leading
    return pieces


class Text(Block):
    """A paragraph: content of one element (P by default), split between lines, never leaving one line alone."""

    def __init__(
        self,
        text: RichText,
        style: TextStyle = BODY,
        *,
        role: str = "P",
        parent: Element | None = None,
        before: float = 0,
        after: float = 5,
        indent: float = 0,
        keep_with_next: bool = False,
    ) -> None:
        self.text = text
        self.style = style
        self.element = Element(role, parent)
        self.space_before, self.space_after = before, after
        self.indent = indent
        self.keep_with_next = keep_with_next
        self._lines: list[Line] | None = None
        self._width = 0.0

    def lines(self, width: float) -> list[Line]:
        """The lines in a column of `width`, kept for the next time."""
        if self._lines is None or self._width != width:
            self._lines, self._width = wrap(self.text, self.style, width - self.indent), width
        return self._lines

    def height(self, width: float) -> float:
        return len(self.lines(width)) * self.style.leading

    def least(self, width: float) -> float:
        count = len(self.lines(width))
        return (count if count < 4 else 2) * self.style.leading

    def split(self, width: float, room: float) -> tuple[Block, Block] | None:
        lines = self.lines(width)
        fitting = min(int((room + 0.01) // self.style.leading), len(lines) - 2)
        if fitting < 2:
            return None
        return self._part(lines[:fitting], width), self._part(lines[fitting:], width)

    def draw(self, pen: Pen, x: float, top: float, width: float) -> None:
        lines = self.lines(width)
        if lines:
            with pen.mark(self.element):
                pen.write(line_pieces(lines, self.style, x + self.indent, top, width - self.indent))

    def _part(self, lines: list[Line], width: float) -> "Text":
        part = Text(self.text, self.style, after=self.space_after, indent=self.indent)
        part.element = self.element
        part._lines, part._width = lines, width
        return part


_numbers = count(1)


class Heading(Text):
    """A title of level 1, 2 or 3, with its bookmark; `note` follows it, smaller and muted."""

    def __init__(
        self,
        text: str,
        style: TextStyle,
        *,
        level: int,
        before: float = 0,
        after: float = 4,
        bookmark: bool = True,
        note: str = "",
        note_style: TextStyle | None = None,
    ) -> None:
        super().__init__(text, style, role=f"H{level}", before=before, after=after, keep_with_next=True)
        self.level = level
        self.title = text
        self.bookmarked = bookmark
        self.note = note
        self.note_style = note_style or LABEL
        # Name of the place it stands at, known before it is drawn.
        self.key = f"titre-{next(_numbers)}"

    def draw(self, pen: Pen, x: float, top: float, width: float) -> None:
        if self.bookmarked:
            pen.bookmark(self.key, self.title, self.level, top)
        super().draw(pen, x, top, width)
        if self.note:
            lines = self.lines(width)
            y = baseline(top - (len(lines) - 1) * self.style.leading, self.style)
            with pen.mark(Element("P")):
                pen.text(x + lines[-1].width + 8, y, self.note, self.note_style)

    def split(self, width: float, room: float) -> tuple[Block, Block] | None:
        return None


class ListItem(Text):
    """One item of a list: its sign `margin` points from the left, its text hanging at `indent`."""

    def __init__(
        self,
        text: RichText,
        style: TextStyle = BODY,
        *,
        of: Element,
        sign: str = "–",
        indent: float = 12,
        margin: float = 0,
        after: float = 2,
    ) -> None:
        super().__init__(text, style, indent=indent, after=after)
        item = Element("LI", of)
        self.label = Element("Lbl", item)
        self.element = Element("LBody", item)
        self.sign, self.margin = sign, margin

    def draw(self, pen: Pen, x: float, top: float, width: float) -> None:
        with pen.mark(self.label):
            pen.text(x + self.margin, baseline(top, self.style), self.sign, self.style)
        super().draw(pen, x, top, width)


def list_element(*, numbered: bool = False, parent: Element | None = None) -> Element:
    """The element that list items belong to."""
    numbering = "Decimal" if numbered else "Disc"
    return Element("L", parent, attributes={"O": "List", "ListNumbering": numbering})
