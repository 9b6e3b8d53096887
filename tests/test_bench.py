"""The bench: its generator, its verdicts, its table. No time is asserted here."""

import json
from pathlib import Path

import pytest

from app.models.registry import ENTITIES
from app.notebook.verify import verify
from app.services.queries import plan_index
from bench import __main__ as command
from bench import large, notebooks, report, timing, verdict
from bench.verdict import Measured, NotThere, Skipped

TINY = large.Size.of(40)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("bench") / "petit.carnet"
    notebooks.build(path, TINY).close()
    return path


# -- generator ----------------------------------------------------------------------------------------------------


def test_the_generator_says_the_same_each_time():
    first, second = (list(large.batches(TINY)) for _ in range(2))
    assert [batch.modifications for batch in first] == [batch.modifications for batch in second]
    other = next(large.batches(TINY, seed=1))
    assert other.modifications != first[0].modifications


def test_the_notebook_holds_what_the_size_says_and_is_sound(tiny):
    from app.notebook.store import open_notebook
    from app.services.records import counts

    with open_notebook(tiny, read_only=True) as store, store.read() as connection:
        found = counts(connection)
    assert found["action"] == 40
    assert found["step"] == 80
    assert found["organisation"] >= 10
    assert found["contact"] == 10
    assert found["measurement"] >= 200
    checked = verify(tiny)
    assert checked.is_sound, checked.faults


def test_every_action_is_in_the_plan_of_the_quartier_with_all_its_fields(tiny):
    from app.notebook.store import open_notebook

    with open_notebook(tiny, read_only=True) as store, store.read() as connection:
        index = plan_index.load_index(connection, store.meta("district") or "", large.TODAY)
        filled = connection.exec_driver_sql("SELECT * FROM action").mappings().all()
    assert len(index) == 40
    never = {
        field.key for field in ENTITIES["action"].columns if all(row[field.key] is None for row in filled)
    } - {"example"}  # fmt: skip
    assert not never


def test_a_field_more_makes_another_file(monkeypatch, tmp_path):
    monkeypatch.setenv(notebooks.CACHE, str(tmp_path))
    monkeypatch.setattr(large.Size, "of", classmethod(lambda cls, actions: TINY))
    told: list[str] = []
    path = notebooks.large_notebook(40, tell=told.append)
    assert path.parent == tmp_path
    assert notebooks.large_notebook(40, tell=told.append) == path
    assert len(told) == 2, "built once"
    before = notebooks.fingerprint()
    monkeypatch.setattr(notebooks.log, "SCHEMA", notebooks.log.SCHEMA + " ")
    assert notebooks.fingerprint() != before


# -- verdicts -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("ours", "expected"), [(10.0, "excellent"), (10.1, "good"), (20.0, "good"), (20.1, "alarm")])
def test_a_bound_that_is_reached_still_holds(ours, expected):
    assert verdict.verdict(Measured("open", floor_ms=10.0, ours_ms=ours)) == expected


def test_the_worst_key_may_spoil_an_excellent_ratio():
    fast = Measured("key", floor_ms=10.0, ours_ms=12.0, worst_ms=33.0)
    assert verdict.verdict(fast) == "excellent"
    assert verdict.verdict(Measured("key", floor_ms=10.0, ours_ms=12.0, worst_ms=34.0)) == "good"


@pytest.mark.parametrize(("value", "expected"), [(50, "excellent"), (51, "good"), (101, "alarm")])
def test_a_row_with_a_unit_is_judged_by_its_value(value, expected):
    assert verdict.verdict(Measured("freeze", value=value)) == expected


def test_every_row_of_the_budget_has_a_measure():
    assert {budget.key for budget in verdict.BUDGETS} == set(command.ROWS)
    assert all(budget.excellent < budget.alarm for budget in verdict.BUDGETS)


# -- what is said -------------------------------------------------------------------------------------------------

OUTCOMES = [
    Measured("window", floor_ms=100.0, ours_ms=1234.5, spread=0.04),
    Measured("memory", value=166.9),
    Measured("freeze", value=62.0, note="tri 62 ms"),
    Skipped("export", "l’export du classeur d’équipe n’existe pas encore."),
]


def test_the_table_speaks_french():
    lines = report.table(OUTCOMES).splitlines()
    assert lines[0].split() == ["Mesure", "Plancher", "Carnet", "Rapport", "Excellent", "Alerte", "Verdict"]
    assert "1\u00a0234\u00a0ms" in lines[2]
    assert "12,35" in lines[2] or "12,34" in lines[2]
    assert "ALERTE" in lines[2]
    assert "167\u00a0Mo" in lines[3]
    assert "≤\u00a050\u00a0ms" in lines[4]
    assert lines[-1].strip() == (
        "Export du classeur d’équipe, contrôle compris\u00a0: l’export du classeur d’équipe n’existe pas encore."
    )


def test_the_results_have_the_keys_of_the_contract_and_no_path(tmp_path):
    path = tmp_path / "results.json"
    report.write(OUTCOMES, path)
    kept = json.loads(path.read_text(encoding="utf-8"))
    assert set(kept) >= {"machine", "rows"}
    for row in kept["rows"]:
        assert set(row) >= {"what", "floor_ms", "ours_ms", "ratio", "excellent", "alarm", "verdict"}
        assert row["verdict"] in ("excellent", "good", "alarm")
    assert kept["rows"][0]["ratio"] == 12.35 or kept["rows"][0]["ratio"] == 12.34
    assert "/" not in "".join(str(value) for value in kept["machine"].values())
    assert kept["skipped"] == [
        {"what": "Export du classeur d’équipe, contrôle compris", "reason": OUTCOMES[3].reason}
    ]  # fmt: skip


def test_the_page_keeps_its_explanations_and_takes_the_new_table(tmp_path):
    page = tmp_path / "performances.md"
    page.write_text(f"# Performances\n\n{report.LAST_RUN}\nvieux tableau\n", encoding="utf-8")
    report.write_page(OUTCOMES, page)
    written = page.read_text(encoding="utf-8")
    assert written.startswith("# Performances\n")
    assert "vieux" not in written
    assert "| Mémoire, ce carnet ouvert |" in written
    report.write_page(OUTCOMES, page)
    assert page.read_text(encoding="utf-8") == written


def test_a_row_without_its_subject_is_skipped_with_its_sentence(monkeypatch):
    monkeypatch.setitem(command.ROWS, "open", "tests.test_bench:nothing_there")
    assert command._measure("open", None) == Skipped("open", "la page n’existe pas encore.")


def nothing_there(_session: object) -> Measured:
    raise NotThere("la page n’existe pas encore.")


# -- times --------------------------------------------------------------------------------------------------------


def test_floor_and_ours_run_in_turn_and_the_warm_up_does_not_count():
    order: list[str] = []
    times = {"floor": iter((90.0, 2.0, 4.0, 3.0)), "ours": iter((90.0, 6.0, 9.0, 7.0))}

    def run(name: str) -> float:
        order.append(name)
        return next(times[name])

    pair = timing.alternate(lambda: run("floor"), lambda: run("ours"), rounds=3)
    assert order == ["floor", "ours"] * 4
    assert (pair.floor_ms, pair.ours_ms) == (3.0, 7.0)
    assert 0 < pair.spread < 0.3
