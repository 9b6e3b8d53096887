"""The right of a preview: one record, its conflicts side by side, then everything else that would change.

It shows what the review says and passes decisions on to it.
"""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from app.exchange.preview import Change, Kind
from app.formatting import NBSP, counted
from app.models import registry
from app.models.fields import Kind as FieldKind
from app.ui.context import Context
from app.ui.editing import sources_of
from app.ui.forms.editors import Editor
from app.ui.forms.form import make_editor
from app.ui.pages.exchanges_lines import NAME_WIDTH, ChangeLine
from app.ui.pages.exchanges_questions import QuestionBlock
from app.ui.pages.exchanges_review import MINE, THEIRS, WRITTEN, Review
from app.ui.pages.exchanges_rows import ReviewRow
from app.ui.pages.exchanges_tiles import PARTED, Dispute, DisputeBlock, Side, suggested
from app.ui.pages.exchanges_words import (
    cell_place,
    day_words,
    field_of,
    field_word,
    gone_words,
    new_words,
    quoted,
)  # fmt: skip
from app.ui.theme import Theme
from app.ui.widgets.buttons import CheckBox, icon_button
from app.ui.widgets.labels import Chip, ElidedLabel, StatusWord, label

#: Lines of one section shown at once; the rest after a click.
MOST_LINES = 60

_TITLES = {
    Kind.UPDATED: "Modifiés",
    Kind.MERGED: "Fusionnés sans conflit",
    Kind.SUGGESTION: "Suggestions",
    Kind.STALE: "Valeurs périmées, laissées de côté",
}


class Detail(QScrollArea):
    """One row of the review. `decided` when a tick or a choice changed; `conflict_asked(±1)` to walk."""

    decided = Signal()
    conflict_asked = Signal(int)
    #: (key of the question, key of the choice).
    answered = Signal(str, str)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._theme = context.theme
        self._review: Review | None = None
        self._row: ReviewRow | None = None
        self.blocks: dict[str, DisputeBlock] = {}
        self.lines: dict[str, ChangeLine] = {}
        self.questions: dict[str, QuestionBlock] = {}
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(_ground())

    def show_row(self, review: Review, row: ReviewRow, *, place: str = "") -> None:
        """`place` is « conflit 1 sur 2 » when the row holds one. What is begun of a third version is kept."""
        self.keep_typing()
        self._review, self._row = review, row
        self.blocks, self.lines, self.questions = {}, {}, {}
        ground = _ground()
        column = QVBoxLayout(ground)
        px = self._theme.px
        column.setContentsMargins(px("space.page"), px(12), px("space.page"), px("space.page"))
        column.setSpacing(px(10))
        column.addLayout(self._head(row, place))
        for question in row.questions:
            self.questions[question.key] = block = QuestionBlock(self._theme, question)
            block.answered.connect(self.answered)
            column.addWidget(block)
        for change in row.of(Kind.CONFLICT):
            column.addWidget(self._block(change))
        for part in self._whole(row):
            column.addWidget(part)
        for kind, title in _TITLES.items():
            # A whole row that is only suggested was told above.
            if found := [change for change in row.of(kind) if change.field or kind is not Kind.SUGGESTION]:
                column.addWidget(self._section(title, found, boxes=kind is not Kind.STALE))
        if row.fault is not None:
            column.addWidget(_fault_card(self._theme, row.fault.message, row.fault.value, row.fault.expected))
        for change in row.of(Kind.ERROR):
            column.addWidget(self._error(change))
        column.addStretch(1)
        self.setWidget(ground)
        self.verticalScrollBar().setValue(0)

    def keep_typing(self) -> None:
        """Tell the review what is begun of a third version, and of which conflict."""
        if self._review is not None:
            for key, block in self.blocks.items():
                self._review.begin(key, block.typed())

    def clear(self) -> None:
        self._row = None
        self.blocks, self.lines, self.questions = {}, {}, {}
        self.setWidget(_ground())

    def go_to(self, key: str) -> None:
        """Bring a conflict into view, and the keyboard on it."""
        block = self.blocks.get(key)
        if block is not None:
            QTimer.singleShot(0, block, lambda: self.ensureWidgetVisible(block, 0, self._theme.px(40)))
            block.take_focus()

    # -- parts --------------------------------------------------------------------------------------------------------

    def _head(self, row: ReviewRow, place: str) -> QHBoxLayout:
        theme = self._theme
        head = QHBoxLayout()
        head.setSpacing(theme.px(10))
        declared = registry.ENTITIES.get(row.entity)
        head.addWidget(Chip(theme, declared.label if declared else "Cellule"))
        head.addWidget(ElidedLabel(theme, row.label, "heading"), 1)
        if place:
            head.addWidget(label(place, "small", "muted"))
            for icon, name, key, step in (
                ("chevron-up", "Conflit précédent", "Shift+F8", -1),
                ("chevron-down", "Conflit suivant", "F8", 1),
            ):
                head.addWidget(
                    icon_button(
                        theme, icon, name, shortcut=key, clicked=lambda step=step: self.conflict_asked.emit(step)
                    )
                )
        return head

    def _block(self, change: Change) -> DisputeBlock:
        review, context = self._review, self._context
        assert review is not None
        written = review.written(change.key)
        source = review.plan.sources[0] if review.plan.sources else None
        today = context.clock()
        since = day_words(source.exported_at, today) if source and source.exported_at else ""
        at = day_words(change.at, today) if change.at else ""
        theirs = ", ".join(part for part in (at, change.who or (source.author if source else "")) if part)
        editor = self._editor(change) if review.can_settle(change, WRITTEN) else None
        whole = change.field == ""
        mine, of_them = ("gardée", "supprimée") if whole else (change.mine, change.theirs or change.after)
        sides = (
            Side(MINE, "La mienne", "dans ce carnet", mine),
            Side(THEIRS, "La leur", theirs or cell_place(change.sheet, change.cell), of_them),
        )
        # A cell parted from what the workbook left with; a colleague's log, from what both had.
        when = (f"au {since}" if since[:1].isdigit() else since) if change.lockable else PARTED
        origin = Side("", "L’origine", when, change.origin)
        note = change.note
        if not review.can_settle(change, THEIRS):
            note = f"{note} Pour garder la leur, tranchez une fois l’import fait, dans {quoted('Conflits')}.".strip()
        dispute = Dispute(
            change.key, field_word(change.entity, change.field), origin if change.origin else None,
            tuple(replace(side, choosable=review.can_settle(change, side.key)) for side in sides),
            review.settled(change.key), written[1] if written else "", editor is not None, note,
            suggested(editor.field.kind, change.origin, (mine, of_them)) if editor is not None else "",
        )  # fmt: skip
        block = DisputeBlock(self._theme, dispute, editor, typed=review.begun(change.key))
        block.chosen.connect(lambda side, key=change.key: self._settle(key, side))
        block.written.connect(lambda value, text, key=change.key: self._write(key, value, text))
        self.blocks[change.key] = block
        return block

    def _editor(self, change: Change) -> Editor | None:
        """The editor of a third version, begun with theirs when it is a text."""
        found = field_of(change.entity, change.field)
        if found is None or found.key != change.field or found.kind is FieldKind.LINKS:
            return None
        editor = make_editor(self._theme, found, sources_of(self._context, found))
        if change.after_value is not None:
            editor.set_value(change.after_value)
        return editor

    def _whole(self, row: ReviewRow) -> Sequence[QWidget]:
        """What concerns the whole row: born or deleted."""
        parts: list[QWidget] = []
        for change in row.of(Kind.NEW):
            if change.field:
                parts.append(self._line(change, box=False))
                continue
            parts.append(self._sentence(change, f"{new_words(change.entity).capitalize()}.", "plus", "success"))
            parts += [self._pair(*pair) for pair in _pairs(change.after) if pair[1] != change.label]
        for change in row.of(Kind.SUGGESTION):
            if change.field:
                continue
            if change.before:
                told = f"À supprimer{NBSP}? La ligne irait dans la corbeille, d’où elle se restaure."
                parts.append(self._sentence(change, told, "trash", "neutral"))
                continue
            told = f"{new_words(change.entity).capitalize()}, à créer si vous la cochez."
            parts.append(self._sentence(change, told, "bulb", "neutral"))
            parts += [self._pair(*pair) for pair in _pairs(change.after) if pair[1] != change.label]
        for change in row.of(Kind.DELETED):
            told = f"{gone_words(change.who).capitalize()}. La ligne irait dans la corbeille, d’où elle se restaure."
            parts.append(self._sentence(change, told, "trash", "danger"))
        return parts

    def _sentence(self, change: Change, text: str, icon: str, tone: str) -> QWidget:
        """A fact about the whole row, with its cell and a box."""
        review = self._review
        assert review is not None
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(self._theme.px("space.unit"))
        if review.can_tick(change):
            row.addWidget(self._box(change, text))
        mark = QLabel()
        mark.setPixmap(self._theme.pixmap(icon, f"{tone}.fg"))
        row.addWidget(mark)
        row.addWidget(label(f"{text} {change.note}".strip(), wrap=True), 1)
        beside = " · ".join(part for part in (cell_place(change.sheet, change.cell), change.who) if part)
        row.addWidget(label(beside, "small", "muted"))
        return line

    def _box(self, change: Change, name: str) -> CheckBox:
        assert self._review is not None
        box = CheckBox(self._theme)
        box.setAccessibleName(f"Prendre{NBSP}: {name}")
        box.setChecked(self._review.is_ticked(change.key))
        box.setFixedWidth(self._theme.px(22))
        box.toggled.connect(lambda on, key=change.key: self._tick(key, on))
        return box

    def _pair(self, name: str, value: str) -> QWidget:
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        title = label(name, "small", "muted", wrap=True)
        title.setFixedWidth(self._theme.px(NAME_WIDTH))
        row.addWidget(title, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(label(value, wrap=True), 1)
        return line

    def _section(self, title: str, changes: Sequence[Change], *, boxes: bool) -> QWidget:
        part = QWidget()
        column = QVBoxLayout(part)
        column.setContentsMargins(0, self._theme.px(4), 0, 0)
        column.setSpacing(0)
        head = QHBoxLayout()
        head.setSpacing(self._theme.px(10))
        head.addWidget(label(title, "strong"))
        head.addWidget(label(counted(len(changes), "champ"), "small", "muted"))
        head.addStretch(1)
        column.addLayout(head)
        column.addSpacing(self._theme.px(4))
        for change in changes[:MOST_LINES]:
            column.addWidget(self._line(change, box=boxes))
        if len(changes) > MOST_LINES:
            rest = counted(len(changes) - MOST_LINES, "autre champ", "autres champs")
            column.addWidget(label(f"et {rest}", "small", "muted"))
        return part

    def _line(self, change: Change, *, box: bool) -> ChangeLine:
        review = self._review
        assert review is not None
        line = ChangeLine(
            self._theme, change, box=box and review.can_tick(change), ticked=review.is_ticked(change.key)
        )  # fmt: skip
        line.ticked.connect(lambda on, key=change.key: self._tick(key, on))
        self.lines[change.key] = line
        return line

    def _error(self, change: Change) -> QWidget:
        review = self._review
        assert review is not None
        place = (change.sheet, change.cell)
        fault = next((one for one in review.plan.errors if (one.sheet, one.cell) == place), None)
        message = fault.message if fault else change.note
        return _fault_card(
            self._theme, message, fault.value if fault else change.after, fault.expected if fault else "",
            cell_place(*place),
        )  # fmt: skip

    # -- decisions ----------------------------------------------------------------------------------------------------

    def _settle(self, key: str, side: str) -> None:
        if self._review is not None:
            self._review.settle(key, WRITTEN if side == "written" else side)
            self.decided.emit()

    def _write(self, key: str, value: object, text: str) -> None:
        if self._review is not None and self._row is not None:
            self._review.write(key, value, text)
            self.decided.emit()
            self.show_row(self._review, self._row)
            self.go_to(key)

    def _tick(self, key: str, on: bool) -> None:
        if self._review is not None:
            self._review.tick([key], on)
            self.decided.emit()


def _fault_card(theme: Theme, message: str, value: str, expected: str, where: str = "") -> QFrame:
    """What is wrong in a cell, what was read, what was expected, what to do."""
    card = QFrame()
    card.setProperty("role", "card")
    column = QVBoxLayout(card)
    column.setContentsMargins(theme.px(14), theme.px(12), theme.px(14), theme.px(12))
    column.setSpacing(theme.px(6))
    head = StatusWord(theme)
    head.show_value(where or "Cellule non lue", icon="alert-circle", tone="danger", strong=True)
    column.addWidget(head)
    column.addWidget(label(message, wrap=True))
    for name, text in (("Lu", quoted(value) if value else "rien"), ("Attendu", expected)):
        if text:
            row = QHBoxLayout()
            title = label(name, "small", "muted")
            title.setFixedWidth(theme.px(80))
            row.addWidget(title, 0, Qt.AlignmentFlag.AlignTop)
            row.addWidget(label(text, wrap=True), 1)
            column.addLayout(row)
    advice = (
        "Cette cellule est laissée de côté, le reste de la ligne s’importe. Corrigez-la dans le classeur, puis"
        " importez-le de nouveau."
    )
    column.addWidget(label(advice, "small", "muted", wrap=True))
    return card


def _pairs(text: str) -> list[tuple[str, str]]:
    """`Champ : valeur` lines of a new row; a line without a name stands alone."""
    found = []
    for line in text.split("\n"):
        name, mark, value = line.partition(f"{NBSP}: ")
        if line.strip():
            found.append((name, value) if mark else ("", line))
    return found


def _ground() -> QFrame:
    made = QFrame()
    made.setProperty("role", "surface")
    return made
