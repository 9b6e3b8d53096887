"""The style sheet, written with tokens: `@text` is a colour of the palette, `#height.control#` a scaled size.

One rule per class, told apart by dynamic properties (`QPushButton[kind="primary"]`): a rule on QWidget would beat the
font and palette of every label. Each rule that sets a text colour sets its background too, or says in `on` which
surfaces it may stand on, so that the contrast test can read every pair.
"""

import re
from collections.abc import Callable

_COLOUR = re.compile(r"@([A-Za-z_0-9.]+)")
_SIZE = re.compile(r"#([a-z_]+(?:\.[a-z_]+)+|\d+)(?:-(\d+))?#")

TEMPLATE = """
QToolTip { color: @text; background: @surface; border: 1px solid @border_control; padding: 3px 6px; }

QLabel { background: transparent; color: @text; /* on surface window rail surface_alt */ }
QLabel[level="title"] { font-size: #20#px; }
QLabel[level="heading"] { font-size: #15#px; font-weight: bold; }
QLabel[level="strong"] { font-weight: bold; }
QLabel[level="small"] { font-size: #12#px; }
QLabel[level="figure"] { font-size: #26#px; }
QLabel[tone="muted"] { color: @text_muted; /* on surface window rail surface_alt */ }
QLabel[tone="accent"] { color: @accent; /* on surface window rail surface_alt */ }
QLabel[tone="success"] { color: @success.fg; /* on surface window surface_alt */ }
QLabel[tone="warning"] { color: @warning.fg; /* on surface window surface_alt */ }
QLabel[tone="danger"] { color: @danger.fg; /* on surface window surface_alt */ }
QLabel[tone="info"] { color: @info.fg; /* on surface window surface_alt */ }
QLabel[tone="key"] { color: @text; background: @surface; border: 1px solid @border; border-radius: 3px;
    padding: 1px 5px; font-size: #12#px; }

QPushButton { color: @text; background: @surface; border: 1px solid @border; border-radius: #radius.control#px;
    padding: 0 #11#px; min-height: #height.control-2#px; }
QPushButton:hover { color: @text; background: @hover; border-color: @border_control; }
QPushButton:pressed { color: @text; background: @selection; }
QPushButton:focus { border: 2px solid @focus; padding: 0 #11-1#px; min-height: #height.control-4#px; }
QPushButton:disabled { color: @text_muted; background: @surface_alt; }
QPushButton[kind="primary"] { color: @accent_text; background: @accent; border-color: @accent; }
QPushButton[kind="primary"]:hover { color: @accent_text; background: @accent_hover; border-color: @accent_hover; }
QPushButton[kind="primary"]:focus { border: 2px solid @focus; }
QPushButton[kind="primary"]:disabled { color: @text_muted; background: @track; border-color: @track; }
QPushButton[kind="link"] { color: @accent; background: transparent; border-color: transparent;
    /* on surface window surface_alt rail */ padding: 0 #7#px; min-height: #height.control_small-2#px; }
QPushButton[kind="link"]:hover { color: @accent; background: @hover; }
QPushButton[kind="link"]:focus { border: 2px solid @focus; padding: 0 #7-1#px;
    min-height: #height.control_small-4#px; }
QPushButton[kind="link"]:disabled { color: @text_muted; background: transparent; /* on surface window */ }
QPushButton[small="true"] { min-height: #height.control_small-2#px; }
QPushButton[small="true"]:focus { min-height: #height.control_small-4#px; }
QPushButton[icon_only="true"] { padding: 0; min-width: #height.control-2#px; max-width: #height.control-2#px; }
QPushButton[icon_only="true"]:focus { min-width: #height.control-4#px; max-width: #height.control-4#px; }

QToolButton { color: @text; background: transparent; border: 1px solid transparent; /* on surface window rail */
    border-radius: #radius.control#px; padding: 4px; }
QToolButton:hover { color: @text; background: @hover; }
QToolButton:pressed, QToolButton:checked { color: @text; background: @selection; }
QToolButton:focus { border: 2px solid @focus; padding: 3px; }
QToolButton::menu-indicator { image: none; width: 0; }

QAbstractScrollArea { border: none; }

QLineEdit, QPlainTextEdit, QComboBox { color: @text; background: @surface; border: 1px solid @border_control;
    border-radius: #radius.control#px; selection-color: @text; selection-background-color: @selection; }
QLineEdit, QComboBox { padding: 0 #7#px; min-height: #height.control-2#px; }
QPlainTextEdit { padding: 3px 4px; }
QLineEdit:focus, QComboBox:focus { border: 2px solid @focus; padding: 0 #7-1#px; min-height: #height.control-4#px; }
QPlainTextEdit:focus { border: 2px solid @focus; padding: 2px 3px; }
QLineEdit:disabled, QPlainTextEdit:disabled, QComboBox:disabled { color: @text_muted; background: @surface_alt; }
QLineEdit[small="true"], QComboBox[small="true"] { min-height: #height.control_small-2#px; }
QLineEdit[small="true"]:focus, QComboBox[small="true"]:focus { min-height: #height.control_small-4#px; }
QLineEdit[quiet="true"], QPlainTextEdit[quiet="true"], QComboBox[quiet="true"] { color: @text; background: @surface;
    border-color: @surface; }
QLineEdit[quiet="true"]:hover, QPlainTextEdit[quiet="true"]:hover, QComboBox[quiet="true"]:hover {
    border-color: @border_control; }
QLineEdit[quiet="true"]:focus, QPlainTextEdit[quiet="true"]:focus, QComboBox[quiet="true"]:focus {
    border-color: @focus; }
QLineEdit[invalid="true"], QPlainTextEdit[invalid="true"], QComboBox[invalid="true"] {
    border-color: @danger.fg; }
QLineEdit[bare="true"] { color: @text; background: @surface; border: none; padding: 0;
    min-height: #18#px; }
QComboBox { padding-left: #9#px; }
QComboBox:focus { padding-left: #9-1#px; }
QComboBox::drop-down { border: none; width: #24#px; }
QComboBox::down-arrow { image: none; }
QComboBox QAbstractItemView { color: @text; background: @surface; border: 1px solid @border_control;
    selection-color: @text; selection-background-color: @selection; outline: none; }

QMenu { color: @text; background: @surface; border: 1px solid @border_control; padding: 4px 0; }
QMenu::item { color: @text; background: @surface; padding: 6px 28px 6px 30px; }
QMenu::item:selected { color: @text; background: @selection; }
QMenu::item:disabled { color: @text_muted; background: @surface; }
QMenu::icon { left: 9px; }
QMenu::separator { height: 1px; background: @border; margin: 4px 0; }
QMenu::indicator { width: 0; height: 0; }

QAbstractItemView { color: @text; background: @surface; border: none; selection-color: @text;
    selection-background-color: @selection; outline: none; }
QTableView, QTreeView { gridline-color: @border; }
QListView::item { color: @text; background: @surface; padding: 4px 8px; }
QListView::item:hover { color: @text; background: @hover; }
QListView::item:selected { color: @text; background: @selection; }
QTreeView::item { padding: 4px 0; }
QHeaderView { background: @surface_alt; border: none; }
QTableCornerButton::section { background: @surface_alt; border: none; }
QTableView[role="sheet"] QHeaderView::section { color: @text_muted; background: @surface_alt; border: none;
    border-right: 1px solid @border; border-bottom: 1px solid @border; }
QScrollArea { background: transparent; border: none; }

QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: @track; border-radius: 4px; margin: 1px; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::handle:hover { background: @border_control; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; border: none; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QSplitter::handle { background: @border; }
QSplitter::handle:horizontal { width: 1px; }
QSplitter::handle:vertical { height: 1px; }

QFrame[role="window"] { background: @window; border: none; }
QFrame[role="surface"] { background: @surface; border: none; }
QFrame[role="surface_alt"] { background: @surface_alt; border: none; }
QFrame[role="rail"] { background: @rail; border: none; border-right: 1px solid @border; }
QFrame[role="top_bar"] { background: @surface; border: none; border-bottom: 1px solid @border; }
QFrame[role="filter_bar"] { background: @surface; border: none; border-bottom: 1px solid @border; }
QFrame[role="status_bar"] { background: @surface_alt; border: none; border-top: 1px solid @border; }
QFrame[role="panel"] { background: @surface; border: none; border-left: 1px solid @border; }
QFrame[role="card"] { background: @surface; border: 1px solid @border; border-radius: #radius.card#px; }
QFrame[role="popup"] { background: @surface; border: 1px solid @border_control; border-radius: #radius.control#px; }
QFrame[role="segmented"] { background: @neutral.bg; border: none; border-radius: #radius.card#px; }
QFrame[role="line"] { background: @border; border: none; }
QFrame[role="banner"][tone="info"] { background: @info.bg; border: none; border-radius: #radius.control#px; }
QFrame[role="banner"][tone="warning"] { background: @warning.bg; border: none; border-radius: #radius.control#px; }
QFrame[role="banner"][tone="danger"] { background: @danger.bg; border: none; border-radius: #radius.control#px; }
QFrame[role="banner"][tone="success"] { background: @success.bg; border: none; border-radius: #radius.control#px; }
QFrame[role="box"] { background: @surface; border: 1px solid @border_control; border-radius: #radius.control#px; }
QFrame[role="box"][focused="true"] { border: 2px solid @focus; }
QFrame[role="box"][invalid="true"] { border-color: @danger.fg; }
QFrame[role="box"][quiet="true"] { border-color: @surface; }
QFrame[role="box"][quiet="true"]:hover { border-color: @border_control; }
QFrame[role="box"][quiet="true"][focused="true"] { border-color: @focus; }

QCalendarWidget QAbstractItemView { color: @text; background: @surface; selection-color: @accent_text;
    selection-background-color: @accent; }
QCalendarWidget QWidget#qt_calendar_navigationbar { background: @surface_alt; }
"""


def render(colour: Callable[[str], str], size: Callable[[float | str], int]) -> str:
    """The style sheet of one palette: `colour(path)` gives `#RRGGBB`, `size(token or pixels)` gives scaled pixels."""

    def sized(found: re.Match[str]) -> str:
        name = found[1]
        pixels = size(float(name) if name.isdigit() else name)
        return str(pixels - int(found[2] or 0))

    # Sizes first: a colour value is itself written with a #.
    return _COLOUR.sub(lambda found: colour(found[1]), _SIZE.sub(sized, TEMPLATE))
