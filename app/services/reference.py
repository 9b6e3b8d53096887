"""Loading a référentiel and the example into a notebook, as seeds; and a later version of it.

What a chef de projet starts from: the frame of the contract, the project of each quartier, and if wanted an invented
project to try things on. Everything planted here has the same ids on every laptop.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from sqlalchemy import Connection, select

from app.errors import BadReference, UnknownRecord
from app.formatting import NBSP, fold
from app.models.fields import Value
from app.models.registry import ENTITIES
from app.notebook.changes import ChangeSet
from app.notebook.log import Batch, known_ids, row_text
from app.notebook.store import Store
from app.paths import resource
from app.services.reference_file import ReferenceFile, available, read_reference, read_versions, version_order
from app.services.seeds import Seeder, SeedRow, located, row_id

EXAMPLE = "exemple"
#: The référentiel of a town that brings none: an empty frame.
NONE = "aucun"
EVERY_DISTRICT = "tous"
_EXAMPLE_LABEL = "Charger l’exemple"

# The frame given to a town without a référentiel: the national number of priorities, to be named there.
_EMPTY_FRAME_DATE = date(2024, 1, 1)
_EMPTY_PRIORITIES = 6


@dataclass(frozen=True, slots=True)
class District:
    """A grand quartier: the id of its territory, and its name."""

    id: str
    local: str
    name: str


@dataclass(frozen=True, slots=True)
class Frame:
    """A référentiel ready to be planted: its key and every version of it, oldest first (empty for none)."""

    key: str
    versions: tuple[ReferenceFile, ...]

    @property
    def last(self) -> ReferenceFile | None:
        return self.versions[-1] if self.versions else None

    def districts(self) -> tuple[District, ...]:
        """The grands quartiers of the last version, in the order of the file."""
        rows = self.last.of("territory") if self.last else ()
        return tuple(
            District(row_id(self.key, row.id), row.id, str(row.values["name"]))
            for row in rows
            if row.values.get("kind") == "district"
        )


def load_frame(name: str) -> Frame:
    """The référentiel called `name`: one that is shipped, « aucun », or a folder. Raises BadReference."""
    if fold(name) == NONE:
        return Frame(NONE, ())
    shipped = dict(available())
    folder = resource("reference", name) if name in shipped else Path(name)
    if not folder.is_dir():
        known = ", ".join([*shipped, NONE])
        wrong = "n’est pas un dossier" if folder.exists() else "est introuvable"
        raise BadReference(
            f"Le référentiel «{NBSP}{name}{NBSP}» {wrong}.",
            advice=f"Donnez un dossier, ou l’un de ceux-ci{NBSP}: {known}.",
        )
    versions = read_versions(folder)
    return Frame(versions[-1].key, versions)


def find_districts(frame: Frame, name: str) -> tuple[District, ...]:
    """The quartiers called `name`; « tous » for all. Without a référentiel any name makes a quartier."""
    districts = frame.districts()
    if not frame.versions:
        if not name.strip() or fold(name) == EVERY_DISTRICT:
            raise UnknownRecord(
                "Sans référentiel, il faut nommer le quartier.", advice=f"Exemple{NBSP}: --quartier Nord."
            )
        return (District(row_id(NONE, f"district:{fold(name)}"), f"district:{fold(name)}", name.strip()),)
    if fold(name) == EVERY_DISTRICT:
        return districts
    found = tuple(district for district in districts if fold(district.name) == fold(name.strip()))
    if not found:
        known = ", ".join(district.name for district in districts)
        raise UnknownRecord(
            f"«{NBSP}{name}{NBSP}» n’est pas un quartier de ce référentiel.", advice=f"Quartiers{NBSP}: {known}, tous."
        )
    return found


def planting(frame: Frame, districts: Sequence[District], *, example: bool = False) -> Batch:
    """The frame, the project of each quartier and, if asked, their example; raises BadReference."""
    batches = [frame_batch(frame), *(project_batch(frame, district) for district in districts)]
    if example:
        batches.extend(example_batch(frame, district) for district in districts)
    return joined(batches)


def plant(store: Store, batch: Batch) -> ChangeSet:
    """Write seeds in one transaction."""
    return store.apply(batch, "Charger le référentiel", kind="seed")


def frame_batch(frame: Frame) -> Batch:
    """The seeds of every version of a référentiel, oldest first."""
    seeder = Seeder(frame.key)
    if not frame.versions:
        seeder.plant("1.0.0", _EMPTY_FRAME_DATE, _empty_frame(), author="Cadre vide", label="Poser le cadre du contrat")
    for file in frame.versions:
        rows = [located(row.entity, row.id, row.values, lambda local: row_id(frame.key, local)) for row in file.rows]
        seeder.plant(
            file.version, file.date, rows,
            author=f"référentiel {file.version}", label=f"Charger le référentiel {file.version}",
        )  # fmt: skip
    return seeder.batch()


def project_batch(frame: Frame, district: District) -> Batch:
    """The seeds of the project of one quartier: the same row on every laptop of the town, whatever its version."""
    seeder = Seeder(f"{frame.key}/project/{district.local}")
    row = project_id(frame, district)
    if not frame.versions:
        values: dict[str, Value] = {**_project_values(district), "contract": row_id(NONE, "contract")}
        rows = [
            SeedRow("project", row, values),
            SeedRow("territory", district.id, {"name": district.name, "kind": "district"}),
        ]
        _open_project(seeder, "1.0.0", _EMPTY_FRAME_DATE, rows)
    for file in frame.versions:
        named = [found for found in file.of("territory") if found.id == district.local]
        if not named:
            continue
        values = _project_values(District(district.id, district.local, str(named[0].values["name"])))
        for contract in file.of("contract")[:1]:
            values |= {key: contract.values.get(key) for key in ("start", "end")}
            values["contract"] = row_id(frame.key, contract.id)
        _open_project(seeder, file.version, file.date, [SeedRow("project", row, values)])
    return seeder.batch()


def _project_values(district: District) -> dict[str, Value]:
    return {"title": f"Projet de quartier {district.name}", "territory": district.id}


def _open_project(seeder: Seeder, version: str, day: date, rows: list[SeedRow]) -> None:
    seeder.plant(version, day, rows, author="Cadre du contrat", label="Ouvrir le projet de quartier")


def project_id(frame: Frame, district: District) -> str:
    return row_id(frame.key, f"project\x1f{district.local}")


def example_batch(frame: Frame, district: District) -> Batch:
    """The seeds of the invented project for one quartier, every row marked as example."""
    if frame.last is None:
        raise BadReference(
            "L’exemple se rapporte à un référentiel.", advice="Choisissez un référentiel, ou commencez sans l’exemple."
        )
    file = read_reference(resource("example", "quartier.jsonl"), base=_example_base(frame))
    known = {row.id for row in frame.last.rows}
    key = f"{EXAMPLE}/{district.local}"

    def locate(local: str) -> str:
        if local == "@district":
            return district.id
        if local == "@project":
            return project_id(frame, district)
        return row_id(frame.key if local in known else key, local)

    words = {"{QUARTIER}": district.name, "{CODE}": code_of(district.name)}
    rows = []
    for row in file.rows:
        values = {key_: _filled(value, words) for key_, value in row.values.items()}
        if row.id != "@project":
            values["example"] = True
        rows.append(located(row.entity, row.id, values, locate))
    seeder = Seeder(key)
    seeder.plant(file.version, file.date, rows, author="exemple", label=_EXAMPLE_LABEL)
    return replace(seeder.batch(), blobs=tuple(_example_files(file)))


def _example_files(file: ReferenceFile) -> Iterator[bytes]:
    """The bytes of the files that the example joins to its records."""
    for row in file.of("attachment"):
        yield resource("example", "pieces", str(row.values["name"])).read_bytes()


def remove_example(store: Store) -> int:
    """Delete every row marked as example, in one gesture that can be undone; returns how many.

    The texts that the example lent to the project go too, unless somebody has rewritten them.
    """
    with store.read() as connection:
        rows = example_rows(connection)
        lent = _lent_by_example(connection)
    with store.write("Retirer l’exemple") as write:
        for entity, row in rows:
            write.delete(entity, row)
        for entity, row, key in lent:
            write.put(entity, row, key, None)
    return len(rows)


def example_rows(connection: Connection) -> list[tuple[str, str]]:
    """The live rows marked as example: (entity, id)."""
    return [
        (declared.key, row)
        for declared in ENTITIES.values()
        for row in connection.scalars(
            select(declared.table.c.id).where(declared.table.c.example == 1, declared.table.c.deleted == 0)
        )
    ]


def _lent_by_example(connection: Connection) -> list[tuple[str, str, str]]:
    """Fields that only the example wrote on rows of the frame: (entity, id, field)."""
    found = connection.exec_driver_sql(
        """SELECT e.key, m.row, f.field FROM gesture g JOIN modif m ON m.gesture = g.id JOIN entity e ON e.n = m.entity
        JOIN modif_field f ON f.op_id = m.op_id JOIN head h ON h.row = m.row AND h.field = f.field AND h.op_id = m.op_id
        WHERE g.kind = 'seed' AND g.label = ? AND f.value IS NOT NULL
          AND NOT EXISTS (SELECT 1 FROM modif_field s WHERE s.op_id = m.op_id AND s.field = '_state')""",
        (_EXAMPLE_LABEL,),
    )
    return [(entity, row_text(row), key) for entity, row, key in found]


def newer_version(store: Store) -> Frame | None:
    """The shipped référentiel of this notebook when it holds a version the notebook has not; None otherwise."""
    with store.read() as connection:
        contract = ENTITIES["contract"].table
        found = connection.execute(
            select(contract.c.reference_key, contract.c.reference_version).where(
                contract.c.reference_key.is_not(None), contract.c.deleted == 0
            )
        ).first()
    if found is None or found[0] not in dict(available()):
        return None
    last = dict(available())[found[0]][-1]
    return load_frame(found[0]) if version_order(last) > version_order(found[1] or "0.0.0") else None


def unknown_part(store: Store, batch: Batch) -> Batch:
    """What of `batch` the notebook does not hold yet (what loading it would bring)."""
    with store.read() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        known = known_ids(raw, (m.op_id for m in batch.modifications))
    new = tuple(m for m in batch.modifications if m.op_id not in known)
    return Batch(batch.replicas, batch.gestures, new, batch.blobs)


def code_of(name: str) -> str:
    """The letters that codes of actions start with: EST for « Est », CEN for « Centre »."""
    letters = "".join(character for character in fold(name).upper() if character.isalnum())
    return letters[:3] or "ACT"


def joined(batches: Iterable[Batch]) -> Batch:
    """Several batches as one."""
    every = list(batches)
    return Batch(
        tuple(replica for batch in every for replica in batch.replicas),
        tuple(gesture for batch in every for gesture in batch.gestures),
        tuple(modification for batch in every for modification in batch.modifications),
        tuple(data for batch in every for data in batch.blobs),
    )


def _example_base(frame: Frame) -> ReferenceFile:
    assert frame.last is not None
    if frame.key not in dict(available()):
        raise BadReference(
            f"L’exemple n’existe pas pour le référentiel «{NBSP}{frame.key}{NBSP}».",
            advice="Commencez sans l’exemple.",
        )
    return frame.last


def _filled(value: Value, words: Mapping[str, str]) -> Value:
    if isinstance(value, str):
        for mark, word in words.items():
            value = value.replace(mark, word)
    return value


def _empty_frame() -> list[SeedRow]:
    rows = [
        SeedRow("contract", row_id(NONE, "contract"), {"title": "Contrat de ville", "start": 2024, "end": 2030}),
        SeedRow("town_settings", row_id(NONE, "settings"), {
            "general_level": "Objectif général", "specific_level": "Objectif spécifique",
            "operational_level": "Objectif opérationnel",
        }),
    ]  # fmt: skip
    rows += [
        SeedRow("priority", row_id(NONE, f"P{number}"), {"number": number, "title": f"Priorité {number} (à nommer)"})
        for number in range(1, _EMPTY_PRIORITIES + 1)
    ]
    return rows
