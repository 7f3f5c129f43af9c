"""Mutations of privacy."""

from datetime import datetime

import strawberry

from core.kernel.errors import InvalidInput, NotFound, StaleEdit
from core.kernel.graphql.classes import input_type
from core.kernel.graphql.context import RequestContext
from core.kernel.graphql.ids import local_id
from core.kernel.graphql.mutations import Refs, mutation, payload
from core.kernel.unit import Unit
from core.records.customers.errors import CustomerIsErased
from core.records.customers.graphql.inputs import ring_of
from core.records.customers.graphql.types import CustomerType
from core.records.graphql.types import RecordType
from core.records.privacy import erase as erasing
from core.records.privacy import export as exporting
from core.records.privacy import hold as holding
from core.records.privacy import retention as keeping
from core.records.privacy.errors import AlreadyHeld, HoldIsLifted, RetentionOutOfBounds, UnderLegalHold
from core.records.privacy.graphql.types import (
    LegalHoldType,
    RetentionChoiceType,
    RetentionClassType,
    SubjectExportType,
)
from core.records.privacy.permissions import (
    CHOOSE_RETENTION,
    ERASE_CUSTOMERS,
    EXPORT_CUSTOMERS,
    HOLD,
    SET_RETENTION,
)
from core.records.privacy.policy import RetentionRule

CODE = "Why, as a word."
BASIS = "What it rests on, such as an article of a law, an order or a contract; it never names a person."


@input_type(description="Who is erased, and why.")
class EraseCustomerInput:
    """Who is erased."""

    customer: strawberry.ID = strawberry.field(description="The customer.")
    version: int = strawberry.field(description="The customer's version, as you read it.")
    reason_code: str = strawberry.field(description=CODE)
    legal_basis: str = strawberry.field(description=BASIS)


@input_type(description="What must be kept, and why: a customer with all records, or one record.")
class PlaceLegalHoldInput:
    """What must be kept."""

    customer: strawberry.ID | None = strawberry.field(default=None, description="A customer, with all records.")
    record: strawberry.ID | None = strawberry.field(default=None, description="Or one record.")
    reason_code: str = strawberry.field(description=CODE)
    legal_basis: str = strawberry.field(description=BASIS)
    until: datetime | None = strawberry.field(default=None, description="Until when at most; without an end else.")

    def to_command(self) -> holding.PlaceLegalHold:
        """Give the command."""
        return holding.PlaceLegalHold(
            customer_id=None if self.customer is None else local_id(CustomerType, self.customer),
            record_id=None if self.record is None else local_id(RecordType, self.record),
            reason_code=self.reason_code,
            legal_basis=self.legal_basis,
            until=self.until,
        )


@input_type(description="A legal hold that is over.")
class LiftLegalHoldInput:
    """A legal hold that is over."""

    hold: strawberry.ID = strawberry.field(description="The legal hold.")
    reason_code: str = strawberry.field(description=CODE)


@input_type(description="A retention class as it shall be.")
class SetRetentionClassInput:
    """A retention class."""

    key: str = strawberry.field(description="Its name; `ordinary` is for all kinds that no other class names.")
    service_types: list[str] = strawberry.field(
        default_factory=list[str], description="The kinds of service it is for; none for `ordinary`."
    )
    days: int = strawberry.field(description="How many days from closing, where a tenant says nothing else.")
    least_days: int = strawberry.field(description="The least that a tenant may choose: what the network asks for.")
    most_days: int = strawberry.field(description="The most that a tenant may choose: what the law allows.")
    version: int = strawberry.field(description="The version, as you read it; 0 for a new class.")

    def to_command(self) -> keeping.SetRetentionClass:
        """Give the command."""
        rule = RetentionRule(
            key=self.key,
            service_types=tuple(dict.fromkeys(self.service_types)),
            days=self.days,
            least_days=self.least_days,
            most_days=self.most_days,
        )
        return keeping.SetRetentionClass(rule=rule, expected_version=self.version)


@input_type(description="How long a tenant keeps content of a class.")
class ChooseRetentionInput:
    """How long a tenant keeps content."""

    key: str = strawberry.field(description="The class.")
    days: int | None = strawberry.field(default=None, description="How many days; what the network says by default.")
    version: int = strawberry.field(description="The version of your choice, as you read it; 0 for the first one.")


@input_type(description="Whose data are exported.")
class ExportCustomerInput:
    """Whose data are exported."""

    customer: strawberry.ID = strawberry.field(description="The customer.")


@mutation(
    permission=ERASE_CUSTOMERS,
    success=payload("EraseCustomerSuccess", customer=CustomerType),
    errors=(InvalidInput, NotFound, StaleEdit, CustomerIsErased, UnderLegalHold),
    description="Erases a customer for ever: the person's key is destroyed with everything that leads to them, and what"
    " was sealed by it cannot be read by anybody. What happened stays sealed and provable. Export the data first where"
    " the person asks for them.",
)
async def erase_customer(unit: Unit, context: RequestContext, input: EraseCustomerInput) -> Refs:
    """Erase a customer."""
    command = erasing.EraseCustomer(
        customer_id=local_id(CustomerType, input.customer),
        expected_version=input.version,
        reason_code=input.reason_code,
        legal_basis=input.legal_basis,
    )
    return Refs(customer=await erasing.erase_customer(unit, ring_of(unit, context), command))


@mutation(
    permission=HOLD,
    success=payload("PlaceLegalHoldSuccess", legal_hold=LegalHoldType),
    errors=(InvalidInput, NotFound, CustomerIsErased, AlreadyHeld),
    description="Has a customer with all records, or one record, kept as the law asks: nothing of it is erased or"
    " removed until the hold is lifted or has ended.",
)
async def place_legal_hold(unit: Unit, input: PlaceLegalHoldInput) -> Refs:
    """Place a legal hold."""
    return Refs(legal_hold=await holding.place_legal_hold(unit, input.to_command()))


@mutation(
    permission=HOLD,
    success=payload("LiftLegalHoldSuccess", legal_hold=LegalHoldType),
    errors=(InvalidInput, NotFound, HoldIsLifted),
    description="Lifts a legal hold.",
)
async def lift_legal_hold(unit: Unit, input: LiftLegalHoldInput) -> Refs:
    """Lift a legal hold."""
    hold_id = local_id(LegalHoldType, input.hold)
    return Refs(legal_hold=await holding.lift_legal_hold(unit, hold_id, input.reason_code))


@mutation(
    permission=SET_RETENTION,
    success=payload("SetRetentionClassSuccess", retention_class=RetentionClassType),
    errors=(InvalidInput, StaleEdit),
    description="Says how long content of closed records is kept in the network, by kind of service. Every day, what is"
    " older is removed in every tenant; hashes stay, so that every proof holds. Without a class nothing is removed.",
)
async def set_retention_class(unit: Unit, input: SetRetentionClassInput) -> Refs:
    """Set a class."""
    return Refs(retention_class=await keeping.set_retention_class(unit, input.to_command()))


@mutation(
    permission=CHOOSE_RETENTION,
    success=payload("ChooseRetentionSuccess", retention_choice=RetentionChoiceType),
    errors=(InvalidInput, NotFound, StaleEdit, RetentionOutOfBounds),
    description="Says how long the tenant acted in keeps content of a class, within the bounds of the network.",
)
async def choose_retention(unit: Unit, input: ChooseRetentionInput) -> Refs:
    """Choose."""
    command = keeping.ChooseRetention(key=input.key, days=input.days, expected_version=input.version)
    return Refs(retention_choice=await keeping.choose_retention(unit, command))


@mutation(
    permission=EXPORT_CUSTOMERS,
    success=payload("ExportCustomerSuccess", subject_export=SubjectExportType),
    errors=(NotFound, CustomerIsErased),
    description="Has everything that is held of a customer made into one file, as a job; it is kept under the person's"
    " key for seven days.",
)
async def export_customer(unit: Unit, input: ExportCustomerInput) -> Refs:
    """Export."""
    asked = await exporting.export_customer(unit, local_id(CustomerType, input.customer))
    return Refs(subject_export=asked.export_id)


MUTATIONS = [
    erase_customer,
    place_legal_hold,
    lift_legal_hold,
    set_retention_class,
    choose_retention,
    export_customer,
]
