"""What a foreign file must prove before its content is believed: its name, its place, its first bytes, its zip.

The numbers of `Limits` are far above the workbooks of the trade and far below what harms a laptop. Cells are counted
later, by the `Meter`, while they are read. Source: sync.md §8.
"""

from pathlib import Path

from app.exchange.errors import (
    SAVE_AS_XLSX,
    BinaryFormat,
    EmptyFile,
    Encrypted,
    FileTooLarge,
    MacroWorkbook,
    NotAFile,
    OldFormat,
    OpenElsewhere,
    RightsManaged,
    TemporaryFile,
    UnknownFormat,
    WrongExtension,
    quoted,
)
from app.exchange.limits import LIMITS, Limits
from app.exchange.package import AGAIN, LATER, Package, megabytes
from app.formatting import NBSP

_ZIP = b"PK\x03\x04"
_EMPTY_ZIP = b"PK\x05\x06"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

# -- the file, its name, its first bytes ---------------------------------------------------------------------------

_MACROS = {".xlsm", ".xltm", ".xlam", ".xla"}
_OLD = {".xls", ".xlt", ".xlw"}
_PASSING = {".tmp", ".part", ".crdownload", ".download", ".partial", ".opdownload"}
KINDS = {".xlsx": "xlsx", ".ods": "ods", ".csv": "csv"}


def check_place(path: Path, limits: Limits = LIMITS) -> str:
    """What the name and the size tell: the kind of the file (xlsx, ods or csv). Raises WorkbookRefused."""
    name = path.name
    if path.is_dir():
        raise NotAFile(f"{quoted(name)} est un dossier.", advice="Ouvrez-le et choisissez le classeur qu’il contient.")
    if name.startswith(("~$", ".~lock.", "._")) or path.suffix.lower() in _PASSING:
        raise TemporaryFile(
            f"{quoted(name)} est un fichier provisoire, pas le classeur lui-même.",
            advice="Choisissez le classeur du même nom, une fois enregistré et fermé.",
        )
    if not path.is_file():
        raise NotAFile(f"{quoted(name)} n’existe pas.", advice="Vérifiez son nom et son dossier.")
    kind = _announced(name, path.suffix.lower())
    size = path.stat().st_size
    if size == 0:
        raise EmptyFile(f"{quoted(name)} est vide{NBSP}: il ne contient pas un octet.", advice=LATER)
    if size > limits.file_bytes:
        raise FileTooLarge(
            f"{quoted(name)} pèse {megabytes(size)}, plus que les {megabytes(limits.file_bytes)} acceptés.",
            advice="Enlevez les images et les feuilles inutiles, ou partagez-le en plusieurs classeurs.",
        )
    if lock := _lock_beside(path):
        raise OpenElsewhere(
            f"Le classeur {quoted(name)} est ouvert dans un tableur.",
            advice="Enregistrez-le et fermez-le, puis réessayez."
            f" S’il n’est ouvert nulle part, supprimez {quoted(lock)}.",
        )
    return kind


def _announced(name: str, suffix: str) -> str:
    if suffix in _MACROS:
        raise MacroWorkbook(
            f"{quoted(name)} est un classeur à macros ({suffix}), qui pourrait exécuter du code.", advice=SAVE_AS_XLSX
        )
    if suffix in _OLD:
        raise OldFormat(f"{quoted(name)} est au format Excel d’avant 2007 ({suffix}).", advice=SAVE_AS_XLSX)
    if suffix == ".xlsb":
        raise BinaryFormat(f"{quoted(name)} est au format Excel binaire (.xlsb).", advice=SAVE_AS_XLSX)
    if suffix not in KINDS:
        raise UnknownFormat(
            f"{quoted(name)} n’est pas un classeur{NBSP}: les formats lus sont .xlsx, .ods et .csv.",
            advice="Choisissez un fichier de l’un de ces trois formats.",
        )
    return KINDS[suffix]


def _lock_beside(path: Path) -> str:
    """The name of the file by which Excel or LibreOffice says that it holds `path`; empty when there is none."""
    # Excel cuts the first two characters of long names.
    for lock in (f"~${path.name}", f"~${path.name[2:]}", f".~lock.{path.name}#"):
        if path.with_name(lock).exists():
            return lock
    return ""


def check_bytes(path: Path, name: str, kind: str, limits: Limits = LIMITS) -> None:
    """Whether the bytes of the copy `path` may be those of a `kind`, judged without unfolding anything."""
    with path.open("rb") as file:
        head = file.read(8)
        if kind == "csv":
            _refuse_disguised(head, name)
            return
        if head == _OLE:
            raise _ole_refusal(head + file.read(), name)
    if not head.startswith((_ZIP, _EMPTY_ZIP)):
        raise WrongExtension(
            f"{quoted(name)} n’est pas un vrai fichier .{kind}{NBSP}: son contenu est d’un autre genre.", advice=AGAIN
        )
    with Package.opened(path, name, limits):
        pass  # its directory is sound; XML is for the reading process


def _refuse_disguised(head: bytes, name: str) -> None:
    if head.startswith((_ZIP, _OLE, b"%PDF")):
        raise WrongExtension(
            f"{quoted(name)} n’est pas un vrai fichier .csv{NBSP}: son contenu est d’un autre genre.", advice=AGAIN
        )


def _ole_refusal(content: bytes, name: str) -> Exception:
    """Encrypted and old workbooks share one container: the names of its streams tell them apart."""
    names = ("EncryptedPackage", "DRMEncrypted", "Workbook", "Book")
    streams = {stream: stream.encode("utf-16-le") in content for stream in names}
    if streams["DRMEncrypted"]:
        return RightsManaged(
            f"{quoted(name)} est protégé par les droits d’une organisation (IRM).",
            advice="Demandez à son auteur une copie sans restriction d’accès.",
        )
    if streams["EncryptedPackage"]:
        return Encrypted(
            f"{quoted(name)} est protégé par un mot de passe.",
            advice=f"Ouvrez-le dans Excel, enlevez le mot de passe (Fichier{NBSP}› Informations), enregistrez-le, puis"
            " réessayez.",
        )
    if streams["Workbook"] or streams["Book"]:
        return OldFormat(f"{quoted(name)} est un classeur Excel d’avant 2007, sous un autre nom.", advice=SAVE_AS_XLSX)
    return WrongExtension(
        f"{quoted(name)} n’est pas un classeur{NBSP}: son contenu est d’un autre genre.", advice=AGAIN
    )
