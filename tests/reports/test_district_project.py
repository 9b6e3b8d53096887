"""The projet de quartier read back: its parts, its words, what it must never print."""

import re
from pathlib import Path

import pikepdf
import pytest

from app.notebook.store import Store
from app.reports.catalogue import build
from app.services import records
from tests.reports.notebooks import TODAY, add_action, plant
from tests.reports.reading import text_of

PRIORITIES = [
    "Réussite éducative", "Emploi", "Santé", "Vivre ensemble", "Transition écologique", "Accès aux droits, numérique",
]  # fmt: skip
HOSTILE = "Texte <b>tel quel</b> & « <para> » %s {x}"


@pytest.fixture(scope="module")
def example(tmp_path_factory) -> Store:
    with plant(tmp_path_factory.mktemp("carnet") / "e.carnet", example=True) as made:
        yield made


@pytest.fixture(scope="module")
def printed(example, tmp_path_factory) -> Path:
    return make(example, tmp_path_factory.mktemp("pdf") / "p.pdf")


@pytest.fixture(scope="module")
def text(printed) -> str:
    return text_of(printed)


@pytest.fixture
def bare(tmp_path) -> Store:
    with plant(tmp_path / "v.carnet", example=False) as made:
        yield made


def make(store: Store, path: Path, **options: str) -> Path:
    with store.read() as connection:
        build(connection, "projet-de-quartier", options, path, today=TODAY, author="Chef de projet Est")
    return path


def words(text: str) -> str:
    """The text on one line: what the layout of columns broke is joined again."""
    return re.sub(r"\s+", " ", text)


def story_of(path: Path) -> str:
    """The words in the order of the structure: cells are not mixed with those beside them."""
    with pikepdf.open(path) as pdf:
        assert pdf.Root.StructTreeRoot is not None
    from pypdf import PdfReader

    return words(" ".join(page.extract_text() for page in PdfReader(path).pages)).replace("- ", "-")


def test_the_parts_come_in_the_order_of_the_trade(printed):
    with pikepdf.open(printed) as pdf, pdf.open_outline() as outline:
        titles = [item.title for item in outline.root]
    assert titles == [
        "Projet de quartier Est", "Le projet en bref", "Équipe et gouvernance", "Portrait du quartier", "Enjeux",
        "Plan d’actions", "Calendrier 2026", "Tableau de bord", "Partenaires", "Perspectives", "Annexes",
    ]  # fmt: skip


def test_the_six_priorities_are_there_in_order(printed):
    with pikepdf.open(printed) as pdf, pdf.open_outline() as outline:
        plan = next(item for item in outline.root if item.title == "Plan d’actions")
        titles = [child.title for child in plan.children]
    assert [title.split(" · ")[0] for title in titles] == ["P1", "P2", "P3", "P4", "P5", "P6"]
    assert all(wanted in title for wanted, title in zip(PRIORITIES, titles, strict=True))


def test_the_contents_give_the_page_of_each_part(printed):
    contents = text_of(printed, 2)
    with pikepdf.open(printed) as pdf:
        pages = len(pdf.pages)
    for title in ("Portrait du quartier", "P6 · Accès aux droits", "Annexe 4. Sources et sigles"):
        (line,) = [line for line in contents.splitlines() if line.strip().startswith(title)]
        page = int(line.split()[-1])
        assert 2 < page <= pages
        assert title.split(" · ")[-1].split(". ")[-1] in words(text_of(printed, page))


def test_every_action_is_there_with_its_fiche(example, printed):
    told = story_of(printed)
    with example.read() as connection:
        actions = records.listing(connection, "action")
    assert len(actions) > 40
    with pikepdf.open(printed) as pdf, pdf.open_outline() as outline:
        annexes = outline.root[-1].children[0]
        sheets = [child.title for child in annexes.children]
    for action in actions:
        title = str(action.values["title"])
        assert any(sheet.endswith(title) for sheet in sheets), title
        assert words(title) in told, title


def test_the_sources_of_the_figures_are_written_with_their_year(text):
    told = words(text)
    for source in (
        "ADULM, étude juin 2023", "Diagnostic de labellisation Cité éducative, fin 2023",
        "Compas, indice de développement des territoires (IDT)", "ANCT, QPV génération 2024",
        "contrat de ville 2024–2030, ambitions métropolitaines",
    ):  # fmt: skip
        assert source in told
    assert "année non précisée" in told
    assert "2,4 fois" in told
    assert "points" in told


def test_generations_of_qpv_are_told_apart(text):
    assert "QPV de génération 2015" in text
    assert "ces valeurs ne disent rien de leur évolution" in words(text)
    # Nouveau Roubaix lies in the quartier Sud: its values are no portrait of the quartier Est.
    portrait = words(text).split("Portrait du quartier")[2].split("Enjeux")[0]
    assert "44,6" not in portrait


def test_a_missing_measure_says_so(text):
    assert "à saisir" in text


def test_nothing_internal_is_printed(text):
    assert "None" not in text
    assert "Decimal" not in text
    assert "{" not in text
    assert not re.search(r"\b[0-9a-f]{8}-[0-9a-f]{4}-", text)
    assert "élément inconnu" not in text


def test_there_is_no_double_space_within_a_text(printed):
    from pypdf import PdfReader

    for page in PdfReader(printed).pages:
        for line in page.extract_text().splitlines():
            # The legends part their signs with three spaces; nothing else does.
            if not any(sign in line for sign in "○●"):
                assert "  " not in line.strip(), line


def test_accents_can_be_read_back(text):
    for word in ("Réussite éducative", "Équipe et gouvernance", "Échéance", "année", "à confirmer", "Œuvrer"):
        assert word in words(text)


def test_the_document_is_tagged_and_named(printed):
    with pikepdf.open(printed) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang) == "fr"
        assert str(pdf.docinfo["/Title"]) == "Projet de quartier Est"
        roles = set(_roles(pdf.Root.StructTreeRoot.K[0] if isinstance(pdf.Root.StructTreeRoot.K, pikepdf.Array)
                           else pdf.Root.StructTreeRoot.K))  # fmt: skip
    assert {"/H1", "/H2", "/H3", "/P", "/Table", "/TH", "/TD", "/Figure", "/TOC", "/L"} <= roles


def _roles(node: pikepdf.Dictionary) -> list[str]:
    found, waiting = [], [node]
    while waiting:
        one = waiting.pop()
        found.append(str(one.S))
        kids = one.get("/K", [])
        for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
            if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
                waiting.append(kid)
    return found


def test_the_example_says_that_it_is_one(printed, bare, tmp_path):
    assert "Exemple" in text_of(printed, 1)
    assert "Exemple" not in text_of(make(bare, tmp_path / "v.pdf"), 1)


def test_an_empty_notebook_gives_a_decent_document(bare, tmp_path):
    told = words(text_of(make(bare, tmp_path / "v.pdf")))
    for sentence in (
        "Le projet n’est pas encore présenté.", "Aucune action n’est inscrite.", "Rien n’est prévu en 2026.",
        "Aucun indicateur n’est suivi au tableau de bord.", "Aucune structure n’est encore liée à une action.",
    ):  # fmt: skip
        assert sentence in told
    for priority in PRIORITIES:
        assert priority in told
    assert "None" not in told
    assert "Perspectives" not in told


def test_what_people_type_is_printed_as_typed(bare, tmp_path):
    long = "Un intitulé qui n’en finit pas, " * 12 + "fin."
    row = add_action(bare, title=HOSTILE, description=f"{HOSTILE}\n\n- point <i>un</i>", code="<T>")
    add_action(bare, title=long, blocking_point="Rien ne va <u>plus</u>", status="running")
    records.create(bare, "step", {"action": row, "title": "Étape <script>"})
    told = story_of(make(bare, tmp_path / "p.pdf"))
    assert "Texte <b>tel quel</b> & « <para> » %s {x}" in told.replace("\u00a0", " ")
    assert "point <i>un</i>" in told
    assert "Étape <script>" in told
    assert words(long)[:60] in told
    assert "plus</u>" in told


def test_a_version_for_inhabitants_keeps_the_inside_inside(example, tmp_path):
    told = words(text_of(make(example, tmp_path / "p.pdf", public="oui")))
    assert "Ce qui attend une décision" not in told
    assert "Points de blocage" not in told
    assert "amiante" not in told
    assert "Points à confirmer" not in told
    assert "Annexe 3. Sources et sigles" in told


def test_three_hundred_actions_are_all_printed(bare, tmp_path):
    with bare.read() as connection:
        priorities = [record.id for record in records.listing(connection, "priority")]
    with bare.write("Beaucoup d’actions") as write:
        for number in range(300):
            write.create("action", title=f"Action numéro {number:03d}", priority=priorities[number % 6])
    told = story_of(make(bare, tmp_path / "p.pdf"))
    for number in range(300):
        assert f"Action numéro {number:03d}" in told
