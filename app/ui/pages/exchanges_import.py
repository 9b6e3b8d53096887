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
from app.exchange.preview import Applied, ImportPlan, Kind, PlanStale, Source
from app.formatting import counted
from app.ui.context import Context
from app.ui.jobs import Job
from app.ui.pages.exchanges_done import Done
from app.ui.pages.exchanges_engine import Engine
from app.ui.pages.exchanges_mapping import MappingPane
from app.ui.pages.exchanges_parts import FILE_FILTER, DropZone, Progress, ask
from app.ui.pages.exchanges_preview import PreviewPane
from app.ui.pages.exchanges_review import Review
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
        self._paths: list[Path] = []
        self._received: dict[Path, float] = {}
        self._job: Job | None = None
        self.banner = Banner(self._theme)
        self.done = Done(context)
        self.waiting = Banner(self._theme)
        self.zone = DropZone(self._theme)
        self.progress = Progress(self._theme)
        self.preview = PreviewPane(context)
        self.mapping: MappingPane | None = None
        self._mappings: dict[Path, Any] = {}
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
        for part in (self.banner, self.done, self.waiting):
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
        self.banner.acted.connect(lambda: self.read(self._paths))
        self.waiting.acted.connect(self.conflicts_asked)
        self.progress.stopped.connect(self._stop)
        self.preview.abandoned.connect(self._leave_preview)
        self.preview.accepted.connect(self.import_all)
        self.preview.another_asked.connect(self.choose_files)
        self.preview.answered.connect(self.answer)
        self.done.undo_asked.connect(self._undo)
        self.done.renewal_asked.connect(self.renew)
        self.done.conflicts_asked.connect(self.conflicts_asked)
        self.done.journal_asked.connect(self.journal_asked)
        self._context.jobs.advanced.connect(self._show_progress)
        for key, step in (("F8", 1), ("Shift+F8", -1)):
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(lambda step=step: self.preview.step_conflict(step))

    # -- what the page calls ------------------------------------------------------------------------------------------

    def show_waiting(self, count: int) -> None:
        """Conflicts that wait in the notebook, told where one comes to import."""
        if count and self.done.isHidden():
            self.waiting.tell(
                f"{counted(count, 'conflit attend', 'conflits attendent')}.",
                "Deux valeurs se contredisent, personne n’a encore choisi.",
                tone="warning", action="Trancher", icon="alert-triangle",
            )  # fmt: skip
        else:
            self.waiting.clear()

    def is_reviewing(self) -> bool:
        """True while a preview is on screen."""
        return self._stack.currentWidget() is self.preview

    def is_busy(self) -> bool:
        return self._job is not None

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
        if self.is_reviewing() and self._job is None:
            self._read(self.preview.review)

    # -- reading ------------------------------------------------------------------------------------------------------

    def choose_files(self) -> None:
        kept = Path(self._context.preferences.value(FOLDER, "") or ".")
        folder = kept if kept.is_absolute() and kept.is_dir() else Path.home()
        names, _ = QFileDialog.getOpenFileNames(self, "Choisir des classeurs", str(folder), FILE_FILTER)
        if names:
            self._context.preferences.keep(FOLDER, str(Path(names[0]).parent))
            self.read([Path(name) for name in names])

    def read(self, paths: Sequence[Path]) -> None:
        """Read these workbooks and show what they would change."""
        if self._job is not None or not paths:
            return
        self._paths = list(paths)
        self._mappings = {}
        self.done.hide()
        self._read(None)

    def answer(self, answers: Mapping[str, str]) -> None:
        """Make the preview again with these answers, on screen meanwhile; what was decided is kept."""
        review, paths = self.preview.review, list(self._paths)
        if review is None or self._job is not None:
            return
        given, mappings = {**review.plan.answers, **answers}, dict(self._mappings)
        self.preview.setEnabled(False)
        self._job = job = self._context.jobs.run(
            "Aperçu",
            lambda job: Review(self._prepare(paths, job, mappings, given), review),
            lambda found: self._show_answered(job, found, next(iter(answers), "")),
            lambda fault: self._explain(job, fault, "Aucun changement n’a été lu."),
        )
        self.changed.emit()

    def _show_answered(self, job: Job, review: Review, key: str) -> None:
        if job is not self._job:
            return
        self._job = None
        self.preview.setEnabled(True)
        self.preview.show_plan(review, self._received)
        self.preview.show_question(key)
        self.changed.emit()

    def _read(self, earlier: Review | None) -> None:
        paths, mappings = list(self._paths), dict(self._mappings)
        answers = earlier.plan.answers if earlier is not None else {}
        self.banner.clear()
        said = paths[0].name if len(paths) == 1 else counted(len(paths), "classeur")
        self.progress.begin(f"Lecture de {said}", "Rien n’est écrit dans le carnet.")
        self._stack.setCurrentWidget(self._reading)
        self._job = job = self._context.jobs.run(
            f"Lecture de {said}",
            # Thousands of changes take a while to gather: here rather than in the window's thread.
            lambda job: (Review(self._prepare(paths, job, mappings, answers), earlier), _received(paths)),
            lambda found: self._show(job, found),
            lambda fault: self._explain(job, fault, "Aucun changement n’a été lu."),
        )
        self.changed.emit()

    def _prepare(
        self, paths: Sequence[Path], job: Job, mappings: Mapping[Path, Any], answers: Mapping[str, str]
    ) -> ImportPlan:
        given = {"mapping": mappings, "answers": answers}
        return self._engine.prepare(paths, job, **{name: one for name, one in given.items() if one})

    def _show(self, job: Job, found: tuple[Review, dict[Path, float]]) -> None:
        if job is not self._job:
            return
        self._job = None
        tables = [source.path for source in found[0].plan.sources if source.mode == "E"]
        if tables and not self._mappings:
            self._ask_columns(tables)
            return
        self._received = found[1]
        self.preview.show_plan(*found)
        self.preview.leave.setText("Revenir aux colonnes" if self._mappings else "Abandonner")
        self._stack.setCurrentWidget(self.preview)
        self.preview.take_focus()
        self.changed.emit()

    def _ask_columns(self, tables: Sequence[Path]) -> None:
        """Foreign tables: what their columns mean comes before what they change."""
        if self.mapping is None:
            self.mapping = MappingPane(self._context, self._engine.tables)
            self.mapping.agreed.connect(self._read_columns)
            self.mapping.abandoned.connect(self.abandon)
            self.mapping.another_asked.connect(self.choose_files)
            self._stack.addWidget(self.mapping)
        self.mapping.show_tables(tables)
        self._stack.setCurrentWidget(self.mapping)
        self.mapping.take_focus()
        self.changed.emit()

    def _read_columns(self, mappings: dict[Path, Any]) -> None:
        self._mappings = mappings
        self._read(None)

    def _leave_preview(self) -> None:
        """Back to the columns of a foreign table, else to the beginning."""
        if self._mappings and self.mapping is not None:
            self._mappings = {}
            self.preview.forget()
            self._stack.setCurrentWidget(self.mapping)
            self.mapping.take_focus()
            self.changed.emit()
        else:
            self.abandon()

    def _explain(self, job: Job, fault: BaseException, kept: str) -> None:
        if job is not self._job:
            return
        self._job = None
        self.preview.setEnabled(True)
        self._stack.setCurrentWidget(self._start)
        if isinstance(fault, Cancelled):
            self.banner.tell("Arrêté.", f"{kept} Le carnet n’a pas changé.", action="Reprendre")
        elif isinstance(fault, KnownError):
            self.banner.tell(fault.message, fault.advice, tone="danger", action="Réessayer")
        else:
            self._context.jobs.crashed.emit(fault)
        self.changed.emit()

    def _stop(self) -> None:
        if self._job is not None:
            self.progress.stop.setEnabled(False)
            self._job.stop()

    def _show_progress(self, job: Job) -> None:
        if job is self._job:
            self.progress.show_job(job)

    # -- deciding -----------------------------------------------------------------------------------------------------

    def abandon(self) -> None:
        """Leave the preview; nothing was written."""
        self._forget()
        self._stack.setCurrentWidget(self._start)
        self.zone.choose.setFocus(Qt.FocusReason.OtherFocusReason)
        self.changed.emit()

    def _forget(self) -> None:
        self.preview.forget()
        self._mappings = {}
        self._engine.forget()

    def import_all(self) -> None:
        """Import what is decided, after a question when many values or rows would go."""
        review = self.preview.review
        if review is None or self._job is not None:
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
        plan, decisions, total = review.settled_plan(), review.decisions(), review.accepted()
        self.progress.begin(
            f"Import de {counted(total, 'changement')}",
            "Le point de restauration se crée, puis tout s’écrit d’un coup.",
        )
        self.progress.stop.setEnabled(False)
        self._stack.setCurrentWidget(self._reading)
        self._job = job = self._context.jobs.run(
            "Import",
            lambda _job: self._engine.apply(plan, decisions),
            lambda applied: self._finish(job, review, applied),
            lambda fault: self._refuse(job, review, fault),
        )
        self.changed.emit()

    def _finish(self, job: Job, review: Review, applied: Applied) -> None:
        if job is not self._job:
            return
        self._job = None
        names = [source.path.name for source in review.plan.sources]
        self._forget()
        self.waiting.clear()
        self.done.show_applied(applied, names, renewable(review))
        self._stack.setCurrentWidget(self._start)
        self.changed.emit()

    def _refuse(self, job: Job, review: Review, fault: BaseException) -> None:
        """Writing was refused: the preview comes back as it was, or as it is now."""
        if job is not self._job:
            return
        self._job = None
        self._stack.setCurrentWidget(self.preview)
        if isinstance(fault, PlanStale):
            fresh = Review(fault.plan, review)
            self.preview.show_plan(fresh, {})
            self.preview.tell(
                "Le carnet a changé entre-temps.",
                "L’aperçu a été refait, vos choix sont gardés. Vérifiez-le, puis importez.",
                tone="warning",
            )
        elif isinstance(fault, KnownError):
            self.preview.tell(fault.message, fault.advice, tone="danger")
        else:
            self._context.jobs.crashed.emit(fault)
        self.changed.emit()

    def renew(self, sources: Sequence[Source], target: Path) -> None:
        """Write these workbooks as they are now, in a file or a folder."""
        if self._job is not None:
            return
        self.done.show_renewing()
        self._job = job = self._context.jobs.run(
            "Classeur à jour",
            lambda job: [self._engine.renew(source, target, job).path for source in sources],
            lambda paths: self._end_renewal(job, paths=paths),
            lambda fault: self._end_renewal(job, fault=fault),
        )
        self.changed.emit()

    def _end_renewal(self, job: Job, *, paths: Sequence[Path] = (), fault: BaseException | None = None) -> None:
        if job is not self._job:
            return
        self._job = None
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


def _received(paths: Sequence[Path]) -> dict[Path, float]:
    """When each file was last written, in seconds since 1970: a share may be slow, so not in the window's thread."""
    found = {}
    for path in paths:
        try:
            found[path] = path.stat().st_mtime
        except OSError:
            continue
    return found
