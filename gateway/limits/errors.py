"""What can be wrong with limits."""

from typing import ClassVar

from core.kernel.errors import DomainError, fact


@fact
class RoleIsUnknown(DomainError):  # noqa: N818 - errors are facts
    """A limit is set for a role that nobody can hold."""

    role: str
    known: str
    code: ClassVar[str] = "gateway.role_unknown"

    @property
    def message(self) -> str:
        """Say which role."""
        return f"TOUCHSTONE_ROLE_COSTS names {self.role}, which is no built-in role."

    @property
    def hint(self) -> str:
        """Name those that are."""
        return f"Use any of: {self.known}."
