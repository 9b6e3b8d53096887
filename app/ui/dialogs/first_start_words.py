"""The choices of the first start, in words: (key, name, what it means) of each tile."""

from app.formatting import NBSP
from app.services.start_choices import StartChoices

#: Keys of tiles that are not the name of a quartier.
WHOLE_TOWN, ELSEWHERE = "*", "+"
FROM_REFERENCE, FROM_EXAMPLE, FROM_NOTHING, FROM_TABLE = "reference", "example", "nothing", "table"

Tile = tuple[str, str, str]

_TABLE = "un plan d’actions ou un annuaire que vous tenez déjà, relu avant d’entrer"


def district_tiles(choices: StartChoices) -> list[Tile]:
    """The quartiers of the référentiel, the whole town, another commune."""
    tiles = [
        (one.name, one.name, f"grand quartier de {choices.town}" + "".join(f" · QPV {name}" for name in one.inside))
        for one in choices.districts
    ]
    if tiles:
        tiles.append((WHOLE_TOWN, "Toute la ville", f"coordination{NBSP}: les {len(tiles)} quartiers ensemble"))
    return [*tiles, (ELSEWHERE, "Une autre commune…", "son contrat de ville, ses quartiers, ses QPV")]


def origin_tiles(choices: StartChoices, *, elsewhere: bool) -> list[Tile]:
    """What the notebook starts from; elsewhere there is only an empty frame."""
    if elsewhere or not choices.districts:
        return [
            (FROM_NOTHING, "Un cadre vide", "six priorités à nommer, aucun chiffre, aucun partenaire"),
            (FROM_TABLE, "Un cadre vide et votre tableau", _TABLE),
        ]
    contents = "priorités, territoires, partenaires et chiffres du contrat de ville"
    return [
        (FROM_REFERENCE, f"Le référentiel de {choices.town}", contents),
        (FROM_EXAMPLE, "Le référentiel et un exemple", "un projet inventé pour essayer, qui se retire en un geste"),
        (FROM_TABLE, "Le référentiel et votre tableau", _TABLE),
    ]


def origin_words(choices: StartChoices, key: str) -> str:
    """The origin as the list of the steps and the recap say it."""
    words = {
        FROM_REFERENCE: f"Référentiel de {choices.town}",
        FROM_EXAMPLE: f"Référentiel de {choices.town} et exemple",
        FROM_NOTHING: "Cadre vide",
        FROM_TABLE: "Votre tableau",
    }
    return words.get(key, "")
