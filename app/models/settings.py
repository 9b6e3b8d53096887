"""The town's own settings: one shared row, seeded."""

from app.models.declare import entity, long_text, text

TOWN_SETTINGS = entity(
    "town_settings", "Réglages de la ville", "Réglages de la ville", "m",
    text("town", "Commune", required=True),
    text("service", "Service"),
    text("department", "Direction"),
    text("address", "Adresse"),
    text("reply_contact", "Contact de réponse"),
    text("dpo_contact", "Contact DPO", help="Délégué à la protection des données."),
    text("retention", "Conservation", help="Durée pendant laquelle les feuilles d’émargement sont gardées."),
    long_text("sign_in_notice", "Mention RGPD", help="Au bas des feuilles d’émargement."),
    text("general_level", "Nom du premier niveau d’objectif"),
    text("specific_level", "Nom du deuxième niveau d’objectif"),
    text("operational_level", "Nom du troisième niveau d’objectif"),
    title="town",
)  # fmt: skip
