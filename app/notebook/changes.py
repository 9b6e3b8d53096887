"""What a gesture changed, told to whoever listens."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """Ids of the rows touched, by entity key, and the words to say it with.

    `notes` are French sentences about what could not be done (« 2 champs ont été modifiés depuis et sont gardés. »).
    """

    label: str
    kind: str
    rows: Mapping[str, frozenset[str]] = field(default_factory=dict)
    gesture: bytes | None = None
    notes: tuple[str, ...] = ()

    def touches(self, *entities: str) -> bool:
        return any(self.rows.get(entity) for entity in entities)

    def of(self, entity: str) -> frozenset[str]:
        """The rows of one entity that changed."""
        return self.rows.get(entity, frozenset())

    def __bool__(self) -> bool:
        return any(self.rows.values())
