"""Writing to partners: the mail program of the computer, everybody in Bcc, and who has no address."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication

from app.formatting import NBSP, counted
from app.services.queries.partners import Addresses

#: Windows refuses longer command lines from a link.
LONGEST = 1900
#: Names said before « et 12 autres ».
NAMED = 3


@dataclass(frozen=True, slots=True)
class Told:
    """What to say of the gesture; `strong` is empty when there is nothing to say."""

    strong: str = ""
    sentence: str = ""
    tone: str = "info"


def write_to(found: Addresses, open_url: Callable[[QUrl], bool] | None = None) -> Told:
    """Open a message with these addresses in Bcc; too many of them, or no mail program: they are copied instead."""
    opener = open_url or QDesktopServices.openUrl
    if not found.emails:
        return Told("Aucune adresse.", _lacking(found.without), "warning")
    link = "mailto:?bcc=" + ",".join(quote(email, safe="@+") for email in found.emails)
    sentence = _lacking(found.without)
    if len(link) <= LONGEST and opener(QUrl(link)):
        return Told(f"Message ouvert pour {counted(len(found.emails), 'adresse')}.", sentence) if sentence else Told()
    QGuiApplication.clipboard().setText("; ".join(found.emails))
    copied = f"{counted(len(found.emails), 'adresse')} dans le presse-papiers."
    return Told(copied, f"Collez-les dans le champ «{NBSP}Cci{NBSP}» de votre messagerie. {sentence}".strip())


def _lacking(names: Sequence[str]) -> str:
    """« Sans adresse : A, B, C et 4 autres. »"""
    if not names:
        return ""
    said = ", ".join(names[:NAMED])
    rest = len(names) - NAMED
    more = f" et {counted(rest, 'autre')}" if rest > 0 else ""
    return f"Sans adresse{NBSP}: {said}{more}."
