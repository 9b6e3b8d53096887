"""The frame: the contract, its priorities, themes, ambitions and schemes, and what its text leaves open."""

from app.models.choices import CONTRACT_ITEM_KIND, SCHEME_KIND, SCHEME_NATURE, THEME_KIND
from app.models.declare import choice, day, entity, integer, link, links, long_text, order_key, sourced, text, year

CONTRACT = entity(
    "contract", "Contrat de ville", "Contrats de ville", "m",
    text("title", "Intitulé", required=True),
    text("town", "Commune", required=True),
    text("insee_code", "Code INSEE"),
    text("epci", "Intercommunalité"),
    year("start", "Première année"),
    year("end", "Dernière année"),
    text("legal_basis", "Base réglementaire"),
    text("reference_key", "Référentiel", technical=True),
    text("reference_version", "Version du référentiel", technical=True),
    *sourced(),
)  # fmt: skip

PRIORITY = entity(
    "priority", "Priorité", "Priorités", "f",
    integer("number", "Numéro", required=True),
    text("title", "Intitulé", required=True),
    text("short_title", "Intitulé court"),
    text("framework_title", "Intitulé du contrat-cadre"),
    long_text("framework", "Dispositifs-cadres", help="Ceux dans lesquels s’inscrit la priorité, tels que nommés."),
    long_text("related", "Dispositifs associés"),
    long_text("axes", "Axes"),
    *sourced(),
)  # fmt: skip

THEME = entity(
    "theme", "Thème transversal", "Thèmes transversaux", "m",
    choice("kind", "Nature", THEME_KIND, required=True),
    text("title", "Intitulé", required=True),
    long_text("description", "Description"),
    order_key(),
    *sourced(),
)  # fmt: skip

AMBITION = entity(
    "ambition", "Ambition métropolitaine", "Ambitions métropolitaines", "f",
    text("title", "Intitulé", required=True),
    year("horizon", "Horizon"),
    link("priority", "Priorité", "priority"),
    long_text("publics", "Publics visés"),
    order_key(),
    *sourced(),
)  # fmt: skip

SCHEME = entity(
    "scheme", "Dispositif", "Dispositifs", "m",
    text("title", "Intitulé", required=True),
    text("acronym", "Sigle"),
    choice("kind", "Type", SCHEME_KIND),
    choice("nature", "Nature des crédits", SCHEME_NATURE),
    text("funders", "Financeurs"),
    links("priorities", "Priorités", "priority"),
    *sourced(),
    code="acronym",
)  # fmt: skip

CONTRACT_ITEM = entity(
    "contract_item", "Repère du contrat", "Repères du contrat", "m",
    choice("kind", "Nature", CONTRACT_ITEM_KIND, required=True),
    text("title", "Intitulé", required=True),
    long_text("text", "Texte"),
    day("date", "Date"),
    order_key(),
    *sourced(),
)  # fmt: skip
