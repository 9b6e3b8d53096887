"""Theme and icons."""

import re

import pytest
from PySide6.QtGui import QFontInfo, QPalette
from PySide6.QtWidgets import QApplication, QPushButton

from app import paths
from app.ui.theme import Theme


def test_the_fonts_are_those_shipped(theme: Theme) -> None:
    assert QFontInfo(theme.font("body")).family() == "DejaVu Sans"
    assert "Condensed" in QFontInfo(theme.font("cell")).family()
    assert theme.font("body").pixelSize() == 13


def test_zoom_scales_texts_and_heights() -> None:
    large = Theme.load(scale=1.5)

    assert large.px("height.row") == 54
    assert large.font("body").pixelSize() == 20


def test_switching_the_palette_changes_application_and_icons(qtbot, theme: Theme, qapp: QApplication) -> None:
    made = QPushButton()
    qtbot.addWidget(made)
    theme.dress(made, "home")
    before = made.icon().cacheKey()

    with qtbot.waitSignal(theme.changed):
        theme.use("dark")

    assert qapp.palette().color(QPalette.ColorRole.Window).name().upper() == theme.hex("window")
    assert theme.hex("surface") in qapp.styleSheet()
    assert made.icon().cacheKey() != before


def test_an_icon_takes_the_colour_asked_for(theme: Theme) -> None:
    image = theme.icons.pixmap("plus", "#FF0000", 48).toImage()

    assert image.pixelColor(24, 24).name() == "#ff0000"


def test_every_shipped_icon_draws(theme: Theme) -> None:
    names = theme.icons.names()

    assert len(names) > 70
    assert all(not theme.icons.pixmap(name, "#000000", 16).isNull() for name in names)


def test_an_unknown_icon_is_a_fault(theme: Theme) -> None:
    with pytest.raises(FileNotFoundError):
        theme.pixmap("nothing-like-it")


def test_every_icon_named_in_the_code_is_shipped(theme: Theme) -> None:
    names = set(theme.icons.names())
    # Icons are named where they are drawn, or as `icon=`: both are read in the sources.
    named = re.compile(r'(?:pixmap\(|icon=|icon_button\(\s*theme,|dress\(\w+,)\s*"([a-z0-9-]+)"')
    for source in (paths.resource().parent / "app" / "ui").rglob("*.py"):
        for name in named.findall(source.read_text(encoding="utf-8")):
            assert name in names, f"{source.name}: {name}"


def test_a_seventh_priority_is_neutral(theme: Theme) -> None:
    assert theme.priority_colour("P3", "bg") == "priority.P3.bg"
    assert theme.priority_colour("P7", "bg") == "neutral.bg"
