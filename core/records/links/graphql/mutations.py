"""Mutations of the customer's own view: sharing it, and announcing delays."""

from datetime import datetime

import strawberry

from core.kernel.crypto import MasterKeys
from core.kernel.errors import InvalidInput, NotFound, StaleEdit
from core.kernel.graphql.classes import input_type
from core.kernel.graphql.context import RequestContext
from core.kernel.graphql.ids import local_id
from core.kernel.graphql.mutations import Refs, mutation, payload
from core.kernel.unit import Unit
from core.records.customers.errors import CustomerIsErased
from core.records.customers.graphql.inputs import ring_of
from core.records.errors import ContentIsRemoved, RecordIsNotOpen, StepNotForeseen, StepOutOfTime
from core.records.execution import errors as why
from core.records.execution.graphql.inputs import CODE, OnRecord
from core.records.execution.private import Sealer
from core.records.graphql.types import RecordType
from core.records.links import announce as announcing
from core.records.links import share as sharing
from core.records.links.errors import TooManyLinks
from core.records.links.graphql.types import RecordLinkType
from core.records.links.permissions import SHARE_RECORDS
from core.records.permissions import WORK_RECORDS

LOOK_PATH = "/look/"
"""Where the server shows what a link opens."""


@input_type(description="A record that its customer may look at.")
class ShareRecordInput:
    """A record that is shared."""

    record: strawberry.ID = strawberry.field(description="The record.")
    valid_days: int = strawberry.field(
        default=sharing.USUAL_DAYS, description="For how many days the link opens the view, 365 at most."
    )


@input_type(description="A link that shall open nothing any more.")
class RevokeRecordLinkInput:
    """A link."""

    link: strawberry.ID = strawberry.field(description="The link.")


@input_type(description="A delay that the customer is told of ahead.")
class AnnounceDelayInput(OnRecord):
    """A delay."""

    until: datetime = strawberry.field(description="What is promised instead; later than what the standard promises.")
    reason_code: str = strawberry.field(description=CODE)
    reason: str = strawberry.field(description="Why, in words for the customer; kept sealed.")
    alternative: str = strawberry.field(
        description="What the customer may have or do instead, in words for the customer; kept sealed."
    )
    step: str | None = strawberry.field(default=None, description="The step that it is about, by its key.")


@mutation(
    permission=SHARE_RECORDS,
    success=payload(
        "ShareRecordSuccess",
        "The link, and its address, which is told this once.",
        link=RecordLinkType,
        url=(str, "The address that opens the customer's own view; empty when the request is repeated."),
    ),
    errors=(InvalidInput, NotFound, ContentIsRemoved, CustomerIsErased, TooManyLinks),
    description="Makes a link that opens the customer's own view of one service record, and nothing else. Whoever has"
    " the address sees the view: give it to the customer alone, and revoke it where it went astray.",
)
async def share_record(unit: Unit, context: RequestContext, input: ShareRecordInput) -> Refs:
    """Share a record."""
    masters = context.services.get(MasterKeys)
    made = await sharing.share_record(unit, masters, local_id(RecordType, input.record), input.valid_days)
    return Refs(link=made.id, url=f"{context.settings.public_url.rstrip('/')}{LOOK_PATH}{made.token}")


@mutation(
    permission=SHARE_RECORDS,
    success=payload("RevokeRecordLinkSuccess", link=RecordLinkType),
    errors=(NotFound,),
    description="Has a link to a customer's own view open nothing from now on.",
)
async def revoke_record_link(unit: Unit, input: RevokeRecordLinkInput) -> Refs:
    """Revoke a link."""
    return Refs(link=await sharing.revoke_link(unit, local_id(RecordLinkType, input.link)))


@mutation(
    permission=WORK_RECORDS,
    success=payload("AnnounceDelaySuccess", record=RecordType),
    errors=(
        InvalidInput,
        NotFound,
        ContentIsRemoved,
        StaleEdit,
        RecordIsNotOpen,
        StepOutOfTime,
        StepNotForeseen,
        CustomerIsErased,
        why.DelayIsNoDelay,
        why.TooManyEvents,
    ),
    description="Announces to the customer that a service record takes longer than promised, with the reason and what"
    " there is instead. A further announcement takes the place of the one before.",
)
async def announce_delay(unit: Unit, context: RequestContext, input: AnnounceDelayInput) -> Refs:
    """Announce a delay."""
    asked = announcing.AnnounceDelay(
        record_id=input.id,
        expected_version=input.version,
        until=input.until,
        reason_code=input.reason_code,
        reason=input.reason,
        alternative=input.alternative,
        step=input.step,
        occurred_at=input.occurred_at,
    )
    return Refs(record=await announcing.announce_delay(unit, asked, Sealer(ring_of(unit, context))))


MUTATIONS = [share_record, revoke_record_link, announce_delay]
