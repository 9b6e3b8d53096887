"""`carnet consolider`: the quartiers side by side and the town they make, shared actions counted once."""

from datetime import datetime

from app.cli.output import emit_json, emit_table
from app.cli.session import Session
from app.cli.streams import emit, say
from app.formatting import NBSP, counted, format_date, format_number, format_percent
from app.services.queries.plan import Summary
from app.services.queries.town import NO_ACTIONS, QuarterLine, Town, load_town
from app.services.queries.town_colleagues import colleagues
from app.services.queries.town_indicators import IndicatorLine, total_words
from app.services.readings import reading_words
from app.services.schedule import STATE_WORDS
from app.services.scorecard import period_words
from app.services.town_json import town_json

#: Structures and shared actions printed at most; `--json` has them all.
MOST = 20


def consolidate(session: Session) -> int:
    with session.reading() as store, store.read() as connection:
        town = load_town(connection, today=session.today)
        known = colleagues(connection)
    if session.wants_json:
        emit_json(town_json(town, known))
        return 0
    _tell_quarters(town, session.now())
    _tell_priorities(town)
    _tell_shared(town)
    _tell_structures(town)
    _tell_indicators(town)
    if town.held < 2:
        say(
            "Ce carnet ne tient les actions que d’un quartier au plus. Importez les classeurs des autres d’un seul"
            f" geste{NBSP}: «{NBSP}carnet importer Nord.xlsx Est.xlsx Sud.xlsx{NBSP}»."
        )
    return 0


def _tell_quarters(town: Town, now: datetime) -> None:
    heads = (
        "Quartier", "Actions", "dont communes", "Avancement", "En retard", "Bloquées", "Structures",
        "Indicateurs à saisir", "Conflits", "Dernière reprise",
    )  # fmt: skip
    rows = [
        [
            line.name, *_figures(line.actions.summary, line.shared), format_number(line.structures),
            _of(line.kept.missing, line.kept.followed), format_number(line.conflicts), _received(line, now),
        ]
        for line in town.quarters
    ]  # fmt: skip
    rows.append(["Aucun quartier", *_figures(town.unplaced.summary, 0), "", "", "", ""])
    rows.append(
        [
            "Ville", *_figures(town.actions.summary, town.shared), format_number(len(town.structures)),
            _of(town.kept.missing, town.kept.followed), format_number(town.conflicts), "",
        ]
    )  # fmt: skip
    emit_table(heads, rows)
    if town.shared:
        said = counted(town.shared, "action commune compte", "actions communes comptent")
        emit(f"{said} une seule fois dans la ville.")


def _tell_priorities(town: Town) -> None:
    emit("")
    heads = ["Priorité", *(line.name for line in town.quarters), "Ville"]
    rows = []
    for node in town.priorities:
        cells = [town.matrix.get((node.id, row), NO_ACTIONS).summary for row in (*(q.id for q in town.quarters), "")]
        rows.append([f"{node.key}  {node.short_title}", *map(_cell, cells)])
    emit_table(heads, rows)


def _tell_shared(town: Town) -> None:
    if not town.shared_actions:
        return
    emit("")
    names = {line.id: line.name for line in town.quarters}
    rows = [
        [one.row.code, one.row.title, STATE_WORDS[one.row.state], ", ".join(names[row] for row in one.quarters)]
        for one in town.shared_actions[:MOST]
    ]
    emit_table(["Code", "Action commune", "État", "Quartiers"], rows)
    _tell_more(town.shared - len(rows))


def _tell_structures(town: Town) -> None:
    several = [one for one in town.structures if len(one.quarters) > 1]
    if not several:
        return
    emit("")
    names = {line.id: line.name for line in town.quarters}
    rows = [
        [one.name, format_number(one.actions), ", ".join(names[row] for row in one.quarters)] for one in several[:MOST]
    ]
    emit_table(["Structure à l’œuvre dans plusieurs quartiers", "Actions", "Quartiers"], rows)
    _tell_more(len(several) - len(rows))


def _tell_indicators(town: Town) -> None:
    lines = [line for line in town.indicators if line.cells]
    if not lines:
        return
    emit("")
    rows = []
    for line in lines[:MOST]:
        row = [line.title]
        for quarter in town.quarters:
            cell = line.cells.get(quarter.id)
            measure = cell.measure if cell else None
            row.append(f"{reading_words(measure.reading, line.scale)} ({period_words(measure)})" if measure else "")
        row.append(_town_value(line))
        rows.append(row)
    emit_table(["Indicateur", *(line.name for line in town.quarters), "Ville"], rows)
    _tell_more(len(lines) - len(rows))


def _town_value(line: IndicatorLine) -> str:
    if line.town is not None:
        return f"{reading_words(line.town.reading, line.scale)} ({period_words(line.town)})"
    total = line.total
    return "" if total is None else f"somme{NBSP}: {total_words(total, line.scale)} ({total.period})"


def _tell_more(count: int) -> None:
    if count > 0:
        emit(f"… et {counted(count, 'autre')}. «{NBSP}--json{NBSP}» les donne.")


def _figures(summary: Summary, shared: int) -> list[str]:
    progress = "" if summary.progress is None else format_percent(summary.progress)
    return [
        format_number(summary.count), format_number(shared) if shared else "", progress, format_number(summary.late),
        format_number(summary.blocked),
    ]  # fmt: skip


def _cell(summary: Summary) -> str:
    if not summary.count:
        return "–"
    progress = "" if summary.progress is None else f" ({format_percent(summary.progress)})"
    return f"{format_number(summary.count)}{progress}"


def _of(missing: int, followed: int) -> str:
    return f"{format_number(missing)} sur {format_number(followed)}" if followed else ""


def _received(line: QuarterLine, now: datetime) -> str:
    received = line.received
    if received is None:
        return ""
    day = format_date(received.at.astimezone(now.astimezone().tzinfo).date())
    who = f", {received.who}" if received.who else ""
    return f"{day}, {counted(received.changes, 'changement')}{who}"
