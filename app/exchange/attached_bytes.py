"""The bytes of attachments in the hidden sheet: an index, then the files end to end, in base64 over cells `p0001`…

They stand beside the blob, under keys of their own that an older version of the application passes over: it takes the
rows and leaves the files. Each file is proved by the sha256 that its row carries; a bad one is left out, and said.
"""

import base64
import binascii
import json
import re
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from app.exchange.blob import CELL
from app.exchange.payload import CarriedFiles, Pairs
from app.formatting import NBSP, counted

#: What a workbook carries, and the largest of its files, in bytes.
CARRIED, LARGEST = 20_000_000, 10_000_000
#: Files in one workbook, and letters of their index.
_MOST_FILES, _LONGEST_INDEX = 20_000, 3_000_000
_LONGEST_TEXT = (CARRIED + _LONGEST_INDEX) * 4 // 3 + CELL
_COUNT = "pieces_n"
_CELL = re.compile(r"p\d{4,}", re.ASCII)
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)


def is_key(key: str) -> bool:
    """Whether a line of the hidden sheet is a piece of the files."""
    return _CELL.fullmatch(key) is not None


def pairs_of_files(files: Sequence[bytes]) -> list[tuple[str, str]]:
    """The lines of the hidden sheet that carry these files; none when there are none."""
    if not files:
        return []
    index = json.dumps([[sha256(data).hexdigest(), len(data)] for data in files], separators=(",", ":"))
    text = base64.b64encode(b"".join([index.encode(), b"\n", *files])).decode("ascii")
    cells = [text[start : start + CELL] for start in range(0, len(text), CELL)]
    return [(_COUNT, str(len(cells))), *((f"p{place + 1:04d}", cell) for place, cell in enumerate(cells))]


def read_files(pairs: Pairs) -> CarriedFiles:
    """The files that the lines of a hidden sheet carry. Never raises: what is not believed is left out."""
    cells = [(key, value) for key, value in pairs if is_key(key)]
    counts = [value for key, value in pairs if key == _COUNT]
    if not cells and not counts:
        return CarriedFiles()
    try:
        index, data = _unfolded(cells, counts)
    except (ValueError, TypeError, KeyError, RecursionError, binascii.Error):
        return CarriedFiles(
            {},
            f"Les pièces jointes de ce classeur sont altérées{NBSP}: aucune n’est prise. Le reste est lu comme"
            " d’habitude.",
        )
    found: dict[str, bytes] = {}
    wrong = place = 0
    for digest, size in index:
        one = data[place : place + size]
        place += size
        if sha256(one).hexdigest() == digest:
            found[digest] = one
        else:
            wrong += 1
    if not wrong:
        return CarriedFiles(found)
    said = counted(
        wrong, "pièce jointe est altérée et n’est pas prise", "pièces jointes sont altérées et ne sont pas prises"
    )
    return CarriedFiles(found, f"{said}. Demandez un nouvel envoi.")


def _unfolded(cells: Sequence[tuple[str, str]], counts: Sequence[str]) -> tuple[list[tuple[str, int]], bytes]:
    """The index and the bytes behind it; ValueError when pieces are missing, too many or not what they should be."""
    by_key = dict(cells)
    if len(counts) != 1 or counts[0] != str(len(cells)) or len(by_key) != len(cells):
        raise ValueError("pieces are missing")
    if sum(len(value) for value in by_key.values()) > _LONGEST_TEXT:
        raise ValueError("too long")
    text = "".join(by_key[f"p{place + 1:04d}"] for place in range(len(cells)))
    head, _, data = base64.b64decode(text, validate=True).partition(b"\n")
    if len(head) > _LONGEST_INDEX:
        raise ValueError("the index is too long")
    index: Any = json.loads(head)
    if not isinstance(index, list) or len(index) > _MOST_FILES:
        raise ValueError("this is no index")
    found = [(digest, size) for digest, size in index]
    for digest, size in found:
        if not isinstance(digest, str) or not _DIGEST.fullmatch(digest):
            raise ValueError("this is no digest")
        if type(size) is not int or not 0 < size <= LARGEST:
            raise ValueError("this is no size")
    if sum(size for _, size in found) != len(data):
        raise ValueError("the sizes do not add up")
    return found, data
