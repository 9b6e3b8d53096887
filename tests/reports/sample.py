"""A report with every block, built from plain values: what the tests read back and what one prints to look at."""

from datetime import date
from decimal import Decimal

from app.reports import blocks, charts
from app.reports.blocks import KeyFigure, TargetLine
from app.reports.calendar_blocks import Period, year_calendar
from app.reports.cells import Cell, Column, Row
from app.reports.document import Cover, Metadata
from app.reports.layout import Block, NewPage
from app.reports.plan_blocks import (
    PlanGroup,
    PlanLine,
    PlanTotal,
    plan_table,
    priority_reference,
    status_cell,
    status_legend,
)
from app.reports.theme import A4, A4_LANDSCAPE, PAPER

EDITED_ON = date(2026, 11, 24)

METADATA = Metadata(
    title="Projet de quartier Est",
    place="Ville de Roubaix · Service Politique de la ville",
    scope="Projet de quartier Est · 2024–2030",
    edited_on=EDITED_ON,
    author="Service Politique de la ville",
    subject="Plan d’actions du quartier Est",
    keywords="politique de la ville, quartier Est",
)

COVER = Cover(
    "Projet de quartier Est",
    "Contrat de ville 2024–2030",
    facts=(
        ("Quartiers prioritaires", "Le Pile, Sainte-Élisabeth, Les Trois Ponts"),
        ("État au", "24 novembre 2026"),
        ("Rédaction", "Chef de projet Est"),
    ),
    mention="Document de travail, réservé aux membres du comité de pilotage.",
)

HOSTILE = "Texte <b>tel quel</b> & « <para> » %s {x} </document>"


def plan_groups() -> list[PlanGroup]:
    june = date(2027, 6, 30)
    return [
        PlanGroup(
            "1.1",
            "Associer les parents à la réussite de leurs enfants",
            (
                PlanLine("1.1.1", "Espace ressources parents du Pile", "CS Pile Sainte Elisabeth", "running", 60, june,
                         Decimal(18400)),
                PlanLine("1.1.2", "Ateliers FLE pour les parents d’élèves", "AEP", "running", 45, june, Decimal(22000)),
            ),
        ),
        PlanGroup(
            "1.2",
            "Prévenir le décrochage aux passages de cycle",
            (
                PlanLine("1.2.1", "Accompagnement au passage en 6e", "Éducation Nationale", "planned", 0,
                         date(2027, 8, 31), Decimal(9500)),
                PlanLine("1.2.2", "Accompagnement à la scolarité", "CS Pile Sainte Elisabeth", "running", 70, june,
                         Decimal(12000)),
                PlanLine("1.2.3", "Découverte des métiers en 4e", "Collège Théodore Monod", "late", 30,
                         date(2026, 10, 31), Decimal(6200)),
                PlanLine("1.2.4", "Réseau d’orientation scolaire et professionnelle", "Mission Locale", "running", 55,
                         date(2026, 12, 31), Decimal(4500)),
            ),
        ),
        PlanGroup(
            "1.3",
            "Développer l’ambition par la culture et le sport",
            (
                PlanLine("1.3.1", "Mercredis culture", "La Condition Publique", "done", 100, date(2026, 6, 30),
                         Decimal(11800)),
                PlanLine("1.3.2", "Sport et réussite scolaire", "Sport dans la ville", "blocked", 60, june,
                         Decimal(7000)),
                PlanLine("1.3.3", "Mentorat des collégiens", "Horizon 9", "abandoned", 48, june, Decimal(5000)),
            ),
        ),
    ]  # fmt: skip


def priority_page() -> list[Block]:
    """The page of picture 11."""
    chart = charts.grouped_bars(
        ["Élèves boursiers (2022)", "Parents ouvriers ou inactifs", "Retard scolaire"],
        [
            charts.Series("Cité éducative Nord", [73, Decimal("75.8"), Decimal("17.1")]),
            charts.Series("Cité éducative Sud", [70, Decimal("70.6"), Decimal("15.5")], "colour"),
            charts.Series("Département du Nord", [31, Decimal("42.8"), Decimal("5.4")], "open"),
        ],
        priority="P1",
    )
    left = [
        blocks.heading("Des écarts marqués au collège"),
        blocks.Figure(chart, "Barres : élèves boursiers, 73 % au Nord, 70 % au Sud, 31 % dans le département."),
        blocks.source(
            "Diagnostic de labellisation Cité éducative, fin 2023",
            note="À Roubaix Nord, la part de boursiers dépasse de 42 points celle du département (2,4 fois).",
        ),
    ]
    right = [
        blocks.heading("Ambitions pour 2030"),
        blocks.targets_table(
            [
                TargetLine("Élèves accompagnés au passage en collège", "80 %"),
                TargetLine("Collégiens accompagnés au passage en lycée", "80 %", "64 %"),
                TargetLine("Jeunes volontaires accompagnés vers l’alternance", "50 à 100 %"),
                TargetLine("QPV avec un espace d’aide à la parentalité", "80 %"),
                TargetLine("6-12 ans ayant une activité éducative régulière", "50 à 80 %"),
            ]
        ),
        blocks.source("contrat de ville 2024–2030, ambitions métropolitaines"),
    ]
    return [
        blocks.PriorityHeading(
            "P1",
            "Réussite éducative",
            "Lutter contre les inégalités dès l’enfance, notamment par la réussite éducative et scolaire de tous les "
            "jeunes",
        ),
        blocks.KeyFigures(
            [
                KeyFigure("9 actions", "dont 2 CPOM sur trois ans"),
                KeyFigure("52 %", "avancement moyen"),
                KeyFigure("1 en retard", "découverte des métiers"),
                KeyFigure("96 400 €", "budget 2026"),
            ]
        ),
        blocks.heading("Plan d’actions"),
        *plan_table(
            plan_groups(), priority="P1", total=PlanTotal("Total de la priorité", Decimal("52"), Decimal(96400))
        ),
        status_legend(note="CS : centre social · exemple de plan, état au 24/11/2026"),
        blocks.side_by_side(left, right, shares=(1.35, 1)),
        blocks.side_by_side(
            [
                blocks.heading("Réalisations de l’année"),
                *blocks.bullets(
                    [
                        "Espace ressources parents du Pile : ouvert deux matinées par semaine depuis la rentrée.",
                        "Mercredis culture : cycle terminé avec La Condition Publique, bilan joint en annexe.",
                    ]
                ),
            ],
            [
                blocks.heading("Points de blocage et suites"),
                *blocks.bullets(
                    [
                        "Découverte des métiers : le calendrier des classes de 4e est à reprendre avec le collège.",
                        "Passage en 6e : convention à signer avant le 31/01/2027.",
                    ]
                ),
            ],
        ),
    ]


def other_blocks() -> list[Block]:
    """The parts that picture 11 does not show."""
    trend = charts.trend(
        [(2020, 48), (2021, Decimal("50.5")), (2022, None), (2023, 55), (2024, 57), (2025, 61)],
        targets=[charts.Target(2027, 70), charts.Target(2030, 75, 85)],
        comparison=[(2020, 62), (2022, 63), (2024, 64)],
        comparison_label="Ville",
    )
    empty_trend = charts.trend([], width=200, height=40)
    progress = charts.progress_bars(
        [
            charts.ProgressLine("Réussite éducative", 52, "P1", "9 actions"),
            charts.ProgressLine("Emploi", 34, "P2", "12 actions"),
            charts.ProgressLine("Santé", None, "P3", "aucune action"),
            charts.ProgressLine("Vivre ensemble", 100, "P4", "7 actions"),
        ]
    )
    gauge = charts.gauge(57, target=80, comparison=64, base=48)
    open_gauge = charts.gauge(None, target=50, target_high=80)
    return [
        *blocks.title("Suivi et gouvernance", "Ce que l’équipe suit d’un comité à l’autre"),
        blocks.definitions(
            [
                ("Porteur", "Centre social du Pile"),
                ("Pilote ville", blocks.to_confirm("Service Éducation")),
                ("Élu référent", ""),
                ("Saisie", HOSTILE),
            ],
            columns=2,
            label_width=70,
        ),
        blocks.callout("warning", "En retard de 24 jours", "L’échéance du 31/10/2026 est passée, à 30 % d’avancement."),
        blocks.callout("danger", "Action bloquée", "La convention n’est pas signée."),
        blocks.heading("Avancement par priorité", note="4 priorités"),
        blocks.Figure(progress, "Avancement : P1 52 %, P2 34 %, P3 non saisi, P4 100 %."),
        blocks.heading("Calendrier 2027"),
        year_calendar(
            [
                Period("Espace ressources parents", date(2026, 9, 1), date(2027, 6, 30), 60, "P1"),
                Period("Forum de l’emploi", date(2027, 3, 18), priority="P2"),
                Period("Diagnostics en marchant", date(2027, 4, 1), date(2027, 10, 31), 0, "P4",
                       (date(2027, 4, 15), date(2027, 9, 30))),
                Period("Terminé l’an passé", date(2025, 1, 1), date(2025, 12, 31)),
            ],
            year=2027,
        ),
        blocks.heading("Indicateurs"),
        blocks.side_by_side(
            [blocks.Figure(trend, "Courbe : 48 % en 2020, 61 % en 2025, cible 70 % en 2027.")],
            [blocks.Figure(gauge, "57 % pour une cible de 80 %."), blocks.Figure(open_gauge, "Valeur à saisir."),
             blocks.Figure(empty_trend, "Aucune valeur.")],
            shares=(1.4, 1),
        ),
        blocks.source("Insee, 2025"),
        blocks.heading("Contexte"),
        *blocks.long_text(
            "Le quartier **Est** compte *trois* QPV ; 3 * 4 * 5 reste tel quel, et <b>ceci</b> aussi.\n\n"
            "- premier point avec **du gras**\n- deuxième point\n  suite du deuxième\n  - sous-point\n\n"
            "1. d’abord\n2. ensuite\n\n## Un intertitre\n\nFin du texte."
        ),
        *blocks.long_text("", empty="Aucun contexte n’est écrit."),
        blocks.heading("Financeurs", 3),
        blocks.data_table([Column("Financeur")], [], empty="Aucun financement n’est inscrit."),
        blocks.card("Prochaine réunion", [blocks.paragraph("Jeudi 25 février 2027, 14 h 00, mairie de quartier.")]),
        NewPage(A4_LANDSCAPE),
        *blocks.title("Tableau de programmation"),
        blocks.data_table(
            [Column("Action"), Column("Priorité", 60), Column("Demandé", 80, align="right")],
            [
                Row(("Groupe", Cell("", span=2)), "group"),
                *[
                    (f"Action {n}", priority_reference(f"P{n % 6 + 1}", f"{n}.1"), f"{n} 000 €")
                    for n in range(1, 61)
                ],
                Row((Cell("Total", span=2), "1 830 000 €"), "total"),
            ],
        ),
        NewPage(A4),
        *blocks.title("Annexe"),
        blocks.paragraph("Dernière page."),
    ]  # fmt: skip


def story() -> list[Block]:
    return [*priority_page(), NewPage(), *other_blocks()]


def decisions() -> list[Block]:
    """The page of picture 12."""
    columns = [
        Column("N°", 24, colour=PAPER.text_muted),
        Column("Décision", share=1.45),
        Column("Responsable", share=1),
        Column("Échéance", 56),
        Column("État", 66),
        Column("Action", 46),
    ]

    def row(number: str, decision: str, who: str, place: str, due: str, status: str, action: str) -> Row:
        return Row(
            (
                number,
                decision,
                Cell(who, note=place),
                Cell(due, bold=status == "late"),
                status_cell(status),
                priority_reference(*action.split()) if action else "–",
            )
        )

    before = [
        row(
            "09",
            "Transmettre aux bailleurs les constats du diagnostic en marchant d’octobre",
            "Chef de projet Est",
            "Ville",
            "13/11/2026",
            "late",
            "P4 4.2.1",
        ),
        row(
            "12",
            "Identifier deux salles en soirée pour la médiation",
            "Directeur de la Mairie de quartier",
            "Ville",
            "15/12/2026",
            "running",
            "P4 4.2.3",
        ),
        row(
            "14",
            "Transmettre la liste des sites de compostage",
            "Référent cadre de vie",
            "Ville",
            "27/11/2026",
            "running",
            "P5 5.3.1",
        ),
    ]
    today = [
        Row((Cell("2. Actions en retard ou bloquées", span=6),), "group"),
        row(
            "15",
            "Obtenir du CRCDC les chiffres de participation du Pile aux dépistages",
            "Chef de projet Est",
            "Ville",
            "04/12/2026",
            "planned",
            "P3 3.2.1",
        ),
        row(
            "16",
            "Étudier un accueil ponctuel en horaires décalés avec le multi-accueil",
            "Référent Politique de la ville",
            "CAF",
            "15/01/2027",
            "planned",
            "P2 2.1.2",
        ),
        Row((Cell("5. Programmation 2027 : calendrier", span=6),), "group"),
        row(
            "20",
            "Rappeler aux porteurs la date limite de dépôt des demandes de reconduction",
            "Chef de projet Est",
            "Ville",
            "01/12/2026",
            "planned",
            "",
        ),
    ]
    return [
        *blocks.title("Relevé de décisions", "Point technique territorial, Mairie de quartier Est"),
        blocks.definitions(
            [
                ("Date", "jeudi 26 novembre 2026, 14 h 00 – 15 h 50"),
                ("Animation", "Chef de projet Est"),
                ("Lieu", "Mairie de quartier Est, salle de réunion"),
                ("Présents", "6 sur 9 invités (feuille d’émargement jointe)"),
            ],
            columns=2,
            label_width=50,
            ruled=False,
        ),
        blocks.heading("Décisions précédentes encore ouvertes", note="3 sur 14"),
        blocks.data_table(columns, before, align_top=True),
        blocks.heading("Décisions du 26/11/2026", note="6 décisions"),
        blocks.data_table(columns, today, align_top=True),
        blocks.card(
            "Prochaine réunion",
            [blocks.paragraph("Jeudi 25 février 2027, 14 h 00, Mairie de quartier Est.")],
        ),
        status_legend(
            words={"planned": "À lancer", "running": "En cours", "done": "Appliquée", "late": "En retard"},
            note="Diffusion : membres de l’instance. Ce relevé ne porte que des fonctions.",
        ),
    ]  # fmt: skip
