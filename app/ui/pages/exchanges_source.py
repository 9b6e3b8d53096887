"""What a workbook is: who made it and when, what it changes in all, and the question it asks when it comes back."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout

from app.exchange.preview import Source
from app.formatting import NBSP, counted, format_number
from app.ui.context import Context
from app.ui.pages.exchanges_review import MINE, THEIRS, Review
from app.ui.pages.exchanges_words import LOOKS, cell_place, day_words, kind_word, moment_words
from app.ui.widgets.buttons import button
from app.ui.widgets.labels import ElidedLabel, label

#: Warnings written out in the summary.
MOST_TOLD = 100


class SourceCard(QFrame):
    """The workbook: its name, by whom, exported and received when; several workbooks are one line."""

    another_asked = Signal()
    totals_asked = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        theme = self._theme = context.theme
        self._icon = QLabel()
        self.name = ElidedLabel(theme, "", "strong")
        self.second = ElidedLabel(theme, "", "cell_small", "text_muted")
        self.another = button(
            theme, "Choisir un autre classeur", small=True, icon="folder-open", clicked=self.another_asked.emit
        )
        self.totals = button(theme, "Résumé", kind="link", icon="list-check", clicked=self.totals_asked.emit)
        self.setProperty("role", "surface")
        self.setFixedHeight(theme.px(48))
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self.name)
        words.addWidget(self.second)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px("space.page"), 0, theme.px("space.gap"), theme.px(6))
        row.setSpacing(theme.px(12))
        row.addWidget(self._icon)
        row.addLayout(words, 1)
        row.addWidget(self.totals)
        row.addWidget(self.another)
        theme.changed.connect(self._draw_icon)
        self._draw_icon()

    def show_sources(self, sources: tuple[Source, ...], received: Mapping[Path, float]) -> None:
        today = self._context.clock()
        if len(sources) == 1:
            self.name.set_text(sources[0].path.name)
            self.second.set_text(source_words(sources[0], today, received))
        else:
            self.name.set_text(counted(len(sources), "classeur"))
            self.second.set_text(", ".join(source.path.name for source in sources))

    def _draw_icon(self) -> None:
        self._icon.setPixmap(self._theme.pixmap("file-spreadsheet", "success.fg", "icon.rail"))


def source_words(source: Source, today: datetime, received: Mapping[Path, float]) -> str:
    """« Chef de projet Nord · exporté le 12/11/2026 · enregistré aujourd’hui à 09:12 »."""
    parts = []
    if source.author:
        parts.append(source.author)
    if source.exported_at:
        day = day_words(source.exported_at, today)
        code = f" (code {source.code4})" if source.code4 else ""
        parts.append(f"exporté {f'le {day}' if day[:1].isdigit() else day}{code}")
    elif source.mode == "E":
        parts.append("tableau qui ne vient pas d’un carnet")
    if source.path in received:
        saved = moment_words(datetime.fromtimestamp(received[source.path], tz=today.tzinfo), today)
        parts.append(f"enregistré {f'le {saved}' if saved[:1].isdigit() else saved}")
    if source.scope and source.scope != "COMPLET":
        parts.append(source.scope[:1].lower() + source.scope[1:])
    text = " · ".join(parts)
    return text[:1].upper() + text[1:]


class Totals(QScrollArea):
    """All the workbook changes in one look: by kind, by entity, and what the reading has to say."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._theme = context.theme
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def show_review(self, review: Review) -> None:
        theme, today = self._theme, self._context.clock()
        ground = QFrame()
        ground.setProperty("role", "surface")
        column = QVBoxLayout(ground)
        column.setContentsMargins(theme.px("space.page"), theme.px(14), theme.px("space.page"), theme.px("space.page"))
        column.setSpacing(theme.px(6))
        column.addWidget(label("Résumé", "heading"))
        if len(review.plan.sources) > 1:
            for source in review.plan.sources:
                said = source_words(source, today, {})
                column.addWidget(label(f"{source.path.name}{NBSP}: {said}", wrap=True))
        for kind, count in review.counts().items():
            self._add_line(column, kind_word(kind, count), count, LOOKS[kind].icon, LOOKS[kind].tone)
        column.addSpacing(theme.px(10))
        column.addWidget(label("Par sorte de fiche", "strong"))
        for group in review.groups():
            self._add_line(column, group.title, len(group.rows))
        if review.plan.infos:
            column.addSpacing(theme.px(10))
            column.addWidget(label("À savoir", "strong"))
            for info in review.plan.infos:
                column.addWidget(label(info, wrap=True))
        if review.plan.warnings:
            column.addSpacing(theme.px(10))
            column.addWidget(label("À vérifier", "strong"))
            for fault in review.plan.warnings[:MOST_TOLD]:
                said = f"{cell_place(fault.sheet, fault.cell)}{NBSP}: {fault.message}"
                column.addWidget(label(said, wrap=True))
        column.addStretch(1)
        self.setWidget(ground)

    def _add_line(self, column: QVBoxLayout, word: str, count: int, icon: str = "", tone: str = "") -> None:
        row = QHBoxLayout()
        row.setSpacing(self._theme.px(8))
        if icon:
            mark = QLabel()
            mark.setPixmap(self._theme.pixmap(icon, f"{tone}.fg"))
            row.addWidget(mark)
        name = label(word)
        name.setMinimumWidth(self._theme.px(220 - (24 if icon else 0)))
        row.addWidget(name)
        number = label(format_number(count))
        number.setAlignment(Qt.AlignmentFlag.AlignRight)
        number.setMinimumWidth(self._theme.px(60))
        row.addWidget(number)
        row.addStretch(1)
        column.addLayout(row)


class SuiteBar(QFrame):
    """One question for all the cells that a workbook taken in before changes again.

    `answered(side)`, "" for one by one.
    """

    answered = Signal(str)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        theme = context.theme
        self._said = label("", "small", wrap=True)
        self.replace = button(theme, "Tout remplacer", small=True, clicked=lambda: self.answered.emit(THEIRS))
        self.keep = button(theme, "Tout garder", small=True, clicked=lambda: self.answered.emit(MINE))
        self.each = button(theme, "Une à une", small=True, clicked=lambda: self.answered.emit(""))
        self.setProperty("role", "banner")
        self.setProperty("tone", "info")
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(12), theme.px(6), theme.px(11), theme.px(6))
        row.setSpacing(theme.px(10))
        row.addWidget(self._said, 1)
        for gesture in (self.replace, self.keep, self.each):
            row.addWidget(gesture)
        self.hide()

    def show_count(self, count: int, imported_at: str) -> None:
        """How many cells, and when the workbook was last taken in (ISO, "" unknown); 0 hides the question."""
        cells = counted(count, "cellule a encore changé", "cellules ont encore changé")
        day = day_words(imported_at, self._context.clock()) if imported_at else ""
        when = f" {f'le {day}' if day[:1].isdigit() else day}" if day else ""
        said = f"Ce classeur a déjà été importé{when}{NBSP}: {cells} depuis."
        self._said.setText(said)
        self.setAccessibleName(said)
        self.setVisible(bool(count))
