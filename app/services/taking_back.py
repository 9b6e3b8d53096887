"""Undo and redo for the window and the command line: what would be taken back, and taking it back."""

from app.notebook import undo as log_undo
from app.notebook.changes import ChangeSet
from app.notebook.store import Store


def labels(store: Store) -> tuple[str, str]:
    """The gestures that undo and redo would take back, in words; "" for none."""
    if store.is_read_only:
        return "", ""
    last, again = log_undo.next_undo(store), log_undo.next_redo(store)
    return (last.label if last else "", again.label if again else "")


def undo(store: Store) -> ChangeSet:
    """Take back the last gesture of this laptop; raises NothingToUndo."""
    return log_undo.undo(store)


def redo(store: Store) -> ChangeSet:
    """Do again what undo took back; raises NothingToUndo."""
    return log_undo.redo(store)
