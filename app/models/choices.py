"""The choices of the trade: codes that are stored, labels that are read, in the order they are offered."""

from app.models.declare import choices

ACTION_STATUS = choices(
    idea="Idée",
    planned="À lancer",
    running="En cours",
    suspended="Suspendue",
    done="Terminée",
    dropped="Abandonnée",
)

# The three kinds of the yearly call. Source: contrat de ville 2024-2030, partie 5, programmation.
ACTION_KIND = choices(cpom="CPOM pluriannuelle", new="Nouvelle action", renewal="Reconduction")

# Levels of the State's participation scale used by the trade.
PARTICIPATION = choices(
    information="Information",
    consultation="Consultation",
    concertation="Concertation",
    co_construction="Co-construction",
)

OBJECTIVE_LEVEL = choices(
    general="Objectif général", specific="Objectif spécifique", operational="Objectif opérationnel"
)

TERRITORY_KIND = choices(
    district="Grand quartier",
    lived="Quartier vécu",
    qpv_2024="QPV 2024",
    qpv_2015="QPV 2015",
    npnru="Quartier NPNRU",
    school="Secteur scolaire",
    municipality="Commune",
    group="Groupe de territoires",
    epci="Intercommunalité",
    department="Département",
    region="Région",
    country="France",
)

THEME_KIND = choices(
    public="Public prioritaire",
    method="Méthode transversale",
    lever="Levier",
    issue="Enjeu général",
)

# Kind of money behind a dispositif. Source: contrat de ville 2024-2030, partie 1, nouveau cadrage national.
SCHEME_NATURE = choices(
    specific="Crédits spécifiques politique de la ville", common="Droit commun", mixed="Mixte ou autre"
)

SCHEME_KIND = choices(
    scheme="Dispositif",
    funding="Financement",
    call="Appel à projets",
    participation="Dispositif participatif",
    means="Moyen",
)

ORGANISATION_CATEGORY = choices(
    state="État et services déconcentrés",
    authority="Collectivités",
    agency="Opérateurs et caisses",
    school="Éducation nationale / collèges",
    employment="Emploi et insertion",
    health="Santé",
    security="Sécurité et justice",
    landlord="Bailleurs sociaux",
    social_centre="Centres sociaux",
    district_committee="Comités de quartier",
    association="Associations",
    sports_club="Clubs sportifs",
    citizens="Instances citoyennes",
    business="Entreprises et lieux économiques",
    culture="Équipements culturels",
    research="Études et observation",
    municipal="Services municipaux / CCAS",
)

LEGAL_FORM = choices(
    association="Association",
    public="Personne publique",
    company="Société",
    cooperative="Coopérative",
    foundation="Fondation",
    other="Autre",
)

INDICATOR_NATURE = choices(
    context="Contexte",
    resource="Ressource",
    process="Processus",
    output="Réalisation",
    result="Résultat",
    impact="Impact",
)

INDICATOR_KIND = choices(
    count="Nombre",
    rate="Part ou taux",
    ratio="Rapport (fois)",
    gap="Écart (points)",
    rank="Rang",
    index="Indice",
    check="Réalisé ou non",
    list="Liste ou typologie",
)

DIRECTION = choices(up="À la hausse", down="À la baisse", none="Sans sens")

FREQUENCY = choices(
    monthly="Mensuelle",
    quarterly="Trimestrielle",
    half_yearly="Semestrielle",
    yearly="Annuelle",
    irregular="Irrégulière",
)

COMPARATOR = choices(
    equal="Égal à",
    at_least="Au moins",
    at_most="Au plus",
    more="Plus de",
    between="Entre",
    towards="Tendre vers",
    parity="À parité",
    qualitative="Qualitatif",
)

BODY_KIND = choices(
    internal="Instances internes ville",
    institutional="Instances institutionnelles",
    partnership="Instances partenariales",
    cooperation="Instances de coopération avec les acteurs",
)

BODY_STATUS = choices(existing="Existante", to_create="À créer", ended="Terminée")

SITE_KIND = choices(
    to_reclaim="Espace à reconquérir",
    activity="Site d’activités",
    facility="Équipement",
    outreach="Permanence",
    other="Autre lieu",
)

CONTRACT_ITEM_KIND = choices(
    inconsistency="Incohérence de la source",
    team="Équipe",
    evaluation="Règle d’évaluation",
    deliverable="Livrable",
    key_date="Date clé",
    participation="Enjeu de participation",
    gusp="Volet de la GUSP",
    programming="Règle de la programmation",
    other="Autre repère",
)
