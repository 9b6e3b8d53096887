"""`carnet joindre`, `carnet extraire`: files in and out by the command line."""

from app.formatting import NBSP
from tests.test_cli import carnet, example, path, read  # noqa: F401


def test_a_file_is_joined_listed_and_extracted(carnet, read, tmp_path):  # noqa: F811
    note = tmp_path / "Compte rendu.txt"
    note.write_text("Deux samedis par mois.")

    code, out, err = carnet("joindre", "action", "EST-001", str(note), "--remarque", "À relire")

    assert code == 0
    id = out.splitlines()[-1]
    assert err.startswith(f"«{NBSP}Compte rendu.txt{NBSP}» (22{NBSP}octets) est joint à Espace ressources parents")
    (row,) = [one for one in read("lister", "attachment") if one["id"] == id]
    assert (row["name"], row["note"], row["size"]) == ("Compte rendu.txt", "À relire", 22)
    assert row["record_entity"] == "action"
    out_path = tmp_path / "copie.txt"
    code, out, _ = carnet("extraire", "Compte rendu.txt", str(out_path))
    assert code == 0
    assert out == f"Fichier écrit{NBSP}: {out_path}\n"
    assert out_path.read_bytes() == note.read_bytes()
    assert carnet("extraire", id, str(tmp_path))[0] == 0
    assert (tmp_path / "Compte rendu (2).txt").exists()


def test_a_file_says_which_row_it_is_joined_to(carnet):  # noqa: F811
    code, out, _ = carnet("montrer", "attachment", "Lieux de permanence.png")

    assert code == 0
    assert f"Action{NBSP}: Médiation santé et dépistage des cancers" in out


def test_joining_is_taken_back(carnet, read, tmp_path):  # noqa: F811
    note = tmp_path / "Note.txt"
    note.write_text("Deux samedis par mois.")
    before = len(read("lister", "attachment"))
    carnet("joindre", "organisation", "CAF", str(note))

    code, out, _ = carnet("annuler")

    assert code == 0
    assert "Note.txt" in out
    assert len(read("lister", "attachment")) == before


def test_what_cannot_be_joined_is_refused_in_one_sentence(carnet, tmp_path):  # noqa: F811
    program = tmp_path / "programme.exe"
    program.write_bytes(b"MZ")
    note = tmp_path / "Note.txt"
    note.write_text("mot")
    for words, said in (
        (("joindre", "action", "EST-001", str(program)), "ne peut pas être joint"),
        (("joindre", "action", "EST-001", str(tmp_path / "absent.pdf")), "n’existe pas"),
        (("joindre", "action", "EST-999", str(note)), "ne répond"),
        (("joindre", "atelier", "EST-001", str(note)), "n’est pas une entité"),
        (("extraire", "Inconnue.pdf", str(tmp_path)), "ne répond"),
        (("extraire", "Visite de la salle.pdf", str(note)), "existe déjà"),
        (("ajouter", "attachment", "name=Note.txt"), "carnet joindre"),
        (("modifier", "attachment", "Lieux de permanence.png", "sha256=0"), "ne se change pas"),
        (("modifier", "attachment", "Lieux de permanence.png", "name=a.exe"), "ne se change pas"),
    ):
        code, out, err = carnet(*words)
        assert (code, out) == (1, ""), words
        assert said in err, words


def test_a_remark_is_changed_like_any_field(carnet, read):  # noqa: F811
    assert carnet("modifier", "attachment", "Visite de la salle.pdf", "note=À relire")[0] == 0
    assert [one["note"] for one in read("lister", "attachment", "--filtre", "name=Visite de la salle.pdf")] == [
        "À relire"
    ]


def test_words_that_are_missing_are_asked_for(carnet):  # noqa: F811
    code, _, err = carnet("joindre", "action", "EST-001")

    assert code == 2
    assert "FICHIER" in err
