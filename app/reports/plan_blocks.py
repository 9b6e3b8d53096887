"""The plan of actions on paper: its table by objective, states by sign and word, progress, their legend."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.formatting import NBSP, format_date, format_money, format_percent
from app.reports.blocks import caption, empty_sentence
from app.reports.cells import GUTTER, Cell, Column, Row
from app.reports.layout import Block
from app.reports.pen import text_width
from app.reports.tables import Table
from app.reports.text import Run, Text
from app.reports.theme import PAPER, STATUS, TABLE, register_fonts


@dataclass(frozen=True, slots=True)
class PlanLine:
    """An action of the plan; `status` is a key of `STATUS` (late included), progress in points of percent."""

    number: str
    title: str
    promoter: str = ""
    status: str = "planned"
    progress: int | Decimal | None = None
    due: date | None = None
    budget: Decimal | None = None


@dataclass(frozen=True, slots=True)
class PlanGroup:
    """An objective and its actions."""

    number: str
    title: str
    lines: tuple[PlanLine, ...] = ()


@dataclass(frozen=True, slots=True)
class PlanTotal:
    """The last row: its words, the mean progress, the sum of the budgets."""

    label: str
    progress: int | Decimal | None = None
    budget: Decimal | None = None


def plan_table(
    groups: Sequence[PlanGroup], *, priority: str = "", total: PlanTotal | None = None, budget: bool = True
) -> list[Block]:
    """The actions by objective; without any, the sentence of an empty plan."""
    if not any(group.lines for group in groups):
        return [empty_sentence("Aucune action n’est inscrite.")]
    numbers = [line.number for group in groups for line in group.lines]
    columns = [
        Column("N°", max(28.0, _widest(numbers)), colour=PAPER.text_muted),
        Column("Action", share=1.26),
        Column("Porteur", share=1),
        Column("État", 65),
        Column("Avancement", 67),
        Column("Échéance", 57),
    ]
    if budget:
        amounts = [line.budget for group in groups for line in group.lines] + [total.budget if total else None]
        columns.append(Column("Budget", _widest(["Budget", *map(_whole_euros, amounts)]), align="right"))
    stripe = PAPER.priority(priority).strong if priority else ""
    rows: list[Row] = []
    for group in groups:
        if group.title:
            rows.append(Row((group.number, Cell(group.title, span=len(columns) - 1)), "group", stripe))
        rows += [_plan_row(line, budget=budget) for line in group.lines]
    if total:
        cells: list[str | Cell] = ["", Cell(total.label, span=3), progress_cell(total.progress), ""]
        if budget:
            cells.append(_whole_euros(total.budget))
        rows.append(Row(cells, "total"))
    return [Table(columns, rows, after=3, summary="Plan d’actions")]


def _whole_euros(amount: Decimal | None) -> str:
    return format_money(amount, cents=False)


def _widest(texts: Sequence[str]) -> float:
    """Width of a column in which none of `texts`, bold, has to wrap."""
    style = TABLE.but(bold=True)
    register_fonts()
    return max(text_width(text, style.font, style.size) for text in texts) + 2 * GUTTER + 0.5


def _plan_row(line: PlanLine, *, budget: bool) -> Row:
    due: str | Cell = format_date(line.due) or "–"
    if STATUS[line.status].alert and line.status == "late":
        due = Cell(str(due), bold=True)
    cells: list[str | Cell] = [line.number, line.title, line.promoter or "–", status_cell(line.status)]
    cells += [progress_cell(line.progress), due]
    if budget:
        cells.append(_whole_euros(line.budget) or "–")
    return Row(cells)


def status_cell(status: str, word: str = "") -> Cell:
    """A state by its sign and its word; late and blocked are bold and coloured."""
    sign = STATUS[status]
    colour = PAPER.tone(sign.tone).fg
    alert = sign.alert
    return Cell(
        word or sign.word, sign=sign.sign, sign_colour=colour, bold=alert, colour=colour if alert else PAPER.text
    )


def progress_cell(progress: int | Decimal | None) -> Cell | str:
    """A small bar and the percentage; a dash when nobody has entered it."""
    if progress is None:
        return "–"
    return Cell(format_percent(progress), progress=float(progress))


def priority_reference(code: str, number: str = "") -> Cell:
    """« P4 4.2.1 », the code in the colour of the priority."""
    return Cell([Run(code, bold=True, colour=PAPER.priority(code).fg), Run(f"{NBSP}{number}" if number else "")])


def status_legend(*, words: dict[str, str] | None = None, note: str = "") -> Text:
    """What the signs mean; `words` chooses and renames them, `note` ends the line."""
    chosen = words or {code: sign.word for code, sign in STATUS.items()}
    signs = "   ".join(f"{STATUS[code].sign}{NBSP}{word.replace(' ', NBSP)}" for code, word in chosen.items())
    return caption(f"{signs} · {note}" if note else signs)
