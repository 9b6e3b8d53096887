"""Reading a built report back: its text, page by page."""

import shutil
import subprocess
from datetime import date
from pathlib import Path

from app.reports.document import Metadata, write_document
from app.reports.layout import Block

META = Metadata("Essai", "Ville", "Quartier", date(2026, 11, 24))


def text_of(path: Path, page: int | None = None) -> str:
    if shutil.which("pdftotext") is None:
        from pypdf import PdfReader

        pages = PdfReader(path).pages
        chosen = pages if page is None else [pages[page - 1]]
        return "\n".join(one.extract_text() for one in chosen)
    span = ["-f", str(page), "-l", str(page)] if page else []
    return subprocess.run(
        ["pdftotext", "-layout", *span, str(path), "-"], capture_output=True, text=True, check=True
    ).stdout


def pages_of(tmp_path: Path, story: list[Block], **options: object) -> list[str]:
    path = tmp_path / "essai.pdf"
    built = write_document(path, META, story, **options)  # type: ignore[arg-type]
    return [text_of(path, page) for page in range(1, built.pages + 1)]
