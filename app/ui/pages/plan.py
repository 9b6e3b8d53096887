"""Plan d'actions: the same actions as a table or as a tree, filtered as one types, edited in place.

This module holds the page together; what is listed comes from `plan_rows`, the gestures from the services.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout

from app.errors import KnownError
from app.formatting import NBSP, counted, plural, shorten
from app.services import plan_gestures, records
from app.ui.context import Context
from app.ui.editing import drafts_of, keep_draft
from app.ui.navigation import Page
from app.ui.pages import plan_menus, plan_places
from app.ui.pages.plan_bin import PlanBin
from app.ui.pages.plan_columns import columns
from app.ui.pages.plan_filters import PlanFilters
from app.ui.pages.plan_rows import GROUPINGS, PlanRows
from app.ui.pages.plan_selection import SelectionBar
from app.ui.pages.plan_table import PlanTable
from app.ui.tables.rows_model import GroupedRowsModel
from app.ui.widgets.banner import Banner
from app.ui.widgets.buttons import button, icon_button
from app.ui.widgets.empty_state import EmptyState
from app.ui.widgets.filters import FilterButton
from app.ui.widgets.page_header import PageHeader
from app.ui.widgets.segmented import Segmented

VIEWS = (("tree", "Arbre"), ("table", "Tableau"))
#: A row is opened beside the table once the keyboard stays on it this long.
FOLLOW_MS = 120


class PlanPage(Page):
    """Header, filters (or what is done to the actions chosen), then the table, an empty state or the bin."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.rows = PlanRows(context)
        self._view = context.preferences.value("plan_view", "table")
        self._follow = QTimer(self, singleShot=True, interval=FOLLOW_MS)

    # -- building -----------------------------------------------------------------------------------------------------

    def build(self) -> None:
        theme, preferences = self.theme, self.context.preferences
        if self._view not in dict(VIEWS):
            self._view = "table"
        self.header = PageHeader(theme, "Plan d’actions")
        self.views = Segmented(theme, VIEWS, name="Vues du plan", current=self._view)
        self.header.add(self.views)
        self.header.add_right(
            icon_button(theme, "printer", "Imprimer le plan", shortcut="Ctrl+P", outlined=True, clicked=self.print_page)
        )
        self.more = icon_button(
            theme, "dots", "Autres gestes", outlined=True, clicked=lambda: plan_menus.open_page_menu(self)
        )
        self.header.add_right(self.more)
        self.add = button(theme, "Action", kind="primary", icon="plus", clicked=self.create)
        self.add.setToolTip("Ajouter une action (Ctrl+N)")
        self.header.add_right(self.add)
        self.filters = PlanFilters(self.context)
        self.grouping = FilterButton(theme, "Grouper", GROUPINGS, exclusive=True)
        kept = preferences.value("plan_grouping", "priority")
        self.grouping.set_keys((kept if kept in dict(GROUPINGS) else "priority",), silent=True)
        self.filters.add_right(self.grouping)
        self.selection = SelectionBar(self.context, lambda: self.rows.index)
        self.banner = Banner(theme)
        self.model = GroupedRowsModel(
            columns(self.context), self.rows.fetch, stripe=lambda line: line.priority, movable=True, parent=self
        )
        self.table = PlanTable(theme, self.model, name="Actions du plan")
        self.table.hide_columns(preferences.value("plan_hidden", ["lead"]))
        self.table.read_drafts(partial(drafts_of, self.context, "action"))
        self.empty = EmptyState(
            theme, icon="list-details", title="Aucune action dans ce plan",
            sentence="Une action dit ce qui sera fait, par qui, pour quand. Ses étapes, ses partenaires et ses"
            " indicateurs se remplissent ensuite dans sa fiche.",
            main="Ajouter une action", main_icon="plus", second="Voir la corbeille",
        )  # fmt: skip
        self.nothing = EmptyState(
            theme, icon="filter", title="Aucune action ne correspond.",
            sentence="Retirez un filtre, ou écrivez moins de mots.", second="Effacer les filtres",
        )  # fmt: skip
        self.bin = PlanBin(self.context)
        self._arrange()
        self._connect()

    def _arrange(self) -> None:
        self.bars = QStackedWidget()
        self.bars.setFixedHeight(self.theme.px("height.filter_bar"))
        self.lists = QStackedWidget()
        for part in (self.filters, self.selection):
            self.bars.addWidget(part)
        for part in (self.table, self.empty, self.nothing):
            self.lists.addWidget(part)
        self.plan = Page(self.context)
        inside = QVBoxLayout(self.plan)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(0)
        for part in (self.header, self.bars, self.banner):
            inside.addWidget(part)
        inside.addWidget(self.lists, 1)
        self.sides = QStackedWidget()
        self.sides.addWidget(self.plan)
        self.sides.addWidget(self.bin)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.sides)

    def _connect(self) -> None:
        self.views.chosen.connect(self.show_view)
        self.filters.filtered.connect(self._filter)
        self.grouping.filtered.connect(self._group)
        self.table.sorted_by.connect(self._sort)
        self.table.opened.connect(self.open_action)
        self.table.current_changed.connect(lambda _id: self._follow.start())
        self.table.delete_asked.connect(lambda _ids: self.delete())
        self.table.chosen_changed.connect(self._show_choice)
        self.table.menu_asked.connect(lambda place: plan_menus.open_row_menu(self, place))
        self.table.step_asked.connect(self.move_by)
        self.table.draft_kept.connect(self._keep_draft)
        self._follow.timeout.connect(self._follow_current)
        self.model.edited.connect(self._write)
        self.model.ticked.connect(self._show_choice)
        self.model.dropped.connect(self._drop)
        self.model.failed.connect(self._fail)
        self.selection.cleared.connect(self.choose_nothing)
        self.selection.refused.connect(self._refuse)
        self.selection.copied.connect(self._show_copies)
        self.empty.main_asked.connect(self.create)
        self.empty.second_asked.connect(self.show_bin)
        self.nothing.second_asked.connect(self.filters.clear)
        self.bin.left.connect(self.show_plan)
        duplicate = QShortcut(QKeySequence("Ctrl+D"), self)
        duplicate.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        duplicate.activated.connect(self.duplicate)

    # -- the contract of a page ---------------------------------------------------------------------------------------

    def show_filter(self, **filter: Any) -> None:
        view = filter.pop("view", self._view)
        if view == "bin":
            self.show_bin()
            return
        self.show_plan()
        if view in dict(VIEWS) and view != self._view:
            self.views.choose(view)
            self._view = view
        if filter:
            self.filters.show_filter(**filter)

    def reload(self, changes: Any = None) -> None:
        if changes is not None and not changes.touches(
            "action", "objective", "priority", "step", "organisation", "territory"
        ):
            return
        self.rows.read(changes)
        self._list()
        if self.sides.currentWidget() is self.bin:
            self.bin.reload()

    def status_text(self) -> tuple[str, str]:
        if self.sides.currentWidget() is self.bin:
            return self.bin.status_text(), ""
        summary = self.rows.summary()
        narrow = f" sur {len(self.rows.index)}" if self.filters.is_active() else ""
        parts = [counted(summary.count, "action") + narrow]
        if summary.late:
            parts.append(f"{summary.late}{NBSP}en retard")
        if summary.blocked:
            parts.append(f"{summary.blocked}{NBSP}{plural(summary.blocked, 'bloquée')}")
        chosen = len(self.chosen_ids())
        return "   ·   ".join(parts), f"Sélection{NBSP}: {chosen}" if chosen else ""

    def record_ids(self) -> Sequence[str]:
        return self.model.ids()

    def show_record(self, entity: str, id: str) -> None:
        if entity == "action" and id not in self.table.selected_ids():
            self.table.go_to(id)

    def create(self) -> None:
        """Add an action where one stands, and write its title in place."""
        home = self._home_here()
        try:
            made = plan_gestures.add_action(self.context.store, home, district=self.context.quarter)
        except KnownError as error:
            self._refuse(error.message, error.advice)
            return
        self.show_plan()
        self._show_row(made)
        if self.model.line_of(made) >= 0:
            self.table.edit_cell(made, "title")
        else:
            self.context.navigator.open_record("action", made)

    def focus_filter(self) -> None:
        self.filters.field.setFocus()

    def print_page(self) -> None:
        self.context.navigator.go("reports", report="projet-de-quartier")

    def take_focus(self) -> None:
        if self.sides.currentWidget() is self.bin:
            self.bin.take_focus()
        elif self.lists.currentWidget() is self.table:
            self.table.stand_somewhere()
            self.table.setFocus()
        else:
            self.add.setFocus()

    def leave(self) -> bool:
        return self.table.finish_editing()

    # -- what can be shown --------------------------------------------------------------------------------------------

    def show_view(self, view: str) -> None:
        """The table or the tree."""
        self._view = view
        self.context.preferences.keep("plan_view", view)
        self.views.choose(view)
        self._list()
        self.table.setFocus()

    def show_plan(self) -> None:
        """Come back from the bin."""
        if self.sides.currentWidget() is not self.plan:
            self.sides.setCurrentWidget(self.plan)
            self.take_focus()
            self.status_changed.emit()

    def show_bin(self) -> None:
        """The actions thrown away."""
        self.bin.reload()
        self.sides.setCurrentWidget(self.bin)
        self.bin.take_focus()
        self.status_changed.emit()

    def chosen_ids(self) -> list[str]:
        """The actions ticked; else those selected, when they are several."""
        return self.model.ticked_ids() or self.table.several_ids()

    def choose_nothing(self) -> None:
        """Untick everything and keep the current row alone."""
        self.model.tick(self.model.ticked_ids(), False)
        self.table.select_current_only()
        self._show_choice()
        self.table.setFocus()

    # -- gestures -----------------------------------------------------------------------------------------------------

    def delete(self) -> None:
        """Throw away the actions chosen, or the current one: undo and the bin give them back."""
        ids = self.here()
        if not ids:
            return
        after = self.table.neighbour_of(ids)
        self.selection.show_ids(ids)
        self.selection.delete()
        self._show_choice()
        if after:
            self.table.go_to(after)

    def duplicate(self) -> None:
        """Copy the actions chosen, or the current one, with their steps and partners."""
        ids = self.here()
        if ids:
            self.selection.show_ids(ids)
            self.selection.duplicate()
            self._show_choice()

    def move_to(self, home: str) -> None:
        """Put the actions chosen, or the current one, at the end of an objective or priority."""
        self._try(lambda: plan_gestures.move_actions(self.context.store, self.here(), home))

    # -- listing ------------------------------------------------------------------------------------------------------

    def _filter(self) -> None:
        self.rows.keep(self.filters.narrow(self.rows.kept))
        self._list()
        self.status_changed.emit()

    def _group(self, keys: tuple[str, ...]) -> None:
        self.context.preferences.keep("plan_grouping", keys[0])
        self._list()

    def _sort(self, column: str, descending: bool) -> None:
        # Third time: back to the order of the plan.
        if (column, True) == self._sorted and not descending:
            column = ""
        self._sorted = (column, descending)
        self.table.head.show_order(column, descending)
        self.rows.sort(column, descending)
        self._list()

    _sorted: tuple[str, bool] = ("", False)

    def _list(self) -> None:
        """Show what is kept, as the view in force wants it."""
        by = self.grouping.keys()[0]
        tree = self.rows.deep = self._view == "tree"
        self.grouping.setVisible(not tree)
        self.filters.fit()
        self.table.set_draggable(tree or (by in ("priority", "objective") and not self.rows.is_sorted))
        if tree:
            self.model.show_groups(self.rows.tree())
        elif by:
            self.model.show_groups(self.rows.table(by))
        else:
            groups = self.rows.table("")
            self.model.show_ids(groups[0].ids if groups else ())
        listed = self.model.rowCount() > 0
        if not listed and self.filters.is_active():
            self.lists.setCurrentWidget(self.nothing)
        elif not len(self.rows.index) and not (tree and listed):
            self.lists.setCurrentWidget(self.empty)
        else:
            self.lists.setCurrentWidget(self.table)
        self._show_choice()
        self.rows_changed.emit()

    def _show_choice(self) -> None:
        ids = self.chosen_ids()
        self.selection.show_ids(ids)
        self.bars.setCurrentWidget(self.selection if ids else self.filters)
        self.status_changed.emit()

    def _show_row(self, id: str) -> None:
        """Unfold what hides a row."""
        if self.model.line_of(id) < 0 and id in set(self.rows.index.ids()):
            self.model.fold_all(False)
        self.table.go_to(id)

    # -- gestures of the table ----------------------------------------------------------------------------------------

    def _write(self, id: str, key: str, value: Any) -> None:
        try:
            records.update(self.context.store, "action", id, {key: value})
        except KnownError as error:
            self.model.refuse(error.message)
            self._refuse(error.message, error.advice)
        else:
            self.banner.clear()

    def _keep_draft(self, id: str, key: str, text: str, wrong: str) -> None:
        keep_draft(self.context, "action", id, key, text)
        if wrong:
            self._refuse(wrong, f"«{NBSP}{shorten(text, 40)}{NBSP}» est gardé{NBSP}: rouvrez la case pour le corriger.")

    def _drop(self, ids: list[str], target: str) -> None:
        """On a group: at its end; on an action: in its place, the others make room."""
        ids = [id for id in ids if id and id != target]
        if not ids:
            return
        home, before = target, ""
        if (line := self.model.line_of(target)) >= 0:
            below = self.model.line_of(ids[0]) < line
            home, before = plan_places.where_dropped(self.rows.index, ids, target, below=below)
        self._try(lambda: plan_gestures.move_actions(self.context.store, ids, home, before=before))

    def move_by(self, by: int) -> None:
        """One place higher or lower among its neighbours."""
        id = self.table.current_id()
        place = plan_places.beside(self.rows.index, id, by) if id and self.table.is_draggable else None
        if place is not None:
            self._try(lambda: plan_gestures.move_actions(self.context.store, [id], place[0], before=place[1]))

    def open_action(self, id: str) -> None:
        self._follow.stop()
        self.context.navigator.open_record("action", id)

    def _follow_current(self) -> None:
        place, id = self.context.navigator.place, self.table.current_id()
        if place.page == "plan" and place.entity == "action" and id and id != place.id and self.isVisible():
            self.context.navigator.open_record("action", id)

    def _show_copies(self, copies: list[str]) -> None:
        self.model.tick(self.model.ticked_ids(), False)
        if copies:
            self._show_row(copies[0])
            self.table.select_ids(copies)

    # -- inside -------------------------------------------------------------------------------------------------------

    def here(self) -> list[str]:
        """The actions chosen, else the current one."""
        return self.chosen_ids() or [id for id in (self.table.current_id(),) if id]

    def _home_here(self) -> str:
        """Where a new action goes: the group or the objective one stands on, else the first priority kept."""
        index = self.rows.index
        line = self.table.currentIndex().row()
        group = self.model.group_at(line)
        here = group.key if group is not None else index.home(self.model.id_at(line))
        if here in index.objectives or here in index.priorities:
            return here
        kept = self.rows.kept.priorities
        return next((id for id in index.priorities if not kept or id in kept), "")

    def _try(self, gesture: Any) -> None:
        try:
            gesture()
        except KnownError as error:
            self._refuse(error.message, error.advice)
        else:
            self.banner.clear()

    def _refuse(self, message: str, advice: str) -> None:
        self.banner.tell(message, advice, tone="danger")

    def _fail(self, fault: object) -> None:
        if isinstance(fault, KnownError):
            self._refuse(fault.message, fault.advice)
        elif isinstance(fault, BaseException):
            raise fault
