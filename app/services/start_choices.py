"""What a person chooses from at the first start: the quartiers of a référentiel, and the outlines of its QPV."""

import json
from dataclasses import dataclass
from typing import Any

from app.models.fields import Value
from app.services import reference
from app.services.notebooks import DEFAULT_REFERENCE
from app.services.reference_file import ReferenceFile

#: A closed line of (longitude, latitude) in degrees, WGS 84.
Ring = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class DistrictChoice:
    """A grand quartier; `inside` are the short names of the QPV it holds whole."""

    name: str
    inside: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outline:
    """The contour of a QPV: its short name, its code, its rings (outer ones and holes alike)."""

    name: str
    code: str
    rings: tuple[Ring, ...]


@dataclass(frozen=True, slots=True)
class StartChoices:
    """A référentiel as one chooses from it; `credit` is the source and licence of the outlines."""

    reference: str
    title: str
    version: str
    town: str
    districts: tuple[DistrictChoice, ...]
    outlines: tuple[Outline, ...]
    credit: str


def load_choices(name: str = DEFAULT_REFERENCE) -> StartChoices:
    """The choices of a référentiel, read from its last version (about 40 ms); raises BadReference."""
    frame = reference.load_frame(name)
    file = frame.last
    if file is None:
        return StartChoices(name, "", "", "", (), (), "")
    areas = [row for row in file.of("territory") if row.values.get("kind") == "qpv_2024" and row.values.get("outline")]
    credits = dict.fromkeys(str(row.values["outline_source"]) for row in areas if row.values.get("outline_source"))
    return StartChoices(
        name, file.title, file.version, file.town,
        tuple(DistrictChoice(one.name, _inside(file, one.local)) for one in frame.districts()),
        tuple(
            Outline(_short(row.values), str(row.values.get("code") or ""), _rings(str(row.values["outline"])))
            for row in areas
        ),
        " ; ".join(credits),
    )  # fmt: skip


def _inside(file: ReferenceFile, district: str) -> tuple[str, ...]:
    return tuple(
        _short(row.values)
        for row in file.of("territory")
        if row.values.get("kind") == "qpv_2024" and district in _links(row.values.get("parents"))
    )


def _links(value: Value | None) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()


def _short(values: Any) -> str:
    return str(values.get("short_name") or values["name"])


def _rings(outline: str) -> tuple[Ring, ...]:
    """The rings of a GeoJSON Polygon or MultiPolygon."""
    shape = json.loads(outline)
    polygons = shape["coordinates"] if shape["type"] == "MultiPolygon" else [shape["coordinates"]]
    return tuple(tuple((point[0], point[1]) for point in ring) for polygon in polygons for ring in polygon)
