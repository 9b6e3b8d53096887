"""The .csv format: which alphabet, which separator, then texts alone: nothing in it says what is a number."""

import codecs
import csv
import io
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from app.exchange.errors import SAVE_AS_XLSX, BrokenQuotes, NotText, UnknownEncoding, quoted
from app.exchange.frames import Emit, Row, emit_sheet
from app.exchange.limits import Meter
from app.formatting import NBSP, fold

SEPARATORS = (";", "\t", ",", "|")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def read(path: Path, name: str, meter: Meter, emit: Emit, *, headings: Sequence[str] = ()) -> None:
    """Emit the one sheet of the file `path`. Known `headings` help to tell the separator. Raises WorkbookRefused."""
    text = decode(path.read_bytes(), name)
    separator, text = separator_of(text, headings)
    sheet = Path(name).stem
    meter.begin(sheet)
    emit_sheet(emit, sheet, visible=True)
    chunk: list[Row] = []
    # Cells of a million characters are refused by the meter with a sentence of ours.
    csv.field_size_limit(meter.limits.text + 1)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for row, texts in enumerate(reader, start=1):
            meter.pass_cells(1 + len(texts))
            cells: list[Any] = []
            for column, value in enumerate(texts, start=1):
                if value and not value.isspace():
                    cells += (column, "s", value, "@")
            if cells:
                length = sum(len(value) for value in texts)
                meter.keep_row(row, cells[-4], filled=len(cells) // 4, characters=length)
                chunk.append((row, cells))
                if len(chunk) >= 500:
                    emit({"rows": chunk})
                    chunk = []
    except csv.Error as error:
        if "field larger" in str(error):
            raise meter.too_much_text() from error
        raise BrokenQuotes(
            f"À la ligne {reader.line_num} de {quoted(name)}, un guillemet n’est pas à sa place{NBSP}: la suite serait"
            " mal lue.",
            advice=SAVE_AS_XLSX,
        ) from error
    if chunk:
        emit({"rows": chunk})
    emit({"sheet_end": {"merged": [], "tables": []}})
    emit({"end": {"properties": {}, "names": {}, "date1904": False, "warnings": []}})


def decode(content: bytes, name: str) -> str:
    """The text of the bytes: by their mark, else UTF-8, else Windows-1252; no « ? » ever stands for a letter."""
    marked = next((encoding for mark, encoding in _MARKS if content.startswith(mark)), None)
    if marked is None and b"\0" in content:
        raise NotText(
            f"{quoted(name)} n’est pas un fichier texte{NBSP}: il contient des octets nuls.", advice=SAVE_AS_XLSX
        )
    for encoding in (marked,) if marked else ("utf-8", "cp1252"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError as error:
            place = error.start + 1
    else:
        raise UnknownEncoding(
            f"{quoted(name)} est écrit dans un alphabet inconnu (octet {place}).", advice=SAVE_AS_XLSX
        )
    if "\0" in text:
        raise NotText(f"{quoted(name)} contient des caractères nuls{NBSP}: il est abîmé.", advice=SAVE_AS_XLSX)
    return text


def separator_of(text: str, headings: Sequence[str] = ()) -> tuple[str, str]:
    """The separator of the text, and the text without the line by which Excel may announce it (`sep=;`).

    It is the one that gives the most known headings, else the one that cuts the first lines most evenly.
    """
    first, _, rest = text.partition("\n")
    if first.lower().startswith("sep=") and len(first.strip()) == 5:
        return first[4], rest
    known = {fold(heading.strip()) for heading in headings}
    scores: list[tuple[int, bool, int, int, str]] = []
    for rank, separator in enumerate(SEPARATORS):
        rows = _first_rows(text, separator)
        met = max((sum(fold(cell.strip()) in known for cell in row) for row in rows), default=0)
        widths = Counter(len(row) for row in rows if len(row) > 1)
        width, times = widths.most_common(1)[0] if widths else (1, 0)
        every = times > 1 and times == sum(map(any, rows))
        scores.append((met, every, times * (width - 1), -rank, separator))
    return max(scores)[-1], text


def _first_rows(text: str, separator: str) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text[:200_000], newline=""), delimiter=separator):
            rows.append(row)
            if len(rows) == 50:
                break
    except csv.Error:
        pass
    return rows
