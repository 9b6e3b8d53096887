"""Importer: drop a workbook, see everything it would change, decide, import as one gesture.

Nothing is written before « Importer ». The reading and the writing are tasks of their own; the window stays free.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.errors import Cancelled, KnownError
from app.exchange.preview import Applied, Kind, Source
from app.formatting import counted
from app.ui.context import Context
from app.ui.jobs import Job
from app.ui.pages.exchanges_done import Done
from app.ui.pages.exchanges_engine import Engine
from app.ui.pages.exchanges_mapping import MappingPane
from app.ui.pages.exchanges_parts import FILE_FILTER, DropZone, Progress, ask
from app.ui.pages.exchanges_preview import PreviewPane
from app.ui.pages.exchanges_review import Review
from app.ui.pages.exchanges_work import ImportWork
from app.ui.widgets.banner import Banner

FOLDER = "imports_folder"


class ImportView(QWidget):
    """The moments of an import: drop, reading, columns of a foreign table, preview.

    `conflicts_asked` leads to those that wait.
    """

    conflicts_asked = Signal()
    journal_asked = Signal()
    changed = Signal()

    def __init__(self, context: Context, engine: Engine) -> None:
        super().__init__()
        self._context = context
        self._theme = context.theme
        self._engine = engine
        self.work = ImportWork(context, engine)
        self.banner = Banner(self._theme)
        self.done = Done(context)
        self.conflicts = Banner(self._theme)
        self.zone = DropZone(self._theme)
        self.progress = Progress(self._theme)
        self.preview = PreviewPane(context)
        self.mapping: MappingPane | None = None
        #: Dropped while a task was under way: read once it is over.
        self._later: list[Path] = []
        self._stack = QStackedWidget()
        self._arrange()
        self._connect()

    def _arrange(self) -> None:
        theme = self._theme
        self._start = QFrame()
        self._start.setProperty("role", "window")
        column = QVBoxLayout(self._start)
        edge = theme.px("space.page")
        column.setContentsMargins(edge, theme.px(16), edge, edge)
        column.setSpacing(theme.px(12))
        for part in (self.banner, self.done, self.conflicts):
            column.addWidget(part)
        column.addStretch(1)
        column.addWidget(self.zone)
        column.addStretch(2)
        self._reading = QFrame()
        self._reading.setProperty("role", "window")
        card = QFrame()
        card.setProperty("role", "card")
        card.setMaximumWidth(theme.px(640))
        inside = QVBoxLayout(card)
        inside.setContentsMargins(theme.px(24), theme.px(20), theme.px(24), theme.px(20))
        inside.addWidget(self.progress)
        column = QVBoxLayout(self._reading)
        column.addStretch(1)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(card, 6)
        row.addStretch(1)
        column.addLayout(row)
        column.addStretch(2)
        for state in (self._start, self._reading, self.preview):
            self._stack.addWidget(state)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self._stack)

    def _connect(self) -> None:
        self.zone.asked.connect(self.choose_files)
        self.zone.dropped.connect(self.read)
        self.banner.acted.connect(self._try_again)
        self.conflicts.acted.connect(self.conflicts_asked)
        self.progress.stopped.connect(self._stop)
        self.preview.abandoned.connect(self._leave_preview)
        self.preview.accepted.connect(self.import_all)
        self.preview.another_asked.connect(self.choose_files)
        self.preview.answered.connect(self.answer)
        self.done.undo_asked.connect(self._undo)
        self.done.renewal_asked.connect(self.renew)
        self.done.conflicts_asked.connect(self.conflicts_asked)
        self.done.journal_asked.connect(self.journal_asked)
        work = self.work
        work.advanced.connect(self._show_job)
        work.idle.connect(self._read_later)
        work.columns_asked.connect(self._ask_columns)
        work.previewed.connect(self._show)
        work.answered.connect(self._show_answered)
        work.stale.connect(self._show_stale)
        work.applied.connect(self._show_applied)
        work.renewed.connect(lambda paths: self._end_renewal(paths=paths))
        work.reading_failed.connect(self._explain)
        work.answering_failed.connect(self._show_unanswered)
        work.writing_failed.connect(self._refuse)
        work.renewing_failed.connect(lambda fault: self._end_renewal(fault=fault))
        for key, step in (("F8", 1), ("Shift+F8", -1)):
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(lambda step=step: self.preview.step_conflict(step))

    # -- what the page calls ------------------------------------------------------------------------------------------

    def show_waiting(self, count: int) -> None:
        """Conflicts that wait in the notebook, told where one comes to import."""
        if count and self.done.isHidden():
            self.conflicts.tell(
                f"{counted(count, 'conflit attend', 'conflits attendent')}.",
                "Deux valeurs se contredisent, personne n’a encore choisi.",
                tone="warning", action="Trancher", icon="alert-triangle",
            )  # fmt: skip
        else:
            self.conflicts.clear()

    def is_reviewing(self) -> bool:
        """True while a preview is on screen."""
        return self._stack.currentWidget() is self.preview

    def is_busy(self) -> bool:
        return self.work.is_busy

    def status(self) -> tuple[str, str]:
        return ("", "")

    def take_focus(self) -> None:
        if self.is_reviewing():
            self.preview.take_focus()
        elif self.mapping is not None and self._stack.currentWidget() is self.mapping:
            self.mapping.take_focus()
        else:
            self.zone.choose.setFocus(Qt.FocusReason.OtherFocusReason)

    def notebook_changed(self, changes: Any = None) -> None:
        """The notebook changed while a preview was on screen: it is computed again, the decisions kept.

        What was imported is no longer told once something was taken back.
        """
        if getattr(changes, "kind", "") in ("undo", "redo"):
            self.done.hide()
        if self.work.is_busy:
            return
        if self.is_reviewing():
            self._begin_reading()
            self.work.read()
        elif self.mapping is not None and self._stack.currentWidget() is self.mapping:
            self.mapping.count_again()

    def waiting(self) -> str:
        """What closing the window now would lose, in a sentence; "" for nothing."""
        self.preview.detail.keep_typing()
        return "Un aperçu d’import attend, avec vos choix." if self.work.has_work() else ""

    # -- reading ------------------------------------------------------------------------------------------------------

    def choose_files(self) -> None:
        kept = Path(self._context.preferences.value(FOLDER, "") or ".")
        folder = kept if kept.is_absolute() and kept.is_dir() else Path.home()
        names, _ = QFileDialog.getOpenFileNames(self, "Choisir des classeurs", str(folder), FILE_FILTER)
        if names:
            self._context.preferences.keep(FOLDER, str(Path(names[0]).parent))
            self.read([Path(name) for name in names])

    def read(self, paths: Sequence[Path]) -> None:
        """Read these workbooks and show what they would change; asks first when that would lose what was decided.

        Those that come while others are read are read with them; while something else is done, after it.
        """
        if not paths:
            return
        if self.work.is_reading:
            self._add(paths)
            return
        if self.work.is_busy:
            self._later += paths
            return
        if not self.work.has_work():
            self._begin(paths)
            return
        ask(
            self,
            "Un aperçu attend, avec vos choix.",
            "Rien n’en est encore écrit. Ces fichiers peuvent le rejoindre, vos choix restent, ou prendre sa place.",
            "Les ajouter à l’aperçu",
            lambda: self._add(paths),
            second="Commencer un autre aperçu",
            otherwise=lambda: self._begin(paths),
        )

    def _read_later(self) -> None:
        paths, self._later = self._later, []
        self.read(paths)

    def _begin(self, paths: Sequence[Path]) -> None:
        self.done.hide()
        self._forget()
        self._begin_reading(paths)
        self.work.begin(paths)

    def _add(self, paths: Sequence[Path]) -> None:
        self._begin_reading(list(dict.fromkeys([*self.work.paths, *paths])))
        self.work.add(paths)

    def _try_again(self) -> None:
        """The files as they are now, with all that was given and decided."""
        self._begin_reading()
        self.work.read(again=True)

    def _begin_reading(self, paths: Sequence[Path] = ()) -> None:
        paths = paths or self.work.paths
        self.banner.clear()
        said = paths[0].name if len(paths) == 1 else counted(len(paths), "classeur")
        self.progress.begin(f"Lecture de {said}", "Rien n’est écrit dans le carnet.")
        self._stack.setCurrentWidget(self._reading)
        self.changed.emit()

    def _show_job(self, job: Job) -> None:
        # Writing tells nothing of where it is: the notebook changed, and the preview is being made again.
        if self.work.is_writing and not self.progress.stop.isEnabled() and not job.is_stopped:
            self.progress.begin("Le carnet a changé entre-temps", "L’aperçu se refait, vos choix sont gardés.")
        self.progress.show_job(job)

    def answer(self, answers: Mapping[str, str]) -> None:
        """Make the preview again with these answers, on screen meanwhile; what was decided is kept."""
        if self.work.review is None or self.work.is_busy:
            return
        self.preview.setEnabled(False)
        self.work.answer(answers)
        self.changed.emit()

    def _show(self) -> None:
        work = self.work
        self.preview.setEnabled(True)
        self.preview.show_plan(work.review, work.received)
        self.preview.leave.setText("Revenir aux colonnes" if work.mappings else "Abandonner")
        if lost := work.review.told_lost():
            self.preview.tell("Aperçu refait.", f"{lost} Le reste est gardé.", tone="warning")
        self._stack.setCurrentWidget(self.preview)
        self.preview.take_focus()
        self.changed.emit()

    def _show_answered(self, key: str) -> None:
        self.preview.setEnabled(True)
        self.preview.show_plan(self.work.review, self.work.received)
        self.preview.show_question(key)
        self.changed.emit()

    def _show_unanswered(self, fault: BaseException) -> None:
        """The preview stays as it was before the answer."""
        self.preview.setEnabled(True)
        self._tell_in_preview(fault, "Votre réponse n’est pas prise en compte.")

    def _ask_columns(self, tables: Sequence[Path]) -> None:
        """Foreign tables: what their columns mean comes before what they change."""
        if self.mapping is None:
            self.mapping = MappingPane(self._context, self._engine.tables)
            self.mapping.agreed.connect(self._read_columns)
            self.mapping.abandoned.connect(self.abandon)
            self.mapping.another_asked.connect(self.choose_files)
            self._stack.addWidget(self.mapping)
        self.mapping.show_tables(tables)
        self._show_columns()

    def _show_columns(self) -> None:
        self._stack.setCurrentWidget(self.mapping)
        self.mapping.take_focus()
        self.changed.emit()

    def _read_columns(self, mappings: dict[Path, Any]) -> None:
        self._begin_reading()
        self.work.read_columns(mappings)

    def _leave_preview(self) -> None:
        """Back to the columns of a foreign table, where all is as it was left; else to the beginning."""
        if self.work.mappings and self.mapping is not None:
            self._show_columns()
        else:
            self.abandon()

    def _explain(self, fault: BaseException) -> None:
        """Reading did not come to its end: what was decided on an earlier preview waits for « Réessayer »."""
        self.preview.setEnabled(True)
        banner, gestures = self.banner, ("Reprendre", "Réessayer")
        if self.work.mappings and self.mapping is not None:
            # What the columns say is all there, and « Voir l’aperçu » tries again.
            banner, gestures = self.mapping.banner, ("", "")
            self._stack.setCurrentWidget(self.mapping)
        else:
            self._stack.setCurrentWidget(self._start)
        kept = "Vos choix sont gardés." if self.work.has_work() else ""
        if isinstance(fault, Cancelled):
            told = " ".join(part for part in ("Aucun changement n’a été lu. Le carnet n’a pas changé.", kept) if part)
            banner.tell("Arrêté.", told, action=gestures[0])
        elif isinstance(fault, KnownError):
            advice = " ".join(part for part in (fault.advice, kept) if part)
            banner.tell(fault.message, advice, tone="danger", action=gestures[1])
        else:
            self._context.jobs.crashed.emit(fault)
        self.changed.emit()

    def _stop(self) -> None:
        self.progress.stop.setEnabled(False)
        self.work.stop()

    # -- deciding -----------------------------------------------------------------------------------------------------

    def abandon(self) -> None:
        """Leave the preview, after a question when that would lose what was decided; nothing was written."""
        if not self.work.has_work():
            self._abandon()
            return
        ask(
            self,
            "Abandonner cet aperçu, et vos choix ?",
            "Rien n’en a été écrit dans le carnet. Les fichiers restent où ils sont.",
            "Abandonner",
            self._abandon,
        )

    def _abandon(self) -> None:
        self._forget()
        self._stack.setCurrentWidget(self._start)
        self.zone.choose.setFocus(Qt.FocusReason.OtherFocusReason)
        self.changed.emit()

    def _forget(self) -> None:
        self.preview.forget()
        if self.mapping is not None:
            self.mapping.forget()
        self.work.forget()

    def import_all(self) -> None:
        """Import what is decided, after a question when many values or rows would go."""
        review = self.work.review
        if review is None or self.work.is_busy:
            return
        erased, deleted = review.erasures(), review.deletions()
        if not erased:
            self._apply(review)
            return
        said = counted(erased, "valeur sera effacée", "valeurs seront effacées")
        more = f", et {counted(deleted, 'ligne supprimée', 'lignes supprimées')}" if deleted else ""
        ask(
            self,
            f"{said}{more}.",
            "Ces cellules sont vides dans le classeur. Si elles y ont été vidées par erreur, annulez et décochez-les."
            " L’import entier s’annule d’un geste.",
            "Importer quand même",
            lambda: self._apply(review),
        )

    def _apply(self, review: Review) -> None:
        self.progress.begin(
            f"Import de {counted(review.accepted(), 'changement')}",
            "Le point de restauration se crée, puis tout s’écrit d’un coup.",
        )
        self.progress.stop.setEnabled(False)
        self._stack.setCurrentWidget(self._reading)
        self.work.apply()
        self.changed.emit()

    def _show_applied(self, applied: Applied, review: Review) -> None:
        self._forget()
        self.conflicts.clear()
        names = [source.path.name for source in review.plan.sources]
        self.done.show_applied(applied, names, renewable(review))
        self._stack.setCurrentWidget(self._start)
        self.changed.emit()

    def _show_stale(self) -> None:
        """The notebook had changed: nothing was written, and the preview is made again."""
        self._show()
        lost = self.work.review.told_lost()
        self.preview.tell(
            "Le carnet a changé entre-temps.",
            f"L’aperçu a été refait. {f'{lost} Le reste est gardé.' if lost else 'Vos choix sont gardés.'}"
            " Vérifiez-le, puis importez.",
            tone="warning",
        )

    def _refuse(self, fault: BaseException) -> None:
        """Writing was refused: the preview comes back as it was."""
        self._stack.setCurrentWidget(self.preview)
        self._tell_in_preview(fault, "Rien n’a été écrit.")

    def _tell_in_preview(self, fault: BaseException, kept: str) -> None:
        if isinstance(fault, Cancelled):
            self.preview.tell("Arrêté.", kept)
        elif isinstance(fault, KnownError):
            self.preview.tell(fault.message, fault.advice, tone="danger")
        else:
            self._context.jobs.crashed.emit(fault)
        self.changed.emit()

    def renew(self, sources: Sequence[Source], target: Path) -> None:
        """Write these workbooks as they are now, in a file or a folder."""
        if self.work.renew(sources, target):
            self.done.show_renewing()
            self.changed.emit()

    def _end_renewal(self, *, paths: Sequence[Path] = (), fault: BaseException | None = None) -> None:
        if fault is None:
            self.done.show_renewed(paths)
        elif isinstance(fault, KnownError):
            self.done.show_refused(f"{fault.message} {fault.advice}")
        else:
            self._context.jobs.crashed.emit(fault)
        self.changed.emit()

    def _undo(self) -> None:
        try:
            notes = self._engine.undo_import(self.done.import_id)
        except KnownError as error:
            self.banner.tell(error.message, error.advice, tone="danger")
            return
        self.done.show_undone(notes)


def renewable(review: Review) -> list[Source]:
    """The workbooks of a preview that people edited by hand, and whose content is known."""
    by_hand = any(change.lockable and change.kind is not Kind.STALE for change in review.plan.changes)
    return [source for source in review.plan.sources if by_hand and source.profile]
