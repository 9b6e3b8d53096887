"""The lines of the sheet `_sync`: what the workbook is, then the blob; and the same read back."""

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

from app.exchange.attached_bytes import is_key, pairs_of_files, read_files
from app.exchange.blob import cell_key, cells_of, digest_of
from app.exchange.blob_reading import Recall, damaged, packed_of, unpack
from app.exchange.errors import NewerWorkbook
from app.exchange.payload import FORMAT, VERSION, Header, Hidden, Pairs, ScopeEntry, SheetEntry

_BLOB = re.compile(r"b\d{4,}")
_LONGEST_JSON = 2_000_000


def pairs_of(header: Header, packed: bytes, files: Sequence[bytes] = ()) -> Pairs:
    """(key, value) of every line, header first; `files` are the bytes of attachments."""
    cells = cells_of(packed)
    sheets = {
        sheet.name: {"entity": sheet.entity, "table": sheet.table, "keys": sheet.keys, "rows": sheet.rows}
        for sheet in header.sheets
    }
    known = {
        "format": FORMAT,
        "version": str(header.version),
        "schema_hash": header.schema_hash,
        "app": header.app,
        "export_id": header.export_id.hex(),
        "code4": header.code4,
        "replique": header.replica.hex(),
        "cree_le_utc": header.created,
        "hlc": str(header.stamp),
        "profil": header.profile,
        "portee_json": header.scope.as_json(),
        "feuilles_json": json.dumps(sheets, ensure_ascii=False),
        "blob_n": str(len(cells)),
        "blob_sha256": digest_of(packed),
    }
    numbered = ((cell_key(place), cell) for place, cell in enumerate(cells))
    return [*known.items(), *numbered, *pairs_of_files(files)]


def read_header(pairs: Pairs) -> Header:
    """The header alone, without unfolding the blob. Raises DamagedSync or NewerWorkbook."""
    known: dict[str, str] = {}
    for key, value in pairs:
        if _BLOB.fullmatch(key) or is_key(key):
            continue
        if key in known:
            raise damaged(f"«\u00a0{key[:20]}\u00a0» y est deux fois")
        known[key] = value
    if known.get("format") != FORMAT:
        raise damaged("ce n’est pas un classeur du carnet")
    version = _number(known.get("version", ""))
    if version > VERSION:
        raise NewerWorkbook(
            "Ce classeur a été écrit par une version plus récente de l’application.",
            advice="Mettez l’application à jour, puis importez-le de nouveau.",
        )
    try:
        return Header(
            bytes.fromhex(_sized(known["export_id"], 32)), _sized(known["code4"], 4),
            bytes.fromhex(_sized(known["replique"], 32)), known["cree_le_utc"][:40], _number(known["hlc"]),
            known["profil"][:20], _scope(known["portee_json"]), _sheets(known["feuilles_json"]),
            known["schema_hash"][:40], known["app"][:40], version,
        )  # fmt: skip
    except (KeyError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise damaged("leur en-tête est incomplet") from error


def read_hidden(pairs: Pairs, *, recall: Recall | None = None) -> Hidden:
    """The whole sheet. Raises DamagedSync or NewerWorkbook; read_header may still succeed on a damaged blob."""
    header = read_header(pairs)
    count, digest = _one(pairs, "blob_n"), _one(pairs, "blob_sha256")
    cells = [(key, value) for key, value in pairs if _BLOB.fullmatch(key)]
    payload = unpack(packed_of(cells, count=_number(count), digest=digest), recall=recall)
    return Hidden(header, payload, read_files(pairs))


def _one(pairs: Iterable[tuple[str, str]], key: str) -> str:
    return next((value for known, value in pairs if known == key), "")


def _sized(text: str, size: int) -> str:
    if len(text) != size:
        raise ValueError(text)
    return text


def _number(text: str) -> int:
    if not re.fullmatch(r"\d{1,19}", text, re.ASCII):
        raise damaged("leur en-tête est incomplet")
    return int(text)


def _json(text: str) -> Any:
    if len(text) > _LONGEST_JSON:
        raise ValueError("too long")
    return json.loads(text)


def _scope(text: str) -> ScopeEntry:
    known = _json(text)
    if not isinstance(known["complete"], bool):
        raise TypeError(text)
    return ScopeEntry(known["complete"], str(known["district"]), str(known["title"]), _texts(known["entities"]))


def _sheets(text: str) -> tuple[SheetEntry, ...]:
    return tuple(
        SheetEntry(name, str(one["entity"]), str(one["table"]), _texts(one["keys"]), int(one["rows"]))
        for name, one in _json(text).items()
    )


def _texts(values: Sequence[Any]) -> tuple[str, ...]:
    if not isinstance(values, list):
        raise TypeError(values)
    return tuple(str(value) for value in values)
