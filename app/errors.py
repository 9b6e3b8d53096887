"""What can go wrong and be said: the family of known errors.

A known error carries a French sentence (what happened, what was kept) and an advice (what to do next).
Anything else that is raised is a fault of ours: it is logged and shown by the crash net.
"""


class KnownError(Exception):
    """An error that a person can read: `message` says what happened, `advice` what to do.

    `exit_code` is the command line's answer (contract: 1 refused, 2 wrong usage, 4 notebook open elsewhere).
    """

    exit_code = 1

    def __init__(self, message: str, *, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice

    def __str__(self) -> str:
        return f"{self.message} {self.advice}".strip()


# -- the user can act ---------------------------------------------------------------------------------------------


class BadValue(KnownError):
    """A value that was typed cannot be understood or breaks a rule of entry."""


class UnknownField(KnownError):
    """A field or an entity that does not exist was named."""


class UnknownRecord(KnownError):
    """No row answers to the reference given."""


class AmbiguousRecord(KnownError):
    """Several rows answer to the reference given."""


class BadReference(KnownError):
    """A référentiel file is not what it should be; the message names the file and the line."""


class WrongUsage(KnownError):
    """The words of a command line are off."""

    exit_code = 2


class NotANotebook(KnownError):
    """The file is not a notebook (empty, foreign, damaged)."""


class TooNew(KnownError):
    """The notebook was written by a later version of the application."""


class NotebookBusy(KnownError):
    """The notebook is open elsewhere, or a long task holds it."""

    exit_code = 4


class NothingToUndo(KnownError):
    """There is no gesture of this laptop to take back, or none to do again."""


class Tampered(KnownError):
    """A modification arrives under an identity already known with another content."""


# -- the place fails ----------------------------------------------------------------------------------------------


class PlaceFails(KnownError):
    """The disk or the folder refuses: full, read-only, removed."""


class Cancelled(KnownError):
    """The person stopped a long task; nothing was changed."""
