"""Why a server does not come up."""

from typing import ClassVar

from core.kernel.errors import DomainError, fact


@fact
class AddressIsTaken(DomainError):  # noqa: N818 - errors are facts
    """Another process listens there, or this machine has no such address."""

    host: str
    port: int
    code: ClassVar[str] = "server.address_is_taken"

    @property
    def message(self) -> str:
        """Say which address."""
        return f"The server cannot listen at {self.host}:{self.port}."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Stop whoever listens there, or give another --host or --port."


@fact
class DatabaseIsAway(DomainError):  # noqa: N818 - errors are facts
    """The database does not let this server in."""

    address: str
    reason: str
    code: ClassVar[str] = "server.database_is_away"

    @property
    def message(self) -> str:
        """Say which database, and what it came to."""
        return f"The database {self.address} cannot be used: {self.reason}."

    @property
    def hint(self) -> str:
        """Say what to check."""
        return "Check DATABASE_URL and TOUCHSTONE_ROLE_SECRET, run 'touchstone migrate', then 'touchstone doctor'."
