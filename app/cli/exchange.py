"""`carnet exporter`, `carnet importer`, `carnet annuler-import`: workbooks that leave and come back.

What belongs to workbooks is loaded only here: it brings the libraries that read and write them.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING, Any

from app.cli import foreign
from app.cli.output import emit_json, emit_table
from app.cli.questions import answers_of, question_lines, questions_json
from app.cli.session import Session
from app.cli.streams import emit, progress_on_stderr, say
from app.errors import BadValue, NotebookBusy, WrongUsage
from app.formatting import NBSP, counted, fold, format_date, format_time
from app.models import registry
from app.models.fields import Field, Value
from app.services import notebooks
from app.services.history import DELETED_KEY
from app.services.json_values import LinkLabels, value_json
from app.services.names import resolve
from app.services.queries.scope import districts

if TYPE_CHECKING:
    from app.exchange.foreign import ForeignMapping
    from app.exchange.preview import CellFault, Change, Decisions, ImportPlan
    from app.exchange.workbook import Workbook

#: Whole rows of one kind are told one by one up to this many.
_LISTED_AT_MOST = 10
#: Characters of a value in a line of the preview.
_TEXT_AT_MOST = 100
#: How many steps the progress of a long task is shown in.
_STEPS = 100


# -- leaving ------------------------------------------------------------------------------------------------------


def export(session: Session) -> int:
    from app.exchange.export import Export, export_workbook
    from app.exchange.layout import Profile, exported_entities

    profile = _profile(session.asked.option("--profil"))
    entities = tuple(part.strip() for part in (session.asked.option("--entites") or "").split(",") if part.strip())
    exported_entities(entities)
    if session.asked.has("--par-quartier") and session.asked.option("--quartier"):
        raise WrongUsage("--quartier et --par-quartier ne vont pas ensemble.", advice="Gardez l’un des deux.")
    made: list[Export] = []
    with ExitStack() as stack:
        try:
            # The export is remembered, so that it is recognised even without its hidden sheet.
            store = stack.enter_context(notebooks.open_existing(session.path, now=session.now))
        except NotebookBusy:
            store = stack.enter_context(session.reading())
        advance = stack.enter_context(progress_on_stderr())
        for place, district in _wanted_exports(session, store):
            made.append(
                export_workbook(
                    store, place, profile=Profile(profile), now=session.now().astimezone(), district=district,
                    entities=entities, progress=_shown(advance),
                )
            )  # fmt: skip
    for one in made:
        emit(f"Classeur écrit{NBSP}: {one.path.absolute()}")
        emit(f"Code {one.code4}, profil {profile}, {counted(sum(one.counts.values()), 'ligne')}.")
    for note in dict.fromkeys(note for one in made for note in one.notes):
        say(note)
    return 0


def _wanted_exports(session: Session, store: Any) -> list[tuple[Path, str]]:
    """(where, quartier) of each workbook to write: one, or one for each quartier in a folder."""
    path, district = Path(session.asked.words["CLASSEUR"]), session.asked.option("--quartier")
    with store.read() as connection:
        if not session.asked.has("--par-quartier"):
            return [(path, _district(connection, district))]
        every = [row for row, _ in districts(connection)]
    if not every:
        raise BadValue("Ce carnet n’a pas de quartier.", advice="Exportez-le en entier, sans --par-quartier.")
    path.mkdir(parents=True, exist_ok=True)
    return [(path, row) for row in every]


def _profile(asked: str | None) -> str:
    profile = fold(asked or "equipe")
    if profile not in ("equipe", "partenaire"):
        raise WrongUsage(f"«{NBSP}{asked}{NBSP}» n’est pas un profil.", advice="Écrivez equipe ou partenaire.")
    return profile


def _district(connection: Any, asked: str | None) -> str:
    """The id of the quartier named, "" for the whole notebook."""
    if not asked or fold(asked) == "tous":
        return ""
    for row, name in districts(connection):
        if fold(name) == fold(asked) or row == asked:
            return row
    return resolve(connection, "territory", asked)


# -- arriving -----------------------------------------------------------------------------------------------------


def take_in(session: Session) -> int:
    paths = [Path(word) for word in session.asked.rest]
    if not paths:
        raise WrongUsage("Il manque le classeur à importer.", advice=f"Exemple{NBSP}: carnet importer Projets.xlsx.")
    choice = session.asked.option("--accepter") or "sans-conflit"
    if choice not in ("sans-conflit", "tout", "rien"):
        raise WrongUsage(
            f"«{NBSP}{choice}{NBSP}» n’est pas un choix.", advice="Écrivez --accepter sans-conflit, tout ou rien."
        )
    if session.asked.has("--simuler"):
        if session.asked.has("--classeur-a-jour"):
            raise WrongUsage("--classeur-a-jour n’a pas de sens avec --simuler.", advice="Gardez l’un des deux.")
        return _simulate(session, paths)
    return _apply(session, paths, choice)


def _simulate(session: Session, paths: Sequence[Path]) -> int:
    with session.reading() as store:
        plan, _ = _prepared(session, store, paths)
        _announce(plan)
        if session.wants_json:
            with store.read() as connection:
                emit_json(plan_json(connection, plan))
            return 0
    for line in plan_lines(plan):
        emit(line)
    return 0


def _apply(session: Session, paths: Sequence[Path], choice: str) -> int:
    from app.exchange.apply import apply_plan

    with session.writing() as store:
        plan, mappings = _prepared(session, store, paths)
        _announce(plan)
        renewed = _place_to_renew(session, plan)
        with store.read() as connection:
            document = plan_json(connection, plan) if session.wants_json else {}
        applied = apply_plan(store, plan, _decisions(plan, choice))
        if renewed is not None:
            renewed = _renewed(session, store, plan, renewed)
    foreign.remember(session.asked, mappings)
    left = sum(1 for change in plan.changes if change.lockable and change.key in plan.proposals) - _taken(plan, choice)
    if session.wants_json:
        emit_json(
            document
            | {"import": applied.import_id or None, "conflicts_left": applied.conflicts_left}
            | ({"renewed": str(renewed)} if renewed else {})
        )
    else:
        for line in plan_lines(plan):
            emit(line)
        if applied.import_id:
            emit(f"{counted(applied.changes, 'changement écrit', 'changements écrits')}.")
            emit(f"Import {applied.import_id}")
        else:
            emit("Rien n’a été écrit.")
        if renewed:
            emit(f"Classeur à jour{NBSP}: {renewed}")
    if left:
        said = "est laissée de côté" if left == 1 else "sont laissées de côté"
        say(f"{counted(left, 'proposition')} {said}. «{NBSP}--accepter tout{NBSP}» les prendrait.")
    if applied.conflicts_left:
        waiting = counted(applied.conflicts_left, "conflit attend", "conflits attendent")
        say(f"{waiting} un choix{NBSP}: «{NBSP}carnet conflits{NBSP}».")
        return 3
    return 0


def _prepared(session: Session, store: Any, paths: Sequence[Path]) -> tuple["ImportPlan", dict[Path, "ForeignMapping"]]:
    """The preview, and how the tables that never were ours are read."""
    from app.exchange.plan import prepare
    from app.exchange.reader import read_workbook

    books: dict[Path, Workbook] = {}

    def read(path: Path) -> "Workbook":
        if path not in books:
            books[path] = read_workbook(path)
        return books[path]

    with progress_on_stderr() as advance:
        plan = prepare(store, paths, now=session.now(), progress=_shown(advance), read=read)
        given = answers_of(plan, session.asked.options.get("--repondre", ()))
        tables = {source.path: books[source.path] for source in plan.sources if source.mode == "E"}
        mappings: dict[Path, ForeignMapping] = {}
        lines: list[str] = []
        if tables:
            mappings, lines = foreign.mappings(store, session.asked, tables)
        else:
            foreign.refuse_options(session.asked)
        if given or mappings:
            plan = prepare(
                store, paths, now=session.now(), progress=_shown(advance), read=read, mapping=mappings, answers=given
            )
    for line in lines:
        say(line)
    return plan, mappings


def _place_to_renew(session: Session, plan: "ImportPlan") -> Path | None:
    """Where the workbook is to be written again; asked before anything is written."""
    from app.exchange.renewal import check_place

    given = session.asked.option("--classeur-a-jour")
    if not given:
        return None
    if len(plan.sources) != 1:
        raise WrongUsage(
            "--classeur-a-jour prend un seul classeur à la fois.", advice="Importez-les l’un après l’autre."
        )
    check_place(plan.sources[0], Path(given))
    return Path(given)


def _renewed(session: Session, store: Any, plan: "ImportPlan", target: Path) -> Path:
    from app.exchange.renewal import renew

    with progress_on_stderr() as advance:
        made = renew(store, plan.sources[0], target, now=session.now().astimezone(), progress=_shown(advance))
    return made.path.absolute()


def _announce(plan: "ImportPlan") -> None:
    for info in plan.infos:
        say(info)
    for fault in plan.warnings:
        say(_fault_line(fault))


def _decisions(plan: "ImportPlan", choice: str) -> "Decisions":
    from app.exchange.preview import nothing, usual

    return nothing(plan) if choice == "rien" else usual(plan, everything=choice == "tout")


def _taken(plan: "ImportPlan", choice: str) -> int:
    decisions = _decisions(plan, choice)
    return len(decisions.accepted | decisions.refused)


def list_imports(session: Session) -> int:
    from app.services import imports

    with session.reading() as store:
        found = imports.journal(store)
    if session.wants_json:
        emit_json([
            {
                "id": one.id, "at": one.at.isoformat(timespec="seconds"), "title": one.title, "who": one.who,
                "counts": one.counts, "undone": one.undone, "values": one.values,
                "files": [str(entry.get("path", "")) for entry in one.files],
                "restore_point": str(one.restore_point) if one.restore_point else None,
            }
            for one in found
        ])  # fmt: skip
        return 0
    if not found:
        emit("Aucun import dans ce carnet.")
        return 0
    emit_table(
        ("Date", "Fichiers", "Ce qu’il a fait", "État", "Identifiant"),
        [
            (
                f"{format_date(at.date())} {format_time(at)}",
                one.title,
                one.counts,
                "annulé" if one.undone else "",
                one.id,
            )
            for one in found
            if (at := one.at.astimezone())
        ],
        whole_last=True,
    )
    return 0


def undo_import(session: Session) -> int:
    from app.services import imports

    with session.writing() as store:
        changes = imports.undo_import(store, session.asked.words["ID"])
    rows = sum(len(rows) for rows in changes.rows.values())
    emit(f"Import annulé{NBSP}: {counted(rows, 'ligne revient', 'lignes reviennent')} à ce qui était avant.")
    for note in changes.notes:
        emit(note)
    return 0


# -- telling ------------------------------------------------------------------------------------------------------


def plan_json(connection: Any, plan: "ImportPlan") -> dict[str, Any]:
    """The preview as one document (contract.md)."""
    fields = [(_field(change), value) for change in plan.changes for value in (change.before_value, change.after_value)]
    label = LinkLabels(connection, [(field, value) for field, value in fields if field is not None])
    return {
        "file": "; ".join(str(source.path) for source in plan.sources),
        "mode": ", ".join(dict.fromkeys(source.mode for source in plan.sources)),
        "counts": plan.counts(),
        "changes": [
            {
                "entity": change.entity,
                "row": change.row,
                "field": change.field or None,
                "kind": change.kind.value,
                "before": _json(change, change.before_value, label, is_after=False),
                "after": _json(change, change.after_value, label, is_after=True),
                "sheet": change.sheet or None,
                "cell": change.cell or None,
            }
            for change in plan.changes
        ],
        "errors": [
            {
                "sheet": fault.sheet,
                "cell": fault.cell,
                "value": fault.value,
                "expected": fault.expected,
                "message": fault.message,
            }
            for fault in plan.errors
        ],
        "questions": questions_json(plan),
    }


def plan_lines(plan: "ImportPlan") -> list[str]:
    """The preview in French: a line for each change, but for whole rows of one kind, counted when they are many."""
    from app.exchange.preview import Kind

    words = {
        Kind.NEW: "Création",
        Kind.UPDATED: "Modification",
        Kind.MERGED: "Fusion",
        Kind.CONFLICT: "Conflit",
        Kind.DELETED: "Suppression",
        Kind.SUGGESTION: "Suggestion",
        Kind.STALE: "Valeur périmée",
        Kind.ERROR: "Erreur",
    }
    rows = Counter((change.kind, change.entity, change.note) for change in plan.changes if not change.field)
    told: set[tuple[Any, str, str]] = set()
    lines = []
    for change in plan.changes:
        declared, group = registry.entity(change.entity), (change.kind, change.entity, change.note)
        note = f" {change.note}" if change.note else ""
        if not change.field and rows[group] > _LISTED_AT_MOST:
            if group not in told:
                told.add(group)
                many = counted(rows[group], declared.label.lower(), declared.plural.lower())
                lines.append(f"{words[change.kind]} – {many}.{note}")
            continue
        where = f" ({change.sheet}!{change.cell})" if change.cell else ""
        said = f"{words[change.kind]} – {declared.label} «{NBSP}{change.label}{NBSP}»"
        field = _field(change)
        if field is not None:
            said += f" – {field.label}{NBSP}: {_told_values(change)}"
        lines.append(f"{said}{where}.{note}")
    lines += [*(_fault_line(fault) for fault in plan.errors), *question_lines(plan)]
    return lines or ["Ces classeurs n’apportent rien de nouveau."]


def _told_values(change: "Change") -> str:
    """From what to what; both sides of a conflict, whichever is shown meanwhile."""
    from app.exchange.preview import Kind

    if change.kind is Kind.CONFLICT and (change.mine or change.theirs):
        return f"{_value(change.mine)} ici, {_value(change.theirs)} dans le classeur"
    return f"{_value(change.before)} → {_value(change.after)}"


def _value(text: str) -> str:
    return f"«{NBSP}{_cut(text)}{NBSP}»" if text else "vide"


def _cut(text: str) -> str:
    """A value as a line shows it: a long text by its first words; `--json` has it whole."""
    return shorten(" ".join(text.split()), _TEXT_AT_MOST, placeholder="…")


def _fault_line(fault: "CellFault") -> str:
    where = f"{fault.sheet}!{fault.cell}" if fault.cell else fault.sheet
    return f"{where}{NBSP}: {fault.message}"


def _field(change: "Change") -> Field | None:
    """The field a change is about; None for a whole row."""
    return registry.entity(change.entity).fields.get(change.field)


def _json(change: "Change", value: Value, label: LinkLabels, *, is_after: bool) -> Any:
    field = _field(change)
    if field is not None:
        return value_json(field, value, label)
    if change.field == DELETED_KEY:
        return value
    # A whole row: it comes, or it goes.
    return change.label if is_after == (not change.before) else None


def _shown(advance: Callable[[int, int], None] | None) -> Callable[[float, str], None]:
    def tell(share: float, sentence: str) -> None:
        if advance is not None:
            advance(int(share * _STEPS), _STEPS)

    return tell
