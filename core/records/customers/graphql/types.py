"""Types of customers."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from core.kernel.crypto import MasterKeys, Place
from core.kernel.graphql.filters import filters, matches
from core.kernel.graphql.types import Connection, entity, extension, reads
from core.kernel.key_ring import KeyIsErased, KeyRing, keys_in_reach
from core.kernel.reads import Column, Hole, Splicing, ToMany, ToOne
from core.records.customers.models import Customer, CustomerKey
from core.records.customers.permissions import READ_CUSTOMERS
from core.records.graphql.types import RecordType
from core.records.models import Record


def personal(table: str, column: str) -> Hole:
    """Read a column that is sealed by the person's key; empty where there is nothing, and after an erasure."""

    async def fill(splicing: Splicing, rows: Sequence[Mapping[str, Any]]) -> Sequence[object]:
        if not keys_in_reach(splicing.unit):
            return [None] * len(rows)
        ring = KeyRing(splicing.unit, splicing.services.get(MasterKeys))
        return [await opened(ring, row[column], Place(table, column, row["id"])) for row in rows]

    return Hole(("id", column), fill)


async def opened(ring: KeyRing, sealed: bytes | None, place: Place) -> str | None:
    """Open a sealed column."""
    try:
        return None if sealed is None else await ring.open(sealed, place)
    except KeyIsErased:
        return None


@entity(CustomerKey, permission=READ_CUSTOMERS, description="What a customer is reached under.")
class CustomerContactType:
    """One contact of a customer."""

    kind: str = reads(
        Column("kind"), description="`phone`, `email`, or the channel that calls the person so; it counts once a kind."
    )
    address: str | None = reads(personal("customer_keys", "contact"), description="The contact, as it was given.")
    recorded_at: datetime = reads(Column("recorded_at"), description="When it was written.")


@filters(Record, description="Narrows the history of a customer.")
class CustomerRecordFilter:
    """What the history of a customer can be narrowed by."""

    opened_from: datetime | None = matches("opened_at", "from", description="Opened at this instant or later.")
    opened_to: datetime | None = matches("opened_at", "before", description="Opened before this instant.")


@entity(
    Customer,
    permission=READ_CUSTOMERS,
    description="A person whom the tenant serves, under one history over all channels and sites. What is personal is"
    " sealed by a key of that person's; once erased, nothing of it can be read by anybody.",
)
class CustomerType:
    """One customer."""

    name: str | None = reads(personal("customers", "name"), description="What the person is called.")
    address: str | None = reads(personal("customers", "address"), description="Where the person lives.")
    tier: str | None = reads(
        Column("tier"), description="The level that decides differentiated standards; empty where there is none."
    )
    version: int = reads(
        Column("version"), description="Goes up with every change; send it back when you change the customer."
    )
    recorded_at: datetime = reads(Column("recorded_at"), description="When the customer was registered.")
    erased_at: datetime | None = reads(
        Column("erased_at"), description="When the person's key was destroyed; nothing personal is kept since."
    )
    contacts: Connection[CustomerContactType] = reads(
        ToMany(CustomerKey, key="customer_id", order=("recorded_at", "id")),
        description="What leads to the customer, in whichever channel.",
    )
    records: Connection[RecordType] | None = reads(
        ToMany(Record, key="customer_id", order=("-opened_at", "-id"), filter=CustomerRecordFilter),
        description="All service records about the customer, over all channels and sites of the tenant, latest first.",
    )


@extension
class CustomerOfRecord:
    """What a record tells of its customer."""

    customer: CustomerType | None = reads(
        ToOne(Customer, by="customer_id"), description="The customer it is about, where that person is known."
    )
