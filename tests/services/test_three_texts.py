"""Two versions of one text: what they make together, and when they make nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.three_texts import together

ORIGIN = "Le samedi.\nAvec la CAF.\nAu centre social."


@pytest.mark.parametrize(
    ("mine", "theirs", "made"),
    [
        ("Le mardi.\nAvec la CAF.\nAu centre social.", "Le samedi.\nAvec la CAF.\nÀ l’école.",
         "Le mardi.\nAvec la CAF.\nÀ l’école."),
        (f"{ORIGIN}\nPrévoir un goûter.", f"Affiche à faire.\n{ORIGIN}",
         f"Affiche à faire.\n{ORIGIN}\nPrévoir un goûter."),
        (f"{ORIGIN}\nDe moi.", f"{ORIGIN}\nD’elle.", f"{ORIGIN}\nDe moi.\nD’elle."),
        ("Avec la CAF.\nAu centre social.", f"{ORIGIN}\nD’elle.", "Avec la CAF.\nAu centre social.\nD’elle."),
    ],
)  # fmt: skip
def test_lines_changed_apart_are_put_together(mine, theirs, made):
    assert together(ORIGIN, mine, theirs) == made


def test_sentences_of_one_paragraph_are_put_together():
    origin = "Atelier vélo au Pile. Le samedi matin. Prêt de vélos."
    mine = "Atelier vélo et remise en selle au Pile. Le samedi matin. Prêt de vélos."
    theirs = "Atelier vélo au Pile. Le samedi matin. Prêt de vélos et de casques."
    made = "Atelier vélo et remise en selle au Pile. Le samedi matin. Prêt de vélos et de casques."
    assert together(origin, mine, theirs) == made


@pytest.mark.parametrize(
    ("origin", "mine", "theirs"),
    [
        ("Le samedi.", "Le mardi.", "Le jeudi."),
        ("Le samedi.", "", "Le jeudi."),
        (ORIGIN, ORIGIN, f"{ORIGIN}\nD’elle."),
        (ORIGIN, f"{ORIGIN}\nDe nous.", f"{ORIGIN}\nDe nous."),
    ],
)
def test_the_same_sentence_changed_twice_or_nothing_to_add_suggests_nothing(origin, mine, theirs):
    assert together(origin, mine, theirs) is None


TEXTS = st.lists(st.sampled_from(("Un.", "Deux. Trois.", "Quatre", "")), max_size=5).map("\n".join)


@given(TEXTS, TEXTS, TEXTS)
def test_every_line_of_the_suggestion_comes_from_somebody(origin, mine, theirs):
    made = together(origin, mine, theirs)
    if made is not None:
        sentences = {one for text in (origin, mine, theirs) for one in text.replace("\n", " ").split(" ")}
        assert set(made.replace("\n", " ").split(" ")) <= sentences
        assert made not in (mine, theirs)


@given(TEXTS, TEXTS)
def test_what_one_side_alone_changed_is_no_question(origin, mine):
    assert together(origin, mine, origin) is None
    assert together(origin, origin, mine) is None
    assert together(origin, mine, mine) is None
