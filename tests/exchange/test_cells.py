"""What cells mean, kind by kind: the table of coercions, its questions and its errors."""

from datetime import date, datetime
from typing import Any

import pytest

from app.exchange.cell_values import MISSING, Outcome, Percents, Reading, Reason, Scope, Severity
from app.exchange.cells import read_cell
from app.exchange.references import Known, Names
from app.exchange.tokens import make_token
from app.exchange.workbook import Cell, CellKind
from app.formatting import NBSP
from app.models.fields import Choice, Field, Kind

CAF, MEL, ARS, LEO = (f"00000000-0000-4000-8000-{number:012d}" for number in range(4))
UNKNOWN = "00000000-0000-4000-8000-999999999999"
NAMES = Names(
    {
        "organisation": [
            Known(CAF, ("Caisse d’allocations familiales", "CAF"), "ORG-1"),
            Known(MEL, ("Métropole européenne de Lille", "MEL"), "ORG-2"),
            Known(ARS, ("Agence régionale de santé", "ARS")),
            Known(LEO, ("Centre social",), "ORG-4"),
            Known(UNKNOWN, ("Centre social",), "ORG-5"),
        ],
        "action": [Known(CAF, ("Repair café",), "EST-042")],
    },
    exported={"organisation": {CAF: "Caf du Nord (ORG-1)", ARS: "Agence, santé"}},
)
SCOPE = Scope("Projets", NAMES)
STATUS = (
    Choice("idea", "Idée"),
    Choice("planned", "À lancer"),
    Choice("running", "En cours"),
    Choice("done", "Terminée"),
)


def of(kind: Kind, **options: Any) -> Field:
    return Field("champ", kind, "Champ", **options)


def text(value: str) -> Cell:
    return Cell(14, 4, CellKind.TEXT, value)


def number(digits: str, number_format: str = "General") -> Cell:
    return Cell(14, 4, CellKind.NUMBER, digits, number_format)


def read(field: Field | Kind, cell: Cell, base: Any = MISSING, scope: Scope = SCOPE) -> Reading:
    field = field if isinstance(field, Field) else of(field)
    reading = read_cell(field, cell, base, scope=scope, reference="ACT.X.Y.Z")
    assert (reading.outcome is Outcome.ERROR) == any(note.severity is not Severity.WARNING for note in reading.notes)
    assert (reading.outcome is Outcome.PROPOSED) <= bool(reading.notes)
    return reading


def value(field: Field | Kind, cell: Cell, base: Any = MISSING, scope: Scope = SCOPE) -> Any:
    reading = read(field, cell, base, scope)
    assert reading.outcome is Outcome.VALUE, reading
    return reading.value


def proposed(field: Field | Kind, cell: Cell, base: Any = MISSING, scope: Scope = SCOPE) -> tuple[Any, str]:
    reading = read(field, cell, base, scope)
    assert reading.outcome is Outcome.PROPOSED, reading
    return reading.value, reading.notes[0].message


def error(field: Field | Kind, cell: Cell, base: Any = MISSING, scope: Scope = SCOPE) -> str:
    reading = read(field, cell, base, scope)
    assert reading.outcome is Outcome.ERROR, reading
    assert reading.value is None
    return reading.notes[0].message


def unchanged(field: Field | Kind, cell: Cell, base: Any, scope: Scope = SCOPE) -> bool:
    reading = read(field, cell, base, scope)
    assert not reading.notes
    return reading.outcome is Outcome.UNCHANGED


# -- D71: numbers -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("space", [" ", "\u00a0", "\u202f", "\u2009", ""])
def test_d71_spaces_in_numbers(space: str) -> None:
    assert value(Kind.DECIMAL, text(f"1{space}234,5")) == "1234.5"
    assert value(Kind.MONEY, text(f"1{space}200{space}€")) == 120_000


def test_d71_a_point_before_three_figures_is_a_question() -> None:
    reading = read(Kind.DECIMAL, text("1.234"))
    assert reading.notes[0].severity is Severity.QUESTION
    assert reading.notes[0].reason is Reason.AMBIGUOUS
    assert reading.notes[0].message == (f"«{NBSP}1.234{NBSP}» peut se lire de deux façons{NBSP}: 1{NBSP}234 ou 1,234.")
    assert reading.candidates == ("1234", "1.234")
    assert read(Kind.MONEY, text("1,234,567")).candidates == (123_456_700,)
    assert read(Kind.INTEGER, text("1.234")).candidates == (1234,)


def test_d71_an_ambiguous_number_that_one_reading_leaves_as_it_was_is_unchanged() -> None:
    assert unchanged(Kind.DECIMAL, text("1.234"), "1.234")
    assert unchanged(Kind.DECIMAL, text("1.234"), "1234")


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("1234,5", "1234.5"), ("1.234,56", "1234.56"), ("−12", "-12"), ("(12)", "-12"), ("- 12", "-12"), ("+3", "3"),
        ("0.125", "0.125"), ("1234.567", "1234.567"), ("1,234", "1.234"), ("12 345 678,9", "12345678.9"),
    ],
)  # fmt: skip
def test_numbers_as_people_write_them(written: str, stored: str) -> None:
    assert value(Kind.DECIMAL, text(written)) == stored


@pytest.mark.parametrize(
    "written", ["12 k€", "env. 12", "douze", "12 34", "1 2345", "12;5", "1'234", "NaN", "Infinity", "1E5", "--1"]
)
def test_what_is_no_number_is_an_error_on_its_cell(written: str) -> None:
    reading = read(Kind.MONEY, text(written))
    note = reading.notes[0]
    assert reading.outcome is Outcome.ERROR
    assert note.place == "Projets!D14"
    assert note.reference == "ACT.X.Y.Z"
    assert note.value == written
    assert note.message == f"«{NBSP}{written}{NBSP}» n’est pas un montant."
    assert note.expected == "un montant en euros"


def test_numbers_of_a_spreadsheet_have_fifteen_digits() -> None:
    assert value(Kind.DECIMAL, number("0.30000000000000004")) == "0.3"
    assert value(Kind.MONEY, number("0.30000000000000004")) == 30
    assert value(Kind.INTEGER, number("12.000000000000002")) == 12
    assert value(Kind.DECIMAL, number("1E-7")) == "0.0000001"
    assert unchanged(Kind.MONEY, number("17.100000000000001"), 1710)


def test_numbers_beyond_measure() -> None:
    assert "dépasse" in error(Kind.DECIMAL, number("1E+9999"))
    assert "dépasse" in error(Kind.INTEGER, number("1E+20"))
    assert "dépasse" in error(Kind.MONEY, number("1E+15"))
    assert value(Kind.DECIMAL, number("1E-9999")) == "0"


def test_more_than_two_decimals_of_an_amount_are_rounded_and_said() -> None:
    assert proposed(Kind.MONEY, number("12.345")) == (1235, f"Arrondi au centime{NBSP}: 12,35{NBSP}€.")
    assert unchanged(Kind.MONEY, number("12.345"), 1235)


def test_units_are_accepted_in_their_own_field() -> None:
    assert value(of(Kind.INTEGER, unit="logements"), text("12 logements")) == 12
    assert "n’est pas un nombre" in error(of(Kind.INTEGER, unit="logements"), text("12 €"))
    assert value(Kind.MONEY, text("12 euros")) == 1200


def test_a_number_that_is_not_whole_is_no_count() -> None:
    assert "n’est pas un nombre entier" in error(Kind.INTEGER, number("1.5"))
    assert "n’est pas un nombre entier" in error(Kind.INTEGER, text("1,5"))


def test_a_date_in_the_place_of_a_number() -> None:
    reading = read(Kind.DECIMAL, Cell(1, 1, CellKind.DATE, date(2026, 5, 1), "dd/mm/yyyy"))
    assert reading.notes[0].reason is Reason.TURNED_INTO_DATE
    # Only the format was changed: the number behind is the same.
    assert unchanged(Kind.DECIMAL, Cell(1, 1, CellKind.DATE, date(1900, 4, 9), "dd/mm/yyyy"), "100")


def test_years() -> None:
    assert value(Kind.YEAR, number("2026")) == 2026
    assert value(Kind.YEAR, text(" 2026 ")) == 2026
    assert "n’est pas une année" in error(Kind.YEAR, text("2025-2026"))
    assert "n’est pas une année" in error(Kind.YEAR, number("26"))
    assert proposed(Kind.YEAR, Cell(1, 1, CellKind.DATE, date(1905, 7, 18), "dd/mm/yyyy"))[0] == 2026
    assert proposed(Kind.YEAR, Cell(1, 1, CellKind.DATE, date(2026, 1, 1), "yyyy"))[0] == 2026
    assert error(Kind.YEAR, Cell(1, 1, CellKind.DATE, date(2026, 5, 12), "dd/mm/yyyy"))


# -- percentages --------------------------------------------------------------------------------------------------


def test_percentages() -> None:
    assert value(Kind.PERCENT, number("0.12", "0%")) == "12"
    assert value(Kind.PERCENT, number("0.285", "0.0%")) == "28.5"
    assert value(Kind.PERCENT, text("12 %")) == "12"
    assert value(Kind.PERCENT, text(f"12,5{NBSP}%")) == "12.5"
    assert value(Kind.PERCENT, number("0")) == "0"


def test_a_plain_number_in_a_column_of_percentages_is_a_question() -> None:
    reading = read(Kind.PERCENT, number("12"))
    assert reading.notes[0].severity is Severity.QUESTION
    assert reading.candidates == ("12", "1200")
    assert f"12{NBSP}% ou 1{NBSP}200{NBSP}%" in reading.notes[0].message


def test_the_question_is_not_asked_when_one_answer_is_the_base_or_when_it_was_given() -> None:
    assert unchanged(Kind.PERCENT, number("60"), "60")
    assert unchanged(Kind.PERCENT, number("0.6"), "60")
    assert value(Kind.PERCENT, number("12"), scope=Scope("P", percents=Percents.POINTS)) == "12"
    assert value(Kind.PERCENT, number("0.12"), scope=Scope("P", percents=Percents.FRACTIONS)) == "12"


def test_a_percentage_elsewhere_is_a_question() -> None:
    assert read(Kind.DECIMAL, number("0.12", "0%")).candidates == ("12", "0.12")
    assert value(of(Kind.DECIMAL, unit="%"), number("0.12", "0%")) == "12"


# -- D72: dates ---------------------------------------------------------------------------------------------------


def test_d72_a_day_that_does_not_exist() -> None:
    assert error(Kind.DATE, text("31/02/2025")) == f"«{NBSP}31/02/2025{NBSP}» n’existe pas."


def test_d72_month_and_day_inverted() -> None:
    message = error(Kind.DATE, text("03/25/2025"))
    assert "le mois et le jour sont-ils inversés (le 25/03/2025)" in message
    assert message.endswith(f"{NBSP}?")


@pytest.mark.parametrize(
    "written",
    [
        "01/03/2025", "1/3/25", "1.3.2025", "2025-03-01", "1er mars 2025", "1 mars 2025", "samedi 1er mars 2025",
        "2025-03-01T00:00:00", "01/03/2025 00:00", "sam. 1 mars 2025",
    ],
)  # fmt: skip
def test_d72_dates_written_as_text(written: str) -> None:
    assert value(Kind.DATE, text(written)) == "2025-03-01"


def test_d72_dates_of_other_texts() -> None:
    assert value(Kind.DATE, text("3 avr. 2025")) == "2025-04-03"


def test_d72_a_serial_number_is_proposed() -> None:
    stored, message = proposed(Kind.DATE, number("45717"))
    assert stored == "2025-03-01"
    assert "45717" in message
    assert "01/03/2025" in message
    assert proposed(Kind.DATE, text("45717"))[0] == "2025-03-01"
    assert unchanged(Kind.DATE, number("45717"), "2025-03-01")
    assert "n’est pas une date" in error(Kind.DATE, number("20250301"))
    assert "n’est pas une date" in error(Kind.DATE, number("12"))


def test_d72_serial_numbers_of_the_1904_system() -> None:
    assert proposed(Kind.DATE, number("44255"), scope=Scope("P", date1904=True))[0] == "2025-03-01"


def test_hours_are_left_out_and_said() -> None:
    cell = Cell(1, 1, CellKind.DATETIME, datetime(2025, 3, 1, 14, 30))
    assert proposed(Kind.DATE, cell)[0] == "2025-03-01"
    assert unchanged(Kind.DATE, cell, "2025-03-01")
    assert proposed(Kind.DATE, text("01/03/2025 14:30"))[0] == "2025-03-01"


@pytest.mark.parametrize("written", ["mars 2025", "T2 2025", "2025", "S1 2025", "printemps 2025"])
def test_periods_are_no_dates(written: str) -> None:
    assert f"«{NBSP}{written}{NBSP}»" in error(Kind.DATE, text(written))


def test_years_far_away_are_pointed_at() -> None:
    assert proposed(Kind.DATE, text("14/07/1789"))[0] == "1789-07-14"
    assert unchanged(Kind.DATE, text("1789-07-14"), "1789-07-14")


# -- D73: texts and codes -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("base", "cell"),
    [
        ("00123", number("123")),
        ("059000", number("59000")),
        ("00123", text("123")),
        ("0320123456", number("320123456")),
        ("03 20 12 34 56", text("320123456")),
        ("+33320123456", number("33320123456")),
        ("2.10", number("2.1")),
        ("1E5", number("100000")),
        ("EST-001", text("EST-001 ")),
        ("é", text("e\u0301")),
        ("a\nb", text("a\r\nb")),
        ("=SOMME(A1)", text("'=SOMME(A1)")),
    ],
)
def test_d73_what_a_spreadsheet_does_to_codes_changes_nothing(base: str, cell: Cell) -> None:
    assert unchanged(Kind.LONG_TEXT, cell, base)


@pytest.mark.parametrize(
    "cell",
    [
        text("7,87532E+13"),
        text("1,23457E+13"),
        text("7.87532E+13"),
        number("7.87532E+13"),
        number("12345678901234567890"),
    ],
)
def test_d73_digits_lost_are_an_error(cell: Cell) -> None:
    reading = read(Kind.TEXT, cell, "78753212300015")
    assert reading.notes[0].reason is Reason.DIGITS_LOST
    assert "a perdu des chiffres" in reading.notes[0].message


def test_numbers_in_text_fields_are_their_digits() -> None:
    assert value(Kind.TEXT, number("78753212300015")) == "78753212300015"
    assert value(Kind.TEXT, number("59100", "00000")) == "59100"
    assert value(Kind.TEXT, number("1000", "00000")) == "01000"
    assert value(Kind.TEXT, number("320123456", '0#" "##" "##" "##" "##')) == "0320123456"
    assert value(Kind.TEXT, number("2.3")) == "2,3"
    assert value(Kind.TEXT, number("124"), "00123") == "124"


def test_a_code_that_became_a_date_is_an_error() -> None:
    cell = Cell(1, 1, CellKind.DATE, date(2026, 3, 2), "d-mmm")
    assert read(Kind.TEXT, cell, "2-3").notes[0].reason is Reason.TURNED_INTO_DATE
    assert proposed(Kind.TEXT, cell, "Au printemps")[0] == "02/03/2026"
    assert unchanged(Kind.TEXT, cell, "02/03/2026")


def test_errors_of_formulas_are_no_texts() -> None:
    for written in ("#N/A", "#REF!", "#VALEUR!", "Err:502"):
        assert read(Kind.TEXT, text(written)).notes[0].reason is Reason.FORMULA_ERROR
    assert unchanged(Kind.TEXT, text("#REF!"), "#REF!")


def test_a_cut_text_is_never_taken() -> None:
    base = "Un très long texte. " * 3_000
    from app.exchange.rendering import shorten

    cut = shorten(base)
    assert cut is not None
    assert unchanged(Kind.LONG_TEXT, text(cut), base.rstrip())
    assert read(Kind.LONG_TEXT, text("Autre début" + cut), base).notes[0].reason is Reason.CUT_TEXT


def test_the_value_of_a_note_is_cut_at_200_characters() -> None:
    assert len(read(Kind.DATE, text("x" * 5_000)).notes[0].value) == 200
    assert len(read(Kind.DATE, text("x" * 5_000)).notes[0].message) < 120


# -- yes or no, choices -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "stored"),
    [
        (text("Oui"), 1), (text("o"), 1), (text("VRAI"), 1), (text("x"), 1), (number("1"), 1), (text("TRUE"), 1),
        (Cell(1, 1, CellKind.BOOLEAN, True), 1), (Cell(1, 1, CellKind.BOOLEAN, False), 0),
        (text("non"), 0), (text("N"), 0), (text("Faux"), 0), (number("0"), 0), (text("1"), 1),
    ],
)  # fmt: skip
def test_yes_or_no(cell: Cell, stored: int) -> None:
    assert value(Kind.BOOLEAN, cell) == stored


@pytest.mark.parametrize("cell", [text("peut-être"), number("2"), Cell(1, 1, CellKind.DATE, date(2025, 1, 1))])
def test_neither_yes_nor_no(cell: Cell) -> None:
    assert "n’est ni oui ni non" in error(Kind.BOOLEAN, cell)


def test_choices_by_label_or_code() -> None:
    status = of(Kind.CHOICE, choices=STATUS)
    for written in ("En cours", "en  COURS ", "running"):
        assert value(status, text(written)) == "running"
    assert value(status, text("idee")) == "idea"
    assert unchanged(status, text("code_of_tomorrow"), "code_of_tomorrow")


def test_an_unknown_choice_shows_the_nearest_and_picks_none() -> None:
    reading = read(of(Kind.CHOICE, choices=STATUS), text("En cour"))
    assert reading.outcome is Outcome.ERROR
    assert reading.notes[0].example.startswith("En cours")
    assert reading.candidates == ()


# -- links --------------------------------------------------------------------------------------------------------

LEAD = of(Kind.LINK, target="organisation")
PARTNERS = of(Kind.LINKS, target="organisation")


@pytest.mark.parametrize(
    "written",
    [
        "ORG-2",
        "org-2",
        "Métropole européenne de Lille (ORG-2)",
        "metropole europeenne de lille",
        "MEL",
        f" {MEL[:0]}mel ",
    ],
)
def test_a_link_by_code_or_name(written: str) -> None:
    assert value(LEAD, text(written)) == MEL


def test_a_link_by_token() -> None:
    assert value(LEAD, text(make_token("organisation", MEL, "K7QD"))) == MEL
    assert "d’un autre genre" in error(LEAD, text(make_token("action", CAF, "K7QD")))
    assert "n’est pas connu" in error(LEAD, text(make_token("organisation", UNKNOWN[:-1] + "8", "K7QD")))


def test_d66_the_label_of_the_export_is_unchanged_though_the_target_is_called_otherwise() -> None:
    assert unchanged(LEAD, text("Caf du Nord (ORG-1)"), CAF)
    assert unchanged(LEAD, text("caf du nord  (org-1)"), CAF)
    # Pasted from another row, it is the same structure.
    assert value(LEAD, text("Caf du Nord (ORG-1)"), MEL) == CAF


def test_a_name_that_several_rows_have_is_an_error_with_their_codes() -> None:
    message = error(LEAD, text("Centre social"))
    assert "désigne 2 lignes" in message
    assert "ORG-4" in message
    assert "ORG-5" in message
    assert value(LEAD, text("Centre social (ORG-4)")) == LEO


def test_an_unknown_name_shows_the_nearest() -> None:
    note = read(LEAD, text("Metropole de Lille")).notes[0]
    assert note.reason is Reason.UNKNOWN_REFERENCE
    assert "Métropole européenne de Lille (ORG-2)" in note.message
    assert "n’est pas connu" in error(LEAD, text("Métropole européenne de Lille (ORG-1)"))


def test_a_name_that_looks_like_nothing_here_is_offered_none() -> None:
    assert "le plus proche" not in error(LEAD, text("Boulangerie Duhamel"))


def test_d67_many_links_have_no_order() -> None:
    base = (CAF, MEL)
    for written in ("CAF; MEL", "MEL ; CAF;", "mel\ncaf", "MEL;MEL;CAF"):
        assert unchanged(PARTNERS, text(written), base)
    assert value(PARTNERS, text("MEL; ARS"), base) == tuple(sorted((MEL, ARS)))


def test_many_links_split_on_no_comma() -> None:
    assert unchanged(PARTNERS, text("Agence, santé"), (ARS,))


def test_each_unknown_element_is_an_error_of_its_own() -> None:
    reading = read(PARTNERS, text("CAF; Inconnu; MEL; Autre inconnu"), (CAF,))
    assert reading.outcome is Outcome.ERROR
    assert [note.value for note in reading.notes] == ["Inconnu", "Autre inconnu"]


def test_no_links_left() -> None:
    reading = read(PARTNERS, text(" ; "), (CAF,))
    assert reading.outcome is Outcome.VALUE
    assert reading.erased
    assert read(PARTNERS, Cell(1, 1, CellKind.EMPTY, None), ()).outcome is Outcome.UNCHANGED


# -- empty, formulas, merged --------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", list(Kind))
def test_d60_an_emptied_cell_is_an_erasure(kind: Kind) -> None:
    field = of(kind, target="organisation")
    base: Any = (CAF,) if kind is Kind.LINKS else "x"
    for cell in (Cell(1, 1, CellKind.EMPTY, None), text("  \n")):
        reading = read(field, cell, base)
        assert (reading.outcome, reading.value, reading.erased) == (Outcome.VALUE, None, True)
        assert read(field, cell, None).outcome is Outcome.UNCHANGED
        assert read(field, cell) == Reading(Outcome.VALUE)


@pytest.mark.parametrize("kind", list(Kind))
def test_d62_a_merged_cell_is_unknown_not_erased(kind: Kind) -> None:
    reading = read_cell(of(kind), Cell(1, 1, CellKind.EMPTY, None), "x", scope=SCOPE, covered=True)
    assert reading.outcome is Outcome.UNKNOWN
    assert not reading.erased
    assert "fusionnée" in reading.notes[0].message


def test_d63_a_formula_that_gives_the_base_is_unchanged() -> None:
    assert read(Kind.MONEY, number("12")._replace(formula=True), 1200).outcome is Outcome.UNCHANGED


def test_a_formula_that_gives_another_value_is_proposed() -> None:
    assert proposed(Kind.MONEY, number("13")._replace(formula=True), 1200) == (
        1300,
        "Cette valeur est issue d’une formule.",
    )


@pytest.mark.parametrize("kind", list(Kind))
def test_d64_a_formula_without_result_or_in_error_is_an_error(kind: Kind) -> None:
    field = of(kind, target="organisation")
    assert "pas de résultat" in error(field, Cell(1, 1, CellKind.EMPTY, None, formula=True), "x")
    assert "#REF!" in error(field, Cell(1, 1, CellKind.ERROR, "#REF!", formula=True), "x")
