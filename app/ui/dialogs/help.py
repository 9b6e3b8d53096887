"""F1: the guide, offline, open at the page one is on."""

from PySide6.QtCore import QSize, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QTextBlockFormat, QTextCharFormat, QTextCursor
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
            item.setSizeHint(QSize(0, theme.px("height.row")))
            self._list.addItem(item)
        self._text = QTextBrowser()
        self._text.setAccessibleName("Texte de l’aide")
        self._text.setFrameShape(QFrame.Shape.NoFrame)
        self._text.setOpenLinks(False)
        self._text.document().setDocumentMargin(theme.px("space.page"))
        self._theme = theme
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
            self._lay_out()

    def _lay_out(self) -> None:
        """Titles of the levels of the theme, and air between paragraphs: Qt's own are those of a web page of old."""
        theme, cursor = self._theme, QTextCursor(self._text.document())
        cursor.beginEditBlock()
        block = self._text.document().begin()
        while block.isValid():
            level = block.blockFormat().headingLevel()
            cursor.setPosition(block.position())
            shape = block.blockFormat()
            shape.setTopMargin(theme.px({0: 0, 1: 0}.get(level, 16)))
            shape.setBottomMargin(theme.px(4 if block.textList() else 8))
            shape.setLineHeight(130, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
            cursor.setBlockFormat(shape)
            if level:
                cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
                title = QTextCharFormat()
                title.setFont(theme.font("title" if level == 1 else "heading"))
                cursor.setCharFormat(title)
            block = block.next()
        cursor.endEditBlock()
        self._text.moveCursor(QTextCursor.MoveOperation.Start)

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
