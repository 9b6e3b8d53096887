"""What the printed pages look like: fonts, colours, text styles, signs and sheet sizes.

Every value comes from `resources/theme/tokens.json`, the one source of colours for screen and print. Colours travel
as `#RRGGBB` strings; lengths are points (1/72 inch). A state is never told by its colour alone: `STATUS` gives the
sign that still speaks on a grey print.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from reportlab.graphics.shapes import STATE_DEFAULTS
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from app.paths import resource

SANS = "DejaVuSans"
DENSE = "DejaVuSansCondensed"
# Bold and oblique are found from the regular name: (regular, bold, oblique, bold oblique).
_FACES = {face: (face, f"{face}-Bold", f"{face}-Oblique", f"{face}-BoldOblique") for face in (SANS, DENSE)}

MM = 72 / 25.4


# -- colours ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tone:
    """A meaning (late, done…) as a text colour and the tint that goes under it."""

    fg: str
    bg: str


@dataclass(frozen=True, slots=True)
class PriorityColours:
    """`strong` for stripes and bars, `fg` for text, `bg` for the tint under it."""

    strong: str
    fg: str
    bg: str


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one appearance; paper uses the light one."""

    surface: str
    surface_alt: str
    border: str
    border_control: str
    text: str
    text_muted: str
    accent: str
    accent_soft: str
    track: str
    success: Tone
    warning: Tone
    danger: Tone
    info: Tone
    neutral: Tone
    priorities: Mapping[str, PriorityColours]

    def priority(self, code: str) -> PriorityColours:
        """Colours of `P1`…`P6`; any other code gets the accent, so that a seventh priority still prints."""
        return self.priorities.get(code) or PriorityColours(self.accent, self.accent, self.accent_soft)

    def tone(self, name: str) -> Tone:
        """One of success, warning, danger, info, neutral."""
        tone: Tone = getattr(self, name)
        return tone


@cache
def tokens() -> dict[str, Any]:
    """The values shared by screen and print, as written in the file."""
    read: dict[str, Any] = json.loads(resource("theme", "tokens.json").read_text(encoding="utf-8"))
    return read


@cache
def palette(appearance: str = "light") -> Palette:
    """The `light` or the `dark` palette."""
    values = tokens()[appearance]
    chosen: dict[str, Any] = {name: values[name] for name in Palette.__slots__ if name != "priorities"}
    chosen = {name: Tone(**value) if isinstance(value, dict) else value for name, value in chosen.items()}
    return Palette(
        **chosen, priorities={code: PriorityColours(**colours) for code, colours in values["priority"].items()}
    )


PAPER = palette("light")


# -- signs --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StatusSign:
    """How a state is printed: its sign, its word, the tone of the sign; an alert is bold."""

    sign: str
    word: str
    tone: str
    alert: bool = False


# « dropped » is the status, « abandoned » the state it is shown as.
_SIGNS = {
    "idea": "◇", "planned": "○", "running": "◐", "suspended": "‖", "done": "●", "late": "▲", "blocked": "■",
    "abandoned": "–",
}  # fmt: skip


@cache
def status_signs() -> Mapping[str, StatusSign]:
    """State code → sign, in the order of the legend."""
    known = tokens()["status"]
    return {
        code: StatusSign(sign, known[code]["word"], known[code]["tone"], alert=known[code]["chip"])
        for code, sign in _SIGNS.items()
    }


STATUS = status_signs()


# -- text ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TextStyle:
    """Face, size and line height in points, colour, alignment (`left`, `right`, `centre`)."""

    face: str = SANS
    size: float = 9
    leading: float = 13
    bold: bool = False
    italic: bool = False
    colour: str = PAPER.text
    align: str = "left"

    @property
    def font(self) -> str:
        return font_name(self.face, bold=self.bold, italic=self.italic)

    def but(self, **changes: Any) -> "TextStyle":
        """The same style with other values."""
        return replace(self, **changes)


def font_name(face: str, *, bold: bool = False, italic: bool = False) -> str:
    """Registered name of a face's variant."""
    return _FACES[face][int(bold) + 2 * int(italic)]


def _style(token: str, leading: float | None = None, *, face: str = SANS, colour: str = PAPER.text) -> TextStyle:
    values = tokens()["type"]["pdf"][token]
    height = values.get("leading", leading)
    return TextStyle(face, values["pt"], height, bold=values.get("weight", 400) >= 700, colour=colour)


TITLE = _style("title", 23)
HEADING = _style("heading", 16)
BODY = _style("body")
TABLE = _style("table", face=DENSE)
CAPTION = _style("caption", face=DENSE, colour=PAPER.text_muted)
COVER = TITLE.but(size=30, leading=37)
SUBTITLE = BODY.but(size=11.5, leading=16)
SUBHEADING = BODY.but(size=10, leading=14, bold=True)
MINOR = BODY.but(bold=True)
DENSE_BODY = BODY.but(face=DENSE)
LEAD = DENSE_BODY.but(size=9, leading=12.5, colour=PAPER.text_muted)
FIGURE = BODY.but(size=14.5, leading=19)
LABEL = TABLE.but(colour=PAPER.text_muted)
TABLE_HEAD = TABLE.but(bold=True, colour=PAPER.text_muted)
RUNNING = BODY.but(size=7.5, leading=10, colour=PAPER.text_muted)


@cache
def register_fonts() -> None:
    """Make the shipped faces known to reportlab; they are embedded as subsets in every document."""
    for face, variants in _FACES.items():
        for name in variants:
            pdfmetrics.registerFont(TTFont(name, str(resource("fonts", f"{name}.ttf"))))
        regular, bold, oblique, both = variants
        pdfmetrics.registerFontFamily(face, normal=regular, bold=bold, italic=oblique, boldItalic=both)
    # Every drawing begins by naming its default font; Helvetica would stay in the file without being embedded.
    STATE_DEFAULTS["fontName"] = SANS


def has_glyph(character: str) -> bool:
    """Whether the shipped faces can draw it.

    Past U+FFFF reportlab writes a wrong map back to text: what is drawn could not be read nor copied.
    """
    known: bool = ord(character) < 0x10000 and ord(character) in pdfmetrics.getFont(DENSE).face.charToGlyph
    return known


# -- sheets -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page size and its margins, in points; the running header and footer stand in the margins."""

    width: float
    height: float
    left: float = 51
    right: float = 51
    top: float = 59
    bottom: float = 55

    @property
    def room_width(self) -> float:
        return self.width - self.left - self.right

    @property
    def room_height(self) -> float:
        return self.height - self.top - self.bottom


A4 = Sheet(210 * MM, 297 * MM)
A4_LANDSCAPE = Sheet(297 * MM, 210 * MM, top=54, bottom=48)
A3_LANDSCAPE = Sheet(420 * MM, 297 * MM)
