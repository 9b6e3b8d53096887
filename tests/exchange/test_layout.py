"""The sheets that the registry gives."""

import pytest

from app.errors import UnknownField
from app.exchange.layout import (
    DELETE_HEADING,
    LONGEST_NAME,
    REFERENCE_HEADING,
    ROWS_A_SHEET,
    Profile,
    Role,
    columns_of,
    exported_entities,
    layouts,
    schema_hash,
)
from app.formatting import fold
from app.models.declare import choice, choices, entity, link, links, long_text, money, text
from app.models.fields import Privacy
from app.models.registry import ENTITIES


@pytest.mark.parametrize("declared", ENTITIES.values(), ids=lambda one: one.key)
def test_every_entity_has_a_sheet_between_ref_and_delete(declared):
    columns = columns_of(declared, Profile.TEAM)

    assert (columns[0].heading, columns[0].key) == (REFERENCE_HEADING, f"#{declared.key}.id")
    assert (columns[-1].heading, columns[-1].key) == (DELETE_HEADING, f"#{declared.key}.deleted")
    fields = {column.field.key for column in columns if column.role is Role.FIELD}
    assert fields == {field.key for field in declared.fields.values() if field.is_shown and not field.fixed}
    told = {column.key.rpartition(".")[2] for column in columns if column.role is Role.INFORMATION}
    assert told >= {field.key for field in declared.fields.values() if field.is_shown and field.fixed}
    headings = [column.heading.lower() for column in columns]
    assert len(set(headings)) == len(headings)
    assert all(column.key.startswith(f"#{declared.key}.") for column in columns)


@pytest.mark.parametrize("declared", ENTITIES.values(), ids=lambda one: one.key)
def test_a_partner_has_no_confidential_column(declared):
    shown = {column.field.key for column in columns_of(declared, Profile.PARTNER) if column.field}

    assert shown == {
        field.key
        for field in declared.fields.values()
        if field.is_shown and field.privacy is Privacy.SHARED and not field.fixed
    }


def test_a_partner_receives_no_confidential_entity():
    kept_back = {declared.key for declared in ENTITIES.values() if declared.privacy is Privacy.CONFIDENTIAL}

    assert kept_back == {"attachment"}
    assert {one.key for one in exported_entities(profile=Profile.PARTNER)} == set(ENTITIES) - kept_back
    assert {one.key for one in exported_entities()} == set(ENTITIES)


def test_sheet_names_are_those_excel_accepts_and_all_differ():
    sheets = layouts(dict.fromkeys(ENTITIES, 1), Profile.TEAM)

    names = [fold(sheet.name) for sheet in sheets]
    assert len(set(names)) == len(ENTITIES)
    assert all(0 < len(sheet.name) <= LONGEST_NAME for sheet in sheets)
    assert len({sheet.table for sheet in sheets}) == len(ENTITIES)


def test_a_long_entity_goes_on_in_a_second_sheet():
    first, second = layouts({"measurement": ROWS_A_SHEET + 1}, Profile.TEAM)

    assert (first.name, first.table, first.part) == ("Mesures", "T_measurement", 1)
    assert (second.name, second.table, second.part) == ("Mesures (2)", "T_measurement_2", 2)
    assert len(layouts({"measurement": ROWS_A_SHEET}, Profile.TEAM)) == 1


def test_an_entity_declared_later_is_laid_out_without_a_line_of_code(monkeypatch):
    visit = entity(
        "visit_of_layout", "Visite [de] terrain / quartier", "Visites de terrain : les lieux / les gens", "f",
        text("title", "Intitulé", required=True),
        text("other", "intitulé"),
        money("cost", "Coût"),
        choice("mood", "Ambiance", choices(calm="Calme", lively="Animée")),
        link("action", "Action", "action"),
        links("themes", "Thèmes", "theme"),
        long_text("story", "Récit"),
        text("secret", "Secret", privacy=Privacy.CONFIDENTIAL),
    )  # fmt: skip
    monkeypatch.setattr("app.models.registry.ENTITIES", {**ENTITIES, visit.key: visit})

    (sheet,) = layouts({visit.key: 3}, Profile.TEAM)

    assert sheet.name == "Visites de terrain les lieux le"
    by_key = {column.key.rpartition(".")[2]: column for column in sheet.columns}
    assert by_key["other"].heading == "intitulé (2)"
    assert by_key["mood"].words == ("Calme", "Animée")
    assert by_key["action"].target == "action"
    assert by_key["themes"].target == ""
    assert visit in exported_entities()
    assert list(by_key)[-2:] == ["story", "deleted"]


def test_sheets_asked_for_are_checked():
    assert [one.key for one in exported_entities(["step", "action"])] == ["action", "step"]
    with pytest.raises(UnknownField):
        exported_entities(["nothing"])


def test_the_hash_of_the_schema_follows_the_registry(monkeypatch):
    before = schema_hash()
    fewer = dict(ENTITIES)
    fewer.pop("site")
    monkeypatch.setattr("app.models.registry.ENTITIES", fewer)

    assert schema_hash() != before
