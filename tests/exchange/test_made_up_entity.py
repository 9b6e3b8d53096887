"""An entity declared later is exported and imported without a line of the exchanges."""

import sys
from types import MappingProxyType

import pytest

from app.exchange.preview import Kind
from app.models import declare, registry
from app.models.declare import choice, choices, day, links, money, text
from tests.exchange.laptops import TEAM, append, change, edit, kinds, laptop


@pytest.fixture
def with_boats(monkeypatch):
    """The registry with boats."""
    from tests import factories

    boat = declare.entity(
        "boat", "Péniche", "Péniches", "f",
        text("title", "Nom", required=True), choice("state", "État", choices(dry="À sec", afloat="À flot")),
        money("price", "Prix"), day("launched", "Mise à l’eau"), links("themes", "Thèmes", "theme"),
    )  # fmt: skip
    every = MappingProxyType({**registry.ENTITIES, "boat": boat})
    for module in [module for name, module in sys.modules.items() if name.startswith(("app.", "tests."))]:
        if getattr(module, "ENTITIES", None) is registry.ENTITIES and module is not registry:
            monkeypatch.setattr(module, "ENTITIES", every)
    monkeypatch.setattr(registry, "ENTITIES", every)
    factories._empty_notebook.cache_clear()
    yield
    for table in (boat.table, *boat.link_tables.values()):
        declare.metadata.remove(table)
    factories._empty_notebook.cache_clear()


def test_a_made_up_entity_goes_out_and_comes_back(tmp_path, with_boats):
    with laptop(tmp_path, "a") as a, laptop(tmp_path, "b") as b:
        theme = a.add("theme", title="Canal")
        row = a.add("boat", title="La Belle Roubaisienne", state="dry", themes=(theme,))
        assert kinds(a.preview(a.export(TEAM))) == {}
        book = edit(a.export(TEAM), "boat", row, state="À flot", price=1250.5, launched="14/07/2026", themes=None)
        append(book, "boat", title="La Piscine", state="À sec")

        plan = b.preview(book)

        assert kinds(plan) == {"new": 3, "updated": 4}
        b.take(plan)
        assert b.of(row, "boat")["state"] == "afloat"
        assert str(b.of(row, "boat")["price"]) == "1250.50"
        assert b.of(row, "boat")["themes"] == ()
        new = [one for one in plan.changes if one.kind is Kind.NEW and one.label == "La Piscine"]
        assert b.of(new[0].row, "boat")["state"] == "dry"
        assert kinds(b.preview(book)) == {}
        b.set(row, "boat", price=None)
        a.receive(b)
        assert change(a.preview(edit(b.export(), "boat", row, title="Autre")), Kind.UPDATED).field == "title"
