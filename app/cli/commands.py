"""What each command does: reads or writes one notebook through the services, and says what came of it.

Reading opens the notebook beside whoever writes it; writing takes its lock, after the day's copy of it was made.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

from app import __version__
from app.cli.attachments import belongs_to, extract_file, join_file
from app.cli.conflicts import list_conflicts, resolve_conflict
from app.cli.erasure import erase
from app.cli.exchange import export, list_imports, take_in, undo_import
from app.cli.output import emit_json, emit_table, listing_lines, record_lines, terminal_width
from app.cli.parser import Asked
from app.cli.reports import write_report
from app.cli.session import Session
from app.cli.streams import emit, say
from app.cli.town import consolidate
from app.errors import WrongUsage
from app.formatting import NBSP, counted, format_number
from app.models.declare import EntityType
from app.models.fields import Field, Kind
from app.models.registry import ENTITIES
from app.notebook.changes import ChangeSet
from app.notebook.clock import Now, utc_now
from app.notebook.store import Store
from app.services import entry, erasure, notebooks, records
from app.services.action_partners import partners_of
from app.services.history import history, history_json, history_lines
from app.services.json_values import LinkLabels, field_json, records_json


def run(asked: Asked, *, now: Now = utc_now) -> int:
    """Do one command; returns its exit code. Raises KnownError."""
    return COMMANDS[asked.command.name](Session(asked, now))


# -- the notebook -------------------------------------------------------------------------------------------------


def create_notebook(session: Session) -> int:
    asked = session.asked
    path = Path(asked.words["FICHIER"])
    with notebooks.start(
        path,
        district=asked.option("--quartier") or "",
        reference_name=asked.option("--referentiel") or notebooks.DEFAULT_REFERENCE,
        example=asked.has("--exemple"),
        author=asked.option("--auteur") or "",
        now=session.now,
    ) as store:
        made = notebooks.identity(store)
    emit(f"Carnet créé{NBSP}: {path.absolute()}")
    emit(f"Quartier{NBSP}: {made.district}. Auteur{NBSP}: {made.author}.")
    emit(f"{counted(sum(made.counts.values()), 'ligne')}, dont {_counted(ENTITIES['action'], made.counts['action'])}.")
    return 0


def tell_identity(session: Session) -> int:
    with session.reading() as store:
        told = notebooks.identity(store)
    if session.wants_json:
        emit_json(
            {
                "version": __version__,
                "schema": told.schema,
                "district": told.district,
                "author": told.author,
                "replica": told.replica,
                "fingerprint": told.fingerprint,
                "counts": told.counts,
            }
        )
        return 0
    said = (
        ("Carnet", str(session.path.absolute())),
        ("Quartier", told.district),
        ("Auteur", told.author),
        ("Empreinte", told.fingerprint),
        ("Version", f"{__version__} (schéma {told.schema})"),
    )
    for name, text in said:
        emit(f"{name:<10} {text}")
    emit("")
    for key, count in told.counts.items():
        if count:
            emit(f"{format_number(count):>7}  {ENTITIES[key].plural if count > 1 else ENTITIES[key].label}")
    return 0


def tell_fields(session: Session) -> int:
    if "ENTITÉ" not in session.asked.words:
        every = list(ENTITIES.values())
        if session.wants_json:
            emit_json([{"key": one.key, "label": one.label, "plural": one.plural} for one in every])
        else:
            emit_table(["Clé", "Entité"], [[one.key, one.label] for one in every])
        return 0
    fields = entry.entry_fields(session.entity).values()
    if session.wants_json:
        emit_json([field_json(field) for field in fields])
        return 0
    rows = [
        [field.key, field.label, _type_of(field), "oui" if field.required else "", _detail(field)]
        for field in fields
        if field.is_shown
    ]
    emit_table(["Clé", "Libellé", "Type", "Obligatoire", "Choix, aide"], rows, whole_last=True)
    return 0


def verify(session: Session) -> int:
    report = notebooks.verify(session.path)
    if session.wants_json:
        emit_json(
            {
                "sound": report.is_sound,
                "faults": list(report.faults),
                "remarks": list(report.remarks),
                "modifications": report.modifications,
                "rows": report.rows,
            }
        )
    else:
        for line in (*report.faults, *report.remarks):
            emit(f"– {line}")
    if not report.is_sound:
        say(
            "Ce carnet est abîmé, et n’a pas été changé. Restaurez une sauvegarde avec"
            f" «{NBSP}carnet restaurer-sauvegarde{NBSP}»."
        )
        return 1
    if not session.wants_json:
        checked = f"{counted(report.modifications, 'modification')}, {counted(report.rows, 'ligne')}"
        emit(f"Le carnet est sain{NBSP}: ses tables disent ce que dit son journal ({checked}).")
    return 0


def save_copy(session: Session) -> int:
    saved = notebooks.save_copy(session.path, Path(session.asked.words["DEST"]))
    emit(f"Sauvegarde vérifiée{NBSP}: {saved.absolute()}")
    return 0


def restore_copy(session: Session) -> int:
    restored = notebooks.restore_backup(Path(session.asked.words["SRC"]), session.path, now=session.now)
    emit(f"Carnet restauré{NBSP}: {session.path.absolute()}")
    for note in restored.notes:
        emit(note)
    if restored.kept is not None:
        emit(f"L’ancien carnet est gardé ici{NBSP}: {restored.kept}")
    return 0


# -- rows: reading ------------------------------------------------------------------------------------------------


def list_rows(session: Session) -> int:
    declared = session.entity
    filters = session.asked.options.get("--filtre", ())
    with session.reading() as store, store.read() as connection:
        found = entry.listed(connection, declared, filters, deleted=session.asked.has("--corbeille"))
        if session.wants_json:
            emit_json(records_json(connection, found))
            return 0
        if found:
            values = ((declared.fields[key], value) for record in found for key, value in record.values.items())
            label = LinkLabels(connection, values)
            if declared.erasable:
                found = erasure.named(connection, declared, found)
            for line in listing_lines(declared, found, label, width=terminal_width()):
                emit(line)
    say(_counted(declared, len(found)) + ".")
    return 0


def show_row(session: Session) -> int:
    declared = session.entity
    with session.reading() as store, store.read() as connection:
        row = entry.any_row(connection, declared, session.reference)
        record = records.fetch(connection, declared.key, row)
        changes = history(connection, declared.key, row) if session.asked.has("--historique") else ()
        if session.wants_json:
            document = records_json(connection, [record])[0]
            if session.asked.has("--historique"):
                document["history"] = list(history_json(connection, changes))
            emit_json(document)
            return 0
        label = LinkLabels(connection, ((declared.fields[key], value) for key, value in record.values.items()))
        partners = partners_of(connection, [row]).get(row, ()) if declared.key == "action" else ()
        more = [("Partenaires", ", ".join(f"{partner.label} ({partner.role})" for partner in partners))]
        if declared.of_record is not None:
            more += [("Jointe à", belongs_to(connection, declared.key, row))]
        name = records.labels(connection, declared.key, [row])[row]
        emit(f"{declared.label} – {name}\n")
        for line in record_lines(declared, record, label, more=more):
            emit(line)
        if changes:
            emit("\nHistorique\n")
            for line in history_lines(connection, changes):
                emit(line)
    return 0


def search(session: Session) -> int:
    from app.services.queries.finder import find

    typed = " ".join(session.asked.rest).strip()
    if not typed:
        raise WrongUsage("Il manque les mots à chercher.", advice=f"Exemple{NBSP}: carnet chercher énergie.")
    with session.reading() as store, store.read() as connection:
        found = find(connection, typed)
    if session.wants_json:
        emit_json([{"entity": one.entity, "id": one.id, "label": one.label, "excerpt": one.excerpt} for one in found])
        return 0
    if found:
        emit_table(
            ["Quoi", "Intitulé", "Extrait"],
            [[ENTITIES[one.entity].label, one.label, "" if one.excerpt == one.label else one.excerpt] for one in found],
        )
    say(f"{counted(len(found), 'réponse')}." if found else f"Rien ne répond à «{NBSP}{typed}{NBSP}».")
    return 0


# -- rows: writing ------------------------------------------------------------------------------------------------


def add_row(session: Session) -> int:
    declared = session.entity
    assignments = entry.understood(declared, session.asked.rest)
    with session.writing() as store:
        row = entry.add(store, declared, assignments)
    say(f"{declared.label} {_agreed(declared, 'ajouté')}.")
    emit(row)
    return 0


def change_row(session: Session) -> int:
    declared = session.entity
    assignments = entry.understood(declared, session.asked.rest)
    with session.writing() as store:
        row, name = _named_row(store, declared, session.reference)
        changed = entry.change(store, declared, row, assignments)
    if changed:
        emit(f"{declared.label} {_agreed(declared, 'modifié')}{NBSP}: {name}.")
    else:
        emit(f"Rien n’a changé{NBSP}: {name} avait déjà ces valeurs.")
    return 0


def delete_row(session: Session) -> int:
    declared = session.entity
    with session.writing() as store:
        row, name = _named_row(store, declared, session.reference)
        changes = records.delete(store, declared.key, [row])
    emit(f"{declared.label} {_agreed(declared, 'supprimé')}{NBSP}: {name}.{_with_parts(changes)}")
    emit(f"«{NBSP}carnet annuler{NBSP}», ou «{NBSP}carnet restaurer {declared.key}{NBSP}», pour revenir en arrière.")
    return 0


def restore_row(session: Session) -> int:
    declared = session.entity
    with session.writing() as store:
        with store.read() as connection:
            row = entry.deleted_row(connection, declared, session.reference)
            name = records.labels(connection, declared.key, [row])[row]
        changes = records.restore(store, declared.key, [row])
    emit(f"{declared.label} {_agreed(declared, 'restauré')}{NBSP}: {name}.{_with_parts(changes)}")
    return 0


def undo(session: Session) -> int:
    from app.notebook import undo as gestures

    return _take_back(session, gestures.undo, "Annulé")


def redo(session: Session) -> int:
    from app.notebook import undo as gestures

    return _take_back(session, gestures.redo, "Rétabli")


def _take_back(session: Session, gesture: Callable[[Store], ChangeSet], word: str) -> int:
    with session.writing() as store:
        changes = gesture(store)
        with store.read() as connection:
            names = [
                name
                for entity, rows in changes.rows.items()
                for name in records.labels(connection, entity, sorted(rows)).values()
            ]
    others = f" et {counted(len(names) - 1, 'autre')}" if names[1:] else ""
    about = f" ({names[0]}{others})" if names else ""
    emit(f"{word}{NBSP}: {changes.label}{about}.")
    for note in changes.notes:
        emit(note)
    return 0


# -- in French ----------------------------------------------------------------------------------------------------


def _named_row(store: Store, declared: EntityType, reference: str) -> tuple[str, str]:
    """The live row that `reference` names, and its label; raises BadValue when it is in the bin."""
    with store.read() as connection:
        row = entry.live_row(connection, declared.key, reference)
        return row, records.labels(connection, declared.key, [row])[row]


def _agreed(declared: EntityType, participle: str) -> str:
    return f"{participle}e" if declared.gender == "f" else participle


def _counted(declared: EntityType, count: int) -> str:
    return counted(count, declared.label.lower(), declared.plural.lower())


def _with_parts(changes: ChangeSet) -> str:
    parts = sum(len(rows) for rows in changes.rows.values()) - 1
    return f" Avec {counted(parts, 'ligne')} qui en {'fait' if parts == 1 else 'font'} partie." if parts > 0 else ""


def _type_of(field: Field) -> str:
    return (
        f"{_TYPES[field.kind]} {field.target}"
        if field.target and field.kind is not Kind.TERRITORY
        else _TYPES[field.kind]
    )


def _detail(field: Field) -> str:
    choices = ", ".join(f"{choice.code} ({choice.label})" for choice in field.choices)
    unit = f"en {field.unit}" if field.unit else ""
    return ". ".join(part.rstrip(".") for part in (choices, unit, field.help) if part)


_TYPES: Mapping[Kind, str] = {
    Kind.TEXT: "texte",
    Kind.LONG_TEXT: "texte long",
    Kind.INTEGER: "entier",
    Kind.DECIMAL: "nombre",
    Kind.MONEY: "montant",
    Kind.PERCENT: "pourcentage",
    Kind.DATE: "date",
    Kind.YEAR: "année",
    Kind.BOOLEAN: "oui/non",
    Kind.CHOICE: "choix",
    Kind.LINK: "lien",
    Kind.LINKS: "liens",
    Kind.TERRITORY: "territoire",
}

COMMANDS: Mapping[str, Callable[[Session], int]] = {
    "nouveau": create_notebook,
    "infos": tell_identity,
    "champs": tell_fields,
    "lister": list_rows,
    "montrer": show_row,
    "ajouter": add_row,
    "modifier": change_row,
    "supprimer": delete_row,
    "restaurer": restore_row,
    "effacer": erase,
    "annuler": undo,
    "retablir": redo,
    "chercher": search,
    "rapport": write_report,
    "consolider": consolidate,
    "exporter": export,
    "importer": take_in,
    "imports": list_imports,
    "annuler-import": undo_import,
    "conflits": list_conflicts,
    "resoudre": resolve_conflict,
    "joindre": join_file,
    "extraire": extract_file,
    "sauvegarder": save_copy,
    "restaurer-sauvegarde": restore_copy,
    "verifier": verify,
}
