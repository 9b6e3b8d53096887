"""The table one already has, chosen at the first start: read and previewed once the notebook is there."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QWidget

from app.ui.theme import Theme
from app.ui.widgets.buttons import button
from app.ui.widgets.labels import ElidedLabel

TABLES = "Tableaux (*.xlsx *.ods *.csv);;Tous les fichiers (*)"


class TableChoice(QWidget):
    """The file and the gesture that chooses it. `chosen()` when there is one."""

    chosen = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.path: Path | None = None
        self.name = ElidedLabel(theme, "", "body")
        self.choose = button(theme, "Choisir le tableau…", small=True, icon="folder-open", clicked=self.ask)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(5), theme.px(8), 0, theme.px(4))
        row.setSpacing(theme.px(12))
        row.addWidget(self.choose)
        row.addWidget(self.name, 1)

    def ask(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Choisir le tableau", str(Path.home()), TABLES)
        if name:
            self.show_path(Path(name))

    def show_path(self, path: Path) -> None:
        self.path = path
        self.name.set_text(path.name)
        self.chosen.emit()
