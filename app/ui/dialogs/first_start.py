"""The first start: whose notebook, which quartier, from what. One question a step; nothing is created before the end.

It asks and shows; the application creates.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app import paths
from app.errors import KnownError
from app.formatting import NBSP, clean_text
from app.services.reference import EVERY_DISTRICT, NONE
from app.services.start_choices import StartChoices, load_choices
from app.ui.dialogs.first_start_map import OutlineMap
from app.ui.dialogs.first_start_parts import Recap, StepList, Tiles
from app.ui.dialogs.first_start_table import TableChoice
from app.ui.dialogs.first_start_words import (
    ELSEWHERE,
    FROM_EXAMPLE,
    FROM_NOTHING,
    FROM_TABLE,
    WHOLE_TOWN,
    district_tiles,
    origin_tiles,
    origin_words,
)
from app.ui.dialogs.opening import FILTER, choose_notebook
from app.ui.forms.inputs import LineInput
from app.ui.preferences import Preferences
from app.ui.theme import Theme
from app.ui.widgets.banner import Banner
from app.ui.widgets.buttons import button
from app.ui.widgets.form_row import FormRow
from app.ui.widgets.labels import label

NAME, DISTRICT, ORIGIN, READY = range(4)
_STEPS = (
    ("Votre nom", "qui signe les modifications"),
    ("Votre quartier", "ou toute la ville"),
    ("Point de départ", "référentiel, exemple ou tableau"),
    ("Prêt", "ouvrir le carnet"),
)


@dataclass(frozen=True, slots=True)
class StartChoice:
    """What `notebooks.start` is asked: `district` is a name or « tous », `reference` a key or « aucun ».

    `town` names the commune of an empty frame; "" with a référentiel, which names its own. `table` is to be imported.
    """

    path: Path
    district: str
    reference: str
    example: bool
    author: str
    town: str = ""
    table: Path | None = None


class FirstStart(QWidget):
    """A window of its own. `chosen(StartChoice)` at the end; `existing_chosen(Path)` to open a notebook instead."""

    chosen = Signal(object)
    existing_chosen = Signal(Path)

    def __init__(
        self,
        theme: Theme,
        preferences: Preferences,
        *,
        default: Path | None = None,
        choices: StartChoices | None = None,
    ) -> None:
        """`default` is where the notebook goes unless the person says otherwise."""
        super().__init__()
        self._theme = theme
        self._preferences = preferences
        self._fault = ""
        self._choices = choices or self._load()
        self.path = default or paths.default_notebook()
        self._make_parts()
        self._arrange()
        self._connect()
        self.setWindowTitle("Carnet de quartier")
        self.setObjectName("first_start")
        self.resize(1366, 697)
        self.setMinimumSize(
            int(theme.tokens.number("width.window_min")), int(theme.tokens.number("width.window_min_height"))
        )
        self._go(NAME)
        if self._fault:
            self.show_error(self._fault)

    # -- what the application tells -------------------------------------------------------------------------------

    def show_error(self, sentence: str) -> None:
        """Say why the notebook was not created; everything that was answered stays."""
        strong, _, rest = sentence.partition(". ")
        self.banner.tell(f"{strong}." if rest else strong, rest, tone="danger")
        self.next.setEnabled(True)

    def choice(self) -> StartChoice:
        """What was answered so far."""
        picked, origin = self.districts.current(), self.origins.current()
        district = EVERY_DISTRICT if picked == WHOLE_TOWN else self._quarter_name()
        elsewhere = picked == ELSEWHERE
        return StartChoice(
            self.path,
            district,
            NONE if elsewhere else self._choices.reference,
            origin == FROM_EXAMPLE,
            _tidy(self.name.text()),
            _tidy(self.town.text()) if elsewhere else "",
            self.table.path if origin == FROM_TABLE else None,
        )

    def step(self) -> int:
        return self.pages.currentIndex()

    # -- making ---------------------------------------------------------------------------------------------------

    def _load(self) -> StartChoices:
        try:
            return load_choices()
        except KnownError as error:
            self._fault = str(error)
            return StartChoices(NONE, "", "", "", (), (), "")

    def _make_parts(self) -> None:
        theme, choices = self._theme, self._choices
        self.steps = StepList(theme, _STEPS)
        self.pages = QStackedWidget()
        self.banner = Banner(theme)
        self.name = _line("Nom ou fonction", self._preferences.value("author", ""))
        self.districts = Tiles(theme, district_tiles(choices), name="Quartier suivi")
        self.town, self.quarter = _line("Commune"), _line("Quartier")
        self.map = OutlineMap(theme, choices.outlines)
        self.origins = Tiles(theme, origin_tiles(choices, elsewhere=False), name="Point de départ")
        self.table = TableChoice(theme)
        self.recap = Recap(theme)
        self.place = label("", "body", wrap=True)
        self.change_place = button(theme, "Changer d’emplacement…", small=True, clicked=self._choose_place)
        self.open_existing = button(theme, "Ouvrir un carnet existant…", kind="link", clicked=self._open_existing)
        self.back = button(theme, "Précédent", clicked=self.go_back)
        self.next = button(theme, "Suivant", kind="primary", clicked=self.go_on)

    def _arrange(self) -> None:
        theme = self._theme
        for page in (self._name_page(), self._district_page(), self._origin_page(), self._ready_page()):
            self.pages.addWidget(page)
        foot = QFrame()
        foot.setProperty("role", "status_bar")
        line = QHBoxLayout(foot)
        line.setContentsMargins(theme.px(48) - theme.px(7), theme.px(15), theme.px(48), theme.px(15))
        line.setSpacing(theme.px("space.unit"))
        line.addWidget(self.open_existing)
        line.addStretch(1)
        line.addWidget(self.back)
        line.addWidget(self.next)
        right = QFrame()
        right.setProperty("role", "surface")
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        told = QVBoxLayout()
        told.setContentsMargins(theme.px(48), theme.px(12), theme.px(48), 0)
        told.addWidget(self.banner)
        column.addLayout(told)
        column.addWidget(self.pages, 1)
        column.addWidget(foot)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._side())
        row.addWidget(right, 1)

    def _connect(self) -> None:
        self.districts.chosen.connect(self._show_district)
        self.origins.chosen.connect(lambda _key: self._hear())
        self.table.chosen.connect(self._hear)
        for field in (self.name, self.town, self.quarter):
            field.textEdited.connect(lambda _text: self._hear())
        self._show_district(self.districts.current())

    def _side(self) -> QWidget:
        theme = self._theme
        side = QFrame()
        side.setProperty("role", "rail")
        side.setFixedWidth(theme.px(288))
        column = QVBoxLayout(side)
        column.setContentsMargins(theme.px(32), theme.px(40), theme.px(24), theme.px(24))
        self._mark, self._laptop = QLabel(), QLabel()
        head = QHBoxLayout()
        head.setSpacing(theme.px(10))
        head.addWidget(self._mark)
        head.addWidget(label("Carnet de quartier", "heading"), 1)
        column.addLayout(head)
        column.addSpacing(theme.px(30))
        column.addWidget(self.steps)
        column.addStretch(1)
        foot = QHBoxLayout()
        foot.setSpacing(theme.px(10))
        foot.addWidget(self._laptop)
        promise = label(
            "Tout reste sur cet ordinateur, dans un seul fichier. Rien n’est envoyé.", "small", "muted", wrap=True
        )
        foot.addWidget(promise, 1)
        column.addLayout(foot)
        theme.changed.connect(self._draw_icons)
        self._draw_icons()
        return side

    def _name_page(self) -> QWidget:
        theme = self._theme
        form = FormRow(
            theme, "Nom ou fonction", self.name, wide=True, optional=True,
            hint=f"Par exemple «{NBSP}Chef de projet Est{NBSP}». Vos collègues le liront à côté de vos changements.",
        )  # fmt: skip
        form.setMaximumWidth(theme.px(420))
        form.setContentsMargins(theme.px(5), 0, 0, 0)
        return self._page(
            f"Qui tient ce carnet{NBSP}?", "Votre nom, ou votre fonction, signe vos modifications.", form, stretch=True
        )

    def _district_page(self) -> QWidget:
        theme = self._theme
        self._beside = QStackedWidget()
        shown = QWidget()
        column = QVBoxLayout(shown)
        column.setContentsMargins(0, theme.px(5), 0, 0)
        column.addWidget(self.map, 1)
        if self._choices.credit:
            column.addWidget(label(f"Source{NBSP}: {self._choices.credit}", "small", "muted", wrap=True))
        other = QWidget()
        column = QVBoxLayout(other)
        column.setContentsMargins(theme.px(16), theme.px(8), 0, 0)
        column.setSpacing(theme.px(12))
        column.addWidget(FormRow(theme, "Commune", self.town, wide=True))
        column.addWidget(
            FormRow(
                theme, "Quartier", self.quarter, wide=True, hint="Celui que vous suivez. Vous ajouterez les autres."
            )
        )
        column.addStretch(1)
        self._beside.addWidget(shown)
        self._beside.addWidget(other)
        both = QWidget()
        row = QHBoxLayout(both)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(24))
        tiles = QWidget()
        column = QVBoxLayout(tiles)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.districts)
        column.addStretch(1)
        # Small window or large letters: the tiles scroll, the map and the buttons stay.
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(tiles)
        self._scroll.viewport().setAutoFillBackground(False)
        tiles.setAutoFillBackground(False)
        row.addWidget(self._scroll, 5)
        row.addWidget(self._beside, 7)
        return self._page(
            f"Quel quartier suivez-vous{NBSP}?",
            "Le plan, les instances et les indicateurs seront filtrés sur ce quartier. "
            "Vous pourrez en changer à tout moment.",
            both,
        )

    def _origin_page(self) -> QWidget:
        home = QWidget()
        home.setMaximumWidth(self._theme.px(560))
        column = QVBoxLayout(home)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.origins)
        column.addWidget(self.table)
        self._origin_note = label("", "small", "muted", wrap=True)
        self._origin_note.setContentsMargins(self._theme.px(5), 0, 0, 0)
        column.addWidget(self._origin_note)
        return self._page(f"De quoi partez-vous{NBSP}?", "Tout se corrige et se complète ensuite.", home, stretch=True)

    def _ready_page(self) -> QWidget:
        theme = self._theme
        home = QWidget()
        home.setMaximumWidth(theme.px(640))
        column = QVBoxLayout(home)
        column.setContentsMargins(theme.px(5), 0, 0, 0)
        column.setSpacing(theme.px(12))
        column.addWidget(self.recap)
        column.addWidget(self.change_place)
        return self._page(
            "Le carnet est prêt à être créé", "Vérifiez, puis créez-le. Rien n’a encore été écrit.", home, stretch=True
        )

    def _page(self, title: str, sentence: str, content: QWidget, *, stretch: bool = False) -> QWidget:
        theme = self._theme
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(theme.px(43), theme.px(32), theme.px(48), theme.px(14))
        column.setSpacing(0)
        for text in (label(title, "title"), label(sentence, "body", "muted", wrap=True)):
            text.setContentsMargins(theme.px(5), 0, 0, theme.px(6))
            column.addWidget(text)
        column.addSpacing(theme.px(8))
        column.addWidget(content, 0 if stretch else 1)
        if stretch:
            column.addStretch(1)
        return page

    # -- going ----------------------------------------------------------------------------------------------------

    def go_on(self) -> None:
        """Next step, or the end."""
        fault = self._missing()
        if fault:
            self.banner.tell(fault[0], tone="danger")
            fault[1].setFocus()
        elif self.step() < READY:
            self._go(self.step() + 1)
        else:
            self._end()

    def go_back(self) -> None:
        if self.step() > NAME:
            self._go(self.step() - 1)

    def _go(self, step: int) -> None:
        self.banner.clear()
        self.pages.setCurrentIndex(step)
        self.back.setVisible(step > NAME)
        self.next.setEnabled(True)
        self._theme.dress(self.next, "check" if step == READY else "arrow-right", "accent_text", "icon.inline")
        self.next.setText(" Créer le carnet" if step == READY else "Suivant ")
        # The arrow of « Suivant » stands after the word.
        right = Qt.LayoutDirection.LeftToRight if step == READY else Qt.LayoutDirection.RightToLeft
        self.next.setLayoutDirection(right)
        self._show_steps()
        if step == READY:
            self._show_recap()
        focus: dict[int, Callable[[], object]] = {
            NAME: self.name.setFocus,
            DISTRICT: self.districts.take_focus,
            ORIGIN: self.origins.take_focus,
            READY: self.next.setFocus,
        }
        focus[step]()

    def _missing(self) -> tuple[str, QWidget] | None:
        """What the step still needs: a sentence and the field."""
        if self.step() == ORIGIN and self.origins.current() == FROM_TABLE and self.table.path is None:
            return "Choisissez le tableau de départ.", self.table.choose
        if self.step() != DISTRICT or self.districts.current() != ELSEWHERE:
            return None
        if not _tidy(self.town.text()):
            return "Il manque le nom de la commune.", self.town
        if not _tidy(self.quarter.text()):
            return "Il manque le nom du quartier.", self.quarter
        return None

    def _end(self) -> None:
        choice = self.choice()
        if choice.path.exists():
            self.show_error(
                f"Il y a déjà un fichier «{NBSP}{choice.path.name}{NBSP}» à cet endroit. Il est resté tel quel."
                " Changez d’emplacement, ou ouvrez ce carnet."
            )
            self.change_place.setFocus()
            return
        self.banner.clear()
        self.next.setEnabled(False)
        self._preferences.keep("author", choice.author)
        self.chosen.emit(choice)

    # -- answers --------------------------------------------------------------------------------------------------

    def _show_district(self, key: str) -> None:
        elsewhere = key == ELSEWHERE
        self._scroll.ensureWidgetVisible(self.districts.tile(key))
        self._beside.setCurrentIndex(1 if elsewhere else 0)
        if self.origins.offers(FROM_NOTHING) != elsewhere:
            self.origins.show_choices(origin_tiles(self._choices, elsewhere=elsewhere))
        self._origin_note.setText(
            "Le référentiel de votre commune s’écrira dans le carnet, ou se chargera plus tard." if elsewhere else ""
        )
        self.banner.clear()
        self._show_steps()

    def _hear(self) -> None:
        self.banner.clear()
        self._show_steps()

    def _show_steps(self) -> None:
        self.table.setVisible(self.origins.current() == FROM_TABLE)
        # Only what was passed by is answered.
        answers = [self._author(), self._district_words(), self._origin_words(), ""]
        self.steps.show_step(self.step(), [text if place <= self.step() else "" for place, text in enumerate(answers)])

    def _show_recap(self) -> None:
        self.recap.show_lines(
            (
                ("Signature", self._author()),
                ("Quartier", self._district_words()),
                ("Point de départ", self._origin_words()),
                ("Fichier", str(self.path)),
            )
        )

    def _author(self) -> str:
        return _tidy(self.name.text()) or self._default_author()

    def _default_author(self) -> str:
        """The signature that an empty name becomes, once the quartier is known."""
        if self.step() < DISTRICT:
            return ""
        return (
            "Coordination"
            if self.districts.current() == WHOLE_TOWN
            else f"Chef de projet {self._quarter_name()}".strip()
        )

    def _quarter_name(self) -> str:
        picked = self.districts.current()
        return _tidy(self.quarter.text()) if picked == ELSEWHERE else picked

    def _district_words(self) -> str:
        picked = self.districts.current()
        if picked == WHOLE_TOWN:
            return f"{self._choices.town}, toute la ville"
        town = _tidy(self.town.text()) if picked == ELSEWHERE else self._choices.town
        return ", ".join(part for part in (self._quarter_name(), town) if part) or "une autre commune"

    def _origin_words(self) -> str:
        origin = self.origins.current()
        said = origin_words(self._choices, origin)
        return f"{said} ({self.table.path.name})" if origin == FROM_TABLE and self.table.path else said

    # -- files ----------------------------------------------------------------------------------------------------

    def _choose_place(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self, "Où ranger le carnet", str(self.path), FILTER)
        if name:
            chosen = Path(name)
            self.path = chosen if chosen.suffix else chosen.with_suffix(paths.NOTEBOOK_SUFFIX)
            self.banner.clear()
            self._show_recap()

    def _open_existing(self) -> None:
        found = choose_notebook(self, self.path.parent)
        if found is not None:
            self.existing_chosen.emit(found)

    # -- Qt -------------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter goes on, Alt+← comes back."""
        focused = self.focusWidget()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if isinstance(focused, QPushButton):
                focused.click()
            else:
                self.go_on()
        elif event.key() == Qt.Key.Key_Left and event.modifiers() == Qt.KeyboardModifier.AltModifier:
            self.go_back()
        else:
            super().keyPressEvent(event)

    def _draw_icons(self) -> None:
        self._mark.setPixmap(self._theme.pixmap("notebook", "accent", 28))
        self._laptop.setPixmap(self._theme.pixmap("device-laptop", "text_muted", "icon.inline"))


def _line(name: str, text: str = "") -> LineInput:
    made = LineInput()
    made.setAccessibleName(name)
    made.setText(text)
    return made


def _tidy(text: str) -> str:
    return " ".join(clean_text(text).split())
