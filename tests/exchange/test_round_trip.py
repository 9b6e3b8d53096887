"""What is written in a cell is read back as it was: every kind of field, through a cell and through a file."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import assume, example, given
from hypothesis import strategies as st

from app.exchange.cell_values import MISSING, Base, Outcome, Scope
from app.exchange.cells import read_cell
from app.exchange.reader import read_here
from app.exchange.references import Known, Names, link_label
from app.exchange.rendering import CUT_MENTION, render, render_links
from app.exchange.workbook import Cell, CellKind
from app.models.fields import Choice, Field, Kind, store
from tests.test_registry import GIVEN

ROWS = [f"00000000-0000-4000-8000-{number:012d}" for number in range(6)]
TITLES = ("CAF", "Centre social ; annexe", "Centre social", "L’École (maternelle)", "12", "Métropole\neuropéenne")
NAMES = Names({"organisation": [Known(row, (name,), f"C-{row[-1]}") for row, name in zip(ROWS, TITLES, strict=True)]})
LABELS = {row: link_label(name, f"C-{row[-1]}") for row, name in zip(ROWS, TITLES, strict=True)}
SCOPE = Scope("Projets", NAMES)
CHOICES = (Choice("idea", "Idée"), Choice("planned", "À lancer"))
FORMATS = {Kind.PERCENT: "0.##########%", Kind.MONEY: '#,##0.00 "€"', Kind.DATE: "dd/mm/yyyy"}
#: Kinds but many links → stored values.
VALUES = {**GIVEN, Kind.LINK: st.sampled_from(ROWS), Kind.TERRITORY: st.sampled_from(ROWS)}


def declared(kind: Kind) -> Field:
    target = "organisation" if kind in (Kind.LINK, Kind.LINKS, Kind.TERRITORY) else ""
    return Field("champ", kind, "Champ", choices=CHOICES if kind is Kind.CHOICE else (), target=target)


def cell_of(kind: Kind, written: Any) -> Cell:
    """The cell that a reader finds where `written` was written by XlsxWriter."""
    number_format = FORMATS.get(kind, "General")
    if written is None:
        return Cell(1, 1, CellKind.EMPTY, None)
    if isinstance(written, str):
        return Cell(1, 1, CellKind.TEXT, written, "@")
    if isinstance(written, date):
        return Cell(1, 1, CellKind.DATE, written, number_format)
    return Cell(1, 1, CellKind.NUMBER, f"{written:.16G}", number_format)


@pytest.mark.parametrize("kind", VALUES)
@given(data=st.data())
def test_p16_what_was_written_is_unchanged(kind: Kind, data: st.DataObject) -> None:
    field = declared(kind)
    stored = store(field, data.draw(VALUES[kind]))
    cell = cell_of(kind, render(field, [stored], LABELS)[0])
    reading = read_cell(field, cell, stored, scope=SCOPE)
    assert reading.outcome is Outcome.UNCHANGED
    assert reading.value == stored
    assert reading.notes == ()


@pytest.mark.parametrize("kind", [kind for kind in VALUES if kind not in (Kind.TEXT, Kind.LONG_TEXT, Kind.CHOICE)])
@given(data=st.data())
def test_p16_what_was_written_is_understood_without_its_base(kind: Kind, data: st.DataObject) -> None:
    field = declared(kind)
    value = data.draw(VALUES[kind])
    # No spreadsheet keeps more than 15 figures of a count.
    assume(kind is not Kind.INTEGER or abs(value) < 10**15)
    stored = store(field, value)
    reading = read_cell(field, cell_of(kind, render(field, [stored], LABELS)[0]), scope=SCOPE)
    # A number of more than 15 figures travels as a text, that other columns could doubt.
    assert reading.outcome in (Outcome.VALUE, Outcome.PROPOSED)
    assert reading.value == stored


@given(data=st.data())
@example(data=None)
def test_p16_texts_are_understood_without_their_base(data: st.DataObject | None) -> None:
    field = declared(Kind.LONG_TEXT)
    text = data.draw(GIVEN[Kind.LONG_TEXT]) if data else "  marge\nsuite"
    stored = store(field, text)
    reading = read_cell(field, cell_of(Kind.LONG_TEXT, render(field, [stored], LABELS)[0]), scope=SCOPE)
    assert reading.outcome in (Outcome.VALUE, Outcome.ERROR)
    if reading.outcome is Outcome.VALUE:
        # Some characters cannot stand in a workbook: they are only compared with a base.
        assert reading.value == stored or "\ufffe" in text or "\uffff" in text


@given(rows=st.lists(st.sampled_from(ROWS), unique=True), shuffle=st.randoms())
def test_p16_many_links_come_back_in_any_order(rows: list[str], shuffle: Any) -> None:
    field = declared(Kind.LINKS)
    written = render_links(["row"], {"row": rows}, LABELS)[0]
    parts = str(written or "").split("; ")
    shuffle.shuffle(parts)
    for text in (written, " ;".join(parts), "\n".join(parts)):
        cell = cell_of(Kind.LINKS, text)
        reading = read_cell(field, cell, tuple(rows), scope=SCOPE)
        assert reading.outcome is Outcome.UNCHANGED
        assert read_cell(field, cell, scope=SCOPE).value == (tuple(sorted(rows)) or None)


CELLS = (
    st.builds(
        Cell,
        st.just(1),
        st.just(1),
        st.just(CellKind.TEXT),
        st.text() | st.sampled_from(["#N/A", "1,5E+99", CUT_MENTION, "1" * 400, "9" * 30 + " €", "١٢٣", "31/12/99999"]),
    )
    | st.builds(
        Cell,
        st.just(1),
        st.just(1),
        st.just(CellKind.NUMBER),
        st.floats(allow_nan=False, allow_infinity=False).map(repr) | st.sampled_from(["1E9999", "-1E-9999", "0" * 300]),
        st.sampled_from(["General", "0%", "00000", "dd/mm/yyyy", '0" %"']),
        st.booleans(),
    )
    | st.builds(
        Cell,
        st.just(1),
        st.just(1),
        st.sampled_from([CellKind.DATE]),
        st.dates(),
    )
    | st.builds(Cell, st.just(1), st.just(1), st.just(CellKind.DATETIME), st.datetimes(min_value=datetime(1900, 1, 1)))
    | st.builds(Cell, st.just(1), st.just(1), st.just(CellKind.TIME), st.sampled_from(["14:30", "36:30:05"]))
)


@pytest.mark.parametrize("kind", list(Kind))
@given(cell=CELLS, base=st.none() | st.just(MISSING) | st.integers() | st.text() | st.tuples(st.sampled_from(ROWS)))
def test_p16_no_cell_makes_it_stumble(kind: Kind, cell: Cell, base: Base) -> None:
    field = declared(kind)
    reading = read_cell(field, cell, base, scope=SCOPE)
    if reading.outcome is Outcome.ERROR:
        assert reading.notes
        assert reading.value is None
        assert all(note.message.strip() and len(note.value) <= 200 for note in reading.notes)
    if reading.outcome in (Outcome.VALUE, Outcome.PROPOSED) and kind is not Kind.LINKS:
        # What is taken is canonical: reading it again changes nothing.
        again = read_cell(field, cell, reading.value, scope=SCOPE)
        assert again.outcome is Outcome.UNCHANGED


NASTY = (
    "=cmd|'/c calc'!A1", "00123", "1E5", "'apostrophe", "+33", "-12", "@a", "é", "😀 👨‍👩‍👧", "שלום", "_x0041_",
    "<&>\"'", "a\nb", "  marge", "TRUE", "1/2", "31/12/2026", "12,5", "x" * 32_000, "a\u2028b", "\u00ad",
    "NULL", "#REF", "{=1}",
)  # fmt: skip


def test_p10_nasty_texts_come_back_from_a_file(tmp_path: Path) -> None:
    field = declared(Kind.LONG_TEXT)
    stored = [store(field, text) for text in NASTY]
    path = tmp_path / "Textes.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for row, text in enumerate(render(field, stored, {})):
            assert sheet.write_string(row, 0, str(text)) == 0
    rows = read_here(path).sheets[0].rows
    for row, base in enumerate(stored, start=1):
        assert read_cell(field, rows[row][0], base, scope=SCOPE).outcome is Outcome.UNCHANGED, base
        assert read_cell(field, rows[row][0], scope=SCOPE).value == base


@given(data=st.data())
def test_p10_numbers_and_dates_come_back_from_a_file(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    kinds = (Kind.INTEGER, Kind.DECIMAL, Kind.MONEY, Kind.PERCENT, Kind.DATE, Kind.YEAR)
    fields = [declared(kind) for kind in kinds]
    stored = [store(field, data.draw(GIVEN[field.kind])) for field in fields]
    path = tmp_path_factory.mktemp("nombres") / "Nombres.xlsx"
    with xlsxwriter.Workbook(path, {"strings_to_numbers": False}) as book:
        sheet = book.add_worksheet()
        for column, (field, base) in enumerate(zip(fields, stored, strict=True)):
            written = render(field, [base], {})[0]
            style = book.add_format({"num_format": FORMATS.get(field.kind, "General")})
            if isinstance(written, date):
                sheet.write_datetime(0, column, datetime(written.year, written.month, written.day), style)
            elif isinstance(written, str):
                sheet.write_string(0, column, written)
            else:
                assert written is not None
                sheet.write_number(0, column, written, style)
    sheet_read = read_here(path).sheets[0]
    for column, (field, base) in enumerate(zip(fields, stored, strict=True), start=1):
        reading = read_cell(field, sheet_read.cell(1, column), base, scope=SCOPE)
        assert (field.kind, reading.outcome, reading.notes) == (field.kind, Outcome.UNCHANGED, ())
