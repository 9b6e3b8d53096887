"""Writing a workbook with XlsxWriter: its sheets, its look, its lists, and what it hides.

Everything is written by explicit kind (`write_string`, `write_number`, `write_datetime`): a text that begins with `=`
stays a text. XlsxWriter says « not written » by a return code: each is looked at (`_sure`).
"""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from traceback import clear_frames
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import CellDatetimeTuple, CellNumberTuple, CellStringTuple, Worksheet

from app.exchange import front_page
from app.exchange.book import Book, SheetContent
from app.exchange.layout import (
    CONFLICTS,
    DELETE_WORD,
    FIRST_ROW,
    HEADINGS_ROW,
    KEYS_ROW,
    LISTS,
    README,
    SYNC,
    WORKED_ON,
    Column,
    Role,
    Style,
)
from app.exchange.looks import Looks
from app.exchange.rendering import Written, fitting
from app.models.fields import Kind, Rule

#: Lists longer than this are of no use to choose from.
LONGEST_LIST = 2_000
#: Blank rows below the data that lists and rules reach: LibreOffice does not stretch them with the Table.
ROOM_BELOW = 500
#: Where a workbook says which export it is, for who has lost the hidden sheet (docProps/custom.xml).
PROPERTY_CODE, PROPERTY_EXPORT = "CarnetCode", "CarnetExport"

_A4, _A3 = 9, 8
#: Heights in points, and how many rows tell whether one line is enough.
_ONE_LINE, _TWO_LINES, _LOOKED_AT = 18, 29, 300
#: Columns wider than this together (in characters) are printed on A3.
_WIDE = 150

#: Told now and then with the part done of a step (0 to 1); may raise to stop.
Tick = Callable[[float], None]


def write_book(book: Book, path: Path, folder: Path, *, tick: Tick = lambda share: None) -> None:
    """Write `book` at `path`; `folder` receives XlsxWriter's temporary files. `tick` may raise: the file is then bad.

    Raises OSError when the place refuses.
    """
    workbook = Workbook(
        str(path),
        {
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "tmpdir": str(folder),
        },
    )
    try:
        _Writer(workbook, book, tick).write()
        workbook.close()
    except BaseException as error:
        _let_go(workbook, error)
        # XlsxWriter wraps what the disk says.
        cause = error.__cause__ or error.__context__
        if isinstance(error, FileCreateError) and isinstance(cause, OSError):
            raise cause from None
        raise


def _let_go(workbook: Workbook, error: BaseException) -> None:
    """Close the files that XlsxWriter holds open when it is stopped: Windows removes none that is."""
    for sheet in workbook.worksheets():
        part = getattr(sheet, "fh", None)
        if part is not None and not part.closed:
            part.close()
    # The zip it was filling lives in the frames of the error, and closes with them.
    clear_frames(error.__traceback__)


class _Sheet(Worksheet):  # type: ignore[misc]
    """A worksheet that says when it is being put together, and writes its plain cells in one go.

    Cells are nine tenths of the time of XlsxWriter, which builds a list of attributes for each. What is written is the
    same, and the self-check reads every cell of every file back; all else is left to the library.
    """

    ticked: Callable[[], None] = staticmethod(lambda: None)

    def fill(self, first: int, place: int, cells: Sequence[Written], day: Any, look_of: Callable[[float], Any]) -> int:
        """A column of cells from the row `first` down: what `write_string`, `write_number` and `write_datetime` keep
        of them, without their checks of each place. Texts must fit; `day` dresses dates, `look_of` numbers.

        Answers what XlsxWriter does for the first and last places, the others being between.
        """
        wrong: int = self._check_dimensions(first, place) | self._check_dimensions(
            first + max(len(cells), 1) - 1, place
        )
        table, text_of, date_of = self.table, self.str_table._get_shared_string_index, self._convert_date_time
        for row, value in enumerate(cells, start=first):
            if value is None:
                continue
            if isinstance(value, str):
                table[row][place] = CellStringTuple(text_of(value), None)
            elif isinstance(value, float):
                table[row][place] = CellNumberTuple(value, look_of(value))
            else:
                table[row][place] = CellDatetimeTuple(date_of(value), day)
        return wrong

    def _write_rows(self) -> None:
        self.ticked()
        self._starts: dict[tuple[int, Any], tuple[str, str]] = {}
        super()._write_rows()

    def _calculate_spans(self) -> None:
        """Spans only hint at the columns of a row: readers do without, and they cost a pass over every cell."""

    def _write_cell(self, row: int, col: int, cell: Any) -> None:
        kind = type(cell).__name__
        if kind not in ("String", "Number", "Datetime"):
            super()._write_cell(row, col, cell)
            return
        look = cell.format
        start = self._starts.get((col, look)) or self._start(col, look)
        if kind == "String":
            self.fh.write(f'<c r="{start[0]}{row + 1}"{start[1]} t="s"><v>{cell.string}</v></c>')
        else:
            self.fh.write(f'<c r="{start[0]}{row + 1}"{start[1]}><v>{cell.number:.16G}</v></c>')

    def _start(self, col: int, look: Any) -> tuple[str, str]:
        """The letters of a column, and the attribute of the format of a cell: its own, else that of the column."""
        if look is None and col in self.col_info:
            own = self.col_info[col].column_format
        else:
            own = look
        style = "" if own is None else f' s="{own._get_xf_index()}"'
        self._starts[col, look] = found = (xl_col_to_name(col), style)
        return found


class _Writer:
    """Writes the sheets of one book, in the order in which people see them."""

    def __init__(self, workbook: Workbook, book: Book, tick: Tick) -> None:
        self._workbook = workbook
        self._book = book
        self._looks = Looks(workbook)
        self._tick = tick
        self._cells = 1 + sum(sheet.rows * len(sheet.columns) for sheet in book.sheets)
        self._done = 0
        self._lists: dict[tuple[str, ...], str] = {}

    def write(self) -> None:
        book = self._book
        self._properties()
        readme = self._add(README)
        readme.set_tab_color(self._looks.palette["accent"])
        front_page.write(readme, book, self._looks)
        self._lists = self._list_ranges()
        for content in book.sheets:
            self._data_sheet(content)
        if book.clashes:
            front_page.write_clashes(self._add(CONFLICTS), book, self._looks)
        self._write_lists(self._add(LISTS))
        self._write_hidden(self._add(SYNC))
        readme.activate()

    # -- a data sheet ---------------------------------------------------------------------------------------------

    def _data_sheet(self, content: SheetContent) -> None:
        layout = content.layout
        sheet = self._add(layout.name)
        last_row = FIRST_ROW + max(content.rows, 1) - 1
        last_column = len(layout.columns) - 1
        self._columns(sheet, layout.columns)
        self._heights(sheet, content)
        for place, (column, cells) in enumerate(zip(layout.columns, content.columns, strict=True)):
            _sure(sheet.write_string(KEYS_ROW, place, column.key))
            self._fill(sheet, place, column, cells)
        self._table(sheet, content, last_row)
        for place, column in enumerate(layout.columns):
            if column.help:
                self._comment(sheet, HEADINGS_ROW, place, column.help)
            self._validate(sheet, place, column, last_row + ROOM_BELOW)
            self._colour(sheet, place, column, last_row + ROOM_BELOW)
        self._colour_deleted(sheet, last_row + ROOM_BELOW, last_column)
        self._mark_conflicts(sheet, content)
        sheet.freeze_panes(FIRST_ROW, 1)
        sheet.ignore_errors({"number_stored_as_text": f"A1:{xl_col_to_name(last_column)}{last_row + ROOM_BELOW}"})
        self._print(sheet, content, last_row)

    def _columns(self, sheet: Worksheet, columns: Sequence[Column]) -> None:
        for place, column in enumerate(columns):
            _sure(sheet.set_column(place, place, column.width, self._looks.cell(column.style)))

    def _heights(self, sheet: Worksheet, content: SheetContent) -> None:
        """Two lines a row when the texts need them: longer ones are read in the formula bar."""
        pairs = list(zip(content.layout.columns, content.columns, strict=True))[1:]
        tall = any(
            isinstance(value, str) and len(value) > column.width * 1.1
            for column, cells in pairs
            for value in cells[:_LOOKED_AT]
        )
        sheet.set_default_row(_TWO_LINES if tall else _ONE_LINE)
        _sure(sheet.set_row(KEYS_ROW, None, None, {"hidden": True}))
        _sure(sheet.set_row(HEADINGS_ROW, 34))

    def _fill(self, sheet: _Sheet, place: int, column: Column, cells: Sequence[Written]) -> None:
        """Write a column; cells without a format of their own take that of the column."""
        fine = self._looks.fine_percent if column.style is Style.PERCENT else None

        def look_of(number: float) -> Any:
            return fine if fine is not None and round(number * 100) != round(number * 100, 9) else None

        _sure(sheet.fill(FIRST_ROW, place, cells, self._looks.cell(Style.DATE), look_of))
        self._done += len(cells)
        self._tick(self._done / self._cells / 2)

    def _table(self, sheet: Worksheet, content: SheetContent, last_row: int) -> None:
        headings = [
            {"header": column.heading, "header_format": self._looks.heading(column.role)}
            for column in content.layout.columns
        ]
        options = {"name": content.layout.table, "style": "Table Style Light 1", "columns": headings}
        _sure(sheet.add_table(HEADINGS_ROW, 0, last_row, len(headings) - 1, options))

    # -- rules ----------------------------------------------------------------------------------------------------

    def _validate(self, sheet: Worksheet, place: int, column: Column, last_row: int) -> None:
        rule = self._rule(column)
        if rule is not None:
            _sure(sheet.data_validation(FIRST_ROW, place, last_row, place, {"ignore_blank": True} | rule))

    def _rule(self, column: Column) -> dict[str, Any] | None:
        if column.role is Role.REFERENCE:
            return {
                "validate": "custom",
                "value": "=FALSE()",
                "error_type": "stop",
                "error_title": "Colonne réservée",
                "error_message": "La Réf. relie la ligne au carnet : elle ne se saisit pas. Pour une ligne nouvelle,"
                " laissez cette cellule vide.",
            }
        if column.role is Role.INFORMATION:
            return {
                "validate": "custom",
                "value": "=FALSE()",
                "error_type": "warning",
                "error_title": "Colonne en lecture seule",
                "error_message": "Cette colonne est calculée par l’application : ce que vous y écrirez ne sera pas lu.",
            }
        source = self._lists.get(self._choices(column))
        if source:
            words = "Cette réponse n’est pas dans la liste : elle devra être précisée à l’import. La garder ?"
            return _warning("Hors de la liste") | {"validate": "list", "source": source, "error_message": words}
        field = column.field
        if field is None:
            return None
        if field.kind is Kind.DATE:
            words = "Ce n’est pas une date : écrivez-la ainsi, 31/12/2026. Garder quand même ?"
            return _warning("Date attendue") | {
                "validate": "date", "criteria": ">=", "value": date(1900, 3, 1), "error_message": words,
            }  # fmt: skip
        if field.kind is Kind.YEAR:
            words = "Ce n’est pas une année : écrivez-la en quatre chiffres. Garder quand même ?"
            return _warning("Année attendue") | {
                "validate": "integer", "criteria": "between", "minimum": 1800, "maximum": 2200, "error_message": words,
            }  # fmt: skip
        if field.kind is Kind.PERCENT and field.rule is Rule.PERCENTAGE:
            words = "Un pourcentage va de 0 % à 100 %. Garder quand même ?"
            return _warning("De 0 % à 100 %") | {
                "validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 1, "error_message": words,
            }  # fmt: skip
        if field.kind in (Kind.MONEY, Kind.DECIMAL, Kind.INTEGER):
            words = "Ce n’est pas un nombre. Garder quand même ?"
            return _warning("Nombre attendu") | {
                "validate": "decimal", "criteria": "between", "minimum": -1e15, "maximum": 1e15, "error_message": words,
            }  # fmt: skip
        return None

    def _choices(self, column: Column) -> tuple[str, ...]:
        if column.words:
            return column.words
        offered = tuple(self._book.offered.get(column.target, ())) if column.target else ()
        return offered if len(offered) <= LONGEST_LIST else ()

    def _colour(self, sheet: Worksheet, place: int, column: Column, last_row: int) -> None:
        """Give each priority its colour, by a rule: the colour follows when another is chosen."""
        if column.target != "priority":
            return
        for label, code in self._book.priorities.items():
            chip = self._looks.chip(code)
            # Excel cuts the texts of formulas at 255 characters.
            if chip is not None and len(label) <= 250 and fitting(label) == label:
                quoted = '"{}"'.format(label.replace('"', '""'))
                rule = {"type": "cell", "criteria": "==", "value": quoted, "format": chip}
                _sure(sheet.conditional_format(FIRST_ROW, place, last_row, place, rule))

    def _colour_deleted(self, sheet: Worksheet, last_row: int, last_column: int) -> None:
        formula = f'=${xl_col_to_name(last_column)}{FIRST_ROW + 1}="{DELETE_WORD}"'
        rule = {"type": "formula", "criteria": formula, "format": self._looks.deleted}
        _sure(sheet.conditional_format(FIRST_ROW, 0, last_row, last_column, rule))

    def _mark_conflicts(self, sheet: Worksheet, content: SheetContent) -> None:
        for (row, place), said in content.conflicts.items():
            value = content.columns[place][row]
            look = self._looks.conflict(content.layout.columns[place].style)
            at = FIRST_ROW + row
            if value is None:
                _sure(sheet.write_blank(at, place, None, look))
            elif isinstance(value, str):
                _sure(sheet.write_string(at, place, value, look))
            elif isinstance(value, float):
                _sure(sheet.write_number(at, place, value, look))
            else:
                _sure(sheet.write_datetime(at, place, value, look))
            self._comment(sheet, at, place, said)

    def _comment(self, sheet: Worksheet, row: int, column: int, text: str) -> None:
        lines = sum(1 + len(line) // 42 for line in text.split("\n"))
        options = {"author": "", "width": 260, "height": 14 + 16 * min(lines, 20), "font_size": 9}
        _sure(sheet.write_comment(row, column, fitting(text), options))

    def _print(self, sheet: Worksheet, content: SheetContent, last_row: int) -> None:
        layout = content.layout
        sheet.set_landscape()
        sheet.set_paper(_A3 if layout.printed_width > _WIDE else _A4)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
        _sure(sheet.repeat_rows(HEADINGS_ROW))
        # Neither the thread of Réf. nor the column to delete are for paper, nor the texts that would shrink the rest.
        _sure(sheet.print_area(HEADINGS_ROW, 1, last_row, layout.printed))
        name, scope = (text.replace("&", "&&") for text in (layout.name, self._book.scope))
        day = self._book.created.strftime("%d/%m/%Y")
        sheet.set_header(f'&L&"Calibri,Bold"&11{name}&R&9{scope[:100]} – {day} – {self._book.code4}')
        sheet.set_footer("&C&9Page &P / &N")
        if layout.entity in WORKED_ON:
            sheet.set_tab_color(self._looks.palette["accent"])

    # -- what is hidden -------------------------------------------------------------------------------------------

    def _list_ranges(self) -> dict[tuple[str, ...], str]:
        """Each distinct list and the range of the hidden sheet where it will be."""
        ranges: dict[tuple[str, ...], str] = {}
        for content in self._book.sheets:
            for column in content.layout.columns:
                words = self._choices(column)
                if words and words not in ranges:
                    letter = xl_col_to_name(len(ranges))
                    ranges[words] = f"={LISTS}!${letter}$2:${letter}${1 + len(words)}"
        return ranges

    def _write_lists(self, sheet: Worksheet) -> None:
        for place, words in enumerate(self._lists):
            _sure(sheet.write_string(0, place, f"Liste {place + 1}", self._looks.muted))
            for row, word in enumerate(words, start=1):
                _sure(sheet.write_string(row, place, word))
        sheet.hide()

    def _write_hidden(self, sheet: Worksheet) -> None:
        for row, (key, value) in enumerate(self._book.hidden):
            _sure(sheet.write_string(row, 0, key))
            _sure(sheet.write_string(row, 1, value))
        sheet.very_hidden()

    # -- the workbook ---------------------------------------------------------------------------------------------

    def _add(self, name: str) -> _Sheet:
        sheet: _Sheet = self._workbook.add_worksheet(name, worksheet_class=_Sheet)
        sheet.ticked = self._assembling
        sheet.hide_gridlines(2 if name in (README, CONFLICTS) else 1)
        return sheet

    def _assembling(self) -> None:
        self._done += self._cells // max(1, len(self._book.sheets) + 3)
        self._tick(min(0.99, self._done / self._cells / 2))

    def _properties(self) -> None:
        book = self._book
        self._workbook.set_properties(
            {
                "title": f"Carnet de quartier – {book.scope}",
                "subject": f"Classeur d’échange {book.code4}",
                "author": "Carnet de quartier",
                "comments": "À rendre au carnet après modification.",
                "created": book.created.replace(tzinfo=None),
            }
        )
        self._workbook.set_custom_property(PROPERTY_CODE, book.code4, "text")
        self._workbook.set_custom_property(PROPERTY_EXPORT, book.export_id, "text")
        self._workbook.set_size(1600, 1000)


def _warning(title: str) -> dict[str, Any]:
    return {"error_type": "warning", "error_title": title}


class NotWritten(Exception):
    """XlsxWriter refused a cell, a table or a rule: a fault of ours."""


def _sure(code: Any) -> None:
    # Most answers are 0 or None when it is done, a negative number when it is not; write_comment may give a tuple.
    if isinstance(code, int) and code < 0:
        raise NotWritten(f"XlsxWriter answered {code}")
