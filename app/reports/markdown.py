"""Long texts written by people, in the small part of Markdown that the forms offer.

Paragraphs, `- ` and `1. ` lists (two levels), `# ` headings, **bold** and *italic*. Anything else, tags included, is
printed as it was typed.
"""

import re

from app.reports.layout import Block
from app.reports.tagging import Element
from app.reports.text import ListItem, RichText, Run, Text, list_element
from app.reports.theme import BODY, TextStyle

_BULLET = re.compile(r"^(\s*)(?:[-*+•–]|(\d{1,3})[.)])\s+(.*)$")
_HEADING = re.compile(r"^#{1,6}\s+(\S.*?)\s*#*$")
# Emphasis hugs its words: « 3 * 4 * 5 » stays as it is, and so do under_scored_names.
_EMPHASIS = re.compile(
    r"\*\*\*(?=\S)(?P<both>.+?)(?<=\S)\*\*\*"
    r"|\*\*(?=\S)(?P<bold>.+?)(?<=\S)\*\*"
    r"|\*(?=\S)(?P<italic>[^*]+?)(?<=\S)\*"
    r"|(?<!\w)_(?=\S)(?P<under>[^_]+?)(?<=\S)_(?!\w)"
)
_ESCAPED = re.compile(r"\\([\\*_#\-+.`])")


def rich_text(text: str, *, style: TextStyle = BODY, parent: Element | None = None) -> list[Block]:
    """The blocks of a long text; an empty one gives none."""
    blocks: list[Block] = []
    paragraph: list[str] = []
    current: tuple[Element, bool] | None = None

    def close_paragraph() -> None:
        if paragraph:
            blocks.append(Text(runs("\n".join(paragraph)), style, parent=parent))
            paragraph.clear()

    for line in text.replace("\r\n", "\n").split("\n"):
        bullet, heading = _BULLET.match(line), _HEADING.match(line)
        if bullet:
            close_paragraph()
            numbered = bullet[2] is not None
            if current is None or current[1] != numbered:
                current = (list_element(numbered=numbered, parent=parent), numbered)
            depth = 1 if len(bullet[1].expandtabs(4)) >= 2 else 0
            sign = f"{bullet[2]}." if numbered else "–"
            indent = (16 if numbered else 11) + 12 * depth
            blocks.append(ListItem(runs(bullet[3]), style, of=current[0], sign=sign, indent=indent, margin=12 * depth))
        elif (
            current and paragraph == [] and line.startswith("  ") and line.strip() and isinstance(blocks[-1], ListItem)
        ):
            item = blocks[-1]
            item.text = [*_as_runs(item.text), Run("\n"), *runs(line.strip())]
        elif heading:
            close_paragraph()
            current = None
            blocks.append(
                Text(runs(heading[1]), style.but(bold=True), parent=parent, before=4, after=2, keep_with_next=True)
            )
        elif line.strip():
            current = None
            paragraph.append(line.strip())
        else:
            close_paragraph()
    close_paragraph()
    _end_lists(blocks)
    return blocks


def runs(text: str) -> list[Run]:
    """A line with its emphasis."""
    found: list[Run] = []
    place = 0
    for match in _EMPHASIS.finditer(text):
        if match.start() and text[match.start() - 1] == "\\":
            continue
        if match.start() > place:
            found.append(Run(_unescaped(text[place : match.start()])))
        kind = match.lastgroup or ""
        inside = _unescaped(match[kind])
        found.append(Run(inside, bold=kind in ("both", "bold"), italic=kind in ("both", "italic", "under")))
        place = match.end()
    if place < len(text) or not found:
        found.append(Run(_unescaped(text[place:])))
    return found


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(r"\1", text)


def _as_runs(text: RichText) -> list[Run]:
    return [Run(text)] if isinstance(text, str) else list(text)


def _end_lists(blocks: list[Block]) -> None:
    """The last item of a list stands off from what follows like a paragraph."""
    for rank, block in enumerate(blocks):
        after = blocks[rank + 1] if rank + 1 < len(blocks) else None
        if isinstance(block, ListItem) and not isinstance(after, ListItem):
            block.space_after = 5
