"""What a file becomes when it is joined: allowed or refused, named safely; photos small, upright and bare."""

import io
import re
import struct
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from app.errors import PlaceFails
from app.services.joined_files import (
    LARGEST_FILE,
    LARGEST_PHOTO,
    LONGEST_NAME,
    NotJoined,
    is_allowed,
    read_file,
    safe_name,
    size_words,
)

GPS = 0x8825


def noise(width: int, height: int, mode: str = "RGB") -> Image.Image:
    """A picture that no method makes small."""
    return Image.effect_noise((width, height), 90).convert(mode)


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def office(path: Path, *parts: str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for part in ("[Content_Types].xml", *parts):
            archive.writestr(part, "<x/>")
    return path


# -- photos -----------------------------------------------------------------------------------------------------------


def test_a_large_photo_is_kept_small_upright_and_without_the_place_it_was_taken(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # turned a quarter
    exif[0x010F] = "Marque"
    exif.get_ifd(GPS)[2] = (50.0, 41.0, 20.0)
    path = tmp_path / "IMG_0001.JPG"
    noise(4000, 3000).save(path, quality=95, exif=exif)
    assert path.stat().st_size > 4_000_000

    kept = read_file(path)

    assert len(kept.data) <= LARGEST_PHOTO
    assert (kept.name, kept.media_type, kept.shrunk) == ("IMG_0001.JPG", "image/jpeg", True)
    with Image.open(io.BytesIO(kept.data)) as image:
        assert image.width < image.height
        assert dict(image.getexif()) == {}
        assert image.getexif().get_ifd(GPS) == {}
    assert b"Marque" not in kept.data


def test_a_small_photo_loses_what_the_camera_wrote(tmp_path):
    exif = Image.Exif()
    exif[0x9003] = "2026:11:24 10:00:00"
    exif.get_ifd(GPS)[2] = (50.0, 41.0, 20.0)
    path = tmp_path / "petite.jpg"
    noise(200, 100).save(path, exif=exif, comment=b"Chez la voisine")

    kept = read_file(path)

    with Image.open(io.BytesIO(kept.data)) as image:
        assert image.size == (200, 100)
        assert dict(image.getexif()) == {}
    assert b"voisine" not in kept.data


@pytest.mark.parametrize("kind", ["jpg", "png", "webp", "gif"])
def test_a_small_photo_that_says_nothing_is_kept_byte_for_byte(tmp_path, kind):
    path = tmp_path / f"plan.{kind}"
    Image.new("RGB", (300, 200), "teal").save(path)

    assert read_file(path).data == path.read_bytes()
    assert not read_file(path).shrunk


def test_a_small_drawing_with_notes_stays_a_drawing(tmp_path):
    from PIL.PngImagePlugin import PngInfo

    notes = PngInfo()
    notes.add_text("Author", "Une personne")
    path = tmp_path / "plan.png"
    Image.new("RGBA", (300, 200), (0, 128, 128, 90)).save(path, pnginfo=notes)

    kept = read_file(path)

    assert (kept.name, kept.media_type) == ("plan.png", "image/png")
    assert b"personne" not in kept.data
    with Image.open(io.BytesIO(kept.data)) as image:
        assert image.getpixel((5, 5)) == (0, 128, 128, 90)


def test_a_large_drawing_becomes_a_photo_on_white(tmp_path):
    path = tmp_path / "capture.png"
    image = noise(1600, 1200, "RGBA")
    image.putalpha(0)
    image.save(path)

    kept = read_file(path)

    assert (kept.name, kept.media_type) == ("capture.jpg", "image/jpeg")
    assert len(kept.data) <= LARGEST_PHOTO
    with Image.open(io.BytesIO(kept.data)) as flat:
        assert flat.getpixel((5, 5)) == (255, 255, 255)


def test_a_photo_takes_the_extension_of_what_it_is(tmp_path):
    path = tmp_path / "photo.jpg"
    Image.new("RGB", (30, 20), "teal").save(path, "PNG")

    assert read_file(path).name == "photo.png"


def test_the_same_photo_gives_the_same_bytes(tmp_path):
    path = tmp_path / "photo.jpg"
    noise(2000, 1500).save(path, quality=95)

    assert read_file(path).data == read_file(path).data


# -- refusals ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "said", "advice"),
    [
        ("programme.exe", r"\.exe ne peut pas être joint", "Sont acceptés"),
        ("page.html", r"\.html ne peut pas être joint", "Sont acceptés"),
        ("photo.heic", r"\.heic ne peut pas être joint", "en JPEG"),
        ("tableau.xlsm", r"\.xlsm ne peut pas être joint", "sans macros"),
        ("lettre.doc", r"\.doc ne peut pas être joint", r"en \.docx"),
        ("dossier.zip", r"\.zip ne peut pas être joint", "un par un"),
        ("sans", "sans extension", "Sont acceptés"),
    ],
)
def test_a_kind_that_is_not_listed_is_refused_with_a_way_out(tmp_path, name, said, advice):
    with pytest.raises(NotJoined, match=said) as refused:
        read_file(written(tmp_path / name, b"contenu"))

    assert re.search(advice, refused.value.advice)


def test_a_file_too_heavy_says_its_weight_and_the_most(tmp_path):
    with pytest.raises(NotJoined, match=r"pèse 10,1\sMo.*au plus 10\sMo"):
        read_file(written(tmp_path / "rapport.pdf", b"%PDF-1.7" + bytes(LARGEST_FILE + 100_000)))


def test_a_file_of_the_largest_weight_is_joined(tmp_path):
    path = written(tmp_path / "rapport.pdf", b"%PDF-1.7".ljust(LARGEST_FILE, b" "))

    assert read_file(path).data == path.read_bytes()


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("vide.pdf", b"", "est vide"),
        ("faux.pdf", b"MZ\x90\x00", "n’est pas celui d’un fichier"),
        ("faux.txt", b"MZ\x90\x00", "n’est pas celui d’un fichier"),
        ("faux.docx", b"PK\x03\x04trop court", "abîmé ou incomplet"),
        ("faux.jpg", b"pas une image", "n’est pas une image"),
        ("coupee.png", b"\x89PNG\r\n\x1a\n\x00\x00", "n’est pas une image"),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_refused(tmp_path, name, data, said):
    with pytest.raises(NotJoined, match=said):
        read_file(written(tmp_path / name, data))


def test_a_photo_cut_in_its_middle_is_refused(tmp_path):
    path = tmp_path / "photo.jpg"
    noise(2000, 1500).save(path, quality=95)

    with pytest.raises(NotJoined, match="n’est pas une image"):
        read_file(written(path, path.read_bytes()[:500_000]))


def test_a_document_with_macros_under_another_name_is_refused(tmp_path):
    assert read_file(office(tmp_path / "bon.docx", "word/document.xml")).media_type.endswith("document")
    with pytest.raises(NotJoined, match="contient des macros"):
        read_file(office(tmp_path / "piege.docx", "word/vbaProject.bin"))


@pytest.mark.parametrize("side", [12_000, 30_000])
def test_a_picture_that_would_fill_the_memory_is_refused_before_it_is_unfolded(tmp_path, side):
    """A thousand bytes that say they are a picture of millions of points; Pillow itself gives up on the larger."""

    def part(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    path = tmp_path / "immense.png"
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", zlib.compress(bytes(1000))) + part(b"IEND", b"")
    )

    with pytest.raises(NotJoined, match="démesurée"):
        read_file(path)


def test_a_folder_and_a_file_that_is_gone_are_said(tmp_path):
    (tmp_path / "dossier.pdf").mkdir()
    with pytest.raises(NotJoined, match="est un dossier"):
        read_file(tmp_path / "dossier.pdf")
    with pytest.raises(PlaceFails, match="n’existe pas"):
        read_file(tmp_path / "absent.pdf")


# -- names ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("Compte rendu.pdf", "Compte rendu.pdf"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Windows\\system.txt", "system.txt"),
        ("CON.pdf", "_CON.pdf"),
        ("nul.tar.pdf", "_nul.tar.pdf"),
        ("lpt1 .pdf", "_lpt1.pdf"),
        ("a<b>:c|d?.pdf", "a-b--c-d-.pdf"),
        ("fin .pdf. ", "fin.pdf"),
        ("exe\u202efdp.pdf", "exefdp.pdf"),
        ("deux\nlignes.txt", "deuxlignes.txt"),
        ("", "piece"),
        ("...", "piece"),
        (".pdf", "pdf"),
    ],
)
def test_a_name_is_made_safe(given, safe):
    assert safe_name(given) == safe


@given(st.text(max_size=300))
def test_a_safe_name_is_safe_whatever_was_given_and_stays_as_it_is(given):
    name = safe_name(given)

    assert 0 < len(name) <= LONGEST_NAME
    assert not set('<>:"/\\|?*\0') & set(name)
    assert name == name.strip(" .")
    assert safe_name(name) == name


def test_what_may_be_opened_goes_by_the_last_extension():
    assert is_allowed("Plan.PNG")
    assert not is_allowed("Plan.png.exe")
    assert not is_allowed("Plan")


def test_weights_are_said_as_people_do():
    assert [size_words(size) for size in (None, 12, 62_400, 1_400_000, 10_000_000)] == [
        "", "12\u00a0octets", "62\u00a0Ko", "1,4\u00a0Mo", "10\u00a0Mo",
    ]  # fmt: skip


def test_a_name_too_long_for_the_system_is_a_place_that_fails(tmp_path):
    with pytest.raises(PlaceFails, match="n’a pas pu être lu"):
        read_file(tmp_path / f"{'a' * 300}.txt")
