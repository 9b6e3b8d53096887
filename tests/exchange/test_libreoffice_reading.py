"""What a real LibreOffice makes of a workbook is read as it was; skipped where it is not installed."""

import subprocess
from datetime import date, datetime, time

import pytest
import xlsxwriter

from app.exchange.cell_values import Outcome, Scope
from app.exchange.cells import read_cell
from app.exchange.reader import read_workbook
from app.exchange.workbook import Area, Workbook
from app.models.fields import Field, Kind
from tests.exchange.libreoffice import needs_libreoffice

pytestmark = needs_libreoffice

#: Kind, what is written, its format, what is stored.
CELLS = (
    (Kind.TEXT, "00123", "@", "00123"),
    (Kind.TEXT, "78753212300015", "@", "78753212300015"),
    (Kind.TEXT, "=cmd|'/c calc'!A1", "@", "=cmd|'/c calc'!A1"),
    (Kind.LONG_TEXT, "a\nb", "@", "a\nb"),
    (Kind.LONG_TEXT, "  marge   et  espaces", "@", "  marge   et  espaces"),
    (Kind.TEXT, "_x0041_", "@", "_x0041_"),
    (Kind.TEXT, "é 😀", "@", "é 😀"),
    (Kind.DECIMAL, 0.1 + 0.2, "General", "0.3"),
    (Kind.DECIMAL, 12345678901234.5, "General", "12345678901234.5"),
    (Kind.MONEY, 17.1, '#,##0.00 "€"', 1710),
    (Kind.PERCENT, 0.285, "0.##########%", "28.5"),
    (Kind.DATE, date(2025, 3, 1), "dd/mm/yyyy", "2025-03-01"),
    (Kind.DATE, date(1900, 3, 1), "dd/mm/yyyy", "1900-03-01"),
    (Kind.DATE, datetime(2025, 3, 1, 14, 30), "dd/mm/yyyy hh:mm", "2025-03-01"),
    (Kind.TEXT, time(14, 30), "hh:mm", "14:30"),
    (Kind.BOOLEAN, True, "General", 1),
    (Kind.BOOLEAN, "Oui", "@", 1),
    (Kind.DATE, "1899-12-31", "@", "1899-12-31"),
    (Kind.YEAR, 2026, "0", 2026),
)


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Workbook]:
    """The same workbook, as written and as LibreOffice saved it in each format."""
    folder = tmp_path_factory.mktemp("libreoffice")
    source = folder / "source.xlsx"
    with xlsxwriter.Workbook(source, {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("Plan d'actions")
        for column, (_, value, number_format, _) in enumerate(CELLS):
            sheet.write(0, column, f"Col {column}")
            sheet.write(1, column, value, book.add_format({"num_format": number_format}))
        sheet.add_table(
            0, 0, 1, len(CELLS) - 1, {"name": "T_action", "columns": [{"header": f"Col {i}"} for i in range(19)]}
        )
        sheet.write_formula(4, 0, "=1+1", value=2)
        sheet.write_formula(4, 1, '="a"&"b"', value="ab")
        sheet.write_formula(4, 2, "=1/0", value="#DIV/0!")
        sheet.write_formula(4, 3, '=""', value="")
        sheet.merge_range("A7:B9", "fusion")
        sheet.write("C9", "sous la fusion")
        book.add_worksheet("_sync").very_hidden()
        book.define_name("Budget", "='Plan d''actions'!$C$2")
    found = {"source": read_workbook(source)}
    for steps in (("xlsx",), ("ods",), ("ods", "xlsx")):
        path = source
        for step, kind in enumerate(steps):
            target = folder / f"{'-'.join(steps)}-{step}"
            subprocess.run(
                ["soffice", f"-env:UserInstallation=file://{folder}/profil", "--headless", "--convert-to", kind,
                 "--outdir", target, path],
                check=True, capture_output=True, timeout=180,
            )  # fmt: skip
            path = target / f"source.{kind}"
        found[" → ".join(steps)] = read_workbook(path)
    return found


@pytest.mark.parametrize("way", ["source", "xlsx", "ods", "ods → xlsx"])
def test_every_kind_of_cell_survives(books: dict[str, Workbook], way: str) -> None:
    sheet = books[way].sheets[0]
    for column, (kind, _, _, stored) in enumerate(CELLS, start=1):
        reading = read_cell(Field("champ", kind, "Champ"), sheet.cell(2, column), stored, scope=Scope(sheet.name))
        assert reading.outcome is Outcome.UNCHANGED, (way, sheet.cell(2, column))


@pytest.mark.parametrize("way", ["xlsx", "ods", "ods → xlsx"])
def test_what_surrounds_the_cells_survives(books: dict[str, Workbook], way: str) -> None:
    first, hidden = books[way].sheets
    assert (first.name, first.visible, hidden.name, hidden.visible) == ("Plan d'actions", True, "_sync", False)
    assert first.merged == (Area(7, 1, 9, 2),)
    assert first.is_covered(9, 2)
    assert [(table.name, table.area, table.headings[0]) for table in first.tables] == [
        ("T_action", Area(1, 1, 2, len(CELLS)), "Col 0")
    ]
    assert "Budget" in books[way].defined_names
    assert [(cell.value, cell.formula) for cell in first.rows[5]] == [
        ("2", True),
        ("ab", True),
        ("#DIV/0!", True),
        ("", True),
    ]
