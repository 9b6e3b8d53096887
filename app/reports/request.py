"""What is asked of a report: its options, read from the texts that a form or a command line gives.

Every report takes the common options; one left out means everything (the quartier of the notebook, all the notes).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple, TypeVar

from app.errors import BadValue, UnknownRecord, WrongUsage
from app.formatting import NBSP, fold, format_date, parse_boolean, parse_date, parse_year, shorten
from app.services.queries.project_report import district_of_notebook
from app.services.queries.scope import districts
from app.services.records import resolve

T = TypeVar("T")

#: The words that mean every quartier.
WHOLE_TOWN = ("tous", "ville", "toute la ville")


class Option(NamedTuple):
    """An option of a report. `kind` is district, year, date, boolean, or record: then `key` is the entity."""

    key: str
    label: str
    required: bool
    kind: str


DISTRICT = Option("district", "Quartier", False, "district")
YEAR = Option("year", "Année", False, "year")
SINCE = Option("from", "Suivi depuis le", False, "date")
UNTIL = Option("to", "Suivi jusqu’au", False, "date")
PUBLIC = Option("public", "Version pour les habitants", False, "boolean")
COMMON = (DISTRICT, YEAR, SINCE, UNTIL, PUBLIC)


@dataclass(frozen=True, slots=True)
class Request:
    """Options as values. `district` is an id, "" for the whole town; `records` are ids by entity.

    `since` and `until` bound what is told of the follow-up: the year by default. `public` leaves out what is written
    for the team: names of people, blocking points, what is to be confirmed. `bounded`: a year or a date was given.
    """

    district: str
    year: int
    since: date
    until: date
    public: bool
    records: Mapping[str, str]
    bounded: bool = False

    def covers(self, day: date | None) -> bool:
        """True when `day` is within the period."""
        return day is not None and self.since <= day <= self.until

    @property
    def period_words(self) -> str:
        """« 2026 », or « du 01/03/2026 au 30/06/2026 »."""
        if (self.since, self.until) == (date(self.year, 1, 1), date(self.year, 12, 31)):
            return str(self.year)
        return f"du {format_date(self.since)} au {format_date(self.until)}"


def read_request(
    connection: Any, title: str, options: Sequence[Option], given: Mapping[str, str], *, today: date
) -> Request:
    """The values of the options given; empty texts count as left out.

    Raises WrongUsage (unknown option, missing record), BadValue (a date, a year…) or UnknownRecord.
    """
    texts = {key: text.strip() for key, text in given.items() if text.strip()}
    known = {option.key: option for option in options}
    for key in texts:
        if key not in known:
            raise WrongUsage(
                f"«{NBSP}{title}{NBSP}» n’a pas d’option «{NBSP}{shorten(key, 40)}{NBSP}».",
                advice=f"Options{NBSP}: {', '.join(known) or 'aucune'}.",
            )
    missing = [f"{option.key}= ({option.label})" for option in options if option.required and option.key not in texts]
    if missing:
        raise WrongUsage(f"Pour «{NBSP}{title}{NBSP}», il manque {', '.join(missing)}.")
    since = _read(known.get("from"), texts, parse_date)
    until = _read(known.get("to"), texts, parse_date)
    year = _read(known.get("year"), texts, parse_year) or (until or since or today).year
    first, last = since or date(year, 1, 1), until or date(max(year, since.year if since else year), 12, 31)
    if first > last:
        raise BadValue(
            f"La période du {format_date(first)} au {format_date(last)} est à l’envers.",
            advice="Donnez d’abord la date la plus ancienne.",
        )
    return Request(
        _read_district(connection, texts.get("district", "")),
        year,
        first,
        last,
        bool(_read(known.get("public"), texts, parse_boolean)),
        {
            key: resolve(connection, key, text)
            for key, text in texts.items()
            if known[key].kind == "record"
        },
        bool(texts.keys() & {"year", "from", "to"}),
    )  # fmt: skip


def _read(option: Option | None, texts: Mapping[str, str], parse: Callable[[str], T]) -> T | None:
    """The value of one option; BadValue says which."""
    if option is None or option.key not in texts:
        return None
    try:
        return parse(texts[option.key])
    except BadValue as error:
        raise BadValue(f"{option.label}{NBSP}: {error.message}", advice=error.advice) from None


def _read_district(connection: Any, text: str) -> str:
    """The quartier of that name or id; the one of the notebook without a text."""
    if not text:
        return district_of_notebook(connection)
    wanted = fold(text)
    if wanted in WHOLE_TOWN:
        return ""
    names = districts(connection)
    for row, name in names:
        if wanted in (row, fold(name)):
            return row
    known = ", ".join(name for _, name in names) or "aucun"
    raise UnknownRecord(
        f"Aucun quartier ne s’appelle «{NBSP}{shorten(text, 40)}{NBSP}».", advice=f"Quartiers{NBSP}: {known}, tous."
    )
