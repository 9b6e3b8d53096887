"""Valid workbooks, spoiled at random: either they are read, or they are refused with a sentence.

`CARNET_MUTATIONS` says how many (300; `make faults` asks for 5,000); beyond 300, fifty go through real processes too.
Each mutation follows from its number alone: a failure names it.
"""

import os
import random
import re
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
import xlsxwriter

from app.exchange import errors
from app.exchange.limits import Limits
from app.exchange.reader import read_here, read_workbook
from app.exchange.workbook import CellKind, Workbook
from tests.exchange.books import ods

MUTATIONS = int(os.environ.get("CARNET_MUTATIONS", "300"))
APART = 50 if MUTATIONS > 300 else 3
BLOCKS = 6
LIMITS = Limits(rows=5_000, cells=50_000, characters=2_000_000, merged_rows=20_000)

ODS_ROW = (
    '<table:table-row><table:table-cell office:value-type="float" office:value="1.5" table:number-columns-repeated="2">'
    '<text:p>1,5</text:p></table:table-cell><table:table-cell office:value-type="date" office:date-value="2025-03-01"/>'
    '<table:table-cell office:value-type="string" table:number-rows-spanned="2"><text:p>un<text:s text:c="2"/>deux'
    "</text:p></table:table-cell></table:table-row>"
)
#: What an attribute or a text is replaced by.
VALUES = (
    "", "0", "-1", "1", "99999999999", "1e400", "NaN", "A1", "XFD1048576", "XFE1", "A0", "A1:XFD1048576", "é", "s",
    "str", "inlineStr", "d", "b", "2025-13-45", "true", "../../etc/passwd", "/", "rId1", "rId99", "_xD800_", "_x0000_",
    "x" * 5_000, "&#0;", "&lol;", "\u2028", "PT99999999H0M0S", "1048577", "string", "percentage",
)  # fmt: skip


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One valid workbook of each format, with a bit of everything."""
    folder = tmp_path_factory.mktemp("sains")
    book = folder / "sain.xlsx"
    with xlsxwriter.Workbook(book, {"default_date_format": "dd/mm/yyyy"}) as workbook:
        for name in ("Projets", "Actions"):
            sheet = workbook.add_worksheet(name)
            for row in range(1, 20):
                sheet.write_row(row, 0, [f"EST-{row}", f"Intitulé {row % 5}", row * 1.25, row % 2 == 0])
                sheet.write_datetime(row, 4, datetime(2025, 3, row))
                sheet.write_formula(row, 5, "=C2*2", value=row)
                sheet.write_rich_string(row, 6, "riche ", workbook.add_format({"bold": True}), "gras")
            sheet.add_table(0, 0, 19, 6, {"name": f"T_{name}", "columns": [{"header": f"Col {i}"} for i in range(7)]})
            sheet.merge_range("A25:B27", "fusion")
            sheet.data_validation("D2:D20", {"validate": "list", "source": ["Oui", "Non"]})
            sheet.write_comment("A2", "note")
        workbook.define_name("Budget", "=Projets!$C$2")
        workbook.set_custom_property("carnet", "K7QD")
    calc = ods(folder / "sain.ods", ODS_ROW * 20)
    text = folder / "sain.csv"
    text.write_bytes("Code;Intitulé;Montant\n".encode() + 'E1;"un; deux\ntrois";1 200,50 €\n'.encode() * 20)
    return {"xlsx": book, "ods": calc, "csv": text}


# -- mutations ----------------------------------------------------------------------------------------------------


def flip_bytes(chance: random.Random, content: bytes) -> bytes:
    spoiled = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 8, 64))):
        spoiled[chance.randrange(len(spoiled))] ^= 1 << chance.randrange(8)
    return bytes(spoiled)


def cut(chance: random.Random, content: bytes) -> bytes:
    return content[: chance.randrange(len(content))]


def move_piece(chance: random.Random, content: bytes) -> bytes:
    start, end = sorted(chance.choices(range(len(content)), k=2))
    place = chance.randrange(len(content))
    return content[:place] + content[start:end][:10_000] + content[place:]


def change_attribute(chance: random.Random, content: bytes) -> bytes:
    return _replace_one(chance, content, rb'(?<==")[^"]*(?=")', lambda found: chance.choice(VALUES).encode())


def change_text(chance: random.Random, content: bytes) -> bytes:
    return _replace_one(chance, content, rb"(?<=>)[^<>]+(?=<)", lambda found: chance.choice(VALUES).encode())


def drop_attribute(chance: random.Random, content: bytes) -> bytes:
    return _replace_one(chance, content, rb' [\w:]+="[^"]*"', lambda found: b"")


def drop_element(chance: random.Random, content: bytes) -> bytes:
    return _replace_one(chance, content, rb"<(\w+)\b[^>]*(/>|>[^<]*</\1>)", lambda found: b"")


def double_element(chance: random.Random, content: bytes) -> bytes:
    return _replace_one(
        chance, content, rb"<(\w+)\b[^>]*(/>|>.*?</\1>)", lambda found: found * chance.choice((2, 2, 50))
    )


def drop_tag(chance: random.Random, content: bytes) -> bytes:
    return _replace_one(chance, content, rb"</?\w+[^>]*>", lambda found: b"")


def rename_tag(chance: random.Random, content: bytes) -> bytes:
    names = (b"c", b"row", b"v", b"f", b"t", b"is", b"si", b"sheet", b"xf", b"x:c", b"mergeCell", b"rPh")
    return _replace_one(chance, content, rb"(?<=<)\w+\b", lambda found: chance.choice(names))


def nest(chance: random.Random, content: bytes) -> bytes:
    depth = chance.choice((10, 10_000))
    return _replace_one(chance, content, rb"(?<=>)(?=<)", lambda found: b"<a>" * depth + b"</a>" * depth)


def insert_doctype(chance: random.Random, content: bytes) -> bytes:
    return content.replace(b"?>", b'?><!DOCTYPE a [<!ENTITY lol "lol">]>', 1)


def change_namespace(chance: random.Random, content: bytes) -> bytes:
    return _replace_one(
        chance, content, rb'(?<=xmlns=")[^"]*', lambda found: b"http://purl.oclc.org/ooxml/spreadsheetml/main"
    )


def change_alphabet(chance: random.Random, content: bytes) -> bytes:
    return content.replace(b"UTF-8", chance.choice((b"UTF-16", b"latin-1", b"EBCDIC", b"utf-7", b"")), 1)


def _replace_one(chance: random.Random, content: bytes, pattern: bytes, change: Callable[[bytes], bytes]) -> bytes:
    found = list(re.finditer(pattern, content, re.DOTALL))
    if not found:
        return content
    one = chance.choice(found)
    return content[: one.start()] + change(one[0]) + content[one.end() :]


WHOLE = (flip_bytes, cut, move_piece)
INSIDE = (
    change_attribute, change_attribute, change_text, change_text, drop_attribute, drop_element, double_element,
    drop_tag, rename_tag, nest, insert_doctype, change_namespace, change_alphabet, flip_bytes, cut, move_piece,
)  # fmt: skip


def spoil(number: int, sound: dict[str, Path], folder: Path) -> Path:
    """The mutation of this number, in a file of the folder."""
    chance = random.Random(number)
    kind = chance.choice(("xlsx", "xlsx", "xlsx", "xlsx", "ods", "csv"))
    target = folder / f"gate.{kind}"
    content = sound[kind].read_bytes()
    if kind == "csv" or chance.random() < 0.2:
        target.write_bytes(chance.choice(WHOLE)(chance, content))
        return target
    with zipfile.ZipFile(sound[kind]) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    # The parts that are read, more often than those that are not.
    names = [name for name in parts if re.search(r"workbook|worksheets|shared|styles|rels|tables|content\.xml", name)]
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        name = chance.choice(names)
        if chance.random() < 0.05:
            parts.pop(name, None)
        elif name in parts:
            parts[name] = chance.choice(INSIDE)(chance, parts[name] or b" ")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return target


def check(workbook: Workbook) -> None:
    """What a reading promises, whatever was read."""
    total = 0
    for sheet in workbook.sheets:
        for row, cells in sheet.rows.items():
            assert all(cell.row == row for cell in cells)
            assert [cell.column for cell in cells] == sorted({cell.column for cell in cells})
            for cell in cells:
                assert (cell.value is None) == (cell.kind is CellKind.EMPTY)
                assert cell.kind is not CellKind.EMPTY or cell.formula
            total += len(cells)
        assert list(sheet.rows) == sorted(sheet.rows)
        assert len(sheet.rows) <= LIMITS.rows
    assert total <= LIMITS.cells


@pytest.mark.parametrize("kind", ["xlsx", "ods", "csv"])
def test_sound_files_are_read(sound: dict[str, Path], kind: str) -> None:
    workbook = read_here(sound[kind], limits=LIMITS)
    check(workbook)
    assert sum(len(sheet.rows) for sheet in workbook.sheets) >= 20


@pytest.mark.parametrize("block", range(BLOCKS))
def test_spoiled_files_are_read_or_refused(sound: dict[str, Path], tmp_path: Path, block: int) -> None:
    refused = read = 0
    for number in range(block, MUTATIONS, BLOCKS):
        path = spoil(number, sound, tmp_path)
        try:
            check(read_here(path, limits=LIMITS))
            read += 1
        except errors.WorkbookRefused:
            refused += 1
        except Exception as error:
            raise AssertionError(f"mutation {number}") from error
    # Mutations that spoil nothing, or everything, would prove little.
    assert refused > MUTATIONS // BLOCKS // 5
    assert read > MUTATIONS // BLOCKS // 20


def test_spoiled_files_go_through_real_processes_too(sound: dict[str, Path], tmp_path: Path) -> None:
    for number in range(APART):
        path = spoil(number, sound, tmp_path)
        said = []
        for door in (read_here, read_workbook):
            try:
                said.append(door(path, limits=LIMITS))
            except errors.WorkbookRefused as error:
                said.append((type(error), error.message))
        assert said[0] == said[1], f"mutation {number}"
