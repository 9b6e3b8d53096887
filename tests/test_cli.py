"""The command line, command by command: what it prints, what it changes, its exit codes."""

import json
import shutil
import sqlite3
from uuid import UUID

import pytest

from app.cli import main
from app.formatting import NBSP
from app.models.registry import ENTITIES
from app.services import entry


@pytest.fixture(scope="session")
def example(tmp_path_factory):
    """The example notebook of the quartier Est, made once."""
    folder = tmp_path_factory.mktemp("exemple")
    patch = pytest.MonkeyPatch()
    patch.setenv("CARNET_HOME", str(folder / "home"))
    path = folder / "e.carnet"
    assert main(["nouveau", str(path), "--quartier", "Est", "--exemple"]) == 0
    patch.undo()
    return path


@pytest.fixture
def path(example, tmp_path):
    """A copy of it, in a folder with a difficult name."""
    folder = tmp_path / "a b #1 %20 é"
    folder.mkdir()
    return shutil.copy(example, folder / "est.carnet")


@pytest.fixture
def carnet(path, capsys):
    """Runs a command on the notebook; gives (exit code, stdout, stderr)."""

    def run(*words):
        capsys.readouterr()
        code = main([*words, "--carnet", str(path)])
        out, err = capsys.readouterr()
        return code, out, err

    return run


@pytest.fixture
def read(carnet):
    """The JSON document that a reading command prints."""

    def run(*words):
        code, out, err = carnet(*words, "--json")
        assert code == 0, err
        return json.loads(out)

    return run


@pytest.fixture
def made(carnet):
    """Adds a row; gives its id."""

    def run(*words):
        code, out, err = carnet("ajouter", *words)
        assert code == 0, err
        return out.splitlines()[-1]

    return run


# -- the notebook -------------------------------------------------------------------------------------------------


def test_a_new_notebook_says_what_was_made(tmp_path, capsys):
    path = tmp_path / "Été 2026" / "carnet n° 1.carnet"
    assert main(["nouveau", str(path), "--quartier", "est", "--auteur", "Coordination"]) == 0
    said = capsys.readouterr().out
    assert str(path) in said
    assert "Est" in said
    assert "Coordination" in said
    assert main(["infos", "--json", "--carnet", str(path)]) == 0
    told = json.loads(capsys.readouterr().out)
    assert list(told) == ["version", "schema", "district", "author", "replica", "fingerprint", "counts"]
    assert (told["district"], told["author"]) == ("Est", "Coordination")
    assert told["counts"].keys() == ENTITIES.keys()
    assert (told["counts"]["priority"], told["counts"]["action"]) == (6, 0)


def test_a_notebook_for_every_quartier(tmp_path, capsys):
    path = tmp_path / "tous.carnet"
    assert main(["nouveau", str(path), "--quartier", "tous"]) == 0
    capsys.readouterr()
    assert main(["infos", "--json", "--carnet", str(path)]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["district"], told["counts"]["project"]) == ("tous", 5)


def test_the_option_of_the_notebook_stands_before_or_after(path, capsys):
    for words in (["--carnet", str(path), "infos"], ["infos", "--carnet", str(path)], ["infos", f"--carnet={path}"]):
        assert main(words) == 0
        assert "Chef de projet Est" in capsys.readouterr().out


def test_the_default_notebook_is_in_the_folder_of_data(carnet_home, example, capsys):
    assert main(["infos"]) == 1
    assert "carnet.carnet" in capsys.readouterr().err
    (carnet_home / "donnees").mkdir()
    shutil.copy(example, carnet_home / "donnees" / "carnet.carnet")
    assert main(["infos"]) == 0


def test_the_example_is_sound(carnet, read):
    code, out, _ = carnet("verifier")
    assert code == 0
    assert "sain" in out
    assert read("verifier")["sound"] is True


def test_a_notebook_whose_tables_lie_is_told(carnet, path):
    with sqlite3.connect(path) as db:
        db.execute("UPDATE action SET title = 'Autre' WHERE code = 'EST-001'")
    db.close()
    code, out, err = carnet("verifier", "--json")
    assert code == 1
    assert any("action" in fault for fault in json.loads(out)["faults"])
    assert "sauvegarde" in err


# -- reading ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("entity", list(ENTITIES))
def test_every_entity_lists_all_its_fields(read, entity):
    rows = read("lister", entity)
    wanted = {"id", "created_at", "updated_at", "updated_by", "deleted"} | entry.entry_fields(ENTITIES[entity]).keys()
    for row in rows:
        assert row.keys() == wanted
        assert str(UUID(row["id"])) == row["id"]
        assert row["deleted"] is False
    fields = read("champs", entity)
    assert {field["key"] for field in fields} == wanted - {"id", "created_at", "updated_at", "updated_by", "deleted"}


@pytest.mark.parametrize("entity", list(ENTITIES))
def test_every_entity_reads_in_french(carnet, entity):
    code, out, err = carnet("lister", entity)
    assert code == 0
    assert ENTITIES[entity].plural.lower() in err or ENTITIES[entity].label.lower() in err
    assert max((len(line) for line in out.splitlines()), default=0) <= 160
    assert carnet("champs", entity)[0] == 0


def test_values_are_printed_as_the_contract_says(read, made):
    action = made(
        "action", "title=Budget", "priority=1", "progress=12,5", "start=01/09/2026", "status=En cours", "themes=Jeunes"
    )
    row = read("montrer", "action", action)
    assert row["progress"] == 12.5
    assert (row["start"], row["end"]) == ("2026-09-01", None)
    assert row["status"] == "running"
    assert row["priority"].keys() == {"id", "label"}
    assert [theme["label"] for theme in row["themes"]] == ["Jeunes"]
    assert (row["territories"], row["partners"]) == ([], [])
    assert row["updated_by"] == "Chef de projet Est"


def test_numbers_and_booleans_of_an_indicator(read, made):
    indicator = made(
        "indicator", "title=Visites", "nature=result", "base_value=1 234,50", "base_year=2024", "summable=x"
    )
    row = read("montrer", "indicator", indicator)
    assert (row["base_value"], row["base_year"], row["summable"]) == ("1234.5", 2024, True)


def test_accents_are_printed_as_they_are(carnet):
    code, out, _ = carnet("lister", "priority", "--json")
    assert code == 0
    assert "\\u" not in out
    assert "é" in out


def test_filters_add_up(read):
    running = read("lister", "action", "--filtre", "status=En cours")
    assert running
    assert {row["status"] for row in running} == {"running"}
    both = read("lister", "action", "--filtre", "status=running", "--filtre", "priority=1")
    assert {row["priority"]["label"] for row in both} == {both[0]["priority"]["label"]}
    assert 0 < len(both) < len(running)


def test_a_filter_on_partners(read):
    rows = read("lister", "action", "--filtre", "partners=Éducation Nationale")
    assert rows
    assert all("Éducation Nationale" in [one["label"] for one in row["partners"]] for row in rows)
    alone = read("lister", "action", "--filtre", "partners=")
    assert all(row["partners"] == [] for row in alone)


def test_a_row_is_shown_by_its_code_or_its_title(carnet, read):
    code, out, _ = carnet("montrer", "action", "est-001")
    assert code == 0
    title = read("montrer", "action", "EST-001")["title"]
    assert title in out
    assert "En cours" in out
    assert read("montrer", "action", title.upper())["code"] == "EST-001"


def test_the_search_forgets_accents_and_weighs_titles(carnet, read):
    found = read("chercher", "energie")
    assert any("énergie" in one["label"] for one in found)
    assert found[0].keys() == {"entity", "id", "label", "excerpt"}
    assert "énergie" in found[0]["label"]
    code, out, err = carnet("chercher", "visites", "énergie")
    assert code == 0
    assert "Visites énergie chez l’habitant" in out
    assert "réponse" in err
    assert carnet("chercher", "xyzzy") == (0, "", f"Rien ne répond à «{NBSP}xyzzy{NBSP}».\n")
    assert read("chercher", "\"'*(") == []


def test_fields_are_described(read):
    fields = {field["key"]: field for field in read("champs", "action")}
    assert fields["status"]["type"] == "choice"
    assert [choice["code"] for choice in fields["status"]["choices"]] == [
        "idea", "planned", "running", "suspended", "done", "dropped",
    ]  # fmt: skip
    assert fields["priority"] == {
        "key": "priority", "label": "Priorité", "type": "link", "required": True, "choices": [], "help": "", "unit": "",
        "target": "priority",
    }  # fmt: skip
    assert (fields["partners"]["type"], fields["partners"]["target"]) == ("links", "organisation")
    assert {one["key"] for one in read("champs")} == ENTITIES.keys()


# -- writing ------------------------------------------------------------------------------------------------------


def test_a_row_is_added_changed_and_its_history_told(carnet, read, made):
    row = made("action", "title=Fête de l’école", "priority=2")
    assert UUID(row)
    before = read("montrer", "action", row)
    code, out, _ = carnet("modifier", "action", row, "status=done", "progress=100")
    assert code == 0
    assert "Action modifiée" in out
    after = read("montrer", "action", row, "--historique")
    history = after.pop("history")
    changed = {key for key in after if after[key] != before[key]}
    assert changed == {"status", "progress", "updated_at"}
    assert history[0].keys() == {"at", "author", "gesture", "field", "before", "after"}
    assert [(one["field"], one["before"], one["after"]) for one in history[-2:]] == [
        ("status", "planned", "done"),
        ("progress", None, 100),
    ]
    code, out, _ = carnet("montrer", "action", row, "--historique")
    assert f"État{NBSP}: «{NBSP}À lancer{NBSP}» → «{NBSP}Terminée{NBSP}»" in out


def test_lists_are_set_completed_and_emptied(carnet, read):
    def themes():
        return {one["label"] for one in read("montrer", "action", "EST-001")["themes"]}

    assert carnet("modifier", "action", "EST-001", "themes=Jeunes;La transition écologique")[0] == 0
    assert themes() == {"Jeunes", "La transition écologique"}
    assert carnet("modifier", "action", "EST-001", "themes-=jeunes")[0] == 0
    assert carnet("modifier", "action", "EST-001", "themes+=La participation citoyenne")[0] == 0
    assert themes() == {"La transition écologique", "La participation citoyenne"}
    assert carnet("modifier", "action", "EST-001", "themes=")[0] == 0
    assert themes() == set()


def test_partners_are_written_as_a_list(carnet, read, made):
    def partners():
        return {(one["label"], one["role"]) for one in read("montrer", "action", "EST-001")["partners"]}

    made("organisation", "name=Atelier ; co", "acronym=AC")
    assert carnet("modifier", "action", "EST-001", "partners=")[0] == 0
    assert partners() == set()
    assert carnet("modifier", "action", "EST-001", "partners+=Atelier ; co", "status=done")[0] == 0
    assert carnet("modifier", "action", "EST-001", "partners+=ac")[0] == 0
    assert partners() == {("Atelier ; co", "partenaire")}
    assert carnet("modifier", "action", "EST-001", "partners=AC;Éducation Nationale")[0] == 0
    assert {name for name, _ in partners()} == {"Atelier ; co", "Éducation Nationale"}
    assert carnet("modifier", "action", "EST-001", "partners-=AC")[0] == 0
    assert partners() == {("Éducation Nationale", "partenaire")}
    # Two fields, one gesture.
    for _ in range(4):
        assert carnet("annuler")[0] == 0
    assert carnet("annuler")[0] == 0
    assert len(partners()) == 3
    assert read("montrer", "action", "EST-001")["status"] == "running"


def test_setting_partners_keeps_the_roles_of_those_who_stay(carnet, read):
    before = read("montrer", "action", "EST-001")["partners"]
    assert carnet("modifier", "action", "EST-001", "partners=" + ";".join(one["id"] for one in before[:2]))[0] == 0
    assert read("montrer", "action", "EST-001")["partners"] == before[:2]


def test_deleting_goes_to_the_bin_and_comes_back(carnet, read):
    row = read("montrer", "action", "EST-001")["id"]
    code, out, _ = carnet("supprimer", "action", "EST-001")
    assert code == 0
    assert "Action supprimée" in out
    assert [one["id"] for one in read("lister", "action", "--corbeille")] == [row]
    assert row not in [one["id"] for one in read("lister", "action")]
    assert read("montrer", "action", row)["deleted"] is True
    assert carnet("modifier", "action", row, "title=Non")[0] == 1
    assert carnet("supprimer", "action", row)[0] == 1
    assert carnet("restaurer", "action", "EST-001")[0] == 0
    assert read("montrer", "action", "EST-001")["deleted"] is False
    assert read("verifier")["sound"]


def test_undo_and_redo_say_what_they_took_back(carnet, read):
    assert carnet("annuler")[0] == 1
    carnet("modifier", "action", "EST-001", "status=dropped")
    code, out, _ = carnet("annuler")
    assert code == 0
    assert out.startswith(f"Annulé{NBSP}: Modifier une action (Espace ressources")
    assert read("montrer", "action", "EST-001")["status"] == "running"
    code, out, _ = carnet("retablir")
    assert code == 0
    assert out.startswith(f"Rétabli{NBSP}: ")
    assert read("montrer", "action", "EST-001")["status"] == "dropped"
    assert carnet("retablir")[0] == 1


def test_a_change_that_changes_nothing_says_so(carnet, read):
    before = read("infos")["fingerprint"]
    code, out, _ = carnet("modifier", "action", "EST-001", "status=running")
    assert code == 0
    assert "Rien n’a changé" in out
    assert read("infos")["fingerprint"] == before


def test_a_value_may_begin_with_a_dash_or_hold_an_equal_sign(read, made):
    row = made("organisation", "name=a=b", "description=-5 %\nligne 2")
    assert read("montrer", "organisation", row)["name"] == "a=b"
    assert read("montrer", "organisation", row)["description"] == "-5 %\nligne 2"


# -- copies -------------------------------------------------------------------------------------------------------


def test_a_backup_brings_the_notebook_back(carnet, read, tmp_path):
    copy = tmp_path / "copies" / "é.carnet"
    code, out, _ = carnet("sauvegarder", str(copy))
    assert code == 0
    assert str(copy) in out
    carnet("modifier", "action", "EST-001", "title=Perdu")
    assert carnet("sauvegarder", str(copy.with_name("b.carnet")))[0] == 0
    code, out, _ = carnet("restaurer-sauvegarde", str(copy))
    assert code == 0
    assert "avant-restauration" in out
    assert read("montrer", "action", "EST-001")["title"] != "Perdu"
    # A later backup of the same notebook replaces the former one.
    assert carnet("sauvegarder", str(copy))[0] == 0


def test_the_first_writing_of_the_day_keeps_a_copy(carnet, carnet_home):
    carnet("infos")
    assert not (carnet_home / "sauvegardes").exists()
    carnet("modifier", "action", "EST-001", "status=done")
    carnet("modifier", "action", "EST-001", "status=running")
    assert len(list((carnet_home / "sauvegardes").glob("*quotidienne.carnet"))) == 1
