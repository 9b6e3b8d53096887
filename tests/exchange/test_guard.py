"""Files that must not be believed: each is refused with its own sentence, before it costs anything."""

import os
import struct
import zipfile
from pathlib import Path

import pytest

from app.exchange import errors
from app.exchange.guard import check_bytes, check_place
from app.exchange.limits import Limits
from app.exchange.package import Package
from app.exchange.reader import read_here, read_workbook
from app.exchange.reader_process import parse
from tests.exchange.books import PARTS, altered, cells, ods, spelled, with_part, written
from tests.rights import without_right_to_write

OLE = bytes.fromhex("d0cf11e0a1b11ae1")
ENTITIES = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "' + b"x" * 1000 + b'">]>'


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return written(tmp_path / "Actions.xlsx", [["Code", "Budget"], ["EST-001", 1200]])


def macro_types(name: str, content: bytes) -> bytes:
    return content.replace(b"openxmlformats-officedocument.spreadsheetml.sheet", b"ms-excel.sheet.macroEnabled")


def refused(path: Path) -> errors.WorkbookRefused:
    with pytest.raises(errors.WorkbookRefused) as caught:
        read_here(path)
    return caught.value


# -- D76, D77, D78, D79 --------------------------------------------------------------------------------------------


def test_d76_a_zip_that_unfolds_into_300_megabytes_is_refused_without_unfolding_it(tmp_path: Path) -> None:
    path = tmp_path / "Bombe.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in PARTS.items():
            archive.writestr(name, content)
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            part.write(b'<worksheet><sheetData><row r="1"><c r="A1" t="str"><v>')
            for _ in range(300):
                part.write(b"A" * 1_000_000)
            part.write(b"</v></c></row></sheetData></worksheet>")
    assert path.stat().st_size < 400_000
    unfolded = []
    original = zipfile.ZipExtFile.read
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(zipfile.ZipExtFile, "read", lambda self, n=-1: unfolded.append(n) or original(self, n))
        assert isinstance(refused(path), errors.Bomb)
    assert unfolded == []


def test_d76_the_real_process_refuses_it_too_and_little_is_unfolded(tmp_path: Path) -> None:
    # Under every size of entry, and full of one cell: the meter of texts stops it.
    text = "A" * 5_000_000
    path = spelled(tmp_path / "Texte.xlsx", cells(f'<c r="A1" t="str"><v>{text}</v></c>'))
    with pytest.raises(errors.TooMuchText):
        read_workbook(path)


def test_d77_a_far_cell_is_refused_after_a_few_hundred_bytes(tmp_path: Path) -> None:
    rows = cells('<c r="A1"><v>1</v></c>') + cells('<c r="XFD1048576"><v>1</v></c>', row=1_048_576)
    path = spelled(tmp_path / "Loin.xlsx", rows)
    error = refused(path)
    assert isinstance(error, errors.FarCell)
    assert "XFD1048576" in error.message
    with Package.opened(path, path.name) as package:
        package.check_content("xlsx")
        assert package.unfolded < 5_000


def test_d77_a_far_cell_that_holds_nothing_is_ignored(tmp_path: Path) -> None:
    rows = cells('<c r="A1"><v>1</v></c>') + cells('<c r="XFD1048576" s="0"/>', row=1_048_576)
    frames: list[dict[str, object]] = []
    meter = parse(spelled(tmp_path / "Loin.xlsx", rows), "Loin.xlsx", "xlsx", frames.append)
    assert meter.cells == 4  # two rows, two cells: nothing is padded
    assert meter.rows == 1


def test_d77_repeated_filled_rows_of_an_ods_are_refused_and_empty_ones_ignored(tmp_path: Path) -> None:
    cell = '<table:table-cell office:value-type="float" office:value="1"/>'
    far = f'<table:table-row table:number-rows-repeated="1048000">{cell}</table:table-row>'
    assert isinstance(refused(ods(tmp_path / "Plein.ods", far)), errors.TooManyRows)
    many = cell.replace("/>", ' table:number-columns-repeated="16384"/>')
    wide = f"<table:table-row>{many}</table:table-row>"
    assert isinstance(refused(ods(tmp_path / "Large.ods", wide)), errors.TooManyColumns)
    empty = (
        f"<table:table-row>{cell}</table:table-row>"
        '<table:table-row table:number-rows-repeated="1048575">'
        '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    )
    sheet = read_here(ods(tmp_path / "Vide.ods", empty)).sheets[0]
    assert list(sheet.rows) == [1]


@pytest.mark.parametrize(
    "part",
    [
        "[Content_Types].xml", "_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "docProps/custom.xml",
        "docProps/core.xml", "xl/styles.xml", "xl/sharedStrings.xml", "xl/worksheets/sheet1.xml", "xl/theme/theme1.xml",
        "xl/drawings/vmlDrawing1.vml", "xl/tables/table1.xml",
    ],
)  # fmt: skip
def test_d78_doctype_in_any_part_is_refused(tmp_path: Path, book: Path, part: str) -> None:
    known = set(zipfile.ZipFile(book).namelist())
    bad = tmp_path / "Entites.xlsx"
    if part in known:
        altered(book, bad, lambda name, content: ENTITIES + content.split(b"?>", 1)[-1] if name == part else content)
    else:
        with_part(book, bad, part, ENTITIES + b"<a>&b;</a>")
    assert isinstance(refused(bad), errors.ForbiddenXml)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "latin-1"])
def test_d78_doctype_in_another_alphabet_is_refused(tmp_path: Path, book: Path, encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding[:6]}"?><!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>'
    content = (b"\xfe\xff" if encoding == "utf-16-be" else b"") + text.encode(encoding)
    bad = with_part(book, tmp_path / "Entites.xlsx", "docProps/custom.xml", content)
    assert isinstance(refused(bad), errors.ForbiddenXml)


def test_d78_doctype_after_many_comments_is_refused(tmp_path: Path, book: Path) -> None:
    content = b"<?xml version='1.0'?>" + b"<!-- a -->" * 20_000 + b"<!DOCTYPE a><a/>"
    assert isinstance(
        refused(with_part(book, tmp_path / "E.xlsx", "docProps/custom.xml", content)), errors.ForbiddenXml
    )


def test_d78_doctype_in_an_ods_is_refused(tmp_path: Path) -> None:
    bad = ods(tmp_path / "E.ods", "", parts={"content.xml": ENTITIES.decode() + "<a/>"})
    assert isinstance(refused(bad), errors.ForbiddenXml)


def four_of_d79(folder: Path, book: Path) -> dict[str, Path]:
    renamed = altered(book, folder / "Macros.xlsx", macro_types)
    encrypted = folder / "Secret.xlsx"
    encrypted.write_bytes(OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(600))
    opened = folder / "Ouvert.xlsx"
    opened.write_bytes(book.read_bytes())
    (folder / "~$Ouvert.xlsx").write_bytes(b"\x05Marie")
    half = folder / "Moitie.xlsx"
    half.write_bytes(book.read_bytes()[: book.stat().st_size // 2])
    return {"MacroWorkbook": renamed, "Encrypted": encrypted, "OpenElsewhere": opened, "HalfCopied": half}


def test_d79_four_files_four_messages(tmp_path: Path, book: Path) -> None:
    said = {}
    for kind, path in four_of_d79(tmp_path, book).items():
        error = refused(path)
        assert type(error).__name__ == kind
        said[kind] = error.message
    assert len({message.partition("»")[2] for message in said.values()}) == 4


# -- names and places ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Plan.xlsm", errors.MacroWorkbook),
        ("Plan.XLTM", errors.MacroWorkbook),
        ("Plan.xls", errors.OldFormat),
        ("Plan.xlsb", errors.BinaryFormat),
        ("Plan.pdf", errors.UnknownFormat),
        ("Plan", errors.UnknownFormat),
        ("~$Plan.xlsx", errors.TemporaryFile),
        (".~lock.Plan.ods#", errors.TemporaryFile),
        ("Plan.xlsx.tmp", errors.TemporaryFile),
        ("Plan.xlsx.crdownload", errors.TemporaryFile),
    ],
)
def test_a_name_is_enough_to_refuse(tmp_path: Path, name: str, kind: type) -> None:
    path = tmp_path / name
    path.write_bytes(b"x")
    assert type(refused(path)) is kind


def test_a_folder_an_absent_file_and_an_empty_one_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "Classeur.xlsx"
    folder.mkdir()
    assert "est un dossier" in refused(folder).message
    assert "n’existe pas" in refused(tmp_path / "Rien.xlsx").message
    empty = tmp_path / "Vide.xlsx"
    empty.touch()
    assert isinstance(refused(empty), errors.EmptyFile)


def test_the_lock_of_libreoffice_is_seen(tmp_path: Path, book: Path) -> None:
    (tmp_path / f".~lock.{book.name}#").write_text(",marie,")
    assert isinstance(refused(book), errors.OpenElsewhere)


@pytest.mark.skipif(os.name == "nt", reason="rights of POSIX")
def test_a_file_one_may_not_read_is_a_matter_of_place(book: Path) -> None:
    from app.errors import PlaceFails

    book.chmod(0)
    with without_right_to_write(book.parent), pytest.raises(PlaceFails):
        read_here(book)


def test_a_file_over_the_size_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "Gros.xlsx"
    with path.open("wb") as file:
        file.truncate(60_000_000)
    with pytest.raises(errors.FileTooLarge, match="60"):
        check_place(path)


# -- what is inside -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("A.xlsx", b"%PDF-1.7 ...", errors.WrongExtension),
        ("A.xlsx", b"<html><table>", errors.WrongExtension),
        ("A.xlsx", OLE + bytes(600) + "Workbook".encode("utf-16-le"), errors.OldFormat),
        ("A.xlsx", OLE + bytes(600) + "WordDocument".encode("utf-16-le"), errors.WrongExtension),
        (
            "A.xlsx",
            OLE + "EncryptedPackage".encode("utf-16-le") + "DRMEncryptedTransform".encode("utf-16-le"),
            errors.RightsManaged,
        ),
        ("A.csv", b"PK\x03\x04....", errors.WrongExtension),
        ("A.csv", OLE, errors.WrongExtension),
        ("A.ods", b"Code;Nom\n", errors.WrongExtension),
    ],
)
def test_bytes_that_are_not_what_the_name_says_are_refused(
    tmp_path: Path, name: str, content: bytes, kind: type
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert type(refused(path)) is kind


def test_an_ods_named_xlsx_and_the_reverse_are_refused(tmp_path: Path, book: Path) -> None:
    calc = ods(tmp_path / "A.ods", "")
    calc.rename(tmp_path / "B.xlsx")
    assert isinstance(refused(tmp_path / "B.xlsx"), errors.WrongExtension)
    book.rename(tmp_path / "C.ods")
    assert isinstance(refused(tmp_path / "C.ods"), errors.WrongExtension)


def test_another_office_document_is_refused(tmp_path: Path, book: Path) -> None:
    def change(name: str, content: bytes) -> bytes:
        return content.replace(b"spreadsheetml.sheet.main", b"wordprocessingml.document.main")

    assert "autre document" in refused(altered(book, tmp_path / "W.xlsx", change)).message


def test_a_binary_workbook_under_another_name_is_refused(tmp_path: Path, book: Path) -> None:
    def change(name: str, content: bytes) -> bytes:
        return content.replace(b"spreadsheetml.sheet.main", b"sheet.binary.main")

    assert isinstance(refused(altered(book, tmp_path / "B.xlsx", change)), errors.BinaryFormat)


@pytest.mark.parametrize(
    ("part", "kind"),
    [
        ("xl/vbaProject.bin", errors.MacroWorkbook),
        ("XL/VBAPROJECT.BIN", errors.MacroWorkbook),
        ("xl/macrosheets/sheet1.xml", errors.MacroWorkbook),
        ("xl/embeddings/oleObject1.bin", errors.EmbeddedObjects),
        ("xl/activeX/activeX1.bin", errors.EmbeddedObjects),
        ("../evil.xml", errors.OddPackage),
        ("/xl/evil.xml", errors.OddPackage),
        ("C:/evil.xml", errors.OddPackage),
        ("xl\\evil.xml", errors.OddPackage),
        ("XL/Workbook.xml", errors.OddPackage),
    ],
)
def test_parts_that_have_no_place_in_a_workbook(tmp_path: Path, book: Path, part: str, kind: type) -> None:
    assert type(refused(with_part(book, tmp_path / "P.xlsx", part))) is kind


def test_macros_of_libreoffice_are_refused(tmp_path: Path) -> None:
    assert isinstance(refused(ods(tmp_path / "M.ods", "", parts={"Basic/script-lc.xml": "<a/>"})), errors.MacroWorkbook)


def test_an_ods_with_a_password_is_refused(tmp_path: Path) -> None:
    manifest = "<m><encryption-data/></m>"
    assert isinstance(refused(ods(tmp_path / "S.ods", "", parts={"META-INF/manifest.xml": manifest})), errors.Encrypted)


def test_links_to_other_workbooks_are_a_warning(tmp_path: Path, book: Path) -> None:
    linked = with_part(book, tmp_path / "L.xlsx", "xl/externalLinks/externalLink1.xml", b"<a/>")
    workbook = read_here(linked)
    assert "lié à d’autres classeurs" in workbook.warnings[0]
    assert workbook.sheets[0].cell(2, 2).value == "1200"


def test_thousands_of_entries_are_refused_before_the_directory_is_read(tmp_path: Path) -> None:
    path = tmp_path / "Mille.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(2_001):
            archive.writestr(f"{number}.xml", "")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(zipfile.ZipFile, "__init__", lambda *given: pytest.fail("the directory was read"))
        with pytest.raises(errors.Bomb), Package.opened(path, path.name):
            pass


def test_entries_that_overlap_are_refused(tmp_path: Path, book: Path) -> None:
    content = bytearray(book.read_bytes())
    first = content.find(b"PK\x01\x02")
    second = content.find(b"PK\x01\x02", first + 4)
    content[second + 42 : second + 46] = content[first + 42 : first + 46]
    bad = tmp_path / "O.xlsx"
    bad.write_bytes(content)
    assert isinstance(refused(bad), errors.OddPackage)


def test_an_encrypted_entry_is_refused(tmp_path: Path, book: Path) -> None:
    content = bytearray(book.read_bytes())
    flags = content.find(b"PK\x01\x02") + 8
    content[flags : flags + 2] = struct.pack("<H", struct.unpack_from("<H", content, flags)[0] | 1)
    bad = tmp_path / "C.xlsx"
    bad.write_bytes(content)
    assert isinstance(refused(bad), errors.Encrypted)


def test_a_size_that_lies_is_damage(tmp_path: Path) -> None:
    book = spelled(tmp_path / "A.xlsx", cells('<c r="A1"><v>1</v></c>') + " " * 100_000)
    content = bytearray(book.read_bytes())
    place = content.rfind(b"xl/worksheets/sheet1.xml") - 46
    struct.pack_into("<I", content, place + 24, 50)  # the directory says 50 bytes
    bad = tmp_path / "L.xlsx"
    bad.write_bytes(content)
    assert isinstance(refused(bad), errors.Unreadable)


def test_a_high_ratio_is_accepted_for_small_entries_alone(tmp_path: Path) -> None:
    path = spelled(tmp_path / "R.xlsx", cells('<c r="A1"><v>1</v></c>') + " " * 3_000_000)
    assert read_here(path).sheets[0].cell(1, 1).value == "1"
    with pytest.raises(errors.Bomb):
        check_bytes(path, path.name, "xlsx", Limits(ratio_from=1_000_000))


@pytest.mark.parametrize(
    ("limits", "kind"),
    [
        (Limits(rows=10), errors.TooManyRows),
        (Limits(columns=3), errors.TooManyColumns),
        (Limits(cells=50), errors.TooManyCells),
        (Limits(characters=100), errors.TooMuchText),
        (Limits(text=4), errors.TooMuchText),
    ],
)
def test_each_cap_has_its_sentence(tmp_path: Path, limits: Limits, kind: type) -> None:
    path = written(tmp_path / "G.xlsx", [[f"Texte {row}"] * 5 for row in range(20)])
    with pytest.raises(errors.WorkbookRefused) as caught:
        read_here(path, limits=limits)
    assert type(caught.value) is kind


def test_merged_ranges_without_end_are_refused(tmp_path: Path) -> None:
    merges = "".join(f'<mergeCell ref="A{row}:B100000"/>' for row in range(1, 20))
    path = spelled(tmp_path / "F.xlsx", cells('<c r="A1"><v>1</v></c>'), after=f"<mergeCells>{merges}</mergeCells>")
    assert isinstance(refused(path), errors.TooManyMerges)


def test_every_refusal_says_what_was_kept_and_what_to_do(tmp_path: Path, book: Path) -> None:
    for path in four_of_d79(tmp_path, book).values():
        error = refused(path)
        assert error.message.endswith("Rien n’a été changé.")
        assert error.advice
        assert path.name in error.message
