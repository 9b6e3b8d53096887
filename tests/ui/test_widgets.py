"""Widgets, by what a person sees and does."""

from datetime import datetime

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.ui.charts.gauge import Gauge, History, IndicatorChart, Part, StackedBar
from app.ui.charts.sparkline import Sparkline
from app.ui.theme import Theme
from app.ui.widgets.banner import Banner
from app.ui.widgets.cards import Card, Figure, KeyFigure
from app.ui.widgets.empty_state import EmptyState
from app.ui.widgets.filters import FilterBar, FilterButton, FilterField
from app.ui.widgets.form_row import FormRow
from app.ui.widgets.labels import ElidedLabel, label, priority_chip, status_chip
from app.ui.widgets.lines import LoadingLine, ProgressBar, UndoLine
from app.ui.widgets.rail import Rail, RailEntry
from app.ui.widgets.search_field import Hit, SearchField
from app.ui.widgets.segmented import Segmented
from app.ui.widgets.side_panel import Section, SidePanel
from app.ui.widgets.top_bar import TopBar
from tests.ui.accessibility import nameless_controls


def shown(qtbot, widget: QWidget) -> QWidget:
    qtbot.addWidget(widget)
    widget.show()
    return widget


def test_the_rail_marks_the_page_and_tells_what_waits(qtbot, theme: Theme) -> None:
    rail = shown(qtbot, Rail(theme, (RailEntry("home", "Accueil", "home"), RailEntry("plan", "Plan", "list-details"))))
    rail.set_current("plan")
    rail.item("plan").set_badge(3, meaning="3 en retard")

    assert rail.item("plan").isChecked()
    assert rail.item("plan").accessibleName() == "Plan\u00a0: 3 en retard"
    with qtbot.waitSignal(rail.chosen) as chosen:
        qtbot.mouseClick(rail.item("home"), Qt.MouseButton.LeftButton)
    assert chosen.args == ["home"]
    assert not rail.item("home").isChecked()  # the page decides


def test_the_folded_rail_says_its_words_in_tooltips(qtbot, theme: Theme) -> None:
    rail = shown(qtbot, Rail(theme, (RailEntry("home", "Accueil", "home"),)))

    rail.set_folded(True)

    assert rail.width() == 56
    assert rail.item("home").toolTip() == "Accueil"
    rail.set_folded(False)
    assert (rail.width(), rail.item("home").toolTip()) == (176, "")


def test_arrows_walk_the_rail(qtbot, theme: Theme) -> None:
    rail = shown(qtbot, Rail(theme, (RailEntry("a", "A", "home"), RailEntry("b", "B", "home"))))
    rail.item("a").setFocus()

    qtbot.keyClick(rail.item("a"), Qt.Key.Key_Down)

    assert rail.focusWidget() is rail.item("b")


def test_a_segment_is_chosen_with_the_arrows(qtbot, theme: Theme) -> None:
    views = shown(qtbot, Segmented(theme, (("tree", "Arbre"), ("table", "Tableau")), name="Vues"))
    first = views.layout().itemAt(0).widget()
    first.setFocus()

    with qtbot.waitSignal(views.chosen) as chosen:
        qtbot.keyClick(first, Qt.Key.Key_Right)

    assert chosen.args == ["table"]
    views.choose("tree")
    assert views.current() == "tree"


def test_a_filter_is_told_at_each_key_and_cleared_by_escape(qtbot, theme: Theme) -> None:
    field = shown(qtbot, FilterField(theme))
    with qtbot.waitSignal(field.filtered) as filtered:
        qtbot.keyClicks(field, "ener")
    assert filtered.args == ["ener"]

    with qtbot.waitSignal(field.filtered) as filtered:
        qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert filtered.args == [""]


def test_a_filter_button_counts_and_has_its_own_cross(qtbot, theme: Theme) -> None:
    choices = (("a", "À lancer"), ("b", "En cours"), ("c", "Terminée"))
    made = shown(qtbot, FilterButton(theme, "Statut", choices))
    made.set_keys(("a",))
    assert made.text() == "Statut\u00a0: À lancer"
    made.set_keys(("a", "b"))
    assert made.text() == "Statut\u00a0: 2"

    with qtbot.waitSignal(made.filtered) as filtered:
        qtbot.keyClick(made, Qt.Key.Key_Delete)

    assert filtered.args == [()]
    assert made.text() == "Statut"


def test_views_fold_into_one_button_where_room_lacks(qtbot, theme: Theme) -> None:
    views = shown(qtbot, Segmented(theme, (("tree", "Arbre"), ("table", "Tableau"), ("gantt", "Gantt")), name="Vues"))
    views.resize(views.sizeHint())
    assert views._fold.isHidden()

    views.resize(views.minimumSizeHint())
    assert views._fold.accessibleName() == "Vues\u00a0: Arbre"
    with qtbot.waitSignal(views.chosen) as chosen:
        views.menu().actions()[2].trigger()
    assert chosen.args == ["gantt"]
    assert views._fold.text() == "Gantt"


def test_filters_that_do_not_fit_wait_and_active_ones_stay(qtbot, theme: Theme) -> None:
    bar = FilterBar(theme)
    filters = [FilterButton(theme, word, (("a", "Une"),)) for word in ("Priorité", "Statut", "Territoire", "Porteur")]
    bar.add(FilterField(theme))
    for part in filters:
        bar.add(part)
    shown(qtbot, bar)
    bar.resize(1000, 44)
    assert bar.hidden_filters() == []

    filters[3].set_keys(("a",))
    bar.resize(480, 44)
    bar.fit()

    assert filters[3] not in bar.hidden_filters()
    assert bar.hidden_filters()
    assert nameless_controls(bar) == []


def test_ticking_in_the_menu_keeps_it_open(qtbot, theme: Theme) -> None:
    made = shown(qtbot, FilterButton(theme, "Statut", (("a", "À lancer"), ("b", "En cours"))))
    menu = made.menu()
    menu.popup(QPoint(0, 0))
    menu.setActiveAction(menu.actions()[1])

    qtbot.keyClick(menu, Qt.Key.Key_Space)

    assert made.keys() == ("b",)
    assert menu.isVisible()
    menu.close()


def test_the_search_opens_what_the_arrows_reach(qtbot, theme: Theme) -> None:
    hits = (Hit("Une", id="1"), Hit("Deux", "action", id="2"))
    home = shown(qtbot, QWidget())
    field = SearchField(theme, lambda text: hits if text == "u" else ())
    QVBoxLayout(home).addWidget(field)
    qtbot.keyClicks(field, "u")
    assert field.popup().isVisible()
    qtbot.keyClick(field, Qt.Key.Key_Down)

    with qtbot.waitSignal(field.chosen) as chosen:
        qtbot.keyClick(field, Qt.Key.Key_Return)

    assert chosen.args == [hits[1]]
    assert not field.popup().isVisible()


def test_the_top_bar_tells_what_can_be_taken_back_and_what_is_saved(qtbot, theme: Theme) -> None:
    bar = shown(qtbot, TopBar(theme, lambda _text: ()))
    bar.set_history("Modifier une action", "")
    bar.save_state.show_saved(datetime(2026, 11, 24, 14, 3))

    assert bar.undo.isEnabled()
    assert bar.undo.toolTip() == "Annuler\u00a0: Modifier une action (Ctrl+Z)"
    assert not bar.redo.isEnabled()
    assert bar.save_state.text() == "Enregistré à 14:03"
    bar.save_state.show_failed("disque plein")
    assert bar.save_state.text() == "Non enregistré\u00a0: disque plein"


@pytest.mark.parametrize(("scale", "width", "brief"), [(1.0, 1190, False), (1.5, 1282, False), (2.0, 1430, True)])
def test_the_period_is_read_whole_or_not_at_all(
    qtbot, qapp, installed_theme: Theme, scale: float, width: int, brief: bool
) -> None:
    large = Theme.load(scale=scale)
    large.install(qapp)
    try:
        home = shown(qtbot, QWidget())
        bar = TopBar(large, lambda _text: ())
        bar.quarter.show_quarter("Quartier Est", "2024–2030")
        bar.example.show()
        column = QVBoxLayout(home)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(bar)
        home.resize(width, 100)
        qtbot.waitUntil(lambda: bar.width() == width)
        qtbot.wait(1)

        assert bar.quarter.width() >= bar.quarter.sizeHint().width()
        assert bar.quarter._brief is brief
    finally:
        installed_theme.install(qapp)


def test_a_banner_is_told_then_cleared(qtbot, theme: Theme) -> None:
    home = shown(qtbot, QWidget())
    banner = Banner(theme)
    QVBoxLayout(home).addWidget(banner)

    banner.tell("En retard de 19 jours.", "<L’étape>", tone="warning", action="Reporter")

    assert banner.isVisible()
    assert banner.accessibleName() == "En retard de 19 jours. <L’étape>"
    assert nameless_controls(home) == []
    banner.clear()
    assert not banner.isVisible()


def test_an_empty_state_offers_the_next_gesture(qtbot, theme: Theme) -> None:
    empty = EmptyState(
        theme, icon="calendar-plus", title="Aucune réunion", sentence="x " * 200, main="Préparer", second="Saisir"
    )
    shown(qtbot, empty)

    with qtbot.waitSignal(empty.main_asked):
        empty.main.click()
    with qtbot.waitSignal(empty.second_asked):
        empty.second.click()


def test_an_undo_line_leaves_by_itself(qtbot, theme: Theme) -> None:
    home = shown(qtbot, QWidget())
    line = UndoLine(theme, home)
    line._timer.setInterval(10)
    # Neither the mouse nor the keyboard is on the line: either would hold it.
    home.resize(800, 600)
    line.move(300, 300)
    for part in (line._undo, line._close):
        part.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    line.tell("12 échéances reportées.")

    assert line.isVisible()
    qtbot.waitUntil(lambda: not line.isVisible())


def test_undo_is_one_click_away(qtbot, theme: Theme) -> None:
    home = shown(qtbot, QWidget())
    line = UndoLine(theme, home)
    line.tell("12 échéances reportées.")

    with qtbot.waitSignal(line.undo_asked):
        line._undo.click()

    assert not line.isVisible()


def test_the_loading_line_waits_before_it_shows(qtbot, theme: Theme) -> None:
    line = shown(qtbot, LoadingLine(theme))
    line.resize(200, 2)
    line.begin()
    line.advance(1.0)
    nothing = line.grab().toImage().pixelColor(5, 0)

    qtbot.wait(170)

    assert line.grab().toImage().pixelColor(5, 0) == theme.colour("accent")
    assert nothing != theme.colour("accent")
    line.end()
    assert not line.is_busy()


def test_a_key_figure_opens_with_enter_and_says_everything(qtbot, theme: Theme) -> None:
    made = shown(qtbot, KeyFigure(theme, Figure("Avancement", "49\u00a0%", "+ 6 points", "depuis septembre")))

    assert made.accessibleName() == "Avancement, 49\u00a0%, + 6 points, depuis septembre"
    with qtbot.waitSignal(made.opened):
        qtbot.keyClick(made, Qt.Key.Key_Return)


def test_a_row_shows_its_hint_then_its_fault(qtbot, theme: Theme) -> None:
    row = shown(qtbot, FormRow(theme, "Titre", QWidget(), hint="Court."))
    assert row.content.accessibleName() == "Titre"

    row.show_fault("Trop long.")
    assert row.hint.text() == "Trop long."
    row.show_fault("")
    assert row.hint.text() == "Court."


def test_a_line_gives_way_and_says_all_in_its_tooltip(qtbot, theme: Theme) -> None:
    made = shown(qtbot, ElidedLabel(theme, "Une très longue ligne de texte"))
    made.resize(60, 20)
    made.grab()

    assert made.toolTip() == "Une très longue ligne de texte"
    made.resize(600, 20)
    made.grab()
    assert made.toolTip() == ""


def test_a_name_with_a_shorter_form_is_not_cut_in_the_middle_of_a_word(qtbot, theme: Theme) -> None:
    def drawn(text: str, shorter: str = "") -> QImage:
        made = shown(qtbot, ElidedLabel(theme, text, "cell", shorter=shorter))
        made.resize(200, 20)
        return made.grab().toImage()

    long, short = "Accès aux droits, numérique, discriminations", "Accès aux droits, numérique"

    assert drawn(long, short) == drawn(short)
    assert drawn(long) != drawn(short)


def panel_with_sections(qtbot, theme: Theme) -> SidePanel:
    panel = SidePanel(theme)
    panel.resize(424, 600)
    tall = [QWidget() for _ in range(7)]
    for part in tall:
        part.setMinimumHeight(500)
    names = ("Identité", "Étapes", "Partenaires", "Financement", "Indicateurs", "Suivi", "Historique")
    panel.show_heading("Médiation santé", chip="P3", chip_tone="P3", code="3.2.1")
    panel.show_sections([Section(name, name, part) for name, part in zip(names, tall, strict=True)])
    return shown(qtbot, panel)


def test_an_anchor_scrolls_and_the_scroll_marks_the_anchor(qtbot, theme: Theme) -> None:
    panel = panel_with_sections(qtbot, theme)

    panel.anchors.anchor("Étapes").click()
    assert panel._scroll.verticalScrollBar().value() > 400
    assert panel.anchors.anchor("Étapes").isChecked()

    panel._scroll.verticalScrollBar().setValue(0)
    assert panel.anchors.anchor("Identité").isChecked()
    assert panel.anchors._hidden  # « Plus » takes what does not fit


def test_the_panel_knows_its_place_in_the_list(qtbot, theme: Theme) -> None:
    panel = panel_with_sections(qtbot, theme)

    panel.show_position(1, 46)

    assert panel._position.text() == "1 / 46"
    assert not panel._previous.isEnabled()
    assert panel._next.isEnabled()
    assert nameless_controls(panel) == []


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_small_drawings_paint_in_both_palettes(qtbot, theme: Theme, mode: str) -> None:
    theme.use(mode)
    card = Card(theme, "Dessins", "un fait")
    for drawing in (
        Sparkline(theme, (1, 3, 2)),
        IndicatorChart(theme, Gauge(30, 40, 35, (18, 30), 20, high="40\u00a0%")),
        IndicatorChart(theme, Gauge(None, 100)),
        IndicatorChart(theme, History((1,), "2020", "2020", 3)),
        IndicatorChart(theme, History(())),
        StackedBar(theme, (Part(1, "accent"), Part(2, "surface"))),
        StackedBar(theme),
        ProgressBar(theme, 0.5),
        status_chip(theme, "late"),
        status_chip(theme, "newer"),
        priority_chip(theme, "P3", word=True),
        label("Texte", "heading"),
    ):
        card.body.addWidget(drawing)
    shown(qtbot, card)

    assert not card.grab().isNull()
