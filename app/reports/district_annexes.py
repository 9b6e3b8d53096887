"""The annexes of the projet de quartier: every action, every value of context, what is doubtful, sources, sigles."""

from collections.abc import Sequence

from app.formatting import NBSP, counted, format_number, plural
from app.reports import blocks
from app.reports.cells import Cell, Column, Row
from app.reports.layout import Block, NewPage, Stack
from app.reports.markdown import rich_text
from app.reports.request import Request
from app.reports.tables import Table
from app.reports.text import Heading, RichText, Text
from app.reports.theme import BODY, DENSE_BODY, LABEL, PAPER, SUBHEADING, TABLE
from app.reports.wording import capital, partners_words, state_runs, steps_runs, value_words
from app.services.queries.action_report import ActionSheet
from app.services.queries.context_report import ContextIndicator
from app.services.queries.project_report import ProjectReport
from app.services.queries.source_report import Doubt, SourceLine
from app.services.scorecard import period_words

#: Names that a doubt quotes; the others are counted.
QUOTED = 12


def annexes(report: ProjectReport, request: Request) -> list[Block]:
    """All the annexes, numbered."""
    parts: list[tuple[str, list[Block]]] = [
        ("Fiches des actions", _sheets(report, request)),
        ("Valeurs de contexte", _context(report.context)),
    ]
    if not request.public:
        parts.append(("Points à confirmer", _doubts(report)))
    parts.append(("Sources et sigles", _glossary(report)))
    story: list[Block] = [NewPage(), *blocks.title("Annexes")]
    for rank, (title, part) in enumerate(parts, start=1):
        story += [blocks.heading(f"Annexe {rank}. {title}"), *part]
    return story


# -- actions ------------------------------------------------------------------------------------------------------


def _sheets(report: ProjectReport, request: Request) -> list[Block]:
    if not report.actions:
        return [blocks.empty_sentence("Aucune action n’est inscrite au plan.")]
    story: list[Block] = []
    for action in report.actions:
        story += _sheet(action, request)
    return story


def _sheet(action: ActionSheet, request: Request) -> list[Block]:
    """A short fiche: what, where, with whom, when."""
    title = Heading(f"{action.number} {action.title}".strip(), SUBHEADING, level=3, after=1, bookmark=True)
    described = rich_text(action.description, style=DENSE_BODY)
    wide: list[tuple[str, RichText]] = [
        ("Publics visés", action.publics),
        ("Partenaires", partners_words(action)),
        ("Étapes", steps_runs(action.steps)),
    ]
    if not request.public:
        wide.append(("Blocage", action.blocking_point))
    promoter = action.promoter or (f"pilote Ville{NBSP}: {action.lead}" if action.lead else "–")
    rows = [Row(("Porteur", promoter, "Territoires", ", ".join(action.territories) or "–"))]
    rows += [Row((label, Cell(value, span=3))) for label, value in wide if value]
    columns = [Column("", 66, colour=PAPER.text_muted), Column("", share=1)] * 2
    facts = Table(columns, rows, style=TABLE, row_head=0, align_top=True, quiet=True, ruled=False, after=0)
    state = Text(state_runs(action), LABEL, after=3, keep_with_next=True)
    # Whole on its page as long as a page can hold it.
    return [Stack([title, state, *described, facts], before=15, after=12)]


# -- values -------------------------------------------------------------------------------------------------------


def _context(context: Sequence[ContextIndicator]) -> list[Block]:
    """Every value with its source and its year, by priority."""
    columns = [
        Column("Indicateur", share=1.3), Column("Territoire", share=0.78), Column("Valeur", 84, align="right"),
        Column("Année", 79), Column("Source", share=1.26),
    ]  # fmt: skip
    rows: list[Row] = []
    before = "?"
    for one in sorted(context, key=lambda found: found.priority or "P0"):
        if one.priority != before:
            before = one.priority
            words = f"Priorité {one.priority}" if one.priority else "Tous domaines"
            rows.append(Row((Cell(words, span=5),), "group"))
        for rank, measure in enumerate(one.measures):
            name = Cell("", joined=True) if rank else Cell(capital(one.title))
            unsure = "à confirmer" if measure.to_confirm else ""
            rows.append(
                Row(
                    (
                        name, measure.territory_name or "–", Cell(value_words(measure, one.scale), note=unsure),
                        Cell(period_words(measure), colour=PAPER.text_muted),
                        Cell(measure.source or "source non précisée", colour=PAPER.text_muted),
                    )
                )
            )  # fmt: skip
    return [
        _introduced(
            f"Les valeurs que citent les documents du contrat, telles quelles. «{NBSP}Année non précisée{NBSP}»"
            f"{NBSP}: le document ne la donne pas."
        ),
        blocks.data_table(columns, rows, empty="Aucune valeur de contexte n’est inscrite.", row_head=0, align_top=True),
    ]


def _introduced(text: str) -> Text:
    """A sentence that stays with the table it announces."""
    return Text(text, BODY, keep_with_next=True)


# -- doubts -------------------------------------------------------------------------------------------------------


def _doubts(report: ProjectReport) -> list[Block]:
    story: list[Block] = []
    if report.inconsistencies:
        columns = [Column("Incohérence de la source", share=0.8), Column("Ce que disent les textes", share=1.5),
                   Column("Où", share=0.8, colour=PAPER.text_muted)]  # fmt: skip
        rows = [Row((one.title, one.text, one.source)) for one in report.inconsistencies]
        story += [blocks.data_table(columns, rows, row_head=0, align_top=True)]
    if not report.doubts:
        return story or [blocks.empty_sentence("Rien n’est à confirmer.")]
    columns = [Column("À confirmer", 92), Column("Lignes", share=1.3), Column("Pourquoi", share=1)]
    rows = [Row((_doubt_head(doubt), _quoted(doubt.names), doubt.remark or "–")) for doubt in report.doubts]
    return [*story, blocks.data_table(columns, rows, row_head=0, align_top=True, before=8)]


def _doubt_head(doubt: Doubt) -> Cell:
    return Cell(doubt.plural, note=counted(len(doubt.names), "ligne"))


def _quoted(names: Sequence[str]) -> str:
    said = f"{NBSP}; ".join(capital(name) for name in names[:QUOTED])
    left = len(names) - QUOTED
    return f"{said}{NBSP}; et {counted(left, 'autre')}" if left > 0 else said


# -- sources ------------------------------------------------------------------------------------------------------


def _glossary(report: ProjectReport) -> list[Block]:
    story: list[Block] = []
    columns = [Column("Source des valeurs", share=1), Column("Valeurs", 50, align="right"),
               Column("Années des valeurs", share=0.9)]  # fmt: skip
    rows = [Row((one.title, format_number(one.values), _years(one))) for one in report.sources]
    story.append(blocks.data_table(columns, rows, empty="Aucune valeur n’a de source.", row_head=0))
    if report.outlines:
        names = sorted({one.source for one in report.outlines if one.source})
        story.append(blocks.caption(f"Contours des QPV{NBSP}: {', '.join(names)}."))
    if report.acronyms:
        story.append(blocks.heading("Sigles", 3, bookmark=False))
        story.append(_acronyms(report.acronyms))
    return story


def _acronyms(pairs: Sequence[tuple[str, str]]) -> Block:
    """Two columns, read down the first then down the second."""
    half = (len(pairs) + 1) // 2
    columns = [Column("", 78), Column("", share=1)]
    sides = [
        [blocks.data_table(columns, [Row((Cell(key, bold=True), name)) for key, name in side], row_head=0, quiet=True)]
        for side in (pairs[:half], pairs[half:])
        if side
    ]
    return blocks.side_by_side(*sides)


def _years(line: SourceLine) -> str:
    said = ", ".join(str(year) for year in line.years)
    undated = f"{counted(line.undated, 'valeur')} {plural(line.undated, 'sans année', 'sans année')}"
    return "; ".join(part for part in (said, undated if line.undated else "") if part).replace(";", f"{NBSP};")
