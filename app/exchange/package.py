"""The zip of a workbook: its directory checked before any byte is unfolded, its XML checked before it is parsed.

Nothing is unpacked to disk; what is unfolded is counted (`Package.unfolded`).
"""

import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import IO, Any
from xml.parsers import expat

from app.exchange.errors import (
    SAVE_AS_XLSX,
    BinaryFormat,
    Bomb,
    EmbeddedObjects,
    Encrypted,
    ForbiddenXml,
    HalfCopied,
    MacroWorkbook,
    OddPackage,
    Unreadable,
    WrongExtension,
    quoted,
)
from app.exchange.limits import LIMITS, MEGABYTE, Limits
from app.formatting import NBSP, format_number

LATER = "Attendez qu’il soit entièrement arrivé, ou demandez qu’on vous l’envoie de nouveau."
AGAIN = f"Demandez qu’on vous l’envoie de nouveau. Sinon{NBSP}: {SAVE_AS_XLSX[0].lower()}{SAVE_AS_XLSX[1:]}"
_DIRECTORY_ENTRY = b"PK\x01\x02"
_DIRECTORY_END = b"PK\x05\x06"

_MACRO_PARTS = re.compile(
    r"(^|/)(vbaproject\.bin|vbadata\.xml|macrosheets/|intlmacrosheets/|dialogsheets/)|^(basic|scripts)/"
)
_OBJECT_PARTS = re.compile(r"^(xl/embeddings|xl/activex)/|^object [0-9]+$")
_XML_PART = re.compile(r"\.(xml|rels|vml|rdf)$")


class Package:
    """The zip of a workbook, its directory checked; parts are read by name, whatever the case."""

    def __init__(self, archive: zipfile.ZipFile, name: str, limits: Limits) -> None:
        self._archive = archive
        self._limits = limits
        self.name = name
        #: Bytes unfolded so far.
        self.unfolded = 0
        self._check_directory()
        self._parts = {_key(entry.filename): entry for entry in archive.infolist()}

    @classmethod
    @contextmanager
    def opened(cls, path: Path, name: str, limits: Limits = LIMITS) -> Iterator["Package"]:
        """The package in the file `path`; `name` is what people call it. Raises WorkbookRefused."""
        content = path.read_bytes()
        # Counted first: reading the directory of a zip costs memory by entry, and its own count may lie.
        if content.count(_DIRECTORY_ENTRY) > limits.entries:
            raise Bomb(f"{quoted(name)} contient des milliers de fichiers, ce qu’aucun classeur ne fait.", advice=AGAIN)
        if _DIRECTORY_END not in content:
            raise HalfCopied(f"{quoted(name)} est incomplet{NBSP}: il en manque la fin.", advice=LATER)
        del content
        try:
            with zipfile.ZipFile(path) as archive:
                yield cls(archive, name, limits)
        except (zipfile.BadZipFile, EOFError, OSError, ValueError, NotImplementedError, zlib.error) as error:
            raise damaged(name) from error

    def names(self) -> Iterator[str]:
        """The parts, in small letters."""
        return iter(self._parts)

    def __contains__(self, part: str) -> bool:
        return _key(part) in self._parts

    def open(self, part: str) -> "PartReader":
        """A part, to be read piece by piece. Raises Unreadable when it is not there."""
        try:
            entry = self._parts[_key(part)]
        except KeyError:
            raise damaged(self.name) from None
        return PartReader(self._archive.open(entry), self)

    def read(self, part: str) -> bytes:
        """A small part, whole."""
        if _key(part) in self._parts and self._parts[_key(part)].file_size > self._limits.part_bytes:
            raise Bomb(
                f"{quoted(self.name)} décrit sa mise en forme sur {megabytes(self._parts[_key(part)].file_size)}.",
                advice=AGAIN,
            )
        with self.open(part) as reader:
            return b"".join(reader)

    def check_content(self, kind: str) -> None:
        """Whether this is a workbook of this `kind`, without macros nor objects, and its XML without DOCTYPE."""
        for part in self._parts:
            if _MACRO_PARTS.search(part):
                raise self._with_macros()
        if kind == "xlsx":
            self._check_content_types()
        else:
            self._check_mimetype()
        for part in self._parts:
            if _OBJECT_PARTS.search(part):
                raise EmbeddedObjects(
                    f"{quoted(self.name)} contient des documents ou des commandes insérés dans une feuille.",
                    advice="Supprimez ces objets dans Excel, enregistrez, puis réessayez.",
                )
        for part in self._parts:
            if _XML_PART.search(part):
                self._check_head(part)

    def _check_content_types(self) -> None:
        if "[content_types].xml" not in self._parts:
            raise WrongExtension(f"{quoted(self.name)} n’est pas un classeur Excel.", advice=AGAIN)
        self._check_head("[content_types].xml")
        types = self.read("[content_types].xml").decode("utf-8", "replace").lower()
        if "sheet.binary" in types:
            raise BinaryFormat(
                f"{quoted(self.name)} est un classeur Excel binaire (.xlsb), sous un autre nom.", advice=SAVE_AS_XLSX
            )
        if "macroenabled" in types or "vnd.ms-office.vbaproject" in types:
            raise self._with_macros()
        if "spreadsheetml.sheet.main+xml" not in types and "spreadsheetml.template.main+xml" not in types:
            raise WrongExtension(
                f"{quoted(self.name)} n’est pas un classeur{NBSP}: c’est un autre document Office.", advice=AGAIN
            )

    def _check_mimetype(self) -> None:
        if "meta-inf/manifest.xml" in self._parts:
            self._check_head("meta-inf/manifest.xml")
            if b"encryption-data" in self.read("meta-inf/manifest.xml"):
                raise Encrypted(
                    f"{quoted(self.name)} est protégé par un mot de passe.",
                    advice="Ouvrez-le dans LibreOffice, enregistrez-le sans mot de passe, puis réessayez.",
                )
        mimetype = self.read("mimetype") if "mimetype" in self._parts else b""
        if "content.xml" not in self._parts or b"opendocument.spreadsheet" not in mimetype:
            raise WrongExtension(f"{quoted(self.name)} n’est pas un classeur OpenDocument.", advice=AGAIN)

    def _with_macros(self) -> MacroWorkbook:
        return MacroWorkbook(
            f"{quoted(self.name)} contient des macros, sous un nom qui ne le dit pas.", advice=SAVE_AS_XLSX
        )

    def _check_head(self, part: str) -> None:
        """Read a part up to its first element: past it, no DOCTYPE can come."""
        try:
            with self.open(part) as reader:
                for piece in XmlHead(self.name).pieces_of(reader):
                    del piece
        # An alphabet nobody knows is a LookupError, one that does not hold a ValueError.
        except (expat.ExpatError, LookupError, ValueError) as error:
            raise damaged(self.name) from error

    def _check_directory(self) -> None:
        entries = self._archive.infolist()
        if len(entries) > self._limits.entries:
            raise Bomb(
                f"{quoted(self.name)} contient {format_number(len(entries))} fichiers, ce qu’aucun classeur ne fait.",
                advice=AGAIN,
            )
        seen: set[str] = set()
        for entry in entries:
            key = _key(entry.filename)
            if key in seen or _is_odd(entry.orig_filename):
                raise OddPackage(
                    f"{quoted(self.name)} contient des parties aux noms doubles ou falsifiés.", advice=AGAIN
                )
            seen.add(key)
            if entry.flag_bits & 0x1:
                raise Encrypted(
                    f"{quoted(self.name)} est une archive protégée par un mot de passe.",
                    advice="Demandez à son auteur le classeur sans mot de passe.",
                )
            if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise damaged(self.name)
            self._check_size(entry)
        if sum(entry.file_size for entry in entries) > self._limits.total_bytes:
            raise self._bomb(sum(entry.file_size for entry in entries))
        placed = sorted((entry.header_offset, entry.compress_size) for entry in entries)
        for (start, size), (following, _) in pairwise(placed):
            if start + 30 + size > following:
                raise OddPackage(f"{quoted(self.name)} contient des parties qui se chevauchent.", advice=AGAIN)

    def _check_size(self, entry: zipfile.ZipInfo) -> None:
        folds_too_well = entry.file_size > self._limits.ratio_from and entry.file_size > self._limits.ratio * max(
            entry.compress_size, 1
        )
        if entry.file_size > self._limits.entry_bytes or folds_too_well:
            raise self._bomb(entry.file_size)

    def _bomb(self, size: int) -> Bomb:
        return Bomb(
            f"{quoted(self.name)} est un petit fichier qui en déplierait un de {megabytes(size)}{NBSP}:"
            " il pourrait bloquer l’ordinateur.",
            advice="Vérifiez d’où il vient. " + AGAIN,
        )


class PartReader:
    """The bytes of one part, counted as they unfold."""

    def __init__(self, stream: IO[bytes], package: Package) -> None:
        self._stream = stream
        self._package = package

    def read(self, size: int) -> bytes:
        """Up to `size` bytes, empty at the end. The zip stops at the size it declares, and checks the sum there."""
        piece = self._stream.read(size)
        self._package.unfolded += len(piece)
        return piece

    def __iter__(self) -> Iterator[bytes]:
        while piece := self.read(1 << 16):
            yield piece

    def __enter__(self) -> "PartReader":
        return self

    def __exit__(self, *exception: object) -> None:
        self._stream.close()


def damaged(name: str) -> Unreadable:
    """What is said of a file whose parts do not agree."""
    return Unreadable(
        f"{quoted(name)} est abîmé ou n’a pas été écrit par un tableur{NBSP}: il est illisible.", advice=AGAIN
    )


def _key(part: str) -> str:
    return part.lower()


def _is_odd(part: str) -> bool:
    pure = PurePosixPath(part)
    return "\\" in part or ":" in part or "\0" in part or pure.is_absolute() or ".." in pure.parts or len(part) > 500


def megabytes(size: int) -> str:
    return f"{format_number(max(1, round(size / MEGABYTE)))}{NBSP}Mo"


# -- XML ----------------------------------------------------------------------------------------------------------


def parser_for(name: str, *, namespaces: bool = False) -> expat.XMLParserType:
    """An expat parser that refuses DOCTYPE and entities and fetches nothing.

    With `namespaces`, names are `uri name`.
    """

    def refuse(*declaration: object) -> Any:
        raise ForbiddenXml(
            f"{quoted(name)} contient une déclaration XML interdite (DOCTYPE ou entité), ce qu’aucun tableur n’écrit.",
            advice="Vérifiez d’où il vient. " + AGAIN,
        )

    parser = expat.ParserCreate(namespace_separator=" ") if namespaces else expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    parser.buffer_text = True
    parser.buffer_size = 1 << 16
    return parser


class XmlHead:
    """Parses the beginning of a part, to the first element."""

    #: The declaration, comments and instructions of a head hold in this many bytes.
    LONGEST = 1 << 20

    def __init__(self, name: str) -> None:
        self._name = name
        self._parser = parser_for(name)
        self._parser.StartElementHandler = self._enough
        self._inside = False

    def pieces_of(self, reader: PartReader) -> Iterator[bytes]:
        """The pieces parsed until the first element."""
        taken = 0
        while not self._inside and (piece := reader.read(4096)):
            taken += len(piece)
            if taken > self.LONGEST:
                raise damaged(self._name)
            self._parser.Parse(piece, False)
            yield piece
        if not self._inside:
            self._parser.Parse(b"", True)

    def _enough(self, *element: object) -> None:
        self._inside = True
