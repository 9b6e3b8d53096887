"""Rapports: choose a document, see it as it will be printed, print or save it.

The document is made in a task as soon as it is chosen, and again when an option changes: printing is two clicks away
from anywhere. What was made before stays on screen meanwhile.
"""

import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Qt, QTimer, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QScrollArea, QStackedWidget, QVBoxLayout

from app.errors import Cancelled, KnownError
from app.formatting import NBSP, counted, shorten
from app.ui.context import Context
from app.ui.jobs import Job
from app.ui.navigation import Page
from app.ui.pages.reports_gallery import THUMBNAIL, Gallery
from app.ui.pages.reports_options import WHOLE_TOWN, OptionsForm
from app.ui.pages.reports_preview import Preview, print_pages
from app.ui.widgets.banner import Banner
from app.ui.widgets.buttons import button, icon_button
from app.ui.widgets.empty_state import EmptyState
from app.ui.widgets.labels import label
from app.ui.widgets.lines import SENTENCE_AFTER_MS
from app.ui.widgets.page_header import PageHeader

DEFAULT_REPORT = "projet-de-quartier"
FOLDER = "reports_folder"
#: Width of the gallery and of the options, in pixels at 100 %.
SIDE = 336
#: Options changed one after the other make one document.
PATIENCE_MS = 200
LONGEST_NAME = 110
TITLE_SHOWN = 64


class ReportsPage(Page):
    """The gallery and the options at the left, the pages at the right."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._catalogue: Mapping[str, Any] = {}
        self._asked: dict[str, str] = {}
        self._report = ""
        self._job: Job | None = None
        self._data = b""
        self._quarter = context.quarter
        self._made_for = ""

    def build(self) -> None:
        theme = self.theme
        self._header = PageHeader(theme, "Rapports")
        self._open = icon_button(
            theme, "external-link", "Ouvrir dans la visionneuse", outlined=True, clicked=self.open_outside
        )
        self._save = button(theme, "Enregistrer…", icon="device-floppy", clicked=self.save)
        self._print = button(theme, "Imprimer", kind="primary", icon="printer", clicked=self.print_page)
        for gesture in (self._open, self._save, self._print):
            self._header.add_right(gesture)
        self.gallery = Gallery(theme)
        self.options = OptionsForm(self.context)
        self.preview = Preview(theme)
        self._banner = Banner(theme)
        self._waiting = _WaitingLine(self.context)
        self._missing: EmptyState | None = None
        self._stack = QStackedWidget()
        self._stack.addWidget(self.preview)
        self._patience = QTimer(self, singleShot=True, interval=PATIENCE_MS)
        self._arrange()
        self.gallery.chosen.connect(self.choose)
        self.options.changed.connect(self._patience.start)
        self._patience.timeout.connect(self.make)
        self._banner.acted.connect(self.make)
        self._waiting.stopped.clicked.connect(lambda _checked=False: self._job.stop() if self._job else None)
        self._offer()

    def _arrange(self) -> None:
        theme = self.theme
        side = QFrame()
        side.setProperty("role", "surface")
        column = QVBoxLayout(side)
        edge = theme.px("space.page")
        column.setContentsMargins(edge, theme.px(12), theme.px(16), theme.px(16))
        column.setSpacing(theme.px(18))
        column.addWidget(self.gallery)
        column.addWidget(self.options)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setFixedWidth(theme.px(SIDE))
        scroll.setWidget(side)
        line = QFrame()
        line.setProperty("role", "line")
        line.setFixedWidth(1)
        right = QVBoxLayout()
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(0)
        for part in (self._banner, self._waiting):
            right.addWidget(part)
        right.addWidget(self._stack, 1)
        body = QHBoxLayout()
        body.setSpacing(0)
        body.addWidget(scroll)
        body.addWidget(line)
        body.addLayout(right, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._header)
        layout.addLayout(body, 1)

    # -- choosing -------------------------------------------------------------------------------------------------

    def show_filter(self, report: str = "", record: str = "", **options: str) -> None:
        """Open on a report, its record (`record=` or `action=`) and its options already given."""
        if not (report or record or options):
            return
        self._asked = {**options, **({"record": record} if record else {})}
        self._report = report or self._report or DEFAULT_REPORT
        if self._catalogue:
            self.choose(self._report, **self._asked)

    def reload(self, changes: Any = None) -> None:
        """Make the document again: the notebook changed, or the quartier of the top bar."""
        if not self._catalogue:
            self._read_catalogue()
        elif self.context.quarter != self._quarter:
            self._quarter = self.context.quarter
            self.choose(self._report, **{**self.options.values(), "district": self._quarter or WHOLE_TOWN})
        elif changes is not None or not self._data:
            self._patience.start()

    def choose(self, name: str, **given: str) -> None:
        """Show a report and make it; options not given keep what the quartier of the top bar means."""
        name = name if name in self._catalogue else DEFAULT_REPORT
        report = self._catalogue[name]
        known = {option.key: option for option in report.options}
        kept = {
            key: text for key, text in self.options.values().items() if key in known and known[key].kind != "record"
        }
        about = next((option.key for option in report.options if option.kind == "record"), "")
        if "record" in given and about:
            given[about] = given.pop("record")
        preset = {"district": self.context.quarter or WHOLE_TOWN}
        self._report = name
        self._asked = {}
        self.gallery.choose(name)
        self.options.show_options(
            report.options, {**preset, **kept, **{key: text for key, text in given.items() if key in known}}
        )
        self.make()

    def _read_catalogue(self) -> None:
        """The list brings the libraries that make documents: they are read aside, the first time."""
        if self._job is not None:
            return

        def read(_job: Job) -> Mapping[str, Any]:
            from app.reports.catalogue import CATALOGUE

            return CATALOGUE

        def fill(catalogue: Mapping[str, Any]) -> None:
            self._job = None
            self._catalogue = catalogue
            for report in catalogue.values():
                self.gallery.add(report.name, report.title, report.summary)
            self.choose(self._report or DEFAULT_REPORT, **self._asked)

        self._job = self.context.jobs.run("Liste des documents", read, fill)

    # -- making ---------------------------------------------------------------------------------------------------

    def make(self) -> None:
        """Make the chosen document with the options as they are."""
        self._patience.stop()
        if self._job is not None:
            self._job.stop()
            self._job = None
        report, options = self._catalogue[self._report], self.options.values()
        lacking = next((one for one in report.options if one.required and one.key not in options), None)
        if lacking is not None:
            self._ask_for(lacking)
            return
        self._banner.clear()
        self._stack.setCurrentWidget(self.preview)
        context, today = self.context, self.context.clock().date()

        def work(job: Job) -> bytes:
            with tempfile.TemporaryDirectory() as folder, context.store.read() as connection:
                path = Path(folder) / "rapport.pdf"
                report.build(
                    connection,
                    options,
                    path,
                    today=today,
                    progress=lambda done, total: job.advance(done / max(total, 1)),
                    cancelled=lambda: job.is_stopped,
                )
                return path.read_bytes()  # fmt: skip

        name = self._report
        self._job = job = context.jobs.run(
            f"{report.title} en cours",
            work,
            lambda data: self._show(job, name, data),
            lambda fault: self._explain(job, fault),
        )
        self._waiting.begin(f"{report.title}{NBSP}: les pages se préparent…")
        self._offer()

    def _show(self, job: Job, name: str, data: bytes) -> None:
        if job is not self._job:
            return
        self._end()
        self._data, self._made_for = data, name
        self.preview.show_document(data)
        size = QSize(self.theme.px(THUMBNAIL[0]), self.theme.px(THUMBNAIL[1]))
        self.gallery.tile(name).show_picture(self.preview.first_page(size, self.devicePixelRatioF()))
        pages = counted(self.preview.document.pageCount(), "page")
        self._header.set_title("Rapports", f"{shorten(self.preview.title(), TITLE_SHOWN)} · {pages}")
        self._offer()

    def _explain(self, job: Job, fault: BaseException) -> None:
        if job is not self._job:
            return
        self._end()
        if isinstance(fault, Cancelled):
            self._banner.tell("Le document n’a pas été fait.", "Vous l’avez arrêté.", action="Refaire")
        elif isinstance(fault, KnownError):
            self._banner.tell(fault.message, fault.advice, tone="danger")
        else:
            self.context.jobs.crashed.emit(fault)
        self._offer()

    def _end(self) -> None:
        self._job = None
        self._waiting.end()

    def _ask_for(self, option: Any) -> None:
        """Nothing to show before the record is chosen: say which, and lead to it."""
        self._end()
        self._data, self._made_for = b"", ""
        self._header.set_title("Rapports", "")
        if self._missing is not None:
            self._stack.removeWidget(self._missing)
            self._missing.deleteLater()
        word = option.label[:1].lower() + option.label[1:]
        self._missing = EmptyState(
            self.theme, icon="list-details", title=f"De quelle {word} s’agit-il{NBSP}?",
            sentence="Tapez quelques lettres de son titre ou de son code, dans les options à gauche.",
            main="Choisir", main_icon="pencil",
        )  # fmt: skip
        self._missing.main_asked.connect(lambda: self.options.focus_option(option.key))
        self._stack.addWidget(self._missing)
        self._stack.setCurrentWidget(self._missing)
        self._offer()

    def _offer(self) -> None:
        """What can be done with the document on screen."""
        ready = bool(self._data) and self._made_for == self._report and self._job is None
        for gesture in (self._open, self._save, self._print):
            gesture.setEnabled(ready)

    # -- using it -------------------------------------------------------------------------------------------------

    def print_page(self) -> None:
        """Ask the system for a printer, then print (Ctrl+P)."""
        if not self._print.isEnabled():
            return
        from PySide6.QtPrintSupport import QPrintDialog, QPrinter

        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        printer.setDocName(self.preview.title())
        dialog = QPrintDialog(printer, self)
        dialog.setMinMax(1, self.preview.document.pageCount())
        if dialog.exec():
            print_pages(self.preview.document, printer)

    def save(self) -> None:
        """Ask where, with a clear name in the folder of last time, then write."""
        proposed = self.folder() / self.file_name()
        chosen, _ = QFileDialog.getSaveFileName(self, "Enregistrer le document", str(proposed), "Document PDF (*.pdf)")
        if chosen:
            self.save_to(Path(chosen).with_suffix(".pdf"))

    def save_to(self, path: Path) -> bool:
        """Write the document; a folder that refuses is told, and the former file stays."""
        from app.reports.document import deliver

        try:
            deliver(path, self._data)
        except KnownError as error:
            self._banner.tell(error.message, error.advice, tone="danger")
            return False
        self.context.preferences.keep(FOLDER, str(path.parent))
        self._banner.tell("Document enregistré.", str(path), tone="success")
        return True

    def open_outside(self) -> None:
        """Open a copy in the system's viewer."""
        folder = Path(tempfile.mkdtemp(prefix="carnet-"))
        path = folder / self.file_name()
        path.write_bytes(self._data)
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))):
            self._banner.tell(
                "Aucune visionneuse ne s’est ouverte.",
                "Enregistrez le document pour l’ouvrir vous-même.",
                tone="warning",
            )

    def file_name(self) -> str:
        """« Projet de quartier Est 2026-11-24.pdf »."""
        title = re.sub(r'[\\/:*?"<>|\s\u00a0]+', " ", self.preview.title() or "Rapport").strip(" .")
        return f"{title[:LONGEST_NAME].strip()} {self.context.clock().date().isoformat()}.pdf"

    def folder(self) -> Path:
        """Where the last document was saved, if it is still there; the person's documents otherwise."""
        kept = Path(self.context.preferences.value(FOLDER, "") or ".")
        if kept.is_absolute() and kept.is_dir():
            return kept
        documents = Path.home() / "Documents"
        return documents if documents.is_dir() else Path.home()

    def status_text(self) -> tuple[str, str]:
        return (self.preview.title() if self._data else "", "")

    def focus_filter(self) -> None:
        self.preview.view.setFocus()


class _WaitingLine(QFrame):
    """Past a second: what is being made, and a way to stop it."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        theme = context.theme
        self._sentence = label("", "small", "muted")
        self.stopped = button(theme, "Arrêter", small=True)
        self._patience = QTimer(self, singleShot=True, interval=SENTENCE_AFTER_MS)
        self.setProperty("role", "filter_bar")
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(12), theme.px(6), theme.px(12), theme.px(6))
        row.addWidget(self._sentence)
        row.addStretch(1)
        row.addWidget(self.stopped)
        self._patience.timeout.connect(self.show)
        self.hide()

    def begin(self, sentence: str) -> None:
        self._sentence.setText(sentence)
        self._patience.start()

    def end(self) -> None:
        self._patience.stop()
        self.hide()
