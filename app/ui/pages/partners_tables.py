"""The directory as tables: structures by category, people by name; edited in the cell, sorted by SQL."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from app.errors import KnownError
from app.formatting import NBSP, counted, format_number, shorten
from app.models import registry
from app.services import likeness, records
from app.services.queries import partners
from app.services.queries.partners import OrganisationRow, PartnersFilter
from app.ui.context import Context
from app.ui.editing import drafts_of, keep_draft, sources_of
from app.ui.forms.form import make_editor
from app.ui.navigation import is_inside
from app.ui.tables.columns import EMPTY, Cell, Column, Look
from app.ui.tables.rows_model import Group, GroupedRowsModel, RowsModel
from app.ui.tables.view import TableView

#: How the structures are grouped.
BY_CATEGORY, BY_LIKENESS, FLAT = "category", "likeness", ""


class Listing(QWidget):
    """A table of one entity with what pages do to rows. Subclasses declare columns and read ids."""

    #: The record of this row is asked for.
    opened = Signal(str)
    #: The keyboard moved to another row.
    moved = Signal(str)
    #: What is chosen changed: ticks or selection.
    chosen = Signal()
    #: A gesture was refused: (message, advice).
    refused = Signal(str, str)
    sorted_by = Signal()
    delete_asked = Signal(list)
    menu_asked = Signal(QPoint)

    entity = ""
    name = ""
    first_sort = ""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.context = context
        self.sort, self.descending = self.first_sort, False
        self.model = self._make_model()
        self.table = TableView(context.theme, self.model, name=self.name)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.head.show_order(self.sort, False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.table)
        self.setFocusProxy(self.table)
        self.table.opened.connect(self.opened)
        self.table.current_changed.connect(self.moved)
        self.table.clicked.connect(self._open_clicked)
        self.table.sorted_by.connect(self._sort)
        self.table.delete_asked.connect(self.delete_asked)
        self.table.customContextMenuRequested.connect(
            lambda point: self.menu_asked.emit(self.table.viewport().mapToGlobal(point))
        )
        self.table.selectionModel().selectionChanged.connect(lambda *_: self.chosen.emit())
        self.model.ticked.connect(self.chosen)
        self.model.edited.connect(self._write)
        self.table.read_drafts(partial(drafts_of, self.context, self.entity))
        self.table.draft_kept.connect(self._keep_draft)

    # -- to write in each listing ---------------------------------------------------------------------------------

    def _make_model(self) -> RowsModel:
        raise NotImplementedError

    def reload(self, kept: PartnersFilter, grouping: str) -> None:
        """List what the filter keeps."""
        raise NotImplementedError

    # -- what the page calls --------------------------------------------------------------------------------------

    def ids(self) -> list[str]:
        return self.model.ids()

    def chosen_ids(self) -> list[str]:
        """The rows a gesture is for: those ticked, else those selected."""
        return self.model.ticked_ids() or self.table.selected_ids()

    def is_several(self) -> bool:
        """True when a gesture would be for a set of rows, not for the row one is on."""
        return bool(self.model.ticked_ids()) or len(self.table.selected_ids()) > 1

    def choose_none(self) -> None:
        self.model.tick(self.model.ticked_ids(), False)
        current = self.table.currentIndex()
        self.table.clearSelection()
        if current.isValid():
            flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
            self.table.selectionModel().setCurrentIndex(current, flags)
        self.chosen.emit()

    def copy(self) -> int:
        """The chosen rows as tab-separated text, heads first; returns how many."""
        ids, places = self.chosen_ids(), self._copied()
        lines = ["\t".join(self.model.columns[place].title for place in places)]
        lines += ["\t".join(_copied_text(self.model, id, place) for place in places) for id in ids]
        QGuiApplication.clipboard().setText("\n".join(lines))
        return len(ids)

    def take_focus(self) -> None:
        """Receive the keyboard, on the name of a row: Qt would put it on the first box to tick."""
        current = self.table.currentIndex()
        if self.ids() and (not current.isValid() or current.column() == 0):
            line = current.row() if self.model.id_at(current.row()) else self.model.line_of(self.ids()[0])
            named = self.model.index(line, 1)
            self.table.selectionModel().setCurrentIndex(named, QItemSelectionModel.SelectionFlag.NoUpdate)
        self.table.setFocus()

    # -- inside ---------------------------------------------------------------------------------------------------

    def _copied(self) -> list[int]:
        return [place for place, column in enumerate(self.model.columns) if column.look is not Look.CHECK]

    def _open_clicked(self, index: QModelIndex) -> None:
        """A click opens the record beside the list; with Ctrl or Maj it only selects."""
        id = self.model.id_at(index.row())
        plain = QGuiApplication.keyboardModifiers() == Qt.KeyboardModifier.NoModifier
        # A double click, which edits, is made of clicks too: the record it opened is not opened again.
        fresh = id and self.context.navigator.place.id != id
        if fresh and plain and self.model.columns[index.column()].look is not Look.CHECK:
            self.opened.emit(id)

    def _sort(self, key: str, descending: bool) -> None:
        self.sort, self.descending = key, descending
        self.sorted_by.emit()

    def _write(self, id: str, key: str, value: Any) -> None:
        inside = is_inside(QApplication.focusWidget(), self.table)
        try:
            records.update(self.context.store, self.entity, id, {key: value})
        except KnownError as error:
            self.model.refuse(error.message)
            self.refused.emit(error.message, error.advice)
            return
        # Listing again takes the editor away, and the keyboard with it.
        if inside:
            self.table.setFocus()

    def _keep_draft(self, id: str, key: str, text: str, wrong: str) -> None:
        keep_draft(self.context, self.entity, id, key, text)
        if wrong:
            self.refused.emit(wrong, f"«{NBSP}{shorten(text, 40)}{NBSP}» est gardé{NBSP}: rouvrez la case.")

    def _editor(self, key: str) -> Callable[[QWidget, Any], QWidget]:
        field = registry.field(self.entity, key)

        def make(parent: QWidget, _row: Any) -> QWidget:
            made = make_editor(self.context.theme, field, sources_of(self.context, field))
            made.setParent(parent)
            return made

        return make


class Structures(Listing):
    """Structures under their category; families and what is to confirm are marked."""

    entity = "organisation"
    name = "Structures"
    first_sort = "name"

    def _make_model(self) -> GroupedRowsModel:
        def fetch(ids: Sequence[str]) -> dict[str, OrganisationRow]:
            with self.context.store.read() as connection:
                return partners.fetch_organisations(connection, ids, district=self.context.quarter)

        columns = (
            Column("check", "", Look.CHECK, 44, sortable=False),
            Column("name", "Structure", width=292, stretch=True, editor=self._editor("name")),
            Column("acronym", "Sigle", Look.MUTED, 74, gives_way=4, editor=self._editor("acronym")),
            Column("mark", "Repère", Look.STATUS, 116, cell=_mark, gives_way=1),
            Column("people", "Contacts", Look.NUMBER, 78, cell=lambda row: _count(row.people)),
            Column("actions", "Actions", Look.NUMBER, 78, cell=lambda row: _count(row.actions),
                   help="Actions que la structure porte ou auxquelles elle prend part"),
            Column("territories", "Territoires", Look.CHIPS, 150, gives_way=5, sortable=False),
            Column("phone", "Téléphone", width=126, gives_way=3, editor=self._editor("phone")),
            Column("email", "Courriel", width=204, gives_way=2, editor=self._editor("email")),
        )  # fmt: skip
        return GroupedRowsModel(columns, fetch)

    def reload(self, kept: PartnersFilter, grouping: str) -> None:
        with self.context.store.read() as connection:
            found = partners.organisations(connection, kept, self.sort, descending=self.descending)
            twins = partners.duplicates(connection) if grouping == BY_LIKENESS else ()
        if grouping == BY_LIKENESS:
            self.model.show_groups(_alike_groups(twins, [id for id, _ in found]))
        elif grouping == BY_CATEGORY:
            self.model.show_groups(self._category_groups(found))
        else:
            self.model.show_ids([id for id, _ in found])

    def _category_groups(self, found: Sequence[tuple[str, str]]) -> list[Group]:
        field = registry.field("organisation", "category")
        order = [choice.code for choice in field.choices]
        by: dict[str, list[str]] = {}
        for id, category in found:
            by.setdefault(category, []).append(id)
        codes = [code for code in order if code in by] + [code for code in by if code not in order]
        return [
            Group(
                code or "none", field.choice_label(code) or "Sans catégorie",
                tone="", count=counted(len(by[code]), "structure"), ids=by[code],
            )
            for code in codes
        ]  # fmt: skip


class People(Listing):
    """People by name, with their structure and how to reach them at work."""

    entity = "contact"
    name = "Contacts"
    first_sort = "last_name"

    def _make_model(self) -> RowsModel:
        def fetch(ids: Sequence[str]) -> dict[str, Any]:
            with self.context.store.read() as connection:
                return partners.fetch_contacts(connection, ids)

        columns = (
            Column("check", "", Look.CHECK, 44, sortable=False),
            Column("last_name", "Nom", width=272, stretch=True, value=lambda row: row.listed_name),
            Column("function", "Fonction", width=250, gives_way=4, editor=self._editor("function")),
            Column("organisation_name", "Structure", width=262, gives_way=1, stretch=True),
            Column("email", "Courriel", width=220, gives_way=3, editor=self._editor("email")),
            Column("phone", "Téléphone", width=120, gives_way=2, editor=self._editor("phone")),
        )
        return RowsModel(columns, fetch)

    def reload(self, kept: PartnersFilter, grouping: str) -> None:
        with self.context.store.read() as connection:
            found = partners.contacts(connection, kept, self.sort, descending=self.descending)
        self.model.show_ids(found)


def _mark(row: OrganisationRow) -> Cell:
    """What sets a structure apart: somebody must confirm it, or it is a family and not one structure."""
    if row.to_confirm:
        return Cell("À confirmer", Look.STATUS, "warning", icon="user-question", chip=True)
    if row.generic:
        return Cell("Famille", Look.STATUS, "neutral", icon="users-group")
    return Cell("", Look.STATUS)


def _count(number: int) -> Cell:
    return Cell(format_number(number) if number else "", Look.NUMBER, value=number)


def _alike_groups(twins: Sequence[likeness.Alike], shown: Sequence[str]) -> list[Group]:
    groups = []
    for number, twin in enumerate(twins, start=1):
        ids = [id for id in twin.ids if id in shown]
        if ids:
            label = f"{twin.reason[0].upper()}{twin.reason[1:]}"
            groups.append(Group(f"alike{number}", label, tone="", count=counted(len(ids), "structure"), ids=ids))
    return groups


def _copied_text(model: RowsModel, id: str, place: int) -> str:
    row = model.row(id)
    cell = model.columns[place].make(row) if row is not None else EMPTY
    return f"{cell.code} {cell.text}".strip().replace("\t", " ").replace(NBSP, " ")
