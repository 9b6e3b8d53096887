"""Words on lines: wrapping, emphasis, the small Markdown of the forms."""

import pytest

from app.reports.layout import Block
from app.reports.markdown import rich_text, runs
from app.reports.pen import text_width
from app.reports.text import ListItem, Run, Text, plain_text, wrap
from app.reports.theme import BODY, TABLE, font_name, register_fonts


@pytest.fixture(autouse=True)
def _fonts() -> None:
    register_fonts()


def lines_of(text: object, width: float) -> list[str]:
    return ["".join(span.text for span in line.spans) for line in wrap(text, BODY, width)]  # type: ignore[arg-type]


def test_lines_hold_in_their_width_and_keep_every_word() -> None:
    text = "Les habitants du quartier demandent un accueil élargi aux horaires du soir. " * 5
    lines = wrap(text, BODY, 150)
    assert all(line.width <= 150 for line in lines)
    assert " ".join(lines_of(text, 150)).split() == text.split()


def test_no_break_spaces_hold_their_words_together() -> None:
    amount = "96\u00a0400\u00a0€"
    width = text_width(f"total : {amount}", BODY.font, BODY.size) - 1
    assert lines_of(f"total : {amount}", width) == ["total\u00a0:", amount]


def test_typed_spaces_become_french_ones_on_paper() -> None:
    typed = "Horaires : de 8 à 18 h ; « rue Neuve » à 20 % ! Et http://a ?b=1"
    assert lines_of(typed, 1000) == [
        "Horaires\u00a0: de 8 à 18 h\u00a0; «\u00a0rue Neuve\u00a0» à 20\u00a0%\u00a0! Et http://a ?b=1"
    ]


def test_a_line_feed_starts_a_line() -> None:
    assert lines_of("un\n\ndeux", 200) == ["un", "", "deux"]
    assert lines_of([Run("un\nde"), Run("ux", bold=True)], 200) == ["un", "deux"]


def test_an_empty_text_has_no_line() -> None:
    assert wrap("", BODY, 100) == []
    assert wrap([Run("")], BODY, 100) == []


def test_a_long_address_is_cut_after_a_joint() -> None:
    address = "prenom.nom@service-politique-de-la-ville.exemple.fr"
    lines = lines_of(address, 90)
    assert "".join(lines) == address
    assert all(line[-1] in "-.@" for line in lines[:-1])


def test_emphasised_words_wrap_like_the_others() -> None:
    text = [Run("Le quartier "), Run("Est et tous ses habitants", bold=True), Run(", ensemble.")]
    lines = wrap(text, BODY, 90)
    assert all(line.width <= 90.01 for line in lines)
    assert " ".join(lines_of(text, 90)) == plain_text(text)
    fonts = {span.font for line in lines for span in line.spans}
    assert fonts == {font_name(BODY.face), font_name(BODY.face, bold=True)}


def test_what_fonts_lack_is_visible_and_controls_vanish() -> None:
    assert lines_of("ok 😀 \x07fin\u202f!", 200) == ["ok □ fin\u00a0!"]
    assert lines_of("É œ € ☐ ☑ ✓ → ≥ ◐", 200) == ["É œ € ☐ ☑ ✓ → ≥ ◐"]


def shape(blocks: list[Block]) -> list[tuple[str, str]]:
    return [
        (block.sign if isinstance(block, ListItem) else "p", plain_text(block.text))
        for block in blocks
        if isinstance(block, Text)
    ]


def test_paragraphs_lists_and_headings() -> None:
    text = "## Titre\nUn\nparagraphe.\n\n- un\n- deux\n  suite\n  - sous\n1. premier\n2) second\n\nFin."
    assert shape(rich_text(text)) == [
        ("p", "Titre"),
        ("p", "Un\nparagraphe."),
        ("–", "un"),
        ("–", "deux\nsuite"),
        ("–", "sous"),
        ("1.", "premier"),
        ("2.", "second"),
        ("p", "Fin."),
    ]


def test_a_long_text_without_words_gives_nothing() -> None:
    assert rich_text("") == []
    assert rich_text(" \n\n ") == []


@pytest.mark.parametrize(
    "text",
    ["<b>gras</b> & <i>", "3 * 4 * 5", "nom_de_fichier_long", "a ** b", "*", "**", "# ", "-sans espace", "[x](y)"],
)
def test_what_is_not_emphasis_is_printed_as_typed(text: str) -> None:
    assert "".join(plain_text(block.text) for block in rich_text(text) if isinstance(block, Text)) == text.strip()


def test_emphasis() -> None:
    assert runs("a **b** *c* _d_ ***e***") == [
        Run("a "),
        Run("b", bold=True),
        Run(" "),
        Run("c", italic=True),
        Run(" "),
        Run("d", italic=True),
        Run(" "),
        Run("e", bold=True, italic=True),
    ]
    assert runs(r"\*tel quel\*") == [Run("*tel quel*")]


def test_digits_have_one_width_in_tables() -> None:
    widths = {round(text_width(digit, TABLE.font, TABLE.size), 3) for digit in "0123456789"}
    assert len(widths) == 1
