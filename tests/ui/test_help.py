"""F1: the guide, offline, open at the page one is on."""

import re
from pathlib import Path

import pytest
from PySide6.QtCore import QUrl

from app import paths
from app.ui.dialogs.help import CHAPTERS, Help
from app.ui.pages import PAGES
from app.ui.theme import Theme
from tests.ui.accessibility import nameless_controls

KEYS = [key for key, _ in CHAPTERS]


@pytest.fixture
def guide(qtbot, context) -> Help:
    made = Help(context)
    qtbot.addWidget(made)
    made.show()
    return made


def test_every_page_has_its_chapter() -> None:
    assert [entry.key for entry in PAGES if entry.key not in KEYS] == []


def test_every_chapter_is_written_and_starts_with_its_title(guide: Help) -> None:
    for key, title in CHAPTERS:
        guide.show_chapter(key)

        text = guide._text.toPlainText()
        assert guide._list.currentItem().text() == title
        assert len(text) > 200, key
        assert text.splitlines()[0].strip(), key


def test_every_file_is_a_chapter_and_every_link_leads_to_one() -> None:
    files = list(paths.resource("help").glob("*.md"))

    assert sorted(file.stem for file in files) == sorted(KEYS)
    links = [(file.name, link) for file in files for link in re.findall(r"\]\(([^)]+)\)", file.read_text("utf-8"))]
    assert [found for found in links if not found[1].startswith("mailto:") and found[1] not in KEYS] == []


def test_a_link_opens_its_chapter(guide: Help) -> None:
    guide._follow(QUrl("clavier"))

    assert guide._list.currentItem().text() == "Clavier et recherche"


@pytest.mark.parametrize("page", ["", "inconnue"])
def test_a_page_without_a_chapter_opens_the_beginning(guide: Help, page: str) -> None:
    guide.show_chapter("plan")

    guide.show_chapter(page)

    assert guide._list.currentItem().text() == "Commencer"


def test_the_guide_is_walked_by_the_keyboard_and_named(guide: Help, theme: Theme) -> None:
    assert nameless_controls(guide) == []
    theme.use("dark")
    assert not guide.grab().isNull()


def test_the_guide_promises_no_shortcut_that_does_not_exist(guide: Help) -> None:
    from app.ui.actions import frame_actions

    known = {shortcut for entry in frame_actions() for shortcut in entry.shortcuts}
    known |= {f"Ctrl+{digit}" for digit in range(10)} | {"Ctrl+B", "Ctrl+I", "Ctrl+C", "Ctrl+V", "Ctrl+A", "Ctrl+X"}
    file: Path = paths.resource("help", "clavier.md")

    told = set(re.findall(r"Ctrl\+[A-Z0-9]\b", file.read_text("utf-8")))

    assert told - known == set()
