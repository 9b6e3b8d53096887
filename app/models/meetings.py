"""The frame of governance that the contract gives: instances and events (their meetings come with them later)."""

from app.models.choices import BODY_KIND, BODY_STATUS
from app.models.declare import choice, entity, integer, long_text, order_key, sourced, text

BODY = entity(
    "body", "Instance", "Instances", "f",
    text("name", "Nom", required=True),
    choice("kind", "Type", BODY_KIND, required=True),
    text("cadence", "Cadence", help="Comme la source l’écrit : « toutes les 6 à 8 semaines »."),
    integer("cadence_months", "Périodicité", unit="mois"),
    long_text("members", "Membres par fonction"),
    text("lead", "Pilote"),
    choice("status", "État", BODY_STATUS),
    text("purpose", "Objet"),
    order_key(),
    *sourced(),
    title="name",
)  # fmt: skip

EVENT = entity(
    "event", "Rendez-vous", "Rendez-vous", "m",
    text("title", "Intitulé", required=True),
    text("cadence", "Cadence"),
    text("month", "Mois ou date"),
    text("channel", "Canal"),
    text("participants", "Participants"),
    text("topics", "Thèmes"),
    order_key(),
    *sourced(),
)  # fmt: skip
