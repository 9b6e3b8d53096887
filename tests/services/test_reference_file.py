"""A référentiel is read whole, or refused with the line at fault."""

import json
import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app.errors import BadReference
from app.formatting import NBSP
from app.services.reference_file import read_reference, read_versions, versions

ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests" / "data" / "reference"
VILLENEUVE = DATA / "villeneuve-sur-lys"
HEADER = {
    "referentiel": "essai",
    "format": 1,
    "version": "1.0.0",
    "date": "2024-06-30",
    "titre": "Contrat de ville",
    "commune": "Villeneuve-sur-Lys",
}
TOWN = {"entity": "territory", "id": "VILLE", "name": "Villeneuve-sur-Lys", "kind": "municipality"}
OPEN_RING = '{"type": "Polygon", "coordinates": [[[3, 50], [4, 50], [4, 51], [3, 51]]]}'
PRIORITY = {"entity": "priority", "id": "P1", "number": 1, "title": "Grandir"}


def written(tmp_path: Path, *lines: object, header: object = HEADER, name: str = "1.0.0.jsonl") -> Path:
    """A file of these lines: text as it is, anything else as JSON."""
    path = tmp_path / name
    rows = [line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in (header, *lines)]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8", newline="\n")
    return path


def refusal(path: Path, **options: Any) -> BadReference:
    with pytest.raises(BadReference) as refused:
        read_reference(path, **options)
    return refused.value


def action(**fields: object) -> dict[str, object]:
    return {"entity": "action", "id": "ACT1", "title": "Atelier", "priority": "P1", **fields}


def file_of(entity: str, id_: str) -> dict[str, object]:
    return {"entity": "attachment", "id": "F1", "name": "Plan.png", "record_entity": entity, "record": id_}


def test_a_referentiel_brings_no_files(tmp_path: Path) -> None:
    refused = refusal(written(tmp_path, TOWN, PRIORITY, file_of("priority", "P1")))

    assert "ligne 4" in refused.message
    assert "ne porte pas de fichiers" in refused.message


@pytest.mark.parametrize(("entity", "id_"), [("action", "ACT9"), ("organisation", "ACT1"), ("priority", "ACT1")])
def test_a_file_of_the_example_is_joined_to_a_row_that_is_there(tmp_path: Path, entity: str, id_: str) -> None:
    base = read_reference(written(tmp_path, TOWN, PRIORITY))
    lines = (action(), file_of(entity, id_))
    path = written(tmp_path, *lines, header={**HEADER, "base": "essai"}, name="exemple.jsonl")

    assert "qu’aucune ligne ne porte" in refusal(path, base=base).message
    good = written(tmp_path, action(), file_of("action", "ACT1"), header={**HEADER, "base": "essai"}, name="b.jsonl")
    assert read_reference(good, base=base).of("attachment")[0].values["record"] == "ACT1"


# -- what is accepted ---------------------------------------------------------------------------------------------


def test_values_are_read_in_their_kind(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        TOWN,
        PRIORITY,
        action(
            progress="62.50",
            start="2026-03-12",
            status="running",
            description="Un\tsoir\r\nsur deux ",
            territories=["VILLE"],
        ),
        {"entity": "measurement", "id": "M1", "indicator": "IND", "year": 2021, "value": "-48.20", "masked": False},
        {"entity": "indicator", "id": "IND", "title": "Taux", "nature": "context"},
    )
    rows = {row.id: row for row in read_reference(path).rows}
    assert rows["ACT1"].line == 4
    assert dict(rows["ACT1"].values) == {
        "title": "Atelier",
        "priority": "P1",
        "progress": Decimal("62.5"),
        "start": date(2026, 3, 12),
        "status": "running",
        "description": "Un soir\nsur deux",
        "territories": ("VILLE",),
    }
    assert rows["M1"].values["value"] == Decimal("-48.2")
    assert rows["M1"].values["year"] == 2021
    assert rows["M1"].values["masked"] is False
    assert rows["P1"].values["number"] == 1


def test_a_file_from_windows_is_read_like_the_other(tmp_path: Path) -> None:
    path = written(tmp_path, TOWN, "", PRIORITY)
    windows = tmp_path / "windows.jsonl"
    windows.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert read_reference(windows).rows == read_reference(path).rows
    assert [row.line for row in read_reference(windows).rows] == [2, 4]


def test_a_line_separator_inside_a_text_ends_no_line(tmp_path: Path) -> None:
    path = written(tmp_path, {**TOWN, "note": "avant\u2028après"}, PRIORITY)
    assert [row.line for row in read_reference(path).rows] == [2, 3]


def test_a_completing_file_links_to_its_base_and_to_the_quartier(tmp_path: Path) -> None:
    base = read_reference(written(tmp_path, TOWN, PRIORITY))
    header = {**HEADER, "referentiel": "exemple", "base": "essai"}
    objective = {"entity": "objective", "id": "OBJ", "level": "general", "title": "Aider", "project": "@project"}
    path = written(tmp_path, action(territories=["@district", "VILLE"]), objective, header=header, name="exemple.jsonl")
    rows = {row.id: row for row in read_reference(path, base=base).rows}
    assert rows["ACT1"].values["territories"] == ("@district", "VILLE")
    assert rows["ACT1"].values["priority"] == "P1"


def test_the_example_of_the_documentation_is_a_good_file(tmp_path: Path) -> None:
    (example,) = re.findall(r"```jsonl\n(.*?)```", (ROOT / "docs" / "referentiel.md").read_text("utf-8"), re.DOTALL)
    path = tmp_path / "1.0.0.jsonl"
    path.write_text(example, encoding="utf-8")
    assert len(read_versions(tmp_path)[0].rows) == 18


# -- what is refused ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("{", "n’est pas du JSON"),
        ("[1]", "n’est pas un objet"),
        ("NaN", "illisible"),
        ("[" * 100_000, "illisible"),
        ('{"entity": "priority", "id": "P2", "number": 2, "title": "A", "title": "B"}', "écrit deux fois"),
        ({"id": "P2"}, "« entity » manque"),
        ({"entity": "priorite", "id": "P2"}, "« priorite » n’est pas une entité. Vouliez-vous dire priority"),
        ({"entity": "priority", "number": 2, "title": "A"}, "« id » manque"),
        ({"entity": "priority", "id": "Priorité 2", "number": 2, "title": "A"}, "ne peut pas être un identifiant"),
        ({"entity": "priority", "id": "@district", "number": 2, "title": "A"}, "ne peut pas être un identifiant"),
        ({"entity": "priority", "id": "P2", "number": 2}, "« Intitulé » (title) manque"),
        (action(titre="Atelier"), "« titre » n’est pas un champ de « action ». Vouliez-vous dire title"),
        (action(title=""), "texte vide"),
        (action(title=None), "vaut null"),
        (action(title=3), "ne peut pas valoir 3"),
        (action(progress=60), "un nombre entre guillemets"),
        (action(progress="60 %"), "un nombre entre guillemets"),
        (action(progress="1e3"), "un nombre entre guillemets"),
        (action(progress="NaN"), "un nombre entre guillemets"),
        (action(start="2026-02-31"), "la date « 2026-02-31 » (start) n’existe pas"),
        (action(start="31/02/2026"), "« 31/02/2026 » (start) n’est pas une date"),
        (action(start=20260312), "une date entre guillemets"),
        (action(progress="120"), "va de 0 à 100 %"),
        (action(start="2026-03-12", end="2026-03-01"), "vient après"),
        ({"entity": "organisation", "id": "O1", "name": "A", "siret": "21590512600012"}, "erreur de frappe"),
        (action(status="en cours"), "ne connaît pas le choix « en cours »"),
        (action(priority="P9"), "« P9 », qu’aucune ligne ne porte. Vouliez-vous dire P1"),
        (action(priority="VILLE"), "« VILLE », qui est un territoire. Il faut une priorité"),
        (action(priority=["P1"]), "l’identifiant d’une autre ligne"),
        (action(priority="@district"), "qu’aucune ligne ne porte"),
        (action(territories="VILLE"), "une liste d’identifiants"),
        (action(territories=["VILLE", "VILLE"]), "deux fois"),
        (action(territories=["P1"]), "« P1 », qui est une priorité. Il faut un territoire"),
        ({**PRIORITY, "number": True, "id": "P2"}, "un nombre entier"),
        ({**PRIORITY, "number": "2", "id": "P2"}, "un nombre entier"),
        ({**PRIORITY, "title": "Autre"}, "« P1 » est déjà celui de la ligne 3"),
        ({"entity": "ambition", "id": "A1", "title": "A", "horizon": 30}, "une année"),
        ({**TOWN, "id": "Q", "kind": "qpv_2024", "code": "QP059071"}, "n’est pas le code d’un territoire « QPV 2024 »"),
        ({**TOWN, "id": "Q", "kind": "qpv_2015", "code": "QN05980M"}, "n’est pas le code d’un territoire « QPV 2015 »"),
        ({**TOWN, "id": "Q", "code": "5951"}, "n’est pas le code d’un territoire « Commune »"),
        ({**TOWN, "id": "Q", "intercommunal": "oui"}, "true ou false"),
        ({**TOWN, "id": "Q", "outline": "{}"}, "GeoJSON"),
        ({**TOWN, "id": "Q", "outline": OPEN_RING}, "GeoJSON"),
        ({**TOWN, "id": "Q", "parents": ["Q"]}, "se contient lui-même : Q → Q"),
    ],
)  # fmt: skip
def test_a_bad_line_is_refused_with_its_number(tmp_path: Path, row: object, said: str) -> None:
    error = refusal(written(tmp_path, TOWN, PRIORITY, row))
    assert f"« 1.0.0.jsonl », ligne 4{NBSP}: ".replace("« ", f"«{NBSP}").replace(" »", f"{NBSP}»") in error.message
    assert said in str(error).replace(NBSP, " ")
    assert error.advice
    assert error.exit_code == 1


def test_a_longer_loop_is_refused(tmp_path: Path) -> None:
    def place(id_: str, *parents: str) -> dict[str, object]:
        return {**TOWN, "id": id_, "parents": list(parents)}

    error = refusal(written(tmp_path, place("A", "B"), place("B", "C"), place("C", "A", "D"), place("D")))
    assert "A → B → C → A" in error.message


def test_two_paths_to_one_territory_are_no_loop(tmp_path: Path) -> None:
    def place(id_: str, *parents: str) -> dict[str, object]:
        return {**TOWN, "id": id_, "parents": list(parents)}

    read_reference(written(tmp_path, place("A", "B", "C"), place("B", "D"), place("C", "D"), place("D")))


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (TOWN, "l’en-tête manque"),
        ({**HEADER, "format": 2}, "au format 2, cette version de l’application lit le format 1. Mettez l’application"),
        ({**HEADER, "format": 0}, "n’est pas un numéro"),
        ({**HEADER, "format": True}, "n’est pas un numéro"),
        ({**HEADER, "format": "1"}, "n’est pas un numéro"),
        ({**HEADER, "version": "1.0"}, "n’est pas un numéro de version"),
        ({**HEADER, "date": "2024-13-01"}, "n’existe pas"),
        ({**HEADER, "referentiel": "Ma ville"}, "ne peut pas nommer un référentiel"),
        ({**HEADER, "comune": "Villeneuve"}, "ne connaît pas « comune ». Vouliez-vous dire commune"),
        ({**HEADER, "titre": " "}, "« titre » doit être un texte"),
        ({key: value for key, value in HEADER.items() if key != "titre"}, "« titre » manque à l’en-tête"),
        ({**HEADER, "base": "roubaix-2024-2030"}, "complète le référentiel « roubaix-2024-2030 »"),
    ],
)
def test_a_bad_header_is_refused_at_line_1(tmp_path: Path, header: object, said: str) -> None:
    error = refusal(written(tmp_path, TOWN, header=header))
    assert f"ligne 1{NBSP}:" in error.message
    assert said in str(error).replace(NBSP, " ")


def test_a_whole_référentiel_does_not_pass_for_a_completing_file(tmp_path: Path) -> None:
    base = read_reference(written(tmp_path, TOWN))
    assert "n’en complète pas" in refusal(written(tmp_path, PRIORITY), base=base).message


def test_a_completing_file_may_not_take_an_id_of_its_base(tmp_path: Path) -> None:
    base = read_reference(written(tmp_path, TOWN))
    path = written(tmp_path, TOWN, header={**HEADER, "base": "essai"}, name="exemple.jsonl")
    assert "est déjà celui d’une ligne du référentiel" in refusal(path, base=base).message


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "est vide"),
        (b"\n \r\n", "est vide"),
        (b"\xef\xbb\xbf", "est vide"),
        (json.dumps(HEADER).encode("utf-16"), "pas en UTF-8"),
        ((json.dumps(HEADER) + "\n" + '{"note": "élève"}').encode("latin-1"), "ligne 2 : ces caractères"),
        (json.dumps(HEADER).encode(), "n’a que son en-tête"),
        (b"SQLite format 3\x00", "n’est pas du JSON"),
    ],
)
def test_what_is_not_a_référentiel_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "1.0.0.jsonl"
    path.write_bytes(content)
    assert said in refusal(path).message.replace(NBSP, " ")


def test_what_cannot_be_read_is_refused(tmp_path: Path) -> None:
    assert "n’existe pas" in refusal(tmp_path / "absent.jsonl").message
    assert "ne peut pas être lu" in refusal(tmp_path).message


@pytest.mark.parametrize("path", sorted((DATA / "bad").iterdir()), ids=lambda path: path.stem)
def test_every_bad_file_is_refused_by_name(path: Path) -> None:
    assert f"«{NBSP}{path.name}{NBSP}»" in refusal(path).message


# -- versions -----------------------------------------------------------------------------------------------------


def test_versions_come_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    for version in ("1.10.0", "1.9.0", "2.0.0", "1.0.0"):
        written(tmp_path, TOWN, header={**HEADER, "version": version}, name=f"{version}.jsonl")
    (tmp_path / "LISEZ-MOI.txt").write_text("à ignorer", encoding="utf-8")
    assert [path.stem for path in versions(tmp_path)] == ["1.0.0", "1.9.0", "1.10.0", "2.0.0"]
    assert [file.version for file in read_versions(tmp_path)] == ["1.0.0", "1.9.0", "1.10.0", "2.0.0"]


def test_a_folder_without_version_or_with_a_misnamed_one_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadReference, match="ne contient aucun référentiel"):
        versions(tmp_path)
    with pytest.raises(BadReference, match="ne contient aucun référentiel"):
        versions(tmp_path / "absent")
    written(tmp_path, TOWN, name="brouillon.jsonl")
    with pytest.raises(BadReference, match="ne porte pas un numéro de version"):
        versions(tmp_path)


@pytest.mark.parametrize(
    ("header", "row", "said"),
    [
        ({"version": "1.2.0"}, PRIORITY, "n’est pas celle du nom du fichier"),
        ({"referentiel": "autre"}, PRIORITY, "n’est pas « essai »"),
        ({"date": "2023-01-01"}, PRIORITY, "précède celle de la version 1.0.0"),
        ({}, {"entity": "theme", "id": "P1", "kind": "public", "title": "Jeunes"}, "désignait une priorité"),
    ],
)
def test_versions_are_checked_against_each_other(
    tmp_path: Path, header: dict[str, str], row: dict[str, object], said: str
) -> None:
    written(tmp_path, TOWN, PRIORITY)
    written(tmp_path, TOWN, row, header={**HEADER, "version": "1.1.0", **header}, name="1.1.0.jsonl")
    with pytest.raises(BadReference) as refused:
        read_versions(tmp_path)
    assert said in refused.value.message.replace(NBSP, " ")
    assert "1.1.0.jsonl" in refused.value.message


def test_an_id_once_dropped_may_not_serve_again(tmp_path: Path) -> None:
    written(tmp_path, TOWN, PRIORITY)
    written(tmp_path, TOWN, header={**HEADER, "version": "1.1.0"}, name="1.1.0.jsonl")
    written(tmp_path, TOWN, PRIORITY, header={**HEADER, "version": "1.2.0"}, name="1.2.0.jsonl")
    with pytest.raises(BadReference, match=r"retiré en version 1\.1\.0, ne peut pas resservir"):
        read_versions(tmp_path)


def test_the_made_up_town_has_a_second_version_that_changes_adds_and_drops() -> None:
    first, second = read_versions(VILLENEUVE)
    before, after = ({row.id: (row.entity, dict(row.values)) for row in file.rows} for file in (first, second))
    assert set(before) - set(after) == {"O4", "M2"}
    assert set(after) - set(before) == {"P4", "O5", "M4"}
    changed = {id_ for id_ in before.keys() & after.keys() if before[id_] != after[id_]}
    assert changed == {"CV", "RG", "P1", "P3", "D2", "O2", "M1", "C1"}
    assert first.date < second.date
