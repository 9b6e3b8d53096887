"""Mode E: tables that never came from a notebook, from the file to the rows."""

from dataclasses import replace

import pytest

from app.exchange.foreign import MappingMemory, Surroundings, look
from app.exchange.foreign_mapping import ForeignMapping, ForeignRefused
from app.exchange.foreign_people import split_name
from app.exchange.plan import prepare
from app.exchange.preview import Kind, nothing
from app.exchange.reader import read_here
from tests.exchange.laptops import TEAM, kinds, laptop
from tests.exchange.tables import as_csv, as_ods, book, programme


@pytest.fixture
def a(tmp_path):
    with laptop(tmp_path, "a") as found:
        yield furnished(found)


def furnished(one):
    """A notebook with what rows of a programme name."""
    one.health = one.add("priority", number=3, title="Promouvoir l’accès aux soins", short_title="Santé")
    one.first = one.add("priority", number=1, title="Réussite éducative")
    one.work = one.add("priority", number=2, title="Emploi")
    one.east = one.add("territory", name="Est", kind="district")
    one.north = one.add("territory", name="Nord", kind="district")
    one.caf = one.add("organisation", name="Caisse d’Allocations Familiales", acronym="CAF")
    return one


def seen(one, path, memory=None, **asked):
    with one.store.read() as connection:
        return look(read_here(path), Surroundings(connection), memory, **asked)


def preview(one, path, mapping=None, **changed):
    mapping = mapping or seen(one, path).mapping
    mapping = replace(mapping, **changed) if changed else mapping
    return prepare(one.store, [path], now=one.clock(), read=read_here, mapping={path: mapping})


def rows_of(one, entity):
    db = one.store.writer()
    cursor = db.execute(f'SELECT * FROM "{entity}" WHERE deleted = 0 ORDER BY id')
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def titled(plan, kind=Kind.NEW):
    return {change.label for change in plan.changes if change.kind is kind}


# -- recognition ----------------------------------------------------------------------------------------------------


def test_a_programme_on_the_third_sheet_is_recognised_with_its_double_headings(a, tmp_path):
    found = seen(a, programme(tmp_path / "plan.xlsx"))

    table, mapping = found.table, found.mapping
    assert (table.sheet.name, table.first, table.last, mapping.entity) == ("Programme 2026", 3, 4, "action")
    assert mapping.columns == {
        "N°": "code", "Intitulé de l'action": "title", "Pilier": "priority", "Porteur": "promoter",
        "Calendrier – Début": "start", "Calendrier – Échéance": "end", "Quartier": "territories",
        "Avancement": "progress", "Budget 2026": "",
    }  # fmt: skip
    assert table.rows == (6, 7, 11)
    assert [(one.row, one.reason) for one in table.left_out] == [
        (5, "titre de partie"), (8, "ligne de total"), (9, "titre de partie"), (10, "en-tête répété"),
        (12, "note sous le tableau"),
    ]  # fmt: skip


def test_what_is_sure_is_told_from_what_is_to_be_checked(a, tmp_path):
    states = {guess.key: guess.state.value for guess in seen(a, programme(tmp_path / "plan.xlsx")).guesses}

    assert states["Intitulé de l'action"] == "sure"
    assert states["N°"] == "check", "the number of a line is hardly a code"
    assert states["Budget 2026"] == "unknown"


@pytest.mark.parametrize(
    ("headings", "entity", "columns"),
    [
        (["Nom de l’association", "N° SIRET", "Adresse du siège", "Mail", "Tél."], "organisation",
         ["name", "siret", "address", "email", "phone"]),
        (["Structure", "Type", "Nom du contact", "Prénom", "Fonction", "Courriel"], "organisation",
         ["name", "category", "contact.last_name", "contact.first_name", "contact.function", "email"]),
        (["NOM", "Prénom", "Organisme", "Fonction", "E-mail"], "contact",
         ["last_name", "first_name", "organisation", "function", "email"]),
        (["Indicateur", "Quartier", "2022", "2023", "2024"], "measurement",
         ["indicator", "territory", "value", "value", "value"]),
        (["Libellé de l’indicateur", "QPV", "Année", "Valeur", "Source"], "measurement",
         ["indicator", "territory", "year", "value", "source"]),
        (["Intitulé du projet", "Porteur (association ou service)", "Date de début prévisionnelle", "Montant accordé"],
         "action", ["title", "promoter", "start", ""]),
    ],
)  # fmt: skip
def test_headings_of_the_trade_are_understood(a, tmp_path, headings, entity, columns):
    path = as_csv(tmp_path / "table.csv", [headings, ["x"]], encoding="utf-8")

    mapping = seen(a, path).mapping

    assert (mapping.entity, list(mapping.columns.values())) == (entity, columns)


def test_what_a_column_holds_tells_it_when_its_heading_does_not(a, tmp_path):
    rows = [
        ["Nom", "Immat.", "Où"],
        ["Association A", "78753212300017", "Est"],
        ["Association B", "12345678900015", "Nord"],
    ]
    guesses = seen(a, as_csv(tmp_path / "t.csv", rows), entity="organisation").guesses

    assert [guess.path for guess in guesses] == ["name", "siret", "territories"]
    assert guesses[1].state.value == "check"


def test_another_entity_may_be_asked_for(a, tmp_path):
    path = as_csv(tmp_path / "t.csv", [["Intitulé", "Priorité"], ["Moins de déchets", "Emploi"]])

    assert seen(a, path, entity="objective").mapping.columns == {"Intitulé": "title", "Priorité": "priority"}


# -- from the table to the notebook -----------------------------------------------------------------------------------


def test_lines_become_actions_with_their_errors_by_cell(a, tmp_path):
    path = programme(tmp_path / "plan.xlsx")

    plan = preview(a, path)

    assert plan.sources[0].mode == "E"
    assert titled(plan) == {"Repair café", "Café des aidants", "Forum des métiers"}
    assert [(fault.sheet, fault.cell) for fault in plan.errors] == [("Programme 2026", "F7")]
    tally = plan.foreign[path].tally
    assert (tally.lines, tally.new, tally.known) == (3, 3, 0)
    assert any("Budget 2026" in info for info in plan.infos)

    applied = a.take(plan)
    assert applied.changes == 3
    by_title = {row["title"]: row for row in rows_of(a, "action")}
    repair = by_title["Repair café"]
    assert (repair["start"], repair["end"], repair["progress"]) == ("2026-03-02", "2026-12-31", "25")
    assert (repair["priority"], repair["promoter"], repair["status"]) == (a.health, a.caf, "planned")
    assert by_title["Café des aidants"]["priority"] == a.first, "« Pilier 1 » is the priority of this number"
    assert set(a.of(by_title["Forum des métiers"]["id"])["territories"]) == {a.east, a.north}


def test_a_second_import_of_the_same_file_brings_nothing(a, tmp_path):
    path = programme(tmp_path / "plan.xlsx")
    a.take(preview(a, path, creates=True))
    state = a.state

    again = preview(a, path, creates=True)

    assert kinds(again) == {"errors": 1}
    assert again.foreign[path].tally.known == 3
    assert a.take(again).import_id == ""
    assert a.state == state


def test_what_was_changed_here_since_is_left_alone_by_the_same_file(a, tmp_path):
    path = programme(tmp_path / "plan.xlsx")
    a.take(preview(a, path))
    row = next(row["id"] for row in rows_of(a, "action") if row["title"] == "Repair café")
    a.set(row, title="Café des bricoleurs", progress=80, territories=(a.east, a.north))

    assert [change for change in preview(a, path).changes if change.ticked] == []
    assert titled(preview(a, path)) == set()


def test_two_laptops_write_the_same_rows(a, tmp_path):
    with laptop(tmp_path, "b") as b:
        b.receive(a)
        path = programme(tmp_path / "plan.xlsx")
        mapping = seen(a, path).mapping
        for one in (a, b):
            one.take(preview(one, path, mapping, creates=True))
        a.receive(b)
        b.receive(a)

        assert len(rows_of(a, "action")) == 3
        assert a.fingerprint == b.fingerprint
        assert a.conflicts == b.conflicts == []


def test_a_row_found_is_completed_and_nothing_filled_is_overwritten(a, tmp_path):
    row = a.add(title="Repair cafe", description=None, progress=60, priority=a.health, code="EST-007")
    path = as_csv(
        tmp_path / "t.csv",
        [
            ["Intitulé de l'action", "Avancement", "Description", "Porteur"],
            ["REPAIR CAFÉ", "25 %", "Deux samedis", "CAF"],
        ],
    )

    plan = preview(a, path)

    assert kinds(plan) == {"updated": 2, "suggestions": 1}
    told = {change.field: (change.ticked, change.before, change.after) for change in plan.changes}
    assert told["description"] == (True, "", "Deux samedis")
    assert not told["progress"][0]
    a.take(plan)
    assert (a.of(row)["progress"], a.of(row)["promoter"]) == (60, a.caf)


def test_a_row_is_known_by_its_code_its_siret_or_its_name(a, tmp_path):
    coded = a.add(title="Atelier vélo", code="EST-042", priority=a.first)
    numbered = a.add("organisation", name="Les Mains Tendues", siret="78753212300017")
    actions = as_csv(
        tmp_path / "a.csv", [["Code action", "Action", "Description"], ["est-042", "Remise en selle", "x"]]
    )
    rows = [
        ["Structure", "SIRET", "Mail"],
        ["LMT", "787 532 123 00017", "a@exemple.fr"],
        ["Association Caisse d'allocations familiales", "", "b@exemple.fr"],
    ]
    structures = as_csv(tmp_path / "s.csv", rows)

    by_code, by_number = preview(a, actions), preview(a, structures)

    assert {change.row for change in by_code.changes} == {coded}
    assert {change.row for change in by_number.changes if change.field == "email"} == {numbered, a.caf}
    assert titled(by_code) == titled(by_number) == set()


def test_a_number_of_line_is_no_code_and_a_likeness_is_only_a_suggestion(a, tmp_path):
    a.add(title="Ateliers vélo et remise en selle", code="1", priority=a.first)
    path = as_csv(
        tmp_path / "t.csv",
        [["N°", "Intitulé de l'action"], ["1", "Forum des métiers"], ["2", "Atelier vélo et remise en selle"]],
    )

    plan = preview(a, path)

    assert titled(plan) == {"Forum des métiers"}
    (doubt,) = [change for change in plan.changes if change.kind is Kind.SUGGESTION]
    assert (doubt.label, doubt.ticked) == ("Atelier vélo et remise en selle", False)
    assert "Doublon probable" in doubt.note
    assert plan.foreign[path].tally.doubtful == 1


def test_names_that_differ_by_their_figures_are_no_duplicates(a, tmp_path):
    rows = [["Intitulé de l'action", "État"]]
    rows += [[f"Atelier d’écriture numéro {number}", "En cours"] for number in range(1, 13)]

    plan = preview(a, as_csv(tmp_path / "t.csv", rows))

    assert kinds(plan) == {"new": 12}
    assert all(change.ticked for change in plan.changes)


def test_a_structure_nobody_knows_waits_to_be_created_with_its_link(a, tmp_path):
    rows = [
        ["Intitulé de l'action", "Porteur"],
        ["Café des aidants", "Les Mains Tendues"],
        ["Jardin", "LES MAINS TENDUES"],
    ]
    path = as_csv(tmp_path / "t.csv", rows)

    plan = preview(a, path)
    assert kinds(plan) == {"new": 2, "suggestions": 2}
    a.take(plan)
    assert [row["promoter"] for row in rows_of(a, "action")] == [None, None]
    assert len(rows_of(a, "organisation")) == 1

    wanted = preview(a, path, creates=True)
    assert kinds(wanted) == {"updated": 2}
    a.take(wanted)
    (created,) = [row for row in rows_of(a, "organisation") if row["id"] != a.caf]
    assert created["name"] == "Les Mains Tendues"
    assert {row["promoter"] for row in rows_of(a, "action")} == {created["id"]}
    assert kinds(preview(a, path)) == {}


def test_a_link_to_create_is_not_taken_without_its_row(a, tmp_path):
    path = as_csv(tmp_path / "t.csv", [["Intitulé de l'action", "Porteur"], ["Jardin", "Les Mains Tendues"]])
    plan = preview(a, path)
    (link,) = [change for change in plan.changes if change.field == "promoter"]

    a.take(plan, replace(nothing(plan), accepted=frozenset({link.key})))

    assert rows_of(a, "action") == []
    assert len(rows_of(a, "organisation")) == 1


def test_a_refusal_is_remembered(a, tmp_path):
    path = as_csv(tmp_path / "t.csv", [["Intitulé de l'action", "Porteur"], ["Jardin", "Les Mains Tendues"]])
    plan = preview(a, path)
    a.take(plan, nothing(plan))

    again = preview(a, path)

    assert again.changes == ()
    assert any("déjà refusées" in info for info in again.infos)


def test_a_directory_gives_structures_and_their_contacts(a, tmp_path):
    rows = [
        ["Annuaire des partenaires"], [],
        ["Structure", "Sigle", "Téléphone", "Nom du contact", "Prénom", "Mail du contact"],
        ["Centre social Alma", "CSA", "03 20 00 00 00", "Durand", "Marie", "m.durand@exemple.fr"],
        ["Centre social Alma", None, None, "Petit", "Ali", None],
        ["Caisse d’Allocations Familiales", "CAF", 320111111, "Martin", "Léa", "pas une adresse"],
    ]  # fmt: skip
    path = book(tmp_path / "annuaire.xlsx", {"Feuil1": rows})

    plan = preview(a, path)
    a.take(plan)

    structures = {row["name"]: row for row in rows_of(a, "organisation")}
    assert set(structures) == {"Centre social Alma", "Caisse d’Allocations Familiales"}
    assert structures["Caisse d’Allocations Familiales"]["phone"] == "0320111111", "its lost zero is put back"
    contacts = {row["last_name"]: row["organisation"] for row in rows_of(a, "contact")}
    alma = structures["Centre social Alma"]["id"]
    assert contacts == {"Durand": alma, "Petit": alma, "Martin": a.caf}
    assert [fault.cell for fault in plan.errors] == ["F6"]
    assert kinds(preview(a, path)) == {"errors": 1}


def test_a_table_with_a_column_for_each_year_gives_a_measurement_for_each_filled_one(a, tmp_path):
    jobs = a.add("indicator", title="Demandeurs d’emploi", nature="context", code="DE")
    share = a.add("indicator", title="Part des familles", nature="context")
    known = a.add("measurement", indicator=jobs, territory=a.east, year=2022, value=410)
    rows = [
        ["Tableau de bord du quartier"],
        ["Indicateur", "Territoire", "Unité", 2022, 2023, "2024"],
        ["Demandeurs d’emploi", "Est", "pers.", 412, "1 250", None],
        ["Part des familles", "Nord", "%", None, "12,5 %", "n.d."],
        ["Indicateur inconnu", "Nord", "%", 1, 2, 3],
        ["Total", None, None, 413, None, None],
    ]
    path = book(tmp_path / "valeurs.xlsx", {"Feuil1": rows})

    plan = preview(a, path)

    assert kinds(plan) == {"new": 2, "suggestions": 1, "errors": 1}
    (other,) = [change for change in plan.changes if change.kind is Kind.SUGGESTION]
    assert (other.row, other.before, other.after, other.cell) == (known, "410", "412", "D3")
    a.take(plan)
    values = {(row["indicator"], row["territory"], row["year"]): row["value"] for row in rows_of(a, "measurement")}
    assert values == {
        (jobs, a.east, 2022): "410", (jobs, a.east, 2023): "1250", (share, a.north, 2023): "12.5",
    }  # fmt: skip


def test_a_phone_beside_a_person_goes_where_it_is_said_to_go(a, tmp_path):
    rows = [
        ["Structure", "Nom du contact", "Téléphone", "Courriel"],
        ["CAF", "Dupont", "03 20 00 00 00", "x@exemple.fr"],
    ]
    path = as_csv(tmp_path / "t.csv", rows)

    plan = preview(a, path)
    (said,) = [info for info in plan.infos if "non à la personne" in info]
    assert "«\xa0Téléphone\xa0» et «\xa0Courriel\xa0» vont à la fiche structure" in said

    read_so = seen(a, path).mapping
    columns = {**read_so.columns, "Téléphone": "contact.phone", "Courriel": "contact.email"}
    plan = preview(a, path, replace(read_so, columns=columns))
    assert not [info for info in plan.infos if "non à la personne" in info]
    a.take(plan)
    (person,) = rows_of(a, "contact")
    assert (person["last_name"], person["phone"], person["email"]) == ("Dupont", "03 20 00 00 00", "x@exemple.fr")


def test_a_value_of_a_year_that_cannot_be_read_is_a_fault_of_its_cell_and_no_row(a, tmp_path):
    a.add("indicator", title="Demandeurs d’emploi", unit="personnes")
    path = as_csv(tmp_path / "t.csv", [["Indicateur", "2022", "2023"], ["Demandeurs d’emploi", "beaucoup trop", "410"]])

    plan = preview(a, path)

    assert kinds(plan) == {"new": 1, "errors": 1}
    assert [fault.cell for fault in plan.errors] == ["B2"]
    assert [one.cell for one in plan.changes if one.kind is Kind.NEW] == ["C2"]


def test_rows_without_a_quartier_or_a_year_take_those_given_to_all(a, tmp_path):
    jobs = a.add("indicator", title="Demandeurs d’emploi", nature="context")
    path = as_csv(tmp_path / "t.csv", [["Indicateur", "Valeur", "Quartier"], ["Demandeurs d’emploi", "410", ""]])

    a.take(preview(a, path, defaults={"territory": "Quartier Est", "year": "2025", "source": "France Travail"}))

    (row,) = rows_of(a, "measurement")
    assert (row["indicator"], row["territory"], row["year"], row["source"]) == (jobs, a.east, 2025, "France Travail")


def test_choices_links_and_percentages_are_read_as_people_write_them(a, tmp_path):
    rows = [["Intitulé", "Statut", "Taux d’avancement", "Quartiers concernés", "Axe", "Porteur"],
            ["A", "Terminé", 100, "Est / Nord", "Axe 2", "C.A.F"],
            ["B", "en attente", 40, "Est et Nord", "2 - Emploi", None],
            ["C", "réalisée", 5, "Ouest", "P3", "-"]]  # fmt: skip
    path = book(tmp_path / "t.xlsx", {"Actions": rows})

    plan = preview(a, path)
    a.take(plan)

    by_title = {row["title"]: row for row in rows_of(a, "action")}
    assert [by_title[title]["status"] for title in "ABC"] == ["done", "suspended", "done"]
    assert [by_title[title]["progress"] for title in "ABC"] == ["100", "40", "5"]
    assert [by_title[title]["priority"] for title in "ABC"] == [a.work, a.work, a.health]
    assert set(a.of(by_title["A"]["id"])["territories"]) == set(a.of(by_title["B"]["id"])["territories"])
    (fault,) = plan.errors
    assert (fault.cell, fault.value) == ("D4", "Ouest")


def test_a_value_merged_over_several_lines_is_the_value_of_each(a, tmp_path):
    rows = [["Pilier", "Intitulé de l'action"], ["Emploi", "A"], [None, "B"], ["Santé", "C"]]
    path = book(tmp_path / "t.xlsx", {"Plan d’actions": rows}, merged={"Plan d’actions": ["A2:A3"]})

    a.take(preview(a, path))

    assert {row["title"]: row["priority"] for row in rows_of(a, "action")} == {"A": a.work, "B": a.work, "C": a.health}


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("t.csv", lambda path, rows: as_csv(path, rows, encoding="cp1252", separator=";")),
        ("t.csv", lambda path, rows: as_csv(path, rows, encoding="utf-8-sig", separator=",")),
        ("t.csv", lambda path, rows: as_csv(path, rows, encoding="utf-8", separator="\t")),
        ("t.ods", as_ods),
    ],
)
def test_the_same_table_as_text_or_in_ods(a, tmp_path, name, make):
    rows = [["Programme d’actions du quartier"], [], ["Intitulé de l’action", "Pilier", "Échéance"],
            ["Œuvre à l’école", "Santé", "31/12/2026"], ["Fête d’été", "Emploi", "1er juillet 2026"]]  # fmt: skip

    plan = preview(a, make(tmp_path / name, rows))
    a.take(plan)

    assert {(row["title"], row["end"]) for row in rows_of(a, "action")} == {
        ("Œuvre à l’école", "2026-12-31"), ("Fête d’été", "2026-07-01"),
    }  # fmt: skip


def test_an_undone_import_is_offered_again_and_not_taken_unasked(a, tmp_path):
    from app.services import imports

    path = as_csv(tmp_path / "t.csv", [["Intitulé de l'action", "Pilier"], ["Jardin", "Santé"]])
    applied = a.take(preview(a, path))
    imports.undo_import(a.store, applied.import_id)

    plan = preview(a, path)

    assert rows_of(a, "action") == []
    assert kinds(plan) == {"suggestions": 1}
    a.take_all(plan)
    assert [row["title"] for row in rows_of(a, "action")] == ["Jardin"]


def test_a_preview_writes_nothing(a, tmp_path):
    path = programme(tmp_path / "plan.xlsx")
    before = a.store.path.read_bytes()

    preview(a, path, creates=True)

    assert a.store.path.read_bytes() == before


def test_a_foreign_table_beside_a_colleague_s_workbook_makes_one_preview(a, tmp_path):
    with laptop(tmp_path, "b") as b:
        b.receive(a)
        b.add(title="Vue du Nord", priority=b.store and a.work)
        path = as_csv(tmp_path / "t.csv", [["Intitulé de l'action", "Pilier"], ["Vue du Nord", "Santé"]])
        mapping = seen(a, path).mapping

        plan = prepare(a.store, [b.export(TEAM), path], now=a.clock(), read=read_here, mapping={path: mapping})

        assert [source.mode for source in plan.sources] == ["A", "E"]
        a.take(plan)
        assert {row["title"] for row in rows_of(a, "action")} == {"Vue du Nord"}


# -- refusals -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"columns": {"Action": "couleur"}}, "n’est pas un champ de « Action »"),
        ({"columns": {"Action": "title", "Porteur": "title"}}, "donnent le même champ"),
        ({"columns": {"Porteur": "promoter"}}, "Aucune colonne ne donne « Intitulé »"),
        ({"columns": {"Action": "title"}, "defaults": {"territories": "Atlantide"}}, "n’est pas comprise"),
        ({"columns": {"Une autre": "title", "Encore": "lead"}}, "n’a les colonnes attendues"),
    ],
)
def test_a_mapping_that_cannot_be_is_refused_whole(a, tmp_path, changed, said):
    path = as_csv(tmp_path / "t.csv", [["Action", "Porteur"], ["Jardin", "CAF"]])

    with pytest.raises(ForeignRefused) as refused:
        preview(a, path, **changed)

    assert said in str(refused.value).replace("\u00a0", " ")
    assert refused.value.advice


def test_a_workbook_without_a_table_says_so(a, tmp_path):
    path = book(tmp_path / "t.xlsx", {"Feuil1": [["Bonjour"], [], ["Une phrase."]]})

    with pytest.raises(ForeignRefused, match="Aucun tableau"):
        seen(a, path)
    with pytest.raises(ForeignRefused, match="pas de feuille"):
        seen(a, path, sheet="Actions")


def test_without_a_mapping_a_foreign_table_is_only_said_to_be_one(a, tmp_path):
    plan = a.preview(programme(tmp_path / "plan.xlsx"))

    assert (plan.sources[0].mode, plan.changes) == ("E", ())
    assert any("ne vient pas d’un carnet" in info for info in plan.infos)


# -- what is remembered ---------------------------------------------------------------------------------------------


def test_a_reading_is_remembered_by_name_and_known_again_by_its_headings(a, tmp_path):
    memory = MappingMemory(tmp_path / "config")
    path = as_csv(tmp_path / "t.csv", [["Action", "Porteur", "Truc"], ["Jardin", "CAF", "x"]])
    mapping = replace(
        seen(a, path).mapping, name="Le suivi", columns={"Action": "title", "Porteur": "", "Truc": "lead"}
    )
    assert memory.keep(mapping)

    moved = book(tmp_path / "u.xlsx", {"Autre": [[], ["Truc", "Porteur", "Action"], ["Paul", "CAF", "Fête"]]})
    found = seen(a, moved, MappingMemory(tmp_path / "config"))

    assert (found.mapping.name, found.mapping.first) == ("Le suivi", 2)
    assert found.mapping.columns == {"Truc": "lead", "Porteur": "", "Action": "title"}
    assert memory.called("le SUIVI") == mapping
    assert seen(a, as_csv(tmp_path / "v.csv", [["Action", "Autre"], ["x", "y"]]), memory).mapping.name == ""


def test_a_year_more_is_read_as_those_before_it(a, tmp_path):
    memory = MappingMemory(tmp_path)
    a.add("indicator", title="Emploi", nature="context")
    first = as_csv(tmp_path / "t.csv", [["Indicateur", "2022", "2023"], ["Emploi", "1", "2"]])
    memory.keep(replace(seen(a, first).mapping, name="Valeurs"))

    second = as_csv(tmp_path / "u.csv", [["Indicateur", "2023", "2024"], ["Emploi", "2", "3"]])
    found = seen(a, second, memory)

    assert found.mapping.name == "Valeurs"
    assert list(found.mapping.columns.values()) == ["indicator", "value", "value"]


def test_a_memory_that_cannot_be_read_is_empty(tmp_path):
    memory = MappingMemory(tmp_path)
    memory._path.write_text('{"a": 1, "b": {"entity": "licorne"}}', encoding="utf-8")
    assert memory.every() == {}
    memory._path.write_text("{", encoding="utf-8")
    assert memory.every() == {}


def test_a_mapping_goes_through_json():
    mapping = ForeignMapping(
        "Feuil1", 3, 4, "action", {"Action": "title", "Vide": ""}, {"territories": "Est"}, True, "x"
    )

    assert ForeignMapping.from_json(mapping.as_json()) == mapping


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("Mme DUPONT Jeanne", ("DUPONT", "Jeanne")),
        ("Jeanne DUPONT", ("DUPONT", "Jeanne")),
        ("M. Jean-Paul LE GALL", ("LE GALL", "Jean-Paul")),
        ("Dupont, directrice", None),
        ("Madame Dupont", ("Dupont", "")),
        ("Jeanne Martin", None),
        ("Mme Jeanne Martin", None),
        ("DUPONT JEANNE", None),
        ("Dupont", None),
        ("J. DUPONT M.", None),
        ("Accueil, standard, secrétariat", None),
        ("", None),
    ],
)
def test_a_whole_name_is_told_apart_when_it_is_written_so(written, names):
    assert split_name(written) == names


def test_a_directory_with_whole_names_gives_first_names_too(a, tmp_path):
    rows = [
        ["Structure", "Nom du contact", "Courriel"],
        ["Les Mains Tendues", "Mme DUPONT Jeanne", "jeanne@exemple.fr"],
        ["Alma Santé", "Accueil", "accueil@exemple.fr"],
    ]
    path = book(tmp_path / "annuaire.xlsx", {"Feuil1": rows})
    plan = preview(a, path)
    assert any("1\u00a0nom entier est lu en nom et prénom" in info for info in plan.infos)
    a.take(plan)
    assert {(row["last_name"], row["first_name"]) for row in rows_of(a, "contact")} == {
        ("DUPONT", "Jeanne"), ("Accueil", None),
    }  # fmt: skip
