"""Colours: every promised pair is readable in both palettes, the priorities stay apart for people who confuse colours,
and the style sheet uses no pair that was not promised."""

import math
import re
from itertools import combinations

import pytest

from app.ui.stylesheet import TEMPLATE
from app.ui.tokens import PALETTES, Tokens

# Machado, Oliveira and Fernandes 2009, severity 1, applied to linear sRGB.
VISIONS = {
    "normal": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "deutan": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "protan": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "tritan": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
PRIORITIES = ("P1", "P2", "P3", "P4", "P5", "P6")
LEAST = {"text": 4.5, "ui": 3.0}
TOKENS = Tokens.load()
RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")


@pytest.mark.parametrize("palette", PALETTES)
def test_every_promised_pair_is_readable(palette: str) -> None:
    for pair in TOKENS.pairs():
        found = contrast(TOKENS.colour(palette, pair["fg"]), TOKENS.colour(palette, pair["bg"]))
        place = f"{palette}: {pair['fg']} on {pair['bg']}"
        assert found >= pair["min"], f"{place}: {found:.2f}"
        assert pair["min"] >= LEAST[pair["kind"]], f"{place}: the minimum was lowered"
        assert found == pytest.approx(pair["ratio"][palette], abs=0.01), f"{place}: the recorded ratio is wrong"


@pytest.mark.parametrize("palette", PALETTES)
@pytest.mark.parametrize("vision", VISIONS)
def test_priorities_stay_apart(palette: str, vision: str) -> None:
    least = TOKENS.number("priority_separation.minimum")
    seen = {
        key: lab(simulate(linear(TOKENS.colour(palette, f"priority.{key}.strong")), VISIONS[vision]))
        for key in PRIORITIES
    }
    for one, other in combinations(PRIORITIES, 2):
        assert ciede2000(seen[one], seen[other]) >= least, f"{one} and {other}"


def test_the_style_sheet_uses_promised_pairs_only() -> None:
    promised = {(pair["fg"], pair["bg"]) for pair in TOKENS.pairs()}
    used = sheet_pairs(TEMPLATE)
    assert len(used) > 25
    assert used - promised == set()


def test_every_colour_of_the_style_sheet_is_a_token() -> None:
    for name in re.findall(r"@([A-Za-z_0-9.]+)", TEMPLATE):
        for palette in PALETTES:
            assert TOKENS.colour(palette, name).startswith("#")


def sheet_pairs(template: str) -> set[tuple[str, str]]:
    """(text, background) of each rule; a rule with text alone says in a comment what it stands `on`."""
    pairs = set()
    for _selector, body in RULE.findall(template):
        ink = re.search(r"(?<![-\w])color: @([\w.]+)", body)
        if ink is None:
            continue
        ground = re.search(r"(?<![-\w])background: @([\w.]+)", body)
        grounds = [ground[1]] if ground else re.search(r"/\* on ([\w ]+) \*/", body)[1].split()
        pairs |= {(ink[1], name) for name in grounds}
    return pairs


def linear(code: str) -> list[float]:
    channels = [int(code[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    return [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]


def contrast(one: str, other: str) -> float:
    """WCAG 2 ratio."""
    weights = (0.2126, 0.7152, 0.0722)
    dark, light = sorted(sum(w * c for w, c in zip(weights, linear(x), strict=True)) for x in (one, other))
    return (light + 0.05) / (dark + 0.05)


def simulate(rgb: list[float], matrix: tuple) -> list[float]:
    return [min(1.0, max(0.0, sum(m * c for m, c in zip(row, rgb, strict=True)))) for row in matrix]


def lab(rgb: list[float]) -> tuple[float, float, float]:
    rows = ((0.4124, 0.3576, 0.1805, 0.95047), (0.2126, 0.7152, 0.0722, 1.0), (0.0193, 0.1192, 0.9505, 1.08883))
    x, y, z = (sum(w * c for w, c in zip(row, rgb, strict=False)) / row[3] for row in rows)
    f = [t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (x, y, z)]
    return 116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])


def ciede2000(one: tuple[float, float, float], other: tuple[float, float, float]) -> float:
    """Perceived distance of two colours (Sharma, Wu and Dalal 2005)."""
    (l1, a1, b1), (l2, a2, b2) = one, other
    mean = (math.hypot(a1, b1) + math.hypot(a2, b2)) / 2
    stretch = 1.5 - 0.5 * math.sqrt(mean**7 / (mean**7 + 25**7))
    c1, c2 = math.hypot(a1 * stretch, b1), math.hypot(a2 * stretch, b2)
    h1, h2 = (math.degrees(math.atan2(b, a * stretch)) % 360 for a, b in ((a1, b1), (a2, b2)))
    turn = (h2 - h1 + 180) % 360 - 180 if c1 and c2 else 0.0
    hue = ((h1 + h2) / 2 + (180 if abs(h1 - h2) > 180 else 0)) % 360
    light, chroma = (l1 + l2) / 2, (c1 + c2) / 2
    t = 1 - 0.17 * cos(hue - 30) + 0.24 * cos(2 * hue) + 0.32 * cos(3 * hue + 6) - 0.20 * cos(4 * hue - 63)
    dl = (l2 - l1) / (1 + 0.015 * (light - 50) ** 2 / math.sqrt(20 + (light - 50) ** 2))
    dc = (c2 - c1) / (1 + 0.045 * chroma)
    dh = 2 * math.sqrt(c1 * c2) * math.sin(math.radians(turn / 2)) / (1 + 0.015 * chroma * t)
    twist = math.sin(math.radians(60 * math.exp(-(((hue - 275) / 25) ** 2))))
    spin = -2 * math.sqrt(chroma**7 / (chroma**7 + 25**7)) * twist
    return math.sqrt(max(0.0, dl**2 + dc**2 + dh**2 + spin * dc * dh))


def cos(degrees: float) -> float:
    return math.cos(math.radians(degrees))
