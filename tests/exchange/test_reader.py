"""Workbooks read whole: cells, dates, formulas, merged ranges, tables; and the process that reads them."""

import subprocess
import sys
import threading
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from app.errors import Cancelled
from app.exchange import errors, reader
from app.exchange.limits import Limits
from app.exchange.number_formats import Shape, is_percent, moment, shape_of
from app.exchange.reader import read_here, read_workbook
from app.exchange.workbook import Area, Cell, CellKind, area_of, column_letters, column_number
from tests.exchange.books import MAIN, PARTS, STRICT, altered, cells, ods, spelled, written

STYLES = (
    f'<styleSheet xmlns="{MAIN}"><numFmts count="3"><numFmt numFmtId="164" formatCode="jj/mm/aaaa"/>'
    '<numFmt numFmtId="165" formatCode="dd/mm/yyyy hh:mm"/><numFmt numFmtId="166" formatCode="[h]:mm"/></numFmts>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="9"/><xf numFmtId="164"/><xf numFmtId="165"/>'
    '<xf numFmtId="166"/></cellXfs></styleSheet>'
)
WITH_STYLES = {
    "xl/styles.xml": STYLES,
    "xl/_rels/workbook.xml.rels": PARTS["xl/_rels/workbook.xml.rels"].replace(
        "</Relationships>", '<Relationship Id="rId9" Type="x/styles" Target="styles.xml"/></Relationships>'
    ),
}


def first_row(path: Path) -> tuple[Cell, ...]:
    return read_here(path).sheets[0].rows[1]


def values(path: Path) -> list[tuple[CellKind, object]]:
    return [(cell.kind, cell.value) for cell in first_row(path)]


# -- cells of .xlsx -----------------------------------------------------------------------------------------------


def test_numbers_keep_the_digits_of_the_file(tmp_path: Path) -> None:
    digits = ("0.30000000000000004", "78753212300015", "7.87532E+13", "12345678901234567890", "-0.5", "1e-7", " 12 ")
    row = cells(*(f"<c><v>{one}</v></c>" for one in digits))
    assert values(spelled(tmp_path / "N.xlsx", row)) == [(CellKind.NUMBER, one.strip()) for one in digits]


def test_each_kind_of_cell(tmp_path: Path) -> None:
    row = cells(
        '<c t="str"><v>écrit</v></c>',
        '<c t="inlineStr"><is><r><t>riche </t></r><r><t>texte</t></r><rPh><t>lu</t></rPh></is></c>',
        '<c t="b"><v>1</v></c>',
        '<c t="e"><v>#REF!</v></c>',
        '<c t="d"><v>2025-03-01</v></c>',
        '<c t="d"><v>2025-03-01T14:30:00Z</v></c>',
        '<c t="n"><v>n/a</v></c>',
        '<c t="str"><v>a_x000D_b_x005F_x0041_</v></c>',
    )
    assert values(spelled(tmp_path / "K.xlsx", row)) == [
        (CellKind.TEXT, "écrit"),
        (CellKind.TEXT, "riche texte"),
        (CellKind.BOOLEAN, True),
        (CellKind.ERROR, "#REF!"),
        (CellKind.DATE, date(2025, 3, 1)),
        (CellKind.DATETIME, datetime(2025, 3, 1, 14, 30)),
        (CellKind.ERROR, "n/a"),
        (CellKind.TEXT, "a\rb_x0041_"),
    ]


def test_formulas_give_their_kept_result_and_never_themselves(tmp_path: Path) -> None:
    row = cells(
        "<c><f>1+1</f><v>2</v></c>",
        '<c t="str"><f>CONCAT("a")</f><v>a</v></c>',
        "<c><f>1+1</f></c>",
        '<c t="str"><f>""</f><v></v></c>',
        "<c><f>cmd|'/c calc'!A1</f><v>0</v></c>",
    )
    found = first_row(spelled(tmp_path / "F.xlsx", row))
    assert [(cell.kind, cell.value, cell.formula) for cell in found] == [
        (CellKind.NUMBER, "2", True),
        (CellKind.TEXT, "a", True),
        (CellKind.EMPTY, None, True),
        (CellKind.TEXT, "", True),
        (CellKind.NUMBER, "0", True),
    ]


def test_a_text_that_looks_like_a_formula_is_a_text(tmp_path: Path) -> None:
    nasty = ["=cmd|'/c calc'!A1", "00123", "1E5", "'apostrophe", "_x0041_", "é (NFD: e\u0301)", "😀", "  marge", "a\nb"]
    assert [cell.value for cell in first_row(written(tmp_path / "T.xlsx", [nasty]))] == nasty


def test_dates_come_from_formats_even_french_ones(tmp_path: Path) -> None:
    row = cells(
        '<c s="1"><v>45717</v></c>',
        '<c s="3"><v>45717</v></c>',
        '<c s="4"><v>45717.604166666664</v></c>',
        '<c s="5"><v>1.5208333333333333</v></c>',
        '<c s="0"><v>45717</v></c>',
        '<c s="1"><v>-3</v></c>',
        '<c s="1"><v>60</v></c>',
        '<c s="4"><v>0.5</v></c>',
    )
    assert values(spelled(tmp_path / "D.xlsx", row, parts=WITH_STYLES)) == [
        (CellKind.DATE, date(2025, 3, 1)),
        (CellKind.DATE, date(2025, 3, 1)),
        (CellKind.DATETIME, datetime(2025, 3, 1, 14, 30)),
        (CellKind.TIME, "36:30"),
        (CellKind.NUMBER, "45717"),
        (CellKind.NUMBER, "-3"),
        (CellKind.NUMBER, "60"),
        (CellKind.TIME, "12:00"),
    ]


def test_d72_a_workbook_of_the_1904_system_gives_the_right_dates(tmp_path: Path) -> None:
    path = written(tmp_path / "M.xlsx", [[datetime(2025, 3, 1), datetime(1904, 1, 2)]], date_1904=True)
    workbook = read_here(path)
    assert workbook.date1904
    assert [cell.value for cell in workbook.sheets[0].rows[1]] == [date(2025, 3, 1), date(1904, 1, 2)]


@pytest.mark.parametrize(
    ("code", "shape"),
    [
        ("General", Shape.PLAIN),
        ("Standard", Shape.PLAIN),
        ("@", Shape.PLAIN),
        ("# ##0.00", Shape.PLAIN),
        ('#,##0.00 "jours"', Shape.PLAIN),
        ("0.00E+00", Shape.PLAIN),
        ("[Red]0.00", Shape.PLAIN),
        ("[$-40C]d mmmm yyyy", Shape.DATE),
        ("jj/mm/aaaa", Shape.DATE),
        ("mmm-yy", Shape.DATE),
        ("yyyy\\-mm\\-dd;@", Shape.DATE),
        ("h:mm AM/PM", Shape.TIME),
        ("[h]:mm:ss", Shape.TIME),
        ("mm:ss", Shape.TIME),
    ],
)
def test_shape_of_a_format(code: str, shape: Shape) -> None:
    assert shape_of(code) is shape


def test_percent_formats_are_known_whatever_their_texts() -> None:
    assert is_percent("0.00%")
    assert not is_percent('0.0" %"')


@pytest.mark.parametrize("day", [date(1900, 1, 1), date(1900, 2, 28), date(1900, 3, 1), date(2026, 11, 23)])
def test_serial_numbers_are_those_of_excel(day: date) -> None:
    serial = (day - date(1899, 12, 30)).days - (day < date(1900, 3, 1))
    assert moment(str(serial), Shape.DATE, date1904=False) == ("d", day.isoformat())


def test_a_date_a_millisecond_short_of_midnight_is_that_day(tmp_path: Path) -> None:
    assert moment("45716.999999994", Shape.DATE, date1904=False) == ("d", "2025-03-01")


def test_merged_tables_names_and_hidden_sheets(tmp_path: Path) -> None:
    path = tmp_path / "S.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Plan d’actions")
        sheet.add_table(1, 0, 4, 1, {"name": "T_action", "columns": [{"header": "Code"}, {"header": "Nom\nlong"}]})
        sheet.merge_range("A7:B9", "fusion")
        book.add_worksheet("_sync").very_hidden()
        book.add_worksheet("Listes").hide()
        book.define_name("Budget", "='Plan d’actions'!$A$3")
        book.set_properties({"author": "Samira"})
        book.set_custom_property("carnet", "K7QD")
    workbook = read_here(path)
    assert [(sheet.name, sheet.visible) for sheet in workbook.sheets] == [
        ("Plan d’actions", True),
        ("_sync", False),
        ("Listes", False),
    ]
    first = workbook.sheets[0]
    assert first.tables[0].name == "T_action"
    assert first.tables[0].area == Area(2, 1, 5, 2)
    assert first.tables[0].headings == ("Code", "Nom\nlong")
    assert first.merged == (Area(7, 1, 9, 2),)
    assert not first.is_covered(7, 1)
    assert first.is_covered(7, 2)
    assert workbook.defined_names["Budget"] == "'Plan d’actions'!$A$3"
    assert workbook.properties.creator == "Samira"
    assert workbook.properties.custom == {"carnet": "K7QD"}


def test_covered_cells_between_filled_rows(tmp_path: Path) -> None:
    rows = cells('<c r="A1"><v>1</v></c>') + cells('<c r="B4"><v>2</v></c>', row=4)
    after = '<mergeCells><mergeCell ref="A1:A4"/></mergeCells>'
    sheet = read_here(spelled(tmp_path / "C.xlsx", rows, after=after)).sheets[0]
    assert [sheet.is_covered(row, 1) for row in range(1, 6)] == [False, True, True, True, False]
    assert not sheet.is_covered(2, 2)


@pytest.mark.parametrize("prefix", ["", "x:"])
@pytest.mark.parametrize("namespace", [MAIN, STRICT])
def test_strict_and_prefixed_files_read_the_same(tmp_path: Path, prefix: str, namespace: str) -> None:
    declared = f'xmlns{":x" if prefix else ""}="{namespace}"'
    sheet = (
        f"<{prefix}worksheet {declared}><{prefix}sheetData>"
        f'<{prefix}row r="1"><{prefix}c r="A1"><{prefix}v>7</{prefix}v></{prefix}c></{prefix}row>'
        f"</{prefix}sheetData></{prefix}worksheet>"
    )
    path = spelled(tmp_path / "X.xlsx", parts={"xl/worksheets/sheet1.xml": sheet})
    assert values(path) == [(CellKind.NUMBER, "7")]


def test_parts_are_found_whatever_their_case_and_the_slash(tmp_path: Path) -> None:
    relations = PARTS["xl/_rels/workbook.xml.rels"].replace("worksheets/sheet1.xml", "/xl/Worksheets/Sheet1.xml")
    path = spelled(tmp_path / "L.xlsx", cells("<c><v>7</v></c>"), parts={"xl/_rels/workbook.xml.rels": relations})
    assert values(path) == [(CellKind.NUMBER, "7")]


@pytest.mark.parametrize(
    "rows",
    [
        cells('<c r="B1"><v>1</v></c>', '<c r="A1"><v>2</v></c>'),
        cells('<c r="A1"><v>1</v></c>', '<c r="A1"><v>2</v></c>'),
        cells('<c r="A2"><v>1</v></c>'),
        cells('<c r="1A"><v>1</v></c>'),
        cells('<c r="XFE1"><v>1</v></c>'),
        cells('<c r=""><v>1</v></c>'),
        cells("<c><v>1</v></c>", row=0),
        cells("<c><v>1</v></c>", row=-1),
        cells("<c><v>1</v></c>", row=1_048_577),
        cells("<c><v>1</v></c>") * 2,
        cells('<c t="s"><v>0</v></c>'),
        cells('<c t="s"><v>-1</v></c>'),
        cells('<c s="99"><v>1</v></c>'),
        cells('<c t="zz"><v>1</v></c>'),
        "<row><c><v>1</v></row>",
    ],
)
def test_a_sheet_that_contradicts_itself_is_unreadable(tmp_path: Path, rows: str) -> None:
    with pytest.raises(errors.Unreadable):
        read_here(spelled(tmp_path / "B.xlsx", rows))


@pytest.mark.parametrize("part", list(PARTS))
def test_a_workbook_without_one_of_its_parts_is_refused(tmp_path: Path, part: str) -> None:
    with pytest.raises(errors.WorkbookRefused):
        read_here(spelled(tmp_path / "P.xlsx", parts={part: None}))


def test_shared_texts_lost_are_damage(tmp_path: Path) -> None:
    book = written(tmp_path / "A.xlsx", [["texte"]])

    def change(name: str, content: bytes) -> bytes | None:
        return None if name == "xl/sharedStrings.xml" else content

    with pytest.raises(errors.Unreadable):
        read_here(altered(book, tmp_path / "B.xlsx", change))


def test_openpyxl_reads_the_same(tmp_path: Path) -> None:
    rows = [
        [f"texte {row}", row * 1.1, row, datetime(2024, 1, 1) + timedelta(days=row), row % 2 == 0] for row in range(50)
    ]
    path = written(tmp_path / "O.xlsx", rows)
    ours = read_here(path).sheets[0].rows
    with closing(openpyxl.load_workbook(path, read_only=True)) as book:
        for number, theirs in enumerate(book["Projets"].iter_rows(values_only=True), start=1):
            text, decimal, whole, day, truth = (cell.value for cell in ours[number])
            assert (text, float(str(decimal)), int(str(whole)), truth) == (*theirs[:3], theirs[4])
            assert day == theirs[3].date()


def test_columns_have_their_letters() -> None:
    for number in (1, 26, 27, 702, 703, 16_384):
        assert column_number(column_letters(number)) == number
    assert column_letters(16_384) == "XFD"
    assert area_of("$B$2:A1") == Area(1, 1, 2, 2)
    for wrong in ("XFE1", "A0", "A1048577", "1", "A", "", "a1"):
        with pytest.raises(ValueError, match="is no"):
            area_of(wrong)


# -- .ods ---------------------------------------------------------------------------------------------------------


def ods_cell(kind: str, value: str = "", text: str = "", more: str = "") -> str:
    key = {"date": "date-value", "time": "time-value", "boolean": "boolean-value"}.get(kind, "value")
    typed = f' office:value-type="{kind}"' + (f' office:{key}="{value}"' if value else "")
    return f"<table:table-cell{typed} {more}><text:p>{text}</text:p></table:table-cell>"


def test_cells_of_an_ods(tmp_path: Path) -> None:
    row = "".join(
        (
            ods_cell("float", "0.1", "0,1"),
            ods_cell("percentage", "0.12", "12 %"),
            ods_cell("currency", "1200", "1 200 €"),
            ods_cell("date", "2025-03-01", "01/03/25"),
            ods_cell("date", "2025-03-01T14:30:00.000000000", "01/03/25"),
            ods_cell("time", "PT14H30M00S", "14:30"),
            ods_cell("boolean", "true", "VRAI"),
            ods_cell("string", "", "deux<text:s text:c='3'/>mots<text:line-break/>et <text:span>un</text:span>"),
            "<table:table-cell office:value-type='string'><office:annotation><text:p>note</text:p></office:annotation>"
            "<text:p>un</text:p><text:p>deux</text:p></table:table-cell>",
            ods_cell("float", "3", "3", "table:formula='of:=1+2'"),
            "<table:table-cell table:formula='of:=1+2'/>",
            ods_cell("string", "", "#REF!", "calcext:value-type='error' table:formula='of:=A1'"),
            "<table:table-cell table:number-columns-repeated='2'/>",
            ods_cell("string", "", "x", "table:number-columns-repeated='2'"),
        )
    )
    found = first_row(ods(tmp_path / "C.ods", f"<table:table-row>{row}</table:table-row>"))
    assert [(cell.column, cell.kind, cell.value, cell.formula) for cell in found] == [
        (1, CellKind.NUMBER, "0.1", False),
        (2, CellKind.NUMBER, "0.12", False),
        (3, CellKind.NUMBER, "1200", False),
        (4, CellKind.DATE, date(2025, 3, 1), False),
        (5, CellKind.DATETIME, datetime(2025, 3, 1, 14, 30), False),
        (6, CellKind.TIME, "14:30", False),
        (7, CellKind.BOOLEAN, True, False),
        (8, CellKind.TEXT, "deux   mots\net un", False),
        (9, CellKind.TEXT, "un\ndeux", False),
        (10, CellKind.NUMBER, "3", True),
        (11, CellKind.TEXT, "", True),
        (12, CellKind.ERROR, "#REF!", True),
        (15, CellKind.TEXT, "x", False),
        (16, CellKind.TEXT, "x", False),
    ]
    assert is_percent(found[1].number_format)


def test_rows_merges_sheets_and_tables_of_an_ods(tmp_path: Path) -> None:
    one = ods_cell("string", "", "a")
    merged = ods_cell("string", "", "b", "table:number-rows-spanned='2' table:number-columns-spanned='1'")
    tables = (
        "<table:table table:name=\"L'été\" table:style-name='s1'>"
        f"<table:table-row table:number-rows-repeated='3'>{one}</table:table-row>"
        f"<table:table-row>{merged}</table:table-row>"
        "<table:table-row><table:covered-table-cell/></table:table-row></table:table>"
    )
    styles = "<style:style style:name='s1'><style:table-properties table:display='false'/></style:style>"
    after = (
        "<table:named-expressions><table:named-range table:name='Budget' table:cell-range-address='$A.$B$1'/>"
        "</table:named-expressions><table:database-ranges><table:database-range table:name='T_action'"
        " table:target-range-address=\"'L''été'.A1:'L''été'.A5\"/></table:database-ranges>"
    )
    workbook = read_here(ods(tmp_path / "R.ods", tables, styles=styles, after=after))
    sheet = workbook.sheets[0]
    assert (sheet.name, sheet.visible) == ("L'été", False)
    assert {row: cells_[0].value for row, cells_ in sheet.rows.items()} == {1: "a", 2: "a", 3: "a", 4: "b"}
    assert sheet.merged == (Area(4, 1, 5, 1),)
    assert sheet.tables[0].name == "T_action"
    assert sheet.tables[0].area == Area(1, 1, 5, 1)
    assert sheet.tables[0].headings == ("a",)
    assert workbook.defined_names == {"Budget": "$A.$B$1"}


def test_calamine_reads_the_same_ods(tmp_path: Path) -> None:
    rows = "".join(
        f"<table:table-row>{ods_cell('string', '', f'texte {row}')}{ods_cell('float', str(row / 4), 'x')}"
        f"{ods_cell('date', f'2025-03-{row:02d}', 'x')}</table:table-row>"
        for row in range(1, 29)
    )
    path = ods(tmp_path / "O.ods", rows)
    theirs = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    ours = read_here(path).sheets[0].rows
    assert [[str(row[0].value), float(str(row[1].value)), row[2].value] for row in ours.values()] == theirs


# -- .csv ---------------------------------------------------------------------------------------------------------


def csv(path: Path, content: bytes) -> list[list[object]]:
    path.write_bytes(content)
    return [[cell.value for cell in row] for row in read_here(path).sheets[0].rows.values()]


@pytest.mark.parametrize(
    "content",
    [
        "Code;Intitulé\nE1;Café\n".encode(),
        "Code;Intitulé\nE1;Café\n".encode("utf-8-sig"),
        "Code;Intitulé\r\nE1;Café\r\n".encode("cp1252"),
        "Code\tIntitulé\nE1\tCafé\n".encode("utf-16"),
        "Code,Intitulé\nE1,Café\n".encode(),
        "sep=|\nCode|Intitulé\nE1|Café\n".encode(),
        'Code;"Intitulé"\n"E1";Café'.encode(),
    ],
)
def test_alphabets_and_separators(tmp_path: Path, content: bytes) -> None:
    assert csv(tmp_path / "A.csv", content) == [["Code", "Intitulé"], ["E1", "Café"]]


def test_line_breaks_and_separators_inside_quotes(tmp_path: Path) -> None:
    content = b'Code;Nom\nE1;"un\ndeux; ""trois"""\n'
    assert csv(tmp_path / "Q.csv", content) == [["Code", "Nom"], ["E1", 'un\ndeux; "trois"']]


def test_decimal_commas_do_not_pass_for_separators(tmp_path: Path) -> None:
    content = b"Nom;Montant\n" + b"CAF, Nord;1200,50\n" * 5
    assert csv(tmp_path / "M.csv", content)[1] == ["CAF, Nord", "1200,50"]


def test_known_headings_decide_of_the_separator(tmp_path: Path) -> None:
    path = tmp_path / "H.csv"
    path.write_bytes(b"Titre, avec virgule\nCode;Nom\n" + b"1,2;3,4\n" * 3)
    rows = read_here(path, headings=("Code", "Nom")).sheets[0].rows
    assert [cell.value for cell in rows[2]] == ["Code", "Nom"]
    assert [cell.value for cell in read_workbook(path, headings=("Code", "Nom")).sheets[0].rows[3]] == ["1,2", "3,4"]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"Code;Nom\nE1;a\0b\n", errors.NotText),
        (b"Code;Nom\nE1;\x81\n", errors.UnknownEncoding),
        (b'Code;Nom\nE1;"a"b\n', errors.BrokenQuotes),
        (b'Code;Nom\nE1;"jamais fermee\n', errors.BrokenQuotes),
        (b"Code;Nom\n" + b"x" * 1_000_002, errors.TooMuchText),
    ],
)
def test_a_csv_that_would_be_misread_is_refused(tmp_path: Path, content: bytes, kind: type) -> None:
    path = tmp_path / "R.csv"
    path.write_bytes(content)
    with pytest.raises(errors.WorkbookRefused) as caught:
        read_here(path)
    assert type(caught.value) is kind


# -- the process --------------------------------------------------------------------------------------------------


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return written(tmp_path / "Actions.xlsx", [["Code", "Budget", 1.5]] * 1_200)


def test_the_process_and_this_one_read_the_same(book: Path) -> None:
    seen: list[int] = []
    apart = read_workbook(book, progress=seen.append)
    assert apart == read_here(book)
    assert seen == [500, 1000, 1200]


def test_a_refusal_keeps_its_class_and_its_words(tmp_path: Path) -> None:
    path = spelled(tmp_path / "Loin.xlsx", cells('<c r="XFD9"><v>1</v></c>', row=9))
    with pytest.raises(errors.FarCell) as apart:
        read_workbook(path)
    with pytest.raises(errors.FarCell) as here:
        read_here(path)
    assert (apart.value.message, apart.value.advice) == (here.value.message, here.value.advice)


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="needs RLIMIT_AS")
def test_too_little_memory_is_a_sentence(tmp_path: Path) -> None:
    # Fifty million characters, that would be kept until the next five hundred rows go.
    text = "intitulé " * 100_000
    rows = "".join(cells(f'<c t="str"><v>{text}</v></c>', row=row) for row in range(1, 56))
    path = spelled(tmp_path / "Lourd.xlsx", rows)
    with pytest.raises(errors.TooHeavy, match="mémoire"):
        read_workbook(path, memory=60_000_000, limits=Limits(ratio_from=1_000_000_000))


def test_a_process_that_dies_is_an_unreadable_file(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "_START", "import os; os.abort()")
    with pytest.raises(errors.Unreadable, match="illisible"):
        read_workbook(book)


@pytest.mark.parametrize(
    "said",
    [
        "{}", "[]", "null", "x", '{"rows": 1}', '{"refused": ["KnownError", "a", "b"]}', '{"end": {}}', '{"sheet": {}}',
        '{"rows": [[1, [1, "q", "x", "General"]]]}', '{"rows": [[1, [1, "d", "31/12", "General"]]]}',
        '{"refused": ["os", "a"]}', '{"end": {"properties": 1, "names": [], "date1904": 0, "warnings": 0}}',
    ],
)  # fmt: skip
def test_a_process_that_lies_is_an_unreadable_file(book: Path, monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    monkeypatch.setattr(reader, "_START", f"print({said!r})")
    with pytest.raises(errors.Unreadable):
        read_workbook(book)


def test_a_process_that_never_ends_is_ended(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "_START", "import time; time.sleep(60)")
    with pytest.raises(errors.TooSlow):
        read_workbook(book, seconds=0.3)


def test_reading_can_be_stopped(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "_START", "import time; time.sleep(60)")
    asked = threading.Event()
    threading.Timer(0.3, asked.set).start()
    with pytest.raises(Cancelled, match="arrêtée"):
        read_workbook(book, cancelled=asked.is_set)


def test_no_process_and_no_copy_are_left(book: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    started: list[subprocess.Popen[bytes]] = []
    original = subprocess.Popen

    def popen(*given: object, **options: object) -> subprocess.Popen[bytes]:
        started.append(original(*given, **options))  # type: ignore[call-overload]
        return started[-1]

    folder = tmp_path / "provisoire"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    monkeypatch.setattr(reader.subprocess, "Popen", popen)
    read_workbook(book)
    assert started[0].returncode is not None
    assert list(folder.iterdir()) == []


def test_a_file_that_changes_while_it_is_copied_is_refused(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original = Path.stat
    sizes = iter(range(10))

    class Growing:
        def __init__(self, found: object) -> None:
            self.st_size = found.st_size + next(sizes)  # type: ignore[attr-defined]
            self.st_mtime_ns = found.st_mtime_ns  # type: ignore[attr-defined]
            self.st_mode = found.st_mode  # type: ignore[attr-defined]

    monkeypatch.setattr(
        Path,
        "stat",
        lambda self, **given: Growing(original(self, **given)) if self == book else original(self, **given),
    )
    with pytest.raises(errors.HalfCopied, match="en train de changer"):
        read_here(book)


def test_the_reading_process_knows_nothing_of_the_notebook() -> None:
    seen = subprocess.run(
        [sys.executable, "-c", "import sys, app.exchange.reader_process; print(sorted(set(sys.modules) & {'sqlalchemy',"
         " 'sqlite3', 'PySide6', 'socket', 'app.models', 'app.notebook'}))"],
        capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert seen.stdout.strip() == "[]"
