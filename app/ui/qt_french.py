"""The few words of Qt's own dialogs that its French translation leaves in English."""

from PySide6.QtCore import QTranslator

from app.formatting import NBSP

#: By (context, source text); an « & » comes before the letter of the mnemonic.
_WORDS = {
    ("QAbstractFileIconProvider", "Drive"): "Disque",
    ("QAbstractFileIconProvider", "Folder"): "Dossier",
    ("QFileDialog", "&Look in:"): f"&Dans{NBSP}:",
    ("QFileDialog", "Files of &type:"): f"&Type de fichier{NBSP}:",
    ("QPrintSettingsOutput", "Page &Set:"): f"&Lot de pages{NBSP}:",
}


class MissingFrench(QTranslator):
    """Answers for those words only; every other goes on to Qt's translation."""

    def isEmpty(self) -> bool:
        return False

    def translate(self, context: str, source: str | None, disambiguation: str | None = None, n: int = -1) -> str | None:
        return _WORDS.get((context, source or ""))
