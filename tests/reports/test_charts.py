"""Charts: the numbers they say, and the SVG that Qt draws."""

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer
from reportlab.graphics.shapes import Rect, String

from app.reports import charts
from app.reports.chart_parts import nice_ceiling, nice_range
from app.reports.theme import palette


def words(drawing: Any) -> list[str]:
    return [shape.text.replace("\u00a0", " ") for shape in drawing.contents if isinstance(shape, String)]


def bars(**options: Any) -> Any:
    series = [charts.Series("Est", [73, None]), charts.Series("Ville", [Decimal("31.5"), 12], "open")]
    return charts.grouped_bars(["Élèves boursiers", "Retard"], series, **options)


def test_each_bar_says_its_value_and_a_missing_one_says_so() -> None:
    said = words(bars())
    assert {"73 %", "31,5 %", "12 %", "n.d.", "Est", "Ville", "0", "100 %"} <= set(said)


def test_bars_begin_at_zero_and_grow_with_their_values() -> None:
    drawing = bars(maximum=100)
    shapes = [shape for shape in drawing.contents if isinstance(shape, Rect) and shape.width > 8]
    longest, shortest = max(shape.width for shape in shapes), min(shape.width for shape in shapes)
    assert longest / shortest == pytest.approx(73 / 12, rel=0.05)
    assert len({round(shape.x) for shape in shapes}) == 1


def test_a_missing_year_breaks_the_line() -> None:
    points = [(2020, 40), (2021, 42), (2022, None), (2023, 50)]
    whole = charts.trend([(year, value or 45) for year, value in points])
    broken = charts.trend(points)
    assert len(whole.contents) - len(broken.contents) >= 3


def test_targets_are_written_with_their_range() -> None:
    said = words(charts.trend([(2024, 50)], targets=[charts.Target(2027, 70), charts.Target(2030, 75, 85)]))
    assert "70 %" in said
    assert "75–85 %" in said
    assert "2030" in said


def test_without_a_value_the_chart_says_it() -> None:
    assert words(charts.trend([])) == ["Aucune valeur n’est saisie."]
    assert words(charts.trend([(2024, None)])) == ["Aucune valeur n’est saisie."]
    assert "à saisir" in words(charts.gauge(None, target=80))
    assert "–" in words(charts.progress_bars([charts.ProgressLine("Santé", None, "P3")]))


@pytest.mark.parametrize(("value", "end"), [(0, 1), (0.4, 0.4), (7, 8), (75.8, 80), (101, 200), (1300, 2000)])
def test_scales_end_at_round_numbers(value: float, end: float) -> None:
    assert nice_ceiling(value) == pytest.approx(end)


@pytest.mark.parametrize("values", [[0], [50], [48, 85], [-3, 4], [1e6, 1.2e6], [0.1, 0.15], [0.0001], [-5, -5]])
def test_the_range_of_a_line_holds_its_values(values: list[float]) -> None:
    low, high, step = nice_range(values)
    assert low <= min(values)
    assert max(values) <= high
    assert low < high
    assert step > 0


@pytest.mark.parametrize("appearance", ["light", "dark"])
def test_qt_draws_the_svg_in_the_colours_of_the_palette(qapp: object, appearance: str) -> None:
    colours = palette(appearance)
    drawing = bars(palette=colours, priority="P1")
    svg = charts.to_svg(drawing)
    assert "clip" not in svg
    assert "DejaVu Sans Condensed" in svg
    renderer = QSvgRenderer(svg.encode())
    assert renderer.isValid()
    image = QImage(int(drawing.width) * 2, int(drawing.height) * 2, QImage.Format.Format_RGB32)
    image.fill(QColor(colours.surface))
    painter = QPainter(image)
    renderer.render(painter, QRectF(0, 0, image.width(), image.height()))
    painter.end()
    seen = [image.pixelColor(x, y).lightness() for x in range(0, image.width(), 3) for y in range(0, image.height(), 3)]
    ground = QColor(colours.surface).lightness()
    assert sum(abs(light - ground) < 12 for light in seen) > len(seen) * 0.5
    assert any(abs(light - ground) > 120 for light in seen)


def test_no_colour_is_written_by_hand() -> None:
    folder = Path(charts.__file__).parent
    for path in folder.glob("*.py"):
        assert not re.search(r"[\"']#[0-9A-Fa-f]{6}", path.read_text(encoding="utf-8")), path.name
