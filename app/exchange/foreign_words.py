"""The words of foreign tables: how people head the columns of their own workbooks, and how they write choices.

Only data. A field is also known by its own label, so an entity added later is recognised without a line here; these are
the other names that its columns bear in real files. Accents, case, plurals and small words do not count.
"""

from collections.abc import Mapping
from types import MappingProxyType

#: Entity → field → other headings. `contact.phone` under a structure: a column of the person who answers there.
HEADINGS: Mapping[str, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "action": {
            "title": (
                "Intitulé de l’action", "Intitulé action", "Nom de l’action", "Titre de l’action", "Action",
                "Libellé de l’action", "Libellé", "Titre", "Nom du projet", "Intitulé du projet", "Projet",
                "Objet du dossier", "Objet", "Actions prévues", "Fiche action",
            ),
            "code": (
                "Code action", "N°", "Numéro", "N° action", "Numéro de l’action", "N° de fiche", "Réf", "Référence",
                "Numéro d’ordre", "N° dossier",
            ),
            "status": ("Statut", "Avancée", "État d’avancement", "Situation", "Statut de l’action", "Stade"),
            "progress": ("% d’avancement", "Taux d’avancement", "Avancement (%)", "% réalisé", "Taux de réalisation"),
            "start": ("Date de début", "Démarrage", "Date de démarrage", "Date de lancement", "Commence le"),
            "end": (
                "Date de fin", "Fin", "Date d’échéance", "Date limite", "Date butoir", "Délai", "Se termine le",
                "Échéance prévisionnelle", "Date de fin prévisionnelle",
            ),
            "kind": ("Type d’action", "Nature de l’action", "Nouvelle action ou reconduction", "Nature de la demande"),
            "priority": (
                "Pilier", "Axe", "Axe stratégique", "Priorité thématique", "Thématique", "Thème", "Volet",
                "Pilier du contrat de ville",
                "Priorité du contrat de ville",
            ),
            "objective": ("Objectif opérationnel", "Objectif spécifique", "Objectif général", "Objectif stratégique"),
            "description": (
                "Contenu", "Contenu de l’action", "Descriptif", "Descriptif de l’action", "Description de l’action",
                "Résumé", "Détail", "Présentation", "Modalités",
            ),
            "context": ("Contexte de l’action", "Constat", "Diagnostic", "Enjeux"),
            "publics": (
                "Public", "Publics", "Public cible", "Public visé", "Publics concernés", "Bénéficiaires",
                "Bénéficiaires visés",
            ),
            "needs": ("Besoins", "Besoins des habitants", "Besoin identifié", "Finalité"),
            "territories": (
                "Quartier", "Quartiers concernés", "Territoire", "QPV", "Secteur", "Lieu", "Lieu de réalisation",
                "Périmètre", "Zone géographique", "Localisation", "Quartier d’intervention",
            ),
            "themes": ("Priorité transversale", "Axe transversal", "Enjeu transversal", "Levier", "Transversalité"),
            "schemes": ("Dispositif", "Financement mobilisé", "Cadre", "Programme"),
            "promoter": (
                "Structure porteuse", "Porteur de l’action", "Porteur de projet", "Porteur du projet", "Opérateur",
                "Maître d’ouvrage", "Nom du porteur", "Organisme", "Association porteuse", "Nom du bénéficiaire",
                "Structure", "Association",
            ),
            "lead": (
                "Pilote", "Pilotage", "Référent", "Référent Ville", "Service pilote", "Chef de projet", "Suivi par",
                "Service référent", "Responsable", "Service",
            ),
            "elected": ("Élu", "Élue référente", "Délégation", "Élu en charge"),
            "common_law": ("Droit commun", "Moyens de droit commun", "Crédits de droit commun"),
            "blocking_point": ("Freins", "Difficultés", "Points de vigilance", "Blocages", "Difficultés rencontrées"),
            "internal_note": ("Commentaire", "Commentaires", "Observations", "Remarques", "Notes", "Observation"),
        },
        "organisation": {
            "name": (
                "Structure", "Nom de la structure", "Association", "Nom de l’association", "Organisme",
                "Raison sociale",
                "Dénomination", "Partenaire", "Nom du partenaire", "Établissement", "Nom de l’organisme", "Institution",
                "Nom du bénéficiaire", "Nom attributaire",
            ),
            "acronym": ("Acronyme", "Abréviation"),
            "category": ("Type", "Type de structure", "Famille", "Type de partenaire", "Nature"),
            "legal_form": ("Statut juridique", "Forme juridique", "Statut"),
            "siret": (
                "N° SIRET", "Numéro SIRET", "SIRET de l’association", "SIRET bénéficiaire", "Id bénéficiaire",
                "Identification du bénéficiaire",
            ),
            "rna": ("N° RNA", "Numéro RNA", "RNA bénéficiaire", "N° W"),
            "address": ("Adresse postale", "Adresse du siège", "Siège social", "Siège", "Adresse complète"),
            "email": ("Mail", "E-mail", "Adresse mail", "Adresse électronique", "Courriel de la structure", "Mél"),
            "phone": ("Tél", "Tel", "Numéro de téléphone", "Téléphone fixe", "Téléphone de la structure", "Standard"),
            "website": ("Site", "Site web", "Internet", "Page internet", "Url"),
            "representative": ("Président", "Présidente", "Directeur", "Responsable légal", "Président(e)"),
            "territories": (
                "Quartier", "Territoire", "Quartiers d’intervention", "Secteur", "QPV", "Territoire d’intervention",
                "Zone d’intervention",
            ),
            "priorities": ("Pilier", "Thématique", "Domaine", "Domaines d’intervention", "Axe", "Thématiques"),
            "description": ("Activités", "Objet", "Missions", "Descriptif", "Présentation", "Objet social"),
            "note": ("Commentaire", "Observations", "Remarques"),
            "contact.last_name": (
                "Contact", "Nom du contact", "Interlocuteur", "Référent", "Personne ressource", "Personne contact",
                "Nom du référent", "Nom de l’interlocuteur", "Nom",
            ),
            "contact.first_name": ("Prénom", "Prénom du contact", "Prénom du référent"),
            "contact.function": ("Fonction", "Fonction du contact", "Poste", "Qualité", "Fonction du référent"),
            "contact.email": ("Mail du contact", "Courriel du contact", "E-mail du contact", "Mail du référent"),
            "contact.phone": ("Téléphone du contact", "Tél du contact", "Portable", "Mobile", "Téléphone du référent"),
        },
        "contact": {
            "last_name": ("Nom de famille", "Nom du contact", "Interlocuteur", "Contact", "Nom d’usage"),
            "first_name": ("Prénoms",),
            "function": ("Poste", "Qualité", "Titre", "Mission"),
            "organisation": ("Organisme", "Association", "Employeur", "Partenaire", "Service", "Institution"),
            "email": ("Mail", "E-mail", "Adresse mail", "Adresse électronique", "Mél", "Courriel professionnel"),
            "phone": ("Tél", "Tel", "Portable", "Mobile", "Numéro de téléphone", "Téléphone professionnel"),
        },
        "indicator": {
            "title": ("Indicateur", "Libellé de l’indicateur", "Nom de l’indicateur", "Intitulé de l’indicateur"),
            "code": ("N°", "Numéro", "Code indicateur", "Réf"),
            "nature": ("Type d’indicateur", "Nature de l’indicateur", "Catégorie"),
            "unit": ("Unité de mesure",),
            "definition": ("Mode de calcul", "Définition de l’indicateur", "Méthode de calcul"),
            "producer": ("Source", "Source de la donnée", "Fournisseur"),
            "frequency": ("Fréquence", "Fréquence de collecte"),
            "responsible": ("Responsable", "Responsable de la collecte"),
            "base_value": ("Valeur initiale", "Situation de départ", "Point de départ"),
            "priority": ("Pilier", "Axe", "Thématique"),
        },
        "measurement": {
            "indicator": (
                "Indicateur", "Libellé de l’indicateur", "Nom de l’indicateur", "Intitulé de l’indicateur", "Intitulé",
                "Code indicateur", "Donnée", "Variable",
            ),
            "territory": ("Quartier", "QPV", "Commune", "Secteur", "Zone", "Périmètre", "Nom du quartier"),
            "year": ("Exercice", "Millésime", "Année de la donnée", "An"),
            "period": ("Trimestre", "Date"),
            "value": ("Valeur", "Résultat", "Réalisé", "Donnée chiffrée", "Chiffre", "Mesure", "Nombre"),
            "source": ("Source de la donnée", "Origine", "Producteur"),
            "comment": ("Commentaires", "Observations", "Remarques"),
        },
        "target": {
            "indicator": ("Indicateur", "Libellé de l’indicateur"),
            "low": ("Cible", "Objectif chiffré", "Valeur cible"),
        },
        "step": {
            "title": ("Étape", "Jalon", "Tâche", "Libellé de l’étape"),
            "due": ("Date limite", "Pour le", "Date prévue"),
            "done": ("Fait le", "Réalisée le", "Date de réalisation"),
            "responsible": ("Qui", "Pilote", "Porteur"),
        },
    }
)  # fmt: skip

#: Entity → words of a sheet, of a title above it or of a file that speak of it.
SPOKEN_OF: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "action": ("plan d actions", "programme d actions", "programmation", "actions", "fiches actions"),
        "organisation": ("annuaire", "structures", "partenaires", "associations", "acteurs", "repertoire"),
        "contact": ("contacts", "interlocuteurs", "carnet d adresses", "liste de diffusion"),
        "measurement": ("indicateurs", "valeurs", "tableau de bord", "donnees", "mesures", "observatoire"),
        "indicator": ("referentiel d indicateurs", "liste des indicateurs"),
        "step": ("etapes", "calendrier", "retroplanning"),
    }
)

#: What people most often keep in tables of their own comes first when headings do not tell.
LIKELIER: Mapping[str, float] = MappingProxyType(
    {"action": 0.6, "organisation": 0.5, "measurement": 0.4, "contact": 0.3, "indicator": 0.2, "step": 0.1}
)

#: Entity → the entities whose rows may stand on the same lines (the person beside the structure).
BESIDE: Mapping[str, tuple[str, ...]] = MappingProxyType({"organisation": ("contact",)})

#: What a cell may name before it exists: a name is enough to create it.
CREATED_BY_NAME = ("organisation",)

#: Words before a number that name a numbered row: « Pilier 2 », « Axe 2 », « P2 ».
NUMBERED = ("", "p", "pilier", "axe", "priorite", "n°", "no", "numero", "volet", "theme", "thematique")

#: Words before the name of a row that are not of its name: « Quartier Est », « QPV Alma ».
BEFORE_NAMES = ("quartier", "quartiers", "qpv", "le", "la", "les", "l", "du", "de", "association", "ville", "secteur")

#: Set of choices (its codes) → other ways to write them.
CHOICES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "idea": ("a l etude", "en projet", "envisage", "proposition"),
        "planned": ("a venir", "prevu", "programme", "non demarre", "non commence", "a demarrer", "a faire"),
        "running": ("demarre", "commence", "engage", "en cours de realisation", "lance", "en place"),
        "suspended": ("en attente", "en pause", "reporte", "bloque"),
        "done": ("realise", "fini", "acheve", "fait", "cloture", "clos", "solde"),
        "dropped": ("annule", "abandon", "sans suite"),
        "new": ("nouveau", "nouvelle", "creation"),
        "renewal": ("renouvellement", "reconduit", "ancienne"),
        "cpom": ("cpo", "cpom", "pluriannuel", "convention pluriannuelle"),
        "association": ("asso", "association loi 1901", "loi 1901"),
    }
)  # fmt: skip

#: Small words and marks that do not tell one heading from another.
SMALL_WORDS = frozenset(
    ("a", "au", "aux", "d", "de", "des", "du", "en", "et", "l", "la", "le", "les", "n", "o", "par", "pour", "s", "sur")
)
