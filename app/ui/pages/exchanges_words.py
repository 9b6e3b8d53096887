"""The words of the exchanges: kinds of changes, fields and rows as people read them, differences word by word."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from difflib import SequenceMatcher
from html import escape

from app.errors import UnknownField
from app.exchange.preview import Change, Kind
from app.formatting import NBSP, counted, format_date, format_number, format_time, plural, shorten
from app.models import registry
from app.models.fields import Field

_LINK_PREFIX = "link:"
#: A value told on one line of the list is cut past this many characters.
LIST_LENGTH = 46
#: Values of fewer words are shown plain: marking « 31/12/2026 » as removed says nothing.
_FEWEST_WORDS = 4


@dataclass(frozen=True, slots=True)
class KindLook:
    """How a kind of change is shown: words of its filter, icon, tone of the icon, and of its text when it alerts."""

    one: str
    several: str
    icon: str
    tone: str
    alerts: bool = False


#: In the order of the filters, which is the order of what waits for somebody.
LOOKS: dict[Kind, KindLook] = {
    Kind.CONFLICT: KindLook("Conflit", "Conflits", "alert-triangle", "warning", True),
    Kind.NEW: KindLook("Nouvelle", "Nouvelles", "plus", "success"),
    Kind.UPDATED: KindLook("Modifiée", "Modifiées", "pencil", "info"),
    Kind.MERGED: KindLook("Fusionnée", "Fusionnées", "git-merge", "info"),
    Kind.DELETED: KindLook("Supprimée", "Supprimées", "trash", "danger"),
    Kind.SUGGESTION: KindLook("Suggestion", "Suggestions", "bulb", "neutral"),
    Kind.ERROR: KindLook("Erreur", "Erreurs", "alert-circle", "danger", True),
    Kind.STALE: KindLook("Périmée", "Périmées", "clock", "neutral"),
}


def kind_word(kind: Kind, count: int) -> str:
    look = LOOKS[kind]
    return plural(count, look.one, look.several)


def field_of(entity: str, key: str) -> Field | None:
    """The field a change is about, the elements of a list included; None for what has no field here."""
    name = key.removeprefix(_LINK_PREFIX).partition(":")[0] if key.startswith(_LINK_PREFIX) else key
    try:
        return registry.field(entity, name)
    except UnknownField:
        return None


def field_word(entity: str, key: str) -> str:
    """`Échéance`; what a newer version wrote under a field unknown here keeps its key."""
    found = field_of(entity, key)
    if found is not None:
        return found.label
    return {"_state": "Suppression", "deleted": "Suppression", "": "Suppression"}.get(key, key)


def plural_of(entity: str) -> str:
    """`Actions`."""
    try:
        return registry.entity(entity).plural
    except UnknownField:
        return entity


def new_words(entity: str) -> str:
    """`nouvelle action`, `nouvel indicateur`, `nouveau contact`."""
    try:
        declared = registry.entity(entity)
    except UnknownField:
        return "nouvelle ligne"
    word = f"{declared.label[:1].lower()}{declared.label[1:]}"
    if declared.gender == "f":
        return f"nouvelle {word}"
    return f"nouvel {word}" if word[:1] in "aeiouyéèêâîôûh" else f"nouveau {word}"


def cell_place(sheet: str, cell: str) -> str:
    """`Actions, D14`."""
    return ", ".join(part for part in (sheet, cell) if part)


def quoted(text: str) -> str:
    return f"«{NBSP}{text}{NBSP}»"


def gone_words(who: str) -> str:
    """`supprimée par …`, `supprimée dans le classeur K7QD`."""
    if who.startswith("classeur"):
        return f"supprimée dans le {who}"
    return f"supprimée par {who}" if who else "à supprimer"


def change_words(change: Change) -> str:
    """What one change does, on one short line."""
    name = field_word(change.entity, change.field)
    name = f"{name[:1].lower()}{name[1:]}"
    if change.kind is Kind.NEW:
        return new_words(change.entity)
    if change.kind is Kind.DELETED:
        return gone_words(change.who)
    if change.kind in (Kind.ERROR, Kind.SUGGESTION) and change.note:
        return change.note
    if not change.after:
        return f"{name} effacé"
    if not change.before:
        short = len(change.after) <= LIST_LENGTH and "\n" not in change.after
        return f"{name}{NBSP}: {change.after if short else shorten(change.after, LIST_LENGTH)}"
    said = f"{name} {_common_unit(change.before, change.after)} → {change.after}"
    return said if len(said) <= LIST_LENGTH else name


def _common_unit(before: str, after: str) -> str:
    """`40` of `40 %` when the other value says the unit too."""
    head, space, unit = before.rpartition(NBSP)
    return head if space and after.endswith(f"{NBSP}{unit}") else before


def row_words(changes: Iterable[Change]) -> tuple[str, Kind]:
    """The second line of a row of the list, and the kind that gives it its icon: the one that waits for somebody."""
    every = list(changes)
    kind = next(kind for kind in _BY_WEIGHT if any(change.kind is kind for change in every))
    of_kind = [change for change in every if change.kind is kind]
    if kind is Kind.CONFLICT:
        return f"{counted(len(of_kind), 'champ')} en conflit", kind
    if kind in (Kind.NEW, Kind.DELETED, Kind.ERROR, Kind.SUGGESTION) or len(every) == 1:
        return change_words(of_kind[0]), kind
    names = dict.fromkeys(field_word(change.entity, change.field) for change in every)
    told = ", ".join(f"{name[:1].lower()}{name[1:]}" for name in names)
    return told, kind


_BY_WEIGHT = (
    Kind.ERROR, Kind.CONFLICT, Kind.DELETED, Kind.NEW, Kind.SUGGESTION, Kind.UPDATED, Kind.MERGED, Kind.STALE,
)  # fmt: skip


# -- days -------------------------------------------------------------------------------------------------------------


def day_words(text: str, today: datetime) -> str:
    """`aujourd’hui à 09:12`, `hier à 17:40`, `12/11/2026`, of an ISO text; a text that is no date stays as it is."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return moment_words(moment, today)


def moment_words(moment: datetime, today: datetime) -> str:
    if moment.tzinfo is not None:
        moment = moment.astimezone(today.tzinfo)
    days = (today.date() - moment.date()).days
    if days in (0, 1):
        return f"{'aujourd’hui' if days == 0 else 'hier'} à {format_time(moment)}"
    return format_date(moment.date())


def size_words(count: int) -> str:
    """`3,2 Mo`, `48 Ko`."""
    if count >= 1_000_000:
        return f"{format_number(Decimal(count) / 1_000_000, decimals=1)}{NBSP}Mo"
    return f"{format_number(max(1, round(count / 1_000)))}{NBSP}Ko"


# -- differences ------------------------------------------------------------------------------------------------------

_WORDS = re.compile(r"\s+|\w+(?:[’'-]\w+)*|[^\w\s]")


def difference(origin: str, text: str, colour: Callable[[str], str]) -> str:
    """`text` as HTML, its words told apart from `origin`: removed struck, added underlined, both tinted.

    `colour(token)` gives `#RRGGBB`. Short values stay plain.
    """
    if not origin or len(origin.split()) < _FEWEST_WORDS or origin == text:
        return as_html(text)
    before, after = _WORDS.findall(origin), _WORDS.findall(text)
    parts = []
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for tag, start, end, first, last in _phrases(matcher.get_opcodes(), before):
        if tag == "equal":
            parts.append(as_html("".join(after[first:last])))
            continue
        if removed := "".join(before[start:end]):
            parts.append(_marked(removed, colour("danger.fg"), colour("danger.bg"), "line-through"))
        if added := "".join(after[first:last]):
            if removed and not removed[-1:].isspace():
                parts.append(" ")
            parts.append(_marked(added, colour("success.fg"), colour("success.bg"), "underline"))
    return "".join(parts)


_Code = tuple[str, int, int, int, int]


def _phrases(codes: Iterable[_Code], before: list[str]) -> list[_Code]:
    """Changes parted by a blank alone are one: a phrase that was replaced reads as a whole."""
    found: list[_Code] = []
    for code in codes:
        tag, start, end, _, last = code
        blank = tag == "equal" and "".join(before[start:end]).isspace()
        if found and found[-1][0] != "equal" and (blank or tag != "equal"):
            _, begin, _, origin, _ = found[-1]
            found[-1] = ("replace", begin, end, origin, last)
        else:
            found.append(code)
    return found


def as_html(text: str) -> str:
    return escape(text).replace("\n", "<br>")


def _marked(text: str, ink: str, ground: str, line: str) -> str:
    """`text` in its colours, the blanks around it left plain."""
    word = text.strip()
    start = text.index(word) if word else 0
    look = f"color:{ink}; background-color:{ground}; text-decoration:{line};"
    return f'{text[:start]}<span style="{look}">{as_html(word)}</span>{text[start + len(word) :]}'
