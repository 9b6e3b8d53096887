"""The preview: whose workbook, what it changes, the list and the record side by side, the one button that writes."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from app.exchange.preview import Kind, Source
from app.formatting import counted
from app.ui.context import Context
from app.ui.pages.exchanges_detail import Detail
from app.ui.pages.exchanges_list import ReviewList, ReviewModel
from app.ui.pages.exchanges_parts import FootBar, PillBar
from app.ui.pages.exchanges_questions import QuestionBar, UndoneBar
from app.ui.pages.exchanges_review import Review
from app.ui.pages.exchanges_source import SourceCard, SuiteBar, Totals
from app.ui.pages.exchanges_words import LOOKS, kind_word
from app.ui.widgets.banner import Banner
from app.ui.widgets.buttons import button
from app.ui.widgets.empty_state import EmptyState

#: Width of the list, in pixels at 100 %.
LIST_WIDTH = 392
#: Past this many changes, totals come first.
TOTALS_FIRST = 2_000
ALL = ""


class PreviewPane(QWidget):
    """What a plan would change. `accepted` when the person imports, `abandoned` when not."""

    accepted = Signal()
    abandoned = Signal()
    another_asked = Signal()
    #: Answers to questions, by key: the preview is to be made again with them.
    answered = Signal(dict)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._theme = theme = context.theme
        self.review: Review | None = None
        self._confirmed = True
        self._met: set[str] = set()
        self._kind = ALL
        self._text = ""
        self._here = ""
        self.source = SourceCard(context)
        self.banner = Banner(theme)
        self.origin = Banner(theme)
        self.suite = SuiteBar(context)
        self.questions = QuestionBar(context)
        self.undone = UndoneBar(context)
        self.pills = PillBar(theme, "Rien n’est encore écrit.")
        self.model = ReviewModel()
        self.list = ReviewList(theme, self.model)
        self.detail = Detail(context)
        self.totals = Totals(context)
        self._nothing: EmptyState | None = None
        self._right = QStackedWidget()
        self._right.addWidget(self.detail)
        self._right.addWidget(self.totals)
        self.foot = FootBar(theme, "history", "")
        self.leave = button(theme, "Abandonner", clicked=self.abandoned.emit)
        self.accept = button(theme, "Importer", kind="primary", icon="check", clicked=self.accepted.emit)
        self.foot.add(self.leave)
        self.foot.add(self.accept)
        self._arrange()
        self.suite.answered.connect(self._answer_suites)
        self.pills.chosen.connect(self.show_kind)
        self.pills.typed.connect(self.filter)
        self.list.chosen.connect(self._show_row)
        self.model.ticked.connect(self._after_tick)
        self.detail.decided.connect(self._after_decision)
        self.detail.conflict_asked.connect(self.step_conflict)
        self.detail.answered.connect(lambda key, choice: self.answered.emit({key: choice}))
        self.questions.next_asked.connect(self.go_to_question)
        self.questions.suggestions_taken.connect(self._take_suggestions)
        self.undone.restored.connect(lambda: self._put_back(True))
        self.undone.let_go.connect(lambda: self._put_back(False))
        self.origin.acted.connect(self._confirm)
        self.source.another_asked.connect(self.another_asked)
        self.source.totals_asked.connect(self.show_totals)

    def _arrange(self) -> None:
        theme = self._theme
        self._body = QSplitter(Qt.Orientation.Horizontal)
        self._body.setChildrenCollapsible(False)
        self._body.setHandleWidth(1)
        self._body.addWidget(self.list)
        self._body.addWidget(self._right)
        self._body.setStretchFactor(0, 0)
        self._body.setStretchFactor(1, 1)
        self.list.setMinimumWidth(theme.px(280))
        self._right.setMinimumWidth(theme.px(420))
        self._body.setSizes([theme.px(LIST_WIDTH), theme.px(800)])
        banners = QVBoxLayout()
        banners.setContentsMargins(theme.px("space.page"), 0, theme.px("space.gap"), 0)
        banners.setSpacing(theme.px(6))
        banners.addWidget(self.origin)
        banners.addWidget(self.banner)
        for bar in (self.undone, self.suite, self.questions):
            banners.addWidget(bar)
        self._spare = QFrame()
        self._spare.setFixedHeight(theme.px(8))
        banners.addWidget(self._spare)
        self._spare.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.source)
        column.addLayout(banners)
        column.addWidget(self.pills)
        column.addWidget(self._body, 1)
        column.addWidget(self.foot)

    # -- what the view calls ------------------------------------------------------------------------------------------

    def show_plan(self, review: Review, received: Mapping[Path, float]) -> None:
        """`received` tells when each file was last written, in seconds since 1970.

        A preview made again stays where it was: the kind of changes listed, the row shown.
        """
        kept = (self._kind, self.list.current_id()) if self.review is not None else (ALL, "")
        self.review = review
        self.source.show_sources(review.plan.sources, received)
        self._kind = kept[0] if kept[0] in {kind.value for kind in review.counts()} else ALL
        whose = _origins(review.plan.sources)
        self._confirmed = not set(whose) - self._met
        self.origin.clear()
        if not self._confirmed:
            self.origin.tell(
                "Nouvelle origine.",
                f"Ce carnet n’a encore jamais rien reçu de {_listed(whose)}. Vérifiez que le classeur vient bien de"
                f" {'cette personne' if len(whose) == 1 else 'ces personnes'}.",
                tone="warning", action="C’est bien elle" if len(whose) == 1 else "Ce sont bien elles",
                icon="user-question",
            )  # fmt: skip
        said = [source.banner for source in review.plan.sources if source.banner and not _is_origin(source)]
        self.banner.clear()
        if said:
            self.tell(said[0], " ".join(said[1:]), tone="warning")
        self._show_pills()
        self.totals.show_review(review)
        self.show_kind(self._kind)
        if kept[1] and self.list.go_to(kept[1]):
            self._show_row(kept[1])
        elif len(review.plan.changes) > TOTALS_FIRST:
            self.show_totals()
        elif conflicts := review.conflicts():
            self.list.go_to(review.row_of(conflicts[0].key).id)
        self._count()
        imported = next((source.imported_at for source in review.plan.sources if source.imported_at), "")
        self.suite.show_count(len(review.suites()), imported)
        self.questions.show_waiting(review.waiting())
        self._show_undone()
        bars = (self.suite, self.questions, self.undone)
        self._spare.setVisible(bool(not self._confirmed or said or any(not bar.isHidden() for bar in bars)))

    def tell(self, strong: str, sentence: str = "", *, tone: str = "info") -> None:
        """Say something above the list."""
        self.banner.tell(strong, sentence, tone=tone, icon="alert-triangle" if tone == "warning" else "")
        self._spare.show()

    def forget(self) -> None:
        """Let the plan go."""
        self.review = None
        self._met = set()
        self._kind = ALL
        self.pills.field.clear()
        self.detail.clear()
        self.model.clear()

    def take_focus(self) -> None:
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    # -- showing ------------------------------------------------------------------------------------------------------

    def filter(self, text: str) -> None:
        """Keep the rows whose name or changed fields hold what is typed, accents and case aside."""
        self._text = text
        self.show_kind(self._kind)

    def show_kind(self, key: str) -> None:
        """Keep the changes of one kind, "" for all; the row shown stays when it is still listed."""
        review = self.review
        if review is None:
            return
        self._kind = key
        here = self.list.current_id()
        self.model.show(review, review.groups(Kind(key) if key else None, self._text))
        self._body.setVisible(bool(self.model.ids()))
        if not self.list.go_to(here):
            self.list.go_to_first()
        if self._nothing is not None:
            self.layout().removeWidget(self._nothing)
            self._nothing.hide()
            self._nothing.deleteLater()
            self._nothing = None
        if not self.model.ids():
            self._show_nothing(review)

    def show_totals(self) -> None:
        self._right.setCurrentWidget(self.totals)
        self.list.clearSelection()
        self.list.setCurrentIndex(self.model.index(-1, 0))

    def step_conflict(self, step: int) -> None:
        """Go to the next or previous conflict, from the one on screen."""
        review = self.review
        if review is None or not review.conflicts():
            return
        keys = [change.key for change in review.conflicts()]
        here = self._conflict_here(keys)
        place = (keys.index(here) + step) % len(keys) if here in keys else (0 if step > 0 else -1)
        row = review.row_of(keys[place])
        self._widen_to(row.id)
        self._here = keys[place]
        self.detail.go_to(keys[place])

    def _widen_to(self, row: str) -> None:
        """Go to a row, with the changes of every kind when those listed leave it out."""
        if self.model.line_of(row) < 0:
            self._kind, self._text = ALL, ""
            self.pills.field.clear()
            self._show_pills()
            self.show_kind(ALL)
        self.list.go_to(row)

    def _conflict_here(self, keys: list[str]) -> str:
        here = self._here
        return here if here in self.detail.blocks else next((key for key in keys if key in self.detail.blocks), "")

    def _show_row(self, id: str) -> None:
        review = self.review
        row = review.row(id) if review is not None else None
        if review is None or row is None:
            return
        self._right.setCurrentWidget(self.detail)
        self.detail.show_row(review, row, place=self._place(review, id))

    def _place(self, review: Review, id: str) -> str:
        """« conflit 1 sur 2 », « conflits 1 et 2 sur 3 »."""
        numbers = [n for n, change in enumerate(review.conflicts(), start=1) if review.row_of(change.key).id == id]
        if not numbers:
            return ""
        total = len(review.conflicts())
        if len(numbers) == 1:
            return f"conflit {numbers[0]} sur {total}"
        link = "et" if len(numbers) == 2 else "à"
        return f"conflits {numbers[0]} {link} {numbers[-1]} sur {total}"

    def _show_pills(self) -> None:
        review = self.review
        assert review is not None
        pills = [(ALL, "Tout", review.total(), "", "")]
        for kind, count in review.counts().items():
            look = LOOKS[kind]
            pills.append((kind.value, kind_word(kind, count), count, look.icon, look.tone))
        self.pills.show_pills(pills, self._kind)

    def _show_nothing(self, review: Review) -> None:
        """A workbook that changes nothing says why, when its reading does; a filter that keeps nothing offers to go."""
        if review.total():
            self._nothing = EmptyState(
                self._theme, icon="filter", title="Aucun changement ne répond à ce filtre",
                sentence="Le filtre cherche dans le nom des fiches et des champs changés.", second="Effacer le filtre",
            )  # fmt: skip
            self._nothing.second_asked.connect(self.pills.field.clear)
            self.layout().insertWidget(self.layout().indexOf(self._body) + 1, self._nothing, 1)
            return
        said = " ".join(review.plan.infos)
        self._nothing = EmptyState(
            self._theme, icon="circle-check", title="Ce classeur ne change rien",
            sentence=said or "Tout ce qu’il contient est déjà dans le carnet, ou n’a pas changé depuis son export.",
            second="Choisir un autre classeur",
        )  # fmt: skip
        self._nothing.second_asked.connect(self.another_asked)
        self.layout().insertWidget(self.layout().indexOf(self._body) + 1, self._nothing, 1)

    # -- deciding -----------------------------------------------------------------------------------------------------

    def _after_tick(self) -> None:
        row = self.review.row(self.list.current_id()) if self.review is not None else None
        if row is not None and self.review is not None and self._right.currentWidget() is self.detail:
            self.detail.show_row(self.review, row, place=self._place(self.review, row.id))
        self._count()

    def _after_decision(self) -> None:
        self.model.repaint_all()
        self._count()

    def _count(self) -> None:
        review = self.review
        if review is None:
            return
        count, refused = review.accepted(), review.decisions().refused
        words = f"Importer {counted(count, 'changement')}" if count else "Rien à importer"
        self.accept.setText(f" {words}")
        self.accept.setAccessibleName(words)
        # A proposal refused is remembered: leaving everything out is a decision too.
        self.accept.setEnabled(self._confirmed and (count > 0 or bool(refused)))
        if not count and refused:
            self.accept.setText(" Tout refuser")
            self.accept.setAccessibleName("Tout refuser")
        self._show_undone()
        left = review.to_settle()
        told = f"{counted(left, 'conflit restera à trancher', 'conflits resteront à trancher')} dans le carnet. "
        self.foot.sentence.set_text((told if left else "") + _foot(review))

    def _answer_suites(self, side: str) -> None:
        """One answer for all; one by one, what was suggested is withdrawn and the first is shown."""
        review = self.review
        if review is None:
            return
        review.settle_suites(side)
        self._after_tick()
        self.model.repaint_all()
        if not side and (suites := review.suites()):
            self.list.go_to(review.row_of(suites[0].key).id)
            self.detail.go_to(suites[0].key)

    def go_to_question(self) -> None:
        """Show the next question that waits, after the row on screen."""
        review = self.review
        waiting = review.waiting() if review is not None else []
        if review is None or not waiting:
            return
        keys = [one.key for one in waiting]
        here = next((key for key in keys if key in self.detail.questions), "")
        key = keys[(keys.index(here) + 1) % len(keys)] if here else keys[0]
        self.show_question(key)

    def show_question(self, key: str) -> None:
        """Show the row of a question, the keyboard on its choices; nothing when it is asked no more."""
        row = self.review.row_asking(key) if self.review is not None else None
        if row is None:
            return
        self._widen_to(row.id)
        if key in self.detail.questions:
            self.detail.questions[key].take_focus()

    def _take_suggestions(self) -> None:
        waiting = self.review.waiting() if self.review is not None else []
        if suggested := {one.key: one.suggested for one in waiting if one.suggested}:
            self.answered.emit(suggested)

    def _show_undone(self) -> None:
        review = self.review
        undone = review.undone() if review is not None else []
        who = _listed(list(dict.fromkeys(change.undone_by for change in undone)))
        kept = sum(1 for change in undone if review is not None and not review.is_ticked(change.key))
        self.undone.show_undone(who, len(undone), kept)

    def _put_back(self, back: bool) -> None:
        """Keep here all that colleagues took back, or let it go."""
        if self.review is not None:
            self.review.tick([change.key for change in self.review.undone()], not back)
            self._after_tick()
            self.model.repaint_all()

    def _confirm(self) -> None:
        self._confirmed = True
        self._met.update(_origins(self.review.plan.sources) if self.review is not None else ())
        self.origin.clear()
        shown = (self.banner, self.suite, self.questions, self.undone)
        self._spare.setVisible(any(not one.isHidden() for one in shown))
        self._count()


def _origins(sources: Sequence[Source]) -> list[str]:
    """Whose work arrives for the first time: who made the workbooks, and those whose work they relay."""
    makers = [source.author or source.path.name for source in sources if source.is_new_replica]
    return list(dict.fromkeys([*makers, *(name for source in sources for name in source.new_replicas)]))


def _is_origin(source: Source) -> bool:
    """Whether the banner of a source says only that it comes from somebody new."""
    return source.banner.startswith("Nouvelle origine")


def _listed(names: Sequence[str]) -> str:
    """`Nord`, `Nord et Ouest`, `Nord, Ouest et Sud`."""
    return " et ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def _foot(review: Review) -> str:
    """How one comes back. A colleague's log keeps its own gestures: Ctrl+Z, which is this laptop's, is not enough."""
    back = "s’annule ensuite d’un geste" if review.plan.batch.modifications else "s’annule avec Ctrl+Z"
    return f"Un point de restauration sera créé. L’import entier {back}."
