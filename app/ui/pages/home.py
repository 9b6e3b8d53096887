"""Accueil: what must be done, how the plan goes, what was done lately."""

from collections import deque
from collections.abc import Sequence
from time import perf_counter
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.formatting import NBSP, counted, format_long_date, format_number, format_percent, format_time
from app.services.queries import gestures, home
from app.services.queries.plan import PlanFilter, summary
from app.ui.context import Context
from app.ui.navigation import Page
from app.ui.pages import RECORDS
from app.ui.pages.home_lines import EDGE, Line, LineList
from app.ui.pages.home_tasks import TaskList
from app.ui.pages.town_view import TOUCHED, TownView
from app.ui.widgets.buttons import button
from app.ui.widgets.cards import Card, Figure, KeyFigure
from app.ui.widgets.labels import ElidedLabel, label, priority_chip
from app.ui.widgets.lines import ProgressBar
from app.ui.widgets.page_header import PageHeader
from app.ui.widgets.segmented import Segmented

TODAY, TOWN = "today", "town"
#: The view chosen last for the whole town, kept with the preferences.
_VIEW = "home_view"
#: Where a click on a task leads: the record that owns it.
_OWNERS = {"step": "action", "action": "action", "indicator": "indicator"}
_LATEST = 6
#: How long the page reads before the window has its turn, in seconds.
TURN_S = 0.02
#: Blocked actions shown; the others are in the plan.
_BLOCKED = 4


class HomePage(Page):
    """Two columns of cards under four figures."""

    role = "window"

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._today = context.clock().date()
        self._waiting: deque[Any] = deque()

    def build(self) -> None:
        theme = self.theme
        self._header = PageHeader(theme, "", role="window")
        self._views = Segmented(theme, ((TODAY, "Aujourd’hui"), (TOWN, "Ville")), name="Vue")
        self._views.chosen.connect(self.choose_view)
        self._header.add(self._views)
        self._print = button(theme, "Imprimer le projet de quartier", icon="printer", clicked=self.print_page)
        self._header.add_right(self._print)
        self.town = TownView(self.context)
        self.town.shown.connect(self._dress)
        self._gestures = [
            button(theme, "Imprimer", icon="printer", clicked=self.print_page),
            button(theme, "Exporter pour les cinq", icon="file-export", clicked=self.town.go_to_export),
            button(
                theme,
                "Importer les classeurs…",
                kind="primary",
                icon="file-import",
                clicked=self.town.choose_workbooks,
            ),
        ]
        for gesture in self._gestures:
            self._header.add_right(gesture)
        self._figures = [KeyFigure(theme, Figure("", "")) for _ in range(4)]
        for made, go in zip(
            self._figures,
            (
                lambda: self.context.navigator.go("plan"),
                lambda: self.context.navigator.go("plan", states=("late",)),
                lambda: self.context.navigator.go("plan", states=("running",)),
                lambda: self.context.navigator.go("indicators"),
            ),
            strict=True,
        ):
            made.opened.connect(go)
        self._all = button(theme, "Tout voir", kind="link", clicked=lambda: self.context.navigator.go("plan"))
        self._todo = Card(theme, "À faire", self._all, fill=True)
        self._tasks = TaskList(theme)
        self._tasks.opened.connect(self._open)
        self._todo.body.addWidget(self._tasks)
        _bleed(self._todo, theme.px("space.gap"))
        self._progress = Card(theme, "Avancement par priorité")
        self._lines = QGridLayout()
        self._lines.setHorizontalSpacing(theme.px(10))
        self._lines.setVerticalSpacing(theme.px(5))
        self._lines.setColumnStretch(1, 1)
        self._progress.body.addLayout(self._lines)
        self._recent = Card(theme, "Dernières modifications")
        self._recent_lines = LineList(theme, "Rien n’a encore été changé dans ce carnet.")
        self._see_blocked = button(
            theme, "Tout voir", kind="link",
            clicked=lambda: self.context.navigator.go("plan", states=("blocked",)),
        )  # fmt: skip
        self._blocked = Card(theme, "Ce qui bloque", self._see_blocked)
        self._blocked_lines = LineList(
            theme, "Rien n’est bloqué. Un point de blocage écrit dans la fiche d’une action apparaîtra ici."
        )
        for card, lines in ((self._recent, self._recent_lines), (self._blocked, self._blocked_lines)):
            lines.opened.connect(self._open_line)
            card.body.addWidget(lines)
            _bleed(card, theme.px(EDGE + 1))
        self._arrange()

    def _arrange(self) -> None:
        theme = self.theme
        top = QHBoxLayout()
        top.setSpacing(theme.px("space.gap"))
        for made in self._figures:
            top.addWidget(made, 1)
        right = QVBoxLayout()
        right.setSpacing(theme.px("space.inset"))
        right.addWidget(self._progress)
        right.addWidget(self._recent)
        right.addWidget(self._blocked)
        right.addStretch(1)
        columns = QHBoxLayout()
        columns.setSpacing(theme.px("space.gap"))
        columns.addWidget(self._todo, 5)
        columns.addLayout(right, 3)
        inside = QWidget()
        inside.setProperty("role", "window")
        column = QVBoxLayout(inside)
        edge = theme.px("space.page")
        column.setContentsMargins(edge, 2, edge, theme.px("space.gap"))
        column.setSpacing(theme.px(14))
        column.addLayout(top)
        column.addLayout(columns, 1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(inside)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._header)
        self._stack = QStackedWidget()
        self._stack.addWidget(scroll)
        self._stack.addWidget(self.town)
        layout.addWidget(self._stack, 1)

    # -- showing --------------------------------------------------------------------------------------------------

    def reload(self, changes: Any = None) -> None:
        """Read everything again, card after card: past a few hundredths of a second the window is given its turn."""
        self._today = self.context.clock().date()
        self._dress()
        if self._in_town():
            self._waiting.clear()
            if changes is None or changes.touches(*TOUCHED):
                self.town.reload()
            return
        self._steps: list[home.StepsOfDay] = []
        self._next_step = 0
        self._waiting = deque(
            (self._read_progress, self._read_plan, self._read_steps, self._read_figures, self._read_step_tasks,
             self._read_action_tasks, self._read_tasks, self._read_recent, self._read_blocked)
        )  # fmt: skip
        self._go_on()

    def is_current(self) -> bool:
        return not self._waiting

    # -- views ----------------------------------------------------------------------------------------------------

    def choose_view(self, key: str) -> None:
        """What waits today, or the quartiers side by side: the choice is kept."""
        self.context.preferences.keep(_VIEW, key)
        self.reload()

    def show_filter(self, view: str = "", **_others: Any) -> None:
        if view in (TODAY, TOWN):
            self.context.preferences.keep(_VIEW, view)
            if self.isVisible():
                self.reload()

    def _in_town(self) -> bool:
        """True when the quartiers are shown: in the whole town only, and first in the notebook made for it."""
        if self.context.quarter or self.context.store is None:
            return False
        usual = TODAY if self.context.store.meta("district") else TOWN
        return self.context.preferences.value(_VIEW, usual) == TOWN

    def _dress(self) -> None:
        town = self._in_town()
        self._views.setVisible(not self.context.quarter)
        self._views.choose(TOWN if town else TODAY)
        self._print.setVisible(not town)
        for gesture in self._gestures:
            gesture.setVisible(town and not self.town.is_alone())
        if town:
            self._header.set_title("La ville")
        self._stack.setCurrentIndex(int(town))

    def _go_on(self) -> None:
        begun = perf_counter()
        while self._waiting and self.context.store is not None:
            with self.context.store.read() as connection:
                self._waiting.popleft()(connection)
            if self._waiting and perf_counter() - begun > TURN_S:
                # Not at once: what the window has waiting goes first.
                QTimer.singleShot(1, self, self._go_on)
                return

    def _read_progress(self, connection: Any) -> None:
        self._show_progress(home.progress_by_priority(connection, district=self.context.quarter, today=self._today))

    def _read_plan(self, connection: Any) -> None:
        self._plan = summary(connection, PlanFilter(today=self._today, district=self.context.quarter))

    def _read_steps(self, connection: Any) -> None:
        found, start = home.steps_by_day(connection, district=self.context.quarter, start=self._next_step)
        self._steps += found
        if start is not None:
            self._next_step = start
            self._waiting.appendleft(self._read_steps)

    def _read_figures(self, connection: Any) -> None:
        self._found = home.figures_of(
            connection, self._plan, self._steps, district=self.context.quarter, today=self._today
        )
        self._show_figures(self._found)

    def _read_step_tasks(self, connection: Any) -> None:
        until = home.horizon_of(self._today)
        self._step_tasks = home.step_tasks(connection, district=self.context.quarter, until=until)

    def _read_action_tasks(self, connection: Any) -> None:
        until = home.horizon_of(self._today)
        self._action_tasks = home.action_tasks(connection, district=self.context.quarter, until=until)

    def _read_tasks(self, connection: Any) -> None:
        indicators = home.indicator_tasks(connection, self._today)
        tasks = home.in_order(self._step_tasks, self._action_tasks, indicators)
        date = format_long_date(self._today)
        self._header.set_title(date[:1].upper() + date[1:], _summary(self._found, tasks, self._today))
        self._tasks.show_tasks(tasks, self._today)
        self._todo.heading.setText(_with_count("À faire", len(tasks)))

    def _read_recent(self, connection: Any) -> None:
        self._show_recent(gestures.latest(connection, _LATEST, homes=RECORDS))

    def _read_blocked(self, connection: Any) -> None:
        self._show_blocked(home.blocked(connection, district=self.context.quarter))

    def _show_figures(self, found: home.Figures) -> None:
        plan = found.plan
        self._figures[0].show_figure(
            Figure(
                "Avancement du plan",
                format_percent(plan.progress) if plan.progress is not None else "–",
                note=f"{counted(plan.done, 'action')} {'terminées' if plan.done > 1 else 'terminée'} sur"
                f" {format_number(plan.count)}",
                icon="progress-check",
            )
        )
        share, change = found.punctuality.share, found.punctual.change
        self._figures[1].show_figure(
            Figure(
                "Étapes tenues à temps",
                format_percent(share) if share is not None else "–",
                gap=_points(change),
                note="au fil de 12 mois" if change is not None else "aucune étape échue",
                tone=_tone(change),
                icon=_arrow(change),
                trend=[value for value in found.punctual.values if value is not None],
            )
        )
        self._figures[2].show_figure(
            Figure(
                "Actions en cours",
                format_number(found.running),
                gap=f"{counted(plan.late, 'en retard', 'en retard')}" if plan.late else "aucune en retard",
                note=f"{format_number(plan.blocked)} {'bloquées' if plan.blocked > 1 else 'bloquée'}"
                if plan.blocked
                else "",
                tone="warning" if plan.late else "success",
                icon="clock-exclamation" if plan.late else "circle-check",
            )
        )
        missing = found.indicators_followed - found.indicators_filled
        self._figures[3].show_figure(
            Figure(
                f"Indicateurs renseignés en {self._today.year}",
                f"{format_number(found.indicators_filled)} / {format_number(found.indicators_followed)}",
                gap=f"{format_number(missing)} à saisir" if missing else "tous à jour",
                tone="info" if missing else "success",
                icon="pencil" if missing else "circle-check",
            )
        )

    def _show_progress(self, progress: Sequence[home.PriorityProgress]) -> None:
        _clear(self._lines)
        theme = self.theme
        for row, line in enumerate(progress):
            mean = line.summary.progress
            share = float(mean or 0) / 100
            self._lines.addWidget(priority_chip(theme, f"P{line.number}"), row, 0)
            name = ElidedLabel(theme, line.title, "cell", shorter=line.title.rpartition(", ")[0])
            self._lines.addWidget(name, row, 1)
            bar = ProgressBar(theme, share, colour=theme.priority_colour(f"P{line.number}", "strong"), width=96)
            self._lines.addWidget(bar, row, 2)
            said = label(format_percent(mean) if mean is not None else "–", "small")
            said.setFont(theme.font("cell"))
            said.setMinimumWidth(theme.px(44))
            said.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self._lines.addWidget(said, row, 3)

    def _show_recent(self, done: Sequence[gestures.Done]) -> None:
        zone = self.context.clock().tzinfo
        lines = []
        for one in done:
            moment = one.at.astimezone(zone)
            day = "" if moment.date() == self._today else f"{moment.day:02d}/{moment.month:02d} "
            side = ", ".join(part for part in (one.author, f"{day}{format_time(moment)}") if part)
            home = (one.home, one.home_id) if one.home in RECORDS else ("", "")
            lines.append(Line(gestures.told(one), *home, side=side))
        self._recent_lines.show_lines(lines)

    def _show_blocked(self, blocked: Sequence[home.Blocked]) -> None:
        self._see_blocked.setVisible(len(blocked) > _BLOCKED)
        self._blocked.heading.setText(_with_count("Ce qui bloque", len(blocked)))
        self._blocked_lines.show_lines(
            [
                Line(
                    one.title, "action", one.id, detail=one.point,
                    priority=f"P{one.priority}" if one.priority else "",
                )
                for one in blocked[:_BLOCKED]
            ]
        )  # fmt: skip

    def _open_line(self, entity: str, id: str) -> None:
        if entity:
            self.context.navigator.open_record(entity, id, stay=False)

    def _open(self, task: home.Task) -> None:
        self.context.navigator.open_record(_OWNERS[task.kind], task.owner, stay=False)

    def print_page(self) -> None:
        self.context.navigator.go("reports", report="synthese-ville" if self._in_town() else "projet-de-quartier")


def _summary(found: home.Figures, tasks: Sequence[home.Task], today: Any) -> str:
    """« 3 actions en retard, 1 bloquée, 2 échéances cette semaine »."""
    plan = found.plan
    week = len(home.by_moment(tasks, today)["week"])
    parts = []
    if plan.late:
        parts.append(f"{counted(plan.late, 'action')} en retard")
    if plan.blocked:
        parts.append(f"{format_number(plan.blocked)} {'bloquées' if plan.blocked > 1 else 'bloquée'}")
    if week:
        parts.append(f"{counted(week, 'échéance')} cette semaine")
    return ", ".join(parts) or ("Rien n’est en retard." if plan.count else "")


def _with_count(title: str, count: int) -> str:
    return f"{title}{NBSP}{NBSP}{format_number(count)}" if count else title


def _points(change: int | None) -> str:
    if change is None:
        return ""
    sign = "+" if change >= 0 else "−"
    return f"{sign}{NBSP}{abs(change)}{NBSP}{'points' if abs(change) > 1 else 'point'}"


def _tone(change: int | None) -> str:
    return "" if change is None else ("success" if change >= 0 else "warning")


def _arrow(change: int | None) -> str:
    return "list-check" if change is None else ("trending-up" if change >= 0 else "trending-down")


def _bleed(card: Card, inset: int) -> None:
    """Let the body of a card touch its edges; the heading keeps its inset."""
    layout = card.layout()
    top = layout.contentsMargins().top()
    layout.setContentsMargins(1, top, 1, inset // 2)
    layout.itemAt(0).layout().setContentsMargins(inset - 1, 0, inset - 1, 0)


def _clear(layout: Any) -> None:
    while layout.count():
        item = layout.takeAt(0)
        if item.widget() is not None:
            item.widget().deleteLater()
            item.widget().hide()
