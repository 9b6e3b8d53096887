"""Workbooks for tests: written by XlsxWriter, spelled by hand part by part, or altered after the fact."""

import zipfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import xlsxwriter

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

PARTS = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'spreadsheetml.sheet.main+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="rId1"'
    f' Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{_OFFICE}"><sheets>'
    '<sheet name="Projets" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="rId1"'
    f' Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}


def written(path: Path, rows: Iterable[Iterable[Any]], *, name: str = "Projets", **options: Any) -> Path:
    """A workbook of one sheet as Excel writes them; texts are never formulas."""
    options = {"strings_to_formulas": False, "strings_to_urls": False} | options
    with xlsxwriter.Workbook(path, options) as book:
        sheet = book.add_worksheet(name)
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                if value is None:
                    continue
                if hasattr(value, "year"):
                    sheet.write_datetime(number, column, value, day)
                else:
                    sheet.write(number, column, value)
    return path


def spelled(
    path: Path, rows: str = "", *, after: str = "", parts: Mapping[str, str | bytes | None] | None = None
) -> Path:
    """A minimal .xlsx whose sheet holds the XML `rows`; `parts` replace, add or (None) remove others."""
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData>{after}</worksheet>'
    every: dict[str, str | bytes | None] = {**PARTS, "xl/worksheets/sheet1.xml": sheet, **(parts or {})}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in every.items():
            if content is not None:
                archive.writestr(name, content)
    return path


def cells(*contents: str, row: int = 1) -> str:
    """One row of cells given as XML without their address: `<c t="b"><v>1</v></c>`."""
    return f'<row r="{row}">{"".join(contents)}</row>'


def altered(path: Path, target: Path, change: Callable[[str, bytes], bytes | None]) -> Path:
    """A copy of a zip, each part passed through `change(name, content)`; None removes it."""
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            content = change(name, source.read(name))
            if content is not None:
                archive.writestr(name, content)
    return target


def with_part(path: Path, target: Path, name: str, content: bytes = b"x") -> Path:
    """A copy of a zip with one part more."""
    altered(path, target, lambda part, found: found)
    with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return target


_ODF = "urn:oasis:names:tc:opendocument:xmlns:"


def ods(path: Path, table: str, *, styles: str = "", after: str = "", parts: Mapping[str, str] | None = None) -> Path:
    """A minimal .ods whose spreadsheet holds the XML `table` (rows, or whole tables when it says so)."""
    if "<table:table " not in table:
        table = f'<table:table table:name="Projets">{table}</table:table>'
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content xmlns:office="{_ODF}office:1.0"'
        f' xmlns:table="{_ODF}table:1.0" xmlns:text="{_ODF}text:1.0" xmlns:style="{_ODF}style:1.0"'
        ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0">'
        f"<office:automatic-styles>{styles}</office:automatic-styles><office:body><office:spreadsheet>{table}{after}"
        "</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = (
        f'<manifest:manifest xmlns:manifest="{_ODF}manifest:1.0"><manifest:file-entry manifest:full-path="/"'
        ' manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/></manifest:manifest>'
    )
    every = {
        "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
        "content.xml": content,
        "META-INF/manifest.xml": manifest,
    } | dict(parts or {})
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in every.items():
            archive.writestr(name, text)
    return path
