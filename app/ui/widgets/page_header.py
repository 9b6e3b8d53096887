"""The header of a page: title, views, gestures at the right."""

from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from app.ui.theme import Theme
from app.ui.widgets.labels import label


class PageHeader(QFrame):
    """Title 20 px, then a segmented control or a sentence; gestures at the right, the filled one last."""

    def __init__(self, theme: Theme, title: str, *, role: str = "surface") -> None:
        """`role` is the background: `surface` for a page that is one tool, `window` for a page of cards."""
        super().__init__()
        self.title = label(title, "title")
        self.note = label("", "body", "muted")
        self.note.hide()
        self.setProperty("role", role)
        self.setFixedHeight(theme.px("height.page_header"))
        self._row = QHBoxLayout(self)
        right = theme.px("space.page" if role == "window" else "space.gap")
        self._row.setContentsMargins(theme.px("space.page"), 0, right, 0)
        self._row.setSpacing(theme.px("space.unit"))
        self._row.addWidget(self.title)
        self._row.addSpacing(theme.px("space.gap") - 2)
        self._row.addWidget(self.note)
        self._row.addStretch(1)
        self._left = 3

    def set_title(self, title: str, note: str = "") -> None:
        self.title.setText(title)
        self.note.setText(note)
        self.note.setVisible(bool(note))

    def add(self, part: QWidget) -> None:
        """Append beside the title."""
        self._row.insertWidget(self._left, part)
        self._left += 1

    def add_right(self, part: QWidget) -> None:
        """Append a gesture at the right."""
        self._row.addWidget(part)
