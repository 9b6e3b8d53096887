"""The list of entities: the one place where readers look a declaration up."""

from types import MappingProxyType

from app.errors import UnknownField
from app.formatting import NBSP
from app.models import attachments, indicators, meetings, partners, plan, settings, strategy, territory
from app.models.declare import EntityType, metadata
from app.models.fields import Field

#: Every entity by key, in the order people meet them.
ENTITIES = MappingProxyType(
    {
        declared.key: declared
        for declared in (
            strategy.CONTRACT,
            territory.TERRITORY,
            strategy.PRIORITY,
            strategy.THEME,
            strategy.AMBITION,
            strategy.SCHEME,
            plan.PROJECT,
            plan.OBJECTIVE,
            plan.MILESTONE,
            plan.ACTION,
            plan.STEP,
            plan.FOLLOW_UP,
            partners.ORGANISATION,
            partners.CONTACT,
            partners.ACTION_PARTNER,
            indicators.INDICATOR,
            indicators.MEASUREMENT,
            indicators.TARGET,
            meetings.BODY,
            meetings.EVENT,
            territory.SITE,
            strategy.CONTRACT_ITEM,
            settings.TOWN_SETTINGS,
            attachments.ATTACHMENT,
        )
    }
)


def entity(key: str) -> EntityType:
    """The declaration of the entity `key`; raises UnknownField with the nearest keys."""
    try:
        return ENTITIES[key]
    except KeyError:
        known = ", ".join(ENTITIES)
        raise UnknownField(f"«{NBSP}{key}{NBSP}» n’est pas une entité.", advice=f"Entités connues : {known}.") from None


def field(entity_key: str, key: str) -> Field:
    """The declaration of one field; raises UnknownField with the fields that exist."""
    declared = entity(entity_key)
    try:
        return declared.fields[key]
    except KeyError:
        known = ", ".join(declared.fields)
        raise UnknownField(
            f"«{NBSP}{key}{NBSP}» n’est pas un champ de «{NBSP}{declared.label}{NBSP}».",
            advice=f"Champs connus : {known}.",
        ) from None


__all__ = ["ENTITIES", "EntityType", "Field", "entity", "field", "metadata"]
