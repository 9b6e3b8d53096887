"""The structure tree, read back: what assistive readers get."""

import re
import shutil
import subprocess
from itertools import pairwise
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from app.reports.document import write_document
from app.reports.tagging import Element, Structure
from tests.reports import sample


@pytest.fixture(scope="module")
def tagged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tagged") / "projet.pdf"
    write_document(path, sample.METADATA, sample.story(), cover=sample.COVER, contents=True)
    return path


def kids(node: Any) -> list[Any]:
    children = node.get("/K")
    if children is None:
        return []
    return list(children) if isinstance(children, pikepdf.Array) else [children]


def role(node: Any) -> str:
    return str(node.S)[1:]


def elements(node: Any) -> list[Any]:
    """The structure elements below `node`, in reading order."""
    found = []
    for kid in kids(node):
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            found.append(kid)
            found += elements(kid)
    return found


def contents(page: pikepdf.Page) -> dict[int, str]:
    """Text shown in each marked content of a page, decoded by the fonts' own maps."""
    texts: dict[int, str] = {}
    stack: list[int | None] = []
    maps: dict[str, dict[int, str]] = {}
    font = ""
    for operands, operator in pikepdf.parse_content_stream(page):
        name = str(operator)
        if name == "BDC":
            number = operands[1].get("/MCID")
            stack.append(None if number is None else int(number))
            if stack[-1] is not None:
                assert stack[-1] not in texts
                texts[stack[-1]] = ""
        elif name == "BMC":
            stack.append(None)
        elif name == "EMC":
            stack.pop()
        elif name == "Tf":
            font = str(operands[0])
            maps.setdefault(font, unicode_map(page.resources.Font[font]))
        elif name == "Tj":
            assert stack, "text outside marked content"
            if stack[-1] is not None:
                texts[stack[-1]] += "".join(maps[font].get(code, "?") for code in bytes(operands[0]))
    assert not stack
    return texts


def unicode_map(font: Any) -> dict[int, str]:
    source = bytes(font.ToUnicode.read_bytes()).decode("ascii")
    return {int(code, 16): chr(int(value, 16)) for code, value in re.findall(r"<(\w\w)> <(\w{4})>", source)}


def words_of(node: Any, pages: dict[Any, dict[int, str]]) -> str:
    """All the words below an element."""
    words = []
    for kid in kids(node):
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            words.append(words_of(kid, pages))
        elif isinstance(kid, pikepdf.Dictionary) and kid.get("/Type") == "/MCR":
            words.append(pages[kid.Pg.objgen][int(kid.MCID)])
        elif not isinstance(kid, pikepdf.Dictionary):
            words.append(pages[node.Pg.objgen][int(kid)])
    return " ".join(words)


def test_readers_are_told_the_document_is_tagged(tagged: Path) -> None:
    with pikepdf.open(tagged) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert pdf.Root.Lang == "fr"
    if shutil.which("pdfinfo"):
        said = subprocess.run(["pdfinfo", str(tagged)], capture_output=True, text=True, check=True).stdout
        assert re.search(r"Tagged:\s+yes", said)


def test_every_marked_content_belongs_to_one_element_and_back(tagged: Path) -> None:
    with pikepdf.open(tagged) as pdf:
        tree = pdf.Root.StructTreeRoot
        numbers = list(tree.ParentTree.Nums)
        parents = {int(numbers[rank]): numbers[rank + 1] for rank in range(0, len(numbers), 2)}
        assert list(parents) == sorted(parents)
        claimed: set[tuple[Any, int]] = set()
        for node in elements(tree):
            for kid in kids(node):
                if isinstance(kid, pikepdf.Dictionary) and kid.get("/Type") == "/MCR":
                    place = (kid.Pg.objgen, int(kid.MCID))
                elif not isinstance(kid, pikepdf.Dictionary):
                    place = (node.Pg.objgen, int(kid))
                else:
                    continue
                assert place not in claimed
                claimed.add(place)
        drawn = set()
        for page in pdf.pages:
            owners = list(parents[int(page.obj.StructParents)])
            texts = contents(page)
            assert sorted(texts) == list(range(len(owners)))
            drawn |= {(page.obj.objgen, number) for number in texts}
        assert claimed == drawn


def test_parents_and_kids_agree(tagged: Path) -> None:
    with pikepdf.open(tagged) as pdf:
        document = pdf.Root.StructTreeRoot.K[0]
        assert role(document) == "Document"
        for node in [document, *elements(document)]:
            for kid in kids(node):
                if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
                    assert kid.P.objgen == node.objgen


def test_headings_come_in_order(tagged: Path) -> None:
    with pikepdf.open(tagged) as pdf:
        pages = {page.obj.objgen: contents(page) for page in pdf.pages}
        headings = [
            (role(node), words_of(node, pages).replace("\u00a0", " "))
            for node in elements(pdf.Root.StructTreeRoot)
            if re.fullmatch(r"H\d", role(node))
        ]
    assert headings[:6] == [
        ("H1", "Projet de quartier Est"),
        ("H1", "Sommaire"),
        ("H1", "P1Réussite éducative"),
        ("H2", "Plan d’actions"),
        ("H2", "Des écarts marqués au collège"),
        ("H2", "Ambitions pour 2030"),
    ]
    depths = [int(name[1]) for name, _ in headings]
    assert all(after - before <= 1 for before, after in pairwise(depths))


def test_tables_have_one_head_and_rows_as_wide_as_it(tagged: Path) -> None:
    with pikepdf.open(tagged) as pdf:
        pages = {page.obj.objgen: contents(page) for page in pdf.pages}
        tables = [node for node in elements(pdf.Root.StructTreeRoot) if role(node) == "Table"]
        assert len(tables) >= 5
        for table in tables:
            rows = kids(table)
            assert {role(row) for row in rows} == {"TR"}
            widths = {sum(int(cell.get("/A", {}).get("/ColSpan", 1)) for cell in kids(row)) for row in rows}
            assert len(widths) == 1
        plan = tables[0]
        head, *rows = kids(plan)
        assert [role(cell) for cell in kids(head)] == ["TH"] * 7
        assert all(cell.A.Scope == "/Column" for cell in kids(head))
        assert words_of(head, pages).split() == ["N°", "Action", "Porteur", "État", "Avancement", "Échéance", "Budget"]
        assert len(rows) == 13
        programme = tables[-1]
        assert len(kids(programme)) == 63


def test_lists_have_labels_and_bodies(tagged: Path) -> None:
    with pikepdf.open(tagged) as pdf:
        lists = [node for node in elements(pdf.Root.StructTreeRoot) if role(node) == "L"]
        assert lists
        for node in lists:
            for item in kids(node):
                assert role(item) == "LI"
                assert [role(part) for part in kids(item)] == ["Lbl", "LBody"]


def test_charts_are_figures_with_words(tagged: Path) -> None:
    with pikepdf.open(tagged) as pdf:
        figures = [node for node in elements(pdf.Root.StructTreeRoot) if role(node) == "Figure"]
        assert len(figures) == 6
        for figure in figures:
            assert len(str(figure.Alt)) > 10
            assert len(figure.A.BBox) == 4


def test_contents_lines_are_links_known_to_the_tree(tagged: Path) -> None:
    with pikepdf.open(tagged) as pdf:
        links = [node for node in elements(pdf.Root.StructTreeRoot) if role(node) == "Link"]
        annotations = [note for page in pdf.pages for note in page.obj.get("/Annots", [])]
        assert len(links) == len(annotations) > 8
        numbers = list(pdf.Root.StructTreeRoot.ParentTree.Nums)
        parents = {int(numbers[rank]): numbers[rank + 1] for rank in range(0, len(numbers), 2)}
        for annotation in annotations:
            assert role(parents[int(annotation.StructParent)]) == "Link"
            assert str(annotation.Contents)


def test_running_heads_and_repeated_table_heads_stay_out_of_the_tree(tagged: Path) -> None:
    with pikepdf.open(tagged) as pdf:
        pages = {page.obj.objgen: contents(page) for page in pdf.pages}
        words = words_of(pdf.Root.StructTreeRoot.K[0], pages).replace("\u00a0", " ")
    assert "Édité le" not in words
    assert " / 10" not in words
    assert words.count("Demandé") == 1


def test_columns_are_read_one_after_the_other(tagged: Path) -> None:
    with pikepdf.open(tagged) as pdf:
        pages = {page.obj.objgen: contents(page) for page in pdf.pages}
        words = words_of(pdf.Root.StructTreeRoot.K[0], pages).replace("\u00a0", " ")
    places = [
        words.index(part)
        for part in (
            "Total de la priorité",
            "Diagnostic de labellisation",
            "passage en collège",
            "bilan joint",
            "4e est à",
        )
    ]
    assert places == sorted(places)


def test_an_element_takes_its_place_when_first_drawn() -> None:
    structure = Structure()
    structure.start_page()
    table = Element("Table")
    first, second = Element("TR", table), Element("TR", table)
    assert structure.mark(second) == 0
    assert structure.mark(first) == 1
    structure.start_page()
    assert structure.mark(second) == 0
    assert structure.root.kids == [table]
    assert table.kids == [second, first]
    assert len(second.kids) == 2
