"""Queries of customers."""

from uuid import UUID

from core.kernel.graphql.context import RequestContext
from core.kernel.graphql.queries import query_field, query_one
from core.kernel.unit import Unit
from core.records.customers.find import find_customers
from core.records.customers.graphql.inputs import ring_of
from core.records.customers.graphql.types import CustomerType
from core.records.customers.permissions import READ_CUSTOMERS

customer = query_one("customer", CustomerType, description="Reads a customer by the global id.")


@query_field(
    permission=READ_CUSTOMERS,
    description="The customers of the tenant acted in that a contact leads to; nobody where it leads to none.",
    returns=list[CustomerType],
    arguments={
        "contact": "A telephone number or mailbox, or what the channel calls the person.",
        "channel": "The way in; needed where the contact is neither a telephone number nor a mailbox.",
    },
)
async def customers(unit: Unit, context: RequestContext, contact: str, channel: str | None = None) -> list[UUID]:
    """Find customers."""
    return await find_customers(unit, ring_of(unit, context), contact, channel)


QUERIES = [customer, customers]
