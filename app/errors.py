"""What can go wrong and be said: the family of known errors.

A known error carries a French sentence (what happened, what was kept) and an advice (what to do next).
Anything else that is raised is a fault of ours: it is logged and shown by the crash net.
"""

import errno

# The system's own words come in English on most machines.
_REASONS = {
    errno.ENOENT: "le fichier ou le dossier n’existe pas",
    errno.EACCES: "vous n’avez pas le droit d’y écrire ou de le lire",
    errno.EPERM: "le système le refuse",
    errno.ENOSPC: "le disque est plein",
    errno.EROFS: "le disque est en lecture seule",
    errno.EIO: "le disque ne répond plus",
    errno.EEXIST: "un fichier porte déjà ce nom",
    errno.EISDIR: "c’est un dossier",
    errno.ENOTDIR: "un fichier se trouve à la place d’un dossier",
    errno.ENAMETOOLONG: "le nom est trop long",
    errno.EBUSY: "il est utilisé par un autre programme",
    errno.EMFILE: "trop de fichiers sont ouverts",
    errno.ESTALE: "le dossier du réseau n’est plus là",
}


def reason_of(error: OSError) -> str:
    """Why the disk or the system refused, in French, to end a sentence with."""
    quota = getattr(errno, "EDQUOT", None)
    if quota is not None and error.errno == quota:
        return "votre place sur le disque est épuisée"
    return _REASONS.get(error.errno or 0) or f"le système le refuse (code {error.errno})"


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
    """The disk or the folder refuses: full, read-only, removed. `reason` says it in two or three words."""

    def __init__(self, message: str, *, advice: str = "", reason: str = "") -> None:
        super().__init__(message, advice=advice)
        self.reason = reason or "le disque refuse"


class Cancelled(KnownError):
    """The person stopped a long task; nothing was changed."""
