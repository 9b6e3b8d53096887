"""Files joined to records: what is known of each. Their bytes are kept beside the log (app.notebook.blobs).

The same file joined to the same record on two laptops is one row, under the name and the day of the latest.
"""

from app.models.declare import day, entity, integer, text
from app.models.fields import Privacy

ATTACHMENT = entity(
    "attachment", "Pièce jointe", "Pièces jointes", "f",
    text("name", "Nom du fichier", required=True, fixed=True, auto=True),
    text("media_type", "Type de fichier", technical=True, fixed=True),
    integer("size", "Taille", unit="octets", fixed=True),
    day("added_on", "Jointe le", fixed=True, auto=True),
    text("note", "Remarque"),
    text("sha256", "Empreinte du fichier", technical=True, fixed=True),
    text("record_entity", "Genre de fiche", technical=True, fixed=True),
    text("record", "Fiche", technical=True, fixed=True),
    title="name", privacy=Privacy.CONFIDENTIAL, of_record=("record_entity", "record"), bytes_field="sha256",
)  # fmt: skip
