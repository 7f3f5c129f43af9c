"""Queries of saved views: which of them somebody sees depends on who asks."""

from uuid import UUID

import strawberry

from core.kernel.graphql.ids import local_id
from core.kernel.graphql.queries import query_field
from core.kernel.unit import Unit
from core.records.permissions import READ_RECORDS
from core.records.saved_views.graphql.types import SavedViewType
from core.records.saved_views.keep import seen_view, seen_views


@query_field(
    permission=READ_RECORDS,
    description="Your own saved views and those that are shared in the tenant acted in, by name.",
    returns=list[SavedViewType],
)
async def saved_views(unit: Unit) -> list[UUID]:
    """List views."""
    return await seen_views(unit)


@query_field(
    permission=READ_RECORDS,
    description="A saved view of your own, or one that is shared.",
    returns=SavedViewType | None,
    arguments={"id": "The global id of the saved view."},
)
async def saved_view(unit: Unit, id: strawberry.ID) -> UUID | None:
    """Find a view."""
    return await seen_view(unit, local_id(SavedViewType, id))


QUERIES = [saved_views, saved_view]
