"""Where: territories of every kind, contained in one another, and the places on them."""

from app.models.choices import SITE_KIND, TERRITORY_KIND
from app.models.declare import boolean, choice, decimal, entity, links, long_text, sourced, territory, text

TERRITORY = entity(
    "territory", "Territoire", "Territoires", "m",
    text("name", "Nom", required=True),
    text("short_name", "Nom court", help="Pour les étiquettes et les tableaux."),
    choice("kind", "Nature", TERRITORY_KIND, required=True),
    text("code", "Code", help="Code officiel : QPV (QN05980M), commune (59512)…"),
    links("parents", "Contenu dans", "territory", help="Un territoire peut toucher plusieurs autres."),
    decimal("area", "Superficie", unit="ha"),
    boolean("intercommunal", "Intercommunal"),
    long_text("outline", "Contour", help="Géométrie GeoJSON (WGS 84).", technical=True),
    text("outline_source", "Source du contour"),
    *sourced(),
    title="name", code="code",
    searched=("name", "short_name", "code", "note"),
)  # fmt: skip

SITE = entity(
    "site", "Lieu", "Lieux", "m",
    text("name", "Nom", required=True),
    choice("kind", "Nature", SITE_KIND),
    territory("territory", "Territoire"),
    text("address", "Adresse"),
    long_text("description", "Description"),
    *sourced(),
    title="name",
)  # fmt: skip
