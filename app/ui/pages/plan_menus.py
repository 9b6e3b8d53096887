"""The menus of the page « Plan d’actions »: of a row, of the page, of its columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QMenu

from app.ui.pages.plan_columns import OPTIONAL
from app.ui.pages.plan_popups import place_menu
from app.ui.widgets.filters import CheckMenu

if TYPE_CHECKING:
    from app.ui.pages.plan import PlanPage


def open_row_menu(page: PlanPage, place: QPoint) -> None:
    """What can be done with the row one stands on, or with those chosen."""
    ids = page.here()
    menu = QMenu(page)
    menu.aboutToHide.connect(menu.deleteLater)
    menu.addAction("Ajouter une action ici\tCtrl+N").triggered.connect(lambda _checked=False: page.create())
    if ids:
        menu.addSeparator()
        menu.addAction("Ouvrir la fiche\tEntrée").triggered.connect(lambda _checked=False: page.open_action(ids[0]))
        menu.addAction("Modifier l’intitulé\tF2").triggered.connect(
            lambda _checked=False: page.table.edit_cell(ids[0], "title")
        )
        menu.addMenu(place_menu(menu, page.rows.index, page.move_to))
        if page.table.is_draggable and len(ids) == 1:
            menu.addAction("Monter\tAlt+Maj+↑").triggered.connect(lambda _checked=False: page.move_by(-1))
            menu.addAction("Descendre\tAlt+Maj+↓").triggered.connect(lambda _checked=False: page.move_by(1))
        menu.addSeparator()
        menu.addAction("Dupliquer\tCtrl+D").triggered.connect(lambda _checked=False: page.duplicate())
        menu.addAction("Supprimer\tSuppr").triggered.connect(lambda _checked=False: page.delete())
    menu.popup(place)


def open_page_menu(page: PlanPage) -> None:
    """« … » at the top of the page."""
    menu = QMenu(page)
    menu.aboutToHide.connect(menu.deleteLater)
    menu.addAction("Tout replier").triggered.connect(lambda _checked=False: page.model.fold_all(True))
    if page.rows.deep:
        menu.addAction("Replier les objectifs").triggered.connect(
            lambda _checked=False: page.model.fold_all(True, level=1)
        )
    menu.addAction("Tout déplier").triggered.connect(lambda _checked=False: page.model.fold_all(False))
    menu.addSeparator()
    menu.addAction("Colonnes…").triggered.connect(lambda _checked=False: open_columns(page))
    menu.addAction("Corbeille").triggered.connect(lambda _checked=False: page.show_bin())
    menu.popup(_under_more(page))


def open_columns(page: PlanPage) -> CheckMenu:
    """The columns one may hide, ticked while shown; kept as a preference."""
    preferences = page.context.preferences
    hidden = set(preferences.value("plan_hidden", ["lead"]))
    menu = CheckMenu(page.theme, page)
    for key, word in OPTIONAL:
        menu.add_line(key, word, key not in hidden)

    def apply() -> None:
        unticked = [key for key, _word in OPTIONAL if key not in menu.ticked_keys()]
        preferences.keep("plan_hidden", unticked)
        page.table.hide_columns(unticked)

    menu.ticked.connect(apply)
    menu.popup(_under_more(page))
    return menu


def _under_more(page: PlanPage) -> QPoint:
    return page.more.mapToGlobal(QPoint(0, page.more.height() + 2))
