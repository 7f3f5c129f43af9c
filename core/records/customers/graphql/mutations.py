"""Mutations of customers."""

import strawberry

from core.kernel.errors import InvalidInput, NotFound, StaleEdit
from core.kernel.graphql.classes import input_type
from core.kernel.graphql.context import RequestContext
from core.kernel.graphql.ids import local_id
from core.kernel.graphql.mutations import Refs, mutation, payload
from core.kernel.unit import Unit
from core.records.customers import register as registering
from core.records.customers.errors import ContactIsTaken, CustomerIsErased
from core.records.customers.graphql.inputs import CustomerContactInput, ring_of
from core.records.customers.graphql.types import CustomerType
from core.records.customers.permissions import MANAGE_CUSTOMERS


@input_type(description="A customer as they are to be known; a name or a contact at least.")
class RegisterCustomerInput:
    """A customer."""

    name: str | None = strawberry.field(default=None, description="What the person is called; kept sealed.")
    address: str | None = strawberry.field(default=None, description="Where the person lives; kept sealed.")
    contacts: list[CustomerContactInput] = strawberry.field(
        default_factory=list[CustomerContactInput], description="What the person is reached under; kept sealed."
    )
    tier: str | None = strawberry.field(
        default=None, description="The level that decides differentiated standards, as a word such as `gold`."
    )

    def to_command(self) -> registering.RegisterCustomer:
        """Give the command."""
        contacts = [one.to_contact() for one in self.contacts]
        return registering.RegisterCustomer(name=self.name, address=self.address, contacts=contacts, tier=self.tier)


@input_type(description="What shall be kept of a customer; what is left out stays as it is.")
class ChangeCustomerInput:
    """What shall be kept of a customer."""

    customer: strawberry.ID = strawberry.field(description="The customer.")
    version: int = strawberry.field(description="The customer's version, as you read it.")
    name: str | None = strawberry.field(default=None, description="What the person is called; empty takes it out.")
    address: str | None = strawberry.field(default=None, description="Where the person lives; empty takes it out.")
    add_contacts: list[CustomerContactInput] = strawberry.field(
        default_factory=list[CustomerContactInput], description="Contacts that lead to the customer from now on."
    )
    remove_contacts: list[CustomerContactInput] = strawberry.field(
        default_factory=list[CustomerContactInput], description="Contacts that lead there no more."
    )
    tier: str | None = strawberry.field(
        default=None, description="The person's tier; empty takes it out. Records that began keep what they know."
    )

    def to_command(self) -> registering.ChangeCustomer:
        """Give the command."""
        return registering.ChangeCustomer(
            customer_id=local_id(CustomerType, self.customer),
            expected_version=self.version,
            name=self.name,
            address=self.address,
            add=[one.to_contact() for one in self.add_contacts],
            remove=[one.to_contact() for one in self.remove_contacts],
            tier=self.tier,
        )


@mutation(
    permission=MANAGE_CUSTOMERS,
    success=payload("RegisterCustomerSuccess", customer=CustomerType),
    errors=(InvalidInput, ContactIsTaken),
    description="Registers a customer. Opening a record by a contact that nobody is known under does so as well.",
)
async def register_customer(unit: Unit, context: RequestContext, input: RegisterCustomerInput) -> Refs:
    """Register a customer."""
    return Refs(customer=await registering.register_customer(unit, ring_of(unit, context), input.to_command()))


@mutation(
    permission=MANAGE_CUSTOMERS,
    success=payload("ChangeCustomerSuccess", customer=CustomerType),
    errors=(InvalidInput, NotFound, StaleEdit, CustomerIsErased, ContactIsTaken),
    description="Changes what is kept of a customer, and which contacts lead there.",
)
async def change_customer(unit: Unit, context: RequestContext, input: ChangeCustomerInput) -> Refs:
    """Change a customer."""
    return Refs(customer=await registering.change_customer(unit, ring_of(unit, context), input.to_command()))


MUTATIONS = [register_customer, change_customer]
