"""The first parts of the projet de quartier: presentation, team and governance, portrait, issues, perspectives."""

from collections.abc import Sequence

from app.formatting import NBSP, counted, format_number, format_percent, plural
from app.reports import blocks, charts
from app.reports.blocks import KeyFigure
from app.reports.cells import Cell, Column, Row
from app.reports.district_context import comparison_table, qpv_map
from app.reports.layout import Block, NewPage, Room, Space
from app.reports.text import Run
from app.reports.theme import PAPER
from app.reports.wording import capital
from app.services.queries.plan import Summary
from app.services.queries.project_report import BodyLine, ProjectReport, Texts, ThemeLine


def presentation(report: ProjectReport) -> list[Block]:
    """What the project is, the figures of its plan, how far each priority is."""
    return [
        *blocks.title("Le projet en bref"),
        *_written(report.texts, "presentation", "Le projet n’est pas encore présenté."),
        blocks.KeyFigures(summary_figures(report.summary)),
        blocks.heading("Avancement par priorité"),
        blocks.Figure(_progress(report), _progress_words(report)),
        blocks.caption("Avancement moyen des actions, saisi par les personnes qui les suivent."),
    ]


def part_title(text: str, *, room: float = 240) -> list[Block]:
    """The title of a part: on the page where the last one ends when `room` points remain, else on a new one."""
    return [Room(room), Space(14), *blocks.title(text)]


def summary_figures(summary: Summary) -> list[KeyFigure]:
    """The four figures of a plan or of a priority."""
    share = format_percent(summary.progress) if summary.progress is not None else "–"
    late = "aucune" if not summary.late else format_number(summary.late)
    blocked = "aucune" if not summary.blocked else format_number(summary.blocked)
    done = "terminées" if summary.done > 1 else "terminée"
    return [
        KeyFigure(counted(summary.count, "action"), f"dont {format_number(summary.done)} {done}"),
        KeyFigure(share, "avancement moyen"),
        KeyFigure(late, f"{plural(summary.late, 'action')} en retard"),
        KeyFigure(blocked, f"{plural(summary.blocked, 'action')} {plural(summary.blocked, 'bloquée')}"),
    ]


def governance(report: ProjectReport) -> list[Block]:
    """Who leads, and the instances that the contract sets up."""
    story: list[Block] = [
        *part_title("Équipe et gouvernance"),
        *_written(report.texts, "team", "L’équipe du projet n’est pas encore décrite."),
        blocks.heading("Instances du contrat de ville", note=counted(len(report.bodies), "instance")),
    ]
    columns = [Column("Instance", share=1.35), Column("Cadence", share=0.75), Column("Pilote et membres", share=1.6)]
    rows: list[Row] = []
    kind = ""
    for body in report.bodies:
        if body.kind != kind:
            kind = body.kind
            rows.append(Row((Cell(kind, span=3),), "group"))
        rows.append(_body_row(body))
    story.append(blocks.data_table(columns, rows, empty="Aucune instance n’est inscrite.", row_head=0, align_top=True))
    if any(body.to_confirm for body in report.bodies):
        story.append(
            blocks.caption("* Rangée parmi ce type d’instances par déduction, à confirmer (voir les annexes).")
        )
    return story


def _body_row(body: BodyLine) -> Row:
    name = f"{capital(body.name)}{'*' if body.to_confirm else ''}"
    note = " · ".join(part for part in ("à créer" if body.to_create else "", body.purpose) if part)
    members = f"{NBSP}; ".join(body.members)
    people: list[Run] = [Run(f"{body.lead}. ", bold=True)] if body.lead else []
    people += [Run(members)] if members else []
    cadence = Cell(body.cadence, colour=PAPER.text_muted if body.cadence.startswith("non précisée") else "")
    return Row((Cell(name, note=note), cadence, Cell(people or "–")))


def portrait(report: ProjectReport) -> list[Block]:
    """The quartier on one page: words beside the map, then the figures with their comparisons."""
    words = _written(report.texts, "portrait", "Le portrait du quartier n’est pas encore écrit.")
    drawn = qpv_map(report.outlines)
    story: list[Block] = [NewPage(), *blocks.title("Portrait du quartier")]
    story.append(blocks.side_by_side(words, drawn, shares=(1.12, 1)) if drawn else words[0])
    if not drawn:
        story += words[1:]
    story += [blocks.heading("Le quartier en comparaison"), *comparison_table(report.context)]
    return story


def issues(report: ProjectReport) -> list[Block]:
    """What is at stake, and the transversal priorities with the actions that carry them."""
    story: list[Block] = [
        *part_title("Enjeux"),
        *_written(report.texts, "issues", "Les enjeux du quartier ne sont pas encore écrits."),
    ]
    general = [line for line in report.themes if line.kind == "issue"]
    carried = [line for line in report.themes if line.kind != "issue"]
    if general:
        story.append(blocks.heading("Enjeux généraux du contrat de ville"))
        story += blocks.bullets(
            [[Run(line.title, bold=True), Run(f". {line.description}" if line.description else "")] for line in general]
        )
    if carried:
        story += [
            blocks.heading("Priorités transversales"),
            _themes_table(carried, report.summary.count),
            blocks.caption("Une action peut porter plusieurs priorités transversales, ou aucune."),
        ]
    return story


def perspectives(report: ProjectReport) -> list[Block]:
    """What comes next; nothing when nobody has written it."""
    if not any(texts.perspectives.strip() for texts in report.texts):
        return []
    return [*part_title("Perspectives", room=120), *_written(report.texts, "perspectives", "")]


def _themes_table(lines: Sequence[ThemeLine], total: int) -> Block:
    columns = [Column("Priorité transversale", share=1), Column("Ce qu’elle demande", share=1.7),
               Column("Actions", 92, align="right")]  # fmt: skip
    rows: list[Row] = []
    kind = ""
    for line in lines:
        if line.kind != kind:
            kind = line.kind
            rows.append(Row((Cell(_plural_kind(line.kind_label), span=3),), "group"))
        share = 100 * line.actions / total if total else 0
        many = Cell(f"{format_number(line.actions)} sur {format_number(total)}".replace(" ", NBSP), progress=share)
        rows.append(Row((line.title, line.description or "–", many if total else "–")))
    return blocks.data_table(columns, rows, row_head=0)


def _plural_kind(label: str) -> str:
    """« Publics prioritaires » of « Public prioritaire »."""
    return " ".join(word if word.endswith(("s", "x")) else f"{word}s" for word in label.split(" "))


def _written(texts: Sequence[Texts], key: str, empty: str) -> list[Block]:
    """One text, or those of every quartier under their names; `empty` when there is none."""
    found = [(one.quarter, str(getattr(one, key))) for one in texts if str(getattr(one, key)).strip()]
    if not found:
        return [blocks.empty_sentence(empty)]
    if len(texts) == 1:
        return blocks.long_text(found[0][1])
    story: list[Block] = []
    for quarter, text in found:
        story += [blocks.heading(f"Quartier {quarter}", 3, bookmark=False), *blocks.long_text(text)]
    return story


def _progress(report: ProjectReport) -> object:
    return charts.progress_bars(
        [
            charts.ProgressLine(
                part.node.short_title, part.summary.progress, part.node.key,
                counted(part.summary.count, "action"),
            )
            for part in report.priorities
        ]
    )  # fmt: skip


def _progress_words(report: ProjectReport) -> str:
    said = (
        f"{part.node.key} {part.node.short_title}"
        f" {format_percent(part.summary.progress) if part.summary.progress is not None else 'non saisi'}"
        for part in report.priorities
    )
    return f"Barres d’avancement{NBSP}: {', '.join(said)}."
