"""The example of a projet de quartier: believable, complete, in French as it is printed, and visibly invented."""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import pytest
from pypdf import PdfReader

from app.formatting import NBSP
from app.models.registry import ENTITIES
from app.paths import resource
from app.services.joined_files import read_file
from app.services.reference_file import ReferenceFile, read_reference
from app.services.reference_rows import ReferenceRow

#: The day the example is written for: some of it is late, some done, some to come.
TODAY = date(2026, 11, 24)
OPEN = ("planned", "running")
#: Fields the example leaves out on purpose: set from the référentiel, by the notebook, or about a real person or body.
LEFT_OUT = {
    "project": {"title", "territory", "contract", "start", "end"},
    "contact": {"first_name"},
    "organisation": {"siret", "rna"},
}
NEVER_EMPTY = (
    "project", "objective", "milestone", "action", "step", "follow_up", "organisation", "contact", "action_partner",
    "indicator", "measurement", "target", "site", "event", "attachment",
)  # fmt: skip
NATURES = ("output", "result", "process", "resource", "impact")


@pytest.fixture(scope="module")
def path() -> Path:
    return resource("example", "quartier.jsonl")


@pytest.fixture(scope="module")
def example(path: Path) -> ReferenceFile:
    base = read_reference(resource("reference", "roubaix-2024-2030", "1.0.0.jsonl"))
    return read_reference(path, base=base)


@pytest.fixture(scope="module")
def actions(example: ReferenceFile) -> tuple[ReferenceRow, ...]:
    return example.of("action")


@pytest.fixture(scope="module")
def written(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def test_fills_every_entity_it_covers(example: ReferenceFile) -> None:
    assert set(NEVER_EMPTY) <= {row.entity for row in example.rows}


@pytest.mark.parametrize("key", NEVER_EMPTY)
def test_uses_every_field_at_least_once(example: ReferenceFile, key: str) -> None:
    used = {field for row in example.of(key) for field in row.values}
    shown = {field.key for field in ENTITIES[key].fields.values() if field.key != "example"}

    assert shown - used == LEFT_OUT.get(key, set())


def test_marks_nothing_itself(example: ReferenceFile) -> None:
    """What is loaded from the file is an example because it comes from it, not because a line says so."""
    assert not [row.id for row in example.rows if "example" in row.values]


def test_plan_spreads_over_the_six_priorities(actions: tuple[ReferenceRow, ...]) -> None:
    by_priority = Counter(row.values["priority"] for row in actions)

    assert len(actions) >= 44
    assert sorted(map(str, by_priority)) == ["P1", "P2", "P3", "P4", "P5", "P6"]
    assert min(by_priority.values()) >= 5


def test_codes_follow_the_plan(actions: tuple[ReferenceRow, ...]) -> None:
    assert [row.values["code"] for row in actions] == [
        f"{{CODE}}-{number:03d}" for number in range(1, 1 + len(actions))
    ]
    assert [row.values["priority"] for row in actions] == sorted(str(row.values["priority"]) for row in actions)


def test_every_action_can_be_read_alone(actions: tuple[ReferenceRow, ...]) -> None:
    wanted = {
        "title", "status", "progress", "start", "end", "kind", "priority", "objective", "description", "context",
        "publics", "needs", "participation", "territories", "themes", "schemes", "promoter", "lead", "elected",
        "common_law",
    }  # fmt: skip
    assert [(row.id, wanted - set(row.values)) for row in actions if wanted - set(row.values)] == []
    assert [row.id for row in actions if len(str(row.values["title"])) > 60] == []
    assert [row.id for row in actions if "@district" not in _many(row, "territories")] == []


def test_action_stands_under_an_objective_of_its_priority(
    example: ReferenceFile, actions: tuple[ReferenceRow, ...]
) -> None:
    objectives = {row.id: row for row in example.of("objective")}

    for row in actions:
        assert objectives[str(row.values["objective"])].values["priority"] == row.values["priority"], row.id
    for row in objectives.values():
        if "parent" in row.values:
            assert objectives[str(row.values["parent"])].values["priority"] == row.values["priority"], row.id


def test_every_state_is_seen(actions: tuple[ReferenceRow, ...]) -> None:
    for field in ("status", "kind", "participation"):
        codes = {choice.code for choice in ENTITIES["action"].fields[field].choices}
        assert {row.values[field] for row in actions} == codes, field


def test_share_of_multi_year_actions_is_the_contract_s(actions: tuple[ReferenceRow, ...]) -> None:
    """36 of 160 in the programme of the contract."""
    share = sum(row.values["kind"] == "cpom" for row in actions) / len(actions)

    assert abs(share - 36 / 160) < 0.03


def test_progress_goes_with_the_state(actions: tuple[ReferenceRow, ...]) -> None:
    for row in actions:
        status, progress = row.values["status"], row.values["progress"]
        assert isinstance(progress, Decimal)
        assert (progress == 100) == (status == "done"), row.id
        if status in ("idea", "planned"):
            assert progress == 0, row.id
        if status == "running":
            assert 0 < progress < 100, row.id


def test_a_few_actions_are_late_and_one_or_two_blocked(actions: tuple[ReferenceRow, ...]) -> None:
    late = [row.id for row in actions if row.values["status"] in OPEN and _day(row, "end") < TODAY]
    blocked = [row for row in actions if "blocking_point" in row.values]

    assert 3 <= len(late) <= 5
    assert 1 <= len(blocked) <= 2
    assert all(row.values["status"] in OPEN for row in blocked)
    assert not {row.id for row in blocked} & set(late)


def test_steps_go_with_the_state_and_the_day(example: ReferenceFile, actions: tuple[ReferenceRow, ...]) -> None:
    steps = _by_action(example, "step")
    for action in actions:
        mine, status = steps[action.id], action.values["status"]
        dues = [_day(step, "due") for step in mine]
        done = [_day(step, "done") for step in mine if "done" in step.values]

        assert 3 <= len(mine) <= 6, action.id
        assert date(2025, 1, 1) <= _day(action, "start") <= _day(action, "end") <= date(2027, 12, 31), action.id
        assert dues == sorted(dues), action.id
        assert _day(action, "start") <= dues[0], action.id
        assert dues[-1] <= _day(action, "end"), action.id
        assert all(day <= TODAY for day in done), action.id
        assert all("responsible" in step.values for step in mine), action.id
        if status == "done":
            assert len(done) == len(mine), action.id
        elif status in ("idea", "planned"):
            assert not done, action.id
        elif status == "running":
            assert 0 < len(done) < len(mine), action.id


def test_every_action_is_followed_and_shared(example: ReferenceFile, actions: tuple[ReferenceRow, ...]) -> None:
    notes, partners = _by_action(example, "follow_up"), _by_action(example, "action_partner")
    for action in actions:
        assert 1 <= len(notes[action.id]) <= 3, action.id
        assert all(_day(note, "date") <= TODAY for note in notes[action.id]), action.id
        others = [row.values["organisation"] for row in partners[action.id]]
        assert 2 <= len(others) <= 4, action.id
        assert len(set(others)) == len(others), action.id
        assert action.values["promoter"] not in others, action.id


def test_indicators_are_followed_over_three_years(example: ReferenceFile) -> None:
    measured: dict[str, set[object]] = defaultdict(set)
    for row in example.of("measurement"):
        if row.values["territory"] == "@district":
            measured[str(row.values["indicator"])].add(row.values["year"])
    shown = [row for row in example.of("indicator") if row.values.get("on_dashboard")]

    assert len([row for row in shown if measured[row.id] == {2024, 2025, 2026}]) >= 10
    assert set(NATURES) <= {row.values["nature"] for row in shown}
    assert {"P1", "P2", "P3", "P4", "P5", "P6"} <= {row.values["priority"] for row in shown}
    assert all(_many(row, "actions") and row.values["definition"] for row in example.of("indicator"))


def test_values_are_of_every_sort(example: ReferenceFile) -> None:
    """A value may be masked, awaited, a range, a list, said with a word: each is met once, none is a zero."""
    measures = example.of("measurement")
    masked = [row for row in measures if row.values.get("masked")]
    empty = [row for row in measures if not {"value", "low", "text", "masked"} & set(row.values)]

    assert len(masked) == 1
    assert "value" not in masked[0].values
    assert empty
    assert [row for row in measures if {"low", "high"} <= set(row.values)]
    assert [row for row in measures if "qualifier" in row.values]
    assert [row for row in measures if "text" in row.values]


def test_targets_are_of_every_sort(example: ReferenceFile) -> None:
    targets = example.of("target")
    codes = {choice.code for choice in ENTITIES["target"].fields["comparator"].choices}

    assert {row.values["comparator"] for row in targets} == codes
    assert {2026, 2027, 2030} <= {row.values["year"] for row in targets}
    assert [row for row in targets if row.values["comparator"] == "between" and {"low", "high"} <= set(row.values)]
    assert [row for row in targets if "reason" in row.values]


def test_no_figure_can_be_taken_for_a_real_one(example: ReferenceFile) -> None:
    for key in ("indicator", "measurement", "target", "site", "event", "organisation"):
        assert {row.values.get("source") for row in example.of(key)} == {"Exemple inventé pour l’essai"}, key


def test_invented_structures_say_so(example: ReferenceFile) -> None:
    assert [row.id for row in example.of("organisation") if "exemple" not in str(row.values["name"])] == []


def test_contacts_are_functions_never_people(example: ReferenceFile) -> None:
    contacts = example.of("contact")

    assert len(contacts) >= 12
    assert all("function" in row.values and "organisation" in row.values for row in contacts)


def test_no_address_or_number_of_anybody(written: str) -> None:
    assert set(re.findall(r"[\w.+-]+@([\w-]+(?:\.[\w-]+)+)", written)) == {"exemple.fr"}
    assert set(re.findall(r"https?://([^\"/ ]+)", written)) <= {"centre-social.exemple.fr", "habitat.exemple.fr"}
    assert [
        number for number in re.findall(r"\b0\d(?: \d\d){4}\b", written) if not number[2:].startswith(" 00 00 00")
    ] == []


def test_can_be_loaded_for_any_quartier(example: ReferenceFile) -> None:
    """Nothing but « {QUARTIER} » and « {CODE} » names the quartier; the districts are left to « @district »."""
    braces = {found for _, text in _texts(example) for found in re.findall(r"\{[^}]*\}", text)}
    named = [id_ for id_, text in _texts(example) if re.search(r"quartiers? (Nord|Est|Sud|Ouest|Centre)\b", text)]

    assert braces == {"{QUARTIER}", "{CODE}"}
    assert named == []
    assert not [row.id for row in example.rows for value in row.values.values() if str(value).startswith("GQ-")]


def test_french_is_written_as_it_is_printed(written: str) -> None:
    """Read in the file itself: the notebook keeps plain spaces, and documents set the no-break ones again."""
    assert written == unicodedata.normalize("NFC", written)
    assert "'" not in written
    texts = [text for text in re.findall(r'"((?:[^"\\]|\\.)*)"', written) if text != "%"]
    faults = re.compile(rf"(?<!{NBSP})[;!?»%€]|«(?!{NBSP})| :(?!{NBSP})|  ")

    assert [text for text in texts if faults.search(text)] == []
    assert not re.search(r"\b(etat|ecole|equipe|Etat|Ecole|Equipe|A l’)\b", written)


def test_files_are_shipped_as_their_rows_say(example: ReferenceFile) -> None:
    rows = example.of("attachment")
    folder = resource("example", "pieces")

    assert {str(row.values["name"]) for row in rows} == {path.name for path in folder.iterdir()}
    assert {row.values["record_entity"] for row in rows} == {"action", "indicator"}
    for row in rows:
        path = folder / str(row.values["name"])
        kept = read_file(path)
        # Shipped as joining it would keep it: nothing is shrunk, renamed or taken out.
        assert (kept.name, kept.data) == (path.name, path.read_bytes()), row.id
        assert row.values["media_type"] == kept.media_type, row.id
        assert row.values["size"] == len(kept.data) < 20_000, row.id
        assert row.values["sha256"] == sha256(kept.data).hexdigest(), row.id


def test_files_say_that_they_are_invented() -> None:
    folder = resource("example", "pieces")
    reader = PdfReader(folder / "Visite de la salle.pdf")

    assert "exemple inventé" in (folder / "Comment compter.txt").read_text(encoding="utf-8").lower()
    assert "exemple inventé" in reader.pages[0].extract_text().lower()
    assert not (reader.metadata and reader.metadata.author)


def test_project_reads_as_a_text(example: ReferenceFile) -> None:
    (project,) = example.of("project")

    for field in ("presentation", "team", "portrait", "issues", "perspectives"):
        text = str(project.values[field])
        assert len(text) > 300, field
        assert len(text.split("\n\n")) <= 4, field


def _by_action(example: ReferenceFile, key: str) -> dict[str, list[ReferenceRow]]:
    rows: dict[str, list[ReferenceRow]] = defaultdict(list)
    for row in example.of(key):
        rows[str(row.values["action"])].append(row)
    return rows


def _many(row: ReferenceRow, field: str) -> tuple[str, ...]:
    value = row.values.get(field, ())
    assert isinstance(value, tuple)
    return value


def _day(row: ReferenceRow, field: str) -> date:
    value = row.values[field]
    assert isinstance(value, date)
    return value


def _texts(example: ReferenceFile) -> Iterator[tuple[str, str]]:
    for row in example.rows:
        for value in row.values.values():
            if isinstance(value, str):
                yield row.id, value
