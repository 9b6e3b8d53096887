"""The preview of a document: its pages as they will be printed, and sending them to a printer."""

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import QImage, QPageLayout, QPageSize, QPainter, QPalette, QPixmap, QResizeEvent
from PySide6.QtPdf import QPdfDocument, QPdfDocumentRenderOptions
from PySide6.QtPdfWidgets import QPdfView
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from app.formatting import NBSP, format_number
from app.ui.theme import Theme
from app.ui.widgets.buttons import icon_button
from app.ui.widgets.labels import label

#: A printer may offer 1200 dots per inch: more than this takes memory and shows nothing more.
MOST_DOTS = 300
ZOOM_STEP = 1.2


class Preview(QFrame):
    """The pages one under the other, the page one is on, the zoom."""

    page_changed = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.document = QPdfDocument(self)
        self._bytes = QBuffer(self)
        self.view = QPdfView(self)
        self.view.setPageMode(QPdfView.PageMode.MultiPage)
        self._natural = True
        self.view.setAccessibleName("Aperçu du document")
        self.view.setFrameShape(QFrame.Shape.NoFrame)
        self._place = label("", "small", "muted")
        self._before = icon_button(theme, "chevron-up", "Page précédente", clicked=lambda: self.go(-1))
        self._after = icon_button(theme, "chevron-down", "Page suivante", clicked=lambda: self.go(1))
        self._less = icon_button(theme, "zoom-out", "Réduire", clicked=lambda: self.zoom(1 / ZOOM_STEP))
        self._more = icon_button(theme, "zoom-in", "Agrandir", clicked=lambda: self.zoom(ZOOM_STEP))
        self._whole = icon_button(theme, "file-text", "Voir la page entière", clicked=self.show_whole_page)
        self._wide = icon_button(theme, "layout-columns", "Ajuster à la largeur", clicked=self.show_whole_width)
        self.setProperty("role", "window")
        self._arrange()
        self.view.setDocument(self.document)
        self.view.pageNavigator().currentPageChanged.connect(self._tell_page)
        theme.changed.connect(self._dress)
        self._dress()

    def _arrange(self) -> None:
        theme = self._theme
        bar = QFrame()
        bar.setProperty("role", "filter_bar")
        bar.setFixedHeight(theme.px("height.filter_bar"))
        row = QHBoxLayout(bar)
        row.setContentsMargins(theme.px(12), 0, theme.px(12), 0)
        row.setSpacing(theme.px(2))
        for part in (self._before, self._after, self._place):
            row.addWidget(part)
        row.addStretch(1)
        for part in (self._less, self._more, self._whole, self._wide):
            row.addWidget(part)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(bar)
        column.addWidget(self.view, 1)

    # -- showing --------------------------------------------------------------------------------------------------

    def show_document(self, data: bytes) -> None:
        """Show a document kept in memory: its file stays free; the page one was on stays, if there is one."""
        page = self.view.pageNavigator().currentPage()
        self.document.close()
        self._bytes.close()
        self._bytes.setData(QByteArray(data))
        self._bytes.open(QIODevice.OpenModeFlag.ReadOnly)
        self.document.load(self._bytes)
        self._fit()
        if 0 < page < self.document.pageCount():
            self.view.pageNavigator().jump(page, QPointF())
        self._tell_page()

    def is_empty(self) -> bool:
        return self.document.pageCount() == 0

    def title(self) -> str:
        """The title that the document gives itself."""
        return str(self.document.metaData(QPdfDocument.MetaDataField.Title))

    def first_page(self, size: QSize, ratio: float) -> QPixmap:
        """The first page as a picture of `size` pixels at a screen `ratio`."""
        exact = size * ratio
        # Drawn larger then reduced: letters of two pixels become an even grey.
        image = _on_white(self.document, 0, exact * 4).scaled(
            exact, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
        image.setDevicePixelRatio(ratio)
        return QPixmap.fromImage(image)

    # -- moving about ---------------------------------------------------------------------------------------------

    def go(self, step: int) -> None:
        navigator = self.view.pageNavigator()
        page = min(max(navigator.currentPage() + step, 0), max(self.document.pageCount() - 1, 0))
        navigator.jump(page, QPointF())

    def zoom(self, factor: float) -> None:
        """Larger or smaller than what is seen now."""
        self._natural = False
        now = self.view.zoomFactor()
        if self.view.zoomMode() != QPdfView.ZoomMode.Custom and not self.is_empty():
            width = self.document.pagePointSize(self.view.pageNavigator().currentPage()).width()
            now = self.view.viewport().width() / (width * self.logicalDpiX() / 72)
        self.view.setZoomMode(QPdfView.ZoomMode.Custom)
        self.view.setZoomFactor(min(max(now * factor, 0.2), 5.0))

    def show_whole_page(self) -> None:
        self._natural = False
        self.view.setZoomMode(QPdfView.ZoomMode.FitInView)

    def show_whole_width(self) -> None:
        self._natural = False
        self.view.setZoomMode(QPdfView.ZoomMode.FitToWidth)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Until somebody chooses: the size of paper, or the width there is when it is less."""
        if not self._natural or self.is_empty():
            return
        paper = self.document.pagePointSize(0).width() * self.logicalDpiX() / 72
        margins = self.view.documentMargins()
        if paper + margins.left() + margins.right() > self.view.viewport().width():
            self.view.setZoomMode(QPdfView.ZoomMode.FitToWidth)
        else:
            self.view.setZoomMode(QPdfView.ZoomMode.Custom)
            self.view.setZoomFactor(1.0)

    def _tell_page(self) -> None:
        count = self.document.pageCount()
        page = self.view.pageNavigator().currentPage() + 1
        words = f"page {format_number(page)} / {format_number(count)}".replace(" ", NBSP) if count else ""
        self._place.setText(words)
        self._before.setEnabled(page > 1)
        self._after.setEnabled(page < count)
        for part in (self._less, self._more, self._whole, self._wide):
            part.setEnabled(count > 0)
        self.page_changed.emit(page)

    def _dress(self) -> None:
        """The view paints the ground between pages with the palette, not with the style sheet."""
        palette = self.view.palette()
        for role in (QPalette.ColorRole.Dark, QPalette.ColorRole.Mid, QPalette.ColorRole.Window):
            palette.setColor(role, self._theme.colour("window"))
        self.view.setPalette(palette)


def print_pages(document: QPdfDocument, printer: QPrinter) -> None:
    """Send the pages chosen in the printer's dialog, each on a sheet of its own size and way round."""
    first, last = printer.fromPage() or 1, printer.toPage() or document.pageCount()
    dots = min(printer.resolution(), MOST_DOTS)
    painter = QPainter()
    for rank, page in enumerate(range(first - 1, min(last, document.pageCount()))):
        points = document.pagePointSize(page)
        _choose_sheet(printer, points)
        if not rank:
            if not painter.begin(printer):
                return
        else:
            printer.newPage()
        image = _on_white(document, page, (points * dots / 72).toSize())
        room = printer.pageLayout().fullRectPixels(printer.resolution())
        shown = points.scaled(QSizeF(room.size()), Qt.AspectRatioMode.KeepAspectRatio)
        corner = printer.pageLayout().paintRectPixels(printer.resolution()).topLeft()
        painter.drawImage(QRectF(QPointF(-corner.x(), -corner.y()), shown), image)
    if painter.isActive():
        painter.end()


def _choose_sheet(printer: QPrinter, points: QSizeF) -> None:
    wide = points.width() > points.height()
    printer.setPageOrientation(QPageLayout.Orientation.Landscape if wide else QPageLayout.Orientation.Portrait)
    upright = points.transposed() if wide else points
    printer.setPageSize(QPageSize(upright, QPageSize.Unit.Point, "", QPageSize.SizeMatchPolicy.FuzzyMatch))


def _on_white(document: QPdfDocument, page: int, size: QSize) -> QImage:
    """A page as a picture: what the document leaves bare is paper."""
    drawn = document.render(page, size, QPdfDocumentRenderOptions())
    paper = QImage(size, QImage.Format.Format_RGB32)
    paper.fill(Qt.GlobalColor.white)
    painter = QPainter(paper)
    painter.drawImage(0, 0, drawn)
    painter.end()
    return paper
