"""Makes the notebook that is kept under tests/old before a migration: small, with a bit of everything."""

from pathlib import Path

from app.notebook import undo
from tests.factories import WallClock, notebook


def make(path: str) -> None:
    """Write the notebook at `path`; to be run by the version whose schema is to be kept."""
    with notebook(Path(path), author="Chef de projet Est", clock=WallClock()) as store:
        with store.write("Créer le cadre") as write:
            est = write.create("territory", name="Est", kind="district")
            health = write.create("priority", number=3, title="Santé")
        with store.write("Ajouter des actions") as write:
            care = write.create("action", title="Médiation santé", priority=health, territories=(est,))
            write.create("action", title="Atelier vélo", priority=health)
            write.create("step", action=care, title="Première étape")
        with store.write("Modifier une action") as write:
            write.set("action", care, description="Énergie, œuvre, « guillemets » et 12 €.")
        with store.write("Joindre un fichier") as write:
            write.create(
                "attachment", name="Note.txt", media_type="text/plain", size=4, sha256=write.keep_bytes(b"Note"),
                record_entity="action", record=care,
            )  # fmt: skip
        with store.write("Supprimer une action") as write:
            write.delete("action", care)
        undo.undo(store)


if __name__ == "__main__":
    import sys

    make(sys.argv[1])
