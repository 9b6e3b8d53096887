"""Cells drawn once and shown as pictures: one must not see which are."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from app.ui.tables.columns import Cell, Column, Look
from app.ui.tables.delegate import TableDelegate
from app.ui.tables.rows_model import RowsModel
from app.ui.tables.view import TableView
from app.ui.theme import Theme

COLUMNS = (
    Column("check", "", Look.CHECK, 34, sortable=False),
    Column("title", "Intitulé", Look.TITLE, 200, stretch=True),
    Column("state", "État", Look.STATUS, 110, cell=lambda row: row.state),
    Column("done", "Avancement", Look.PROGRESS, 107, cell=lambda row: row.done),
    Column("places", "Territoires", Look.CHIPS, 133),
    Column("priority", "Priorité", Look.PRIORITY, 80),
)
ROWS = {
    "a": SimpleNamespace(
        title="Jardin", state=Cell("En retard", Look.STATUS, "warning", icon="clock-exclamation", chip=True),
        done=Cell("40 %", Look.PROGRESS, "P2", 0.4), places=("Alma", "Pile", "Moulins"), priority="P2",
    ),
    "b": SimpleNamespace(
        title="Atelier", state=Cell("En cours", Look.STATUS, "info", icon="list-check"),
        done=Cell("100 %", Look.PROGRESS, "P5", 1.0), places=(), priority="P5",
    ),
}  # fmt: skip


@pytest.fixture
def view(qtbot: Any, theme: Theme) -> Iterator[TableView]:
    model = RowsModel(COLUMNS, lambda ids: {id: ROWS[id] for id in ids}, stripe=lambda row: row.priority)
    made = TableView(theme, model, name="Essai")
    qtbot.addWidget(made)
    model.show_ids(list(ROWS))
    made.resize(720, 160)
    made.show()
    made.selectRow(1)
    yield made
    theme.use("light")


def seen(view: TableView) -> QImage:
    QApplication.processEvents()
    return view.grab().toImage()


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_a_picture_is_what_would_have_been_painted(
    view: TableView, theme: Theme, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    theme.use(mode)
    pictured = seen(view)

    monkeypatch.setattr(TableDelegate, "_pictured_on", lambda self, painter: frozenset())

    assert pictured == seen(view)


def test_pictures_follow_the_palette(view: TableView, theme: Theme) -> None:
    light = seen(view)
    theme.use("dark")
    dark = seen(view)
    theme.use("light")

    assert dark != light
    assert seen(view) == light


def test_a_box_ticked_is_drawn_ticked(view: TableView) -> None:
    empty = seen(view)
    view._rows.tick(["a"])
    ticked = seen(view)
    view._rows.tick(["a"], False)

    assert ticked != empty
    assert seen(view) == empty
