"""`carnet effacer`: asked for twice, done for ever, told whole; what is restored afterwards is erased again."""

import shutil

import pytest

from app.cli import main
from app.formatting import NBSP
from tests.exchange.test_erasure import holds
from tests.test_cli import carnet, example, path, read  # noqa: F401

NAME = "Zwingelstein"


@pytest.fixture
def person(carnet):  # noqa: F811
    code, out, err = carnet("ajouter", "contact", f"last_name={NAME}", "first_name=Ada", "phone=06 12 34 56 78")
    assert code == 0, err
    return out.splitlines()[-1]


def test_nothing_is_erased_without_being_confirmed(carnet, path, person):  # noqa: F811
    code, _, err = carnet("effacer", "contact", "Ada Zwingelstein")
    assert code == 2
    assert "Rien n’a été effacé" in err
    assert "--confirmer" in err
    assert holds(path, NAME)


def test_what_was_done_and_what_is_out_of_reach_is_told(carnet, read, path, person, tmp_path):  # noqa: F811
    code, _, err = carnet("modifier", "action", "EST-001", f"description=Vu Ada {NAME} en mars")
    assert code == 0, err
    book = tmp_path / "equipe.xlsx"
    assert carnet("exporter", str(book))[0] == 0

    code, out, err = carnet("effacer", "contact", "Ada Zwingelstein", "--confirmer", "--textes", "aucun")

    assert code == 0
    assert person in out
    assert str(book) in out
    assert f"1{NBSP}texte laissé tel quel" in err
    assert "description" in err
    assert f"Vu Ada {NAME} en mars" in err
    shown = read("montrer", "contact", person)
    assert shown["last_name"] is None
    assert "Personne effacée" in carnet("lister", "contact")[1]
    assert "Personne effacée" in carnet("montrer", "contact", person)[1]
    assert carnet("chercher", NAME)[1].count("Ada") <= 1
    assert carnet("verifier")[0] == 0


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("effacer", "contact", "{person}", "--confirmer"), "déjà effacée"),
        (("modifier", "contact", "{person}", "phone=0320000000"), "effacé"),
        (("effacer", "action", "EST-001", "--confirmer"), "va à la corbeille"),
    ],
)
def test_an_erased_person_is_not_touched_again_and_nothing_else_is_erased(
    carnet,  # noqa: F811
    person,
    words,
    sentence,
):
    assert carnet("effacer", "contact", person, "--confirmer")[0] == 0
    code, _, err = carnet(*(word.format(person=person) for word in words))
    assert code == 1
    assert sentence in err


def test_d82_a_backup_put_back_says_who_is_erased_again(carnet, path, person, tmp_path, capsys):  # noqa: F811
    copy = tmp_path / "cle.carnet"
    assert carnet("sauvegarder", str(copy))[0] == 0
    assert carnet("effacer", "contact", person, "--confirmer")[0] == 0

    code, out, _ = carnet("restaurer-sauvegarde", str(copy))

    assert code == 0
    assert "avait été effacée depuis cette copie" in out
    assert not holds(path, NAME)
    shutil.copy(copy, path)
    capsys.readouterr()
    assert main(["modifier", "action", "EST-001", "progress=50", "--carnet", str(path)]) == 0
    assert "avait été effacée depuis cette copie" in capsys.readouterr().err
    assert not holds(path, NAME)


@pytest.fixture
def named(carnet, person):  # noqa: F811
    for code, text in (("EST-001", f"Vu Ada {NAME} en mars"), ("EST-002", f"Impasse {NAME}")):
        assert carnet("modifier", "action", code, f"description={text}")[0] == 0
    return person


@pytest.mark.parametrize("words", [(), ("--confirmer",), ("--confirmer", "--textes", "peut-être")])
def test_texts_that_name_the_person_are_shown_before_anything_is_erased(carnet, path, named, words):  # noqa: F811
    code, _, err = carnet("effacer", "contact", named, *words)

    assert code == 2
    assert "Rien n’a été effacé" in err
    assert "tous" in err
    assert "aucun" in err
    if "--textes" not in words:
        assert f"Vu Ada {NAME} en mars" in err
        assert f"Impasse {NAME}" in err
        assert "(nom de famille seul)" in err
    assert holds(path, NAME)


@pytest.mark.parametrize(
    ("texts", "first", "second"),
    [
        ("tous", "Vu ███ ████████████ en mars", "Impasse ████████████"),
        ("surs", "Vu ███ ████████████ en mars", f"Impasse {NAME}"),
        ("sûrs", "Vu ███ ████████████ en mars", f"Impasse {NAME}"),
        ("aucun", f"Vu Ada {NAME} en mars", f"Impasse {NAME}"),
    ],
)
def test_the_texts_that_one_says_lose_the_name(carnet, read, path, named, texts, first, second):  # noqa: F811
    code, out, _ = carnet("effacer", "contact", named, "--confirmer", "--textes", texts)

    assert code == 0
    assert read("montrer", "action", "EST-001")["description"] == first
    assert read("montrer", "action", "EST-002")["description"] == second
    assert ("masqué" in out) == (texts != "aucun")
    assert holds(path, NAME) == (texts != "tous")
    assert "un nom y a été masqué" in carnet("montrer", "action", "EST-001", "--historique")[1] or texts == "aucun"
    assert carnet("verifier")[0] == 0
