"""Queries of standards."""

from datetime import datetime
from typing import Annotated

import strawberry

from core.kernel.graphql.ids import local_id
from core.kernel.graphql.queries import query_connection, query_field, query_one
from core.kernel.reads import Breadth
from core.kernel.unit import Unit
from core.standards.graphql.contexts import ContextInput
from core.standards.graphql.effective import EffectiveStandardType, resolution_shown
from core.standards.graphql.keeping import WHILE_IT_HOLDS
from core.standards.graphql.types import (
    AdaptationFilter,
    AdaptationType,
    ClauseType,
    PublishedVersionFilter,
    PublishedVersionType,
    StandardType,
    StandardVersionType,
)
from core.standards.permissions import OVERSEE_STANDARDS, READ_STANDARDS
from core.standards.resolve import effective_standard as resolve
from core.standards.resolve import effective_standard_below as resolve_below

COST = 50
ASKED = {
    "code": "The standard's name in the network.",
    "at": "The instant asked about; now by default.",
    "known_at": "Answer as was known at this instant, at least ten seconds ago; as is known now by default.",
    "locale": "The language texts are shown in, where they have it; after it come the tenant's and the network's.",
}
Situation = Annotated[
    ContextInput | None,
    strawberry.argument(name="context", description="What is known of the situation; `values` are chosen by it."),
]

standards = query_connection(
    "standards",
    StandardType,
    order=("code", "id"),
    description="The standards that the tenant acted in publishes or drafts itself, by code.",
)
standard = query_one(
    "standard",
    StandardType,
    by={"code": "The standard's name in the network."},
    description="A standard that the tenant acted in publishes or drafts itself.",
)
standard_version = query_one(
    "standard_version", StandardVersionType, description="A version of such a standard, with its clauses."
)
clause = query_one("clause", ClauseType, description="A clause of such a version, with its parameters.")
published_versions = query_connection(
    "published_versions",
    PublishedVersionType,
    order=("code", "-valid_from", "-id"),
    filter=PublishedVersionFilter,
    description="What the tenant acted in and the units above it have published, by code, the latest first.",
)
published_version = query_one(
    "published_version",
    PublishedVersionType,
    description="A version that the tenant acted in or a unit above published.",
)
adaptations = query_connection(
    "adaptations",
    AdaptationType,
    order=("-id",),
    filter=AdaptationFilter,
    description="What the tenant acted in has adapted, the latest first; what was corrected stays in the list.",
)


@query_field(
    permission=READ_STANDARDS,
    description="What holds for the tenant acted in, with the reason for every value.",
    arguments=ASKED,
    cost=COST,
    kept=WHILE_IT_HOLDS,
)
async def effective_standard(
    unit: Unit,
    code: str,
    at: datetime | None = None,
    known_at: datetime | None = None,
    situation: Situation = None,
    locale: str | None = None,
) -> EffectiveStandardType:
    """Resolve a standard."""
    context = None if situation is None else situation.to_context("context")
    return resolution_shown(await resolve(unit, code, at, known_at, context, locale=locale or ""))


@query_field(
    permission=OVERSEE_STANDARDS,
    description="What holds for a unit below the tenant acted in, with every reason; the read is audited.",
    arguments={"tenant": "The unit below, or the tenant acted in itself.", **ASKED},
    breadth=Breadth.UNITS_BELOW,
    cost=COST,
)
async def effective_standard_below(
    unit: Unit,
    tenant: strawberry.ID,
    code: str,
    at: datetime | None = None,
    known_at: datetime | None = None,
    situation: Situation = None,
    locale: str | None = None,
) -> EffectiveStandardType:
    """Resolve a standard for a unit below."""
    context = None if situation is None else situation.to_context("context")
    found = await resolve_below(unit, local_id("Tenant", tenant), code, at, known_at, context, locale=locale or "")
    return resolution_shown(found)
