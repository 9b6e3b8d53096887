"""Conflits: the fields of the notebook that hold several values, outside any import; settled one by one or by a rule.

A choice is written at once, as one gesture: it is taken back like any other.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from PySide6.QtCore import QModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from app.errors import KnownError
from app.exchange.preview import Change, Kind
from app.formatting import counted
from app.models.fields import Kind as FieldKind
from app.ui.context import Context
from app.ui.editing import sources_of
from app.ui.forms.editors import Editor
from app.ui.forms.form import make_editor
from app.ui.pages.exchanges_engine import Engine
from app.ui.pages.exchanges_list import ReviewList, ReviewModel
from app.ui.pages.exchanges_parts import ask
from app.ui.pages.exchanges_rows import ReviewGroup, ReviewRow
from app.ui.pages.exchanges_tiles import PARTED, Dispute, DisputeBlock, Side, suggested
from app.ui.pages.exchanges_words import day_words, field_of, plural_of
from app.ui.widgets.banner import Banner
from app.ui.widgets.buttons import button, icon_button
from app.ui.widgets.empty_state import EmptyState
from app.ui.widgets.labels import Chip, ElidedLabel, label

RULES = (
    ("mine", "Garder les miens"),
    ("theirs", "Garder les leurs"),
    ("latest", "Garder les plus récents"),
)


class ConflictsView(QWidget):
    """The list of rows in conflict and the one shown. `opened(entity, id)` leads to the record."""

    opened = Signal(str, str)
    import_asked = Signal()

    def __init__(self, context: Context, engine: Engine) -> None:
        super().__init__()
        self._context = context
        self._theme = theme = context.theme
        self._engine = engine
        self._conflicts: dict[str, Any] = {}
        self._row = ""
        self.blocks: dict[str, DisputeBlock] = {}
        #: Third versions begun and not kept, by conflict.
        self._typed: dict[str, str] = {}
        self.banner = Banner(theme)
        self.model = ReviewModel(boxes=False)
        self.list = ReviewList(theme, self.model)
        self.list.setAccessibleName("Fiches en conflit")
        self._scroll = QScrollArea()
        self.rules = {
            rule: button(theme, word, small=True, clicked=lambda rule=rule: self.ask_rule(rule)) for rule, word in RULES
        }
        self._said = ElidedLabel(theme, "", "cell", "text_muted")
        self._empty = EmptyState(
            theme, icon="circle-check", title="Aucun conflit n’attend",
            sentence="Quand deux personnes changent le même champ sans s’être vues, les deux valeurs sont gardées ici"
            " jusqu’à ce que quelqu’un choisisse.",
            second="Importer un classeur",
        )  # fmt: skip
        self._stack = QStackedWidget()
        self._arrange()
        self.list.chosen.connect(self._show_row)
        self.banner.acted.connect(self._undo)
        self._empty.second_asked.connect(self.import_asked)
        for key, step in (("F8", 1), ("Shift+F8", -1)):
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(lambda step=step: self.step(step))

    def _arrange(self) -> None:
        theme = self._theme
        bar = QFrame()
        bar.setProperty("role", "filter_bar")
        bar.setFixedHeight(theme.px("height.filter_bar"))
        row = QHBoxLayout(bar)
        row.setContentsMargins(theme.px("space.page"), 0, theme.px("space.gap"), theme.px(2))
        row.setSpacing(theme.px("space.unit"))
        row.addWidget(self._said, 1)
        row.addWidget(label("Tout trancher d’un geste", "small", "muted"))
        for made in self.rules.values():
            row.addWidget(made)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        body = QSplitter(Qt.Orientation.Horizontal)
        body.setChildrenCollapsible(False)
        body.setHandleWidth(1)
        body.addWidget(self.list)
        body.addWidget(self._scroll)
        body.setStretchFactor(1, 1)
        self.list.setMinimumWidth(theme.px(280))
        self._scroll.setMinimumWidth(theme.px(420))
        body.setSizes([theme.px(392), theme.px(800)])
        waiting = QWidget()
        column = QVBoxLayout(waiting)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(bar)
        column.addWidget(body, 1)
        self._stack.addWidget(waiting)
        self._stack.addWidget(self._empty)
        banners = QVBoxLayout()
        banners.setContentsMargins(theme.px("space.page"), 0, theme.px("space.gap"), 0)
        banners.addWidget(self.banner)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(theme.px(6))
        whole.addLayout(banners)
        whole.addWidget(self._stack, 1)

    # -- what the page calls ------------------------------------------------------------------------------------------

    def reload(self) -> None:
        """Read the conflicts again; the row shown stays when it still has one, the next takes its place otherwise."""
        rows = self.model.ids()
        place = rows.index(self._row) if self._row in rows else 0
        self._keep_typing()
        self._conflicts = {one.id: one for one in self._engine.conflicts()}
        self._typed = {id: text for id, text in self._typed.items() if id in self._conflicts}
        self.model.show(None, _groups(self._conflicts.values()))
        count = len(self._conflicts)
        self._said.set_text(f"{counted(count, 'champ')} en conflit")
        self._stack.setCurrentIndex(0 if count else 1)
        rows = self.model.ids()
        if rows:
            self.list.setCurrentIndex(QModelIndex())
            self.list.go_to(self._row if self._row in rows else rows[min(place, len(rows) - 1)])

    def waiting(self) -> str:
        """What closing the window now would lose, in a sentence; "" for nothing."""
        self._keep_typing()
        return "Une troisième version est commencée, dans les conflits." if self._typed else ""

    def _keep_typing(self) -> None:
        """What is begun of a third version waits for its row to be shown again."""
        for id, block in self.blocks.items():
            if text := block.typed():
                self._typed[id] = text
            else:
                self._typed.pop(id, None)

    def take_focus(self) -> None:
        if self._conflicts:
            self.list.setFocus(Qt.FocusReason.OtherFocusReason)
        elif self._empty.second is not None:
            self._empty.second.setFocus(Qt.FocusReason.OtherFocusReason)

    def step(self, by: int) -> None:
        """Go to the next or previous row in conflict."""
        rows = self.model.ids()
        if rows:
            place = rows.index(self._row) + by if self._row in rows else 0
            self.list.go_to(rows[place % len(rows)])
            if self.blocks:
                next(iter(self.blocks.values())).take_focus()

    # -- settling -----------------------------------------------------------------------------------------------------

    def settle(self, id: str, keep: Any, said: str) -> None:
        """Write a choice: `keep` is the op_id of a value, or another value; `said` what it is."""
        one = self._conflicts.get(id)
        if one is None:
            return
        try:
            self._engine.resolve(id, keep)
        except KnownError as error:
            self.banner.tell(error.message, error.advice, tone="danger")
            return
        self.banner.tell(
            "Tranché.", f"{one.label}, {one.field_label}\u00a0: {said}", tone="success", action="Annuler"
        )  # fmt: skip

    def ask_rule(self, rule: str) -> None:
        """Settle all that a rule can, after a question when there are several."""
        count = len(self._conflicts)
        word = dict(RULES)[rule]
        if count < 2:
            self.apply_rule(rule)
            return
        ask(
            self,
            f"{word}, pour les {counted(count, 'conflit')}\u00a0?",
            "Les valeurs laissées restent dans l’historique. Ce geste s’annule d’un coup avec Ctrl+Z.",
            word,
            lambda: self.apply_rule(rule),
        )

    def apply_rule(self, rule: str) -> None:
        before = len(self._conflicts)
        try:
            left = self._engine.resolve_all(rule)
        except KnownError as error:
            self.banner.tell(error.message, error.advice, tone="danger")
            return
        done = before - left
        if not done:
            self.banner.tell("Rien n’a été tranché.", "Cette règle ne suffit pas à choisir ici.", tone="warning")
            return
        verb = "conflit tranché" if done < 2 else "conflits tranchés"
        why = "Il en reste que cette règle ne départage pas." if left else ""
        self.banner.tell(f"{done}\u00a0{verb}.", why, tone="success", action="Annuler")

    def _undo(self) -> None:
        try:
            self._engine.undo()
        except KnownError as error:
            self.banner.tell(error.message, error.advice, tone="danger")
            return
        self.banner.clear()

    # -- showing ------------------------------------------------------------------------------------------------------

    def _show_row(self, id: str) -> None:
        theme = self._theme
        self._row = id
        found = [one for one in self._conflicts.values() if f"{one.entity}:{one.row}" == id]
        if not found:
            return
        self._keep_typing()
        self.blocks = {}
        ground = QFrame()
        ground.setProperty("role", "surface")
        column = QVBoxLayout(ground)
        edge = theme.px("space.page")
        column.setContentsMargins(edge, theme.px(12), edge, edge)
        column.setSpacing(theme.px(12))
        column.addLayout(self._head(found[0]))
        for one in found:
            self.blocks[one.id] = block = self._block(one)
            column.addWidget(block)
        column.addStretch(1)
        self._scroll.setWidget(ground)

    def _head(self, one: Any) -> QHBoxLayout:
        from app.models.registry import ENTITIES
        from app.ui.pages import RECORDS

        theme = self._theme
        head = QHBoxLayout()
        head.setSpacing(theme.px(10))
        head.addWidget(Chip(theme, ENTITIES[one.entity].label))
        head.addWidget(ElidedLabel(theme, one.label, "heading"), 1)
        if one.entity in RECORDS:
            head.addWidget(
                button(
                    theme, "Ouvrir la fiche", kind="link", icon="external-link",
                    clicked=lambda: self.opened.emit(one.entity, one.row),
                )
            )  # fmt: skip
        rows = self.model.ids()
        head.addWidget(label(f"{rows.index(self._row) + 1} sur {len(rows)}", "small", "muted"))
        for icon, name, key, step in (
            ("chevron-up", "Fiche précédente en conflit", "Shift+F8", -1),
            ("chevron-down", "Fiche suivante en conflit", "F8", 1),
        ):
            head.addWidget(icon_button(theme, icon, name, shortcut=key, clicked=lambda step=step: self.step(step)))
        return head

    def _block(self, one: Any) -> DisputeBlock:
        today = self._context.clock()
        origin = Side("", "L’origine", PARTED, one.origin) if one.origin else None
        editor = self._editor(one)
        dispute = Dispute(
            one.id, one.field_label, origin,
            tuple(
                Side(value.op_id.hex(), title, _second(value, today), value.display)
                for title, value in _titled(one.values)
            ),
            can_write=editor is not None,
            suggested=suggested(editor.field.kind, one.origin, [value.display for value in one.values])
            if editor is not None else "",
        )  # fmt: skip
        block = DisputeBlock(self._theme, dispute, editor, typed=self._typed.get(one.id, ""))
        words = {value.op_id.hex(): value.display for value in one.values}
        # The commit rebuilds these tiles: it must not happen inside their own click.
        block.chosen.connect(
            lambda key: QTimer.singleShot(0, self, lambda: self.settle(one.id, bytes.fromhex(key), words[key]))
        )
        block.written.connect(
            lambda value, text: QTimer.singleShot(0, self, lambda: self.settle(one.id, value, text))
        )  # fmt: skip
        return block

    def _editor(self, one: Any) -> Editor | None:
        found = field_of(one.entity, one.key)
        if found is None or one.key != found.key or found.kind is FieldKind.LINKS:
            return None
        editor = make_editor(self._theme, found, sources_of(self._context, found))
        editor.set_value(one.values[0].value)
        return editor


def _titled(values: Sequence[Any]) -> list[tuple[str, Any]]:
    """Mine first; « La leur », numbered when there are several of them."""
    mine = [value for value in values if value.mine]
    others = [value for value in values if not value.mine]
    titled = [("La mienne", value) for value in mine]
    for place, value in enumerate(others, start=1):
        titled.append(("La leur" if len(others) == 1 else f"La leur, {place}", value))
    return titled


def _second(value: Any, today: Any) -> str:
    return ", ".join(part for part in (day_words(value.at, today), value.author) if part)


def _groups(conflicts: Iterable[Any]) -> list[ReviewGroup]:
    """The rows in conflict under the looks of a preview, by entity."""
    found: dict[str, dict[str, list[Any]]] = {}
    for one in conflicts:
        found.setdefault(one.entity, {}).setdefault(f"{one.entity}:{one.row}", []).append(one)
    return [
        ReviewGroup(entity, plural_of(entity), tuple(_row(id, fields) for id, fields in rows.items()))
        for entity, rows in found.items()
    ]


def _row(id: str, fields: Sequence[Any]) -> ReviewRow:
    first = fields[0]
    names = ", ".join(f"{one.field_label[:1].lower()}{one.field_label[1:]}" for one in fields)
    changes = tuple(Change(one.id, Kind.CONFLICT, one.entity, one.row, one.label, one.field) for one in fields)
    return ReviewRow(id, first.entity, first.label, names, Kind.CONFLICT, changes)
