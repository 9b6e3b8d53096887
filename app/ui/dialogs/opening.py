"""When a notebook cannot be opened: what happened, and the ways out. Nothing has been changed."""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from app.errors import KnownError, NotANotebook, NotebookBusy, PlaceFails
from app.notebook import backup
from app.services.notebooks import restore_backup
from app.ui.context import Context

FILTER = "Carnets (*.carnet)"

_ABSENT = (
    "Il a peut-être été déplacé, ou il est sur une clé qui n’est pas branchée. Choisissez-le là où il est maintenant."
)


@dataclass(frozen=True, slots=True)
class Choice:
    """What the person chose: a notebook to open, to begin a new one, or neither (leave)."""

    path: Path | None = None
    begin: bool = False


def ask_after_failure(window: QWidget, context: Context, error: KnownError, path: Path) -> Choice:
    """Tell why `path` was not opened; offer to try again, another notebook, a backup, or a new notebook.

    Whoever gives up in a file dialog is asked again: only « Quitter » leaves.
    """
    while True:
        choice = _ask(window, context, error, path)
        if choice is not None:
            return choice


def _ask(window: QWidget, context: Context, error: KnownError, path: Path) -> Choice | None:
    box = QMessageBox(window)
    box.setIcon(QMessageBox.Icon.Warning)
    box.setWindowTitle("Carnet de quartier")
    box.setText(error.message)
    absent = not path.exists()
    box.setInformativeText(_ABSENT if absent else error.advice)
    role = QMessageBox.ButtonRole.ActionRole
    # What somebody else or the disk holds may be free the next minute; what is damaged stays so.
    passing = isinstance(error, NotebookBusy | PlaceFails)
    again = box.addButton("Réessayer", role) if passing else None
    another = box.addButton("Choisir un autre carnet…", role)
    lost = isinstance(error, NotANotebook) and bool(backup.copies(path))
    restore = box.addButton("Restaurer une sauvegarde…", role) if lost else None
    begin = box.addButton("Commencer un carnet…", role)
    leave = box.addButton("Quitter", QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(again or (another if absent else restore) or another)
    box.setEscapeButton(leave)
    box.exec()
    clicked = box.clickedButton()
    if clicked in (leave, begin):
        return Choice(begin=clicked is begin)
    if clicked is again:
        found: Path | None = path
    elif clicked is another:
        found = choose_notebook(window, path.parent)
    else:
        found = _restored(window, context, path)
    return Choice(path=found) if found is not None else None


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
        restored = restore_backup(source, path, now=context.clock)
    except KnownError as error:
        QMessageBox.warning(window, "Carnet de quartier", str(error))
        return None
    if restored.notes:
        QMessageBox.information(window, "Carnet de quartier", " ".join(restored.notes))
    return path
