"""The formats of a workbook, made once each from the colours of the application."""

import json
from functools import cache
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format

from app.exchange.layout import Role, Style
from app.paths import resource

_FONT, _SIZE = "Calibri", 10
_NARROW = "\u00a0"
_STYLES: dict[Style, dict[str, Any]] = {
    # `fill` cuts the thread at the edge of its cell, even beside an empty one.
    Style.REFERENCE: {"align": "fill", "font_size": 8, "num_format": "@"},
    Style.CODE: {"num_format": "@", "text_wrap": True},
    Style.TEXT: {"text_wrap": True, "num_format": "@"},
    Style.LONG: {"text_wrap": True},
    Style.NUMBER: {"num_format": "#,##0", "align": "right"},
    Style.DECIMAL: {"align": "right"},
    Style.MONEY: {"num_format": f'#,##0.00"{_NARROW}€"', "align": "right"},
    Style.PERCENT: {"num_format": "0%", "align": "right"},
    Style.DATE: {"num_format": "dd/mm/yyyy", "align": "center"},
    Style.YEAR: {"num_format": "0", "align": "center"},
    Style.CENTRED: {"align": "center"},
    Style.LABEL: {"text_wrap": True},
    Style.INFORMATION: {"text_wrap": True, "italic": True},
    Style.DELETE: {"align": "center", "bold": True},
}


@cache
def tokens() -> dict[str, Any]:
    """The light palette of resources/theme/tokens.json: a workbook is read on white."""
    light: dict[str, Any] = json.loads(resource("theme", "tokens.json").read_text(encoding="utf-8"))["light"]
    return light


class Looks:
    """The formats of one workbook."""

    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        self.palette = tokens()
        self._cells = {style: self.make(self._cell(style)) for style in Style}
        self._conflicts: dict[Style, Format] = {}
        danger = self.palette["danger"]
        self.deleted = workbook.add_format(
            {"font_color": danger["fg"], "bg_color": danger["bg"], "font_strikeout": True}
        )
        self.fine_percent = self.make(self._cell(Style.PERCENT) | {"num_format": "0.0##%"})
        self.muted = self.make({"font_color": self.palette["text_muted"]})

    def make(self, properties: dict[str, Any]) -> Format:
        """A format over the common ones."""
        common = {"font_name": _FONT, "font_size": _SIZE, "font_color": self.palette["text"], "valign": "top"}
        return self._workbook.add_format(common | properties)

    def cell(self, style: Style) -> Format:
        return self._cells[style]

    def heading(self, role: Role) -> Format:
        """The heading of a column: what is not to be filled is grey."""
        filled = role is Role.FIELD
        return self.make(
            {
                "bold": True,
                "text_wrap": True,
                "valign": "vcenter",
                "border": 1,
                "border_color": self.palette["border"],
                "font_color": self.palette["accent_text" if filled else "text_muted"],
                "bg_color": self.palette["accent"] if filled else self.palette["neutral"]["bg"],
            }
        )

    def conflict(self, style: Style) -> Format:
        """The cell of a field whose colleagues wrote different values."""
        if style not in self._conflicts:
            warning = self.palette["warning"]
            colours = {"bg_color": "#FFC98A", "font_color": warning["fg"], "bold": True}
            self._conflicts[style] = self.make(self._cell(style) | colours)
        return self._conflicts[style]

    def heading_sample(self, filled: bool) -> Format:
        """The colours of a heading, for the legend."""
        return self.heading(Role.FIELD if filled else Role.INFORMATION)

    def conflict_sample(self) -> Format:
        return self.conflict(Style.LABEL)

    def deleted_sample(self) -> Format:
        danger = self.palette["danger"]
        return self.make({"font_color": danger["fg"], "bg_color": danger["bg"], "font_strikeout": True})

    def chip(self, code: str) -> Format | None:
        """The colours of a priority (P1…); None when it has none."""
        colours = self.palette["priority"].get(code)
        if colours is None:
            return None
        return self._workbook.add_format({"font_color": colours["fg"], "bg_color": colours["bg"], "bold": True})

    def _cell(self, style: Style) -> dict[str, Any]:
        border = self.palette["border"]
        look: dict[str, Any] = {"bottom": 1, "right": 1, "bottom_color": border, "right_color": border}
        if style in (Style.REFERENCE, Style.INFORMATION):
            look |= {"font_color": self.palette["text_muted"], "bg_color": self.palette["surface_alt"]}
        return look | _STYLES[style]
