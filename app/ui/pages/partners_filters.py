"""The line of filters of the directory: what is typed, categories, territories, priorities, grouping."""

from collections.abc import Sequence

from PySide6.QtCore import Signal

from app.models import registry
from app.services.queries import partners
from app.services.queries.partners import UNPLACED, PartnersFilter
from app.services.queries.plan import load_priorities
from app.ui.context import Context
from app.ui.editing import sources_of
from app.ui.forms.editors import Node
from app.ui.pages.partners_tables import BY_CATEGORY, FLAT
from app.ui.widgets.filters import FilterBar, FilterButton, FilterField


class PartnersFilters(FilterBar):
    """Says `filtered` when the list must be read again."""

    filtered = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__(context.theme)
        theme = context.theme
        self._context = context
        self.filter = FilterField(theme, "Filtrer", width=184)
        self.categories = FilterButton(theme, "Catégorie", self._category_choices)
        self.territories = FilterButton(theme, "Territoire", self._territory_choices)
        self.priorities = FilterButton(theme, "Priorité", self._priority_choices)
        self.grouping = FilterButton(theme, "Grouper", ((BY_CATEGORY, "catégorie"), (FLAT, "non")), exclusive=True)
        self.grouping.set_keys((BY_CATEGORY,), silent=True)
        for part in (self.filter, self.categories, self.territories, self.priorities):
            self.add(part)
        self.add_right(self.grouping)
        self.filter.filtered.connect(lambda _text: self.filtered.emit())
        for part in (self.categories, self.territories, self.priorities, self.grouping):
            part.filtered.connect(lambda _keys: self.filtered.emit())

    def kept(self) -> PartnersFilter:
        """What the filters say; the quartier and the rest are the page's."""
        return PartnersFilter(
            text=self.filter.text().strip(),
            categories=frozenset(self.categories.keys()),
            territories=frozenset(self.territories.keys()),
            priorities=frozenset(self.priorities.keys()),
        )

    def clear(self) -> None:
        """No filter; says nothing but what the text field says."""
        self.filter.clear()
        for part in (self.categories, self.territories, self.priorities):
            part.set_keys((), silent=True)

    def territory_tree(self) -> Sequence[Node]:
        """The territories, to add one to structures."""
        return sources_of(self._context, registry.field("organisation", "territories")).tree()

    def _category_choices(self) -> list[tuple[str, str]]:
        choices = registry.field("organisation", "category").choices
        return [*((choice.code, choice.label) for choice in choices), ("", "Sans catégorie")]

    def _territory_choices(self) -> list[tuple[str, str]]:
        with self._context.store.read() as connection:
            return [*partners.territory_choices(connection), (UNPLACED, "Non précisé")]

    def _priority_choices(self) -> list[tuple[str, str]]:
        with self._context.store.read() as connection:
            return [(node.id, f"{node.key}  {node.short_title}") for node in load_priorities(connection)]
