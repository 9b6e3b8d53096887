"""A real LibreOffice, driven without a screen: what it makes of a file, and cells changed as a person would."""

import re
import shutil
import subprocess
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

needs_libreoffice = pytest.mark.skipif(
    shutil.which("soffice") is None, reason="LibreOffice is not installed (make test-libreoffice)"
)


def saved_as(path: Path, *kinds: str, folder: Path) -> Path:
    """`path` opened and saved by LibreOffice, in each of these formats in turn."""
    for number, kind in enumerate(kinds):
        target = folder / f"{path.stem}-{number}-{kind}"
        subprocess.run(
            ["soffice", f"-env:UserInstallation=file://{folder}/profil", "--headless", "--convert-to", kind,
             "--outdir", str(target), str(path)],
            check=True, capture_output=True, timeout=240,
        )  # fmt: skip
        path = target / f"{path.stem}.{kind}"
    return path


def retyped(flat: Path, before: str, after: str) -> Path:
    """Change the text of the only cell of a flat .fods that says `before`: what LibreOffice itself would save."""
    text = flat.read_text(encoding="utf-8")
    found = re.findall(rf"<text:p>{re.escape(escape(before))}</text:p>", text)
    assert len(found) == 1, (before, len(found))
    flat.write_text(text.replace(found[0], f"<text:p>{escape(after)}</text:p>"), encoding="utf-8")
    return flat
