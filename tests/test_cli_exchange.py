"""Exchanges by the command line alone: workbooks out and in, conflicts, exit codes."""

import json
from itertools import permutations

import pytest

from app.cli import main
from app.formatting import NBSP
from tests.exchange.laptops import append, edit
from tests.exchange.tables import as_csv


class Post:
    """One notebook driven by commands."""

    def __init__(self, path, capsys):
        self.path = path
        self._capsys = capsys

    def __call__(self, *words):
        self._capsys.readouterr()
        code = main([*map(str, words), "--carnet", str(self.path)])
        out, err = self._capsys.readouterr()
        return code, out, err

    def read(self, *words):
        code, out, err = self(*words, "--json")
        assert code == 0, err
        return json.loads(out)

    def add(self, *words):
        code, out, err = self("ajouter", *words)
        assert code == 0, err
        return out.strip().splitlines()[-1]

    def export(self, name, *words):
        path = self.path.parent / f"{name}.xlsx"
        code, _, err = self("exporter", path, *words)
        assert code == 0, err
        return path

    @property
    def fingerprint(self):
        return self.read("infos")["fingerprint"]


@pytest.fixture
def post(tmp_path, capsys):
    def make(name):
        path = tmp_path / f"{name}.carnet"
        assert main(["nouveau", str(path), "--quartier", "tous", "--auteur", name]) == 0
        return Post(path, capsys)

    return make


def priority(post):
    return post.read("lister", "priority")[0]["id"]


@pytest.fixture
def a(post):
    return post("A")


@pytest.fixture
def row(a):
    return a.add("action", "title=Repair café", "description=Deux samedis", f"priority={priority(a)}")


def test_a_simulation_says_what_would_change_and_writes_nothing(a, row):
    book = edit(
        a.export("p", "--profil", "partenaire"), "action", row, description="Tous les samedis", start="31/12/2026"
    )
    before = a.path.read_bytes()

    told = a.read("importer", book, "--simuler")

    assert a.path.read_bytes() == before
    assert (told["file"], told["mode"]) == (str(book), "B")
    assert told["counts"] == {
        "new": 0, "updated": 2, "merged": 0, "conflicts": 0, "deleted": 0, "stale": 0, "errors": 0, "suggestions": 0,
    }  # fmt: skip
    by_field = {one["field"]: one for one in told["changes"]}
    assert by_field["start"]["after"] == "2026-12-31"
    assert by_field["description"] == {
        "entity": "action", "row": row, "field": "description", "kind": "updated", "before": "Deux samedis",
        "after": "Tous les samedis", "sheet": "Actions", "cell": by_field["description"]["cell"],
    }  # fmt: skip


def test_what_was_announced_is_written_and_may_be_taken_back(a, row):
    book = edit(a.export("p", "--profil", "partenaire"), "action", row, description="Tous les samedis")
    append(book, "action", title="Fête du quartier")

    code, out, err = a("importer", book)
    assert (code, err) == (0, "")
    assert a.read("montrer", "action", row)["description"] == "Tous les samedis"
    import_id = out.split()[-1]
    assert a.read("importer", book, "--simuler")["changes"] == []
    (told,) = a.read("imports")
    assert (told["id"], told["undone"], told["files"]) == (import_id, False, [str(book)])
    assert told["counts"] == "1\xa0création, 1\xa0modification"
    listed = a("imports")[1]
    assert import_id in listed
    assert "annulé" not in listed

    assert a("annuler-import", import_id)[0] == 0
    assert "annulé" in a("imports")[1]
    assert a.read("montrer", "action", row)["description"] == "Deux samedis"
    assert len(a.read("lister", "action")) == 1
    assert a("annuler-import", import_id)[0] == 1
    assert a("verifier")[0] == 0


def test_a_notebook_without_imports_says_so(a):
    assert a("imports")[1] == "Aucun import dans ce carnet.\n"
    assert a.read("imports") == []


def test_three_notebooks_converge_whatever_the_order(a, row, post):
    posts = [a, post("B"), post("C")]
    books = [a.export("A0")]
    for one in posts[1:]:
        assert one("importer", books[0])[0] == 0
        one("modifier", "action", row, f"code={one.path.stem}", "description=Par " + one.path.stem)
    books = [one.export(one.path.stem) for one in posts]

    for one, order in zip(posts, permutations(books), strict=False):
        for book in order:
            assert one("importer", book)[0] in (0, 3)

    assert len({one.fingerprint for one in posts}) == 1
    (conflicts,) = {json.dumps(one.read("conflits")) for one in posts}
    assert {one["field"] for one in json.loads(conflicts)} == {"code", "description"}
    assert {value["author"] for value in json.loads(conflicts)[0]["values"]} == {"B", "C"}


def test_conflicts_are_listed_and_settled(a, row, post):
    b = post("B")
    assert b("importer", a.export("un"))[0] == 0
    a("modifier", "action", row, "title=Chez A")
    b("modifier", "action", row, "title=Chez B")

    assert a("importer", b.export("deux"))[0] == 3
    (one,) = a.read("conflits")
    assert (one["id"], one["entity"], one["row"], one["field"]) == (f"action:{row}:title", "action", row, "title")
    assert {value["value"] for value in one["values"]} == {"Chez A", "Chez B"}

    assert a("resoudre", one["id"], "--garder", "leur")[0] == 0
    assert a.read("montrer", "action", row)["title"] == "Chez B"
    assert a("resoudre", one["id"], "--garder", "mien")[0] == 1
    assert b("importer", a.export("trois"))[0] == 0
    assert b.read("conflits") == []


def test_neither_mine_nor_theirs_when_it_is_not_clear(a, row, post):
    b, c = post("B"), post("C")
    first = a.export("un")
    for one in (b, c):
        one("importer", first)
        one("modifier", "action", row, f"title=Chez {one.path.stem}")
    assert a("importer", b.export("b"), c.export("c"))[0] == 3

    code, _, err = a("resoudre", f"action:{row}:title", "--garder", "mien")

    assert code == 1
    assert "Chez B" in err
    assert "Chez C" in err
    assert a("resoudre", f"action:{row}:title", "--garder", "Ensemble")[0] == 0
    assert a.read("montrer", "action", row)["title"] == "Ensemble"


@pytest.mark.parametrize(("choice", "title"), [("sans-conflit", "Chez A"), ("rien", "Chez A")])
def test_a_hand_edit_that_contradicts_is_left_aside(a, row, choice, title):
    book = edit(a.export("p", "--profil", "partenaire"), "action", row, title="Par le partenaire")
    a("modifier", "action", row, "title=Chez A")

    assert a("importer", book, "--accepter", choice)[0] == 0
    assert a.read("montrer", "action", row)["title"] == title
    assert len(a.read("importer", book, "--simuler")["changes"]) == (0 if choice == "rien" else 1)


def test_everything_may_be_taken_conflicts_included(a, row):
    book = edit(a.export("p", "--profil", "partenaire"), "action", row, title="Par le partenaire")
    a("modifier", "action", row, "title=Chez A")

    assert a("importer", book, "--accepter", "tout")[0] == 3
    assert len(a.read("conflits")) == 1


def test_a_new_replica_is_announced(a, row, post):
    code, _, err = post("B")("importer", a.export("un"))

    assert code == 0
    assert "Nouvelle origine" in err


def test_cells_not_understood_are_listed_with_their_address(a, row):
    book = edit(a.export("p"), "action", row, start="31/02/2026")

    told = a.read("importer", book, "--simuler")

    assert told["counts"]["errors"] == 1
    (fault,) = told["errors"]
    assert set(fault) == {"sheet", "cell", "value", "expected", "message"}
    assert (fault["sheet"], fault["value"]) == ("Actions", "31/02/2026")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("importer",), 2),
        (("importer", "absent.xlsx"), 1),
        (("importer", "x.xlsx", "--accepter", "oui"), 2),
        (("exporter", "x.xlsx", "--profil", "tous"), 2),
        (("exporter", "x.txt"), 1),
        (("exporter", "x.xlsx", "--entites", "licorne"), 1),
        (("annuler-import", "x"), 1),
        (("resoudre", "x", "--garder", "mien"), 1),
        (("resoudre", "x"), 2),
    ],
)
def test_what_cannot_be_done_says_so(a, words, expected, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, _, err = a(*words)

    assert code == expected, err
    assert err.strip()


# -- questions and the workbook written again ---------------------------------------------------------------------


def test_a_question_is_told_and_answered_by_its_number(a):
    a.add("organisation", "name=Association Leo Lagrange")
    book = append(a.export("p"), "organisation", name="Asso. Léo Lagrange", siret="78467169500087")

    told = a.read("importer", book, "--simuler")
    (question,) = told["questions"]
    assert (question["about"], question["answer"]) == ("resembles", None)
    assert question["suggested"] == question["choices"][0]["key"]
    place = f"{question['sheet']}!{question['cell']}"
    _, out, _ = a("importer", book, "--simuler")
    assert f"Question – {place}" in out
    assert "1. Rattacher à\u00a0: Association Leo Lagrange (proposé)" in out

    code, out, _ = a("importer", book, "--repondre", f"{place}=1")

    assert code == 0
    (one,) = [one for one in a.read("lister", "organisation") if "Lagrange" in one["name"]]
    assert (one["name"], one["siret"]) == ("Association Leo Lagrange", "78467169500087")
    assert a.read("importer", book, "--simuler")["questions"] == []


def test_an_answer_holds_when_a_foreign_table_comes_with_the_workbook(a, tmp_path):
    a.add("organisation", "name=Association Leo Lagrange")
    workbook = append(a.export("p"), "organisation", name="Asso. Léo Lagrange", siret="78467169500087")
    table = as_csv(tmp_path / "t.csv", [["Intitulé de l'action", "Objectif"], ["Jardin partagé", "Se voir"]])
    (question,) = a.read("importer", workbook, "--simuler")["questions"]

    code, _, err = a(
        "importer", workbook, table, "--entite", "action", "--repondre", f"{question['sheet']}!{question['cell']}=1"
    )

    assert code == 0, err
    (one,) = [one for one in a.read("lister", "organisation") if "Lagrange" in one["name"]]
    assert one["siret"] == "78467169500087"
    assert "Jardin partagé" in [one["title"] for one in a.read("lister", "action")]


@pytest.mark.parametrize("words", ["Nulle part!A1=1", "{place}=9", "{place}", "{place}=oui"])
def test_an_answer_to_no_question_is_refused_and_nothing_is_written(a, words):
    a.add("organisation", "name=Association Leo Lagrange")
    book = append(a.export("p"), "organisation", name="Asso. Léo Lagrange")
    (question,) = a.read("importer", book, "--simuler")["questions"]
    before = a.fingerprint

    code, _, err = a("importer", book, "--repondre", words.format(place=f"{question['sheet']}!{question['cell']}"))

    assert code == 2
    assert "--simuler" in err
    assert a.fingerprint == before


def test_the_workbook_is_written_again_after_the_import(a, row, tmp_path):
    book = append(a.export("p", "--profil", "partenaire"), "action", title="Fête")
    target = tmp_path / "retour.xlsx"

    told = json.loads(a("importer", book, "--classeur-a-jour", target, "--json")[1])

    assert told["renewed"] == str(target)
    assert a.read("importer", target, "--simuler")["changes"] == []
    code, out, _ = a("importer", book, "--classeur-a-jour", tmp_path / "autre.xlsx")
    assert code == 0
    assert f"Classeur à jour\u00a0: {tmp_path / 'autre.xlsx'}" in out


def test_a_place_already_taken_refuses_the_whole_import(a, row, tmp_path):
    book = edit(a.export("p"), "action", row, title="Autre")
    before, state = book.read_bytes(), a.fingerprint

    code, _, err = a("importer", book, "--classeur-a-jour", book)

    assert code == 1
    assert "existe déjà" in err
    assert (book.read_bytes(), a.fingerprint) == (before, state)
    assert a("importer", book, "--simuler", "--classeur-a-jour", tmp_path / "x.xlsx")[0] == 2
    assert a("importer", book, book, "--classeur-a-jour", tmp_path / "x.xlsx")[0] == 2


def test_a_preview_of_many_rows_is_told_in_few_lines(post):
    a, b = post("a"), post("b")
    for number in range(12):
        a.add("action", f"title=Atelier {number}", f"priority={priority(a)}")
    a.add("organisation", "name=Les Jardins", "category=association", f"description={'mot ' * 100}")

    code, out, _ = b("importer", a.export("a"))

    assert code == 0
    told = out.splitlines()
    assert f"Création – 12{NBSP}actions." in told
    assert f"Création – Structure «{NBSP}Les Jardins{NBSP}»." in told
    assert not any("Atelier" in line for line in told)


def test_a_long_value_is_told_by_its_first_words(post):
    a, b = post("a"), post("b")
    row = a.add("organisation", "name=Les Jardins", "category=association")
    b("importer", a.export("a1"))
    a("modifier", "organisation", row, f"description={'mot ' * 100}")

    _, out, _ = b("importer", a.export("a2"))

    (line,) = [line for line in out.splitlines() if line.startswith("Modification")]
    assert "mot mot…" in line
    assert len(line) < 200
