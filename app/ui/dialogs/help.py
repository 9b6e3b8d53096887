"""F1: the guide, offline, open at the page one is on."""

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QListWidget, QListWidgetItem, QTextBrowser, QWidget

from app import paths
from app.ui.context import Context

#: The chapters, in order: file of resources/help, title.
CHAPTERS = (
    ("commencer", "Commencer"),
    ("home", "Accueil"),
    ("plan", "Plan d’actions"),
    ("partners", "Partenaires"),
    ("indicators", "Indicateurs"),
    ("exchanges", "Échanges"),
    ("reports", "Rapports"),
    ("clavier", "Clavier et recherche"),
    ("sauvegardes", "Sauvegardes et sécurité"),
)


class Help(QDialog):
    """Chapters on the left, text on the right."""

    def __init__(self, context: Context, parent: QWidget | None = None, *, chapter: str = "commencer") -> None:
        super().__init__(parent)
        theme = context.theme
        self.setWindowTitle("Aide")
        self.resize(theme.px(860), theme.px(600))
        self._list = QListWidget()
        self._list.setAccessibleName("Chapitres")
        self._list.setFixedWidth(theme.px(220))
        self._list.setFrameShape(QFrame.Shape.NoFrame)
        for key, title in CHAPTERS:
            item = QListWidgetItem(title)
            item.setData(Qt.ItemDataRole.UserRole, key)
            self._list.addItem(item)
        self._text = QTextBrowser()
        self._text.setAccessibleName("Texte de l’aide")
        self._text.setFrameShape(QFrame.Shape.NoFrame)
        self._text.setOpenLinks(False)
        self._text.document().setDocumentMargin(theme.px("space.page"))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._list)
        layout.addWidget(self._text, 1)
        self._list.currentItemChanged.connect(lambda item, _before: self._show(item))
        self._text.anchorClicked.connect(self._follow)
        self.show_chapter(chapter)

    def show_chapter(self, chapter: str) -> None:
        """Open a chapter by its key; the first one when there is none of that name."""
        keys = [key for key, _ in CHAPTERS]
        self._list.setCurrentRow(keys.index(chapter) if chapter in keys else 0)

    def _show(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            file = paths.resource("help", f"{item.data(Qt.ItemDataRole.UserRole)}.md")
            self._text.setMarkdown(file.read_text(encoding="utf-8"))

    def _follow(self, url: QUrl) -> None:
        """A link to another chapter opens it here; nothing else is linked, the guide is offline."""
        if url.scheme() == "":
            self.show_chapter(url.path())
        elif url.scheme() == "mailto":
            QDesktopServices.openUrl(url)


def show_help(context: Context, parent: QWidget, page: str) -> None:
    """Open the guide at the chapter of a page."""
    made = Help(context, parent, chapter=page)
    made.exec()
    made.deleteLater()
