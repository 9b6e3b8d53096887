"""The questions before closing: when what was typed can be kept nowhere, or when a page holds choices not written."""

from PySide6.QtWidgets import QMessageBox, QWidget


def ask_to_lose(window: QWidget) -> bool:
    """Ask whether to close although the disk takes neither the modification nor its draft; True to close."""
    return _ask(
        window,
        QMessageBox.Icon.Warning,
        "Ce que vous avez tapé n’a pas pu être enregistré.",
        "Le disque refuse aussi de le garder en brouillon. Libérez de la place, ou copiez votre texte ailleurs."
        " Fermer maintenant le perdrait.",
        "Fermer et perdre la saisie",
    )


def ask_to_leave(window: QWidget, waiting: str) -> bool:
    """Ask whether to close although a page waits with what nobody wrote yet; True to close. `waiting` is a sentence."""
    return _ask(
        window,
        QMessageBox.Icon.Question,
        waiting,
        "Rien n’en est encore écrit dans le carnet. Fermer maintenant le perdrait.",
        "Fermer quand même",
    )


def _ask(window: QWidget, icon: QMessageBox.Icon, question: str, explanation: str, gesture: str) -> bool:
    """True when the person closes all the same; staying is what Enter and Escape do."""
    box = QMessageBox(window)
    box.setIcon(icon)
    box.setWindowTitle("Carnet de quartier")
    box.setText(question)
    box.setInformativeText(explanation)
    stay = box.addButton("Ne pas fermer", QMessageBox.ButtonRole.RejectRole)
    close = box.addButton(gesture, QMessageBox.ButtonRole.DestructiveRole)
    box.setDefaultButton(stay)
    box.setEscapeButton(stay)
    box.exec()
    return box.clickedButton() is close
