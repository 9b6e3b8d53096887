"""`carnet rapport`: the documents that can be written, and writing one.

The catalogue is loaded only here: it brings the libraries that make documents.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, cast

from app.cli.output import emit_json, emit_table
from app.cli.session import Session
from app.cli.streams import emit, progress_on_stderr
from app.errors import BadValue, UnknownField, UnknownRecord, WrongUsage
from app.formatting import NBSP, fold, shorten
from app.services.entry import nearest


class ReportType(Protocol):
    """What the command line needs of a document; `options` are (key, label, required, kind)."""

    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def formats(self) -> Sequence[str]: ...
    @property
    def options(self) -> Sequence[tuple[str, str, bool, str]]: ...

    def build(self, connection: Any, options: dict[str, str], path: Path, *, today: date, progress: Any) -> object: ...


def write_report(session: Session) -> int:
    """Write the document asked, or the list of them."""
    catalogue = cast(Mapping[str, ReportType], import_module("app.reports.catalogue").CATALOGUE)
    if session.asked.has("--liste"):
        return _list(catalogue, session)
    name = session.asked.words.get("NOM")
    if name is None:
        raise WrongUsage(
            "Il manque le nom du document.", advice=f"«{NBSP}carnet rapport --liste{NBSP}» donne les documents."
        )
    report = _known(catalogue, name)
    options = _options(report, session.asked.rest)
    target = session.asked.option("--sortie")
    if target is None:
        raise WrongUsage("Il manque --sortie FICHIER.", advice=f"Exemple{NBSP}: --sortie {name}.{report.formats[0]}.")
    path = Path(target)
    if path.suffix.lower().lstrip(".") not in report.formats:
        known = " ou ".join(f".{form}" for form in report.formats)
        raise BadValue(
            f"«{NBSP}{report.title}{NBSP}» ne s’écrit pas dans «{NBSP}{path.name}{NBSP}».",
            advice=f"Donnez un fichier en {known}.",
        )
    with session.reading() as store, store.read() as connection, progress_on_stderr() as progress:
        report.build(connection, options, path, today=session.today, progress=progress)
    emit(f"{report.title}{NBSP}: {path.absolute()}")
    return 0


def _list(catalogue: Mapping[str, ReportType], session: Session) -> int:
    if session.wants_json:
        emit_json(
            [
                {
                    "name": report.name,
                    "title": report.title,
                    "formats": list(report.formats),
                    "options": [
                        {"key": key, "label": label, "required": required}
                        for key, label, required, _ in map(_option, report.options)
                    ],
                }
                for report in catalogue.values()
            ]
        )
        return 0
    rows = [
        [
            report.name,
            report.title,
            ", ".join(report.formats),
            " ".join(f"{key}=" if required else f"[{key}=]" for key, _, required, _ in map(_option, report.options)),
        ]
        for report in catalogue.values()
    ]
    emit_table(["Nom", "Titre", "Formats", "Options"], rows)
    return 0


def _known(catalogue: Mapping[str, ReportType], name: str) -> ReportType:
    if name in catalogue:
        return catalogue[name]
    raise UnknownRecord(
        f"Aucun document ne s’appelle «{NBSP}{shorten(name, 40)}{NBSP}».",
        advice=f"{nearest(name, catalogue)}«{NBSP}carnet rapport --liste{NBSP}» donne les documents.",
    )


def _options(report: ReportType, words: Sequence[str]) -> dict[str, str]:
    """The options given, by key; an empty one is as if it were left out."""
    known = {key: (label, required) for key, label, required, _ in map(_option, report.options)}
    given: dict[str, str] = {}
    for word in words:
        key, equal, text = word.partition("=")
        key = key.strip()
        if not equal:
            raise WrongUsage(f"«{NBSP}{shorten(word, 60)}{NBSP}» n’est pas de la forme option=valeur.")
        if key not in known:
            options = ", ".join(known) or "aucune"
            said = {fold(label): key for key, (label, _) in known.items()}
            raise UnknownField(
                f"«{NBSP}{report.title}{NBSP}» n’a pas d’option «{NBSP}{shorten(key, 40)}{NBSP}».",
                advice=f"{nearest(key, known, said)}Options{NBSP}: {options}.",
            )
        if key in given:
            raise WrongUsage(f"L’option {key} est donnée deux fois.", advice="Gardez une seule valeur.")
        given[key] = text.strip()
    given = {key: text for key, text in given.items() if text}
    missing = [f"{key}= ({label})" for key, (label, required) in known.items() if required and key not in given]
    if missing:
        raise WrongUsage(f"Pour «{NBSP}{report.title}{NBSP}», il manque {', '.join(missing)}.")
    return given


def _option(option: Any) -> tuple[str, str, bool, str]:
    return cast(tuple[str, str, bool, str], tuple(option))
