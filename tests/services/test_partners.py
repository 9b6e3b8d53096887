"""The directory of partners: lists, filters, counts, addresses, probable duplicates."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.notebook.store import Store
from app.services import notebooks, organisations, records
from app.services.likeness import Alike, Named, alike, name_key
from app.services.queries import partners, partners_coverage
from app.services.queries.partners import UNPLACED, PartnersFilter
from tests.factories import WallClock


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with notebooks.start(tmp_path / "essai.carnet", district="Est", now=WallClock()) as opened:
        yield opened


def territory(store: Store, name: str) -> str:
    with store.read() as connection:
        query = "SELECT id FROM territory WHERE name = ? AND kind IN ('district', 'lived', 'municipality')"
        return connection.exec_driver_sql(query, (name,)).scalar_one()


def organisation(store: Store, name: str, **given: object) -> str:
    return records.create(store, "organisation", {"name": name, **given})


def names(store: Store, kept: PartnersFilter, column: str = "name", *, descending: bool = False) -> list[str]:
    with store.read() as connection:
        ids = [id_ for id_, _ in partners.organisations(connection, kept, column, descending=descending)]
        rows = partners.fetch_organisations(connection, ids)
    return [rows[id_].name for id_ in ids]


def people(store: Store, kept: PartnersFilter) -> list[str]:
    with store.read() as connection:
        ids = partners.contacts(connection, kept)
        rows = partners.fetch_contacts(connection, ids)
    return [rows[id_].name for id_ in ids]


def test_a_structure_is_found_without_accents_and_by_its_people(store: Store) -> None:
    row = organisation(store, "Épicerie solidaire")
    records.create(store, "contact", {"last_name": "Référente atelier", "organisation": row})

    assert names(store, PartnersFilter(text="epicerie")) == ["Épicerie solidaire"]
    assert names(store, PartnersFilter(text="referente ate")) == ["Épicerie solidaire"]
    assert people(store, PartnersFilter(text="epicerie")) == ["Référente atelier"]


def test_the_quartier_keeps_its_structures_and_those_that_say_nothing(store: Store) -> None:
    est, nord = territory(store, "Est"), territory(store, "Nord")
    for name, where in (("D’ici", (est,)), ("D’ailleurs", (nord,)), ("Partout ?", ())):
        organisation(store, name, territories=where)

    kept = names(store, PartnersFilter(est))

    assert {"D’ici", "Partout ?"} <= set(kept)
    assert "D’ailleurs" not in kept


def test_a_territory_chosen_takes_the_place_of_the_quartier(store: Store) -> None:
    est, nord = territory(store, "Est"), territory(store, "Nord")
    organisation(store, "D’ailleurs", territories=(nord,))
    organisation(store, "De toute la ville", territories=(territory(store, "Roubaix"),))

    kept = names(store, PartnersFilter(est, territories=frozenset({nord})))

    assert kept == ["D’ailleurs", "De toute la ville"]


def test_the_list_behind_a_cell_of_the_coverage_has_as_many_rows_as_the_cell_says(store: Store) -> None:
    organisation(store, "Centre", category="social_centre", territories=(territory(store, "Pile"),))
    organisation(store, "Ville", category="social_centre", territories=(territory(store, "Roubaix"),))

    with store.read() as connection:
        table = partners_coverage.load_coverage(connection)
    line = table.lines[0]

    assert line.category == "social_centre"
    for number, place in enumerate(table.places):
        kept = PartnersFilter(categories=frozenset({"social_centre"}), territories=frozenset({place.id}))
        assert len(names(store, kept)) == line.counts[number].total, place.name
    unplaced = PartnersFilter(categories=frozenset({"social_centre"}), territories=frozenset({UNPLACED}))
    assert len(names(store, unplaced)) == line.unplaced
    assert [place.kind for place in table.places] == ["district"] * 5 + ["qpv_2024"] * 3


def test_people_and_actions_are_counted_once_and_sort(store: Store) -> None:
    row = organisation(store, "Zèbre")
    records.create(store, "contact", {"last_name": "Accueil", "organisation": row})
    with store.read() as connection:
        priority = records.resolve(connection, "priority", "4")
    action = records.create(store, "action", {"title": "Repair café", "promoter": row, "priority": priority})
    other = records.create(store, "action", {"title": "Fête", "priority": priority})
    for linked, role in ((action, "prêt de salle"), (other, "animation"), (other, "buvette")):
        records.create(store, "action_partner", {"action": linked, "organisation": row, "role": role})

    with store.read() as connection:
        found = partners.fetch_organisations(connection, [row])[row]
        parts = partners.parts_of(connection, row)

    assert (found.people, found.actions) == (1, 2)
    assert sorted(part.role for part in parts) == ["animation", "buvette", "porteur", "prêt de salle"]
    assert names(store, PartnersFilter(), "actions", descending=True)[0] == "Zèbre"
    assert names(store, PartnersFilter(), "people", descending=True)[0] == "Zèbre"


@pytest.mark.parametrize("column", list(partners.ORGANISATION_SORTS))
def test_every_column_sorts_both_ways_and_loses_nobody(store: Store, column: str) -> None:
    both = [names(store, PartnersFilter(), column, descending=down) for down in (False, True)]

    assert sorted(both[0]) == sorted(both[1])
    assert len(both[0]) > 70


@pytest.mark.parametrize("column", list(partners.CONTACT_SORTS))
def test_every_column_of_people_sorts(store: Store, column: str) -> None:
    for name in ("Zoé", "Anne"):
        records.create(store, "contact", {"last_name": name})

    with store.read() as connection:
        assert len(partners.contacts(connection, PartnersFilter(), column, descending=True)) == 2


def test_the_bin_shows_what_was_deleted_and_nothing_else(store: Store) -> None:
    row = organisation(store, "Étoile filante")
    records.delete(store, "organisation", [row])

    assert names(store, PartnersFilter(deleted=True, text="etoile")) == ["Étoile filante"]
    assert names(store, PartnersFilter(text="etoile")) == []
    with store.read() as connection:
        assert partners.in_bin(connection, "organisation") == 1


def test_only_professional_addresses_are_written_to_each_once(store: Store) -> None:
    one = organisation(store, "Une", email="accueil@exemple.fr")
    two = organisation(store, "Deux")
    three = organisation(store, "Trois")
    for given in (
        {"last_name": "Direction", "organisation": two, "email": "Accueil@exemple.fr"},
        {"last_name": "Secrétariat", "organisation": two, "email": "secretariat@exemple.fr"},
        {"last_name": "Privé", "organisation": three, "private_email": "prive@exemple.fr"},
    ):
        records.create(store, "contact", given)

    with store.read() as connection:
        found = partners.addresses(connection, "organisation", [one, two, three])

    assert found.emails == ("accueil@exemple.fr", "secretariat@exemple.fr")
    assert found.without == ("Trois",)


def test_a_territory_is_added_to_several_in_one_gesture(store: Store) -> None:
    est, nord = territory(store, "Est"), territory(store, "Nord")
    rows = [organisation(store, "Une", territories=(est,)), organisation(store, "Deux")]

    organisations.add_territory(store, rows, nord)

    with store.read() as connection:
        found = records.fetch_many(connection, "organisation", rows)
    assert [set(record.values["territories"]) for record in found] == [{est, nord}, {nord}]


def test_confirming_takes_the_doubt_away(store: Store) -> None:
    row = organisation(store, "Déduite", to_confirm=True)

    organisations.confirm(store, [row])

    with store.read() as connection:
        assert records.fetch(connection, "organisation", row).values["to_confirm"] is False


def test_the_same_name_but_for_legal_words_looks_like_one_structure() -> None:
    rows = [
        Named("a", "Association « Les Jardins de l’Épeule »", ""),
        Named("b", "JARDINS EPEULE (loi 1901)", ""),
        Named("c", "Jardins du Pile", ""),
    ]

    assert alike(rows) == (Alike("même nom", ("a", "b")),)


def test_the_same_siret_looks_like_one_structure_whatever_its_name() -> None:
    rows = [Named("a", "CCAS", "26590512700013"), Named("b", "Action sociale", "26590512700013"), Named("c", "", "")]

    assert alike(rows) == (Alike("même SIRET", ("a", "b")),)


def test_a_name_made_of_legal_words_alone_is_like_no_other() -> None:
    assert name_key("Association loi 1901") == ""
    assert alike([Named("a", "SARL", ""), Named("b", "Association", "")]) == ()


def test_the_referentiel_has_no_duplicate(store: Store) -> None:
    with store.read() as connection:
        assert partners.duplicates(connection) == ()
