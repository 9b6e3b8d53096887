"""Réglages: the person, the look, the town, this notebook and its copies. Each change is kept at once."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from app.errors import KnownError
from app.formatting import NBSP, clean_text, counted
from app.notebook import backup, verify
from app.services import notebooks, records, reference
from app.ui.context import Context
from app.ui.editing import RecordEditing
from app.ui.forms.inputs import ChoiceInput
from app.ui.theme import Theme
from app.ui.widgets.banner import Banner
from app.ui.widgets.buttons import button
from app.ui.widgets.form_row import LABEL_WIDTH, FormRow
from app.ui.widgets.labels import label

_LOOKS = (("light", "Clair"), ("dark", "Sombre"))
_SCALES = ((1.0, "100"), (1.25, "125"), (1.5, "150"), (2.0, "200"))
_TOWN_FIELDS = (
    "town", "service", "department", "address", "reply_contact", "dpo_contact", "retention", "sign_in_notice",
)  # fmt: skip


class Settings(QDialog):
    """One scroll, four parts."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._theme = context.theme
        self.setWindowTitle("Réglages")
        self.resize(self._theme.px(680), self._theme.px(620))
        self._banner = Banner(self._theme)
        self._town: RecordEditing | None = None
        inside = QFrame()
        inside.setProperty("role", "surface")
        self._column = QVBoxLayout(inside)
        edge = self._theme.px("space.page")
        self._column.setContentsMargins(edge, edge, edge, edge)
        self._column.setSpacing(self._theme.px(10))
        for title, fill in (
            ("Vous", self._fill_person),
            ("Apparence", self._fill_look),
            ("La ville", self._fill_town),
            ("Ce carnet", self._fill_notebook),
        ):
            self._column.addWidget(label(title, "heading"))
            fill()
            self._column.addSpacing(self._theme.px(12))
        self._column.addStretch(1)
        self._arrange(inside)

    def done(self, result: int) -> None:
        """Close once what is typed is kept."""
        if self._town is None or self._town.leave():
            super().done(result)

    # -- parts ----------------------------------------------------------------------------------------------------

    def _fill_person(self) -> None:
        self._author = QLineEdit(self._context.store.meta("author") or "")
        self._author.setAccessibleName("Votre nom ou votre fonction")
        self._author.editingFinished.connect(self._sign)
        self._add_line("Nom ou fonction", self._author, "Vos modifications sont signées de ce nom chez vos collègues.")

    def _fill_look(self) -> None:
        preferences, theme = self._context.preferences, self._theme
        look = self._choice("Couleurs", _LOOKS, theme.mode)
        look.activated.connect(lambda place: self._use_look(_LOOKS[place][0]))
        scale = self._choice(
            "Taille du texte", [(value, f"{word}{NBSP}%") for value, word in _SCALES], preferences.value("scale", 1.0)
        )
        scale.activated.connect(lambda place: self._use_scale(_SCALES[place][0]))

    def _fill_town(self) -> None:
        with self._context.store.read() as connection:
            found = next(iter(records.listing(connection, "town_settings")), None)
        if found is None:
            self._add_hint("Ce carnet n’a pas de réglages de la ville.")
            return
        self._town = RecordEditing(self._context, "town_settings", self, quiet=False)
        self._town.refused.connect(lambda message, advice: self._banner.tell(message, advice, tone="danger"))
        for key in _TOWN_FIELDS:
            self._column.addWidget(self._town.row(key))
        self._town.show(found.id, found.values)
        self._add_hint("Ces réglages sont partagés avec l’équipe et imprimés dans les documents.")

    def _fill_notebook(self) -> None:
        store = self._context.store
        found = notebooks.identity(store)
        path = _value(self._theme, str(store.path))
        path.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._add_line("Fichier", path)
        same = "Deux carnets qui ont la même empreinte savent exactement les mêmes choses."
        self._add_line("Empreinte", _value(self._theme, found.fingerprint), same)
        copies = backup.copies(store.path)
        last = copies[0].stem.removeprefix(f"{store.path.stem}_") if copies else ""
        self._add_line(
            "Sauvegardes",
            _value(self._theme, f"{counted(len(copies), 'copie')}, la dernière{NBSP}: {last}" if copies else "aucune"),
        )
        self._add_gestures(
            ("Sauvegarder…", "device-floppy", self._save_copy), ("Vérifier le carnet", "checks", self._verify)
        )
        with store.read() as connection:
            count = len(reference.example_rows(connection))
        if count:
            self._add_line("Exemple", _value(self._theme, counted(count, "ligne inventée", "lignes inventées")))
            self._add_gestures(("Retirer l’exemple", "trash", self._remove_example))

    # -- gestures -------------------------------------------------------------------------------------------------

    def _sign(self) -> None:
        store = self._context.store
        kept = store.meta("author") or ""
        name = " ".join(clean_text(self._author.text()).split())
        if name and name != kept:
            self._try(lambda: store.sign_as(name), "Signature changée.")
        # Empty or refused: what signs today is shown.
        self._author.setText(store.meta("author") or "")

    def _use_look(self, mode: str) -> None:
        self._theme.use(mode)
        self._context.preferences.keep("look", mode)

    def _use_scale(self, scale: float) -> None:
        self._context.preferences.keep("scale", scale)
        self._banner.tell("Taille du texte retenue.", "Elle s’appliquera à la prochaine ouverture.", tone="info")

    def _save_copy(self) -> None:
        store = self._context.store
        proposed = store.path.with_name(f"{store.path.stem}-{self._context.clock():%Y-%m-%d}.carnet")
        name, _ = QFileDialog.getSaveFileName(self, "Sauvegarder le carnet", str(proposed), "Carnets (*.carnet)")
        if name:
            target = Path(name if Path(name).suffix else f"{name}.carnet")
            self._try(lambda: notebooks.save_copy(store.path, target), f"Copie vérifiée{NBSP}: {target.name}.")

    def _verify(self) -> None:
        path = self._context.store.path
        self._banner.tell("Vérification…", tone="info")
        self._context.jobs.run("Vérification du carnet", lambda _job: verify.verify(path), self._show_report)

    def _show_report(self, report: verify.Report) -> None:
        if not isValid(self):
            # The settings were closed meanwhile.
            return
        if report.is_sound:
            done = counted(report.modifications, "modification")
            self._banner.tell("Le carnet est sain.", f"{done} relues, tables et journal d’accord.", tone="success")
        else:
            self._banner.tell("Le carnet est abîmé.", " ".join(report.faults), tone="danger")

    def _remove_example(self) -> None:
        self._try(lambda: reference.remove_example(self._context.store), "Exemple retiré. Ctrl+Z le rend.")

    def _try(self, gesture: Callable[[], object], said: str) -> None:
        try:
            gesture()
        except KnownError as error:
            self._banner.tell(error.message, error.advice, tone="danger")
        else:
            self._banner.tell(said, tone="success")

    # -- making ---------------------------------------------------------------------------------------------------

    def _arrange(self, inside: QWidget) -> None:
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(inside)
        foot = QHBoxLayout()
        edge = self._theme.px("space.gap")
        foot.setContentsMargins(edge, edge // 2, edge, edge // 2)
        foot.addWidget(self._banner, 1)
        foot.addStretch()
        foot.addWidget(button(self._theme, "Fermer", clicked=self.accept))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(scroll, 1)
        layout.addLayout(foot)

    def _add_line(self, word: str, part: QWidget, hint: str = "") -> None:
        self._column.addWidget(FormRow(self._theme, word, part, hint=hint))

    def _add_hint(self, sentence: str) -> None:
        hint = label(sentence, "small", "muted", wrap=True)
        hint.setContentsMargins(self._theme.px(LABEL_WIDTH + 8), 0, 0, 0)
        self._column.addWidget(hint)

    def _add_gestures(self, *gestures: tuple[str, str, Callable[[], object]]) -> None:
        line = QHBoxLayout()
        line.addSpacing(self._theme.px(LABEL_WIDTH))
        for word, icon, act in gestures:
            line.addWidget(button(self._theme, word, icon=icon, small=True, clicked=act))
        line.addStretch(1)
        self._column.addLayout(line)

    def _choice(self, word: str, choices: Sequence[tuple[object, str]], current: object) -> QComboBox:
        box = ChoiceInput(self._theme)
        box.setAccessibleName(word)
        for value, said in choices:
            box.addItem(said, value)
        box.setCurrentIndex(max(0, box.findData(current)))
        self._add_line(word, box)
        return box


def _value(theme: Theme, text: str) -> QLabel:
    """A text on the line of its label, where an editor would write it."""
    made = label(text, wrap=True)
    made.setContentsMargins(theme.px(9), theme.px(7), 0, theme.px(2))
    return made


def show_settings(context: Context, parent: QWidget) -> None:
    """Open the settings over the window."""
    made = Settings(context, parent)
    made.exec()
    made.deleteLater()
