"""The table of actions: text, shortcut, icon and gesture, in one place; menus, buttons and search read it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtGui import QKeySequence

if TYPE_CHECKING:
    from app.ui.main_window import MainWindow


@dataclass(frozen=True, slots=True)
class ActionEntry:
    """A gesture of the window. `found` False keeps it out of the search (it makes no sense there)."""

    key: str
    text: str
    run: Callable[[MainWindow], object]
    shortcuts: tuple[str, ...] = ()
    icon: str = ""
    found: bool = True

    def keys(self) -> list[QKeySequence]:
        return [QKeySequence(shortcut) for shortcut in self.shortcuts]


def frame_actions() -> Sequence[ActionEntry]:
    """The gestures that every page has."""
    return (
        ActionEntry("search", "Rechercher", lambda w: w.top_bar.search.ask_focus(), ("Ctrl+K",), "search", found=False),
        ActionEntry("undo", "Annuler", lambda w: w.undo_asked.emit(), ("Ctrl+Z",), "arrow-back-up"),
        ActionEntry("redo", "Rétablir", lambda w: w.redo_asked.emit(), ("Ctrl+Y", "Ctrl+Shift+Z"), "arrow-forward-up"),
        ActionEntry("create", "Créer", lambda w: w.page().create(), ("Ctrl+N",), "plus"),
        ActionEntry("filter", "Filtrer la page", lambda w: w.page().focus_filter(), ("Ctrl+F",), "filter"),
        ActionEntry("print", "Imprimer", lambda w: w.print_what_is_open(), ("Ctrl+P",), "printer"),
        ActionEntry("save", "Enregistrer maintenant", lambda w: w.keep_typing(), ("Ctrl+S",), "device-floppy"),
        ActionEntry("back", "Revenir", lambda w: w.navigator.back(), ("Alt+Left",), "arrow-left", found=False),
        ActionEntry("forward", "Avancer", lambda w: w.navigator.forward(), ("Alt+Right",), "arrow-right", found=False),
        ActionEntry(
            "previous", "Fiche précédente", lambda w: w.step_record(-1), ("Alt+Up",), "chevron-up", found=False
        ),
        ActionEntry("next", "Fiche suivante", lambda w: w.step_record(1), ("Alt+Down",), "chevron-down", found=False),
        ActionEntry("close", "Fermer la fiche", lambda w: w.navigator.close_record(), ("Esc",), "x", found=False),
        ActionEntry("panel", "Passer de la page à la fiche", lambda w: w.switch_side(), ("F6",), found=False),
        ActionEntry("look", "Passer en clair ou en sombre", lambda w: w.switch_look(), (), "moon"),
        ActionEntry("help", "Aide de cette page", lambda w: w.help_asked.emit(w.navigator.place.page), ("F1",), "help"),
    )
