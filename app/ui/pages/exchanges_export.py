"""Exporter: for the team or for a partner, what of the notebook, under which name; then the workbook is there.

Nothing in the notebook changes. The state mark is shown so that two colleagues compare it by telephone.
"""

import re
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication, QResizeEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.errors import Cancelled, KnownError
from app.formatting import NBSP, counted, fold
from app.models.fields import Choice, Field, Kind
from app.ui.context import Context
from app.ui.forms.editors import ChoiceEditor
from app.ui.forms.inputs import LineInput
from app.ui.jobs import Job
from app.ui.pages.exchanges_engine import Engine, ExportOrder
from app.ui.pages.exchanges_parts import FootBar, Progress, ask
from app.ui.pages.exchanges_profiles import PARTNER, TEAM, ProfileTile
from app.ui.pages.exchanges_words import plural_of, quoted
from app.ui.widgets.banner import Banner
from app.ui.widgets.buttons import button
from app.ui.widgets.filters import FilterButton
from app.ui.widgets.form_row import FormRow
from app.ui.widgets.labels import ElidedLabel, label

WHOLE_TOWN = "tous"
FOLDER = "exports_folder"
#: Width of the form under the tiles, in pixels at 100 %.
FORM_WIDTH = 560


class ExportView(QWidget):
    """The tiles, the scope, the name, the button; then what was written."""

    def __init__(self, context: Context, engine: Engine) -> None:
        super().__init__()
        self._context = context
        self._theme = context.theme
        self._engine = engine
        self._job: Job | None = None
        self._written: Path | None = None
        self._named_by_hand = False
        self._filled = False
        kept = Path(context.preferences.value(FOLDER, "") or ".")
        documents = Path.home() / "Documents"
        self._folder = (
            kept if kept.is_absolute() and kept.is_dir() else (documents if documents.is_dir() else Path.home())
        )
        self.tiles = {key: ProfileTile(self._theme, key) for key in (TEAM, PARTNER)}
        self._group = QButtonGroup(self)
        self.banner = Banner(self._theme)
        self.progress = Progress(self._theme)
        self.parts = FilterButton(self._theme, "Fiches", self._parts_offered)
        self.name = LineInput()
        self.name.setAccessibleName("Nom du classeur")
        self._where = ElidedLabel(self._theme, str(self._folder), "cell_small", "text_muted")
        self.elsewhere = button(self._theme, "Changer de dossier…", small=True, clicked=self.choose_folder)
        self.foot = FootBar(self._theme, "info-circle", "L’export ne change rien dans le carnet.")
        self.gesture = button(self._theme, "Exporter", kind="primary", icon="file-export", clicked=self.export)
        self.foot.add(self.gesture)
        self.mark = _Mark(context)
        self.district: ChoiceEditor | None = None
        self._arrange()
        self._connect()

    def _arrange(self) -> None:
        theme = self._theme
        ground = QFrame()
        ground.setProperty("role", "window")
        self._column = column = QVBoxLayout(ground)
        edge = theme.px("space.page")
        column.setContentsMargins(edge, theme.px(12), edge, edge)
        column.setSpacing(theme.px("space.gap"))
        column.addWidget(self.banner)
        row = QHBoxLayout()
        row.setSpacing(theme.px(12))
        for place, tile in enumerate(self.tiles.values()):
            self._group.addButton(tile, place)
            row.addWidget(tile, 1)
        column.addLayout(row)
        below = QHBoxLayout()
        below.setSpacing(theme.px(12))
        self._form_card = QFrame()
        self._form_card.setProperty("role", "card")
        self._form_card.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._form = QVBoxLayout(self._form_card)
        self._form.setContentsMargins(theme.px(16), theme.px(12), theme.px(16), theme.px(14))
        self._form.setSpacing(theme.px(8))
        below.addWidget(self._form_card, 1)
        below.addWidget(self.mark, 1)
        column.addLayout(below)
        self._running = QFrame()
        self._running.setProperty("role", "card")
        inside = QVBoxLayout(self._running)
        inside.setContentsMargins(theme.px(16), theme.px(12), theme.px(16), theme.px(14))
        inside.addWidget(self.progress)
        self._running.hide()
        column.addWidget(self._running)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(ground)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(scroll, 1)
        whole.addWidget(self.foot)

    def _connect(self) -> None:
        for place, tile in enumerate(self.tiles.values()):
            tile.moved.connect(lambda step, place=place: self._move(place, step))
        self._group.buttonClicked.connect(lambda tile: self.choose(tile.key))
        self.name.textEdited.connect(self._hear_name)
        self.progress.stopped.connect(self._stop)
        self._context.jobs.advanced.connect(self._show_progress)
        self.banner.acted.connect(self._act)

    # -- what the page calls ------------------------------------------------------------------------------------------

    def reload(self) -> None:
        """The notebook or the quartier changed: the state mark, and the quartier proposed."""
        if not self._filled:
            self._fill()
        self.mark.show_mark(self._engine.fingerprint())

    def take_focus(self) -> None:
        self.tiles[self.profile()].setFocus(Qt.FocusReason.OtherFocusReason)

    def profile(self) -> str:
        return next((key for key, tile in self.tiles.items() if tile.isChecked()), TEAM)

    def choose(self, key: str) -> None:
        """Choose the team or a partner; the quartier proposed follows: all for the team, ours for a partner."""
        self.tiles[key].setChecked(True)
        if self.district is not None:
            own = self._context.quarter or self._context.store.meta("district") or WHOLE_TOWN
            self.district.set_value(WHOLE_TOWN if key == TEAM else own)
        offered = {part for part, _ in self._parts_offered()}
        kept = self.parts.keys()
        self.parts.set_keys([part for part in kept if part in offered])
        self._propose_name()

    def _parts_offered(self) -> list[tuple[str, str]]:
        return self._engine.entities(for_team=self.profile() == TEAM)

    def order(self) -> ExportOrder:
        """What is asked for, as it stands."""
        district = self.district.value() if self.district is not None else WHOLE_TOWN
        path = self._folder
        if self._named_by_hand and self.name.text().strip():
            path = self._folder / f"{self.name.text().strip().removesuffix('.xlsx')}.xlsx"
        return ExportOrder(
            self.profile() == TEAM, "" if district == WHOLE_TOWN else district, self.parts.keys(), path
        )  # fmt: skip

    def choose_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Dossier des classeurs", str(self._folder))
        if chosen:
            self.use_folder(Path(chosen))

    def use_folder(self, folder: Path) -> None:
        """Write the next workbooks there."""
        self._folder = folder
        self._where.set_text(str(folder))
        self._context.preferences.keep(FOLDER, str(folder))

    # -- exporting ----------------------------------------------------------------------------------------------------

    def export(self) -> None:
        """Write the workbook; a file of that name is replaced only after a question."""
        order = self.order()
        if self._job is not None:
            return
        if order.path.is_file():
            ask(
                self, f"Remplacer {quoted(order.path.name)}{NBSP}?",
                "Un fichier porte déjà ce nom dans ce dossier. Son contenu sera perdu.",
                "Remplacer", lambda: self._export(order),
            )  # fmt: skip
        else:
            self._export(order)

    def _export(self, order: ExportOrder) -> None:
        self.banner.clear()
        self.progress.begin("Export en cours", "Lecture du carnet…")
        self._running.show()
        self._set_enabled(False)
        self._job = job = self._context.jobs.run(
            "Export",
            lambda job: self._engine.export(order, job),
            lambda written: self._show(job, written),
            lambda fault: self._explain(job, fault),
        )

    def _show(self, job: Job, written: Any) -> None:
        if job is not self._job:
            return
        self._end()
        self._written = Path(written.path)
        size = sum(written.counts.values())
        told = [f"{counted(count, 'ligne')} dans {quoted(plural_of(key))}" for key, count in _largest(written.counts)]
        code = f" Son code est {written.code4}." if written.code4 else ""
        sentence = f"{counted(size, 'ligne')}, dont {', '.join(told)}.{code} {' '.join(written.notes)}".strip()
        self.banner.tell(
            f"{self._written.name} est écrit, et relu sans différence.", sentence, tone="success",
            action="Ouvrir le dossier",
        )  # fmt: skip
        self._named_by_hand = False
        self._propose_name()

    def _explain(self, job: Job, fault: BaseException) -> None:
        if job is not self._job:
            return
        self._end()
        self._written = None
        if isinstance(fault, Cancelled):
            self.banner.tell("L’export a été arrêté.", "Aucun classeur n’a été écrit.", action="Reprendre")
        elif isinstance(fault, KnownError):
            self.banner.tell(fault.message, fault.advice, tone="danger", action="Réessayer")
        else:
            self._context.jobs.crashed.emit(fault)

    def _act(self) -> None:
        """The gesture of the banner: open the folder of what was written, or try again."""
        if self._written is None:
            self.export()
        elif not QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._written.parent))):
            self.banner.tell(
                "Le dossier ne s’est pas ouvert.", f"Le classeur est ici{NBSP}: {self._written}", tone="warning"
            )

    def _end(self) -> None:
        self._job = None
        self._running.hide()
        self._set_enabled(True)

    def _stop(self) -> None:
        if self._job is not None:
            self.progress.stop.setEnabled(False)
            self._job.stop()

    def _show_progress(self, job: Job) -> None:
        if job is self._job:
            self.progress.show_job(job)

    def _set_enabled(self, on: bool) -> None:
        for part in (*self.tiles.values(), self._form_card, self.gesture):
            part.setEnabled(on)

    # -- the form -----------------------------------------------------------------------------------------------------

    def _fill(self) -> None:
        theme = self._theme
        self._filled = True
        choices = (Choice(WHOLE_TOWN, "Toute la ville"), *(Choice(*one) for one in self._engine.districts()))
        self.district = ChoiceEditor(theme, Field("district", Kind.CHOICE, "Quartier", required=True, choices=choices))
        self.district.committed.connect(lambda _value: self._propose_name())
        self._form.addWidget(FormRow(theme, "Quartier", self.district))
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, theme.px(3), 0, theme.px(3))
        row.addWidget(self.parts)
        row.addStretch(1)
        self._form.addWidget(FormRow(theme, "Contenu", holder, hint="Tout le carnet si rien n’est coché."))
        self._form.addWidget(FormRow(theme, "Nom", self.name, hint="Le code de quatre lettres du classeur s’y ajoute."))
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._where, 1)
        row.addWidget(self.elsewhere)
        self._form.addWidget(FormRow(theme, "Dossier", holder))
        self.choose(TEAM)

    def _propose_name(self) -> None:
        if self._named_by_hand:
            return
        district = self.district.value() if self.district is not None else WHOLE_TOWN
        place = dict(self._engine.districts()).get(district, "Ville")
        word = re.sub(r"[^a-z0-9]+", "-", fold(place)).strip("-").capitalize()
        self.name.setText(f"Projets_{word}_{self._context.clock().date().isoformat()}")

    def _hear_name(self, _text: str) -> None:
        self._named_by_hand = True

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        edges = 2 * self._theme.px("space.page") + self._theme.px(12)
        height = max(tile.height_for((self.width() - edges) // 2) for tile in self.tiles.values())
        for tile in self.tiles.values():
            tile.setFixedHeight(height)

    def _move(self, place: int, step: int) -> None:
        tiles = list(self.tiles.values())
        tile = tiles[(place + step) % len(tiles)]
        tile.setFocus(Qt.FocusReason.TabFocusReason)
        tile.click()


class _Mark(QFrame):
    """The state mark, large enough to be read aloud, and what it is for."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        theme = context.theme
        self.setProperty("role", "card")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.value = label("", "figure")
        self.value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._copy = button(theme, "Copier", small=True, icon="copy", clicked=self._to_clipboard)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(16), theme.px(12), theme.px(16), theme.px(14))
        column.setSpacing(theme.px(6))
        column.addWidget(label("Empreinte d’état", "heading"))
        row = QHBoxLayout()
        row.addWidget(self.value)
        row.addStretch(1)
        row.addWidget(self._copy)
        column.addLayout(row)
        column.addWidget(
            label(
                f"À lire au téléphone après un échange{NBSP}: si votre collègue a la même, vos deux carnets"
                " contiennent exactement la même chose.",
                "small", "muted", wrap=True,
            )
        )  # fmt: skip
        column.addStretch(1)

    def show_mark(self, mark: str) -> None:
        self.value.setText(mark)
        self.value.setAccessibleName(f"Empreinte d’état{NBSP}: {' '.join(mark)}")

    def _to_clipboard(self) -> None:
        QGuiApplication.clipboard().setText(self.value.text())


def _largest(counts: Any) -> list[tuple[str, int]]:
    return sorted(((key, count) for key, count in counts.items() if count), key=lambda one: -one[1])[:3]
