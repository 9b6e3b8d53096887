"""Exporting over a workbook: what somebody worked on is kept beside."""

import pytest

from app.errors import PlaceFails
from tests.exchange.laptops import edit, kinds, laptop
from tests.rights import without_right_to_write


@pytest.fixture
def a(tmp_path):
    with laptop(tmp_path, "a") as made:
        yield made


def export_over(a, book):
    from app.exchange.export import export_workbook
    from app.exchange.layout import Profile

    return export_workbook(a.store, book, profile=Profile.PARTNER, now=a.clock())


def files(folder):
    return sorted(path.name for path in folder.glob("*.xlsx"))


def test_a_workbook_that_nobody_saved_since_is_replaced(a, tmp_path):
    a.add(title="Repair café")
    book = a.export()

    assert export_over(a, book).notes == ()
    assert files(tmp_path) == [book.name]


def test_what_a_partner_typed_is_kept_beside_and_comes_in_all_the_same(a, tmp_path):
    row = a.add(title="Repair café")
    book = edit(a.export(), "action", row, title="Café des bricoleurs")

    (note,) = export_over(a, book).notes

    kept = next(path for path in tmp_path.glob("*.xlsx") if path != book)
    assert f"« {kept.name} »".replace(" ", "\xa0") in note.replace(" ", "\xa0")
    assert kept.name.startswith(f"{book.stem} (remplacé le ")
    assert kinds(a.preview(book)) == {}
    assert kinds(a.preview(kept)) == {"updated": 1}


def test_two_in_the_same_minute_are_both_kept(a, tmp_path):
    row = a.add(title="Repair café")
    book = a.export()
    for title in ("Un", "Deux"):
        edit(book, "action", row, title=title)
        export_over(a, book)
    assert len(files(tmp_path)) == 3


def test_any_other_file_of_that_name_is_kept_too(a, tmp_path):
    a.add(title="Repair café")
    letter = tmp_path / "lettre.xlsx"
    letter.write_bytes(b"Madame, Monsieur")

    export_over(a, letter)

    kept = next(path for path in tmp_path.glob("lettre (*.xlsx"))
    assert kept.read_bytes() == b"Madame, Monsieur"


def test_in_a_closed_folder_everything_stays(a, tmp_path):
    row = a.add(title="Repair café")
    folder = tmp_path / "partage"
    folder.mkdir()
    book = folder / "plan.xlsx"
    book.write_bytes(edit(a.export(), "action", row, title="Autre").read_bytes())
    before = book.read_bytes()

    with without_right_to_write(folder), pytest.raises(PlaceFails):
        export_over(a, book)

    assert book.read_bytes() == before
    assert files(folder) == ["plan.xlsx"]
