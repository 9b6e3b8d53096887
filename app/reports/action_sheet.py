"""The document « Fiche action »: one action on one or two pages."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from app.formatting import NBSP, counted, format_date, format_number, format_percent
from app.reports import blocks
from app.reports.blocks import KeyFigure
from app.reports.cells import Cell, Column, Row
from app.reports.document import Built, Metadata, Progress, write_document
from app.reports.layout import Block, Columns
from app.reports.markdown import rich_text
from app.reports.plan_blocks import status_cell
from app.reports.request import Request
from app.reports.tables import Table
from app.reports.text import Heading, RichText, Run, Text, plain_text
from app.reports.theme import A4, DENSE_BODY, HEADING, PAPER, SUBHEADING, TABLE, Sheet
from app.reports.wording import capital, period_of, sign_of, value_words
from app.services.queries.action_report import ActionSheet, SheetStep, load_sheets
from app.services.queries.indicators import IndicatorRow
from app.services.queries.project_report import Frame, load_frame, quarter_name
from app.services.schedule import STATE_WORDS, State, in_words
from app.services.scorecard import goal_words, period_words

# A little more room than other documents: most fiches then hold on one page.
SHEET = Sheet(A4.width, A4.height, top=56, bottom=48)
_TEXT = DENSE_BODY.but(leading=12)
# Lists at the foot: as small as the tables.
_SMALL = DENSE_BODY.but(size=8.5, leading=11.5)
#: Notes of follow-up told when no period is asked for.
NOTES = 5


def write_action_sheet(
    connection: Any,
    request: Request,
    path: Path,
    *,
    today: date,
    author: str = "",
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Built:
    """Write the fiche of one action; see `document.write_document` for what is raised."""
    (sheet,) = load_sheets(
        connection, [request.records["action"]], today=today, district=request.district, measured=True
    )
    frame, quarter = load_frame(connection), quarter_name(connection, request.district)
    return write_document(
        path,
        metadata(sheet, frame, quarter, today=today, author=author),
        story(sheet, request, today=today),
        sheet=SHEET,
        progress=progress,
        cancelled=cancelled,
    )


def metadata(sheet: ActionSheet, frame: Frame, quarter: str, *, today: date, author: str) -> Metadata:
    where = f"Quartier {quarter}" if quarter else frame.town
    contract = f"Contrat de ville {frame.period}".rstrip()
    name = " ".join(part for part in ("Fiche action", sheet.code or sheet.number) if part)
    return Metadata(
        title=f"{name}{NBSP}: {sheet.title}",
        place=frame.place or "Politique de la ville",
        scope=" · ".join(part for part in (where, contract, "exemple inventé" if sheet.example else "") if part),
        edited_on=today,
        author=author or frame.place,
        subject=f"{name}, {contract}",
    )


def story(sheet: ActionSheet, request: Request, *, today: date) -> list[Block]:
    """What the fiche says, from what the action is to what is measured of it."""
    return [
        _head(sheet),
        blocks.KeyFigures(_figures(sheet, today)),
        *_banner(sheet, request, today),
        _identity(sheet, request),
        *_texts(sheet),
        *_steps(sheet.steps),
        *_indicators(sheet.indicators),
        Columns([_partners(sheet), _notes(sheet, request)]),
    ]


def _head(sheet: ActionSheet) -> Heading:
    name = " ".join(part for part in ("Fiche action", sheet.code) if part)
    above = " › ".join([sheet.priority.short_title, *sheet.objectives] if sheet.priority else sheet.objectives)
    return blocks.PriorityHeading(
        sheet.priority.key if sheet.priority else "–", sheet.title, " · ".join(part for part in (name, above) if part)
    )


def _figures(sheet: ActionSheet, today: date) -> list[KeyFigure]:
    sign = sign_of(sheet.state)
    done = sum(step.done is not None for step in sheet.steps)
    share = format_percent(sheet.progress) if sheet.progress is not None else "–"
    steps = f"{done} / {len(sheet.steps)}" if sheet.steps else "–"
    due = "échéance"
    if sheet.end and sheet.state not in (State.DONE, State.DROPPED):
        due = f"échéance, {in_words(sheet.end, today)}"
    return [
        KeyFigure(f"{sign.sign}{NBSP}{STATE_WORDS[sheet.state]}", sheet.kind_label or "état"),
        KeyFigure(share, "avancement"),
        KeyFigure(format_date(sheet.end) or "–", due),
        KeyFigure(steps.replace(" ", NBSP), "étapes faites" if done > 1 else "étape faite"),
    ]


def _banner(sheet: ActionSheet, request: Request, today: date) -> list[Block]:
    """What waits for somebody; not for inhabitants."""
    if request.public:
        return []
    if sheet.blocking_point and sheet.state is State.BLOCKED:
        return [blocks.callout("danger", "Action bloquée", sheet.blocking_point)]
    late = [step for step in sheet.steps if step.late]
    if sheet.state is State.LATE and sheet.end is not None:
        words = [f"L’échéance du {format_date(sheet.end)} est passée."]
        for step in late[:2]:
            words.append(f"L’étape «{NBSP}{step.title}{NBSP}» était attendue pour le {format_date(step.due)}.")
        return [blocks.callout("warning", capital(in_words(sheet.end, today)), " ".join(words))]
    return []


def _texts(sheet: ActionSheet) -> list[Block]:
    """The long texts; the description is always there, the others when they were written, in two columns."""
    described: list[Block] = [_title("Description"), *rich_text(sheet.description, style=_TEXT)]
    if len(described) == 1:
        described.append(blocks.empty_sentence("L’action n’est pas encore décrite."))
    others = [
        [_title(name), *rich_text(text, style=_TEXT)]
        for name, text in (
            ("Contexte", sheet.context),
            ("Publics visés", sheet.publics),
            ("Réponse aux besoins des habitants", sheet.needs),
            ("Droit commun mobilisé", sheet.common_law),
        )
        if text.strip()
    ]
    columns: list[list[Block]] = [described, []]
    weights = [len(sheet.description), 0]
    for part in others:
        # The shorter column takes the next text; the order is kept within each.
        rank = weights.index(min(weights))
        columns[rank] += part
        weights[rank] += sum(len(plain_text(block.text)) for block in part if isinstance(block, Text)) + 80
    return [Columns(columns, before=6, after=4)] if columns[1] else described


def _title(text: str) -> Heading:
    return Heading(text, SUBHEADING, level=2, before=8, after=2, bookmark=False)


def _identity(sheet: ActionSheet, request: Request) -> Block:
    """Who, where, in which frame, in two columns."""
    contact = "" if request.public else sheet.contact
    participation = [f"Participation{NBSP}: {sheet.participation.lower()}"] if sheet.participation else []
    pairs: list[tuple[str, RichText]] = [
        ("Porteur", "\n".join(part for part in (sheet.promoter, contact) if part)),
        ("Territoires", "\n".join(sheet.territories)),
        ("Pilote Ville", sheet.lead),
        ("Élu référent", sheet.elected),
        ("Période", period_of(sheet.start, sheet.end)),
        ("Dispositifs", ", ".join(sheet.schemes)),
        ("Ambitions", "\n".join(map(capital, sheet.ambitions))),
        ("Transversal", "\n".join([*sheet.themes, *participation])),
    ]
    always = ("Porteur", "Pilote Ville", "Territoires", "Période")
    kept = [(label, Cell(value or "–")) for label, value in pairs if value or label in always]
    rows = [Row([part for pair in kept[start : start + 2] for part in pair]) for start in range(0, len(kept), 2)]
    columns = [Column("", 62, colour=PAPER.text_muted), Column("", share=1)] * 2
    return Table(columns, rows, style=TABLE, row_head=0, align_top=True, quiet=True, ruled=False, after=4)


def _steps(steps: Sequence[SheetStep]) -> list[Block]:
    columns = [Column("Étape", share=1.7), Column("Responsable", share=0.9), Column("Échéance", 60),
               Column("Faite le", 60), Column("État", 66)]  # fmt: skip
    rows = []
    for step in steps:
        code, word = ("done", "Faite") if step.done else ("late", "") if step.late else ("planned", "À faire")
        due: str | Cell = format_date(step.due) or "–"
        if step.late:
            due = Cell(str(due), bold=True)
        state = status_cell(code, word)
        rows.append(Row((step.title, step.responsible or "–", due, format_date(step.done) or "–", state)))
    done = sum(step.done is not None for step in steps)
    note = f"{format_number(done)} sur {format_number(len(steps))}" if steps else ""
    return [
        _heading("Étapes", note=note),
        blocks.data_table(columns, rows, empty="Aucune étape n’est inscrite.", row_head=0),
    ]


def _partners(sheet: ActionSheet) -> list[Block]:
    if not sheet.partners:
        return [_heading("Partenaires"), blocks.empty_sentence("Aucun partenaire n’est inscrit.")]
    items: list[RichText] = [
        [Run(partner.name, bold=True), Run(f"{NBSP}: {partner.role}" if partner.role not in ("", "partenaire") else "")]
        for partner in sheet.partners
    ]
    head = _heading("Partenaires", note=counted(len(items), "structure"))
    return [head, *blocks.bullets(items, style=_SMALL)]


def _heading(text: str, *, note: str = "") -> Heading:
    """A heading that does not take much: a fiche holds on a page or two."""
    return Heading(text, HEADING, level=2, before=11, after=3, bookmark=False, note=note)


def _indicators(rows: Sequence[IndicatorRow]) -> list[Block]:
    columns = [
        Column("Indicateur", share=1.5), Column("Départ", 52, align="right"),
        Column("Dernière valeur", 106, align="right"), Column("Cible", share=1), Column("Source", share=1),
    ]  # fmt: skip
    lines = []
    for row in rows:
        last = row.last
        value = (
            Cell(value_words(last, row.scale), bold=True, note=period_words(last))
            if last
            else Cell(blocks.TO_ENTER, colour=PAPER.text_muted)
        )
        aim = Cell(
            goal_words(row.goal, row.scale) if row.goal else "–",
            note=str(row.goal.year) if row.goal and row.goal.year else "",
        )
        base = format_number(row.base) if row.base is not None else "–"
        source = Cell(last.source if last and last.source else "–", colour=PAPER.text_muted)
        lines.append(Row((row.title, base, value, aim, source)))
    return [
        _heading("Indicateurs"),
        blocks.data_table(columns, lines, empty="Aucun indicateur n’est lié à cette action.", row_head=0),
    ]


def _notes(sheet: ActionSheet, request: Request) -> list[Block]:
    """The follow-up, newest first."""
    notes = [note for note in sheet.notes if not request.bounded or request.covers(note.day)]
    shown = notes if request.bounded else notes[:NOTES]
    title = f"Suivi {request.period_words}" if request.bounded else "Suivi"
    head = _heading(title, note="" if request.bounded else f"fiche mise à jour le {_updated(sheet)}")
    if not shown:
        return [head, blocks.empty_sentence("Aucune note de suivi.")]
    left = len(notes) - len(shown)
    items: list[RichText] = [[Run(f"{format_date(note.day)}{NBSP}: ", bold=True), Run(note.text)] for note in shown]
    story: list[Block] = [head, *blocks.bullets(items, style=_SMALL)]
    if left > 0:
        story.append(blocks.caption(f"Et {counted(left, 'note plus ancienne', 'notes plus anciennes')}."))
    return story


def _updated(sheet: ActionSheet) -> str:
    """The day of the last change, from its ISO stamp."""
    return format_date(date.fromisoformat(sheet.updated_at[:10])) if sheet.updated_at else "–"
