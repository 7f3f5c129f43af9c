"""Mutations of service records: open one or many, add steps, resolve it."""

from datetime import datetime

import strawberry

from core.kernel.at_once import AtOnce
from core.kernel.errors import InvalidInput, NotFound, StaleEdit
from core.kernel.graphql.classes import input_type
from core.kernel.graphql.context import RequestContext
from core.kernel.graphql.ids import local_id
from core.kernel.graphql.mutations import Refs, mutation, payload
from core.kernel.patterns import Filled
from core.kernel.unit import Act, Unit
from core.records import open_at_once as at_once
from core.records import open_record as opening
from core.records import open_records as opening_many
from core.records import work_record as working
from core.records.catalogue.errors import ServiceIsNotOffered
from core.records.customers.errors import CustomerIsErased
from core.records.customers.graphql.inputs import CustomerContactInput, ring_of, which_customer
from core.records.errors import (
    ContentIsRemoved,
    RecordIsNotOpen,
    RecordKeyIsTaken,
    RecordsRefused,
    RequiredStepsMissing,
    StepNotForeseen,
    StepOutOfTime,
)
from core.records.execution.errors import RuleUndecidable, StepIsDone, StepIsUnderWay, TooManyEvents
from core.records.graphql.types import RecordType
from core.records.permissions import OPEN_RECORDS, WORK_RECORDS
from core.standards.errors import NoStandardInForce

OPEN_MANY_COST = 100
"""What opening many adds to the cost of an operation: about ten times what opening one does."""


@input_type(description="What a service record begins with.")
class OpenRecordInput:
    """What a record begins with."""

    channel: str = strawberry.field(description="The way in, such as `phone` or `site_desk`.")
    standard_code: str = strawberry.field(description="The standard it is executed under.")
    external_id: str | None = strawberry.field(
        default=None, description="What the channel calls it; opened again, the same record is given."
    )
    priority: str | None = strawberry.field(default=None, description="How urgent it is, in your own words.")
    site_key: str | None = strawberry.field(default=None, description="The site that serves, by its short name.")
    service_type: str | None = strawberry.field(
        default=None,
        description="What kind of service it is; guards of the process may ask for it. Where the network has a"
        " catalogue it is the key of a service that the tenant offers, elsewhere any word.",
    )
    role: str | None = strawberry.field(
        default=None,
        description="The role or support line that gets it; by default the owner of the first step that may start.",
    )
    customer: strawberry.ID | None = strawberry.field(default=None, description="The customer it is about.")
    customer_contact: CustomerContactInput | None = strawberry.field(
        default=None,
        description="What the channel calls the customer, instead of `customer`; whoever is not known is registered.",
    )

    def to_command(self) -> opening.OpenRecord:
        """Give the command."""
        return opening.OpenRecord(
            channel=self.channel,
            standard_code=self.standard_code,
            external_id=self.external_id,
            priority=self.priority,
            site_key=self.site_key,
            service_type=self.service_type,
            role=self.role,
            customer=which_customer(self.customer, self.customer_contact),
        )


@input_type(description="Service records that begin together.")
class OpenRecordsInput:
    """What records begin with."""

    records: list[OpenRecordInput] = strawberry.field(
        description="What each begins with; 1 to 1,000, of which none is opened where one cannot be."
    )

    def to_commands(self) -> list[opening.OpenRecord]:
        """Give the commands."""
        return [one.to_command() for one in self.records]


@input_type(description="A step that was done.")
class AddStepInput:
    """A step that was done."""

    record: strawberry.ID = strawberry.field(description="The record.")
    version: int = strawberry.field(description="The record's version, as you read it.")
    key: str = strawberry.field(description="Which step, as the process of the standard names it.")
    status: str | None = strawberry.field(default=None, description="What became of it, in your own words.")
    occurred_at: datetime | None = strawberry.field(default=None, description="When it happened; now by default.")
    answers_customer: bool = strawberry.field(
        default=False, description="Whether the customer got an answer with it; the first such step is the response."
    )

    def to_command(self) -> working.AddStep:
        """Give the command."""
        return working.AddStep(
            record_id=local_id(RecordType, self.record),
            expected_version=self.version,
            key=self.key,
            status=self.status,
            occurred_at=self.occurred_at,
            answers_customer=self.answers_customer,
        )


@input_type(description="A service record whose request is met.")
class ResolveRecordInput:
    """A record whose request is met."""

    record: strawberry.ID = strawberry.field(description="The record.")
    version: int = strawberry.field(description="The record's version, as you read it.")

    def to_command(self) -> working.ResolveRecord:
        """Give the command."""
        return working.ResolveRecord(record_id=local_id(RecordType, self.record), expected_version=self.version)


def open_record_at_once(act: Act, input: OpenRecordInput) -> AtOnce | Filled | None:
    """Open a record by one statement, where that can be."""
    return at_once.open_record_at_once(act, input.to_command())


def open_records_at_once(act: Act, input: OpenRecordsInput) -> AtOnce | None:
    """Open records by one statement, where that can be."""
    return at_once.open_records_at_once(act, input.to_commands())


@mutation(
    permission=OPEN_RECORDS,
    success=payload("OpenRecordSuccess", record=RecordType),
    errors=(InvalidInput, NotFound, NoStandardInForce, ServiceIsNotOffered, RecordKeyIsTaken, CustomerIsErased),
    at_once=open_record_at_once,
    description="Opens a service record under the standard that holds now, or gives the one that was opened before.",
)
async def open_record(unit: Unit, context: RequestContext, input: OpenRecordInput) -> Refs:
    """Open a record."""
    record_id, rows = await opening.prepare_record(unit, input.to_command(), ring_of(unit, context))
    return Refs(record=record_id).writing(rows)


@mutation(
    permission=OPEN_RECORDS,
    success=payload(
        "OpenRecordsSuccess",
        "All records are there. Of a repeated request only the records are told.",
        records=(list[RecordType], "The records as they are now, in the order in which they were sent."),
        opened=(int, "How many were opened by this request."),
        already_there=(int, "How many were there before, or earlier in the same request; they are as they were."),
    ),
    errors=(InvalidInput, RecordsRefused),
    at_once=open_records_at_once,
    cost=OPEN_MANY_COST,
    description="Opens up to 1,000 service records in one transaction, each by the rules of `openRecord`: a record that"
    " its channel has brought before is given, not opened again. Where one cannot be opened none is, and the refusal"
    " tells which and why. Better than `openRecord` a thousand times, for integrations that bring many.",
)
async def open_records(unit: Unit, context: RequestContext, input: OpenRecordsInput) -> Refs:
    """Open records."""
    done = await opening_many.open_records(unit, input.to_commands(), ring_of(unit, context))
    return Refs(records=done.ids, opened=done.opened, already_there=done.already_there)


@mutation(
    permission=WORK_RECORDS,
    success=payload("AddStepSuccess", record=RecordType),
    errors=(
        InvalidInput,
        NotFound,
        StaleEdit,
        ContentIsRemoved,
        RecordIsNotOpen,
        StepNotForeseen,
        StepOutOfTime,
        StepIsDone,
        TooManyEvents,
    ),
    description="Adds a step to an open service record.",
)
async def add_step(unit: Unit, input: AddStepInput) -> Refs:
    """Add a step."""
    return Refs(record=await working.add_record_step(unit, input.to_command()))


@mutation(
    permission=WORK_RECORDS,
    success=payload("ResolveRecordSuccess", record=RecordType),
    errors=(
        NotFound,
        StaleEdit,
        ContentIsRemoved,
        RecordIsNotOpen,
        RequiredStepsMissing,
        StepOutOfTime,
        StepIsUnderWay,
        RuleUndecidable,
        TooManyEvents,
    ),
    description="Resolves an open service record now; it is scored soon after.",
)
async def resolve_record(unit: Unit, input: ResolveRecordInput) -> Refs:
    """Resolve a record."""
    return Refs(record=await working.resolve_record(unit, input.to_command()))


MUTATIONS = [open_record, open_records, add_step, resolve_record]
