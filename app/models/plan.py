"""The projet de quartier: objectives and their yearly milestones, actions, their steps and their notes."""

from app.models.choices import ACTION_KIND, ACTION_STATUS, OBJECTIVE_LEVEL, PARTICIPATION
from app.models.declare import (
    choice,
    day,
    entity,
    link,
    links,
    long_text,
    order_key,
    percent,
    sourced,
    territory,
    text,
    year,
)
from app.models.fields import Privacy, Rule

PROJECT = entity(
    "project", "Projet de quartier", "Projets de quartier", "m",
    text("title", "Intitulé", required=True),
    territory("territory", "Quartier", required=True),
    link("contract", "Contrat de ville", "contract"),
    year("start", "Première année"),
    year("end", "Dernière année"),
    long_text("presentation", "Présentation"),
    long_text("team", "Équipe et gouvernance"),
    long_text("portrait", "Portrait"),
    long_text("issues", "Enjeux"),
    long_text("perspectives", "Perspectives"),
)  # fmt: skip

OBJECTIVE = entity(
    "objective", "Objectif", "Objectifs", "m",
    choice("level", "Niveau", OBJECTIVE_LEVEL, required=True),
    text("title", "Intitulé", required=True),
    link("parent", "Objectif supérieur", "objective"),
    link("priority", "Priorité", "priority"),
    link("project", "Projet de quartier", "project"),
    link("scheme", "Cadre logique", "scheme", help="Le dispositif dont cet objectif forme le cadre logique."),
    link("milestone", "Palier annuel", "milestone", help="Le palier qu’un objectif opérationnel met en œuvre."),
    text("reference", "Numéro dans le document"),
    long_text("tools", "Méthodes et outils"),
    order_key(),
    *sourced(),
)  # fmt: skip

MILESTONE = entity(
    "milestone", "Palier annuel", "Paliers annuels", "m",
    link("objective", "Objectif", "objective", required=True),
    year("year", "Année", required=True),
    text("title", "Intitulé", required=True),
    *sourced(),
)  # fmt: skip

ACTION = entity(
    "action", "Action", "Actions", "f",
    text("code", "Code", help="Proposé par le carnet (EST-042), libre."),
    text("title", "Intitulé", required=True),
    choice("status", "État", ACTION_STATUS, default="planned"),
    percent("progress", "Avancement", rule=Rule.PERCENTAGE),
    day("start", "Début"),
    day("end", "Échéance"),
    choice("kind", "Type", ACTION_KIND),
    link("priority", "Priorité", "priority", required=True),
    link("objective", "Objectif", "objective"),
    long_text("description", "Description"),
    long_text("context", "Contexte"),
    long_text("publics", "Publics visés"),
    long_text("needs", "Réponse aux besoins des habitants"),
    choice("participation", "Niveau de participation", PARTICIPATION),
    links("territories", "Territoires", "territory"),
    links("themes", "Priorités transversales", "theme"),
    links("ambitions", "Ambitions", "ambition"),
    links("schemes", "Dispositifs", "scheme"),
    link("promoter", "Porteur", "organisation", help="La structure qui porte l’action."),
    text("lead", "Pilote Ville", help="La fonction ou le service qui suit l’action à la Ville."),
    text("elected", "Élu référent", help="La délégation de l’élu référent."),
    long_text("common_law", "Droit commun mobilisé"),
    long_text("blocking_point", "Point de blocage", help="Ce qui empêche l’action d’avancer ; vide quand c’est levé."),
    long_text("internal_note", "Note interne", privacy=Privacy.CONFIDENTIAL),
    order_key(),
    code="code",
    listed=(
        "order", "code", "title", "priority", "objective", "promoter", "status", "progress", "end", "blocking_point",
    ),
)  # fmt: skip

STEP = entity(
    "step", "Étape", "Étapes", "f",
    link("action", "Action", "action", required=True),
    text("title", "Intitulé", required=True),
    day("due", "Échéance"),
    day("done", "Faite le"),
    text("responsible", "Responsable"),
    order_key(),
)  # fmt: skip

FOLLOW_UP = entity(
    "follow_up", "Note de suivi", "Notes de suivi", "f",
    link("action", "Action", "action", required=True),
    day("date", "Date", required=True),
    long_text("text", "Texte", required=True),
    title="text",
)  # fmt: skip
