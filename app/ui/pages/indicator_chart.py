"""The chart of an indicator: the drawing of the reports, made when it is looked at and kept as a picture."""

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.formatting import NBSP, counted
from app.services.readings import Scale
from app.services.scorecard import UNDATED, Goal, Measure, generations_apart, period_words, series_of
from app.ui.theme import Theme

#: Pixels of one point of the drawing: its 8-point labels become 11 px.
SCALE = 1.4
#: Bars of one chart at most.
_BARS = 8

#: (width in points, palette) → the reportlab drawing.
Draw = Callable[[float, Any], Any]


class ChartPicture(QWidget):
    """Draws when first painted at a width and a palette; `name` says aloud what it shows."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._draw: Draw | None = None
        self._picture: QPixmap | None = None
        self._made_for: tuple[int, str] = (0, "")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(theme.px(180))
        theme.changed.connect(self.update)

    def show_drawing(self, draw: Draw | None, name: str) -> None:
        """Change what is drawn; None hides the chart."""
        self._draw, self._picture = draw, None
        self.setVisible(draw is not None)
        self.setAccessibleName(name)
        self.update()

    def is_drawn(self) -> bool:
        """True once the picture exists."""
        return self._picture is not None

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(300), self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._draw is None:
            return
        wanted = (self.width(), self._theme.mode)
        if self._picture is None or self._made_for != wanted:
            self._make(wanted)
        if self._picture is not None:
            QPainter(self).drawPixmap(0, 0, self._picture)

    def _make(self, wanted: tuple[int, str]) -> None:
        # reportlab and the SVG module cost a tenth of a second: only for a chart somebody looks at.
        from PySide6.QtSvg import QSvgRenderer

        from app.reports.charts import to_svg
        from app.reports.theme import palette

        assert self._draw is not None
        scale = SCALE * self._theme.scale
        drawing = self._draw(self.width() / scale, palette(self._theme.mode))
        height = round(drawing.height * scale)
        ratio = self.devicePixelRatioF()
        picture = QPixmap(round(self.width() * ratio), round(height * ratio))
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        QSvgRenderer(QByteArray(to_svg(drawing).encode())).render(painter, QRectF(0, 0, self.width(), height))
        painter.end()
        self._picture, self._made_for = picture, wanted
        if height != self.height():
            # Not while painting: the layout would be asked again inside itself.
            QTimer.singleShot(0, self, lambda: self.setFixedHeight(height))


def chart_of(
    measures: Sequence[Measure], goals: Sequence[Goal], scale: Scale, *, territory: str, other: Measure | None
) -> Draw | None:
    """What to draw for the values of `territory`: years on a line, else territories as bars, else one scale."""
    own = [one for one in measures if one.territory == territory]
    said = series_of(own).measures
    dated = [one for one in said if one.dated is not None and one.reading.level is not None]
    aims = [one for one in goals if one.is_measured and one.year is not None]
    if scale.is_check or scale.is_text:
        return None
    if len({one.dated for one in dated}) > 1 or (dated and aims):
        return _trend(dated, aims, measures, scale, other)
    places = _last_by_place(measures)
    if len(places) > 1:
        return _bars(places, scale)
    level = dated[-1].reading.level if dated else (said[-1].reading.level if said else None)
    goal = next((one for one in goals if one.is_measured), None)
    if (level is None and goal is None) or (level is not None and level < 0):
        return None
    return _gauge(level, goal, scale)


def has_curve(measures: Sequence[Measure]) -> bool:
    """True when some territory has values of several years: one may choose whose curve to see."""
    years: dict[str, set[int]] = {}
    for one in measures:
        if one.dated is not None and one.reading.level is not None:
            years.setdefault(one.territory, set()).add(one.dated)
    return any(len(several) > 1 for several in years.values())


def mentions(measures: Sequence[Measure], *, territory: str) -> list[str]:
    """What one must know to read the chart: sources and years, what it leaves out, two geographies."""
    own = series_of(one for one in measures if one.territory == territory).measures
    told: list[str] = []
    sources: dict[str, list[str]] = {}
    for one in own:
        if one.source:
            sources.setdefault(one.source, []).append(str(one.year) if one.year is not None else (one.period or ""))
    for source, years in sources.items():
        known = sorted({year for year in years if year})
        span = f"{known[0]}–{known[-1]}" if len(known) > 1 else (known[0] if known else UNDATED)
        told.append(f"Source{NBSP}: {source} ({span}).")
    undated = sum(one.dated is None for one in own)
    dated = sum(one.dated is not None for one in own)
    if undated and dated:
        told.append(
            f"{counted(undated, 'valeur')} sans année {'ne sont' if undated > 1 else 'n’est'} pas sur la courbe."
        )
    masked = [one for one in own if one.reading.masked]
    if masked:
        years_masked = ", ".join(str(one.dated) for one in masked if one.dated is not None)
        when = f"{years_masked}{NBSP}: " if years_masked else ""
        told.append(f"{when}masquée (secret statistique), ce n’est pas zéro.")
    if generations_apart(measures).apart:
        told.append("QPV de 2015 et de 2024\u00a0: deux géographies, leurs valeurs ne sont pas reliées.")
    return told


def _trend(
    dated: Sequence[Measure], aims: Sequence[Goal], measures: Sequence[Measure], scale: Scale, other: Measure | None
) -> Draw:
    points = [(one.dated, one.reading.level) for one in dated]
    beside: list[tuple[int, Any]] = []
    if other is not None:
        same = [one for one in measures if one.territory == other.territory]
        beside = [(one.dated, one.reading.level) for one in series_of(same).measures if one.dated is not None]

    def draw(width: float, colours: Any) -> Any:
        from app.reports.charts import Target, trend

        targets = [
            Target(one.year, one.low if one.low is not None else one.high, one.high if one.is_range else None)
            for one in aims
        ]
        return trend(
            points, targets=targets, comparison=beside, comparison_label=other.territory_name if other else "",
            width=width, height=132, unit=_unit(scale), palette=colours,
        )  # fmt: skip

    return draw


def _bars(places: Sequence[Measure], scale: Scale) -> Draw:
    shown = places[:_BARS]

    def draw(width: float, colours: Any) -> Any:
        from app.reports.charts import Series, grouped_bars

        years = {one.dated for one in shown}
        names = [(one.territory_name or "Sans territoire", period_words(one)) for one in shown]
        groups = [name if len(years) == 1 else f"{name} ({when})" for name, when in names]
        label = str(next(iter(years)) or "année non précisée") if len(years) == 1 else "dernière valeur connue"
        series = [Series(label, [one.reading.level for one in shown], look="colour")]
        return grouped_bars(groups, series, width=width, unit=_unit(scale), palette=colours)

    return draw if all((one.reading.level or 0) >= 0 for one in shown) else None  # type: ignore[return-value]


def _gauge(level: Any, goal: Goal | None, scale: Scale) -> Draw:
    def draw(width: float, colours: Any) -> Any:
        from app.reports.charts import gauge

        known = [float(one) for one in (level, goal and goal.low, goal and goal.high) if one is not None]
        top = 100.0 if scale.unit == "%" and max(known) > 25 else _ceiling(max(known))
        high = goal.high if goal is not None and goal.is_range else None
        return gauge(
            level, maximum=top, target=goal.low if goal else None, target_high=high, width=width, unit=_unit(scale),
            palette=colours,
        )  # fmt: skip

    return draw


def _ceiling(highest: float) -> float:
    from app.ui.pages.indicators_card import scale_top

    return scale_top(highest)


def _last_by_place(measures: Sequence[Measure]) -> list[Measure]:
    by_place: dict[str, list[Measure]] = {}
    for one in measures:
        by_place.setdefault(one.territory, []).append(one)
    last = [series_of(several).last for several in by_place.values()]
    return [one for one in last if one is not None and one.reading.level is not None]


def _unit(scale: Scale) -> str:
    """Only signs are written on the axis; the heading of the fiche says the words."""
    return scale.unit if len(scale.unit) <= 2 else ""
