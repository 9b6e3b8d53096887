"""What is being typed, kept beside the notebook."""

import json
from pathlib import Path

import pytest
from PySide6.QtTest import QTest

from app.ui import drafts
from app.ui.drafts import Draft, Drafts
from tests.ui.desk import NOW

FIELD = ("action", "a1", "title")


def at(path: Path) -> Drafts:
    return Drafts(path, lambda: NOW)


@pytest.fixture
def path(qapp, tmp_path: Path) -> Path:
    return tmp_path / "brouillons" / "carnet.json"


def test_typing_reaches_the_disk_within_a_second_even_without_a_pause(path: Path) -> None:
    made = at(path)
    for count in range(10):
        made.keep(*FIELD, "a" * (count + 1))
        QTest.qWait(100)

    assert json.loads(path.read_text("utf-8"))[0]["text"].startswith("aaaa")
    made.flush()


def test_what_was_typed_is_found_by_the_next_session_as_it_was(path: Path) -> None:
    first = at(path)
    typed = "« Café » 👩🏽‍🌾\tdeux\nlignes \u200f"
    first.keep(*FIELD, typed)
    first.flush()

    assert at(path).load() == (Draft(*FIELD, typed, "2026-11-24T14:03:00+00:00"),)
    second = at(path)
    second.load()
    assert second.of("action", "a1") == {"title": typed}
    assert second.of("action", "a2") == {}
    assert second.are_left()


def test_a_field_that_was_left_leaves_no_file(path: Path) -> None:
    made = at(path)
    made.keep(*FIELD, "un")
    made.flush()
    made.drop(*FIELD)
    made.flush()

    assert not path.exists()
    assert at(path).load() == ()
    assert not made.are_left()


def test_each_field_has_its_own(path: Path) -> None:
    made = at(path)
    made.keep(*FIELD, "un")
    made.keep("action", "a1", "description", "deux")
    made.drop(*FIELD)

    assert made.of("action", "a1") == {"description": "deux"}
    made.flush()


@pytest.mark.parametrize("content", ["", "{", "[1]", '{"a": 1}', '[{"entity": "action"}]', "\x00", '"texte"', "[null]"])
def test_an_unreadable_file_is_set_aside_and_stops_nothing(path: Path, content: str) -> None:
    path.parent.mkdir()
    path.write_text(content, encoding="utf-8")

    assert at(path).load() == ()

    if content not in ("", "{}"):
        assert path.with_suffix(".illisible").read_text("utf-8") == content
    assert not path.exists()


def test_a_disk_that_refuses_is_said_and_tried_again(path: Path) -> None:
    path.parent.write_text("un fichier à la place du dossier")
    made = at(path)
    made.keep(*FIELD, "un")
    assert not made.flush()

    path.parent.unlink()

    assert made.flush()
    assert path.exists()


def test_ten_quiet_minutes_ask_to_keep_what_is_typed(qtbot, path: Path, monkeypatch) -> None:
    monkeypatch.setattr(drafts, "QUIET_MS", 50)
    made = at(path)
    with qtbot.waitSignal(made.quiet, timeout=500):
        made.keep(*FIELD, "un")
    made.keep(*FIELD, "deux")
    made.drop(*FIELD)
    with qtbot.assertNotEmitted(made.quiet, wait=100):
        pass
    made.flush()


def test_giving_up_forgets_everything(path: Path) -> None:
    made = at(path)
    made.keep(*FIELD, "un")
    made.flush()

    made.forget_all()

    assert not path.exists()
