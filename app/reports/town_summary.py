"""The document « Synthèse de la ville »: the quartiers side by side on two pages, as the window and `consolider` say.

An action of several quartiers counts in each of them and once in the town. The quartier asked for changes nothing: the
document is about all of them.
"""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from app.formatting import NBSP, counted, format_date, format_long_date, format_number, format_percent
from app.reports import blocks
from app.reports.blocks import KeyFigure
from app.reports.cells import Cell, Column, Row
from app.reports.document import Built, Metadata, Progress, write_document
from app.reports.layout import Block
from app.reports.plan_blocks import progress_cell, status_cell
from app.reports.request import Request
from app.reports.theme import A4, PAPER, Sheet
from app.reports.wording import status_of
from app.services.queries.home import has_example
from app.services.queries.project_report import Frame, load_frame
from app.services.queries.town import NO_ACTIONS, Actions, QuarterLine, Town, load_town
from app.services.queries.town_indicators import IndicatorCell, IndicatorLine, total_words
from app.services.readings import reading_words
from app.services.scorecard import short_period

SHEET = Sheet(A4.width, A4.height, top=56, bottom=48)
TITLE = "Synthèse de la ville"
#: Lines of each list: the whole holds on two pages, three when much is shared.
MOST_SHARED = 12
MOST_STRUCTURES = 5


def write_town_summary(
    connection: Any,
    request: Request,
    path: Path,
    *,
    today: date,
    author: str = "",
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Built:
    """Write the figures of the town as things stand on `today`; see `document.write_document` for what is raised."""
    town, frame = load_town(connection, today=today), load_frame(connection)
    return write_document(
        path,
        metadata(frame, today=today, author=author, example=has_example(connection)),
        story(town, frame, request, today=today),
        sheet=SHEET,
        progress=progress,
        cancelled=cancelled,
    )


def metadata(frame: Frame, *, today: date, author: str, example: bool = False) -> Metadata:
    contract = f"Contrat de ville {frame.period}".rstrip()
    return Metadata(
        title=TITLE,
        place=frame.place or "Politique de la ville",
        scope=" · ".join(part for part in (frame.town, contract, "exemple inventé" if example else "") if part),
        edited_on=today,
        author=author or frame.place,
        subject=f"{TITLE}, {contract}",
    )


def story(town: Town, frame: Frame, request: Request, *, today: date) -> list[Block]:
    """The figures of the town, the quartiers, the priorities, what is shared, the indicators."""
    subtitle = " · ".join(part for part in (frame.town, f"état au {format_long_date(today)}") if part)
    found: list[Block] = [*blocks.title(TITLE, subtitle), blocks.KeyFigures(_figures(town, request))]
    if not town.quarters:
        return [*found, blocks.empty_sentence("Ce carnet n’a pas de quartier.")]
    found += [blocks.heading("Les quartiers"), _quarters(town, request), _quarters_note(town)]
    found += [blocks.heading("Avancement par priorité"), _priorities(town)]
    found.append(blocks.caption("Nombre d’actions, avancement moyen."))
    found += _shared(town)
    found += _structures(town)
    found += _indicators(town)
    return found


def _figures(town: Town, request: Request) -> list[KeyFigure]:
    summary = town.actions.summary
    progress = format_percent(summary.progress) if summary.progress is not None else "–"
    figures = [
        KeyFigure(format_number(summary.count), "actions" if summary.count > 1 else "action"),
        KeyFigure(progress, "avancement moyen"),
        KeyFigure(format_number(summary.late), "en retard"),
        KeyFigure(format_number(town.shared), "communes à plusieurs quartiers"),
        KeyFigure(f"{town.kept.filled}{NBSP}/{NBSP}{town.kept.followed}", "valeurs de l’année saisies"),
    ]
    if not request.public:
        figures.insert(3, KeyFigure(format_number(summary.blocked), "bloquées" if summary.blocked > 1 else "bloquée"))
    return figures


# -- quartiers --------------------------------------------------------------------------------------------------------


def _quarters(town: Town, request: Request) -> Block:
    columns = [
        Column("Quartier", share=1),
        Column("Actions", 44, align="right"),
        Column("Communes", 54, align="right"),
        Column("Avancement", 66),
        Column("En retard", 50, align="right"),
        *([] if request.public else [Column("Bloquées", 48, align="right")]),
        Column("Structures", 52, align="right"),
        Column("À saisir", 44, align="right"),
        *([] if request.public else [Column("Reçu le", 56)]),
    ]
    rows = [Row(_quarter_row(line, request)) for line in town.quarters]
    if town.unplaced.summary.count:
        rows.append(Row(_figures_row("Aucun quartier", town.unplaced, 0, "–", "–", "", request)))
    structures, missing = format_number(len(town.structures)), format_number(town.kept.missing)
    rows.append(Row(_figures_row("Ville", town.actions, town.shared, structures, missing, "", request), "total"))
    return blocks.data_table(columns, rows, row_head=0, summary="Les quartiers et la ville")


def _quarter_row(line: QuarterLine, request: Request) -> list[str | Cell]:
    received = format_date(line.received.at.astimezone().date()) if line.received else "–"
    structures, missing = format_number(line.structures), format_number(line.kept.missing)
    return _figures_row(line.name, line.actions, line.shared, structures, missing, received, request)


def _figures_row(
    name: str, actions: Actions, shared: int, structures: str, missing: str, received: str, request: Request
) -> list[str | Cell]:
    summary = actions.summary
    row: list[str | Cell] = [name, format_number(summary.count), format_number(shared) if shared else "–"]
    row.append(progress_cell(summary.progress))
    row.append(Cell(f"▲{NBSP}{summary.late}", bold=True, colour=PAPER.warning.fg) if summary.late else "–")
    if not request.public:
        row.append(Cell(f"■{NBSP}{summary.blocked}", bold=True, colour=PAPER.danger.fg) if summary.blocked else "–")
    row += [structures, missing]
    return row if request.public else [*row, received]


def _quarters_note(town: Town) -> Block:
    said = [f"À saisir{NBSP}: valeurs de l’année que les tableaux de bord attendent."]
    if town.shared:
        each, them = ("ses quartiers", "compte") if town.shared == 1 else ("leurs quartiers", "comptent")
        shared = counted(town.shared, "action commune", "actions communes")
        said.insert(0, f"{shared} {them} dans chacun de {each}, et une seule fois dans la ville.")
    return blocks.caption(" ".join(said))


# -- priorities -------------------------------------------------------------------------------------------------------


def _priorities(town: Town) -> Block:
    columns = [Column("", 22), Column("Priorité", share=1)]
    columns += [Column(line.name, 58) for line in town.quarters]
    columns.append(Column("Ville", 58))
    rows = []
    for node in town.priorities:
        colours = PAPER.priority(node.key)
        cells: list[str | Cell] = [Cell(node.key, bold=True, colour=colours.fg), node.short_title]
        cells += [_sum(town.matrix.get((node.id, line.id), NO_ACTIONS)) for line in town.quarters]
        cells.append(_sum(town.matrix.get((node.id, ""), NO_ACTIONS), bold=True))
        rows.append(Row(cells, stripe=colours.strong))
    return blocks.data_table(columns, rows, empty="Aucune priorité n’est définie.", row_head=1)


def _sum(actions: Actions, *, bold: bool = False) -> str | Cell:
    summary = actions.summary
    if not summary.count:
        return "–"
    words = format_number(summary.count)
    if summary.progress is not None:
        words = f"{words} · {format_percent(summary.progress)}"
    return Cell(words.replace(" ", NBSP), bold=bold)


# -- what is shared ---------------------------------------------------------------------------------------------------


def _shared(town: Town) -> list[Block]:
    names = {line.id: line.name for line in town.quarters}
    keys = {node.id: node.key for node in town.priorities}
    rows = []
    for one in town.shared_actions[:MOST_SHARED]:
        key = keys.get(one.row.priority, "")
        rows.append(
            Row(
                (
                    Cell(key, bold=True, colour=PAPER.priority(key).fg if key else PAPER.text), one.row.title,
                    status_cell(status_of(one.row.state)), progress_cell(one.row.progress), _named(one.quarters, names),
                )
            )
        )  # fmt: skip
    columns = [Column("", 22), Column("Action", share=1.4), Column("État", 66), Column("Avancement", 62),
               Column("Quartiers", share=1)]  # fmt: skip
    found: list[Block] = [
        blocks.heading("Actions communes", note=counted(town.shared, "action") if town.shared else ""),
        blocks.data_table(columns, rows, empty="Aucune action n’est commune à plusieurs quartiers.", row_head=1),
    ]
    return [*found, *_more(town.shared - len(rows))]


def _structures(town: Town) -> list[Block]:
    names = {line.id: line.name for line in town.quarters}
    several = [one for one in town.structures if len(one.quarters) > 1]
    rows = [
        Row((one.name, format_number(one.actions), _named(one.quarters, names))) for one in several[:MOST_STRUCTURES]
    ]
    columns = [Column("Structure", share=1.3), Column("Actions", 46, align="right"), Column("Quartiers", share=1)]
    found: list[Block] = [
        blocks.heading("Structures à l’œuvre dans plusieurs quartiers", note=str(len(several)) if several else ""),
        blocks.data_table(
            columns, rows, empty="Aucune structure n’est à l’œuvre dans plusieurs quartiers.", row_head=0
        ),
    ]  # fmt: skip
    return [*found, *_more(len(several) - len(rows))]


def _named(quarters: Sequence[str], names: dict[str, str]) -> str:
    return "Tous" if len(quarters) == len(names) else ", ".join(names[row] for row in quarters)


def _more(left: int) -> list[Block]:
    return [blocks.caption(f"… et {counted(left, 'autre')}.")] if left > 0 else []


# -- indicators -------------------------------------------------------------------------------------------------------


def _indicators(town: Town) -> list[Block]:
    lines = [line for line in town.indicators if any(cell.awaited for cell in line.cells.values())]
    columns = [Column("", 22), Column("Indicateur", share=1)]
    columns += [Column(line.name, 58, align="right") for line in town.quarters]
    columns.append(Column("Ville", 62, align="right"))
    rows = []
    for line in lines:
        colour = PAPER.priority(line.priority).fg if line.priority else PAPER.text
        unit = line.scale.unit if line.scale.unit != "%" else ""
        cells: list[str | Cell] = [Cell(line.priority, bold=True, colour=colour), Cell(line.title, note=unit)]
        cells += [_value(line, line.cells.get(quarter.id)) for quarter in town.quarters]
        rows.append(Row((*cells, _town_value(line))))
    found: list[Block] = [
        blocks.heading("Indicateurs côte à côte", note=counted(len(lines), "indicateur") if lines else ""),
        blocks.data_table(columns, rows, empty="Aucun indicateur n’est suivi au tableau de bord.", row_head=1),
    ]
    if rows:
        found.append(
            blocks.caption(
                f"Σ{NBSP}: somme des quartiers pour une même période, quand l’indicateur s’additionne. Les sources de"
                " chaque valeur sont dans la fiche de l’indicateur."
            )
        )
    return found


def _value(line: IndicatorLine, cell: IndicatorCell | None) -> str | Cell:
    if cell is None:
        return ""
    if cell.measure is None:
        return Cell(blocks.TO_ENTER, colour=PAPER.text_muted)
    masked = cell.measure.reading.masked
    words = "masquée" if masked else reading_words(cell.measure.reading, line.scale, unit=line.scale.unit == "%")
    return Cell(words, note=short_period(cell.measure))


def _town_value(line: IndicatorLine) -> str | Cell:
    percent = line.scale.unit == "%"
    if line.town is not None:
        return Cell(reading_words(line.town.reading, line.scale, unit=percent), note=short_period(line.town))
    if line.total is None:
        return ""
    return Cell(f"Σ{NBSP}{total_words(line.total, line.scale, unit=percent)}", note=line.total.period)
