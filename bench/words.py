"""Invented French for the large notebook: titles, sentences and names of functions, never a person's name.

Everything is drawn from the generator given, so that one seed always says the same.
"""

from random import Random

DEEDS = (
    "Atelier", "Parcours", "Permanence", "Médiation", "Chantier", "Jardin partagé", "Fête", "Forum", "Formation",
    "Accompagnement", "Rénovation", "Diagnostic", "Café des parents", "Séjour", "Marche exploratoire", "Tournoi",
    "Bourse", "Résidence", "Épicerie solidaire", "Réseau",
)  # fmt: skip
SUBJECTS = (
    "numérique", "de l’énergie", "santé mentale", "lecture à voix haute", "mobilité à vélo", "insertion des jeunes",
    "réussite éducative", "alimentation durable", "accès aux droits", "propreté du cadre de vie", "sport féminin",
    "égalité femmes-hommes", "apprentissage du français", "création d’activité", "mémoire du quartier",
    "prévention routière", "copropriétés fragiles", "parentalité", "emploi des seniors", "théâtre forum",
    "lutte contre l’isolement", "garde d’enfants", "compostage", "relations avec la police de proximité",
)  # fmt: skip
PLACES = (
    "au pied des tours", "à l’école", "en pied d’immeuble", "au centre social", "avec les habitants", "hors les murs",
    "au collège", "sur la place du marché", "dans les jardins ouvriers", "avec les bailleurs", "en soirée",
    "pendant les vacances",
)  # fmt: skip
SENTENCES = (
    "L’équipe va vers les habitants qui ne viennent pas d’eux-mêmes.",
    "Deux séances par semaine sont ouvertes à tous, sans inscription.",
    "Les familles ont demandé un lieu où poser leurs questions près de l’école.",
    "Un comité de suivi réunit les partenaires chaque trimestre.",
    "Les économies de chauffage constatées sont affichées dans les halls.",
    "Les premiers retours montrent une fréquentation en hausse le mercredi.",
    "Le droit commun est mobilisé avant tout crédit spécifique.",
    "Une référente formée accueille les nouveaux arrivants et les oriente.",
    "Les conseils citoyens proposent le calendrier et relisent le bilan.",
    "Le local reste à trouver pour la rentrée prochaine.",
    "Les adolescents construisent eux-mêmes le programme de l’été.",
    "La convention prévoit un point d’étape à mi-parcours.",
)
PUBLICS = (
    "Jeunes de 16 à 25 ans sortis de l’école", "Familles monoparentales", "Habitants de plus de 60 ans",
    "Demandeurs d’emploi de longue durée", "Collégiens et leurs parents", "Femmes éloignées de l’emploi",
    "Tous les habitants du quartier", "Locataires du parc social",
)  # fmt: skip
FUNCTIONS = (
    "Directrice", "Coordinateur", "Chargée de mission", "Référent de parcours", "Médiatrice", "Responsable de secteur",
    "Trésorière", "Conseiller", "Animatrice", "Cheffe de service",
)  # fmt: skip
KINDS_OF_STRUCTURE = (
    "Association", "Régie", "Collectif", "Maison", "Club", "Centre", "Comité", "Coopérative", "Mission", "Espace",
)  # fmt: skip
SERVICES = (
    "Direction de la cohésion", "Service jeunesse", "Service habitat", "Direction de l’éducation", "Service emploi",
    "Mission santé", "Direction des sports", "Service propreté",
)  # fmt: skip
STEPS = (
    "Réunir le comité de pilotage", "Trouver le local", "Recruter l’animatrice", "Signer la convention",
    "Lancer la communication", "Ouvrir les inscriptions", "Faire le bilan avec les habitants", "Commander le matériel",
)  # fmt: skip


def title(draw: Random, number: int) -> str:
    """`Atelier numérique au pied des tours (0421)`: the number keeps titles apart."""
    return f"{draw.choice(DEEDS)} {draw.choice(SUBJECTS)} {draw.choice(PLACES)} ({number:04d})"


def sentences(draw: Random, count: int) -> str:
    """`count` sentences, as a person would type them in a long text."""
    return " ".join(draw.choices(SENTENCES, k=count))


def structure(draw: Random, number: int) -> str:
    return f"{draw.choice(KINDS_OF_STRUCTURE)} {draw.choice(SUBJECTS)} n° {number}"


def function(draw: Random) -> str:
    return f"{draw.choice(FUNCTIONS)} {draw.choice(SUBJECTS)}"
