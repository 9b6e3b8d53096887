"""Opening fast: imports that Qt does not look at."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_qt_no_longer_looks_at_what_is_imported_after_it():
    code = """
import builtins
plain = builtins.__import__
from app.ui.first_imports import plain_imports
from PySide6.QtWidgets import QApplication
plain_imports()
assert builtins.__import__ is plain
from app.ui.widgets.buttons import button
from app.ui.theme import Theme
application = QApplication([])
made = button(Theme.load(), "Essai")
assert made.text() == "Essai" and not hasattr(made, "set_text")
"""
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def test_the_window_is_there_before_what_reads_notebooks_is_loaded():
    code = """
import sys
import app.ui.application
heavy = {"sqlalchemy", "reportlab", "openpyxl", "xlsxwriter", "rapidfuzz", "PIL", "alembic"} & set(sys.modules)
assert not heavy, heavy
"""
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
