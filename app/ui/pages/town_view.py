"""« Ville » of Accueil: the quartiers side by side, for whoever follows them all.

It is read in a task: at a hundred times the usual volume, adding up the five plans takes longer than a blink.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFileDialog, QFrame, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from app.formatting import NBSP, counted, format_number
from app.services.queries import quarters
from app.services.queries.town import Town, load_town
from app.services.queries.town_colleagues import Colleague, colleagues
from app.ui.context import Context
from app.ui.pages import town_cards, town_tables
from app.ui.pages.exchanges_parts import FILE_FILTER
from app.ui.pages.exchanges_words import moment_words
from app.ui.pages.home_lines import EDGE, Line, LineList
from app.ui.pages.town_cards import PlaceCard, quarter_card, town_card
from app.ui.widgets.buttons import button
from app.ui.widgets.cards import Card
from app.ui.widgets.empty_state import EmptyState
from app.ui.widgets.labels import label

#: Cards side by side; past it, a second row. Below `WIDE` pixels at 100 %, half as many, and one column below.
ACROSS = 6
WIDE = 1060
#: Lines of each list; the pages have the rest.
MOST = 6
MOST_INDICATORS = 14
#: What the changes of a notebook must touch for the town to be read again.
TOUCHED = (
    "action", "action_partner", "organisation", "priority", "territory", "indicator", "measurement", "target",
)  # fmt: skip
_FOLDER = "imports_folder"


class TownView(QFrame):
    """The cards, the matrix, what is shared, who works where, the indicators; or how to bring the other quartiers."""

    #: The figures were read: `is_alone` may have changed.
    shown = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.context = context
        self.theme = theme = context.theme
        self.town: Town | None = None
        #: By quartier, "" for the town.
        self.cards: dict[str, PlaceCard] = {}
        self._across = 0
        self._job: Any = None
        self._again = False
        self.setProperty("role", "window")
        self.empty = EmptyState(
            theme,
            icon="map-2",
            title="Un seul quartier dans ce carnet",
            sentence="Chaque chef de projet exporte son carnet pour l’équipe. Importez leurs classeurs d’un seul geste"
            f"{NBSP}: la ville se compose d’elle-même, et une action commune n’y compte qu’une fois.",
            main="Importer les classeurs…",
            main_icon="file-import",
            second="Exporter ce carnet",
            hint="Ou déposez les classeurs n’importe où sur la fenêtre.",
        )
        self.empty.main_asked.connect(self.choose_workbooks)
        self.empty.second_asked.connect(self.go_to_export)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._scroll, 1)
        column.addWidget(self.empty, 1)
        self.empty.hide()
        self._scroll.hide()

    # -- reading ------------------------------------------------------------------------------------------------------

    def reload(self) -> None:
        """Read the town again, after the reading that goes on if there is one."""
        if self._job is not None:
            self._again = True
            return
        today = self.context.clock().date()

        def read(_job: Any) -> tuple[Town, tuple[Colleague, ...]]:
            with self.context.store.read() as connection:
                return load_town(connection, today=today), colleagues(connection)

        self._job = self.context.jobs.run("Ville", read, self._show, self._fail)

    def _fail(self, fault: BaseException) -> None:
        self._job = None
        if self.context.store is not None:
            self.context.jobs.crashed.emit(fault)

    def _show(self, found: tuple[Town, tuple[Colleague, ...]]) -> None:
        self._job = None
        self.show_town(*found)
        if self._again:
            self._again = False
            self.reload()

    def show_town(self, town: Town, known: Sequence[Colleague]) -> None:
        """Show these figures."""
        self.town = town
        alone = self.is_alone()
        self.empty.title.setText(
            "Un seul quartier dans ce carnet" if town.held else "Les quartiers ne sont pas encore dans ce carnet"
        )
        self.empty.setVisible(alone)
        self._scroll.setVisible(not alone)
        self.shown.emit()
        if alone:
            return
        kept = self._scroll.verticalScrollBar().value()
        self._scroll.setWidget(self._made(town, known))
        self._scroll.verticalScrollBar().setValue(kept)

    def is_alone(self) -> bool:
        """True when fewer than two quartiers have actions: how to bring the others is shown."""
        return self.town is not None and self.town.held < 2

    # -- making -------------------------------------------------------------------------------------------------------

    def _made(self, town: Town, known: Sequence[Colleague]) -> QWidget:
        theme = self.theme
        inside = QWidget()
        inside.setProperty("role", "window")
        column = QVBoxLayout(inside)
        edge = theme.px("space.page")
        column.setContentsMargins(edge, 2, edge, theme.px("space.gap"))
        column.setSpacing(theme.px(14))
        column.addLayout(self._cards(town))
        self._middle = middle = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        middle.setSpacing(theme.px("space.gap"))
        left = QVBoxLayout()
        left.setSpacing(theme.px(14))
        left.addWidget(self._matrix(town))
        left.addWidget(self._colleagues(known))
        left.addStretch(1)
        right = QVBoxLayout()
        right.setSpacing(theme.px(14))
        right.addWidget(self._shared(town))
        right.addWidget(self._structures(town))
        right.addStretch(1)
        middle.addLayout(left, 5)
        middle.addLayout(right, 3)
        column.addLayout(middle)
        column.addWidget(self._indicators(town))
        column.addStretch(1)
        self._fit()
        return inside

    def _fit(self) -> None:
        """Lay the cards and the columns out in the width there is."""
        wide = self.width() >= self.theme.px(WIDE)
        across = min(ACROSS if wide else ACROSS // 2, len(self.cards))
        if self._across == across:
            return
        self._across = across
        self._middle.setDirection(QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom)
        for place, card in enumerate(self.cards.values()):
            self._grid.addWidget(card, place // across, place % across)
        for place in range(ACROSS):
            self._grid.setColumnStretch(place, int(place < across))

    def resizeEvent(self, event: QResizeEvent) -> None:
        if self.cards:
            self._fit()

    def _cards(self, town: Town) -> QGridLayout:
        self._grid = grid = QGridLayout()
        grid.setSpacing(self.theme.px(12))
        now = self.context.clock()
        cards = [(row.id, quarter_card(self.theme, row, now)) for row in town.quarters]
        cards.append(("", town_card(self.theme, town)))
        self.cards = dict(cards)
        self._across = 0
        for row, card in cards:
            card.asked.connect(lambda key, row=row: self.go(key, row))
        return grid

    def _matrix(self, town: Town) -> Card:
        card = Card(self.theme, "Avancement par priorité et par quartier", "nombre d’actions, avancement moyen")
        self.matrix = town_tables.matrix(self.theme, town, self)
        self.matrix.asked.connect(self._open_cell)
        card.body.addWidget(self.matrix)
        return card

    def _shared(self, town: Town) -> Card:
        more = button(self.theme, "Tout voir", kind="link", clicked=lambda: self.go(town_cards.SHARED, ""))
        more.setVisible(town.shared > MOST)
        self.shared = self._list(
            "Aucune action n’est commune à plusieurs quartiers. Une action l’est quand sa fiche nomme plusieurs grands"
            " quartiers parmi ses territoires."
        )
        names = {line.id: line.name for line in town.quarters}
        numbers = {node.id: node.key for node in town.priorities}
        self.shared.show_lines(
            [
                Line(
                    one.row.title, "action", one.row.id, side=", ".join(names[row] for row in one.quarters),
                    priority=numbers.get(one.row.priority, ""),
                )
                for one in town.shared_actions[:MOST]
            ]
        )  # fmt: skip
        return self._card("Actions communes", town.shared, more, self.shared)

    def _structures(self, town: Town) -> Card:
        several = [one for one in town.structures if len(one.quarters) > 1]
        more = button(
            self.theme, "Tout voir", kind="link",
            clicked=lambda: self._go("partners", view="structures", to_see=[one.id for one in several]),
        )  # fmt: skip
        more.setVisible(len(several) > MOST)
        self.structures = self._list("Aucune structure n’est à l’œuvre dans plusieurs quartiers.")
        self.structures.show_lines(
            [
                Line(
                    one.name, "organisation", one.id,
                    side=f"{counted(len(one.quarters), 'quartier')}, {counted(one.actions, 'action')}",
                )
                for one in several[:MOST]
            ]
        )  # fmt: skip
        return self._card("Structures communes", len(several), more, self.structures)

    def _colleagues(self, known: Sequence[Colleague]) -> Card:
        lines = self._list("Personne n’a encore rien écrit dans ce carnet.")
        now = self.context.clock()
        lines.show_lines(
            [
                Line(
                    f"{one.label} (ce poste)" if one.mine else one.label, "", "",
                    side=f"dernière saisie {_when(moment_words(one.last, now))}",
                )
                for one in known[: 2 * MOST]
            ]
        )  # fmt: skip
        self.colleagues = lines
        more = button(self.theme, "Voir les imports", kind="link", clicked=lambda: self.go(town_cards.RECEIVED, ""))
        return self._card("Qui a écrit, et quand", 0, more, lines)

    def _indicators(self, town: Town) -> Card:
        awaited = [line for line in town.indicators if any(cell.awaited for cell in line.cells.values())]
        fact = f"{format_number(town.kept.filled)} valeurs de l’année sur {format_number(town.kept.followed)} attendues"
        card = Card(self.theme, "Indicateurs côte à côte", fact)
        if not awaited:
            card.body.addWidget(label("Aucun quartier n’a d’indicateur au tableau de bord.", "small", "muted"))
            return card
        self.indicators = town_tables.side_by_side(self.theme, town, awaited[:MOST_INDICATORS], self)
        self.indicators.asked.connect(self._open_indicator)
        card.body.addWidget(self.indicators)
        left = len(awaited) - MOST_INDICATORS
        said = [
            f"Les fiches de même intitulé et de même unité sont sur une ligne. Σ{NBSP}: somme des quartiers, quand"
            " l’indicateur s’additionne, pour une même période."
        ]
        if left > 0:
            said.append(f"{counted(left, 'autre indicateur', 'autres indicateurs')} dans la page Indicateurs.")
        card.body.addWidget(label(" ".join(said), "small", "muted", wrap=True))
        return card

    def _list(self, empty: str) -> LineList:
        made = LineList(self.theme, empty)
        made.opened.connect(self._open_record)
        return made

    def _card(self, title: str, count: int, more: QWidget, lines: LineList) -> Card:
        theme = self.theme
        card = Card(theme, f"{title}{NBSP}{NBSP}{format_number(count)}" if count else title, more)
        card.body.addWidget(lines)
        layout = card.layout()
        inset = theme.px(EDGE + 1)
        layout.setContentsMargins(1, layout.contentsMargins().top(), 1, inset // 2)
        layout.itemAt(0).layout().setContentsMargins(inset - 1, 0, inset - 1, 0)
        return card

    # -- leading ------------------------------------------------------------------------------------------------------

    def go(self, key: str, quarter: str) -> None:
        """Where a figure of a card leads; `quarter` is "" for the town."""
        places = (quarter,) if quarter else ()
        if key == town_cards.ACTIONS:
            self._go("plan", territories=places)
        elif key in (town_cards.LATE, town_cards.BLOCKED):
            self._go("plan", territories=places, states=(key,))
        elif key in (town_cards.SHARED, town_cards.NOWHERE):
            only = quarters.SHARED if key == town_cards.SHARED else quarters.NO_QUARTER
            self._go("plan", territories=(only,))
        elif key == town_cards.STRUCTURES:
            assert self.town is not None
            ids = [one.id for one in self.town.structures if not quarter or quarter in one.quarters]
            if ids:  # none to see would show them all
                self._go("partners", view="structures", to_see=ids)
        elif key == town_cards.COVER:
            self._go("partners", view="coverage")
        elif key == town_cards.INDICATORS:
            self._go("indicators", view="entry", territory=quarter)
        else:
            self._go("exchanges", view="conflicts" if key == town_cards.CONFLICTS else "history")

    def go_to_export(self) -> None:
        """The workbook that gives everything back to the five: the team's, whole."""
        self._go("exchanges", view="export")

    def choose_workbooks(self) -> None:
        """Choose the workbooks of the quartiers, several at once; their preview is in Échanges."""
        kept = Path(self.context.preferences.value(_FOLDER, "") or ".")
        folder = kept if kept.is_absolute() and kept.is_dir() else Path.home()
        names, _ = QFileDialog.getOpenFileNames(self, "Choisir les classeurs des quartiers", str(folder), FILE_FILTER)
        if names:
            self.context.preferences.keep(_FOLDER, str(Path(names[0]).parent))
            self._go("exchanges", files=[Path(name) for name in names])

    def _open_cell(self, priority: str, column: str) -> None:
        filters: dict[str, Any] = {"priorities": (priority,)}
        if column not in (town_tables.TOWN, town_tables.NAME):
            filters["territories"] = (column,)
        self._go("plan", **filters)

    def _open_indicator(self, first: str, column: str) -> None:
        assert self.town is not None
        line = next(line for line in self.town.indicators if line.ids[0] == first)
        cell = line.cells.get(column)
        self._open_record("indicator", cell.indicator if cell else first)

    def _open_record(self, entity: str, id: str) -> None:
        if entity:
            self.context.navigator.open_record(entity, id, stay=False)

    def _go(self, page: str, **filter: Any) -> None:
        self.context.navigator.go(page, **filter)


def _when(words: str) -> str:
    return words if words.startswith(("aujourd", "hier")) else f"le {words}"
