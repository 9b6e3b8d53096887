"""`carnet importer` on tables that never came from a notebook: what is said, what is written, what is refused."""

import json

import pytest

from app.cli import main
from app.formatting import NBSP
from tests.exchange.tables import as_csv, book, programme


@pytest.fixture
def run(tmp_path, capsys):
    """Runs a command on a notebook of the whole town; gives (exit code, output, error output)."""
    path = tmp_path / "ville.carnet"
    assert main(["nouveau", str(path), "--quartier", "tous", "--auteur", "Ville"]) == 0

    def command(*words):
        capsys.readouterr()
        code = main([*map(str, words), "--carnet", str(path)])
        out, err = capsys.readouterr()
        return code, out, err.replace(NBSP, " ")

    command.path = path
    return command


def read(run, *words):
    code, out, err = run(*words, "--json")
    assert code == 0, err
    return json.loads(out)


def test_a_simulation_says_how_the_table_is_read_and_writes_nothing(run, tmp_path):
    path = programme(tmp_path / "plan.xlsx")
    before = run.path.read_bytes()

    code, out, err = run("importer", path, "--simuler")

    assert code == 0
    assert "Feuille « Programme 2026 », en-têtes lignes 3 et 4 : actions." in err
    assert "B « Intitulé de l'action » → title (Intitulé)" in err
    assert "Colonnes non importées : I « Budget 2026 »." in err
    assert "Création – Action" in out
    assert run.path.read_bytes() == before


def test_a_table_is_taken_in_once(run, tmp_path):
    path = programme(tmp_path / "plan.xlsx")

    told = read(run, "importer", path)

    assert (told["mode"], told["counts"]["new"]) == ("E", 3)
    assert told["import"]
    assert len(read(run, "lister", "action")) == 3
    again = read(run, "importer", path)
    assert again["import"] is None
    assert run("verifier")[0] == 0


def test_options_say_what_the_table_does_not(run, tmp_path):
    rows = [["Truc", "Qui", "Quand"], ["Jardin partagé", "Les Voisins du Pile", "30/06/2027"]]
    path = as_csv(tmp_path / "t.csv", rows)
    asked = (
        "--entite",
        "action",
        "--colonne",
        "Truc=title",
        "--colonne",
        "Qui=promoter",
        "--colonne",
        "Quand=Échéance",
    )

    assert run("importer", path, *asked, "--defaut", "territories=Pile", "--creer")[0] == 0

    (action,) = read(run, "lister", "action")
    assert (action["title"], action["end"], action["promoter"]["label"]) == (
        "Jardin partagé", "2027-06-30", "Les Voisins du Pile",
    )  # fmt: skip
    assert [one["label"] for one in action["territories"]] == ["Pile"]


def test_a_reading_is_remembered_by_name_and_comes_back_by_itself(run, tmp_path):
    first = as_csv(tmp_path / "t.csv", [["Truc", "Qui"], ["Jardin", "Paul"]])
    asked = ("--entite", "action", "--colonne", "Truc=title", "--colonne", "Qui=lead")
    _, _, err = run("importer", first, *asked, "--correspondance", "Tableau de Paul")
    assert "Correspondance « Tableau de Paul » retenue." in err

    second = book(tmp_path / "u.xlsx", {"Feuil1": [["Suivi"], ["Qui", "Truc"], ["Ali", "Fête"]]})
    _, _, err = run("importer", second)

    assert "correspondance « Tableau de Paul »" in err
    assert {one["title"]: one["lead"] for one in read(run, "lister", "action")} == {"Jardin": "Paul", "Fête": "Ali"}


def test_a_simulation_remembers_nothing(run, tmp_path):
    path = as_csv(tmp_path / "t.csv", [["Action", "Pilote"], ["Jardin", "Paul"]])

    _, _, err = run("importer", path, "--simuler", "--correspondance", "X")

    assert "retenue" not in err


@pytest.mark.parametrize(
    ("options", "expected", "said"),
    [
        (("--entite", "licorne"), 1, "n’est pas une entité"),
        (("--feuille", "Autre"), 1, "n’a pas de feuille"),
        (("--colonne", "Truc=couleur"), 1, "n’est pas un champ"),
        (("--colonne", "Machin=title"), 1, "Aucune colonne ne s’appelle « Machin »"),
        (("--colonne", "Truc"), 2, "n’est pas En-tête=champ"),
        (("--colonne", "Truc=title", "--colonne", "Qui=title"), 1, "donnent le même champ"),
        (("--colonne", "Qui=lead"), 1, "Aucune colonne ne donne « Intitulé »"),
        (("--colonne", "Truc=title", "--defaut", "territories=Atlantide"), 1, "n’est pas comprise"),
        (("--colonne", "Truc=title", "--defaut", "territories"), 2, "n’est pas champ=valeur"),
    ],
)
def test_what_cannot_be_read_so_is_refused_in_one_sentence(run, tmp_path, options, expected, said):
    path = as_csv(tmp_path / "t.csv", [["Truc", "Qui"], ["Jardin", "Paul"]])
    before = run.path.read_bytes()

    code, out, err = run("importer", path, *(() if "--entite" in options else ("--entite", "action")), *options)

    assert (code, out) == (expected, "")
    assert said in err
    assert err.count("\n") == 1
    assert run.path.read_bytes() == before


def test_a_workbook_without_a_table_is_refused(run, tmp_path):
    code, _, err = run("importer", book(tmp_path / "t.xlsx", {"Feuil1": [["Bonjour"]]}))

    assert code == 1
    assert "Aucun tableau n’a été reconnu" in err


def test_the_options_of_tables_are_refused_for_a_workbook_of_ours(run, tmp_path):
    run("ajouter", "action", "title=Jardin", "priority=1")
    path = tmp_path / "p.xlsx"
    assert run("exporter", path)[0] == 0

    code, _, err = run("importer", path, "--entite", "action")

    assert code == 2
    assert "ne sert qu’à un tableau" in err
