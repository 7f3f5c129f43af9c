"""Queries of the customer's own view."""

import strawberry

from core.kernel.crypto import MasterKeys
from core.kernel.errors import InvalidInput
from core.kernel.graphql.context import RequestContext
from core.kernel.graphql.ids import local_id
from core.kernel.graphql.queries import query_field
from core.kernel.key_ring import KeyRing
from core.kernel.unit import Unit
from core.records.graphql.types import RecordType
from core.records.links.graphql.types import COST, CustomerViewType, view_shown
from core.records.links.look import look_at
from core.records.permissions import READ_RECORDS
from core.standards.policy.locales import checked_locale


@query_field(
    permission=READ_RECORDS,
    description="A service record exactly as its customer sees it by a link, in a language of your choice; empty where"
    " there is no such record in the tenant acted in, or its content was removed.",
    arguments={
        "record": "The record.",
        "locale": "The language it is shown in, as far as texts have it; after it come the tenant's and the network's.",
    },
    cost=COST,
)
async def customer_view(
    unit: Unit, context: RequestContext, record: strawberry.ID, locale: str | None = None
) -> CustomerViewType | None:
    """Look at a record as its customer does."""
    ring = KeyRing(unit, context.services.get(MasterKeys))
    view = await look_at(unit, ring, local_id(RecordType, record), () if locale is None else (locale_in(locale),))
    return None if view is None else view_shown(view)


def locale_in(text: str) -> str:
    """Read a language.

    Raises:
        InvalidInput: It is none.
    """
    try:
        return checked_locale(text)
    except ValueError as problem:
        raise InvalidInput(field="locale", problem="a BCP 47 tag such as en-GB or zh-Hans-CN is needed") from problem


QUERIES = [customer_view]
