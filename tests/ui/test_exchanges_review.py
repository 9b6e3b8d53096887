"""Échanges, without a window: what is counted, ticked, settled; the words and the differences."""

from dataclasses import replace
from datetime import datetime

import pytest

from app.exchange.preview import Change, Kind, Proposal
from app.formatting import NBSP
from app.ui.pages.exchanges_review import MINE, THEIRS, Review
from app.ui.pages.exchanges_words import (
    cell_place,
    change_words,
    day_words,
    difference,
    field_word,
    kind_word,
    new_words,
    row_words,
    size_words,
)
from tests.ui.exchanges_sample import NOW, PLAN, change, plan_of

END, STATUS = "action:velo:end", "action:mediation:status"


def review(*changes: Change, **given: object) -> Review:
    if not changes:
        return Review(PLAN)
    proposals = {one.key: Proposal() for one in changes if one.lockable}
    return Review(replace(PLAN, **{"changes": changes, "errors": (), "proposals": proposals, "mine": {}, **given}))


def colour(token: str) -> str:
    return {"danger.fg": "#d", "danger.bg": "#e", "success.fg": "#s", "success.bg": "#t"}[token]


# -- counting ---------------------------------------------------------------------------------------------------------


def test_every_change_and_every_fault_is_counted_once():
    found = review()
    assert found.counts() == {
        Kind.CONFLICT: 3, Kind.NEW: 1, Kind.UPDATED: 4, Kind.MERGED: 5, Kind.DELETED: 1, Kind.SUGGESTION: 1,
        Kind.ERROR: 2,
    }  # fmt: skip
    assert found.total() == 17
    assert sum(len(group.rows) for group in found.groups()) == 11


def test_rows_are_grouped_by_entity_what_people_work_on_first():
    titles = [group.title for group in review().groups()]
    assert titles == ["Actions", "Étapes", "Mesures", "Structures", f"Cellules illisibles{NBSP}: Étapes"]
    assert [row.label for row in review().groups(Kind.CONFLICT)[0].rows] == [
        "5.2.1 Atelier vélo et remise en selle", "4.2.3 Médiation en soirée",
    ]  # fmt: skip


def test_words_find_rows_without_accents():
    (group,) = review().groups(text="mediation")
    assert [row.label for row in group.rows] == ["4.2.3 Médiation en soirée"]


def test_what_will_be_imported_is_what_is_ticked():
    found = review()
    # 3 conflicts, 5 merged, 3 of 4 updated, 1 new; the erasure, the deletion and the suggestion wait for a tick.
    assert found.accepted() == 12
    found.tick_row(found.row("action:ecrivains"))
    assert found.accepted() == 10
    found.tick_row(found.row("organisation:doublon"))
    assert found.accepted() == 11


def test_an_error_and_a_stale_value_are_never_ticked():
    stale = change("fle", Kind.STALE, "progress", before="40", after="30", lockable=False)
    found = review(stale)
    found.tick([stale.key], True)
    assert found.accepted() == 0
    assert found.row_state(found.row("action:fle")) == (False, False, False)
    assert review().row_state(review().row("measurement:rencontres"))[2] is False


def test_a_step_of_a_new_action_left_out_is_left_out_too():
    new = change("compost", Kind.NEW, after="Composteurs")
    step = change("lancement", Kind.NEW, after="Réunion")
    proposals = {new.key: Proposal(), step.key: Proposal(needs=frozenset({new.key}))}
    found = review(new, step, proposals=proposals)
    assert found.accepted() == 2
    found.tick([new.key], False)
    assert found.accepted() == 0
    assert found.decisions().accepted == frozenset()


# -- deciding ---------------------------------------------------------------------------------------------------------


def test_what_the_person_unticks_is_refused_and_what_was_only_offered_is_not():
    found = review()
    found.tick(["action:fle:progress"], False)
    decisions = found.decisions()
    assert decisions.refused == {"action:fle:progress"}
    assert "organisation:doublon:" not in decisions.accepted


def test_keeping_mine_against_a_proposal_imports_nothing():
    found = review()
    before = found.accepted()
    found.settle(STATUS, MINE)
    assert found.accepted() == before - 1
    assert found.decisions().keep_mine == {STATUS}
    assert STATUS not in found.decisions().accepted


def test_a_colleague_s_value_left_is_mine_written_again():
    found = review()
    found.tick([END], False)
    assert found.decisions().keep_mine == {END}
    assert found.decisions().refused == frozenset()
    assert found.accepted() == 12, "the log is taken in whole all the same"


def test_settling_by_theirs_or_by_a_third_version_is_written_with_the_import():
    found = review()
    found.settle(END, THEIRS)
    found.write("action:velo:description", "Une troisième version.", "Une troisième version.")
    assert found.to_settle() == 1
    plan, decisions = found.settled_plan(), found.decisions()
    written = {one.key: one.value for key in decisions.keep_mine for one in plan.mine.get(key, ())}
    assert written == {"end": "2027-04-30", "description": "Une troisième version."}
    assert all(one.source == "resolution" for key in decisions.keep_mine for one in plan.mine.get(key, ()))
    assert PLAN.mine == {END: (), "action:velo:description": ()}, "the plan itself does not change"


def test_a_deletion_in_conflict_is_settled_by_deleting_or_keeping():
    gone = change("velo", Kind.CONFLICT, "deleted", mine="gardée", theirs="supprimée", lockable=False)
    found = review(gone)
    found.settle(gone.key, THEIRS)
    (writes,) = found.settled_plan().mine.values()
    assert (writes[0].key, writes[0].value) == ("_state", 0)
    found.settle(gone.key, MINE)
    (writes,) = found.settled_plan().mine.values()
    assert (writes[0].key, writes[0].value) == ("_state", 1)


def test_many_erasures_or_one_left_out_by_the_workbook_deserve_a_question():
    found = review()
    assert found.erasures() == 0
    found.tick(["action:fle:description"], True)
    assert found.erasures() == 1


def test_decisions_are_kept_when_the_preview_is_made_again():
    first = review()
    first.settle(END, MINE)
    first.tick(["action:fle:progress"], False)
    again = Review(PLAN, first)
    assert again.settled(END) == MINE
    assert not again.is_ticked("action:fle:progress")
    assert again.accepted() == first.accepted()


def test_a_workbook_taken_in_again_asks_one_question_for_all_its_cells():
    one = change("velo", Kind.CONFLICT, "end", mine="a", theirs="b", ticked=False)
    two = change("fle", Kind.CONFLICT, "progress", mine="a", theirs="b", ticked=False)
    fresh = Proposal(fresh=(object(),))  # type: ignore[arg-type]
    found = review(one, two, proposals={one.key: fresh, two.key: fresh})
    assert len(found.suites()) == 2
    assert found.accepted() == 0
    found.settle_suites(THEIRS)
    assert found.accepted() == 2
    found.settle_suites(MINE)
    assert found.decisions().keep_mine == {one.key, two.key}


def test_thousands_of_changes_are_reviewed_at_once():
    found = Review(plan_of(20_000))
    assert found.accepted() == 20_000
    assert len(found.groups()[0].rows) == 20_000


# -- words ------------------------------------------------------------------------------------------------------------


def test_a_change_is_told_on_one_line():
    percent = change("fle", Kind.UPDATED, "progress", before=f"40{NBSP}%", after=f"45{NBSP}%")
    assert change_words(percent) == f"avancement 40 → 45{NBSP}%"
    assert change_words(replace(percent, after="")) == "avancement effacé"
    assert change_words(replace(percent, before="")) == f"avancement{NBSP}: 45{NBSP}%"
    gone = change("doublon", Kind.DELETED, who="classeur K7QD")
    assert change_words(gone) == "supprimée dans le classeur K7QD"


def test_a_row_is_told_by_what_waits_for_somebody():
    assert row_words(PLAN.changes[:5]) == (f"2{NBSP}champs en conflit", Kind.CONFLICT)
    assert row_words(PLAN.changes[6:8]) == ("avancement, description", Kind.MERGED)


@pytest.mark.parametrize(
    ("entity", "said"),
    [
        ("action", "nouvelle action"),
        ("indicator", "nouvel indicateur"),
        ("contact", "nouveau contact"),
        ("later", "nouvelle ligne"),
    ],
)
def test_a_new_row_agrees_with_its_word(entity, said):
    if entity == "contact":
        said = new_words("contact")  # the word is that of the registry
        assert said.startswith(("nouvelle ", "nouveau ", "nouvel "))
    assert new_words(entity) == said


def test_a_field_unknown_here_keeps_its_key():
    assert field_word("action", "end") == "Échéance"
    assert field_word("action", "link:territories:1234") == "Territoires"
    assert field_word("action", "of_a_later_version") == "of_a_later_version"
    assert cell_place("Actions", "D7") == "Actions, D7"
    assert kind_word(Kind.ERROR, 1) == "Erreur"


def test_days_are_told_from_today():
    assert day_words("2026-11-24T09:12:00+01:00", NOW.astimezone()).startswith("aujourd’hui à ")
    assert day_words("2026-11-12T10:00:00+01:00", NOW) == "12/11/2026"
    assert day_words("hier soir", NOW) == "hier soir"
    assert day_words(datetime(2026, 11, 23, 8, 5).isoformat(), NOW) == "hier à 08:05"


def test_sizes_are_told_in_french():
    assert size_words(3_240_000) == f"3,2{NBSP}Mo"
    assert size_words(780_000) == f"780{NBSP}Ko"
    assert size_words(3) == f"1{NBSP}Ko"


def test_words_added_and_removed_read_without_colour():
    origin = "Atelier de réparation et prêt de vélos au Pile."
    html = difference(origin, "Atelier de réparation des femmes au Pile.", colour)
    assert "line-through" in html
    assert ">et prêt de vélos</span>" in html
    assert "underline" in html
    assert ">des femmes</span>" in html


def test_what_is_only_added_leaves_the_rest_plain():
    html = difference("Atelier vélo au Pile.", "Atelier vélo au Pile et à l’Alma.", colour)
    assert html.count("<span") == 1
    assert ">et à l’Alma</span>" in html
    assert html.endswith(".")


def test_short_values_and_html_stay_plain_text():
    assert difference("15/11/2026", "31/12/2026", colour) == "31/12/2026"
    assert difference("", "<b>& une suite de mots</b>", colour) == "&lt;b&gt;&amp; une suite de mots&lt;/b&gt;"
