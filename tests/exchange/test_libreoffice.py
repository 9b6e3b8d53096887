"""Through a real LibreOffice: P11, and a partner's workbook that comes back with exactly its edits (D34, D35).

Skipped where it is not installed; `make test-libreoffice` installs it, and makes twenty books instead of one.
"""

import os
import random
from datetime import date

import pytest

from app.exchange.preview import Kind
from tests.exchange.laptops import PARTNER, TEAM, kinds, laptop
from tests.exchange.libreoffice import needs_libreoffice, retyped, saved_as

BOOKS = int(os.environ.get("CARNET_BOOKS", "1"))

TITLES = (
    "Repair café", "=1+1", "00123", "1E5", "'apostrophe", "été « œuvre » – 12 €", "_x0041_", "e\u0301 décomposé",
    "😀 fête", "12/03/2026", "TRUE", "Oui", "-5", "+33 6", "@toi", "a;b", "שלום", "1,5", "#N/A", "  double  espace",
)  # fmt: skip
TEXTS = ("Une ligne\nune autre", "Texte long. " * 300, None, "• liste\n• suite", "<b>gras</b> & co", '"guillemets"')


@pytest.fixture
def a(tmp_path):
    with laptop(tmp_path, "a") as found:
        yield found


def fill(one, number):
    """A plan drawn at random, the same for a number: dates, links and texts that spreadsheets mangle."""
    chance = random.Random(number)
    themes = [one.add("theme", title=f"Thème {place}") for place in range(3)]
    house = one.add("organisation", name="Maison & Cie", siret="26590512700015", phone="0320000000")
    for _ in range(12):
        start = date(2024, 1, 1).replace(month=chance.randint(1, 12), day=chance.randint(1, 28))
        row = one.add(
            title=chance.choice(TITLES), description=chance.choice(TEXTS), code=chance.choice(("EST-001", "007", None)),
            status=chance.choice(("idea", "running", "done")), start=chance.choice((start, None)), promoter=house,
            themes=tuple(chance.sample(themes, chance.randint(0, 3))),
        )  # fmt: skip
        one.add("step", action=row, title=chance.choice(TITLES), due=chance.choice((start, None)))
    one.add("contact", last_name="O’Neil", phone="06 00 00 00 00", organisation=house)


@needs_libreoffice
@pytest.mark.parametrize("number", range(BOOKS))
def test_p11_a_workbook_saved_by_libreoffice_brings_no_edit(a, tmp_path, number):
    fill(a, number)
    book = a.export((TEAM, PARTNER)[number % 2])
    for ways in (("xlsx",), ("ods", "xlsx"), ("ods",)):
        plan = a.preview(saved_as(book, *ways, folder=tmp_path))
        assert kinds(plan) == {}, ways
        assert not plan.batch.modifications


@needs_libreoffice
@pytest.mark.parametrize("profile", [PARTNER, TEAM])
def test_a_workbook_edited_in_libreoffice_comes_back_with_exactly_its_edits(a, tmp_path, profile):
    fill(a, 99)
    row = a.add(title="Café des bricoleurs", description="Deux samedis par mois", code="EST-042")
    other = a.add(title="Jardin partagé", description="Rue du Repos")
    flat = saved_as(a.export(profile), "fods", folder=tmp_path)
    retyped(flat, "Deux samedis par mois", "Tous les samedis & dimanches")
    retyped(flat, "Rue du Repos", "Rue de l’Été")

    plan = a.preview(saved_as(flat, "xlsx", folder=tmp_path))

    assert kinds(plan) == {"updated": 2}
    told = {(one.row, one.field, one.before, one.after) for one in plan.changes if one.kind is Kind.UPDATED}
    assert told == {
        (row, "description", "Deux samedis par mois", "Tous les samedis & dimanches"),
        (other, "description", "Rue du Repos", "Rue de l’Été"),
    }
    before = a.state
    a.take(plan)
    changed = [key for key in before if before[key] != a.state[key]]
    assert changed == ["action"]
    assert a.of(other)["description"] == "Rue de l’Été"
