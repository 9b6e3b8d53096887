"""The five notebooks and the town, by the command line alone: put together, counted once, given back."""

import json
import shutil

import pytest

from app.cli import main

QUARTERS = ("Nord", "Est", "Sud", "Ouest", "Centre")


class Post:
    """One notebook driven by commands."""

    def __init__(self, path, capsys):
        self.path = path
        self._capsys = capsys

    def __call__(self, *words, code=0):
        self._capsys.readouterr()
        found = main([*map(str, words), "--carnet", str(self.path)])
        out, err = self._capsys.readouterr()
        assert found == code, err
        return out

    def read(self, *words):
        return json.loads(self(*words, "--json"))

    def add(self, *words):
        return self("ajouter", *words).strip().splitlines()[-1]

    def export(self, *words):
        path = self.path.with_suffix(".xlsx")
        self("exporter", path, *words)
        return path

    @property
    def fingerprint(self):
        return self.read("infos")["fingerprint"]


#: A town of five quartiers and a QPV that several share: small, so that workbooks are.
TOWN = (
    {
        "referentiel": "essai", "format": 1, "version": "1.0.0", "date": "2024-01-01", "titre": "Contrat d’essai",
        "commune": "Essai", "licence": "Ville inventée pour les essais",
    },
    {"entity": "contract", "id": "CV", "title": "Contrat d’essai", "town": "Essai", "start": 2024, "end": 2030},
    {"entity": "territory", "id": "COM", "name": "Essai", "kind": "municipality"},
    *({"entity": "territory", "id": one, "name": one, "kind": "district", "parents": ["COM"]} for one in QUARTERS),
    {"entity": "territory", "id": "QPV", "name": "Les Quais", "kind": "qpv_2024", "parents": ["COM"]},
    {"entity": "priority", "id": "P1", "number": 1, "title": "Réussite éducative"},
    {"entity": "priority", "id": "P4", "number": 4, "title": "Vivre ensemble"},
)  # fmt: skip


@pytest.fixture(scope="module")
def blank(tmp_path_factory):
    """The six notebooks as they are made, once."""
    folder = tmp_path_factory.mktemp("postes")
    frame = folder / "essai"
    frame.mkdir()
    lines = "\n".join(json.dumps(one, ensure_ascii=False) for one in TOWN)
    (frame / "1.0.0.jsonl").write_text(lines + "\n", encoding="utf-8")
    for name in (*QUARTERS, "tous"):
        path = folder / f"{name}.carnet"
        assert main(["nouveau", str(path), "--quartier", name, "--referentiel", str(frame)]) == 0
    return folder


@pytest.fixture
def posts(blank, tmp_path, capsys):
    return {
        name: Post(shutil.copy(blank / f"{name}.carnet", tmp_path / f"{name}.carnet"), capsys)
        for name in (*QUARTERS, "tous")
    }


@pytest.fixture
def places(posts):
    found = posts["tous"].read("lister", "territory", "--filtre", "kind=district")
    return {row["name"]: row["id"] for row in found}


def district(town, name):
    return next(one for one in town["districts"] if one["name"] == name)


def test_the_five_are_put_together_counted_once_and_given_back(posts, places):
    def write(name, title, *others, **values):
        territories = ";".join(places[one] for one in (name, *others))
        given = [f"{key}={value}" for key, value in values.items()]
        return posts[name].add("action", f"title={title}", "priority=1", f"territories={territories}", *given)

    write("Nord", "Navette", "Est", status="running", progress=40, end="2020-01-01")
    write("Nord", "Jardin", status="done", progress=100)
    shared = write("Sud", "Fête des quartiers", "Ouest", "Centre", status="running", progress=60)
    write("Ouest", "Repair café", status="running", blocking_point="Local")
    posts["Centre"].add("action", "title=Lettre", "priority=4", "territories=Les Quais")
    garden = write("Est", "Composteurs")
    posts["Est"]("modifier", "action", garden, f"territories+={places['Nord']}")
    books = {name: posts[name].export() for name in QUARTERS}

    town = posts["tous"]
    town("importer", *books.values())

    found = town.read("consolider")
    counts = {name: (district(found, name)["actions"], district(found, name)["shared"]) for name in QUARTERS}
    assert counts == {"Nord": (3, 2), "Est": (2, 2), "Sud": (1, 1), "Ouest": (2, 1), "Centre": (1, 1)}
    assert (found["town"]["actions"], found["town"]["shared"]) == (6, 3)
    assert found["town"]["without_district"]["actions"] == 1
    # Each in its quartiers, once in the town: what is shared is what is counted too much.
    assert sum(actions for actions, _ in counts.values()) == 6 - 1 + (2 - 1) + (2 - 1) + (3 - 1)
    assert (district(found, "Nord")["late"], district(found, "Ouest")["blocked"]) == (1, 1)
    assert district(found, "Nord")["received"]["author"] == "Chef de projet Nord"
    assert found["town"]["conflicts"] == 0
    assert {one["author"] for one in found["colleagues"]} == {f"Chef de projet {name}" for name in QUARTERS}
    (one,) = (one for one in found["shared_actions"] if one["id"] == shared)
    assert [link["label"] for link in one["districts"]] == ["Centre", "Ouest", "Sud"]

    back = town.export()
    for number, name in enumerate(QUARTERS):
        # In any order: some had met a colleague before the whole came back.
        if number % 2:
            posts[name]("importer", books[QUARTERS[number - 1]])
        posts[name]("importer", back)

    assert len({post.fingerprint for post in posts.values()}) == 1
    assert [post.read("conflits") for post in posts.values()] == [[]] * 6
    assert posts["Ouest"].read("consolider")["districts"] == [
        one | {"received": district(posts["Ouest"].read("consolider"), one["name"])["received"]}
        for one in found["districts"]
    ]
    assert "3 actions communes comptent une seule fois dans la ville." in town("consolider").replace("\u00a0", " ")


def test_a_notebook_of_one_quartier_says_how_to_bring_the_others(posts, capsys):
    assert main(["consolider", "--carnet", str(posts["Est"].path)]) == 0

    out, err = capsys.readouterr()
    assert "Est" in out
    assert "carnet importer" in err


def test_a_workbook_for_each_quartier_holds_nothing_of_another(posts, places, tmp_path):
    nord = posts["Nord"]
    nord.add("action", "title=Navette", "priority=1", f"territories={places['Nord']};Les Quais")
    nord.add("action", "title=Jardin", "priority=1", f"territories={places['Est']};Les Quais")
    folder = tmp_path / "classeurs"

    nord("exporter", folder, "--par-quartier", "--profil", "partenaire", "--entites", "action")

    books = sorted(path.name.split("_")[1] for path in folder.iterdir())
    assert books == ["Centre", "Est", "Nord", "Ouest", "Sud"]
    (book,) = folder.glob("Projets_Nord_*.xlsx")
    assert titles(book) == ["Navette"]
    (book,) = folder.glob("Projets_Sud_*.xlsx")
    assert titles(book) == []


def titles(book):
    from openpyxl import load_workbook

    from tests.exchange.laptops import column_of, sheet_of

    sheet = sheet_of(load_workbook(book), "action")
    column = column_of(sheet, "title")
    return [cell for (cell,) in sheet.iter_rows(3, None, column, column, values_only=True) if cell]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("consolider", "Est"), 2, "de trop"),
        (("exporter", "x", "--par-quartier", "--quartier", "Est"), 2, "ne vont pas ensemble"),
    ],
)
def test_what_cannot_be_asked_says_so(posts, capsys, words, code, said):
    assert main([*words, "--carnet", str(posts["tous"].path)]) == code
    assert said in capsys.readouterr().err
