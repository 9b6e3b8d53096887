"""Pages, texts and files: what a reader of the PDF gets."""

import os
from pathlib import Path

import pikepdf
import pytest

from app.errors import Cancelled, PlaceFails
from app.reports import blocks, charts, document
from app.reports.cells import Cell, Column, Row
from app.reports.document import Cover, render, write_document
from app.reports.layout import NewPage, Space
from app.reports.theme import A4, A4_LANDSCAPE
from tests.reports import sample
from tests.reports.reading import META, pages_of, text_of


@pytest.fixture(scope="module")
def sample_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sample") / "projet.pdf"
    write_document(path, sample.METADATA, sample.story(), cover=sample.COVER, contents=True)
    return path


def test_the_sample_says_all_it_was_given(sample_path: Path) -> None:
    text = " ".join(text_of(sample_path).replace("\u00a0", " ").split())
    for words in (
        "Réussite éducative",
        "Total de la priorité",
        "96 400 €",
        "▲ En retard",
        "■ Bloquée",
        "Source : Diagnostic de labellisation",
        "à saisir",
        "(à confirmer)",
        "Aucun financement n’est inscrit.",
        "01/09/2026 – 30/06/2027",
        "Édité le 24/11/2026 · Carnet de quartier",
        "Document de travail",
    ):
        assert words in text, words
    assert "Terminé l’an passé" not in text


def test_markup_typed_by_people_is_printed_as_typed(sample_path: Path) -> None:
    text = " ".join(text_of(sample_path).replace("\u00a0", " ").split())
    assert "<b>ceci</b> aussi" in text
    assert "3 * 4 * 5 reste tel quel" in text
    assert "<b>tel quel</b>" in text
    assert "**" not in text


def test_every_page_but_the_cover_has_its_number_and_the_total(sample_path: Path) -> None:
    with pikepdf.open(sample_path) as pdf:
        count = len(pdf.pages)
    for page in range(2, count + 1):
        text = text_of(sample_path, page).replace("\u00a0", " ")
        assert f"page {page} / {count}" in text
        assert "Ville de Roubaix · Service Politique de la ville" in text
    assert "page 1 /" not in text_of(sample_path, 1)


def test_the_contents_and_the_bookmarks_point_to_the_pages_of_the_titles(sample_path: Path) -> None:
    contents = text_of(sample_path, 2).replace("\u00a0", " ")
    with pikepdf.open(sample_path) as pdf, pdf.open_outline() as outline:
        entries = {item.title: item for item in outline.root}
        pages = {page.obj.objgen: rank for rank, page in enumerate(pdf.pages, start=1)}
        assert list(entries)[:2] == ["Projet de quartier Est", "P1 · Réussite éducative"]
        assert entries["P1 · Réussite éducative"].children[0].title == "Plan d’actions"
        for title in ("P1 · Réussite éducative", "Suivi et gouvernance", "Annexe"):
            key = entries[title].destination
            target = key if isinstance(key, pikepdf.Array) else pdf.Root.Dests[f"/{str(key).lstrip('/')}"]
            number = pages[target[0].objgen]
            assert any(line.startswith(title) and line.split()[-1] == str(number) for line in contents.splitlines())
            assert title.split("· ")[-1] in text_of(sample_path, number)


def test_fonts_are_embedded_and_properties_are_set(sample_path: Path) -> None:
    with pikepdf.open(sample_path) as pdf:
        assert pdf.docinfo.Title == "Projet de quartier Est"
        assert pdf.docinfo.Author == "Service Politique de la ville"
        assert pdf.Root.Lang == "fr"
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        fonts = {id(font): font for page in pdf.pages for font in dict(page.resources.Font).values()}
        for font in fonts.values():
            assert "DejaVuSans" in str(font.BaseFont)
            assert "/FontFile2" in font.FontDescriptor
        with pdf.open_metadata() as described:
            assert described["dc:title"] == "Projet de quartier Est"
            assert described["dc:language"] == {"fr"}


def test_a_long_table_repeats_its_head_and_keeps_its_total_with_a_line(tmp_path: Path) -> None:
    for count in range(36, 48):
        rows = [Row((f"Action {n}", "1 €")) for n in range(count)] + [Row(("Somme", "9 €"), "total")]
        pages = pages_of(tmp_path, [blocks.data_table([Column("Intitulé"), Column("Montant", 80)], rows)])
        for page in pages:
            assert "Intitulé" in page
            assert "Action" in page
        assert sum(page.count("Action ") for page in pages) == count


def test_a_group_row_is_never_left_at_the_foot_of_a_page(tmp_path: Path) -> None:
    for lines in range(30, 48):
        rows = [Row((f"Ligne {n}", "")) for n in range(lines)]
        rows += [Row((Cell("Groupe final", span=2),), "group"), Row(("Sa ligne", ""))]
        pages = pages_of(tmp_path, [blocks.data_table([Column("A"), Column("B")], rows)])
        holder = next(page for page in pages if "Groupe final" in page)
        assert "Sa ligne" in holder


def test_a_heading_stays_with_its_text(tmp_path: Path) -> None:
    for height in range(600, 740, 10):
        story = [
            Space(1),
            blocks.paragraph("x"),
            Space(height),
            blocks.heading("Le titre"),
            blocks.paragraph("mot " * 300),
        ]
        pages = pages_of(tmp_path, story)
        holder = next(page for page in pages if "Le titre" in page)
        assert holder.count("mot") > 20


def test_a_paragraph_never_leaves_one_line_alone(tmp_path: Path) -> None:
    for height in range(640, 720, 6):
        words = " ".join(f"mot{n:04d}" for n in range(60))
        pages = pages_of(tmp_path, [blocks.paragraph("haut"), Space(height), blocks.paragraph(words)])
        for page in pages:
            lines = [line for line in page.splitlines() if "mot0" in line]
            assert len(lines) != 1


def test_a_cell_taller_than_a_page_goes_on_with_every_word(tmp_path: Path) -> None:
    words = [f"mot{n:04d}" for n in range(3000)]
    table = blocks.data_table([Column("N°", 40), Column("Texte")], [("1", " ".join(words)), ("2", "fin")])
    pages = pages_of(tmp_path, [blocks.heading("Long"), table])
    found = [word for page in pages for word in page.split() if word.startswith("mot")]
    assert found == words
    assert len(pages) < 8


def test_words_wider_than_their_column_are_cut_and_not_lost(tmp_path: Path) -> None:
    address = "https://exemple.org/" + "dossier/" * 30
    (page,) = pages_of(tmp_path, [blocks.data_table([Column("Lien", 90), Column("")], [(address, "")])])
    assert "".join(page.split()).count("dossier/") == 30


def test_a_new_page_may_lie_on_another_sheet(tmp_path: Path) -> None:
    path = tmp_path / "essai.pdf"
    story = [blocks.paragraph("a"), NewPage(A4_LANDSCAPE), blocks.paragraph("b"), NewPage(A4), blocks.paragraph("c")]
    write_document(path, META, story)
    with pikepdf.open(path) as pdf:
        assert [round(float(page.mediabox[2])) for page in pdf.pages] == [595, 842, 595]


def test_an_empty_story_still_makes_a_page(tmp_path: Path) -> None:
    (page,) = pages_of(tmp_path, [])
    assert "page" in page


def test_columns_too_tall_for_the_page_go_on_side_by_side(tmp_path: Path) -> None:
    left = blocks.bullets([f"gauche {n}" for n in range(70)])
    right = blocks.bullets([f"droite {n}" for n in range(60)])
    pages = pages_of(tmp_path, [blocks.side_by_side(left, right)])
    assert len(pages) == 2
    assert sum(page.count("gauche") for page in pages) == 70
    assert sum(page.count("droite") for page in pages) == 60


def test_progress_reaches_the_end(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    write_document(
        tmp_path / "essai.pdf", META, sample.story(), progress=lambda done, total: seen.append((done, total))
    )
    assert seen[0][0] == 0
    assert seen[-1][0] == seen[-1][1]
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


def test_stopping_leaves_the_old_document(tmp_path: Path) -> None:
    path = tmp_path / "essai.pdf"
    path.write_bytes(b"ancien")
    asked: list[int] = []

    def stop() -> bool:
        asked.append(1)
        return len(asked) > 5

    with pytest.raises(Cancelled):
        write_document(path, META, sample.story(), cancelled=stop)
    assert path.read_bytes() == b"ancien"
    assert os.listdir(tmp_path) == ["essai.pdf"]


def test_a_full_disk_leaves_the_old_document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "essai.pdf"
    path.write_bytes(b"ancien")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(document.os, "fsync", full)
    with pytest.raises(PlaceFails) as caught:
        write_document(path, META, [blocks.paragraph("x")])
    assert "«\u00a0essai.pdf\u00a0»" in caught.value.message
    assert "intact" in caught.value.message
    assert path.read_bytes() == b"ancien"
    assert os.listdir(tmp_path) == ["essai.pdf"]


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(PlaceFails):
        write_document(tmp_path / "absent" / "essai.pdf", META, [blocks.paragraph("x")])


def test_render_gives_the_same_pages_without_a_file() -> None:
    data, pen = render(META, [blocks.paragraph("x")])
    assert data.startswith(b"%PDF")
    assert pen.page_count == 1


def test_a_logo_and_a_picture_keep_their_words(tmp_path: Path) -> None:
    from PIL import Image

    logo = tmp_path / "logo.png"
    Image.new("RGBA", (300, 100), (20, 90, 110, 128)).save(logo)
    path = tmp_path / "essai.pdf"
    picture = blocks.Picture(logo, "Carte du quartier", width=200, height=200)
    write_document(path, META, [picture], cover=Cover("Titre", logo=logo))
    with pikepdf.open(path) as pdf:
        document_node = pdf.Root.StructTreeRoot.K[0]
        assert [str(kid.Alt) for kid in document_node.K if kid.S == "/Figure"] == [
            "Logo de la collectivité",
            "Carte du quartier",
        ]


def test_a_box_taller_than_a_page_goes_on(tmp_path: Path) -> None:
    words = " ".join(f"mot{n:04d}" for n in range(1200))
    pages = pages_of(tmp_path, [blocks.callout("warning", "En retard", words)])
    assert len(pages) > 1
    assert sum(page.count("mot") for page in pages) == 1200


def test_a_box_that_a_page_can_hold_is_not_cut(tmp_path: Path) -> None:
    story = [Space(1), blocks.paragraph("haut"), Space(640), blocks.card("Suite", [blocks.paragraph("mot " * 150)])]
    first, second = pages_of(tmp_path, story)
    assert "mot" not in first
    assert second.count("mot") == 150


def test_a_chart_wider_than_its_column_is_reduced(tmp_path: Path) -> None:
    chart = charts.progress_bars([charts.ProgressLine("Santé", 40, "P3")], width=900)
    figure = blocks.Figure(chart, "Santé : 40 %")
    assert figure.height(450) == pytest.approx(chart.height / 2)
    (page,) = pages_of(tmp_path, [figure])
    assert "Santé" in page


def test_the_decision_log_holds_on_one_page(tmp_path: Path) -> None:
    (page,) = pages_of(tmp_path, sample.decisions())
    text = " ".join(page.replace("\u00a0", " ").split())
    for words in ("Relevé de décisions", "P4 4.2.1", "▲ En retard", "6 décisions", "Prochaine réunion", "● Appliquée"):
        assert words in text
