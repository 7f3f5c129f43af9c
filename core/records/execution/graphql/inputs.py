"""What the mutations of executing a record take."""

from datetime import datetime
from uuid import UUID

import strawberry

from core.kernel.errors import InvalidInput
from core.kernel.graphql.classes import input_type
from core.kernel.graphql.ids import local_id
from core.records.customers.graphql.inputs import CustomerContactInput
from core.records.events.state import WaitingFor
from core.records.graphql.types import RecordType

CODE = "Why, as a word, such as `customer_absent`."
REASON = "Why, in your own words; kept sealed, as it may speak of persons."


@input_type(description="A service record, as you read it.")
class OnRecord:
    """A record that something is done to."""

    record: strawberry.ID = strawberry.field(description="The record.")
    version: int = strawberry.field(description="The record's version, as you read it.")
    occurred_at: datetime | None = strawberry.field(
        default=None, description="When it happened, not before what happened last; now by default."
    )

    @property
    def id(self) -> UUID:
        """The record's own id."""
        return local_id(RecordType, self.record)


@input_type(description="A step that begins.")
class StartStepInput(OnRecord):
    """A step that begins."""

    key: str = strawberry.field(description="Which step, as the process of the standard names it.")
    readiness: list[str] = strawberry.field(
        default_factory=list[str], description="What was made sure of before service, by the keys of its checks."
    )


@input_type(description="A step that ends.")
class CompleteStepInput(OnRecord):
    """A step that ends."""

    key: str = strawberry.field(description="Which step, as the process of the standard names it.")
    status: str | None = strawberry.field(default=None, description="What became of it, in your own words.")
    answers_customer: bool = strawberry.field(
        default=False, description="Whether the customer got an answer with it; the first such step is the response."
    )


@input_type(description="A step that is left out, or taken up again.")
class StepWithReasonInput(OnRecord):
    """A step, and why something else is done with it."""

    key: str = strawberry.field(description="Which step, as the process of the standard names it.")
    reason_code: str = strawberry.field(description=CODE)
    reason: str | None = strawberry.field(default=None, description=REASON)


@input_type(description="Who gets a service record.")
class HandOverRecordInput(OnRecord):
    """Who gets a record: a person, a role, or both."""

    person: str | None = strawberry.field(default=None, description="A member of your tenant, by the person's id.")
    role: str | None = strawberry.field(default=None, description="A role or support line, as a word.")
    site_key: str | None = strawberry.field(default=None, description="The site that serves from now on.")
    note: str | None = strawberry.field(default=None, description="What the next one should know; kept sealed.")


@input_type(description="A service record that waits.")
class WaitForInput(OnRecord):
    """A record that waits."""

    waiting_for: WaitingFor = strawberry.field(
        default=WaitingFor.CUSTOMER, description="Whose turn it is; the time is counted as theirs."
    )
    reason_code: str = strawberry.field(description=CODE)
    reason: str | None = strawberry.field(default=None, description=REASON)


@input_type(description="A service record whose customer is content.")
class ConfirmRecordInput(OnRecord):
    """A record that the customer confirms."""

    note: str | None = strawberry.field(default=None, description="What the customer said; kept sealed.")


@input_type(description="A service record that is taken up again.")
class ReopenRecordInput(OnRecord):
    """A record that is taken up again."""

    reason_code: str = strawberry.field(description=CODE)
    reason: str | None = strawberry.field(default=None, description=REASON)


@input_type(description="How urgent a service record is from now on.")
class ChangePriorityInput(OnRecord):
    """How urgent a record is."""

    priority: str | None = strawberry.field(default=None, description="How urgent it is, in your own words.")
    reason: str | None = strawberry.field(default=None, description=REASON)


@input_type(description="A further contact about a service record.")
class AddContactInput(OnRecord):
    """A further contact."""

    channel: str = strawberry.field(description="The way in, such as `phone` or `site_desk`.")
    external_id: str | None = strawberry.field(
        default=None, description="What the channel calls it; opened under it, this record is given from now on."
    )
    site_key: str | None = strawberry.field(default=None, description="The site that served, by its short name.")
    customer: strawberry.ID | None = strawberry.field(
        default=None, description="The customer who came, where the record does not know them yet."
    )
    customer_contact: CustomerContactInput | None = strawberry.field(
        default=None, description="What the channel calls the customer, instead of `customer`."
    )
    note: str | None = strawberry.field(default=None, description="What it was about; kept sealed.")


@input_type(description="What a step is called in another version of the standard.")
class StepRenamedInput:
    """What a step is called elsewhere."""

    before: str = strawberry.field(description="What the record calls it.")
    after: str = strawberry.field(description="What the other version calls it.")


@input_type(description="A service record that goes over to the version of its standard that holds now.")
class MigrateRecordInput(OnRecord):
    """A record that goes over to another version."""

    steps: list[StepRenamedInput] = strawberry.field(
        default_factory=list[StepRenamedInput],
        description="Steps that the other version calls something else; all others keep their names.",
    )


def person_in(text: str | None) -> UUID | None:
    """Read a person's id.

    Raises:
        InvalidInput: It is none.
    """
    try:
        return None if text is None else UUID(text)
    except ValueError as problem:
        raise InvalidInput(field="person", problem="give the id of a person") from problem
