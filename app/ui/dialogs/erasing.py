"""The question before erasing a person: what goes, what stays, what nobody can reach from here. It cannot be undone."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from app.formatting import NBSP
from app.services.mentions import Mention
from app.ui.context import Context
from app.ui.dialogs.erasing_texts import ErasingTexts, NamedText
from app.ui.theme import Theme
from app.ui.widgets.buttons import button
from app.ui.widgets.labels import label

_GOES = (
    "Son nom, sa fonction, ses coordonnées et les notes de sa fiche, avec tout leur historique.",
    "Les mêmes dans les sauvegardes et les points de restauration de cet ordinateur.",
    "Chez vos collègues, à leur prochain échange.",
)
_STAYS = f"Sa fiche vide, appelée «{NBSP}Personne effacée{NBSP}», pour que les présences et les liens restent comptés."
_ELSEWHERE = "Les copies du carnet faites ailleurs, les documents imprimés ou envoyés."
_MASKED = "Le nom y devient ███ dans les textes cochés, versions passées comprises ; le reste est gardé."
#: Lines of a list shown before the others are only counted.
_MOST = 6


class ErasingQuestion(QDialog):
    """Accepted only by « Effacer pour toujours ». `workbooks` are sentences, `texts` those that name the person."""

    def __init__(
        self,
        theme: Theme,
        name: str,
        *,
        workbooks: Sequence[str],
        texts: Sequence[NamedText] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setWindowTitle("Effacer une personne")
        self.texts = ErasingTexts(theme, texts) if texts else None
        lines = min(len(workbooks), _MOST + 1) + (self.texts is not None)
        self.resize(theme.px(640), theme.px(474 + 24 * lines) + (self.texts.sizeHint().height() if self.texts else 0))
        self.cancel = button(theme, "Annuler", kind="primary", clicked=self.reject)
        self.erase = button(theme, "Effacer pour toujours", icon="user-x", clicked=self.accept)
        self._arrange(name, workbooks)
        self.cancel.setDefault(True)
        self.cancel.setFocus()

    def _arrange(self, name: str, workbooks: Sequence[str]) -> None:
        theme, edge = self._theme, self._theme.px("space.page")
        inside = QFrame()
        inside.setProperty("role", "surface")
        column = QVBoxLayout(inside)
        column.setContentsMargins(edge, edge, edge, theme.px(8))
        column.setSpacing(theme.px(6))
        column.addWidget(label(f"Effacer {name}{NBSP}?", "title", wrap=True))
        column.addWidget(label("Cela ne s’annule pas.", "strong", "danger"))
        self._add(column, "Ce qui s’efface", "trash", _GOES)
        self._add(column, "Ce qui reste", "user", (_STAYS,))
        self._add(column, "Ce qu’on ne peut pas atteindre d’ici", "file-export", (*_shortened(workbooks), _ELSEWHERE))
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(inside)
        foot = QHBoxLayout()
        foot.setContentsMargins(edge, theme.px(10), edge, theme.px(12))
        foot.setSpacing(theme.px(8))
        foot.addStretch(1)
        foot.addWidget(self.erase)
        foot.addWidget(self.cancel)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(scroll, 1)
        if self.texts is not None:
            layout.addWidget(self._named(self.texts))
        layout.addLayout(foot)

    def _named(self, texts: ErasingTexts) -> QFrame:
        theme, edge = self._theme, self._theme.px("space.page")
        inside = QFrame()
        inside.setProperty("role", "surface")
        column = QVBoxLayout(inside)
        column.setContentsMargins(edge, 0, edge, theme.px(8))
        column.setSpacing(theme.px(6))
        self._add(column, "D’autres fiches où son nom est écrit", "pencil", (_MASKED,))
        texts.setContentsMargins(theme.px(24), 0, 0, 0)
        column.addWidget(texts, 1)
        return inside

    def _add(self, column: QVBoxLayout, title: str, icon: str, lines: Sequence[str]) -> None:
        theme = self._theme
        head = QHBoxLayout()
        head.setContentsMargins(0, theme.px(10), 0, 0)
        head.setSpacing(theme.px(8))
        sign = QLabel()
        sign.setPixmap(theme.pixmap(icon, "text_muted", "icon.inline"))
        head.addWidget(sign)
        head.addWidget(label(title, "strong", wrap=True), 1)
        column.addLayout(head)
        for line in lines:
            said = label(line, "body", "muted", wrap=True)
            said.setContentsMargins(theme.px(24), 0, 0, 0)
            column.addWidget(said)


def _shortened(lines: Sequence[str]) -> tuple[str, ...]:
    left = len(lines) - _MOST
    return (*lines[:_MOST], f"et {left} de plus.") if left > 1 else tuple(lines)


def ask_to_erase(
    context: Context, name: str, parent: QWidget, *, workbooks: Sequence[str], texts: Sequence[NamedText]
) -> Sequence[Mention] | None:
    """Ask before erasing for ever; the texts that lose the name, or None to leave all as it is."""
    made = ErasingQuestion(context.theme, name, workbooks=workbooks, texts=texts, parent=parent)
    agreed = made.exec() == QDialog.DialogCode.Accepted
    chosen = made.texts.chosen() if made.texts is not None else ()
    made.deleteLater()
    return chosen if agreed else None
