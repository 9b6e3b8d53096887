"""Why a file handed over cannot be taken: one class per reason, so that each has its own sentence.

Every refusal happens before anything is written: the message says so, the advice says what to do.
"""

from app.errors import KnownError
from app.formatting import NBSP

KEPT = "Rien n’a été changé."
#: What opening a foreign file in a spreadsheet cures.
SAVE_AS_XLSX = (
    f"Ouvrez-le dans Excel ou LibreOffice, enregistrez-le au format «{NBSP}Classeur Excel (.xlsx){NBSP}», puis"
    " importez ce nouveau fichier."
)


def quoted(name: str) -> str:
    """`« Actions.xlsx »`, cut when someone made it very long."""
    return f"«{NBSP}{name if len(name) <= 120 else name[:119] + '…'}{NBSP}»"


class WorkbookRefused(KnownError):
    """A file that cannot be taken; nothing was changed. Subclasses name the reason."""

    def __init__(self, message: str, *, advice: str = "") -> None:
        super().__init__(message if message.endswith(KEPT) else f"{message} {KEPT}", advice=advice)


# -- the file itself ----------------------------------------------------------------------------------------------


class NotAFile(WorkbookRefused):
    """A folder, or nothing at all."""


class EmptyFile(WorkbookRefused):
    """Zero byte."""


class TemporaryFile(WorkbookRefused):
    """What a spreadsheet or a download leaves beside the real file."""


class OpenElsewhere(WorkbookRefused):
    """A spreadsheet holds the file."""


class HalfCopied(WorkbookRefused):
    """The end of the file is missing, or it is still being written."""


class FileTooLarge(WorkbookRefused):
    """More bytes than any workbook of the trade."""


# -- its format ---------------------------------------------------------------------------------------------------


class UnknownFormat(WorkbookRefused):
    """Not one of the three formats that are read."""


class WrongExtension(WorkbookRefused):
    """The content is not what the name announces."""


class OldFormat(WorkbookRefused):
    """.xls, of before 2007."""


class BinaryFormat(WorkbookRefused):
    """.xlsb."""


class MacroWorkbook(WorkbookRefused):
    """.xlsm, or a workbook with macros under another name."""


class Encrypted(WorkbookRefused):
    """Protected by a password."""


class RightsManaged(WorkbookRefused):
    """Protected by the rights of an organisation (IRM)."""


class NewerWorkbook(WorkbookRefused):
    """Written by a later version of the application."""


# -- what it carries ----------------------------------------------------------------------------------------------


class EmbeddedObjects(WorkbookRefused):
    """Documents or controls inserted in a sheet."""


class ForbiddenXml(WorkbookRefused):
    """DOCTYPE or entities, which no spreadsheet writes."""


class Bomb(WorkbookRefused):
    """A small file that unfolds into a huge one."""


class OddPackage(WorkbookRefused):
    """Parts with forged, doubled or overlapping names."""


class Unreadable(WorkbookRefused):
    """Damaged: what is announced and what is found do not agree."""


# -- its size -----------------------------------------------------------------------------------------------------


class FarCell(WorkbookRefused):
    """A filled cell far away from everything."""


class TooManyRows(WorkbookRefused):
    """More filled rows in one sheet than can be looked at."""


class TooManyColumns(WorkbookRefused):
    """More filled columns in one sheet than can be looked at."""


class TooManyCells(WorkbookRefused):
    """More cells in the workbook than can be looked at."""


class TooMuchText(WorkbookRefused):
    """Texts that no person typed."""


class TooManyMerges(WorkbookRefused):
    """Merged ranges without end."""


class TooSlow(WorkbookRefused):
    """Reading takes too long."""


class TooHeavy(WorkbookRefused):
    """Reading takes too much memory."""


# -- text files ---------------------------------------------------------------------------------------------------


class UnknownEncoding(WorkbookRefused):
    """Neither UTF-8 nor the Windows alphabet."""


class NotText(WorkbookRefused):
    """A .csv with null bytes."""


class BrokenQuotes(WorkbookRefused):
    """A quotation mark that does not close."""


#: Name → class, to say again here what the reading process refused there.
REFUSALS: dict[str, type[WorkbookRefused]] = {cls.__name__: cls for cls in WorkbookRefused.__subclasses__()}
