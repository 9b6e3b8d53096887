"""Exporting: what the workbook holds, what a partner does not receive, what happens when it goes wrong."""

import base64
import re
import zipfile
import zlib
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from app.errors import Cancelled, PlaceFails, UnknownField
from app.exchange import export as exporting
from app.exchange import self_check
from app.exchange.blob_reading import unpack
from app.exchange.cell_values import Outcome, Scope
from app.exchange.cells import read_cell
from app.exchange.export import TooMuchForWorkbook, export_workbook
from app.exchange.gathering import KEPT_FROM_PARTNERS
from app.exchange.hidden_sheet import read_hidden
from app.exchange.layout import FIRST_ROW, Profile, columns_of
from app.exchange.reader import read_here
from app.exchange.references import Names
from app.exchange.rendering import CUT_MENTION, render, shorten
from app.exchange.self_check import Difference, SelfCheckFailed
from app.exchange.tokens import Token, read_token
from app.models.declare import entity, link, links, money, text
from app.models.fields import Kind
from app.models.fields import store as stored
from app.models.registry import ENTITIES
from app.notebook import log
from app.notebook.exports import exports_called
from app.notebook.merge import DELETED, STATE
from app.notebook.store import Store
from tests.exchange.examples import few
from tests.factories import WallClock, action, contact, exchange, notebook, objective, values

NOW = datetime(2026, 11, 24, 14, 3, tzinfo=UTC)


@pytest.fixture
def store(tmp_path):
    with notebook(tmp_path / "essai.carnet", author="Camille Auteur") as opened:
        yield opened


def export(store: Store, path: Path, profile: Profile = Profile.TEAM, **options) -> exporting.Export:
    return export_workbook(store, path / "classeur.xlsx", profile=profile, now=NOW, **options)


def hidden_of(path: Path):
    with path.open("rb") as file:
        return read_hidden(self_check.read_pairs(CalamineWorkbook.from_filelike(file)))


def sheet_of(path: Path, entity: str):
    hidden = hidden_of(path)
    (name,) = [one.name for one in hidden.header.sheets if one.entity == entity]
    return openpyxl.load_workbook(path)[name]


def shown(path: Path, entity: str) -> list[dict[str, object]]:
    """The rows of a sheet by technical key."""
    keys, _, *rows = sheet_of(path, entity).iter_rows(values_only=True)
    return [dict(zip([key.partition(".")[2] for key in keys], row, strict=True)) for row in rows if any(row)]


def changed_cells(path: Path) -> tuple[int, list[str]]:
    """How many cells were read as the import does, and the address of those that do not say what their base says."""
    book, hidden = read_here(path), hidden_of(path)
    names = Names({}, exported=hidden.payload.labels)
    looked, found = 0, []
    for entry in hidden.header.sheets:
        sheet = next(one for one in book.sheets if one.name == entry.name)
        fields = ENTITIES[entry.entity].fields
        for number in range(FIRST_ROW + 1, FIRST_ROW + 1 + entry.rows):
            token = read_token(str(sheet.cell(number, 1).value))
            assert isinstance(token, Token)
            row = hidden.payload.base[entry.entity][token.row]
            for place, key in enumerate(entry.keys, start=1):
                field = fields.get(key.partition(".")[2])
                if field is None:
                    continue
                known = row.cells.get(field.key)
                if field.kind is Kind.LINKS:
                    prefix = f"link:{field.key}:"
                    base = tuple(
                        sorted(k.removeprefix(prefix) for k, c in row.cells.items() if k.startswith(prefix) and c.value)
                    )
                else:
                    base = known.value if known else None
                if known and known.locked:
                    continue
                looked += 1
                cell = sheet.cell(number, place)
                if read_cell(field, cell, base, scope=Scope(entry.name, names)).outcome is not Outcome.UNCHANGED:
                    found.append(f"{entry.name}!{cell.address}")
    return looked, found


def everything_in(path: Path) -> str:
    """All that the bytes of a workbook say: its parts unzipped, and its blob unfolded."""
    parts = []
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            parts.append(archive.read(name).decode("utf-8"))
    pairs = self_check.read_pairs(CalamineWorkbook.from_path(path))
    packed = base64.b64decode("".join(text for key, text in sorted(pairs) if re.fullmatch(r"b\d+", key)))
    parts.append(zlib.decompress(packed).decode("utf-8"))
    return "\n".join(parts)


# -- what people see ----------------------------------------------------------------------------------------------


def test_the_sheets_are_tables_frozen_below_their_headings(store, tmp_path):
    with store.write("Créer") as write:
        action(write, title="Repair café")
    made = export(store, tmp_path)

    book = openpyxl.load_workbook(made.path)

    assert book.sheetnames[0] == "Lisez-moi"
    assert book["Listes"].sheet_state == "hidden"
    assert book["_sync"].sheet_state == "veryHidden"
    sheet = book["Actions"]
    assert sheet.freeze_panes == "B3"
    assert sheet.row_dimensions[1].hidden
    assert list(sheet.tables) == ["T_action"]
    assert sheet.tables["T_action"].ref.startswith("A2:")
    assert (sheet["A2"].value, sheet["A1"].value) == ("Réf. (ne pas modifier)", "#action.id")
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.print_title_rows == "$2:$2"
    rules = {str(rule.sqref).split(":")[0]: rule for rule in sheet.data_validations.dataValidation}
    assert (rules["A3"].type, rules["A3"].errorStyle) == ("custom", None)
    status = sheet.cell(
        1, 1 + [column.key for column in columns_of(ENTITIES["action"], Profile.TEAM)].index("#action.status")
    )
    rule = rules[f"{status.column_letter}3"]
    assert (rule.type, rule.errorStyle) == ("list", "warning")
    assert rule.formula1.startswith("Listes!")
    assert {prop.name: prop.value for prop in book.custom_doc_props.props}["CarnetCode"] == made.code4
    assert book.properties.creator == "Carnet de quartier"


def test_each_kind_is_written_as_its_kind(store, tmp_path):
    with store.write("Créer") as write:
        row = action(
            write, title="=cmd|'/c calc'!A1", code="00123", status="running", progress=Decimal(60),
            start=date(2026, 3, 1), end=date(1899, 12, 31),
        )  # fmt: skip
        organisation = write.create(
            "organisation", name="CAF", siret="26590001200019", phone="03 20 00 00 00", generic=True
        )
        write.set("action", row, promoter=organisation)
        indicator = write.create("indicator", title="Taux", nature="context", base_value=Decimal("0.3"), base_year=2024)
    made = export(store, tmp_path)

    line = shown(made.path, "action")[0]
    assert line["title"] == "=cmd|'/c calc'!A1"
    assert (line["code"], line["status"], line["promoter"]) == ("00123", "En cours", "CAF")
    assert (line["progress"], line["start"], line["end"]) == (0.6, datetime(2026, 3, 1), "1899-12-31")
    cells = (
        {sheet.value: cell for sheet, cell in zip(*sheet_of(made.path, "action").iter_rows(1, 3), strict=False) if cell}
        if False
        else {}
    )
    assert cells == {}
    structure = shown(made.path, "organisation")[0]
    assert (structure["siret"], structure["phone"], structure["generic"]) == ("26590001200019", "03 20 00 00 00", "Oui")
    known = shown(made.path, "indicator")[0]
    assert (known["base_value"], known["base_year"]) == (0.3, 2024)
    assert read_token(str(known["id"])) == Token("indicator", indicator, made.code4)
    formats = {cell.value: cell for cell in sheet_of(made.path, "action")[3]}
    assert formats["=cmd|'/c calc'!A1"].data_type == "s"
    assert formats["00123"].number_format == "@"
    assert formats[0.6].number_format == "0%"


def test_conflicts_are_orange_with_their_values(tmp_path):
    clock = WallClock()
    with notebook(tmp_path / "a.carnet", author="Équipe Est", clock=clock) as est:
        with est.write("Créer") as write:
            row = action(write, title="Repair")
        with notebook(tmp_path / "b.carnet", author="Équipe Nord", clock=clock) as north:
            exchange(est, north)
            for one, title in ((est, "Repair café"), (north, "Atelier vélo")):
                with one.write("Modifier") as write:
                    write.set("action", row, title=title)
            exchange(north, est)
        team = export(est, tmp_path).path
        partner = export_workbook(est, tmp_path / "p.xlsx", profile=Profile.PARTNER, now=NOW).path

    for path, signed in ((team, True), (partner, False)):
        (cell,) = [cell for cell in sheet_of(path, "action")[3] if cell.value == "Atelier vélo"]
        assert cell.fill.start_color.rgb == "FFFFC98A"
        assert "Repair café" in cell.comment.text
        assert ("Équipe Est" in cell.comment.text) is signed
        assert ("Conflits" in openpyxl.load_workbook(path).sheetnames) is signed
        known = hidden_of(path).payload.base["action"][row].cells["title"]
        assert (known.value, len(known.heads)) == ("Atelier vélo", 2)


def test_rows_named_alike_are_told_apart(store, tmp_path):
    with store.write("Créer") as write:
        for code in ("A1", "A2"):
            write.create("step", action=action(write, title="Fête", code=code), title=f"de {code}")
    path = export(store, tmp_path).path

    assert {(line["title"], line["action"]) for line in shown(path, "step")} == {
        ("de A1", "Fête (A1)"), ("de A2", "Fête (A2)"),
    }  # fmt: skip


def test_a_text_too_long_for_a_cell_is_shortened_and_locked(store, tmp_path):
    """D75."""
    whole = "Été 😀 " * 6_000
    with store.write("Créer") as write:
        row = action(write, description=whole)
    made = export(store, tmp_path)

    line = shown(made.path, "action")[0]
    assert str(line["description"]).endswith(CUT_MENTION)
    payload = hidden_of(made.path).payload
    assert payload.base["action"][row].cells["description"].locked
    assert payload.base["action"][row].cells["description"].value == whole.strip()
    assert made.notes
    assert values(store, "action", row)["description"] == whole.strip()


def test_an_empty_notebook_has_its_sheets(store, tmp_path):
    made = export(store, tmp_path)

    assert set(made.counts) == set(ENTITIES)
    assert len(openpyxl.load_workbook(made.path).sheetnames) == len(ENTITIES) + 3


# -- what comes back ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("profile", Profile)
def test_an_export_read_back_shows_no_difference(store, tmp_path, profile):
    """D33."""
    with store.write("Créer") as write:
        goal = objective(write, title="Vivre mieux ; ensemble")
        row = action(write, title="Café", objective=goal, progress=Decimal("12.5"), start=date(2026, 2, 28))
        theme = write.create("theme", kind="public", title="Jeunes ; adultes")
        write.link("action", row, "themes", theme)
        write.create("measurement", indicator=write.create("indicator", title="I", nature="context"),
                     value=Decimal("12345678901234567890.5"), low=Decimal("-0.1"), masked=False)  # fmt: skip
    looked, found = changed_cells(export(store, tmp_path, profile).path)

    assert found == []
    assert looked > 60


nasty = st.text(st.characters(blacklist_categories=("Cs",)), max_size=60) | st.sampled_from(
    ["=1+1", "00123", "1E5", "'x", "_x0041_", "_x005F_x0041_", "e\u0301", "\u202eabc", "@a", "+33", "TRUE",
      "#REF!", "a\nb", "  a ", "\ufffe", "31/12/2026", "12 %", "<&>\"'", "]]>", "\u200b"]
)  # fmt: skip


@few(8)
@given(lines=st.lists(st.tuples(nasty, nasty, nasty), min_size=1, max_size=6))
def test_whatever_is_typed_comes_back(tmp_path_factory, lines):
    folder = tmp_path_factory.mktemp("nasty")
    with notebook(folder / "n.carnet") as store:
        with store.write("Créer") as write:
            for title, code, description in lines:
                organisation = write.create("organisation", name=f"O{title}"[:200], acronym=code)
                action(write, title=title or "x", code=code, description=description, promoter=organisation)
        path = export(store, folder).path
        assert changed_cells(path)[1] == []


@pytest.mark.parametrize("text_of", ["x" * 32_767, "x" * 32_768, "😀" * 16_384, "a\ufffeb", "😀" * 16_383])
def test_a_title_without_end_does_no_harm(tmp_path, text_of):
    """It is in the sheet of actions, in the links of steps, and would be in the list they choose from."""
    with notebook(tmp_path / "n.carnet") as store:
        with store.write("Créer") as write:
            write.create("step", action=action(write, title=text_of, blocking_point=text_of), title="Étape")
        path = export(store, tmp_path).path
        assert changed_cells(path)[1] == []


@given(st.dates(), st.decimals(-(10**12), 10**12, places=2), st.decimals(0, 100, places=1))
def test_what_is_rendered_keeps_the_value(day, amount, share):
    declared = money("cost", "Coût")
    assert Decimal(repr(render(declared, [stored(declared, amount)], {})[0])) == amount
    progress = ENTITIES["action"].fields["progress"]
    assert round(Decimal(repr(render(progress, [stored(progress, share)], {})[0])) * 100, 1) == share
    start = ENTITIES["action"].fields["start"]
    written = render(start, [day.isoformat()], {})[0]
    assert written == (day if day >= date(1900, 3, 1) else day.isoformat())


def test_a_text_is_shortened_by_what_excel_counts():
    assert shorten("é" * 32_767) is None
    assert shorten("é" * 32_768).endswith(CUT_MENTION)
    assert shorten("😀" * 16_383) is None
    assert len(shorten("😀" * 20_000).encode("utf-16-le")) // 2 <= 32_767
    assert shorten("a\ufffeb") == "ab"


def test_the_team_receives_the_whole_log(store, tmp_path):
    with store.write("Créer") as write:
        row = action(write, title="Ancien", internal_note="entre nous")
        gone = action(write, title="Supprimée")
    with store.write("Modifier") as write:
        write.set("action", row, title="Nouveau")
        write.delete("action", gone)
    path = export(store, tmp_path).path

    hidden = hidden_of(path)
    assert hidden.payload.log == log.everything(store.writer())
    assert hidden.header.profile == "equipe"
    assert hidden.header.scope.complete
    known = hidden.payload.base["action"]
    assert list(known) == [row]
    assert known[row].cells["title"].value == "Nouveau"
    # A delete by hand will have seen every field, those without a column too.
    heads = {op for (op,) in store.writer().execute("SELECT op_id FROM head WHERE row = ?", (log.row_bytes(row),))}
    assert known[row].seen == heads


def test_a_made_up_entity_leaves_without_a_line_of_code(tmp_path, monkeypatch):
    visit = entity(
        "visit", "Visite", "Visites", "f",
        text("title", "Intitulé", required=True),
        money("cost", "Coût"),
        link("action", "Action", "action"),
        links("themes", "Thèmes", "theme"),
        title="title",
    )  # fmt: skip
    every = {**ENTITIES, "visit": visit}
    for module in ("models.registry", "notebook.materialise", "notebook.search", "services.records"):
        monkeypatch.setattr(f"app.{module}.ENTITIES", every, raising=False)
    monkeypatch.setattr("tests.exchange.test_export.ENTITIES", every)
    with notebook(tmp_path / "n.carnet") as store:
        with store.write("Créer") as write:
            theme = write.create("theme", kind="public", title="Jeunes")
            row = write.create("visit", title="Rue du Coq", cost=Decimal("12.30"), action=action(write, title="Repair"))
            write.link("visit", row, "themes", theme)
        made = export(store, tmp_path)
        assert changed_cells(made.path)[1] == []

    (line,) = shown(made.path, "visit")
    assert (line["title"], line["cost"], line["action"], line["themes"]) == ("Rue du Coq", 12.3, "Repair", "Jeunes")
    assert made.counts["visit"] == 1


# -- scope and partners -------------------------------------------------------------------------------------------


@pytest.fixture
def two_districts(store):
    """A notebook of two quartiers, with secrets everywhere; returns the id of Est."""
    with store.write("Créer") as write:
        town = write.create("territory", name="Ville", kind="municipality")
        est = write.create("territory", name="Est", kind="district", parents=(town,))
        ouest = write.create("territory", name="Ouestissime", kind="district", parents=(town,))
        ours = write.create("organisation", name="CAF", territories=(est,), representative="Représentant Caché")
        theirs = write.create("organisation", name="Structure Voisine", territories=(ouest,))
        binned = write.create("organisation", name="Structure Jetée")
        goal = objective(write, title="Objectif Partagé")
        first = action(
            write, title="Action Ancienne", territories=(est, ouest), promoter=theirs, objective=goal,
            internal_note="Note Secrète",
        )  # fmt: skip
        action(write, title="Action Voisine", territories=(ouest,))
        action(write, title="Action Commune")
        second = action(write, title="Action Est", territories=(est,), promoter=binned)
        write.create("step", action=second, title="Étape Est")
        contact(write, last_name="Dupuis", organisation=ours, private_phone="0600000001")
        contact(write, last_name="Voisinet", organisation=theirs)
        indicator = write.create("indicator", title="Chômage", nature="context")
        write.create("measurement", indicator=indicator, territory=est, year=2024, value=Decimal(17))
        write.create("measurement", indicator=indicator, territory=ouest, year=2025, value=Decimal("424242"))
        project = write.create("project", title="Projet Voisin", territory=ouest)
        objective(write, title="Objectif Voisin", project=project)
        write.create("action_partner", action=second, organisation=ours)
        write.create("action_partner", action=second, organisation=theirs, role="Rôle Voisin")
    with store.write("Modifier") as write:
        write.set("action", first, title="Action Double")
        write.delete("organisation", binned)
    return est


SECRETS = (
    "Ouestissime", "Représentant Caché", "Structure Voisine", "Structure Jetée", "Action Ancienne", "Note Secrète",
    "Action Voisine", "0600000001", "Voisinet", "424242", "Projet Voisin", "Objectif Voisin", "Camille Auteur",
    "internal_note", "private_phone", "Rôle Voisin",
)  # fmt: skip


def test_d70_a_partner_receives_nothing_of_others(store, two_districts, tmp_path):
    """P17, D70."""
    path = export(store, tmp_path, Profile.PARTNER, district=two_districts).path

    said = everything_in(path)

    assert [secret for secret in SECRETS if secret in said] == []
    replica = store.replica().id
    assert hidden_of(path).payload.log is None
    # The id of the notebook that wrote it is there, its label is not.
    assert replica.hex() in said
    titles = {line["title"]: line for line in shown(path, "action")}
    assert set(titles) == {"Action Double", "Action Commune", "Action Est"}
    assert titles["Action Double"]["territories"] == "Est"
    assert titles["Action Double"]["promoter"] == KEPT_FROM_PARTNERS
    assert titles["Action Est"]["promoter"] == KEPT_FROM_PARTNERS
    assert changed_cells(path)[1] == []


def test_the_secrets_are_looked_for_where_they_would_be(store, two_districts, tmp_path):
    """The search above finds them all in the workbook of the team: it would see a leak."""
    said = everything_in(export(store, tmp_path).path)

    assert [secret for secret in SECRETS if secret not in said] == []


def test_a_delete_by_a_partner_will_have_seen_the_columns_kept_from_them(store, two_districts, tmp_path):
    path = export(store, tmp_path, Profile.PARTNER, district=two_districts).path

    for table in hidden_of(path).payload.base.values():
        for row in table:
            query = "SELECT op_id FROM head WHERE row = ?"
            heads = {op for (op,) in store.writer().execute(query, (log.row_bytes(row),))}
            assert table[row].seen == heads


def test_the_team_of_a_quartier_receives_its_log_and_what_it_leads_to(store, two_districts, tmp_path):
    made = export(store, tmp_path, district=two_districts)

    hidden = hidden_of(made.path)
    assert not hidden.header.scope.complete
    assert hidden.header.scope.title == "Est"
    written = {write.value for m in hidden.payload.log.modifications for write in m.writes.values()}
    assert {"Action Ancienne", "Structure Voisine", "Structure Jetée"} <= written
    assert not {"Action Voisine", "Voisinet", "Objectif Voisin"} & written
    # What was deleted in the quartier must be known elsewhere too.
    assert any(m.writes.get(STATE) and m.writes[STATE].value == DELETED for m in hidden.payload.log.modifications)
    known = {m.op_id for m in hidden.payload.log.modifications}
    assert all(head in known for table in hidden.payload.base.values() for row in table for head in table[row].seen)
    assert "quartier Est" in everything_in(made.path)
    assert changed_cells(made.path)[1] == []


def test_only_the_sheets_asked_for(store, two_districts, tmp_path):
    made = export(store, tmp_path, entities=("step", "action"))

    assert list(made.counts) == ["action", "step"]
    assert openpyxl.load_workbook(made.path).sheetnames == ["Lisez-moi", "Actions", "Étapes", "Listes", "_sync"]
    assert changed_cells(made.path)[1] == []
    with pytest.raises(UnknownField):
        export(store, tmp_path, entities=("nothing",))


# -- where it goes ------------------------------------------------------------------------------------------------


def test_the_export_is_remembered_without_values(store, two_districts, tmp_path):
    made = export(store, tmp_path, Profile.PARTNER, district=two_districts)

    with store.read() as connection:
        (known,) = exports_called(connection, made.code4)
    assert (known.export_id, known.profile, known.path) == (made.export_id, "partenaire", str(made.path))
    base = unpack(known.base, recall=lambda op_id, key: f"value of {key}").base
    carried = hidden_of(made.path).payload.base
    assert {key: set(table) for key, table in base.items()} == {key: set(table) for key, table in carried.items()}
    for key, table in carried.items():
        for row in table:
            assert base[key][row].seen == table[row].seen
            assert {k: c.locked for k, c in base[key][row].cells.items() if c.locked} == {
                k: c.locked for k, c in table[row].cells.items() if c.locked
            }


def test_a_folder_gets_a_name_that_says_what_it_is(store, two_districts, tmp_path):
    made = export_workbook(store, tmp_path, profile=Profile.TEAM, district=two_districts, now=NOW)

    assert made.path.name == f"Projets_Est_2026-11-24_{made.code4}.xlsx"


def test_progress_goes_forward_and_cancelling_leaves_nothing(store, two_districts, tmp_path):
    told: list[float] = []
    export(store, tmp_path, progress=lambda share, sentence: told.append(share))
    assert told[-1] == 1
    assert told[0] == 0

    before = (tmp_path / "classeur.xlsx").read_bytes()
    for stop_at in range(0, len(told), max(1, len(told) // 12)):
        calls = iter(range(10_000))
        with pytest.raises(Cancelled):
            export(store, tmp_path, cancelled=lambda calls=calls, stop_at=stop_at: next(calls) >= stop_at)
    assert (tmp_path / "classeur.xlsx").read_bytes() == before
    assert {path.suffix for path in tmp_path.iterdir()} == {".carnet", ".lock", ".xlsx"} or not list(
        tmp_path.glob("*.tmp")
    )


def test_a_difference_that_cannot_be_locked_leaves_no_file(store, two_districts, tmp_path, monkeypatch):
    monkeypatch.setattr(self_check, "differences", lambda *_, **__: [Difference(0, 0, 0, False)])

    with pytest.raises(SelfCheckFailed):
        export(store, tmp_path)
    assert list(tmp_path.glob("*.xlsx*")) == []


def test_a_text_that_does_not_survive_is_locked(store, tmp_path, monkeypatch):
    with store.write("Créer") as write:
        row = action(write, title="fragile")
    real = self_check.differences
    place = [column.key for column in columns_of(ENTITIES["action"], Profile.TEAM)].index("#action.title")
    once = iter([[Difference(0, 0, place, True)]])
    monkeypatch.setattr(self_check, "differences", lambda *a, **k: next(once, None) or real(*a, **k))

    path = export(store, tmp_path).path

    assert hidden_of(path).payload.base["action"][row].cells["title"].locked


def test_the_self_check_sees_a_cell_that_differs(store, tmp_path, monkeypatch):
    with store.write("Créer") as write:
        action(write, title="juste", progress=Decimal(10))
    real = exporting.write_book

    def lying(book, path, folder, **options):
        (content, *others) = book.sheets
        columns = [[0.99 if value == 0.1 else value for value in column] for column in content.columns]
        real(type(book)(**{name: getattr(book, name) for name in book.__slots__} | {
            "sheets": (type(content)(content.layout, columns), *others)}), path, folder, **options)  # fmt: skip

    monkeypatch.setattr(exporting, "write_book", lying)
    with pytest.raises(SelfCheckFailed, match="Actions"):
        export(store, tmp_path)
    assert list(tmp_path.glob("*.xlsx*")) == []


def test_a_place_that_refuses_is_said_in_french(store, tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(PlaceFails):
        export_workbook(store, tmp_path / "file" / "classeur.xlsx", profile=Profile.TEAM, now=NOW)
    with pytest.raises(PlaceFails, match=r"\.xlsx"):
        export_workbook(store, tmp_path / "classeur.xls", profile=Profile.TEAM, now=NOW)


def test_what_could_not_be_read_back_is_not_written(store, two_districts, tmp_path, monkeypatch):
    from app.exchange.limits import Limits

    monkeypatch.setattr(exporting, "Limits", lambda: Limits(cells=10))
    with pytest.raises(TooMuchForWorkbook, match="cellules"):
        export(store, tmp_path)
    monkeypatch.setattr(exporting, "Limits", lambda: Limits(file_bytes=10))
    with pytest.raises(TooMuchForWorkbook, match="Mo"):
        export(store, tmp_path)
    assert list(tmp_path.glob("*.xlsx*")) == []


def test_a_notebook_opened_to_be_read_exports(store, two_districts, tmp_path):
    from app.notebook.store import open_notebook

    with open_notebook(store.path, read_only=True) as reading:
        made = export(reading, tmp_path)
    assert changed_cells(made.path)[1] == []


def test_an_erased_person_is_in_no_sheet(store, tmp_path):
    with store.write("Créer") as write:
        row = contact(write, last_name="Effacée")
    with store.write("Effacer", kind="erasure") as write:
        write.put("contact", row, "_erased", 1)

    path = export(store, tmp_path).path

    assert "Effacée" not in everything_in(path)
    assert shown(path, "contact") == []
