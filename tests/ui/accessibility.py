"""The walk that every page must pass: no control without a name, nothing one can reach that says nothing."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractButton, QWidget


def nameless_controls(root: QWidget) -> list[str]:
    """The visible controls under `root` that the keyboard reaches and that have no accessible name."""
    QAccessible.setActive(True)
    return [_path(widget, root) for widget in _controls(root) if not _name(widget)]


def _controls(root: QWidget) -> list[QWidget]:
    widgets = [root, *root.findChildren(QWidget)]
    return [widget for widget in widgets if widget.isVisibleTo(root) and _is_control(widget)]


def _is_control(widget: QWidget) -> bool:
    if widget.objectName().startswith("qt_"):
        # Scroll areas' viewports and the like: their owner is the control.
        return False
    reached = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus) and widget.focusProxy() is None
    return reached or isinstance(widget, QAbstractButton)


def _name(widget: QWidget) -> str:
    interface = QAccessible.queryAccessibleInterface(widget)
    return interface.text(QAccessible.Text.Name).strip() if interface is not None else ""


def _path(widget: QWidget, root: QWidget) -> str:
    steps = []
    step: QWidget | None = widget
    while step is not None and step is not root:
        steps.append(type(step).__name__)
        step = step.parentWidget()
    return " < ".join(steps)
