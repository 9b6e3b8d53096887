"""The « Réf. » of rows: whole, cut, altered, of another entity."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.exchange.tokens import CODE_LETTERS, Token, TokenFault, make_token, prefix, read_token
from app.models.registry import ENTITIES

ROW = "278cb681-686d-48e0-8ed0-b7fc7e07cbec"
CODES = st.text(alphabet=CODE_LETTERS, min_size=4, max_size=4)


@given(entity=st.sampled_from(sorted(ENTITIES)), row=st.uuids(), code=CODES)
def test_a_token_is_read_as_it_was_made(entity: str, row: UUID, code: str) -> None:
    token = make_token(entity, str(row), code)
    assert read_token(token) == Token(entity, str(row), code)
    assert read_token(f"  {token.lower()} ") == Token(entity, str(row), code)


def test_its_writing_never_changes() -> None:
    assert make_token("project", ROW, "K7QD") == "PRJ.E6GLNALINVEOBDWQW76H4B6L5Q.K7QD.CH"
    assert make_token("action_partner", ROW, "AAAA").startswith("ACP.E6GLNALINVEOBDWQW76H4B6L5Q.AAAA.")


def test_letters_follow_from_the_key_alone() -> None:
    assert [prefix(key) for key in ("project", "action", "action_partner", "town_settings")] == [
        "PRJ",
        "ACT",
        "ACP",
        "TWS",
    ]
    # Two entities may share them: the check tells them apart.
    assert prefix("contact") == prefix("contract")
    assert read_token(make_token("contact", ROW, "K7QD")) == Token("contact", ROW, "K7QD")
    assert read_token(make_token("contract", ROW, "K7QD")) == Token("contract", ROW, "K7QD")


def test_every_change_of_one_letter_is_seen() -> None:
    token = make_token("action", ROW, "K7QD")
    for place in range(len(token)):
        for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.":
            changed = token[:place] + letter + token[place + 1 :]
            assert isinstance(read_token(changed), TokenFault) or changed == token


def test_every_swap_of_two_letters_is_seen() -> None:
    token = make_token("action", ROW, "K7QD")
    for first in range(len(token)):
        for second in range(first):
            letters = list(token)
            letters[first], letters[second] = letters[second], letters[first]
            changed = "".join(letters)
            assert isinstance(read_token(changed), TokenFault) or changed == token


def test_no_two_entities_share_their_check() -> None:
    checks = [make_token(entity, ROW, "K7QD")[-2:] for entity in ENTITIES]
    assert len(set(checks)) == len(checks)


@pytest.mark.parametrize("end", range(16, 36))
def test_a_token_cut_at_either_end_is_seen(end: int) -> None:
    token = make_token("action", ROW, "K7QD")
    assert read_token(token[:end]) in (TokenFault.CUT, TokenFault.ALTERED)
    assert read_token(token[36 - end :]) in (TokenFault.CUT, TokenFault.ALTERED)


@pytest.mark.parametrize("text", ["", " ", "EST-042", "EST.042", "Paul Martin", "12", "CAF", "http://a.b/c", "é" * 40])
def test_other_texts_are_no_tokens(text: str) -> None:
    assert read_token(text) is TokenFault.ABSENT


def test_a_token_of_an_entity_unknown_here() -> None:
    token = make_token("entity_of_tomorrow", ROW, "K7QD")
    assert read_token(token) is TokenFault.UNKNOWN_ENTITY


@given(st.text())
def test_no_text_makes_it_stumble(text: str) -> None:
    assert isinstance(read_token(text), Token | TokenFault)
