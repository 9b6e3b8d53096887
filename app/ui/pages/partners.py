"""Partenaires: the directory of structures and people, and who covers which quartier."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QEvent, QObject, QPoint, QTimer
from PySide6.QtGui import QCursor, QDesktopServices
from PySide6.QtWidgets import QApplication, QFrame, QMenu, QStackedWidget, QVBoxLayout, QWidget

from app.errors import KnownError
from app.formatting import NBSP, counted
from app.models import registry
from app.services import organisations, records
from app.services.likeness import Alike
from app.services.queries import partners, partners_coverage
from app.services.queries.partners import UNPLACED, PartnersFilter
from app.services.queries.partners_coverage import CoverageTable
from app.ui.navigation import Page
from app.ui.pages.partners_coverage import CoverageView
from app.ui.pages.partners_filters import PartnersFilters
from app.ui.pages.partners_mail import write_to
from app.ui.pages.partners_selection import SelectionBar
from app.ui.pages.partners_tables import BY_LIKENESS, FLAT, Listing, People, Structures
from app.ui.pages.partners_words import EMPTY, notice
from app.ui.theme import tell
from app.ui.widgets.banner import Banner
from app.ui.widgets.buttons import button, icon_button
from app.ui.widgets.empty_state import EmptyState
from app.ui.widgets.page_header import PageHeader
from app.ui.widgets.segmented import Segmented
from app.ui.widgets.side_panel import SidePanel

STRUCTURES, PEOPLE, COVERAGE = "structures", "contacts", "coverage"
_VIEWS = ((STRUCTURES, "Structures"), (PEOPLE, "Contacts"), (COVERAGE, "Couverture"))

#: The entities whose changes are seen here.
_SHOWN = ("organisation", "contact", "action", "action_partner", "territory", "priority")

_VIEW_OF = {"organisation": STRUCTURES, "contact": PEOPLE}
NEW_NAMES = {"organisation": "Nouvelle structure", "contact": "Nouveau contact"}


class PartnersPage(Page):
    """One page, three views: structures, people, coverage; the same filters for the first two."""

    def build(self) -> None:
        self._only: frozenset[str] = frozenset()
        self._in_bin = False
        self._totals = partners.Totals(0, 0, 0)
        self._binned = 0
        self._shown_entity = ""
        self._twins: Sequence[Alike] | None = None
        self.open_url = QDesktopServices.openUrl
        self._make_parts()
        self._arrange()
        self._connect()

    # -- the frame asks -------------------------------------------------------------------------------------------

    def show_filter(self, **filter: Any) -> None:
        """`view`, and for the directory: `categories`, `territories` (ids), `to_see` (ids of structures)."""
        if "view" in filter:
            self.views.choose(filter["view"])
        if "categories" in filter:
            self.categories.set_keys(filter["categories"], silent=True)
        if "territories" in filter:
            self.territories.set_keys(filter["territories"], silent=True)
        if "to_see" in filter:
            self._only = frozenset(filter["to_see"])
        if filter and self.isVisible():
            self.reload()

    def reload(self, changes: Any = None) -> None:
        if changes is None or changes.touches(*_SHOWN):
            self._twins = None
            self.refresh()

    def refresh(self) -> None:
        """Show what the filters keep."""
        view = self.views.current()
        kept = self.kept()
        with self.context.store.read() as connection:
            self._totals = partners.totals(connection, kept)
            self._binned = partners.in_bin(connection, self._entity())
            if self._twins is None:
                # Typing a filter does not change who looks like whom.
                self._twins = partners.duplicates(connection)
            found = partners_coverage.load_coverage(connection) if view == COVERAGE else None
        listing = self.listing()
        if found is not None:
            self.coverage.show_coverage(found)
            self._show_body(self.coverage)
        elif listing is not None:
            listing.reload(kept, self._grouping())
            self._show_body(listing if listing.ids() or self._has_groups(listing) else self._empty())
        self._show_notice(self._twins if view == STRUCTURES else (), found)
        self._show_tools()
        self.rows_changed.emit()
        self.status_changed.emit()

    def status_text(self) -> tuple[str, str]:
        totals, view = self._totals, self.views.current()
        if self._in_bin:
            return f"Corbeille{NBSP}: {counted(self._binned, 'fiche')}", ""
        if view == COVERAGE:
            gaps = self.coverage.gaps()
            where = "dans ce quartier" if self.context.quarter else "en tout"
            return f"{counted(totals.organisations, 'structure')}   ·   {counted(gaps, 'manque')} {where}", ""
        parts = [counted(totals.organisations, "structure"), counted(totals.contacts, "contact")]
        if totals.to_confirm and view == STRUCTURES:
            parts.append(f"{totals.to_confirm} à confirmer")
        listing = self.listing()
        chosen = len(listing.chosen_ids()) if listing is not None and listing.is_several() else 0
        return "   ·   ".join(parts), f"Sélection{NBSP}: {chosen}" if chosen else ""

    def record_ids(self) -> Sequence[str]:
        listing = self.listing()
        return listing.ids() if listing is not None and self._entity() == self._open_entity() else ()

    def show_record(self, entity: str, id: str) -> None:
        """Mark the record in its list; one that comes from another page brings its view with it."""
        arriving, self._shown_entity = not self._shown_entity, entity
        if arriving and entity in _VIEW_OF and (self.listing() is None or self._entity() != entity):
            self.views.choose(_VIEW_OF[entity])
            self._only, self._in_bin = frozenset(), False
            self.refresh()
        listing = self.listing()
        if listing is not None and listing.entity == entity and listing.table.current_id() != id:
            listing.table.go_to(id)

    def leave(self) -> bool:
        self._shown_entity = ""
        return True

    def create(self) -> None:
        """A new structure or contact, where the filters are; its name waits in the panel."""
        entity = self._entity()
        name = registry.entity(entity).title
        values: dict[str, Any] = {name: NEW_NAMES[entity]}
        if entity == "organisation":
            categories, territories = self.categories.keys(), self.territories.keys()
            if len(categories) == 1 and categories[0]:
                values["category"] = categories[0]
            if len(territories) == 1 and territories[0] != UNPLACED:
                values["territories"] = territories
        # What is typed would hide it.
        self.filter.clear()
        self._only, self._in_bin = frozenset(), False
        if self.views.current() == COVERAGE:
            self.views.choose(STRUCTURES)
        made = self._try(lambda: records.create(self.context.store, entity, values))
        if made:
            self.context.navigator.open_record(entity, made)
            QTimer.singleShot(0, self, self._name_it)

    def focus_filter(self) -> None:
        if self.views.current() == COVERAGE:
            self.views.choose(STRUCTURES)
            self.refresh()
        self.filter.setFocus()
        self.filter.selectAll()

    def take_focus(self) -> None:
        listing, body = self.listing(), self.body.currentWidget()
        if listing is not None and body is listing:
            listing.take_focus()
        else:
            (body if body is not None else self).setFocus()

    # -- what is shown --------------------------------------------------------------------------------------------

    def kept(self) -> PartnersFilter:
        """What the filters say."""
        only = self._only if self._entity() == "organisation" else frozenset()
        return replace(self.bar.kept(), district=self.context.quarter, only=only, deleted=self._in_bin)

    def listing(self) -> Listing | None:
        """The table shown; None on the coverage."""
        return {STRUCTURES: self.structures, PEOPLE: self.people}.get(self.views.current())

    def show_bin(self, shown: bool) -> None:
        """Show what was deleted, or come back."""
        self._in_bin = shown
        if shown and self.views.current() == COVERAGE:
            self.views.choose(STRUCTURES)
        self.banner.clear()
        self.reload()

    def clear_filters(self) -> None:
        """Show everything of the quartier again."""
        self._only = frozenset()
        self.bar.clear()
        self.reload()

    # -- gestures on rows -----------------------------------------------------------------------------------------

    def write_to_chosen(self) -> None:
        """Open a message to the professional addresses of the chosen rows, in Bcc."""
        with self.context.store.read() as connection:
            found = partners.addresses(connection, self._entity(), self._chosen())
        told = write_to(found, self.open_url)
        if told.strong:
            self.banner.tell(told.strong, told.sentence, tone=told.tone, action="Fermer", icon="mail")
        else:
            self.banner.clear()

    def copy_chosen(self) -> None:
        listing = self.listing()
        if listing is not None:
            count = listing.copy()
            word = counted(count, "ligne copiée", "lignes copiées")
            self.banner.tell(f"{word}.", "Collez dans Excel ou Word.", action="Fermer", icon="copy")

    def delete_chosen(self, ids: Sequence[str] = ()) -> None:
        wanted, entity = list(ids) or self._chosen(), self._entity()
        if not wanted or self._in_bin:
            return
        if self.context.navigator.place.id in wanted:
            self.context.navigator.close_record()
        self._try(lambda: records.delete(self.context.store, entity, wanted))

    def restore_chosen(self) -> None:
        wanted, entity = self._chosen(), self._entity()
        if wanted:
            self._try(lambda: records.restore(self.context.store, entity, wanted))

    def duplicate_chosen(self) -> None:
        entity = self._entity()
        for id in self._chosen()[:1]:
            made = self._try(lambda id=id: records.duplicate(self.context.store, entity, id))
            if made:
                self.context.navigator.open_record(entity, made)

    def menu(self) -> QMenu:
        """The gestures on the chosen rows, under the right button."""
        menu = QMenu(self)
        chosen = self._chosen()
        if self._in_bin:
            menu.addAction("Restaurer", self.restore_chosen)
            return menu
        if len(chosen) == 1:
            entity, id = self._entity(), chosen[0]
            menu.addAction("Ouvrir la fiche", lambda: self.context.navigator.open_record(entity, id))
            menu.addAction("Dupliquer", self.duplicate_chosen)
        menu.addAction(self.theme.icon("mail"), "Écrire", self.write_to_chosen)
        menu.addAction(self.theme.icon("copy"), "Copier pour Excel", self.copy_chosen)
        menu.addSeparator()
        menu.addAction(self.theme.icon("trash"), "Mettre à la corbeille", self.delete_chosen)
        return menu

    # -- making ---------------------------------------------------------------------------------------------------

    def _make_parts(self) -> None:
        theme = self.theme
        self.views = Segmented(theme, _VIEWS, name="Vues des partenaires")
        self.bin = icon_button(
            theme, "trash", "Corbeille", outlined=True, clicked=lambda: self.show_bin(not self._in_bin)
        )
        self.add = button(theme, "Structure", kind="primary", icon="plus", clicked=self.create)
        self.add.setToolTip("Ajouter (Ctrl+N)")
        self.bar = PartnersFilters(self.context)
        self.filter, self.grouping = self.bar.filter, self.bar.grouping
        self.categories, self.territories, self.priorities = (
            self.bar.categories,
            self.bar.territories,
            self.bar.priorities,
        )
        self.selection = SelectionBar(theme, self.bar.territory_tree)
        self.notice, self.banner = Banner(theme), Banner(theme)
        self.structures, self.people = Structures(self.context), People(self.context)
        self.coverage = CoverageView(self.context)
        self.body = QStackedWidget()
        self._empties: dict[str, EmptyState] = {}

    def _arrange(self) -> None:
        theme = self.theme
        header = PageHeader(theme, "Partenaires")
        header.add(self.views)
        header.add_right(self.bin)
        header.add_right(self.add)
        self.banners = QFrame()
        self.banners.setProperty("role", "surface")
        banners = QVBoxLayout(self.banners)
        edge = theme.px("space.page")
        banners.setContentsMargins(edge, theme.px("space.half"), theme.px("space.gap"), theme.px("space.unit"))
        banners.setSpacing(theme.px("space.half"))
        for part in (self.banner, self.notice):
            banners.addWidget(part)
            part.installEventFilter(self)
        for part in (self.structures, self.people, self.coverage):
            self.body.addWidget(part)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(header)
        column.addWidget(self.bar)
        column.addWidget(self.selection)
        column.addWidget(self.banners)
        column.addWidget(self.body, 1)
        self.selection.hide()
        self.banners.hide()

    def _connect(self) -> None:
        self.views.chosen.connect(self._change_view)
        self.bar.filtered.connect(self.refresh)
        for listing in (self.structures, self.people):
            listing.opened.connect(self._open)
            listing.moved.connect(self._follow)
            listing.chosen.connect(self._show_choice)
            listing.sorted_by.connect(self.refresh)
            listing.delete_asked.connect(self.delete_chosen)
            listing.refused.connect(self._refuse)
            listing.menu_asked.connect(self._open_menu)
        self.coverage.asked.connect(self._open_cell)
        self.banner.acted.connect(self.banner.clear)
        self.notice.acted.connect(self._act_on_notice)
        bar = self.selection
        bar.write_asked.connect(self.write_to_chosen)
        bar.copy_asked.connect(self.copy_chosen)
        bar.delete_asked.connect(self.delete_chosen)
        bar.restore_asked.connect(self.restore_chosen)
        bar.category_chosen.connect(self._give_category)
        bar.territory_chosen.connect(self._give_territory)
        bar.left.connect(self._choose_none)

    # -- inside ---------------------------------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The place of the banners goes with the last of them."""
        if event.type() in (QEvent.Type.ShowToParent, QEvent.Type.HideToParent):
            self.banners.setVisible(not (self.banner.isHidden() and self.notice.isHidden()))
        return False

    def _entity(self) -> str:
        return "contact" if self.views.current() == PEOPLE else "organisation"

    def _open_entity(self) -> str:
        return self.context.navigator.place.entity

    def _grouping(self) -> str:
        if self._only:
            return BY_LIKENESS
        return self.grouping.keys()[0] if self.views.current() == STRUCTURES else FLAT

    def _has_groups(self, listing: Listing) -> bool:
        """True when every row is folded away: the table is not empty."""
        return listing.model.rowCount() > 0

    def _chosen(self) -> list[str]:
        listing = self.listing()
        return listing.chosen_ids() if listing is not None else []

    def _change_view(self, _view: str) -> None:
        self._only = frozenset()
        self._in_bin = False
        self.banner.clear()
        self.reload()
        self.take_focus()

    def _open(self, id: str) -> None:
        self.context.navigator.open_record(self._entity(), id)

    def _follow(self, id: str) -> None:
        """While a record is open beside the list, it is that of the row one is on."""
        if id and self._open_entity() and self.context.navigator.place.id != id and self.isVisible():
            self._open(id)

    def _open_cell(self, category: str, territory: str) -> None:
        """From a cell of the coverage to its structures."""
        self.filter.clear()
        self.priorities.set_keys((), silent=True)
        self.categories.set_keys((category,), silent=True)
        self.territories.set_keys(() if territory == "*" else (territory,), silent=True)
        self.views.choose(STRUCTURES)
        self._change_view(STRUCTURES)

    def _open_menu(self, point: QPoint) -> None:
        if self._chosen():
            self.menu().popup(point if not point.isNull() else QCursor.pos())

    def _show_body(self, part: QWidget) -> None:
        if self.body.indexOf(part) < 0:
            self.body.addWidget(part)
        self.body.setCurrentWidget(part)

    def _show_tools(self) -> None:
        structures = self.views.current() != PEOPLE
        self.add.setText(" Structure" if structures else " Contact")
        self.add.setAccessibleName("Ajouter une structure" if structures else "Ajouter un contact")
        self.grouping.setVisible(self.views.current() == STRUCTURES and not self._only)
        self.bin.setAccessibleName(f"Corbeille{NBSP}: {counted(self._binned, 'fiche')}")
        self.bin.setToolTip("Revenir à la liste" if self._in_bin else self.bin.accessibleName())
        tell(self.bin, checked=self._in_bin)
        self._show_choice()

    def _show_choice(self) -> None:
        listing = self.listing()
        several = listing is not None and (listing.is_several() or (self._in_bin and bool(listing.chosen_ids())))
        if several:
            self.selection.show_choice(listing.entity, len(listing.chosen_ids()), in_bin=self._in_bin)
        self.selection.setVisible(several)
        self.bar.setVisible(not several and listing is not None)
        self.status_changed.emit()

    def _choose_none(self) -> None:
        listing = self.listing()
        if listing is not None:
            listing.choose_none()
            listing.setFocus()

    def _show_notice(self, twins: Sequence[Alike], found: CoverageTable | None) -> None:
        said = notice(
            in_bin=self._in_bin, people=self.views.current() == PEOPLE, to_see=bool(self._only), twins=twins,
            unplaced=found.unplaced if found is not None else 0,
        )  # fmt: skip
        if said is None:
            self.notice.clear()
        else:
            self.notice.tell(said.strong, said.sentence, action=said.action, icon=said.icon)

    def _act_on_notice(self) -> None:
        if self._in_bin:
            self.show_bin(False)
        elif self._only:
            self._only = frozenset()
            self.reload()
        elif self.views.current() == COVERAGE:
            self.clear_filters()
            self.territories.set_keys((UNPLACED,), silent=True)
            self.views.choose(STRUCTURES)
            self._change_view(STRUCTURES)
        else:
            self._only = frozenset(id for twin in self._twins or () for id in twin.ids)
            self.refresh()

    def _empty(self) -> EmptyState:
        """What to show instead of no row."""
        structures = self.views.current() == STRUCTURES
        kind = "bin" if self._in_bin else ("filtered" if self.kept().is_narrow else "nothing")
        if kind == "filtered" and structures and not self.filter.text().strip():
            kind = "gap"
        key = f"{kind}:{structures}"
        if key not in self._empties:
            self._empties[key] = made = EmptyState(self.theme, **EMPTY[kind, structures])
            made.main_asked.connect(self.create)
            made.second_asked.connect(self.clear_filters if kind != "bin" else lambda: self.show_bin(False))
        return self._empties[key]

    def _name_it(self) -> None:
        panel = self.window().findChild(SidePanel)
        if panel is not None and panel.isVisible():
            panel.take_focus()
            focused = QApplication.focusWidget()
            if focused is not None and hasattr(focused, "selectAll"):
                focused.selectAll()

    def _give_category(self, code: str) -> None:
        chosen = self._chosen()
        self._try(lambda: records.update_many(self.context.store, "organisation", chosen, {"category": code}))

    def _give_territory(self, territory: str) -> None:
        chosen = self._chosen()
        self._try(lambda: organisations.add_territory(self.context.store, chosen, territory))

    def _try(self, gesture: Any) -> Any:
        try:
            made = gesture()
        except KnownError as error:
            self._refuse(error.message, error.advice)
            return None
        self.banner.clear()
        return made

    def _refuse(self, message: str, advice: str) -> None:
        self.banner.tell(message, advice, tone="danger", action="Fermer")
