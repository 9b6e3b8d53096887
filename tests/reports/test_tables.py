"""Tables: widths, merged and tall cells, forms, the plan and the calendar."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from app.reports import blocks
from app.reports.blocks import TargetLine
from app.reports.calendar_blocks import Period, year_calendar
from app.reports.cells import Cell, Column, Row, column_widths
from app.reports.plan_blocks import PlanGroup, PlanLine, PlanTotal, plan_table, status_cell, status_legend
from app.reports.tables import Table
from app.reports.text import Text, plain_text
from app.reports.theme import PAPER, STATUS, register_fonts, tokens
from tests.reports.reading import pages_of


@pytest.fixture(autouse=True)
def _fonts() -> None:
    register_fonts()


def rows_of(table: object) -> list[list[str]]:
    assert isinstance(table, Table)
    return [[cell if isinstance(cell, str) else plain_text(cell.text) for cell in row.cells] for row in table.rows]


def sentence(block: object) -> str:
    assert isinstance(block, Text)
    return plain_text(block.text)


def test_widths_fill_the_page() -> None:
    widths = column_widths([Column("a", 100), Column("b", share=2), Column("c", share=1)], 400)
    assert widths == pytest.approx([100, 200, 100])


@pytest.mark.parametrize(
    "columns", [[Column("a", 300), Column("b", 500)], [Column("a", 900), Column("b"), Column("c")]]
)
def test_widths_never_exceed_the_page(columns: list[Column]) -> None:
    widths = column_widths(columns, 400)
    assert sum(widths) == pytest.approx(400)
    assert min(widths) >= 40


def test_a_row_has_room_for_its_tallest_cell_and_its_minimum() -> None:
    short = Table([Column("a", 100), Column("b")], [Row(("x", "y"))])
    tall = Table([Column("a", 100), Column("b")], [Row(("mot " * 60, "y"))])
    signature = Table([Column("a", 100), Column("b")], [Row(("x", ""))], row_height=40)
    assert short.height(300) < signature.height(300) < tall.height(300)
    assert signature.height(300) - short.height(300) == pytest.approx(40 - short.style.leading)


def test_a_table_without_rows_is_a_sentence() -> None:
    assert sentence(blocks.data_table([Column("a")], [], empty="Aucun avis.")) == "Aucun avis."
    assert sentence(plan_table([])[0]) == "Aucune action n’est inscrite."
    assert sentence(plan_table([PlanGroup("1", "Objectif")])[0]) == "Aucune action n’est inscrite."
    assert sentence(blocks.targets_table([])) == "Aucune cible n’est fixée."
    assert sentence(year_calendar([], year=2027)) == "Rien n’est prévu en 2027."
    assert sentence(blocks.definitions([])) == "Rien n’est inscrit."


def test_the_plan_writes_what_is_missing_as_a_dash() -> None:
    lines = (
        PlanLine("1.1.1", "Action"),
        PlanLine("1.1.2", "Autre", "AEP", "late", 12, date(2026, 1, 2), Decimal(1500)),
    )
    (table,) = plan_table([PlanGroup("1.1", "Objectif", lines)], total=PlanTotal("Total", 6, Decimal(1500)))
    group, first, second, total = rows_of(table)
    assert group == ["1.1", "Objectif"]
    assert first == ["1.1.1", "Action", "–", "À lancer", "–", "–", "–"]
    assert second == ["1.1.2", "Autre", "AEP", "En retard", "12\u00a0%", "02/01/2026", "1\u00a0500\u00a0€"]
    assert total == ["", "Total", "6\u00a0%", "", "1\u00a0500\u00a0€"]


def test_the_plan_may_leave_money_out() -> None:
    (table,) = plan_table([PlanGroup("", "", (PlanLine("1", "Action"),))], budget=False, total=PlanTotal("Total"))
    assert isinstance(table, Table)
    assert [column.title for column in table.columns][-1] == "Échéance"
    assert rows_of(table)[-1] == ["", "Total", "–", ""]


def test_late_and_blocked_are_told_without_colour() -> None:
    signs = [status_cell(status).sign for status in STATUS]
    assert len(set(signs)) == len(signs) == len(tokens()["status"].keys() - {"dropped"})
    assert [status for status in STATUS if status_cell(status).bold] == ["late", "blocked"]
    legend = plain_text(status_legend().text)
    assert all(sign.sign in legend and sign.word.replace(" ", "\u00a0") in legend for sign in STATUS.values())


def test_a_missing_measure_is_to_be_entered() -> None:
    assert rows_of(blocks.targets_table([TargetLine("Cible", "80 %")])) == [["Cible", "80 %", "à saisir"]]


def test_a_form_shows_or_skips_what_is_empty() -> None:
    pairs = [("Porteur", "AEP"), ("Élu référent", ""), ("Pilote", "Ville")]
    assert rows_of(blocks.definitions(pairs, columns=2)) == [
        ["Porteur", "AEP", "Élu référent", "–"],
        ["Pilote", "Ville", "", ""],
    ]
    assert rows_of(blocks.definitions(pairs, skip_empty=True)) == [["Porteur", "AEP"], ["Pilote", "Ville"]]


def test_the_calendar_shows_the_part_of_a_period_within_the_year() -> None:
    table = year_calendar(
        [
            Period("Toute", date(2026, 1, 1), date(2028, 12, 31), 50, "P2"),
            Period("Moitié", date(2027, 7, 2), date(2027, 12, 31)),
            Period("Jour", date(2027, 3, 1)),
            Period("Avant", date(2026, 1, 1), date(2026, 12, 31)),
            Period("Sans date", None),
        ],
        year=2027,
    )
    assert isinstance(table, Table)
    assert [row.cells[0] for row in table.rows] == ["Toute", "Moitié", "Jour"]
    whole, half, day = (row.cells[2].bars[0] for row in table.rows if isinstance(row.cells[2], Cell))
    assert (whole.start, whole.end) == (0, 1)
    assert whole.done == pytest.approx(0.5, abs=0.01)
    assert whole.colour == PAPER.priority("P2").strong
    assert half.start == pytest.approx(0.5, abs=0.01)
    assert day.start == day.end == pytest.approx(59 / 365)
    assert rows_of(table)[2][1] == "01/03/2027"


def test_a_merged_cell_is_said_again_on_the_next_page(tmp_path: Path) -> None:
    rows = [Row((Cell("Objectif") if n == 0 else Cell(joined=True), f"Ligne {n}")) for n in range(80)]
    pages = pages_of(tmp_path, [Table([Column("But", 120), Column("Résultat")], rows)])
    assert len(pages) > 1
    assert [page.count("Objectif") for page in pages] == [1] * len(pages)


def test_merged_cells_and_grids_are_drawn(tmp_path: Path) -> None:
    rows = [
        Row(("Objectif général", "Premier")),
        Row((Cell(joined=True), "Deuxième")),
        Row((Cell(joined=True), "Trois")),
    ]
    (page,) = pages_of(tmp_path, [Table([Column("But", 120), Column("Résultat")], rows, grid=True, align_top=True)])
    assert page.count("Objectif général") == 1
    assert "Trois" in page
