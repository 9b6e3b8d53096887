"""With whom: structures, people, and the part each takes in an action."""

from app.models.choices import LEGAL_FORM, ORGANISATION_CATEGORY
from app.models.declare import boolean, choice, entity, link, links, long_text, sourced, text
from app.models.fields import Privacy, Rule

ORGANISATION = entity(
    "organisation", "Structure", "Structures", "f",
    text("name", "Nom", required=True),
    text("acronym", "Sigle"),
    choice("category", "Catégorie", ORGANISATION_CATEGORY),
    choice("legal_form", "Forme juridique", LEGAL_FORM),
    text("siret", "SIRET", rule=Rule.SIRET, help="14 chiffres."),
    text("rna", "RNA", rule=Rule.RNA, help="W suivi de 9 chiffres."),
    text("address", "Adresse"),
    text("email", "Courriel", rule=Rule.EMAIL),
    text("phone", "Téléphone"),
    text("website", "Site internet"),
    text("representative", "Représentant légal", privacy=Privacy.CONFIDENTIAL),
    links("territories", "Territoires couverts", "territory"),
    links("priorities", "Priorités", "priority"),
    long_text("description", "Description"),
    long_text("internal_note", "Note interne", privacy=Privacy.CONFIDENTIAL),
    boolean("generic", "Famille de structures", help="« Bailleurs sociaux », « Hôpital » : pas une structure précise."),
    *sourced(),
    title="name", code="acronym",
)  # fmt: skip

CONTACT = entity(
    "contact", "Contact", "Contacts", "m",
    text("last_name", "Nom", required=True),
    text("first_name", "Prénom"),
    text("function", "Fonction"),
    link("organisation", "Structure", "organisation"),
    text("email", "Courriel", rule=Rule.EMAIL),
    text("phone", "Téléphone"),
    text("private_email", "Courriel personnel", rule=Rule.EMAIL, privacy=Privacy.CONFIDENTIAL),
    text("private_phone", "Téléphone personnel", privacy=Privacy.CONFIDENTIAL),
    long_text("internal_note", "Note interne", privacy=Privacy.CONFIDENTIAL),
    title="last_name", person=True,
)  # fmt: skip

ACTION_PARTNER = entity(
    "action_partner", "Partenaire d’une action", "Partenaires des actions", "m",
    link("action", "Action", "action", required=True),
    link("organisation", "Structure", "organisation", required=True),
    text("role", "Rôle", default="partenaire"),
    title="role", identity=("action", "organisation", "role"), searched=(),
)  # fmt: skip
