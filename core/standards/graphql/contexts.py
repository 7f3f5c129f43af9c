"""What is known of a situation, and values that hold in some situations only."""

from collections.abc import Mapping, Sequence
from typing import Any

import strawberry

from core.kernel.errors import InvalidInput
from core.kernel.graphql.classes import input_type
from core.kernel.graphql.types import shows, value
from core.kernel.reads import Hole, Splicing
from core.standards.graphql.json_values import Json
from core.standards.graphql.parts import BoundsType, bounds_shown
from core.standards.permissions import READ_STANDARDS
from core.standards.policy.variants import KEYS, SITE, Context


@value(permission=READ_STANDARDS, description="An attribute of a site.", name="SiteAttribute")
class SiteAttributeType:
    """An attribute of a site."""

    name: str = shows("Its name, such as `country`.")
    value: str = shows("What it says.")


@value(permission=READ_STANDARDS, description="A situation, or what must be so for a variant to apply.", name="Context")
class ContextType:
    """A situation."""

    priority: str | None = shows("How urgent it is, in the tenant's own words.")
    tier: str | None = shows("The member's tier.")
    service_type: str | None = shows("The kind of service.")
    channel: str | None = shows("The way in.")
    site: list[SiteAttributeType] = shows("Attributes of the serving site.")


@value(permission=READ_STANDARDS, description="A value of a parameter in some contexts.", name="Variant")
class VariantType:
    """A variant."""

    context: ContextType = shows("What must be so for it to apply.")
    default: Json = shows("The published value there, in the form of the parameter's type.")
    bounds: BoundsType | None = shows("What levels below must keep to there; as for the parameter where empty.")


@input_type(description="An attribute of a site.", name="SiteAttributeInput")
class SiteAttributeInput:
    """An attribute of a site."""

    name: str = strawberry.field(description="Its name, such as `country`.")
    value: str = strawberry.field(description="What it says.")


@input_type(description="A situation, or what must be so for a variant to apply.", name="ContextInput")
class ContextInput:
    """A situation."""

    priority: str | None = strawberry.field(
        default=None, description="How urgent it is, in the tenant's own words; weighs most."
    )
    tier: str | None = strawberry.field(default=None, description="The member's tier; weighs second.")
    service_type: str | None = strawberry.field(default=None, description="The kind of service; weighs third.")
    channel: str | None = strawberry.field(default=None, description="The way in; weighs fourth.")
    site: list[SiteAttributeInput] = strawberry.field(
        default_factory=list, description="Attributes of the serving site; they weigh least."
    )

    def to_context(self, place: str) -> dict[str, str]:
        """Give the context; an attribute that stands twice is refused, for one would be lost."""
        named = {SITE + one.name: one.value for one in self.site}
        if len(named) < len(self.site):
            raise InvalidInput(field=f"{place}.site", problem="each attribute stands once")
        said = {"priority": self.priority, "tier": self.tier, "service_type": self.service_type}
        given = said | {"channel": self.channel}
        return {key: one for key, one in given.items() if one is not None} | named


def context_shown(context: Context) -> ContextType:
    """Show a context."""
    return ContextType(
        **{key: context.get(key) for key in KEYS},
        site=[
            SiteAttributeType(name=key.removeprefix(SITE), value=said)
            for key, said in sorted(context.items())
            if key.startswith(SITE)
        ],
    )


def variant_shown(variant: Mapping[str, Any]) -> VariantType:
    """Show a variant."""
    bounds = variant.get("bounds")
    return VariantType(
        context=context_shown(variant["context"]),
        default=variant["default"],
        bounds=None if bounds is None else bounds_shown(bounds),
    )


def variants_of(column: str) -> Hole:
    """Read a JSON column of variants."""

    async def fill(_splicing: Splicing, rows: Sequence[Mapping[str, Any]]) -> Sequence[object]:
        return [[variant_shown(one) for one in row[column]] for row in rows]

    return Hole((column,), fill, alone=True)
