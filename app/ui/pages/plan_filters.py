"""The filters of the plan d'actions: words, then lists to tick."""

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import Signal

from app.models import registry
from app.services import choices_of
from app.services.queries import plan, plan_index, quarters
from app.services.queries.plan import PlanFilter
from app.services.schedule import STATE_WORDS
from app.ui.context import Context
from app.ui.widgets.buttons import button
from app.ui.widgets.filters import FilterBar, FilterButton, FilterField

#: (key in PlanFilter, word), the last ones give way first.
_LISTS = (
    ("priorities", "Priorité"), ("states", "État"), ("territories", "Territoire"), ("promoters", "Porteur"),
    ("kinds", "Type"), ("themes", "Transversale"),
)  # fmt: skip
#: In the whole town, what no territory says by itself.
_ACROSS = ((quarters.SHARED, "Plusieurs quartiers"), (quarters.NO_QUARTER, "Aucun quartier"))


class PlanFilters(FilterBar):
    """`filtered()` whenever what is kept changes; `narrow(base)` gives it."""

    filtered = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__(context.theme)
        theme = context.theme
        self._context = context
        self.field = FilterField(theme, "Filtrer", width=172)
        self.field.setAccessibleName("Filtrer les actions")
        self.lists = {key: FilterButton(theme, word, self._choices(key)) for key, word in _LISTS}
        self.clear_all = button(theme, "Effacer les filtres", kind="link", small=True, clicked=self.clear)
        for part in (self.field, *self.lists.values(), self.clear_all):
            self.add(part)
        self.field.filtered.connect(lambda _text: self._tell())
        for made in self.lists.values():
            made.filtered.connect(lambda _keys: self._tell())
        self.clear_all.hide()

    # -- what the page calls ------------------------------------------------------------------------------------------

    def narrow(self, base: PlanFilter) -> PlanFilter:
        """`base` with what the bar keeps."""
        ticked = {key: frozenset(made.keys()) for key, made in self.lists.items()}
        return PlanFilter(today=base.today, district=base.district, text=self.field.text().strip(), **ticked)

    def show_filter(self, **asked: Any) -> None:
        """Filter as a link asked: `states=("late",)`, `priorities=`, `text=`…; what it does not name is cleared."""
        self.field.setText(str(asked.get("text", "")))
        for key, made in self.lists.items():
            made.set_keys(tuple(asked.get(key, ())), silent=True)
        self._tell()

    def is_active(self) -> bool:
        return bool(self.field.text().strip()) or any(made.keys() for made in self.lists.values())

    def clear(self) -> None:
        """Keep everything again."""
        self.show_filter()

    # -- inside -------------------------------------------------------------------------------------------------------

    def _choices(self, key: str) -> Callable[[], Sequence[tuple[str, str]]]:
        def read() -> Sequence[tuple[str, str]]:
            if key == "states":
                return [(state.value, STATE_WORDS[state]) for state in plan.STATE_ORDER]
            if key == "kinds":
                return [(one.code, one.label) for one in registry.field("action", "kind").choices]
            with self._context.store.read() as connection:
                if key == "priorities":
                    nodes = plan.load_priorities(connection)
                    return [(node.id, f"{node.key}  {node.short_title}") for node in nodes]
                if key == "themes":
                    return choices_of.options(connection, "theme")
                district = self._context.quarter
                if key == "territories":
                    found = plan_index.territories_used(connection, district)
                    return found if district else [*_ACROSS, *found]
                return plan_index.promoters_used(connection, district)

        return read

    def _tell(self) -> None:
        self.clear_all.setVisible(self.is_active())
        self.fit()
        self.filtered.emit()
