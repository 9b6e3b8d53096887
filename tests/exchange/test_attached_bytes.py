"""Files that travel with a team workbook: proved, bounded, written with the import; nothing of them for a partner."""

import base64
import json
import os
import zipfile
import zlib
from hashlib import sha256

import pytest
from python_calamine import CalamineWorkbook

from app.errors import BadValue
from app.exchange import export, hidden_sheet
from app.exchange.attached_bytes import pairs_of_files, read_files
from app.exchange.layout import SYNC
from app.exchange.limits import Limits
from app.exchange.preview import Decisions, Kind
from app.exchange.reader import read_here
from app.exchange.self_check import read_pairs
from app.notebook import importing
from app.notebook.verify import verify
from app.services import attachments, records
from app.services.attachments import of_record
from app.services.imports import undo_import
from tests.exchange.laptops import PARTNER, TEAM, change, edit, kinds, laptop, opened, rework, row_of, sheet_of


@pytest.fixture
def a(tmp_path):
    with laptop(tmp_path, "a", "Nord") as found:
        yield found


@pytest.fixture
def b(tmp_path):
    with laptop(tmp_path, "b", "Sud") as found:
        yield found


@pytest.fixture
def row(a):
    return a.add(title="Repair café")


@pytest.fixture
def join(tmp_path):
    """Joins a text of so many bytes to a record; the name tells them apart."""

    def joined(one, row, name="Note.txt", size=0, entity="action"):
        path = tmp_path / name
        path.write_text(f"{name} : deux samedis par mois.".ljust(size, "x"), encoding="utf-8")
        return attachments.attach(one.store, entity, row, path)

    return joined


def files(one, row, entity="action"):
    with one.store.read() as connection:
        return of_record(connection, entity, row)


def cells(path, row, *keys):
    with opened(path, save_as=path.with_suffix(".tmp.xlsx")) as book:
        sheet = sheet_of(book, "attachment")
        columns = {str(cell.value): cell.column for cell in sheet[1]}
        return [sheet.cell(row_of(sheet, row), columns[f"#attachment.{key}"]).value for key in keys]


def hidden(path):
    workbook = read_here(path)
    sheet = next(one for one in workbook.sheets if one.name == SYNC)
    return [(str(line[0].value), str(line[1].value)) for line in sheet.rows.values()]


def set_hidden(path, **lines):
    """Change lines of the hidden sheet."""

    def change_lines(book):
        for key, value in book[SYNC].iter_rows(max_col=2):
            if key.value in lines:
                value.value = lines[key.value](value.value) if callable(lines[key.value]) else lines[key.value]

    return rework(path, change_lines)


# -- there and back ---------------------------------------------------------------------------------------------------


def test_a_file_joined_here_is_read_there(a, b, row, join):
    join(a, row)
    plan = b.preview(a.export(TEAM))
    assert kinds(plan) == {"new": 2}
    assert "1\u00a0pièce jointe arrive avec son fichier (33\u00a0octets)." in plan.infos

    b.take(plan)

    (found,) = files(b, row)
    assert (found.name, found.whose, found.is_here) == ("Note.txt", "Nord", True)
    with b.store.read() as connection:
        assert attachments.read_bytes(connection, found).startswith(b"Note.txt : deux")
    assert verify(b.store.path).faults == ()
    assert a.fingerprint == b.fingerprint


def test_the_same_workbook_again_changes_nothing(a, b, row, join):
    join(a, row)
    book = a.export(TEAM)
    b.take(b.preview(book))
    before = b.store.path.read_bytes()

    plan = b.preview(book)
    assert kinds(plan) == {}
    assert plan.batch.blobs == ()
    b.take(plan)

    assert b.store.path.read_bytes() == before


def test_an_unedited_workbook_proposes_nothing_at_home(a, row, join):
    join(a, row)

    assert kinds(a.preview(a.export(TEAM))) == {}


def test_files_of_contacts_structures_and_indicators_travel_too(a, b, join):
    for entity, given in (
        ("contact", {"last_name": "Accueil"}),
        ("organisation", {"name": "CAF"}),
        ("indicator", {"title": "Part"}),
    ):
        join(a, a.add(entity, **given), f"{entity}.txt", entity=entity)

    b.receive(a)

    assert b.store.writer().execute("SELECT count(*) FROM attachment_blob").fetchone() == (3,)


def test_the_sheet_tells_each_file_and_is_not_typed_in(a, row, join):
    id = join(a, row)
    book = a.export(TEAM)

    assert cells(book, id, "info.name", "info.record", "info.size", "info.file") == [
        "Note.txt", "Action\u00a0: Repair café", "33\u00a0octets", "dans ce classeur",
    ]  # fmt: skip
    with opened(book) as changed:
        sheet = sheet_of(changed, "attachment")
        headings = [str(cell.value) for cell in sheet[2]]
        assert headings[1] == "Nom du fichier (lecture seule)"
        sheet.cell(row_of(sheet, id), 2).value = "Autre.exe"
        sheet.cell(sheet.max_row + 1, 2).value = "Inventée.pdf"
    plan = a.preview(book)

    assert kinds(plan) == {}
    assert any("une pièce jointe s’ajoute dans l’application" in info for info in plan.infos)


def test_a_remark_typed_in_the_sheet_and_a_deletion_come_back(a, row, join):
    id, other = join(a, row), join(a, row, "Autre.txt")
    book = edit(a.export(TEAM), "attachment", id, note="À relire")
    edit(book, "attachment", other, deleted="supprimer")

    plan = a.preview(book)
    assert change(plan, Kind.UPDATED).field == "note"
    a.take_all(plan)

    assert [(one.name, one.note) for one in files(a, row)] == [("Note.txt", "À relire")]


def test_an_import_taken_back_takes_the_rows_and_keeps_the_bytes(a, b, row, join):

    join(a, row)
    applied = b.take(b.preview(a.export(TEAM)))

    undo_import(b.store, applied.import_id)
    assert files(b, row) == []
    b.receive(a)

    assert b.store.writer().execute("SELECT count(*) FROM attachment_blob").fetchone() == (1,)


def test_a_deleted_file_is_not_carried(a, b, row, join):
    records.delete(a.store, "attachment", [join(a, row)])

    book = a.export(TEAM)

    assert not [key for key, _ in hidden(book) if key.startswith("p0")]
    b.take(b.preview(book))
    assert files(b, row) == []


# -- the room there is ------------------------------------------------------------------------------------------------


def test_the_latest_files_leave_within_the_room_and_the_others_say_where_they_stayed(a, b, row, join, monkeypatch):
    monkeypatch.setattr(export, "CARRIED", 2_500)
    old, middle, new = (join(a, row, f"{n}.txt", 1_000) for n in (1, 2, 3))
    made = export.export_workbook(a.store, a.folder / "plein.xlsx", profile=TEAM, now=a.clock())

    assert made.notes == (
        "1\u00a0pièce jointe n’est pas dans ce classeur\u00a0: la feuille des pièces jointes dit sur quel ordinateur.",
    )
    said = [cells(made.path, one, "info.file")[0] for one in (old, middle, new)]
    assert said == ["restée sur l’ordinateur de\u00a0Nord", "dans ce classeur", "dans ce classeur"]
    b.take(b.preview(made.path))

    here = {one.name: one.where_words for one in files(b, row)}
    assert here == {"1.txt": "restée sur l’ordinateur de\u00a0Nord", "2.txt": "", "3.txt": ""}
    assert verify(b.store.path).is_sound
    # What passes through a third laptop still names the first.
    relayed = b.export(TEAM)
    assert cells(relayed, old, "info.file") == ["restée sur l’ordinateur de\u00a0Nord"]


def test_twenty_megabytes_leave_and_no_more(a, row, tmp_path):
    for number in range(3):
        path = tmp_path / f"{number}.pdf"
        path.write_bytes(b"%PDF-1.7" + os.urandom(8_000_000))
        attachments.attach(a.store, "action", row, path)

    book = a.export(TEAM)

    carried = read_files(hidden(book))
    assert carried.fault == ""
    assert sum(map(len, carried.files.values())) == 16_000_016
    assert book.stat().st_size < 20_000_000


def test_a_file_left_behind_comes_with_a_later_workbook_without_any_other_change(a, b, row, join, monkeypatch):
    join(a, row)
    monkeypatch.setattr(export, "CARRIED", 0)
    b.receive(a)
    assert not files(b, row)[0].is_here
    monkeypatch.undo()
    heard = []
    b.store.on_commit(heard.append)

    plan = b.preview(a.export(TEAM))
    assert kinds(plan) == {}
    b.take(plan)

    assert files(b, row)[0].is_here
    assert heard[-1].touches("attachment")
    assert a.fingerprint == b.fingerprint


def test_a_workbook_too_heavy_leaves_its_files_rather_than_its_rows(a, row, join, monkeypatch):
    path = a.folder / "lourd.pdf"
    path.write_bytes(b"%PDF-1.7" + os.urandom(300_000))
    attachments.attach(a.store, "action", row, path)
    monkeypatch.setattr(export, "Limits", lambda: Limits(file_bytes=200_000))

    book = a.export(TEAM)

    assert read_files(hidden(book)).files == {}
    assert kinds(a.preview(book)) == {}


def test_only_the_files_of_a_quartier_leave_with_it(a, b, join):
    north, south = (a.add("territory", name=name, kind="district") for name in ("Nord", "Sud"))
    here, there = (a.add(title=name, territories=(name_id,)) for name, name_id in (("Ici", north), ("Là", south)))
    join(a, here, "Ici.txt")
    join(a, there, "Ailleurs.txt")

    book = a.export(TEAM, district=north)

    assert [len(data) for data in read_files(hidden(book)).files.values()] == [32]
    b.take(b.preview(book))
    assert [one.name for one in files(b, here)] == ["Ici.txt"]
    assert files(b, there) == []


# -- for a partner ----------------------------------------------------------------------------------------------------


def test_a_partner_receives_nothing_of_the_files(a, row, join):
    id = join(a, row, "Tres confidentiel.txt")

    book = a.export(PARTNER)

    (found,) = files(a, row)
    with zipfile.ZipFile(book) as archive:
        unfolded = b"\0".join(archive.read(part) for part in archive.namelist())
    pairs = dict(hidden(book))
    packed = base64.b64decode("".join(value for key, value in pairs.items() if key.startswith("b0")))
    unfolded += zlib.decompress(packed)
    for told in (b"Tres confidentiel", b"attachment", found.sha256.encode(), id.replace("-", "").encode(), b"pieces_n"):
        assert told not in unfolded, told
    assert bytes.fromhex(id.replace("-", "")) not in base64.b64decode(json.loads(zlib.decompress(packed))["rows"])


def test_asking_the_files_for_a_partner_is_refused(a, row, join):
    join(a, row)

    with pytest.raises(BadValue, match="reste dans l’équipe"):
        a.export(PARTNER, entities=("attachment",))
    assert kinds(a.preview(a.export(TEAM, entities=("attachment",)))) == {}


# -- altered ----------------------------------------------------------------------------------------------------------


def altered(text):
    """The same length, another content, at the end of the piece."""
    data = bytearray(base64.b64decode(text))
    data[-1] ^= 1
    return base64.b64encode(bytes(data)).decode()


def test_a_file_altered_on_the_way_is_left_out_and_the_rest_is_taken(a, b, row, join):
    join(a, row)
    book = set_hidden(a.export(TEAM), p0001=altered)

    plan = b.preview(book)
    assert any("1\u00a0pièce jointe est altérée et n’est pas prise" in info for info in plan.infos)
    b.take(plan)

    (found,) = files(b, row)
    assert not found.is_here
    b.receive(a)
    assert files(b, row)[0].is_here


@pytest.mark.parametrize(
    "lines",
    [
        {"pieces_n": "2"},
        {"pieces_n": "zéro"},
        {"p0001": "pas du base64 !"},
        {"p0001": base64.b64encode(b"5\nabc").decode()},
        {"p0001": base64.b64encode(b'[["zz",3]]\nabc').decode()},
        {"p0001": base64.b64encode(b'{"a":1}\nabc').decode()},
        {"p0001": base64.b64encode(b"[1,2]\nabc").decode()},
        {"p0001": base64.b64encode(f'[["{"a" * 64}",true]]\na'.encode()).decode()},
        {"p0001": base64.b64encode(f'[["{"a" * 64}",99000000]]\na'.encode()).decode()},
        {"p0001": base64.b64encode(b"[" * 50_000 + b"\n").decode()[:30_000]},
    ],
    ids=lambda lines: next(iter(lines.values()))[:16],
)
def test_pieces_of_the_wrong_shape_are_all_left_out(a, b, row, join, lines):
    join(a, row)
    plan = b.preview(set_hidden(a.export(TEAM), **lines))

    assert plan.batch.blobs == ()
    assert any("sont altérées" in info for info in plan.infos)
    b.take(plan)
    assert files(b, row)[0].is_here is False


def test_pieces_that_no_row_names_are_not_kept(a, b, row, join):
    join(a, row)
    stranger = dict(pairs_of_files([b"Un fichier que personne n'a joint"]))

    plan = b.preview(set_hidden(a.export(TEAM), **stranger))

    assert plan.batch.blobs == ()


def test_more_than_may_be_carried_is_refused():
    lines = dict(pairs_of_files([bytes(9_000_000), bytes([1]) * 9_000_000, bytes([2]) * 9_000_000]))

    assert "sont altérées" in read_files(list(lines.items())).fault


def test_files_are_folded_and_unfolded_whole():
    sent = [b"a", b"\n" * 40_000, bytes(range(256)) * 300]

    carried = read_files(pairs_of_files(sent))

    assert carried.files == {sha256(data).hexdigest(): data for data in sent}
    assert pairs_of_files([]) == []
    assert read_files([]).files == {}


# -- whole or not at all ----------------------------------------------------------------------------------------------


def test_an_import_that_fails_leaves_no_bytes(a, b, row, join, monkeypatch):
    join(a, row)
    plan = b.preview(a.export(TEAM))

    def fail(*_):
        raise RuntimeError("kill")

    monkeypatch.setattr(importing, "_prove", fail)
    with pytest.raises(RuntimeError):
        b.take(plan, Decisions())

    assert b.store.writer().execute("SELECT count(*) FROM attachment_blob").fetchone() == (0,)


def test_a_workbook_without_files_is_written_as_before(a, row):
    with a.export(TEAM).open("rb") as file:
        keys = [key for key, _ in read_pairs(CalamineWorkbook.from_filelike(file))]

    assert not [key for key in keys if key.startswith("p") and key not in ("profil", "portee_json")]


def test_a_version_that_knows_no_files_reads_the_workbook_without_them(a, row, join, monkeypatch):
    """What is not `b0001`… was a line of the header, and unknown lines of a header were passed over."""
    join(a, row)
    lines = hidden(a.export(TEAM))
    monkeypatch.setattr(hidden_sheet, "is_key", lambda key: False)

    header = hidden_sheet.read_header(lines)

    assert (header.profile, header.version) == ("equipe", 1)


def test_the_same_file_joined_on_two_laptops_is_one(tmp_path):
    with laptop(tmp_path, "a") as a, laptop(tmp_path, "b") as b:
        row = a.add(title="Jardin")
        b.receive(a)
        for one, name in ((a, "Plan.txt"), (b, "Plan du jardin.txt")):
            file = tmp_path / name
            file.write_text("Le même plan.", encoding="utf-8")
            attachments.attach(one.store, "action", row, file)
            (tmp_path / name).unlink()

        b.receive(a)
        a.receive(b)

        for one in (a, b):
            with one.store.read() as connection:
                (found,) = attachments.of_record(connection, "action", row)
            assert found.name == "Plan du jardin.txt"
            assert found.is_here
            assert one.conflicts == []
        assert a.fingerprint == b.fingerprint


def test_a_file_joined_again_comes_back_from_the_bin_with_its_remark(tmp_path):
    with laptop(tmp_path, "a") as a:
        row = a.add(title="Jardin")
        file = tmp_path / "Plan.txt"
        file.write_text("Le plan.", encoding="utf-8")
        first = attachments.attach(a.store, "action", row, file, note="Vu le 3 mars")
        records.delete(a.store, "attachment", [first])

        again = attachments.attach(a.store, "action", row, file)

        assert again == first
        with a.store.read() as connection:
            (found,) = attachments.of_record(connection, "action", row)
        assert found.note == "Vu le 3 mars"
