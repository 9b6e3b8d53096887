"""Tables as people keep them: a title above, headings on two rows, totals, parts in capitals, years across.

path = book(tmp_path / "plan.xlsx", {"Programme": rows}, merged={"Programme": ["A1:H1"]})
"""

import csv
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from html import escape
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from tests.exchange.books import ods

Rows = Sequence[Sequence[Any]]

#: A programme as it comes: two rows of headings, parts, a total, headings again, a note.
PROGRAMME: Rows = (
    ("PLAN D’ACTIONS 2026 – QUARTIER EST",),
    (),
    ("N°", "Intitulé de l'action", "Pilier", "Porteur", "Calendrier", None, "Quartier", "Avancement", "Budget 2026"),
    (None, None, None, None, "Début", "Échéance", None, None, None),
    ("PILIER 1 : COHÉSION SOCIALE",),
    (1, "Repair café", "Santé", "CAF", date(2026, 3, 2), date(2026, 12, 31), "Est", 0.25, 1200),
    (2, "Café des aidants", "Pilier 1", "Les Mains Tendues", date(2026, 5, 4), "31/02/2027", "Quartier Est", 0.5, 3000),
    ("TOTAL", None, None, None, None, None, None, None, 4200),
    ("PILIER 2 : EMPLOI",),
    ("N°", "Intitulé de l'action", "Pilier", "Porteur", "Début", "Échéance", "Quartier", "Avancement", "Budget 2026"),
    (3, "Forum des métiers", "Emploi", "caf", "01/06/2026", None, "Est, Nord", 0, 3000),
    ("Source : service politique de la ville",),
)
MERGED = ("A1:I1", "E3:F3", *(f"{letter}3:{letter}4" for letter in "ABCDGHI"))


def book(path: Path, sheets: Mapping[str, Rows], *, merged: Mapping[str, Iterable[str]] | None = None) -> Path:
    """An .xlsx of these sheets, in order."""
    made = Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for number, row in enumerate(rows, start=1):
            for column, value in enumerate(row, start=1):
                if value is not None:
                    sheet.cell(number, column).value = value
        for area in (merged or {}).get(name, ()):
            sheet.merge_cells(area)
    made.save(path)
    return path


def programme(path: Path) -> Path:
    """The programme on the third sheet of a workbook."""
    return book(
        path,
        {
            "Page de garde": [["Ville de Roubaix"], [], ["Version", "3"]],
            "Légende": [["Couleur", "Sens"], ["vert", "fait"]],
            "Programme 2026": PROGRAMME,
        },
        merged={"Programme 2026": MERGED},
    )


def as_csv(path: Path, rows: Rows, *, encoding: str = "cp1252", separator: str = ";") -> Path:
    with path.open("w", newline="", encoding=encoding) as file:
        csv.writer(file, delimiter=separator).writerows([["" if v is None else v for v in row] for row in rows])
    return path


def as_ods(path: Path, rows: Rows) -> Path:
    """An .ods of one sheet of texts and numbers."""
    lines = ["".join(map(_ods_cell, row)) or _ods_cell(None) for row in rows]
    cells = "".join(f"<table:table-row>{line}</table:table-row>" for line in lines)
    return ods(path, f'<table:table table:name="Feuille1">{cells}</table:table>')


def _ods_cell(value: Any) -> str:
    if value is None:
        return "<table:table-cell/>"
    kind = f'float" office:value="{value}' if isinstance(value, int | float) else "string"
    text = escape(str(value))
    return f'<table:table-cell office:value-type="{kind}"><text:p>{text}</text:p></table:table-cell>'
