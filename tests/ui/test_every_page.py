"""Every page and every record, in both palettes and three sizes: named, painted, not cut, in the colours of the tokens.

The tables of app.ui.pages drive these tests: a page added there is walked at once.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QPushButton, QWidget

from app.services import records
from app.ui.pages import PAGES, RECORDS
from app.ui.theme import Theme
from tests.ui.accessibility import nameless_controls
from tests.ui.desk import Desk

SIZES = [(1024, 520), (1366, 697), (1920, 1080)]
KEYS = [entry.key for entry in PAGES]


@pytest.fixture(scope="module")
def desk(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory, installed_theme: Theme) -> Iterator[Desk]:
    """One start for all: every test goes where it looks, changes nothing."""
    made = Desk(installed_theme, tmp_path_factory.mktemp("pages"))
    yield made
    made.close()
    made.window.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture(autouse=True)
def light_again(installed_theme: Theme) -> Iterator[None]:
    yield
    installed_theme.use("light")


def visit(desk: Desk, page: str, size: tuple[int, int]) -> QWidget:
    desk.window.resize(*size)
    desk.context.navigator.go(page)
    desk.settle()
    return desk.window


def open_first(desk: Desk, entity: str, size: tuple[int, int]) -> QWidget:
    with desk.store.read() as connection:
        listed = records.listing(connection, entity)
    desk.window.resize(*size)
    desk.context.navigator.open_record(entity, listed[len(listed) // 2].id, stay=False)
    desk.settle()
    return desk.window.panel


def cut_texts(root: QWidget) -> list[str]:
    """Labels and buttons on the screen whose words need more room than they have."""
    found = []
    for part in root.findChildren(QWidget):
        if not part.isVisible() or part.visibleRegion().isEmpty() or not isinstance(part, QLabel | QPushButton):
            continue
        text = part.text()
        if not text or (isinstance(part, QLabel) and part.pixmap() and not part.pixmap().isNull()):
            continue
        if isinstance(part, QLabel) and part.wordWrap():
            short = part.height() < part.heightForWidth(part.width()) - 1
        elif isinstance(part, QLabel) and part.textFormat() == Qt.TextFormat.RichText:
            short = part.width() < part.sizeHint().width() - 1
        else:
            needed = QFontMetrics(part.font()).horizontalAdvance(text.replace("&&", "&"))
            short = part.contentsRect().width() < needed - 1 or part.height() < QFontMetrics(part.font()).height() - 2
        if short:
            found.append(f"{type(part).__name__} « {text[:60]} » {part.width()}×{part.height()}")
    return found


def outside(root: QWidget) -> list[str]:
    """Buttons that the window cuts: partly beyond what their page shows, sideways."""
    found = []
    for part in root.findChildren(QAbstractButton):
        if part.isVisible() and not part.visibleRegion().isEmpty():
            shown = part.visibleRegion().boundingRect()
            if shown.width() < part.width() - 1:
                found.append(f"{type(part).__name__} « {part.text() or part.accessibleName()} »")
    return found


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("page", KEYS)
def test_a_page_is_named_painted_and_not_cut(
    desk: Desk, installed_theme: Theme, page: str, size: tuple[int, int], mode: str
) -> None:
    installed_theme.use(mode)
    root = visit(desk, page, size)

    assert nameless_controls(root) == []
    assert cut_texts(root) == []
    assert outside(root) == []
    assert not root.grab().isNull()
    assert desk.crashes == []


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("entity", RECORDS)
def test_a_record_is_named_painted_and_not_cut(
    desk: Desk, installed_theme: Theme, entity: str, size: tuple[int, int], mode: str
) -> None:
    installed_theme.use(mode)
    panel = open_first(desk, entity, size)

    assert panel.isVisible()
    assert nameless_controls(desk.window) == []
    assert cut_texts(panel) == []
    assert outside(panel) == []
    assert not desk.window.grab().isNull()
    assert desk.crashes == []


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("page", KEYS)
def test_what_is_painted_is_of_the_palette(desk: Desk, installed_theme: Theme, page: str, mode: str) -> None:
    """Most of a page is flat: its large surfaces are tokens of its palette, to the shade."""
    installed_theme.use(mode)
    image = visit(desk, page, (1366, 697)).grab().toImage()
    known = {_rgb(value) for value in _colours(installed_theme, mode)}
    counts: dict[int, int] = {}
    for y in range(0, image.height(), 3):
        for x in range(0, image.width(), 3):
            pixel = image.pixel(x, y) & 0xFFFFFF
            counts[pixel] = counts.get(pixel, 0) + 1
    total = sum(counts.values())
    # The paper of a preview is white in both palettes.
    strangers = {
        f"#{pixel:06x}": count for pixel, count in counts.items() if count > total * 0.01 and pixel not in known
    }

    assert {colour for colour in strangers if colour != "#ffffff"} == set()


@pytest.mark.parametrize("page", KEYS)
def test_a_page_is_left_and_found_again_by_the_keyboard(desk: Desk, page: str) -> None:
    """Tab walks out of every control of a page: nothing holds the keyboard."""
    visit(desk, page, (1366, 697))
    desk.window.activateWindow()
    seen: list[QWidget] = []
    for _ in range(400):
        focused = desk.window.focusWidget()
        # Met twice: one has gone all the way round.
        if focused is not None and focused is desk.window.rail.item(KEYS[0]) and focused in seen:
            break
        seen.append(focused)
        QTest.keyClick(focused or desk.window, Qt.Key.Key_Tab)
    else:
        pytest.fail(f"the keyboard is held by {seen[-1]}")

    assert len(set(map(id, seen))) > 3


def test_large_letters_cut_nothing(qtbot, qapp: QApplication, tmp_path: Path, installed_theme: Theme) -> None:
    large = Theme.load(scale=1.5)
    large.install(qapp)
    try:
        made = Desk(large, tmp_path)
        faults = {}
        for page in KEYS:
            root = visit(made, page, (1366, 697))
            faults[page] = [*cut_texts(root), *outside(root)]
        made.close()
        made.window.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    finally:
        installed_theme.install(qapp)

    assert {page: found for page, found in faults.items() if found} == {}


def _colours(theme: Theme, mode: str) -> Iterator[str]:
    def walk(node: object) -> Iterator[str]:
        if isinstance(node, dict):
            for value in node.values():
                yield from walk(value)
        elif isinstance(node, str) and node.startswith("#"):
            yield node

    return walk(theme.tokens._at(mode))


def _rgb(value: str) -> int:
    return int(value[1:7], 16)


def test_the_panel_beside_a_page_leaves_it_readable(desk: Desk) -> None:
    """Between the widths where it floats and where there is room for both, nothing of the page is under the panel."""
    for width in (1180, 1366, 1600, 1920):
        open_first(desk, "action", (width, 697))
        stack = desk.window.stack
        assert (
            stack.mapTo(desk.window, QPoint(stack.width(), 0)).x()
            <= desk.window.panel.mapTo(desk.window, QPoint(0, 0)).x()
        )
