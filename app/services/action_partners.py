"""The partners of an action, read and changed as if they were a field of it.

Each is a row of `action_partner` (action, organisation, role); here they are one list, « partenaires », the way people
speak of them.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from app.formatting import fold
from app.models.fields import Field, Kind
from app.models.registry import ENTITIES
from app.notebook.log import chunks
from app.notebook.recorder import Recorder
from app.services.names import labels

#: How the list reads beside the fields of an action; no column keeps it.
PARTNERS = Field(
    "partners",
    Kind.LINKS,
    "Partenaires",
    target="organisation",
    help="Les structures liées à l’action, avec leur rôle. Ajoutées ici, elles ont le rôle « partenaire ».",
)
DEFAULT_ROLE = "partenaire"


@dataclass(frozen=True, slots=True)
class Partner:
    """One organisation with the part it takes in an action; `row` is the id of the link itself."""

    row: str
    organisation: str
    label: str
    role: str


def partners_of(connection: Connection, actions: Sequence[str]) -> dict[str, tuple[Partner, ...]]:
    """The partners of each of `actions`, by name."""
    table = ENTITIES["action_partner"].table
    found: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for some in chunks(actions):
        query = select(table.c.id, table.c.action, table.c.organisation, table.c.role).where(
            table.c.action.in_(some), table.c.organisation.is_not(None), table.c.deleted == 0
        )
        for row, action, organisation, role in connection.execute(query):
            found[action].append((row, organisation, role or DEFAULT_ROLE))
    called = labels(
        connection, "organisation", (organisation for rows in found.values() for _, organisation, _ in rows), whole=True
    )
    return {
        action: tuple(
            sorted(
                (Partner(row, organisation, called[organisation], role) for row, organisation, role in rows),
                key=lambda partner: (fold(partner.label), partner.role, partner.row),
            )
        )
        for action, rows in found.items()
    }


def add(write: Recorder, action: str, organisations: Sequence[str]) -> None:
    """Give each of `organisations` the role « partenaire » in `action`."""
    for organisation in organisations:
        write.create("action_partner", action=action, organisation=organisation, role=DEFAULT_ROLE)


def remove(write: Recorder, partners: Sequence[Partner]) -> None:
    for partner in partners:
        write.delete("action_partner", partner.row)
