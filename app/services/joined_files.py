"""What a file becomes when it is joined to a record: its name made safe, its kind allowed, a photo made small.

A photo is kept at 300 KB at most, upright, without what the camera wrote in it (place, time, device); any other file as
it is, up to 10 MB. Nothing here knows the notebook.
"""

import io
import os
import re
import unicodedata
import zipfile
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from typing import TYPE_CHECKING

from app.errors import KnownError, PlaceFails, reason_of
from app.formatting import NBSP, format_number, shorten

if TYPE_CHECKING:
    from PIL.Image import Image

MEGABYTE = 1_000_000
#: What is kept of a photo, and of any other file, in bytes.
LARGEST_PHOTO, LARGEST_FILE = 300_000, 10 * MEGABYTE
#: What is read of a photo before it is made small; pixels beyond which nobody took it.
LARGEST_ORIGINAL, MOST_PIXELS = 60 * MEGABYTE, 120_000_000
LONGEST_NAME = 120

#: Extension → kind of content. What is not here is not joined.
PHOTOS = {
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "bmp": "image/bmp",
    "gif": "image/gif",
}
_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN = "application/vnd.oasis.opendocument."
OTHERS = {
    "pdf": "application/pdf",
    "docx": f"{_OFFICE}wordprocessingml.document",
    "xlsx": f"{_OFFICE}spreadsheetml.sheet",
    "pptx": f"{_OFFICE}presentationml.presentation",
    "odt": f"{_OPEN}text",
    "ods": f"{_OPEN}spreadsheet",
    "odp": f"{_OPEN}presentation",
    "txt": "text/plain",
    "md": "text/markdown",
    "csv": "text/csv",
    "ics": "text/calendar",
    "vcf": "text/vcard",
    "geojson": "application/geo+json",
}
_SIGNATURES = {"pdf": b"%PDF"} | dict.fromkeys(("docx", "xlsx", "pptx", "odt", "ods", "odp"), b"PK\x03\x04")
_ADVICE = {
    "heic": "Enregistrez la photo en JPEG, puis réessayez.",
    "heif": "Enregistrez la photo en JPEG, puis réessayez.",
    "tif": "Enregistrez-la en PDF ou en JPEG, puis réessayez.",
    "tiff": "Enregistrez-la en PDF ou en JPEG, puis réessayez.",
    "svg": "Enregistrez-la en PNG ou en PDF, puis réessayez.",
    "doc": "Enregistrez-le en .docx, puis réessayez.",
    "docm": "Enregistrez-le en .docx, sans macros, puis réessayez.",
    "xls": "Enregistrez-le en .xlsx, puis réessayez.",
    "xlsm": "Enregistrez-le en .xlsx, sans macros, puis réessayez.",
    "ppt": "Enregistrez-le en .pptx, puis réessayez.",
    "pptm": "Enregistrez-le en .pptx, sans macros, puis réessayez.",
    "zip": "Joignez les documents qu’il contient, un par un.",
}
_KINDS = "Sont acceptés les photos (JPEG, PNG), les PDF, les documents de bureau, les textes et les tableaux .csv."

# Names that Windows keeps for its devices, whatever follows the first dot.
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)$", re.IGNORECASE)
#: Longest sides and qualities tried, from the finest; the last always fits.
_TRIES = ((2400, 85), (2000, 80), (1600, 80), (1600, 70), (1280, 70), (1024, 65), (800, 60), (640, 50), (320, 40))


class NotJoined(KnownError):
    """The file cannot be joined: nothing was changed."""


@dataclass(frozen=True, slots=True)
class JoinedFile:
    """A file ready to be kept: its safe name, its kind of content, its bytes; `shrunk` when it was made smaller."""

    name: str
    media_type: str
    data: bytes
    shrunk: bool = False


def read_file(path: Path) -> JoinedFile:
    """What is kept of the file at `path`. Raises NotJoined (it is refused), or PlaceFails (it cannot be read)."""
    name = safe_name(path.name)
    extension = extension_of(name)
    # Not `Path.is_dir`: it raises for a folder that is closed to us, or a name too long.
    if os.path.isdir(path):
        raise NotJoined(f"{_quoted(path.name)} est un dossier.", advice="Joignez ses fichiers un par un.")
    if extension not in PHOTOS and extension not in OTHERS:
        what = f"Un fichier .{shorten(extension, 12)} ne peut pas être joint" if extension else (
            "Un fichier sans extension ne peut pas être joint"
        )  # fmt: skip
        raise NotJoined(f"{what}{NBSP}: {_quoted(path.name)}.", advice=_ADVICE.get(extension, _KINDS))
    data = _bytes_of(path, LARGEST_ORIGINAL if extension in PHOTOS else LARGEST_FILE)
    if extension in PHOTOS:
        return _photo(name, data)
    _check_content(name, extension, data)
    return JoinedFile(name, OTHERS[extension], data)


def is_allowed(name: str) -> bool:
    """Whether a file of this name may be joined, and opened."""
    return extension_of(name) in PHOTOS or extension_of(name) in OTHERS


def extension_of(name: str) -> str:
    """`pdf` for « Compte rendu.PDF »."""
    return PureWindowsPath(name).suffix.removeprefix(".").lower()


def safe_name(name: str) -> str:
    """`name` as any system accepts it: no folder, no reserved word, nothing invisible, 120 characters at most."""
    base = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    # Controls, and the marks that show a name backwards (« fdp.exe » read as « exe.pdf »).
    seen = "".join(one for one in base if unicodedata.category(one) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp"))
    clean = re.sub(r"\s+", " ", re.sub(r'[<>:"|?*]', "-", seen)).strip(" .")
    stem, dot, extension = clean.rpartition(".")
    if not dot or len(extension) > 12:
        stem, extension = clean, ""
    stem = stem.rstrip(" .") or "piece"
    if _RESERVED.match(stem.partition(".")[0].rstrip()):
        stem = f"_{stem}"
    end = f".{extension}" if extension else ""
    return stem[: LONGEST_NAME - len(end)].rstrip(" .") + end


def size_words(size: int | None) -> str:
    """`62 Ko`, `1,4 Mo`: how heavy a file is."""
    if not size:
        return ""
    if size < 1_000:
        return f"{size}{NBSP}octets"
    if size < MEGABYTE:
        return f"{format_number(max(1, round(size / 1_000)))}{NBSP}Ko"
    return f"{f'{size / MEGABYTE:.1f}'.replace('.', ',').removesuffix(',0')}{NBSP}Mo"


# -- reading ------------------------------------------------------------------------------------------------------


def _bytes_of(path: Path, most: int) -> bytes:
    try:
        size = path.stat().st_size
        if size > most:
            raise NotJoined(
                f"{_quoted(path.name)} pèse {size_words(size)}{NBSP}: une pièce jointe en pèse au plus"
                f" {size_words(most)}.",
                advice="Réduisez-le (un PDF s’enregistre en qualité écran), ou notez dans la fiche où il se trouve.",
            )
        with path.open("rb") as file:
            # One more byte than allowed: the file may be growing.
            data = file.read(most + 1)
    except OSError as error:
        raise PlaceFails(
            f"{_quoted(path.name)} n’a pas pu être lu{NBSP}: {reason_of(error)}. Rien n’a été joint.",
            advice="Vérifiez le chemin et vos droits, ou copiez-le sur cet ordinateur, puis réessayez.",
        ) from error
    if not data:
        raise NotJoined(
            f"{_quoted(path.name)} est vide.", advice="Attendez qu’il soit entièrement copié, ou vérifiez-le."
        )
    return data[:most]


def _check_content(name: str, extension: str, data: bytes) -> None:
    signature = _SIGNATURES.get(extension)
    is_other = signature is not None and not data[:1024].lstrip(b"\xef\xbb\xbf \r\n\t").startswith(signature)
    if is_other or (signature is None and (data.startswith((b"MZ", b"\x7fELF")) or b"\0" in data[:4096])):
        raise NotJoined(
            f"Le contenu de {_quoted(name)} n’est pas celui d’un fichier .{extension}.",
            advice="Ouvrez-le pour vérifier ce qu’il est, enregistrez-le de nouveau, puis réessayez.",
        )
    if signature == b"PK\x03\x04":
        _check_office(name, data)


def _check_office(name: str, data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = [one.lower() for one in archive.namelist()]
    except (zipfile.BadZipFile, ValueError, EOFError, NotImplementedError) as error:
        raise NotJoined(
            f"{_quoted(name)} est abîmé ou incomplet.", advice="Demandez un nouvel envoi, puis réessayez."
        ) from error
    if any(part.endswith("vbaproject.bin") or part.startswith("basic/") for part in parts):
        raise NotJoined(f"{_quoted(name)} contient des macros.", advice="Enregistrez-le sans macros, puis réessayez.")


# -- photos -------------------------------------------------------------------------------------------------------


def _photo(name: str, data: bytes) -> JoinedFile:
    # Pillow takes a while to load, and most of the time no photo is joined.
    import warnings

    from PIL import Image, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP", "BMP", "GIF")) as image:
                if image.width * image.height > MOST_PIXELS:
                    raise _too_large(name, f" ({image.width} × {image.height} points)")
                return _kept(name, data, image)
    except Image.DecompressionBombError:
        # Pillow has a limit of its own, far above ours, met before the picture can be asked its size.
        raise _too_large(name) from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, MemoryError) as error:
        raise NotJoined(
            f"{_quoted(name)} n’est pas une image que l’on peut lire.",
            advice="Ouvrez-la pour vérifier, enregistrez-la en JPEG, puis réessayez.",
        ) from error


def _too_large(name: str, size: str = "") -> NotJoined:
    return NotJoined(f"{_quoted(name)} est une image démesurée{size}.", advice="Réduisez-la, puis réessayez.")


def _kept(name: str, data: bytes, image: "Image") -> JoinedFile:
    """The photo as it is when nothing is to be taken out of it; else written again, within the limit."""
    kind = str(image.format)
    if len(data) <= LARGEST_PHOTO and kind in _EXTENSIONS and _is_bare(image):
        image.load()
        return JoinedFile(_renamed(name, kind), _media(kind), data)
    # Telephones write two pictures in one file (MPO): the first is the photo.
    if kind in ("JPEG", "MPO"):
        # The decoder itself gives a smaller picture: a large photo costs neither time nor memory.
        image.draft("RGB", (_TRIES[0][0], _TRIES[0][0]))
    profile = image.info.get("icc_profile") if image.mode in ("RGB", "L") else None
    upright = _upright(image)
    if kind == "PNG" and len(data) < 4 * LARGEST_PHOTO:
        small = _written(upright, "PNG", profile)
        if len(small) <= LARGEST_PHOTO:
            return JoinedFile(_renamed(name, "PNG"), "image/png", small, shrunk=len(small) < len(data))
    return JoinedFile(_renamed(name, "JPEG"), "image/jpeg", _small(_flat(upright), profile), shrunk=True)


def _is_bare(image: "Image") -> bool:
    """Whether an image holds nothing beside its points and its colours: neither camera data nor comments."""
    blocks = {str(marker) for marker, _ in getattr(image, "applist", ())}
    written = {"exif", "xmp", "comment", "XML:com.adobe.xmp", "photoshop", "mp"} & image.info.keys()
    return not (written or blocks - {"APP0", "APP2", "APP14"} or getattr(image, "text", None) or image.getexif())


def _upright(image: "Image") -> "Image":
    from PIL import ImageOps

    turned = ImageOps.exif_transpose(image)
    kept = {"transparency": turned.info["transparency"]} if "transparency" in turned.info else {}
    turned.info.clear()
    turned.info.update(kept)
    return turned


def _flat(image: "Image") -> "Image":
    """In colours, what was transparent in white."""
    from PIL import Image

    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info or image.mode == "P":
        whole = image.convert("RGBA")
        under = Image.new("RGBA", whole.size, "white")
        under.alpha_composite(whole)
        return under.convert("RGB")
    return image.convert("RGB")


def _small(image: "Image", profile: bytes | None) -> bytes:
    for side, quality in _TRIES:
        smaller = image.copy()
        smaller.thumbnail((side, side))
        data = _written(smaller, "JPEG", profile, quality=quality)
        if len(data) <= LARGEST_PHOTO:
            return data
    return data


def _written(image: "Image", kind: str, profile: bytes | None, **options: int) -> bytes:
    target = io.BytesIO()
    # Colours are told by their profile, which says nothing of who took the photo; a long one would weigh too much.
    kept = profile if profile is not None and len(profile) < 20_000 else None
    image.save(target, kind, optimize=True, icc_profile=kept, **options)
    return target.getvalue()


def _media(kind: str) -> str:
    return f"image/{kind.lower()}"


_EXTENSIONS = {"JPEG": ("jpg", "jpeg"), "PNG": ("png",), "WEBP": ("webp",), "GIF": ("gif",)}


def _renamed(name: str, kind: str) -> str:
    """The name with the extension of what is kept."""
    if extension_of(name) in _EXTENSIONS[kind]:
        return name
    return safe_name(f"{name.rpartition('.')[0]}.{_EXTENSIONS[kind][0]}")


def _quoted(name: str) -> str:
    return f"«{NBSP}{shorten(name, 80)}{NBSP}»"
