"""Indicateurs: the dashboard, the logframe, the entry grid, the list; one set of filters for them."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QStackedWidget, QVBoxLayout

from app.errors import KnownError
from app.formatting import NBSP, counted, format_number, plural
from app.models.choices import INDICATOR_NATURE
from app.services import measurements, records
from app.services.measurements import Entry as EntryValue
from app.services.queries import indicator_grid, indicator_list, indicator_logframe, indicators, plan, scope
from app.services.queries.indicator_list import IndicatorFilter
from app.services.queries.indicators import Followed, IndicatorRow
from app.services.scorecard import Age, Standing
from app.ui.context import Context
from app.ui.navigation import Page
from app.ui.pages import indicators_drafts
from app.ui.pages.indicators_card import Card, card_of
from app.ui.pages.indicators_dashboard import CardSection, Dashboard, Legend, belongs
from app.ui.pages.indicators_entry import Entry
from app.ui.pages.indicators_logframe import Logframe
from app.ui.pages.indicators_table import IndicatorTable
from app.ui.theme import tell
from app.ui.widgets.banner import Banner
from app.ui.widgets.buttons import button, icon_button
from app.ui.widgets.filters import FilterBar, FilterButton, FilterField
from app.ui.widgets.page_header import PageHeader
from app.ui.widgets.segmented import Segmented

BOARD, LIST, ENTRY, FRAME = "board", "list", "entry", "logframe"
_VIEWS = ((BOARD, "Tableau de bord"), (FRAME, "Cadre logique"), (ENTRY, "Saisie"), (LIST, "Liste"))
_AGES = (
    (Age.FRESH.value, "À jour"), (Age.OLD.value, "Ancienne"), (Age.UNDATED.value, "Sans année"),
    (Age.MISSING.value, "À saisir"),
)  # fmt: skip
_TOUCHED = (
    "indicator",
    "measurement",
    "target",
    "priority",
    "territory",
    "ambition",
    "objective",
    "milestone",
    "scheme",
)
#: Years side by side in the entry grid; more on a wide screen.
_YEARS, _WIDE_YEARS, _WIDE = 5, 8, 1500
#: A page narrower than this keeps its filters rather than the legend.
_LEGEND_FROM = 900


class IndicatorsPage(Page):
    """Four views of the indicators of the quartier."""

    role = "window"

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._followed = Followed((), (), ())
        self._listed: list[str] = []
        self._order = ("priority", False)
        self._total = 0
        self._last_year = 0
        self._entry_territory: str | None = None
        self._scheme = ""
        self._asked: dict[str, Any] = {}
        self._is_read = False
        self._loads: dict[str, Callable[[Any], None]] = {
            BOARD: self._load_board,
            FRAME: self._load_frame,
            ENTRY: self._load_entry,
            LIST: self._load_list,
        }

    # -- making ---------------------------------------------------------------------------------------------------

    def build(self) -> None:
        theme = self.theme
        self._header = PageHeader(theme, "Indicateurs", role="window")
        self._views = Segmented(theme, _VIEWS, name="Vue des indicateurs")
        self._enter = button(theme, "", icon="pencil", clicked=lambda: self._show_view(ENTRY))
        self._add = button(theme, "Indicateur", kind="primary", icon="plus", clicked=self.create)
        self._add.setToolTip("Ajouter un indicateur (Ctrl+N)")
        self._print = icon_button(
            theme, "printer", "Imprimer le projet de quartier", shortcut="Ctrl+P", outlined=True,
            clicked=self.print_page,
        )  # fmt: skip
        self._banner = Banner(theme)
        self._make_filters()
        self._board = Dashboard(theme, create=self.create, clear=self.clear_filters)
        self._table = IndicatorTable(theme, self._fetch, create=self.create, clear=self.clear_filters)
        self._entry = Entry(theme, territories=self._entry_places, create=self.create, clear=self.clear_filters)
        self._frame = Logframe(theme, schemes=self._schemes)
        self._stack = QStackedWidget()
        self._parts = {BOARD: self._board, FRAME: self._frame, ENTRY: self._entry, LIST: self._table}
        self._arrange()
        self._connect()
        self._last_year = self._today().year

    def _make_filters(self) -> None:
        theme = self.theme
        self._text = FilterField(theme, "Filtrer les indicateurs", width=212)
        self._priority = FilterButton(theme, "Priorité", self._priorities)
        self._nature = FilterButton(theme, "Nature", [(choice.code, choice.label) for choice in INDICATOR_NATURE])
        self._place = FilterButton(theme, "Territoire", self._places)
        self._age = FilterButton(theme, "Fraîcheur", _AGES)
        self._source = FilterButton(theme, "Source", self._sources)
        self._bin = FilterButton(theme, "Montrer", (("", "en service"), ("bin", "corbeille")), exclusive=True)
        self._bin.set_keys(("",), silent=True)
        self._legend = Legend(theme)
        self._bar = FilterBar(theme)
        for part in (self._text, self._priority, self._nature, self._place, self._age, self._source):
            self._bar.add(part)
        self._bar.add_right(self._legend)
        self._bar.add_right(self._bin)

    def _arrange(self) -> None:
        self._header.add(self._views)
        for part in (self._print, self._enter, self._add):
            self._header.add_right(part)
        for part in self._parts.values():
            self._stack.addWidget(part)
        told = QFrame()
        column = QVBoxLayout(told)
        column.setContentsMargins(self.theme.px("space.page"), 0, self.theme.px("space.page"), 0)
        column.addWidget(self._banner)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for part in (self._header, told, self._bar):
            layout.addWidget(part)
        layout.addWidget(self._stack, 1)
        self._dress()

    def _connect(self) -> None:
        self._views.chosen.connect(self._show_view)
        self._text.filtered.connect(lambda _text: self._refilter())
        for part in (self._priority, self._nature, self._place, self._age, self._source, self._bin):
            part.filtered.connect(lambda _keys: self._refilter())
        for part in self._parts.values():
            part.opened.connect(lambda id: self.context.navigator.open_record("indicator", id))
        self._board.filtered.connect(self._refilter)
        self._table.sorted_by.connect(self._sort)
        self._table.delete_asked.connect(self._delete)
        self._entry.model.entered.connect(self._write)
        self._entry.model.faults_changed.connect(self._keep_typed)
        self._entry.years_moved.connect(self._move_years)
        self._entry.territory_chosen.connect(self._choose_place)
        self._frame.scheme_chosen.connect(self._choose_scheme)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self._dress()
            if (
                self.view() == ENTRY
                and self._entry.model.years()
                and len(self._years()) != len(self._entry.model.years())
            ):
                self.reload()

    # -- the contract of a page -----------------------------------------------------------------------------------

    def view(self) -> str:
        """The view shown: board, logframe, entry or list."""
        return self._views.current()

    def show_filter(self, **filter: Any) -> None:
        if filter == self._asked and self.context.navigator.place.entity:
            # A record opened beside the page says again where one came from: the view chosen since then stays.
            return
        self._asked = filter
        if "standing" in filter:
            self._board.choose(filter["standing"])
        if "priorities" in filter:
            self._priority.set_keys(tuple(filter["priorities"]), silent=True)
        if "territory" in filter:
            self._entry_territory = filter["territory"] or None
        if "year" in filter and filter["year"] not in self._years():
            self._last_year = filter["year"]
        if "ages" in filter:
            self._age.set_keys(tuple(filter["ages"]), silent=True)
        self._show_view(filter.get("view", self.view()))

    def _show_view(self, view: str) -> None:
        if view in self._parts:
            self._views.choose(view)
        self._dress()
        # Before its first reading, the frame reads the page itself.
        if self._is_read:
            self.reload()
            self.status_changed.emit()
        if self.isVisible():
            self.take_focus()

    def reload(self, changes: Any = None) -> None:
        if changes is not None and not changes.touches(*_TOUCHED):
            return
        self._is_read = True
        with self.context.store.read() as connection:
            self._followed = indicators.followed(connection, self.context.quarter)
            self._total = indicator_list.count_indicators(connection)
            self._loads[self.view()](connection)
        self.rows_changed.emit()

    def status_text(self) -> tuple[str, str]:
        if self.view() == BOARD:
            cards = self._board.cards()
            counts = [
                counted(len(cards), "indicateur suivi", "indicateurs suivis"),
                _said(cards, Standing.OFF, "en écart", "en écart"),
                _said(cards, Standing.TO_FILL, "à saisir", "à saisir"),
            ]
            return "  ·  ".join(part for part in counts if part), f"{counted(self._total, 'indicateur')} au total"
        if self.view() == LIST:
            shown = counted(len(self._listed), "indicateur")
            return shown if len(self._listed) == self._total else f"{shown} sur {format_number(self._total)}", ""
        if self.view() == FRAME:
            lines = self._frame.model.lines()
            goals = len({line.operational for line in lines if line.operational})
            told = counted(goals, "objectif opérationnel", "objectifs opérationnels")
            return f"{told}  ·  {counted(len(self.record_ids()), 'indicateur')}", ""
        rows = self._entry.model.rows()
        year = self._today().year
        filled = sum(year in row.cells for row in rows)
        done = f"{counted(filled, 'valeur')} de {year} {plural(filled, 'saisie')}"
        return f"{counted(len(rows), 'indicateur')}  ·  {done}", ""

    def record_ids(self) -> Sequence[str]:
        if self.view() == BOARD:
            return [card.id for card in self._board.cards()]
        if self.view() == FRAME:
            shown = [one.id for line in self._frame.model.lines() for one in (*line.results, *line.processes)]
            return list(dict.fromkeys(shown))
        return self._listed if self.view() == LIST else [row.id for row in self._entry.model.rows()]

    def show_record(self, entity: str, id: str) -> None:
        if entity != "indicator":
            return
        if self.view() == BOARD:
            self._board.mark(id)
        elif self.view() == LIST:
            self._table.view.go_to(id)

    def create(self) -> None:
        """A new followed indicator, its fiche open on its title."""
        values: dict[str, Any] = {"title": "Nouvel indicateur", "nature": "output", "on_dashboard": True}
        if len(self._priority.keys()) == 1:
            values["priority"] = self._priority.keys()[0]
        made = self._try(lambda: records.create(self.context.store, "indicator", values))
        if made:
            self.context.navigator.open_record("indicator", made)

    def focus_filter(self) -> None:
        self._text.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._text.selectAll()

    def print_page(self) -> None:
        self.context.navigator.go("reports", report="projet-de-quartier")

    def take_focus(self) -> None:
        self._parts[self.view()].take_focus()

    def leave(self) -> bool:
        self._entry.finish_typing()
        return True

    def clear_filters(self) -> None:
        """Show everything again."""
        self._text.clear()
        for part in (self._priority, self._nature, self._place, self._age, self._source):
            part.set_keys((), silent=True)
        self._board.clear_counter()
        self._refilter()

    # -- reading --------------------------------------------------------------------------------------------------

    def _load_board(self, connection: Any) -> None:
        today = self._today()
        ids, narrow = self._followed.ids, self._filter().is_narrow
        if narrow:
            among = set(indicator_list.listed(connection, self._filter()))
            ids = tuple(id for id in ids if id in among)
        rows = indicators.fetch_rows(connection, ids, today=today, district=self.context.quarter)
        kept = {row.id: row for row in rows}
        sections = [
            CardSection(key, title, [self._card(kept[id]) for id in ids if id in kept])
            for key, title, ids in (
                ("project", "Suivis par le quartier", self._followed.project),
                ("ambitions", "Ambitions métropolitaines", self._followed.ambitions),
                ("context", self._context_title(), self._followed.context),
            )
        ]
        self._board.show_cards(sections, narrow=narrow)

    def _context_title(self) -> str:
        more = len(self._followed.context) == indicators.CONTEXT_CARDS
        return f"Contexte, les {indicators.CONTEXT_CARDS} premiers" if more else "Contexte"

    def _card(self, row: IndicatorRow) -> Card:
        return card_of(row, district=self.context.quarter, today=self._today())

    def _load_list(self, connection: Any) -> None:
        column, descending = self._order
        deleted = self._bin.keys() == ("bin",)
        kept = self._filter()
        self._listed = indicator_list.listed(connection, kept, column, descending=descending, deleted=deleted)
        self._table.show_ids(self._listed, narrow=kept.is_narrow, deleted=deleted)

    def _load_frame(self, connection: Any) -> None:
        known = [key for key, _title in indicator_logframe.schemes_with_logframe(connection)]
        self._scheme = self._scheme if self._scheme in known else (known[0] if known else "")
        self._frame.scheme.set_keys((self._scheme,) if self._scheme else (), silent=True)
        self._frame.scheme.setVisible(bool(known))
        self._frame.show_lines(indicator_logframe.load_logframe(connection, self._scheme) if known else ())

    def _load_entry(self, connection: Any) -> None:
        kept = self._filter()
        wanted = [*self._followed.project, *self._followed.ambitions]
        if kept.is_narrow:
            among = set(indicator_list.listed(connection, kept))
            wanted = [id for id in wanted if id in among]
        years = self._years()
        place = self._territory()
        self._entry.territory.set_keys((place,), silent=True)
        rows = indicator_grid.load_grid(connection, wanted, territory=place, years=years, today=self._today())
        typed = indicators_drafts.typed_for(self.context, place)
        self._entry.show_rows(rows, years, narrow=kept.is_narrow, typed=typed)

    def _fetch(self, ids: Sequence[str]) -> dict[str, IndicatorRow]:
        with self.context.store.read() as connection:
            rows = indicators.fetch_rows(
                connection, ids, today=self._today(), district=self.context.quarter,
                territories=frozenset(self._place.keys()), drawn=indicators.LISTED,
            )  # fmt: skip
        return {row.id: row for row in rows}

    def _filter(self) -> IndicatorFilter:
        return IndicatorFilter(
            self._today(), self.context.quarter, self._text.text().strip(), frozenset(self._priority.keys()),
            frozenset(self._nature.keys()), frozenset(self._place.keys()), frozenset(self._age.keys()),
            frozenset(self._source.keys()),
        )  # fmt: skip

    # -- gestures -------------------------------------------------------------------------------------------------

    def _refilter(self) -> None:
        self.reload()
        self.status_changed.emit()

    def _sort(self, column: str, descending: bool) -> None:
        self._order = (column, descending)
        self._refilter()

    def _write(self, entries: list[EntryValue]) -> None:
        """What was typed in the grid: one gesture."""
        try:
            measurements.fill(self.context.store, entries, territory=self._territory())
        except KnownError as error:
            self._entry.refuse(entries, error.message, error.advice)

    def _keep_typed(self) -> None:
        """Cells refused are drafts: closing the window loses none of them."""
        model = self._entry.model
        texts = {key: fault.text for key, fault in model.faults().items()}
        indicators_drafts.keep_typed(self.context, self._territory(), texts, {row.id for row in model.rows()})

    def _delete(self, ids: list[str]) -> None:
        if ids and self._bin.keys() != ("bin",):
            self._try(lambda: records.delete(self.context.store, "indicator", ids))

    def _move_years(self, by: int) -> None:
        self._last_year = min(self._today().year + 4, self._last_year + by)
        self._refilter()

    def _choose_place(self, key: str) -> None:
        self._entry_territory = key
        self._refilter()

    def _choose_scheme(self, key: str) -> None:
        self._scheme = key
        self._refilter()

    def _try(self, gesture: Callable[[], Any]) -> Any:
        try:
            done = gesture()
        except KnownError as error:
            self._banner.tell(error.message, error.advice, tone="danger")
            return None
        self._banner.clear()
        return done

    # -- inside ---------------------------------------------------------------------------------------------------

    def _dress(self) -> None:
        """The ground of a set of cards, or of one tool; the gestures that make sense in this view."""
        view = self.view()
        role = "window" if view == BOARD else "surface"
        for part in (self, self._header):
            tell(part, role=role)
        tell(self._bar, role="window" if view == BOARD else "filter_bar")
        self._stack.setCurrentWidget(self._parts[view])
        self._legend.setVisible(view == BOARD and self.width() >= self.theme.px(_LEGEND_FROM))
        self._bin.setVisible(view == LIST)
        self._bar.setVisible(view != FRAME)
        self._bar.fit()
        self._enter.setText(f" Saisir {self._today().year}")
        self._enter.setAccessibleName(f"Saisir les valeurs de {self._today().year}")
        self._enter.setVisible(view != ENTRY)

    def _today(self) -> date:
        return self.context.clock().date()

    def _years(self) -> list[int]:
        count = _WIDE_YEARS if self.width() >= self.theme.px(_WIDE) else _YEARS
        return list(range(self._last_year - count + 1, self._last_year + 1))

    def _territory(self) -> str:
        """The territory values are typed for: the one chosen, else the quartier, else the town."""
        if self._entry_territory is None and not self.context.quarter:
            with self.context.store.read() as connection:
                towns = indicator_list.towns(connection)
            return towns[0][0] if towns else ""
        return self._entry_territory or self.context.quarter

    def _priorities(self) -> list[tuple[str, str]]:
        with self.context.store.read() as connection:
            return [(node.id, f"{node.key}{NBSP}{node.short_title}") for node in plan.load_priorities(connection)]

    def _places(self) -> list[tuple[str, str]]:
        with self.context.store.read() as connection:
            return indicator_list.territories_measured(connection)

    def _sources(self) -> list[tuple[str, str]]:
        with self.context.store.read() as connection:
            return [(source, source) for source in indicator_list.sources_known(connection)]

    def _schemes(self) -> list[tuple[str, str]]:
        with self.context.store.read() as connection:
            return indicator_logframe.schemes_with_logframe(connection)

    def _entry_places(self) -> list[tuple[str, str]]:
        with self.context.store.read() as connection:
            return [*scope.districts(connection), *indicator_list.towns(connection)]


def _said(cards: Sequence[Card], standing: Standing, one: str, several: str) -> str:
    count = sum(belongs(card, standing.value) for card in cards)
    return f"{format_number(count)}{NBSP}{plural(count, one, several)}" if count else ""
