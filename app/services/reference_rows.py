"""One line of a référentiel: from bytes to a checked row, field by field, with the fault said in French.

What holds between lines (ids, links, loops, versions) belongs to `reference_file`.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import Any, NoReturn

from app.errors import BadReference, BadValue
from app.formatting import NBSP, clean_text, format_number, shorten
from app.models.fields import Field, Kind, Value, load, store
from app.models.registry import ENTITIES
from app.services.validation import check, check_together

_MAX_BYTES = 64 * 1024 * 1024
# An « @ » marks the rows of the notebook that a file may complete (its quartier, its project).
_ID = re.compile(r"@?[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_DECIMAL = re.compile(r"-?\d{1,18}(\.\d{1,12})?")
# Official codes of territories, by their kind. Source: ANCT (QPV, generations 2015 and 2024) and INSEE (communes).
_CODES = {
    "qpv_2024": (re.compile(r"QN\d[\dA-Z]{2}\d{2}[A-Z]"), "QN05980M"),
    "qpv_2015": (re.compile(r"QP\d[\dA-Z]{2}\d{3}"), "QP059071"),
    "municipality": (re.compile(r"(\d{2}|2[AB])\d{3}"), "59512"),
}
_NATURE = {
    Kind.TEXT: "un texte entre guillemets",
    Kind.LONG_TEXT: "un texte entre guillemets",
    Kind.INTEGER: "un nombre entier, sans guillemets",
    Kind.YEAR: "une année de quatre chiffres, sans guillemets",
    Kind.DECIMAL: 'un nombre entre guillemets, avec un point ("17.1")',
    Kind.PERCENT: 'un nombre entre guillemets, avec un point ("17.1")',
    Kind.MONEY: 'un montant entre guillemets, avec deux décimales au plus ("1250.00")',
    Kind.DATE: 'une date entre guillemets ("2024-03-31")',
    Kind.BOOLEAN: "true ou false, sans guillemets",
    Kind.CHOICE: "un code de la liste, entre guillemets",
    Kind.LINK: "l’identifiant d’une autre ligne, entre guillemets",
    Kind.TERRITORY: "l’identifiant d’un territoire, entre guillemets",
    Kind.LINKS: 'une liste d’identifiants (["P1", "P2"])',
}


@dataclass(frozen=True, slots=True)
class ReferenceRow:
    """One row: `id` is local to the référentiel, links in `values` are local ids, `line` is for messages."""

    entity: str
    id: str
    line: int
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a fault is, to say it."""

    name: str
    line: int

    def fault(self, what: str, advice: str) -> BadReference:
        return BadReference(f"Référentiel {quoted(self.name)}, ligne {self.line}{NBSP}: {what}", advice=advice)


def read_objects(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Each line that is not blank, numbered from 1, as a JSON object."""
    empty = True
    # Bytes are cut before they are decoded: a bad byte is then on a line, and U+2028 in a text ends no line.
    for number, raw in enumerate(_bytes(path).removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        place = Place(path.name, number)
        try:
            text = raw.decode("utf-8").strip()
        except UnicodeDecodeError:
            raise place.fault(
                "ces caractères ne sont pas en UTF-8.", "Enregistrez le fichier en UTF-8, puis réessayez."
            ) from None
        if text:
            empty = False
            yield number, _object(place, text)
    if empty:
        raise BadReference(f"Le référentiel {quoted(path.name)} est vide.", advice="Choisissez un autre fichier.")


def read_row(place: Place, raw: dict[str, Any]) -> ReferenceRow:
    """The row written as `raw` (consumed), each value checked and canonical; raises BadReference."""
    key = raw.pop("entity", None)
    if not isinstance(key, str):
        raise place.fault(
            f"{quoted('entity')} manque.", f'Une ligne commence ainsi{NBSP}: {{"entity": "territory", "id": "EST", …}}.'
        )
    if key not in ENTITIES:
        raise place.fault(f"{quoted(key)} n’est pas une entité.", nearest(key, ENTITIES))
    entity = ENTITIES[key]
    id_ = raw.pop("id", None)
    if not isinstance(id_, str) or not id_:
        raise place.fault(f"{quoted('id')} manque.", "Donnez à la ligne un identifiant que nulle autre ne porte.")
    if not _ID.fullmatch(id_):
        raise place.fault(
            f"{quoted(id_)} ne peut pas être un identifiant.",
            f"Écrivez des lettres sans accent, des chiffres, des tirets, des points{NBSP}; 64 signes au plus.",
        )
    values: dict[str, Value] = {}
    for field_key, written in raw.items():
        if field_key not in entity.fields:
            raise place.fault(
                f"{quoted(field_key)} n’est pas un champ de {quoted(entity.key)}.",
                nearest(field_key, entity.fields),
            )
        values[field_key] = _value(place, entity.fields[field_key], written)
    for field in entity.fields.values():
        if field.required and field.key not in values and not id_.startswith("@"):
            raise place.fault(f"{named(field)} manque.", f"C’est obligatoire pour {entity.one}.")
    try:
        values = {field_key: check(entity.fields[field_key], value) for field_key, value in values.items()}
        check_together(entity, values)
    except BadValue as error:
        raise place.fault(error.message, "Corrigez cette ligne, puis réessayez.") from None
    if key == "territory":
        _check_code(place, values)
        _check_outline(place, values.get("outline"))
    return ReferenceRow(key, id_, place.line, MappingProxyType(values))


def links_of(row: ReferenceRow) -> Iterator[tuple[Field, str]]:
    """Each local id the row names, with the field that names it."""
    fields = ENTITIES[row.entity].fields
    for key, value in row.values.items():
        if isinstance(value, tuple):
            yield from ((fields[key], id_) for id_ in value)
        elif fields[key].is_link:
            yield fields[key], str(value)


# -- words ---------------------------------------------------------------------------------------------------------


def quoted(text: object) -> str:
    """`text` between French quotes, cut when it is long."""
    return f"«{NBSP}{shorten(clean_text(str(text)), 60)}{NBSP}»"


def named(field: Field) -> str:
    """The label of a field and its key, which is what the file holds: « Intitulé » (title)."""
    return f"{quoted(field.label)} ({field.key})"


def nearest(written: str, known: Iterable[str]) -> str:
    """An advice: the known names that look like `written`, else all of them when they are few."""
    names = list(known)
    near = get_close_matches(written, names, n=3, cutoff=0.5)
    if near:
        return f"Vouliez-vous dire {' ou '.join(near)}{NBSP}?"
    if len(names) <= 40:
        return f"Connus{NBSP}: {', '.join(names)}."
    return f"Aucune des {format_number(len(names))} lignes ne lui ressemble."


# -- JSON ----------------------------------------------------------------------------------------------------------


class _RepeatedKey(ValueError):
    pass


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise BadReference(
                f"Le référentiel {quoted(path.name)} est trop gros pour en être un.",
                advice="Choisissez un autre fichier.",
            )
        return path.read_bytes()
    except FileNotFoundError:
        raise BadReference(
            f"Le référentiel {quoted(path.name)} n’existe pas.", advice="Vérifiez le nom et le dossier."
        ) from None
    except OSError:
        raise BadReference(
            f"Le référentiel {quoted(path.name)} ne peut pas être lu.",
            advice="Vérifiez les droits sur le fichier.",
        ) from None


def _object(place: Place, text: str) -> dict[str, Any]:
    try:
        read = json.loads(text, object_pairs_hook=_no_repeat, parse_constant=_no_constant)
    except _RepeatedKey as error:
        raise place.fault(f"{quoted(error)} est écrit deux fois.", "N’en gardez qu’un.") from None
    except json.JSONDecodeError as error:
        raise place.fault(
            f"cette ligne n’est pas du JSON (colonne {error.colno}).",
            "Une ligne est un objet entre accolades, complet, avec des guillemets droits.",
        ) from None
    except (ValueError, RecursionError):  # NaN, numbers of thousands of digits, thousands of brackets
        raise place.fault("cette ligne contient une valeur illisible.", "Corrigez-la, puis réessayez.") from None
    if not isinstance(read, dict):
        raise place.fault("cette ligne n’est pas un objet.", "Une ligne commence par { et finit par }.")
    return read


def _no_repeat(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read: dict[str, Any] = {}
    for key, value in pairs:
        if key in read:
            raise _RepeatedKey(key)
        read[key] = value
    return read


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


# -- values --------------------------------------------------------------------------------------------------------


def _value(place: Place, field: Field, written: Any) -> Value:
    """The value of `field`, canonical, out of its JSON writing; links stay local ids."""
    if written is None:
        raise place.fault(f"{named(field)} vaut null.", f"Retirez ce champ{NBSP}: absent, il est vide.")
    match field.kind:
        case Kind.TEXT | Kind.LONG_TEXT if isinstance(written, str):
            text = load(field, store(field, written))
            if text is None:
                raise place.fault(f"{named(field)} est un texte vide.", f"Retirez ce champ{NBSP}: absent, il est vide.")
            return text
        case Kind.INTEGER if isinstance(written, int) and not isinstance(written, bool) and abs(written) < 2**53:
            return written
        case Kind.YEAR if isinstance(written, int) and not isinstance(written, bool) and 1900 <= written <= 2200:
            return written
        case Kind.DECIMAL | Kind.PERCENT if isinstance(written, str) and _DECIMAL.fullmatch(written):
            return load(field, store(field, Decimal(written)))
        case Kind.MONEY if isinstance(written, str) and re.fullmatch(r"-?\d{1,13}(\.\d{1,2})?", written):
            return load(field, store(field, Decimal(written)))
        case Kind.DATE if isinstance(written, str):
            return day(place, field.key, written)
        case Kind.BOOLEAN if isinstance(written, bool):
            return written
        case Kind.CHOICE if isinstance(written, str):
            codes = [choice.code for choice in field.choices]
            if written not in codes:
                raise place.fault(
                    f"{named(field)} ne connaît pas le choix {quoted(written)}.",
                    f"Choix possibles{NBSP}: {', '.join(codes)}.",
                )
            return written
        case Kind.LINK | Kind.TERRITORY if isinstance(written, str) and written:
            return written
        case Kind.LINKS if isinstance(written, list) and all(isinstance(id_, str) and id_ for id_ in written):
            if len(set(written)) < len(written):
                raise place.fault(f"{named(field)} nomme deux fois la même ligne.", "N’en gardez qu’une.")
            return tuple(written)
    shown = shorten(clean_text(json.dumps(written, ensure_ascii=False)), 40)
    raise place.fault(f"{named(field)} ne peut pas valoir {shown}.", f"Il faut {_NATURE[field.kind]}.")


def day(place: Place, key: str, written: str) -> date:
    """The date written `2024-03-31`; raises BadReference for another writing or a day that does not exist."""
    if _DATE.fullmatch(written):
        try:
            return date.fromisoformat(written)
        except ValueError:
            raise place.fault(
                f"la date {quoted(written)} ({key}) n’existe pas.", "Vérifiez le mois et le jour."
            ) from None
    raise place.fault(f"{quoted(written)} ({key}) n’est pas une date.", f"Écrivez année-mois-jour{NBSP}: 2024-03-31.")


def _check_code(place: Place, values: Mapping[str, Value]) -> None:
    code, kind = values.get("code"), values.get("kind")
    if isinstance(code, str) and isinstance(kind, str) and kind in _CODES:
        pattern, example = _CODES[kind]
        if not pattern.fullmatch(code):
            label = ENTITIES["territory"].fields["kind"].choice_label(kind)
            raise place.fault(
                f"{quoted(code)} n’est pas le code d’un territoire {quoted(label)}.", f"Il s’écrit comme {example}."
            )


def _check_outline(place: Place, outline: Value) -> None:
    if outline is None:
        return
    try:
        geometry = json.loads(str(outline))
        depth = {"Polygon": 1, "MultiPolygon": 2}[geometry["type"]]
        rings = geometry["coordinates"]
        for _ in range(depth - 1):
            rings = [ring for polygon in rings for ring in polygon]
        sound = bool(rings) and all(_is_ring(ring) for ring in rings)
    except (ValueError, KeyError, TypeError, RecursionError):
        sound = False
    if not sound:
        raise place.fault(
            "le contour n’est pas une géométrie GeoJSON.",
            "Il faut un Polygon ou un MultiPolygon en longitude et latitude, aux anneaux fermés.",
        )


def _is_ring(ring: list[list[float]]) -> bool:
    on_earth = all(-180 <= point[0] <= 180 and -90 <= point[1] <= 90 for point in ring)
    return len(ring) >= 4 and ring[0] == ring[-1] and on_earth
