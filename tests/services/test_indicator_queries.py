"""Indicators read from a real notebook: last values, dashboard, list, entry grid, writing."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from app.errors import BadValue
from app.formatting import NBSP
from app.notebook.recorder import Recorder
from app.notebook.store import Store
from app.notebook.undo import undo
from app.services import measurements, records
from app.services.measurements import Entry
from app.services.queries import indicator_grid, indicator_list, indicator_logframe, indicators
from app.services.queries.indicator_list import IndicatorFilter
from app.services.readings import NOTHING, Reading
from app.services.scorecard import Standing
from tests.factories import notebook

TODAY = date(2026, 11, 24)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with notebook(tmp_path / "essai.carnet") as opened:
        yield opened


def indicator(write: Recorder, **given: object) -> str:
    return write.create("indicator", **({"title": "Indicateur", "nature": "output", "direction": "up"} | given))


def places(write: Recorder) -> dict[str, str]:
    town = write.create("territory", name="Ville", kind="municipality")
    found = {"town": town}
    for key in ("est", "nord"):
        found[key] = write.create("territory", name=key.title(), kind="district", parents=(town,))
    found["qpv"] = write.create("territory", name="QPV", kind="qpv_2024", parents=(found["est"],))
    return found


def measured(write: Recorder, row: str, place: str | None, year: int | None, value: str | None, **given: object) -> str:
    number = Decimal(value) if value is not None else None
    return write.create("measurement", indicator=row, territory=place, year=year, value=number, **given)


def read_one(store: Store, row: str, district: str = "") -> indicators.IndicatorRow:
    with store.read() as connection:
        return indicators.fetch_rows(connection, [row], today=TODAY, district=district)[0]


def test_the_value_shown_is_that_of_the_quartier(store: Store) -> None:
    with store.write("Préparer") as write:
        where, row = places(write), indicator(write)
        measured(write, row, where["town"], 2026, "53")
        measured(write, row, where["nord"], 2026, "99")
        measured(write, row, where["est"], 2024, "40")
        measured(write, row, where["est"], 2025, "49")

    found = read_one(store, row, where["est"])

    assert found.series.last is not None
    assert (found.series.last.reading.value, found.series.last.territory) == (49, where["est"])
    assert found.series.before is not None
    assert found.series.before.reading.value == 40
    assert found.other is not None
    assert found.other.territory == where["town"]


def test_another_quartier_speaks_only_when_nobody_else_does(store: Store) -> None:
    with store.write("Préparer") as write:
        where, row = places(write), indicator(write)
        measured(write, row, where["nord"], 2026, "99")
        measured(write, row, where["town"], 2020, "53")

    assert read_one(store, row, where["est"]).series.last.territory == where["town"]  # type: ignore[union-attr]


def test_the_comparison_of_the_same_year_is_preferred(store: Store) -> None:
    with store.write("Préparer") as write:
        where, row = places(write), indicator(write, kind="rate", unit="%")
        region = write.create("territory", name="Région", kind="region")
        measured(write, row, where["est"], 2024, "40")
        measured(write, row, where["town"], 2020, "53")
        measured(write, row, region, 2024, "60")

    assert read_one(store, row, where["est"]).other.territory == region  # type: ignore[union-attr]


def test_deleted_values_and_announced_ones_do_not_count(store: Store) -> None:
    with store.write("Préparer") as write:
        where, row = places(write), indicator(write)
        kept = measured(write, row, where["est"], 2024, "40")
        gone = measured(write, row, where["est"], 2025, "45")
        measured(write, row, where["est"], 2026, None, comment="Enquête en décembre")
    records.delete(store, "measurement", [gone])

    assert read_one(store, row, where["est"]).series.last.id == kept  # type: ignore[union-attr]


def test_the_target_of_a_quartier_says_nothing_of_the_town(store: Store) -> None:
    with store.write("Préparer") as write:
        where, row = places(write), indicator(write, kind="rate", unit="%")
        measured(write, row, where["est"], 2026, "49")
        measured(write, row, where["town"], 2026, "53")
        write.create("target", indicator=row, territory=where["est"], year=2026, low=Decimal(50))

    assert read_one(store, row, where["est"]).verdict.standing is Standing.OFF
    town = read_one(store, row)
    assert town.series.last.territory == where["town"]  # type: ignore[union-attr]
    assert (town.goal, town.verdict.standing) == (None, Standing.CONTEXT)


def test_a_target_without_territory_holds_for_every_one(store: Store) -> None:
    with store.write("Préparer") as write:
        where, row = places(write), indicator(write, kind="rate", unit="%")
        measured(write, row, where["est"], 2026, "49")
        write.create("target", indicator=row, year=2026, low=Decimal(40))

    assert read_one(store, row, where["est"]).verdict.standing is Standing.ACHIEVED


def test_what_is_not_measured_yet_shows_its_target(store: Store) -> None:
    with store.write("Préparer") as write:
        where, row = places(write), indicator(write)
        write.create("target", indicator=row, territory=where["town"], year=2027, low=Decimal(9))
        write.create("target", indicator=row, territory=where["est"], year=2028, low=Decimal(5))

    found = read_one(store, row, where["est"])
    assert found.goal is not None
    assert (found.goal.low, found.verdict.standing) == (5, Standing.TO_FILL)


def test_a_card_reads_the_last_measures_only(store: Store) -> None:
    with store.write("Préparer") as write:
        where, row = places(write), indicator(write)
        for year in range(1990, 2027):
            measured(write, row, where["est"], year, str(year))

    found = read_one(store, row, where["est"])

    assert [one.year for one in found.series.measures] == list(range(2027 - indicators.DRAWN, 2027))


def test_the_dashboard_follows_what_is_marked_and_the_ambitions(store: Store) -> None:
    with store.write("Préparer") as write:
        where = places(write)
        ambition = write.create("ambition", title="Ambition")
        marked = indicator(write, title="Suivi", on_dashboard=True)
        aimed = indicator(write, title="Ambition", ambition=ambition)
        refused = indicator(write, title="Écarté", ambition=ambition, on_dashboard=False)
        untargeted = indicator(write, title="Sans cible", ambition=ambition)
        context = indicator(write, title="Contexte", nature="context", kind="rate", unit="%")
        alone = indicator(write, title="Contexte seul", nature="context")
        elsewhere = indicator(write, title="Contexte du Nord", nature="context")
        for row in (aimed, refused):
            write.create("target", indicator=row, low=Decimal(5))
        for row, place in (
            (context, "qpv"),
            (context, "town"),
            (alone, "qpv"),
            (elsewhere, "nord"),
            (elsewhere, "town"),
        ):
            measured(write, row, where[place], 2022, "50")

    with store.read() as connection:
        found = indicators.followed(connection, where["est"])

    assert found.project == (marked,)
    assert found.ambitions == (aimed,)
    assert found.context == (context,)
    assert not {refused, untargeted, alone, elsewhere} & set(found.ids)


def test_the_list_filters_and_sorts(store: Store) -> None:
    with store.write("Préparer") as write:
        where = places(write)
        health = write.create("priority", number=3, title="Santé")
        old = indicator(write, title="Énergie consommée", priority=health)
        fresh = indicator(write, title="Vélos", nature="impact")
        missing = indicator(write, title="Accueil")
        undated = indicator(write, title="Boursiers")
        measured(write, old, where["est"], 2020, "5", source="Étude")
        measured(write, fresh, where["est"], 2026, "7")
        measured(write, undated, where["town"], None, "3")

    def kept(column: str = "priority", descending: bool = False, **filter: object) -> list[str]:
        with store.read() as connection:
            wanted = IndicatorFilter(TODAY, where["est"], **filter)  # type: ignore[arg-type]
            return indicator_list.listed(connection, wanted, column, descending=descending)

    assert kept() == [old, missing, undated, fresh]
    assert kept("title") == [missing, undated, old, fresh]
    assert kept("value", True) == [fresh, old, undated, missing]
    assert kept("year") == [old, fresh, missing, undated]
    assert kept(text="energie") == [old]
    assert kept(priorities=frozenset([health])) == [old]
    assert kept(natures=frozenset(["impact"])) == [fresh]
    assert kept(territories=frozenset([where["town"]])) == [undated]
    assert kept(sources=frozenset(["Étude"])) == [old]
    assert kept(ages=frozenset(["old"])) == [old]
    assert kept(ages=frozenset(["missing", "undated"])) == [missing, undated]


def test_the_bin_lists_what_was_deleted(store: Store) -> None:
    with store.write("Préparer") as write:
        kept, gone = indicator(write, title="Gardé"), indicator(write, title="Parti")
    records.delete(store, "indicator", [gone])

    with store.read() as connection:
        assert indicator_list.listed(connection, IndicatorFilter(TODAY)) == [kept]
        assert indicator_list.listed(connection, IndicatorFilter(TODAY), deleted=True) == [gone]
        assert indicator_list.count_indicators(connection) == 1


def test_the_grid_shows_one_territory(store: Store) -> None:
    with store.write("Préparer") as write:
        where, row = places(write), indicator(write, kind="rate", unit="%")
        own = measured(write, row, where["est"], 2025, "12.5", comment="Provisoire")
        measured(write, row, where["town"], 2025, "99")
        for quarter in ("1er trimestre 2026", "2e trimestre 2026"):
            measured(write, row, where["est"], 2026, "3", period=quarter)
        write.create("target", indicator=row, year=2027, low=Decimal(20))

    with store.read() as connection:
        (line,) = indicator_grid.load_grid(connection, [row], territory=where["est"], years=[2025, 2026], today=TODAY)

    assert (line.cells[2025].measurement, line.cells[2025].reading.value) == (own, Decimal("12.5"))
    assert line.cells[2025].comment == "Provisoire"
    assert (line.cells[2026].count, line.cells[2026].period) == (2, "2e trimestre 2026")
    assert line.goal is not None


def test_a_block_is_one_gesture_that_undo_takes_back(store: Store) -> None:
    with store.write("Préparer") as write:
        where, one, two = places(write), indicator(write, title="Un"), indicator(write, title="Deux")
        known = measured(write, one, where["est"], 2025, "1", source="Étude")

    measurements.fill(
        store,
        [Entry(one, 2025, Reading(Decimal(5)), known), Entry(two, 2025, Reading(masked=True))],
        territory=where["est"],
    )

    assert read_one(store, one, where["est"]).series.last.reading.value == 5  # type: ignore[union-attr]
    assert read_one(store, two, where["est"]).series.hidden is not None
    undo(store)
    assert read_one(store, one, where["est"]).series.last.reading.value == 1  # type: ignore[union-attr]
    assert read_one(store, two, where["est"]).verdict.standing is Standing.TO_FILL


def test_an_emptied_value_is_deleted_unless_it_says_more(store: Store) -> None:
    with store.write("Préparer") as write:
        where, row = places(write), indicator(write)
        bare = measured(write, row, where["est"], 2025, "1")
        told = measured(write, row, where["est"], 2026, "2", comment="À vérifier")

    measurements.fill(store, [Entry(row, 2025, NOTHING, bare), Entry(row, 2026, NOTHING, told)], territory=where["est"])

    with store.read() as connection:
        assert records.fetch(connection, "measurement", bare).deleted
        emptied = records.fetch(connection, "measurement", told)
    assert not emptied.deleted
    assert emptied.values["value"] is None


def test_a_range_takes_the_place_of_a_number(store: Store) -> None:
    with store.write("Préparer") as write:
        where, row = places(write), indicator(write)
        known = measured(write, row, where["est"], 2026, "2")

    measurements.fill(
        store, [Entry(row, 2026, Reading(low=Decimal(15), high=Decimal(18)), known)], territory=where["est"]
    )

    with store.read() as connection:
        values = records.fetch(connection, "measurement", known).values
    assert measurements.reading_of(values) == Reading(low=Decimal(15), high=Decimal(18))


def test_a_revised_target_says_why(store: Store) -> None:
    with store.write("Préparer") as write:
        row = indicator(write)
        target = write.create("target", indicator=row, year=2027, low=Decimal(120), comparator="at_least")

    with pytest.raises(BadValue, match="motif"):
        measurements.revise(store, target, {"low": Decimal(90)}, reason="  ")
    measurements.revise(store, target, {"low": Decimal(90)}, reason="Un poste de médiateur est vacant.")

    with store.read() as connection:
        values = records.fetch(connection, "target", target).values
        assert indicators.indicator_of(connection, "target", target) == row
        assert indicators.load_notes(connection, row).reasons == {target: "Un poste de médiateur est vacant."}
    assert values["low"] == 90


def test_a_target_the_wrong_way_round_is_refused(store: Store) -> None:
    with store.write("Préparer") as write:
        target = write.create("target", indicator=indicator(write), low=Decimal(10), high=Decimal(20))

    with pytest.raises(BadValue):
        measurements.revise(store, target, {"low": Decimal(30)}, reason="Essai")


def test_a_measure_leads_to_its_indicator(store: Store) -> None:
    with store.write("Préparer") as write:
        row = indicator(write)
        one = measured(write, row, None, 2026, "1")
    with store.read() as connection:
        assert indicators.indicator_of(connection, "measurement", one) == row
        assert indicators.indicator_of(connection, "measurement", "inconnu") == ""
        assert [found.id for found in indicators.load_measures(connection, row)] == [one]


def test_the_logframe_comes_block_by_block(store: Store) -> None:
    with store.write("Préparer") as write:
        scheme = write.create("scheme", title="Atelier Santé Ville")

        def objective(level: str, title: str, **given: object) -> str:
            return write.create("objective", level=level, title=title, scheme=scheme, **given)

        general = objective("general", "Général", tools="Questionnaires", order="a")
        specific = objective("specific", "Spécifique", parent=general, order="a")
        first = write.create("milestone", objective=specific, year=2025, title="Commencer")
        second = write.create("milestone", objective=specific, year=2026, title="Poursuivre")
        one = objective("operational", "Réunir", parent=specific, milestone=first, order="a")
        two = objective("operational", "Écrire", parent=specific, milestone=first, order="b")
        result = indicator(write, title="Résultat", objective=specific, milestone=first, nature="result")
        process = indicator(write, title="Réunions", objective=one, milestone=first, nature="process")
        plain = objective("specific", "Sans palier", parent=general, order="b")

    with store.read() as connection:
        assert indicator_logframe.schemes_with_logframe(connection) == [(scheme, "Atelier Santé Ville")]
        lines = indicator_logframe.load_logframe(connection, scheme)

    assert [(line.specific_title, line.milestone, line.operational) for line in lines] == [
        ("Spécifique", f"2025{NBSP}: Commencer", one),
        ("Spécifique", f"2025{NBSP}: Commencer", two),
        ("Spécifique", f"2026{NBSP}: Poursuivre", ""),
        ("Sans palier", "", ""),
    ]
    assert {line.general for line in lines} == {general}
    assert lines[0].block == lines[1].block == f"{specific}/{first}"
    assert lines[2].block == f"{specific}/{second}"
    assert [named.id for named in lines[0].results] == [result]
    assert [named.id for named in lines[0].processes] == [process]
    assert lines[1].processes == ()
    assert lines[3].block == f"{plain}/"
    assert lines[0].tools == "Questionnaires"
