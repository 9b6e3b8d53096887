"""What the plan d'actions lists: the plan read once, filtered, gathered and sorted, as groups for the tables."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from app.formatting import NBSP, counted
from app.services.queries import plan, plan_index
from app.services.queries.plan import PlanFilter, Summary
from app.services.queries.plan_index import Gathered, PlanIndex
from app.ui.context import Context
from app.ui.pages import plan_columns
from app.ui.tables.columns import Cell, Look
from app.ui.tables.rows_model import Group

#: Words of the grouping menu.
GROUPINGS = (
    ("priority", "priorité"), ("objective", "objectif"), ("state", "état"), ("promoter", "porteur"), ("", "aucun"),
)  # fmt: skip


#: Actions that one changes by hand in a gesture; more come from a colleague, and are sorted again.
BY_HAND = 100


class PlanRows:
    """Reads for the page, keeps nothing of the screen. `kept` is the filter in force."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.index = PlanIndex((), (), ())
        self.kept = PlanFilter(today=context.clock().date(), district=context.quarter)
        self._by_choice: frozenset[str] | None = None
        self._by_words: frozenset[str] | None = None
        self._order: dict[str, int] | None = None
        self._sort: tuple[str, bool] = ("", False)
        #: True while the page shows a tree.
        self.deep = False

    # -- what is kept -------------------------------------------------------------------------------------------------

    def read(self, changes: Any = None) -> None:
        """Read the plan again, or what `changes` touch of it, and what the filter in force keeps."""
        today, district = self._context.clock().date(), self._context.quarter
        same = (today, district) == (self.kept.today, self.kept.district)
        self.kept = replace(self.kept, today=today, district=district)
        with self._context.store.read() as connection:
            followed = same and self._follow(connection, changes)
            if not followed:
                self.index = plan_index.load_index(connection, district, today)
                self._read_order(connection)
            self._by_choice = plan_index.kept_by_choices(connection, self.kept)
            self._by_words = plan_index.kept_by_words(connection, self.index, self.kept.text)

    def _follow(self, connection: Any, changes: Any) -> bool:
        """Take in a gesture that moved no action; in one that changed a few, a row sorted stays under the hand."""
        if changes is None or changes.touches("objective", "priority", "organisation", "territory"):
            return False
        rows = sorted(changes.of("action"))
        followed = plan_index.follow(connection, self.index, rows, self.kept.district, self.kept.today)
        if followed and len(rows) > BY_HAND:
            self._read_order(connection)
        return followed

    def keep(self, kept: PlanFilter) -> None:
        """Filter by `kept`; only what changed is asked again."""
        before, self.kept = self.kept, kept
        with self._context.store.read() as connection:
            if kept.text != before.text:
                self._by_words = plan_index.kept_by_words(connection, self.index, kept.text)
            if _choices(kept) != _choices(before):
                self._by_choice = plan_index.kept_by_choices(connection, kept)

    def sort(self, column: str, descending: bool) -> None:
        """Sort by a column of `plan_columns.SORTS`; "" for the order of the plan."""
        self._sort = (column, descending)
        with self._context.store.read() as connection:
            self._read_order(connection)

    @property
    def is_sorted(self) -> bool:
        return bool(self._sort[0])

    def summary(self) -> Summary:
        """The sums of what is kept."""
        return self.index.summary(self._kept())

    def fetch(self, ids: Sequence[str]) -> Mapping[str, Any]:
        """The rows of these actions, as the columns take them."""
        with self._context.store.read() as connection:
            rows = plan.fetch_rows(connection, ids, self.kept.today)
        keys = {node.id: node.key for node in self.index.priorities.values()}
        return plan_columns.lines(rows, self.index.number, keys, deep=self.deep)

    # -- groups -------------------------------------------------------------------------------------------------------

    def tree(self) -> list[Group]:
        """priorité › objectif › action; what is empty shows too, unless something is filtered."""
        found = self.index.tree(self._kept(), whole=not self.kept.is_narrow)
        return [self._branch(gathered) for gathered in found]

    def table(self, by: str) -> list[Group]:
        """The actions gathered by a key of GROUPINGS, sorted inside each group."""
        found = self.index.groups(by, self._kept(), order=self._order)
        if by == "state":
            rank = {state.value: place for place, state in enumerate(plan.STATE_ORDER)}
            found.sort(key=lambda gathered: rank.get(gathered.key, len(rank)))
        names: Mapping[str, str] = {}
        if by == "promoter":
            with self._context.store.read() as connection:
                names = plan_index.promoter_names(connection, [gathered.key for gathered in found])
            found.sort(key=lambda gathered: (not gathered.key, names.get(gathered.key, "").casefold()))
        return [self._group(by, gathered, names) for gathered in found]

    def _branch(self, gathered: Gathered) -> Group:
        group = self._group("priority" if gathered.key in self.index.priorities else "objective", gathered, {})
        return Group(
            group.key, group.label, group.chip, group.tone if group.chip else "neutral", group.count, group.cells,
            group.ids, tuple(self._branch(child) for child in gathered.children),
        )  # fmt: skip

    def _group(self, by: str, gathered: Gathered, names: Mapping[str, str]) -> Group:
        key, chip, tone = gathered.key, "", ""
        if by == "priority" and key in self.index.priorities:
            priority = self.index.priorities[key]
            label, chip, tone = priority.short_title, priority.key, priority.key
        elif by == "objective" and key in self.index.objectives:
            node = self.index.objectives[key]
            label = f"{node.number}{NBSP} {node.title}"
            owner = self.index.priorities.get(node.priority)
            tone = owner.key if owner else ""
        elif by == "objective" and key in self.index.priorities:
            priority = self.index.priorities[key]
            label, chip, tone = f"{priority.short_title}, sans objectif", priority.key, priority.key
        elif by == "state":
            label = self._context.theme.status(key).word
        else:
            label = names.get(key) or {"promoter": "Sans porteur"}.get(by, "Sans priorité")
        summary = gathered.summary
        count = counted(summary.count, "action") if summary.count else ""
        cells = _sums(summary, tone, late=by != "state")
        return Group(key or f"sans-{by}", label, chip, tone or "neutral", count, cells, gathered.ids)

    def _kept(self) -> frozenset[str] | None:
        if self._by_choice is None or self._by_words is None:
            return self._by_words if self._by_choice is None else self._by_choice
        return self._by_choice & self._by_words

    def _read_order(self, connection: Any) -> None:
        column, descending = self._sort
        self._order = None
        if column:
            # Ranks are asked for those listed: leaving the other quartiers out here would cost more than they do.
            everything = PlanFilter(today=self.kept.today)
            ids = plan.ordered(connection, everything, plan_columns.SORTS[column], descending=descending)
            self._order = {id: place for place, id in enumerate(ids)}


def _sums(summary: Summary, tone: str, *, late: bool) -> dict[str, Cell]:
    cells = {"progress": plan_columns.progress_cell(summary.progress, tone)} if summary.count else {}
    if summary.late and late:
        cells["status"] = Cell(f"{summary.late}{NBSP}en retard", Look.TEXT, "warning")
    return cells


def _choices(kept: PlanFilter) -> tuple[object, ...]:
    return (kept.priorities, kept.states, kept.territories, kept.promoters, kept.themes, kept.kinds)
