# ruff: noqa: E501
"""A window with made-up pages: what the tests walk through, and what `python -m tests.ui.gallery FOLDER` draws.

The rows are invented; today is 24 November 2026.
"""

import sys
import tempfile
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from PySide6.QtWidgets import QApplication, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.formatting import counted
from app.models.fields import Choice, Field, Kind
from app.ui.charts.gauge import Gauge, History, IndicatorChart, Part, StackedBar
from app.ui.context import Context
from app.ui.forms.editors import Node, Sources
from app.ui.forms.form import RecordForm, make_editor
from app.ui.main_window import MainWindow
from app.ui.navigation import Page, PageEntry, RecordView
from app.ui.preferences import Preferences
from app.ui.tables.columns import Cell, Column, Look, status_cell
from app.ui.tables.rows_model import Group, GroupedRowsModel
from app.ui.tables.view import TableView
from app.ui.theme import Theme
from app.ui.widgets.buttons import button, icon_button
from app.ui.widgets.cards import Card, Figure, KeyFigure
from app.ui.widgets.empty_state import EmptyState
from app.ui.widgets.filters import FilterBar, FilterButton, FilterField
from app.ui.widgets.labels import ElidedLabel, StatusWord, label, priority_chip, status_chip
from app.ui.widgets.lines import ProgressBar
from app.ui.widgets.page_header import PageHeader
from app.ui.widgets.search_field import Hit
from app.ui.widgets.segmented import Segmented
from app.ui.widgets.side_panel import Section
from app.ui.widgets.top_bar import hairline

NOW = datetime(2026, 11, 24, 14, 3)


@dataclass(frozen=True, slots=True)
class Row:
    id: str
    number: str
    title: str
    status: str
    progress: int
    end: date
    budget: Decimal
    promoter: str
    territories: tuple[str, ...]
    updated: date


def _row(number: str, title: str, status: str, progress: int, end: str, budget: int, promoter: str, *where: str) -> Row:
    day, month, year = map(int, end.split("/"))
    return Row(
        number, number, title, status, progress, date(year, month, day), Decimal(budget), promoter, where or ("Est",),
        date(2026, 11, 2 + len(title) % 20),
    )  # fmt: skip


ROWS = {
    row.id: row
    for row in (
        _row("1.1.1", "Espace ressources parents du Pile", "running", 60, "30/06/2027", 18400, "Centre social Pile"),
        _row(
            "1.1.2", "Ateliers FLE pour les parents d’élèves", "running", 45, "30/06/2027", 22000, "AEP", "Est", "Nord"
        ),
        _row("1.2.1", "Accompagnement au passage en 6e", "planned", 0, "31/08/2027", 9500, "Éducation Nationale"),
        _row("1.2.3", "Découverte des métiers en 4e", "late", 30, "31/10/2026", 6200, "Collège"),
        _row("2.1.1", "Permanences emploi «\u00a0hors les murs\u00a0»", "running", 70, "31/12/2026", 31000, "Maison"),
        _row("2.1.2", "Garde d’enfants et retour à l’emploi", "blocked", 20, "31/12/2026", 27500, "Mission Locale"),
        _row("2.2.1", "Parrainage des jeunes vers l’emploi", "running", 50, "31/03/2027", 15000, "Face", "Ville"),
        _row("3.1.1", "Portrait de quartier, volet santé", "done", 100, "30/09/2026", 4000, "CCAS de Roubaix"),
        _row("3.2.1", "Médiation santé et dépistage des cancers", "late", 80, "05/11/2026", 24800, "CRCDC"),
        _row("3.2.2", "Ateliers nutrition en pied d’immeuble", "running", 60, "15/12/2026", 8900, "Centre social"),
        _row("4.1.1", "Installer le conseil de quartier Est", "planned", 0, "31/01/2027", 3000, "Ville de Roubaix"),
        _row("4.2.1", "Diagnostics en marchant du Pile", "running", 65, "31/12/2026", 5500, "Bailleurs sociaux"),
        _row("4.2.3", "Médiation en soirée", "running", 40, "30/06/2027", 38000, "CITEO", "Est", "Sud", "Centre"),
        _row("5.1.1", "Jardins de pied d’immeuble", "running", 35, "30/09/2027", 12600, "Horizon 9"),
        _row("5.2.1", "Atelier vélo et remise en selle", "late", 25, "15/11/2026", 7800, "Busabiclou"),
        _row("6.1.1", "Permanences d’écrivains publics", "running", 75, "31/12/2026", 29000, "FAL", "Est", "Centre"),
        _row("6.2.1", "Parcours d’inclusion numérique", "abandoned", 50, "31/12/2026", 16300, "SCIC Les Assembleurs"),
    )
}
PRIORITIES = {
    "1": ("Réussite éducative", 52, 96400),
    "2": ("Emploi", 47, 118500),
    "3": ("Santé", 68, 74200),
    "4": ("Vivre ensemble", 41, 121900),
    "5": ("Transition écologique", 28, 41300),
    "6": ("Accès aux droits, numérique, discriminations", 55, 60000),
}


def groups() -> list[Group]:
    made = []
    for number, (word, share, total) in PRIORITIES.items():
        ids = tuple(id for id in ROWS if id.startswith(number))
        cells = {
            "progress": Cell(f"{share}\u00a0%", Look.PROGRESS, f"P{number}", share / 100),
            "budget": Cell(f"{total:,}\u00a0€".replace(",", "\u00a0"), Look.MONEY, "muted"),
        }
        made.append(Group(f"P{number}", word, f"P{number}", f"P{number}", counted(len(ids), "action"), cells, ids))
    return made


def columns(theme: Theme) -> tuple[Column, ...]:
    def editor(parent: QWidget, _row: Row) -> QWidget:
        made = make_editor(theme, Field("title", Kind.TEXT, "Intitulé", required=True))
        made.setParent(parent)
        return made

    return (
        Column("check", "", Look.CHECK, 34, sortable=False),
        Column("title", "Action", Look.TITLE, 316, code=lambda row: row.number, stretch=True, editor=editor),
        Column("status", "Statut", Look.STATUS, 106, cell=lambda row: status_cell(theme.status(row.status))),
        Column("progress", "Avancement", Look.PROGRESS, 104),
        Column("promoter", "Porteur", width=180, gives_way=2),
        Column("territories", "Territoires", Look.CHIPS, 130, gives_way=3),
        Column("end", "Échéance", Look.DATE, 92, tone=lambda row: "warning" if row.status == "late" else ""),
        Column("budget", "Budget 2026", Look.MONEY, 100),
        Column("updated", "Mise à jour", Look.DATE, 96, tone=lambda _row: "muted", gives_way=4),
    )


class PlanPage(Page):
    """The plan, as a table by priority."""

    def build(self) -> None:
        theme = self.theme
        header = PageHeader(theme, "Plan d’actions")
        views = (("tree", "Arbre"), ("table", "Tableau"), ("board", "Colonnes"), ("gantt", "Gantt"))
        views = (*views, ("calendar", "Calendrier"), ("matrix", "Matrice"))
        header.add(Segmented(theme, views, name="Vues du plan", current="table"))
        header.add_right(icon_button(theme, "printer", "Imprimer la liste", shortcut="Ctrl+P", outlined=True))
        header.add_right(button(theme, "Action", kind="primary", icon="plus"))
        bar = FilterBar(theme)
        self.filter = FilterField(theme, "Filtrer", width=148)
        status = FilterButton(
            theme, "Statut", [(c, theme.status(c).word) for c in ("planned", "running", "late", "done")]
        )
        status.set_keys(("planned", "running"))
        for part in (
            self.filter,
            FilterButton(theme, "Priorité", [("P1", "P1")]),
            status,
            FilterButton(theme, "Territoire"),
        ):
            bar.add(part)
        grouping = FilterButton(theme, "Grouper", [("priority", "priorité")], exclusive=True)
        grouping.set_keys(("priority",))
        bar.add_right(grouping)
        self.model = GroupedRowsModel(columns(theme), lambda ids: {id: ROWS[id] for id in ids})
        self.table = TableView(theme, self.model, name="Actions du plan")
        self.table.head.show_order("title", False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for part in (header, bar, self.table):
            column.addWidget(part)
        self.table.opened.connect(lambda id: self.context.navigator.open_record("action", id))

    def reload(self, changes: object = None) -> None:
        self.model.show_groups(groups())

    def record_ids(self) -> list[str]:
        return self.model.ids()

    def show_record(self, entity: str, id: str) -> None:
        self.table.go_to(id)

    def status_text(self) -> tuple[str, str]:
        return "46 actions   ·   3 en retard   ·   1 bloquée   ·   Budget 2026\u00a0: 512\u00a0300,00\u00a0€", ""

    def focus_filter(self) -> None:
        self.filter.setFocus()


FIELDS = {
    field.key: field
    for field in (
        Field("objective", Kind.LINK, "Objectif", target="objective"),
        Field("territories", Kind.LINKS, "Territoires", target="territory"),
        Field("promoter", Kind.LINK, "Porteur", target="organisation"),
        Field("lead", Kind.TEXT, "Pilote Ville"),
        Field("status", Kind.CHOICE, "Statut", choices=(Choice("running", "En cours"), Choice("done", "Terminée"))),
        Field("end", Kind.DATE, "Échéance"),
        Field("budget", Kind.MONEY, "Budget 2026"),
        Field("place", Kind.TERRITORY, "Territoire", target="territory"),
        Field("confirmed", Kind.BOOLEAN, "Reconduction"),
        Field("description", Kind.LONG_TEXT, "Description"),
    )
}
NAMES = {
    "o": "3.2 Renforcer la prévention", "e": "Est", "q": "QPV QN05980M", "c": "CRCDC", "s": "Sud", "v": "Roubaix",
}  # fmt: skip
SOURCES = Sources(
    search=lambda text: [(id, name) for id, name in NAMES.items() if text.casefold() in name.casefold()],
    name=lambda id: NAMES.get(id, id),
    tree=lambda: [Node("v", "Roubaix", "commune", (Node("e", "Est", "grand quartier"), Node("s", "Sud")))],
)


class ActionView(RecordView):
    """The fiche of an action."""

    entity = "action"

    def show_record(self, id: str) -> None:
        row, theme, panel = ROWS[id], self.theme, self.panel
        word = f"P{id[0]}  {PRIORITIES[id[0]][0].split(',')[0]}"
        panel.show_heading(row.title, chip=word, chip_tone=f"P{id[0]}", code=row.number)
        bar = ProgressBar(theme, row.progress / 100, width=72)
        bar.setFixedWidth(theme.px(72))
        tone = "warning" if row.status == "late" else "muted"
        due = label(f"Échéance {row.end:%d/%m/%Y}", "body", tone)
        share = label(f"{row.progress}\u00a0%", "strong")
        panel.show_state((status_chip(theme, row.status), share, bar, due))
        if row.status == "late":
            panel.banner.tell(
                "En retard de 19 jours.",
                "L’étape «\u00a0Bilan avec le CRCDC\u00a0» devait finir le 05/11/2026.",
                tone="warning",
                action="Reporter",
            )
        else:
            panel.banner.clear()
        self.form = RecordForm(theme, FIELDS, lambda _field: SOURCES)
        identity = QWidget()
        column = QVBoxLayout(identity)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for key in FIELDS:
            column.addWidget(self.form.row(key, wide=key == "description"))
        self.form.show_values(
            {
                "objective": "o", "territories": ("e", "q"), "promoter": "c", "lead": "Chef de projet Est",
                "status": "running", "end": row.end, "budget": row.budget, "place": "e", "confirmed": True,
                "description": "Aller vers les femmes de 50 à 74 ans du Pile avec les adultes-relais\u00a0: "
                "porte-à-porte, cafés santé, accompagnement au rendez-vous.",
            }
        )  # fmt: skip
        add = button(theme, "Ajouter", kind="link", icon="plus")
        panel.show_sections(
            (
                Section("identity", "Identité", identity, titled=False),
                Section("steps", "Étapes", self._steps(), "4/5", "4 sur 5 terminées", add),
                Section("partners", "Partenaires", QWidget(), "4", "4 structures"),
                Section("funding", "Financement", QWidget()),
                Section("indicators", "Indicateurs", QWidget()),
                Section("follow_up", "Suivi", QWidget()),
                Section("history", "Historique", QWidget()),
            )
        )
        panel.show_footer("Modifiée par le chef de projet Est le 22/10/2026")
        panel.set_menu(lambda menu: menu.addAction("Dupliquer"))

    def _steps(self) -> QWidget:
        made = QWidget()
        column = QVBoxLayout(made)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for word, day in (("Convention avec le CRCDC signée", "15/01/2026"), ("Deux cafés santé", "18/06/2026")):
            line = QHBoxLayout()
            line.addWidget(StatusWord(self.theme, word))
            line.addStretch(1)
            line.addWidget(label(day, "small", "muted"))
            column.addLayout(line)
            column.addWidget(hairline(self.theme))
        return made


class HomePage(Page):
    """Cards and key figures."""

    role = "window"

    def build(self) -> None:
        theme = self.theme
        header = PageHeader(theme, "", role="window")
        header.set_title("Mardi 24 novembre 2026", "3 actions en retard, 1 bloquée, 1 réunion cette semaine")
        header.add_right(button(theme, "Imprimer le point de la semaine", icon="printer"))
        figures = QHBoxLayout()
        figures.setSpacing(theme.px(16))
        for figure in (
            Figure("Avancement du plan", "49\u00a0%", "+ 6 points", "depuis septembre", "success", "trending-up", (20, 25, 31, 36, 40, 49)),
            Figure("Étapes tenues à temps", "82\u00a0%", "− 3 points", "sur 12 mois", "warning", "trending-down", (90, 86, 88, 84, 84, 78)),
            Figure("Crédits votés en 2026", "438\u00a0200\u00a0€", "86\u00a0%", "sur 512\u00a0300\u00a0€ demandés", "", "coin-euro", (2, 5, 8, 12, 16)),
            Figure("Décisions appliquées", "21 / 27", "6 ouvertes", "4 attendues ce mois", "", "list-check", (3, 6, 9, 12, 15)),
        ):  # fmt: skip
            figures.addWidget(KeyFigure(theme, figure), 1)
        progress = Card(theme, "Avancement par priorité", "46 actions")
        grid = QGridLayout()
        grid.setVerticalSpacing(theme.px(3))
        for place, (number, (word, share, _total)) in enumerate(PRIORITIES.items()):
            grid.addWidget(priority_chip(theme, f"P{number}"), place, 0)
            grid.addWidget(ElidedLabel(theme, word, "cell"), place, 1)
            grid.addWidget(ProgressBar(theme, share / 100, colour=f"priority.P{number}.strong", width=120), place, 2)
            grid.addWidget(label(f"{share}\u00a0%", "small"), place, 3)
        grid.setColumnStretch(1, 1)
        progress.body.addLayout(grid)
        money = Card(theme, "Financement 2026", label("512\u00a0300,00\u00a0€", "strong"))
        parts = (Part(241600, "accent"), Part(196600, "accent_soft"), Part(74100, "surface"))
        money.body.addWidget(StackedBar(theme, parts))
        charts = Card(theme, "Indicateurs")
        charts.body.addWidget(IndicatorChart(theme, Gauge(73, 100, other=31, high="100\u00a0%")))
        charts.body.addWidget(IndicatorChart(theme, Gauge(30, 40, span=(18, 30), target=35, high="40\u00a0%")))
        charts.body.addWidget(IndicatorChart(theme, History((2, 4, 6, 8), "2020", "2024", 10)))
        right = QVBoxLayout()
        right.setSpacing(theme.px(12))
        for card in (progress, money):
            right.addWidget(card)
        right.addStretch(1)
        below = QHBoxLayout()
        below.setSpacing(theme.px(16))
        below.addWidget(charts, 3)
        below.addLayout(right, 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(header)
        inside = QVBoxLayout()
        inside.setContentsMargins(theme.px(24), 0, theme.px(24), theme.px(16))
        inside.setSpacing(theme.px(14))
        inside.addLayout(figures)
        inside.addLayout(below, 1)
        column.addLayout(inside, 1)


class MeetingsPage(Page):
    """A page with nothing yet."""

    def build(self) -> None:
        theme = self.theme
        header = PageHeader(theme, "Réunions")
        empty = EmptyState(
            theme,
            icon="calendar-plus",
            title="Aucune réunion du Comité partenarial emploi",
            sentence="Carnet propose l’ordre du jour\u00a0: actions en retard, décisions ouvertes et indicateurs en écart "
            "de la priorité Emploi. Vous l’ajustez, puis vous imprimez la convocation.",
            main="Préparer la première réunion",
            main_icon="calendar-event",
            second="Saisir une réunion passée",
            hint="ou glissez ici un compte rendu ou un calendrier Excel",
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for part in (header, hairline(theme), empty):
            column.addWidget(part, 1 if part is empty else 0)


PAGES = (
    PageEntry("home", "Accueil", "home", "tests.ui.gallery:HomePage"),
    PageEntry("plan", "Plan d’actions", "list-details", "tests.ui.gallery:PlanPage", ("action",)),
    PageEntry("funding", "Financements", "coin-euro", "tests.ui.gallery:MeetingsPage"),
    PageEntry("partners", "Partenaires", "building-community", "tests.ui.gallery:MeetingsPage"),
    PageEntry("indicators", "Indicateurs", "chart-bar", "tests.ui.gallery:MeetingsPage"),
    PageEntry("meetings", "Réunions", "users-group", "tests.ui.gallery:MeetingsPage"),
    PageEntry("portrait", "Portrait", "map-2", "tests.ui.gallery:MeetingsPage"),
    PageEntry("exchange", "Échanges", "arrows-exchange", "tests.ui.gallery:MeetingsPage"),
    PageEntry("contract", "Contrat", "book", "tests.ui.gallery:MeetingsPage"),
    PageEntry("reports", "Rapports", "file-text", "tests.ui.gallery:MeetingsPage"),
)


def search(text: str) -> list[Hit]:
    return [
        Hit(row.title, f"action {row.number}", "list-details", "action", row.id)
        for row in ROWS.values()
        if text.casefold() in row.title.casefold()
    ]


def make_window(theme: Theme, folder: Path) -> MainWindow:
    """The window of the gallery, on the plan; `folder` keeps its preferences."""
    context = Context(theme, Preferences(folder / "preferences.json"), clock=lambda: NOW)
    window = MainWindow(context, PAGES, records={"action": "tests.ui.gallery:ActionView"}, search=search)
    window.top_bar.quarter.show_quarter("Quartier Est", "2024–2030")
    window.top_bar.quarter.set_choices((("", "Tous les quartiers"), ("est", "Quartier Est")), "est")
    window.top_bar.example.show()
    window.show_history("Modifier une action", "")
    window.show_saved(NOW)
    window.show_badge("plan", 3, meaning="3 en retard")
    window.show_badge("exchange", 2, tone="info", meaning="2 conflits")
    context.navigator.go("plan")
    return window


def main(folder: Path) -> None:
    application = QApplication(sys.argv[:1])
    for mode in ("light", "dark"):
        theme = Theme.load(mode=mode)
        theme.install(application)
        with tempfile.TemporaryDirectory() as kept:
            window = make_window(theme, Path(kept))
            window.show()
            for width, height in ((1366, 768), (1920, 1080), (1184, 640), (1093, 540)):
                window.resize(width, height)
                for page, record in (("home", ""), ("plan", ""), ("plan", "3.2.1"), ("meetings", "")):
                    window.navigator.go(page)
                    if record:
                        window.navigator.open_record("action", record)
                    for _ in range(5):
                        application.processEvents()
                    name = f"{page}{'-fiche' if record else ''}-{width}-{mode}.png"
                    window.grab().save(str(folder / name))
            window.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
