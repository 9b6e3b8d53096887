"""The entry of values: the grid with its years, its territory, and the sentence of what was refused."""

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import (
    Signal,
)
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QFrame,
    QHBoxLayout,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.formatting import NBSP, counted
from app.services.measurements import Entry as EntryValue
from app.services.queries.indicator_grid import GridRow
from app.ui.pages.indicators_grid import GridModel
from app.ui.pages.indicators_grid_view import GridView
from app.ui.theme import Theme
from app.ui.widgets.banner import Banner
from app.ui.widgets.buttons import icon_button
from app.ui.widgets.empty_state import EmptyState
from app.ui.widgets.filters import FilterButton
from app.ui.widgets.labels import label


class Entry(QFrame):
    """The grid with its years, its territory, its refused cells."""

    opened = Signal(str)
    years_moved = Signal(int)
    territory_chosen = Signal(str)

    def __init__(
        self, theme: Theme, *, territories: Callable[[], Sequence[tuple[str, str]]], create: Callable[[], object],
        clear: Callable[[], object],
    ) -> None:  # fmt: skip
        super().__init__()
        self._theme = theme
        self.setProperty("role", "surface")
        self.model = GridModel()
        self.grid = GridView(theme, self.model)
        self.territory = FilterButton(theme, "Saisir pour", territories, exclusive=True)
        self._earlier = icon_button(
            theme, "chevron-left", "Années précédentes", clicked=lambda: self.years_moved.emit(-1)
        )
        self._later = icon_button(theme, "chevron-right", "Années suivantes", clicked=lambda: self.years_moved.emit(1))
        self._years = label("", "small", "muted")
        self._hint = label(
            "Tapez ou collez depuis Excel. «\u00a0masquée\u00a0»\u00a0: secret statistique\u00a0; "
            "«\u00a015 à 18\u00a0»\u00a0: fourchette.",
            "small",
            "muted",
        )
        self._banner = Banner(theme)
        self._empty = EmptyState(
            theme, icon="table", title="Aucun indicateur suivi",
            sentence="La grille de saisie montre les indicateurs du tableau de bord et ceux qui ont une cible.",
            main="Ajouter un indicateur", main_icon="plus",
        )  # fmt: skip
        self._filtered = EmptyState(
            theme, icon="filter", title="Aucun indicateur ne correspond.", main="Effacer les filtres"
        )
        self._stack = QStackedWidget()
        self._arrange()
        self._empty.main_asked.connect(create)
        self._filtered.main_asked.connect(clear)
        self.grid.opened.connect(self.opened)
        self.grid.left_over.connect(self._tell_left_over)
        self.territory.filtered.connect(lambda keys: self.territory_chosen.emit(keys[0] if keys else ""))
        self.model.faults_changed.connect(self._tell_faults)
        self.grid.selectionModel().currentChanged.connect(lambda _now, _before: self._tell_faults())
        self._banner.acted.connect(self._go_to_fault)

    def show_rows(
        self, rows: Sequence[GridRow], years: Sequence[int], *, narrow: bool,
        typed: Mapping[tuple[str, int], str] | None = None,
    ) -> None:  # fmt: skip
        """`typed`: what waits in the cells, not taken yet."""
        self._years.setText(f"{years[0]}–{years[-1]}")
        self.model.show_rows(rows, years, typed)
        self._stack.setCurrentWidget(self.grid if rows else (self._filtered if narrow else self._empty))
        if rows and not self.grid.currentIndex().isValid():
            self.grid.setCurrentIndex(self.model.index(0, 1 + len(years)))

    def refuse(self, entries: Sequence[EntryValue], message: str, advice: str) -> None:
        """The place failed: say it here; what was typed stays in its cells."""
        self.model.refuse(entries, message)
        self._banner.tell(message, advice, tone="danger")

    def finish_typing(self) -> None:
        """Commit the cell being typed, if any."""
        editor = self.grid.indexWidget(self.grid.currentIndex())
        if editor is not None:
            self.grid.commitData(editor)
            self.grid.closeEditor(editor, QAbstractItemDelegate.EndEditHint.NoHint)

    def take_focus(self) -> None:
        (self.grid if self._stack.currentWidget() is self.grid else self._stack.currentWidget()).setFocus()

    # -- inside ---------------------------------------------------------------------------------------------------

    def _tell_faults(self) -> None:
        faults = self.model.faults()
        if not faults:
            self._banner.clear()
            return
        index = self.grid.currentIndex()
        here = self.model.fault_at(index) if index.isValid() else None
        count = len(faults)
        strong = f"{counted(count, 'valeur')} {'ne sont pas enregistrées' if count > 1 else 'n’est pas enregistrée'}."
        first = self.model.first_fault()
        shown = here or (self.model.fault_at(first) if first.isValid() else next(iter(faults.values())))
        action = "" if here is not None and count == 1 else "Aller à la case"
        self._banner.tell(strong, shown.sentence, tone="danger", action=action)

    def _go_to_fault(self) -> None:
        index = self.model.first_fault()
        if index.isValid():
            self.grid.setCurrentIndex(index)
            self.grid.scrollTo(index)
            self.grid.setFocus()

    def _tell_left_over(self, count: int) -> None:
        if count:
            self._banner.tell(
                f"{counted(count, 'valeur')} {'sont tombées' if count > 1 else 'est tombée'} hors de la grille{NBSP}:",
                "le bloc collé est plus grand que la place qui reste. Le reste est enregistré.",
                tone="warning",
            )

    def _arrange(self) -> None:
        theme = self._theme
        bar = QFrame()
        bar.setProperty("role", "surface")
        line = QHBoxLayout(bar)
        line.setContentsMargins(theme.px("space.page"), theme.px(6), theme.px("space.gap"), theme.px(6))
        line.setSpacing(theme.px("space.unit"))
        line.addWidget(self.territory)
        for part in (self._earlier, self._years, self._later):
            line.addWidget(part)
        line.addSpacing(theme.px(8))
        line.addWidget(self._hint, 1)
        self._hint.setMinimumWidth(0)
        told = QWidget()
        column = QVBoxLayout(told)
        column.setContentsMargins(theme.px("space.page"), 0, theme.px("space.gap"), theme.px(6))
        column.addWidget(self._banner)
        for part in (self.grid, self._empty, self._filtered):
            self._stack.addWidget(part)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(bar)
        layout.addWidget(told)
        layout.addWidget(self._stack, 1)
