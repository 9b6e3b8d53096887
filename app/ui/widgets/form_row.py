"""One line of a form: a muted label of 112 px, its value or editor, and what is wrong or helpful below."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from app.ui.theme import Theme
from app.ui.widgets.labels import label, set_tone

LABEL_WIDTH = 112


class FormRow(QWidget):
    """Label and content on the same first line; `content` gets the label as accessible name if it has none."""

    def __init__(
        self, theme: Theme, title: str, content: QWidget, *, hint: str = "", optional: bool = False, wide: bool = False
    ) -> None:
        """`hint` is written small below; `optional` writes « facultatif »; `wide` puts the label above."""
        super().__init__()
        self.content = content
        self._hint_text = hint
        written = (
            f"{title}\n(facultatif)" if optional and not wide else (f"{title} (facultatif)" if optional else title)
        )
        self.label = label(written, "small", "muted", wrap=True)
        self.label.setBuddy(content)
        self.hint = label(hint, "small", "muted", wrap=True)
        self.hint.setVisible(bool(hint))
        if not content.accessibleName():
            content.setAccessibleName(title)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(0)
        grid.setVerticalSpacing(theme.px(2))
        if wide:
            # The air that the label of a line has above it.
            self.label.setContentsMargins(0, theme.px(6), 0, 0)
            grid.addWidget(self.label, 0, 0)
            grid.addWidget(content, 1, 0)
            grid.addWidget(self.hint, 2, 0)
            return
        self.label.setFixedWidth(theme.px(LABEL_WIDTH))
        self.label.setContentsMargins(0, theme.px(9), 0, 0)
        grid.addWidget(self.label, 0, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(content, 0, 1)
        self.hint.setContentsMargins(theme.px(8), 0, 0, 0)
        grid.addWidget(self.hint, 1, 1)
        grid.setColumnStretch(1, 1)

    def show_fault(self, sentence: str) -> None:
        """Say what is wrong below the content; "" puts the hint back."""
        self.hint.setText(sentence or self._hint_text)
        set_tone(self.hint, "danger" if sentence else "muted")
        self.hint.setVisible(bool(sentence or self._hint_text))
