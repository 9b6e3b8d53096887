"""The questions of a preview on the command line: how they are written, and how they are answered.

carnet importer Projets.xlsx --repondre "Structures!A9=1"
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from app.errors import WrongUsage
from app.formatting import NBSP, fold

if TYPE_CHECKING:
    from app.exchange.preview import ImportPlan
    from app.exchange.questions import Question

_SEE = f"«{NBSP}carnet importer FICHIER --simuler{NBSP}» donne les questions et leurs choix."


def answers_of(plan: "ImportPlan", given: Sequence[str]) -> dict[str, str]:
    """The answers that these words give to the questions of a preview. Raises WrongUsage."""
    found: dict[str, str] = {}
    for words in given:
        place, _, choice = words.rpartition("=")
        asked = [one for one in plan.questions if fold(place) in (fold(_place(one)), fold(one.key))]
        if len(asked) != 1:
            raise WrongUsage(f"Aucune question n’est posée sur «{NBSP}{place or words}{NBSP}».", advice=_SEE)
        keys = [one.key for one in asked[0].choices]
        number = int(choice) if choice.isdigit() else 0
        if choice not in keys and not 1 <= number <= len(keys):
            raise WrongUsage(f"«{NBSP}{choice}{NBSP}» n’est pas un choix de cette question.", advice=_SEE)
        found[asked[0].key] = choice if choice in keys else keys[number - 1]
    return found


def question_lines(plan: "ImportPlan") -> list[str]:
    """Each question in French, with its numbered choices."""
    lines = []
    for one in plan.questions:
        lines.append(f"Question – {_place(one)}{NBSP}: {one.sentence}")
        for number, choice in enumerate(one.choices, start=1):
            mark = " (répondu)" if choice.key == one.answer else " (proposé)" if choice.key == one.suggested else ""
            lines.append(f"  {number}. {choice.label}{mark}")
        lines += [f"  {detail}" for detail in one.details]
    return lines


def questions_json(plan: "ImportPlan") -> list[Mapping[str, Any]]:
    """The questions as `--json` says them."""
    return [
        {
            "key": one.key,
            "about": one.about.value,
            "entity": one.entity,
            "sheet": one.sheet or None,
            "cell": one.cell or None,
            "text": one.sentence,
            "choices": [{"key": choice.key, "label": choice.label} for choice in one.choices],
            "suggested": one.suggested or None,
            "answer": one.answer or None,
        }
        for one in plan.questions
    ]


def _place(one: "Question") -> str:
    return f"{one.sheet}!{one.cell}" if one.cell else one.sheet
