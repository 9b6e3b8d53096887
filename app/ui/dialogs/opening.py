"""When a notebook cannot be opened: what happened, and the ways out. Nothing has been changed."""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from app.errors import KnownError
from app.notebook import backup
from app.services.notebooks import restore_backup
from app.ui.context import Context

FILTER = "Carnets (*.carnet)"


@dataclass(frozen=True, slots=True)
class Choice:
    """What the person chose: another notebook, to begin a new one, or neither (leave)."""

    path: Path | None = None
    begin: bool = False


def ask_after_failure(window: QWidget, context: Context, error: KnownError, path: Path) -> Choice:
    """Tell why `path` was not opened; offer another notebook, the last backup, or a new notebook."""
    box = QMessageBox(window)
    box.setIcon(QMessageBox.Icon.Warning)
    box.setWindowTitle("Carnet de quartier")
    box.setText(error.message)
    box.setInformativeText(error.advice)
    another = box.addButton("Choisir un autre carnet…", QMessageBox.ButtonRole.ActionRole)
    copies = backup.copies(path)
    restore = box.addButton("Restaurer une sauvegarde…", QMessageBox.ButtonRole.ActionRole) if copies else None
    begin = box.addButton("Commencer un carnet…", QMessageBox.ButtonRole.ActionRole)
    leave = box.addButton("Quitter", QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(another)
    box.setEscapeButton(leave)
    box.exec()
    clicked = box.clickedButton()
    if clicked is another:
        return Choice(path=choose_notebook(window, path.parent))
    if restore is not None and clicked is restore:
        return Choice(path=_restored(window, context, path))
    return Choice(begin=clicked is begin)


def choose_notebook(parent: QWidget, folder: Path) -> Path | None:
    """A notebook chosen among the files; None when the person gives up."""
    name, _ = QFileDialog.getOpenFileName(parent, "Ouvrir un carnet", str(folder), FILTER)
    return Path(name) if name else None


def choose_backup(parent: QWidget, notebook: Path) -> Path | None:
    """A copy to restore, from the folder of backups."""
    copies = backup.copies(notebook)
    folder = copies[0] if copies else notebook.parent
    name, _ = QFileDialog.getOpenFileName(parent, "Restaurer une sauvegarde", str(folder), FILTER)
    return Path(name) if name else None


def _restored(window: QWidget, context: Context, path: Path) -> Path | None:
    source = choose_backup(window, path)
    if source is None:
        return None
    try:
        restore_backup(source, path, now=context.clock)
    except KnownError as error:
        QMessageBox.warning(window, "Carnet de quartier", str(error))
        return None
    return path
