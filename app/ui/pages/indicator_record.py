"""The fiche of an indicator: its chart, what was measured, what is aimed at, what it means, what it is linked to."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget
from shiboken6 import isValid

from app.errors import KnownError
from app.formatting import NBSP
from app.services import history, records
from app.services.queries import indicators
from app.services.queries.indicators import IndicatorRow
from app.services.readings import reading_words
from app.services.scorecard import Standing, freshness, goal_line, goals_for, is_due, period_words, short_period
from app.ui.editing import RecordEditing
from app.ui.navigation import RecordView
from app.ui.pages.indicator_chart import ChartPicture, chart_of, has_curve, mentions
from app.ui.pages.indicator_facts import Goals, Measures
from app.ui.pages.record_attachments import Attachments
from app.ui.pages.record_lines import HistoryList, Linked, LinkList, gather, last_change
from app.ui.widgets.buttons import button
from app.ui.widgets.filters import FilterButton
from app.ui.widgets.labels import Chip, StatusWord, label
from app.ui.widgets.side_panel import Section

_DEFINITION = (
    "nature", "kind", "unit", "direction", "definition", "numerator", "denominator", "breakdown", "summable",
    "base_value", "base_year", "producer", "frequency", "responsible", "limits", "source", "note", "to_confirm",
    "on_dashboard", "code",
)  # fmt: skip
_WIDE = ("definition", "limits", "note")
_LINKS = ("priority", "ambition", "objective", "milestone", "actions")
#: Width of the line under the title, in the narrowest panel.
_STATE_ROOM = 384
_STATES = {
    Standing.ACHIEVED: ("success", "circle-check"),
    Standing.PROGRESS: ("neutral", "trending-up"),
    Standing.OFF: ("warning", "alert-triangle"),
    Standing.TO_FILL: ("info", "pencil"),
    Standing.TO_JUDGE: ("neutral", "eye"),
}


class IndicatorRecord(RecordView):
    """Fills the panel with an indicator."""

    entity = "indicator"

    def __init__(self, context: Any, panel: Any) -> None:
        super().__init__(context, panel)
        self._editing: RecordEditing | None = None
        self._row: IndicatorRow | None = None
        self._deleted = False
        self._shown_place = ""
        panel.banner.acted.connect(self._act)

    def show_record(self, id: str) -> None:
        self.record_id = id
        self._shown_place = ""
        # Walking along a list keeps the widgets; another kind of record has replaced them.
        if self._editing is None or not isValid(self._chart) or not self.panel.isAncestorOf(self._chart):
            self._build()
        else:
            self.panel.go_to_section("values")
        self._read(fresh=True)
        if self._row is not None and self._row.title == "Nouvel indicateur":
            # A record just made: its title is the first thing to type, once the panel is laid out.
            QTimer.singleShot(0, self._title.content, self._type_title)

    def _type_title(self) -> None:
        self._title.content.setFocus()
        self._title.content.input.selectAll()

    def reload(self, changes: Any) -> None:
        if changes.touches("indicator", "measurement", "target", "action", "ambition", "territory", "attachment"):
            self._read(fresh=False)

    def leave(self) -> bool:
        if self._editing is None:
            return True
        return self._measures.leave() and self._goals.leave() and self._editing.leave()

    def print_record(self) -> None:
        self.context.navigator.go("reports", report="projet-de-quartier")

    def add_measure(self) -> None:
        """Open the fields of a new value."""
        self.panel.go_to_section("values")
        self._measures.add()

    # -- making ---------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        theme, context = self.theme, self.context
        self._editing = editing = RecordEditing(context, self.entity)
        self._measures, self._goals = Measures(context, editing), Goals(context, editing)
        for part in (editing, self._measures, self._goals):
            part.refused.connect(self._refuse)
        self._chart = ChartPicture(theme)
        self._told = label("", "small", "muted", wrap=True)
        self._place = FilterButton(theme, "Courbe", self._places, exclusive=True)
        self._place.filtered.connect(self._choose_place)
        self._linked = LinkList(theme, "Aucune action n’y contribue encore.")
        self._linked.opened.connect(context.navigator.open_record)
        self._files = Attachments(context, self.panel, self.entity, self._refuse)
        self._history = HistoryList(theme)
        self._title = editing.row("title", wide=True)
        values = self._gather_values()
        definition = gather(
            theme,
            [self._title, *(editing.row(key, wide=key in _WIDE) for key in _DEFINITION)],
        )
        links = gather(theme, [*(editing.row(key) for key in _LINKS), self._linked])
        self.panel.show_sections(
            (
                Section("values", "Valeurs", values, gesture=self._adding("Saisir une valeur", self._measures.add)),
                Section("targets", "Cibles", self._goals.list, gesture=self._adding("Ajouter", self._goals.add)),
                Section("definition", "Définition", definition),
                Section("links", "Liens", links),
                self._files.section(),
                Section("history", "Historique", self._history),
            )
        )
        self.panel.set_menu(self._fill_menu)

    def _gather_values(self) -> QWidget:
        home = QWidget()
        column = QVBoxLayout(home)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(self.theme.px(4))
        for part in (self._place, self._chart, self._told, self._measures.list):
            column.addWidget(part)
        return home

    def _adding(self, word: str, clicked: Callable[[], object]) -> QWidget:
        return button(self.theme, word, kind="link", icon="plus", clicked=clicked)

    # -- reading --------------------------------------------------------------------------------------------------

    def _read(self, *, fresh: bool) -> None:
        today = self.context.clock().date()
        with self.context.store.read() as connection:
            record = records.fetch(connection, self.entity, self.record_id)
            rows = indicators.fetch_rows(connection, [self.record_id], today=today, district=self.context.quarter)
            measures = indicators.load_measures(connection, self.record_id)
            notes = indicators.load_notes(connection, self.record_id)
            told = history.history_lines(connection, self._changes(connection, [goal.id for goal in rows[0].goals]))
            actions = record.values["actions"]
            names = records.labels(connection, "action", list(actions)) if isinstance(actions, tuple) else {}
        self._row = row = rows[0]
        self._all = measures
        self._deleted = record.deleted
        self._editing.show(record.id, record.values, keep_typing=not fresh)
        self._measures.show(record.id, row.scale, measures, notes.comments)
        self._goals.show(record.id, row.scale, row.goals, notes.reasons, notes.places)
        self._linked.show_links([Linked("action", id, name) for id, name in names.items()])
        self._files.show_record(self.record_id, deleted=record.deleted)
        self._history.show_lines(told)
        self._show_head(row, today)
        self._show_chart()
        self.panel.anchors.anchor("values").set_count(str(len(measures)) if measures else "")
        self.panel.anchors.anchor("targets").set_count(str(len(row.goals)) if row.goals else "")
        if self._deleted:
            self.panel.banner.tell("Dans la corbeille.", "Restaurez cette fiche pour la modifier.", action="Restaurer")
        else:
            self.panel.banner.clear()
        self.panel.show_footer(last_change("Modifié", record))

    def _changes(self, connection: Any, goals: list[str]) -> list[history.Change]:
        """What happened to the indicator and to its targets: a revision is part of its story."""
        found = list(history.history(connection, self.entity, self.record_id))
        for goal in goals:
            found += history.history(connection, "target", goal)
        return sorted(found, key=lambda change: change.moment)

    def _show_head(self, row: IndicatorRow, today: Any) -> None:
        self.panel.show_heading(row.title, chip=row.priority, chip_tone=row.priority or "neutral", code=row.code)
        parts: list[QWidget] = []
        last = row.last
        if row.verdict.standing in _STATES and row.verdict.words:
            tone, icon = _STATES[row.verdict.standing]
            parts.append(Chip(self.theme, row.verdict.words, tone=tone, icon=icon))
        if last is not None and last.reading.level is not None:
            parts.append(label(f"{reading_words(last.reading, row.scale)}, {short_period(last)}", "small"))
        elif row.goal is not None:
            parts.append(label(goal_line(row.goal, row.scale), "small", "muted"))
        due = is_due(row.series, followed=bool(row.on_dashboard), today=today)
        age = freshness(last, frequency=row.frequency, today=today, due=due)
        if last is not None:
            parts.append(StatusWord(self.theme, age.words, icon=age.icon, tone=age.tone))
        if row.example:
            parts.append(Chip(self.theme, "Exemple"))
        self.panel.show_state(self._fitting(parts))

    def _fitting(self, parts: list[QWidget]) -> list[QWidget]:
        """The first parts that fit on one line: a wider line would take its height from the title."""
        room, shown = self.theme.px(_STATE_ROOM), []
        for part in parts:
            room -= part.sizeHint().width() + self.theme.px("space.unit")
            if room < 0:
                break
            shown.append(part)
        return shown

    def _show_chart(self) -> None:
        row = self._row
        if row is None:
            return
        places = [key for key, _name in self._places()]
        own = row.last.territory if row.last is not None else ""
        place = self._shown_place if self._shown_place in places else own
        self._place.set_keys((place,), silent=True)
        self._place.setVisible(len(places) > 1 and has_curve(self._all))
        other = row.other if row.other is not None and row.other.territory != place else None
        goals = goals_for(row.goals, place)
        draw = chart_of(self._all, goals, row.scale, territory=place, other=other)
        last = row.last
        value = (
            f"{reading_words(last.reading, row.scale)}, {period_words(last)}" if last is not None else "aucune valeur"
        )
        aim = f", {goal_line(row.goal, row.scale)}" if row.goal is not None else ""
        self._chart.show_drawing(draw, f"Graphique{NBSP}: {row.title}, {value}{aim}")
        told = mentions(self._all, territory=place)
        self._told.setText("\n".join(told))
        self._told.setVisible(bool(told))

    def _places(self) -> list[tuple[str, str]]:
        """The territories measured, as choices of the curve."""
        found = {one.territory: one.territory_name or "sans territoire" for one in self._all}
        return list(found.items())

    def _choose_place(self, keys: tuple[str, ...]) -> None:
        self._shown_place = keys[0] if keys else ""
        self._show_chart()

    # -- gestures -------------------------------------------------------------------------------------------------

    def _act(self) -> None:
        """The gesture of the banner, which every record shares: only the one that is open answers."""
        if self.context.navigator.place.entity == self.entity and self.record_id and self._deleted:
            self._restore()

    def _fill_menu(self, menu: QMenu) -> None:
        if self._deleted:
            menu.addAction("Restaurer", self._restore)
            return
        followed = self._row is not None and self._row.on_dashboard
        menu.addAction("Saisir une valeur", self.add_measure)
        menu.addAction(
            "Retirer du tableau de bord" if followed else "Suivre au tableau de bord",
            lambda: self._set(on_dashboard=not followed),
        )
        menu.addAction("Dupliquer", self._duplicate)
        menu.addSeparator()
        menu.addAction("Mettre à la corbeille", self._delete)

    def _set(self, **values: Any) -> None:
        self._try(lambda: records.update(self.context.store, self.entity, self.record_id, values))

    def _duplicate(self) -> None:
        made = self._try(lambda: records.duplicate(self.context.store, self.entity, self.record_id))
        if made:
            self.context.navigator.open_record(self.entity, made)

    def _delete(self) -> None:
        self._try(lambda: records.delete(self.context.store, self.entity, [self.record_id]))

    def _restore(self) -> None:
        self._try(lambda: records.restore(self.context.store, self.entity, [self.record_id]))

    def _try(self, gesture: Callable[[], Any]) -> Any:
        try:
            return gesture()
        except KnownError as error:
            self._refuse(error.message, error.advice)
            return None

    def _refuse(self, message: str, advice: str) -> None:
        self.panel.banner.tell(message, advice, tone="danger")


class _PartRecord(RecordView):
    """A part of an indicator found by the search: its indicator opens."""

    def show_record(self, id: str) -> None:
        self.record_id = id
        with self.context.store.read() as connection:
            indicator = indicators.indicator_of(connection, self.entity, id)
        if indicator:
            self.context.navigator.open_record("indicator", indicator)


class MeasurementRecord(_PartRecord):
    """A measurement opens the fiche of its indicator."""

    entity = "measurement"


class TargetRecord(_PartRecord):
    """A target opens the fiche of its indicator."""

    entity = "target"
