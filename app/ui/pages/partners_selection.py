"""What one does to several partners at once: the line that takes the place of the filters while rows are chosen."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QPushButton

from app.formatting import counted
from app.models import registry
from app.ui.forms.editors import Node
from app.ui.forms.link_editors import TreePopup
from app.ui.theme import Theme
from app.ui.widgets.buttons import button, icon_button
from app.ui.widgets.labels import label


class SelectionBar(QFrame):
    """« 3 structures choisies » and the gestures for them; those that make no sense are hidden."""

    write_asked = Signal()
    copy_asked = Signal()
    delete_asked = Signal()
    restore_asked = Signal()
    category_chosen = Signal(str)
    territory_chosen = Signal(str)
    left = Signal()

    def __init__(self, theme: Theme, tree: Callable[[], Sequence[Node]]) -> None:
        super().__init__()
        self._theme = theme
        self._tree = tree
        self.setProperty("role", "filter_bar")
        self.setFixedHeight(theme.px("height.filter_bar"))
        self.text = label("", "strong")
        self.write = self._button("Écrire", "mail", self.write_asked.emit, "Écrire à leurs adresses, en copie cachée")
        self.category = self._button("Catégorie…", "tag", self._open_categories, "Donner une catégorie")
        self.territory = self._button("Territoire…", "map-pin", self._open_territories, "Ajouter un territoire couvert")
        self.copy = self._button("Copier", "copy", self.copy_asked.emit, "Copier pour Excel")
        self.delete = self._button("Supprimer", "trash", self.delete_asked.emit, "Mettre à la corbeille (Suppr)")
        self.restore = self._button("Restaurer", "restore", self.restore_asked.emit, "Sortir de la corbeille")
        self.close = icon_button(theme, "x", "Ne plus rien choisir", clicked=self.left.emit)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px("space.page"), 0, theme.px("space.gap"), theme.px(2))
        row.setSpacing(theme.px("space.unit"))
        row.addWidget(self.text)
        row.addSpacing(theme.px("space.unit"))
        for part in (self.write, self.category, self.territory, self.copy, self.restore, self.delete):
            row.addWidget(part)
        row.addStretch(1)
        row.addWidget(self.close)

    def show_choice(self, entity: str, count: int, *, in_bin: bool) -> None:
        """Say how many are chosen, and offer what can be done with them."""
        structures = entity == "organisation"
        word = ("structure choisie", "structures choisies") if structures else ("contact choisi", "contacts choisis")
        self.text.setText(counted(count, *word))
        for part in (self.write, self.delete):
            part.setHidden(in_bin)
        for part in (self.category, self.territory):
            part.setHidden(in_bin or not structures)
        self.restore.setHidden(not in_bin)

    def _button(self, word: str, icon: str, clicked: Callable[[], object], description: str) -> QPushButton:
        return button(self._theme, word, icon=icon, small=True, clicked=clicked, description=description)

    def _open_categories(self) -> None:
        menu = QMenu(self)
        for choice in registry.field("organisation", "category").choices:
            menu.addAction(choice.label).triggered.connect(
                lambda _checked=False, code=choice.code: self.category_chosen.emit(code)
            )
        menu.popup(self.category.mapToGlobal(QPoint(0, self.category.height() + 2)))

    def _open_territories(self) -> None:
        popup = TreePopup(self._theme, self, self._tree(), None, clearable=False)
        popup.picked.connect(self.territory_chosen)
        popup.move(self.territory.mapToGlobal(QPoint(0, self.territory.height() + 2)))
        popup.show()
        popup.filter.setFocus()
