"""Historique and Points de restauration: what was imported, with a way back; copies of the notebook, with another.

Undoing an import is a gesture like any other. Restoring a copy replaces the whole notebook: it is asked first.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from app.errors import KnownError
from app.formatting import NBSP, counted, format_date, format_time
from app.services.imports import ImportRecord, RestorePoint
from app.ui.context import Context
from app.ui.pages.exchanges_engine import Engine
from app.ui.pages.exchanges_parts import ask
from app.ui.pages.exchanges_words import moment_words, size_words
from app.ui.theme import Theme
from app.ui.widgets.banner import Banner
from app.ui.widgets.buttons import button
from app.ui.widgets.empty_state import EmptyState
from app.ui.widgets.labels import ElidedLabel, label

#: Lines shown before « Afficher la suite ».
MOST = 100

REASONS = {
    "quotidienne": "sauvegarde du jour",
    "import": "avant un import",
    "avant-import": "avant un import",
    "avant-restauration": "avant une restauration",
    "migration": "avant une mise à jour",
    "avant-migration": "avant une mise à jour",
}


class _Line(QFrame):
    """One line of a list: icon, two lines of words, a word at the right, a gesture."""

    asked = Signal()

    def __init__(self, theme: Theme, icon: str, title: str, second: str, *, gesture: str = "", word: str = "") -> None:
        super().__init__()
        self.setProperty("role", "surface")
        self.setFixedHeight(theme.px(52))
        self.setAccessibleName(f"{title}. {second}")
        mark = QLabel()
        mark.setPixmap(theme.pixmap(icon, "text_muted", 18))
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addStretch(1)
        words.addWidget(ElidedLabel(theme, title, "body"))
        words.addWidget(ElidedLabel(theme, second, "cell_small", "text_muted"))
        words.addStretch(1)
        row = QHBoxLayout()
        row.setContentsMargins(theme.px("space.page"), 0, theme.px("space.gap"), 0)
        row.setSpacing(theme.px(12))
        row.addWidget(mark)
        row.addLayout(words, 1)
        if word:
            row.addWidget(label(word, "small", "muted"))
        self.gesture = None
        if gesture:
            self.gesture = button(theme, gesture, small=True, clicked=self.asked.emit)
            self.gesture.setAccessibleName(f"{gesture} {title}")
            row.addWidget(self.gesture)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row, 1)
        line = QFrame()
        line.setProperty("role", "line")
        line.setFixedHeight(1)
        column.addWidget(line)


class _Lines(QWidget):
    """A scrolling list of lines under a sentence, or an empty state."""

    def __init__(self, theme: Theme, sentence: str, empty: EmptyState) -> None:
        super().__init__()
        self._theme = theme
        self.banner = Banner(theme)
        self.empty = empty
        self._most = MOST
        self.lines: list[_Line] = []
        self._said = label(sentence, "small", "muted", wrap=True)
        self._said.setContentsMargins(theme.px("space.page"), 0, theme.px("space.page"), theme.px(10))
        self.scroll = QScrollArea()
        self.scroll.setWidgetResizable(True)
        self.scroll.setFrameShape(QFrame.Shape.NoFrame)
        self.scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        banners = QVBoxLayout()
        banners.setContentsMargins(theme.px("space.page"), 0, theme.px("space.gap"), theme.px(8))
        banners.addWidget(self.banner)
        self._top = QFrame()
        self._top.setProperty("role", "line")
        self._top.setFixedHeight(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(banners)
        for part in (self._said, self._top):
            whole.addWidget(part)
        whole.addWidget(self.scroll, 1)
        whole.addWidget(empty, 1)

    def fill(self, lines: Sequence[_Line]) -> None:
        """Show these lines."""
        ground = QFrame()
        ground.setProperty("role", "surface")
        column = QVBoxLayout(ground)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.lines = list(lines)
        for line in lines:
            column.addWidget(line)
        column.addStretch(1)
        self.scroll.setWidget(ground)
        for part in (self._said, self._top, self.scroll):
            part.setVisible(bool(lines))
        self.empty.setVisible(not lines)

    def take_focus(self) -> None:
        """The first gesture of the list, or that of the empty state."""
        gesture = next((line.gesture for line in self.lines if line.gesture is not None), None)
        gesture = gesture or (self.empty.second if not self.lines else None)
        if gesture is not None:
            gesture.setFocus(Qt.FocusReason.OtherFocusReason)


class HistoryView(_Lines):
    """The imports of this notebook, the latest first."""

    import_asked = Signal()

    def __init__(self, context: Context, engine: Engine) -> None:
        theme = context.theme
        super().__init__(
            theme,
            "Annuler un import remet les valeurs qu’il a changées, sauf celles que quelqu’un a modifiées depuis.",
            EmptyState(
                theme, icon="history", title="Aucun import pour l’instant",
                sentence="Chaque classeur importé reste ici avec ce qu’il a changé, et s’annule d’un geste.",
                second="Importer un classeur",
            ),
        )  # fmt: skip
        self._context = context
        self._engine = engine
        if self.empty.second is not None:
            self.empty.second_asked.connect(self.import_asked)

    def reload(self) -> None:
        today = self._context.clock()
        lines = []
        for past in self._engine.imports()[:MOST]:
            word = "annulé" if past.undone else ("" if past.values else "plus rien à annuler")
            second = " · ".join(part for part in (moment_words(past.at, today), past.who, past.counts) if part)
            can = past.values and not past.undone
            line = _Line(
                self._theme, "file-spreadsheet", past.title, second,
                gesture="Annuler cet import…" if can else "", word=word,
            )  # fmt: skip
            line.asked.connect(lambda past=past: self.ask_undo(past))
            lines.append(line)
        self.fill(lines)

    def ask_undo(self, past: ImportRecord) -> None:
        """Say how many values go back, and whose, then undo."""
        ask(
            self,
            f"Annuler l’import de {past.title}{NBSP}?",
            undo_words(past),
            "Annuler l’import",
            lambda: self.undo(past),
        )

    def undo(self, past: ImportRecord) -> None:
        try:
            notes = self._engine.undo_import(past.id)
        except KnownError as error:
            self.banner.tell(error.message, error.advice, tone="danger")
            return
        self.banner.tell("Import annulé.", " ".join((f"{past.title}.", *notes)), tone="success")


def undo_words(past: ImportRecord) -> str:
    """What taking an import back does, to the notebook and to colleagues."""
    said = f"{counted(past.values, 'valeur reviendra', 'valeurs reviendront')} à ce que le carnet contenait avant"
    if not past.theirs:
        return f"{said}. Vos collègues le verront à leur prochain échange. Ctrl+Y rétablit l’import."
    if past.theirs == past.values:
        whose = "elle vient" if past.theirs == 1 else "elles viennent"
        said += f"{NBSP}: {whose} du travail de vos collègues"
    else:
        said += f", dont {counted(past.theirs, 'écrite', 'écrites')} par vos collègues"
    return (
        f"{said}. Ils le verront à leur prochain échange, dans un groupe à part, et pourront tout rétablir d’un geste."
        " Ctrl+Y rétablit l’import."
    )


class RestoreView(_Lines):
    """The copies kept of this notebook. `restore_asked(path)` once the question was answered."""

    restore_asked = Signal(Path)

    def __init__(self, context: Context, engine: Engine) -> None:
        theme = context.theme
        super().__init__(
            theme,
            "Une copie du carnet est gardée chaque jour, et avant chaque import. Les dix dernières restent, puis une"
            " par mois.",
            EmptyState(
                theme, icon="restore", title="Aucun point de restauration",
                sentence="Une copie vérifiée du carnet est gardée chaque jour d’ouverture et avant chaque import.",
            ),
        )  # fmt: skip
        self._context = context
        self._engine = engine
        self.banner.acted.connect(self._open_folder)

    def reload(self) -> None:
        today = self._context.clock()
        lines = []
        for point in self._engine.restore_points()[:MOST]:
            at = _whole_moment(point.at, today)
            reason = REASONS.get(point.reason, point.reason.replace("-", " "))
            line = _Line(
                self._theme, "restore", at, f"{reason} · {size_words(point.size)}", gesture="Restaurer…"
            )  # fmt: skip
            line.asked.connect(lambda point=point: self.ask_restore(point))
            lines.append(line)
        self.fill(lines)

    def ask_restore(self, point: RestorePoint) -> None:
        at = _whole_moment(point.at, self._context.clock())
        ask(
            self,
            f"Remettre le carnet comme il était {_after_was(at)}{NBSP}?",
            "Tout ce qui a été saisi ou importé depuis disparaîtra de ce carnet. Il est d’abord copié tel qu’il est"
            " maintenant, dans cette même liste.",
            "Restaurer",
            lambda: self.restore_asked.emit(point.path),
        )

    def _open_folder(self) -> None:
        points = self._engine.restore_points()
        if points:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(points[0].path.parent)))


def _whole_moment(moment: datetime, today: datetime) -> str:
    """`aujourd’hui à 09:12`, `12/11/2026 à 17:40`: two copies of one day must be told apart."""
    said = moment_words(moment, today)
    if said[:1].isdigit():
        local = moment.astimezone(today.tzinfo) if moment.tzinfo is not None else moment
        said = f"{format_date(local.date())} à {format_time(local)}"
    return f"{said[:1].upper()}{said[1:]}"


def _after_was(at: str) -> str:
    return f"le {at}" if at[:1].isdigit() else f"{at[:1].lower()}{at[1:]}"
