"""What was imported, told once it is done, with what one can do next: settle, take back, write the workbook again."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QLabel, QVBoxLayout

from app.exchange.preview import Applied, Source
from app.exchange.renewal import stem_of
from app.formatting import NBSP, counted
from app.ui.context import Context
from app.ui.widgets.buttons import button
from app.ui.widgets.labels import label


class Done(QFrame):
    """What was imported, and what one can do next."""

    undo_asked = Signal()
    conflicts_asked = Signal()
    journal_asked = Signal()
    #: Write these workbooks again as they are now, in this file or folder.
    renewal_asked = Signal(tuple, Path)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        theme = self._theme = context.theme
        self.import_id = ""
        self._sources: tuple[Source, ...] = ()
        self._icon = QLabel()
        self.sentence = label("", "strong", wrap=True)
        self._second = label("", "small", "muted", wrap=True)
        self.undo = button(theme, "Annuler l’import", small=True, clicked=self.undo_asked.emit)
        self.settle = button(theme, "Trancher", small=True, clicked=self.conflicts_asked.emit)
        self.renew = button(
            theme, "Enregistrer le classeur à jour…", small=True, icon="device-floppy", clicked=self.choose_place
        )
        self.journal = button(theme, "Voir l’historique", kind="link", clicked=self.journal_asked.emit)
        self.setProperty("role", "banner")
        self.setProperty("tone", "success")
        words = QVBoxLayout()
        words.setSpacing(theme.px(2))
        words.addWidget(self.sentence)
        words.addWidget(self._second)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(12), theme.px(8), theme.px(11), theme.px(8))
        row.setSpacing(theme.px(10))
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        for gesture in (self.settle, self.renew, self.undo, self.journal):
            row.addWidget(gesture)
        theme.changed.connect(self._draw_icon)
        self._draw_icon()
        self.hide()

    def show_applied(self, applied: Applied, names: Sequence[str], renewable: Sequence[Source] = ()) -> None:
        """`renewable` are the workbooks edited by hand that can be written again as they are now."""
        self.import_id = applied.import_id
        self._sources = tuple(renewable)
        self.renew.setVisible(bool(renewable))
        self.renew.setEnabled(True)
        words = "Enregistrer le classeur à jour…" if len(renewable) == 1 else "Enregistrer les classeurs à jour…"
        self.renew.setText(f" {words}")
        self.renew.setAccessibleName(words)
        verb = "importés" if applied.changes > 1 else "importé"
        self.sentence.setText(f"{counted(applied.changes, 'changement')} {verb}.")
        told = ", ".join(names)
        left = applied.conflicts_left
        if left:
            told += f". {counted(left, 'conflit reste à trancher', 'conflits restent à trancher')}."
        self._second.setText(told)
        self.settle.setVisible(bool(left))
        self.undo.setVisible(bool(applied.changes))
        self.setAccessibleName(f"{self.sentence.text()} {told}")
        self.show()

    def show_undone(self, notes: Sequence[str]) -> None:
        """`notes` say what was changed since and is kept."""
        self.sentence.setText("Import annulé.")
        self._second.setText(" ".join(notes) or "Le carnet est revenu à ce qu’il était avant.")
        self.settle.hide()
        self.undo.hide()
        self.renew.hide()
        self.show()

    def choose_place(self) -> None:
        """Ask where: beside the workbook, under its name with the day; a file that is there is never proposed."""
        if len(self._sources) > 1:
            folder = QFileDialog.getExistingDirectory(
                self, "Où enregistrer les classeurs à jour", str(self._sources[0].path.parent)
            )
            target = folder
        else:
            # What is there already is refused, with its reason: no need to ask first.
            target, _ = QFileDialog.getSaveFileName(
                self,
                "Enregistrer le classeur à jour",
                str(beside(self._sources[0], self._context.clock())),
                "Classeur (*.xlsx)",
                options=QFileDialog.Option.DontConfirmOverwrite,
            )
            target = f"{target}.xlsx" if target and not target.lower().endswith(".xlsx") else target
        if target:
            self.renewal_asked.emit(self._sources, Path(target))

    def show_renewing(self) -> None:
        self.renew.setEnabled(False)
        self._second.setText("Le classeur à jour s’écrit…")

    def show_renewed(self, paths: Sequence[Path]) -> None:
        """The workbooks were written, and are the ones to send."""
        names = ", ".join(path.name for path in paths)
        folder = f"dans {paths[0].parent}"
        said = "Classeur à jour enregistré" if len(paths) == 1 else "Classeurs à jour enregistrés"
        self.renew.hide()
        self._second.setText(f"{said}{NBSP}: {names}, {folder}. C’est celui qu’il faut renvoyer.")
        self.setAccessibleName(f"{self.sentence.text()} {self._second.text()}")

    def show_refused(self, message: str) -> None:
        """Why the workbook could not be written; the import stands."""
        self.renew.setEnabled(True)
        self._second.setText(f"{message} L’import, lui, est fait.")
        self.setAccessibleName(f"{self.sentence.text()} {self._second.text()}")

    def _draw_icon(self) -> None:
        self._icon.setPixmap(self._theme.pixmap("circle-check", "success.fg", 18))


def beside(source: Source, day: datetime) -> Path:
    """A name that is free beside a workbook: its own, with the day, a number when there is one already."""
    stem = f"{stem_of(source)}_{day:%Y-%m-%d}"
    found, number = source.path.with_name(f"{stem}.xlsx"), 2
    while found.exists():
        found, number = source.path.with_name(f"{stem}_{number}.xlsx"), number + 1
    return found
