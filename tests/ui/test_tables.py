"""Models and view of the tables."""

from dataclasses import dataclass

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest

from app.ui.forms.editors import Editor
from app.ui.tables.columns import Cell, Column, Look
from app.ui.tables.rows_model import CELL_ROLE, GROUP_ROLE, MIME, STRIPE_ROLE, Group, GroupedRowsModel, RowsModel
from app.ui.tables.view import TableView
from app.ui.theme import Theme
from tests.ui import gallery


@dataclass(frozen=True)
class Line:
    id: str
    title: str


class Reader:
    """Rows of one's own, and what was asked for."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []
        self.words = "Ligne"

    def __call__(self, ids: list[str]) -> dict[str, Line]:
        self.asked.append(list(ids))
        return {id: Line(id, f"{self.words} {id}") for id in ids}


COLUMNS = (Column("check", "", Look.CHECK, 34), Column("title", "Titre", stretch=True), Column("id", "N°", width=60))
IDS = [str(number) for number in range(20_000)]


def model(reader: Reader | None = None, **options: object) -> RowsModel:
    made = RowsModel(COLUMNS, reader or Reader(), **options)
    made.show_ids(IDS)
    return made


def groups(*sizes: int) -> list[Group]:
    made, start = [], 0
    for number, size in enumerate(sizes, start=1):
        ids = IDS[start : start + size]
        made.append(Group(f"g{number}", f"Groupe {number}", f"P{number}", f"P{number}", f"{size} lignes", ids=ids))
        start += size
    return made


def test_rows_model_follows_the_rules_of_models(qtbot) -> None:
    made = RowsModel(COLUMNS, Reader(), movable=True)
    QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal)

    made.show_ids(IDS[:500])
    made.refresh(["3"])
    made.tick(["4"])
    made.show_ids([])
    made.show_ids(IDS[:10])


def test_grouped_model_follows_the_rules_of_models(qtbot) -> None:
    made = GroupedRowsModel(COLUMNS, Reader(), movable=True)
    QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal)

    made.show_groups([*groups(3, 0, 4), Group("top", "Tout", children=tuple(groups(2)))])
    made.fold(0, True)
    made.fold(0, False)
    made.fold_all(True)
    made.fold_all(False)
    made.show_groups([])


def test_only_a_window_of_rows_is_read(qtbot, theme: Theme) -> None:
    reader = Reader()
    view = TableView(theme, model(reader), name="Lignes")
    qtbot.addWidget(view)
    view.resize(600, 700)
    view.show()
    QTest.qWait(10)

    assert sum(map(len, reader.asked)) <= 400
    view.scrollToBottom()
    QTest.qWait(10)
    assert "19999" in reader.asked[-1]
    assert sum(map(len, reader.asked)) <= 800


def test_a_refresh_reads_again_the_rows_named(qtbot) -> None:
    reader = Reader()
    made = model(reader)
    assert made.index(3, 1).data() == "Ligne 3"
    reader.words = "Autre"

    with qtbot.waitSignal(made.dataChanged) as changed:
        made.refresh(["3"])

    assert changed.args[0].row() == 3
    assert made.index(3, 1).data() == "Autre 3"
    assert made.index(4, 1).data() == "Ligne 4"


def test_a_row_that_is_gone_is_empty_and_asked_once() -> None:
    asked = []

    def nothing(ids: list[str]) -> dict[str, Line]:
        asked.append(ids)
        return {}

    made = RowsModel(COLUMNS, nothing)
    made.show_ids(["x"])

    assert made.index(0, 1).data() is None
    assert made.index(0, 1).data(CELL_ROLE) == Cell()
    assert len(asked) == 1


def test_a_fault_while_reading_is_told_once(qtbot) -> None:
    def broken(ids: list[str]) -> dict[str, Line]:
        raise RuntimeError("disque")

    made = RowsModel(COLUMNS, broken)
    faults = []
    made.failed.connect(faults.append)
    made.show_ids(["x"])

    for _ in range(7):
        assert made.index(0, 1).data() is None
    assert [str(fault) for fault in faults] == ["disque"]


def test_the_place_is_kept_by_id_over_a_reset(qtbot, theme: Theme) -> None:
    made = model()
    view = TableView(theme, made, name="Lignes")
    qtbot.addWidget(view)
    view.go_to("30")
    flags = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
    view.selectionModel().select(made.index(31, 0), flags)

    made.show_ids(list(reversed(IDS[:100])))

    assert view.current_id() == "30"
    assert sorted(view.selected_ids()) == ["30", "31"]


def test_a_folded_group_stays_folded_and_says_so(qtbot) -> None:
    made = GroupedRowsModel(COLUMNS, Reader())
    made.show_groups(groups(3, 4))
    made.fold(0, True)
    made.show_groups(groups(3, 5))

    assert made.rowCount() == 1 + 1 + 5
    assert made.index(0, 1).data(Qt.ItemDataRole.AccessibleTextRole) == "P1 Groupe 1, 3 lignes, replié"
    assert made.index(1, 0).data(GROUP_ROLE).key == "g2"
    assert made.index(2, 0).data(STRIPE_ROLE) == "P2"


def test_groups_nest(qtbot) -> None:
    made = GroupedRowsModel(COLUMNS, Reader())
    made.show_groups([Group("P1", "Éducation", tone="P1", children=(Group("o", "Objectif", ids=("1", "2")),))])

    assert made.rowCount() == 4
    assert made.group_at(1).level == 1
    assert made.index(2, 0).data(STRIPE_ROLE) == "P1"
    made.fold(0, True)
    assert made.rowCount() == 1


@pytest.mark.parametrize("key", [Qt.Key.Key_Left, Qt.Key.Key_Return])
def test_the_keyboard_folds_a_group(qtbot, theme: Theme, key: Qt.Key) -> None:
    made = GroupedRowsModel(COLUMNS, Reader())
    made.show_groups(groups(3, 4))
    view = TableView(theme, made, name="Lignes")
    qtbot.addWidget(view)
    view.show()
    view.setCurrentIndex(made.index(0, 1))

    qtbot.keyClick(view, key)

    assert made.rowCount() == 6


def test_space_ticks_and_enter_opens(qtbot, theme: Theme) -> None:
    made = model()
    view = TableView(theme, made, name="Lignes")
    qtbot.addWidget(view)
    view.show()
    view.go_to("5")

    qtbot.keyClick(view, Qt.Key.Key_Space)
    with qtbot.waitSignal(view.opened) as opened:
        qtbot.keyClick(view, Qt.Key.Key_Return)

    assert made.ticked_ids() == ["5"]
    assert opened.args == ["5"]


def test_next_goes_over_groups(qtbot, theme: Theme) -> None:
    made = GroupedRowsModel(COLUMNS, Reader())
    made.show_groups(groups(1, 2))
    view = TableView(theme, made, name="Lignes")
    qtbot.addWidget(view)
    view.go_to("0")

    view.step(1)

    assert view.current_id() == "1"
    assert view.position() == (2, 3)


def test_a_click_on_a_head_sorts_then_turns(qtbot, theme: Theme) -> None:
    view = TableView(theme, model(), name="Lignes")
    qtbot.addWidget(view)
    asked = []
    view.sorted_by.connect(lambda key, down: asked.append((key, down)))

    view.head.sectionClicked.emit(1)
    view.head.sectionClicked.emit(1)

    assert asked == [("title", False), ("title", True)]


def test_columns_give_way_before_a_title_is_cut(qtbot, theme: Theme) -> None:
    columns = gallery.columns(theme)
    made = RowsModel(columns, lambda ids: {id: gallery.ROWS[id] for id in ids})
    made.show_ids(list(gallery.ROWS))
    view = TableView(theme, made, name="Actions")
    qtbot.addWidget(view)

    view.resize(766, 500)
    view.show()
    QTest.qWait(1)
    hidden = [column.key for place, column in enumerate(columns) if view.isColumnHidden(place)]
    assert hidden == ["promoter", "territories", "updated"]

    view.resize(1200, 500)
    QTest.qWait(1)
    assert not any(view.isColumnHidden(place) for place in range(len(columns)))


def test_selected_rows_are_copied_for_excel(qtbot, theme: Theme) -> None:
    made = model()
    view = TableView(theme, made, name="Lignes")
    qtbot.addWidget(view)
    view.go_to("2")

    assert view.selected_text() == "Ligne 2\t2"


def test_rows_dropped_on_a_group_are_told(qtbot) -> None:
    made = GroupedRowsModel(COLUMNS, Reader(), movable=True)
    made.show_groups(groups(2, 2))
    data = made.mimeData([made.index(1, 0), made.index(1, 1), made.index(2, 0)])

    with qtbot.waitSignal(made.dropped) as dropped:
        made.dropMimeData(data, Qt.DropAction.MoveAction, -1, -1, made.index(3, 0))

    assert data.hasFormat(MIME)
    assert dropped.args == [["0", "1"], "g2"]


def edited_cell(qtbot, theme: Theme) -> tuple[TableView, RowsModel, Editor]:
    """The title of the first action, being edited."""
    made = RowsModel(gallery.columns(theme), lambda ids: {id: gallery.ROWS[id] for id in ids})
    made.show_ids(list(gallery.ROWS))
    view = TableView(theme, made, name="Actions")
    qtbot.addWidget(view)
    view.resize(1200, 400)
    view.show()
    view.setCurrentIndex(made.index(0, 1))
    view.edit(made.index(0, 1))
    return view, made, view.findChild(Editor)


@pytest.mark.parametrize("leaving", ["enter", "elsewhere"])
def test_a_cell_is_edited_in_place(qtbot, theme: Theme, leaving: str) -> None:
    _view, made, editor = edited_cell(qtbot, theme)
    told = []
    made.edited.connect(lambda *what: told.append(what))
    editor.input.setText("Un autre nom")

    if leaving == "enter":
        qtbot.keyClick(editor.input, Qt.Key.Key_Return)
    else:
        editor.input.editingFinished.emit()
    QTest.qWait(1)

    assert told == [("1.1.1", "title", "Un autre nom")]


def test_a_wrong_cell_stays_open_with_its_text(qtbot, theme: Theme) -> None:
    view, made, editor = edited_cell(qtbot, theme)
    told = []
    made.edited.connect(lambda *what: told.append(what))
    editor.input.setText("")

    qtbot.keyClick(editor.input, Qt.Key.Key_Return)
    QTest.qWait(1)

    assert told == []
    assert "ne peut pas rester vide" in view.findChild(Editor).fault()
    qtbot.keyClick(editor.input, Qt.Key.Key_Escape)
    QTest.qWait(1)
    assert view.findChild(Editor) is None


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_every_look_paints(qtbot, theme: Theme, mode: str) -> None:
    theme.use(mode)
    columns = tuple(
        Column(
            look.name, look.name, look, cell=lambda _row, look=look: Cell("P2", look, "warning", 0.5, "1", "2", "home")
        )
        if look is not Look.CHIPS
        else Column("chips", "chips", look, value=lambda _row: ("Est", "Nord", "Centre", "Ouest"))
        for look in Look
    )
    made = GroupedRowsModel(columns, Reader())
    made.show_groups(groups(3))
    view = TableView(theme, made, name="Toutes les formes")
    qtbot.addWidget(view)
    view.resize(1500, 300)
    view.show()

    assert not view.grab().isNull()
