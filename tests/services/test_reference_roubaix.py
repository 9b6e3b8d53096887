"""The référentiel of Roubaix says what the contrat de ville says: its numbers, its doubts, and nobody's name."""

import hashlib
import json
import re
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest

from app.formatting import fold
from app.models.registry import ENTITIES
from app.paths import resource
from app.services.reference_file import ReferenceFile, ReferenceRow, available, read_versions


@pytest.fixture(scope="module")
def roubaix() -> ReferenceFile:
    return read_versions(resource("reference", "roubaix-2024-2030"))[-1]


def texts(file: ReferenceFile) -> list[str]:
    return [value for row in file.rows for value in row.values.values() if isinstance(value, str)]


def by_kind(file: ReferenceFile, entity: str, field: str = "kind") -> Counter[Any]:
    return Counter(row.values.get(field) for row in file.of(entity))


def values_of_the_text(file: ReferenceFile) -> list[ReferenceRow]:
    """The rows that carry one of the 112 values: I001 to I112, one of them a target."""
    return [row for row in file.rows if re.fullmatch(r"I\d{3}", row.id)]


def test_roubaix_is_shipped() -> None:
    assert ("roubaix-2024-2030", ("1.0.0",)) in available()


def test_the_whole_contract_is_there(roubaix: ReferenceFile) -> None:
    assert Counter(row.entity for row in roubaix.rows) == {
        "contract": 1,
        "territory": 50,
        "priority": 6,
        "theme": 10,
        "ambition": 15,
        "scheme": 35,
        "organisation": 79,
        "body": 34,
        "event": 11,
        "site": 7,
        "contract_item": 52,
        "objective": 66,
        "milestone": 12,
        "indicator": 191,
        "measurement": 114,
        "target": 32,
        "town_settings": 1,
    }
    assert by_kind(roubaix, "theme") == {"public": 3, "method": 2, "lever": 2, "issue": 3}
    assert by_kind(roubaix, "site") == {"to_reclaim": 4, "activity": 3}
    assert by_kind(roubaix, "contract_item") == {
        "inconsistency": 7,
        "team": 7,
        "evaluation": 6,
        "deliverable": 2,
        "key_date": 10,
        "participation": 4,
        "gusp": 3,
        "programming": 13,
    }
    assert by_kind(roubaix, "objective", "level") == {"general": 5, "specific": 14, "operational": 47}


def test_the_six_priorities_come_in_order_under_their_titles(roubaix: ReferenceFile) -> None:
    assert [(row.values["number"], row.values["title"]) for row in roubaix.of("priority")] == [
        (
            1,
            "Lutter contre les inégalités dès l’enfance, "
            "notamment par la réussite éducative et scolaire de tous les jeunes",
        ),
        (2, "Amplifier la politique d’accès à l’emploi de tous les habitants"),
        (3, "Promouvoir l’accès aux soins et à la prévention (notamment santé mentale)"),
        (4, "Œuvrer pour le vivre ensemble"),
        (5, "Construire une transition écologique solidaire"),
        (
            6,
            "Faciliter l’accès aux droits, la transition numérique "
            "et lutter contre les principales formes de discriminations",
        ),
    ]


def test_territories_hold_together(roubaix: ReferenceFile) -> None:
    kinds = by_kind(roubaix, "territory")
    assert (kinds["district"], kinds["lived"], kinds["qpv_2024"], kinds["qpv_2015"], kinds["npnru"]) == (5, 15, 3, 3, 4)
    named = Counter(row.values["name"] for row in roubaix.of("territory"))
    # The QPV keeps its official title; every other name leads to one territory.
    assert [name for name, count in named.items() if count > 1] == []
    alone = {row.id for row in roubaix.of("territory") if "parents" not in row.values}
    assert alone == {"FR", "GR-QPV"}


def test_the_three_qpv_have_a_code_and_an_outline_with_its_source(roubaix: ReferenceFile) -> None:
    qpv = [row for row in roubaix.of("territory") if row.values["kind"] == "qpv_2024"]
    assert [row.values["code"] for row in qpv] == ["QN05969M", "QN05980M", "QN05981M"]
    for row in qpv:
        outline = json.loads(str(row.values["outline"]))
        assert outline["type"] == "MultiPolygon"
        points = [point for polygon in outline["coordinates"] for ring in polygon for point in ring]
        assert all(3.1 < x < 3.3 and 50.6 < y < 50.8 for x, y in points)
        assert row.values["outline_source"] == "ANCT, QPV génération 2024 – Licence Ouverte 2.0"
        assert "COM-59512" in row.values["parents"]  # type: ignore[operator]


def test_values_older_than_the_new_geography_are_not_on_the_qpv_of_2024(roubaix: ReferenceFile) -> None:
    kinds = {row.id: row.values["kind"] for row in roubaix.of("territory")}
    used = Counter(kinds[str(row.values["territory"])] for row in roubaix.of("measurement"))
    assert used["qpv_2024"] == 0
    assert used["qpv_2015"] == 29
    assert all(row.values.get("to_confirm") for row in roubaix.of("territory") if row.values["kind"] == "qpv_2015")


def test_each_ambition_has_its_targets(roubaix: ReferenceFile) -> None:
    indicators = {row.id: row for row in roubaix.of("indicator")}
    targets = [row for row in roubaix.of("target") if row.id.startswith("C-AM")]
    of = Counter(indicators[str(row.values["indicator"])].values["ambition"] for row in targets)
    assert [of[row.id] for row in roubaix.of("ambition")] == [3, 1, 2, 1, 0, 0, 0, 2, 3, 1, 1, 3, 1, 1, 1]
    figures = [row for row in targets if "low" in row.values]
    assert len(figures) == 15
    assert Counter(row.values["comparator"] for row in targets) == {
        "equal": 10,
        "between": 3,
        "qualitative": 4,
        "more": 1,
        "towards": 1,
        "parity": 1,
    }
    breast = next(row for row in targets if row.id == "C-AM09-1").values
    assert (breast["low"], breast["high"], breast.get("year")) == (Decimal(65), Decimal(65), None)
    spaces = next(row for row in targets if row.id == "C-AM11-1").values
    assert (spaces["low"], spaces["high"], spaces["text"]) == (Decimal(6), Decimal(12), "Entre 6 et 12 espaces")


def test_an_horizon_that_is_not_written_stays_empty_and_says_why(roubaix: ReferenceFile) -> None:
    without = [row for row in roubaix.of("ambition") if "horizon" not in row.values]
    assert len(without) == 11
    assert all("celui du contrat est 2030" in str(row.values["note"]) for row in without)


def test_the_112_values_of_the_text_are_found_again(roubaix: ReferenceFile) -> None:
    values = values_of_the_text(roubaix)
    assert [row.id for row in values if row.entity == "target"] == ["I110"]
    assert {row.id for row in values} == {f"I{number:03d}" for number in range(1, 113)}
    # Three comparisons give a value that the text does not give elsewhere: 111 + 3 = 114 measurements.
    added = [row for row in roubaix.of("measurement") if row not in values]
    assert [(row.id, row.values["territory"], row.values["value"]) for row in added] == [
        ("I021-C1", "GR-QPV-MEL", Decimal("32.2")),
        ("I021-C2", "MEL", Decimal("18.8")),
        ("I055-C1", "MEL", Decimal("1.8")),
    ]
    kinds = Counter(
        row.values["nature"] for row in roubaix.of("indicator") if not re.match(r"IND-AM\d|ASV", row.id)
    )  # the 76 names under which the text gives its 112 values
    assert sum(kinds.values()) == 76
    assert kinds["context"] == 43


# (value of the text, the value it is compared to): the 25 comparisons, by the id of the measurement that carries them.
COMPARISONS = (
    "I007>I006 I010>I009 I013>I012 I016>I015 I019>I018 I021>I021-C1 I021>I021-C2 I024>I023 I028>I030 I035>I037 "
    "I036>I037 I038>I040 I039>I040 I041>I043 I042>I043 I044>I046 I045>I046 I055>I055-C1 I062>I060 I063>I064 I065>I066 "
    "I067>I068 I069>I071 I070>I072 I078>I079"
)


def test_the_25_comparisons_are_reached(roubaix: ReferenceFile) -> None:
    rows = {row.id: row.values for row in roubaix.of("measurement")}
    pairs = [pair.split(">") for pair in COMPARISONS.split()]
    assert len(pairs) == 25
    other = [(one, two) for one, two in pairs if rows[one]["indicator"] != rows[two]["indicator"]]
    # People against households, newcomers against the others, job seekers against inhabitants: two indicators.
    assert other == [("I062", "I060"), ("I063", "I064"), ("I065", "I066"), ("I067", "I068"), ("I078", "I079")]
    assert "40 % des ménages" in str(rows["I062"]["comment"])


def test_no_value_is_there_twice(roubaix: ReferenceFile) -> None:
    seen = Counter(
        (row.values["indicator"], row.values.get("territory"), row.values.get("year"), row.values.get("value"))
        for row in roubaix.of("measurement")
    )
    assert max(seen.values()) == 1


def test_a_year_that_the_text_does_not_give_is_not_invented(roubaix: ReferenceFile) -> None:
    without = [row for row in values_of_the_text(roubaix) if "year" not in row.values]
    assert len(without) == 63
    rows = {row.id: row.values for row in values_of_the_text(roubaix)}
    assert (rows["I056"]["year"], rows["I056"]["period"]) == (2023, "2022-2023")
    assert (rows["I112"]["year"], rows["I112"]["period"]) == (2024, "2023/2024")
    assert (rows["I032"]["year"], rows["I032"]["period"]) == (2020, "fin 2020")


def test_every_value_says_its_source_and_its_place(roubaix: ReferenceFile) -> None:
    assert all(row.values["source"] and row.values["place"] for row in roubaix.of("measurement"))
    assert next(row for row in roubaix.rows if row.id == "I001").values["place"] == "partie 3, ligne 219"


def test_a_range_and_a_qualifier_are_kept(roubaix: ReferenceFile) -> None:
    rows = {row.id: row.values for row in roubaix.of("measurement")}
    assert (rows["I109"]["low"], rows["I109"]["high"], rows["I109"].get("value")) == (Decimal(150), Decimal(200), None)
    assert (rows["I024"]["qualifier"], rows["I024"]["value"]) == ("plus de", Decimal(35))


def test_percent_is_not_points(roubaix: ReferenceFile) -> None:
    unit = {row.id: (row.values["kind"], row.values.get("unit")) for row in roubaix.of("indicator")}
    assert unit["IND-IDT"] == ("gap", "points")
    assert unit["IND-PAUVRETE"] == ("rate", "%")
    assert unit["IND-SANS-DIPLOME-RAPPORT"] == ("ratio", "fois")
    assert {kind for kind, unit in unit.values() if unit == "points"} == {"gap"}


def test_the_logframe_of_the_asv_holds_together(roubaix: ReferenceFile) -> None:
    rows = {row.id: row for row in roubaix.rows}
    above = {"general": None, "specific": "general", "operational": "specific"}
    for row in roubaix.of("objective"):
        parent = row.values.get("parent")
        assert (rows[str(parent)].values["level"] if parent else None) == above[str(row.values["level"])]
        assert (row.values["priority"], row.values["scheme"]) == ("P3", "D02")
        if milestone := row.values.get("milestone"):
            assert rows[str(milestone)].values["objective"] == parent
    assert Counter(row.values["year"] for row in roubaix.of("milestone")) == {2024: 4, 2025: 4, 2026: 4}
    results = [row for row in roubaix.of("indicator") if row.id.startswith("ASV-R")]
    processes = [row for row in roubaix.of("indicator") if row.id.startswith("ASV-P")]
    assert (len(results), len(processes)) == (29, 67)
    level = {row.id: rows[str(row.values["objective"])].values["level"] for row in (*results, *processes)}
    assert {level[row.id] for row in results} == {"specific"}
    assert {level[row.id] for row in processes} == {"operational"}
    assert {row.values["nature"] for row in results} == {"result"}
    assert {row.values["nature"] for row in processes} == {"process"}
    assert all(row.values["kind"] == "list" for row in processes if str(row.values["title"]).startswith("Typologie"))
    assert len([row for row in roubaix.of("target") if row.id.startswith("C-ASV")]) == 11


def test_what_is_deduced_is_to_be_confirmed(roubaix: ReferenceFile) -> None:
    sure = Counter(row.entity for row in roubaix.rows if row.values.get("to_confirm"))
    # 29 bodies whose type is an image in the text, 15 natures of credits, 4 targets, 4 objectives of a flattened table;
    # 5 grands quartiers, 3 QPV of 2015 and « les QPV »; the value on these; the length of a new action.
    assert sure == {
        "body": 29,
        "scheme": 15,
        "territory": 9,
        "target": 4,
        "objective": 4,
        "measurement": 1,
        "contract_item": 1,
    }
    for row in roubaix.rows:
        said = " ".join(str(row.values.get(key, "")) for key in ("note", "comment"))
        specific = row.values.get("level") == "specific"  # says that its operational objectives are
        if re.search(r"dédui|traduit en", said) and not specific:
            assert row.values.get("to_confirm"), row.id


def test_the_types_of_bodies_are_sure_only_where_they_are_written(roubaix: ReferenceFile) -> None:
    assert by_kind(roubaix, "body") == {"internal": 5, "institutional": 8, "partnership": 8, "cooperation": 13}
    assert {row.values["kind"] for row in roubaix.of("body") if not row.values.get("to_confirm")} == {"internal"}
    job = next(row for row in roubaix.of("body") if row.id == "G13").values
    assert (job["cadence"], job.get("cadence_months")) == ("toutes les 6 à 8 semaines", None)


def test_every_choice_of_category_and_nature_is_used(roubaix: ReferenceFile) -> None:
    used = by_kind(roubaix, "organisation", "category")
    assert set(used) == {choice.code for choice in ENTITIES["organisation"].fields["category"].choices}
    assert by_kind(roubaix, "scheme", "nature") == {"specific": 17, "common": 10, "mixed": 8}


# Names of officials and agents that the contrat writes, folded then hashed: a list in clear would ship them.
OFFICIALS = frozenset(
    [
        "005a09f67443",
        "060bfbf90ad3",
        "078a0535c09b",
        "39e9d958d79b",
        "64468b7d5add",
        "69913b16f49f",
        "69db47487ce2",
        "cffb94134173",
    ]
)


def digest(word: str) -> str:
    return hashlib.blake2b(word.encode(), digest_size=6).hexdigest()


def test_no_name_of_a_person_is_shipped(roubaix: ReferenceFile) -> None:
    words = {
        word
        for text in (*texts(roubaix), *map(str, roubaix.header.values()))
        for word in re.findall(r"[\w-]+", fold(text))
    }
    assert not {word for word in words if digest(word) in OFFICIALS}
    assert digest("exemple-de-nom") not in OFFICIALS


def test_texts_are_typeset_as_on_screen(roubaix: ReferenceFile) -> None:
    for text in texts(roubaix):
        assert "'" not in text, text
        assert text == text.strip(), text
