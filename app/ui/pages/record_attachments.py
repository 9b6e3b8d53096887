"""The files joined to a record: a list in its panel, « Joindre… », and files dropped on the panel.

A file opens as a copy that cannot be written; one that stayed on the laptop of a colleague says so.
"""

from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, QUrl, Signal
from PySide6.QtGui import QContextMenuEvent, QDesktopServices, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QFileDialog,
    QHBoxLayout,
    QMenu,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.errors import KnownError
from app.formatting import NBSP, counted, format_date
from app.services import attachments, records
from app.services.attachments import Attachment
from app.services.joined_files import JoinedFile, read_file, size_words
from app.ui import painting
from app.ui.context import Context
from app.ui.forms.inputs import LineInput
from app.ui.jobs import Job
from app.ui.navigation import is_inside
from app.ui.opened_copies import opened_copies
from app.ui.pages.action_parts import Part, keep_quiet
from app.ui.pages.record_lines import clear
from app.ui.theme import Theme
from app.ui.widgets.buttons import button, icon_button
from app.ui.widgets.drop_veil import DropVeil
from app.ui.widgets.side_panel import Section

KEY = "files"
_TITLE = "Pièces jointes"
_WORKBOOKS = (".xlsx", ".xlsm", ".ods")
_ICONS = {
    "image": "photo",
    "application/pdf": "file-type-pdf",
    "spreadsheet": "file-spreadsheet",
    "text/csv": "file-spreadsheet",
    "text/calendar": "calendar",
    "text/vcard": "id-badge",
}
#: A gesture refused: the sentence, then what to do.
Refuse = Callable[[str, str], None]


def kind_icon(media_type: str) -> str:
    """The icon of a kind of content."""
    return next((icon for kind, icon in _ICONS.items() if kind in media_type), "file-text")


class FileButton(QAbstractButton):
    """One file on two lines: icon, name; weight, day and remark, or whose laptop it stayed on. A click opens it."""

    save_asked = Signal()
    note_asked = Signal()
    #: What should be known of the file, as it was typed in its place.
    note_written = Signal(str)
    delete_asked = Signal()

    def __init__(self, theme: Theme, file: Attachment) -> None:
        super().__init__()
        self._theme = theme
        self.file = file
        self.setText(file.name)
        self.setAccessibleName(f"{file.name}, {self.told}")
        said = f"Ouvrir {file.name}" if file.is_here else f"{file.name}{NBSP}: {file.where_words}"
        # Plain text: what a colleague wrote is never read as marks.
        self.setToolTip(escape("\n".join(part for part in (said, file.note) if part)))
        self.setCursor(Qt.CursorShape.PointingHandCursor if file.is_here else Qt.CursorShape.ArrowCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    @property
    def told(self) -> str:
        """The second line."""
        file, where = self.file, self.file.where_words
        day, note = format_date(file.added_on), " ".join(file.note.split())
        said = (where[:1].upper() + where[1:], size_words(file.size), day, note)
        return "   ·   ".join(part for part in said if part)

    def sizeHint(self) -> QSize:
        return QSize(0, self._theme.px(46))

    def write_note(self) -> None:
        """Type the remark where it is read; Enter or leaving keeps it, Escape does not."""
        line = _RemarkInput(self)
        line.setProperty("small", True)
        line.setAccessibleName(f"Remarque sur {self.file.name}")
        line.setPlaceholderText("Ce qu’il faut savoir de ce fichier")
        line.setText(self.file.note)
        left = self._theme.px(14) + self._theme.px("icon.button") - self._theme.px(4)
        height = self._theme.px("height.control_small")
        line.setGeometry(left, self.height() - height, self.width() - left - self._theme.px(2), height)

        def end(text: str) -> None:
            # Hiding it takes the keyboard away, which would end it again.
            line.blockSignals(True)
            line.hide()
            line.deleteLater()
            if text != self.file.note:
                self.note_written.emit(text)

        def give_up() -> None:
            end(self.file.note)
            self.setFocus(Qt.FocusReason.OtherFocusReason)

        line.editingFinished.connect(lambda: end(line.text().strip()))
        line.given_up.connect(give_up)
        line.show()
        line.setFocus(Qt.FocusReason.OtherFocusReason)
        line.selectAll()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        elif event.key() == Qt.Key.Key_F2:
            self.note_asked.emit()
        elif event.key() == Qt.Key.Key_Delete:
            self.delete_asked.emit()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if self.file.is_here:
            menu.addAction("Ouvrir", self.click)
            menu.addAction("Enregistrer sous…", self.save_asked.emit)
            menu.addSeparator()
        menu.addAction("Remarque…", self.note_asked.emit)
        menu.addAction("Supprimer la pièce jointe", self.delete_asked.emit)
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        menu.popup(self.mapToGlobal(QPoint(0, self.height())) if by_key else event.globalPos())

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, rect, file = self._theme, self.rect(), self.file
        painter = QPainter(self)
        if self.underMouse() and file.is_here:
            painter.fillRect(rect, theme.colour("hover"))
        side = theme.px("icon.button")
        icon = kind_icon(file.media_type) if file.is_here else "cloud-off"
        middle = rect.center().y()
        painter.drawPixmap(theme.px(4), middle - side // 2, theme.pixmap(icon, "text_muted", "icon.button"))
        left = theme.px(4) + side + theme.px(10)
        room = rect.width() - left - theme.px(4)
        painter.setFont(theme.font("body"))
        painter.setPen(theme.colour("accent" if file.is_here else "text"))
        name = QRect(left, rect.top() + theme.px(4), room, theme.px(20))
        painter.drawText(name, painting.LEFT, _short_name(file.name, theme, room))
        painter.setFont(theme.font("cell_small"))
        painter.setPen(theme.colour("text_muted"))
        below = QRect(left, rect.top() + theme.px(24), room, theme.px(17))
        painter.drawText(below, painting.LEFT, painting.elided(self.told, painter.font(), room))
        if self.hasFocus():
            painting.paint_focus(painter, theme, rect)


class _RemarkInput(LineInput):
    """The line of a remark: Escape gives it up, and closes nothing else."""

    given_up = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__()
        self.setParent(parent)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _is_escape(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if _is_escape(event):
            self.given_up.emit()
        else:
            super().keyPressEvent(event)


def _is_escape(event: QKeyEvent) -> bool:
    return event.key() == Qt.Key.Key_Escape


def _short_name(name: str, theme: Theme, room: int) -> str:
    """A long name cut in its middle: the extension is told."""
    return painting.metrics(theme.font("body")).elidedText(name, Qt.TextElideMode.ElideMiddle, room)


class FileLine(QWidget):
    """One file, and its gestures when the mouse or the keyboard is there."""

    def __init__(self, theme: Theme, file: Attachment) -> None:
        super().__init__()
        self._theme = theme
        self.button = FileButton(theme, file)
        save = icon_button(theme, "download", f"Enregistrer {file.name} sous…", size=16)
        self.note = icon_button(theme, "pencil", f"Remarque sur {file.name}", size=16)
        self.remove = icon_button(theme, "trash", f"Supprimer {file.name}", size=16)
        self.note.clicked.connect(lambda _checked=False: self.button.note_asked.emit())
        save.clicked.connect(lambda _checked=False: self.button.save_asked.emit())
        self.remove.clicked.connect(lambda _checked=False: self.button.delete_asked.emit())
        gestures = QWidget()
        quiet = QHBoxLayout(gestures)
        quiet.setContentsMargins(theme.px(4), 0, 0, 0)
        quiet.setSpacing(0)
        if file.is_here:
            quiet.addWidget(save)
        quiet.addWidget(self.note)
        quiet.addWidget(self.remove)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 1)
        row.setSpacing(0)
        row.addWidget(self.button, 1)
        row.addWidget(gestures)
        keep_quiet(self, gestures)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(QRect(0, self.height() - 1, self.width(), 1), self._theme.colour("border"))


class NoFile(QAbstractButton):
    """Nothing is joined yet: where files are dropped, and a click chooses some."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setText("Déposez un fichier sur la fiche, ou choisissez-le.")
        self.setAccessibleName("Aucune pièce jointe. Choisir des fichiers à joindre")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(0, self._theme.px(72))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        over = self.underMouse() or self.hasFocus()
        painter.setPen(QPen(theme.colour("accent" if over else "border_control"), 1, Qt.PenStyle.DashLine))
        painter.setBrush(theme.colour("surface_alt"))
        radius = theme.px("radius.card")
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), radius, radius)
        side = theme.px("icon.button")
        left, middle = theme.px(16), self.rect().center().y()
        painter.drawPixmap(left, middle - side // 2, theme.pixmap("paperclip", "text_muted", "icon.button"))
        left += side + theme.px(12)
        room = self.width() - left - theme.px(10)
        painter.setPen(theme.colour("text"))
        painter.setFont(theme.font("body"))
        first = QRect(left, middle - theme.px(20), room, theme.px(20))
        painter.drawText(first, painting.LEFT, painting.elided("Aucune pièce jointe.", painter.font(), room))
        painter.setPen(theme.colour("text_muted"))
        painter.setFont(theme.font("cell_small"))
        second = QRect(left, middle + theme.px(1), room, theme.px(18))
        painter.drawText(second, painting.LEFT, painting.elided(self.text(), painter.font(), room))


class Attachments(Part):
    """The section of a record."""

    def __init__(self, context: Context, panel: Any, entity: str, refuse: Refuse) -> None:
        super().__init__()
        self._context, self._panel, self._entity, self._refuse = context, panel, entity, refuse
        self._row = ""
        self._found: list[Attachment] | None = None
        self.add = button(
            context.theme, "Joindre…", kind="link", icon="paperclip", clicked=self.ask,
            description="Choisir des fichiers à joindre, ou les déposer sur la fiche",
        )  # fmt: skip
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self.veil = DropVeil(context.theme, panel, "Joindre à cette fiche", hint=_veil_hint)
        self.veil.dropped.connect(self.take)
        self.destroyed.connect(self.veil.deleteLater)

    def section(self) -> Section:
        """The section to give to the panel."""
        return Section(KEY, _TITLE, self, gesture=self.add)

    def show_record(self, row: str, *, deleted: bool = False) -> None:
        """Read the files of a record; one in the bin takes no other."""
        with self._context.store.read() as connection:
            found = attachments.of_record(connection, self._entity, row)
        self.veil.takes = not deleted
        self.add.setVisible(not deleted)
        if row != self._row or found != self._found:
            self._fill(found)
        self._row, self._found = row, found
        if not found:
            self._column.itemAt(0).widget().setEnabled(not deleted)
        self._panel.show_count(KEY, str(len(found) or ""))

    def _fill(self, found: Sequence[Attachment]) -> None:
        """Make the lines anew; the keyboard stays in the list when it was there."""
        keyboard = is_inside(QApplication.focusWidget(), self)
        clear(self._column)
        if not found:
            nothing = NoFile(self._context.theme)
            nothing.clicked.connect(lambda _checked=False: self.ask())
            self._column.addWidget(nothing)
        for file in found:
            line = FileLine(self._context.theme, file)
            line.button.clicked.connect(lambda _checked=False, file=file: self.open(file))
            line.button.save_asked.connect(lambda file=file: self.save(file))
            line.button.note_asked.connect(line.button.write_note)
            line.button.note_written.connect(lambda text, file=file: self._keep_note(file, text))
            line.button.delete_asked.connect(lambda file=file: self.delete(file))
            self._column.addWidget(line)
        if keyboard:
            first = self._column.itemAt(0).widget()
            (first.button if isinstance(first, FileLine) else first).setFocus(Qt.FocusReason.OtherFocusReason)

    # -- gestures -----------------------------------------------------------------------------------------------------

    def ask(self) -> None:
        """Choose files to join."""
        names, _ = QFileDialog.getOpenFileNames(self, "Joindre des fichiers", str(Path.home()))
        if names:
            self.take([Path(name) for name in names])

    def take(self, paths: Sequence[Path]) -> None:
        """Join files to the record that is shown now; they are read, and photos made small, in a thread."""
        row = self._row

        def read(job: Job) -> tuple[list[JoinedFile], list[KnownError]]:
            files: list[JoinedFile] = []
            refused: list[KnownError] = []
            for place, path in enumerate(paths):
                job.advance(place / len(paths), f"Lecture de {path.name}")
                try:
                    files.append(read_file(path))
                except KnownError as error:
                    refused.append(error)
            return files, refused

        self._context.jobs.run("Pièces jointes", read, lambda found: self._join(row, *found))

    def _join(self, row: str, files: list[JoinedFile], refused: list[KnownError]) -> None:
        store = self._context.store
        if store is None:
            return
        try:
            fresh, twice = attachments.sort_out(store, self._entity, row, files)
            refused = [*refused, *twice]
            attachments.join(store, self._entity, row, fresh)
        except KnownError as error:
            refused = [*refused, error]
        if len(refused) == 1:
            self._refuse(refused[0].message, refused[0].advice)
        elif refused:
            said = " ".join(error.message for error in refused)
            self._refuse(f"{counted(len(refused), 'fichier n’est pas joint', 'fichiers ne sont pas joints')}.", said)

    def open(self, file: Attachment) -> None:
        """Open a copy of a file with the program of the system."""

        def gesture() -> None:
            path = attachments.save_temporary_copy(self._context.store, file.id, opened_copies().folder())
            if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))):
                self._refuse(
                    f"«{NBSP}{file.name}{NBSP}» ne s’est pas ouvert.",
                    "Aucun programme ne s’en charge ici. Enregistrez-le, puis ouvrez-le vous-même.",
                )

        self._try(gesture)

    def save(self, file: Attachment) -> None:
        """Write a file where the person says."""
        proposed = Path.home() / file.name
        name, _ = QFileDialog.getSaveFileName(self, "Enregistrer la pièce jointe", str(proposed))
        if name:
            self._try(lambda: attachments.save_as(self._context.store, file.id, Path(name), replace=True))

    def _keep_note(self, file: Attachment, text: str) -> None:
        self._try(lambda: records.update(self._context.store, "attachment", file.id, {"note": text or None}))

    def delete(self, file: Attachment) -> None:
        """Put a file in the bin: Ctrl+Z gives it back."""
        self._try(lambda: records.delete(self._context.store, "attachment", [file.id]))

    def _try(self, gesture: Callable[[], Any]) -> None:
        try:
            gesture()
        except KnownError as error:
            self._refuse(error.message, error.advice)


def _veil_hint(paths: list[Path]) -> str:
    """A workbook may be meant to be imported: where to drop it then."""
    if any(path.suffix.lower() in _WORKBOOKS for path in paths):
        return "Pour importer un classeur, déposez-le hors de la fiche."
    return counted(len(paths), "fichier") if len(paths) > 1 else paths[0].name
