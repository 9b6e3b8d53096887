"""Folding, worked out once a character, is what folding the whole text would be."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from app.formatting import fold


def whole(text: str) -> str:
    lowered = text.casefold().replace("œ", "oe").replace("æ", "ae").replace("’", "'")
    return "".join(c for c in unicodedata.normalize("NFKD", lowered) if not unicodedata.combining(c))


@given(st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("éÉœŒ’ß™İıΣ\u0301\u0327ﬁ가")))
def test_a_text_folds_character_by_character(text):
    assert fold(text) == whole(text)


def test_plain_french_meets_its_unaccented_writing():
    assert fold("L’Œuvre à Énergie") == fold("l'oeuvre a energie")
