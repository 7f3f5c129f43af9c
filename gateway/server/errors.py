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
