"""Refusals of customers; none of them tells anything personal."""

from typing import ClassVar

from core.kernel.errors import DomainError, fact


@fact
class CustomerIsErased(DomainError):  # noqa: N818 - errors are facts
    """The customer was erased: nothing personal is kept for that person any more."""

    code: ClassVar[str] = "customers.erased"

    @property
    def message(self) -> str:
        """Say what is the case."""
        return "This customer was erased, and nothing personal is kept for them."

    @property
    def hint(self) -> str:
        """Say how to go on."""
        return "Leave personal texts out; whoever comes again is a new customer."


@fact
class ContactIsTaken(DomainError):  # noqa: N818 - errors are facts
    """A contact leads to another customer of the tenant already."""

    code: ClassVar[str] = "customers.contact_taken"

    @property
    def message(self) -> str:
        """Say what is the case."""
        return "One of these contacts leads to another customer already."

    @property
    def hint(self) -> str:
        """Say how to go on."""
        return "Look the contact up with `customers(contact: ...)`, and go on with the customer it leads to."


@fact
class RecordHasAnotherCustomer(DomainError):  # noqa: N818 - errors are facts
    """The record is about another customer; what is kept of one is sealed by that person's key alone."""

    code: ClassVar[str] = "customers.record_has_another"

    @property
    def message(self) -> str:
        """Say what is the case."""
        return "The record is about another customer."

    @property
    def hint(self) -> str:
        """Say how to go on."""
        return "Open a record of their own, or add the contact without naming a customer."
