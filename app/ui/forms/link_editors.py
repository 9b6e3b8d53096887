"""Editors of links: one record found by typing, several as chips, a territory in its tree."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QEvent, QModelIndex, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QAbstractButton, QCompleter, QFrame, QSizePolicy, QTreeView, QVBoxLayout, QWidget

from app.errors import BadValue
from app.formatting import NBSP, fold
from app.ui import painting
from app.ui.forms.editors import Editor, Node, Option, Sources
from app.ui.forms.inputs import LineInput
from app.ui.theme import Theme, tell
from app.ui.widgets.filters import FilterField
from app.ui.widgets.flow import FlowLayout

_ID = Qt.ItemDataRole.UserRole
MOST_OPTIONS = 30
#: Width of the longest chip, in pixels at 100 %.
MOST_CHIP = 290


class OptionInput(LineInput):
    """Type to find a record among the options; `picked(id, label)` when one is chosen."""

    picked = Signal(str, str)

    def __init__(self, sources: Sources) -> None:
        super().__init__()
        self._sources = sources
        self._model = QStandardItemModel(self)
        self._completer = QCompleter(self._model, self)
        self._completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._completer.activated[QModelIndex].connect(self._pick)
        self.setCompleter(self._completer)
        self.textEdited.connect(self.look_up)

    def look_up(self, text: str) -> Sequence[Option]:
        """Fill the list with what answers to `text`."""
        options = list(self._sources.search(text.strip()))[:MOST_OPTIONS]
        self._model.clear()
        for id, word in options:
            item = QStandardItem(word)
            item.setData(id, _ID)
            item.setEditable(False)
            self._model.appendRow(item)
        return options

    def exact(self, text: str) -> Option | None:
        """The one option that says the same as `text`, accents and case aside."""
        found = [option for option in self._sources.search(text) if fold(option[1]) == fold(text)]
        return found[0] if len(found) == 1 else None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down and not self._completer.popup().isVisible():
            self.look_up(self.text())
            self._completer.complete()
        else:
            super().keyPressEvent(event)

    def _pick(self, index: QModelIndex) -> None:
        self.picked.emit(index.data(_ID), index.data())


class LinkEditor(Editor):
    """One linked record, found by typing."""

    def __init__(self, theme: Theme, field: Any, sources: Sources | None = None, *, quiet: bool = False) -> None:
        super().__init__(theme, field, sources, quiet=quiet)
        self._id: str | None = None
        self._label = ""
        self.input = OptionInput(self.sources)
        self._put(self.input)
        self.input.textEdited.connect(self._hear)
        self.input.picked.connect(self._pick)
        self.input.left.connect(self.commit)

    def draft(self) -> str:
        return self.input.text()

    def set_draft(self, draft: str) -> None:
        self.input.setText(draft)

    def _read(self) -> Any:
        text = self.input.text().strip()
        if not text:
            return None
        if text == self._label:
            return self._id
        found = self.input.exact(text)
        if found is None:
            raise BadValue(f"Rien ne s’appelle «{NBSP}{text}{NBSP}».", advice="Choisissez dans la liste.")
        return found[0]

    def _write(self, value: Any) -> None:
        self._id = value
        self._label = self.sources.name(value) if value else ""
        self.input.setText(self._label)
        self.input.setCursorPosition(0)

    def _pick(self, id: str, word: str) -> None:
        self._id, self._label = id, word
        self.input.setText(word)
        self.edited.emit()
        self.commit()


class RemovableChip(QAbstractButton):
    """A linked record: click its ✕, or Suppr, to take it away."""

    removed = Signal(str)

    def __init__(self, theme: Theme, id: str, word: str) -> None:
        super().__init__()
        self._theme = theme
        self._id = id
        self.setText(word)
        self.setAccessibleName(f"{word}, Suppr pour retirer")
        self.setToolTip(f"{word}, Suppr pour retirer")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.clicked.connect(lambda _checked=False: self.removed.emit(self._id))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit(self._id)
        else:
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        # A long name is cut: the chip must hold in the narrowest panel.
        width = min(painting.chip_width(self._theme, self.text()) + self._theme.px(16), self._theme.px(MOST_CHIP))
        return QSize(width, self._theme.px("height.chip"))

    def minimumSizeHint(self) -> QSize:
        # A long name is cut rather than widening the panel.
        return self.sizeHint().boundedTo(QSize(self._theme.px(120), self.sizeHint().height()))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, rect = self._theme, self.rect()
        painter = QPainter(self)
        painting.fill_rounded(painter, rect, theme, "neutral.bg", theme.px("radius.chip"))
        font = theme.font("cell_small")
        painter.setFont(font)
        painter.setPen(theme.colour("neutral.fg"))
        words = rect.adjusted(theme.px(6), 0, -theme.px(20), 0)
        painter.drawText(words, painting.LEFT, painting.elided(self.text(), font, words.width()))
        painter.drawPixmap(
            rect.right() - theme.px(16), rect.center().y() - theme.px(6), theme.pixmap("x", "neutral.fg", 12)
        )
        if self.hasFocus():
            painting.paint_focus(painter, theme, rect, theme.px("radius.chip"))


class LinksEditor(Editor):
    """Several linked records, as chips; typing finds the next one. Each gesture is committed at once."""

    def __init__(self, theme: Theme, field: Any, sources: Sources | None = None, *, quiet: bool = False) -> None:
        super().__init__(theme, field, sources, quiet=quiet)
        self._ids: tuple[str, ...] = ()
        self._box = QFrame()
        self._box.setProperty("role", "box")
        self._flow = FlowLayout(self._box, spacing=theme.px(4))
        inset = theme.px(5)
        self._flow.setContentsMargins(theme.px(9 if quiet else 5), inset, inset, inset)
        self._chips: list[RemovableChip] = []
        self.input = OptionInput(self.sources)
        self.input.setProperty("bare", True)
        self.input.setPlaceholderText("Ajouter…")
        self.input.setMinimumWidth(theme.px(80))
        self.input.setFixedHeight(theme.px("height.chip"))
        self._put(self._box)
        self.input.setAccessibleName(f"{field.label}, ajouter")
        self.setFocusProxy(self.input)
        self._flow.addWidget(self.input)
        self.input.picked.connect(self._add)
        self.input.textEdited.connect(self._hear)
        self.input.left.connect(self._leave)
        self.input.installEventFilter(self)

    def eventFilter(self, watched: Any, event: QEvent) -> bool:
        if isinstance(event, QFocusEvent):
            tell(self._box, focused=event.type() == QEvent.Type.FocusIn)
        elif event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Backspace and not self.input.text():
            if self._ids:
                self._remove(self._ids[-1])
            return True
        return False

    def draft(self) -> str:
        return self.input.text()

    def set_draft(self, draft: str) -> None:
        self.input.setText(draft)

    def _edges(self) -> Sequence[QWidget]:
        return (self._box,)

    def _read(self) -> Any:
        text = self.input.text().strip()
        if text:
            raise BadValue(f"Rien ne s’appelle «{NBSP}{text}{NBSP}».", advice="Choisissez dans la liste.")
        return self._ids

    def _write(self, value: Any) -> None:
        self._ids = tuple(value or ())
        self._kept = self._kept or ()
        for chip in self._chips:
            self._flow.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        self._flow.removeWidget(self.input)
        self._chips = [RemovableChip(self.theme, id, self.sources.name(id)) for id in self._ids]
        for chip in self._chips:
            chip.removed.connect(self._remove)
            self._flow.addWidget(chip)
        # Beside chips a sign is enough: the word would take a line of its own.
        self.input.setPlaceholderText("+" if self._ids else "Ajouter…")
        self.input.setMinimumWidth(self.theme.px(24 if self._ids else 80))
        self._flow.addWidget(self.input)
        self._box.updateGeometry()

    def _add(self, id: str, _word: str) -> None:
        # The completer writes the word after this signal: clear it when it has.
        self.input.clear()
        if id not in self._ids:
            self._change((*self._ids, id))

    def _remove(self, id: str) -> None:
        self._change(tuple(other for other in self._ids if other != id))
        self.input.setFocus()

    def _change(self, ids: tuple[str, ...]) -> None:
        kept = self._kept
        self._write(ids)
        self._kept = kept
        self.edited.emit()
        self.commit()

    def _leave(self) -> None:
        text = self.input.text().strip()
        found = self.input.exact(text) if text else None
        if found is not None:
            self._add(*found)
        else:
            self.commit()


class PickButton(QAbstractButton):
    """Looks like a field, opens a list."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.detail = ""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(160), self._theme.px("height.control"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, rect = self._theme, self.rect()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        bare = self.property("quiet") and not self.underMouse() and not self.hasFocus()
        invalid = bool(self.property("invalid"))
        edge = "danger.fg" if invalid else ("surface" if bare else "border_control")
        painter.setPen(theme.colour(edge))
        painter.setBrush(theme.colour("surface"))
        radius = theme.px("radius.control")
        painter.drawRoundedRect(rect.toRectF().adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        painter.setFont(self.font())
        painter.setPen(theme.colour("text"))
        inner = rect.adjusted(theme.px(10), 0, -theme.px(26), 0)
        text = painting.elided(self.text(), self.font(), inner.width())
        painter.drawText(inner, painting.LEFT, text)
        if self.detail:
            inner.setLeft(inner.left() + painting.metrics(self.font()).horizontalAdvance(text) + theme.px(8))
            painter.setFont(theme.font("cell_small"))
            painter.setPen(theme.colour("text_muted"))
            painter.drawText(inner, painting.LEFT, self.detail)
        if not bare:
            icon = theme.pixmap("chevron-down", "text_muted", 14)
            painter.drawPixmap(rect.right() - theme.px(22), rect.center().y() - theme.px(6), icon)
        if self.hasFocus():
            painting.paint_focus(painter, theme, rect)


class TerritoryEditor(Editor):
    """One territory, chosen in the tree of territories."""

    def __init__(self, theme: Theme, field: Any, sources: Sources | None = None, *, quiet: bool = False) -> None:
        super().__init__(theme, field, sources, quiet=quiet)
        self._id: str | None = None
        self.input = PickButton(theme)
        self._put(self.input)
        self._write(None)
        self.input.clicked.connect(lambda _checked=False: self.open_tree())

    def draft(self) -> str:
        return self._id or ""

    def set_draft(self, draft: str) -> None:
        self._write(draft or None)

    def open_tree(self) -> "TreePopup":
        """Show the territories under the field."""
        popup = TreePopup(self.theme, self, self.sources.tree(), self._id, clearable=not self.field.required)
        popup.picked.connect(self._pick)
        popup.move(self.mapToGlobal(QPoint(0, self.input.height() + 2)))
        popup.show()
        popup.filter.setFocus()
        return popup

    def _read(self) -> Any:
        return self._id

    def _write(self, value: Any) -> None:
        self._id = value
        self.input.setText(self.sources.name(value) if value else "—")
        said = self.sources.name(value) if value else "aucun"
        self.input.setAccessibleName(f"{self.field.label}{NBSP}: {said}")

    def _pick(self, id: str) -> None:
        self._write(id or None)
        self.edited.emit()
        self.commit()


class TreePopup(QFrame):
    """Territories in their containment, with a filter; `picked(id)`, "" for none."""

    picked = Signal(str)

    def __init__(
        self, theme: Theme, parent: QWidget, nodes: Sequence[Node], current: str | None, *, clearable: bool
    ) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._theme = theme
        self._nodes = nodes
        self._current = current
        self._clearable = clearable
        self.filter = FilterField(theme, "Filtrer les territoires", width=280)
        self.model = QStandardItemModel(self)
        self.view = QTreeView()
        self.view.setModel(self.model)
        self.view.setHeaderHidden(True)
        self.view.setAccessibleName("Territoires")
        self.view.setEditTriggers(QTreeView.EditTrigger.NoEditTriggers)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setProperty("role", "popup")
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 6, 6, 6)
        column.addWidget(self.filter)
        column.addWidget(self.view)
        self.resize(theme.px(300), theme.px(320))
        self.filter.filtered.connect(self._fill)
        self.filter.returnPressed.connect(self._pick_current)
        self.view.activated.connect(self._pick)
        self.view.clicked.connect(self._pick)
        self._fill("")

    def _fill(self, text: str) -> None:
        key = fold(text)
        self.model.clear()
        if self._clearable and not key:
            self._append(self.model.invisibleRootItem(), Node("", "—"), "")
        for node in self._nodes:
            self._append(self.model.invisibleRootItem(), node, key)
        self.view.expandAll()
        self._mark(self.model.invisibleRootItem(), key)

    def _append(self, parent: QStandardItem, node: Node, key: str) -> bool:
        item = QStandardItem(f"{node.label}   {node.detail}".rstrip())
        item.setData(node.id, _ID)
        kept = [self._append(item, child, key) for child in node.children]
        if key in fold(f"{node.label} {node.detail}") or any(kept):
            parent.appendRow(item)
            return True
        return False

    def _mark(self, parent: QStandardItem, key: str) -> bool:
        """Make current the chosen territory, or the first that matches the filter."""
        for row in range(parent.rowCount()):
            item = parent.child(row)
            wanted = key in fold(item.text()) if key else item.data(_ID) == (self._current or "")
            if wanted:
                self.view.setCurrentIndex(item.index())
                return True
            if self._mark(item, key):
                return True
        return False

    def _pick_current(self) -> None:
        if self.view.currentIndex().isValid():
            self._pick(self.view.currentIndex())

    def _pick(self, index: QModelIndex) -> None:
        id = index.data(_ID)
        self.close()
        self.picked.emit(id)
