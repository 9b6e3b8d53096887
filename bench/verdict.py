"""The rows of the bench, their bounds, and what a figure is worth against them. Source: the budgets of performance."""

from dataclasses import asdict, dataclass
from typing import Any

EXCELLENT, GOOD, ALARM = "excellent", "good", "alarm"


@dataclass(frozen=True, slots=True)
class Budget:
    """One row: its key on the command line, its French name, its floor, its two bounds.

    The bounds are of the ratio to the floor or, when `unit` is given, of the figure itself (ms, Mo). `also` is a second
    bound of excellence, in ms, on the worst case of the row.
    """

    key: str
    what: str
    floor: str
    excellent: float
    alarm: float
    unit: str = ""
    also: float | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """What one row gave. `ratio` is None for a row with a unit, whose figure is `value`; `note` says the rest."""

    key: str
    floor_ms: float | None = None
    ours_ms: float | None = None
    value: float | None = None
    worst_ms: float | None = None
    spread: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A row that cannot be measured yet, and the sentence that says why."""

    key: str
    reason: str


class NotThere(Exception):
    """Raised by a row whose subject does not exist yet; its text is the sentence shown."""


BUDGETS = (
    Budget("window", "Lancement jusqu’à la première fenêtre peinte", "un QMainWindow vide", 1.5, 2),
    Budget("start", "Lancement jusqu’au plan de 20 000 actions à l’écran", "un QMainWindow vide", 4.5, 7),
    Budget("open", "Ouverture d’une page de 20 000 lignes", "SELECT sqlite3 des mêmes lignes", 1.0, 2),
    Budget("scroll", "Défilement d’un écran", "QSqlQueryModel dans la même vue", 1.4, 1.7),
    Budget(
        "key", "Frappe dans le filtre, affichage compris", "ids FTS5, modèle remis à zéro, peinture", 1.5, 2.5, also=33
    ),
    Budget("sort", "Tri d’une colonne, affichage compris", "sorted() de 20 000 textes repliés", 5, 20),
    Budget("edit", "Une modification, écrite, journalisée, cherchable", "UPDATE sqlite3 et commit", 5, 10),
    Budget("export", "Export du classeur d’équipe, contrôle compris", "XlsxWriter, mêmes cellules", 1.8, 3),
    Budget("import", "Réimport : aperçu de 0 changement", "openpyxl, lecture du même fichier", 2.2, 3.5),
    Budget("union", "Union du journal d’un collègue : 1 200 lignes sur 20 000", "executemany des mêmes lignes", 4, 10),
    Budget("pdf", "Rapport PDF de 200 pages", "canevas reportlab, mêmes textes", 3.6, 6),
    Budget("backup", "Sauvegarde vérifiée", "copie du fichier et fsync", 4.5, 8),
    Budget("freeze", "Plus long gel de la fenêtre pendant tout cela", "", 50, 100, unit="ms"),
    Budget("memory", "Mémoire, ce carnet ouvert", "", 250, 500, unit="Mo"),
    Budget("growth", "Croissance : 20 000 lignes sur 2 000", "la même chose à 2 000 lignes", 11, 15),
)
BUDGET = {budget.key: budget for budget in BUDGETS}


def figure(measured: Measured) -> float:
    """The number that the bounds judge: the ratio, or the value of a row with a unit."""
    if measured.value is not None:
        return measured.value
    assert measured.floor_ms
    assert measured.ours_ms is not None
    return measured.ours_ms / measured.floor_ms


def verdict(measured: Measured) -> str:
    """`excellent`, `good` or `alarm`; a bound that is reached still holds."""
    budget = BUDGET[measured.key]
    found = figure(measured)
    if found > budget.alarm:
        return ALARM
    late = budget.also is not None and measured.worst_ms is not None and measured.worst_ms > budget.also
    return GOOD if found > budget.excellent or late else EXCELLENT


def as_json(measured: Measured) -> dict[str, Any]:
    """The row of bench/results.json: the keys of the contract, then what the row adds."""
    budget = BUDGET[measured.key]
    row: dict[str, Any] = {
        "what": budget.what,
        "floor_ms": _rounded(measured.floor_ms),
        "ours_ms": _rounded(measured.ours_ms),
        "ratio": None if budget.unit else round(figure(measured), 2),
        "excellent": budget.excellent,
        "alarm": budget.alarm,
        "verdict": verdict(measured),
    }
    if budget.unit:
        row |= {"value": _rounded(measured.value), "unit": budget.unit}
    extra = {key: value for key, value in asdict(measured).items() if key in ("worst_ms", "spread", "note") and value}
    return row | {key: round(value, 3) if isinstance(value, float) else value for key, value in extra.items()}


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, 3)
