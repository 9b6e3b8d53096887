"""The step before the preview of a foreign table: which sheet, which headings, what each column gives.

Everything is proposed; the person agrees or changes, and sees at once how many lines would be new, known or in error.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QSplitter, QVBoxLayout

from app.errors import Cancelled, KnownError
from app.formatting import NBSP, counted
from app.models import registry
from app.models.fields import Field
from app.ui.context import Context
from app.ui.forms.inputs import ChoiceInput, LineInput
from app.ui.jobs import Job
from app.ui.pages.exchanges_columns import ColumnList
from app.ui.pages.exchanges_parts import FootBar
from app.ui.pages.exchanges_sheet import SheetGrid
from app.ui.pages.exchanges_tables import Seen, Tables
from app.ui.widgets.banner import Banner
from app.ui.widgets.buttons import CheckBox, button
from app.ui.widgets.labels import ElidedLabel, label

#: A choice is counted once nothing more was chosen for this long.
COUNT_AFTER_MS = 250
SIDE_WIDTH = 330


class MappingPane(QFrame):
    """The step itself. `agreed(path → mapping)` once every table has one; `abandoned` when the person leaves."""

    agreed = Signal(object)
    abandoned = Signal()
    another_asked = Signal()

    def __init__(self, context: Context, tables: Tables) -> None:
        super().__init__()
        self._context = context
        self._tables = tables
        self._theme = theme = context.theme
        self._paths: list[Path] = []
        self._place = 0
        self._found: dict[Path, Any] = {}
        self._seen: Seen | None = None
        self._job: Job | None = None
        self._later = QTimer(self, singleShot=True, interval=COUNT_AFTER_MS)
        self._icon = QLabel()
        self.name = ElidedLabel(theme, "", "strong")
        self.second = ElidedLabel(theme, "", "cell_small", "text_muted")
        self.another = button(
            theme, "Choisir un autre classeur", small=True, icon="folder-open", clicked=self.another_asked.emit
        )
        self.sheet = ChoiceInput(theme)
        self.heads = ChoiceInput(theme)
        self.entity = ChoiceInput(theme)
        self.banner = Banner(theme)
        self.grid = SheetGrid(theme)
        self.columns = ColumnList(theme)
        self.create = CheckBox(theme, "Créer les structures inconnues")
        self.kept_name = LineInput()
        self.defaults: dict[str, ChoiceInput | LineInput] = {}
        self.foot = FootBar(theme, "table", "")
        self.leave = button(theme, "Abandonner", clicked=self.abandoned.emit)
        self.go = button(theme, "Voir l’aperçu", kind="primary", icon="arrow-right", clicked=self.agree)
        self._arrange()
        self._connect()

    def _arrange(self) -> None:
        theme = self._theme
        self.setProperty("role", "surface")
        card = QFrame()
        card.setProperty("role", "surface")
        card.setFixedHeight(theme.px(48))
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self.name)
        words.addWidget(self.second)
        row = QHBoxLayout(card)
        row.setContentsMargins(theme.px("space.page"), 0, theme.px("space.gap"), theme.px(6))
        row.setSpacing(theme.px(12))
        row.addWidget(self._icon)
        row.addLayout(words, 1)
        row.addWidget(self.another)
        bar = QFrame()
        bar.setProperty("role", "filter_bar")
        bar.setFixedHeight(theme.px("height.filter_bar"))
        row = QHBoxLayout(bar)
        row.setContentsMargins(theme.px("space.page"), 0, theme.px("space.gap"), theme.px(2))
        row.setSpacing(theme.px("space.unit"))
        for word, box, width in (
            ("Feuille", self.sheet, 220), ("En-têtes", self.heads, 140), ("Ses lignes sont des", self.entity, 200),
        ):  # fmt: skip
            box.setProperty("small", True)
            box.setAccessibleName(word)
            box.setFixedWidth(theme.px(width))
            row.addWidget(label(word, "small", "muted"))
            row.addWidget(box)
            row.addSpacing(theme.px(8))
        row.addStretch(1)
        row.addWidget(label("Rien n’est encore écrit.", "body", "muted"))
        self._side = QScrollArea()
        self._side.setWidgetResizable(True)
        self._side.setFrameShape(QFrame.Shape.NoFrame)
        self._side.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._side.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        body = QSplitter(Qt.Orientation.Horizontal)
        body.setChildrenCollapsible(False)
        body.setHandleWidth(1)
        body.addWidget(self.columns)
        body.addWidget(self._side)
        body.setStretchFactor(0, 1)
        body.setStretchFactor(1, 0)
        body.setSizes([theme.px(900), theme.px(SIDE_WIDTH)])
        self._side.setMinimumWidth(theme.px(260))
        line = QFrame()
        line.setProperty("role", "line")
        line.setFixedHeight(1)
        banners = QVBoxLayout()
        banners.setContentsMargins(theme.px("space.page"), 0, theme.px("space.gap"), 0)
        banners.addWidget(self.banner)
        self.foot.add(self.leave)
        self.foot.add(self.go)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for part in (card, bar, self.grid, line):
            column.addWidget(part)
        column.addLayout(banners)
        column.addWidget(body, 1)
        column.addWidget(self.foot)

    def _connect(self) -> None:
        theme = self._theme
        self.sheet.currentIndexChanged.connect(lambda _place: self._look(sheet=str(self.sheet.currentData())))
        self.heads.currentIndexChanged.connect(lambda _place: self._look_at(self.heads.currentData()))
        self.entity.currentIndexChanged.connect(
            lambda _place: self._look_at(self._rows(), str(self.entity.currentData()))
        )
        self.grid.row_chosen.connect(lambda number: self._look_at((number, number)))
        self.columns.changed.connect(self._later.start)
        self.create.toggled.connect(self._later.start)
        self._later.timeout.connect(self._count)
        theme.changed.connect(self._draw_icon)
        self._draw_icon()

    # -- what the view calls ------------------------------------------------------------------------------------------

    def show_tables(self, paths: Sequence[Path]) -> None:
        """Ask how to read these tables, one after the other; those already agreed to are not asked again."""
        self._found = {path: mapping for path, mapping in self._found.items() if path in paths}
        self._paths = [*self._found, *(path for path in paths if path not in self._found)]
        self._place = min(len(self._found), len(self._paths) - 1)
        self._show_file()

    def count_again(self) -> None:
        """The notebook changed: which lines are known may have too."""
        self._later.start()

    def forget(self) -> None:
        """Let go of what was agreed to."""
        self._found = {}

    def take_focus(self) -> None:
        self.entity.setFocus(Qt.FocusReason.OtherFocusReason)

    def mapping(self) -> Any:
        """The mapping as it is chosen."""
        assert self._seen is not None
        defaults = {key: _text(box) for key, box in self.defaults.items()}
        return replace(
            self._seen.recognition.mapping,
            columns=self.columns.columns(),
            defaults={key: text for key, text in defaults.items() if text},
            creates=self.create.isChecked(),
            name=self.kept_name.text().strip(),
        )

    def agree(self) -> None:
        """Keep the mapping; go to the next table, or to the preview."""
        if self._seen is None or not self.go.isEnabled():
            return
        mapping = self.mapping()
        if mapping.name and not self._tables.keep(mapping):
            self.banner.tell("Cette lecture n’a pas pu être retenue.", "L’import n’en a pas besoin.", tone="warning")
        self._found[self._paths[self._place]] = mapping
        if self._place + 1 < len(self._paths):
            self._place += 1
            self._show_file()
        else:
            self.agreed.emit(dict(self._found))

    # -- showing ------------------------------------------------------------------------------------------------------

    def _show_file(self) -> None:
        path = self._paths[self._place]
        self.name.set_text(path.name)
        which = f"Tableau {self._place + 1} sur {len(self._paths)}. " if len(self._paths) > 1 else ""
        self.second.set_text(
            f"{which}Ce classeur ne vient pas d’un carnet{NBSP}: dites ce que contiennent ses colonnes."
        )
        self._look()

    def _look_at(self, rows: tuple[int, int] | None, entity: str = "") -> None:
        if rows is not None:
            self._look(sheet=str(self.sheet.currentData()), rows=(rows[0], rows[1]), entity=entity)

    def _rows(self) -> tuple[int, int] | None:
        return None if self._seen is None else (self._seen.recognition.table.first, self._seen.recognition.table.last)

    def _look(self, **asked: Any) -> None:
        """Read the table anew within what is chosen; what cannot be read is said, the former reading stays."""
        try:
            seen = self._tables.look(self._paths[self._place], **asked)
        except KnownError as error:
            self.banner.tell(error.message, error.advice, tone="danger")
            if not asked:
                self._seen = None
                self.go.setEnabled(False)
                self.foot.sentence.set_text("")
            else:
                self._show_choices()
            return
        self.banner.clear()
        self._seen = seen
        mapping = seen.recognition.mapping
        self._show_choices()
        self.grid.show_table(seen.recognition.table)
        self.columns.show_guesses(seen.recognition.guesses, mapping.entity)
        self._show_side()
        self._tell_known()
        self._count()

    def _show_choices(self) -> None:
        seen = self._seen
        if seen is None:
            return
        table, mapping = seen.recognition.table, seen.recognition.mapping
        heads = [((first, last), head_words(first, last)) for first, last in seen.heads]
        _fill(self.sheet, [(name, name) for name in seen.sheets], table.sheet.name)
        _fill(self.heads, heads, (table.first, table.last))
        _fill(self.entity, self._tables.entities(), mapping.entity)

    def _show_side(self) -> None:
        theme = self._theme
        assert self._seen is not None
        mapping = self._seen.recognition.mapping
        ground = QFrame()
        ground.setProperty("role", "surface_alt")
        column = QVBoxLayout(ground)
        column.setContentsMargins(theme.px(16), theme.px(10), theme.px(16), theme.px(12))
        column.setSpacing(theme.px(4))
        self.defaults = {}
        asked = given_to_all(mapping.entity)
        if asked:
            column.addWidget(label("Pour les lignes qui ne le disent pas", "strong"))
        for one in asked:
            box = self._default(one, mapping)
            column.addWidget(label(one.label, "small", "muted"))
            column.addWidget(box)
            self.defaults[one.key] = box
        column.addSpacing(theme.px(8))
        names_others = any(one.target == "organisation" for one in registry.entity(mapping.entity).fields.values())
        self.create.setParent(ground)
        self.create.blockSignals(True)
        self.create.setChecked(mapping.creates)
        self.create.blockSignals(False)
        self.create.setVisible(names_others)
        column.addWidget(self.create)
        column.addSpacing(theme.px(8))
        column.addWidget(label("Retenir cette lecture sous le nom", "strong"))
        self.kept_name = LineInput()
        self.kept_name.setProperty("small", True)
        self.kept_name.setAccessibleName("Nom de la lecture à retenir")
        self.kept_name.setPlaceholderText("Facultatif")
        self.kept_name.setText(mapping.name)
        column.addWidget(self.kept_name)
        column.addWidget(
            label("Un tableau qui a les mêmes en-têtes sera lu de même.", "small", "muted", wrap=True)
        )  # fmt: skip
        column.addStretch(1)
        old = self._side.takeWidget()
        self._side.setWidget(ground)
        if old is not None:
            old.deleteLater()

    def _default(self, one: Field, mapping: Any) -> ChoiceInput | LineInput:
        """The input of a value given to all the rows that do not say it."""
        text = mapping.defaults.get(one.key, "")
        if not one.target:
            line = LineInput()
            line.setText(text)
            line.textEdited.connect(lambda _text: self._later.start())
            made: ChoiceInput | LineInput = line
        else:
            box = ChoiceInput(self._theme)
            box.addItem("Aucune valeur", "")
            for name in self._tables.offers(one.target):
                box.addItem(name, name)
            mapped = one.key in mapping.columns.values()
            if not text and not mapped and not mapping.name and one.target == "territory":
                text = self._tables.own_district()
            box.setCurrentIndex(max(0, box.findData(text)))
            box.currentIndexChanged.connect(lambda _place: self._later.start())
            made = box
        made.setProperty("small", True)
        made.setAccessibleName(f"{one.label}, pour les lignes qui ne le disent pas")
        return made

    # -- counting -----------------------------------------------------------------------------------------------------

    def _count(self) -> None:
        """Ask how the lines would fare; a later choice makes the answer void."""
        if self._seen is None:
            return
        if self._job is not None:
            self._job.stop()
        path, mapping = self._paths[self._place], self.mapping()
        self.foot.sentence.set_text("Lecture des lignes…")
        self._job = job = self._context.jobs.run(
            "Lecture du tableau",
            lambda job: self._tables.count(path, mapping, job),
            lambda reading: self._tell(job, reading),
            lambda fault: self._refuse(job, fault),
        )

    def _tell(self, job: Job, reading: Any) -> None:
        if job is not self._job:
            return
        self._job = None
        self._tell_known()
        self.foot.sentence.set_text(count_words(reading))
        self.go.setEnabled(bool(reading.tally.lines))

    def _tell_known(self) -> None:
        """Say that these headings were read before, when they were."""
        name = self._seen.recognition.mapping.name if self._seen is not None else ""
        self.banner.clear()
        if name:
            said = f"Lecture «{NBSP}{name}{NBSP}» reconnue."
            self.banner.tell(said, "Ces en-têtes ont déjà été lus ainsi.", tone="success")

    def _refuse(self, job: Job, fault: BaseException) -> None:
        if job is not self._job:
            return
        self._job = None
        self.foot.sentence.set_text("")
        self.go.setEnabled(False)
        if isinstance(fault, KnownError) and not isinstance(fault, Cancelled):
            self.banner.tell(fault.message.removesuffix(" Rien n’a été changé."), fault.advice, tone="warning")
        elif not isinstance(fault, Cancelled):
            self._context.jobs.crashed.emit(fault)

    def _draw_icon(self) -> None:
        self._icon.setPixmap(self._theme.pixmap("file-spreadsheet", "success.fg", "icon.rail"))


def given_to_all(entity: str) -> list[Field]:
    """The fields worth giving to every row at once: where, which priority, which year, from what source."""
    found = []
    for one in registry.entity(entity).shown_fields:
        if one.target in ("territory", "priority") or one.key in ("year", "source") or (one.is_link and one.required):
            found.append(one)
    return found if registry.entity(entity).fields.get("year") else [one for one in found if one.key != "source"]


def count_words(reading: Any) -> str:
    """« 46 lignes : 40 nouvelles, 6 reconnues, 2 erreurs »."""
    tally = reading.tally
    parts = [
        (tally.new, "nouvelle", "nouvelles"),
        (tally.known, "reconnue", "reconnues"),
        (tally.doubtful, "doublon probable", "doublons probables"),
        (tally.unread, "non lue", "non lues"),
        (reading.faults, "erreur", "erreurs"),
    ]
    said = ", ".join(counted(count, one, several) for count, one, several in parts if count)
    return f"{counted(tally.lines, 'ligne')}{NBSP}: {said}." if said else "Aucune ligne à importer."


def head_words(first: int, last: int) -> str:
    return f"ligne {first}" if first == last else f"lignes {first} et {last}"


def _text(box: ChoiceInput | LineInput) -> str:
    return str(box.currentData() or "") if isinstance(box, ChoiceInput) else box.text().strip()


def _fill(box: ChoiceInput, choices: Sequence[tuple[Any, str]], current: Any) -> None:
    """The choices of a box, without telling anyone."""
    box.blockSignals(True)
    box.clear()
    for value, words in choices:
        box.addItem(words, value)
    places = [place for place, (value, _) in enumerate(choices) if value == current]
    box.setCurrentIndex(places[0] if places else -1)
    box.blockSignals(False)
