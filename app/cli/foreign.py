"""`carnet importer` on a table that never came from a notebook: how its columns are read, said before anything else.

The reading proposed is the one remembered for these headings, else the one recognised; options change it.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app import paths
from app.cli.parser import Asked
from app.cli.streams import say
from app.errors import BadValue, WrongUsage
from app.formatting import NBSP, fold
from app.models import registry

if TYPE_CHECKING:
    from app.exchange.foreign import ForeignMapping, Recognition
    from app.exchange.workbook import Workbook

ENTITY, SHEET, NAME, COLUMN = "--entite", "--feuille", "--correspondance", "--colonne"
DEFAULT, CREATE = "--defaut", "--creer"
OPTIONS = (ENTITY, SHEET, NAME, COLUMN, DEFAULT, CREATE)


def refuse_options(asked: Asked) -> None:
    """Raise WrongUsage for an option of tables when there is none to read."""
    given = [name for name in OPTIONS if asked.has(name)]
    if given:
        raise WrongUsage(
            f"L’option {given[0]} ne sert qu’à un tableau qui ne vient pas d’un carnet.",
            advice=f"Ce classeur-ci dit lui-même ce qu’il contient{NBSP}: enlevez l’option.",
        )


def mappings(
    store: Any, asked: Asked, books: Mapping[Path, "Workbook"]
) -> tuple[dict[Path, "ForeignMapping"], list[str]]:
    """How each of these tables is read, and the lines that say it. Raises KnownError."""
    from app.exchange.foreign import MappingMemory, Surroundings, check, told

    memory = MappingMemory(paths.config_dir())
    found = {}
    lines: list[str] = []
    with store.read() as connection:
        around = Surroundings(connection)
        for path, book in books.items():
            seen = _seen(book, around, memory, asked)
            found[path] = mapping = _changed(seen, asked)
            check(mapping, seen.table)
            lines += told(seen.table, mapping)
    return found, lines


def remember(asked: Asked, found: Mapping[Path, "ForeignMapping"]) -> None:
    """Keep the readings under the name asked for."""
    from app.exchange.foreign import MappingMemory

    name = asked.option(NAME)
    for mapping in found.values() if name else ():
        kept = MappingMemory(paths.config_dir()).keep(replace(mapping, name=str(name)))
        say(
            f"Correspondance «{NBSP}{name}{NBSP}» retenue."
            if kept
            else f"La correspondance «{NBSP}{name}{NBSP}» n’a pas pu être retenue."
        )


def _seen(book: "Workbook", around: Any, memory: Any, asked: Asked) -> "Recognition":
    from app.exchange.foreign import fitted, look
    from app.exchange.foreign_guess import read_columns, states_of
    from app.exchange.foreign_mapping import locate

    entity = asked.option(ENTITY) or ""
    if entity:
        entity = registry.entity(entity).key
    sheet = asked.option(SHEET) or ""
    named = memory.called(asked.option(NAME)) if asked.has(NAME) else None
    if named is None or (entity and named.entity != entity):
        return look(book, around, memory, sheet=sheet, entity=entity)
    table = locate(book, replace(named, sheet=sheet or named.sheet))
    return states_of(read_columns(table, named.entity, around.names), fitted(named, table))


def _changed(seen: "Recognition", asked: Asked) -> "ForeignMapping":
    """The mapping as the options change it. Raises ForeignRefused, BadValue."""
    mapping = seen.mapping
    given = dict(_column(seen, mapping.entity, text) for text in asked.options.get(COLUMN, ()))
    said = {path for path in given.values() if path}
    columns = {key: "" if path in said and key not in given else path for key, path in mapping.columns.items()}
    defaults = dict(mapping.defaults)
    for text in asked.options.get(DEFAULT, ()):
        path, equal, value = text.partition("=")
        if not equal:
            raise WrongUsage(f"«{NBSP}{text}{NBSP}» n’est pas champ=valeur.", advice=f"Exemple{NBSP}: territories=Est.")
        defaults[_path(mapping.entity, path)] = value.strip()
    return replace(
        mapping, columns=columns | given, defaults=defaults, creates=mapping.creates or asked.has(CREATE)
    )  # fmt: skip


def _column(seen: "Recognition", entity: str, text: str) -> tuple[str, str]:
    """(column, field) that « Intitulé=title » names; a field left out means that the column is not imported."""
    heading, equal, path = text.rpartition("=")
    if not equal:
        raise WrongUsage(f"«{NBSP}{text}{NBSP}» n’est pas En-tête=champ.", advice=f"Exemple{NBSP}: Intitulé=title.")
    wanted = " ".join(fold(heading).split())
    whole = [guess.key for guess in seen.guesses if " ".join(fold(guess.key).split()) == wanted]
    ends = [guess.key for guess in seen.guesses if fold(guess.key.rpartition(" – ")[2]) == wanted]
    found = whole or ends
    if len(found) != 1:
        names = ", ".join(f"«{NBSP}{guess.key}{NBSP}»" for guess in seen.guesses)
        said = "Plusieurs colonnes s’appellent" if found else "Aucune colonne ne s’appelle"
        raise BadValue(
            f"{said} «{NBSP}{heading.strip()}{NBSP}». Rien n’a été changé.",
            advice=f"Colonnes du tableau{NBSP}: {names}.",
        )
    return found[0], _path(entity, path)


def _path(entity: str, text: str) -> str:
    """The field that a key or a label names. Raises ForeignRefused."""
    from app.exchange.foreign_mapping import path_field

    text = text.strip()
    if not text:
        return ""
    named = [one.key for one in registry.entity(entity).shown_fields if fold(one.label) == fold(text)]
    path = named[0] if len(named) == 1 else text
    path_field(entity, path)
    return path
