"""The gestures of the window on the plan of every action: open, scroll, type in the filter, sort.

`open_page`, `scroll`, `keys` and `sort` give something timed for any size, so that growth can compare two.
"""

import sqlite3
import statistics
import time
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtSql import QSqlDatabase, QSqlQueryModel
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QTableView, QWidget

from app.formatting import fold
from app.notebook.search import match_expression
from app.ui.navigation import Page
from app.ui.tables.rows_model import RowsModel
from bench.screen import Painted, PlainModel, hosted, plain_view, shown_widths, view_of
from bench.session import Session
from bench.timing import Timed, alternate, timed
from bench.verdict import Measured

#: Its first letter is in every row, the whole word in few of them: what is listed shrinks as one types.
TYPED = "energie"
SCREENS = 12
_PLAN = "plan"


# -- open ---------------------------------------------------------------------------------------------------------


def open_row(session: Session) -> Measured:
    session.needs_plan()
    pair = alternate(_select_everything(session), open_page(session, session.actions), rounds=9, warm_up=2)
    return Measured("open", pair.floor_ms, pair.ours_ms, spread=pair.spread)


def open_page(session: Session, actions: int) -> Timed:
    """Make the page, read what it lists, paint it."""
    context = session.frame(actions).context
    kept: list[QWidget] = []

    def run() -> float:
        while kept:
            kept.pop().close()
        _settle()

        begun = time.perf_counter()
        page = _page(context)
        page.build()
        page.show_filter()
        page.reload(None)
        kept.append(hosted(page, _room(session).width(), _room(session).height()))
        page.catch_up()
        Painted(view_of(page, actions)).after(lambda: None, change=False)
        return (time.perf_counter() - begun) * 1000

    return run


def _select_everything(session: Session) -> Timed:
    db = sqlite3.connect(session.frame(session.actions).context.store.path)
    return timed(lambda: db.execute("SELECT * FROM action WHERE deleted = 0").fetchall())


# -- scroll -------------------------------------------------------------------------------------------------------


def scroll_row(session: Session) -> Measured:
    session.needs_plan()
    ours = _plan_view(session, session.actions)
    floor, host = _sql_view(session, ours)
    pair = alternate(scroll(floor), scroll(ours), rounds=9, warm_up=2)
    host.close()
    return Measured("scroll", pair.floor_ms, pair.ours_ms, spread=pair.spread, note=_share_of_paint(ours))


def _share_of_paint(view: QTableView) -> str:
    """What the same screens cost once their rows are read: painting alone, richer than the floor's plain texts."""
    painted = Painted(view)
    painted.after(view.viewport().update, change=False)
    again = statistics.median([painted.after(view.viewport().update, change=False) for _ in range(15)])
    return f"dont {again:.1f} ms pour peindre puces, barres et états, que le plancher n’a pas".replace(".", ",")


def scroll(view: QTableView) -> Timed:
    """One screen down: the mean over a dozen, so that the rows read on the way are paid."""
    painted = Painted(view)
    bar = view.verticalScrollBar()

    def run() -> float:
        if bar.value() + (SCREENS + 1) * bar.pageStep() > bar.maximum():
            painted.after(lambda: bar.setValue(0), change=False)
        times = [
            painted.after(lambda: bar.setValue(bar.value() + bar.pageStep()), change=False) for _ in range(SCREENS)
        ]
        return statistics.fmean(times)

    return run


def _sql_view(session: Session, like: QTableView) -> tuple[QTableView, QWidget]:
    database = QSqlDatabase.addDatabase("QSQLITE", "bench")
    database.setConnectOptions("QSQLITE_OPEN_READONLY")
    database.setDatabaseName(str(session.frame(session.actions).context.store.path))
    if not database.open():
        raise RuntimeError(database.lastError().text())
    columns = _SQL_COLUMNS[: len(shown_widths(like))]
    model = QSqlQueryModel(like)
    model.setQuery(f'{_ROWS.format(columns=", ".join(columns))} ORDER BY a."order"', database)
    while model.canFetchMore():
        model.fetchMore()
    view = plain_view(model, like)
    host = hosted(view, like.width(), like.height())
    _settle()
    return view, host


_SQL_COLUMNS = (
    "a.title", "a.status", "a.progress", 'a."end"', "o.name", "a.lead", "a.code", "a.start", "a.kind", "a.publics",
)  # fmt: skip
_ROWS = "SELECT {columns} FROM action a LEFT JOIN organisation o ON o.id = a.promoter WHERE a.deleted = 0"


# -- filter -------------------------------------------------------------------------------------------------------


def key_row(session: Session) -> Measured:
    """Each key of a word, typed then erased; the worst key is the worst of their medians."""
    session.needs_plan()
    ours = keys(session, session.actions)
    floor = _floor_keys(session, _plan_view(session, session.actions))
    by_key: list[list[float]] = []

    def kept() -> float:
        times = ours()
        by_key.append(times)
        return statistics.fmean(times)

    pair = alternate(lambda: statistics.fmean(floor()), kept, rounds=9, warm_up=2)
    medians = [statistics.median(times) for times in zip(*by_key[2:], strict=True)]
    return Measured(
        "key", pair.floor_ms, pair.ours_ms, worst_ms=max(medians), spread=pair.spread,
        note=f"pire touche {max(medians):.0f} ms, excellent jusqu’à 33 ms".replace(".", ","),
    )  # fmt: skip


def keys(session: Session, actions: int) -> Callable[[], list[float]]:
    """The times of every key of TYPED, then of as many erasures, in the filter of the plan."""
    frame = session.frame(actions)
    view = _plan_view(session, actions)
    page = frame.window.page()
    page.focus_filter()
    _settle()
    field = QApplication.focusWidget()
    if not isinstance(field, QLineEdit):
        raise RuntimeError("the filter of the plan took no keyboard")
    painted = Painted(view)

    def run() -> list[float]:
        field.setFocus()
        times = [painted.after(lambda letter=letter: QTest.keyClick(field, letter)) for letter in TYPED]
        times += [painted.after(lambda: QTest.keyClick(field, Qt.Key.Key_Backspace)) for _ in TYPED]
        return times

    return run


def _floor_keys(session: Session, like: QTableView) -> Callable[[], list[float]]:
    db = sqlite3.connect(session.frame(session.actions).context.store.path)
    width = len(shown_widths(like))
    query = f"{_ROWS.format(columns=', '.join(('a.id', *_SQL_COLUMNS[:width])))} AND a.id IN ({{marks}})"

    def fetch(ids: Any) -> dict[str, tuple[Any, ...]]:
        found = db.execute(query.format(marks=",".join("?" * len(ids))), list(ids))
        return {row: tuple(texts) for row, *texts in found}

    everything = [row for (row,) in db.execute('SELECT id FROM action WHERE deleted = 0 ORDER BY "order"')]
    model = PlainModel(width, fetch)
    model.show_ids(everything)
    view = plain_view(model, like)
    model.setParent(view)
    host = hosted(view, like.width(), like.height())
    _settle()
    painted = Painted(view)
    found = "SELECT r.row FROM search JOIN search_row r ON r.n = search.rowid WHERE search MATCH ? AND r.entity = ?"

    def show(typed: str) -> None:
        if typed:
            model.show_ids([row for (row,) in db.execute(found, (match_expression(typed), "action"))])
        else:
            model.show_ids(everything)

    states = [TYPED[: place + 1] for place in range(len(TYPED))]
    states += [TYPED[:place] for place in reversed(range(len(TYPED)))]

    def run() -> list[float]:
        assert host.isVisible()
        return [painted.after(lambda typed=typed: show(typed)) for typed in states]

    return run


# -- sort ---------------------------------------------------------------------------------------------------------


def sort_row(session: Session) -> Measured:
    session.needs_plan()
    ours = sort(session, session.actions)
    db = sqlite3.connect(session.frame(session.actions).context.store.path)
    titles = [fold(title) for (title,) in db.execute("SELECT title FROM action WHERE deleted = 0 ORDER BY id")]
    pair = alternate(timed(lambda: sorted(titles)), ours, rounds=9, warm_up=2)
    return Measured("sort", pair.floor_ms, pair.ours_ms, spread=pair.spread)


def sort(session: Session, actions: int) -> Timed:
    """Click on the head of the column of titles: one way, then the other."""
    view = _plan_view(session, actions, view="table")
    head = view.horizontalHeader()
    model = view.model()
    assert isinstance(model, RowsModel)
    section = model.column_of("title")
    painted = Painted(view)

    def click() -> float:
        return painted.after(lambda: head.sectionClicked.emit(section))

    def run() -> float:
        taken = statistics.fmean((click(), click()))
        # The third click gives the order of the plan back: not a sort.
        if getattr(head, "sorted_key", ""):
            click()
        return taken

    return run


# -- shared -------------------------------------------------------------------------------------------------------


def _page(context: Any) -> Page:
    from app.ui.pages import PAGES

    return next(entry for entry in PAGES if entry.key == _PLAN).make(context)


def _plan_view(session: Session, actions: int, *, view: str = "") -> QTableView:
    """The view of the plan in the window of that notebook, with nothing filtered."""
    frame = session.frame(actions)
    frame.window.activateWindow()
    frame.window.navigator.go(_PLAN, **({"view": view} if view else {}))
    _settle()
    found = view_of(frame.window.page(), actions)
    assert isinstance(found, QTableView)
    return found


def _room(session: Session) -> Any:
    return session.frame(session.actions).window.stack.size()


def _settle() -> None:
    """Let layouts and repaints end."""
    for _ in range(5):
        QApplication.processEvents()
