"""Reading a référentiel: a file of JSON Lines, one row a line, checked against the registry.

The first line says which référentiel this is, each other line is a row: its entity, its local id, its fields by key.
Everything is checked before anything is used, and a fault names the file, the line and what to do; docs/referentiel.md
tells the format to another town. Writing the rows into a notebook belongs to `services.reference`: here nothing but
files is read.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

from app.errors import BadReference
from app.formatting import NBSP
from app.models.registry import ENTITIES
from app.paths import resource
from app.services.reference_rows import (
    Place,
    ReferenceRow,
    day,
    links_of,
    named,
    nearest,
    quoted,
    read_objects,
    read_row,
)

#: The format written and read by this version of the application.
FORMAT = 1
SUFFIX = ".jsonl"
#: What a file that completes another may link to: the quartier of the notebook and its project.
PLACEHOLDERS = MappingProxyType({"@district": "territory", "@project": "project"})

_HEADER = ("referentiel", "format", "version", "date", "titre", "commune", "licence", "base")
_OPTIONAL = ("licence", "base")
_KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_VERSION = re.compile(r"(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})")


@dataclass(frozen=True, slots=True)
class ReferenceFile:
    """One version of a référentiel, complete and checked; `rows` in the order of the file."""

    path: Path
    key: str
    version: str
    date: date
    title: str
    town: str
    header: Mapping[str, Any]
    rows: tuple[ReferenceRow, ...]

    def of(self, entity: str) -> tuple[ReferenceRow, ...]:
        """The rows of one entity, in the order of the file."""
        return tuple(row for row in self.rows if row.entity == entity)


def read_reference(path: Path, *, base: ReferenceFile | None = None) -> ReferenceFile:
    """Read and check the file at `path`; raises BadReference with the file, the line and what is wrong.

    With `base`, the file completes that référentiel: its links may name rows of it, and `PLACEHOLDERS`.
    """
    lines = read_objects(path)
    number, header = next(lines)
    first = Place(path.name, number)
    _check_header(first, header, base)
    rows = tuple(read_row(Place(path.name, number), raw) for number, raw in lines)
    if not rows:
        raise first.fault("le fichier n’a que son en-tête.", "Ajoutez une ligne par territoire, priorité, indicateur…")
    _check_ids(path.name, rows, base)
    _check_links(path.name, rows, base)
    _check_loops(path.name, rows)
    return ReferenceFile(
        path=path,
        key=header["referentiel"],
        version=header["version"],
        date=date.fromisoformat(header["date"]),
        title=header["titre"],
        town=header["commune"],
        header=MappingProxyType(header),
        rows=rows,
    )


def available(root: Path | None = None) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The référentiels shipped with the application: (key, versions from the first to the last)."""
    folders = sorted(path for path in (root or resource("reference")).iterdir() if path.is_dir())
    return tuple((folder.name, tuple(path.stem for path in versions(folder))) for folder in folders)


def versions(folder: Path) -> tuple[Path, ...]:
    """The files kept in `folder`, from the first version to the last; raises BadReference if none, or one misnamed."""
    try:
        found = [path for path in folder.iterdir() if path.suffix == SUFFIX]
    except OSError:
        found = []
    if not found:
        raise BadReference(
            f"Le dossier {quoted(folder.name)} ne contient aucun référentiel.",
            advice=f"Il faut un fichier par version, nommé par exemple 1.0.0{SUFFIX}.",
        )
    for path in found:
        if not _VERSION.fullmatch(path.stem):
            raise BadReference(
                f"Le fichier {quoted(path.name)} ne porte pas un numéro de version.",
                advice=f"Nommez-le par exemple 1.0.0{SUFFIX}.",
            )
    return tuple(sorted(found, key=lambda path: version_order(path.stem)))


def version_order(version: str) -> tuple[int, ...]:
    """What to sort versions by: 1.10.0 comes after 1.9.0."""
    return tuple(int(part) for part in version.split("."))


def read_versions(folder: Path) -> tuple[ReferenceFile, ...]:
    """Every version kept in `folder`, from the first to the last, checked one by one and against each other.

    One key for all, a version that is the file's name, dates that do not go back, and an id that keeps its entity and
    is never used again once dropped: seeded modifications are a function of these files (sync.md, « Decided »).
    """
    files = tuple(read_reference(path) for path in versions(folder))
    owner: dict[str, str] = {}
    dropped: dict[str, str] = {}
    before: ReferenceFile | None = None
    for file in files:
        head = Place(file.path.name, 1)
        if file.version != file.path.stem:
            raise head.fault(
                f"la version {quoted(file.version)} n’est pas celle du nom du fichier.", "Accordez les deux."
            )
        if before and file.key != before.key:
            raise head.fault(
                f"le référentiel {quoted(file.key)} n’est pas {quoted(before.key)}.",
                "Un dossier contient les versions d’un seul référentiel.",
            )
        if before and file.date < before.date:
            raise head.fault(
                f"la date précède celle de la version {before.version}.",
                "Une version est datée du jour où elle paraît.",
            )
        for row in file.rows:
            place = Place(file.path.name, row.line)
            if row.id in dropped:
                raise place.fault(
                    f"l’identifiant {quoted(row.id)}, retiré en version {dropped[row.id]}, ne peut pas resservir.",
                    "Donnez-lui un identifiant neuf.",
                )
            if owner.setdefault(row.id, row.entity) != row.entity:
                was = ENTITIES[owner[row.id]]
                raise place.fault(
                    f"l’identifiant {quoted(row.id)} désignait {was.one} dans une version précédente.",
                    "Donnez-lui un identifiant neuf.",
                )
        present = {row.id for row in file.rows}
        dropped |= {id_: file.version for id_ in owner if id_ not in present and id_ not in dropped}
        before = file
    return files


# -- header -------------------------------------------------------------------------------------------------------


def _check_header(place: Place, header: dict[str, Any], base: ReferenceFile | None) -> None:
    if "referentiel" not in header or "format" not in header:
        raise place.fault(
            "l’en-tête manque.",
            f'La première ligne commence ainsi{NBSP}: {{"referentiel": "ma-ville-2024-2030", "format": 1, …}}.',
        )
    written = header["format"]
    if isinstance(written, bool) or not isinstance(written, int) or written < 1:
        raise place.fault(f"le format {quoted(written)} n’est pas un numéro.", f'Écrivez "format": {FORMAT}.')
    if written > FORMAT:
        raise place.fault(
            f"ce référentiel est au format {written}, cette version de l’application lit le format {FORMAT}.",
            "Mettez l’application à jour.",
        )
    for key, value in header.items():
        if key not in _HEADER:
            raise place.fault(f"l’en-tête ne connaît pas {quoted(key)}.", nearest(key, _HEADER))
        if key != "format" and not (isinstance(value, str) and value.strip()):
            raise place.fault(f"{quoted(key)} doit être un texte.", "Écrivez-le entre guillemets.")
    for key in _HEADER:
        if key not in header and key not in _OPTIONAL:
            raise place.fault(f"{quoted(key)} manque à l’en-tête.", "Ajoutez-le.")
    if not _KEY.fullmatch(header["referentiel"]):
        raise place.fault(
            f"{quoted(header['referentiel'])} ne peut pas nommer un référentiel.",
            f"Écrivez des minuscules sans accent, des chiffres et des tirets{NBSP}: ma-ville-2024-2030.",
        )
    if not _VERSION.fullmatch(header["version"]):
        raise place.fault(
            f"{quoted(header['version'])} n’est pas un numéro de version.", f"Écrivez trois nombres{NBSP}: 1.0.0."
        )
    day(place, "date", header["date"])
    wanted, given = header.get("base"), base.key if base else None
    if wanted != given:
        raise place.fault(
            f"ce fichier complète le référentiel {quoted(wanted)}."
            if wanted
            else "ce fichier est un référentiel entier, il n’en complète pas un autre.",
            f"Il ne se charge qu’avec {quoted(wanted)}." if wanted else f"Ajoutez {quoted('base')} à son en-tête.",
        )


# -- between rows -------------------------------------------------------------------------------------------------


def _check_ids(name: str, rows: Iterable[ReferenceRow], base: ReferenceFile | None) -> None:
    seen: dict[str, int] = {}
    taken = {row.id for row in base.rows} if base else set()
    for row in rows:
        if row.id.startswith("@") and (base is None or PLACEHOLDERS.get(row.id) != row.entity):
            raise Place(name, row.line).fault(
                f"{quoted(row.id)} ne peut pas être un identifiant.",
                "Un identifiant ne commence par @ que pour compléter le quartier ou son projet.",
            )
        if row.id in seen:
            raise Place(name, row.line).fault(
                f"l’identifiant {quoted(row.id)} est déjà celui de la ligne {seen[row.id]}.",
                "Donnez à chaque ligne le sien.",
            )
        if base and row.id in taken:
            raise Place(name, row.line).fault(
                f"l’identifiant {quoted(row.id)} est déjà celui d’une ligne du référentiel {quoted(base.key)}.",
                "Donnez à la ligne le sien.",
            )
        seen[row.id] = row.line


def _check_links(name: str, rows: Iterable[ReferenceRow], base: ReferenceFile | None) -> None:
    entity_of = {row.id: row.entity for row in (*(base.rows if base else ()), *rows)}
    if base:
        entity_of |= PLACEHOLDERS
    for row in rows:
        place = Place(name, row.line)
        _check_record(place, row, entity_of, completes=base is not None)
        for field, id_ in links_of(row):
            if id_ not in entity_of:
                raise place.fault(
                    f"{named(field)} nomme {quoted(id_)}, qu’aucune ligne ne porte.",
                    nearest(id_, [known for known, key in entity_of.items() if key == field.target]),
                )
            if entity_of[id_] != field.target:
                found, wanted = ENTITIES[entity_of[id_]], ENTITIES[field.target]
                raise place.fault(f"{named(field)} nomme {quoted(id_)}, qui est {found.one}.", f"Il faut {wanted.one}.")


def _check_record(place: Place, row: ReferenceRow, entity_of: Mapping[str, str], *, completes: bool) -> None:
    """A file joined to a record names one that is there; only the example, which is shipped, brings files."""
    declared = ENTITIES[row.entity]
    if declared.of_record is None:
        return
    if not completes:
        raise place.fault(
            f"un référentiel ne porte pas de fichiers{NBSP}: {declared.one} s’ajoute dans l’application.",
            "Retirez cette ligne.",
        )
    entity, id_ = (str(row.values.get(key, "")) for key in declared.of_record)
    if not id_ or entity_of.get(id_) != entity:
        raise place.fault(
            f"{declared.one} est jointe à {quoted(id_)} ({entity}), qu’aucune ligne ne porte.",
            "Donnez l’entité et l’identifiant d’une ligne de ce fichier.",
        )


def _check_loops(name: str, rows: Iterable[ReferenceRow]) -> None:
    """Nothing contains itself: territories within territories, objectives under objectives."""
    above: dict[str, list[str]] = {}
    by_id = {row.id: row for row in rows}
    for row in by_id.values():
        above[row.id] = [id_ for field, id_ in links_of(row) if field.target == row.entity and id_ in by_id]
    done: set[str] = set()
    for start in above:
        path, pending = [start], [iter(above[start])]
        while pending:
            step = next(pending[-1], None)
            if step is None:
                done.add(path.pop())
                pending.pop()
            elif step in path:
                loop = " → ".join([*path[path.index(step) :], step])
                raise Place(name, by_id[step].line).fault(
                    f"{quoted(step)} se contient lui-même{NBSP}: {loop}.", "Retirez un de ces liens."
                )
            elif step not in done:
                path.append(step)
                pending.append(iter(above[step]))
