"""The questions before closing: when what was typed can be kept nowhere, or when a page holds choices not written."""

from PySide6.QtWidgets import QMessageBox, QWidget


def ask_to_lose(window: QWidget) -> bool:
    """Ask whether to close although the disk takes neither the modification nor its draft; True to close."""
    box = QMessageBox(window)
    box.setIcon(QMessageBox.Icon.Warning)
    box.setWindowTitle("Carnet de quartier")
    box.setText("Ce que vous avez tapé n’a pas pu être enregistré.")
    box.setInformativeText(
        "Le disque refuse aussi de le garder en brouillon. Libérez de la place, ou copiez votre texte ailleurs."
        " Fermer maintenant le perdrait."
    )
    stay = box.addButton("Ne pas fermer", QMessageBox.ButtonRole.RejectRole)
    close = box.addButton("Fermer et perdre la saisie", QMessageBox.ButtonRole.DestructiveRole)
    box.setDefaultButton(stay)
    box.setEscapeButton(stay)
    box.exec()
    return box.clickedButton() is close


def ask_to_leave(window: QWidget, waiting: str) -> bool:
    """Ask whether to close although a page waits with what nobody wrote yet; True to close. `waiting` is a sentence."""
    box = QMessageBox(window)
    box.setIcon(QMessageBox.Icon.Question)
    box.setWindowTitle("Carnet de quartier")
    box.setText(waiting)
    box.setInformativeText("Rien n’en est encore écrit dans le carnet. Fermer maintenant le perdrait.")
    stay = box.addButton("Ne pas fermer", QMessageBox.ButtonRole.RejectRole)
    close = box.addButton("Fermer quand même", QMessageBox.ButtonRole.DestructiveRole)
    box.setDefaultButton(stay)
    box.setEscapeButton(stay)
    box.exec()
    return box.clickedButton() is close
