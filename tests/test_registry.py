"""Every entity and field is declared once, whole; every reader knows every kind."""

import importlib
import re
from collections import Counter
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.models import choices as choices_of_the_trade
from app.models import registry
from app.models.fields import Choice, Field, Kind, load, store
from app.models.registry import ENTITIES, metadata

#: Readers that must know every kind: module and name of a dict by Kind. Add yours with its reader.
DICTS_BY_KIND = (
    ("app.models.fields", "_STORE"),
    ("app.models.fields", "_LOAD"),
    ("app.models.declare", "_COLUMN_TYPES"),
    ("app.services.values", "_PARSE"),
    ("app.services.values", "_DISPLAY"),
    ("app.services.json_values", "_JSON"),
    ("app.ui.forms.form", "EDITORS"),
    ("app.cli.commands", "_TYPES"),
    ("app.exchange.cells", "_UNDERSTAND"),
)
#: Dicts of what is written in a cell: links, choices and territories go by their labels, elsewhere.
DICTS_BY_PLAIN_KIND = (
    ("app.exchange.blob_reading", "_KINDS"),
    ("app.exchange.rendering", "_RENDER"),
)

FIELDS = [
    pytest.param(entity, field, id=f"{entity.key}.{field.key}")
    for entity in ENTITIES.values()
    for field in entity.fields.values()
]

TEXTS = st.one_of(
    st.text(alphabet=st.characters(exclude_categories=("Cc", "Cs"))),
    st.text(alphabet=" \t\n\r\u00a0\u202f\u2009\u0301e\x0b\x1c\x85\u2028œﬁ=«’"),
    st.sampled_from(("", " ", "\ud800", "a\n\n\nb", "  marge", "=1+1", "_x0041_")),
)
DECIMALS = st.one_of(
    st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15, places=9),
    st.sampled_from([Decimal(text) for text in ("0", "-0", "1.0", "1E3", "1E-7", "17.10", "0.1")]),
)
MONEY = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=2)
UUIDS = st.uuids().map(str)

#: Kind → values a field of this kind may be given.
GIVEN = {
    Kind.TEXT: TEXTS,
    Kind.LONG_TEXT: TEXTS,
    Kind.INTEGER: st.integers(-(2**53), 2**53),
    Kind.DECIMAL: DECIMALS,
    Kind.MONEY: MONEY,
    Kind.PERCENT: DECIMALS,
    Kind.DATE: st.dates(),
    Kind.YEAR: st.integers(1900, 2200),
    Kind.BOOLEAN: st.booleans(),
    Kind.CHOICE: st.sampled_from(("idea", "planned", "code_of_a_newer_version")),
    Kind.LINK: UUIDS,
    Kind.TERRITORY: UUIDS,
}
#: Kind → what must be refused.
REFUSED = {
    Kind.TEXT: (1, date(2026, 1, 1), ("a",)),
    Kind.LONG_TEXT: (1, True),
    Kind.INTEGER: ("1", True, Decimal(1), 1.0),
    Kind.DECIMAL: ("1", True, 0.5),
    Kind.MONEY: ("1", True, 0.5),
    Kind.PERCENT: ("60 %", False),
    Kind.DATE: ("2026-01-01", 2026),
    Kind.YEAR: ("2026", False, date(2026, 1, 1)),
    Kind.BOOLEAN: (1, 0, "oui"),
    Kind.CHOICE: (1, True),
    Kind.LINK: (1, ("a",)),
    Kind.TERRITORY: (1,),
    Kind.LINKS: ((), ("a",), "a"),
}


def declared(kind: Kind) -> Field:
    return Field("champ", kind, "Champ")


# -- kinds --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", GIVEN)
@given(data=st.data())
def test_stored_value_is_canonical(kind, data):
    field = declared(kind)
    value = data.draw(GIVEN[kind])
    stored = store(field, value)
    assert stored is None or isinstance(stored, int | str)
    assert not isinstance(stored, bool)
    back = load(field, stored)
    assert store(field, back) == stored  # one writing per value
    assert load(field, store(field, back)) == back
    if not isinstance(value, str):
        assert back == value
        assert type(back) is type(value)


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind, values in REFUSED.items() for value in values])
def test_value_of_another_kind_is_refused(kind, value):
    with pytest.raises(TypeError):
        store(declared(kind), value)


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.LINKS])
def test_nothing_is_stored_as_nothing(kind):
    assert store(declared(kind), None) is None
    assert store(declared(kind), "") is None
    assert load(declared(kind), None) is None


def test_equal_numbers_have_one_writing():
    decimal, money = declared(Kind.DECIMAL), declared(Kind.MONEY)
    assert {store(decimal, Decimal(text)) for text in ("60", "60.0", "6E1")} == {"60"}
    assert {store(decimal, Decimal(text)) for text in ("0", "-0", "0.00", "0E5")} == {"0"}
    assert {store(money, Decimal(text)) for text in ("12.5", "12.50", "1.25E1")} == {1250}
    assert store(decimal, 60) == "60"


def test_control_character_between_a_letter_and_its_accent_leaves_one_writing():
    field = declared(Kind.TEXT)
    assert store(field, "e\x00\u0301") == store(field, "é")


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Kind.DATE, datetime(2026, 1, 1, 12, 0)),
        (Kind.LINK, "EST-042"),
        (Kind.DECIMAL, Decimal("NaN")),
        (Kind.DECIMAL, Decimal("Infinity")),
        (Kind.MONEY, Decimal("NaN")),
        (Kind.INTEGER, 2**63),
        (Kind.MONEY, Decimal("1e17")),
        (Kind.MONEY, Decimal("1e30")),
    ],
)
def test_value_that_would_not_come_back_is_refused(kind, value):
    with pytest.raises(TypeError):
        store(declared(kind), value)


@pytest.mark.parametrize(("module", "name"), DICTS_BY_KIND)
def test_reader_knows_every_kind(module, name):
    known = getattr(importlib.import_module(module), name)
    assert set(known) == set(Kind)


@pytest.mark.parametrize(("module", "name"), DICTS_BY_PLAIN_KIND)
def test_reader_of_plain_values_knows_every_kind_but_links(module, name):
    known = getattr(importlib.import_module(module), name)
    assert set(known) >= set(Kind) - {Kind.LINK, Kind.LINKS, Kind.TERRITORY, Kind.CHOICE}


def test_no_dict_by_kind_is_forgotten():
    """Whoever writes a dict by Kind names it above."""
    named = {f"{module.replace('.', '/')}.py:{name}" for module, name in (*DICTS_BY_KIND, *DICTS_BY_PLAIN_KIND)}
    root = Path(__file__).parent.parent
    sources = {path: path.read_text(encoding="utf-8") for path in (root / "app").rglob("*.py")}
    # Another enumeration may bear that name elsewhere: only the kinds of fields count.
    of_fields = re.compile(r"^from app\.models\.fields import .*\bKind\b|^class Kind\(Enum\)", re.MULTILINE)
    written = {
        f"{path.relative_to(root).as_posix()}:{found[1]}"
        for path, source in sources.items()
        if of_fields.search(source)
        for found in re.finditer(r"^(\w+): (?:dict|Mapping)\[Kind,", source, re.MULTILINE)
    }
    assert written == named


# -- entities -----------------------------------------------------------------------------------------------------


def test_every_table_belongs_to_an_entity():
    tables = {entity.table.name for entity in ENTITIES.values()}
    tables |= {table.name for entity in ENTITIES.values() for table in entity.link_tables.values()}
    assert set(metadata.tables) == tables


def test_keys_are_plain_words_used_once():
    every = [key for entity in ENTITIES.values() for key in (entity.key, *entity.link_tables)]
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", key) for key in every)
    names = [entity.key for entity in ENTITIES.values()]
    names += [table.name for entity in ENTITIES.values() for table in entity.link_tables.values()]
    assert [name for name, times in Counter(names).items() if times > 1] == []
    reserved = {"id", "created_at", "updated_at", "updated_by", "deleted"}
    assert not [entity.key for entity in ENTITIES.values() if reserved & entity.fields.keys()]


@pytest.mark.parametrize("entity", ENTITIES.values(), ids=ENTITIES)
def test_entity_is_whole(entity):
    assert ENTITIES[entity.key] is entity is registry.entity(entity.key)
    assert entity.gender in ("f", "m")
    assert entity.label
    assert entity.plural
    assert entity.label[0].isupper()
    assert entity.fields[entity.title].kind in (Kind.TEXT, Kind.LONG_TEXT)
    assert entity.code is None or entity.fields[entity.code].kind is Kind.TEXT
    assert set(entity.identity) <= entity.fields.keys()
    assert set(entity.searched) <= entity.fields.keys()
    assert all(entity.fields[key].kind in (Kind.TEXT, Kind.LONG_TEXT) for key in entity.searched)
    columns = {column.name for column in entity.table.columns}
    assert columns == {"id", "created_at", "updated_at", "updated_by", "deleted"} | {f.key for f in entity.columns}
    assert entity.link_tables.keys() == {f.key for f in entity.fields.values() if f.kind is Kind.LINKS}


def test_no_entity_has_two_fields_of_one_key():
    """A dict would keep the last in silence: count what the declarations write."""
    for entity in ENTITIES.values():
        columns = [column.name for column in entity.table.columns]
        assert len(columns) == len(set(columns))
        labels = Counter(field.label for field in entity.fields.values())
        assert [label for label, times in labels.items() if times > 1] == []


@pytest.mark.parametrize(("entity", "field"), FIELDS)
def test_field_is_whole(entity, field):
    assert entity.fields[field.key] is field
    linked = field.kind in (Kind.LINK, Kind.LINKS, Kind.TERRITORY)
    assert bool(field.target) == linked
    assert not linked or field.target in ENTITIES
    assert bool(field.choices) == (field.kind is Kind.CHOICE)
    codes = [choice.code for choice in field.choices]
    assert len(codes) == len(set(codes))
    assert len({choice.label for choice in field.choices}) == len(codes)
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", code) for code in codes)
    assert field.default is None or field.kind is not Kind.CHOICE or field.default in codes
    if field.default is not None:
        assert store(field, load(field, field.default)) == field.default
    if field.kind is not Kind.LINKS:
        assert entity.table.columns[field.key].info["field"] is field


@pytest.mark.parametrize(("entity", "field"), FIELDS)
def test_field_speaks_french_properly(entity, field):
    said = (field.label, field.help, *(choice.label for choice in field.choices))
    assert [text for text in said if not is_french_typography(text)] == []
    assert field.label[0].isupper() or not field.label[0].isalpha()
    assert not field.label.endswith((".", ":"))
    assert field.help == "" or field.help.endswith((".", "…", "?", "!"))


def test_entities_speak_french_properly():
    said = [text for entity in ENTITIES.values() for text in (entity.label, entity.plural)]
    assert [text for text in said if not is_french_typography(text)] == []


def is_french_typography(text: str) -> bool:
    """Typographic apostrophe, no-break space inside « » and before double signs, no straight quote."""
    return not re.search(r"['\"]|[ \w][:;?!»%€](?!\w)|«(?!\u00a0)|\.\.\.", text)


def test_only_order_colour_and_what_nobody_types_never_conflict():
    automatic = {field for entity in ENTITIES.values() for field in entity.fields.values() if field.auto}
    assert {field.key for field in automatic if not field.fixed} <= {"order", "colour"}


def test_identities_are_links_with_an_attribute():
    for entity in ENTITIES.values():
        if entity.identity:
            assert all(entity.fields[key].required or entity.fields[key].default for key in entity.identity)


def test_every_list_of_choices_has_distinct_labels():
    for name, listed in vars(choices_of_the_trade).items():
        if isinstance(listed, tuple) and listed and isinstance(listed[0], Choice):
            assert len({one.label for one in listed}) == len({one.code for one in listed}) == len(listed), name


def test_unknown_names_are_said_in_french():
    with pytest.raises(registry.UnknownField, match="n’est pas une entité"):
        registry.entity("atelier")
    with pytest.raises(registry.UnknownField, match="n’est pas un champ"):
        registry.field("action", "atelier")


def test_link_has_one_writing():
    text = "6F0D1C0A-3C57-5A0F-9A55-9D0F6C1F5C11"
    assert store(declared(Kind.LINK), text) == str(UUID(text))
