"""What says in the schema whom something is about."""

import strawberry

from core.kernel.crypto import MasterKeys
from core.kernel.errors import InvalidInput
from core.kernel.graphql.classes import input_type
from core.kernel.graphql.context import RequestContext
from core.kernel.graphql.ids import local_id
from core.kernel.key_ring import KeyRing
from core.kernel.unit import Unit
from core.records.customers.identify import WhichCustomer
from core.records.customers.policy import Contact

CUSTOMER = "Customer"


@input_type(description="What a person is reached under.")
class CustomerContactInput:
    """What a person is reached under."""

    channel: str = strawberry.field(description="The way in, such as `phone`, `email` or `wechat`.")
    address: str = strawberry.field(
        description="What the channel calls the person. A telephone number, best with the code of its country, and a"
        " mailbox are the same in every channel; anything else is a name in its own channel."
    )

    def to_contact(self) -> Contact:
        """Give the contact.

        Raises:
            InvalidInput: The channel is no word.
        """
        if not self.channel.replace("-", "_").isidentifier() or self.channel != self.channel.lower():
            raise InvalidInput(field="channel", problem="use lower-case letters, digits and single - or _ between them")
        return Contact(self.channel, self.address)


def which_customer(customer: strawberry.ID | None, contact: CustomerContactInput | None) -> WhichCustomer | None:
    """Say whom something is about, where that is said."""
    if customer is None and contact is None:
        return None
    return WhichCustomer(
        customer_id=None if customer is None else local_id(CUSTOMER, customer),
        contact=None if contact is None else contact.to_contact(),
    )


def ring_of(unit: Unit, context: RequestContext) -> KeyRing:
    """Give the keys of the tenant acted in."""
    return KeyRing(unit, context.services.get(MasterKeys))
