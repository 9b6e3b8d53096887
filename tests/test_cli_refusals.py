"""What the command line refuses, and how it behaves where it runs: pipes, locales, locks, faults of ours."""

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import types
from pathlib import Path

import pytest

from app import cli
from app.cli import main
from app.formatting import NBSP
from app.services import notebooks
from tests.rights import without_right_to_write

ROOT = Path(__file__).parents[1]
BAD = ROOT / "tests" / "data" / "reference" / "bad"


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    folder = tmp_path_factory.mktemp("original")
    patch = pytest.MonkeyPatch()
    patch.setenv("CARNET_HOME", str(folder / "home"))
    path = folder / "e.carnet"
    assert main(["nouveau", str(path), "--quartier", "Est", "--exemple"]) == 0
    patch.undo()
    return path


@pytest.fixture
def path(original, tmp_path):
    copied = shutil.copy(original, tmp_path / "est.carnet")
    # The first opening on another machine gives the file a name of its own there.
    notebooks.open_existing(copied).close()
    return copied


@pytest.fixture
def refused(path, capsys):
    """Runs a command that must be refused: one sentence, nothing changed; gives (exit code, sentence)."""

    def run(*words, notebook=path):
        before = path.read_bytes()
        capsys.readouterr()
        code = main([*words, "--carnet", str(notebook)])
        out, err = capsys.readouterr()
        assert code != 0
        assert out == ""
        assert len(err.splitlines()) == 1
        assert err.rstrip().endswith((".", "?"))
        assert path.read_bytes() == before
        return code, err

    return run


def launch(*words, **options):
    """Runs `python -m app` as a process."""
    environment = {**os.environ, **options.pop("env", {})}
    return subprocess.run(
        [sys.executable, "-m", "app", *map(str, words)], cwd=ROOT, env=environment, capture_output=True, **options
    )


# -- files that are not notebooks ---------------------------------------------------------------------------------


def damaged(path):
    content = bytearray(path.read_bytes())
    for place in range(8000, len(content)):
        content[place] = (content[place] * 7 + place) % 256
    return bytes(content)


def newer(path):
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    return path.read_bytes()


def foreign(path):
    path.unlink()
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE t (a)")
    db.close()
    return path.read_bytes()


SPOILED = {
    "n’est pas un carnet": lambda path: b"Bonjour" * 40,
    "est vide": lambda path: b"",
    "pas un carnet": foreign,
    "plus récente": newer,
    "endommagé": damaged,
    "est endommagé": lambda path: path.read_bytes()[: path.stat().st_size // 2],
}


@pytest.mark.parametrize("sentence", SPOILED)
@pytest.mark.parametrize("words", ["infos", "lister action", "chercher fête", "annuler", "modifier action x title=y"])
def test_a_file_that_is_not_a_sound_notebook_is_refused(refused, path, tmp_path, sentence, words):
    spoiled = Path(shutil.copy(path, tmp_path / "autre.carnet"))
    content = SPOILED[sentence](spoiled)
    spoiled.write_bytes(content)
    code, err = refused(*words.split(), notebook=spoiled)
    assert code == 1
    assert sentence in err
    assert "autre.carnet" in err
    assert spoiled.read_bytes() == content


def test_a_folder_or_nothing_is_no_notebook(refused, tmp_path):
    assert "dossier" in refused("infos", notebook=tmp_path)[1]
    assert "introuvable" in refused("infos", notebook=tmp_path / "absent.carnet")[1]


@pytest.mark.parametrize("sentence", ["n’est pas un carnet", "est vide", "endommagé", "plus récente"])
def test_a_bad_backup_is_not_put_in_place(refused, path, tmp_path, carnet_home, sentence):
    source = Path(shutil.copy(path, tmp_path / "copie.carnet"))
    source.write_bytes(SPOILED[sentence](source))
    code, err = refused("restaurer-sauvegarde", str(source))
    assert code == 1
    assert "copie.carnet" in err
    assert not (carnet_home / "sauvegardes").exists()


def test_a_backup_is_not_written_over_something_else(refused, path, tmp_path):
    letter = tmp_path / "lettre.odt"
    letter.write_text("Chère équipe", encoding="utf-8")
    assert "existe déjà" in refused("sauvegarder", str(letter))[1]
    assert letter.read_text(encoding="utf-8") == "Chère équipe"
    other = tmp_path / "autre.carnet"
    assert main(["nouveau", str(other), "--quartier", "Ouest"]) == 0
    assert "existe déjà" in refused("sauvegarder", str(other))[1]
    assert "lui-même" in refused("sauvegarder", str(path))[1]
    assert "lui-même" in refused("restaurer-sauvegarde", str(path))[1]
    assert "dossier" in refused("sauvegarder", str(tmp_path))[1]


@pytest.mark.skipif(os.name != "posix", reason="rights of POSIX")
@pytest.mark.parametrize("words", [("sauvegarder", "{}"), ("nouveau", "{}", "--quartier", "Est")], ids=lambda w: w[0])
def test_a_folder_that_may_not_be_written_is_said(original, tmp_path, capsys, words):
    source = shutil.copy(original, tmp_path / "est.carnet")
    notebooks.open_existing(source).close()
    before = source.read_bytes()
    closed = tmp_path / "fermé"
    closed.mkdir()
    with without_right_to_write(closed):
        code = main([word.format(closed / "c.carnet") for word in words] + ["--carnet", str(source)])
    assert code == 1
    assert "droit" in capsys.readouterr().err
    assert source.read_bytes() == before
    assert list(closed.iterdir()) == []


# -- a new notebook -----------------------------------------------------------------------------------------------


def test_an_existing_file_is_not_replaced(refused, path):
    code, err = refused("nouveau", str(path), "--quartier", "Est")
    assert code == 1
    assert "existe déjà" in err


@pytest.mark.parametrize("file", sorted(one.name for one in BAD.iterdir()))
def test_a_bad_referentiel_is_refused_with_its_line(refused, tmp_path, file):
    folder = tmp_path / "ville"
    folder.mkdir()
    shutil.copy(BAD / file, folder / "1.0.0.jsonl")
    code, err = refused("nouveau", str(tmp_path / "n.carnet"), "--quartier", "Est", "--referentiel", str(folder))
    assert code == 1
    assert "1.0.0.jsonl" in err
    assert "ligne" in err or "vide" in err
    assert not list(tmp_path.glob("*n.carnet*"))


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--quartier", "Nulle part"], "Quartiers"),
        (["--quartier", "Est", "--referentiel", "nulle-part"], "introuvable"),
        (["--quartier", "Est", "--referentiel", __file__], "n’est pas un dossier"),
        (["--quartier", "tous", "--referentiel", "aucun"], "nommer le quartier"),
        (["--quartier", "Nord", "--referentiel", "aucun", "--exemple"], "exemple"),
    ],
)
def test_a_start_that_cannot_be_is_refused(refused, tmp_path, options, sentence):
    code, err = refused("nouveau", str(tmp_path / "n.carnet"), *options)
    assert code == 1
    assert sentence in err
    assert not list(tmp_path.glob("*n.carnet*"))


# -- words --------------------------------------------------------------------------------------------------------

REFUSED = [
    ("lister actions", "Vouliez-vous dire action"),
    ("lister structure", "Vouliez-vous dire organisation"),
    ("champs xyz", "n’est pas une entité"),
    ("lister action --filtre statut=done", "Vouliez-vous dire status"),
    ("lister action --filtre état=done", "Vouliez-vous dire status"),
    ("lister action --filtre status=presque", "En cours (running)"),
    ("lister action --filtre progress=beaucoup", "pourcentage"),
    ("montrer action Personne", "Aucune action"),
    ("montrer action 00000000-0000-4000-8000-000000000000", "Aucune action"),
    ("montrer indicator Personne", "Aucun indicateur"),
    ("montrer step Personne", "Aucune étape"),
    ("ajouter action title=Seul", "Priorité"),
    ("ajouter action title=Deux title=fois priority=1", "deux fois"),
    ("modifier action EST-001 end=31/02/2026", "31/02/2026"),
    ("modifier action EST-001 end=01/01/1999", "vient après"),
    ("modifier action EST-001 progress=120", "de 0 à 100"),
    ("modifier action EST-001 progress=1.234", "deux façons"),
    ("modifier action EST-001 status=fini", "Terminée (done)"),
    ("modifier action EST-001 title=", "ne peut pas rester vide"),
    ("modifier action EST-001 priority=", "ne peut pas rester vide"),
    ("modifier action EST-001 promoter=Personne", "Aucune structure"),
    ("modifier action EST-001 territories+=Personne", "Aucun territoire"),
    ("modifier action EST-001 territories+=", "rien n’est nommé"),
    ("modifier action EST-001 title+=x", "n’a qu’une valeur"),
    ("modifier action EST-001 partners+=Personne", "Aucune structure"),
    ("modifier action EST-001 id=1", "n’est pas un champ"),
    ("modifier organisation CAF siret=123", "14 chiffres"),
    ("ajouter body name=x kind=internal cadence_months=99999999999999999999", "trop grand"),
    ("supprimer action Personne", "Aucune action"),
    ("restaurer action EST-001", "n’est pas dans la corbeille"),
    ("annuler", "rien à annuler"),
    ("retablir", "rien à rétablir"),
]


@pytest.mark.parametrize(("words", "sentence"), REFUSED)
def test_what_cannot_be_is_refused_in_one_sentence(refused, words, sentence):
    code, err = refused(*words.split(" "))
    assert code == 1
    assert sentence in err


def test_an_ambiguous_reference_lists_the_rows(path, refused):
    for _ in range(2):
        assert main(["ajouter", "action", "title=Deux fois", "priority=1", "--carnet", str(path)]) == 0
    code, err = refused("montrer", "action", "deux fois")
    assert code == 1
    assert "2 lignes" in err


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("lisster action", "carnet lister"),
        ("xyzzy", "n’est pas une commande"),
        ("lister", "Il manque ENTITÉ"),
        ("montrer action", "Il manque RÉF"),
        ("modifier action EST-001", "Il manque champ=valeur"),
        ("ajouter action title", "champ=valeur"),
        ("lister action --jsn", "--json"),
        ("ajouter action title=x --json", "n’a pas d’option --json"),
        ("lister action --filtre", "attend une valeur"),
        ("lister action --filtre status", "champ=valeur"),
        ("lister action --filtre themes+=Jeunes", "filtre"),
        ("infos de trop", "de trop"),
        ("nouveau x.carnet", "--quartier"),
        ("nouveau x.carnet --quartier --exemple", "attend une valeur"),
        ("infos --json=oui", "ne prend pas de valeur"),
        ("chercher", "Il manque TEXTE"),
        ("rapport --sortie", "attend une valeur"),
    ],
)
def test_a_command_that_is_badly_written_exits_with_2(refused, words, sentence):
    code, err = refused(*words.split(" "))
    assert code == 2
    assert sentence in err


REFUSED = """
ajouter licorne title=X
ajouter action title=X
modifier action x title=y
modifier action EST-001 end=31/02/2026
modifier action EST-001 progress=beaucoup
modifier action EST-001 licorne=1
modifier action EST-001 promoter=Personne
supprimer action x
restaurer action x
effacer contact x --confirmer
effacer action EST-001 --confirmer
retablir
annuler-import x
resoudre x --garder mien
joindre action EST-001 absent.pdf
importer absent.xlsx
restaurer-sauvegarde absent.carnet
"""


@pytest.mark.parametrize("words", REFUSED.strip().splitlines())
def test_a_command_that_writes_says_what_was_kept_when_it_refuses(refused, path, words):
    before = path.read_bytes()
    code, err = refused(*words.split())
    assert code == 1
    assert re.search("n’(a|ont)( pas)? été|intact", err), err
    assert err.count("Rien n’a été") <= 1
    assert path.read_bytes() == before


def test_every_command_explains_itself(capsys):
    from app.cli.parser import COMMANDS

    assert main(["--aide"]) == 0
    general = capsys.readouterr().out
    for command in COMMANDS:
        assert command.name in general
        assert main([command.name, "--help"]) == 0
        assert capsys.readouterr().out
    assert main(["--version"]) == 0


# -- other processes ----------------------------------------------------------------------------------------------


def test_an_open_notebook_is_read_but_not_written(path, capsys):
    with notebooks.open_existing(path):
        for words in ("infos", "lister action", "chercher fête", "montrer action EST-001", "verifier"):
            assert main([*words.split(), "--carnet", str(path)]) == 0
        capsys.readouterr()
        for words in (
            "modifier action EST-001 status=done",
            "ajouter action title=x priority=1",
            "supprimer action EST-001",
            "restaurer action EST-001",
            "annuler",
            "retablir",
            f"restaurer-sauvegarde {path}.copie",
        ):
            shutil.copy(path, f"{path}.copie")
            assert main([*words.split(), "--carnet", str(path)]) == 4
            assert "ouvert ailleurs" in capsys.readouterr().err
        assert main(["sauvegarder", str(path.with_name("copie.carnet")), "--carnet", str(path)]) == 0


def test_a_reader_who_leaves_makes_no_noise(path):
    command = f'"{sys.executable}" -m app lister organisation --json --carnet "{path}" | head -c 20'
    seen = subprocess.run(["sh", "-c", command], cwd=ROOT, capture_output=True)
    assert seen.stderr == b""
    assert seen.stdout.startswith(b"[")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_an_answer_that_cannot_be_written_is_said(path):
    with open("/dev/full", "wb") as full:
        seen = subprocess.run(
            [sys.executable, "-m", "app", "lister", "action", "--json", "--carnet", str(path)],
            cwd=ROOT, stdout=full, stderr=subprocess.PIPE,
        )  # fmt: skip
    assert seen.returncode == 1
    assert "le disque est plein" in seen.stderr.decode()


@pytest.mark.parametrize(
    "locale", [{"LC_ALL": "C"}, {"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "POSIX", "PYTHONUTF8": "0"}]
)
def test_french_comes_out_whole_under_any_locale(path, locale):
    seen = launch("montrer", "action", "EST-001", "--json", "--carnet", path, env=locale)
    assert seen.returncode == 0
    assert "é" in json.loads(seen.stdout.decode("utf-8"))["description"]
    seen = launch("lister", "actions", "--carnet", path, env=locale)
    assert f"«{NBSP}actions{NBSP}»" in seen.stderr.decode("utf-8")


def test_looking_loads_neither_qt_nor_the_makers_of_documents(path):
    heavy = ["PySide6", "reportlab", "openpyxl", "xlsxwriter", "alembic", "pikepdf", "docx"]
    program = (
        "import sys; from app.cli import main; code = main(sys.argv[1:]);"
        f"print(sorted(set(sys.modules) & set({heavy!r})), file=sys.stderr); sys.exit(code)"
    )
    for words in ("infos --json", "lister action", "chercher fête", "modifier action EST-001 status=done", "verifier"):
        seen = subprocess.run(
            [sys.executable, "-c", program, *words.split(), "--carnet", str(path)], cwd=ROOT, capture_output=True
        )
        assert seen.returncode == 0, seen.stderr
        assert seen.stderr.splitlines()[-1] == b"[]"


def test_a_wrong_word_is_refused_without_loading_the_database():
    program = "import sys; from app.cli import main; main(['lisster']); print('sqlalchemy' in sys.modules)"
    seen = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert seen.stdout == "False\n"


# -- faults of ours -----------------------------------------------------------------------------------------------


def test_a_fault_of_ours_goes_to_a_log_that_quotes_nothing(path, monkeypatch, capsys, carnet_home):
    def fail(*_, **__):
        raise RuntimeError("Nom Confidentiel")

    monkeypatch.setattr(notebooks, "identity", fail)
    assert main(["infos", "--carnet", str(path)]) == 1
    out, err = capsys.readouterr()
    log = carnet_home / "journaux" / "carnet.log"
    assert (out, len(err.splitlines())) == ("", 1)
    assert str(log) in err
    assert "Traceback" not in err
    written = log.read_text(encoding="utf-8")
    assert "RuntimeError" in written
    assert "cli/commands.py" in written
    assert "Confidentiel" not in written
    assert str(path) not in written
    monkeypatch.setenv("CARNET_DEBUG", "1")
    assert main(["infos", "--carnet", str(path)]) == 1
    assert "Traceback" in capsys.readouterr().err


def test_an_interruption_is_clean(path, monkeypatch, capsys):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(notebooks, "identity", interrupt)
    assert main(["infos", "--carnet", str(path)]) == 130
    assert "Traceback" not in capsys.readouterr().err


# -- the window ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "opened"),
    [
        ([], None),
        (["ouvrir"], None),
        (["ouvrir", "--carnet", "est.carnet"], Path("est.carnet")),
        (["--carnet", "est.carnet"], Path("est.carnet")),
        (["ouvrir", "est.carnet"], Path("est.carnet")),
        (["a b/est.carnet"], Path("a b/est.carnet")),
    ],
)
def test_the_window_is_opened_on_the_notebook(monkeypatch, words, opened):
    asked = []
    window = types.ModuleType("app.main")
    window.run = lambda path: asked.append(path) or 0
    monkeypatch.setitem(sys.modules, "app.main", window)
    assert main(words) == 0
    assert asked == [opened]


def test_without_qt_the_window_is_refused_in_french(monkeypatch, capsys):
    def absent(name):
        raise ImportError("libEGL.so.1", name="PySide6.QtGui")

    monkeypatch.setattr(cli, "import_module", absent)
    assert main([]) == 1
    assert "fenêtre" in capsys.readouterr().err


# -- documents ----------------------------------------------------------------------------------------------------


class Letter:
    """A document type that writes what it was asked."""

    name = "fiche-action"
    title = "Fiche action"
    formats = ("pdf", "docx")
    options = (("action", "Action", True, "action"), ("year", "Année", False, "year"))

    def build(self, connection, options, path, *, today, progress=None, cancelled=None):
        count = connection.exec_driver_sql("SELECT count(*) FROM action").scalar_one()
        path.write_text(json.dumps({"options": options, "today": today.isoformat(), "count": count}), encoding="utf-8")


@pytest.fixture
def catalogue(monkeypatch):
    module = types.ModuleType("app.reports.catalogue")
    module.CATALOGUE = {"fiche-action": Letter()}
    monkeypatch.setitem(sys.modules, "app.reports.catalogue", module)


def test_the_documents_are_listed(catalogue, capsys):
    assert main(["rapport", "--liste", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == [
        {
            "name": "fiche-action",
            "title": "Fiche action",
            "formats": ["pdf", "docx"],
            "options": [
                {"key": "action", "label": "Action", "required": True},
                {"key": "year", "label": "Année", "required": False},
            ],
        }
    ]
    assert main(["rapport", "--liste"]) == 0
    assert "Fiche action" in capsys.readouterr().out


def test_a_document_is_written_with_its_options(catalogue, path, tmp_path, capsys):
    target = tmp_path / "fiche n° 1.PDF"
    words = ["rapport", "fiche-action", "action=EST-001", "--sortie", str(target), "year=", "--carnet", str(path)]
    assert main(words) == 0
    assert str(target) in capsys.readouterr().out
    written = json.loads(target.read_text(encoding="utf-8"))
    assert written["options"] == {"action": "EST-001"}
    assert written["count"] == 46


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        ("rapport", 2, "Il manque le nom"),
        ("rapport fiche-actions --sortie x.pdf", 1, "Vouliez-vous dire fiche-action"),
        ("rapport fiche-action --sortie x.pdf", 2, "action="),
        ("rapport fiche-action action= --sortie x.pdf", 2, "action="),
        ("rapport fiche-action action=EST-001", 2, "--sortie"),
        ("rapport fiche-action action=EST-001 --sortie x.odt", 1, ".pdf ou .docx"),
        ("rapport fiche-action action=EST-001 anée=2026 --sortie x.pdf", 1, "Vouliez-vous dire"),
        ("rapport fiche-action EST-001 --sortie x.pdf", 2, "option=valeur"),
        ("rapport fiche-action action=1 action=2 --sortie x.pdf", 2, "deux fois"),
    ],
)
def test_a_document_badly_asked_is_refused(catalogue, refused, words, code, sentence):
    assert refused(*words.split(" "))[0] == code
    assert sentence in refused(*words.split(" "))[1]
